// MessageChannel and MessagePort.
//
// Owns two ports of one isolate and the order of their messages, which is workerd's: a port delivers in microtasks of the event
// that posts, from the first listener on. Ports cannot be sent anywhere. It must not know RPC.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray,
  ArrayPrototypePush,
  ArrayPrototypeShift,
  Error,
  FunctionPrototypeCall,
  ObjectDefineProperty,
  PromisePrototypeThen,
  PromiseResolve,
  Symbol,
  SymbolToStringTag,
  TypeError,
  uncurryThis,
} = primordials;
const { Event, EventTarget, listenerCount, setIsTrusted } = core.loadExtScript("ext:deno_web/02_event.js");
const { declaresHandlers, dispatch, watchListeners } = core.loadExtScript("ext:denizen/web/event_target.js");
const { messageEvent } = core.loadExtScript("ext:denizen/web/events.js");
const { own } = core.loadExtScript("ext:denizen/actor/values.js");
const { clone } = core.loadExtScript("ext:denizen/worker/structured_clone.js");

const addListener = uncurryThis(EventTarget.prototype.addEventListener);
const removeListener = uncurryThis(EventTarget.prototype.removeEventListener);
// User code can take the name away.
const scope = globalThis;
const kInternal = Symbol("internal");
const PENDING_MAX = core.ops.op_bounds()[1];

function isObject(value) {
  return typeof value === "object" && value !== null || typeof value === "function";
}

// How many objects were to go along with a message.
function transferred(options) {
  if (options === undefined || options === null) {
    return 0;
  }
  if (!isObject(options)) {
    throw new TypeError("Failed to execute 'postMessage' on 'MessagePort': parameter 2 is not of type 'Array or PostMessageOptions'.");
  }
  const list = ArrayIsArray(options) ? options : options.transfer;
  if (list === undefined) {
    return 0;
  }
  if (!ArrayIsArray(list)) {
    throw new TypeError("Incorrect type for the 'transfer' field on 'PostMessageOptions': the provided value is not of type 'Array'.");
  }
  return list.length;
}

let entangle;

class MessagePort extends EventTarget {
  #other = null;
  // Messages that came while nobody listened.
  #pending = [];
  #started = false;
  #closed = false;
  #handler = null;
  #call = (event) => {
    if (typeof this.#handler === "function") {
      FunctionPrototypeCall(this.#handler, scope, event);
    }
  };

  static {
    entangle = (left, right) => {
      left.#other = right;
      right.#other = left;
    };
  }

  constructor(internal = undefined) {
    if (internal !== kInternal) {
      throw new TypeError("Illegal constructor");
    }
    super();
    watchListeners(this, (type) => {
      if (type === "message" && listenerCount(this, "message") > 0) {
        this.#flush();
      }
    });
  }
  get onmessage() {
    return this.#handler;
  }
  set onmessage(handler) {
    const before = this.#handler;
    this.#handler = isObject(handler) ? handler : null;
    if (this.#handler === null) {
      removeListener(this, "message", this.#call);
    } else if (before === null) {
      addListener(this, "message", this.#call);
    }
  }
  postMessage(message = undefined, options = undefined) {
    const other = this.#other;
    if (transferred(options) > 0) {
      throw new Error("Transfer list is not supported");
    }
    const data = clone(message, []);
    if (this.#closed) {
      return;
    }
    if (other.#started || listenerCount(other, "message") > 0) {
      other.#deliver(data);
    } else if (other.#pending.length < PENDING_MAX) {
      ArrayPrototypePush(other.#pending, data);
    } else {
      throw new Error("Too many messages wait for a MessagePort that was not started.");
    }
  }
  start() {
    this.#started = true;
    this.#flush();
  }
  close() {
    if (this.#closed) {
      return;
    }
    const other = this.#other;
    this.#closed = other.#closed = true;
    this.#pending = other.#pending = [];
    other.#tellClose();
    this.#tellClose();
  }

  #flush() {
    while (this.#pending.length > 0) {
      this.#deliver(ArrayPrototypeShift(this.#pending));
    }
  }
  #deliver(data) {
    PromisePrototypeThen(PromiseResolve(undefined), () => dispatch(this, messageEvent("message", data, null, this)));
  }
  // What `onclose` throws is thrown by whoever closes.
  #tellClose() {
    const event = new Event("close");
    setIsTrusted(event, true);
    dispatch(this, event, true);
  }
}
declaresHandlers(MessagePort.prototype);

class MessageChannel {
  constructor() {
    const port1 = new MessagePort(kInternal);
    const port2 = new MessagePort(kInternal);
    entangle(port1, port2);
    ObjectDefineProperty(this, "port2", { __proto__: null, value: port2, enumerable: true, configurable: true });
    ObjectDefineProperty(this, "port1", { __proto__: null, value: port1, enumerable: true, configurable: true });
  }
}
ObjectDefineProperty(MessagePort.prototype, SymbolToStringTag, { __proto__: null, value: "MessagePort", configurable: true });
ObjectDefineProperty(MessageChannel.prototype, SymbolToStringTag, { __proto__: null, value: "MessageChannel", configurable: true });

own(MessagePort);

return { MessageChannel, MessagePort };
})();
