// `node:timers`: the global timers, and what is left of older ones.
//
// Owns nothing of its own. It must not know how the host keeps time.

(function () {
const { core, primordials } = __bootstrap;
const { Error, ObjectDefineProperty, ObjectPrototypeIsPrototypeOf, ReflectApply, TypeError } = primordials;
const globals = core.loadExtScript("ext:denizen/node/globals.js");
const { Timeout, clearInterval, clearTimeout, setInterval, setTimeout } = globals;
const { namespaceOf } = core.loadExtScript("ext:denizen/node/internal/namespace.js");
const promises = namespaceOf(core.loadExtScript("ext:denizen/node/timers_promises.js").default);

// Those of immediates are not the global functions: errors name another owner.
function bound(name, made) {
  return ObjectDefineProperty(made, "name", { __proto__: null, value: `bound ${name}`, configurable: true });
}
const wrong = (name, type) => new TypeError(`Failed to execute '${name}' on 'TimersUtil': parameter 1 is not of type '${type}'.`);
const setImmediate = bound("setImmediate", (...args) => {
  if (typeof args[0] !== "function") throw wrong("setImmediate", "function");
  return ReflectApply(globals.setImmediate, undefined, args);
});
const clearImmediate = bound("clearImmediate", (immediate = undefined) => {
  try {
    globals.clearImmediate(immediate);
  } catch {
    throw wrong("clearImmediate", "Immediate");
  }
});

const isTimeout = (timer) => ObjectPrototypeIsPrototypeOf(Timeout.prototype, timer);

function active(timer) {
  if (isTimeout(timer)) timer.refresh();
}
function enroll(timer, after) {
  throw new Error("Not implemented. Please use setTimeout() instead.");
}
function unenroll(timer) {
  clearTimeout(timer);
}

const exported = {
  promises, setTimeout, clearTimeout, setImmediate, clearImmediate, setInterval, clearInterval, active, unenroll, enroll,
};

return { ...exported, Timeout, default: exported };
})();
