// Compatibility flags that change how modules are named, found and imported, on both sides of their dates.
import { table } from "../table.js";

const json = (body) => `const a = async (f) => { try { return await f(); } catch (error) { return String(error); } }; export default { async fetch() { return new Response(JSON.stringify(await (async () => { ${body} })())); } };`;
const cjs = (text) => ({ cjs: `const t = (f) => { try { return f(); } catch (error) { return String(error); } }; ${text}` });
const shared = { "x.js": "export default 'x'", "d.js": "export const q = 1", "sub/y.js": "export default 'y'", "sub/z.js": "import a from '/x.js'; import b from './y.js'; import c from '../x.js'; export default a + b + c", "bare": { js: "export default 'bare'" }, "j.json": { json: { a: 1 } }, "t.txt": { text: "t" } };
const fromCjs = json("return given").replace("const a", "import given from './c.cjs'; const a");

const NAMES = JSON.stringify(["./lib.js?a", "./a/../lib.js#x", "./%41.js", "file:///lib.js", "file:///bundle/lib.js", "../../x?y", "../../../x.js", "q/../q.js?z", "/abs?x", "http://x/y", "data:text/javascript,1", "node:foo?x", "./", ".", "..", "a b.js", "\u00e9.js", "./\u00e9?x", "blob:x", "//h/x.js", "x.js", "y.js", "cloudflare:nope", "workerd:x"]);

// [flag, date, modules besides the shared ones, whether on the day before alone].
const ROWS = [
  ["new_module_registry", "2026-11-17", { "main.js": json("return [Object.keys(import.meta), Object.getPrototypeOf(import.meta) === null, import.meta.url ?? 'none']") }],
  ["new_module_registry", "2026-11-17", { "main.js": json("const seen = []; for (const name of ['./x.js', 'x.js', 'sub/y.js', './sub/z.js', './nope.js', 'nope', 'node:nope', 'cloudflare:nope', 'y.js', 'bare']) seen.push(await a(() => import(name).then((module) => module.default))); return seen") }],
  ["new_module_registry", "2026-11-17", { "main.js": "import './sub/a.js'; export default {};", "sub/a.js": "import './nope.js'" }],
  ["new_module_registry", "2026-11-17", { "main.js": "import 'node:nope'; export default {};" }],
  ["new_module_registry", "2026-11-17", { "main.js": "import './a.js'; export default {};", "a.js": "function f() { throw new TypeError('boo'); } f();" }],
  ["new_module_registry", "2026-11-17", { "main.js": "import { f } from './sub/a.js'; export default { fetch() { try { f(); } catch (error) { return new Response(error.stack); } } };", "sub/a.js": "export function f() { throw new Error('boo'); }" }],
  ["new_module_registry", "2026-11-17", { "main.js": fromCjs, "c.cjs": cjs("module.exports = [__filename, __dirname, module.path, t(() => require('./no')), t(() => require('./x.js')), t(() => typeof require('./d.js')), t(() => require('sub/d.cjs')), t(() => typeof require('node:path').join), t(() => require('./j.json')), t(() => require('./t.txt')), t(() => require('node:nope')), t(() => require('./c.cjs') === exports)];"), "sub/d.cjs": { cjs: "module.exports = [__filename, __dirname, require('./e.cjs')]" }, "sub/e.cjs": { cjs: "module.exports = 'e'" } }],
  ["new_module_registry", "2026-11-17", { "main.js": "import './c.cjs'; export default {};", "c.cjs": { cjs: "throw new Error('from cjs')" } }],
  ["new_module_registry", "2026-11-17", { "main.js": json("return [createRequire('/main.js')('./x.js')]").replace("const a", "import { createRequire } from 'node:module'; const a").replace("return [createRequire('/main.js')('./x.js')]", "try { return createRequire('/main.js')('./x.js'); } catch (error) { return error.message; }") }],
  ["new_module_registry", "2026-11-17", { "main.js": json("const seen = []; for (const name of ['./one.js', './one.js', './sub/two.js', './three.js', './four.js', './five.js', './seven.js', './eight.js', './ok.js']) seen.push(await a(() => import(name).then((module) => Object.keys(module)))); return seen"), "one.js": "import './nope1.js'", "sub/two.js": "import '../nope2.js'", "three.js": "import './one.js'", "four.js": "import 'node:nope'", "five.js": "import './ok.js'; import './nope3.js'; import './nope4.js'", "seven.js": "await import('./one.js')", "eight.js": "import '../x.js?a'", "ok.js": "export const o = 1" }],
  ["new_module_registry", "2026-11-17", { "main.js": json("return a(() => import('./one.js'))"), "one.js": "import './throws.js'; import './nope.js'", "throws.js": "throw new Error('thrown')" }, true],
  ["new_module_registry", "2026-11-17", { "main.js": json(`return (await import('./sub/names.js')).go(${NAMES})`), "sub/names.js": "export const go = async (names) => { const found = []; for (const name of names) found.push(await import(name).then((module) => typeof module, String)); return found; }" }],
  ["new_module_registry", "2026-11-17", { "main.js": json("return given").replace("const a", "import given from './sub/c.cjs'; const a"), "sub/c.cjs": cjs(`module.exports = ${NAMES}.map((name) => t(() => typeof require(name)))`) }],
  ["new_module_registry", "2026-11-17", { "main.js": "import '../up.js'; export default {};" }],
  ["new_module_registry", "2026-11-17", { "main.js": "import './sub/d.js'; export default {};", "sub/d.js": "import './a/../b c.js#d'" }],
  ["new_module_registry", "2026-11-17", { "main.js": fromCjs, "c.cjs": cjs("const workers = require('cloudflare:workers'); module.exports = [typeof workers, typeof workers?.WorkerEntrypoint, workers === require('cloudflare:workers')];") }],
  ["disable_top_level_await_in_require", "2024-12-02", { "main.js": fromCjs, "c.cjs": cjs("module.exports = t(() => require('./wait.js'))"), "wait.js": "await 1; export default 1" }],
  ["throw_on_unrecognized_import_assertion", "2025-06-16", { "main.js": json("return a(() => import('./x.js', { with: { a: 'b' } }).then(() => 'imported'))") }],
  ["throw_on_unrecognized_import_assertion", "2025-06-16", { "main.js": json("return x").replace("const a", "import x from './j.json' with { type: 'json' }; const a") }],
  ["new_module_registry", "2026-11-17", { "main.js": json("return x").replace("const a", "import x from './j.json' with { type: 'json' }; const a") }],
];

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const run = async (compatibilityDate, modules) => {
      const worker = env.LOADER.load({ compatibilityDate, compatibilityFlags: ["nodejs_compat"], mainModule: "main.js", modules: { ...shared, ...modules } });
      return (await worker.getEntrypoint().fetch("http://x/")).text();
    };
    for (const [index, [flag, date, modules, isOld]] of ROWS.entries()) {
      await row(`${index} before ${flag}`, () => run(new Date(Date.parse(date) - 864e5).toISOString().slice(0, 10), modules));
      if (!isOld) await row(`${index} from ${flag}`, () => run(date, modules));
    }
    return response();
  },
};
