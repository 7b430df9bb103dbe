// node:assert: what passes, and the error of what does not.
import { table } from "../table.js";
import assert, { AssertionError } from "node:assert";
import strict from "node:assert/strict";

// Members of what a call throws.
function thrown(call) {
  try {
    return ["passes", call()];
  } catch (error) {
    return [error.name, error.code, error.operator, error.generatedMessage, error.message];
  }
}
async function rejected(promise) {
  try {
    return ["passes", await promise];
  } catch (error) {
    return [error.name, error.code, error.operator, error.generatedMessage, error.message];
  }
}
const passes = (call) => thrown(call)[0] === "passes";

class Point { constructor(x) { this.x = x; } }
class Other { constructor(x) { this.x = x; } }
const circular = () => { const made = { a: 1 }; made.self = made; return made; };
const PAIRS = {
  "numbers": [1, 1], "number and text": [1, "1"], "NaN": [NaN, NaN], "zeros": [0, -0], "null and undefined": [null, undefined], "bigints": [1n, 1n], "bigint and number": [1n, 1],
  "objects": [{ a: 1 }, { a: 1 }], "order of keys": [{ a: 1, b: 2 }, { b: 2, a: 1 }], "a key more": [{ a: 1 }, { a: 1, b: undefined }], "values of two types": [{ a: 1 }, { a: "1" }],
  "arrays": [[1, [2]], [1, [2]]], "holes": [[1, , 3], [1, undefined, 3]], "array and object": [[1], { 0: 1, length: 1 }], "array with a key": [Object.assign([1], { k: 1 }), [1]],
  "classes": [new Point(1), new Other(1)], "class and object": [new Point(1), { x: 1 }], "null prototypes": [Object.create(null), {}],
  "dates": [new Date(5), new Date(5)], "other dates": [new Date(5), new Date(6)], "invalid dates": [new Date(NaN), new Date(NaN)], "date and number": [new Date(5), 5],
  "expressions": [/a/g, /a/g], "flags": [/a/g, /a/i], "lastIndex": [Object.assign(/a/g, { lastIndex: 1 }), /a/g],
  "errors": [new Error("a"), new Error("a")], "messages": [new Error("a"), new Error("b")], "kinds of error": [new Error("a"), new TypeError("a")],
  "maps": [new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]])], "order of maps": [new Map([[1, 1], [2, 2]]), new Map([[2, 2], [1, 1]])], "objects as keys": [new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 1]])], "loose keys of maps": [new Map([[1, 1]]), new Map([["1", 1]])],
  "sets": [new Set([1, { a: 1 }]), new Set([{ a: 1 }, 1])], "other sets": [new Set([1]), new Set([2])], "loose sets": [new Set([1]), new Set(["1"])], "set and array": [new Set([1]), [1]],
  "typed arrays": [new Uint8Array([1, 2]), new Uint8Array([1, 2])], "kinds of typed array": [new Uint8Array([1]), new Int8Array([1])], "Buffer and Uint8Array": [Buffer.from("a"), new Uint8Array([97])], "floats": [new Float32Array([0]), new Float32Array([-0])], "buffers": [new ArrayBuffer(2), new ArrayBuffer(2)],
  "boxes": [new Number(1), new Number(1)], "other boxes": [new Number(1), new Number(2)], "box and value": [new String("a"), "a"], "symbols": [Symbol.iterator, Symbol.iterator], "other symbols": [Symbol("a"), Symbol("a")], "keys that are symbols": [{ [Symbol.iterator]: 1 }, { [Symbol.iterator]: 2 }],
  "circles": [circular(), circular()], "functions": [Math.max, Math.max], "other functions": [() => 1, () => 1], "hidden members": [Object.defineProperty({}, "a", { value: 1 }), {}], "getters": [{ get a() { return 1; } }, { a: 1 }],
  "URLs": [new URL("http://a/"), new URL("http://a/")], "arguments": [(function () { return arguments; })(1), [1]],
};
const rows = {};
for (const [name, [left, right]] of Object.entries(PAIRS)) {
  rows[`equal: ${name}`] = () => ["strictEqual", "deepStrictEqual", "notStrictEqual", "notDeepStrictEqual"].filter((method) => passes(() => assert[method](left, right))).join();
}
const FAILING = {
  "ok": () => assert.ok(0), "assert": () => assert(null, "mine"), "fail": () => assert.fail(), "fail with text": () => assert.fail("said"), "fail with an error": () => assert.fail(new TypeError("t")),
  "ifError of nothing": () => [assert.ifError(null), assert.ifError(undefined)], "ifError": () => assert.ifError(new Error("e")), "ifError of text": () => assert.ifError("text"), "ifError of zero": () => assert.ifError(0),
  "match without expression": () => assert.match("a", "a"), "match passes": () => [assert.match("abc", /b/), assert.doesNotMatch("abc", /x/)], "throws": () => assert.throws(() => {}),
  "throws with a message": () => assert.throws(() => {}, "said"), "throws a class": () => assert.throws(() => {}, TypeError), "throws passes": () => assert.throws(() => { throw new TypeError("t"); }, TypeError),
  "throws another class": () => assert.throws(() => { throw new TypeError("t"); }, RangeError), "throws an expression": () => assert.throws(() => { throw new Error("abc"); }, /b/),
  "throws another text": () => assert.throws(() => { throw new Error("abc"); }, /x/), "throws an object": () => assert.throws(() => { throw new TypeError("abc"); }, { name: "TypeError", message: /b/ }),
  "throws by a function": () => assert.throws(() => { throw new Error("a"); }, (error) => error.message === "a"), "throws not by a function": () => assert.throws(() => { throw new Error("a"); }, () => false),
  "throws nothing callable": () => assert.throws(5), "throws an empty object": () => assert.throws(() => { throw new Error("a"); }, {}), "throws with the same message": () => assert.throws(() => { throw new Error("same"); }, "same"),
  "doesNotThrow": () => assert.doesNotThrow(() => { throw new Error("did"); }), "doesNotThrow with a message": () => assert.doesNotThrow(() => { throw new Error("did"); }, "why"),
  "doesNotThrow a class": () => assert.doesNotThrow(() => { throw new TypeError("did"); }, RangeError), "doesNotThrow passes": () => assert.doesNotThrow(() => 5), "one argument of deep": () => assert.deepStrictEqual({}),
};
// Calls of whose errors the kind alone is compared: denizen has the words of Node.
const WORDED = {
  "ok of nothing": () => assert.ok(), "equal": () => assert.equal(1, 2), "notEqual": () => assert.notEqual(1, 1), "strictEqual": () => assert.strictEqual(1, 2), "strictEqual of texts": () => assert.strictEqual("a", "b"),
  "strictEqual of lines": () => assert.strictEqual("a\nb\nc", "a\nx\nc"), "strictEqual with a message": () => assert.strictEqual(1, 2, "why"), "notStrictEqual": () => assert.notStrictEqual(1, 1),
  "notStrictEqual of objects": () => { const one = { a: 1 }; assert.notStrictEqual(one, one); }, "same but not one": () => assert.strictEqual({ a: 1 }, { a: 1 }), "deepEqual": () => assert.deepEqual({ a: 1 }, { a: 2 }),
  "deepStrictEqual": () => assert.deepStrictEqual({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] }), "deepStrictEqual of classes": () => assert.deepStrictEqual(new Point(1), new Other(1)),
  "deepStrictEqual of arrays": () => assert.deepStrictEqual([1, 2, 3], [1, 2, 4]), "deepStrictEqual of maps": () => assert.deepStrictEqual(new Map([[1, 2]]), new Map([[1, 3]])), "notDeepEqual": () => assert.notDeepEqual({ a: 1 }, { a: 1 }),
  "notDeepStrictEqual": () => assert.notDeepStrictEqual([1], [1]), "match": () => assert.match("abc", /x/), "match of a number": () => assert.match(5, /x/), "doesNotMatch": () => assert.doesNotMatch("abc", /b/),
  "throws another object": () => assert.throws(() => { throw new TypeError("abc"); }, { message: "x" }), "throws no Error": () => assert.throws(() => { throw 5; }, { a: 1 }), "loose of strict": () => strict.equal(1, "1"),
  "deep of strict": () => strict.deepEqual({ a: 1 }, { a: "1" }),
};
for (const [name, call] of Object.entries(FAILING)) rows[name] = () => thrown(call);
for (const [name, call] of Object.entries(WORDED)) rows[name] = () => thrown(call).slice(0, 2);
Object.assign(rows, {
  "rejects": async () => (await rejected(assert.rejects(Promise.resolve(1)))).slice(0, 3),
  "rejects passes": () => rejected(assert.rejects(Promise.reject(new TypeError("t")), TypeError)),
  "rejects of a function": () => rejected(assert.rejects(async () => { throw new Error("a"); }, /a/)),
  "rejects another class": () => rejected(assert.rejects(Promise.reject(new TypeError("t")), RangeError)),
  "rejects of no promise": () => rejected(assert.rejects(() => 5)),
  "rejects of a number": () => rejected(assert.rejects(5)),
  "doesNotReject": async () => (await rejected(assert.doesNotReject(Promise.reject(new Error("did"))))).slice(0, 3),
  "doesNotReject passes": () => rejected(assert.doesNotReject(Promise.resolve(1))),
  "AssertionError": () => { const error = new AssertionError({ actual: 1, expected: 2, operator: "strictEqual" }); return [error.name, error.code, error.actual, error.expected, error.operator, error.generatedMessage, error instanceof Error, Object.keys(error).sort().join(), error.message]; },
  "AssertionError with a message": () => { const error = new AssertionError({ message: "m", operator: "x" }); return [error.message, error.generatedMessage, error.toString()]; },
  "AssertionError of nothing": () => new AssertionError(),
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
