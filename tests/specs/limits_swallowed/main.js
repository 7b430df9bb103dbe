// A termination that a native call swallows must come again.
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

export const log = guilty('console.log({ get [Symbol.toStringTag]() { for (;;); } }); for (;;);', (error) => assert.strictEqual(error?.limit, "cpuMs"));

export const inspect = guilty('console.log(new Proxy({}, { get() { for (;;); } }), { get [Symbol.toStringTag]() { for (;;); } }); try { for (;;); } finally { for (;;); }', (error) => assert.strictEqual(error?.limit, "cpuMs"));

export const clone = guilty('try { structuredClone({ get a() { for (;;); } }); } catch {} for (;;);', (error) => assert.strictEqual(error?.limit, "cpuMs"));

export const sort = guilty('try { new Headers({ get a() { for (;;); } }); } catch {} for (;;);', (error) => assert.strictEqual(error?.limit, "cpuMs"));
