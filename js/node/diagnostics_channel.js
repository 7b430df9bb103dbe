// `node:diagnostics_channel`: named channels that some publish to and others listen to.
//
// Owns who listens. It must not know what is published.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeIndexOf, ArrayPrototypePush, ArrayPrototypeSlice, ArrayPrototypeSplice, ObjectDefineProperty, ObjectPrototypeIsPrototypeOf,
  PromisePrototypeThen, PromiseReject, PromiseResolve, ReflectApply, ReflectGetOwnPropertyDescriptor, SafeMap, SymbolToStringTag, TypeError,
} = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { AsyncLocalStorage } = core.loadExtScript("ext:denizen/node/async_hooks.js");
const { invalidArgType, validateFunction } = core.loadExtScript("ext:denizen/node/internal/errors.js");

const channels = new SafeMap();
let allowed = false;
let isHeard;
let isChannel;

const wrong = (method, owner, position, type) => new TypeError(`Failed to execute '${method}' on '${owner}': parameter ${position} is not of type '${type}'.`);

function checkListener(listener, method, owner, position) {
  if (typeof listener !== "function") throw wrong(method, owner, position, "function");
}

function checkStorage(storage, method) {
  if (!ObjectPrototypeIsPrototypeOf(AsyncLocalStorage.prototype, storage)) throw wrong(method, "Channel", 1, "AsyncLocalStorage");
}

function checkThis(value) {
  if (!isChannel(value)) throw illegalInvocation();
}

class Channel {
  #name;
  #subscribers = [];
  #stores = new SafeMap();
  constructor(name, _unused = undefined) {
    if (!allowed) throw new TypeError("Illegal constructor");
    this.#name = name;
  }
  static {
    isChannel = (value) => typeof value === "object" && value !== null && #subscribers in value;
    // A bound store alone hears nothing, as in workerd.
    isHeard = (channel) => channel.#subscribers.length > 0;
  }
  get hasSubscribers() {
    checkThis(this);
    return isHeard(this);
  }
  publish(message = undefined) {
    checkThis(this);
    if (arguments.length === 0) throw wrong("publish", "Channel", 1, "Value");
    const listeners = ArrayPrototypeSlice(this.#subscribers);
    for (let i = 0; i < listeners.length; i++) listeners[i](message, this.#name);
  }
  subscribe(listener) {
    checkThis(this);
    checkListener(listener, "subscribe", "Channel", 1);
    if (ArrayPrototypeIndexOf(this.#subscribers, listener) === -1) ArrayPrototypePush(this.#subscribers, listener);
  }
  unsubscribe(listener) {
    checkThis(this);
    checkListener(listener, "unsubscribe", "Channel", 1);
    const at = ArrayPrototypeIndexOf(this.#subscribers, listener);
    if (at !== -1) ArrayPrototypeSplice(this.#subscribers, at, 1);
  }
  bindStore(storage, transform) {
    checkThis(this);
    checkStorage(storage, "bindStore");
    if (transform !== undefined) checkListener(transform, "bindStore", "Channel", 2);
    this.#stores.set(storage, transform);
  }
  unbindStore(storage) {
    checkThis(this);
    checkStorage(storage, "unbindStore");
    this.#stores.delete(storage);
  }
  runStores(message = undefined, callback = undefined, receiver = globalThis, ...args) {
    checkThis(this);
    if (arguments.length === 0) throw wrong("runStores", "Channel", 1, "Value");
    checkListener(callback, "runStores", "Channel", 2);
    let run = () => {
      this.publish(message);
      return ReflectApply(callback, receiver, args);
    };
    this.#stores.forEach((transform, storage) => {
      const inner = run;
      run = () => storage.run(transform === undefined ? message : transform(message), inner);
    });
    return run();
  }
}
ObjectDefineProperty(Channel.prototype, SymbolToStringTag, { __proto__: null, value: "Channel", configurable: true });
ObjectDefineProperty(Channel, "length", { __proto__: null, value: 2, configurable: true });

function channel(name) {
  const key = typeof name === "symbol" ? name : `${name}`;
  let found = channels.get(key);
  if (found === undefined) {
    allowed = true;
    try {
      found = new Channel(key);
    } finally {
      allowed = false;
    }
    channels.set(key, found);
  }
  return found;
}

function hasSubscribers(name) {
  const found = channels.get(typeof name === "symbol" ? name : `${name}`);
  return found !== undefined && isHeard(found);
}

function subscribe(name, listener) {
  checkListener(listener, "subscribe", "DiagnosticsChannelModule", 2);
  channel(name).subscribe(listener);
}

function unsubscribe(name, listener) {
  checkListener(listener, "unsubscribe", "DiagnosticsChannelModule", 2);
  channel(name).unsubscribe(listener);
}

const EVENTS = ["start", "end", "asyncStart", "asyncEnd", "error"];

class TracingChannel {
  #channels = { __proto__: null };
  constructor() {
    if (!allowed) throw new TypeError("Illegal constructor");
  }
  static make(name) {
    allowed = true;
    const made = new TracingChannel();
    allowed = false;
    for (let i = 0; i < EVENTS.length; i++) {
      made.#channels[EVENTS[i]] = typeof name === "string" ? channel(`tracing:${name}:${EVENTS[i]}`) : name[EVENTS[i]];
    }
    return made;
  }
  get start() {
    return this.#channels.start;
  }
  get end() {
    return this.#channels.end;
  }
  get asyncStart() {
    return this.#channels.asyncStart;
  }
  get asyncEnd() {
    return this.#channels.asyncEnd;
  }
  get error() {
    return this.#channels.error;
  }
  get hasSubscribers() {
    for (let i = 0; i < EVENTS.length; i++) if (isHeard(this.#channels[EVENTS[i]])) return true;
    return false;
  }
  subscribe(subscriptions) {
    for (let i = 0; i < EVENTS.length; i++) {
      if (subscriptions[EVENTS[i]]) this.#channels[EVENTS[i]]?.subscribe(subscriptions[EVENTS[i]]);
    }
  }
  unsubscribe(subscriptions) {
    for (let i = 0; i < EVENTS.length; i++) {
      if (subscriptions[EVENTS[i]]) this.#channels[EVENTS[i]]?.unsubscribe(subscriptions[EVENTS[i]]);
    }
  }
  traceSync(callback, context = {}, receiver = undefined, ...args) {
    const { start, end, error } = this;
    return start.runStores(context, () => {
      try {
        const result = ReflectApply(callback, receiver, args);
        context.result = result;
        return result;
      } catch (thrown) {
        context.error = thrown;
        error.publish(context);
        throw thrown;
      } finally {
        end.publish(context);
      }
    });
  }
  tracePromise(callback, context = {}, receiver = undefined, ...args) {
    const { start, end, asyncStart, asyncEnd, error } = this;
    const fulfilled = (result) => {
      context.result = result;
      asyncStart.publish(context);
      asyncEnd.publish(context);
      return result;
    };
    const rejected = (thrown) => {
      context.error = thrown;
      error.publish(context);
      asyncStart.publish(context);
      asyncEnd.publish(context);
      return PromiseReject(thrown);
    };
    return start.runStores(context, () => {
      try {
        return PromisePrototypeThen(PromiseResolve(ReflectApply(callback, receiver, args)), fulfilled, rejected);
      } catch (thrown) {
        context.error = thrown;
        error.publish(context);
        throw thrown;
      } finally {
        end.publish(context);
      }
    });
  }
  traceCallback(callback, position = -1, context = {}, receiver = undefined, ...args) {
    const { start, end, asyncStart, asyncEnd, error } = this;
    // A negative position finds nothing, as in workerd.
    const last = args[position];
    validateFunction(last, "callback");
    function wrapped(thrown, result) {
      if (thrown) {
        context.error = thrown;
        error.publish(context);
      } else {
        context.result = result;
      }
      return asyncStart.runStores(context, () => {
        try {
          return ReflectApply(last, this, arguments);
        } finally {
          asyncEnd.publish(context);
        }
      });
    }
    ArrayPrototypeSplice(args, position, 1, wrapped);
    return start.runStores(context, () => {
      try {
        return ReflectApply(callback, receiver, args);
      } catch (thrown) {
        context.error = thrown;
        error.publish(context);
        throw thrown;
      } finally {
        end.publish(context);
      }
    });
  }
}
const makeTracing = TracingChannel.make;
delete TracingChannel.make;

function tracingChannel(nameOrChannels) {
  if (typeof nameOrChannels !== "string") {
    if (typeof nameOrChannels !== "object" || nameOrChannels === null) throw invalidArgType("channels", "Object", nameOrChannels);
    for (let i = 0; i < EVENTS.length; i++) {
      const given = nameOrChannels[EVENTS[i]];
      if (!isChannel(given)) throw invalidArgType(`channels.${EVENTS[i]}`, "Channel", given);
    }
  }
  return makeTracing(nameOrChannels);
}

if (changed.diagnostics_channel_has_subscribers_getter) {
  const classes = [Channel, TracingChannel];
  for (let i = 0; i < classes.length; i++) {
    const { get } = ReflectGetOwnPropertyDescriptor(classes[i].prototype, "hasSubscribers");
    const { value } = { value: { hasSubscribers() { return ReflectApply(get, this, []); } }.hasSubscribers };
    ObjectDefineProperty(classes[i].prototype, "hasSubscribers", { __proto__: null, value, configurable: true, enumerable: true, writable: true });
  }
}

const exported = { hasSubscribers, channel, subscribe, unsubscribe, tracingChannel, Channel };

return { ...exported, TracingChannel, default: exported };
})();
