// Facets: storage, transactions, alarms and gates of their own, code that changes over kept storage, and stubs that
// cannot leave the object.
import { DurableObject, RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { table, marks } from "../table.js";

const compatibilityDate = "2026-11-17";
const versions = (version) => `
  import { DurableObject } from "cloudflare:workers";
  export class App extends DurableObject {
    version() { return ${version}; }
    put(value) { this.ctx.storage.kv.put("value", value); this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (a)"); this.ctx.storage.sql.exec("INSERT INTO t VALUES (?)", value); }
    get() { return [${version}, this.ctx.storage.kv.get("value") ?? null, this.ctx.storage.sql.exec("SELECT count(*) AS n FROM t").one().n]; }
  }
`;

export class Child extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.events = [];
  }
  exec(text) {
    return this.ctx.storage.sql.exec(text).toArray();
  }
  put(key, value) {
    return this.ctx.storage.put(key, value);
  }
  get(key) {
    return this.ctx.storage.get(key);
  }
  async list() {
    return [...(await this.ctx.storage.list()).keys()];
  }
  sync(work) {
    const { storage } = this.ctx;
    return storage.transactionSync(() => {
      storage.kv.put("in sync", work);
      if (work === "throw") throw new RangeError("undone");
      return storage.kv.get("in sync");
    });
  }
  transaction(work) {
    return this.ctx.storage.transaction(async (txn) => {
      await txn.put("in transaction", work);
      if (work === "throw") throw new RangeError("undone");
      if (work === "rollback") txn.rollback();
      return work;
    });
  }
  setAlarm() {
    return this.ctx.storage.setAlarm(Date.now() + 100_000);
  }
  async setAlarmCaught() {
    try {
      await this.ctx.storage.setAlarm(Date.now() + 100_000);
      return "set";
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  }
  getAlarm() {
    return this.ctx.storage.getAlarm();
  }
  deleteAlarm() {
    return this.ctx.storage.deleteAlarm();
  }
  alarm() {}
  block(ms) {
    return this.ctx.blockConcurrencyWhile(async () => {
      await scheduler.wait(ms);
      this.events.push("blocked");
    });
  }
  event() {
    this.events.push("event");
    return this.events;
  }
  async bookmark() {
    return typeof (await this.ctx.storage.getCurrentBookmark());
  }
  size() {
    return this.ctx.storage.sql.databaseSize;
  }
  background() {
    this.ctx.waitUntil(scheduler.wait(2).then(() => this.ctx.storage.kv.put("background", true)));
  }
  echo(value) {
    return value;
  }
  target() {
    return new (class extends RpcTarget { hi() { return "hi from the facet"; } })();
  }
  callBack(callback) {
    return callback("from the facet");
  }
  stream() {
    return new Blob(["streamed"]).stream();
  }
  ownStub() {
    return this.env.ROOT.echo("reached");
  }
  newFacet() {
    return this.ctx.facets.get("inner", () => ({ class: undefined }));
  }
  sockets() {
    const [client, server] = Object.values(new WebSocketPair());
    this.ctx.acceptWebSocket(server, ["tag"]);
    return this.ctx.getWebSockets("tag").length;
  }
}
export class Entry extends WorkerEntrypoint {
  kind() {
    return Object.prototype.toString.call(this.ctx.props.stub);
  }
}

export class Parent extends DurableObject {
  facet(name) {
    const source = `import { DurableObject, RpcTarget } from "cloudflare:workers"; export ${Child};`;
    return this.ctx.facets.get(name, () => ({ class: this.env.LOADER.get("child", () => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, env: { ROOT: this.env.Child.getByName("a root") } })).getDurableObjectClass("Child") }));
  }
  async fetch() {
    const { row, response } = table();
    const { facets, storage, exports } = this.ctx;
    const facet = (name) => this.facet(name);
    const caught = async (promise) => { try { return await promise; } catch (error) { return [`${error.name}: ${error.message}`, ...marks(error)]; } };

    await row("tables of the parent", async () => { storage.sql.exec("CREATE TABLE only_parent (a)"); return facet("a").exec("SELECT * FROM only_parent"); });
    await row("tables of the facet", async () => { await facet("a").exec("CREATE TABLE only_facet (a)"); return storage.sql.exec("SELECT * FROM only_facet").toArray(); });
    await row("tables of another facet", () => facet("b").exec("SELECT * FROM only_facet"));
    await row("keys", async () => { await storage.put("parent", 1); await facet("a").put("facet a", 1); await facet("b").put("facet b", 1); return [[...(await storage.list()).keys()], await facet("a").list(), await facet("b").list()]; });
    await row("same key", async () => { await storage.put("k", "p"); await facet("a").put("k", "a"); await facet("b").put("k", "b"); return [await storage.get("k"), await facet("a").get("k"), await facet("b").get("k")]; });
    await row("transactionSync in a facet", () => facet("a").sync("kept"));
    await row("transactionSync undone in a facet", async () => [await caught(facet("a").sync("throw")), await facet("a").get("in sync")]);
    await row("transactionSync of the parent undone", async () => { let call; try { storage.transactionSync(() => { storage.kv.put("p", 1); call = facet("a").put("by the call", 1); throw new Error("undo"); }); } catch { /* only the parent's write is undone */ } await call; return [storage.kv.get("p") ?? null, await facet("a").get("by the call")]; });
    await row("transaction in a facet", () => facet("a").transaction("kept"));
    await row("transaction undone in a facet", async () => [await caught(facet("a").transaction("throw")), await facet("a").get("in transaction")]);
    await row("transaction rolled back in a facet", async () => [await facet("a").transaction("rollback"), await facet("a").get("in transaction")]);
    await row("transaction of the parent undone", async () => { try { await storage.transaction(async (txn) => { await txn.put("q", 1); await facet("a").put("by the transaction", 1); throw new Error("undo"); }); } catch { /* only the parent's write is undone */ } return [(await storage.get("q")) ?? null, await facet("a").get("by the transaction")]; });
    await row("blocking in a facet", async () => { const blocked = facet("blocks").block(5); const event = facet("blocks").event(); const parent = this.facet("free").event(); return [await parent, await event, await blocked]; });
    await row("blocking in the parent", async () => this.ctx.blockConcurrencyWhile(() => facet("a").get("k")));
    await row("bookmark", () => facet("a").bookmark());
    await row("database size", async () => [(await facet("size").size()) > 0, (await facet("size").size()) % 4096]);
    await row("waitUntil", async () => { await facet("a").background(); await scheduler.wait(15); return facet("a").get("background"); });
    await row("facet calls a root", () => facet("a").ownStub());

    await row("facet after setAlarm", () => caught(facet("alarm").get("x")));
    await row("parent after that", async () => { await storage.setAlarm(Date.now() + 1_000_000); const set = (await storage.getAlarm()) > 0; await storage.deleteAlarm(); return set; });
    await row("getAlarm", () => facet("a").getAlarm());
    await row("getAlarm does not see the parent's", async () => { await storage.setAlarm(Date.now() + 1_000_000); const seen = await facet("a").getAlarm(); await storage.deleteAlarm(); return seen; });
    await row("deleteAlarm", () => caught(facet("a").deleteAlarm()));

    const stub = facet("a");
    await stub.get("k");
    await row("stub as argument", () => stub.echo(facet("b")));
    await row("stub as argument to a root", () => this.env.Child.getByName("root").echo(facet("b")));
    await row("stub as argument, nested", () => stub.echo({ list: [facet("b")] }));
    await row("stub as result", () => stub.newFacet());
    await row("stub in storage", () => storage.put("stub", facet("b")));
    await row("stub in kv", () => storage.kv.put("stub", facet("b")));
    await row("stub in props", () => exports.Entry({ props: { stub: facet("b") } }).kind());
    await row("stub in facet props", () => facets.get("props", () => ({ class: exports.Child({ props: { stub: facet("b") } }) })).echo(1));
    await row("stub in a loaded env", () => this.env.LOADER.load({ compatibilityDate, mainModule: "m.js", modules: { "m.js": "export default { fetch() { return new Response('ok'); } }" }, env: { stub: facet("b") } }).getEntrypoint().fetch("http://x.test/"));
    await row("stub as globalOutbound", () => this.env.LOADER.load({ compatibilityDate, mainModule: "m.js", modules: { "m.js": "export default { fetch() { return new Response('ok'); } }" }, globalOutbound: facet("b") }).getEntrypoint().fetch("http://x.test/"));
    await row("stub in structuredClone", () => structuredClone(facet("b")));
    await row("root stub in facet props", () => facets.get("props 2", () => ({ class: exports.Child({ props: { stub: this.env.Child.getByName("r") } }) })).echo("accepted"));

    const version = (number) => ({ class: this.env.LOADER.get(`v${number}`, () => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": versions(number) } })).getDurableObjectClass("App") });
    const app = (number) => facets.get("app", () => version(number));
    await row("first version", async () => { await app(1).put("by 1"); return app(1).get(); });
    await row("second version asked too early", () => app(2).get());
    await row("second version", async () => { facets.abort("app", new Error("upgrade")); await app(2).put("by 2"); return app(2).get(); });
    await row("back to the first", async () => { facets.abort("app", new Error("downgrade")); return app(1).get(); });
    await row("class of the same worker over it", async () => { facets.abort("app", new Error("change")); return [await facet("app").get("value"), await facet("app").exec("SELECT a FROM t")]; });
    await row("version after delete", async () => { facets.delete("app"); return app(2).get(); });
    await row("version after delete, empty", async () => { await app(2).put("new"); return app(2).get(); });
    return response();
  }
  alarm() {}
  async fill() {
    await this.ctx.storage.put("k", 1);
    await this.facet("x").put("k", 2);
    await this.facet("y").put("k", 3);
    this.ctx.facets.abort("x", "stopped");
  }
  deleteAll() {
    return this.ctx.storage.deleteAll();
  }
  async left() {
    return [(await this.ctx.storage.get("k")) ?? null, (await this.facet("x").get("k")) ?? null];
  }
  async leftOfRunning() {
    return (await this.facet("y").get("k")) ?? null;
  }
  die() {
    this.ctx.abort("restart");
  }
}

export default {
  async fetch(request, env) {
    const inside = await (await env.Parent.getByName("parent").fetch("http://parent.test/")).text();
    const { row, response } = table();
    const parent = () => env.Parent.getByName("deleted");
    await row("deleteAll reaches a stopped facet", async () => { await parent().fill(); await parent().deleteAll(); return parent().left(); });
    await row("and a running one after a restart", async () => { await parent().die().catch(() => {}); return [await parent().left(), await parent().leftOfRunning()]; });
    return new Response(inside + (await response().text()));
  },
};
