// Values of ctx.storage and ctx.storage.kv: what comes back of every kind of value, and what is refused.
import { DurableObject, RpcTarget } from "cloudflare:workers";
import { table, show } from "../table.js";

class Point {
  constructor(x) {
    this.x = x;
  }
  get double() {
    return this.x * 2;
  }
}
class Target extends RpcTarget {}
class Named extends RangeError {
  name = "Named";
}

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const { kv } = storage;
    const both = async (value) => {
      await storage.put("value", value);
      const stored = await storage.get("value");
      kv.put("value", value);
      const again = kv.get("value");
      return show(stored) === show(again) ? stored : [stored, again];
    };
    const cyclic = { name: "cyclic" };
    cyclic.self = cyclic;
    const shared = { s: 1 };
    const sparse = [1, , 3];
    sparse.extra = "x";
    const accessor = { get computed() { return 5; } };
    const hidden = Object.defineProperty({ seen: 1 }, "hidden", { value: 2, enumerable: false });
    const detached = new ArrayBuffer(4);
    structuredClone(detached, { transfer: [detached] });
    const withCause = new TypeError("outer", { cause: new RangeError("inner") });
    const values = {
      null: null, true: true, false: false, zero: 0, "minus zero": -0, integer: 42, negative: -7, "2**31": 2 ** 31, fraction: 0.1, NaN: NaN, Infinity: Infinity, "minus Infinity": -Infinity, "MAX_SAFE_INTEGER": Number.MAX_SAFE_INTEGER, bigint: 123n, "negative bigint": -(2n ** 70n), "zero bigint": 0n,
      "empty text": "", text: "text", latin: "é", wide: "€😀", "lone surrogate": "a\ud800", "zero inside": "a\0b", "Number object": new Number(3), "String object": new String("s"), "Boolean object": new Boolean(true), "BigInt object": Object(5n),
      array: [1, "a", null], "empty array": [], nested: [[[[]]]], "sparse array": sparse, "array with undefined": [undefined], object: { a: 1, b: { c: [2] } }, "empty object": {}, "undefined member": { u: undefined, v: 1 }, "numeric members": { 2: "b", 1: "a", z: 0 }, "symbol member": { [Symbol("s")]: 1, a: 2 }, "null prototype": Object.assign(Object.create(null), { a: 1 }), "__proto__ member": JSON.parse('{"__proto__":{"a":1}}'), getter: accessor, "hidden member": hidden, frozen: Object.freeze({ a: 1 }), arguments: (function () { return arguments; })(1, 2),
      Date: new Date(1234), "invalid Date": new Date(NaN), RegExp: /a\/b/giu, "RegExp lastIndex": Object.assign(/x/g, { lastIndex: 3 }), Map: new Map([["a", 1], [{ k: 1 }, new Map()]]), "empty Map": new Map(), Set: new Set([1, "a", [2]]), ArrayBuffer: new Uint8Array([1, 2]).buffer, "empty ArrayBuffer": new ArrayBuffer(0), "resizable ArrayBuffer": new ArrayBuffer(2, { maxByteLength: 8 }),
      Int8Array: new Int8Array([-1]), Uint8Array: new Uint8Array([1, 2, 3]), Uint8ClampedArray: new Uint8ClampedArray([300]), Int16Array: new Int16Array([-2]), Uint16Array: new Uint16Array([513]), Int32Array: new Int32Array([1]), Uint32Array: new Uint32Array([1]), Float16Array: typeof Float16Array === "function" ? new Float16Array([1]) : "none", Float32Array: new Float32Array([1]), Float64Array: new Float64Array([1]), BigInt64Array: new BigInt64Array([-1n]), BigUint64Array: new BigUint64Array([1n]), DataView: new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2), "part of a buffer": new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
      Error: new Error("message"), TypeError: new TypeError("t"), SyntaxError: new SyntaxError("s"), EvalError: new EvalError("e"), AggregateError: new AggregateError([new Error("one")], "many"), "Error without message": new Error(), "error subclass": new Named("mine"), "error with cause": withCause, "error with a property": Object.assign(new Error("p"), { code: 5 }), DOMException: new DOMException("d", "AbortError"),
      "class instance": new Point(3), "class instances inside": [new Point(1), { p: new Point(2) }], "Array subclass": new (class extends Array {})(1, 2), "Map subclass": new (class extends Map {})([[1, 2]]), "Date subclass": new (class extends Date {})(5), Headers: new Headers({ a: "b" }), Request: new Request("http://r.test/"), Response: new Response("body"), URL: new URL("http://u.test/"), URLSearchParams: new URLSearchParams("a=1"), Blob: new Blob(["b"]), FormData: new FormData(), ReadableStream: new ReadableStream(), AbortSignal: AbortSignal.abort(), AbortController: new AbortController(), Event: new Event("e"), TextEncoder: new TextEncoder(), Generator: (function* () {})(), iterator: [1][Symbol.iterator](), Intl: new Intl.NumberFormat("en"),
      function: function named() {}, "arrow function": () => 1, class: class Empty {}, "method inside": { method() {} }, "function in array": [() => {}], symbol: Symbol("s"), "symbol inside": [Symbol("t")], "registered symbol": Symbol.for("r"), Promise: Promise.resolve(1), WeakMap: new WeakMap(), WeakSet: new WeakSet(), WeakRef: new WeakRef({}), Proxy: new Proxy({ a: 1 }, {}), "Proxy of array": new Proxy([1], {}), "detached buffer": detached, globalThis, "throwing getter": { get boom() { throw new RangeError("from the getter"); } }, Math, JSON,
      "function after good": { good: 1, bad() {} }, RpcTarget: new Target(), "env binding": this.env.Store, stub: this.env.Store.getByName("store"), "object id": this.ctx.id, "ctx.storage": storage, ctx: this.ctx, cursor: storage.sql.exec("SELECT 1 WHERE 0"),
    };
    for (const [label, value] of Object.entries(values)) await row(label, () => both(value));
    await row("undefined by put", () => storage.put("u", undefined));
    await row("undefined by kv", () => { kv.put("u", 1); kv.put("u", undefined); return [kv.get("u"), [...kv.list({ prefix: "u" })]]; });
    await row("undefined in entries", async () => { await storage.put({ u1: undefined, u2: 2 }); return storage.get(["u1", "u2"]); });

    const stored = async (value) => { await storage.put("s", value); return storage.get("s"); };
    await row("cycle", async () => { const back = await stored(cyclic); return [back.self === back, back.name, back === cyclic]; });
    await row("cycle through a Map", async () => { const map = new Map(); map.set("self", map); const back = await stored(map); return back.get("self") === back; });
    await row("shared object", async () => { const back = await stored([shared, shared]); return back[0] === back[1]; });
    await row("shared buffer of views", async () => { const buffer = new ArrayBuffer(4); const back = await stored([new Uint8Array(buffer, 0, 2), new Uint8Array(buffer, 2)]); return [back[0].buffer === back[1].buffer, back[1].byteOffset, back[0].buffer.byteLength]; });
    await row("whole buffer of a part is kept", async () => { const back = await stored(new Uint8Array(new ArrayBuffer(100), 10, 5)); return [back.byteLength, back.byteOffset, back.buffer.byteLength]; });
    await row("resizable stays resizable", async () => { const back = await stored(new ArrayBuffer(2, { maxByteLength: 8 })); return [back.resizable, back.maxByteLength]; });
    await row("undefined member stays", async () => "u" in await stored({ u: undefined }));
    await row("hole stays", async () => { const back = await stored([1, , 3]); return [back.length, 1 in back]; });
    await row("property of an array", async () => (await stored(sparse)).extra);
    await row("getter becomes data", async () => Object.getOwnPropertyDescriptor(await stored(accessor), "computed"));
    await row("hidden member is lost", async () => Object.keys(await stored(hidden)));
    await row("frozen is not frozen", async () => Object.isFrozen(await stored(Object.freeze({ a: 1 }))));
    await row("prototype of an instance is lost", async () => { const back = await stored(new Point(3)); return [back instanceof Point, back.double, Object.getPrototypeOf(back) === Object.prototype, back.x]; });
    await row("null prototype is lost", async () => Object.getPrototypeOf(await stored(Object.create(null))) === Object.prototype);
    await row("lastIndex is lost", async () => (await stored(Object.assign(/x/g, { lastIndex: 3 }))).lastIndex);
    await row("boxed stays boxed", async () => [typeof await stored(new Number(1)), typeof await stored(new String("a"))]);
    for (const [label, error] of [["Error", new Error("m")], ["RangeError", new RangeError("m")], ["Named", new Named("m")], ["with cause", withCause], ["with code", Object.assign(new Error("p"), { code: 5 })], ["name set", Object.assign(new Error("p"), { name: "Custom" })], ["aggregate", new AggregateError([new Error("one")], "many")]]) {
      await row(`members of error ${label}`, async () => { const back = await stored(error); return [back instanceof Error, back.constructor.name, back.name, back.message, back.code, back.cause instanceof Error ? back.cause.message : back.cause, back.errors?.length, typeof back.stack]; });
    }
    await row("value is taken at the call", async () => { const value = { list: [1] }; const put = storage.put("taken", value); value.list.push(2); await put; return storage.get("taken"); });
    await row("each get gives a copy", async () => { await storage.put("copy", { a: 1 }); const one = await storage.get("copy"); one.a = 2; return [await storage.get("copy"), await storage.get("copy") === await storage.get("copy")]; });
    await row("each kv.get gives a copy", () => { const one = kv.get("copy"); one.a = 3; return [kv.get("copy"), kv.get("copy") === kv.get("copy")]; });
    await row("failed put keeps the old value", async () => { await storage.put("old", 1); try { await storage.put("old", () => {}); } catch { /* refused */ } return storage.get("old"); });
    await row("failed kv.put keeps the old value", () => { try { kv.put("old", () => {}); } catch { /* refused */ } return kv.get("old"); });
    await row("failed entries keep all", async () => { try { await storage.put({ e1: 1, e2: () => {}, e3: 3 }); } catch { /* refused */ } return storage.get(["e1", "e2", "e3"]); });
    await row("throwing getter in entries", () => storage.put({ e4: 1, get e5() { throw new RangeError("member"); } }));
    await row("nothing of it", () => storage.get(["e4", "e5"]));
    await row("deep nesting", async () => { let deep = []; for (let i = 0; i < 1000; i++) deep = [deep]; let back = await stored(deep); let depth = 0; while (back.length > 0) { back = back[0]; depth++; } return depth; });
    await row("array of 100000", async () => (await stored(Array.from({ length: 100_000 }, (_, i) => i))).reduce((sum, item) => sum + item));
    await row("bytes of 2 MiB", async () => (await stored(new Uint8Array(2 ** 21))).byteLength);
    await row("text of 8 MiB by kv", () => { kv.put("large", "x".repeat(2 ** 23)); return kv.get("large").length; });
    await row("text of more by kv", () => kv.put("large", "x".repeat(2 ** 23 + 34)));
    await row("text of more by put", () => storage.put("large", "x".repeat(2 ** 23 + 34)));
    await row("old large value is kept", () => kv.get("large").length);
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
