// structuredClone.
//
// Owns the arguments; the host clones. deno_web's own knows a public symbol by which an object can name a function of the
// host, which user code must not be able to forge. It must not know classes of the runtime: none of them can be cloned.

(function () {
const { core, primordials } = __bootstrap;
const { op_structured_clone_plain } = core.ops;
const { ArrayPrototypePush, SymbolIterator, TypeError } = primordials;

function structuredClone(value, options = undefined) {
  if (arguments.length === 0) {
    throw new TypeError("Failed to execute 'structuredClone' on 'ServiceWorkerGlobalScope': parameter 1 is not of type 'Value'.");
  }
  const list = [];
  const transfer = options?.transfer;
  if (transfer !== undefined && transfer !== null) {
    const iterator = transfer[SymbolIterator]();
    for (let step = iterator.next(); !step.done; step = iterator.next()) {
      ArrayPrototypePush(list, step.value);
    }
  }
  return op_structured_clone_plain(value, list);
}

return { structuredClone };
})();
