// What compatibility flags change in an isolate.
//
// Owns the way from the Worker's flags to what acts on them: js/bootstrap/changed.js tells who asks, js/bootstrap/old_sides.js
// changes the global scope, and is loaded only if there is something to change. It must not know dates, nor what a flag does.

(function () {
const { core, primordials } = __bootstrap;
const { op_compatibility_flags, op_flags_changed } = core.ops;
const { ObjectFreeze } = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");

// Brings a blank isolate into the form that its Worker's flags ask for, before any user code.
function configure() {
  const names = op_flags_changed();
  if (names.length === 0) {
    return;
  }
  const { sides } = core.loadExtScript("ext:denizen/bootstrap/old_sides.js");
  for (let i = 0; i < names.length; i++) {
    changed[names[i]] = true;
  }
  for (let i = 0; i < names.length; i++) {
    sides[names[i]]?.();
  }
}

// The value of `Cloudflare.compatibilityFlags`.
function compatibilityFlags() {
  const list = op_compatibility_flags();
  const flags = { __proto__: null };
  for (let i = 0; i < list.length; i += 2) {
    flags[list[i]] = list[i + 1];
  }
  return ObjectFreeze(flags);
}

return { compatibilityFlags, configure };
})();
