// HTTP/1.1 requests over plain sockets, for compare.mjs: a keep-alive connection, and a load of many where wrk is missing.
//
//   node benches/load.mjs PORT PATH CONNECTIONS SECONDS     prints "Requests/sec: N", as wrk does
//
// Owns its own reading of answers, which is as small as worker.js allows: one request at a time on a connection, none
// pipelined, bodies of Latin-1 text. An answer other than 200 ends the run with an error.

import net from "node:net";
import { fileURLToPath } from "node:url";

const ANSWER_TIMEOUT_MS = 20_000;

/** A keep-alive connection. What it reads is Latin-1 text, which is all that worker.js answers. */
export class Connection {
  #socket;
  #received = "";
  #waiting = null;

  static open(port) {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(new Connection(socket)));
      socket.once("error", reject);
    });
  }

  constructor(socket) {
    this.#socket = socket.setEncoding("latin1");
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", () => {});
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => this.#waiting && socket.destroy());
    socket.on("close", () => this.#waiting?.reject(new Error("connection closed")));
  }

  /** The body of a 200 answer; any other status is an error. */
  get(target) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (this.#socket.destroyed) reject(new Error("connection closed"));
      else this.#socket.write(`GET ${target} HTTP/1.1\r\nHost: bench.test\r\n\r\n`);
    });
  }

  close() {
    this.#waiting = null;
    this.#socket.destroy();
  }

  #read(chunk) {
    this.#received += chunk;
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    let body = this.#received.slice(end + 4);
    const length = /^content-length: *(\d+)/im.exec(head);
    if (length) {
      if (body.length < Number(length[1])) return;
    } else {
      if (!body.endsWith("0\r\n\r\n")) return;
      body = dechunked(body);
    }
    this.#received = "";
    const { resolve, reject } = this.#waiting;
    this.#waiting = null;
    if (head.startsWith("HTTP/1.1 200")) resolve(body);
    else reject(new Error(`${head.split("\r\n", 1)[0]}: ${body}`));
  }
}

function dechunked(text) {
  let body = "";
  for (let at = 0; ; ) {
    const line = text.indexOf("\r\n", at);
    const size = parseInt(text.slice(at, line), 16);
    if (!size) return body;
    body += text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}

async function generate(port, target, count, seconds) {
  const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(port)));
  const began = performance.now();
  const until = began + seconds * 1_000;
  let answers = 0;
  const use = async (connection) => {
    for (; performance.now() < until; answers++) await connection.get(target);
    connection.close();
  };
  await Promise.all(connections.map(use));
  console.log(`Requests/sec: ${(answers * 1_000) / (performance.now() - began)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port, target, count, seconds] = process.argv.slice(2);
  await generate(Number(port), target, Number(count), Number(seconds));
}
