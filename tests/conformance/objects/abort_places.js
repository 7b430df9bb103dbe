// ctx.abort() and failed blocks in every place where code of an object runs: what its callers, other calls and later
// instances see, and what code of the dead instance can still do.
import { DurableObject } from "cloudflare:workers";
import { table, marks, describeError } from "../table.js";

const places = {
  "method": ({ end }) => { end(); },
  "method, awaited": async ({ end }) => { await null; end(); },
  "method, in finally": ({ end }) => { try { return "value"; } finally { end(); } },
  "method, in catch": ({ end }) => { try { throw new Error("x"); } catch { end(); } },
  "getter of a result": ({ end }) => ({ get a() { end(); return 1; } }),
  "getter of a thrown error": ({ end }) => { throw Object.defineProperty(new Error("thrown"), "a", { enumerable: true, get() { end(); return 1; } }); },
  "then of a result": ({ end }) => ({ then() { end(); } }),
  "getter of an argument": ({ end, env }) => env.Other.getByName("o").ping({ get a() { end(); return 1; } }),
  "getter of a stored value": ({ end, ctx }) => ctx.storage.kv.put("a", { get a() { end(); return 1; } }),
  "getter of stored entries": ({ end, ctx }) => ctx.storage.put({ get a() { end(); return 1; } }),
  "getter of options": ({ end, ctx }) => ctx.storage.get("a", { get allowConcurrency() { end(); return true; } }),
  "getter of list options": ({ end, ctx }) => ctx.storage.kv.list({ get prefix() { end(); return ""; } }),
  "text of a key": ({ end, ctx }) => ctx.storage.get({ toString() { end(); return "a"; } }),
  "text of a binding": ({ end, ctx }) => ctx.storage.sql.exec("SELECT ?", { toString() { end(); return "a"; } }).toArray(),
  "text of a query": ({ end, ctx }) => ctx.storage.sql.exec({ toString() { end(); return "SELECT 1"; } }).toArray(),
  "text of an abort reason": ({ end, ctx }) => ctx.abort({ toString() { end(); return "inner reason"; } }),
  "loop over a cursor": ({ end, ctx }) => { for (const { value } of ctx.storage.sql.exec("SELECT value FROM json_each('[1,2]')")) if (value === 2) end(); },
  "loop over kv.list": ({ end, ctx }) => { ctx.storage.kv.put("a", 1); for (const entry of ctx.storage.kv.list()) end(entry); },
  "transactionSync": ({ end, ctx }) => ctx.storage.transactionSync(() => end()),
  "nested transactionSync": ({ end, ctx }) => ctx.storage.transactionSync(() => ctx.storage.transactionSync(() => end())),
  "block after a wait": ({ end, ctx }) => ctx.blockConcurrencyWhile(async () => { await scheduler.wait(2); end(); }),
  "timer": ({ end }) => { setTimeout(end, 2); return new Promise(() => {}); },
  "interval": ({ end }) => { let n = 0; setInterval(() => { if (++n === 3) end(); }, 1); return new Promise(() => {}); },
  "microtask": ({ end }) => { queueMicrotask(end); return new Promise(() => {}); },
  "event": ({ end }) => { const target = new EventTarget(); target.addEventListener("e", () => end()); target.dispatchEvent(new Event("e")); },
  "abort signal": ({ end }) => { const controller = new AbortController(); controller.signal.addEventListener("abort", () => end()); controller.abort(); },
  "stream": ({ end }) => new ReadableStream({ pull() { end(); } }).getReader().read(),
  "stream, cancelled": ({ end }) => new ReadableStream({ cancel() { end(); } }).cancel(),
  "transform": ({ end }) => { const { readable, writable } = new TransformStream({ transform() { end(); } }); const reading = readable.getReader().read(); writable.getWriter().write(1).catch(() => {}); return reading; },
  "JSON": ({ end }) => JSON.stringify({ toJSON() { end(); return 1; } }),
  "JSON reviver": ({ end }) => JSON.parse("[1]", () => end()),
  "sort": ({ end }) => [2, 1].sort(() => end()),
  "regular expression": ({ end }) => "a".replace(/a/, () => end()),
  "Proxy": ({ end }) => new Proxy({}, { get() { end(); return 1; } }).a,
  "generator": ({ end }) => { const steps = (function* () { try { yield 1; } finally { end(); } })(); for (const step of steps) if (step === 1) break; },
  "async generator": async ({ end }) => { for await (const step of (async function* () { yield 1; end(); })()) if (step > 1) return step; },
  "constructor of a class": ({ end }) => new (class { constructor() { end(); } })(),
  "static block": ({ end }) => { class Inner { static { end(); } } return Inner.name; },
  "waitUntil": ({ end, ctx }) => { ctx.waitUntil((async () => { await null; end(); })()); return new Promise(() => {}); },
  "behind a call": async ({ end, env }) => { await env.Other.getByName("o").ping(); end(); },
  "callback of reportError": ({ end }) => { addEventListener("error", () => end(), { once: true }); reportError(new Error("x")); },
  "structuredClone": ({ end }) => structuredClone({ get a() { end(); return 1; } }),
  "Promise executor": ({ end }) => new Promise(() => end()),
  "Symbol.dispose": ({ end }) => { { using held = { [Symbol.dispose]() { end(); } }; held.toString(); } },
};

export class Thing extends DurableObject {
  memory = 0;
  async end(name) {
    this.memory++;
    this.ctx.storage.kv.put("written", 1);
    return places[name]({ ctx: this.ctx, env: this.env, end: () => this.ctx.abort("ended") });
  }
  memoryNow() {
    return [this.memory, this.ctx.storage.kv.get("written") ?? null];
  }
}

// What the code of a dead instance tries, some time after its end.
const late = {
  "kv.put": ({ ctx }) => ctx.storage.kv.put("late", 1),
  "kv.get": ({ ctx }) => ctx.storage.kv.get("late"),
  "storage.put": ({ ctx }) => ctx.storage.put("late", 1),
  "storage.get": ({ ctx }) => ctx.storage.get("late"),
  "sql.exec": ({ ctx }) => ctx.storage.sql.exec("SELECT 1"),
  "transactionSync": ({ ctx }) => ctx.storage.transactionSync(() => 1),
  "transaction": ({ ctx }) => ctx.storage.transaction(async () => 1),
  "setAlarm": ({ ctx }) => ctx.storage.setAlarm(4e12),
  "deleteAll": ({ ctx }) => ctx.storage.deleteAll(),
  "sync": ({ ctx }) => ctx.storage.sync(),
  "block": ({ ctx }) => ctx.blockConcurrencyWhile(async () => 1),
  "call": ({ env }) => env.Other.getByName("late").note("call"),
  "fetch": ({ env }) => env.Other.getByName("late").fetch("http://x.test/"),
  "abort again": ({ ctx }) => ctx.abort("again"),
  "waitUntil": ({ ctx }) => ctx.waitUntil(Promise.resolve()),
};
// Notes of dead instances: they cannot answer any more. Instances of one object share an isolate.
const log = {};
for (const name in late) log[`late ${name}`] = "not run";

export class Late extends DurableObject {
  begin(name) {
    const note = (what) => { log[`late ${name}`] = what; };
    const run = async () => { note("ran"); try { note(`gave ${typeof (await late[name](this))}`); } catch (error) { note(describeError(error)); } };
    setTimeout(run, 15);
    this.ctx.waitUntil(scheduler.wait(10).then(run));
    setTimeout(() => this.ctx.abort("ended"), 2);
    return new Promise(() => {});
  }
  log(name) {
    return [log[`late ${name}`], this.ctx.storage.kv.get("late") ?? null];
  }
}

export class Other extends DurableObject {
  noted = [];
  ping() {
    return "pong";
  }
  note(what) {
    this.noted.push(what);
  }
  list() {
    return this.noted;
  }
  fetch() {
    this.noted.push("fetch");
    return new Response("other");
  }
}

// Objects that end while they are made.
const made = {};
const constructors = {
  "abort": (ctx) => { ctx.abort("constructor"); },
  "abort in a block": (ctx) => { ctx.blockConcurrencyWhile(async () => ctx.abort("constructor")); },
  "abort in a block after a wait": (ctx) => { ctx.blockConcurrencyWhile(async () => { await scheduler.wait(2); ctx.abort("constructor"); }); },
  "abort in a transaction": (ctx) => { ctx.storage.transaction(async () => ctx.abort("constructor")); },
  "abort in transactionSync": (ctx) => { ctx.storage.transactionSync(() => ctx.abort("constructor")); },
  "abort in a microtask": (ctx) => { queueMicrotask(() => ctx.abort("constructor")); },
  "abort in waitUntil": (ctx) => { ctx.waitUntil((async () => ctx.abort("constructor"))()); },
  "block fails": (ctx) => { ctx.blockConcurrencyWhile(async () => { throw new RangeError("block"); }); },
  "block fails, caught": (ctx) => { ctx.blockConcurrencyWhile(async () => { throw new RangeError("block"); }).catch(() => {}); },
  "block fails at once": (ctx) => { ctx.blockConcurrencyWhile(() => { throw new RangeError("block"); }); },
  "second block fails": (ctx) => { ctx.blockConcurrencyWhile(async () => { await scheduler.wait(2); }); ctx.blockConcurrencyWhile(async () => { throw new RangeError("second"); }); },
  "throws after abort is caught": (ctx) => { try { ctx.abort("constructor"); } catch { throw new RangeError("caught"); } },
  "rejects unseen": () => { Promise.reject(new RangeError("unseen")); },
  "timer throws": () => { setTimeout(() => { throw new RangeError("timer"); }, 0); },
  "transaction fails": (ctx) => { ctx.storage.transaction(async () => { throw new RangeError("transaction"); }); },
  "returns an object": () => ({ read: () => "own object" }),
  "returns a number": () => 5,
  "returns a class": () => class {},
  "returns null": () => null,
};
export class Made extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const { name } = ctx.id;
    made[name] = (made[name] ?? 0) + 1;
    if (made[name] === 1) return constructors[name](ctx);
  }
  read() {
    return made[this.ctx.id.name];
  }
  fetch() {
    return new Response(`fetched ${made[this.ctx.id.name]}`);
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const outcome = async (promise) => { try { return [await promise]; } catch (error) { return error instanceof Error ? [describeError(error), ...marks(error)] : [error]; } };
    const soon = (promise) => Promise.race([promise, scheduler.wait(3000).then(() => "no answer")]);
    for (const name in places) {
      const stub = () => env.Thing.getByName(name);
      await row(name, async () => [await soon(outcome(stub().end(name))), await soon(outcome(stub().memoryNow()))]);
    }
    for (const name in late) {
      await row(`late ${name}`, async () => [await outcome(env.Late.getByName(name).begin(name)), (await scheduler.wait(40), await outcome(env.Late.getByName(name).log(name)))]);
    }
    await row("late, noted", () => env.Other.getByName("late").list());
    for (const name in constructors) {
      const stub = () => env.Made.getByName(name);
      await row(`constructor ${name}`, async () => { const first = stub(); const calls = [first.read(), first.read()].map((call) => soon(outcome(call))); return [...await Promise.all(calls), await soon(outcome(stub().read()))]; });
    }
    return response();
  },
};
