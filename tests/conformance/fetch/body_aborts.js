// Signals of requests after the answer's headers came: what readers of the body get.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

const text = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : error);
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", text(error)]; } };
const long = () => { let count = 0; return new Response(new ReadableStream({ async pull(c) { await scheduler.wait(2); if (count++ > 200) c.close(); else c.enqueue(new TextEncoder().encode("x;")); } })); };
const passed = async (stub, how) => { const controller = new AbortController(); const answer = await stub.fetch("http://a.test/long", { signal: controller.signal }); setTimeout(() => controller.abort(), 20); return how.endsWith("copy") ? new Response(answer.body, answer) : answer; };
const endless = () => new Response(new ReadableStream({ async pull(c) { await scheduler.wait(2); c.enqueue(new TextEncoder().encode("x;")); } }));

export class Counter extends DurableObject {
  fetch(request) {
    const { pathname } = new URL(request.url);
    return pathname.startsWith("/passed") ? passed(this.ctx.exports.Other, pathname) : endless();
  }
}

export class Other extends WorkerEntrypoint {
  fetch(request) {
    const { pathname } = new URL(request.url);
    return pathname === "/whole" ? new Response("whole") : pathname === "/long" ? long() : endless();
  }
}

export default {
  async fetch(request, env, ctx) {
    const { origin, pathname } = new URL(request.url);
    if (pathname === "/endless") return endless();
    if (pathname.startsWith("/passed")) return passed(ctx.exports.Other, pathname);
    const t = table();
    const row = (label, subject) => t.row(label, () => Promise.race([(async () => subject())(), scheduler.wait(10_000).then(() => "HANG")]));
    const asked = { "an entrypoint": (signal) => ctx.exports.Other.fetch("http://a.test/", { signal }), "an object": (signal) => env.Counter.getByName("a").fetch("http://a.test/", { signal }), "the network": (signal) => fetch(`${origin}/endless`, { signal }), "a Request": (signal) => ctx.exports.Other.fetch(new Request("http://a.test/", { signal })), "a copy": (signal) => ctx.exports.Other.fetch("http://a.test/", new Request("http://b.test/", { signal })) };
    const reasons = { nothing: undefined, "a text": "why", "a number": 5, "an object": { a: 1 }, "an error": new RangeError("mine"), "null": null };

    for (const [kind, ask] of Object.entries(asked)) {
      await row(`reader of ${kind}`, async () => { const controller = new AbortController(); const reader = (await ask(controller.signal)).body.getReader(); await reader.read(); controller.abort(new RangeError("stop")); let result; do result = await settled(reader.read()); while (result[0] === "fulfilled" && !result[1].done); return result; });
      await row(`text of ${kind}`, async () => { const controller = new AbortController(); const whole = (await ask(controller.signal)).text(); setTimeout(() => controller.abort(), 5); return settled(whole); });
      await row(`clone of ${kind}`, async () => { const controller = new AbortController(); const answer = await ask(controller.signal); const both = [settled(answer.clone().text()), settled(answer.text())]; setTimeout(() => controller.abort("why"), 5); return Promise.all(both); });
    }
    for (const [kind, reason] of Object.entries(reasons)) {
      await row(`${kind}, before it is read`, async () => { const controller = new AbortController(); const answer = await asked["an entrypoint"](controller.signal); controller.abort(reason); return [await settled(answer.text()), answer.bodyUsed]; });
      await row(`${kind}, while it is read`, async () => { const controller = new AbortController(); const answer = await asked["an entrypoint"](controller.signal); const whole = answer.text(); setTimeout(() => controller.abort(reason), 5); return settled(whole); });
      await row(`${kind}, while the answer is awaited`, async () => { const controller = new AbortController(); const answer = asked["an entrypoint"](controller.signal); controller.abort(reason); return settled(answer); });
      await row(`${kind}, while a timer is awaited`, async () => { const controller = new AbortController(); setTimeout(() => controller.abort(reason), 5); return settled(scheduler.wait(5_000, { signal: controller.signal })); });
      await row(`${kind}, before`, () => settled(scheduler.wait(1, { signal: AbortSignal.abort(reason) })));
    }
    await row("a timeout", async () => { const answer = await asked["an entrypoint"](AbortSignal.timeout(200)); return settled(answer.text()); });
    await row("each way to read", async () => { const seen = []; for (const name of ["blob", "arrayBuffer", "json", "bytes"]) { const controller = new AbortController(); const answer = await asked["an entrypoint"](controller.signal); controller.abort("why"); seen.push(await settled(answer[name]())); } return seen; });
    await row("a whole body", async () => { const controller = new AbortController(); const answer = await ctx.exports.Other.fetch("http://a.test/whole", { signal: controller.signal }); await scheduler.wait(20); controller.abort("late"); return settled(answer.text()); });
    await row("a body that was read", async () => { const controller = new AbortController(); const answer = await ctx.exports.Other.fetch("http://a.test/whole", { signal: controller.signal }); const whole = await answer.text(); controller.abort("late"); return whole; });
    await row("piped", async () => { const controller = new AbortController(); const answer = await asked["an entrypoint"](controller.signal); setTimeout(() => controller.abort(new RangeError("stop")), 5); return settled(new Response(answer.body.pipeThrough(new TransformStream())).text()); });
    await row("cloned afterwards", async () => { const controller = new AbortController(); const answer = await asked["an entrypoint"](controller.signal); controller.abort("why"); return answer.clone().status; });
    for (const path of ["/passed", "/passed-copy"]) {
      await row(`${path} by a Worker`, async () => (await settled((await fetch(`${origin}${path}`)).text()))[0]);
      await row(`${path} by an object`, async () => settled((await env.Counter.getByName("b").fetch(`http://a.test${path}`)).text()));
    }
    return t.response();
  },
};
