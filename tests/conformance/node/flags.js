// Which modules and globals of Node a Worker has, by date and flags.
import { table } from "../table.js";

const WORKERS = [
  ["2026-11-17", []], ["2026-11-17", ["no_nodejs_compat_v2"]], ["2026-11-17", ["no_nodejs_compat", "no_nodejs_compat_v2"]], ["2026-11-17", ["no_nodejs_compat", "no_nodejs_compat_v2", "nodejs_als"]],
  ["2026-11-17", ["no_nodejs_global_timers"]], ["2026-08-04", []], ["2026-02-10", ["nodejs_compat"]], ["2026-02-09", ["nodejs_compat"]], ["2024-09-23", ["nodejs_compat"]],
];

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const look = `const have = []; for (const name of ["node:buffer", "buffer", "node:async_hooks", "node:path"]) have.push(await import(name).then(() => name, () => "-")); const globals = [typeof Buffer, typeof process, typeof global, typeof setImmediate, typeof setTimeout(() => {}, 1)];`;
    for (const [compatibilityDate, compatibilityFlags] of WORKERS) {
      await row(`${compatibilityDate} ${compatibilityFlags}`, async () => {
        const modules = { "main.js": `export default { async fetch() { ${look} return new Response([...have, ...globals].join(" ")); } };` };
        const worker = env.LOADER.load({ compatibilityDate, compatibilityFlags, mainModule: "main.js", modules });
        return (await worker.getEntrypoint().fetch("http://x/")).text();
      });
    }
    const POPULATED = [
      ["2025-03-31", ["nodejs_compat"]], ["2025-04-01", ["nodejs_compat"]], ["2025-03-31", ["nodejs_compat", "nodejs_compat_populate_process_env"]],
      ["2026-11-17", []], ["2026-11-17", ["nodejs_compat_do_not_populate_process_env"]],
    ];
    for (const [compatibilityDate, compatibilityFlags] of POPULATED) {
      await row(`process.env ${compatibilityDate} ${compatibilityFlags}`, async () => {
        const modules = { "main.js": "import process from 'node:process'; export default { fetch() { return Response.json(process.env); } };" };
        const worker = env.LOADER.load({ compatibilityDate, compatibilityFlags, mainModule: "main.js", modules, env: { A: "text", B: { c: 1 } } });
        return (await worker.getEntrypoint().fetch("http://x/")).text();
      });
    }
    await row("missing module", () => import("node:nope"));
    await row("Buffer is a plain property", () => { const { value, ...rest } = Object.getOwnPropertyDescriptor(globalThis, "Buffer"); return [typeof value, JSON.stringify(rest)]; });
    await row("setImmediate is inherited", () => [Object.hasOwn(globalThis, "setImmediate"), "setImmediate" in globalThis]);
    await row("globals can be replaced", () => { const kept = globalThis.process; globalThis.process = 5; const seen = process; globalThis.process = kept; return [seen, typeof process]; });
    return response();
  },
};
