// structuredClone.
//
// Owns its arguments, and what a copied error looks like; the host clones, and objects of the runtime's own classes are taken
// into parts as they are for storage. deno_web's own knows a public symbol by which an object can name a function of the host,
// which user code must not be able to forge. It must not hold what it cloned.

(function () {
const { core, primordials } = __bootstrap;
const { op_clone_value } = core.ops;
const { ArrayIsArray, ObjectDefineProperty, ObjectKeys, ReflectGetOwnPropertyDescriptor, TypeError } = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { describe, make, own, revive } = core.loadExtScript("ext:denizen/actor/values.js");

// Members of an error, in workerd's order.
const MEMBERS = ["stack", "message", "cause", "errors"];

// What workerd makes of an error has its members as properties that are listed.
function makeCopy(kind, data) {
  const made = make(kind, data);
  if (core.isNativeError(made)) {
    const rest = [];
    const names = ObjectKeys(made);
    for (let i = 0; i < names.length; i++) {
      rest[i] = ReflectGetOwnPropertyDescriptor(made, names[i]);
      delete made[names[i]];
    }
    for (let i = 0; i < MEMBERS.length; i++) {
      const descriptor = ReflectGetOwnPropertyDescriptor(made, MEMBERS[i]);
      if (descriptor !== undefined) {
        delete made[MEMBERS[i]];
        const enumerable = MEMBERS[i] !== "message";
        ObjectDefineProperty(made, MEMBERS[i], { __proto__: null, value: descriptor.value, writable: true, enumerable, configurable: true });
      }
    }
    for (let i = 0; i < names.length; i++) {
      // The name of its class is not its own.
      if (names[i] !== "name" || made.name !== rest[i].value) {
        ObjectDefineProperty(made, names[i], { __proto__: null, ...rest[i] });
      }
    }
  }
  return made;
}

const reviveCopy = (value, found) => revive(value, found, makeCopy);

// Before `enhanced_error_serialization` V8 writes errors alone.
const describeButErrors = (value, whole) => (whole === true ? undefined : describe(value));

function clone(value, transfer) {
  return op_clone_value(value, transfer, changed.enhanced_error_serialization ? describeButErrors : describe, reviveCopy);
}

function structuredClone(value, options = undefined) {
  if (arguments.length === 0) {
    throw new TypeError("Failed to execute 'structuredClone' on 'ServiceWorkerGlobalScope': parameter 1 is not of type 'Value'.");
  }
  if (options !== undefined && options !== null && typeof options !== "object" && typeof options !== "function") {
    throw new TypeError("Failed to execute 'structuredClone' on 'ServiceWorkerGlobalScope': parameter 2 is not of type 'StructuredCloneOptions'.");
  }
  const transfer = options?.transfer;
  const list = [];
  if (transfer !== undefined) {
    if (!ArrayIsArray(transfer)) {
      throw new TypeError("Incorrect type for the 'transfer' field on 'StructuredCloneOptions': the provided value is not of type 'Array'.");
    }
    for (let i = 0; i < transfer.length; i++) {
      list[i] = transfer[i];
      if (!core.isAnyArrayBuffer(list[i])) {
        throw new TypeError("Object is not transferable");
      }
    }
  }
  return clone(value, list);
}

return { clone, refuseClass: own, structuredClone };
})();
