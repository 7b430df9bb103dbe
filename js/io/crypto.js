// Random values.
//
// Owns `crypto.getRandomValues` and `crypto.randomUUID` over the host's random bytes. It must not hold any state of its own.

(function () {
const { core, primordials } = __bootstrap;
const { op_random_bytes } = core.ops;
const {
  ArrayBufferIsView,
  NumberPrototypeToString,
  ObjectCreate,
  ObjectDefineProperty,
  StringPrototypePadStart,
  SymbolToStringTag,
  TypeError,
  TypedArrayPrototypeGetSymbolToStringTag,
  Uint8Array,
} = primordials;
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");

const QUOTA_BYTES = 65536;
const INTEGER_TYPES = {
  __proto__: null,
  Int8Array: true, Uint8Array: true, Uint8ClampedArray: true, Int16Array: true, Uint16Array: true,
  Int32Array: true, Uint32Array: true, BigInt64Array: true, BigUint64Array: true,
};

function hex(bytes, from, to) {
  let text = "";
  for (let i = from; i < to; i++) {
    text += StringPrototypePadStart(NumberPrototypeToString(bytes[i], 16), 2, "0");
  }
  return text;
}

function randomHex(count) {
  const bytes = new Uint8Array(count);
  op_random_bytes(bytes);
  return hex(bytes, 0, count);
}

function getRandomValues(array) {
  const type = ArrayBufferIsView(array) ? TypedArrayPrototypeGetSymbolToStringTag(array) : undefined;
  if (type === undefined || INTEGER_TYPES[type] !== true) {
    throw new DOMException("The data in this object must be stored in an integer-typed array.", "TypeMismatchError");
  }
  if (array.byteLength > QUOTA_BYTES) {
    throw new DOMException(
      `getRandomValues() only accepts buffers of size <= 64K but provided ${array.byteLength} bytes.`,
      "QuotaExceededError",
    );
  }
  op_random_bytes(array);
  return array;
}

function randomUUID() {
  const bytes = new Uint8Array(16);
  op_random_bytes(bytes);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return `${hex(bytes, 0, 4)}-${hex(bytes, 4, 6)}-${hex(bytes, 6, 8)}-${hex(bytes, 8, 10)}-${hex(bytes, 10, 16)}`;
}

class Crypto {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  getRandomValues(array) {
    return getRandomValues(array);
  }
  randomUUID() {
    return randomUUID();
  }
  get subtle() {
    return core.loadExtScript("ext:denizen/crypto/subtle.js").subtle;
  }
}
ObjectDefineProperty(Crypto.prototype, SymbolToStringTag, { __proto__: null, value: "Crypto", configurable: true });
const crypto = ObjectCreate(Crypto.prototype);

return { Crypto, crypto, randomHex };
})();
