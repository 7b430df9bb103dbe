// Worker Loader: what env and props may hold, and how a loaded Worker sees it.
import { DurableObject, RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";

export class Gate extends WorkerEntrypoint {
  async fetch(request) {
    return new Response(`gate ${JSON.stringify(this.ctx.props)} ${request.method} ${request.url} ${await request.text()}`);
  }
  greet(name) {
    return `hello ${name} ${JSON.stringify(this.ctx.props)}`;
  }
  propsOf() {
    return Object.fromEntries(Object.entries(this.ctx.props).map(([key, value]) => [key, Object.prototype.toString.call(value)]));
  }
  throughProps(name) {
    return this.ctx.props.next.greet(name);
  }
}
export const handler = {
  fetch() {
    return new Response("handler object");
  },
};
export class Store extends DurableObject {
  add(by) {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + by);
    return kv.get("n");
  }
  fetch(request) {
    return new Response(`store ${this.ctx.id.name} ${request.url}`);
  }
  useClass(name, options) {
    return this.ctx.facets.get(name, () => ({ class: options.class })).props();
  }
  useLoaded(source, className, options, env) {
    const worker = this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, env: env ?? {} });
    return this.ctx.facets.get(`${className} ${JSON.stringify(options)}`, () => ({ class: worker.getDurableObjectClass(className, options) })).describe();
  }
}
export class Described extends DurableObject {
  props() {
    return this.ctx.props;
  }
}

const prelude = `import { DurableObject, WorkerEntrypoint } from "cloudflare:workers"; const tag = (value) => Object.prototype.toString.call(value);`;

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const { exports } = ctx;
    const load = (source, more) => env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": `${prelude}\n${source}` }, ...more });
    const run = async (body, more) => (await load(`export default { async fetch(request, env, ctx) { try { const value = await (async () => { ${body} })(); return new Response(typeof value === "string" ? value : JSON.stringify(value)); } catch (error) { return new Response("caught " + error.name + ": " + error.message); } } };`, more).getEntrypoint().fetch(url)).text();

    await row("entrypoint in env", () => run("return [tag(env.G), await env.G.greet('x'), await (await env.G.fetch('http://in.test/')).text()];", { env: { G: exports.Gate({ props: { a: 1 } }) } }));
    await row("entrypoint in env, called with nothing", () => run("return env.G.greet('x');", { env: { G: exports.Gate({}) } }));
    await row("entrypoint in env, not called", () => run("return env.G.greet('x');", { env: { G: exports.Gate } }));
    await row("handler object in env", () => run("return (await env.H.fetch('http://in.test/')).text();", { env: { H: exports.handler({}) } }));
    await row("default export in env", () => run("return tag(env.D);", { env: { D: exports.default({}) } }));
    await row("stub in env", () => run("return [tag(env.S), await env.S.add(2), await env.S.add(3), Object.keys(env.S)];", { env: { S: env.Store.getByName("s") } }));
    await row("stub in env, fetch", () => run("return (await env.S.fetch('http://in.test/q')).text();", { env: { S: env.Store.getByName("s") } }));
    await row("stub of ctx.exports in env", () => run("return env.S.add(5);", { env: { S: exports.Store.getByName("s") } }));
    await row("class in env", () => run("return tag(env.C);", { env: { C: exports.Described({ props: { a: 1 } }) } }));
    await row("namespace of ctx.exports in env", () => run("return tag(env.N);", { env: { N: exports.Store } }));
    await row("id in env", () => run("return 1;", { env: { I: env.Store.idFromName("i") } }));
    await row("worker in env", () => run("return 1;", { env: { W: load("export default {};") } }));
    await row("loaded entrypoint in env", () => run("return 1;", { env: { E: load("export default {};").getEntrypoint() } }));
    await row("loaded class in env", () => run("return 1;", { env: { E: load("export class D extends DurableObject {}").getDurableObjectClass("D") } }));
    await row("ctx in env", () => run("return 1;", { env: { X: ctx } }));
    for (const [kind, make] of Object.entries({
      Request: () => new Request(url), Response: () => new Response("x"), Headers: () => new Headers({ a: "1" }), ReadableStream: () => new Blob(["x"]).stream(), Blob: () => new Blob(["x"]), URL: () => new URL(url),
      AbortSignal: () => new AbortController().signal, "null prototype": () => Object.create(null), Promise: () => Promise.resolve(1), WeakMap: () => new WeakMap(), "crypto": () => crypto,
    })) await row(`${kind} in env`, () => run("return tag(env.V);", { env: { V: make() } }));
    for (const [kind, given] of Object.entries({ "text": "text", "number": 5, "null": null, "array": [1, 2], "Map": new Map([["a", 1]]), "Date": new Date(0) })) await row(`env is ${kind}`, () => run("return [typeof env, tag(env), JSON.stringify(env)];", { env: given }));
    await row("one thing twice in env", () => run("return env.a === env.b && env.a.self === env.a;", { env: (() => { const a = {}; a.self = a; return { a, b: a }; })() }));
    await row("stub twice in env", () => run("return [await env.a.greet('1'), await env.b.greet('2')];", { env: (() => { const g = exports.Gate({}); return { a: g, b: g }; })() }));
    await row("env with a getter", () => run("return env.g;", { env: { get g() { return "read"; } } }));
    await row("env with a getter that throws", () => run("return env.g;", { env: { get g() { throw new RangeError("getter threw"); } } }));

    await row("props with a stub", async () => run("return env.G.propsOf();", { env: { G: exports.Gate({ props: { s: env.Store.getByName("p"), c: exports.Described({ props: {} }), g: exports.Gate({}) } }) } }));
    await row("props with an entrypoint used", () => exports.Gate({ props: { next: exports.Gate({ props: { deep: true } }) } }).throughProps("x"));
    await row("props in props in props", () => exports.Gate({ props: { next: exports.Gate({ props: { next: exports.Gate({ props: { end: 1 } }) } }) } }).throughProps("x").catch((error) => error.message));
    await row("props with an entrypoint not called", () => exports.Gate({ props: { next: exports.Gate } }).greet("x"));
    await row("props with a function", () => exports.Gate({ props: { f() {} } }).greet("x"));
    await row("props with an instance", () => exports.Gate({ props: { f: new URL(url) } }).greet("x"));
    await row("props null", () => exports.Gate({ props: null }).greet("x"));
    await row("props number", () => exports.Gate({ props: 5 }).greet("x"));
    await row("loaded entrypoint, props with a stub", () => load("export default class extends WorkerEntrypoint { use() { return this.ctx.props.s.add(7); } }").getEntrypoint(null, { props: { s: env.Store.getByName("loaded props") } }).use());
    await row("loaded entrypoint, props with a loaded one", () => load("export default class extends WorkerEntrypoint { use() { return 1; } }").getEntrypoint(null, { props: { e: load("export default {};").getEntrypoint() } }).use());
    await row("loaded entrypoint, props with a function", () => load("export default class extends WorkerEntrypoint { use() { return 1; } }").getEntrypoint(null, { props: { f() {} } }).use());
    await row("loaded entrypoint, two props", async () => { const worker = load("export default class extends WorkerEntrypoint { use() { return this.ctx.props; } }"); const [a, b] = [worker.getEntrypoint(null, { props: { a: 1 } }), worker.getEntrypoint(null, { props: { b: 2 } })]; return [await a.use(), await b.use(), await a.use()]; });
    await row("loaded entrypoint, props changed after", async () => { const props = { list: [1] }; const entry = load("export default class extends WorkerEntrypoint { use() { return this.ctx.props; } }").getEntrypoint(null, { props }); props.list.push(2); return entry.use(); });
    await row("loaded entrypoint, props changed inside", async () => { const entry = load("export default class extends WorkerEntrypoint { use() { this.ctx.props.n = (this.ctx.props.n ?? 0) + 1; return this.ctx.props.n; } }").getEntrypoint(null, { props: {} }); return [await entry.use(), await entry.use()]; });
    const describe = `export class D extends DurableObject { describe() { return [this.ctx.props, Object.keys(this.env), Object.keys(this.ctx.exports)]; } }`;
    await row("loaded class", () => env.Store.getByName("c").useLoaded(`${prelude}${describe}`, "D", undefined, { A: 1 }));
    await row("loaded class with props", () => env.Store.getByName("c").useLoaded(`${prelude}${describe}`, "D", { props: { p: 1 } }));
    await row("loaded class with limits", () => env.Store.getByName("c").useLoaded(`${prelude}${describe}`, "D", { limits: { cpuMs: 50, subRequests: 5 } }));
    await row("class as rpc argument", () => env.Store.getByName("c").useClass("by argument", { class: exports.Described({ props: { by: "argument" } }) }));
    return response();
  },
};
