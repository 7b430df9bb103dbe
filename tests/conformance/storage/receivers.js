// ctx, ctx.storage and what it gives: methods called on other receivers, constructors by hand, members added and replaced.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const methods = {
  storage: ["delete", "deleteAlarm", "deleteAll", "get", "getAlarm", "getBookmarkForTime", "getCurrentBookmark", "list", "onNextSessionRestoreBookmark", "put", "setAlarm", "sync", "transaction", "transactionSync"],
  sql: ["exec"],
  kv: ["delete", "get", "list", "put"],
  ctx: ["abort", "blockConcurrencyWhile", "waitUntil"],
  id: ["equals", "toString"],
};

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
    for (const [owner, names] of Object.entries(methods)) {
      const value = owners[owner];
      const prototype = Object.getPrototypeOf(value);
      for (const name of names) {
        const receivers = { undefined: undefined, "an object": {}, "its prototype": prototype, "a proxy": new Proxy(value, {}), "another's": value === storage ? sql : storage };
        for (const [kind, receiver] of Object.entries(receivers)) await row(`${owner}.${name} of ${kind}`, () => prototype[name].call(receiver, "k", "k"));
      }
    }
    for (const [owner, value] of Object.entries(owners)) {
      const prototype = Object.getPrototypeOf(value);
      await row(`${owner} constructor`, () => [prototype.constructor.name, Object.prototype.toString.call(value), Object.prototype.toString.call(prototype)]);
      await row(`${owner} new`, () => new prototype.constructor());
      await row(`${owner} subclass`, () => new (class extends prototype.constructor {})());
      if (owner !== "ctx") await row(`${owner} own keys`, () => Reflect.ownKeys(value).map(String));
      await row(`${owner} extensible`, () => { value.mine = 1; const seen = value.mine; delete value.mine; return [seen, "mine" in value, Object.isExtensible(value)]; });
    }
    await row("storage.sql replaced", () => { const before = storage.sql; storage.sql = 5; const seen = storage.sql === 5; storage.sql = before; return seen; });
    await row("storage.get replaced", () => { storage.get = () => "mine"; const seen = storage.get("k"); delete storage.get; return [seen, typeof storage.get]; });
    await row("frozen cursor", () => Object.freeze(cursor()).toArray());
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
