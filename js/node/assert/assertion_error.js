// AssertionError and the text of its generated messages, the line diff
// included. It knows the operators by name only: that an assertion failed has
// been decided before an error is made.
//
// The diff is the one of Node 20: lines are compared position by position, so
// an inserted line makes all following ones differ.
(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray,
  ArrayPrototypeJoin,
  ArrayPrototypePop,
  Error,
  ErrorCaptureStackTrace,
  MathMax,
  ObjectDefineProperty,
  ObjectGetPrototypeOf,
  ObjectKeys,
  ObjectPrototypeHasOwnProperty,
  String,
  StringPrototypeEndsWith,
  StringPrototypeRepeat,
  StringPrototypeSlice,
} = primordials;
const { inspect, isError, splitLines } = core.loadExtScript("ext:denizen/node/inspect.js");
const { invalidArgumentType } = core.loadExtScript("ext:denizen/node/assert/argument_errors.js");

const HEADLINES = {
  __proto__: null,
  deepStrictEqual: "Expected values to be strictly deep-equal:",
  partialDeepStrictEqual: "Expected values to be partially and strictly deep-equal:",
  strictEqual: "Expected values to be strictly equal:",
  strictEqualObject: 'Expected "actual" to be reference-equal to "expected":',
  deepEqual: "Expected values to be loosely deep-equal:",
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notStrictEqualObject: 'Expected "actual" not to be reference-equal to "expected":',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
  notDeepEqualUnequal: "Expected values not to be loosely deep-equal:",
  notIdentical: "Values have same structure but are not reference-equal:",
};
// Two primitives of at most this many characters together share one line.
const SHORT_PAIR_LENGTH_MAX = 12;
const CARET_WIDTH_MAX = 80;
const VALUE_LINES_MAX = 50;
const DIFF_LINES_MAX = 50;
const EQUAL_TAIL_LINES_MAX = 3;

const isObject = (value) => typeof value === "object" && value !== null;
const isReference = (value) => isObject(value) || typeof value === "function";

/** Cuts a rendered value to what is worth reading. */
function shortenLines(lines) {
  if (lines.length <= VALUE_LINES_MAX) return lines;
  lines[46] = "...";
  while (lines.length > 47) ArrayPrototypePop(lines);
  return lines;
}

// The last line of a list has no comma, which alone makes no difference.
function isSameButComma(a, b) {
  return StringPrototypeEndsWith(a, ",") && StringPrototypeSlice(a, 0, -1) === b;
}

/** Two single lines: `1 !== 2`, or a caret under the first difference. */
function singleLineDiff(actual, expected, actualLine, expectedLine, operator, headline) {
  const width = actualLine.length + expectedLine.length;
  if (width <= SHORT_PAIR_LENGTH_MAX) {
    const zeros = actual === 0 && expected === 0;
    if (isObject(actual) || isObject(expected) || zeros) return { text: undefined, caret: "" };
    return { text: `${headline}\n\n${actualLine} !== ${expectedLine}\n`, caret: "" };
  }
  if (operator === "strictEqualObject" || width >= CARET_WIDTH_MAX) return { text: undefined, caret: "" };
  let column = 0;
  while (actualLine[column] === expectedLine[column]) column++;
  const caret = column > 2 ? `\n  ${StringPrototypeRepeat(" ", column)}^` : "";
  return { text: undefined, caret };
}

/** Removes the lines both end with and returns the text that stands for them. */
function takeEqualTail(actualLines, expectedLines) {
  let text = "";
  let first;
  let count = 0;
  for (;;) {
    const last = actualLines[actualLines.length - 1];
    if (last !== expectedLines[expectedLines.length - 1]) break;
    if (count++ < EQUAL_TAIL_LINES_MAX) text = `\n  ${last}${text}`;
    else first = last;
    ArrayPrototypePop(actualLines);
    ArrayPrototypePop(expectedLines);
    if (actualLines.length === 0 || expectedLines.length === 0) break;
  }
  const skipped = count > EQUAL_TAIL_LINES_MAX + 1;
  if (skipped) text = `\n...${text}`;
  if (first !== undefined) text = `\n  ${first}${text}`;
  return { text, skipped };
}

/**
 * Walks both lists position by position. Runs of differing lines collect in
 * `removed` so that all "+" lines precede the "-" lines of the same run.
 */
function walkLines(actualLines, expectedLines) {
  const count = MathMax(actualLines.length, expectedLines.length);
  const longer = actualLines.length < count ? expectedLines : actualLines;
  let text = "";
  let removed = "";
  let equalRun = 0;
  let printed = 0;
  let skipped = false;

  // Of a run of equal lines the first two are printed at once, the last two
  // here, and what lies between is left out unless it is a single line.
  const endEqualRun = (lines, position) => {
    if (equalRun > 4) {
      if (equalRun === 5) {
        text += `\n  ${lines[position - 3]}`;
        printed++;
      } else {
        text += "\n...";
        skipped = true;
      }
    }
    if (equalRun > 3) {
      text += `\n  ${lines[position - 2]}`;
      printed++;
    }
    if (equalRun > 2) {
      text += `\n  ${lines[position - 1]}`;
      printed++;
    }
    equalRun = 0;
  };

  for (let i = 0; i < count; i++) {
    let actualLine = actualLines[i];
    const expectedLine = expectedLines[i];
    if (actualLine === undefined || expectedLine === undefined) {
      endEqualRun(longer, i);
      if (actualLine === undefined) removed += `\n- ${expectedLine}`;
      else text += `\n+ ${actualLine}`;
      printed++;
    } else {
      const gainsComma = isSameButComma(expectedLine, actualLine);
      if (gainsComma) actualLine += ",";
      if (actualLine !== expectedLine && !isSameButComma(actualLine, expectedLine)) {
        endEqualRun(actualLines, i);
        text += `\n+ ${actualLine}`;
        removed += `\n- ${expectedLine}`;
        printed += 2;
      } else {
        text += removed;
        removed = "";
        equalRun++;
        if (equalRun <= 2) {
          text += `\n  ${actualLine}`;
          printed++;
        }
      }
    }
    if (printed > DIFF_LINES_MAX && i < count - 2) {
      return { text: `${text}\n...${removed}\n...`, skipped: true, complete: false };
    }
  }
  return { text: text + removed, skipped, complete: true };
}

/** A given `message` takes the place of the headline; the diff stays. */
function diffMessage(actual, expected, operator, message) {
  const actualLines = splitLines(inspect(actual));
  const expectedLines = splitLines(inspect(expected));
  if (
    operator === "strictEqual" &&
    ((isObject(actual) && isObject(expected)) ||
      (typeof actual === "function" && typeof expected === "function"))
  ) {
    operator = "strictEqualObject";
  }
  const headline = message ? String(message) : HEADLINES[operator];

  let caret = "";
  if (actualLines.length === 1 && expectedLines.length === 1 && actualLines[0] !== expectedLines[0]) {
    const single = singleLineDiff(
      actual, expected, actualLines[0], expectedLines[0], operator, headline,
    );
    if (single.text !== undefined) return single.text;
    caret = single.caret;
  }

  const tail = takeEqualTail(actualLines, expectedLines);
  if (actualLines.length === 0 && expectedLines.length === 0) {
    const lines = shortenLines(splitLines(inspect(actual)));
    return `${HEADLINES.notIdentical}\n\n${ArrayPrototypeJoin(lines, "\n")}\n`;
  }
  const walk = walkLines(actualLines, expectedLines);
  const skipped = walk.skipped || tail.skipped ? " ... Lines skipped" : "";
  const end = walk.complete ? `${tail.text}${caret}` : "";
  return `${headline}\n+ actual - expected${skipped}\n${walk.text}${end}`;
}

function unequalMessage(actual, operator) {
  let headline = HEADLINES[operator];
  if (operator === "notStrictEqual" && isReference(actual)) headline = HEADLINES.notStrictEqualObject;
  const lines = shortenLines(splitLines(inspect(actual)));
  if (lines.length > 1) return `${headline}\n\n${ArrayPrototypeJoin(lines, "\n")}\n`;
  return `${headline}${lines[0].length > 5 ? "\n\n" : " "}${lines[0]}`;
}

function shortenText(text, lengthMax) {
  return text.length > lengthMax ? `${StringPrototypeSlice(text, 0, lengthMax - 3)}...` : text;
}

function plainMessage(actual, expected, operator) {
  const left = inspect(actual);
  const right = inspect(expected);
  const headline = HEADLINES[operator];
  if (operator === "notDeepEqual" && left === right) {
    return shortenText(`${headline}\n\n${left}`, 1024);
  }
  const first = shortenText(left, 512);
  const second = shortenText(right, 512);
  if (operator === "deepEqual") {
    return `${headline}\n\n${first}\n\nshould loosely deep-equal\n\n${second}`;
  }
  if (operator === "notDeepEqual") {
    return `${HEADLINES.notDeepEqualUnequal}\n\n${first}\n\nshould not loosely deep-equal\n\n${second}`;
  }
  return `${first} ${operator} ${second}`;
}

// Two errors differ by class, message and properties; their stacks, always
// different, would only bury that.
function withoutStack(error) {
  const copy = { __proto__: ObjectGetPrototypeOf(error) };
  const keys = ObjectKeys(error);
  for (let i = 0; i < keys.length; i++) copy[keys[i]] = error[keys[i]];
  const hide = (key, value) =>
    ObjectDefineProperty(copy, key, { __proto__: null, value, configurable: true, writable: true });
  hide("message", error.message);
  if (ObjectPrototypeHasOwnProperty(error, "cause")) hide("cause", error.cause);
  hide("stack", undefined);
  return copy;
}

function messageOf(actual, expected, operator, message) {
  const hasDiff = operator === "strictEqual" || operator === "deepStrictEqual" ||
    operator === "partialDeepStrictEqual";
  if (message != null && !hasDiff) return String(message);
  if (isError(actual) && isError(expected)) {
    actual = withoutStack(actual);
    expected = withoutStack(expected);
  }
  if (hasDiff) return diffMessage(actual, expected, operator, message);
  if (operator === "notDeepStrictEqual" || operator === "notStrictEqual") {
    return unequalMessage(actual, operator);
  }
  return plainMessage(actual, expected, operator);
}

/** What every failing assertion throws. */
class AssertionError extends Error {
  constructor(options) {
    if (!isObject(options) || ArrayIsArray(options)) {
      throw invalidArgumentType("options", "of type object", options);
    }
    const { message, operator, actual, expected } = options;
    super(messageOf(actual, expected, operator, message));
    this.generatedMessage = !message;
    // The name carries the code only while the stack, which quotes it, is made.
    const name = { __proto__: null, configurable: true, enumerable: false, writable: true };
    name.value = "AssertionError [ERR_ASSERTION]";
    ObjectDefineProperty(this, "name", name);
    this.code = "ERR_ASSERTION";
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
    ErrorCaptureStackTrace(this, options.stackStartFn ?? options.stackStartFunction);
    this.stack;
    this.name = "AssertionError";
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}

return { AssertionError };
})();
