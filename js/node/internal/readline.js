// The interfaces of `node:readline` and `node:readline/promises`, which read from nothing: every line is empty.

(function () {
const { core, primordials } = __bootstrap;
const { PromiseResolve, SymbolAsyncDispose, SymbolAsyncIterator, SymbolDispose } = primordials;
const { addMethods, shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const EventEmitter = core.loadExtScript("ext:denizen/node/events.js").default;

// A class `Interface` with its own `question`.
function interfaceWith(question) {
  class Interface extends EventEmitter {
    terminal = false;
    line = "";
    cursor = 0;
    getPrompt() {
      return "";
    }
    setPrompt(prompt) {}
    prompt(preserveCursor) {}
    pause() {
      return this;
    }
    resume() {
      return this;
    }
    close() {}
    write(data, key) {}
    getCursorPos() {
      return { rows: 0, cols: 0 };
    }
    [SymbolDispose]() {}
    async [SymbolAsyncDispose]() {}
    async *[SymbolAsyncIterator]() {
      yield "";
    }
  }
  addMethods(Interface.prototype, { question });
  return Interface;
}

/** `question` of callbacks. */
function ask(query, options, callback) {
  const answer = typeof options === "function" ? options : callback;
  if (typeof answer === "function") answer("");
}

/** `question` of promises. */
function askLater(query, options) {
  return PromiseResolve("");
}

return {
  CallbackInterface: interfaceWith(shaped(ask, "question", 3)), PromiseInterface: interfaceWith(shaped(askLater, "question", 2)),
};
})();
