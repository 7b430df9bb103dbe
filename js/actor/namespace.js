// Durable Object namespaces and ids.
//
// Owns `env.NAMESPACE` and what its methods give. It must not know where objects live.

(function () {
const { core, primordials } = __bootstrap;
const {
  op_namespace_get,
  op_namespace_id_from_name,
  op_namespace_id_from_surrogates,
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
  ReflectGetPrototypeOf,
  RegExpPrototypeSymbolReplace,
  SafeRegExp,
  SafeWeakMap,
  StringPrototypeIsWellFormed,
  SymbolToStringTag,
  TypeError,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} = primordials;
const { shapePrototype, standIn } = core.loadExtScript("ext:denizen/bootstrap/shape.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { Fetcher } = core.loadExtScript("ext:denizen/rpc/stub.js");

// A name longer than this many bytes is not remembered by the object. workerd's.
const NAME_BYTES_MAX = 1024;

const LONE_SURROGATE = new SafeRegExp("\\p{Surrogate}", "gu");

// Of a receiver.
let ownParts;
// The native handle of each namespace. A map and no private field: a namespace of `ctx.exports` is a function.
const handles = new SafeWeakMap();

function tag(Class) {
  ObjectDefineProperty(Class.prototype, SymbolToStringTag, { __proto__: null, value: Class.name, configurable: true });
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
    this.#hex = hex;
    this.#name = name;
    own(this, "jurisdiction", undefined);
    own(this, "name", name);
  }
  static {
    ownParts = (id) => typeof id === "object" && id !== null && #hex in id ? [id.#hex, id.#name] : null;
  }
  toString() {
    const parts = ownParts(this);
    if (parts === null) {
      throw illegalInvocation();
    }
    return parts[0];
  }
  equals(other) {
    const mine = ownParts(this);
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
tag(DurableObjectId);

// Of an argument, which may inherit from an id.
function idParts(value) {
  let id = value;
  let parts = ownParts(id);
  while (parts === null && isObject(id) && !core.isProxy(id)) {
    id = ReflectGetPrototypeOf(id);
    parts = ownParts(id);
  }
  return parts;
}
function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function wrong(method, owner, position, type) {
  return new TypeError(`Failed to execute '${method}' on '${owner}': parameter ${position} is not of type '${type}'.`);
}

// A stub of an object: a Fetcher that says whom it stands for.
function DurableObject() {
  throw new TypeError("Illegal constructor");
}
tag(DurableObject);
shapePrototype(DurableObject.prototype);
ObjectSetPrototypeOf(DurableObject.prototype, Fetcher.prototype);

class DurableObjectNamespace {
  constructor(handle) {
    adopt(this, handle);
  }
  idFromName(name) {
    const handle = handleOf(this);
    return idOf(handle, nameOf(arguments.length, name, "idFromName"));
  }
  idFromString(text) {
    const handle = handleOf(this);
    if (arguments.length === 0) {
      throw wrong("idFromString", "DurableObjectNamespace", 1, "string");
    }
    return newId(op_namespace_id_from_string(handle, `${text}`), undefined);
  }
  newUniqueId(options = undefined) {
    const handle = handleOf(this);
    if (options !== undefined && options !== null && !isObject(options)) {
      throw wrong("newUniqueId", "DurableObjectNamespace", 1, "NewUniqueIdOptions");
    }
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
    const id = idOf(handle, text);
    return stubOf(handle, id, ownParts(id));
  }
  jurisdiction(name) {
    handleOf(this);
    requireNoJurisdiction(name);
    return this;
  }
}
tag(DurableObjectNamespace);

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
// Names that UTF-8 cannot write have ids of their own.
function idOf(handle, name) {
  return StringPrototypeIsWellFormed(name)
    ? newId(op_namespace_id_from_name(handle, name), name)
    : newId(op_namespace_id_from_surrogates(handle, name), wellFormed(name));
}
function checkOptions(options, method) {
  if (options === undefined || options === null) {
    return;
  }
  if (!isObject(options)) {
    throw wrong(method, "DurableObjectNamespace", 2, "GetDurableObjectOptions");
  }
  // All are converted; the others have no effect.
  const { locationHint } = options;
  locationHint === undefined || `${locationHint}`;
  const given = options.routingMode;
  const routingMode = given === undefined ? undefined : `${given}`;
  const { version } = options;
  if (version !== undefined && version !== null && !isObject(version)) {
    throw new TypeError("Incorrect type for the 'version' field on 'GetDurableObjectOptions': the provided value is not of type 'VersionOptions'.");
  }
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
// A text whose lone surrogates are what decoding their bytes gives.
function wellFormed(text) {
  return StringPrototypeIsWellFormed(text) ? text : RegExpPrototypeSymbolReplace(LONE_SURROGATE, text, "\ufffd\ufffd\ufffd");
}
function requireNoJurisdiction(jurisdiction) {
  if (jurisdiction !== undefined && jurisdiction !== null) {
    // Refuses a symbol.
    `${jurisdiction}`;
    throw new Error("Jurisdiction restrictions are not implemented in workerd.");
  }
}

function isNamespace(value) {
  return WeakMapPrototypeGet(handles, value) !== undefined;
}

// Makes `object` the namespace of `handle`.
function adopt(object, handle) {
  WeakMapPrototypeSet(handles, object, handle);
}
function newNamespace(handle) {
  return new DurableObjectNamespace(handle);
}
function newId(hex, name) {
  return new DurableObjectId(hex, name);
}

ownClass(DurableObjectId);
ownClass(DurableObjectNamespace);

return {
  DurableObjectId: standIn(DurableObjectId),
  DurableObjectNamespace: standIn(DurableObjectNamespace),
  adopt,
  idParts,
  isNamespace,
  newId,
  newNamespace,
  wellFormed,
};
})();
