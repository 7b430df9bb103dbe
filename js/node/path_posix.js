// The exports of `node:path` and `node:path/posix`. It must not add to them.

(function () {
const { core } = __bootstrap;
return core.loadExtScript("ext:denizen/node/path.js").posix;
})();
