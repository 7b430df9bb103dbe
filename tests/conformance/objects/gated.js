// Callbacks of blockConcurrencyWhile and transaction hold back what other events wait for: timers, calls, fetches, bodies.
import { DurableObject } from "cloudflare:workers";
import { table, marks } from "../table.js";
export class Store extends DurableObject {
  log = [];
  async first(kind) {
    if (kind === "timer") await scheduler.wait(25);
    if (kind === "call") await this.env.Other.getByName("o").slow(25);
    if (kind === "fetch") await this.env.Other.getByName("o").fetch("http://x/");
    if (kind === "body") await (await this.env.Other.getByName("o").fetch("http://x/body")).text();
    this.log.push("first goes on");
    this.ctx.storage.kv.put("of the first", 1);
    return "first answered";
  }
  async block(ms, kind) {
    if (kind === "block") await this.ctx.blockConcurrencyWhile(async () => { this.log.push("begins"); await scheduler.wait(ms); this.log.push("ends"); });
    else await this.ctx.storage.transaction(async (txn) => { this.log.push("begins"); await txn.put("t", 1); await scheduler.wait(ms); this.log.push("ends"); throw new Error("undo"); }).catch(() => {});
  }
  state() { return [this.log, [...this.ctx.storage.kv.list()].map(([k]) => k)]; }
}
export class Other extends DurableObject {
  async slow(ms) { await scheduler.wait(ms); }
  async fetch(request) { if (request.url.endsWith("body")) return new Response(new ReadableStream({ async start(c) { await scheduler.wait(25); c.enqueue(new TextEncoder().encode("x")); c.close(); } })); await scheduler.wait(25); return new Response("x"); }
}
export default { async fetch(request, env) {
  const { row, response } = table();
  for (const how of ["block", "transaction"]) for (const kind of ["timer", "call", "fetch", "body"]) {
    await row(`${kind} during ${how}`, async () => { const s = env.Store.getByName(`${how} ${kind}`); const one = s.first(kind); const two = s.block(80, how); return [await one, await two, await s.state()]; });
  }
  return response();
} };
