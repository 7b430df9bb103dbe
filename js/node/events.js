// `node:events`: EventEmitter and the functions that wait for its events.
//
// Owns listeners and their order. It must not know who emits.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  ArrayPrototypePush, ArrayPrototypeShift, ArrayPrototypeSlice, ArrayPrototypeSplice, ArrayPrototypeUnshift, Error,
  FunctionPrototypeCall, NumberIsNaN, ObjectCreate, ObjectDefineProperties, ObjectDefineProperty, ObjectGetPrototypeOf,
  ObjectSetPrototypeOf, Promise, PromiseReject, PromiseResolve, ReflectApply, ReflectOwnKeys, SafeArrayIterator,
  String, Symbol, SymbolAsyncIterator, SymbolDispose, SymbolFor,
} = primordials;
const { isNativeError } = core;
const {
  AbortError, invalidArgType, nodeError, outOfRange, validateAbortSignal, validateBoolean, validateFunction, validateObject,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { inspectShort } = core.loadExtScript("ext:denizen/node/inspect.js");
const { EventTarget } = core.loadExtScript("ext:deno_web/02_event.js");

const kCapture = Symbol("kCapture");
const kMaxEventTargetListeners = Symbol("events.maxEventTargetListeners");
const kMaxEventTargetListenersWarned = Symbol("events.maxEventTargetListenersWarned");
const errorMonitor = Symbol("events.errorMonitor");
const captureRejectionSymbol = SymbolFor("nodejs.rejection");
let defaultMaxListeners = 10;

function checkListener(listener) {
  validateFunction(listener, "listener");
}

function checkCount(value, name) {
  if (typeof value !== "number" || value < 0 || NumberIsNaN(value)) throw outOfRange(name, "a non-negative number", value);
}

function EventEmitter(options) {
  FunctionPrototypeCall(EventEmitter.init, this, options);
}
const proto = EventEmitter.prototype;

EventEmitter.init = function (options) {
  if (this._events === undefined || this._events === ObjectGetPrototypeOf(this)._events) {
    this._events = ObjectCreate(null);
    this._eventsCount = 0;
  }
  this._maxListeners = this._maxListeners || undefined;
  if (!("domain" in this)) this.domain = null;
  if (options?.captureRejections) {
    validateBoolean(options.captureRejections, "options.captureRejections");
    ObjectDefineProperty(this, kCapture, { __proto__: null, value: true, configurable: true, enumerable: false, writable: true });
  }
};

function define(target, members) {
  const keys = ReflectOwnKeys(members);
  for (let i = 0; i < keys.length; i++) {
    ObjectDefineProperty(target, keys[i], { __proto__: null, value: members[keys[i]], configurable: true, enumerable: true, writable: true });
  }
}

function add(self, name, listener, prepend) {
  checkListener(listener);
  let events = self._events;
  if (events === undefined) {
    events = self._events = ObjectCreate(null);
    self._eventsCount = 0;
  } else if (events.newListener !== undefined) {
    self.emit("newListener", name, listener.listener ?? listener);
    events = self._events;
  }
  const existing = events[name];
  if (existing === undefined) {
    events[name] = listener;
    self._eventsCount++;
    return self;
  }
  let list = existing;
  if (typeof existing === "function") {
    list = events[name] = prepend ? [listener, existing] : [existing, listener];
  } else if (prepend) {
    ArrayPrototypeUnshift(existing, listener);
  } else {
    ArrayPrototypePush(existing, listener);
  }
  const max = maxOf(self);
  if (max > 0 && list.length > max && !list.warned) {
    list.warned = true;
    core.loadExtScript("ext:denizen/node/internal/warning.js").warn(
      `Possible EventEmitter memory leak detected. ${list.length} ${String(name)} listeners added to ${inspectShort(self, -1)}. MaxListeners is ${max}. Use emitter.setMaxListeners() to increase limit`,
    );
  }
  return self;
}

function onceWrapper(self, name, listener) {
  let fired = false;
  const wrapper = function (...args) {
    if (fired) return undefined;
    self.removeListener(name, wrapper);
    fired = true;
    return ReflectApply(listener, self, args);
  };
  wrapper.listener = listener;
  return wrapper;
}

function maxOf(self) {
  return self._maxListeners === undefined ? defaultMaxListeners : self._maxListeners;
}

// A listener's promise that rejects becomes an "error" event, or goes to the emitter's own handler.
function captureRejection(self, promise, name, args) {
  const then = promise.then;
  if (typeof then !== "function") return;
  FunctionPrototypeCall(then, promise, undefined, (error) => {
    const handler = self[captureRejectionSymbol];
    if (typeof handler === "function") {
      ReflectApply(handler, self, [error, name, ...new SafeArrayIterator(args)]);
      return;
    }
    const previous = self[kCapture];
    try {
      self[kCapture] = false;
      self.emit("error", error);
    } finally {
      self[kCapture] = previous;
    }
  });
}

function call(self, listener, name, args) {
  const result = ReflectApply(listener, self, args);
  if (result !== undefined && result !== null && self[kCapture] && typeof result === "object") {
    captureRejection(self, result, name, args);
  }
}

function listed(self, name, unwrap) {
  const found = self._events?.[name];
  if (found === undefined) return [];
  if (typeof found === "function") return [unwrap ? found.listener ?? found : found];
  const out = [];
  for (let i = 0; i < found.length; i++) ArrayPrototypePush(out, unwrap ? found[i].listener ?? found[i] : found[i]);
  return out;
}

define(proto, { _events: undefined, _eventsCount: 0, _maxListeners: undefined });
define(proto, {
  setMaxListeners(n) {
    checkCount(n, "n");
    this._maxListeners = n;
    return this;
  },
  getMaxListeners() {
    return maxOf(this);
  },
  emit(name, ...args) {
    const events = this._events;
    if (name === "error") {
      if (events?.[errorMonitor] !== undefined) ReflectApply(this.emit, this, [errorMonitor, ...new SafeArrayIterator(args)]);
      if (events?.error === undefined) {
        const error = args[0];
        if (error instanceof Error || isNativeError(error)) throw error;
        let printed;
        try {
          printed = core.loadExtScript("ext:denizen/node/util/inspect.js").inspect(error);
        } catch {
          printed = error;
        }
        const thrown = nodeError("ERR_UNHANDLED_ERROR", `Unhandled error. (${printed})`);
        thrown.context = error;
        throw thrown;
      }
    }
    const handler = events?.[name];
    if (handler === undefined) return false;
    if (typeof handler === "function") {
      call(this, handler, name, args);
      return true;
    }
    const listeners = ArrayPrototypeSlice(handler);
    for (let i = 0; i < listeners.length; i++) call(this, listeners[i], name, args);
    return true;
  },
  addListener(name, listener) {
    return add(this, name, listener, false);
  },
  on(name, listener) {
    return add(this, name, listener, false);
  },
  prependListener(name, listener) {
    return add(this, name, listener, true);
  },
  once(name, listener) {
    checkListener(listener);
    this.on(name, onceWrapper(this, name, listener));
    return this;
  },
  prependOnceListener(name, listener) {
    checkListener(listener);
    this.prependListener(name, onceWrapper(this, name, listener));
    return this;
  },
  removeListener(name, listener) {
    checkListener(listener);
    const events = this._events;
    const found = events?.[name];
    if (found === undefined) return this;
    if (found === listener || found.listener === listener) {
      this._eventsCount--;
      if (this._eventsCount === 0) this._events = ObjectCreate(null);
      else delete events[name];
      if (events.removeListener !== undefined) this.emit("removeListener", name, found.listener ?? listener);
      return this;
    }
    if (typeof found === "function") return this;
    let position = -1;
    for (let i = found.length - 1; i >= 0; i--) {
      if (found[i] === listener || found[i].listener === listener) {
        position = i;
        break;
      }
    }
    if (position < 0) return this;
    if (position === 0) ArrayPrototypeShift(found);
    else ArrayPrototypeSplice(found, position, 1);
    if (found.length === 1) events[name] = found[0];
    if (events.removeListener !== undefined) this.emit("removeListener", name, listener);
    return this;
  },
  off: undefined,
  removeAllListeners(name) {
    const events = this._events;
    if (events === undefined) return this;
    if (events.removeListener === undefined) {
      if (arguments.length === 0) {
        this._events = ObjectCreate(null);
        this._eventsCount = 0;
      } else if (events[name] !== undefined) {
        this._eventsCount--;
        if (this._eventsCount === 0) this._events = ObjectCreate(null);
        else delete events[name];
      }
      return this;
    }
    if (arguments.length === 0) {
      const names = ReflectOwnKeys(events);
      for (let i = 0; i < names.length; i++) if (names[i] !== "removeListener") this.removeAllListeners(names[i]);
      this.removeAllListeners("removeListener");
      this._events = ObjectCreate(null);
      this._eventsCount = 0;
      return this;
    }
    const listeners = events[name];
    if (typeof listeners === "function") {
      this.removeListener(name, listeners);
    } else if (listeners !== undefined) {
      for (let i = listeners.length - 1; i >= 0; i--) this.removeListener(name, listeners[i]);
    }
    return this;
  },
  listeners(name) {
    return listed(this, name, true);
  },
  rawListeners(name) {
    return listed(this, name, false);
  },
  listenerCount(name) {
    const found = this._events?.[name];
    return found === undefined ? 0 : typeof found === "function" ? 1 : found.length;
  },
  eventNames() {
    return this._eventsCount > 0 ? ReflectOwnKeys(this._events) : [];
  },
});
proto.off = proto.removeListener;
proto.addListener = proto.on;

const isTarget = (value) => typeof value?.addEventListener === "function";

function listen(emitter, name, listener, once) {
  if (typeof emitter.on === "function") {
    if (once) emitter.once(name, listener);
    else emitter.on(name, listener);
  } else if (isTarget(emitter)) {
    emitter.addEventListener(name, listener, { __proto__: null, once });
  } else {
    throw invalidArgType("emitter", "EventEmitter", emitter);
  }
}

function unlisten(emitter, name, listener) {
  if (typeof emitter?.removeListener === "function") emitter.removeListener(name, listener);
  else if (isTarget(emitter)) emitter.removeEventListener(name, listener);
  else throw invalidArgType("emitter", "EventEmitter", emitter);
}

async function once(emitter, name, options = { __proto__: null }) {
  validateObject(options, "options");
  const { signal } = options;
  validateAbortSignal(signal, "options.signal");
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
  return new Promise((resolve, reject) => {
    const onError = (error) => {
      unlisten(emitter, name, onEvent);
      signal?.removeEventListener("abort", onAbort);
      reject(error);
    };
    const onEvent = (...args) => {
      if (typeof emitter.removeListener === "function") emitter.removeListener("error", onError);
      signal?.removeEventListener("abort", onAbort);
      resolve(args);
    };
    const onAbort = () => {
      unlisten(emitter, name, onEvent);
      if (typeof emitter.removeListener === "function") emitter.removeListener("error", onError);
      reject(new AbortError());
    };
    listen(emitter, name, onEvent, true);
    if (name !== "error" && typeof emitter.once === "function") emitter.once("error", onError);
    signal?.addEventListener("abort", onAbort, { __proto__: null, once: true });
  });
}

const AsyncIteratorPrototype = ObjectGetPrototypeOf(ObjectGetPrototypeOf(async function* () {}).prototype);

function on(emitter, name, options = { __proto__: null }) {
  const signal = options?.signal;
  validateAbortSignal(signal, "options.signal");
  if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
  const events = [];
  const waiting = [];
  let error = null;
  let finished = false;
  const onEvent = (...args) => {
    const first = ArrayPrototypeShift(waiting);
    if (first !== undefined) first.resolve({ value: args, done: false });
    else ArrayPrototypePush(events, args);
  };
  const onError = (thrown) => {
    finished = true;
    const first = ArrayPrototypeShift(waiting);
    if (first !== undefined) first.reject(thrown);
    else error = thrown;
    iterator.return();
  };
  const onAbort = () => onError(new AbortError());
  const iterator = ObjectSetPrototypeOf({
    next() {
      const value = ArrayPrototypeShift(events);
      if (value !== undefined) return PromiseResolve({ value, done: false });
      if (error !== null) {
        const rejected = PromiseReject(error);
        error = null;
        return rejected;
      }
      if (finished) return PromiseResolve({ value: undefined, done: true });
      return new Promise((resolve, reject) => ArrayPrototypePush(waiting, { __proto__: null, resolve, reject }));
    },
    return() {
      unlisten(emitter, name, onEvent);
      if (typeof emitter.removeListener === "function") emitter.removeListener("error", onError);
      signal?.removeEventListener("abort", onAbort);
      finished = true;
      for (let i = 0; i < waiting.length; i++) waiting[i].resolve({ value: undefined, done: true });
      return PromiseResolve({ value: undefined, done: true });
    },
    throw(thrown) {
      if (!thrown || !(thrown instanceof Error)) throw invalidArgType("EventEmitter.AsyncIterator", "Error", thrown);
      error = thrown;
      unlisten(emitter, name, onEvent);
      if (typeof emitter.removeListener === "function") emitter.removeListener("error", onError);
    },
    [SymbolAsyncIterator]() {
      return this;
    },
  }, AsyncIteratorPrototype);
  listen(emitter, name, onEvent, false);
  if (name !== "error" && typeof emitter.on === "function") emitter.on("error", onError);
  signal?.addEventListener("abort", onAbort, { __proto__: null, once: true });
  return iterator;
}

function getEventListeners(emitter, name) {
  if (typeof emitter?.listeners === "function") return emitter.listeners(name);
  if (emitter instanceof EventTarget) return [];
  throw invalidArgType("emitter", ["EventEmitter", "EventTarget"], emitter);
}

// As in workerd, what is no emitter has the default, whatever was set.
function _getMaxListeners(emitter) {
  return maxOf(emitter);
}

function setMaxListeners(n = defaultMaxListeners, ...targets) {
  checkCount(n, "n");
  if (targets.length === 0) {
    defaultMaxListeners = n;
    return;
  }
  for (let i = 0; i < targets.length; i++) {
    const target = targets[i];
    if (typeof target?.setMaxListeners === "function") target.setMaxListeners(n);
    else if (!(target instanceof EventTarget)) throw invalidArgType("eventTargets", ["EventEmitter", "EventTarget"], target);
  }
}
ObjectDefineProperty(setMaxListeners, "length", { __proto__: null, value: 0, configurable: true });

function listenerCount(emitter, name) {
  if (typeof emitter.listenerCount === "function") return emitter.listenerCount(name);
  return FunctionPrototypeCall(proto.listenerCount, emitter, name);
}

function addAbortListener(signal, listener) {
  if (signal === undefined) throw invalidArgType("signal", "AbortSignal", signal);
  validateAbortSignal(signal, "signal");
  validateFunction(listener, "listener");
  if (signal.aborted) {
    core.loadExtScript("ext:denizen/worker/report.js").queueMicrotask(() => listener());
  } else {
    signal.addEventListener("abort", listener, { __proto__: null, once: true });
  }
  return {
    [SymbolDispose]() {
      signal.removeEventListener("abort", listener);
    },
  };
}

let AsyncResourceOfEmitter;
class EventEmitterAsyncResource extends EventEmitter {
  #resource;
  constructor(options = undefined) {
    const { AsyncResource } = core.loadExtScript("ext:denizen/node/async_hooks.js");
    AsyncResourceOfEmitter ??= class EventEmitterReferencingAsyncResource extends AsyncResource {
      #emitter;
      constructor(emitter, type, resourceOptions) {
        super(type, resourceOptions);
        this.#emitter = emitter;
      }
      get eventEmitter() {
        return this.#emitter;
      }
    };
    const named = typeof options === "string" ? { __proto__: null, name: options } : options;
    super(named);
    this.#resource = new AsyncResourceOfEmitter(this, named?.name ?? new.target.name, undefined);
  }
  get asyncResource() {
    return this.#resource;
  }
  emit(name, ...args) {
    return this.#resource.runInAsyncScope(() => ReflectApply(proto.emit, this, [name, ...new SafeArrayIterator(args)]));
  }
}

const statics = {
  on, once, getEventListeners, getMaxListeners: _getMaxListeners, setMaxListeners, listenerCount, EventEmitter, usingDomains: false,
  captureRejectionSymbol, errorMonitor, EventEmitterAsyncResource,
};
define(EventEmitter, statics);
ObjectDefineProperties(EventEmitter, {
  __proto__: null,
  captureRejections: {
    __proto__: null, enumerable: true,
    get() {
      return proto[kCapture];
    },
    set(value) {
      validateBoolean(value, "EventEmitter.captureRejections");
      proto[kCapture] = value;
    },
  },
  defaultMaxListeners: {
    __proto__: null, enumerable: true,
    get() {
      return defaultMaxListeners;
    },
    set(value) {
      checkCount(value, "defaultMaxListeners");
      defaultMaxListeners = value;
    },
  },
  kMaxEventTargetListeners: { __proto__: null, value: kMaxEventTargetListeners },
  kMaxEventTargetListenersWarned: { __proto__: null, value: kMaxEventTargetListenersWarned },
});
ObjectDefineProperty(proto, kCapture, { __proto__: null, value: false, writable: true });
EventEmitter.addAbortListener = addAbortListener;

return {
  ...statics, addAbortListener, captureRejections: false, defaultMaxListeners: 10, default: EventEmitter,
};
})();
