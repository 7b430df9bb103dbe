// `node:_tls_wrap`: TLS sockets that cannot be connected.
//
// Owns the class TLSSocket. There are no sockets yet: what would need one throws.

(function () {
const { core, primordials } = __bootstrap;
const { Error, FunctionPrototypeCall, ObjectDefineProperty, ObjectKeys, ObjectSetPrototypeOf } = primordials;
const { shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { invalidArgType, methodNotImplemented, validateNumber, validateObject, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { Socket, _normalizeArgs } = core.loadExtScript("ext:denizen/node/net.js");
const { Duplex } = core.loadExtScript("ext:denizen/node/stream.js");

function TLSSocket(socket, options) {
  if (!(this instanceof TLSSocket)) return new TLSSocket(socket, options);
  if (socket !== undefined && socket !== null && !(socket instanceof Duplex)) throw invalidArgType("duplex", "stream.Duplex", socket);
  FunctionPrototypeCall(Socket, this, { allowHalfOpen: options?.allowHalfOpen === true });
  this._tlsOptions = options ?? {};
  this._secureEstablished = false;
  this._securePending = false;
  this._newSessionPending = false;
  this._controlReleased = false;
  this.secureConnecting = true;
  this.servername = null;
  this.authorized = false;
  this.encrypted = true;
}
ObjectSetPrototypeOf(TLSSocket.prototype, Socket.prototype);
ObjectSetPrototypeOf(TLSSocket, Socket);

const missing = (text) => () => {
  throw new Error(`${text} is not implemented`);
};
// Name, number of parameters, whether the function has its name, and what it does.
const METHODS = {
  disableRenegotiation: [0, true, () => {}],
  _wrapHandle: [3, true, () => null],
  _destroySSL: [0, true, () => {}],
  _init: [0, true, () => {}],
  renegotiate: [2, false, (options) => {
    validateObject(options, "options");
    throw methodNotImplemented("tls.TLSSocket.renegotiate method");
  }],
  exportKeyingMaterial: [3, true, (length, label) => {
    validateNumber(length, "length");
    validateString(label, "label");
    throw methodNotImplemented("tls.TLSSocket.exportKeyingMaterial method");
  }],
  setMaxSendFragment: [1, true, (size) => {
    validateNumber(size, "size");
    throw methodNotImplemented("tls.TLSSocket.setMaxSendFragment method");
  }],
  _handleTimeout: [0, true, () => {}],
  _emitTLSError: [1, true, () => {}],
  _tlsError: [1, true, () => null],
  _releaseControl: [0, true, function () {
    if (this._controlReleased) return false;
    this._controlReleased = true;
    return true;
  }],
  _finishInit: [0, true, () => {}],
  _start: [0, true, () => {}],
  setServername: [1, true, function (name) {
    validateString(name, "name");
    this.servername = name;
  }],
  setSession: [1, false, () => {}],
  getPeerCertificate: [1, false, missing("getPeerCertificate")],
  getCertificate: [0, false, missing("TLSSocket.getCertificate")],
  getPeerX509Certificate: [1, false, missing("TLSSocket.getPeerX509Certificate")],
  getX509Certificate: [0, false, missing("TLSSocket.getX509Certificate")],
  setKeyCert: [1, false, missing("TLSSocket.setKeyCert")],
};
const nothing = [
  "getCipher", "getSharedSigalgs", "getEphemeralKeyInfo", "getFinished", "getPeerFinished", "getProtocol", "getSession", "getTLSTicket",
  "isSessionReused", "enableTrace",
];
for (let i = 0; i < nothing.length; i++) METHODS[nothing[i]] = [0, false, () => null];
const names = ObjectKeys(METHODS);
for (let i = 0; i < names.length; i++) {
  const length = METHODS[names[i]][0];
  const value = shaped(METHODS[names[i]][2], METHODS[names[i]][1] ? names[i] : "", length);
  ObjectDefineProperty(TLSSocket.prototype, names[i], { __proto__: null, value, configurable: true, enumerable: true, writable: true });
}

function connect(...args) {
  const normalized = _normalizeArgs(args);
  const socket = new TLSSocket(normalized[0].socket, normalized[0]);
  return socket.connect(normalized);
}

const exported = { connect: shaped(connect, "connect", 0), TLSSocket };
return { ...exported, default: exported };
})();
