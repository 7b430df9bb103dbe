// Bookmarks of ctx.storage: their numbers over turns, rollbacks, resets and deleteAll.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  bookmark() {
    return this.ctx.storage.getCurrentBookmark();
  }
  async several(count) {
    return Promise.all(Array.from({ length: count }, () => this.ctx.storage.getCurrentBookmark()));
  }
  async inFailedTransaction() {
    const seen = [];
    await this.ctx.storage.transaction(async () => { seen.push(await this.ctx.storage.getCurrentBookmark()); throw new Error("undo"); }).catch(() => {});
    return [...seen, await this.ctx.storage.getCurrentBookmark()];
  }
  async inFailedTransactionSync() {
    let first;
    try { this.ctx.storage.transactionSync(() => { first = this.ctx.storage.getCurrentBookmark(); throw new Error("undo"); }); } catch { /* undone */ }
    return [await first, await this.ctx.storage.getCurrentBookmark()];
  }
  async afterDeleteAll() {
    await this.ctx.storage.deleteAll();
    return this.ctx.storage.getCurrentBookmark();
  }
  async thenAbort() {
    await this.ctx.storage.getCurrentBookmark();
    this.ctx.abort("aborted");
  }
  async syncThenAbort() {
    await this.ctx.storage.getCurrentBookmark();
    await this.ctx.storage.sync();
    this.ctx.abort("aborted");
  }
  size() {
    return [this.ctx.storage.sql.databaseSize, this.ctx.storage.sql.exec("SELECT name FROM sqlite_master ORDER BY name").toArray()];
  }
  keys() {
    return [...this.ctx.storage.kv.list()];
  }
  writes() {
    for (let i = 0; i < 10; i++) this.ctx.storage.kv.put(`k${i}`, i);
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const stub = (name) => env.Store.getByName(name);
    const quiet = (promise) => promise.catch(() => {});
    const numbers = (...bookmarks) => bookmarks.flat().map((bookmark) => bookmark.slice(0, 17));
    await row("first", () => stub("a").bookmark());
    await row("second", () => stub("a").bookmark());
    await row("five at once", async () => numbers(await stub("a").several(5)));
    await row("after writes", async () => { await stub("a").writes(); return numbers(await stub("a").bookmark()); });
    await row("in a failed transaction", async () => numbers(await stub("b").inFailedTransaction()));
    await row("in a failed transactionSync", async () => numbers(await stub("c").inFailedTransactionSync()));
    await row("then abort", async () => { await quiet(stub("d").thenAbort()); return numbers(await stub("d").bookmark()); });
    await row("sync, then abort", async () => { await quiet(stub("e").syncThenAbort()); return numbers(await stub("e").bookmark()); });
    await row("deleteAll", async () => [numbers(await stub("f").several(3)), numbers(await stub("f").afterDeleteAll()), numbers(await stub("f").bookmark())]);
    await row("makes a table", async () => { const before = await stub("g").size(); await stub("g").bookmark(); return [before, await stub("g").size(), await stub("g").keys()]; });
    await row("256 of them", async () => numbers((await stub("h").several(256)).at(-1), await stub("h").bookmark()));
    return response();
  },
};
