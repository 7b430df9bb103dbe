// Code from strings or bytes, shared memory and foreign modules are refused, in the static Worker and in a loaded one.
import assert from "node:assert";

const WASM = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
const constructorOf = (sample) => Object.getPrototypeOf(sample).constructor;
const CASES = {
  eval: () => (0, eval)("1 + 1"),
  Function: () => new Function("return 1"),
  FunctionCall: () => Function("return 1"),
  reached: () => (() => {}).constructor.constructor("return this")(),
  GeneratorFunction: () => constructorOf(function* () {})("yield 1"),
  AsyncFunction: () => constructorOf(async function () {})("return 1"),
  AsyncGeneratorFunction: () => constructorOf(async function* () {})("yield 1"),
  setTimeout: () => setTimeout("1", 0),
  setInterval: () => setInterval("1", 0),
  "WebAssembly.compile": () => WebAssembly.compile(WASM),
  "WebAssembly.Module": () => new WebAssembly.Module(WASM),
  "WebAssembly.instantiate": () => WebAssembly.instantiate(WASM),
  "WebAssembly.compileStreaming": () => WebAssembly.compileStreaming(new Response(WASM, { headers: { "content-type": "application/wasm" } })),
  "WebAssembly.instantiateStreaming": () => WebAssembly.instantiateStreaming(new Response(WASM, { headers: { "content-type": "application/wasm" } })),
  importScripts: () => importScripts("data:text/javascript,1"),
  SharedArrayBuffer: () => new SharedArrayBuffer(8),
  SharedMemory: () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer,
  "Atomics.wait": () => Atomics.wait(new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer), 0, 0, 10),
  "Atomics.waitAsync": () => Atomics.waitAsync(new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer), 0, 0, 10),
  ShadowRealm: () => new ShadowRealm(),
  Worker: () => new Worker("data:text/javascript,1"),
};
const SPECIFIERS = [
  "ext:core/mod.js", "ext:core/ops", "ext:core/ops#x", "EXT:core/ops", " ext:core/ops", "ext:", "ext:denizen/worker/workers.js",
  "ext:denizen/io/context.js", "ext:deno_web/00_url.js", "node:sea", "node:internal/fs", "node:fs/sync.js", "denizen-node:process", "denizen-node:fs",
  "file:///etc/passwd", "/etc/passwd", "../../../../etc/passwd", "data:text/javascript,export default 1", "blob:x",
  "http://127.0.0.1/x.js", "https://127.0.0.1/x.js", "npm:x", "jsr:x", "worker:///x", "worker:///ext:core/ops", "worker:ext", "checkin:x",
  "cloudflare:internal", "denizen:x", "deno:x", "internal:x", "\ud800", "x".repeat(1e6),
];

async function refused(run) {
  let value;
  try {
    value = await run();
  } catch (error) {
    assert.ok(error instanceof Error, "refusals are errors");
    return;
  }
  assert.fail(`allowed: ${Object.prototype.toString.call(value)}`);
}

function of(names) {
  return { async test() {
    for (const name of names) {
      try {
        await refused(CASES[name]);
      } catch (error) {
        error.message = `${name}: ${error.message}`;
        throw error;
      }
    }
  } };
}
export const strings = of(["eval", "Function", "FunctionCall", "reached", "GeneratorFunction", "AsyncFunction", "AsyncGeneratorFunction", "setTimeout", "setInterval", "importScripts", "ShadowRealm", "Worker"]);
export const wasm = of(Object.keys(CASES).filter((name) => name.startsWith("WebAssembly")));
export const sharedArrayBuffer = of(["SharedArrayBuffer"]);
export const sharedMemory = of(["SharedMemory"]);
export const atomicsWait = of(["Atomics.wait"]);
export const atomicsWaitAsync = of(["Atomics.waitAsync"]);

export const specifiers = { async test() {
  for (const specifier of SPECIFIERS) {
    await refused(() => import(specifier));
  }
} };

// The modules of Node see nothing of the host, and run nothing.
export const nodeModules = { async test() {
  const fs = (await import("node:fs")).default;
  for (const path of ["/etc/passwd", "/proc/self/environ", "/bundle/../etc/passwd", "../etc/passwd", new URL("file:///etc/hostname")]) {
    assert.throws(() => fs.readFileSync(path), { code: "ENOENT" });
    assert.throws(() => fs.openSync(path), { code: "ENOENT" });
    assert.strictEqual(fs.existsSync(path), false);
  }
  assert.throws(() => fs.writeFileSync("/tmp/x", "x"), { code: "ERR_METHOD_NOT_IMPLEMENTED" });
  assert.deepStrictEqual(fs.readdirSync("/"), ["bundle", "tmp", "dev"]);
  const refusedCalls = [
    async () => (await import("node:child_process")).spawn("ls"),
    async () => (await import("node:vm")).runInThisContext("1"),
    async () => new (await import("node:vm")).Script("1").runInThisContext(),
    async () => new (await import("node:worker_threads")).Worker("x"),
    async () => (await import("node:net")).connect(80, "localhost"),
    async () => (await import("node:net")).createServer().listen(0),
    async () => (await import("node:tls")).connect(443, "localhost"),
    async () => (await import("node:http")).createServer().listen(0),
    async () => (await import("node:dns/promises")).resolve4("localhost"),
    async () => (await import("node:v8")).setFlagsFromString("--allow-natives-syntax"),
  ];
  for (const call of refusedCalls) await assert.rejects(call, { code: "ERR_METHOD_NOT_IMPLEMENTED" });
} };

// They mean the module itself.
export const empty = { async test() {
  for (const specifier of ["", "\0"]) {
    assert.strictEqual((await import(specifier)).empty, empty);
  }
} };

export const importMeta = { test() {
  assert.ok(Reflect.ownKeys(import.meta).every((key) => ["main", "url", "filename", "dirname", "resolve"].includes(key)), Reflect.ownKeys(import.meta).join());
  // It makes a URL, whether or not that could be imported.
  assert.strictEqual(import.meta.resolve("ext:core/ops"), "ext:core/ops");
} };

// A bundle cannot bring its own code in under a privileged name.
export const bundleNames = { async test(_controller, env) {
  const names = ["ext:core/ops", "node:fs", "checkin:x", "file:///x.js"];
  for (const [index, name] of names.entries()) {
    const entry = env.LOADER.get(`names-${index}`, () => ({
      compatibilityDate: "2026-11-17",
      mainModule: "main.js",
      modules: {
        "main.js": `export default { async fetch() {
          try {
            const module = await import(${JSON.stringify(name)});
            return new Response("loaded " + Object.keys(module) + " " + module.where + " " + module.found);
          } catch (error) { return new Response("refused"); } } };`,
        [name]: { js: "export const where = import.meta.url; export const found = typeof Deno + typeof __bootstrap;" },
      },
    })).getEntrypoint();
    const text = await (await entry.fetch("http://x/")).text();
    assert.ok(text === "refused" || text === `loaded found,where ${name} undefinedundefined`, text);
  }
} };

// CommonJS is sloppy: `caller` and `arguments` must not lead into the runtime.
export const sloppyCallers = { async test(_controller, env) {
  const entry = env.LOADER.get("sloppy", () => ({
    compatibilityDate: "2026-01-01",
    mainModule: "main.js",
    modules: {
      "main.js": `import sloppy from "./sloppy.cjs"; export default { async fetch() { return Response.json(await sloppy.run()); } };`,
      "sloppy.cjs": { cjs: `
        const found = [];
        function look(where) {
          let f = look.caller, depth = 0;
          while (f && depth++ < 20) {
            let args = "";
            try { args = f.arguments && [].map.call(f.arguments, (a) => Object.prototype.toString.call(a)).join(); } catch (e) { args = e.name; }
            const text = Function.prototype.toString.call(f);
            found.push([where, f.name, args, !text.includes("look") && /op_|primordials|core\\./.test(text)]);
            let next = null;
            try { next = f.caller; } catch (e) { }
            f = next;
          }
          const old = Error.prepareStackTrace;
          Error.prepareStackTrace = (e, sites) => sites.map((s) => [s.getFileName(), typeof s.getThis(), typeof s.getFunction()]);
          for (const [file, self, fn] of new Error().stack) {
            if (/^ext:/.test(file) && (self !== "undefined" || fn !== "undefined")) { found.push([where, file, self, true]); }
          }
          Error.prepareStackTrace = old;
        }
        module.exports.run = async function run() {
          look("run");
          await new Promise((resolve) => setTimeout(function timer() { look("timer"); resolve(); }, 1));
          new Response(new ReadableStream({ start: function start() { look("start"); }, pull: function pull(c) { look("pull"); c.close(); } }));
          structuredClone({ get a() { look("getter"); return 1; } });
          new Headers({ get a() { look("headers"); return "1"; } });
          try { new Request({ toString: function () { look("toString"); return "http://x/"; } }); } catch {}
          const target = new EventTarget();
          target.addEventListener("x", function listener() { look("listener"); });
          target.dispatchEvent(new Event("x"));
          console.log({ get [Symbol.for("Deno.customInspect")]() { look("inspect"); return undefined; } });
          await { then: function then(resolve) { look("then"); resolve(); } };
          return found;
        };
        look("top");
      ` },
    },
  })).getEntrypoint();
  const found = await (await entry.fetch("http://x/")).json();
  assert.deepStrictEqual(found.filter(([, , , internal]) => internal), []);
} };
