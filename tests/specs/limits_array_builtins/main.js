// Loops over builtins that allocate arrays: optimised code must still be stopped.
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

export const fill = guilty('for (;;) new Array(1000).fill(1.5);', (error) => assert.ok(error?.limit === "cpuMs" || error?.limit === "heapBytes", `${error} ${error?.limit}`));

export const push = guilty('const a = []; for (;;) a.push(new Array(1000));', (error) => assert.ok(error?.limit === "cpuMs" || error?.limit === "heapBytes", `${error} ${error?.limit}`));

export const both = guilty('const a = []; for (;;) a.push(new Array(1000).fill(1.5));', (error) => assert.ok(error?.limit === "cpuMs" || error?.limit === "heapBytes", `${error} ${error?.limit}`));

export const numbered = guilty('const a = []; for (let i = 0;; i++) a.push(new Array(1000).fill(i));', (error) => assert.ok(error?.limit === "cpuMs" || error?.limit === "heapBytes", `${error} ${error?.limit}`));
