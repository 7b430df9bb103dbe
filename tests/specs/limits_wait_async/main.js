// Code that runs behind Atomics.waitAsync is either refused or stopped.
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

export const loop = guilty('const cells = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer); setTimeout(() => {}, 2000); await Atomics.waitAsync(cells, 0, 0, 1).value; for (;;);', (error) => assert.ok(error instanceof Error && !/hung/.test(error.message), `${error}`));

export const again = guilty('const cells = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer); setTimeout(() => {}, 60000); for (;;) { for (let i = 0; i < 1e7; i++); await Atomics.waitAsync(cells, 0, 0, 1).value; }', (error) => assert.ok(error instanceof Error && !/hung/.test(error.message), `${error}`));
