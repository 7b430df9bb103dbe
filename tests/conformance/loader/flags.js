// Compatibility flags: names, and which a Worker has by date and by name. What each changes is in dated_flags.js.
import { table } from "../table.js";

const code = (main, compatibilityDate, compatibilityFlags = []) => ({ compatibilityDate, compatibilityFlags, mainModule: "main.js", modules: { "main.js": `export default { async fetch() { let text; try { text = JSON.stringify(await (async () => { ${main} })()) ?? "undefined"; } catch (error) { text = String(error); } return new Response(text); } };` } });

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const on = Object.keys(Cloudflare.compatibilityFlags).filter((name) => Cloudflare.compatibilityFlags[name]);
    await row("names", () => Object.keys(Cloudflare.compatibilityFlags));
    await row("on", () => on);
    await row("frozen", () => [Object.isFrozen(Cloudflare.compatibilityFlags), Object.getPrototypeOf(Cloudflare.compatibilityFlags)]);
    await row("assign", () => { Cloudflare.compatibilityFlags.x = 1; });
    const run = (main, date, flags) => env.LOADER.load(code(main, date, flags)).getEntrypoint().fetch("http://x").then((answer) => answer.text());
    await row("by name", () => run("return typeof MessageChannel", "2025-08-14", ["expose_global_message_channel"]));
    await row("off by name", () => run("return typeof MessageChannel", "2025-08-15", ["no_expose_global_message_channel"]));
    const all = "return Object.entries(Cloudflare.compatibilityFlags).filter(([, on]) => on).map(([name]) => name).join(' ')";
    for (const date of ["2022-01-01", "2023-06-01", "2024-09-02", "2025-08-14", "2026-03-17"]) await row(`all at ${date}`, () => run(all, date));
    return response();
  },
};
