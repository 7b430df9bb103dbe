// Values that hold errors, in ctx.storage and structuredClone: what keeps its identity, what errors inside instances keep, and
// what is refused inside errors.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

class Thing {
  constructor(value) {
    this.value = value;
  }
}
class List extends Array {}
class Dictionary extends Map {}
class Collection extends Set {}
class Day extends Date {}

const failure = (members) => Object.assign(new Error("e"), members);
const described = (error) => {
  const own = Reflect.ownKeys(error).filter((key) => key !== "stack");
  return [Object.prototype.toString.call(error), error.constructor.name, error.name, ...own.map((key) => [String(key), show(error[key])])];
};

const refused = {
  "function": () => () => 1,
  "symbol": () => Symbol("s"),
  "Proxy": () => new Proxy({}, {}),
  "Promise": () => Promise.resolve(),
  "WeakMap": () => new WeakMap(),
  "WeakRef": () => new WeakRef({}),
  "Intl": () => new Intl.Collator(),
  "URL": () => new URL("http://x.test/"),
  "stub": (object) => object.env.Store.getByName("other"),
  "id": (object) => object.ctx.id,
  "generator": () => (function* () {})(),
  "arguments": () => (function () { return arguments; })(1),
  "iterator": () => new Map().entries(),
};

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const ways = {
      kv: (value) => { storage.kv.put("value", value); return storage.kv.get("value"); },
      put: async (value) => { await storage.put("value", value); return storage.get("value"); },
      structuredClone,
    };
    for (const [way, copied] of Object.entries(ways)) {
      const copy = (label, value, check) => row(`${way}: ${label}`, async () => check(await copied(value())));
      const shared = { x: 1 };
      await copy("shared by all", () => ({ shared, thing: new Thing(shared), map: new Dictionary([["k", shared]]), set: new Collection([shared]), list: List.of(shared), bare: { __proto__: null, shared }, error: Object.assign(new Error("e", { cause: shared }), { member: shared }) }),
        (b) => [b.thing.value, b.map.get("k"), [...b.set][0], b.list[0], b.bare.shared, b.error.cause, b.error.member].map((one) => one === b.shared));
      await copy("cycle through an instance", () => { const cycle = { error: failure() }; cycle.thing = new Thing(cycle); return cycle; }, (b) => b.thing.value === b);
      await copy("cycle through a subclass of Map", () => { const map = new Dictionary(); map.set("thing", new Thing(map)); map.set(map, failure()); return map; }, (b) => [b.get("thing").value === b, b.get(b).message]);
      await copy("error twice", () => { const error = failure(); return { thing: new Thing(error), error }; }, (b) => b.thing.value === b.error);
      await copy("DOMException twice", () => { const error = new DOMException("m"); return { thing: new Thing(error), error }; }, (b) => b.thing.value === b.error);
      await copy("leaves", () => { const buffer = new ArrayBuffer(2); const leaves = [new Date(1), /x/g, Object("s"), buffer, new Uint8Array(buffer), new Headers({ a: "b" }), new Blob(["a"])]; return [new Thing(leaves), leaves, failure(), ...leaves]; },
        (b) => [b[0].value === b[1], ...b[1].map((leaf, index) => leaf === b[3 + index]), b[1][4].buffer === b[1][3]]);
      await copy("error in an instance", () => new Thing(failure({ code: 5, list: [1] })), (b) => described(b.value));
      await copy("AggregateError in an instance", () => new Thing(new AggregateError([failure(), new Thing(1)], "m")), (b) => described(b.value));
      await copy("SuppressedError in an instance", () => new Thing(new SuppressedError(1, new Thing(2), "m")), (b) => described(b.value));
      await copy("DOMException in an instance", () => new Thing(new DOMException("m", "AbortError")), (b) => [b.value instanceof DOMException, b.value.name, b.value.code, b.value.message]);
      await copy("instance in an error in an instance", () => new Thing(Object.assign(new TypeError("t"), { thing: new Thing([failure()]) })), (b) => [described(b.value), described(b.value.thing.value[0])]);
      await copy("error in a sparse array", () => new Thing([, failure(), , 1]), (b) => [b.value.length, Object.keys(b.value), b.value[1].message]);
      await copy("members of a Map and an array", () => [Object.assign(new Dictionary([[1, failure()]]), { own: 1 }), Object.assign(List.of(failure()), { own: new Thing(1) })], (b) => [Object.keys(b[0]), Object.keys(b[1]), b[1].own]);
      await copy("Map with the plain prototype", () => [Object.setPrototypeOf(new Map([[1, failure()]]), Object.prototype)], (b) => [b[0] instanceof Map, b[0].get(1).message]);
      await copy("subclass of Date", () => [new Day(5), failure()], (b) => b[0]);
      await copy("private members", () => new Thing(failure({ code: new (class { #p = 1; q = 2; get r() { return 1; } })() })), (b) => b.value.code);
      await copy("key __proto__", () => [JSON.parse('{"__proto__":{"a":1}}'), failure()], (b) => [Object.keys(b[0]), Object.getPrototypeOf(b[0]) === Object.prototype]);
      await copy("long list", () => { let list = new Thing(failure()); for (let i = 0; i < 1000; i++) list = new Thing(list); return list; }, (b) => { let length = 0; for (; b.value; b = b.value) length++; return [length, b.message]; });
      for (const kind of Object.keys(refused)) await copy(`${kind} in an error in an instance`, () => new Thing(failure({ code: refused[kind](this) })), () => "taken");
      for (const kind of Object.keys(refused)) await copy(`${kind} in an error`, () => failure({ code: refused[kind](this) }), () => "taken");
    }
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
