// console.
//
// Owns which methods print and at which level. It must not know where lines go: the host prints them with the name of
// the Worker or object that wrote them.

(function () {
const { core, primordials } = __bootstrap;
const { op_console } = core.ops;
const { ErrorCaptureStackTrace, ObjectDefineProperty, SafeArrayIterator, SymbolToStringTag } = primordials;
const { getDefaultInspectOptions, inspectArgs } = core.loadExtScript("ext:deno_web/01_console.js");

const counts = { __proto__: null };

function format(args) {
  try {
    return inspectArgs(args, { ...getDefaultInspectOptions(), colors: false });
  } catch {
    // What cannot be shown, such as a revoked proxy, must not make a program fail that only logs.
    return "[value that cannot be shown]";
  }
}

function print(level) {
  // A method of this object has no prototype property and cannot be constructed, like workerd's.
  return { [level](...args) { op_console(level, format(args)); } }[level];
}

const console = {
  debug: print("debug"),
  error: print("error"),
  info: print("info"),
  log: print("log"),
  warn: print("warn"),
  assert(condition, ...args) {
    if (!condition) {
      op_console("error", args.length === 0 ? "Assertion failed" : `Assertion failed: ${format(args)}`);
    }
  },
  trace(...args) {
    const holder = { name: "Trace", message: format(args) };
    ErrorCaptureStackTrace(holder, console.trace);
    op_console("log", `${holder.stack}`);
  },
  dir(value) {
    op_console("log", format([value]));
  },
  dirxml(...args) {
    op_console("log", format(args));
  },
  table(...args) {
    op_console("log", format(args));
  },
  count(label = "default") {
    const key = `${label}`;
    counts[key] = (counts[key] ?? 0) + 1;
    op_console("log", `${key}: ${counts[key]}`);
  },
  countReset(label = "default") {
    delete counts[`${label}`];
  },
  group(...args) {
    if (args.length > 0) {
      console.log(...new SafeArrayIterator(args));
    }
  },
  groupCollapsed(...args) {
    console.group(...new SafeArrayIterator(args));
  },
  groupEnd() {},
  clear() {},
  time() {},
  timeEnd() {},
  timeLog() {},
  timeStamp() {},
  profile() {},
  profileEnd() {},
};
ObjectDefineProperty(console, SymbolToStringTag, { __proto__: null, value: "console", configurable: true });

return { console, format };
})();
