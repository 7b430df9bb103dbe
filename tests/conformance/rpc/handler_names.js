// Handlers of events as methods of a stub: what of them can be called, and what is reserved.

import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

const NAMES = ["queue", "email", "tail", "scheduled", "alarm", "trace", "test", "webSocketMessage", "webSocketClose", "tailStream"];

export class Entry extends WorkerEntrypoint {
  queue() { return "queue"; }
  email() { return "email"; }
  scheduled() { return "scheduled"; }
  tail() { return "tail"; }
  trace() { return "trace"; }
  test() { return "test"; }
  alarm() { return "alarm"; }
}
export class Item extends DurableObject {
  queue() { return "queue"; }
  email() { return "email"; }
}
export const only = { fetch() { return new Response("only"); } };

export default {
  async queue(batch) { return `queue ${batch.n}`; },
  async email(message) { return `email ${message.n}`; },
  async fetch(request, env, ctx) {
    const out = table();
    for (const name of NAMES) {
      await out.row(`default ${name}`, () => ctx.exports.default[name]({ n: 1 }));
      await out.row(`only ${name}`, () => ctx.exports.only[name]({ n: 1 }));
      await out.row(`class ${name}`, () => ctx.exports.Entry[name]({ n: 1 }));
      await out.row(`object ${name}`, () => env.Item.getByName("x")[name]({ n: 1 }));
    }
    return out.response();
  },
};
