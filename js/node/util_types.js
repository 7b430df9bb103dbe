// `node:util/types`: what a value is by its brand.
//
// Owns the names. The brands are V8's.

(function () {
const { core, primordials } = __bootstrap;
const { ArrayBufferIsView, ObjectDefineProperty, TypedArrayPrototypeGetSymbolToStringTag } = primordials;

const VIEWS = [
  "BigInt64Array", "BigUint64Array", "Float16Array", "Float32Array", "Float64Array", "Int16Array", "Int32Array", "Int8Array", "Uint16Array",
  "Uint32Array", "Uint8Array", "Uint8ClampedArray",
];
const BRANDS = [
  "isAnyArrayBuffer", "isArgumentsObject", "isArrayBuffer", "isAsyncFunction", "isBigIntObject", "isBooleanObject", "isBoxedPrimitive",
  "isDataView", "isDate", "isExternal", "isGeneratorFunction", "isGeneratorObject", "isMap", "isMapIterator", "isModuleNamespaceObject",
  "isNativeError", "isNumberObject", "isPromise", "isProxy", "isRegExp", "isSet", "isSetIterator", "isSharedArrayBuffer", "isStringObject",
  "isSymbolObject", "isTypedArray", "isWeakMap", "isWeakSet",
];

const exported = {};
function add(name, test) {
  ObjectDefineProperty(test, "name", { __proto__: null, value: `bound ${name}`, configurable: true });
  exported[name] = test;
}
for (let i = 0; i < BRANDS.length; i++) {
  // deno_core knows no externals, and gives none away.
  const test = core[BRANDS[i]] ?? (() => false);
  add(BRANDS[i], (...args) => test(args[0]));
}
for (let i = 0; i < VIEWS.length; i++) {
  add(`is${VIEWS[i]}`, (...args) => TypedArrayPrototypeGetSymbolToStringTag(args[0]) === VIEWS[i]);
}
add("isArrayBufferView", (...args) => ArrayBufferIsView(args[0]));
exported.isCryptoKey = function isCryptoKey(value) {
  const { CryptoKey } = globalThis;
  return typeof CryptoKey === "function" && value instanceof CryptoKey;
};
exported.isKeyObject = function isKeyObject(value) {
  return core.loadExtScript("ext:denizen/node/internal/key_brand.js").isKeyObject(value);
};

return { ...exported, default: exported };
})();
