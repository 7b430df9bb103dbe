// Keys as objects: KeyObject and what makes one.
//
// Owns the classes and the tie between a KeyObject and its key, which is the record that a CryptoKey has too: `{ type, extractable,
// usages, algorithm, kind, bytes, origin }`, where `origin` is "node" for those made here. It must not know how keys are written.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_crypto_equal, op_node_key_details, op_node_key_public, op_node_key_read } = core.ops;
const {
  ArrayPrototypeIncludes, ArrayPrototypePush, BigInt, Error, ObjectCreate, ObjectDefineProperty, SafeWeakMap, String,
  SymbolFor, SymbolIterator, SymbolToStringTag, TypeError, Uint8Array,
} = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { invalidArgType, invalidArgValue, validateObject, validateOneOf } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { markKeyObject } = core.loadExtScript("ext:denizen/node/internal/key_brand.js");
const { secretOf } = core.loadExtScript("ext:denizen/crypto/key.js");
const { bytesOf, sourceOf } = core.loadExtScript("ext:denizen/node/crypto/shared.js");
const { readJwk } = core.loadExtScript("ext:denizen/node/crypto/jwk.js");
const { exportKey, validateExport } = core.loadExtScript("ext:denizen/node/crypto/export.js");

const KEYS = ["ArrayBuffer", "Buffer", "TypedArray", "DataView", "string", "object"];
const TYPES = {
  __proto__: null, RSA: "rsa", DSA: "dsa", DH: "dh", Ed25519: "ed25519", X25519: "x25519", "P-224": "ec", "P-256": "ec", "P-384": "ec", "P-521": "ec",
};
const CURVE_NAMES = { __proto__: null, "P-224": "secp224r1", "P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1" };
const USAGES = ["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey", "encapsulateBits", "decapsulateBits", "encapsulateKey", "decapsulateKey"];
const IMPORT_FORMATS = { __proto__: null, secret: "raw-secret", private: "pkcs8", public: "spki" };

const keys = new SafeWeakMap();

/** The key of a KeyObject. */
const keyOf = (value) => (typeof value === "object" && value !== null ? keys.get(value) : undefined);
const isKeyObject = (value) => keyOf(value) !== undefined;
/** The key of a CryptoKey. */
const cryptoKeyOf = secretOf;

function checked(object, method) {
  const key = keyOf(object);
  if (key === undefined) throw new TypeError(`Failed to execute '${method}' on 'CryptoImpl': parameter 1 is not of type 'CryptoKey'.`);
  return key;
}

class KeyObject {
  constructor() {
    throw new Error("Illegal constructor");
  }
  static from(key) {
    const secret = cryptoKeyOf(key);
    if (secret === undefined) throw invalidArgType("key", "CryptoKey", key);
    return keyObject(secret);
  }
  export(options = undefined) {
    options = options === undefined ? { __proto__: null } : options;
    validateObject(options, "options");
    const key = checked(this, "getAsymmetricKeyType");
    return exportKey(key, validateExport(options, key.type, "options", TYPES[key.kind]));
  }
  equals(otherKeyObject) {
    if (this === otherKeyObject) return true;
    if (otherKeyObject === undefined || otherKeyObject === null) throw new TypeError(`Cannot read properties of ${otherKeyObject} (reading 'Symbol(kHandle)')`);
    if (this.type !== otherKeyObject.type) return false;
    const other = keyOf(otherKeyObject);
    if (other === undefined) throw invalidArgType("otherKeyObject", "KeyObject", otherKeyObject);
    const key = checked(this, "equals");
    if (key.type !== "secret" && (key.kind !== other.kind || key.origin !== other.origin)) return false;
    return op_crypto_equal(key.bytes, other.bytes);
  }
  toCryptoKey(algorithm, extractable, keyUsages) {
    const named = algorithm !== null && (typeof algorithm === "object" || typeof algorithm === "function");
    const identifier = named ? algorithm : textOf(algorithm, "algorithm");
    const allowed = !!extractable;
    const usages = usagesOf(keyUsages);
    const key = checked(this, "toCryptoKey");
    if (key.kind === "DH") throw new DOMException("Unsupported key type for toCryptoKey().", "NotSupportedError");
    const { importKey } = core.loadExtScript("ext:denizen/crypto/subtle.js");
    return importKey(IMPORT_FORMATS[key.type], key.bytes, identifier, allowed, usages);
  }
}

function textOf(value, name) {
  if (typeof value === "symbol") throw invalidArgType(name, "string", value);
  return String(value);
}

function usagesOf(given) {
  const iterable = given !== null && (typeof given === "object" || typeof given === "function") && typeof given[SymbolIterator] === "function";
  if (!iterable) throw invalidArgType("keyUsages", "Iterable", given);
  const usages = [];
  const iterator = given[SymbolIterator]();
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    const usage = textOf(step.value, "keyUsages");
    if (!ArrayPrototypeIncludes(USAGES, usage)) throw invalidArgValue("keyUsages", usage, "is not a valid enum value of type KeyUsage");
    if (!ArrayPrototypeIncludes(usages, usage)) ArrayPrototypePush(usages, usage);
  }
  return usages;
}

// How `util.inspect` shows a key: the class and some of what it tells of itself.
function inspected(object, shown, depth, options) {
  if (depth < 0) return object;
  const { inspect } = core.loadExtScript("ext:denizen/node/util/inspect.js");
  const inner = { ...options, depth: options.depth === null || options.depth === undefined ? null : options.depth - 1 };
  return `${object.constructor.name} ${inspect(shown, inner)}`;
}

class AsymmetricKeyObject extends KeyObject {
  get asymmetricKeyDetails() {
    const key = checked(this, "getAsymmetricKeyDetail");
    const details = changed.enable_fast_jsg_struct
      ? {}
      : { modulusLength: undefined, publicExponent: undefined, divisorLength: undefined, namedCurve: undefined };
    if (key.kind === "RSA" || key.kind === "DSA") {
      const parts = op_node_key_details(key.type === "private", key.bytes);
      details.modulusLength = parts[0];
      if (key.kind === "RSA") details.publicExponent = BigInt(`0x${internal.over(parts[2]).toString("hex")}`);
      else details.divisorLength = parts[1];
    } else if (CURVE_NAMES[key.kind] !== undefined) {
      details.namedCurve = CURVE_NAMES[key.kind];
    }
    return details;
  }
  get asymmetricKeyType() {
    return TYPES[checked(this, "getAsymmetricKeyType").kind];
  }
}

class PublicKeyObject extends AsymmetricKeyObject {
  export(options) {
    return super.export(options);
  }
  get type() {
    return "public";
  }
}

class PrivateKeyObject extends AsymmetricKeyObject {
  export(options) {
    return super.export(options);
  }
  get type() {
    return "private";
  }
}

class SecretKeyObject extends KeyObject {
  get symmetricKeySize() {
    return checked(this, "getSymmetricKeySize").bytes.length;
  }
  export(options) {
    return super.export(options);
  }
  get type() {
    return "secret";
  }
}

const kInspect = SymbolFor("nodejs.util.inspect.custom");
const hidden = (value) => ({ __proto__: null, value, writable: true, enumerable: false, configurable: true });
ObjectDefineProperty(AsymmetricKeyObject.prototype, kInspect, hidden(function (depth, options) {
  return inspected(this, { type: this.asymmetricKeyType, details: this.asymmetricKeyDetails }, depth, options);
}));
ObjectDefineProperty(SecretKeyObject.prototype, kInspect, hidden(function (depth, options) {
  return inspected(this, { size: this.symmetricKeySize }, depth, options);
}));
ObjectDefineProperty(KeyObject.prototype, SymbolToStringTag, { __proto__: null, get() { return "KeyObject"; }, enumerable: false, configurable: true });

const CLASSES = { __proto__: null, secret: SecretKeyObject, private: PrivateKeyObject, public: PublicKeyObject };

/** A KeyObject of a key. */
function keyObject(key) {
  const made = ObjectCreate(CLASSES[key.type].prototype);
  keys.set(made, key);
  markKeyObject(made);
  return made;
}

/** A KeyObject of new material. */
function newKeyObject(type, kind, bytes) {
  return keyObject({ __proto__: null, type, extractable: true, usages: [], algorithm: { name: "" }, kind, bytes, origin: "node" });
}

/** A KeyObject of Diffie-Hellman over a field, `{ prime, public, private }`: it is in no format, only used. */
function newFieldKey(type, group) {
  const made = newKeyObject(type, "DH", group.public);
  keys.get(made).group = group;
  return made;
}

function createSecretKey(key, encoding) {
  if (key === undefined || key === null) throw invalidArgType("key", ["string", "ArrayBuffer", "TypedArray", "DataView"], key);
  const bytes = typeof key === "string" ? Buffer.from(key, encoding) : sourceOf(key, "createSecretKey", "CryptoImpl", 1);
  // A copy, which the caller cannot change.
  return newKeyObject("secret", "raw", new Uint8Array(bytes));
}

function isData(value) {
  return typeof value === "string" || internal.viewBytes(value) !== undefined;
}

// Reads what createPrivateKey and createPublicKey take: text or bytes, alone or with options, or a JSON Web Key.
function read(given, isPrivate) {
  if (given === undefined || given === null) throw invalidArgType("key", KEYS, given);
  const { key: data, encoding = "utf8", format = "pem", type, passphrase } = isData(given) ? { __proto__: null, key: given } : given;
  if (data === undefined || data === null || isKeyObject(data) || cryptoKeyOf(data) !== undefined) throw invalidArgType("options.key", KEYS, data);
  let found;
  if (isData(data)) {
    validateOneOf(format, "format", ["pem", "der"]);
    if (type !== undefined) validateOneOf(type, "type", isPrivate ? ["pkcs1", "pkcs8", "sec1"] : ["pkcs1", "spki"]);
    const bytes = bytesOf(data, "key", encoding);
    const secret = passphrase === undefined || passphrase === null ? undefined : bytesOf(passphrase, "passphrase", encoding);
    const parts = op_node_key_read(isPrivate, format === "pem", type ?? "", bytes, secret);
    if (parts === undefined) throw new Error(`Failed to parse ${isPrivate ? "private" : "public"} key`);
    found = { __proto__: null, kind: parts[0], bytes: parts[1] };
  } else {
    if (typeof data !== "object") throw invalidArgType("key", KEYS, given);
    found = readJwk(data, isPrivate);
  }
  return newKeyObject(isPrivate ? "private" : "public", found.kind, found.bytes);
}

function createPrivateKey(key) {
  return read(key, true);
}

function createPublicKey(key) {
  const given = keyOf(key) ?? cryptoKeyOf(key);
  if (given === undefined) return read(key, false);
  if (given.type !== "private") throw invalidArgType("key", "PrivateKeyObject", key);
  if (given.kind === "DH") return newFieldKey("public", given.group);
  const bytes = given.origin === "node" ? op_node_key_public(given.bytes) : undefined;
  if (bytes === undefined) throw new Error("Failed to derive public key from private key");
  return newKeyObject("public", given.kind, bytes);
}

return {
  KeyObject, PrivateKeyObject, PublicKeyObject, SecretKeyObject, createPrivateKey, createPublicKey, createSecretKey, cryptoKeyOf, isKeyObject,
  keyObject, keyOf, newFieldKey, newKeyObject,
};
})();
