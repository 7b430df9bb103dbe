// `node:_http_server`: servers that cannot listen yet.

(function () {
const { core, primordials } = __bootstrap;
const { ArrayIsArray, FunctionPrototypeCall, ObjectKeys, Symbol, SymbolAsyncDispose, SymbolFor } = primordials;
const { absent, absentAll, addMethods } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const {
  methodNotImplemented, nodeError, nodeRangeError, nodeTypeError, validateBoolean, validateInteger, validateObject,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const EventEmitter = core.loadExtScript("ext:denizen/node/events.js").default;
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { _checkInvalidHeaderChar } = core.loadExtScript("ext:denizen/node/_http_common.js");
const { IncomingMessage } = core.loadExtScript("ext:denizen/node/_http_incoming.js");
const { OutgoingMessage } = core.loadExtScript("ext:denizen/node/_http_outgoing.js");

const kServerResponse = Symbol("ServerResponse");
const kIncomingMessage = core.loadExtScript("ext:denizen/node/_http_common.js").kIncomingMessage;
const kConnectionsCheckingInterval = Symbol("http.server.connectionsCheckingInterval");

const STATUS_CODES = {
  100: "Continue", 101: "Switching Protocols", 102: "Processing", 103: "Early Hints", 200: "OK", 201: "Created", 202: "Accepted",
  203: "Non-Authoritative Information", 204: "No Content", 205: "Reset Content", 206: "Partial Content", 207: "Multi-Status",
  208: "Already Reported", 226: "IM Used", 300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other",
  304: "Not Modified", 305: "Use Proxy", 307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized",
  402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
  407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required",
  412: "Precondition Failed", 413: "Payload Too Large", 414: "URI Too Long", 415: "Unsupported Media Type", 416: "Range Not Satisfiable",
  417: "Expectation Failed", 418: "I'm a Teapot", 421: "Misdirected Request", 422: "Unprocessable Entity", 423: "Locked",
  424: "Failed Dependency", 425: "Too Early", 426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests",
  431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons", 500: "Internal Server Error", 501: "Not Implemented",
  502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
  506: "Variant Also Negotiates", 507: "Insufficient Storage", 508: "Loop Detected", 509: "Bandwidth Limit Exceeded", 510: "Not Extended",
  511: "Network Authentication Required",
};

class ServerResponse extends OutgoingMessage {
  statusCode = 200;
  statusMessage = undefined;
  constructor(request) {
    super(request, arguments[1]);
    if (request.httpVersionMajor < 1 || request.httpVersionMinor < 1) this.useChunkedEncodingByDefault = false;
    this.req = request;
    this.sendDate = true;
  }
  destroy(error) {
    return super.destroy(error);
  }
  _implicitHeader() {
    this.writeHead(this.statusCode);
  }
  writeHead(statusCode, reason, headers) {
    if (this._header) throw nodeError("ERR_HTTP_HEADERS_SENT", "Cannot write headers after they are sent to the client");
    const code = statusCode | 0;
    if (code < 100 || code > 999) throw nodeRangeError("ERR_HTTP_INVALID_STATUS_CODE", `Invalid status code: ${statusCode}`);
    const given = typeof reason === "string" ? headers : reason;
    this.statusMessage = typeof reason === "string" ? reason : this.statusMessage || STATUS_CODES[code] || "unknown";
    this.statusCode = code;
    if (ArrayIsArray(given)) {
      for (let i = 0; i + 1 < given.length; i += 2) this.setHeader(given[i], given[i + 1]);
    } else if (given) {
      const names = ObjectKeys(given);
      for (let i = 0; i < names.length; i++) this.setHeader(names[i], given[names[i]]);
    }
    if (_checkInvalidHeaderChar(this.statusMessage)) throw nodeTypeError("ERR_INVALID_CHAR", "Invalid character in statusMessage");
    this._storeHeader(`HTTP/1.1 ${code} ${this.statusMessage}\r\n`);
    return this;
  }
}
addMethods(ServerResponse.prototype, absentAll("", {
  assignSocket: 1, detachSocket: 1, writeContinue: 1, writeProcessing: 1, writeEarlyHints: 2,
}));

function checkTimeout(options, name, preset) {
  const value = options[name];
  if (value === undefined) return preset;
  validateInteger(value, name, 0);
  return value;
}

function storeHTTPOptions(options) {
  this[kIncomingMessage] = options.IncomingMessage || IncomingMessage;
  this[kServerResponse] = options.ServerResponse || ServerResponse;
  this.requestTimeout = checkTimeout(options, "requestTimeout", 300000);
  this.headersTimeout = checkTimeout(options, "headersTimeout", 60000);
  this.keepAliveTimeout = checkTimeout(options, "keepAliveTimeout", 5000);
  this.connectionsCheckingInterval = checkTimeout(options, "connectionsCheckingInterval", 30000);
  const flags = ["requireHostHeader", "joinDuplicateHeaders", "rejectNonStandardBodyWrites"];
  for (let i = 0; i < flags.length; i++) {
    const value = options[flags[i]];
    if (value !== undefined) validateBoolean(value, `options.${flags[i]}`);
    this[flags[i]] = value ?? false;
  }
}

class Server extends EventEmitter {
  httpAllowHalfOpen = false;
  timeout = 0;
  maxHeadersCount = null;
  maxRequestsPerSocket = 0;
  constructor(options, listener) {
    super();
    let given = options;
    if (typeof options === "function") {
      listener = options;
      given = undefined;
    }
    if (given !== undefined && given !== null) validateObject(given, "options");
    FunctionPrototypeCall(storeHTTPOptions, this, { ...given });
    if (listener) this.on("request", listener);
  }
  close(callback) {
    if (typeof callback === "function") this.once("close", callback);
    nextTick(() => this.emit("close"));
    return this;
  }
  closeAllConnections() {}
  closeIdleConnections() {}
  setTimeout(msecs, callback) {
    this.timeout = msecs;
    if (callback) this.on("timeout", callback);
    return this;
  }
  listen(...args) {
    throw methodNotImplemented("http.Server.listen method");
  }
  getConnections(callback) {
    if (typeof callback === "function") nextTick(callback, null, 0);
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  get listening() {
    return false;
  }
  address() {
    return null;
  }
  get maxConnections() {
    return Infinity;
  }
  get connections() {
    return 0;
  }
  [SymbolFor("nodejs.rejection")](error, event) {
    this.emit("error", error);
  }
  async [SymbolAsyncDispose]() {}
}

function httpServerPreClose(server) {
  server.closeIdleConnections();
}

const exported = {
  STATUS_CODES, Server, ServerResponse, setupConnectionsTracking: absent("setupConnectionsTracking"), storeHTTPOptions,
  _connectionListener: absent("_connectionListener"), kServerResponse, httpServerPreClose, kConnectionsCheckingInterval,
};
return { ...exported, default: exported };
})();
