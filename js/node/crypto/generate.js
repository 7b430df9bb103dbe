// Keys that are made: generateKey, generateKeyPair.
//
// Owns the options of each kind. It must not know how keys are found.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_crypto_generate, op_node_dh_group, op_node_dh_power, op_node_dh_private, op_random_bytes } = core.ops;
const { Error, MathFloor, ObjectDefineProperty, Uint8Array } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const {
  invalidArgType, nodeError, validateFunction, validateInt32, validateInteger, validateObject, validateOneOf, validateString, validateUint32,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { createSecretKey, keyOf, newFieldKey, newKeyObject } = core.loadExtScript("ext:denizen/node/crypto/keys.js");
const { exportKey, validateExport } = core.loadExtScript("ext:denizen/node/crypto/export.js");
const { later } = core.loadExtScript("ext:denizen/node/crypto/shared.js");

const NONE = new Uint8Array(0);
// workerd's library makes no shorter keys, and has another text for those that are shorter still.
const LEAST_BITS = 512;
const LEAST_MODULUS = 256;
const CURVES = {
  __proto__: null, secp224r1: "P-224", prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521", "P-224": "P-224", "P-256": "P-256", "P-384": "P-384", "P-521": "P-521",
};

const incompatible = (one, other) => nodeError("ERR_INCOMPATIBLE_OPTION_PAIR", `The options "${one}" and "${other}" are mutually exclusive.`);
const given = (value) => value !== undefined && value !== null;

function pairOf(kind, made) {
  if (made === undefined) throw new Error("Failed to generate key");
  return { __proto__: null, publicKey: newKeyObject("public", kind, made[1]), privateKey: newKeyObject("private", kind, made[0]) };
}

function rsaPair({ modulusLength, publicExponent = 65537 }) {
  validateUint32(modulusLength, "options.modulusLength");
  validateUint32(publicExponent, "options.publicExponent");
  if (modulusLength < LEAST_MODULUS) throw new Error("Failed to set modulus length");
  if (modulusLength < LEAST_BITS) throw new Error("Failed to generate key");
  const exponent = Buffer.alloc(4);
  exponent.writeUInt32BE(publicExponent);
  return pairOf("RSA", op_crypto_generate("RSA", modulusLength, exponent));
}

function curvePair({ namedCurve, paramEncoding = "named" }) {
  validateString(namedCurve, "options.namedCurve");
  validateOneOf(paramEncoding, "options.paramEncoding", ["named", "explicit"]);
  const kind = CURVES[namedCurve];
  if (kind === undefined) throw new Error(namedCurve === "secp256k1" ? "Failed to initialize key" : "Invalid or unsupported curve");
  return pairOf(kind, op_crypto_generate(kind, 0, NONE));
}

function primeBytes({ prime, primeLength, generator, group, groupName }) {
  if (given(generator)) validateInt32(generator, "options.generator", 0);
  if (given(group) || given(groupName)) {
    if (given(prime)) throw incompatible("group", "prime");
    if (given(primeLength)) throw incompatible("group", "primeLength");
    if (given(generator)) throw incompatible("group", "generator");
    const name = group || groupName;
    validateString(name, "options.group");
    const found = op_node_dh_group(name);
    if (found === undefined) throw new Error("Invalid or unsupported group");
    return found;
  }
  if (given(prime)) {
    if (given(primeLength)) throw incompatible("prime", "primeLength");
    const bytes = internal.viewBytes(prime);
    if (bytes === undefined) throw invalidArgType("options.prime", ["Buffer", "TypedArray", "ArrayBuffer"], prime);
    return new Uint8Array(bytes);
  }
  if (!given(primeLength)) throw nodeError("ERR_MISSING_OPTION", "At least one of the group, prime, or primeLength options");
  validateInt32(primeLength, "options.primeLength", 0);
  throw new Error("Generating DH keys from a prime length is not yet implemented");
}

function fieldPair(options) {
  const prime = primeBytes(options);
  const base = Buffer.alloc(4);
  base.writeUInt32BE(options.generator ?? 2);
  const secret = options.generator === 0 ? undefined : op_node_dh_private(prime);
  const made = secret === undefined ? undefined : op_node_dh_power(base, secret, prime, false);
  if (made === undefined) throw new Error("Failed to generate key");
  const group = { __proto__: null, prime, public: made, private: secret };
  return { __proto__: null, publicKey: newFieldKey("public", group), privateKey: newFieldKey("private", group) };
}

const MAKERS = {
  __proto__: null,
  rsa: rsaPair,
  ec: curvePair,
  ed25519: () => pairOf("Ed25519", op_crypto_generate("Ed25519", 0, NONE)),
  x25519: () => pairOf("X25519", op_crypto_generate("X25519", 0, NONE)),
  dh: fieldPair,
};

function generateKeyPairSync(type, options = { __proto__: null }) {
  validateOneOf(type, "type", ["rsa", "ec", "ed25519", "x25519", "dh"]);
  validateObject(options, "options");
  const { publicKeyEncoding, privateKeyEncoding } = options;
  const publicly = publicKeyEncoding === undefined ? undefined : validateExport(publicKeyEncoding, "public", "options.publicKeyEncoding");
  const privately = privateKeyEncoding === undefined ? undefined : validateExport(privateKeyEncoding, "private", "options.privateKeyEncoding", type);
  const { publicKey, privateKey } = MAKERS[type](options);
  return {
    publicKey: publicly === undefined ? publicKey : exportKey(keyOf(publicKey), publicly),
    privateKey: privately === undefined ? privateKey : exportKey(keyOf(privateKey), privately),
  };
}

function generateKeyPair(type, options, callback) {
  validateFunction(callback, "callback");
  let pair;
  try {
    pair = generateKeyPairSync(type, options);
  } catch (error) {
    nextTick(callback, error);
    return;
  }
  nextTick(callback, null, pair.publicKey, pair.privateKey);
}

function generateKeySync(type, options) {
  validateOneOf(type, "type", ["hmac", "aes"]);
  validateObject(options, "options");
  const { length } = options;
  if (type === "hmac") validateInteger(length, "options.length", 8, 65536);
  else validateOneOf(length, "options.length", [128, 192, 256]);
  const bytes = new Uint8Array(MathFloor(length / 8));
  op_random_bytes(bytes);
  return createSecretKey(bytes);
}

function generateKey(type, options, callback) {
  later(callback, () => generateKeySync(type, options));
}

ObjectDefineProperty(generateKeyPairSync, "length", { __proto__: null, value: 1, configurable: true });

return { generateKey, generateKeyPair, generateKeyPairSync, generateKeySync };
})();
