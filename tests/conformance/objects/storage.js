// ctx.storage: the asynchronous and the synchronous key-value API, and transactionSync.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    await row("get missing", () => storage.get("none"));
    await row("put result", () => storage.put("a", 1));
    await row("get", () => storage.get("a"));
    await row("put object", async () => { const given = { x: [1, new Date(5), new Map([["k", 1n]])], u: undefined }; await storage.put("o", given); given.x.push("later"); return storage.get("o"); });
    await row("put null", async () => { await storage.put("n", null); return storage.get("n"); });
    await row("put undefined", () => storage.put("u", undefined));
    await row("put function", () => storage.put("f", () => {}));
    await row("put error", async () => { await storage.put("e", new RangeError("kept")); return storage.get("e"); });
    await row("put bytes", async () => { await storage.put("b", new Uint8Array([1, 2])); return storage.get("b"); });
    await row("put entries", async () => { await storage.put({ k2: "two", k1: "one", skip: undefined }); return storage.get(["k2", "k1", "skip", "none"]); });
    await row("get number key", async () => { await storage.put(5, "five"); return storage.get("5"); });
    await row("get empty array", () => storage.get([]));
    await row("delete", () => storage.delete("k1"));
    await row("delete missing", () => storage.delete("k1"));
    await row("delete several", () => storage.delete(["k2", "none", "5"]));
    await row("list limit", async () => [...(await storage.list({ limit: 2 })).keys()]);
    await row("list reverse", async () => [...(await storage.list({ reverse: true, limit: 2 })).keys()]);
    await row("list prefix", async () => { await storage.put({ "p:1": 1, "p:2": 2, "p;": 3 }); return storage.list({ prefix: "p:" }); });
    await row("list limit 0", () => storage.list({ limit: 0 }));
    await row("list both starts", () => storage.list({ start: "a", startAfter: "a" }));
    await row("list order of unicode", async () => { await storage.put({ "z\u{1f600}": 1, "z\uffee": 2, zé: 3 }); return [...(await storage.list({ prefix: "z" })).keys()]; });

    const { kv } = storage;
    await row("kv tag", () => Object.prototype.toString.call(kv));
    await row("kv get", () => [kv.get("a"), kv.get("none")]);
    await row("kv put", () => [kv.put("s", { v: 1 }), kv.get("s")]);
    await row("kv delete", () => [kv.delete("s"), kv.delete("s")]);
    await row("kv list", () => [...kv.list({ prefix: "p" })]);
    await row("kv list reverse", () => [...kv.list({ prefix: "p", reverse: true, limit: 1 })]);
    await row("kv list limit 0", () => [...kv.list({ limit: 0 })]);
    await row("shared", async () => { kv.put("both", 1); return storage.get("both"); });

    await row("transactionSync result", () => storage.transactionSync(() => { kv.put("t", 1); return "result"; }));
    await row("transactionSync throws", () => storage.transactionSync(() => { kv.put("t", 2); throw new RangeError("undo"); }));
    await row("transactionSync undone", () => kv.get("t"));
    await row("transactionSync nested", () => storage.transactionSync(() => { kv.put("t", 3); try { storage.transactionSync(() => { kv.put("t", 4); throw new Error("inner"); }); } catch { /* only the inner one is undone */ } return kv.get("t"); }));
    await row("transactionSync sql", () => { storage.sql.exec("CREATE TABLE q (a)"); try { storage.transactionSync(() => { storage.sql.exec("INSERT INTO q VALUES (1)"); throw new Error("undo"); }); } catch { /* undone */ } return storage.sql.exec("SELECT count(*) AS n FROM q").one(); });
    await row("transactionSync async", () => { const result = storage.transactionSync(async () => "promised"); return Object.prototype.toString.call(result); });
    await row("sync", () => storage.sync());
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
