// What may be exported besides handlers and classes: prototypes have to end in Object, except those of arrays.
import { table, marks } from "../table.js";
export default {
  async fetch(request, env) {
    const { row, response } = table();
    const outcome = async (promise) => { try { return [await promise]; } catch (error) { return [`${error.name}: ${error.message.split("\n").slice(0, 2).join(" ")}`, ...marks(error)]; } };
    const run = async (main, name) => (await env.LOADER.get(null, () => ({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": main, "x.js": `export function fetch() { return new Response("x"); }`, "y.js": `export default { fetch() { return new Response("y"); } }; export class D {}`, "t.txt": { text: "t" }, "j.json": { json: { a: 1 } }, "d.bin": { data: new ArrayBuffer(1) }, "c.cjs": { cjs: "module.exports = Object.create(null)" } } })).getEntrypoint(name).fetch("http://x/")).text();
    const D = `export default { fetch(r, e, ctx) { return new Response(Object.keys(ctx.exports).sort().join()); } };`;
    for (const [l, m, n] of [
      ["default namespace", `import * as x from "./x.js"; export default x;`],
      ["default namespace twice", `import * as x from "./y.js"; export default x;`],
      ["named namespace", `${D} export * as ns from "./x.js";`],
      ["star", `export * from "./y.js"; export { default } from "./y.js";`],
      ["json", `${D} export { default as it } from "./j.json";`],
      ["data", `${D} export { default as it } from "./d.bin";`],
      ["text", `${D} export { default as it } from "./t.txt";`],
      ["cjs", `${D} import it from "./c.cjs"; export { it };`],
      ["wasm exports", `${D} export const it = Object.freeze(Object.create(null));`],
      ["env", `${D} import { env, exports } from "cloudflare:workers"; export { env, exports as e };`],
      ["node", `${D} export { default as it } from "node:assert"; export { default as p } from "node:process"; export { default as b} from "node:path"`],
      ["Reflect", `${D} export const it = Reflect, m = Math, j = JSON, g = globalThis, w = WebAssembly, a = (async function* () {})(), i = [].values();`],
      ["querystring", `${D} import q from "node:querystring"; export const it = q.parse("a=1");`],
      ["groups", `${D} export const it = /(?<a>a)/.exec("a").groups;`],
      ["regexp", `${D} export const it = /(?<a>a)/;`],
      ["Proxy of class", `${D} export const it = new Proxy({}, {});`],
    ]) await row(l, () => outcome(run(m, n)));
    return response();
  },
};
