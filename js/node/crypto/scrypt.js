// scrypt.
//
// Owns the options. It must not know the algorithm.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_scrypt } = core.ops;
const { Error, ObjectDefineProperty } = primordials;
const { internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { invalidArgValue, validateFunction, validateInteger, validateUint32 } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { bytesOf, later } = core.loadExtScript("ext:denizen/node/crypto/shared.js");

const MAX_LENGTH = 2147483647;
const NAMES = { __proto__: null, N: "cost", r: "blockSize", p: "parallelization" };
const USUAL = { __proto__: null, N: 16384, r: 8, p: 1, maxmem: 32 << 20 };

// One of the three parameters, by its short or its long name; 0 stands for the usual value.
function parameter(options, short) {
  const long = NAMES[short];
  let value = options[short];
  if (value !== undefined) validateUint32(value, short);
  const other = options[long];
  if (other !== undefined) {
    if (value !== undefined) throw invalidArgValue(long, other);
    value = other;
    validateUint32(value, long);
  }
  return value || USUAL[short];
}

function parametersOf(password, salt, keylen, options) {
  const secret = bytesOf(password, "password");
  const salted = bytesOf(salt, "salt");
  validateInteger(keylen, "keylen", 0, MAX_LENGTH);
  let { N, r, p, maxmem } = USUAL;
  if (options) {
    N = parameter(options, "N");
    r = parameter(options, "r");
    p = parameter(options, "p");
    if (options.maxmem !== undefined) {
      validateInteger(options.maxmem, "maxmem", 0);
      maxmem = options.maxmem || USUAL.maxmem;
    }
  }
  return { __proto__: null, secret, salted, keylen, N, r, p, maxmem };
}

function derive({ secret, salted, keylen, N, r, p, maxmem }) {
  const made = op_node_scrypt(secret, salted, N, r, p, maxmem, keylen);
  if (made === undefined) throw new Error("Scrypt failed");
  return internal.over(made);
}

function scryptSync(password, salt, keylen, options = undefined) {
  return derive(parametersOf(password, salt, keylen, options));
}
ObjectDefineProperty(scryptSync, "length", { __proto__: null, value: 4, configurable: true });

function scrypt(password, salt, keylen, options, callback = undefined) {
  if (callback === undefined) {
    callback = options;
    options = undefined;
  }
  const checked = parametersOf(password, salt, keylen, options);
  validateFunction(callback, "callback");
  later(callback, () => derive(checked));
}

return { scrypt, scryptSync };
})();
