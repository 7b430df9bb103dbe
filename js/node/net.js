// `node:net`: addresses, and sockets that cannot be connected.
//
// Owns the classes and the checks of arguments. There are no sockets yet: what would need one throws.

(function () {
const { core, primordials } = __bootstrap;
const {
  FunctionPrototypeCall, NumberIsFinite, ObjectDefineProperty, ObjectKeys, ObjectSetPrototypeOf, ReflectApply, Symbol,
  SymbolAsyncDispose, SymbolDispose,
} = primordials;
const { absent, absentAll, addMethods, shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const {
  invalidArgType, invalidArgValue, methodNotImplemented, missingArgs, nodeError, nodeTypeError, outOfRange, validateFunction, validateInt32,
  validateNumber, validateObject,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { BlockList, SocketAddress, isIP, isIPv4, isIPv6, validatePort } = core.loadExtScript("ext:denizen/node/net/addresses.js");
const EventEmitter = core.loadExtScript("ext:denizen/node/events.js").default;
const { Duplex } = core.loadExtScript("ext:denizen/node/stream.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");

const kNormalized = Symbol("normalizedArgs");
const kReinitialize = Symbol("kReinitializeHandle");
const kUpdateTimer = Symbol("kUpdateTimer");
const closed = () => nodeError("ERR_SOCKET_CLOSED", "Socket is closed");

/** Arguments of `connect` as an object of options and a callback. */
function _normalizeArgs(args) {
  let options = {};
  if (args.length > 0) {
    const first = args[0];
    if (typeof first === "object" && first !== null) options = first;
    else if (typeof first === "string" && !(+first >= 0)) options.path = first;
    else {
      options.port = first;
      if (args.length > 1 && typeof args[1] === "string") options.host = args[1];
    }
  }
  const last = args.length > 0 ? args[args.length - 1] : undefined;
  const normalized = [options, typeof last === "function" ? last : null];
  normalized[kNormalized] = true;
  return normalized;
}

function Socket(options) {
  if (!(this instanceof Socket)) return new Socket(options);
  const given = typeof options === "number" ? { __proto__: null, fd: options } : { __proto__: null, ...options };
  const unsupported = ["objectMode", "readableObjectMode", "writableObjectMode"];
  for (let i = 0; i < unsupported.length; i++) {
    const name = unsupported[i];
    if (given[name]) throw invalidArgValue(`options.${name}`, given[name], "is not supported");
  }
  if (given.fd !== undefined) throw nodeError("ERR_OPTION_NOT_IMPLEMENTED", "The options.fd option is not implemented");
  this._handle = null;
  this.connecting = false;
  this._hadError = false;
  this._parent = null;
  this._parentWrap = null;
  this._host = null;
  this.server = null;
  this._server = null;
  this._closeAfterHandlingError = false;
  this.autoSelectFamilyAttemptedAddresses = [];
  this._pendingData = null;
  this._pendingEncoding = "";
  FunctionPrototypeCall(Duplex, this, { ...given, allowHalfOpen: given.allowHalfOpen === true, emitClose: false, autoDestroy: true, decodeStrings: false });
}
ObjectSetPrototypeOf(Socket.prototype, Duplex.prototype);
ObjectSetPrototypeOf(Socket, Duplex);

const METHODS = {
  setTimeout: [2, function (msecs, callback) {
    validateNumber(msecs, "msecs");
    if (msecs < 0 || !NumberIsFinite(msecs)) throw outOfRange("msecs", "a non-negative finite number", msecs);
    if (callback !== undefined) validateFunction(callback, "callback");
    this.timeout = msecs;
    if (callback !== undefined) {
      if (msecs === 0) this.removeListener("timeout", callback);
      else this.once("timeout", callback);
    }
    return this;
  }],
  _onTimeout: [0, function () {
    this.emit("timeout");
  }],
  _getpeername: [0, () => ({})],
  _getsockname: [0, () => ({})],
  address: [0, () => ({})],
  _writeGeneric: [4, function (writev, data, encoding, callback) {
    callback(closed());
    return false;
  }],
  _writev: [2, function (chunks, callback) {
    this._writeGeneric(true, chunks, "", callback);
  }],
  _write: [3, function (data, encoding, callback) {
    this._writeGeneric(false, data, encoding, callback);
  }],
  _final: [1, function (callback) {
    callback();
  }],
  end: [3, function (data, encoding, callback) {
    ReflectApply(Duplex.prototype.end, this, [data, encoding, callback]);
    return this;
  }],
  pause: [0, function () {
    return FunctionPrototypeCall(Duplex.prototype.pause, this);
  }],
  resume: [0, function () {
    return FunctionPrototypeCall(Duplex.prototype.resume, this);
  }],
  read: [1, function (size) {
    return FunctionPrototypeCall(Duplex.prototype.read, this, size);
  }],
  _read: [1, function (size) {}],
  _reset: [0, function () {
    return this.destroy();
  }],
  resetAndDestroy: [0, function () {
    return this.destroy(this.connecting ? undefined : closed());
  }],
  destroySoon: [0, function () {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", this.destroy);
  }],
  _destroy: [2, function (error, callback) {
    this.connecting = false;
    this._handle = null;
    callback(error);
    nextTick(() => this.emit("close", error !== null && error !== undefined));
  }],
  connect: [0, function (...args) {
    checkConnect(args[0]?.[kNormalized] ? args[0][0] : _normalizeArgs(args)[0]);
    throw methodNotImplemented("net.Socket.connect method");
  }],
  setNoDelay: [1, function (enable) {
    return this;
  }],
  setKeepAlive: [2, function (enable, delay) {
    return this;
  }],
  ref: [0, function () {}],
  unref: [0, function () {}],
};
ObjectDefineProperty(Socket.prototype, "_unrefTimer", { __proto__: null, value: function _unrefTimer() {}, configurable: true, enumerable: true, writable: true });
const methodNames = ObjectKeys(METHODS);
for (let i = 0; i < methodNames.length; i++) {
  Socket.prototype[methodNames[i]] = shaped(METHODS[methodNames[i]][1], "", METHODS[methodNames[i]][0]);
}
Socket.prototype[kReinitialize] = function reinitializeHandle(handle) {};

// What a socket says of its connection while there is none: value, and whether the accessor is enumerable and configurable.
const STATE = {
  _connecting: [(socket) => socket.connecting, false, false],
  pending: [(socket) => !socket._handle || socket.connecting, false, true],
  readyState: [readyState, false, false],
  bufferSize: [(socket) => (socket._handle ? socket.writableLength : undefined), false, false],
  bytesRead: [() => 0, true, false],
  _bytesDispatched: [() => 0, true, false],
  bytesWritten: [() => 0, true, false],
};
const addressNames = ["remoteAddress", "remoteFamily", "remotePort", "localAddress", "localPort", "localFamily"];
for (let i = 0; i < addressNames.length; i++) STATE[addressNames[i]] = [() => undefined, true, false];
const stateNames = ObjectKeys(STATE);
for (let i = 0; i < stateNames.length; i++) {
  const answer = STATE[stateNames[i]][0];
  ObjectDefineProperty(Socket.prototype, stateNames[i], {
    __proto__: null,
    get() {
      return answer(this);
    },
    enumerable: STATE[stateNames[i]][1],
    configurable: STATE[stateNames[i]][2],
  });
}
ObjectDefineProperty(Socket.prototype, kUpdateTimer, {
  __proto__: null,
  get() {
    return this._unrefTimer;
  },
});

function readyState(socket) {
  if (socket.connecting) return "opening";
  if (socket.readable && socket.writable) return "open";
  if (socket.readable) return "readOnly";
  return socket.writable ? "writeOnly" : "closed";
}

// Refuses what workerd refuses of the options of `connect`.
function checkConnect(options) {
  const { localAddress, localPort, lookup, path, port } = options;
  if (port === undefined && (path === undefined || path === null)) {
    throw missingArgs('The "options" or "port" or "path" argument must be specified');
  }
  if (path !== undefined) throw invalidArgValue("path", path, "is not supported");
  if (localAddress !== undefined && !isIP(localAddress)) throw nodeTypeError("ERR_INVALID_IP_ADDRESS", `Invalid IP address: ${localAddress}`);
  if (localPort !== undefined) validateNumber(localPort, "options.localPort");
  if (typeof port !== "number" && typeof port !== "string") throw invalidArgType("options.port", ["number", "string"], port);
  validatePort(port);
  if (lookup !== undefined) validateFunction(lookup, "options.lookup");
}

class BoundSocket {
  static isBoundSocket(value) {
    return false;
  }
  constructor() {
    throw methodNotImplemented("net.BoundSocket method");
  }
}
const bound = absentAll("net.BoundSocket.", { address: 0, fd: 0, close: 0 });
addMethods(BoundSocket.prototype, bound);
const boundSymbols = [[SymbolDispose, "[Symbol.dispose]"], [Symbol("kBoundSocketConsume"), "[kBoundSocketConsume]"]];
for (let i = 0; i < boundSymbols.length; i++) {
  const value = absent(boundSymbols[i][1], 0, "net.BoundSocket.close");
  ObjectDefineProperty(BoundSocket.prototype, boundSymbols[i][0], { __proto__: null, value, configurable: true, writable: true });
}

class Server extends EventEmitter {
  constructor(options, listener) {
    super();
    let given = options;
    if (typeof options === "function") {
      this.on("connection", options);
      given = undefined;
    } else if (typeof listener === "function") {
      this.on("connection", listener);
    }
    if (given !== undefined && given !== null) validateObject(given, "options");
    const { allowHalfOpen = false, highWaterMark, keepAlive = false, keepAliveInitialDelay = 0, noDelay = false, pauseOnConnect = false } = given ?? {};
    this.allowHalfOpen = allowHalfOpen;
    this.pauseOnConnect = pauseOnConnect;
    this.noDelay = !!noDelay;
    this.keepAlive = !!keepAlive;
    this.keepAliveInitialDelay = keepAliveInitialDelay;
    this.highWaterMark = highWaterMark;
    this.maxConnections = undefined;
  }
  listen(...args) {
    throw methodNotImplemented("net.Server.listen method");
  }
  address() {
    return null;
  }
  get listening() {
    return false;
  }
  close(callback) {
    if (typeof callback === "function") this.once("close", () => callback(nodeError("ERR_SERVER_NOT_RUNNING", "Server is not running.")));
    nextTick(() => this.emit("close"));
    return this;
  }
  getConnections(callback) {
    validateFunction(callback, "cb");
    nextTick(() => callback(null, 0));
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  async [SymbolAsyncDispose]() {}
}

function connect(...args) {
  const normalized = _normalizeArgs(args);
  const socket = new Socket(normalized[0]);
  return socket.connect(normalized);
}
function createServer(options, listener) {
  return new Server(options, listener);
}

let attemptTimeout = 10;
function getDefaultAutoSelectFamily() {
  return false;
}
function setDefaultAutoSelectFamily(val) {
  if (val) throw invalidArgValue("val", val);
}
function getDefaultAutoSelectFamilyAttemptTimeout() {
  return attemptTimeout;
}
function setDefaultAutoSelectFamilyAttemptTimeout(val) {
  validateInt32(val, "val", 1);
  attemptTimeout = val < 10 ? 10 : val;
}

const exported = {
  BlockList, BoundSocket, SocketAddress, Stream: Socket, Server, Socket, connect: shaped(connect, "connect", 0), createConnection: connect,
  createServer, getDefaultAutoSelectFamily, setDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout, isIP, isIPv4, isIPv6, _normalizeArgs,
};
return { ...exported, default: exported };
})();
