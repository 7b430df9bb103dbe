// What storage keeps from one instance of an object to the next, and how blockConcurrencyWhile and storage meet.
import { DurableObject } from "cloudflare:workers";
import { table, marks } from "../table.js";

export class Store extends DurableObject {
  memory = 0;
  constructor(ctx, env) {
    super(ctx, env);
    const { kv, sql } = ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY AUTOINCREMENT, v)");
    kv.put("constructed", (kv.get("constructed") ?? 0) + 1);
  }
  constructed() {
    return [this.ctx.storage.kv.get("constructed"), ++this.memory];
  }
  put(key, value) {
    this.ctx.storage.kv.put(key, value);
  }
  get(key) {
    return this.ctx.storage.kv.get(key);
  }
  keys() {
    return [...this.ctx.storage.kv.list()].map(([key]) => key);
  }
  exec(query, ...bindings) {
    return this.ctx.storage.sql.exec(query, ...bindings).toArray();
  }
  abort(reason) {
    this.ctx.abort(reason);
  }
  putAndAbort() {
    this.ctx.storage.kv.put("lost", 1);
    this.ctx.abort("aborted");
  }
  async putSyncAbort() {
    this.ctx.storage.kv.put("synced", 1);
    await this.ctx.storage.sync();
    this.ctx.abort("aborted");
  }
  async putAwaitAbort() {
    await this.ctx.storage.put("awaited", 1);
    this.ctx.abort("aborted");
  }
  async putWaitAbort() {
    this.ctx.storage.kv.put("waited", 1);
    await scheduler.wait(5);
    this.ctx.abort("aborted");
  }
  async abortInTransaction() {
    await this.ctx.storage.transaction(async (txn) => {
      await txn.put("in transaction", 1);
      await scheduler.wait(5);
      this.ctx.abort("aborted in a transaction");
    });
  }
  async abortInTransactionSync() {
    this.ctx.storage.transactionSync(() => {
      this.ctx.storage.kv.put("in transactionSync", 1);
      this.ctx.abort("aborted in transactionSync");
    });
  }
  async useAfterAbort() {
    this.ctx.waitUntil((async () => {
      await scheduler.wait(10);
      this.ctx.storage.kv.put("after the abort", 1);
    })());
    this.ctx.abort("aborted");
  }
  async blockedThrow() {
    this.ctx.storage.kv.put("before the block", 1);
    await this.ctx.blockConcurrencyWhile(async () => {
      this.ctx.storage.kv.put("in the block", 1);
      await this.ctx.storage.sync();
      this.ctx.storage.kv.put("in the turn of the throw", 1);
      throw new RangeError("from the block");
    });
  }
  async blockedThrowCaught() {
    try {
      await this.ctx.blockConcurrencyWhile(async () => {
        throw new RangeError("from the block");
      });
    } catch (error) {
      return `caught ${error.message}`;
    }
  }
  async blockedPut() {
    const order = [];
    const block = this.ctx.blockConcurrencyWhile(async () => {
      order.push("begins");
      await this.ctx.storage.put("blocked", 1);
      order.push(await this.ctx.storage.get("blocked"));
      return "result";
    });
    order.push("called");
    return [await block, order];
  }
  async nestedBlocks() {
    return this.ctx.blockConcurrencyWhile(() => this.ctx.blockConcurrencyWhile(async () => this.ctx.storage.transaction(async (txn) => txn.get("constructed"))));
  }
  twoBlocks() {
    const order = [];
    const one = this.ctx.blockConcurrencyWhile(async () => { await scheduler.wait(3); order.push("one"); });
    const two = this.ctx.blockConcurrencyWhile(async () => { order.push("two"); });
    return Promise.all([one, two]).then(() => order);
  }
  blockWithoutPromise() {
    return this.ctx.blockConcurrencyWhile(() => "not a promise");
  }
  blockSynchronousThrow() {
    return this.ctx.blockConcurrencyWhile(() => { throw new TypeError("at once"); });
  }
  blockOf(value) {
    return this.ctx.blockConcurrencyWhile(value);
  }
  async increment(options) {
    const { storage } = this.ctx;
    const value = (await storage.get("count", options)) ?? 0;
    await storage.put("count", value + 1, options);
  }
  async incrementWithWait() {
    const { storage } = this.ctx;
    const value = (await storage.get("racing")) ?? 0;
    await scheduler.wait(5);
    await storage.put("racing", value + 1);
  }
}

// A constructor that reads storage while other events wait.
export class Slow extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.blockConcurrencyWhile(async () => {
      this.value = (await ctx.storage.get("value")) ?? "initial";
      await scheduler.wait(5);
      await ctx.storage.put("value", `${this.value}+`);
      this.ready = true;
    });
  }
  read() {
    return [this.ready, this.value, this.ctx.storage.kv.get("value")];
  }
  abort() {
    this.ctx.abort("aborted");
  }
}

// A constructor that writes and then fails.
export class Failing extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const tries = (ctx.storage.kv.get("tries") ?? 0) + 1;
    ctx.storage.kv.put("tries", tries);
    if (tries < 3) throw new RangeError(`try ${tries}`);
  }
  tries() {
    return this.ctx.storage.kv.get("tries");
  }
}

// A block in the constructor that fails once.
export class FailingBlock extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.blockConcurrencyWhile(async () => {
      const tries = ((await ctx.storage.get("tries")) ?? 0) + 1;
      await ctx.storage.put("tries", tries);
      await ctx.storage.sync();
      if (tries < 3) throw new RangeError(`block ${tries}`);
    });
  }
  tries() {
    return this.ctx.storage.kv.get("tries");
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const stub = (name) => env.Store.getByName(name);
    const caught = async (run) => { try { return await run(); } catch (error) { return [`${error.name}: ${error.message}`, ...marks(error)]; } };
    const ask = (label, run) => row(label, () => caught(run));

    await ask("constructed once", () => stub("a").constructed());
    await ask("still the same instance", () => stub("a").constructed());
    await ask("put", async () => { await stub("a").put("kept", { deep: new Map([[1, new Date(5)]]) }); await stub("a").exec("INSERT INTO t (v) VALUES (?), (?)", "text", 1.5); });
    await ask("abort", () => stub("a").abort("my reason"));
    await ask("constructed again", () => stub("a").constructed());
    await ask("value kept", () => stub("a").get("kept"));
    await ask("rows kept", () => stub("a").exec("SELECT id, v, typeof(v) AS type FROM t ORDER BY id"));
    await ask("autoincrement kept", () => stub("a").exec("INSERT INTO t (v) VALUES (NULL) RETURNING id"));
    await ask("PRAGMA before", async () => { await stub("a").exec("PRAGMA recursive_triggers = on"); return stub("a").exec("PRAGMA recursive_triggers"); });
    await ask("abort again", () => stub("a").abort("other reason"));
    await ask("PRAGMA is of the instance", () => stub("a").exec("PRAGMA recursive_triggers"));
    await ask("connection of a new instance", () => stub("a").exec("SELECT last_insert_rowid() AS id, changes() AS n"));
    await ask("reason that is an error", async () => { const error = await caught(() => stub("a").abort(new TypeError("typed"))); return error; });
    await ask("another object is empty", () => stub("b").keys());
    await ask("same name in the same namespace", async () => env.Store.get(env.Store.idFromName("a")).get("kept"));

    await ask("put in the turn of abort()", () => stub("c").putAndAbort());
    await ask("keys after it", () => stub("c").keys());
    await ask("put, sync, abort()", () => stub("c").putSyncAbort());
    await ask("keys after that", () => stub("c").keys());
    await ask("put, await, abort()", () => stub("d").putAwaitAbort());
    await ask("keys after the await", () => stub("d").keys());
    await ask("put, wait, abort()", () => stub("e").putWaitAbort());
    await ask("keys after the wait", () => stub("e").keys());
    await ask("abort() in a transaction", () => stub("f").abortInTransaction());
    await ask("keys after the transaction", () => stub("f").keys());
    await ask("abort() in transactionSync", () => stub("g").abortInTransactionSync());
    await ask("keys after transactionSync", () => stub("g").keys());
    await ask("put after abort()", () => stub("h").useAfterAbort());
    await ask("keys after that put", async () => { await scheduler.wait(40); return stub("h").keys(); });

    await ask("block that throws", () => stub("i").blockedThrow());
    await ask("keys after the block", () => stub("i").keys());
    await ask("instance after the block", () => stub("i").constructed());
    await ask("block that throws, caught", () => stub("j").blockedThrowCaught());
    await ask("instance after it", () => stub("j").constructed());
    await ask("block with storage", () => stub("k").blockedPut());
    await ask("blocks in blocks", () => stub("k").nestedBlocks());
    await ask("two blocks", () => stub("k").twoBlocks());
    await ask("block without a promise", () => stub("k").blockWithoutPromise());
    await ask("block of nothing", () => stub("k").blockOf());
    await ask("block of null", () => stub("k").blockOf(null));
    await ask("block of text", () => stub("k").blockOf("text"));
    await ask("instance is the same", () => stub("k").constructed());
    await ask("block that throws at once", () => stub("l").blockSynchronousThrow());
    await ask("instance after that", () => stub("l").constructed());

    await ask("10 increments at once", async () => { await Promise.all(Array.from({ length: 10 }, () => stub("m").increment())); return stub("m").get("count"); });
    await ask("10 increments at once with allowConcurrency", async () => { await Promise.all(Array.from({ length: 10 }, () => stub("m2").increment({ allowConcurrency: true }))); return stub("m2").get("count"); });
    await ask("10 increments at once with allowUnconfirmed", async () => { await Promise.all(Array.from({ length: 10 }, () => stub("m3").increment({ allowUnconfirmed: true, noCache: true }))); return stub("m3").get("count"); });
    await ask("2 increments that wait between", async () => { await Promise.all([stub("n").incrementWithWait(), stub("n").incrementWithWait()]); return stub("n").get("racing"); });

    const slow = () => env.Slow.getByName("slow");
    await ask("events wait for the constructor", async () => Promise.all([slow().read(), slow().read()]));
    await ask("the next instance", async () => { await caught(() => slow().abort()); return slow().read(); });
    for (const time of [1, 2, 3, 4]) await ask(`write of a failing constructor, call ${time}`, () => env.Failing.getByName("failing").tries());
    for (const time of [1, 2, 3, 4]) await ask(`write of a failing block, call ${time}`, () => env.FailingBlock.getByName("failing").tries());
    return response();
  },
};
