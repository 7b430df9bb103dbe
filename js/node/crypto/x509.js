// Certificates: X509Certificate.
//
// Owns the class and the forms in which their members are shown. A certificate is its DER. It must not know how it is read.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  op_crypto_digest, op_crypto_parts, op_node_x509_attributes, op_node_x509_email, op_node_x509_fits, op_node_x509_host, op_node_x509_ip,
  op_node_x509_is_authority, op_node_x509_issued, op_node_x509_key, op_node_x509_purposes, op_node_x509_read, op_node_x509_serial,
  op_node_x509_text,
} = core.ops;
const {
  ArrayBufferIsView, ArrayIsArray, ArrayPrototypeJoin, ArrayPrototypePush, Error, JSONParse, NumberPrototypeToString, ObjectDefineProperty, ObjectPrototypeHasOwnProperty,
  RegExpPrototypeExec, SafeRegExp, StringPrototypeCharCodeAt, StringPrototypePadStart, StringPrototypeToUpperCase, Uint8Array,
} = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { invalidArgType, nodeTypeError, validateBoolean, validateObject, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { newKey, secretOf } = core.loadExtScript("ext:denizen/crypto/key.js");
const { PrivateKeyObject, PublicKeyObject, keyObject, keyOf } = core.loadExtScript("ext:denizen/node/crypto/keys.js");

const VIEWS = ["string", "Buffer", "TypedArray", "DataView"];
const FLAGS = ["multiLabelWildcards", "partialWildcards", "singleLabelSubdomains", "wildcards"];
const CURVES = { __proto__: null, "P-224": "secp224r1", "P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1" };
const POINT_UNCOMPRESSED = 4;

const hex = (bytes) => StringPrototypeToUpperCase(internal.over(bytes).toString("hex"));

function fingerprint(der, algorithm) {
  const digest = op_crypto_digest(algorithm, der);
  const parts = [];
  for (let i = 0; i < digest.length; i++) {
    ArrayPrototypePush(parts, StringPrototypeToUpperCase(StringPrototypePadStart(NumberPrototypeToString(digest[i], 16), 2, "0")));
  }
  return ArrayPrototypeJoin(parts, ":");
}

function serialOf(der) {
  const bytes = op_node_x509_serial(der);
  if (bytes === undefined) return undefined;
  return bytes.length === 0 ? "00" : hex(bytes);
}

// The public key as one of crypto.subtle's, which is what workerd makes of it.
function publicKeyOf(der) {
  const parts = op_node_x509_key(der);
  if (parts === undefined) return undefined;
  const kind = parts[0];
  const bytes = parts[1];
  let algorithm = { name: kind };
  if (kind === "RSA") {
    const numbers = op_crypto_parts(false, bytes);
    algorithm = { name: "RSASSA-PKCS1-v1_5", modulusLength: numbers[0].length * 8, publicExponent: numbers[1], hash: { name: "SHA-256" } };
  } else if (CURVES[kind] !== undefined) {
    algorithm = { name: "ECDSA", namedCurve: kind };
  }
  return keyObject(secretOf(newKey("public", true, ["verify"], algorithm, kind, bytes)));
}

function checkOptions(options) {
  if (options === undefined || options === null) return { __proto__: null, subject: -1, wildcards: true, single: false };
  validateObject(options, "options");
  for (let i = 0; i < FLAGS.length; i++) {
    const value = options[FLAGS[i]];
    if (value !== undefined) validateBoolean(value, `options.${FLAGS[i]}`);
  }
  const { subject, wildcards = true, singleLabelSubdomains = false } = options;
  if (subject !== undefined) validateString(subject, "options.subject");
  if (subject !== undefined && subject !== "always" && subject !== "never" && subject !== "default") throw new Error("Invalid subject option");
  return { __proto__: null, subject: subject === "always" ? 1 : subject === "never" ? 0 : -1, wildcards, single: singleLabelSubdomains };
}

// The attributes of a name; one that is there more than once has all its values.
function attributes(der, issuer) {
  const flat = op_node_x509_attributes(der, issuer);
  const found = {};
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i];
    const value = flat[i + 1];
    if (!ObjectPrototypeHasOwnProperty(found, name)) ObjectDefineProperty(found, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
    else if (ArrayIsArray(found[name])) ArrayPrototypePush(found[name], value);
    else found[name] = [found[name], value];
  }
  return found;
}

function accessLists(text) {
  const found = { __proto__: null };
  const pattern = new SafeRegExp("([^\\n:]*):([^\\n]*)(?:\\n|$)", "g");
  for (let match = RegExpPrototypeExec(pattern, text); match !== null; match = RegExpPrototypeExec(pattern, text)) {
    const name = match[1];
    const value = StringPrototypeCharCodeAt(match[2], 0) === 0x22 ? JSONParse(match[2]) : match[2];
    if (found[name] === undefined) found[name] = [value];
    else ArrayPrototypePush(found[name], value);
  }
  return { ...found };
}

// What the legacy object tells of the key.
function legacyKey(der) {
  const key = op_node_x509_key(der);
  const none = { __proto__: null };
  if (key === undefined) return none;
  const kind = key[0];
  if (kind === "RSA") {
    const numbers = op_crypto_parts(false, key[1]);
    const exponent = internal.over(numbers[1]).readUIntBE(0, numbers[1].length);
    return {
      __proto__: null, modulus: hex(numbers[0]), bits: numbers[0].length * 8, exponent: `0x${NumberPrototypeToString(exponent, 16)}`, pubkey: internal.over(key[1]),
    };
  }
  if (CURVES[kind] === undefined) return none;
  const numbers = op_crypto_parts(false, key[1]);
  const point = Buffer.concat([Buffer.from([POINT_UNCOMPRESSED]), numbers[0], numbers[1]]);
  return { __proto__: null, bits: kind === "P-521" ? 521 : numbers[0].length * 8, pubkey: point, asn1Curve: CURVES[kind], nistCurve: kind };
}

function legacyObject(certificate, der) {
  const { modulus, bits, exponent, pubkey, asn1Curve, nistCurve } = legacyKey(der);
  return {
    subject: attributes(der, false),
    subjectAltName: certificate.subjectAltName ?? "",
    infoAccess: accessLists(certificate.infoAccess ?? ""),
    issuer: attributes(der, true),
    ca: certificate.ca,
    modulus, bits, exponent, pubkey, asn1Curve, nistCurve,
    valid_from: certificate.validFrom,
    valid_to: certificate.validTo,
    fingerprint: certificate.fingerprint,
    fingerprint256: certificate.fingerprint256,
    fingerprint512: certificate.fingerprint512,
    serialNumber: certificate.serialNumber,
    ext_key_usage: certificate.keyUsage,
    raw: internal.over(new Uint8Array(der)),
  };
}

// What was asked for once is kept.
function once(state, der, name, make) {
  if (!(name in state)) state[name] = make(der);
  return state[name];
}
const text = (state, der, name) => once(state, der, name, () => op_node_x509_text(der, name));

class X509Certificate {
  #state = { __proto__: null };
  #der;
  constructor(buffer) {
    if (typeof buffer !== "string" && !ArrayBufferIsView(buffer)) throw invalidArgType("buffer", VIEWS, buffer);
    const bytes = typeof buffer === "string" ? Buffer.from(buffer) : internal.viewBytes(buffer);
    this.#der = op_node_x509_read(bytes);
    if (this.#der === undefined) {
      const { inspect } = core.loadExtScript("ext:denizen/node/util/inspect.js");
      throw nodeTypeError("ERR_INVALID_ARG_VALUE", `The argument 'buffer' is not a valid certificate. Received ${inspect(bytes)}`);
    }
  }
  get subject() {
    return text(this.#state, this.#der, "subject");
  }
  get subjectAltName() {
    return text(this.#state, this.#der, "subjectAltName");
  }
  get issuer() {
    return text(this.#state, this.#der, "issuer");
  }
  get issuerCertificate() {
    return once(this.#state, this.#der, "issuerCertificate", () => undefined);
  }
  get infoAccess() {
    return text(this.#state, this.#der, "infoAccess");
  }
  get validFrom() {
    return text(this.#state, this.#der, "validFrom");
  }
  get validTo() {
    return text(this.#state, this.#der, "validTo");
  }
  get fingerprint() {
    return once(this.#state, this.#der, "sha1", (der) => fingerprint(der, "SHA-1"));
  }
  get fingerprint256() {
    return once(this.#state, this.#der, "sha256", (der) => fingerprint(der, "SHA-256"));
  }
  get fingerprint512() {
    return once(this.#state, this.#der, "sha512", (der) => fingerprint(der, "SHA-512"));
  }
  get keyUsage() {
    return once(this.#state, this.#der, "keyUsage", op_node_x509_purposes);
  }
  get serialNumber() {
    return once(this.#state, this.#der, "serialNumber", serialOf);
  }
  get raw() {
    return once(this.#state, this.#der, "raw", (der) => internal.over(new Uint8Array(der)));
  }
  get publicKey() {
    return once(this.#state, this.#der, "publicKey", publicKeyOf);
  }
  toString() {
    return text(this.#state, this.#der, "pem");
  }
  toJSON() {
    return this.toString();
  }
  get ca() {
    return once(this.#state, this.#der, "ca", op_node_x509_is_authority);
  }
  checkHost(name, options) {
    validateString(name, "name");
    const { subject, wildcards, single } = checkOptions(options);
    return op_node_x509_host(this.#der, name, subject, wildcards, single);
  }
  checkEmail(email, options) {
    validateString(email, "email");
    const { subject } = checkOptions(options);
    return op_node_x509_email(this.#der, email, subject) ? email : undefined;
  }
  checkIP(ip, options) {
    validateString(ip, "ip");
    checkOptions(options);
    const found = op_node_x509_ip(this.#der, ip);
    if (found < 0) throw new Error("Invalid IP");
    return found === 1 ? ip : undefined;
  }
  checkIssued(otherCert) {
    if (typeof otherCert !== "object" || otherCert === null || !(#der in otherCert)) throw invalidArgType("otherCert", "X509Certificate", otherCert);
    return op_node_x509_issued(this.#der, otherCert.#der);
  }
  checkPrivateKey(pkey) {
    if (!(pkey instanceof PrivateKeyObject)) throw invalidArgType("pkey", "KeyObject", pkey);
    return fits(this.#der, true, keyOf(pkey));
  }
  verify(pkey) {
    if (!(pkey instanceof PublicKeyObject)) throw invalidArgType("pkey", "KeyObject", pkey);
    return fits(this.#der, false, keyOf(pkey));
  }
  toLegacyObject() {
    return once(this.#state, this.#der, "legacy", (der) => legacyObject(this, der));
  }
}

// Keys that `node:crypto` made are taken for none of the certificate's, as in workerd: only those of crypto.subtle and of other
// certificates are.
function fits(der, isPrivate, key) {
  return key !== undefined && key.origin !== "node" && op_node_x509_fits(der, isPrivate, key.bytes);
}

return { X509Certificate };
})();
