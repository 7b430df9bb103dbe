// Errors of the `node:` modules: ERR_* codes with the wording of workerd, and the checks of arguments that throw them.
//
// Owns texts and shapes of errors. It must not know which module throws.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypeIndexOf,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  ArrayPrototypeSplice,
  BigInt,
  Error,
  MathAbs,
  NumberIsInteger,
  NumberMAX_SAFE_INTEGER,
  NumberMIN_SAFE_INTEGER,
  ObjectAssign,
  ObjectDefineProperty,
  RangeError,
  RegExpPrototypeTest,
  SafeMap,
  String,
  StringPrototypeIncludes,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  StringPrototypeToLowerCase,
  SyntaxError,
  TypeError,
} = primordials;
const { inspectShort } = core.loadExtScript("ext:denizen/node/inspect.js");

const TYPES = ["string", "function", "number", "object", "Function", "Object", "boolean", "bigint", "symbol"];
const CLASS_NAME = /^([A-Z][a-z0-9]*)+$/;
const PRINTED_MAX = 28;

function text() {
  return `${this.name} [${this.code}]: ${this.message}`;
}

// workerd has a class of its own for many codes.
const classes = new SafeMap();
function classOf(Base, code) {
  const name = StringPrototypeStartsWith(code, "ERR_") ? code : `ERR_${code}`;
  let made = classes.get(name);
  if (made === undefined) {
    made = { [name]: class extends Base {} }[name];
    classes.set(name, made);
  }
  return made;
}

// Members of an error of workerd's are enumerable; `toString` is one on some classes and inherited on others.
function coded(Base, code, message, ownText) {
  const error = ownText ? new Base(message) : new (classOf(Base, code))(message);
  error.code = code;
  error.name = Base === TypeError ? "TypeError" : Base === RangeError ? "RangeError" : Base === SyntaxError ? "SyntaxError" : "Error";
  if (ownText) {
    error.toString = text;
  } else if (Base !== RangeError) {
    ObjectDefineProperty(error, "toString", { __proto__: null, value: text, configurable: true, enumerable: false, writable: true });
  }
  return error;
}

class NodeErrorAbstraction extends Error {}
ObjectDefineProperty(NodeErrorAbstraction.prototype, "toString", { __proto__: null, value: text, configurable: true, enumerable: false, writable: true });
// The class of codes that have none of their own.
class NodeError extends NodeErrorAbstraction {
  constructor(code, message) {
    super(message);
    this.code = code;
    this.name = "Error";
  }
}
// What a request ends with whose connection is gone. There is no connection to tell of.
class ConnResetException extends NodeError {
  constructor(message) {
    super("ECONNRESET", message);
    ObjectAssign(this, { path: undefined, host: undefined, port: undefined, localAddress: undefined });
  }
}

const nodeError = (code, message) => coded(Error, code, message, false);
const nodeTypeError = (code, message) => coded(TypeError, code, message, true);
const nodeRangeError = (code, message) => coded(RangeError, code, message, true);

function received(value) {
  if (value === null || value === undefined) {
    return ` Received ${value}`;
  }
  if (typeof value === "function" && value.name) {
    return ` Received function ${value.name}`;
  }
  if (typeof value === "object") {
    const name = value.constructor?.name;
    return name ? ` Received an instance of ${name}` : ` Received ${inspectShort(value, -1)}`;
  }
  let printed = inspectShort(value);
  if (printed.length > PRINTED_MAX) {
    printed = `${StringPrototypeSlice(printed, 0, 25)}...`;
  }
  return ` Received type ${typeof value} (${printed})`;
}

function listed(items, word) {
  const count = items.length;
  if (count > 2) {
    return `${ArrayPrototypeJoin(ArrayPrototypeSlice(items, 0, count - 1), ", ")}, ${word} ${items[count - 1]}`;
  }
  return count === 2 ? `${items[0]} ${word} ${items[1]}` : items[0];
}

function wantedText(expected) {
  const wanted = ArrayIsArray(expected) ? expected : [expected];
  const types = [];
  const instances = [];
  const others = [];
  for (let i = 0; i < wanted.length; i++) {
    const value = wanted[i];
    if (ArrayPrototypeIncludes(TYPES, value)) {
      ArrayPrototypePush(types, StringPrototypeToLowerCase(value));
    } else if (RegExpPrototypeTest(CLASS_NAME, value)) {
      ArrayPrototypePush(instances, value);
    } else {
      ArrayPrototypePush(others, value);
    }
  }
  // Beside classes, objects are said to be instances.
  const object = instances.length > 0 ? ArrayPrototypeIndexOf(types, "object") : -1;
  if (object >= 0) {
    ArrayPrototypeSplice(types, object, 1);
    ArrayPrototypePush(instances, "Object");
  }
  let out = "";
  if (types.length > 0) {
    out += types.length === 1 ? `of type ${types[0]}` : `one of type ${listed(types, "or")}`;
    out += instances.length > 0 || others.length > 0 ? " or " : "";
  }
  if (instances.length > 0) {
    out += `an instance of ${listed(instances, "or")}`;
    out += others.length > 0 ? " or " : "";
  }
  if (others.length > 1) {
    out += `one of ${listed(others, "or")}`;
  } else if (others.length === 1) {
    out += StringPrototypeToLowerCase(others[0]) !== others[0] ? `an ${others[0]}` : others[0];
  }
  return out;
}

/** ERR_INVALID_ARG_TYPE: `expected` is one name of a type or class, or several. */
function invalidArgType(name, expected, value) {
  const kind = StringPrototypeIncludes(name, ".") ? "property" : "argument";
  return nodeTypeError("ERR_INVALID_ARG_TYPE", `The "${name}" ${kind} must be ${wantedText(expected)}.${received(value)}`);
}

function invalidArgText(name, value, reason) {
  let printed = inspectShort(value);
  if (printed.length > 128) {
    printed = `${StringPrototypeSlice(printed, 0, 128)}...`;
  }
  const kind = StringPrototypeIncludes(name, ".") ? "property" : "argument";
  return `The ${kind} '${name}' ${reason}. Received ${printed}`;
}

const invalidArgValue = (name, value, reason = "is invalid") => nodeTypeError("ERR_INVALID_ARG_VALUE", invalidArgText(name, value, reason));
const invalidArgValueRange = (name, value, reason = "is invalid") => nodeRangeError("ERR_INVALID_ARG_VALUE", invalidArgText(name, value, reason));

// Groups of three digits, as Node prints large numbers.
function separated(digits) {
  let out = "";
  let end = digits.length;
  const start = StringPrototypeStartsWith(digits, "-") ? 1 : 0;
  for (; end >= start + 4; end -= 3) {
    out = `_${StringPrototypeSlice(digits, end - 3, end)}${out}`;
  }
  return `${StringPrototypeSlice(digits, 0, end)}${out}`;
}

/** ERR_OUT_OF_RANGE. */
function outOfRange(name, range, value) {
  let printed;
  if (typeof value === "bigint") {
    const big = value > BigInt(2 ** 32) || value < -BigInt(2 ** 32);
    printed = `${big ? separated(String(value)) : String(value)}n`;
  } else if (typeof value === "number" && NumberIsInteger(value) && MathAbs(value) > 2 ** 32) {
    printed = separated(String(value));
  } else {
    printed = inspectShort(value);
  }
  return coded(RangeError, "ERR_OUT_OF_RANGE", `The value of "${name}" is out of range. It must be ${range}. Received ${printed}`, false);
}

class AbortError extends Error {
  constructor(message = "The operation was aborted", options = undefined) {
    super(message, options);
    this.code = "ABORT_ERR";
    this.name = "AbortError";
  }
}

const unknownEncoding = (encoding) => nodeTypeError("ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
const outOfBounds = (name) => nodeRangeError("ERR_BUFFER_OUT_OF_BOUNDS", name ? `"${name}" is outside of buffer bounds` : "Attempt to access memory outside buffer bounds");
const missingArgs = (wanted) => nodeTypeError("ERR_MISSING_ARGS", wanted);
const methodNotImplemented = (name) => nodeError("ERR_METHOD_NOT_IMPLEMENTED", `The ${name} is not implemented`);

function validateString(value, name) {
  if (typeof value !== "string") throw invalidArgType(name, "string", value);
}
function validateFunction(value, name) {
  if (typeof value !== "function") throw invalidArgType(name, "Function", value);
}
function validateBoolean(value, name) {
  if (typeof value !== "boolean") throw invalidArgType(name, "boolean", value);
}
function validateNumber(value, name, min = undefined, max = undefined) {
  if (typeof value !== "number") throw invalidArgType(name, "number", value);
  if ((min !== undefined && value < min) || (max !== undefined && value > max) || ((min !== undefined || max !== undefined) && value !== value)) {
    throw outOfRange(name, `${min !== undefined ? `>= ${min}` : ""}${min !== undefined && max !== undefined ? " && " : ""}${max !== undefined ? `<= ${max}` : ""}`, value);
  }
}
function validateInteger(value, name, min = NumberMIN_SAFE_INTEGER, max = NumberMAX_SAFE_INTEGER) {
  if (typeof value !== "number") throw invalidArgType(name, "number", value);
  if (!NumberIsInteger(value)) throw outOfRange(name, "an integer", value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}
const validateInt32 = (value, name, min = -2147483648, max = 2147483647) => validateInteger(value, name, min, max);
function validateUint32(value, name, positive = false) {
  validateInteger(value, name);
  const min = positive ? 1 : 0;
  if (value < min || value > 4294967295) throw outOfRange(name, `>= ${min} && < 4294967296`, value);
}
function validateObject(value, name, { allowArray = false, allowFunction = false, nullable = false } = { __proto__: null }) {
  if ((!nullable && value === null) || (!allowArray && ArrayIsArray(value)) || (typeof value !== "object" && (!allowFunction || typeof value !== "function"))) {
    throw invalidArgType(name, "Object", value);
  }
}
function validateArray(value, name, minLength = 0) {
  if (!ArrayIsArray(value)) throw invalidArgType(name, "Array", value);
  if (value.length < minLength) throw invalidArgValue(name, value, `must be longer than ${minLength}`);
}
function validateOneOf(value, name, allowed) {
  if (!ArrayPrototypeIncludes(allowed, value)) {
    let out = "";
    for (let i = 0; i < allowed.length; i++) {
      out += `${i > 0 ? ", " : ""}${typeof allowed[i] === "string" ? `'${allowed[i]}'` : String(allowed[i])}`;
    }
    throw invalidArgValue(name, value, `must be one of: ${out}`);
  }
}
function validateAbortSignal(signal, name) {
  if (signal !== undefined && (signal === null || typeof signal !== "object" || !("aborted" in signal))) {
    throw invalidArgType(name, "AbortSignal", signal);
  }
}

return {
  AbortError, ConnResetException, NodeError, invalidArgType, invalidArgValue, invalidArgValueRange, methodNotImplemented, missingArgs, nodeError,
  nodeRangeError, nodeTypeError, outOfBounds, outOfRange, received, unknownEncoding, validateAbortSignal, validateArray,
  validateBoolean, validateFunction, validateInt32, validateInteger, validateNumber, validateObject, validateOneOf,
  validateString, validateUint32,
};
})();
