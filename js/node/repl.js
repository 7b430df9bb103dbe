// `node:repl`: there is nobody to talk to.

(function () {
const { core, primordials } = __bootstrap;
const { ArrayPrototypeFilter, ArrayPrototypeSort, StringPrototypeStartsWith, Symbol, SyntaxError } = primordials;
const { absent, absentAll, addMethods } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { methodNotImplemented } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { PromiseInterface } = core.loadExtScript("ext:denizen/node/internal/readline.js");
const { builtinModules: known } = core.loadExtScript("ext:denizen/node/module.js");

const builtinModules = ArrayPrototypeSort(ArrayPrototypeFilter(known, (name) => !StringPrototypeStartsWith(name, "_")));

class REPLServer extends PromiseInterface {
  constructor() {
    super();
    throw methodNotImplemented("REPLServer method");
  }
}
addMethods(REPLServer.prototype, absentAll("", { setupHistory: 2, defineCommand: 2, displayPrompt: 1, clearBufferedCommand: 0 }));

class Recoverable extends SyntaxError {
  constructor(err) {
    super();
    this.err = err;
  }
}

const writer = absent("writer");
writer.options = {
  showHidden: false, depth: 2, colors: true, customInspect: true, showProxy: true, maxArrayLength: 100, maxStringLength: 10000,
  breakLength: 80, compact: 3, sorted: false, getters: false, numericSeparator: false,
};

const exported = {
  writer, start: absent("start"), Recoverable, REPLServer, builtinModules, _builtinLibs: builtinModules,
  REPL_MODE_SLOPPY: Symbol("repl-sloppy"), REPL_MODE_STRICT: Symbol("repl-strict"),
};
return { ...exported, default: exported };
})();
