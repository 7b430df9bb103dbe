// The classes of `node:zlib`: transforms that compress and decompress.
//
// Owns chunks, flushes and ends of streams, and the checks of their options. It must not know formats.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  ArrayPrototypePush, Boolean, Number, NumberIsFinite, NumberIsInteger, NumberIsNaN, ObjectKeys, Symbol, TypeError, Uint32Array,
} = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { Transform } = core.loadExtScript("ext:denizen/node/stream/transform.js");
const { eos } = core.loadExtScript("ext:denizen/node/stream/pipeline.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { AssertionError } = core.loadExtScript("ext:denizen/node/assert/assertion_error.js");
const {
  NodeError, invalidArgType, nodeError, nodeRangeError, outOfRange, validateNumber,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { constants: c } = core.loadExtScript("ext:denizen/node/internal/zlib_constants.js");
const { Handle, KINDS, newBrotli, newZlib, newZstd } = core.loadExtScript("ext:denizen/node/zlib/handle.js");

const OUTPUT_MAX = 2147483647;
const BUFFERS = ["Buffer", "TypedArray", "DataView", "ArrayBuffer"];
const BROTLI_PARAM_MAX = c.BROTLI_PARAM_NDIRECT;
const kFlush = Symbol("kFlush");
const kError = Symbol("kError");
const kJob = Symbol("kJob");

function check(condition, message) {
  if (!condition) throw new AssertionError({ __proto__: null, actual: condition, expected: true, message, operator: "==" });
}

const tooLarge = (max) => nodeRangeError("ERR_BUFFER_TOO_LARGE", `Cannot create a Buffer larger than ${max} bytes`);

function isGivenNumber(value, name) {
  if (value === undefined) return false;
  if (NumberIsFinite(value)) return true;
  if (NumberIsNaN(value)) return false;
  validateNumber(value, name);
  throw outOfRange(name, "a finite number", value);
}

function numberWithin(value, name, min, max, otherwise) {
  if (!isGivenNumber(value, name)) return otherwise;
  if (value < min || value > max) throw outOfRange(name, `>= ${min} and <= ${max}`, value);
  return value;
}

// Empty chunks that stand for a flush each. `flush` writes one, so that it happens between the chunks around it.
const flushes = [];
for (let kind = 0; kind <= c.Z_BLOCK; kind++) {
  const chunk = Buffer.alloc(0);
  chunk[kFlush] = kind;
  ArrayPrototypePush(flushes, chunk);
}
// How much each kind of flush flushes.
const STRENGTH = [0, 2, 3, 4, 5, 1];
const stronger = (a, b) => (STRENGTH[a] > STRENGTH[b] ? a : b);

function close(self) {
  self._handle?.close();
  self._handle = null;
}

function failed(self, message, errno, code) {
  close(self);
  const error = new NodeError(code, message);
  error.errno = errno;
  self.destroy(error);
  self[kError] = error;
}

function nextBuffer(self) {
  self._outOffset = 0;
  self._outBuffer = Buffer.allocUnsafe(self._chunkSize);
}

// One call of the handle is a part of a job: the compression of one chunk.
function go(self, handle) {
  const job = handle[kJob];
  self._writesInProgress++;
  handle.write(job.flush, job.chunk, job.at, job.left, self._outBuffer, self._outOffset, job.room);
}

function done(self, handle) {
  const job = handle[kJob];
  // Code may call the handle itself.
  if (job === undefined) return;
  self._writesInProgress--;
  if (self.destroyed) {
    job.callback();
    return;
  }
  const room = self._writeState[0];
  const left = self._writeState[1];
  const taken = job.left - left;
  const given = job.room - room;
  self.bytesWritten += taken;
  let full = false;
  if (given > 0) {
    const start = self._outOffset;
    self._outOffset += given;
    full = !self.push(internal.slice(self._outBuffer, start, start + given));
  }
  if (self.destroyed) {
    job.callback();
    return;
  }
  if (room === 0 || self._outOffset >= self._chunkSize) {
    nextBuffer(self);
    job.room = self._chunkSize;
  }
  if (room === 0) {
    job.at += taken;
    job.left = left;
    if (!full) {
      go(self, handle);
      return;
    }
    const { _read } = self;
    self._read = function (size) {
      self._read = _read;
      go(self, handle);
      self._read(size);
    };
    return;
  }
  // The end of what is compressed was found: the rest of the input is nothing to it.
  if (left > 0) {
    self.push(null);
    return;
  }
  job.callback();
}

function transformChunk(self, chunk, flush, callback) {
  const handle = self._handle;
  if (!handle) {
    nextTick(callback);
    return;
  }
  self._hadWrites = true;
  handle[kJob] = { __proto__: null, chunk, flush, callback, at: 0, left: chunk.byteLength, room: self._chunkSize - self._outOffset };
  go(self, handle);
}

/** Compresses the whole of `chunk` and closes the stream. */
function processWhole(self, chunk, flush) {
  let left = chunk.byteLength;
  const handle = self._handle;
  check(handle, "Handle should have been defined");
  let error;
  self.on("error", (given) => {
    error = given;
  });
  const parts = [];
  let length = 0;
  let at = 0;
  for (;;) {
    const before = self._chunkSize - self._outOffset;
    handle.writeSync(flush, chunk, at, left, self._outBuffer, self._outOffset, before);
    error ??= self[kError];
    if (error) throw error;
    const room = self._writeState[0];
    const given = before - room;
    at += left - self._writeState[1];
    left = self._writeState[1];
    if (given > 0) {
      ArrayPrototypePush(parts, internal.slice(self._outBuffer, self._outOffset, self._outOffset + given));
      self._outOffset += given;
      length += given;
      if (length > self._maxOutputLength) {
        close(self);
        throw tooLarge(self._maxOutputLength);
      }
    }
    if (room === 0 || self._outOffset >= self._chunkSize) nextBuffer(self);
    if (room !== 0) break;
  }
  self.bytesWritten = at;
  close(self);
  return parts.length === 1 ? parts[0] : Buffer.concat(parts, length);
}

class ZlibBase extends Transform {
  constructor(options, kind, flush, finishFlush, fullFlush) {
    let chunkSize = c.Z_DEFAULT_CHUNK;
    let maxOutputLength = OUTPUT_MAX;
    const { flushMax } = kind;
    if (options) {
      chunkSize = options.chunkSize ?? c.Z_DEFAULT_CHUNK;
      if (!isGivenNumber(chunkSize, "options.chunkSize")) chunkSize = c.Z_DEFAULT_CHUNK;
      else if (chunkSize < c.Z_MIN_CHUNK) throw outOfRange("options.chunkSize", `>= ${c.Z_MIN_CHUNK}`, chunkSize);
      flush = numberWithin(options.flush, "options.flush", 0, flushMax, flush);
      finishFlush = numberWithin(options.finishFlush, "options.finishFlush", 0, flushMax, finishFlush);
      maxOutputLength = numberWithin(options.maxOutputLength, "options.maxOutputLength", 1, OUTPUT_MAX, OUTPUT_MAX);
      if (options.encoding || options.objectMode || options.writableObjectMode) {
        options = { ...options, encoding: null, objectMode: false, writableObjectMode: false };
      }
    }
    super({ autoDestroy: true, ...options });
    this[kError] = null;
    this.bytesWritten = 0;
    this._maxOutputLength = maxOutputLength;
    this._outBuffer = Buffer.allocUnsafe(chunkSize);
    this._outOffset = 0;
    this._chunkSize = chunkSize;
    this._defaultFlushFlag = flush;
    this._finishFlushFlag = finishFlush;
    this._defaultFullFlushFlag = fullFlush;
    this._info = Boolean(options?.info);
    this._handle = null;
    this._writeState = new Uint32Array(2);
    this._writesInProgress = 0;
    this._hadWrites = false;
  }

  get _closed() {
    return !this._handle;
  }

  get bytesRead() {
    return this.bytesWritten;
  }
  set bytesRead(value) {
    this.bytesWritten = value;
  }

  reset() {
    check(this._handle, "zlib binding closed");
    this._handle.reset();
  }

  // Not before those who watch for the end have seen it: as in workerd.
  _flush(callback) {
    nextTick(() => this._transform(Buffer.alloc(0), "", callback));
  }

  _final(callback) {
    callback();
  }

  flush(kind, callback) {
    if (typeof kind === "function" || (kind === undefined && !callback)) {
      callback = kind;
      kind = this._defaultFullFlushFlag;
    }
    if (this.writableFinished) {
      if (callback) nextTick(callback);
    } else if (this.writableEnded) {
      if (callback) this.once("end", callback);
    } else {
      this.write(flushes[kind], "", callback);
    }
  }

  close(callback) {
    if (callback) eos(this, callback);
    this.destroy();
  }

  _destroy(error, callback) {
    close(this);
    callback(error);
  }

  _transform(chunk, encoding, callback) {
    let flush = this._defaultFlushFlag;
    if (typeof chunk[kFlush] === "number") flush = chunk[kFlush];
    else if (this.writableEnded && this.writableLength === chunk.byteLength) flush = stronger(flush, this._finishFlushFlag);
    transformChunk(this, chunk, flush, callback);
  }

  _processChunk(chunk, flush, callback) {
    if (typeof callback === "function") {
      transformChunk(this, chunk, flush, callback);
      return undefined;
    }
    return processWhole(this, chunk, flush);
  }
}

function begin(self, native, kind) {
  self._handle = new Handle(native, kind, self._writeState, (handle) => done(self, handle), (message, errno, code) => failed(self, message, errno, code));
}

function dictionaryOf(value) {
  if (value === undefined) return undefined;
  const bytes = internal.viewBytes(value);
  if (bytes === undefined) throw invalidArgType("options.dictionary", BUFFERS, value);
  return bytes;
}

class Zlib extends ZlibBase {
  constructor(options, mode) {
    super(options, KINDS.zlib, c.Z_NO_FLUSH, c.Z_FINISH, c.Z_FULL_FLUSH);
    let windowBits = c.Z_DEFAULT_WINDOWBITS;
    let level = c.Z_DEFAULT_COMPRESSION;
    let memLevel = c.Z_DEFAULT_MEMLEVEL;
    let strategy = c.Z_DEFAULT_STRATEGY;
    let dictionary;
    if (options) {
      const reads = mode === c.INFLATE || mode === c.GUNZIP || mode === c.UNZIP;
      if (reads && (options.windowBits === undefined || options.windowBits === null || options.windowBits === 0)) {
        // The header says.
        windowBits = 0;
      } else {
        // zlib cannot write gzip with the smallest window.
        const min = mode === c.GZIP ? c.Z_MIN_WINDOWBITS + 1 : c.Z_MIN_WINDOWBITS;
        windowBits = numberWithin(options.windowBits, "options.windowBits", min, c.Z_MAX_WINDOWBITS, c.Z_DEFAULT_WINDOWBITS);
      }
      level = numberWithin(options.level, "options.level", c.Z_MIN_LEVEL, c.Z_MAX_LEVEL, level);
      memLevel = numberWithin(options.memLevel, "options.memLevel", c.Z_MIN_MEMLEVEL, c.Z_MAX_MEMLEVEL, memLevel);
      strategy = numberWithin(options.strategy, "options.strategy", c.Z_DEFAULT_STRATEGY, c.Z_FIXED, strategy);
      dictionary = dictionaryOf(options.dictionary);
    }
    begin(this, newZlib(mode, windowBits, level, memLevel, strategy, dictionary), KINDS.zlib);
    this._level = level;
    this._strategy = strategy;
  }

  params(level, strategy, callback) {
    numberWithin(level, "level", c.Z_MIN_LEVEL, c.Z_MAX_LEVEL);
    numberWithin(strategy, "strategy", c.Z_DEFAULT_STRATEGY, c.Z_FIXED);
    if (this._level === level && this._strategy === strategy) {
      nextTick(callback);
      return;
    }
    this.flush(c.Z_SYNC_FLUSH, () => {
      check(this._handle, "zlib binding closed");
      this._handle.params(level, strategy);
      if (this.destroyed) return;
      this._level = level;
      this._strategy = strategy;
      if (callback) callback();
    });
  }
}

const initializationFailed = () => nodeError("ERR_ZLIB_INITIALIZATION_FAILED", "Initialization failed");

// Numbers and values in turn; `invalid` makes the error for a key.
function paramsOf(params, max, invalid) {
  const pairs = [];
  const seen = [];
  const keys = params ? ObjectKeys(params) : [];
  for (let i = 0; i < keys.length; i++) {
    const key = +keys[i];
    if (!NumberIsInteger(key) || key < 0 || key > max || seen[key]) throw invalid(keys[i]);
    seen[key] = true;
    const value = params[keys[i]];
    if (typeof value !== "number" && typeof value !== "boolean") throw invalidArgType("options.params[key]", "number", value);
    ArrayPrototypePush(pairs, key, +value);
  }
  return pairs;
}

const invalidBrotli = (key) => nodeRangeError("ERR_BROTLI_INVALID_PARAM", `${key} is not a valid Brotli parameter`);
const invalidZstd = (key) => nodeRangeError("ERR_ZSTD_INVALID_PARAM", `${key} is not a valid Zstd parameter`);

class Brotli extends ZlibBase {
  constructor(options, mode) {
    const compress = mode === c.BROTLI_ENCODE;
    const kind = compress ? KINDS.brotliEncoder : KINDS.brotliDecoder;
    const params = paramsOf(options?.params, BROTLI_PARAM_MAX, invalidBrotli);
    super(options, kind, c.BROTLI_OPERATION_PROCESS, c.BROTLI_OPERATION_FINISH, c.BROTLI_OPERATION_FLUSH);
    const native = newBrotli(compress, params);
    if (native === null) throw initializationFailed();
    begin(this, native, kind);
  }
}

/** The size that a zstd stream's input will have, -1 if that is not known. */
function pledgedOf(value) {
  if (value === undefined) return -1;
  const size = typeof value === "bigint" ? Number(value) : +value;
  if (!NumberIsFinite(size)) throw new TypeError("The value cannot be converted because it is not an integer.");
  if (size < 0) throw new TypeError("The value cannot be converted because it is negative and this API expects a positive bigint.");
  return size;
}

class Zstd extends ZlibBase {
  constructor(options, mode) {
    const compress = mode === c.ZSTD_ENCODE;
    const kind = compress ? KINDS.zstdEncoder : KINDS.zstdDecoder;
    const max = compress ? c.ZSTD_c_overlapLog : c.ZSTD_d_windowLogMax;
    const params = paramsOf(options?.params, max, invalidZstd);
    super(options, kind, c.ZSTD_e_continue, c.ZSTD_e_end, c.ZSTD_e_flush);
    const native = newZstd(compress, params, compress ? pledgedOf(options?.pledgedSrcSize) : -1);
    if (typeof native === "string") throw initializationFailed();
    begin(this, native, kind);
  }
}

class Gzip extends Zlib {
  constructor(options) {
    super(options, c.GZIP);
  }
}
class Gunzip extends Zlib {
  constructor(options) {
    super(options, c.GUNZIP);
  }
}
class Deflate extends Zlib {
  constructor(options) {
    super(options, c.DEFLATE);
  }
}
class DeflateRaw extends Zlib {
  constructor(options) {
    // zlib cannot write the smallest window without a header.
    super(options?.windowBits === c.Z_MIN_WINDOWBITS ? { ...options, windowBits: c.Z_MIN_WINDOWBITS + 1 } : options, c.DEFLATERAW);
  }
}
class Inflate extends Zlib {
  constructor(options) {
    super(options, c.INFLATE);
  }
}
class InflateRaw extends Zlib {
  constructor(options) {
    super(options, c.INFLATERAW);
  }
}
class Unzip extends Zlib {
  constructor(options) {
    super(options, c.UNZIP);
  }
}
class BrotliCompress extends Brotli {
  constructor(options) {
    super(options, c.BROTLI_ENCODE);
  }
}
class BrotliDecompress extends Brotli {
  constructor(options) {
    super(options, c.BROTLI_DECODE);
  }
}
class ZstdCompress extends Zstd {
  constructor(options) {
    super(options, c.ZSTD_ENCODE);
  }
}
class ZstdDecompress extends Zstd {
  constructor(options) {
    super(options, c.ZSTD_DECODE);
  }
}

return {
  classes: {
    Gzip, Gunzip, Deflate, DeflateRaw, Inflate, InflateRaw, Unzip, BrotliCompress, BrotliDecompress, ZstdCompress, ZstdDecompress,
  },
  pledgedOf,
  processWhole,
};
})();
