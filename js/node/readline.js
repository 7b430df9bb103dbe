// `node:readline`: there is no terminal, and every line is empty.

(function () {
const { core } = __bootstrap;
const { quiet } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { namespaceOf } = core.loadExtScript("ext:denizen/node/internal/namespace.js");
const { CallbackInterface: Interface } = core.loadExtScript("ext:denizen/node/internal/readline.js");
const { default: promises } = core.loadExtScript("ext:denizen/node/readline_promises.js");

function createInterface() {
  return new Interface();
}

const exported = {
  clearLine: quiet("clearLine", 0, false), clearScreenDown: quiet("clearScreenDown", 0, false), createInterface,
  cursorTo: quiet("cursorTo", 0, false), emitKeypressEvents: quiet("emitKeypressEvents"), moveCursor: quiet("moveCursor", 0, false), Interface,
  promises: namespaceOf(promises),
};
return { ...exported, default: exported };
})();
