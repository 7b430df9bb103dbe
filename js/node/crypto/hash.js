// Hashes and HMACs.
//
// Owns the classes and the checks of arguments; the algorithms are operations. It must not know digests beyond their names.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_hash_copy, op_node_hash_digest, op_node_hash_new, op_node_hash_update } = core.ops;
const { ArrayPrototypeSlice, Error, FunctionPrototypeCall, ObjectDefineProperty, ObjectSetPrototypeOf, SafeWeakMap, Uint8Array } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { Transform } = core.loadExtScript("ext:denizen/node/stream/transform.js");
const { invalidArgType, nodeError, validateString, validateUint32 } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { cryptoKeyOf, keyOf } = core.loadExtScript("ext:denizen/node/crypto/keys.js");
const { encoded, invalidKeyType, methods, viewOf } = core.loadExtScript("ext:denizen/node/crypto/shared.js");

const HASHES = [
  "md4", "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "md5-sha1", "RSA-MD5", "RSA-SHA1", "RSA-SHA224", "RSA-SHA256", "RSA-SHA384",
  "RSA-SHA512", "DSA-SHA", "DSA-SHA1", "ecdsa-with-SHA1",
];
const KEYS = ["string", "ArrayBuffer", "Buffer", "ArrayBufferView", "KeyObject", "CryptoKey"];

const finalized = (state) => new DOMException(`${state.name} context has already been finalized.`, "OperationError");
const called = () => nodeError("ERR_CRYPTO_HASH_FINALIZED", "Digest already called");
const states = new SafeWeakMap();

function feed(state, data, encoding) {
  const view = viewOf(data, "data", encoding === "buffer" ? undefined : encoding);
  if (state.bytes !== undefined) throw finalized(state);
  op_node_hash_update(state.handle, view);
}
// The digest, of which the end of the stream and `digest` both give a copy.
function taken(state) {
  state.bytes ??= op_node_hash_digest(state.handle);
  return new Uint8Array(state.bytes);
}

// What Hash and Hmac share.
const shared = {
  __proto__: null,
  update(data, encoding) {
    const state = states.get(this);
    if (state.done) throw called();
    feed(state, data, encoding);
    return this;
  },
  _transform(chunk, encoding, callback) {
    feed(states.get(this), chunk, encoding);
    callback();
  },
  _flush(callback) {
    this.push(internal.over(taken(states.get(this))));
    callback();
  },
};

function Hash(algorithm, options) {
  if (!(this instanceof Hash)) return new Hash(algorithm, options);
  validateString(algorithm, "algorithm");
  const length = outputLength(options);
  const handle = op_node_hash_new(algorithm, undefined);
  FunctionPrototypeCall(Transform, this, options);
  states.set(this, { __proto__: null, name: "Hash", handle, bytes: undefined, done: false, algorithm });
  // No digest of these has a length that can be chosen.
  if (length !== undefined && op_node_hash_digest(op_node_hash_copy(handle)).length !== length) throw new Error("invalid digest size");
}

function outputLength(options) {
  const length = typeof options === "object" && options !== null ? options.outputLength : undefined;
  if (length !== undefined) validateUint32(length, "options.outputLength");
  return length;
}
ObjectSetPrototypeOf(Hash.prototype, Transform.prototype);
ObjectSetPrototypeOf(Hash, Transform);
methods(Hash, {
  __proto__: null,
  copy(options) {
    const state = states.get(this);
    if (state.done) throw called();
    if (state.bytes !== undefined) throw finalized(state);
    const made = new Hash(state.algorithm, options);
    states.get(made).handle = op_node_hash_copy(state.handle);
    return made;
  },
  _transform: shared._transform,
  _flush: shared._flush,
  update: shared.update,
  digest(outputEncoding) {
    const state = states.get(this);
    if (state.done) throw called();
    state.done = true;
    return encoded(taken(state), outputEncoding);
  },
});

function hmacKey(key, encoding) {
  const given = keyOf(key) ?? cryptoKeyOf(key);
  if (given === undefined) {
    const bytes = typeof key === "string" ? Buffer.from(key, encoding) : internal.viewBytes(key);
    if (bytes === undefined) throw invalidArgType("key", KEYS, key);
    return bytes;
  }
  if (given.type !== "secret") throw invalidKeyType(given.type, "secret");
  return given.bytes;
}

function Hmac(hmac, key, options) {
  if (!(this instanceof Hmac)) return new Hmac(hmac, key, options);
  validateString(hmac, "hmac");
  const encoding = options?.encoding;
  if (encoding !== undefined) validateString(encoding, "options.encoding");
  const bytes = hmacKey(key, encoding);
  FunctionPrototypeCall(Transform, this, options);
  states.set(this, { __proto__: null, name: "HMAC", handle: op_node_hash_new(hmac, bytes), bytes: undefined, done: false });
}
ObjectSetPrototypeOf(Hmac.prototype, Transform.prototype);
ObjectSetPrototypeOf(Hmac, Transform);
methods(Hmac, {
  __proto__: null,
  update: shared.update,
  digest(outputEncoding) {
    const state = states.get(this);
    const bytes = state.done ? Buffer.alloc(0) : taken(state);
    state.done = true;
    return encoded(bytes, outputEncoding);
  },
  _flush: shared._flush,
  _transform: shared._transform,
});

function createHash(algorithm, options) {
  return new Hash(algorithm, options);
}
function createHmac(hmac, key, options) {
  return new Hmac(hmac, key, options);
}
function hash(algorithm, data, outputEncoding = "hex") {
  validateString(algorithm, "algorithm");
  validateString(outputEncoding, "outputEncoding");
  viewOf(data, "data");
  return createHash(algorithm).update(data).digest(outputEncoding);
}
ObjectDefineProperty(hash, "length", { __proto__: null, value: 2, configurable: true });

function getHashes() {
  return ArrayPrototypeSlice(HASHES);
}

return { Hash, Hmac, createHash, createHmac, getHashes, hash };
})();
