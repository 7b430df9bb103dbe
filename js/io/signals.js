// AbortController and AbortSignal as Workers have them.
//
// Owns what differs from deno_web: timeouts run on the event's timers, because deno_web's know no events, and an abort
// without a reason has workerd's text, and leaves no listeners behind. Owns also how the runtime's own waits end with a signal.
// It must not know who waits.

(function () {
const { core, primordials } = __bootstrap;
const { op_timer_set } = core.ops;
const {
  ArrayPrototypeFind,
  ArrayPrototypePush,
  Error,
  ObjectDefineProperty,
  ObjectGetOwnPropertySymbols,
  ObjectPrototypeIsPrototypeOf,
  Promise,
  PromisePrototypeThen,
  ReflectApply,
  ReflectGetOwnPropertyDescriptor,
  String,
  SymbolIterator,
  SymbolPrototypeGetDescription,
  TypeError,
  uncurryThis,
} = primordials;
const { AbortController, AbortSignal, add, newSignal, remove, signalAbort } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { eventTargetData } = core.loadExtScript("ext:deno_web/02_event.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");

const abortController = uncurryThis(AbortController.prototype.abort);
const isAborted = uncurryThis(ReflectGetOwnPropertyDescriptor(AbortSignal.prototype, "aborted").get);
const reasonOf = uncurryThis(ReflectGetOwnPropertyDescriptor(AbortSignal.prototype, "reason").get);

// A reason of the runtime's own: it says that trying again may help.
function newReason(message, name) {
  const reason = new DOMException(message, name);
  ObjectDefineProperty(reason, "retryable", { __proto__: null, value: true, writable: true, enumerable: true, configurable: true });
  return reason;
}
const aborted = () => newReason("The operation was aborted", "AbortError");

// What a wait fails with that an abort ends: the reason, or an error that says it where it is no object.
function abortError(signal) {
  const reason = reasonOf(signal);
  return (typeof reason === "object" && reason !== null) || typeof reason === "function" ? reason : new Error(String(reason));
}

// The outcome of `promise`, unless `signal` aborts before: then it fails, whatever becomes of the promise, and `gone` is called.
function untilAborted(signal, promise, gone) {
  return new Promise((resolve, reject) => {
    const abort = () => {
      gone();
      reject(abortError(signal));
    };
    if (isAborted(signal)) {
      abort();
      return;
    }
    signal[add](abort);
    const done = () => signal[remove](abort);
    PromisePrototypeThen(promise, (value) => {
      done();
      resolve(value);
    }, (error) => {
      done();
      reject(error);
    });
  });
}

const members = {
  abort(reason = undefined) {
    abortController(this, reason === undefined ? aborted() : reason);
  },
};
const statics = {
  abort(reason = undefined) {
    const signal = newSignal();
    signal[signalAbort](reason === undefined ? aborted() : reason);
    return signal;
  },
  timeout(delay) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'timeout' on 'AbortSignal': parameter 1 is not of type 'number'.");
    }
    const given = +delay;
    const milliseconds = given >= 0 ? given : 0;
    const signal = newSignal();
    op_timer_set(() => signal[signalAbort](newReason("The operation was aborted due to timeout", "TimeoutError")), milliseconds, false);
    return signal;
  },
};
function define(target, name, value) {
  ObjectDefineProperty(target, name, { __proto__: null, configurable: true, enumerable: true, writable: true, value });
}
const dependent = AbortSignal.any;
const { any } = {
  any(signals) {
    if (typeof signals !== "object" || signals === null || signals[SymbolIterator] === undefined) {
      throw new TypeError("Failed to execute 'any' on 'AbortSignal': parameter 1 is not of type 'Array'.");
    }
    const list = [];
    const iterator = signals[SymbolIterator]();
    for (let step = iterator.next(); !step.done; step = iterator.next()) {
      if (!ObjectPrototypeIsPrototypeOf(AbortSignal.prototype, step.value)) {
        throw new TypeError(`Incorrect type for array element ${list.length}: the provided value is not of type 'AbortSignal'.`);
      }
      ArrayPrototypePush(list, step.value);
    }
    return ReflectApply(dependent, AbortSignal, [list]);
  },
};
// deno_web does not give its symbol out.
const kRun = ArrayPrototypeFind(
  ObjectGetOwnPropertySymbols(AbortSignal.prototype),
  (symbol) => SymbolPrototypeGetDescription(symbol) === "[[runAbortSteps]]",
);
const run = AbortSignal.prototype[kRun];
AbortSignal.prototype[kRun] = function () {
  ReflectApply(run, this, []);
  const data = this[eventTargetData];
  if (data !== undefined && data !== null) {
    data.listeners = { __proto__: null };
  }
};
define(AbortSignal, "any", any);
define(AbortController.prototype, "abort", members.abort);
define(AbortSignal, "abort", statics.abort);
define(AbortSignal, "timeout", statics.timeout);

return { AbortController, AbortSignal, abortError, isAborted, reasonOf, untilAborted };
})();
