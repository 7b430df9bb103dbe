// Modules of loaded Workers: import.meta, and module, require and this of CommonJS.
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";
export default { async fetch(request, env) {
  const { row, response } = table();
  const use = async (modules) => { const [mainModule] = Object.keys(modules); return (await env.LOADER.load({ compatibilityDate, mainModule, modules }).getEntrypoint().fetch("http://worker.test/")).text(); };
  const short = async (modules) => { try { return await use(modules); } catch (error) { return [error.name, error.message]; } };
  const answer = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value) ?? "undefined"); } catch (error) { return new Response("caught " + error.name + ": " + error.message); } } };`;
  await row("import.meta", () => short({ "main.js": answer("import l from './a/l.js'", "[import.meta, import.meta.resolve('./x.js?q'), import.meta.resolve('../x'), import.meta.resolve('node:fs'),  import.meta.resolve('bare'), import.meta.resolve(5), import.meta.resolve(''), l, Object.getOwnPropertyDescriptors(import.meta), Object.getPrototypeOf(import.meta), import.meta.resolve.name, import.meta.resolve.length]"), "a/l.js": "export default [import.meta.url, import.meta.dirname, import.meta.filename, import.meta.main, import.meta.resolve('./q')];" }));
  await row("import.meta other scheme", () => short({ "main.js": answer("import l from 'https://x.test/a/l.js'", "l"), "https://x.test/a/l.js": "export default [import.meta.url, Object.keys(import.meta), import.meta.dirname, import.meta.filename, import.meta.main, import.meta.resolve('./q')];" }));
  await row("import.meta esc", () => short({ "main.js": answer("import l from './a b/é.js?q#z'", "l"), "a b/é.js": "export default [import.meta.url, import.meta.dirname, import.meta.filename, import.meta.main, import.meta.resolve('./q')];" }));
  await row("cjs module", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "module.exports = [module.path, Object.getOwnPropertyDescriptors(module), Object.prototype.toString.call(module), require.name, require.length, typeof require, Object.prototype.toString.call(this), this === globalThis, this=== undefined]"} }));
  await row("cjs this", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "module.exports = [this === globalThis, Object.getOwnPropertyNames(this).slice(0, 10)]"} }));
  await row("cjs arguments", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "module.exports = [typeof arguments]"} }));
  await row("cjs require()", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "try { require() } catch (e) { module.exports = e.message }"} }));
  await row("cjs require(5)", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "try { require(5) } catch (e) { module.exports = e.message }"} }));
  await row("cjs require query", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "module.exports = require('./c.js?x') === require('./c.js')"}, "a/c.js": {cjs: "module.exports = {}"} }));
  await row("cjs require missing text", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "try { require('../x/../y') } catch (e) { module.exports = [e.name, e.message] }"} }));
  await row("cjs require outside", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "try { require('../../y') } catch (e) { module.exports = [e.name, e.message] }"} }));
  await row("cjs json undefined", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "module.exports = [typeof require('./w'), typeof require('./d')]"}, "a/w": {wasm: new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])}, "a/d": {data: new Uint8Array(1)} }));
  await row("wasm bad 2", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {wasm: new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 5])} }));
  await row("wasm bad require", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "try { require('./w') } catch (e) { module.exports = [e.name, e.message] }"}, "a/w": {wasm: new Uint8Array([0, 97])} }));
  await row("wasm string", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {wasm: "x"} }));
  await row("wasm module named js", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {data: "x"} }));
  await row("cjs require builtin", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "const w = require('cloudflare:workers'); module.exports = [Object.prototype.toString.call(w), w === require('cloudflare:workers')]"} }));
  await row("cjs require esm ns", () => short({ "main.js": answer("import l from './a/b.js'; import * as c from './c.js'", "[...l.slice(1), l[0] === c]"), "a/b.js": {cjs: "const w = require('../c.js'); module.exports = [w, Object.prototype.toString.call(w), Object.keys(w).length, w === require('../c.js')]"}, "c.js": "export const a = 1; export default 2" }));
  await row("cjs require esm throws", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "try { require('../c.js') } catch (e) { module.exports = [e.name, e.message] }"}, "c.js": "throw new RangeError('c')" }));
  await row("cjs require esm syntax", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "try { require('../c.js') } catch (e) { module.exports = [e.name, e.message] }"}, "c.js": "export const = 1" }));
  await row("cjs require esm missing dep", () => short({ "main.js": answer("import l from './a/b.js'", "l"), "a/b.js": {cjs: "try { require('../c.js') } catch (e) { module.exports = [e.name, e.message] }"}, "c.js": "import './d.js'" }));
  await row("cjs require esm later tla", () => short({ "main.js": answer("import l from './a/b.js'", "(() => { try { return l() } catch (e) { return [e.name, e.message] } })()"), "a/b.js": {cjs: "module.exports = () => require('../c.js')"}, "c.js": "await 1; export default 1" }));
  return response();
} };
