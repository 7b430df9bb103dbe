// `node:timers/promises`: timers that are promises.
//
// Owns the promises and their signals. It must not know how the host keeps time.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectCreate, ObjectDefineProperty, Promise, TypeError } = primordials;
const { AbortError, validateAbortSignal, validateBoolean, validateNumber, validateObject } = core.loadExtScript(
  "ext:denizen/node/internal/errors.js",
);
const globals = core.loadExtScript("ext:denizen/node/globals.js");

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

class Scheduler {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  yield() {
    return setImmediate();
  }
  wait(delay, options = undefined) {
    return setTimeout(delay, undefined, options);
  }
}
const scheduler = ObjectCreate(Scheduler.prototype);

const exported = { setTimeout, setImmediate, setInterval, scheduler };

return { ...exported, default: exported };
})();
