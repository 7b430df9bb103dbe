// Worker Loader: arguments of wrong types for each method and each field of a Worker's code, and the shape of the objects.
import { table, show } from "../table.js";

const compatibilityDate = "2026-11-17";
const fine = "export default { fetch() { return new Response('fine'); } }";
const code = { compatibilityDate, mainModule: "main.js", modules: { "main.js": fine } };

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const { LOADER } = env;
    const text = (value) => (typeof value === "symbol" ? "a symbol" : typeof value === "function" ? "a function" : show(value));
    const use = async (more) => (await LOADER.load({ ...code, ...more }).getEntrypoint().fetch(url)).text();
    const first = (error) => { throw Object.assign(new (error.constructor)(), { name: error.name, message: error.message.split("\n").slice(0, 2).join(" | ") }); };
    const worker = LOADER.load(code);

    for (const [kind, value] of Object.entries({ loader: LOADER, worker })) {
      await row(`${kind} own members`, () => Reflect.ownKeys(value).map(String));
      await row(`${kind} members`, () => Object.getOwnPropertyNames(Object.getPrototypeOf(value)).sort().map((name) => { const d = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(value), name); return [name, typeof d.value, d.value?.length, d.enumerable, d.writable, d.configurable]; }));
      await row(`${kind} constructor`, () => [value.constructor.name, value.constructor.length]);
      await row(`${kind} constructor called`, () => new value.constructor());
      await row(`${kind} cannot be cloned`, () => structuredClone(value));
      await row(`${kind} JSON`, () => JSON.stringify(value));
      await row(`${kind} prototype`, () => Object.getPrototypeOf(Object.getPrototypeOf(value)) === Object.prototype);
    }
    for (const [method, object] of Object.entries({ get: LOADER, load: LOADER, getEntrypoint: worker, getDurableObjectClass: worker })) {
      await row(`${method} off its object`, () => { const { [method]: taken } = object; return taken("x", () => code); });
      await row(`${method} on another object`, () => object[method].call({}, "x", () => code));
      await row(`${method} on an object that inherits`, () => object[method].call(Object.create(object), code, () => code));
      await row(`${method} on a proxy`, () => object[method].call(new Proxy(object, {}), code, () => code));
      await row(`${method} on the other one`, () => object[method].call(object === LOADER ? worker : LOADER, code, () => code));
    }
    await row("get without arguments", () => LOADER.get());
    await row("get with one", () => LOADER.get("x"));
    await row("get with null alone", () => LOADER.get(null));
    for (const value of [null, undefined, 5, "text", {}, [], Symbol("s")]) await row(`get, callback ${text(value)}`, () => LOADER.get("x", value));
    await row("get, name symbol", () => LOADER.get(Symbol("s"), () => code));
    await row("get, name that throws", () => LOADER.get({ toString() { throw new RangeError("name"); } }, () => code));
    await row("get, name without text", () => LOADER.get(Object.create(null), () => code));
    await row("get, name before callback", () => LOADER.get({ toString() { throw new RangeError("name"); } }, 5));
    await row("get, more arguments", async () => (await LOADER.get("more", () => code, 1, 2).getEntrypoint().fetch(url)).text());
    await row("get, class as callback", () => LOADER.get("class", class {}).getEntrypoint().fetch(url));
    await row("get, generator as callback", () => LOADER.get("generator", function* () { yield code; }).getEntrypoint().fetch(url));
    await row("get, proxy of a function", async () => (await LOADER.get("proxy", new Proxy(() => code, {})).getEntrypoint().fetch(url)).text());
    await row("load without arguments", () => LOADER.load());
    for (const value of [5, "text", true, Symbol("s"), 5n, [], {}, () => code, new Map(), new Date(0)]) await row(`load ${text(value)}`, async () => (await LOADER.load(value).getEntrypoint().fetch(url)).text());
    await row("load without prototype", async () => (await LOADER.load(Object.assign(Object.create(null), code)).getEntrypoint().fetch(url)).text());
    await row("load inherited members", async () => (await LOADER.load(Object.create(code)).getEntrypoint().fetch(url)).text());
    await row("load a function with members", async () => (await LOADER.load(Object.assign(() => {}, code)).getEntrypoint().fetch(url)).text());
    await row("load a proxy", async () => (await LOADER.load(new Proxy(code, {})).getEntrypoint().fetch(url)).text());
    await row("load, more arguments", async () => (await LOADER.load(code, 5).getEntrypoint().fetch(url)).text());
    await row("load an instance", async () => (await LOADER.load(new (class { compatibilityDate = compatibilityDate; mainModule = "main.js"; modules = { "main.js": fine }; })()).getEntrypoint().fetch(url)).text());

    for (const value of [undefined, null, 5, true, {}, [], 5n, Symbol("s")]) {
      await row(`compatibilityDate ${text(value)}`, () => use({ compatibilityDate: value }));
      await row(`compatibilityFlags ${text(value)}`, () => use({ compatibilityFlags: value }));
      await row(`compatibilityFlags of ${text(value)}`, () => use({ compatibilityFlags: [value] }));
      await row(`allowExperimental ${text(value)}`, () => use({ allowExperimental: value }));
      await row(`mainModule ${text(value)}`, () => use({ mainModule: value }).catch(first));
      await row(`modules ${text(value)}`, () => use({ modules: value }));
      if (value === undefined || ["object", "symbol"].includes(typeof value)) await row(`module ${text(value)}`, () => use({ modules: { "main.js": value } }));
      await row(`env ${text(value)}`, () => use({ env: value }));
      await row(`globalOutbound ${text(value)}`, () => use({ globalOutbound: value }));
      await row(`tails ${text(value)}`, () => use({ tails: value }));
      await row(`tails of ${text(value)}`, () => use({ tails: [value] }));
      await row(`streamingTails ${text(value)}`, () => use({ streamingTails: value }));
      await row(`limits ${text(value)}`, () => use({ limits: value }));
      if (value === null || !["bigint", "object"].includes(typeof value)) {
        // A millisecond or five may not be enough.
        for (const limit of ["number", "boolean"].includes(typeof value) ? ["subRequests"] : ["cpuMs", "subRequests"]) await row(`limits.${limit} ${text(value)}`, () => use({ limits: { [limit]: value } }));
      }
      for (const kind of ["js", "cjs", "text", "data", "json", "wasm", ...(typeof value === "symbol" ? [] : ["py"])]) await row(`module by kind ${kind} ${text(value)}`, () => use({ modules: { "main.js": fine, "m": { [kind]: value } } }));
      await row(`getEntrypoint ${text(value)}`, async () => (await worker.getEntrypoint(value).fetch(url)).text());
      await row(`getEntrypoint options ${text(value)}`, async () => (await worker.getEntrypoint(null, value).fetch(url)).text());
      await row(`getEntrypoint props ${text(value)}`, async () => (await worker.getEntrypoint(null, { props: value }).fetch(url)).text());
      await row(`getEntrypoint limits ${text(value)}`, async () => (await worker.getEntrypoint(null, { limits: value }).fetch(url)).text());
      await row(`getDurableObjectClass ${text(value)}`, () => Object.prototype.toString.call(worker.getDurableObjectClass(value)));
      await row(`getDurableObjectClass options ${text(value)}`, () => Object.prototype.toString.call(worker.getDurableObjectClass("X", value)));
      await row(`getDurableObjectClass props ${text(value)}`, () => Object.prototype.toString.call(worker.getDurableObjectClass("X", { props: value })));
    }
    await row("load throws at once?", () => { LOADER.load({ ...code, modules: {} }); return "no throw"; });
    await row("load with a getter that throws, at once?", () => { LOADER.load({ get modules() { throw new RangeError("getter"); } }); return "no throw"; });
    await row("order of members", async () => { const seen = []; await LOADER.load(new Proxy(code, { get(target, key) { seen.push(String(key)); return target[key]; } })).getEntrypoint().fetch(url); return seen; });
    await row("order of the callback's members", async () => { const seen = []; await LOADER.get("members", () => new Proxy(code, { get(target, key) { seen.push(String(key)); return target[key]; } })).getEntrypoint().fetch(url); return seen; });
    return response();
  },
};
