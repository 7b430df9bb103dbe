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
  SymbolToStringTag,
} = primordials;
const { own } = core.loadExtScript("ext:denizen/actor/values.js");
const { holdEvent } = core.loadExtScript("ext:denizen/io/context.js");

class WorkerEntrypoint {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}
class DurableObject {
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}
own(WorkerEntrypoint);
own(DurableObject);
class RpcTarget {}
own(RpcTarget, "Remote RPC references can only be serialized for RPC.");
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

function waitUntil(promise) {
  holdEvent(promise);
}

return {
  // What the module exports.
  exported: ObjectFreeze({ __proto__: null, DurableObject, RpcTarget, WorkerEntrypoint, env, waitUntil }),
  DurableObject,
  RpcTarget,
  WorkerEntrypoint,
  setEnv,
};
})();
