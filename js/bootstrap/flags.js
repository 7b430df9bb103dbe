// What compatibility flags change in the global scope.
//
// Owns one function a flag, called in an isolate whose Worker has it off, before any user code. Which flags a Worker has is the
// host's to say (bindings/src/web/flags.rs). It must not know dates.

(function () {
const { core, primordials } = __bootstrap;
const { op_compatibility_flags, op_flags_off } = core.ops;
const { ObjectFreeze, ObjectGetPrototypeOf, ReflectDeleteProperty } = primordials;

const OFF = {
  __proto__: null,
  enable_navigator_language() {
    ReflectDeleteProperty(globalThis.navigator, "language");
    ReflectDeleteProperty(globalThis.navigator, "languages");
  },
  enable_weak_ref() {
    ReflectDeleteProperty(globalThis, "FinalizationRegistry");
    ReflectDeleteProperty(globalThis, "WeakRef");
  },
  expose_global_message_channel() {
    const scope = ObjectGetPrototypeOf(globalThis);
    ReflectDeleteProperty(scope, "MessageChannel");
    ReflectDeleteProperty(scope, "MessagePort");
  },
};

// Brings the scope of a blank isolate into the form that its Worker's flags ask for.
function configure() {
  const off = op_flags_off();
  for (let i = 0; i < off.length; i++) {
    OFF[off[i]]();
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
