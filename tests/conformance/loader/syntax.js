// Worker Loader: modules that do not compile, as the main module, imported, imported later and as CommonJS.
import { table, describeError, marks } from "../table.js";

const compatibilityDate = "2026-11-17";
const fine = "export default { fetch() { return new Response('fine'); } }";

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const load = (modules) => env.LOADER.load({ compatibilityDate, mainModule: Object.keys(modules)[0], modules });
    const use = async (modules) => { try { return await (await load(modules).getEntrypoint().fetch(url)).text(); } catch (error) { return [describeError(error), ...marks(error)]; } };
    const short = async (modules) => { const outcome = await use(modules); return Array.isArray(outcome) ? outcome[0].split("\n").slice(0, 2) : outcome; };
    const answer = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value) ?? "undefined"); } catch (error) { return new Response("caught " + error?.name + ": " + error?.message); } } };`;

    const bad = {
      "unexpected end": "export default {", "unexpected token": "const = 1;", "not a module": "<html></html>", "JSON": "{\"a\": 1}", "TypeScript": "const a: number = 1; " + fine, "JSX": "export default () => <div/>;", "unterminated text": "const a = 'x", "unterminated template": "const a = `x", "unterminated regular expression": "const a = /x", "invalid regular expression": "const a = /(/; " + fine, "octal": "const a = 010; " + fine, "with": "with ({}) {} " + fine, "delete of a name": "var a; delete a; " + fine, "two of a name": "const a = 1; let a = 2; " + fine, "two defaults": "export default 1; export default 2;", "export of nothing": "export { nothing }; " + fine, "two of an export": "export const a = 1; export { a }; " + fine, "await in a function": "function f() { await 1; } " + fine, "return at the top": "return 1;", "import in a block": "{ import './x.js'; }", "new.target at the top": "new.target; " + fine, "super at the top": "super.x; " + fine, "private name of nobody": "class A { f() { return this.#x; } } " + fine, "arguments at the top": "arguments; " + fine, "HTML comment": "<!-- x\n" + fine, "bidi and NUL": "const a = '\u202e\0'; " + fine, "line separators": "const a = 'x\u2028y';\u2029" + fine, "several lines": "\n\n\nexport default {\n  fetch() {\n    return new Response('x'\n  }\n};",
    };
    for (const [kind, source] of Object.entries(bad)) {
      await row(`main: ${kind}`, () => short({ "main.js": source }));
      await row(`imported: ${kind}`, () => short({ "main.js": answer("import * as m from './m.js'", "Object.keys(m)"), "m.js": source }));
      await row(`imported later: ${kind}`, () => short({ "main.js": answer("", "Object.keys(await import('./m.js'))"), "m.js": source }));
      await row(`CommonJS: ${kind}`, () => short({ "main.js": answer("import m from './m'", "Object.keys(m)"), m: { cjs: source } }));
    }
    for (const [kind, source] of Object.entries({ "nothing": "", "only a comment": "// nothing", "lone surrogate": "export const a = '\ud800';" })) {
      await row(`imported: ${kind}`, () => use({ "main.js": answer("import * as m from './m.js'", "Object.keys(m)"), "m.js": source }));
      await row(`imported later: ${kind}`, () => use({ "main.js": answer("", "Object.keys(await import('./m.js'))"), "m.js": source }));
      await row(`CommonJS: ${kind}`, () => use({ "main.js": answer("import m from './m'", "Object.keys(m)"), m: { cjs: source.replace("export ", "") } }));
    }
    for (const kind of ["unexpected end", "two of a name", "two defaults", "private name of nobody", "several lines"]) await row(`place: ${kind}`, () => use({ "main.js": bad[kind] }));
    return response();
  },
};
