// What an alarm shares its fate with: transactions, resets of the object, and deleteAll.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const FAR = 4_000_000_000_000; // in the year 2096

export class Planner extends DurableObject {
  alarm() {
    const { kv } = this.ctx.storage;
    kv.put("ran", (kv.get("ran") ?? 0) + 1);
  }
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const { kv } = storage;
    const planned = () => storage.getAlarm();
    const undo = async (run) => { try { await storage.transaction(async (txn) => { await run(txn); throw new Error("undo"); }); } catch (error) { if (error.message !== "undo") throw error; } };
    await row("set in a transaction", async () => { await storage.transaction((txn) => txn.setAlarm(FAR)); return planned(); });
    await row("changed in an undone transaction", async () => { await undo((txn) => txn.setAlarm(FAR + 1000)); return planned(); });
    await row("earlier in an undone transaction", async () => { await undo((txn) => txn.setAlarm(FAR - 1000)); return planned(); });
    await row("deleted in an undone transaction", async () => { await undo((txn) => txn.deleteAlarm()); return planned(); });
    await row("seen inside the undone transaction", async () => { let seen; await undo(async (txn) => { await txn.setAlarm(FAR + 7); seen = [await txn.getAlarm(), await storage.getAlarm()]; }); return seen; });
    await row("changed and rolled back", async () => { await storage.transaction(async (txn) => { await txn.setAlarm(FAR + 1000); txn.rollback(); }); return planned(); });
    await row("deleted in a transaction", async () => { await storage.transaction((txn) => txn.deleteAlarm()); return planned(); });
    await row("set in an inner transaction, outer undone", async () => { await undo(() => storage.transaction((txn) => txn.setAlarm(FAR))); return planned(); });
    await row("set outside, inner undone", async () => { await storage.transaction(async (txn) => { await txn.setAlarm(FAR); await undo((inner) => inner.setAlarm(FAR + 5)); }); return planned(); });
    await row("now, in an undone transaction", async () => { await storage.deleteAlarm(); await undo((txn) => txn.setAlarm(Date.now())); await scheduler.wait(60); return [await planned(), kv.get("ran")]; });
    await row("now, in an undone transactionSync", async () => { try { storage.transactionSync(() => { storage.setAlarm(Date.now()); throw new Error("undo"); }); } catch { /* undone */ } await scheduler.wait(60); return [await planned(), kv.get("ran")]; });
    await row("far over now, in an undone transactionSync", async () => { await storage.setAlarm(FAR); try { storage.transactionSync(() => { storage.setAlarm(Date.now()); throw new Error("undo"); }); } catch { /* undone */ } await scheduler.wait(60); return [await planned(), kv.get("ran")]; });
    await row("now and then far in one turn", async () => { storage.setAlarm(Date.now()); storage.setAlarm(FAR); await scheduler.wait(60); return [await planned(), kv.get("ran")]; });
    await row("now and then deleted in one turn", async () => { storage.setAlarm(Date.now()); storage.deleteAlarm(); await scheduler.wait(60); return [await planned(), kv.get("ran")]; });
    await row("same time twice", async () => { await storage.setAlarm(FAR); await storage.setAlarm(FAR); return planned(); });
    await row("put and alarm undone together", async () => { await undo(async (txn) => { await txn.put("k", 1); await txn.setAlarm(FAR + 9); }); return [await storage.get("k"), await planned()]; });
    return response();
  }
  async set(time) {
    await this.ctx.storage.setAlarm(time);
  }
  setAndAbort(time) {
    this.ctx.storage.setAlarm(time);
    this.ctx.abort("aborted");
  }
  async setSyncAbort(time) {
    await this.ctx.storage.setAlarm(time);
    await this.ctx.storage.sync();
    this.ctx.abort("aborted");
  }
  abort() {
    this.ctx.abort("aborted");
  }
  violate(time) {
    const { storage } = this.ctx;
    storage.sql.exec("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (parent REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)");
    storage.setAlarm(time);
    storage.sql.exec("INSERT INTO c VALUES (1)");
  }
  planned() {
    return this.ctx.storage.getAlarm();
  }
  ran() {
    return this.ctx.storage.kv.get("ran");
  }
  async deleteAll() {
    await this.ctx.storage.deleteAll();
    return this.ctx.storage.getAlarm();
  }
  async setAndDeleteAll(time) {
    this.ctx.storage.setAlarm(time);
    await this.ctx.storage.deleteAll();
    return this.ctx.storage.getAlarm();
  }
  async deleteAllAndSet(time) {
    this.ctx.storage.deleteAll();
    await this.ctx.storage.setAlarm(time);
    return this.ctx.storage.getAlarm();
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const first = await (await env.Planner.getByName("planner").fetch("http://x.test/")).text();
    const stub = (name) => env.Planner.getByName(name);
    const failing = async (promise) => { try { await promise; return "no error"; } catch (error) { return error.message.slice(0, 24); } };
    await row("kept over an abort", async () => { await stub("abort").set(FAR); return [await failing(stub("abort").abort()), await stub("abort").planned()]; });
    await row("set in the turn of an abort", async () => [await failing(stub("turn").setAndAbort(FAR)), await stub("turn").planned()]);
    await row("set before an abort and synced", async () => [await failing(stub("synced").setSyncAbort(FAR)), await stub("synced").planned()]);
    await row("set in the turn of a failed commit", async () => [await failing(stub("violate").violate(FAR)), await stub("violate").planned()]);
    await row("now, in the turn of a failed commit", async () => { const error = await failing(stub("violate now").violate(Date.now())); await scheduler.wait(60); return [error, await stub("violate now").planned(), await stub("violate now").ran()]; });
    await row("earlier, in the turn of a failed commit", async () => { await stub("violate earlier").set(FAR); const error = await failing(stub("violate earlier").violate(FAR - 1000)); return [error, await stub("violate earlier").planned()]; });
    await row("deleteAll", async () => { await stub("all").set(FAR); return stub("all").deleteAll(); });
    await row("after deleteAll and an abort", async () => [await failing(stub("all").abort()), await stub("all").planned()]);
    await row("set and deleteAll in one turn", () => stub("set all").setAndDeleteAll(FAR));
    await row("deleteAll and set in one turn", () => stub("all set").deleteAllAndSet(FAR));
    await row("deleteAll of an alarm to come", async () => { await stub("to come").set(Date.now() + 30); await stub("to come").deleteAll(); await scheduler.wait(100); return [await stub("to come").ran(), await stub("to come").planned()]; });
    return new Response(first + (await response().text()));
  },
};
