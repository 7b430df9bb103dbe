// WebAssembly instances that count.
//
// Owns that the memories which instances make for themselves are bounded over all of an isolate. It must not know how they are
// counted (bindings/src/wasm.rs), nor memories that JavaScript makes (intrinsics.js).

(function () {
const { core, primordials } = __bootstrap;
const {
  ObjectDefineProperty,
  PromisePrototypeThen,
  PromiseReject,
  RangeError,
  ReflectApply,
  ReflectConstruct,
  ReflectGetOwnPropertyDescriptor,
  SafeWeakMap,
  TypeError,
  WeakMapPrototypeSet,
  uncurryThis,
} = primordials;
const { op_wasm_hold } = core.ops;

// What counts the pages of an instance, for as long as the instance or a memory that it exports is there.
const held = new SafeWeakMap();

function hold(module, name) {
  const pages = op_wasm_hold(module);
  if (pages === false) {
    throw new RangeError(`WebAssembly.${name}(): Out of memory: Cannot allocate Wasm memory for new instance`);
  }
  return pages;
}

function replace(target, name, value) {
  const { enumerable } = ReflectGetOwnPropertyDescriptor(target, name);
  ObjectDefineProperty(target, name, { __proto__: null, value, configurable: true, enumerable, writable: true });
}

function boundInstances() {
  const { WebAssembly } = globalThis;
  if (WebAssembly === undefined) {
    return;
  }
  const { Instance: Native, Module, instantiate: nativeInstantiate } = WebAssembly;
  const exportsOf = uncurryThis(ReflectGetOwnPropertyDescriptor(Native.prototype, "exports").get);
  const listExports = Module.exports;
  const keep = (instance, module, pages) => {
    if (pages !== null) {
      WeakMapPrototypeSet(held, instance, pages);
      const list = listExports(module);
      for (let i = 0; i < list.length; i++) {
        if (list[i].kind === "memory") {
          WeakMapPrototypeSet(held, exportsOf(instance)[list[i].name], pages);
        }
      }
    }
    return instance;
  };
  function Instance(module) {
    if (new.target === undefined) {
      throw new TypeError("WebAssembly.Instance must be invoked with 'new'");
    }
    const pages = hold(module, "Instance");
    return keep(ReflectConstruct(Native, arguments, new.target), module, pages);
  }
  Instance.prototype = Native.prototype;
  ObjectDefineProperty(Instance, "prototype", { __proto__: null, writable: false });
  replace(Native.prototype, "constructor", Instance);
  replace(WebAssembly, "Instance", Instance);
  const { instantiate } = {
    instantiate(source) {
      let pages;
      try {
        pages = hold(source, "instantiate");
      } catch (error) {
        return PromiseReject(error);
      }
      const made = ReflectApply(nativeInstantiate, this, arguments);
      if (pages !== null) {
        return PromisePrototypeThen(made, (instance) => keep(instance, source, pages));
      }
      // Bytes give both, a module without memories the instance alone.
      return PromisePrototypeThen(made, (result) => {
        const module = ReflectGetOwnPropertyDescriptor(result, "module")?.value;
        const instance = ReflectGetOwnPropertyDescriptor(result, "instance")?.value;
        if (module !== undefined && instance !== undefined) {
          keep(instance, module, hold(module, "instantiate"));
        }
        return result;
      });
    },
  };
  replace(WebAssembly, "instantiate", instantiate);
}

return { boundInstances };
})();
