// Transform streams of bytes, and one prototype above all transform streams.
//
// Owns IdentityTransformStream and FixedLengthStream, whose writes wait for their readers, and where `readable` and `writable`
// are found. It must not know bodies beyond the length that a stream promises.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayBufferIsView,
  BigInt,
  Error,
  MathTrunc,
  Number,
  NumberIsFinite,
  ObjectDefineProperty,
  ObjectPrototypeIsPrototypeOf,
  ObjectSetPrototypeOf,
  Promise,
  ReflectApply,
  ReflectDeleteProperty,
  ReflectGetOwnPropertyDescriptor,
  SafeWeakMap,
  SafeWeakSet,
  String,
  SymbolToStringTag,
  TypeError,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeSet,
  TypedArrayPrototypeSubarray,
  Uint8Array,
  WeakMapPrototypeGet,
  WeakMapPrototypeHas,
  WeakMapPrototypeSet,
  WeakSetPrototypeAdd,
  WeakSetPrototypeHas,
} = primordials;
const { ReadableStream, TransformStream, WritableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
const { TextDecoderStream, TextEncoderStream } = core.loadExtScript("ext:deno_web/08_text_encoding.js");
const { integerOf } = core.loadExtScript("ext:denizen/streams/arguments.js");
const { readOneAtATime, symbolOf } = core.loadExtScript("ext:denizen/streams/readers.js");
const { setStreamLength } = core.loadExtScript("ext:denizen/fetch/body.js");
const { refuseAtTop } = core.loadExtScript("ext:denizen/io/context.js");

const NOT_BYTES = "This TransformStream is being used as a byte stream, but received an object of non-ArrayBuffer/ArrayBufferView type on its writable side.";
const NOT_BYTES_PIPED = "This WritableStream only supports writing byte types.";
const LENGTH_LIMIT = 2 ** 53;

// The two sides of the transform streams that are made here.
const sides = new SafeWeakMap();
function setSides(stream, readable, writable) {
  WeakMapPrototypeSet(sides, stream, { __proto__: null, readable, writable });
}

function joinSide(name) {
  const own = ReflectGetOwnPropertyDescriptor(TransformStream.prototype, name).get;
  const others = [];
  for (let i = 0; i < 2; i++) {
    const { prototype } = i === 0 ? TextDecoderStream : TextEncoderStream;
    others[i] = { prototype, get: ReflectGetOwnPropertyDescriptor(prototype, name).get };
    ReflectDeleteProperty(prototype, name);
  }
  ObjectDefineProperty(TransformStream.prototype, name, {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      const made = typeof this === "object" && this !== null ? WeakMapPrototypeGet(sides, this) : undefined;
      if (made !== undefined) {
        return made[name];
      }
      for (let i = 0; i < others.length; i++) {
        if (ObjectPrototypeIsPrototypeOf(others[i].prototype, this)) {
          return ReflectApply(others[i].get, this, []);
        }
      }
      return ReflectApply(own, this, []);
    },
  });
}
joinSide("readable");
joinSide("writable");
ObjectSetPrototypeOf(TextDecoderStream.prototype, TransformStream.prototype);
ObjectSetPrototypeOf(TextEncoderStream.prototype, TransformStream.prototype);

function bytesOf(chunk) {
  if (typeof chunk === "string") {
    return core.encode(chunk);
  }
  if (ArrayBufferIsView(chunk)) {
    return new Uint8Array(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  if (core.isAnyArrayBuffer(chunk)) {
    return new Uint8Array(new Uint8Array(chunk));
  }
  throw new TypeError(NOT_BYTES);
}

// Bytes that were copied when they were written: what a sink is given later may have changed by then.
class Written {
  #bytes;

  constructor(chunk) {
    this.#bytes = bytesOf(chunk);
    this.byteLength = TypedArrayPrototypeGetByteLength(this.#bytes);
  }
  // The bytes of what a sink is given; a pipe gives chunks as they are.
  static bytesOf(chunk) {
    if (typeof chunk === "object" && chunk !== null && #bytes in chunk) {
      return chunk.#bytes;
    }
    try {
      return bytesOf(chunk);
    } catch {
      throw new TypeError(NOT_BYTES_PIPED);
    }
  }
}

// Writable sides that are the runtime's own, and what gives up the write that waits in one.
const ownWritables = new SafeWeakMap();
function isOwnWritable(stream) {
  return WeakMapPrototypeHas(ownWritables, stream);
}
function setOwnWritable(stream, giveUp) {
  WeakMapPrototypeSet(ownWritables, stream, giveUp);
}
function giveUpWrite(stream, reason) {
  WeakMapPrototypeGet(ownWritables, stream)(reason);
}

// Those whose error some write or close has been told: the next is told that the stream is closed.
const told = new SafeWeakSet();
function tellError(stream) {
  const isNews = !WeakSetPrototypeHas(told, stream);
  WeakSetPrototypeAdd(told, stream);
  return isNews;
}

// What the other side sees of a reason.
function errorOf(reason, otherwise = "undefined") {
  if (reason === undefined) {
    return new Error(otherwise);
  }
  return typeof reason === "object" && reason !== null || typeof reason === "function" ? reason : new Error(String(reason));
}
const CANCELLED = "Stream was cancelled.";
const kWriteRequests = symbolOf(new WritableStream(), "[[writeRequests]]");

// A byte stream whose writes wait until their bytes were read.
class Rendezvous {
  #chunk = null;
  #written = null;
  #closing = false;
  #controller = null;
  #waiting = null;
  #sink = null;
  #left;
  #stream = null;
  #lost = false;

  constructor(left) {
    this.#left = left;
  }
  readable() {
    return readOneAtATime(new ReadableStream({
      __proto__: null,
      type: "bytes",
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => new Promise((resolve) => {
        this.#waiting = resolve;
        this.#meet();
      }),
      cancel: (reason) => {
        const error = errorOf(reason, CANCELLED);
        if (this.#waits()) {
          tellError(this.#stream);
        }
        this.#settleWrite(error);
        this.#sink.error(error);
      },
    }, { __proto__: null, highWaterMark: 0 }));
  }
  writable(highWaterMark) {
    const strategy = highWaterMark === undefined
      ? { __proto__: null, highWaterMark: 1, size: () => 0 }
      : { __proto__: null, highWaterMark, size: (chunk) => typeof chunk === "string" ? chunk.length : chunk?.byteLength ?? 0 };
    const stream = new WritableStream({
      __proto__: null,
      start: (controller) => {
        this.#sink = controller;
      },
      write: (chunk) => {
        let bytes;
        try {
          bytes = Written.bytesOf(chunk);
        } catch (error) {
          this.#fail(error);
          throw error;
        }
        const length = TypedArrayPrototypeGetByteLength(bytes);
        if (this.#left !== undefined) {
          if (length > this.#left) {
            this.#fail(new TypeError("Attempt to write too many bytes through a FixedLengthStream."));
            return undefined;
          }
          this.#left -= length;
        }
        if (length === 0) {
          return undefined;
        }
        return new Promise((resolve, reject) => {
          this.#chunk = bytes;
          this.#written = { __proto__: null, resolve, reject };
          this.#meet();
        });
      },
      close: () => {
        if (this.#left !== undefined && this.#left > 0) {
          this.#fail(new TypeError("FixedLengthStream did not see all expected bytes before close()."));
          return;
        }
        this.#closing = true;
        this.#meet();
      },
      abort: (reason) => {
        this.#settleWrite(reason);
        this.#fail(this.#lost ? new Error("Network connection lost.") : errorOf(reason));
      },
    }, strategy);
    this.#stream = stream;
    setOwnWritable(stream, (reason) => {
      this.#lost = this.#waits();
      this.#settleWrite(reason);
    });
    return stream;
  }

  #waits() {
    return this.#written !== null || this.#stream[kWriteRequests].size > 0;
  }
  #settleWrite(error) {
    const written = this.#written;
    this.#written = null;
    this.#chunk = null;
    written?.reject(error);
  }
  #fail(error) {
    try {
      this.#controller.error(error);
    } catch { /* it has ended already */ }
    this.#pulled();
  }
  #pulled() {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.();
  }
  // Hands the chunk that waits to the read that waits.
  #meet() {
    if (this.#waiting === null) {
      return;
    }
    const controller = this.#controller;
    const request = controller.byobRequest;
    if (this.#chunk !== null) {
      const chunk = this.#chunk;
      const length = TypedArrayPrototypeGetByteLength(chunk);
      if (request === null) {
        this.#chunk = null;
        controller.enqueue(chunk);
      } else {
        const { view } = request;
        const room = view.byteLength;
        const taken = room < length ? room : length;
        TypedArrayPrototypeSet(new Uint8Array(view.buffer, view.byteOffset, room), TypedArrayPrototypeSubarray(chunk, 0, taken));
        this.#chunk = taken < length ? TypedArrayPrototypeSubarray(chunk, taken) : null;
        request.respond(taken);
      }
      if (this.#chunk === null) {
        const written = this.#written;
        this.#written = null;
        written?.resolve();
      }
      this.#pulled();
    } else if (this.#closing) {
      controller.close();
      request?.respond(0);
      this.#pulled();
    }
  }
}

class IdentityTransformStream {
  constructor(strategy = undefined) {
    connect(this, undefined, strategy);
  }
}

function connect(stream, length, strategy) {
  refuseAtTop();
  const rendezvous = new Rendezvous(length);
  const highWaterMark = strategy?.highWaterMark;
  const readable = rendezvous.readable();
  if (length !== undefined) {
    setStreamLength(readable, length);
  }
  setSides(stream, readable, rendezvous.writable(highWaterMark === undefined ? undefined : integerOf(highWaterMark)));
}

function lengthOf(value) {
  if (value === undefined) {
    throw new TypeError("Failed to construct 'FixedLengthStream': constructor parameter 1 is not of type 'bigint'.");
  }
  if (typeof value !== "bigint") {
    const number = Number(value);
    if (!NumberIsFinite(number)) {
      throw new TypeError("The value cannot be converted because it is not an integer.");
    }
    value = BigInt(MathTrunc(number));
  }
  if (value < 0n) {
    throw new TypeError("The value cannot be converted because it is negative and this API expects a positive bigint.");
  }
  if (value >= LENGTH_LIMIT) {
    throw new TypeError("FixedLengthStream requires an integer expected length less than 2^53.");
  }
  return Number(value);
}

class FixedLengthStream {
  constructor(length = undefined, strategy = undefined) {
    connect(this, lengthOf(length), strategy);
  }
}
function derive(Class, Parent) {
  ObjectSetPrototypeOf(Class.prototype, Parent.prototype);
  ObjectDefineProperty(Class.prototype, SymbolToStringTag, { __proto__: null, value: Class.name, configurable: true });
}
derive(IdentityTransformStream, TransformStream);
derive(FixedLengthStream, IdentityTransformStream);

return { CANCELLED, FixedLengthStream, IdentityTransformStream, Written, bytesOf, derive, errorOf, giveUpWrite, isOwnWritable, setOwnWritable, setSides, tellError };
})();
