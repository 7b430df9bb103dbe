// RSA's encryption: publicEncrypt, privateDecrypt, and both with the keys in each other's place.
//
// Owns the options. It must not know how keys are read.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_rsa } = core.ops;
const { Error } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { invalidArgType, missingArgs, validateNumber, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { createPrivateKey, createPublicKey, cryptoKeyOf, keyOf } = core.loadExtScript("ext:denizen/node/crypto/keys.js");
const { invalidKeyType, sourceOf } = core.loadExtScript("ext:denizen/node/crypto/shared.js");

const PKCS1_PADDING = 1;
const LABELS = ["string", "Buffer", "TypedArray", "DataView", "ArrayBuffer"];

function keyFor(given, type) {
  const inner = given?.key;
  const key = cryptoKeyOf(given) ?? keyOf(given) ?? cryptoKeyOf(inner) ?? keyOf(inner);
  if (key === undefined) return keyOf(type === "public" ? createPublicKey(given) : createPrivateKey(given));
  if (key.type !== type) throw invalidKeyType(key.type, type);
  return key;
}

function labelBytes(label, encoding) {
  if (label === undefined) return Buffer.alloc(0);
  const bytes = typeof label === "string" ? Buffer.from(label, encoding) : internal.viewBytes(label);
  if (bytes === undefined) throw invalidArgType("options.oaepLabel", LABELS, label);
  return bytes;
}

function run(name, what, type, argument, given, buffer) {
  if (given === undefined) throw missingArgs(`The "${argument}" argument must be specified`);
  if (buffer === undefined) throw missingArgs('The "buffer" argument must be specified');
  const key = keyFor(given, type);
  const { padding = PKCS1_PADDING, oaepHash = "sha256", oaepLabel, encoding = "utf8" } = given;
  const text = typeof buffer === "string" ? Buffer.from(buffer, encoding) : undefined;
  validateNumber(padding, "options.padding");
  validateString(oaepHash, "options.oaepHash");
  const label = labelBytes(oaepLabel, encoding);
  const bytes = text ?? sourceOf(buffer, name, "CryptoImpl", 2);
  // The text names one of the four whichever was called, as in workerd.
  if (key.kind !== "RSA") throw new Error("publicEncrypt() currently only supports RSA keys");
  return internal.over(op_node_rsa(what, key.bytes, padding | 0, oaepHash, label, bytes));
}

function publicEncrypt(key, buffer) {
  return run("publicEncrypt", "encrypt", "public", "key", key, buffer);
}
function privateDecrypt(privateKey, buffer) {
  return run("privateDecrypt", "decrypt", "private", "privateKey", privateKey, buffer);
}
function privateEncrypt(privateKey, buffer) {
  return run("privateEncrypt", "sign", "private", "privateKey", privateKey, buffer);
}
function publicDecrypt(key, buffer) {
  return run("publicDecrypt", "recover", "public", "key", key, buffer);
}

return { privateDecrypt, privateEncrypt, publicDecrypt, publicEncrypt };
})();
