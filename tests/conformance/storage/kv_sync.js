// ctx.storage.kv: arguments, results and errors of get, put and delete, and what it shares with the asynchronous methods.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const { kv } = storage;
    await row("tag", () => Object.prototype.toString.call(kv));
    await row("own keys", () => Object.keys(kv));
    await row("constructor", () => new kv.constructor());
    await row("kv assigned", () => { storage.kv = 5; return storage.kv === kv; });
    for (const name of ["get", "put", "delete", "list"]) await row(`${name} length`, () => [kv[name].length, kv[name].name]);
    for (const name of ["get", "put", "delete", "list"]) await row(`${name} detached`, () => kv[name].call({}, "a", 1));
    await row("delete before any key", () => kv.delete("a"));
    await row("get before any key", () => kv.get("a"));
    kv.put("a", "one");
    for (const [label, ...given] of [["nothing"], ["undefined", undefined], ["null", null], ["number", 1], ["text", "a"], ["symbol", Symbol("s")], ["bigint", 5n], ["object", { toString: () => "a" }], ["array", ["a"]], ["array of two", ["a", "b"]], ["empty text", ""], ["options", "a", { allowConcurrency: true }], ["odd options", "a", 5], ["Date", new Date(NaN)]]) {
      await row(`get ${label}`, () => kv.get(...given));
    }
    for (const [label, ...given] of [["nothing"], ["key only", "k"], ["key and undefined", "k", undefined], ["key and null", "k", null], ["undefined key", undefined, "u"], ["null key", null, "n"], ["number key", 1, "one"], ["empty key", "", "empty"], ["array key", ["x", "y"], "array"], ["object key", {}, "object"], ["symbol key", Symbol("s"), 1], ["entries", { e1: 1, e2: 2 }], ["options", "k", 2, { allowUnconfirmed: true }], ["odd options", "k", 3, "x"], ["function", "k", () => {}], ["Promise", "k", Promise.resolve(1)]]) {
      await row(`put ${label}`, () => kv.put(...given));
    }
    await row("after all puts", () => [...kv.list()]);
    for (const [label, ...given] of [["nothing"], ["there", "k"], ["missing", "k"], ["undefined", undefined], ["null", null], ["number", 1], ["array", ["x", "y"]], ["array of keys", ["a", ""]], ["object", {}], ["symbol", Symbol("s")], ["empty key", ""]]) {
      await row(`delete ${label}`, () => kv.delete(...given));
    }
    await row("after all deletes", () => [...kv.list()]);
    await row("undefined is a missing key", () => { kv.put("u", undefined); return [kv.get("u"), kv.delete("u"), kv.delete("u")]; });
    await row("throwing toString", () => kv.get({ toString() { throw new RangeError("key"); } }));

    await row("put seen by get", async () => { kv.put("s", { a: 1 }); return storage.get("s"); });
    await row("asynchronous put seen at once", () => { storage.put("s", { a: 2 }); return kv.get("s"); });
    await row("asynchronous delete seen at once", () => { storage.delete("s"); return kv.get("s"); });
    await row("asynchronous entries seen at once", () => { storage.put({ m1: 1, m2: 2 }); return [...kv.list({ prefix: "m" })]; });
    await row("delete seen by list", async () => { kv.delete("m1"); return storage.list({ prefix: "m" }); });
    await row("not awaited get sees the value at its call", async () => { kv.put("v", 1); const got = storage.get("v"); kv.put("v", 2); return [await got, await storage.get("v")]; });
    await row("not awaited list sees the values at its call", async () => { const got = storage.list({ prefix: "v" }); kv.put("v", 3); return got; });
    await row("in blockConcurrencyWhile", () => this.ctx.blockConcurrencyWhile(async () => { kv.put("b", 1); return kv.get("b"); }));
    await row("1000 keys", () => { for (let i = 0; i < 1000; i++) kv.put(`many${i}`, i); let sum = 0; for (const [, value] of kv.list({ prefix: "many" })) sum += value; return sum; });
    await row("first 3 of 1000", () => [...kv.list({ prefix: "many", limit: 3 })]);
    await row("last 3 of 1000", () => [...kv.list({ prefix: "many", limit: 3, reverse: true })]);
    await row("key of 100000", () => { const key = "k".repeat(100_000); kv.put(key, 1); return [kv.get(key), kv.delete(key)]; });
    await row("key with zero", () => { kv.put("z\0a", 1); return [kv.get("z\0a"), kv.get("z"), [...kv.list({ prefix: "z" })]]; });
    await row("lone surrogate", () => { kv.put("l\ud800", 1); return [...kv.list({ prefix: "l" })]; });
    await row("rows of SQL for keys", () => storage.sql.exec("SELECT count(*) AS n FROM sqlite_master WHERE name = '_cf_KV'").one());
    await row("name of the table is not for SQL", () => storage.sql.exec("INSERT INTO _cf_KV VALUES ('x', 1)"));
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
