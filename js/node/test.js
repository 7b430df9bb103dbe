// `node:test`, as much of it as workerd has: the mocks.
//
// Owns what a mock remembers and how it is taken back. There are no tests to run.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  Error,
  ObjectDefineProperty,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetPrototypeOf,
  Proxy,
  ReflectApply,
  ReflectConstruct,
  ReflectGet,
  SafeMap,
} = primordials;
const { invalidArgType, invalidArgValue, validateBoolean, validateFunction, validateInteger, validateObject } = core.loadExtScript(
  "ext:denizen/node/internal/errors.js",
);

class MockFunctionContext {
  #calls = [];
  #implementation;
  #restore;
  #times;
  #mocks = new SafeMap();
  constructor(implementation, restore, times) {
    this.#implementation = implementation;
    this.#restore = restore;
    this.#times = times;
  }
  get calls() {
    return ArrayPrototypeSlice(this.#calls);
  }
  callCount() {
    return this.#calls.length;
  }
  mockImplementation(implementation) {
    validateFunction(implementation, "implementation");
    this.#implementation = implementation;
  }
  mockImplementationOnce(implementation, onCall = undefined) {
    validateFunction(implementation, "implementation");
    const next = this.#calls.length;
    const call = onCall ?? next;
    validateInteger(call, "onCall", next);
    this.#mocks.set(call, implementation);
  }
  restore() {
    const restore = this.#restore;
    if (restore?.descriptor !== undefined) ObjectDefineProperty(restore.object, restore.name, restore.descriptor);
    else if (restore !== undefined) this.#implementation = restore.original;
  }
  resetCalls() {
    this.#calls = [];
  }
  static next(context, original) {
    const count = context.#calls.length;
    const once = context.#mocks.get(count);
    const implementation = once ?? context.#implementation;
    if (once !== undefined) context.#mocks.delete(count);
    if (count + 1 === context.#times) context.restore();
    return implementation ?? original;
  }
  static record(context, call) {
    ArrayPrototypePush(context.#calls, call);
  }
}
const { next, record } = MockFunctionContext;
delete MockFunctionContext.next;
delete MockFunctionContext.record;

function mocked(original, implementation, restore, times) {
  const context = new MockFunctionContext(implementation, restore, times);
  const remember = (target, receiver, args, call) => {
    const entry = { arguments: args, error: undefined, result: undefined, stack: new Error(), target, this: receiver };
    try {
      entry.result = call();
      if (target !== undefined) entry.this = entry.result;
      return entry.result;
    } catch (error) {
      entry.error = error;
      throw error;
    } finally {
      record(context, entry);
    }
  };
  return new Proxy(original, {
    __proto__: null,
    apply(target, receiver, args) {
      const fn = next(context, original);
      return remember(undefined, receiver, args, () => ReflectApply(fn, receiver, args));
    },
    construct(target, args, newTarget) {
      const fn = next(context, original);
      return remember(target, undefined, args, () => ReflectConstruct(fn, args, newTarget));
    },
    get(target, name, receiver) {
      return name === "mock" ? context : ReflectGet(target, name, receiver);
    },
  });
}

function descriptorOf(object, name) {
  for (let holder = object; holder !== null; holder = ObjectGetPrototypeOf(holder)) {
    const descriptor = ObjectGetOwnPropertyDescriptor(holder, name);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

class MockTracker {
  #mocks = [];
  fn(original = function () {}, implementation = original, options = {}) {
    if (original !== null && typeof original === "object") {
      options = original;
      original = function () {};
      implementation = original;
    } else if (implementation !== null && typeof implementation === "object") {
      options = implementation;
      implementation = original;
    }
    validateFunction(original, "original");
    validateFunction(implementation, "implementation");
    validateObject(options, "options");
    const { times = Infinity } = options;
    if (times !== Infinity) validateInteger(times, "options.times", 1);
    const made = mocked(original, implementation, { __proto__: null, original }, times);
    ArrayPrototypePush(this.#mocks, made.mock);
    return made;
  }
  method(objectOrFunction, methodName, implementation = undefined, options = {}) {
    if (objectOrFunction === null || (typeof objectOrFunction !== "object" && typeof objectOrFunction !== "function")) {
      throw invalidArgType("object", "Object", objectOrFunction);
    }
    if (implementation !== null && typeof implementation === "object") {
      options = implementation;
      implementation = undefined;
    }
    const { getter = false, setter = false, times = Infinity } = options;
    validateBoolean(getter, "options.getter");
    validateBoolean(setter, "options.setter");
    if (getter && setter) throw invalidArgValue("options.setter", setter, "cannot be used with 'options.getter'");
    const descriptor = descriptorOf(objectOrFunction, methodName);
    const original = getter ? descriptor?.get : setter ? descriptor?.set : descriptor?.value;
    if (typeof original !== "function") throw invalidArgValue("methodName", original, "must be a method");
    const restore = { __proto__: null, descriptor, object: objectOrFunction, name: methodName };
    const made = mocked(original, implementation ?? original, restore, times);
    const replaced = { __proto__: null, configurable: descriptor.configurable, enumerable: descriptor.enumerable };
    if (getter) {
      replaced.get = made;
      replaced.set = descriptor.set;
    } else if (setter) {
      replaced.get = descriptor.get;
      replaced.set = made;
    } else {
      replaced.value = made;
      replaced.writable = descriptor.writable;
    }
    ObjectDefineProperty(objectOrFunction, methodName, replaced);
    ArrayPrototypePush(this.#mocks, made.mock);
    return made;
  }
  getter(object, methodName, implementation = undefined, options = {}) {
    return this.method(object, methodName, implementation, { ...options, getter: true });
  }
  setter(object, methodName, implementation = undefined, options = {}) {
    return this.method(object, methodName, implementation, { ...options, setter: true });
  }
  property(object, name, value = undefined) {
    const descriptor = descriptorOf(object, name);
    if (descriptor === undefined) throw invalidArgValue("propertyName", name, "is not a property of the object");
    let current = arguments.length < 3 ? descriptor.value : value;
    const accesses = [];
    const context = {
      get accesses() {
        return ArrayPrototypeSlice(accesses);
      },
      accessCount() {
        return accesses.length;
      },
      mockImplementation(next) {
        current = next;
      },
      resetAccesses() {
        accesses.length = 0;
      },
      restore() {
        ObjectDefineProperty(object, name, descriptor);
      },
    };
    ObjectDefineProperty(object, name, {
      __proto__: null,
      configurable: true,
      enumerable: descriptor.enumerable,
      get() {
        ArrayPrototypePush(accesses, { __proto__: null, type: "get", value: current, stack: new Error() });
        return current;
      },
      set(next) {
        ArrayPrototypePush(accesses, { __proto__: null, type: "set", value: next, stack: new Error() });
        current = next;
      },
    });
    ArrayPrototypePush(this.#mocks, context);
    return context;
  }
  reset() {
    this.restoreAll();
    this.#mocks = [];
  }
  restoreAll() {
    for (let i = 0; i < this.#mocks.length; i++) this.#mocks[i].restore();
  }
}

const exported = { mock: new MockTracker(), MockFunctionContext, MockTracker };

return { ...exported, default: exported };
})();
