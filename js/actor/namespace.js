// Durable Object namespaces and ids.
//
// Owns `env.NAMESPACE` and what its methods give. It must not know where objects live.

(function () {
const { core, primordials } = __bootstrap;
const {
  op_namespace_get,
  op_namespace_id_from_name,
  op_namespace_id_from_string,
  op_namespace_unique_id,
  op_io_check,
} = core.ops;
const { own: ownClass } = core.loadExtScript("ext:denizen/actor/values.js");
const {
  Error,
  ObjectDefineProperty,
  ObjectSetPrototypeOf,
  RangeError,
  SafeWeakMap,
  String,
  SymbolToStringTag,
  TypeError,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { Fetcher } = core.loadExtScript("ext:denizen/rpc/stub.js");

// A name longer than this many bytes is not remembered by the object. workerd's.
const NAME_BYTES_MAX = 1024;

let idParts;
// Whether the host constructs now: user code may not.
let allowed = false;
// The native handle of each namespace. A map and no private field: a namespace of `ctx.exports` is a function.
const handles = new SafeWeakMap();

function tag(Class, name) {
  ObjectDefineProperty(Class.prototype, SymbolToStringTag, { __proto__: null, value: name, configurable: true });
}
// One for all: V8 makes an object literal without a prototype slowly, and this is done for every stub.
const descriptor = { __proto__: null, value: undefined, enumerable: true, configurable: true, writable: false };
function own(target, key, value) {
  descriptor.value = value;
  ObjectDefineProperty(target, key, descriptor);
  descriptor.value = undefined;
}

class DurableObjectId {
  #hex;
  #name;
  constructor(hex, name) {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
    this.#hex = hex;
    this.#name = name;
    own(this, "jurisdiction", undefined);
    own(this, "name", name);
  }
  static {
    idParts = (id) => typeof id === "object" && id !== null && #hex in id ? [id.#hex, id.#name] : null;
  }
  toString() {
    const parts = idParts(this);
    if (parts === null) {
      throw illegalInvocation();
    }
    return parts[0];
  }
  equals(other) {
    const mine = idParts(this);
    if (mine === null) {
      throw illegalInvocation();
    }
    const parts = idParts(other);
    if (parts === null) {
      throw wrong("equals", "DurableObjectId", 1, "DurableObjectId");
    }
    return mine[0] === parts[0];
  }
}
tag(DurableObjectId, "DurableObjectId");

function wrong(method, owner, position, type) {
  return new TypeError(`Failed to execute '${method}' on '${owner}': parameter ${position} is not of type '${type}'.`);
}

// A stub of an object: a Fetcher that says whom it stands for.
function DurableObject() {
  throw new TypeError("Illegal constructor");
}
tag(DurableObject, "DurableObject");
ObjectSetPrototypeOf(DurableObject.prototype, Fetcher.prototype);

class DurableObjectNamespace {
  constructor(handle) {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
    adopt(this, handle);
  }
  idFromName(name) {
    const handle = handleOf(this);
    const text = nameOf(arguments.length, name, "idFromName");
    return newId(op_namespace_id_from_name(handle, text), text);
  }
  idFromString(text) {
    return newId(op_namespace_id_from_string(handleOf(this), String(text)), undefined);
  }
  newUniqueId(options = undefined) {
    const handle = handleOf(this);
    requireNoJurisdiction(options?.jurisdiction);
    return newId(op_namespace_unique_id(handle), undefined);
  }
  get(id, options = undefined) {
    const handle = handleOf(this);
    const parts = idParts(id);
    if (parts === null) {
      throw wrong("get", "DurableObjectNamespace", 1, "DurableObjectId");
    }
    checkOptions(options, "get");
    return stubOf(handle, id, parts);
  }
  getByName(name, options = undefined) {
    const handle = handleOf(this);
    const text = nameOf(arguments.length, name, "getByName");
    checkOptions(options, "getByName");
    const id = newId(op_namespace_id_from_name(handle, text), text);
    return stubOf(handle, id, idParts(id));
  }
  jurisdiction(name) {
    handleOf(this);
    requireNoJurisdiction(name);
    return this;
  }
}
tag(DurableObjectNamespace, "DurableObjectNamespace");

function handleOf(namespace) {
  const handle = WeakMapPrototypeGet(handles, namespace);
  if (handle === undefined) {
    throw illegalInvocation();
  }
  return handle;
}
function nameOf(given, name, method) {
  if (given === 0) {
    throw wrong(method, "DurableObjectNamespace", 1, "string");
  }
  return `${name}`;
}
function checkOptions(options, method) {
  if (options === undefined || options === null) {
    return;
  }
  if (typeof options !== "object") {
    throw wrong(method, "DurableObjectNamespace", 2, "GetDurableObjectOptions");
  }
  const { routingMode } = options;
  if (routingMode !== undefined && routingMode !== "primary-only") {
    throw new RangeError(`unknown routingMode: ${routingMode}`);
  }
}
function stubOf(handle, id, parts) {
  op_io_check();
  const name = parts[1];
  const remembered = name !== undefined && core.encode(name).length <= NAME_BYTES_MAX ? name : undefined;
  const stub = op_namespace_get(handle, parts[0], remembered);
  ObjectSetPrototypeOf(stub, DurableObject.prototype);
  own(stub, "name", name);
  own(stub, "id", id);
  return stub;
}
function requireNoJurisdiction(jurisdiction) {
  if (jurisdiction !== undefined && jurisdiction !== null) {
    throw new Error("Jurisdiction restrictions are not implemented in workerd.");
  }
}

// Makes `object` the namespace of `handle`.
function adopt(object, handle) {
  WeakMapPrototypeSet(handles, object, handle);
}
function make(Class, first, second) {
  allowed = true;
  try {
    return new Class(first, second);
  } finally {
    allowed = false;
  }
}
function newNamespace(handle) {
  return make(DurableObjectNamespace, handle);
}
function newId(hex, name) {
  return make(DurableObjectId, hex, name);
}

ownClass(DurableObjectId);
ownClass(DurableObjectNamespace);

return { DurableObjectId, DurableObjectNamespace, adopt, idParts, newId, newNamespace };
})();
