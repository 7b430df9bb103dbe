// RPC: thrown errors and other values of every type and shape, as the caller of a Durable Object catches them.
import { DurableObject } from "cloudflare:workers";
import { table, marks, show } from "../table.js";

class Mine extends Error {
  constructor(message) {
    super(message);
    this.own = "member";
  }
}
class Named extends TypeError {
  name = "Named";
}
class ByGetter extends Error {
  get name() {
    return "ByGetter";
  }
}

const errors = {
  "Error": () => new Error("m"),
  "TypeError": () => new TypeError("m"),
  "RangeError": () => new RangeError("m"),
  "SyntaxError": () => new SyntaxError("m"),
  "ReferenceError": () => new ReferenceError("m"),
  "EvalError": () => new EvalError("m"),
  "URIError": () => new URIError("m"),
  "AggregateError": () => new AggregateError([new TypeError("one"), 2], "m"),
  "DOMException": () => new DOMException("m", "TimeoutError"),
  "DOMException without a name": () => new DOMException("m"),
  "class": () => new Mine("m"),
  "class with a name": () => new Named("m"),
  "class with a name on the prototype": () => new ByGetter("m"),
  "name assigned": () => Object.assign(new Error("m"), { name: "Assigned" }),
  "name of another type": () => Object.assign(new Error("m"), { name: "RangeError" }),
  "name empty": () => Object.assign(new Error("m"), { name: "" }),
  "name number": () => Object.assign(new Error("m"), { name: 5 }),
  "message empty": () => new Error(""),
  "message missing": () => new Error(),
  "message of lines": () => new Error("a\nb"),
  "message not ASCII": () => new Error("é日😀"),
  "message with NUL": () => new Error("a\0b"),
  "message with a prefix": () => new Error("TypeError: not really"),
  "message long": () => new Error("x".repeat(5000)),
  "message object": () => Object.assign(new Error(), { message: { a: 1 } }),
  "members": () => Object.assign(new Error("m"), { code: "E", list: [1], nested: { a: new Date(5) }, u: undefined }),
  "member that is an error": () => Object.assign(new Error("m"), { inner: new RangeError("inner") }),
  "member that cannot cross": () => Object.assign(new Error("m"), { url: new URL("http://x.test/"), code: 5 }),
  "hidden member": () => Object.defineProperty(new Error("m"), "hidden", { value: 1 }),
  "cause": () => new Error("m", { cause: new TypeError("c", { cause: "deepest" }) }),
  "cause of text": () => new Error("m", { cause: "text" }),
  "cause undefined": () => new Error("m", { cause: undefined }),
  "cause that cannot cross": () => new Error("m", { cause: new URL("http://x.test/") }),
  "cycle": () => { const error = new Error("m"); error.cause = error; return error; },
  "stack assigned": () => Object.assign(new Error("m"), { stack: "own stack" }),
  "frozen": () => Object.freeze(new Error("m")),
  "retryable": () => Object.assign(new Error("m"), { retryable: true }),
  "overloaded": () => Object.assign(new Error("m"), { overloaded: true }),
  "marks that are no booleans": () => Object.assign(new Error("m"), { retryable: "yes", overloaded: 1 }),
  "mark false": () => Object.assign(new Error("m"), { retryable: false }),
  "remote false": () => Object.assign(new Error("m"), { remote: false }),
  "reset": () => Object.assign(new Error("m"), { durableObjectReset: true }),
  "text": () => "text",
  "number": () => 5,
  "null": () => null,
  "undefined": () => undefined,
  "object": () => ({ a: 1 }),
  "object like an error": () => ({ name: "TypeError", message: "like", stack: "s" }),
  "array": () => [1],
  "bigint": () => 5n,
  "function": () => function named() {},
  "Response": () => new Response("thrown"),
};

// Members that are shown apart, or that differ from run to run.
const apart = ["remote", "retryable", "overloaded", "durableObjectReset", "durableObjectId", "stack", "cause", "errors"];
const described = (error) => {
  if (!(error instanceof Error)) {
    delete error.durableObjectId;
    return ["no Error", show(error)];
  }
  const own = Object.keys(error).filter((key) => !apart.includes(key)).sort();
  const lines = { type: error.constructor.name, name: error.name, message: error.message.length > 100 ? `${error.message.length} characters` : error.message, marks: marks(error) };
  if (own.length > 0) lines.own = Object.fromEntries(own.map((key) => [key, show(error[key] === error ? "itself" : error[key])]));
  if ("cause" in error) lines.cause = error.cause === error ? "itself" : show(error.cause);
  if (error instanceof AggregateError) lines.errors = show(error.errors);
  return lines;
};
const caught = async (run) => { try { return ["no error", show(await run())]; } catch (error) { return described(error); } };

export class Thrower extends DurableObject {
  throws(kind) {
    throw errors[kind]();
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const stub = () => env.Thrower.getByName("t");
    for (const kind of Object.keys(errors)) await row(kind, () => caught(() => stub().throws(kind)));
    return response();
  },
};
