// MessageChannel and MessagePort.
//
// Owns two ports of one isolate and the order of their messages, which is workerd's: a port delivers in microtasks of the event
// that posts. Ports cannot be sent anywhere. It must not know RPC.

(function () {
const { core, primordials } = __bootstrap;
const { op_structured_clone_plain } = core.ops;
const {
  ArrayPrototypePush,
  ArrayPrototypeShift,
  Error,
  ObjectDefineProperty,
  PromisePrototypeThen,
  PromiseResolve,
  Symbol,
  SymbolToStringTag,
  TypeError,
  uncurryThis,
} = primordials;
const { Event, EventTarget, setIsTrusted } = core.loadExtScript("ext:deno_web/02_event.js");
const { MessageEvent } = core.loadExtScript("ext:denizen/web/events.js");
const { own } = core.loadExtScript("ext:denizen/actor/values.js");
const { cloneOwn, refuseClass } = core.loadExtScript("ext:denizen/worker/structured_clone.js");
const { reportError } = core.loadExtScript("ext:denizen/worker/report.js");

const dispatch = uncurryThis(EventTarget.prototype.dispatchEvent);
const addListener = uncurryThis(EventTarget.prototype.addEventListener);
const kInternal = Symbol("internal");
const PENDING_MAX = core.ops.op_bounds()[6];

let entangle;
let shut;

class MessagePort extends EventTarget {
  #other = null;
  #pending = [];
  #started = false;
  #closed = false;
  #handler = null;

  static {
    entangle = (left, right) => {
      left.#other = right;
      right.#other = left;
    };
    shut = (port) => {
      if (!port.#closed) {
        port.#closed = true;
        const event = new Event("close");
        setIsTrusted?.(event, true);
        dispatch(port, event);
      }
    };
  }

  constructor(internal = undefined) {
    if (internal !== kInternal) {
      throw new TypeError("Illegal constructor");
    }
    super();
    addListener(this, "message", (event) => {
      try {
        this.#handler?.(event);
      } catch (error) {
        reportError(error);
      }
    });
  }
  get onmessage() {
    return this.#handler;
  }
  set onmessage(handler) {
    this.#handler = typeof handler === "function" ? handler : null;
    this.#start();
  }
  postMessage(message = undefined, options = undefined) {
    const other = this.#other;
    if (options !== undefined && options !== null && (options.transfer ?? options).length > 0) {
      throw new Error("Transfer list is not supported");
    }
    const data = cloneOwn(message) ?? op_structured_clone_plain(message, [], undefined);
    if (this.#closed || other === null || other.#closed) {
      return;
    }
    if (other.#started) {
      other.#deliver(data);
    } else if (other.#pending.length < PENDING_MAX) {
      ArrayPrototypePush(other.#pending, data);
    } else {
      throw new Error("Too many messages wait for a MessagePort that was not started.");
    }
  }
  start() {
    this.#start();
  }
  close() {
    if (this.#closed) {
      return;
    }
    if (this.#other !== null) {
      shut(this.#other);
    }
    shut(this);
  }

  #start() {
    this.#started = true;
    while (this.#pending.length > 0) {
      this.#deliver(ArrayPrototypeShift(this.#pending));
    }
  }
  #deliver(data) {
    PromisePrototypeThen(PromiseResolve(undefined), () => {
      const event = new MessageEvent("message", { __proto__: null, data, origin: null, source: this });
      setIsTrusted?.(event, true);
      dispatch(this, event);
    });
  }
}

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
refuseClass(MessagePort);

return { MessageChannel, MessagePort };
})();
