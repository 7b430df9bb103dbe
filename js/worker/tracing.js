// Spans of user code: `tracing` of `cloudflare:workers` and `ctx.tracing`.
//
// Owns the shape of spans and which one is active. Nobody collects them, so a span keeps nothing, as in workerd without
// a tail. It must not know events.

(function () {
const { core, primordials } = __bootstrap;
const { ArrayPrototypeUnshift, ObjectDefineProperty, ReflectApply, Symbol, SymbolToStringTag, TypeError } = primordials;
const { contextValue, withContextValues } = core.loadExtScript("ext:denizen/io/async_context.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { isObject } = core.loadExtScript("ext:denizen/rpc/options.js");
const { own } = core.loadExtScript("ext:denizen/actor/values.js");

const ACTIVE = Symbol("active span");
const STATUS = { __proto__: null, unset: true, ok: true, error: true };

function need(valid, Class, method, position, type) {
  if (!valid) {
    throw new TypeError(`Failed to execute '${method}' on '${Class}': parameter ${position} is not of type '${type}'.`);
  }
}

let allowed = false;

class Span {
  #isTraced = false;
  constructor() {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
  }
  static is(value) {
    return isObject(value) && #isTraced in value;
  }
  get isTraced() {
    return checked(this).#isTraced;
  }
  spanContext() {
    checked(this);
    return { traceId: "00000000000000000000000000000000", spanId: "0000000000000000", traceFlags: 0 };
  }
  setAttribute() {
    need(arguments.length > 0, "Span", "setAttribute", 1, "string");
    return checked(this);
  }
  setAttributes(attributes = undefined) {
    need(isObject(attributes), "Span", "setAttributes", 1, "object");
    return checked(this);
  }
  recordException() {
    need(arguments.length > 0, "Span", "recordException", 1, "Value");
    checked(this);
  }
  updateName() {
    need(arguments.length > 0, "Span", "updateName", 1, "string");
    return checked(this);
  }
  setStatus(status = undefined) {
    need(isObject(status), "Span", "setStatus", 1, "TracingSpanStatus");
    if (STATUS[status.code] !== true) {
      throw new TypeError("Span status code must be 'unset', 'ok', or 'error'.");
    }
    return checked(this);
  }
  end() {
    checked(this);
  }
}
const { is } = Span;
delete Span.is;
ObjectDefineProperty(Span.prototype, SymbolToStringTag, { __proto__: null, value: "Span", configurable: true });
own(Span);

function checked(span) {
  if (!is(span)) {
    throw illegalInvocation();
  }
  return span;
}

function make(Class) {
  allowed = true;
  try {
    return new Class();
  } finally {
    allowed = false;
  }
}

// The span of code that has made none.
const root = make(Span);

function within(span, callback, args) {
  return withContextValues({ __proto__: null, [ACTIVE]: span }, () => ReflectApply(callback, globalThis, args));
}

function enter(method, count, callback, args) {
  need(count > 0, "Tracing", method, 1, "string");
  need(typeof callback === "function", "Tracing", method, 2, "Function");
  const span = make(Span);
  ArrayPrototypeUnshift(args, span);
  return within(span, callback, args);
}

class Tracing {
  constructor() {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
  }
  startSpan() {
    need(arguments.length > 0, "Tracing", "startSpan", 1, "string");
    return make(Span);
  }
  getActiveSpan() {
    return contextValue(ACTIVE) ?? root;
  }
  enterSpan(name = undefined, callback = undefined, ...args) {
    return enter("enterSpan", arguments.length, callback, args);
  }
  startActiveSpan(name = undefined, callback = undefined, ...args) {
    return enter("startActiveSpan", arguments.length, callback, args);
  }
  withActiveSpan(span = undefined, callback = undefined, ...args) {
    need(is(span), "Tracing", "withActiveSpan", 1, "Span");
    need(typeof callback === "function", "Tracing", "withActiveSpan", 2, "Function");
    return within(span, callback, args);
  }
}
ObjectDefineProperty(Tracing.prototype, SymbolToStringTag, { __proto__: null, value: "Tracing", configurable: true });
ObjectDefineProperty(Tracing.prototype, "Span", { __proto__: null, value: Span, configurable: true, writable: true });
own(Tracing);

return { tracing: make(Tracing) };
})();
