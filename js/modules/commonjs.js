// Modules of a bundle that are no ES modules.
//
// Owns `require`, `module` and the cache of what ran, and the functions by which other modules get their values. It must
// not know how a bundle is stored: the host finds and compiles.

(function () {
const { core, primordials } = __bootstrap;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { op_module_find, op_module_namespace } = core.ops;
const {
  Error,
  ObjectDefineProperty,
  ReflectApply,
  SafeMap,
  StringPrototypeIncludes,
  StringPrototypeIndexOf,
  StringPrototypeLastIndexOf,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  SymbolToStringTag,
  SyntaxError,
  TypeError,
} = primordials;

const cache = new SafeMap();

class CommonJsModuleObject {
  constructor(path) {
    ObjectDefineProperty(this, "path", { __proto__: null, value: path, enumerable: true, configurable: true, writable: false });
    ObjectDefineProperty(this, "exports", { __proto__: null, value: {}, enumerable: true, configurable: true, writable: true });
  }
}
ObjectDefineProperty(CommonJsModuleObject.prototype, SymbolToStringTag, {
  __proto__: null, value: "CommonJsModuleObject", configurable: true,
});

// The file that a URL stands for; of another scheme, the URL.
function fileOf(url) {
  if (changed.new_module_registry && StringPrototypeStartsWith(url, "file:///bundle/")) {
    return StringPrototypeSlice(url, 14);
  }
  return StringPrototypeStartsWith(url, "file://") ? StringPrototypeSlice(url, 7) : url;
}

function run(url, compiled) {
  const found = cache.get(url);
  if (found !== undefined) {
    return found.exports;
  }
  const file = fileOf(url);
  const module = new CommonJsModuleObject(changed.new_module_registry ? file : url);
  cache.set(url, module);
  const { require } = {
    require(specifier) {
      if (arguments.length === 0) {
        throw new TypeError("Failed to execute 'require' on 'CommonJsModuleContext': parameter 1 is not of type 'string'.");
      }
      return load(url, `${specifier}`);
    },
  };
  ObjectDefineProperty(require, "length", { __proto__: null, value: 0, configurable: true });
  try {
    let folder = StringPrototypeSlice(file, 0, StringPrototypeLastIndexOf(file, "/"));
    if (folder === "" && changed.new_module_registry) {
      folder = "/";
    }
    ReflectApply(compiled, undefined, [module.exports, require, module, file, folder]);
  } catch (error) {
    cache.delete(url);
    throw error;
  }
  return module.exports;
}

// What `require` gives of an ES module, and of a module of the runtime: of one of Node's, its default export. Where it gives
// default exports only, that of cloudflare:workers is the one that deno_core adds.
function namespaceOf(url) {
  const made = op_module_namespace(url);
  const thrown = made[1];
  if (thrown === undefined) {
    if (changed.new_module_registry) {
      return url === "cloudflare:workers" ? undefined : made[0].default;
    }
    return StringPrototypeStartsWith(url, "cloudflare:") || StringPrototypeIncludes(url, ":///") ? made[0] : made[0].default;
  }
  const { name } = thrown;
  let { message } = thrown;
  if (message === "Top-level await is not allowed in synchronous evaluation") {
    if (changed.new_module_registry) {
      throw new Error(`Top-level await in module is ${changed.disable_top_level_await_in_require ? "unsettled" : "not permitted at this time"}.`);
    }
    throw new Error(`Top-level await is not supported in this context for module: ${url}`);
  }
  if (StringPrototypeStartsWith(message, "Module not found: ") || StringPrototypeStartsWith(message, "Cannot require() ES Module")) {
    throw new Error(`Failed to instantiate module: ${url}`);
  }
  // deno_core gives the stack as the message of what a module threw.
  const end = StringPrototypeIndexOf(message, "\n    at ");
  if (StringPrototypeStartsWith(message, `${name}: `) && end !== -1) {
    message = StringPrototypeSlice(message, name.length + 2, end);
    ObjectDefineProperty(thrown, "message", { __proto__: null, value: message, configurable: true, writable: true });
  }
  throw thrown;
}

function load(referrer, specifier) {
  const found = op_module_find(referrer, specifier);
  const url = found[0];
  const kind = found[1];
  const value = found[2];
  switch (kind) {
    case "cjs":
      return run(url, value);
    case "esm":
      return namespaceOf(url);
    case "thrown":
      throw value;
    default:
      return value;
  }
}

// What the host calls for a module that an ES module imports: the function that gives its default export.
function maker(kind, value) {
  switch (kind) {
    case "cjs":
      return () => load(value, value);
    case "thrown":
      return () => {
        throw value;
      };
    case "failure":
      return () => {
        switch (value[0]) {
          case "SyntaxError":
            throw new SyntaxError(value[1]);
          case "TypeError":
            throw new TypeError(value[1]);
          default:
            throw new Error(value[1]);
        }
      };
    default:
      return () => value;
  }
}

return { maker, requireFrom: load };
})();
