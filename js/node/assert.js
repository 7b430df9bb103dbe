// `node:assert`: the assertions themselves, as Node 20 has them, plus
// partialDeepStrictEqual. It decides what passes and what a failure is called;
// how values compare is assert/deep_equal.js, how a failure reads is
// assert/assertion_error.js, and misuse is assert/argument_errors.js.
//
// Absent on purpose: CallTracker (deprecated, gone from later Node versions)
// and the deprecation warning of fail() with several arguments.
//
// Arguments are never spread and lists never iterated here: both would run
// `Array.prototype[Symbol.iterator]`, which user code may have replaced.
(function () {
const { core, primordials } = __bootstrap;
const { isPromise, isRegExp } = core;
const {
  ArrayPrototypePush,
  Error,
  FunctionPrototypeCall,
  NumberIsNaN,
  ObjectAssign,
  ObjectDefineProperty,
  ObjectIs,
  ObjectKeys,
  ObjectPrototypeIsPrototypeOf,
  RegExpPrototypeExec,
  String,
} = primordials;
const { inspectShort, isError } = core.loadExtScript("ext:denizen/node/inspect.js");
const { AssertionError } = core.loadExtScript("ext:denizen/node/assert/assertion_error.js");
const { isDeepEqual, isDeepStrictEqual, isPartialStrictEqual } = core.loadExtScript(
  "ext:denizen/node/assert/deep_equal.js",
);
const {
  ambiguousArgument,
  invalidArgumentType,
  invalidArgumentValue,
  invalidReturnValue,
  missingArguments,
} = core.loadExtScript("ext:denizen/node/assert/argument_errors.js");

const FUNCTION_OR_REGEXP = "of type function or an instance of RegExp";
const EXPECTED_ERROR_TYPES = "of type function or an instance of Error, RegExp, or Object";
const NO_EXCEPTION = { __proto__: null };

const isObject = (value) => typeof value === "object" && value !== null;
const matches = (regexp, text) => RegExpPrototypeExec(regexp, text) !== null;

/** Throws the failure, or the error the caller passed in place of a message. */
function failWith(actual, expected, message, operator, stackStartFn) {
  if (isError(message)) throw message;
  throw new AssertionError({ __proto__: null, actual, expected, message, operator, stackStartFn });
}

/** Throws a failure whose message is ours although it is passed as text. */
function failGenerated(actual, expected, message, operator, stackStartFn) {
  const error = new AssertionError({
    __proto__: null, actual, expected, message, operator, stackStartFn,
  });
  error.generatedMessage = true;
  throw error;
}

// Node quotes the source of the failing call here. Sources are out of reach in
// this runtime, so the message is the one Node falls back to, `0 == true`.
function expectTruthy(stackStartFn, argumentCount, value, message) {
  if (value) return;
  if (argumentCount === 0) {
    failGenerated(
      value, true, "No value argument passed to `assert.ok()`", "==", stackStartFn,
    );
  }
  failWith(value, true, message ?? undefined, "==", stackStartFn);
}

function assert(value, message) {
  expectTruthy(assert, arguments.length, value, message);
}

function ok(value, message) {
  expectTruthy(ok, arguments.length, value, message);
}

function fail(actual, expected, message, operator, stackStartFn) {
  const count = arguments.length;
  if (count <= 1 && actual == null) {
    failGenerated(actual, expected, "Failed", "fail", fail);
  }
  if (count === 1) failWith(undefined, undefined, actual, "fail", fail);
  const name = count === 2 ? "!=" : operator === undefined ? "fail" : operator;
  failWith(actual, expected, message, name, stackStartFn || fail);
}

/** Makes an assertion on two values that fails unless `holds(actual, expected)`. */
function comparison(name, operator, holds) {
  const assertion = function (actual, expected, message) {
    if (arguments.length < 2) throw missingArguments("actual", "expected");
    if (!holds(actual, expected)) failWith(actual, expected, message, operator, assertion);
  };
  ObjectDefineProperty(assertion, "name", { __proto__: null, value: name, configurable: true });
  return assertion;
}

const isLooselyEqual = (a, b) => a == b || (NumberIsNaN(a) && NumberIsNaN(b));

const equal = comparison("equal", "==", isLooselyEqual);
const notEqual = comparison("notEqual", "!=", (a, b) => !isLooselyEqual(a, b));
const deepEqual = comparison("deepEqual", "deepEqual", isDeepEqual);
const notDeepEqual = comparison("notDeepEqual", "notDeepEqual", (a, b) => !isDeepEqual(a, b));
const strictEqual = comparison("strictEqual", "strictEqual", ObjectIs);
const notStrictEqual = comparison("notStrictEqual", "notStrictEqual", (a, b) => !ObjectIs(a, b));
const deepStrictEqual = comparison("deepStrictEqual", "deepStrictEqual", isDeepStrictEqual);
const notDeepStrictEqual = comparison(
  "notDeepStrictEqual", "notDeepStrictEqual", (a, b) => !isDeepStrictEqual(a, b),
);
const partialDeepStrictEqual = comparison(
  "partialDeepStrictEqual", "partialDeepStrictEqual", isPartialStrictEqual,
);

/** The checked keys of one side, under a class name the diff shows. */
class Comparison {
  constructor(source, keys, actual) {
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (!(key in source)) continue;
      // A pattern that holds is shown as the text it holds for, so that only
      // real differences appear in the diff.
      const holds = actual !== undefined && typeof actual[key] === "string" &&
        isRegExp(source[key]) && matches(source[key], actual[key]);
      this[key] = holds ? actual[key] : source[key];
    }
  }
}

function expectErrorKey(actual, expected, key, keys, message, stackStartFn) {
  const pattern = expected[key];
  if (typeof actual[key] === "string" && isRegExp(pattern) && matches(pattern, actual[key])) return;
  if (key in actual && isDeepStrictEqual(actual[key], pattern)) return;
  if (message) failWith(actual, expected, message, stackStartFn.name, stackStartFn);
  const error = new AssertionError({
    __proto__: null,
    actual: new Comparison(actual, keys),
    expected: new Comparison(expected, keys, actual),
    operator: "deepStrictEqual",
    stackStartFn,
  });
  error.actual = actual;
  error.expected = expected;
  error.operator = stackStartFn.name;
  throw error;
}

function expectErrorLike(actual, expected, message, stackStartFn) {
  if (!isObject(actual)) {
    const error = new AssertionError({
      __proto__: null, actual, expected, message, operator: "deepStrictEqual", stackStartFn,
    });
    error.operator = stackStartFn.name;
    throw error;
  }
  const keys = ObjectKeys(expected);
  if (isError(expected)) ArrayPrototypePush(keys, "name", "message");
  else if (keys.length === 0) {
    throw invalidArgumentValue("error", "may not be an empty object", expected);
  }
  for (let i = 0; i < keys.length; i++) {
    expectErrorKey(actual, expected, keys[i], keys, message, stackStartFn);
  }
}

function mismatchOfClass(actual, expected) {
  const head = `The error is expected to be an instance of "${expected.name}". Received `;
  if (!isError(actual)) return `${head}"${inspectShort(actual, -1)}"`;
  return `${head}"${actual.constructor?.name || actual.name}"\n\nError message:\n\n${actual.message}`;
}

function mismatchOfValidation(actual, expected, result) {
  const name = expected.name ? `"${expected.name}" ` : "";
  const text = `The ${name}validation function is expected to return "true". ` +
    `Received ${inspectShort(result)}`;
  return isError(actual) ? `${text}\n\nCaught error:\n\n${actual}` : text;
}

/** Checks a thrown value against a class, pattern, object or function. */
function expectException(actual, expected, message, stackStartFn) {
  let mismatch;
  if (isRegExp(expected)) {
    const text = String(actual);
    if (matches(expected, text)) return;
    mismatch = `The input did not match the regular expression ${inspectShort(expected)}. ` +
      `Input:\n\n${inspectShort(text)}\n`;
  } else if (typeof expected !== "function") {
    expectErrorLike(actual, expected, message, stackStartFn);
    return;
  } else if (expected.prototype !== undefined && actual instanceof expected) {
    return;
  } else if (ObjectPrototypeIsPrototypeOf(Error, expected) || expected === Error) {
    mismatch = mismatchOfClass(actual, expected);
  } else {
    const result = FunctionPrototypeCall(expected, {}, actual);
    if (result === true) return;
    mismatch = mismatchOfValidation(actual, expected, result);
  }
  // An error given as message is only quoted here; as in Node, it is not thrown.
  if (message) failWith(actual, expected, String(message), stackStartFn.name, stackStartFn);
  failGenerated(actual, expected, mismatch, stackStartFn.name, stackStartFn);
}

function exceptionOf(fn) {
  if (typeof fn !== "function") throw invalidArgumentType("fn", "of type function", fn);
  try {
    fn();
  } catch (error) {
    return error;
  }
  return NO_EXCEPTION;
}

function isThenable(value) {
  return isPromise(value) ||
    (isObject(value) && typeof value.then === "function" && typeof value.catch === "function");
}

async function rejectionOf(promiseFn) {
  let promise = promiseFn;
  if (typeof promiseFn === "function") {
    promise = promiseFn();
    if (!isThenable(promise)) throw invalidReturnValue("instance of Promise", "promiseFn", promise);
  } else if (!isThenable(promiseFn)) {
    throw invalidArgumentType(
      "promiseFn", "of type function or an instance of Promise", promiseFn,
    );
  }
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return NO_EXCEPTION;
}

// `throws(fn, "text")` could mean a message or an expected error. It is a
// message, unless it equals the error's own text, where both readings apply.
function refuseAmbiguousText(actual, text) {
  if (isObject(actual)) {
    if (actual.message === text) {
      throw ambiguousArgument(
        "error/message", `The error message "${actual.message}" is identical to the message.`,
      );
    }
  } else if (actual === text) {
    throw ambiguousArgument("error/message", `The error "${actual}" is identical to the message.`);
  }
}

function expectsError(stackStartFn, actual, argumentCount, expected, message) {
  if (typeof expected === "string") {
    if (argumentCount >= 3) throw invalidArgumentType("error", EXPECTED_ERROR_TYPES, expected);
    refuseAmbiguousText(actual, expected);
    message = expected;
    expected = undefined;
  } else if (expected != null && typeof expected !== "object" && typeof expected !== "function") {
    throw invalidArgumentType("error", EXPECTED_ERROR_TYPES, expected);
  }
  if (actual === NO_EXCEPTION) {
    const name = expected?.name ? ` (${expected.name})` : "";
    const kind = stackStartFn === rejects ? "rejection" : "exception";
    const text = `Missing expected ${kind}${name}${message ? `: ${message}` : "."}`;
    failWith(undefined, expected, text, stackStartFn.name, stackStartFn);
  }
  if (expected) expectException(actual, expected, message, stackStartFn);
}

function isUnwanted(actual, expected) {
  if (typeof expected !== "function") {
    if (isRegExp(expected)) return matches(expected, String(actual));
    throw invalidArgumentType("expected", FUNCTION_OR_REGEXP, expected);
  }
  if (expected.prototype !== undefined && actual instanceof expected) return true;
  if (ObjectPrototypeIsPrototypeOf(Error, expected)) return false;
  return FunctionPrototypeCall(expected, {}, actual) === true;
}

function expectsNoError(stackStartFn, actual, expected, message) {
  if (actual === NO_EXCEPTION) return;
  if (typeof expected === "string") {
    message = expected;
    expected = undefined;
  }
  if (expected && !isUnwanted(actual, expected)) throw actual;
  const kind = stackStartFn === doesNotReject ? "rejection" : "exception";
  const text = `Got unwanted ${kind}${message ? `: ${message}` : "."}\n` +
    `Actual message: "${actual && actual.message}"`;
  failWith(actual, expected, text, stackStartFn.name, stackStartFn);
}

function throws(fn, error, message) {
  expectsError(throws, exceptionOf(fn), arguments.length, error, message);
}

async function rejects(promiseFn, error, message) {
  expectsError(rejects, await rejectionOf(promiseFn), arguments.length, error, message);
}

function doesNotThrow(fn, error, message) {
  expectsNoError(doesNotThrow, exceptionOf(fn), error, message);
}

async function doesNotReject(promiseFn, error, message) {
  expectsNoError(doesNotReject, await rejectionOf(promiseFn), error, message);
}

function ifError(value) {
  if (value == null) return;
  let text;
  if (isObject(value) && typeof value.message === "string") {
    text = value.message.length === 0 && value.constructor ? value.constructor.name : value.message;
  } else {
    text = inspectShort(value);
  }
  failWith(value, null, `ifError got unwanted exception: ${text}`, "ifError", ifError);
}

function expectMatch(text, regexp, message, wanted, stackStartFn) {
  if (!isRegExp(regexp)) throw invalidArgumentType("regexp", "an instance of RegExp", regexp);
  if (typeof text === "string" && matches(regexp, text) === wanted) return;
  if (message) failWith(text, regexp, message, stackStartFn.name, stackStartFn);
  const rendered = inspectShort(text);
  const verb = wanted ? "The input did not match" : "The input was expected to not match";
  const mismatch = typeof text === "string"
    ? `${verb} the regular expression ${inspectShort(regexp)}. Input:\n\n${rendered}\n`
    : `The "string" argument must be of type string. Received type ${typeof text} (${rendered})`;
  failGenerated(text, regexp, mismatch, stackStartFn.name, stackStartFn);
}

function match(string, regexp, message) {
  expectMatch(string, regexp, message, true, match);
}

function doesNotMatch(string, regexp, message) {
  expectMatch(string, regexp, message, false, doesNotMatch);
}

function strict(value, message) {
  expectTruthy(strict, arguments.length, value, message);
}

const surface = {
  AssertionError,
  deepEqual,
  deepStrictEqual,
  doesNotMatch,
  doesNotReject,
  doesNotThrow,
  equal,
  fail,
  ifError,
  match,
  notDeepEqual,
  notDeepStrictEqual,
  notEqual,
  notStrictEqual,
  ok,
  partialDeepStrictEqual,
  rejects,
  strict,
  strictEqual,
  throws,
};
ObjectAssign(assert, surface);
ObjectAssign(strict, surface, {
  deepEqual: deepStrictEqual,
  equal: strictEqual,
  notDeepEqual: notDeepStrictEqual,
  notEqual: notStrictEqual,
});

return { default: assert, assert, ...surface };
})();
