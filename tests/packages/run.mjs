// Bundles packages from npm once, runs each on workerd and on denizen, and compares what they print.
//
//   node run.mjs check [--denizen PATH] [FILTER]    fails when denizen prints something else than workerd
//   node run.mjs show [FILTER]                      prints what workerd gives
//
// src/<package>.js(x) is a Worker whose fetch() prints a table (../conformance/table.js). Each is a Worker of its own behind
// router.js, which also loads the packages of LOADED by a Worker Loader. A class that extends DurableObject is bound under its
// name. FILTER is a part of a package's name.

import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const COMPATIBILITY_DATE = "2026-11-17";
const START_TIMEOUT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 60_000;
const LOADED = ["hono", "zod", "graphql"];

const { command, denizen, filter } = parseArguments(process.argv.slice(2));
const sources = fs.readdirSync(path.join(FOLDER, "src")).filter((file) => file !== "router.js");
const packages = sources.map((file) => path.parse(file).name).filter((name) => name.includes(filter)).sort();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "packages-"));
try {
  await bundle();
  const expected = await runOn(startWorkerd);
  if (command === "show") for (const [name, body] of expected) console.log(`== ${name}\n${body}`);
  else compare(expected, await runOn(startDenizen));
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

function parseArguments(given) {
  const options = { command: given.shift(), denizen: process.env.DENIZEN ?? "denizen", filter: "" };
  while (given.length > 0) {
    const argument = given.shift();
    if (argument === "--denizen") options.denizen = given.shift();
    else options.filter = argument;
  }
  if (!["check", "show"].includes(options.command) || options.denizen === undefined) {
    console.error("usage: node run.mjs check|show [--denizen PATH] [FILTER]");
    process.exit(2);
  }
  return options;
}

/** One module a package, as wrangler makes them. */
async function bundle() {
  await build({
    absWorkingDir: FOLDER,
    entryPoints: sources.filter((file) => packages.includes(path.parse(file).name)).map((file) => `src/${file}`),
    outdir: folder,
    bundle: true,
    format: "esm",
    target: "es2024",
    jsx: "automatic",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["node:*", "cloudflare:*"],
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
  fs.copyFileSync(path.join(FOLDER, "src", "router.js"), path.join(folder, "router.js"));
}

/** The classes of Durable Objects that a package's Worker exports. */
function classesOf(name) {
  const source = fs.readFileSync(path.join(FOLDER, "src", sources.find((file) => path.parse(file).name === name)), "utf8");
  return [...source.matchAll(/^export class (\w+) extends DurableObject\b/gm)].map((match) => match[1]);
}

/** What each package printed on one runtime: pairs of a name and a body. */
async function runOn(start) {
  const server = await start();
  try {
    const results = [];
    for (const name of packages) results.push([name, await body(server, `/${name}`)]);
    for (const name of packages.filter((name) => LOADED.includes(name))) {
      const source = fs.readFileSync(path.join(folder, `${name}.js`));
      results.push([`${name} (loaded)`, await body(server, "/", { method: "POST", body: source })]);
    }
    return results;
  } finally {
    await server.stop();
  }
}

async function body(server, target, options) {
  const response = await fetch(server.url + target, { ...options, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  const text = await response.text();
  return response.status === 200 ? text : `status ${response.status}: ${text}\n${server.log()}`;
}

function compare(expected, actual) {
  let failed = 0;
  for (const [index, [name, want]] of expected.entries()) {
    const [, got] = actual[index];
    if (want === got && want.includes(" => ")) continue;
    failed++;
    const left = want.split("\n");
    const right = got.split("\n");
    const lines = [];
    for (const line of left) if (!right.includes(line)) lines.push(`  -${line}`);
    for (const line of right) if (!left.includes(line)) lines.push(`  +${line}`);
    console.log(`FAIL ${name}\n${lines.join("\n") || "  nothing was printed, or the order differs"}\n`);
  }
  console.log(`${expected.length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || expected.length === 0 ? 1 : 0;
}

function startDenizen() {
  const config = (name, more) => {
    const text = JSON.stringify({ name, main: `${name}.js`, compatibility_date: COMPATIBILITY_DATE, no_bundle: true, ...more });
    fs.writeFileSync(path.join(folder, `${name}.jsonc`), text);
    return ["-c", `${name}.jsonc`];
  };
  const router = config("router", {
    services: packages.map((name) => ({ binding: name, service: name })),
    worker_loaders: [{ binding: "LOADER" }],
  });
  const objects = (classes) => ({
    durable_objects: { bindings: classes.map((name) => ({ name, class_name: name })) },
    migrations: [{ tag: "v1", new_sqlite_classes: classes }],
  });
  const configs = [...router, ...packages.flatMap((name) => config(name, objects(classesOf(name))))];
  const child = spawn(denizen, ["serve", ...configs, "--port", "0", "--data", "data", "--no-restart"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  return started(child, child.stderr, /is served on (http:\/\/[\d.]+:\d+)/);
}

function startWorkerd() {
  const bindings = packages.map((name) => `(name = "${name}", service = "${name}")`);
  const worker = (name, more = "") => `(name = "${name}", worker = (
    modules = [(name = "${name}.js", esModule = embed "${name}.js")], compatibilityDate = "${COMPATIBILITY_DATE}"${more}))`;
  const namespace = (name) => `(className = "${name}", uniqueKey = "${name}", enableSql = true)`;
  const binding = (name) => `(name = "${name}", durableObjectNamespace = "${name}")`;
  const objects = (classes) => `, durableObjectStorage = (localDisk = "storage"),
    durableObjectNamespaces = [${classes.map(namespace).join(", ")}], bindings = [${classes.map(binding).join(", ")}]`;
  const services = [
    worker("router", `, bindings = [${bindings.join(", ")}, (name = "LOADER", workerLoader = ())]`),
    ...packages.map((name) => worker(name, objects(classesOf(name)))),
    `(name = "storage", disk = (path = "storage", writable = true))`,
  ];
  fs.mkdirSync(path.join(folder, "storage"));
  fs.writeFileSync(
    path.join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services.join(",\n")}],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "router")]
);
`,
  );
  const workerd = process.env.WORKERD ?? path.join(FOLDER, "..", "conformance", "node_modules", ".bin", "workerd");
  const options = { cwd: folder, stdio: ["ignore", "pipe", "pipe", "pipe"] };
  const child = spawn(workerd, ["serve", "--experimental", "--control-fd=3", "config.capnp"], options);
  return started(child, child.stdio[3], /"port":(\d+)/, (port) => `http://127.0.0.1:${port}`);
}

/** Waits until the stream tells the address; what the pattern finds becomes the server's URL. */
function started(child, stream, pattern, toUrl = (address) => address) {
  let log = "";
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = () => {
    child.kill("SIGKILL");
    return ended;
  };
  child.stdout.on("data", (chunk) => (log += chunk));
  child.stderr.on("data", (chunk) => (log += chunk));
  return new Promise((resolve, reject) => {
    const fail = (reason) => stop().then(() => reject(new Error(`did not start: ${reason}\n${log}`)));
    const timer = setTimeout(fail, START_TIMEOUT_MS, "no address");
    child.once("error", reject);
    child.once("exit", (code) => fail(`exit code ${code}`));
    let seen = "";
    stream.on("data", (chunk) => {
      seen += chunk;
      const match = pattern.exec(seen);
      if (!match) return;
      clearTimeout(timer);
      resolve({ url: toUrl(match[1]), log: () => log, stop });
    });
  });
}
