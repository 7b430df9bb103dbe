// Measures how long quiet objects wait while a facet of another object misbehaves, and prints a Markdown table: on other
// shards the 99th percentile beside that of a quiet server, on the attacker's own shard the longest wait.
//
//   node benches/isolation.mjs [--denizen PATH] [--seconds 6]
//
// Owns the attacks, the pace of the neighbours and the bounds: twice the quiet figure, and the attacker's CPU limit plus
// 50 ms. It takes a minute.

import path from "node:path";
import { fileURLToPath } from "node:url";

import { Connection } from "./load.mjs";
import { sleep, withServer } from "./servers.mjs";

const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const SHARDS = 4;
const NEIGHBOURS = 4;
const ATTACKERS = 2;
const PAUSE_MS = 5;
const CPU_MS = 200;
const GRACE_MS = 50;
const ATTACKS = [
  ["none", "nothing"],
  ["burn", "burns CPU below its limit, again and again"],
  ["loop", "loops until it is stopped, again and again"],
  ["memory", "floods its heap"],
  ["quota", "writes a megabyte after the other"],
];

const options = { denizen: process.env.DENIZEN ?? "denizen", seconds: "6" };
for (const given = process.argv.slice(2); given.length > 0; ) {
  const [argument, value] = given.splice(0, 2);
  const name = argument.replace(/^--/, "");
  if (!(name in options) || !value) {
    console.error("usage: node isolation.mjs [--denizen PATH] [--seconds N]");
    process.exit(2);
  }
  options[name] = value;
}

const server = {
  server: "denizen", binary: options.denizen, script: path.join(FOLDER, "isolation.js"), classes: ["Quiet", "Supervisor"],
  flags: ["--shards", String(SHARDS)],
};
console.log(`| the facet | p50 on other shards (ms) | p99 (ms) | p99 over quiet | | longest wait on its own shard (ms) | |`);
console.log("|---|---:|---:|---:|---|---:|---|");
let quiet;
for (const [kind, title] of ATTACKS) {
  const { others, own } = await withServer(server, (lent) => measure(lent, kind));
  const [median, high, longest] = [at(others, 0.5), at(others, 0.99), at(own, 1)];
  quiet ??= high;
  const ratio = high / quiet;
  const verdicts = [ratio <= 2, longest <= CPU_MS + GRACE_MS].map((met) => (met ? "met" : "missed"));
  console.log(
    `| ${title} | ${median.toFixed(2)} | ${high.toFixed(2)} | ${ratio.toFixed(2)} | at most 2: ${verdicts[0]} ` +
      `| ${longest.toFixed(0)} | at most ${CPU_MS + GRACE_MS}: ${verdicts[1]} |`,
  );
}

/** Waits of neighbours on other shards and on the attacker's, while the attack runs. */
async function measure({ port, connection }, kind) {
  const shard = async (type, name) => shardOf(await connection.get(`/id?class=${type}&name=${name}`));
  const attacked = await shard("Supervisor", "attacker");
  const names = { others: [], own: [] };
  for (let index = 0; names.others.length < NEIGHBOURS || names.own.length < NEIGHBOURS; index++) {
    const group = (await shard("Quiet", `q${index}`)) === attacked ? names.own : names.others;
    if (group.length < NEIGHBOURS) group.push(`q${index}`);
  }
  // Every object and isolate is there before it counts.
  for (let round = 0; round < 4 * SHARDS; round++) {
    for (const name of [...names.others, ...names.own]) await connection.get(`/quiet?name=${name}`);
  }
  await connection.get(`/attack?kind=burn&cpuMs=${CPU_MS}`);
  const until = performance.now() + Number(options.seconds) * 1_000;
  const attack = async () => {
    const line = await Connection.open(port);
    while (performance.now() < until) await line.get(`/attack?kind=${kind}&cpuMs=${CPU_MS}`);
    line.close();
  };
  const waits = { others: [], own: [] };
  const ask = async (group, name) => {
    const line = await Connection.open(port);
    while (performance.now() < until) {
      const began = performance.now();
      await line.get(`/quiet?name=${name}`);
      waits[group].push(performance.now() - began);
      await sleep(PAUSE_MS);
    }
    line.close();
  };
  const attacks = kind === "none" ? [] : Array.from({ length: ATTACKERS }, attack);
  const asked = Object.entries(names).flatMap(([group, all]) => all.map((name) => ask(group, name)));
  await Promise.all([...attacks, ...asked]);
  return waits;
}

/** The shard of an object, as `ObjectId::shard` in runtime/core/src/ids.rs has it. */
function shardOf(id) {
  return Number(BigInt(`0x${id.slice(0, 16)}`) % BigInt(SHARDS));
}

function at(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
