// Exports of a main module that are no handlers.
import { table } from "../table.js";
const compatibilityDate = "2026-11-17";
export default { async fetch(request, env) {
  const { row, response } = table();
  const fine = "export default { fetch() { return new Response('fine'); } };";
  for (const text of ["5", "'text'", "true", "Symbol('x')", "5n", "[]", "new Map()", "Promise.resolve({})", "new (class A { fetch() { return new Response('instance') } })"]) {
    await row(`main ${text}`, async () => { try { return await (await env.LOADER.load({ compatibilityDate, mainModule: "m.js", modules: { "m.js": `export const n = ${text}; ${fine}` } }).getEntrypoint().fetch("http://x/")).text(); } catch (e) { return [e.name, ...e.message.split("\n").slice(0, 3)]; } });
    await row(`default ${text}`, async () => { try { return await (await env.LOADER.load({ compatibilityDate, mainModule: "m.js", modules: { "m.js": `export default ${text};` } }).getEntrypoint().fetch("http://x/")).text(); } catch (e) { return [e.name, ...e.message.split("\n").slice(0, 3)]; } });
  }
  return response();
} };
