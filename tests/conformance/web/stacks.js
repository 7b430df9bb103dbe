// How frames of stacks are written. Frames of the runtime's own code are left out.

import { table } from "../table.js";

const lines = (error) => error.stack.split("\n").filter((line) => !/node-internal|cloudflare-internal|table\.js/.test(line));
const stack = () => lines(new Error("made"));
class Made {
  constructor() { this.stack = stack(); }
  method() { return stack(); }
  get accessor() { return stack(); }
  set accessor(into) { into.stack = stack(); }
  static fixed() { return stack(); }
  #secret() { return stack(); }
  call() { return this.#secret(); }
  [Symbol.iterator]() { return stack(); }
  ["computed name"]() { return stack(); }
}
class Derived extends Made {
  method() { return super.method(); }
}
async function later() {
  await 1;
  return stack();
}
async function twice() {
  return await later();
}
function* generate() { yield stack(); }

export default {
  async fetch() {
    const out = table();
    const row = (label, make) => out.row(label, make());
    await row("function", () => stack());
    await row("constructor", () => new Made().stack);
    await row("method", () => new Made().method());
    await row("inherited", () => new Derived().method());
    await row("getter", () => new Made().accessor);
    await row("setter", () => { const into = {}; new Made().accessor = into; return into.stack; });
    await row("static", () => Made.fixed());
    await row("private", () => new Made().call());
    await row("symbol", () => new Made()[Symbol.iterator]());
    await row("computed", () => new Made()["computed name"]());
    await row("callback", () => [1].map(() => stack())[0]);
    await row("JSON", () => JSON.parse(JSON.stringify({ toJSON: () => stack() })));
    await row("bound", () => stack.bind(null)());
    await row("applied", () => Reflect.apply(stack, null, []));
    await row("proxy", () => new Proxy(stack, {})());
    await row("generator", () => generate().next().value);
    await row("promise", () => new Promise((resolve) => resolve(stack())));
    await row("object", () => ({ named() { return stack(); } }).named());
    await row("without prototype", () => Object.assign(Object.create(null), { named() { return stack(); } }).named());
    await out.row("awaited", await later());
    await out.row("awaited twice", await twice());
    await out.row("thrown by the engine", () => { try { null.x; } catch (error) { return lines(error); } });
    await out.row("message of lines", lines(new Error("one\n    at two (three:4:5)")));
    await out.row("name", lines(Object.assign(new TypeError("made"), { name: "Other" })));
    await out.row("class", lines(new (class Mine extends RangeError {})("made")));
    Error.stackTraceLimit = 1;
    await row("limit", () => new Made().stack);
    Error.stackTraceLimit = 0;
    await row("no frames", () => stack());
    Error.stackTraceLimit = 10;
    await out.row("captured", () => { const holder = { name: "Holder", message: "m" }; Error.captureStackTrace(holder); return lines(holder); });
    return out.response();
  },
};
