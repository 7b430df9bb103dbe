// `node:util`.
//
// Owns the small functions. Text of values is util/inspect.js, media types are util/mime.js.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray, ArrayPrototypePop, ArrayPrototypePush, Error, Map, MapPrototypeSet, NumberIsInteger, ObjectDefineProperties,
  ObjectDefineProperty, ObjectGetOwnPropertyDescriptors, ObjectGetPrototypeOf, ObjectKeys, ObjectSetPrototypeOf, Promise,
  PromisePrototypeThen, ReflectApply, RegExpPrototypeSymbolReplace, SafeMap, StringPrototypeIndexOf, StringPrototypeReplaceAll,
  StringPrototypeSlice, StringPrototypeSplit, StringPrototypeStartsWith, StringPrototypeToUpperCase, StringPrototypeToWellFormed,
  StringPrototypeTrim, StringPrototypeTrimEnd, StringPrototypeTrimStart, SymbolFor, Uint32Array,
} = primordials;
const {
  invalidArgType, invalidArgValue, methodNotImplemented, nodeError, outOfRange, validateAbortSignal, validateFunction, validateObject,
  validateString,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { colors, formatWithOptions: formatAll, inspect } = core.loadExtScript("ext:denizen/node/util/inspect.js");
const { MIMEParams, MIMEType } = core.loadExtScript("ext:denizen/node/util/mime.js");
const { isDeepStrictEqual } = core.loadExtScript("ext:denizen/node/assert/deep_equal.js");
const { TextDecoder, TextEncoder } = core.loadExtScript("ext:deno_web/08_text_encoding.js");
const { queueMicrotask } = core.loadExtScript("ext:denizen/worker/report.js");
const types = core.loadExtScript("ext:denizen/node/util_types.js").default;

const kCustomPromisify = SymbolFor("nodejs.util.promisify.custom");
const CONTROL = /[\u001B\u009B][[\]()#;?]*(?:(?:(?:(?:;[-a-zA-Z\d/#&.:=?%@~_]+)*|[a-zA-Z\d]+(?:;[-a-zA-Z\d/#&.:=?%@~_]*)*)?(?:\u0007|\u001B\u005C|\u009C))|(?:(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~]))/g;

function format(...args) {
  return formatAll({}, args);
}
function formatWithOptions(inspectOptions, ...args) {
  validateObject(inspectOptions, "inspectOptions");
  return formatAll(inspectOptions, args);
}

function promisify(original) {
  validateFunction(original, "original");
  const own = original[kCustomPromisify];
  const mark = (fn) => ObjectDefineProperty(fn, kCustomPromisify, { __proto__: null, value: fn, configurable: true, enumerable: false, writable: false });
  if (own) {
    validateFunction(own, "util.promisify.custom");
    return mark(own);
  }
  function fn(...args) {
    return new Promise((resolve, reject) => {
      ArrayPrototypePush(args, (error, value) => (error ? reject(error) : resolve(value)));
      ReflectApply(original, this, args);
    });
  }
  ObjectSetPrototypeOf(fn, ObjectGetPrototypeOf(original));
  mark(fn);
  return ObjectDefineProperties(fn, ObjectGetOwnPropertyDescriptors(original));
}
promisify.custom = kCustomPromisify;

function callbackify(original) {
  validateFunction(original, "original");
  function callbackified(...args) {
    const callback = ArrayPrototypePop(args);
    if (typeof callback !== "function") {
      const error = invalidArgType("last", "Function", callback);
      error.message = `The last argument must be of type function.${StringPrototypeSlice(error.message, StringPrototypeIndexOf(error.message, " Received"))}`;
      throw error;
    }
    const finish = (error, value) => queueMicrotask(() => {
      if (error === undefined) ReflectApply(callback, this, [null, value]);
      else ReflectApply(callback, this, [error]);
    });
    PromisePrototypeThen(
      ReflectApply(original, this, args),
      (value) => finish(undefined, value),
      (reason) => {
        if (reason) return finish(reason);
        const error = nodeError("ERR_FALSY_VALUE_REJECTION", "Promise was rejected with falsy value");
        error.reason = reason;
        return finish(error);
      },
    );
  }
  const descriptors = ObjectGetOwnPropertyDescriptors(original);
  if (typeof descriptors.length?.value === "number") descriptors.length.value++;
  if (typeof descriptors.name?.value === "string") descriptors.name.value += "Callbackified";
  return ObjectDefineProperties(callbackified, descriptors);
}

// Only nothing is refused as no constructor; the rest is left to what is done with it, as in workerd.
function inherits(ctor, superCtor) {
  if (ctor === undefined || ctor === null) throw invalidArgType("ctor", "Function", ctor);
  if (superCtor === undefined || superCtor === null) throw invalidArgType("superCtor", "Function", superCtor);
  if (superCtor.prototype === undefined) throw invalidArgType("superCtor.prototype", "Object", superCtor.prototype);
  ObjectDefineProperty(ctor, "super_", { __proto__: null, value: superCtor, writable: true, configurable: true });
  ObjectSetPrototypeOf(ctor.prototype, superCtor.prototype);
}

// As in workerd, nobody is warned.
function deprecate(fn, message, code, modifyPrototype) {
  return fn;
}

function debuglog(set, callback) {
  const logger = (...args) => {
    core.ops.op_console("debug", `${StringPrototypeToUpperCase(`${set}`)}: ${formatAll({}, args)}`);
  };
  ObjectDefineProperty(logger, "enabled", { __proto__: null, get: () => true, configurable: true, enumerable: true });
  return logger;
}

function stripVTControlCharacters(text) {
  validateString(text, "str");
  return RegExpPrototypeSymbolReplace(CONTROL, text, "");
}

// As in workerd, the styles are checked and the text stays plain: nobody sees a terminal.
function styleText(styles, text) {
  validateString(text, "text");
  const list = ArrayIsArray(styles) ? styles : [styles];
  for (let i = 0; i < list.length; i++) {
    if (colors[list[i]] === undefined) {
      const names = ObjectKeys(colors);
      let out = "";
      for (let j = 0; j < names.length; j++) out += `${j > 0 ? ", " : ""}'${names[j]}'`;
      throw invalidArgValue("format", list[i], `must be one of: ${out}`);
    }
  }
  return text;
}

function parseArgs() {
  throw new Error("node:util parseArgs is not implemented");
}

function parseEnv(content) {
  validateString(content, "content");
  const out = {};
  const lines = StringPrototypeSplit(content, "\n");
  for (let i = 0; i < lines.length; i++) {
    let line = lines[i];
    const text = StringPrototypeTrimStart(line);
    if (StringPrototypeStartsWith(text, "#")) continue;
    if (StringPrototypeStartsWith(text, "export ")) line = StringPrototypeSlice(text, 7);
    const middle = StringPrototypeIndexOf(line, "=");
    const key = StringPrototypeTrim(StringPrototypeSlice(line, 0, middle));
    if (middle === -1 || key === "") continue;
    let value = StringPrototypeTrimStart(StringPrototypeSlice(line, middle + 1));
    const quote = value[0];
    if (quote === '"' || quote === "'" || quote === "`") {
      // A quoted value may end on a later line; one that never ends is the rest of its own.
      let end = i;
      let whole = value;
      while (StringPrototypeIndexOf(whole, quote, 1) === -1 && end + 1 < lines.length) whole += `\n${lines[++end]}`;
      const close = StringPrototypeIndexOf(whole, quote, 1);
      if (close !== -1) {
        i = end;
        value = StringPrototypeSlice(whole, 1, close);
        if (quote === '"') value = StringPrototypeReplaceAll(value, "\\n", "\n");
      } else if (value.length > 1) {
        value = StringPrototypeSlice(value, 1);
      }
    } else {
      const comment = StringPrototypeIndexOf(value, "#");
      value = StringPrototypeTrimEnd(comment === -1 ? value : StringPrototypeSlice(value, 0, comment));
    }
    out[key] = value;
  }
  return out;
}

async function aborted(signal, resource) {
  if (signal === undefined) throw invalidArgType("signal", "AbortSignal", signal);
  validateAbortSignal(signal, "signal");
  if (resource === null || typeof resource !== "object") throw invalidArgType("resource", "Object", resource);
  if (signal.aborted) return undefined;
  return new Promise((resolve) => signal.addEventListener("abort", (event) => resolve(event), { __proto__: null, once: true }));
}

let systemErrors;
function systemErrorMap() {
  if (systemErrors === undefined) {
    systemErrors = new SafeMap();
    const { SYSTEM_ERRORS } = core.loadExtScript("ext:denizen/node/internal/system_errors.js");
    for (let i = 0; i < SYSTEM_ERRORS.length; i++) systemErrors.set(SYSTEM_ERRORS[i][0], [SYSTEM_ERRORS[i][1], SYSTEM_ERRORS[i][2]]);
  }
  return systemErrors;
}
function checkErrno(err) {
  if (typeof err !== "number") throw invalidArgType("err", "number", err);
  if (err >= 0 || !NumberIsInteger(err)) throw outOfRange("err", "a negative integer", err);
}
function getSystemErrorName(err) {
  checkErrno(err);
  return systemErrorMap().get(err)?.[0];
}
function getSystemErrorMessage(err) {
  checkErrno(err);
  return systemErrorMap().get(err)?.[1];
}
function getSystemErrorMap() {
  const out = new Map();
  systemErrorMap().forEach((value, key) => MapPrototypeSet(out, key, [value[0], value[1]]));
  return out;
}

// The shortest way from one list to another: kept (0), only in `actual` (1), only in `expected` (-1).
function diff(actual, expected) {
  const a = actual;
  const b = expected;
  if (typeof a !== "string" && !ArrayIsArray(a)) throw invalidArgType("actual", ["Array", "string"], a);
  if (typeof b !== "string" && !ArrayIsArray(b)) throw invalidArgType("expected", ["Array", "string"], b);
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const down = common[(i + 1) * width + j];
      const right = common[i * width + j + 1];
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1] + 1 : down > right ? down : right;
    }
  }
  const out = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      ArrayPrototypePush(out, [0, a[i]]);
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      ArrayPrototypePush(out, [1, a[i++]]);
    } else {
      ArrayPrototypePush(out, [-1, b[j++]]);
    }
  }
  return out;
}

function _extend(target, source) {
  if (source === null || typeof source !== "object") return target;
  const keys = ObjectKeys(source);
  for (let i = 0; i < keys.length; i++) target[keys[i]] = source[keys[i]];
  return target;
}
function _errnoException() {
  throw methodNotImplemented("_errnoException method");
}
function _exceptionWithHostPort() {
  throw methodNotImplemented("_exceptionWithHostPort method");
}
function convertProcessSignalToExitCode(signal) {
  const { signals } = core.loadExtScript("ext:denizen/node/internal/constants.js");
  const number = signals[signal];
  if (number === undefined) throw invalidArgValue("signalCode", signal, "must be a valid signal");
  return 128 + number;
}
const { callSites, FRAMES_PRESET } = core.loadExtScript("ext:denizen/node/util/call_sites.js");
const getCallSites = function () {
  return callSites(arguments[0] === undefined ? FRAMES_PRESET : arguments[0]);
};
ObjectDefineProperty(getCallSites, "name", { __proto__: null, value: "bound getCallSites", configurable: true });
const { log, toUSVString, transferableAbortController, transferableAbortSignal, setTraceSigInt } = {
  log(...args) {
    core.ops.op_console("log", formatAll({}, args));
  },
  toUSVString(text) {
    return StringPrototypeToWellFormed(`${text}`);
  },
  transferableAbortController() {
    return new (core.loadExtScript("ext:denizen/io/signals.js").AbortController)();
  },
  transferableAbortSignal(signal) {
    return signal;
  },
  setTraceSigInt(enable) {},
};

const isArray = (value) => ArrayIsArray(value);
const isBoolean = (value) => typeof value === "boolean";
const isBuffer = (value) => value instanceof core.loadExtScript("ext:denizen/node/buffer.js").Buffer;
const isDate = (value) => core.isDate(value);
const isError = (value) => core.isNativeError(value) || value instanceof Error;
const isFunction = (value) => typeof value === "function";
const isNull = (value) => value === null;
const isNullOrUndefined = (value) => value === null || value === undefined;
const isNumber = (value) => typeof value === "number";
const isObject = (value) => value !== null && typeof value === "object";
const isPrimitive = (value) => value === null || (typeof value !== "object" && typeof value !== "function");
const isRegExp = (value) => core.isRegExp(value);
const isString = (value) => typeof value === "string";
const isSymbol = (value) => typeof value === "symbol";
const isUndefined = (value) => value === undefined;

const exported = {
  _errnoException, _exceptionWithHostPort, _extend, aborted, callbackify, convertProcessSignalToExitCode, debug: debuglog, debuglog, deprecate,
  diff, format, formatWithOptions, getCallSite: getCallSites, getCallSites, getSystemErrorMap, getSystemErrorMessage, getSystemErrorName,
  inherits, inspect, isArray, isBoolean, isBuffer, isDate, isDeepStrictEqual, isError, isFunction, isNull, isNullOrUndefined, isNumber,
  isObject, isPrimitive, isRegExp, isString, isSymbol, isUndefined, log, MIMEParams, MIMEType, parseArgs, parseEnv, promisify,
  setTraceSigInt, stripVTControlCharacters, styleText, TextDecoder, TextEncoder, toUSVString, transferableAbortController,
  transferableAbortSignal, types,
};

return { ...exported, default: exported };
})();
