// The exports of `node:buffer`.

(function () {
const { core } = __bootstrap;
const { internal, ...exported } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
return exported;
})();
