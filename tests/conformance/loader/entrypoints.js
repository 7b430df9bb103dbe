// Worker Loader: entrypoints of loaded Workers by every kind of export, what their ctx has, what they may hand out, and
// stubs of them that are kept.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table, describeError, marks, show } from "../table.js";

const compatibilityDate = "2026-11-17";

export class Gate extends WorkerEntrypoint {
  greet(name) {
    return `hello ${name} ${JSON.stringify(this.ctx.props)}`;
  }
  async fetch(request) {
    return new Response(`gate ${JSON.stringify(this.ctx.props)} ${request.url}`);
  }
  /** Loads a Worker for one that has no loader itself. */
  async loadAndFetch(source, given) {
    return (await this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, env: given ?? {} }).getEntrypoint().fetch("http://inner.test/")).text();
  }
  tagOf(value) {
    return Object.prototype.toString.call(value);
  }
  give(what) {
    const worker = this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": "export default { fetch() {} }" } });
    return { worker, entrypoint: worker.getEntrypoint(), class: worker.getDurableObjectClass("X"), loader: this.env.LOADER }[what];
  }
}
export class Keeper extends DurableObject {
  keep(source) {
    this.kept = this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source } }).getEntrypoint();
    return "kept";
  }
  use(method, ...args) {
    return this.kept[method](...args);
  }
  async put(value) {
    await this.ctx.storage.put("value", value);
  }
  putLoaded(what) {
    const worker = this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": "export default { fetch() {} }" } });
    this.ctx.storage.kv.put("value", what === "entrypoint" ? worker.getEntrypoint() : worker.getDurableObjectClass("X"));
  }
}

const odd = {
  bound: `export const bound = (() => { const self = { n: 5, fetch() { return new Response(String(this.n)); } }; return self; })();`,
  withProto: `export const withProto = Object.create({ fetch() { return new Response("inherited"); } });`,
  instance: `export const instance = new (class Thing { fetch() { return new Response("instance"); } hi() { return "hi"; } })();`,
  nothing: `export const nothing = {};`,
  frozen: `export const frozen = Object.freeze({ fetch() { return new Response("frozen"); } });`,
  proxy: `export const proxy = new Proxy({ fetch() { return new Response("proxy"); } }, {});`,
  getter: `export const getter = { get fetch() { return () => new Response("getter"); } };`,
  wrongFetch: `export const wrongFetch = { fetch: 5 };`,
  numberFetch: `export const numberFetch = { fetch: 5, hi() { return "hi"; } };`,
  emptyClass: `import { WorkerEntrypoint } from "cloudflare:workers"; export class emptyClass extends WorkerEntrypoint {}`,
  proxied: `import { WorkerEntrypoint } from "cloudflare:workers"; export const proxied = new Proxy(class extends WorkerEntrypoint { hi() { return "hi"; } }, {});`,
  later: `export let later = { fetch() { return new Response("before"); } }; queueMicrotask(() => { later = { fetch() { return new Response("after"); } }; });`,
  fetchIsAsyncGenerator: `export const fetchIsAsyncGenerator = { async *fetch() { yield 1; } };`,
  fetchIsClass: `export const fetchIsClass = { fetch: class {} };`,
  fetchThisIs: `export const fetchThisIs = { fetch() { return new Response(String(this === fetchThisIs) + Object.keys(this)); }, hi() {} };`,
};

/** What an export may be that no call reaches. */
const unreachable = {
  func: `export function func() { return new Response("func"); }`,
  arrow: `export const arrow = () => new Response("arrow");`,
  asyncFunc: `export async function asyncFunc() {}`,
  oddClass: `export class oddClass { hi() { return "hi"; } }`,
  workflow: `import { WorkflowEntrypoint } from "cloudflare:workers"; export class workflow extends WorkflowEntrypoint {}`,
  target: `import { RpcTarget } from "cloudflare:workers"; export class target extends RpcTarget { hi() { return "hi"; } fetch() { return new Response("target"); } }`,
  objectBase: `export class objectBase extends Object { fetch() { return new Response("object base"); } }`,
  nullBase: `export class nullBase extends null { fetch() {} }`,
};

const inside = `
  import { DurableObject, RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
  const tag = (value) => Object.prototype.toString.call(value);
  let n = 0;
  export default { fetch(request, env, ctx) { return Response.json([request.url, JSON.stringify(ctx.props)]); }, one(arg, env, ctx) { return [arg, Object.keys(env), JSON.stringify(ctx.props)]; }, none() { return "none"; }, two(a, b) { return "two"; }, value: 5 };
  export const object = { fetch() { return new Response("object"); }, hi(name) { return "hi " + name; } };
  export class Bare { fetch() { return new Response("bare"); } }
  export class Named extends WorkerEntrypoint {
    own = "own";
    static stat() { return "static"; }
    get prop() { return "prop"; }
    count() { return ++n; }
    props() { return this.ctx.props; }
    changeProps() { this.ctx.props.added = true; return this.ctx.props; }
    members() { return [tag(this.ctx), typeof this.ctx.waitUntil, Object.keys(this.ctx.exports).sort(), Object.entries(this.ctx.exports).map(([key, value]) => key + " " + tag(value)).sort()]; }
    sameInstance() { this.seen = (this.seen ?? 0) + 1; return this.seen; }
    selfCall() { return this.ctx.exports.Named({ props: { by: "self" } }).props(); }
    selfBare() { return this.ctx.exports.Named.props(); }
    give(what) { return { stub: this.ctx.exports.Named({}), bare: this.ctx.exports.Named, class: this.ctx.exports.Obj({}), bareClass: this.ctx.exports.Obj, self: this, ctx: this.ctx, env: this.env, error: new TypeError("given"), symbol: Symbol("s") }[what]; }
    passTo(gate) { return gate.tagOf(this.ctx.exports.Named({})); }
    passEnv(what) { return this.env.GATE.tagOf({ stub: this.ctx.exports.Named({}), class: this.ctx.exports.Obj({}) }[what]); }
    propsOfOwn() { return this.ctx.exports.Named({ props: { inner: this.ctx.exports.Named({}) } }).props(); }
    throwAfterReturn() { this.ctx.waitUntil(Promise.reject(new Error("later"))); return "returned"; }
    take(value) { return tag(value); }
    private_() { return typeof this.fetch; }
    async nested(source) { return this.env.GATE.loadAndFetch(source, { from: "outer" }); }
    async hang() { return new Promise(() => {}); }
  }
  export class Child extends Named { props() { return ["child", super.props()]; } }
  export class Failing extends WorkerEntrypoint { constructor(ctx, env) { super(ctx, env); throw new RangeError("constructor"); } hi() {} fetch() {} }
  export class NoSuper extends WorkerEntrypoint { constructor() { } hi() {} }
  export class Obj extends DurableObject { hi() { return "hi"; } fetch() { return new Response("object class"); } }
  export { Named as "odd name", Named as renamed };
`;

export default {
  async fetch(request, env, ctx) {
    const rows = table();
    const row = (label, run) => rows.row(label, () => Promise.race([run(), scheduler.wait(3000).then(() => "no answer")]));
    const url = "http://worker.test/";
    const { exports } = ctx;
    const outcome = async (promise) => { try { return await promise; } catch (error) { return error instanceof Error ? [describeError(error), ...marks(error)] : ["not an Error", show(error)]; } };
    const load = (source, more) => env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, ...more });
    const worker = load(inside, { env: { GATE: exports.Gate({ props: { g: 1 } }) } });
    const entry = (name, options) => worker.getEntrypoint(name, options);

    for (const name of [undefined, "object", "Named", "Child", "Failing", "NoSuper", "odd name", "renamed", "default"]) {
      await row(`fetch ${name}`, () => outcome((async () => (await entry(name).fetch(url)).text())()));
      await row(`call ${name}`, () => outcome((async () => entry(name).hi("x"))()));
    }
    for (const name of ["Nope", "fetch", "then", "toString", "__esModule", "prototype", "Object", " Named", "named"]) {
      await row(`fetch of ${name}, which is missing`, () => outcome(entry(name).fetch(url)));
      await row(`call of ${name}, which is missing`, () => outcome(entry(name).hi("x")));
    }
    for (const [name, source] of Object.entries(odd)) {
      const modules = { "main.js": `${source} export default { fetch() { return new Response("default"); } };`, "other.js": "export const a = 1; export function fetch() { return new Response('of a namespace'); }" };
      const entry = () => env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules }).getEntrypoint(name);
      await row(`${name}, fetch`, () => outcome((async () => (await entry().fetch(url)).text())()));
      await row(`${name}, call`, () => outcome((async () => entry().hi("x"))()));
      await row(`${name}, default`, () => outcome((async () => (await env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules }).getEntrypoint().fetch(url)).text())()));
    }
    for (const [name, source] of Object.entries(unreachable)) await row(`${name} beside the default`, async () => (await load(`${source} export default { fetch() { return new Response("default"); } };`).getEntrypoint().fetch(url)).text());
    for (const [name, ...args] of [["one", 1], ["one"], ["one", 1, 2], ["none"], ["none", 1], ["two", 1], ["two", 1, 2], ["value"], ["missing"], ["fetch"], ["toString"]]) await row(`handler call ${name}(${args})`, () => outcome((async () => entry()[name](...args))()));
    await row("handler property", () => outcome(entry().value));
    await row("handler call with props", () => entry(null, { props: { p: 1 } }).one("x"));
    await row("property", () => outcome(entry("Named").prop));
    await row("own member", () => outcome(entry("Named").own));
    await row("static method", () => outcome(entry("Named").stat()));
    await row("inherited method", () => entry("Child", { props: { c: 1 } }).props());
    await row("members of ctx", () => entry("Named").members());
    await row("each call has its instance", async () => { const stub = entry("Named"); return [await stub.sameInstance(), await stub.sameInstance()]; });
    await row("props changed inside", async () => { const stub = entry("Named", { props: { p: 1 } }); return [await stub.changeProps(), await stub.props()]; });
    await row("calls itself with props", () => entry("Named").selfCall());
    await row("calls itself", () => entry("Named").selfBare());
    for (const what of ["stub", "bare", "class", "bareClass", "self", "ctx", "env", "error", "symbol"]) await row(`gives its ${what}`, () => outcome((async () => show(await entry("Named").give(what)))()));
    await row("passes its entrypoint to a given stub", () => outcome(entry("Named").passTo(exports.Gate({}))));
    await row("passes its entrypoint to a stub in env", () => outcome(entry("Named").passEnv("stub")));
    await row("passes its class to a stub in env", () => outcome(entry("Named").passEnv("class")));
    await row("its entrypoint in its own props", () => outcome((async () => show(await entry("Named").propsOfOwn()))()));
    await row("takes a loaded entrypoint", () => outcome(entry("Named").take(entry("Named"))));
    await row("takes a loaded class", () => outcome(entry("Named").take(worker.getDurableObjectClass("Obj"))));
    await row("takes an entrypoint", () => outcome(entry("Named").take(exports.Gate({}))));
    await row("takes an object stub", () => outcome(entry("Named").take(env.Keeper.getByName("x"))));
    await row("takes a Worker", () => outcome(entry("Named").take(worker)));
    await row("takes a loader", () => outcome(entry("Named").take(env.LOADER)));
    await row("loaded entrypoint to an entrypoint", () => outcome(exports.Gate({}).tagOf(entry("Named"))));
    await row("loaded entrypoint to an object", () => outcome(env.Keeper.getByName("x").use("y", entry("Named"))));
    await row("loaded class to an entrypoint", () => outcome(exports.Gate({}).tagOf(worker.getDurableObjectClass("Obj"))));
    for (const what of ["worker", "entrypoint", "class", "loader"]) await row(`entrypoint gives a loaded ${what}`, () => outcome((async () => show(await exports.Gate({}).give(what)))()));
    await row("entrypoint in storage", () => outcome(env.Keeper.getByName("s").put(exports.Gate({}))));
    await row("loaded entrypoint in storage", () => outcome(env.Keeper.getByName("s").putLoaded("entrypoint")));
    await row("loaded class in storage", () => outcome(env.Keeper.getByName("s").putLoaded("class")));
    await row("loaded entrypoint in structuredClone", () => outcome((async () => structuredClone(entry("Named")))()));
    await row("loaded entrypoint as tails and outbound", async () => { const seen = []; for (const more of [{ tails: [entry()] }, { globalOutbound: entry() }]) seen.push(await outcome((async () => (await load("export default { fetch() { return new Response('ran'); } }", more).getEntrypoint().fetch(url)).text())())); return seen; });
    await row("entrypoint of a Worker loaded by another", () => entry("Named").nested("export default { fetch(request, env) { return Response.json([request.url, env]); } }"));
    await row("failure two Workers deep", () => outcome(entry("Named").nested("throw new RangeError('deep');").catch((error) => [error.name, error.message.split("\n").slice(0, 2), ...marks(error)])));
    await row("thrown two Workers deep", () => outcome(entry("Named").nested("export default { fetch() { throw new RangeError('thrown deep'); } }")));
    await row("rejected waitUntil", () => entry("Named").throwAfterReturn());
    await row("constructor without super", () => outcome(entry("NoSuper").hi()));
    await row("same entrypoint twice", () => [entry("Named") === entry("Named"), Object.keys(entry("Named")), Object.prototype.toString.call(entry("Named"))]);
    await row("hung call", () => outcome(entry("Named").hang()));

    const keeper = env.Keeper.getByName("keeper");
    await row("kept by an object over events", async () => { await keeper.keep(`import { WorkerEntrypoint } from "cloudflare:workers"; let n = 0; export default class extends WorkerEntrypoint { count() { return ++n; } fail() { throw new TypeError("no"); } }`); return [await keeper.use("count"), await keeper.use("count"), await outcome(keeper.use("fail")), await keeper.use("count")]; });
    await row("options: limits that are low", async () => (await entry(undefined, { limits: { cpuMs: 1000, subRequests: 5 } }).fetch(url)).status);
    await row("options: props and limits", () => entry("Named", { props: { p: 1 }, limits: { cpuMs: 500 } }).props());
    await row("two entrypoints, different props, at once", () => Promise.all([1, 2, 3].map((p) => entry("Named", { props: { p } }).props())));
    return rows.response();
  },
};
