// The errors Node throws when an assertion is called wrongly: ERR_* codes with
// Node's wording. Each function returns an error and throws nothing; deciding
// that a call is wrong is the caller's.
(function () {
const { core, primordials } = __bootstrap;
const {
  ErrorCaptureStackTrace,
  JSONStringify,
  ObjectDefineProperty,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  TypeError,
} = primordials;
const { inspectShort } = core.loadExtScript("ext:denizen/node/inspect.js");

const QUOTED_VALUE_LENGTH_MAX = 28;
const QUOTED_ARGUMENT_LENGTH_MAX = 128;

// The stack names the code while `error.name` stays "TypeError": V8 composes
// the head of the stack when it is captured.
function codedTypeError(code, message) {
  const error = new TypeError(message);
  const hidden = { __proto__: null, configurable: true, enumerable: false, writable: true };
  ObjectDefineProperty(error, "name", { ...hidden, __proto__: null, value: `TypeError [${code}]` });
  ErrorCaptureStackTrace(error, codedTypeError);
  error.stack;
  delete error.name;
  ObjectDefineProperty(error, "toString", {
    ...hidden,
    __proto__: null,
    value() {
      return `${this.name} [${code}]: ${this.message}`;
    },
  });
  error.code = code;
  return error;
}

function truncated(text, lengthMax, keptLength) {
  return text.length > lengthMax ? `${StringPrototypeSlice(text, 0, keptLength)}...` : text;
}

function describeReceived(value) {
  if (value == null) return `${value}`;
  if (typeof value === "function") return `function ${value.name}`;
  if (typeof value === "object") {
    const name = value.constructor?.name;
    return name ? `an instance of ${name}` : inspectShort(value, -1);
  }
  if (typeof value === "string") {
    const shortened = truncated(value, QUOTED_VALUE_LENGTH_MAX, 25);
    const isPlain = StringPrototypeIndexOf(shortened, "'") === -1;
    return `type string (${isPlain ? `'${shortened}'` : JSONStringify(shortened)})`;
  }
  const text = truncated(inspectShort(value), QUOTED_VALUE_LENGTH_MAX, 25);
  return `type ${typeof value} (${text})`;
}

/** `wanted` completes "must be", as in "of type function". */
function invalidArgumentType(name, wanted, value) {
  return codedTypeError(
    "ERR_INVALID_ARG_TYPE",
    `The "${name}" argument must be ${wanted}. Received ${describeReceived(value)}`,
  );
}

function invalidArgumentValue(name, reason, value) {
  const text = truncated(
    inspectShort(value), QUOTED_ARGUMENT_LENGTH_MAX, QUOTED_ARGUMENT_LENGTH_MAX,
  );
  return codedTypeError("ERR_INVALID_ARG_VALUE", `The argument '${name}' ${reason}. Received ${text}`);
}

function ambiguousArgument(name, reason) {
  return codedTypeError("ERR_AMBIGUOUS_ARGUMENT", `The "${name}" argument is ambiguous. ${reason}`);
}

function invalidReturnValue(wanted, functionName, value) {
  return codedTypeError(
    "ERR_INVALID_RETURN_VALUE",
    `Expected ${wanted} to be returned from the "${functionName}" function but got ` +
      `${describeReceived(value)}.`,
  );
}

function missingArguments(first, second) {
  return codedTypeError(
    "ERR_MISSING_ARGS",
    `The "${first}" and "${second}" arguments must be specified`,
  );
}

return {
  ambiguousArgument,
  invalidArgumentType,
  invalidArgumentValue,
  invalidReturnValue,
  missingArguments,
};
})();
