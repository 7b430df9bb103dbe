// Facets: clone() of storage with all that lies below it, and what becomes of the facets that run meanwhile.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Node extends DurableObject {
  memory = "fresh";
  // The root starts a class of a loaded Worker; below it, a facet uses its own class.
  nodeClass() {
    if (!this.env.LOADER) return this.ctx.exports.Node;
    const source = `import { DurableObject } from "cloudflare:workers"; export ${Node};`;
    return this.env.LOADER.get("node", () => ({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": source } })).getDurableObjectClass("Node");
  }
  child(name) {
    return this.ctx.facets.get(name, () => ({ class: this.nodeClass() }));
  }
  at(path, method, ...args) {
    return path.length === 0 ? this[method](...args) : this.child(path[0]).at(path.slice(1), method, ...args);
  }
  put(value) {
    this.ctx.storage.kv.put("value", value);
    this.memory = "alive";
  }
  get() {
    return this.ctx.storage.kv.get("value") ?? null;
  }
  both() {
    return [this.get(), this.memory];
  }
  sql(...texts) {
    return texts.map((text) => this.ctx.storage.sql.exec(text).toArray());
  }
  hang() {
    return new Promise(() => {});
  }
  die() {
    this.ctx.abort("restart");
  }
  async fetch() {
    const { row, response } = table();
    const { facets } = this.ctx;
    const put = (path, value) => this.at(path.split("."), "put", value);
    const get = (path) => this.at(path.split("."), "get");
    const all = async (...paths) => { const seen = {}; for (const path of paths) seen[path] = await get(path); return seen; };

    await row("whole tree", async () => { await put("src", 10); await put("src.a", 100); await put("src.b", 200); facets.clone("src", "dst"); return all("dst", "dst.a", "dst.b"); });
    await row("source untouched", () => all("src", "src.a", "src.b"));
    await row("apart from each other", async () => { await put("dst", 999); await put("dst.a", 888); await put("src.b", 222); return all("src", "src.a", "src.b", "dst", "dst.a", "dst.b"); });
    await row("result", () => facets.clone("src", "result"));
    await row("over a facet with facets", async () => { await put("target", 1); await put("target.oldChild", 2); facets.clone("src", "target"); return all("target", "target.a", "target.oldChild"); });
    await row("source that never was", async () => { await put("full", 1); await put("full.c", 2); facets.clone("never", "full"); return all("full", "full.c"); });
    await row("neither ever was", async () => { facets.clone("never 1", "never 2"); return all("never 1", "never 2"); });
    await row("onto itself", async () => { await put("self", 7); const before = await this.child("self").both(); const kept = this.child("self"); await kept.get(); facets.clone("self", "self"); let thrown = null; try { await kept.get(); } catch (error) { thrown = error.message; } return [before, thrown, await this.child("self").both()]; });
    await row("onto itself with facets", async () => { await put("selves", 1); await put("selves.low", 2); facets.clone("selves", "selves"); return [await this.child("selves").both(), await this.at(["selves", "low"], "both")]; });
    await row("destination in use", async () => { await put("busy", 1); const stub = this.child("busy"); const pending = stub.hang().catch((error) => `${error.name}: ${error.message}`); await stub.get(); facets.clone("src", "busy"); return [await pending, await this.child("busy").both()]; });
    await row("destination's stub later", async () => { await put("busy", 1); const stub = this.child("busy"); await stub.get(); facets.clone("src", "busy"); return stub.get(); });
    await row("facet of the destination in use", async () => { await put("busy.low", 1); const pending = this.at(["busy", "low"], "hang").catch((error) => `${error.name}: ${error.message}`); await get("busy.low"); facets.clone("src", "busy"); return pending; });
    await row("source keeps running", async () => { await put("running", 5); const stub = this.child("running"); await stub.get(); facets.clone("running", "of running"); return [await stub.both(), await this.child("of running").both()]; });
    await row("source not started", async () => { await put("stopped", 6); facets.abort("stopped", "x"); facets.clone("stopped", "of stopped"); return [await get("of stopped"), await get("stopped")]; });
    await row("callback of the destination", async () => { let called = 0; await put("dst 2", 1); facets.clone("src", "dst 2"); await facets.get("dst 2", () => { called++; return { class: this.nodeClass() }; }).get(); return called; });
    await row("starts nothing", async () => { let called = 0; facets.clone("src", "idle"); await scheduler.wait(5); await facets.get("idle", () => { called++; return { class: this.nodeClass() }; }).get(); return called; });
    await row("tables", async () => { await this.child("tables").sql("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE)", "INSERT INTO t VALUES (1, 'x'), (2, 'y')"); facets.clone("tables", "tables 2"); await this.child("tables").sql("DELETE FROM t"); return this.child("tables 2").sql("SELECT * FROM t ORDER BY a", "SELECT name FROM sqlite_master WHERE name = 't'"); });
    await row("constraints", async () => this.child("tables 2").sql("INSERT INTO t VALUES (3, 'x')"));
    await row("chain", async () => { await put("c1", 1); facets.clone("c1", "c2"); facets.clone("c2", "c3"); await put("c1", 2); return all("c1", "c2", "c3"); });
    await row("there and back", async () => { await put("there", 1); facets.clone("there", "back"); await put("there", 2); facets.clone("back", "there"); return all("there", "back"); });
    await row("source deleted after", async () => { await put("short", 3); await put("short.low", 4); facets.clone("short", "long"); facets.delete("short"); return all("long", "long.low", "short", "short.low"); });
    await row("clone deleted", async () => { facets.clone("src", "gone"); facets.delete("gone"); return all("gone", "gone.a", "src", "src.a"); });
    await row("three levels", async () => { await put("l1.l2.l3", "deep"); facets.clone("l1", "m1"); return all("m1.l2.l3", "m1.l2", "m1"); });
    await row("many rows", async () => { await this.child("many").sql("CREATE TABLE n (a)", "INSERT INTO n WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5000) SELECT x FROM c"); facets.clone("many", "many 2"); return this.child("many 2").sql("SELECT count(*) AS n, sum(a) AS s FROM n"); });
    await row("written in the same turn", async () => { const stub = this.child("turn"); await stub.put(1); const writing = stub.put(2); await writing; facets.clone("turn", "turn 2"); return get("turn 2"); });
    await row("name too long, source", () => facets.clone("n".repeat(257), "x"));
    await row("name too long, destination", () => facets.clone("x", "n".repeat(257)));
    await row("name of 256", async () => { facets.clone("src", "n".repeat(256)); return get("n".repeat(256)); });
    await row("one argument", () => facets.clone("src"));
    await row("no arguments", () => facets.clone());
    await row("numbers as names", async () => { await put("1", "one"); facets.clone(1, 2); return get("2"); });
    return response();
  }
  async afterRestart() {
    const { row, response } = table();
    const get = (path) => this.at(path.split("."), "get");
    for (const path of ["src", "src.a", "src.b", "dst", "dst.a", "dst.b", "target", "target.oldChild", "full", "long.low", "gone", "m1.l2.l3"]) await row(`restarted ${path}`, () => get(path));
    return (await response()).text();
  }
}

export default {
  async fetch(request, env) {
    const before = await (await env.Node.getByName("root").fetch("http://root.test/")).text();
    await env.Node.getByName("root").die().catch(() => {});
    return new Response(before + (await env.Node.getByName("root").afterRestart()));
  },
};
