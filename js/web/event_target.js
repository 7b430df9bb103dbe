// EventTarget and Event as Workers have them.
//
// Owns listeners and their order, the `on` members that are called before them, what workerd refuses of listeners, which have
// no phases there, and what an event says of its target. deno_web's keeps the list of listeners. It must not know what becomes
// of an exception that a listener throws.

(function () {
"use strict";
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeFind,
  ArrayPrototypeSlice,
  FunctionPrototypeCall,
  ObjectDefineProperty,
  ObjectGetOwnPropertySymbols,
  ObjectGetPrototypeOf,
  ObjectHasOwn,
  ObjectPrototypeIsPrototypeOf,
  ReflectApply,
  ReflectGetOwnPropertyDescriptor,
  SafeWeakMap,
  SafeWeakSet,
  SymbolPrototypeGetDescription,
  TypeError,
  WeakSetPrototypeAdd,
  WeakSetPrototypeHas,
} = primordials;
const webidl = core.loadExtScript("ext:deno_webidl/00_webidl.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { Event, EventTarget, eventTargetData } = core.loadExtScript("ext:deno_web/02_event.js");
const { AbortSignalPrototype } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");

const { addEventListener, removeEventListener } = EventTarget.prototype;
// User code can take the name away.
const scope = globalThis;
const NONE = 0;
const AT_TARGET = 2;

// deno_web keeps the state of an event under symbols that it does not hand out.
const symbols = ObjectGetOwnPropertySymbols(new Event("x"));
const symbolOf = (name) => ArrayPrototypeFind(symbols, (symbol) => SymbolPrototypeGetDescription(symbol) === name);
const ATTRIBUTES = symbolOf("[[attributes]]");
const CANCELED = symbolOf("[[canceledFlag]]");
const IN_PASSIVE = symbolOf("[[inPassiveListener]]");

function attributesOf(event) {
  const attributes = isObject(event) ? event[ATTRIBUTES] : undefined;
  if (attributes === undefined) {
    throw illegalInvocation();
  }
  return attributes;
}

function isObject(value) {
  return typeof value === "object" && value !== null || typeof value === "function";
}

// What is told of an exception of a listener.
let report = () => {};
function reportTo(callback) {
  report = callback;
}

// Events that no more listeners get, for good.
const halted = new SafeWeakSet();

// Prototypes with `on` members of their own, which add listeners themselves.
const declared = new SafeWeakSet();
function declaresHandlers(prototype) {
  WeakSetPrototypeAdd(declared, prototype);
}
declaresHandlers(AbortSignalPrototype);

function handlerOf(target, name) {
  const handler = target[name];
  if (typeof handler !== "function") {
    return undefined;
  }
  let holder = target;
  while (holder !== null && !ObjectHasOwn(holder, name)) {
    holder = ObjectGetPrototypeOf(holder);
  }
  const isDeclared = holder !== null && WeakSetPrototypeHas(declared, holder) && ReflectGetOwnPropertyDescriptor(holder, name)?.get !== undefined;
  return isDeclared ? undefined : handler;
}

function find(list, callback) {
  for (let i = 0; i < list.length; i++) {
    if (list[i].callback === callback) {
      return list[i];
    }
  }
  return undefined;
}

// Calls who listens at `target`; false if one of them has prevented the default, which is also meant by true as what one returns,
// and asks no event whether it can be cancelled. What the `on` member throws goes out if that is asked for.
function dispatch(target, event, isHandlerBare = false) {
  const attributes = attributesOf(event);
  const { type } = attributes;
  attributes.target = target;
  event[CANCELED] = false;
  if (WeakSetPrototypeHas(halted, event)) {
    return true;
  }
  attributes.eventPhase = AT_TARGET;
  try {
    const list = target[eventTargetData]?.listeners[type];
    // Whoever comes while they are called waits for the next event.
    const called = list === undefined ? [] : ArrayPrototypeSlice(list);
    const handler = handlerOf(target, `on${type}`);
    if (handler !== undefined) {
      try {
        event[CANCELED] = FunctionPrototypeCall(handler, scope, event) === true || event[CANCELED];
      } catch (error) {
        if (isHandlerBare) {
          throw error;
        }
        report(error);
      }
    }
    for (let i = 0; i < called.length && !WeakSetPrototypeHas(halted, event); i++) {
      const { callback } = called[i];
      // It may have gone, or have come again.
      const listener = find(list, callback);
      if (listener === undefined) {
        continue;
      }
      if (listener.options.once) {
        ReflectApply(removeEventListener, target, [type, callback]);
      }
      const { passive } = listener.options;
      event[IN_PASSIVE] = passive;
      const isFunction = typeof callback === "function";
      // In no function of its own: each frame of the runtime takes the place of one in the stacks of user code.
      try {
        const returned = FunctionPrototypeCall(isFunction ? callback : listener.handleEvent, isFunction ? target : callback, event);
        event[CANCELED] = (returned === true && !passive) || event[CANCELED];
      } catch (error) {
        report(error);
      }
      event[IN_PASSIVE] = false;
    }
  } finally {
    attributes.eventPhase = NONE;
  }
  return !event[CANCELED];
}

// What is told of each listener that has come to a target.
const watchers = new SafeWeakMap();
let isWatched = false;
function watchListeners(target, callback) {
  isWatched = true;
  watchers.set(target, callback);
}

function checkArguments(name, args, listenerType) {
  const place = `Failed to execute '${name}' on 'EventTarget'`;
  if (args.length === 0) {
    throw new TypeError(`${place}: parameter 1 is not of type 'string'.`);
  }
  const type = `${args[0]}`;
  const listener = args[1];
  if (args.length === 1 || listener !== undefined && listener !== null && !isObject(listener)) {
    throw new TypeError(`${place}: parameter 2 is not of type '${listenerType}'.`);
  }
  return type;
}
function checkOptions(name, options) {
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
    const name = checkArguments("addEventListener", arguments, "function or HandlerObject");
    const handleEvent = typeof listener === "object" && listener !== null ? listener.handleEvent : undefined;
    if (typeof listener === "object" && listener !== null && typeof handleEvent !== "function") {
      throw new TypeError("Incorrect type for the 'handleEvent' field on 'HandlerObject': the provided value is not of type 'function'.");
    }
    checkOptions("addEventListener", options);
    let given;
    if (isObject(options)) {
      const passive = !!options.passive;
      const once = !!options.once;
      const { signal } = options;
      if (signal !== undefined && !ObjectPrototypeIsPrototypeOf(AbortSignalPrototype, signal)) {
        throw new TypeError("Incorrect type for the 'signal' field on 'AddEventListenerOptions': the provided value is not of type 'AbortSignal'.");
      }
      given = { __proto__: null, passive, once, signal };
    }
    ReflectApply(addEventListener, this, [name, listener ?? null, given]);
    const target = this ?? scope;
    if (handleEvent !== undefined) {
      const record = find(target[eventTargetData]?.listeners[name] ?? [], listener);
      if (record !== undefined) {
        record.handleEvent ??= handleEvent;
      }
    }
    if (isWatched) {
      watchers.get(target)?.(name);
    }
  },
  removeEventListener(type, listener, options) {
    const name = checkArguments("removeEventListener", arguments, "Object");
    checkOptions("removeEventListener", options);
    return ReflectApply(removeEventListener, this, [name, listener ?? null]);
  },
  dispatchEvent(event) {
    const target = this ?? scope;
    webidl.assertBranded(target, EventTarget.prototype);
    if (!isObject(event) || event[ATTRIBUTES] === undefined) {
      throw new TypeError("Failed to execute 'dispatchEvent' on 'EventTarget': parameter 1 is not of type 'Event'.");
    }
    if (event[ATTRIBUTES].eventPhase !== NONE) {
      throw new DOMException("The event is already being dispatched.", "InvalidStateError");
    }
    return dispatch(target, event);
  },
};
// There is no tree: the target is the one that listens.
const eventMembers = {
  get target() {
    return attributesOf(this).target ?? undefined;
  },
  get currentTarget() {
    return attributesOf(this).target ?? undefined;
  },
  get srcElement() {
    return attributesOf(this).target ?? undefined;
  },
  composedPath() {
    const { eventPhase, target } = attributesOf(this);
    return eventPhase === NONE ? [] : [target];
  },
  stopImmediatePropagation() {
    attributesOf(this);
    WeakSetPrototypeAdd(halted, this);
  },
  preventDefault() {
    attributesOf(this);
    if (!this[IN_PASSIVE]) {
      this[CANCELED] = true;
    }
  },
  get defaultPrevented() {
    return attributesOf(this).cancelable && this[CANCELED];
  },
  get returnValue() {
    return !(attributesOf(this).cancelable && this[CANCELED]);
  },
};

function define(prototype, members, names) {
  for (let i = 0; i < names.length; i++) {
    const { set } = ReflectGetOwnPropertyDescriptor(prototype, names[i]);
    const descriptor = { ...ReflectGetOwnPropertyDescriptor(members, names[i]), enumerable: true, configurable: true };
    ObjectDefineProperty(prototype, names[i], set === undefined ? descriptor : { ...descriptor, set });
  }
}
define(EventTarget.prototype, targetMembers, ["addEventListener", "removeEventListener", "dispatchEvent"]);
define(Event.prototype, eventMembers, [
  "target", "currentTarget", "srcElement", "composedPath", "stopImmediatePropagation", "preventDefault", "defaultPrevented", "returnValue",
]);

return { declaresHandlers, dispatch, reportTo, watchListeners };
})();
