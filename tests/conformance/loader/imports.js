// What import() gives where the module, or one below it, throws: the very value.
import { table, describeError } from "../table.js";
const compatibilityDate = "2026-11-17";
export default { async fetch(request, env, ctx) {
  const { row, response } = table();
  const use = async (modules) => { try { return await (await env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules }).getEntrypoint().fetch("http://x/")).text(); } catch (error) { return describeError(error); } };
  const answer = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value) ?? "undefined"); } catch (error) { return new Response("caught " + error?.name + ": " + error?.message); } } };`;
  const look = "await import('./m.js').catch((e) => [e instanceof Error, e?.constructor?.name, e?.name, e?.message, e?.code ?? null, e?.list ?? null, e?.cause?.message ?? null, e?.errors?.length ?? null, typeof e, String(e?.stack).split('\\n').slice(0, 2)])";
  for (const t of ["new RangeError('top')", "Object.assign(new Error('top'), { code: 5, list: [1] })", "new Error('top', { cause: new TypeError('inner') })", "new AggregateError([1, 2], 'top')", "new DOMException('top', 'AbortError')", "new (class Mine extends Error { code = 7; })('top')", "5", "null", "({ a: 1 })", "new URIError('u')", "new EvalError('e')", "new ReferenceError('r')", "({ __proto__: Error.prototype, message: 5 })"]) {
    await row(t, () => use({ "main.js": answer("", look), "m.js": `throw ${t};` }));
    await row(`shared class ${t}`, () => use({ "main.js": answer("", look), "m.js": `import './n.js'`, "n.js": `throw ${t};` }));
    await row(`awaited ${t}`, () => use({ "main.js": answer("", look), "m.js": `await null; throw ${t};` }));
  }
  await row("instanceof a class of a module", () => use({ "main.js": answer("import { Mine } from './c.js'", "await import('./m.js').catch((e) => [e instanceof Mine, e.code])"), "c.js": "export class Mine extends Error { code = 3; }", "m.js": "import { Mine } from './c.js'; throw new Mine('x');" }));
  await row("static import at the top in a try", () => use({ "main.js": "let seen; try { await import('./m.js'); } catch (e) { seen = [e.name, e.code]; } export default { fetch() { return Response.json(seen); } }", "m.js": "throw Object.assign(new RangeError('x'), { code: 4 });" }));
  await row("EvalError later", () => use({ "main.js": answer("", look), "m.js": `new Function('return 1')` }));
  await row("one error for all", () => use({ "main.js": answer("", "await Promise.all([import('./m.js'), import('./m.js')].map((p) => p.catch((e) => e))).then(([a, b]) => a === b)"), "m.js": "throw new Error('x')" }));
  await row("then of promises that was replaced", () => use({ "main.js": answer("", "await (async () => { const { then } = Promise.prototype; const seen = []; Promise.prototype.then = function (...given) { seen.push(given.length); return Reflect.apply(then, this, given); }; const promise = import('./m.js'); Promise.prototype.then = then; return [seen, await promise.catch((e) => e.message)]; })()"), "m.js": "throw new Error('x')" }));
  await row("timer callback in imported", () => use({ "main.js": answer("", "(await import('./m.js')).default()"), "m.js": `export default () => new Promise((r) => setTimeout(() => r('t'), 1))` }));
  return response();
} };
