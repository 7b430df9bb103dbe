// Worker Loader: `env.LOADER`.
//
// Owns the checks of a WorkerCode object and when its callback runs. It must not know isolates.

(function () {
const { core, primordials } = __bootstrap;
const {
  op_loader_class,
  op_loader_entrypoint,
  op_loader_fail,
  op_loader_get,
  op_loader_is_wasm,
  op_loader_provide,
  op_timer_set,
  op_console,
} = core.ops;
const {
  ArrayBufferIsView,
  ArrayIsArray,
  ArrayPrototypeFilter,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  Error,
  JSONStringify,
  ObjectDefineProperty,
  ObjectKeys,
  PromisePrototypeThen,
  RegExpPrototypeTest,
  SafeRegExp,
  StringPrototypeEndsWith,
  StringPrototypeIsWellFormed,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  SymbolToStringTag,
  TypeError,
  Uint8Array,
} = primordials;
const { givenBy, isObject, limitsOf, propsOf } = core.loadExtScript("ext:denizen/rpc/options.js");
const { fetcherOf } = core.loadExtScript("ext:denizen/rpc/stub.js");
const { errorParts } = core.loadExtScript("ext:denizen/rpc/errors.js");
const { illegalInvocation, wrongParameter } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { standIn } = core.loadExtScript("ext:denizen/bootstrap/shape.js");

const KINDS = ["js", "cjs", "text", "data", "json", "py", "wasm"];
const KNOWN = {
  __proto__: null,
  compatibilityDate: true, compatibilityFlags: true, allowExperimental: true, mainModule: true, modules: true, env: true,
  globalOutbound: true, tails: true, streamingTails: true, limits: true,
};
const DATE = new SafeRegExp("^2\\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$");
// The newest date that the workerd knows whose behaviour this is.
const NEWEST_DATE = "2026-11-24";
const TYPESCRIPT =
  " If you're trying to load TypeScript, bundle it first with '@cloudflare/worker-bundler' and pass the generated JavaScript modules.";

function isArray(value) {
  return ArrayIsArray(value) && !core.isProxy(value);
}

// A module of a bundle, as three items of `flat`. Any value that is no object is the text of one.
function readModule(name, value, main, flat) {
  let kind;
  let content;
  if (value !== undefined && value !== null && !isObject(value)) {
    content = `${value}`;
    if (!StringPrototypeEndsWith(name, ".js") && !StringPrototypeEndsWith(name, ".py")) {
      const typescript = StringPrototypeEndsWith(name, ".ts") || StringPrototypeEndsWith(name, ".tsx") || StringPrototypeEndsWith(name, ".jsx");
      throw new TypeError(
        `Module name must end with '.js' or '.py' (or the content must be an object indicating the type explicitly). Got: ${name}${typescript ? "." + TYPESCRIPT : ""}`,
      );
    }
    kind = StringPrototypeEndsWith(name, ".py") ? "py" : "js";
  } else if (op_loader_is_wasm(value)) {
    kind = "wasm";
    content = value;
  } else {
    const keys = value === null || typeof value !== "object" ? [] : ArrayPrototypeFilter(KINDS, (key) => value[key] !== undefined);
    if (keys.length !== 1) {
      throw new TypeError(
        `Each module must contain exactly one of 'js', 'cjs', 'text', 'data', 'json', 'py', or 'wasm'. Module '${name}' contained ${keys.length} properties.`,
      );
    }
    kind = keys[0];
    content = value[kind];
  }
  if (kind === "py") {
    if (name !== main) {
      throw new TypeError(`Module "${name}" is a Python module, but the main module isn't a Python module.`);
    }
    throw new Error(`Module '${name}' is a Python module. denizen does not run Python.`);
  }
  if (kind === "data" || kind === "wasm") {
    if (ArrayBufferIsView(content)) {
      content = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
    } else if (core.isArrayBuffer(content)) {
      content = new Uint8Array(content);
    } else if (kind === "data" || !op_loader_is_wasm(content)) {
      throw wrongField(kind, "Module", kind === "data" ? "Array" : "Array or WasmModuleObject");
    }
  } else if (kind === "json") {
    content = `${JSONStringify(content)}`;
  } else {
    content = `${content}`;
  }
  ArrayPrototypePush(flat, name, kind, content);
}

function wrongField(field, owner, type) {
  return new TypeError(`Incorrect type for the '${field}' field on '${owner}': the provided value is not of type '${type}'.`);
}

// The fields of WorkerCode, each read once and in workerd's order.
function readCode(code) {
  const compatibilityDate = `${code.compatibilityDate}`;
  const compatibilityFlags = readFlags(code.compatibilityFlags);
  const { allowExperimental } = code;
  const limits = limitsOf(code, "WorkerCode");
  const mainModule = `${code.mainModule}`;
  const { modules } = code;
  if (!isObject(modules) || ArrayIsArray(modules)) {
    throw wrongField("modules", "WorkerCode", "object");
  }
  const { env } = code;
  if (env !== undefined && !isObject(env)) {
    throw wrongField("env", "WorkerCode", "Object");
  }
  return {
    __proto__: null,
    compatibilityDate,
    compatibilityFlags,
    allowExperimental,
    limits,
    mainModule,
    modules,
    env,
    globalOutbound: readOutbound(code.globalOutbound),
    tails: readTails(code.tails, "tails"),
    streamingTails: readTails(code.streamingTails, "streamingTails"),
  };
}

function readFlags(given) {
  const flags = [];
  if (given !== undefined) {
    if (!isArray(given)) {
      throw wrongField("compatibilityFlags", "WorkerCode", "Array");
    }
    for (let i = 0; i < given.length; i++) {
      ArrayPrototypePush(flags, `${given[i]}`);
    }
  }
  return flags;
}

function readOutbound(given) {
  if (given === undefined || given === null) {
    return given;
  }
  const fetcher = fetcherOf(given);
  if (fetcher === undefined) {
    throw wrongField("globalOutbound", "WorkerCode", "Fetcher");
  }
  return fetcher;
}

function readTails(given, field) {
  if (given === undefined) {
    return undefined;
  }
  if (!isArray(given)) {
    throw wrongField(field, "WorkerCode", "Array");
  }
  const tails = [];
  for (let i = 0; i < given.length; i++) {
    const fetcher = fetcherOf(given[i]);
    if (fetcher === undefined) {
      throw new TypeError(`Incorrect type for array element ${i}: the provided value is not of type 'Fetcher'.`);
    }
    ArrayPrototypePush(tails, fetcher);
  }
  return tails;
}

function requireDate(date) {
  if (!RegExpPrototypeTest(DATE, date)) {
    throw new Error(`Invalid compatibility date: ${date}`);
  }
  if (date > NEWEST_DATE) {
    throw new Error(
      `This Worker requires compatibility date "${date}", but the newest date supported by this server binary is "${NEWEST_DATE}".`,
    );
  }
}

function provide(handle, code) {
  if (!isObject(code)) {
    throw new TypeError("Incorrect type for Promise: the Promise did not resolve to 'WorkerCode'.");
  }
  const unknown = ArrayPrototypeFilter(ObjectKeys(code), (key) => KNOWN[key] !== true);
  if (unknown.length > 0) {
    op_console("warn", `Worker Loader: unknown WorkerCode keys are ignored: ${ArrayPrototypeJoin(unknown, ", ")}`);
  }
  const { compatibilityDate, compatibilityFlags, allowExperimental, limits, mainModule, modules, env, globalOutbound, tails, streamingTails } =
    readCode(code);
  const names = ObjectKeys(modules);
  if (names.length === 0) {
    throw new TypeError("Dynamic Worker code must contain at least one module.");
  }
  const main = StringPrototypeStartsWith(mainModule, "./") ? StringPrototypeSlice(mainModule, 2) : mainModule;
  const flat = [];
  for (let i = 0; i < names.length; i++) {
    readModule(names[i], modules[names[i]], main, flat);
  }
  if (allowExperimental) {
    throw new Error("'allowExperimental' is only allowed when the calling worker has the 'experimental' compat flag set.");
  }
  requireDate(compatibilityDate);
  if (streamingTails !== undefined) {
    throw new Error(
      "Streaming tail workers are experimental. You must pass the option 'allowExperimental: true' to the worker loader to use them",
    );
  }
  op_loader_provide(
    handle,
    main,
    compatibilityDate,
    compatibilityFlags,
    flat,
    env ?? {},
    globalOutbound,
    tails ?? [],
    limits.cpuMs,
    limits.subRequests,
    limits.wallMs,
  );
}

const { own } = core.loadExtScript("ext:denizen/actor/values.js");

let workerOf;

class WorkerStub {
  #handle;
  static {
    workerOf = (value) => {
      if (!isObject(value) || !(#handle in value)) {
        throw illegalInvocation();
      }
      return value.#handle;
    };
  }
  constructor(handle) {
    this.#handle = handle;
  }
  getEntrypoint(name = undefined, options = undefined) {
    return made(op_loader_entrypoint, workerOf(this), name, options, "getEntrypoint");
  }
  getDurableObjectClass(name = undefined, options = undefined) {
    return made(op_loader_class, workerOf(this), name, options, "getDurableObjectClass");
  }
}
function made(op, handle, name, options, method) {
  const entrypoint = entryName(name);
  if (options !== undefined && options !== null && !isObject(options)) {
    throw wrongParameter("WorkerStub", method, 2, "EntrypointOptions");
  }
  const props = propsOf(options, "EntrypointOptions");
  const limits = limitsOf(options, "EntrypointOptions");
  return op(handle, entrypoint, props, limits.cpuMs, limits.subRequests, limits.wallMs);
}
function entryName(name) {
  const text = name === undefined || name === null ? "default" : `${name}`;
  return text === "default" ? undefined : text;
}
ObjectDefineProperty(WorkerStub.prototype, SymbolToStringTag, { __proto__: null, value: "WorkerStub", configurable: true });

let loaderOf;

class WorkerLoader {
  #handle;
  static {
    loaderOf = (value) => {
      if (!isObject(value) || !(#handle in value)) {
        throw illegalInvocation();
      }
      return value.#handle;
    };
  }
  constructor(handle) {
    this.#handle = handle;
  }
  get(name, getCode) {
    const loader = loaderOf(this);
    if (arguments.length === 0) {
      throw wrongParameter("WorkerLoader", "get", 1, "string");
    }
    const text = name === null || name === undefined ? undefined : `${name}`;
    if (typeof getCode !== "function") {
      throw wrongParameter("WorkerLoader", "get", 2, "function");
    }
    // They are kept in UTF-8, in which names that it cannot write would all be one.
    if (text !== undefined && !StringPrototypeIsWellFormed(text)) {
      throw new TypeError("The name of a dynamic Worker must not contain lone surrogates.");
    }
    // An op's array is indexed, never destructured: user code may have replaced the iterator of arrays.
    const found = op_loader_get(loader, text);
    const handle = found[0];
    if (found[1]) {
      // The callback runs in a turn of its own, after the code that asked, whether or not the stub is used.
      op_timer_set(() => load(handle, getCode), 0, false);
    }
    return new WorkerStub(handle);
  }
  load(code) {
    const loader = loaderOf(this);
    if (!isObject(code)) {
      throw wrongParameter("WorkerLoader", "load", 1, "WorkerCode");
    }
    const handle = op_loader_get(loader, undefined)[0];
    // At once: what the caller changes later is none of the Worker's.
    try {
      provide(handle, code);
    } catch (error) {
      op_loader_fail(handle, errorParts(error));
      throw error;
    }
    return new WorkerStub(handle);
  }
}
ObjectDefineProperty(WorkerLoader.prototype, SymbolToStringTag, { __proto__: null, value: "WorkerLoader", configurable: true });

function load(handle, getCode) {
  // A refusal is what every use of the Worker gives.
  const fail = (error) => op_loader_fail(handle, errorParts(error));
  PromisePrototypeThen(givenBy(getCode, requirePromise), ({ given: code }) => {
    try {
      provide(handle, code);
    } catch (error) {
      fail(error);
    }
  }, fail);
}
function requirePromise(given) {
  if (!isObject(given)) {
    throw new TypeError("Callback returned incorrect type; expected 'Promise'");
  }
}

own(WorkerLoader);
own(WorkerStub);
standIn(WorkerLoader);
standIn(WorkerStub);

function newLoader(handle) {
  return new WorkerLoader(handle);
}

return { newLoader };
})();
