// `node:crypto`.
//
// Owns the list of what the module has, and the few things that are of no other file in crypto/. It must not know algorithms.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { FunctionPrototypeBind, ObjectDefineProperty, RegExpPrototypeTest, TypeError } = primordials;
const { internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { methodNotImplemented } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { crypto: webcrypto } = core.loadExtScript("ext:denizen/io/crypto.js");
const { mixed } = core.loadExtScript("ext:denizen/node/internal/constants.js");
const CryptoKey = core.loadExtScript("ext:denizen/bootstrap/lazy.js").loadGlobal("CryptoKey");
const load = (name) => core.loadExtScript(`ext:denizen/node/crypto/${name}.js`);
const agreement = load("diffie_hellman");
const { ECDH, createECDH, getCurves } = load("ecdh");
const keys = load("keys");
const generate = load("generate");
const random = load("random");
const primes = load("primes");
const hashes = load("hash");
const derive = load("derive");
const { scrypt, scryptSync } = load("scrypt");
const ciphers = load("cipher");
const signatures = load("sign");
const rsa = load("rsa");
const { Certificate } = load("spkac");
const { X509Certificate } = load("x509");

const CONSTANTS = /^(?:DH_|ENGINE_|OPENSSL_|POINT_|RSA_|SSL_OP_|TLS1_|default)/;
const constants = { __proto__: null };
for (const name in mixed) {
  if (RegExpPrototypeTest(CONSTANTS, name)) ObjectDefineProperty(constants, name, { __proto__: null, value: mixed[name] });
}

function timingSafeEqual(a, b) {
  const check = (value, position) => {
    const bytes = internal.viewBytes(value);
    if (bytes === undefined) throw new TypeError(`Failed to execute 'timingSafeEqual' on 'SubtleCrypto': parameter ${position} is not of type 'BufferSource'.`);
    return bytes;
  };
  const left = check(a, 1);
  const right = check(b, 2);
  if (left.length !== right.length) throw new TypeError("Input buffers must have the same byte length.");
  let different = 0;
  for (let i = 0; i < left.length; i++) different |= left[i] ^ right[i];
  return different === 0;
}

const notImplemented = (name) => {
  throw methodNotImplemented(`${name} method`);
};
function setEngine(_id, _flags) {
  notImplemented("setEngine");
}
function setFips(_on) {
  notImplemented("setFips");
}
function getFips() {
  return true;
}
function secureHeapUsed() {
  return { total: 0, used: 0, utilization: 0, min: 0 };
}
const getRandomValues = FunctionPrototypeBind(webcrypto.getRandomValues, webcrypto);

// In workerd's order.
const exported = {
  constants,
  DiffieHellman: agreement.DiffieHellman,
  DiffieHellmanGroup: agreement.DiffieHellmanGroup,
  createDiffieHellman: agreement.createDiffieHellman,
  createDiffieHellmanGroup: agreement.createDiffieHellmanGroup,
  getDiffieHellman: agreement.getDiffieHellman,
  diffieHellman: agreement.diffieHellman,
  ECDH,
  createECDH,
  KeyObject: keys.KeyObject,
  PublicKeyObject: keys.PublicKeyObject,
  PrivateKeyObject: keys.PrivateKeyObject,
  SecretKeyObject: keys.SecretKeyObject,
  generateKey: generate.generateKey,
  generateKeyPair: generate.generateKeyPair,
  generateKeyPairSync: generate.generateKeyPairSync,
  generateKeySync: generate.generateKeySync,
  createPrivateKey: keys.createPrivateKey,
  createPublicKey: keys.createPublicKey,
  createSecretKey: keys.createSecretKey,
  getRandomValues,
  pseudoRandomBytes: random.randomBytes,
  randomBytes: random.randomBytes,
  randomFillSync: random.randomFillSync,
  randomFill: random.randomFill,
  randomInt: random.randomInt,
  randomUUID: random.randomUUID,
  generatePrime: primes.generatePrime,
  generatePrimeSync: primes.generatePrimeSync,
  checkPrime: primes.checkPrime,
  checkPrimeSync: primes.checkPrimeSync,
  Hash: hashes.Hash,
  Hmac: hashes.Hmac,
  createHash: hashes.createHash,
  createHmac: hashes.createHmac,
  getHashes: hashes.getHashes,
  hash: hashes.hash,
  hkdf: derive.hkdf,
  hkdfSync: derive.hkdfSync,
  pbkdf2: derive.pbkdf2,
  pbkdf2Sync: derive.pbkdf2Sync,
  scrypt,
  scryptSync,
  getCiphers: ciphers.getCiphers,
  getCurves,
  secureHeapUsed,
  setEngine,
  timingSafeEqual,
  getFips,
  setFips,
  get fips() {
    return getFips();
  },
  set fips(on) {
    setFips(on);
  },
  subtle: webcrypto.subtle,
  webcrypto,
  Certificate,
  X509Certificate,
  createSign: signatures.createSign,
  createVerify: signatures.createVerify,
  sign: signatures.sign,
  verify: signatures.verify,
  Sign: signatures.Sign,
  Verify: signatures.Verify,
  Cipheriv: ciphers.Cipheriv,
  Decipheriv: ciphers.Decipheriv,
  createCipheriv: ciphers.createCipheriv,
  createDecipheriv: ciphers.createDecipheriv,
  publicDecrypt: rsa.publicDecrypt,
  publicEncrypt: rsa.publicEncrypt,
  privateDecrypt: rsa.privateDecrypt,
  privateEncrypt: rsa.privateEncrypt,
  getCipherInfo: ciphers.getCipherInfo,
  CryptoKey,
  createCipher: ciphers.createCipher,
  createDecipher: ciphers.createDecipher,
  Cipher: ciphers.Cipher,
  Decipher: ciphers.Decipher,
};

return { ...exported, default: exported };
})();
