// An object that changes the storage of its facets and ends in the same turn, or soon after: what is there afterwards, at once
// and after one more reset.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Part extends DurableObject {
  put(key) { this.ctx.storage.kv.put(key, 1); }
  keys() { return [...this.ctx.storage.kv.list()].map(([key]) => key); }
}

export class Whole extends DurableObject {
  part(name) { return this.ctx.facets.get(name, () => ({ class: this.ctx.exports.Part })); }
  async prepare() {
    await this.part("a").put("old");
    this.ctx.storage.kv.put("own", 1);
    await this.ctx.storage.sync();
  }
  async deleteAndAbort() { await this.prepare(); this.ctx.facets.delete("a"); this.ctx.abort("aborted"); }
  async deleteAndAbortLater() { await this.prepare(); this.ctx.facets.delete("a"); await scheduler.wait(20); this.ctx.abort("aborted"); }
  async deleteAndThrow() { await this.prepare(); this.ctx.facets.delete("a"); await this.fails(); }
  async deleteAllAndAbort() { await this.prepare(); this.ctx.storage.deleteAll(); this.ctx.abort("aborted"); }
  async deleteAllAndPutAndAbort() { await this.prepare(); this.ctx.storage.deleteAll(); this.ctx.storage.kv.put("new", 1); this.ctx.abort("aborted"); }
  async putAndDeleteAllAndAbort() { await this.prepare(); this.ctx.storage.kv.put("new", 1); this.ctx.storage.deleteAll(); this.ctx.abort("aborted"); }
  async deleteAllAndThrow() { await this.prepare(); this.ctx.storage.deleteAll(); await this.fails(); }
  async putAndAbort() { await this.prepare(); this.ctx.storage.kv.put("new", 1); this.ctx.abort("aborted"); }
  async cloneAndAbort() { await this.prepare(); this.ctx.facets.clone("a", "b"); this.ctx.abort("aborted"); }
  async deleteTwiceAndAbort() { await this.prepare(); for (let i = 0; i < 2; i++) { this.ctx.facets.delete("a"); this.part("a").put("never").catch(() => {}); this.ctx.facets.delete("a"); } this.ctx.abort("aborted"); }
  fails() { return this.ctx.blockConcurrencyWhile(() => { throw new Error("thrown"); }); }
  async put() { await this.part("a").put("next"); }
  async there() { return [[...this.ctx.storage.kv.list()].map(([key]) => key), await this.part("a").keys(), await this.part("b").keys()]; }
  end() { this.ctx.abort("ended"); }
}

export default {
  async fetch(_request, env) {
    const { row, response } = table();
    const methods = Object.getOwnPropertyNames(Whole.prototype).filter((name) => name.includes("And"));
    for (const method of methods) {
      const whole = () => env.Whole.getByName(method);
      await row(method, () => whole()[method]());
      await whole().put();
      await row("  there", () => whole().there());
      await whole().end().catch(() => {});
      await row("  after one more reset", () => whole().there());
    }
    return response();
  },
};
