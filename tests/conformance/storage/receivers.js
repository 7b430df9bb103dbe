// ctx.storage and what it gives: members called on other receivers, read from prototypes, replaced, and extended.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  alarm() {}
  async fetch() {
    const { row, response } = table();
    const { ctx } = this;
    const { storage } = ctx;
    const { sql, kv } = storage;
    const cursor = () => sql.exec("SELECT 1 AS a");
    let txn;
    await storage.transaction(async (given) => { txn = given; });
    kv.put("k", 1);
    const owners = { storage, sql, kv, cursor: cursor(), rows: cursor()[Symbol.iterator](), raw: cursor().raw(), list: kv.list(), txn, ctx, id: ctx.id, facets: ctx.facets };
    const receivers = { undefined: undefined, "an object": {}, "its prototype": null, "a proxy": null, "another's": null };
    for (const [owner, value] of Object.entries(owners)) {
      const prototype = Object.getPrototypeOf(value);
      for (const name of Object.getOwnPropertyNames(prototype).sort()) {
        // list and stats of facets are denizen's.
        if (name === "constructor" || (owner === "facets" && ["list", "stats"].includes(name)) || /WebSocket|getTags|Hibernatable|^container$|snapshot|Snapshot/.test(name)) continue;
        const { value: method, get } = Object.getOwnPropertyDescriptor(prototype, name);
        if (typeof method !== "function" && get === undefined) continue;
        for (const kind in receivers) {
          const receiver = { "an object": {}, "its prototype": prototype, "a proxy": new Proxy(value, {}), "another's": value === storage ? sql : storage }[kind];
          await row(`${owner}.${name} of ${kind}`, async () => { const result = (get ?? method).call(receiver, "k", "k"); return result instanceof Promise ? ["promise", await result] : result; });
        }
      }
    }
    for (const [owner, value] of Object.entries(owners)) {
      const prototype = Object.getPrototypeOf(value);
      await row(`${owner} constructor`, () => [prototype.constructor.name, prototype.constructor.length, typeof prototype.constructor]);
      await row(`${owner} called`, () => prototype.constructor());
      await row(`${owner} new`, () => new prototype.constructor());
      await row(`${owner} subclass`, () => new (class extends prototype.constructor {})());
      await row(`${owner} own keys`, () => Reflect.ownKeys(value).map(String));
      await row(`${owner} extensible`, () => { value.mine = 1; const seen = value.mine; delete value.mine; return [seen, "mine" in value, Object.isExtensible(value)]; });
      await row(`${owner} tag`, () => [Object.prototype.toString.call(value), Object.prototype.toString.call(prototype), Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)]);
      await row(`${owner} enumerable`, () => { const names = []; for (const name in value) if (!/WebSocket|getTags|Hibernatable|^container$|snapshot|Snapshot|onNextSessionRestore$|waitForBookmark|ensureReplicas|disableReplicas|primary|restore|version|configureReadReplication|list|stats/.test(name)) names.push(name); return names.sort(); });
    }
    await row("storage.sql replaced", () => { const before = storage.sql; try { storage.sql = 5; } catch (error) { return `${error.name}: ${error.message}`; } const seen = storage.sql === 5; storage.sql = before; return seen; });
    await row("storage.get replaced", () => { storage.get = () => "mine"; const seen = storage.get("k"); delete storage.get; return [seen, typeof storage.get]; });
    await row("frozen storage", () => { const again = Object.freeze(cursor()); return again.toArray(); });
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
