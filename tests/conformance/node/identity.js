// What modules of Node export under the name of a global is that global.
import { table } from "../table.js";

const MODULES = [
  "assert", "async_hooks", "buffer", "console", "crypto", "diagnostics_channel", "dns", "events", "fs", "http", "https", "module", "net", "os", "path",
  "perf_hooks", "process", "querystring", "readline", "stream", "stream/consumers", "stream/promises", "stream/web", "string_decoder", 
  "timers/promises", "tls", "url", "util", "util/types", "v8", "vm", "worker_threads", "zlib",
];

export default {
  async fetch() {
    const { row, response } = table();
    for (const name of MODULES) {
      const module = (await import(`node:${name}`)).default;
      for (const key of Object.keys(module).sort()) {
        if (typeof module[key] === "function" && key in globalThis && key !== "WebSocket") row(`${name}.${key}`, () => module[key] === globalThis[key]);
      }
    }
    const { webcrypto } = (await import("node:crypto")).default;
    row("crypto.webcrypto", () => [webcrypto === crypto, webcrypto.subtle === crypto.subtle, webcrypto.CryptoKey === CryptoKey]);
    return response();
  },
};
