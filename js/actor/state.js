// DurableObjectState: `ctx` of a Durable Object.
//
// Owns the state object, its facets and its gate; storage has a file of its own. It must not know how the host finds or
// ends actors.

(function () {
const { core, primordials } = __bootstrap;
const {
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
  String,
  StringPrototypeIsWellFormed,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { exclusively, fail, reset } = core.loadExtScript("ext:denizen/actor/exclusive.js");
const { own: ownClass } = core.loadExtScript("ext:denizen/actor/values.js");
const { newStorage } = core.loadExtScript("ext:denizen/actor/storage.js");
const { givenBy, isObject, limitsOf } = core.loadExtScript("ext:denizen/rpc/options.js");
const { classOf, onFirstUse } = core.loadExtScript("ext:denizen/rpc/stub.js");
const { idParts, wellFormed } = core.loadExtScript("ext:denizen/actor/namespace.js");
const { holdEvent } = core.loadExtScript("ext:denizen/io/context.js");
const { illegalInvocation, wrongParameter } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { standIn } = core.loadExtScript("ext:denizen/bootstrap/shape.js");
const { errorParts } = core.loadExtScript("ext:denizen/rpc/errors.js");

// The host refuses longer names of facets.
const NAME_BYTES_MAX = 256;
let isState;
let facetsHandle;

class DurableObjectFacets {
  #handle;
  static {
    facetsHandle = (value) => {
      if (typeof value !== "object" || value === null || !(#handle in value)) {
        throw illegalInvocation();
      }
      return value.#handle;
    };
  }
  constructor(handle) {
    this.#handle = handle;
  }
  get(name, getStartupOptions) {
    const handle = facetsHandle(this);
    const text = facetName(name, 1, arguments.length, "get");
    if (typeof getStartupOptions !== "function") {
      throw wrongParameter("DurableObjectFacets", "get", 2, "function");
    }
    const stub = op_facet_get(handle, text);
    const context = core.getAsyncContext();
    onFirstUse(stub, (container) => startFacet(container, context, getStartupOptions));
    return stub;
  }
  abort(name, reason) {
    const handle = facetsHandle(this);
    const text = facetName(name, 1, arguments.length, "abort");
    if (arguments.length < 2) {
      throw wrongParameter("DurableObjectFacets", "abort", 2, "Value");
    }
    op_facet_abort(handle, text, errorParts(reason));
  }
  delete(name) {
    op_facet_delete(facetsHandle(this), facetName(name, 1, arguments.length, "delete"));
  }
  clone(from, to) {
    const handle = facetsHandle(this);
    const source = facetName(from, 1, arguments.length, "clone");
    op_facet_clone(handle, source, facetName(to, 2, arguments.length, "clone"));
  }
  // Ours: the names of the facets that have storage.
  list() {
    return op_facet_list(facetsHandle(this));
  }
  // Ours: what a facet has used; null if it has neither run nor storage.
  stats(name) {
    return op_facet_stats(facetsHandle(this), facetName(name, 1, arguments.length, "stats"));
  }
}

// The name that argument `position` of `given` ones is. The index on disk has names in UTF-8, in which those that it cannot
// write would all be one.
function facetName(name, position, given, method) {
  if (given < position) {
    throw wrongParameter("DurableObjectFacets", method, position, "string");
  }
  const text = `${name}`;
  // One that is too long besides is refused for that.
  if (!StringPrototypeIsWellFormed(text) && core.encode(text).length <= NAME_BYTES_MAX) {
    throw new TypeError("The name of a facet must not contain lone surrogates.");
  }
  return text;
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
    PromisePrototypeThen(givenBy(getStartupOptions), ({ given: options }) => {
      try {
        if (!isObject(options)) {
          throw new TypeError("Incorrect type for Promise: the Promise did not resolve to 'StartupOptions'.");
        }
        const { class: value, id } = options;
        const class_ = classOf(value);
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
          parts ?? (id === undefined ? undefined : wellFormed(`${id}`)),
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
    this.#handle = handle;
    own(this, "facets", new DurableObjectFacets(handle));
    // There are no containers here.
    own(this, "container", undefined);
    own(this, "storage", newStorage(handle));
    own(this, "id", id);
    own(this, "props", props);
    if (!changed.enable_ctx_exports) {
      own(this, "exports", exports);
    }
  }
  waitUntil(promise) {
    requireState(this);
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'waitUntil' on 'DurableObjectState': parameter 1 is not of type 'Promise'.");
    }
    if (changed.unwrap_custom_thenables && !core.isPromise(promise)) {
      return;
    }
    holdEvent(promise);
  }
  blockConcurrencyWhile(callback) {
    requireState(this);
    return block(callback);
  }
  abort(reason = undefined, options = undefined) {
    requireState(this);
    if (options !== undefined && options !== null && typeof options !== "object") {
      throw new TypeError("Failed to execute 'abort' on 'DurableObjectState': parameter 2 is not of type 'AbortOptions'.");
    }
    const given = options?.retryAlarm;
    const retryAlarm = given === undefined || given ? true : false;
    const message = reason === undefined ? "Application called abort() to reset Durable Object." : reasonText(reason);
    reset(this.#handle, { __proto__: null, name: "Error", message }, retryAlarm);
  }
}
async function block(callback) {
  if (typeof callback !== "function") {
    throw new TypeError(
      "Failed to execute 'blockConcurrencyWhile' on 'DurableObjectState': parameter 1 is not of type 'function'.",
    );
  }
  return await exclusively(async (section) => {
    try {
      return await callback();
    } catch (error) {
      // What it left half done must not be built upon.
      fail(section, error);
    }
  });
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

function newState(handle, id, props, exports) {
  return new DurableObjectState(handle, id, props, exports);
}

ownClass(DurableObjectState);
ownClass(DurableObjectFacets);

return { DurableObjectFacets: standIn(DurableObjectFacets), DurableObjectState: standIn(DurableObjectState), isState, newState };
})();
