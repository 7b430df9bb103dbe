// Starting one server for a measurement, for compare.mjs and isolation.mjs.
//
// Owns the flags and configuration of each server, the folder that it runs in, and that it is gone afterwards. It must not
// know what is measured.

import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

import { Connection } from "./load.mjs";

const START_TIMEOUT_MS = 20_000;

const workerdConfig = (port, script, classes) => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "storage", disk = (path = "storage", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);

const main :Workerd.Worker = (
  modules = [(name = "${script}", esModule = embed "${script}")],
  compatibilityDate = "2026-11-17",
  durableObjectNamespaces = [
    ${classes.map((name) => `(className = "${name}", uniqueKey = "bench-${name}", enableSql = true)`).join(",\n    ")}
  ],
  durableObjectStorage = (localDisk = "storage"),
  bindings = [
    ${[...classes.map((name) => `(name = "${name}", durableObjectNamespace = "${name}")`), `(name = "LOADER", workerLoader = ())`].join(",\n    ")}
  ]
);
`;

/** The running servers, which go down with this process. */
const running = new Set();
process.on("exit", () => [...running].forEach(kill));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

/**
 * Starts a fresh `server`, "denizen" or "workerd", with the module `script` and its Durable Object `classes`; waits for its
 * first 200 answer, lends it to `body` and takes it down with its folder. `flags` are denizen's.
 */
export async function withServer({ server, binary, script, classes, flags }, body) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-"));
  let child;
  try {
    const port = await freePort();
    const name = path.basename(script);
    fs.copyFileSync(script, path.join(folder, name));
    fs.writeFileSync(path.join(folder, "config.capnp"), workerdConfig(port, name, classes));
    fs.mkdirSync(path.join(folder, "storage"));
    const given = {
      denizen: ["serve", name, "--port", String(port), "--data", "data", ...flags],
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

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Proportional set size of a process and all below it, in MB. */
export function pssMb(pid) {
  const rollup = fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const threads = fs.readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((id) => fs.readFileSync(`/proc/${pid}/task/${id}/children`, "utf8").match(/\d+/g) ?? []);
  return children.reduce((sum, child) => sum + pssMb(child), Number(/^Pss: +(\d+) kB/m.exec(rollup)[1]) / 1_024);
}

export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
