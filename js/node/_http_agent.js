// `node:_http_agent`: agents, which have options and no sockets.

(function () {
const { core } = __bootstrap;
const { methodNotImplemented, outOfRange, validateNumber, validateOneOf } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const EventEmitter = core.loadExtScript("ext:denizen/node/events.js").default;

class Agent extends EventEmitter {
  defaultPort = 80;
  protocol = "http:";
  options;
  agentKeepAliveTimeoutBuffer = 1000;
  keepAliveMsecs;
  keepAlive;
  maxSockets;
  maxFreeSockets;
  scheduling;
  maxTotalSockets;
  totalSocketCount = 0;
  freeSockets = {};
  sockets = {};
  requests = {};
  static defaultMaxSockets = Infinity;
  constructor(options) {
    super();
    this.options = { __proto__: null, ...options, path: null };
    if (this.options.noDelay === undefined) this.options.noDelay = true;
    this.keepAliveMsecs = this.options.keepAliveMsecs || 1000;
    this.keepAlive = this.options.keepAlive || false;
    this.maxSockets = this.options.maxSockets || Agent.defaultMaxSockets;
    this.maxFreeSockets = this.options.maxFreeSockets || 256;
    this.scheduling = this.options.scheduling || "lifo";
    this.maxTotalSockets = this.options.maxTotalSockets;
    validateOneOf(this.scheduling, "scheduling", ["fifo", "lifo"]);
    if (this.maxTotalSockets !== undefined) {
      validateNumber(this.maxTotalSockets, "maxTotalSockets");
      if (!(this.maxTotalSockets >= 1)) throw outOfRange("maxTotalSockets", ">= 1", this.maxTotalSockets);
    } else {
      this.maxTotalSockets = Infinity;
    }
  }
  createConnection(options, callback) {
    throw methodNotImplemented("createConnection method");
  }
  getName(options = { __proto__: null }) {
    let name = options.host || "localhost";
    name += ":";
    if (options.port) name += options.port;
    name += ":";
    if (options.localAddress) name += options.localAddress;
    if (options.family === 4 || options.family === 6) name += `:${options.family}`;
    if (options.socketPath) name += `:${options.socketPath}`;
    return name;
  }
  addRequest(request, options) {}
  createSocket(request, options, callback) {}
  removeSocket(socket) {}
  keepSocketAlive(socket) {
    return false;
  }
  reuseSocket(socket, request) {}
  destroy(error) {}
}

const globalAgent = new Agent({ __proto__: null, keepAlive: true, scheduling: "lifo", timeout: 5000, proxyEnv: undefined });
const exported = { Agent, globalAgent };
return { ...exported, default: exported };
})();
