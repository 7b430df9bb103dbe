// Durable Object namespaces and stubs: options, members, wrong receivers and arguments, names in two namespaces.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Thing extends DurableObject {
  self() {
    return this.ctx.id.name;
  }
  put(value) {
    this.ctx.storage.kv.put("value", value);
  }
  get() {
    return this.ctx.storage.kv.get("value") ?? null;
  }
  id() {
    return "method called id";
  }
}
export class Other extends DurableObject {
  self() {
    return this.ctx.id.name;
  }
}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const { Thing, Other } = env;
    const hide = (text) => String(text).replace(/[0-9a-f]{64}/g, "…");

    await row("get of null", () => Thing.get(null));
    await row("get with options null", () => Thing.get(Thing.idFromName("a"), null).name);
    await row("get with unknown options", () => Thing.get(Thing.idFromName("a"), { other: 1 }).name);
    await row("get with an unknown hint", () => Thing.get(Thing.idFromName("a"), { locationHint: "the moon" }).name);
    await row("get with options text", () => Thing.get(Thing.idFromName("a"), "x").name);
    await row("routingMode", () => Thing.get(Thing.idFromName("a"), { routingMode: "elsewhere" }));
    await row("routingMode primary-only", () => Thing.get(Thing.idFromName("a"), { routingMode: "primary-only" }).name);
    await row("getExisting", () => typeof Thing.getExisting);
    await row("jurisdiction", () => Thing.jurisdiction("eu"));
    await row("jurisdiction of nothing", () => Thing.jurisdiction());
    await row("newUniqueId with a jurisdiction", () => Thing.newUniqueId({ jurisdiction: "eu" }));
    await row("newUniqueId with nothing", () => Thing.newUniqueId({}).toString().length);
    await row("namespace members", () => Object.getOwnPropertyNames(Object.getPrototypeOf(Thing)).sort());
    await row("id members", () => Object.getOwnPropertyNames(Object.getPrototypeOf(Thing.idFromName("a"))).sort());
    await row("detached", () => { const { idFromName } = Thing; return idFromName("a"); });
    await row("namespace constructor", () => new Thing.constructor());
    await row("stub id is the same object", () => { const stub = Thing.getByName("a"); return stub.id === stub.id; });
    await row("stubs are apart", () => Thing.getByName("a") === Thing.getByName("a"));
    await row("stub JSON", () => hide(JSON.stringify(Thing.getByName("a"))));
    await row("stub tag", () => Object.prototype.toString.call(Thing.getByName("a")));
    await row("stub of an unnamed id", () => [Thing.get(Thing.newUniqueId()).name ?? null, Object.keys(Thing.get(Thing.newUniqueId()))]);
    await row("method hidden by id", () => typeof Thing.getByName("a").id);
    await row("stub in", () => { const stub = Thing.getByName("a"); return ["fetch" in stub, "connect" in stub, "anything" in stub, "id" in stub, "then" in stub]; });
    await row("stub then", () => typeof Thing.getByName("a").then);
    await row("awaited stub", async () => Object.prototype.toString.call(await Thing.getByName("a")));
    await row("stub symbols", () => { const stub = Thing.getByName("a"); return [typeof stub[Symbol.iterator], typeof stub[Symbol.dispose], typeof stub[Symbol.toPrimitive]]; });
    await row("same name, two namespaces", async () => [await Thing.getByName("both").self(), await Other.getByName("both").self()]);
    await row("ctx.exports gives the same objects", async () => { await Thing.getByName("shared").put("by env"); return ctx.exports.Thing.getByName("shared").get(); });
    await row("ctx.exports ids", () => [ctx.exports.Thing.idFromName("a").equals(Thing.idFromName("a")), Thing.get(ctx.exports.Thing.idFromName("a")).name]);
    return response();
  },
};
