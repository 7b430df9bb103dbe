// Worker Loader: what is refused, when, and with which words.
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";
const fine = "export default { fetch() { return new Response('fine'); } }";

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const use = async (code) => (await env.LOADER.load(code).getEntrypoint().fetch(url)).text();
    const main = (source, more) => use({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, ...more });

    await row("get without callback", () => { env.LOADER.get("n"); });
    await row("get with an object", () => { env.LOADER.get("n", {}); });
    await row("no compatibilityDate", () => use({ mainModule: "main.js", modules: { "main.js": fine } }));
    await row("empty modules", () => use({ compatibilityDate, mainModule: "main.js", modules: {} }));
    await row("module name without suffix", () => use({ compatibilityDate, mainModule: "main", modules: { main: fine } }));
    await row("module name .ts", () => use({ compatibilityDate, mainModule: "main.ts", modules: { "main.ts": fine } }));
    await row("module of no kind", () => use({ compatibilityDate, mainModule: "main.js", modules: { "main.js": {} } }));
    await row("module of two kinds", () => use({ compatibilityDate, mainModule: "main.js", modules: { "main.js": { js: fine, text: "x" } } }));
    await row("module of an unknown kind", () => use({ compatibilityDate, mainModule: "main.js", modules: { "main.js": { ts: fine } } }));
    await row("main by kind", () => use({ compatibilityDate, mainModule: "main", modules: { main: { js: fine } } }));
    await row("date malformed", () => main(fine, { compatibilityDate: "yesterday" }));
    await row("date impossible", () => main(fine, { compatibilityDate: "2026-13-40" }));
    await row("allowExperimental", () => main(fine, { allowExperimental: true }));
    await row("env with a function", () => main(fine, { env: { f() {} } }));
    await row("env with a symbol", () => main(fine, { env: { s: Symbol("q") } }));
    await row("env with an instance", () => main(fine, { env: { i: new (class Thing {})() } }));
    await row("syntax error", async () => { try { await main("export default {"); } catch (error) { return [error.name, error.message.split("\n").slice(0, 2)]; } });
    await row("throws at the top", async () => { try { await main("\nthrow new TypeError('at the top');"); } catch (error) { return [error.name, error.message.split("\n").slice(0, 2)]; } });
    await row("missing name", async () => { try { await use({ compatibilityDate, mainModule: "main.js", modules: { "main.js": "import { nope } from './lib.js'; " + fine, "lib.js": "export const yes = 1;" } }); } catch (error) { return [error.name, error.message.split("\n").slice(0, 2)]; } });
    await row("callback throws", async () => (await env.LOADER.get("throws", () => { throw new RangeError("no code"); }).getEntrypoint().fetch(url)).text());
    await row("callback rejects", async () => (await env.LOADER.get("rejects", async () => { throw new RangeError("no code later"); }).getEntrypoint().fetch(url)).text());
    await row("no default export", async () => (await env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": "export const other = { fetch() { return new Response('other'); } };" } }).getEntrypoint("other").fetch(url)).text());
    await row("handler without fetch", () => main("export default { other() {} }"));
    await row("code too large", () => main(`//${"x".repeat(67_108_865)}`));
    await row("env too large", () => main(fine, { env: { big: "x".repeat(1_048_577) } }));
    return response();
  },
};
