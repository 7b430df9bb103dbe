// crypto.subtle.
//
// Owns which algorithms exist, what each may do, and workerd's texts. The host computes at once; the promises are settled
// when they are given. It must not know how keys are encoded.

(function () {
const { core, primordials } = __bootstrap;
const {
  op_crypto_aes, op_crypto_agree, op_crypto_digest, op_crypto_equal, op_crypto_generate, op_crypto_hkdf, op_crypto_hmac,
  op_crypto_oaep, op_crypto_parts, op_crypto_pbkdf2, op_crypto_sign, op_crypto_verify, op_random_bytes,
} = core.ops;
const {
  ArrayPrototypeIncludes,
  ArrayPrototypePush,
  Error,
  JSONParse,
  JSONStringify,
  MathCeil,
  MathFloor,
  ObjectDefineProperty,
  PromiseReject,
  PromiseResolve,
  ReflectApply,
  StringPrototypeToUpperCase,
  SymbolToStringTag,
  TypeError,
  Uint8Array,
} = primordials;
const {
  aesBytes, bytesOf, checkModulus, checkUsages, copyOf, cryptoKey, curveOf, dictionary, digestName, exponentOf, exportJwk, fail, field, flag,
  hashOf, hmacBytes, identifier, int, isObject, isSource, newKey, pairBytes, sizeOf, source, text, texts,
} = core.loadExtScript("ext:denizen/crypto/import.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { shapeClass } = core.loadExtScript("ext:denizen/bootstrap/shape.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { randomHex } = core.loadExtScript("ext:denizen/io/crypto.js");

const NONE = new Uint8Array(0);
const CIPHER = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
const DERIVE = ["deriveKey", "deriveBits"];
// By name in capitals: the name, what kind of key, the usages of a secret or private key and of a public one.
const ALGORITHMS = {
  __proto__: null,
  "AES-CBC": { __proto__: null, name: "AES-CBC", type: "aes", secret: CIPHER },
  "AES-CTR": { __proto__: null, name: "AES-CTR", type: "aes", secret: CIPHER },
  "AES-GCM": { __proto__: null, name: "AES-GCM", type: "aes", secret: CIPHER },
  "AES-KW": { __proto__: null, name: "AES-KW", type: "aes", secret: ["wrapKey", "unwrapKey"] },
  HMAC: { __proto__: null, name: "HMAC", type: "hmac", secret: ["sign", "verify"] },
  PBKDF2: { __proto__: null, name: "PBKDF2", type: "derive", secret: DERIVE },
  HKDF: { __proto__: null, name: "HKDF", type: "derive", secret: DERIVE },
  ECDSA: { __proto__: null, name: "ECDSA", type: "ec", secret: ["sign"], public: ["verify"] },
  ECDH: { __proto__: null, name: "ECDH", type: "ec", secret: DERIVE, public: [] },
  ED25519: { __proto__: null, name: "Ed25519", type: "edwards", secret: ["sign"], public: ["verify"] },
  "NODE-ED25519": { __proto__: null, name: "NODE-ED25519", type: "edwards", secret: ["sign"], public: ["verify"] },
  X25519: { __proto__: null, name: "X25519", type: "edwards", secret: DERIVE, public: [] },
  "RSASSA-PKCS1-V1_5": { __proto__: null, name: "RSASSA-PKCS1-v1_5", type: "rsa", secret: ["sign"], public: ["verify"] },
  "RSA-PSS": { __proto__: null, name: "RSA-PSS", type: "rsa", secret: ["sign"], public: ["verify"] },
  "RSA-OAEP": { __proto__: null, name: "RSA-OAEP", type: "rsa", secret: ["decrypt", "unwrapKey"], public: ["encrypt", "wrapKey"] },
};
const HASH_BYTES = { __proto__: null, "SHA-1": 20, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64, MD5: 16 };
const BLOCK_BYTES = { __proto__: null, "SHA-1": 64, "SHA-256": 64, "SHA-384": 128, "SHA-512": 128, MD5: 64 };
// Formats beside raw, spki, pkcs8 and jwk, which a flag brings.
const MODERN = ["raw-secret", "raw-public", "raw-private", "raw-seed"];
const AES_BITS = [128, 192, 256];
const TAG_BITS = [32, 64, 96, 104, 112, 120, 128];
// Less than the key takes.
const KW_BYTES = { __proto__: null, unwrapped: 16, wrapped: 24 };
const MAX_KW_BYTES = "18446744073709551607";
const EDWARDS_SIGNATURE = 64;
// Keys of a family can be taken for each other's until their names are compared.
const FAMILIES = { __proto__: null, ECDSA: 1, ECDH: 1, "NODE-ED25519": 1, Ed25519: 2, X25519: 2 };

function specOf(algorithm, doing) {
  return ALGORITHMS[StringPrototypeToUpperCase(algorithm.name)] ?? fail("NotSupportedError", `Unrecognized key ${doing} algorithm "${algorithm.name}" requested.`);
}

function kindOf(spec, algorithm) {
  if (spec.name === "NODE-ED25519") {
    const curve = field(algorithm, "namedCurve");
    if (curve !== "NODE-ED25519") {
      fail("NotSupportedError", `EDDSA curve "${curve}" isn't supported.`);
    }
  }
  return spec.type === "rsa" ? "RSA" : spec.type === "ec" ? curveOf(algorithm) : spec.name === "X25519" ? "X25519" : "Ed25519";
}

// Whether a format is there at all; the algorithm may not know it all the same.
function checkFormat(format) {
  if (ArrayPrototypeIncludes(MODERN, format) && changed.webcrypto_modern_algorithms !== true) {
    fail("NotSupportedError", `Key format "${format}" requires the webcrypto_modern_algorithms flag.`);
  }
}

// As `importKey`, of data and a format from outside.
function importGiven(format, data, algorithm, extractable, usages) {
  checkFormat(format);
  if (format === "jwk") {
    if (isSource(data)) {
      throw new TypeError('Import data provided for "jwk" import format must be a JsonWebKey.');
    }
  } else if (format !== "raw" && format !== "pkcs8" && format !== "spki" && !ArrayPrototypeIncludes(MODERN, format)) {
    fail("NotSupportedError", `Unrecognized key import format "${format}".`);
  } else if (!isSource(data)) {
    throw new TypeError("Import data provided for buffer-based import formats must be a buffer source.");
  }
  return importKey(format, data, algorithm, extractable, usages);
}

// A key of bytes or of a JsonWebKey's members; `algorithm` are an ImportKeyAlgorithm's.
function importKey(format, data, algorithm, extractable, usages) {
  if (format === "jwk" && data.ext === false && extractable) {
    fail("DataError", `JWK ext field for "${algorithm.name}" is set to false but extractable is true`);
  }
  const spec = specOf(algorithm, "import");
  const key = spec.public === undefined
    ? importSecret(spec, format, data, algorithm, extractable, usages)
    : importPair(spec, format, data, algorithm, extractable, usages);
  if (usages.length === 0 && key.type !== "public") {
    fail("SyntaxError", "Secret/private CryptoKeys must have at least one usage.");
  }
  return key;
}

function importSecret(spec, format, data, algorithm, extractable, usages) {
  const { name, type } = spec;
  checkUsages(usages, spec.secret, name, "import secret");
  if (type === "derive") {
    if (extractable) {
      fail("SyntaxError", `${name} key cannot be extractable.`);
    }
    if (format !== "raw" && format !== "raw-secret") {
      fail("NotSupportedError", `${name} key must be imported in "raw" format (requested "${format}")${name === "HKDF" ? "" : "."}`);
    }
    return newKey("secret", false, usages, { name }, "raw", copyOf(data));
  }
  if (type === "aes") {
    const bytes = aesBytes(format, data, name, usages);
    return newKey("secret", extractable, usages, { name, length: sizeOf(bytes) * 8 }, "raw", bytes);
  }
  const bytes = hmacBytes(format, data, algorithm);
  const hash = field(algorithm, "hash");
  const bits = sizeOf(bytes) * 8;
  const length = algorithm.length ?? bits;
  if (length === 0 || length > bits || length <= bits - 8) {
    fail("DataError", `Imported HMAC key length (${length}) must be a non-zero value up to 7 bits less than, and no greater than, the bit length of the raw key data (${bits}).`);
  }
  if (length < bits) {
    bytes[sizeOf(bytes) - 1] &= 0xff << (bits - length);
  }
  return newKey("secret", extractable, usages, { name, hash: { name: digestName(hash) }, length }, "raw", bytes);
}

function importPair(spec, format, data, algorithm, extractable, usages) {
  const hash = spec.type === "rsa" ? hashOf(algorithm) : undefined;
  const kind = kindOf(spec, algorithm);
  const pair = pairBytes(format, data, kind, spec, hash, usages);
  const described = describe(spec, kind, hash);
  if (kind === "RSA") {
    const parts = op_crypto_parts(pair.private, pair.bytes) ?? fail("DataError", "Invalid RSA key in JSON Web Key.");
    described.modulusLength = parts[0].length * 8;
    described.publicExponent = exponentAsGiven(parts[1]);
  }
  return newKey(pair.private ? "private" : "public", extractable, usages, described, kind, pair.bytes);
}

// The algorithm of a pair's key. What RSA's says of numbers is to be filled in.
function describe(spec, kind, hash) {
  const { name, type } = spec;
  if (type === "rsa") {
    return { name, modulusLength: 0, publicExponent: undefined, hash: { name: hash } };
  }
  return type === "ec" ? { name, namedCurve: kind } : name === "NODE-ED25519" ? { name, namedCurve: name } : { name };
}
function exponentAsGiven(bytes) {
  return changed.crypto_preserve_public_exponent ? bytes.buffer : bytes;
}

// Those of the usages that are, or are not, among some.
function among(usages, some, are) {
  const list = [];
  for (let i = 0; i < usages.length; i++) {
    if (ArrayPrototypeIncludes(some, usages[i]) === are) {
      ArrayPrototypePush(list, usages[i]);
    }
  }
  return list;
}
function checkGenerated(spec, usages) {
  checkUsages(among(usages, spec.public ?? [], false), spec.secret, spec.name, "generate");
}

function generateKey(algorithm, extractable, usages) {
  const spec = specOf(algorithm, "generation");
  if (spec.type === "derive") {
    fail("NotSupportedError", `Unrecognized key generation algorithm "${algorithm.name}" requested.`);
  }
  return spec.public === undefined ? generateSecret(spec, algorithm, extractable, usages) : generatePair(spec, algorithm, extractable, usages);
}

function generateSecret(spec, algorithm, extractable, usages) {
  const { name, type } = spec;
  const hash = type === "hmac" ? hashOf(algorithm) : undefined;
  checkGenerated(spec, usages);
  const length = type === "aes" ? field(algorithm, "length") : algorithm.length ?? BLOCK_BYTES[hash] * 8;
  if (type === "aes" && !ArrayPrototypeIncludes(AES_BITS, length)) {
    fail("OperationError", `Generated AES key length must be 128, 192, or 256 bits but requested ${length}.`);
  }
  if (length <= 0) {
    fail("OperationError", `HMAC key length must be a non-zero unsigned long integer (requested ${length}).`);
  }
  if (usages.length === 0) {
    fail("SyntaxError", "Secret/private CryptoKeys must have at least one usage.");
  }
  const bytes = new Uint8Array(MathCeil(length / 8));
  op_random_bytes(bytes);
  return newKey("secret", extractable, usages, type === "aes" ? { name, length } : { name, hash: { name: hash }, length }, "raw", bytes);
}

function generatePair(spec, algorithm, extractable, usages) {
  let bits = 0;
  let exponent = NONE;
  let hash;
  if (spec.type === "rsa") {
    exponent = copyOf(field(algorithm, "publicExponent"));
    const given = field(algorithm, "hash");
    bits = field(algorithm, "modulusLength");
    if (bits <= 0) {
      fail("OperationError", `modulusLength must be greater than zero (requested ${bits}).`);
    }
    hash = digestName(given);
  }
  checkGenerated(spec, usages);
  const kind = kindOf(spec, algorithm);
  if (kind === "RSA") {
    checkModulus(bits);
    const number = exponentOf(exponent);
    if (number !== 3 && number !== 65537) {
      fail("OperationError", `The "publicExponent" must be either 3 or 65537, but got ${number}.`);
    }
    if (bits % 128 !== 0) {
      fail("OperationError", "Can't generate key: RSA key size is required to be a multiple of 128");
    }
    if (bits < 512) {
      fail("OperationError", "RSA key size is too small.");
    }
  }
  const privateUsages = among(usages, spec.secret, true);
  const publicUsages = among(usages, spec.public, true);
  if (privateUsages.length === 0) {
    fail("SyntaxError", "Attempt to generate asymmetric keys with no valid private key usages.");
  }
  const pair = op_crypto_generate(kind, bits, exponent) ?? fail("OperationError", "Key generation failed.");
  const described = () => {
    const made = describe(spec, kind, hash);
    if (kind === "RSA") {
      made.modulusLength = bits;
      made.publicExponent = exponentAsGiven(copyOf(exponent));
    }
    return made;
  };
  return {
    publicKey: newKey("public", true, publicUsages, described(), kind, pair[1]),
    privateKey: newKey("private", extractable, privateUsages, described(), kind, pair[0]),
  };
}

function exportKey(format, key) {
  checkFormat(format);
  const { name } = key.algorithm;
  if (!key.extractable) {
    fail("InvalidAccessError", `Attempt to export non-extractable ${name} key.`);
  }
  if (format === "jwk") {
    return exportJwk(key);
  }
  if (key.type === "secret") {
    if (format === "raw" || format === "raw-secret") {
      return copyOf(key.bytes).buffer;
    }
    fail("NotSupportedError", name === "HMAC" ? `Unimplemented key export format "${format}".` : `${name} key only supports exporting "raw", "raw-secret" & "jwk", not "${format}".`);
  }
  if (format === "pkcs8" || format === "spki") {
    const wanted = format === "pkcs8" ? "private" : "public";
    if (key.type !== wanted) {
      fail("InvalidAccessError", `Asymmetric ${format} export requires ${wanted} key (not "${key.type}").`);
    }
    return copyOf(key.bytes).buffer;
  }
  if (format !== "raw" && format !== "raw-public" || key.kind === "RSA") {
    fail("InvalidAccessError", `Cannot export "${name}" in "${format}" format.`);
  }
  if (key.type !== "public") {
    const kind = name === "ECDSA" || name === "ECDH" ? "elliptic curve" : name;
    fail("InvalidAccessError", `Raw export of ${kind} keys is only allowed for public keys.`);
  }
  const parts = op_crypto_parts(false, key.bytes);
  if (parts.length === 1) {
    return copyOf(parts[0]).buffer;
  }
  const size = parts[0].length;
  const point = new Uint8Array(1 + 2 * size);
  point[0] = 4;
  for (let i = 0; i < size; i++) {
    point[1 + i] = parts[0][i];
    point[1 + size + i] = parts[1][i];
  }
  return point.buffer;
}

// Refuses a key that may not do this.
function requireUse(key, algorithm, usage) {
  const own = key.algorithm.name;
  if (ALGORITHMS[StringPrototypeToUpperCase(algorithm.name)]?.name !== own) {
    fail("InvalidAccessError", `Requested algorithm "${algorithm.name}" does not match this CryptoKey's algorithm "${own}".`);
  }
  if (!ArrayPrototypeIncludes(key.usages, usage)) {
    fail("InvalidAccessError", `Requested key usage "${usage}" does not match any usage listed in this CryptoKey.`);
  }
}

function counterField(algorithm, name) {
  if (algorithm[name] === undefined) {
    throw new TypeError(`Missing "${name}" member in "algorithm".`);
  }
  return algorithm[name];
}

function crypt(encrypt, algorithm, key, data) {
  const { name } = key.algorithm;
  let iv = NONE;
  let extra = NONE;
  let detail = 0;
  const size = sizeOf(data);
  // Bytes without a tag, and how many bytes would be decrypted to.
  let input = size;
  let expected = size;
  if (name === "AES-GCM") {
    iv = field(algorithm, "iv");
    if (sizeOf(iv) === 0) {
      fail("OperationError", "AES-GCM IV must not be empty.");
    }
    const bits = algorithm.tagLength ?? 128;
    if (!ArrayPrototypeIncludes(TAG_BITS, bits)) {
      fail("OperationError", `Invalid AES-GCM tag length ${bits}.`);
    }
    if (!encrypt && size * 8 < bits) {
      fail("OperationError", `Ciphertext length of ${size * 8} bits must be greater than or equal to the size of the AES-GCM tag length of ${bits} bits.`);
    }
    detail = bits / 8;
    input -= detail;
    expected = input;
    extra = algorithm.additionalData ?? NONE;
  } else if (name === "AES-CBC") {
    iv = field(algorithm, "iv");
    if (sizeOf(iv) !== 16) {
      fail("OperationError", `AES-CBC IV must be 16 bytes long (provided ${sizeOf(iv)}${encrypt ? " bytes" : ""}).`);
    }
    expected = size === 0 ? 0 : MathFloor((size - 1) / 16) * 16;
  } else if (name === "AES-CTR") {
    iv = counterField(algorithm, "counter");
    if (sizeOf(iv) !== 16) {
      fail("OperationError", `Counter must have length of 16 bytes (provided ${sizeOf(iv)}).`);
    }
    detail = counterField(algorithm, "length");
    if (!(detail >= 1 && detail <= 128)) {
      fail("OperationError", `Invalid counter of ${detail} bits length provided.`);
    }
    if (MathCeil(size / 16) > 2 ** detail) {
      fail("OperationError", "Counter block values will repeat.");
    }
  }
  if (name === "RSA-OAEP") {
    const result = op_crypto_oaep(encrypt, key.algorithm.hash.name, algorithm.label ?? NONE, key.bytes, data);
    const why = !encrypt && size * 8 !== key.algorithm.modulusLength ? ": Invalid RSA signature." : "";
    return result ?? fail("OperationError", `RSA-OAEP failed encrypt/decrypt${why}.`);
  }
  const result = op_crypto_aes(name, encrypt, key.bytes, iv, data, extra, detail);
  if (result !== undefined) {
    return result;
  }
  if (encrypt) {
    return fail("OperationError", `${name} encryption failed.`);
  }
  return fail("OperationError", `Decryption failed. This could be due to a ciphertext authentication failure, bad padding, incorrect CryptoKey, or another algorithm-specific reason. Input length was ${input}, output length expected to be ${expected} for ${name}`);
}

function wrapAes(key, data) {
  const length = sizeOf(data);
  if (length % 8 !== 0) {
    fail("OperationError", `Unwrapped key bit length must be a multiple of 64 bits but unwrapped key has a length of ${length * 8} bits.`);
  }
  if (length < KW_BYTES.unwrapped) {
    fail("OperationError", `Unwrapped key has length ${length} bytes but it should be greater than or equal to ${KW_BYTES.unwrapped} and less than or equal to ${MAX_KW_BYTES}`);
  }
  return op_crypto_aes("AES-KW", true, key.bytes, NONE, data, NONE, 0) ?? fail("OperationError", "AES-KW key wrapping failed.");
}
function unwrapAes(key, data) {
  const length = sizeOf(data);
  if (length % 8 !== 0) {
    fail("OperationError", `Provided a wrapped key to unwrap that is ${length * 8} bits which isn't a multiple of 64 bits.`);
  }
  if (length < KW_BYTES.wrapped) {
    fail("OperationError", `Provided a wrapped key to unwrap this is ${length * 8} bits that is less than the minimal length of ${KW_BYTES.wrapped * 8} bits.`);
  }
  return op_crypto_aes("AES-KW", false, key.bytes, NONE, data, NONE, 0) ?? fail("OperationError", "AES-KW key unwrapping failed.");
}

function saltLength(algorithm, signs) {
  const length = algorithm.saltLength;
  if (length === undefined) {
    const message = "Failed to provide salt for RSA-PSS key operation which requires a salt";
    if (signs) {
      fail("DataError", message);
    }
    throw new TypeError(message);
  }
  if (length < 0) {
    fail("DataError", `SaltLength for RSA-PSS must be non-negative (provided ${length}).`);
  }
  return length;
}
function ecdsaHash(algorithm) {
  if (algorithm.hash === undefined) {
    throw new TypeError('Missing "hash" in AlgorithmIdentifier. (ECDSA requires that the hash algorithm be specified at call time rather than on the key. This differs from other WebCrypto algorithms for historical reasons.)');
  }
  const hash = digestName(algorithm.hash);
  // The library has no such signature, which workerd does not expect.
  return hash === "MD5" ? internalError() : hash;
}
function internalError() {
  throw new Error(`internal error; reference = ${randomHex(16)}`);
}

function signatureParameters(algorithm, key, signs) {
  const { name } = key.algorithm;
  const hash = name === "ECDSA" ? ecdsaHash(algorithm) : key.algorithm.hash?.name ?? "";
  const salt = name === "RSA-PSS" ? saltLength(algorithm, signs) : 0;
  return { __proto__: null, name, hash, salt };
}

// Refuses a digest that a key of RSA has no room for.
function checkRoom(key, name, hash, salt) {
  const size = key.algorithm.modulusLength / 8;
  const digest = HASH_BYTES[hash];
  if (name === "RSASSA-PKCS1-v1_5" && digest + 32 > size) {
    fail("OperationError", `key too small for signing with given digest, need at least ${8 * (digest + 32)}bits.`);
  }
  if (name === "RSA-PSS" && digest + 2 + salt > size) {
    fail("OperationError", `key too small for signing with given digest${digest + 2 > size ? "" : " and salt length"}`);
  }
}

function sign(algorithm, key, data) {
  const { name, hash, salt } = signatureParameters(algorithm, key, true);
  checkRoom(key, name, hash, salt);
  const result = name === "HMAC" ? op_crypto_hmac(hash, key.bytes, data) : op_crypto_sign(name, key.kind, hash, salt, key.bytes, data);
  return result ?? fail("OperationError", `${name} signing failed.`);
}

function verify(algorithm, key, signature, data) {
  const { name, hash, salt } = signatureParameters(algorithm, key, false);
  if (key.kind === "Ed25519" && sizeOf(signature) !== EDWARDS_SIGNATURE) {
    fail("OperationError", `Invalid ${name} signature length ${sizeOf(signature)}`);
  }
  return name === "HMAC"
    ? op_crypto_equal(op_crypto_hmac(hash, key.bytes, data), signature)
    : op_crypto_verify(name, key.kind, hash, salt, key.bytes, signature, data);
}

function checkDerivedLength(length, name) {
  if (length === null) {
    fail("OperationError", `${name} cannot derive a key with null length.`);
  }
  if (length % 8 !== 0) {
    fail("OperationError", `${name} requires a derived key length that is a multiple of eight (requested ${length}).`);
  }
}

function deriveBits(algorithm, key, length) {
  const { name } = key.algorithm;
  if (name !== "PBKDF2" && name !== "HKDF") {
    return agree(algorithm, key, length);
  }
  const hash = hashOf(algorithm);
  const salt = field(algorithm, "salt");
  if (name === "PBKDF2") {
    const iterations = field(algorithm, "iterations");
    checkDerivedLength(length, name);
    if (iterations <= 0) {
      fail("OperationError", `PBKDF2 requires a positive iteration count (requested ${iterations}).`);
    }
    return op_crypto_pbkdf2(hash, key.bytes, salt, iterations, length / 8) ?? fail("OperationError", "PBKDF2 deriveBits failed.");
  }
  const info = field(algorithm, "info");
  checkDerivedLength(length, name);
  if (length / 8 > 255 * HASH_BYTES[hash]) {
    fail("OperationError", "HKDF deriveBits failed.");
  }
  return op_crypto_hkdf(hash, key.bytes, salt, info, length / 8) ?? fail("OperationError", "HKDF deriveBits failed.");
}

// What a private and another's public key agree on.
function agree(algorithm, key, length) {
  const { name } = key.algorithm;
  const peer = field(algorithm, "public", "derivedKeyParams");
  if (peer.type !== "public") {
    fail("InvalidAccessError", `The provided key has type "${peer.type}", not "public"`);
  }
  const other = peer.algorithm.name;
  if (FAMILIES[other] !== FAMILIES[name]) {
    fail("InvalidAccessError", `Base ${name} private key cannot be used to derive a key from a peer ${other} public key`);
  }
  if (other !== name) {
    fail("InvalidAccessError", `Private key for derivation is using "${name}" while public key is using "${other}".`);
  }
  if (peer.kind !== key.kind) {
    fail("InvalidAccessError", `Private key for derivation is using curve "${key.kind}" while public key is using "${peer.kind}".`);
  }
  const all = op_crypto_agree(key.bytes, peer.bytes)
    ?? fail("OperationError", name === "X25519" ? "Failed to derive EDDH key: public key routines INVALID_PEER_KEY." : "ECDH failed.");
  if (length === null) {
    return all;
  }
  const bits = sizeOf(all) * 8;
  if (length > bits) {
    fail("OperationError", `Derived key length (${length} bits) is too long (should be at most ${bits} bits).`);
  }
  const size = MathCeil(length / 8);
  const result = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    result[i] = all[i];
  }
  if (length % 8 !== 0) {
    result[size - 1] &= 0xff << (8 - length % 8);
  }
  return result;
}

// Bits of the key that is to be derived; null leaves them to what derives.
function derivedLength(algorithm) {
  const type = ALGORITHMS[StringPrototypeToUpperCase(algorithm.name)]?.type;
  if (type === "aes") {
    const length = field(algorithm, "length", "derivedKeyParams");
    if (!ArrayPrototypeIncludes(AES_BITS, length)) {
      fail("OperationError", `Derived AES key must be 128, 192, or 256 bits in length but provided ${length}.`);
    }
    return length;
  }
  if (type === "hmac") {
    if (algorithm.length === undefined) {
      return BLOCK_BYTES[digestName(field(algorithm, "hash", "derivedKeyParams"))] * 8;
    }
    if (algorithm.length <= 0) {
      throw new TypeError("HMAC key length must be a non-zero unsigned long integer.");
    }
    return algorithm.length;
  }
  if (type !== "derive") {
    fail("NotSupportedError", `Unrecognized derived key type "${algorithm.name}" requested.`);
  }
  return null;
}

function bufferOf(bytes) {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : copyOf(bytes).buffer;
}

let isSubtle;
let subtle;
class SubtleCrypto {
  #brand;
  static {
    isSubtle = (value) => typeof value === "object" && value !== null && #brand in value;
  }
  constructor() {
    if (subtle !== undefined) {
      throw new TypeError("Illegal constructor");
    }
  }
}

// What methods take. As for members, what is read as `undefined` is refused.
function algorithm(type) {
  return { __proto__: null, type: `string or ${type}`, read: (value) => identifier(value, type) };
}
const format = { __proto__: null, type: "string", read: text.read };
const extractable = { __proto__: null, type: "boolean", read: flag.read };
const bytes = source;
const usages = texts;
const length = { __proto__: null, optional: true, read: (value) => value === undefined || value === null ? null : int.read(value) };
const keyData = {
  __proto__: null,
  type: "BufferSource or JsonWebKey",
  read: (value) => isSource(value) ? bytesOf(value) : value === undefined || value === null || isObject(value) ? dictionary(value, "JsonWebKey") : undefined,
};

function argument(parameter, value, method, position) {
  const read = parameter.read(value);
  if (read === undefined) {
    throw wrongType(parameter, method, position);
  }
  return read;
}
function wrongType(parameter, method, position) {
  return new TypeError(`Failed to execute '${method}' on 'SubtleCrypto': parameter ${position} is not of type '${parameter.type}'.`);
}

// In the order of the prototype's members in workerd.
const METHODS = {
  __proto__: null,
  encrypt: {
    __proto__: null,
    takes: [algorithm("EncryptAlgorithm"), cryptoKey, bytes],
    run(given, key, data) {
      requireUse(key, given, "encrypt");
      return bufferOf(crypt(true, given, key, data));
    },
  },
  decrypt: {
    __proto__: null,
    takes: [algorithm("EncryptAlgorithm"), cryptoKey, bytes],
    run(given, key, data) {
      requireUse(key, given, "decrypt");
      return bufferOf(crypt(false, given, key, data));
    },
  },
  sign: {
    __proto__: null,
    takes: [algorithm("SignAlgorithm"), cryptoKey, bytes],
    run(given, key, data) {
      requireUse(key, given, "sign");
      return bufferOf(sign(given, key, data));
    },
  },
  verify: {
    __proto__: null,
    takes: [algorithm("SignAlgorithm"), cryptoKey, bytes, bytes],
    run(given, key, signature, data) {
      requireUse(key, given, "verify");
      return verify(given, key, signature, data);
    },
  },
  digest: {
    __proto__: null,
    takes: [algorithm("HashAlgorithm"), bytes],
    run: (given, data) => bufferOf(op_crypto_digest(digestName(given), data)),
  },
  generateKey: {
    __proto__: null,
    takes: [algorithm("GenerateKeyAlgorithm"), extractable, usages],
    run: generateKey,
  },
  deriveKey: {
    __proto__: null,
    takes: [algorithm("DeriveKeyAlgorithm"), cryptoKey, algorithm("ImportKeyAlgorithm"), extractable, usages],
    run(given, key, derived, mayLeave, mayDo) {
      requireUse(key, given, "deriveKey");
      const bits = derivedLength(derived);
      return importKey("raw", deriveBits(given, key, bits), derived, mayLeave, mayDo);
    },
  },
  deriveBits: {
    __proto__: null,
    takes: [algorithm("DeriveKeyAlgorithm"), cryptoKey, length],
    run(given, key, bits) {
      if (bits !== null && bits < 0) {
        throw new TypeError("deriveBits length must be an unsigned long integer.");
      }
      requireUse(key, given, "deriveBits");
      return bufferOf(deriveBits(given, key, bits));
    },
  },
  importKey: {
    __proto__: null,
    takes: [format, keyData, algorithm("ImportKeyAlgorithm"), extractable, usages],
    run: importGiven,
  },
  exportKey: {
    __proto__: null,
    takes: [format, cryptoKey],
    run: exportKey,
  },
  wrapKey: {
    __proto__: null,
    takes: [format, cryptoKey, cryptoKey, algorithm("EncryptAlgorithm")],
    run(as, inner, outer, given) {
      requireUse(outer, given, "wrapKey");
      const exported = exportKey(as, inner);
      const data = as === "jwk" ? core.encode(JSONStringify(exported)) : bytesOf(exported);
      return bufferOf(outer.algorithm.name === "AES-KW" ? wrapAes(outer, data) : crypt(true, given, outer, data));
    },
  },
  unwrapKey: {
    __proto__: null,
    takes: [format, bytes, cryptoKey, algorithm("EncryptAlgorithm"), algorithm("ImportKeyAlgorithm"), extractable, usages],
    run(as, data, outer, given, imported, mayLeave, mayDo) {
      requireUse(outer, given, "unwrapKey");
      const unwrapped = outer.algorithm.name === "AES-KW" ? unwrapAes(outer, data) : crypt(false, given, outer, data);
      return importGiven(as, as === "jwk" ? jwkOfText(core.decode(unwrapped)) : unwrapped, imported, mayLeave, mayDo);
    },
  },
  timingSafeEqual: {
    __proto__: null,
    takes: [bytes, bytes],
    isSync: true,
    run(left, right) {
      if (sizeOf(left) !== sizeOf(right)) {
        throw new TypeError("Input buffers must have the same byte length.");
      }
      return op_crypto_equal(left, right);
    },
  },
};
function jwkOfText(json) {
  const value = JSONParse(json);
  return value === null || isObject(value) ? dictionary(value, "JsonWebKey") : fail("DataError", 'Missing "kty" field or corrupt JSON unwrapping key?');
}

function argumentsOf(takes, given, name) {
  // No array: its prototype may have a setter, which would be given what only algorithms may reach.
  const read = { __proto__: null, length: takes.length };
  for (let i = 0; i < takes.length; i++) {
    if (i >= given.length && takes[i].optional !== true) {
      throw wrongType(takes[i], name, i + 1);
    }
    read[i] = argument(takes[i], given[i], name, i + 1);
  }
  return read;
}

// A method that gives a promise: what is wrong with its arguments, and with what it does, rejects it.
function promised(name, takes, run) {
  return {
    [name](...given) {
      if (!isSubtle(this)) {
        throw illegalInvocation();
      }
      let read;
      try {
        read = argumentsOf(takes, given, name);
      } catch (error) {
        if (changed.capture_async_api_throws) {
          throw error;
        }
        return PromiseReject(error);
      }
      try {
        return PromiseResolve(ReflectApply(run, undefined, read));
      } catch (error) {
        return PromiseReject(error);
      }
    },
  }[name];
}
function immediate(name, takes, run) {
  return {
    [name](...given) {
      if (!isSubtle(this)) {
        throw illegalInvocation();
      }
      return ReflectApply(run, undefined, argumentsOf(takes, given, name));
    },
  }[name];
}
for (const name in METHODS) {
  const { takes, run, isSync = false } = METHODS[name];
  const value = isSync ? immediate(name, takes, run) : promised(name, takes, run);
  ObjectDefineProperty(SubtleCrypto.prototype, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}
ObjectDefineProperty(SubtleCrypto.prototype, SymbolToStringTag, { __proto__: null, value: "SubtleCrypto", configurable: true });

shapeClass(SubtleCrypto);
core.loadExtScript("ext:denizen/actor/values.js").own(SubtleCrypto);
subtle = new SubtleCrypto();

return {
  SubtleCrypto,
  // For `node:crypto`, whose keys are bytes: an algorithm may be its name or an object.
  importKey: (as, data, given, mayLeave, mayDo) => importKey(as, data, identifier(given, "ImportKeyAlgorithm"), mayLeave, mayDo),
  subtle,
};
})();
