// ctx.storage.transactionSync: results, rollback, nesting, and what inside it belongs to the transaction.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  alarm() {}
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const { sql, kv } = storage;
    sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)");
    const ids = () => [...sql.exec("SELECT id FROM t ORDER BY id").raw()].flat();
    const insert = (id) => sql.exec("INSERT INTO t (id) VALUES (?)", id);
    const undo = (run, error = new RangeError("undo")) => { try { storage.transactionSync(() => { run(); throw error; }); } catch (caught) { if (caught !== error) throw caught; } };
    const clear = () => sql.exec("DELETE FROM t");

    await row("name and length", () => [storage.transactionSync.name, storage.transactionSync.length]);
    await row("result undefined", () => storage.transactionSync(() => {}));
    await row("result object is the same", () => { const object = {}; return storage.transactionSync(() => object) === object; });
    await row("arguments of the callback", () => storage.transactionSync((...given) => given.length));
    await row("this of the callback", () => storage.transactionSync(function () { return this === undefined || this === globalThis; }));
    await row("no callback", () => storage.transactionSync());
    await row("null callback", () => storage.transactionSync(null));
    await row("text callback", () => storage.transactionSync("SELECT 1"));
    await row("second argument ignored", () => storage.transactionSync(() => 1, { any: true }));
    await row("detached", () => { const { transactionSync } = storage; return transactionSync(() => 1); });

    await row("kept", () => { storage.transactionSync(() => { insert(1); insert(2); }); return ids(); });
    await row("rethrows the same error", () => { const error = new TypeError("mine"); try { storage.transactionSync(() => { throw error; }); } catch (caught) { return caught === error; } });
    await row("rethrows what is no error", () => storage.transactionSync(() => { throw "text"; }));
    await row("rethrows undefined", () => { try { storage.transactionSync(() => { throw undefined; }); } catch (caught) { return [caught]; } });
    await row("rolled back", () => { undo(() => insert(3)); return ids(); });
    await row("error of SQL rolls back", () => { try { storage.transactionSync(() => { insert(4); insert(1); }); } catch (error) { return [error.message, ids()]; } });
    await row("caught error of SQL keeps the rest", () => { storage.transactionSync(() => { insert(5); try { insert(1); } catch { /* caught */ } insert(6); }); return ids(); });
    await row("earlier write of the turn stays", () => { insert(7); undo(() => insert(8)); return ids(); });
    await row("writes after a rollback stay", () => { undo(() => insert(9)); insert(10); return ids(); });
    await row("clear", () => { clear(); return ids(); });

    await row("nested kept", () => { storage.transactionSync(() => { insert(1); storage.transactionSync(() => { insert(2); storage.transactionSync(() => insert(3)); }); }); return ids(); });
    await row("inner rolled back", () => { storage.transactionSync(() => { insert(4); undo(() => insert(5)); insert(6); }); return ids(); });
    await row("outer rolled back", () => { undo(() => { insert(7); storage.transactionSync(() => insert(8)); }); return ids(); });
    await row("both rolled back", () => { undo(() => { insert(7); undo(() => insert(8)); }); return ids(); });
    await row("siblings", () => { storage.transactionSync(() => { storage.transactionSync(() => insert(11)); undo(() => insert(12)); storage.transactionSync(() => insert(13)); }); return ids(); });
    await row("20 deep", () => { const deep = (level) => storage.transactionSync(() => { insert(100 + level); return level === 0 ? ids().length : deep(level - 1); }); return deep(19); });
    await row("20 deep thrown from inside", () => { const deep = (level) => storage.transactionSync(() => { insert(200 + level); if (level === 0) throw new Error("bottom"); return deep(level - 1); }); deep(19); });
    await row("nothing of it", () => ids().filter((id) => id >= 200));
    clear();

    await row("kv put rolled back", () => { kv.put("a", 1); undo(() => kv.put("a", 2)); return kv.get("a"); });
    await row("kv new key rolled back", () => { undo(() => kv.put("new", 2)); return kv.get("new"); });
    await row("kv delete rolled back", () => { undo(() => kv.delete("a")); return kv.get("a"); });
    await row("first key of an object rolled back", async () => { await storage.deleteAll(); undo(() => kv.put("b", 1)); return [kv.get("b"), [...kv.list()]]; });
    await row("key after that", () => { kv.put("b", 2); return [...kv.list()]; });
    sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)");
    await row("asynchronous put rolled back", async () => { let put; undo(() => { put = storage.put("c", 1); }); return [await put, await storage.get("c")]; });
    await row("asynchronous put kept", async () => { storage.transactionSync(() => { storage.put("c", 1); }); return storage.get("c"); });
    await row("asynchronous get inside", () => storage.transactionSync(() => storage.get("c")));
    await row("asynchronous delete rolled back", async () => { let deleted; undo(() => { deleted = storage.delete("c"); }); return [await deleted, await storage.get("c")]; });
    await row("setAlarm rolled back", async () => { undo(() => { storage.setAlarm(Date.now() + 1e8); }); return storage.getAlarm(); });
    await row("setAlarm kept", async () => { const time = Date.now() + 1e8; storage.transactionSync(() => { storage.setAlarm(time); }); return await storage.getAlarm() === time; });
    await row("deleteAlarm rolled back", async () => { undo(() => { storage.deleteAlarm(); }); return typeof await storage.getAlarm(); });
    await row("deleteAlarm kept", async () => { storage.transactionSync(() => { storage.deleteAlarm(); }); return storage.getAlarm(); });
    await row("table rolled back", () => { undo(() => sql.exec("CREATE TABLE gone (a)")); return sql.exec("SELECT * FROM gone").toArray(); });
    await row("drop rolled back", () => { sql.exec("CREATE TABLE stays (a)"); undo(() => sql.exec("DROP TABLE stays")); return sql.exec("SELECT * FROM stays").toArray(); });
    await row("alter rolled back", () => { undo(() => sql.exec("ALTER TABLE stays ADD COLUMN b")); return sql.exec("SELECT * FROM stays").columnNames; });
    await row("autoincrement rolled back", () => { sql.exec("CREATE TABLE auto (id INTEGER PRIMARY KEY AUTOINCREMENT)"); undo(() => sql.exec("INSERT INTO auto DEFAULT VALUES")); return sql.exec("INSERT INTO auto DEFAULT VALUES RETURNING id").one(); });
    await row("BEGIN inside", () => storage.transactionSync(() => { try { sql.exec("BEGIN"); } catch (error) { return error.message.slice(0, 26); } }));

    await row("async callback gives its promise", () => { const result = storage.transactionSync(async () => 5); return [result instanceof Promise]; });
    await row("async callback, write after await is outside", async () => { const inner = storage.transactionSync(async () => { insert(1); await null; insert(2); throw new Error("late"); }); try { await inner; } catch (error) { return [error.message, ids()]; } });
    await row("async callback thrown before await is kept too", async () => { const inner = storage.transactionSync(async () => { insert(3); throw new Error("early"); }); try { await inner; } catch (error) { return [error.message, ids()]; } });
    await row("thenable result", () => { const thenable = { then(resolve) { resolve("resolved"); } }; return storage.transactionSync(() => [thenable]).length; });
    await row("generator callback is not run", () => { const result = storage.transactionSync(function* () { insert(50); }); return [typeof result.next, ids().includes(50)]; });
    clear();

    await row("deferred constraint repaired inside", () => { storage.transactionSync(() => { sql.exec("INSERT INTO child VALUES (1, 40)"); insert(40); }); return sql.exec("SELECT parent FROM child").one(); });
    await row("deferred constraint repaired after", () => { storage.transactionSync(() => { sql.exec("INSERT INTO child VALUES (2, 41)"); }); insert(41); return sql.exec("SELECT count(*) AS n FROM child").one(); });
    await row("deferred constraint undone", () => { undo(() => sql.exec("INSERT INTO child VALUES (3, 42)")); return sql.exec("SELECT count(*) AS n FROM child").one(); });
    await row("defer_foreign_keys inside", () => { sql.exec("CREATE TABLE at_once (id INTEGER PRIMARY KEY, parent REFERENCES t (id))"); storage.transactionSync(() => { sql.exec("PRAGMA defer_foreign_keys = on"); sql.exec("INSERT INTO at_once VALUES (1, 60)"); insert(60); sql.exec("PRAGMA defer_foreign_keys = off"); }); return sql.exec("SELECT parent FROM at_once").one(); });
    await row("foreign_keys cannot be switched inside", () => storage.transactionSync(() => { sql.exec("PRAGMA foreign_keys = off"); return sql.exec("PRAGMA foreign_keys").one(); }));
    await row("cursor read over the end", () => { const cursor = storage.transactionSync(() => sql.exec("SELECT id FROM t ORDER BY id")); return [...cursor].map(({ id }) => id); });
    await row("inside blockConcurrencyWhile", () => this.ctx.blockConcurrencyWhile(async () => storage.transactionSync(() => "blocked")));
    await row("inside transaction", () => storage.transaction(async () => storage.transactionSync(() => { insert(70); return ids().includes(70); })));
    await row("transaction inside", async () => { const inner = storage.transactionSync(() => storage.transaction(async () => { insert(71); return "inner"; })); return [await inner, ids().includes(71)]; });
    await row("sync inside", () => storage.transactionSync(() => storage.sync()));
    await row("getCurrentBookmark inside", async () => typeof await storage.transactionSync(() => storage.getCurrentBookmark()));
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
