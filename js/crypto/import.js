// How keys come in and go out: raw bytes, DER and JSON Web Keys; and the parameters that all algorithms share.
//
// Owns formats and workerd's texts for those that are wrong. It must not know what a key is used for.

(function () {
const { core, primordials } = __bootstrap;
const { op_crypto_check, op_crypto_from_parts, op_crypto_parts, op_node_key_read } = core.ops;
const {
  ArrayBufferIsView,
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypePush,
  String,
  StringFromCharCode,
  StringPrototypeCharCodeAt,
  StringPrototypeReplace,
  StringPrototypeSlice,
  StringPrototypeToUpperCase,
  SafeRegExp,
  TypeError,
  TypedArrayPrototypeGetByteLength,
  Uint8Array,
} = primordials;
const { atob, btoa } = core.loadExtScript("ext:deno_web/05_base64.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { newKey } = core.loadExtScript("ext:denizen/crypto/key.js");

const DIGESTS = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];
const CURVES = ["P-256", "P-384", "P-521"];
const DASH = new SafeRegExp("-", "g");
const UNDERSCORE = new SafeRegExp("_", "g");
const PLUS = new SafeRegExp("\\+", "g");
const SLASH = new SafeRegExp("/", "g");
const PAD = new SafeRegExp("=+$");
const RSA_JWK = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];

function fail(name, message) {
  throw new DOMException(message, name);
}

// A view of the same bytes.
function bytesOf(source) {
  return ArrayBufferIsView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
}
function copyOf(source) {
  return new Uint8Array(bytesOf(source));
}
function isSource(value) {
  return ArrayBufferIsView(value) || core.isAnyArrayBuffer(value);
}
function field(algorithm, name) {
  const value = algorithm[name];
  if (!isSource(value)) {
    throw new TypeError(value === undefined ? `Missing field "${name}" in "algorithm".` : `Incorrect type for the '${name}' field on 'Algorithm': the provided value is not of type 'BufferSource'.`);
  }
  return bytesOf(value);
}

function nameOf(algorithm) {
  return StringPrototypeToUpperCase(String(typeof algorithm === "string" ? algorithm : algorithm?.name));
}
function digestName(algorithm) {
  const name = nameOf(algorithm);
  if (!ArrayPrototypeIncludes(DIGESTS, name)) {
    fail("NotSupportedError", "Unrecognized or unimplemented digest algorithm requested.");
  }
  return name;
}
function hashOf(algorithm) {
  if (algorithm.hash === undefined) {
    throw new TypeError('Missing field "hash" in "algorithm".');
  }
  return digestName(algorithm.hash);
}
function curveOf(algorithm) {
  const curve = algorithm.namedCurve;
  if (curve === undefined) {
    throw new TypeError('Missing field "namedCurve" in "algorithm".');
  }
  if (!ArrayPrototypeIncludes(CURVES, curve)) {
    fail("NotSupportedError", `Unrecognized or unimplemented EC curve "${curve}" requested.`);
  }
  return curve;
}

function toBase64Url(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    text += StringFromCharCode(bytes[i]);
  }
  text = StringPrototypeReplace(btoa(text), PLUS, "-");
  return StringPrototypeReplace(StringPrototypeReplace(text, SLASH, "_"), PAD, "");
}
function fromBase64Url(text) {
  if (typeof text !== "string") {
    return undefined;
  }
  try {
    const binary = atob(StringPrototypeReplace(StringPrototypeReplace(text, DASH, "+"), UNDERSCORE, "/"));
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) {
      bytes[i] = StringPrototypeCharCodeAt(binary, i);
    }
    return bytes;
  } catch {
    return undefined;
  }
}

function checkUsages(usages, allowed, name, secret) {
  for (let i = 0; i < usages.length; i++) {
    if (!ArrayPrototypeIncludes(allowed, usages[i])) {
      fail("SyntaxError", `Attempt to import ${secret} ${name} key with invalid usage "${usages[i]}".`);
    }
  }
  if (secret !== "public" && usages.length === 0) {
    fail("SyntaxError", "Secret/private CryptoKeys must have at least one usage.");
  }
}

// Checks of a JSON Web Key that all kinds share.
function checkJwk(jwk, extractable, usages, name, use) {
  if (jwk.ext === false && extractable) {
    fail("DataError", `JWK ext field for "${name}" is set to false but extractable is true`);
  }
  if (usages.length > 0 && jwk.use !== undefined && jwk.use !== use) {
    fail("DataError", `${jwk.kty === "oct" ? "Symmetric" : "Asymmetric"} "jwk" key must have a "use" of "${use}", not "${jwk.use}".`);
  }
  if (ArrayIsArray(jwk.key_ops)) {
    for (let i = 0; i < usages.length; i++) {
      if (!ArrayPrototypeIncludes(jwk.key_ops, usages[i])) {
        fail("DataError", `"jwk" key missing usage "${usages[i]}", in "key_ops".`);
      }
    }
  }
}

function symmetricAlg(name, length, hash) {
  return name === "HMAC" ? `HS${hash === "SHA-1" ? "1" : StringPrototypeSlice(hash, 4)}` : `A${length}${StringPrototypeSlice(name, 4)}`;
}

// The bytes of a symmetric key.
function symmetricBytes(format, data, name, hash, extractable, usages) {
  if (format === "raw" || format === "raw-secret") {
    return copyOf(data);
  }
  if (format !== "jwk") {
    fail("NotSupportedError", `Unrecognized key import format "${format}".`);
  }
  if (data.kty !== "oct") {
    fail("DataError", `Symmetric "jwk" key import requires a JSON Web Key with Key Type parameter "kty" equal to "oct" (encountered "${data.kty}").`);
  }
  checkJwk(data, extractable, usages, name, name === "HMAC" ? "sig" : "enc");
  const bytes = fromBase64Url(data.k);
  if (bytes === undefined) {
    fail("DataError", 'Symmetric "jwk" key import requires a base64Url encoding of the key.');
  }
  const alg = symmetricAlg(name, TypedArrayPrototypeGetByteLength(bytes) * 8, hash);
  if (data.alg !== undefined && data.alg !== alg) {
    fail("DataError", `Symmetric "jwk" key contains invalid "alg" value "${data.alg}", expected "${alg}".`);
  }
  return bytes;
}

// Why DER is no key of this kind.
function mismatch(format, data, kind) {
  const found = op_node_key_read(format === "pkcs8", false, format, copyOf(data), undefined);
  if (found !== undefined) {
    if (kind === "RSA") {
      return "Input was not an RSA key.";
    }
    if (!ArrayPrototypeIncludes(CURVES, kind)) {
      return "Invalid key type";
    }
    const curve = StringPrototypeSlice(found[0], 0, 2) === "P-";
    return curve ? `"algorithm.namedCurve" "${kind}" does not match the curve specified by the input key data.` : "Input was not an EC key.";
  }
  return `Invalid ${StringPrototypeToUpperCase(format)} input.`;
}

// The key of a pair: `{ private, bytes }`. `kind` is RSA, a curve, Ed25519 or X25519.
function pairBytes(format, data, kind, name, extractable, usages) {
  if (format === "pkcs8" || format === "spki") {
    const bytes = op_crypto_check(kind, format === "pkcs8", copyOf(data));
    if (bytes === undefined) {
      fail("DataError", mismatch(format, data, kind));
    }
    return { private: format === "pkcs8", bytes };
  }
  if (format === "raw" || format === "raw-public") {
    const point = copyOf(data);
    if (kind === "RSA") {
      fail("NotSupportedError", `Unrecognized key import format "${format}".`);
    }
    if ((kind === "Ed25519" || kind === "X25519") && point.length !== 32) {
      fail("DataError", `${kind} raw keys must be exactly 32-bytes (provided ${point.length}).`);
    }
    const bytes = op_crypto_from_parts(kind, false, [point]);
    if (bytes === undefined) {
      fail("DataError", "Failed to import raw EC key data: Invalid point encoding..");
    }
    return { private: false, bytes };
  }
  if (format !== "jwk") {
    fail("NotSupportedError", `Unrecognized key import format "${format}".`);
  }
  const wanted = kind === "RSA" ? "RSA" : ArrayPrototypeIncludes(CURVES, kind) ? "EC" : "OKP";
  if (data.kty !== wanted) {
    fail("DataError", `Asymmetric "jwk" key import requires a JSON Web Key with Key Type parameter "kty" equal to "${wanted}" (encountered "${data.kty}").`);
  }
  checkJwk(data, extractable, usages, name, name === "RSA-OAEP" || name === "ECDH" || name === "X25519" ? "enc" : "sig");
  if (wanted !== "RSA" && data.crv !== kind) {
    fail("DataError", `The "crv" field of the JSON Web Key does not match "${kind}" (encountered "${data.crv}").`);
  }
  const secret = data.d !== undefined;
  const names = wanted === "RSA" ? RSA_JWK : wanted === "EC" ? ["x", "y", "d"] : ["x", "d"];
  const count = secret ? names.length : wanted === "OKP" ? 1 : 2;
  const parts = [];
  for (let i = 0; i < count; i++) {
    const part = fromBase64Url(data[names[i]]);
    if (part === undefined) {
      fail("DataError", `Invalid "${names[i]}" in the JSON Web Key.`);
    }
    ArrayPrototypePush(parts, part);
  }
  const bytes = op_crypto_from_parts(kind, secret, parts);
  if (bytes === undefined) {
    fail("DataError", "The JSON Web Key is not a valid key.");
  }
  return { private: secret, bytes };
}

// A JSON Web Key with every member that workerd's has.
function jwkOf(members) {
  const jwk = {};
  const names = ["kty", "use", "key_ops", "alg", "ext", "crv", "x", "y", "d", "n", "e", "p", "q", "dp", "dq", "qi", "oth", "k", "pub", "priv"];
  for (let i = 0; i < names.length; i++) {
    jwk[names[i]] = members[names[i]];
  }
  return jwk;
}

function exportJwk(key) {
  const { kind, bytes, usages, extractable, algorithm, type } = key;
  const members = { __proto__: null, key_ops: usages, ext: extractable };
  if (type === "secret") {
    members.kty = "oct";
    members.k = toBase64Url(bytes);
    members.alg = symmetricAlg(algorithm.name, bytes.length * 8, algorithm.hash?.name);
    return { kty: members.kty, key_ops: members.key_ops, alg: members.alg, ext: members.ext, k: members.k };
  }
  const parts = op_crypto_parts(type === "private", bytes);
  let names;
  if (kind === "RSA") {
    members.kty = "RSA";
    const size = StringPrototypeSlice(algorithm.hash.name, 4);
    members.alg = algorithm.name === "RSA-OAEP" ? size === "1" ? "RSA-OAEP" : `RSA-OAEP-${size}` : `${algorithm.name === "RSA-PSS" ? "PS" : "RS"}${size}`;
    names = RSA_JWK;
  } else {
    const edwards = kind === "Ed25519" || kind === "X25519";
    members.kty = edwards ? "OKP" : "EC";
    members.crv = kind;
    if (kind === "Ed25519") {
      members.alg = "EdDSA";
    }
    names = edwards ? ["x", "d"] : ["x", "y", "d"];
  }
  for (let i = 0; i < parts.length; i++) {
    members[names[i]] = toBase64Url(parts[i]);
  }
  return jwkOf(members);
}

return { bytesOf, checkUsages, copyOf, curveOf, digestName, exportJwk, fail, field, fromBase64Url, hashOf, isSource, jwkOf, nameOf, newKey, pairBytes, symmetricAlg, symmetricBytes, toBase64Url };
})();
