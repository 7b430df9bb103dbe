// Wrong receivers, wrong types and outsized values give an error of JavaScript, never the end of the process.
import assert from "node:assert";
import { DurableObject, RpcTarget, WorkerEntrypoint, env as imported, waitUntil } from "cloudflare:workers";

export class Store extends DurableObject {
  echo(value) {
    return value;
  }
  async fetch(request) {
    return new Response(request.body, { headers: request.headers });
  }
  run(name, ...args) {
    return STORE[name].call(this, ...args);
  }
}

// Run inside the object. Each throws, or gives what the table below says.
const STORE = {
  bindSymbol() { return this.ctx.storage.sql.exec("select ?", Symbol()); },
  bindBigInt() { return this.ctx.storage.sql.exec("select ?", 1n); },
  bindReenters() {
    const { sql } = this.ctx.storage;
    return sql.exec("select ? as a", { toString() { return String(sql.exec("select 7 as b").one().b); } }).one().a;
  },
  bindThrows() { return this.ctx.storage.sql.exec("select ?", { toString() { throw new RangeError("bound"); } }); },
  bindDetached() {
    const buffer = new ArrayBuffer(8);
    const view = new Uint8Array(buffer);
    buffer.transfer();
    return this.ctx.storage.sql.exec("select length(?) as n, length(?) as m", buffer, view).one().n;
  },
  bindMany() { return this.ctx.storage.sql.exec("select 1", ...Array(50000).fill(1)); },
  longStatement() { return this.ctx.storage.sql.exec(`select '${"x".repeat(3e6)}'`); },
  deepStatement() { return this.ctx.storage.sql.exec(`select ${"(".repeat(5000)}1${")".repeat(5000)}`); },
  manyColumns() { return this.ctx.storage.sql.exec(`select ${Array(3000).fill(1)}`); },
  hugeBlob() { return this.ctx.storage.sql.exec("select zeroblob(2000000000)"); },
  hugePrintf() { return this.ctx.storage.sql.exec("select printf('%.*c', 2000000000, 'x')"); },
  hugeRandom() { return this.ctx.storage.sql.exec("select randomblob(1500000000)"); },
  attach() { return this.ctx.storage.sql.exec("ATTACH '/tmp/x' AS y"); },
  extension() { return this.ctx.storage.sql.exec("select load_extension('x')"); },
  journal() { return this.ctx.storage.sql.exec("PRAGMA journal_mode = DELETE"); },
  schema() { return this.ctx.storage.sql.exec("PRAGMA writable_schema = 1"); },
  heapLimit() { return this.ctx.storage.sql.exec("PRAGMA hard_heap_limit = 1"); },
  mmap() { return this.ctx.storage.sql.exec("PRAGMA mmap_size = 10000000000"); },
  begin() { return this.ctx.storage.sql.exec("BEGIN"); },
  vacuum() { return this.ctx.storage.sql.exec("VACUUM"); },
  readFile() { return this.ctx.storage.sql.exec("select readfile('/etc/passwd')"); },
  hiddenTable() { return this.ctx.storage.sql.exec("select * from _cf_KV"); },
  dropMetadata() { return this.ctx.storage.sql.exec("drop table _cf_METADATA"); },
  putHuge() { this.ctx.storage.kv.put("k", "x".repeat(3e7)); },
  putFunction() { this.ctx.storage.kv.put("k", () => {}); },
  putRevoked() {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return this.ctx.storage.put(proxy);
  },
  putStub(stub) { this.ctx.storage.kv.put("k", stub); },
  putReenters() {
    const { kv, sql } = this.ctx.storage;
    kv.put("z", { get a() { kv.put("y", 1); sql.exec("create table if not exists t (a)"); kv.delete("z"); return 5; } });
    return kv.get("z").a;
  },
  getThrows() {
    const keys = [1, 2];
    Object.defineProperty(keys, 0, { get() { throw new RangeError("key"); } });
    return this.ctx.storage.get(keys);
  },
  deepTransactions() {
    let depth = 0;
    const nest = () => { if (depth++ < 1000) { this.ctx.storage.transactionSync(nest); } };
    nest();
    return depth;
  },
  endlessTransactions() {
    const nest = () => this.ctx.storage.transactionSync(nest);
    nest();
  },
  abortInTransaction() {
    return this.ctx.storage.transactionSync(() => {
      this.ctx.abort("inside");
      this.ctx.storage.kv.put("a", 1);
    });
  },
  facetClass() { return this.ctx.facets.get("a", () => ({ class: {} })).x(); },
  facetSelf() { return this.ctx.facets.get("b", () => ({ class: Store })).x(); },
  facetName() { return this.ctx.facets.get("x".repeat(1e7), () => ({})).x(); },
  facetThrows() { return this.ctx.facets.get("c", () => { throw null; }).x(); },
  facetAbort() { this.ctx.facets.abort("none", Symbol()); this.ctx.facets.delete("none"); return 1; },
  facetCallback() { return this.ctx.facets.get("d", 5); },
  blockThrows() { return this.ctx.blockConcurrencyWhile(() => { throw Symbol("x"); }); },
};
const GIVES = { bindReenters: "7", putReenters: 5, deepTransactions: 1001, facetAbort: 1, bindDetached: undefined };

const store = {};
for (const name of Object.keys(STORE)) {
  store[name] = async (env) => {
    const object = env.Store.getByName(name);
    let value;
    try {
      value = await object.run(name, name === "putStub" ? env.Store.getByName("other") : undefined);
    } catch (error) {
      assert.ok(!(name in GIVES) || GIVES[name] === undefined, `${name}: ${error}`);
      assert.ok(error instanceof Error && error.message.length > 0, `${name}: a clear error`);
      // A stub of an object that was reset stays broken.
      assert.strictEqual(await env.Store.getByName(name).echo(1), 1, `${name}: the object works afterwards`);
      return;
    }
    assert.ok(name in GIVES, `${name} gave ${String(value)}`);
    if (GIVES[name] !== undefined) {
      assert.strictEqual(value, GIVES[name]);
    }
  };
}
const only = (pattern) => ({ async test(_controller, env) {
  for (const name of Object.keys(store).filter((name) => pattern.test(name))) {
    await store[name](env);
  }
} });
export const sqlBindings = only(/^bind/);
export const sqlStatements = only(/^(long|deepS|many|huge)/);
export const sqlForbidden = only(/^(attach|extension|journal|schema|heapLimit|mmap|begin|vacuum|readFile|hidden|drop)/);
export const keyValues = only(/^(put|get)/);
export const transactions = only(/Transactions?$/);
export const facets = only(/^(facet|block)/);

function nested(depth) {
  let value = [];
  for (let i = 0; i < depth; i++) {
    value = [value];
  }
  return value;
}
function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
const UNCLONEABLE = {
  function: () => () => 1,
  symbol: () => Symbol("s"),
  proxy: () => new Proxy({}, {}),
  revoked: () => revoked({}),
  revokedArray: () => revoked([]),
  weakMap: () => new WeakMap(),
  promise: () => new Promise(() => {}),
  generator: () => (function* () {})(),
  getter: () => ({ get a() { throw new RangeError("got"); } }),
  deep: () => nested(100000),
  huge: () => "x".repeat(4e7),
  wasmMemory: () => new WebAssembly.Memory({ initial: 1 }),
  classInstance: () => new (class A { x = 1; })(),
};
const CLONEABLE = {
  cycle: () => { const a = { b: [] }; a.b.push(a); return a; },
  map: () => new Map([[1, new Set([/a/g, new Date(NaN), 10n ** 1000n])]]),
  sparse: () => { const a = []; a[4000000000] = 1; return a; },
  wide: () => Object.fromEntries(Array.from({ length: 100000 }, (_, i) => [`k${i}`, i])),
  loneSurrogate: () => "\ud800",
  protoKey: () => JSON.parse('{"__proto__": {"a": 1}, "then": 1, "constructor": 2}'),
  resizable: () => new ArrayBuffer(8, { maxByteLength: 64 }),
  emptyView: () => new Float64Array(0),
};
const detached = () => { const buffer = new ArrayBuffer(8); const view = new Uint8Array(buffer); buffer.transfer(); return view; };

export const rpcArguments = { async test(_controller, env) {
  const stub = env.Store.getByName("rpc");
  for (const [name, make] of Object.entries(UNCLONEABLE)) {
    await assert.rejects(async () => stub.echo(make()), (error) => error instanceof Error || error instanceof DOMException, name);
  }
  for (const [name, make] of Object.entries(CLONEABLE)) {
    assert.strictEqual(typeof (await stub.echo(make())), typeof make(), name);
  }
  // A detached buffer may be refused or arrive empty.
  await stub.echo(detached()).then((value) => assert.strictEqual(value.length, 0), () => {});
  assert.strictEqual(await stub.echo(1), 1);
} };

export const rpcResults = { async test(_controller, env) {
  const entry = env.LOADER.get("results", () => ({
    compatibilityDate: "2026-01-01", mainModule: "main.js",
    modules: { "main.js": `import { WorkerEntrypoint } from "cloudflare:workers";
      export default class extends WorkerEntrypoint {
        function() { return () => 1; }
        revoked() { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; }
        getter() { return { get a() { throw new RangeError("got"); } }; }
        deep() { let v = []; for (let i = 0; i < 100000; i++) v = [v]; return v; }
        huge() { return "x".repeat(4e7); }
        throwsNull() { throw null; }
        throwsProxy() { throw new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; } }); }
        throwsRevoked() { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy; }
        throwsHuge() { throw new Error("x".repeat(1e8)); }
        throwsDeep() { const e = new Error("x"); let v = []; for (let i = 0; i < 100000; i++) v = [v]; e.deep = v; throw e; }
        throwsGetters() { const e = new Error("x"); Object.defineProperty(e, "retryable", { enumerable: true, get() { throw 5; } }); throw e; }
        throwsForged() { const e = new Error("x"); e.limit = "cpuMs"; e.remote = false; throw e; }
      }` },
  })).getEntrypoint();
  for (const name of ["function", "revoked", "getter", "deep", "huge", "throwsNull", "throwsProxy", "throwsRevoked", "throwsHuge", "throwsDeep", "throwsGetters", "throwsForged", "none", "alarm", "then2", "x".repeat(1e6)]) {
    await assert.rejects(async () => entry[name](), (error) => error instanceof Error || error instanceof DOMException, name.slice(0, 30));
  }
} };

export const cloning = { test() {
  for (const [name, make] of Object.entries(UNCLONEABLE)) {
    if (name !== "huge" && name !== "classInstance" && name !== "proxy") {
      assert.throws(() => structuredClone(make()), undefined, name);
    }
  }
  for (const make of Object.values(CLONEABLE)) {
    structuredClone(make());
  }
} };

// Every method and getter of every host object, on every wrong receiver and with odd arguments.
const ODD = [undefined, null, 0, NaN, -1, 1e308, 2 ** 53, 10n, "", "\ud800", "x".repeat(1e6), Symbol("s"), {}, [], () => {}, new Proxy({}, {}), revoked({}),
  revoked(function () {}), { get length() { throw new Error("length"); } }, { toString() { throw new Error("text"); } }, { [Symbol.toPrimitive]() { return {}; } },
  Object.create(null), detached(), new Uint8Array(3)];
const SKIP = new Set(["constructor", "abort", "wait", "blockConcurrencyWhile", "reportError"]);

function hostObjects(env, ctx) {
  const worker = env.LOADER.load({ compatibilityDate: "2026-01-01", mainModule: "m.js", modules: { "m.js": "export default {}" } });
  return [ctx, env.LOADER, env.Store, env.Store.idFromName("a"), env.Store.getByName("a"), worker, worker.getEntrypoint(), worker.getDurableObjectClass("X"), navigator, performance,
    crypto, scheduler, new Headers(), new Request("http://x/"), new Response("x"), new FormData(), new Blob(["x"]), new URL("http://x/"), new URLSearchParams(), new EventTarget(),
    new Event("x"), new AbortController(), new AbortController().signal, new ReadableStream(), new WritableStream(), new TransformStream(), new TextDecoder(), new TextEncoder(),
    new ReadableStream().getReader(), new WritableStream().getWriter(), new ReadableStream({ type: "bytes" }).getReader({ mode: "byob" })];
}

function* members(object) {
  for (let p = Object.getPrototypeOf(object); p !== null && p !== Object.prototype; p = parentOf(p)) {
    let keys;
    try {
      keys = Reflect.ownKeys(p);
    } catch {
      return;
    }
    for (const key of keys) {
      const descriptor = Reflect.getOwnPropertyDescriptor(p, key);
      for (const f of [descriptor?.value, descriptor?.get, descriptor?.set]) {
        if (typeof f === "function" && !SKIP.has(key)) {
          yield [key, f];
        }
      }
    }
  }
}

function attempt(f, self, args) {
  try {
    const result = Reflect.apply(f, self, args);
    if (result instanceof Promise) {
      result.catch(() => {});
    }
  } catch { /* any error will do: the process must survive */ }
}

// What these give to waitUntil by chance fails or never ends, which would be a test's own failure: they run in events of their own.
export class Sweep extends WorkerEntrypoint {
  run(name) {
    sweeps[name](this.env, this.ctx);
  }
}
const sweep = (name) => ({ test: (_controller, _env, ctx) => ctx.exports.Sweep.run(name) });
const sweeps = {};

export const receivers = sweep("receivers");
sweeps.receivers = (env, ctx) => {
  const objects = hostObjects(env, ctx);
  for (const object of objects) {
    for (const [, f] of members(object)) {
      for (const self of [...objects, ...ODD, Object.create(object), Object.getPrototypeOf(object)]) {
        if (self !== object) {
          attempt(f, self, []);
        }
      }
    }
  }
};

export const oddArguments = sweep("oddArguments");
sweeps.oddArguments = (env, ctx) => {
  for (const object of hostObjects(env, ctx)) {
    for (const [, f] of members(object)) {
      for (const value of ODD) {
        attempt(f, object, [value]);
        attempt(f, object, [value, value, value]);
        attempt(f, object, ["a", value]);
      }
    }
  }
};

export const constructors = { test(_controller, env, ctx) {
  for (const object of hostObjects(env, ctx).slice(0, 12)) {
    const Class = object.constructor;
    if (Class === Object || Class === undefined) {
      continue;
    }
    for (const args of [[], [{}], [null], [object], [Symbol("internal"), {}]]) {
      assert.throws(() => new Class(...args), TypeError, Class.name);
      assert.throws(() => Reflect.construct(Class, args, Object), TypeError, Class.name);
      assert.throws(() => Reflect.construct(Class, args, revoked(function () {})), TypeError, Class.name);
    }
    assert.throws(() => new (class extends Class {})(), TypeError, Class.name);
  }
} };

export const constructorsOfGlobals = { test() {
  for (const key of Reflect.ownKeys(globalThis)) {
    const Class = globalThis[key];
    if (typeof Class !== "function" || Class.prototype === undefined) {
      continue;
    }
    for (const value of ODD) {
      try {
        const made = new Class(value, value);
        if (made instanceof Promise) {
          made.catch(() => {});
        }
      } catch { /* any error will do */ }
    }
  }
} };

export const headers = { async test(_controller, env) {
  const long = "a".repeat(1e6);
  const many = new Headers();
  for (let i = 0; i < 20000; i++) {
    many.append(`x-${i}`, "1");
  }
  for (const make of [
    () => new Headers({ [long]: "1" }), () => new Headers({ a: long.repeat(50) }), () => many, () => new Headers([["a"]]), () => new Headers([["a", "b", "c"]]),
    () => new Headers({ "a\0": "1" }), () => new Headers({ a: "\u0100" }), () => new Headers({ a: "\r\nx: y" }), () => new Headers(revoked({})), () => new Headers(5),
  ]) {
    try {
      const response = await env.Store.getByName("headers").fetch("http://x/", { method: "POST", body: "b", headers: make() });
      assert.strictEqual(await response.text(), "b");
    } catch (error) {
      assert.ok(error instanceof Error, String(error));
    }
  }
} };

export const urls = { async test(_controller, env) {
  const stub = env.Store.getByName("urls");
  for (const url of ["", "\0", "http://", "http://\ud800/", `http://x/${"a".repeat(2e6)}`, `http://${"a.".repeat(200)}x/`, "http://[::1", "javascript:1", "http://x:99999/", `data:,${"%".repeat(1e5)}`, "file:///etc/passwd"]) {
    for (const run of [() => fetch(url), () => stub.fetch(url), () => new Request(url), () => Response.redirect(url)]) {
      try {
        await run();
      } catch (error) {
        assert.ok(error instanceof Error, String(error));
      }
    }
  }
} };

export const consoleNeverThrows = { test() {
  // A list of all their keys would fill the heap.
  console.log(new Uint8Array(5e6), new Array(5e6).fill(1));
  for (const value of [...ODD.filter((v) => typeof v !== "string"), nested(100000), { get a() { throw 1; } }, new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; }, getPrototypeOf() { throw 3; } }),
    new Proxy(() => {}, {}), Object.defineProperty(new Error("x"), "stack", { get() { throw 4; } }), { [Symbol.for("Deno.customInspect")]() { throw 5; } }, { [Symbol.for("nodejs.util.inspect.custom")]() { throw 6; } }]) {
    console.debug(value);
    console.debug("%s %o %d %c", value, value, value, value);
  }
  console.debug("é".repeat(100000));
  console.debug("\ud83d".repeat(100000));
} };

export const imports = sweep("imports");
sweeps.imports = () => {
  for (const Class of [WorkerEntrypoint, RpcTarget]) {
    assert.doesNotThrow(() => new Class(revoked({}), null));
  }
  assert.throws(() => new DurableObject(revoked({}), null), TypeError);
  for (const run of [() => { imported.x = 1; delete imported.x; }, () => Object.defineProperty(imported, "y", { value: 1 }), () => Object.freeze(imported), () => Object.setPrototypeOf(imported, null), () => Object.getOwnPropertyDescriptors(imported), () => waitUntil(revoked({}))]) {
    attempt(run, undefined, []);
  }
};

// The end of a chain that refuses to be walked.
function parentOf(prototype) {
  try {
    return Object.getPrototypeOf(prototype);
  } catch {
    return null;
  }
}

export const stubsAreOrdinaryToInstanceof = { test(_controller, env) {
  const stub = env.Store.getByName("a");
  for (const Class of [Promise, RpcTarget, Response, Error]) {
    assert.strictEqual(stub instanceof Class, false);
  }
  assert.strictEqual(stub instanceof Object, true);
} };
