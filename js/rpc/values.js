// What of the runtime's own objects, and of errors, crosses in a call.
//
// Owns the parts that such a value is taken into and made from again; the host serialises the parts. Streams and bodies
// become ends of the host's channels. It must not know calls, nor what goes into storage.

(function () {
const { core, primordials } = __bootstrap;
const { op_body_ack, op_body_cancel, op_body_close, op_body_read, op_body_report, op_body_sink } = core.ops;
const {
  AggregateError,
  ArrayIsArray,
  Error,
  JSONParse,
  JSONStringify,
  ObjectDefineProperty,
  ObjectKeys,
  ObjectPrototype,
  ObjectPrototypeIsPrototypeOf,
  PromisePrototypeThen,
  ReflectGetOwnPropertyDescriptor,
  ReflectGetPrototypeOf,
  SafeSet,
  TypeError,
  TypedArrayPrototypeGetBuffer,
  uncurryThis,
} = primordials;
const streams = core.loadExtScript("ext:deno_web/06_streams.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { AbortSignalPrototype } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { Blob, FilePrototype, isBlob } = core.loadExtScript("ext:deno_web/09_file.js");
const { flatFromHeaders, headersFromFlat, isHeaders } = core.loadExtScript("ext:denizen/fetch/headers.js");
const body = core.loadExtScript("ext:denizen/fetch/body.js");
const { isRequest, newRequest, requestState } = core.loadExtScript("ext:denizen/fetch/request.js");
const { isResponse, newResponse, responseState } = core.loadExtScript("ext:denizen/fetch/response.js");
const { ERRORS, NO_MESSAGE, blobBytes, copyPacking, isDomException, isOwn, newPacked, partsOf, refuse, refuseOwn, revive } =
  core.loadExtScript("ext:denizen/actor/values.js");
const { errorParts } = core.loadExtScript("ext:denizen/rpc/errors.js");
const { classOf, fetcherOf } = core.loadExtScript("ext:denizen/rpc/stub.js");
const { isNamespace } = core.loadExtScript("ext:denizen/actor/namespace.js");

const { ReadableStream, WritableStream, WritableStreamDefaultWriter } = streams;
const isLockedWritable = uncurryThis(ReflectGetOwnPropertyDescriptor(WritableStream.prototype, "locked").get);
const WriterWrite = uncurryThis(WritableStreamDefaultWriter.prototype.write);
const WriterClose = uncurryThis(WritableStreamDefaultWriter.prototype.close);
const WriterAbort = uncurryThis(WritableStreamDefaultWriter.prototype.abort);

// Kinds of parts. They are told apart in transit only. Those from 101 on are the host's.
const ERROR = 1;
const HEADERS = 2;
const REQUEST = 3;
const RESPONSE = 4;
const BLOB = 5;
const READABLE = 6;
const WRITABLE = 7;
const BODY = 8;

const NO_SIGNALS = "AbortSignal serialization is not enabled.";
const NOT_BYTES =
  "This TransformStream is being used as a byte stream, but received an object of non-ArrayBuffer/ArrayBufferView type on its writable side.";
const PROXY =
  "Proxy could not be serialized because it is not a valid RPC receiver type. The Proxy must emulate either a plain object or an RpcTarget, as indicated by the Proxy's prototype chain.";

// `[kind, parts, stream]` of an object of the runtime's own classes; undefined for any other. Nothing is locked yet. What is thrown
// may hold objects of user code, which cross as plain ones.
function describeValue(object, mayStream, isThrown) {
  const packed = partsOf(object);
  if (packed !== undefined) {
    return packed;
  }
  if (isHeaders(object)) {
    return [HEADERS, flatFromHeaders(object), undefined];
  }
  if (isReadableStream(object)) {
    requireStreams(mayStream, "ReadableStream");
    body.requireUnlocked(object);
    return [READABLE, undefined, object];
  }
  if (isWritableStream(object)) {
    requireStreams(mayStream, "WritableStream");
    requireWritable(object);
    return [WRITABLE, undefined, object];
  }
  if (isRequest(object)) {
    const state = requestState(object);
    if (state.signalGiven) {
      refuse(NO_SIGNALS);
    }
    const { inner, method, url, headers, redirect, cache, keepalive } = state;
    return [REQUEST, [method, url, flatFromHeaders(headers), redirect, cfOf(state), cache, keepalive, partsOfBody(inner, mayStream)], undefined];
  }
  if (isResponse(object)) {
    const state = responseState(object);
    const { inner, status, statusText, headers, type, encodeBody } = state;
    return [RESPONSE, [status, statusText, flatFromHeaders(headers), type, cfOf(state), encodeBody, partsOfBody(inner, mayStream)], undefined];
  }
  if (isBlob(object) && !ObjectPrototypeIsPrototypeOf(FilePrototype, object)) {
    return [BLOB, [blobBytes(object), object.type], undefined];
  }
  if (ObjectPrototypeIsPrototypeOf(AbortSignalPrototype, object)) {
    refuse(NO_SIGNALS);
  }
  if (!mayStream && ObjectPrototypeIsPrototypeOf(core.loadExtScript("ext:denizen/worker/workers.js").RpcTarget.prototype, object)) {
    refuse("Remote RPC references can only be serialized for RPC.");
  }
  if (isThrown) {
    refuseOwn(object);
  }
  return undefined;
}

// deno_web's own test takes every kind of stream for one that can be read.
function isReadableStream(value) {
  return ObjectPrototypeIsPrototypeOf(streams.ReadableStreamPrototype, value);
}

function isWritableStream(value) {
  return ObjectPrototypeIsPrototypeOf(WritableStream.prototype, value);
}

function requireStreams(mayStream, name) {
  if (!mayStream) {
    refuse(`${name} can only be serialized for RPC.`);
  }
}

function requireWritable(stream) {
  if (isLockedWritable(stream)) {
    throw new TypeError("This WritableStream is currently locked to a writer.");
  }
  if (stream[streams._state] === "closed") {
    throw new TypeError("This WritableStream has been closed.");
  }
}

// `cf` crosses as JSON.
function cfOf(state) {
  return state.cfJson ?? (state.cf === undefined ? undefined : JSONStringify(state.cf));
}

// What stands for a body among the parts of its Request or Response: the very stream, once there is one.
function partsOfBody(inner, mayStream) {
  if (inner === null) {
    return null;
  }
  requireStreams(mayStream, "ReadableStream");
  if (inner.stream !== null) {
    return inner.stream;
  }
  if (inner.used) {
    throw new TypeError("The ReadableStream has been locked to a reader.");
  }
  return newPacked(BODY, undefined, inner);
}

// Locks a stream or body that leaves, and gives its end. What it carries goes on after its event only with `hold`.
function sendStream(stream, hold) {
  if (isReadableStream(stream)) {
    body.requireUnlocked(stream);
    return body.streamToHost(stream, body.lengthOf(stream), true, hold);
  }
  if (isWritableStream(stream)) {
    requireWritable(stream);
    const writer = new WritableStreamDefaultWriter(stream);
    const handle = op_body_sink(hold);
    drain(handle, writer);
    return handle;
  }
  return body.toHost(stream, true, hold);
}

// Writes what arrives for a stream that has left, and says how that went.
async function drain(handle, writer) {
  try {
    for (;;) {
      let chunk;
      try {
        chunk = await op_body_read(handle);
      } catch (error) {
        PromisePrototypeThen(WriterAbort(writer, error), undefined, () => {});
        return;
      }
      try {
        await (chunk === null ? WriterClose(writer) : WriterWrite(writer, TypedArrayPrototypeGetBuffer(chunk)));
      } catch (error) {
        op_body_ack(handle, errorParts(error));
        return;
      }
      op_body_ack(handle, null);
      if (chunk === null) {
        return;
      }
    }
  } finally {
    op_body_cancel(handle, null);
  }
}

// The stream whose chunks go to `writer`, and to the stream that was sent.
function remoteWritable(writer) {
  const taken = async () => {
    if (await op_body_report(writer) === null) {
      throw new Error(body.LOST);
    }
  };
  return new WritableStream({
    __proto__: null,
    async write(value) {
      const bytes = typeof value === "string" ? core.encode(value) : body.chunkBytes(value);
      if (bytes === null) {
        throw new TypeError(NOT_BYTES);
      }
      if (!await body.writeChunks(writer, bytes, taken)) {
        // It may have said why before it went.
        await taken();
        throw new Error(body.LOST);
      }
    },
    close() {
      op_body_close(writer, null);
      return taken();
    },
    abort(reason) {
      op_body_close(writer, errorParts(reason));
    },
  });
}

// A copy of `root` in which its errors are packed; undefined if it has none.
function packErrors(root, isThrown) {
  return copyPacking(root, isThrown ? isOwn : isNotPlain, packError);
}

function isNotPlain(object) {
  return ReflectGetPrototypeOf(object) !== ObjectPrototype;
}

function packError(error, copies, copy) {
  // V8 has its own way with errors, which is that of older dates.
  if (changed.enhanced_error_serialization && !isDomException(error)) {
    return undefined;
  }
  const parts = errorParts(error);
  if (parts.message === "" && typeof error.message !== "string") {
    refuse(NO_MESSAGE);
  }
  const data = [parts.name, parts.message, parts.dom, undefined];
  const packed = newPacked(ERROR, data);
  copies.set(error, packed);
  data[3] = copy(parts.props);
  return packed;
}

// Why V8 refused `root`, if that was for a function or a proxy of which the runtime knows more than V8. Outside of calls a proxy is
// like any other object that cannot be copied.
function explainRefusal(root, isCall) {
  const seen = new SafeSet();
  const left = [root];
  while (left.length > 0) {
    const value = left[left.length - 1];
    left.length--;
    if (core.isProxy(value)) {
      return isCall ? PROXY : ArrayIsArray(value) ? "[object Object] could not be cloned." : undefined;
    }
    if (typeof value === "function") {
      const name = loopbackName(value);
      return name === undefined ? undefined : `Could not serialize object of type "${name}". This type does not support serialization.`;
    }
    if (typeof value !== "object" || value === null || seen.has(value)) {
      continue;
    }
    seen.add(value);
    const prototype = ReflectGetPrototypeOf(value);
    if (prototype !== ObjectPrototype && !ArrayIsArray(value)) {
      continue;
    }
    const keys = ObjectKeys(value);
    for (let i = keys.length - 1; i >= 0; i--) {
      left[left.length] = value[keys[i]];
    }
  }
  return undefined;
}

// The class of a member of `ctx.exports`.
function loopbackName(value) {
  if (classOf(value) !== undefined) {
    return isNamespace(value) ? "LoopbackDurableObjectNamespace" : "LoopbackDurableObjectClass";
  }
  return fetcherOf(value) === undefined ? undefined : "LoopbackServiceStub";
}

function hidden(target, key, value) {
  ObjectDefineProperty(target, key, { __proto__: null, value, configurable: true, writable: true });
}

function makeErrorOf(data) {
  const name = data[0];
  const error = data[2]
    ? new DOMException(data[1], name)
    : name === "AggregateError" ? new AggregateError([]) : new (ERRORS[name] ?? Error)();
  delete error.errors;
  delete error.error;
  delete error.suppressed;
  hidden(error, "message", data[1]);
  // Where it was thrown is none of the receiver's, and where it was made here is the runtime.
  const stack = data[1] === "" ? name : name === "" ? data[1] : `${name}: ${data[1]}`;
  ObjectDefineProperty(error, "stack", { __proto__: null, value: stack, configurable: !data[2], enumerable: data[2], writable: true });
  const props = data[3];
  if (props !== undefined && !changed.enhanced_error_serialization) {
    const keys = ObjectKeys(props);
    for (let i = 0; i < keys.length; i++) {
      ObjectDefineProperty(error, keys[i], {
        __proto__: null, value: props[keys[i]], configurable: true, enumerable: true, writable: true,
      });
    }
  }
  return error;
}

function bodyOf(part) {
  if (part === null || !isReadableStream(part)) {
    return part;
  }
  const inner = new body.Inner(null, body.lengthOf(part));
  inner.stream = part;
  return inner;
}

function readable(handle) {
  if (handle !== null) {
    return body.streamOf(body.fromHost(handle));
  }
  return new ReadableStream({ __proto__: null, type: "bytes", start: (controller) => controller.close() });
}

// The object that `data` are the parts of.
function make(kind, data, handle) {
  switch (kind) {
    case ERROR:
      return makeErrorOf(data);
    case HEADERS:
      return headersFromFlat(data, false);
    case REQUEST:
      return newRequest({
        __proto__: null,
        method: data[0],
        url: data[1],
        headers: headersFromFlat(data[2], false),
        redirect: data[3],
        cfJson: data[4],
        cache: data[5],
        keepalive: data[6],
        inner: bodyOf(data[7]),
      });
    case RESPONSE:
      return newResponse({
        __proto__: null,
        status: data[0],
        statusText: data[1],
        headers: headersFromFlat(data[2], false),
        type: data[3],
        cf: data[4] === undefined ? undefined : JSONParse(data[4]),
        encodeBody: data[5],
        inner: bodyOf(data[6]),
      });
    case BLOB:
      return new Blob([data[0]], { __proto__: null, type: data[1] });
    case READABLE:
      return readable(handle);
    case WRITABLE:
      return remoteWritable(handle);
    default:
      return body.fromHost(handle);
  }
}

// `value` with the objects of `found` (`[place, kind, parts, handle, ...]`, inner ones first) in their places.
function receiveValue(value, found) {
  return revive(value, found, make, 4);
}

return { describeValue, explainRefusal, packErrors, receiveValue, sendStream };
})();
