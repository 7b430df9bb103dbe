// structuredClone.
//
// Owns its arguments; the host clones, and objects of the runtime's own classes are taken
// into parts as they are for storage. deno_web's own knows a public symbol by which an object can name a function of the host,
// which user code must not be able to forge. It must not hold what it cloned.

(function () {
const { core, primordials } = __bootstrap;
const { op_clone_value } = core.ops;
const { ArrayBufferIsView, ArrayIsArray, DataViewPrototypeGetBuffer, TypeError, TypedArrayPrototypeGetBuffer } = primordials;
const { describe, revive } = core.loadExtScript("ext:denizen/actor/values.js");

function clone(value, transfer) {
  // What cannot be made again is refused in its own words.
  let refusal = null;
  const reviveOrRefuse = (copy, found) => {
    try {
      return revive(copy, found);
    } catch (error) {
      refusal = { __proto__: null, error };
      return undefined;
    }
  };
  const copy = op_clone_value(value, transfer, describe, reviveOrRefuse);
  if (refusal !== null) {
    throw refusal.error;
  }
  return copy;
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
      const item = transfer[i];
      // With a view moves its buffer.
      list[i] = !ArrayBufferIsView(item) ? item : core.isTypedArray(item) ? TypedArrayPrototypeGetBuffer(item) : DataViewPrototypeGetBuffer(item);
      if (!core.isAnyArrayBuffer(list[i])) {
        throw new TypeError("Object is not transferable");
      }
    }
  }
  return clone(value, list);
}

return { clone, structuredClone };
})();
