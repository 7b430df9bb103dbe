// What was answered, or told to others, is kept whatever becomes of a transaction that is under way.
import { DurableObject } from "cloudflare:workers";
import { table, marks } from "../table.js";
const cases = {
  "put, transaction under way": ({ ctx, storage, kv }) => { kv.put("acknowledged", 1); ctx.waitUntil(storage.transaction(async () => { await scheduler.wait(80); ctx.abort("x"); })); return "answered"; },
  "put awaited, transaction under way": async ({ ctx, storage, kv }) => { await storage.put("acknowledged", 1); ctx.waitUntil(storage.transaction(async () => { await scheduler.wait(80); ctx.abort("x"); })); return "answered"; },
  "put, sync, transaction under way": async ({ ctx, storage, kv }) => { kv.put("acknowledged", 1); const s = storage.sync(); ctx.waitUntil(storage.transaction(async () => { await scheduler.wait(80); ctx.abort("x"); })); await s; return "answered"; },
  "put in transaction under way": ({ ctx, storage, kv }) => { ctx.waitUntil(storage.transaction(async (txn) => { await txn.put("inside", 1); await scheduler.wait(80); ctx.abort("x"); })); return "answered"; },
  "put while transaction under way": async ({ ctx, storage, kv }) => { ctx.waitUntil(storage.transaction(async (txn) => { await scheduler.wait(80); ctx.abort("x"); })); await null; await null; kv.put("beside", 1); await storage.sync(); return "answered"; },
  "call inside a transaction": async ({ ctx, storage, kv, env }) => { await storage.transaction(async (txn) => { await txn.put("inside", 1); await env.Other.getByName("o").tell(ctx.id.name); ctx.abort("x"); }); return "answered"; },
  "call inside a transaction, put before": async ({ ctx, storage, kv, env }) => { kv.put("before", 1); await storage.transaction(async (txn) => { await txn.put("inside", 1); await env.Other.getByName("o").tell(ctx.id.name); ctx.abort("x"); }); return "answered"; },
};
export class Store extends DurableObject {
  async run(label) { const { storage } = this.ctx; return cases[label]({ ctx: this.ctx, env: this.env, storage, sql: storage.sql, kv: storage.kv, o: this }); }
  state() { return [...this.ctx.storage.kv.list()].map(([k]) => k); }
}
export class Other extends DurableObject { told = []; tell(n) { this.told.push(n); } list() { return this.told; } }
export default { async fetch(request, env) {
  const { row, response } = table();
  const outcome = async (promise) => { try { return await Promise.race([promise, scheduler.wait(1500).then(() => "no answer")]); } catch (error) { return [`${error.name}: ${error.message}`.slice(0, 100), ...marks(error)].join(" "); } };
  for (const label in cases) {
    const s = () => env.Store.getByName(label);
    await row(label, async () => { const first = await outcome(s().run(label)); await scheduler.wait(200); return [first, await outcome(s().state())]; });
  }
  await row("told", () => env.Other.getByName("o").list());
  return response();
} };
