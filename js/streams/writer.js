// Writers, and how they refuse.
//
// Owns what a released writer says: workerd's text, and promises that had settled for good stay what they were; that the
// runtime's own streams copy what is written to them when it is written, and drop it when they are aborted. It must not know sinks.

(function () {
const { core, primordials } = __bootstrap;
const {
  ObjectDefineProperty,
  PromisePrototypeThen,
  PromiseReject,
  PromiseResolve,
  ReflectApply,
  ReflectGetOwnPropertyDescriptor,
  SafeWeakMap,
  TypeError,
  uncurryThis,
} = primordials;
const { WritableStream, WritableStreamDefaultWriter } = core.loadExtScript("ext:deno_web/06_streams.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { symbolOf } = core.loadExtScript("ext:denizen/streams/readers.js");
const { WRITABLE_CLOSED } = core.loadExtScript("ext:denizen/streams/arguments.js");
const { Written, giveUpWrite, isOwnWritable, tellError } = core.loadExtScript("ext:denizen/streams/transforms.js");

const prototype = WritableStreamDefaultWriter.prototype;
const own = {
  __proto__: null,
  closed: ReflectGetOwnPropertyDescriptor(prototype, "closed").get,
  desiredSize: ReflectGetOwnPropertyDescriptor(prototype, "desiredSize").get,
  ready: ReflectGetOwnPropertyDescriptor(prototype, "ready").get,
};
const closedOf = uncurryThis(own.closed);
const readyOf = uncurryThis(own.ready);
const desiredSizeOf = uncurryThis(own.desiredSize);
const { abort, close, releaseLock, write } = prototype;

const stream = new WritableStream();
const kState = symbolOf(stream, "[[state]]");
const kWriter = symbolOf(stream, "[[writer]]");
const kCloseRequest = symbolOf(stream, "[[closeRequest]]");
const kInFlightClose = symbolOf(stream, "[[inFlightCloseRequest]]");
const kStoredError = symbolOf(stream, "[[storedError]]");
const sample = stream.getWriter();
const kClosed = symbolOf(sample, "[[closedPromise]]");
const kReady = symbolOf(sample, "[[readyPromise]]");
const kStream = symbolOf(sample, "[[stream]]");

// Writer -> { closed, ready }, once it is released.
const released = new SafeWeakMap();

function refusal() {
  return new TypeError("This WritableStream writer has been released.");
}

function rejected() {
  const promise = PromiseReject(refusal());
  PromisePrototypeThen(promise, undefined, () => {});
  return promise;
}

function isStream(value) {
  return typeof value === "object" && value !== null && kWriter in value;
}

// Rejects what will not settle by itself. Whether it was so.
function settle(deferred) {
  if (deferred.state !== "pending") {
    return false;
  }
  PromisePrototypeThen(deferred.promise, undefined, () => {});
  deferred.reject(refusal());
  return true;
}

// What a stream that has failed says to a write or a close; undefined for one that has not.
function failureOf(stream) {
  const { [kState]: state } = stream;
  if (state !== "erroring" && state !== "errored") {
    return undefined;
  }
  return PromiseReject(!isOwnWritable(stream) || tellError(stream) ? stream[kStoredError] : new TypeError(WRITABLE_CLOSED));
}

// Aborts by `call` what `receiver` is, or writes to.
function abortWith(call, receiver, stream, reason) {
  if (stream !== undefined && isOwnWritable(stream)) {
    tellError(stream);
    if (changed.internal_writable_stream_abort_clears_queue) {
      // What was written before has begun by then.
      return PromisePrototypeThen(PromiseResolve(undefined), () => ReflectApply(call, receiver, [reason]));
    }
    giveUpWrite(stream, reason);
  }
  return ReflectApply(call, receiver, [reason]);
}

const members = {
  get closed() {
    return released.get(this)?.closed ?? closedOf(this);
  },
  get desiredSize() {
    if (released.has(this)) {
      throw refusal();
    }
    return desiredSizeOf(this);
  },
  get ready() {
    return released.get(this)?.ready ?? readyOf(this);
  },
  releaseLock() {
    if (released.has(this)) {
      return;
    }
    const { [kStream]: stream } = this;
    if (stream === undefined) {
      ReflectApply(releaseLock, this, []);
      return;
    }
    const keepsReady = settle(this[kReady]) || changed.writable_stream_spec_compliant_writer || isOwnWritable(stream);
    settle(this[kClosed]);
    const kept = { __proto__: null, closed: closedOf(this), ready: keepsReady ? readyOf(this) : rejected() };
    ReflectApply(releaseLock, this, []);
    released.set(this, kept);
  },
  abort(reason = undefined) {
    return released.has(this) ? rejected() : abortWith(abort, this, this?.[kStream], reason);
  },
  close() {
    if (released.has(this)) {
      return rejected();
    }
    const stream = this?.[kStream];
    if (stream === undefined) {
      return ReflectApply(close, this, []);
    }
    const isClosing = stream[kCloseRequest] !== undefined || stream[kInFlightClose] !== undefined;
    if (isClosing && isOwnWritable(stream)) {
      return closedOf(this);
    }
    return failureOf(stream) ?? ReflectApply(close, this, []);
  },
  write(chunk = undefined) {
    if (released.has(this)) {
      return rejected();
    }
    const stream = this?.[kStream];
    if (stream === undefined || !isOwnWritable(stream)) {
      return ReflectApply(write, this, [chunk]);
    }
    const failure = failureOf(stream);
    if (failure !== undefined) {
      return failure;
    }
    if (chunk === undefined) {
      return PromiseResolve(undefined);
    }
    try {
      chunk = new Written(chunk);
    } catch (error) {
      return PromiseReject(error);
    }
    return ReflectApply(write, this, [chunk]);
  },
};
for (const name in own) {
  const { get } = ReflectGetOwnPropertyDescriptor(members, name);
  ObjectDefineProperty(prototype, name, { __proto__: null, get, enumerable: true, configurable: true });
}
const names = ["abort", "close", "releaseLock", "write"];
for (let i = 0; i < names.length; i++) {
  const name = names[i];
  ObjectDefineProperty(prototype, name, { __proto__: null, value: members[name], writable: true, enumerable: true, configurable: true });
}

// The same without a writer.
const whole = WritableStream.prototype;
const { abort: abortWhole, close: closeWhole } = whole;
const wholeMembers = {
  abort(reason = undefined) {
    const isFree = isStream(this) && this[kWriter] === undefined;
    return abortWith(abortWhole, this, isFree ? this : undefined, reason);
  },
  close() {
    const isFree = isStream(this) && this[kWriter] === undefined;
    return (isFree ? failureOf(this) : undefined) ?? ReflectApply(closeWhole, this, []);
  },
};
for (const name in wholeMembers) {
  ObjectDefineProperty(whole, name, { __proto__: null, value: wholeMembers[name], writable: true, enumerable: true, configurable: true });
}
return {};
})();
