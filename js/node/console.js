// `node:console`: the global console with the members that Node has, and consoles over streams.
//
// Owns the class Console. The global console is console/console.js.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeUnshift, DateNow, FunctionPrototypeBind, ObjectDefineProperty, SafeArrayIterator, SafeMap,
  StringPrototypeRepeat, StringPrototypeReplaceAll, StringPrototypeSlice,
} = primordials;
const { methodNotImplemented, nodeTypeError } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { formatWithOptions, inspect } = core.loadExtScript("ext:denizen/node/util/inspect.js");
const { console } = core.loadExtScript("ext:denizen/console/console.js");

class Console {
  #stdout;
  #stderr;
  #indent = "";
  #width;
  #counts = new SafeMap();
  #timers = new SafeMap();
  #options;
  constructor(options = undefined) {
    const given = options === undefined || typeof options.write === "function" ? { stdout: options, stderr: arguments[1] } : options;
    const { stdout, stderr = stdout, inspectOptions, groupIndentation = 2 } = given;
    if (typeof stdout?.write !== "function") throw nodeTypeError("ERR_CONSOLE_WRITABLE_STREAM", "Console expects a writable stream instance for stdout");
    if (typeof stderr?.write !== "function") throw nodeTypeError("ERR_CONSOLE_WRITABLE_STREAM", "Console expects a writable stream instance for stderr");
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#width = groupIndentation;
    this.#options = inspectOptions ?? {};
    for (let i = 0; i < METHODS.length; i++) {
      const name = METHODS[i];
      ObjectDefineProperty(this, name, { __proto__: null, value: FunctionPrototypeBind(this[name], this), configurable: true, enumerable: true, writable: true });
    }
  }
  #write(stream, args) {
    let text = formatWithOptions(this.#options, args);
    if (this.#indent !== "") text = `${this.#indent}${StringPrototypeReplaceAll(text, "\n", `\n${this.#indent}`)}`;
    stream.write(`${text}\n`);
  }
  log(...args) {
    this.#write(this.#stdout, args);
  }
  info(...args) {
    this.#write(this.#stdout, args);
  }
  debug(...args) {
    this.#write(this.#stdout, args);
  }
  warn(...args) {
    this.#write(this.#stderr, args);
  }
  error(...args) {
    this.#write(this.#stderr, args);
  }
  dir(value, options) {
    this.#write(this.#stdout, [inspect(value, { customInspect: false, ...this.#options, ...options })]);
  }
  time(label = "default") {
    if (!this.#timers.has(`${label}`)) this.#timers.set(`${label}`, DateNow());
  }
  timeEnd(label = "default") {
    this.timeLog(label);
    this.#timers.delete(`${label}`);
  }
  timeLog(label = "default", ...args) {
    const began = this.#timers.get(`${label}`);
    if (began !== undefined) this.#write(this.#stdout, [`${label}: ${DateNow() - began}ms`, ...new SafeArrayIterator(args)]);
  }
  trace(...args) {
    this.#write(this.#stderr, [`Trace: ${formatWithOptions(this.#options, args)}`]);
  }
  assert(condition, ...args) {
    if (condition) return;
    if (typeof args[0] === "string") args[0] = `Assertion failed: ${args[0]}`;
    else ArrayPrototypeUnshift(args, "Assertion failed");
    this.#write(this.#stderr, args);
  }
  clear() {}
  count(label = "default") {
    const count = (this.#counts.get(`${label}`) ?? 0) + 1;
    this.#counts.set(`${label}`, count);
    this.#write(this.#stdout, [`${label}: ${count}`]);
  }
  countReset(label = "default") {
    this.#counts.delete(`${label}`);
  }
  group(...args) {
    if (args.length > 0) this.#write(this.#stdout, args);
    this.#indent += StringPrototypeRepeat(" ", this.#width);
  }
  groupEnd() {
    this.#indent = StringPrototypeSlice(this.#indent, 0, this.#indent.length - this.#width);
  }
  table(value) {
    this.#write(this.#stdout, [value]);
  }
}
const METHODS = [
  "log", "info", "debug", "warn", "error", "dir", "time", "timeEnd", "timeLog", "trace", "assert", "clear", "count", "countReset", "group",
  "groupEnd", "table",
];
const extra = { dirxml: Console.prototype.log, groupCollapsed: Console.prototype.group };
for (const name in extra) ObjectDefineProperty(Console.prototype, name, { __proto__: null, value: extra[name], configurable: true, writable: true });
ObjectDefineProperty(Console, "length", { __proto__: null, value: 1, configurable: true });

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
