// What Workers' readers do beyond the standard, and how they refuse.
//
// Owns readAtLeast, the arguments of reads into a buffer, what the end of a stream gives to a read with a minimum, atLeast, and
// which streams take one read at a time: those of bytes that the runtime makes. It must not know where bytes come from.

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
  PromisePrototypeThen,
  PromiseReject,
  ReflectApply,
  SafeWeakSet,
  SymbolPrototypeGetDescription,
  TypeError,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetLength,
  WeakSetPrototypeAdd,
  WeakSetPrototypeDelete,
  WeakSetPrototypeHas,
} = primordials;
const webidl = core.loadExtScript("ext:deno_webidl/00_webidl.js");
const { ReadableStream, ReadableStreamBYOBReader, ReadableStreamBYOBRequest, ReadableStreamDefaultReader } =
  core.loadExtScript("ext:deno_web/06_streams.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");

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
const kStream = symbolOf(stream.getReader(), "[[stream]]");
const kController = symbolOf(new ReadableStreamBYOBRequest(webidl.brand), "[[controller]]");

const single = new SafeWeakSet();
const reading = new SafeWeakSet();

// Has `stream` refuse a read while another waits. Gives the stream.
function readOneAtATime(stream) {
  WeakSetPrototypeAdd(single, stream);
  return stream;
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
    return done && value !== undefined && value.byteLength > 0 ? { done: false, value } : result;
  });
}

const defaultRead = ReadableStreamDefaultReader.prototype.read;
const intoRead = ReadableStreamBYOBReader.prototype.read;
const tee = ReadableStream.prototype.tee;

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
const requestMembers = {
  // The least number of bytes that the read still needs; null once the request was answered.
  get atLeast() {
    if (!isObject(this) || !(kController in this)) {
      throw illegalInvocation();
    }
    const pull = this[kController]?.[kPullIntos].peek() ?? null;
    return pull === null ? null : pull.minimumFill - pull.bytesFilled;
  },
};
const streamMembers = {
  tee() {
    const branches = ReflectApply(tee, this, []);
    if (WeakSetPrototypeHas(single, this)) {
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
define(ReadableStreamBYOBRequest, requestMembers, "atLeast");
define(ReadableStream, streamMembers, "tee");
const readers = [ReadableStreamDefaultReader, ReadableStreamBYOBReader];
for (let i = 0; i < readers.length; i++) {
  const original = readers[i].prototype.releaseLock;
  define(readers[i], {
    releaseLock() {
      if (isObject(this) && WeakSetPrototypeHas(reading, this)) {
        throw new TypeError(PENDING_READ);
      }
      return ReflectApply(original, this, []);
    },
  }, "releaseLock");
}

return { readOneAtATime, symbolOf };
})();
