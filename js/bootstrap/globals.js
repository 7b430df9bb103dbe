// The global scope of a Worker.
//
// Owns which names exist. It runs once, while the snapshot is made; `start` runs in each isolate before any user code. It
// must not define behaviour.

(function () {
const { core, primordials } = globalThis.__bootstrap;
const { propNonEnumerable, propWritable } = core;
const { ObjectCreate, ObjectDefineProperties, ObjectDefineProperty, ObjectSetPrototypeOf, PromisePrototypeThen, SymbolToStringTag, TypeError } = primordials;
const load = core.loadExtScript;

load("ext:denizen/bootstrap/blobs.js");
const webidl = load("ext:deno_webidl/00_webidl.js");
const url = load("ext:deno_web/00_url.js");
const { DOMException } = load("ext:deno_web/01_dom_exception.js");
const event = load("ext:deno_web/02_event.js");
const abort = load("ext:denizen/io/signals.js");
const base64 = load("ext:deno_web/05_base64.js");
const streams = load("ext:deno_web/06_streams.js");
const encoding = load("ext:deno_web/08_text_encoding.js");
const file = load("ext:deno_web/09_file.js");
const performance = load("ext:deno_web/15_performance.js");
load("ext:deno_web/13_message_port.js");

const { console } = load("ext:denizen/console/console.js");
const { Crypto, crypto } = load("ext:denizen/io/crypto.js");
const timers = load("ext:denizen/io/timers.js");
const { Headers } = load("ext:denizen/fetch/headers.js");
const { FormData } = load("ext:denizen/fetch/form_data.js");
const { Request } = load("ext:denizen/fetch/request.js");
const { Response } = load("ext:denizen/fetch/response.js");
const { fetch } = load("ext:denizen/fetch/fetch.js");
load("ext:denizen/rpc/stub.js");
const { ExecutionContext } = load("ext:denizen/io/context.js");
const { ClassHandle } = core.ops;
const { STREAM, own, ownLike } = load("ext:denizen/actor/values.js");
const dispatch = load("ext:denizen/worker/dispatch.js");
const commonjs = load("ext:denizen/modules/commonjs.js");
load("ext:denizen/worker/workers_module.js");
const { errorParts, makeError } = load("ext:denizen/rpc/errors.js");
const values = load("ext:denizen/rpc/values.js");
const { structuredClone } = load("ext:denizen/worker/structured_clone.js");
const { queueMicrotask, reportError } = load("ext:denizen/worker/report.js");
const { hardenIntrinsics } = load("ext:denizen/bootstrap/intrinsics.js");

// Errors of operations arrive as the class that they name.
for (const name of ["DataCloneError", "InvalidCharacterError", "QuotaExceededError", "OperationError", "NotSupportedError", "TypeMismatchError", "TimeoutError", "AbortError", "NetworkError"]) {
  core.registerErrorBuilder(`DOMException${name}`, (message) => new DOMException(message, name));
}

// It takes code under any name: only the host may call it.
const importSync = core.ops.op_import_sync;
delete core.ops.op_import_sync;

class Navigator {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  get userAgent() {
    return "Cloudflare-Workers";
  }
  get hardwareConcurrency() {
    return 1;
  }
  get language() {
    return "en";
  }
  get languages() {
    return ["en"];
  }
}
ObjectDefineProperty(Navigator.prototype, SymbolToStringTag, { __proto__: null, value: "Navigator", configurable: true });

const WorkerGlobalScope = class WorkerGlobalScope extends event.EventTarget {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
};
const ServiceWorkerGlobalScope = class ServiceWorkerGlobalScope extends WorkerGlobalScope {};
ObjectSetPrototypeOf(globalThis, ServiceWorkerGlobalScope.prototype);
ObjectDefineProperty(globalThis, SymbolToStringTag, { __proto__: null, value: "ServiceWorkerGlobalScope", configurable: true });
event.saveGlobalThisReference(globalThis);

const CLASSES = {
  __proto__: null,
  AbortController: abort.AbortController,
  AbortSignal: abort.AbortSignal,
  Blob: file.Blob,
  ByteLengthQueuingStrategy: streams.ByteLengthQueuingStrategy,
  CloseEvent: event.CloseEvent,
  CountQueuingStrategy: streams.CountQueuingStrategy,
  Crypto,
  CustomEvent: event.CustomEvent,
  DOMException,
  ErrorEvent: event.ErrorEvent,
  Event: event.Event,
  EventTarget: event.EventTarget,
  File: file.File,
  FormData,
  Headers,
  MessageEvent: event.MessageEvent,
  Navigator,
  Performance: performance.Performance,
  PerformanceEntry: performance.PerformanceEntry,
  PerformanceMark: performance.PerformanceMark,
  PerformanceMeasure: performance.PerformanceMeasure,
  PromiseRejectionEvent: event.PromiseRejectionEvent,
  ReadableByteStreamController: streams.ReadableByteStreamController,
  ReadableStream: streams.ReadableStream,
  ReadableStreamBYOBReader: streams.ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest: streams.ReadableStreamBYOBRequest,
  ReadableStreamDefaultController: streams.ReadableStreamDefaultController,
  ReadableStreamDefaultReader: streams.ReadableStreamDefaultReader,
  Request,
  Response,
  ServiceWorkerGlobalScope,
  TextDecoder: encoding.TextDecoder,
  TextDecoderStream: encoding.TextDecoderStream,
  TextEncoder: encoding.TextEncoder,
  TextEncoderStream: encoding.TextEncoderStream,
  TransformStream: streams.TransformStream,
  TransformStreamDefaultController: streams.TransformStreamDefaultController,
  URL: url.URL,
  URLSearchParams: url.URLSearchParams,
  WorkerGlobalScope,
  WritableStream: streams.WritableStream,
  WritableStreamDefaultController: streams.WritableStreamDefaultController,
  WritableStreamDefaultWriter: streams.WritableStreamDefaultWriter,
};
const FUNCTIONS = {
  __proto__: null,
  atob: base64.atob,
  btoa: base64.btoa,
  clearInterval: timers.clearInterval,
  clearTimeout: timers.clearTimeout,
  fetch,
  queueMicrotask,
  reportError,
  setInterval: timers.setInterval,
  setTimeout: timers.setTimeout,
  structuredClone,
};
const OBJECTS = {
  __proto__: null,
  console,
  crypto,
  navigator: ObjectCreate(Navigator.prototype),
  origin: "",
  performance: performance.performance,
  scheduler: timers.scheduler,
  self: globalThis,
};
const descriptors = { __proto__: null };
for (const name in CLASSES) {
  descriptors[name] = propNonEnumerable(CLASSES[name]);
  own(CLASSES[name]);
}
own(streams.ReadableStream, STREAM);
own(abort.AbortSignal, "AbortSignal serialization is not enabled.");
for (const pairs of [new Headers(), new FormData(), new url.URLSearchParams()]) {
  ownLike(pairs.keys());
  ownLike(pairs.values());
  ownLike(pairs.entries());
}
ownLike(timers.scheduler);
own(ExecutionContext);
own(ClassHandle);
for (const name in FUNCTIONS) {
  descriptors[name] = propWritable(FUNCTIONS[name]);
}
for (const name in OBJECTS) {
  descriptors[name] = propWritable(OBJECTS[name]);
}
ObjectDefineProperties(globalThis, descriptors);

// An unhandled rejection: an event first, the log if nothing prevents it. Gives the text to log.
function unhandled(promise, reason) {
  const rejection = new event.PromiseRejectionEvent("unhandledrejection", {
    __proto__: null, promise, reason, cancelable: true,
  });
  event.setIsTrusted?.(rejection, true);
  PromisePrototypeThen(promise, undefined, () => {});
  globalThis.dispatchEvent(rejection);
  return rejection.defaultPrevented ? undefined : formatError(reason);
}

function formatError(error) {
  const parts = errorParts(error);
  return parts.stack ?? `${parts.name}: ${parts.message}`;
}

// What the host takes, once, before it removes the object from the global scope.
globalThis.__denizen = {
  __proto__: null,
  ...dispatch,
  ...values,
  importSync,
  maker: commonjs.maker,
  formatError,
  makeError,
  unhandled,
  start() {
    delete globalThis.__denizen;
    delete globalThis.__bootstrap;
    delete globalThis.bootstrap;
    delete globalThis.Deno;
    event.setEventTargetData(globalThis);
    // Methods of EventTarget accept the global object by this brand.
    ObjectDefineProperty(globalThis, webidl.brand, { __proto__: null, value: webidl.brand });
    performance.setTimeOrigin?.();
    hardenIntrinsics();
    ObjectDefineProperty(globalThis, "console", propWritable(console));
  },
};
})();
