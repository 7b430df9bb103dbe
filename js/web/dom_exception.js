// DOMException as Workers have it.
//
// Owns its members, which lie on each instance in workerd's order. It stands in deno_web's place before anything there takes the
// class. It must not know who throws one.

(function () {
"use strict";
const { core, primordials } = __bootstrap;
const { Error, ObjectDefineProperty, ReflectConstruct, ReflectGetOwnPropertyDescriptor, ReflectOwnKeys } = primordials;
const source = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const Original = source.DOMException;

const CODES = {
  __proto__: null,
  IndexSizeError: 1,
  HierarchyRequestError: 3,
  WrongDocumentError: 4,
  InvalidCharacterError: 5,
  NoModificationAllowedError: 7,
  NotFoundError: 8,
  NotSupportedError: 9,
  InUseAttributeError: 10,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidModificationError: 13,
  NamespaceError: 14,
  InvalidAccessError: 15,
  TypeMismatchError: 17,
  SecurityError: 18,
  NetworkError: 19,
  AbortError: 20,
  URLMismatchError: 21,
  QuotaExceededError: 22,
  TimeoutError: 23,
  InvalidNodeTypeError: 24,
  DataCloneError: 25,
};

function define(error, name, value) {
  ObjectDefineProperty(error, name, { __proto__: null, value, writable: false, enumerable: true, configurable: true });
}

// Frames of the runtime that a stack may begin with. They are taken away when it is read, and count before that.
const OWN_FRAMES = 20;

function capture(Class) {
  const limit = ReflectGetOwnPropertyDescriptor(Error, "stackTraceLimit");
  if (typeof limit?.value !== "number" || !limit.writable) {
    return ReflectConstruct(Error, [], Class);
  }
  Error.stackTraceLimit = limit.value + OWN_FRAMES;
  try {
    return ReflectConstruct(Error, [], Class);
  } finally {
    Error.stackTraceLimit = limit.value;
  }
}

function DOMException(message = "", name = "Error") {
  const text = `${message}`;
  const kind = `${name}`;
  const error = capture(new.target);
  const stack = ReflectGetOwnPropertyDescriptor(error, "stack");
  delete error.stack;
  define(error, "code", CODES[kind] ?? 0);
  define(error, "name", kind);
  define(error, "message", text);
  if (stack !== undefined) {
    ObjectDefineProperty(error, "stack", { __proto__: null, ...stack, enumerable: true });
  }
  return error;
}

const { prototype } = Original;
delete prototype.code;
delete prototype.message;
delete prototype.name;
const keys = ReflectOwnKeys(Original);
for (let i = 0; i < keys.length; i++) {
  if (keys[i] !== "length" && keys[i] !== "name" && keys[i] !== "prototype") {
    ObjectDefineProperty(DOMException, keys[i], { __proto__: null, ...ReflectGetOwnPropertyDescriptor(Original, keys[i]) });
  }
}
DOMException.prototype = prototype;
ObjectDefineProperty(prototype, "constructor", { __proto__: null, value: DOMException, writable: true, enumerable: false, configurable: true });
source.DOMException = DOMException;

return {};
})();
