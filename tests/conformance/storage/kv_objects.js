// Errors and objects of the runtime among the values of ctx.storage: inside other values, and what comes back of them.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

class Point {
  constructor(x) {
    this.x = x;
  }
}

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const { kv } = storage;
    const stored = async (value) => { await storage.put("value", value); return storage.get("value"); };
    await row("empty headers", async () => [...await stored(new Headers())]);
    await row("headers", async () => [...await stored(new Headers({ A: "b", c: "d" }))]);
    await row("request", async () => { const r = await stored(new Request("http://x.test/a", { method: "POST", headers: { q: "1" }, redirect: "manual" })); return [r.url, r.method, [...r.headers], r.redirect, r.body]; });
    await row("request with body", () => stored(new Request("http://x.test/a", { method: "POST", body: "x" })));
    await row("response without body", async () => { const r = await stored(new Response(null, { status: 204, headers: { a: "b" } })); return [r.status, [...r.headers], r.body]; });
    await row("blob", async () => { const b = await stored(new Blob(["ab", new Blob(["cd"]).slice(1)], { type: "text/x" })); return [b.size, b.type, await b.text(), b instanceof Blob]; });
    await row("file", async () => { const b = await stored(new File(["ab"], "n.txt", { type: "text/x", lastModified: 5 })); return [b.size, b.type, b.name, b.lastModified, await b.text(), b instanceof File]; });
    await row("nested", async () => { const o = { h: new Headers({ a: "b" }), list: [new Point(new Headers({ c: "d" }))], map: new Map([["k", new Headers({ e: "f" })], [new Headers({ g: "h" }), 1]]), set: new Set([new Headers({ i: "j" })]) }; o.self = o; o.same = o.h; const b = await stored(o); return [[...b.h], [...b.list[0].x], [...b.map.get("k")], [...[...b.map.keys()][1]], [...[...b.set][0]], b.self === b, b.same === b.h]; });
    await row("error nested", async () => { const b = await stored({ e: Object.assign(new Error("m"), { code: 5 }) }); return [b.e instanceof Error, b.e.message, b.e.code]; });
    await row("error prop map", async () => { const b = await stored(Object.assign(new TypeError("a"), { m: new Map([[1, new Headers({ a: "b" })]]) })); return [b.name, [...b.m.get(1)]]; });
    await row("error cause error", async () => { const b = await stored(new Error("a", { cause: Object.assign(new RangeError("b"), { code: 1 }) })); return [b.cause.name, b.cause.code]; });
    await row("dom", async () => { const b = await stored(new DOMException("m", "AbortError")); return [b instanceof DOMException, b.name, b.code, b.message]; });
    await row("dom inside", async () => { const b = await stored([new DOMException("m", "AbortError")]); return [b[0] instanceof DOMException, b[0].name, b[0].message]; });
    await row("headers iterator", () => stored(new Headers({ a: "b" }).entries()));
    await row("scheduler", () => stored(scheduler));
    await row("crypto", () => stored(crypto));
    await row("this", () => stored(this));
    await row("loader", () => stored(this.env.LOADER));
    await row("subclass of URL", () => stored(new (class X extends URL {})("http://a.test")));
    await row("subclass of EventTarget", () => stored(new (class X extends EventTarget {})()));
    await row("kv cursor", () => stored(storage.sql.exec("select 1").raw()));
    await row("list", () => stored(kv.list()));
    await row("get twice headers map", async () => { kv.put("h1", new Headers({ a: "1" })); kv.put("h2", new Headers({ a: "2" })); return [[...(await storage.list({ prefix: "h" })).values()].map((h) => h.get("a")), [...(await storage.get(["h1"])).values()].map((h) => h.get("a")), [...kv.list({ prefix: "h" })].map(([, h]) => h.get("a"))]; });
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
