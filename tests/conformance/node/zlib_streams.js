// node:zlib: its classes as streams: chunks, flushes, parameters, resets, ends, errors and what they emit.
import { table } from "../table.js";
import * as zlib from "node:zlib";
import { Readable, finished, pipeline } from "node:stream";
import { pipeline as pipelinePromise } from "node:stream/promises";

const { constants: c } = zlib;
const hello = Buffer.from("hello hello hello world");
const text = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i} ${i * i % 97}`).join("\n"));
const noise = Buffer.from(Array.from({ length: 60000 }, ((s) => () => (s = Math.imul(s, 1103515245) + 12345 >>> 0) >>> 16 & 255)(7)));
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const describe = (e) => e instanceof Error ? `${e.name} ${e.code} ${e.errno} ${Object.keys(e).join("+")}: ${e.message}` : `thrown ${e}`;
const attempt = async (run) => { try { return await run(); } catch (error) { return describe(error); } };
const ended = (stream) => new Promise((resolve) => {
  const chunks = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  stream.on("error", (error) => resolve(describe(error)));
  stream.on("end", () => resolve(Buffer.concat(chunks)));
});
const through = (stream, ...chunks) => { const out = ended(stream); for (const chunk of chunks) stream.write(chunk); stream.end(); return out; };
const shown = async (out) => { const value = await out; return typeof value === "string" ? value : String(value); };
const events = (stream, names = ["data", "end", "error", "finish", "close", "readable", "drain", "prefinish"]) => {
  const log = [];
  for (const name of names) stream.on(name, (value) => log.push(value instanceof Error ? `${name}(${describe(value)})` : Buffer.isBuffer(value) ? `${name}(${value.length})` : name));
  return log;
};
const ticks = async (n = 12) => { for (let i = 0; i < n; i++) await new Promise((resolve) => setTimeout(resolve, 0)); };
const PAIRS = { Deflate: "Inflate", DeflateRaw: "InflateRaw", Gzip: "Gunzip", BrotliCompress: "BrotliDecompress", ZstdCompress: "ZstdDecompress" };

const rows = {};
for (const [name, back] of Object.entries(PAIRS)) {
  const pack = () => zlib[`${name[0].toLowerCase()}${name.slice(1)}Sync`](text);
  rows[`${name} there and back`] = async () => (await through(new zlib[back](), await through(new zlib[name](), text))).equals(text);
  rows[`${name} in small pieces`] = async () => {
    const small = await through(new zlib[name]({ chunkSize: 64 }), ...Array.from({ length: 100 }, (_, i) => text.subarray(i * 100, i * 100 + 100)));
    return (await through(new zlib[back]({ chunkSize: 64 }), ...Array.from(small, (byte) => Buffer.from([byte])))).equals(text.subarray(0, 10000));
  };
  rows[`${name} bytesWritten`] = async () => { const s = new zlib[name](); await through(s, hello, hello); return [s.bytesWritten, s.bytesRead]; };
  rows[`${back} bytesWritten`] = async () => { const s = new zlib[back](); const small = pack(); await through(s, small); return [s.bytesWritten === small.length, s.bytesRead === s.bytesWritten]; };
  rows[`${back} bytesWritten with trailing bytes`] = async () => { const s = new zlib[back](); const small = pack(); const out = await through(s, Buffer.concat([small, Buffer.from("trailing")])); return typeof out === "string" ? out : [out.length, s.bytesWritten - small.length]; };
  rows[`${back} trailing bytes in a chunk of their own`] = async () => { const out = await through(new zlib[back](), pack(), Buffer.from("trailing")); return typeof out === "string" ? out : out.length; };
  rows[`${back} of garbage`] = async () => shown(through(new zlib[back](), Buffer.from("this is no compressed data at all")));
  rows[`${back} events of garbage`] = async () => { const s = new zlib[back](); const log = events(s); s.write(Buffer.from("this is no compressed data at all")); await ticks(); return [log, s.destroyed, s.closed, s._closed, s._handle === null, s.errored?.code]; };
  rows[`${back} of a part`] = async () => shown(through(new zlib[back](), pack().subarray(0, 100)));
  rows[`${back} of nothing`] = async () => shown(through(new zlib[back]()));
  rows[`${back} of an empty chunk`] = async () => shown(through(new zlib[back](), Buffer.alloc(0)));
  rows[`${name} of nothing`] = async () => { const out = await through(new zlib[name]()); return name === "Gzip" ? out.length : hex(out); };
  rows[`${name} of an empty chunk`] = async () => { const out = await through(new zlib[name](), Buffer.alloc(0)); return name === "Gzip" ? out.length : hex(out); };
  rows[`${name} events`] = async () => { const s = new zlib[name](); const log = events(s, ["data", "end", "error", "finish", "close", "prefinish"]); s.write(hello, () => log.push("written")); s.end(() => log.push("ended")); await ticks(); return [log.map((line) => line.replace(/\d+/, "n")), s.destroyed, s._closed]; };
  rows[`${name} flush`] = async () => {
    const s = new zlib[name]();
    const d = new zlib[back]();
    const got = [];
    s.on("data", (chunk) => d.write(chunk));
    d.on("data", (chunk) => got.push(String(chunk)));
    s.write("first");
    await new Promise((resolve) => s.flush(resolve));
    await ticks();
    const before = got.join();
    s.write("second");
    s.end();
    await ticks();
    return [before, got.join("")];
  };
  rows[`${name} flush when nothing waits`] = async () => { const s = new zlib[name](); const log = events(s, ["data", "end"]); await new Promise((resolve) => s.flush(resolve)); await ticks(); return log; };
  rows[`${name} flush after end`] = async () => { const s = new zlib[name](); s.resume(); s.end("x"); await ticks(); return new Promise((resolve) => s.flush((...args) => resolve(["called", args.length]))); };
  rows[`${name} flush as it ends`] = async () => { const s = new zlib[name](); s.resume(); s.end("x"); return new Promise((resolve) => s.flush((...args) => resolve(["called", args.length]))); };
  rows[`${name} reset`] = async () => { const s = new zlib[name](); const out = ended(s); s.write("first"); await ticks(); s.reset(); s.end("second"); return (await out).length > 5; };
  rows[`${name} reset before anything`] = async () => { const s = new zlib[name](); s.reset(); return (await through(new zlib[back](), await through(s, "abc"))).toString(); };
  rows[`${name} reset after close`] = async () => { const s = new zlib[name](); s.close(); s.reset(); };
  rows[`${name} close`] = async () => { const s = new zlib[name](); const log = events(s); s.close(() => log.push("closed")); await ticks(); return [log, s.destroyed, s._closed, s._handle]; };
  rows[`${name} write after close`] = async () => { const s = new zlib[name](); s.close(); const log = events(s, ["error"]); s.write("x", (e) => log.push(e && describe(e))); await ticks(); return log; };
  rows[`${name} write after end`] = async () => { const s = new zlib[name](); s.resume(); s.end("x"); const log = events(s, ["error"]); s.write("y", (e) => log.push(e && describe(e))); await ticks(); return log; };
  rows[`${name} destroy`] = async () => { const s = new zlib[name](); const log = events(s); s.write(hello); s.destroy(new Error("mine")); await ticks(); return [log, s._closed]; };
  rows[`${name} write of a number`] = () => new zlib[name]().write(5);
  rows[`${name} write of null`] = () => new zlib[name]().write(null);
  rows[`${name} write of text`] = async () => (await through(new zlib[back](), await (async () => { const s = new zlib[name](); const out = ended(s); s.write("68656c6c6f", "hex"); s.end("\u00e9", "latin1"); return out; })())).toString("hex");
  rows[`${name} write of views`] = async () => (await through(new zlib[back](), await through(new zlib[name](), new Uint8Array([1, 2]), new DataView(new Uint8Array([3, 4]).buffer), new Uint16Array([5])))).toString("hex");
  rows[`${back} maxOutputLength`] = async () => shown(through(new zlib[back]({ maxOutputLength: 10 }), pack()).then((out) => (typeof out === "string" ? out : `${out.length}`)));
  rows[`${back} _processChunk`] = () => String(new zlib[back]()._processChunk(zlib[`${name[0].toLowerCase()}${name.slice(1)}Sync`](hello), name.startsWith("B") || name.startsWith("Z") ? 2 : 4));
  rows[`${back} _processChunk of garbage`] = () => String(new zlib[back]()._processChunk(Buffer.from("garbage garbage"), name.startsWith("B") || name.startsWith("Z") ? 2 : 4));
  rows[`${back} _processChunk beyond maxOutputLength`] = () => new zlib[back]({ maxOutputLength: 10 })._processChunk(pack(), name.startsWith("B") || name.startsWith("Z") ? 2 : 4).length;
  rows[`${name} back pressure`] = async () => { const s = new zlib[name](); let sum = 0; const r = []; for (let i = 0; i < 4; i++) r.push(s.write(noise)); await ticks(); const before = s.readableLength > 0 && s.readableLength <= 100000; s.on("data", (d) => (sum += d.length)); s.end(); await new Promise((resolve) => s.on("end", resolve)); return [r, before, sum > 60000]; };
  rows[`${back} of many members`] = async () => shown(through(new zlib[back](), ...["a", "b", "c"].map((part) => zlib[`${name[0].toLowerCase()}${name.slice(1)}Sync`](part))));
}
Object.assign(rows, {
  "gunzip of members, byte by byte": () => shown(through(new zlib.Gunzip(), ...Array.from(Buffer.concat([zlib.gzipSync("one "), zlib.gzipSync("two")]), (byte) => Buffer.from([byte])))),
  "gunzip of a member and zeros": () => shown(through(new zlib.Gunzip(), Buffer.concat([zlib.gzipSync("one"), Buffer.alloc(20)]))),
  "gunzip of a member and garbage": () => shown(through(new zlib.Gunzip(), Buffer.concat([zlib.gzipSync("one"), Buffer.from("garbage")]))),
  "gunzip of a member and a magic": () => shown(through(new zlib.Gunzip(), Buffer.concat([zlib.gzipSync("one"), Buffer.from([0x1f, 0x8b, 0xff, 0xff])]))),
  "unzip of gzip": () => shown(through(new zlib.Unzip(), zlib.gzipSync("one"))),
  "unzip of gzip, byte by byte": () => shown(through(new zlib.Unzip(), ...Array.from(zlib.gzipSync("one"), (byte) => Buffer.from([byte])))),
  "unzip of deflate": () => shown(through(new zlib.Unzip(), zlib.deflateSync("one"))),
  "unzip of deflate, byte by byte": () => shown(through(new zlib.Unzip(), ...Array.from(zlib.deflateSync("one"), (byte) => Buffer.from([byte])))),
  "unzip of garbage": () => shown(through(new zlib.Unzip(), Buffer.from("garbage"))),
  "unzip of 1f and another byte": () => shown(through(new zlib.Unzip(), Buffer.from([0x1f]), Buffer.from([0x00, 0x01]))),
  "unzip of nothing": () => shown(through(new zlib.Unzip())),
  "params": async () => { const s = new zlib.Deflate({ level: 9 }); const out = ended(s); s.write(text); await new Promise((resolve) => s.params(0, c.Z_DEFAULT_STRATEGY, resolve)); const mid = [s._level, s._strategy]; s.end(text); const all = await out; return [mid, zlib.inflateSync(all).length, all.length > text.length]; },
  "params of what is already set": async () => { const s = new zlib.Deflate(); return new Promise((resolve) => s.params(-1, 0, (...args) => resolve(args))); },
  "params out of range": () => new zlib.Deflate().params(10, 0, () => {}),
  "params of a wrong strategy": () => new zlib.Deflate().params(1, 7, () => {}),
  "params of text": () => new zlib.Deflate().params("1", 0, () => {}),
  "params of NaN": () => new zlib.Deflate().params(NaN, 0, () => {}),
  "params of Inflate": async () => { const s = new zlib.Inflate(); return new Promise((resolve) => s.params(1, 0, (...args) => resolve([args, s._level]))); },
  "params after close": async () => { const s = new zlib.Deflate(); s.close(); s.params(1, 0, () => {}); },
  "params before a write": async () => { const s = new zlib.Deflate(); const out = ended(s); s.params(0, 0, () => {}); s.end("abc"); return hex(await out); },
  "flush kinds": async () => { const lines = []; for (const kind of [c.Z_NO_FLUSH, c.Z_PARTIAL_FLUSH, c.Z_SYNC_FLUSH, c.Z_FULL_FLUSH, c.Z_BLOCK]) { const s = new zlib.DeflateRaw(); const out = []; s.on("data", (d) => out.push(d)); s.write("abcabc"); s.flush(kind); await ticks(); lines.push(hex(Buffer.concat(out))); s.close(); } return lines; },
  "flush kind beyond": async () => { const s = new zlib.Deflate(); const log = events(s, ["error"]); s.flush(99); await ticks(); return log; },
  "flush by default flush": async () => { const s = new zlib.DeflateRaw({ flush: c.Z_SYNC_FLUSH }); const out = []; s.on("data", (d) => out.push(d)); s.write("abc"); await ticks(); return hex(Buffer.concat(out)); },
  "flush calls in a row": async () => { const s = new zlib.Deflate(); s.resume(); const log = []; s.write("a"); s.flush(() => log.push(1)); s.flush(() => log.push(2)); s.write("b", () => log.push("b")); s.flush(() => log.push(3)); await ticks(); return log; },
  "flush of a full buffer": async () => { const s = new zlib.Gzip(); const log = []; s.write(noise, () => log.push("noise")); s.flush(() => log.push("flushed")); await ticks(); const before = log.join(); s.resume(); await ticks(); return [before, log.join()]; },
  "finishFlush of a part": async () => { const out = await through(new zlib.Inflate({ finishFlush: c.Z_SYNC_FLUSH }), zlib.deflateSync(text).subarray(0, 200)); return typeof out === "string" ? out : text.subarray(0, out.length).equals(out) && out.length > 0; },
  "dictionary": () => shown((async () => through(new zlib.Inflate({ dictionary: Buffer.from("hello") }), await through(new zlib.Deflate({ dictionary: Buffer.from("hello") }), hello)))()),
  "dictionary missing": () => shown(through(new zlib.Inflate(), zlib.deflateSync(hello, { dictionary: Buffer.from("hello") }))),
  "dictionary wrong": () => shown(through(new zlib.Inflate({ dictionary: Buffer.from("other") }), zlib.deflateSync(hello, { dictionary: Buffer.from("hello") }))),
  "dictionary after reset": async () => { const s = new zlib.DeflateRaw({ dictionary: Buffer.from("hello") }); s.reset(); return shown(through(new zlib.InflateRaw({ dictionary: Buffer.from("hello") }), await through(s, hello))); },
  "dictionary raw wrong": () => shown(through(new zlib.InflateRaw({ dictionary: Buffer.from("x") }), zlib.deflateRawSync(hello, { dictionary: Buffer.from("hello hello") }))),
  "window too small": () => shown(through(new zlib.Inflate({ windowBits: 9 }), zlib.deflateSync(text))),
  "raw window 8": () => shown(through(new zlib.DeflateRaw({ windowBits: 8 }), text).then((out) => typeof out === "string" ? out : String(zlib.inflateRawSync(out).length))),
  "checksum wrong": () => { const bad = zlib.gzipSync(hello); bad[bad.length - 6] ^= 1; return shown(through(new zlib.Gunzip(), bad)); },
  "pipeline": async () => { const chunks = []; await pipelinePromise(Readable.from([text]), zlib.createGzip(), zlib.createGunzip(), async (source) => { for await (const chunk of source) chunks.push(chunk); }); return Buffer.concat(chunks).equals(text); },
  "pipeline of garbage": () => new Promise((resolve) => pipeline(Readable.from([Buffer.from("garbage")]), zlib.createGunzip(), async (source) => { for await (const _ of source); }, (error) => resolve(describe(error)))),
  "finished": () => new Promise((resolve) => { const s = zlib.createDeflate(); finished(s, (error) => resolve(error ? describe(error) : "done")); s.resume(); s.end("x"); }),
  "async iteration": async () => { const s = zlib.createInflate(); s.end(zlib.deflateSync(text)); let sum = 0; for await (const chunk of s) sum += chunk.length; return sum === text.length; },
  "encoding": async () => { const s = zlib.createInflate(); s.setEncoding("utf8"); let out = ""; s.on("data", (d) => (out += d)); s.end(zlib.deflateSync("h\u00e9")); await ticks(); return out; },
  "chunks of output": async () => { const s = zlib.createInflate(); const sizes = []; s.on("data", (d) => sizes.push(d.length)); s.end(zlib.deflateSync(Buffer.alloc(40000))); await ticks(); return sizes; },
  "subclass": async () => { class Mine extends zlib.Deflate { constructor() { super({ level: 1 }); } } return [new Mine() instanceof zlib.Deflate, zlib.inflateSync(await through(new Mine(), "abc")).toString()]; },
  "instanceof": () => [new zlib.Gzip() instanceof zlib.Deflate, Object.getPrototypeOf(zlib.Gzip).name, Object.getPrototypeOf(Object.getPrototypeOf(zlib.Gzip)).name, Object.getPrototypeOf(zlib.ZstdCompress).name],
  "own members": () => Object.keys(new zlib.Deflate()).filter((key) => !/^_(events|readable|writable|max|pending)/.test(key)).sort().join(),
  "prototype": () => { let p = zlib.Deflate.prototype; const lines = []; for (let i = 0; i < 3; i++, p = Object.getPrototypeOf(p)) lines.push(Object.getOwnPropertyNames(p).sort().join()); return lines; },
  "exports": () => Object.keys(zlib).join(),
  "default export": () => Object.keys(zlib.default).join(),
  "lengths": () => Object.values(zlib.default).filter((value) => typeof value === "function").map((fn) => `${fn.name} ${fn.length}`).join(),
  "constants": () => [JSON.stringify(zlib.constants), JSON.stringify(zlib.codes), Object.isFrozen(zlib.constants), Object.isFrozen(zlib.codes)],
  "info and wrong data": () => zlib.deflateSync(5, { info: true }),
  "info and wrong options": () => zlib.deflateSync("x", { info: true, level: 99 }),
  "info and a data error": () => zlib.inflateSync("garbage", { info: true }),
  "info and a data error with a callback": () => new Promise((resolve) => zlib.inflate("garbage", { info: true }, (error) => resolve(describe(error)))),
  "info and no data": () => zlib.gzipSync(undefined, { info: true }),
  "info, wrong options and a callback": () => new Promise((resolve) => zlib.deflate("x", { info: true, level: 99 }, (error) => resolve(`called with ${describe(error)}`))),
  "_processChunk": async () => { const lines = []; for (const args of [["x", 4], [Buffer.from("x")], [Buffer.from("x"), "4"], [], [Buffer.from("x"), 99]]) lines.push(await attempt(() => hex(new zlib.Deflate()._processChunk(...args)))); return lines; },
  "_processChunk after the end": async () => { const s = new zlib.Deflate(); s.resume(); s.end("x"); await ticks(); return s._processChunk(Buffer.from("x"), 4); },
  "close with a callback as it writes": async () => { const s = new zlib.Deflate(); const log = events(s, ["data", "close", "error"]); s.write("abc", () => log.push("written")); s.close((error) => log.push(describe(error))); await ticks(); return log; },
  "state as it writes": async () => { const s = new zlib.Deflate(); s.resume(); const lines = []; const note = () => lines.push([...s._writeState, s._writesInProgress, s._hadWrites, s.writableLength].join()); note(); s.write("abc"); note(); s.flush(); await ticks(); note(); return lines; },
  "flush of text": async () => { const s = new zlib.Deflate(); const log = events(s, ["data"]); s.flush("2"); await ticks(); return log; },
  "params as it writes": async () => { const s = new zlib.Deflate(); const log = events(s, ["data", "error"]); s.write("abc"); s.params(0, 0, () => log.push("set")); s.end("abc"); await ticks(); return [log, s._level]; },
  "params twice": async () => { const s = new zlib.Deflate(); const out = ended(s); s.write("abc"); s.params(0, 0, () => {}); s.params(9, 0, () => {}); await ticks(); s.end("x"); return [hex(await out), s._level]; },
  "classes of errors": async () => {
    const lines = [];
    for (const [name, input] of [["Gunzip", "garbage"], ["Inflate", "garbage"], ["BrotliDecompress", "garbage"], ["ZstdDecompress", "garbage"], ["Gunzip", zlib.gzipSync("x").subarray(0, 10)]]) {
      const error = await new Promise((resolve) => { const s = zlib[`create${name}`](); s.on("error", resolve); s.resume(); s.end(input); });
      lines.push([error.constructor.name, Object.getPrototypeOf(error.constructor).name, Object.keys(error), Object.getOwnPropertyNames(error), error.name, error.code, error.errno, String(error), error instanceof Error]);
    }
    return lines;
  },
  "info and maxOutputLength": () => zlib.inflateSync(zlib.deflateSync(text), { info: true, maxOutputLength: 10 }),
  "order of callbacks": async () => { const log = []; zlib.deflate("x", () => log.push("deflate")); Promise.resolve().then(() => log.push("promise")); process.nextTick(() => log.push("tick")); queueMicrotask(() => log.push("microtask")); log.push("sync"); await ticks(); return log; },
  "callback that throws": () => zlib.deflate("x", () => { throw new Error("from the callback"); }),
  "callback gets one argument for an error": () => new Promise((resolve) => zlib.inflate("x", (...args) => resolve([args.length, args[1]]))),
  "callback gets two for a value": () => new Promise((resolve) => zlib.deflate("x", (...args) => resolve([args.length, args[0]]))),
  "callback and options that are wrong": () => new Promise((resolve) => zlib.deflate("x", { level: 99 }, (...args) => resolve(args.map(describe)))),
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, run] of Object.entries(rows)) await row(label, await attempt(() => Promise.race([run(), new Promise((resolve) => setTimeout(resolve, 300, "nothing came"))])));
    return response();
  },
};
