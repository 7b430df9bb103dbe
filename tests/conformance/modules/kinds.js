// Modules of loaded Workers: every kind, how they import one another, dynamic import, CommonJS.
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";
// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11]);

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const use = async (modules) => {
      const [mainModule] = Object.keys(modules);
      const answer = await env.LOADER.load({ compatibilityDate, mainModule, modules }).getEntrypoint().fetch("http://worker.test/");
      return answer.text();
    };
    const short = async (modules) => { try { return await use(modules); } catch (error) { return [error.name, error.message.split("\n").slice(0, 2)]; } };
    const answer = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value)); } catch (error) { return new Response("caught " + error.name + ": " + error.message); } } };`;

    await row("js", () => use({ "main.js": answer("import { a } from './lib.js'", "a"), "lib.js": "export const a = 'from lib';" }));
    await row("js by kind", () => use({ "main.js": answer("import a from './lib'", "a"), lib: { js: "export default 'by kind';" } }));
    await row("folders", () => use({ "main.js": answer("import a from './x/y/a.js'", "a"), "x/y/a.js": "import b from '../b.js'; export default 'a' + b;", "x/b.js": "export default 'b';" }));
    await row("main in a folder", () => use({ "src/main.js": answer("import a from '../lib.js'", "a"), "lib.js": "export default 'up';" }));
    await row("bare name", () => short({ "main.js": answer("import a from 'lib.js'", "a"), "lib.js": "export default 'bare';" }));
    await row("bare name in a folder", () => short({ "main.js": answer("import a from './x/a.js'", "a"), "x/a.js": "import b from 'b.js'; export default b;", "x/b.js": "export default 'beside';", "b.js": "export default 'root';" }));
    await row("cycle", () => use({ "main.js": answer("import { a } from './a.js'", "a()"), "a.js": "import { b } from './b.js'; export const a = () => 'a' + b();", "b.js": "import { a } from './a.js'; export const b = () => 'b' + typeof a;" }));
    await row("one instance", () => use({ "main.js": answer("import { n } from './a.js'; import { m } from './b.js'", "n === m"), "a.js": "import s from './s.js'; export const n = s;", "b.js": "import s from './s.js'; export const m = s;", "s.js": "export default {};" }));
    await row("top-level await", () => use({ "main.js": answer("import a from './a.js'", "a"), "a.js": "export default await Promise.resolve('awaited');" }));
    await row("text", () => use({ "main.js": answer("import t from './t.txt'", "[typeof t, t]"), "t.txt": { text: "té\n" } }));
    await row("data", () => use({ "main.js": answer("import d from './d.bin'", "[d instanceof ArrayBuffer, [...new Uint8Array(d)]]"), "d.bin": { data: new Uint8Array([1, 2, 255]) } }));
    await row("data of a buffer", () => use({ "main.js": answer("import d from './d.bin'", "[...new Uint8Array(d)]"), "d.bin": { data: new Uint8Array([7, 8]).buffer } }));
    await row("json", () => use({ "main.js": answer("import j from './j.json'", "j"), "j.json": { json: { a: [1, null, "x"], u: undefined } } }));
    await row("json of a string", () => use({ "main.js": answer("import j from './j.json'", "[typeof j, j]"), "j.json": { json: "{}" } }));
    await row("json is mutable", () => use({ "main.js": answer("import j from './j.json'", "(j.a = 2, j)"), "j.json": { json: { a: 1 } } }));
    await row("json with attribute", () => short({ "main.js": answer("import j from './j.json' with { type: 'json' }", "j"), "j.json": { json: 5 } }));
    await row("wasm", () => use({ "main.js": answer("import w from './w.wasm'", "[w instanceof WebAssembly.Module, new WebAssembly.Instance(w).exports.add(2, 3)]"), "w.wasm": { wasm } }));
    await row("wasm of a module", () => short({ "main.js": answer("import w from './w.wasm'", "(await WebAssembly.instantiate(w)).exports.add(4, 5)"), "w.wasm": { wasm: wasm.slice().buffer } }));
    await row("wasm from bytes", () => use({ "main.js": answer("import d from './d.bin'", "(await WebAssembly.instantiate(d)).instance !== undefined"), "d.bin": { data: wasm } }));
    await row("cjs", () => use({ "main.js": answer("import c from './c.cjs'", "c"), "c.cjs": { cjs: "module.exports = { a: 1, file: typeof __filename, dir: typeof __dirname, require: typeof require };" } }));
    await row("cjs named import", () => short({ "main.js": answer("import { a } from './c.cjs'", "a"), "c.cjs": { cjs: "exports.a = 1;" } }));
    await row("cjs requires cjs", () => use({ "main.js": answer("import c from './c.cjs'", "c"), "c.cjs": { cjs: "module.exports = 'c' + require('./d.cjs');" }, "d.cjs": { cjs: "module.exports = 'd';" } }));
    await row("cjs requires json", () => short({ "main.js": answer("import c from './c.cjs'", "c"), "c.cjs": { cjs: "module.exports = require('./j.json').a;" }, "j.json": { json: { a: 9 } } }));
    await row("cjs cycle", () => short({ "main.js": answer("import c from './c.cjs'", "c"), "c.cjs": { cjs: "exports.early = 1; exports.d = require('./d.cjs').seen;" }, "d.cjs": { cjs: "exports.seen = require('./c.cjs').early;" } }));
    await row("dynamic import", () => use({ "main.js": answer("", "(await import('./lib.js')).a"), "lib.js": "export const a = 'later';" }));
    await row("dynamic import of text", () => use({ "main.js": answer("", "(await import('./t.txt')).default"), "t.txt": { text: "dynamic text" } }));
    await row("dynamic import at the top", () => use({ "main.js": answer("const { a } = await import('./lib.js')", "a"), "lib.js": "export const a = 'early';" }));
    await row("dynamic import that throws", () => use({ "main.js": answer("", "await import('./lib.js')"), "lib.js": "throw new RangeError('lib broke');" }));
    await row("dynamic import same", () => use({ "main.js": answer("import * as s from './lib.js'", "(await import('./lib.js')) === s"), "lib.js": "export const a = 1;" }));
    await row("namespace keys", () => use({ "main.js": answer("import * as s from './lib.js'", "Object.keys(s)"), "lib.js": "export const b = 1; export default 2; export const a = 3;" }));
    await row("node built-in", () => short({ "main.js": answer("import assert from 'node:assert'", "typeof assert.equal") }));
    await row("unused broken module", () => short({ "main.js": answer("", "'unbothered'"), "broken.js": "export const = 1;" }));
    return response();
  },
};
