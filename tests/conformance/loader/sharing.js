// Worker Loader: which names share one Worker, how often getCode runs, failures that stay, concurrent gets, and what
// entrypoints and classes of one Worker have in common.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

const compatibilityDate = "2026-11-17";
const code = (main, more) => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": main }, ...more });
const counter = code(`
  import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
  let n = 0;
  export default { fetch() { return new Response(String(++n)); } };
  export class Named extends WorkerEntrypoint { count() { return ++n; } leak() { globalThis.leak = (globalThis.leak ?? 0) + 1; return globalThis.leak; } env_() { return this.env; } }
  export class Thing extends DurableObject { count() { return ++n; } }
`);
const says = (text) => code(`export default { fetch() { return new Response(${JSON.stringify(text)}); } }`);

export class Host extends DurableObject {
  /** The counter of the Worker of this name, through a class of it as a facet. */
  count(name) {
    return this.ctx.facets.get(name, () => ({ class: this.env.LOADER.get(name, () => counter).getDurableObjectClass("Thing") })).count();
  }
  async fetchNamed(name) {
    return (await this.env.LOADER.get(name, () => says("loaded by the host")).getEntrypoint().fetch("http://x.test/")).text();
  }
}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const { LOADER } = env;
    const url = "http://worker.test/";
    const read = async (worker, name) => (await worker.getEntrypoint(name).fetch(url)).text();
    const outcome = async (promise) => { try { return await promise; } catch (error) { return `${error.name}: ${error.message}`; } };

    await row("concurrent gets", async () => { let loads = 0; const make = async () => { loads++; await scheduler.wait(2); return counter; }; const workers = [1, 2, 3].map(() => LOADER.get("concurrent", make)); const answers = await Promise.all(workers.map((worker) => read(worker))); return [answers.sort(), loads]; });
    await row("whose callback", async () => { const seen = []; const first = LOADER.get("whose", () => { seen.push("first"); return counter; }); const second = LOADER.get("whose", () => { seen.push("second"); return counter; }); await read(second); await read(first); return seen; });
    await row("other code under the same name", async () => [await read(LOADER.get("same", () => says("one"))), await read(LOADER.get("same", () => says("two")))]);
    await row("two names", async () => [await read(LOADER.get("left", () => says("left"))), await read(LOADER.get("right", () => says("right"))), await read(LOADER.get("left", () => says("other")))]);
    for (const [kind, name] of Object.entries({ "empty": "", "long": "n".repeat(5000), "NUL": "a\0b", "not ASCII": "é日😀", "number": 5, "with slashes": "../a//b?c#d" })) {
      await row(`name ${kind}`, async () => [await read(LOADER.get(name, () => counter)), await read(LOADER.get(name, () => counter))]);
    }
    await row("NUL does not end a name", async () => [await read(LOADER.get("z\0one", () => says("one"))), await read(LOADER.get("z\0two", () => says("two")))]);
    await row("number and its text", async () => [await read(LOADER.get(77, () => counter)), await read(LOADER.get("77", () => counter))]);
    await row("name null", async () => [await read(LOADER.get(null, () => counter)), await read(LOADER.get(null, () => counter))]);
    await row("name undefined", async () => [await read(LOADER.get(undefined, () => counter)), await read(LOADER.get(undefined, () => counter))]);
    await row("null is not its text", async () => [await read(LOADER.get("null", () => counter)), await read(LOADER.get("null", () => counter)), await read(LOADER.get(null, () => counter))]);
    await row("unnamed, one stub", async () => { const worker = LOADER.get(null, () => counter); return [await read(worker), await read(worker)]; });
    await row("get again gives another object", () => LOADER.get("object", () => counter) === LOADER.get("object", () => counter));
    await row("load does not fill a name", async () => { await read(LOADER.load(says("loaded"))); return read(LOADER.get("load", () => says("by name"))); });

    const worker = LOADER.get("parts", () => counter);
    await row("entrypoints share the module", async () => [await read(worker), await worker.getEntrypoint("Named").count(), await read(LOADER.get("parts", () => counter)), await LOADER.get("parts", () => counter).getEntrypoint("Named", { props: { p: 1 } }).count()]);
    await row("another object sees the name", async () => { await read(LOADER.get("seen by all", () => says("loaded by the entrypoint"))); return env.Host.getByName("h").fetchNamed("seen by all"); });
    await row("globals of one Worker", async () => [await worker.getEntrypoint("Named").leak(), await LOADER.get("parts", () => counter).getEntrypoint("Named").leak(), typeof globalThis.leak]);
    await row("globals of another", () => LOADER.get("parts 2", () => counter).getEntrypoint("Named").leak());

    await row("failure", async () => { let calls = 0; const failing = () => { calls++; throw new RangeError("no code"); }; const seen = []; for (let i = 0; i < 3; i++) seen.push(await outcome(read(LOADER.get("failing", failing)))); return [seen, calls]; });
    await row("failure, good code later", () => outcome(read(LOADER.get("failing", () => counter))));
    await row("rejection stays", async () => [await outcome(read(LOADER.get("rejecting", async () => { throw new TypeError("no code"); }))), await outcome(read(LOADER.get("rejecting", () => counter)))]);
    await row("refused code stays", async () => [await outcome(read(LOADER.get("refused", () => ({ ...counter, modules: {} })))), await outcome(read(LOADER.get("refused", () => counter)))]);
    await row("failed start stays", async () => [(await outcome(read(LOADER.get("bad start", () => code("throw new TypeError('top');"))))).split("\n").slice(0, 2), (await outcome(read(LOADER.get("bad start", () => counter)))).split("\n").slice(0, 2)]);
    await row("failure, concurrent gets", async () => { let calls = 0; const failing = async () => { calls++; await scheduler.wait(1); throw new RangeError("no code"); }; return [await Promise.all([1, 2].map(() => outcome(read(LOADER.get("failing 2", failing))))), calls]; });
    await row("failure without a name", async () => { let calls = 0; const worker = LOADER.get(null, () => { calls++; throw new RangeError("no code"); }); return [await outcome(read(worker)), await outcome(read(worker)), calls]; });
    for (const value of ["text", 5, null, undefined]) await row(`failure ${show(value)}`, () => read(LOADER.get(`failing ${show(value)}`, () => { throw value; })));
    await row("failure with members", async () => { try { await read(LOADER.get("failing members", () => { throw Object.assign(new TypeError("m"), { code: 5 }); })); } catch (error) { return [error instanceof TypeError, error.code, error.remote ?? null]; } });
    await row("failure through rpc", () => LOADER.get("failing", () => counter).getEntrypoint("Named").count());
    await row("failure through a missing entrypoint", () => LOADER.get("failing", () => counter).getEntrypoint("Nope").count());
    for (const value of [5, "text", {}]) await row(`callback gives ${show(value)}`, () => read(LOADER.get(`gives ${show(value)}`, () => value)));
    await row("load of nothing", () => LOADER.load());
    await row("load of a number", () => LOADER.load(5));
    await row("load of a promise", async () => read(LOADER.load(Promise.resolve(counter))));
    await row("callback arguments", async () => { let seen; await read(LOADER.get("arguments", function () { seen = arguments.length; return counter; })); return seen; });
    await row("callback gives a thenable", () => read(LOADER.get("thenable", () => ({ then(resolve) { resolve(counter); } }))));
    await row("callback gives getters", () => read(LOADER.get("getters", () => ({ compatibilityDate, mainModule: "main.js", get modules() { return { "main.js": says("by a getter").modules["main.js"] }; } }))));
    await row("code changed after load", async () => { const given = says("before"); const worker = LOADER.load(given); given.modules["main.js"] = says("after").modules["main.js"]; return read(worker); });
    await row("env changed after load", async () => { const given = { list: [1] }; const worker = LOADER.load({ ...counter, env: given }); given.list.push(2); return worker.getEntrypoint("Named").env_(); });
    await row("callback that fetches another", async () => read(LOADER.get("by another", async () => says(await read(LOADER.load(says("source from a Worker")))))));
    await row("one starts while another hangs", async () => { const { promise, resolve } = Promise.withResolvers(); const hung = read(LOADER.get("hung", () => promise)); const quick = await read(LOADER.get("quick", () => says("quick"))); resolve(says("at last")); return [quick, await hung]; });
    await row("calls wait for the code in order", async () => { const { promise, resolve } = Promise.withResolvers(); const named = LOADER.get("waits", () => promise).getEntrypoint("Named"); const calls = [named.count(), named.count(), named.count()]; resolve(counter); return Promise.all(calls); });
    return response();
  },
};
