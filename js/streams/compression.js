// CompressionStream and DecompressionStream.
//
// Owns gzip, deflate and deflate-raw between a writable and a byte stream, over what `node:zlib` has, and workerd's texts for
// what cannot be decompressed. It must not know who reads.

(function () {
const { core, primordials } = __bootstrap;
const { op_node_zlib_close, op_node_zlib_new, op_node_zlib_write } = core.ops;
const {
  Promise,
  PromisePrototypeThen,
  RangeError,
  String,
  TypeError,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeSlice,
  Uint8Array,
} = primordials;
const { refuseAtTop } = core.loadExtScript("ext:denizen/io/context.js");
const { readOneAtATime } = core.loadExtScript("ext:denizen/streams/readers.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { ReadableStream, TransformStream, WritableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
const { CANCELLED, Written, derive, errorOf, setOwnWritable, setSides, tellError } = core.loadExtScript("ext:denizen/streams/transforms.js");

const TRAILING = "Trailing bytes after end of compressed data";
const INCOMPLETE = "Called close() on a decompression stream with incomplete data";
// zlib's numbers: what to do, to compress and to decompress.
const MODES = { __proto__: null, deflate: [1, 2], "deflate-raw": [5, 6], gzip: [3, 8] };
const WINDOW_BITS = 15;
const DEFAULT_LEVEL = -1;
const MEM_LEVEL = 8;
const PROCESS = 0;
const FINISH = 4;
const EMPTY = new Uint8Array(0);
// Bytes that wait for a reader before a write waits too.
const BUFFERED_BYTES = 65536;
// Bytes that one call of the library may give.
const OUTPUT_BYTES = 16384;

function connect(stream, format, decompress) {
  refuseAtTop();
  const native = op_node_zlib_new(MODES[format][decompress ? 1 : 0], WINDOW_BITS, DEFAULT_LEVEL, MEM_LEVEL, 0, undefined);
  if (native === null) {
    throw new RangeError("Array buffer allocation failed");
  }
  const output = new Uint8Array(OUTPUT_BYTES);
  let controller;
  let sink;
  let room = null;
  let isClosed = false;
  const close = () => {
    if (!isClosed) {
      isClosed = true;
      op_node_zlib_close(native);
    }
  };
  const fail = (text) => {
    const error = new TypeError(text);
    close();
    tellError(writable);
    try {
      controller.error(error);
    } catch { /* it has ended already */ }
    throw error;
  };
  // Codes `bytes` from `at` on, and gives how many are left when the output is full, -1 when no more comes of them.
  const step = (operation, bytes, at) => {
    const length = TypedArrayPrototypeGetByteLength(bytes) - at;
    const result = op_node_zlib_write(native, operation, bytes, at, length, output, 0, OUTPUT_BYTES);
    if (result === null) {
      if (operation === PROCESS || !decompress) {
        fail(decompress ? "Decompression failed." : "Compression failed.");
      }
      if (changed.strict_compression_checks) {
        return -1;
      }
      fail(INCOMPLETE);
    }
    const left = result[0];
    const free = result[1];
    if (free < OUTPUT_BYTES) {
      controller.enqueue(TypedArrayPrototypeSlice(output, 0, OUTPUT_BYTES - free));
    }
    if (free === 0 || result[2]) {
      return left;
    }
    // It has found its end before the end of its input.
    if (left > 0 && !changed.strict_compression_checks) {
      fail(TRAILING);
    }
    return -1;
  };
  // Codes all of `bytes` from `at` on, for as long as there is room for what comes of it.
  const code = (bytes, at) => {
    while (!isClosed) {
      const left = step(PROCESS, bytes, at);
      if (!(controller.desiredSize > 0)) {
        const emptied = new Promise((resolve) => {
          room = resolve;
        });
        const next = TypedArrayPrototypeGetByteLength(bytes) - left;
        return left < 0 ? emptied : PromisePrototypeThen(emptied, () => code(bytes, next));
      }
      if (left < 0) {
        return;
      }
      at = TypedArrayPrototypeGetByteLength(bytes) - left;
    }
  };
  const freed = () => {
    const resolve = room;
    room = null;
    resolve?.();
  };
  const readable = readOneAtATime(new ReadableStream({
    __proto__: null,
    type: "bytes",
    start(given) {
      controller = given;
    },
    pull: freed,
    cancel(reason) {
      close();
      freed();
      sink.error(errorOf(reason, CANCELLED));
    },
  }, { __proto__: null, highWaterMark: BUFFERED_BYTES }));
  const writable = new WritableStream({
    __proto__: null,
    start(given) {
      sink = given;
    },
    write(chunk) {
      return code(Written.bytesOf(chunk), 0);
    },
    close() {
      while (step(FINISH, EMPTY, 0) >= 0);
      close();
      controller.close();
      controller.byobRequest?.respond(0);
    },
    abort(reason) {
      close();
      controller.error(errorOf(reason));
    },
  }, { __proto__: null, highWaterMark: 1, size: () => 0 });
  setOwnWritable(writable, () => {
    close();
    freed();
  });
  setSides(stream, readable, writable);
}

function formatOf(name, count, format) {
  if (count === 0) {
    throw new TypeError(`Failed to construct '${name}': constructor parameter 1 is not of type 'string'.`);
  }
  const text = String(format);
  if (MODES[text] === undefined) {
    throw new TypeError("The compression format must be either 'deflate', 'deflate-raw' or 'gzip'.");
  }
  return text;
}

class CompressionStream {
  constructor(format) {
    connect(this, formatOf("CompressionStream", arguments.length, format), false);
  }
}
class DecompressionStream {
  constructor(format) {
    connect(this, formatOf("DecompressionStream", arguments.length, format), true);
  }
}
derive(CompressionStream, TransformStream);
derive(DecompressionStream, TransformStream);

return { CompressionStream, DecompressionStream };
})();
