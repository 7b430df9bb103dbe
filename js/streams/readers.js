// What Workers' readers do beyond the standard, and how they refuse.
//
// Owns readAtLeast, the arguments of reads into a buffer, what the end of a stream gives to a read with a minimum, when a branch
// of a tee is done with, and which streams take one read at a time: those of bytes that the runtime makes. It must not know where
// bytes come from.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayBufferIsView,
  BigInt,
  BigIntAsUintN,
  DataViewPrototypeGetByteLength,
  MathTrunc,
  Number,
  ObjectDefineProperty,
  ObjectGetOwnPropertySymbols,
  ObjectGetPrototypeOf,
  PromisePrototypeThen,
  PromiseReject,
  PromiseResolve,
  ReflectApply,
  SafeWeakSet,
  SymbolPrototypeGetDescription,
  SymbolToStringTag,
  TypeError,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetLength,
  WeakSetPrototypeAdd,
  WeakSetPrototypeDelete,
  WeakSetPrototypeHas,
} = primordials;
const webidl = core.loadExtScript("ext:deno_webidl/00_webidl.js");
const streams = core.loadExtScript("ext:deno_web/06_streams.js");
const { ReadableStream, ReadableStreamBYOBReader, ReadableStreamBYOBRequest, ReadableStreamDefaultReader, readableStreamTee } = streams;

const SECOND_READ = "This ReadableStream only supports a single pending read request at a time.";
const PENDING_READ = "Cannot call releaseLock() on a reader with outstanding read promises.";
const EMPTY_VIEW = "You must call read() on a \"byob\" reader with a positive-sized TypedArray object.";

// deno_web keeps what its classes hold under symbols that it does not give out.
function symbolOf(object, description) {
  const symbols = ObjectGetOwnPropertySymbols(object);
  for (let i = 0; i < symbols.length; i++) {
    if (SymbolPrototypeGetDescription(symbols[i]) === description) {
      return symbols[i];
    }
  }
  throw new TypeError(`deno_web has no ${description}`);
}
let controller;
const stream = new ReadableStream({ __proto__: null, type: "bytes", start: (given) => { controller = given; } });
const kPullIntos = symbolOf(controller, "[[pendingPullIntos]]");
const kCloseRequested = symbolOf(controller, "[[closeRequested]]");
const kQueuedBytes = symbolOf(controller, "[[queueTotalSize]]");
const kCancel = symbolOf(controller, "[[cancelAlgorithm]]");
const kReader = symbolOf(stream, "[[reader]]");
const kState = symbolOf(stream, "[[state]]");
const sample = stream.getReader();
const kStream = symbolOf(sample, "[[stream]]");
const kClosed = symbolOf(sample, "[[closedPromise]]");
const kReadRequests = symbolOf(sample, "[[readRequests]]");
const kController = symbolOf(new ReadableStreamBYOBRequest(webidl.brand), "[[controller]]");

const single = new SafeWeakSet();
const reading = new SafeWeakSet();

// Has `stream` refuse a read while another waits. Gives the stream.
function readOneAtATime(stream) {
  WeakSetPrototypeAdd(single, stream);
  return stream;
}

function isSingle(stream) {
  return WeakSetPrototypeHas(single, stream);
}

// The promise of `read`, or a rejected one if `reader` already waits for another.
function alone(reader, read) {
  const source = typeof reader === "object" && reader !== null ? reader[kStream] : undefined;
  if (source === undefined || !WeakSetPrototypeHas(single, source)) {
    return read();
  }
  if (WeakSetPrototypeHas(reading, reader)) {
    return PromiseReject(new TypeError(SECOND_READ));
  }
  WeakSetPrototypeAdd(reading, reader);
  const promise = read();
  const done = () => WeakSetPrototypeDelete(reading, reader);
  PromisePrototypeThen(promise, done, done);
  return promise;
}

function isObject(value) {
  return typeof value === "object" && value !== null || typeof value === "function";
}

// Reads into `view` until it holds `minimum` elements or the stream ends. What came before the end is no end yet.
function readInto(reader, view, minimum) {
  const isData = !core.isTypedArray(view);
  const size = isData ? DataViewPrototypeGetByteLength(view) : TypedArrayPrototypeGetByteLength(view);
  if (size === 0) {
    return PromiseReject(new TypeError(EMPTY_VIEW));
  }
  const elements = isData ? size : TypedArrayPrototypeGetLength(view);
  let wanted = MathTrunc(Number(minimum)) || 0;
  if (wanted === 0) {
    return PromiseReject(new TypeError(`Requested invalid minimum number of bytes to read (${wanted}).`));
  }
  if (wanted < 0 || wanted > elements) {
    const bytes = wanted > 2 ** 53 ? wanted : BigIntAsUintN(64, BigInt(wanted) * BigInt(size / elements));
    return PromiseReject(new TypeError(`Minimum bytes to read (${bytes}) exceeds size of buffer (${size}).`));
  }
  const source = reader[kStream]?.[kController];
  if (source?.[kCloseRequested] === true && source[kQueuedBytes] < wanted * (size / elements)) {
    // Nothing comes beyond what is there.
    wanted = MathTrunc(source[kQueuedBytes] * elements / size) || 1;
  }
  const promise = alone(reader, () => ReflectApply(intoRead, reader, [view, { __proto__: null, min: wanted }]));
  return wanted === 1 ? promise : PromisePrototypeThen(promise, (result) => {
    const { done, value } = result;
    return done && value !== undefined && value.byteLength > 0 ? { value, done: false } : result;
  });
}

const defaultRead = ReadableStreamDefaultReader.prototype.read;
const intoRead = ReadableStreamBYOBReader.prototype.read;

const defaultMembers = {
  read() {
    return alone(this, () => ReflectApply(defaultRead, this, []));
  },
};
const intoMembers = {
  read(view, options = undefined) {
    if (!ArrayBufferIsView(view)) {
      return PromiseReject(new TypeError("Failed to execute 'read' on 'ReadableStreamBYOBReader': parameter 1 is not of type 'ArrayBufferView'."));
    }
    if (options !== undefined && options !== null && !isObject(options)) {
      return PromiseReject(new TypeError("Failed to execute 'read' on 'ReadableStreamBYOBReader': parameter 2 is not of type 'ReadableStreamBYOBReaderReadOptions'."));
    }
    try {
      return readInto(this, view, options?.min ?? 1);
    } catch (error) {
      return PromiseReject(error);
    }
  },
  readAtLeast(minimum, view) {
    try {
      if (minimum === undefined) {
        throw new TypeError("Failed to execute 'readAtLeast' on 'ReadableStreamBYOBReader': parameter 1 is not of type 'integer'.");
      }
      if (!ArrayBufferIsView(view)) {
        throw new TypeError("Failed to execute 'readAtLeast' on 'ReadableStreamBYOBReader': parameter 2 is not of type 'ArrayBufferView'.");
      }
      return readInto(this, view, minimum);
    } catch (error) {
      return PromiseReject(error);
    }
  },
};

// Both branches of a stream. One that is canceled does not wait for the other; the source learns the reason of the last.
function tee(stream, cloned) {
  const source = stream[kController];
  const cancelSource = source[kCancel];
  const branches = readableStreamTee(stream, cloned);
  let canceled = 0;
  let last;
  for (let i = 0; i < 2; i++) {
    const branch = branches[i][kController];
    const cancel = branch[kCancel];
    branch[kCancel] = (reason) => {
      canceled++;
      last = reason;
      const both = cancel(reason);
      return canceled === 2 ? both : PromiseResolve(undefined);
    };
  }
  if (cancelSource !== undefined) {
    source[kCancel] = (reason) => cancelSource(canceled === 2 ? last : reason, source);
  }
  return branches;
}
streams.readableStreamTee = tee;

const { tee: ownTee, values } = ReadableStream.prototype;
const streamMembers = {
  // A function of its own beside the one behind Symbol.asyncIterator.
  values(options = undefined) {
    return ReflectApply(values, this, [options]);
  },
  tee() {
    if (!isObject(this) || !(kReader in this)) {
      return ReflectApply(ownTee, this, []);
    }
    if (this[kReader] !== undefined) {
      throw new TypeError("This ReadableStream is currently locked to a reader,");
    }
    const branches = streams.readableStreamTee(this, false);
    // It counts as read from here on.
    streams.readableStreamDisturb(this);
    if (isSingle(this)) {
      readOneAtATime(branches[0]);
      readOneAtATime(branches[1]);
    }
    return branches;
  },
};

function define(Class, members, name) {
  ObjectDefineProperty(Class.prototype, name, { ...primordials.ReflectGetOwnPropertyDescriptor(members, name), enumerable: true, configurable: true });
}
define(ReadableStreamDefaultReader, defaultMembers, "read");
define(ReadableStreamBYOBReader, intoMembers, "read");
define(ReadableStreamBYOBReader, intoMembers, "readAtLeast");
define(ReadableStream, streamMembers, "tee");
define(ReadableStream, streamMembers, "values");
ObjectDefineProperty(ObjectGetPrototypeOf(new ReadableStream().values()), SymbolToStringTag, { __proto__: null, value: "ReadableStreamAsyncIterator", configurable: true });
const readers = [ReadableStreamDefaultReader, ReadableStreamBYOBReader];
for (let i = 0; i < readers.length; i++) {
  const original = readers[i].prototype.releaseLock;
  define(readers[i], {
    releaseLock() {
      if (isObject(this) && WeakSetPrototypeHas(reading, this)) {
        throw new TypeError(PENDING_READ);
      }
      const closed = isObject(this) ? this[kClosed] : undefined;
      const isSettled = closed !== undefined && closed.state !== "pending";
      ReflectApply(original, this, []);
      if (isSettled) {
        this[kClosed] = closed;
      }
    },
  }, "releaseLock");
}

const symbols = { __proto__: null, kCancel, kCloseRequested, kController, kPullIntos, kReadRequests, kReader, kState, kStream };
return { isSingle, readOneAtATime, symbolOf, symbols };
})();
