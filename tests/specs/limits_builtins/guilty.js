// A loaded Worker that breaks a limit, and works again afterwards.
import assert from "node:assert";

/** A test that runs `body` in a loaded Worker with these flags, gives `check` what came of it, and asks the Worker once more. */
export function guilty(body, check, compatibilityFlags = []) {
  return { async test(_controller, env) {
    const entry = env.LOADER.get(body, () => ({
      compatibilityDate: "2026-01-01", compatibilityFlags, mainModule: "main.js", limits: { cpuMs: 300 },
      modules: { "main.js": `export default { async fetch(request) { if (request.url.endsWith("/ping")) return new Response("pong"); ${body} } };` },
    })).getEntrypoint();
    const error = await entry.fetch("http://x/").then((response) => response.text(), (error) => error);
    check(error);
    assert.strictEqual(await (await entry.fetch("http://x/ping")).text(), "pong");
  } };
}
