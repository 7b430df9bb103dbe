// What streams of Workers of older dates do in place of the standard.
//
// Owns the old sides of three flags: a TransformStream that holds nothing back once it was read from, pipes that end well when
// their destination fails while they wait, and streams that wait for promises alone. It is loaded for such Workers only. It must not know dates.

(function () {
const { core, primordials } = __bootstrap;
const {
  ObjectDefineProperty,
  Promise,
  PromisePrototypeThen,
  ReflectApply,
  ReflectGetOwnPropertyDescriptor,
  uncurryThis,
} = primordials;
const { ReadableStream, ReadableStreamDefaultReader, TransformStream, WritableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
const { symbolOf } = core.loadExtScript("ext:denizen/streams/readers.js");

const readableOf = uncurryThis(ReflectGetOwnPropertyDescriptor(TransformStream.prototype, "readable").get);
const { getReader, pipeTo } = ReadableStream.prototype;
const sample = new WritableStream();
const kState = symbolOf(sample, "[[state]]");
const kCloseRequest = symbolOf(sample, "[[closeRequest]]");
const kInFlightClose = symbolOf(sample, "[[inFlightCloseRequest]]");
const { cancel, read, releaseLock } = ReadableStreamDefaultReader.prototype;

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

// Pipes as the standard does, but for a destination that fails while the source is waited for: that ends the pipe without an
// error, where the source is not to be cancelled once it has given something.
function pipeOn(source, destination, options) {
  const { preventAbort, preventCancel, preventClose, signal } = options ?? {};
  const given = { __proto__: null, preventAbort, preventCancel, preventClose, signal };
  if (destination[kState] !== "writable" || destination[kCloseRequest] !== undefined || destination[kInFlightClose] !== undefined) {
    return ReflectApply(pipeTo, source, [destination, given]);
  }
  const reader = ReflectApply(getReader, source, []);
  let waiting = null;
  let idle = false;
  const over = () => {
    waiting = null;
  };
  const middle = new ReadableStream({
    __proto__: null,
    pull(controller) {
      const result = ReflectApply(read, reader, []);
      waiting = PromisePrototypeThen(result, over, over);
      return PromisePrototypeThen(result, ({ done, value }) => {
        if (!done) {
          controller.enqueue(value);
        } else {
          controller.close();
        }
      });
    },
    cancel(reason) {
      idle = waiting !== null;
      return ReflectApply(cancel, reader, [reason]);
    },
  }, { __proto__: null, highWaterMark: 0 });
  const release = () => ReflectApply(releaseLock, reader, []);
  return PromisePrototypeThen(ReflectApply(pipeTo, middle, [destination, given]), release, async (error) => {
    if (preventCancel) {
      idle = waiting !== null;
      await waiting;
    }
    release();
    if (!idle || signal?.aborted) throw error;
  });
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
