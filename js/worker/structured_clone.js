// structuredClone.
//
// Owns the arguments and the few classes of the runtime that can be cloned; the host clones everything else. deno_web's own knows a public symbol by which an object can name a function of the
// host, which user code must not be able to forge. It must not hold what it cloned.

(function () {
const { core, primordials } = __bootstrap;
const { op_structured_clone_plain, op_stub_is_facet } = core.ops;
const {
  AggregateError,
  ArrayBufferIsView,
  ArrayPrototypePush,
  Error,
  EvalError,
  MapPrototypeClear,
  MapPrototypeForEach,
  MapPrototypeSet,
  ObjectDefineProperty,
  ObjectGetOwnPropertyNames,
  ObjectHasOwn,
  ObjectKeys,
  ObjectPrototypeIsPrototypeOf,
  RangeError,
  ReferenceError,
  SafeMap,
  SetPrototypeAdd,
  SetPrototypeClear,
  SetPrototypeForEach,
  SymbolIterator,
  SyntaxError,
  TypeError,
  URIError,
  uncurryThis,
} = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { URLPrototype, URLSearchParamsPrototype } = core.loadExtScript("ext:deno_web/00_url.js");
const { AbortSignalPrototype } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { ReadableStreamPrototype, WritableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
const { Blob, File, FilePrototype, isBlob } = core.loadExtScript("ext:deno_web/09_file.js");
const { cloneHeaders, isHeaders } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { isRequest } = core.loadExtScript("ext:denizen/fetch/request.js");
const { idParts, isNamespace } = core.loadExtScript("ext:denizen/actor/namespace.js");
const { classOf, fetcherOf } = core.loadExtScript("ext:denizen/rpc/stub.js");
const { isResponse } = core.loadExtScript("ext:denizen/fetch/response.js");

const FACET = "Stubs pointing to Durable Object facets are not serializable.";
const sliceOf = uncurryThis(Blob.prototype.slice);

function refuse(name) {
  throw new DOMException(`Could not serialize object of type "${name}". This type does not support serialization.`, "DataCloneError");
}

// Prototypes of classes whose objects are refused, with what they are called.
const names = [
  [URLPrototype, "URL"],
  [URLSearchParamsPrototype, "URLSearchParams"],
  [AbortSignalPrototype, "AbortSignal"],
];

function refuseClass(Class) {
  ArrayPrototypePush(names, [Class.prototype, Class.name]);
}

// A copy of an object of the runtime's own classes; undefined for any other value.
function cloneOwn(value) {
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  if (ObjectPrototypeIsPrototypeOf(DOMException.prototype, value)) {
    return new DOMException(value.message, value.name);
  }
  if (isBlob(value)) {
    return ObjectPrototypeIsPrototypeOf(FilePrototype, value)
      ? new File([value], value.name, { __proto__: null, type: value.type, lastModified: value.lastModified })
      : sliceOf(value, 0, value.size, value.type);
  }
  if (isHeaders(value)) {
    return cloneHeaders(value, false);
  }
  if (fetcherOf(value) !== undefined) {
    throw new DOMException(op_stub_is_facet(value) ? FACET : "ServiceStub cannot be serialized in this context.", "DataCloneError");
  }
  if (classOf(value) !== undefined) {
    throw new DOMException("DurableObjectClass cannot be serialized in this context.", "DataCloneError");
  }
  for (let i = 0; i < names.length; i++) {
    if (ObjectPrototypeIsPrototypeOf(names[i][0], value)) {
      refuse(names[i][1]);
    }
  }
  const streams = [
    [ReadableStreamPrototype, "ReadableStream"],
    [WritableStream.prototype, "WritableStream"],
  ];
  for (let i = 0; i < streams.length; i++) {
    if (ObjectPrototypeIsPrototypeOf(streams[i][0], value)) {
      throw new DOMException(`${streams[i][1]} can only be serialized for RPC.`, "DataCloneError");
    }
  }
  if (isRequest(value) || isResponse(value)) {
    refuse(isRequest(value) ? "Request" : "Response");
  }
  if (idParts(value) !== null || isNamespace(value)) {
    refuse(isNamespace(value) ? "DurableObjectNamespace" : "DurableObjectId");
  }
  return undefined;
}

const ERRORS = { __proto__: null, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

// A copy of an error with its own members, which V8 leaves out; an error among them is copied likewise. `copies` are those made.
function cloneError(error, copies) {
  if (copies.has(error)) {
    return copies.get(error);
  }
  const { name } = error;
  const text = typeof name === "string" ? name : "Error";
  const copy = text === "AggregateError" ? new AggregateError([]) : new (ERRORS[text] ?? Error)();
  copies.set(error, copy);
  if (text === "AggregateError") {
    delete copy.errors;
  }
  const define = (key, value, enumerable) => ObjectDefineProperty(copy, key, { __proto__: null, value, enumerable, configurable: true, writable: true });
  const { stack, message } = error;
  define("stack", typeof stack === "string" ? stack : undefined, true);
  if (message !== undefined && (message !== "" || ObjectHasOwn(error, "message"))) {
    define("message", `${message}`, false);
  }
  const standard = text === "Error" || text === "AggregateError" || ERRORS[text] !== undefined;
  if (!standard && ObjectHasOwn(error, "name")) {
    define("name", text, true);
  }
  const keys = ObjectGetOwnPropertyNames(error);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (key === "stack" || key === "message" || key === "name") {
      continue;
    }
    const value = error[key];
    define(key, core.isNativeError(value) ? cloneError(value, copies) : clonePlain(value, [], copies), true);
  }
  return copy;
}

// A copy by V8, with the errors in it copied whole: `value` is read a second time if it appears to hold some.
function clonePlain(value, list, copies) {
  let found = false;
  const copy = op_structured_clone_plain(value, list, changed.enhanced_error_serialization ? undefined : () => {
    found = true;
  });
  return found ? restoreErrors(value, copy, copies) : copy;
}

// Puts whole copies of errors in the places of those that V8 has made.
function restoreErrors(value, copy, copies) {
  if (typeof value !== "object" || value === null || typeof copy !== "object" || copy === null) {
    return copy;
  }
  if (copies.has(value)) {
    return copies.get(value);
  }
  if (core.isNativeError(value)) {
    return cloneError(value, copies);
  }
  copies.set(value, copy);
  if (core.isMap(copy) && core.isMap(value)) {
    const items = [];
    MapPrototypeForEach(copy, (item, key) => ArrayPrototypePush(items, key, item));
    MapPrototypeClear(copy);
    let at = 0;
    MapPrototypeForEach(value, (item, key) => {
      MapPrototypeSet(copy, restoreErrors(key, items[at], copies), restoreErrors(item, items[at + 1], copies));
      at += 2;
    });
  } else if (core.isSet(copy) && core.isSet(value)) {
    const items = [];
    SetPrototypeForEach(copy, (item) => ArrayPrototypePush(items, item));
    SetPrototypeClear(copy);
    let at = 0;
    SetPrototypeForEach(value, (item) => SetPrototypeAdd(copy, restoreErrors(item, items[at++], copies)));
  } else if (!ArrayBufferIsView(copy)) {
    const keys = ObjectKeys(copy);
    for (let i = 0; i < keys.length; i++) {
      if (typeof copy[keys[i]] === "object" && copy[keys[i]] !== null) {
        const inner = restoreErrors(value[keys[i]], copy[keys[i]], copies);
        ObjectDefineProperty(copy, keys[i], { __proto__: null, value: inner, enumerable: true, configurable: true, writable: true });
      }
    }
  }
  return copy;
}

function structuredClone(value, options = undefined) {
  if (arguments.length === 0) {
    throw new TypeError("Failed to execute 'structuredClone' on 'ServiceWorkerGlobalScope': parameter 1 is not of type 'Value'.");
  }
  const list = [];
  const transfer = options?.transfer;
  if (transfer !== undefined && transfer !== null) {
    const iterator = transfer[SymbolIterator]();
    for (let step = iterator.next(); !step.done; step = iterator.next()) {
      ArrayPrototypePush(list, step.value);
    }
  }
  if (core.isNativeError(value) && !changed.enhanced_error_serialization && !ObjectPrototypeIsPrototypeOf(DOMException.prototype, value)) {
    return cloneError(value, new SafeMap());
  }
  return cloneOwn(value) ?? clonePlain(value, list, new SafeMap());
}

return { cloneOwn, refuseClass, structuredClone };
})();
