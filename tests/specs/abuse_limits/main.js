// Ways around limits, and ways to end the process, that a loaded Worker has tried: each was seen to succeed without its defence.
import assert from "node:assert";
import { DurableObject } from "cloudflare:workers";

const TENANT = `
import { DurableObject } from "cloudflare:workers";
const spin = (ms) => { const end = performance.now() + ms; while (performance.now() < end); return "spun"; };
export class App extends DurableObject {
  ping() { return "pong"; }
  // deno_core's own formatting of stacks ends the process where the text is longer than V8's longest string.
  longMessage() {
    const texts = ["x".repeat(2 ** 29 - 30)];
    const kinds = [(text) => new Error(text).stack, (text) => Object.assign(new Error("short"), { name: text }).stack,
      (text) => { const error = new Error("short"); Object.defineProperty(error, "message", { get: () => text }); return error.stack; }];
    return kinds.map((kind) => { const stack = kind(texts[0]); return typeof stack === "string" && stack.length < 1000; });
  }
  flippingPrepare() {
    let times = 0;
    Object.defineProperty(Error, "prepareStackTrace", { configurable: true, get: () => (times++ === 0 ? () => "mine" : undefined) });
    const stack = new Error("x".repeat(2 ** 29 - 30)).stack;
    delete Error.prepareStackTrace;
    return typeof stack;
  }
  // Globals that are loaded at first use, read where nothing is left of the stack.
  lazyAtTheEnd() {
    const names = ["MessageChannel", "CompressionStream", "DecompressionStream", "URLPattern", "CryptoKey"];
    const dig = () => { try { dig(); } catch {} for (const name of names) { try { globalThis[name]; } catch {} } };
    dig();
    return "alive";
  }
  lazyOutOfTime(name) {
    for (;;) globalThis[name];
  }
  raise(ms) {
    return this.ctx.facets.get("own", () => ({ class: this.ctx.exports.App, limits: { cpuMs: 3600000 } })).spin(ms);
  }
  loop(ms) { return this.ctx.exports.default.spin(ms); }
  spin(ms) { return spin(ms); }
  async free(times, ms) {
    setTimeout(() => {}, 60000);
    for (let i = 0; i < times; i++) { await import("./other.js?" + i); spin(ms); await scheduler.wait(1); }
    return "burnt for free";
  }
  errors(errors, objects) {
    const shared = Array.from({ length: objects }, (_, i) => ({ i }));
    return Array.from({ length: errors }, () => Object.assign(new Error("e"), { shared }));
  }
  // What V8 copies whole before it looks at the heap's limit.
  longKey(letter, kind) {
    const text = letter.repeat(2 ** 29 - 30);
    const found = { key: () => ({})[text], map: () => new Map([[text, 1]]).size, symbol: () => Symbol.for(text), has: () => text in {},
      parts: () => Array.from(text), numbers: () => new Array(2 ** 27 - 10).fill(1.5).map((n) => n + 1) };
    found[kind]();
    return "done";
  }
  // V8 writes a string as often as it occurs, before anybody looks at the size.
  async repeated() {
    const value = Array(1000).fill("x".repeat(2 ** 26));
    const tries = [() => structuredClone(value), () => this.ctx.storage.kv.put("x", value), () => this.ctx.exports.default.spin(value)];
    const names = [];
    for (const attempt of tries) names.push(await (async () => attempt())().then(() => "done", (error) => error.name));
    return names;
  }
  block(ms) {
    this.ctx.blockConcurrencyWhile(() => scheduler.wait(ms));
    return "blocks";
  }
  take(text) { return text.length; }
  async fetch(request) { return new Response(String((await request.text()).length)); }
  // Calls and requests that wait for an object that blocks: how many were accepted, and how the others failed.
  async pile(kind, count, bytes) {
    const own = this.ctx.facets.get("own", () => ({ class: this.ctx.exports.App }));
    const text = "x".repeat(bytes);
    const send = {
      call: () => own.take(text),
      fetch: async () => Number(await (await own.fetch("http://x/", { method: "POST", body: text })).text()),
    }[kind];
    const once = await own.block(1500);
    const sent = Array.from({ length: count }, async () => send());
    const results = await Promise.allSettled(sent);
    const failed = new Set(results.filter((result) => result.reason).map((result) => String(result.reason)));
    return [once, results.filter((result) => result.value === bytes).length, [...failed]];
  }
  fill(bytes) { this.ctx.storage.kv.put("x", new Uint8Array(bytes)); return "written"; }
}
export default { spin: (ms, env, ctx) => spin(ms) };
`;

export class Host extends DurableObject {
  app(name, limits) {
    const worker = this.env.LOADER.get(name, () => ({
      compatibilityDate: "2026-11-17", mainModule: "app.js", modules: { "app.js": TENANT, "other.js": "export default 1;" },
    }));
    return this.ctx.facets.get(name, () => ({ class: worker.getDurableObjectClass("App"), limits }));
  }
  async run(name, limits, method, ...args) {
    try {
      return await this.app(name, limits)[method](...args);
    } catch (error) {
      return { limit: error.limit ?? null, max: error.max ?? null, message: error.message, retryable: error.retryable ?? false };
    }
  }
  // The receiver's time for what it is sent is its own.
  async receive(name, ...args) {
    const found = await this.app(name, { cpuMs: 20000 }).errors(...args);
    return [found.length, found[0].shared.length, found[0].shared === found.at(-1).shared, found[0] instanceof Error];
  }
}

const on = (run) => ({ test: (_controller, env) => run(env.Host.getByName("host")) });
const stopped = ({ limit, retryable }) => limit === "cpuMs" || retryable === true;

export const longMessages = on(async (host) => {
  assert.deepEqual(await host.run("long", { cpuMs: 20000 }, "longMessage"), [true, true, true]);
  assert.equal(await host.run("long", { cpuMs: 20000 }, "flippingPrepare"), "string");
  assert.equal(await host.run("long", undefined, "ping"), "pong");
});
export const lazyGlobals = on(async (host) => {
  assert.equal(await host.run("lazy", { cpuMs: 20000 }, "lazyAtTheEnd"), "alive");
  for (const name of ["MessageChannel", "CompressionStream", "URLPattern"]) {
    assert.ok(stopped(await host.run(`lazy ${name}`, { cpuMs: 5 }, "lazyOutOfTime", name)), name);
  }
  assert.equal(await host.run("lazy", undefined, "ping"), "pong");
});
export const raisedLimits = on(async (host) => {
  for (const [name, limits] of [["raised", { cpuMs: 60 }], ["raised by default", undefined]]) {
    const result = await host.run(name, limits, "raise", 10000);
    assert.ok(stopped(result), `${name}: ${JSON.stringify(result)}`);
  }
});
export const ownExports = on(async (host) => {
  const result = await host.run("loops", { cpuMs: 60 }, "loop", 900);
  assert.ok(stopped(result), JSON.stringify(result));
});
export const freeTurns = on(async (host) => {
  const result = await host.run("free", { cpuMs: 50 }, "free", 8, 300);
  assert.ok(stopped(result), JSON.stringify(result));
});
export const values = on(async (host) => {
  assert.deepEqual(await host.receive("values", 8000, 30000), [8000, 30000, true, true]);
});
export const smallQuotas = on(async (host) => {
  // A quota below a page is refused.
  assert.equal((await host.run("tiny", { storageBytes: 100 }, "fill", 3e6)).message, "limits.storageBytes must be a number from 4096 on.");
  const result = await host.run("small", { storageBytes: 4096 }, "fill", 3e6);
  assert.deepEqual([result.limit, result.max], ["storageBytes", 4096]);
});
export const repeatedStrings = on(async (host) => {
  assert.deepEqual(await host.run("repeats", { cpuMs: 20000 }, "repeated"), ["DataCloneError", "DataCloneError", "DataCloneError"]);
});
export const piles = on(async (host) => {
  for (const kind of ["call", "fetch"]) {
    const [once, accepted, failed] = await host.run(`pile of ${kind}`, { cpuMs: 20000 }, "pile", kind, 60, 2 ** 23);
    assert.equal(once, "blocks");
    assert.ok(accepted > 3 && accepted <= 16, `${kind}: ${accepted}`);
    assert.deepEqual(failed, ["RangeError: Array buffer allocation failed"]);
  }
  // What has left counts no more.
  assert.deepEqual(await host.run("pile of call", { cpuMs: 20000 }, "pile", "call", 2, 2 ** 23), ["blocks", 2, []]);
});
export const longKeys = on(async (host) => {
  for (const [kind, letter] of [["key", "x"], ["key", "\u4e00"], ["map", "x"], ["symbol", "x"], ["has", "\u4e00"], ["parts", "x"], ["numbers", "x"]]) {
    const result = await host.run(`long ${kind} ${letter}`, { cpuMs: 20000 }, "longKey", letter, kind);
    assert.equal(result.limit, "heapBytes", `${kind}: ${JSON.stringify(result)}`);
  }
  assert.equal(await host.run("long after", undefined, "ping"), "pong");
});
