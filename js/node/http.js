// `node:http`: its parts by their names.

(function () {
const { core } = __bootstrap;
const { methods } = core.loadExtScript("ext:denizen/node/_http_common.js");
const { Agent, globalAgent } = core.loadExtScript("ext:denizen/node/_http_agent.js");
const { ClientRequest } = core.loadExtScript("ext:denizen/node/_http_client.js");
const { IncomingMessage } = core.loadExtScript("ext:denizen/node/_http_incoming.js");
const { OutgoingMessage, validateHeaderName, validateHeaderValue } = core.loadExtScript("ext:denizen/node/_http_outgoing.js");
const { STATUS_CODES, Server, ServerResponse, _connectionListener } = core.loadExtScript("ext:denizen/node/_http_server.js");
const { validateInteger } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { CloseEvent, MessageEvent } = core.loadExtScript("ext:denizen/web/events.js");
// The global one, where there is one.
const { WebSocket } = globalThis;

function request(url, options, callback) {
  return new ClientRequest(url, options, callback);
}
function get(url, options, callback) {
  const made = request(url, options, callback);
  made.end();
  return made;
}
function createServer(options, listener) {
  return new Server(options, listener);
}
function setMaxIdleHTTPParsers(max) {
  validateInteger(max, "max", 1);
}

const exported = {
  validateHeaderName, validateHeaderValue, METHODS: methods, STATUS_CODES, ClientRequest, request, get, OutgoingMessage, Agent, globalAgent,
  IncomingMessage, Server, ServerResponse, createServer, maxHeaderSize: 16384, setMaxIdleHTTPParsers, _connectionListener, WebSocket, CloseEvent,
  MessageEvent,
};
return { ...exported, default: exported };
})();
