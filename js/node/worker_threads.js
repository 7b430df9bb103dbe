// `node:worker_threads`: one thread, the main one.

(function () {
const { core, primordials } = __bootstrap;
const { PromiseResolve, SafeMap, SymbolAsyncDispose, SymbolFor, TypeError } = primordials;
const { absent, absentAll, addMethods, quiet } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { methodNotImplemented } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { loadGlobal } = core.loadExtScript("ext:denizen/bootstrap/lazy.js");
const EventEmitter = core.loadExtScript("ext:denizen/node/events.js").default;

class BroadcastChannel {
  constructor() {
    throw methodNotImplemented("BroadcastChannel method");
  }
}

class Worker extends EventEmitter {
  constructor() {
    super();
    throw methodNotImplemented("Worker method");
  }
  postMessage(value, transfer) {}
  postMessageToThread(thread, value, transfer, timeout) {
    return PromiseResolve();
  }
  ref() {}
  unref() {}
  async [SymbolAsyncDispose]() {}
}
addMethods(Worker.prototype, absentAll("Worker.", {
  cpuUsage: 1, terminate: 0, getHeapSnapshot: 0, getHeapStatistics: 0, startCpuProfile: 0, startHeapProfile: 0,
}));

const MessageChannel = loadGlobal("MessageChannel");
const MessagePort = loadGlobal("MessagePort");

const environment = new SafeMap();
function getEnvironmentData(key) {
  return environment.get(key);
}
function setEnvironmentData(key, value) {
  if (value === undefined) environment.delete(key);
  else environment.set(key, value);
}
function moveMessagePortToContext(port, context) {
  throw new TypeError("Illegal constructor");
}

const exported = {
  BroadcastChannel, MessageChannel, MessagePort, Worker, SHARE_ENV: SymbolFor("nodejs.worker_threads.SHARE_ENV"), getEnvironmentData,
  isMainThread: true, isMarkedAsUntransferable: quiet("isMarkedAsUntransferable", 1, false),
  markAsUntransferable: quiet("markAsUntransferable", 1), markAsUncloneable: quiet("markAsUncloneable", 1), moveMessagePortToContext,
  parentPort: null, receiveMessageOnPort: quiet("receiveMessageOnPort", 1), resourceLimits: {}, setEnvironmentData,
  postMessageToThread: absent("postMessageToThread", 4), threadId: 0, workerData: null, isInternalThread: false,
};
return { ...exported, default: exported };
})();
