// What is kept when the object is reset: abort(), failed blocks and failed commits right behind every kind of write.
import { DurableObject } from "cloudflare:workers";
import { table, marks } from "../table.js";

const FAR = 4_000_000_000_000; // in the year 2096
const settled = (storage) => storage.sync().then(() => scheduler.wait(2));

// Each runs in an object of its own, which has the key "old", the row 1 and an alarm at FAR from before.
const cases = {
  "put": ({ kv, end }) => { kv.put("new", 1); end(); },
  "put, microtask": async ({ kv, end }) => { kv.put("new", 1); await null; end(); },
  "put, hundred microtasks": async ({ kv, end }) => { kv.put("new", 1); for (let i = 0; i < 100; i++) await null; end(); },
  "put awaited": async ({ storage, end }) => { await storage.put("new", 1); end(); },
  "put awaited, unconfirmed": async ({ storage, end }) => { await storage.put("new", 1, { allowUnconfirmed: true }); end(); },
  "two puts awaited": async ({ storage, end }) => { await storage.put("new", 1); await storage.put("new 2", 1); end(); },
  "put, get awaited": async ({ storage, kv, end }) => { kv.put("new", 1); await storage.get("new"); end(); },
  "put, list awaited": async ({ storage, kv, end }) => { kv.put("new", 1); await storage.list(); end(); },
  "put, getAlarm awaited": async ({ storage, kv, end }) => { kv.put("new", 1); await storage.getAlarm(); end(); },
  "put, sync": async ({ storage, kv, end }) => { kv.put("new", 1); await storage.sync(); end(); },
  "put, sync, put": async ({ storage, kv, end }) => { kv.put("new", 1); await storage.sync(); kv.put("newer", 1); end(); },
  "sync not awaited, put": ({ storage, kv, end }) => { storage.sync().catch(() => {}); kv.put("new", 1); end(); },
  "put, timer": async ({ kv, end }) => { kv.put("new", 1); await scheduler.wait(1); end(); },
  "put, then end in a timer": ({ kv, end }) => { setTimeout(end, 1); kv.put("new", 1); return new Promise(() => {}); },
  "put and end in a timer": ({ kv, end }) => { setTimeout(() => { kv.put("new", 1); end(); }, 1); return new Promise(() => {}); },
  "put, call awaited": async ({ kv, env, end }) => { kv.put("new", 1); await env.Other.getByName("o").ping(); end(); },
  "delete": ({ kv, end }) => { kv.delete("old"); end(); },
  "delete awaited": async ({ storage, end }) => { await storage.delete("old"); end(); },
  "SQL": ({ sql, end }) => { sql.exec("INSERT INTO t VALUES (2)"); end(); },
  "SQL, microtask": async ({ sql, end }) => { sql.exec("INSERT INTO t VALUES (2)"); await null; end(); },
  "table made": ({ sql, end }) => { sql.exec("CREATE TABLE u (a)"); end(); },
  "table dropped": ({ sql, end }) => { sql.exec("DROP TABLE t"); end(); },
  "setAlarm": ({ storage, end }) => { storage.setAlarm(FAR + 1); end(); },
  "setAlarm earlier": ({ storage, end }) => { storage.setAlarm(FAR - 1); end(); },
  "setAlarm awaited": async ({ storage, end }) => { await storage.setAlarm(FAR + 1); end(); },
  "deleteAlarm": ({ storage, end }) => { storage.deleteAlarm(); end(); },
  "deleteAlarm awaited": async ({ storage, end }) => { await storage.deleteAlarm(); end(); },
  "transactionSync": ({ storage, kv, end }) => { storage.transactionSync(() => kv.put("new", 1)); end(); },
  "inside transactionSync": ({ storage, kv, end }) => { storage.transactionSync(() => { kv.put("new", 1); end(); }); },
  "transaction not awaited": async ({ storage, end }) => { storage.transaction(async (txn) => { await txn.put("new", 1); }).catch(() => {}); await settled(storage); end(); },
  "inside transaction": ({ storage, end }) => storage.transaction(async (txn) => { await txn.put("new", 1); end(); }),
  "inside transaction, after a wait": ({ storage, end }) => storage.transaction(async (txn) => { await txn.put("new", 1); await scheduler.wait(1); end(); }),
  "inside an inner transaction": ({ storage, end }) => storage.transaction(async (txn) => { await txn.put("new", 1); await storage.transaction(async (inner) => { await inner.put("newer", 1); end(); }); }),
  "in a block": ({ ctx, kv, end }) => ctx.blockConcurrencyWhile(async () => { kv.put("new", 1); end(); }),
  "in a block, after a wait": ({ ctx, kv, end }) => ctx.blockConcurrencyWhile(async () => { kv.put("new", 1); await scheduler.wait(1); kv.put("newer", 1); end(); }),
  "in waitUntil": async ({ ctx, kv, end }) => { ctx.waitUntil((async () => { kv.put("new", 1); await null; end(); })()); await new Promise(() => {}); },
  "deleteAll, sync": async ({ storage, end }) => { storage.deleteAll(); await storage.sync(); end(); },
  "deleteAll, sync, put": async ({ storage, kv, end }) => { storage.deleteAll(); await storage.sync(); kv.put("new", 1); end(); },
  "deleteAll of nothing": async ({ storage, end }) => { await storage.deleteAll(); await storage.sync(); storage.deleteAll(); end(); },
};

// Where nothing is written in the turn that the block begins in.
const blocked = ["put, sync", "put, timer", "put, then end in a timer", "put, call awaited", "transaction not awaited", "deleteAll, sync", "deleteAll of nothing"];
const ends = {
  abort: (ctx) => ctx.abort("aborted"),
  block: (ctx) => { ctx.blockConcurrencyWhile(async () => { throw new RangeError("block"); }); },
};

export class Store extends DurableObject {
  alarm() {}
  async prepare() {
    const { storage } = this.ctx;
    storage.kv.put("old", 1);
    storage.sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
    await storage.setAlarm(FAR);
  }
  async run(label, kind) {
    const { ctx, env } = this;
    const { storage } = ctx;
    await cases[label]({ ctx, env, storage, kv: storage.kv, sql: storage.sql, end: () => ends[kind](ctx) });
    // A block that fails ends the object a little later.
    await scheduler.wait(1000);
    return "not ended";
  }
  async state() {
    const { storage } = this.ctx;
    const tables = [...storage.sql.exec("SELECT name FROM sqlite_master WHERE name IN ('t', 'u') ORDER BY name").raw()].flat();
    const alarm = await storage.getAlarm();
    return [[...storage.kv.list()].map(([key]) => key).join(" "), tables.join(" "), tables.includes("t") ? storage.sql.exec("SELECT count(*) AS n FROM t").one().n : 0, alarm === null ? null : alarm - FAR];
  }
}

export class Other extends DurableObject {
  ping() {}
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    for (const kind in ends) {
      for (const label of kind === "block" ? blocked : Object.keys(cases)) {
        const name = `${kind} ${label}`;
        await row(`${label}, ${kind}`, async () => {
          await env.Store.getByName(name).prepare();
          let outcome;
          try { outcome = await env.Store.getByName(name).run(label, kind); } catch (error) { outcome = [error.message, ...marks(error)].join(" "); }
          return [outcome, ...(await env.Store.getByName(name).state())];
        });
      }
    }
    return response();
  },
};
