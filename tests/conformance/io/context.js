// The context of an event: waitUntil, what may be used in a later event, and promises that cross events.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const saved = {};

// Each of its events uses what an earlier event of the same object left in module scope.
export class Memory extends DurableObject {
  async save() {
    saved.response = new Response("kept");
    saved.request = new Request("http://kept.test/", { method: "POST", body: "kept" });
    saved.blob = new Blob(["blob"]);
    saved.headers = new Headers({ a: "1" });
    saved.controller = new AbortController();
    saved.stream = new ReadableStream({ start(controller) { controller.enqueue(new TextEncoder().encode("stream")); controller.close(); } });
    saved.form = new FormData();
    saved.form.append("a", "b");
    saved.resolved = Promise.resolve("resolved before");
    saved.params = new URLSearchParams("a=1");
  }
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/keep") {
      saved.incoming = request;
      return new Response("kept");
    }
    const { row, response } = table();
    await row("response text", () => saved.response.text());
    await row("response status", () => saved.response.status);
    await row("request text", () => saved.request.text());
    await row("request url", () => [saved.request.url, saved.request.method]);
    await row("incoming url", () => saved.incoming.url);
    await row("incoming header", () => saved.incoming.headers.get("x-kept"));
    await row("incoming text", () => saved.incoming.text());
    await row("incoming clone", () => saved.incoming.clone());
    await row("blob", () => saved.blob.text());
    await row("headers", () => [...saved.headers]);
    await row("form", () => [...saved.form]);
    await row("params", () => saved.params.get("a"));
    await row("stream of JavaScript", () => new Response(saved.stream).text());
    await row("abort", () => { saved.controller.abort("later"); return [saved.controller.signal.aborted, saved.controller.signal.reason]; });
    await row("promise resolved before", () => saved.resolved);
    return response();
  }
  // Two events of one object at a time: the second settles what the first waits for.
  async waitForOther() {
    const { promise, resolve, reject } = Promise.withResolvers();
    saved.resolve = resolve;
    saved.reject = reject;
    const alive = setTimeout(() => reject(new Error("nobody came")), 5000);
    try {
      const value = await promise;
      await scheduler.wait(1);
      return `first event continued with ${value}`;
    } finally {
      clearTimeout(alive);
    }
  }
  settle(how, value) {
    saved[how](value);
    return "settled";
  }
}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const memory = env.Memory.getByName("memory");
    await memory.save();
    await memory.fetch("http://memory.test/keep", { method: "POST", body: "incoming", headers: { "x-kept": "1" } });
    const later = await (await memory.fetch("http://memory.test/use")).text();

    await row("resolved by another event", async () => { const first = memory.waitForOther(); return [await memory.settle("resolve", "a value"), await first]; });
    await row("rejected by another event", async () => { const first = memory.waitForOther().catch((error) => `${error.name}: ${error.message}`); return [await memory.settle("reject", new RangeError("a reason")), await first]; });
    await row("waitUntil result", () => ctx.waitUntil(Promise.resolve()));
    await row("waitUntil number", () => ctx.waitUntil(5));
    await row("waitUntil nothing", () => ctx.waitUntil());
    await row("waitUntil rejection", () => ctx.waitUntil(Promise.reject(new Error("ignored"))));
    await row("waitUntil detached", () => { const { waitUntil } = ctx; waitUntil(Promise.resolve()); });
    await row("waitUntil runs", async () => { const seen = []; ctx.waitUntil((async () => { await scheduler.wait(1); seen.push("background"); })()); await scheduler.wait(10); return seen; });
    await row("passThroughOnException", () => ctx.passThroughOnException());
    await row("props", () => ctx.props);
    await row("ctx tag", () => Object.prototype.toString.call(ctx));
    await row("new context", () => new ctx.constructor());
    return new Response((await response().text()) + later);
  },
};
