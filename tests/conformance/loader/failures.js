// Worker Loader: modules that throw, await or miss what they import, at every place, and what a Worker or a class of it is
// worth then.
import { DurableObject } from "cloudflare:workers";
import { table, describeError, marks } from "../table.js";

const compatibilityDate = "2026-11-17";
const fine = "export default { fetch() { return new Response('fine'); } }";

export class Host extends DurableObject {
  async start(name, modules, method = "ping") {
    const facet = () => this.ctx.facets.get(name, () => ({ class: this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules }).getDurableObjectClass("App") }));
    const seen = [];
    for (let i = 0; i < 2; i++) try { seen.push(await facet()[method]()); } catch (error) { seen.push([error.name, error.message, ...marks(error)]); }
    return seen;
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const load = (modules) => env.LOADER.load({ compatibilityDate, mainModule: Object.keys(modules)[0], modules });
    const use = async (modules) => { try { return await (await load(modules).getEntrypoint().fetch(url)).text(); } catch (error) { return [describeError(error), ...marks(error)]; } };
    const short = async (modules) => { const outcome = await use(modules); return Array.isArray(outcome) ? outcome[0].split("\n").slice(0, 2) : outcome; };
    const answer = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value) ?? "undefined"); } catch (error) { return new Response("caught " + error?.name + ": " + error?.message); } } };`;

    for (const [kind, thrown] of Object.entries({ "Error": "new Error('top')", "text": "'top'", "number": "5", "null": "null", "undefined": "undefined", "object": "({ a: 1 })", "object with toString": "({ toString() { return 'own text'; } })", "array": "[1, 2]", "symbol": "Symbol('top')", "function": "function named() {}", "several lines": "new Error('one\\ntwo')", "cause": "new Error('top', { cause: new TypeError('inner') })", "AggregateError": "new AggregateError([new Error('one')], 'top')", "not ASCII": "new Error('é日😀')" })) {
      await row(`throws ${kind}`, () => use({ "main.js": `throw ${thrown};` }));
      await row(`rejects with ${kind}`, () => use({ "main.js": `await Promise.reject(${thrown});` }));
      await row(`imported throws ${kind}`, () => use({ "main.js": answer("import './m.js'", "1"), "m.js": `throw ${thrown};` }));
      await row(`CommonJS throws ${kind}`, () => use({ "main.js": answer("import './m'", "1"), m: { cjs: `throw ${thrown};` } }));
      if (kind !== "AggregateError") await row(`imported later throws ${kind}`, () => use({ "main.js": answer("", "await import('./m.js')"), "m.js": `throw ${thrown};` }));
    }
    const places = { "main": (source) => ({ "main.js": `${source}\n${answer("", "globalThis.seen ?? 'nothing'")}` }), "imported": (source) => ({ "main.js": answer("import './m.js'", "globalThis.seen ?? 'nothing'"), "m.js": source }), "imported later": (source) => ({ "main.js": answer("", "(await import('./m.js'), globalThis.seen ?? 'nothing')"), "m.js": source }) };
    for (const [place, modules] of Object.entries(places)) {
      await row(`${place}: awaits a value`, () => use(modules("globalThis.seen = await 5;")));
      await row(`${place}: awaits many microtasks`, () => use(modules("for (let i = 0; i < 1000; i++) await null; globalThis.seen = 'all';")));
      await row(`${place}: awaits an import`, () => use({ ...modules("globalThis.seen = (await import('./n.js')).default;"), "n.js": "export default 'n';" }));
      await row(`${place}: for await`, () => use(modules("globalThis.seen = []; for await (const item of [1, Promise.resolve(2)]) seen.push(item);")));
      await row(`${place}: awaits crypto`, () => use(modules("globalThis.seen = (await crypto.subtle.digest('SHA-1', new Uint8Array(1))).byteLength;")));
      await row(`${place}: rejection that nobody awaits`, () => use(modules("Promise.reject(new Error('nobody')); globalThis.seen = 'ran';")));
      await row(`${place}: error in a microtask`, () => use(modules("queueMicrotask(() => { throw new Error('micro'); }); globalThis.seen = 'ran';")));
      await row(`${place}: no end of recursion`, () => short(modules("(function f() { f(); })();")));
      if (place === "imported later") continue;
      await row(`${place}: awaits for ever`, () => short(modules("await new Promise(() => {});")));
      await row(`${place}: awaits a timer`, () => short(modules("await new Promise((resolve) => setTimeout(resolve, 1)); globalThis.seen = 'timer';")));
      await row(`${place}: awaits scheduler`, () => short(modules("await scheduler.wait(1); globalThis.seen = 'scheduler';")));
      await row(`${place}: awaits fetch`, () => short(modules("await fetch('http://x.test/');")));
      await row(`${place}: new Function`, () => short(modules("globalThis.seen = new Function('return 5')();")));
      await row(`${place}: randomness`, () => short(modules("try { crypto.randomUUID(); globalThis.seen = 'gave'; } catch (error) { globalThis.seen = error.message.slice(0, 50); }")));
    }
    await row("awaits in two that import each other", () => use({ "main.js": answer("import { a } from './a.js'", "a"), "a.js": "import { b } from './b.js'; export const a = await b;", "b.js": "import './a.js'; export const b = await 'b';" }));
    await row("awaits in siblings", () => use({ "main.js": answer("import './a.js'; import './b.js'", "globalThis.order"), "a.js": "(globalThis.order ??= []).push('a1'); await null; order.push('a2');", "b.js": "(globalThis.order ??= []).push('b1'); await null; order.push('b2');" }));
    await row("failed import, then again", () => use({ "main.js": answer("", "[await import('./m.js').catch((e) => e.message), await import('./m.js').catch((e) => e.message), globalThis.runs]"), "m.js": "globalThis.runs = (globalThis.runs ?? 0) + 1; throw new Error('run ' + globalThis.runs);" }));
    await row("syntax error of two imports", () => use({ "main.js": answer("", "[await import('./m.js').catch((e) => e.message), await import('./m.js').catch((e) => e.message)]"), "m.js": "const = 1" }));
    await row("failed import leaves the others", () => use({ "main.js": answer("", "[await import('./m.js').catch((e) => e.message), (await import('./n.js')).default]"), "m.js": "throw new Error('m')", "n.js": "export default 'n';" }));
    await row("import below a failed one", () => use({ "main.js": answer("", "[await import('./m.js').catch((e) => e.message), (await import('./n.js')).default]"), "m.js": "import './n.js'; throw new Error('m')", "n.js": "export default 'n';" }));
    await row("import of one that imports a failed one", () => use({ "main.js": answer("", "[await import('./m.js').catch((e) => e.message), await import('./o.js').catch((e) => e.message)]"), "m.js": "throw new Error('m')", "o.js": "import './m.js';" }));
    await row("imports at the same time", () => use({ "main.js": answer("", "(await Promise.all([import('./m.js'), import('./m.js'), import('./n.js')])).map((m) => m.default)"), "m.js": "globalThis.runs = (globalThis.runs ?? 0) + 1; export default globalThis.runs;", "n.js": "import m from './m.js'; export default m;" }));
    await row("missing default", () => use({ "main.js": answer("import m from './m.js'", "m"), "m.js": "export const a = 1;" }));
    await row("missing export of text", () => use({ "main.js": answer("import { a } from './m'", "a"), m: { text: "x" } }));
    await row("missing export of json", () => use({ "main.js": answer("import { a } from './m'", "a"), m: { json: { a: 1 } } }));
    await row("missing export of CommonJS", () => use({ "main.js": answer("import { a } from './m'", "a"), m: { cjs: "exports.b = 1;" } }));
    await row("missing export of cloudflare:workers", () => use({ "main.js": answer("import { nothing } from 'cloudflare:workers'", "1") }));
    await row("missing export of node:path", () => use({ "main.js": answer("import { nothing } from 'node:path'", "1") }));
    await row("ambiguous export", () => use({ "main.js": answer("import { x } from './m.js'", "x"), "m.js": "export * from './a.js'; export * from './b.js';", "a.js": "export const x = 1;", "b.js": "export const x = 2;" }));
    await row("cycle of exports", () => use({ "main.js": answer("import { x } from './a.js'", "x"), "a.js": "export { x } from './b.js';", "b.js": "export { x } from './a.js';" }));
    const app = (source) => ({ "main.js": `import { DurableObject } from "cloudflare:workers"; ${source}` });
    const host = env.Host.getByName("host");
    await row("facet, syntax error", () => host.start("syntax", app("export class App extends DurableObject {")));
    await row("facet, start throws", () => host.start("throws", app("export class App extends DurableObject {}; throw new RangeError('top');")));
    await row("facet, missing import", () => host.start("missing", app("import './nothing.js'; export class App extends DurableObject {}")));
    await row("facet, main missing", () => host.start("main missing", { "other.js": fine }));
    await row("facet, class is no class", async () => (await host.start("no class", app("export const App = {};"))).map(([, message]) => message));
    await row("facet, class is a function", () => host.start("function", app("export function App() {}")));
    await row("facet, class is no object class", async () => (await host.start("entrypoint", app("import { WorkerEntrypoint } from 'cloudflare:workers'; export class App extends WorkerEntrypoint { ping() { return 'pong'; } }"))).map(([, message]) => message));
    await row("facet, class extends what throws", () => host.start("extends", app("export class App extends (() => { throw new Error('extends'); })() {}")));
    await row("facet, field throws", () => host.start("field", app("export class App extends DurableObject { x = (() => { throw new TypeError('field'); })(); ping() { return 'pong'; } }")));
    await row("facet, static block throws", () => host.start("static", app("export class App extends DurableObject { static { throw new TypeError('static'); } }")));
    await row("facet, constructor gives another object", () => host.start("other object", app("export class App extends DurableObject { constructor(ctx, env) { super(ctx, env); return { ping() { return 'other'; } }; } ping() { return 'own'; } }")));
    await row("facet, constructor without super", () => host.start("no super", app("export class App extends DurableObject { constructor() {} ping() { return 'pong'; } }")));
    await row("facet, super without arguments", () => host.start("bare super", app("export class App extends DurableObject { constructor() { super(); } ping() { return 'pong'; } }")));
    await row("facet, constructor is async work", () => host.start("async", app("export class App extends DurableObject { constructor(ctx, env) { super(ctx, env); ctx.blockConcurrencyWhile(async () => { await null; throw new RangeError('blocked'); }); } ping() { return 'pong'; } }")));
    await row("facet, class by default and by name", () => host.start("both", app("export class App extends DurableObject { ping() { return 'pong'; } }; export default App;")));
    await row("facet, re-exported", () => host.start("re-exported", { "main.js": "export { Inner as App } from './app.js';", "app.js": "import { DurableObject } from 'cloudflare:workers'; export class Inner extends DurableObject { ping() { return this.constructor.name; } }" }));
    await row("facet, two levels of inheritance", () => host.start("inherits", app("class Base extends DurableObject { ping() { return 'base'; } }; export class App extends Base {}")));
    await row("facet, made by a function", () => host.start("mixin", app("const Mixin = (B) => class extends B { ping() { return 'mixin'; } }; export const App = Mixin(DurableObject);")));
    await row("facet, proxy of a class", () => host.start("proxy", app("class Base extends DurableObject { ping() { return 'proxy'; } }; export const App = new Proxy(Base, {});")));
    await row("facet, CommonJS class", () => host.start("cjs", { "main.js": "import App from './app'; export { App };", app: { cjs: "const { DurableObject } = require('cloudflare:workers'); module.exports = class extends DurableObject { ping() { return 'cjs'; } };" } }));
    return response();
  },
};
