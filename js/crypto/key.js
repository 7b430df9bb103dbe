// CryptoKey.
//
// Owns a key's attributes, which are its own properties, and what only the algorithms reach: its bytes, and the attributes as
// they were at first, since a user may change the properties. It must not know what a key is used for.

(function () {
const { core, primordials } = __bootstrap;
const { ArrayPrototypeIncludes, ArrayPrototypePush, ObjectDefineProperty, Symbol, SymbolToStringTag, TypeError } = primordials;

const { own } = core.loadExtScript("ext:denizen/actor/values.js");

const kInternal = Symbol("internal");
const ORDER = ["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"];
let secretOf;

class CryptoKey {
  #secret;
  static {
    secretOf = (value) => typeof value === "object" && value !== null && #secret in value ? value.#secret : undefined;
  }
  // `secret`: { type, extractable, usages, algorithm, kind, bytes }. `bytes` are raw, or DER of a pair's key.
  constructor(internal = undefined, algorithm = undefined, secret = undefined) {
    if (internal !== kInternal) {
      throw new TypeError("Illegal constructor");
    }
    this.#secret = secret;
    const own = { __proto__: null, usages: sorted(secret.usages), algorithm, extractable: secret.extractable, type: secret.type };
    for (const name in own) {
      ObjectDefineProperty(this, name, { __proto__: null, value: own[name], enumerable: true, configurable: true });
    }
  }
}
ObjectDefineProperty(CryptoKey.prototype, SymbolToStringTag, { __proto__: null, value: "CryptoKey", configurable: true });

own(CryptoKey);

function sorted(usages) {
  const list = [];
  for (let i = 0; i < ORDER.length; i++) {
    if (ArrayPrototypeIncludes(usages, ORDER[i])) {
      ArrayPrototypePush(list, ORDER[i]);
    }
  }
  return list;
}

function newKey(type, extractable, usages, algorithm, kind, bytes) {
  return new CryptoKey(kInternal, algorithm, { __proto__: null, type, extractable, usages: sorted(usages), algorithm: kept(algorithm), kind, bytes });
}
// An algorithm that no user reaches.
function kept(algorithm) {
  const hash = algorithm.hash === undefined ? undefined : { __proto__: null, name: algorithm.hash.name };
  return { __proto__: null, ...algorithm, hash };
}

return { CryptoKey, newKey, secretOf, sorted };
})();
