// What tells a KeyObject of `node:crypto` from other objects, without loading that module.

(function () {
const { primordials } = __bootstrap;
const { SafeWeakSet } = primordials;

const keys = new SafeWeakSet();

function markKeyObject(value) {
  keys.add(value);
}
function isKeyObject(value) {
  return typeof value === "object" && value !== null && keys.has(value);
}

return { isKeyObject, markKeyObject };
})();
