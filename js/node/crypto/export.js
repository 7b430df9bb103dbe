// What a key is written as: `KeyObject.export` and the encodings that generateKeyPair takes.
//
// Owns the options and workerd's texts for those that do not go together. It must not know classes.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_key_write } = core.ops;
const { Error, TypeError, TypedArrayPrototypeGetSymbolToStringTag, Uint8Array } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { invalidArgType, validateObject, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { incompatibleKey } = core.loadExtScript("ext:denizen/node/crypto/shared.js");
const { writeJwk } = core.loadExtScript("ext:denizen/node/crypto/jwk.js");

/** The options that count, checked for a key of this type; `kind` is Node's name of an asymmetric key's algorithm, if it is known. */
function validateExport(options, type, name, kind = undefined) {
  validateObject(options, name);
  const { format } = options;
  if (format !== undefined) validateString(format, `${name}.format`);
  const wanted = options.type;
  if (wanted !== undefined) validateString(wanted, `${name}.type`);
  const found = { __proto__: null, format: format ?? "buffer", type: wanted, cipher: undefined, passphrase: options.passphrase };
  if (type !== "private") return found;
  if (wanted === "pkcs1" && kind !== undefined && kind !== "rsa") throw incompatibleKey(wanted, "can only be used for RSA keys");
  if (wanted === "sec1" && kind !== undefined && kind !== "ec") throw incompatibleKey(wanted, "can only be used for EC keys");
  const { cipher } = options;
  if (cipher !== undefined) {
    validateString(cipher, `${name}.cipher`);
    if (format === "der" && (wanted === "pkcs1" || wanted === "sec1")) throw incompatibleKey(wanted, "does not support encryption");
    found.cipher = cipher;
    if (typeof found.passphrase === "string") found.passphrase = Buffer.from(found.passphrase, options.encoding);
    if (TypedArrayPrototypeGetSymbolToStringTag(found.passphrase) !== "Uint8Array") {
      throw invalidArgType(`${name}.passphrase`, ["string", "Uint8Array"], found.passphrase);
    }
  }
  return found;
}

/** A key in the format of checked options. */
function exportKey(key, { format, type, cipher, passphrase }) {
  if (!key.extractable) throw new TypeError("Unable to export non-extractable key");
  if (passphrase !== undefined && internal.viewBytes(passphrase) === undefined) {
    throw new TypeError("Incorrect type for the 'passphrase' field on 'KeyExportOptions': the provided value is not of type 'BufferSource'.");
  }
  if (format === "jwk") return writeJwk(key);
  if (key.type === "secret") {
    if (format !== "buffer") throw new TypeError(`Invalid format for secret key export: ${format}`);
    return internal.over(new Uint8Array(key.bytes));
  }
  if (type === undefined) throw new TypeError("Missing type option");
  if (key.kind === "DH") throw new Error("Failed to export key");
  const isPrivate = key.type === "private";
  if (isPrivate && type !== "pkcs1" && type !== "pkcs8" && type !== "sec1") throw new Error("Invalid key encoding");
  if (!isPrivate && type === "pkcs1" && key.kind !== "RSA") throw new Error("PKCS1 can only be used for RSA keys");
  if (format !== "pem" && format !== "der") throw new Error("Invalid key format");
  const secret = cipher === undefined ? undefined : internal.viewBytes(passphrase);
  const written = op_node_key_write(isPrivate, key.bytes, isPrivate || type === "pkcs1" ? type : "spki", format === "pem", cipher, secret);
  if (written === null) throw new Error(`Unknown cipher: ${cipher}`);
  if (written === undefined) throw new Error("Failed to export key");
  const bytes = internal.over(written);
  return format === "pem" ? bytes.toString("latin1") : bytes;
}

return { exportKey, validateExport };
})();
