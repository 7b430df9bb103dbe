// ctx.abort() in an alarm's handler, with and without retryAlarm.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Ringer extends DurableObject {
  async arm(options) {
    this.ctx.storage.kv.put("options", options);
    await this.ctx.storage.setAlarm(Date.now() + 1);
  }
  async alarm(info) {
    const { kv } = this.ctx.storage;
    kv.put("runs", [...(kv.get("runs") ?? []), info.retryCount]);
    await this.ctx.storage.sync();
    const options = kv.get("options");
    if (info.retryCount > 0) return;
    if (options === "none") this.ctx.abort("stopped");
    this.ctx.abort("stopped", options);
  }
  async state() {
    return [this.ctx.storage.kv.get("runs"), (await this.ctx.storage.getAlarm()) === null ? "no alarm" : "an alarm"];
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const kinds = { false: { retryAlarm: false }, true: { retryAlarm: true }, undefined: { retryAlarm: undefined }, zero: { retryAlarm: 0 }, empty: {}, none: "none" };
    for (const name in kinds) await env.Ringer.getByName(name).arm(kinds[name]);
    await scheduler.wait(6000);
    for (const name in kinds) await row(name, () => env.Ringer.getByName(name).state());
    return response();
  },
};
