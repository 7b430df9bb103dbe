// Errors on their way out of an isolate.
//
// Owns what of a thrown value reaches a caller: name, message, own enumerable properties. It must not throw itself,
// whatever the value is.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectHasOwn, ObjectKeys, String } = primordials;

const NO_PROPS = { __proto__: null, name: true, message: true, stack: true, cause: true };

function read(value, key) {
  try {
    return value[key];
  } catch {
    return undefined;
  }
}

function errorParts(thrown) {
  if (!core.isNativeError(thrown) && !(typeof thrown === "object" && thrown !== null && typeof read(thrown, "message") === "string")) {
    let message;
    try {
      message = String(thrown);
    } catch {
      message = "An unprintable value was thrown.";
    }
    return { __proto__: null, name: "Error", message, stack: undefined, props: undefined };
  }
  const name = read(thrown, "name");
  const message = read(thrown, "message");
  const stack = read(thrown, "stack");
  let props;
  try {
    const keys = ObjectKeys(thrown);
    for (let i = 0; i < keys.length; i++) {
      if (!NO_PROPS[keys[i]] && ObjectHasOwn(thrown, keys[i])) {
        props ??= {};
        props[keys[i]] = thrown[keys[i]];
      }
    }
  } catch {
    props = undefined;
  }
  return {
    __proto__: null,
    name: typeof name === "string" ? name : "Error",
    message: typeof message === "string" ? message : "",
    stack: typeof stack === "string" ? stack : undefined,
    props,
  };
}

return { errorParts };
})();
