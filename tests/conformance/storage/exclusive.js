// Callbacks of transaction() and blockConcurrencyWhile() that meet: which are inside of which, and which wait.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    await row("transaction in timer in transaction", () => storage.transaction(() => new Promise((resolve, reject) => setTimeout(() => storage.transaction(async () => "inner").then(resolve, reject), 5))));
    await row("three transactions at once", async () => { const o = []; await Promise.all([1, 2, 3].map((i) => storage.transaction(async () => { o.push(i); await scheduler.wait(1); o.push(-i); }))); return o; });
    await row("block then transaction", async () => { const o = []; const a = this.ctx.blockConcurrencyWhile(async () => { o.push("b"); await scheduler.wait(2); o.push("/b"); }); const b = storage.transaction(async () => { o.push("t"); }); await Promise.all([a, b]); return o; });
    await row("dangling after the end", async () => { let p; await storage.transaction(async () => { p = scheduler.wait(3).then(() => storage.transaction(async () => "late")); }); return p; });
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
