// Options of stubs, classes and facets: `{ props, limits }`; and callbacks that give such objects.
//
// Owns their checks. It must not know what is made with them.

(function () {
const { core, primordials } = __bootstrap;
const { Number, PromisePrototypeThen, PromiseResolve, RangeError, ReflectApply, TypeError } = primordials;

// User code can take the name away.
const scope = globalThis;

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

// The limits that `options` asks for, which are of the type called `type`; NaN stands for what is not asked for.
function limitsOf(options, type) {
  const limits = options?.limits;
  if (limits !== undefined && limits !== null && !isObject(limits)) {
    throw new TypeError(`Incorrect type for the 'limits' field on '${type}': the provided value is not of type 'ResourceLimits'.`);
  }
  return {
    __proto__: null,
    cpuMs: readLimit(limits, "cpuMs", 1),
    subRequests: readLimit(limits, "subRequests", 0),
    wallMs: readLimit(limits, "wallMs", 1),
    storageBytes: readLimit(limits, "storageBytes", 4096),
    facets: readLimit(limits, "facets", 0),
  };
}

// A limit that means nothing must not be taken for none.
function readLimit(limits, key, least) {
  const value = limits?.[key];
  if (value === undefined || value === null) {
    return NaN;
  }
  const number = Number(value);
  if (!(number >= least)) {
    throw new RangeError(`limits.${key} must be a number from ${least} on.`);
  }
  return number;
}

// Calls `callback` once the code that runs is done. Gives what it gives, or the promise that it gives, in a box: only what has a
// `then` and is no promise is asked for it.
function givenBy(callback, check = undefined) {
  return PromisePrototypeThen(PromiseResolve(undefined), () => {
    const given = ReflectApply(callback, scope, []);
    check?.(given);
    return isObject(given) && "then" in given ? PromisePrototypeThen(PromiseResolve(given), box) : box(given);
  });
}
function box(given) {
  return { __proto__: null, given };
}

return { givenBy, isObject, limitsOf, propsOf };
})();
