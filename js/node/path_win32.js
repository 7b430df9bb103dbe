// The exports of `node:path/win32`. It must not add to them.

(function () {
const { core } = __bootstrap;
return core.loadExtScript("ext:denizen/node/path.js").win32;
})();
