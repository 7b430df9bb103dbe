// Durable Objects and entrypoints: handlers, inheritance, arguments, members of ctx, functions of handler objects
// called over RPC.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table, show } from "../table.js";

class Base extends DurableObject {
  inherited() {
    return "inherited";
  }
  overridden() {
    return "of the base";
  }
  get inheritedGetter() {
    return "inherited getter";
  }
}
export class Derived extends DurableObject {}
Object.setPrototypeOf(Derived, Base);
Object.setPrototypeOf(Derived.prototype, Base.prototype);
Object.assign(Derived.prototype, {
  overridden() {
    return "of the derived";
  },
  viaSuper() {
    return Base.prototype.overridden.call(this);
  },
  value: "value on the prototype",
  nested: { deep: 1, call: () => "deep call" },
});

export class FetchOnly extends DurableObject {
  fetch() {
    return new Response("fetched");
  }
}
export class FetchWrong extends DurableObject {
  fetch() {
    return "not a response";
  }
}
export class FetchField extends DurableObject {
  fetch = () => new Response("a field");
}
export class Arguments extends DurableObject {
  count() {
    return arguments.length;
  }
  defaults(a = "default a", b = "default b") {
    return [a, b];
  }
  rest(first, ...others) {
    return others;
  }
  addLater() {
    Arguments.prototype.later = () => "added later";
    Arguments.prototype.count = () => "replaced";
  }
  deleteLater() {
    delete Arguments.prototype.rest;
  }
}
export class Context extends DurableObject {
  members() {
    const seen = {};
    for (let at = Object.getPrototypeOf(this.ctx); at !== Object.prototype; at = Object.getPrototypeOf(at)) for (const name of Object.getOwnPropertyNames(at)) seen[name] = true;
    return Object.keys(seen).sort().filter((name) => typeof this.ctx[name] === "function");
  }
  kinds() {
    const { ctx } = this;
    return { id: typeof ctx.id, props: ctx.props, exports: Object.keys(ctx.exports).sort(), container: typeof ctx.container, facets: typeof ctx.facets, same: ctx.exports === ctx.exports, sameEnv: this.env === this.env, envKeys: Object.keys(this.env).sort() };
  }
  assign() {
    const seen = {};
    for (const name of ["id", "storage", "props", "exports"]) try { this.ctx[name] = "assigned"; seen[name] = this.ctx[name] === "assigned"; } catch (error) { seen[name] = error.name; }
    this.ctx.mine = 1;
    seen.mine = this.ctx.mine;
    return seen;
  }
  detached() {
    const { blockConcurrencyWhile } = this.ctx;
    return blockConcurrencyWhile(async () => 1);
  }
}
export class Entry extends WorkerEntrypoint {
  own = () => 1;
  method() {
    return "entry method";
  }
  get getter() {
    return "entry getter";
  }
  shape() {
    return [Object.keys(this).sort(), typeof this.env.Host, Object.prototype.toString.call(this.ctx), this.ctx.props];
  }
}
export const functions = {
  none() { return "none"; },
  one(value) { return value; },
  two(value, env) { return [value, typeof env]; },
  three(value, env, ctx) { return [value, typeof env, typeof ctx?.waitUntil]; },
  four(a, b, c, d) { return [a, b, c, d]; },
  rest(...all) { return all.length; },
  defaults(value = 5) { return value; },
  arrow: (value, env, ctx) => [value, typeof ctx?.waitUntil],
  thisIs(value, env, ctx) { return this === functions; },
  throws(value, env, ctx) { throw new RangeError("of a function"); },
  value: 5,
  object: { inner: 1 },
  get getter() { return "got"; },
  fetch() { return new Response("functions"); },
};

const loaded = `
  import { DurableObject } from "cloudflare:workers";
  export class Nothing extends DurableObject {}
  export class Own extends DurableObject { fetch = () => new Response("own field"); }
  export class Sub extends Nothing { ping() { return "pong of a subclass"; } }
  export default { fetch() {} };
`;
export class Host extends DurableObject {
  facet(name) {
    return this.ctx.facets.get(name, () => ({ class: this.env.LOADER.get("classes", () => ({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": loaded } })).getDurableObjectClass(name) }));
  }
  async ping(name) {
    return this.facet(name).ping();
  }
  async text(name) {
    return (await this.facet(name).fetch("http://x.test/")).text();
  }
}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const url = "http://x.test/";
    const { exports } = ctx;
    const derived = env.Derived.getByName("d");
    await row("inherited method", () => derived.inherited());
    await row("overridden method", () => derived.overridden());
    await row("method through the base", () => derived.viaSuper());
    await row("inherited getter", async () => derived.inheritedGetter);
    await row("value on the prototype", async () => derived.value);
    await row("arguments none", () => env.Arguments.getByName("a").count());
    await row("arguments undefined", () => env.Arguments.getByName("a").count(undefined, undefined));
    await row("arguments many", () => env.Arguments.getByName("a").count(...Array.from({ length: 100 }, (_, i) => i)));
    await row("arguments default", () => env.Arguments.getByName("a").defaults(undefined, null));
    await row("arguments rest", () => env.Arguments.getByName("a").rest(1, 2, 3));
    await row("method added later", async () => { await env.Arguments.getByName("a").addLater(); return [await env.Arguments.getByName("a").later(), await env.Arguments.getByName("a").count()]; });
    await row("method deleted later", async () => { await env.Arguments.getByName("a").deleteLater(); return env.Arguments.getByName("a").rest(1); });
    await row("fetch alone, rpc", () => env.FetchOnly.getByName("f").ping());
    await row("fetch alone", async () => (await env.FetchOnly.getByName("f").fetch(url)).text());
    await row("fetch gives text", () => env.FetchWrong.getByName("f").fetch(url));
    await row("fetch is a field", async () => (await env.FetchField.getByName("f").fetch(url)).text());
    await row("fetch of a relative address", () => env.FetchOnly.getByName("f").fetch("/x"));
    await row("fetch of nothing", () => env.FetchOnly.getByName("f").fetch());
    await row("kinds of ctx", () => env.Context.getByName("c").kinds());
    await row("assignment to ctx", () => env.Context.getByName("c").assign());
    await row("detached method of ctx", () => env.Context.getByName("c").detached());
    await row("field fetch of a facet", () => env.Host.getByName("h").text("Own"));
    await row("subclass of a class", () => env.Host.getByName("h").ping("Sub"));
    await row("entrypoint method", () => exports.Entry.method());
    await row("entrypoint getter", async () => exports.Entry.getter);
    await row("entrypoint own", () => exports.Entry.own());
    await row("entrypoint missing", () => exports.Entry.nothing());
    await row("entrypoint without fetch", () => exports.Entry.fetch(url));
    await row("entrypoint shape", () => exports.Entry.shape());
    for (const name of ["alarm", "webSocketMessage", "constructor", "dup", "scheduled", "queue"]) await row(`entrypoint ${name}`, () => exports.Entry[name]());
    for (const name of ["none", "one", "two", "three", "four", "rest", "defaults", "arrow", "thisIs", "throws", "value", "object", "getter", "nothing"]) await row(`function ${name}`, () => exports.functions[name]("argument"));
    await row("function without an argument", () => exports.functions.one());
    await row("function with two arguments", () => exports.functions.one(1, 2));
    await row("function with undefined", () => exports.functions.three(undefined));
    await row("value read", async () => exports.functions.value);
    await row("object read", async () => show(await exports.functions.object));
    await row("fetch beside functions", async () => (await exports.functions.fetch(url)).text());
    return response();
  },
};
