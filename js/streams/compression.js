// CompressionStream and DecompressionStream.
//
// Owns gzip, deflate and deflate-raw between a writable and a byte stream, over deno_web's operations, and workerd's texts for
// what cannot be decompressed. It must not know who reads.

(function () {
const { core, primordials } = __bootstrap;
const { op_compression_finish, op_compression_new, op_compression_write, op_counted } = core.ops;
const {
  Promise,
  PromisePrototypeThen,
  String,
  StringPrototypeIncludes,
  TypeError,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeSlice,
  TypedArrayPrototypeSubarray,
} = primordials;
const { readOneAtATime } = core.loadExtScript("ext:denizen/streams/readers.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { ReadableStream, TransformStream, WritableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
const { bytesOf, derive, setSides } = core.loadExtScript("ext:denizen/streams/transforms.js");

const TRAILING = "Trailing bytes after end of compressed data";
const FORMATS = { __proto__: null, deflate: true, "deflate-raw": true, gzip: true };
// Bytes that wait for a reader before a write waits too.
const BUFFERED_BYTES = 65536;
// Bytes that are coded at once: what they may become is a thousand times as much.
const PIECE_BYTES = 16384;
const GZIP_SYSTEM_BYTE = 9;
const UNIX = 3;

function connect(stream, format, decompress) {
  const coder = op_compression_new(format, decompress);
  let controller;
  let sink;
  let room = null;
  let started = false;
  const push = (bytes) => {
    if (TypedArrayPrototypeGetByteLength(bytes) === 0) {
      return;
    }
    if (!started) {
      started = true;
      if (format === "gzip" && !decompress) {
        bytes[GZIP_SYSTEM_BYTE] = UNIX;
      }
    }
    controller.enqueue(op_counted(bytes));
  };
  const fail = (error) => {
    try {
      controller.error(error);
    } catch { /* it has ended already */ }
    throw error;
  };
  // Codes `bytes` from `at` on, for as long as there is room for what comes of it.
  const code = (bytes, at) => {
    const length = TypedArrayPrototypeGetByteLength(bytes);
    do {
      try {
        push(op_compression_write(coder, TypedArrayPrototypeSubarray(bytes, at, at + PIECE_BYTES)));
      } catch (error) {
        const failure = decompress ? readError(error) : error;
        if (!changed.strict_compression_checks || failure.message !== TRAILING) {
          fail(failure);
        }
      }
      at += PIECE_BYTES;
      if (!(controller.desiredSize > 0)) {
        const emptied = new Promise((resolve) => {
          room = resolve;
        });
        return at < length ? PromisePrototypeThen(emptied, () => code(bytes, at)) : emptied;
      }
    } while (at < length);
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
      op_compression_finish(coder, false);
      freed();
      sink.error(reason);
    },
  }, { __proto__: null, highWaterMark: BUFFERED_BYTES }));
  const writable = new WritableStream({
    __proto__: null,
    start(given) {
      sink = given;
    },
    write(chunk) {
      const bytes = bytesOf(chunk);
      // What is coded later must not change meanwhile.
      return code(TypedArrayPrototypeGetByteLength(bytes) > PIECE_BYTES ? TypedArrayPrototypeSlice(bytes) : bytes, 0);
    },
    close() {
      try {
        push(op_compression_finish(coder, true));
      } catch {
        if (!changed.strict_compression_checks) fail(new TypeError("Called close() on a decompression stream with incomplete data"));
      }
      controller.close();
      controller.byobRequest?.respond(0);
    },
    abort(reason) {
      op_compression_finish(coder, false);
      controller.error(reason);
    },
  }, { __proto__: null, highWaterMark: 1, size: () => 0 });
  setSides(stream, readable, writable);
}

function readError(error) {
  const { message } = error;
  if (typeof message === "string" && StringPrototypeIncludes(message, "failed to write whole buffer")) {
    return new TypeError(TRAILING);
  }
  return typeof message === "string" && StringPrototypeIncludes(message, "TransformStream") ? error : new TypeError("Decompression failed.");
}

function formatOf(name, count, format) {
  if (count === 0) {
    throw new TypeError(`Failed to construct '${name}': constructor parameter 1 is not of type 'string'.`);
  }
  const text = String(format);
  if (FORMATS[text] !== true) {
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
