// What exceeds a limit fails its own event; a neighbour in the same isolate may try again; another Worker answers
// throughout; the Worker works again afterwards.
import assert from "node:assert";

const CPU_MS = 200;
const SETTLE_MS = 20000;
// A Worker that shares the shard waits for a turn to be stopped, and for the builtin that runs by then.
const CPU = {
  loop: "for (;;);",
  microtasks: "const f = () => Promise.resolve().then(f); await f();",
  asyncLoop: "for (;;) await null;",
  queueMicrotask: "const f = () => queueMicrotask(f); f(); await new Promise((r) => setTimeout(r, 60000));",
  timers: "setInterval(() => { for (let i = 0; i < 1e5; i++); }, 0); await new Promise((r) => setTimeout(r, 60000));",
  manyTimers: "for (let i = 0; i < 5000; i++) setInterval(() => { for (let i = 0; i < 1e4; i++); }, 0); await new Promise((r) => setTimeout(r, 60000));",
  regExp: "/^(a+)+$/.test('a'.repeat(40) + 'b');",
  replace: "'a'.repeat(1e5).replace(/a/g, () => { for (;;); });",
  json: "const text = '[' + '1,'.repeat(1e6) + '1]'; for (;;) JSON.parse(text);",
  reviver: "JSON.parse('[1]', () => { for (;;); });",
  sort: "[3, 1, 2].sort(() => { for (;;); });",
  bigint: "let x = 3n; for (;;) x = x * x;",
  generator: "function* g() { for (;;) yield 1; } for (const x of g());",
  proxy: "new Proxy({}, { get() { for (;;); } }).x;",
  blob: "await new Blob(['x']).arrayBuffer(); for (;;);",
  blobs: "for (;;) { for (let i = 0; i < 1e6; i++); await new Blob(['x']).arrayBuffer(); }",
  thenable: "return { then() { for (;;); } };",
  bodyIterator: "return new Response({ get [Symbol.asyncIterator]() { for (;;); } });",
  streamPull: "return new Response(await new Response(new ReadableStream({ pull() { for (;;); } }, { highWaterMark: 0 })).text());",
  errorMessage: "throw { get message() { for (;;); } };",
  prepareStackTrace: "Error.prepareStackTrace = () => { for (;;); }; throw new Error('x');",
  catchAndFinally: "try { for (;;); } catch { for (;;); } finally { for (;;); }",
  afterReply: "Promise.resolve().then(() => Promise.resolve().then(() => { for (;;); })); return new Response('x');",
  afterLog: "console.log({ get [Symbol.toStringTag]() { for (;;); } });",
};
const MEMORY = {
  objects: "const a = []; for (let i = 0;; i++) a.push({ i, j: [i] });",
  strings: "const a = []; for (let i = 0;; i++) a.push(('x' + i).repeat(1000).split('').reverse().join(''));",
  map: "const m = new Map(); for (let i = 0;; i++) m.set(i, { i });",
  set: "const s = new Set(); for (let i = 0;; i++) s.add('x' + i);",
  closures: "let f = () => 1; for (;;) { const g = f; f = () => g; }",
  typedArrays: "const a = []; for (let i = 0;; i++) a[i] = new Float64Array(1000);",
  sparse: "const a = {}; for (let i = 0;; i++) a['k' + i] = i;",
};
// These fail with a RangeError or the heap limit, as they like.
const EITHER = {
  arrayBuffers: "const a = []; for (;;) a.push(new ArrayBuffer(1e7));",
  bodies: "const a = []; for (let i = 0; i < 400; i++) { const r = new Response(new Uint8Array(1e7)); a.push(r.clone(), r); }",
  join: "return new Response('' + new Array(2 ** 25).fill('abcdefgh').join('x').length);",
};
const OTHER = { recursion: [/Maximum call stack/, "const f = () => f() + 1; f();"] };

function code(body) {
  return `export default { async fetch(request) {
    const path = new URL(request.url).pathname;
    if (path === "/ping") { return new Response("pong"); }
    if (path === "/slow") { await new Promise((resolve) => setTimeout(resolve, 20000)); return new Response("slow"); }
    ${body}
    return new Response("finished");
  } };`;
}

function load(env, name, body, cpuMs) {
  return env.LOADER.get(name, () => ({
    compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": code(body) }, limits: { cpuMs },
  })).getEntrypoint();
}

async function settled(promise) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, SETTLE_MS, new Error("did not settle")); });
  const outcome = promise.then((response) => response.text(), (error) => error);
  const result = await Promise.race([outcome, late]);
  clearTimeout(timer);
  return result;
}

function limited(name, body, cpuMs, check, neighbourDies = true) {
  return { async test(_controller, env) {
    const bad = load(env, `bad-${name}`, body, cpuMs);
    const other = load(env, "other", "", 1000);
    assert.strictEqual(await settled(bad.fetch("http://x/ping")), "pong");
    assert.strictEqual(await settled(other.fetch("http://x/ping")), "pong");
    const neighbour = neighbourDies ? settled(bad.fetch("http://x/slow")) : undefined;
    await new Promise((resolve) => setTimeout(resolve, 5));
    const guilty = settled(bad.fetch("http://x/go"));
    let ended = false;
    const pings = (async () => {
      let count = 0;
      for (; !ended; count++) {
        assert.strictEqual(await settled(other.fetch("http://x/ping")), "pong");
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return count;
    })();
    check(await guilty);
    ended = true;
    assert.ok(await pings > 0);
    if (neighbourDies) {
      assert.strictEqual((await neighbour)?.retryable, true, "the neighbour may try again");
    }
    assert.strictEqual(await settled(bad.fetch("http://x/ping")), "pong", "the Worker works again");
  } };
}

const exceeded = (...limits) => (result) => assert.ok(limits.includes(result?.limit), `${result} ${result?.limit}`);
const cases = {};
for (const [name, body] of Object.entries(CPU)) {
  // Endless microtasks may fill the heap before their time is over.
  cases[name] = limited(name, body, CPU_MS, name === "microtasks" ? exceeded("cpuMs", "heapBytes") : exceeded("cpuMs"));
}
for (const [name, body] of Object.entries(MEMORY)) {
  cases[name] = limited(name, body, 10000, exceeded("heapBytes"));
}
for (const [name, body] of Object.entries(EITHER)) {
  cases[name] = limited(name, body, 10000, (result) => assert.ok(result?.limit === "heapBytes" || result instanceof RangeError || /memory|allocation/i.test(result?.message), `${result}`), false);
}
for (const [name, [text, body]] of Object.entries(OTHER)) {
  cases[name] = limited(name, body, 1000, (result) => assert.match(result?.message ?? result, text), false);
}
export const {
  loop, microtasks, asyncLoop, queueMicrotask: endlessQueueMicrotask, timers, manyTimers, regExp, replace, json, reviver, sort, bigint,
  generator, proxy, blob, blobs, thenable, bodyIterator, streamPull, errorMessage, prepareStackTrace, catchAndFinally, afterReply, afterLog,
  objects, strings, map, set, closures, typedArrays, sparse, arrayBuffers, bodies, join, recursion,
} = cases;

// A loaded Worker whose top-level code never ends, or never settles.
for (const [name, top] of Object.entries({ topLoop: "for (;;);", topAwait: "await new Promise(() => {});", topMicrotasks: "const f = () => Promise.resolve().then(f); await f();" })) {
  cases[name] = { async test(_controller, env) {
    const bad = env.LOADER.get(name, () => ({
      compatibilityDate: "2026-01-01", mainModule: "main.js", limits: { cpuMs: CPU_MS },
      modules: { "main.js": `${top} export default { fetch() { return new Response("x"); } };` },
    })).getEntrypoint();
    assert.ok(await settled(bad.fetch("http://x/")) instanceof Error);
    assert.strictEqual(await settled(load(env, "other", "", 1000).fetch("http://x/ping")), "pong");
  } };
}
export const { topLoop, topAwait, topMicrotasks } = cases;

// Ten thousand timers, and one more.
export const timerCount = { async test(_controller, env) {
  const result = await settled(load(env, "count", `
    let count = 0;
    try { for (; count < 100000; count++) setTimeout(() => {}, 60000); } catch (error) { return new Response(count + error.name); }
    return new Response("no end");`, 5000).fetch("http://x/go"));
  assert.match(String(result), /^10000Quota/);
} };
