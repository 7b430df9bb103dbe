// `node:vm`: scripts and contexts can be made; nothing runs in them.

(function () {
const { core, primordials } = __bootstrap;
const { ArrayBufferIsView, ObjectCreate, ObjectDefineProperty, ObjectFreeze, ObjectHasOwn, Symbol } = primordials;
const {
  invalidArgType, methodNotImplemented, validateArray, validateBoolean, validateNumber, validateObject, validateOneOf, validateString,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { Buffer } = core.loadExtScript("ext:denizen/node/buffer.js");

const kContext = Symbol("vm_context_symbol");
const refused = (name) => methodNotImplemented(`${name} method`);
const optional = (check, value, name) => {
  if (value !== undefined) check(value, name);
};

function checkScriptOptions(options) {
  if (typeof options === "string" || options === undefined) return;
  validateObject(options, "options");
  optional(validateString, options.filename, "options.filename");
  optional(validateNumber, options.lineOffset, "options.lineOffset");
  optional(validateNumber, options.columnOffset, "options.columnOffset");
  const { cachedData } = options;
  if (cachedData !== undefined && !ArrayBufferIsView(cachedData)) {
    throw invalidArgType("options.cachedData", ["Buffer", "TypedArray", "DataView"], cachedData);
  }
  optional(validateBoolean, options.produceCachedData, "options.produceCachedData");
  optional(validateBoolean, options.importModuleDynamically, "options.importModuleDynamically");
}

function isContext(object) {
  validateObject(object, "object", { allowArray: true });
  return ObjectHasOwn(object, kContext);
}
function checkContext(object) {
  if (!isContext(object)) throw invalidArgType("contextifiedObject", "vm.Context", object);
}

class Script {
  cachedDataRejected = undefined;
  cachedDataProduced = undefined;
  cachedData = undefined;
  sourceMapURL = undefined;
  constructor(code, options = undefined) {
    checkScriptOptions(options);
  }
  createCachedData() {
    return Buffer.alloc(0);
  }
  runInThisContext(...args) {
    throw refused("runInThisContext");
  }
  runInContext(context) {
    checkContext(context);
    throw refused("runInThisContext");
  }
  runInNewContext(object) {
    optional(validateObject, object, "object");
    throw refused("runInThisContext");
  }
}

function createContext(object = {}, options = undefined) {
  if (object !== constants.DONT_CONTEXTIFY) validateObject(object, "object", { allowArray: true });
  if (options !== undefined) {
    validateObject(options, "options");
    optional(validateString, options.name, "options.name");
    optional(validateString, options.origin, "options.origin");
    const { codeGeneration } = options;
    if (codeGeneration !== undefined) {
      validateObject(codeGeneration, "options.codeGeneration");
      optional(validateBoolean, codeGeneration.strings, "options.codeGeneration.strings");
      optional(validateBoolean, codeGeneration.wasm, "options.codeGeneration.wasm");
    }
    validateOneOf(options.microtaskMode, "options.microtaskMode", ["afterEvaluate", undefined]);
  }
  const context = ObjectCreate(null);
  ObjectDefineProperty(context, kContext, { __proto__: null, value: true, configurable: true, enumerable: false, writable: true });
  return context;
}

function createScript(code, options = undefined) {
  return new Script(code, options);
}
function runInContext(code, context, options = undefined) {
  checkContext(context);
  checkScriptOptions(options);
  throw refused("runInThisContext");
}
function runInNewContext(code, object, options) {
  optional(validateObject, object, "object");
  checkScriptOptions(options);
  throw refused("runInThisContext");
}
function runInThisContext(code, options = undefined) {
  checkScriptOptions(options);
  throw refused("runInThisContext");
}
function compileFunction(code, params = undefined, options = undefined) {
  validateString(code, "code");
  if (params !== undefined) {
    validateArray(params, "params");
    for (let i = 0; i < params.length; i++) {
      if (typeof params[i] !== "string") throw invalidArgType(`params[${i}]`, "string", params[i]);
    }
  }
  if (options !== undefined) {
    validateObject(options, "options");
    const { contextExtensions, parsingContext } = options;
    if (parsingContext !== undefined && !(typeof parsingContext === "object" && parsingContext !== null && ObjectHasOwn(parsingContext, kContext))) {
      throw invalidArgType("options.parsingContext", "Context", parsingContext);
    }
    if (contextExtensions !== undefined) {
      validateArray(contextExtensions, "options.contextExtensions");
      for (let i = 0; i < contextExtensions.length; i++) validateObject(contextExtensions[i], `options.contextExtensions[${i}]`);
    }
  }
  throw refused("compileFunction");
}
function measureMemory(options = undefined) {
  if (options !== undefined) {
    validateObject(options, "options");
    const { execution, mode } = options;
    if (mode !== undefined) validateOneOf(mode, "options.mode", ["summary", "detailed"]);
    if (execution !== undefined) validateOneOf(execution, "options.execution", ["default", "eager"]);
  }
  throw refused("measureMemory");
}

const constants = ObjectFreeze({
  __proto__: null, USE_MAIN_CONTEXT_DEFAULT_LOADER: Symbol("vm_dynamic_import_main_context_default"),
  DONT_CONTEXTIFY: Symbol("vm_context_no_contextify"),
});

const exported = {
  Script, createContext, createScript, runInContext, runInNewContext, runInThisContext, isContext, compileFunction, measureMemory, constants,
};
return { ...exported, default: exported };
})();
