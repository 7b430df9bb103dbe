// The exports of `node:assert/strict`. It must not add to them.

(function () {
const { core } = __bootstrap;
const { strict } = core.loadExtScript("ext:denizen/node/assert.js");
return { ...strict, default: strict };
})();
