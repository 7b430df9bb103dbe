// Memory that V8 takes neither from its heap nor from the isolate's allocator counts: resizable buffers with the memory maps
// that each has, and what ICU keeps for `Intl`. Whoever keeps more than its isolate may is refused or stopped, and the rest of the
// process goes on. Without the bounds each way ends the process or goes through.
import assert from "node:assert";
import { DurableObject } from "cloudflare:workers";

const MANY = 40_000;
const small = "new ArrayBuffer(1, { maxByteLength: 4097 })";
const keep = (what, setup = "") => `${setup} for (let i = 0; i < ${MANY}; i++) kept.push(${what});`;
// A WebAssembly module with a shared memory of one page, which it exports as "m".
const SHARED = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 5, 4, 1, 3, 1, 1, 7, 5, 1, 1, 109, 2, 0]);

const REFUSED = {
  "resizable buffers": keep(small),
  "subclasses": keep("new Sub(1, { maxByteLength: 4097 })", "class Sub extends ArrayBuffer {}"),
  "other new.targets": keep("Reflect.construct(ArrayBuffer, [1, { maxByteLength: 4097 }], Array)"),
  "constructors of views": keep("new C(1, { maxByteLength: 4097 })", "const C = new Uint8Array(1).buffer.constructor;"),
  "clones": keep("structuredClone(buffer)", `const buffer = ${small};`),
  "clones inside": keep("structuredClone(value)", `const value = { a: [new Map([[1, new Set([new Uint8Array(${small})])]])] };`),
  "clones that are causes": keep("structuredClone(error)", `const error = new Error("x", { cause: ${small} });`),
  "moved clones": `for (let i = 0; i < ${MANY}; i++) { const buffer = ${small}; kept.push(structuredClone(buffer, { transfer: [buffer] })); }`,
  "stored values": keep("kv.get('x')", `const { kv } = this.ctx.storage; kv.put('x', ${small});`),
  "values of calls": `for (let i = 0; i < 900; i++) kept.push(await this.env.ECHO.echo(${small}));`,
  "transferred ones": keep(`${small}.transfer()`),
  "bytes": "for (let i = 0; i < 20; i++) kept.push(new ArrayBuffer(1 << 28, { maxByteLength: 1 << 28 }));",
  "bytes of grown ones": "for (let i = 0; i < 20; i++) { const buffer = new ArrayBuffer(0, { maxByteLength: 1 << 28 }); kept.push(buffer); buffer.resize({ n: 0, valueOf() { return this.n++ ? 0 : 1 << 28; } }); }",
  "buffers over WebAssembly": "for (let i = 0; i < 20; i++) { const memory = new WebAssembly.Memory({ initial: 0, maximum: 2048 }); kept.push(memory); memory.toResizableBuffer().resize(1 << 27); }",
};
const STOPPED = {
  "date formats": keep("new Intl.DateTimeFormat('en', { month: 'long', day: 'numeric' })"),
  "relative times": keep("new Intl.RelativeTimeFormat('en')"),
  "segments": keep("segmenter.segment(text)", "const segmenter = new Intl.Segmenter('en'); const text = 'a'.repeat(1 << 16);"),
  "iterators of segments": keep("segments[Symbol.iterator]()", "const segments = new Intl.Segmenter('en').segment('a'.repeat(1 << 16));"),
};
// What is dropped at once is collected, however much it is over time.
const DROPPED = {
  "dropped buffers": `for (let i = 0; i < 3_000; i++) ${small}; for (let i = 0; i < 20; i++) new ArrayBuffer(0, { maxByteLength: 1 << 26 }).resize(1 << 26);`,
  "dropped formats": "for (let i = 0; i < 10_000; i++) new Intl.DateTimeFormat('en', { month: 'long', day: 'numeric' });",
  "dropped segments": "const segmenter = new Intl.Segmenter('en'); const text = 'a'.repeat(1 << 20); for (let i = 0; i < 500; i++) segmenter.segment(text);",
};

export class Echo extends DurableObject {
  echo(value) {
    return value;
  }
}
export class Host extends DurableObject {
  async run(name, body) {
    const worker = this.env.LOADER.get(name, () => ({
      compatibilityDate: "2026-11-17",
      mainModule: "m.js",
      modules: {
        "m.js": `import { DurableObject } from "cloudflare:workers"; import shared from "./shared.wasm"; export class App extends DurableObject { async go() { const kept = []; ${body} } }`,
        "shared.wasm": { wasm: SHARED },
      },
      env: { ECHO: this.env.Echo.getByName("echo") },
    }));
    return await this.ctx.facets.get(name, () => ({ class: worker.getDurableObjectClass("App"), limits: { cpuMs: 20_000 } })).go();
  }
}

async function fails(env, name, body, expected) {
  const error = await env.Host.getByName(name).run(name, body).then(() => assert.fail(`${name} ended`), (error) => error);
  assert.ok(expected(error), `${name}: ${error.stack} ${error.limit}`);
  // A neighbour goes on.
  assert.equal(await env.Echo.getByName("neighbour").echo("ping"), "ping");
}

export const refused = { async test(_controller, env) {
  for (const name in REFUSED) {
    await fails(env, name, REFUSED[name], (error) => error instanceof RangeError);
  }
} };
export const stopped = { async test(_controller, env) {
  for (const name in STOPPED) {
    await fails(env, name, STOPPED[name], (error) => error.limit === "heapBytes");
  }
} };
export const dropped = { async test(_controller, env) {
  for (const name in DROPPED) {
    await env.Host.getByName(name).run(name, DROPPED[name]);
  }
} };
export const sharedMemory = { async test(_controller, env) {
  await fails(env, "shared", "const { buffer } = new WebAssembly.Instance(shared).exports.m; kept.push(new buffer.constructor(0, { maxByteLength: 1 << 30 }));",
    (error) => error instanceof TypeError && error.message === "Illegal constructor");
} };
