// Errors on their way out of an isolate.
//
// Owns what of a thrown value reaches a caller: name, message, own properties, the value itself where it is no error. It
// must not throw itself, whatever the value is.

(function () {
const { core, primordials } = __bootstrap;
const { op_error_origin, op_thrown_text } = core.ops;
const {
  AggregateError,
  EvalError,
  ObjectDefineProperty,
  ObjectGetOwnPropertyNames,
  ObjectHasOwn,
  ObjectKeys,
  ObjectPrototypeIsPrototypeOf,
  ReflectDefineProperty,
  SafeArrayIterator,
  SafeMap,
  String,
  URIError,
} = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");

// Names of errors that need no property of their own.
const STANDARD = new SafeMap();
for (const name of ["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "AggregateError"]) {
  STANDARD.set(name, true);
}

function read(value, key) {
  try {
    return value[key];
  } catch {
    return undefined;
  }
}

// The own members of an error besides those that every error has; undefined if there are none, or one cannot be read.
function ownMembers(thrown) {
  let props;
  if (changed.enhanced_error_serialization) {
    return undefined;
  }
  try {
    const names = ObjectGetOwnPropertyNames(thrown);
    for (let i = 0; i < names.length; i++) {
      if (names[i] !== "name" && names[i] !== "message" && names[i] !== "stack") {
        props ??= {};
        const value = thrown[names[i]];
        ObjectDefineProperty(props, names[i], { __proto__: null, value, enumerable: true, configurable: true, writable: true });
      }
    }
  } catch {
    return undefined;
  }
  return props;
}

function isMark(value) {
  return value === true || (typeof value === "number" && value !== 0);
}

function textOf(thrown) {
  try {
    return typeof thrown === "object" && thrown !== null ? op_thrown_text(thrown) : String(thrown);
  } catch {
    return "An unprintable value was thrown.";
  }
}

// Proxies are asked for their prototype, and may throw.
function isDom(thrown) {
  try {
    return typeof thrown === "object" && thrown !== null && ObjectPrototypeIsPrototypeOf(DOMException.prototype, thrown);
  } catch {
    return false;
  }
}

function errorParts(thrown) {
  const parts = {
    __proto__: null, name: "Error", message: "", stack: undefined, dom: false, props: undefined, value: undefined,
    retryable: false, overloaded: false, durableObjectReset: false, log: undefined,
  };
  const dom = isDom(thrown);
  if (!dom && !core.isNativeError(thrown)) {
    parts.message = textOf(thrown);
    // The host sees whether it can cross.
    parts.value = thrown;
    return parts;
  }
  const name = read(thrown, "name");
  const message = read(thrown, "message");
  const stack = read(thrown, "stack");
  parts.dom = dom;
  parts.name = typeof name === "string" ? name : "Error";
  parts.message = typeof message === "string" ? message : "";
  parts.stack = typeof stack === "string" ? stack : undefined;
  parts.props = ownMembers(thrown);
  if (dom) {
    parts.props = { ...parts.props, code: read(thrown, "code"), message: parts.message, name: parts.name };
  } else if (!changed.enhanced_error_serialization && name !== undefined && typeof name !== "symbol" && !STANDARD.has(name)) {
    parts.props = { ...parts.props, name };
  }
  parts.retryable = isMark(read(thrown, "retryable"));
  parts.overloaded = isMark(read(thrown, "overloaded"));
  parts.durableObjectReset = isMark(read(thrown, "durableObjectReset"));
  return parts;
}

// Whether there is more to tell of what was thrown than its stack.
function isRich(thrown) {
  try {
    return !core.isNativeError(thrown) || ObjectHasOwn(thrown, "cause") || ObjectHasOwn(thrown, "errors") || ObjectKeys(thrown).length > 0 ||
      op_error_origin(thrown) !== undefined;
  } catch {
    return false;
  }
}

// The parts of what an event ends with, and what the log says of it.
function thrownParts(thrown) {
  const parts = errorParts(thrown);
  if (!parts.dom && isRich(thrown)) {
    parts.log = core.loadExtScript("ext:denizen/console/errors.js").describe(thrown);
  }
  return parts;
}

// What the log says of a value that nobody caught.
function logText(thrown) {
  const parts = thrownParts(thrown);
  return parts.log ?? parts.stack ?? `${parts.name}: ${parts.message}`;
}

// Writes on what a method of an object threw of which object it tells, unless it is frozen or a DOMException.
function nameObject(thrown, id) {
  if (typeof thrown === "object" && thrown !== null && !core.isProxy(thrown) && !isDom(thrown)) {
    ReflectDefineProperty(thrown, "durableObjectId", { __proto__: null, value: id, enumerable: true, configurable: true, writable: true });
  }
}

// The error of a class that the host cannot make by itself.
function makeError(message, name, dom) {
  if (!dom) {
    switch (name) {
      case "EvalError":
        return new EvalError(message);
      case "URIError":
        return new URIError(message);
      case "AggregateError":
        return new AggregateError(new SafeArrayIterator([]), message);
    }
  }
  return new DOMException(message, name);
}

return { errorParts, logText, makeError, nameObject, thrownParts };
})();
