// The module `cloudflare:workers`.
//
// Owns the base classes and what can be imported instead of being handed over. It must not know how classes are found.

(function () {
const { core, primordials } = __bootstrap;
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
  SymbolToStringTag,
  TypeError,
} = primordials;
const { own } = core.loadExtScript("ext:denizen/actor/values.js");
const { isState } = core.loadExtScript("ext:denizen/actor/state.js");
const { isObject } = core.loadExtScript("ext:denizen/rpc/options.js");
const { holdEvent } = core.loadExtScript("ext:denizen/io/context.js");

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
// A base without behaviour: such a class is no entrypoint here.
class WorkflowEntrypoint {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}
own(WorkerEntrypoint);
own(DurableObject);
class RpcTarget {}
own(RpcTarget, "Remote RPC references can only be serialized for RPC.");
// Their parameters are none of their interface.
for (const Class of new SafeArrayIterator([WorkerEntrypoint, DurableObject, WorkflowEntrypoint])) {
  ObjectDefineProperty(Class, "length", { __proto__: null, value: 0, configurable: true });
}
ObjectDefineProperty(RpcTarget.prototype, SymbolToStringTag, { __proto__: null, value: "JsRpcTarget", configurable: true });

// The Worker's env: one isolate runs one Worker.
let current = {};
function setEnv(env) {
  current = env;
}
const env = new Proxy({}, {
  __proto__: null,
  get: (_target, key) => ReflectGet(current, key),
  set: (_target, key, value) => ReflectSet(current, key, value),
  has: (_target, key) => ReflectHas(current, key),
  ownKeys: () => ReflectOwnKeys(current),
  deleteProperty: (_target, key) => ReflectDeleteProperty(current, key),
  defineProperty: (_target, key, descriptor) => ReflectDefineProperty(current, key, descriptor),
  getOwnPropertyDescriptor(_target, key) {
    const descriptor = ReflectGetOwnPropertyDescriptor(current, key);
    // The target has no properties, so a proxy may only report configurable ones.
    return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
  },
});

// The Worker's own exports: none while its main module runs. They cannot be replaced through the module.
let currentExports = {};
function setExports(exports) {
  currentExports = exports;
}
const exports = new Proxy({}, {
  __proto__: null,
  get: (_target, key) => ReflectGet(currentExports, key),
  set: () => true,
  has: (_target, key) => ReflectHas(currentExports, key),
  ownKeys: () => ReflectOwnKeys(currentExports),
  deleteProperty: () => true,
  getOwnPropertyDescriptor(_target, key) {
    const descriptor = ReflectGetOwnPropertyDescriptor(currentExports, key);
    return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
  },
});

function waitUntil(promise) {
  if (arguments.length === 0) {
    throw new TypeError("Failed to execute 'waitUntil' on 'EntrypointsModule': parameter 1 is not of type 'Promise'.");
  }
  holdEvent(promise);
}

return {
  // What the module exports.
  exported: ObjectFreeze({ __proto__: null, DurableObject, RpcTarget, WorkerEntrypoint, WorkflowEntrypoint, env, exports, waitUntil }),
  DurableObject,
  RpcTarget,
  WorkerEntrypoint,
  WorkflowEntrypoint,
  setEnv,
  setExports,
};
})();
