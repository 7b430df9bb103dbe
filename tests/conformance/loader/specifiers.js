// Modules of loaded Workers: specifiers, names, and errors while modules are linked or run.
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
    const answer = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value) ?? "undefined"); } catch (error) { return new Response("caught " + error.name + ": " + error.message); } } };`;
    const lib = { "lib.js": "export const a = 'lib';" };

    for (const specifier of ["./lib.js", ".//lib.js", "./x/../lib.js", "/lib.js", "./lib.js?query", "./lib.js#hash", "./LIB.js", "./lib", "../lib.js", "./%6cib.js", "file:///lib.js", "file:///bundle/lib.js"]) {
      await row(`import ${specifier}`, () => short({ "main.js": answer(`import { a } from ${JSON.stringify(specifier)}`, "a"), ...lib }));
    }
    for (const specifier of ["./missing.js", "missing", "", "./", "node:nothing", "cloudflare:nothing", "https://x.test/a.js", "data:text/javascript,export const a = 1"]) {
      await row(`import of nothing: ${specifier}`, () => short({ "main.js": answer(`import { a } from ${JSON.stringify(specifier)}`, "a") }));
    }
    for (const specifier of ["./missing.js", "node:nothing", "https://x.test/a.js"]) {
      await row(`dynamic import of nothing: ${specifier}`, () => use({ "main.js": answer("", `await import(${JSON.stringify(specifier)})`) }));
    }
    for (const specifier of ["worker:file:///bundle/main.js", "worker:file:///bundle/lib.js", "worker:main.js"]) {
      await row(`dynamic import of ${specifier}`, () => use({ "main.js": answer("", `await import(${JSON.stringify(specifier)})`), ...lib }));
      // What the start of a Worker fails with names no scheme here.
      if (!specifier.includes("file:")) await row(`import of ${specifier}`, () => short({ "main.js": answer(`import * as m from ${JSON.stringify(specifier)}`, "typeof m"), ...lib }));
      await row(`dynamic import of ${specifier} in CommonJS`, () => use({ "main.js": answer("import c from './c.js'", "await c()"), "c.js": { cjs: `module.exports = () => import(${JSON.stringify(specifier)});` }, ...lib }));
    }
    const sites = "(() => { const before = Error.prepareStackTrace; Error.prepareStackTrace = (_, sites) => sites.map((site) => [site.getFileName(), site.getScriptNameOrSourceURL(), String(site), site.getLineNumber()]); try { return new Error('x').stack; } finally { Error.prepareStackTrace = before; } })()";
    await row("call sites", () => use({ "main.js": answer("", sites) }));
    await row("call sites of another module", () => use({ "main.js": answer("import { f } from './f.js'", "f()"), "f.js": `export const f = () => ${sites};` }));
    await row("dynamic import by variable", () => use({ "main.js": answer("", "(await import(['./', 'lib', '.js'].join(''))).a"), ...lib }));
    await row("dynamic import twice", () => use({ "main.js": answer("globalThis.n = 0", "[await import('./n.js'), await import('./n.js')].map((m) => m.default)"), "n.js": "export default ++globalThis.n;" }));
    await row("dynamic import of a syntax error", () => use({ "main.js": answer("", "await import('./bad.js')"), "bad.js": "export const = 1;" }));
    await row("dynamic import that throws, twice", () => use({ "main.js": answer("globalThis.n = 0", "[await import('./bad.js').catch((e) => e.message), await import('./bad.js').catch((e) => e.message)]"), "bad.js": "throw new Error('run ' + ++globalThis.n);" }));
    await row("dynamic import of itself", () => use({ "main.js": answer("", "typeof (await import('./main.js')).default.fetch") }));

    for (const [kind, name] of Object.entries({ "with a space": "a b.js", "not ASCII": "é日.js", "many dots": "a.b.c.js", "nested": "a/b/c/d.js", "only a suffix": ".js", "upper case": "A.js", "plus": "a+b.js", "at": "@scope/pkg.js" })) {
      await row(`name ${kind}`, () => short({ "main.js": answer(`import a from ${JSON.stringify(`./${name}`)}`, "a"), [name]: "export default 'found';" }));
    }
    await row("two names apart in case", () => use({ "main.js": answer("import a from './a.js'; import A from './A.js'", "[a, A]"), "a.js": "export default 'small';", "A.js": "export default 'large';" }));
    await row("scoped bare name", () => short({ "main.js": answer("import a from '@scope/pkg'", "a"), "@scope/pkg": { js: "export default 'scoped';" } }));
    await row("name of a built-in", () => short({ "main.js": answer("import * as p from 'node:path'", "[p.a ?? null, typeof p.join]"), "node:path": { js: "export const a = 'mine';" } }));

    await row("import.meta", () => use({ "main.js": answer("", "Object.keys(import.meta).sort()") }));
    await row("import.meta.main", () => use({ "main.js": answer("import l from './l.js'", "[import.meta.main, l]"), "l.js": "export default import.meta.main ?? null;" }));
    await row("this at the top", () => use({ "main.js": answer("const self_ = typeof this", "self_") }));
    await row("strict", () => use({ "main.js": answer("const strict = (function () { return this === undefined; })()", "strict") }));
    await row("live binding", () => use({ "main.js": answer("import { n, up } from './n.js'", "[n, up(), n]"), "n.js": "export let n = 1; export const up = () => ++n;" }));
    await row("namespace is sealed", () => use({ "main.js": answer("import * as n from './n.js'", "(n.a = 2)"), "n.js": "export let a = 1;" }));
    await row("export of a namespace", () => use({ "main.js": answer("import { inner } from './o.js'", "inner.a"), "o.js": "export * as inner from './lib.js';", ...lib }));
    await row("clash of two stars", () => short({ "main.js": answer("import * as s from './s.js'", "Object.keys(s)"), "s.js": "export * from './a.js'; export * from './b.js';", "a.js": "export const x = 1, y = 1;", "b.js": "export const x = 2, z = 2;" }));
    await row("order of running", () => use({ "main.js": answer("import './a.js'; import './b.js'", "globalThis.order"), "a.js": "import './c.js'; (globalThis.order ??= []).push('a');", "b.js": "(globalThis.order ??= []).push('b');", "c.js": "(globalThis.order ??= []).push('c');" }));
    await row("hoisting across a cycle", () => short({ "main.js": answer("import { f } from './f.js'", "f()"), "f.js": "import { g } from './g.js'; export const early = g; export function f() { return typeof early; }", "g.js": "import { f } from './f.js'; export const g = typeof f;" }));
    await row("use before its time across a cycle", () => short({ "main.js": answer("import './f.js'", "1"), "f.js": "import { g } from './g.js'; export const value = 1; g();", "g.js": "import { value } from './f.js'; export const g = () => value; export const bad = value;" }));
    await row("top-level await that rejects", () => short({ "main.js": answer("await Promise.reject(new RangeError('awaited'))", "1") }));
    await row("top-level await that never settles", () => short({ "main.js": answer("await new Promise(() => {})", "1") }));
    return response();
  },
};
