// `node:crypto`: hashes, HMACs, derived keys and random values.
//
// Owns the classes and the checks of arguments; the algorithms are operations. Absent: ciphers, signatures, keys as objects,
// Diffie-Hellman, primes, certificates, scrypt.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_derive, op_node_hash_copy, op_node_hash_digest, op_node_hash_new, op_node_hash_update, op_random_bytes } = core.ops;
const {
  ArrayPrototypeSlice, FunctionPrototypeBind, FunctionPrototypeCall, MathFloor, NumberIsSafeInteger, ObjectDefineProperty,
  ObjectSetPrototypeOf, RangeError, RegExpPrototypeTest, SafeWeakMap, TypeError, TypedArrayPrototypeGetBuffer,
} = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { Transform } = core.loadExtScript("ext:denizen/node/stream/transform.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { invalidArgType, nodeError, outOfRange, validateFunction, validateInteger, validateNumber, validateString } = core.loadExtScript(
  "ext:denizen/node/internal/errors.js",
);
const { crypto: webcrypto } = core.loadExtScript("ext:denizen/io/crypto.js");
const { mixed } = core.loadExtScript("ext:denizen/node/internal/constants.js");

const CONSTANTS = /^(?:DH_|ENGINE_|OPENSSL_|POINT_|RSA_|SSL_OP_|TLS1_|default)/;
const constants = { __proto__: null };
for (const name in mixed) {
  if (RegExpPrototypeTest(CONSTANTS, name)) ObjectDefineProperty(constants, name, { __proto__: null, value: mixed[name] });
}

const HASHES = [
  "md4", "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "md5-sha1", "RSA-MD5", "RSA-SHA1", "RSA-SHA224", "RSA-SHA256", "RSA-SHA384",
  "RSA-SHA512", "DSA-SHA", "DSA-SHA1", "ecdsa-with-SHA1",
];
const DATA = ["string", "Buffer", "TypedArray", "DataView"];
const KEYS = ["string", "ArrayBuffer", "Buffer", "ArrayBufferView", "KeyObject", "CryptoKey"];

const called = () => nodeError("ERR_CRYPTO_HASH_FINALIZED", "Digest already called");

function bytesOf(value, encoding, name, expected) {
  if (typeof value === "string") return Buffer.from(value, encoding === "buffer" ? undefined : encoding);
  const bytes = internal.viewBytes(value);
  if (bytes === undefined) throw invalidArgType(name, expected, value);
  return bytes;
}

const encoded = (bytes, encoding) => (encoding === undefined || encoding === null || encoding === "buffer" ? bytes : bytes.toString(encoding));

// What Hash and Hmac share.
function define(Class) {
  ObjectSetPrototypeOf(Class.prototype, Transform.prototype);
  ObjectSetPrototypeOf(Class, Transform);
  Class.prototype._transform = function (chunk, encoding, callback) {
    op_node_hash_update(states.get(this).handle, bytesOf(chunk, encoding, "data", DATA));
    callback();
  };
  Class.prototype._flush = function (callback) {
    this.push(this.digest());
    callback();
  };
  Class.prototype.update = function (data, encoding) {
    const state = states.get(this);
    const bytes = bytesOf(data, encoding, "data", DATA);
    if (state.done) throw called();
    op_node_hash_update(state.handle, bytes);
    return this;
  };
}
const states = new SafeWeakMap();

function Hash(algorithm, options) {
  if (!(this instanceof Hash)) return new Hash(algorithm, options);
  validateString(algorithm, "algorithm");
  FunctionPrototypeCall(Transform, this, options);
  states.set(this, { __proto__: null, handle: op_node_hash_new(algorithm, undefined), done: false, algorithm });
}
define(Hash);
Hash.prototype.digest = function (encoding) {
  const state = states.get(this);
  if (state.done) throw called();
  state.done = true;
  return encoded(internal.over(op_node_hash_digest(state.handle)), encoding);
};
Hash.prototype.copy = function (options) {
  const state = states.get(this);
  if (state.done) throw called();
  const made = new Hash(state.algorithm, options);
  states.get(made).handle = op_node_hash_copy(state.handle);
  return made;
};

function Hmac(algorithm, key, options) {
  if (!(this instanceof Hmac)) return new Hmac(algorithm, key, options);
  validateString(algorithm, "hmac");
  const bytes = bytesOf(key, options?.encoding, "key", KEYS);
  FunctionPrototypeCall(Transform, this, options);
  states.set(this, { __proto__: null, handle: op_node_hash_new(algorithm, bytes), done: false });
}
define(Hmac);
Hmac.prototype.digest = function (encoding) {
  const state = states.get(this);
  const bytes = state.done ? Buffer.alloc(0) : internal.over(op_node_hash_digest(state.handle));
  state.done = true;
  return encoded(bytes, encoding);
};

function createHash(algorithm, options) {
  return new Hash(algorithm, options);
}
function createHmac(hmac, key, options) {
  return new Hmac(hmac, key, options);
}
function hash(algorithm, data, encoding = "hex") {
  return createHash(algorithm).update(data).digest(encoding);
}
ObjectDefineProperty(hash, "length", { __proto__: null, value: 2, configurable: true });

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

function timingSafeEqual(a, b) {
  const check = (value, position) => {
    const bytes = internal.viewBytes(value);
    if (bytes === undefined) throw new TypeError(`Failed to execute 'timingSafeEqual' on 'SubtleCrypto': parameter ${position} is not of type 'BufferSource'.`);
    return bytes;
  };
  const left = check(a, 1);
  const right = check(b, 2);
  if (left.length !== right.length) throw new TypeError("Input buffers must have the same byte length.");
  let different = 0;
  for (let i = 0; i < left.length; i++) different |= left[i] ^ right[i];
  return different === 0;
}

function hkdfSync(hashName, key, salt, info, length) {
  validateString(hashName, "digest");
  const material = bytesOf(key, undefined, "key", KEYS);
  const salted = bytesOf(salt, undefined, "salt", KEYS);
  const context = bytesOf(info, undefined, "info", KEYS);
  validateInteger(length, "length", 0, 2147483647);
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
  const secret = bytesOf(password, undefined, "password", KEYS);
  const salted = bytesOf(salt, undefined, "salt", KEYS);
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

function getHashes() {
  return ArrayPrototypeSlice(HASHES);
}
function getFips() {
  return true;
}
function secureHeapUsed() {
  return { total: 0, used: 0, utilization: 0, min: 0 };
}
const getRandomValues = FunctionPrototypeBind(webcrypto.getRandomValues, webcrypto);

const exported = {
  Hash, Hmac, constants, createHash, createHmac, fips: true, getFips, getHashes, getRandomValues, hash, hkdf, hkdfSync, pbkdf2, pbkdf2Sync,
  pseudoRandomBytes: randomBytes, randomBytes, randomFill, randomFillSync, randomInt, randomUUID, secureHeapUsed, subtle: webcrypto.subtle,
  timingSafeEqual, webcrypto,
};

return { ...exported, default: exported };
})();
