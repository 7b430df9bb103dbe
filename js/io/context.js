// ExecutionContext: `ctx` of a stateless event, and waitUntil.
//
// Owns how a promise holds its event, and what is refused while the modules run first. A saved `ctx` acts on the event that runs, as workerd's does. It must not know what
// the event is.

(function () {
const { core, primordials } = __bootstrap;
const { op_console, op_io_check, op_trace_exception, op_wait_until, op_wait_until_done } = core.ops;
const { ArrayPrototypePush, ObjectDefineProperty, PromisePrototypeThen, PromiseResolve, Symbol, SymbolToStringTag, TypeError } = primordials;
const { contextValue, withContextValues } = core.loadExtScript("ext:denizen/io/async_context.js");

// Key of the list that takes what holds the event, where somebody waits for that.
const HELD = Symbol("held");

let atTop = true;
// Whether the modules run for the first time, which no event is behind.
function isAtTop() {
  return atTop;
}
function refuseAtTop() {
  if (atTop) {
    op_io_check();
  }
}
function leaveTop() {
  atTop = false;
}

// Calls `work`; whatever its code gives to waitUntil is put into `list` besides.
function holdingInto(list, work) {
  return withContextValues({ __proto__: null, [HELD]: list }, work);
}

function holdEvent(promise) {
  const list = contextValue(HELD);
  if (list !== undefined) {
    ArrayPrototypePush(list, promise);
  }
  const event = op_wait_until(undefined);
  const done = () => op_wait_until_done(event);
  PromisePrototypeThen(PromiseResolve(promise), done, (error) => {
    op_trace_exception(errorParts(error));
    op_console("error", `Uncaught (in waitUntil) ${logText(error)}`);
    done();
  });
}

const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { errorParts, logText } = core.loadExtScript("ext:denizen/rpc/errors.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");

let allowed = false;

class ExecutionContext {
  #props;
  props;
  constructor(props, exports) {
    if (!allowed) {
      throw new TypeError("Illegal constructor");
    }
    this.#props = props;
    this.props = props;
    if (!changed.enable_ctx_exports) {
      this.exports = exports;
    }
  }
  waitUntil(promise) {
    if (typeof this !== "object" || this === null || !(#props in this)) {
      throw illegalInvocation();
    }
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'waitUntil' on 'ExecutionContext': parameter 1 is not of type 'Promise'.");
    }
    if (changed.unwrap_custom_thenables && !core.isPromise(promise)) {
      return;
    }
    holdEvent(promise);
  }
  passThroughOnException() {
    this.#props;
  }
}
ObjectDefineProperty(ExecutionContext.prototype, SymbolToStringTag, { __proto__: null, value: "ExecutionContext", configurable: true });

function newContext(props, exports) {
  allowed = true;
  try {
    return new ExecutionContext(props, exports);
  } finally {
    allowed = false;
  }
}

return { ExecutionContext, holdEvent, holdingInto, isAtTop, leaveTop, newContext, refuseAtTop };
})();
