// EventTarget and Event as Workers have them.
//
// Owns what workerd refuses of listeners, which have no phases there, and what an event says of its target. It must not know
// who dispatches.

(function () {
"use strict";
const { core, primordials } = __bootstrap;
const { ObjectDefineProperty, ObjectPrototypeIsPrototypeOf, ReflectApply, ReflectGetOwnPropertyDescriptor, TypeError } = primordials;
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { Event, EventTarget } = core.loadExtScript("ext:deno_web/02_event.js");
const { AbortSignalPrototype } = core.loadExtScript("ext:deno_web/03_abort_signal.js");

const { addEventListener, dispatchEvent, removeEventListener } = EventTarget.prototype;
const { get: target } = ReflectGetOwnPropertyDescriptor(Event.prototype, "target");
const { get: eventPhase } = ReflectGetOwnPropertyDescriptor(Event.prototype, "eventPhase");

function isObject(value) {
  return typeof value === "object" && value !== null || typeof value === "function";
}

function checkArguments(name, args, listenerType) {
  const place = `Failed to execute '${name}' on 'EventTarget'`;
  if (args.length === 0) {
    throw new TypeError(`${place}: parameter 1 is not of type 'string'.`);
  }
  const listener = args[1];
  if (args.length === 1 || listener !== undefined && listener !== null && !isObject(listener)) {
    throw new TypeError(`${place}: parameter 2 is not of type '${listenerType}'.`);
  }
  const options = args[2];
  if (options === undefined || options === null) {
    return;
  }
  if (!isObject(options)) {
    if (options) {
      throw new TypeError(`${name}(): useCapture must be false.`);
    }
  } else if (options.capture) {
    throw new TypeError(`${name}(): options.capture must be false.`);
  }
}

const targetMembers = {
  addEventListener(type, listener, options) {
    checkArguments("addEventListener", arguments, "function or HandlerObject");
    const signal = isObject(options) ? options.signal : undefined;
    if (signal !== undefined && !ObjectPrototypeIsPrototypeOf(AbortSignalPrototype, signal)) {
      throw new TypeError("Incorrect type for the 'signal' field on 'AddEventListenerOptions': the provided value is not of type 'AbortSignal'.");
    }
    return ReflectApply(addEventListener, this, [type, listener, isObject(options) ? options : undefined]);
  },
  removeEventListener(type, listener, options) {
    checkArguments("removeEventListener", arguments, "Object");
    return ReflectApply(removeEventListener, this, [type, listener]);
  },
  dispatchEvent(event) {
    if (!isObject(event) || !ObjectPrototypeIsPrototypeOf(Event.prototype, event)) {
      throw new TypeError("Failed to execute 'dispatchEvent' on 'EventTarget': parameter 1 is not of type 'Event'.");
    }
    if (ReflectApply(eventPhase, event, []) !== 0) {
      throw new DOMException("The event is already being dispatched.", "InvalidStateError");
    }
    return ReflectApply(dispatchEvent, this, [event]);
  },
};
// There is no tree: the target is the one that listens.
const targetOf = {
  get target() {
    return ReflectApply(target, this, []) ?? undefined;
  },
  get currentTarget() {
    return ReflectApply(target, this, []) ?? undefined;
  },
  get srcElement() {
    return ReflectApply(target, this, []) ?? undefined;
  },
};

function define(prototype, members, names) {
  for (let i = 0; i < names.length; i++) {
    ObjectDefineProperty(prototype, names[i], { ...ReflectGetOwnPropertyDescriptor(members, names[i]), enumerable: true, configurable: true });
  }
}
define(EventTarget.prototype, targetMembers, ["addEventListener", "removeEventListener", "dispatchEvent"]);
define(Event.prototype, targetOf, ["target", "currentTarget", "srcElement"]);

return {};
})();
