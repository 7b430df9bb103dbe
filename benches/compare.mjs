// Measures denizen beside workerd and prints a Markdown table: objects, facets and loaded Workers through HTTP and in
// loops, memory, start, and the web platform (web.mjs).
//
//   node benches/compare.mjs [--denizen PATH] [--workerd PATH] [--seconds 3] [--rounds 3] [--shards N] [--only a,b]
//
// Owns what is measured, the order, the arithmetic, and the aims. Both servers run worker.js, which denizen takes as a bare
// script and so starts twice. Both are measured in every round, one after the other, and the one that goes first changes
// from round to round. Every section starts a fresh server in a temporary folder of its own. A row is the median of its
// rounds; its ratio is denizen's figure over workerd's. With the usual flags it takes about eleven minutes.
//
// The load comes from wrk when it is on PATH, else from a child process with load.mjs. --shards applies to denizen
// wherever the section does not fix it; without it denizen takes its default. --only picks sections by name.

import { execFile, execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { pssMb, sleep, withServer } from "./servers.mjs";
import { WEB_LOADS, WEB_LOOPS, WEB_SCRIPT } from "./web.mjs";

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const CONNECTIONS = 64;
/** As many as worker.js spreads requests over. */
const ITEMS = 200;
const METHODS = 5_000;
const FACETS = 100;
const TOGETHER = 5;
const CALLS = 2_000;
const LOADS = 200;
const PAUSED_LOADS = 10;
/** Longer than denizen's housekeeping interval, which refills its blank isolates one at a time. */
const PAUSE_MS = 600;
const SETTLE_MS = 2_000;
const STARTS = 5;
const WARM_UP_SECONDS = 1;
/** Holds all the loaded Workers of a section, so that none is evicted in between. */
const ROOMY = ["--isolates-per-shard", String(2 * LOADS)];

/** Each measures one server: it gives its figures by row. `serve(body, flags, given)` lends it a fresh one. */
const SECTIONS = {
  http: (serve) =>
    serve(async ({ port }) => ({ hello: await requestsPerSecond(port, "/hello"), json: await requestsPerSecond(port, "/json") })),
  object: (serve) =>
    serve(async ({ port, connection }) => {
      // The first write of each makes its files.
      await inLoop(connection, "items", ITEMS);
      const oneRead = await requestsPerSecond(port, "/one/read");
      const manyRead = await requestsPerSecond(port, "/many/read");
      const oneWrite = await requestsPerSecond(port, "/one/write");
      const manyWrite = await requestsPerSecond(port, "/many/write");
      return { oneRead, manyRead, oneWrite, manyWrite, oneOwn: oneWrite / oneRead, manyOwn: manyWrite / manyRead };
    }),
  facet: (serve) =>
    serve(async ({ port, connection }) => {
      const facetRead = await requestsPerSecond(port, "/facet/read");
      const facetWrite = await requestsPerSecond(port, "/facet/write");
      const method = await inLoop(connection, "methods", METHODS);
      await inLoop(connection, "facets", 1, "warm");
      const cold = await inLoop(connection, "facets", FACETS, "cold");
      const batches = [];
      for (let index = 0; index < TOGETHER; index++) {
        const name = `together-${index}`;
        await inLoop(connection, "facets", 1, name + "-warm");
        batches.push((await inLoop(connection, "together", FACETS, name)) * FACETS);
      }
      return { facetRead, facetWrite, method: method * 1_000, cold, together: median(batches) };
    }),
  load: (serve) =>
    serve(async ({ connection }) => {
      const tight = await inLoop(connection, "load", LOADS, "tight-");
      // Each shard of denizen has a Worker of its own by that name: the first calls, which load it, do not count.
      const calls = [];
      for (let index = 0; index < 16; index++) await inLoop(connection, "call", 1, "again");
      for (let index = 0; index < 4; index++) calls.push(await inLoop(connection, "call", CALLS, "again"));
      const lone = [];
      for (let index = 0; index < CALLS; index++) lone.push(await elapsedMs(() => connection.get("/load?name=again")));
      return { tight, again: median(calls) * 1_000, lone: median(lone) * 1_000 };
    }, ROOMY),
  warm: (serve) =>
    serve(async ({ connection }) => {
      const times = [];
      for (let index = 0; index < PAUSED_LOADS; index++) {
        await sleep(PAUSE_MS);
        times.push(await elapsedMs(() => connection.get(`/load?name=warm-${index}`)));
      }
      return { warm: median(times) };
    }),
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
  web: (serve) =>
    serve(async ({ port, connection }) => {
      const figures = {};
      // The loops first: a connection that is not used for long is closed.
      for (const { name, count } of WEB_LOOPS) {
        // The compiler's first look at the code does not count.
        await inLoop(connection, name, Math.ceil(count / 4));
        figures[`loop-${name}`] = (await inLoop(connection, name, count)) * 1_000;
      }
      for (const { name, target, request } of WEB_LOADS) figures[name] = await requestsPerSecond(port, target, request);
      return figures;
    }, [], { script: WEB_SCRIPT, classes: [] }),
};

const atLeast = (bound) => ({ text: `at least ${bound}`, met: (ratio) => ratio >= bound });
const atMost = (bound) => ({ text: `at most ${bound}`, met: (ratio) => ratio <= bound });
/** A time is that many times shorter. */
const faster = (times) => ({ text: `at most 1/${times}`, met: (ratio) => ratio <= 1 / times });
/** The bound is on denizen's own figure. */
const own = (bound) => ({ text: `itself at least ${bound}`, met: (_ratio, denizen) => denizen >= bound });

/** Section, figure, title, digits, aim of the ratio. */
const ROWS = [
  ["http", "hello", "hello (requests/s)", 0],
  ["http", "json", "JSON (requests/s)", 0],
  ["object", "oneRead", "one object, read (requests/s)", 0, atLeast(1)],
  ["object", "manyRead", "200 objects, read (requests/s)", 0, atLeast(1.5)],
  ["object", "oneWrite", "one object, durable write (requests/s)", 0, atLeast(1.5)],
  ["object", "manyWrite", "200 objects, durable write (requests/s)", 0, atLeast(2)],
  ["object", "oneOwn", "one object, writes over reads", 2, own(0.6)],
  ["object", "manyOwn", "200 objects, writes over reads", 2, own(0.6)],
  ["facet", "facetRead", "fetch through an object to its facet (requests/s)", 0, atLeast(1)],
  ["facet", "facetWrite", "the same, both write (requests/s)", 0],
  ["facet", "method", `method of a facet, ${METHODS} in a loop (µs each)`, 1, atMost(1)],
  ["facet", "cold", `new facet of a loaded class, ${FACETS} in a loop (ms each)`, 2, faster(1.5)],
  ["facet", "together", `${FACETS} new facets at once (ms)`, 1, faster(4)],
  ["load", "again", `fetch of a loaded Worker, ${CALLS} in a loop (µs each)`, 1, atMost(1)],
  ["load", "lone", "the same through HTTP, one connection (µs, median)", 0, atMost(1)],
  ["load", "tight", `cold load, ${LOADS} in a loop (ms each)`, 2, atMost(1.4)],
  ["warm", "warm", `cold load through HTTP, ${PAUSE_MS} ms apart (ms)`, 2, faster(1.5)],
  ["memory", "empty", "memory, no Worker loaded (Pss MB)", 1],
  ["memory", "full", `memory, ${LOADS} idle Workers (Pss MB)`, 1],
  ["memory", "each", "memory, each idle Worker (Pss MB)", 2, atMost(2)],
  ["start", "start", "start, spawn to first 200 answer (ms)", 0, atMost(1.5)],
  ...WEB_LOADS.map(({ name, title, digits = 0 }) => ["web", name, `${title} (requests/s)`, digits, atLeast(1)]),
  ...WEB_LOOPS.map(({ name, title }) => ["web", `loop-${name}`, `in a loop: ${title} (µs each)`, 2, atMost(2)]),
];

async function main() {
  const binaries = { denizen: options.denizen, workerd: options.workerd };
  const versions = Object.values(binaries).map((binary) => execFileSync(binary, ["--version"], { encoding: "utf8" }).trim());
  const given = { script: path.join(FOLDER, "worker.js"), classes: ["AppRunner", "Item"] };
  const began = performance.now();
  const figures = {};
  for (let round = 0; round < options.rounds; round++) {
    for (const section of options.only) {
      const order = round % 2 === 0 ? ["denizen", "workerd"] : ["workerd", "denizen"];
      for (const server of order) {
        process.stderr.write(`round ${round + 1} of ${options.rounds}: ${section}, ${server}\n`);
        const serve = (body, flags = [], other = {}) => {
          const shards = options.shards && !flags.includes("--shards") ? ["--shards", options.shards] : [];
          return withServer({ server, binary: binaries[server], ...given, ...other, flags: [...shards, ...flags] }, body);
        };
        const result = await SECTIONS[section](serve);
        for (const [figure, value] of Object.entries(result)) ((figures[figure] ??= {})[server] ??= []).push(value);
      }
    }
  }
  const seconds = Math.round((performance.now() - began) / 1_000);
  console.log(
    `${versions.join(", ")}; node ${process.versions.node}, load from ${wrk ? "wrk" : "node"} with ${CONNECTIONS} connections; ` +
      `${os.availableParallelism()} cores; denizen shards: ${options.shards ?? "default"} (memory: 1); ` +
      `median of ${options.rounds} rounds, ${options.seconds} s each for requests/s; ${seconds} s in all.\n`,
  );
  console.log("| | denizen | workerd | denizen/workerd | aim | |\n|---|---:|---:|---:|---|---|");
  for (const [section, figure, title, digits, aim] of ROWS) {
    if (!options.only.includes(section)) continue;
    const [denizen, workerd] = [median(figures[figure].denizen), median(figures[figure].workerd)];
    const ratio = denizen / workerd;
    const verdict = aim ? `${aim.text} | ${aim.met(ratio, denizen) ? "met" : "missed"}` : " | ";
    console.log(`| ${title} | ${denizen.toFixed(digits)} | ${workerd.toFixed(digits)} | ${ratio.toFixed(2)} | ${verdict} |`);
  }
}

/** Milliseconds of each of `count` repetitions in one event. */
async function inLoop(connection, loop, count, name = "") {
  let answer;
  const elapsed = await elapsedMs(async () => (answer = await connection.get(`/loop/${loop}?count=${count}&name=${name}`)));
  if (answer !== String(count)) throw new Error(`${loop} gave ${answer} instead of ${count}`);
  return elapsed / count;
}

async function elapsedMs(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function requestsPerSecond(port, target, request = {}) {
  await load(port, target, WARM_UP_SECONDS, request);
  return load(port, target, options.seconds, request);
}

/** A load of requests for `target`: of GETs, or with `script`, wrk's own file that says what they are. */
async function load(port, target, seconds, { script, connections = CONNECTIONS }) {
  const url = `http://127.0.0.1:${port}${target}`;
  if (script && !wrk) throw new Error("this section needs wrk");
  const output = wrk
    ? await withScript(script, (flags) => outputOf("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, ...flags, url]))
    : await outputOf(process.execPath, [path.join(FOLDER, "load.mjs"), port, target, connections, seconds].map(String));
  const rate = /^Requests\/sec:\s+([\d.]+)/m.exec(output);
  if (!rate || /Non-2xx|Socket errors/.test(output)) throw new Error(`load on ${target} failed:\n${output}`);
  return Number(rate[1]);
}

async function withScript(script, body) {
  if (!script) return body([]);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-wrk-"));
  try {
    const file = path.join(folder, "request.lua");
    fs.writeFileSync(file, script);
    return await body(["-s", file]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
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
    seconds: "3",
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

const wrk = spawnSync("wrk", ["--version"]).error === undefined;
const options = parseArguments(process.argv.slice(2));
await main();
