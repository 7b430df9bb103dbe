// RPC: errors as arguments whose name or message is odd, what keeps its identity beside them, and odd names of methods.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

class Dictionary extends Map {}
class Collection extends Set {}
class List extends Array {}
class Thing {
  constructor(value) {
    this.value = value;
  }
}
const error = (members) => Object.assign(new Error("m"), members);

const errors = {
  "name undefined": () => error({ name: undefined }),
  "name null": () => error({ name: null }),
  "name number": () => error({ name: 5 }),
  "no name": () => Object.setPrototypeOf(new TypeError("m"), {}),
  "null prototype": () => Object.setPrototypeOf(new Error("m"), null),
  "message number": () => error({ message: 5 }),
  "message undefined": () => error({ message: undefined }),
  "message number in a cause": () => new Error("m", { cause: error({ message: 5 }) }),
  "SuppressedError": () => new SuppressedError(1, 2, "m"),
  "member with an index": () => error({ 5: 1, a: 2 }),
  "DOMException": () => new DOMException("m", "AbortError"),
  "Promise as a member": () => error({ a: Promise.resolve() }),
  "WeakMap as a member": () => error({ a: new WeakMap() }),
  "arguments as a member": () => error({ a: (function () { return arguments; })(1) }),
  "instance as a member": () => error({ a: new Thing(1) }),
  "URL as a member": () => error({ a: new URL("http://x.test/") }),
};

export class Callee extends DurableObject {
  seen(value) {
    const members = Reflect.ownKeys(value).map((key) => {
      const { enumerable, configurable } = Object.getOwnPropertyDescriptor(value, key);
      return [String(key), key === "stack" ? "text" : value[key], enumerable, configurable];
    });
    return [Object.prototype.toString.call(value), value.constructor.name, String(value.name), members];
  }
  same({ a, b, map, set, list, error: { cause, member }, view, buffer }) {
    return [a === b, map.get("k") === a, set.has(a), list[0] === a, cause === a, member === a, view.buffer === buffer];
  }
  cycle(map) {
    return [map.get("itself") === map, map.get(map).message];
  }
  toJSON(...args) {
    return ["toJSON", args];
  }
  0() {
    return "zero";
  }
  "01"() {
    return "zero one";
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const s = env.Callee.getByName("callee");
    for (const kind of Object.keys(errors)) await row(kind, () => s.seen(errors[kind]()));
    await row("identity beside an error", () => {
      const a = { x: 1 };
      const buffer = new ArrayBuffer(2);
      const failure = Object.assign(new Error("m", { cause: a }), { member: a });
      return s.same({ a, b: a, map: new Dictionary([["k", a]]), set: new Collection([a]), list: List.of(a), error: failure, view: new Uint8Array(buffer), buffer });
    });
    await row("cycle beside an error", () => { const map = new Dictionary(); map.set("itself", map); map.set(map, new Error("m")); return s.cycle(map); });
    await row("toJSON", () => s.toJSON());
    await row("toJSON of a number", () => s.toJSON(5));
    await row("JSON of a stub", () => JSON.stringify({ s }));
    await row("toJSON in a stub", () => ["toJSON" in s, typeof s.toJSON]);
    for (const name of ["0", "10", "4294967294", "4294967295", "01", "-1", "1.5"]) await row(`member ${name}`, () => [typeof s[name], name in s]);
    await row("method with an index", () => s[0]());
    await row("method 01", () => s["01"]());
    return response();
  },
};
