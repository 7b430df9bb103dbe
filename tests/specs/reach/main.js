// Everything that can be reached by properties, prototypes, symbols, accessors, constructors, errors and modules: no operation,
// no Deno, no bootstrap object, no handle of the host.
import assert from "node:assert";
import * as assertModule from "node:assert";
import * as strictModule from "node:assert/strict";
import * as workers from "cloudflare:workers";

export class Obj extends workers.DurableObject {
  walk() {
    return walk({ object: this, ctx: this.ctx, storage: this.ctx.storage, sql: this.ctx.storage.sql, kv: this.ctx.storage.kv, facets: this.ctx.facets,
      cursor: this.ctx.storage.sql.exec("select 1 as a"), raw: this.ctx.storage.sql.exec("select 1 as a").raw(), list: this.ctx.storage.kv.list(),
      facet: this.ctx.facets.get("f", () => ({})), env: this.env });
  }
}

const GLOBALS = ["Deno", "__bootstrap", "bootstrap", "__denizen", "__infra", "__timers", "core", "internals", "primordials", "ops", "gc", "d8", "console2", "require"];
const HANDLES = /^(ActorHandle|EventHandle|HostBody|BodyWriter|LoaderHandle|LoadedHandle|NamespaceHandle|Frame|JsRuntime)$/;


// Why `value` must not be reachable, if so.
function forbidden(value, path) {
  let keys;
  try {
    keys = Reflect.ownKeys(value);
  } catch {
    return undefined;
  }
  if (typeof value === "function" && /^(op_|async_op_)/.test(nameOf(value))) {
    return "an operation";
  }
  if (keys.some((key) => typeof key === "string" && (/^op_/.test(key) || key === "loadExtScript" || key === "primordials" || key === "uncurryThis" || key === "ops"))) {
    return "an object of the runtime";
  }
  let prototype;
  try {
    prototype = Object.getPrototypeOf(value);
  } catch {
    return undefined;
  }
  if (prototype === null && keys.length === 0 && typeof value === "object" && !/listeners|list$|\.groups|\._events$|Cache$|_cache$/.test(path)) {
    return "a handle, perhaps";
  }
  if (HANDLES.test(Object.getOwnPropertyDescriptor(value, "constructor")?.value?.name ?? "")) {
    return "a handle's class";
  }
  return undefined;
}

function nameOf(f) {
  const name = Object.getOwnPropertyDescriptor(f, "name")?.value;
  return typeof name === "string" ? name : "";
}

// Gives the paths of what must not be there.
function walk(roots) {
  const seen = new Set();
  const bad = [];
  const queue = Object.entries(roots).map(([name, value]) => [name, value]);
  const add = (path, value) => {
    if ((typeof value === "object" && value !== null) || typeof value === "function") {
      if (!seen.has(value) && seen.size < 200000 && path.length < 400) {
        seen.add(value);
        queue.push([path, value]);
      }
    }
  };
  for (let i = 0; i < queue.length; i++) {
    const [path, value] = queue[i];
    if ((typeof value !== "object" && typeof value !== "function") || value === null) {
      continue;
    }
    const why = forbidden(value, path);
    if (why !== undefined) {
      bad.push(`${path}: ${why}`);
    }
    try {
      add(`${path}.[[Prototype]]`, Object.getPrototypeOf(value));
    } catch { /* a proxy */ }
    let keys = [];
    try {
      keys = Reflect.ownKeys(value);
    } catch { /* a proxy */ }
    for (const key of keys) {
      const where = `${path}.${String(key)}`;
      let descriptor;
      try {
        descriptor = Reflect.getOwnPropertyDescriptor(value, key);
      } catch {
        continue;
      }
      if (descriptor === undefined) {
        continue;
      }
      add(`${where}[get]`, descriptor.get);
      add(`${where}[set]`, descriptor.set);
      if ("value" in descriptor) {
        add(where, descriptor.value);
      } else {
        try {
          add(where, value[key]);
        } catch (error) {
          add(`${where}[thrown]`, error);
        }
      }
    }
    if (value instanceof Map || value instanceof Set) {
      try {
        for (const entry of value) {
          add(`${path}[entry]`, entry);
        }
      } catch { /* a prototype */ }
    }
  }
  return bad;
}

function errors() {
  const found = {};
  const runs = { null: () => null.x, url: () => new URL(""), clone: () => structuredClone(() => {}), headers: () => new Headers(5), request: () => new Request(""),
    response: () => new Response("", { status: 1 }), redirect: () => Response.redirect(""), timer: () => setTimeout(), random: () => crypto.getRandomValues({}), atob: () => atob("!"),
    stack: () => { const f = () => f(); f(); }, import: () => import.meta.resolve?.("ext:core/ops"), evaluated: () => (0, eval)("1") };
  for (const [name, run] of Object.entries(runs)) {
    try {
      run();
    } catch (error) {
      found[name] = error;
    }
  }
  return found;
}

export const globals = { test() {
  for (const name of GLOBALS) {
    assert.strictEqual(name in globalThis, false, name);
  }
} };

export const everything = { async test(_controller, env, ctx) {
  const worker = env.LOADER.load({ compatibilityDate: "2026-01-01", mainModule: "m.js", modules: { "m.js": "export default { fetch() { return new Response('x'); } }" } });
  const stub = env.Obj.getByName("a");
  const response = await worker.getEntrypoint().fetch("http://x/");
  const roots = {
    globalThis, env, ctx, workers, assertModule, strictModule, worker, entry: worker.getEntrypoint(), class: worker.getDurableObjectClass("X"), stub, id: stub.id, method: stub.anything,
    response, body: response.body, reader: new Response("x").body.getReader(), request: new Request("http://x/", { method: "POST", body: "x" }), signal: AbortSignal.timeout(1000),
    stream: new TransformStream(), bytes: new ReadableStream({ type: "bytes" }), controller: new AbortController(), errors: errors(), meta: import.meta,
    generator: (function* () {})(), asyncGenerator: (async function* () {})(), asyncFunction: async () => {}, arrayIterator: [][Symbol.iterator](), mapIterator: new Map().entries(),
    regExpIterator: "a".matchAll(/a/g), proxy: new Proxy({}, {}), finalization: new FinalizationRegistry(() => {}), promise: Promise.resolve(), wrapped: Iterator.from({ next() {} }),
    segmenter: new Intl.Segmenter().segment("a"), headers: new Headers({ a: "b" }).entries(), form: new FormData(), blob: new Blob(["x"]), event: new Event("x"),
    rejection: await new Promise((resolve) => { addEventListener("unhandledrejection", resolve, { once: true }); Promise.reject(new Error("on purpose")); setTimeout(resolve, 50, {}); }),
    timer: setTimeout(() => {}, 0), performance: performance.mark("m"), subtle: crypto.subtle, pattern: new URLPattern({}), channel: new MessageChannel(),
    key: await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]), digest: new crypto.DigestStream("SHA-256"), compression: new CompressionStream("gzip"),
  };
  const modules = (await import("node:module")).builtinModules;
  assert.ok(modules.length > 20, `${modules}`);
  for (const name of modules) {
    // What is missing is told by an error, which is looked at too.
    roots[`module ${name}`] = await import(name.includes(":") ? name : `node:${name}`).catch((error) => error);
  }
  assert.deepStrictEqual(walk(roots), []);
} };

export const insideAnObject = { async test(_controller, env) {
  assert.deepStrictEqual(await env.Obj.getByName("walk").walk(), []);
} };

export const insideALoadedWorker = { async test(_controller, env) {
  const entry = env.LOADER.get("walk", () => ({
    compatibilityDate: "2026-01-01", mainModule: "main.js",
    modules: { "main.js": `${HANDLES_SOURCE}\n${nameOf}\n${forbidden}\n${walk}\nexport default { fetch(request, env, ctx) { return Response.json(walk({ globalThis, request, body: request.body, env, ctx, arguments, self: this })); } };` },
  })).getEntrypoint();
  assert.deepStrictEqual(await (await entry.fetch("http://x/", { method: "POST", body: "x" })).json(), []);
} };
const HANDLES_SOURCE = `const HANDLES = ${HANDLES};`;

export const callSites = { test() {
  const sites = [];
  Error.prepareStackTrace = (_error, found) => {
    sites.push(...found);
    return "";
  };
  try {
    void new Error("x").stack;
    structuredClone({ get a() { return new Error("y").stack; } });
    new Headers({ get a() { return String(new Error("z").stack); } });
    console.debug({ get [Symbol.toStringTag]() { void new Error("w").stack; return "x"; } });
    Object.values(errors()).forEach((error) => error.stack);
  } finally {
    delete Error.prepareStackTrace;
  }
  assert.ok(sites.length > 0);
  for (const site of sites) {
    assert.strictEqual(site.getFunction(), undefined);
    assert.strictEqual(site.getThis(), undefined);
    assert.deepStrictEqual(walk({ site: Object.getPrototypeOf(site) }), []);
  }
} };
