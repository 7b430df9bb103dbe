// Functions that workerd has in name only: those that throw ERR_METHOD_NOT_IMPLEMENTED, and those that do nothing.
//
// Owns their shape: name, number of parameters, error. It must not know which modules have them.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectDefineProperty, ObjectKeys } = primordials;
const { methodNotImplemented } = core.loadExtScript("ext:denizen/node/internal/errors.js");

function shaped(made, name, length) {
  ObjectDefineProperty(made, "name", { __proto__: null, value: name, configurable: true });
  ObjectDefineProperty(made, "length", { __proto__: null, value: length, configurable: true });
  return made;
}

/** A function that throws; `text` is what its error calls it. */
function absent(name, length = 0, text = name) {
  return shaped(() => {
    throw methodNotImplemented(`${text} method`);
  }, name, length);
}

/** A function that gives `value` and does nothing. */
function quiet(name, length = 0, value = undefined) {
  return shaped(() => value, name, length);
}

/** Functions that throw, by name; `lengths` has the number of their parameters, and errors call them `prefix` and their name. */
function absentAll(prefix, lengths) {
  const made = {};
  const names = ObjectKeys(lengths);
  for (let i = 0; i < names.length; i++) {
    made[names[i]] = absent(names[i], lengths[names[i]], `${prefix}${names[i]}`);
  }
  return made;
}

/** Puts methods on a prototype, not enumerable. */
function addMethods(prototype, methods) {
  const names = ObjectKeys(methods);
  for (let i = 0; i < names.length; i++) {
    ObjectDefineProperty(prototype, names[i], { __proto__: null, value: methods[names[i]], configurable: true, writable: true });
  }
}

return { absent, absentAll, addMethods, quiet, shaped };
})();
