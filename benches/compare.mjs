// Measures denizen beside workerd and prints a Markdown table: requests a second, cold loads of loaded Workers, memory,
// start, and writes through a supervisor to its facet.
//
//   node benches/compare.mjs [--denizen PATH] [--workerd PATH] [--seconds 5] [--rounds 3] [--shards N] [--only a,b]
//
// Owns what is measured and how: the flags and configuration of each server, the order and the arithmetic. Both run
// worker.js, which denizen takes as a bare script and so starts twice. Both servers are measured in every round, one
// after the other, and the one that goes first changes from round to round. Every section starts a fresh server in a
// temporary folder of its own. A row is the median of its rounds.
//
// The load comes from wrk when it is on PATH, else from a child process with load.mjs. --shards applies to denizen
// wherever the section does not fix it; without it denizen takes its default. --only picks sections by name.

import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { Connection } from "./load.mjs";

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const CONNECTIONS = 64;
const LOADS = 200;
const PAUSED_LOADS = 20;
/** Longer than denizen's housekeeping interval, which refills its blank isolates one at a time. */
const PAUSE_MS = 600;
const SETTLE_MS = 3_000;
const STARTS = 5;
const WARM_UP_SECONDS = 1;
const START_TIMEOUT_MS = 20_000;
/** Holds all the loaded Workers of a section, so that none is evicted in between. */
const ROOMY = ["--isolates-per-shard", String(2 * LOADS)];

const workerdConfig = (port) => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "storage", disk = (path = "storage", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);

const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-17",
  durableObjectNamespaces = [(className = "AppRunner", uniqueKey = "bench-AppRunner", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
  bindings = [
    (name = "LOADER", workerLoader = ()),
    (name = "AppRunner", durableObjectNamespace = "AppRunner")
  ]
);
`;

/** Each measures one server: it gives its figures by row. `serve(body, flags)` lends it a fresh one. */
const SECTIONS = {
  throughput: (serve) =>
    serve(async ({ port }) => ({ hello: await requestsPerSecond(port, "/hello"), json: await requestsPerSecond(port, "/json") })),
  facet: (serve) => serve(async ({ port }) => ({ facet: await requestsPerSecond(port, "/facet") })),
  load: (serve) =>
    serve(async ({ connection }) => {
      const tight = await meanMs(LOADS, (index) => connection.get(`/load?name=tight-${index}`));
      const again = await meanMs(LOADS, () => connection.get("/load?name=tight-0"));
      let paused = 0;
      for (let index = 0; index < PAUSED_LOADS; index++) {
        await sleep(PAUSE_MS);
        paused += (await meanMs(1, () => connection.get(`/load?name=paused-${index}`))) / PAUSED_LOADS;
      }
      return { tight, paused, again };
    }, ROOMY),
  memory: (serve) =>
    serve(async ({ pid, connection }) => {
      await sleep(SETTLE_MS);
      const empty = pssMb(pid);
      for (let index = 0; index < LOADS; index++) await connection.get(`/load?name=idle-${index}`);
      await sleep(SETTLE_MS);
      const full = pssMb(pid);
      for (let index = 0; index < LOADS; index++) {
        const calls = await connection.get(`/load?name=idle-${index}`);
        if (calls !== "2") throw new Error(`idle-${index} did not stay loaded: call ${calls} instead of 2`);
      }
      return { empty, full, each: (full - empty) / LOADS };
    }, [...ROOMY, "--shards", "1"]),
  start: async (serve) => {
    const times = [];
    while (times.length < STARTS) await serve(async ({ startMs }) => times.push(startMs));
    return { start: median(times) };
  },
};

const HIGHER = "higher ↑";
const LOWER = "lower ↓";
/** Section, figure, title, better, digits. */
const ROWS = [
  ["throughput", "hello", `hello, ${CONNECTIONS} connections (requests/s)`, HIGHER, 0],
  ["throughput", "json", `JSON, ${CONNECTIONS} connections (requests/s)`, HIGHER, 0],
  ["facet", "facet", `object and facet, both write, ${CONNECTIONS} connections (requests/s)`, HIGHER, 0],
  ["load", "tight", `cold load, ${LOADS} in a tight loop (mean ms)`, LOWER, 2],
  ["load", "paused", `cold load, ${PAUSED_LOADS} with ${PAUSE_MS} ms between (mean ms)`, LOWER, 2],
  ["load", "again", "the same request, Worker already loaded (mean ms)", LOWER, 2],
  ["memory", "empty", "memory, no Worker loaded (Pss MB)", LOWER, 1],
  ["memory", "full", `memory, ${LOADS} idle Workers (Pss MB)`, LOWER, 1],
  ["memory", "each", "memory, each idle Worker (Pss MB)", LOWER, 2],
  ["start", "start", "start, spawn to first 200 answer (ms)", LOWER, 0],
];

async function main() {
  process.on("exit", () => [...running].forEach(kill));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
  const sections = options.only;
  const binaries = { denizen: options.denizen, workerd: options.workerd };
  const versions = Object.values(binaries).map((binary) => execFileSync(binary, ["--version"], { encoding: "utf8" }).trim());

  const figures = {};
  for (let round = 0; round < options.rounds; round++) {
    for (const section of sections) {
      const order = round % 2 === 0 ? ["denizen", "workerd"] : ["workerd", "denizen"];
      for (const server of order) {
        process.stderr.write(`round ${round + 1} of ${options.rounds}: ${section}, ${server}\n`);
        const serve = (body, flags = []) => withServer(server, binaries[server], flags, body);
        const result = await SECTIONS[section](serve);
        for (const [figure, value] of Object.entries(result)) ((figures[figure] ??= {})[server] ??= []).push(value);
      }
    }
  }

  console.log(
    `${versions.join(", ")}; node ${process.versions.node}, load from ${wrk ? "wrk" : "node"}; ` +
      `${os.availableParallelism()} cores; denizen shards: ${options.shards ?? "default"} (memory: 1); ` +
      `median of ${options.rounds} rounds, ${options.seconds} s each for requests/s.\n`,
  );
  console.log("| | denizen | workerd | denizen/workerd | better |\n|---|---:|---:|---:|---|");
  for (const [section, figure, title, better, digits] of ROWS) {
    if (!sections.includes(section)) continue;
    const [denizen, workerd] = [median(figures[figure].denizen), median(figures[figure].workerd)];
    const ratio = (denizen / workerd).toFixed(2);
    console.log(`| ${title} | ${denizen.toFixed(digits)} | ${workerd.toFixed(digits)} | ${ratio} | ${better} |`);
  }
}

/** Starts a fresh server, waits for its first 200 answer, lends it to `body` and takes it down with its folder. */
async function withServer(server, binary, flags, body) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "compare-"));
  let child;
  try {
    const port = await freePort();
    fs.copyFileSync(path.join(FOLDER, "worker.js"), path.join(folder, "worker.js"));
    fs.writeFileSync(path.join(folder, "config.capnp"), workerdConfig(port));
    fs.mkdirSync(path.join(folder, "storage"));
    const shards = options.shards && !flags.includes("--shards") ? ["--shards", options.shards] : [];
    const given = {
      denizen: ["serve", "worker.js", "--port", String(port), "--data", "data", ...shards, ...flags],
      workerd: ["serve", "--experimental", "config.capnp"],
    };
    const log = path.join(folder, "log");
    const output = fs.openSync(log, "w");
    const began = performance.now();
    // Leads a process group, so that what it starts goes down with it.
    child = spawn(binary, given[server], { cwd: folder, detached: true, stdio: ["ignore", output, output] });
    fs.closeSync(output);
    running.add(child);
    let ended = null;
    child.once("error", (error) => (ended = error.message));
    child.once("exit", (status, signal) => (ended = `ended with ${signal ?? status}`));
    let connection;
    while (!connection) {
      connection = await Connection.open(port).catch(() => null);
      const reason = ended ?? (performance.now() - began > START_TIMEOUT_MS ? "no answer" : null);
      if (reason) throw new Error(`${server} did not start: ${reason}\n${fs.readFileSync(log, "utf8")}`);
      if (!connection) await sleep(1);
    }
    await connection.get("/hello");
    const startMs = performance.now() - began;
    try {
      return await body({ port, connection, startMs, pid: child.pid });
    } catch (error) {
      throw new Error(`${server}: ${error.message}\n${fs.readFileSync(log, "utf8").slice(-2_000)}`);
    } finally {
      connection.close();
    }
  } finally {
    if (child?.pid && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      kill(child);
      await gone;
    }
    running.delete(child);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function kill(child) {
  try {
    if (child.pid) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

async function requestsPerSecond(port, target) {
  await load(port, target, WARM_UP_SECONDS);
  return load(port, target, options.seconds);
}

async function load(port, target, seconds) {
  const url = `http://127.0.0.1:${port}${target}`;
  const output = wrk
    ? await outputOf("wrk", ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, url])
    : await outputOf(process.execPath, [path.join(FOLDER, "load.mjs"), port, target, CONNECTIONS, seconds].map(String));
  const rate = /^Requests\/sec:\s+([\d.]+)/m.exec(output);
  if (!rate || /Non-2xx|Socket errors/.test(output)) throw new Error(`load on ${target} failed:\n${output}`);
  return Number(rate[1]);
}

async function meanMs(count, work) {
  const began = performance.now();
  for (let index = 0; index < count; index++) await work(index);
  return (performance.now() - began) / count;
}

/** Proportional set size of a process and all below it. */
function pssMb(pid) {
  const rollup = fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const threads = fs.readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((id) => fs.readFileSync(`/proc/${pid}/task/${id}/children`, "utf8").match(/\d+/g) ?? []);
  return children.reduce((sum, child) => sum + pssMb(child), Number(/^Pss: +(\d+) kB/m.exec(rollup)[1]) / 1_024);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function outputOf(command, given) {
  return new Promise((resolve, reject) => {
    execFile(command, given, (error, stdout, stderr) => (error ? reject(new Error(stderr || error.message)) : resolve(stdout)));
  });
}

function parseArguments(given) {
  const options = {
    denizen: process.env.DENIZEN ?? "denizen",
    workerd: process.env.WORKERD ?? path.join(FOLDER, "../tests/conformance/node_modules/.bin/workerd"),
    seconds: "5",
    rounds: "3",
    shards: undefined,
    only: Object.keys(SECTIONS).join(","),
  };
  while (given.length > 0) {
    const [argument, value] = given.splice(0, 2);
    const name = argument.replace(/^--/, "");
    if (!(name in options) || !value) usage();
    options[name] = value;
  }
  options.only = options.only.split(",");
  if (!options.only.every((name) => name in SECTIONS)) usage();
  for (const name of ["seconds", "rounds"]) if (!((options[name] = Number(options[name])) >= 1)) usage();
  return options;
}

function usage() {
  console.error("usage: node compare.mjs [--denizen PATH] [--workerd PATH] [--seconds N] [--rounds N] [--shards N] [--only SECTION,..]");
  console.error(`sections: ${Object.keys(SECTIONS).join(", ")}`);
  process.exit(2);
}

const running = new Set();
const wrk = spawnSync("wrk", ["--version"]).error === undefined;
const options = parseArguments(process.argv.slice(2));
await main();
