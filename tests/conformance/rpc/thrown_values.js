// RPC: thrown values that hold objects of user code, of the runtime, and errors, as the caller catches them.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

class Thing {
  constructor(value) {
    this.value = value;
  }
}
class List extends Array {}
class Dictionary extends Map {}

const thrown = {
  "instance": () => new Thing(1),
  "instance in an object": () => ({ a: new Thing(1) }),
  "instance in an array": () => [new Thing(new Thing(3))],
  "instance in a Map": () => new Map([[1, new Thing(2)]]),
  "instance in a Set": () => new Set([new Thing(2)]),
  "null prototype": () => ({ __proto__: null, a: 1 }),
  "null prototype in an object": () => ({ a: { __proto__: null, b: 1 } }),
  "subclass of Map": () => new Dictionary([[1, 2]]),
  "subclass of Array": () => List.of(1, 2),
  "instance as a member": () => Object.assign(new Error("m"), { k: new Thing(1) }),
  "instance as a cause": () => new Error("m", { cause: new Thing(1) }),
  "instance of an error": () => [new Thing(new TypeError("t"))],
  "AggregateError of an instance": () => [new AggregateError([new Thing(1)], "m")],
  "SuppressedError": () => [new SuppressedError(1, 2, "m")],
  "DOMException": () => [new DOMException("d", "AbortError")],
  "member with an index": () => [Object.assign(new Error("m"), { 5: 1, a: 2 })],
  "Headers": () => ({ h: new Headers({ a: "b" }) }),
  "Response": () => ({ r: new Response(null) }),
  "Response with a body": () => ({ r: new Response("x") }),
  "Date and bytes": () => [new Date(1), new Uint8Array([1])],
  "function in an object": () => ({ f() {} }),
  "class in an array": () => [class {}],
  "stub in an object": (object) => ({ s: object.env.Thrower.getByName("o") }),
  "id in an array": (object) => [object.ctx.id],
  "object itself": (object) => [object],
  "URL": () => [new URL("http://x.test/")],
  "File": () => [new File(["a"], "a")],
  "Proxy": () => ({ p: new Proxy({}, {}) }),
  "Promise": () => ({ p: Promise.resolve() }),
  "getter that throws": () => ({ get a() { throw new Error("g"); } }),
  "stub as a member": (object) => Object.assign(new Error("m"), { s: object.env.Thrower.getByName("o"), k: 1 }),
  "function as a member": () => Object.assign(new Error("m"), { f() {}, k: 1 }),
  "name undefined": () => Object.assign(new Error("m"), { name: undefined }),
};

const shared = () => {
  const inner = { x: 1 };
  return { thing: new Thing(inner), inner, error: new Error("e"), map: new Dictionary([["k", inner]]), list: List.of(inner) };
};

export class Thrower extends DurableObject {
  throws(kind) {
    throw thrown[kind](this);
  }
  throwsShared() {
    throw shared();
  }
  throwsErrorWithShared() {
    throw Object.assign(new Error("m"), shared());
  }
  throwsCycle() {
    const cycle = { error: new Error("e") };
    cycle.thing = new Thing(cycle);
    throw cycle;
  }
}

const described = (value) => {
  const own = Object.fromEntries(Reflect.ownKeys(value).filter((key) => key !== "stack" && key !== "message" && key !== "durableObjectId").map((key) => [String(key), value[key]]));
  return [Object.prototype.toString.call(value), Object.getPrototypeOf(value).constructor.name, value instanceof Error ? value.message : "", value, own];
};
const caught = async (run) => { try { return await run(); } catch (error) { return error; } };

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const s = env.Thrower.getByName("t");
    for (const kind of Object.keys(thrown)) await row(kind, async () => show(described(await caught(() => s.throws(kind)))));
    const same = ({ thing, inner, map, list }) => [thing.value === inner, map.get("k") === inner, list[0] === inner];
    await row("shared", async () => same(await caught(() => s.throwsShared())));
    await row("shared by members", async () => same(await caught(() => s.throwsErrorWithShared())));
    await row("cycle", async () => { const cycle = await caught(() => s.throwsCycle()); return cycle.thing.value === cycle; });
    return response();
  },
};
