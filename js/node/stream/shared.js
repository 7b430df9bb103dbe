// What readable and writable streams share: how they are made, destroyed and watched.
//
// Owns the life of a stream from construction to its `close` event. It must not know data.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  MathFloor, NumberIsInteger, ObjectDefineProperty, ReflectApply, Symbol, SymbolFor,
} = primordials;
const { AbortError, invalidArgType, invalidArgValue, nodeError, validateAbortSignal } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { queueMicrotask } = core.loadExtScript("ext:denizen/worker/report.js");

const kDestroyed = SymbolFor("nodejs.stream.destroyed");
const kErrored = SymbolFor("nodejs.stream.errored");
const kReadable = SymbolFor("nodejs.stream.readable");
const kWritable = SymbolFor("nodejs.stream.writable");
const kDisturbed = SymbolFor("nodejs.stream.disturbed");
const kConstruct = Symbol("kConstruct");

let bytesMark = 65536;
let objectMark = 16;

function getDefaultHighWaterMark(objectMode) {
  return objectMode ? objectMark : bytesMark;
}
function setDefaultHighWaterMark(objectMode, value) {
  if (typeof value !== "number" || !NumberIsInteger(value) || value < 0) throw invalidArgType("value", "number", value);
  if (objectMode) objectMark = value;
  else bytesMark = value;
}

// The mark that options ask for; `own` is the name for one side of a duplex.
function markOf(state, options, own, isDuplex) {
  const given = options.highWaterMark ?? (isDuplex ? options[own] : undefined);
  if (given === undefined || given === null) return getDefaultHighWaterMark(state.objectMode);
  if (!NumberIsInteger(given) || given < 0) throw invalidArgValue(isDuplex && options.highWaterMark === undefined ? `options.${own}` : "options.highWaterMark", given);
  return MathFloor(given);
}

function nextTick(callback, ...args) {
  queueMicrotask(() => {
    ReflectApply(callback, undefined, args);
  });
}

// Notes an error on both sides; each side tells of it once.
function note(error, writable, readable) {
  if (!error) return;
  error.stack;
  if (writable && !writable.errored) writable.errored = error;
  if (readable && !readable.errored) readable.errored = error;
}

function destroy(error, callback) {
  const readable = this._readableState;
  const writable = this._writableState;
  const main = writable || readable;
  if (writable?.destroyed || readable?.destroyed) {
    if (typeof callback === "function") callback();
    return this;
  }
  note(error, writable, readable);
  if (writable) writable.destroyed = true;
  if (readable) readable.destroyed = true;
  if (main && !main.constructed) this.once("kDestroy", (late) => runDestroy(this, error ?? late, callback));
  else runDestroy(this, error, callback);
  return this;
}

function runDestroy(self, error, callback) {
  let called = false;
  const readable = self._readableState;
  const writable = self._writableState;
  const done = (thrown) => {
    if (called) return;
    called = true;
    note(thrown, writable, readable);
    if (writable) writable.closed = true;
    if (readable) readable.closed = true;
    if (typeof callback === "function") callback(thrown);
    nextTick(() => {
      if (thrown) emitError(self, thrown);
      emitClose(self);
    });
  };
  try {
    self._destroy(error || null, done);
  } catch (thrown) {
    done(thrown);
  }
}

function emitError(self, error) {
  const readable = self._readableState;
  const writable = self._writableState;
  if (writable?.errorEmitted || readable?.errorEmitted) return;
  if (writable) writable.errorEmitted = true;
  if (readable) readable.errorEmitted = true;
  self.emit("error", error);
}

function emitClose(self) {
  const readable = self._readableState;
  const writable = self._writableState;
  if (writable) writable.closeEmitted = true;
  if (readable) readable.closeEmitted = true;
  if (writable?.emitClose || readable?.emitClose) self.emit("close");
}

// Fails the stream: destroys it if that is automatic, else tells of the error alone.
function errorOrDestroy(stream, error, sync) {
  const readable = stream._readableState;
  const writable = stream._writableState;
  if (writable?.destroyed || readable?.destroyed) return;
  if (readable?.autoDestroy || writable?.autoDestroy) {
    stream.destroy(error);
  } else if (error) {
    note(error, writable, readable);
    if (sync) nextTick(() => emitError(stream, error));
    else emitError(stream, error);
  }
}

// Runs `_construct` if there is one, then `ready`.
function construct(stream, ready) {
  if (typeof stream._construct !== "function") return;
  const readable = stream._readableState;
  const writable = stream._writableState;
  if (readable) readable.constructed = false;
  if (writable) writable.constructed = false;
  stream.once(kConstruct, ready);
  if (stream.listenerCount(kConstruct) > 1) return;
  nextTick(() => {
    let called = false;
    const done = (error) => {
      if (called) {
        errorOrDestroy(stream, error ?? nodeError("ERR_MULTIPLE_CALLBACK", "Callback called multiple times"));
        return;
      }
      called = true;
      const main = writable || readable;
      if (readable) readable.constructed = true;
      if (writable) writable.constructed = true;
      if (main.destroyed) stream.emit("kDestroy", error);
      else if (error) errorOrDestroy(stream, error, true);
      else stream.emit(kConstruct);
    };
    try {
      stream._construct((error) => nextTick(done, error));
    } catch (error) {
      nextTick(done, error);
    }
  });
}

function undestroy() {
  const readable = this._readableState;
  const writable = this._writableState;
  if (readable) {
    readable.constructed = true;
    readable.closed = readable.closeEmitted = readable.destroyed = readable.errorEmitted = readable.reading = false;
    readable.errored = null;
    readable.ended = readable.endEmitted = readable.readable === false;
  }
  if (writable) {
    writable.constructed = true;
    writable.destroyed = writable.closed = writable.closeEmitted = writable.errorEmitted = writable.finalCalled = writable.prefinished = false;
    writable.errored = null;
    writable.ended = writable.ending = writable.finished = writable.writable === false;
  }
}

// Destroys a stream of any kind.
function destroyer(stream, error) {
  if (!stream || isDestroyed(stream)) return;
  if (!error && !isFinishedBothWays(stream)) error = new AbortError();
  if (typeof stream.destroy === "function") stream.destroy(error);
  else if (typeof stream.close === "function") stream.close();
}

const isNodeStream = (value) => Boolean(value && (value._readableState || value._writableState || (typeof value.write === "function" && typeof value.on === "function") || (typeof value.pipe === "function" && typeof value.on === "function")));
const isReadableNode = (value) => Boolean(value && typeof value.pipe === "function" && typeof value.on === "function" && (!value._writableState || value._readableState?.readable !== false) && (!value._writableState || value._readableState));
const isWritableNode = (value) => Boolean(value && typeof value.write === "function" && typeof value.on === "function" && (!value._readableState || value._writableState?.writable !== false));
const isReadableWeb = (value) => Boolean(value && !isNodeStream(value) && typeof value.pipeThrough === "function" && typeof value.getReader === "function" && typeof value.cancel === "function");
const isWritableWeb = (value) => Boolean(value && !isNodeStream(value) && typeof value.getWriter === "function" && typeof value.abort === "function");
const isTransformWeb = (value) => Boolean(value && !isNodeStream(value) && isReadableWeb(value.readable) && isWritableWeb(value.writable));

function isDestroyed(stream) {
  if (!isNodeStream(stream)) return null;
  const state = stream._writableState || stream._readableState;
  return Boolean(stream.destroyed || stream[kDestroyed] || state?.destroyed);
}
function isFinishedBothWays(stream) {
  const readable = stream._readableState;
  const writable = stream._writableState;
  return (!readable || readable.endEmitted) && (!writable || writable.finished);
}
function isReadable(stream) {
  if (stream && stream[kReadable] !== undefined && stream[kReadable] !== null) return stream[kReadable];
  if (typeof stream?.readable !== "boolean") return null;
  if (isDestroyed(stream)) return false;
  return isReadableNode(stream) && stream.readable && !stream._readableState?.endEmitted;
}
function isWritable(stream) {
  if (stream && stream[kWritable] !== undefined && stream[kWritable] !== null) return stream[kWritable];
  if (typeof stream?.writable !== "boolean") return null;
  if (isDestroyed(stream)) return false;
  return isWritableNode(stream) && stream.writable && !stream._writableState?.ended;
}
function isErrored(stream) {
  return Boolean(stream && (stream[kErrored] ?? stream.readableErrored ?? stream.writableErrored ?? stream._readableState?.errorEmitted ?? stream._writableState?.errorEmitted ?? stream._readableState?.errored ?? stream._writableState?.errored));
}
function isDisturbed(stream) {
  return Boolean(stream && (stream[kDisturbed] ?? (stream.readableDidRead || stream.readableAborted)));
}

function addAbortSignal(signal, stream) {
  if (signal === undefined) throw invalidArgType("signal", "AbortSignal", signal);
  validateAbortSignal(signal, "signal");
  if (!isNodeStream(stream) && !isReadableWeb(stream) && !isWritableWeb(stream)) throw invalidArgType("stream", ["ReadableStream", "WritableStream", "Stream"], stream);
  const abort = () => stream.destroy(new AbortError(undefined, { cause: signal.reason }));
  if (signal.aborted) {
    abort();
  } else {
    signal.addEventListener("abort", abort, { __proto__: null, once: true });
    const { eos } = core.loadExtScript("ext:denizen/node/stream/pipeline.js");
    eos(stream, () => signal.removeEventListener("abort", abort));
  }
  return stream;
}

// The accessors of a prototype.
function accessors(prototype, members) {
  for (const name in members) {
    const { get, set, enumerable = false } = members[name];
    ObjectDefineProperty(prototype, name, { __proto__: null, get, set, configurable: true, enumerable });
  }
}


return {
  accessors, addAbortSignal, construct, destroy, destroyer, errorOrDestroy, getDefaultHighWaterMark, isDestroyed, isDisturbed, isErrored,
  isNodeStream, isReadable, isReadableNode, isReadableWeb, isTransformWeb, isWritable, isWritableNode, isWritableWeb, markOf, nextTick,
  setDefaultHighWaterMark, undestroy,
};
})();
