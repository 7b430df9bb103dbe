// The form of the classes in the global scope.
//
// Owns what the properties of the runtime's classes look like from outside. workerd makes its classes from native templates,
// so every function has length 0, every member is enumerable and every tag can be changed. It must not know what a class does.

(function () {
const { primordials } = __bootstrap;
const {
  ArrayPrototypeIncludes,
  ObjectDefineProperty,
  ReflectDeleteProperty,
  ReflectGetOwnPropertyDescriptor,
  ReflectOwnKeys,
  SymbolPrototypeGetDescription,
  SymbolToStringTag,
  StringPrototypeStartsWith,
  TypeError,
} = primordials;

// What deno_web's classes have and workerd's do not.
const EXTRA = {
  __proto__: null,
  Blob: ["textStream"],
  Event: ["initialized"],
  EventTarget: ["getParent"],
};
// Accessors that workerd's classes cannot set.
const READ_ONLY = { __proto__: null, returnValue: true, srcElement: true };
// Classes whose tag deno_web puts on the instance.
const TAGGED = ["CustomEvent", "ErrorEvent"];

function shapeFunction(value) {
  // V8 takes four times the memory for a function whose length was defined.
  if (value.length === 0) {
    return;
  }
  ObjectDefineProperty(value, "length", { __proto__: null, value: 0, configurable: true });
}

function shapeMember(holder, key) {
  const descriptor = ReflectGetOwnPropertyDescriptor(holder, key);
  if (!descriptor.configurable) {
    // Constants of deno_web's classes stay as they are.
    return;
  }
  if (typeof key === "symbol") {
    const name = SymbolPrototypeGetDescription(key) ?? "";
    if (key === SymbolToStringTag) {
      ObjectDefineProperty(holder, key, { __proto__: null, value: descriptor.value, writable: true, enumerable: false, configurable: true });
    } else if (StringPrototypeStartsWith(name, "Deno.") || name === "nodejs.util.inspect.custom") {
      ReflectDeleteProperty(holder, key);
    } else if (typeof descriptor.value === "function") {
      shapeFunction(descriptor.value);
    }
    return;
  }
  if (descriptor.get !== undefined) {
    const set = READ_ONLY[key] === true ? undefined : descriptor.set;
    ObjectDefineProperty(holder, key, { __proto__: null, get: descriptor.get, set, enumerable: true, configurable: true });
  } else if (typeof descriptor.value === "function") {
    ObjectDefineProperty(holder, key, { __proto__: null, writable: true, enumerable: true, configurable: true });
    shapeFunction(descriptor.value);
  } else {
    ObjectDefineProperty(holder, key, { __proto__: null, writable: false, enumerable: true, configurable: true });
  }
}

// Gives `Class` and its prototype the form.
function shapeClass(Class) {
  shapeFunction(Class);
  const statics = ReflectOwnKeys(Class);
  for (let i = 0; i < statics.length; i++) {
    if (!ArrayPrototypeIncludes(["length", "name", "prototype"], statics[i])) {
      shapeMember(Class, statics[i]);
    }
  }
  if (ArrayPrototypeIncludes(TAGGED, Class.name)) {
    ObjectDefineProperty(Class.prototype, SymbolToStringTag, { __proto__: null, value: Class.name, configurable: true });
  }
  shapePrototype(Class.prototype, EXTRA[Class.name]);
}

function shapePrototype(prototype, extra = undefined) {
  const keys = ReflectOwnKeys(prototype);
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] === "constructor") {
      continue;
    }
    if (extra !== undefined && ArrayPrototypeIncludes(extra, keys[i])) {
      ReflectDeleteProperty(prototype, keys[i]);
    } else {
      shapeMember(prototype, keys[i]);
    }
  }
}

// The function that user code finds as the constructor of what only the runtime makes. The class behind it, which makes it, stays
// with the runtime.
function standIn(Class) {
  const { name } = Class;
  const { [name]: construct } = { [name]: function () {
    throw new TypeError("Illegal constructor");
  } };
  construct.prototype = Class.prototype;
  ObjectDefineProperty(Class.prototype, "constructor", { __proto__: null, value: construct, writable: true, enumerable: false, configurable: true });
  shapePrototype(Class.prototype);
  return construct;
}

return { shapeClass, shapeFunction, shapePrototype, standIn };
})();
