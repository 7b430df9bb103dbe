// Facets: arguments of wrong types, names at their limits, methods taken off their object, and the shape of ctx.facets.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

export class Child extends DurableObject {
  memory = 0;
  add() {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + 1);
    return [kv.get("n"), ++this.memory];
  }
}

export class Parent extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { facets, exports } = this.ctx;
    const start = () => ({ class: exports.Child({}) });
    const add = (name) => facets.get(name, start).add();

    await row("same object each time", () => this.ctx.facets === this.ctx.facets);
    await row("members", () => { const proto = Object.getPrototypeOf(facets); return ["get", "abort", "delete", "clone"].map((name) => { const d = Object.getOwnPropertyDescriptor(proto, name); return [typeof d.value, d.value.name, d.value.length, d.enumerable, d.writable, d.configurable]; }); });
    await row("own members", () => Reflect.ownKeys(facets).map(String));
    await row("prototype of the prototype", () => Object.getPrototypeOf(Object.getPrototypeOf(facets)) === Object.prototype);
    await row("constructor", () => [facets.constructor.name, facets.constructor.length]);
    await row("constructor called", () => new facets.constructor());
    await row("constructor called as a function", () => facets.constructor());
    await row("place on ctx", () => { const d = Object.getOwnPropertyDescriptor(this.ctx, "facets"); return d && [Object.keys(d), d.enumerable, d.configurable, d.writable ?? null]; });
    await row("in", () => ["facets" in this.ctx, Object.keys(this.ctx).includes("facets")]);
    await row("cannot be cloned", () => structuredClone(facets));
    await row("JSON", () => JSON.stringify(facets));

    for (const method of ["get", "abort", "delete", "clone"]) {
      await row(`${method} without arguments`, () => facets[method]());
      await row(`${method} off its object`, () => { const { [method]: taken } = facets; return taken("x", start); });
      await row(`${method} on another object`, () => facets[method].call({}, "x", start));
      await row(`${method} on an object that inherits`, () => facets[method].call(Object.create(facets), "x", start));
      await row(`${method} on a proxy`, () => facets[method].call(new Proxy(facets, {}), "x", start));
      await row(`${method} with a symbol`, () => facets[method](Symbol("s"), start));
      await row(`${method} with an object that throws`, () => facets[method]({ toString() { throw new RangeError("toString"); } }, start));
      await row(`${method} with an object without text`, () => facets[method](Object.create(null), start));
      await row(`${method} of 257 before the type of the second`, () => facets[method]("n".repeat(257), 5));
    }
    await row("get with one argument", () => facets.get("x"));
    for (const value of [null, undefined, 5, "text", {}, [], Symbol("s"), 5n]) await row(`get with ${typeof value === "symbol" ? "a symbol" : show(value)} as callback`, () => facets.get("x", value));
    await row("get with a class as callback", () => facets.get("class callback", class {}).add());
    await row("get with a generator as callback", () => facets.get("generator callback", function* () { yield start(); }).add());
    await row("get with a proxy of a function", () => facets.get("proxy callback", new Proxy(start, {})).add());
    await row("get with an async function", () => facets.get("async callback", async () => start()).add());
    await row("get with more arguments", () => facets.get("more", start, "x", "y").add());
    await row("name before callback", () => facets.get({ toString() { throw new RangeError("name first"); } }, 5));
    await row("abort with one argument", () => facets.abort("x"));
    await row("abort with undefined", () => facets.abort("x", undefined));
    await row("abort with more", () => facets.abort("x", "y", "z"));
    await row("abort of a symbol", async () => { const stub = facets.get("symbol reason", start); await stub.add(); facets.abort("symbol reason", Symbol("why")); return stub.add(); });
    await row("delete with more", () => facets.delete("x", "y"));
    await row("clone with one argument", () => facets.clone("x"));
    await row("clone with a symbol second", () => facets.clone("x", Symbol("s")));
    await row("clone order of conversions", () => { const seen = []; facets.clone({ toString() { seen.push("from"); return "o1"; } }, { toString() { seen.push("to"); return "o2"; } }); return seen; });
    await row("clone with more", () => facets.clone("x", "y", "z"));

    const names = {
      "256 ASCII": "n".repeat(256), "257 ASCII": "n".repeat(257), "128 of two bytes": "é".repeat(128), "129 of two bytes": "é".repeat(129),
      "85 of three bytes and one": "日".repeat(85) + "x", "86 of three bytes": "日".repeat(86), "64 of four bytes": "😀".repeat(64), "65 of four bytes": "😀".repeat(65), "64 of four bytes and one": "😀".repeat(64) + "x",
      "256 NULs": "\0".repeat(256), "257 NULs": "\0".repeat(257), "86 lone surrogates": "\ud800".repeat(86),
    };
    for (const [kind, name] of Object.entries(names)) {
      await row(`name of ${kind}`, () => add(name));
      await row(`abort ${kind}`, () => facets.abort(name, "x"));
      await row(`clone from ${kind}`, () => facets.clone(name, "copy"));
      await row(`clone to ${kind}`, () => facets.clone("never", name));
      await row(`delete ${kind}`, () => facets.delete(name));
    }
    await row("name with a BOM", async () => { await add("\ufeffbom"); return add("bom"); });
    await row("composed and decomposed", async () => { await add("\u00e9"); return add("e\u0301"); });
    await row("cases of a letter", async () => { await add("case"); return add("CASE"); });
    await row("text of an object", async () => { await add({ toString: () => "object name" }); return add("object name"); });
    await row("text of an array", async () => { await add(["a", "b"]); return add("a,b"); });
    await row("text of null", async () => { await add(null); return add("null"); });
    await row("text of a number", async () => { await add(1e21); return [await add("1e+21"), await add(-0), await add("0")]; });
    await row("text of a bigint", async () => { await add(5n); return add("5"); });
    await row("String object", async () => { await add(new String("boxed")); return add("boxed"); });
    await row("Symbol.toPrimitive", async () => { await add({ [Symbol.toPrimitive]: (hint) => `by ${hint}` }); return add("by string"); });
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Parent.getByName("parent").fetch("http://parent.test/");
  },
};
