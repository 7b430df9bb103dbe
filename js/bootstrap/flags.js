// What compatibility flags change in the global scope.
//
// Owns one function a flag, called in an isolate whose Worker has it off, before any user code. Which flags a Worker has is the
// host's to say (bindings/src/web/flags.rs). It must not know dates.

(function () {
const { core, primordials } = __bootstrap;
const { op_compatibility_flags, op_flags_off } = core.ops;
const { Error, ObjectDefineProperty, ObjectFreeze, ObjectGetOwnPropertyNames, ObjectGetPrototypeOf, ReflectDeleteProperty, SymbolToStringTag, uncurryThis } = primordials;
const { URLSearchParamsPrototype } = core.loadExtScript("ext:deno_web/00_url.js");
const { Headers } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { turnOffBrotli } = core.loadExtScript("ext:denizen/fetch/response.js");

const deleteParameter = uncurryThis(URLSearchParamsPrototype.delete);
const hasParameter = uncurryThis(URLSearchParamsPrototype.has);

function define(object, name, value) {
  ObjectDefineProperty(object, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}

function removeFromScope(names) {
  const scope = ObjectGetPrototypeOf(globalThis);
  for (let i = 0; i < names.length; i++) {
    ReflectDeleteProperty(scope, names[i]);
  }
}

const OFF = {
  __proto__: null,
  brotli_content_encoding: turnOffBrotli,
  enable_global_performance_classes() {
    removeFromScope([
      "Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure", "PerformanceObserver", "PerformanceObserverEntryList",
      "PerformanceResourceTiming",
    ]);
  },
  enable_nodejs_global_timers() {
    const names = ["clearInterval", "clearTimeout", "setInterval", "setTimeout"];
    for (let i = 0; i < names.length; i++) {
      ReflectDeleteProperty(globalThis, names[i]);
    }
  },
  enable_navigator_language() {
    ReflectDeleteProperty(globalThis.navigator, "language");
    ReflectDeleteProperty(globalThis.navigator, "languages");
  },
  enable_weak_ref() {
    ReflectDeleteProperty(globalThis, "FinalizationRegistry");
    ReflectDeleteProperty(globalThis, "WeakRef");
  },
  expose_global_message_channel() {
    removeFromScope(["MessageChannel", "MessagePort"]);
  },
  http_headers_getsetcookie() {
    ReflectDeleteProperty(Headers.prototype, "getSetCookie");
  },
  no_global_importscripts() {
    define(ObjectGetPrototypeOf(globalThis), "importScripts", {
      importScripts() {
        throw new Error("importScripts() is not available in Workers.");
      },
    }.importScripts);
  },
  set_tostring_tag() {
    const scope = ObjectGetPrototypeOf(globalThis);
    const names = ObjectGetOwnPropertyNames(scope);
    for (let i = 0; i < names.length; i++) {
      const { prototype } = scope[names[i]];
      if (prototype !== undefined) {
        ReflectDeleteProperty(prototype, SymbolToStringTag);
      }
    }
  },
  urlsearchparams_delete_has_value_arg() {
    define(URLSearchParamsPrototype, "delete", { delete(name) { deleteParameter(this, name); } }.delete);
    define(URLSearchParamsPrototype, "has", { has(name) { return hasParameter(this, name); } }.has);
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
