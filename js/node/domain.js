// `node:domain`: domains that watch over nothing.

(function () {
const { core, primordials } = __bootstrap;
const { ReflectApply } = primordials;
const EventEmitter = core.loadExtScript("ext:denizen/node/events.js").default;

class Domain extends EventEmitter {
  members = undefined;
  _errorHandler(error) {
    throw error;
  }
  enter() {}
  exit() {}
  add(emitter) {}
  remove(emitter) {}
  run(callback, ...args) {
    return ReflectApply(callback, this, args);
  }
  intercept(callback) {
    return callback;
  }
  bind(callback) {
    return callback;
  }
}

function createDomain() {
  return new Domain();
}

const exported = { Domain, active: null, createDomain, create: createDomain() };
return { ...exported, default: exported };
})();
