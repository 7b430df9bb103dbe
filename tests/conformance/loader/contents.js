// Modules of loaded Workers: odd contents of every kind, and import attributes.
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";
// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11]);
const compiled = (() => { try { return new WebAssembly.Module(wasm); } catch (error) { return error; } })();

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const use = async (modules, more) => {
      const [mainModule] = Object.keys(modules);
      return (await env.LOADER.load({ compatibilityDate, mainModule, modules, ...more }).getEntrypoint().fetch("http://worker.test/")).text();
    };
    const short = async (modules, more) => { try { return await use(modules, more); } catch (error) { return [error.name, ...error.message.split("\n").slice(0, 2)]; } };
    const answer = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value) ?? "undefined"); } catch (error) { return new Response("caught " + error.name + ": " + error.message); } } };`;
    const lib = { "lib.js": "export const a = 'lib';" };

    await row("text empty", () => use({ "main.js": answer("import t from './t'", "[t, t.length]"), t: { text: "" } }));
    await row("text of a number", () => short({ "main.js": answer("import t from './t'", "[typeof t, t]"), t: { text: 5 } }));
    await row("text with a BOM", () => use({ "main.js": answer("import t from './t'", "[t.length, t.charCodeAt(0)]"), t: { text: "\ufeffx" } }));
    await row("text with NUL", () => use({ "main.js": answer("import t from './t'", "t.length"), t: { text: "a\0b" } }));
    await row("source with a BOM", () => short({ "main.js": `\ufeff${answer("", "'ran'")}` }));
    await row("source with a hashbang", () => short({ "main.js": `#!/usr/bin/env x\n${answer("", "'ran'")}` }));
    await row("source not ASCII", () => use({ "main.js": answer("const été = 'é日😀'", "[été, été.length]") }));
    await row("data empty", () => use({ "main.js": answer("import d from './d'", "d.byteLength"), d: { data: new Uint8Array(0) } }));
    await row("data of a part", () => use({ "main.js": answer("import d from './d'", "[d.byteLength, ...new Uint8Array(d)]"), d: { data: new Uint8Array([1, 2, 3, 4]).subarray(1, 3) } }));
    await row("data of a DataView", () => short({ "main.js": answer("import d from './d'", "[...new Uint8Array(d)]"), d: { data: new DataView(new Uint8Array([9, 8]).buffer) } }));
    await row("data of text", () => short({ "main.js": answer("import d from './d'", "d.byteLength"), d: { data: "text" } }));
    await row("data is a copy", async () => { const bytes = new Uint8Array([1]); const worker = env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": answer("import d from './d'", "new Uint8Array(d)[0]"), d: { data: bytes } } }); bytes[0] = 2; return (await worker.getEntrypoint().fetch("http://x.test/")).text(); });
    await row("json null", () => short({ "main.js": answer("import j from './j'", "j"), j: { json: null } }));
    await row("json undefined", () => short({ "main.js": answer("import j from './j'", "j"), j: { json: undefined } }));
    await row("json number", () => use({ "main.js": answer("import j from './j'", "j"), j: { json: 1.5 } }));
    await row("json with a Date", () => use({ "main.js": answer("import j from './j'", "j"), j: { json: { d: new Date(0) } } }));
    await row("json with a cycle", () => short({ "main.js": answer("import j from './j'", "j"), j: { json: (() => { const o = {}; o.o = o; return o; })() } }));
    await row("json with a bigint", () => short({ "main.js": answer("import j from './j'", "j"), j: { json: 5n } }));
    await row("json is one object", () => use({ "main.js": answer("import j from './j'; import k from './k.js'", "j === k"), "k.js": "import j from './j'; export default j;", j: { json: {} } }));
    await row("wasm not valid", () => short({ "main.js": answer("import w from './w'", "1"), w: { wasm: new Uint8Array([1, 2, 3]) } }));
    await row("wasm empty", () => short({ "main.js": answer("import w from './w'", "1"), w: { wasm: new Uint8Array(0) } }));
    await row("wasm compiled at the top", () => Object.prototype.toString.call(compiled));
    await row("compiled module as a module", () => short({ "main.js": answer("import w from './w.wasm'", "new WebAssembly.Instance(w).exports.add(2, 3)"), "w.wasm": compiled }));
    await row("compiled module in two Workers", async () => { const modules = { "main.js": answer("import w from './w.wasm'", "new WebAssembly.Instance(w).exports.add(4, 5)"), "w.wasm": compiled }; return [await short(modules), await short(modules)]; });
    await row("compiled module as wasm", () => short({ "main.js": answer("import w from './w.wasm'", "new WebAssembly.Instance(w).exports.add(2, 3)"), "w.wasm": { wasm: compiled } }));
    await row("wasm of part of a buffer", () => short({ "main.js": answer("import w from './w'", "new WebAssembly.Instance(w).exports.add(2, 3)"), w: { wasm: new Uint8Array([9, ...wasm, 9]).subarray(1, wasm.length + 1) } }));
    await row("wasm exports listed", () => short({ "main.js": answer("import w from './w'", "WebAssembly.Module.exports(w)"), w: { wasm } }));
    await row("wasm has one import", () => short({ "main.js": answer("import * as w from './w'", "Object.keys(w)"), w: { wasm } }));
    await row("wasm under a dynamic import", () => short({ "main.js": answer("", "new WebAssembly.Instance((await import('./w')).default).exports.add(1, 1)"), w: { wasm } }));
    await row("data of a resizable buffer", () => short({ "main.js": answer("import d from './d'", "[d.byteLength, d.resizable]"), d: { data: new ArrayBuffer(2, { maxByteLength: 8 }) } }));
    await row("data is one buffer", () => short({ "main.js": answer("import d from './d'; import e from './e.js'", "d === e"), "e.js": "import d from './d'; export default d;", d: { data: new Uint8Array(1) } }));
    await row("python beside JavaScript", () => short({ "main.js": answer("", "1"), "lib.py": "x = 1" }));
    await row("python by kind beside JavaScript", () => short({ "main.js": answer("", "1"), lib: { py: "x = 1" } }));
    await row("JavaScript under the name of another kind", () => short({ "main.js": answer("import a from './a.json'", "a"), "a.json": { js: "export default 'js';" } }));
    await row("text under a name of JavaScript", () => short({ "main.js": answer("import a from './a.js'", "a"), "a.js": { text: "export default 1;" } }));
    await row("attribute of another type", () => short({ "main.js": answer("import j from './j' with { type: 'json' }", "j"), j: { text: "5" } }));
    await row("attribute text", () => short({ "main.js": answer("import j from './j' with { type: 'text' }", "j"), j: { text: "5" } }));
    await row("attribute unknown", () => short({ "main.js": answer("import j from './lib.js' with { what: 'x' }", "j"), ...lib }));
    return response();
  },
};
