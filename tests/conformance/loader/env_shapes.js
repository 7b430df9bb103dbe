// Worker Loader: what may stand as the whole of env, and of an entrypoint's props, and the shape in which it arrives.
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";
const look = `const look = (value) => [Object.prototype.toString.call(value).slice(8, -1), Object.getPrototypeOf(value) === Object.prototype, Reflect.ownKeys(value).map(String), JSON.stringify(value), Object.isFrozen(value)];`;
const byEnv = `${look} export default { fetch(request, env) { return Response.json(look(env)); } }`;
const byProps = `${look} export default { fetch(request, env, ctx) { return Response.json(look(ctx.props)); } }`;

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const read = async (source, given, options) => (await env.LOADER.load({ compatibilityDate, mainModule: "m.js", modules: { "m.js": source }, ...given }).getEntrypoint(null, options).fetch("http://worker.test/")).json();
    const both = {
      "constructor as a key": () => ({ constructor: 5, toString: 6, hasOwnProperty: 7 }), "symbol as a key": () => ({ [Symbol("s")]: 1, a: 1 }), "numbers as keys": () => ({ 2: "b", 1: "a", z: 0 }), "getter": () => ({ get a() { return 5; } }), "not enumerable": () => Object.defineProperty({ b: 1 }, "a", { value: 1 }), "array": () => [1, 2], "Map": () => new Map([[1, 2]]), "Set": () => new Set([1]), "Date": () => new Date(0), "RegExp": () => /x/g, "bytes": () => new Uint8Array([1, 2]), "ArrayBuffer": () => new ArrayBuffer(2), "String": () => new String("ab"), "Number": () => new Number(5), "frozen": () => Object.freeze({ a: 1 }), "Request": () => new Request("http://x.test/"), "Headers": () => new Headers({ a: "1" }), "stub": () => ctx.exports.default({}), "undefined member": () => ({ a: undefined }), "empty": () => ({}), "toJSON": () => ({ toJSON() { return 1; } }), "then": () => ({ then: 5, a: 1 }), "function as a member": () => ({ a: 1, f() {} }), "deep function": () => ({ a: { b: [() => {}] } }),
    };
    const propsOnly = {
      "__proto__ as a key": () => JSON.parse('{"__proto__": {"x": 1}, "a": 1}'), "inherits": () => Object.create({ a: 1 }), "null prototype": () => Object.assign(Object.create(null), { a: 1 }), "instance": () => new (class Thing { x = 1; })(), "function": () => () => {}, "function with members": () => Object.assign(() => {}, { a: 1 }), "class": () => class { static a = 1; }, "Promise": () => Promise.resolve(1), "loader": () => env.LOADER, "arguments": () => (function () { return arguments; })(1, 2),
    };
    for (const [kind, make] of Object.entries(both)) await row(`env: ${kind}`, () => read(byEnv, { env: make() }));
    for (const [kind, make] of Object.entries({ ...both, ...propsOnly })) await row(`props: ${kind}`, () => read(byProps, {}, { props: make() }));
    return response();
  },
};
