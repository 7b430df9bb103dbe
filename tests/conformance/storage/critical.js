// Errors of SQL that undo the turn: SQLITE_FULL of a table without a rowid left, in every kind of transaction, caught or not.
import { DurableObject } from "cloudflare:workers";
import { table, marks } from "../table.js";

// What the code of each case saw: the answer that would tell is not sent.
const seen = {};
const FAR = 4_000_000_000_000; // in the year 2096

// Each runs in an object of its own, which has the key "old" and a full table from before.
const cases = {
  "not caught": ({ full }) => full(),
  "caught": ({ caught, full }) => caught(full),
  "caught, then returned": ({ caught, full }) => { caught(full); return "returned"; },
  "caught after a put": ({ kv, caught, full }) => { kv.put("new", 1); return caught(full); },
  "caught, then put": ({ kv, caught, full }) => [caught(full), caught(() => kv.put("new", 1))],
  "caught, then get": ({ kv, caught, full }) => [caught(full), caught(() => kv.get("old"))],
  "caught, then list": ({ kv, caught, full }) => [caught(full), caught(() => [...kv.list()])],
  "caught, then SQL": ({ sql, caught, full }) => [caught(full), caught(() => sql.exec("SELECT 1").toArray())],
  "caught, then full again": ({ caught, full }) => [caught(full), caught(full)],
  "caught, then databaseSize": ({ sql, caught, full }) => [caught(full), caught(() => sql.databaseSize > 0)],
  "caught, then transactionSync": ({ storage, caught, full }) => [caught(full), caught(() => storage.transactionSync(() => "ran"))],
  "caught, then a wait": async ({ kv, caught, full }) => { const seen = caught(full); await scheduler.wait(5); return [seen, caught(() => kv.get("old"))]; },
  "caught, then sync": async ({ rejected, storage, caught, full }) => [caught(full), await rejected(storage.sync())],
  "caught, then asynchronous get": async ({ rejected, storage, caught, full }) => [caught(full), await rejected(storage.get("old"))],
  "caught, then asynchronous put": async ({ rejected, storage, caught, full }) => [caught(full), await rejected(storage.put("new", 1))],
  "caught, then deleteAll": async ({ rejected, storage, caught, full }) => [caught(full), await rejected(storage.deleteAll())],
  "caught, then getAlarm": async ({ rejected, storage, caught, full }) => [caught(full), await rejected(storage.getAlarm())],
  "caught, then setAlarm": async ({ rejected, storage, caught, full }) => [caught(full), await rejected(storage.setAlarm(FAR))],
  "caught, then bookmark": async ({ rejected, storage, caught, full }) => [caught(full), await rejected(storage.getCurrentBookmark())],
  "caught, then a cursor of before": ({ sql, caught, full }) => { const cursor = sql.exec("SELECT value FROM json_each('[1,2,3]')"); cursor.next(); return [caught(full), caught(() => cursor.toArray())]; },
  "caught, then a call": async ({ rejected, env, caught, full }) => [caught(full), await rejected(env.Other.getByName("o").ping())],
  "caught, then abort": ({ ctx, caught, full }) => { caught(full); ctx.abort("aborted"); },
  "caught, then an own error": ({ caught, full }) => { caught(full); throw new TypeError("own"); },
  "in transactionSync": ({ storage, full }) => storage.transactionSync(full),
  "in transactionSync, caught outside": ({ storage, caught, full }) => caught(() => storage.transactionSync(full)),
  "in transactionSync, caught inside": ({ storage, caught, full }) => caught(() => storage.transactionSync(() => caught(full))),
  "in an inner transactionSync, caught between": ({ storage, caught, full }) => caught(() => storage.transactionSync(() => caught(() => storage.transactionSync(full)))),
  "in transaction": ({ storage, full }) => storage.transaction(async () => full()),
  "in a block": ({ ctx, full }) => ctx.blockConcurrencyWhile(async () => full()),
  "in a block, caught": ({ ctx, caught, full }) => ctx.blockConcurrencyWhile(async () => caught(full)),
  "in waitUntil": ({ ctx, full }) => { ctx.waitUntil((async () => { full(); })()); return "returned"; },
  "in a timer": async ({ full }) => { setTimeout(full, 1); await scheduler.wait(20); return "returned"; },
  "after a synced put": async ({ storage, kv, caught, full }) => { kv.put("synced", 1); await storage.sync(); kv.put("new", 1); return caught(full); },
  "with an alarm in the turn": ({ storage, caught, full }) => { storage.setAlarm(FAR); return caught(full); },
  "in several statements": ({ sql, caught }) => caught(() => sql.exec("CREATE TABLE made (a); INSERT INTO full DEFAULT VALUES; CREATE TABLE made2 (a)")),
  "in the second row": ({ sql, caught }) => caught(() => sql.exec("INSERT INTO full (v) VALUES (1), (2)")),
  "in a trigger": ({ sql, caught }) => { sql.exec("CREATE TABLE t (a); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO full (v) VALUES (1); END"); return caught(() => sql.exec("INSERT INTO t VALUES (1)")); },
  "ignored conflict": ({ sql, caught }) => caught(() => sql.exec("INSERT OR IGNORE INTO full DEFAULT VALUES").toArray()),
};

export class Store extends DurableObject {
  memory = 0;
  alarm() {}
  prepare() {
    this.memory++;
    this.ctx.storage.kv.put("old", 1);
    this.ctx.storage.sql.exec("CREATE TABLE full (id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO full VALUES (9223372036854775807, 0)");
  }
  async run(label) {
    const { ctx, env } = this;
    const { storage } = ctx;
    const note = (what) => { (seen[label] ??= []).push(what); return what; };
    const caught = (run) => { try { return note(run() ?? "fine"); } catch (error) { return note(error.message); } };
    const rejected = async (promise) => { try { return note((await promise) ?? "fine"); } catch (error) { return note(error.message); } };
    return cases[label]({ rejected, ctx, env, storage, kv: storage.kv, sql: storage.sql, caught, full: () => { storage.sql.exec("INSERT INTO full DEFAULT VALUES"); } });
  }
  async state() {
    const { storage } = this.ctx;
    const alarm = await storage.getAlarm();
    return [seen[this.ctx.id.name] ?? "nothing", this.memory, [...storage.kv.list()].map(([key]) => key).join(" "), storage.sql.exec("SELECT count(*) AS n FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").one().n, alarm === FAR ? "far" : alarm];
  }
}

export class Other extends DurableObject {
  ping() {
    return "pong";
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const outcome = async (promise) => { try { return [await promise]; } catch (error) { return [`${error.name}: ${error.message}`, ...marks(error)]; } };
    for (const label in cases) {
      await env.Store.getByName(label).prepare();
      await row(label, () => outcome(env.Store.getByName(label).run(label)));
      await row(`after ${label}`, async () => { await scheduler.wait(5); return outcome(env.Store.getByName(label).state()); });
    }
    return response();
  },
};
