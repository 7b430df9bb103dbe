// Options of stubs and classes: `{ props }`.
//
// Owns their checks. It must not know what is made with them.

(function () {
const { primordials } = __bootstrap;
const { TypeError } = primordials;

function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

// The props of `options`, which are of the type called `type`; undefined if there are none.
function propsOf(options, type) {
  const props = options?.props;
  if (props !== undefined && !isObject(props)) {
    throw new TypeError(`Incorrect type for the 'props' field on '${type}': the provided value is not of type 'Object'.`);
  }
  return props;
}

return { isObject, propsOf };
})();
