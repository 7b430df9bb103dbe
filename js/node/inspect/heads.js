// What stands before the braces of a printed object: prefixes like
// "Foo(2) [Map]", and the text of functions, errors and boxed primitives. Also
// which keys are listed. It never prints the value of a property.
(function () {
const { core, primordials } = __bootstrap;
const { op_node_named_keys } = core.ops;
const {
  isAsyncFunction,
  isBigIntObject,
  isBooleanObject,
  isGeneratorFunction,
  isNativeError,
  isNumberObject,
  isStringObject,
  isSymbolObject,
} = core;
const {
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypeIndexOf,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  ArrayPrototypeSplice,
  BigIntPrototypeValueOf,
  BooleanPrototypeValueOf,
  ErrorPrototype,
  ErrorPrototypeToString,
  FunctionPrototypeToString,
  NumberPrototypeValueOf,
  ObjectGetOwnPropertySymbols,
  ObjectGetPrototypeOf,
  ObjectKeys,
  ObjectPrototypeHasOwnProperty,
  ObjectPrototypeIsPrototypeOf,
  ObjectPrototypePropertyIsEnumerable,
  RegExpPrototypeExec,
  String,
  StringPrototypeEndsWith,
  StringPrototypeIncludes,
  StringPrototypeIndexOf,
  StringPrototypeRepeat,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  StringPrototypeValueOf,
  SymbolPrototypeToString,
  SymbolPrototypeValueOf,
} = primordials;
const {
  formatPrimitive,
  splitLines,
} = core.loadExtScript("ext:denizen/node/inspect/text.js");

const ERROR_HEAD = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n\s+at)/;
const ERROR_NAME_ALONE = /^([a-z_A-Z0-9-]*Error)$/;

/** `instanceof`, false where that throws. */
function isInstance(value, constructor) {
  try {
    return value instanceof constructor;
  } catch {
    return false;
  }
}

/** What stands for a value inside itself, or undefined; the printer notes that it has to be numbered. */
function circularMark(ctx, value) {
  if (!ArrayPrototypeIncludes(ctx.seen, value)) return undefined;
  let index = ctx.circular.get(value);
  if (index === undefined) {
    index = ctx.circular.size + 1;
    ctx.circular.set(value, index);
  }
  return `[Circular *${index}]`;
}

/** Whether `value` is an error by brand or by prototype. */
function isError(value) {
  return isNativeError(value) || ObjectPrototypeIsPrototypeOf(ErrorPrototype, value);
}

/** Enumerable own keys, symbols included; `skipIndices` leaves out elements. */
function ownKeys(value, skipIndices) {
  const keys = skipIndices ? op_node_named_keys(value, false) : ObjectKeys(value);
  const symbols = ObjectGetOwnPropertySymbols(value);
  for (let i = 0; i < symbols.length; i++) {
    if (ObjectPrototypePropertyIsEnumerable(value, symbols[i]) && !isInternal(symbols[i])) ArrayPrototypePush(keys, symbols[i]);
  }
  return keys;
}

// The runtime's own state lies under symbols like "[[state]]".
function isInternal(symbol) {
  return StringPrototypeStartsWith(SymbolPrototypeToString(symbol), "Symbol([[");
}

function prefixOf(constructor, tag, fallback, size = "") {
  if (constructor === null) {
    const suffix = tag !== "" && fallback !== tag ? `[${tag}] ` : "";
    return `[${fallback}${size}: null prototype] ${suffix}`;
  }
  const suffix = tag !== "" && constructor !== tag ? `[${tag}] ` : "";
  return `${constructor}${size} ${suffix}`;
}

// `class(){}` is a method, `class {}` a class: what follows the word decides.
function isClassSource(source) {
  const found = RegExpPrototypeExec(/^class(?![\w$])\s*(.)/, source);
  return found !== null && found[1] !== "(";
}

function functionBase(value, constructor, tag) {
  const tagSuffix = tag !== "" && constructor !== tag ? ` [${tag}]` : "";
  if (isClassSource(FunctionPrototypeToString(value))) {
    const name = (ObjectPrototypeHasOwnProperty(value, "name") && value.name) || "(anonymous)";
    let base = `class ${String(name)}`;
    if (constructor !== "Function" && constructor !== null) base += ` [${constructor}]`;
    base += tagSuffix;
    const parent = constructor === null ? "null" : ObjectGetPrototypeOf(value).name;
    return parent ? `[${base} extends ${String(parent)}]` : `[${base}]`;
  }
  let type = "Function";
  if (isGeneratorFunction(value)) type = `Generator${type}`;
  if (isAsyncFunction(value)) type = `Async${type}`;
  let base = `[${type}`;
  if (constructor === null) base += " (null prototype)";
  base += value.name === "" ? " (anonymous)]" : `: ${String(value.name)}]`;
  if (constructor !== type && constructor !== null) base += ` ${constructor}`;
  return base + tagSuffix;
}

// Stacks begin with the name the error had when it was created; the class and
// the tag it has now are put in front.
function namedStack(stack, constructor, tag, name) {
  const startsWithName = StringPrototypeEndsWith(name, "Error") &&
    StringPrototypeStartsWith(stack, name) &&
    (stack.length === name.length || stack[name.length] === ":" || stack[name.length] === "\n");
  if (constructor !== null && !startsWithName) return stack;
  let fallback = "Error";
  let removed = name.length;
  if (constructor === null) {
    const start = RegExpPrototypeExec(ERROR_HEAD, stack) ??
      RegExpPrototypeExec(ERROR_NAME_ALONE, stack);
    const found = start === null ? "" : start[1];
    removed = found.length;
    fallback = found || "Error";
  }
  const prefix = StringPrototypeSlice(prefixOf(constructor, tag, fallback), 0, -1);
  if (prefix === name) return stack;
  const rest = StringPrototypeSlice(stack, removed);
  if (!StringPrototypeIncludes(prefix, name)) return `${prefix} [${name}]${rest}`;
  return removed === 0 ? `${prefix}: ${stack}` : `${prefix}${rest}`;
}

// An error's stack, or what stands for it, before its class is put in front.
function stackText(error) {
  return error.stack ? String(error.stack) : ErrorPrototypeToString(error);
}

// The stack of what `error` was caused by, from its first frame on, in lines; undefined if there is none.
function causeFrames(error) {
  try {
    const cause = error.cause;
    if (cause === null || cause === undefined || !isError(cause)) return undefined;
    const stack = stackText(cause);
    const start = StringPrototypeIndexOf(stack, "\n    at");
    return start === -1 ? undefined : splitLines(StringPrototypeSlice(stack, start + 1));
  } catch {
    return undefined;
  }
}

// `stack` without the frames, from `start` on, that its cause's repeats, but for the first and the last of them.
function foldFrames(ctx, error, stack, start) {
  const others = causeFrames(error);
  if (others === undefined) return stack;
  const lines = splitLines(StringPrototypeSlice(stack, start + 1));
  for (let i = 0; i < lines.length - 3; i++) {
    const at = ArrayPrototypeIndexOf(others, lines[i]);
    if (at === -1) continue;
    let same = 1;
    while (i + same < lines.length && at + same < others.length && lines[i + same] === others[at + same]) same++;
    if (same > 3) {
      ArrayPrototypeSplice(lines, i + 1, same - 2, ctx.stylize(`    ... ${same - 2} lines matching cause stack trace ...`, "undefined"));
      return `${StringPrototypeSlice(stack, 0, start)}\n${ArrayPrototypeJoin(lines, "\n")}`;
    }
  }
  return stack;
}

/** Text of an error; edits `keys` so that what the text shows is not repeated. */
function errorBase(ctx, error, constructor, tag, keys) {
  const name = error.name == null ? "Error" : String(error.name);
  let stack = stackText(error);
  const repeated = ["name", "message", "stack"];
  for (let i = 0; i < repeated.length && ctx.showHidden !== true; i++) {
    const index = ArrayPrototypeIndexOf(keys, repeated[i]);
    if (index === -1) continue;
    const text = error[repeated[i]];
    if (typeof text !== "string" || StringPrototypeIncludes(stack, text)) {
      ArrayPrototypeSplice(keys, index, 1);
    }
  }
  if ("cause" in error && !ArrayPrototypeIncludes(keys, "cause")) ArrayPrototypePush(keys, "cause");
  if (ArrayIsArray(error.errors) && !ArrayPrototypeIncludes(keys, "errors")) {
    ArrayPrototypePush(keys, "errors");
  }
  stack = namedStack(stack, constructor, tag, name);
  const message = typeof error.message === "string" ? error.message : "";
  const messageStart = message === "" ? -1 : StringPrototypeIndexOf(stack, message);
  const frames = messageStart === -1 ? 0 : messageStart + message.length;
  const start = StringPrototypeIndexOf(stack, "\n    at", frames);
  stack = start === -1 ? `[${stack}]` : foldFrames(ctx, error, stack, start);
  if (ctx.indentation === 0) return stack;
  return ArrayPrototypeJoin(splitLines(stack), `\n${StringPrototypeRepeat(" ", ctx.indentation)}`);
}

function boxedPrimitive(value) {
  if (isNumberObject(value)) return ["Number", NumberPrototypeValueOf(value)];
  if (isStringObject(value)) return ["String", StringPrototypeValueOf(value)];
  if (isBooleanObject(value)) return ["Boolean", BooleanPrototypeValueOf(value)];
  if (isBigIntObject(value)) return ["BigInt", BigIntPrototypeValueOf(value)];
  if (isSymbolObject(value)) return ["Symbol", SymbolPrototypeValueOf(value)];
  return undefined;
}

function boxedBase(boxed, constructor, tag) {
  const type = boxed[0];
  let base = `[${type}`;
  if (constructor === null) base += " (null prototype)";
  else if (constructor !== type) base += ` (${constructor})`;
  base += `: ${formatPrimitive(boxed[1])}]`;
  return tag !== "" && tag !== constructor ? `${base} [${tag}]` : base;
}

return {
  boxedBase,
  boxedPrimitive,
  circularMark,
  errorBase,
  functionBase,
  isError,
  isInstance,
  isInternal,
  ownKeys,
  prefixOf,
};
})();
