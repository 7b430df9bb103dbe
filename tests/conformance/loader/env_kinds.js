// Worker Loader: values of every kind in env and in the props of a loaded Worker's entrypoint, and how they arrive.
import { DurableObject, RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { table, describeError } from "../table.js";

const compatibilityDate = "2026-11-17";

export class Gate extends WorkerEntrypoint {
  greet(name) {
    return `hello ${name} ${JSON.stringify(this.ctx.props)}`;
  }
  fetch(request) {
    return new Response(`gate ${request.url}`);
  }
}
export class Store extends DurableObject {
  add() {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + 1);
    return kv.get("n");
  }
}
export class Kind extends DurableObject {
  props() {
    return this.ctx.props;
  }
}

// Shows a value from inside the loaded Worker: what JSON cannot tell.
const shower = `
  const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
  const show = (value, seen = new Map()) => {
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "bigint") return value + "n";
    if (Object.is(value, -0)) return "-0";
    if (typeof value !== "object" || value === null) return String(value);
    if (seen.has(value)) return "#" + seen.get(value);
    seen.set(value, seen.size);
    const members = (keys = Object.keys(value)) => keys.map((key) => key + ": " + show(value[key], seen)).join(", ");
    if (Array.isArray(value)) return "[" + Array.from({ length: value.length }, (_, i) => (i in value ? show(value[i], seen) : "hole")).join(", ") + "]" + (Object.keys(value).filter((key) => !/^\\d+$/.test(key)).length ? " with members" : "");
    if (value instanceof Map) return "Map(" + [...value].map(([k, v]) => show(k, seen) + " => " + show(v, seen)).join(", ") + ")";
    if (value instanceof Set) return "Set(" + [...value].map((v) => show(v, seen)).join(", ") + ")";
    if (value instanceof Date) return "Date(" + value.getTime() + ")";
    if (value instanceof RegExp) return value + " at " + value.lastIndex;
    if (value instanceof Error || tag(value) === "DOMException") return value.constructor.name + "(" + value.name + ": " + value.message + ") {" + members(Object.keys(value).filter((key) => key !== "stack")) + "}" + ("cause" in value ? " caused by " + show(value.cause, seen) : "");
    if (value instanceof ArrayBuffer) return "ArrayBuffer(" + [...new Uint8Array(value)].slice(0, 8).join() + ")" + (value.resizable ? " resizable to " + value.maxByteLength : "");
    if (ArrayBuffer.isView(value)) return tag(value) + "(" + [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)].slice(0, 8).join() + ") at " + value.byteOffset + " of " + value.buffer.byteLength;
    if (["Number", "String", "Boolean", "BigInt"].includes(tag(value))) return "Object(" + show(value.valueOf()) + ")";
    const proto = Object.getPrototypeOf(value);
    return (proto === Object.prototype ? "" : proto === null ? "null " : tag(value) + " ") + "{" + members() + "}";
  };
`;
const byEnv = `${shower} export default { fetch(request, env) { return new Response(show(env.value)); } };`;
const byProps = `${shower} import { WorkerEntrypoint } from "cloudflare:workers"; export default class extends WorkerEntrypoint { fetch() { return new Response(show(this.ctx.props.value)); } }`;

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const { exports } = ctx;
    const load = (source, more) => env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, ...more });
    const read = async (entry) => (await entry.fetch(url)).text();
    const shown = (value) => read(load(byEnv, { env: { value } }).getEntrypoint());
    const ofProps = (value) => read(load(byProps).getEntrypoint(null, { props: { value } }));

    const makers = {
      "undefined": () => undefined, "null": () => null, "true": () => true, "-0": () => -0, "NaN": () => NaN, "Infinity": () => Infinity, "large": () => 2 ** 53, "fraction": () => 0.1, "bigint": () => 12345678901234567890n, "negative bigint": () => -(2n ** 70n),
      "text": () => "é日😀", "empty text": () => "", "lone surrogate": () => "a\ud800b", "NUL": () => "a\0b", "symbol": () => Symbol("s"),
      "object": () => ({ a: { b: [1] } }), "array": () => [1, "x", null, undefined], "holes": () => [, 1, , 2], "long array": () => new Array(5), "array with members": () => Object.assign([1], { extra: 2 }), "numeric keys": () => ({ 2: "b", 1: "a", x: 0 }),
      "Map": () => new Map([[{ k: 1 }, [1]], ["k", new Map()]]), "Set": () => new Set([1, "a", {}]), "Date": () => new Date(86_400_000), "invalid Date": () => new Date(NaN), "RegExp": () => { const r = /a(b)/giu; r.lastIndex = 2; return r; },
      "Number object": () => new Number(5), "String object": () => new String("ab"), "Boolean object": () => new Boolean(false), "BigInt object": () => Object(5n), "Symbol object": () => Object(Symbol("s")),
      "ArrayBuffer": () => new Uint8Array([1, 2, 3]).buffer, "Uint8Array": () => new Uint8Array([1, 2, 3]), "part of a buffer": () => new Uint8Array([1, 2, 3, 4]).subarray(1, 3), "Float64Array": () => new Float64Array([1]), "BigInt64Array": () => new BigInt64Array([1n]), "DataView": () => new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2), "Float16Array": () => (typeof Float16Array === "undefined" ? null : new Float16Array([1])), "resizable buffer": () => new ArrayBuffer(2, { maxByteLength: 8 }), "view of a resizable buffer": () => new Uint8Array(new ArrayBuffer(2, { maxByteLength: 8 })), "detached buffer": () => { const b = new ArrayBuffer(2); structuredClone(b, { transfer: [b] }); return b; }, "two views of one buffer": () => { const b = new ArrayBuffer(4); return [new Uint8Array(b), new Uint16Array(b)]; },
      "Error": () => new Error("e"), "RangeError": () => new RangeError("r"), "own error class": () => new (class Mine extends Error { name = "Mine"; })("m"), "error with a cause": () => new Error("outer", { cause: new TypeError("inner") }), "error with members": () => Object.assign(new Error("e"), { code: 5, list: [1] }), "AggregateError": () => new AggregateError([new Error("one")], "several"), "DOMException": () => new DOMException("d", "AbortError"),
      "cycle": () => { const o = { name: "o" }; o.self = o; return o; }, "cycle of two": () => { const a = {}; const b = { a }; a.b = b; return a; }, "cycle in a Map": () => { const m = new Map(); m.set("m", m); return m; }, "cycle in an array": () => { const a = []; a.push(a, [a]); return a; }, "one thing twice": () => { const o = {}; return [o, o]; },
      "getter": () => ({ get g() { return "got"; } }), "getter that throws": () => ({ get g() { throw new RangeError("getter"); } }), "not enumerable": () => Object.defineProperty({ b: 1 }, "a", { value: 1 }), "symbol key": () => ({ [Symbol("s")]: 1, a: 1 }), "frozen": () => Object.freeze({ a: 1 }), "__proto__ as a key": () => JSON.parse('{"__proto__": 1}'), "toJSON": () => ({ toJSON: "text", a: 1 }), "then": () => ({ then: 5 }),
      "null prototype": () => Object.create(null), "inherits": () => Object.create({ a: 1 }), "instance": () => new (class Thing { x = 1; })(), "function": () => function named() {}, "arrow": () => () => 1, "async function": () => async () => {}, "class": () => class Named {}, "generator": () => (function* () {})(), "Promise": () => Promise.resolve(1), "WeakMap": () => new WeakMap(), "WeakRef": () => new WeakRef({}), "Proxy of an object": () => new Proxy({ a: 1 }, {}), "Proxy of an array": () => new Proxy([1], {}), "Proxy of a function": () => new Proxy(() => {}, {}), "arguments": () => (function () { return arguments; })(1, 2), "iterator": () => [1].values(), "globalThis": () => globalThis, "Math": () => Math, "JSON": () => JSON,
      "RpcTarget": () => new (class T extends RpcTarget {})(), "RpcTarget deep": () => ({ list: [new (class T extends RpcTarget {})()] }), "entrypoint called": () => exports.Gate({ props: { p: 1 } }), "entrypoint not called": () => exports.Gate, "object stub": () => env.Store.getByName("s"), "class called": () => exports.Kind({ props: {} }), "class not called": () => exports.Kind, "namespace": () => env.Store, "id": () => env.Store.idFromName("s"), "loader": () => env.LOADER, "loaded Worker": () => load("export default {}"), "ctx": () => ctx, "ctx.exports": () => exports,
      "Headers": () => new Headers([["a", "1"], ["set-cookie", "x"], ["set-cookie", "y"]]), "Request": () => new Request("http://x.test/p", { method: "PUT", headers: { a: "1" } }), "Request with a body": () => new Request("http://x.test/", { method: "POST", body: "b" }), "Response without a body": () => new Response(null, { status: 204 }), "Response": () => new Response("x"), "Blob": () => new Blob(["ab"], { type: "text/plain" }), "File": () => new File(["ab"], "f.txt"), "FormData": () => new FormData(), "URL": () => new URL("http://x.test/"), "URLSearchParams": () => new URLSearchParams("a=1"), "ReadableStream": () => new ReadableStream(), "WritableStream": () => new WritableStream(), "TransformStream": () => new TransformStream(), "AbortSignal": () => AbortSignal.abort(), "AbortController": () => new AbortController(), "Event": () => new Event("x"), "EventTarget": () => new EventTarget(), "MessagePort": () => new MessageChannel().port1, "TextEncoder": () => new TextEncoder(), "crypto": () => crypto, "performance": () => performance, "WebAssembly.Memory": () => new WebAssembly.Memory({ initial: 0 }), "Intl": () => new Intl.NumberFormat("en"),
    };
    for (const [kind, make] of Object.entries(makers)) {
      const outcomes = [];
      for (const by of [shown, ofProps]) { try { outcomes.push(await by(make())); } catch (error) { outcomes.push(`ERR ${describeError(error)}`); } }
      await row(kind, () => (outcomes[0] === outcomes[1] ? outcomes[0] : { env: outcomes[0], props: outcomes[1] }));
    }

    const run = async (body, given) => read(load(`${shower} export default { async fetch(request, env, ctx) { try { const value = await (async () => { ${body} })(); return new Response(typeof value === "string" ? value : JSON.stringify(value)); } catch (error) { return new Response("caught " + error.name + ": " + error.message); } } };`, { env: given }).getEntrypoint());
    await row("stub in a Map", () => run("return env.m.get('g').greet('map');", { m: new Map([["g", exports.Gate({})]]) }));
    await row("stub in a Set", () => run("return [...env.s][0].greet('set');", { s: new Set([exports.Gate({})]) }));
    await row("stub as a key of a Map", () => run("return [...env.m.keys()][0].greet('key');", { m: new Map([[exports.Gate({}), 1]]) }));
    await row("stub behind a getter", () => run("return env.g.greet('getter');", { get g() { return exports.Gate({}); } }));
    await row("stub in an error", () => run("return tag(env.e.g);", { e: Object.assign(new Error("e"), { g: exports.Gate({}) }) }));
    await row("stub in a cycle", () => run("return env.a.self.g.greet('cycle');", (() => { const a = { g: exports.Gate({}) }; a.self = a; return { a }; })()));
    await row("one stub twice is two", () => run("return [env.a === env.b, await env.a.greet('a'), await env.b.greet('b')];", (() => { const g = exports.Gate({}); return { a: g, b: g }; })()));
    await row("many stubs", () => run("let n = 0; for (const stub of env.list) n += (await stub.greet('x')).length; return n;", { list: Array.from({ length: 100 }, (_, i) => exports.Gate({ props: { i } })) }));
    await row("stub under odd names", () => run("return [await env[''].greet('a'), await env['a b'].greet('b'), await env['é'].greet('c'), await env['then'].greet('d')];", { "": exports.Gate({}), "a b": exports.Gate({}), "é": exports.Gate({}), then: exports.Gate({}) }));
    await row("stub's own members", () => run("return [typeof env.s.id, typeof env.s.name, Object.keys(env.s), 'id' in env.s];", { s: env.Store.getByName("named") }));
    await row("object by two ways", () => run("return [await env.a.add(), await env.b.add()];", { a: env.Store.getByName("two ways"), b: exports.Store.getByName("two ways") }));
    await row("unique object", async () => { const id = env.Store.newUniqueId(); const first = await env.Store.get(id).add(); return [first, await run("return env.s.add();", { s: env.Store.get(id) })]; });
    await row("stub passed on to another Worker", async () => run("return env.g.greet('passed on');", { g: exports.Gate({ props: { by: "props", deep: { g: 1 } } }) }));
    await row("stub made of a stub's props", () => run("return env.g.greet('x');", { g: exports.Gate({ props: { stub: exports.Gate({}), store: env.Store.getByName("in props") } }) }));
    await row("env is shared by the entrypoints", async () => { const worker = load("import { WorkerEntrypoint } from 'cloudflare:workers'; export class A extends WorkerEntrypoint { set(v) { this.env.x = v; } get() { return [this.env.x, this.env.list]; } push(v) { this.env.list.push(v); } }; export default {};", { env: { list: [] } }); const entry = worker.getEntrypoint("A"); await entry.set(5); await entry.push(1); await worker.getEntrypoint("A").push(2); return entry.get(); });
    await row("top level sees env", () => read(load("import { env } from 'cloudflare:workers'; const early = JSON.stringify(env); export default { fetch() { return new Response(early); } };", { env: { a: [1], b: "x" } }).getEntrypoint()));
    await row("stub used at the top", async () => { try { return await read(load("import { env } from 'cloudflare:workers'; const early = await env.g.greet('top'); export default { fetch() { return new Response(early); } };", { env: { g: exports.Gate({}) } }).getEntrypoint()); } catch (error) { return [error.name, ...error.message.split("\n").slice(0, 2)]; } });
    await row("size counts two bytes a letter", () => run("return env.t.length;", { t: "日".repeat(524_280) }));
    await row("size counts two bytes a letter, too large", () => run("return env.t.length;", { t: "日".repeat(524_290) }));
    await row("size of bytes", () => run("return env.b.byteLength;", { b: new Uint8Array(1_048_000) }));
    await row("size of bytes, too large", () => run("return env.b.byteLength;", { b: new Uint8Array(1_048_600) }));
    await row("props have no bound of env", () => read(load(byProps.replace("show(this.ctx.props.value)", "String(this.ctx.props.value.length)")).getEntrypoint(null, { props: { value: "x".repeat(2_000_000) } })));
    await row("size of many numbers", () => run("return env.n.length;", { n: Array.from({ length: 300_000 }, (_, i) => i) }));
    await row("deep", () => run("let d = 0; for (let o = env.o; o; o = o.o) d++; return d;", { o: (() => { let o = null; for (let i = 0; i < 1000; i++) o = { o }; return o; })() }));
    return response();
  },
};
