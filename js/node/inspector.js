// `node:inspector`: there is no debugger to speak to.

(function () {
const { core, primordials } = __bootstrap;
const { SymbolDispose } = primordials;
const { quiet } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { Network, Session, console } = core.loadExtScript("ext:denizen/node/internal/inspector.js");

function open(port, host, wait) {
  return { [SymbolDispose]() {} };
}

const exported = { Session, close: quiet("close"), console, open, url: quiet("url"), waitForDebugger: quiet("waitForDebugger"), Network };
return { ...exported, default: exported };
})();
