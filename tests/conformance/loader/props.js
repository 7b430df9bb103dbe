// Props that cannot be serialised are refused at the call.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table, describeError } from "../table.js";
const compatibilityDate = "2026-11-17";
export class Gate extends WorkerEntrypoint { props() { return this.ctx.props; } }
export class Obj extends DurableObject {
  props() { return this.ctx.props; }
  facet(kind) {
    const make = { getter: () => ({ tenant: "a", get g() { throw new RangeError("getter"); } }), stream: () => ({ tenant: "a", s: new ReadableStream() }), signal: () => ({ tenant: "a", s: AbortSignal.abort() }), response: () => ({ tenant: "a", r: new Response("x") }) }[kind];
    return this.ctx.facets.get(kind, () => ({ class: this.ctx.exports.Obj({ props: make() }) })).props();
  }
  loaded(kind) {
    const make = { getter: () => ({ tenant: "a", get g() { throw new RangeError("getter"); } }), stream: () => ({ tenant: "a", s: new ReadableStream() }) }[kind];
    const w = this.env.LOADER.load({ compatibilityDate, mainModule: "m.js", modules: { "m.js": "import { DurableObject } from 'cloudflare:workers'; export class D extends DurableObject { props() { return this.ctx.props; } }" } });
    return this.ctx.facets.get("l" + kind, () => ({ class: w.getDurableObjectClass("D", { props: make() }) })).props();
  }
  facetFn(kind) {
    return this.ctx.facets.get("f" + kind, () => ({ class: this.ctx.exports.Obj({ props: { tenant: "a", f() {} } }) })).props();
  }
}
export default { async fetch(request, env, ctx) {
  const { row, response } = table();
  const { exports } = ctx;
  const o = env.Obj.getByName("o");
  for (const k of ["getter", "stream", "signal", "response"]) await row(`ctx.exports facet ${k}`, () => o.facet(k));
  for (const k of ["getter", "stream"]) await row(`loaded facet ${k}`, () => o.loaded(k));
  await row("fn", () => o.facetFn("x"));
  await row("entry getter", () => exports.Gate({ props: { tenant: "a", get g() { throw new RangeError("getter"); } } }).props());
  await row("entry stream", () => exports.Gate({ props: { tenant: "a", s: new ReadableStream() } }).props());
  await row("entry signal", () => exports.Gate({ props: { tenant: "a", s: new AbortController().signal } }).props());
  const w = env.LOADER.load({ compatibilityDate, mainModule: "m.js", modules: { "m.js": "import { WorkerEntrypoint } from 'cloudflare:workers'; export default class extends WorkerEntrypoint { props() { return this.ctx.props; } }" } });
  await row("loaded entry getter", () => w.getEntrypoint(null, { props: { tenant: "a", get g() { throw new RangeError("getter"); } } }).props());
  await row("sync throw?", () => { try { w.getEntrypoint(null, { props: { tenant: "a", get g() { throw new RangeError("getter"); } } }); return "no throw"; } catch (e) { return "threw " + e; } });
  await row("sync throw? exports", () => { try { exports.Gate({ props: { tenant: "a", get g() { throw new RangeError("getter"); } } }); return "no throw"; } catch (e) { return "threw " + e; } });
  return response();
} };
