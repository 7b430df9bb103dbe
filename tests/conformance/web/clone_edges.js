// structuredClone: errors and their causes, getters and order, views over buffers, transfers that fail, objects of the runtime.
import { table } from "../table.js";

const text = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : error);
const caught = (work) => { try { return ["returned", work()]; } catch (error) { return ["threw", text(error), error?.code, error?.constructor?.name]; } };
const shape = (error) => [Object.prototype.toString.call(error), error?.constructor?.name, error instanceof Error, Object.getOwnPropertyNames(error).filter((name) => name !== "stack").sort(), error.name, error.message];

export default {
  async fetch(request) {
    const { row, response } = table();
    const cyclic = new Error("c"); cyclic.cause = cyclic;
    const errors = {
      "cause of an error": new Error("m", { cause: new TypeError("inner") }), "cause undefined": new Error("m", { cause: undefined }), "cause of itself": cyclic, "no message": new RangeError(), "message of a number": Object.assign(new Error("m"), { message: 5 }), "message of an object": Object.assign(new Error("m"), { message: { toString: () => "ts" } }), "name of a number": Object.assign(new Error("m"), { name: 5 }), "name unknown": Object.assign(new TypeError("m"), { name: "Foo" }), "name of another": Object.assign(new TypeError("m"), { name: "RangeError" }), "own members": Object.assign(new Error("m"), { code: "E", list: [1], nested: { a: new Date(5) } }), "member of a function": Object.assign(new Error("m"), { f() {} }), "member of a symbol": Object.assign(new Error("m"), { s: Symbol("x") }), "symbol key": Object.assign(new Error("m"), { [Symbol("k")]: 1 }),
      "no stack": (() => { const made = new Error("m"); delete made.stack; return made; })(), "stack of a text": Object.assign(new Error("m"), { stack: "mine" }), "aggregate": new AggregateError([new RangeError("a"), "b", 5], "m"), "aggregate of none": new AggregateError([]), "aggregate changed": Object.assign(new AggregateError([1]), { errors: "x" }), "message inherited": (() => { class Mine extends Error { get message() { return "getter"; } } return new Mine(); })(), "not enumerable": Object.defineProperty(new Error("m"), "hidden", { value: 1 }), "accessor": Object.defineProperty(new Error("m"), "acc", { enumerable: true, get: () => 7 }), "null prototype": Object.setPrototypeOf(new Error("m"), null), "prototype of an object": Object.setPrototypeOf(new Error("m"), Object.prototype), "made by Object.create": Object.create(Error.prototype), "SuppressedError": typeof SuppressedError === "function" ? new SuppressedError(1, 2, "s") : null,
      "DOMException": new DOMException("m", "NotFoundError"), "DOMException of no name": new DOMException("m"), "DOMException own name": new DOMException("m", "Mine"), "DOMException with a cause": new DOMException("m", { name: "X", cause: 5 }), "DOMException with members": Object.assign(new DOMException("m", "DataError"), { extra: 1 }), "abort's reason": AbortSignal.abort().reason,
    };
    for (const [kind, error] of Object.entries(errors)) {
      await row(`error: ${kind}`, () => caught(() => { const copy = structuredClone(error); return [shape(copy), copy.cause === copy ? "itself" : copy.cause, copy.errors, copy.code, copy.list, copy.nested, copy.extra, copy.acc]; }));
      await row(`error's stack: ${kind}`, () => caught(() => structuredClone(error).stack === error?.stack));
      await row(`inside an object: ${kind}`, () => caught(() => { const copy = structuredClone({ error, list: [error] }); return [copy.error === copy.list[0], copy.error?.message]; }));
    }
    await row("an error in a map's key", () => { const copy = structuredClone(new Map([[new RangeError("k"), 1]])); return [...copy.keys()].map(text); });
    await row("an error in an error's member", () => caught(() => { const copy = structuredClone(Object.assign(new Error("m"), { inner: new TypeError("i") })); return [copy.inner instanceof TypeError, text(copy.inner)]; }));

    await row("getters in order", () => { const seen = []; const value = {}; for (const name of ["b", "a", "1", "0"]) Object.defineProperty(value, name, { enumerable: true, get() { seen.push(name); return name; } }); return [Object.keys(structuredClone(value)), seen]; });
    await row("getter that removes a later member", () => { const value = { get a() { delete value.b; return 1; }, b: 2, c: 3 }; return structuredClone(value); });
    await row("getter that adds a member", () => { const value = { get a() { value.z = 5; return 1; }, b: 2 }; return structuredClone(value); });
    await row("getter that makes a cycle", () => { const value = { get self() { return value; } }; const copy = structuredClone(value); return copy.self === copy; });
    await row("array's length", () => { const list = [1, 2, 3]; list.length = 5; const copy = structuredClone(list); return [copy.length, 3 in copy, Object.keys(copy)]; });
    await row("array with a getter", () => { const list = [1, 2]; Object.defineProperty(list, 0, { get: () => "g", enumerable: true }); return structuredClone(list); });
    await row("subclass of Array", () => { class List extends Array {} const copy = structuredClone(List.of(1, 2)); return [copy.constructor.name, copy]; });
    await row("subclass of Map", () => { class Mine extends Map {} const copy = structuredClone(new Mine([[1, 2]])); return [copy.constructor.name, copy]; });
    await row("subclass of Date", () => { class Mine extends Date {} return structuredClone(new Mine(5)).constructor.name; });
    await row("subclass of Uint8Array", () => { class Mine extends Uint8Array {} const copy = structuredClone(new Mine([1])); return [copy.constructor.name, copy.length]; });
    await row("map changed by a getter", () => { const inner = { get a() { map.set("late", 1); return 1; } }; const map = new Map([["x", inner]]); return structuredClone(map); });
    await row("map with members", () => { const copy = structuredClone(Object.assign(new Map([[1, 2]]), { extra: 1 })); return [copy.extra, copy.size]; });
    await row("date with members", () => structuredClone(Object.assign(new Date(5), { extra: 1 })).extra);
    await row("regexp's lastIndex", () => { const value = /x/g; value.lastIndex = 5; return structuredClone(value).lastIndex; });
    await row("members of prototypes", () => structuredClone(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })));
    await row("__proto__ as a member", () => { const copy = structuredClone(JSON.parse('{"__proto__":{"x":1}}')); return [Object.hasOwn(copy, "__proto__"), Object.getPrototypeOf(copy) === Object.prototype]; });
    await row("frozen and sealed", () => { const copy = structuredClone(Object.freeze([Object.freeze({ a: 1 })])); return [Object.isFrozen(copy), Object.isFrozen(copy[0])]; });
    await row("read-only members", () => { const copy = structuredClone(Object.defineProperty({}, "a", { value: 1, enumerable: true })); copy.a = 2; return copy; });
    await row("module namespace", () => caught(() => structuredClone(namespace)));
    await row("proxy of an array", () => caught(() => structuredClone(new Proxy([1], {}))));
    await row("object with a proxy inside", () => caught(() => structuredClone({ a: { b: new Proxy({}, {}) } })));
    await row("revoked proxy", () => caught(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return structuredClone(proxy); }));
    for (const [kind, make] of Object.entries({ "Map iterator": () => new Map().keys(), "array iterator": () => [].values(), "generator": () => (function* () {})(), "generator function": () => function* () {}, "bound function": () => (() => {}).bind(), "WeakRef": () => new WeakRef({}), "Intl.Collator": () => new Intl.Collator(), "Intl.Segmenter": () => new Intl.Segmenter("en"), "Math": () => Math, "JSON": () => JSON, "Reflect": () => Reflect, "Atomics": () => Atomics, "WebAssembly": () => WebAssembly, "Symbol.iterator": () => Symbol.iterator, "async generator": () => (async function* () {})(), "Iterator helper": () => [].values().map((x) => x), "DisposableStack": () => new DisposableStack(), "WebAssembly.Table": () => new WebAssembly.Table({ initial: 0, element: "anyfunc" }), "WebAssembly.Global": () => new WebAssembly.Global({ value: "i32" }), "globalThis.crypto.subtle": () => crypto.subtle, "navigator": () => navigator, "performance": () => performance, "scheduler": () => scheduler, "a request": () => request, "a mark": () => new PerformanceMark("m"), "MessageEvent": () => new MessageEvent("m"), "a reader": () => new ReadableStream().getReader(), "a writer": () => new WritableStream().getWriter(), "a controller": () => { let kept; new ReadableStream({ start(c) { kept = c; } }); return kept; }, "IdentityTransformStream": () => new IdentityTransformStream(), "DigestStream": () => new crypto.DigestStream("SHA-1"), "URL's params": () => new URL("http://a?b").searchParams, "class instance with private members": () => new (class { #a = 1; b = 2; })(), "EventSource": () => EventSource.from(new ReadableStream()), "TextDecoderStream": () => new TextDecoderStream(), "FixedLengthStream": () => new FixedLengthStream(1), "subclass of Headers": () => new (class extends Headers { extra = 1; })({ a: "b" }), "an object whose prototype is Headers'": () => Object.create(Headers.prototype), "headers' iterator": () => new Headers().keys() })) {
      await row(`clone of ${kind}`, () => caught(() => { const copy = structuredClone(make()); return [Object.prototype.toString.call(copy), copy?.constructor?.name, typeof copy === "object" ? Object.keys(copy) : 0]; }));
      await row(`clone within: ${kind}`, () => caught(() => { const copy = structuredClone({ a: [make()] }).a[0]; return Object.prototype.toString.call(copy); }));
    }
    await row("Headers' contents", () => { const copy = structuredClone(new Headers([["a", "1"], ["set-cookie", "x"], ["set-cookie", "y"]])); return [[...copy], copy instanceof Headers]; });
    await row("Blob's contents", async () => { const copy = structuredClone(new Blob(["a", "b"], { type: "t/t" }).slice(1)); return [copy.constructor.name, copy.size, copy.type, await copy.text?.()]; });
    await row("Request's contents", () => caught(() => { const copy = structuredClone(new Request("http://a.test", { headers: { a: "1" } })); return [copy.constructor.name, copy.url]; }));
    await row("CryptoKey", async () => { const key = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", true, ["encrypt"]); return caught(() => structuredClone(key)); });

    const views = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float16Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView];
    for (const View of views) await row(`view: ${View.name}`, () => { const buffer = new Uint8Array(24).map((_, index) => index).buffer; const view = new View(buffer, 8, 1); const copy = structuredClone(view); return [copy.constructor === View, copy.byteOffset, copy.byteLength, copy.buffer.byteLength, [...new Uint8Array(copy.buffer).subarray(7, 10)]]; });
    await row("views of one buffer", () => { const buffer = new ArrayBuffer(8); const copy = structuredClone({ a: new Uint8Array(buffer), b: new DataView(buffer, 2), buffer }); return [copy.a.buffer === copy.buffer, copy.b.buffer === copy.buffer]; });
    await row("length-tracking view", () => { const buffer = new ArrayBuffer(2, { maxByteLength: 8 }); const copy = structuredClone(new Uint8Array(buffer)); copy.buffer.resize(6); return [copy.length, copy.buffer.maxByteLength]; });
    await row("fixed view of a resizable buffer", () => { const buffer = new ArrayBuffer(4, { maxByteLength: 8 }); const copy = structuredClone(new Uint8Array(buffer, 1, 2)); copy.buffer.resize(6); return copy.length; });
    await row("view out of bounds", () => caught(() => { const buffer = new ArrayBuffer(4, { maxByteLength: 8 }); const view = new Uint8Array(buffer, 2, 2); buffer.resize(2); return structuredClone(view); }));
    await row("view of a detached buffer", () => caught(() => { const view = new Uint8Array(4); view.buffer.transfer(); return structuredClone(view); }));
    await row("DataView of a detached buffer", () => caught(() => { const view = new DataView(new ArrayBuffer(4)); view.buffer.transfer(); return structuredClone(view); }));
    await row("transfer and clone of a view", () => { const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3); const copy = structuredClone({ view }, { transfer: [view.buffer] }); return [copy.view, copy.view.byteOffset, copy.view.buffer.byteLength, view.byteLength, view.buffer.detached]; });
    await row("transfer of a buffer that is used twice", () => { const buffer = new ArrayBuffer(2); const copy = structuredClone([buffer, new Uint8Array(buffer), buffer], { transfer: [buffer] }); return [copy[0] === copy[2], copy[1].buffer === copy[0]]; });
    await row("transfer when a getter throws", () => { const buffer = new ArrayBuffer(2); const result = caught(() => structuredClone({ get a() { throw new RangeError("g"); } }, { transfer: [buffer] })); return [result, buffer.detached]; });
    await row("transfer of a wasm memory", () => caught(() => { const memory = new WebAssembly.Memory({ initial: 1 }); return structuredClone(memory.buffer, { transfer: [memory.buffer] }).byteLength; }));
    await row("clone of a wasm memory's buffer", () => structuredClone(new WebAssembly.Memory({ initial: 1 }).buffer).byteLength);
    for (const [kind, list] of Object.entries({ "a view": [new Uint8Array(2)], "a stream": [new ReadableStream()], "a writable": [new WritableStream()], "a transform": [new TransformStream()], "a port": [new MessageChannel().port1], "null": [null], "a text": ["x"], "an empty text": "", "an array-like": { length: 0 }, "a generator": (function* () { yield new ArrayBuffer(1); })(), "a function": () => {}, "undefined": [undefined], "an ImageBitmap-like": [{ close() {} }], "a blob": [new Blob([])] })) await row(`transfer list of ${kind}`, () => caught(() => structuredClone(1, { transfer: list })));
    await row("options' getter", () => { const seen = []; structuredClone(1, { get transfer() { seen.push("transfer"); return []; } }); return seen; });
    await row("options of a function", () => caught(() => structuredClone(1, () => {})));
    await row("options with other members", () => structuredClone(1, { other: 1 }));
    await row("name and length", () => [structuredClone.name, structuredClone.length]);
    await row("deep list", () => { let value = []; for (let depth = 0; depth < 1000; depth++) value = [value]; return JSON.stringify(structuredClone(value)).length; });
    await row("too deep", () => { let value = []; for (let depth = 0; depth < 200000; depth++) value = [value]; return caught(() => structuredClone(value) !== null)[1]; });
    await row("wide", () => Object.keys(structuredClone(Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, index])))).length);
    await row("long texts", () => { const value = "x".repeat(100000) + "\u65e5"; return structuredClone(value) === value; });
    return response();
  },
};
import * as namespace from "../table.js";
