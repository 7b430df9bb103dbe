// Content encodings of the bodies of responses: gzip and brotli.
//
// Owns the coding of chunks, and workerd's texts for what cannot be decoded. It must not know where bodies come from or go to.

(function () {
const { core, primordials } = __bootstrap;
const { op_node_brotli_new, op_node_zlib_close, op_node_zlib_new, op_node_zlib_write } = core.ops;
const {
  Error,
  TypeError,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeSlice,
  TypedArrayPrototypeSubarray,
  Uint32Array,
  Uint8Array,
} = primordials;

const OUTPUT_BYTES = 65536;
const EMPTY = new Uint8Array(0);
const PROCESS = 0;
// zlib's modes and numbers.
const GZIP = 3;
const GUNZIP = 4;
const WINDOW_BITS = 15;
const DEFAULT_LEVEL = -1;
const MEM_LEVEL = 8;
// Brotli's quality and window: fast and small, since a response waits for them.
const BROTLI_PARAMS = new Uint32Array([1, 5, 2, 19]);
const NO_PARAMS = new Uint32Array(0);

const NAMES = { __proto__: null, gzip: "Gzip", br: "Brotli" };
const FINISH = { __proto__: null, gzip: 4, br: 2 };

function begin(encoding, encode) {
  const native = encoding === "gzip"
    ? op_node_zlib_new(encode ? GZIP : GUNZIP, WINDOW_BITS, DEFAULT_LEVEL, MEM_LEVEL, 0, undefined)
    : op_node_brotli_new(encode, encode ? BROTLI_PARAMS : NO_PARAMS);
  if (native === null) {
    throw new Error(`${NAMES[encoding]} needs more memory than is left.`);
  }
  return native;
}

/** The decoded chunks of what `read` gives: `next()` gives one, or null at the end, as `read` does; `close()` ends it early. */
function decoder(encoding, read) {
  const native = begin(encoding, false);
  const name = NAMES[encoding];
  const output = new Uint8Array(OUTPUT_BYTES);
  let input = null;
  let at = 0;
  let left = 0;
  const fail = (text) => {
    op_node_zlib_close(native);
    throw new TypeError(`${name} ${text}`);
  };
  // A call may leave output behind in the library, so it is called until there is room.
  let full = false;
  const next = async () => {
    for (;;) {
      if (left === 0 && !full) {
        input = await read();
        if (input === null) {
          if (op_node_zlib_write(native, FINISH[encoding], EMPTY, 0, 0, output, 0, OUTPUT_BYTES) === null) {
            fail("compressed stream ended prematurely.");
          }
          op_node_zlib_close(native);
          return null;
        }
        at = 0;
        left = TypedArrayPrototypeGetByteLength(input);
      }
      const result = op_node_zlib_write(native, PROCESS, input, at, left, output, 0, OUTPUT_BYTES);
      if (result === null) {
        fail("decompression failed.");
      }
      const room = result[1];
      at += left - result[0];
      left = result[0];
      full = room === 0;
      // It has found its end before the end of its input.
      if (left > 0 && !full && !result[2]) {
        fail("decompression failed.");
      }
      if (room < OUTPUT_BYTES) {
        return TypedArrayPrototypeSlice(output, 0, OUTPUT_BYTES - room);
      }
    }
  };
  return { __proto__: null, next, close: () => op_node_zlib_close(native) };
}

/**
 * Gives encoded chunks to `put`, which resolves to whether more are wanted, as do `write(bytes)` and `end()`. Of no bytes it
 * makes none, as workerd does, unless they `came` from elsewhere.
 */
function encoder(encoding, put, came) {
  const native = begin(encoding, true);
  let begun = came;
  const code = async (bytes, operation) => {
    let at = 0;
    let left = TypedArrayPrototypeGetByteLength(bytes);
    for (;;) {
      const output = new Uint8Array(OUTPUT_BYTES);
      const result = op_node_zlib_write(native, operation, bytes, at, left, output, 0, OUTPUT_BYTES);
      if (result === null) {
        throw new Error(`${NAMES[encoding]} compression failed.`);
      }
      const room = result[1];
      at += left - result[0];
      left = result[0];
      if (room < OUTPUT_BYTES && !await put(TypedArrayPrototypeSubarray(output, 0, OUTPUT_BYTES - room))) {
        return false;
      }
      if (room > 0 && !result[2]) {
        return true;
      }
    }
  };
  return {
    __proto__: null,
    async write(bytes) {
      if (TypedArrayPrototypeGetByteLength(bytes) === 0) {
        return true;
      }
      begun = true;
      return await code(bytes, PROCESS);
    },
    async end() {
      if (begun) {
        await code(EMPTY, FINISH[encoding]);
      }
    },
    close: () => op_node_zlib_close(native),
  };
}

return { decoder, encoder };
})();
