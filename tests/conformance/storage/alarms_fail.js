// Alarms whose handler or object fails, in every way, and what the first retry finds.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const FAR = 4_000_000_000_000; // in the year 2096
// The first retry comes after two seconds, the second four seconds later, each a quarter more or less.
const BETWEEN_RETRIES_MS = 3600;

const attempts = {};
const when = (time) => (time === null ? null : time === FAR ? "far" : time > Date.now() ? "to come" : "past");

// What the handler does in its first run; later ones only take notes.
const first = {
  "returns": () => {},
  "throws": () => { throw new RangeError("x"); },
  "throws undefined": () => { throw undefined; },
  "throws text": () => { throw "text"; },
  "rejects": () => Promise.reject(new Error("x")),
  "rejects later": async () => { await scheduler.wait(10); throw new Error("x"); },
  "throws in a timer": async () => { setTimeout(() => { throw new Error("x"); }, 1); await scheduler.wait(10); },
  "rejects unseen": async () => { Promise.reject(new Error("x")); await scheduler.wait(10); },
  "rejects in waitUntil": ({ ctx }) => { ctx.waitUntil(Promise.reject(new Error("x"))); },
  "thenable": () => ({ then(resolve, reject) { reject(new Error("x")); } }),
  "marked retryable": () => { throw Object.assign(new Error("x"), { retryable: true }); },
  "marked overloaded": () => { throw Object.assign(new Error("x"), { overloaded: true }); },
  "marked durableObjectReset": () => { throw Object.assign(new Error("x"), { durableObjectReset: true }); },
  "SQL fails": ({ storage }) => { storage.sql.exec("SELEC"); },
  "another object's error": ({ env }) => env.Fails.getByName("f").fail(),
  "another object aborts": ({ env }) => env.Fails.getByName("a").abort(),
  "aborts": ({ ctx }) => { ctx.abort("x"); },
  "aborts later": async ({ ctx }) => { await scheduler.wait(5); ctx.abort("x"); },
  "aborts without a retry": ({ ctx }) => { ctx.abort("x", { retryAlarm: false }); },
  "aborts later without a retry": async ({ ctx }) => { await scheduler.wait(5); ctx.abort("x", { retryAlarm: false }); },
  "aborts in a timer without a retry": ({ ctx }) => { setTimeout(() => ctx.abort("x", { retryAlarm: false }), 1); return new Promise(() => {}); },
  "aborts in waitUntil without a retry": ({ ctx }) => { ctx.waitUntil(scheduler.wait(5).then(() => ctx.abort("x", { retryAlarm: false }))); },
  "aborts in transaction": ({ ctx, storage }) => storage.transaction(async () => ctx.abort("x")),
  "aborts in transaction without a retry": ({ ctx, storage }) => storage.transaction(async () => ctx.abort("x", { retryAlarm: false })),
  "aborts in transactionSync": ({ ctx, storage }) => storage.transactionSync(() => ctx.abort("x")),
  "aborts in a block": ({ ctx }) => ctx.blockConcurrencyWhile(async () => ctx.abort("x")),
  "aborts in a block without a retry": ({ ctx }) => ctx.blockConcurrencyWhile(async () => ctx.abort("x", { retryAlarm: false })),
  "block fails": ({ ctx }) => ctx.blockConcurrencyWhile(async () => { throw new Error("x"); }),
  "violates": ({ storage }) => { storage.sql.exec("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (parent REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED); INSERT INTO c VALUES (1)"); },
  "violates, sets a new one": ({ storage }) => { storage.setAlarm(FAR); storage.sql.exec("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (parent REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED); INSERT INTO c VALUES (1)"); },
  "sets a far one": ({ storage }) => storage.setAlarm(FAR),
  "sets a far one, throws": async ({ storage }) => { await storage.setAlarm(FAR); throw new Error("x"); },
  "sets a far one, not awaited, throws": ({ storage }) => { storage.setAlarm(FAR); throw new Error("x"); },
  "sets a near one": ({ storage }) => storage.setAlarm(Date.now() + 50),
  "sets a near one, throws": async ({ storage }) => { await storage.setAlarm(Date.now() + 50); throw new Error("x"); },
  "sets one for now": ({ storage }) => storage.setAlarm(Date.now()),
  "sets one for now, throws": async ({ storage }) => { await storage.setAlarm(Date.now()); throw new Error("x"); },
  "sets one for now, waits": async ({ storage }) => { await storage.setAlarm(Date.now()); await scheduler.wait(60); },
  "sets the same time": async ({ storage, info }) => { if (info.scheduledTime > 0) await storage.setAlarm(FAR); },
  "sets a far one, aborts": async ({ ctx, storage }) => { await storage.setAlarm(FAR); await storage.sync(); ctx.abort("x"); },
  "sets a far one, aborts in the turn": ({ ctx, storage }) => { storage.setAlarm(FAR); ctx.abort("x"); },
  "sets a far one, aborts without a retry": async ({ ctx, storage }) => { await storage.setAlarm(FAR); await storage.sync(); ctx.abort("x", { retryAlarm: false }); },
  "sets in a failed transaction": async ({ storage }) => { await storage.transaction(async (txn) => { await txn.setAlarm(FAR); throw new Error("undo"); }).catch(() => {}); return storage.getAlarm(); },
  "sets in a failed transactionSync": ({ storage }) => { try { storage.transactionSync(() => { storage.setAlarm(FAR); throw new Error("undo"); }); } catch { /* undone */ } return storage.getAlarm(); },
  "sets in a transaction": ({ storage }) => storage.transaction((txn) => txn.setAlarm(FAR)),
  "deletes it": ({ storage }) => storage.deleteAlarm(),
  "deletes it, throws": async ({ storage }) => { await storage.deleteAlarm(); throw new Error("x"); },
  "deletes it, synced, throws": async ({ storage }) => { await storage.deleteAlarm(); await storage.sync(); await scheduler.wait(5); throw new Error("x"); },
  "deletes it in a failed transaction": async ({ storage }) => { await storage.transaction(async (txn) => { await txn.deleteAlarm(); throw new Error("undo"); }).catch(() => {}); },
  "deleteAll": ({ storage }) => storage.deleteAll(),
  "deleteAll, throws": async ({ storage }) => { await storage.deleteAll(); throw new Error("x"); },
  "deleteAll, sets a far one": async ({ storage }) => { await storage.deleteAll(); await storage.setAlarm(FAR); },
  "reads it": async ({ storage }) => [await storage.getAlarm(), await storage.transaction((txn) => txn.getAlarm())],
  "reads it after a wait": async ({ storage }) => { await scheduler.wait(5); return storage.getAlarm(); },
  "reads it in waitUntil": ({ ctx, storage, note }) => { ctx.waitUntil((async () => { await scheduler.wait(20); note(["in waitUntil", when(await storage.getAlarm())]); })()); },
  "sets in waitUntil": ({ ctx, storage }) => { ctx.waitUntil(scheduler.wait(20).then(() => storage.setAlarm(FAR))); },
  "calls alarm() of itself": ({ object }) => object.alarm({ own: true }),
};

export class Ringer extends DurableObject {
  memory = 0;
  note(item) {
    const { kv } = this.ctx.storage;
    kv.put("log", [...(kv.get("log") ?? []), item]);
  }
  async arm() {
    const time = Date.now() + 100;
    this.ctx.storage.kv.put("time", time);
    await this.ctx.storage.setAlarm(time);
  }
  async alarm(info) {
    const { ctx, env } = this;
    const { storage } = ctx;
    const runs = (storage.kv.get("runs") ?? 0) + 1;
    storage.kv.put("runs", runs);
    this.note([info.retryCount ?? "own", info.isRetry ?? "own", info.scheduledTime === storage.kv.get("time"), this.memory++]);
    await storage.sync();
    if (runs > 1) return;
    const seen = await first[ctx.id.name]({ ctx, env, storage, info, note: (item) => this.note(item), object: this });
    if (seen !== undefined) this.note(["saw", ...[seen].flat().map(when)]);
  }
  async state() {
    return [this.ctx.storage.kv.get("log") ?? "nothing", when(await this.ctx.storage.getAlarm())];
  }
}

export class Fails extends DurableObject {
  fail() {
    throw new Error("of another object");
  }
  abort() {
    this.ctx.abort("another aborts");
  }
}

// Its constructor fails in the instance that the alarm makes.
export class Unready extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const made = (attempts[ctx.id.name] = (attempts[ctx.id.name] ?? 0) + 1);
    if (made !== 2) return;
    if (ctx.id.name === "throws") throw new RangeError("constructor");
    if (ctx.id.name === "block fails") ctx.blockConcurrencyWhile(async () => { await ctx.storage.sync(); throw new RangeError("block"); });
    if (ctx.id.name === "aborts") ctx.blockConcurrencyWhile(async () => { await ctx.storage.sync(); ctx.abort("constructor aborts"); });
    if (ctx.id.name === "aborts without a retry") ctx.blockConcurrencyWhile(async () => { await ctx.storage.sync(); ctx.abort("constructor aborts", { retryAlarm: false }); });
    if (ctx.id.name === "violates") ctx.storage.sql.exec("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (parent REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED); INSERT INTO c VALUES (1)");
  }
  async arm() {
    await this.ctx.storage.setAlarm(Date.now() + 300);
    await this.ctx.storage.sync();
    this.ctx.abort("the alarm makes the next instance");
  }
  alarm(info) {
    const { kv } = this.ctx.storage;
    kv.put("log", [...(kv.get("log") ?? []), [info.retryCount, info.isRetry, attempts[this.ctx.id.name]]]);
  }
  async state() {
    return [this.ctx.storage.kv.get("log") ?? "nothing", when(await this.ctx.storage.getAlarm())];
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const names = Object.keys(first);
    const unready = ["fine", "throws", "block fails", "aborts", "aborts without a retry", "violates"];
    for (const name of unready) await env.Unready.getByName(name).arm().catch(() => {});
    await Promise.all(names.map((name) => env.Ringer.getByName(name).arm()));
    await scheduler.wait(BETWEEN_RETRIES_MS);
    for (const name of names) await row(name, () => env.Ringer.getByName(name).state());
    for (const name of unready) await row(`constructor ${name}`, () => env.Unready.getByName(name).state());
    return response();
  },
};
