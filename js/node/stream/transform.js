// Streams that are readable and writable: Duplex, Transform, PassThrough.
//
// Owns how the two sides belong together. It must not know what a transformation does.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  FunctionPrototypeCall, ObjectDefineProperty, ObjectGetOwnPropertyDescriptor, ObjectGetOwnPropertyNames, ObjectSetPrototypeOf, Promise,
  PromisePrototypeThen, SymbolAsyncIterator, SymbolIterator,
} = primordials;
const { AbortError, invalidArgType, nodeError } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const {
  accessors, addAbortSignal, construct, destroyer, isReadableNode, isReadableWeb, isTransformWeb, isWritableNode, isWritableWeb, nextTick,
} = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { Readable, ReadableState, from: readableFrom } = core.loadExtScript("ext:denizen/node/stream/readable.js");
const { WRITABLE_ACCESSORS, Writable, WritableState } = core.loadExtScript("ext:denizen/node/stream/writable.js");
const { setDuplex } = core.loadExtScript("ext:denizen/node/stream/duplex.js");

function Duplex(options) {
  if (!(this instanceof Duplex)) return new Duplex(options);
  FunctionPrototypeCall(Readable, this, options && { ...options, construct: undefined, signal: undefined, destroy: undefined });
  this._writableState = new WritableState(options, this, true);
  if (options) {
    this.allowHalfOpen = options.allowHalfOpen !== false;
    if (options.readable === false) {
      this._readableState.readable = false;
      this._readableState.ended = true;
      this._readableState.endEmitted = true;
    }
    if (options.writable === false) {
      this._writableState.writable = false;
      this._writableState.ending = true;
      this._writableState.ended = true;
      this._writableState.finished = true;
    }
    if (typeof options.write === "function") this._write = options.write;
    if (typeof options.writev === "function") this._writev = options.writev;
    if (typeof options.destroy === "function") this._destroy = options.destroy;
    if (typeof options.final === "function") this._final = options.final;
    if (typeof options.construct === "function") this._construct = options.construct;
    if (options.signal) addAbortSignal(options.signal, this);
  } else {
    this.allowHalfOpen = true;
  }
  if (options?.construct || this._construct !== undefined) {
    construct(this, () => {
      this.read(0);
      this.uncork();
      if (!this._writableState.writing && this._writableState.buffered.length > 0) {
        this.cork();
        this.uncork();
      }
    });
  }
}
ObjectSetPrototypeOf(Duplex.prototype, Readable.prototype);
ObjectSetPrototypeOf(Duplex, Readable);
setDuplex(Duplex);

const names = ObjectGetOwnPropertyNames(Writable.prototype);
for (let i = 0; i < names.length; i++) {
  const name = names[i];
  if (name === "constructor" || Readable.prototype[name] !== undefined && name !== "destroy" || name in WRITABLE_ACCESSORS) continue;
  ObjectDefineProperty(Duplex.prototype, name, ObjectGetOwnPropertyDescriptor(Writable.prototype, name));
}
const SIDE = [
  "writable", "writableHighWaterMark", "writableObjectMode", "writableBuffer", "writableLength", "writableFinished", "writableCorked",
  "writableEnded", "writableNeedDrain", "writableAborted",
];
for (let i = 0; i < SIDE.length; i++) accessors(Duplex.prototype, { [SIDE[i]]: { ...WRITABLE_ACCESSORS[SIDE[i]], enumerable: false } });
accessors(Duplex.prototype, {
  destroyed: {
    get() {
      return this._readableState !== undefined && this._writableState !== undefined && this._readableState.destroyed && this._writableState.destroyed;
    },
    set(value) {
      if (this._readableState && this._writableState) {
        this._readableState.destroyed = value;
        this._writableState.destroyed = value;
      }
    },
  },
});

Duplex.fromWeb = function (pair, options) {
  return core.loadExtScript("ext:denizen/node/stream/web_adapters.js").duplexFromWeb(pair, options);
};
Duplex.toWeb = function (duplex) {
  return core.loadExtScript("ext:denizen/node/stream/web_adapters.js").duplexToWeb(duplex);
};
Duplex.from = function (body) {
  return duplexify(body, "body");
};

// A duplex over two streams, each of which may be absent.
function joined(readable, writable) {
  let onFinish;
  let onDrain;
  let onReadable;
  const duplex = new Duplex({
    readableObjectMode: Boolean(readable?.readableObjectMode),
    writableObjectMode: Boolean(writable?.writableObjectMode),
    readable: Boolean(readable),
    writable: Boolean(writable),
  });
  const { eos } = core.loadExtScript("ext:denizen/node/stream/pipeline.js");
  if (writable) {
    eos(writable, { readable: false }, (error) => {
      if (error) destroyer(readable, error);
      const done = onFinish;
      onFinish = undefined;
      if (done) done(error);
      else if (error) duplex.destroy(error);
    });
    duplex._write = (chunk, encoding, callback) => {
      if (writable.write(chunk, encoding)) callback();
      else onDrain = callback;
    };
    duplex._final = (callback) => {
      writable.end();
      onFinish = callback;
    };
    writable.on("drain", () => {
      const done = onDrain;
      onDrain = undefined;
      done?.();
    });
  }
  if (readable) {
    eos(readable, { writable: false }, (error) => {
      if (error) duplex.destroy(error);
    });
    readable.on("readable", () => {
      const done = onReadable;
      onReadable = undefined;
      done?.();
    });
    readable.on("end", () => duplex.push(null));
    duplex._read = () => {
      for (;;) {
        const chunk = readable.read();
        if (chunk === null) {
          onReadable = duplex._read;
          return;
        }
        if (!duplex.push(chunk)) return;
      }
    };
  }
  duplex._destroy = (error, callback) => {
    if (!error && onFinish !== undefined) error = new AbortError();
    destroyer(writable, error);
    destroyer(readable, error);
    callback(error);
  };
  return duplex;
}

function duplexify(body, name) {
  if (body instanceof Duplex) return body;
  if (isReadableNode(body) && isWritableNode(body)) return joined(body, body);
  if (isReadableNode(body)) return joined(body, undefined);
  if (isWritableNode(body)) return joined(undefined, body);
  if (isTransformWeb(body)) return Duplex.fromWeb(body);
  if (isReadableWeb(body)) return joined(Readable.fromWeb(body), undefined);
  if (isWritableWeb(body)) return joined(undefined, Writable.fromWeb(body));
  if (typeof body === "function") return fromFunction(body, name);
  if (typeof body?.[SymbolAsyncIterator] === "function" || typeof body?.[SymbolIterator] === "function") {
    return readableFrom(Duplex, body, { objectMode: true, writable: false });
  }
  if (body && (typeof body.readable === "object" || typeof body.writable === "object")) {
    const readable = body.readable ? (isReadableNode(body.readable) ? body.readable : duplexify(body.readable)) : undefined;
    const writable = body.writable ? (isWritableNode(body.writable) ? body.writable : duplexify(body.writable)) : undefined;
    return joined(readable, writable);
  }
  if (typeof body?.then === "function") {
    let duplex;
    PromisePrototypeThen(body, (value) => {
      if (value !== null && value !== undefined) duplex.push(value);
      duplex.push(null);
    }, (error) => destroyer(duplex, error));
    return (duplex = new Duplex({ objectMode: true, writable: false, read() {} }));
  }
  throw invalidArgType(name, ["Blob", "ReadableStream", "WritableStream", "Stream", "Iterable", "AsyncIterable", "Function", "{ readable, writable } pair", "Promise"], body);
}

// A function that takes what is written as an asynchronous iterable and gives what is read.
function fromFunction(body, name) {
  let give;
  let next = new Promise((resolve) => (give = resolve));
  async function* source() {
    for (;;) {
      const { chunk, done, callback } = await next;
      nextTick(callback);
      if (done) return;
      next = new Promise((resolve) => (give = resolve));
      yield chunk;
    }
  }
  const value = body(source());
  const write = (chunk, encoding, callback) => give({ chunk, done: false, callback });
  const final = (callback) => {
    give({ done: true, callback });
  };
  if (typeof value?.[SymbolAsyncIterator] === "function" || typeof value?.[SymbolIterator] === "function") {
    return readableFrom(Duplex, value, { objectMode: true, write, final });
  }
  if (typeof value?.then === "function") {
    let duplex;
    const settled = PromisePrototypeThen(value, (result) => {
      if (result !== null && result !== undefined) throw nodeError("ERR_INVALID_RETURN_VALUE", "Expected nully to be returned from the \"body\" function.");
    }, (error) => destroyer(duplex, error));
    return (duplex = new Duplex({
      objectMode: true,
      readable: false,
      write,
      final(callback) {
        final(() => PromisePrototypeThen(settled, () => nextTick(callback), (error) => nextTick(callback, error)));
      },
    }));
  }
  throw nodeError("ERR_INVALID_RETURN_VALUE", `Expected Iterable, AsyncIterable or AsyncFunction to be returned from the "${name}" function.`);
}

function Transform(options) {
  if (!(this instanceof Transform)) return new Transform(options);
  // A side of no room of its own would never ask for more.
  const mark = options ? options.readableHighWaterMark ?? options.highWaterMark : undefined;
  const given = mark === 0 ? { ...options, highWaterMark: undefined, readableHighWaterMark: 0, writableHighWaterMark: options.writableHighWaterMark || 0 } : options;
  FunctionPrototypeCall(Duplex, this, given);
  this._readableState.sync = false;
  this._pendingCallback = null;
  if (options) {
    if (typeof options.transform === "function") this._transform = options.transform;
    if (typeof options.flush === "function") this._flush = options.flush;
  }
  this.on("prefinish", onPrefinish);
}
ObjectSetPrototypeOf(Transform.prototype, Duplex.prototype);
ObjectSetPrototypeOf(Transform, Duplex);

function onPrefinish() {
  if (this._final !== final) FunctionPrototypeCall(final, this);
}

function final(callback) {
  if (typeof this._flush === "function" && !this.destroyed) {
    this._flush((error, data) => {
      if (error) {
        if (callback) callback(error);
        else this.destroy(error);
        return;
      }
      if (data !== null && data !== undefined) this.push(data);
      this.push(null);
      if (callback) callback();
    });
  } else {
    this.push(null);
    if (callback) callback();
  }
}
Transform.prototype._final = final;
Transform.prototype._transform = function (chunk, encoding, callback) {
  throw nodeError("ERR_METHOD_NOT_IMPLEMENTED", "The _transform() method is not implemented");
};
Transform.prototype._write = function (chunk, encoding, callback) {
  const readable = this._readableState;
  const writable = this._writableState;
  const { length } = readable;
  this._transform(chunk, encoding, (error, value) => {
    if (error) {
      callback(error);
      return;
    }
    if (value !== null && value !== undefined) this.push(value);
    if (writable.ended || length === readable.length || readable.length < readable.highWaterMark) callback();
    else this._pendingCallback = callback;
  });
};
Transform.prototype._read = function () {
  if (this._pendingCallback) {
    const callback = this._pendingCallback;
    this._pendingCallback = null;
    callback();
  }
};

function PassThrough(options) {
  if (!(this instanceof PassThrough)) return new PassThrough(options);
  FunctionPrototypeCall(Transform, this, options);
}
ObjectSetPrototypeOf(PassThrough.prototype, Transform.prototype);
ObjectSetPrototypeOf(PassThrough, Transform);
PassThrough.prototype._transform = function (chunk, encoding, callback) {
  callback(null, chunk);
};

// Two duplexes, each of which reads what the other was written.
function duplexPair(options) {
  const make = () => {
    let callback = null;
    let other;
    const side = new Duplex({
      ...options,
      read() {
        if (callback) {
          const done = callback;
          callback = null;
          done();
        }
      },
      write(chunk, encoding, done) {
        if (chunk.length === 0) {
          nextTick(done);
        } else {
          other.side.push(chunk);
          other.hold(done);
        }
      },
      final(done) {
        other.side.on("end", done);
        other.side.push(null);
      },
    });
    return { side, hold: (done) => (callback = done), join: (to) => (other = to) };
  };
  const a = make();
  const b = make();
  a.join(b);
  b.join(a);
  return [a.side, b.side];
}

return { Duplex, PassThrough, Transform, duplexPair, duplexify };
})();
