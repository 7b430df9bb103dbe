// `node:readline/promises`: there is no terminal, and every line is empty.

(function () {
const { core } = __bootstrap;
const { PromiseInterface: Interface } = core.loadExtScript("ext:denizen/node/internal/readline.js");

class Readline {
  clearLine(direction) {
    return this;
  }
  clearScreenDown() {
    return this;
  }
  async commit() {}
  cursorTo(x, y) {
    return this;
  }
  moveCursor(dx, dy) {
    return this;
  }
  rollback() {
    return this;
  }
}

function createInterface() {
  return new Interface();
}

const exported = { Interface, Readline, createInterface };
return { ...exported, default: exported };
})();
