// Stubs: what stands for another Worker, object or facet.
//
// Owns the JavaScript face of the native Fetcher: `fetch`, and every other name as a method that can also be awaited as a
// property; and which functions stand for a Fetcher or a class. It must not know who is on the other side.

(function () {
const { core, primordials } = __bootstrap;
const { Fetcher, ClassHandle, op_class_is, op_facet_pin, op_stub_call, op_stub_get, op_stub_is } = core.ops;
const {
  Error,
  ErrorCaptureStackTrace,
  FunctionPrototype,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectFreeze,
  ObjectHasOwn,
  ObjectPrototype,
  ObjectPrototypePropertyIsEnumerable,
  ObjectSetPrototypeOf,
  PromisePrototype,
  PromisePrototypeThen,
  PromiseReject,
  Proxy,
  ReflectGet,
  ReflectHas,
  SafeMap,
  SafePromisePrototypeFinally,
  SafeWeakMap,
  StringPrototypeCharCodeAt,
  SymbolDispose,
  SymbolToStringTag,
  TypeError,
  WeakMapPrototypeDelete,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { RpcProperty } = core.loadExtScript("ext:denizen/rpc/classes.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { fetchThrough } = core.loadExtScript("ext:denizen/fetch/fetch.js");

// What must run before a facet stub's first request: the look-up of its name, and its startup.
const starts = new SafeWeakMap();

function onFirstUse(stub, start) {
  WeakMapPrototypeSet(starts, stub, start);
}

function ready(stub) {
  const start = WeakMapPrototypeGet(starts, stub);
  if (start !== undefined) {
    const container = op_facet_pin(stub);
    WeakMapPrototypeDelete(starts, stub);
    if (container !== 0) {
      start(container);
    }
  }
}

// Functions that are used as stubs or classes, and the native object behind each: the members of `ctx.exports`.
const natives = new SafeWeakMap();

function standFor(value, native) {
  WeakMapPrototypeSet(natives, value, native);
}
// The Fetcher that `value` is or stands for; undefined for anything else.
function fetcherOf(value) {
  const native = WeakMapPrototypeGet(natives, value) ?? value;
  return op_stub_is(native) ? native : undefined;
}
function classOf(value) {
  const native = WeakMapPrototypeGet(natives, value) ?? value;
  return op_class_is(native) ? native : undefined;
}

const RESERVED = new SafeMap();
for (const name of ["alarm", "webSocketMessage", "webSocketClose", "webSocketError", "dup", "constructor"]) {
  RESERVED.set(name, true);
}

// Causes of an error that get frames.
const CAUSES_MAX = 8;

// An error of the other side is thrown where its call is awaited. V8 finds who awaits from the job that settles the promise.
function throwHere(thrown) {
  let error = thrown;
  for (let i = 0; i < CAUSES_MAX && core.isNativeError(error); i++) {
    const isShown = ObjectPrototypePropertyIsEnumerable(error, "stack");
    ErrorCaptureStackTrace(error, throwHere);
    if (isShown) {
      ObjectDefineProperty(error, "stack", { __proto__: null, enumerable: true });
    }
    // The host has just made it: there are no accessors.
    error = ObjectHasOwn(error, "cause") ? error.cause : undefined;
  }
  throw thrown;
}

// Each result that is an object can be disposed of. Stubs hold nothing on the other side, so nothing is done.
const disposal = {
  __proto__: null,
  value: [function () {
    "use strict";
  }][0],
  configurable: true,
  writable: true,
};
function receive(result) {
  return typeof result === "object" && result !== null ? ObjectDefineProperty(result, SymbolDispose, disposal) : result;
}

// What the promises of calls inherit from: they can be disposed of, too.
const ReplyPrototype = ObjectCreate(PromisePrototype);
ObjectDefineProperty(ReplyPrototype, SymbolDispose, {
  __proto__: null,
  value: [function () {
    "use strict";
    if (!core.isPromise(this)) {
      throw illegalInvocation();
    }
  }][0],
  configurable: true,
  writable: true,
});

// Calls a method, or reads a property if there are no arguments at all.
function call(stub, name, args = undefined) {
  if (RESERVED.has(name)) {
    const error = new TypeError(`'${name}' is a reserved method and cannot be called over RPC.`);
    // As if the other side had said so.
    ObjectDefineProperty(error, "remote", { __proto__: null, value: true, enumerable: true, configurable: true, writable: true });
    return PromiseReject(error);
  }
  try {
    ready(stub);
    return PromisePrototypeThen(args === undefined ? op_stub_get(stub, name) : op_stub_call(stub, name, args), receive, throwHere);
  } catch (error) {
    return PromiseReject(error);
  }
}

// What `stub.name` gives: a function that calls the method. It is read from the other side only when it is awaited.
const Given = function (method) {
  return method;
};
class Property extends Given {
  #stub;
  #name;
  constructor(method, stub, name) {
    super(method);
    this.#stub = stub;
    this.#name = name;
  }
  static read(property) {
    if (typeof property !== "function" || !(#stub in property)) {
      throw new TypeError("Illegal invocation");
    }
    return call(property.#stub, property.#name);
  }
}
const readProperty = Property.read;
const PropertyPrototype = ObjectSetPrototypeOf(RpcProperty.prototype, FunctionPrototype);
const thenable = {
  then(resolve, reject) {
    return PromisePrototypeThen(readProperty(this), resolve, reject);
  },
  catch(reject) {
    return PromisePrototypeThen(readProperty(this), undefined, reject);
  },
  finally(callback) {
    return SafePromisePrototypeFinally(readProperty(this), callback);
  },
};
for (const name of ["then", "catch", "finally"]) {
  ObjectDefineProperty(PropertyPrototype, name, { __proto__: null, value: thenable[name], configurable: true, writable: true });
}

function propertyOf(stub, name, receiver) {
  const method = {
    [name]: (...args) => isJson(name, args) ? receiver : ObjectSetPrototypeOf(call(stub, name, args), ReplyPrototype),
  }[name];
  return ObjectSetPrototypeOf(new Property(method, stub, name), PropertyPrototype);
}

// JSON does not see the methods of the other side: it writes down the stub's own members. It is known by the key that it gives.
function isJson(name, args) {
  return name === "toJSON" && args.length === 1 && typeof args[0] === "string";
}

// A stub is no promise, and no array.
function isPlain(name) {
  return typeof name === "symbol" || name === "then" || isIndex(name) || ReflectHas(ObjectPrototype, name);
}

function isIndex(name) {
  const first = StringPrototypeCharCodeAt(name, 0);
  return first >= 48 && first <= 57 && `${name >>> 0}` === name && name !== "4294967295";
}

// Every name that no prototype has is a method of the other side.
const methods = new Proxy(ObjectFreeze(ObjectCreate(ObjectPrototype)), {
  __proto__: null,
  get(_target, name, receiver) {
    if (isPlain(name) || changed.rpc) {
      return ReflectGet(ObjectPrototype, name, receiver);
    }
    const stub = fetcherOf(receiver);
    if (stub === undefined) {
      return undefined;
    }
    return propertyOf(stub, name, receiver);
  },
  has(_target, name) {
    return !(isPlain(name) || changed.rpc) || ReflectHas(ObjectPrototype, name);
  },
});

const FetcherPrototype = Fetcher.prototype;
ObjectSetPrototypeOf(FetcherPrototype, methods);
const members = {
  fetch(input, init = undefined) {
    const stub = fetcherOf(this);
    if (stub === undefined) {
      throw new TypeError("Illegal invocation");
    }
    if (arguments.length === 0) {
      return PromiseReject(new TypeError("Failed to execute 'fetch' on 'Fetcher': parameter 1 is not of type 'Request or string'."));
    }
    try {
      ready(stub);
    } catch (error) {
      return PromiseReject(error);
    }
    return fetchThrough(stub, input, init);
  },
  connect() {
    throw new Error("connect() is not supported by this version of denizen.");
  },
};
for (const name of ["fetch", "connect"]) {
  ObjectDefineProperty(FetcherPrototype, name, {
    __proto__: null, value: members[name], configurable: true, enumerable: true, writable: true,
  });
}
ObjectDefineProperty(Fetcher, "name", { __proto__: null, value: "ServiceStub", configurable: true });
ObjectDefineProperty(FetcherPrototype, SymbolToStringTag, { __proto__: null, value: "Fetcher", configurable: true });
ObjectDefineProperty(ClassHandle.prototype, SymbolToStringTag, {
  __proto__: null, value: "DurableObjectClass", configurable: true,
});
ObjectDefineProperty(ClassHandle, "name", { __proto__: null, value: "DurableObjectClass" });

return { ClassHandle, Fetcher, classOf, fetcherOf, onFirstUse, ready, standFor };
})();
