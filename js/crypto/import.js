// What crypto.subtle is given: its dictionaries, and keys as raw bytes, DER and JSON Web Keys; and how keys go out.
//
// Owns the members of the dictionaries, formats, and workerd's texts for what is wrong with either. It must not know what a
// key is used for.

(function () {
const { core, primordials } = __bootstrap;
const { op_crypto_check, op_crypto_from_parts, op_crypto_misfit, op_crypto_parts, op_crypto_rsa_factors, op_node_key_read } = core.ops;
const {
  ArrayBufferIsView,
  ArrayIsArray,
  ArrayPrototypeIncludes,
  ArrayPrototypePush,
  ArrayPrototypeSlice,
  ArrayPrototypeSort,
  DataViewPrototypeGetBuffer,
  DataViewPrototypeGetByteLength,
  DataViewPrototypeGetByteOffset,
  MathTrunc,
  StringFromCharCode,
  StringPrototypeCharCodeAt,
  StringPrototypeReplace,
  StringPrototypeSlice,
  StringPrototypeToUpperCase,
  SafeRegExp,
  TypeError,
  TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength: sizeOf,
  TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeGetSymbolToStringTag,
  Uint8Array,
} = primordials;
const { atob, btoa } = core.loadExtScript("ext:deno_web/05_base64.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { newKey, secretOf } = core.loadExtScript("ext:denizen/crypto/key.js");

const DIGESTS = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];
// Bytes of a coordinate.
const CURVES = { __proto__: null, "P-256": 32, "P-384": 48, "P-521": 66 };
const EDWARDS_BYTES = 32;
const RSA_BITS = { __proto__: null, min: 256, max: 16384 };
const INT32_MAX = 2 ** 31 - 1;
const DASH = new SafeRegExp("-", "g");
const UNDERSCORE = new SafeRegExp("_", "g");
const PLUS = new SafeRegExp("\\+", "g");
const SLASH = new SafeRegExp("/", "g");
const PAD = new SafeRegExp("=+$");
const RSA_JWK = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
// What a JSON Web Key's `alg` says: the hash of RSA, the curve of ECDSA.
const RSA_ALGS = {
  __proto__: null,
  RS1: "SHA-1", RS256: "SHA-256", RS384: "SHA-384", RS512: "SHA-512",
  PS1: "SHA-1", PS256: "SHA-256", PS384: "SHA-384", PS512: "SHA-512",
  "RSA-OAEP": "SHA-1", "RSA-OAEP-256": "SHA-256", "RSA-OAEP-384": "SHA-384", "RSA-OAEP-512": "SHA-512",
};
const ECDSA_ALGS = { __proto__: null, ES256: "P-256", ES384: "P-384", ES512: "P-521" };

function fail(name, message) {
  throw new DOMException(message, name);
}

// A view of the same bytes.
function bytesOf(source) {
  if (!ArrayBufferIsView(source)) {
    return new Uint8Array(source);
  }
  return TypedArrayPrototypeGetSymbolToStringTag(source) === undefined
    ? new Uint8Array(DataViewPrototypeGetBuffer(source), DataViewPrototypeGetByteOffset(source), DataViewPrototypeGetByteLength(source))
    : new Uint8Array(TypedArrayPrototypeGetBuffer(source), TypedArrayPrototypeGetByteOffset(source), sizeOf(source));
}
function copyOf(source) {
  return new Uint8Array(bytesOf(source));
}
function isSource(value) {
  return ArrayBufferIsView(value) || core.isAnyArrayBuffer(value);
}
function isObject(value) {
  return typeof value === "object" && value !== null || typeof value === "function";
}

// How a member's value is read. What gives `undefined` refuses it; `type` is what it should have been.
const text = { __proto__: null, read: (value) => `${value}` };
const flag = { __proto__: null, read: (value) => !!value };
const int = { __proto__: null, read: (value) => toInt(value, `Value out of range. Must be between ${-INT32_MAX - 1} and ${INT32_MAX} (inclusive).`) };
const tagLength = { __proto__: null, read: (value) => toInt(value, "AES-GCM tagLength is outside the integer range.") };
const source = { __proto__: null, type: "BufferSource", read: (value) => isSource(value) ? bytesOf(value) : undefined };
const cryptoKey = { __proto__: null, type: "CryptoKey", read: secretOf };
const hash = { __proto__: null, read: (value) => identifier(value, "HashAlgorithm") };
const texts = { __proto__: null, type: "Array", read: (value) => ArrayIsArray(value) ? textsOf(value) : undefined };
const primes = { __proto__: null, type: "Array", read: (value) => ArrayIsArray(value) ? checkPrimes(value) : undefined };

// The members of workerd's structs, in the order in which they are read.
const DICTIONARIES = {
  __proto__: null,
  HashAlgorithm: { __proto__: null, name: text },
  ImportKeyAlgorithm: { __proto__: null, name: text, hash, length: int, namedCurve: text, compressed: flag },
  GenerateKeyAlgorithm: { __proto__: null, name: text, hash, modulusLength: int, publicExponent: source, length: int, namedCurve: text },
  EncryptAlgorithm: { __proto__: null, name: text, iv: source, additionalData: source, tagLength, counter: source, length: int, label: source },
  SignAlgorithm: { __proto__: null, name: text, hash, dataLength: int, saltLength: int, context: source },
  DeriveKeyAlgorithm: { __proto__: null, name: text, salt: source, iterations: int, hash, public: cryptoKey, info: source },
  JsonWebKey: {
    __proto__: null,
    kty: text, use: text, key_ops: texts, alg: text, ext: flag, crv: text, x: text, y: text, d: text, n: text, e: text, p: text, q: text,
    dp: text, dq: text, qi: text, oth: primes, k: text, pub: text, priv: text,
  },
};

function toInt(value, refusal) {
  const number = MathTrunc(+value);
  // Infinity and what is no number count as 0.
  if (!(number - number === 0)) {
    return 0;
  }
  if (number > INT32_MAX || number < -INT32_MAX - 1) {
    throw new TypeError(refusal);
  }
  return number + 0;
}
function textsOf(array) {
  const list = [];
  for (let i = 0; i < array.length; i++) {
    ArrayPrototypePush(list, `${array[i]}`);
  }
  return list;
}
function checkPrimes(array) {
  for (let i = 0; i < array.length; i++) {
    if (array[i] !== undefined && array[i] !== null && !isObject(array[i])) {
      throw new TypeError(`Incorrect type for array element ${i}: the provided value is not of type 'RsaOtherPrimesInfo'.`);
    }
  }
  return true;
}

// The members of an object. `name` and `kty` are there in any case: what is missing is the text "undefined".
function dictionary(value, type) {
  if (value === undefined || value === null) {
    throw new TypeError(`Cannot initialize N7workerd3api12SubtleCrypto${type.length}${type}E with required members from an undefined or null value.`);
  }
  const members = DICTIONARIES[type];
  const found = { __proto__: null };
  for (const name in members) {
    const given = value[name];
    if (given === undefined && name !== "name" && name !== "kty") {
      continue;
    }
    found[name] = members[name].read(given);
    if (found[name] === undefined) {
      throw new TypeError(`Incorrect type for the '${name}' field on '${type}': the provided value is not of type '${members[name].type}'.`);
    }
  }
  return found;
}
// An algorithm, which may be given as its name alone.
function identifier(value, type) {
  return value === undefined || value === null || isObject(value) ? dictionary(value, type) : { __proto__: null, name: `${value}` };
}

function field(algorithm, name, holder = "algorithm") {
  const value = algorithm[name];
  if (value === undefined) {
    throw new TypeError(`Missing field "${name}" in "${holder}".`);
  }
  return value;
}
function digestName(algorithm) {
  const name = StringPrototypeToUpperCase(algorithm.name);
  if (!ArrayPrototypeIncludes(DIGESTS, name)) {
    fail("NotSupportedError", "Unrecognized or unimplemented digest algorithm requested.");
  }
  return name;
}
function hashOf(algorithm) {
  return digestName(field(algorithm, "hash"));
}
function curveOf(algorithm) {
  const given = field(algorithm, "namedCurve");
  const curve = StringPrototypeToUpperCase(given);
  if (CURVES[curve] === undefined) {
    fail("NotSupportedError", `Unrecognized or unimplemented EC curve "${given}" requested.`);
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

// The bytes of a big number without zeros before it.
function significant(bytes) {
  const size = sizeOf(bytes);
  let zeros = 0;
  while (zeros < size && bytes[zeros] === 0) {
    zeros++;
  }
  return new Uint8Array(TypedArrayPrototypeGetBuffer(bytes), TypedArrayPrototypeGetByteOffset(bytes) + zeros, size - zeros);
}

function checkUsages(usages, allowed, name, what) {
  for (let i = 0; i < usages.length; i++) {
    if (!ArrayPrototypeIncludes(allowed, usages[i])) {
      fail("SyntaxError", `Attempt to ${what} ${name} key with invalid usage "${usages[i]}".`);
    }
  }
}

// The first value that is twice in a list, which is sorted for it.
function duplicate(list) {
  ArrayPrototypeSort(list);
  for (let i = 1; i < list.length; i++) {
    if (list[i] === list[i - 1]) {
      return list[i];
    }
  }
  return undefined;
}

function symmetricAlg(name, length, hash) {
  return name === "HMAC" ? `HS${hash === "SHA-1" ? "1" : StringPrototypeSlice(hash, 4)}` : `A${length}${StringPrototypeSlice(name, 4)}`;
}

function isRaw(format) {
  return format === "raw" || format === "raw-secret";
}

function aesBytes(format, data, name, usages) {
  if (!isRaw(format) && format !== "jwk") {
    fail("NotSupportedError", `Unrecognized key import format "${format}".`);
  }
  let bytes;
  if (format === "jwk") {
    if (data.kty !== "oct") {
      fail("DataError", `Symmetric "jwk" key import requires a JSON Web Key with Key Type parameter "kty" equal to "oct" (encountered "${data.kty}").`);
    }
    bytes = fromBase64Url(data.k) ?? fail("DataError", 'Symmetric "jwk" key import requires a base64Url encoding of the key.');
  } else {
    bytes = copyOf(data);
  }
  const bits = sizeOf(bytes) * 8;
  if (bits !== 128 && bits !== 192 && bits !== 256) {
    fail("DataError", `Imported AES key length must be 128, 192, or 256 bits but provided ${bits}.`);
  }
  if (format === "jwk") {
    const alg = symmetricAlg(name, bits);
    if (data.alg !== undefined && data.alg !== alg) {
      fail("DataError", `Symmetric "jwk" key contains invalid "alg" value "${data.alg}", expected "${alg}".`);
    }
    if (usages.length > 0 && data.use !== undefined && data.use !== "enc") {
      fail("DataError", `Symmetric "jwk" key must have a "use" of "enc", not "${data.use}".`);
    }
    checkOperations(data.key_ops, usages);
  }
  return bytes;
}
function checkOperations(operations, usages) {
  if (operations === undefined) {
    return;
  }
  const twice = duplicate(operations);
  if (twice !== undefined) {
    fail("DataError", `Symmetric "jwk" key contains duplicate value "${twice}", in "key_op".`);
  }
  for (let i = 0; i < usages.length; i++) {
    if (!ArrayPrototypeIncludes(operations, usages[i])) {
      fail("DataError", `"jwk" key missing usage "${usages[i]}", in "key_ops".`);
    }
  }
}

// The bytes of an HMAC key; `use` and `key_ops` of a JSON Web Key do not count.
function hmacBytes(format, data, algorithm) {
  if (isRaw(format)) {
    return copyOf(data);
  }
  if (format !== "jwk") {
    fail("NotSupportedError", `Unrecognized key import format "${format}".`);
  }
  if (data.kty !== "oct") {
    fail("DataError", `HMAC "jwk" key import requires a JSON Web Key with Key Type parameter ("kty") equal to "oct" (encountered "${data.kty}").`);
  }
  const bytes = fromBase64Url(data.k) ?? fail("DataError", 'HMAC "jwk" key import requires a base64Url encoding of the key');
  if (data.alg !== undefined) {
    const alg = symmetricAlg("HMAC", 0, hashOf(algorithm));
    if (data.alg !== alg) {
      fail("DataError", `HMAC "jwk" key import specifies "alg" that is incompatible with the hash name (encountered "${data.alg}", expected "${alg}").`);
    }
  }
  return bytes;
}

// Bytes after the first value of DER.
function trailing(der) {
  let length = der[1];
  let at = 2;
  if (length >= 0x80) {
    const end = at + length - 0x80;
    length = 0;
    for (; at < end; at++) {
      length = length * 256 + der[at];
    }
  }
  return sizeOf(der) - at - length;
}

// The DER of a key that is of this kind.
function checkDer(format, data, kind, checkUsed) {
  const isPrivate = format === "pkcs8";
  const der = copyOf(data);
  const bytes = op_crypto_check(kind, isPrivate, der);
  if (bytes !== undefined) {
    checkUsed(isPrivate);
    return bytes;
  }
  const found = op_node_key_read(isPrivate, false, format, der, undefined);
  if (found === undefined) {
    fail("DataError", `Invalid ${StringPrototypeToUpperCase(format)} input.`);
  }
  const more = trailing(der);
  if (more > 0) {
    fail("DataError", `Invalid ${more} trailing bytes after ${StringPrototypeToUpperCase(format)} input.`);
  }
  checkUsed(isPrivate);
  if (kind === "RSA") {
    fail("DataError", "Input was not an RSA key.");
  }
  if (CURVES[kind] === undefined) {
    fail("DataError", "Invalid key type");
  }
  const curve = StringPrototypeSlice(found[0], 0, 2) === "P-";
  return fail("DataError", curve ? `"algorithm.namedCurve" "${kind}" does not match the curve specified by the input key data.` : "Input was not an EC key.");
}

function checkModulus(bits) {
  if (!(bits >= RSA_BITS.min && bits <= RSA_BITS.max) || bits % 8 !== 0) {
    fail("OperationError", `The modulus length must be a multiple of 8 and between 256 and 16k, but ${bits} was requested.`);
  }
}
// The number that these bytes are.
function exponentOf(bytes) {
  const digits = significant(bytes);
  if (sizeOf(digits) > 4) {
    fail("OperationError", 'The "publicExponent" must be either 3 or 65537, but got a number larger than 2^32.');
  }
  let number = 0;
  for (let i = 0; i < sizeOf(digits); i++) {
    number = number * 256 + digits[i];
  }
  return number;
}
function checkRsa(modulus, exponent) {
  checkModulus(sizeOf(significant(modulus)) * 8);
  const number = exponentOf(exponent);
  if (number < 3 || number % 2 === 0) {
    fail("OperationError", `Imported RSA key has invalid publicExponent ${number}.`);
  }
}

// What a JSON Web Key says of its use. `keys` are the usages of public keys, by which workerd names what goes together.
function checkJwkUse(jwk, usages, name, keys) {
  const { use, key_ops: operations } = jwk;
  const wanted = ArrayPrototypeIncludes(keys, "verify") ? "sig" : "enc";
  if (usages.length > 0 && use !== undefined && use !== wanted) {
    fail("DataError", `Asymmetric "jwk" key import with usages requires a JSON Web Key with Public Key Use parameter "use" ("${use}") equal to "sig".`);
  }
  if (operations === undefined) {
    return;
  }
  if (duplicate(operations) !== undefined) {
    fail("DataError", 'A JSON Web Key\'s Key Operations parameter ("key_ops") must not contain duplicates.');
  }
  if (use !== undefined) {
    if (use !== wanted) {
      fail("DataError", `Asymmetric "jwk" import requires a JSON Web Key with Public Key Use "use" ("${use}") equal to "${wanted}".`);
    }
    const valid = wanted === "sig" ? ["sign", "verify"] : keys;
    for (let i = 0; i < operations.length; i++) {
      if (!ArrayPrototypeIncludes(valid, operations[i])) {
        const why = valid.length === 0
          ? `For public ${name} keys, there are no valid usages,so keys with a non-empty "key_ops" parameter are not allowed.`
          : `A Public Key Use for ${name} would allow a Key Operations array with only "${valid[0]}" and/or "${valid[1]}" values (not "${operations[i]}").`;
        fail("DataError", `A JSON Web Key should have either a Public Key Use parameter ("use") or a Key Operations parameter ("key_ops"); otherwise, the parameters must be consistent with each other. ${why}`);
      }
    }
  }
  for (let i = 0; i < usages.length; i++) {
    if (!ArrayPrototypeIncludes(operations, usages[i])) {
      fail("DataError", 'All specified key usages must be present in the JSON Web Key\'s Key Operations parameter ("key_ops").');
    }
  }
}

function component(jwk, name, refusal) {
  return fromBase64Url(jwk[name]) ?? fail("DataError", refusal);
}

function rsaFromJwk(jwk, hash) {
  if (jwk.kty !== "RSA") {
    fail("DataError", `RSASSA-PKCS1-v1_5 "jwk" key import requires a JSON Web Key with Key Type parameter "kty" ("${jwk.kty}") equal to "RSA".`);
  }
  if (jwk.alg !== undefined) {
    if (RSA_ALGS[jwk.alg] === undefined) {
      fail("NotSupportedError", `Unrecognized or unimplemented algorithm "${jwk.alg}" listed in JSON Web Key Algorithm parameter.`);
    }
    if (RSA_ALGS[jwk.alg] !== hash) {
      fail("DataError", `JSON Web Key Algorithm parameter "alg" ("${jwk.alg}") does not match requested hash algorithm "${jwk.alg}".`);
    }
  }
  const invalid = "Invalid RSA key in JSON Web Key;";
  const parts = [
    component(jwk, "n", `${invalid} missing or invalid Modulus parameter ("n").`),
    component(jwk, "e", `${invalid} missing or invalid Exponent parameter ("e").`),
  ];
  if (jwk.d === undefined) {
    checkRsa(parts[0], parts[1]);
    return parts;
  }
  ArrayPrototypePush(parts, component(jwk, "d", `${invalid} missing or invalid Private Exponent parameter ("d").`));
  let given = 0;
  for (let i = 3; i < RSA_JWK.length; i++) {
    given += jwk[RSA_JWK[i]] === undefined ? 0 : 1;
  }
  if (given === 5) {
    ArrayPrototypePush(
      parts,
      component(jwk, "p", `${invalid} invalid First Prime Factor parameter ("p").`),
      component(jwk, "q", `${invalid} invalid Second Prime Factor parameter ("q").`),
      component(jwk, "dp", `${invalid} invalid First Factor CRT Exponent parameter ("dp").`),
      component(jwk, "dq", `${invalid} invalid Second Factor CRT Exponent parameter ("dq").`),
      component(jwk, "qi", `${invalid} invalid First CRT Coefficient parameter ("qi").`),
    );
  } else if (given > 0) {
    fail("DataError", 'Invalid RSA private key in JSON Web Key; if one Prime Factor or CRT Exponent/Coefficient parameter is present, then they must all be present ("p", "q", "dp", "dq", "qi").');
  }
  checkRsa(parts[0], parts[1]);
  if (given === 0) {
    // The library keeps whole keys only.
    const factors = op_crypto_rsa_factors(parts[0], parts[1], parts[2]) ?? fail("DataError", "Invalid RSA key in JSON Web Key.");
    ArrayPrototypePush(parts, factors[0], factors[1], factors[2], factors[3], factors[4]);
  }
  return parts;
}

// A coordinate in the length that the curve's have.
function coordinate(bytes, size) {
  const digits = significant(bytes);
  const zeros = size - sizeOf(digits);
  if (zeros < 0) {
    fail("OperationError", 'Invalid EC key; public key coordinates "x" and "y" are invalid.');
  }
  const padded = new Uint8Array(size);
  for (let i = zeros; i < size; i++) {
    padded[i] = digits[i - zeros];
  }
  return padded;
}

const CURVE_MISFITS = {
  __proto__: null,
  range: ["OperationError", 'Invalid EC key; public key coordinates "x" and "y" are invalid.'],
  point: ["OperationError", 'Invalid EC key; public key coordinates "x" and "y" are invalid: Point is not on curve..'],
  secret: ["OperationError", 'Invalid EC key; private key component "d" is invalid.'],
};

function curveFromJwk(jwk, kind, name) {
  if (jwk.kty !== "EC") {
    fail("DataError", `Elliptic curve "jwk" key import requires a JSON Web Key with Key Type parameter "kty" ("${jwk.kty}") equal to "EC".`);
  }
  if (name === "ECDSA" && jwk.alg !== undefined) {
    if (ECDSA_ALGS[jwk.alg] === undefined) {
      fail("NotSupportedError", `Unrecognized or unimplemented algorithm "${jwk.alg}" listed in JSON Web Key Algorithm parameter.`);
    }
    if (ECDSA_ALGS[jwk.alg] !== kind) {
      fail("DataError", `JSON Web Key Algorithm parameter "alg" ("${jwk.alg}") does not match requested curve.`);
    }
  }
  const x = component(jwk, "x", 'Invalid EC key in JSON Web Key; missing "x".');
  const y = component(jwk, "y", 'Invalid EC key in JSON Web Key; missing "y".');
  const parts = [coordinate(x, CURVES[kind]), coordinate(y, CURVES[kind])];
  if (jwk.d !== undefined) {
    ArrayPrototypePush(parts, component(jwk, "d", 'Invalid EC key in JSON Web Key; missing or invalid private key component ("d").'));
  }
  return parts;
}

function edwardsFromJwk(jwk, kind) {
  if (jwk.kty !== "OKP") {
    fail("DataError", `${kind} "jwk" key imports requires a JSON Web Key with Key Type parameter "kty" ("${jwk.kty}") equal to "OKP".`);
  }
  if (jwk.crv === undefined) {
    fail("DataError", `Missing field "crv" for ${kind} key.`);
  }
  if (jwk.crv !== kind) {
    fail("NotSupportedError", `Only ${kind} is supported but "${jwk.crv}" was requested.`);
  }
  if (kind === "Ed25519" && jwk.alg !== undefined && jwk.alg !== "EdDSA") {
    fail("DataError", `JSON Web Key Algorithm parameter "alg" ("${jwk.alg}") does not match requested Ed25519 curve.`);
  }
  const parts = [component(jwk, "x", `Invalid ${kind} key in JSON WebKey; missing or invalid public key component ("x").`)];
  if (sizeOf(parts[0]) !== EDWARDS_BYTES) {
    fail("DataError", `Invalid length ${sizeOf(parts[0])} for public key`);
  }
  if (jwk.d !== undefined) {
    ArrayPrototypePush(parts, component(jwk, "d", `Invalid ${kind} key in JSON Web Key; missing or invalid private key component ("d").`));
    if (sizeOf(parts[1]) !== EDWARDS_BYTES) {
      fail("DataError", `Invalid length ${sizeOf(parts[1])} for private key`);
    }
  }
  return parts;
}

function pointBytes(point, kind) {
  const size = CURVES[kind];
  const isWhole = point[0] === 4 && sizeOf(point) === 1 + 2 * size;
  const isCompressed = (point[0] === 2 || point[0] === 3) && sizeOf(point) === 1 + size;
  const bytes = isWhole || isCompressed ? op_crypto_from_parts(kind, false, [point]) : undefined;
  if (bytes !== undefined) {
    return bytes;
  }
  let why = sizeOf(point) === 0 ? "" : ": Invalid point encoding.";
  if (isWhole) {
    const buffer = TypedArrayPrototypeGetBuffer(point);
    const misfit = op_crypto_misfit(kind, false, [new Uint8Array(buffer, 1, size), new Uint8Array(buffer, 1 + size, size)]);
    why = misfit === "point" ? ": Point is not on curve." : "";
  } else if (isCompressed) {
    why = ": Invalid compressed point. Invalid compressed point.";
  }
  return fail("DataError", `Failed to import raw EC key data${why}.`);
}

// The key of a pair: `{ private, bytes }`. `kind` is RSA, a curve, Ed25519 or X25519; `spec` says what the algorithm's keys may do.
function pairBytes(format, data, kind, spec, hash, usages) {
  const { name } = spec;
  const check = (isPrivate) => checkUsages(usages, isPrivate ? spec.secret : spec.public, name, isPrivate ? "import private" : "import public");
  if (format === "pkcs8" || format === "spki") {
    const isPrivate = format === "pkcs8";
    const bytes = checkDer(format, data, kind, check);
    if (kind === "RSA") {
      const parts = op_crypto_parts(isPrivate, bytes);
      checkRsa(parts[0], parts[1]);
    }
    return { __proto__: null, private: isPrivate, bytes };
  }
  if (kind !== "RSA" && (format === "raw" || format === "raw-public")) {
    check(false);
    const point = copyOf(data);
    if (CURVES[kind] !== undefined) {
      return { __proto__: null, private: false, bytes: pointBytes(point, kind) };
    }
    if (sizeOf(point) !== EDWARDS_BYTES) {
      fail("DataError", `${kind} raw keys must be exactly 32-bytes (provided ${sizeOf(point)}).`);
    }
    return { __proto__: null, private: false, bytes: op_crypto_from_parts(kind, false, [point]) };
  }
  if (format !== "jwk") {
    fail("NotSupportedError", `Unrecognized key import format "${format}".`);
  }
  const isPrivate = data.d !== undefined;
  check(isPrivate);
  if (isPrivate && data.oth !== undefined) {
    fail("NotSupportedError", "Multi-prime private keys not supported.");
  }
  checkJwkUse(data, usages, name, spec.public);
  const parts = kind === "RSA" ? rsaFromJwk(data, hash) : CURVES[kind] !== undefined ? curveFromJwk(data, kind, name) : edwardsFromJwk(data, kind);
  const bytes = op_crypto_from_parts(kind, isPrivate, parts);
  if (bytes === undefined) {
    const misfit = CURVE_MISFITS[op_crypto_misfit(kind, isPrivate, parts)];
    fail(misfit?.[0] ?? "DataError", misfit?.[1] ?? `Invalid ${kind === "RSA" ? "RSA" : "EC"} key in JSON Web Key.`);
  }
  return { __proto__: null, private: isPrivate, bytes };
}

// A JSON Web Key with every member that workerd's has, or by an older date every one that is set.
function jwkOf(members) {
  const jwk = {};
  for (const name in DICTIONARIES.JsonWebKey) {
    if (members[name] !== undefined || !changed.enable_fast_jsg_struct) jwk[name] = members[name];
  }
  return jwk;
}

function exportJwk(key) {
  const { kind, bytes, usages, extractable, algorithm, type } = key;
  const members = { __proto__: null, key_ops: ArrayPrototypeSlice(usages), ext: extractable };
  const hash = algorithm.hash?.name;
  if (type === "secret") {
    if (hash === "MD5") {
      fail("NotSupportedError", 'Unimplemented JWK key export format for key algorithm "MD5".');
    }
    members.kty = "oct";
    members.k = toBase64Url(bytes);
    members.alg = symmetricAlg(algorithm.name, sizeOf(bytes) * 8, hash);
    return jwkOf(members);
  }
  const parts = op_crypto_parts(type === "private", bytes);
  let names;
  if (kind === "RSA") {
    if (hash === "MD5") {
      fail("NotSupportedError", 'JWK export not supported for hash algorithm "MD5".');
    }
    members.kty = "RSA";
    const size = StringPrototypeSlice(hash, 4);
    members.alg = algorithm.name === "RSA-OAEP" ? size === "1" ? "RSA-OAEP" : `RSA-OAEP-${size}` : `${algorithm.name === "RSA-PSS" ? "PS" : "RS"}${size}`;
    names = RSA_JWK;
  } else {
    const edwards = CURVES[kind] === undefined;
    members.kty = edwards ? "OKP" : "EC";
    members.crv = kind;
    if (algorithm.name === "Ed25519") {
      members.alg = "EdDSA";
    }
    names = edwards ? ["x", "d"] : ["x", "y", "d"];
  }
  for (let i = 0; i < parts.length; i++) {
    members[names[i]] = toBase64Url(parts[i]);
  }
  return jwkOf(members);
}

return {
  aesBytes, bytesOf, checkModulus, checkUsages, copyOf, curveOf, cryptoKey, dictionary, digestName, exponentOf, exportJwk, fail, field, flag,
  fromBase64Url, hashOf, hmacBytes, identifier, int, isObject, isSource, jwkOf, newKey, pairBytes, sizeOf, source, symmetricAlg, text, texts, toBase64Url,
};
})();
