// `node:inspector/promises`: there is no debugger to speak to.

(function () {
const { core } = __bootstrap;
const { absentAll } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { Network, Session, console } = core.loadExtScript("ext:denizen/node/internal/inspector.js");

const absents = absentAll("Inspector.", { close: 0, open: 0, url: 0, waitForDebugger: 0 });
const exported = {
  close: absents.close, console, Network, open: absents.open, Session, url: absents.url, waitForDebugger: absents.waitForDebugger,
};
return { ...exported, default: exported };
})();
