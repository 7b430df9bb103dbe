// Body, of which Request and Response are.
//
// Owns the class whose prototype has the members that both share. It must not know what a body is.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectDefineProperty, ObjectSetPrototypeOf, ReflectApply, ReflectDeleteProperty, ReflectGetOwnPropertyDescriptor, SymbolToStringTag, TypeError } = primordials;
const { RequestPrototype, isRequest } = core.loadExtScript("ext:denizen/fetch/request.js");
const { ResponsePrototype } = core.loadExtScript("ext:denizen/fetch/response.js");

class Body {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
}

const READERS = ["arrayBuffer", "bytes", "text", "json", "formData", "blob"];
const GETTERS = ["body", "bodyUsed"];

function take(prototype, name) {
  const descriptor = ReflectGetOwnPropertyDescriptor(prototype, name);
  ReflectDeleteProperty(prototype, name);
  return descriptor.get ?? descriptor.value;
}

for (let i = 0; i < READERS.length; i++) {
  const name = READERS[i];
  const ofRequest = take(RequestPrototype, name);
  const ofResponse = take(ResponsePrototype, name);
  // A method of an object has no prototype property and is no constructor.
  const { [name]: value } = { [name]() { return ReflectApply(isRequest(this) ? ofRequest : ofResponse, this, []); } };
  ObjectDefineProperty(Body.prototype, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}
for (let i = 0; i < GETTERS.length; i++) {
  const ofRequest = take(RequestPrototype, GETTERS[i]);
  const ofResponse = take(ResponsePrototype, GETTERS[i]);
  ObjectDefineProperty(Body.prototype, GETTERS[i], {
    __proto__: null,
    enumerable: true,
    configurable: true,
    get() {
      return ReflectApply(isRequest(this) ? ofRequest : ofResponse, this, []);
    },
  });
}
ObjectDefineProperty(Body.prototype, SymbolToStringTag, { __proto__: null, value: "Body", configurable: true });
ObjectSetPrototypeOf(RequestPrototype, Body.prototype);
ObjectSetPrototypeOf(ResponsePrototype, Body.prototype);

return { Body };
})();
