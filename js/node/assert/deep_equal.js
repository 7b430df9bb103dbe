// Decides whether two values have the same structure: loosely (`==` on
// primitives), strictly, or partially (everything in `expected` is in
// `actual`). It owns the comparison only and must not know how a difference is
// reported.
//
// A pair of objects that is already being compared further up counts as equal:
// a cycle can only be told apart by something outside the cycle.
(function () {
const { core, primordials } = __bootstrap;
const {
  isAnyArrayBuffer,
  isArrayBuffer,
  isBigIntObject,
  isBooleanObject,
  isDataView,
  isDate,
  isMap,
  isNumberObject,
  isPromise,
  isRegExp,
  isSet,
  isStringObject,
  isSymbolObject,
  isTypedArray,
  isWeakMap,
  isWeakSet,
} = core;
const {
  ArrayIsArray,
  ArrayPrototypePush,
  ArrayPrototypeSplice,
  BigIntPrototypeValueOf,
  BooleanPrototypeValueOf,
  DataViewPrototypeGetBuffer,
  DataViewPrototypeGetByteLength,
  DataViewPrototypeGetByteOffset,
  DatePrototypeGetTime,
  MapPrototypeGet,
  MapPrototypeGetSize,
  MapPrototypeHas,
  NumberIsNaN,
  NumberPrototypeValueOf,
  ObjectGetPrototypeOf,
  ObjectIs,
  ObjectKeys,
  ObjectPrototypeHasOwnProperty,
  ObjectPrototypePropertyIsEnumerable,
  ObjectPrototypeToString,
  RegExpPrototypeGetFlags,
  RegExpPrototypeGetSource,
  SafeMap,
  SafeMapIterator,
  SafeSet,
  SafeSetIterator,
  SetPrototypeGetSize,
  SetPrototypeHas,
  StringPrototypeValueOf,
  SymbolPrototypeValueOf,
  TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeGetLength,
  TypedArrayPrototypeGetSymbolToStringTag,
  Uint8Array,
} = primordials;
const { isError, ownKeys } = core.loadExtScript("ext:denizen/node/inspect.js");

const LOOSE = 0;
const STRICT = 1;
const PARTIAL = 2;

const isObject = (value) => typeof value === "object" && value !== null;

/** The kind of built-in a value is, whatever its prototype and tag claim. */
function brandOf(value) {
  if (ArrayIsArray(value)) return "Array";
  if (isDate(value)) return "Date";
  if (isRegExp(value)) return "RegExp";
  if (isTypedArray(value)) return TypedArrayPrototypeGetSymbolToStringTag(value);
  if (isDataView(value)) return "DataView";
  if (isSet(value)) return "Set";
  if (isMap(value)) return "Map";
  if (isAnyArrayBuffer(value)) return isArrayBuffer(value) ? "ArrayBuffer" : "SharedArrayBuffer";
  if (isNumberObject(value)) return "Number";
  if (isStringObject(value)) return "String";
  if (isBooleanObject(value)) return "Boolean";
  if (isBigIntObject(value)) return "BigInt";
  if (isSymbolObject(value)) return "Symbol";
  if (isWeakMap(value) || isWeakSet(value) || isPromise(value)) return "Opaque";
  if (isError(value)) return "Error";
  return "Object";
}

function samePrimitive(a, b, mode) {
  if (NumberIsNaN(a) && NumberIsNaN(b)) return true;
  return mode === LOOSE && !isObject(b) && a == b;
}

/** The one entry of the recursion; `active` holds the pairs being compared. */
function compare(a, b, mode, active) {
  if (a === b) return a !== 0 || mode === LOOSE || ObjectIs(a, b);
  if (!isObject(a)) return samePrimitive(a, b, mode);
  if (!isObject(b)) return false;
  if (mode === STRICT && ObjectGetPrototypeOf(a) !== ObjectGetPrototypeOf(b)) return false;
  const tag = ObjectPrototypeToString(a);
  if (tag !== ObjectPrototypeToString(b)) return false;
  const brand = brandOf(a);
  if (brand !== brandOf(b)) return false;

  let partners = active.get(a);
  if (partners === undefined) active.set(a, partners = new SafeSet());
  if (partners.has(b)) return true;
  partners.add(b);
  // A URL keeps its text in internal state that no own property shows.
  const equal = (tag !== "[object URL]" || a.href === b.href) &&
    sameContents(a, b, brand, mode, active);
  partners.delete(b);
  if (partners.size === 0) active.delete(a);
  return equal;
}

function sameContents(a, b, brand, mode, active) {
  let hasElements = false;
  switch (brand) {
    case "Object":
      break;
    case "Array":
      if (!sameElements(a, b, mode, active)) return false;
      hasElements = true;
      break;
    case "Date":
      if (DatePrototypeGetTime(a) !== DatePrototypeGetTime(b)) return false;
      break;
    case "RegExp":
      if (
        RegExpPrototypeGetSource(a) !== RegExpPrototypeGetSource(b) ||
        RegExpPrototypeGetFlags(a) !== RegExpPrototypeGetFlags(b) ||
        a.lastIndex !== b.lastIndex
      ) return false;
      break;
    case "Error":
      if (!sameErrors(a, b, mode, active)) return false;
      break;
    case "Set":
      if (!sameSets(a, b, mode, active)) return false;
      break;
    case "Map":
      if (!sameMaps(a, b, mode, active)) return false;
      break;
    case "Number":
      if (!ObjectIs(NumberPrototypeValueOf(a), NumberPrototypeValueOf(b))) return false;
      break;
    case "String":
      if (StringPrototypeValueOf(a) !== StringPrototypeValueOf(b)) return false;
      break;
    case "Boolean":
      if (BooleanPrototypeValueOf(a) !== BooleanPrototypeValueOf(b)) return false;
      break;
    case "BigInt":
      if (BigIntPrototypeValueOf(a) !== BigIntPrototypeValueOf(b)) return false;
      break;
    case "Symbol":
      if (SymbolPrototypeValueOf(a) !== SymbolPrototypeValueOf(b)) return false;
      break;
    case "Opaque":
      // What a WeakMap, WeakSet or Promise holds cannot be seen, so only the
      // same one is surely equal.
      return false;
    case "ArrayBuffer":
    case "SharedArrayBuffer":
      if (!sameNumbers(bytesOf(a, brand), bytesOf(b, brand), mode, true)) return false;
      break;
    case "DataView":
      if (!sameNumbers(bytesOf(a, brand), bytesOf(b, brand), mode, true)) return false;
      break;
    default:
      if (!sameTypedArrays(a, b, brand, mode)) return false;
      hasElements = true;
  }
  return sameProperties(a, b, hasElements, mode, active);
}

// The four properties that errors carry without listing them as keys. A listed
// one is compared with the other properties.
function sameErrors(a, b, mode, active) {
  const names = ["message", "name", "cause", "errors"];
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (ObjectPrototypePropertyIsEnumerable(b, name)) continue;
    if (mode === PARTIAL && b[name] === undefined) continue;
    if (!compare(a[name], b[name], mode, active)) return false;
  }
  return true;
}

function bytesOf(value, brand) {
  if (brand === "ArrayBuffer" || brand === "SharedArrayBuffer") {
    try {
      return new Uint8Array(value);
    } catch {
      return new Uint8Array(0); // detached
    }
  }
  if (brand === "DataView") {
    return new Uint8Array(
      DataViewPrototypeGetBuffer(value),
      DataViewPrototypeGetByteOffset(value),
      DataViewPrototypeGetByteLength(value),
    );
  }
  const length = TypedArrayPrototypeGetByteLength(value);
  if (length === 0) return new Uint8Array(0);
  return new Uint8Array(
    TypedArrayPrototypeGetBuffer(value),
    TypedArrayPrototypeGetByteOffset(value),
    length,
  );
}

// Strictly, floats are compared by bits, so that NaN equals NaN and -0 differs
// from 0; loosely they follow `===`.
function sameTypedArrays(a, b, brand, mode) {
  const byValue = mode === PARTIAL ||
    (mode === LOOSE && (brand === "Float32Array" || brand === "Float64Array"));
  if (byValue) return sameNumbers(a, b, mode, mode === PARTIAL);
  return sameNumbers(bytesOf(a, brand), bytesOf(b, brand), mode, true);
}

// `exact` means Object.is; partially, `b` may leave elements of `a` out.
function sameNumbers(a, b, mode, exact) {
  const lengthA = TypedArrayPrototypeGetLength(a);
  const lengthB = TypedArrayPrototypeGetLength(b);
  if (mode === PARTIAL ? lengthA < lengthB : lengthA !== lengthB) return false;
  let skipped = 0;
  for (let i = 0; i < lengthB; i++) {
    while (!(exact ? ObjectIs(a[i + skipped], b[i]) : a[i + skipped] === b[i])) {
      if (mode !== PARTIAL || ++skipped > lengthA - lengthB) return false;
    }
  }
  return true;
}

// Holes equal only holes, except that a partial comparison asks nothing of a
// hole it expects. Partially, `b` is to appear in `a` in order, with gaps.
function sameElements(a, b, mode, active) {
  const { length } = b;
  if (mode === PARTIAL ? a.length < length : a.length !== length) return false;
  let skipped = 0;
  for (let i = 0; i < length; i++) {
    const wanted = ObjectPrototypeHasOwnProperty(b, i);
    if (mode === PARTIAL) {
      while (wanted && !compare(a[i + skipped], b[i], mode, active)) {
        if (++skipped > a.length - length) return false;
      }
    } else if (wanted) {
      if (!ObjectPrototypeHasOwnProperty(a, i) || !compare(a[i], b[i], mode, active)) return false;
    } else if (ObjectPrototypeHasOwnProperty(a, i)) {
      return false;
    } else {
      return sameSparseElements(a, b, mode, active);
    }
  }
  return true;
}

// From the first hole on, existing keys are walked instead of every index: the
// length of a sparse array can be 2 ** 32 - 1.
function sameSparseElements(a, b, mode, active) {
  const keys = ObjectKeys(a);
  if (keys.length !== ObjectKeys(b).length) return false;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (!ObjectPrototypeHasOwnProperty(b, key) || !compare(a[key], b[key], mode, active)) return false;
  }
  return true;
}

/** Removes from `pool` the first item for which `isMatch` holds. */
function takeMatch(pool, isMatch) {
  for (let i = 0; i < pool.length; i++) {
    if (!isMatch(pool[i])) continue;
    ArrayPrototypeSplice(pool, i, 1);
    return true;
  }
  return false;
}

function sameSets(a, b, mode, active) {
  const sizeA = SetPrototypeGetSize(a);
  const sizeB = SetPrototypeGetSize(b);
  if (mode === PARTIAL ? sizeA < sizeB : sizeA !== sizeB) return false;
  const wanted = [];
  for (const item of new SafeSetIterator(b)) {
    if (SetPrototypeHas(a, item)) continue;
    if (mode !== LOOSE && !isObject(item)) return false;
    ArrayPrototypePush(wanted, item);
  }
  if (wanted.length === 0) return true;
  const pool = [];
  for (const item of new SafeSetIterator(a)) {
    if (!SetPrototypeHas(b, item)) ArrayPrototypePush(pool, item);
  }
  for (let i = 0; i < wanted.length; i++) {
    if (!takeMatch(pool, (item) => compare(item, wanted[i], mode, active))) return false;
  }
  return true;
}

function sameMaps(a, b, mode, active) {
  const sizeA = MapPrototypeGetSize(a);
  const sizeB = MapPrototypeGetSize(b);
  if (mode === PARTIAL ? sizeA < sizeB : sizeA !== sizeB) return false;
  const wanted = [];
  const matched = new SafeSet();
  for (const entry of new SafeMapIterator(b)) {
    const key = entry[0];
    if (MapPrototypeHas(a, key) && compare(MapPrototypeGet(a, key), entry[1], mode, active)) {
      matched.add(key);
      continue;
    }
    if (mode !== LOOSE && !isObject(key)) return false;
    ArrayPrototypePush(wanted, entry);
  }
  if (wanted.length === 0) return true;
  const pool = [];
  for (const entry of new SafeMapIterator(a)) {
    if (!matched.has(entry[0])) ArrayPrototypePush(pool, entry);
  }
  for (let i = 0; i < wanted.length; i++) {
    const isMatch = (entry) =>
      compare(entry[0], wanted[i][0], mode, active) && compare(entry[1], wanted[i][1], mode, active);
    if (!takeMatch(pool, isMatch)) return false;
  }
  return true;
}

// Symbol keys do not count loosely.
function comparedKeys(value, hasElements, mode) {
  const keys = ownKeys(value, hasElements);
  while (mode === LOOSE && typeof keys[keys.length - 1] === "symbol") keys.length--;
  return keys;
}

function sameProperties(a, b, hasElements, mode, active) {
  const keys = comparedKeys(b, hasElements, mode);
  if (mode !== PARTIAL && keys.length !== comparedKeys(a, hasElements, mode).length) return false;
  for (let i = 0; i < keys.length; i++) {
    if (!ObjectPrototypePropertyIsEnumerable(a, keys[i])) return false;
  }
  for (let i = 0; i < keys.length; i++) {
    if (!compare(a[keys[i]], b[keys[i]], mode, active)) return false;
  }
  return true;
}

return {
  isDeepEqual: (actual, expected) => compare(actual, expected, LOOSE, new SafeMap()),
  isDeepStrictEqual: (actual, expected) => compare(actual, expected, STRICT, new SafeMap()),
  isPartialStrictEqual: (actual, expected) => compare(actual, expected, PARTIAL, new SafeMap()),
};
})();
