// RPC: the order of calls on one stub and on several, calls at once, calls not awaited, and fetch beside calls.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

const seen = [];

export class Log extends DurableObject {
  items = [];
  add(item) {
    this.items.push(item);
    return this.items.length;
  }
  async addSlow(item, ms) {
    await scheduler.wait(ms);
    this.items.push(item);
    return this.items.length;
  }
  async addStored(item) {
    await this.ctx.storage.put(`k${item}`, item);
    this.items.push(item);
    return this.items.length;
  }
  async addAfterRead(item) {
    await this.ctx.storage.get("k");
    this.items.push(item);
    return this.items.length;
  }
  get next() {
    this.items.push("getter");
    return this.items.length;
  }
  take() {
    return this.items.splice(0);
  }
  async fetch(request) {
    this.items.push(`fetch ${await request.text()}`);
    return new Response(String(this.items.length));
  }
  big(bytes, item) {
    this.items.push(`${item} ${bytes.byteLength}`);
  }
  throws(item) {
    this.items.push(item);
    throw new Error(item);
  }
  /** Calls another object without waiting for it. */
  forget(name, item) {
    this.env.Log.getByName(name).add(item);
    return "forgotten";
  }
  async chain(name, count) {
    const stub = this.env.Log.getByName(name);
    for (let i = 0; i < count; i++) stub.add(i);
    return stub.take();
  }
  async pingPong(depth) {
    return depth === 0 ? ["end"] : [depth, ...(await this.env.Log.getByName(`pong ${depth % 2}`).pingPong(depth - 1))];
  }
}
export class Entry extends WorkerEntrypoint {
  add(item) {
    seen.push(item);
  }
  async addSlow(item, ms) {
    await scheduler.wait(ms);
    seen.push(item);
  }
  take() {
    return seen.splice(0);
  }
}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const log = (name) => env.Log.getByName(name);
    const many = Array.from({ length: 50 }, (_, i) => i);
    await row("one stub, awaited at the end", async () => { const stub = log("a"); const calls = [1, 2, 3].map((item) => stub.add(item)); return [await Promise.all(calls), await stub.take()]; });
    await row("one stub, fifty calls", async () => { const stub = log("b"); await Promise.all(many.map((item) => stub.add(item))); return (await stub.take()).join(); });
    await row("not awaited", async () => { const stub = log("c"); many.slice(0, 5).forEach((item) => { stub.add(item); }); return stub.take(); });
    await row("reads happen when they are awaited", async () => { const stub = log("d"); const all = [stub.add(1), stub.next, stub.add(2), stub.next]; return [await Promise.all(all), await stub.take()]; });
    await row("slow ones pass each other", async () => { const stub = log("e"); await Promise.all([stub.addSlow("slow", 60), stub.addSlow("quick", 5), stub.add("at once")]); return stub.take(); });
    await row("begun in order", async () => { const stub = log("f"); await Promise.all([stub.addStored(1), stub.addStored(2), stub.addStored(3)]); return stub.take(); });
    await row("begun in order after reads", async () => { const stub = log("g"); await Promise.all([stub.addAfterRead(1), stub.add(2), stub.addAfterRead(3), stub.add(4)]); return stub.take(); });
    await row("large beside small", async () => { const stub = log("h"); await Promise.all([stub.big(new Uint8Array(8_000_000), "large"), stub.add("small"), stub.big(new Uint8Array(10), "tiny")]); return stub.take(); });
    await row("after an error", async () => { const stub = log("i"); const all = [stub.add(1), stub.throws(2).catch(() => {}), stub.add(3)]; await Promise.all(all); return stub.take(); });
    await row("after arguments that cannot cross", async () => { const stub = log("j"); const all = await Promise.allSettled([stub.add(1), stub.add(Symbol("q")), stub.add(3)]); return [all.map(({ status }) => status), await stub.take()]; });
    await row("fetches in order", async () => { const stub = log("k"); const answers = await Promise.all([1, 2, 3].map((item) => stub.fetch("http://x.test/", { method: "POST", body: String(item) }))); return [await Promise.all(answers.map((answer) => answer.text())), await stub.take()]; });
    await row("to itself", async () => [await log("l").forget("l", "own"), await log("l").take()]);
    await row("not awaited by the callee", async () => { const answer = await log("m").forget("m2", "forgotten"); await scheduler.wait(20); return [answer, await log("m2").take()]; });
    await row("not awaited by the callee, then asked", () => log("n").chain("n2", 5));
    await row("there and back", async () => (await log("start").pingPong(6)).join());
    await row("two objects do not wait", async () => { const slow = log("o1").addSlow("slow", 30); const quick = await log("o2").add("quick"); await slow; return quick; });
    await row("then twice", async () => { const call = log("p").add("once"); const results = [await call, await call, await call.then((value) => value * 10)]; return [results, await log("p").take()]; });
    await row("call begins without then", async () => { log("q").add("sent"); await scheduler.wait(20); return log("q").take(); });
    await row("order of answers", async () => { const stub = log("r"); const order = []; await Promise.all(["a", "b", "c"].map((item) => stub.add(item).then(() => order.push(item)))); return order; });
    await row("method kept", async () => { const stub = log("s"); const { add } = stub; return [await add("kept"), await stub.take()]; });
    await row("same method twice", () => { const stub = log("u"); return [stub.add === stub.add, typeof stub.add]; });
    await row("entrypoint", async () => { const stub = ctx.exports.Entry; await Promise.all([1, 2, 3].map((item) => stub.add(item))); return stub.take(); });
    await row("entrypoint, slow ones", async () => { const stub = ctx.exports.Entry; await Promise.all([stub.addSlow("slow", 60), stub.addSlow("quick", 5), stub.add("at once")]); return stub.take(); });
    await row("a thousand calls", async () => { const stub = log("v"); const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => stub.add(i))); return answers.every((answer, i) => answer === i + 1); });
    await row("a hundred objects", async () => { const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => log(`many ${i}`).add(i))); return answers.every((answer) => answer === 1); });
    return response();
  },
};
