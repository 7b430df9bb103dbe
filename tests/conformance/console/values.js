// compares: logs
// What console.log prints of each kind of value.

import * as self from "./values.js";

export const named = { n: 1 };
export class Named {}

function make() {
  class Foo { constructor() { this.a = 1; } get g() { return 2; } static s = 3; #p = 4; }
  class Bar extends Foo {}
  class Odd { get [Symbol.toStringTag]() { return "Tagged"; } }
  const deep = { a: { b: { c: { d: { e: 1 } } } } };
  const circular = { name: "c", list: [] }; circular.self = circular; circular.list.push(circular);
  const sparse = [1, , 3]; sparse.length = 6; sparse.extra = "x";
  const weird = Object.create({ inherited: 1 }); weird.own = 2;
  const noproto = Object.assign(Object.create(null), { x: 1, y: { z: 2 } });
  const error = () => { const e = new Error("boom"); e.stack = "Error: boom\n    at f (file.js:1:2)"; return e; };
  const withProps = error(); withProps.code = "E_X"; withProps.detail = { a: 1 };
  const withCause = new Error("outer", { cause: error() }); withCause.stack = "Error: outer\n    at g (file.js:3:4)";
  const agg = new AggregateError([error(), "text"], "many"); agg.stack = "AggregateError: many\n    at h (f.js:1:1)";
  const named2 = error(); named2.name = "Renamed";
  class MyError extends Error { constructor(m) { super(m); this.name = "MyError"; } }
  const mine = new MyError("mine"); mine.stack = "MyError: mine\n    at h (f.js:1:1)";
  const nostack = new Error("no stack"); delete nostack.stack; nostack.stack = undefined;
  return {
    strings: [
      ["plain"], [""], ["a", "b", 1], [["in\nside", "it's", 'q"', "`'\""]], ["multi\nline"],
      [{ s: "x".repeat(120) + "\n" + "y".repeat(20) }], [["\u0000\u001b[31m\ud800"]],
    ],
    formats: [
      ["%s %s", "a", 1, 2], ["%d %i %f", 42.9, 42.9, "1.5x"], ["%d", "0x10"], ["%i", "12px"], ["%d", 5n],
      ["%j", { a: 1 }], ["%o", { f() {}, a: [1] }], ["%O", deep], ["%c styled", "color: red"], ["100%% %s", "x"], ["%%"],
      ["%x", 1], ["%s"], ["%s", null], ["%s", undefined], ["%s", Symbol("q")], ["%s", 5n], ["%s", -0],
      ["%s", { a: { b: 1 } }], ["%s", new Foo()], ["%s", [1, [2, [3]]]], ["%s", () => 1], ["%s", class A {}],
      ["%s", new Date(0)], ["%s", error()], ["%d", {}], ["%d", ""], ["%d", [5]], ["%f", Symbol("a")], ["%i", {}],
      ["a%", 1], ["%s %s", "only"], ["%j", circular], [1, "%s", 2], ["%s", "a", { b: 1 }, "c"],
      ["%s", { toString() { return "own"; } }], ["%d %d", 1], ["%o", 42], ["%o", [1, 2, { a: 3 }]], ["%O", "str"],
      ["%s", new (class X { toString() { return "cls"; } })()],
    ],
    primitives: [
      [1, -0, 0, 1.5, NaN, Infinity], [10n], [true, null, undefined], [Symbol("s"), Symbol.iterator],
      [[1n, -0, null, undefined, Symbol("x")]],
    ],
    objects: [
      [{}], [{ a: 1, "b-c": 2, 3: 4, [Symbol("k")]: 5 }], [deep], [circular], [noproto], [weird], [new Foo()],
      [new Bar()], [new Odd()], [{ get a() { return 1; }, set a(v) {}, get b() { return 1; }, set c(v) {} }],
      [{ f() {}, g: () => 1, h: function () {}, async i() {}, *j() {}, k: class {}, async *l() {} }], [Object.create({})],
      [Object.create(Foo.prototype)], [{ __proto__: { constructor: "no" } }], [{ ["__proto__"]: 1 }],
      [{ aaaaaaaaaaaaaaaaaaaaaaaa: 1, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: 2, cccccccccccccccccccccccc: 3, ddddddddd: 4 }],
      [Object.freeze({ a: 1 })], [{ toString: 1 }], [{ [Symbol.toStringTag]: "own" }], [{ a: [[[[1]]]] }],
    ],
    arrays: [
      [[]], [[1, 2, 3]], [sparse], [new Array(5)], [[, 1]], [Array.from({ length: 120 }, (_, i) => i)],
      [Array.from({ length: 30 }, (_, i) => "item" + i)], [[[1, [2, [3, [4]]]]]], [Object.assign([1], { x: 1 })],
      [new (class Arr extends Array {})(3)], [[undefined, null]], [Array.from({ length: 7 }, (_, i) => ({ i }))],
      [["a".repeat(50), "b".repeat(50)]], [Object.assign([], { "-1": 1 })],
    ],
    collections: [
      [new Map()], [new Map([["a", 1], [{ k: 1 }, [1]]])], [new Set()], [new Set([1, "a", { b: 1 }])], [new WeakMap()],
      [new WeakSet()], [new Map([[1, 2]]).entries()], [new Map([[1, 2]]).keys()], [new Map([["a", "b"]]).values()],
      [new Set([1, 2]).values()], [new Set([1]).entries()], [[1, 2][Symbol.iterator]()], ["abc"[Symbol.iterator]()],
      [(function* gen() {})()], [(async function* gen() {})()], [Object.assign(new Map([[1, 2]]), { x: 1 })],
      [new (class M extends Map {})([[1, 2]])], [new Map([[new Map([[1, new Map([[2, new Map()]])]]), 1]])],
      [new WeakRef({ a: 1 })], [new Set(Array.from({ length: 150 }, (_, i) => i))], ["abc".matchAll(/b/g)],
      [new FinalizationRegistry(() => {})],
    ],
    functions: [
      [function foo() {}], [() => {}], [async () => {}], [function* g() {}], [async function* ag() {}], [class {}],
      [class A {}], [class B extends Foo {}], [Foo], [Object.assign(function f() {}, { x: 1 })], [Math.max], [Map],
      [Object.setPrototypeOf(function np() {}, null)], [Named], [fetch], [Response], [class N extends null {}],
    ],
    boxed: [
      [new Number(1)], [new String("abc")], [new Boolean(false)], [Object(1n)], [Object(Symbol("b"))],
      [Object.assign(new String("ab"), { x: 1 })], [new Number(-0)], [Object.assign(new Number(3), { a: 1 })],
    ],
    dates: [
      [new Date(0)], [new Date(NaN)], [Object.assign(new Date(0), { x: 1 })], [/a\/b/gi], [Object.assign(/x/, { y: 1 })],
      [[new Date(0), /r/]],
    ],
    buffers: [
      [new ArrayBuffer(4)], [new Uint8Array([1, 2, 3])], [new Float64Array([1.5, -0])], [new BigInt64Array([1n])],
      [new DataView(new ArrayBuffer(2))], [new Uint8Array(200)], [new ArrayBuffer(60)], [{ b: new ArrayBuffer(2) }],
      [new Uint8ClampedArray(0)],
      [(() => { const b = new ArrayBuffer(2); structuredClone(b, { transfer: [b] }); return b; })()],
      [new Uint8Array(new ArrayBuffer(8), 2, 3)],
    ],
    promises: [
      [Promise.resolve(1)], [new Promise(() => {})],
      [(() => { const p = Promise.reject(new TypeError("r")); p.catch(() => {}); return { isPromise: p instanceof Promise }; })()],
      [Promise.resolve({ a: { b: 1 } })],
    ],
    proxies: [
      [new Proxy({ a: 1 }, {})], [new Proxy([1], {})], [new Proxy(function f() {}, {})],
      [new Proxy({}, { get() { throw new Error("trap"); }, ownKeys() { throw new Error("t2"); }, getPrototypeOf() { throw new Error("t3"); } })],
      [(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()],
      [{ p: new Proxy({ b: 1 }, {}) }], [new Proxy(new Proxy({ c: 1 }, {}), {})], [new Proxy(class Q {}, {})],
      [new Proxy(new Map([[1, 2]]), {})],
    ],
    errors: [
      [error()], [withProps], [withCause], [agg], [named2], [mine], [nostack], [{ e: error() }], [[error()]],
      [Object.assign(new Error(""), { stack: "Error\n    at a (b:1:1)" })], ["prefix", error()],
      [new Error("x", { cause: "text" }).cause], [Object.assign(error(), { cause: { plain: 1 } })],
      [Object.assign(error(), { message: "changed" })],
      [Object.assign(Object.create(Error.prototype), { message: "fake" })], [Object.assign(error(), { stack: 5 })],
      [Object.assign(error(), { [Symbol("s")]: 1 })],
    ],
    web: [
      [new Headers({ a: "b", "x-y": "z" })], [new Headers()], [new URL("https://u:p@example.com:8080/p?q=1#h")],
      [new URLSearchParams("a=1&b=2&a=3")], [new URLSearchParams()], [new FormData()],
      [(() => { const f = new FormData(); f.append("a", "b"); f.append("f", new File(["x"], "n.txt", { type: "text/plain", lastModified: 5 })); return f; })()],
      [new Blob(["abc"], { type: "text/plain" })], [new File(["x"], "n.txt", { lastModified: 5 })],
      [new ReadableStream()], [new WritableStream()], [new TransformStream()], [new AbortController().signal],
      [new AbortController()], [AbortSignal.abort("why")], [new EventTarget()], [new TextEncoder()], [new TextDecoder()],
      [crypto], [crypto.subtle], [new MessageChannel().port1], [new URLPattern({ pathname: "/a" })],
      [{ u: new URL("http://a/") }], [new ReadableStream({ type: "bytes" })], [new ReadableStream().getReader()],
    ],
    request: [
      [new Request("http://a.test/p", { method: "POST", body: new ReadableStream(), headers: { a: "b" } })],
      [new Request("http://a.test/")], [new Response("abc\u00e9").body], [new Response(new Uint8Array(5)).body],
      [new Response(new ReadableStream(), { status: 201, headers: { "x-a": "b", "content-type": "text/plain;charset=UTF-8" } })],
      [new Response(null)], [{ r: new Response(null, { status: 204 }) }],
    ],
    namespaces: [
      [self], [Math], [JSON], [Reflect], [Intl], [Atomics], [WebAssembly], [Symbol],
    ],
    args: [
      (function () { return [arguments]; })(1, "a"),
    ],
  };
}

export default {
  fetch() {
    for (const [group, rows] of Object.entries(make())) {
      rows.forEach((row, index) => {
        console.log(`${group} ${index}:`);
        console.log(...row);
      });
    }
    console.log("end of logs");
    console.error("end of logs");
    return new Response("ok");
  },
};
