// `node:wasi`: the class can be named, and makes nothing.

(function () {
const { core } = __bootstrap;
const { absent, addMethods } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { methodNotImplemented, validateObject, validateOneOf } = core.loadExtScript("ext:denizen/node/internal/errors.js");

class WASI {
  constructor(options = undefined) {
    if (options !== undefined) {
      validateObject(options, "options");
      const { version } = options;
      validateOneOf(version, "options.version", ["unstable", "preview1"]);
    }
    throw methodNotImplemented("WASI method");
  }
}
addMethods(WASI.prototype, {
  finalizeBindings: absent("finalizeBindings", 1, "WASI.finalizeBindings"), start: absent("start", 1, "WASI.start"),
  initialize: absent("initialize", 1, "WASI.initialize"),
  getImportObject() {
    return {};
  },
});

const exported = { WASI };
return { ...exported, default: exported };
})();
