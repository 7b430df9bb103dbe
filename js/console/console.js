// console.
//
// Owns which methods print and at which level. It must not know where lines go: the host prints them with the name of
// the Worker or object that wrote them.

(function () {
const { core, primordials } = __bootstrap;
const { op_console, op_trace_log } = core.ops;
const {
  ArrayIsArray,
  ErrorCaptureStackTrace,
  JSONStringify,
  ObjectDefineProperty,
  ObjectGetPrototypeOf,
  ObjectPrototype,
  SafeArrayIterator,
  SymbolToStringTag,
} = primordials;
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

// What a tail is told of the arguments, as JSON. The rules are workerd's.
function messageOf(args) {
  let text = "";
  for (let i = 0; i < args.length; i++) {
    text += `${i === 0 ? "" : ","}${jsonOf(args[i])}`;
  }
  return `[${text}]`;
}
function jsonOf(value) {
  try {
    if (value === undefined) {
      return "null";
    }
    const isData = value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean" ||
      (typeof value === "object" && (ArrayIsArray(value) || ObjectGetPrototypeOf(value) === ObjectPrototype || typeof value.toJSON === "function"));
    // A symbol has no text: this throws.
    return JSONStringify(isData ? value : `${value}`) ?? "null";
  } catch {
    return "{}";
  }
}

function print(level) {
  // A method of this object has no prototype property and cannot be constructed, like workerd's.
  return {
    [level](...args) {
      if (op_console(level, format(args))) {
        op_trace_log(level, messageOf(args));
      }
    },
  }[level];
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
      op_console("log", format(args));
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
