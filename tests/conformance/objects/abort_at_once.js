// Nothing behind ctx.abort() runs.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";
const seen = {};
export class Thing extends DurableObject {
  straight() { this.ctx.abort("x"); seen.straight = "went on"; seen.two = `still ${1 + 1}`; }
  inFinally() { try { this.ctx.abort("x"); } finally { seen.finally = "went on"; } }
  inLoop() { this.ctx.abort("x"); for (let i = 0; i < 10; i++) seen.loop = i; }
  callAfter() { this.ctx.abort("x"); Math.max(1, 2); seen.call = "went on after a builtin"; (() => { seen.fn = "went on in a function"; })(); }
  put() { this.ctx.abort("x"); this.ctx.storage.kv.put("a", 1); seen.put = "went on"; }
  async awaited() { await null; this.ctx.abort("x"); seen.awaited = "went on"; }
  seen() { return seen; }
}
export default { async fetch(request, env) {
  const { row, response } = table();
  for (const name of ["straight", "inFinally", "inLoop", "callAfter", "put", "awaited"]) await env.Thing.getByName("t")[name]().catch(() => {});
  await row("went on", () => env.Thing.getByName("t").seen());
  return response();
} };
