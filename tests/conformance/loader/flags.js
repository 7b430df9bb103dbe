// Compatibility flags: names, and what a dated flag changes on both sides of its date.
import { table } from "../table.js";

const code = (main, compatibilityDate, compatibilityFlags = []) => ({ compatibilityDate, compatibilityFlags, mainModule: "main.js", modules: { "main.js": `export default { async fetch() { let text; try { text = JSON.stringify(await (async () => { ${main} })()) ?? "undefined"; } catch (error) { text = String(error); } return new Response(text); } };` } });

const DATED = [
  ["2025-05-05", "return [typeof WeakRef, typeof FinalizationRegistry];"],
  ["2025-05-19", "return [navigator.language, navigator.languages];"],
  ["2025-08-15", "return [typeof MessageChannel, typeof MessagePort, 'MessageChannel' in globalThis];"],
];

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const on = Object.keys(Cloudflare.compatibilityFlags).filter((name) => Cloudflare.compatibilityFlags[name]);
    await row("names", () => Object.keys(Cloudflare.compatibilityFlags));
    await row("on", () => on);
    await row("frozen", () => [Object.isFrozen(Cloudflare.compatibilityFlags), Object.getPrototypeOf(Cloudflare.compatibilityFlags)]);
    await row("assign", () => { Cloudflare.compatibilityFlags.x = 1; });
    const run = (main, date, flags) => env.LOADER.load(code(main, date, flags)).getEntrypoint().fetch("http://x").then((answer) => answer.text());
    for (const [date, main] of DATED) {
      const before = new Date(Date.parse(date) - 864e5).toISOString().slice(0, 10);
      await row(`before ${date}`, () => run(main, before));
      await row(`from ${date}`, () => run(main, date));
    }
    await row("by name", () => run("return typeof MessageChannel", "2025-08-14", ["expose_global_message_channel"]));
    await row("off by name", () => run("return typeof MessageChannel", "2025-08-15", ["no_expose_global_message_channel"]));
    const all = "return Object.entries(Cloudflare.compatibilityFlags).filter(([, on]) => on).map(([name]) => name).join(' ')";
    for (const date of ["2022-01-01", "2023-06-01", "2024-09-02", "2025-08-14", "2026-03-17"]) await row(`all at ${date}`, () => run(all, date));
    return response();
  },
};
