// Readable streams.
//
// Owns the buffer of what was pushed and not yet read, the modes in which it is read, and pipes.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeIndexOf, ArrayPrototypePush, ArrayPrototypeShift, ArrayPrototypeSplice, ArrayPrototypeUnshift,
  FunctionPrototypeCall, NumberIsNaN, NumberParseInt, ObjectDefineProperty, ObjectKeys, ObjectSetPrototypeOf, Promise,
  PromisePrototypeThen, ReflectApply, SafeSet, StringPrototypeSlice, SymbolAsyncDispose, SymbolAsyncIterator, SymbolIterator,
} = primordials;
const { Stream } = core.loadExtScript("ext:denizen/node/stream/legacy.js");
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { StringDecoder } = core.loadExtScript("ext:denizen/node/string_decoder.js");
const { AbortError, invalidArgType, nodeError, validateObject } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { accessors, addAbortSignal, construct, destroy, destroyer, errorOrDestroy, markOf, nextTick, undestroy } = core.loadExtScript("ext:denizen/node/stream/shared.js");

const proto = Stream.prototype;
const MARK_MAX = 0x40000000;

function ReadableState(options, stream, isDuplex) {
  options ??= {};
  this.objectMode = Boolean(options.objectMode || (isDuplex && options.readableObjectMode));
  this.highWaterMark = markOf(this, options, "readableHighWaterMark", isDuplex);
  this.buffer = [];
  this.length = 0;
  this.pipes = [];
  this.flowing = null;
  this.ended = false;
  this.endEmitted = false;
  this.reading = false;
  this.constructed = true;
  this.sync = true;
  this.needReadable = false;
  this.emittedReadable = false;
  this.readableListening = false;
  this.resumeScheduled = false;
  this.errorEmitted = false;
  this.emitClose = options.emitClose !== false;
  this.autoDestroy = options.autoDestroy !== false;
  this.destroyed = false;
  this.errored = null;
  this.closed = false;
  this.closeEmitted = false;
  this.defaultEncoding = options.defaultEncoding || "utf8";
  this.awaitDrainWriters = null;
  this.multiAwaitDrain = false;
  this.readingMore = false;
  this.dataEmitted = false;
  this.decoder = null;
  this.encoding = null;
  if (options.encoding) {
    this.decoder = new StringDecoder(options.encoding);
    this.encoding = options.encoding;
  }
}

function Readable(options) {
  const { isDuplex } = core.loadExtScript("ext:denizen/node/stream/duplex.js");
  if (!(this instanceof Readable)) return new Readable(options);
  this._readableState = new ReadableState(options, this, isDuplex(this));
  if (options) {
    if (typeof options.read === "function") this._read = options.read;
    if (typeof options.destroy === "function") this._destroy = options.destroy;
    if (typeof options.construct === "function") this._construct = options.construct;
    if (options.signal && !isDuplex(this)) addAbortSignal(options.signal, this);
  }
  FunctionPrototypeCall(Stream, this, options);
  construct(this, () => {
    if (this._readableState.needReadable) maybeReadMore(this, this._readableState);
  });
}
ObjectSetPrototypeOf(Readable.prototype, Stream.prototype);
ObjectSetPrototypeOf(Readable, Stream);

Readable.prototype.destroy = destroy;
Readable.prototype._undestroy = undestroy;
Readable.prototype._destroy = function (error, callback) {
  callback(error);
};

Readable.prototype.push = function (chunk, encoding) {
  return addChunkOf(this, chunk, encoding, false);
};
Readable.prototype.unshift = function (chunk, encoding) {
  return addChunkOf(this, chunk, encoding, true);
};

function addChunkOf(stream, chunk, encoding, toFront) {
  const state = stream._readableState;
  let error;
  if (!state.objectMode) {
    if (typeof chunk === "string") {
      encoding ||= state.defaultEncoding;
      if (state.encoding !== encoding) {
        if (toFront && state.encoding) {
          chunk = Buffer.from(chunk, encoding).toString(state.encoding);
        } else {
          chunk = Buffer.from(chunk, encoding);
          encoding = "";
        }
      }
    } else if (chunk instanceof Buffer) {
      encoding = "";
    } else if (chunk !== undefined && chunk !== null) {
      const bytes = core.isAnyArrayBuffer(chunk) ? undefined : internal.viewBytes(chunk);
      if (bytes === undefined) error = invalidArgType("chunk", ["string", "Buffer", "TypedArray", "DataView"], chunk);
      else chunk = bytes;
      encoding = "";
    }
  }
  if (error !== undefined) {
    errorOrDestroy(stream, error);
  } else if (chunk === null) {
    state.reading = false;
    onEof(stream, state);
  } else if (state.objectMode || (chunk && chunk.length > 0)) {
    if (toFront) {
      if (state.endEmitted) errorOrDestroy(stream, nodeError("ERR_STREAM_UNSHIFT_AFTER_END_EVENT", "stream.unshift() after end event"));
      else if (state.destroyed || state.errored) return false;
      else addChunk(stream, state, chunk, true);
    } else if (state.ended) {
      errorOrDestroy(stream, nodeError("ERR_STREAM_PUSH_AFTER_EOF", "stream.push() after EOF"));
    } else if (state.destroyed || state.errored) {
      return false;
    } else {
      state.reading = false;
      if (state.decoder && !encoding) {
        chunk = state.decoder.write(chunk);
        if (state.objectMode || chunk.length !== 0) addChunk(stream, state, chunk, false);
        else maybeReadMore(stream, state);
      } else {
        addChunk(stream, state, chunk, false);
      }
    }
  } else if (!toFront) {
    state.reading = false;
    maybeReadMore(stream, state);
  }
  return !state.ended && (state.length < state.highWaterMark || state.length === 0);
}

function addChunk(stream, state, chunk, toFront) {
  if (state.flowing && state.length === 0 && !state.sync && stream.listenerCount("data") > 0) {
    state.awaitDrainWriters = null;
    state.dataEmitted = true;
    stream.emit("data", chunk);
  } else {
    state.length += state.objectMode ? 1 : chunk.length;
    if (toFront) ArrayPrototypeUnshift(state.buffer, chunk);
    else ArrayPrototypePush(state.buffer, chunk);
    if (state.needReadable) emitReadable(stream);
  }
  maybeReadMore(stream, state);
}

Readable.prototype.isPaused = function () {
  return this._readableState.paused === true || this._readableState.flowing === false;
};

Readable.prototype.setEncoding = function (encoding) {
  const state = this._readableState;
  const decoder = new StringDecoder(encoding);
  state.decoder = decoder;
  state.encoding = decoder.encoding;
  let content = "";
  for (let i = 0; i < state.buffer.length; i++) content += decoder.write(state.buffer[i]);
  state.buffer = content === "" ? [] : [content];
  state.length = content.length;
  return this;
};

function howMuch(n, state) {
  if (n <= 0 || (state.length === 0 && state.ended)) return 0;
  if (state.objectMode) return 1;
  if (NumberIsNaN(n)) return state.flowing && state.length ? state.buffer[0].length : state.length;
  if (n <= state.length) return n;
  return state.ended ? state.length : 0;
}

Readable.prototype.read = function (n) {
  if (n === undefined) n = NaN;
  else if (typeof n !== "number") n = NumberParseInt(n, 10);
  const state = this._readableState;
  const asked = n;
  if (n > state.highWaterMark) {
    if (n > MARK_MAX) throw core.loadExtScript("ext:denizen/node/internal/errors.js").outOfRange("size", "<= 1GiB", n);
    let mark = 1;
    while (mark < n) mark *= 2;
    state.highWaterMark = mark;
  }
  if (n !== 0) state.emittedReadable = false;
  if (n === 0 && state.needReadable && ((state.highWaterMark !== 0 ? state.length >= state.highWaterMark : state.length > 0) || state.ended)) {
    if (state.length === 0 && state.ended) endReadable(this);
    else emitReadable(this);
    return null;
  }
  n = howMuch(n, state);
  if (n === 0 && state.ended) {
    if (state.length === 0) endReadable(this);
    return null;
  }
  let doRead = state.needReadable || state.length === 0 || state.length - n < state.highWaterMark;
  if (state.ended || state.reading || state.destroyed || state.errored || !state.constructed) {
    doRead = false;
  } else if (doRead) {
    state.reading = true;
    state.sync = true;
    if (state.length === 0) state.needReadable = true;
    try {
      this._read(state.highWaterMark);
    } catch (error) {
      errorOrDestroy(this, error);
    }
    state.sync = false;
    if (!state.reading) n = howMuch(asked, state);
  }
  const chunk = n > 0 ? fromList(n, state) : null;
  if (chunk === null) {
    state.needReadable = state.length <= state.highWaterMark;
    n = 0;
  } else {
    state.length -= n;
    state.awaitDrainWriters = null;
  }
  if (state.length === 0) {
    if (!state.ended) state.needReadable = true;
    if (asked !== n && state.ended) endReadable(this);
  }
  if (chunk !== null && !state.errorEmitted && !state.closeEmitted) {
    state.dataEmitted = true;
    this.emit("data", chunk);
  }
  return chunk;
};

function onEof(stream, state) {
  if (state.ended) return;
  if (state.decoder) {
    const chunk = state.decoder.end();
    if (chunk?.length) {
      ArrayPrototypePush(state.buffer, chunk);
      state.length += state.objectMode ? 1 : chunk.length;
    }
  }
  state.ended = true;
  if (state.sync) {
    emitReadable(stream);
  } else {
    state.needReadable = false;
    state.emittedReadable = true;
    emitReadableNow(stream);
  }
}

function emitReadable(stream) {
  const state = stream._readableState;
  state.needReadable = false;
  if (!state.emittedReadable) {
    state.emittedReadable = true;
    nextTick(() => emitReadableNow(stream));
  }
}

function emitReadableNow(stream) {
  const state = stream._readableState;
  if (!state.destroyed && !state.errored && (state.length || state.ended)) {
    stream.emit("readable");
    state.emittedReadable = false;
  }
  state.needReadable = !state.flowing && !state.ended && state.length <= state.highWaterMark;
  flow(stream);
}

function maybeReadMore(stream, state) {
  if (state.readingMore || !state.constructed) return;
  state.readingMore = true;
  nextTick(() => {
    while (!state.reading && !state.ended && (state.length < state.highWaterMark || (state.flowing && state.length === 0))) {
      const before = state.length;
      stream.read(0);
      if (before === state.length) break;
    }
    state.readingMore = false;
  });
}

Readable.prototype._read = function (n) {
  throw nodeError("ERR_METHOD_NOT_IMPLEMENTED", "The _read() method is not implemented");
};

Readable.prototype.pipe = function (destination, options) {
  const source = this;
  const state = this._readableState;
  if (state.pipes.length === 1 && !state.multiAwaitDrain) {
    state.multiAwaitDrain = true;
    state.awaitDrainWriters = new SafeSet(state.awaitDrainWriters ? [state.awaitDrainWriters] : []);
  }
  ArrayPrototypePush(state.pipes, destination);
  const doEnd = !options || options.end !== false;
  const endFn = doEnd ? onEnd : unpipe;
  if (state.endEmitted) nextTick(endFn);
  else source.once("end", endFn);
  destination.on("unpipe", onUnpipe);
  function onUnpipe(readable, info) {
    if (readable === source && info && info.hasUnpiped === false) {
      info.hasUnpiped = true;
      cleanup();
    }
  }
  function onEnd() {
    destination.end();
  }
  let onDrain;
  let cleaned = false;
  function cleanup() {
    destination.removeListener("close", onClose);
    destination.removeListener("finish", onFinish);
    if (onDrain) destination.removeListener("drain", onDrain);
    destination.removeListener("error", onError);
    destination.removeListener("unpipe", onUnpipe);
    source.removeListener("end", onEnd);
    source.removeListener("end", unpipe);
    source.removeListener("data", onData);
    cleaned = true;
    if (onDrain && state.awaitDrainWriters && (!destination._writableState || destination._writableState.needDrain)) onDrain();
  }
  function pause() {
    if (!cleaned) {
      if (state.pipes.length === 1 && state.pipes[0] === destination) {
        state.awaitDrainWriters = destination;
        state.multiAwaitDrain = false;
      } else if (state.pipes.length > 1 && ArrayPrototypeIndexOf(state.pipes, destination) !== -1) {
        state.awaitDrainWriters.add(destination);
      }
      source.pause();
    }
    if (!onDrain) {
      onDrain = () => {
        if (state.awaitDrainWriters === destination) state.awaitDrainWriters = null;
        else if (state.multiAwaitDrain) state.awaitDrainWriters.delete(destination);
        if ((!state.awaitDrainWriters || state.awaitDrainWriters.size === 0) && source.listenerCount("data") > 0) source.resume();
      };
      destination.on("drain", onDrain);
    }
  }
  source.on("data", onData);
  function onData(chunk) {
    if (destination.write(chunk) === false) pause();
  }
  function onError(error) {
    unpipe();
    destination.removeListener("error", onError);
    if (destination.listenerCount("error") === 0) {
      const other = destination._writableState || destination._readableState;
      if (other && !other.errorEmitted) errorOrDestroy(destination, error);
      else destination.emit("error", error);
    }
  }
  destination.prependListener("error", onError);
  function onClose() {
    destination.removeListener("finish", onFinish);
    unpipe();
  }
  destination.once("close", onClose);
  function onFinish() {
    destination.removeListener("close", onClose);
    unpipe();
  }
  destination.once("finish", onFinish);
  function unpipe() {
    source.unpipe(destination);
  }
  destination.emit("pipe", source);
  if (destination.writableNeedDrain === true) pause();
  else if (!state.flowing) source.resume();
  return destination;
};

Readable.prototype.unpipe = function (destination) {
  const state = this._readableState;
  if (state.pipes.length === 0) return this;
  if (!destination) {
    const all = state.pipes;
    state.pipes = [];
    this.pause();
    for (let i = 0; i < all.length; i++) all[i].emit("unpipe", this, { hasUnpiped: false });
    return this;
  }
  const index = ArrayPrototypeIndexOf(state.pipes, destination);
  if (index === -1) return this;
  ArrayPrototypeSplice(state.pipes, index, 1);
  if (state.pipes.length === 0) this.pause();
  destination.emit("unpipe", this, { hasUnpiped: false });
  return this;
};

Readable.prototype.on = function (name, listener) {
  const result = FunctionPrototypeCall(proto.on, this, name, listener);
  const state = this._readableState;
  if (name === "data") {
    state.readableListening = this.listenerCount("readable") > 0;
    if (state.flowing !== false) this.resume();
  } else if (name === "readable" && !state.endEmitted && !state.readableListening) {
    state.readableListening = true;
    state.needReadable = true;
    state.flowing = false;
    state.emittedReadable = false;
    if (state.length) emitReadable(this);
    else if (!state.reading) nextTick(() => this.read(0));
  }
  return result;
};
Readable.prototype.addListener = Readable.prototype.on;
Readable.prototype.removeListener = function (name, listener) {
  const result = FunctionPrototypeCall(proto.removeListener, this, name, listener);
  if (name === "readable") nextTick(() => updateListening(this));
  return result;
};
Readable.prototype.off = Readable.prototype.removeListener;
Readable.prototype.removeAllListeners = function (name) {
  const result = ReflectApply(proto.removeAllListeners, this, arguments);
  if (name === "readable" || name === undefined) nextTick(() => updateListening(this));
  return result;
};

function updateListening(self) {
  const state = self._readableState;
  state.readableListening = self.listenerCount("readable") > 0;
  if (state.resumeScheduled && !state.paused) state.flowing = true;
  else if (self.listenerCount("data") > 0) self.resume();
  else if (!state.readableListening) state.flowing = null;
}

Readable.prototype.resume = function () {
  const state = this._readableState;
  if (!state.flowing) {
    state.flowing = !state.readableListening;
    if (!state.resumeScheduled) {
      state.resumeScheduled = true;
      nextTick(() => {
        if (!state.reading) this.read(0);
        state.resumeScheduled = false;
        this.emit("resume");
        flow(this);
        if (state.flowing && !state.reading) this.read(0);
      });
    }
  }
  state.paused = false;
  return this;
};
Readable.prototype.pause = function () {
  const state = this._readableState;
  if (state.flowing !== false) {
    state.flowing = false;
    this.emit("pause");
  }
  state.paused = true;
  return this;
};

function flow(stream) {
  const state = stream._readableState;
  while (state.flowing && stream.read() !== null);
}

Readable.prototype.wrap = function (stream) {
  let paused = false;
  stream.on("data", (chunk) => {
    if (!this.push(chunk) && stream.pause) {
      paused = true;
      stream.pause();
    }
  });
  stream.on("end", () => this.push(null));
  stream.on("error", (error) => errorOrDestroy(this, error));
  stream.on("close", () => destroyer(this));
  stream.on("destroy", () => destroyer(this));
  this._read = () => {
    if (paused && stream.resume) {
      paused = false;
      stream.resume();
    }
  };
  const keys = ObjectKeys(stream);
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i];
    if (this[key] === undefined && typeof stream[key] === "function") this[key] = (...args) => ReflectApply(stream[key], stream, args);
  }
  return this;
};

Readable.prototype[SymbolAsyncIterator] = function () {
  return iterate(this);
};
Readable.prototype.iterator = function (options) {
  if (options !== undefined) validateObject(options, "options");
  return iterate(this, options);
};

async function* iterate(stream, options) {
  const { eos } = core.loadExtScript("ext:denizen/node/stream/pipeline.js");
  let wake = () => {};
  const onReadable = () => {
    const call = wake;
    wake = () => {};
    call();
  };
  stream.on("readable", onReadable);
  let error;
  const cleanup = eos(stream, { writable: false }, (thrown) => {
    error = thrown ? thrown : null;
    onReadable();
  });
  try {
    for (;;) {
      const chunk = stream.destroyed ? null : stream.read();
      if (chunk !== null) yield chunk;
      else if (error) throw error;
      else if (error === null) return;
      else await new Promise((resolve) => (wake = resolve));
    }
  } catch (thrown) {
    error = error ? error : thrown;
    throw error;
  } finally {
    // The listeners of a stream that is destroyed here stay: its error is nobody's.
    if ((error || options?.destroyOnReturn !== false) && (error === undefined || stream._readableState.autoDestroy)) {
      destroyer(stream, null);
    } else {
      stream.off("readable", onReadable);
      cleanup();
    }
  }
}

Readable.prototype[SymbolAsyncDispose] = async function () {
  if (!this.destroyed) {
    this.destroy(this.readableEnded ? null : new AbortError());
    await new Promise((resolve) => this.once("close", resolve));
  }
};

const READABLE_ACCESSORS = {
  readable: {
    enumerable: true,
    get() {
      const state = this._readableState;
      return Boolean(state) && state.readable !== false && !state.destroyed && !state.errorEmitted && !state.endEmitted;
    },
    set(value) { if (this._readableState) this._readableState.readable = Boolean(value); },
  },
  readableDidRead: { get() { return Boolean(this._readableState?.dataEmitted); } },
  readableAborted: {
    get() {
      const state = this._readableState;
      return Boolean(state) && state.readable !== false && Boolean(state.destroyed || state.errored) && !state.endEmitted;
    },
  },
  readableHighWaterMark: { get() { return this._readableState.highWaterMark; } },
  readableBuffer: { get() { return this._readableState?.buffer; } },
  readableFlowing: {
    get() { return this._readableState.flowing; },
    set(value) { if (this._readableState) this._readableState.flowing = value; },
  },
  readableLength: { get() { return this._readableState.length; } },
  readableObjectMode: { get() { return this._readableState ? this._readableState.objectMode : false; } },
  readableEncoding: { get() { return this._readableState ? this._readableState.encoding : null; } },
  errored: { get() { return this._readableState ? this._readableState.errored : null; } },
  closed: { get() { return Boolean(this._readableState?.closed); } },
  destroyed: {
    enumerable: true,
    get() { return Boolean(this._readableState?.destroyed); },
    set(value) { if (this._readableState) this._readableState.destroyed = value; },
  },
  readableEnded: { get() { return Boolean(this._readableState?.endEmitted); } },
};
accessors(Readable.prototype, READABLE_ACCESSORS);

// Takes `n` of what is buffered: one entry of objects, so many bytes or characters of others.
function fromList(n, state) {
  if (state.length === 0) return null;
  const { buffer } = state;
  if (state.objectMode) return ArrayPrototypeShift(buffer);
  if (!n || n >= state.length) {
    state.buffer = [];
    if (state.decoder) {
      let out = "";
      for (let i = 0; i < buffer.length; i++) out += buffer[i];
      return out;
    }
    return buffer.length === 1 ? buffer[0] : Buffer.concat(buffer, state.length);
  }
  const parts = [];
  let left = n;
  while (left > 0) {
    const first = buffer[0];
    if (first.length <= left) {
      ArrayPrototypePush(parts, ArrayPrototypeShift(buffer));
      left -= first.length;
    } else {
      const cut = (from, to) => (typeof first === "string" ? StringPrototypeSlice(first, from, to) : internal.slice(first, from, to));
      ArrayPrototypePush(parts, cut(0, left));
      buffer[0] = cut(left);
      left = 0;
    }
  }
  if (state.decoder) {
    let out = "";
    for (let i = 0; i < parts.length; i++) out += parts[i];
    return out;
  }
  return parts.length === 1 ? parts[0] : Buffer.concat(parts, n);
}

function endReadable(stream) {
  const state = stream._readableState;
  if (state.endEmitted) return;
  state.ended = true;
  nextTick(() => {
    if (state.errored || state.closeEmitted || state.endEmitted || state.length !== 0) return;
    state.endEmitted = true;
    stream.emit("end");
    const writable = stream._writableState;
    if (stream.writable && stream.allowHalfOpen === false) {
      nextTick(() => {
        if (stream.writable && !stream.writableEnded && !stream.destroyed) stream.end();
      });
    } else if (state.autoDestroy) {
      if (!writable || (writable.autoDestroy && (writable.finished || writable.writable === false))) stream.destroy();
    }
  });
}

Readable.ReadableState = ReadableState;
Readable._fromList = fromList;
Readable.from = function (iterable, options) {
  return from(Readable, iterable, options);
};
ObjectDefineProperty(Readable.from, "length", { __proto__: null, value: 3, configurable: true });
Readable.wrap = function (source, options) {
  return new Readable({
    objectMode: source.readableObjectMode ?? source.objectMode ?? true,
    ...options,
    destroy(error, callback) {
      destroyer(source, error);
      callback(error);
    },
  }).wrap(source);
};
Readable.fromWeb = function (stream, options) {
  return core.loadExtScript("ext:denizen/node/stream/web_adapters.js").readableFromWeb(stream, options);
};
Readable.toWeb = function (stream, options) {
  return core.loadExtScript("ext:denizen/node/stream/web_adapters.js").readableToWeb(stream, options);
};

function from(Class, iterable, options) {
  if (typeof iterable === "string" || iterable instanceof Buffer) {
    return new Class({
      objectMode: true,
      ...options,
      read() {
        this.push(iterable);
        this.push(null);
      },
    });
  }
  let iterator;
  let isAsync;
  if (iterable?.[SymbolAsyncIterator]) {
    isAsync = true;
    iterator = iterable[SymbolAsyncIterator]();
  } else if (iterable?.[SymbolIterator]) {
    isAsync = false;
    iterator = iterable[SymbolIterator]();
  } else {
    throw invalidArgType("iterable", ["Iterable"], iterable);
  }
  const readable = new Class({ objectMode: true, highWaterMark: 1, ...options });
  let reading = false;
  readable._read = function () {
    if (!reading) {
      reading = true;
      next();
    }
  };
  readable._destroy = function (error, callback) {
    PromisePrototypeThen(close(error), () => nextTick(callback, error), (thrown) => nextTick(callback, thrown || error));
  };
  async function close(error) {
    const failed = error !== undefined && error !== null;
    if (failed && typeof iterator.throw === "function") {
      const { value, done } = await iterator.throw(error);
      await value;
      if (done) return;
    }
    if (typeof iterator.return === "function") {
      const { value } = await iterator.return();
      await value;
    }
  }
  async function next() {
    for (;;) {
      try {
        const { value, done } = isAsync ? await iterator.next() : iterator.next();
        if (done) {
          readable.push(null);
        } else {
          const item = value && typeof value.then === "function" ? await value : value;
          if (item === null) {
            reading = false;
            throw core.loadExtScript("ext:denizen/node/internal/errors.js").nodeTypeError("ERR_STREAM_NULL_VALUES", "May not write null values to stream");
          }
          if (readable.push(item)) continue;
          reading = false;
        }
      } catch (error) {
        readable.destroy(error);
      }
      break;
    }
  }
  return readable;
}

return { READABLE_ACCESSORS, Readable, ReadableState, from };
})();
