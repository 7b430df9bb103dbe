// DurableObjectState: members, constructor failures, blockConcurrencyWhile, order of events, one instance for all.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Steady extends DurableObject {
  #order = [];
  constructor(ctx, env) {
    super(ctx, env);
    ctx.blockConcurrencyWhile(async () => {
      await scheduler.wait(2);
      this.ready = true;
    });
  }
  isReady() {
    return this.ready;
  }
  members() {
    const { ctx } = this;
    return [Object.prototype.toString.call(ctx), typeof ctx.storage, typeof ctx.id, typeof ctx.waitUntil, typeof ctx.blockConcurrencyWhile, typeof ctx.abort, typeof ctx.facets, JSON.stringify(ctx.props), this.env !== undefined];
  }
  note(item) {
    this.#order.push(item);
    return this.#order;
  }
  async slowNote(item) {
    await scheduler.wait(3);
    this.#order.push(item);
    return this.#order.length;
  }
  block() {
    return this.ctx.blockConcurrencyWhile(async () => {
      await scheduler.wait(1);
      return "blocked";
    });
  }
  waitUntilNothing() {
    this.ctx.waitUntil();
  }
  same() {
    return this.ctx.storage === this.ctx.storage && this.ctx.storage.sql === this.ctx.storage.sql && this.ctx.id === this.ctx.id;
  }
}
export class Refuses extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    throw new RangeError("not today");
  }
  ping() {}
}
export class Fragile extends DurableObject {
  count = 0;
  add() {
    return ++this.count;
  }
  keep(value) {
    this.ctx.storage.kv.put("kept", value);
  }
  kept() {
    return this.ctx.storage.kv.get("kept");
  }
  abort(reason) {
    this.ctx.abort(reason);
  }
  async failBlock() {
    await this.ctx.blockConcurrencyWhile(async () => {
      throw new TypeError("in the block");
    });
  }
}
export class NoFetch extends DurableObject {}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const steady = env.Steady.getByName("steady");
    await row("constructor blocks", () => steady.isReady());
    await row("members", () => steady.members());
    await row("same objects", () => steady.same());
    await row("one instance", async () => { await steady.note(1); return env.Steady.getByName("steady").note(2); });
    await row("other instance", () => env.Steady.getByName("another").note("only"));
    await row("calls in order", async () => { const other = env.Steady.getByName("order"); const calls = [other.note("a"), other.note("b"), other.note("c")]; return (await Promise.all(calls)).at(-1); });
    await row("calls interleave", async () => { const other = env.Steady.getByName("interleave"); const slow = other.slowNote("slow"); const quick = await other.note("quick"); return [quick, await slow]; });
    await row("block result", () => steady.block());
    await row("constructor throws", () => env.Refuses.getByName("r").ping());
    await row("constructor throws again", () => env.Refuses.getByName("r").ping());
    await row("constructor throws fetch", () => env.Refuses.getByName("r").fetch("http://x.test/"));
    await row("no fetch", () => env.NoFetch.getByName("n").fetch("http://x.test/"));
    const fragile = env.Fragile.getByName("fragile");
    await row("count", async () => [await fragile.add(), await fragile.add()]);
    await row("abort", async () => { await fragile.keep("value"); await fragile.abort("my reason"); });
    await row("abort without reason", () => env.Fragile.getByName("fragile").abort());
    await row("failed block", () => env.Fragile.getByName("block").failBlock());
    await row("after failed block", () => env.Fragile.getByName("block").add());
    return response();
  },
};
