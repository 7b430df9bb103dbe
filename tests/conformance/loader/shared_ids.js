// Worker Loader: bindings with one id share their Workers, those with another id or with none do not.
import { DurableObject } from "cloudflare:workers";
import { table, describeError } from "../table.js";

const url = "http://worker.test/";
const counter = (start) => ({
  compatibilityDate: "2026-11-17",
  mainModule: "main.js",
  modules: { "main.js": `let count = ${start}; export default { fetch() { return new Response(String(++count)); } };` },
});
const read = async (worker) => (await worker.getEntrypoint().fetch(url)).text();
const LOADERS = ["ONE", "TWO", "OTHER", "OWN", "ALONE"];

export class Store extends DurableObject {
  // Whose code it is; how often it was called says nothing, for the object may be in another thread.
  async first(loader, name) {
    return Math.floor((await read(this.env[loader].get(name, () => counter(900)))) / 100);
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const get = (loader, name, code) => read(env[loader].get(name, () => code));
    for (const [index, loader] of LOADERS.entries()) {
      await row(`${loader}, loaded in its turn`, () => get(loader, "in turn", counter(index * 100)));
    }
    for (const loader of [...LOADERS].reverse()) await row(`${loader}, again`, () => get(loader, "in turn", counter(900)));
    await row("the second one loads", async () => [await get("TWO", "second", counter(10)), await get("ONE", "second", counter(20))]);
    await row("both at once", async () => {
      let loads = 0;
      const code = async () => { loads++; await scheduler.wait(2); return counter(0); };
      const all = await Promise.all([env.ONE, env.TWO, env.OTHER, env.ONE].map((loader) => read(loader.get("at once", code))));
      return [all.sort(), loads];
    });
    await row("whose callback", async () => {
      const seen = [];
      const workers = ["ONE", "TWO", "OTHER"].map((loader) => env[loader].get("whose", () => { seen.push(loader); return counter(0); }));
      for (const worker of workers) await read(worker);
      return seen;
    });
    await row("a failure is shared", async () => {
      const failing = () => { throw new RangeError("no code"); };
      const outcome = (worker) => read(worker).catch(describeError);
      return [await outcome(env.ONE.get("bad", failing)), await outcome(env.TWO.get("bad", () => counter(0))), await outcome(env.OTHER.get("bad", () => counter(0)))];
    });
    await row("without a name nothing is shared", async () => [await get("ONE", null, counter(0)), await get("TWO", null, counter(0))]);
    await row("load shares nothing", async () => [await read(env.ONE.load(counter(0))), await read(env.TWO.load(counter(0)))]);
    await row("an id is no name of a binding", async () => [await get("OWN", "text", counter(0)), await get("ONE", "text", counter(50))]);
    const store = env.Store.getByName("store");
    for (const loader of LOADERS) await row(`${loader} in an object`, () => store.first(loader, "in turn"));
    await row("LOADER is not bound", () => env.LOADER);
    return response();
  },
};
