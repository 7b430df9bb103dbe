// The globals that a Worker has with nodejs_compat: Buffer, process, global, immediates, and timers that are objects.
//
// Owns when they are made: Buffer and process at first use. It must not know what they do.

(function () {
const { core, primordials } = __bootstrap;
const { op_define_lazy } = core.ops;
const {
  ArrayPrototypeShift,
  ObjectDefineProperty,
  ObjectGetPrototypeOf,
  ReflectApply,
  SafeArrayIterator,
  SymbolDispose,
  SymbolToPrimitive,
  SymbolToStringTag,
  TypeError,
} = primordials;
const timers = core.loadExtScript("ext:denizen/io/timers.js");

class Timeout {
  #id;
  #start;
  #args;
  #refed = true;
  constructor(start, args) {
    this.#start = start;
    this.#args = args;
    this.#id = ReflectApply(start, undefined, args);
  }
  refresh() {
    timers.clearTimeout(this.#id);
    this.#id = ReflectApply(this.#start, undefined, this.#args);
    return this;
  }
  unref() {
    this.#refed = false;
    return this;
  }
  ref() {
    this.#refed = true;
    return this;
  }
  hasRef() {
    return this.#refed;
  }
  close() {
    timers.clearTimeout(this.#id);
    return this;
  }
  [SymbolDispose]() {
    timers.clearTimeout(this.#id);
  }
  [SymbolToPrimitive]() {
    return this.#id;
  }
  static idOf(value) {
    return typeof value === "object" && value !== null && #id in value ? value.#id : undefined;
  }
}
const idOf = Timeout.idOf;
delete Timeout.idOf;

class Immediate {
  #id;
  constructor(id) {
    this.#id = id;
  }
  ref() {}
  unref() {}
  hasRef() {
    return false;
  }
  [SymbolDispose]() {
    timers.clearTimeout(this.#id);
  }
  static idOf(value) {
    return typeof value === "object" && value !== null && #id in value ? value.#id : undefined;
  }
}
const immediateOf = Immediate.idOf;
delete Immediate.idOf;
ObjectDefineProperty(Immediate.prototype, SymbolToStringTag, { __proto__: null, value: "Immediate", configurable: true });


function checkCallback(callback) {
  if (typeof callback !== "function") {
    throw core.loadExtScript("ext:denizen/node/internal/errors.js").invalidArgType("callback", "Function", callback);
  }
}

// Nobody's delay is a millisecond, as in Node.
function setTimeout(callback, delay = 1, ...args) {
  checkCallback(callback);
  return new Timeout(timers.setTimeout, [callback, delay, ...new SafeArrayIterator(args)]);
}
function setInterval(callback, delay = 1, ...args) {
  checkCallback(callback);
  return new Timeout(timers.setInterval, [callback, delay, ...new SafeArrayIterator(args)]);
}
function clearTimeout(timeout) {
  const id = typeof timeout === "number" ? timeout : idOf(timeout);
  if (id !== undefined) timers.clearTimeout(id);
}
function clearInterval(timeout) {
  const id = typeof timeout === "number" ? timeout : idOf(timeout);
  if (id !== undefined) timers.clearInterval(id);
}
function setImmediate(...args) {
  const callback = ArrayPrototypeShift(args);
  if (typeof callback !== "function") {
    throw new TypeError("Failed to execute 'setImmediate' on 'ServiceWorkerGlobalScope': parameter 1 is not of type 'function'.");
  }
  return new Immediate(timers.setTimeout(() => ReflectApply(callback, undefined, args), 0));
}
function clearImmediate(immediate = undefined) {
  const id = immediateOf(immediate);
  if (id !== undefined) {
    timers.clearTimeout(id);
  } else if (immediate !== undefined && immediate !== null) {
    throw new TypeError("Failed to execute 'clearImmediate' on 'ServiceWorkerGlobalScope': parameter 1 is not of type 'Immediate'.");
  }
}

// Called once, before any user code, in an isolate whose Worker has them.
function defineNodeGlobals() {
  op_define_lazy(globalThis, "Buffer", () => core.loadExtScript("ext:denizen/node/buffer.js").Buffer, false);
  op_define_lazy(globalThis, "process", () => core.loadExtScript("ext:denizen/node/process.js").default, false);
  const writable = (value) => ({ __proto__: null, value, configurable: true, enumerable: true, writable: true });
  ObjectDefineProperty(globalThis, "global", writable(globalThis));
  const proto = ObjectGetPrototypeOf(globalThis);
  ObjectDefineProperty(proto, "setImmediate", writable(setImmediate));
  ObjectDefineProperty(proto, "clearImmediate", writable(clearImmediate));
}

const LENGTHS = { __proto__: null, setTimeout: 2, setInterval: 2, clearTimeout: 1, clearInterval: 1 };
for (const timer of new SafeArrayIterator([setTimeout, setInterval, clearTimeout, clearInterval])) {
  ObjectDefineProperty(timer, "length", { __proto__: null, value: LENGTHS[timer.name], configurable: true });
}

function defineTimers() {
  const writable = (value) => ({ __proto__: null, value, configurable: true, enumerable: true, writable: true });
  ObjectDefineProperty(globalThis, "setTimeout", writable(setTimeout));
  ObjectDefineProperty(globalThis, "setInterval", writable(setInterval));
  ObjectDefineProperty(globalThis, "clearTimeout", writable(clearTimeout));
  ObjectDefineProperty(globalThis, "clearInterval", writable(clearInterval));
}

return { Immediate, Timeout, clearImmediate, clearInterval, clearTimeout, defineNodeGlobals, defineTimers, setImmediate, setInterval, setTimeout };
})();
