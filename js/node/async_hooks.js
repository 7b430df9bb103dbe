// `node:async_hooks`: AsyncLocalStorage, AsyncResource, and hooks that never run.
//
// Owns stores. They lie among the values that follow asynchronous calls; whose work runs is none of them.

(function () {
const { core, primordials } = __bootstrap;
const {
  Error,
  ObjectCreate,
  ObjectDefineProperty,
  ReflectApply,
  Symbol,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { op_frame_is_ours } = core.ops;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { contextValue, contextValues, restoreContextValues, withContextValues } = core.loadExtScript("ext:denizen/io/async_context.js");

function checkFunction(value, method, owner, position, name) {
  if (typeof value !== "function") {
    throw new TypeError(`Failed to execute '${method}' on '${owner}': parameter ${position} is not of type '${name}'.`);
  }
}

// What is bound to a request is not to be called in another one.
function checkFrame(frame) {
  if (!op_frame_is_ours(frame) && !changed.bind_asynclocalstorage_snapshot_to_request) {
    throw new Error("Cannot call this AsyncLocalStorage bound function outside of the request in which it was created.");
  }
}

// `callback`, to run with the values of now wherever it is called.
function bound(callback, receiver) {
  const kept = contextValues();
  const frame = core.getAsyncContext();
  return (...args) => {
    checkFrame(frame);
    return restoreContextValues(kept, () => ReflectApply(callback, receiver, args));
  };
}

class AsyncLocalStorage {
  #key = Symbol("store");
  #defaultValue;
  #name = "";
  constructor(options = undefined) {
    if (options !== undefined && options !== null) {
      this.#defaultValue = options.defaultValue;
      this.#name = options.name === undefined ? "" : `${options.name}`;
    }
  }
  run(store, callback, ...args) {
    checkFunction(callback, "run", "AsyncLocalStorage", 2, "function");
    return withContextValues({ __proto__: null, [this.#key]: { __proto__: null, store } }, () => ReflectApply(callback, globalThis, args));
  }
  exit(callback, ...args) {
    checkFunction(callback, "exit", "AsyncLocalStorage", 1, "function");
    return withContextValues({ __proto__: null, [this.#key]: { __proto__: null, store: undefined } }, () => ReflectApply(callback, globalThis, args));
  }
  getStore() {
    const entry = contextValue(this.#key);
    return entry === undefined ? this.#defaultValue : entry.store;
  }
  enterWith() {
    throw new Error("asyncLocalStorage.enterWith() is not implemented");
  }
  disable() {
    throw new Error("asyncLocalStorage.disable() is not implemented");
  }
  get name() {
    return this.#name;
  }
  static bind(callback) {
    checkFunction(callback, "bind", "AsyncLocalStorage", 1, "Function");
    return bound(callback, globalThis);
  }
  static snapshot() {
    const kept = contextValues();
    const frame = core.getAsyncContext();
    return (callback, ...args) => {
      checkFrame(frame);
      return restoreContextValues(kept, () => ReflectApply(callback, globalThis, args));
    };
  }
}
ObjectDefineProperty(AsyncLocalStorage.prototype, SymbolToStringTag, { __proto__: null, value: "AsyncLocalStorage", configurable: true });

class AsyncResource {
  #kept = contextValues();
  #frame = core.getAsyncContext();
  constructor(type = undefined, options = undefined) {
    if (options?.triggerAsyncId !== undefined) {
      throw new Error("The 'triggerAsyncId' field on 'Options' is not implemented.");
    }
  }
  asyncId() {
    return 0;
  }
  triggerAsyncId() {
    return 0;
  }
  bind(callback, receiver = globalThis) {
    checkFunction(callback, "bind", "AsyncResource", 1, "Function");
    const run = (...args) => {
      checkFrame(this.#frame);
      return restoreContextValues(this.#kept, () => ReflectApply(callback, receiver, args));
    };
    ObjectDefineProperty(run, "asyncResource", { __proto__: null, value: this, configurable: true, enumerable: true, writable: true });
    return run;
  }
  runInAsyncScope(callback, receiver = globalThis, ...args) {
    checkFunction(callback, "runInAsyncScope", "AsyncResource", 1, "function");
    checkFrame(this.#frame);
    return restoreContextValues(this.#kept, () => ReflectApply(callback, receiver, args));
  }
  emitDestroy() {}
  static bind(callback, type = undefined, receiver = globalThis) {
    return new AsyncResource(type).bind(callback, receiver);
  }
}
ObjectDefineProperty(AsyncResource.prototype, SymbolToStringTag, { __proto__: null, value: "AsyncResource", configurable: true });

class AsyncHook {
  enable() {
    return this;
  }
  disable() {
    return this;
  }
}
function createHook() {
  return new AsyncHook();
}
function executionAsyncId() {
  return 0;
}
function triggerAsyncId() {
  return 0;
}
function executionAsyncResource() {
  return ObjectCreate(null);
}
const names = core.loadExtScript("ext:denizen/node/internal/constants.js").asyncWrapProviders;
const asyncWrapProviders = ObjectCreate(null);
for (let i = 0; i < names.length; i++) {
  asyncWrapProviders[names[i]] = 0;
}

const exported = { AsyncLocalStorage, AsyncResource, asyncWrapProviders, createHook, executionAsyncId, executionAsyncResource, triggerAsyncId };

return { ...exported, default: exported };
})();
