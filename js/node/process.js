// `node:process` and the global `process`.
//
// Owns what workerd says of a process that a Worker does not have: fixed answers, `env`, and events that only user code
// emits. It must not know the real process.

(function () {
const { core, primordials } = __bootstrap;
const { op_console, op_isolate_abort, op_node_builtin } = core.ops;
const {
  ArrayIsArray,
  BigInt,
  DateNow,
  Error,
  FunctionPrototypeCall,
  JSONStringify,
  MathFloor,
  ObjectAssign,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectFreeze,
  ObjectGetPrototypeOf,
  ObjectKeys,
  ObjectPrototype,
  Proxy,
  ReflectApply,
  ReflectDefineProperty,
  ReflectSet,
  Set,
  StringPrototypeSlice,
  StringPrototypeSplit,
  StringPrototypeStartsWith,
  StringPrototypeToLowerCase,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { EventEmitter } = core.loadExtScript("ext:denizen/node/events.js");
const assert = core.loadExtScript("ext:denizen/node/assert.js").default;
const { queueMicrotask } = core.loadExtScript("ext:denizen/worker/report.js");
const {
  invalidArgType, methodNotImplemented, validateString,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { ownBindings } = core.loadExtScript("ext:denizen/worker/workers.js");

const VERSION = "22.23.4";
let folder = "/bundle";

function fixed(name, value) {
  return { [name]: () => value }[name];
}

function refused(name) {
  return {
    [name]() {
      throw methodNotImplemented(`process.${name} method`);
    },
  }[name];
}

function forbidden(name) {
  return {
    [name](id) {
      const error = new Error("operation not permitted");
      error.code = "EPERM";
      error.name = "Error";
      error.syscall = name;
      error.errno = 1;
      error.path = "";
      throw error;
    },
  }[name];
}

function named(fn, name, length) {
  ObjectDefineProperty(fn, "name", { __proto__: null, value: name, configurable: true });
  if (length !== undefined) ObjectDefineProperty(fn, "length", { __proto__: null, value: length, configurable: true });
  return fn;
}

// Values of `env` are texts, whatever they were set to.
function makeEnv() {
  const target = {};
  const bindings = changed.nodejs_compat_populate_process_env ? undefined : ownBindings();
  if (bindings !== undefined && bindings !== null) {
    const keys = ObjectKeys(bindings);
    for (let i = 0; i < keys.length; i++) {
      const value = bindings[keys[i]];
      if (typeof value === "string") target[keys[i]] = value;
      else if (value !== null && typeof value === "object" && ObjectGetPrototypeOf(value) === ObjectPrototype) {
        target[keys[i]] = JSONStringify(value);
      }
    }
  }
  const textOf = (value) => {
    if (typeof value === "symbol") throw new TypeError("Cannot convert a symbol value to a string");
    return `${value}`;
  };
  return new Proxy(target, {
    __proto__: null,
    set(object, key, value) {
      return ReflectSet(object, textOf(key), textOf(value));
    },
    defineProperty(object, key, descriptor) {
      if ("value" in descriptor) descriptor = { ...descriptor, value: textOf(descriptor.value) };
      return ReflectDefineProperty(object, textOf(key), descriptor);
    },
  });
}

const began = DateNow();

function hrtime(previous) {
  if (previous !== undefined && !ArrayIsArray(previous)) throw invalidArgType("time", "tuple of integers", previous);
  const now = DateNow();
  let seconds = MathFloor(now / 1000);
  let nanoseconds = (now % 1000) * 1000000;
  if (previous !== undefined) {
    seconds -= previous[0];
    nanoseconds -= previous[1];
    if (nanoseconds < 0) {
      seconds--;
      nanoseconds += 1000000000;
    }
  }
  return [seconds, nanoseconds];
}
ObjectAssign(hrtime, { bigint: named(() => BigInt(DateNow()) * 1000000n, "bigint") });

function nextTick(callback, ...args) {
  if (typeof callback === "function") {
    queueMicrotask(() => {
      ReflectApply(callback, undefined, args);
    });
  }
}

function emitWarning(warning, typeOrOptions, code, constructor) {
  let type = typeOrOptions;
  let detail;
  if (type !== null && typeof type === "object") {
    detail = type.detail;
    code = type.code;
    type = type.type;
  }
  if (typeof warning === "string") {
    const made = new Error(warning);
    made.name = typeof type === "string" ? type : "Warning";
    if (code !== undefined) made.code = code;
    if (detail !== undefined) made.detail = detail;
    warning = made;
  } else if (!(warning instanceof Error)) {
    throw invalidArgType("warning", "string or Error", warning);
  }
  queueMicrotask(() => {
    process.emit("warning", warning);
  });
}

function cwd() {
  return folder;
}

function chdir(directory) {
  validateString(directory, "directory");
  const path = core.loadExtScript("ext:denizen/node/path.js").posix.default;
  const wanted = path.resolve(folder, directory);
  if (wanted !== "/" && wanted !== "/bundle" && wanted !== "/tmp" && wanted !== "/dev") {
    const error = new Error(`no such file or directory, chdir '${StringPrototypeStartsWith(directory, "/") ? StringPrototypeSlice(directory, 1) : directory}'`);
    error.syscall = "chdir";
    error.code = "ENOENT";
    error.path = "";
    throw error;
  }
  folder = wanted;
}

function exit(code) {
  op_isolate_abort(`process.exit(${code ?? ""}) was called.`);
}

function getBuiltinModule(id) {
  const script = op_node_builtin(`${id}`);
  return script === null || script === undefined ? undefined : core.loadExtScript(script).default;
}

// The standard streams: what is written becomes lines of the Worker's log.
function standardStream(fd, level) {
  let made;
  return () => {
    if (made !== undefined) return made;
    const { Writable, Readable } = core.loadExtScript("ext:denizen/node/stream.js");
    let rest = "";
    if (fd === 0) {
      made = new Readable({ __proto__: null, read() { this.push(null); } });
    } else {
      made = new Writable({
        __proto__: null,
        decodeStrings: false,
        write(chunk, encoding, done) {
          rest += typeof chunk === "string" ? chunk : `${chunk}`;
          const lines = StringPrototypeSplit(rest, "\n");
          rest = lines[lines.length - 1];
          for (let i = 0; i < lines.length - 1; i++) op_console(level, lines[i]);
          done();
        },
      });
    }
    made.fd = fd;
    return made;
  };
}

const process = ObjectCreate(EventEmitter.prototype);
const lazy = (name, make) => ObjectDefineProperty(process, name, { __proto__: null, get: make, configurable: true, enumerable: true });

ObjectAssign(process, {
  assert: named((...args) => ReflectApply(assert, undefined, args), "bound assert", 2),
  version: `v${VERSION}`,
  versions: ObjectFreeze({
    __proto__: null, node: VERSION, v8: "", modules: "", zlib: "", brotli: "", zstd: "", ares: "", napi: "", llhttp: "", nghttp2: "",
    acorn: "", ada: "", simdutf: "", nbytes: "", ncrypto: "", uvwasi: "", uv: "", openssl: "", sqlite: "", icu: "", undici: "",
    simdjson: "", unicode: "", cldr: "", tz: "", cjs_module_lexer: "", amaro: "", merve: "",
  }),
  title: "workerd",
  argv: ["workerd"],
  argv0: "workerd",
  execArgv: [],
  arch: "x64",
  platform: "linux",
  config: { target_defaults: { default_configuration: "Release" }, variables: {} },
  pid: 1,
  ppid: 0,
  getegid: fixed("getegid", 0),
  getgid: fixed("getgid", 0),
  getgroups: named(() => [0], "getgroups"),
  geteuid: fixed("geteuid", 0),
  getuid: fixed("getuid", 0),
  setegid: forbidden("setegid"),
  setgid: forbidden("setgid"),
  setgroups: forbidden("setgroups"),
  seteuid: forbidden("seteuid"),
  setuid: forbidden("setuid"),
  initgroups: named(forbidden("initgroups"), "initgroups", 2),
  setSourceMapsEnabled(enabled, options) {},
  getSourceMapsSupport() {
    return { __proto__: null, enabled: false, nodeModules: false, generatedCode: false };
  },
  nextTick,
  emitWarning,
  env: makeEnv(),
  exit,
  abort: named(() => exit(1), "abort", 0),
  getBuiltinModule,
  features: ObjectFreeze({
    __proto__: null, cached_builtins: true, debug: false, inspector: false, ipv6: true, openssl_is_boringssl: true, require_module: false,
    tls: true, tls_alpn: true, tls_ocsp: true, tls_sni: true, typescript: false, uv: true,
  }),
  allowedNodeEnvironmentFlags: new Set(),
  kill: named(refused("kill"), "kill", 2),
  ref() {},
  unref() {},
  chdir,
  cwd: named(cwd, "bound getCwd", 0),
  umask: named(() => 18, "umask", 1),
  hrtime,
  uptime() {
    return MathFloor((DateNow() - began) / 1000);
  },
  loadEnvFile() {
    const error = new Error("no such file or directory, readAll '/bundle/.env'");
    error.syscall = "readAll";
    error.code = "ENOENT";
    error.path = "/bundle/.env";
    throw error;
  },
  exitCode: undefined,
  channel: null,
  connected: false,
  binding: named(refused("binding"), "binding", 1),
  debugPort: 0,
  dlopen: named(refused("dlopen"), "dlopen", 3),
  finalization: {
    register(ref, callback) {},
    registerBeforeExit(ref, callback) {},
    unregister(ref) {},
  },
  getActiveResourcesInfo: refused("getActiveResourcesInfo"),
  setUncaughtExceptionCaptureCallback: named(refused("setUncaughtExceptionCaptureCallback"), "setUncaughtExceptionCaptureCallback", 1),
  hasUncaughtExceptionCaptureCallback: refused("hasUncaughtExceptionCaptureCallback"),
  memoryUsage: ObjectAssign(named(() => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }), "memoryUsage"), { rss: fixed("rss", 0) }),
  noDeprecation: false,
  permission: { has: fixed("has", true) },
  release: ObjectFreeze({ __proto__: null, name: "node", lts: true, sourceUrl: "", headersUrl: "" }),
  report: {
    compact: false, directory: "", filename: "", getReport: refused("report.getReport"), reportOnFatalError: false, reportOnSignal: false,
    reportOnUncaughtException: false, excludeNetwork: false, excludeEnv: false, signal: "SIGUSR2", writeReport: refused("report.writeReport"),
  },
  resourceUsage() {
    return {
      userCPUTime: 0, systemCPUTime: 0, maxRSS: 0, sharedMemorySize: 0, unsharedDataSize: 0, unsharedStackSize: 0, minorPageFault: 0,
      majorPageFault: 0, swappedOut: 0, fsRead: 0, fsWrite: 0, ipcSent: 0, ipcReceived: 0, signalsCount: 0, voluntaryContextSwitches: 0,
      involuntaryContextSwitches: 0,
    };
  },
  send: named(() => false, "send", 2),
  traceDeprecation: false,
  throwDeprecation: false,
  sourceMapsEnabled: false,
  threadCpuUsage: refused("threadCpuUsage"),
  cpuUsage: named(refused("cpuUsage"), "cpuUsage", 1),
  execPath: "",
  constrainedMemory: fixed("constrainedMemory", 0),
  availableMemory: fixed("availableMemory", 0),
  execve: named(refused("execve"), "execve", 3),
  openStdin() {
    return process.stdin;
  },
  _rawDebug() {},
  moduleLoadList: [],
  _linkedBinding: named(refused("_linkedBinding"), "_linkedBinding", 1),
  domain: null,
  _exiting: false,
  _getActiveRequests: named(() => [], "_getActiveRequests"),
  _getActiveHandles: named(() => [], "_getActiveHandles"),
  reallyExit(code) {
    exit(code);
  },
  _kill: named(refused("_kill"), "_kill", 2),
  _fatalException: named(() => false, "_fatalException", 1),
  _tickCallback() {},
  _debugProcess(pid) {},
  _debugEnd() {},
  _startProfilerIdleNotifier() {},
  _stopProfilerIdleNotifier() {},
  _preload_modules: [],
  _disconnect: undefined,
  _handleQueue: undefined,
  _pendingMessage: undefined,
  _channel: undefined,
  _send: undefined,
});
FunctionPrototypeCall(EventEmitter, process);
lazy("stdin", standardStream(0));
lazy("stdout", standardStream(1, "log"));
lazy("stderr", standardStream(2, "error"));
ObjectDefineProperty(process, SymbolToStringTag, { __proto__: null, value: "process", configurable: true, writable: true });

// Who listens here for what nobody handled listens to the global scope, from the first listener on.
const bridged = { __proto__: null };
process.on("newListener", (name) => {
  if ((name !== "unhandledRejection" && name !== "rejectionHandled") || bridged[name]) return;
  bridged[name] = true;
  globalThis.addEventListener(StringPrototypeToLowerCase(name), (event) => {
    if (name === "unhandledRejection") process.emit(name, event.reason, event.promise);
    else process.emit(name, event.promise);
  });
});

if (changed.enable_nodejs_process_v2) {
  const { nextTick, env, exit, getBuiltinModule, platform, features } = process;
  return { default: { nextTick, env, exit, getBuiltinModule, platform, features } };
}
return { default: process };
})();
