// Bytes of Blobs count against the limit of the isolate.
import assert from "node:assert";

function guilty(body, check) {
  return { async test(_controller, env) {
    const entry = env.LOADER.get(body, () => ({
      compatibilityDate: "2026-01-01", mainModule: "main.js", limits: { cpuMs: 300 },
      modules: { "main.js": `export default { async fetch(request) { if (request.url.endsWith("/ping")) return new Response("pong"); ${body} } };` },
    })).getEntrypoint();
    const error = await entry.fetch("http://x/").then((response) => response.text(), (error) => error);
    check(error);
    assert.strictEqual(await (await entry.fetch("http://x/ping")).text(), "pong");
  } };
}

export const blobs = guilty('const kept = []; for (let i = 0; i < 30; i++) kept.push(new Blob([new Uint8Array(1e7)])); return new Response("unlimited");', (error) => assert.notStrictEqual(error, "unlimited"));
