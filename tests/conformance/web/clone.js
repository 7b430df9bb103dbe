// structuredClone: what it copies, moves and refuses.
import { table } from "../table.js";

class Point {
  #hidden = 1;
  constructor(x) {
    this.x = x;
  }
  get double() {
    return this.x * 2;
  }
}
const describe = (value) => [Object.prototype.toString.call(value), value];

export default {
  async fetch() {
    const { row, response } = table();
    const values = {
      "undefined": undefined, "null": null, "minus zero": -0, "NaN": NaN, "infinity": -Infinity, "large": 2 ** 53, "bigint": -(2n ** 70n), "text": "\ud800\u00e9\ud83d\ude00", "two-byte text": "\u65e5".repeat(3),
      "boxed": [new Number(1), new String("ab"), new Boolean(false), Object(5n)], "date": new Date(5), "invalid date": new Date(NaN), "regexp": /a(b)/dgimsuy,
      "sparse": [1, , 3], "array with members": Object.assign([1], { name: "x" }), "nested": { a: { b: [{ c: 1 }] } }, "null prototype": Object.assign(Object.create(null), { a: 1 }),
      "map": new Map([[{ k: 1 }, new Set([1, "1"])], [NaN, 1]]), "set": new Set([[1], null, undefined]), "empty": [{}, [], new Map(), new Set()], "getter": { get a() { return 5; } },
      "not enumerable": Object.defineProperty({}, "a", { value: 1 }), "symbol key": { [Symbol("x")]: 1, a: 2 }, "instance": new Point(3), "frozen": Object.freeze({ a: 1 }), "arguments": (function () { return arguments; })(1, 2),
      "boolean": true, "array of holes": [, , ], "numbers as keys": { 2: "b", 1: "a", x: "c" },
    };
    for (const [kind, value] of Object.entries(values)) await row(kind, () => describe(structuredClone(value)));
    const buffers = {
      "ArrayBuffer": new Uint8Array([1, 2]).buffer, "resizable": new ArrayBuffer(2, { maxByteLength: 4 }), "Uint8Array": new Uint8Array([1, 2, 3]).subarray(1), "Float64Array": new Float64Array([1.5]), "BigInt64Array": new BigInt64Array([5n]),
      "Uint8ClampedArray": new Uint8ClampedArray([300]), "DataView": new DataView(new ArrayBuffer(4), 1, 2), "Float16Array": new Float16Array([0.5]), "length-tracking": new Uint8Array(new ArrayBuffer(2, { maxByteLength: 4 })),
    };
    for (const [kind, value] of Object.entries(buffers)) await row(kind, () => { const copy = structuredClone(value); return [describe(copy), copy.byteOffset, (copy.buffer ?? copy).byteLength, (copy.buffer ?? copy).resizable]; });
    await row("shared buffer of two views", () => { const buffer = new ArrayBuffer(4); const copy = structuredClone([new Uint8Array(buffer), new Uint16Array(buffer, 2)]); return copy[0].buffer === copy[1].buffer; });
    await row("identity", () => { const shared = {}; const copy = structuredClone({ a: shared, b: shared, list: [shared] }); return [copy.a === copy.b, copy.list[0] === copy.a, copy.a !== shared]; });
    await row("cycles", () => { const map = new Map(); map.set("self", map); const list = [map]; list.push(list); const copy = structuredClone(list); return [copy[0].get("self") === copy[0], copy[1] === copy]; });
    for (const Type of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError]) {
      await row(Type.name, () => {
        const error = Type === AggregateError ? new AggregateError([new Error("inner")], "m", { cause: 5 }) : new Type("m", { cause: { why: 1 } });
        error.own = "x";
        const copy = structuredClone(error);
        return [copy, copy.constructor.name, copy.cause, copy.errors, copy.own, Object.keys(copy), copy.stack === error.stack];
      });
    }
    await row("error with another name", () => { const error = new Error("m"); error.name = "Custom"; const copy = structuredClone(error); return [copy.name, copy.constructor.name]; });
    await row("subclass of Error", () => { class Mine extends RangeError { name = "Mine"; extra = 1; } const copy = structuredClone(new Mine("m")); return [copy.name, copy.constructor.name, copy.extra]; });
    await row("error without message", () => { const copy = structuredClone(new Error()); return [Object.hasOwn(copy, "message"), copy.message]; });
    await row("DOMException", () => { const copy = structuredClone(new DOMException("m", "AbortError")); return [copy instanceof DOMException, copy.name, copy.message, copy.code]; });
    const refused = {
      "function": () => {}, "nested function": { a: { b() {} } }, "symbol": Symbol("x"), "boxed symbol": Object(Symbol("x")), "WeakMap": new WeakMap(), "WeakSet": new WeakSet(), "WeakRef": new WeakRef({}), "promise": Promise.resolve(),
      "proxy": new Proxy({}, {}), "generator": (function* () {})(), "class": Point, "Response": new Response(), "Request": new Request("http://a.test"), "Headers": new Headers({ a: "b" }), "URL": new URL("http://a.test"), "URLSearchParams": new URLSearchParams("a=1"),
      "FormData": new FormData(), "Event": new Event("x"), "EventTarget": new EventTarget(), "AbortController": new AbortController(), "AbortSignal": AbortSignal.abort(), "TextEncoder": new TextEncoder(), "TextDecoder": new TextDecoder(),
      "ReadableStream": new ReadableStream(), "WritableStream": new WritableStream(), "TransformStream": new TransformStream(), "CompressionStream": new CompressionStream("gzip"), "URLPattern": new URLPattern(), "MessageChannel": new MessageChannel(),
      "WebAssembly.Memory": new WebAssembly.Memory({ initial: 1 }), "iterator": [][Symbol.iterator](), "map iterator": new Map().entries(), "Intl": new Intl.NumberFormat("en"), "crypto": crypto, "global": globalThis,
      "CountQueuingStrategy": new CountQueuingStrategy({ highWaterMark: 1 }), "FinalizationRegistry": new FinalizationRegistry(() => {}),
    };
    for (const [kind, value] of Object.entries(refused)) await row(`refused? ${kind}`, () => { const copy = structuredClone(value); return [Object.prototype.toString.call(copy), copy?.constructor?.name]; });
    await row("Blob", async () => { const copy = structuredClone(new Blob(["abc"], { type: "text/plain" })); return [copy instanceof Blob, copy.type, await copy.text?.()]; });
    await row("File", async () => { const copy = structuredClone(new File(["abc"], "n.txt", { type: "a/b", lastModified: 5 })); return [copy instanceof File, copy.name, copy.type, copy.lastModified]; });
    await row("getter that throws", () => structuredClone({ get a() { throw new RangeError("getter"); } }));
    await row("without arguments", () => structuredClone());
    for (const [kind, options] of [["null", null], ["number", 5], ["empty", {}], ["undefined transfer", { transfer: undefined }], ["null transfer", { transfer: null }], ["number transfer", { transfer: 5 }], ["text transfer", { transfer: "ab" }], ["object", { transfer: [{}] }], ["primitive", { transfer: [1] }]]) {
      await row(`options: ${kind}`, () => structuredClone({ a: 1 }, options));
    }
    await row("transfer", () => { const buffer = new Uint8Array([1, 2]).buffer; const copy = structuredClone({ buffer }, { transfer: [buffer] }); return [copy.buffer, buffer.byteLength, buffer.detached]; });
    await row("transfer a view's buffer", () => { const view = new Uint8Array([1, 2, 3]); const copy = structuredClone(view, { transfer: [view.buffer] }); return [copy, view.length]; });
    await row("transfer what is not there", () => { const buffer = new ArrayBuffer(2); structuredClone(1, { transfer: [buffer] }); return buffer.detached; });
    await row("transfer twice", () => { const buffer = new ArrayBuffer(2); return structuredClone(1, { transfer: [buffer, buffer] }); });
    await row("transfer detached", () => { const buffer = new ArrayBuffer(2); buffer.transfer(); return structuredClone(1, { transfer: [buffer] }); });
    await row("clone detached", () => { const buffer = new ArrayBuffer(2); buffer.transfer(); return structuredClone(buffer); });
    await row("transfer fails after a refusal", () => { const buffer = new ArrayBuffer(2); try { structuredClone([buffer, () => {}], { transfer: [buffer] }); } catch {} return buffer.detached; });
    await row("transfer resizable", () => { const buffer = new ArrayBuffer(2, { maxByteLength: 4 }); const copy = structuredClone(buffer, { transfer: [buffer] }); return [copy.resizable, copy.maxByteLength]; });
    await row("transfer a port", () => { const { port1 } = new MessageChannel(); return structuredClone(port1, { transfer: [port1] }); });
    await row("transfer a stream", () => { const stream = new ReadableStream(); return structuredClone(stream, { transfer: [stream] }); });
    await row("iterable transfer", () => { const buffer = new ArrayBuffer(2); structuredClone(1, { transfer: new Set([buffer]) }); return buffer.detached; });
    await row("deep", () => { let value = {}; for (let depth = 0; depth < 500; depth++) value = { value }; let copy = structuredClone(value); let depth = 0; while (copy.value) { copy = copy.value; depth++; } return depth; });
    return response();
  },
};
