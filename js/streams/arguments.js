// What the classes of streams take, and the words in which they refuse.
//
// Owns the conversion of the arguments of deno_web's stream classes, and workerd's texts in place of theirs. It loads these
// classes, and so comes before whatever uses them. It must not know what a stream does.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayBufferIsView,
  MathTrunc,
  Number,
  NumberIsFinite,
  ObjectPrototypeIsPrototypeOf,
  PromiseReject,
  RangeError,
  ReflectApply,
  String,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  SymbolAsyncIterator,
  SymbolIterator,
  TypeError,
  Uint8Array,
} = primordials;

const READER_LOCKED = "This ReadableStream is currently locked to a reader.";
const WRITER_LOCKED = "This WritableStream is currently locked to a writer.";
const READER_RELEASED = "This ReadableStream reader has been released.";
const WRITABLE_CLOSED = "This WritableStream has been closed.";
const READABLE_CLOSED = "This ReadableStream is closed.";
const BYTES_CLOSED = "This ReadableByteStreamController is closed.";
const EMPTY_CHUNK = "Cannot enqueue a zero-length ArrayBuffer.";
const EMPTY_ANSWER = "The view byte length must be more than zero while the stream is open.";
const ENQUEUE_BYTES = "Failed to execute 'enqueue' on 'ReadableByteStreamController'";
const NO_PAIR = "Cannot initialize N7workerd3api14ReadableStream9TransformE with required members from an undefined or null value.";
const NEW_VIEW = "Failed to execute 'respondWithNewView' on 'ReadableStreamBYOBRequest'";
const WORDS = {
  __proto__: null,
  "ReadableStream is locked": READER_LOCKED,
  "ReadableStream is already locked": READER_LOCKED,
  "ReadableStream is already locked.": READER_LOCKED,
  "Cannot cancel a locked ReadableStream.": READER_LOCKED,
  "Target WritableStream is already locked": WRITER_LOCKED,
  "The stream is already locked": WRITER_LOCKED,
  "The writable stream is locked, therefore cannot be aborted.": WRITER_LOCKED,
  "The writable stream is locked, therefore cannot be closed.": WRITER_LOCKED,
  "destination WritableStream is already locked.": "This WritableStream is currently locked to a writer",
  "The reader was released.": READER_RELEASED,
  "Reader has no associated stream.": READER_RELEASED,
  "Reader was released and can no longer be used to monitor the stream's closedness.": READER_RELEASED,
  "Writable stream is closed or errored.": WRITABLE_CLOSED,
  "The stream is closing or is closed.": WRITABLE_CLOSED,
  "The associated stream is already closing.": WRITABLE_CLOSED,
  "The writable stream is already closing.": WRITABLE_CLOSED,
  "The destination writable stream closed before all the data could be piped to it.": "This destination writable stream is closed.",
  "Cannot use a BYOB reader with a non-byte stream": "This ReadableStream does not support BYOB reads.",
  "The stream controller cannot close or enqueue": "Unable to enqueue",
  "Closed already requested.": READABLE_CLOSED,
  "ReadableByteStreamController's stream is not in a readable state": READABLE_CLOSED,
  "Cannot enqueue chunk after a close has been requested": BYTES_CLOSED,
  "Cannot enqueue chunk when underlying stream is not readable": BYTES_CLOSED,
  [`${ENQUEUE_BYTES}: Argument 1 Length must be non-zero`]: EMPTY_CHUNK,
  "\"bytesWritten\" must be greater than 0 when calling respond() on a readable stream": "The bytesWritten must be more than zero while the stream is open.",
  "This BYOB request has been invalidated": "This ReadableStreamBYOBRequest has been invalidated.",
  "The view's length must be greater than 0 when calling respondWithNewView() on a readable stream": EMPTY_ANSWER,
  "The given view's buffer has been detached and so cannot be used as a response": EMPTY_ANSWER,
  "The region specified by view does not match byobRequest": "The given view has an invalid byte offset.",
  "The buffer of view has different capacity than byobRequest": "The underlying ArrayBuffer is not the correct length.",
  "The stream has been terminated.": "The transform stream has been terminated",
  "Readable stream is unavailable": "The readable side of this TransformStream is no longer readable.",
};

// A constructor that makes errors of `Class` in workerd's words.
function worded(Class) {
  return function (text) {
    return new Class(WORDS[text] ?? text);
  };
}

// What deno_web's classes load themselves has words of its own.
const webidl = core.loadExtScript("ext:deno_webidl/00_webidl.js");
const OTHERS = ["00_infra.js", "01_console.js", "01_dom_exception.js", "02_event.js", "02_structured_clone.js", "03_abort_signal.js", "13_message_port.js"];
for (let i = 0; i < OTHERS.length; i++) {
  core.loadExtScript(`ext:deno_web/${OTHERS[i]}`);
}
__bootstrap.primordials = { __proto__: primordials, RangeError: worded(RangeError), TypeError: worded(TypeError) };
const { ReadableStream, WritableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
__bootstrap.primordials = primordials;

const { converters } = webidl;

function isObject(value) {
  return typeof value === "object" && value !== null || typeof value === "function";
}

// An argument of the wrong type; deno_web calls the second one "Argument 2".
function refusal(prefix, context, type) {
  const word = StringPrototypeStartsWith(prefix, "Failed to construct") ? "constructor parameter" : "parameter";
  return new TypeError(`${prefix}: ${word}${StringPrototypeSlice(context, "Argument".length)} is not of type '${type}'.`);
}

function fieldRefusal(name, dictionary, type) {
  return new TypeError(`Incorrect type for the '${name}' field on '${dictionary}': the provided value is not of type '${type}'.`);
}

function callbackOf(given, name, dictionary) {
  const value = given[name];
  if (value !== undefined && typeof value !== "function") {
    throw fieldRefusal(name, dictionary, "function");
  }
  return value;
}

// A stream whose `start` throws is an errored one.
function startOf(given, dictionary) {
  const start = callbackOf(given, "start", dictionary);
  return start === undefined ? undefined : function () {
    try {
      return ReflectApply(start, this, arguments);
    } catch (error) {
      return PromiseReject(error);
    }
  };
}

// A size or a mark: an integer that is not negative.
function integerOf(value) {
  if (typeof value === "bigint") {
    if (value < 0n || value >= 2n ** 64n) {
      throw new TypeError("The value cannot be converted because it is either negative and this API expects a positive bigint, or the value would be truncated.");
    }
    return Number(value);
  }
  const number = +value;
  if (!NumberIsFinite(number)) {
    throw new TypeError("The value cannot be converted because it is not an integer.");
  }
  if (number < 0) {
    throw new TypeError("The value cannot be converted because it is negative and this API expects a positive bigint.");
  }
  if (number >= 2 ** 64) {
    throw new TypeError("Value out of range. Must be less than or equal to 18446744073709551615.");
  }
  return MathTrunc(number);
}

// The size of a chunk that a source may fill for a default reader.
function chunkSizeOf(value, isBytes) {
  if (value === undefined) {
    return undefined;
  }
  const number = +value;
  const size = NumberIsFinite(number) ? MathTrunc(number) : 0;
  if (size >= 2 ** 31 || size < -(2 ** 31)) {
    throw new TypeError("Value out of range. Must be between -2147483648 and 2147483647 (inclusive).");
  }
  if (isBytes && size <= 0) {
    throw new TypeError("The autoAllocateChunkSize option cannot be zero.");
  }
  return size;
}

// The strategy of the stream that is being made: deno_web refuses one with `size` for a source of bytes, which it converts next.
let strategy = null;

converters.QueuingStrategy = (given, prefix, context) => {
  if (given === undefined || given === null) {
    return { __proto__: null };
  }
  if (!isObject(given)) {
    throw refusal(prefix, context, "StreamQueuingStrategy");
  }
  const mark = given.highWaterMark;
  const highWaterMark = mark === undefined ? undefined : integerOf(mark);
  const size = callbackOf(given, "size", "StreamQueuingStrategy");
  strategy = {
    __proto__: null,
    highWaterMark,
    size: size === undefined ? undefined : (chunk) => integerOf(ReflectApply(size, undefined, [chunk])),
  };
  return strategy;
};
converters.QueuingStrategyInit = (given) => {
  if (given === undefined || given === null) {
    throw new TypeError("Cannot initialize N7workerd3api19QueuingStrategyInitE with required members from an undefined or null value.");
  }
  return { __proto__: null, highWaterMark: +given.highWaterMark };
};
converters.UnderlyingSource = (given) => {
  const queued = strategy;
  strategy = null;
  if (given === undefined || given === null) {
    return { __proto__: null };
  }
  const value = given.type;
  const type = value === undefined ? "" : String(value);
  if (type !== "" && type !== "bytes") {
    throw new TypeError(`"${type}" is not a valid type of ReadableStream.`);
  }
  const isBytes = type === "bytes";
  if (isBytes && queued !== null) {
    queued.size = undefined;
  }
  return {
    __proto__: null,
    type: isBytes ? type : undefined,
    autoAllocateChunkSize: chunkSizeOf(given.autoAllocateChunkSize, isBytes),
    start: startOf(given, "UnderlyingSource"),
    pull: callbackOf(given, "pull", "UnderlyingSource"),
    cancel: callbackOf(given, "cancel", "UnderlyingSource"),
  };
};
converters.UnderlyingSink = (given) => {
  strategy = null;
  return given === undefined || given === null ? { __proto__: null } : {
    __proto__: null,
    start: startOf(given, "UnderlyingSink"),
    write: callbackOf(given, "write", "UnderlyingSink"),
    abort: callbackOf(given, "abort", "UnderlyingSink"),
    close: callbackOf(given, "close", "UnderlyingSink"),
  };
};
converters.Transformer = (given) => {
  strategy = null;
  if (given === undefined || given === null) {
    return { __proto__: null };
  }
  const types = ["readableType", "writableType"];
  for (let i = 0; i < types.length; i++) {
    if (given[types[i]] !== undefined) {
      throw new TypeError(`transformer.${types[i]} must be undefined.`);
    }
  }
  return {
    __proto__: null,
    start: startOf(given, "Transformer"),
    transform: callbackOf(given, "transform", "Transformer"),
    flush: callbackOf(given, "flush", "Transformer"),
    cancel: callbackOf(given, "cancel", "Transformer"),
  };
};
converters.ReadableStreamGetReaderOptions = (given, prefix, context) => {
  if (given !== null && !isObject(given)) {
    throw refusal(prefix, context, "GetReaderOptions");
  }
  const mode = given?.mode;
  if (mode !== undefined && String(mode) !== "byob") {
    throw new TypeError("mode must be undefined or 'byob' in call to getReader().");
  }
  return { __proto__: null, mode: mode === undefined ? undefined : "byob" };
};
converters.ReadableStreamIteratorOptions = (given, prefix, context) => {
  if (given !== null && !isObject(given)) {
    throw refusal(prefix, context, "ValuesOptions");
  }
  return { __proto__: null, preventCancel: !!given?.preventCancel };
};
converters.StreamPipeOptions = (given, prefix, context) => {
  if (given !== undefined && given !== null && !isObject(given)) {
    throw refusal(prefix, context, "PipeToOptions");
  }
  const options = {
    __proto__: null,
    preventClose: !!given?.preventClose,
    preventAbort: !!given?.preventAbort,
    preventCancel: !!given?.preventCancel,
    signal: given?.signal,
  };
  if (options.signal !== undefined) {
    try {
      converters.AbortSignal(options.signal);
    } catch {
      throw fieldRefusal("signal", "PipeToOptions", "AbortSignal");
    }
  }
  return options;
};
converters.ReadableWritablePair = (given, prefix, context) => {
  if (given === undefined || given === null) {
    throw new TypeError(NO_PAIR);
  }
  if (!isObject(given)) {
    throw refusal(prefix, context, "Transform");
  }
  const { readable } = given;
  if (!ObjectPrototypeIsPrototypeOf(ReadableStream.prototype, readable)) {
    throw fieldRefusal("readable", "Transform", "ReadableStream");
  }
  const { writable } = given;
  if (!ObjectPrototypeIsPrototypeOf(WritableStream.prototype, writable)) {
    throw fieldRefusal("writable", "Transform", "WritableStream");
  }
  return { __proto__: null, readable, writable };
};

const CLASSES = { __proto__: null, ReadableStream, WritableStream };
for (const name in CLASSES) {
  const { prototype } = CLASSES[name];
  const convert = converters[name];
  converters[name] = (value, prefix, context, options) => {
    if (prefix !== undefined && !ObjectPrototypeIsPrototypeOf(prototype, value)) {
      throw refusal(prefix, context, name);
    }
    return convert(value, prefix, context, options);
  };
}

const object = converters.object;
const NO_OBJECT = {
  __proto__: null,
  "Failed to construct 'ReadableStream'": true,
  "Failed to construct 'TransformStream'": true,
  "Failed to construct 'WritableStream'": true,
};
converters.object = (value, prefix, context, options) =>
  value === null && NO_OBJECT[prefix] === true ? null : object(value, prefix, context, options);

const view = converters.ArrayBufferView;
converters.ArrayBufferView = (value, prefix, context, options) => {
  if (!ArrayBufferIsView(value) && (prefix === ENQUEUE_BYTES || prefix === NEW_VIEW)) {
    if (!core.isAnyArrayBuffer(value)) {
      throw refusal(prefix, context, "BufferSource");
    }
    value = new Uint8Array(value);
  }
  return view(value, prefix, context, options);
};

const END = { __proto__: null, done: true, value: undefined };
const NO_SEQUENCE = "Failed to execute 'from' on 'ReadableStream': parameter 1 is not of type 'AsyncGenerator'.";

// What ReadableStream.from() goes through. A value that comes with the end is an element too.
converters["async_sequence<any>"] = (given) => {
  const later = given?.[SymbolAsyncIterator] ?? undefined;
  const method = later ?? given?.[SymbolIterator];
  if (typeof method !== "function") {
    throw new TypeError(NO_SEQUENCE);
  }
  const isObjectOf = (result) => {
    if (!isObject(result)) {
      throw new TypeError(later === undefined ? "Callback returned incorrect type; expected 'Promise'" : "Incorrect type for Promise: the Promise did not resolve to 'GeneratorNext'.");
    }
    return result;
  };
  return { __proto__: null, open() {
    const iterator = ReflectApply(method, given, []);
    if (!isObject(iterator)) {
      throw new TypeError(NO_SEQUENCE);
    }
    const { next } = iterator;
    let isOver = next === undefined;
    const call = async (step, args) => {
      const result = ReflectApply(step, iterator, args);
      return isObjectOf(later === undefined ? result : await result);
    };
    return {
      __proto__: null,
      async next() {
        const result = isOver ? END : await call(next, []);
        isOver = isOver || !!result.done;
        const value = await result.value;
        return { __proto__: null, done: isOver && value === undefined, value };
      },
      async return(reason) {
        const end = iterator.return;
        if (end !== undefined && end !== null) {
          await call(end, [reason]);
        }
      },
    };
  } };
};

// A missing argument is one of the wrong type.
const MISSING = {
  __proto__: null,
  "Failed to execute 'ReadableStream.from'": NO_SEQUENCE,
  "Failed to execute 'pipeThrough' on 'ReadableStream'": NO_PAIR,
  "Failed to execute 'pipeTo' on 'ReadableStream'": "Failed to execute 'pipeTo' on 'ReadableStream': parameter 1 is not of type 'WritableStream'.",
  [ENQUEUE_BYTES]: `${ENQUEUE_BYTES}: parameter 1 is not of type 'BufferSource'.`,
  [NEW_VIEW]: `${NEW_VIEW}: parameter 1 is not of type 'BufferSource'.`,
};
const requiredArguments = webidl.requiredArguments;
webidl.requiredArguments = (length, required, prefix, names) => {
  if (length < required && MISSING[prefix] !== undefined) {
    throw new TypeError(MISSING[prefix]);
  }
  requiredArguments(length, required, prefix, names);
};

return { WRITABLE_CLOSED, integerOf };
})();
