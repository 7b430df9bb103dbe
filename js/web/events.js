// Events whose data workerd keeps on the instance, and the classes of events that only the runtime makes.
//
// Owns MessageEvent, CloseEvent, PromiseRejectionEvent and ExtendableEvent with what derives from it. It must not know who
// dispatches them.

(function () {
const { core, primordials } = __bootstrap;
const { Number, ObjectDefineProperty, String, Symbol, SymbolToStringTag, TypeError } = primordials;
const { Event } = core.loadExtScript("ext:deno_web/02_event.js");

const kInternal = Symbol("internal");

function define(event, name, value) {
  ObjectDefineProperty(event, name, { __proto__: null, value, writable: false, enumerable: true, configurable: true });
}

class MessageEvent extends Event {
  constructor(type, init = undefined) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to construct 'MessageEvent': constructor parameter 1 is not of type 'string'.");
    }
    super(type, init);
    const { ports, source, lastEventId, origin, data } = init ?? {};
    define(this, "ports", ports ?? []);
    define(this, "source", source ?? null);
    define(this, "lastEventId", lastEventId === undefined ? "" : String(lastEventId));
    define(this, "origin", origin === undefined ? "" : origin === null ? null : String(origin));
    define(this, "data", data ?? null);
  }
}

class CloseEvent extends Event {
  constructor(type, init = undefined) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to construct 'CloseEvent': constructor parameter 1 is not of type 'string'.");
    }
    super(type, init);
    const { wasClean, reason, code } = init ?? {};
    define(this, "wasClean", !!wasClean);
    define(this, "reason", reason === undefined ? "" : String(reason));
    define(this, "code", code === undefined ? 0 : Number(code));
  }
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

return { CloseEvent, ExtendableEvent, FetchEvent, MessageEvent, PromiseRejectionEvent, ScheduledEvent, TailEvent, rejectionEvent };
})();
