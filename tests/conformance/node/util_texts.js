// node:util: what inspect and format print, and the functions that wrap, compare and tell types.
import { table } from "../table.js";
import util, { format, inspect, types } from "node:util";

const told = (call) => { try { return call(); } catch (error) { return `${error.name} ${error.code}: ${error.message}`; } };
class Plain { constructor() { this.a = 1; } }
class Sub extends Plain { b = 2; }
class Tagged { get [Symbol.toStringTag]() { return "Tag"; } }
class ListOf extends Array {}
class MapOf extends Map {}
class Failing extends Error { constructor(message) { super(message); this.name = "Failing"; } }
const stacked = (error, stack) => Object.defineProperty(error, "stack", { value: stack ?? `${error.name}: ${error.message}\n    at place (file.js:1:1)`, configurable: true, writable: true });
const circle = () => { const one = { name: "one" }; const two = { one }; one.two = two; one.self = one; return one; };
const nested = (depth) => (depth === 0 ? "end" : { in: nested(depth - 1) });
const VALUES = {
  "texts": ["", "'", "\"", "`", "'\"", "'\"`", "\\", "\n\t\b\f\r\v\0", "\u007f\u0080\u009f", "\ud800", "a\udc00b", "€😀", "\u200b"],
  "numbers": [0, -0, 1e21, 1e-7, 0.1, -1.5, NaN, Infinity, -Infinity, 2 ** 53, 10n ** 20n, -5n],
  "symbols": [Symbol(), Symbol(""), Symbol("a b"), Symbol.for("x"), Symbol.asyncIterator],
  "keys": { a: 1, "a-b": 2, 3: 3, "": 4, "a b": 5, "é": 6, "'": 7, "\n": 8, [Symbol("s")]: 9, [Symbol()]: 10, __proto__: null },
  "a null prototype": Object.create(null), "of a class": [new Plain(), new Sub(), new Tagged()], "prototypes": [Plain.prototype, Object.create(new Plain()), Object.create(Object.create(null))], "no constructor": Object.assign(Object.create({ constructor: 5 }), { a: 1 }),
  "functions": [function named() {}, function () {}, () => {}, async () => {}, function* made() {}, async function* both() {}, class {}, class A {}, class B extends A1 {}, Object.assign(() => {}, { a: 1 }), Math.sin, Object.create(Function.prototype)],
  "a function without a prototype": Object.setPrototypeOf(function named() {}, null),
  "lists": [[], [1], [[[[]]]], [undefined, null], [, 1], [1, , , 2], Object.assign([1], { "-1": 2, b: 3 }), new ListOf(1, 2), new Array(3)],
  "long lists": [Array.from({ length: 101 }, (_, i) => i), Array.from({ length: 7 }, (_, i) => `text ${i}`), Array.from({ length: 30 }, (_, i) => "x".repeat(i % 5))],
  "maps and sets": [new Map(), new Map([["a", 1], [{ b: 2 }, new Map()]]), new Set(), new Set([1, "a", {}]), new MapOf([[1, 2]]), Object.assign(new Set([1]), { x: 1 })],
  "iterators": [[1].values(), new Map([[1, 2]]).keys(), new Map([[1, 2]]).entries(), new Set(["a"]).values(), "ab"[Symbol.iterator](), "a".matchAll(/a/g)],
  "bytes": [new Uint8Array(3), new Uint8Array(0), new Float32Array([1.5, -0]), new BigUint64Array(2), new ArrayBuffer(2), new DataView(new ArrayBuffer(1)), Buffer.from("hello"), Buffer.alloc(60)],
  "dates": [new Date(0), new Date(NaN), Object.assign(new Date(0), { a: 1 })], "expressions": [/a/, /a\/b/giu, Object.assign(/x/, { a: 1 })], "boxes": [new String("ab"), Object.assign(new String("ab"), { c: 1 }), new Number(-0), new Boolean(true), Object(1n), Object(Symbol("s"))],
  "promises": [Promise.resolve(), Promise.resolve({ a: 1 }), new Promise(() => {})], "weak": [new WeakMap(), new WeakSet(), new WeakRef({})], "arguments": (function () { return arguments; })(1, "a"), "generators": [(function* () {})(), (async function* () {})()],
  "accessors": { get a() { return 1; }, set b(value) {}, get c() { return 1; }, set c(value) {}, get d() { throw new Error("d"); } },
  "circles": circle(), "a list in itself": (() => { const list = [1]; list.push(list, [list]); return list; })(), "a map in itself": (() => { const map = new Map(); map.set("self", map); map.set(map, 1); return map; })(),
  "errors": [stacked(new Error("a")), stacked(new TypeError("b")), stacked(new Failing("c")), stacked(new Error("")), stacked(Object.assign(new Error("d"), { code: "CODE", more: { x: 1 } })), stacked(new Error("e", { cause: stacked(new RangeError("f")) })), stacked(new AggregateError([stacked(new Error("g"))], "h"))],
  "errors without a stack": [stacked(new Error("a"), ""), stacked(new Error("b"), "no such text"), Object.assign(stacked(new Error("c")), { name: "Other" }), Object.assign(stacked(new Error("d")), { message: "changed" }), stacked(new Error("two\nlines"))],
  "an error within": { error: stacked(new Error("a")) }, "deep": nested(6), "a class within": { deep: { deeper: { plain: new Plain(), list: [[1]], map: new Map([[1, 2]]), nothing: {}, none: [] } } },
  "wide": { first: "x".repeat(30), second: "y".repeat(30), third: "z".repeat(30) }, "almost wide": { a: "x".repeat(34), b: "y".repeat(34) }, "a long text": "word ".repeat(40), "texts of lines": { text: "one\ntwo\nthree", list: ["one\ntwo"] }, "many keys": Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key${i}`, i])),
  "inner classes": { map: new Map([[{ a: { b: { c: 1 } } }, { d: { e: { f: 1 } } }]]), set: new Set([[[[[1]]]]]) },
  "a custom inspect": { [inspect.custom]: (depth, options, given) => `custom ${depth} ${options.stylize("x", "string")} ${given === inspect}` }, "custom within": { a: { b: { [inspect.custom]: (depth) => ({ depth }) } } }, "custom is no function": { [inspect.custom]: 5 }, "custom throws": { [inspect.custom]: null },
  "tags": [{ [Symbol.toStringTag]: "T" }, { [Symbol.toStringTag]: "Object" }, { [Symbol.toStringTag]: "" }, new (class extends Plain { get [Symbol.toStringTag]() { return "Deep"; } })()],
  "namespaces": [Math, JSON, Reflect, Atomics, globalThis.Intl], "symbols hidden": Object.defineProperty({ a: 1 }, Symbol("hidden"), { value: 1 }),
};
function A1() {}
const OPTIONS = {
  "depth 0": [{ depth: 0 }, ["deep", "a class within", "circles", "maps and sets"]], "depth 4": [{ depth: 4 }, ["deep", "inner classes"]], "depth Infinity": [{ depth: Infinity }, ["deep", "inner classes"]], "hidden": [{ showHidden: true }, ["lists", "maps and sets", "bytes", "errors without a stack"]],
  "colors": [{ colors: true }, ["numbers", "keys", "lists", "maps and sets", "dates", "accessors", "circles", "functions"]], "compact false": [{ compact: false }, ["lists", "maps and sets", "a class within", "wide"]], "compact 0": [{ compact: 0 }, ["a class within"]], "compact 1": [{ compact: 1 }, ["a class within", "deep", "long lists"]], "compact 9": [{ compact: 9, depth: 9 }, ["a class within", "deep"]],
  "breakLength 20": [{ breakLength: 20 }, ["lists", "wide", "maps and sets", "circles"]], "breakLength Infinity": [{ breakLength: Infinity }, ["wide", "many keys", "long lists", "a long text"]], "sorted": [{ sorted: true }, ["keys", "many keys"]], "getters": [{ getters: true }, ["accessors"]], "getters get": [{ getters: "get" }, ["accessors"]], "getters set": [{ getters: "set" }, ["accessors"]],
  "maxArrayLength 2": [{ maxArrayLength: 2 }, ["lists", "long lists", "maps and sets", "bytes"]], "maxArrayLength null": [{ maxArrayLength: null }, ["long lists"]], "maxStringLength 5": [{ maxStringLength: 5 }, ["wide", "a long text", "keys"]], "no custom": [{ customInspect: false }, ["a custom inspect", "custom within"]], "proxies": [{ showProxy: true }, []],
};
const rows = {};
for (const [name, value] of Object.entries(VALUES)) rows[`inspect: ${name}`] = () => inspect(value);
for (const [label, [options, names]] of Object.entries(OPTIONS)) for (const name of names) rows[`inspect, ${label}: ${name}`] = () => inspect(VALUES[name], options);
const proxied = () => [new Proxy({ a: 1 }, {}), new Proxy([1, 2], {}), new Proxy(() => {}, {}), new Proxy(new Proxy({}, {}), {}), new Proxy(class A {}, {}), new Proxy(new Map([[1, 2]]), {})];
rows["inspect: proxies"] = () => inspect(proxied());
rows["inspect, shown: proxies"] = () => inspect(proxied(), { showProxy: true });
rows["inspect: a proxy that throws"] = () => inspect(new Proxy({}, { get() { throw new Error("get"); }, ownKeys() { throw new Error("keys"); }, getPrototypeOf() { throw new Error("prototype"); } }));
const FORMATS = [["%s"], ["%s", undefined], ["%s %s", "a"], ["%s", "a", "b", 5, { c: 1 }], ["%d", "5"], ["%d", "x"], ["%d", null], ["%d", [5]], ["%d", 1e21], ["%i", "5.9x"], ["%i", -0.5], ["%i", "x"], ["%f", "5.9x"], ["%f", null], ["%j", { a: [1] }], ["%j", () => {}], ["%j", Symbol("a")], ["%j", 5n], ["%o", [1]], ["%o", "text"], ["%O", { a: { b: { c: { d: 1 } } } }], ["%c", "css"], ["a%cb%cc", "x", "y"], ["%%"], ["%% %s", "a"], ["%%%s%%", "a"], ["%"], ["a%"], ["%x %s", "a"], ["% s", "a"], ["%s%s%s", 1], [5, "%s", "a"], ["a", undefined, null], [{ a: 1 }, [2]], [Symbol("a"), "b"], ["", "a"], ["a", "", "b"], ["a\n%s", "b"], ["%s", -0], ["%s", 5n], ["%s", Symbol("a")], ["%s", [1, [2, [3]]]], ["%s", { a: { b: { c: 1 } } }], ["%s", null], ["%s", () => 5], ["%s", class A {}], ["%s", new Date(0)], ["%s", Object.create(null)], ["%s", { toString: () => "mine" }], ["%s", new (class { toString() { return "of class"; } })()], ["%s", new Plain()], ["%s", new Map([[1, 2]])], ["%s", "a".repeat(5)], ["%s", stacked(new Error("e"))], ["%d", new Date(5)], ["%i", 5n], ["%f", 5n], ["%s %d %i %f %j %o %O %c%%", 1, 2, 3, 4, 5, 6, 7, 8, 9]];
FORMATS.forEach((args, index) => { rows[`format ${index}: ${args.map((arg) => (typeof arg === "string" ? JSON.stringify(arg) : typeof arg)).join(" ")}`] = () => format(...args); });
rows["formatWithOptions"] = () => [util.formatWithOptions({ colors: true }, "%s %O", "a", { b: 1 }), util.formatWithOptions({ compact: false }, { a: 1 }), util.formatWithOptions({}, "%%"), told(() => util.formatWithOptions(null, "a"))];
const KINDS = { text: "a", number: 1, list: [], object: {}, nothing: null, call: () => {}, asyncCall: async () => {}, generator: function* () {}, made: (function* () {})(), date: new Date(), expression: /a/, error: new Error(), map: new Map(), set: new Set(), weakMap: new WeakMap(), weakSet: new WeakSet(), mapKeys: new Map().keys(), setValues: new Set().values(), promise: Promise.resolve(), proxy: new Proxy({}, {}), bytes: new Uint8Array(), floats: new Float64Array(), bigs: new BigInt64Array(), view: new DataView(new ArrayBuffer(1)), buffer: new ArrayBuffer(1), boxedNumber: new Number(1), boxedText: new String(""), boxedYes: new Boolean(true), boxedBig: Object(1n), boxedSymbol: Object(Symbol()), arguments: (function () { return arguments; })(), like: { __proto__: Date.prototype }, tagged: { [Symbol.toStringTag]: "Map" } };
for (const name of Object.keys(types).filter((name) => name.startsWith("is") && !/CryptoKey|KeyObject|Float16/.test(name)).sort()) rows[`types.${name}`] = () => Object.keys(KINDS).filter((kind) => types[name](KINDS[kind])).join();
Object.assign(rows, {
  "isDeepStrictEqual": () => [[{ a: 1 }, { a: 1 }], [{ a: 1 }, { a: "1" }], [[1, , 2], [1, undefined, 2]], [NaN, NaN], [0, -0], [new Set([{ a: 1 }]), new Set([{ a: 1 }])], [new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 2]])], [new Plain(), { a: 1 }], [new Date(1), new Date(1)], [/a/, /a/g], [circle(), circle()], [new Error("a"), new Error("b")], [Object(1), Object(1)], [Buffer.from("a"), Buffer.from("a")], [[1], [1, 2]], [Symbol.for("a"), Symbol.for("a")]].map((pair) => Number(util.isDeepStrictEqual(...pair))).join(""),
  "promisify": async () => [await util.promisify((a, b, done) => done(null, a + b))(1, 2), await util.promisify((done) => done(null, 1, 2))(), await util.promisify((done) => done())(), await util.promisify(function (done) { done(null, this.x); }).call({ x: 5 }), await util.promisify((done) => done(new RangeError("r")))().catch((error) => error.message), await util.promisify(() => { throw new Error("sync"); })().catch((error) => error.message)],
  "promisify keeps": () => { const original = Object.assign(function original(a, b, done) {}, { extra: 1 }); const made = util.promisify(original); return [made.name, made.length, made.extra, Object.getPrototypeOf(made) === Object.getPrototypeOf(original), util.promisify(made) === made]; },
  "promisify custom": async () => { const custom = async () => "custom"; const original = Object.assign(() => {}, { [util.promisify.custom]: custom }); return [util.promisify(original) === custom, await util.promisify(original)(), told(() => util.promisify(Object.assign(() => {}, { [util.promisify.custom]: 5 })))]; },
  "callbackify": async () => { const got = []; const call = (made, ...args) => new Promise((resolve) => util.callbackify(made)(...args, (...answer) => resolve(answer.map((item) => (item instanceof Error ? `${item.code} ${item.message} ${item.reason}` : String(item)))))); for (const made of [async (a) => a, async () => {}, () => Promise.reject(new Error("e")), () => Promise.reject(null), () => Promise.reject(0)]) got.push(await call(made, 5)); return got; },
  "callbackify keeps": () => { const made = util.callbackify(async function original(a, b) {}); return [made.name, made.length, told(() => made(1)), told(() => util.callbackify(5))]; },
  "inherits": () => { function Base() {} Base.prototype.hello = () => "hello"; function Derived() {} util.inherits(Derived, Base); return [new Derived().hello(), Derived.super_ === Base, Object.keys(Derived).join(), new Derived().constructor === Derived]; },
  "inherits wrong": () => [[5, class {}], [class {}, 5], [class {}, null], [class {}, () => {}]].map((args) => told(() => util.inherits(...args))),
  "deprecate": () => { const made = util.deprecate(function original(a, b) { return [this?.x, a, b]; }, "old"); return [made.call({ x: 1 }, 2, 3), made.name, made.length, told(() => util.deprecate(5, "old")), told(() => util.deprecate(() => {}, "old", 5))]; },
  "deprecate a class": () => { class Old { constructor(a) { this.a = a; } } const made = util.deprecate(Old, "old"); return [new made(1).a, new made(1) instanceof Old]; },
  "stripVTControlCharacters": () => ["\u001b[31mred\u001b[39m", "\u001b[1;32mx", "\u001b]8;;http://a\u0007link\u001b]8;;\u0007", "plain", "\u009b4mx", "\u001b[2J\u001b[H"].map((text) => util.stripVTControlCharacters(text)).join("|"),
  "toUSVString": () => ["a", "\ud800", "\ud83d\ude00", "a\udc00\ud800b"].map((text) => util.toUSVString(text)).join("|"),
  "aborted": async () => { const controller = new AbortController(); const waits = util.aborted(controller.signal, {}); controller.abort(); return [(await waits)?.type, (await util.aborted(AbortSignal.abort(), {}))?.type, await util.aborted(5, {}).catch((error) => error.code), await util.aborted(AbortSignal.abort(), 5).catch((error) => error.code)]; },
  "MIMEType": () => ["text/plain", "TEXT/Plain;Charset=UTF-8", "a/b;c=\"d e\";c=f", "a/b; c = d", "a/b;;c=d;", " a/b ", "a/b;c=\"\\\"\"", "*/*", "a/b;c"].map((text) => told(() => String(new util.MIMEType(text)))).join(" | "),
  "MIMEType: wrong": () => ["", "a", "a/", "/b", "a b/c", "a/b c", "é/b"].map((text) => told(() => String(new util.MIMEType(text)))),
  "MIMEType: set": () => { const made = new util.MIMEType("a/b;c=d"); made.type = "X"; made.subtype = "Y"; made.params.set("e", "f g"); made.params.delete("c"); return [String(made), made.essence, [...made.params.keys()].join(), made.params.has("e"), String(made.params), told(() => { made.type = ""; }), told(() => made.params.set("", "x"))]; },
  "parseEnv": () => Object.entries(util.parseEnv(["A=1", " B = 2 ", "export C=3", "D='a # b'", "E=\"x\\ny\"", "F=a # b", "G=", "#H=1", "I", "J='two", "lines'", "K=`a'b\"`", "L=a=b", "A=again"].join("\n"))).map(([key, value]) => `${key}:${JSON.stringify(value)}`).join(" "),
  "parseEnv of odd lines": () => ["J='two\nlines'\nK=1", "A=\"x\\ny\"", "A='x\\ny'", "exportC=1", " export D = 2 # c", "=5", "G=\"un", "H='", "I=\"un\nclosed", "O=`a\nb`c", "Q=\"\n\"", "R=\"\n", "S\tT=1", "U=\r\nV=2\r", "W='a\r\nb'", "export  X=1", "a b=1", "é=1", "K=\"a\nb\nc\"\nL=1"].map((text) => JSON.stringify(util.parseEnv(text))),
  "inherits of odd values": () => [[() => {}, class {}], [{}, class {}], [null, class {}], [class {}, undefined], [class {}, {}], [class {}, { prototype: null }], [class {}, { prototype: 5 }], ["x", class {}]].map((args) => told(() => util.inherits(...args))),
  "deprecate gives back": () => { const given = () => {}; return [given, 5, "x", undefined, null].map((value) => util.deprecate(value, "old") === value); },
  "getSystemErrorName": () => [-1, -2, -13, -98, -104, -110, -111].map((code) => util.getSystemErrorName(code)).join(),
  "getSystemErrorMap": () => [-1, -2, -13, -110].map((code) => util.getSystemErrorMap().get(code).join(": ")),
  "extend and debuglog": () => [util._extend({ a: 1 }, { b: 2 }), util._extend({ a: 1 }, null), typeof util.debuglog("x"), util.debug === util.debuglog],
  "TextEncoder and TextDecoder": () => [util.TextEncoder === TextEncoder, util.TextDecoder === TextDecoder],
  "inspect.defaultOptions": () => { const kept = { ...inspect.defaultOptions }; inspect.defaultOptions.depth = 0; const shallow = inspect({ a: { b: 1 } }); inspect.defaultOptions = kept; return [shallow, inspect({ a: { b: 1 } }), told(() => { inspect.defaultOptions = 5; })]; },
  "inspect.styles": () => { const kept = inspect.styles.number; inspect.styles.number = "red"; const red = inspect(5, { colors: true }); inspect.styles.number = kept; return [red, inspect(5, { colors: true }), inspect.colors.red, inspect.colors.bold]; },
  "inspect.custom is called with": () => { let got; inspect({ a: { [inspect.custom](depth, options, given) { got = [depth, this !== undefined, options.depth, options.colors, typeof options.stylize, given === inspect]; return ""; } } }, { depth: 5, colors: true }); return got; },
  "arguments of old": () => [inspect({ a: { b: { c: {} } } }, false, 0), inspect(5, false, null, true), inspect([1], true)],
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
