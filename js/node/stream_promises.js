// The exports of `node:stream/promises`.

(function () {
const { core } = __bootstrap;
const { promises } = core.loadExtScript("ext:denizen/node/stream.js");
return { ...promises, promises, default: promises };
})();
