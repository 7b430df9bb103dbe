// The key-value methods of ctx.storage, of txn and of storage.kv: odd receivers of entries and keys, sizes at the limits,
// lists that are read while keys come and go, and values that change while they are stored.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

const LIMIT = 2 ** 23 + 34; // bytes that a row may have

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const { kv, sql } = storage;
    const clear = () => { for (const [key] of [...kv.list()]) kv.delete(key); };
    const keys = (options) => [...kv.list(options)].map(([key]) => key);

    // What is taken for entries, and what for a key.
    class Entries { a = 1; get b() { return 2; } }
    const inherited = Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true }, hidden: { value: 3 } });
    const entries = { Map: new Map([["a", 1]]), Set: new Set(["a"]), Date: new Date(0), RegExp: /a/, "String object": new String("ab"), "Number object": new Number(5), "Boolean object": new Boolean(true), "Symbol object": Object(Symbol("s")), function: Object.assign(() => {}, { a: 1 }), class: Entries, instance: new Entries(), inherited, "null prototype": Object.assign(Object.create(null), { a: 1 }), Error: Object.assign(new Error("m"), { code: 5 }), Uint8Array: new Uint8Array([7, 8]), ArrayBuffer: new ArrayBuffer(2), Proxy: new Proxy({ a: 1 }, {}), "Proxy of an array": new Proxy(["a"], {}), Promise: Promise.resolve(1), Headers: new Headers({ a: "b" }), "symbol members": { [Symbol("s")]: 1, a: 2 }, "numeric members": { 2: "two", 1: "one", "-1": "minus" }, "empty key": { "": 1 }, "__proto__ own": JSON.parse('{"__proto__": 1}'), "all undefined": { a: undefined, b: undefined }, arguments: (function () { return arguments; })(1, 2) };
    for (const [label, given] of Object.entries(entries)) {
      await row(`put ${label}`, async () => { clear(); const result = await storage.put(given); return [result, keys()]; });
      await row(`put ${label} and a value`, async () => { clear(); const result = await storage.put(given, 1); return [result, keys()]; });
      await row(`get ${label}`, async () => { clear(); kv.put("a", "found"); const result = await storage.get(given); return [show(result)]; });
      await row(`delete ${label}`, async () => { clear(); kv.put("a", "found"); return storage.delete(given); });
    }
    await row("put of entries whose getter puts", async () => { clear(); await storage.put({ a: 1, get b() { kv.put("inner", 1); return 2; }, c: 3 }); return keys(); });
    await row("put of entries whose getter throws", async () => { clear(); try { await storage.put({ a: 1, get b() { throw new RangeError("b"); } }); } catch (error) { return [error.message, keys()]; } });
    await row("put of entries, one cannot be stored", async () => { clear(); try { await storage.put({ a: 1, b: () => {}, c: 3 }); } catch (error) { return [error.name, error.message, keys()]; } });
    await row("put of entries, one is too large", async () => { clear(); try { await storage.put({ a: 1, b: new Uint8Array(LIMIT), c: 3 }); } catch (error) { return [error.name, error.message, keys()]; } });
    await row("put of entries that grow while they are read", async () => { clear(); const given = { get a() { given.later = 1; return 1; }, b: 2 }; await storage.put(given); return keys(); });
    await row("put of entries that shrink while they are read", async () => { clear(); const given = { get a() { delete given.b; return 1; }, b: 2, c: 3 }; await storage.put(given); return keys(); });
    await row("get of an array that changes while it is read", async () => { clear(); kv.put("a", 1); kv.put("b", 2); const given = [{ toString() { given.push("b"); return "a"; } }]; return show(await storage.get(given)); });
    await row("get of a sparse array", async () => { clear(); kv.put("undefined", 1); return show(await storage.get([, "x"])); });
    await row("get of an array with a symbol", () => storage.get(["a", Symbol("s")]));
    await row("delete of an array twice the same", async () => { clear(); kv.put("a", 1); return storage.delete(["a", "a", "b"]); });
    await row("delete of an array with a symbol", async () => { clear(); kv.put("a", 1); try { await storage.delete(["a", Symbol("s")]); } catch (error) { return [error.message, keys()]; } });

    // Sizes.
    await row("value of the limit", async () => { clear(); kv.put("a", new Uint8Array(LIMIT - 100)); return kv.get("a").byteLength; });
    const fits = async (size) => { clear(); try { kv.put("a", new Uint8Array(size)); return true; } catch (error) { return error.message; } };
    await row("greatest bytes", async () => { let low = LIMIT - 200; let high = LIMIT; while (high - low > 1) { const middle = (low + high) >> 1; if ((await fits(middle)) === true) low = middle; else high = middle; } return [low - LIMIT, await fits(low), await fits(low + 1)]; });
    await row("greatest text", () => { clear(); const room = (length) => { try { kv.put("a", "x".repeat(length)); return true; } catch { return false; } }; let low = LIMIT - 200; let high = LIMIT; while (high - low > 1) { const middle = (low + high) >> 1; if (room(middle)) low = middle; else high = middle; } return low - LIMIT; });
    await row("greatest wide text", () => { clear(); const room = (length) => { try { kv.put("a", "€".repeat(length)); return true; } catch { return false; } }; let low = LIMIT / 2 - 200; let high = LIMIT / 2; while (high - low > 1) { const middle = (low + high) >> 1; if (room(middle)) low = middle; else high = middle; } return low * 2 - LIMIT; });
    await row("greatest key", () => { clear(); const room = (length) => { try { kv.put("k".repeat(length), 1); return true; } catch { return false; } }; let low = LIMIT - 200; let high = LIMIT; while (high - low > 1) { const middle = (low + high) >> 1; if (room(middle)) low = middle; else high = middle; } return low - LIMIT; });
    await row("key of more", () => kv.put("k".repeat(LIMIT), 1));
    await row("get of a key of more", () => kv.get("k".repeat(LIMIT + 1)) ?? null);
    await row("delete of a key of more", () => kv.delete("k".repeat(LIMIT + 1)));
    await row("list of a prefix of more", () => [...kv.list({ prefix: "k".repeat(LIMIT + 1) })].length);
    await row("get of many keys", async () => { clear(); kv.put("k1", 1); return (await storage.get(Array.from({ length: 20_000 }, (_, i) => `k${i}`))).size; });
    await row("delete of many keys", async () => { clear(); await storage.put(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]))); return [await storage.delete(Array.from({ length: 6000 }, (_, i) => `k${i}`)), keys().length]; });

    // Lists that are read while keys change.
    const fill = () => { clear(); for (const key of ["a", "b", "c", "d", "e"]) kv.put(key, key); };
    const walk = (options, change) => { fill(); const seen = []; for (const [key, value] of kv.list(options)) { seen.push(`${key}=${value}`); if (seen.length < 20) change(key); } return seen.join(" "); };
    await row("delete what is read", () => [walk({}, (key) => kv.delete(key)), keys()]);
    await row("delete all at the first", () => [walk({}, () => { for (const key of ["a", "b", "c", "d", "e"]) kv.delete(key); }), keys()]);
    await row("delete the next", () => walk({}, (key) => kv.delete(String.fromCharCode(key.charCodeAt(0) + 1))));
    await row("put the next", () => walk({}, (key) => kv.put(`${key}!`, "new")));
    await row("change the next", () => walk({}, (key) => kv.put(String.fromCharCode(key.charCodeAt(0) + 1), "changed")));
    await row("put what is read", () => walk({}, (key) => kv.put(key, "again")));
    await row("move what is read behind", () => walk({}, (key) => { kv.delete(key); if (key < "f") kv.put(`z${key}`, key); }));
    await row("reverse, delete what is read", () => [walk({ reverse: true }, (key) => kv.delete(key)), keys()]);
    await row("reverse, put ahead", () => walk({ reverse: true }, (key) => { if (key.length === 1) kv.put(`${String.fromCharCode(key.charCodeAt(0) - 1)}!`, "new"); }));
    await row("limit, put ahead", () => walk({ limit: 3 }, (key) => kv.put(`${key}!`, "new")));
    await row("limit, delete what is read", () => [walk({ limit: 2 }, (key) => kv.delete(key)), keys()]);
    await row("prefix, put ahead", () => walk({ prefix: "a" }, (key) => { if (key.length < 4) kv.put(`${key}!`, "new"); }));
    await row("end, put ahead", () => walk({ end: "c" }, (key) => { if (key.length < 3) kv.put(`${key}!`, "new"); }));
    await row("asynchronous delete of what is read", () => walk({}, (key) => { storage.delete(key); }));
    await row("asynchronous put ahead", () => walk({}, (key) => { if (key.length < 3) storage.put(`${key}!`, "new"); }));
    await row("get of others while reading", () => walk({}, () => kv.get("e")));
    await row("another list while reading", () => walk({}, () => [...kv.list({ limit: 1 })]));
    await row("an asynchronous list while reading", () => walk({}, () => { storage.list({ limit: 1 }); }));
    await row("SQL while reading", () => walk({}, () => sql.exec("SELECT 1").toArray()));
    await row("transactionSync while reading", () => walk({}, (key) => storage.transactionSync(() => kv.put(key, "t"))));
    await row("over an await", async () => { fill(); const list = kv.list(); const seen = []; for (const [key] of list) { seen.push(key); await scheduler.wait(1); kv.put(`${key}!`, 1); if (seen.length > 7) break; } return seen; });
    await row("first key comes while reading an empty list", async () => { clear(); const list = kv.list(); kv.put("a", 1); return [list.next(), list.next()]; });
    await row("first key of the object comes while reading", async () => { await storage.deleteAll(); const list = kv.list(); kv.put("a", 1); return [list.next(), list.next()]; });
    await row("ended, then more keys", () => { fill(); const list = kv.list(); for (const entry of list) if (entry === undefined) break; kv.put("z", 1); return [list.next(), list.next()]; });
    await row("values of a list are read late", () => { fill(); const list = kv.list(); kv.put("a", "late"); return list.next().value; });

    // Values.
    await row("getter that puts the same key", () => { clear(); kv.put("a", { get x() { kv.put("a", "inner"); return 1; } }); return kv.get("a"); });
    await row("getter that deletes all", async () => { clear(); kv.put("b", 1); let deleting; kv.put("a", { get x() { deleting = storage.deleteAll(); return 1; } }); await deleting; return [kv.get("a"), kv.get("b")]; });
    await row("getter that throws in a transaction", async () => { clear(); try { await storage.transaction(async (txn) => { await txn.put("a", 1); await txn.put("b", { get x() { throw new RangeError("x"); } }); }); } catch (error) { return [error.message, keys()]; } });
    await row("toJSON is not called", () => { clear(); kv.put("a", { toJSON: undefined, x: 1 }); return kv.get("a"); });
    await row("array with holes and members", () => { const list = [1, , 3]; list.name = "x"; kv.put("a", list); const back = kv.get("a"); return [back.length, 1 in back, back.name]; });
    await row("shared inside one value, apart in two", async () => { const one = {}; await storage.put({ x: [one, one], y: one }); const back = await storage.get(["x", "y"]); return [back.get("x")[0] === back.get("x")[1], back.get("x")[0] === back.get("y")]; });
    await row("WebAssembly.Module", () => kv.put("a", new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))));
    await row("WebAssembly.Memory", () => kv.put("a", new WebAssembly.Memory({ initial: 1 })));
    await row("Intl object", () => kv.put("a", new Intl.NumberFormat("en")));
    await row("iterator", () => kv.put("a", [1].values()));
    await row("Map iterator", () => kv.put("a", new Map().entries()));
    await row("FinalizationRegistry", () => kv.put("a", new FinalizationRegistry(() => {})));
    await row("generator", () => kv.put("a", (function* () {})()));
    await row("async function", () => kv.put("a", async () => {}));
    await row("bound function", () => kv.put("a", (() => {}).bind(null)));
    await row("txn", () => storage.transaction(async (txn) => txn.put("a", txn)));
    await row("Event", () => kv.put("a", new Event("e")));
    await row("TextEncoder", () => kv.put("a", new TextEncoder()));
    await row("CryptoKey", async () => kv.put("a", await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"])));
    await row("File", async () => { kv.put("a", new File(["f"], "n.txt", { lastModified: 5 })); const back = kv.get("a"); return [Object.prototype.toString.call(back), back.size]; });
    await row("deep object", () => { let deep = {}; for (let i = 0; i < 2000; i++) deep = { deep }; kv.put("a", deep); let back = kv.get("a"); let n = 0; while (back.deep) { back = back.deep; n++; } return n; });
    await row("object of 10000 members", () => { kv.put("a", Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`m${i}`, i]))); return Object.keys(kv.get("a")).length; });
    await row("Date out of range", () => { kv.put("a", new Date(8.64e15 + 1)); return kv.get("a"); });
    await row("BigInt of 1000 digits", () => { kv.put("a", 10n ** 1000n); return kv.get("a") === 10n ** 1000n; });
    await row("regular expression with v", () => { kv.put("a", /[\p{L}--[a-z]]/v); return String(kv.get("a")); });
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
