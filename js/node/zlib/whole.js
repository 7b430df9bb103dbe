// The functions of `node:zlib` that take the whole of their data: at once, or with a callback.
//
// Owns how arguments become numbers and what is refused, with workerd's texts, which differ from those of the classes. It must
// not know streams, but for the one that the option `info` gives.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  ArrayIsArray, ArrayPrototypePush, Error, MathTrunc, NumberIsFinite, NumberIsNaN, ObjectKeys, RangeError, TypeError,
} = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { validateFunction } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { constants: c } = core.loadExtScript("ext:denizen/node/internal/zlib_constants.js");
const { newBrotli, newZlib, newZstd, run } = core.loadExtScript("ext:denizen/node/zlib/handle.js");
const { op_node_zlib_close } = core.ops;
const { pledgedOf, processWhole } = core.loadExtScript("ext:denizen/node/zlib/streams.js");

const ZLIB_FLUSH_MAX = 6;
const UINT_MAX = 4294967295;
const EMPTY = [];

// The conversions of workerd's native functions.
function intOf(value) {
  const number = +value;
  if (!NumberIsFinite(number)) return 0;
  if (number < -2147483648 || number > 2147483647) throw new TypeError("Value out of range. Must be between -2147483648 and 2147483647 (inclusive).");
  return MathTrunc(number);
}
function uintOf(value) {
  const number = +value;
  if (!NumberIsFinite(number)) throw new TypeError("The value cannot be converted because it is not an integer.");
  if (number < 0) throw new TypeError("The value cannot be converted because it is negative and this API expects a positive number.");
  if (number > UINT_MAX) throw new TypeError(`Value out of range. Must be less than or equal to ${UINT_MAX}.`);
  return MathTrunc(number);
}
const fieldType = (name, wanted) => new TypeError(`Incorrect type for the '${name}' field on 'Options': the provided value is not of type '${wanted}'.`);
const given = (value, convert, otherwise) => (value === undefined ? otherwise : convert(value));

/** The bytes of data, as `method` of workerd's native side takes it. */
function dataOf(method, data) {
  if (typeof data === "string") return Buffer.from(data);
  const bytes = internal.viewBytes(data);
  if (bytes === undefined) throw new TypeError(`Failed to execute '${method}' on 'ZlibUtil': parameter 1 is not of type 'string or ArrayBuffer or ArrayBufferView'.`);
  return bytes;
}

function checkObject(method, options) {
  if ((typeof options !== "object" && typeof options !== "function") || options === null) {
    throw new TypeError(`Failed to execute '${method}' on 'ZlibUtil': parameter 2 is not of type 'Options'.`);
  }
}

function within(name, value, min, max, received = value) {
  if (value < min || value > max) throw new RangeError(`The value of "options.${name}" is out of range. It must be >= ${min} and <= ${max}. Received ${received}`);
}

// What every format has.
function commonOf(options, flush, finishFlush) {
  return {
    __proto__: null,
    flush: given(options.flush, intOf, flush),
    finishFlush: given(options.finishFlush, intOf, finishFlush),
    chunkSize: given(options.chunkSize, uintOf, c.Z_DEFAULT_CHUNK),
    maxOutputLength: given(options.maxOutputLength, uintOf, c.Z_MAX_CHUNK),
  };
}
function checkSizes(settings) {
  within("chunkSize", settings.chunkSize, c.Z_MIN_CHUNK, c.Z_MAX_CHUNK);
  within("maxOutputLength", settings.maxOutputLength, 1, c.Z_MAX_CHUNK);
}

function paramsOf(params) {
  if (params === undefined) return EMPTY;
  if (params === null || typeof params !== "object" || ArrayIsArray(params)) throw fieldType("params", "object");
  const pairs = [];
  const keys = ObjectKeys(params);
  for (let i = 0; i < keys.length; i++) {
    const key = +keys[i];
    if (NumberIsNaN(key)) throw new Error("internal error");
    ArrayPrototypePush(pairs, key, intOf(params[keys[i]]));
  }
  return pairs;
}

const zlibFormat = (mode) => ({
  __proto__: null,
  method: "zlib",
  settingsOf(options) {
    const settings = commonOf(options, c.Z_NO_FLUSH, c.Z_FINISH);
    settings.windowBits = given(options.windowBits, uintOf, c.Z_DEFAULT_WINDOWBITS);
    settings.level = given(options.level, intOf, c.Z_DEFAULT_LEVEL);
    settings.memLevel = given(options.memLevel, uintOf, c.Z_DEFAULT_MEMLEVEL);
    settings.strategy = given(options.strategy, uintOf, c.Z_DEFAULT_STRATEGY);
    settings.dictionary = given(options.dictionary, internal.viewBytes, null);
    if (settings.dictionary === undefined) throw fieldType("dictionary", "ArrayBuffer or ArrayBufferView");
    return settings;
  },
  begin(settings) {
    const { windowBits, level, memLevel, strategy, flush, finishFlush } = settings;
    checkSizes(settings);
    const reads = mode === c.INFLATE || mode === c.GUNZIP || mode === c.UNZIP;
    if (!reads || windowBits !== 0) within("windowBits", windowBits, c.Z_MIN_WINDOWBITS, c.Z_MAX_WINDOWBITS);
    within("level", level, c.Z_MIN_LEVEL, c.Z_MAX_LEVEL);
    within("memLevel", memLevel, c.Z_MIN_MEMLEVEL, c.Z_MAX_MEMLEVEL);
    if (strategy > c.Z_FIXED) throw new Error("invalid strategy");
    within("flush", flush, 0, ZLIB_FLUSH_MAX);
    // workerd tells of the other option's value here.
    within("finishFlush", finishFlush, 0, ZLIB_FLUSH_MAX, flush);
    return newZlib(mode, windowBits, level, memLevel, strategy, settings.dictionary ?? undefined);
  },
});

const brotliFormat = (compress) => ({
  __proto__: null,
  method: compress ? "brotliCompress" : "brotliDecompress",
  settingsOf(options) {
    const settings = commonOf(options, c.BROTLI_OPERATION_PROCESS, c.BROTLI_OPERATION_FINISH);
    settings.params = paramsOf(options.params);
    return settings;
  },
  begin(settings) {
    checkSizes(settings);
    within("flush", settings.flush, 0, c.BROTLI_OPERATION_EMIT_METADATA);
    within("finishFlush", settings.finishFlush, 0, c.BROTLI_OPERATION_EMIT_METADATA);
    const native = newBrotli(compress, settings.params);
    if (native === null) throw new Error("Setting parameter failed");
    return native;
  },
});

const zstdFormat = (compress) => ({
  __proto__: null,
  method: compress ? "zstdCompress" : "zstdDecompress",
  settingsOf(options) {
    const settings = commonOf(options, c.ZSTD_e_continue, c.ZSTD_e_end);
    settings.params = paramsOf(options.params);
    // Checked, and then the size of the data that are there.
    if (compress) pledgedOf(options.pledgedSrcSize);
    return settings;
  },
  begin(settings) {
    checkSizes(settings);
    within("flush", settings.flush, 0, c.ZSTD_e_end);
    within("finishFlush", settings.finishFlush, 0, c.ZSTD_e_end);
    const native = newZstd(compress, settings.params, -1);
    if (typeof native === "string") throw new Error(native);
    return native;
  },
});

function process(native, data, settings) {
  const { chunkSize, maxOutputLength, finishFlush } = settings;
  const parts = [];
  let length = 0;
  let at = 0;
  let left = data.length;
  let room = 0;
  const told = (newRoom, newLeft) => {
    room = newRoom;
    at += left - newLeft;
    left = newLeft;
  };
  for (;;) {
    const output = Buffer.allocUnsafeSlow(chunkSize);
    const failure = run(native, finishFlush, data, at, left, output, 0, chunkSize, told);
    if (failure !== undefined) throw new Error(failure[0]);
    const size = chunkSize - room;
    if (size > 0) ArrayPrototypePush(parts, internal.slice(output, 0, size));
    length += size;
    if (length > maxOutputLength) throw new RangeError("Memory limit exceeded");
    if (room !== 0) return Buffer.concat(parts, length);
  }
}

function whole(format, data, settings) {
  const native = format.begin(settings);
  try {
    return process(native, data, settings);
  } finally {
    op_node_zlib_close(native);
  }
}

function withStream(engine, data) {
  if (typeof data === "string") data = Buffer.from(data);
  return { engine, buffer: processWhole(engine, data, engine._finishFlushFlag) };
}

/** The function of `format` that gives its result, and the one that calls back with it; `Class` is the stream of the same. */
function pair(format, Class) {
  const { method } = format;
  const sync = (data, options) => {
    if (options.info) return withStream(new Class(options), data);
    const bytes = dataOf(`${method}Sync`, data);
    checkObject(`${method}Sync`, options);
    return whole(format, bytes, format.settingsOf(options));
  };
  const async = (data, options, callback) => {
    if (typeof options === "function") {
      callback = options;
      options = {};
    }
    validateFunction(callback, "callback");
    let work;
    if (options.info) {
      const engine = new Class(options);
      work = () => withStream(engine, data);
    } else {
      const bytes = dataOf(method, data);
      checkObject(method, options);
      const settings = format.settingsOf(options);
      work = () => whole(format, bytes, settings);
    }
    let result;
    try {
      result = work();
    } catch (error) {
      nextTick(callback, error);
      return;
    }
    nextTick(callback, null, result);
  };
  return { sync, async };
}

return { brotliFormat, dataOf, pair, zlibFormat, zstdFormat };
})();
