// The exports of `node:constants`.

(function () {
const { core } = __bootstrap;
const { mixed } = core.loadExtScript("ext:denizen/node/internal/constants.js");
return { ...mixed, default: mixed };
})();
