// What Workers' controllers of readable streams do beyond the standard.
//
// Owns the requests of byte streams: a source can fill one for a default reader too, is done with those that wait once it
// closes, and learns how much a read still needs (atLeast); how controllers refuse; and that a source is not asked to cancel
// once it has closed. It must not know where bytes come from.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayBuffer,
  MathTrunc,
  ObjectDefineProperty,
  PromiseResolve,
  RangeError,
  ReflectApply,
  ReflectGetOwnPropertyDescriptor,
  SafeWeakSet,
  TypeError,
  Uint8Array,
  WeakSetPrototypeAdd,
  WeakSetPrototypeHas,
} = primordials;
const { ReadableByteStreamController, ReadableStreamBYOBRequest, ReadableStreamDefaultController, TransformStreamDefaultController } =
  core.loadExtScript("ext:deno_web/06_streams.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { isSingle, symbolOf, symbols } = core.loadExtScript("ext:denizen/streams/readers.js");

const { kCancel, kCloseRequested, kController, kPullIntos, kReadRequests, kReader, kState, kStream } = symbols;
// What is allocated for a read that brings no view.
const CHUNK_BYTES = 4096;

const byteController = ReadableByteStreamController.prototype;
const request = ReadableStreamBYOBRequest.prototype;
const requestOf = ReflectGetOwnPropertyDescriptor(byteController, "byobRequest").get;
const { close: closeBytes } = byteController;
const { close } = ReadableStreamDefaultController.prototype;
const { respond } = request;

// Requests that the end of their stream has answered.
const ended = new SafeWeakSet();

function isObject(value) {
  return typeof value === "object" && value !== null || typeof value === "function";
}

// Whether a default reader waits for what user code's source may write into a buffer.
function isFillable(controller) {
  const stream = controller[kStream];
  return stream[kState] === "readable" && !controller[kCloseRequested] && stream[kReader]?.[kReadRequests]?.size > 0 && !isSingle(stream);
}

function endReads(controller) {
  const pending = controller[kPullIntos];
  if (pending.size > 0 && controller[kStream][kState] === "closed") {
    const last = ReflectApply(requestOf, controller, []);
    WeakSetPrototypeAdd(ended, last);
    ReflectApply(respond, last, [0]);
    while (pending.size > 0) {
      pending.dequeue();
    }
  }
}

const byteMembers = {
  get byobRequest() {
    const found = ReflectApply(requestOf, this, []);
    if (found !== null || !isFillable(this)) {
      return found;
    }
    // The buffer is made when it is asked for: most sources enqueue chunks of their own.
    this[kPullIntos].enqueue({
      __proto__: null,
      buffer: new ArrayBuffer(CHUNK_BYTES),
      bufferByteLength: CHUNK_BYTES,
      byteOffset: 0,
      byteLength: CHUNK_BYTES,
      bytesFilled: 0,
      elementSize: 1,
      minimumFill: 1,
      viewConstructor: Uint8Array,
      readerType: "default",
    });
    return ReflectApply(requestOf, this, []);
  },
  close() {
    const first = isObject(this) ? this[kPullIntos]?.peek() : null;
    if (first) {
      // Bytes that do not make an element are lost.
      first.bytesFilled -= first.bytesFilled % first.elementSize;
    }
    ReflectApply(closeBytes, this, []);
    endReads(this);
  },
};
const defaultMembers = {
  close() {
    if (isObject(this) && kCloseRequested in this && (this[kCloseRequested] || this[kStream][kState] !== "readable")) {
      throw new TypeError("This ReadableStream is closed.");
    }
    ReflectApply(close, this, []);
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
  respond(bytesWritten = undefined) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'respond' on 'ReadableStreamBYOBRequest': parameter 1 is not of type 'integer'.");
    }
    const number = MathTrunc(+bytesWritten) || 0;
    const count = number < 0 ? 0 : number;
    if (isObject(this) && WeakSetPrototypeHas(ended, this)) {
      if (count > 0) {
        throw new TypeError("The bytesWritten must be zero after the stream is closed.");
      }
      return;
    }
    const controller = isObject(this) ? this[kController] : undefined;
    const first = controller?.[kPullIntos].peek();
    if (first && controller[kStream][kState] === "readable" && count > first.byteLength - first.bytesFilled) {
      throw new RangeError(`Too many bytes [${count}] in response to a BYOB read request.`);
    }
    ReflectApply(respond, this, [count]);
  },
};

function define(prototype, members, name) {
  ObjectDefineProperty(prototype, name, { __proto__: null, ...ReflectGetOwnPropertyDescriptor(members, name), enumerable: true, configurable: true });
}
define(byteController, byteMembers, "byobRequest");
define(byteController, byteMembers, "close");
define(ReadableStreamDefaultController.prototype, defaultMembers, "close");
define(request, requestMembers, "atLeast");
define(request, requestMembers, "respond");
const closing = [ReadableByteStreamController.prototype, ReadableStreamDefaultController.prototype];
for (let i = 0; i < closing.length; i++) {
  const prototype = closing[i];
  const kCancelSteps = symbolOf(prototype, "[[CancelSteps]]");
  const steps = prototype[kCancelSteps];
  prototype[kCancelSteps] = function (reason) {
    if (this[kCloseRequested]) {
      this[kCancel] = () => PromiseResolve(undefined);
    }
    return ReflectApply(steps, this, [reason]);
  };
}
const failing = [ReadableByteStreamController, ReadableStreamDefaultController, TransformStreamDefaultController];
for (let i = 0; i < failing.length; i++) {
  const { name, prototype } = failing[i];
  const { error: fail } = prototype;
  define(prototype, {
    error(reason = undefined) {
      if (arguments.length === 0) {
        throw new TypeError(`Failed to execute 'error' on '${name}': parameter 1 is not of type 'Value'.`);
      }
      ReflectApply(fail, this, [reason]);
    },
  }, "error");
}

return {};
})();
