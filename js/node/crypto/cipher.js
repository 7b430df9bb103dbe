// Ciphers: Cipheriv and Decipheriv, and what is told of ciphers.
//
// Owns the streams and the checks of arguments; the ciphers are operations. It must not know modes.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  op_node_cipher_aad, op_node_cipher_final, op_node_cipher_info, op_node_cipher_new, op_node_cipher_padding, op_node_cipher_set_tag,
  op_node_cipher_tag, op_node_cipher_update,
} = core.ops;
const {
  ArrayPrototypeConcat, ArrayPrototypePush, Error, FunctionPrototypeCall, ObjectSetPrototypeOf, SafeWeakMap, StringPrototypeToUpperCase, Uint8Array,
} = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { Transform } = core.loadExtScript("ext:denizen/node/stream/transform.js");
const { invalidArgType, invalidArgValue, methodNotImplemented, validateObject, validateString, validateUint32 } = core.loadExtScript(
  "ext:denizen/node/internal/errors.js",
);
const { sealing } = core.loadExtScript("ext:denizen/node/crypto/aead.js");
const { cryptoKeyOf, keyOf } = core.loadExtScript("ext:denizen/node/crypto/keys.js");
const { encoded, invalidKeyType, methods, sourceOf } = core.loadExtScript("ext:denizen/node/crypto/shared.js");

// In workerd's order, which lists those of one interface of its library and then those of the other.
const NAMES = [
  "aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-ctr", "aes-192-ctr", "aes-256-ctr", "aes-128-ecb", "aes-192-ecb", "aes-256-ecb",
  "aes-128-ofb", "aes-192-ofb", "aes-256-ofb", "aes-128-gcm", "aes-192-gcm", "aes-256-gcm", "des-cbc", "des-ecb", "des-ede", "des-ede-cbc",
  "des-ede3-cbc", "rc2-cbc", "rc4",
];
const SEALING = [
  "aes-128-ccm-matter", "aes-128-ccm-bluetooth", "aes-256-gcm-randnonce", "aes-128-eax", "aes-256-gcm-siv", "aes-256-ctr-hmac-sha256",
  "aes-128-gcm-siv", "aes-192-gcm", "aes-128-ctr-hmac-sha256", "xchacha20-poly1305", "chacha20-poly1305", "aes-128-gcm-randnonce",
  "aes-256-eax", "aes-256-gcm", "aes-128-ccm-bluetooth-8", "aes-128-gcm",
];
const SECRETS = ["string", "Buffer", "TypedArray", "DataView", "KeyObject", "CryptoKey"];
const IVS = ["string", "Buffer", "TypedArray", "DataView", "null"];

// A cipher that takes its input in parts, as `Sealing` is one that does not.
class Streaming {
  #handle;
  constructor(name, encrypt, key, iv, tagLength) {
    this.#handle = op_node_cipher_new(name, encrypt, key, iv, tagLength);
  }
  update(bytes) {
    return op_node_cipher_update(this.#handle, bytes);
  }
  final() {
    return op_node_cipher_final(this.#handle);
  }
  setAAD(bytes) {
    op_node_cipher_aad(this.#handle, bytes);
  }
  setAutoPadding(padding) {
    op_node_cipher_padding(this.#handle, padding);
  }
  setAuthTag(bytes) {
    op_node_cipher_set_tag(this.#handle, bytes);
  }
  getAuthTag() {
    return op_node_cipher_tag(this.#handle);
  }
}

const handles = new SafeWeakMap();
const handleOf = (stream) => handles.get(stream);

function secretBytes(given) {
  const key = cryptoKeyOf(given) ?? keyOf(given);
  if (key !== undefined) {
    if (key.type !== "secret") throw invalidKeyType(key.type, "secret");
    if (!key.extractable) throw new Error("Failed to get raw secret key data");
    return key.bytes;
  }
  const bytes = typeof given === "string" ? Buffer.from(given, "utf8") : internal.viewBytes(given);
  if (bytes === undefined) throw invalidArgType("key", SECRETS, given);
  return bytes;
}

function nonceBytes(given) {
  if (given === null) return new Uint8Array(0);
  const bytes = typeof given === "string" ? Buffer.from(given, "utf8") : internal.viewBytes(given);
  if (bytes === undefined) throw invalidArgType("iv", IVS, given);
  return bytes;
}

function begin(stream, encrypt, algorithm, key, iv, options) {
  validateString(algorithm, "algorithm");
  const secret = secretBytes(key);
  const nonce = nonceBytes(iv);
  // The option is called so in workerd, not as in Node.
  const tagLength = options.authLengthTag;
  if (tagLength !== undefined) validateUint32(tagLength, "options.authLengthTag");
  const length = tagLength ?? -1;
  const handle = sealing(algorithm, encrypt, secret, nonce, length) ?? new Streaming(algorithm, encrypt, secret, nonce, length);
  FunctionPrototypeCall(Transform, stream, options);
  handles.set(stream, handle);
}

function Cipheriv(algorithm, key, iv, options = { __proto__: null }) {
  if (!(this instanceof Cipheriv)) return new Cipheriv(algorithm, key, iv, options);
  begin(this, true, algorithm, key, iv, options);
}

function Decipheriv(algorithm, key, iv, options = { __proto__: null }) {
  if (!(this instanceof Decipheriv)) return new Decipheriv(algorithm, key, iv, options);
  begin(this, false, algorithm, key, iv, options);
}

const shared = {
  __proto__: null,
  update(data, inputEncoding, outputEncoding) {
    let bytes;
    if (typeof data === "string") {
      if (inputEncoding === undefined) {
        throw invalidArgValue("inputEncoding", inputEncoding, "If inputEncoding is not provided then the data must be a Buffer");
      }
      bytes = Buffer.from(data, inputEncoding);
    } else {
      bytes = internal.viewBytes(data);
      if (bytes === undefined) throw invalidArgType("data", ["string", "Buffer", "TypedArray", "DataView"], data);
    }
    return encoded(handleOf(this).update(bytes), outputEncoding);
  },
  final(outputEncoding) {
    return encoded(handleOf(this).final(), outputEncoding);
  },
  setAAD(buffer, options = { __proto__: null }) {
    validateObject(options, "options");
    const { plaintextLength, encoding } = options;
    if (plaintextLength !== undefined) validateUint32(plaintextLength, "options.plaintextLength");
    if (encoding !== undefined) validateString(encoding, "options.encoding");
    const bytes = typeof buffer === "string" ? Buffer.from(buffer, encoding) : internal.viewBytes(buffer);
    if (bytes !== undefined) handleOf(this).setAAD(bytes, plaintextLength);
    return this;
  },
  setAutoPadding(autoPadding) {
    handleOf(this).setAutoPadding(!!autoPadding);
    return this;
  },
};
const streaming = {
  __proto__: null,
  _transform(chunk, encoding, callback) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk, encoding) : internal.viewBytes(chunk);
    this.push(internal.over(handleOf(this).update(bytes)));
    callback();
  },
  _flush(callback) {
    let rest;
    try {
      rest = handleOf(this).final();
    } catch (error) {
      callback(error);
      return;
    }
    this.push(internal.over(rest));
    callback();
  },
};

ObjectSetPrototypeOf(Cipheriv.prototype, Transform.prototype);
ObjectSetPrototypeOf(Cipheriv, Transform);
methods(Cipheriv, shared);
methods(Cipheriv, {
  __proto__: null,
  getAuthTag() {
    return internal.over(handleOf(this).getAuthTag());
  },
});
methods(Cipheriv, streaming);

ObjectSetPrototypeOf(Decipheriv.prototype, Transform.prototype);
ObjectSetPrototypeOf(Decipheriv, Transform);
methods(Decipheriv, shared);
methods(Decipheriv, {
  __proto__: null,
  setAuthTag(buffer) {
    handleOf(this).setAuthTag(sourceOf(buffer, "setAuthTag", "CipherHandle", 1));
    return this;
  },
});
methods(Decipheriv, streaming);

function createCipheriv(algorithm, key, iv, options = { __proto__: null }) {
  return new Cipheriv(algorithm, key, iv, options);
}
function createDecipheriv(algorithm, key, iv, options = { __proto__: null }) {
  return new Decipheriv(algorithm, key, iv, options);
}

const UPPER = [];
for (let i = 0; i < NAMES.length; i++) ArrayPrototypePush(UPPER, StringPrototypeToUpperCase(NAMES[i]));

function getCiphers() {
  return ArrayPrototypeConcat(UPPER, NAMES, SEALING);
}

const lengthOf = (value) => (value === undefined ? -1 : value >>> 0);

function getCipherInfo(nameOrId, options = { __proto__: null }) {
  if (typeof nameOrId !== "string" && typeof nameOrId !== "number") throw invalidArgType("nameOrId", ["string", "number"], nameOrId);
  validateObject(options, "options");
  const named = typeof nameOrId === "string";
  const parts = op_node_cipher_info(named ? nameOrId : "", named ? -1 : nameOrId | 0, lengthOf(options.keyLength), lengthOf(options.ivLength));
  if (parts === undefined) return undefined;
  return { name: parts[0], nid: parts[1], blockSize: parts[2], ivLength: parts[3], keyLength: parts[4], mode: parts[5] };
}

const absent = (name) => () => {
  throw methodNotImplemented(name);
};

return {
  Cipher: absent("Cipher method"), Cipheriv, Decipher: absent("Decipher method"), Decipheriv, createCipher: absent("createCipher method"), createCipheriv,
  createDecipher: absent("createDecipher method"), createDecipheriv, getCipherInfo, getCiphers,
};
})();
