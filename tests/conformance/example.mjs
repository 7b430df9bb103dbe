// Serves examples/app-runner on workerd and on denizen, asks both the same, and compares what they answer, over a restart.
//
//   node example.mjs check --denizen PATH

import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const EXAMPLE = path.join(FOLDER, "../../examples/app-runner");
const PATHS = ["/a", "/b", "/a", "/", "/a?x=1"];
const PATIENCE_MS = 30_000;

const at = process.argv.indexOf("--denizen");
if (at < 0) throw new Error("usage: node example.mjs check --denizen PATH");
const denizen = process.argv[at + 1];

const answers = [await ask(startWorkerd), await ask(startDenizen)];
let failed = 0;
answers[0].forEach((answer, index) => {
  if (answer !== answers[1][index]) {
    failed++;
    console.log(`answer ${index}: workerd ${JSON.stringify(answer)}, denizen ${JSON.stringify(answers[1][index])}`);
  }
});
console.log(`${answers[0].length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && answers[0].length > 0 ? 0 : 1;

/** What a server answers to every path, before and after a restart. */
async function ask(start) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "example-"));
  const found = [];
  try {
    for (let run = 0; run < 2; run++) {
      const server = await start(folder);
      try {
        for (const target of PATHS) {
          const response = await fetch(server.url + target, { signal: AbortSignal.timeout(PATIENCE_MS) });
          found.push(`${response.status} ${await response.text()}`);
        }
      } finally {
        await server.stop();
      }
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return found;
}

function startDenizen(folder) {
  const args = ["serve", "-c", path.join(EXAMPLE, "wrangler.jsonc"), "--port", "0", "--data", path.join(folder, "data")];
  const child = spawn(denizen, args, { stdio: ["ignore", "ignore", "pipe"] });
  return started(child, child.stderr, /(http:\/\/[\d.]+:\d+)/, (url) => url);
}

function startWorkerd(folder) {
  fs.mkdirSync(path.join(folder, "storage"), { recursive: true });
  fs.copyFileSync(path.join(EXAMPLE, "src/index.js"), path.join(folder, "index.js"));
  fs.writeFileSync(path.join(folder, "config.capnp"), `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "storage", disk = (path = "storage", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js")],
  compatibilityDate = "2026-08-01",
  durableObjectNamespaces = [(className = "AppRunner", uniqueKey = "app-runner-AppRunner", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
  bindings = [(name = "APP_RUNNER", durableObjectNamespace = "AppRunner"), (name = "LOADER", workerLoader = ())]
);
`);
  const workerd = process.env.WORKERD ?? path.join(FOLDER, "node_modules", ".bin", "workerd");
  const child = spawn(workerd, ["serve", "--experimental", "--control-fd=3", "config.capnp"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  return started(child, child.stdio[3], /"port":(\d+)/, (port) => `http://127.0.0.1:${port}`);
}

/** Resolves when the child has said where it listens. */
function started(child, stream, pattern, toUrl) {
  let text = "";
  const exited = new Promise((resolve) => child.once("exit", resolve));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`does not start: ${text}`)), PATIENCE_MS);
    child.once("error", reject);
    child.stderr.on("data", (chunk) => (text += chunk));
    let said = "";
    stream.on("data", (chunk) => {
      said += chunk;
      const match = pattern.exec(said);
      if (match === null) return;
      clearTimeout(timer);
      resolve({
        url: toUrl(match[1]),
        async stop() {
          child.kill("SIGTERM");
          const timeout = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
          await exited;
          clearTimeout(timeout);
        },
      });
    });
  });
}
