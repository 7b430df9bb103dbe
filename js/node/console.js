// `node:console`: the global console with the members that Node has, and consoles over streams.
//
// Owns the class Console. The global console is console/console.js.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeUnshift, Boolean, DateNow, ErrorCaptureStackTrace, FunctionPrototypeBind, MathFloor, Number, NumberPrototypeToFixed,
  ObjectDefineProperty, ObjectKeys, ReflectApply, ReflectConstruct, SafeArrayIterator, SafeMap, SafeMapIterator, StringPrototypePadStart,
  StringPrototypeRepeat, StringPrototypeReplaceAll, StringPrototypeSlice, StringPrototypeSplit, Symbol, SymbolHasInstance, SymbolToStringTag,
} = primordials;
const { methodNotImplemented, nodeError, nodeTypeError, validateArray, validateInteger, validateObject, validateOneOf } = core.loadExtScript(
  "ext:denizen/node/internal/errors.js",
);
const { formatWithOptions, inspect } = core.loadExtScript("ext:denizen/node/util/inspect.js");
const { console } = core.loadExtScript("ext:denizen/console/console.js");

const INDENTATION_MAX = 1000;
const COLORED = { __proto__: null, colors: true };
const PLAIN = { __proto__: null };
// What a Console keeps of its own: colors, indentation, counts.
const kState = Symbol("kState");

const hidden = (target, name, value, writable = true) => ObjectDefineProperty(target, name, { __proto__: null, value, writable, enumerable: false, configurable: true });

function checkStream(stream, name) {
  if (typeof stream?.write !== "function") throw nodeTypeError("ERR_CONSOLE_WRITABLE_STREAM", `Console expects a writable stream instance for ${name}`);
}

// A function and no class, since it is called without `new` too.
function Console(options, ...rest) {
  if (new.target === undefined) return ReflectConstruct(Console, [options, ...new SafeArrayIterator(rest)]);
  const given = !options || typeof options.write === "function" ? { stdout: options, stderr: rest[0], ignoreErrors: rest[1] } : options;
  const { stdout, stderr = stdout, ignoreErrors = true, colorMode = "auto", inspectOptions, groupIndentation = 2 } = given;
  checkStream(stdout, "stdout");
  checkStream(stderr, "stderr");
  validateOneOf(colorMode, "colorMode", ["auto", true, false]);
  validateInteger(groupIndentation, "groupIndentation", 0, INDENTATION_MAX);
  const keys = ObjectKeys(Console.prototype);
  const state = {
    __proto__: null, colorMode, inspectOptions: inspectOptionsOf(inspectOptions, stdout, stderr, given.colorMode !== undefined),
    width: groupIndentation, indent: "", counts: new SafeMap(),
  };
  // Methods are read from the instance, so that those of a subclass are the ones that stand alone.
  for (let i = 0; i < keys.length; i++) {
    const bound = FunctionPrototypeBind(this[keys[i]], this);
    ObjectDefineProperty(bound, "name", { __proto__: null, value: keys[i] });
    this[keys[i]] = bound;
  }
  hidden(this, "_stdout", stdout);
  hidden(this, "_stderr", stderr);
  hidden(this, "_stdoutErrorHandler", errorHandler(stdout));
  hidden(this, "_stderrErrorHandler", errorHandler(stderr));
  hidden(this, "_ignoreErrors", Boolean(ignoreErrors));
  hidden(this, "_times", new SafeMap());
  hidden(this, kState, state);
  hidden(this, SymbolToStringTag, "console", false);
}
ObjectDefineProperty(Console, SymbolHasInstance, {
  __proto__: null,
  value: (instance) => instance === console || (instance !== null && instance !== undefined && instance[kState] !== undefined),
});

// The options of inspect() by stream. Each has its own, which keep the colors that were found.
function inspectOptionsOf(options, stdout, stderr, hasColorMode) {
  const byStream = new SafeMap();
  if (options === undefined) return byStream;
  validateObject(options, "options.inspectOptions");
  const add = (stream, own) => {
    if (own?.colors !== undefined && hasColorMode) {
      throw nodeError("ERR_INCOMPATIBLE_OPTION_PAIR", 'The options "options.inspectOptions.color" and "colorMode" are mutually exclusive.');
    }
    byStream.set(stream, { ...own });
  };
  if (core.isMap(options)) {
    for (const entry of new SafeMapIterator(options)) add(entry[0], entry[1]);
  } else {
    add(stdout, options);
    add(stderr, options);
  }
  return byStream;
}

function noop() {}

// A failure that the stream has not told of yet is not thrown as one that nobody listens to.
const errorHandler = (stream) => (error) => {
  if (error !== null && error !== undefined && !stream._writableState?.errorEmitted && stream.listenerCount("error") === 0) stream.once("error", noop);
};

function write(self, isOut, text) {
  const { indent } = self[kState];
  const stream = isOut ? self._stdout : self._stderr;
  if (indent !== "") text = `${indent}${StringPrototypeReplaceAll(text, "\n", `\n${indent}`)}`;
  text += "\n";
  if (!self._ignoreErrors) {
    stream.write(text);
    return;
  }
  try {
    if (stream.listenerCount("error") === 0) stream.once("error", noop);
    stream.write(text, isOut ? self._stdoutErrorHandler : self._stderrErrorHandler);
  } catch {
    // Who logs does not fail with the log.
  } finally {
    stream.removeListener("error", noop);
  }
}

function isColored(stream) {
  return Boolean(stream.isTTY) && (typeof stream.getColorDepth === "function" ? stream.getColorDepth() > 2 : true);
}

function optionsFor(self, stream) {
  const { colorMode, inspectOptions } = self[kState];
  const colors = colorMode === "auto" ? isColored(stream) : colorMode;
  const own = inspectOptions.get(stream);
  if (own === undefined) return colors ? COLORED : PLAIN;
  if (own.colors === undefined) own.colors = colors;
  return own;
}

function textFor(self, stream, args) {
  return args.length === 1 && typeof args[0] === "string" ? args[0] : formatWithOptions(optionsFor(self, stream), args);
}

function log(self, isOut, args) {
  write(self, isOut, textFor(self, isOut ? self._stdout : self._stderr, args));
}

function warn(text) {
  core.loadExtScript("ext:denizen/node/process.js").default.emitWarning(text);
}

function timeText(milliseconds) {
  const hours = MathFloor(milliseconds / 3600000);
  const minutes = MathFloor((milliseconds % 3600000) / 60000);
  if (hours > 0 || minutes > 0) {
    const padded = (number) => StringPrototypePadStart(`${number}`, 2, "0");
    const seconds = StringPrototypeSplit(NumberPrototypeToFixed((milliseconds % 60000) / 1000, 3), ".");
    return `${hours > 0 ? `${hours}:${padded(minutes)}` : minutes}:${padded(seconds[0])}.${seconds[1]} (${hours > 0 ? "h:m" : ""}m:ss.mmm)`;
  }
  if (milliseconds >= 1000) return `${NumberPrototypeToFixed(milliseconds / 1000, 3)}s`;
  return `${Number(NumberPrototypeToFixed(milliseconds, 3))}ms`;
}

function timeLog(self, name, label, data) {
  const began = self._times.get(label);
  if (began === undefined) {
    warn(`No such label '${label}' for console.${name}()`);
    return;
  }
  self.log("%s: %s", label, timeText(DateNow() - began), ...new SafeArrayIterator(data));
}

const METHODS = {
  log(...args) {
    log(this, true, args);
  },
  info(...args) {
    log(this, true, args);
  },
  debug(...args) {
    log(this, true, args);
  },
  warn(...args) {
    log(this, false, args);
  },
  error(...args) {
    log(this, false, args);
  },
  dir(object, options) {
    write(this, true, inspect(object, { customInspect: false, ...optionsFor(this, this._stdout), ...options }));
  },
  time(label = "default") {
    const key = `${label}`;
    if (this._times.has(key)) warn(`Label '${key}' already exists for console.time()`);
    else this._times.set(key, DateNow());
  },
  timeEnd(label = "default") {
    const key = `${label}`;
    timeLog(this, "timeEnd", key, []);
    this._times.delete(key);
  },
  timeLog(label = "default", ...data) {
    timeLog(this, "timeLog", `${label}`, data);
  },
  trace(...args) {
    const traced = { name: "Trace", message: textFor(this, this._stderr, args), stack: "" };
    ErrorCaptureStackTrace(traced, METHODS.trace);
    this.error(traced.stack);
  },
  assert(expression, ...args) {
    if (expression) return;
    if (typeof args[0] === "string") args[0] = `Assertion failed: ${args[0]}`;
    else ArrayPrototypeUnshift(args, "Assertion failed");
    ReflectApply(this.warn, this, args);
  },
  clear() {
    if (this._stdout.isTTY) this._stdout.write("\x1b[1;1H\x1b[0J");
  },
  count(label = "default") {
    const key = `${label}`;
    const { counts } = this[kState];
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    this.log(`${key}: ${count}`);
  },
  // As in Node, the label is looked for as it is, and no number is found.
  countReset(label = "default") {
    const { counts } = this[kState];
    if (counts.has(label)) counts.delete(`${label}`);
    else warn(`Count for '${label}' does not exist`);
  },
  group(...data) {
    if (data.length > 0) ReflectApply(this.log, this, data);
    const state = this[kState];
    state.indent += StringPrototypeRepeat(" ", state.width);
  },
  groupEnd() {
    const state = this[kState];
    state.indent = StringPrototypeSlice(state.indent, 0, state.indent.length - state.width);
  },
  table(tabularData, properties) {
    if (properties !== undefined) validateArray(properties, "properties");
    const isTable = tabularData !== null && typeof tabularData === "object";
    this.log(isTable ? core.loadExtScript("ext:denizen/console/table.js").table(tabularData, properties) : tabularData);
  },
};
METHODS.dirxml = METHODS.log;
METHODS.groupCollapsed = METHODS.group;
const methods = ObjectKeys(METHODS);
for (let i = 0; i < methods.length; i++) {
  ObjectDefineProperty(Console.prototype, methods[i], { __proto__: null, value: METHODS[methods[i]], configurable: true, enumerable: true, writable: true });
}

function context() {
  throw methodNotImplemented("Console.context method");
}
function createTask() {
  throw methodNotImplemented("Console.createTask method");
}

const names = [
  "assert", "clear", "count", "countReset", "debug", "dir", "dirxml", "error", "group", "groupCollapsed", "groupEnd", "info", "log", "profile",
  "profileEnd", "table", "time", "timeEnd", "timeLog", "timeStamp", "trace", "warn",
];
const exported = { Console, context, createTask };
for (let i = 0; i < names.length; i++) {
  const name = names[i];
  const method = console[name];
  exported[name] = method === undefined ? () => {} : FunctionPrototypeBind(method, console);
}
ObjectDefineProperty(console, "Console", { __proto__: null, value: Console, configurable: true, enumerable: true, writable: true });
ObjectDefineProperty(console, "context", { __proto__: null, value: context, configurable: true, enumerable: true, writable: true });
ObjectDefineProperty(console, "createTask", { __proto__: null, value: createTask, configurable: true, enumerable: true, writable: true });

return { ...exported, default: console };
})();
