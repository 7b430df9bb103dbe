// ctx.exports: a Worker's own exports as stubs, classes and namespaces.
//
// Owns their shape: each is a function that takes props and inherits from what it stands for. It must not know how exports
// are classified.

(function () {
const { core, primordials } = __bootstrap;
const { op_loopback_class, op_loopback_entrypoint, op_loopback_namespace } = core.ops;
const {
  FunctionPrototypeBind,
  ObjectDefineProperty,
  ObjectSetPrototypeOf,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { ClassHandle, Fetcher, standFor } = core.loadExtScript("ext:denizen/rpc/stub.js");
const { DurableObjectNamespace, adopt } = core.loadExtScript("ext:denizen/actor/namespace.js");
const { propsOf } = core.loadExtScript("ext:denizen/rpc/options.js");

function loopbackClass(name, Base) {
  const Class = { [name]: function () {
    throw new TypeError("Illegal constructor");
  } }[name];
  ObjectSetPrototypeOf(Class.prototype, Base.prototype);
  ObjectDefineProperty(Class.prototype, SymbolToStringTag, { __proto__: null, value: name, configurable: true });
  return Class;
}
const LoopbackServiceStub = loopbackClass("LoopbackServiceStub", Fetcher);
const LoopbackDurableObjectClass = loopbackClass("LoopbackDurableObjectClass", ClassHandle);
const LoopbackDurableObjectNamespace = loopbackClass("LoopbackDurableObjectNamespace", DurableObjectNamespace);

// A function without members of its own, which can also be called with `new`: a bound one has no prototype to hand out.
function callable(Class, make) {
  const { name } = Class;
  const call = FunctionPrototypeBind(function (options) {
    if (arguments.length === 0 || (options !== null && options !== undefined && typeof options !== "object" && typeof options !== "function")) {
      throw new TypeError(`Failed to execute '(called as function)' on '${name}': parameter 1 is not of type 'Options'.`);
    }
    return make(propsOf(options, "Options"));
  }, undefined);
  delete call.name;
  delete call.length;
  return ObjectSetPrototypeOf(call, Class.prototype);
}

function newServiceStub(name) {
  const stub = callable(LoopbackServiceStub, (props) => op_loopback_entrypoint(name, props));
  standFor(stub, op_loopback_entrypoint(name, undefined));
  return stub;
}

function newClass(name) {
  const namespace = op_loopback_namespace(name);
  const make = (props) => op_loopback_class(name, props);
  const value = callable(namespace === undefined ? LoopbackDurableObjectClass : LoopbackDurableObjectNamespace, make);
  standFor(value, make(undefined));
  if (namespace !== undefined) {
    adopt(value, namespace);
  }
  return value;
}

return { newClass, newServiceStub };
})();
