// What reaches the caller of an object, and of a loader's callback, that throws something that is no error.
import { DurableObject } from "cloudflare:workers";
import { table, show, describeError, marks } from "../table.js";

const kinds = {
  "Map": () => new Map([[1, 2]]), "Set": () => new Set([1]), "Date": () => new Date(5), "RegExp": () => /x/g, "bytes": () => new Uint8Array([1, 2]), "ArrayBuffer": () => new ArrayBuffer(2),
  "DataView": () => new DataView(new ArrayBuffer(1)), "String object": () => new String("s"), "Number object": () => new Number(5), "object": () => ({ a: 1 }), "array": () => [1], "cycle": () => { const o = {}; o.o = o; return o; },
  "Map in an object": () => ({ m: new Map([[1, 2]]) }), "subclass of Map": () => new (class M extends Map {})([[1, 2]]), "subclass of Array": () => new (class A extends Array {})(1, 2), "arguments": () => (function () { return arguments; })(1), "frozen": () => Object.freeze({ a: 1 }),
  "Headers": () => new Headers({ a: "1" }), "Request": () => new Request("http://x.test/"), "Blob": () => new Blob(["x"]), "URL": () => new URL("http://x.test/"), "Event": () => new Event("x"),
  "Promise": () => Promise.resolve(1), "WeakMap": () => new WeakMap(), "generator": () => (function* () {})(), "proxy": () => new Proxy({ a: 1 }, {}), "function": () => () => 1, "class": () => class Named {}, "symbol": () => Symbol("s"),
  "object with a function": () => ({ f() {} }), "array with a function": () => [() => 1], "Map with a function": () => new Map([["f", () => 1]]), "own toString": () => ({ toString() { return "mine"; } }), "toString that throws": () => ({ toString() { throw new Error("t"); } }),
  "getter that throws": () => ({ get a() { throw new Error("g"); } }), "getter": () => ({ get a() { return 1; } }),
  "text": () => "text", "number": () => 5, "bigint": () => 5n, "true": () => true, "undefined": () => undefined, "null": () => null,
};

export class Store extends DurableObject {
  throws(kind) {
    throw kinds[kind]();
  }
  async fetch(request) {
    throw kinds[decodeURIComponent(new URL(request.url).pathname.slice(1))]();
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const said = (thrown) => (thrown instanceof Error ? [describeError(thrown), marks(thrown)] : ["no error", show(thrown).replace(/[0-9a-f]{64}/, "an id")]);
    const outcome = (call) => call.then((value) => value, said);
    const url = "http://x.test/";
    const store = env.Store.getByName("store");
    for (const kind of Object.keys(kinds)) {
      await row(`method: ${kind}`, () => outcome(store.throws(kind)));
      await row(`fetch: ${kind}`, () => outcome(store.fetch(url + encodeURIComponent(kind))));
      await row(`callback of a loader: ${kind}`, () => outcome(env.LOADER.get(`throws ${kind}`, () => { throw kinds[kind](); }).getEntrypoint().fetch(url)));
    }
    return response();
  },
};
