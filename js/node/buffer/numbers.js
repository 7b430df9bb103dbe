// Numbers in a Buffer: the methods that read and write them.
//
// Owns the layout of numbers in bytes and the checks of offsets. It must not know text.

(function () {
const { core, primordials } = __bootstrap;
const {
  DataView,
  DataViewPrototypeGetBigInt64,
  DataViewPrototypeGetBigUint64,
  DataViewPrototypeGetFloat32,
  DataViewPrototypeGetFloat64,
  DataViewPrototypeSetBigInt64,
  DataViewPrototypeSetFloat32,
  DataViewPrototypeSetFloat64,
  MathFloor,
  NumberIsInteger,
  ObjectAssign,
  StringPrototypeReplace,
  TypeError,
  TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeGetLength,
  TypedArrayPrototypeGetSymbolToStringTag,
} = primordials;
const { invalidArgType, outOfBounds, outOfRange, validateInteger, validateNumber } = core.loadExtScript("ext:denizen/node/internal/errors.js");

// What is no bytes says its length itself.
const lengthOf = (self) => (TypedArrayPrototypeGetSymbolToStringTag(self) === undefined ? self.length : TypedArrayPrototypeGetLength(self));

// Refuses an offset at which `width` bytes are not there.
function checkOffset(self, offset, width) {
  const length = lengthOf(self);
  if (width === 1) {
    validateInteger(offset, "offset", 0, length);
    if (!(offset < length)) throw length === 0 ? outOfBounds() : outOfRange("offset", `>= 0 and <= ${length - 1}`, offset);
    return;
  }
  validateNumber(offset, "offset");
  if (NumberIsInteger(offset) && offset >= 0 && offset + width <= length) return;
  if (!NumberIsInteger(offset)) throw outOfRange("offset", "an integer", offset);
  if (length - width < 0) throw outOfBounds();
  throw outOfRange("offset", `>= 0 and <= ${length - width}`, offset);
}

// The same, in the order of methods that look at the whole length first.
function checkPlace(self, offset, width) {
  validateInteger(offset, "offset", 0, lengthOf(self));
  checkOffset(self, offset, width);
}

function checkWidth(width) {
  if (!NumberIsInteger(width)) throw outOfRange("byteLength", "an integer", width);
  if (width < 1 || width > 6) throw outOfRange("byteLength", ">= 1 and <= 6", width);
}

function readUnsigned(self, offset, width, little) {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + self[offset + (little ? width - 1 - i : i)];
  return value;
}

function readSigned(self, offset, width, little) {
  const value = readUnsigned(self, offset, width, little);
  const half = 2 ** (width * 8 - 1);
  return value >= half ? value - 2 * half : value;
}

function rangeText(width, signed) {
  const bits = width * 8;
  if (width > 4) return signed ? `>= -(2 ** ${bits - 1}) and < 2 ** ${bits - 1}` : `>= 0 and < 2 ** ${bits}`;
  return signed ? `>= ${-(2 ** (bits - 1))} and <= ${2 ** (bits - 1) - 1}` : `>= 0 and <= ${2 ** bits - 1}`;
}

function write(self, value, offset, width, little, signed) {
  value = +value;
  const min = signed ? -(2 ** (width * 8 - 1)) : 0;
  const max = signed ? 2 ** (width * 8 - 1) - 1 : 2 ** (width * 8) - 1;
  if (width === 1 || !(value > max || value < min)) checkOffset(self, offset, width);
  if (value > max || value < min) throw outOfRange("value", rangeText(width, signed), value);
  let rest = MathFloor(value < 0 ? value + 2 ** (width * 8) : value);
  if (rest !== rest) rest = 0;
  for (let i = 0; i < width; i++) {
    self[offset + (little ? i : width - 1 - i)] = rest % 256;
    rest = MathFloor(rest / 256);
  }
  return offset + width;
}

const view = (self) => new DataView(TypedArrayPrototypeGetBuffer(self), TypedArrayPrototypeGetByteOffset(self), TypedArrayPrototypeGetLength(self));
const methods = { __proto__: null };
const WIDTHS = [8, 16, 32];
const ORDERS = ["LE", "BE"];

for (let o = 0; o < 2; o++) {
  const order = ORDERS[o];
  const little = o === 0;
  for (let signed = 0; signed < 2; signed++) {
    const read = signed ? readSigned : readUnsigned;
    const kind = signed ? "Int" : "UInt";
    for (let w = 0; w < 3; w++) {
      const width = WIDTHS[w] / 8;
      const name = `${kind}${WIDTHS[w]}${width === 1 ? "" : order}`;
      ObjectAssign(methods, {
        [`read${name}`](offset = 0) {
          checkOffset(this, offset, width);
          return read(this, offset, width, little);
        },
        [`write${name}`](value, offset = 0) {
          return write(this, value, offset, width, little, signed === 1);
        },
      });
    }
    ObjectAssign(methods, {
      [`read${kind}${order}`](offset, byteLength) {
        if (offset === undefined) throw invalidArgType("offset", "number", offset);
        checkWidth(byteLength);
        if (byteLength === 1) validateNumber(offset, "offset");
        checkOffset(this, offset, byteLength);
        return read(this, offset, byteLength, little);
      },
      [`write${kind}${order}`](value, offset, byteLength) {
        if (offset === undefined) throw invalidArgType("offset", "number", offset);
        checkWidth(byteLength);
        return write(this, value, offset, byteLength, little, signed === 1);
      },
    });
    const get = signed ? DataViewPrototypeGetBigInt64 : DataViewPrototypeGetBigUint64;
    const min = signed ? -(2n ** 63n) : 0n;
    const max = signed ? 2n ** 63n - 1n : 2n ** 64n - 1n;
    const range = signed ? ">= -(2n ** 63n) and < 2 ** 63n" : ">= 0n and < 2n ** 64n";
    ObjectAssign(methods, {
      [`readBig${kind}64${order}`](offset = 0) {
        const at = offset >>> 0;
        checkPlace(this, at, 8);
        return get(view(this), at, little);
      },
      [`writeBig${kind}64${order}`](value, offset = 0) {
        if (value > max || value < min) throw outOfRange("value", range, value);
        checkPlace(this, offset, 8);
        if (typeof value !== "bigint") throw new TypeError("Cannot mix BigInt and other types, use explicit conversions");
        DataViewPrototypeSetBigInt64(view(this), offset, value, little);
        return offset + 8;
      },
    });
  }
  ObjectAssign(methods, {
    [`readFloat${order}`](offset = 0) {
      checkOffset(this, offset, 4);
      return DataViewPrototypeGetFloat32(view(this), offset, little);
    },
    [`readDouble${order}`](offset = 0) {
      checkOffset(this, offset, 8);
      return DataViewPrototypeGetFloat64(view(this), offset, little);
    },
    [`writeFloat${order}`](value, at) {
      const offset = at === undefined ? 0 : at;
      checkOffset(this, offset, 4);
      DataViewPrototypeSetFloat32(view(this), offset, +value, little);
      return offset + 4;
    },
    [`writeDouble${order}`](value, at) {
      const offset = at === undefined ? 0 : at;
      checkOffset(this, offset, 8);
      DataViewPrototypeSetFloat64(view(this), offset, +value, little);
      return offset + 8;
    },
  });
}
// Each name with "UInt" has a twin with "Uint".
for (const name in methods) {
  const twin = StringPrototypeReplace(name, "UInt", "Uint");
  if (twin !== name) methods[twin] = methods[name];
}

return methods;
})();
