// Keys derived from secrets: HKDF and PBKDF2.
//
// Owns the checks of arguments; the algorithms are operations. It must not know digests.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_derive } = core.ops;
const { RangeError, TypeError, TypedArrayPrototypeGetBuffer } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { invalidArgType, outOfRange, validateFunction, validateInteger, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { bytesOf } = core.loadExtScript("ext:denizen/node/crypto/shared.js");
const { isKeyObject } = core.loadExtScript("ext:denizen/node/crypto/keys.js");

const SECRETS = ["string", "SecretKeyObject", "ArrayBuffer", "TypedArray", "DataView", "Buffer"];
const SOURCES = ["string", "ArrayBuffer", "TypedArray", "DataView", "Buffer"];
const INFO_BYTES = 1024;

function sourceOf(value, name, expected) {
  const bytes = typeof value === "string" ? Buffer.from(value) : internal.viewBytes(value);
  if (bytes === undefined) throw invalidArgType(name, expected, value);
  return bytes;
}

function hkdfSync(hashName, key, salt, info, length) {
  const secret = isKeyObject(key) ? key.export() : key;
  validateString(hashName, "digest");
  const material = sourceOf(secret, "ikm", SECRETS);
  const salted = sourceOf(salt, "salt", SOURCES);
  const context = sourceOf(info, "info", SOURCES);
  validateInteger(length, "length", 0, 2147483647);
  if (context.length > INFO_BYTES) throw outOfRange("info", "must not contain more than 1024 bytes", context.length);
  const made = op_node_derive(hashName, material, salted, context, 0, length);
  if (made === null) throw new TypeError(`Invalid Hkdf digest: ${hashName}`);
  if (made === undefined) throw new RangeError("Invalid Hkdf key length");
  return TypedArrayPrototypeGetBuffer(made);
}

function hkdf(hashName, key, salt, info, length, callback) {
  validateFunction(callback, "callback");
  const made = hkdfSync(hashName, key, salt, info, length);
  nextTick(callback, null, made);
}

function pbkdf2Sync(password, salt, iterations, keylen, digest) {
  validateString(digest, "digest");
  const secret = bytesOf(password, "password");
  const salted = bytesOf(salt, "salt");
  validateInteger(iterations, "iterations", 1, 2147483647);
  validateInteger(keylen, "keylen", 0, 2147483647);
  const made = op_node_derive(digest, secret, salted, undefined, iterations, keylen);
  if (made === null) throw new TypeError(`Invalid Pbkdf2 digest: ${digest}.`);
  return internal.over(made);
}

function pbkdf2(password, salt, iterations, keylen, digest, callback) {
  if (typeof digest === "function") {
    callback = digest;
    digest = undefined;
  }
  validateFunction(callback, "callback");
  const made = pbkdf2Sync(password, salt, iterations, keylen, digest);
  nextTick(callback, null, made);
}

return { hkdf, hkdfSync, pbkdf2, pbkdf2Sync };
})();
