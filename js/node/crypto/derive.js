// Keys derived from secrets: HKDF and PBKDF2.
//
// Owns the checks of arguments; the algorithms are operations. It must not know digests.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_derive } = core.ops;
const { RangeError, TypeError, TypedArrayPrototypeGetBuffer } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { invalidArgType, outOfRange, validateFunction, validateInteger, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { bytesOf, later } = core.loadExtScript("ext:denizen/node/crypto/shared.js");
const { isKeyObject } = core.loadExtScript("ext:denizen/node/crypto/keys.js");

const SECRETS = ["string", "SecretKeyObject", "ArrayBuffer", "TypedArray", "DataView", "Buffer"];
const SOURCES = ["string", "ArrayBuffer", "TypedArray", "DataView", "Buffer"];
const INFO_BYTES = 1024;
const MAX_LENGTH = 2147483647;

function sourceOf(value, name, expected) {
  const bytes = typeof value === "string" ? Buffer.from(value) : internal.viewBytes(value);
  if (bytes === undefined) throw invalidArgType(name, expected, value);
  return bytes;
}

function hkdfParameters(hashName, key, salt, info, length) {
  const secret = isKeyObject(key) ? key.export() : key;
  validateString(hashName, "digest");
  const material = sourceOf(secret, "ikm", SECRETS);
  const salted = sourceOf(salt, "salt", SOURCES);
  const context = sourceOf(info, "info", SOURCES);
  validateInteger(length, "length", 0, MAX_LENGTH);
  if (context.length > INFO_BYTES) throw outOfRange("info", "must not contain more than 1024 bytes", context.length);
  return { __proto__: null, hashName, material, salted, context, length };
}

function deriveHkdf({ hashName, material, salted, context, length }) {
  const made = op_node_derive(hashName, material, salted, context, 0, length);
  if (made === null) throw new TypeError(`Invalid Hkdf digest: ${hashName}`);
  if (made === undefined) throw new RangeError("Invalid Hkdf key length");
  return TypedArrayPrototypeGetBuffer(made);
}

function hkdfSync(hash, key, salt, info, length) {
  return deriveHkdf(hkdfParameters(hash, key, salt, info, length));
}

function hkdf(hash, key, salt, info, length, callback) {
  const parameters = hkdfParameters(hash, key, salt, info, length);
  validateFunction(callback, "callback");
  later(callback, () => deriveHkdf(parameters));
}

function pbkdf2Parameters(password, salt, iterations, keylen, digest) {
  validateString(digest, "digest");
  const secret = bytesOf(password, "password");
  const salted = bytesOf(salt, "salt");
  validateInteger(iterations, "iterations", 1, MAX_LENGTH);
  validateInteger(keylen, "keylen", 0, MAX_LENGTH);
  return { __proto__: null, secret, salted, iterations, keylen, digest };
}

function derivePbkdf2({ secret, salted, iterations, keylen, digest }) {
  const made = op_node_derive(digest, secret, salted, undefined, iterations, keylen);
  if (made === null) throw new TypeError(`Invalid Pbkdf2 digest: ${digest}.`);
  return internal.over(made);
}

function pbkdf2Sync(password, salt, iterations, keylen, digest) {
  return derivePbkdf2(pbkdf2Parameters(password, salt, iterations, keylen, digest));
}

function pbkdf2(password, salt, iterations, keylen, digest, callback) {
  // The digest may not be left out, as it may in old Node.
  if (typeof digest === "function") validateString(undefined, "digest");
  validateFunction(callback, "callback");
  const parameters = pbkdf2Parameters(password, salt, iterations, keylen, digest);
  later(callback, () => derivePbkdf2(parameters));
}

return { hkdf, hkdfSync, pbkdf2, pbkdf2Sync };
})();
