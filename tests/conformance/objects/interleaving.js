// Durable Objects: calls of several stubs between each other, while blocks, transactions, constructors and storage wait,
// and what happens to calls that wait when the object ends.
import { DurableObject } from "cloudflare:workers";
import { table, marks, describeError } from "../table.js";

export class Thing extends DurableObject {
  log = [];
  note(item) {
    this.log.push(item);
    return this.log.length;
  }
  async noteAfter(item, ms) {
    this.log.push(`${item} begins`);
    await scheduler.wait(ms);
    this.log.push(`${item} ends`);
    return this.log.length;
  }
  take() {
    return this.log.splice(0).join(", ");
  }
  fetch(request) {
    this.log.push(`fetch ${new URL(request.url).pathname}`);
    return new Response(String(this.log.length));
  }
  block(item, ms) {
    return this.ctx.blockConcurrencyWhile(async () => {
      this.log.push(`${item} begins`);
      await scheduler.wait(ms);
      this.log.push(`${item} ends`);
      return item;
    });
  }
  transaction(item, ms) {
    return this.ctx.storage.transaction(async (txn) => {
      this.log.push(`${item} begins`);
      await txn.put("k", item);
      await scheduler.wait(ms);
      this.log.push(`${item} ends`);
      return item;
    });
  }
  async blockThenNote(item) {
    const block = this.block(item, 5);
    this.log.push(`${item} called`);
    await block;
    this.log.push(`${item} awaited`);
  }
  async twice(first, second) {
    const one = this[first]("1", 5);
    const two = this[second]("2", 1);
    this.log.push("both called");
    await Promise.all([one, two]);
  }
  async inside(outer, inner) {
    const run = (kind, work) => (kind === "block" ? this.ctx.blockConcurrencyWhile(work) : this.ctx.storage.transaction(work));
    return run(outer, async () => {
      this.log.push("outer begins");
      const result = await run(inner, async () => { this.log.push("inner begins"); await scheduler.wait(2); this.log.push("inner ends"); return "inner"; });
      this.log.push("outer ends");
      return result;
    });
  }
  async detached(outer, inner) {
    const run = (kind, work) => (kind === "block" ? this.ctx.blockConcurrencyWhile(work) : this.ctx.storage.transaction(work));
    let within;
    await run(outer, async () => {
      within = scheduler.wait(3).then(() => run(inner, async () => { this.log.push("inner"); }));
      this.log.push("outer");
    });
    this.log.push("outer awaited");
    await within;
    this.log.push("inner awaited");
  }
  blockCalls(name) {
    return this.ctx.blockConcurrencyWhile(async () => {
      this.log.push("begins");
      const answer = await this.env.Thing.getByName(name).note("from the block");
      this.log.push("ends");
      return answer;
    });
  }
  blockCallsBack(name) {
    return this.ctx.blockConcurrencyWhile(async () => {
      this.log.push("begins");
      const answer = await Promise.race([this.env.Thing.getByName(name).callBack(this.ctx.id.name), scheduler.wait(100).then(() => "no answer in the block")]);
      this.log.push("ends");
      return answer;
    });
  }
  async callBack(name) {
    return this.env.Thing.getByName(name).note("called back");
  }
  transactionCallsBack(name) {
    return this.ctx.storage.transaction(async () => Promise.race([this.env.Thing.getByName(name).callBack(this.ctx.id.name), scheduler.wait(100).then(() => "no answer in the transaction")]));
  }
  async blockFails(ms) {
    await this.ctx.blockConcurrencyWhile(async () => { await scheduler.wait(ms); throw new RangeError("block failed"); });
  }
  async blockFailsUnseen() {
    this.ctx.blockConcurrencyWhile(async () => { throw new RangeError("block failed"); });
    await scheduler.wait(50);
    return "answered";
  }
  async firstFails() {
    const one = this.ctx.blockConcurrencyWhile(async () => { this.log.push("first"); throw new RangeError("first failed"); });
    const two = this.ctx.blockConcurrencyWhile(async () => { this.log.push("second"); return "second"; });
    return Promise.allSettled([one, two]).then((all) => all.map(({ status }) => status));
  }
  blockReturns(kind) {
    const kinds = { nothing: () => {}, number: () => 5, rejected: () => Promise.reject(new RangeError("rejected")), thenable: () => ({ then(resolve) { setTimeout(() => resolve("thenable"), 2); } }), "failing thenable": () => ({ then(resolve, reject) { reject(new RangeError("thenable failed")); } }), "function": () => () => {}, generator: function* () { yield 1; } };
    return this.ctx.blockConcurrencyWhile(kinds[kind]).then((value) => (typeof value === "function" ? "a function" : typeof value?.next === "function" ? "a generator" : value));
  }
  blockThis() {
    return this.ctx.blockConcurrencyWhile(function () { return this === undefined || this === globalThis; });
  }
  async blockDeep(depth, kind) {
    return depth === 0 ? "bottom" : kind === "transaction" || (kind === "mixed" && depth % 2) ? this.ctx.storage.transaction(() => this.blockDeep(depth - 1, kind)) : this.ctx.blockConcurrencyWhile(() => this.blockDeep(depth - 1, kind));
  }
  async manyBlocks(count) {
    const order = [];
    await Promise.all(Array.from({ length: count }, (_, i) => this.ctx.blockConcurrencyWhile(async () => { order.push(i); await null; })));
    return order.every((item, i) => item === i);
  }
  async blocksInARow(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += await this.ctx.blockConcurrencyWhile(async () => 1);
    return sum;
  }
  async waitUntilInBlock() {
    await this.ctx.blockConcurrencyWhile(async () => { this.ctx.waitUntil(scheduler.wait(5).then(() => this.log.push("waitUntil"))); this.log.push("block"); });
    this.log.push("after");
    await scheduler.wait(20);
  }
  async timerInBlock() {
    await this.ctx.blockConcurrencyWhile(async () => { setTimeout(() => this.log.push("timer of the block"), 1); await scheduler.wait(10); this.log.push("block ends"); });
    await scheduler.wait(10);
  }
  async streamInBlock() {
    return this.ctx.blockConcurrencyWhile(async () => new Response(new Blob(["in the block"]).stream()).text());
  }
  async loadInBlock() {
    return this.ctx.blockConcurrencyWhile(async () => { await import("cloudflare:workers"); return "loaded"; });
  }
  async answerBeforeBlockEnds() {
    const block = this.ctx.blockConcurrencyWhile(async () => { await scheduler.wait(30); this.log.push("block ends"); });
    this.ctx.waitUntil(block);
    this.log.push("answers");
    return "answered";
  }
  hang() {
    return new Promise(() => {});
  }
  abort() {
    this.ctx.abort("ended");
  }
  async abortInBlock(ms) {
    await this.ctx.blockConcurrencyWhile(async () => { await scheduler.wait(ms); this.ctx.abort("ended in a block"); });
  }
}

// It takes its time to be made.
const built = {};
export class Slow extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const { name } = ctx.id;
    built[name] = (built[name] ?? 0) + 1;
    this.log = ["constructor"];
    ctx.blockConcurrencyWhile(async () => {
      await scheduler.wait(10);
      this.log.push("first block");
      await ctx.storage.put("made", built[name]);
      if (name.startsWith("fails") && built[name] < 3) throw new RangeError(`block ${built[name]}`);
    });
    if (name === "two blocks") ctx.blockConcurrencyWhile(async () => { this.log.push("second block"); });
    if (name === "transaction") ctx.storage.transaction(async (txn) => { this.log.push(`transaction sees ${await txn.get("made")}`); });
    if (name === "call") ctx.blockConcurrencyWhile(async () => { this.log.push(`call gave ${await env.Thing.getByName("of a constructor").note("x") > 0}`); });
    if (name === "loop") ctx.blockConcurrencyWhile(async () => { this.log.push(await Promise.race([env.Slow.getByName("loop").read(), scheduler.wait(50).then(() => "own call waits")])); });
    if (name === "microtask") queueMicrotask(() => this.log.push("microtask"));
    if (name === "alarm") ctx.storage.setAlarm(Date.now());
  }
  alarm() {
    this.log.push("alarm");
  }
  read() {
    return [built[this.ctx.id.name], this.log.join(", ")];
  }
  fetch() {
    return new Response(this.log.join(", "));
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const thing = (name) => env.Thing.getByName(name);
    const outcome = async (promise) => { try { return await promise; } catch (error) { return [describeError(error), ...marks(error)].join(" "); } };
    const soon = (promise) => Promise.race([promise, scheduler.wait(2000).then(() => "no answer")]);
    const url = "http://x.test/";

    await row("two stubs, calls in turn", async () => { const [a, b] = [thing("turn"), thing("turn")]; await Promise.all([a.note("a1"), b.note("b1"), a.note("a2"), b.note("b2"), a.note("a3"), b.note("b3")]); return a.take(); });
    await row("two stubs, one object each", async () => { const [a, b] = [thing("each 1"), thing("each 2")]; await Promise.all([a.note("a1"), b.note("b1"), a.note("a2"), b.note("b2")]); return [await a.take(), await b.take()]; });
    await row("stub by id and stub by name", async () => { const a = thing("by both"); const b = env.Thing.get(env.Thing.idFromString(env.Thing.idFromName("by both").toString())); await Promise.all([a.note("a1"), b.note("b1"), a.note("a2"), b.note("b2")]); return a.take(); });
    await row("slow calls of two stubs", async () => { const [a, b] = [thing("slow"), thing("slow")]; await Promise.all([a.noteAfter("a", 40), b.noteAfter("b", 10)]); return a.take(); });
    await row("call behind a block", async () => { const [a, b] = [thing("block"), thing("block")]; const block = a.block("block", 20); const note = b.note("note"); await Promise.all([block, note]); return a.take(); });
    await row("calls behind two blocks", async () => { const [a, b] = [thing("blocks"), thing("blocks")]; await Promise.all([a.block("A", 20), b.note("1"), b.block("B", 5), a.note("2")]); return a.take(); });
    await row("code behind the call of a block", async () => { const a = thing("called"); await Promise.all([a.blockThenNote("A"), a.note("n")]); return a.take(); });
    await row("call behind a transaction", async () => { const [a, b] = [thing("txn"), thing("txn")]; await Promise.all([a.transaction("T", 20), b.note("note")]); return a.take(); });
    await row("transactions of two stubs", async () => { const [a, b] = [thing("txns"), thing("txns")]; await Promise.all([a.transaction("A", 10), b.transaction("B", 1)]); return a.take(); });
    await row("block and transaction of two stubs", async () => { const [a, b] = [thing("both"), thing("both")]; await Promise.all([a.block("A", 10), b.transaction("B", 1), a.block("C", 1)]); return a.take(); });
    for (const first of ["block", "transaction"]) for (const second of ["block", "transaction"]) {
      await row(`${first} and ${second} in one call`, async () => { const a = thing(`one ${first} ${second}`); await a.twice(first, second); return a.take(); });
      await row(`${second} in ${first}`, async () => { const a = thing(`in ${first} ${second}`); const all = await Promise.all([a.inside(first, second), a.note("note")]); return [all[0], await a.take()]; });
      await row(`${second} detached from ${first}`, async () => { const a = thing(`detached ${first} ${second}`); await soon(a.detached(first, second)); return a.take(); });
    }
    await row("block calls another object", async () => [await thing("calls").blockCalls("called by a block"), await thing("calls").take()]);
    await row("block is called back", async () => [await soon(thing("back").blockCallsBack("backer")), await thing("back").take()]);
    await row("transaction is called back", async () => soon(thing("back txn").transactionCallsBack("backer 2")));
    await row("block fails, others wait", async () => { const [a, b] = [thing("fails"), thing("fails")]; return Promise.all([a.blockFails(10), b.note("waits"), b.fetch(url), b.block("block", 1), b.transaction("txn", 1)].map(outcome)); });
    await row("after it", () => outcome(thing("fails").take()));
    await row("block fails, others under way", async () => { const a = thing("fails 2"); const hanging = outcome(a.hang()); await a.note("first"); return [await outcome(a.blockFails(1)), await hanging]; });
    await row("block fails unseen", () => outcome(thing("unseen").blockFailsUnseen()));
    await row("first of two blocks fails", () => outcome(thing("first").firstFails()));
    for (const kind of ["nothing", "number", "rejected", "thenable", "failing thenable", "function", "generator"]) await row(`block returns ${kind}`, () => outcome(thing(`returns ${kind}`).blockReturns(kind)));
    await row("this of a block", () => thing("this").blockThis());
    for (const kind of ["block", "transaction", "mixed"]) for (const depth of kind === "block" ? [63, 64, 65] : [63, 64]) await row(`${kind} ${depth} deep`, () => outcome(thing(`deep ${kind} ${depth}`).blockDeep(depth, kind)));
    await row("hundred blocks at once", () => thing("many").manyBlocks(100));
    await row("hundred blocks in a row", () => thing("row").blocksInARow(100));
    await row("waitUntil in a block", async () => { await thing("wait").waitUntilInBlock(); return thing("wait").take(); });
    await row("timer of a block", async () => { await thing("timer").timerInBlock(); return thing("timer").take(); });
    await row("stream in a block", () => thing("stream").streamInBlock());
    await row("import in a block", () => outcome(thing("import").loadInBlock()));
    await row("answer before a block ends", async () => { const a = thing("answers"); const answer = await a.answerBeforeBlockEnds(); await a.note("note"); return [answer, await a.take()]; });
    await row("abort in a block, others wait", async () => { const [a, b] = [thing("abort"), thing("abort")]; return Promise.all([a.abortInBlock(10), b.note("waits"), b.fetch(url)].map(outcome)); });
    await row("abort, other stub under way", async () => { const [a, b] = [thing("aborts"), thing("aborts")]; const hanging = outcome(b.hang()); await b.note("x"); const ended = await outcome(a.abort()); return [ended, await hanging, await outcome(b.note("old stub")), await outcome(a.note("own stub")), await outcome(thing("aborts").note("new stub"))]; });
    await row("abort, calls right behind it on two stubs", async () => { const [a, b] = [thing("behind"), thing("behind")]; await Promise.all([a.note("x"), b.note("y")]); return Promise.all([a.abort(), a.note("same"), b.note("other")].map(outcome)); });
    await row("two aborts at once", async () => { const [a, b] = [thing("twice"), thing("twice")]; return Promise.all([a.abort(), b.abort()].map(outcome)); });
    await row("stubs of one id after a reset", async () => { const id = env.Thing.idFromName("ids"); const a = env.Thing.get(id); await a.note("x"); await outcome(a.abort()); return [await outcome(a.note("x")), await outcome(env.Thing.get(id).note("x")), await outcome(a.note("x"))]; });

    for (const name of ["plain", "two blocks", "transaction", "call", "loop", "microtask"]) await row(`made slowly, ${name}`, async () => { const [a, b] = [env.Slow.getByName(name), env.Slow.getByName(name)]; return soon(Promise.all([outcome(a.read()), outcome(b.fetch(url).then((answer) => answer.text()))])); });
    await row("made slowly, alarm", async () => { const a = env.Slow.getByName("alarm"); const first = await a.read(); let seen = first; for (let i = 0; i < 200 && !seen[1].includes("alarm"); i++) { await scheduler.wait(5); seen = await a.read(); } return [first, seen]; });
    await row("made three times", async () => { const stub = () => env.Slow.getByName("fails"); const seen = []; for (let i = 0; i < 4; i++) seen.push(await outcome(stub().read())); return seen; });
    await row("made three times, one stub", async () => { const stub = env.Slow.getByName("fails 2"); const seen = []; for (let i = 0; i < 4; i++) seen.push(await outcome(stub.read())); return seen; });
    await row("made three times, calls at once", async () => { const stub = () => env.Slow.getByName("fails 3"); const seen = await Promise.all([1, 2, 3].map(() => outcome(stub().read()))); return [...seen, await outcome(stub().read()), await outcome(stub().read())]; });
    return response();
  },
};
