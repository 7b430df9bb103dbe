// Transactions in transactions: rollback() from inside others, alarms, cursors and constraints that cross their ends.
import { DurableObject } from "cloudflare:workers";
import { table, show, marks } from "../table.js";

const FAR = 4_000_000_000_000; // in the year 2096

// Each runs in an object of its own.
const cases = {
  "after it": ({ storage, sql, kv, ids, insert, caught }) => (() => { storage.transactionSync(() => insert(1)); return ids(); })(),
  "use after these": ({ storage, sql, kv, ids, insert, caught }) => (() => storage.transaction(async (txn) => { await txn.put("a", 1); insert(1); }))(),
  "inner rollback, outer goes on": ({ storage, sql, kv, ids, insert, caught }) => (() => storage.transaction(async (outer) => { await outer.put("o", 1); await storage.transaction(async (inner) => { await inner.put("i", 1); inner.rollback(); await outer.put("p", 1); return caught(() => inner.put("j", 1)); }); return outer.get("p"); }))(),
  "outer rollback in a dangling inner": ({ storage, sql, kv, ids, insert, caught }) => (() => storage.transaction(async (outer) => { const inner = storage.transaction(async () => { await scheduler.wait(5); insert(2); }); insert(1); const seen = await caught(async () => outer.rollback()); await inner; return seen; }))(),
  "outer ends before its inner": ({ storage, sql, kv, ids, insert, caught }) => (async () => { let inner; const result = await storage.transaction(async () => { inner = storage.transaction(async (txn) => { await scheduler.wait(5); insert(2); await txn.put("i", 1); return "inner"; }); insert(1); return "outer"; }); return [result, await caught(() => inner)]; })(),
  "txn used in another's transaction": ({ storage, sql, kv, ids, insert, caught }) => (async () => { let kept; const first = storage.transaction(async (txn) => { kept = txn; await scheduler.wait(2); }); const second = storage.transaction(async () => { return caught(() => kept.put("stolen", 1)); }); await first; return second; })(),
  "txn of a dangling closure": ({ storage, sql, kv, ids, insert, caught }) => (async () => { let later; await storage.transaction(async (txn) => { later = scheduler.wait(5).then(() => caught(() => txn.put("late", 1))); }); return later; })(),
  "not awaited put rejects after the end": ({ storage, sql, kv, ids, insert, caught }) => (async () => { let put; await storage.transaction(async (txn) => { put = Promise.resolve().then(() => Promise.resolve()).then(() => txn.put("late", 1)).then(() => "kept", (error) => error.message); }); return put; })(),
  "alarm in an inner that fails": ({ storage, sql, kv, ids, insert, caught }) => (() => storage.transaction(async (outer) => { await outer.setAlarm(FAR); await caught(() => storage.transaction(async (inner) => { await inner.setAlarm(FAR + 1); await inner.deleteAlarm(); throw new Error("undo"); })); return outer.getAlarm(); }))(),
  "alarm deleted in an inner that rolls back": ({ storage, sql, kv, ids, insert, caught }) => (() => storage.transaction(async (outer) => { await outer.setAlarm(FAR); await storage.transaction(async (inner) => { await inner.deleteAlarm(); inner.rollback(); }); return outer.getAlarm(); }))(),
  "alarm set in transactionSync in a transaction that fails": ({ storage, sql, kv, ids, insert, caught }) => (() => storage.transaction(async () => { storage.transactionSync(() => { storage.setAlarm(FAR); insert(1); }); throw new Error("undo"); }))(),
  "alarm set after rollback": ({ storage, sql, kv, ids, insert, caught }) => (() => storage.transaction(async (txn) => { await txn.setAlarm(FAR); txn.rollback(); await storage.setAlarm(FAR + 3); }))(),
  "setAlarm of txn refused keeps the transaction": ({ storage, sql, kv, ids, insert, caught }) => (() => storage.transaction(async (txn) => { insert(1); return caught(() => txn.setAlarm(-1)); }))(),
  "cursor over a transaction": ({ storage, sql, kv, ids, insert, caught }) => (async () => { insert(1); insert(2); insert(3); const cursor = sql.exec("SELECT id FROM t ORDER BY id"); cursor.next(); await storage.transaction(async () => { insert(4); }); return [...cursor].map(({ id }) => id); })(),
  "kv.list over transactionSync": ({ storage, sql, kv, ids, insert, caught }) => (() => { kv.put("a", 1); kv.put("b", 1); kv.put("c", 1); const list = kv.list(); list.next(); storage.transactionSync(() => kv.delete("b")); return [...list].map(([key]) => key); })(),
  "deleteAll right before a transaction": ({ storage, sql, kv, ids, insert, caught }) => (async () => { insert(1); const deleting = caught(() => storage.deleteAll()); const inside = storage.transaction(async () => { sql.exec("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY)"); insert(2); }); return [await deleting, await inside]; })(),
  "deleteAll right after a transaction began": ({ storage, sql, kv, ids, insert, caught }) => (async () => { insert(1); const inside = caught(() => storage.transaction(async () => { insert(2); await scheduler.wait(2); })); const deleting = caught(() => storage.deleteAll()); return [await deleting, await inside, sql.exec("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY)").toArray()]; })(),
  "sync in a transaction that fails": ({ storage, sql, kv, ids, insert, caught }) => (async () => { let sync; await caught(() => storage.transaction(async (txn) => { await txn.put("s", 1); sync = caught(() => storage.sync()); await scheduler.wait(2); throw new Error("undo"); })); return sync; })(),
  "bookmark in a transaction that fails": ({ storage, sql, kv, ids, insert, caught }) => (async () => { const before = await storage.getCurrentBookmark(); await caught(() => storage.transaction(async () => { await storage.getCurrentBookmark(); throw new Error("undo"); })); return (await storage.getCurrentBookmark()) > before; })(),
  "fifty deep transaction": ({ storage, sql, kv, ids, insert, caught }) => (() => { const deep = (level) => storage.transaction(async () => (level === 0 ? insert(1) && "bottom" : deep(level - 1))); return deep(49); })(),
};

export class Store extends DurableObject {
  alarm() {}
  async run(label) {
    const { storage } = this.ctx;
    const { sql, kv } = storage;
    sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    const ids = () => [...sql.exec("SELECT id FROM t ORDER BY id").raw()].flat();
    const insert = (id) => sql.exec("INSERT INTO t VALUES (?)", id);
    const caught = async (run) => { try { return await run(); } catch (error) { return `${error.name}: ${error.message}`; } };
    const result = await caught(() => cases[label]({ storage, sql, kv, ids, insert, caught }));
    return [result, ids(), [...kv.list()].map(([key]) => key), await storage.getAlarm()];
  }
}

// Constraints that wait for the end of a transaction, each in an object of its own.
export class Deferred extends DurableObject {
  memory = 0;
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS p (id INTEGER PRIMARY KEY); CREATE TABLE IF NOT EXISTS c (parent REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)");
  }
  alarm() {}
  count() {
    this.memory++;
    return [this.memory, this.ctx.storage.sql.exec("SELECT count(*) AS n FROM c").one().n, [...this.ctx.storage.kv.list()].map(([key]) => key)];
  }
  async run(name) {
    const { storage } = this.ctx;
    const { sql, kv } = storage;
    const violate = () => sql.exec("INSERT INTO c VALUES (99)");
    const caught = async (run) => { try { return await run(); } catch (error) { return `caught ${error.message}`; } };
    const runs = {
      "in transaction, repaired inside": () => storage.transaction(async () => { violate(); await scheduler.wait(2); sql.exec("INSERT INTO p VALUES (99)"); return "result"; }),
      "in transaction that fails": () => caught(() => storage.transaction(async () => { violate(); throw new Error("undo"); })),
      "in transaction that rolls back": () => storage.transaction(async (txn) => { violate(); txn.rollback(); return "result"; }),
      "in an inner one, repaired in the outer": () => storage.transaction(async () => { await storage.transaction(async () => { violate(); }); sql.exec("INSERT INTO p VALUES (99)"); return "result"; }),
      "before a transaction": () => { violate(); return storage.transaction(async (txn) => { await txn.put("k", 1); return "result"; }); },
      "in a block": () => this.ctx.blockConcurrencyWhile(async () => { violate(); return "result"; }),
      "in a block, caught": () => caught(() => this.ctx.blockConcurrencyWhile(async () => { violate(); await scheduler.wait(2); return "result"; })),
      "by defer_foreign_keys": () => { sql.exec("CREATE TABLE d (parent REFERENCES p (id)); PRAGMA defer_foreign_keys = on; INSERT INTO d VALUES (98)"); return "result"; },
      "by DELETE": async () => { sql.exec("INSERT INTO p VALUES (7); INSERT INTO c VALUES (7)"); await storage.sync(); sql.exec("DELETE FROM p"); return "result"; },
      "by DROP TABLE": async () => { sql.exec("INSERT INTO p VALUES (7); INSERT INTO c VALUES (7)"); await storage.sync(); sql.exec("DROP TABLE p"); return "result"; },
      "then deleteAll": async () => { violate(); await storage.deleteAll(); return "result"; },
      "then an alarm": async () => { await storage.setAlarm(FAR); await storage.sync(); storage.setAlarm(FAR + 1); violate(); return "result"; },
    };
    return runs[name] === undefined ? Object.keys(runs) : runs[name]();
  }
  planned() {
    return this.ctx.storage.getAlarm();
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    for (const label in cases) await row(label, async () => { try { return await env.Store.getByName(label).run(label); } catch (error) { return [`${error.name}: ${error.message}`, ...marks(error)]; } });
    const stub = (name) => env.Deferred.getByName(name);
    for (const name of await stub("names").run()) {
      await row(`deferred ${name}`, async () => { await stub(name).count(); try { return [await stub(name).run(name)]; } catch (error) { return [`${error.name}: ${error.message}`, ...marks(error)]; } });
      await row(`after it`, async () => { try { return await stub(name).count(); } catch (error) { return show(error); } });
    }
    await row("alarm after it", () => stub("then an alarm").planned());
    return response();
  },
};
