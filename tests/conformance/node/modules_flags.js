// Which modules of Node a Worker can import, by date and by flags of their own.
import { table } from "../table.js";

const NAMES = [
  "_http_agent", "_http_client", "_http_common", "_http_incoming", "_http_outgoing", "_http_server", "_stream_wrap", "_tls_common", "_tls_wrap",
  "child_process", "cluster", "console", "dgram", "dns", "dns/promises", "domain", "fs", "fs/promises", "http", "http2", "https",
  "inspector", "inspector/promises", "net", "os", "perf_hooks", "process", "punycode", "readline", "readline/promises", "repl", "sqlite",
  "sys", "test", "tls", "trace_events", "tty", "util", "v8", "vm", "wasi", "worker_threads",
];
const DATES = [
  "2024-09-22", "2024-09-23", "2025-08-14", "2025-08-15", "2025-08-31", "2025-09-01", "2025-09-14", "2025-09-15", "2025-09-20", "2025-09-21",
  "2025-09-30", "2025-10-01", "2025-12-03", "2025-12-04", "2026-01-28", "2026-01-29", "2026-03-16", "2026-03-17", "2026-08-03",
];
const FLAGS = [
  "http_modules", "http_server_modules", "http2_module", "fs_module", "os_module", "console_module", "vm_module", "cluster_module",
  "domain_module", "punycode_module", "trace_events_module", "wasi_module", "dgram_module", "inspector_module", "sqlite_module",
  "stream_wrap_module", "child_process_module", "perf_hooks_module", "readline_module", "repl_module", "tty_module", "v8_module",
  "worker_threads_module",
];

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const missing = async (compatibilityDate, compatibilityFlags) => {
      const look = `const missing = [];
        for (const name of ${JSON.stringify(NAMES)}) {
          const got = await import("node:" + name).then((module) => module.default, () => undefined);
          if (got === undefined) missing.push(name);
          if (globalThis.process && (process.getBuiltinModule("node:" + name) === undefined) !== (got === undefined)) missing.push("(" + name + ")");
        }`;
      const modules = { "main.js": `export default { async fetch() { ${look} return new Response(missing.join(" ")); } };` };
      const worker = env.LOADER.load({ compatibilityDate, compatibilityFlags, mainModule: "main.js", modules });
      return (await worker.getEntrypoint().fetch("http://x/")).text();
    };
    for (const date of DATES) await row(`missing at ${date}`, () => missing(date, ["nodejs_compat"]));
    await row("missing at 2026-08-04", () => missing("2026-08-04", []));
    await row("missing with nodejs_compat_v2 alone", () => missing("2026-08-03", ["nodejs_compat_v2"]));
    await row("missing without v2", () => missing("2026-11-17", ["no_nodejs_compat_v2"]));
    await row("missing with v2 by date", () => missing("2026-11-17", ["no_nodejs_compat"]));
    for (const flag of FLAGS) {
      await row(`missing with enable_nodejs_${flag}`, () => missing("2024-09-23", ["nodejs_compat", `enable_nodejs_${flag}`]));
      await row(`missing with disable_nodejs_${flag}`, () => missing("2026-11-17", [`disable_nodejs_${flag}`]));
    }
    const flagsOf = async (compatibilityDate, compatibilityFlags) => {
      const modules = { "main.js": `export default { fetch() { return Response.json(Object.entries(Cloudflare.compatibilityFlags).filter(([name, on]) => on && name.includes("node")).map(([name]) => name)); } };` };
      return (await env.LOADER.load({ compatibilityDate, compatibilityFlags, mainModule: "main.js", modules }).getEntrypoint().fetch("http://x/")).json();
    };
    for (const date of ["2025-04-01", "2025-12-04", "2026-03-17"]) {
      await row(`flags at ${date}`, () => flagsOf(date, []));
      await row(`flags at ${date} with nodejs_compat`, () => flagsOf(date, ["nodejs_compat"]));
      await row(`flags at ${date} with nodejs_compat_v2`, () => flagsOf(date, ["nodejs_compat_v2"]));
    }
    await row("flags without nodejs_compat", () => flagsOf("2026-11-17", ["no_nodejs_compat"]));
    await row("flags without http modules", () => flagsOf("2026-11-17", ["disable_nodejs_http_modules"]));
    const failure = async (compatibilityDate, compatibilityFlags, main, modules = {}) => {
      const source = `export default { async fetch() { try { ${main} } catch (error) { return new Response(error.name + " " + error.message); } return new Response("found"); } };`;
      const worker = env.LOADER.load({ compatibilityDate, compatibilityFlags, mainModule: "a/main.js", modules: { "a/main.js": source, ...modules } });
      return (await worker.getEntrypoint().fetch("http://x/")).text();
    };
    for (const [date, flags] of [["2026-11-17", []], ["2026-11-16", []], ["2026-11-16", ["new_module_registry"]], ["2026-11-17", ["legacy_module_registry"]], ["2025-01-01", ["nodejs_compat"]]]) {
      const off = [...flags, "disable_nodejs_fs_module"];
      for (const specifier of ["node:fs", "fs", "node:nope", "nope", "./nope.js", "../b/nope.js", "/nope.js", "cloudflare:nope"]) {
        await row(`${date} ${flags}: import ${specifier}`, () => failure(date, off, `await import("${specifier}");`));
      }
      for (const specifier of ["node:fs", "./nope", "nope"]) await row(`${date} ${flags}: require ${specifier}`, () => failure(date, off, `await import("./a.cjs");`, { "a/a.cjs": { cjs: `require("${specifier}");` } }));
      await row(`${date} ${flags}: main`, () => failure(date, off, `}`, { "a/main.js": `import "./nope.js";` }));
    }
    await row("required", async () => {
      const modules = {
        "main.js": `import kept from "./a.cjs"; import { createRequire } from "node:module"; const require = createRequire("/bundle/main.js");
          export default { fetch() { return Response.json([...kept, require("fs") === require("node:fs"), require("node:net") === process.getBuiltinModule("net")]); } };`,
        "a.cjs": { cjs: `module.exports = ["fs", "node:http", "tls", "node:worker_threads"].map((name) => typeof require(name));` },
      };
      return (await env.LOADER.load({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules }).getEntrypoint().fetch("http://x/")).json();
    });
    return response();
  },
};
