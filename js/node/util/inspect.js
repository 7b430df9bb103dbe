// `util.inspect` and `util.format`: any value as text, in the manner of workerd's.
//
// Owns the layout, its options and the placeholders of formats. What stands before the braces is inspect/heads.js. It must
// not know where the text goes.

(function () {
const { core, primordials } = __bootstrap;
const {
  getPromiseDetails, getProxyDetails, isAnyArrayBuffer, isArgumentsObject, isArrayBuffer, isDataView, isDate, isMap, isMapIterator,
  isModuleNamespaceObject, isPromise, isProxy, isRegExp, isSet, isSetIterator, isTypedArray, isWeakMap, isWeakSet,
} = core;
const {
  ArrayIsArray, ArrayPrototypeIncludes, ArrayPrototypeJoin, ArrayPrototypePop, ArrayPrototypePush, ArrayPrototypeSort,
  ArrayPrototypeUnshift, DatePrototypeGetTime, DatePrototypeToISOString, DatePrototypeToString, FunctionPrototypeCall, JSONStringify,
  MapPrototypeGetSize, MathFloor, MathMax, MathMin, MathRound, MathSqrt, Number, NumberIsNaN, NumberParseFloat, NumberParseInt, NumberPrototypeToString,
  ObjectAssign, ObjectDefineProperty, ObjectGetOwnPropertyDescriptor, ObjectGetOwnPropertyNames, ObjectGetOwnPropertySymbols,
  ObjectGetPrototypeOf, ObjectIs, ObjectKeys, ObjectPrototypeHasOwnProperty, ObjectPrototypePropertyIsEnumerable, ReflectOwnKeys,
  RegExpPrototypeExec, RegExpPrototypeSymbolReplace, RegExpPrototypeToString, SafeMap, SafeMapIterator, SafeSet, SafeSetIterator, SetPrototypeGetSize,
  String, StringPrototypeIncludes, StringPrototypeIndexOf, StringPrototypePadEnd, StringPrototypePadStart, StringPrototypeRepeat, StringPrototypeReplaceAll, StringPrototypeSlice,
  StringPrototypeStartsWith, SymbolFor, SymbolPrototypeToString, SymbolToPrimitive, SymbolToStringTag, TypedArrayPrototypeGetLength,
  TypedArrayPrototypeGetSymbolToStringTag, Uint8Array,
  SafeArrayIterator,
} = primordials;
const { boxedBase, boxedPrimitive, errorBase, functionBase, isError, isInternal, ownKeys, prefixOf } = core.loadExtScript("ext:denizen/node/inspect/heads.js");
const { escapeText, quote, splitLines } = core.loadExtScript("ext:denizen/node/inspect/text.js");
const { classOf, isRuntimeClass } = core.loadExtScript("ext:denizen/console/classes.js");
const { validateObject } = core.loadExtScript("ext:denizen/node/internal/errors.js");

const { op_native_name, op_node_named_keys, op_node_preview } = core.ops;
const custom = SymbolFor("nodejs.util.inspect.custom");
const IDENTIFIER = /^[a-zA-Z_][a-zA-Z_0-9]*$/;
const CONTROL = /\u001b\[\d\d?m/g;

const defaultOptions = {
  showHidden: false, depth: 2, colors: false, customInspect: true, showProxy: false, maxArrayLength: 100, maxStringLength: 10000,
  breakLength: 80, compact: 3, sorted: false, getters: false, numericSeparator: false,
};
const colors = {
  __proto__: null,
  reset: [0, 0], bold: [1, 22], dim: [2, 22], italic: [3, 23], underline: [4, 24], blink: [5, 25], inverse: [7, 27], hidden: [8, 28],
  strikethrough: [9, 29], doubleunderline: [21, 24], black: [30, 39], red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39],
  magenta: [35, 39], cyan: [36, 39], white: [37, 39], bgBlack: [40, 49], bgRed: [41, 49], bgGreen: [42, 49], bgYellow: [43, 49],
  bgBlue: [44, 49], bgMagenta: [45, 49], bgCyan: [46, 49], bgWhite: [47, 49], framed: [51, 54], overlined: [53, 55], gray: [90, 39],
  redBright: [91, 39], greenBright: [92, 39], yellowBright: [93, 39], blueBright: [94, 39], magentaBright: [95, 39], cyanBright: [96, 39],
  whiteBright: [97, 39], bgGray: [100, 49], bgRedBright: [101, 49], bgGreenBright: [102, 49], bgYellowBright: [103, 49],
  bgBlueBright: [104, 49], bgMagentaBright: [105, 49], bgCyanBright: [106, 49], bgWhiteBright: [107, 49],
};
const styles = {
  __proto__: null, special: "cyan", number: "yellow", bigint: "yellow", boolean: "yellow", undefined: "gray", null: "bold", string: "green",
  symbol: "green", date: "magenta", name: undefined, regexp: "red", module: "underline",
};
const ALIASES = {
  __proto__: null, grey: "gray", blackBright: "gray", bgGrey: "bgGray", bgBlackBright: "bgGray", faint: "dim", crossedout: "strikethrough",
  strikeThrough: "strikethrough", crossedOut: "strikethrough", conceal: "hidden", swapColors: "inverse", swapcolors: "inverse",
  doubleUnderline: "doubleunderline",
};
for (const name in ALIASES) {
  ObjectDefineProperty(colors, name, {
    __proto__: null, configurable: true, enumerable: false,
    get() {
      return this[ALIASES[name]];
    },
    set(value) {
      this[ALIASES[name]] = value;
    },
  });
}

function colored(text, style) {
  const pair = colors[styles[style]];
  return pair === undefined ? text : `\u001b[${pair[0]}m${text}\u001b[${pair[1]}m`;
}
const plain = (text) => text;

function isInstance(value, constructor) {
  try {
    return value instanceof constructor;
  } catch {
    return false;
  }
}

// The name of the class of `value`. With `members`, that list gets the text of what its prototypes have besides methods, unless they
// are JavaScript's own.
function constructorName(value, ctx, depth, members = undefined) {
  const first = ObjectGetPrototypeOf(value);
  for (let object = value; object !== null; object = ObjectGetPrototypeOf(object)) {
    const constructor = ObjectGetOwnPropertyDescriptor(object, "constructor")?.value;
    if (typeof constructor === "function" && constructor.name !== "" && isInstance(value, constructor)) {
      if (members !== undefined && op_native_name(constructor) === undefined && (first !== object || !isBuiltIn(constructor.name))) pushInherited(ctx, value, object === value ? value : first, depth, members);
      return String(constructor.name);
    }
  }
  if (first === null) return null;
  const own = typeof value === "function" ? "Function" : "Object";
  if (depth > ctx.depth && ctx.depth !== null) return `${own} <Complex prototype>`;
  return `${own} <${constructorName(first, ctx, depth + 1) ?? inspect(first, { ...ctx.options, depth: -1 })}>`;
}

// How far up a chain of prototypes members are told of.
const INHERITED_DEPTH = 3;
const CLASS_NAME = /^[A-Z][a-zA-Z0-9]+$/;
const builtIns = new SafeSet();
{
  const names = ObjectGetOwnPropertyNames(globalThis);
  for (let i = 0; i < names.length; i++) if (RegExpPrototypeExec(CLASS_NAME, names[i]) !== null) builtIns.add(names[i]);
}
const isBuiltIn = (name) => builtIns.has(name);

function pushInherited(ctx, value, start, depth, members) {
  const seen = new SafeSet();
  let object = start;
  for (let level = 0; level < INHERITED_DEPTH; level++) {
    if (level !== 0 || value === object) {
      object = ObjectGetPrototypeOf(object);
      if (object === null) return;
      const constructor = ObjectGetOwnPropertyDescriptor(object, "constructor")?.value;
      if (typeof constructor === "function" && isBuiltIn(constructor.name)) return;
    }
    const keys = ReflectOwnKeys(object);
    ArrayPrototypePush(ctx.seen, value);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (key === "constructor" || ObjectPrototypeHasOwnProperty(value, key) || seen.has(key) || (typeof key === "symbol" && isInternal(key))) continue;
      seen.add(key);
      if (typeof ObjectGetOwnPropertyDescriptor(object, key)?.value === "function") continue;
      const text = formatProperty(ctx, object, depth, key, 0);
      ArrayPrototypePush(members, ctx.colors ? `\u001b[2m${text}\u001b[22m` : text);
    }
    ArrayPrototypePop(ctx.seen);
  }
}

function separated(text) {
  let out = "";
  let end = text.length;
  const start = StringPrototypeStartsWith(text, "-") ? 1 : 0;
  for (; end >= start + 4; end -= 3) out = `_${StringPrototypeSlice(text, end - 3, end)}${out}`;
  return `${StringPrototypeSlice(text, 0, end)}${out}`;
}

function separatedFraction(text) {
  let out = "";
  let i = 0;
  for (; i + 3 < text.length; i += 3) out += `${StringPrototypeSlice(text, i, i + 3)}_`;
  return `${out}${StringPrototypeSlice(text, i)}`;
}

function formatNumber(ctx, value) {
  if (!ctx.numericSeparator) return ctx.stylize(ObjectIs(value, -0) ? "-0" : `${value}`, "number");
  const text = `${value}`;
  if (ObjectIs(value, -0)) return ctx.stylize("-0", "number");
  if (StringPrototypeIncludes(text, "e") || value !== value || value === Infinity || value === -Infinity) return ctx.stylize(text, "number");
  const dot = StringPrototypeIndexOf(text, ".");
  const whole = separated(dot === -1 ? text : StringPrototypeSlice(text, 0, dot));
  return ctx.stylize(dot === -1 ? whole : `${whole}.${separatedFraction(StringPrototypeSlice(text, dot + 1))}`, "number");
}

function formatPrimitive(ctx, value) {
  switch (typeof value) {
    case "string": {
      let trailer = "";
      if (value.length > ctx.maxStringLength) {
        const extra = value.length - ctx.maxStringLength;
        value = StringPrototypeSlice(value, 0, ctx.maxStringLength);
        trailer = `... ${extra} more character${extra > 1 ? "s" : ""}`;
      }
      if (ctx.compact !== true && value.length > 16 && value.length > ctx.breakLength - ctx.indentation - 4 && StringPrototypeIncludes(value, "\n")) {
        const lines = splitLines(value);
        const last = ArrayPrototypePop(lines);
        for (let i = 0; i < lines.length; i++) lines[i] = ctx.stylize(quote(`${lines[i]}\n`), "string");
        if (last !== "") ArrayPrototypePush(lines, ctx.stylize(quote(last), "string"));
        return `${ArrayPrototypeJoin(lines, ` +\n${StringPrototypeRepeat(" ", ctx.indentation + 2)}`)}${trailer}`;
      }
      return `${ctx.stylize(quote(value), "string")}${trailer}`;
    }
    case "number":
      return formatNumber(ctx, value);
    case "bigint":
      return ctx.stylize(`${ctx.numericSeparator ? separated(`${value}`) : value}n`, "bigint");
    case "boolean":
      return ctx.stylize(`${value}`, "boolean");
    case "undefined":
      return ctx.stylize("undefined", "undefined");
    default:
      return value === null ? ctx.stylize("null", "null") : ctx.stylize(SymbolPrototypeToString(value), "symbol");
  }
}

function formatValue(ctx, value, depth, typed = false) {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return formatPrimitive(ctx, value);
  const context = value;
  if (isProxy(value)) {
    const details = getProxyDetails(value);
    if (details === null || details[0] === null) return ctx.stylize("<Revoked Proxy>", "special");
    if (ctx.showProxy) return formatProxy(ctx, details, depth);
    return `Proxy(${formatTarget(ctx, details[0], depth)})`;
  }
  if (ctx.customInspect) {
    const maybe = value[custom];
    if (typeof maybe === "function" && maybe !== inspect && !(value.constructor && value.constructor.prototype === value && isProxy(value))) {
      const left = ctx.depth === null ? null : ctx.depth - depth;
      const made = FunctionPrototypeCall(maybe, context, left, userOptions(ctx), inspect);
      if (made !== context) {
        if (typeof made !== "object") return `${made}`;
        return formatValue(ctx, made, depth);
      }
    }
  }
  if (ArrayPrototypeIncludes(ctx.seen, value)) {
    let index = ctx.circular.get(value);
    if (index === undefined) {
      index = ctx.circular.size + 1;
      ctx.circular.set(value, index);
    }
    return ctx.stylize(`[Circular *${index}]`, "special");
  }
  return formatRaw(ctx, value, depth, typed);
}

// The target of a proxy, which may be one itself. Its own inspect method is not called.
function formatTarget(ctx, target, depth) {
  if (!isProxy(target)) return formatRaw(ctx, target, depth);
  const details = getProxyDetails(target);
  return details === null || details[0] === null ? ctx.stylize("<Revoked Proxy>", "special") : `Proxy(${formatTarget(ctx, details[0], depth)})`;
}

// What a value's own inspect method gets as its options.
function userOptions(ctx) {
  return { ...ctx.options, stylize: ctx.stylize };
}

function formatProxy(ctx, details, depth) {
  if (ctx.depth !== null && depth > ctx.depth) return ctx.stylize("Proxy [Array]", "special");
  ctx.indentation += 2;
  const output = [formatValue(ctx, details[0], depth + 1), formatValue(ctx, details[1], depth + 1)];
  ctx.indentation -= 2;
  return reduceToLine(ctx, output, "", ["Proxy [", "]"], false, depth + 1);
}

function keysOf(ctx, value, skipIndices) {
  if (!ctx.showHidden) return ownKeys(value, skipIndices);
  const keys = skipIndices ? op_node_named_keys(value, true) : ObjectGetOwnPropertyNames(value);
  const symbols = ObjectGetOwnPropertySymbols(value);
  for (let i = 0; i < symbols.length; i++) if (!isInternal(symbols[i])) ArrayPrototypePush(keys, symbols[i]);
  return keys;
}

const more = (count) => `... ${count} more item${count > 1 ? "s" : ""}`;

function arrayEntries(ctx, value, depth) {
  const length = value.length;
  const shown = MathMin(MathMax(0, ctx.maxArrayLength), length);
  const output = [];
  let next = 0;
  while (output.length < shown && ObjectPrototypePropertyIsEnumerable(value, next)) {
    ArrayPrototypePush(output, formatProperty(ctx, value, depth, `${next}`, 1));
    next++;
  }
  // Where there are holes, what is there has to be listed.
  const keys = output.length < shown && next < length ? ObjectKeys(value) : [];
  for (let i = next; i < keys.length && output.length < shown; i++) {
    const index = keys[i] >>> 0;
    if (`${index}` !== keys[i] || index >= length) break;
    if (index > next) {
      const holes = index - next;
      ArrayPrototypePush(output, ctx.stylize(`<${holes} empty item${holes > 1 ? "s" : ""}>`, "undefined"));
      next = index;
      if (output.length >= shown) break;
    }
    ArrayPrototypePush(output, formatProperty(ctx, value, depth, keys[i], 1));
    next = index + 1;
  }
  const rest = length - next;
  if (output.length < shown && rest > 0) {
    ArrayPrototypePush(output, ctx.stylize(`<${rest} empty item${rest > 1 ? "s" : ""}>`, "undefined"));
  } else if (rest > 0) {
    ArrayPrototypePush(output, more(rest));
  }
  return output;
}

function typedEntries(ctx, value) {
  const length = TypedArrayPrototypeGetLength(value);
  const shown = MathMin(MathMax(0, ctx.maxArrayLength), length);
  const output = [];
  for (let i = 0; i < shown; i++) ArrayPrototypePush(output, formatPrimitive(ctx, value[i]));
  if (length > shown) ArrayPrototypePush(output, more(length - shown));
  if (ctx.showHidden) {
    ctx.indentation += 2;
    const hidden = ["BYTES_PER_ELEMENT", "length", "byteLength", "byteOffset", "buffer"];
    for (let i = 0; i < hidden.length; i++) ArrayPrototypePush(output, `[${hidden[i]}]: ${formatValue(ctx, value[hidden[i]], 0, true)}`);
    ctx.indentation -= 2;
  }
  return output;
}

function limited(ctx, size, iterator, render) {
  const shown = MathMin(MathMax(0, ctx.maxArrayLength), size);
  const output = [];
  ctx.indentation += 2;
  for (const item of iterator) {
    if (output.length >= shown) break;
    ArrayPrototypePush(output, render(item));
  }
  ctx.indentation -= 2;
  if (size > shown) ArrayPrototypePush(output, more(size - shown));
  return output;
}

const setEntries = (ctx, value, depth) => limited(ctx, SetPrototypeGetSize(value), new SafeSetIterator(value), (item) => formatValue(ctx, item, depth));
const mapEntries = (ctx, value, depth) => limited(ctx, MapPrototypeGetSize(value), new SafeMapIterator(value), (pair) => `${formatValue(ctx, pair[0], depth)} => ${formatValue(ctx, pair[1], depth)}`);

// The entries that an iterator of a map or set has left, without moving it.
function iteratorEntries(ctx, value, depth) {
  const preview = op_node_preview(value);
  const list = preview[0];
  const output = [];
  ctx.indentation += 2;
  if (preview[1]) {
    for (let i = 0; i < list.length; i += 2) ArrayPrototypePush(output, `[ ${formatValue(ctx, list[i], depth)}, ${formatValue(ctx, list[i + 1], depth)} ]`);
  } else {
    for (let i = 0; i < list.length; i++) ArrayPrototypePush(output, formatValue(ctx, list[i], depth));
  }
  ctx.indentation -= 2;
  return output;
}

function promiseEntries(ctx, value, depth) {
  const details = getPromiseDetails(value);
  if (details[0] === 0) return [ctx.stylize("<pending>", "special")];
  ctx.indentation += 2;
  const text = formatValue(ctx, details[1], depth);
  ctx.indentation -= 2;
  return [details[0] === 2 ? `${ctx.stylize("<rejected>", "special")} ${text}` : text];
}

function bufferEntries(ctx, value) {
  let bytes;
  try {
    bytes = new Uint8Array(value);
  } catch {
    return [ctx.stylize("(detached)", "special")];
  }
  const length = TypedArrayPrototypeGetLength(bytes);
  const shown = MathMin(MathMax(0, ctx.maxArrayLength), length);
  const hex = [];
  for (let i = 0; i < shown; i++) ArrayPrototypePush(hex, StringPrototypePadStart(NumberPrototypeToString(bytes[i], 16), 2, "0"));
  const rest = length > shown ? ` ... ${length - shown} more byte${length - shown > 1 ? "s" : ""}` : "";
  return [`${ctx.stylize("[Uint8Contents]", "special")}: <${ArrayPrototypeJoin(hex, " ")}${rest}>`];
}

function formatRaw(ctx, value, depth, typed = false) {
  const found = classOf(value);
  if (found === undefined) return formatObject(ctx, value, depth, typed, undefined);
  // workerd's own objects print themselves as if they stood alone, and are indented as a whole.
  const { indentation } = ctx;
  ctx.indentation = 0;
  try {
    return StringPrototypeReplaceAll(formatObject(ctx, value, depth, typed, found), "\n", `\n${StringPrototypeRepeat(" ", indentation)}`);
  } finally {
    ctx.indentation = indentation;
  }
}

function formatObject(ctx, value, depth, typed, found) {
  const tooDeep = ctx.depth !== null && depth > ctx.depth;
  const inherited = [];
  const constructor = constructorName(value, ctx, depth, ctx.showHidden && !tooDeep && found === undefined ? inherited : undefined);
  let tag = value[SymbolToStringTag];
  if (typeof tag !== "string" || (tag !== "" && (ctx.showHidden ? ObjectPrototypeHasOwnProperty : ObjectPrototypePropertyIsEnumerable)(value, SymbolToStringTag))) tag = "";
  let base = "";
  let entries;
  let braces;
  let keys;
  let arrayLike = false;
  const empty = () => `${braces[0]}${braces[1]}`;
  const isBare = () => keys.length === 0 && inherited.length === 0;
  // What stands before the braces and does not count in the width of a line.
  let name = "";
  if (found !== undefined) tag = "";

  if (ArrayIsArray(value)) {
    const prefix = constructor !== "Array" || tag !== "" ? prefixOf(constructor, tag, "Array", `(${value.length})`) : "";
    keys = keysOf(ctx, value, true);
    braces = [`${prefix}[`, "]"];
    if (value.length === 0 && isBare()) return empty();
    arrayLike = true;
    entries = arrayEntries;
  } else if (isSet(value)) {
    const size = SetPrototypeGetSize(value);
    keys = keysOf(ctx, value);
    braces = [`${prefixOf(constructor, tag, "Set", `(${size})`)}{`, "}"];
    if (size === 0 && isBare()) return empty();
    entries = setEntries;
  } else if (isMap(value)) {
    const size = MapPrototypeGetSize(value);
    keys = keysOf(ctx, value);
    braces = [`${prefixOf(constructor, tag, "Map", `(${size})`)}{`, "}"];
    if (size === 0 && isBare()) return empty();
    entries = mapEntries;
  } else if (isTypedArray(value)) {
    keys = keysOf(ctx, value, true);
    const fallback = TypedArrayPrototypeGetSymbolToStringTag(value);
    const length = TypedArrayPrototypeGetLength(value);
    braces = [`${prefixOf(constructor, tag, fallback, `(${length})`)}[`, "]"];
    if (length === 0 && isBare() && !ctx.showHidden) return empty();
    arrayLike = true;
    entries = typedEntries;
  } else if (found?.pairs !== undefined) {
    const pairs = found.pairs(value);
    keys = ObjectKeys(value);
    braces = [`${prefixOf(constructor, tag, "Object", `(${pairs.length})`)}{`, "}"];
    if (!tooDeep && pairs.length === 0 && isBare() && found.hidden === undefined) return empty();
    entries = (_ctx, _value, inner) => limited(ctx, pairs.length, new SafeArrayIterator(pairs), (pair) => `${formatValue(ctx, pair[0], inner)} => ${formatValue(ctx, pair[1], inner)}`);
  } else if (isMapIterator(value) || isSetIterator(value)) {
    keys = keysOf(ctx, value);
    const pairs = op_node_preview(value)[1];
    braces = [`[${pairs ? StringPrototypeSlice(tag, 0, 3) + " Entries" : tag}] {`, "}"];
    entries = iteratorEntries;
  } else {
    keys = keysOf(ctx, value);
    braces = ["{", "}"];
    const boxed = boxedPrimitive(value);
    if (isArgumentsObject(value)) {
      braces[0] = "[Arguments] {";
      if (isBare()) return empty();
    } else if (typeof value === "function" && found === undefined) {
      base = isRuntimeClass(value) ? `[Function: ${value.name}]` : functionBase(value, constructor, tag);
      if (isBare()) return ctx.stylize(base, "special");
    } else if (isRegExp(value)) {
      const prefix = prefixOf(constructor, tag, "RegExp");
      base = `${prefix === "RegExp " ? "" : prefix}${RegExpPrototypeToString(value)}`;
      if (isBare() || (depth > ctx.depth && ctx.depth !== null)) return ctx.stylize(base, "regexp");
    } else if (isDate(value)) {
      const prefix = prefixOf(constructor, tag, "Date");
      base = `${prefix === "Date " ? "" : prefix}${NumberIsNaN(DatePrototypeGetTime(value)) ? DatePrototypeToString(value) : DatePrototypeToISOString(value)}`;
      if (isBare()) return ctx.stylize(base, "date");
    } else if (found === undefined && isError(value)) {
      base = errorBase(ctx, value, constructor, tag, keys);
      if (isBare()) return base;
    } else if (isAnyArrayBuffer(value)) {
      const prefix = prefixOf(constructor, tag, isArrayBuffer(value) ? "ArrayBuffer" : "SharedArrayBuffer");
      if (typed && isBare()) return `${prefix}{ byteLength: ${formatNumber(ctx, value.byteLength)} }`;
      braces[0] = `${prefix}{`;
      ArrayPrototypeUnshift(keys, "byteLength");
      if (!typed) entries = bufferEntries;
    } else if (isDataView(value)) {
      braces[0] = `${prefixOf(constructor, tag, "DataView")}{`;
      ArrayPrototypeUnshift(keys, "byteLength", "byteOffset", "buffer");
    } else if (isPromise(value)) {
      braces[0] = `${prefixOf(constructor, tag, "Promise")}{`;
      entries = promiseEntries;
    } else if (isWeakSet(value)) {
      braces[0] = `${prefixOf(constructor, tag, "WeakSet")}{`;
      entries = () => [ctx.stylize("<items unknown>", "special")];
    } else if (isWeakMap(value)) {
      braces[0] = `${prefixOf(constructor, tag, "WeakMap")}{`;
      entries = () => [ctx.stylize("<items unknown>", "special")];
    } else if (isModuleNamespaceObject(value)) {
      braces[0] = `${prefixOf(constructor, tag, "Module")}{`;
    } else if (boxed !== undefined) {
      base = boxedBase(boxed, constructor, tag);
      if (boxed[0] === "String") keys = keysOf(ctx, value, true);
      if (isBare()) return ctx.stylize(base, StringPrototypeStartsWith(base, "[Number") ? "number" : "string");
    } else {
      if (found !== undefined) {
        keys = ObjectKeys(value);
        name = prefixOf(constructor, tag, "Object");
        if (!tooDeep && isBare() && found.keys.length === 0 && found.hidden === undefined) return `${name}{}`;
      } else {
        if (constructor !== "Object" || tag !== "") braces[0] = `${prefixOf(constructor, tag, "Object")}{`;
        if (isBare()) return empty();
      }
    }
  }
  if (tooDeep) {
    const text = StringPrototypeSlice(prefixOf(constructor, tag, ArrayIsArray(value) ? "Array" : "Object"), 0, -1);
    return ctx.stylize(constructor === null ? text : `[${text}]`, "special");
  }
  const inner = depth + 1;
  ArrayPrototypePush(ctx.seen, value);
  ctx.currentDepth = inner;
  const output = entries === undefined ? [] : entries(ctx, value, inner);
  for (let i = 0; i < keys.length; i++) {
    if (found === undefined || !ArrayPrototypeIncludes(found.keys, keys[i])) ArrayPrototypePush(output, formatProperty(ctx, value, inner, keys[i], arrayLike ? 2 : 0));
  }
  if (found !== undefined) pushMembers(ctx, value, inner, found, output);
  for (let i = 0; i < inherited.length; i++) ArrayPrototypePush(output, inherited[i]);
  ArrayPrototypePop(ctx.seen);
  const reference = ctx.circular.get(value);
  if (reference !== undefined) {
    const text = ctx.stylize(`<ref *${reference}>`, "special");
    if (ctx.compact !== true) base = base === "" ? text : `${text} ${base}`;
    else braces[0] = `${text} ${braces[0]}`;
  }
  if (ctx.sorted) {
    const compare = ctx.sorted === true ? undefined : ctx.sorted;
    if (!arrayLike) {
      ArrayPrototypeSort(output, compare);
    } else if (keys.length > 1) {
      const first = output.length - keys.length;
      const properties = [];
      while (output.length > first) ArrayPrototypeUnshift(properties, ArrayPrototypePop(output));
      ArrayPrototypeSort(properties, compare);
      for (let i = 0; i < properties.length; i++) ArrayPrototypePush(output, properties[i]);
    }
  }
  return `${name}${reduceToLine(ctx, output, base, braces, arrayLike, inner, value)}`;
}

// What workerd shows of an object of its own: the values that its accessors give, with what is hidden in them.
function pushMembers(ctx, value, depth, found, output) {
  const { showHidden } = ctx;
  ctx.showHidden = true;
  for (let i = 0; i < found.keys.length; i++) {
    const key = found.keys[i];
    if (!(key in value)) continue;
    ctx.indentation += 2;
    const text = formatValue(ctx, value[key], depth);
    ctx.indentation -= 2;
    ArrayPrototypePush(output, `${ctx.stylize(key, "name")}: ${text}`);
  }
  const hidden = found.hidden === undefined ? [] : found.hidden(value);
  for (let i = 0; i < hidden.length; i++) ArrayPrototypePush(output, `[${hidden[i][0]}]: ${formatValue(ctx, hidden[i][1], depth)}`);
  ctx.showHidden = showHidden;
}

function formatProperty(ctx, value, depth, key, type) {
  let text;
  let extra = " ";
  const descriptor = ObjectGetOwnPropertyDescriptor(value, key) ?? { __proto__: null, value: value[key], configurable: true, enumerable: true };
  if (descriptor.get === undefined && descriptor.set === undefined) {
    const shift = ctx.compact !== true || type !== 0 ? 2 : 3;
    ctx.indentation += shift;
    text = formatValue(ctx, descriptor.value, depth);
    if (shift === 3 && ctx.breakLength < lengthOf(ctx, text)) extra = `\n${StringPrototypeRepeat(" ", ctx.indentation)}`;
    ctx.indentation -= shift;
  } else if (descriptor.get !== undefined) {
    const label = descriptor.set !== undefined ? "Getter/Setter" : "Getter";
    const wanted = ctx.getters === true || (ctx.getters === "get" && descriptor.set === undefined) || (ctx.getters === "set" && descriptor.set !== undefined);
    if (wanted) {
      try {
        const got = FunctionPrototypeCall(descriptor.get, value);
        ctx.indentation += 2;
        if (got === null) text = `${ctx.stylize(`[${label}:`, "special")} ${ctx.stylize("null", "null")}${ctx.stylize("]", "special")}`;
        else if (typeof got === "object") text = `${ctx.stylize(`[${label}]`, "special")} ${formatValue(ctx, got, depth)}`;
        else text = `${ctx.stylize(`[${label}:`, "special")} ${formatPrimitive(ctx, got)}${ctx.stylize("]", "special")}`;
        ctx.indentation -= 2;
      } catch (error) {
        text = `${ctx.stylize(`[${label}:`, "special")} <Inspection threw (${error.message})>${ctx.stylize("]", "special")}`;
      }
    } else {
      text = ctx.stylize(`[${label}]`, "special");
    }
  } else if (descriptor.set !== undefined) {
    text = ctx.stylize("[Setter]", "special");
  }
  if (type === 1) return text;
  let name;
  if (typeof key === "symbol") {
    name = ctx.stylize(escapeText(SymbolPrototypeToString(key), "'"), "symbol");
    if (descriptor.enumerable === false) name = `[${name}]`;
  } else if (key === "__proto__") name = "['__proto__']";
  else if (descriptor.enumerable === false || ((key === "cause" || key === "errors") && !ObjectPrototypeHasOwnProperty(value, key) && isError(value))) name = `[${escapeText(key, "'")}]`;
  else if (RegExpPrototypeExec(IDENTIFIER, key) !== null) name = ctx.stylize(key, "name");
  else name = ctx.stylize(quote(key), "string");
  return `${name}:${extra}${text}`;
}

const lengthOf = (ctx, text) => (ctx.colors ? RegExpPrototypeSymbolReplace(CONTROL, text, "").length : text.length);

// Short entries of a long list share lines, in columns.
function groupElements(ctx, output, value) {
  let total = 0;
  let widest = 0;
  let i = 0;
  let length = output.length;
  const extra = ctx.maxArrayLength < length;
  if (extra) length--;
  const lengths = [];
  for (; i < length; i++) {
    const width = lengthOf(ctx, output[i]);
    lengths[i] = width;
    total += width + 2;
    if (widest < width) widest = width;
  }
  const actual = widest + 2;
  if (actual * 3 + ctx.indentation >= ctx.breakLength || (total / actual <= 5 && widest > 6)) return output;
  const bias = MathMax(actual - 3 - MathSqrt(actual - total / output.length), 1);
  const columns = MathMin(
    MathRound(MathSqrt(2.5 * bias * length) / bias),
    MathFloor((ctx.breakLength - ctx.indentation) / actual),
    ctx.compact * 4,
    15,
  );
  if (columns <= 1) return output;
  const grouped = [];
  const widths = [];
  for (let c = 0; c < columns; c++) {
    let width = 0;
    for (let j = c; j < length; j += columns) if (lengths[j] > width) width = lengths[j];
    ArrayPrototypePush(widths, width + 2);
  }
  let pad = StringPrototypePadStart;
  if (value !== undefined) {
    for (let j = 0; j < output.length; j++) {
      if (typeof value[j] !== "number" && typeof value[j] !== "bigint") {
        pad = StringPrototypePadEnd;
        break;
      }
    }
  }
  for (let row = 0; row < length; row += columns) {
    const max = MathMin(row + columns, length);
    let line = "";
    let j = row;
    for (; j < max - 1; j++) line += pad(`${output[j]}, `, widths[j - row] + output[j].length - lengths[j], " ");
    if (pad === StringPrototypePadStart) line += pad(output[j], widths[j - row] + output[j].length - lengths[j] - 2, " ");
    else line += output[j];
    ArrayPrototypePush(grouped, line);
  }
  if (extra) ArrayPrototypePush(grouped, output[length]);
  return grouped;
}

function fits(ctx, output, start, base) {
  let total = output.length + start;
  if (total + output.length > ctx.breakLength) return false;
  for (let i = 0; i < output.length; i++) {
    total += lengthOf(ctx, output[i]);
    if (total > ctx.breakLength) return false;
  }
  return base === "" || !StringPrototypeIncludes(base, "\n");
}

function reduceToLine(ctx, output, base, braces, arrayLike, depth, value) {
  if (ctx.compact !== true) {
    if (typeof ctx.compact === "number" && ctx.compact >= 1) {
      const count = output.length;
      if (arrayLike && count > 6) output = groupElements(ctx, output, value);
      if (ctx.currentDepth - depth < ctx.compact && count === output.length) {
        const start = output.length + ctx.indentation + braces[0].length + base.length + 10;
        if (fits(ctx, output, start, base)) {
          const line = ArrayPrototypeJoin(output, ", ");
          if (!StringPrototypeIncludes(line, "\n")) return `${base ? `${base} ` : ""}${braces[0]} ${line} ${braces[1]}`;
        }
      }
    }
    const newline = `\n${StringPrototypeRepeat(" ", ctx.indentation)}`;
    return `${base ? `${base} ` : ""}${braces[0]}${newline}  ${ArrayPrototypeJoin(output, `,${newline}  `)}${newline}${braces[1]}`;
  }
  if (fits(ctx, output, 0, base)) return `${braces[0]}${base ? ` ${base}` : ""} ${ArrayPrototypeJoin(output, ", ")} ${braces[1]}`;
  const newline = `\n${StringPrototypeRepeat(" ", ctx.indentation)}`;
  const line = base === "" && braces[0].length === 1 ? " " : `${base ? ` ${base}` : ""}\n${newline}  `;
  return `${braces[0]}${line}${ArrayPrototypeJoin(output, `,${newline}`)} ${braces[1]}`;
}

/** `util.inspect(value, options)`; the old form takes showHidden, depth and colors one by one. */
function inspect(value, opts) {
  const options = { ...defaultOptions };
  if (arguments.length > 1) {
    if (arguments.length > 2) {
      if (arguments[2] !== undefined) options.depth = arguments[2];
      if (arguments.length > 3 && arguments[3] !== undefined) options.colors = arguments[3];
    }
    if (typeof opts === "boolean") {
      options.showHidden = opts;
    } else if (opts) {
      const keys = ObjectKeys(opts);
      for (let i = 0; i < keys.length; i++) if (opts[keys[i]] !== undefined || keys[i] === "depth") options[keys[i]] = opts[keys[i]];
    }
  }
  if (options.maxArrayLength === null) options.maxArrayLength = Infinity;
  if (options.maxStringLength === null) options.maxStringLength = Infinity;
  if (options.depth === Infinity || options.depth === undefined) options.depth = options.depth === undefined ? 2 : null;
  const ctx = {
    __proto__: null, ...options, options, compact: options.compact === false ? 0 : options.compact, indentation: 0, currentDepth: 0, seen: [],
    circular: new SafeMap(), stylize: options.colors ? colored : plain,
  };
  return formatValue(ctx, value, 0);
}
inspect.custom = custom;
ObjectDefineProperty(inspect, "defaultOptions", {
  __proto__: null, configurable: true, enumerable: false,
  get() {
    return defaultOptions;
  },
  set(options) {
    validateObject(options, "options");
    ObjectAssign(defaultOptions, options);
  },
});
inspect.colors = colors;
inspect.styles = styles;

const numberText = (value) => (ObjectIs(value, -0) ? "-0" : `${value}`);

function hasOwnText(value) {
  if (isProxy(value)) {
    const details = getProxyDetails(value);
    return details !== null && details[0] !== null && hasOwnText(details[0]);
  }
  if (typeof value[SymbolToPrimitive] === "function") return true;
  if (typeof value.toString !== "function") return false;
  if (ObjectPrototypeHasOwnProperty(value, "toString")) return true;
  let holder = value;
  do {
    holder = ObjectGetPrototypeOf(holder);
  } while (holder !== null && !ObjectPrototypeHasOwnProperty(holder, "toString"));
  const constructor = holder === null ? undefined : ObjectGetOwnPropertyDescriptor(holder, "constructor")?.value;
  return typeof constructor === "function" && !BUILT_IN_NAMES.has(constructor.name);
}
const BUILT_IN_NAMES = new SafeSet(["Object", "Array", "Map", "Set", "Promise", "Error", "Uint8Array", "Int8Array", "RegExp", "Number", "String", "Boolean", "Symbol", "BigInt"]);

function formatS(value) {
  switch (typeof value) {
    case "number":
      return numberText(value);
    case "bigint":
      return `${value}n`;
    case "symbol":
      return SymbolPrototypeToString(value);
    case "object":
      if (value === null) return "null";
      if (isDate(value)) return inspect(value);
      return hasOwnText(value) ? String(value) : inspect(value, { depth: 0, colors: false, compact: 3 });
    default:
      return String(value);
  }
}

function toJson(value) {
  try {
    return JSONStringify(value);
  } catch (error) {
    if (StringPrototypeIncludes(`${error.message}`, "circular structure")) return "[Circular]";
    throw error;
  }
}

function formatWithOptions(options, args) {
  const first = args[0];
  let out = "";
  let used = 0;
  let join = "";
  if (typeof first === "string") {
    if (args.length === 1) return first;
    let last = 0;
    for (let i = 0; i < first.length - 1; i++) {
      if (first[i] !== "%") continue;
      const kind = first[++i];
      if (used + 1 !== args.length) {
        let text;
        const value = args[used + 1];
        switch (kind) {
          case "s":
            text = formatS(value);
            break;
          case "j":
            text = toJson(value);
            break;
          case "d":
            text = typeof value === "bigint" ? `${value}n` : typeof value === "symbol" ? "NaN" : numberText(Number(value));
            break;
          case "O":
            text = inspect(value, options);
            break;
          case "o":
            text = inspect(value, { ...options, showHidden: true, showProxy: true, depth: 4 });
            break;
          case "i":
            text = typeof value === "bigint" ? `${value}n` : typeof value === "symbol" ? "NaN" : numberText(NumberParseInt(value));
            break;
          case "f":
            text = typeof value === "symbol" ? "NaN" : numberText(NumberParseFloat(value));
            break;
          case "c":
            text = "";
            break;
          case "%":
            out += StringPrototypeSlice(first, last, i);
            last = i + 1;
            continue;
          default:
            continue;
        }
        out += `${last !== i - 1 ? StringPrototypeSlice(first, last, i - 1) : ""}${text}`;
        last = i + 1;
        used++;
      } else if (kind === "%") {
        out += StringPrototypeSlice(first, last, i);
        last = i + 1;
      }
    }
    if (last !== 0) {
      used++;
      join = " ";
      if (last < first.length) out += StringPrototypeSlice(first, last);
    }
  }
  for (; used < args.length; used++) {
    out += `${join}${typeof args[used] === "string" ? args[used] : inspect(args[used], options)}`;
    join = " ";
  }
  return out;
}

return { colors, defaultOptions, formatWithOptions, inspect };
})();
