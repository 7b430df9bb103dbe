// `node:dgram`: sockets that send and receive nothing.

(function () {
const { core, primordials } = __bootstrap;
const { FunctionPrototypeCall, ObjectKeys, ObjectSetPrototypeOf, PromiseResolve, SymbolAsyncDispose } = primordials;
const { shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { validateFunction, validateObject } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const EventEmitter = core.loadExtScript("ext:denizen/node/events.js").default;

// A listener for messages is checked and forgotten, as in workerd.
function Socket(type, listener) {
  FunctionPrototypeCall(EventEmitter, this);
  const options = typeof type === "string" ? { __proto__: null, type } : type;
  validateObject(options, "type");
}
ObjectSetPrototypeOf(Socket.prototype, EventEmitter.prototype);
ObjectSetPrototypeOf(Socket, EventEmitter);

const itself = function () {
  return this;
};
const nothing = function () {};
const zero = () => 0;
const METHODS = {
  bind: [3, itself], connect: [3, nothing], disconnect: [0, nothing], sendto: [6, nothing], send: [6, nothing], close: [1, itself],
  address: [0, () => ({})], remoteAddress: [0, () => ({})], setBroadcast: [1, nothing], setTTL: [1, nothing], setMulticastTTL: [1, nothing],
  setMulticastLoopback: [1, nothing], setMulticastInterface: [1, nothing], addMembership: [2, nothing], dropMembership: [2, nothing],
  addSourceSpecificMembership: [3, nothing], dropSourceSpecificMembership: [3, nothing], ref: [0, itself], unref: [0, itself],
  setRecvBufferSize: [1, nothing], setSendBufferSize: [1, nothing], getRecvBufferSize: [0, zero], getSendBufferSize: [0, zero],
  getSendQueueSize: [0, zero], getSendQueueCount: [0, zero],
};
const names = ObjectKeys(METHODS);
for (let i = 0; i < names.length; i++) {
  const length = METHODS[names[i]][0];
  const answer = METHODS[names[i]][1];
  Socket.prototype[names[i]] = shaped(function () {
    return FunctionPrototypeCall(answer, this);
  }, "", length);
}
Socket.prototype[SymbolAsyncDispose] = shaped(() => PromiseResolve(), "", 0);

function createSocket(type, callback) {
  if (callback !== undefined) validateFunction(callback, "callback");
  return new Socket(type, callback);
}

const exported = { createSocket, Socket };
return { ...exported, default: exported };
})();
