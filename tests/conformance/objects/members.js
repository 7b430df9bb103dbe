// Durable Objects: which members of a class can be called and read over RPC, by name and by kind.
import { DurableObject, RpcTarget } from "cloudflare:workers";
import { table } from "../table.js";

export class Members extends DurableObject {
  own = "own";
  constructor(ctx, env) {
    super(ctx, env);
    this.ownFunction = () => "own function";
    this.shadowed = () => "own";
    Object.defineProperty(this, "ownGetter", { get: () => "own getter", enumerable: true });
  }
  shadowed() {
    return "of the prototype";
  }
  method() {
    return "method";
  }
  async asynchronous() {
    return "async";
  }
  *generator() {
    yield 1;
  }
  async *asyncGenerator() {
    yield 1;
  }
  get getter() {
    return "getter";
  }
  get asyncGetter() {
    return Promise.resolve("async getter");
  }
  get throwing() {
    throw new RangeError("getter threw");
  }
  get functionGetter() {
    return (x) => `called ${x}`;
  }
  get objectGetter() {
    return { a: 1, inner: { b: 2 } };
  }
  get targetGetter() {
    return new (class extends RpcTarget { hi() { return "hi"; } get prop() { return "prop of a target"; } field = 1; })();
  }
  get instanceGetter() {
    return new (class { method() { return 1; } field = 2; })();
  }
  get arrayGetter() {
    return ["zero", "one"];
  }
  get nullProtoGetter() {
    return Object.assign(Object.create(null), { a: 1 });
  }
  get nullGetter() {
    return null;
  }
  set setterOnly(value) {}
  [Symbol.for("symbol")]() {
    return "symbol";
  }
  "a b"() {
    return "name with a space";
  }
  "é日"() {
    return "name not ASCII";
  }
  ""() {
    return "empty name";
  }
  thisIs() {
    return [this instanceof Members, this.own];
  }
  then(resolve) {
    return "then of the class";
  }
  catch() {
    return "catch of the class";
  }
  finally() {
    return "finally of the class";
  }
  toString() {
    return "toString of the class";
  }
  toJSON() {
    return "toJSON of the class";
  }
  hasOwnProperty() {
    return "hasOwnProperty of the class";
  }
  queue(batch) {
    return "queue called";
  }
  email() {
    return "email called";
  }
  tail() {
    return "tail called";
  }
  trace() {
    return "trace called";
  }
  test() {
    return "test called";
  }
  get() {
    return "get called";
  }
  put() {
    return "put called";
  }
  delete() {
    return "delete called";
  }
  call() {
    return "call called";
  }
  apply() {
    return "apply called";
  }
  bind() {
    return "bind called";
  }
  prototype() {
    return "prototype called";
  }
  length() {
    return "length called";
  }
  arguments() {
    return "arguments called";
  }
}

export default {
  async fetch(request, env) {
    const { row: print, response } = table();
    // Rows of the lists below that denizen does not give yet.
    const later = ["call toJSON"];
    const row = (label, subject) => later.includes(label) ? undefined : print(label, subject);
    const stub = env.Members.getByName("m");
    for (const name of ["method", "asynchronous", "shadowed", "ownFunction", "functionGetter", "a b", "é日", "", "thisIs", "toString", "toJSON", "valueOf", "isPrototypeOf", "__proto__", "generator", "asyncGenerator", "setterOnly", "nothing", "ctx", "env", "then", "catch", "finally", "queue", "email", "tail", "trace", "test", "get", "put", "delete", "call", "apply", "bind", "prototype", "length", "arguments"]) {
      await row(`call ${name}`, () => stub[name]("argument"));
    }
    for (const name of ["getter", "asyncGetter", "throwing", "objectGetter", "arrayGetter", "nullGetter", "nullProtoGetter", "instanceGetter", "own", "ownGetter", "setterOnly", "nothing", "ctx", "env"]) {
      await row(`read ${name}`, async () => stub[name]);
    }
    return response();
  },
};
