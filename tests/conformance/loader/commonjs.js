// Modules of loaded Workers: CommonJS, what require() finds, exports of every shape, errors, and Node's modules.
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const use = async (modules, more) => {
      const [mainModule] = Object.keys(modules);
      return (await env.LOADER.load({ compatibilityDate, mainModule, modules, ...more }).getEntrypoint().fetch("http://worker.test/")).text();
    };
    const short = async (modules, more) => { try { return await use(modules, more); } catch (error) { return [error.name, ...error.message.split("\n").slice(0, 2)]; } };
    const main = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value) ?? "undefined"); } catch (error) { return new Response("caught " + error.name + ": " + error.message); } } };`;
    /** What a CommonJS module exports, as its importer sees it. */
    const cjs = (source, more = {}, expression = "c") => short({ "main.js": main("import c from './c'", expression), c: { cjs: source }, ...more });

    await row("exports", () => cjs("exports.a = 1; exports.b = 2;"));
    await row("module.exports a function", () => cjs("module.exports = () => 'called';", {}, "c()"));
    await row("module.exports a class", () => cjs("module.exports = class { hi() { return 'hi'; } };", {}, "new c().hi()"));
    await row("module.exports a number", () => cjs("module.exports = 5;"));
    await row("module.exports null", () => cjs("module.exports = null;"));
    await row("module.exports undefined", () => cjs("module.exports = undefined;", {}, "typeof c"));
    await row("nothing exported", () => cjs("", {}, "[typeof c, Object.keys(c)]"));
    await row("exports replaced is lost", () => cjs("exports = { lost: 1 };", {}, "Object.keys(c)"));
    await row("__esModule", () => cjs("exports.__esModule = true; exports.default = 'inner'; exports.a = 1;", {}, "[typeof c, c.default ?? null]"));
    await row("a promise", () => cjs("module.exports = Promise.resolve('later');", {}, "await c"));
    await row("a getter", () => cjs("Object.defineProperty(exports, 'g', { get() { return 'got'; }, enumerable: true });"));
    await row("this", () => cjs("exports.same = this === module.exports; exports.kind = typeof this;"));
    await row("members of module", () => cjs("exports.keys = Object.keys(module).sort(); exports.kind = typeof module;"));
    await row("members of require", () => cjs("exports.keys = Object.keys(require).sort();"));
    await row("filename", () => short({ "main.js": main("import c from './x/y/c.cjs'", "c"), "x/y/c.cjs": { cjs: "module.exports = [__filename, __dirname];" } }));
    await row("not strict", () => cjs("module.exports = (function () { return this !== undefined; })();"));
    await row("return at the top", () => cjs("exports.early = 1; return; exports.late = 1;"));
    await row("await at the top", () => cjs("exports.a = await 1;"));
    await row("syntax error", () => cjs("exports. = 1;"));
    await row("throws", () => cjs("throw new RangeError('cjs broke');"));
    await row("throws under a dynamic import", () => short({ "main.js": main("", "await import('./c')"), c: { cjs: "throw new RangeError('cjs broke');" } }));
    await row("names of the namespace", () => short({ "main.js": main("import * as c from './c'", "Object.keys(c)"), c: { cjs: "exports.a = 1; exports.b = 2;" } }));
    await row("dynamic import", () => short({ "main.js": main("", "Object.keys(await import('./c'))"), c: { cjs: "exports.a = 1;" } }));
    await row("run once", () => short({ "main.js": main("import c from './c'; import d from './d.js'", "[c === d, globalThis.runs]"), "d.js": "import c from './c'; export default c;", c: { cjs: "globalThis.runs = (globalThis.runs ?? 0) + 1; module.exports = {};" } }));
    await row("run only when used", () => short({ "main.js": main("", "globalThis.runs ?? 'never'"), c: { cjs: "globalThis.runs = 1;" } }));

    await row("require of a sibling", () => cjs("module.exports = require('./d');", { d: { cjs: "module.exports = 'd';" } }));
    await row("require without ./", () => cjs("module.exports = require('d');", { d: { cjs: "module.exports = 'd';" } }));
    await row("require up", () => short({ "main.js": main("import c from './x/c'", "c"), "x/c": { cjs: "module.exports = require('../d');" }, d: { cjs: "module.exports = 'up';" } }));
    await row("require gives one object", () => cjs("module.exports = require('./d') === require('./d');", { d: { cjs: "module.exports = {};" } }));
    await row("require without the suffix", () => cjs("module.exports = require('./d');", { "d.js": { cjs: "module.exports = 'suffix';" } }));
    await row("require of a folder", () => cjs("module.exports = require('./d');", { "d/index.js": { cjs: "module.exports = 'index';" } }));
    await row("require of json", () => cjs("module.exports = require('./j.json');", { "j.json": { json: { a: 1 } } }));
    await row("require of text", () => cjs("const t = require('./t.txt'); module.exports = [typeof t, t.default ?? t];", { "t.txt": { text: "text" } }));
    await row("require of data", () => cjs("const d = require('./d.bin'); module.exports = Object.prototype.toString.call(d.default ?? d);", { "d.bin": { data: new Uint8Array(1) } }));
    await row("require of an ES module", () => cjs("const e = require('./e.js'); module.exports = [Object.keys(e), e.a ?? null];", { "e.js": "export const a = 1; export default 'd';" }));
    await row("require of an ES module with only a default", () => cjs("const e = require('./e.js'); module.exports = [typeof e, e.default ?? null];", { "e.js": "export default { d: 1 };" }));
    await row("require of an ES module that awaits", () => cjs("module.exports = require('./e.js').a;", { "e.js": "export const a = await Promise.resolve(1);" }));
    await row("require of cloudflare:workers", () => cjs("module.exports = typeof require('cloudflare:workers').DurableObject;"));
    await row("require of nothing", () => cjs("module.exports = require('./missing');"));
    await row("require of nothing, caught", () => cjs("try { require('./missing'); } catch (error) { module.exports = error.name + ': ' + error.message; }"));
    await row("require of a module that throws", () => cjs("try { require('./d'); } catch (error) { module.exports = error.name + ': ' + error.message; }", { d: { cjs: "throw new RangeError('d broke');" } }));
    await row("require of a module that throws, twice", () => cjs("const seen = []; for (let i = 0; i < 2; i++) try { require('./d'); seen.push('fine'); } catch (error) { seen.push(error.message); } module.exports = seen;", { d: { cjs: "throw new RangeError('d broke');" } }));
    await row("require without an argument", () => cjs("try { require(); } catch (error) { module.exports = error.name; }"));
    await row("require later", () => cjs("module.exports = () => require('./d');", { d: { cjs: "module.exports = 'later';" } }, "c()"));
    await row("require in a cycle", () => cjs("exports.first = 1; exports.seen = Object.keys(require('./d')); exports.last = 1;", { d: { cjs: "exports.ofC = Object.keys(require('./c'));" } }));
    await row("CommonJS as main", () => short({ "main.cjs": { cjs: "module.exports = { fetch() { return new Response('cjs main'); } };" } }));
    await row("CommonJS as main, default", () => short({ "main.cjs": { cjs: "exports.default = { fetch() { return new Response('cjs main'); } };" } }));
    return response();
  },
};
