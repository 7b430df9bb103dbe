// What `node:buffer` has, and what other modules need of it.
//
// Owns the class and its methods; conversions between text and bytes are operations, numbers are
// buffer/numbers.js. It must not know streams or files.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_bytes_of, op_node_is_utf8, op_node_text_of } = core.ops;
const { isAnyArrayBuffer, isTypedArray, isDataView } = core;
const {
  ArrayBufferPrototypeGetByteLength, ArrayIsArray, ArrayPrototypePush, DataViewPrototypeGetBuffer,
  DataViewPrototypeGetByteLength, DataViewPrototypeGetByteOffset, Error, MathFloor, MathMax, MathMin, MathTrunc, Number, NumberIsNaN,
  NumberIsSafeInteger, ObjectDefineProperties, ObjectDefineProperty, ObjectKeys, ObjectPrototypePropertyIsEnumerable,
  ObjectSetPrototypeOf, RangeError, ReflectOwnKeys, RegExpPrototypeSymbolReplace, StringPrototypeCharCodeAt, StringPrototypeIndexOf,
  StringPrototypeSlice, StringPrototypeToLowerCase, StringPrototypeTrim, SymbolFor, SymbolToPrimitive, TypeError,
  TypedArrayPrototypeFill, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength, TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeGetLength, TypedArrayPrototypeGetSymbolToStringTag, TypedArrayPrototypeSet, TypedArrayPrototypeSubarray,
  Uint8Array,
} = primordials;
const {
  invalidArgType, invalidArgValue, invalidArgValueRange, nodeRangeError, outOfBounds, outOfRange, unknownEncoding, validateInteger,
  validateNumber, validateString,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { atob, btoa } = core.loadExtScript("ext:deno_web/05_base64.js");
const { Blob, File } = core.loadExtScript("ext:deno_web/09_file.js");
const numbers = core.loadExtScript("ext:denizen/node/buffer/numbers.js");

const MAX_LENGTH = 2147483647;
const MAX_STRING_LENGTH = 536870888;
const INSPECT_MAX_BYTES = 50;
const MEMBERS_MAX = 16384;
const UTF8 = 0;
const LATIN1 = 1;
const ASCII = 2;
const UTF16 = 3;
const BASE64 = 4;
const BASE64URL = 5;
const HEX = 6;
const ENCODINGS = {
  __proto__: null, "utf8": UTF8, "utf-8": UTF8, "latin1": LATIN1, "binary": LATIN1, "ascii": ASCII, "utf16le": UTF16, "utf-16le": UTF16,
  "ucs2": UTF16, "ucs-2": UTF16, "base64": BASE64, "base64url": BASE64URL, "hex": HEX, "": UTF8,
};
const NAMES = ["utf8", "latin1", "ascii", "utf16le", "base64", "base64url", "hex"];

// The number of an encoding; undefined for a name that is none.
function findEncoding(name) {
  return ENCODINGS[name] ?? ENCODINGS[StringPrototypeToLowerCase(`${name}`)];
}

// The same; nothing means UTF-8, what is none throws.
function encodingOf(name) {
  if (name === undefined || name === null) return UTF8;
  const encoding = findEncoding(name);
  if (encoding === undefined) throw unknownEncoding(name);
  return encoding;
}

class FastBuffer extends Uint8Array {
  constructor(first, offset, length) {
    super(first, offset, length);
  }
}

function Buffer(value, encodingOrOffset, length) {
  if (typeof value === "number") {
    if (typeof encodingOrOffset === "string") throw invalidArgType("string", "string", value);
    return Buffer.alloc(value);
  }
  return from(value, encodingOrOffset, length);
}
Buffer.prototype = FastBuffer.prototype;
ObjectDefineProperty(Buffer.prototype, "constructor", { __proto__: null, value: Buffer, configurable: true, enumerable: false, writable: true });
ObjectDefineProperty(Buffer, "name", { __proto__: null, value: "Buffer", configurable: true });
ObjectSetPrototypeOf(Buffer, Uint8Array);

// A Buffer over the memory of `bytes`.
function over(bytes) {
  return new FastBuffer(TypedArrayPrototypeGetBuffer(bytes), TypedArrayPrototypeGetByteOffset(bytes), TypedArrayPrototypeGetByteLength(bytes));
}

const isUint8Array = (value) => TypedArrayPrototypeGetSymbolToStringTag(value) === "Uint8Array";
const fromText = (text, encoding) => over(op_node_bytes_of(text, typeof encoding === "string" ? encodingOf(encoding) : UTF8));
// How many bytes there are; what is no bytes says it itself.
const lengthOf = (self) => isUint8Array(self) ? TypedArrayPrototypeGetLength(self) : self.length;
const notBytes = (method) => new TypeError(`Failed to execute '${method}' on 'BufferUtil': parameter 1 is not of type 'Uint8Array'.`);
const FIRST = ["string", "Buffer", "TypedArray", "ArrayBuffer", "SharedArrayBuffer", "Array", "Array-like Object"];

function wrongSource(value) {
  const error = invalidArgType("x", FIRST, value);
  const reason = StringPrototypeSlice(error.message, StringPrototypeIndexOf(error.message, " Received"));
  error.message = `The first argument must be of type string or an instance of Buffer, TypedArray, ArrayBuffer, SharedArrayBuffer, or Array or an Array-like Object.${reason}`;
  return error;
}

function fromArrayBuffer(buffer, offset, length) {
  const bytes = ArrayBufferPrototypeGetByteLength(buffer);
  if (offset === undefined) {
    offset = 0;
  } else {
    offset = +offset;
    if (NumberIsNaN(offset)) offset = 0;
  }
  const most = bytes - offset;
  if (most < 0) throw outOfBounds("offset");
  if (length === undefined) {
    length = most;
  } else {
    length = +length;
    if (!(length > 0)) length = 0;
    else if (length > most) throw outOfBounds("length");
  }
  return new FastBuffer(buffer, offset, length);
}

function fromArrayLike(value) {
  const length = MathMax(0, MathTrunc(Number(value.length)) || 0);
  const bytes = new FastBuffer(length);
  for (let i = 0; i < length; i++) bytes[i] = value[i];
  return bytes;
}

function fromObject(value) {
  if (value.length !== undefined || isAnyArrayBuffer(value.buffer)) {
    return typeof value.length !== "number" ? new FastBuffer(0) : fromArrayLike(value);
  }
  if (value.type === "Buffer" && ArrayIsArray(value.data)) return fromArrayLike(value.data);
  return undefined;
}

function from(value, encodingOrOffset, length) {
  if (typeof value === "string") return fromText(value, encodingOrOffset);
  if (typeof value === "object" && value !== null) {
    if (isAnyArrayBuffer(value)) return fromArrayBuffer(value, encodingOrOffset, length);
    const primitive = value.valueOf && value.valueOf();
    if (primitive !== undefined && primitive !== null && primitive !== value && (typeof primitive === "string" || typeof primitive === "object")) {
      return from(primitive, encodingOrOffset, length);
    }
    const made = fromObject(value);
    if (made !== undefined) return made;
    if (typeof value[SymbolToPrimitive] === "function") {
      const text = value[SymbolToPrimitive]("string");
      if (typeof text === "string") return fromText(text, encodingOrOffset);
    }
  }
  throw wrongSource(value);
}

function checkSize(size) {
  validateNumber(size, "size");
  if (NumberIsNaN(size)) throw invalidArgValueRange("size", size);
  if (size > MAX_LENGTH) throw outOfRange("size", `0 to ${MAX_LENGTH}`, size);
  if (size < 0) throw new RangeError(`Invalid typed array length: ${size}`);
}

function allocate(size) {
  checkSize(size);
  return new FastBuffer(size);
}

function bytesOf(value, name, expected = ["Buffer", "Uint8Array"]) {
  if (!isUint8Array(value)) throw invalidArgType(name, expected, value);
  return value;
}

// As workerd says it: what was received is the name of its type.
function comparable(value, name) {
  if (!isUint8Array(value)) throw invalidArgType(name, ["Buffer", "Uint8Array"], typeof value);
  return value;
}

const allocUnsafe = function (size) {
  return allocate(size);
};
// Functions that `new` may call: packages have it before some of them.
const STATICS = {
  from: function (value, encodingOrOffset, length) {
    return from(value, encodingOrOffset, length);
  },
  of: function () {
    return fromArrayLike(arguments);
  },
  alloc: function (size, fillWith, encoding) {
    const bytes = allocate(size);
    if (fillWith === undefined || (fillWith === 0 && encoding === undefined)) return bytes;
    if (encoding !== undefined) validateString(encoding, "encoding");
    return fill(bytes, fillWith, encoding);
  },
  allocUnsafe,
  allocUnsafeSlow: allocUnsafe,
  isBuffer: function (value) {
    return value instanceof Buffer;
  },
  isEncoding: function (name) {
    return typeof name === "string" && name.length !== 0 && findEncoding(name) !== undefined;
  },
  byteLength: function (value, encoding) {
    if (typeof value !== "string") {
      if (isTypedArray(value)) return TypedArrayPrototypeGetByteLength(value);
      if (isDataView(value)) return DataViewPrototypeGetByteLength(value);
      if (isAnyArrayBuffer(value)) return ArrayBufferPrototypeGetByteLength(value);
      throw invalidArgType("string", ["string", "Buffer", "ArrayBuffer"], value);
    }
    switch (encoding === undefined || encoding === null ? UTF8 : findEncoding(encoding)) {
      case LATIN1:
      case ASCII:
        return value.length;
      case UTF16:
        return value.length * 2;
      case HEX:
        return value.length >>> 1;
      case BASE64:
      case BASE64URL: {
        let length = value.length;
        if (length > 0 && value[length - 1] === "=") length--;
        if (length > 1 && value[length - 1] === "=") length--;
        return (length * 3) >>> 2;
      }
      default:
        return core.byteLength ? core.byteLength(value) : TypedArrayPrototypeGetByteLength(op_node_bytes_of(value, UTF8));
    }
  },
  compare: function (a, b) {
    return compareBytes(comparable(a, "a"), comparable(b, "b"));
  },
  concat: function (list, length) {
    if (!ArrayIsArray(list)) throw invalidArgType("list", "(Buffer|Uint8Array)[]", list);
    if (length === undefined) {
      length = 0;
      for (let i = 0; i < list.length; i++) {
        if (list[i].length === undefined) throw invalidArgType("list", "(Buffer|Uint8Array)[]", list[i]);
        if (list[i].length) length += list[i].length;
      }
    } else {
      validateInteger(length, "length", 0);
    }
    const out = allocate(length);
    let at = 0;
    for (let i = 0; i < list.length; i++) {
      const item = list[i];
      if (!isUint8Array(item)) {
        throw new TypeError(`Incorrect type for array element ${i}: the provided value is not of type 'Uint8Array'.`);
      }
      if (at >= length) continue;
      const room = length - at;
      const size = TypedArrayPrototypeGetLength(item);
      TypedArrayPrototypeSet(out, size > room ? TypedArrayPrototypeSubarray(item, 0, room) : item, at);
      at += MathMin(size, room);
    }
    return out;
  },
};
ObjectDefineProperties(Buffer, {
  __proto__: null,
  poolSize: { __proto__: null, value: 0, configurable: true, enumerable: true, writable: true },
});
const define = (target, members) => {
  const keys = ObjectKeys(members);
  for (let i = 0; i < keys.length; i++) {
    ObjectDefineProperty(target, keys[i], { __proto__: null, value: members[keys[i]], configurable: true, enumerable: true, writable: true });
  }
};
define(Buffer, STATICS);

function compareBytes(a, b) {
  const length = MathMin(TypedArrayPrototypeGetLength(a), TypedArrayPrototypeGetLength(b));
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  }
  const rest = TypedArrayPrototypeGetLength(a) - TypedArrayPrototypeGetLength(b);
  return rest < 0 ? -1 : rest > 0 ? 1 : 0;
}

// Fills `self` between two offsets with a number, text or bytes.
function fill(self, value, start, end, encoding) {
  const length = lengthOf(self);
  let known;
  if (typeof value === "string") {
    if (typeof start === "string") {
      encoding = start;
      start = 0;
      end = length;
    } else if (typeof end === "string") {
      encoding = end;
      end = length;
    }
    known = encodingOf(encoding);
  }
  if (start !== undefined) validateNumber(start, "start");
  if (end !== undefined) validateNumber(end, "end");
  if (end < 0 || end > length) throw outOfRange("end", `0 to ${length}`, end);
  if (start < 0 || start > length) throw outOfRange("start", "0 to end", start);
  if (end <= start) return self;
  start = start === undefined ? 0 : start >>> 0;
  end = end === undefined ? length : end >>> 0;
  if (isTypedArray(value) || isDataView(value)) {
    if (viewBytes(value).length === 0) throw invalidArgValue("value", "zero-length");
    // Other views fill with their text, as in workerd.
    if (isUint8Array(value)) return repeat(self, value, start, end);
    value = `${value}`;
    known = UTF8;
  }
  if (typeof value === "string") {
    const bytes = op_node_bytes_of(value, known);
    if (known === HEX && bytes.length * 2 !== value.length) throw new TypeError("The text is not valid hex");
    if (bytes.length > 0) return repeat(self, bytes, start, end);
    value = 0;
  }
  return TypedArrayPrototypeFill(self, typeof value === "number" ? value & 255 : value ?? 0, start, end);
}

function repeat(self, bytes, start, end) {
  if (!isUint8Array(self)) throw notBytes("fillImpl");
  const size = TypedArrayPrototypeGetLength(bytes);
  for (let i = start; i < end; i++) self[i] = bytes[(i - start) % size];
  return self;
}

// Where `value` is found from `offset` on, forwards or backwards; -1 if nowhere.
function search(self, value, offset, encoding, forwards) {
  const length = lengthOf(self);
  if (typeof offset === "string") {
    encoding = offset;
    offset = undefined;
  }
  offset = +offset;
  if (NumberIsNaN(offset)) offset = forwards ? 0 : length;
  offset = MathMax(-2147483648, MathMin(2147483647, MathTrunc(offset)));
  let step = 1;
  if (typeof value === "number") {
    value = [value & 255];
  } else {
    if (typeof value !== "string" && !isUint8Array(value)) {
      throw invalidArgType("value", ["number", "string", "Buffer", "Uint8Array"], value);
    }
    const known = encodingOf(encoding);
    if (known === UTF16) step = 2;
    if (!isUint8Array(self)) throw notBytes("indexOf");
    if (typeof value === "string") value = op_node_bytes_of(value, known);
  }
  const size = value.length;
  if (offset < 0) {
    offset += length;
    if (offset < 0) {
      if (!forwards && size > 0) return -1;
      offset = 0;
    }
  }
  if (size === 0) return MathMin(offset, length);
  if (forwards && offset + size > length) return -1;
  // UTF-16 is found at whole units, from the one that the offset is in.
  if (forwards) {
    for (let at = offset - offset % step; at + size <= length; at += step) if (matchesAt(self, value, at, size)) return at;
  } else {
    const last = MathMin(offset, length - size);
    for (let at = last - last % step; at >= 0; at -= step) if (matchesAt(self, value, at, size)) return at;
  }
  return -1;
}

function matchesAt(self, value, at, size) {
  for (let i = 0; i < size; i++) {
    if (self[at + i] !== value[i]) return false;
  }
  return true;
}

function textOf(self, encoding, start, end) {
  return op_node_text_of(start === 0 && end === TypedArrayPrototypeGetLength(self) ? self : TypedArrayPrototypeSubarray(self, start, end), encoding);
}

// Writes as much of `text` as fits without cutting a character.
function writeText(self, text, offset, length, encoding) {
  const bytes = op_node_bytes_of(text, encoding);
  let size = MathMin(bytes.length, length);
  if (encoding === UTF16) size -= size % 2;
  if (encoding === UTF8 && size < bytes.length) {
    while (size > 0 && (bytes[size] & 0xc0) === 0x80) size--;
  }
  TypedArrayPrototypeSet(self, size === bytes.length ? bytes : TypedArrayPrototypeSubarray(bytes, 0, size), offset);
  return size;
}

function adjust(value, length) {
  value = MathTrunc(value);
  if (value === 0 || NumberIsNaN(value)) return 0;
  return value < 0 ? MathMax(0, value + length) : MathMin(value, length);
}

function slice(self, start, end) {
  const length = TypedArrayPrototypeGetLength(self);
  start = adjust(start, length);
  end = end !== undefined ? adjust(end, length) : length;
  return new FastBuffer(TypedArrayPrototypeGetBuffer(self), TypedArrayPrototypeGetByteOffset(self) + start, end > start ? end - start : 0);
}

function swap(self, width) {
  const length = lengthOf(self);
  if (length % width !== 0) throw nodeRangeError("ERR_INVALID_BUFFER_SIZE", `Buffer size must be a multiple of ${width * 8}-bits`);
  for (let i = 0; i < length; i += width) {
    for (let j = 0; j < width / 2; j++) {
      const kept = self[i + j];
      self[i + j] = self[i + width - 1 - j];
      self[i + width - 1 - j] = kept;
    }
  }
  return self;
}

// An offset of copy(): whole, and 0 for what is no number that could be one.
function copyOffset(value, name, bounded) {
  const number = +value;
  const whole = NumberIsSafeInteger(MathFloor(number)) ? MathFloor(number) : 0;
  if (whole < 0) throw outOfRange(name, ">= 0", whole);
  if (bounded && whole >= 2 ** 32) throw outOfRange(name, `< ${2 ** 32}`, whole);
  return whole;
}

// What else a Buffer has than bytes. Its keys are listed with all indices: a large one is shown without.
function membersText(self, ctx) {
  if (self.length > MEMBERS_MAX) return "";
  const keys = ReflectOwnKeys(self);
  const members = { __proto__: null };
  let any = false;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if ((typeof key === "string" && `${key >>> 0}` === key) || (!ctx.showHidden && !ObjectPrototypePropertyIsEnumerable(self, key))) continue;
    any = true;
    members[key] = self[key];
  }
  if (!any) return "";
  const { inspect } = core.loadExtScript("ext:denizen/node/util/inspect.js");
  const text = inspect(members, { ...ctx, breakLength: Infinity, compact: true });
  return StringPrototypeSlice(text, "[Object: null prototype] { ".length, -2);
}

const METHODS = {
  swap16() {
    return swap(this, 2);
  },
  swap32() {
    return swap(this, 4);
  },
  swap64() {
    return swap(this, 8);
  },
  toString(encoding, start, end) {
    const length = lengthOf(this);
    if (arguments.length > 0) {
      start = start <= 0 || start === undefined ? 0 : start >= length ? length : start | 0;
      end = end === undefined || end > length ? length : end | 0;
      if (end <= start) return "";
    }
    const known = encoding === undefined ? UTF8 : findEncoding(encoding);
    if (known === undefined) throw unknownEncoding(encoding);
    if (!isUint8Array(this)) throw notBytes("toString");
    return arguments.length > 0 ? textOf(this, known, start, end) : textOf(this, known, 0, length);
  },
  equals(other) {
    comparable(other, "b");
    return this === other || (this.length === other.length && compareBytes(this, other) === 0);
  },
  inspect(_recurseTimes, ctx) {
    const length = this.byteLength;
    const shown = MathMin(INSPECT_MAX_BYTES, length);
    let out = StringPrototypeTrim(RegExpPrototypeSymbolReplace(/(.{2})/g, this.toString("hex", 0, shown), "$1 "));
    if (length > shown) out += ` ... ${length - shown} more byte${length - shown > 1 ? "s" : ""}`;
    const members = ctx ? membersText(this, ctx) : "";
    return `<Buffer ${out}${length > 0 && members ? ", " : ""}${members}>`;
  },
  compare(target, targetStart, targetEnd, thisStart, thisEnd) {
    bytesOf(target, "target");
    const check = (value, name, fallback, max) => {
      if (value === undefined) return fallback;
      validateInteger(value, name, 0, max);
      return value;
    };
    targetStart = check(targetStart, "targetStart", 0, MAX_LENGTH);
    targetEnd = check(targetEnd, "targetEnd", target.length, target.length);
    thisStart = check(thisStart, "sourceStart", 0, MAX_LENGTH);
    thisEnd = check(thisEnd, "sourceEnd", this.length, this.length);
    if (thisStart >= thisEnd) return targetStart >= targetEnd ? 0 : -1;
    if (targetStart >= targetEnd) return 1;
    return compareBytes(TypedArrayPrototypeSubarray(this, thisStart, thisEnd), TypedArrayPrototypeSubarray(target, targetStart, targetEnd));
  },
  includes(value, offset, encoding) {
    return search(this, value, offset, encoding, true) !== -1;
  },
  indexOf(value, offset, encoding) {
    return search(this, value, offset, encoding, true);
  },
  lastIndexOf(value, offset, encoding) {
    return search(this, value, offset, encoding, false);
  },
  fill(value, offset, end, encoding) {
    return fill(this, value, offset, end, encoding);
  },
  write(text, offset, length, encoding) {
    const all = TypedArrayPrototypeGetLength(this);
    text = `${text}`;
    if (offset === undefined) return writeText(this, text, 0, all, UTF8);
    if (length === undefined && typeof offset === "string") {
      encoding = offset;
      length = all;
      offset = 0;
    } else {
      validateInteger(offset, "offset", 0, all);
      const room = all - offset;
      if (length === undefined) {
        length = room;
      } else if (typeof length === "string") {
        encoding = length;
        length = room;
      } else {
        validateInteger(length, "length", 0, all);
        if (length > room) length = room;
      }
    }
    return writeText(this, text, offset, length, encoding ? encodingOf(encoding) : UTF8);
  },
  toJSON() {
    const data = [];
    for (let i = 0; i < this.length; i++) ArrayPrototypePush(data, this[i]);
    return { type: "Buffer", data };
  },
  slice(start, end) {
    // Offsets are 32 bits wide.
    start = ~~start;
    end = end === undefined ? undefined : ~~end;
    if (!isTypedArray(this)) throw new TypeError("this.subarray is not a function");
    return slice(this, start, end);
  },
  copy(target, targetStart, sourceStart, sourceEnd) {
    if (!isUint8Array(target)) throw invalidArgType("target", ["Buffer", "Uint8Array"], target);
    const length = lengthOf(this);
    const room = TypedArrayPrototypeGetLength(target);
    targetStart = copyOffset(targetStart, "targetStart", false);
    sourceStart = copyOffset(sourceStart, "sourceStart", true);
    sourceEnd = copyOffset(sourceEnd ?? length, "sourceEnd", true);
    if (targetStart >= room || length === 0) return 0;
    if (sourceEnd > 0 && sourceEnd < sourceStart) sourceEnd = sourceStart;
    if (sourceEnd === sourceStart) return 0;
    sourceEnd = MathMin(sourceEnd, length, room - targetStart + sourceStart);
    if (sourceEnd > sourceStart) TypedArrayPrototypeSet(target, TypedArrayPrototypeSubarray(this, sourceStart, sourceEnd), targetStart);
    // Below 0 where the source begins behind its end, as in workerd.
    return sourceEnd - sourceStart;
  },
};
define(Buffer.prototype, METHODS);
for (let i = 0; i < NAMES.length; i++) {
  const short = NAMES[i] === "utf16le" ? "ucs2" : NAMES[i];
  const made = {
    [`${short}Slice`](start, end) {
      const length = TypedArrayPrototypeGetLength(this);
      validateInteger(start, "start", 0, length);
      validateInteger(end, "end", 0, length);
      return end <= start ? "" : textOf(this, i, start, end);
    },
    [`${short}Write`](text, at, count) {
      const offset = at === undefined ? 0 : at;
      const length = count === undefined ? this.length : count;
      const all = TypedArrayPrototypeGetLength(this);
      validateInteger(offset, "offset", 0, all);
      validateInteger(length, "length", 0, all - offset);
      return writeText(this, text, offset, length, i);
    },
  };
  define(Buffer.prototype, made);
}
define(Buffer.prototype, { toLocaleString: Buffer.prototype.toString, ...numbers });
ObjectDefineProperty(Buffer.prototype, SymbolFor("nodejs.util.inspect.custom"), {
  __proto__: null, value: Buffer.prototype.inspect, configurable: true, enumerable: true, writable: true,
});
ObjectDefineProperties(Buffer.prototype, {
  __proto__: null,
  parent: {
    __proto__: null, enumerable: true, configurable: false,
    get() {
      return this instanceof Buffer ? TypedArrayPrototypeGetBuffer(this) : undefined;
    },
  },
  offset: {
    __proto__: null, enumerable: true, configurable: false,
    get() {
      return this instanceof Buffer ? TypedArrayPrototypeGetByteOffset(this) : undefined;
    },
  },
});

// Bytes of a view or buffer, or undefined.
function viewBytes(value) {
  if (isTypedArray(value)) return over(value);
  if (isDataView(value)) return new FastBuffer(DataViewPrototypeGetBuffer(value), DataViewPrototypeGetByteOffset(value), DataViewPrototypeGetByteLength(value));
  if (isAnyArrayBuffer(value)) return new FastBuffer(value);
  return undefined;
}

function SlowBuffer(size) {
  return allocate(+size);
}

function checkBytes(value, method) {
  const bytes = viewBytes(value);
  if (bytes === undefined) throw notBytes(method);
  return bytes;
}

function isAscii(value) {
  const bytes = checkBytes(value, "isAscii");
  for (let i = 0; i < bytes.length; i++) if (bytes[i] > 127) return false;
  return true;
}

function isUtf8(value) {
  return op_node_is_utf8(checkBytes(value, "isUtf8"));
}

function transcode(source, fromEncoding, toEncoding) {
  if (!isTypedArray(source) && !isDataView(source)) throw invalidArgType("source", "ArrayBufferView", typeof source);
  const inner = encodingOf(fromEncoding);
  const outer = encodingOf(toEncoding);
  if (!isUint8Array(source)) throw notBytes("transcode");
  if (inner > UTF16 || outer > UTF16) throw new Error("Unable to transcode buffer due to unsupported encoding");
  return transcoded(textOf(source, inner === ASCII ? LATIN1 : inner, 0, TypedArrayPrototypeGetLength(source)), outer);
}

// What latin1 cannot say is told by the low byte of the last unit that UTF-8 would have, as workerd does it.
function transcoded(text, encoding) {
  if (encoding === UTF8 || encoding === UTF16) return over(op_node_bytes_of(text, encoding));
  const out = [];
  for (let i = 0; i < text.length; i++) {
    const unit = StringPrototypeCharCodeAt(text, i);
    ArrayPrototypePush(out, unit > 255 ? 128 : unit);
  }
  return fromArrayLike(out);
}

function resolveObjectURL(id) {
  throw new Error("resolveObjectURL is not implemented");
}

const constants = { MAX_LENGTH, MAX_STRING_LENGTH };
const exported = {
  atob, btoa, constants, kMaxLength: MAX_LENGTH, kStringMaxLength: MAX_STRING_LENGTH, Blob, Buffer, File, SlowBuffer, isAscii, isUtf8,
  transcode, INSPECT_MAX_BYTES, resolveObjectURL,
};

return { ...exported, default: exported, internal: { slice, encodingOf, findEncoding, NAMES, over, viewBytes, isUint8Array, BASE64, BASE64URL, HEX, UTF16, UTF8 } };
})();
