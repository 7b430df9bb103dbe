// Worker Loader: compatibility dates and flags at their edges.
import { table, describeError } from "../table.js";

const compatibilityDate = "2026-11-17";
const fine = "export default { fetch() { return new Response('fine'); } }";

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const load = (mainModule, modules, more) => env.LOADER.load({ compatibilityDate, mainModule, modules, ...more });
    const use = async (...args) => { try { return await (await load(...args).getEntrypoint().fetch(url)).text(); } catch (error) { return `ERR ${describeError(error).split("\n").slice(0, 3).join(" | ")}`; } };
    const answer = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value) ?? "undefined"); } catch (error) { return new Response("caught " + error?.name + ": " + error?.message); } } };`;

    for (const date of ["2026-11-18", "2021-11-01", "2021-11-02", "2020-01-01", "2026-02-29", "2026-13-01", "2026-1-01", "26-11-17", "2026/11/17", "2026-11-17 ", "２０２６-11-17", "experimental", "2026-11-17T00:00"]) await row(`date ${JSON.stringify(date)}`, () => use("main.js", { "main.js": answer("", "typeof WorkerGlobalScope") }, { compatibilityDate: date }));
    for (const flags of [["nodejs_compat"], ["no_nodejs_compat_v2"], ["NODEJS_COMPAT"], [" nodejs_compat"], ["nodejs_compat", "nodejs_compat"], ["nodejs_compat", "nope"], ["experimental"], ["allow_irrevocable_stub_storage"], ["enable_ctx_exports", "disable_ctx_exports"], ["disable_ctx_exports"], ["global_navigator"], ["no_global_navigator"], ["typescript_strip_types"], ["unsafe_module"], ["nodejs_als"], ["no_nodejs_als"], ["js_rpc"], ["webgpu"]]) await row(`flags ${flags}`, () => use("main.js", { "main.js": fine }, { compatibilityFlags: flags }));
    await row("many flags", () => use("main.js", { "main.js": fine }, { compatibilityFlags: Array.from({ length: 1000 }, (_, i) => `nope_${i}`) }));
    await row("flags at an old date", () => use("main.js", { "main.js": answer("", "[typeof Buffer, typeof process]") }, { compatibilityDate: "2023-01-01", compatibilityFlags: ["nodejs_compat"] }));
    await row("TypeScript by flag", () => use("main.js", { "main.js": "const a: number = 5; export default { fetch() { return new Response(String(a)); } }" }, { compatibilityFlags: ["typescript_strip_types"] }));
    return response();
  },
};
