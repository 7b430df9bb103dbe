// Random values.
//
// Owns the checks of arguments; the bytes are the host's. It must not know what they are for.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_random_bytes } = core.ops;
const { MathFloor, NumberIsSafeInteger, ObjectDefineProperty } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { invalidArgType, outOfRange, validateFunction, validateInteger, validateNumber } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { crypto: webcrypto } = core.loadExtScript("ext:denizen/io/crypto.js");

function fillRandom(bytes) {
  if (bytes.length > 0) op_random_bytes(bytes);
  return bytes;
}

function randomBytes(size, callback) {
  validateInteger(size, "size", 0, 2147483647);
  if (callback !== undefined) validateFunction(callback, "callback");
  const bytes = fillRandom(Buffer.alloc(size));
  if (callback === undefined) return bytes;
  nextTick(callback, null, bytes);
  return undefined;
}

function randomFillSync(buffer, offset = 0, size = undefined) {
  const bytes = internal.viewBytes(buffer);
  if (bytes === undefined) throw invalidArgType("buffer", ["ArrayBuffer", "ArrayBufferView"], buffer);
  validateNumber(offset, "offset");
  // What was filled, not the argument: as in workerd.
  return fillRandom(internal.slice(bytes, offset, size === undefined ? undefined : offset + size));
}
ObjectDefineProperty(randomFillSync, "length", { __proto__: null, value: 3, configurable: true });

function randomFill(buffer, offset, size, callback) {
  if (typeof offset === "function") {
    callback = offset;
    offset = 0;
    size = undefined;
  } else if (typeof size === "function") {
    callback = size;
    size = undefined;
  }
  validateFunction(callback, "callback");
  randomFillSync(buffer, offset, size);
  nextTick(callback, null, buffer);
}

// A whole number below `range`, each equally likely: what would favour some is drawn again.
function below(range) {
  const limit = 281474976710656 - (281474976710656 % range);
  for (;;) {
    const value = fillRandom(Buffer.alloc(6)).readUIntBE(0, 6);
    if (value < limit) return value % range;
  }
}

function randomInt(min, max, callback) {
  if (max === undefined || typeof max === "function") {
    callback = max;
    max = min;
    min = 0;
  }
  if (callback !== undefined) validateFunction(callback, "callback");
  validateNumber(min, "min");
  validateNumber(max, "max");
  if (!NumberIsSafeInteger(min)) throw invalidArgType("min", "a safe integer", min);
  if (!NumberIsSafeInteger(max)) throw invalidArgType("max", "a safe integer", max);
  if (min >= max) throw outOfRange("min", "min < max", min);
  if (max - min > 281474976710655) throw outOfRange("max - min", "<= 281474976710655", max - min);
  const value = min + MathFloor(below(max - min));
  if (callback === undefined) return value;
  nextTick(callback, null, value);
  return undefined;
}

function randomUUID(options) {
  return webcrypto.randomUUID();
}

return { randomBytes, randomFill, randomFillSync, randomInt, randomUUID };
})();
