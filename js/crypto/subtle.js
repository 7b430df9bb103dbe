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
  ArrayPrototypeFilter,
  ArrayPrototypeIncludes,
  ArrayPrototypePush,
  JSONParse,
  JSONStringify,
  Number,
  ObjectDefineProperty,
  ReflectApply,
  String,
  SymbolIterator,
  SymbolToStringTag,
  TypeError,
  TypedArrayPrototypeSlice,
  Uint8Array,
} = primordials;
const {
  bytesOf, checkUsages, copyOf, curveOf, digestName, exportJwk, fail, field, hashOf, isSource, nameOf, newKey, pairBytes, symmetricBytes,
} = core.loadExtScript("ext:denizen/crypto/import.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { secretOf } = core.loadExtScript("ext:denizen/crypto/key.js");
const { shapeClass } = core.loadExtScript("ext:denizen/bootstrap/shape.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");

const NONE = new Uint8Array(0);
const CIPHER = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
const DERIVE = ["deriveKey", "deriveBits"];
// By name in capitals: the name, what kind of key, the usages of a secret or private key and of a public one.
const ALGORITHMS = {
  __proto__: null,
  "AES-CBC": { name: "AES-CBC", type: "aes", secret: CIPHER },
  "AES-CTR": { name: "AES-CTR", type: "aes", secret: CIPHER },
  "AES-GCM": { name: "AES-GCM", type: "aes", secret: CIPHER },
  "AES-KW": { name: "AES-KW", type: "aes", secret: ["wrapKey", "unwrapKey"] },
  HMAC: { name: "HMAC", type: "hmac", secret: ["sign", "verify"] },
  PBKDF2: { name: "PBKDF2", type: "derive", secret: DERIVE },
  HKDF: { name: "HKDF", type: "derive", secret: DERIVE },
  ECDSA: { name: "ECDSA", type: "ec", secret: ["sign"], public: ["verify"] },
  ECDH: { name: "ECDH", type: "ec", secret: DERIVE, public: [] },
  ED25519: { name: "Ed25519", type: "edwards", secret: ["sign"], public: ["verify"] },
  "NODE-ED25519": { name: "NODE-ED25519", type: "edwards", secret: ["sign"], public: ["verify"] },
  X25519: { name: "X25519", type: "edwards", secret: DERIVE, public: [] },
  "RSASSA-PKCS1-V1_5": { name: "RSASSA-PKCS1-v1_5", type: "rsa", secret: ["sign"], public: ["verify"] },
  "RSA-PSS": { name: "RSA-PSS", type: "rsa", secret: ["sign"], public: ["verify"] },
  "RSA-OAEP": { name: "RSA-OAEP", type: "rsa", secret: ["decrypt", "unwrapKey"], public: ["encrypt", "wrapKey"] },
};
const HASH_BYTES = { __proto__: null, "SHA-1": 20, "SHA-256": 32, "SHA-384": 48, "SHA-512": 64, MD5: 16 };
const BLOCK_BYTES = { __proto__: null, "SHA-1": 64, "SHA-256": 64, "SHA-384": 128, "SHA-512": 128, MD5: 64 };

function specOf(algorithm, doing) {
  const name = nameOf(algorithm);
  const spec = ALGORITHMS[name];
  if (spec === undefined) {
    fail("NotSupportedError", `Unrecognized key ${doing} algorithm "${typeof algorithm === "string" ? algorithm : algorithm?.name}" requested.`);
  }
  return spec;
}

function listOf(usages) {
  const list = [];
  const iterator = usages[SymbolIterator]();
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    const usage = String(step.value);
    if (!ArrayPrototypeIncludes(list, usage)) {
      ArrayPrototypePush(list, usage);
    }
  }
  return list;
}

function kindOf(spec, algorithm) {
  return spec.type === "rsa" ? "RSA" : spec.type === "ec" ? curveOf(algorithm) : spec.name === "X25519" ? "X25519" : "Ed25519";
}

function importKey(format, data, algorithm, extractable, usages) {
  const spec = specOf(algorithm, "import");
  const { name, type } = spec;
  const params = typeof algorithm === "string" ? { __proto__: null } : algorithm;
  if (type === "aes" || type === "hmac" || type === "derive") {
    checkUsages(usages, spec.secret, name, "secret");
    if (type === "derive") {
      if (extractable) {
        fail("SyntaxError", `${name} key cannot be extractable.`);
      }
      if (format !== "raw" && format !== "raw-secret") {
        fail("NotSupportedError", `Unrecognized key import format "${format}".`);
      }
      return newKey("secret", false, usages, { name }, "raw", copyOf(data));
    }
    const hash = type === "hmac" ? hashOf(params) : undefined;
    let bytes = symmetricBytes(format, data, name, hash, extractable, usages);
    const bits = bytes.length * 8;
    if (type === "aes") {
      if (bits !== 128 && bits !== 192 && bits !== 256) {
        fail("DataError", `Imported AES key length must be 128, 192, or 256 bits but provided ${bits}.`);
      }
      return newKey("secret", extractable, usages, { name, length: bits }, "raw", bytes);
    }
    const length = params.length === undefined ? bits : Number(params.length);
    if (length === 0 || length > bits || length <= bits - 8) {
      fail("DataError", `Imported HMAC key length (${length}) must be a non-zero value up to 7 bits less than, and no greater than, the bit length of the raw key data (${bits}).`);
    }
    if (length < bits) {
      bytes = copyOf(bytes);
      bytes[bytes.length - 1] &= 0xff << (bits - length);
    }
    return newKey("secret", extractable, usages, { name, hash: { name: hash }, length }, "raw", bytes);
  }
  const kind = kindOf(spec, params);
  const hash = type === "rsa" ? hashOf(params) : undefined;
  const pair = pairBytes(format, data, kind, name, extractable, usages);
  checkUsages(usages, pair.private ? spec.secret : spec.public, name, pair.private ? "private" : "public");
  return newKey(pair.private ? "private" : "public", extractable, usages, describe(spec, kind, hash, pair.private, pair.bytes), kind, pair.bytes);
}

// The algorithm of a pair's key.
function describe(spec, kind, hash, isPrivate, der) {
  const { name, type } = spec;
  if (type === "rsa") {
    const parts = op_crypto_parts(isPrivate, der);
    return { name, modulusLength: parts[0].length * 8, publicExponent: changed.crypto_preserve_public_exponent ? parts[1].buffer : parts[1], hash: { name: hash } };
  }
  return type === "ec" ? { name, namedCurve: kind } : name === "NODE-ED25519" ? { name, namedCurve: name } : { name };
}

function keyLength(algorithm) {
  const spec = specOf(algorithm, "generation");
  if (spec.type === "aes") {
    const length = Number(algorithm.length);
    if (length !== 128 && length !== 192 && length !== 256) {
      fail("OperationError", `Generated AES key length must be 128, 192, or 256 bits but requested ${length}.`);
    }
    return length;
  }
  return spec.type === "hmac" ? algorithm.length === undefined ? BLOCK_BYTES[hashOf(algorithm)] * 8 : Number(algorithm.length) : null;
}

function generateKey(algorithm, extractable, usages) {
  const spec = specOf(algorithm, "generation");
  const { name, type } = spec;
  if (type === "derive") {
    fail("NotSupportedError", `Unrecognized key generation algorithm "${name}" requested.`);
  }
  if (type === "aes" || type === "hmac") {
    const length = keyLength(algorithm);
    if (length === 0) {
      fail("OperationError", "HMAC key length must be a non-zero unsigned long integer (requested 0).");
    }
    for (let i = 0; i < usages.length; i++) {
      if (!ArrayPrototypeIncludes(spec.secret, usages[i])) {
        fail("SyntaxError", `Attempt to generate secret ${name} key with invalid usage "${usages[i]}".`);
      }
    }
    if (usages.length === 0) {
      fail("SyntaxError", "Secret/private CryptoKeys must have at least one usage.");
    }
    const bytes = new Uint8Array((length + 7) >> 3);
    op_random_bytes(bytes);
    const described = type === "aes" ? { name, length } : { name, hash: { name: hashOf(algorithm) }, length };
    return newKey("secret", extractable, usages, described, "raw", bytes);
  }
  const params = typeof algorithm === "string" ? { __proto__: null } : algorithm;
  const kind = kindOf(spec, params);
  let bits = 0;
  let exponent = NONE;
  const hash = type === "rsa" ? hashOf(params) : undefined;
  if (type === "rsa") {
    bits = Number(params.modulusLength);
    exponent = copyOf(field(params, "publicExponent"));
    if (!(bits >= 256 && bits <= 16384) || bits % 8 !== 0) {
      fail("OperationError", `The modulus length must be a multiple of 8 and between 256 and 16k, but ${bits} was requested.`);
    }
    let number = 0;
    for (let i = 0; i < exponent.length; i++) {
      number = number * 256 + exponent[i];
    }
    if (number !== 3 && number !== 65537) {
      fail("OperationError", `The "publicExponent" must be either 3 or 65537, but got ${number}.`);
    }
  }
  const all = [...spec.secret, ...spec.public];
  for (let i = 0; i < usages.length; i++) {
    if (!ArrayPrototypeIncludes(all, usages[i])) {
      fail("SyntaxError", `Attempt to generate asymmetric ${name} key with invalid usage "${usages[i]}".`);
    }
  }
  const privateUsages = ArrayPrototypeFilter(usages, (usage) => ArrayPrototypeIncludes(spec.secret, usage));
  const publicUsages = ArrayPrototypeFilter(usages, (usage) => ArrayPrototypeIncludes(spec.public, usage));
  if (privateUsages.length === 0) {
    fail("SyntaxError", "Attempt to generate asymmetric keys with no valid private key usages.");
  }
  const pair = op_crypto_generate(kind, bits, exponent);
  if (pair === undefined) {
    fail("OperationError", "Key generation failed.");
  }
  return {
    publicKey: newKey("public", true, publicUsages, describe(spec, kind, hash, false, pair[1]), kind, pair[1]),
    privateKey: newKey("private", extractable, privateUsages, describe(spec, kind, hash, true, pair[0]), kind, pair[0]),
  };
}

function exportKey(format, key) {
  const name = key.algorithm.name;
  if (!key.extractable) {
    fail("InvalidAccessError", `Attempt to export non-extractable ${name} key.`);
  }
  if (format === "jwk") {
    return exportJwk(key);
  }
  if (key.type === "secret") {
    if (format !== "raw" && format !== "raw-secret") {
      fail("NotSupportedError", `${name} key only supports exporting "raw", "raw-secret" & "jwk", not "${format}".`);
    }
    return copyOf(key.bytes).buffer;
  }
  if (format === "pkcs8" && key.type === "private" || format === "spki" && key.type === "public") {
    return copyOf(key.bytes).buffer;
  }
  if ((format === "raw" || format === "raw-public") && key.type === "public" && key.kind !== "RSA") {
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
  if (format !== "raw" && format !== "pkcs8" && format !== "spki") {
    fail("NotSupportedError", `Unrecognized export format "${format}".`);
  }
  return fail("InvalidAccessError", `Unable to export ${key.type} ${name} key as "${format}".`);
}

// The bytes of a key that may do this.
function requireUse(key, algorithm, usage) {
  const name = nameOf(algorithm);
  if (!ArrayPrototypeIncludes(key.usages, usage)) {
    fail("InvalidAccessError", `Requested key usage "${usage}" does not match any usage listed in this CryptoKey.`);
  }
  const own = key.algorithm.name;
  if (ALGORITHMS[name]?.name !== own) {
    fail("InvalidAccessError", `Requested algorithm "${typeof algorithm === "string" ? algorithm : algorithm?.name}" does not match this CryptoKey's algorithm "${own}".`);
  }
}

function crypt(encrypt, algorithm, key, data) {
  const name = key.algorithm.name;
  let iv = NONE;
  let extra = NONE;
  let detail = 0;
  let expected = data.length;
  if (name === "AES-GCM") {
    iv = field(algorithm, "iv");
    if (iv.length === 0) {
      fail("OperationError", "AES-GCM IV must not be empty.");
    }
    const bits = algorithm.tagLength === undefined ? 128 : Number(algorithm.tagLength);
    if (!ArrayPrototypeIncludes([32, 64, 96, 104, 112, 120, 128], bits)) {
      fail("OperationError", `Invalid AES-GCM tag length ${bits}.`);
    }
    if (!encrypt && data.length * 8 < bits) {
      fail("OperationError", `Ciphertext length of ${data.length * 8} bits must be greater than or equal to the size of the AES-GCM tag length of ${bits} bits.`);
    }
    detail = bits / 8;
    expected -= detail;
    extra = algorithm.additionalData === undefined ? NONE : field(algorithm, "additionalData");
  } else if (name === "AES-CBC") {
    iv = field(algorithm, "iv");
    if (iv.length !== 16) {
      fail("OperationError", `AES-CBC IV must be 16 bytes long (provided ${iv.length} bytes).`);
    }
  } else if (name === "AES-CTR") {
    iv = field(algorithm, "counter");
    if (iv.length !== 16) {
      fail("OperationError", `Counter must have length of 16 bytes (provided ${iv.length}).`);
    }
    detail = Number(algorithm.length);
    if (!(detail >= 1 && detail <= 128)) {
      fail("OperationError", `Invalid counter of ${algorithm.length} bits length provided.`);
    }
  }
  if (name === "RSA-OAEP") {
    const label = algorithm.label === undefined ? NONE : field(algorithm, "label");
    const result = op_crypto_oaep(encrypt, key.algorithm.hash.name, label, key.bytes, data);
    return result ?? fail("OperationError", `RSA-OAEP failed ${encrypt ? "encryption" : "decryption"}.`);
  }
  const result = op_crypto_aes(name, encrypt, key.bytes, iv, data, extra, detail);
  if (result !== undefined) {
    return result;
  }
  if (encrypt) {
    return fail("OperationError", `${name} encryption failed.`);
  }
  const lengths = name === "AES-CBC" ? `Input length was ${data.length}, output length expected to be 0` : `Input length was ${expected}, output length expected to be ${expected}`;
  return fail("OperationError", `Decryption failed. This could be due to a ciphertext authentication failure, bad padding, incorrect CryptoKey, or another algorithm-specific reason. ${lengths} for ${name}`);
}

function signatureParameters(algorithm, key) {
  const { name } = key.algorithm;
  const hash = name === "ECDSA" ? hashOf(algorithm) : key.algorithm.hash?.name ?? "";
  const salt = name === "RSA-PSS" ? Number(algorithm.saltLength) : 0;
  return { __proto__: null, name, hash, salt };
}

function sign(algorithm, key, data) {
  const { name, hash, salt } = signatureParameters(algorithm, key);
  const result = name === "HMAC" ? op_crypto_hmac(hash, key.bytes, data) : op_crypto_sign(name, key.kind, hash, salt, key.bytes, data);
  return result ?? fail("OperationError", `${name} signing failed.`);
}

function verify(algorithm, key, signature, data) {
  const { name, hash, salt } = signatureParameters(algorithm, key);
  return name === "HMAC"
    ? op_crypto_equal(op_crypto_hmac(hash, key.bytes, data), signature)
    : op_crypto_verify(name, key.kind, hash, salt, key.bytes, signature, data);
}

function deriveBits(algorithm, key, length) {
  const { name } = key.algorithm;
  if (name === "PBKDF2" || name === "HKDF") {
    const hash = hashOf(algorithm);
    const salt = field(algorithm, "salt");
    if (name === "PBKDF2") {
      const iterations = Number(algorithm.iterations);
      if (length === null) {
        fail("OperationError", "PBKDF2 cannot derive a key with null length.");
      }
      if (length % 8 !== 0) {
        fail("OperationError", `PBKDF2 requires a derived key length that is a multiple of eight (requested ${length}).`);
      }
      if (!(iterations > 0)) {
        fail("OperationError", `PBKDF2 requires a positive iteration count (requested ${algorithm.iterations}).`);
      }
      return op_crypto_pbkdf2(hash, key.bytes, salt, iterations, length / 8) ?? fail("OperationError", "PBKDF2 deriveBits failed.");
    }
    const info = field(algorithm, "info");
    if (length === null) {
      fail("OperationError", "HKDF cannot derive a key with null length.");
    }
    if (length % 8 !== 0) {
      fail("OperationError", `HKDF requires a derived key length that is a multiple of eight (requested ${length}).`);
    }
    if (length / 8 > 255 * HASH_BYTES[hash]) {
      fail("OperationError", "HKDF deriveBits failed.");
    }
    return op_crypto_hkdf(hash, key.bytes, salt, info, length / 8) ?? fail("OperationError", "HKDF deriveBits failed.");
  }
  const peer = secretOf(algorithm.public);
  if (peer === undefined) {
    throw new TypeError('Missing field "public" in "algorithm".');
  }
  if (peer.type !== "public") {
    fail("InvalidAccessError", `The provided key has type "${peer.type}", not "public"`);
  }
  if (peer.algorithm.name !== name || peer.kind !== key.kind) {
    fail("InvalidAccessError", "Base and public key do not match.");
  }
  const all = op_crypto_agree(key.bytes, peer.bytes) ?? fail("OperationError", `${name} failed.`);
  if (length === null) {
    return all;
  }
  if (length > all.length * 8) {
    fail("OperationError", `Derived key length (${length} bits) is too long (should be at most ${all.length * 8} bits).`);
  }
  const result = TypedArrayPrototypeSlice(all, 0, (length + 7) >> 3);
  if (length % 8 !== 0) {
    result[result.length - 1] &= 0xff << (8 - length % 8);
  }
  return result;
}

function source(value, method, position) {
  if (!isSource(value)) {
    throw new TypeError(`Failed to execute '${method}' on 'SubtleCrypto': parameter ${position} is not of type 'BufferSource'.`);
  }
  return bytesOf(value);
}
function keyOf(value, method, position) {
  return secretOf(value) ?? (() => {
    throw new TypeError(`Failed to execute '${method}' on 'SubtleCrypto': parameter ${position} is not of type 'CryptoKey'.`);
  })();
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
  timingSafeEqual(left, right) {
    const a = source(left, "timingSafeEqual", 1);
    const b = source(right, "timingSafeEqual", 2);
    if (a.length !== b.length) {
      throw new TypeError("Input buffers must have the same byte length.");
    }
    return op_crypto_equal(a, b);
  }
}

const METHODS = {
  __proto__: null,
  digest(algorithm, data) {
    const bytes = source(data, "digest", 2);
    return bufferOf(op_crypto_digest(digestName(algorithm), bytes));
  },
  encrypt(algorithm, key, data) {
    const secret = keyOf(key, "encrypt", 2);
    requireUse(secret, algorithm, "encrypt");
    return bufferOf(crypt(true, algorithm, secret, source(data, "encrypt", 3)));
  },
  decrypt(algorithm, key, data) {
    const secret = keyOf(key, "decrypt", 2);
    requireUse(secret, algorithm, "decrypt");
    return bufferOf(crypt(false, algorithm, secret, source(data, "decrypt", 3)));
  },
  sign(algorithm, key, data) {
    const secret = keyOf(key, "sign", 2);
    requireUse(secret, algorithm, "sign");
    return bufferOf(sign(algorithm, secret, source(data, "sign", 3)));
  },
  verify(algorithm, key, signature, data) {
    const secret = keyOf(key, "verify", 2);
    requireUse(secret, algorithm, "verify");
    return verify(algorithm, secret, source(signature, "verify", 3), source(data, "verify", 4));
  },
  importKey(format, data, algorithm, extractable, usages) {
    if (format !== "jwk") {
      source(data, "importKey", 2);
    }
    return importKey(String(format), data, algorithm, !!extractable, listOf(usages));
  },
  exportKey(format, key) {
    return exportKey(String(format), keyOf(key, "exportKey", 2));
  },
  generateKey(algorithm, extractable, usages) {
    return generateKey(algorithm, !!extractable, listOf(usages));
  },
  deriveBits(algorithm, key, length = null) {
    const secret = keyOf(key, "deriveBits", 2);
    requireUse(secret, algorithm, "deriveBits");
    return bufferOf(deriveBits(algorithm, secret, length === null ? null : Number(length)));
  },
  deriveKey(algorithm, key, derived, extractable, usages) {
    const secret = keyOf(key, "deriveKey", 2);
    requireUse(secret, algorithm, "deriveKey");
    const bits = deriveBits(algorithm, secret, keyLength(derived));
    return importKey("raw", bits, derived, !!extractable, listOf(usages));
  },
  wrapKey(format, key, wrapping, algorithm) {
    const inner = keyOf(key, "wrapKey", 2);
    const outer = keyOf(wrapping, "wrapKey", 3);
    requireUse(outer, algorithm, "wrapKey");
    const exported = exportKey(String(format), inner);
    const bytes = format === "jwk" ? core.encode(JSONStringify(exported)) : bytesOf(exported);
    return bufferOf(crypt(true, algorithm, outer, bytes));
  },
  unwrapKey(format, wrapped, unwrapping, algorithm, keyAlgorithm, extractable, usages) {
    const data = source(wrapped, "unwrapKey", 2);
    const outer = keyOf(unwrapping, "unwrapKey", 3);
    requireUse(outer, algorithm, "unwrapKey");
    const bytes = outer.algorithm.name === "AES-KW"
      ? op_crypto_aes("AES-KW", false, outer.bytes, NONE, data, NONE, 0) ?? fail("OperationError", "AES-KW key unwrapping failed.")
      : crypt(false, algorithm, outer, data);
    return importKey(String(format), format === "jwk" ? JSONParse(core.decode(bytes)) : bytes, keyAlgorithm, !!extractable, listOf(usages));
  },
};
for (const name in METHODS) {
  const method = METHODS[name];
  const { [name]: value } = {
    async [name](...args) {
      if (!isSubtle(this)) {
        throw illegalInvocation();
      }
      return ReflectApply(method, undefined, args);
    },
  };
  ObjectDefineProperty(SubtleCrypto.prototype, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}
ObjectDefineProperty(SubtleCrypto.prototype, SymbolToStringTag, { __proto__: null, value: "SubtleCrypto", configurable: true });

shapeClass(SubtleCrypto);
subtle = new SubtleCrypto();

return { SubtleCrypto, importKey, subtle };
})();
