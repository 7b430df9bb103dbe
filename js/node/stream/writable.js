// Writable streams.
//
// Owns the buffer of what was written and not yet taken, and when a stream has finished.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  ArrayPrototypePush, ArrayPrototypeShift, ArrayPrototypeSlice, FunctionPrototypeCall, FunctionPrototypeSymbolHasInstance,
  ObjectDefineProperty, ObjectSetPrototypeOf, Promise, StringPrototypeToLowerCase, SymbolAsyncDispose, SymbolHasInstance,
} = primordials;
const { Stream } = core.loadExtScript("ext:denizen/node/stream/legacy.js");
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { AbortError, invalidArgType, nodeError, nodeTypeError, unknownEncoding } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { accessors, addAbortSignal, construct, destroy, errorOrDestroy, markOf, nextTick, undestroy } = core.loadExtScript("ext:denizen/node/stream/shared.js");

const nothing = () => {};

function WritableState(options, stream, isDuplex) {
  options ??= {};
  this.objectMode = Boolean(options.objectMode || (isDuplex && options.writableObjectMode));
  this.highWaterMark = markOf(this, options, "writableHighWaterMark", isDuplex);
  this.finalCalled = false;
  this.needDrain = false;
  this.ending = false;
  this.ended = false;
  this.finished = false;
  this.destroyed = false;
  this.decodeStrings = options.decodeStrings !== false;
  this.defaultEncoding = options.defaultEncoding || "utf8";
  this.length = 0;
  this.writing = false;
  this.corked = 0;
  this.sync = true;
  this.bufferProcessing = false;
  this.onwrite = (error) => onWrite(stream, error);
  this.writecb = null;
  this.writelen = 0;
  this.buffered = [];
  this.pendingcb = 0;
  this.constructed = true;
  this.prefinished = false;
  this.errorEmitted = false;
  this.emitClose = options.emitClose !== false;
  this.autoDestroy = options.autoDestroy !== false;
  this.errored = null;
  this.closed = false;
  this.closeEmitted = false;
  this.finishing = [];
}
WritableState.prototype.getBuffer = function getBuffer() {
  return ArrayPrototypeSlice(this.buffered);
};
ObjectDefineProperty(WritableState.prototype, "bufferedRequestCount", { __proto__: null, get() { return this.buffered.length; } });

function Writable(options) {
  const isDuplex = core.loadExtScript("ext:denizen/node/stream/duplex.js").isDuplex(this);
  if (!isDuplex && !FunctionPrototypeSymbolHasInstance(Writable, this)) return new Writable(options);
  this._writableState = new WritableState(options, this, isDuplex);
  if (options) {
    if (typeof options.write === "function") this._write = options.write;
    if (typeof options.writev === "function") this._writev = options.writev;
    if (typeof options.destroy === "function") this._destroy = options.destroy;
    if (typeof options.final === "function") this._final = options.final;
    if (typeof options.construct === "function") this._construct = options.construct;
    if (options.signal) addAbortSignal(options.signal, this);
  }
  FunctionPrototypeCall(Stream, this, options);
  construct(this, () => {
    const state = this._writableState;
    if (!state.writing) clearBuffer(this, state);
    finishMaybe(this, state);
  });
}
ObjectSetPrototypeOf(Writable.prototype, Stream.prototype);
ObjectSetPrototypeOf(Writable, Stream);
ObjectDefineProperty(Writable, SymbolHasInstance, {
  __proto__: null,
  value(object) {
    if (FunctionPrototypeSymbolHasInstance(this, object)) return true;
    return this === Writable && Boolean(object) && object._writableState instanceof WritableState;
  },
});

Writable.prototype.pipe = function pipe() {
  errorOrDestroy(this, nodeError("ERR_STREAM_CANNOT_PIPE", "Cannot pipe, not readable"));
};

function write(stream, chunk, encoding, callback) {
  const state = stream._writableState;
  if (typeof encoding === "function") {
    callback = encoding;
    encoding = null;
  }
  if (typeof callback !== "function") callback = nothing;
  if (chunk === null) throw nodeTypeError("ERR_STREAM_NULL_VALUES", "May not write null values to stream");
  // With objects, the encoding stays as it was given.
  if (!state.objectMode) {
    if (!encoding) encoding = state.defaultEncoding;
    else if (encoding !== "buffer" && !Buffer.isEncoding(encoding)) throw unknownEncoding(encoding);
    if (typeof chunk === "string") {
      if (state.decodeStrings) {
        chunk = Buffer.from(chunk, encoding);
        encoding = "buffer";
      }
    } else if (chunk instanceof Buffer) {
      encoding = "buffer";
    } else {
      const bytes = core.isAnyArrayBuffer(chunk) ? undefined : internal.viewBytes(chunk);
      if (bytes === undefined) throw invalidArgType("chunk", ["string", "Buffer", "TypedArray", "DataView"], chunk);
      chunk = bytes;
      encoding = "buffer";
    }
  }
  let error;
  if (state.ending) error = nodeError("ERR_STREAM_WRITE_AFTER_END", "write after end");
  else if (state.destroyed) error = nodeError("ERR_STREAM_DESTROYED", "Cannot call write after a stream was destroyed");
  if (error !== undefined) {
    nextTick(callback, error);
    errorOrDestroy(stream, error, true);
    return error;
  }
  state.pendingcb++;
  const size = state.objectMode ? 1 : chunk.length;
  state.length += size;
  const room = state.length < state.highWaterMark;
  if (!room) state.needDrain = true;
  if (state.writing || state.corked || state.errored || !state.constructed) {
    ArrayPrototypePush(state.buffered, { chunk, encoding, callback });
  } else {
    state.writelen = size;
    state.writecb = callback;
    state.writing = true;
    state.sync = true;
    stream._write(chunk, encoding, state.onwrite);
    state.sync = false;
  }
  return room && !state.errored && !state.destroyed;
}

function onWriteError(stream, state, error, callback) {
  state.pendingcb--;
  callback(error);
  errorBuffer(state);
  errorOrDestroy(stream, error);
}

function onWrite(stream, error) {
  const state = stream._writableState;
  const { sync, writecb: callback } = state;
  if (typeof callback !== "function") {
    errorOrDestroy(stream, nodeError("ERR_MULTIPLE_CALLBACK", "Callback called multiple times"));
    return;
  }
  state.writing = false;
  state.writecb = null;
  state.length -= state.writelen;
  state.writelen = 0;
  if (error) {
    error.stack;
    state.errored ||= error;
    if (stream._readableState && !stream._readableState.errored) stream._readableState.errored = error;
    if (sync) nextTick(() => onWriteError(stream, state, error, callback));
    else onWriteError(stream, state, error, callback);
    return;
  }
  if (state.buffered.length > 0) clearBuffer(stream, state);
  if (sync) nextTick(() => afterWrite(stream, state, 1, callback));
  else afterWrite(stream, state, 1, callback);
}

function afterWrite(stream, state, count, callback) {
  if (!state.ending && !stream.destroyed && state.length === 0 && state.needDrain) {
    state.needDrain = false;
    stream.emit("drain");
  }
  while (count-- > 0) {
    state.pendingcb--;
    callback();
  }
  if (state.destroyed) errorBuffer(state);
  finishMaybe(stream, state);
}

// What was written and will never be taken is told so.
function errorBuffer(state) {
  if (state.writing) return;
  const failure = () => state.errored ?? nodeError("ERR_STREAM_DESTROYED", "Cannot call write after a stream was destroyed");
  while (state.buffered.length > 0) {
    const entry = ArrayPrototypeShift(state.buffered);
    state.length -= state.objectMode ? 1 : entry.chunk.length;
    entry.callback(failure());
  }
  const finishing = state.finishing;
  state.finishing = [];
  for (let i = 0; i < finishing.length; i++) finishing[i](state.errored ?? nodeError("ERR_STREAM_DESTROYED", "Cannot call end after a stream was destroyed"));
}

function clearBuffer(stream, state) {
  if (state.corked || state.bufferProcessing || state.destroyed || !state.constructed) return;
  if (state.buffered.length === 0) return;
  state.bufferProcessing = true;
  if (state.buffered.length > 1 && stream._writev) {
    const entries = state.buffered;
    state.buffered = [];
    state.pendingcb -= entries.length - 1;
    const callback = (error) => {
      for (let i = 0; i < entries.length; i++) entries[i].callback(error);
    };
    let all = true;
    for (let i = 0; i < entries.length; i++) all = all && entries[i].encoding === "buffer";
    entries.allBuffers = all;
    state.writelen = state.length;
    state.writecb = callback;
    state.writing = true;
    state.sync = true;
    stream._writev(entries, state.onwrite);
    state.sync = false;
  } else {
    do {
      const entry = ArrayPrototypeShift(state.buffered);
      state.writelen = state.objectMode ? 1 : entry.chunk.length;
      state.writecb = entry.callback;
      state.writing = true;
      state.sync = true;
      stream._write(entry.chunk, entry.encoding, state.onwrite);
      state.sync = false;
    } while (state.buffered.length > 0 && !state.writing);
  }
  state.bufferProcessing = false;
}

function needFinish(state) {
  return state.ending && !state.destroyed && state.constructed && state.length === 0 && !state.errored && state.buffered.length === 0 &&
    !state.finished && !state.writing && !state.errorEmitted && !state.closeEmitted;
}

function callFinal(stream, state) {
  let called = false;
  const done = (error) => {
    if (called) {
      errorOrDestroy(stream, error ?? nodeError("ERR_MULTIPLE_CALLBACK", "Callback called multiple times"));
      return;
    }
    called = true;
    state.pendingcb--;
    if (error) {
      const finishing = state.finishing;
      state.finishing = [];
      for (let i = 0; i < finishing.length; i++) finishing[i](error);
      errorOrDestroy(stream, error, state.sync);
    } else if (needFinish(state)) {
      state.prefinished = true;
      stream.emit("prefinish");
      state.pendingcb++;
      nextTick(() => finish(stream, state));
    }
  };
  state.sync = true;
  state.pendingcb++;
  try {
    stream._final(done);
  } catch (error) {
    done(error);
  }
  state.sync = false;
}

function finishMaybe(stream, state, sync) {
  if (!needFinish(state)) return;
  if (!state.prefinished && !state.finalCalled) {
    if (typeof stream._final === "function" && !state.destroyed) {
      state.finalCalled = true;
      callFinal(stream, state);
    } else {
      state.prefinished = true;
      stream.emit("prefinish");
    }
  }
  if (state.pendingcb !== 0) return;
  state.pendingcb++;
  const go = () => {
    if (needFinish(state)) finish(stream, state);
    else state.pendingcb--;
  };
  if (sync) nextTick(go);
  else go();
}

function finish(stream, state) {
  state.pendingcb--;
  state.finished = true;
  const finishing = state.finishing;
  state.finishing = [];
  for (let i = 0; i < finishing.length; i++) finishing[i](null);
  stream.emit("finish");
  if (state.autoDestroy) {
    const readable = stream._readableState;
    if (!readable || (readable.autoDestroy && (readable.endEmitted || readable.readable === false))) stream.destroy();
  }
}

Writable.prototype.write = function (chunk, encoding, callback) {
  return write(this, chunk, encoding, callback) === true;
};
Writable.prototype.cork = function () {
  this._writableState.corked++;
};
Writable.prototype.uncork = function () {
  const state = this._writableState;
  if (state.corked) {
    state.corked--;
    if (!state.writing) clearBuffer(this, state);
  }
};
Writable.prototype.setDefaultEncoding = function setDefaultEncoding(encoding) {
  if (typeof encoding === "string") encoding = StringPrototypeToLowerCase(encoding);
  if (!Buffer.isEncoding(encoding)) throw unknownEncoding(encoding);
  this._writableState.defaultEncoding = encoding;
  return this;
};
Writable.prototype._write = function (chunk, encoding, callback) {
  if (this._writev) this._writev([{ chunk, encoding }], callback);
  else throw nodeError("ERR_METHOD_NOT_IMPLEMENTED", "The _write() method is not implemented");
};
Writable.prototype._writev = null;
Writable.prototype.end = function (chunk, encoding, callback) {
  const state = this._writableState;
  if (typeof chunk === "function") {
    callback = chunk;
    chunk = null;
    encoding = null;
  } else if (typeof encoding === "function") {
    callback = encoding;
    encoding = null;
  }
  let error;
  if (chunk !== null && chunk !== undefined) {
    const result = write(this, chunk, encoding);
    if (typeof result !== "boolean") error = result;
  }
  if (state.corked) {
    state.corked = 1;
    this.uncork();
  }
  if (error) {
    // It was told of already.
  } else if (!state.errored && !state.ending) {
    state.ending = true;
    finishMaybe(this, state, true);
    state.ended = true;
  } else if (state.finished) {
    error = nodeError("ERR_STREAM_ALREADY_FINISHED", "Cannot call end after a stream was finished");
  } else if (state.destroyed) {
    error = nodeError("ERR_STREAM_DESTROYED", "Cannot call end after a stream was destroyed");
  }
  if (typeof callback === "function") {
    if (error) nextTick(callback, error);
    else if (state.finished) nextTick(callback);
    else ArrayPrototypePush(state.finishing, callback);
  }
  return this;
};
Writable.prototype.destroy = function (error, callback) {
  const state = this._writableState;
  if (!state.destroyed && (state.buffered.length > 0 || state.finishing.length > 0)) nextTick(() => errorBuffer(state));
  FunctionPrototypeCall(destroy, this, error, callback);
  return this;
};
Writable.prototype._undestroy = undestroy;
Writable.prototype._destroy = function (error, callback) {
  callback(error);
};
Writable.prototype[SymbolAsyncDispose] = async function () {
  if (!this.destroyed) {
    this.destroy(this.writableFinished ? null : new AbortError());
    await new Promise((resolve) => this.once("close", resolve));
  }
};

const WRITABLE_ACCESSORS = {
  closed: { get() { return Boolean(this._writableState?.closed); } },
  destroyed: {
    get() { return Boolean(this._writableState?.destroyed); },
    set(value) { if (this._writableState) this._writableState.destroyed = value; },
  },
  writable: {
    get() {
      const state = this._writableState;
      return Boolean(state) && state.writable !== false && !state.destroyed && !state.errored && !state.ending && !state.ended;
    },
    set(value) { if (this._writableState) this._writableState.writable = Boolean(value); },
  },
  writableFinished: { get() { return Boolean(this._writableState?.finished); } },
  writableObjectMode: { get() { return Boolean(this._writableState?.objectMode); } },
  writableBuffer: { get() { return this._writableState?.getBuffer(); } },
  writableEnded: { get() { return Boolean(this._writableState?.ending); } },
  writableNeedDrain: {
    get() {
      const state = this._writableState;
      return Boolean(state) && !state.destroyed && !state.ending && state.needDrain;
    },
  },
  writableHighWaterMark: { get() { return this._writableState?.highWaterMark; } },
  writableCorked: { get() { return this._writableState ? this._writableState.corked : 0; } },
  writableLength: { get() { return this._writableState?.length; } },
  errored: { get() { return this._writableState ? this._writableState.errored : null; } },
  writableAborted: {
    get() {
      const state = this._writableState;
      return Boolean(state) && state.writable !== false && Boolean(state.destroyed || state.errored) && !state.finished;
    },
  },
};
accessors(Writable.prototype, WRITABLE_ACCESSORS);
Writable.WritableState = WritableState;

return { WRITABLE_ACCESSORS, Writable, WritableState };
})();
