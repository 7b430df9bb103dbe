// Performance and its entries.
//
// Owns the entries of an isolate, as workerd has them: nothing is copied, observers never fire, and marks that are missing
// count as the origin. It must not know events.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeFilter,
  ArrayPrototypePush,
  DateNow,
  FunctionPrototypeBind,
  Number,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectFreeze,
  String,
  Symbol,
  SymbolIterator,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { EventTarget } = core.loadExtScript("ext:deno_web/02_event.js");
const ENTRIES_MAX = core.ops.op_bounds()[1];

const kInternal = Symbol("internal");
let entries = [];

function illegal(internal) {
  if (internal !== kInternal) {
    throw new TypeError("Illegal constructor");
  }
}

class PerformanceEntry {
  #name;
  #type;
  #start;
  #duration;
  constructor(internal = undefined, name, type, start, duration) {
    illegal(internal);
    this.#name = name;
    this.#type = type;
    this.#start = start;
    this.#duration = duration;
  }
  get name() {
    return this.#name;
  }
  get entryType() {
    return this.#type;
  }
  get startTime() {
    return this.#start;
  }
  get duration() {
    return this.#duration;
  }
  toJSON() {
    return { name: this.#name, entryType: this.#type, startTime: this.#start, duration: this.#duration };
  }
}

function detailOf(value) {
  if (value !== undefined && typeof value !== "function" && (typeof value !== "object" || value === null)) {
    throw new TypeError("Incorrect type for the 'detail' field on 'Options': the provided value is not of type 'Object'.");
  }
  return value ?? null;
}

function withDetail(entry, detail) {
  const { name, entryType, startTime, duration } = entry;
  return detail === null ? { name, entryType, startTime, duration } : { name, entryType, startTime, duration, detail };
}

class PerformanceMark extends PerformanceEntry {
  #detail;
  constructor(name, options = undefined) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to construct 'PerformanceMark': constructor parameter 1 is not of type 'string'.");
    }
    const startTime = options?.startTime;
    super(kInternal, String(name), "mark", startTime === undefined ? now() : Number(startTime), 0);
    this.#detail = detailOf(options?.detail);
  }
  get detail() {
    return this.#detail;
  }
  toJSON() {
    return withDetail(this, this.#detail);
  }
}

class PerformanceMeasure extends PerformanceEntry {
  #detail;
  constructor(internal = undefined, name, start, duration, detail) {
    illegal(internal);
    super(kInternal, name, "measure", start, duration);
    this.#detail = detail;
  }
  get detail() {
    return this.#detail;
  }
  toJSON() {
    return withDetail(this, this.#detail);
  }
}

const TIMINGS = [
  "connectEnd", "connectStart", "decodedBodySize", "domainLookupEnd", "domainLookupStart", "encodedBodySize", "fetchStart",
  "initiatorType", "nextHopProtocol", "redirectEnd", "redirectStart", "requestStart", "responseEnd", "responseStart",
  "responseStatus", "secureConnectionStart", "transferSize", "workerStart",
];
class PerformanceResourceTiming extends PerformanceEntry {
  constructor() {
    super();
  }
}
for (let i = 0; i < TIMINGS.length; i++) {
  ObjectDefineProperty(PerformanceResourceTiming.prototype, TIMINGS[i], {
    __proto__: null,
    configurable: true,
    enumerable: true,
    get() {
      throw new TypeError("Illegal invocation");
    },
  });
}

class PerformanceObserverEntryList {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  getEntries() {
    return [];
  }
  getEntriesByName() {
    return [];
  }
  getEntriesByType() {
    return [];
  }
}

class PerformanceObserver {
  constructor(_callback) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to construct 'PerformanceObserver': constructor parameter 1 is not of type 'Value'.");
    }
  }
  disconnect() {}
  observe() {}
  takeRecords() {
    return [];
  }
}
ObjectDefineProperty(PerformanceObserver, "supportedEntryTypes", {
  __proto__: null, value: ObjectFreeze(["measure", "mark"]), enumerable: true, configurable: true,
});

class EventCounts {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  get size() {
    return 0;
  }
  get() {
    return undefined;
  }
  has() {
    return false;
  }
  entries() {
    return [][SymbolIterator]();
  }
  keys() {
    return [][SymbolIterator]();
  }
  values() {
    return [][SymbolIterator]();
  }
  forEach() {}
}
class PerformanceNodeTiming {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
}
const eventCounts = ObjectCreate(EventCounts.prototype);
const nodeTiming = ObjectCreate(PerformanceNodeTiming.prototype);

// workerd's clock counts whole milliseconds from 1970, and its origin is 0.
const now = DateNow;

function add(entry) {
  if (entries.length >= ENTRIES_MAX) {
    entries = ArrayPrototypeFilter(entries, (_, index) => index >= ENTRIES_MAX / 2);
  }
  ArrayPrototypePush(entries, entry);
  return entry;
}

function markTime(name) {
  for (let i = 0; i < entries.length; i++) {
    if (entries[i].name === name && entries[i].entryType === "mark") {
      return entries[i].startTime;
    }
  }
  return undefined;
}

let internalToken;
class Performance extends EventTarget {
  constructor() {
    if (internalToken === undefined) {
      throw new TypeError("Illegal constructor");
    }
    super();
  }
  get timeOrigin() {
    return 0;
  }
  get eventCounts() {
    return eventCounts;
  }
  get nodeTiming() {
    return nodeTiming;
  }
  now() {
    return now();
  }
  mark(name, options = undefined) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'mark' on 'Performance': parameter 1 is not of type 'string'.");
    }
    if (options !== undefined && options !== null && typeof options !== "object") {
      throw new TypeError("Failed to execute 'mark' on 'Performance': parameter 2 is not of type 'Options'.");
    }
    return add(new PerformanceMark(name, options));
  }
  measure(name, startOrOptions = undefined, endMark = undefined) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'measure' on 'Performance': parameter 1 is not of type 'string'.");
    }
    let start = 0;
    let end = now();
    let detail = null;
    if (typeof startOrOptions === "object" && startOrOptions !== null) {
      const options = startOrOptions;
      detail = detailOf(options.detail);
      start = options.start === undefined ? 0 : Number(options.start);
      if (options.end !== undefined) {
        end = Number(options.end);
      } else if (options.duration !== undefined) {
        end = start + Number(options.duration);
      }
    } else if (startOrOptions !== undefined) {
      start = markTime(String(startOrOptions)) ?? 0;
      if (endMark !== undefined) {
        end = markTime(String(endMark)) ?? end;
      }
    }
    const duration = end - start;
    return add(new PerformanceMeasure(kInternal, String(name), start, duration > 0 ? duration : 0, detail));
  }
  clearMarks(name = undefined) {
    clear("mark", name);
  }
  clearMeasures(name = undefined) {
    clear("measure", name);
  }
  clearResourceTimings() {}
  setResourceTimingBufferSize() {}
  markResourceTiming() {}
  getEntries() {
    return ArrayPrototypeFilter(entries, () => true);
  }
  getEntriesByName(name, type = undefined) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'getEntriesByName' on 'Performance': parameter 1 is not of type 'string'.");
    }
    const wanted = String(name);
    return ArrayPrototypeFilter(entries, (entry) => entry.name === wanted && (type === undefined || entry.entryType === type));
  }
  getEntriesByType(type) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'getEntriesByType' on 'Performance': parameter 1 is not of type 'string'.");
    }
    return ArrayPrototypeFilter(entries, (entry) => entry.entryType === type);
  }
  eventLoopUtilization() {
    return { idle: 0, active: 0, utilization: 0 };
  }
  timerify(callback) {
    if (typeof callback !== "function") {
      throw new TypeError("Failed to execute 'timerify' on 'Performance': parameter 1 is not of type 'function'.");
    }
    return FunctionPrototypeBind(callback, undefined);
  }
  toJSON() {
    return { timeOrigin: 0 };
  }
}
internalToken = true;
const performance = new Performance();
internalToken = undefined;

function clear(type, name) {
  entries = ArrayPrototypeFilter(entries, (entry) => entry.entryType !== type || name !== undefined && entry.name !== name);
}

const classes = [
  Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver, PerformanceObserverEntryList,
  PerformanceResourceTiming, EventCounts, PerformanceNodeTiming,
];
for (let i = 0; i < classes.length; i++) {
  ObjectDefineProperty(classes[i].prototype, SymbolToStringTag, { __proto__: null, value: classes[i].name, configurable: true });
}

return {
  Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, PerformanceObserver, PerformanceObserverEntryList,
  PerformanceResourceTiming, performance,
};
})();
