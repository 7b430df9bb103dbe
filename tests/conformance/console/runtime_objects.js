// compares: logs
// What console.log prints of the runtime's own objects, of errors within values, and of values whose layout breaks lines.

const enc = (text) => new TextEncoder().encode(text);
const stacked = (error, stack = `${error.name}: ${error.message}\n    at f (file.js:1:2)\n    at g (file.js:3:4)`) => Object.assign(error, { stack });

async function make(request, env, ctx) {
  const lockedStream = new ReadableStream(); lockedStream.getReader();
  const lockedSink = new WritableStream(); lockedSink.getWriter();
  const errored = new ReadableStream({ start(c) { c.error(new RangeError("e")); } });
  const form = new FormData(); form.append("a", "1"); form.append("a", "2\n3"); form.append("f", new File(["x"], "n", { type: "t/t", lastModified: 5 }));
  const key = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", true, ["encrypt", "decrypt"]);
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const aborted = new AbortController(); aborted.abort(stacked(new RangeError("why")));
  const inner = stacked(new TypeError("inner"));
  const chain = stacked(new Error("outer", { cause: stacked(new Error("middle", { cause: inner })) }));
  const cyclic = stacked(new Error("cyclic")); cyclic.cause = cyclic;
  const big = { list: Array.from({ length: 8 }, (_, index) => ({ index, name: `name ${index}`, nested: { deep: { deeper: { deepest: 1 } } } })) };
  class Shape { #hidden = 1; static count = 0; width = 1; get area() { return 2; } toString() { return "shape"; } }
  class Square extends Shape { side = [1, 2]; [Symbol.toStringTag] = "Squared"; }
  return {
    streams: [lockedStream, lockedSink, errored, new Response("x").body, new TransformStream(), new IdentityTransformStream(), new FixedLengthStream(5), new CompressionStream("gzip"), new TextDecoderStream(), new TextEncoderStream(), new crypto.DigestStream("SHA-1").digest.constructor, new ReadableStream({ type: "bytes" }), lockedSink.getWriter === undefined, new ReadableStream({ type: "bytes" }).getReader({ mode: "byob" }), new CountQueuingStrategy({ highWaterMark: 2 })],
    bodies: [new Response("text", { status: 404, statusText: "Mine", headers: [["a", "1"], ["set-cookie", "x"], ["set-cookie", "y"]] }), Response.json({}), Response.redirect("http://a.test"), Response.error(), new Response(null, { status: 204 }), new Request("http://a.test/p", { method: "PUT", body: "x", redirect: "manual", cf: { a: 1 } }), new Request("http://a.test", { signal: aborted.signal }), [new Request("http://a.test/")], form, new Headers([["b", "1"], ["a", "2"], ["A", "3"]]), { headers: new Headers({ a: "x".repeat(80) }) }],
    blobs: [new Blob([]), new Blob(["abc"], { type: "a/b" }), new File(["abc"], "n.txt", { type: "a/b", lastModified: 5 }), [new Blob(["x"])]],
    urls: [new URL("http://u:p@a.test:81/p/q?a=1&b=2#h"), [new URL("http://a.test")], new URLSearchParams("a=1&a=2&b=%20"), { params: new URLSearchParams() }, new URLPattern({ pathname: "/:id", search: "q=*" }).pathname, new URL("http://a.test").searchParams],
    keys: [key, key.algorithm, key.usages, pair, pair.publicKey],
    signals: [aborted, aborted.signal, new AbortController().signal, AbortSignal.any([aborted.signal]), AbortSignal.abort(), AbortSignal.abort({ a: 1 })].slice(0, 4),
    channels: [new MessageChannel(), new MessageChannel().port1],
    strings: ["a\tb", ["a\tb", "'", "\"", "`", "'\"", "'\"`", "\\", "\u200b", "\u{1f600}", "\ud83d", "\x7f", "\x9f"], { "a b": 1, "a-b": 2, a1: 3, "1a": 4, "": 5, "\n": 6, "\u00e9": 7, "'": 8 }, ["x".repeat(200)], { long: "y".repeat(100), other: 1 }, "z".repeat(20000).length, ["one\ntwo\nthree"], { text: `${"line\n".repeat(5)}` }, new Map([["k\n", "v\n"]]), Symbol("a b"), [Symbol("")], Symbol.for("for")],
    numbers: [[1, 22, 333, 4444, 55555, 666666, 7777777], [1.5, -0, 0, NaN, -Infinity, 1e21, 1e-7], [1n, -2n], Array.from({ length: 101 }, (_, index) => index * index), Array.from({ length: 27 }, (_, index) => `item${"x".repeat(index % 5)}`), new Float32Array([1.1, 2]), [new Number(-0)], [0.1 + 0.2, 1234567.891]],
    nesting: [big, { a: { b: { c: {} } } }, { a: { b: { c: [] } } }, { a: { b: { c: new Map() } } }, { a: { b: { c: new Date(0) } } }, { a: { b: { c: () => {} } } }, { a: { b: { c: stacked(new Error("deep")) } } }, [[[[]]]], [[[[1]]]], new Map([[{ a: { b: { c: 1 } } }, { a: { b: { c: 1 } } }]]), new Set([[[[[1]]]]]), { a: 1, get b() { return 1; }, set c(value) {}, [Symbol("s")]: { t: 1 } }],
    classes: [new Shape(), new Square(), Shape, Square, Object.create(null), Object.create(Object.create(null)), Object.create(Shape.prototype), new (class extends Map {})([[1, 2]]), new (class Foo extends Array {})(1, 2), new (class extends Error { name = "Named"; stack = "Named: m\n    at x (y:1:1)"; })("m"), Object.setPrototypeOf([1], null), Object.setPrototypeOf(new Map([[1, 2]]), null), Object.setPrototypeOf({ a: 1 }, { constructor: { name: "Fake" } }), { constructor: class Other {} }, new (class { constructor() { return { replaced: 1 }; } })(), new Proxy(new Shape(), {})],
    functions: [Object.assign(() => {}, { a: 1 }), function named() {}, async () => {}, [function () {}, class {}, class A {}, Math.max, async function* gen() {}], { method() {}, arrow: () => {}, klass: class {} }, Object.defineProperty(() => {}, "name", { value: 5 }), Object.defineProperty(() => {}, "name", { value: "with space" }), fetch, Headers.prototype.get],
    errors: [chain, cyclic, { error: inner }, [inner, inner], new Map([[inner, inner]]), stacked(new AggregateError([inner, stacked(new RangeError("second")), 5], "many")), Object.assign(stacked(new Error("props")), { code: "E", nested: { a: { b: {} } }, cause: "text" }), stacked(new Error("two\nlines")), stacked(new Error("")), stacked(new Error("no frames"), "Error: no frames"), stacked(new Error("odd"), "odd stack"), stacked(new Error("empty"), ""), Object.assign(stacked(new Error("m")), { name: "Renamed" }), Object.assign(stacked(new Error("m")), { message: "other" }), { deep: { deep: { deep: inner } } }, stacked(new Error("cause undefined", { cause: undefined })), stacked(new Error("cause null", { cause: null })), stacked(new Error("cause object", { cause: { a: inner } }))],
    collections: [new Map([["a", new Map([["b", new Set([1])]])]]), new Set(), [new Map(), new Set()], (() => { const map = new Map(); map.set("self", map); map.set(map, 1); return map; })(), (() => { const set = new Set(); set.add(set); return set; })(), [undefined, null, , 3, , ,], Object.assign([1, 2], { key: "v", [Symbol("s")]: 1 }), new Array(3), [, "a"], Array.from({ length: 3 }, () => ({ a: 1, b: 2 })), [[1, 2, [3, 4, [5, [6]]]], { a: { b: { c: { d: 1 } } } }], new Map(Array.from({ length: 4 }, (_, index) => [`key ${index}`, "v".repeat(30)]))],
    dates: [[new Date(0), new Date(NaN)], { date: new Date(1e12) }, Object.assign(new Date(0), { a: 1 }), /x/y, [/a/, new RegExp("/", "g")]],
    buffers: [new Uint8Array(3).buffer, { view: new Uint8Array([1, 2]) }, new DataView(new ArrayBuffer(3), 1), new Uint8Array(101), [new Uint16Array(2)], Object.assign(new Uint8Array([1]), { extra: 1 }), new ArrayBuffer(2, { maxByteLength: 4 }), new (class Mine extends Uint8Array {})(2), new BigUint64Array(2), new Float16Array([0.5])],
    promises: [Promise.resolve({ a: { b: { c: 1 } } }), [Promise.resolve([1])], (async () => { throw stacked(new RangeError("rejected")); })().catch(() => {}), Object.assign(Promise.resolve(1), { extra: 1 }), new (class Mine extends Promise {})(() => {})],
    namespaces: [Intl.NumberFormat, new Intl.NumberFormat("en"), WebAssembly.Memory, new WebAssembly.Memory({ initial: 1 }), new WebAssembly.Global({ value: "i32" }, 5), new (class Foo { get [Symbol.toStringTag]() { throw 1; } })().constructor],
    iterators: [new Headers({ a: "1" }).entries(), new URLSearchParams("a=1").keys(), form.values(), new Map([[1, 2]])[Symbol.iterator](), [1].values().map((x) => x), "ab"[Symbol.iterator]()],
    scope: [navigator.constructor, scheduler, crypto.subtle, performance.constructor, Cloudflare],
  };
}

export default {
  async fetch(request, env, ctx) {
    for (const [group, values] of Object.entries(await make(request, env, ctx))) {
      values.forEach((value, index) => {
        console.log(`${group} ${index}:`);
        console.log(value);
        console.log("in a list:", [value]);
        console.log(["namespaces", "scope"].includes(group) ? "%O" : "%o|%O", value, value);
        if (!["classes", "strings"].includes(group)) console.log("%s", value);
      });
    }
    console.log("end of logs");
    console.error("end of logs");
    return new Response("ok");
  },
};
