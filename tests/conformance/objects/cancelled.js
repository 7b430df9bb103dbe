// `request.signal` of an object, a facet and an entrypoint whose caller's own signal aborts its fetch(): what the listener sees,
// when it runs, and what becomes of the event.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Log extends DurableObject {
  lines = [];
  waiting = [];
  add(line) {
    this.lines.push(line);
    for (const wake of this.waiting.splice(0)) wake();
  }
  // Takes what was written, once there are `count` lines.
  async read(count) {
    while (this.lines.length < count) await new Promise((resolve) => this.waiting.push(resolve));
    return this.lines.splice(0);
  }
}

async function serve(request, env, ctx) {
  const log = env.Log.getByName("log");
  let open = "";
  await log.add("begun");
  request.signal.addEventListener("abort", (event) => {
    ctx.storage?.kv.put("cancelled", true);
    ctx.waitUntil(log.add(`${open}${event.type} ${request.signal.aborted} ${request.signal.reason}`));
  });
  const wait = async () => {
    open = "inside: ";
    await scheduler.wait(150);
    open = "";
  };
  switch (new URL(request.url).pathname) {
    case "/block": await ctx.blockConcurrencyWhile(wait); break;
    case "/transaction": await ctx.storage.transaction(wait); break;
    case "/undone": await ctx.storage.transaction(async (transaction) => { await wait(); transaction.rollback(); }); break;
    case "/wait": await wait(); break;
  }
  await log.add("went on");
  return new Response("answer");
}

export class Target extends DurableObject {
  fetch(request) { return serve(request, this.env, this.ctx); }
  part() { return this.ctx.facets.get("part", () => ({ class: this.ctx.exports.Target })); }
  async callPart() {
    const controller = new AbortController();
    const answer = this.part().fetch("http://x/wait", { signal: controller.signal });
    await this.env.Log.getByName("log").read(1);
    controller.abort(new Error("of the parent"));
    await answer;
  }
  cancelled() { return this.ctx.storage.kv.get("cancelled") ?? false; }
}

export default {
  async fetch(request, env, ctx) {
    if (request.headers.has("inner")) return serve(request, env, ctx);
    const { row, response } = table();
    const log = env.Log.getByName("log");
    const send = (target, path, signal) => target.fetch(`http://x/${path}`, { signal, headers: { inner: "1" } });

    for (const path of ["wait", "block", "transaction", "undone"]) {
      const object = env.Target.getByName(path);
      const controller = new AbortController();
      const answer = send(object, path, controller.signal);
      await log.read(1);
      controller.abort(new Error("mine"));
      await row(`object, ${path}`, answer);
      await row("  its log", () => log.read(2).then((lines) => lines.sort()));
      await row("  its storage", () => object.cancelled());
    }

    const entrypoint = ctx.exports.default;
    const controller = new AbortController();
    const answer = send(entrypoint, "wait", controller.signal);
    await log.read(1);
    controller.abort();
    await row("entrypoint", answer);
    await row("  its log", () => log.read(1));
    await scheduler.wait(250);
    await row("  and later", () => log.read(0));

    await row("facet", () => env.Target.getByName("parent").callPart());
    await row("  its log", () => log.read(2).then((lines) => lines.sort()));

    const object = env.Target.getByName("others");
    const request_ = new Request("http://x/wait", { signal: AbortSignal.timeout(50) });
    await row("a Request with a timeout", () => object.fetch(request_));
    await row("  its log", () => log.read(3).then((lines) => lines.sort()));
    const early = new AbortController();
    const never = send(object, "wait", early.signal);
    early.abort("at once");
    await row("at once", never);
    await scheduler.wait(250);
    await row("  its log", () => log.read(0));
    const late = new AbortController();
    await row("answered", async () => (await send(object, "", late.signal)).text());
    late.abort();
    await scheduler.wait(50);
    await row("  its log", () => log.read(0));
    return response();
  },
};
