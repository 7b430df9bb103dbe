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
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  URIError,
} = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");

// Names of errors that need no property of their own.
const STANDARD = new SafeMap();
for (const name of ["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "AggregateError", "SuppressedError"]) {
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
      if (names[i] !== "name" && names[i] !== "message" && names[i] !== "stack" && `${names[i] >>> 0}` !== names[i]) {
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

// Before `enhanced_error_serialization` V8's text of an error crosses, in which the classes of the language alone are names.
function setByText(parts, thrown) {
  const text = textOf(thrown);
  const end = StringPrototypeIndexOf(text, ": ");
  const name = end === -1 ? text : StringPrototypeSlice(text, 0, end);
  const isClass = STANDARD.has(name);
  parts.name = isClass ? name : "Error";
  parts.message = !isClass ? text : end === -1 ? "" : StringPrototypeSlice(text, end + 2);
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
    parts.value = changed.enhanced_error_serialization ? undefined : thrown;
    return parts;
  }
  const stack = read(thrown, "stack");
  const name = read(thrown, "name");
  if (changed.enhanced_error_serialization && !dom) {
    setByText(parts, thrown);
  } else {
    const message = read(thrown, "message");
    parts.name = typeof name === "string" ? name : "Error";
    parts.message = typeof message === "string" ? message : "";
  }
  parts.dom = dom;
  parts.stack = typeof stack === "string" ? stack : undefined;
  parts.props = ownMembers(thrown);
  if (dom) {
    // A copy has its own.
    delete parts.props?.code;
  } else if (!changed.enhanced_error_serialization && typeof name !== "symbol" && !STANDARD.has(name)) {
    parts.props = { name, ...parts.props };
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

// A DOMException, or the error of a class that the host cannot make by itself.
function makeError(message, name, dom) {
  if (dom) {
    return new DOMException(message, name);
  }
  if (name === "SuppressedError") {
    const { SuppressedError } = core.loadExtScript("ext:denizen/actor/values.js").ERRORS;
    const error = new SuppressedError(undefined, undefined, message);
    delete error.error;
    delete error.suppressed;
    return error;
  }
  if (name !== "AggregateError") {
    return name === "EvalError" ? new EvalError(message) : new URIError(message);
  }
  const error = new AggregateError(new SafeArrayIterator([]), message);
  // They come with its other members.
  delete error.errors;
  return error;
}

return { errorParts, logText, makeError, nameObject, thrownParts };
})();
