// ctx.exports: what each export becomes, how it is called, its props, and what does not belong there.
import * as workers from "cloudflare:workers";
import { DurableObject, RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

export class Thing extends DurableObject {
  props() {
    return this.ctx.props;
  }
  exported() {
    return Object.keys(this.ctx.exports).sort();
  }
  callEntry(value) {
    return this.ctx.exports.Entry({ props: { from: "object" } }).echo(value);
  }
  callThing(name) {
    return this.ctx.exports.Thing.getByName(name).exported();
  }
  asFacet(props) {
    return this.ctx.facets.get(JSON.stringify(props ?? null), () => ({ class: props === undefined ? this.ctx.exports.Thing : this.ctx.exports.Thing({ props }) })).props();
  }
}
let instances = 0;
export class Entry extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    this.instance = ++instances;
  }
  echo(...values) {
    return [this.ctx.props, ...values];
  }
  number() {
    return this.instance;
  }
  same() {
    return [this.ctx.exports.Entry === this.ctx.exports.Entry, Object.keys(this.ctx.exports).sort()];
  }
  fetch(request) {
    return new Response(`${request.method} ${request.url} ${JSON.stringify(this.ctx.props)}`);
  }
  changeProps() {
    this.ctx.props.added = true;
    return this.ctx.props;
  }
  throws() {
    throw new RangeError("thrown by the entrypoint");
  }
  again() {
    return this.ctx.exports.Entry({ props: { again: true } }).echo("nested");
  }
  recurse(depth) {
    return depth === 0 ? "bottom" : this.ctx.exports.Entry.recurse(depth - 1);
  }
  waits() {
    this.ctx.waitUntil(scheduler.wait(1));
    return "answered";
  }
  pass() {
    return this.ctx.passThroughOnException();
  }
}
export class Flow extends (workers.WorkflowEntrypoint ?? class {}) {
  async run() {}
}
export class Target extends RpcTarget {
  hi() {}
}
export const handler = {
  fetch(request, env, ctx) {
    return new Response(JSON.stringify(ctx.props));
  },
  one(value, env, ctx) {
    return [value, ctx.props];
  },
};
export const empty = {};
export { Entry as Renamed, Entry as "quoted name" };

export default {
  async fetch(request, env, ctx) {
    if (request.url.includes("inner.test")) return new Response(`default ${JSON.stringify(ctx.props)}`);
    const { row, response } = table();
    const { exports } = ctx;
    const url = "http://inner.test/p";
    const tag = (value) => Object.prototype.toString.call(value);
    await row("keys", () => Object.keys(exports).sort());
    for (const name of ["default", "Thing", "Entry", "Renamed", "quoted name", "handler", "empty", "Target", "Flow", "nothing", "toString", "__proto__"]) await row(`tag of ${name}`, () => [typeof exports[name], tag(exports[name])]);
    await row("same twice", () => exports.Entry === exports.Entry && ctx.exports === exports);
    await row("prototype", () => tag(Object.getPrototypeOf(exports)));
    await row("own members", () => [Object.keys(exports.Entry), Object.keys(exports.Thing)]);
    await row("assigned", () => { exports.mine = 1; const { mine } = exports; delete exports.mine; return mine ?? null; });
    await row("instance of", () => [exports.Entry instanceof Function, exports.Thing instanceof env.Thing.constructor, tag(exports.Entry({}))]);
    await row("not called", () => exports.Entry.echo(1));
    await row("called with nothing", () => exports.Entry({}).echo(1));
    await row("called without arguments", () => exports.Entry());
    await row("called with props", () => exports.Entry({ props: { a: [1, new Date(5)] } }).echo(1));
    await row("called twice", async () => { const [a, b] = [exports.Entry({ props: { a: 1 } }), exports.Entry({ props: { b: 2 } })]; return [await a.echo(), await b.echo(), await exports.Entry.echo()]; });
    await row("called with null", () => exports.Entry(null));
    await row("called with a number", () => exports.Entry(5));
    await row("called with unknown options", () => exports.Entry({ other: 1 }).echo());
    await row("props of text", () => exports.Entry({ props: "text" }));
    await row("props of a symbol", () => exports.Entry({ props: { s: Symbol("q") } }));
    await row("props of a namespace", () => exports.Entry({ props: { n: env.Thing } }));
    await row("props changed after", async () => { const props = { list: [1] }; const entry = exports.Entry({ props }); props.list.push(2); return entry.echo(); });
    await row("props changed inside", async () => { const entry = exports.Entry({ props: {} }); return [await entry.changeProps(), await entry.echo()]; });
    await row("called and called again", () => exports.Entry({ props: {} })({ props: {} }));
    await row("new", () => new exports.Entry({}));
    await row("fetch", async () => (await exports.Entry({ props: { a: 1 } }).fetch(url, { method: "POST", body: "b" })).text());
    await row("fetch, not called", async () => (await exports.Entry.fetch(url)).text());
    await row("instance per event", async () => { const [a, b] = [await exports.Entry.number(), await exports.Entry.number()]; return b - a; });
    await row("exports inside", () => exports.Entry.same());
    await row("throws", () => exports.Entry.throws());
    await row("nested call", () => exports.Entry.again());
    await row("recursion", () => exports.Entry.recurse(20));
    await row("waitUntil", () => exports.Entry.waits());
    await row("passThroughOnException", () => exports.Entry.pass());
    await row("renamed", () => exports.Renamed.echo(1));
    await row("quoted name", () => exports["quoted name"].echo(1));
    await row("handler", async () => (await exports.handler({ props: { h: 1 } }).fetch(url)).text());
    await row("handler function", () => exports.handler({ props: { h: 1 } }).one("v"));
    await row("empty handler", () => exports.empty.fetch(url));
    await row("empty handler, rpc", () => exports.empty.one("v"));
    await row("default", async () => (await exports.default.fetch(url)).text());
    await row("default with props", async () => (await exports.default({ props: { d: 1 } }).fetch(url)).text());
    await row("class called", () => tag(exports.Thing({ props: {} })));
    await row("class called without arguments", () => tag(exports.Thing()));
    await row("class is no namespace once called", () => typeof exports.Thing({ props: {} }).getByName);
    await row("entry structuredClone", () => structuredClone(exports.Entry({})));
    await row("props of a root", () => env.Thing.getByName("t").props());
    await row("exports of a root", () => env.Thing.getByName("t").exported());
    await row("root calls an entry", () => env.Thing.getByName("t").callEntry("v"));
    await row("root calls a root", () => env.Thing.getByName("t").callThing("u"));
    await row("root as facet", () => env.Thing.getByName("t").asFacet());
    await row("root as facet with props", () => env.Thing.getByName("t").asFacet({ f: 1 }));
    await row("waitUntil of ctx.exports calls", async () => { let seen = null; ctx.waitUntil(exports.Entry.echo("x").then((value) => { seen = value; })); await scheduler.wait(20); return seen; });
    return response();
  },
};
