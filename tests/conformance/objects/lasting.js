// Durable Objects: what outlives an event: timers up to their limit, waitUntil, promises that other events settle, values kept.
import { DurableObject } from "cloudflare:workers";
import { table, marks, describeError } from "../table.js";

export class Thing extends DurableObject {
  kept = {};
  timers(count) {
    const ids = [];
    try {
      for (let i = 0; i < count; i++) ids.push(setTimeout(() => {}, 100_000));
      return ids.length;
    } catch (error) {
      return [ids.length, error.name, error.message];
    } finally {
      ids.forEach((id) => clearTimeout(id));
    }
  }
  keepTimers(count) {
    this.ids = Array.from({ length: count }, () => setTimeout(() => {}, 100_000));
    return this.ids.length;
  }
  oneMore() {
    try { clearTimeout(setTimeout(() => {}, 1)); return "fine"; } catch (error) { return `${error.name}: ${error.message}`; }
  }
  oneMoreInterval() {
    try { clearInterval(setInterval(() => {}, 1)); return "fine"; } catch (error) { return `${error.name}: ${error.message}`; }
  }
  oneMoreWait() {
    return scheduler.wait(1).then(() => "fine", (error) => `${error.name}: ${error.message}`);
  }
  clearOne() {
    clearTimeout(this.ids.pop());
  }
  clearAll() {
    this.ids.forEach((id) => clearTimeout(id));
  }
  startInterval() {
    this.count = 0;
    this.interval = setInterval(() => { this.count++; }, 2);
  }
  counted() {
    return this.count > 2;
  }
  stopInterval() {
    clearInterval(this.interval);
  }
  setTimer(ms, what) {
    setTimeout(() => { this.kept[what] = "ran"; }, ms);
  }
  keptValue(what) {
    return this.kept[what] ?? null;
  }
  timerWrites() {
    setTimeout(() => this.ctx.storage.kv.put("timer", "wrote"), 2);
  }
  timerCalls(name) {
    setTimeout(async () => { this.kept.call = await this.env.Thing.getByName(name).keptValue("nothing"); this.kept.called = "called"; }, 2);
  }
  timerThrows() {
    setTimeout(() => { throw new Error("in a timer"); }, 2);
  }
  timerRejects() {
    setTimeout(() => Promise.reject(new Error("in a timer")), 2);
  }
  stored(key) {
    return this.ctx.storage.kv.get(key) ?? null;
  }
  waitUntil(kind) {
    const kinds = { nothing: [], undefined: [undefined], number: [5], promise: [Promise.resolve(1)], rejected: [Promise.reject(new Error("x"))], thenable: [{ then(resolve) { this.ran = true; resolve(); } }], function: [() => {}], text: ["x"], two: [Promise.resolve(), Promise.resolve()] };
    return [this.ctx.waitUntil(...kinds[kind]) ?? null];
  }
  waitUntilThenThrow() {
    this.ctx.waitUntil(scheduler.wait(5).then(() => this.ctx.storage.kv.put("background", "after a throw")));
    throw new RangeError("thrown");
  }
  waitUntilChain() {
    this.ctx.waitUntil(scheduler.wait(2).then(() => this.ctx.waitUntil(scheduler.wait(2).then(() => { this.kept.chain = "second"; }))));
  }
  begin(name) {
    const { promise, resolve, reject } = Promise.withResolvers();
    this.kept[name] = { resolve, reject };
    return promise;
  }
  settle(name, value) {
    this.kept[name].resolve(value);
    return "settled";
  }
  fail(name) {
    this.kept[name].reject(new RangeError("by another event"));
    return "failed";
  }
  startCall(name) {
    this.kept.promise = this.env.Thing.getByName(name).keptValue("nothing");
  }
  async awaitCall() {
    return (await this.kept.promise) ?? "from an earlier event";
  }
  startFetch() {
    this.kept.promise = fetch("data:text/plain,fetched");
  }
  async awaitFetch() {
    return (await this.kept.promise).text();
  }
  startGet() {
    this.ctx.storage.kv.put("g", "of storage");
    this.kept.promise = this.ctx.storage.get("g");
  }
  startStream() {
    this.kept.reader = new Blob(["streamed"]).stream().getReader();
  }
  async readStream() {
    return new TextDecoder().decode((await this.kept.reader.read()).value);
  }
  keepRequestBody() {
    return null;
  }
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/keep") { this.kept.request = request; return new Response("kept"); }
    if (pathname === "/use") { try { return new Response(await this.kept.request.text()); } catch (error) { return new Response(`${error.name}: ${error.message.split(".")[0]}`); } }
    if (pathname === "/url") return new Response(`${this.kept.request.url} ${this.kept.request.headers.get("x")}`);
    return new Response("other");
  }
  keepController() {
    this.kept.controller = new AbortController();
    return new Promise((resolve) => this.kept.controller.signal.addEventListener("abort", () => resolve(`aborted: ${this.kept.controller.signal.reason}`)));
  }
  abortController() {
    this.kept.controller.abort("by another event");
  }
  hang() {
    return new Promise(() => {});
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const thing = (name) => env.Thing.getByName(name);
    const outcome = async (promise) => { try { return [await promise]; } catch (error) { return [describeError(error), ...marks(error)]; } };
    const until = async (run) => { for (let i = 0; i < 300; i++) { const value = await run(); if (value) return value; await scheduler.wait(5); } return "never"; };
    await row("10000 timers", () => thing("t1").timers(10_000));
    await row("10001 timers", () => thing("t2").timers(10_001));
    await row("timers of two events", async () => { const t = thing("t3"); await t.keepTimers(9_999); const seen = [await t.oneMore(), await outcome(t.keepTimers(1))]; await t.clearAll(); return seen; });
    await row("one more than the limit", async () => { const t = thing("t4"); await t.keepTimers(10_000); const seen = [await t.oneMore(), await t.oneMoreInterval(), await t.oneMoreWait()]; await t.clearOne(); seen.push(await t.oneMore()); await t.clearAll(); return [...seen, await t.oneMore()]; });
    await row("timers of another object", async () => { await thing("t5").keepTimers(10_000); const seen = await thing("t6").oneMore(); await thing("t5").clearAll(); return seen; });
    await row("interval over events", async () => { const t = thing("i"); await t.startInterval(); const seen = await until(() => t.counted()); await t.stopInterval(); return seen; });
    await row("timer after the answer", async () => { const t = thing("a"); await t.setTimer(5, "timer"); return until(() => t.keptValue("timer")); });
    await row("timer writes after the answer", async () => { const t = thing("w"); await t.timerWrites(); return until(() => t.stored("timer")); });
    await row("timer calls after the answer", async () => { const t = thing("c"); await t.timerCalls("c2"); return until(() => t.keptValue("called")); });
    await row("timer throws after the answer", async () => { const t = thing("th"); await t.setTimer(20, "timer"); await t.timerThrows(); return [await until(() => t.keptValue("timer")), await outcome(t.keptValue("timer"))]; });
    await row("timer rejects after the answer", async () => { const t = thing("tr"); await t.setTimer(20, "timer"); await t.timerRejects(); return [await until(() => t.keptValue("timer")), await outcome(t.keptValue("timer"))]; });
    for (const kind of ["nothing", "undefined", "number", "promise", "rejected", "thenable", "function", "text", "two"]) await row(`waitUntil ${kind}`, () => outcome(thing(`w ${kind}`).waitUntil(kind)));
    await row("waitUntil, then a throw", async () => [await outcome(thing("wt").waitUntilThenThrow()), await until(() => thing("wt").stored("background"))]);
    await row("waitUntil in waitUntil", async () => { await thing("wc").waitUntilChain(); return until(() => thing("wc").keptValue("chain")); });
    await row("settled by another event", async () => { const waiting = thing("s").begin("a"); return [await until(async () => { try { return await thing("s").settle("a", "value"); } catch { return null; } }), await waiting]; });
    await row("failed by another event", async () => { const waiting = outcome(thing("f").begin("a")); return [await until(async () => { try { return await thing("f").fail("a"); } catch { return null; } }), await waiting]; });
    await row("call awaited in a later event", async () => { await thing("k").startCall("k2"); return outcome(thing("k").awaitCall()); });
    await row("fetch awaited in a later event", async () => { await thing("kf").startFetch(); return outcome(thing("kf").awaitFetch()); });
    await row("get awaited in a later event", async () => { await thing("kg").startGet(); return outcome(thing("kg").awaitCall()); });
    await row("stream read in a later event", async () => { await thing("ks").startStream(); return outcome(thing("ks").readStream()); });
    await row("request kept", async () => { const t = thing("r"); await t.fetch("http://x.test/keep", { method: "POST", body: "body", headers: { x: "1" } }); return [await (await t.fetch("http://x.test/url")).text(), await (await t.fetch("http://x.test/use")).text()]; });
    await row("controller aborted in a later event", async () => { const t = thing("ac"); const waiting = t.keepController(); await until(async () => { try { await t.abortController(); return true; } catch { return false; } }); return outcome(waiting); });
    await row("hanging call and others", async () => { const t = thing("h"); t.hang().catch(() => {}); return Promise.all([outcome(t.keptValue("x")), outcome(t.stored("x"))]); });
    return response();
  },
};
