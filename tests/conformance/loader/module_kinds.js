// Worker Loader: modules of every kind under every suffix and as main, of more kinds than one, odd bytes, and many of them.
import { table, describeError } from "../table.js";

const compatibilityDate = "2026-11-17";
const fine = "export default { fetch() { return new Response('fine'); } }";
// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11]);
const compiled = (() => { try { return new WebAssembly.Module(wasm); } catch (error) { return error; } })();

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const load = (mainModule, modules, more) => env.LOADER.load({ compatibilityDate, mainModule, modules, ...more });
    const use = async (...args) => { try { return await (await load(...args).getEntrypoint().fetch(url)).text(); } catch (error) { return `ERR ${describeError(error).split("\n").slice(0, 3).join(" | ")}`; } };
    const answer = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value) ?? "undefined"); } catch (error) { return new Response("caught " + error?.name + ": " + error?.message); } } };`;

    for (const [kind, module] of Object.entries({ js: { js: fine }, cjs: { cjs: "module.exports = { fetch() { return new Response('cjs'); } };" }, text: { text: fine }, data: { data: new Uint8Array(1) }, json: { json: {} }, wasm: { wasm }, compiled })) {
      await row(`main of kind ${kind}`, () => use("main", { main: module }));
      await row(`main of kind ${kind} named .js`, () => use("main.js", { "main.js": module }));
    }
    const shown = "(typeof m === 'string' ? m : m instanceof ArrayBuffer ? m.byteLength : m instanceof WebAssembly.Module ? 'wasm' : JSON.stringify(m))";
    for (const name of ["m", "m.js", "m.mjs", "m.cjs", "m.json", "m.txt", "m.wasm", "m.py", "m.bin"]) {
      for (const [kind, module] of Object.entries({ js: { js: "export default 'js';" }, cjs: { cjs: "module.exports = 'cjs';" }, text: { text: "text" }, data: { data: new Uint8Array(3) }, json: { json: { a: 1 } }, wasm: { wasm }, compiled, bare: "export default 'bare';" })) {
        await row(`${kind} under ${name}`, () => use("main.js", { "main.js": answer(`import m from './${name}'`, shown), [name]: module }));
      }
    }
    for (const kinds of [["js", "cjs"], ["js", "text"], ["text", "json"], ["data", "wasm"], ["js", "py"], ["js", "cjs", "text", "data", "json", "py", "wasm"]]) {
      await row(`kinds ${kinds}`, () => use("main.js", { "main.js": fine, m: Object.fromEntries(kinds.map((kind) => [kind, kind === "data" || kind === "wasm" ? wasm : "x"])) }));
      await row(`kinds ${kinds} with undefined ones`, () => use("main.js", { "main.js": fine, m: Object.fromEntries(kinds.map((kind, i) => [kind, i > 0 ? undefined : "export default 1;"])) }));
    }
    for (const kind of ["JS", "esModule", "ts", "mjs", "type", "content"]) await row(`kind ${kind}`, () => use("main.js", { "main.js": fine, m: { [kind]: "x" } }));
    for (const [kind, value] of Object.entries({ "Uint8Array": new Uint8Array([1, 2, 3]), "ArrayBuffer": new Uint8Array([1, 2]).buffer, "DataView": new DataView(new ArrayBuffer(4), 1, 2), "Float64Array": new Float64Array(2), "part": new Uint8Array([1, 2, 3, 4]).subarray(1, 3), "Blob": new Blob(["x"]), "text": "abc", "array": [1, 2, 3], "object": { 0: 1, length: 1 }, "Response": new Response("x"), "Buffer": Buffer.from("abc"), "resizable": new ArrayBuffer(2, { maxByteLength: 8 }), "view of resizable": new Uint8Array(new ArrayBuffer(2, { maxByteLength: 8 }), 1) })) {
      await row(`data of ${kind}`, () => use("main.js", { "main.js": answer("import m from './m'", "[Object.prototype.toString.call(m), m.byteLength, [...new Uint8Array(m)], m.resizable, m.maxByteLength]"), m: { data: value } }));
      await row(`wasm of ${kind}`, () => use("main.js", { "main.js": answer("import m from './m'", "'compiled'"), m: { wasm: value } }));
    }
    await row("wasm used", () => use("main.js", { "main.js": answer("import m from './m'", "[Object.prototype.toString.call(m), new WebAssembly.Instance(m).exports.add(2, 3), (await WebAssembly.instantiate(m)).exports.add(3, 4)]"), m: { wasm } }));
    await row("compiled Module used", () => use("main.js", { "main.js": answer("import m from './m.wasm'", "[Object.prototype.toString.call(m), m instanceof WebAssembly.Module, new WebAssembly.Instance(m).exports.add(2, 3)]"), "m.wasm": compiled }));
    await row("compiled Module beside its bytes", () => use("main.js", { "main.js": answer("import m from './m.wasm'; import n from './n.wasm'", "[m === n, new WebAssembly.Instance(m).exports.add(1, 1), new WebAssembly.Instance(n).exports.add(2, 2)]"), "m.wasm": compiled, "n.wasm": { wasm } }));
    await row("compiled Module required", () => use("main.js", { "main.js": answer("import m from './m.cjs'", "m"), "m.cjs": { cjs: "const w = require('./w.wasm'); module.exports = [Object.prototype.toString.call(w), Object.prototype.toString.call(w.default ?? w)];" }, "w.wasm": compiled }));
    await row("wasm compiled from data", () => use("main.js", { "main.js": answer("import d from './d'", "await WebAssembly.compile(d).then(() => 'compiled', (e) => e.name + ': ' + e.message)"), d: { data: wasm } }));
    await row("wasm compiled at the top", () => use("main.js", { "main.js": answer("import d from './d'; const early = (() => { try { return Object.prototype.toString.call(new WebAssembly.Module(d)); } catch (e) { return e.name + ': ' + e.message; } })()", "early"), d: { data: wasm } }));
    await row("data changed inside", () => use("main.js", { "main.js": answer("import d from './d'; import { other } from './o.js'", "(new Uint8Array(d)[0] = 9, other())"), "o.js": "import d from './d'; export const other = () => new Uint8Array(d)[0];", d: { data: new Uint8Array([1]) } }));
    await row("data is not changed outside", async () => { const data = new Uint8Array([1]); await use("main.js", { "main.js": answer("import d from './d'", "(new Uint8Array(d)[0] = 9)"), d: { data } }); return data[0]; });
    await row("order of modules does not matter", () => use("main.js", { "z.js": "export default 'z';", "main.js": answer("import z from './z.js'; import a from './a.js'", "[z, a]"), "a.js": "export default 'a';" }));
    await row("thousand modules", () => use("main.js", { "main.js": answer(Array.from({ length: 1000 }, (_, i) => `import m${i} from './m${i}.js'`).join(";"), "m0 + m999"), ...Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`m${i}.js`, `export default ${i};`])) }));
    await row("chain of a thousand", () => use("main.js", { "main.js": answer("import n from './m0.js'", "n"), ...Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`m${i}.js`, i === 999 ? "export default 1000;" : `export { default } from './m${i + 1}.js';`])) }));
    await row("only the main module is a handler", () => use("main.js", { "main.js": fine, "other.js": "throw new Error('not run')" }));
    await row("main not first", () => use("main.js", { "other.js": "throw new Error('not run')", "main.js": fine }));
    return response();
  },
};
