// What a supervisor learns of its facets and decides about them: limits that are exceeded say which and by whom, stats
// count, quotas hold, and neighbours and supervisor go on.
import assert from "node:assert";
import { DurableObject } from "cloudflare:workers";

const TENANT = `
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
const work = () => { let sum = 0; for (let i = 0; i < 3e7; i++) sum += Math.sqrt(i); return sum; };
// Does the work two calls away from the one who asks for it.
export class Inner extends WorkerEntrypoint { work() { return work(); } fetch() { return new Response(String(work())); } }
export class Outer extends WorkerEntrypoint { work() { return this.ctx.exports.Inner.work(); } }
export class App extends DurableObject {
  fetch() { return new Response("served"); }
  ping() { return "pong"; }
  work() { return work(); }
  workByOthers() { return this.ctx.exports.Outer.work(); }
  async workByFetch() { return (await this.ctx.exports.Inner.fetch("http://x/")).text(); }
  spin() { for (;;); }
  flood() { const kept = []; for (let i = 0;; i++) kept.push({ i, more: [i] }); }
  never() { return new Promise(() => setTimeout(() => {}, 60000)); }
  fail() { throw new RangeError("tenant failed"); }
  write(rows) {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS notes(text)");
    for (let i = 0; i < rows; i++) this.ctx.storage.sql.exec("INSERT INTO notes VALUES(?)", "note " + i);
  }
  read() { return this.ctx.storage.sql.exec("SELECT count(*) AS n, max(text) FROM notes").one().n; }
  put(key, bytes) { this.ctx.storage.kv.put(key, new Uint8Array(bytes)); }
  caught(bytes) {
    try { this.put("big", bytes); } catch (error) { return error.message; }
  }
  keys() { return [...this.ctx.storage.kv.list()].map(([key]) => key); }
  async subrequests(count) { for (let i = 0; i < count; i++) await this.env.BACK.fetch("http://back.test/"); return count; }
  async disguised() {
    try { await this.subrequests(20); } catch {}
    throw Object.assign(new Error("mine"), { limit: "cpuMs" });
  }
  async nest(names, limits) {
    const results = [];
    for (const name of names) {
      const stub = this.ctx.facets.get(name, () => ({ class: this.ctx.exports.App, limits }));
      results.push(await stub.ping().catch((error) => [error.limit, error.used, error.max, error.message]));
    }
    return results;
  }
  async nestedPut(name, bytes) {
    await this.ctx.facets.get(name, () => ({ class: this.ctx.exports.App, limits: { storageBytes: 1e9 } })).put("x", bytes);
  }
}
export default { fetch() { return new Response("plain"); }, spin() { for (;;); } };
`;

export class Back extends DurableObject {
  fetch() {
    return new Response("back");
  }
}

const facts = ({ message, limit, used, max, facet }) => ({ message, limit, used, max, facet });
const failure = (promise) => promise.then((value) => assert.fail(`it gave ${value}`), (error) => error);

export class Supervisor extends DurableObject {
  app(name, limits, classLimits) {
    return this.ctx.facets.get(name, () => {
      const worker = this.env.LOADER.get(`tenant ${name}`, () => ({
        compatibilityDate: "2026-08-01",
        mainModule: "app.js",
        modules: { "app.js": TENANT },
        env: { BACK: this.env.Back.getByName("back") },
      }));
      return { class: worker.getDurableObjectClass("App", { limits: classLimits }), limits };
    });
  }

  async limits() {
    const neighbour = this.app("neighbour");
    assert.equal(await neighbour.ping(), "pong");

    const cpu = await failure(this.app("spinner", undefined, { cpuMs: 50 }).spin());
    assert.deepEqual([cpu.limit, cpu.max, cpu.facet, cpu.message], ["cpuMs", 50, "spinner", "Worker exceeded CPU time limit."]);
    assert(cpu.used >= 50 && cpu.used < 5000, cpu.used);
    // The lower one of those that are asked for.
    const lower = await failure(this.app("lower", { cpuMs: 40 }, { cpuMs: 4000 }).spin());
    assert.deepEqual([lower.limit, lower.max, lower.facet], ["cpuMs", 40, "lower"]);

    const heap = await failure(this.app("flooder", { cpuMs: 20000 }).flood());
    assert.deepEqual([heap.limit, heap.facet], ["heapBytes", "flooder"]);
    assert.equal(heap.max, 128 * 2 ** 20);

    const wall = await failure(this.app("sleeper", { wallMs: 100 }).never());
    assert.deepEqual([wall.limit, wall.max, wall.facet], ["wallMs", 100, "sleeper"]);
    assert(wall.used >= 100);
    // It has not been reset: only its event has failed.
    assert.equal(await this.app("sleeper").ping(), "pong");

    const calls = await failure(this.app("caller", { subRequests: 3 }).subrequests(10));
    assert.deepEqual(facts(calls), { message: "Too many subrequests.", limit: "subRequests", used: 4, max: 3, facet: "caller" });
    assert.equal(await this.app("caller").subrequests(3), 3);
    // What the tenant's own code says of a limit is not the runtime's: there is no facet.
    const own = await failure(this.app("caller").disguised());
    assert.deepEqual(facts(own), { message: "mine", limit: "cpuMs", used: undefined, max: undefined, facet: undefined });
    const stats = await this.ctx.facets.stats("caller");
    assert.deepEqual([stats.lastError.message, stats.lastError.limit], ["Error: mine", null]);

    assert.equal(await neighbour.ping(), "pong");
    const entrypoint = this.env.LOADER.load({
      compatibilityDate: "2026-08-01", mainModule: "app.js", modules: { "app.js": TENANT },
    }).getEntrypoint(null, { limits: { cpuMs: 30 } });
    const stateless = await failure(entrypoint.spin(1));
    assert.deepEqual([stateless.limit, stateless.max, stateless.facet], ["cpuMs", 30, undefined]);
  }

  async storage() {
    const quota = 64 * 4096;
    const full = () => this.app("full", { storageBytes: quota });
    await full().put("small", 10);
    const error = await failure(full().put("big", 2 * quota));
    assert.equal(error.message, "database or disk is full: SQLITE_FULL");
    assert.deepEqual([error.limit, error.max, error.facet], ["storageBytes", quota, "full"]);
    assert(error.used > 0 && error.used < quota, error.used);
    // It is reset, and what was there before is there.
    assert.deepEqual(await full().keys(), ["small"]);
    // Code that catches the error does not get over it.
    const caught = await failure(full().caught(2 * quota));
    assert.deepEqual([caught.limit, caught.facet], ["storageBytes", "full"]);
    assert.deepEqual(await full().keys(), ["small"]);
    // More room, after a restart with another quota.
    this.ctx.facets.abort("full", new Error("upgrade"));
    await this.app("full", { storageBytes: 10 * quota }).put("big", 2 * quota);
    assert.deepEqual(await full().keys(), ["big", "small"]);
    const stats = await this.ctx.facets.stats("full");
    assert(stats.storageBytes > 2 * quota && stats.storageBytes < 3 * quota, stats.storageBytes);
    assert.equal(stats.storageBytesMax, 10 * quota);
    // A facet cannot give its own facets more than it has.
    const nested = await failure(this.app("nester", { storageBytes: quota }).nestedPut("below", 2 * quota));
    assert.deepEqual([nested.limit, nested.max], ["storageBytes", quota]);
  }

  async facets() {
    const parent = () => this.app("parent", { facets: 2 });
    const [first, second, third] = await parent().nest(["a", "b", "c"]);
    assert.deepEqual([first, second], ["pong", "pong"]);
    assert.deepEqual(third, ["facets", 2, 2, "A facet may have at most 2 facets of its own."]);
    for (const [options, text] of [
      [{ storageBytes: 0 }, "limits.storageBytes must be a number from 4096 on."],
      [{ cpuMs: "x" }, "limits.cpuMs must be a number from 1 on."],
      [{ facets: -1 }, "limits.facets must be a number from 0 on."],
    ]) {
      const error = await failure(this.app(`wrong ${text}`, options).ping());
      assert.deepEqual([error.name, error.message], ["RangeError", text]);
    }
    // None of its own at all.
    assert.deepEqual((await this.app("childless", { facets: 0 }).nest(["a"]))[0].slice(0, 3), ["facets", 0, 0]);
  }

  async stats() {
    const { facets } = this.ctx;
    assert.equal(await facets.stats("nobody"), null);
    const before = Date.now();
    const app = this.app("app");
    await app.write(10);
    const response = await app.fetch("http://app.test/");
    await response.text();
    assert.equal(await app.read(), 10);
    await failure(app.fail());
    const stats = await facets.stats("app");
    assert.deepEqual([stats.running, stats.requests, stats.errors], [true, 4, 1]);
    assert(stats.since >= before && stats.since <= Date.now());
    // The table is 2 rows in the schema, and then 10; counting reads each.
    assert.deepEqual([stats.rowsWritten, stats.rowsRead >= 10], [12, true]);
    assert(stats.cpuMs > 0 && stats.cpuMs < 5000 && stats.wallMs > 0);
    assert(stats.storageBytes >= 2 * 4096 && stats.heapBytes > 100000);
    assert.equal(stats.storageBytesMax, 10 * 2 ** 30);
    assert.deepEqual([stats.lastError.message, stats.lastError.limit], ["RangeError: tenant failed", null]);
    assert(stats.lastError.at >= before);
    const { since, cpuMs, wallMs, ...counts } = stats.totals;
    assert.deepEqual(counts, { requests: 4, errors: 1, rowsRead: stats.rowsRead, rowsWritten: 12 });
    assert.equal(since, stats.since);
    assert(cpuMs >= stats.cpuMs && wallMs >= stats.wallMs);

    // A new incarnation counts from nothing; the totals go on, whether it runs or not.
    facets.abort("app", new Error("again"));
    const idle = await facets.stats("app");
    assert.deepEqual([idle.running, idle.since, idle.requests, idle.heapBytes], [false, null, 0, 0]);
    assert.equal(idle.lastError.message, "RangeError: tenant failed");
    assert.deepEqual([idle.totals.requests, idle.totals.errors, idle.storageBytes], [4, 1, stats.storageBytes]);
    await this.app("app").ping();
    const again = await facets.stats("app");
    assert.deepEqual([again.running, again.requests, again.totals.requests], [true, 1, 5]);

    // A limit that ends the isolate, and the incarnation with it, is the last error all the same.
    await failure(this.app("app", undefined, { cpuMs: 30 }).spin());
    const after = await facets.stats("app");
    assert.deepEqual([after.totals.requests, after.totals.errors, after.lastError.limit], [6, 2, "cpuMs"]);
    assert(after.totals.cpuMs >= 30);

    // A clone begins at nothing, and a deleted name too.
    facets.clone("app", "copy");
    await this.app("copy").ping();
    assert.equal((await facets.stats("copy")).totals.requests, 1);
    facets.delete("app");
    assert.equal(await facets.stats("app"), null);
    await this.app("app").ping();
    assert.equal((await facets.stats("app")).totals.requests, 1);
    // What its Worker's own entrypoints do for it is its CPU time too.
    const worker = this.app("worker", { cpuMs: 20000 });
    const spent = async (method) => {
      const before = (await facets.stats("worker"))?.cpuMs ?? 0;
      await worker[method]();
      return (await facets.stats("worker")).cpuMs - before;
    };
    const itself = await spent("work");
    for (const method of ["workByOthers", "workByFetch"]) {
      const others = await spent(method);
      assert(others > itself / 5, `${method}: ${others} of ${itself}`);
    }
    // Facets of facets are counted where they are.
    await this.app("app").nest(["inner"]);
    assert.equal(await facets.stats("inner"), null);
    assert.throws(() => facets.stats("x".repeat(257)), { name: "TypeError", message: "Facet name is too long (max 256 characters)." });
  }
}

const run = (method) => ({
  async test(controller, env) {
    await env.Supervisor.getByName(method)[method]();
  },
});
export const limits = run("limits");
export const storage = run("storage");
export const facets = run("facets");
export const stats = run("stats");
