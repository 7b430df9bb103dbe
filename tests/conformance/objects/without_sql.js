// Objects of a class that is declared without SQL, and their facets: ctx.storage.sql and ctx.storage.kv refuse, the rest works.
import { DurableObject } from "cloudflare:workers";
import { table, describeError } from "../table.js";

const uses = {
  "exec": ({ sql }) => sql.exec("SELECT 1 AS one").toArray(),
  "databaseSize": ({ sql }) => sql.databaseSize > 0,
  "kv.get": ({ kv }) => kv.get("a"),
  "kv.put": ({ kv }) => kv.put("a", 1),
  "kv.delete": ({ kv }) => kv.delete("a"),
  "kv.list": ({ kv }) => [...kv.list()],
  "shape": (storage) => [Object.keys(storage), String(storage.sql), String(storage.kv), storage.sql.constructor.name, typeof storage.sql.exec],
  "put": (storage) => storage.put({ a: 1, b: [2] }),
  "get": (storage) => storage.get("b"),
  "list": (storage) => storage.list(),
  "delete": (storage) => storage.delete("a"),
  "transaction": (storage) => storage.transaction(async (txn) => { await txn.put("c", 3); return txn.get("c"); }),
  "transaction that is undone": async (storage) => { await storage.transaction(async (txn) => { await txn.put("d", 4); txn.rollback(); }); return storage.get("d"); },
  "transactionSync": (storage) => storage.transactionSync(() => 5),
  "transactionSync with exec": (storage) => storage.transactionSync(() => storage.sql.exec("SELECT 1")),
  "sync": (storage) => storage.sync(),
  "getAlarm": (storage) => storage.getAlarm(),
  "setAlarm": async (storage) => { await storage.setAlarm(Date.now() + 1e9); return typeof (await storage.getAlarm()); },
  "deleteAll": async (storage) => { await storage.deleteAll(); return (await storage.list()).size; },
};

class Base extends DurableObject {
  use(name) {
    return uses[name](this.ctx.storage);
  }
  useBelow(className, name) {
    return this.ctx.facets.get(`a ${className}`, () => ({ class: this.ctx.exports[className] })).use(name);
  }
  useLoaded(expression) {
    const source = `import { DurableObject } from "cloudflare:workers"; export class App extends DurableObject { run() { const { storage } = this.ctx; return ${expression}; } }`;
    const start = () => ({ class: this.env.LOADER.load({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": source } }).getDurableObjectClass("App") });
    return this.ctx.facets.get(`loaded ${expression}`, start).run();
  }
  alarm() {}
}
export class Plain extends DurableObject {}
export class Rich extends DurableObject {}
for (const Class of [Plain, Rich]) {
  for (const name of ["use", "useBelow", "useLoaded", "alarm"]) {
    Object.defineProperty(Class.prototype, name, Object.getOwnPropertyDescriptor(Base.prototype, name));
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const outcome = (call) => call.catch(describeError);
    const plain = env.Plain.getByName("plain");
    const rich = env.Rich.getByName("rich");
    for (const name of Object.keys(uses)) await row(name, () => outcome(plain.use(name)));
    for (const name of ["exec", "kv.put", "kv.list", "shape", "put", "list"]) {
      await row(`a facet of its class: ${name}`, () => outcome(plain.useBelow("Plain", name)));
      await row(`a facet of a class with SQL: ${name}`, () => outcome(plain.useBelow("Rich", name)));
      await row(`below an object with SQL: ${name}`, () => outcome(rich.useBelow("Plain", name)));
    }
    for (const [kind, store] of Object.entries({ plain, rich })) {
      await row(`a loaded facet, ${kind}: exec`, () => outcome(store.useLoaded(`storage.sql.exec("SELECT 1 AS one").toArray()`)));
      await row(`a loaded facet, ${kind}: kv`, () => outcome(store.useLoaded(`storage.kv.get("x")`)));
      await row(`a loaded facet, ${kind}: get`, () => outcome(store.useLoaded(`storage.get("x")`)));
    }
    return response();
  },
};
