// Constructors that can be called.
//
// Owns the functions that stand for the runtime's classes in the global scope: workerd's are made from native templates, so
// each refuses a call without `new` in its own words, names the argument that is missing, and inherits from
// Function.prototype alone. The class behind it stays what the runtime uses. It must not know what a class does.

(function () {
const { primordials } = __bootstrap;
const { ArrayIsArray, ArrayPrototypeIncludes, Function, ObjectDefineProperty, ReflectConstruct, ReflectGetOwnPropertyDescriptor, ReflectOwnKeys, StringPrototypeEndsWith, TypeError } = primordials;

// Types of the arguments that a constructor needs, undefined for one that may be left out, where the class behind it would say
// so in other words.
const REQUIRED = {
  __proto__: null,
  ByteLengthQueuingStrategy: ["QueuingStrategyInit"],
  CloseEvent: ["string"],
  CountQueuingStrategy: ["QueuingStrategyInit"],
  CustomEvent: ["string"],
  ErrorEvent: ["string"],
  Event: ["string"],
  File: [undefined, "string"],
  MessageEvent: ["string"],
  ReadableStreamBYOBReader: ["ReadableStream"],
  ReadableStreamDefaultReader: ["ReadableStream"],
  URL: ["USVString"],
  WritableStreamDefaultWriter: ["WritableStream"],
};

// Classes that only the runtime makes objects of.
const ILLEGAL = [
  "AbortSignal", "Body", "Crypto", "CryptoKey", "ExtendableEvent", "FetchEvent", "MessagePort", "Navigator",
  "Performance", "PerformanceEntry", "PerformanceMeasure", "PerformanceObserverEntryList",
  "PerformanceResourceTiming", "PromiseRejectionEvent", "ReadableByteStreamController", "ReadableStreamBYOBRequest",
  "ReadableStreamDefaultController", "ScheduledEvent", "ServiceWorkerGlobalScope", "SubtleCrypto", "TailEvent",
  "TraceEvent", "TransformStreamDefaultController", "WorkerGlobalScope", "WritableStreamDefaultController",
];
// What kind of object a first argument must be, unless it is left out.
const OBJECTS = {
  __proto__: null,
  Blob: "Array",
  ByteLengthQueuingStrategy: "QueuingStrategyInit",
  CountQueuingStrategy: "QueuingStrategyInit",
  File: "Array",
  IdentityTransformStream: "QueuingStrategy",
  ReadableStream: "UnderlyingSource",
  ReadableStreamBYOBReader: "ReadableStream",
  ReadableStreamDefaultReader: "ReadableStream",
  TransformStream: "Transformer",
  WritableStream: "UnderlyingSink",
  WritableStreamDefaultWriter: "WritableStream",
};

// What an event's second argument is called.
const INITS = { __proto__: null, CloseEvent: "Initializer", CustomEvent: "CustomEventInit", ErrorEvent: "ErrorEventInit", Event: "Init", MessageEvent: "Initializer" };

// What makes a function with the literal name that V8 has in its messages. It compiles text, which is possible only while the
// snapshot is made; classes that are loaded later have theirs in named.js.
function makerOf(name, isPlain) {
  const construct = "return ReflectConstruct(Class, arguments, new.target);";
  // Options of an event that are null are as good as none.
  const options = StringPrototypeEndsWith(name, "Event") ? "if (arguments[1] === null) { arguments.length = 1; }" : "";
  const body = isPlain ? construct : `${options} check(arguments.length, arguments[0], arguments[1]); try { ${construct} } catch (error) { throw explain(error, arguments); }`;
  return new Function(
    "ReflectConstruct", "Class", "refuse", "check", "explain",
    `"use strict"; return function ${name}() { if (new.target === undefined) { refuse(); } ${body} };\n//# sourceURL=ext:denizen/bootstrap/callable.js`,
  );
}

// The function that stands for `Class`. `explain` gives an error in place of one that the class threw, from that and the arguments.
// `named`, of named.js, makes that of a class which is loaded in an isolate.
function callable(Class, explain = undefined, named = undefined) {
  const { name } = Class;
  const required = REQUIRED[name];
  const object = OBJECTS[name];
  const isIllegal = ArrayPrototypeIncludes(ILLEGAL, name);
  const check = (count, first, second) => {
    if (isIllegal) {
      throw new TypeError("Illegal constructor");
    }
    if (object === "Array" ? first !== undefined && !ArrayIsArray(first) : object !== undefined && first !== undefined && first !== null && typeof first !== "object" && typeof first !== "function") {
      throw new TypeError(`Failed to construct '${name}': constructor parameter 1 is not of type '${object}'.`);
    }
    if (INITS[name] !== undefined && second !== undefined && second !== null && typeof second !== "object" && typeof second !== "function") {
      throw new TypeError(`Failed to construct '${name}': constructor parameter 2 is not of type '${INITS[name]}'.`);
    }
    if (required !== undefined && count < required.length) {
      const missing = required[count] === undefined ? count + 1 : count;
      throw new TypeError(`Failed to construct '${name}': constructor parameter ${missing + 1} is not of type '${required[missing]}'.`);
    }
  };
  const refuse = () => {
    check(required?.length ?? 0, undefined);
    throw new TypeError(`Failed to construct '${name}': Please use the 'new' operator, this object constructor cannot be called as a function.`);
  };
  const isPlain = required === undefined && object === undefined && !isIllegal && explain === undefined;
  const make = (target, args) => {
    if (target === undefined) {
      refuse();
    }
    check(args.length, args[0], args[1]);
    return ReflectConstruct(Class, args, target);
  };
  const construct = named === undefined ? makerOf(name, isPlain)(ReflectConstruct, Class, refuse, check, explain ?? ((error) => error)) : named(make);
  const keys = ReflectOwnKeys(Class);
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] !== "length" && keys[i] !== "name" && keys[i] !== "prototype") {
      ObjectDefineProperty(construct, keys[i], { __proto__: null, ...ReflectGetOwnPropertyDescriptor(Class, keys[i]) });
    }
  }
  construct.prototype = Class.prototype;
  ObjectDefineProperty(Class.prototype, "constructor", { __proto__: null, value: construct, writable: true, enumerable: false, configurable: true });
  return construct;
}

return { callable };
})();
