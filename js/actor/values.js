// What of the runtime's own objects, and of errors, goes into storage.
//
// Owns the parts that such a value is taken into, and the texts with which others are refused; the host serialises the
// parts. It must not know keys, nor when a value is written.

(function () {
const { core, primordials } = __bootstrap;
const { op_blob_read_now, op_is_ordinary } = core.ops;
const {
  AggregateError,
  ArrayBufferIsView,
  ArrayIsArray,
  ArrayPrototypePop,
  Error,
  EvalError,
  Map,
  MapPrototype,
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
  ReflectGetPrototypeOf,
  SafeMap,
  SafeSet,
  SafeWeakMap,
  Set,
  SetPrototype,
  SetPrototypeAdd,
  SetPrototypeClear,
  SetPrototypeForEach,
  SyntaxError,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeSet,
  TypeError,
  URIError,
  Uint8Array,
} = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { Blob, FilePrototype, getParts, isBlob } = core.loadExtScript("ext:deno_web/09_file.js");
const { Headers, flatFromHeaders, headersFromFlat, isHeaders } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { Request, isRequest, requestState } = core.loadExtScript("ext:denizen/fetch/request.js");
const { Response, isResponse, responseState } = core.loadExtScript("ext:denizen/fetch/response.js");

// Kinds of parts. They are in files: a number keeps its meaning.
const ERROR = 1;
const DOM_EXCEPTION = 2;
const HEADERS = 3;
const REQUEST = 4;
const RESPONSE = 5;
const BLOB = 6;

const NO_MESSAGE = "Deserialization failed: error message is not a string";
const STREAM = "ReadableStream can only be serialized for RPC.";
// V8 adds a SuppressedError when an isolate starts.
const ERRORS = { __proto__: null, AggregateError, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

// Prototypes of the runtime's own classes, with the text that refuses their objects if it is one of its own.
const prototypes = new SafeWeakMap();
function own(Class, refusal = undefined) {
  prototypes.set(Class.prototype, refusal ?? null);
}

// The same for the class of an object that is there, whatever that class is called.
function ownLike(object) {
  prototypes.set(ReflectGetPrototypeOf(object), null);
}

function refuse(message) {
  throw new DOMException(message, "DataCloneError");
}

// A value that is written as parts. User code never gets hold of one.
class Packed {
  #parts;
  constructor(kind, data, stream) {
    this.#parts = [kind, data, stream];
  }
  static partsOf(value) {
    return #parts in value ? value.#parts : undefined;
  }
}
const { partsOf } = Packed;
// Whoever should come to see one can make no other.
delete Packed.prototype.constructor;
delete Packed.partsOf;

function newPacked(kind, data, stream = undefined) {
  return new Packed(kind, data, stream);
}

// What stands for `value` while it is written: the serialiser would keep little of an error.
function pack(value) {
  return core.isNativeError(value) ? packInside(value) ?? value : value;
}

const isIndex = (key) => `${key >>> 0}` === key;

// The parts of an error go through `copy`. One that is its own part can be written, but not read.
function packError(error, copies, copy) {
  if (isDomException(error)) {
    const packed = new Packed(DOM_EXCEPTION, [error.message, `${error.name}`, error.stack]);
    copies.set(error, packed);
    return packed;
  }
  const props = [];
  const data = [undefined, undefined, undefined, [], undefined, props];
  const packed = new Packed(ERROR, data);
  copies.set(error, packed);
  data[0] = copy(error.name);
  data[1] = copy(error.message);
  if (ObjectHasOwn(error, "stack")) {
    data[2] = copy(error.stack);
  }
  const keys = ObjectGetOwnPropertyNames(error);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (key !== "name" && key !== "message" && key !== "stack" && !isIndex(key)) {
      props[props.length] = key;
      props[props.length] = copy(error[key]);
    }
  }
  return packed;
}

const isDomException = (error) => ObjectPrototypeIsPrototypeOf(DOMException.prototype, error);

// Whether `object` is the runtime's own.
function isOwn(object) {
  return partsOf(object) !== undefined || ownPrototypeOf(object) !== null;
}

// A copy of `root` in which its errors are packed; undefined if it has none. Before `enhanced_error_serialization` V8 has its own
// way with errors, but for DOMExceptions.
function packInside(root) {
  return copyPacking(root, isOwn, (error, copies, copy) =>
    changed.enhanced_error_serialization && !isDomException(error) ? undefined : packError(error, copies, copy));
}

// A copy of `root` in which what `packOne` gives stands in the places of errors; undefined if there are none. All that refers to
// something else is copied into what V8 makes of it: what is referred to from two places must not be written once as itself and
// once as its copy. What V8 would refuse, and what `isWhole` tells, is left as it is. V8 has written `root` before, so only the
// members of errors can hold something that it refuses.
function copyPacking(root, isWhole, packOne) {
  const copies = new SafeMap();
  let found = false;
  let isNew = false;
  const copy = (value) => {
    if (typeof value !== "object" || value === null) {
      return value;
    }
    if (copies.has(value)) {
      return copies.get(value);
    }
    if (core.isNativeError(value)) {
      const wasNew = isNew;
      isNew = true;
      const packed = packOne(value, copies, copy);
      isNew = wasNew;
      found ||= packed !== undefined;
      return packed ?? value;
    }
    const target = isNew && core.isProxy(value) ? undefined : emptyLike(value, isWhole, isNew);
    if (target === undefined) {
      return value;
    }
    copies.set(value, target);
    if (core.isMap(target)) {
      MapPrototypeForEach(value, (item, key) => MapPrototypeSet(target, copy(key), copy(item)));
      return target;
    }
    if (core.isSet(target)) {
      SetPrototypeForEach(value, (item) => SetPrototypeAdd(target, copy(item)));
      return target;
    }
    const keys = ObjectKeys(value);
    for (let i = 0; i < keys.length; i++) {
      shown(target, keys[i], copy(value[keys[i]]));
    }
    return target;
  };
  const packed = copy(root);
  return found ? packed : undefined;
}

function emptyLike(value, isWhole, isNew) {
  if (ArrayIsArray(value)) {
    const target = [];
    target.length = value.length;
    return target;
  }
  if (core.isMap(value)) {
    return new Map();
  }
  if (core.isSet(value)) {
    return new Set();
  }
  const refersToNone = ArrayBufferIsView(value) || core.isAnyArrayBuffer(value) || core.isDate(value) || core.isRegExp(value) ||
    core.isBoxedPrimitive(value);
  return refersToNone || isWhole(value) || (isNew && !op_is_ordinary(value)) ? undefined : {};
}

// `[kind, parts]` of an object of the runtime's own classes, undefined for one of user code. Of a whole value that
// appears to have errors in it: what is to be written instead, undefined if it has none.
function describe(object, isWhole = false) {
  if (isWhole) {
    return packInside(object);
  }
  const parts = partsOf(object);
  if (parts !== undefined) {
    return parts;
  }
  const prototype = ownPrototypeOf(object);
  if (prototype === null) {
    return undefined;
  }
  if (isHeaders(object)) {
    return [HEADERS, flatFromHeaders(object)];
  }
  if (isRequest(object)) {
    const { inner, method, url, headers, redirect, cf, cfJson, cache } = requestState(object);
    if (inner !== null) {
      refuse(STREAM);
    }
    return [REQUEST, [method, url, flatFromHeaders(headers), redirect, cfJson === undefined ? cf : object.cf, cache]];
  }
  if (isResponse(object)) {
    const { inner, status, statusText, headers, cf } = responseState(object);
    if (inner) {
      refuse(STREAM);
    }
    return [RESPONSE, [status, statusText, flatFromHeaders(headers), cf]];
  }
  if (isBlob(object) && !ObjectPrototypeIsPrototypeOf(FilePrototype, object)) {
    return [BLOB, [blobBytes(object), object.type]];
  }
  refuseOwn(object, prototype);
}

// The first of its prototypes that is of the runtime's own classes; null if none is.
function ownPrototypeOf(object) {
  let prototype = ReflectGetPrototypeOf(object);
  while (prototype !== null && !prototypes.has(prototype)) {
    prototype = ReflectGetPrototypeOf(prototype);
  }
  return prototype;
}

// Refuses an object of the runtime's own classes that has no parts.
function refuseOwn(object, prototype = ownPrototypeOf(object)) {
  if (prototype === null) {
    return;
  }
  const refusal = prototypes.get(prototype);
  if (refusal !== null) {
    refuse(refusal);
  }
  if (prototype === Headers.prototype || prototype === Request.prototype || prototype === Response.prototype || prototype === Blob.prototype) {
    // It has no more than the prototype.
    return;
  }
  const { constructor } = object;
  const name = typeof constructor === "function" ? `${constructor.name}` : "Object";
  refuse(`Could not serialize object of type "${name}". This type does not support serialization.`);
}

function blobBytes(blob) {
  const parts = getParts(blob);
  let size = 0;
  for (let i = 0; i < parts.length; i++) {
    parts[i] = op_blob_read_now(parts[i]);
    size += TypedArrayPrototypeGetByteLength(parts[i]);
  }
  const bytes = new Uint8Array(size);
  for (let i = 0, at = 0; i < parts.length; i++) {
    TypedArrayPrototypeSet(bytes, parts[i], at);
    at += TypedArrayPrototypeGetByteLength(parts[i]);
  }
  return bytes;
}

function hidden(target, key, value) {
  ObjectDefineProperty(target, key, { __proto__: null, value, configurable: true, writable: true });
}

function shown(target, key, value) {
  ObjectDefineProperty(target, key, { __proto__: null, value, configurable: true, enumerable: true, writable: true });
}

// The object that `data` are the parts of.
function make(kind, data) {
  switch (kind) {
    case ERROR: {
      const name = data[0];
      const known = typeof name === "string" ? ERRORS[name] : undefined;
      const Class = known ?? Error;
      const error = Class === AggregateError ? new AggregateError([]) : new Class();
      if (typeof data[1] !== "string") {
        refuse(NO_MESSAGE);
      }
      // Its members come in workerd's order.
      delete error.errors;
      delete error.error;
      delete error.suppressed;
      hidden(error, "message", data[1]);
      const member = changed.enhanced_error_serialization ? hidden : shown;
      if (data[2] !== undefined) {
        member(error, "stack", data[2]);
      }
      if (known === undefined) {
        member(error, "name", name);
      }
      if (data[3].length === 1) {
        member(error, "cause", data[3][0]);
      }
      if (data[4] !== undefined) {
        member(error, "errors", data[4]);
      }
      const props = data[5];
      for (let i = 0; i < props.length; i += 2) {
        // The name of its class is not its own.
        if (props[i] !== "name" || error.name !== props[i + 1]) {
          shown(error, props[i], props[i + 1]);
        }
      }
      return error;
    }
    case DOM_EXCEPTION: {
      const error = new DOMException(data[0], data[1]);
      ObjectDefineProperty(error, "stack", { __proto__: null, value: data[2], configurable: false, enumerable: true, writable: true });
      return error;
    }
    case HEADERS:
      return headersFromFlat(data, false);
    case REQUEST:
      return new Request(data[1], {
        __proto__: null, method: data[0], headers: headersFromFlat(data[2], false), redirect: data[3], cf: data[4], cache: data[5],
      });
    case RESPONSE:
      return new Response(null, {
        __proto__: null, status: data[0], statusText: data[1], headers: headersFromFlat(data[2], false), cf: data[3],
      });
    case BLOB:
      return new Blob([data[0]], { __proto__: null, type: data[1] });
    default:
      throw new Error("Unable to deserialize cloned data.");
  }
}

// `value` with the objects of `found` (`[place, kind, parts, ...]` in records of `step`, inner ones first) in their places.
function revive(value, found, maker = make, step = 3) {
  const made = new SafeMap();
  // Inner ones come first: what has been looked through once has everything in its place.
  const seen = new SafeSet();
  // Places of those that are not made yet. One within an object that is within it is met too early.
  const waiting = new SafeSet();
  for (let i = 0; i < found.length; i += step) {
    waiting.add(found[i]);
  }
  let isRound = false;
  for (let i = 0; i < found.length; i += step) {
    isRound = replace(found[i + 2], made, seen, waiting) || isRound;
    made.set(found[i], maker(found[i + 1], found[i + 2], found[i + 3]));
    waiting.delete(found[i]);
  }
  if (made.has(value)) {
    value = made.get(value);
    if (!isRound) {
      return value;
    }
  }
  replace(value, made, isRound ? new SafeSet() : seen, isRound ? undefined : waiting);
  return value;
}

// All of it was made just now by the host: there are no accessors and no proxies. True if it met one of `waiting`; without them it
// looks into what was made, too.
function replace(root, made, seen, waiting) {
  const left = [root];
  let isEarly = false;
  const swap = (value) => {
    if (typeof value !== "object" || value === null) {
      return value;
    }
    if (made.has(value)) {
      const real = made.get(value);
      if (waiting === undefined && core.isNativeError(real)) {
        left[left.length] = real;
      }
      return real;
    }
    isEarly = isEarly || waiting?.has(value);
    left[left.length] = value;
    return value;
  };
  while (left.length > 0) {
    const value = ArrayPrototypePop(left);
    if (typeof value !== "object" || value === null || ArrayBufferIsView(value) || seen.has(value)) {
      continue;
    }
    seen.add(value);
    if (ObjectPrototypeIsPrototypeOf(MapPrototype, value)) {
      const entries = [];
      MapPrototypeForEach(value, (item, key) => {
        entries[entries.length] = swap(key);
        entries[entries.length] = swap(item);
      });
      MapPrototypeClear(value);
      for (let i = 0; i < entries.length; i += 2) {
        MapPrototypeSet(value, entries[i], entries[i + 1]);
      }
    } else if (ObjectPrototypeIsPrototypeOf(SetPrototype, value)) {
      const items = [];
      SetPrototypeForEach(value, (item) => {
        items[items.length] = swap(item);
      });
      SetPrototypeClear(value);
      for (let i = 0; i < items.length; i++) {
        SetPrototypeAdd(value, items[i]);
      }
    }
    const keys = ObjectKeys(value);
    for (let i = 0; i < keys.length; i++) {
      const item = value[keys[i]];
      const real = swap(item);
      if (real !== item) {
        value[keys[i]] = real;
      }
    }
    if (ObjectHasOwn(value, "cause")) {
      value.cause = swap(value.cause);
    }
  }
  return isEarly === true;
}

return {
  ERRORS, NO_MESSAGE, STREAM, blobBytes, copyPacking, describe, isDomException, isOwn, make, newPacked, own, ownLike, pack, packInside,
  partsOf, refuse, refuseOwn, revive,
};
})();
