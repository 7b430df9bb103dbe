// Stubs: what stands for another Worker, object or facet.
//
// Owns the JavaScript face of the native Fetcher: `fetch`, and every other name as a method. It must not know who is on
// the other side.

(function () {
const { core, primordials } = __bootstrap;
const { Fetcher, ClassHandle, op_facet_pin, op_stub_call, op_stub_is } = core.ops;
const {
  Error,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectFreeze,
  ObjectPrototype,
  ObjectSetPrototypeOf,
  PromiseReject,
  Proxy,
  ReflectGet,
  ReflectHas,
  SafeMap,
  SafeWeakMap,
  SymbolToStringTag,
  TypeError,
  WeakMapPrototypeDelete,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;
const { fetchThrough } = core.loadExtScript("ext:denizen/fetch/fetch.js");

// What must run before a facet stub's first request: the look-up of its name, and its startup.
const starts = new SafeWeakMap();

function onFirstUse(stub, start) {
  WeakMapPrototypeSet(starts, stub, start);
}

function ready(stub) {
  const start = WeakMapPrototypeGet(starts, stub);
  if (start !== undefined) {
    WeakMapPrototypeDelete(starts, stub);
    const container = op_facet_pin(stub);
    if (container !== 0) {
      start(container);
    }
  }
}

const RESERVED = new SafeMap();
for (const name of ["alarm", "webSocketMessage", "webSocketClose", "webSocketError", "dup", "constructor"]) {
  RESERVED.set(name, true);
}

function call(stub, name, args) {
  if (RESERVED.has(name)) {
    return PromiseReject(new TypeError(`'${name}' is a reserved method and cannot be called over RPC.`));
  }
  try {
    ready(stub);
    return op_stub_call(stub, name, args);
  } catch (error) {
    return PromiseReject(error);
  }
}

// Every name that no prototype has is a method of the other side.
const methods = new Proxy(ObjectFreeze(ObjectCreate(ObjectPrototype)), {
  __proto__: null,
  get(_target, name, receiver) {
    if (typeof name === "symbol" || name === "then" || ReflectHas(ObjectPrototype, name)) {
      return ReflectGet(ObjectPrototype, name, receiver);
    }
    if (!op_stub_is(receiver)) {
      return undefined;
    }
    return { [name]: (...args) => call(receiver, name, args) }[name];
  },
  has(_target, name) {
    return ReflectHas(ObjectPrototype, name);
  },
});

const FetcherPrototype = Fetcher.prototype;
ObjectSetPrototypeOf(FetcherPrototype, methods);
const members = {
  fetch(input, init = undefined) {
    if (!op_stub_is(this)) {
      throw new TypeError("Illegal invocation");
    }
    try {
      ready(this);
    } catch (error) {
      return PromiseReject(error);
    }
    return fetchThrough(this, input, init);
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
ObjectDefineProperty(FetcherPrototype, SymbolToStringTag, { __proto__: null, value: "Fetcher", configurable: true });
ObjectDefineProperty(ClassHandle.prototype, SymbolToStringTag, {
  __proto__: null, value: "DurableObjectClass", configurable: true,
});
ObjectDefineProperty(ClassHandle, "name", { __proto__: null, value: "DurableObjectClass" });

return { Fetcher, onFirstUse };
})();
