// Random values.
//
// Owns `crypto.getRandomValues` and `crypto.randomUUID` over the host's random bytes. It must not hold bytes of the time when the
// snapshot is made: all isolates would have them.

(function () {
const { core, primordials } = __bootstrap;
const { op_io_check, op_random_bytes } = core.ops;
const {
  ArrayBufferIsView,
  NumberPrototypeToString,
  ObjectCreate,
  ObjectDefineProperty,
  StringPrototypePadStart,
  SymbolToStringTag,
  TypeError,
  TypedArrayPrototypeGetByteLength,
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

// The two digits of each byte.
const DIGITS = [];
for (let i = 0; i < 256; i++) {
  DIGITS[i] = StringPrototypePadStart(NumberPrototypeToString(i, 16), 2, "0");
}

function hex(bytes, from, to) {
  let text = "";
  for (let i = from; i < to; i++) {
    text += DIGITS[bytes[i]];
  }
  return text;
}

function randomHex(count) {
  const bytes = new Uint8Array(count);
  op_random_bytes(bytes);
  return hex(bytes, 0, count);
}

function getRandomValues(array) {
  if (!ArrayBufferIsView(array)) {
    throw new TypeError("Failed to execute 'getRandomValues' on 'Crypto': parameter 1 is not of type 'ArrayBufferView'.");
  }
  const type = TypedArrayPrototypeGetSymbolToStringTag(array);
  if (type === undefined || INTEGER_TYPES[type] !== true) {
    throw new DOMException("ArrayBufferView argument to getRandomValues() must be an integer-typed view.", "TypeMismatchError");
  }
  const size = TypedArrayPrototypeGetByteLength(array);
  if (size > QUOTA_BYTES) {
    throw new DOMException(`getRandomValues() only accepts buffers of size <= 64K but provided ${size} bytes.`, "QuotaExceededError");
  }
  op_random_bytes(array);
  return array;
}

const UUID_BYTES = 16;
const POOL_BYTES = 128 * UUID_BYTES;
// Random bytes of UUIDs to come, asked for together: asking the system takes longer than all the rest.
let pool;
let left = 0;

function randomUUID() {
  if (left === 0) {
    pool ??= new Uint8Array(POOL_BYTES);
    op_random_bytes(pool);
    left = POOL_BYTES;
  } else {
    op_io_check();
  }
  left -= UUID_BYTES;
  const b = pool;
  const at = left;
  b[at + 6] = (b[at + 6] & 0x0f) | 0x40;
  b[at + 8] = (b[at + 8] & 0x3f) | 0x80;
  const text = `${hex(b, at, at + 4)}-${hex(b, at + 4, at + 6)}-${hex(b, at + 6, at + 8)}-${hex(b, at + 8, at + 10)}-${hex(b, at + 10, at + 16)}`;
  // What was given out is not kept.
  for (let i = at; i < at + UUID_BYTES; i++) {
    b[i] = 0;
  }
  return text;
}

class Crypto {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  get subtle() {
    checkReceiver(this);
    return core.loadExtScript("ext:denizen/crypto/subtle.js").subtle;
  }
  getRandomValues(array) {
    checkReceiver(this);
    return getRandomValues(array);
  }
  randomUUID() {
    checkReceiver(this);
    return randomUUID();
  }
}
ObjectDefineProperty(Crypto.prototype, SymbolToStringTag, { __proto__: null, value: "Crypto", configurable: true });
const crypto = ObjectCreate(Crypto.prototype);

function checkReceiver(value) {
  if (value !== crypto) {
    throw core.loadExtScript("ext:denizen/fetch/headers.js").illegalInvocation();
  }
}

return { Crypto, crypto, randomHex };
})();
