// Worker Loader: odd specifiers, and those of nothing, for import, dynamic import and require.
import { table, describeError, marks } from "../table.js";

const compatibilityDate = "2026-11-17";

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const load = (modules) => env.LOADER.load({ compatibilityDate, mainModule: Object.keys(modules)[0], modules });
    const use = async (modules) => { try { return await (await load(modules).getEntrypoint().fetch(url)).text(); } catch (error) { return [describeError(error), ...marks(error)]; } };
    const answer = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value) ?? "undefined"); } catch (error) { return new Response("caught " + error?.name + ": " + error?.message); } } };`;

    for (const specifier of ["", " ", ".", "..", "/", "//x", "./", "#x", "?x", "http://x.test/", "file:///etc/passwd", "node:", "node:nothing", "fs", "cloudflare:", "cloudflare:nothing", "cloudflare:sockets-not", "workerd:unsafe", "internal:x", "node-internal:x", "blob:x", "javascript:1", "wasm:x", "ext:x", "worker:x", "é", "a b", "\0", "./main.js/", "./MAIN.js"]) {
      await row(`import ${JSON.stringify(specifier)}`, () => use({ "main.js": answer(`import * as m from ${JSON.stringify(specifier)}`, "typeof m") }));
      await row(`import later ${JSON.stringify(specifier)}`, () => use({ "main.js": answer("", `typeof (await import(${JSON.stringify(specifier)}))`) }));
      await row(`require ${JSON.stringify(specifier)}`, () => use({ "main.js": answer("import m from './m'", "m"), m: { cjs: `try { module.exports = typeof require(${JSON.stringify(specifier)}); } catch (error) { module.exports = error.name + ": " + error.message; }` } }));
    }
    return response();
  },
};
