// Worker Loader: what getCode may give (thenables, proxies, getters, instances), when it runs, what it may do meanwhile,
// and what stays of its failures.
import { DurableObject } from "cloudflare:workers";
import { table, describeError, marks, show } from "../table.js";

const compatibilityDate = "2026-11-17";
const says = (text) => `export default { fetch() { return new Response(${JSON.stringify(text)}); }, ping() { return "pong"; } }`;
const code = (main, more) => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": main }, ...more });
const fine = code(says("fine"));
const counter = code(`import { WorkerEntrypoint } from "cloudflare:workers"; let n = 0; export class Named extends WorkerEntrypoint { count() { return ++n; } } export default { fetch() { return new Response(String(++n)); } };`);

export class Host extends DurableObject {
  async load(name, text) {
    return (await this.env.LOADER.get(name, () => code(says(text))).getEntrypoint().fetch("http://x.test/")).text();
  }
  facetOf(name, className, getCode) {
    return this.ctx.facets.get(name, () => ({ class: this.env.LOADER.get(name, getCode).getDurableObjectClass(className) }));
  }
  async failing(name) {
    const seen = [];
    for (const getCode of [() => { throw new RangeError("no code"); }, () => fine]) {
      try { await this.facetOf(name, "X", getCode).ping(); } catch (error) { seen.push(describeError(error)); }
      this.ctx.facets.abort(name, "again");
    }
    return seen;
  }
  async startFailing(name, main) {
    try { await this.facetOf(name, "X", () => code(main)).ping(); } catch (error) { return [error.name, error.message.split("\n").slice(0, 2), ...marks(error)]; }
  }
}

export default {
  async fetch(request, env, ctx) {
    const rows = table();
    const row = (label, run) => rows.row(label, () => Promise.race([run(), scheduler.wait(3000).then(() => "no answer")]));
    const { LOADER } = env;
    const url = "http://worker.test/";
    let n = 0;
    const read = async (worker) => (await worker.getEntrypoint().fetch(url)).text();
    const get = (getCode) => LOADER.get(`name ${n++}`, getCode);
    const firstLines = async (promise) => { try { return await promise; } catch (error) { return [error.name, error.message.split("\n").slice(0, 2)]; } };
    const outcome = async (promise) => { try { return await promise; } catch (error) { return error instanceof Error ? [describeError(error), ...marks(error)] : ["not an Error", show(error)]; } };

    await row("thenable", () => read(get(() => ({ then: (resolve) => resolve(fine) }))));
    await row("thenable that rejects", () => read(get(() => ({ then: (_, reject) => reject(new RangeError("rejected")) }))));
    await row("thenable that throws", () => read(get(() => ({ then() { throw new RangeError("then threw"); } }))));
    await row("thenable that throws after it resolved", () => read(get(() => ({ then(resolve) { resolve(fine); throw new RangeError("late"); } }))));
    await row("thenable that resolves twice", () => read(get(() => ({ then(resolve) { resolve(fine); resolve(code(says("second"))); } }))));
    await row("thenable of a thenable", () => read(get(() => ({ then: (resolve) => resolve({ then: (inner) => inner(fine) }) }))));
    await row("getter of then that throws", () => read(get(() => ({ get then() { throw new RangeError("then getter"); } }))));
    await row("then that is no function", () => read(get(() => ({ ...fine, then: 5 }))));
    await row("thenable function", () => read(get(() => Object.assign(() => {}, { then: (resolve) => resolve(fine) }))));
    await row("promise of a thenable", () => read(get(async () => ({ then: (resolve) => resolve(fine) }))));
    await row("promise of a promise", () => read(get(() => Promise.resolve(Promise.resolve(fine)))));
    await row("promise whose then was replaced", () => read(get(() => Object.assign(Promise.resolve(5), { then: (resolve) => resolve(fine) }))));
    await row("callback's this", () => { let self; const worker = get(function () { self = this; return fine; }); return read(worker).then(() => [self === undefined, self === globalThis, typeof self]); });
    await row("subclass of Promise", () => read(get(() => new (class Mine extends Promise {})((resolve) => resolve(fine)))));
    await row("thenable never called back", async () => { const worker = get(() => ({ then() {} })); const hung = outcome(read(worker)); return Promise.race([hung, scheduler.wait(50).then(() => "hangs")]); });
    await row("resolved later", () => read(get(() => new Promise((resolve) => setTimeout(() => resolve(fine), 5)))));
    await row("rejected later", () => read(get(() => new Promise((_, reject) => setTimeout(() => reject(new RangeError("later")), 5)))));
    for (const value of [5, "text", true, 5n, Symbol("s"), [], new Map()]) {
      const text = typeof value === "symbol" ? "a symbol" : show(value);
      await row(`gives ${text}`, () => read(get(() => value)));
      await row(`gives a promise of ${text}`, () => read(get(async () => value)));
    }
    for (const value of [undefined, null, 5, "text", true, 5n, Symbol("s"), [], new Map()]) {
      const text = typeof value === "symbol" ? "a symbol" : show(value);
      await row(`throws ${text}`, async () => outcome(read(get(() => { throw value; }))));
      await row(`rejects with ${text}`, async () => outcome(read(get(async () => { throw value; }))));
    }
    for (const [kind, make] of Object.entries({ "own class": () => new (class Mine extends Error { name = "Mine"; })("m"), "DOMException": () => new DOMException("dom", "AbortError"), "AggregateError": () => new AggregateError([new Error("one")], "several"), "object": () => ({ a: 1 }), "cause": () => new Error("outer", { cause: new TypeError("inner") }), "retryable": () => Object.assign(new Error("r"), { retryable: true }), "remote": () => Object.assign(new Error("r"), { remote: true }), "members": () => Object.assign(new RangeError("m"), { code: 7, list: [1] }), "function": () => () => 5 })) {
      await row(`throws ${kind}`, async () => { try { await read(get(() => { throw make(); })); } catch (error) { return [describeError(error), ...marks(error), error?.code ?? null, error?.cause?.message ?? null, error?.errors?.length ?? null]; } });
    }
    await row("thrown error is no copy of the same", async () => { const reason = new Error("same?"); const worker = get(() => { throw reason; }); const [a, b] = [await read(worker).catch((e) => e), await read(worker).catch((e) => e)]; return [a === reason, a === b]; });
    await row("result is an instance", () => read(get(() => new (class Code { compatibilityDate = compatibilityDate; mainModule = "main.js"; get modules() { return fine.modules; } })())));
    await row("result is a proxy", () => read(get(() => new Proxy(fine, {}))));
    await row("result without a prototype", () => read(get(() => Object.assign(Object.create(null), fine))));
    await row("result inherits", () => read(get(() => Object.create(fine))));
    await row("modules is a proxy", () => read(get(() => ({ ...fine, modules: new Proxy(fine.modules, {}) }))));
    await row("modules inherits", () => read(get(() => ({ ...fine, modules: Object.create(fine.modules) }))));
    await row("modules without a prototype", () => read(get(() => ({ ...fine, modules: Object.assign(Object.create(null), fine.modules) }))));
    await row("modules has a symbol", () => read(get(() => ({ ...fine, modules: { ...fine.modules, [Symbol("s")]: 5 } }))));
    await row("modules has one that is not enumerable", () => read(get(() => ({ ...fine, modules: Object.defineProperty({ ...fine.modules }, "x.css", { value: "x" }) }))));
    await row("modules has a getter", () => read(get(() => ({ ...fine, modules: { get "main.js"() { return says("got"); } } }))));
    await row("modules has a getter that throws", () => read(get(() => ({ ...fine, modules: { ...fine.modules, get "x.js"() { throw new RangeError("module getter"); } } }))));
    await row("module is a proxy", () => read(get(() => ({ ...fine, modules: { "main.js": new Proxy({ js: says("proxied") }, {}) } }))));
    await row("module inherits its kind", () => read(get(() => ({ ...fine, modules: { "main.js": Object.create({ js: says("inherited") }) } }))));
    await row("module kind getter that throws", () => read(get(() => ({ ...fine, modules: { "main.js": { get js() { throw new RangeError("kind getter"); } } } }))));
    await row("module is a String object", () => read(get(() => ({ ...fine, modules: { "main.js": new String(says("boxed")) } }))));
    await row("module by kind of a String object", () => read(get(() => ({ ...fine, modules: { "main.js": { js: new String(says("boxed")) } } }))));
    await row("module text of an object", () => read(get(() => ({ ...fine, modules: { "main.js": { js: { toString: () => says("by toString") } } } }))));
    await row("module text that throws", () => read(get(() => ({ ...fine, modules: { "main.js": { js: { toString() { throw new RangeError("toString"); } } } } }))));
    await row("module is a function", () => read(get(() => ({ ...fine, modules: { "main.js": () => {} } }))));
    await row("module json with toJSON", () => read(get(() => ({ ...fine, modules: { "main.js": "import j from './j'; export default { fetch() { return Response.json(j); } }", j: { json: { toJSON: () => ({ by: "toJSON" }) } } } }))));
    await row("module json toJSON throws", () => read(get(() => ({ ...fine, modules: { ...fine.modules, j: { json: { toJSON() { throw new RangeError("toJSON"); } } } } }))));
    await row("module json function", () => firstLines(read(get(() => ({ ...fine, modules: { "main.js": "import j from './j'; export default { fetch() { return Response.json(j ?? null); } }", j: { json: () => {} } } })))));
    await row("module json of odd values", () => read(get(() => ({ ...fine, modules: { "main.js": "import j from './j'; export default { fetch() { return Response.json(j); } }", j: { json: { nan: NaN, inf: -Infinity, neg: -0, u: undefined, f() {}, s: Symbol("s"), m: new Map([[1, 2]]), big: "é\u2028\ud800", nested: [undefined, () => {}] } } } }))));
    await row("mainModule of an object", () => read(get(() => ({ ...fine, mainModule: { toString: () => "main.js" } }))));
    await row("mainModule getter that throws", () => read(get(() => ({ ...fine, get mainModule() { throw new RangeError("main getter"); } }))));
    await row("flags with a hole", () => read(get(() => ({ ...fine, compatibilityFlags: [, "nodejs_compat"] }))));
    await row("flags of a Set", () => read(get(() => ({ ...fine, compatibilityFlags: new Set() }))));
    await row("env getter that throws", () => read(get(() => ({ ...fine, get env() { throw new RangeError("env getter"); } }))));
    await row("first wrong field", () => read(get(() => ({ compatibilityDate: "x", compatibilityFlags: 5, mainModule: "nope", modules: {}, env: 5, globalOutbound: 5, tails: 5 }))));
    await row("flags before modules", () => read(get(() => ({ ...fine, compatibilityFlags: ["no_such"], modules: {} }))));
    await row("flags of a proxy", () => read(get(() => ({ ...fine, compatibilityFlags: new Proxy(["nodejs_compat"], {}) }))));
    await row("date before modules", () => read(get(() => ({ ...fine, compatibilityDate: "x", modules: {} }))));
    await row("date before env", () => read(get(() => ({ ...fine, compatibilityDate: "x", env: { f() {} } }))));
    await row("modules before env", () => read(get(() => ({ ...fine, modules: { "x.css": "x" }, env: { f() {} } }))));
    await row("env before the main module", () => read(get(() => ({ ...fine, mainModule: "nope.js", env: { f() {} } }))));
    await row("allowExperimental before the date", () => read(get(() => ({ ...fine, compatibilityDate: "x", allowExperimental: true }))));
    await row("allowExperimental before modules", () => read(get(() => ({ ...fine, modules: {}, allowExperimental: true }))));
    await row("env before a start that fails", () => read(get(() => ({ ...fine, modules: { "main.js": "throw new Error('start')" }, env: { f() {} } }))));
    await row("outbound before env", () => read(get(() => ({ ...fine, env: { f() {} }, globalOutbound: LOADER.load(fine).getEntrypoint() }))));

    await row("callback runs without a use", async () => { const { promise, resolve } = Promise.withResolvers(); get(() => { resolve("called"); return fine; }); return promise; });
    await row("callback after the code that asked", async () => { const seen = []; const worker = get(() => { seen.push("callback"); return fine; }); seen.push("got"); await null; seen.push("a microtask later"); await read(worker); return seen; });
    await row("callback gets itself", async () => { let inner; const name = "itself"; const worker = LOADER.get(name, () => { inner = outcome(read(LOADER.get(name, () => { throw new Error("not called"); }))); return fine; }); return [await read(worker), await inner]; });
    await row("callback waits for itself", async () => { const name = "waits for itself"; const call = outcome(read(LOADER.get(name, async () => { await read(LOADER.get(name, () => fine)); return fine; }))); return Promise.race([call, scheduler.wait(50).then(() => "hangs")]); });
    await row("callbacks that wait for each other", async () => { const [a, b] = [() => LOADER.get("a waits", async () => { await read(b()); return fine; }), () => LOADER.get("b waits", async () => { await read(a()); return fine; })]; return Promise.race([outcome(read(a())), scheduler.wait(50).then(() => "hang")]); });
    await row("callback uses an object", () => read(get(async () => code(says(await env.Host.getByName("h").load("by the host", "from the object"))))));
    await row("callback uses waitUntil", () => read(get(() => { ctx.waitUntil(scheduler.wait(1)); return fine; })));
    await row("failure, then a class of it", () => env.Host.getByName("f").failing("fails as a class"));
    await row("start fails for a class", () => env.Host.getByName("f").startFailing("start fails", "throw new RangeError('top')"));
    await row("syntax error for a class", () => env.Host.getByName("f").startFailing("syntax", "export class {"));
    await row("class made before the code is there", async () => { const { promise, resolve } = Promise.withResolvers(); const worker = get(() => promise); const tag = Object.prototype.toString.call(worker.getDurableObjectClass("X")); resolve(fine); return [tag, await read(worker)]; });
    await row("missing entrypoint made before the code is there", async () => { const { promise, resolve } = Promise.withResolvers(); const call = outcome(get(() => promise).getEntrypoint("Nope").fetch(url)); resolve(fine); return call; });
    await row("missing entrypoint marks", async () => { const e = await LOADER.load(fine).getEntrypoint("Nope").fetch(url).catch((e) => e); return [e.name, marks(e), Object.keys(e)]; });
    await row("request body before the code is there", async () => { const { promise, resolve } = Promise.withResolvers(); const call = get(() => promise).getEntrypoint().fetch(url, { method: "POST", body: new Blob(["str", "eam"]).stream() }); resolve(code("export default { async fetch(request) { return new Response(await request.text()); } }")); return (await call).text(); });
    await row("failure marks", async () => outcome(get(() => { throw new RangeError("x"); }).getEntrypoint().ping()));
    await row("start failure marks", async () => { const e = await read(get(() => code("throw new RangeError('top')"))).catch((e) => e); return [e.name, marks(e), Object.keys(e)]; });
    await row("missing entrypoint, every time", async () => { const entry = LOADER.load(fine).getEntrypoint("Nope"); return [await outcome(entry.fetch(url)), await outcome(entry.fetch(url))]; });
    await row("missing entrypoint leaves the others", async () => { const worker = LOADER.load(fine); return [await outcome(worker.getEntrypoint("Nope").fetch(url)), await read(worker)]; });
    await row("two entrypoints, two calls at once", async () => { const worker = LOADER.load(counter); return (await Promise.all([worker.getEntrypoint("Named").count(), worker.getEntrypoint("Named").count(), read(worker)])).map(Number).sort(); });
    await row("loaded in a loop", async () => { let sum = 0; for (let i = 0; i < 20; i++) sum += Number(await read(LOADER.load(counter))); return sum; });
    return rows.response();
  },
};
