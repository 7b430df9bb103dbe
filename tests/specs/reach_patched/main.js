// Guests patch what every program shares, then use public APIs: no patched function, accessor or iterator ever sees a handle
// or an operation of the host.
import assert from "node:assert";
import { DurableObject } from "cloudflare:workers";

const apply = Reflect.apply;
const define = Object.defineProperty;
const prototypeOf = Object.getPrototypeOf;
const descriptorOf = Object.getOwnPropertyDescriptor;
const ownKeys = Reflect.ownKeys;
const isArray = Array.isArray;

// What patches saw: written without any function or property that a guest can patch.
const seen = [];
let busy = false;
function see(where, value) {
  if (busy || value === null || (typeof value !== "object" && typeof value !== "function")) {
    return;
  }
  busy = true;
  define(seen, seen.length, { __proto__: null, value: { __proto__: null, where, value }, configurable: true, enumerable: true, writable: true });
  busy = false;
}

function internal(value) {
  if (typeof value === "function") {
    return /^op_/.test(String(descriptorOf(value, "name")?.value));
  }
  return !isArray(value) && prototypeOf(value) === null && ownKeys(value).length === 0;
}

function findings() {
  const bad = new Set();
  const look = (where, value, depth) => {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) {
      return;
    }
    let keys = [];
    try {
      if (internal(value)) {
        bad.add(where);
      }
      keys = depth < 3 ? ownKeys(value) : [];
    } catch { /* a proxy */ }
    for (const key of keys) {
      if (key === "listeners") {
        continue;
      }
      const descriptor = descriptorOf(value, key);
      if (descriptor !== undefined && Object.hasOwn(descriptor, "value")) {
        look(`${where}.${String(key)}`, descriptor.value, depth + 1);
      }
    }
  };
  for (const { where, value } of seen) {
    look(where, value, 0);
  }
  seen.length = 0;
  return [...bad];
}

export class Obj extends DurableObject {
  async fetch(request) {
    return new Response(`object: ${await request.text()}`);
  }
  add(a, b) {
    return { a, b };
  }
  cross(value) {
    return value;
  }
  async write(stream, text) {
    const writer = stream.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    return new WritableStream({ write() {} });
  }
  async store() {
    const { kv, sql } = this.ctx.storage;
    kv.put("a", { x: 1 });
    this.ctx.storage.transactionSync(() => kv.get("a"));
    await this.ctx.storage.get(["a"]);
    await this.ctx.storage.list();
    await this.ctx.blockConcurrencyWhile(async () => {});
    await this.ctx.facets.get("f", async () => ({ class: this.env.LOADER.get("facet", () => CODE).getDurableObjectClass("F") })).hello();
    return [[...kv.list()].length, sql.exec("select 1 as one").toArray()];
  }
}

const CODE = {
  compatibilityDate: "2026-01-01",
  mainModule: "main.js",
  modules: { "main.js": `import { DurableObject } from "cloudflare:workers";
    export class F extends DurableObject { hello() { return "facet"; } }
    export default { fetch() { return new Response(new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode("streamed")); c.close(); } })); } };` },
};
let run = 0;

async function exercise(env, ctx) {
  run++;
  const stub = env.Obj.getByName(`n${run}`);
  await (await stub.fetch("http://x/", { method: "POST", body: "hello" })).text();
  await stub.add(1, 2);
  await stub.store();
  const parts = () => new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode("streamed")); c.close(); } });
  const crossed = await stub.cross([new Headers({ a: "b" }), new Request("http://x/", { method: "POST", body: parts(), cf: { a: 1 } }), new Response("b"),
    new Response(parts()), new Blob(["c"], { type: "t" }), new RangeError("e", { cause: new DOMException("d") }), parts(), new Map([[1, new Error("f")]])]);
  await Promise.all([crossed[1].text(), crossed[2].text(), crossed[3].text(), crossed[4].text(), new Response(crossed[6]).text()]);
  await (await stub.write(new WritableStream({ write() {} }), "written")).close();
  await (await stub.cross(parts())).cancel(new Error("no need"));
  await stub.cross([() => {}]).catch(() => {});
  const entry = env.LOADER.get(`w${run}`, async () => CODE).getEntrypoint();
  await (await entry.fetch("http://x/")).text();
  const reader = (await entry.fetch("http://x/")).body.getReader();
  while (!(await reader.read()).done);
  const first = await entry.fetch("http://x/");
  await Promise.all([first.clone().text(), first.arrayBuffer()]);
  await stub.fetch("http://x/", { method: "POST", body: (await entry.fetch("http://x/")).body });
  await new Promise((resolve) => setTimeout(resolve, 1));
  await scheduler.wait(1, { signal: new AbortController().signal });
  new Headers([["a", "b"]]).forEach(() => {});
  new Request("http://x/", { method: "POST", body: "a" }).clone();
  structuredClone({ a: 1 });
  console.debug("x", { a: 1 }, new Error("q"));
  ctx.waitUntil(Promise.resolve(1));
  await new Response(new Blob(["a"])).formData().catch(() => {});
  await fetch("data:,x");
}

// A test that runs the APIs under patches and takes these back, whatever happens.
function patched(patch) {
  return { async test(_controller, env, ctx) {
    const undo = [];
    seen.length = 0;
    try {
      patch((target, key, descriptor) => {
        const old = descriptorOf(target, key);
        undo.push(old === undefined ? () => delete target[key] : () => define(target, key, old));
        define(target, key, { __proto__: null, configurable: true, ...descriptor });
      });
      // APIs may fail under patches of the guest's own making.
      await exercise(env, ctx).catch(() => {});
    } finally {
      for (let i = undo.length - 1; i >= 0; i--) {
        undo[i]();
      }
    }
    assert.deepStrictEqual(findings(), []);
  } };
}

const accessor = (key) => ({
  get() {
    see(`get ${String(key)}`, this);
    return undefined;
  },
  set(value) {
    see(`set ${String(key)} on`, this);
    see(`set ${String(key)} to`, value);
    define(this, key, { __proto__: null, value, writable: true, configurable: true, enumerable: true });
  },
});

export const unpatched = { async test(_controller, env, ctx) {
  await exercise(env, ctx);
} };
export const thenOfObject = patched((put) => put(Object.prototype, "then", accessor("then")));
export const thenOfArray = patched((put) => put(Array.prototype, "then", accessor("then")));
export const constructorOfPromise = patched((put) => put(Promise.prototype, "constructor", { get() { see("constructor", this); return Promise; }, set() {} }));
export const species = patched((put) => {
  for (const Class of [Promise, Array, ArrayBuffer, prototypeOf(Uint8Array), Map, Set, RegExp]) {
    put(Class, Symbol.species, { get() { see("species", this); return class extends Class { constructor(...args) { super(...args); see("species made", this); args.forEach((arg) => see("species argument", arg)); } }; } });
  }
});

const KEYS = ["get", "set", "value", "done", "length", "kind", "handle", "incarnation", "className", "next", "read", "type", "start", "pull", "cancel", "autoAllocateChunkSize", "highWaterMark", "size",
  "writable", "transform", "flush", "signal", "props", "source", "stream", "used", "state", "cause", "raw", "headers", "redirect", "cf", "cache", "integrity", "method", "body", "status", "statusText",
  "webSocket", "encodeBody", "idName", "idText", "idHex", "limits", "mode", "bubbles", "cancelable", "detail", "once", "passive", "capture", "preventAbort", "preventCancel", "preventClose", "min",
  "fatal", "ignoreBOM", "transfer", "endings", "return", "throw", "ops", "core", "primordials", "instance", "rpc", "globalOutbound", "tails", "env", "class", "id", "startAfter", "end", "prefix",
  "reverse", "limit", "code", "promise", "reason", "resolve", "reject", "callback", "exports", "name", "stack", "0", "1", "2", "3", "-1"].filter((key) => !Object.hasOwn(Object.prototype, key));
export const accessorsOfObject = patched((put) => {
  for (const key of KEYS) {
    put(Object.prototype, key, accessor(key));
  }
});
export const iterators = patched((put) => {
  const iterator = Array.prototype[Symbol.iterator];
  const prototype = prototypeOf([][Symbol.iterator]());
  const { next } = prototype;
  put(Array.prototype, Symbol.iterator, { value() { see("iterator of", this); return apply(iterator, this, []); } });
  put(prototype, "next", { value() { const result = apply(next, this, []); see("next", result.value); return result; } });
});
export const toPrimitives = patched((put) => {
  for (const key of [Symbol.toPrimitive, Symbol.toStringTag, Symbol.isConcatSpreadable, Symbol.unscopables, Symbol.hasInstance, Symbol.match, Symbol.split, Symbol.asyncIterator, Symbol.dispose, Symbol.asyncDispose,
    Symbol.for("Deno.core.hostObject"), Symbol.for("Deno.customInspect"), Symbol.for("Deno.privateCustomInspect"), Symbol.for("nodejs.util.inspect.custom")]) {
    if (descriptorOf(Object.prototype, key) === undefined) {
      put(Object.prototype, key, accessor(key));
    }
  }
});
export const methods = patched((put) => {
  const targets = { Promise, Function, Map, WeakMap, Set, WeakSet, String, RegExp, Uint8Array, ArrayBuffer, ReadableStream, ReadableStreamDefaultReader, ReadableByteStreamController, ReadableStreamBYOBRequest,
    WritableStream, TransformStream, Headers, Request, Response, AbortSignal, AbortController, EventTarget, Event, Blob, URL, URLSearchParams, Array, Error, Number, Symbol, TextEncoder, TextDecoder };
  const wrap = (target, name) => {
    for (const key of ownKeys(target)) {
      const descriptor = descriptorOf(target, key);
      if (!descriptor.configurable || key === "constructor" || typeof descriptor.value !== "function") {
        continue;
      }
      const old = descriptor.value;
      put(target, key, { ...descriptor, value: function (...args) {
        const result = apply(old, this, args);
        if (!busy) {
          const where = `${name}.${String(key)}`;
          see(`${where} this`, this);
          for (let i = 0; i < args.length; i++) {
            see(`${where} argument`, args[i]);
          }
          see(`${where} result`, result);
        }
        return result;
      } });
    }
  };
  for (const [name, Class] of Object.entries(targets)) {
    wrap(Class.prototype, `${name}.prototype`);
  }
  wrap(prototypeOf(Uint8Array.prototype), "TypedArray.prototype");
  wrap(JSON, "JSON");
});
export const globalsReplaced = patched((put) => {
  for (const name of ["Promise", "Map", "Set", "WeakMap", "Uint8Array", "ArrayBuffer", "Response", "Request", "Headers", "ReadableStream", "URL", "Error", "TypeError", "Proxy", "Symbol", "AbortSignal", "DOMException"]) {
    const old = globalThis[name];
    put(globalThis, name, { writable: true, value: new Proxy(old, {
      construct(target, args, made) { const value = Reflect.construct(target, args, made); see(`new ${name}`, value); for (let i = 0; i < args.length; i++) { see(`new ${name} argument`, args[i]); } return value; },
    }) });
  }
});
