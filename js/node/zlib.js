// The exports of `node:zlib`.
//
// Owns their names and order, and `crc32`. It must not know how anything is compressed.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { NumberIsInteger, ObjectFreeze, ObjectKeys, RegExpPrototypeTest } = primordials;
const { op_node_zlib_crc32 } = core.ops;
const { invalidArgType, outOfRange } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { codes, constants } = core.loadExtScript("ext:denizen/node/internal/zlib_constants.js");
const { classes } = core.loadExtScript("ext:denizen/node/zlib/streams.js");
const { brotliFormat, dataOf, pair, zlibFormat, zstdFormat } = core.loadExtScript("ext:denizen/node/zlib/whole.js");

const {
  Gzip, Gunzip, Deflate, DeflateRaw, Inflate, InflateRaw, Unzip, BrotliCompress, BrotliDecompress, ZstdCompress, ZstdDecompress,
} = classes;

const UNNAMED = /^ZSTD_(?!error_|ENCODE$|DECODE$|COMPRESS$|DECOMPRESS$)|^BROTLI_PARAM_SIZE_HINT$/;

function crc32(data, value = 0) {
  if (typeof value !== "number") throw invalidArgType("value", "number", value);
  if (!NumberIsInteger(value)) throw outOfRange("value", "an integer", value);
  if (value < 0 || value > 4294967295) throw outOfRange("value", ">= 0 && < 4294967296", value);
  return op_node_zlib_crc32(dataOf("crc32", data), value);
}

function createGzip(options) {
  return new Gzip(options);
}
function createGunzip(options) {
  return new Gunzip(options);
}
function createDeflate(options) {
  return new Deflate(options);
}
function createDeflateRaw(options) {
  return new DeflateRaw(options);
}
function createInflate(options) {
  return new Inflate(options);
}
function createInflateRaw(options) {
  return new InflateRaw(options);
}
function createUnzip(options) {
  return new Unzip(options);
}
function createBrotliCompress(options) {
  return new BrotliCompress(options);
}
function createBrotliDecompress(options) {
  return new BrotliDecompress(options);
}
function createZstdCompress(options) {
  return new ZstdCompress(options);
}
function createZstdDecompress(options) {
  return new ZstdDecompress(options);
}

const ofInflate = pair(zlibFormat(constants.INFLATE), Inflate);
const ofDeflate = pair(zlibFormat(constants.DEFLATE), Deflate);
const ofInflateRaw = pair(zlibFormat(constants.INFLATERAW), InflateRaw);
const ofDeflateRaw = pair(zlibFormat(constants.DEFLATERAW), DeflateRaw);
const ofGzip = pair(zlibFormat(constants.GZIP), Gzip);
const ofGunzip = pair(zlibFormat(constants.GUNZIP), Gunzip);
const ofUnzip = pair(zlibFormat(constants.UNZIP), Unzip);
const ofBrotliDecompress = pair(brotliFormat(false), BrotliDecompress);
const ofBrotliCompress = pair(brotliFormat(true), BrotliCompress);
const ofZstdCompress = pair(zstdFormat(true), ZstdCompress);
const ofZstdDecompress = pair(zstdFormat(false), ZstdDecompress);

function inflate(data, options, callback) {
  ofInflate.async(data, options, callback);
}
function inflateSync(data, options = {}) {
  return ofInflate.sync(data, options);
}
function deflate(data, options, callback) {
  ofDeflate.async(data, options, callback);
}
function deflateSync(data, options = {}) {
  return ofDeflate.sync(data, options);
}
function inflateRaw(data, options, callback) {
  ofInflateRaw.async(data, options, callback);
}
function inflateRawSync(data, options = {}) {
  return ofInflateRaw.sync(data, options);
}
function deflateRaw(data, options, callback) {
  ofDeflateRaw.async(data, options, callback);
}
function deflateRawSync(data, options = {}) {
  return ofDeflateRaw.sync(data, options);
}
function gzip(data, options, callback) {
  ofGzip.async(data, options, callback);
}
function gzipSync(data, options = {}) {
  return ofGzip.sync(data, options);
}
function gunzip(data, options, callback) {
  ofGunzip.async(data, options, callback);
}
function gunzipSync(data, options = {}) {
  return ofGunzip.sync(data, options);
}
function unzip(data, options, callback) {
  ofUnzip.async(data, options, callback);
}
function unzipSync(data, options = {}) {
  return ofUnzip.sync(data, options);
}
function brotliDecompress(data, options, callback) {
  ofBrotliDecompress.async(data, options, callback);
}
function brotliDecompressSync(data, options = {}) {
  return ofBrotliDecompress.sync(data, options);
}
function brotliCompress(data, options, callback) {
  ofBrotliCompress.async(data, options, callback);
}
function brotliCompressSync(data, options = {}) {
  return ofBrotliCompress.sync(data, options);
}
function zstdCompress(data, options, callback) {
  ofZstdCompress.async(data, options, callback);
}
function zstdCompressSync(data, options = {}) {
  return ofZstdCompress.sync(data, options);
}
function zstdDecompress(data, options, callback) {
  ofZstdDecompress.async(data, options, callback);
}
function zstdDecompressSync(data, options = {}) {
  return ofZstdDecompress.sync(data, options);
}

const exported = {
  crc32,
  codes: ObjectFreeze({ __proto__: null, ...codes }),
  constants: { __proto__: null, ...constants },
  ...constants,
  ...classes,
  createGzip, createGunzip, createDeflate, createDeflateRaw, createInflate, createInflateRaw, createUnzip, createBrotliCompress,
  createBrotliDecompress, createZstdCompress, createZstdDecompress, inflate, inflateSync, deflate, deflateSync, inflateRaw,
  inflateRawSync, deflateRaw, deflateRawSync, gzip, gzipSync, gunzip, gunzipSync, unzip, unzipSync, brotliDecompress,
  brotliDecompressSync, brotliCompress, brotliCompressSync, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync,
};

// Some constants are in `constants` and the default export alone.
const named = { ...exported };
const names = ObjectKeys(constants);
for (let i = 0; i < names.length; i++) {
  if (RegExpPrototypeTest(UNNAMED, names[i])) delete named[names[i]];
}

return { ...named, default: exported };
})();
