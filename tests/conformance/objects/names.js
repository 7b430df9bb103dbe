// Durable Object ids: odd names, refused texts, what ctx.id is in the object, members of an id.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

export class Thing extends DurableObject {
  self() {
    const { id } = this.ctx;
    return [id.name ?? null, id.jurisdiction ?? null, id.toString() === this.env.Thing.idFromString(id.toString()).toString()];
  }
  hasId(text) {
    return this.ctx.id.toString() === text;
  }
  equalsName(name) {
    return this.ctx.id.equals(this.env.Thing.idFromName(name));
  }
  nameLength() {
    return this.ctx.id.name?.length ?? null;
  }
  abort() {
    this.ctx.abort("again");
  }
  put(value) {
    this.ctx.storage.kv.put("value", value);
  }
  get() {
    return this.ctx.storage.kv.get("value") ?? null;
  }
}
export class Other extends DurableObject {
  self() {
    return this.ctx.id.name;
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const { Thing, Other } = env;
    const own = (value) => Object.getOwnPropertyNames(value);
    const hide = (text) => String(text).replace(/[0-9a-f]{64}/g, "…");

    for (const [kind, name] of Object.entries({ "with a space": " a b ", "NUL": "a\0b", "not ASCII": "é日😀", "slashes": "../a/b", "line": "a\nb", "long": "n".repeat(1000) })) await row(`name ${kind}`, async () => { await Thing.getByName(name).put(kind); return [await Thing.getByName(name).get(), (await Thing.getByName(name).self())[0] === name]; });
    await row("NUL does not end a name", async () => { await Thing.getByName("z\0one").put(1); return [await Thing.getByName("z\0two").get(), await Thing.getByName("z").get()]; });
    await row("names apart in composition", () => Thing.idFromName("\u00e9").equals(Thing.idFromName("e\u0301")));
    await row("names apart in case", () => Thing.idFromName("a").equals(Thing.idFromName("A")));
    await row("name of 1024 bytes", () => Thing.getByName("n".repeat(1024)).nameLength());
    await row("name of 1025 bytes", () => Thing.getByName("n".repeat(1025)).nameLength());
    await row("id of 1025 bytes", () => [Thing.idFromName("n".repeat(1025)).name?.length ?? null, Thing.getByName("n".repeat(1025)).name?.length ?? null]);
    await row("name of 1025 bytes is the same object", async () => { await Thing.getByName("m".repeat(1025)).put("long"); return Thing.getByName("m".repeat(1025)).get(); });
    for (const value of [undefined, null, {}, [1, 2]]) await row(`idFromName ${show(value)}`, () => Thing.idFromName(value).name);
    await row("idFromName of nothing", () => Thing.idFromName());
    await row("idFromName of a symbol", () => Thing.idFromName(Symbol("q")));
    await row("getByName of nothing", () => Thing.getByName());
    for (const value of ["", "0".repeat(63), "0".repeat(65), `${"0".repeat(62)}0x`, " ".repeat(64), "０".repeat(64)]) await row(`idFromString ${value.length} ${encodeURIComponent(value.slice(0, 1))}`, () => Thing.idFromString(value));
    await row("idFromString of an id", () => Thing.idFromString(Thing.idFromName("a")).equals(Thing.idFromName("a")));
    await row("idFromString with one digit changed", () => { const text = Thing.idFromName("a").toString(); return Thing.idFromString(text.slice(0, -1) + (text.endsWith("0") ? "1" : "0")); });
    await row("id without its name is the same object", async () => { await Thing.getByName("nameless").put("kept"); const id = Thing.idFromString(Thing.idFromName("nameless").toString()); return [id.name ?? null, await Thing.get(id).get(), Thing.get(id).name ?? null]; });
    await row("name first seen stays", async () => { const id = Thing.idFromString(Thing.idFromName("first seen").toString()); const named = (await Thing.getByName("first seen").self())[0]; return [named, (await Thing.get(id).self())[0]]; });
    await row("nameless first", async () => { const id = Thing.idFromString(Thing.idFromName("nameless first").toString()); return (await Thing.get(id).self())[0]; });
    await row("name after a reset", async () => { await Thing.getByName("reset").abort().catch(() => {}); return (await Thing.getByName("reset").self())[0]; });
    await row("unique in the object", async () => { const id = Thing.newUniqueId(); return [await Thing.get(id).self(), await Thing.get(id).hasId(id.toString())]; });
    await row("equals in the object", async () => [await Thing.getByName("eq").equalsName("eq"), await Thing.getByName("eq").equalsName("other")]);
    for (const value of [undefined, null, "text"]) await row(`equals ${show(value)}`, () => Thing.idFromName("a").equals(value));
    await row("id own members", () => own(Thing.idFromName("a")));
    await row("id assigned name", () => { const id = Thing.idFromName("a"); id.name = "b"; return id.name; });
    await row("id loosely", () => [hide(Thing.idFromName("a")), Thing.idFromName("a") == Thing.idFromName("a").toString(), hide(JSON.stringify([Thing.newUniqueId()]))]);
    await row("id structuredClone", () => structuredClone(Thing.idFromName("a")));
    await row("id constructor", () => new (Thing.idFromName("a").constructor)());
    return response();
  },
};
