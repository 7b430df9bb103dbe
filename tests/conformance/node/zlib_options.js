// node:zlib: what its classes and functions accept as options, and the errors for what they refuse.
import { table } from "../table.js";
import * as zlib from "node:zlib";

const { constants: c } = zlib;
const describe = (e) => e instanceof Error ? `${e.name} ${e.code} ${e.errno}: ${e.message}` : `thrown ${e}`;
const attempt = async (run) => { try { return await run(); } catch (error) { return describe(error); } };
const VALUES = {
  chunkSize: [0, 63, 64, -1, 1e6, Infinity, NaN, "100", null, 100.5, {}],
  flush: [-1, 0, 5, 6, NaN, "0", null, 1.5, Infinity],
  finishFlush: [-1, 4, 6, "0", null],
  level: [-2, -1, 9, 10, NaN, "5", null, 1.5, Infinity, {}],
  windowBits: [0, 7, 8, 15, 16, NaN, "9", null, 9.5],
  memLevel: [0, 1, 9, 10, NaN, "5", null],
  strategy: [-1, 0, 4, 5, NaN, "1", null],
  dictionary: [5, "text", [1], {}, null, new ArrayBuffer(2)],
  maxOutputLength: [0, 1, -1, NaN, "10", null, Infinity, 1.5, 2 ** 53],
  info: [true, "yes", 0],
  rejectGarbageAfterEnd: [true, 5],
};
const DECODERS = new Set(["windowBits", "dictionary", "maxOutputLength"]);
const print = (value) => typeof value === "number" || value === null ? String(value) : typeof value === "string" ? JSON.stringify(value) : value.constructor.name;
const rows = {};
for (const [option, values] of Object.entries(VALUES)) {
  for (const value of values) {
    rows[`Deflate ${option} ${print(value)}`] = () => { const s = new zlib.Deflate({ [option]: value }); return [s._chunkSize, s._level, s._strategy, s._defaultFlushFlag, s._finishFlushFlag, s._maxOutputLength, s._info]; };
    rows[`deflateSync ${option} ${print(value)}`] = () => { const r = zlib.deflateSync("abcabcabcabc", { [option]: value }); return (r.buffer instanceof ArrayBuffer ? r : r.buffer).length > 0; };
    if (DECODERS.has(option)) rows[`inflateSync ${option} ${print(value)}`] = () => String(zlib.inflateSync(zlib.deflateSync("abcabcabcabc"), { [option]: value }));
    if (option === "windowBits" || option === "dictionary") rows[`Gzip ${option} ${print(value)}`] = () => new zlib.Gzip({ [option]: value })._level;
    if (option === "windowBits") rows[`Inflate ${option} ${print(value)}`] = () => new zlib.Inflate({ [option]: value })._level;
    if (option === "windowBits") rows[`DeflateRaw ${option} ${print(value)}`] = () => new zlib.DeflateRaw({ [option]: value })._level;
    if (/[Ff]lush|chunkSize|maxOutput/.test(option)) rows[`BrotliCompress ${option} ${print(value)}`] = () => { const s = new zlib.BrotliCompress({ [option]: value }); return [s._chunkSize, s._defaultFlushFlag, s._finishFlushFlag, s._maxOutputLength]; };
    if (/[Ff]lush/.test(option)) rows[`ZstdCompress ${option} ${print(value)}`] = () => { const s = new zlib.ZstdCompress({ [option]: value }); return [s._chunkSize, s._defaultFlushFlag, s._finishFlushFlag, s._maxOutputLength]; };
  }
}
const PARAMS = [{}, null, 5, [], { 1: 5 }, { 1: 12 }, { 1: -1 }, { 1: "5" }, { 1: 1.5 }, { 1: true }, { 2: 9 }, { 2: 25 }, { 9: 0 }, { 10: 1 }, { 99: 1 }, { "-1": 1 }, { 0: 3 }, { 3: 1 }, { 3: 16 }, { 7: 9 }, { 1: NaN }, { 1: null }, { 1: 2 ** 33 }, { 5: 100 }, { 4: true }];
for (const params of PARAMS) {
  rows[`BrotliCompress params ${JSON.stringify(params)}`] = () => typeof new zlib.BrotliCompress({ params })._handle;
  rows[`brotliCompressSync params ${JSON.stringify(params)}`] = () => zlib.brotliCompressSync("abcabcabcabc", { params }).toString("hex");
}
for (const params of [{ 0: 1 }, { 1: 1 }, { 2: 1 }, { 1: "x" }, { 6: 1 }]) {
  rows[`BrotliDecompress params ${JSON.stringify(params)}`] = () => typeof new zlib.BrotliDecompress({ params })._handle;
  rows[`brotliDecompressSync params ${JSON.stringify(params)}`] = () => String(zlib.brotliDecompressSync(zlib.brotliCompressSync("abc"), { params }));
}
for (const params of [{}, null, 5, { 100: 1 }, { 100: 23 }, { 100: -5 }, { 100: -200000 }, { 100: "3" }, { 100: 1.5 }, { 100: true }, { 101: 9 }, { 101: 10 }, { 101: 32 }, { 107: 9 }, { 107: 10 }, { 200: 0 }, { 201: 1 }, { 202: 1 }, { 400: 0 }, { 400: 2 }, { 401: 1 }, { 160: 1 }, { 99: 1 }, { 1: 1 }, { 500: 1 }, { 100: NaN }]) {
  rows[`ZstdCompress params ${JSON.stringify(params)}`] = () => typeof new zlib.ZstdCompress({ params })._handle;
  rows[`zstdCompressSync params ${JSON.stringify(params)}`] = () => zlib.zstdCompressSync("abcabcabcabc", { params }).toString("hex");
}
for (const params of [{ 100: 10 }, { 100: 31 }, { 100: 32 }, { 100: 9 }, { 101: 1 }, { 1: 1 }, { 100: "x" }]) {
  rows[`ZstdDecompress params ${JSON.stringify(params)}`] = () => typeof new zlib.ZstdDecompress({ params })._handle;
  rows[`zstdDecompressSync params ${JSON.stringify(params)}`] = () => String(zlib.zstdDecompressSync(zlib.zstdCompressSync("abc"), { params }));
}
for (const pledgedSrcSize of [3, 12, 0, -1, "x", 1.5, null]) {
  rows[`ZstdCompress pledgedSrcSize ${pledgedSrcSize}`] = () => typeof new zlib.ZstdCompress({ pledgedSrcSize })._handle;
  rows[`zstdCompressSync pledgedSrcSize ${pledgedSrcSize}`] = () => zlib.zstdCompressSync("abcabcabcabc", { pledgedSrcSize }).toString("hex");
}
for (const dictionary of [Buffer.from("abcabc"), 5, "x"]) {
  rows[`zstd dictionary ${print(dictionary)}`] = () => String(zlib.zstdDecompressSync(zlib.zstdCompressSync("abcabcabcabc", { dictionary }), { dictionary }));
  rows[`ZstdCompress dictionary ${print(dictionary)}`] = () => typeof new zlib.ZstdCompress({ dictionary })._handle;
  rows[`brotli dictionary ${print(dictionary)}`] = () => String(zlib.brotliDecompressSync(zlib.brotliCompressSync("abcabcabcabc", { dictionary }), { dictionary }));
}
Object.assign(rows, {
  "brotli qualities": () => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((q) => zlib.brotliCompressSync("the quick brown fox jumps over the lazy dog, the lazy dog", { params: { [c.BROTLI_PARAM_QUALITY]: q } }).toString("base64")),
  "brotli modes": () => [0, 1, 2].map((mode) => zlib.brotliCompressSync("the quick brown fox", { params: { [c.BROTLI_PARAM_MODE]: mode } }).toString("base64")),
  "brotli large window": () => zlib.brotliDecompressSync(zlib.brotliCompressSync("abc", { params: { [c.BROTLI_PARAM_LARGE_WINDOW]: true } }), { params: { [c.BROTLI_DECODER_PARAM_LARGE_WINDOW]: true } }).toString(),
  "brotli large window refused": () => zlib.brotliDecompressSync(zlib.brotliCompressSync("abc", { params: { [c.BROTLI_PARAM_LARGE_WINDOW]: true } })).toString(),
  "zstd levels": () => [-5, 1, 3, 5, 9, 15, 19, 22].map((level) => zlib.zstdCompressSync("the quick brown fox jumps over the lazy dog, the lazy dog", { params: { [c.ZSTD_c_compressionLevel]: level } }).toString("base64")),
  "zstd checksum": () => zlib.zstdCompressSync("abc", { params: { [c.ZSTD_c_checksumFlag]: 1 } }).toString("hex"),
  "zstd wrong checksum": () => { const b = zlib.zstdCompressSync("abc", { params: { [c.ZSTD_c_checksumFlag]: 1 } }); b[b.length - 1] ^= 1; return String(zlib.zstdDecompressSync(b)); },
  "zstd window too large": () => String(zlib.zstdDecompressSync(Buffer.from("28b52ffd04a0" + "190000616263", "hex"))),
  "chunkSize by class": () => [new zlib.Gzip(), new zlib.Gunzip(), new zlib.BrotliCompress(), new zlib.BrotliDecompress(), new zlib.ZstdCompress(), new zlib.ZstdDecompress()].map((s) => [s._chunkSize, s.readableHighWaterMark, s.writableHighWaterMark]),
  "highWaterMark": () => [new zlib.Gzip({ highWaterMark: 7 }).readableHighWaterMark, new zlib.Gzip({ objectMode: true }).readableObjectMode, new zlib.Gzip({ writableObjectMode: true }).writableObjectMode, new zlib.Gzip({ encoding: "hex" }).readableEncoding],
  "BrotliCompress params of text": () => new zlib.BrotliCompress({ params: { x: 1 } }),
  "ZstdCompress params of text": () => new zlib.ZstdCompress({ params: { x: 1 } }),
  "params of BigInt": () => zlib.brotliCompressSync("abc", { params: { 1: 5n } }),
  "level of a Symbol": () => zlib.deflateSync("abc", { level: Symbol("x") }),
  "level beyond 32 bits": () => zlib.deflateSync("abc", { level: 2 ** 40 }),
  "level from a getter that throws": () => zlib.deflateSync("abc", { get level() { throw new Error("mine"); } }),
  "many that are wrong": () => zlib.deflateSync("abc", { chunkSize: 0, maxOutputLength: 0, flush: 9, finishFlush: 9, level: 99, windowBits: 99, memLevel: 99, strategy: 99 }),
  "levels of Inflate": () => zlib.inflateSync(zlib.deflateSync("abc"), { level: 99 }),
  "strategy of Inflate": () => zlib.inflateSync(zlib.deflateSync("abc"), { strategy: 99 }),
  "options as an array": () => zlib.deflateSync("abc", []).length,
  "options as a function": () => zlib.deflateSync("abc", () => 1).length,
  "undefined options and a callback": () => zlib.deflate("abc", undefined, () => {}),
  "windowBits by function": async () => { const lines = []; for (const windowBits of [0, 8, 9]) for (const name of ["gzipSync", "deflateRawSync", "gunzipSync", "inflateRawSync", "unzipSync"]) lines.push(`${name} ${windowBits} ${await attempt(() => zlib[name](/^gun|^unz/.test(name) ? zlib.gzipSync("abc") : name === "inflateRawSync" ? zlib.deflateRawSync("abc") : "abc", { windowBits }).length)}`); return lines; },
  "flush and finishFlush by function": async () => { const lines = []; for (const flush of [-1, 2, 3, 4, 7]) for (const name of ["brotliCompressSync", "zstdCompressSync", "gzipSync"]) lines.push(`${name} ${flush} ${await attempt(() => zlib[name]("abc", { flush }).length)} ${await attempt(() => zlib[name]("abc", { finishFlush: flush }).toString("hex"))}`); return lines; },
  "pledgedSrcSize kept or not": async () => { const lines = []; for (const pledgedSrcSize of [0, 1, 3, 12, null, undefined, 5n, "3", Infinity]) lines.push(await attempt(() => new Promise((resolve) => { const s = new zlib.ZstdCompress({ pledgedSrcSize }); const out = []; s.on("data", (d) => out.push(d)); s.on("error", (e) => resolve(describe(e))); s.on("end", () => resolve(Buffer.concat(out).toString("hex"))); s.end("abc"); }))); return lines; },
  "options of text": () => typeof new zlib.Deflate("x")._handle,
  "options of null": () => typeof new zlib.Deflate(null)._handle,
  "without new": () => zlib.Deflate(),
  "create functions": () => Object.keys(zlib).filter((name) => name.startsWith("create")).map((name) => zlib[name]().constructor.name),
  "options are read once": () => { const read = []; zlib.deflateSync("a", new Proxy({}, { get(_t, key) { read.push(String(key)); } })); return [...new Set(read)].sort(); },
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, run] of Object.entries(rows)) await row(label, await attempt(run));
    return response();
  },
};
