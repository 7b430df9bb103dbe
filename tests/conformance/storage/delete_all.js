// ctx.storage.deleteAll(): what goes, what stays usable, and with what arguments; bookmarks and their refusals.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  alarm() {}
  memory = 1;
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const { sql, kv } = storage;
    const names = () => [...sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name").raw()].flat();
    const fill = () => { sql.exec("CREATE TABLE t (a); CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; INSERT INTO t VALUES (1)"); kv.put("k", 1); };
    await row("of nothing", () => storage.deleteAll());
    await row("before", () => { fill(); return [names(), [...kv.list()]]; });
    await row("result", () => storage.deleteAll());
    await row("after", async () => [names(), [...kv.list()], (await storage.list()).size]);
    await row("nothing in sqlite_master", () => sql.exec("SELECT count(*) AS n FROM sqlite_master").one());
    await row("takes effect at once", () => { fill(); storage.deleteAll(); return [names(), [...kv.list()]]; });
    await row("writes after it in the turn stay", async () => { fill(); storage.deleteAll(); kv.put("later", 1); sql.exec("CREATE TABLE later (a)"); await storage.sync(); return [names(), [...kv.list()]]; });
    await row("twice", async () => { await Promise.all([storage.deleteAll(), storage.deleteAll()]); return names(); });
    await row("put not awaited before it", async () => { const put = storage.put("p", 1); await storage.deleteAll(); return [await put, await storage.get("p")]; });
    await row("get not awaited before it", async () => { kv.put("g", 1); const get = storage.get("g"); await storage.deleteAll(); return [await get, await storage.get("g")]; });
    await row("with options", () => storage.deleteAll({ allowConcurrency: true, allowUnconfirmed: true, noCache: true }));
    await row("with null", () => storage.deleteAll(null));
    await row("with text", () => storage.deleteAll("x"));
    await row("with a number", () => storage.deleteAll(5));
    await row("with deleteAlarm", () => storage.deleteAll({ deleteAlarm: false }));
    await row("in a transaction", () => storage.transaction((txn) => txn.deleteAll()));
    await row("of storage in a transaction", () => storage.transaction(() => storage.deleteAll()));
    await storage.deleteAll();
    await row("PRAGMAs after it", async () => { await storage.deleteAll(); sql.exec("PRAGMA recursive_triggers = on"); await storage.deleteAll(); return [sql.exec("PRAGMA recursive_triggers").one(), sql.exec("PRAGMA foreign_keys").one()]; });
    await row("autoincrement after it", async () => { const next = () => { sql.exec("CREATE TABLE IF NOT EXISTS n (id INTEGER PRIMARY KEY AUTOINCREMENT)"); return sql.exec("INSERT INTO n DEFAULT VALUES RETURNING id").toArray()[0].id; }; const one = next(); await storage.deleteAll(); return [one, next()]; });
    await row("same text before and after it", async () => { sql.exec("CREATE TABLE same (a, b)"); const before = sql.exec("SELECT * FROM same").columnNames; await storage.deleteAll(); sql.exec("CREATE TABLE same (c)"); return [before, sql.exec("SELECT * FROM same").columnNames]; });
    await row("missing table after it", async () => { await storage.deleteAll(); return sql.exec("SELECT * FROM same").toArray(); });
    await row("in blockConcurrencyWhile", () => this.ctx.blockConcurrencyWhile(async () => { fill(); await storage.deleteAll(); return names(); }));
    await row("full text index", async () => { sql.exec("CREATE VIRTUAL TABLE f USING fts5(body); INSERT INTO f VALUES ('x')"); await storage.deleteAll(); return names(); });
    await row("instance lives on", () => this.memory);
    await row("alarm goes", async () => { await storage.setAlarm(4e12); await storage.deleteAll(); return storage.getAlarm(); });
    await row("large database", async () => { sql.exec("CREATE TABLE large (a)"); for (let i = 0; i < 10; i++) sql.exec("INSERT INTO large VALUES (zeroblob(100000))"); await storage.deleteAll(); return sql.databaseSize; });

    const bookmark = () => storage.getCurrentBookmark();
    await row("bookmark form", async () => /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/.test(await bookmark()));
    await row("bookmark pattern", async () => (await bookmark()).slice(17));
    await row("bookmarks grow", async () => { const one = await bookmark(); kv.put("b", 1); const two = await bookmark(); await storage.sync(); const three = await bookmark(); return [one < two, two < three]; });
    await row("bookmarks without a write", async () => { const one = await bookmark(); return [one < await bookmark()]; });
    await row("bookmark does not make a key", async () => [...kv.list()]);
    for (const [label, ...given] of [["number", Date.now()], ["Date", new Date(Date.now())], ["nothing"], ["past", 1], ["future", 4e12], ["NaN", NaN], ["invalid Date", new Date(NaN)], ["text", "now"], ["null", null], ["zero", 0], ["below zero", -1]]) {
      await row(`getBookmarkForTime ${label}`, () => storage.getBookmarkForTime(...given));
    }
    for (const [label, ...given] of [["zeros", "00000000-00000000-00000000-00000000000000000000000000000000"], ["word", "nonsense"], ["empty", ""], ["nothing"], ["undefined", undefined], ["null", null], ["number", 5], ["object", {}], ["symbol", Symbol("s")]]) {
      await row(`onNextSessionRestoreBookmark ${label}`, () => storage.onNextSessionRestoreBookmark(...given));
    }
    await row("onNextSessionRestoreBookmark of a current one", async () => storage.onNextSessionRestoreBookmark(await bookmark()));
    for (const name of ["snapshot", "onNextSessionRestore", "waitForBookmark", "ensureReplicas", "disableReplicas", "primary", "enableReplicas", "configureReadReplication"]) await row(`typeof ${name}`, () => typeof storage[name]);
    await row("primary", () => storage.primary);
    await row("in with a name of storage", () => ["sql", "kv", "transactionSync", "snapshot"].map((name) => name in storage));
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
