// What the log says of a value that nobody caught.
//
// Owns the choice of what is told beside the stack: causes, the errors of an AggregateError, own properties, values that are no
// errors, and where an error that came over a call was thrown. It must not throw itself, and calls nothing of the value's but
// what a stack is made from.

(function () {
const { core, primordials } = __bootstrap;
const { op_error_origin } = core.ops;
const { ArrayPrototypeIncludes, ArrayPrototypePush, StringPrototypeReplaceAll, StringPrototypeSlice } = primordials;
const { inspect } = core.loadExtScript("ext:denizen/node/util/inspect.js");

// Characters of the whole text, causes whose origins are told, and levels of properties.
const TEXT_LENGTH = 8192;
const CAUSES_MAX = 8;
const DEPTH = 4;
const OPTIONS = {
  __proto__: null, depth: DEPTH, customInspect: false, getters: false, showHidden: false, showProxy: false, colors: false, maxArrayLength: 20,
  maxStringLength: 2000,
};

// Where the errors of a chain of causes were thrown, in other Workers and objects.
function originsOf(thrown) {
  const seen = [];
  let text = "";
  for (let error = thrown; core.isNativeError(error) && !ArrayPrototypeIncludes(seen, error) && seen.length < CAUSES_MAX; ) {
    ArrayPrototypePush(seen, error);
    const origin = op_error_origin(error);
    if (origin !== undefined) {
      text += `\n  ${StringPrototypeReplaceAll(origin, "\n", "\n  ")}`;
    }
    try {
      error = error.cause;
    } catch {
      break;
    }
  }
  return text;
}

function describe(thrown) {
  try {
    const text = `${inspect(thrown, OPTIONS)}${originsOf(thrown)}`;
    return text.length > TEXT_LENGTH ? `${StringPrototypeSlice(text, 0, TEXT_LENGTH)} [cut]` : text;
  } catch {
    return undefined;
  }
}

return { describe };
})();
