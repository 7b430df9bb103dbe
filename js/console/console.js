// console.
//
// Owns which methods print, at which level and what. It must not know where lines go: the host prints them with the name of
// the Worker or object that wrote them.

(function () {
const { core, primordials } = __bootstrap;
const { op_console, op_console_colors, op_console_indent, op_trace_log } = core.ops;
const {
  ArrayIsArray,
  ArrayPrototypeSlice,
  DateNow,
  ErrorCaptureStackTrace,
  JSONStringify,
  ObjectDefineProperty,
  ObjectGetPrototypeOf,
  ObjectPrototype,
  SafeArrayIterator,
  SafeMap,
  StringPrototypeIncludes,
  SymbolToStringTag,
} = primordials;

const inspector = () => core.loadExtScript("ext:denizen/node/util/inspect.js");

// Labels that an isolate counts or times at once; more are not remembered.
const LABELS_MAX = 1000;
const counts = new SafeMap();
const timers = new SafeMap();

// The text of arguments as util.format has it.
function format(args) {
  const first = args[0];
  if (typeof first === "string" && (args.length === 1 || !StringPrototypeIncludes(first, "%")) && areStrings(args)) {
    // What needs no inspector, which an isolate loads at first use.
    return joined(args);
  }
  return guarded(() => inspector().formatWithOptions({ __proto__: null, colors: op_console_colors() }, args));
}
function areStrings(args) {
  for (let i = 0; i < args.length; i++) {
    if (typeof args[i] !== "string") {
      return false;
    }
  }
  return true;
}
function joined(args) {
  let text = args[0];
  for (let i = 1; i < args.length; i++) {
    text += ` ${args[i]}`;
  }
  return text;
}

// What cannot be shown must not make a program fail that only logs.
function guarded(make) {
  try {
    return make();
  } catch (error) {
    try {
      return `<Formatting threw (${core.isNativeError(error) && typeof error.stack === "string" ? error.stack : `${error}`})>`;
    } catch {
      return "<Formatting threw>";
    }
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
  // A method of this object has no prototype property and cannot be constructed, like workerd's, which has no name either.
  return {
    [""](...args) {
      if (op_console(level, args.length === 0 ? "" : format(args))) {
        op_trace_log(level, messageOf(args));
      }
    },
  }[""];
}

function remember(map, label, value) {
  if (map.size < LABELS_MAX || map.has(label)) {
    map.set(label, value);
  }
}
function elapsed(label) {
  const began = timers.get(label);
  return began === undefined ? undefined : `${label}: ${DateNow() - began}ms`;
}

// workerd prints what the first five get, and hands the others to its inspector alone. There is none here, so they print what
// Node's do; tails are not told, as they are not there.
const console = {
  debug: print("debug"),
  error: print("error"),
  info: print("info"),
  log: print("log"),
  warn: print("warn"),
  assert(condition, ...args) {
    if (!condition) {
      const first = args[0];
      const given = typeof first === "string" ? [`Assertion failed: ${first}`, ...new SafeArrayIterator(ArrayPrototypeSlice(args, 1))] : ["Assertion failed", ...new SafeArrayIterator(args)];
      op_console("error", format(given));
    }
  },
  trace(...args) {
    const holder = { name: "Trace", message: args.length === 0 ? "" : format(args) };
    ErrorCaptureStackTrace(holder, console.trace);
    op_console("trace", `${holder.stack}`);
  },
  dir(value, options = undefined) {
    op_console("log", guarded(() => inspector().inspect(value, { __proto__: null, customInspect: false, colors: op_console_colors(), ...options })));
  },
  dirxml(...args) {
    op_console("log", format(args));
  },
  table(value = undefined, columns = undefined) {
    op_console("log", guarded(() => core.loadExtScript("ext:denizen/console/table.js").table(value, columns) ?? format([value])));
  },
  count(label = "default") {
    const key = `${label}`;
    const count = (counts.get(key) ?? 0) + 1;
    remember(counts, key, count);
    op_console("log", `${key}: ${count}`);
  },
  countReset(label = "default") {
    const key = `${label}`;
    if (!counts.delete(key)) {
      op_console("warn", `Count for '${key}' does not exist`);
    }
  },
  group(...args) {
    if (args.length > 0) {
      op_console("log", format(args));
    }
    op_console_indent(1);
  },
  groupCollapsed(...args) {
    console.group(...new SafeArrayIterator(args));
  },
  groupEnd() {
    op_console_indent(-1);
  },
  clear() {},
  time(label = "default") {
    const key = `${label}`;
    if (timers.has(key)) {
      op_console("warn", `Label '${key}' already exists for console.time()`);
    } else {
      remember(timers, key, DateNow());
    }
  },
  timeEnd(label = "default") {
    const key = `${label}`;
    const text = elapsed(key);
    timers.delete(key);
    op_console(text === undefined ? "warn" : "log", text ?? `No such label '${key}' for console.timeEnd()`);
  },
  timeLog(label = "default", ...args) {
    const key = `${label}`;
    const text = elapsed(key);
    if (text === undefined) {
      op_console("warn", `No such label '${key}' for console.timeLog()`);
    } else {
      op_console("log", args.length === 0 ? text : `${text} ${format(args)}`);
    }
  },
  timeStamp() {},
  profile() {},
  profileEnd() {},
};
ObjectDefineProperty(console, SymbolToStringTag, { __proto__: null, value: "console", configurable: true });

return { console, format };
})();
