// `node:https`: `node:http` with another agent.

(function () {
const { core } = __bootstrap;
const { absentAll, addMethods, shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const http = core.loadExtScript("ext:denizen/node/http.js");
const { URL } = core.loadExtScript("ext:deno_web/00_url.js");
const { urlToHttpOptions } = core.loadExtScript("ext:denizen/node/url.js");

// What distinguishes the connections of an agent, in the order of their names.
const NAMED = [
  "ca", "cert", "clientCertEngine", "ciphers", "key", "pfx", "rejectUnauthorized", "servername", "minVersion", "maxVersion", "secureProtocol",
  "crl", "honorCipherOrder", "ecdhCurve", "dhparam", "secureOptions", "sessionIdContext", "sigalgs", "privateKeyIdentifier", "privateKeyEngine",
];

class Agent extends http.Agent {
  maxCachedSessions = 100;
  constructor(options) {
    super({ ...options, defaultPort: options?.defaultPort ?? 443, protocol: options?.protocol ?? "https:" });
    this.defaultPort = this.options.defaultPort;
    this.protocol = this.options.protocol;
    if (this.options.maxCachedSessions !== undefined) this.maxCachedSessions = this.options.maxCachedSessions;
  }
  getName(options = { __proto__: null }) {
    let name = super.getName(options);
    for (let i = 0; i < NAMED.length; i++) {
      name += ":";
      const value = options[NAMED[i]];
      if (value !== undefined && value !== null && value !== false) name += value;
    }
    return name;
  }
}
const globalAgent = new Agent({ __proto__: null, keepAlive: true, scheduling: "lifo", timeout: 5000, proxyEnv: undefined });

class Server extends http.Server {}
addMethods(Server.prototype, absentAll("", { addContext: 0, getTicketKeys: 0, setSecureContext: 0, setTicketKeys: 0 }));

const isUrl = (value) => typeof value === "object" && value !== null && typeof value.href === "string" && value.auth === undefined && value.path === undefined;

const request = shaped((...args) => {
  let options = { __proto__: null };
  let next = 0;
  if (typeof args[0] === "string") options = urlToHttpOptions(new URL(args[next++]));
  else if (isUrl(args[0])) options = urlToHttpOptions(args[next++]);
  if (args[next] && typeof args[next] !== "function") options = { ...options, ...args[next++] };
  return new http.ClientRequest({ ...options, _defaultAgent: globalAgent }, args[next]);
}, "request", 0);
function get(input, options, callback) {
  const made = request(input, options, callback);
  made.end();
  return made;
}
function createServer(options, listener) {
  return new Server(options, listener);
}

const exported = { get, request, Agent, globalAgent, createServer, Server };
return { ...exported, default: exported };
})();
