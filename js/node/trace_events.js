// `node:trace_events`: tracings that can be turned on and record nothing.

(function () {
const { core, primordials } = __bootstrap;
const { ArrayPrototypeJoin, SymbolFor } = primordials;
const { quiet } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { nodeTypeError, validateArray, validateObject, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");

class Tracing {
  #categories;
  #enabled = false;
  constructor(categories) {
    this.#categories = categories;
  }
  enable() {
    this.#enabled = true;
  }
  disable() {
    this.#enabled = false;
  }
  get enabled() {
    return this.#enabled;
  }
  get categories() {
    return ArrayPrototypeJoin(this.#categories, ",");
  }
  [SymbolFor("nodejs.util.inspect.custom")](depth, options) {
    const { inspect } = core.loadExtScript("ext:denizen/node/util/inspect.js");
    if (typeof depth === "number" && depth < 0) return this;
    const shown = { ...options, depth: options.depth === null || options.depth === undefined ? null : options.depth - 1 };
    return `Tracing ${inspect({ enabled: this.enabled, categories: this.categories }, shown)}`;
  }
}

function createTracing(options) {
  validateObject(options, "options");
  const { categories } = options;
  validateArray(categories, "options.categories");
  const wanted = [];
  for (let i = 0; i < categories.length; i++) {
    validateString(categories[i], `options.categories[${i}]`);
    wanted[i] = categories[i];
  }
  if (wanted.length === 0) throw nodeTypeError("ERR_TRACE_EVENTS_CATEGORY_REQUIRED", "At least one category is required");
  return new Tracing(wanted);
}

const exported = { createTracing, getEnabledCategories: quiet("getEnabledCategories") };
return { ...exported, default: exported };
})();
