// What of the runtime's own objects, and of errors, goes into storage.
//
// Owns the parts that such a value is taken into, and the texts with which others are refused; the host serialises the
// parts. It must not know keys, nor when a value is written.

(function () {
const { core, primordials } = __bootstrap;
const { op_blob_read_now } = core.ops;
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
  ObjectHasOwn,
  ObjectKeys,
  ObjectPrototype,
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
const { flatFromHeaders, headersFromFlat, isHeaders } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { Request, isRequest, requestState } = core.loadExtScript("ext:denizen/fetch/request.js");
const { Response, isResponse, responseState } = core.loadExtScript("ext:denizen/fetch/response.js");

// Kinds of parts. They are in files: a number keeps its meaning.
const ERROR = 1;
const DOM_EXCEPTION = 2;
const HEADERS = 3;
const REQUEST = 4;
const RESPONSE = 5;
const BLOB = 6;

const STREAM = "ReadableStream can only be serialized for RPC.";
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
  return core.isNativeError(value) ? packError(value, new SafeSet()) : value;
}

function packError(error, within) {
  if (!core.isNativeError(error)) {
    return error;
  }
  if (within.has(error)) {
    // It cannot be its own cause while it is being made.
    return undefined;
  }
  within.add(error);
  const { message, stack } = error;
  const name = `${error.name}`;
  if (ObjectPrototypeIsPrototypeOf(DOMException.prototype, error)) {
    within.delete(error);
    return new Packed(DOM_EXCEPTION, [message, name, stack]);
  }
  const props = [];
  const keys = changed.enhanced_error_serialization ? [] : ObjectKeys(error);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (key !== "message" && key !== "stack" && key !== "cause" && key !== "errors") {
      props[props.length] = key;
      props[props.length] = packError(error[key], within);
    }
  }
  const cause = ObjectHasOwn(error, "cause") ? [packError(error.cause, within)] : [];
  let errors;
  if (ObjectHasOwn(error, "errors") && ArrayIsArray(error.errors)) {
    errors = [];
    for (let i = 0; i < error.errors.length; i++) {
      errors[i] = packError(error.errors[i], within);
    }
  }
  within.delete(error);
  return new Packed(ERROR, [name, message, stack, cause, errors, props]);
}

// A copy of `root` in which its errors are packed; undefined if it has none. Looks into what is plain only.
function packInside(root) {
  const copies = new SafeMap();
  let found = false;
  const copy = (value) => {
    if (typeof value !== "object" || value === null) {
      return value;
    }
    if (copies.has(value)) {
      return copies.get(value);
    }
    if (core.isNativeError(value)) {
      found = true;
      const packed = packError(value, new SafeSet());
      copies.set(value, packed);
      return packed;
    }
    const prototype = ReflectGetPrototypeOf(value);
    let target;
    if (prototype === MapPrototype) {
      target = new Map();
      copies.set(value, target);
      MapPrototypeForEach(value, (item, key) => MapPrototypeSet(target, copy(key), copy(item)));
    } else if (prototype === SetPrototype) {
      target = new Set();
      copies.set(value, target);
      SetPrototypeForEach(value, (item) => SetPrototypeAdd(target, copy(item)));
    } else if (ArrayIsArray(value)) {
      target = [];
      target.length = value.length;
    } else if (prototype === ObjectPrototype || prototype === null) {
      target = {};
    } else {
      return value;
    }
    copies.set(value, target);
    const keys = ObjectKeys(value);
    for (let i = 0; i < keys.length; i++) {
      ObjectDefineProperty(target, keys[i], {
        __proto__: null, value: copy(value[keys[i]]), configurable: true, enumerable: true, writable: true,
      });
    }
    return target;
  };
  const packed = copy(root);
  return found ? packed : undefined;
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
  let refusal;
  for (let prototype = ReflectGetPrototypeOf(object); prototype !== null; prototype = ReflectGetPrototypeOf(prototype)) {
    refusal = prototypes.get(prototype);
    if (refusal !== undefined) {
      break;
    }
  }
  if (refusal === undefined) {
    return undefined;
  }
  if (refusal !== null) {
    refuse(refusal);
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
      const Class = ERRORS[name] ?? Error;
      const error = Class === AggregateError ? new AggregateError([]) : new Class();
      // Its members come in workerd's order.
      delete error.errors;
      hidden(error, "message", data[1]);
      const member = changed.enhanced_error_serialization ? hidden : shown;
      member(error, "stack", data[2]);
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
      if (error.name !== name) {
        hidden(error, "name", name);
      }
      return error;
    }
    case DOM_EXCEPTION: {
      const error = new DOMException(data[0], data[1]);
      hidden(error, "stack", data[2]);
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
  for (let i = 0; i < found.length; i += step) {
    replace(found[i + 2], made, seen);
    made.set(found[i], maker(found[i + 1], found[i + 2], found[i + 3]));
  }
  if (made.has(value)) {
    return made.get(value);
  }
  replace(value, made, seen);
  return value;
}

// All of it was made just now by the host: there are no accessors and no proxies.
function replace(root, made, seen) {
  const left = [root];
  const swap = (value) => {
    if (typeof value !== "object" || value === null) {
      return value;
    }
    if (made.has(value)) {
      return made.get(value);
    }
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
}

return { STREAM, blobBytes, describe, make, newPacked, own, ownLike, pack, partsOf, refuse, revive };
})();
