// durableObjectId of errors: what a method throws, what an object catches, and what bears none.
import { table } from "../table.js";
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
export class Thing extends DurableObject {
  sync() { throw new RangeError("boom"); }
  async async() { await scheduler.wait(1); throw new RangeError("boom"); }
  object() { throw { a: 1 }; }
  text() { throw "text"; }
  frozen() { throw Object.freeze(new Error("frozen")); }
  own() { const e = new Error("own"); e.durableObjectId = "mine"; throw e; }
  dom() { throw new DOMException("d", "AbortError"); }
  hop(name) { return this.env.Thing.getByName(name).sync(); }
  async see(name) { try { await this.env.Thing.getByName(name).sync(); } catch (e) { return [e.durableObjectId === this.env.Thing.idFromName(name).toString(), Object.keys(e), Object.getOwnPropertyDescriptor(e, "durableObjectId")?.enumerable]; } }
  async seeAll() {
    const seen = {};
    const look = async (name, f) => { try { await f(); } catch (e) { seen[name] = [e.message, Object.keys(e), e.durableObjectId === this.ctx.id.toString()]; } };
    await look("entry", () => this.ctx.exports.Entry.boom());
    await look("entry fetch", () => this.ctx.exports.Entry.fetch("http://x"));
    await look("object", () => this.env.Thing.getByName("u").sync());
    await look("object fetch", () => this.env.Thing.getByName("u").fetch("http://x"));
    await look("missing", () => this.env.Thing.getByName("u").nothing());
    await look("text", () => this.env.Thing.getByName("u").text());
    await look("frozen", () => this.env.Thing.getByName("u").frozen());
    await look("own", () => this.env.Thing.getByName("u").own());
    await look("constructor", () => this.env.Bad.getByName("u").x());
    await look("killed", () => this.env.Thing.getByName("k").kill());
    await look("facet", () => this.ctx.facets.get("f", () => ({ class: this.ctx.exports.Plain })).boom());
    await look("callback", () => this.ctx.facets.get("g", () => { throw new Error("callback"); }).boom());
    this.ctx.facets.abort("f", new Error("why"));
    return seen;
  }
  kill() { this.ctx.abort("killed"); }
  hopEntry() { return this.ctx.exports.Entry.boom(); }
  hopVia(name) { return this.ctx.exports.Entry.hop(name); }
  returned() { return new Error("returned"); }
  async fetch(request) { if (request.url.endsWith("hop")) await this.env.Thing.getByName("u").sync(); throw new Error("fetch boom"); }
  block() { return this.ctx.blockConcurrencyWhile(async () => { throw new Error("blocked"); }); }
  facet() { return this.ctx.facets.get("f", () => ({ class: this.ctx.exports.Plain })).boom(); }
  notCloneable() { return () => {}; }
  bad() { return Symbol("x"); }
  alarmed() { throw Object.assign(new Error("marks"), { retryable: true, overloaded: true }); }
}
export class Plain extends DurableObject { boom() { throw new Error("facet"); } }
export class Bad extends DurableObject { constructor(ctx, env) { super(ctx, env); throw new Error("constructor"); } x() {} }
export class Entry extends WorkerEntrypoint {
  boom() { throw new Error("entry"); }
  hop(name) { return this.env.Thing.getByName(name).sync(); }
}
export default { async fetch(request, env, ctx) {
  const { row, response } = table();
  const id = (name, ns = env.Thing) => ns.idFromName(name).toString();
  const err = async (f, ids = ["t", "u"]) => { try { return await f(); } catch (e) { return typeof e !== "object" ? e : [e.name ?? null, e.message ?? null, e.remote ?? null, e.durableObjectReset ?? null, ids.find((name) => id(name) === e.durableObjectId) ?? typeof e.durableObjectId, Object.getOwnPropertyNames(e).sort()]; } };
  const t = env.Thing.getByName("t");
  for (const name of ["sync", "async", "object", "text", "frozen", "own", "dom", "hopEntry", "facet", "bad", "alarmed", "nothing"]) await row(name, () => err(() => t[name]()));
  const all = await t.seeAll();
  for (const [name, value] of Object.entries(all)) await row(`seen by an object: ${name}`, () => value);
  await row("hop", () => err(() => t.hop("u")));
  await row("see", () => t.see("u"));
  await row("hopVia", () => err(() => t.hopVia("u")));
  await row("entry hop", () => err(() => ctx.exports.Entry.hop("u")));
  await row("fetch", () => err(() => t.fetch("http://x/")));
  await row("fetch hop", () => err(() => t.fetch("http://x/hop")));
  await row("returned", async () => Object.getOwnPropertyNames(await t.returned()).sort());
  await row("bad constructor", () => err(() => env.Bad.getByName("b").x()));
  await row("block", () => err(() => env.Thing.getByName("v").block()));
  await row("unique", async () => { const id = env.Thing.newUniqueId(); try { await env.Thing.get(id).sync(); } catch (e) { return e.durableObjectId === id.toString(); } });
  return response();
} };
