// `node:child_process`: there are no processes.

(function () {
const { core, primordials } = __bootstrap;
const { SymbolDispose } = primordials;
const { absentAll } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { methodNotImplemented, validateArray, validateObject, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const EventEmitter = core.loadExtScript("ext:denizen/node/events.js").default;

const refused = (name) => methodNotImplemented(`child_process.${name} method`);

class ChildProcess extends EventEmitter {
  constructor() {
    super();
    throw refused("ChildProcess");
  }
  kill(signal) {
    return false;
  }
  send(message, handle, options, callback) {
    return false;
  }
  disconnect() {}
  unref() {}
  ref() {}
  [SymbolDispose]() {}
}

function exec(command, options, callback) {
  validateString(command, "command");
  if (options !== undefined) validateObject(options, "options");
  throw refused("exec");
}
function fork(path, args, options) {
  // An object in place of the list is options.
  if (args !== undefined && (typeof args !== "object" || args === null)) validateArray(args, "args");
  if (options !== undefined) validateObject(options, "options");
  throw refused("fork");
}
function spawnSync(command, args, options) {
  validateString(command, "command");
  throw refused("spawnSync");
}

const absents = absentAll("child_process.", { _forkChild: 2, execFile: 4, execFileSync: 3, execSync: 2, spawn: 0 });
const exported = {
  ChildProcess, _forkChild: absents._forkChild, exec, execFile: absents.execFile, execFileSync: absents.execFileSync,
  execSync: absents.execSync, fork, spawn: absents.spawn, spawnSync,
};
return { ...exported, default: exported };
})();
