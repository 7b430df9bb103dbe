// RPC: values of every type as arguments and results, how they arrive, and which are refused.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

const tag = (value) => Object.prototype.toString.call(value);
class Mine {
  constructor() {
    this.a = 1;
  }
}
class MyArray extends Array {}
class MyMap extends Map {}
class MyDate extends Date {}
class MyBytes extends Uint8Array {}
class MyError extends Error {
  name = "MyError";
}
const fields = (target, values) => Object.assign(target, values);

const values = {
  "Int8Array": () => new Int8Array([-1, 2]),
  "Uint8ClampedArray": () => new Uint8ClampedArray([300, 1]),
  "Int16Array": () => new Int16Array([-2]),
  "Uint32Array": () => new Uint32Array([4_000_000_000]),
  "BigInt64Array": () => new BigInt64Array([-5n]),
  "DataView": () => new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
  "empty ArrayBuffer": () => new ArrayBuffer(0),
  "empty Uint8Array": () => new Uint8Array(0),
  "resizable ArrayBuffer": () => new ArrayBuffer(2, { maxByteLength: 8 }),
  "boxed number": () => new Number(5),
  "boxed string": () => new String("boxed"),
  "boxed boolean": () => new Boolean(false),
  "boxed bigint": () => Object(5n),
  "boxed symbol": () => Object(Symbol("q")),
  "Infinity": () => -Infinity,
  "smallest number": () => Number.MIN_VALUE,
  "negative bigint": () => -(2n ** 65n),
  "empty string": () => "",
  "string with NUL": () => "a\0b",
  "invalid Date": () => new Date(NaN),
  "Date before 1970": () => new Date(-1),
  "RegExp with lastIndex": () => fields(/a/g, { lastIndex: 3 }),
  "RegExp v": () => /[a--b]/v,
  "sparse array": () => [, , 3],
  "array with a member": () => fields([1], { extra: 2 }),
  "nested arrays": () => [[[[]]]],
  "numeric keys": () => ({ 2: "b", 1: "a", x: "c" }),
  "key __proto__": () => JSON.parse('{"__proto__": {"a": 1}}'),
  "key then": () => ({ then: 1 }),
  "symbol key": () => ({ [Symbol("s")]: 1, a: 1 }),
  "hidden key": () => Object.defineProperty({ a: 1 }, "hidden", { value: 2 }),
  "getter": () => ({ get g() { return "got"; } }),
  "getter that throws": () => ({ get g() { throw new RangeError("getter threw"); } }),
  "frozen": () => Object.freeze({ a: 1 }),
  "toJSON": () => ({ a: 1, toJSON: undefined }),
  "Map with objects": () => new Map([[{ a: 1 }, new Map()]]),
  "Map with a member": () => fields(new Map([[1, 2]]), { extra: 1 }),
  "Set with NaN": () => new Set([NaN, undefined, null]),
  "class instance": () => new Mine(),
  "array subclass": () => MyArray.of(1, 2),
  "Map subclass": () => new MyMap([[1, 2]]),
  "Date subclass": () => new MyDate(5),
  "bytes subclass": () => new MyBytes([1, 2]),
  "error subclass": () => new MyError("mine"),
  "arguments": () => (function () { return arguments; })(1, 2),
  "WeakMap": () => new WeakMap(),
  "WeakRef": () => new WeakRef({}),
  "generator": () => (function* () {})(),
  "iterator": () => [1, 2].values(),
  "Math": () => Math,
  "globalThis": () => globalThis,
  "Proxy of an array": () => new Proxy([1], {}),
  "URLSearchParams": () => new URLSearchParams("a=1"),
  "URL": () => new URL("http://x.test/"),
  "FormData": () => new FormData(),
  "AbortController": () => new AbortController(),
  "AbortSignal": () => new AbortController().signal,
};

export class Callee extends DurableObject {
  seen(value) {
    return [tag(value), show(value)];
  }
  make(name) {
    return values[name]();
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const stub = env.Callee.getByName("c");
    for (const [name, make] of Object.entries(values)) {
      await row(name, async () => {
        const sent = await make();
        const outcome = async (run) => { try { return await run(); } catch (error) { return `${error.name}: ${error.message}`; } };
        const seen = await outcome(() => stub.seen(sent));
        const made = await outcome(async () => { const back = await stub.make(name); return [tag(back), show(back)]; });
        return JSON.stringify(seen) === JSON.stringify(made) ? seen : { seen, made };
      });
    }
    return response();
  },
};
