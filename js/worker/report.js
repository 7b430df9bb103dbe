// Exceptions that nobody catches.
//
// Owns queueMicrotask, reportError and what becomes of listeners that throw: an exception becomes an `error` event and a line of the
// log. It must not throw.

(function () {
const { core, primordials } = __bootstrap;
const { op_console } = core.ops;
const { Error, Number, PromisePrototypeThen, PromiseResolve, RegExpPrototypeExec, SafeRegExp, TypeError } = primordials;
const { ErrorEvent, setIsTrusted } = core.loadExtScript("ext:deno_web/02_event.js");
const { dispatch, reportTo } = core.loadExtScript("ext:denizen/web/event_target.js");
const { logText } = core.loadExtScript("ext:denizen/rpc/errors.js");

// User code can take the name away.
const scope = globalThis;
const FRAME = new SafeRegExp(/^ {4}at (?:.*\()?(.+):(\d+):(\d+)\)?$/m);

const frameOf = (stack) => typeof stack === "string" ? RegExpPrototypeExec(FRAME, stack) : null;

// The members of an event that say where an error was made; of anything else, where it is reported.
function placeOf(error) {
  const frame = frameOf(core.isNativeError(error) ? error.stack : undefined) ?? frameOf(new Error().stack);
  return frame === null
    ? { __proto__: null, filename: "undefined", lineno: 0, colno: -1 }
    : { __proto__: null, filename: frame[1], lineno: Number(frame[2]), colno: Number(frame[3]) - 1 };
}

let isReporting = false;
function report(error) {
  let isHandled = false;
  // What a listener of that event throws is not told to it again.
  if (!isReporting) {
    isReporting = true;
    try {
      const occurrence = new ErrorEvent("error", { __proto__: null, ...placeOf(error), error, message: core.destructureError(error).exceptionMessage });
      setIsTrusted(occurrence, true);
      isHandled = !dispatch(scope, occurrence);
    } catch {
      // It is logged all the same.
    } finally {
      isReporting = false;
    }
  }
  sink(error, isHandled);
}
reportTo(report);

function log(error, isHandled) {
  if (!isHandled) {
    op_console("error", `Uncaught ${logText(error)}`);
  }
}

// What gets an exception after its event.
let sink = log;
// deno_core's own ends the isolate.
core.reportUnhandledException = report;

// What listeners throw while `call` runs, instead of a line of the log: the first as `{ error }`, or null.
function whatListenersThrow(call) {
  const before = sink;
  let thrown = null;
  sink = (error) => {
    thrown ??= { __proto__: null, error };
  };
  try {
    call();
  } finally {
    sink = before;
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
  if (arguments.length === 0) {
    throw new TypeError("Failed to execute 'reportError' on 'ServiceWorkerGlobalScope': parameter 1 is not of type 'Value'.");
  }
  report(error);
}

return { queueMicrotask, reportError, whatListenersThrow };
})();
