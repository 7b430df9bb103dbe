// node:zlib: there and back in every format, known bytes, levels, parts, ends and broken data.
import { table } from "../table.js";
import zlib, { constants } from "node:zlib";
import { Readable, pipeline } from "node:stream";
import { promisify } from "node:util";
import { createHash } from "node:crypto";

const told = (call) => { try { return call(); } catch (error) { return `${error.name}: ${error.message}`; } };
const digest = (bytes) => createHash("sha1").update(bytes).digest("hex");
// Bytes that compress a little, the same everywhere.
const noise = (size) => { const made = Buffer.alloc(size); for (let i = 0, state = 12345; i < size; i++) { state = (state * 1103515245 + 12345) % 2147483648; made[i] = (state >> 16) % 64; } return made; };
const INPUTS = { empty: Buffer.alloc(0), one: Buffer.from("a"), text: Buffer.from("hello hello hello hello"), zeros: Buffer.alloc(100_000), noise: noise(50_000), unicode: Buffer.from("é€😀".repeat(100)) };
const FORMATS = { deflate: "inflate", deflateRaw: "inflateRaw", gzip: "gunzip", brotliCompress: "brotliDecompress", zstdCompress: "zstdDecompress" };
const STREAMS = { deflate: ["createDeflate", "createInflate"], deflateRaw: ["createDeflateRaw", "createInflateRaw"], gzip: ["createGzip", "createGunzip"], brotliCompress: ["createBrotliCompress", "createBrotliDecompress"], zstdCompress: ["createZstdCompress", "createZstdDecompress"] };
const piped = (source, ...streams) => new Promise((resolve, reject) => { const chunks = []; pipeline(Readable.from(source, { objectMode: false }), ...streams, async (last) => { for await (const chunk of last) chunks.push(chunk); }, (error) => (error ? reject(error) : resolve(Buffer.concat(chunks)))); });
const rows = {};
for (const [name, bytes] of Object.entries(INPUTS)) {
  for (const [compress, expand] of Object.entries(FORMATS)) {
    rows[`${compress} of ${name}`] = async () => [zlib[`${expand}Sync`](zlib[`${compress}Sync`](bytes)).equals(bytes), (await promisify(zlib[expand])(await promisify(zlib[compress])(bytes))).equals(bytes), (await piped([bytes], ...STREAMS[compress].map((make) => zlib[make]()))).equals(bytes)];
  }
}
for (const name of ["empty", "one", "text"]) rows[`bytes of deflateRaw of ${name}`] = () => { const made = zlib.deflateRawSync(INPUTS[name]); return [made.length, digest(made)]; };
const KNOWN = {
  inflate: ["789c030000000001", "789c4b040000620062", "78dacb48cdc9c95728cf2fca49010019b1045d"], inflateRaw: ["0300", "4b0400", "010100feff61"], gunzip: ["1f8b080000000000000303000000000000000000", "1f8b08000000000000034b040043beb7e801000000"], unzip: ["789c4b040000620062", "1f8b08000000000000034b040043beb7e801000000"],
  brotliDecompress: ["3b", "0b00806103", "0b018061626303"], zstdDecompress: ["28b52ffd2000010000", "28b52ffd200109000061"],
};
for (const [expand, list] of Object.entries(KNOWN)) list.forEach((bytes, index) => { rows[`${expand} of known bytes ${index}`] = () => told(() => String(zlib[`${expand}Sync`](Buffer.from(bytes, "hex")))); });
for (const level of [-1, 0, 1, 6, 9]) rows[`level ${level}`] = () => { const made = zlib.deflateRawSync(INPUTS.text, { level }); return [zlib.inflateRawSync(made).equals(INPUTS.text), level === 0 ? made.length : made.length < 23]; };
for (const strategy of ["Z_DEFAULT_STRATEGY", "Z_FILTERED", "Z_HUFFMAN_ONLY", "Z_RLE", "Z_FIXED"]) rows[`strategy ${strategy}`] = () => zlib.inflateSync(zlib.deflateSync(INPUTS.noise, { strategy: constants[strategy] })).equals(INPUTS.noise);
for (const windowBits of [9, 12, 15]) for (const memLevel of [1, 9]) rows[`windowBits ${windowBits}, memLevel ${memLevel}`] = () => { const made = zlib.deflateSync(INPUTS.noise, { windowBits, memLevel }); return [made[0].toString(16), zlib.inflateSync(made, { windowBits }).equals(INPUTS.noise)]; };
for (const chunkSize of [64, 1000, 16384]) rows[`chunkSize ${chunkSize}`] = async () => { const sizes = []; for await (const chunk of Readable.from([zlib.deflateSync(INPUTS.zeros.subarray(0, 5000))], { objectMode: false }).pipe(zlib.createInflate({ chunkSize }))) sizes.push(chunk.length); return [Math.max(...sizes), sizes.reduce((sum, size) => sum + size, 0)]; };
for (const expand of ["inflate", "inflateRaw", "gunzip", "unzip", "brotliDecompress", "zstdDecompress"]) rows[`${expand} of broken bytes`] = () => ["", "00", "ffffff", "789c", "1f8b", "1f8b0800"].map((bytes) => told(() => zlib[`${expand}Sync`](Buffer.from(bytes, "hex")).length));
for (const [compress, expand] of Object.entries(FORMATS)) {
  rows[`${expand} of a part`] = () => { const made = zlib[`${compress}Sync`](INPUTS.noise); return [1, Math.floor(made.length / 2), made.length - 1].map((size) => told(() => zlib[`${expand}Sync`](made.subarray(0, size)).length)); };
  rows[`${expand} by one byte`] = async () => { const made = zlib[`${compress}Sync`](INPUTS.text); return String(await piped([...made].map((byte) => Buffer.from([byte])), zlib[STREAMS[compress][1]]())); };
  rows[`${compress} by parts`] = async () => zlib[`${expand}Sync`](await piped(["hello ", "hello ", "world"], zlib[STREAMS[compress][0]]())).toString();
  rows[`${compress} of text and views`] = () => ["é", new Uint8Array([1, 2]), new Uint16Array([1, 2]), new DataView(new ArrayBuffer(2)), new ArrayBuffer(3)].map((value) => zlib[`${expand}Sync`](zlib[`${compress}Sync`](value)).toString("hex"));
}
Object.assign(rows, {
  "gzip header": () => { const made = zlib.gzipSync("a"); return [made.subarray(0, 4).toString("hex"), made.readUInt32LE(made.length - 4), made.readUInt32LE(made.length - 8) === zlib.crc32("a")]; },
  "gzip members": () => zlib.gunzipSync(Buffer.concat([zlib.gzipSync("one "), zlib.gzipSync("two")])).toString(),
  "gzip and zeros": () => told(() => zlib.gunzipSync(Buffer.concat([zlib.gzipSync("one"), Buffer.alloc(10)])).toString()),
  "gzip and garbage": () => told(() => zlib.gunzipSync(Buffer.concat([zlib.gzipSync("one"), Buffer.from([1, 2, 3])])).toString()),
  "gzip with a name": () => zlib.gunzipSync(Buffer.from("1f8b08080000000000036e2e747874004b040043beb7e801000000", "hex")).toString(),
  "deflate and garbage": () => zlib.inflateSync(Buffer.concat([zlib.deflateSync("one"), Buffer.from([1, 2, 3])])).toString(),
  "unzip of each": () => [zlib.unzipSync(zlib.gzipSync("gzip")).toString(), zlib.unzipSync(zlib.deflateSync("deflate")).toString(), told(() => zlib.unzipSync(zlib.deflateRawSync("raw")))],
  "checksums": () => { const broken = zlib.deflateSync("hello"); broken[broken.length - 1] ^= 1; const zipped = zlib.gzipSync("hello"); zipped[zipped.length - 5] ^= 1; const size = zlib.gzipSync("hello"); size[size.length - 1] ^= 1; return [told(() => zlib.inflateSync(broken)), told(() => zlib.gunzipSync(zipped)), told(() => zlib.gunzipSync(size))]; },
  "dictionaries": () => { const dictionary = Buffer.from("hello world"); const made = zlib.deflateSync("hello world hello", { dictionary }); const raw = zlib.deflateRawSync("hello world hello", { dictionary }); return [zlib.inflateSync(made, { dictionary }).toString(), zlib.inflateRawSync(raw, { dictionary }).toString(), made.length < zlib.deflateSync("hello world hello").length, told(() => zlib.inflateSync(made)), told(() => zlib.inflateSync(made, { dictionary: Buffer.from("x") }))]; },
  "crc32": () => [zlib.crc32(""), zlib.crc32("a"), zlib.crc32("hello"), zlib.crc32(Buffer.from("hello")), zlib.crc32("lo", zlib.crc32("hel")), zlib.crc32("é"), zlib.crc32(new Uint8Array([255])), zlib.crc32("123456789").toString(16)],
  "maxOutputLength": () => [zlib.inflateSync(zlib.deflateSync("hello"), { maxOutputLength: 5 }).toString(), told(() => zlib.inflateSync(zlib.deflateSync("hello"), { maxOutputLength: 4 })).split(":")[0]],
  "finishFlush": () => { const made = zlib.deflateSync(INPUTS.text).subarray(0, -4); return [told(() => zlib.inflateSync(made).toString()), zlib.inflateSync(made, { finishFlush: constants.Z_SYNC_FLUSH }).toString()]; },
  "info": () => { const { buffer, engine } = zlib.deflateSync("hello", { info: true }); return [Buffer.isBuffer(buffer), zlib.inflateSync(buffer).toString(), engine.constructor.name, engine.bytesWritten]; },
  "bytesWritten": async () => { const stream = zlib.createInflate(); const made = zlib.deflateSync("hello"); const got = []; stream.on("data", (chunk) => got.push(String(chunk))); await new Promise((resolve) => { stream.on("end", resolve); stream.end(made); }); return [got.join(""), stream.bytesWritten === made.length]; },
  "flush": async () => { const stream = zlib.createDeflateRaw(); const got = []; stream.on("data", (chunk) => got.push(chunk)); stream.write("hello"); await new Promise((resolve) => stream.flush(resolve)); const before = zlib.inflateRawSync(Buffer.concat(got), { finishFlush: constants.Z_SYNC_FLUSH }).toString(); stream.end(); await new Promise((resolve) => stream.on("end", resolve)); return [before, zlib.inflateRawSync(Buffer.concat(got)).toString()]; },
  "params": async () => { const stream = zlib.createDeflate({ level: 0 }); const got = []; stream.on("data", (chunk) => got.push(chunk)); stream.write(INPUTS.zeros.subarray(0, 1000)); await new Promise((resolve) => stream.params(9, constants.Z_DEFAULT_STRATEGY, resolve)); stream.end(INPUTS.zeros.subarray(0, 1000)); await new Promise((resolve) => stream.on("end", resolve)); const made = Buffer.concat(got); return [zlib.inflateSync(made).length, made.length > 1000 && made.length < 1200]; },
  "reset": async () => { const stream = zlib.createDeflate(); const got = []; stream.on("data", (chunk) => got.push(chunk)); await new Promise((resolve) => stream.write("lost", resolve)); stream.reset(); stream.end("kept"); await new Promise((resolve) => stream.on("end", resolve)); return zlib.inflateSync(Buffer.concat(got)).toString(); },
  "close": async () => { const stream = zlib.createGzip(); const got = []; stream.on("close", () => got.push("close")); await new Promise((resolve) => stream.close(resolve)); await new Promise((resolve) => setImmediate(resolve)); return [got, stream.destroyed]; },
  "an error of a stream": async () => { const stream = zlib.createGunzip(); const got = []; await new Promise((resolve) => { stream.on("error", (error) => { got.push(error.message); }); stream.on("close", resolve); stream.end("garbage"); }); return [got, stream.destroyed]; },
  "writes after the end of data": async () => { const stream = zlib.createInflate(); const got = []; stream.on("data", (chunk) => got.push(String(chunk))); await new Promise((resolve) => { stream.on("end", resolve); stream.write(zlib.deflateSync("hello")); stream.end("more"); }); return got.join(""); },
  "brotli: quality": () => [0, 5, 11].map((quality) => zlib.brotliDecompressSync(zlib.brotliCompressSync(INPUTS.text, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })).equals(INPUTS.text)),
  "brotli: modes": () => ["BROTLI_MODE_GENERIC", "BROTLI_MODE_TEXT", "BROTLI_MODE_FONT"].map((mode) => zlib.brotliDecompressSync(zlib.brotliCompressSync(INPUTS.unicode, { params: { [constants.BROTLI_PARAM_MODE]: constants[mode], [constants.BROTLI_PARAM_SIZE_HINT]: INPUTS.unicode.length } })).equals(INPUTS.unicode)),
  "zstd: levels": () => [1, 3, 19].map((level) => zlib.zstdDecompressSync(zlib.zstdCompressSync(INPUTS.text, { params: { [constants.ZSTD_c_compressionLevel]: level } })).equals(INPUTS.text)),
  "zstd: checksum": () => { const made = zlib.zstdCompressSync("hello", { params: { [constants.ZSTD_c_checksumFlag]: 1 } }); const before = zlib.zstdDecompressSync(made).toString(); made[made.length - 1] ^= 1; return [before, told(() => zlib.zstdDecompressSync(made).toString()).startsWith("Error")]; },
  "classes": () => ["Deflate", "Inflate", "DeflateRaw", "InflateRaw", "Gzip", "Gunzip", "Unzip", "BrotliCompress", "BrotliDecompress", "ZstdCompress", "ZstdDecompress"].map((name) => zlib[`create${name}`]() instanceof zlib[name]).join(),
  "constants": () => ["Z_OK", "Z_STREAM_END", "Z_BUF_ERROR", "Z_BEST_COMPRESSION", "Z_DEFAULT_CHUNK", "Z_MAX_WINDOWBITS", "BROTLI_MAX_QUALITY", "BROTLI_OPERATION_FLUSH", "ZSTD_e_end", "ZSTD_c_windowLog"].map((name) => `${name}=${constants[name]}`).join(),
  "codes": () => [zlib.codes.Z_OK, zlib.codes[0], zlib.codes["-5"], zlib.codes.Z_DATA_ERROR],
  "data of an error in a callback": () => new Promise((resolve) => zlib.gunzip("garbage", (error, data) => resolve([error.message, String(data)]))),
  "many at once": async () => (await Promise.all(Array.from({ length: 20 }, async (_, i) => (await promisify(zlib.gunzip)(await promisify(zlib.gzip)(`text ${i}`))).toString() === `text ${i}`))).every(Boolean),
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
