// Durable Objects: what runs between which events while storage, calls and timers are awaited, and what is answered
// before writes are kept.
import { DurableObject } from "cloudflare:workers";
import { table, describeError } from "../table.js";

export class Gate extends DurableObject {
  log = [];
  note(item) {
    this.log.push(item);
    return [...this.log];
  }
  async get(name) {
    this.log.push(`${name} begins`);
    await this.ctx.storage.get("key");
    this.log.push(`${name} ends`);
    return [...this.log];
  }
  async put(name) {
    this.log.push(`${name} begins`);
    await this.ctx.storage.put("key", name);
    this.log.push(`${name} ends`);
    return [...this.log];
  }
  async increment() {
    const value = (await this.ctx.storage.get("n")) ?? 0;
    await this.ctx.storage.put("n", value + 1);
    return value + 1;
  }
  async incrementAcross(kind) {
    const value = (await this.ctx.storage.get("n")) ?? 0;
    if (kind === "timer") await scheduler.wait(20);
    if (kind === "call") await this.env.Other.getByName("o").slow(20);
    if (kind === "fetch") await this.env.Other.getByName("o").fetch("http://x.test/");
    if (kind === "microtask") await null;
    await this.ctx.storage.put("n", value + 1);
    return value + 1;
  }
  incrementSync() {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + 1);
    return kv.get("n");
  }
  incrementTransaction() {
    return this.ctx.storage.transaction(async (txn) => {
      const value = (await txn.get("n")) ?? 0;
      await scheduler.wait(1);
      await txn.put("n", value + 1);
      return value + 1;
    });
  }
  incrementBlocked() {
    return this.ctx.blockConcurrencyWhile(async () => {
      const value = (await this.ctx.storage.get("n")) ?? 0;
      await scheduler.wait(1);
      await this.ctx.storage.put("n", value + 1);
      return value + 1;
    });
  }
  async incrementAllowed() {
    const value = (await this.ctx.storage.get("n", { allowConcurrency: true })) ?? 0;
    await scheduler.wait(20);
    await this.ctx.storage.put("n", value + 1, { allowConcurrency: true });
    return value + 1;
  }
  async across(name, kind) {
    this.log.push(`${name} begins`);
    if (kind === "timer") await scheduler.wait(20);
    if (kind === "call") await this.env.Other.getByName("o").slow(20);
    if (kind === "transaction") await this.ctx.storage.transaction(async () => { await scheduler.wait(2); });
    if (kind === "row of microtasks") for (let i = 0; i < 100; i++) await null;
    this.log.push(`${name} ends`);
    return [...this.log];
  }
  async waitsForEvent() {
    const { promise, resolve } = Promise.withResolvers();
    this.resolve = resolve;
    return promise;
  }
  event(value) {
    this.resolve(value);
  }
  async selfCall() {
    return this.env.Gate.getByName(this.ctx.id.name).note("called by itself");
  }
  selfCallInBlock() {
    const own = this.env.Gate.getByName(this.ctx.id.name).note("waits for the block");
    return this.ctx.blockConcurrencyWhile(async () => {
      await scheduler.wait(3);
      this.log.push("end of block");
    }).then(() => own);
  }
  async unawaited() {
    this.ctx.storage.put("late", "kept");
    return "answered";
  }
  async unawaitedThenThrow() {
    this.ctx.storage.put("late", "kept though thrown");
    throw new Error("thrown");
  }
  late() {
    return this.ctx.storage.get("late");
  }
  unconfirmed() {
    this.ctx.storage.put("late", "unconfirmed", { allowUnconfirmed: true });
    return "answered";
  }
  async tellBeforeAbort() {
    this.ctx.storage.kv.put("told", 1);
    const told = this.env.Other.getByName("told").tell(this.ctx.id.name);
    this.ctx.abort("before the writes are kept");
    return told;
  }
  told() {
    return this.ctx.storage.kv.get("told") ?? null;
  }
  async atomicTurn() {
    const { kv } = this.ctx.storage;
    kv.put("one", 1);
    await null;
    kv.put("two", 2);
    this.ctx.abort("in the same turn");
  }
  async twoTurns() {
    const { kv } = this.ctx.storage;
    kv.put("one", 1);
    await scheduler.wait(5);
    kv.put("two", 2);
    this.ctx.abort("in a later turn");
  }
  pair() {
    const { kv } = this.ctx.storage;
    return [kv.get("one") ?? null, kv.get("two") ?? null];
  }
  async ownWritesAreSeen() {
    const { storage } = this.ctx;
    storage.put("w", 1);
    const seen = storage.get("w");
    storage.put("w", 2);
    return [await seen, await storage.get("w"), storage.kv.get("w")];
  }
}
export class Other extends DurableObject {
  heard = [];
  async slow(ms) {
    await scheduler.wait(ms);
  }
  tell(name) {
    this.heard.push(name);
  }
  list() {
    return this.heard;
  }
  async fetch() {
    await scheduler.wait(20);
    return new Response("other");
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const gate = (name) => env.Gate.getByName(name);
    const brief = async (promise) => { try { return await promise; } catch (error) { return describeError(error); } };
    const times = (count, run) => Promise.all(Array.from({ length: count }, run));

    await row("get holds others back", async () => { const stub = gate("get"); return (await Promise.all([stub.get("a"), stub.get("b"), stub.note("c")])).at(-1); });
    await row("put holds others back", async () => { const stub = gate("put"); return (await Promise.all([stub.put("a"), stub.put("b"), stub.note("c")])).at(-1); });
    await row("increments", async () => (await times(5, () => gate("n").increment())).sort());
    await row("increments of one stub", async () => { const stub = gate("n one"); return times(5, () => stub.increment()); });
    await row("increments across a microtask", async () => { const stub = gate("n micro"); return times(3, () => stub.incrementAcross("microtask")); });
    for (const kind of ["timer", "call", "fetch"]) await row(`increments across a ${kind}`, async () => { const stub = gate(`n ${kind}`); return times(3, () => stub.incrementAcross(kind)); });
    await row("increments, synchronous", async () => { const stub = gate("n sync"); return times(3, () => stub.incrementSync()); });
    await row("increments in transactions", async () => { const stub = gate("n txn"); return times(3, () => stub.incrementTransaction()); });
    await row("increments in blocks", async () => { const stub = gate("n block"); return times(3, () => stub.incrementBlocked()); });
    await row("increments, concurrency allowed", async () => { const stub = gate("n allowed"); return times(3, () => stub.incrementAllowed()); });
    for (const kind of ["timer", "call", "transaction", "row of microtasks"]) {
      await row(`another event while a ${kind} is awaited`, async () => { const stub = gate(`across ${kind}`); const [long] = await Promise.all([stub.across("long", kind), stub.note("event")]); return long; });
    }
    await row("an event settles another", async () => { const waiting = gate("settles").waitsForEvent(); await gate("settles").event("from outside"); return waiting; });
    await row("call of itself", () => gate("itself").selfCall());
    await row("call of itself waits for a block", () => gate("itself block").selfCallInBlock());
    await row("put not awaited", async () => [await gate("late").unawaited(), await gate("late").late()]);
    await row("put not awaited, then thrown", async () => [await brief(gate("late 2").unawaitedThenThrow()), await gate("late 2").late()]);
    await row("put unconfirmed", async () => [await gate("late 3").unconfirmed(), await gate("late 3").late()]);
    await row("own writes are seen", () => gate("own").ownWritesAreSeen());
    await row("call behind writes that are lost", async () => { const error = await brief(gate("teller").tellBeforeAbort()); await scheduler.wait(5); return [error, await gate("teller").told(), await env.Other.getByName("told").list()]; });
    await row("writes of one turn are one", async () => { await gate("turn").atomicTurn().catch(() => {}); return gate("turn").pair(); });
    await row("writes of two turns are two", async () => { await gate("turns").twoTurns().catch(() => {}); return gate("turns").pair(); });
    return response();
  },
};
