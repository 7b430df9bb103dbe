// Events that nothing can end, also where a module that was imported later never settles.
import { DurableObject } from "cloudflare:workers";
import { table, describeError } from "../table.js";
const compatibilityDate = "2026-11-17";
const outcome = async (promise) => { try { return await promise; } catch (error) { return [describeError(error).slice(0, 80)]; } };
export default { async fetch(request, env) {
  const t = table();
  const row = (l, f) => t.row(l, () => Promise.race([f(), scheduler.wait(3000).then(() => "no answer")]));
  const use = (modules) => outcome(env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules }).getEntrypoint().fetch("http://x/").then((r) => r.text()));
  await row("never", () => use({ "main.js": "export default { fetch() { return new Promise(() => {}); } }" }));
  await row("import hangs", () => use({ "main.js": "export default { async fetch() { await import('./m.js'); } }", "m.js": "await new Promise(() => {});" }));
  await row("import hangs, raced", () => use({ "main.js": "export default { async fetch() { return Promise.race([import('./m.js').catch(() => {}), scheduler.wait(10)]).then(() => new Response('raced')); } }", "m.js": "await new Promise(() => {});" }));
  await row("import hangs, not awaited", () => use({ "main.js": "export default { async fetch() { import('./m.js').catch(() => {}); return new Response('answered'); } }", "m.js": "await new Promise(() => {});" }));
  const w = env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": "export default { async fetch(r) { if (r.url.endsWith('h')) { import('./m.js').catch(() => {}); return new Response('h'); } await new Promise(() => {}); } }", "m.js": "await new Promise(() => {});" } });
  await row("after a hanging import", async () => [await outcome(w.getEntrypoint().fetch("http://x/h").then((r) => r.text())), await outcome(w.getEntrypoint().fetch("http://x/").then((r) => r.text()))]);
  await row("import twice hangs", () => use({ "main.js": "export default { async fetch() { const a = import('./m.js'), b = import('./m.js'); return Promise.race([a, b, scheduler.wait(10)]).then(() => new Response('raced')); } }", "m.js": "await new Promise(() => {});" }));
  return t.response();
} };
