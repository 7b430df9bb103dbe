// Exceptions that nobody catches.
//
// Owns queueMicrotask, reportError and what becomes of listeners that throw: an exception becomes an `error` event first, and a line of the log if nothing
// prevents it. It must not throw.

(function () {
const { core, primordials } = __bootstrap;
const { op_console } = core.ops;
const { PromisePrototypeThen, PromiseResolve, TypeError } = primordials;
const event = core.loadExtScript("ext:deno_web/02_event.js");
const { errorParts, logText } = core.loadExtScript("ext:denizen/rpc/errors.js");

const dispatchEvent = primordials.uncurryThis(event.EventTarget.prototype.dispatchEvent);

function report(error) {
  const parts = errorParts(error);
  try {
    const occurrence = new event.ErrorEvent("error", { __proto__: null, cancelable: true, error, message: `Uncaught ${core.isNativeError(error) ? `${parts.name}: ${parts.message}` : `${error}`}` });
    dispatchEvent(globalThis, occurrence);
    if (occurrence.defaultPrevented) {
      return;
    }
  } catch {
    // A listener that throws changes nothing about the report.
  }
  log(error);
}

function log(error) {
  op_console("error", `Uncaught ${logText(error)}`);
}

// What deno_web calls for a listener that throws, after its `error` event. deno_core's own ends the isolate.
core.reportUnhandledException = log;

// What listeners throw while `call` runs, instead of a line of the log: the first as `{ error }`, or null.
function whatListenersThrow(call) {
  const before = core.reportUnhandledException;
  let thrown = null;
  core.reportUnhandledException = (error) => {
    thrown ??= { __proto__: null, error };
  };
  try {
    call();
  } finally {
    core.reportUnhandledException = before;
  }
  return thrown;
}

function queueMicrotask(callback) {
  if (typeof callback !== "function") {
    throw new TypeError("Failed to execute 'queueMicrotask' on 'ServiceWorkerGlobalScope': parameter 1 is not of type 'function'.");
  }
  // A reaction of a settled promise is a microtask, and it keeps the event that it belongs to.
  PromisePrototypeThen(PromiseResolve(undefined), () => {
    try {
      callback();
    } catch (error) {
      report(error);
    }
  });
}

function reportError(error) {
  report(error);
}

return { queueMicrotask, reportError, whatListenersThrow };
})();
