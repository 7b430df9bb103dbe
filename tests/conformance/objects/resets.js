// Durable Objects: ctx.abort and other resets, what callers see, stubs before and after, what is kept, waitUntil.
import { DurableObject } from "cloudflare:workers";
import { table, describeError, show } from "../table.js";

const log = [];

export class Thing extends DurableObject {
  memory = 0;
  add() {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + 1);
    return [kv.get("n"), ++this.memory];
  }
  read() {
    return [this.ctx.storage.kv.get("n") ?? null, this.memory];
  }
  hang() {
    return new Promise(() => {});
  }
  abort(...args) {
    this.ctx.abort(...args);
  }
  abortWith(kind) {
    if (kind === "Error") this.ctx.abort(new Error("an error"));
    if (kind === "RangeError") this.ctx.abort(new RangeError("typed"));
    if (kind === "marked") this.ctx.abort(Object.assign(new Error("marked"), { retryable: true, overloaded: true }));
    if (kind === "object with toString") this.ctx.abort({ toString: () => "own text" });
  }
  abortCaught() {
    try {
      this.ctx.abort("not to be caught");
    } catch {
      log.push("caught");
    } finally {
      log.push("finally");
    }
    log.push("went on");
    return "returned";
  }
  async abortLater(ms) {
    setTimeout(() => this.ctx.abort("from a timer"), ms);
    return "scheduled";
  }
  writeAndAbort() {
    this.ctx.storage.kv.put("n", 100);
    this.ctx.abort("with writes");
  }
  async writeWaitAndAbort() {
    this.ctx.storage.kv.put("n", 200);
    await this.ctx.storage.sync();
    this.ctx.abort("after the writes");
  }
  transactionAndAbort() {
    this.ctx.storage.transactionSync(() => {
      this.ctx.storage.kv.put("n", 300);
      this.ctx.abort("in a transaction");
    });
  }
  async putAndThrow() {
    this.ctx.storage.kv.put("n", 400);
    throw new Error("thrown after a write");
  }
  async abortInBlock() {
    await this.ctx.blockConcurrencyWhile(async () => this.ctx.abort("in a block"));
  }
  get abortOnRead() {
    this.ctx.abort("in a getter");
    return 1;
  }
  waitUntilThrows() {
    this.ctx.waitUntil(Promise.reject(new Error("background")));
    return "answered";
  }
  waitUntilWrites() {
    this.ctx.waitUntil((async () => { await scheduler.wait(50); this.ctx.storage.kv.put("background", 1); })());
    return "answered";
  }
  background() {
    return this.ctx.storage.kv.get("background") ?? null;
  }
  waitUntilResult(value) {
    return this.ctx.waitUntil(value);
  }
  timerLater() {
    setTimeout(() => { this.memory = 50; }, 2);
    return "answered";
  }
  violate() {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS p (id INTEGER PRIMARY KEY)");
    sql.exec("CREATE TABLE IF NOT EXISTS c (p INTEGER REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED)");
    sql.exec("INSERT INTO c VALUES (5)");
    return "answered";
  }
  tables() {
    return this.ctx.storage.sql.exec("SELECT name FROM sqlite_master WHERE name IN ('p', 'c')").toArray();
  }
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/abort") this.ctx.abort("while fetching");
    if (pathname === "/hang") return new Promise(() => {});
    if (pathname === "/body") return new Response(new ReadableStream({ async start(controller) { controller.enqueue(new TextEncoder().encode("first")); } }));
    return new Response("fine");
  }
}

export default {
  async fetch(request, env) {
    const rows = table();
    // A call that is never answered is to cost its row alone.
    const row = (label, run) => rows.row(label, () => Promise.race([run(), scheduler.wait(3000).then(() => "no answer")]));
    const { response } = rows;
    const thing = (name) => env.Thing.getByName(name);
    const seen = (error) => (error instanceof Error ? { error: describeError(error), remote: error.remote ?? null, retryable: error.retryable ?? null, overloaded: error.overloaded ?? null, reset: error.durableObjectReset ?? null } : show(error));
    const outcome = async (promise) => { try { return await promise; } catch (error) { return seen(error); } };
    const brief = async (promise) => { try { return await promise; } catch (error) { return describeError(error); } };

    await row("abort", () => outcome(thing("abort").abort("reason")));
    for (const [kind, args] of Object.entries({ "nothing": [], "undefined": [undefined], "null": [null], "number": [5], "empty text": [""], "not ASCII": ["é日😀"], "lines": ["one\ntwo"], "false": [false], "object": [{ a: 1 }] })) await row(`abort with ${kind}`, () => brief(thing(kind).abort(...args)));
    for (const kind of ["Error", "RangeError", "marked", "object with toString"]) await row(`abort with ${kind}`, () => outcome(thing(kind).abortWith(kind)));
    await row("abort with options", () => brief(thing("options").abort("reason", { retryAlarm: false })));
    await row("abort with unknown options", () => brief(thing("options").abort("reason", { other: 1 })));
    await row("abort with options that are none", () => brief(thing("options").abort("reason", 5)));
    await row("same stub", async () => { const stub = thing("same"); await stub.abort("gone").catch(() => {}); return [await outcome(stub.read()), await brief(stub.read()), await brief(stub.fetch("http://x.test/"))]; });
    await row("new stub", async () => { await thing("new").add(); await thing("new").abort("gone").catch(() => {}); return thing("new").read(); });
    await row("stub made before, not used", async () => { const unused = thing("unused"); await thing("unused").add(); await thing("unused").abort("gone").catch(() => {}); return brief(unused.read()); });
    await row("stub made before, used", async () => { const used = thing("used"); await used.add(); await thing("used").abort("gone").catch(() => {}); return outcome(used.read()); });
    await row("stub of the same id object", async () => { const id = env.Thing.idFromName("by id"); await env.Thing.get(id).abort("gone").catch(() => {}); return env.Thing.get(id).read(); });
    await row("calls in flight", async () => { const calls = [1, 2].map(() => outcome(thing("flight").hang())); await thing("flight").read(); await thing("flight").abort("gone").catch(() => {}); return (await Promise.all(calls)).map((one) => [one.error, one.remote, one.reset]); });
    await row("call sent right after", async () => { const stub = thing("after"); const aborting = brief(stub.abort("gone")); const next = brief(stub.read()); return [await aborting, await next]; });
    await row("fetch", () => outcome(thing("fetch").fetch("http://x.test/abort")));
    await row("fetch in flight", async () => { const fetching = outcome(thing("fetch 2").fetch("http://x.test/hang")); await thing("fetch 2").read(); await thing("fetch 2").abort("gone").catch(() => {}); return fetching; });
    await row("body in flight", async () => { const reader = (await thing("body").fetch("http://x.test/body")).body.getReader(); const first = new TextDecoder().decode((await reader.read()).value); await thing("body").abort("gone").catch(() => {}); return [first, (await brief(reader.read()))]; });
    await row("cannot be caught", async () => { const error = await brief(thing("caught").abortCaught()); return [error, log]; });
    await row("from a timer", async () => { const pending = outcome(thing("timer").hang()); const answer = await thing("timer").abortLater(50); return [answer, (await pending).error]; });
    await row("in a block", () => outcome(thing("block").abortInBlock()));
    await row("other objects go on", async () => { await thing("bystander").add(); await thing("abort").abort("gone").catch(() => {}); return thing("bystander").read(); });

    await row("writes of the same turn", async () => { await thing("writes").add(); await thing("writes").writeAndAbort().catch(() => {}); return thing("writes").read(); });
    await row("writes that were synced", async () => { await thing("synced").writeWaitAndAbort().catch(() => {}); return thing("synced").read(); });
    await row("writes of a transaction", async () => { await thing("transaction").add(); await thing("transaction").transactionAndAbort().catch(() => {}); return thing("transaction").read(); });
    await row("writes before a throw", async () => { await thing("throw").putAndThrow().catch(() => {}); return thing("throw").read(); });
    await row("a throw resets nothing", async () => { await thing("throw 2").add(); await thing("throw 2").putAndThrow().catch(() => {}); return (await thing("throw 2").read())[1]; });
    await row("deferred constraint", () => outcome(thing("violates").violate()));
    await row("after the deferred constraint", async () => [await thing("violates").tables(), await thing("violates").read()]);

    await row("waitUntil that rejects", () => thing("background").waitUntilThrows());
    await row("object after that", async () => { await scheduler.wait(3); return thing("background").read(); });
    await row("waitUntil that writes", async () => { const stub = thing("background"); const answer = await stub.waitUntilWrites(); const early = await stub.background(); await scheduler.wait(150); return [answer, early, await stub.background()]; });
    await row("waitUntil result", () => thing("background").waitUntilResult(5));
    await row("timer after the answer", async () => { const answer = await thing("late timer").timerLater(); await scheduler.wait(20); return [answer, (await thing("late timer").read())[1]]; });
    return response();
  },
};
