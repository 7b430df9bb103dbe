// The length of a body as an entrypoint, an object, a facet and a loaded Worker see it.
import { WorkerEntrypoint, DurableObject } from "cloudflare:workers";
import { table } from "../table.js";
export class Gate extends WorkerEntrypoint { fetch(r) { return Response.json([r.headers.get("content-length"), r.headers.get("transfer-encoding")]); } }
export class Obj extends DurableObject { fetch(r) { return Response.json([r.headers.get("content-length"), r.headers.get("transfer-encoding")]); } }
export default { async fetch(request, env, ctx) {
  const { row, response } = table();
  for (const [k, b] of Object.entries({ text: "abc", bytes: new Uint8Array(3), blob: new Blob(["abc"]), form: new URLSearchParams("a=1"), stream: new Blob(["abc"]).stream(), empty: "" })) {
    await row(`entry ${k}`, async () => (await ctx.exports.Gate.fetch("http://x/", { method: "POST", body: b })).json());
    if (k !== "stream") await row(`object ${k}`, async () => (await env.Obj.getByName("a").fetch("http://x/", { method: "POST", body: b })).json());
  }
  await row("post without", async () => (await ctx.exports.Gate.fetch("http://x/", { method: "POST" })).json());
  await row("user info", async () => (await ctx.exports.Gate.fetch("http://u:p@x/", { method: "POST" })).json());
  return response();
} };
