// Alarms that fail: counted and put off, also where a reset or an eviction comes between.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";
export class Ringer extends DurableObject {
  async arm(ms) { await this.ctx.storage.setAlarm(Date.now() + ms); }
  async alarm(info) {
    const { kv } = this.ctx.storage;
    kv.put("log", [...(kv.get("log") ?? []), `${info.retryCount} ${info.isRetry} ${Math.round(Date.now() / 1000)}`]);
    await this.ctx.storage.sync();
    const name = this.ctx.id.name;
    if (name === "always aborts") this.ctx.abort("x");
    if (name === "idle, throws") throw new Error("x");
    if (name === "idle, throws once" && kv.get("log").length === 1) throw new Error("x");
  }
  log() { const log = this.ctx.storage.kv.get("log") ?? []; const first = Number(log[0]?.split(" ")[2]); return [log.length > 12 ? `${log.length > 12} more than 12 runs` : log.map((l) => { const [c, r, t] = l.split(" "); return `${c} ${r} ${Number(t) - first >= 2 ? "later" : "at once"}`; })]; }
}
export default { async fetch(request, env) {
  const { row, response } = table();
  const names = ["always aborts", "idle, throws", "idle, throws once"];
  for (const name of names) await env.Ringer.getByName(name).arm(name.startsWith("idle") ? 16000 : 5);
  await scheduler.wait(3600);
  await row("always aborts", () => env.Ringer.getByName("always aborts").log());
  await scheduler.wait(16000);
  for (const name of names.slice(1)) await row(name, () => env.Ringer.getByName(name).log());
  return response();
} };
