// The classes of RPC that `cloudflare:workers` exports by name.
//
// Owns what their constructors refuse. Pipelined calls do not exist yet, so nothing is an instance of RpcPromise. It must not
// know stubs.

(function () {
const { primordials } = __bootstrap;
const { Error, ObjectDefineProperty, SymbolToStringTag, TypeError } = primordials;

// What a native constructor says when it is called as a function.
function requireNew(target, name) {
  if (target === undefined) {
    throw new TypeError(
      `Failed to construct '${name}': Please use the 'new' operator, this object constructor cannot be called as a function.`,
    );
  }
}

function illegal(name, tag) {
  const Class = { [name]: function () {
    throw new TypeError("Illegal constructor");
  } }[name];
  finish(Class, tag);
  return Class;
}

function finish(Class, tag) {
  ObjectDefineProperty(Class, "length", { __proto__: null, value: 0, configurable: true });
  ObjectDefineProperty(Class, "prototype", { __proto__: null, writable: false });
  ObjectDefineProperty(Class.prototype, SymbolToStringTag, { __proto__: null, value: tag, configurable: true });
}

const RpcPromise = illegal("RpcPromise", "JsRpcPromise");
const RpcProperty = illegal("RpcProperty", "JsRpcProperty");

function RpcStub(target) {
  requireNew(new.target, "JsRpcStub");
  if ((typeof target !== "object" || target === null) && typeof target !== "function") {
    throw new TypeError("Failed to construct 'JsRpcStub': constructor parameter 1 is not of type 'Object'.");
  }
  throw new Error("RpcStub is not supported by this version of denizen.");
}
finish(RpcStub, "JsRpcStub");

return { RpcPromise, RpcProperty, RpcStub, requireNew };
})();
