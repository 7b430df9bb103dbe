// Facets: when the callback runs, RPC and fetch, a database of their own, ids, props, delete and abort.
import { DurableObject } from "cloudflare:workers";
import { table, describeError } from "../table.js";

const compatibilityDate = "2026-11-17";
const source = `
  import { DurableObject } from "cloudflare:workers";
  export class Counter extends DurableObject {
    memory = 0;
    async fetch(request) { return new Response(request.method + " " + new URL(request.url).pathname + " " + await request.text()); }
    add(by = 1) { const { kv } = this.ctx.storage; kv.put("n", (kv.get("n") ?? 0) + by); this.memory++; return [kv.get("n"), this.memory]; }
    read() { return [this.ctx.storage.kv.get("n") ?? null, this.memory]; }
    tables() { return this.ctx.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\\\_cf%' ESCAPE '\\\\' ORDER BY name").toArray(); }
    sql(text) { return this.ctx.storage.sql.exec(text).toArray(); }
    identity() { const { id } = this.ctx; return [typeof id, typeof id === "string" ? id : id.name, typeof id === "string" ? null : id.toString()]; }
    props() { return this.ctx.props; }
    environment() { return this.env; }
    fail() { throw new RangeError("from the facet"); }
    die() { this.ctx.abort("self destruct"); }
    name() { return "method called name"; }
    id() { return "method called id"; }
  }
  export class Second extends DurableObject {
    read() { return ["second", this.ctx.storage.kv.get("n") ?? null]; }
  }
  export class Refuses extends DurableObject {
    constructor(ctx, env) { super(ctx, env); throw new TypeError("constructor refused"); }
    ping() {}
  }
  export class Plain { async fetch() { return new Response("plain class"); } }
`;

export class Parent extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { facets } = this.ctx;
    const worker = () => this.env.LOADER.get("facet-code", () => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, env: { A: 1 } }));
    let calls = 0;
    const start = (className = "Counter", options, id) => () => {
      calls++;
      const startup = { class: worker().getDurableObjectClass(className, options) };
      if (id !== undefined) startup.id = id;
      return startup;
    };
    const counted = async (run) => { const before = calls; const result = await run(); return [result, calls - before]; };

    await row("facets tag", () => Object.prototype.toString.call(facets));
    await row("class tag", () => Object.prototype.toString.call(worker().getDurableObjectClass("Counter")));
    await row("get alone", () => counted(async () => { facets.get("unused", start()); await scheduler.wait(3); }));
    await row("stub tag", () => Object.prototype.toString.call(facets.get("a", start())));
    await row("stub keys", () => Object.keys(facets.get("a", start())));
    await row("first call", () => counted(() => facets.get("a", start()).add()));
    await row("second call", () => counted(() => facets.get("a", start()).add(4)));
    await row("other name", () => counted(() => facets.get("b", start()).add(100)));
    await row("two gets at once", () => counted(() => Promise.all([facets.get("c", start()).add(), facets.get("c", start()).add()])));
    await row("kept stub", () => { const stub = facets.get("a", start()); return Promise.all([stub.add(), stub.add(), stub.read()]); });
    await row("callback throwing while running", () => facets.get("a", () => { throw new Error("not called"); }).read());
    await row("fetch", async () => (await facets.get("a", start()).fetch("http://facet.test/path", { method: "POST", body: "text" })).text());
    await row("method named name", () => facets.get("a", start()).name());
    await row("method named id", () => facets.get("a", start()).id());
    await row("throws", () => facets.get("a", start()).fail());
    await row("missing method", () => facets.get("a", start()).nothing());

    await row("own database", async () => { this.ctx.storage.sql.exec("CREATE TABLE parents (a)"); await facets.get("a", start()).sql("CREATE TABLE facets (b)"); return [this.ctx.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'facets'").toArray(), await facets.get("a", start()).sql("SELECT name FROM sqlite_master WHERE name IN ('parents', 'facets')"), await facets.get("b", start()).sql("SELECT name FROM sqlite_master WHERE name IN ('parents', 'facets')")]; });
    await row("own kv", async () => { this.ctx.storage.kv.put("n", "of the parent"); return [await facets.get("a", start()).read(), this.ctx.storage.kv.get("n")]; });
    await row("id inherited", async () => { const [type, name, text] = await facets.get("a", start()).identity(); return [type, name, text === this.ctx.id.toString()]; });
    await row("id string", () => facets.get("named", start("Counter", undefined, "my id")).identity());
    await row("id of a namespace", async () => { const id = this.env.Parent.idFromName("elsewhere"); const [type, name, text] = await facets.get("foreign", start("Counter", undefined, id)).identity(); return [type, name, text === id.toString()]; });
    await row("id number", () => facets.get("numbered", start("Counter", undefined, 5)).identity());
    await row("props", () => facets.get("with props", start("Counter", { props: { x: [1] } })).props());
    await row("props default", () => facets.get("a", start()).props());
    await row("env", () => facets.get("a", start()).environment());
    await row("async callback", () => facets.get("async", async () => { await scheduler.wait(1); return start()(); }).add());

    const kept = facets.get("a", start());
    await row("before abort", () => kept.read());
    await row("abort result", () => facets.abort("a", new Error("parent says stop")));
    await row("kept after abort", () => kept.read());
    await row("again after abort", () => counted(() => facets.get("a", start()).read()));
    await row("abort with a string", async () => { const stub = facets.get("a", start()); await stub.read(); facets.abort("a", "only text"); return stub.read(); });
    await row("abort with a type", async () => { const stub = facets.get("a", start()); await stub.read(); facets.abort("a", new RangeError("typed")); return stub.read(); });
    await row("abort unknown", () => facets.abort("never", "x"));
    await row("class change", async () => { facets.abort("a", "change"); return facets.get("a", start("Second")).read(); });
    await row("class change ignored", () => facets.get("a", start("Counter")).read());
    await row("delete result", () => facets.delete("a"));
    await row("after delete", () => counted(() => facets.get("a", start()).read()));
    await row("kept after delete", async () => { const stub = facets.get("a", start()); await stub.add(); facets.delete("a"); return stub.read(); });
    await row("delete unknown", () => facets.delete("never"));
    await row("other one untouched", () => facets.get("b", start()).read());
    await row("die", () => facets.get("b", start()).die());
    await row("after die", () => counted(() => facets.get("b", start()).read()));

    await row("constructor throws", () => facets.get("refuses", start("Refuses")).ping());
    await row("constructor throws again", () => counted(async () => { try { await facets.get("refuses", start("Refuses")).ping(); } catch (error) { return describeError(error); } }));
    await row("class without a base", async () => (await facets.get("plain", start("Plain")).fetch("http://x.test/")).text());
    await row("rpc without a base", () => facets.get("plain", start("Plain")).ping());
    await row("callback throws", () => facets.get("throws", () => { throw new RangeError("callback threw"); }).ping());
    await row("callback failure stays", () => facets.get("throws", start()).read());
    await row("callback failure aborted", async () => { facets.abort("throws", "clear"); return facets.get("throws", start()).read(); });
    await row("callback rejects", () => facets.get("rejects", async () => { throw new RangeError("callback rejected"); }).ping());
    await row("callback without class", () => facets.get("no class", () => ({})).ping());
    await row("callback with a plain class", () => facets.get("own class", () => ({ class: Parent })).ping());
    await row("get without callback", () => { facets.get("x"); });
    await row("get with an object", () => { facets.get("x", {}); });
    await row("abort without reason", () => facets.abort("x"));
    await row("name of 256", async () => (await facets.get("n".repeat(256), start()).add())[0]);
    for (const method of ["get", "abort", "delete"]) {
      await row(`${method} name of 257`, () => { facets[method]("n".repeat(257), start()); });
      await row(`${method} name of 257 bytes`, () => { facets[method](`${"n".repeat(255)}é`, start()); });
    }
    await row("number as name", () => facets.get(5, start()).add());
    await row("odd names", async () => { const seen = []; for (const name of [" ", "a/b", "../x", "é日😀", "A", "a.b"]) seen.push((await facets.get(name, start()).add())[0]); return seen; });
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Parent.getByName("parent").fetch("http://parent.test/");
  },
};
