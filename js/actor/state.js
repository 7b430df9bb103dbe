// DurableObjectState: `ctx` of a Durable Object.
//
// Owns the state object, its facets and its gate; storage has a file of its own. It must not know how the host finds or
// ends actors.

(function () {
const { core, primordials } = __bootstrap;
const {
  op_actor_abort,
  op_facet_abort,
  op_facet_clone,
  op_facet_delete,
  op_facet_failed,
  op_facet_get,
  op_facet_list,
  op_facet_started,
  op_facet_stats,
} = core.ops;
const {
  Error,
  ObjectDefineProperty,
  PromisePrototypeThen,
  PromiseResolve,
  SafeArrayIterator,
  String,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { exclusively, requireShallow } = core.loadExtScript("ext:denizen/actor/exclusive.js");
const { own: ownClass } = core.loadExtScript("ext:denizen/actor/values.js");
const { newStorage } = core.loadExtScript("ext:denizen/actor/storage.js");
const { limitsOf } = core.loadExtScript("ext:denizen/rpc/options.js");
const { classOf, onFirstUse } = core.loadExtScript("ext:denizen/rpc/stub.js");
const { idParts } = core.loadExtScript("ext:denizen/actor/namespace.js");
const { holdEvent } = core.loadExtScript("ext:denizen/io/context.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { errorParts } = core.loadExtScript("ext:denizen/rpc/errors.js");

let allowed = false;
let isState;

class DurableObjectFacets {
  #handle;
  constructor(handle) {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
    this.#handle = handle;
  }
  get(name, getStartupOptions) {
    const text = String(name);
    if (typeof getStartupOptions !== "function") {
      throw new TypeError("Failed to execute 'get' on 'DurableObjectFacets': parameter 2 is not of type 'function'.");
    }
    const handle = this.#handle;
    const stub = op_facet_get(handle, text);
    const context = core.getAsyncContext();
    onFirstUse(stub, (container) => startFacet(container, context, getStartupOptions));
    return stub;
  }
  abort(name, reason) {
    if (arguments.length < 2) {
      throw new TypeError("Failed to execute 'abort' on 'DurableObjectFacets': parameter 2 is not of type 'Value'.");
    }
    op_facet_abort(this.#handle, String(name), errorParts(reason));
  }
  delete(name) {
    op_facet_delete(this.#handle, String(name));
  }
  clone(from, to) {
    if (arguments.length < 2) {
      throw new TypeError(
        `Failed to execute 'clone' on 'DurableObjectFacets': parameter ${arguments.length + 1} is not of type 'string'.`,
      );
    }
    op_facet_clone(this.#handle, String(from), String(to));
  }
  // Ours: the names of the facets that have storage.
  list() {
    return op_facet_list(this.#handle);
  }
  // Ours: what a facet has used; null if it has neither run nor storage.
  stats(name) {
    return op_facet_stats(this.#handle, String(name));
  }
}
ObjectDefineProperty(DurableObjectFacets.prototype, SymbolToStringTag, {
  __proto__: null, value: "DurableObjectFacets", configurable: true,
});

// The callback runs in the event that called get(), after the code that made the first request.
function startFacet(container, context, getStartupOptions) {
  const fail = (error) => op_facet_failed(container, errorParts(error));
  const previous = core.getAsyncContext();
  core.setAsyncContext(context);
  try {
    const options = PromisePrototypeThen(PromiseResolve(undefined), () => getStartupOptions());
    PromisePrototypeThen(options, (options) => {
      try {
        if (options === null || typeof options !== "object") {
          throw new TypeError("Incorrect type for Promise: the Promise did not resolve to 'StartupOptions'.");
        }
        const { class: given, id } = options;
        const class_ = classOf(given);
        if (class_ === undefined) {
          throw new TypeError(
            "Incorrect type for the 'class' field on 'StartupOptions': the provided value is not of type 'DurableObjectClass or LoopbackDurableObjectNamespace or LoopbackColoLocalActorNamespace'.",
          );
        }
        const parts = idParts(id);
        const limits = limitsOf(options, "StartupOptions");
        op_facet_started(
          container,
          class_,
          parts ?? (id === undefined ? undefined : String(id)),
          limits.cpuMs,
          limits.subRequests,
          limits.wallMs,
          limits.storageBytes,
          limits.facets,
        );
      } catch (error) {
        fail(error);
      }
    }, fail);
  } finally {
    core.setAsyncContext(previous);
  }
}

class DurableObjectState {
  #handle;
  static {
    isState = (value) => typeof value === "object" && value !== null && #handle in value;
  }
  constructor(handle, id, props, exports) {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
    this.#handle = handle;
    own(this, "id", id);
    own(this, "props", props);
    if (!changed.enable_ctx_exports) {
      own(this, "exports", exports);
    }
    own(this, "storage", newStorage(handle));
    own(this, "facets", make(DurableObjectFacets, handle));
  }
  waitUntil(promise) {
    requireState(this);
    holdEvent(promise);
  }
  blockConcurrencyWhile(callback) {
    requireState(this);
    if (typeof callback !== "function") {
      throw new TypeError(
        "Failed to execute 'blockConcurrencyWhile' on 'DurableObjectState': parameter 1 is not of type 'function'.",
      );
    }
    const handle = this.#handle;
    requireShallow(handle);
    return PromisePrototypeThen(exclusively(handle, () => callback()), undefined, (error) => {
      // What the callback left half done must not be built upon.
      op_actor_abort(handle, errorParts(error), true);
    });
  }
  abort(reason = undefined, options = undefined) {
    requireState(this);
    if (options !== undefined && options !== null && typeof options !== "object") {
      throw new TypeError("Failed to execute 'abort' on 'DurableObjectState': parameter 2 is not of type 'AbortOptions'.");
    }
    const given = options?.retryAlarm;
    const retryAlarm = given === undefined || given ? true : false;
    const message = reason === undefined ? "Application called abort() to reset Durable Object." : reasonText(reason);
    op_actor_abort(this.#handle, { __proto__: null, name: "Error", message }, retryAlarm);
    // V8 looks for what stops it where a function begins: nothing behind the call may run.
    stop();
  }
}
function stop() {
  for (let i = 0; i < 2; i++) {
    String(i);
  }
}
function requireState(value) {
  if (!isState(value)) {
    throw illegalInvocation();
  }
}
// An error is told with its name.
function reasonText(reason) {
  try {
    return String(reason);
  } catch {
    return errorParts(reason).message;
  }
}
function own(target, key, value) {
  ObjectDefineProperty(target, key, { __proto__: null, value, enumerable: true, configurable: true, writable: true });
}
ObjectDefineProperty(DurableObjectState.prototype, SymbolToStringTag, {
  __proto__: null, value: "DurableObjectState", configurable: true,
});

function make(Class, ...args) {
  allowed = true;
  try {
    return new Class(...new SafeArrayIterator(args));
  } finally {
    allowed = false;
  }
}

function newState(handle, id, props, exports) {
  return make(DurableObjectState, handle, id, props, exports);
}

ownClass(DurableObjectState);
ownClass(DurableObjectFacets);

return { DurableObjectFacets, DurableObjectState, isState, newState };
})();
