// The global scope of a Worker.
//
// Owns which names exist. It runs once, while the snapshot is made; `start` runs in each isolate before any user code. It
// must not define behaviour.

(function () {
// Without it, V8 would give these functions to whoever reads the call sites of a stack.
"use strict";
const { core, primordials } = globalThis.__bootstrap;
const { propNonEnumerable, propReadOnly, propWritable } = core;
const { Error, ObjectCreate, ObjectDefineProperty, ObjectGetPrototypeOf, ObjectSetPrototypeOf, ReflectApply, SymbolToStringTag, TypeError } = primordials;
const load = core.loadExtScript;

load("ext:denizen/web/dom_exception.js");
load("ext:denizen/web/url_search_params.js");
load("ext:denizen/bootstrap/blobs.js");
load("ext:denizen/streams/arguments.js");
const { EXPLAIN } = load("ext:denizen/bootstrap/wording.js");
const webidl = load("ext:deno_webidl/00_webidl.js");
const url = load("ext:deno_web/00_url.js");
const { DOMException } = load("ext:deno_web/01_dom_exception.js");
const event = load("ext:deno_web/02_event.js");
const abort = load("ext:denizen/io/signals.js");
const base64 = load("ext:deno_web/05_base64.js");
const streams = load("ext:deno_web/06_streams.js");
const encoding = load("ext:deno_web/08_text_encoding.js");
const file = load("ext:deno_web/09_file.js");
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
const { ExecutionContext, holdEvent } = load("ext:denizen/io/context.js");
const { ClassHandle, op_define_lazy, op_trace_exception } = core.ops;
const { ERRORS, STREAM, own, ownLike } = load("ext:denizen/actor/values.js");
const deliver = load("ext:denizen/worker/dispatch.js");
const commonjs = load("ext:denizen/modules/commonjs.js");
load("ext:denizen/worker/workers_module.js");
const { errorParts, logText, makeError } = load("ext:denizen/rpc/errors.js");
const values = load("ext:denizen/rpc/values.js");
const transforms = load("ext:denizen/streams/transforms.js");
load("ext:denizen/web/blob.js");
const { Body } = load("ext:denizen/web/body_class.js");
const { dispatch } = load("ext:denizen/web/event_target.js");
const events = load("ext:denizen/web/events.js");
const performance = load("ext:denizen/web/performance.js");
load("ext:denizen/streams/controllers.js");
load("ext:denizen/streams/writer.js");
const { compatibilityFlags, configure } = load("ext:denizen/bootstrap/flags.js");
const { defineDigestStream, defineLazyGlobals } = load("ext:denizen/bootstrap/lazy.js");
const { callable } = load("ext:denizen/bootstrap/callable.js");
const { shapeClass, shapeFunction, shapePrototype } = load("ext:denizen/bootstrap/shape.js");
const { structuredClone } = load("ext:denizen/worker/structured_clone.js");
const { queueMicrotask, reportError } = load("ext:denizen/worker/report.js");
const { hardenIntrinsics } = load("ext:denizen/bootstrap/intrinsics.js");
const { boundInstances } = load("ext:denizen/bootstrap/wasm.js");

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
  // A beacon is a request that nobody waits for.
  sendBeacon(url, body = undefined) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'sendBeacon' on 'Navigator': parameter 1 is not of type 'string'.");
    }
    holdEvent(fetch(url, { __proto__: null, method: "POST", body }));
    return true;
  }
}
class Cloudflare {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
}
class WorkerGlobalScope extends event.EventTarget {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
}
class ServiceWorkerGlobalScope extends WorkerGlobalScope {}
for (const Class of [Navigator, Cloudflare, WorkerGlobalScope, ServiceWorkerGlobalScope]) {
  ObjectDefineProperty(Class.prototype, SymbolToStringTag, { __proto__: null, value: Class.name, configurable: true });
}
ObjectSetPrototypeOf(globalThis, ServiceWorkerGlobalScope.prototype);
event.saveGlobalThisReference(globalThis);

// The scope's prototype has timers of its own behind those of the global object, whose arguments count.
ObjectDefineProperty(timers.setInterval, "length", { __proto__: null, value: 2 });
ObjectDefineProperty(timers.setTimeout, "length", { __proto__: null, value: 2 });
ObjectDefineProperty(timers.clearInterval, "length", { __proto__: null, value: 1 });
ObjectDefineProperty(timers.clearTimeout, "length", { __proto__: null, value: 1 });

// Calls with workerd's text where deno_web refuses a character.
function withText(name, type, args, text) {
  if (args.length === 0) {
    throw new TypeError(`Failed to execute '${name}' on 'ServiceWorkerGlobalScope': parameter 1 is not of type '${type}'.`);
  }
  try {
    return ReflectApply(base64[name], undefined, args);
  } catch (error) {
    if (error instanceof DOMException) {
      throw new DOMException(text, "InvalidCharacterError");
    }
    throw error;
  }
}

function readOnly(object, values) {
  for (const name in values) {
    ObjectDefineProperty(object, name, propReadOnly(values[name]));
  }
  return object;
}

const navigator = readOnly(ObjectCreate(Navigator.prototype), {
  __proto__: null,
  languages: ["en"],
  language: "en",
  platform: "",
  hardwareConcurrency: 1,
  userAgent: "Cloudflare-Workers",
});
const cloudflare = ObjectCreate(Cloudflare.prototype);

// Classes of the scope, which lie on its prototype. Those that few use are in lazy.js.
const CLASSES = {
  __proto__: null,
  AbortController: abort.AbortController,
  AbortSignal: abort.AbortSignal,
  Blob: file.Blob,
  Body,
  ByteLengthQueuingStrategy: streams.ByteLengthQueuingStrategy,
  CloseEvent: events.CloseEvent,
  CountQueuingStrategy: streams.CountQueuingStrategy,
  Crypto,
  CustomEvent: event.CustomEvent,
  DOMException,
  ErrorEvent: event.ErrorEvent,
  Event: event.Event,
  ExtendableEvent: events.ExtendableEvent,
  FetchEvent: events.FetchEvent,
  File: file.File,
  FixedLengthStream: transforms.FixedLengthStream,
  FormData,
  Headers,
  IdentityTransformStream: transforms.IdentityTransformStream,
  MessageEvent: events.MessageEvent,
  Navigator,
  Performance: performance.Performance,
  PerformanceEntry: performance.PerformanceEntry,
  PerformanceMark: performance.PerformanceMark,
  PerformanceMeasure: performance.PerformanceMeasure,
  PerformanceObserver: performance.PerformanceObserver,
  PerformanceObserverEntryList: performance.PerformanceObserverEntryList,
  PerformanceResourceTiming: performance.PerformanceResourceTiming,
  PromiseRejectionEvent: events.PromiseRejectionEvent,
  ReadableByteStreamController: streams.ReadableByteStreamController,
  ReadableStream: streams.ReadableStream,
  ReadableStreamBYOBReader: streams.ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest: streams.ReadableStreamBYOBRequest,
  ReadableStreamDefaultController: streams.ReadableStreamDefaultController,
  ReadableStreamDefaultReader: streams.ReadableStreamDefaultReader,
  Request,
  Response,
  ScheduledEvent: events.ScheduledEvent,
  TailEvent: events.TailEvent,
  TextDecoder: encoding.TextDecoder,
  TextDecoderStream: encoding.TextDecoderStream,
  TextEncoder: encoding.TextEncoder,
  TextEncoderStream: encoding.TextEncoderStream,
  TraceEvent: events.TailEvent,
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
  atob() {
    return withText("atob", "string", arguments, "atob() called with invalid base64-encoded data. (Only whitespace, '+', '/', alphanumeric ASCII, and up to two terminal '=' signs when the input data length is divisible by 4 are allowed.)");
  },
  btoa() {
    return withText("btoa", "String", arguments, "btoa() can only operate on characters in the Latin1 (ISO/IEC 8859-1) range.");
  },
  fetch,
  queueMicrotask,
  reportError,
  structuredClone,
  clearInterval: timers.clearInterval,
  clearTimeout: timers.clearTimeout,
  setInterval: timers.setInterval,
  setTimeout: timers.setTimeout,
};
// What the scope has of its own.
const OWN = {
  __proto__: null,
  Cloudflare: cloudflare,
  ServiceWorkerGlobalScope,
  clearInterval: timers.clearInterval,
  clearTimeout: timers.clearTimeout,
  crypto,
  navigator,
  performance: performance.performance,
  scheduler: timers.scheduler,
  self: globalThis,
  setInterval: timers.setInterval,
  setTimeout: timers.setTimeout,
};
function define(object, values) {
  for (const name in values) {
    ObjectDefineProperty(object, name, propWritable(values[name]));
  }
}
for (const name of ["createObjectURL", "revokeObjectURL"]) {
  const { [name]: value } = { [name]() { throw new Error(`URL.${name}() is not implemented`); } };
  ObjectDefineProperty(url.URL, name, propWritable(value));
}
for (const name of ["NONE", "CAPTURING_PHASE", "AT_TARGET", "BUBBLING_PHASE"]) {
  ObjectDefineProperty(event.Event.prototype, name, propReadOnly(event.Event[name]));
}
// Scripts that are loaded later take the classes of the scope from here.
const SOURCES = [url, events, performance, load("ext:deno_web/01_dom_exception.js"), event, load("ext:deno_web/03_abort_signal.js"), abort, streams, encoding, file];
function expose(Class) {
  const constructor = callable(Class, EXPLAIN[Class.name]);
  for (const source of SOURCES) {
    if (source[Class.name] === Class) {
      source[Class.name] = constructor;
    }
  }
  shapeClass(constructor);
  own(constructor);
  return constructor;
}
for (const name in CLASSES) {
  // A class that has two names is one.
  CLASSES[name] = name === "TraceEvent" ? CLASSES.TailEvent : expose(CLASSES[name]);
}
const EventTarget = expose(event.EventTarget);
expose(Cloudflare);
OWN.ServiceWorkerGlobalScope = expose(ServiceWorkerGlobalScope);
shapePrototype(ObjectGetPrototypeOf(timers.scheduler));
for (const name in FUNCTIONS) {
  const original = FUNCTIONS[name];
  // A method has no prototype property and is no constructor.
  FUNCTIONS[name] = { [name](...args) { return ReflectApply(original, undefined, args); } }[name];
}
for (const name in console) {
  shapeFunction(console[name]);
}
own(streams.ReadableStream, STREAM);
own(streams.WritableStream, "WritableStream can only be serialized for RPC.");
own(abort.AbortSignal, "AbortSignal serialization is not enabled.");
for (const pairs of [new Headers(), new FormData(), new url.URLSearchParams()]) {
  ownLike(pairs.keys());
  ownLike(pairs.values());
  ownLike(pairs.entries());
}
ownLike(timers.scheduler);
own(ExecutionContext);
own(ClassHandle, "DurableObjectClass cannot be serialized in this context.");
define(ServiceWorkerGlobalScope.prototype, CLASSES);
define(ServiceWorkerGlobalScope.prototype, FUNCTIONS);
define(WorkerGlobalScope.prototype, { __proto__: null, EventTarget });
define(globalThis, OWN);
ObjectDefineProperty(globalThis, "origin", propReadOnly("null"));

// A rejection that nobody handled in its turn: an event if anyone listens, else a text to log, which it gives.
function unhandled(promise, reason) {
  if (event.listenerCount(globalThis, "unhandledrejection") === 0) {
    return logText(reason);
  }
  dispatchRejection("unhandledrejection", promise, reason);
  return undefined;
}

// What a callback of the host's threw: its event's tails are told, and it gives a text to log.
function formatError(error) {
  op_trace_exception(errorParts(error));
  return logText(error);
}

// A rejection that was reported and is handled after all.
function rejectionHandled(promise) {
  dispatchRejection("rejectionhandled", promise, undefined);
}

function dispatchRejection(type, promise, reason) {
  const rejection = events.rejectionEvent(type, promise, reason);
  event.setIsTrusted(rejection, true);
  dispatch(globalThis, rejection);
}

// What the host takes, once, before it removes the object from the global scope.
globalThis.__denizen = {
  __proto__: null,
  ...deliver,
  ...values,
  importSync,
  maker: commonjs.maker,
  configure,
  formatError,
  makeError,
  rejectionHandled,
  unhandled,
  start() {
    load("ext:denizen/bootstrap/upgrade.js");
    delete globalThis.__denizen;
    delete globalThis.__bootstrap;
    delete globalThis.bootstrap;
    delete globalThis.Deno;
    // deno_core's lies over V8's.
    delete globalThis.queueMicrotask;
    delete globalThis.queueMicrotask;
    if (globalThis.WebAssembly !== undefined) {
      delete globalThis.WebAssembly.compileStreaming;
      delete globalThis.WebAssembly.instantiateStreaming;
    }
    event.setEventTargetData(globalThis);
    // Methods of EventTarget accept the global object by this brand.
    ObjectDefineProperty(globalThis, webidl.brand, { __proto__: null, value: webidl.brand });
    ERRORS.SuppressedError = globalThis.SuppressedError;
    hardenIntrinsics();
    boundInstances();
    defineLazyGlobals(ServiceWorkerGlobalScope.prototype);
    defineDigestStream(Crypto.prototype);
    op_define_lazy(cloudflare, "compatibilityFlags", compatibilityFlags, true);
    ObjectDefineProperty(globalThis, "console", propNonEnumerable(console));
  },
};
})();
