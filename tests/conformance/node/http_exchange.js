// node:http: how exchanges end, what answers are as they were sent, and bodies of requests that are bigger than a buffer.
import { table } from "../table.js";
import http from "node:http";
import { once } from "node:events";
import { PassThrough, Readable, pipeline } from "node:stream";
import { pipeline as piped } from "node:stream/promises";
import { buffer, text } from "node:stream/consumers";
import zlib from "node:zlib";

const TEXT = "hello hello hello hello";
const SILENCE_MS = 1000;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const told = (error) => [error.constructor.name, error.name, error.code, error.message].join(" ");

/** A body of parts with pauses, that ends by `end(controller)`. */
function dripping(parts, end) {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at === parts) return end(controller);
      if (at > 0) await wait(10);
      controller.enqueue(new TextEncoder().encode(`part ${at++};`));
    },
  });
}

async function serve(request) {
  const { pathname } = new URL(request.url);
  switch (pathname) {
    case "/gzip":
    case "/br": {
      const body = pathname === "/gzip" ? zlib.gzipSync(TEXT) : zlib.brotliCompressSync(TEXT);
      return new Response(body, { headers: { "content-encoding": pathname.slice(1), "x-length": body.length }, encodeBody: "manual" });
    }
    case "/size":
      return new Response((await request.arrayBuffer()).byteLength);
    case "/bytes":
      return new Response(await request.text());
    case "/slow":
      await wait(SILENCE_MS / 2);
      return new Response("late");
    case "/drip":
      return new Response(dripping(20, (controller) => controller.close()));
    case "/broken":
      return new Response(dripping(2, (controller) => controller.error(new Error("broken"))));
    case "/short": {
      const { readable, writable } = new FixedLengthStream(100);
      const writer = writable.getWriter();
      writer.write(new TextEncoder().encode("short")).then(() => wait(10)).then(() => writer.abort(new Error("broken"))).catch(() => {});
      return new Response(readable);
    }
    default:
      return new Response("plain");
  }
}

/** The events of an exchange in order, until the request is closed and nothing more comes. */
async function events(begin, then = () => {}) {
  const seen = [];
  const watch = (emitter, prefix, names) => {
    for (const name of names) emitter.on(name, (value) => seen.push(`${prefix}${name}${value instanceof Error ? ` ${told(value)}` : ""}`));
  };
  const request = begin((response) => {
    seen.push("response");
    watch(response, "message ", ["aborted", "end", "error", "close", "timeout"]);
    return then(request, response, seen);
  });
  watch(request, "", ["abort", "timeout", "error", "close"]);
  await Promise.race([new Promise((resolve) => request.on("close", resolve)), wait(SILENCE_MS).then(() => seen.push("silence"))]);
  await wait(30);
  const { destroyed, aborted, closed, errored, res } = request;
  seen.push(["state", destroyed, aborted, closed, errored && errored.message, res?.complete, res?.aborted, res?.destroyed].join(" "));
  return seen;
}

const parts = (count) => Array.from({ length: count }, (_, index) => Buffer.alloc(10_000, index));
/** What arrives of what is written into a request. */
const uploaded = (url, fill, options = {}) => Promise.race([
  new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", ...options }, (response) => text(response).then(resolve, reject));
    request.on("error", reject);
    fill(request);
  }),
  wait(SILENCE_MS).then(() => "silence"),
]);

export default {
  async fetch(request) {
    const { origin, pathname } = new URL(request.url);
    if (pathname !== "/") return serve(request);
    const { row: print, response } = table();
    const row = (label, run) => print(label, () => Promise.race([run(), wait(2 * SILENCE_MS).then(() => "silence")]));
    const get = (path, options = {}) => (done) => http.get(`${origin}${path}`, options, done);

    for (const name of ["gzip", "br"]) {
      await row(`${name}: bytes`, async () => {
        const [message] = await once(http.get(`${origin}/${name}`, { headers: { "accept-encoding": name } }), "response");
        const bytes = await buffer(message);
        const { "content-encoding": encoding, "x-length": length } = message.headers;
        return [encoding, bytes.length === +length, String(name === "gzip" ? zlib.gunzipSync(bytes) : zlib.brotliDecompressSync(bytes))];
      });
      await row(`${name}: decoded by a pipe`, async () => {
        const [message] = await once(http.get(`${origin}/${name}`), "response");
        return text(message.pipe(name === "gzip" ? zlib.createGunzip() : zlib.createBrotliDecompress()));
      });
    }

    await row("upload: pipe", () => uploaded(`${origin}/size`, (made) => Readable.from(parts(20)).pipe(made)));
    await row("upload: pipeline", () => uploaded(`${origin}/size`, (made) => pipeline(Readable.from(parts(20)), made, () => {})));
    await row("upload: promised pipeline", () => uploaded(`${origin}/size`, (made) => piped(Readable.from(parts(20)), new PassThrough(), made).catch(() => {})));
    await row("upload: of a web stream", () => uploaded(`${origin}/size`, (made) => Readable.fromWeb(new Blob([new Uint8Array(100_000)]).stream()).pipe(made)));
    await row("upload: by a transform", () => uploaded(`${origin}/size`, (made) => Readable.from(parts(20)).pipe(zlib.createDeflateRaw({ level: 0 })).pipe(zlib.createInflateRaw()).pipe(made)));
    await row("upload: drain", () => uploaded(`${origin}/size`, async (made) => { for (const part of parts(20)) if (!made.write(part)) await once(made, "drain"); made.end(); }));
    await row("upload: end with much", () => uploaded(`${origin}/size`, (made) => made.end(Buffer.alloc(300_000))));
    await row("upload: bytes that change later", () => uploaded(`${origin}/bytes`, (made) => { const bytes = Buffer.from("before"); made.write(bytes); bytes.fill("x"); made.end(); }));
    await row("upload: state", () => { const made = http.request(`${origin}/size`, { method: "POST" }); made.on("error", () => {}); const seen = parts(12).map((part) => [made.write(part), made.writableNeedDrain].join(" ")); made.destroy(); return [...new Set(seen), made.writableHighWaterMark, made.write("x")]; });

    await row("destroy before the answer", () => events((done) => { const made = get("/slow")(done); setTimeout(() => made.destroy(), 60); return made; }));
    await row("destroy at once", () => events((done) => { const made = get("/slow")(done); made.destroy(); return made; }));
    await row("destroy while it waits", () => events((done) => { const made = get("/slow")(done); setTimeout(() => made.destroy(), 20); return made; }));
    await row("destroy with an error", () => events((done) => { const made = get("/slow")(done); setTimeout(() => made.destroy(new Error("mine")), 20); return made; }));
    await row("destroy of a post", () => events((done) => { const made = http.request(`${origin}/slow`, { method: "POST" }, done); made.write("x"); setTimeout(() => made.destroy(), 20); return made; }));
    await row("destroy twice", () => events((done) => { const made = get("/slow")(done); made.destroy(); made.destroy(new Error("second")); return made; }));
    await row("abort", () => events((done) => { const made = get("/slow")(done); setTimeout(() => made.abort(), 20); return made; }));
    await row("what destroy tells", async () => { const made = get("/slow")(); made.destroy(); const [error] = await once(made, "error"); return [Object.keys(error), Object.getOwnPropertyNames(error), String(error), error instanceof Error]; });
    await row("timeout and destroy", () => new Promise((resolve) => { const made = get("/slow", { timeout: 30 })(() => resolve("answered")); made.on("timeout", () => made.destroy()); made.on("error", (error) => resolve(told(error))); setTimeout(resolve, SILENCE_MS, "silence"); }));
    await row("timeout", () => events(get("/slow", { timeout: 30 })));
    await row("timeout by method", () => events((done) => { const made = get("/slow")(done); made.setTimeout(30, () => {}); return made; }));
    await row("timeout that is taken back", () => events((done) => { const made = get("/plain", { timeout: 1 })(done); made.clearTimeout(); return made; }, (made, message) => message.resume()));
    await row("timeout of a request that is not sent", async () => { const made = http.request(`${origin}/plain`, { timeout: 10 }); const seen = []; made.on("timeout", () => seen.push("timeout")); made.on("error", (error) => seen.push(told(error))); await wait(40); made.end(); const [message] = await once(made, "response"); return [...seen, await text(message)]; });
    await row("timeout of a message", () => events(get("/drip"), (made, message) => { message.resume(); message.setTimeout(2); }).then((seen) => seen.filter((event) => event.startsWith("message timeout") || event.startsWith("timeout"))));

    await row("plain", () => events(get("/plain"), (made, message) => message.resume()));
    await row("nobody listens", () => events(() => http.get(`${origin}/plain`)));
    await row("answer that breaks off", () => events(get("/broken"), (made, message) => message.resume()));
    await row("answer that is short", () => events(get("/short"), (made, message) => message.resume()));
    await row("answer that breaks off, read by a loop", () => events(get("/broken"), async (made, message, seen) => { try { for await (const part of message); } catch (error) { seen.push(`loop ${told(error)}`); } }));
    await row("callback that throws", () => events((done) => http.get(`${origin}/plain`, (message) => { done(message); throw new RangeError("in callback"); })));
    await row("destroy while the answer comes", () => events(get("/drip"), (made, message) => message.once("data", () => made.destroy())));
    await row("destroy with an error while the answer comes", () => events(get("/drip"), (made, message) => message.once("data", () => made.destroy(new Error("mine")))));
    await row("destroy of the message", () => events(get("/drip"), (made, message) => message.once("data", () => message.destroy())));
    await row("destroy of the message with an error", () => events(get("/drip"), (made, message) => message.once("data", () => message.destroy(new Error("mine")))));
    await row("abort while the answer comes", () => events(get("/drip"), (made, message) => message.once("data", () => made.abort())));
    await row("signal before", () => events(get("/slow", { signal: AbortSignal.abort(new RangeError("why")) })));
    await row("signal while it waits", () => { const controller = new AbortController(); setTimeout(() => controller.abort(), 20); return events(get("/slow", { signal: controller.signal })); });
    await row("signal while the answer comes", () => { const controller = new AbortController(); return events(get("/drip", { signal: controller.signal }), (made, message) => message.once("data", () => controller.abort())); });
    await row("cause of a signal", async () => { const made = get("/slow", { signal: AbortSignal.abort(new RangeError("why")) })(); const [error] = await once(made, "error"); return error.cause; });

    await row("end calls back", async () => {
      const seen = [];
      const made = http.request(`${origin}/size`, { method: "POST" }, (message) => message.resume());
      made.on("finish", () => seen.push("first"));
      made.end("x", (...args) => seen.push(["called", ...args]));
      made.on("finish", () => seen.push("second"));
      made.end(() => seen.push("called again"));
      await once(made, "close");
      made.end((error) => seen.push(told(error)));
      return [seen, made.writableFinished, made.writableEnded];
    });
    await row("write after end", async () => {
      const seen = [];
      const made = http.request(`${origin}/bytes`, { method: "POST" }, (message) => text(message).then((answer) => seen.push(answer)));
      made.on("error", (error) => seen.push(told(error)));
      made.end("x");
      seen.push(made.write("y", (error) => seen.push(`called ${told(error)}`)));
      await new Promise((resolve) => made.on("close", resolve));
      return seen;
    });
    return response();
  },
};
