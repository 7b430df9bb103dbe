// `node:cluster`: one process, the primary one.

(function () {
const { core } = __bootstrap;
const { absent, addMethods } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const EventEmitter = core.loadExtScript("ext:denizen/node/events.js").default;

const SCHED_NONE = 1;
const SCHED_RR = 2;

class Worker extends EventEmitter {
  _connected = false;
  id = 0;
  constructor(options) {
    super();
  }
  get process() {
    return core.loadExtScript("ext:denizen/node/process.js").default;
  }
  get exitedAfterDisconnect() {
    return false;
  }
  isConnected() {
    return this._connected;
  }
  isDead() {
    return true;
  }
  send(message, handle, options, callback) {
    return false;
  }
  kill(signal) {}
  destroy(signal) {}
  disconnect() {
    this._connected = false;
    return this;
  }
}

class Cluster extends EventEmitter {
  Worker = Worker;
  isMaster = true;
  isPrimary = true;
  isWorker = false;
  SCHED_NONE = SCHED_NONE;
  SCHED_RR = SCHED_RR;
  schedulingPolicy = SCHED_RR;
  settings = {};
  workers = {};
}
// workerd names `setupMaster` wrongly.
const methods = {
  setupPrimary: absent("setupPrimary", 1, "cluster.setupPrimary"),
  setupMaster: absent("setupMaster", 1, "cluster.setupWorker"),
  disconnect: absent("disconnect", 0, "cluster.disconnect"),
  fork: absent("fork", 1, "cluster.fork"),
};
addMethods(Cluster.prototype, methods);

const cluster = new Cluster();
return {
  Cluster, SCHED_NONE, SCHED_RR, Worker, _events: [], _eventsCount: 0, _maxListeners: 0, disconnect: absent("disconnect", 1, "cluster.disconnect"),
  fork: methods.fork, isMaster: true, isPrimary: true, isWorker: false, schedulingPolicy: SCHED_RR, settings: cluster.settings,
  setupMaster: methods.setupMaster, setupPrimary: methods.setupPrimary, workers: cluster.workers, default: cluster,
};
})();
