// WebAssembly as Workers allow it: modules that a loader was given, instances, imports, traps, tables, memories, what is refused.
import { table } from "../table.js";

const leb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >> 7)]);
const section = (id, ...content) => { const flat = content.flat(Infinity); return [id, ...leb(flat.length), ...flat]; };
const name = (text) => [...leb(text.length), ...new TextEncoder().encode(text)];
const vec = (...items) => [...leb(items.length), ...items];
const I32 = 0x7f, I64 = 0x7e, F64 = 0x7c;
/** A module that imports env.log(i32) and exports what the rows below use. */
const MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0,
  ...section(1, vec([0x60, vec(I32, I32), vec(I32)], [0x60, vec(I32), vec()], [0x60, vec(), vec()], [0x60, vec(I64), vec(I64)], [0x60, vec(F64), vec(I32)], [0x60, vec(), vec(I32, I32)])),
  ...section(2, vec([name("env"), name("log"), 0, 1])),
  ...section(3, vec(0, 2, 1, 3, 4, 5, 2, 0, 2)),
  ...section(4, vec([0x70, 1, 2, 4])),
  ...section(5, vec([1, 1, 3])),
  ...section(6, vec([I32, 1, 0x41, 7, 0x0b])),
  ...section(7, vec([name("add"), 0, 1], [name("trap"), 0, 2], [name("call"), 0, 3], [name("long"), 0, 4], [name("trunc"), 0, 5], [name("two"), 0, 6], [name("recurse"), 0, 7], [name("divide"), 0, 8], [name("out"), 0, 9], [name("memory"), 2, 0], [name("table"), 1, 0], [name("global"), 3, 0])),
  ...section(10, vec(
    [7, 0, 0x20, 0, 0x20, 1, 0x6a, 0x0b], [3, 0, 0x00, 0x0b], [6, 0, 0x20, 0, 0x10, 0, 0x0b], [4, 0, 0x20, 0, 0x0b], [5, 0, 0x20, 0, 0xaa, 0x0b], [6, 0, 0x41, 1, 0x41, 2, 0x0b], [4, 0, 0x10, 7, 0x0b], [7, 0, 0x20, 0, 0x20, 1, 0x6d, 0x0b], [13, 0, 0x41, 0x80, 0x80, 0x80, 0x01, 0x28, 2, 0, 0x1a, 0x0b].map((byte, index) => (index === 0 ? 11 : byte)),
  )),
]);
const EMPTY = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

const SOURCE = `
import wasm from "./m.wasm";
import empty from "./empty.wasm";
const text = (error) => error instanceof Error ? error.constructor.name + ": " + error.message : String(error);
const caught = (work) => { try { return ["returned", work()]; } catch (error) { return ["threw", text(error)]; } };
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", text(error)]; } };
const logged = [];
const imports = { env: { log: (value) => { logged.push(value); } } };
const rows = {
  kind: () => [wasm instanceof WebAssembly.Module, Object.prototype.toString.call(wasm), Object.keys(wasm)],
  exports: () => WebAssembly.Module.exports(wasm).map(({ name, kind }) => name + " " + kind),
  imports: () => WebAssembly.Module.imports(wasm),
  sections: () => WebAssembly.Module.customSections(wasm, "name").length,
  instance: () => { const made = new WebAssembly.Instance(wasm, imports); return [Object.keys(made.exports), Object.isFrozen(made.exports), Object.getPrototypeOf(made.exports)]; },
  instantiate: async () => { const made = await WebAssembly.instantiate(wasm, imports); return [made instanceof WebAssembly.Instance, made.exports.add(2, 3)]; },
  "instantiate a promise": async () => settled(WebAssembly.instantiate(Promise.resolve(wasm), imports)),
  "no imports": () => caught(() => new WebAssembly.Instance(wasm)),
  "no imports, async": () => settled(WebAssembly.instantiate(wasm)),
  "empty imports": () => caught(() => new WebAssembly.Instance(wasm, {})),
  "import of a number": () => caught(() => new WebAssembly.Instance(wasm, { env: { log: 5 } })),
  "imports of a number": () => caught(() => new WebAssembly.Instance(wasm, 5)),
  "import that throws": () => caught(() => new WebAssembly.Instance(wasm, { env: { log() { throw new RangeError("import"); } } }).exports.call(1)),
  "import is called": () => { new WebAssembly.Instance(wasm, imports).exports.call(7); return logged; },
  trap: () => caught(() => new WebAssembly.Instance(wasm, imports).exports.trap()),
  "divide by zero": () => caught(() => new WebAssembly.Instance(wasm, imports).exports.divide(1, 0)),
  "divide overflow": () => caught(() => new WebAssembly.Instance(wasm, imports).exports.divide(-2147483648, -1)),
  "out of bounds": () => caught(() => new WebAssembly.Instance(wasm, imports).exports.out()),
  recursion: () => caught(() => new WebAssembly.Instance(wasm, imports).exports.recurse())[1].split(":")[0],
  truncate: () => caught(() => new WebAssembly.Instance(wasm, imports).exports.trunc(1e20)),
  "bigint argument": () => [new WebAssembly.Instance(wasm, imports).exports.long(5n), caught(() => new WebAssembly.Instance(wasm, imports).exports.long(5))].map((value) => typeof value === "bigint" ? value + "n" : value),
  "two results": () => new WebAssembly.Instance(wasm, imports).exports.two(),
  "arguments of other kinds": () => { const { add } = new WebAssembly.Instance(wasm, imports).exports; return [add("3", true), add(), add(1.9, -1.9), add(2 ** 32 + 5, 0)]; },
  "function's members": () => { const { add } = new WebAssembly.Instance(wasm, imports).exports; return [add.name, add.length, typeof add]; },
  memory: () => { const { memory } = new WebAssembly.Instance(wasm, imports).exports; const before = memory.buffer; const grown = memory.grow(1); return [grown, before.byteLength, before.detached, memory.buffer.byteLength, caught(() => memory.grow(5))]; },
  table: () => { const { table, add } = new WebAssembly.Instance(wasm, imports).exports; table.set(0, add); return [table.length, table.get(0) === add, table.get(1), caught(() => table.get(9)), caught(() => table.set(0, () => {})), table.grow(2), caught(() => table.grow(5))]; },
  global: () => { const { global } = new WebAssembly.Instance(wasm, imports).exports; const before = global.value; global.value = 9; return [before, global.value]; },
  empty: () => Object.keys(new WebAssembly.Instance(empty).exports),
  "compile from a module": () => settled(WebAssembly.compile(wasm)),
  "Module of a module": () => caught(() => new WebAssembly.Module(wasm)),
  "same module each time": async () => (await import("./m.wasm")).default === wasm,
  "namespace": async () => Object.keys(await import("./m.wasm")),
};
export default { async fetch(request) { const name = decodeURIComponent(new URL(request.url).pathname.slice(1)); if (name === "") return Response.json(Object.keys(rows)); try { return new Response(JSON.stringify(await rows[name]())); } catch (error) { return new Response("ERR " + text(error)); } } };
`;

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const worker = env.LOADER.get("wasm", () => ({ compatibilityDate: "2026-11-17", mainModule: "m.js", modules: { "m.js": SOURCE, "m.wasm": { wasm: MODULE.buffer }, "empty.wasm": { wasm: EMPTY.buffer } } })).getEntrypoint();
    const names = await (await worker.fetch("http://wasm/")).json();
    for (const name of names) await row(name, async () => JSON.parse((await (await worker.fetch(`http://wasm/${encodeURIComponent(name)}`)).text()).replace(/^ERR (.*)$/s, (all, message) => JSON.stringify(`ERR ${message}`))));

    const text = (error) => `${error.constructor.name}: ${error.message}`;
    const caught = (work) => { try { return ["returned", Object.prototype.toString.call(work())]; } catch (error) { return ["threw", text(error)]; } };
    const settled = async (promise) => { try { return ["fulfilled", Object.prototype.toString.call(await promise)]; } catch (error) { return ["rejected", text(error)]; } };
    for (const [kind, bytes] of Object.entries({ "a module": EMPTY, "a buffer": EMPTY.buffer, "nonsense": new Uint8Array(4), "nothing": undefined, "null": null, "a text": "x", "an object": {} })) {
      await row(`Module of ${kind}`, () => caught(() => new WebAssembly.Module(bytes)));
      await row(`compile ${kind}`, () => settled(Promise.resolve().then(() => WebAssembly.compile(bytes))));
      await row(`instantiate ${kind}`, () => settled(Promise.resolve().then(() => WebAssembly.instantiate(bytes))));
      await row(`validate ${kind}`, () => { try { return WebAssembly.validate(bytes); } catch (error) { return text(error); } });
    }
    await row("compileStreaming", () => typeof WebAssembly.compileStreaming);
    await row("instantiateStreaming", () => typeof WebAssembly.instantiateStreaming);
    for (const descriptor of [{}, { initial: 1, maximum: 0 }, { initial: "1" }, { initial: 1, maximum: 70000 }, { initial: 0 }]) await row(`Memory of ${JSON.stringify(descriptor)}`, () => { try { return new WebAssembly.Memory(descriptor).buffer.byteLength; } catch (error) { return text(error); } });
    for (const descriptor of [undefined, {}, { initial: 1 }, { initial: 1, element: "x" }, { initial: 1, element: "externref" }, { initial: -1, element: "anyfunc" }, { initial: 2e7, element: "anyfunc" }]) await row(`Table of ${JSON.stringify(descriptor)}`, () => { try { const made = new WebAssembly.Table(descriptor); return [made.length, made.get(0)]; } catch (error) { return text(error); } });
    for (const [kind, args] of Object.entries({ "i32": [{ value: "i32" }, 5], "i64": [{ value: "i64" }, 5n], "i64 of a number": [{ value: "i64" }, 5], "mutable": [{ value: "f64", mutable: true }, 1.5], "v128": [{ value: "v128" }], "x": [{ value: "x" }], "nothing": [] })) await row(`Global of ${kind}`, () => { try { return new WebAssembly.Global(...args).value; } catch (error) { return text(error); } });
    await row("setting what is fixed", () => caught(() => { new WebAssembly.Global({ value: "i32" }, 1).value = 2; }));
    await row("Tag and Exception", () => { const tag = new WebAssembly.Tag({ parameters: ["i32"] }); const made = new WebAssembly.Exception(tag, [5]); return [made.is(tag), made.getArg(tag, 0), made instanceof Error]; });
    await row("JSTag", () => typeof WebAssembly.JSTag);
    await row("errors", () => ["CompileError", "LinkError", "RuntimeError"].map((name) => new WebAssembly[name]("m") instanceof Error));
    await row("grown memory detaches", () => { const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 }); const view = new Uint8Array(memory.buffer); memory.grow(1); return [view.length, memory.buffer.byteLength, memory.buffer === memory.buffer]; });
    await row("names", () => Object.getOwnPropertyNames(WebAssembly).sort());
    return response();
  },
};
