// Timers of the running event.
//
// Owns setTimeout and its kin, and scheduler.wait. Each timer fires in a turn of its own and belongs
// to the event that set it. It must not know how the host keeps time.

(function () {
const { core, primordials } = __bootstrap;
const { op_io_check, op_timer_clear, op_timer_set } = core.ops;
const {
  Number,
  NumberIsFinite,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectPrototypeIsPrototypeOf,
  Promise,
  PromiseReject,
  ReflectApply,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { AbortSignalPrototype, add, remove } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { abortError, isAborted } = core.loadExtScript("ext:denizen/io/signals.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");

function set(name, callback, delay, repeat, args) {
  if (typeof callback !== "function") {
    throw new TypeError(`Failed to execute '${name}' on 'ServiceWorkerGlobalScope': parameter 1 is not of type 'function'.`);
  }
  if (typeof delay === "bigint") {
    throw new TypeError("Cannot mix BigInt and other types, use explicit conversions");
  }
  const milliseconds = Number(delay);
  const context = core.getAsyncContext();
  const run = () => {
    // What the callback starts belongs to what the code that set the timer belongs to.
    const turn = core.getAsyncContext();
    core.setAsyncContext(context);
    try {
      return ReflectApply(callback, globalThis, args);
    } finally {
      core.setAsyncContext(turn);
    }
  };
  return op_timer_set(run, NumberIsFinite(milliseconds) ? milliseconds : 0, repeat);
}

function setTimeout(callback, delay = 0, ...args) {
  return set("setTimeout", callback, delay, false, args);
}

function setInterval(callback, delay = 0, ...args) {
  return set("setInterval", callback, delay, true, args);
}

function clear(id) {
  op_io_check();
  const number = Number(id);
  if (NumberIsFinite(number) && number > 0) {
    op_timer_clear(number >>> 0);
  }
}

function clearTimeout(id = undefined) {
  clear(id);
}

function clearInterval(id = undefined) {
  clear(id);
}

class Scheduler {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  wait(delay, options = undefined) {
    if (arguments.length === 0) {
      return PromiseReject(new TypeError("Failed to execute 'wait' on 'Scheduler': parameter 1 is not of type 'number'."));
    }
    if (!ObjectPrototypeIsPrototypeOf(Scheduler.prototype, this)) {
      throw illegalInvocation();
    }
    // What is wrong with the arguments rejects.
    return new Promise((resolve, reject) => {
      const milliseconds = +delay;
      if (options !== undefined && options !== null && typeof options !== "object" && typeof options !== "function") {
        throw new TypeError("Failed to execute 'wait' on 'Scheduler': parameter 2 is not of type 'WaitOptions'.");
      }
      const signal = options?.signal;
      if (signal !== undefined && !ObjectPrototypeIsPrototypeOf(AbortSignalPrototype, signal)) {
        throw new TypeError("Incorrect type for the 'signal' field on 'WaitOptions': the provided value is not of type 'AbortSignal'.");
      }
      if (signal !== undefined && isAborted(signal)) {
        throw abortError(signal);
      }
      const abort = () => {
        op_timer_clear(id);
        reject(abortError(signal));
      };
      const id = op_timer_set(() => {
        signal?.[remove](abort);
        resolve();
      }, milliseconds, false);
      signal?.[add](abort);
    });
  }
}
ObjectDefineProperty(Scheduler.prototype, SymbolToStringTag, { __proto__: null, value: "Scheduler", configurable: true });
const scheduler = ObjectCreate(Scheduler.prototype);

return { Scheduler, clearInterval, clearTimeout, scheduler, setInterval, setTimeout };
})();
