// What streams of Workers of older dates do in place of the standard.
//
// Owns the old sides of three flags: a TransformStream that holds nothing back once it was read from, pipes that end well when
// their destination fails while they wait, and streams that wait for promises alone. It is loaded for such Workers only. It must not know dates.

(function () {
const { core, primordials } = __bootstrap;
const {
  ObjectDefineProperty,
  ObjectPrototypeIsPrototypeOf,
  Promise,
  PromisePrototypeThen,
  PromiseReject,
  ReflectApply,
  ReflectDeleteProperty,
  ReflectGetOwnPropertyDescriptor,
  uncurryThis,
} = primordials;
const { AbortSignalPrototype } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { ReadableStream, ReadableStreamDefaultReader, TransformStream, WritableStream, WritableStreamDefaultWriter } = core.loadExtScript("ext:deno_web/06_streams.js");
const { isSingle, symbolOf, symbols: { kController, kState } } = core.loadExtScript("ext:denizen/streams/readers.js");

const readableOf = uncurryThis(ReflectGetOwnPropertyDescriptor(TransformStream.prototype, "readable").get);
const abortedOf = uncurryThis(ReflectGetOwnPropertyDescriptor(AbortSignalPrototype, "aborted").get);
const reasonOf = uncurryThis(ReflectGetOwnPropertyDescriptor(AbortSignalPrototype, "reason").get);
const closedOf = uncurryThis(ReflectGetOwnPropertyDescriptor(WritableStreamDefaultWriter.prototype, "closed").get);
const { getReader, pipeTo } = ReadableStream.prototype;
const { getWriter } = WritableStream.prototype;
const { abort, close, releaseLock: releaseWriter, write } = WritableStreamDefaultWriter.prototype;
const sample = new WritableStream();
const kStoredError = symbolOf(sample, "[[storedError]]");
const kCloseRequest = symbolOf(sample, "[[closeRequest]]");
const kInFlightClose = symbolOf(sample, "[[inFlightCloseRequest]]");
const { cancel, read, releaseLock: releaseReader } = ReadableStreamDefaultReader.prototype;

// Has the first read open a TransformStream for good: whatever is written then is transformed at once.
function openWithFirstRead(stream) {
  const kBackpressure = symbolOf(stream, "[[backpressure]]");
  const readable = readableOf(stream);
  const controller = readable[symbolOf(readable, "[[controller]]")];
  const kPull = symbolOf(controller, "[[pullAlgorithm]]");
  const pull = controller[kPull];
  let backpressure = stream[kBackpressure];
  ObjectDefineProperty(stream, kBackpressure, {
    __proto__: null,
    get: () => backpressure,
    set: (value) => {
      backpressure = value && backpressure;
    },
  });
  controller[kPull] = function () {
    // The standard's next pull is for a stream that has held back again: it comes to an end with the stream.
    return backpressure ? ReflectApply(pull, this, arguments) : new Promise(() => {});
  };
  return stream;
}

// The next chunk of a stream that user code has made is lost, as that of a read whose reader is gone. Gives a promise of it.
function loseNext(source) {
  const controller = source[kController];
  const kCancel = symbolOf(controller, "[[cancelAlgorithm]]");
  const cancelSource = controller[kCancel];
  const names = ["close", "enqueue", "error"];
  return new Promise((resolve) => {
    const over = () => {
      controller[kCancel] = cancelSource;
      for (let i = 0; i < names.length; i++) {
        ReflectDeleteProperty(controller, names[i]);
      }
      resolve();
    };
    controller[kCancel] = function () {
      over();
      return ReflectApply(cancelSource, this, arguments);
    };
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      const { [name]: call } = controller;
      const { [name]: value } = {
        [name](given = undefined) {
          over();
          return name === "enqueue" ? undefined : ReflectApply(call, controller, [given]);
        },
      };
      ObjectDefineProperty(controller, name, { __proto__: null, value, writable: true, configurable: true });
    }
  });
}

// Pipes chunk by chunk: the next is asked for once the last is written, and a signal is looked at in between. A destination that
// fails while the pipe waits ends it without an error. A source that is not to be cancelled then is free at once and loses its
// next chunk, but for one of the runtime's own, which stays locked until it gives something.
async function pipe(source, destination, { preventAbort, preventCancel, preventClose, signal }) {
  const reader = ReflectApply(getReader, source, []);
  const writer = ReflectApply(getWriter, destination, []);
  let isReading = false;
  let isOver = false;
  let lost;
  const release = () => {
    isOver = true;
    ReflectApply(releaseWriter, writer, []);
    if (isReading && source[kState] === "readable" && !isSingle(source)) {
      lost = loseNext(source);
    } else if (isReading && isSingle(source)) {
      return;
    }
    ReflectApply(releaseReader, reader, []);
  };
  const cancelSource = (reason) => {
    if (!preventCancel) {
      PromisePrototypeThen(ReflectApply(cancel, reader, [reason]), undefined, () => {});
    }
  };
  PromisePrototypeThen(closedOf(writer), undefined, (error) => {
    if (isReading && !isOver) {
      cancelSource(error);
      release();
    }
  });
  while (!isOver) {
    const { [kState]: state } = destination;
    let done;
    if (signal !== undefined && abortedOf(signal)) {
      const reason = reasonOf(signal);
      cancelSource(reason);
      done = preventAbort ? undefined : ReflectApply(abort, writer, [reason]);
      release();
      await done;
      throw reason;
    }
    if (source[kState] === "errored") {
      const error = source[kStoredError];
      done = preventAbort ? undefined : ReflectApply(abort, writer, [error]);
      release();
      await done;
      throw error;
    }
    if (state === "errored" || state === "erroring") {
      const error = destination[kStoredError];
      cancelSource(error);
      release();
      if (state === "erroring") throw error;
      return;
    }
    if (source[kState] === "closed") {
      done = preventClose ? undefined : ReflectApply(close, writer, []);
      release();
      await done;
      return;
    }
    let result;
    isReading = true;
    try {
      result = await ReflectApply(read, reader, []);
    } catch {
      // The source says why, or the reader was released.
      result = undefined;
    }
    isReading = false;
    if (isOver && isSingle(source)) {
      ReflectApply(releaseReader, reader, []);
    }
    if (isOver || result === undefined || result.done || (signal !== undefined && abortedOf(signal))) {
      continue;
    }
    try {
      await ReflectApply(write, writer, [result.value]);
    } catch (error) {
      cancelSource(error);
      release();
      throw error;
    }
  }
  await lost;
}

// A pipe of what is neither locked nor over; of anything else it says the same as the standard's.
function pipeOn(source, destination, options) {
  if (options !== undefined && options !== null && typeof options !== "object" && typeof options !== "function") {
    return ReflectApply(pipeTo, source, [destination, options]);
  }
  let given;
  try {
    const { preventAbort, preventCancel, preventClose, signal } = options ?? {};
    given = { __proto__: null, preventAbort, preventCancel, preventClose, signal };
  } catch (error) {
    return PromiseReject(error);
  }
  const { signal } = given;
  const isOpen = source[kState] === "readable" && destination[kState] === "writable" && destination[kCloseRequest] === undefined &&
    destination[kInFlightClose] === undefined;
  const isSignal = signal === undefined || ObjectPrototypeIsPrototypeOf(AbortSignalPrototype, signal);
  return isOpen && isSignal ? pipe(source, destination, given) : ReflectApply(pipeTo, source, [destination, given]);
}

const OPTIONS = ["autoAllocateChunkSize", "expectedLength", "readableType", "type", "writableType"];
const METHODS = ["abort", "cancel", "close", "flush", "pull", "start", "transform", "write"];

// What a stream is made of, whose methods are waited for only where they give promises, not where they give other objects
// with a `then`.
function withoutThenables(given) {
  if ((typeof given !== "object" && typeof given !== "function") || given === null) {
    return given;
  }
  const plain = { __proto__: null };
  for (let i = 0; i < OPTIONS.length; i++) {
    plain[OPTIONS[i]] = given[OPTIONS[i]];
  }
  for (let i = 0; i < METHODS.length; i++) {
    const { [METHODS[i]]: method } = given;
    plain[METHODS[i]] = typeof method !== "function" ? method : (...args) => {
      const result = ReflectApply(method, given, args);
      return core.isPromise(result) ? result : undefined;
    };
  }
  return plain;
}

return { openWithFirstRead, pipeOn, withoutThenables };
})();
