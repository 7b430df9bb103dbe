// Random values.
//
// Owns the checks of arguments; the bytes are the host's. It must not know what they are for.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_random_bytes } = core.ops;
const { MathFloor, TypedArrayPrototypeGetSymbolToStringTag } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { invalidArgType, outOfRange, validateBoolean, validateFunction, validateInteger, validateObject } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { crypto: webcrypto } = core.loadExtScript("ext:denizen/io/crypto.js");
const { later } = core.loadExtScript("ext:denizen/node/crypto/shared.js");

const MAX_LENGTH = 2147483647;
const MAX_RANGE = 281474976710655;
const BUFFERS = ["TypedArray", "DataView", "ArrayBuffer", "SharedArrayBuffer"];

function fillRandom(bytes) {
  if (bytes.length > 0) op_random_bytes(bytes);
  return bytes;
}

function randomBytes(size, callback) {
  validateInteger(size, "size", 0, MAX_LENGTH);
  const bytes = Buffer.alloc(size);
  if (callback === undefined) return fillRandom(bytes);
  randomFill(bytes, callback);
  return undefined;
}

function checkBuffer(buffer) {
  const bytes = internal.viewBytes(buffer);
  if (bytes === undefined) throw invalidArgType("buffer", BUFFERS, buffer);
  return bytes;
}

function randomFillSync(buffer, offset, size) {
  const bytes = checkBuffer(buffer);
  if (offset === undefined) offset = 0;
  else validateInteger(offset, "offset", 0, MAX_LENGTH);
  if (size === undefined) size = bytes.length - offset;
  else validateInteger(size, "size", 0, bytes.length - offset);
  const type = TypedArrayPrototypeGetSymbolToStringTag(buffer);
  if (type === "Float16Array" || type === "Float32Array" || type === "Float64Array") {
    throw new DOMException("ArrayBufferView argument to getRandomValues() must be an integer-typed view.", "TypeMismatchError");
  }
  // What was filled, not the argument: as in workerd.
  return fillRandom(internal.slice(bytes, offset, offset + size));
}

function randomFill(buffer, offset, size, callback) {
  const bytes = checkBuffer(buffer);
  if (typeof callback === "function") {
    validateInteger(offset, "offset", 0, bytes.length);
    validateInteger(size, "size", 0, bytes.length - offset);
  } else if (typeof size === "function") {
    validateInteger(offset, "offset", 0, bytes.length);
    callback = size;
    size = bytes.length - offset;
  } else if (typeof offset === "function") {
    callback = offset;
    offset = 0;
    size = bytes.length;
  }
  validateFunction(callback, "callback");
  try {
    randomFillSync(buffer, offset, size);
  } catch (error) {
    nextTick(callback, error);
    return;
  }
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

function randomInt(minOrMax, maxOrCallback, callback) {
  let min = 0;
  let max = minOrMax;
  if (typeof callback === "function" || (typeof maxOrCallback !== "function" && arguments.length === 2)) {
    min = minOrMax;
    max = maxOrCallback;
    validateInteger(min, "min");
  } else if (typeof maxOrCallback === "function") {
    callback = maxOrCallback;
  }
  validateInteger(max, "max");
  if (min >= max) throw outOfRange("min", "min < max", min);
  const make = () => {
    if (max - min > MAX_RANGE) throw outOfRange("max", `<= ${MAX_RANGE}`, max - min);
    return min + MathFloor(below(max - min));
  };
  if (callback === undefined || callback === null) return make();
  later(callback, make);
  return undefined;
}

function randomUUID(options) {
  if (options !== undefined) {
    validateObject(options, "options");
    if (options.disableEntropyCache !== undefined) validateBoolean(options.disableEntropyCache, "options.disableEntropyCache");
  }
  return webcrypto.randomUUID();
}

return { randomBytes, randomFill, randomFillSync, randomInt, randomUUID };
})();
