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
  ArrayPrototypeMap,
  ArrayPrototypePush,
  Error,
  JSONStringify,
  ObjectDefineProperty,
  ObjectKeys,
  PromisePrototypeThen,
  PromiseResolve,
  RegExpPrototypeTest,
  SafeRegExp,
  String,
  StringPrototypeEndsWith,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  SymbolToStringTag,
  TypeError,
  Uint8Array,
} = primordials;
const { isObject, limitsOf, propsOf } = core.loadExtScript("ext:denizen/rpc/options.js");
const { fetcherOf } = core.loadExtScript("ext:denizen/rpc/stub.js");
const { errorParts } = core.loadExtScript("ext:denizen/rpc/errors.js");

const KINDS = ["js", "cjs", "text", "data", "json", "py", "wasm"];
const KNOWN = {
  __proto__: null,
  compatibilityDate: true, compatibilityFlags: true, allowExperimental: true, mainModule: true, modules: true, env: true,
  globalOutbound: true, tails: true, streamingTails: true, limits: true,
};
const DATE = new SafeRegExp("^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$");
const TYPESCRIPT =
  " If you're trying to load TypeScript, bundle it first with '@cloudflare/worker-bundler' and pass the generated JavaScript modules.";

function readModule(name, value, main, flat) {
  let kind;
  let content;
  if (typeof value === "string") {
    if (!StringPrototypeEndsWith(name, ".js") && !StringPrototypeEndsWith(name, ".py")) {
      const typescript = StringPrototypeEndsWith(name, ".ts") || StringPrototypeEndsWith(name, ".tsx") || StringPrototypeEndsWith(name, ".jsx");
      throw new TypeError(
        `Module name must end with '.js' or '.py' (or the content must be an object indicating the type explicitly). Got: ${name}${typescript ? "." + TYPESCRIPT : ""}`,
      );
    }
    kind = StringPrototypeEndsWith(name, ".py") ? "py" : "js";
    content = value;
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
    content = String(JSONStringify(content));
  } else {
    content = String(content);
  }
  ArrayPrototypePush(flat, name, kind, content);
}

function wrongField(field, owner, type) {
  return new TypeError(`Incorrect type for the '${field}' field on '${owner}': the provided value is not of type '${type}'.`);
}

// The fields of WorkerCode whose types can be told without looking into them.
function checkTypes(code) {
  const { compatibilityFlags, modules, env, globalOutbound, tails, limits } = code;
  if (compatibilityFlags !== undefined && !ArrayIsArray(compatibilityFlags)) {
    throw wrongField("compatibilityFlags", "WorkerCode", "Array");
  }
  if (!isObject(modules) || ArrayIsArray(modules)) {
    throw wrongField("modules", "WorkerCode", "object");
  }
  if (env !== undefined && !isObject(env)) {
    throw wrongField("env", "WorkerCode", "Object");
  }
  if (globalOutbound !== undefined && globalOutbound !== null && fetcherOf(globalOutbound) === undefined) {
    throw wrongField("globalOutbound", "WorkerCode", "Fetcher");
  }
  if (tails !== undefined) {
    if (!ArrayIsArray(tails)) {
      throw wrongField("tails", "WorkerCode", "Array");
    }
    for (let i = 0; i < tails.length; i++) {
      if (fetcherOf(tails[i]) === undefined) {
        throw new TypeError(`Incorrect type for array element ${i}: the provided value is not of type 'Fetcher'.`);
      }
    }
  }
  if (limits !== undefined && limits !== null && !isObject(limits)) {
    throw wrongField("limits", "WorkerCode", "ResourceLimits");
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
  checkTypes(code);
  const { compatibilityDate, compatibilityFlags, mainModule, modules, env, globalOutbound, tails, streamingTails, allowExperimental } = code;
  if (typeof compatibilityDate !== "string") {
    throw new Error(`Invalid compatibility date: ${compatibilityDate}`);
  }
  if (!RegExpPrototypeTest(DATE, compatibilityDate)) {
    throw new Error(`Invalid compatibility date: ${compatibilityDate}`);
  }
  if (allowExperimental) {
    throw new Error("'allowExperimental' is only allowed when the calling worker has the 'experimental' compat flag set.");
  }
  if (streamingTails !== undefined) {
    throw new Error(
      "Streaming tail workers are experimental. You must pass the option 'allowExperimental: true' to the worker loader to use them",
    );
  }
  const names = ObjectKeys(modules ?? {});
  if (names.length === 0) {
    throw new TypeError("Dynamic Worker code must contain at least one module.");
  }
  let main = String(mainModule);
  if (StringPrototypeStartsWith(main, "./")) {
    main = StringPrototypeSlice(main, 2);
  }
  const flat = [];
  for (let i = 0; i < names.length; i++) {
    readModule(names[i], modules[names[i]], main, flat);
  }
  const limits = limitsOf(code, "WorkerCode");
  op_loader_provide(
    handle,
    main,
    compatibilityDate,
    compatibilityFlags ?? [],
    flat,
    { ...env },
    globalOutbound === undefined || globalOutbound === null ? globalOutbound : fetcherOf(globalOutbound),
    tails === undefined ? [] : ArrayPrototypeMap(tails, fetcherOf),
    limits.cpuMs,
    limits.subRequests,
    limits.wallMs,
  );
}

const { own } = core.loadExtScript("ext:denizen/actor/values.js");

let allowed = false;

class WorkerStub {
  #handle;
  constructor(handle) {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
    this.#handle = handle;
  }
  getEntrypoint(name = undefined, options = undefined) {
    return made(op_loader_entrypoint, this.#handle, name, checked(options, "getEntrypoint"));
  }
  getDurableObjectClass(name = undefined, options = undefined) {
    return made(op_loader_class, this.#handle, name, checked(options, "getDurableObjectClass"));
  }
}
function made(op, handle, name, options) {
  const props = propsOf(options, "EntrypointOptions");
  const limits = limitsOf(options, "EntrypointOptions");
  return op(handle, entryName(name), props, limits.cpuMs, limits.subRequests, limits.wallMs);
}
function checked(options, method) {
  if (options !== undefined && options !== null && !isObject(options)) {
    throw new TypeError(`Failed to execute '${method}' on 'WorkerStub': parameter 2 is not of type 'EntrypointOptions'.`);
  }
  return options;
}
function entryName(name) {
  return name === undefined || name === null || name === "default" ? undefined : String(name);
}
ObjectDefineProperty(WorkerStub.prototype, SymbolToStringTag, { __proto__: null, value: "WorkerStub", configurable: true });

class WorkerLoader {
  #handle;
  constructor(handle) {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
    this.#handle = handle;
  }
  get(name, getCode) {
    if (typeof getCode !== "function") {
      throw new TypeError("Failed to execute 'get' on 'WorkerLoader': parameter 2 is not of type 'function'.");
    }
    // An op's array is indexed, never destructured: user code may have replaced the iterator of arrays.
    const found = op_loader_get(this.#handle, name === null || name === undefined ? undefined : String(name));
    const handle = found[0];
    if (found[1]) {
      // The callback runs in a turn of its own, after the code that asked, whether or not the stub is used.
      op_timer_set(() => load(handle, getCode), 0, false);
    }
    return make(WorkerStub, handle);
  }
  load(code) {
    const loader = this.#handle;
    if (!isObject(code)) {
      throw new TypeError("Failed to execute 'load' on 'WorkerLoader': parameter 1 is not of type 'WorkerCode'.");
    }
    const handle = op_loader_get(loader, undefined)[0];
    // At once: what the caller changes later is none of the Worker's.
    provideOrFail(handle, code);
    return make(WorkerStub, handle);
  }
}
ObjectDefineProperty(WorkerLoader.prototype, SymbolToStringTag, { __proto__: null, value: "WorkerLoader", configurable: true });

function load(handle, getCode) {
  const code = PromisePrototypeThen(PromiseResolve(undefined), () => {
    const code = getCode();
    if (!isObject(code)) {
      throw new TypeError("Callback returned incorrect type; expected 'Promise'");
    }
    return code;
  });
  PromisePrototypeThen(code, (code) => provideOrFail(handle, code), (error) => op_loader_fail(handle, errorParts(error)));
}

// A refusal is what every use of the Worker gives.
function provideOrFail(handle, code) {
  try {
    provide(handle, code);
  } catch (error) {
    op_loader_fail(handle, errorParts(error));
  }
}

function make(Class, handle) {
  allowed = true;
  try {
    return new Class(handle);
  } finally {
    allowed = false;
  }
}

own(WorkerLoader);
own(WorkerStub);

function newLoader(handle) {
  return make(WorkerLoader, handle);
}

return { newLoader };
})();
