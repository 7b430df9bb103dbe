// Diffie-Hellman over curves: ECDH.
//
// Owns the pair of one side. It must not know how points are computed with.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_curve_agree, op_node_curve_pair, op_node_curve_point } = core.ops;
const { ArrayPrototypeIncludes, Error, ObjectDefineProperty, SafeWeakMap, Uint8Array } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { validateOneOf, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { methods, viewOf } = core.loadExtScript("ext:denizen/node/crypto/shared.js");

const CURVES = { __proto__: null, secp224r1: "P-224", prime256v1: "P-256", secp384r1: "P-384", secp521r1: "P-521" };
// Those that workerd's library has names for, and nothing else.
const NAMES = [
  "secp256k1", "brainpoolP160r1", "brainpoolP192r1", "brainpoolP224r1", "brainpoolP256r1", "brainpoolP320r1", "brainpoolP384r1", "brainpoolP512r1",
  "secp112r1", "secp112r2", "secp128r1", "secp128r2", "secp160k1", "secp160r1", "secp160r2", "secp192k1", "secp224k1", "prime192v1",
];
const FORMATS = ["compressed", "uncompressed", "hybrid"];

const states = new SafeWeakMap();

function curveOf(name) {
  const curve = CURVES[name];
  if (curve !== undefined) return curve;
  throw new Error(ArrayPrototypeIncludes(NAMES, name) ? "Failed to create key using named curve" : "Invalid curve");
}

function textual(bytes, encoding) {
  const buffer = internal.over(bytes);
  return typeof encoding === "string" ? buffer.toString(encoding) : buffer;
}

function checkEncoding(encoding, name) {
  if (encoding !== undefined && encoding !== null) validateString(encoding, name);
}

function convert(curve, point, format) {
  if (format === "hybrid") throw new Error("Failed to get public key length");
  const made = op_node_curve_point(curve, point, format === "compressed");
  if (made === undefined) throw new Error("Failed to set point");
  return made;
}

function ECDH(curveName) {
  if (!(this instanceof ECDH)) return new ECDH(curveName);
  validateString(curveName, "curveName");
  states.set(this, { __proto__: null, curve: curveOf(curveName), private: undefined, public: undefined });
}

methods(ECDH, {
  __proto__: null,
  computeSecret(otherPublicKey, inputEncoding, outputEncoding) {
    const point = viewOf(otherPublicKey, "otherPublicKey", inputEncoding);
    checkEncoding(inputEncoding, "inputEncoding");
    checkEncoding(outputEncoding, "outputEncoding");
    const state = states.get(this);
    if (state.private === undefined) throw new Error("Invalid keypair");
    const secret = op_node_curve_agree(state.curve, state.private, point);
    if (secret === undefined) throw new Error("Failed to set point");
    return textual(secret, outputEncoding);
  },
  generateKeys(encoding, format = undefined) {
    checkEncoding(encoding, "encoding");
    if (format !== undefined && format !== null) validateOneOf(format, "format", FORMATS);
    const state = states.get(this);
    const pair = op_node_curve_pair(state.curve, undefined);
    if (pair === undefined) throw new Error("Failed to generate ECDH key");
    state.private = pair[0];
    state.public = pair[1];
    return this.getPublicKey(encoding, format);
  },
  getPrivateKey(encoding) {
    checkEncoding(encoding, "encoding");
    const key = states.get(this).private;
    if (key === undefined) throw new Error("Failed to get ECDH private key");
    return textual(new Uint8Array(key), encoding);
  },
  getPublicKey(encoding, format = "uncompressed") {
    checkEncoding(encoding, "encoding");
    validateOneOf(format, "format", FORMATS);
    const state = states.get(this);
    if (state.public === undefined) throw new Error("Failed to get ECDH public key");
    return textual(convert(state.curve, state.public, format), encoding);
  },
  setPrivateKey(key, encoding) {
    checkEncoding(encoding, "encoding");
    const bytes = viewOf(key, "key", encoding);
    const state = states.get(this);
    const pair = op_node_curve_pair(state.curve, bytes);
    if (pair === undefined) throw new Error("Private key is not valid for specified curve.");
    state.private = pair[0];
    state.public = pair[1];
  },
});
ObjectDefineProperty(ECDH.prototype.getPublicKey, "length", { __proto__: null, value: 1, configurable: true });
ObjectDefineProperty(ECDH.prototype.generateKeys, "length", { __proto__: null, value: 2, configurable: true });

ECDH.convertKey = function (key, curve, inputEncoding, outputEncoding, format = "uncompressed") {
  validateString(curve, "curve");
  const point = viewOf(key, "key", inputEncoding);
  validateOneOf(format, "format", FORMATS);
  if (point.length === 0) return textual(Buffer.alloc(0), outputEncoding);
  const name = curveOf(curve);
  return textual(convert(name, point, format), outputEncoding);
};

function createECDH(curveName) {
  return new ECDH(curveName);
}
function getCurves() {
  return ["secp224r1", "prime256v1", "secp384r1", "secp521r1"];
}

return { ECDH, createECDH, getCurves };
})();
