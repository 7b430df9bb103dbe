// CommonJS modules of a bundle.
//
// Owns `require`, `module` and the cache of what ran. It must not know how a bundle is stored: the host finds and compiles.

(function () {
const { core, primordials } = __bootstrap;
const { op_module_find } = core.ops;
const { Error, ReflectApply, SafeMap } = primordials;

const cache = new SafeMap();

function run(name, compiled) {
  const found = cache.get(name);
  if (found !== undefined) {
    return found.exports;
  }
  const module = { exports: {}, id: name, filename: name };
  cache.set(name, module);
  try {
    ReflectApply(compiled, module.exports, [module.exports, (specifier) => require(name, specifier), module, name, ""]);
  } catch (error) {
    cache.delete(name);
    throw error;
  }
  return module.exports;
}

function require(referrer, specifier) {
  const found = op_module_find(referrer, `${specifier}`);
  const name = found[0];
  const kind = found[1];
  const value = found[2];
  if (kind === "cjs") {
    return run(name, value);
  }
  if (kind === "esm") {
    throw new Error(`require() of the ES module "${name}" is not supported. Import it instead.`);
  }
  return value;
}

// What the host calls for a CommonJS module that an ES module imports.
function load(name) {
  return require(undefined, name);
}

return { load };
})();
