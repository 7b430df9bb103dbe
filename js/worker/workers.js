// The module `cloudflare:workers`.
//
// Owns the base classes and what can be imported instead of being handed over. It must not know how classes are found.

(function () {
const { core, primordials } = __bootstrap;
const { op_isolate_abort } = core.ops;
const {
  ObjectDefineProperty,
  ObjectFreeze,
  Proxy,
  ReflectGet,
  ReflectHas,
  ReflectOwnKeys,
  ReflectGetOwnPropertyDescriptor,
  ReflectSet,
  ReflectDefineProperty,
  ReflectDeleteProperty,
  SafeArrayIterator,
  Symbol,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { own } = core.loadExtScript("ext:denizen/actor/values.js");
const { isState } = core.loadExtScript("ext:denizen/actor/state.js");
const { isObject } = core.loadExtScript("ext:denizen/rpc/options.js");
const { contextValue, withContextValues } = core.loadExtScript("ext:denizen/io/async_context.js");
const { holdEvent } = core.loadExtScript("ext:denizen/io/context.js");
const { RpcPromise, RpcProperty, RpcStub, requireNew } = core.loadExtScript("ext:denizen/rpc/classes.js");
const { Fetcher } = core.loadExtScript("ext:denizen/rpc/stub.js");
const { tracing } = core.loadExtScript("ext:denizen/worker/tracing.js");

class WorkerEntrypoint {
  constructor(ctx, env) {
    if (!isObject(ctx)) {
      throw new TypeError("Failed to construct 'WorkerEntrypoint': constructor parameter 1 is not of type 'Object'.");
    }
    this.ctx = ctx;
    this.env = env;
  }
}
class DurableObject {
  constructor(ctx, env) {
    if (!isState(ctx)) {
      throw new TypeError("Failed to construct 'DurableObjectBase': constructor parameter 1 is not of type 'DurableObjectState'.");
    }
    this.ctx = ctx;
    this.env = env;
  }
}
// A base without behaviour. Its classes are entrypoints, but not among `ctx.exports`.
class WorkflowEntrypoint {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}
own(WorkerEntrypoint);
own(DurableObject);
function RpcTarget() {
  requireNew(new.target, "JsRpcTarget");
}
own(RpcTarget, "Remote RPC references can only be serialized for RPC.");
// Their parameters are none of their interface.
for (const Class of new SafeArrayIterator([WorkerEntrypoint, DurableObject, WorkflowEntrypoint])) {
  ObjectDefineProperty(Class, "length", { __proto__: null, value: 0, configurable: true });
}
ObjectDefineProperty(RpcTarget, "prototype", { __proto__: null, writable: false });
ObjectDefineProperty(RpcTarget.prototype, SymbolToStringTag, { __proto__: null, value: "JsRpcTarget", configurable: true });

// Keys of what stands in place of the Worker's own env and exports.
const ENV = Symbol("env");
const EXPORTS = Symbol("exports");

// The Worker's env and exports: one isolate runs one Worker. There are no exports while its main module runs.
let ownEnv = {};
let ownExports = {};
function ownBindings() {
  return ownEnv;
}

function setEnv(env) {
  ownEnv = env;
}
function setExports(exports) {
  ownExports = exports;
}
function currentEnv() {
  const given = contextValue(ENV);
  return isObject(given) ? given : ownEnv;
}
function currentExports() {
  const given = contextValue(EXPORTS);
  return isObject(given) ? given : ownExports;
}

// Reads go to what `current` gives.
function reader(current) {
  return {
    __proto__: null,
    get: (_target, key) => ReflectGet(current(), key),
    has: (_target, key) => ReflectHas(current(), key),
    ownKeys: () => ReflectOwnKeys(current()),
    getOwnPropertyDescriptor(_target, key) {
      const descriptor = ReflectGetOwnPropertyDescriptor(current(), key);
      // The target has no properties, so a proxy may only report configurable ones.
      return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
    },
  };
}
const env = new Proxy({}, {
  ...reader(currentEnv),
  __proto__: null,
  set: (_target, key, value) => ReflectSet(currentEnv(), key, value),
  deleteProperty: (_target, key) => ReflectDeleteProperty(currentEnv(), key),
  defineProperty: (_target, key, descriptor) => ReflectDefineProperty(currentEnv(), key, descriptor),
});
// They cannot be replaced through the module.
const exports = new Proxy({}, {
  ...reader(currentExports),
  __proto__: null,
  set: () => true,
  deleteProperty: () => true,
});

function requireFunction(value, name, position) {
  if (typeof value !== "function") {
    throw new TypeError(`Failed to execute '${name}' on 'EnvModule': parameter ${position} is not of type 'function'.`);
  }
}
function withEnv(newEnv, fn) {
  requireFunction(fn, "withEnv", 2);
  return withContextValues({ __proto__: null, [ENV]: newEnv }, () => fn());
}
function withExports(newExports, fn) {
  requireFunction(fn, "withExports", 2);
  return withContextValues({ __proto__: null, [EXPORTS]: newExports }, () => fn());
}
function withEnvAndExports(newEnv, newExports, fn) {
  requireFunction(fn, "withEnvAndExports", 3);
  return withContextValues({ __proto__: null, [ENV]: newEnv, [EXPORTS]: newExports }, () => fn());
}

function waitUntil(promise) {
  if (arguments.length === 0) {
    throw new TypeError("Failed to execute 'waitUntil' on 'EntrypointsModule': parameter 1 is not of type 'Promise'.");
  }
  holdEvent(promise);
}
ObjectDefineProperty(waitUntil, "name", { __proto__: null, value: "bound waitUntil", configurable: true });
ObjectDefineProperty(waitUntil, "length", { __proto__: null, value: 0, configurable: true });

// Ends the event that calls it. A loader forgets the Worker; whoever holds a stub keeps the isolate.
function abortIsolate(reason) {
  op_isolate_abort(reason === undefined ? "" : `${reason}`);
}

// Name of the method that makes a persistent stub anew.
const restore = Symbol("cloudflare:workers:restore");
// The cache of a Worker's own responses, where there is none.
const cache = ObjectFreeze({});

return {
  ownBindings,
  // What the module exports.
  exported: ObjectFreeze({
    __proto__: null,
    DurableObject,
    RpcPromise,
    RpcProperty,
    RpcStub,
    RpcTarget,
    ServiceStub: Fetcher,
    WorkerEntrypoint,
    WorkflowEntrypoint,
    abortIsolate,
    cache,
    env,
    exports,
    restore,
    tracing,
    waitUntil,
    withEnv,
    withEnvAndExports,
    withExports,
  }),
  DurableObject,
  RpcTarget,
  WorkerEntrypoint,
  WorkflowEntrypoint,
  setEnv,
  setExports,
};
})();
