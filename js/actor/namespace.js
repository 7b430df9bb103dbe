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
} = core.ops;
const { own: ownClass } = core.loadExtScript("ext:denizen/actor/values.js");
const { Error, ObjectDefineProperty, String, SymbolToStringTag, TypeError } = primordials;

// A name longer than this many bytes is not remembered in the id. workerd's.
const NAME_BYTES_MAX = 1024;

let idParts;
// Whether the host constructs now: user code may not.
let allowed = false;

class DurableObjectId {
  #hex;
  #name;
  constructor(hex, name) {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
    this.#hex = hex;
    this.#name = name;
    if (name !== undefined) {
      own(this, "name", name);
    }
  }
  static {
    idParts = (id) => typeof id === "object" && id !== null && #hex in id ? [id.#hex, id.#name] : null;
  }
  toString() {
    return requireId(this, "this")[0];
  }
  equals(other) {
    return requireId(this, "this")[0] === requireId(other, "parameter 1")[0];
  }
}
function requireId(value, what) {
  const parts = idParts(value);
  if (parts === null) {
    throw new TypeError(`Failed to execute on 'DurableObjectId': ${what} is not of type 'DurableObjectId'.`);
  }
  return parts;
}
ObjectDefineProperty(DurableObjectId.prototype, SymbolToStringTag, { __proto__: null, value: "DurableObjectId", configurable: true });

function rememberedName(name) {
  return core.encode(name).length <= NAME_BYTES_MAX ? name : undefined;
}

class DurableObjectNamespace {
  #handle;
  constructor(handle) {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
    this.#handle = handle;
  }
  idFromName(name) {
    const text = String(name);
    return newId(op_namespace_id_from_name(this.#handle, text), rememberedName(text));
  }
  idFromString(text) {
    return newId(op_namespace_id_from_string(this.#handle, String(text)), undefined);
  }
  newUniqueId(options = undefined) {
    requireNoJurisdiction(options?.jurisdiction);
    return newId(op_namespace_unique_id(this.#handle), undefined);
  }
  get(id, _options = undefined) {
    const parts = idParts(id);
    if (parts === null) {
      throw new TypeError("Failed to execute 'get' on 'DurableObjectNamespace': parameter 1 is not of type 'DurableObjectId'.");
    }
    const stub = op_namespace_get(this.#handle, parts[0], parts[1]);
    if (parts[1] !== undefined) {
      own(stub, "name", parts[1]);
    }
    own(stub, "id", id);
    return stub;
  }
  getByName(name, options = undefined) {
    return this.get(this.idFromName(name), options);
  }
  jurisdiction(name) {
    requireNoJurisdiction(name);
    return this;
  }
}
function own(stub, key, value) {
  ObjectDefineProperty(stub, key, { __proto__: null, value, enumerable: true, configurable: true, writable: true });
}
function requireNoJurisdiction(jurisdiction) {
  if (jurisdiction !== undefined && jurisdiction !== null) {
    throw new Error("Jurisdiction restrictions are not implemented in workerd.");
  }
}
ObjectDefineProperty(DurableObjectNamespace.prototype, SymbolToStringTag, {
  __proto__: null, value: "DurableObjectNamespace", configurable: true,
});

function newNamespace(handle) {
  allowed = true;
  try {
    return new DurableObjectNamespace(handle);
  } finally {
    allowed = false;
  }
}
function newId(hex, name) {
  allowed = true;
  try {
    return new DurableObjectId(hex, name);
  } finally {
    allowed = false;
  }
}

ownClass(DurableObjectId);
ownClass(DurableObjectNamespace);

return { DurableObjectId, DurableObjectNamespace, idParts, newId, newNamespace };
})();
