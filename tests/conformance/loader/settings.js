// Worker Loader: compatibility dates and flags of loaded Workers, what they change, and values of the wrong type in
// the code of a Worker.
import { table, show } from "../table.js";

const compatibilityDate = "2026-11-17";
const fine = "export default { fetch() { return new Response('fine'); } }";

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const use = async (code) => (await env.LOADER.load({ compatibilityDate, mainModule: "main.js", ...code }).getEntrypoint().fetch(url)).text();
    const main = (source, more) => use({ modules: { "main.js": source }, ...more });
    const flags = (...compatibilityFlags) => ({ compatibilityFlags });
    const expression = (text) => `export default { async fetch(request, env, ctx) { try { return new Response(String(${text})); } catch (error) { return new Response(error.name + ': ' + error.message); } } }`;

    for (const date of ["", "2026", "2026-11", "2026-11-17T00:00:00Z", "17-11-2026", "2026-1-1", "2026-02-30", "2026-00-10", " 2026-01-01", "2024-02-29"]) await row(`date ${show(date)}`, () => main(fine, { compatibilityDate: date }));
    for (const date of [null, 5, {}, new Date(0)]) await row(`date ${show(date)}`, () => main(fine, { compatibilityDate: date }));
    await row("date long ago", () => main(fine, { compatibilityDate: "2021-11-02" }));
    await row("date before rpc", () => env.LOADER.load({ compatibilityDate: "2022-01-01", mainModule: "main.js", modules: { "main.js": "import { WorkerEntrypoint } from 'cloudflare:workers'; export default class extends WorkerEntrypoint { ping() { return 'pong'; } }" } }).getEntrypoint().ping());
    await row("flag unknown", () => main(fine, flags("no_such_flag")));
    await row("flags unknown", () => main(fine, flags("no_such_flag", "nor_this_one")));
    await row("flag unknown among good ones", () => main(fine, flags("nodejs_compat", "no_such_flag")));
    await row("flag empty", () => main(fine, flags("")));
    await row("flag experimental", () => main(fine, flags("experimental")));
    await row("flag that needs experimental", () => main(fine, flags("durable_object_get_existing")));
    await row("flag and its opposite", () => main(fine, flags("nodejs_compat", "no_nodejs_compat")));
    await row("flag twice", () => main(fine, flags("nodejs_compat", "nodejs_compat")));
    await row("flags empty", () => main(fine, flags()));
    await row("flags text", () => main(fine, { compatibilityFlags: "nodejs_compat" }));
    await row("flags null", () => main(fine, { compatibilityFlags: null }));
    await row("flags undefined", () => main(fine, { compatibilityFlags: undefined }));
    await row("flags of numbers", () => main(fine, { compatibilityFlags: [5] }));
    await row("flag already on", () => main(fine, flags("enable_ctx_exports")));
    await row("ctx.exports", () => main(expression("Object.keys(ctx.exports)")));
    await row("ctx.exports on its date", () => main(expression("typeof ctx.exports"), { compatibilityDate: "2025-11-17" }));
    await row("ctx.exports by flag", () => main(expression("typeof ctx.exports"), { compatibilityDate: "2025-01-01", ...flags("enable_ctx_exports") }));
    await row("process before its date", () => main(expression("typeof process"), { compatibilityDate: "2026-08-03" }));
    await row("Buffer off by flag", () => main(expression("typeof Buffer"), flags("no_nodejs_compat", "no_nodejs_compat_v2")));
    await row("MessageChannel before its date", () => main(expression("typeof MessageChannel"), { compatibilityDate: "2025-08-14" }));
    await row("WeakRef", () => main(expression("typeof WeakRef")));

    await row("allowExperimental false", () => main(fine, { allowExperimental: false }));
    await row("allowExperimental undefined", () => main(fine, { allowExperimental: undefined }));
    await row("unknown member", () => main(fine, { name: "x", other: 1 }));
    await row("env undefined", () => main(expression("JSON.stringify(env)"), { env: undefined }));
    await row("globalOutbound undefined", () => main(fine, { globalOutbound: undefined }));
    await row("tails undefined", () => main(fine, { tails: undefined }));
    await row("tails null", () => main(fine, { tails: null }));
    await row("limits null", () => main(fine, { limits: null }));
    await row("code of exactly the limit", () => main(`${fine}//${"x".repeat(67_108_864 - fine.length - 2)}`));
    await row("code in several modules too large", () => use({ modules: { "main.js": fine, "a.txt": { text: "x".repeat(40_000_000) }, "b.bin": { data: new Uint8Array(40_000_000) } } }));
    await row("env of exactly the limit", () => main(fine, { env: { b: "x".repeat(1_048_576 - 12) } }));
    await row("env too large by one", () => main(fine, { env: { b: "x".repeat(1_048_576 - 11) } }));
    return response();
  },
};
