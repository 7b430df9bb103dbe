// list() of ctx.storage and of ctx.storage.kv: every option, alone and together, and the iterator of kv.list().
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const { kv } = storage;
    await storage.put({ a: 1, "a/1": 2, "a/2": 3, "a/2/x": 4, "a0": 5, b: 6, "b/1": 7, c: 8, "é": 9, "\u{1f600}": 10, "\uffff": 11 });
    const options = [
      undefined, null, {}, { start: "a/2" }, { start: "a/15" }, { start: "" }, { start: "zz" }, { startAfter: "a/2" }, { startAfter: "a/15" }, { startAfter: "" }, { startAfter: "\u{10ffff}" }, { end: "a/2" }, { end: "a/15" }, { end: "" }, { end: "a" }, { start: "b", end: "c" }, { start: "b", end: "b" }, { start: "c", end: "b" }, { startAfter: "b", end: "c" }, { startAfter: "b", end: "b" }, { start: "b", startAfter: "b" }, { start: undefined, startAfter: "b" },
      { prefix: "a" }, { prefix: "a/" }, { prefix: "" }, { prefix: "none" }, { prefix: "é" }, { prefix: "\u{1f600}" }, { prefix: "\uffff" }, { prefix: "a", start: "a/2" }, { prefix: "a", start: "b" }, { prefix: "b", start: "a" }, { prefix: "a", startAfter: "a/2" }, { prefix: "a", end: "a/2" }, { prefix: "b", end: "a" }, { prefix: "a", end: "z" }, { prefix: "a", start: "a/1", end: "a/3" }, { prefix: "a/", startAfter: "a/" }, { prefix: "a/2", startAfter: "a" },
      { limit: 1 }, { limit: 3 }, { limit: 1000 }, { limit: 0 }, { limit: -1 }, { limit: 1.9 }, { limit: 0.5 }, { limit: NaN }, { limit: Infinity }, { limit: 2 ** 31 }, { limit: 2 ** 32 + 1 }, { limit: "2" }, { limit: "x" }, { limit: null }, { limit: undefined }, { limit: true }, { limit: 2n }, { limit: {} },
      { reverse: true }, { reverse: false }, { reverse: "yes" }, { reverse: 0 }, { reverse: null }, { reverse: true, limit: 2 }, { reverse: true, start: "b" }, { reverse: true, end: "b" }, { reverse: true, startAfter: "b" }, { reverse: true, start: "a/1", end: "b" }, { reverse: true, prefix: "a/", limit: 2 }, { reverse: true, prefix: "a", start: "a/2" }, { reverse: true, prefix: "a", end: "a/2", limit: 1 },
      { allowConcurrency: true, limit: 1 }, { noCache: true, limit: 1 }, { unknown: 1, limit: 1 }, { start: 1 }, { start: null }, { end: null, limit: 1 }, { prefix: null }, { prefix: undefined, limit: 1 }, { prefix: 5 }, { start: ["b"], limit: 1 }, { start: Symbol("s") }, { prefix: {} }, { start: "b\0", limit: 1 },
      "text", 5, true, [], () => {},
    ];
    for (const given of options) {
      const label = typeof given === "function" ? "function" : show(given);
      const result = async (run) => { try { return [...(await run())].map(([, value]) => value).join(" "); } catch (error) { return `${error.name}: ${error.message}`; } };
      await row(`list ${label}`, async () => { const one = await result(() => storage.list(given)); const two = await result(() => kv.list(given)); return one === two ? one : ["asynchronous", one, "synchronous", two]; });
    }
    await row("list result", async () => { const map = await storage.list({ prefix: "b" }); return [map instanceof Map, map.size, [...map.entries()]]; });
    await row("list without argument", async () => (await storage.list()).size);
    await row("list with two arguments", async () => (await storage.list({ limit: 2 }, { limit: 1 })).size);
    await row("list with a throwing option", () => storage.list({ get prefix() { throw new RangeError("read"); } }));
    await row("list values are copies", async () => { await storage.put("object", { v: 1 }); (await storage.list({ prefix: "object" })).get("object").v = 2; return storage.get("object"); });
    await row("list does not see internal keys", async () => { await storage.getCurrentBookmark(); return [...(await storage.list({ prefix: "_" })).keys()]; });

    const { list } = kv;
    await row("kv members", () => Object.getOwnPropertyNames(Object.getPrototypeOf(kv)).sort());
    await row("kv is the same object", () => storage.kv === storage.kv);
    await row("kv.list detached", () => list());
    await row("kv.list tag", () => Object.prototype.toString.call(kv.list()));
    await row("kv.list members", () => { const listed = kv.list(); return [typeof listed.next, typeof listed.return, typeof listed[Symbol.iterator], typeof listed.map, listed.size]; });
    await row("kv.list is its iterator", () => { const listed = kv.list(); return listed[Symbol.iterator]() === listed; });
    await row("kv.list next", () => { const listed = kv.list({ prefix: "b" }); return [listed.next(), listed.next(), listed.next(), listed.next()]; });
    await row("kv.list twice over", () => { const listed = kv.list({ prefix: "b" }); return [[...listed].length, [...listed].length]; });
    await row("kv.list broken off", () => { const listed = kv.list({ prefix: "b" }); for (const entry of listed) { if (entry) break; } return [...listed]; });
    await row("Map of kv.list", () => new Map(kv.list({ prefix: "b" })));
    await row("Object.fromEntries of kv.list", () => Object.fromEntries(kv.list({ prefix: "b" })));
    await row("kv.list entry is an array", () => { const [entry] = kv.list(); return [Array.isArray(entry), entry.length]; });
    await row("an old iterator after a new list", () => { const old = kv.list(); old.next(); kv.list(); return old.next(); });
    await row("an old iterator not begun after a new list", () => { const old = kv.list(); kv.list(); return old.next(); });
    await row("the new iterator works", () => { const old = kv.list(); old.next(); const fresh = kv.list({ prefix: "b" }); try { old.next(); } catch { /* invalid */ } return [...fresh]; });
    await row("a finished iterator after a new list", () => { const old = kv.list({ prefix: "b" }); const all = [...old].length; kv.list(); return [all, old.next()]; });
    await row("an old iterator after a list of the other direction", () => { const old = kv.list(); old.next(); kv.list({ reverse: true }); return old.next(); });
    await row("an old iterator after a list with other options", () => { const old = kv.list({ prefix: "a" }); old.next(); kv.list({ end: "b", limit: 1 }); return old.next(); });
    await row("an old iterator after a refused list", () => { const old = kv.list({ prefix: "b" }); old.next(); try { kv.list({ limit: 0 }); } catch { /* refused */ } return old.next(); });
    await row("an old iterator after the asynchronous list", async () => { const old = kv.list({ prefix: "b" }); old.next(); await storage.list(); return old.next(); });
    await row("an old iterator after get", () => { const old = kv.list({ prefix: "b" }); old.next(); kv.get("a"); return old.next(); });
    await row("an old iterator after SQL", () => { const old = kv.list({ prefix: "b" }); old.next(); storage.sql.exec("CREATE TABLE IF NOT EXISTS t (a)"); return old.next(); });
    await row("an old iterator over await", async () => { const old = kv.list({ prefix: "b" }); old.next(); await scheduler.wait(1); return old.next(); });
    await row("put behind the iterator", () => { const listed = kv.list({ prefix: "b" }); const seen = [listed.next().value[0]]; kv.put("b+", 0); return [...seen, ...[...listed].map(([key]) => key)]; });
    await row("put ahead of the iterator", () => { const listed = kv.list({ prefix: "b" }); const seen = [listed.next().value[0]]; kv.put("b/9", 0); return [...seen, ...[...listed].map(([key]) => key)]; });
    await row("value changed ahead of the iterator", () => { const listed = kv.list({ prefix: "b" }); listed.next(); kv.put("b/9", "changed"); return [...listed]; });
    await row("delete ahead of the iterator", () => { const listed = kv.list({ prefix: "b" }); const seen = [listed.next().value[0]]; kv.delete("b/9"); return [...seen, ...[...listed].map(([key]) => key)]; });
    await row("delete while iterating", () => { for (const key of ["x1", "x2", "x3"]) kv.put(key, 1); for (const [key] of kv.list({ prefix: "x" })) kv.delete(key); return [...kv.list({ prefix: "x" })]; });
    await storage.deleteAll();
    await row("empty lists", async () => [[...kv.list()], (await storage.list()).size]);
    await row("list before any key", async () => [[...kv.list({ reverse: true })], (await storage.list({ prefix: "a" })).size]);
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
