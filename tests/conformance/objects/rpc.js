// RPC with Durable Objects: arguments, results, which members can be called, how errors cross.
import { DurableObject, RpcTarget } from "cloudflare:workers";
import { table, show } from "../table.js";

class Counter extends RpcTarget {
  #value = 0;
  increment(by = 1) {
    this.#value += by;
    return this.#value;
  }
  get value() {
    return this.#value;
  }
}

class PlainInstance {
  member = 1;
}

export class Callee extends DurableObject {
  field = "own field";
  arrow = () => "own arrow";
  get getter() {
    return "from getter";
  }
  get nested() {
    return { deep: { value: 1, call: (x) => x + 1 } };
  }
  echo(...args) {
    return args.length === 1 ? args[0] : args;
  }
  describe(value) {
    return show(value);
  }
  nothing() {}
  async later() {
    await scheduler.wait(1);
    return "later";
  }
  #secret() {}
  callPrivate() {
    return typeof this.#secret;
  }
  static onClass() {}
  _underscore() {
    return "underscore";
  }
  throwError(kind) {
    if (kind === "props") throw Object.assign(new RangeError("with props"), { code: "E_CODE", detail: { a: [1] } });
    if (kind === "cause") throw new TypeError("outer", { cause: new Error("inner") });
    if (kind === "named") throw Object.assign(new Error("named"), { name: "CustomName" });
    if (kind === "subclass") throw new (class MyError extends Error { constructor(m) { super(m); this.name = "MyError"; this.extra = 5; } })("subclassed");
    if (kind === "aggregate") throw new AggregateError([new Error("one"), new TypeError("two")], "several");
    if (kind === "string") throw "just text";
    if (kind === "object") throw { plain: true };
    if (kind === "undefined") throw undefined;
    if (kind === "dom") throw new DOMException("dom message", "NotFoundError");
    throw new Error(kind);
  }
  async reject() {
    await null;
    throw new SyntaxError("rejected");
  }
  makeCounter() {
    return new Counter();
  }
  makeFunction() {
    return (a, b) => `called ${a} ${b}`;
  }
  makeObject() {
    return { name: "object", counter: new Counter(), call: async (x) => x * 2 };
  }
  async callBack(callback, value) {
    return `got ${await callback(value)}`;
  }
  makeInstance() {
    return new PlainInstance();
  }
  makeSymbol() {
    return Symbol("q");
  }
  makePromise() {
    return { promise: Promise.resolve(1) };
  }
  alarm() {}
  scheduled() {
    return "scheduled called";
  }
}
export class Bare extends DurableObject {}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const stub = env.Callee.getByName("callee");
    const values = {
      undefined: undefined, null: null, true: true, "-0": -0, NaN: NaN, bigint: 2n ** 70n, string: "é日😀", "lone surrogate": "\ud800", Date: new Date(7), RegExp: /a+/gi,
      array: [1, , 3], object: { a: { b: 1 }, u: undefined }, Map: new Map([["k", new Set([1])]]), ArrayBuffer: new Uint8Array([1, 2]).buffer, "Uint8Array part": new Uint8Array([1, 2, 3]).subarray(1), Float64Array: new Float64Array([0.5]), error: new RangeError("value"),
      "null prototype": Object.assign(Object.create(null), { a: 1 }),
    };
    for (const [kind, value] of Object.entries(values)) {
      await row(`${kind} seen`, () => stub.describe(value));
      await row(`${kind} back`, () => stub.echo(value));
    }
    await row("cycle", async () => { const cycle = {}; cycle.self = cycle; const back = await stub.echo(cycle); return back.self === back; });
    await row("same twice", async () => { const one = {}; const back = await stub.echo([one, one]); return back[0] === back[1]; });
    await row("several arguments", () => stub.echo(1, "b", [3]));
    await row("no arguments", () => stub.echo());
    await row("nothing", () => stub.nothing());
    await row("later", () => stub.later());
    await row("argument instance", () => stub.echo(new PlainInstance()));
    await row("argument symbol", () => stub.echo(Symbol("s")));
    await row("argument promise", () => stub.echo({ p: Promise.resolve(1) }));
    await row("result instance", () => stub.makeInstance());
    await row("result symbol", () => stub.makeSymbol());
    await row("result promise", () => stub.makePromise());
    await row("missing", () => stub.missing());
    await row("missing on bare", () => env.Bare.getByName("b").anything());
    await row("own arrow", () => stub.arrow());
    await row("call of a property", () => stub.getter());
    await row("private", () => stub.callPrivate());
    await row("static", () => stub.onClass());
    await row("underscore", () => stub._underscore());
    await row("toString", () => stub.hasOwnProperty("a"));
    for (const name of ["constructor", "fetch", "alarm", "webSocketMessage", "webSocketClose", "webSocketError", "dup", "scheduled"]) {
      if (name !== "fetch" && name !== "dup") await row(`reserved ${name}`, () => stub[name]());
    }
    for (const kind of ["plain", "props", "cause", "named", "subclass", "aggregate", "string", "undefined", "dom"]) {
      await row(`throw ${kind}`, () => stub.throwError(kind));
    }
    await row("throw props kept", async () => { try { await stub.throwError("props"); } catch (error) { return [error instanceof RangeError, error.code, error.detail, error.remote]; } });
    await row("throw subclass kept", async () => { try { await stub.throwError("subclass"); } catch (error) { return [error.constructor.name, error.name, error.extra]; } });
    await row("throw dom kept", async () => { try { await stub.throwError("dom"); } catch (error) { return [error instanceof DOMException, error.code]; } });
    await row("reject", () => stub.reject());

    await row("then", () => stub.echo(1).then((value) => value + 1));
    await row("catch", () => stub.reject().catch((error) => error.name));
    await row("finally", () => stub.echo(3).finally(() => {}));
    return response();
  },
};
