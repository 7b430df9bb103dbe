// The asynchronous key-value methods of ctx.storage: arguments, options, arities, order, and results.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const prototype = Object.getPrototypeOf(storage);
    await row("storage tag", () => Object.prototype.toString.call(storage));
    await row("storage members", () => Object.getOwnPropertyNames(prototype).sort());
    await row("storage own keys", () => Object.keys(storage));
    await row("new storage", () => new prototype.constructor());
    for (const name of ["get", "put", "delete", "list", "deleteAll", "transaction", "sync", "setAlarm"]) await row(`${name} length`, () => [storage[name].length, storage[name].name]);
    await row("get detached", () => { const { get } = storage; return get("a"); });
    await row("promises", async () => { const promises = [storage.get("a"), storage.put("a", 1), storage.delete("a"), storage.list(), storage.sync(), storage.getAlarm()]; await Promise.all(promises); return promises.every((promise) => promise instanceof Promise); });
    await row("errors reject", async () => { const promise = storage.list({ limit: 0 }); try { await promise; } catch (error) { return ["rejected", error.name]; } });
    await row("wrong type throws at once", () => { try { storage.put("a", undefined); return "no throw"; } catch (error) { return ["thrown", error.message]; } });
    await row("wrong arity throws at once", () => { try { storage.get(); return "no throw"; } catch (error) { return ["thrown", error.message]; } });

    const put = { a: 1, b: 2, c: 3, d: 4, e: 5 };
    await row("put entries", () => storage.put(put));
    for (const [label, ...given] of [["nothing"], ["undefined", undefined], ["null", null], ["number", 1], ["text", "a"], ["boolean", true], ["symbol", Symbol("s")], ["bigint", 5n], ["object", { toString: () => "a" }], ["plain object", {}], ["array", ["a", "none", "b"]], ["unsorted array", ["c", "a", "b"]], ["array twice", ["a", "a"]], ["empty array", []], ["array of numbers", [1, 2]], ["array of null", [null]], ["Set", new Set(["a"])], ["empty text", ""], ["with options", "a", {}], ["with undefined options", "a", undefined], ["with null options", "a", null], ["with text options", "a", "x"], ["with number options", "a", 1], ["allowConcurrency", "a", { allowConcurrency: true }], ["noCache", "a", { noCache: true }], ["odd option values", "a", { allowConcurrency: "yes", noCache: 0 }], ["unknown option", "a", { any: 1 }], ["array with options", ["a"], { allowConcurrency: true, noCache: true }], ["third argument", "a", {}, 1], ["a function", () => {}]]) {
      await row(`get ${label}`, () => storage.get(...given));
    }
    await row("get with a throwing option", () => storage.get("a", { get allowConcurrency() { throw new RangeError("read"); } }));
    await row("Map of get is a Map", async () => { const map = await storage.get(["a"]); return [map instanceof Map, Object.prototype.toString.call(map)]; });
    await row("get 128 keys", async () => { const keys = Array.from({ length: 128 }, (_, i) => `many${i}`); await storage.put(Object.fromEntries(keys.map((key) => [key, 1]))); return (await storage.get(keys)).size; });
    await row("get 129 keys", async () => (await storage.get(Array.from({ length: 129 }, (_, i) => `many${i}`))).size);
    await row("get 1000 keys", async () => (await storage.get(Array.from({ length: 1000 }, (_, i) => `many${i}`))).size);
    await row("put 129 entries", () => storage.put(Object.fromEntries(Array.from({ length: 129 }, (_, i) => [`many${i}`, 2]))));
    await row("put 1000 entries", () => storage.put(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`many${i}`, 2]))));
    await row("delete 1000 keys", () => storage.delete(Array.from({ length: 1000 }, (_, i) => `many${i}`)));

    for (const [label, ...given] of [["nothing"], ["key only", "p"], ["key and undefined", "p", undefined], ["key and null", "p", null], ["number key", 7, "seven"], ["null key", null, 1], ["undefined key", undefined, 1], ["boolean key", true, 1], ["object key", {}, 1], ["array key", ["x"], 1], ["symbol key", Symbol("k"), 1], ["empty key", "", "empty"], ["empty entries", {}], ["null entries", null], ["entries of undefined", { p: undefined }], ["entries and options", { p: 1 }, { allowUnconfirmed: true }], ["entries and null options", { p: 1 }, null], ["entries and text", { p: 1 }, "x"], ["entries and number", { p: 1 }, 5], ["array entries", ["x", "y"]], ["Map entries", new Map([["m", 1]])], ["number keys", { 1: "a", 2: "b" }], ["symbol entries", { [Symbol("k")]: 1 }], ["inherited entries", Object.create({ inherited: 1 })], ["hidden entries", Object.defineProperty({}, "hidden", { value: 1 })], ["text entries", "text"], ["function entries", () => {}], ["Date entries", new Date(0)], ["key, value, options", "p", 2, { allowConcurrency: true, allowUnconfirmed: true, noCache: true }], ["key, value, null", "p", 3, null], ["key, value, number", "p", 4, 5], ["key, options as value", "p", { allowUnconfirmed: true }], ["four arguments", "p", 1, {}, 2]]) {
      await row(`put ${label}`, async () => { const result = await storage.put(...given); return [result, typeof given[0] === "string" ? await storage.get(given[0]) : undefined]; });
    }
    await row("after all puts", () => storage.list());
    await row("put with a throwing option", () => storage.put("a", 1, { get allowUnconfirmed() { throw new RangeError("read"); } }));

    for (const [label, ...given] of [["nothing"], ["undefined", undefined], ["null", null], ["there", "p"], ["missing", "p"], ["number", 7], ["empty key", ""], ["array", ["m", "none"]], ["same key twice", ["a", "a"]], ["empty array", []], ["array of numbers", [1, 2]], ["object", {}], ["options", "b", { allowConcurrency: true, allowUnconfirmed: true, noCache: true }], ["null options", "c", null], ["text options", "d", "x"], ["symbol", Symbol("s")]]) {
      await row(`delete ${label}`, () => storage.delete(...given));
    }
    await row("after all deletes", async () => [...(await storage.list()).keys()]);

    await storage.deleteAll();
    await row("key of 2048 bytes", async () => { await storage.put("k".repeat(2048), 1); return storage.get("k".repeat(2048)); });
    await row("key of 2049 bytes", async () => { await storage.put("k".repeat(2049), 1); return storage.get("k".repeat(2049)); });
    await row("key of 100000 bytes", async () => { await storage.put("k".repeat(100_000), 1); return storage.delete("k".repeat(100_000)); });
    await row("key with zero", async () => { await storage.put("a\0b", "zero"); return [await storage.get("a\0b"), await storage.get("a")]; });
    await row("key with a lone surrogate", async () => { await storage.put("s\ud800", "lone"); return [await storage.get("s\ud800"), await storage.get("s\ud801"), [...(await storage.list({ prefix: "s" })).keys()]]; });
    await row("keys differ by normal form", async () => { await storage.put({ "n\u00e9": 1, "ne\u0301": 2 }); return (await storage.list({ prefix: "n" })).size; });
    await row("keys differ by case", async () => { await storage.put({ Case: 1, case: 2 }); return storage.get(["Case", "case"]); });
    await row("__proto__ key", async () => { await storage.put("__proto__", 1); return [await storage.get("__proto__"), [...(await storage.list({ prefix: "__" })).keys()]]; });
    await row("order of keys", async () => { await storage.deleteAll(); await storage.put({ b: 1, a: 1, B: 1, "": 1, "1": 1, "10": 1, "2": 1, "é": 1, "~": 1, "\u{10000}": 1, "\uffff": 1, " ": 1 }); return [...(await storage.list()).keys()]; });
    await row("order of get", async () => [...(await storage.get(["é", "b", "\u{10000}", "a", "\uffff"])).keys()]);

    await storage.deleteAll();
    await row("read your write", async () => { storage.put("w", 1); return storage.get("w"); });
    await row("last write wins", async () => { storage.put("w", 1); storage.put("w", 2); storage.delete("w"); storage.put("w", 3); return storage.get("w"); });
    await row("delete of a write not awaited", async () => { storage.put("x", 1); return [await storage.delete("x"), await storage.get("x")]; });
    await row("list sees writes not awaited", async () => { storage.put("y", 1); storage.put({ z: 2 }); return [...(await storage.list()).keys()]; });
    await row("get sees what came before it", async () => { const before = storage.get("o"); storage.put("o", 1); const between = storage.get("o"); storage.put("o", 2); return Promise.all([before, between, storage.get("o")]); });
    await row("order of results", async () => { const order = []; await Promise.all([storage.put("1", 1).then(() => order.push("put")), storage.get("1").then(() => order.push("get")), storage.delete("1").then(() => order.push("delete")), storage.list().then(() => order.push("list"))]); return order.sort(); });
    await row("Promise.all of puts", async () => { await Promise.all(["p1", "p2", "p3"].map((key, i) => storage.put(key, i))); return storage.list({ prefix: "p" }); });
    await row("shared with SQL commit", async () => { storage.sql.exec("CREATE TABLE t (a)"); await storage.put("q", 1); storage.sql.exec("INSERT INTO t VALUES (1)"); await storage.sync(); return [await storage.get("q"), storage.sql.exec("SELECT a FROM t").one()]; });
    await row("sync result", () => storage.sync());
    await row("sync with an argument", () => storage.sync(1));
    await row("sync without writes", async () => { await storage.sync(); return storage.sync(); });
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
