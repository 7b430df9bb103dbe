// node:zlib: functions that give their result at once or to a callback, their options and errors. Compressed bytes are compared
// for brotli and zstd; those of deflate depend on the library, so what comes back is.
import { table } from "../table.js";
import * as zlib from "node:zlib";
import { promisify } from "node:util";

const { constants: c } = zlib;
const hello = Buffer.from("hello hello hello world");
const text = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i} ${i * i % 97}`).join("\n"));
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const describe = (e) => e instanceof Error ? `${e.name} ${e.code} ${e.errno} ${Object.keys(e).join("+")}: ${e.message}` : `thrown ${e}`;
const attempt = async (run) => { try { return await run(); } catch (error) { return describe(error); } };
const called = (fn, ...args) => new Promise((resolve) => fn(...args, (error, value) => resolve(error ? `called with ${describe(error)}` : value)));
const GZIP = Buffer.from("1f8b0800000000000003cb48cdc9c95728cf2fca49010085114a0d0b000000", "hex");
const PAIRS = { deflate: "inflate", deflateRaw: "inflateRaw", gzip: "gunzip", brotliCompress: "brotliDecompress", zstdCompress: "zstdDecompress" };

const rows = {};
for (const [name, back] of Object.entries(PAIRS)) {
  rows[`${name} there and back`] = async () => [hello, text, Buffer.alloc(0)].map((data) => Buffer.compare(zlib[`${back}Sync`](zlib[`${name}Sync`](data)), data));
  rows[`${name} with a callback`] = async () => { const small = await called(zlib[name], hello); return [Buffer.isBuffer(small), String(await called(zlib[back], small))]; };
  rows[`${name} promisified`] = async () => String(await promisify(zlib[back])(await promisify(zlib[name])("text", {})));
  for (const [kind, data] of Object.entries({ undefined: undefined, null: null, number: 5, array: [1], object: {}, blob: new Blob(["a"]), empty: "", boolean: true })) {
    if (name === "gzip" || kind === "number") rows[`${name} of ${kind}`] = () => zlib[`${name}Sync`](data).length > 0;
    if (name === "gzip" || kind === "number") rows[`${name} of ${kind} with a callback`] = async () => (await called(zlib[name], data)).length > 0;
  }
  rows[`${back} of garbage`] = () => zlib[`${back}Sync`](Buffer.from("this is no compressed data at all"));
  rows[`${back} of garbage with a callback`] = () => called(zlib[back], Buffer.from("this is no compressed data at all"));
  rows[`${back} of nothing`] = () => zlib[`${back}Sync`](Buffer.alloc(0));
  rows[`${back} of a part`] = () => zlib[`${back}Sync`](zlib[`${name}Sync`](text).subarray(0, 100));
  rows[`${back} of a part with a callback`] = () => called(zlib[back], zlib[`${name}Sync`](text).subarray(0, 100));
  rows[`${back} with trailing bytes`] = () => String(zlib[`${back}Sync`](Buffer.concat([zlib[`${name}Sync`](hello), Buffer.from([0, 1, 2, 3, 4, 5])])));
  rows[`${back} with trailing zeros`] = () => String(zlib[`${back}Sync`](Buffer.concat([zlib[`${name}Sync`](hello), Buffer.alloc(10)])));
  rows[`${back} of two members`] = () => String(zlib[`${back}Sync`](Buffer.concat([zlib[`${name}Sync`]("one "), zlib[`${name}Sync`]("two")])));
  // Raw deflate has no checksum: what comes of it depends on the bytes.
  if (name !== "deflateRaw") rows[`${back} of a changed byte`] = () => { const small = zlib[`${name}Sync`](text); small[small.length >> 1] ^= 0x55; return zlib[`${back}Sync`](small).length; };
  rows[`${back} too large`] = () => zlib[`${back}Sync`](zlib[`${name}Sync`](text), { maxOutputLength: 100 });
  rows[`${back} too large with a callback`] = () => called(zlib[back], zlib[`${name}Sync`](text), { maxOutputLength: 100 });
  rows[`${back} just large enough`] = () => zlib[`${back}Sync`](zlib[`${name}Sync`](hello), { maxOutputLength: hello.length }).length;
  rows[`${name} too large`] = () => zlib[`${name}Sync`](hello, { maxOutputLength: 1 });
  rows[`${name} with small chunks`] = () => zlib[`${back}Sync`](zlib[`${name}Sync`](text, { chunkSize: 64 }), { chunkSize: 64 }).equals(text);
  rows[`${name} with info`] = () => { const { buffer, engine } = zlib[`${name}Sync`](hello, { info: true }); return [Buffer.isBuffer(buffer), engine?.constructor.name, engine?.bytesWritten]; };
  rows[`${name} with info and a callback`] = async () => { const { buffer, engine } = await called(zlib[name], hello, { info: true }); return [Buffer.isBuffer(buffer), engine?.constructor.name, engine?.bytesWritten]; };
  rows[`${name} without a callback`] = () => zlib[name](hello);
  rows[`${name} with a wrong callback`] = () => zlib[name](hello, {}, 5);
  rows[`${name} with wrong options`] = () => zlib[`${name}Sync`](hello, 5).length > 0;
  rows[`${name} with null options`] = () => zlib[`${name}Sync`](hello, null).length > 0;
}
Object.assign(rows, {
  "views of all kinds": () => [new Uint16Array([1, 2]), new DataView(new ArrayBuffer(3)), new ArrayBuffer(4), new Uint8Array([9, 8, 7]).subarray(1)].map((data) => hex(zlib.inflateSync(zlib.deflateSync(data)))),
  "gunzip of known bytes": () => String(zlib.gunzipSync(GZIP)),
  "gunzip of a header alone": () => zlib.gunzipSync(GZIP.subarray(0, 10)),
  "gunzip of a wrong checksum": () => { const bad = Buffer.from(GZIP); bad[bad.length - 8] ^= 1; return zlib.gunzipSync(bad); },
  "gunzip of a wrong length": () => { const bad = Buffer.from(GZIP); bad[bad.length - 1] ^= 1; return zlib.gunzipSync(bad); },
  "gunzip of a wrong method": () => { const bad = Buffer.from(GZIP); bad[2] = 7; return zlib.gunzipSync(bad); },
  "gunzip of unknown flags": () => { const bad = Buffer.from(GZIP); bad[3] = 0xe0; return zlib.gunzipSync(bad); },
  "gunzip and a part of a second member": () => String(zlib.gunzipSync(Buffer.concat([GZIP, GZIP.subarray(0, 5)]))),
  "gunzip and a second member that is wrong": () => { const bad = Buffer.from(GZIP); bad[12] ^= 0xff; return String(zlib.gunzipSync(Buffer.concat([GZIP, bad]))); },
  "gunzip and one more magic byte": () => String(zlib.gunzipSync(Buffer.concat([GZIP, Buffer.from([0x1f])]))),
  "gunzip and two more magic bytes": () => String(zlib.gunzipSync(Buffer.concat([GZIP, Buffer.from([0x1f, 0x8b])]))),
  "inflate of a wrong checksum": () => { const bad = zlib.deflateSync(hello); bad[bad.length - 1] ^= 1; return zlib.inflateSync(bad); },
  "inflate of a wrong method": () => zlib.inflateSync(Buffer.from([0x79, 0x9d, 0, 0])),
  "inflate of a wrong window": () => zlib.inflateSync(Buffer.from([0x88, 0x1c, 0, 0])),
  "inflateRaw of a wrong block type": () => zlib.inflateRawSync(Buffer.from([0x07])),
  "inflateRaw of wrong stored lengths": () => zlib.inflateRawSync(Buffer.from([0x01, 1, 0, 1, 0])),
  "inflateRaw of a distance too far back": () => zlib.inflateRawSync(Buffer.from("4b4c04a201", "hex")),
  "inflateRaw of wrong code lengths": () => zlib.inflateRawSync(Buffer.from([0xfd, 0xff, 0xff, 0xff, 0xff])),
  "unzip of gzip": () => String(zlib.unzipSync(GZIP)),
  "unzip of deflate": () => String(zlib.unzipSync(zlib.deflateSync("abc"))),
  "unzip of garbage": () => zlib.unzipSync(Buffer.from("garbage")),
  "unzip of nothing": () => zlib.unzipSync(Buffer.alloc(0)),
  "unzip of one byte": () => zlib.unzipSync(Buffer.from([0x1f])),
  "unzip of two members": () => String(zlib.unzipSync(Buffer.concat([GZIP, GZIP]))),
  "gzip header": () => { const b = zlib.gzipSync("a"); return [hex(b.subarray(0, 10)), hex(zlib.gzipSync("a", { level: 9 }).subarray(0, 10)), hex(zlib.gzipSync("a", { level: 1 }).subarray(0, 10))]; },
  "deflate header by level": () => [-1, 0, 1, 5, 6, 9].map((level) => hex(zlib.deflateSync("a", { level }).subarray(0, 2))),
  "deflate header by window": () => [8, 9, 10, 15].map((windowBits) => hex(zlib.deflateSync("a", { windowBits }).subarray(0, 2))),
  "deflate of little": () => [hex(zlib.deflateSync("abc")), hex(zlib.deflateRawSync("hello world")), hex(zlib.deflateSync(""))],
  "deflate stored": () => hex(zlib.deflateRawSync("hello", { level: 0 })),
  "deflate strategies": () => [0, 1, 2, 3, 4].map((strategy) => zlib.inflateSync(zlib.deflateSync(text, { strategy })).equals(text)),
  "deflate memLevels": () => [1, 5, 9].map((memLevel) => zlib.inflateSync(zlib.deflateSync(text, { memLevel })).equals(text)),
  "window too small": () => zlib.inflateSync(zlib.deflateSync(text), { windowBits: 9 }),
  "window zero": () => String(zlib.inflateSync(zlib.deflateSync(hello), { windowBits: 0 })),
  "window zero gzip": () => String(zlib.gunzipSync(GZIP, { windowBits: 0 })),
  "window zero deflate": () => zlib.deflateSync(hello, { windowBits: 0 }),
  "raw window 8": () => String(zlib.inflateRawSync(zlib.deflateRawSync(hello, { windowBits: 8 }))),
  "raw window 8 back": () => String(zlib.inflateRawSync(zlib.deflateRawSync(hello, { windowBits: 8 }), { windowBits: 8 })),
  "dictionary": () => { const dictionary = Buffer.from("hello world"); return String(zlib.inflateSync(zlib.deflateSync(hello, { dictionary }), { dictionary })); },
  "dictionary as ArrayBuffer": () => { const dictionary = new Uint8Array([104, 101, 108, 108, 111]).buffer; return String(zlib.inflateSync(zlib.deflateSync(hello, { dictionary }), { dictionary })); },
  "dictionary raw": () => { const dictionary = Buffer.from("hello world"); return String(zlib.inflateRawSync(zlib.deflateRawSync(hello, { dictionary }), { dictionary })); },
  "dictionary missing": () => zlib.inflateSync(zlib.deflateSync(hello, { dictionary: Buffer.from("hello") })),
  "dictionary wrong": () => zlib.inflateSync(zlib.deflateSync(hello, { dictionary: Buffer.from("hello") }), { dictionary: Buffer.from("other") }),
  "dictionary that is not wanted": () => String(zlib.inflateSync(zlib.deflateSync(hello), { dictionary: Buffer.from("other") })),
  "dictionary missing with a callback": () => called(zlib.inflate, zlib.deflateSync(hello, { dictionary: Buffer.from("hello") })),
  "finishFlush of a part": () => { const all = zlib.deflateSync(text); const part = zlib.inflateSync(all.subarray(0, all.length >> 1), { finishFlush: c.Z_SYNC_FLUSH }); return part.length > 0 && text.subarray(0, part.length).equals(part); },
  "finishFlush of a part of brotli": () => { const all = zlib.brotliCompressSync(text); return zlib.brotliDecompressSync(all.subarray(0, all.length >> 1), { finishFlush: c.BROTLI_OPERATION_FLUSH }).length; },
  "deflate with finishFlush": () => { const part = zlib.deflateRawSync("hello", { finishFlush: c.Z_SYNC_FLUSH }); return [hex(part.subarray(-4)), String(zlib.inflateRawSync(part, { finishFlush: c.Z_SYNC_FLUSH }))]; },
  "crc32": () => [zlib.crc32("hello"), zlib.crc32(Buffer.from("hello")), zlib.crc32("lo", zlib.crc32("hel")), zlib.crc32(""), zlib.crc32("", 7), zlib.crc32(new DataView(new ArrayBuffer(4))), zlib.crc32("\u00e9")],
  "crc32 of a number": () => zlib.crc32(5),
  "crc32 of nothing": () => zlib.crc32(),
  "crc32 of an ArrayBuffer": () => zlib.crc32(new ArrayBuffer(2)),
  "crc32 with text as start": () => zlib.crc32("a", "b"),
  "crc32 below zero": () => zlib.crc32("a", -1),
  "crc32 beyond": () => zlib.crc32("a", 2 ** 32),
  "crc32 of a fraction": () => zlib.crc32("a", 1.5),
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, run] of Object.entries(rows)) await row(label, await attempt(run));
    return response();
  },
};
