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
  op_loader_provide,
  op_timer_set,
  op_console,
} = core.ops;
const {
  ArrayBufferIsView,
  ArrayPrototypeFilter,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  Error,
  JSONStringify,
  Number,
  ObjectDefineProperty,
  ObjectHasOwn,
  ObjectKeys,
  PromisePrototypeThen,
  PromiseResolve,
  RegExpPrototypeTest,
  SafeRegExp,
  String,
  StringPrototypeEndsWith,
  SymbolToStringTag,
  TypeError,
  Uint8Array,
} = primordials;
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

function readModule(name, value, flat) {
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
    throw new Error(`Module '${name}' is a Python module. denizen does not run Python.`);
  }
  if (kind === "data" || kind === "wasm") {
    if (ArrayBufferIsView(content)) {
      content = new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
    } else if (core.isArrayBuffer(content)) {
      content = new Uint8Array(content);
    } else {
      throw new TypeError(`Module '${name}': '${kind}' must be an ArrayBuffer or a view of one.`);
    }
  } else if (kind === "json") {
    content = String(JSONStringify(content));
  } else {
    content = String(content);
  }
  ArrayPrototypePush(flat, name, kind, content);
}

function provide(handle, code) {
  if (code === null || typeof code !== "object") {
    throw new TypeError("Incorrect type for Promise: the Promise did not resolve to 'WorkerCode'.");
  }
  const unknown = ArrayPrototypeFilter(ObjectKeys(code), (key) => KNOWN[key] !== true);
  if (unknown.length > 0) {
    op_console("warn", `Worker Loader: unknown WorkerCode keys are ignored: ${ArrayPrototypeJoin(unknown, ", ")}`);
  }
  const { compatibilityDate, compatibilityFlags, mainModule, modules, env, globalOutbound, limits, tails, streamingTails, allowExperimental } = code;
  if (typeof compatibilityDate !== "string") {
    throw new Error(`Invalid compatibility date: ${compatibilityDate}`);
  }
  if (!RegExpPrototypeTest(DATE, compatibilityDate)) {
    throw new Error(`Invalid compatibility date: ${compatibilityDate}`);
  }
  if (allowExperimental) {
    throw new Error("'allowExperimental' is only allowed when the calling worker has the 'experimental' compat flag set.");
  }
  if ((tails !== undefined && tails.length > 0) || (streamingTails !== undefined && streamingTails.length > 0)) {
    throw new Error("WorkerCode: 'tails' are not supported by this version of denizen.");
  }
  const names = ObjectKeys(modules ?? {});
  if (names.length === 0) {
    throw new TypeError("Dynamic Worker code must contain at least one module.");
  }
  const main = String(mainModule);
  if (!ObjectHasOwn(modules, main)) {
    throw new TypeError("Main module name is not present in bundle.");
  }
  const flat = [];
  for (let i = 0; i < names.length; i++) {
    readModule(names[i], modules[names[i]], flat);
  }
  op_loader_provide(
    handle,
    main,
    compatibilityDate,
    compatibilityFlags ?? [],
    flat,
    env ?? {},
    globalOutbound,
    Number(limits?.cpuMs ?? 0),
    Number(limits?.subRequests ?? -1),
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
    return op_loader_entrypoint(this.#handle, entryName(name), options?.props);
  }
  getDurableObjectClass(name = undefined, options = undefined) {
    return op_loader_class(this.#handle, entryName(name), options?.props);
  }
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
    return this.get(null, () => code);
  }
}
ObjectDefineProperty(WorkerLoader.prototype, SymbolToStringTag, { __proto__: null, value: "WorkerLoader", configurable: true });

function load(handle, getCode) {
  const fail = (error) => {
    const parts = errorParts(error);
    op_loader_fail(handle, parts.name, parts.message);
  };
  const code = PromisePrototypeThen(PromiseResolve(undefined), () => getCode());
  PromisePrototypeThen(code, (code) => {
    try {
      provide(handle, code);
    } catch (error) {
      fail(error);
    }
  }, fail);
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
