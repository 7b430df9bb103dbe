// Primes: generatePrime and checkPrime.
//
// Owns the options. It must not know how primes are found.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_prime, op_node_prime_check } = core.ops;
const { BigInt, BigIntPrototypeToString, Error, MathClz32, RangeError, StringPrototypePadStart, TypedArrayPrototypeGetBuffer } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { invalidArgType, outOfRange, validateBoolean, validateFunction, validateInt32, validateObject } = core.loadExtScript(
  "ext:denizen/node/internal/errors.js",
);
const { later } = core.loadExtScript("ext:denizen/node/crypto/shared.js");

const NUMBERS = ["ArrayBuffer", "TypedArray", "Buffer", "DataView", "bigint"];
// The pairs that workerd's library takes.
const PAIRS = { __proto__: null, 12: 11, 24: 23, 60: 59 };

function bigBytes(value, name) {
  if (value < BigInt(0)) throw outOfRange(name, ">= 0", value);
  const hex = BigIntPrototypeToString(value, 16);
  return Buffer.from(StringPrototypePadStart(hex, hex.length + (hex.length % 2), "0"), "hex");
}

function numberBytes(value, name) {
  const bytes = typeof value === "bigint" ? bigBytes(value, name) : internal.viewBytes(value);
  if (bytes === undefined) throw invalidArgType(name, NUMBERS, value);
  return bytes;
}

// The value of a number that fits one byte.
function smallValue(bytes) {
  for (let i = 0; i < bytes.length - 1; i++) if (bytes[i] !== 0) return -1;
  return bytes.length === 0 ? 0 : bytes[bytes.length - 1];
}

function primeOptions(options) {
  validateObject(options, "options");
  const { safe = false, bigint = false, add, rem } = options;
  validateBoolean(safe, "options.safe");
  validateBoolean(bigint, "options.bigint");
  return {
    __proto__: null, safe, bigint, add: add === undefined ? undefined : numberBytes(add, "options.add"), rem: rem === undefined ? undefined : numberBytes(rem, "options.rem"),
  };
}

function makePrime(size, { safe, bigint, add, rem }) {
  if (add !== undefined) {
    const rest = PAIRS[smallValue(add)];
    if (rest === undefined || rem === undefined || smallValue(rem) !== rest) throw new RangeError("Invalid values for add and rem");
    if (32 - MathClz32(smallValue(add)) > size) throw new RangeError("options.add must not be bigger than size of the requested prime");
  }
  const found = op_node_prime(size, safe, add, add === undefined ? undefined : rem);
  if (found === undefined) throw new Error("Error while generating prime");
  return bigint ? BigInt(`0x${internal.over(found).toString("hex")}`) : TypedArrayPrototypeGetBuffer(found);
}

function generatePrimeSync(size, options = { __proto__: null }) {
  validateInt32(size, "size", 1);
  return makePrime(size, primeOptions(options));
}

function generatePrime(size, options, callback) {
  validateInt32(size, "size", 1);
  if (typeof options === "function") {
    callback = options;
    options = { __proto__: null };
  }
  validateFunction(callback, "callback");
  const checked = primeOptions(options);
  later(callback, () => makePrime(size, checked));
}

function checksOf(options) {
  const { checks = 0 } = options;
  validateInt32(checks, "options.checks", 0);
  return checks;
}

function check(bytes, checks) {
  const found = op_node_prime_check(bytes, checks);
  if (found === undefined) throw new Error("Error while checking prime");
  return found;
}

function checkPrimeSync(candidate, options = { __proto__: null }) {
  const bytes = numberBytes(candidate, "candidate");
  validateObject(options, "options");
  return check(bytes, checksOf(options));
}

function checkPrime(candidate, options, callback) {
  const bytes = numberBytes(candidate, "candidate");
  if (typeof options === "function") {
    callback = options;
    options = { __proto__: null };
  }
  validateObject(options, "options");
  validateFunction(callback, "callback");
  const checks = checksOf(options);
  later(callback, () => check(bytes, checks));
}

return { checkPrime, checkPrimeSync, generatePrime, generatePrimeSync };
})();
