// What alarm() shares its fate with: deleteAll in the handler, and the object's next instance.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

// Its handler empties the storage.
export class Cleaner extends DurableObject {
  async begin() {
    this.ctx.storage.kv.put("data", 1);
    await this.ctx.storage.setAlarm(Date.now());
  }
  async alarm() {
    await this.ctx.storage.deleteAll();
  }
  data() {
    return [this.ctx.storage.kv.get("data")];
  }
  planned() {
    return this.ctx.storage.getAlarm();
  }
}

// Its constructor is seen running again for an alarm.
export class Woken extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.kv.put("constructed", (ctx.storage.kv.get("constructed") ?? 0) + 1);
  }
  async planAndAbort(delay) {
    await this.ctx.storage.setAlarm(Date.now() + delay);
    await this.ctx.storage.sync();
    this.ctx.abort("aborted");
  }
  alarm() {
    this.ctx.storage.kv.put("ran", this.ctx.storage.kv.get("constructed"));
  }
  ran() {
    return this.ctx.storage.kv.get("ran");
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const failing = async (promise) => { try { await promise; return "no error"; } catch (error) { return error.message.slice(0, 24); } };
    await row("deleteAll in the handler", async () => { const cleaner = env.Cleaner.getByName("c"); await cleaner.begin(); for (let i = 0; i < 300 && (await cleaner.data())[0] !== undefined; i++) await scheduler.wait(10); await scheduler.wait(20); return [await cleaner.data(), await cleaner.planned()]; });
    await row("an alarm constructs the object again", async () => { const woken = env.Woken.getByName("w"); await failing(woken.planAndAbort(200)); let ran; for (let i = 0; i < 300 && ran === undefined; i++) { await scheduler.wait(10); ran = await env.Woken.getByName("w").ran(); } return ran; });
    return response();
  },
};
