// What the streams of `node:zlib` work with: a native compressor or decompressor, called with parts of buffers.
//
// Owns the loop over pieces of long input, when a result is told, and how a failure becomes an error. It must not know streams.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  op_node_brotli_new, op_node_zlib_close, op_node_zlib_failure, op_node_zlib_new, op_node_zlib_params, op_node_zlib_reset,
  op_node_zlib_write, op_node_zstd_new,
} = core.ops;
const { Error, TypeError, Uint32Array } = primordials;
const { internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { constants } = core.loadExtScript("ext:denizen/node/internal/zlib_constants.js");

// The kinds of handles: the highest number of a flush, and the name that errors have for it.
const KINDS = {
  __proto__: null,
  zlib: { __proto__: null, flushMax: constants.Z_BLOCK, name: "ZlibContext>" },
  brotliEncoder: { __proto__: null, flushMax: constants.BROTLI_OPERATION_EMIT_METADATA, name: "BrotliEncoderContext>" },
  brotliDecoder: { __proto__: null, flushMax: constants.BROTLI_OPERATION_EMIT_METADATA, name: "BrotliDecoderContext>" },
  zstdEncoder: { __proto__: null, flushMax: constants.ZSTD_e_end, name: "ZstdEncoderContext>" },
  zstdDecoder: { __proto__: null, flushMax: constants.ZSTD_e_end, name: "ZstdDecoderContext>" },
};

/**
 * Runs `native` until its output is full or its input is taken, and calls `told(room, left)` with what is left of both.
 * Gives what it failed with, `[message, code, errno]`, if it did.
 */
function run(native, flush, input, inAt, inLength, output, outAt, outLength, told) {
  for (;;) {
    const result = op_node_zlib_write(native, flush, input, inAt, inLength, output, outAt, outLength);
    if (result === null) {
      return op_node_zlib_failure(native) ?? ["zlib binding closed", "Z_STREAM_ERROR", constants.Z_STREAM_ERROR];
    }
    const left = result[0];
    const room = result[1];
    if (!result[2] || room === 0) {
      told(room, left);
      return undefined;
    }
    inAt += inLength - left;
    outAt += outLength - room;
    inLength = left;
    outLength = room;
  }
}

class Handle {
  #native;
  #kind;
  #state;
  #done;
  #failed;
  // Brotli tells its result at once, the others in a microtask: as in workerd.
  #atOnce;

  /** `state` gets what is left of output and input; `done(handle)` is called after `write`, `failed(message, errno, code)` on a failure. */
  constructor(native, kind, state, done, failed) {
    this.#native = native;
    this.#kind = kind;
    this.#state = state;
    this.#done = done;
    this.#failed = failed;
    this.#atOnce = kind === KINDS.brotliEncoder || kind === KINDS.brotliDecoder;
  }

  #run(method, flush, input, inAt, inLength, output, outAt, outLength) {
    const kind = this.#kind;
    const bytes = internal.viewBytes(input);
    if (bytes === undefined) throw new TypeError(`Failed to execute '${method}' on '${kind.name}': parameter 2 is not of type 'BufferSource'.`);
    flush >>>= 0;
    if (flush > kind.flushMax) throw new Error("Invalid flush value");
    const state = this.#state;
    const failure = run(this.#native, flush, bytes, inAt >>> 0, inLength >>> 0, output, outAt >>> 0, outLength >>> 0, (room, left) => {
      state[0] = room;
      state[1] = left;
    });
    if (failure === undefined) return true;
    this.#failed(failure[0], failure[2], failure[1]);
    return false;
  }

  write(flush, input, inAt, inLength, output, outAt, outLength) {
    if (!this.#run("write", flush, input, inAt, inLength, output, outAt, outLength)) return;
    if (this.#atOnce) this.#done(this);
    else nextTick(this.#done, this);
  }

  writeSync(flush, input, inAt, inLength, output, outAt, outLength) {
    this.#run("writeSync", flush, input, inAt, inLength, output, outAt, outLength);
  }

  params(level, strategy) {
    if (!op_node_zlib_params(this.#native, level, strategy)) this.#fail();
  }

  reset() {
    if (!op_node_zlib_reset(this.#native)) this.#fail();
  }

  close() {
    op_node_zlib_close(this.#native);
  }

  #fail() {
    const failure = op_node_zlib_failure(this.#native);
    if (failure !== null) this.#failed(failure[0], failure[2], failure[1]);
  }
}

/** A native stream of one of zlib's formats. */
function newZlib(mode, windowBits, level, memLevel, strategy, dictionary) {
  return op_node_zlib_new(mode, windowBits, level, memLevel, strategy, dictionary);
}

// The operations take numbers without a sign, as they lie in memory.
function packed(params) {
  const numbers = new Uint32Array(params.length);
  for (let i = 0; i < params.length; i++) numbers[i] = params[i];
  return numbers;
}

/** A native brotli stream, or null for a parameter that is refused; `params` is an array of numbers and values in turn. */
function newBrotli(compress, params) {
  return op_node_brotli_new(compress, packed(params));
}

/** A native zstd stream, or a text for a parameter that is refused; `pledged` is the size of all input, or -1. */
function newZstd(compress, params, pledged) {
  return op_node_zstd_new(compress, packed(params), pledged);
}

return { Handle, KINDS, newBrotli, newZlib, newZstd, run };
})();
