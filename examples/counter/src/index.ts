// One Durable Object a path: it counts its requests, by method call and in its own database.

import { DurableObject } from "cloudflare:workers";

interface Env {
  COUNTER: DurableObjectNamespace<Counter>;
}

export class Counter extends DurableObject<Env> {
  increment(by: number): number {
    const count = (this.ctx.storage.kv.get<number>("count") ?? 0) + by;
    this.ctx.storage.kv.put("count", count);
    return count;
  }
}

export default {
  async fetch(request, env): Promise<Response> {
    const url = new URL(request.url);
    const by = Number(url.searchParams.get("by") ?? 1);
    if (!Number.isSafeInteger(by)) {
      return new Response("by must be a whole number\n", { status: 400 });
    }
    const count = await env.COUNTER.getByName(url.pathname).increment(by);
    return new Response(`${url.pathname}: ${count}\n`);
  },
} satisfies ExportedHandler<Env>;
