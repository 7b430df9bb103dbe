// Diffie-Hellman over fields: DiffieHellman, DiffieHellmanGroup; and diffieHellman for keys of every kind.
//
// Owns the numbers of one side, and workerd's texts for those of the other. It must not know how they are computed with.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  op_crypto_agree, op_node_dh_check, op_node_dh_generate, op_node_dh_group, op_node_dh_place, op_node_dh_power, op_node_dh_private,
} = core.ops;
const { Error, ObjectDefineProperty, RangeError, SafeWeakMap, Uint8Array } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { invalidArgType, invalidArgValue, validateInt32, validateObject } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { isKeyObject, keyOf } = core.loadExtScript("ext:denizen/node/crypto/keys.js");
const { bytesOf, encoded, methods } = core.loadExtScript("ext:denizen/node/crypto/shared.js");

const NUMBERS = ["number", "string", "ArrayBuffer", "Buffer", "TypedArray", "DataView"];
const MAX_BYTES = 1250;
// All primes of RFC 3526 leave 23 when divided by 24, of which the library says that 2 does not suit them.
const GROUP_VERIFY_ERROR = 8;
const COMPUTE = "DiffieHellman computeSecret() failed:";
const INIT = "DiffieHellman init failed:";

const states = new SafeWeakMap();

// Bytes of a whole number, the most significant first.
function numberBytes(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function isOneOrLess(bytes) {
  for (let i = 0; i < bytes.length - 1; i++) if (bytes[i] !== 0) return false;
  return bytes.length === 0 || bytes[bytes.length - 1] < 2;
}

// The least bytes that hold a number, as the library gives numbers back.
function trimmed(bytes) {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start++;
  return new Uint8Array(internal.slice(internal.over(bytes), start));
}

function fromSize(size, generator) {
  if (typeof generator !== "number") throw new Error(`${INIT} invalid parameters`);
  const prime = op_node_dh_generate(size, generator);
  if (prime === undefined) throw new Error(`${INIT} could not generate parameters`);
  return { __proto__: null, prime, generator: trimmed(numberBytes(generator)) };
}

function fromPrime(bytes, generator) {
  if (bytes.length > MAX_BYTES) throw new RangeError(`${INIT} key is too large`);
  if (bytes.length === 0) throw new Error(`${INIT} invalid key`);
  let base;
  if (typeof generator === "number") {
    if (generator < 2) throw new RangeError(`${INIT} generator too small`);
    base = numberBytes(generator);
  } else {
    if (isOneOrLess(generator)) throw new Error(`${INIT} invalid generator`);
    base = generator;
  }
  return { __proto__: null, prime: trimmed(bytes), generator: trimmed(base) };
}

const isBuffer = (value) => internal.viewBytes(value) !== undefined;

function DiffieHellman(sizeOrKey, keyEncoding, generator, genEncoding) {
  if (!(this instanceof DiffieHellman)) return new DiffieHellman(sizeOrKey, keyEncoding, generator, genEncoding);
  if (typeof sizeOrKey !== "number" && typeof sizeOrKey !== "string" && !isBuffer(sizeOrKey)) throw invalidArgType("sizeOrKey", NUMBERS, sizeOrKey);
  if (typeof sizeOrKey === "number") validateInt32(sizeOrKey, "sizeOrKey");
  if (keyEncoding && keyEncoding !== "buffer" && !Buffer.isEncoding(keyEncoding)) {
    genEncoding = generator;
    generator = keyEncoding;
    keyEncoding = "utf-8";
  }
  const given = typeof sizeOrKey === "number" ? undefined : bytesOf(sizeOrKey, "sizeOrKey", keyEncoding ?? "utf-8");
  let base = 2;
  if (generator) {
    if (typeof generator === "number") {
      validateInt32(generator, "generator");
      base = generator;
    } else if (typeof generator === "string") {
      base = bytesOf(generator, "generator", genEncoding ?? "utf-8");
    } else {
      base = internal.viewBytes(generator);
      if (base === undefined) throw invalidArgType("generator", NUMBERS, generator);
    }
  }
  const state = given === undefined ? fromSize(sizeOrKey, base) : fromPrime(given, base);
  // What was made for the generator is a safe prime and suits it.
  state.verifyError = given === undefined ? 0 : op_node_dh_check(state.prime, state.generator);
  if (state.verifyError < 0) throw new Error(`${INIT} Invalid DH prime generated`);
  state.public = undefined;
  state.private = undefined;
  states.set(this, state);
}

function DiffieHellmanGroup(name) {
  if (!(this instanceof DiffieHellmanGroup)) return new DiffieHellmanGroup(name);
  const prime = op_node_dh_group(`${name}`);
  if (prime === undefined) {
    throw new Error("Failed to init DiffieHellmanGroup: invalid group. Only groups {modp14, modp15, modp16, modp17, modp18} are supported.");
  }
  states.set(this, {
    __proto__: null, prime, generator: numberBytes(2).subarray(3), verifyError: GROUP_VERIFY_ERROR, public: undefined, private: undefined,
  });
}

const shared = {
  __proto__: null,
  generateKeys(encoding) {
    const state = states.get(this);
    const secret = state.private ?? op_node_dh_private(state.prime);
    const made = secret === undefined ? undefined : op_node_dh_power(state.generator, secret, state.prime, false);
    if (made === undefined) throw new Error("Key generation failed");
    state.private = secret;
    state.public = made;
    return encoded(new Uint8Array(made), encoding);
  },
  computeSecret(key, inputEncoding, outputEncoding) {
    const peer = bytesOf(key, "key", inputEncoding);
    const state = states.get(this);
    if (peer.length === 0) throw new Error(`${COMPUTE} invalid key`);
    if (state.private === undefined) throw new Error(`${COMPUTE} error computing shared secret`);
    const place = op_node_dh_place(peer, state.prime);
    if (place < 0) throw new RangeError(`${COMPUTE} Supplied key is too small`);
    if (place > 0) throw new RangeError(`${COMPUTE} Supplied key is too large`);
    const secret = op_node_dh_power(peer, state.private, state.prime, true);
    if (secret === undefined) throw new Error(`${COMPUTE} error computing shared secret`);
    return encoded(secret, outputEncoding);
  },
  getPrime(encoding) {
    return encoded(new Uint8Array(states.get(this).prime), encoding);
  },
  getGenerator(encoding) {
    return encoded(new Uint8Array(states.get(this).generator), encoding);
  },
  getPublicKey(encoding) {
    const { public: key } = states.get(this);
    if (key === undefined) throw new Error("No public key");
    return encoded(new Uint8Array(key), encoding);
  },
  getPrivateKey(encoding) {
    const { private: key } = states.get(this);
    if (key === undefined) throw new Error("No private key");
    return encoded(new Uint8Array(key), encoding);
  },
};
methods(DiffieHellman, shared);
methods(DiffieHellman, {
  __proto__: null,
  setPublicKey(key, encoding) {
    states.get(this).public = trimmed(bytesOf(key, "key", encoding));
    return this;
  },
  setPrivateKey(key, encoding) {
    states.get(this).private = trimmed(bytesOf(key, "key", encoding));
    return this;
  },
});
methods(DiffieHellmanGroup, shared);
const verifyError = {
  __proto__: null,
  get() {
    return states.get(this).verifyError;
  },
  enumerable: true,
  configurable: true,
};
ObjectDefineProperty(DiffieHellman.prototype, "verifyError", verifyError);
ObjectDefineProperty(DiffieHellmanGroup.prototype, "verifyError", verifyError);

function createDiffieHellman(sizeOrKey, keyEncoding, generator, genEncoding) {
  return new DiffieHellman(sizeOrKey, keyEncoding, generator, genEncoding);
}
function createDiffieHellmanGroup(name) {
  return new DiffieHellmanGroup(name);
}
function getDiffieHellman(name) {
  return createDiffieHellmanGroup(name);
}

function agree(secret, peer) {
  if (secret.kind !== "DH") return op_crypto_agree(secret.bytes, peer.bytes);
  const { prime, private: own } = secret.group;
  if (op_node_dh_place(peer.group.public, prime) !== 0) return undefined;
  return op_node_dh_power(peer.group.public, own, prime, true);
}

function diffieHellman(options) {
  validateObject(options, "options");
  const { publicKey, privateKey } = options;
  if (!isKeyObject(publicKey)) throw invalidArgType("options.publicKey", "KeyObject", publicKey);
  if (!isKeyObject(privateKey)) throw invalidArgType("options.privateKey", "KeyObject", privateKey);
  if (publicKey.type !== "public") throw invalidArgType("options.publicKey", "public key", publicKey);
  if (privateKey.type !== "private") throw invalidArgType("options.privateKey", "private key", privateKey);
  const type = publicKey.asymmetricKeyType;
  if (type !== privateKey.asymmetricKeyType) {
    throw invalidArgValue("options.publicKey.asymmetricKeyType", type, "must equal privateKey.asymmetricKeyType");
  }
  const secret = agree(keyOf(privateKey), keyOf(publicKey));
  if (secret === undefined) throw new Error("Failed to derive shared diffie-hellman secret");
  return internal.over(secret);
}

return { DiffieHellman, DiffieHellmanGroup, createDiffieHellman, createDiffieHellmanGroup, diffieHellman, getDiffieHellman };
})();
