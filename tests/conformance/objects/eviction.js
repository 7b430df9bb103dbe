// Durable Objects and facets that are left alone for a while: what stays in memory and what has to be built again.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

// Workerd evicts after ten seconds; the runner waits thirty seconds for a case.
const IDLE_MS = 14_000;

export class Thing extends DurableObject {
  memory = 0;
  add() {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + 1);
    return [kv.get("n"), ++this.memory];
  }
  identity() {
    return [this.ctx.id.name ?? null, this.memory];
  }
  async busy(ms) {
    await scheduler.wait(ms);
    return this.memory;
  }
  timer(ms) {
    setTimeout(() => this.ctx.storage.kv.put("timer", this.memory), ms);
  }
  timerRan() {
    return [this.ctx.storage.kv.get("timer") ?? null, this.memory];
  }
  background(ms) {
    this.ctx.waitUntil(scheduler.wait(ms).then(() => this.ctx.storage.kv.put("background", this.memory)));
  }
  backgroundRan() {
    return [this.ctx.storage.kv.get("background") ?? null, this.memory];
  }
  facet() {
    const source = `import { DurableObject } from "cloudflare:workers"; export ${Thing};`;
    return this.ctx.facets.get("facet", () => ({ class: this.env.LOADER.get("thing", () => ({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": source } })).getDurableObjectClass("Thing") })).add();
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const thing = (name) => env.Thing.getByName(name);
    const unnamed = env.Thing.newUniqueId();
    const held = thing("held");
    for (const name of ["idle", "touched", "held", "timer", "background", "facet"]) await thing(name).add();
    await env.Thing.get(unnamed).add();
    await held.add();
    await thing("facet").facet();
    await thing("timer").timer(2000);
    await thing("background").background(2000);
    const busy = thing("busy").add().then(() => thing("busy").busy(IDLE_MS));
    const touching = setInterval(() => thing("touched").identity(), 2000);
    await scheduler.wait(IDLE_MS);
    clearInterval(touching);
    await row("left alone", () => thing("idle").add());
    await row("its name", () => thing("idle").identity());
    await row("unnamed", () => env.Thing.get(unnamed).add());
    await row("used meanwhile", () => thing("touched").add());
    await row("old stub", () => held.add());
    await row("busy", async () => [await busy, await thing("busy").add()]);
    await row("timer that ran", async () => (await thing("timer").timerRan())[0]);
    await row("waitUntil that ran", async () => (await thing("background").backgroundRan())[0]);
    await row("facet", () => thing("facet").facet());
    await row("parent of the facet", () => thing("facet").add());
    return response();
  },
};
