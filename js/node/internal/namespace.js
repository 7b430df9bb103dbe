// Objects that look like the namespace of a module, where workerd exposes one of its own.

(function () {
const { primordials } = __bootstrap;
const { ArrayPrototypeSort, ObjectDefineProperty, ObjectFreeze, ObjectKeys, SymbolToStringTag } = primordials;

/** A frozen object with the members of `exported`, in the order of a namespace. */
function namespaceOf(exported) {
  const names = ArrayPrototypeSort(ObjectKeys(exported));
  const namespace = { __proto__: null };
  for (let i = 0; i < names.length; i++) namespace[names[i]] = exported[names[i]];
  ObjectDefineProperty(namespace, SymbolToStringTag, { __proto__: null, value: "Module" });
  return ObjectFreeze(namespace);
}

return { namespaceOf };
})();
