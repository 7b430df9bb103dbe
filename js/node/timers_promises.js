// `node:timers/promises`: timers that are promises.
//
// Owns the promises and their signals. It must not know how the host keeps time.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectDefineProperty, Promise, SymbolFor } = primordials;
const { AbortError, nodeTypeError, validateAbortSignal, validateBoolean, validateNumber, validateObject } = core.loadExtScript(
  "ext:denizen/node/internal/errors.js",
);
const globals = core.loadExtScript("ext:denizen/node/globals.js");
const { scheduler: globalScheduler } = core.loadExtScript("ext:denizen/io/timers.js");

const kScheduler = SymbolFor("kScheduler");

function check(delay, options) {
  if (delay !== undefined) validateNumber(delay, "delay");
  validateObject(options, "options");
  validateAbortSignal(options.signal, "options.signal");
  if (options.ref !== undefined) validateBoolean(options.ref, "options.ref");
  if (options.signal?.aborted) throw new AbortError(undefined, { cause: options.signal.reason });
}

function timer(begin, end, value, signal) {
  return new Promise((resolve, reject) => {
    const handle = begin(() => {
      signal?.removeEventListener("abort", abort);
      resolve(value);
    });
    function abort() {
      end(handle);
      reject(new AbortError(undefined, { cause: signal.reason }));
    }
    signal?.addEventListener("abort", abort, { __proto__: null, once: true });
  });
}

async function setTimeout(delay, value = undefined, options = { __proto__: null }) {
  check(delay, options);
  return timer((done) => globals.setTimeout(done, delay), globals.clearTimeout, value, options.signal);
}
ObjectDefineProperty(setTimeout, "length", { __proto__: null, value: 2, configurable: true });

async function setImmediate(value = undefined, options = { __proto__: null }) {
  check(undefined, options);
  return timer((done) => globals.setImmediate(done), globals.clearImmediate, value, options.signal);
}
ObjectDefineProperty(setImmediate, "length", { __proto__: null, value: 1, configurable: true });

async function* setInterval(delay, value = undefined, options = { __proto__: null }) {
  check(delay, options);
  const { signal } = options;
  let due = 0;
  let wake;
  const handle = globals.setInterval(() => {
    due++;
    wake?.();
    wake = undefined;
  }, delay);
  const abort = () => wake?.();
  signal?.addEventListener("abort", abort, { __proto__: null, once: true });
  try {
    for (;;) {
      if (signal?.aborted) throw new AbortError(undefined, { cause: signal.reason });
      if (due === 0) await new Promise((resolve) => (wake = resolve));
      for (; due > 0; due--) yield value;
    }
  } finally {
    globals.clearInterval(handle);
    signal?.removeEventListener("abort", abort);
  }
}
ObjectDefineProperty(setInterval, "length", { __proto__: null, value: 2, configurable: true });

function checkScheduler(value) {
  if (!value[kScheduler]) throw nodeTypeError("ERR_INVALID_THIS", 'Value of "this" must be of type Scheduler');
}

class Scheduler {
  constructor() {
    ObjectDefineProperty(this, kScheduler, { __proto__: null, value: true, configurable: true, enumerable: true, writable: true });
  }
  yield() {
    checkScheduler(this);
    return setImmediate();
  }
  // The global one waits, with its own errors.
  wait(delay, options) {
    checkScheduler(this);
    return globalScheduler.wait(delay, options);
  }
}
const scheduler = new Scheduler();

const exported = { setTimeout, setImmediate, setInterval, scheduler };

return { ...exported, default: exported };
})();
