// Signatures: Sign, Verify, sign and verify.
//
// Owns the streams, the options and which key may be used for what. It must not know how keys are read.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  op_node_hash_digest, op_node_hash_update, op_node_sign_digest, op_node_sign_message, op_node_sign_new, op_node_verify_digest, op_node_verify_message,
} = core.ops;
const { ArrayBufferIsView, Error, FunctionPrototypeCall, ObjectSetPrototypeOf, SafeWeakMap } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { Writable } = core.loadExtScript("ext:denizen/node/stream/writable.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { invalidArgType, invalidArgValue, nodeError, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { createPrivateKey, createPublicKey, cryptoKeyOf, keyOf } = core.loadExtScript("ext:denizen/node/crypto/keys.js");
const { encoded, invalidKeyType, methods, sourceOf, viewOf } = core.loadExtScript("ext:denizen/node/crypto/shared.js");

const ABSENT = -2147483648;
const VIEWS = ["Buffer", "TypedArray", "DataView"];
// Kinds of which a digest is signed.
const OF_DIGESTS = { __proto__: null, RSA: true, "P-224": true, "P-256": true, "P-384": true, "P-521": true };

const keyRequired = () => nodeError("ERR_CRYPTO_SIGN_KEY_REQUIRED", "No key provided to sign");

function whole(options, name) {
  const value = options[name];
  if (value === undefined) return ABSENT;
  if (value !== value >> 0) throw invalidArgValue(`options.${name}`, value);
  return value;
}

// What the options say beside the key.
function parameters(options) {
  const padding = whole(options, "padding");
  const salt = whole(options, "saltLength");
  let flat = false;
  if (typeof options === "object") {
    const { dsaEncoding = "der" } = options;
    if (dsaEncoding !== "der" && dsaEncoding !== "ieee-p1363") throw invalidArgValue("options.dsaEncoding", dsaEncoding);
    flat = dsaEncoding === "ieee-p1363";
  }
  return { __proto__: null, padding, salt, flat };
}

function privateKey(options) {
  const given = cryptoKeyOf(options);
  if (given !== undefined) return given;
  const key = keyOf(options);
  if (key === undefined) return keyOf(createPrivateKey(options));
  if (key.type === "secret") throw invalidArgType("options", ["PublicKeyObject", "PrivateKeyObject", "CryptoKey", "object"], key.type);
  if (key.type === "public") throw invalidKeyType("public", "private");
  return key;
}

const anyKey = (options) => cryptoKeyOf(options) ?? keyOf(options) ?? keyOf(createPublicKey(options));

// A digest that is signed or verified in the end, once.
const states = new SafeWeakMap();

function update(name) {
  return function (data, encoding) {
    const bytes = viewOf(data, "data", encoding);
    const state = states.get(this);
    if (state.done) throw new Error(`${name} context has already been finalized`);
    op_node_hash_update(state.handle, bytes);
    return this;
  };
}
function finish(stream, name) {
  const state = states.get(stream);
  if (state.done) throw new Error(`${name} context has already been finalized`);
  state.done = true;
  return { __proto__: null, algorithm: state.algorithm, hashed: op_node_hash_digest(state.handle) };
}

function begin(stream, algorithm, options) {
  validateString(algorithm, "algorithm");
  const handle = op_node_sign_new(algorithm);
  FunctionPrototypeCall(Writable, stream, options);
  states.set(stream, { __proto__: null, algorithm, handle, done: false });
}

function _write(chunk, encoding, callback) {
  this.update(chunk, encoding);
  callback();
}

function Sign(algorithm, options) {
  if (!(this instanceof Sign)) return new Sign(algorithm, options);
  begin(this, algorithm, options);
}
ObjectSetPrototypeOf(Sign.prototype, Writable.prototype);
ObjectSetPrototypeOf(Sign, Writable);
methods(Sign, {
  __proto__: null,
  _write,
  update: update("Signing"),
  sign(options, encoding) {
    if (!options) throw keyRequired();
    const key = privateKey(options);
    const { padding, salt, flat } = parameters(options);
    const { algorithm, hashed } = finish(this, "Signing");
    signs(key);
    if (key.kind === "Ed25519") throw new Error("Failed to set signature digest");
    if (OF_DIGESTS[key.kind] !== true) throw new Error("Failed to initialize signing context");
    if (key.type !== "private") throw new Error("Failed to generate signature");
    return encoded(op_node_sign_digest(algorithm, key.bytes, hashed, padding, salt, flat), encoding);
  },
});

function signs(key) {
  if (key.type === "secret") throw new Error("Invalid key for sign operation");
  if (key.kind === "DSA") throw new Error("Signing with DSA keys is not currently supported");
}
function verifies(key) {
  if (key.type === "secret") throw new Error("Invalid key for verification operation");
  if (key.kind === "DSA") throw new Error("Verifying with DSA keys is not currently supported");
}

function Verify(algorithm, options) {
  if (!(this instanceof Verify)) return new Verify(algorithm, options);
  begin(this, algorithm, options);
}
ObjectSetPrototypeOf(Verify.prototype, Writable.prototype);
ObjectSetPrototypeOf(Verify, Writable);
methods(Verify, {
  __proto__: null,
  _write,
  update: update("Verification"),
  verify(options, signature, encoding = undefined) {
    if (!options) throw keyRequired();
    const key = anyKey(options);
    const { padding, salt, flat } = parameters(options);
    const bytes = typeof signature === "string" ? Buffer.from(signature, encoding ?? "utf8") : sourceOf(signature, "verify", "VerifyHandle", 2);
    const { algorithm, hashed } = finish(this, "Verification");
    verifies(key);
    if (key.kind === "Ed25519") throw new Error("Unsupported operation for this key");
    if (OF_DIGESTS[key.kind] !== true) throw new Error("Failed to set digest context for signature verification");
    return op_node_verify_digest(algorithm, key.type === "private", key.bytes, hashed, bytes, padding, salt, flat);
  },
});

function createSign(algorithm, options) {
  return new Sign(algorithm, options);
}
function createVerify(algorithm, options) {
  return new Verify(algorithm, options);
}

function algorithmOf(algorithm) {
  if (algorithm === undefined || algorithm === null) return undefined;
  validateString(algorithm, "algorithm");
  return algorithm;
}

function checkView(value, name) {
  if (!ArrayBufferIsView(value)) throw invalidArgType(name, VIEWS, value);
  return internal.viewBytes(value);
}

function hashOnce(algorithm, bytes) {
  const handle = op_node_sign_new(algorithm);
  op_node_hash_update(handle, bytes);
  return op_node_hash_digest(handle);
}

// Of one call's options workerd regards `dsaEncoding` alone, and what cannot be signed gives nothing.
function signOnce(key, algorithm, bytes, flat) {
  signs(key);
  const unusable = () => new Error("Failed to initialize signing context");
  const hashed = algorithm === undefined ? undefined : hashOnce(algorithm, bytes);
  if (key.kind === "Ed25519") {
    if (hashed !== undefined) throw unusable();
    return key.type === "private" ? op_node_sign_message(key.bytes, bytes) : Buffer.alloc(0);
  }
  if (OF_DIGESTS[key.kind] !== true || hashed === undefined) throw unusable();
  if (key.type !== "private") return Buffer.alloc(0);
  try {
    return op_node_sign_digest(algorithm, key.bytes, hashed, ABSENT, ABSENT, flat);
  } catch {
    return Buffer.alloc(0);
  }
}

function verifyOnce(key, algorithm, bytes, signature, flat) {
  verifies(key);
  const unusable = () => new Error("Failed to initialize verification context");
  const hashed = algorithm === undefined ? undefined : hashOnce(algorithm, bytes);
  const isPrivate = key.type === "private";
  if (key.kind === "Ed25519") {
    if (hashed !== undefined) throw unusable();
    return op_node_verify_message(isPrivate, key.bytes, bytes, signature);
  }
  if (OF_DIGESTS[key.kind] !== true || hashed === undefined) throw unusable();
  return op_node_verify_digest(algorithm, isPrivate, key.bytes, hashed, signature, ABSENT, ABSENT, flat);
}

function sign(algorithm, data, options, callback) {
  const name = algorithmOf(algorithm);
  const bytes = checkView(data, "data");
  if (!options) throw keyRequired();
  const key = privateKey(options);
  const { flat } = parameters(options);
  const make = () => internal.over(signOnce(key, name, bytes, flat));
  if (callback === undefined) return make();
  let signature;
  try {
    signature = make();
  } catch (error) {
    nextTick(callback, error);
    return undefined;
  }
  nextTick(callback, null, signature);
  return undefined;
}

function verify(algorithm, data, options, signature, callback) {
  const name = algorithmOf(algorithm);
  const bytes = checkView(data, "data");
  const given = checkView(signature, "signature");
  if (!options) throw keyRequired();
  const key = anyKey(options);
  const { flat } = parameters(options);
  if (callback === undefined) return verifyOnce(key, name, bytes, given, flat);
  try {
    // Called at once, as in workerd.
    callback(null, verifyOnce(key, name, bytes, given, flat));
  } catch (error) {
    nextTick(callback, error);
  }
  return undefined;
}

return { Sign, Verify, createSign, createVerify, sign, verify };
})();
