// `node:module`: which modules the runtime has, and `require` for ES modules.
//
// Owns the list of names. What workerd refuses is refused with its text.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeIncludes, ObjectAssign, ObjectCreate, ObjectFreeze, StringPrototypeStartsWith,
} = primordials;
const { invalidArgValue, methodNotImplemented } = core.loadExtScript("ext:denizen/node/internal/errors.js");

const builtinModules = [
  "_http_agent", "_http_client", "_http_common", "_http_incoming", "_http_outgoing", "_http_server", "_stream_duplex", "_stream_passthrough",
  "_stream_readable", "_stream_transform", "_stream_wrap", "_stream_writable", "_tls_common", "_tls_wrap", "assert", "assert/strict",
  "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram", "diagnostics_channel", "dns",
  "dns/promises", "domain", "events", "fs", "fs/promises", "http", "http2", "https", "inspector", "inspector/promises", "module", "net",
  "os", "path", "path/posix", "path/win32", "perf_hooks", "process", "punycode", "querystring", "readline", "readline/promises", "repl",
  "stream", "stream/consumers", "stream/promises", "stream/web", "string_decoder", "sys", "timers", "timers/promises", "tls",
  "trace_events", "tty", "url", "util", "util/types", "v8", "vm", "wasi", "worker_threads", "zlib",
];

function isBuiltin(name) {
  // Any name behind `node:` passes, as in workerd.
  return typeof name === "string" && (StringPrototypeStartsWith(name, "node:") || ArrayPrototypeIncludes(builtinModules, name));
}

function createRequire(path) {
  const text = `${path}`;
  if (!StringPrototypeStartsWith(text, "file:") && !StringPrototypeStartsWith(text, "/")) {
    throw invalidArgValue("path", text, "The argument must be a file URL object, a file URL string, or an absolute path string.");
  }
  const { requireFrom } = core.loadExtScript("ext:denizen/modules/commonjs.js");
  const from = StringPrototypeStartsWith(text, "file:") ? text : `file://${text}`;
  return { __proto__: null, require: (specifier) => requireFrom(from, specifier) }.require;
}

function Module() {
  throw methodNotImplemented("module.Module method");
}
ObjectAssign(Module.prototype, {
  load() {},
  require() {},
  _compile() {},
  isPreloading() {},
});

function refused(name) {
  const made = {
    [name]() {
      throw methodNotImplemented(`module.${name} method`);
    },
  }[name];
  return made;
}

const exported = {
  register: refused("register"),
  constants: ObjectFreeze({
    __proto__: null,
    compileCacheStatus: ObjectFreeze({ __proto__: null, FAILED: 0, ENABLED: 1, ALREADY_ENABLED: 2, DISABLED: 3 }),
  }),
  enableCompileCache() {},
  findPackageJSON: refused("findPackageJSON"),
  flushCompileCache() {},
  getCompileCacheDir() {},
  stripTypeScriptTypes: refused("stripTypeScriptTypes"),
  findSourceMap: refused("findSourceMap"),
  SourceMap: function SourceMap() {
    throw methodNotImplemented("module.SourceMap method");
  },
  getSourceMapsSupport() {
    return { enabled: false, nodeModules: false, generatedCode: false };
  },
  setSourceMapsSupport: refused("setSourceMapsSupport"),
  createRequire,
  builtinModules,
  globalPaths: [],
  isBuiltin,
  runMain: refused("runMain"),
  syncBuiltinESMExports: refused("syncBuiltinESMExports"),
  wrap: refused("wrap"),
  _cache: ObjectCreate(null),
  _debug: refused("_debug"),
  _extensions: { __proto__: null, ".js": refused("_extensions"), ".json": refused("_extensions"), ".node": refused("_extensions") },
  _findPath: refused("_findPath"),
  _initPaths: refused("_initPaths"),
  _load: refused("_load"),
  _pathCache: ObjectCreate(null),
  _preloadModules: refused("_preloadModules"),
  _resolveFilename: refused("_resolveFilename"),
  _resolveLookupPaths: refused("_resolveLookupPaths"),
  _nodeModulePaths: refused("_nodeModulePaths"),
  Module,
  registerHooks: refused("registerHooks"),
};
ObjectAssign(Module, exported);

return { ...exported, default: Module };
})();
