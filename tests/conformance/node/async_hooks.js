// node:async_hooks: what AsyncLocalStorage follows, AsyncResource, and what does nothing.
import { table } from "../table.js";
import * as ns from "node:async_hooks";
import { AsyncLocalStorage as ALS, AsyncResource, createHook, executionAsyncId, triggerAsyncId, executionAsyncResource } from "async_hooks";

const kept = {};
const top = new ALS();
const topSnapshot = top.run("top", () => ALS.snapshot());

const rows = {
  "exports": () => Object.keys(ns).join(),
  "members": () => [Object.getOwnPropertyNames(ALS.prototype).sort().join(), Object.getOwnPropertyNames(ALS).sort().join(), Object.getOwnPropertyNames(AsyncResource.prototype).sort().join()],
  "outside": () => new ALS().getStore(),
  "run": () => { const a = new ALS(); return [a.run(1, () => a.getStore()), a.getStore()]; },
  "run args": () => new ALS().run(1, (...x) => x, 2, 3),
  "run this": () => new ALS().run(1, function () { return this === undefined; }),
  "nested": () => { const a = new ALS(); return a.run(1, () => [a.run(2, () => a.getStore()), a.getStore()]); },
  "two": () => { const a = new ALS(); const b = new ALS(); return a.run(1, () => b.run(2, () => [a.getStore(), b.getStore()])); },
  "throws": () => { const a = new ALS(); try { a.run(1, () => { throw new Error("x"); }); } catch { return a.getStore(); } },
  "promise": async () => { const a = new ALS(); return a.run(1, async () => { await null; await new Promise((r) => setTimeout(r, 1)); return a.getStore(); }); },
  "then": () => { const a = new ALS(); const p = a.run(1, () => Promise.resolve()); return a.run(2, () => p.then(() => a.getStore())); },
  "timer": () => { const a = new ALS(); return a.run(1, () => new Promise((r) => setTimeout(() => r(a.getStore()), 1))); },
  "microtask": () => { const a = new ALS(); return a.run(1, () => new Promise((r) => queueMicrotask(() => r(a.getStore())))); },
  "nextTick": () => { const a = new ALS(); return a.run(1, () => new Promise((r) => process.nextTick(() => r(a.getStore())))); },
  "setImmediate": () => { const a = new ALS(); return a.run(1, () => new Promise((r) => setImmediate(() => r(a.getStore())))); },
  "thenable": () => { const a = new ALS(); return a.run(1, async () => { let seen; await { then(r) { seen = a.getStore(); r(); } }; return seen; }); },
  "EventTarget": () => { const a = new ALS(); const t = new EventTarget(); let seen; a.run(1, () => t.addEventListener("x", () => { seen = a.getStore(); })); a.run(2, () => t.dispatchEvent(new Event("x"))); return seen; },
  "generator": () => { const a = new ALS(); function* g() { yield a.getStore(); yield a.getStore(); } const it = a.run(1, () => g()); return [it.next().value, a.run(2, () => it.next().value)]; },
  "exit": () => { const a = new ALS(); return a.run(1, () => [a.exit(() => a.getStore()), a.getStore(), a.exit((...x) => x, 5)]); },
  "undefined store": () => { const a = new ALS(); return a.run(1, () => a.run(undefined, () => a.getStore())); },
  "enterWith": () => new ALS().enterWith(5),
  "disable": () => new ALS().disable(),
  "defaultValue": () => { const a = new ALS({ defaultValue: 7, name: "n" }); return [a.getStore(), a.name, a.run(undefined, () => a.getStore()), new ALS().name]; },
  "snapshot": () => { const a = new ALS(); const s = a.run(1, () => ALS.snapshot()); return [s(() => a.getStore()), a.run(2, () => s((x) => [x, a.getStore()], "arg")), a.getStore()]; },
  "snapshot inside keeps nothing else": () => { const a = new ALS(); const b = new ALS(); const s = a.run(1, () => ALS.snapshot()); return b.run(2, () => s(() => [a.getStore(), b.getStore()])); },
  "bind": () => { const a = new ALS(); const f = a.run(1, () => ALS.bind((x) => [x, a.getStore()])); return [f(4), a.run(2, () => f(5))]; },
  "bind this": () => { const f = ALS.bind(function () { return this; }); return [f.call("x") === undefined, typeof f.call({})]; },
  "bind wrong": () => ALS.bind(5),
  "top-level snapshot": () => topSnapshot(() => top.getStore()),
  "top-level snapshot io": () => topSnapshot(async () => { await scheduler.wait(1); return top.getStore(); }),
  "AsyncResource": () => { const a = new ALS(); const r = a.run(1, () => new AsyncResource("T")); return [r.runInAsyncScope(() => a.getStore()), r.runInAsyncScope(function (x) { return [this.y, x]; }, { y: 1 }, 2), typeof r.asyncId(), typeof r.triggerAsyncId(), r.emitDestroy() === r]; },
  "AsyncResource bind": () => { const a = new ALS(); const r = a.run(1, () => new AsyncResource("T")); const f = r.bind((x) => [x, a.getStore()]); return [f(3), AsyncResource.bind(() => 6)(), f.asyncResource === r]; },
  "AsyncResource bind this": () => { const r = new AsyncResource("T"); return [r.bind(function () { return this?.z; }, { z: 8 })(), r.bind(function () { return this?.z; }).call({ z: 9 })]; },
  "AsyncResource wrong type": () => new AsyncResource(),
  "AsyncResource number type": () => new AsyncResource(5),
  "AsyncResource ids": () => { const r = new AsyncResource("T", { triggerAsyncId: 4 }); return [r.asyncId(), r.triggerAsyncId()]; },
  "createHook": () => { const h = createHook({ init() {} }); return [h.enable() === h, h.disable() === h, typeof h]; },
  "ids": () => [executionAsyncId(), triggerAsyncId(), typeof executionAsyncResource()],
  "providers": () => typeof ns.asyncWrapProviders,
  "store is kept by reference": () => { const a = new ALS(); const o = {}; return a.run(o, () => a.getStore() === o); },
  "run wrong": () => new ALS().run(1, 5),
  "rejection handler": () => { const a = new ALS(); return a.run(1, () => Promise.reject(new Error("x")).catch(() => a.getStore())); },
  "another event, same stores": async (env) => (await kept.first(env)),
};

export default {
  async fetch(request, env) {
    const { row, response } = table();
    kept.first = async () => { const a = new ALS(); const f = a.run("one", () => ALS.bind(() => a.getStore())); return f(); };
    for (const [label, value] of Object.entries(rows)) await row(label, () => value(env));
    return response();
  },
};
