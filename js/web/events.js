// Events whose data workerd keeps on the instance, and the classes of events that only the runtime makes.
//
// Owns MessageEvent, CloseEvent, PromiseRejectionEvent and ExtendableEvent with what derives from it, and how ErrorEvent's members
// are converted. It must not know who dispatches them.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray,
  ArrayPrototypePush,
  Number,
  ObjectDefineProperty,
  ObjectPrototypeIsPrototypeOf,
  ReflectApply,
  ReflectGetOwnPropertyDescriptor,
  String,
  Symbol,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { ErrorEvent, Event, setIsTrusted } = core.loadExtScript("ext:deno_web/02_event.js");

const kInternal = Symbol("internal");

function define(event, name, value) {
  ObjectDefineProperty(event, name, { __proto__: null, value, writable: false, enumerable: true, configurable: true });
}

function isPort(value) {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const { MessagePort } = core.loadExtScript("ext:denizen/web/message_channel.js");
  return ObjectPrototypeIsPrototypeOf(MessagePort.prototype, value);
}
function portsOf(value) {
  if (!ArrayIsArray(value)) {
    throw new TypeError("Incorrect type for the 'ports' field on 'Initializer': the provided value is not of type 'Array'.");
  }
  const ports = [];
  for (let i = 0; i < value.length; i++) {
    const port = value[i];
    if (!isPort(port)) {
      throw new TypeError(`Incorrect type for array element ${i}: the provided value is not of type 'MessagePort'.`);
    }
    ArrayPrototypePush(ports, port);
  }
  return ports;
}

class MessageEvent extends Event {
  constructor(type, init = undefined) {
    super(type, init);
    const { ports, source, lastEventId, origin, data } = init ?? { __proto__: null };
    if (source !== undefined && source !== null && !isPort(source)) {
      throw new TypeError("Incorrect type for the 'source' field on 'Initializer': the provided value is not of type 'MessagePort'.");
    }
    define(this, "ports", ports === undefined ? [] : portsOf(ports));
    define(this, "source", source ?? null);
    define(this, "lastEventId", lastEventId === undefined ? "" : String(lastEventId));
    define(this, "origin", origin === undefined ? "" : String(origin));
    define(this, "data", data ?? null);
  }
}

// An event of the runtime's own, whose origin may be null and whose data may be undefined.
function messageEvent(type, data, origin, source = null, lastEventId = "") {
  const event = new MessageEvent(type, { __proto__: null, source, lastEventId });
  define(event, "origin", origin);
  define(event, "data", data);
  setIsTrusted(event, true);
  return event;
}

class CloseEvent extends Event {
  constructor(type, init = undefined) {
    super(type, init);
    const { wasClean, reason, code } = init ?? { __proto__: null };
    define(this, "wasClean", !!wasClean);
    define(this, "reason", reason === undefined ? "" : String(reason));
    define(this, "code", Number(code) | 0);
  }
}

// deno_web's keeps what it is given.
const CONVERSIONS = { __proto__: null, message: String, filename: String, lineno: (value) => Number(value) | 0, colno: (value) => Number(value) | 0 };
for (const name in CONVERSIONS) {
  const { get } = ReflectGetOwnPropertyDescriptor(ErrorEvent.prototype, name);
  const convert = CONVERSIONS[name];
  const members = {
    get [name]() {
      return convert(ReflectApply(get, this, []));
    },
  };
  ObjectDefineProperty(ErrorEvent.prototype, name, { ...ReflectGetOwnPropertyDescriptor(members, name), enumerable: true, configurable: true });
}

class PromiseRejectionEvent extends Event {
  constructor(type, internal = undefined, promise = undefined, reason = undefined) {
    if (internal !== kInternal) {
      throw new TypeError("Illegal constructor");
    }
    super(type);
    define(this, "promise", promise);
    define(this, "reason", reason);
  }
}

function rejectionEvent(type, promise, reason) {
  return new PromiseRejectionEvent(type, kInternal, promise, reason);
}

class ExtendableEvent extends Event {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  waitUntil() {
    throw new TypeError("Illegal invocation");
  }
}
class FetchEvent extends ExtendableEvent {
  passThroughOnException() {
    throw new TypeError("Illegal invocation");
  }
  respondWith() {
    throw new TypeError("Illegal invocation");
  }
}
class ScheduledEvent extends ExtendableEvent {
  noRetry() {
    throw new TypeError("Illegal invocation");
  }
}
class TailEvent extends ExtendableEvent {}

const classes = [MessageEvent, CloseEvent, PromiseRejectionEvent, ExtendableEvent, FetchEvent, ScheduledEvent, TailEvent];
for (let i = 0; i < classes.length; i++) {
  ObjectDefineProperty(classes[i].prototype, SymbolToStringTag, { __proto__: null, value: classes[i].name, configurable: true });
}

return { CloseEvent, ExtendableEvent, FetchEvent, MessageEvent, PromiseRejectionEvent, ScheduledEvent, TailEvent, messageEvent, rejectionEvent };
})();
