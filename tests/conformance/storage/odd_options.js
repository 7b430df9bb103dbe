// Options whose fields have wrong types, ids that are inherited from, and SQL with texts that are no valid Unicode.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";
export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { ctx } = this; const { storage } = ctx;
    for (const t of [5, "x", null, undefined, new Date(5), {}, NaN, Symbol("s")]) await row(`asOfTime ${String(t)}`, () => storage.transaction(async () => "ran", { asOfTime: t }));
    for (const t of [5, "x", null, Symbol("s")]) await row(`lowPriority ${String(t)}`, () => storage.transaction(async () => "ran", { lowPriority: t }));
    const id = ctx.id;
    const inherited = Object.create(id);
    await row("method of inherited id", () => [inherited.toString().length]);
    await row("equals of inherited id", () => [inherited.equals(id)]);
    await row("id in a chain of a proxy", () => [id.equals(Object.create(new Proxy(id, {})))]);
    await row("class of id", () => id.equals(class { static x = 1; }));
    for (const v of [5, "x", null, {}, Symbol("v"), []]) await row(`version ${String(v)}`, () => this.env.Store.get(id, { version: v }).name);
    await row(`ns get two`, () => this.env.Store.get("x", 5));
    await row(`getByName options first`, () => this.env.Store.getByName({ toString() { throw new Error("name"); } }, 5));
    await row(`ns brand`, () => this.env.Store.get.call({}, id));
    await row(`surrogate table`, () => { storage.sql.exec('CREATE TABLE "a\ud800" ("b\ud801" TEXT)'); storage.sql.exec('INSERT INTO "a\ud800" VALUES (\'\ud800x\')'); return [...storage.sql.exec('SELECT hex(name) AS n FROM sqlite_master').raw(), ...storage.sql.exec('SELECT *, hex("b\ud801") FROM "a\ud800"').raw()]; });
    await row(`surrogate error`, () => storage.sql.exec('SELECT nosuch\ud800'));
    await row(`surrogate function`, () => storage.sql.exec('SELECT "abs\ud800"(1)'));
    await row(`surrogate cf`, () => storage.sql.exec('SELECT * FROM "_cf_\ud800"'));
    await row(`nul in SQL`, () => storage.sql.exec('SELECT 1; \0 SELECT 2').raw().next().value);
    return response();
  }
}
export default { fetch(request, env) { return env.Store.getByName("store").fetch("http://store.test/"); } };
