// workerd reads the data folder that denizen wrote, and denizen the one that workerd wrote: objects, facets, keys, values
// of many kinds, SQL and alarms. The same bytes run on both.
//
//   DENIZEN=PATH node --test tests/node/interop.test.mjs
//
// workerd is the one of tests/conformance.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import test from "node:test";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const WORKERD = path.join(HERE, "../conformance/node_modules/.bin/workerd");
const DENIZEN = process.env.DENIZEN;
const START_MS_MAX = 20_000;

const WORKER = `
import { DurableObject } from "cloudflare:workers";
const FACET = \`
import { DurableObject } from "cloudflare:workers";
export class Facet extends DurableObject {
  write(text) {
    this.ctx.storage.kv.put("text", text);
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (a)");
    this.ctx.storage.sql.exec("INSERT INTO t VALUES (?)", text);
  }
  read() {
    const rows = this.ctx.storage.sql.exec("SELECT a FROM t").toArray();
    return [this.ctx.storage.kv.get("text"), rows.map((row) => row.a)];
  }
}
\`;
const values = () => ({
  text: "text \\u00e9 \\u2603", number: 1.5, big: 12345678901234567890n, date: new Date(1e12), map: new Map([[1, { a: [true, null] }]]),
  set: new Set(["x"]), bytes: new Uint8Array([1, 2, 255]), nested: { array: [1, , 3], undef: undefined }, regexp: /a+/gi,
});
export class Root extends DurableObject {
  facet(name) {
    return this.ctx.facets.get(name, () => ({
      class: this.env.LOADER.get("code", () => ({
        compatibilityDate: "2026-11-17", mainModule: "m.js", modules: { "m.js": FACET },
      })).getDurableObjectClass("Facet"),
    }));
  }
  async write() {
    const { sql, kv } = this.ctx.storage;
    sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB); CREATE VIRTUAL TABLE f USING fts5(x)");
    sql.exec("INSERT INTO f VALUES ('some words to find')");
    for (let i = 0; i < 300; i++) sql.exec("INSERT INTO t (a, b) VALUES (?, ?)", "row " + i, new Uint8Array(i));
    for (const [key, value] of Object.entries(values())) kv.put(key, value);
    kv.put("nul\\0key", 1);
    await this.facet("one").write("of one");
    await this.facet("n\\0ul \\u00e9").write("of the odd one");
    await this.facet("gone").write("x");
    this.ctx.facets.delete("gone");
    await this.ctx.storage.setAlarm(Date.now() + 3_600_000 * 24);
    await this.ctx.storage.sync();
  }
  async read() {
    const { sql, kv } = this.ctx.storage;
    const found = {};
    for (const [key, value] of kv.list()) found[key] = describe(value);
    return {
      name: this.ctx.id.name,
      count: sql.exec("SELECT count(*) AS n, sum(length(b)) AS bytes FROM t").one(),
      words: sql.exec("SELECT x FROM f WHERE f MATCH 'words'").toArray(),
      found,
      one: await this.facet("one").read(),
      odd: await this.facet("n\\0ul \\u00e9").read(),
      alarm: (await this.ctx.storage.getAlarm()) > Date.now(),
    };
  }
  async later() {
    this.ctx.storage.kv.put("later", true);
    await this.facet("one").write("again");
    await this.facet("gone").write("new");
    return this.facet("gone").read();
  }
  async soon(ms) {
    await this.ctx.storage.setAlarm(Date.now() + ms);
    await this.ctx.storage.sync();
  }
  rang() { return this.ctx.storage.kv.get("rang") ?? null; }
  alarm() { this.ctx.storage.kv.put("rang", this.ctx.id.name); }
}
function describe(value) {
  if (typeof value === "bigint") return value + "n";
  if (value instanceof Date) return "Date " + value.getTime();
  if (value instanceof Map) return ["Map", ...[...value].map(([k, v]) => [describe(k), describe(v)])];
  if (value instanceof Set) return ["Set", ...value];
  if (value instanceof Uint8Array) return ["Uint8Array", ...value];
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return ["Array", value.length, ...Object.entries(value)];
  if (typeof value === "object" && value !== null) return Object.entries(value).map(([k, v]) => [k, describe(v)]);
  return value === undefined ? "undefined" : value;
}
export default {
  async fetch(request, env) {
    const [, object, method, argument] = new URL(request.url).pathname.split("/");
    const result = await env.Root.getByName(object)[method](argument === undefined ? undefined : Number(argument));
    return Response.json(result ?? null);
  },
};
`;

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "disk", disk = (path = "DATA", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:PORT", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "interop.js", esModule = embed "interop.js")],
  compatibilityDate = "2026-11-17",
  durableObjectNamespaces = [(className = "Root", uniqueKey = "interop-Root", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    (name = "Root", durableObjectNamespace = "Root"),
    (name = "LOADER", workerLoader = ()),
  ],
);
`;

class Server {
  static async start(kind, folder) {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    fs.writeFileSync(path.join(folder, "interop.js"), WORKER);
    const data = path.join(folder, "data");
    fs.mkdirSync(data, { recursive: true });
    let child;
    if (kind === "workerd") {
      fs.writeFileSync(path.join(folder, "config.capnp"), CONFIG.replace("DATA", data).replace("PORT", port));
      child = spawn(WORKERD, ["serve", "--experimental", path.join(folder, "config.capnp")], { stdio: ["ignore", "ignore", "pipe"] });
    } else {
      child = spawn(DENIZEN, ["serve", path.join(folder, "interop.js"), "--port", String(port), "--data", data, "--shards", "2", "--no-restart"], { stdio: ["ignore", "ignore", "pipe"] });
    }
    const server = new Server(child, `http://127.0.0.1:${port}`);
    child.stderr.on("data", (chunk) => (server.log += chunk));
    for (const end = Date.now() + START_MS_MAX; ; ) {
      try {
        await fetch(`${server.url}/any/rang`);
        return server;
      } catch (error) {
        if (Date.now() > end || child.exitCode !== null) throw new Error(`${kind} did not start: ${server.log}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
  log = "";
  constructor(child, url) {
    this.child = child;
    this.url = url;
  }
  async call(route) {
    const response = await fetch(`${this.url}/${route}`);
    const text = await response.text();
    assert.equal(response.status, 200, `${route}: ${text} ${this.log}`);
    return JSON.parse(text);
  }
  /** Ends it, with a signal that it has no answer to if `hard`. */
  async stop(hard) {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill(hard ? "SIGKILL" : "SIGTERM");
    await ended;
  }
}

async function handOver(t, from, to, hard) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "denizen-interop-"));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const first = await Server.start(from, folder);
  await first.call("o/write");
  const written = await first.call("o/read");
  assert.equal(written.count.n, 300);
  await first.call("bell/soon/1500");
  await first.stop(hard);
  const second = await Server.start(to, folder);
  try {
    assert.deepEqual(await second.call("o/read"), written);
    assert.deepEqual(await second.call("o/later"), ["new", ["new"]], "a deleted facet comes back empty");
    for (const end = Date.now() + START_MS_MAX; (await second.call("bell/rang")) !== "bell"; ) {
      assert.ok(Date.now() < end, `the alarm did not ring: ${second.log}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    await second.stop(hard);
  }
  // And back again.
  const third = await Server.start(from, folder);
  try {
    const back = await third.call("o/read");
    assert.deepEqual({ ...back, one: null, found: null }, { ...written, one: null, found: null });
    assert.deepEqual(back.one, ["again", ["of one", "again"]]);
    assert.equal(back.found.later, true);
  } finally {
    await third.stop(hard);
  }
}

for (const hard of [false, true]) {
  const how = hard ? "killed" : "stopped";
  test(`workerd goes on where denizen was ${how}, and denizen after it`, (t) => handOver(t, "denizen", "workerd", hard));
  test(`denizen goes on where workerd was ${how}, and workerd after it`, (t) => handOver(t, "workerd", "denizen", hard));
}
