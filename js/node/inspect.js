// Renders any JavaScript value as text the way Node's `assert` prints it: one
// property a line, keys sorted, getters called, nothing abbreviated. The same
// code gives the short form ({ compact: 3 }) of `util.inspect` that argument
// errors quote. It owns text only: it knows no assertions, no colours, and
// never calls `nodejs.util.inspect.custom`, since a diff must show the data
// and not what the data says about itself.
//
// Not rendered: the entries of Map and Set iterators (reading them would
// consume them), and the folding of stack frames shared with a cause.
(function () {
const { core, primordials } = __bootstrap;
const {
  getPromiseDetails,
  getProxyDetails,
  isAnyArrayBuffer,
  isArgumentsObject,
  isArrayBuffer,
  isDataView,
  isDate,
  isMap,
  isModuleNamespaceObject,
  isPromise,
  isProxy,
  isRegExp,
  isSet,
  isTypedArray,
  isWeakMap,
  isWeakSet,
} = core;
const {
  ArrayIsArray,
  ArrayPrototypeJoin,
  ArrayPrototypePop,
  ArrayPrototypePush,
  ArrayPrototypeSort,
  ArrayPrototypeUnshift,
  DatePrototypeGetTime,
  DatePrototypeToISOString,
  DatePrototypeToString,
  MapPrototypeGetSize,
  NumberIsNaN,
  NumberPrototypeToString,
  ObjectGetOwnPropertyDescriptor,
  ObjectGetPrototypeOf,
  ObjectKeys,
  ObjectPrototypePropertyIsEnumerable,
  ReflectApply,
  RegExp,
  RegExpPrototypeExec,
  RegExpPrototypeToString,
  SafeMap,
  SafeMapIterator,
  SafeSetIterator,
  SetPrototypeGetSize,
  String,
  StringPrototypeIncludes,
  StringPrototypePadStart,
  StringPrototypeRepeat,
  StringPrototypeSlice,
  SymbolPrototypeToString,
  SymbolToStringTag,
  TypedArrayPrototypeGetLength,
  TypedArrayPrototypeGetSymbolToStringTag,
  Uint8Array,
} = primordials;
const {
  formatLines,
  formatPrimitive,
  escapeText,
  quote,
  splitLines,
} = core.loadExtScript("ext:denizen/node/inspect/text.js");
const {
  boxedBase,
  boxedPrimitive,
  circularMark,
  errorBase,
  functionBase,
  isError,
  isInstance,
  ownKeys,
  prefixOf,
} = core.loadExtScript("ext:denizen/node/inspect/heads.js");

// A short form may nest this many levels on one line of at most this width.
const SHORT_FORM_WIDTH_MAX = 80;
const IDENTIFIER = /^[a-zA-Z_][a-zA-Z_0-9]*$/;
const PROMISE_PENDING = 0;
const PROMISE_REJECTED = 2;

/** The class name, or null for a value whose chain reaches no constructor. */
function constructorName(value, ctx, depth) {
  const firstPrototype = ObjectGetPrototypeOf(value);
  for (let object = value; object !== null; object = ObjectGetPrototypeOf(object)) {
    const descriptor = ObjectGetOwnPropertyDescriptor(object, "constructor");
    const constructor = descriptor?.value;
    if (
      typeof constructor === "function" && constructor.name !== "" &&
      isInstance(value, constructor)
    ) {
      return String(constructor.name);
    }
  }
  if (firstPrototype === null) return null;
  const own = typeof value === "function" ? "Function" : "Object";
  if (depth > ctx.depth) return `${own} <Complex prototype>`;
  const parent = constructorName(firstPrototype, ctx, depth + 1) ??
    inspect(firstPrototype, { __proto__: null, ...ctx.options, depth: -1 });
  return `${own} <${parent}>`;
}

function indented(ctx, render) {
  ctx.indentation += 2;
  const text = render();
  ctx.indentation -= 2;
  return text;
}

function holesText(count) {
  return `<${count} empty item${count > 1 ? "s" : ""}>`;
}

// Walks keys, not indices: a sparse array may claim 2 ** 32 - 1 elements.
function arrayEntries(ctx, value, depth) {
  const output = [];
  const keys = ObjectKeys(value);
  let next = 0;
  for (let i = 0; i < keys.length; i++) {
    const index = keys[i] >>> 0;
    if (`${index}` !== keys[i] || index >= value.length) break;
    if (index > next) ArrayPrototypePush(output, holesText(index - next));
    ArrayPrototypePush(output, indented(ctx, () => formatDescriptor(ctx, value, index, depth)));
    next = index + 1;
  }
  if (next < value.length) ArrayPrototypePush(output, holesText(value.length - next));
  return output;
}

function typedArrayEntries(value) {
  const output = [];
  const length = TypedArrayPrototypeGetLength(value);
  for (let i = 0; i < length; i++) ArrayPrototypePush(output, formatPrimitive(value[i]));
  return output;
}

function setEntries(ctx, value, depth) {
  const output = [];
  for (const item of new SafeSetIterator(value)) {
    ArrayPrototypePush(output, indented(ctx, () => formatValue(ctx, item, depth)));
  }
  return output;
}

function mapEntries(ctx, value, depth) {
  const output = [];
  for (const entry of new SafeMapIterator(value)) {
    const render = () => `${formatValue(ctx, entry[0], depth)} => ${formatValue(ctx, entry[1], depth)}`;
    ArrayPrototypePush(output, indented(ctx, render));
  }
  return output;
}

function promiseEntries(ctx, value, depth) {
  const details = getPromiseDetails(value);
  if (details[0] === PROMISE_PENDING) return ["<pending>"];
  const text = indented(ctx, () => formatValue(ctx, details[1], depth));
  return [details[0] === PROMISE_REJECTED ? `<rejected> ${text}` : text];
}

function bufferEntries(value) {
  let bytes;
  try {
    bytes = new Uint8Array(value);
  } catch {
    return ["(detached)"];
  }
  const hex = [];
  for (let i = 0; i < TypedArrayPrototypeGetLength(bytes); i++) {
    ArrayPrototypePush(hex, StringPrototypePadStart(NumberPrototypeToString(bytes[i], 16), 2, "0"));
  }
  return [`[Uint8Contents]: <${ArrayPrototypeJoin(hex, " ")}>`];
}

/**
 * How a value is laid out: `base` text before the braces, the braces, a
 * function giving the entries that are no properties, the keys to list, and
 * what to print when neither exists.
 */
function layoutOf(ctx, value, constructor, tag) {
  const layout = {
    __proto__: null, base: "", open: "{", close: "}", entries: undefined,
    size: 0, keys: undefined, listLike: false, empty: undefined,
  };
  const list = (fallback, length, entries, prefixed) => {
    layout.keys = ownKeys(value, true);
    layout.open = `${prefixed ? prefixOf(constructor, tag, fallback, `(${length})`) : ""}[`;
    layout.close = "]";
    layout.entries = entries;
    layout.size = length;
    layout.listLike = true;
  };
  const braces = (fallback, entries, size, sizeText) => {
    layout.keys = ownKeys(value, false);
    layout.open = `${prefixOf(constructor, tag, fallback, sizeText)}{`;
    layout.entries = entries;
    layout.size = size;
  };
  const based = (base) => {
    layout.base = base;
    layout.empty = base;
  };

  if (ArrayIsArray(value)) {
    list("Array", value.length, arrayEntries, constructor !== "Array" || tag !== "");
  } else if (isSet(value)) {
    const size = SetPrototypeGetSize(value);
    braces("Set", setEntries, size, `(${size})`);
  } else if (isMap(value)) {
    const size = MapPrototypeGetSize(value);
    braces("Map", mapEntries, size, `(${size})`);
  } else if (isTypedArray(value)) {
    const name = TypedArrayPrototypeGetSymbolToStringTag(value);
    list(name, TypedArrayPrototypeGetLength(value), (_, v) => typedArrayEntries(v), true);
  } else if (isAnyArrayBuffer(value)) {
    braces(isArrayBuffer(value) ? "ArrayBuffer" : "SharedArrayBuffer", (_, v) => bufferEntries(v), 1);
    ArrayPrototypeUnshift(layout.keys, "byteLength");
  } else if (isDataView(value)) {
    braces("DataView", undefined, 0);
    ArrayPrototypeUnshift(layout.keys, "byteLength", "byteOffset", "buffer");
  } else if (isPromise(value)) {
    braces("Promise", promiseEntries, 1);
  } else if (isWeakSet(value) || isWeakMap(value)) {
    braces(isWeakSet(value) ? "WeakSet" : "WeakMap", () => ["<items unknown>"], 1);
  } else if (isModuleNamespaceObject(value)) {
    braces("Module", undefined, 0);
  } else {
    const boxed = boxedPrimitive(value);
    layout.keys = ownKeys(value, boxed?.[0] === "String");
    if (boxed !== undefined) based(boxedBase(boxed, constructor, tag));
    else if (typeof value === "function") based(functionBase(value, constructor, tag));
    else if (isArgumentsObject(value)) layout.open = "[Arguments] {";
    else if (isRegExp(value)) {
      const text = RegExpPrototypeToString(constructor === null ? new RegExp(value) : value);
      const prefix = prefixOf(constructor, tag, "RegExp");
      based(prefix === "RegExp " ? text : prefix + text);
    } else if (isDate(value)) {
      const text = NumberIsNaN(DatePrototypeGetTime(value))
        ? DatePrototypeToString(value)
        : DatePrototypeToISOString(value);
      const prefix = prefixOf(constructor, tag, "Date");
      based(prefix === "Date " ? text : prefix + text);
    } else if (isError(value)) {
      based(errorBase(ctx, value, constructor, tag, layout.keys));
    } else if (constructor !== "Object" || tag !== "") {
      layout.open = `${prefixOf(constructor, tag, "Object")}{`;
    }
  }
  layout.empty ??= `${layout.open}${layout.close}`;
  return layout;
}

// An own enumerable tag is listed as a property already.
function tagOf(value) {
  const tag = value[SymbolToStringTag];
  if (typeof tag !== "string" || tag === "") return "";
  return ObjectPrototypePropertyIsEnumerable(value, SymbolToStringTag) ? "" : tag;
}

function formatObject(ctx, value, depth) {
  const constructor = constructorName(value, ctx, depth);
  const tag = tagOf(value);
  const layout = layoutOf(ctx, value, constructor, tag);
  const { keys } = layout;
  if (keys.length === 0 && layout.size === 0) return layout.empty;
  if (depth > ctx.depth) {
    if (isRegExp(value)) return layout.base;
    const fallback = ArrayIsArray(value) ? "Array" : "Object";
    const prefix = StringPrototypeSlice(prefixOf(constructor, tag, fallback), 0, -1);
    return constructor === null && tag === "" ? prefix : `[${prefix}]`;
  }

  const inner = depth + 1;
  ctx.deepest = inner;
  ArrayPrototypePush(ctx.seen, value);
  const output = layout.entries?.(ctx, value, inner) ?? [];
  const properties = [];
  for (let i = 0; i < keys.length; i++) {
    ArrayPrototypePush(properties, formatProperty(ctx, value, keys[i], inner));
  }
  ArrayPrototypePop(ctx.seen);

  // Elements keep their order; the entries of sets and maps have none to keep.
  if (ctx.sorted && layout.listLike) ArrayPrototypeSort(properties);
  for (let i = 0; i < properties.length; i++) ArrayPrototypePush(output, properties[i]);
  if (ctx.sorted && !layout.listLike) ArrayPrototypeSort(output);

  const reference = ctx.circular.get(value);
  let { base } = layout;
  if (reference !== undefined) {
    base = base === "" ? `<ref *${reference}>` : `<ref *${reference}> ${base}`;
  }
  return joinOutput(ctx, output, base, layout, inner);
}

function joinOutput(ctx, output, base, layout, depth) {
  const head = base === "" ? "" : `${base} `;
  if (ctx.compact !== 0 && ctx.deepest - depth < ctx.compact) {
    const line = ArrayPrototypeJoin(output, ", ");
    const start = output.length + ctx.indentation + layout.open.length + base.length + 10;
    const width = line.length - output.length + start;
    if (width <= SHORT_FORM_WIDTH_MAX && !StringPrototypeIncludes(head + line, "\n")) {
      return `${head}${layout.open} ${line} ${layout.close}`;
    }
  }
  const newline = `\n${StringPrototypeRepeat(" ", ctx.indentation)}`;
  const body = ArrayPrototypeJoin(output, `,${newline}  `);
  return `${head}${layout.open}${newline}  ${body}${newline}${layout.close}`;
}

function formatGetter(ctx, value, descriptor, depth) {
  const label = descriptor.set === undefined ? "Getter" : "Getter/Setter";
  if (!ctx.getters) return `[${label}]`;
  try {
    const result = ReflectApply(descriptor.get, value, []);
    const isPrimitive = (typeof result !== "object" && typeof result !== "function") || result === null;
    if (isPrimitive) return `[${label}: ${formatPrimitive(result)}]`;
    return `[${label}] ${formatValue(ctx, result, depth)}`;
  } catch (error) {
    return `[${label}: <Inspection threw (${error?.message})>]`;
  }
}

function formatDescriptor(ctx, value, key, depth) {
  const descriptor = ObjectGetOwnPropertyDescriptor(value, key);
  if (descriptor === undefined) return formatValue(ctx, value[key], depth);
  if (descriptor.get !== undefined) return formatGetter(ctx, value, descriptor, depth);
  if (descriptor.set !== undefined) return "[Setter]";
  return formatValue(ctx, descriptor.value, depth);
}

function formatProperty(ctx, value, key, depth) {
  const text = indented(ctx, () => formatDescriptor(ctx, value, key, depth));
  let name;
  if (typeof key === "symbol") name = `[${escapeText(SymbolPrototypeToString(key), "'")}]`;
  else if (key === "__proto__") name = "['__proto__']";
  else if (ObjectGetOwnPropertyDescriptor(value, key)?.enumerable === false) name = `[${key}]`;
  else name = RegExpPrototypeExec(IDENTIFIER, key) === null ? quote(key) : key;
  return `${name}: ${text}`;
}

function formatValue(ctx, value, depth) {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    return typeof value === "string" ? formatLines(ctx, value) : formatPrimitive(value);
  }
  // Traps must not run while a failure is being reported.
  for (let layers = 0; isProxy(value); layers++) {
    value = getProxyDetails(value)?.[0] ?? null;
    if (value === null || layers === 1000) return "<Revoked Proxy>";
  }
  return circularMark(ctx, value) ?? formatObject(ctx, value, depth);
}

/**
 * Text of `value`. Options: `compact` (0: one property a line, 3: short form),
 * `depth`, `sorted`, `getters`; the defaults are those of assertion messages.
 */
function inspect(value, options = { __proto__: null }) {
  const ctx = {
    __proto__: null,
    options,
    compact: options.compact ?? 0,
    depth: options.depth ?? 1000,
    sorted: options.sorted ?? true,
    getters: options.getters ?? true,
    indentation: 0,
    deepest: 0,
    seen: [],
    circular: new SafeMap(),
  };
  return formatValue(ctx, value, 0);
}

/** What `util.inspect` prints by default: short, unsorted, two levels deep. */
function inspectShort(value, depth = 2) {
  return inspect(value, { __proto__: null, compact: 3, depth, sorted: false, getters: false });
}

return {
  default: inspect,
  inspect,
  inspectShort,
  isError,
  ownKeys,
  splitLines,
};
})();
