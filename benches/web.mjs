// The rows of the web platform, for compare.mjs: what web.js is asked for through HTTP, and its loops.
//
// Owns names, titles and amounts. It must not know how a load is made.

import path from "node:path";
import { fileURLToPath } from "node:url";

export const WEB_SCRIPT = path.join(path.dirname(fileURLToPath(import.meta.url)), "web.js");

const post = (body) => `wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = ${body}\n`;
const FIFTY = "for i = 0, 49 do wrk.headers['x-header-' .. i] = 'a value of a header' end\n";

/** `request` says what wrk sends, and over how many connections. */
export const WEB_LOADS = [
  { name: "hello", title: "hello", target: "/hello" },
  { name: "json", title: "JSON", target: "/json" },
  { name: "parse", title: "JSON, parsed and given back", target: "/parse", request: { script: post(`'{"list":[1,2,3],"name":"a name"}'`) } },
  { name: "echo", title: "echo of 1 KB", target: "/echo", request: { script: post(`string.rep("x", 1024)`) } },
  { name: "large", title: "echo of 10 MB, 4 connections", digits: 1, target: "/echo", request: { script: post(`string.rep("x", 10485760)`), connections: 4 } },
  { name: "chunks", title: "1,000 chunks of 1 KB, 8 connections", target: "/chunks", request: { connections: 8 } },
  { name: "headers", title: "50 headers each way", target: "/headers", request: { script: FIFTY } },
  { name: "url", title: "URL", target: "/once/url" },
  { name: "sha256", title: "SHA-256 of 1 KB", target: "/once/sha256" },
  { name: "gzip", title: "gzip of 8 KB", target: "/once/gzip" },
  { name: "clone", title: "structuredClone", target: "/once/clone" },
];

/** Repetitions in one event. */
export const WEB_LOOPS = [
  { name: "hello", title: "hello, from the Worker itself", count: 2_000 },
  { name: "echo", title: "echo of 1 KB, from the Worker itself", count: 2_000 },
  { name: "fifty", title: "50 headers each way, to the Worker itself", count: 500 },
  { name: "url", title: "URL, parsed and changed", count: 20_000 },
  { name: "headers", title: "Headers, 50 appended and read", count: 2_000 },
  { name: "sha256", title: "SHA-256 of 1 KB", count: 5_000 },
  { name: "gzip", title: "gzip of 8 KB through streams", count: 500 },
  { name: "clone", title: "structuredClone", count: 20_000 },
  { name: "body", title: "Response of a text, read as JSON", count: 5_000 },
  { name: "text", title: "TextEncoder and TextDecoder", count: 50_000 },
  { name: "stream", title: "ReadableStream of 1,000 chunks", count: 40 },
  { name: "pipe", title: "the same through a TransformStream", count: 20 },
  { name: "form", title: "FormData with a file, written and parsed", count: 1_000 },
  { name: "hmac", title: "HMAC of 1 KB", count: 5_000 },
  { name: "uuid", title: "randomUUID", count: 50_000 },
  { name: "stack", title: "stack of an error", count: 20_000 },
  { name: "request", title: "Request with a body, cloned", count: 10_000 },
  { name: "timers", title: "AbortSignal with a listener, btoa, atob", count: 20_000 },
];
