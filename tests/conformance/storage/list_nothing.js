// list() of a transaction that has ended: a range that no key can be in is answered, any other is refused.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    await storage.put({ a: 1, b: 2 });
    const options = [
      undefined, {}, { limit: 0 }, { limit: 1 }, { start: "b", end: "a" }, { start: "a", end: "a" }, { start: "a", end: "b" }, { end: "" }, { end: "a" }, { start: "", end: "" }, { start: 2, end: 10 },
      { prefix: "a" }, { prefix: "a", end: "A" }, { prefix: "a", end: "a" }, { prefix: "a", end: "ab" }, { prefix: "a", end: "b" }, { prefix: "a", start: "z" }, { prefix: "a", start: "A" }, { prefix: "a", start: "ab", end: "aa" }, { prefix: "a", start: "ab", end: "ac" }, { prefix: "", start: "z" }, { prefix: "", end: "" },
      { startAfter: "a", end: "a" }, { startAfter: "a", end: "a\0" }, { startAfter: "a", end: "a\0\0" }, { startAfter: "", end: "\0" }, { startAfter: "", end: "" }, { prefix: "a", startAfter: "a" }, { prefix: "a", startAfter: "b" },
      { start: "b", end: "a", limit: 1, reverse: true }, { start: "b", end: "a", limit: 0 }, { start: "b", end: "a", startAfter: "b" },
    ];
    for (const given of options) {
      const label = JSON.stringify(given);
      await row(`rolled back ${label}`, () => storage.transaction(async (txn) => { txn.rollback(); return txn.list(given); }));
      await row(`committed ${label}`, async () => { const kept = await storage.transaction(async (txn) => ({ txn })); return kept.txn.list(given); });
      await row(`open ${label}`, () => storage.transaction((txn) => txn.list(given)));
    }
    return response();
  }
}

export default { fetch: (request, env) => env.Store.getByName("s").fetch(request) };
