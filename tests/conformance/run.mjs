// Runs the cases of this folder on workerd, whose output is committed, and on denizen, whose output has to equal it.
//
//   node run.mjs record [FILTER]                    writes every .expected from workerd
//   node run.mjs verify [FILTER]                    fails when workerd no longer prints what is committed
//   node run.mjs check [--denizen PATH] [FILTER]    fails when denizen prints something else
//
// A case is <group>/<name>.js, a module whose fetch() prints a table (table.js). Every exported class that extends
// DurableObject is bound under its name as a SQLite namespace, and LOADER is a worker loader: what denizen gives to a
// bare script, and what workerdConfig() writes down for workerd. FILTER is a part of "<group>/<name>".
//
// <group>/<name>.json beside a case says how it is configured otherwise, in keys of wrangler's file: `worker_loaders`, instead
// of LOADER; `global_outbound`, whose service is the case itself; `new_classes`, the classes without SQL.
//
// A case whose first line is "// compares: logs" is about what the server prints: it ends both streams with a line
// "end of logs". denizen's lines say who wrote them and at which level; that is taken away.

import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const START_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 30_000;
const CASES_AT_A_TIME = 2;
const LOGS_MARK = "// compares: logs";
const LOGS_END = "end of logs";
const COMPATIBILITY_DATE = "2026-11-17";
const LOADERS = [{ binding: "LOADER" }];

const { command, denizen, filter } = parseArguments(process.argv.slice(2));
const cases = findCases(filter);
const results = await mapSome(cases, CASES_AT_A_TIME, runCase);
for (const { name, report } of results) if (report) console.log(`FAIL ${name}\n${report}\n`);
const failed = results.filter(({ report }) => report).length;
if (command !== "record") console.log(`${results.length - failed} passed, ${failed} failed`);
else console.log(`${results.length - failed} recorded, ${failed} failed`);
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;

function parseArguments(given) {
  const options = { command: given.shift(), denizen: process.env.DENIZEN ?? "denizen", filter: "" };
  while (given.length > 0) {
    const argument = given.shift();
    if (argument === "--denizen") options.denizen = given.shift();
    else options.filter = argument;
  }
  if (!["record", "verify", "check"].includes(options.command) || options.denizen === undefined) {
    console.error("usage: node run.mjs record|verify|check [--denizen PATH] [FILTER]");
    process.exit(2);
  }
  return options;
}

function findCases(part) {
  const names = [];
  for (const entry of fs.readdirSync(FOLDER, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === "node_modules") continue;
    for (const file of fs.readdirSync(path.join(FOLDER, entry.name))) {
      if (file.endsWith(".js")) names.push(`${entry.name}/${file.slice(0, -3)}`);
    }
  }
  return names.filter((name) => name.includes(part)).sort();
}

/** Runs one case; `report` is the text of its failure, if any. */
async function runCase(name) {
  const expectedPath = path.join(FOLDER, `${name}.expected`);
  try {
    if (command === "record") {
      fs.writeFileSync(expectedPath, await runOn(startWorkerd, name));
      return { name, report: "" };
    }
    if (!fs.existsSync(expectedPath)) return { name, report: "  no .expected: run record" };
    const actual = await runOn(command === "verify" ? startWorkerd : startDenizen, name);
    return { name, report: differences(fs.readFileSync(expectedPath, "utf8"), actual) };
  } catch (error) {
    return { name, report: `  ${error.message}` };
  }
}

/** The body that a fresh server prints for the case, in a folder of its own that is removed afterwards. */
async function runOn(start, name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "conformance-"));
  let server;
  try {
    server = await start(name, folder);
    const response = await fetch(server.url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    const body = await response.text();
    if (response.status !== 200) throw new Error(`status ${response.status}: ${body}\n${server.log()}`);
    const source = fs.readFileSync(path.join(FOLDER, `${name}.js`), "utf8");
    return source.startsWith(LOGS_MARK) ? await logsOf(server, start === startDenizen) : body;
  } finally {
    await server?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** What the server printed up to the lines that end its logs, by the stream that workerd prints it on. */
async function logsOf(server, isDenizen) {
  const lines = () => {
    const { stdout, stderr } = server.output;
    return isDenizen ? byLevel(stderr) : { stdout: stdout.split("\n"), stderr: stderr.split("\n") };
  };
  const end = Date.now() + START_TIMEOUT_MS;
  while (!Object.values(lines()).every((some) => some.includes(LOGS_END))) {
    if (Date.now() > end) throw new Error(`no end of logs:\n${server.log()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const texts = Object.entries(lines()).map(([stream, some]) => `${stream}:\n${some.slice(0, some.indexOf(LOGS_END)).join("\n")}\n`);
  return texts.join("");
}

/** denizen's lines as their Workers wrote them. It writes all to one stream and says the level; further lines are indented. */
function byLevel(text) {
  const found = { stdout: [], stderr: [] };
  let stream = null;
  for (const line of text.split("\n")) {
    const [label, level] = /^\S+ (debug|error|info|log|warn) /.exec(line) ?? [];
    if (label !== undefined) stream = level === "warn" || level === "error" ? "stderr" : "stdout";
    else if (!line.startsWith("    ")) stream = null;
    // The runtime's own lines are nobody's.
    if (stream !== null) found[stream].push(label === undefined ? line.slice(4) : line.slice(label.length));
  }
  return found;
}

function startDenizen(name, folder) {
  const settings = settingsOf(name);
  const what = settings === null ? [path.join(FOLDER, `${name}.js`)] : ["-c", denizenConfig(name, settings, folder)];
  const child = spawn(denizen, ["serve", ...what, "--port", "0", "--data", path.join(folder, "data"), "--no-restart"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return started(child, [child.stdout, child.stderr], /(http:\/\/[\d.]+:\d+)/);
}

function startWorkerd(name, folder) {
  const workerd = process.env.WORKERD ?? path.join(FOLDER, "node_modules", ".bin", "workerd");
  fs.mkdirSync(path.join(folder, "storage"));
  fs.mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
  fs.copyFileSync(path.join(FOLDER, "table.js"), path.join(folder, "table.js"));
  fs.copyFileSync(path.join(FOLDER, `${name}.js`), path.join(folder, `${name}.js`));
  fs.writeFileSync(path.join(folder, "config.capnp"), workerdConfig(name));
  const child = spawn(workerd, ["serve", "--experimental", "--control-fd=3", "config.capnp"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  return started(child, [child.stdio[3]], /"port":(\d+)/, (port) => `http://127.0.0.1:${port}`);
}

/** What stands in the file beside the case; null if there is none. */
function settingsOf(name) {
  const file = path.join(FOLDER, `${name}.json`);
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : null;
}

function classesOf(name) {
  const source = fs.readFileSync(path.join(FOLDER, `${name}.js`), "utf8");
  return [...source.matchAll(/^export class (\w+) extends DurableObject\b/gm)].map((match) => match[1]);
}

/** Writes the configuration of a case that has settings. */
function denizenConfig(name, settings, folder) {
  const classes = classesOf(name);
  const { worker_loaders, global_outbound, new_classes = [] } = settings;
  const config = {
    name: "main",
    main: path.join(FOLDER, `${name}.js`),
    compatibility_date: COMPATIBILITY_DATE,
    durable_objects: { bindings: classes.map((className) => ({ name: className, class_name: className })) },
    migrations: [{ tag: "v1", new_classes, new_sqlite_classes: classes.filter((className) => !new_classes.includes(className)) }],
    worker_loaders: worker_loaders ?? LOADERS,
    ...(global_outbound && { global_outbound: { service: "main", ...global_outbound } }),
  };
  const file = path.join(folder, "wrangler.json");
  fs.writeFileSync(file, JSON.stringify(config));
  return file;
}

function workerdConfig(name) {
  const classes = classesOf(name);
  const { worker_loaders: loaders = LOADERS, global_outbound: outbound, new_classes: withoutSql = [] } = settingsOf(name) ?? {};
  const namespaces = classes.map(
    (className) => `(className = "${className}", uniqueKey = "${path.basename(name)}-${className}", enableSql = ${!withoutSql.includes(className)})`,
  );
  const bindings = [
    ...loaders.map(({ binding, id }) => `(name = "${binding}", workerLoader = (${id === undefined ? "" : `id = "${id}"`}))`),
    ...classes.map((className) => `(name = "${className}", durableObjectNamespace = "${className}")`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "storage", disk = (path = "storage", writable = true)),
    (name = "internet", network = (allow = ["public", "private"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);

const main :Workerd.Worker = (
  modules = [
    (name = "${name}.js", esModule = embed "${name}.js"),
    (name = "table.js", esModule = embed "table.js")
  ],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = [],
  globalOutbound = ${outbound === undefined ? `"internet"` : `(name = "main", entrypoint = "${outbound.entrypoint}")`},
  durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (localDisk = "storage"),
  bindings = [${bindings.join(", ")}]
);
`;
}

/** Waits until one of the streams tells the address; the address becomes the server's URL. */
function started(child, streams, addressPattern, toUrl = (address) => address) {
  let log = "";
  const ended = new Promise((resolve) => child.once("close", resolve));
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`no address after ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    const fail = (reason) => {
      clearTimeout(timer);
      stop().then(() => reject(new Error(`did not start: ${reason}\n${log}`)));
    };
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("exit", (code) => fail(`exit code ${code}`));
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8").on("data", (chunk) => {
        log += chunk;
        output[name] += chunk;
      });
    }
    for (const stream of streams) {
      let seen = "";
      stream.on("data", (chunk) => {
        seen += chunk;
        const match = addressPattern.exec(seen);
        if (!match) return;
        clearTimeout(timer);
        child.removeAllListeners("exit");
        resolve({ url: toUrl(match[1]), log: () => log, output, stop });
      });
    }
  });
}

/** The lines that differ, as "-expected" and "+actual" in order, after the longest common subsequence. */
function differences(expected, actual) {
  if (expected === actual) return "";
  const left = expected.split("\n");
  const right = actual.split("\n");
  const common = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      common[i][j] = left[i] === right[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const lines = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      i++;
      j++;
    } else if (j === right.length || (i < left.length && common[i + 1][j] >= common[i][j + 1])) {
      lines.push(`  -${left[i++]}`);
    } else {
      lines.push(`  +${right[j++]}`);
    }
  }
  return lines.join("\n");
}

async function mapSome(items, limit, work) {
  const done = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      done[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return done;
}
