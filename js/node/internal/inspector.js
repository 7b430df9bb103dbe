// What `node:inspector` and `node:inspector/promises` share.

(function () {
const { core } = __bootstrap;
const { absentAll, addMethods, quiet } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { methodNotImplemented } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const EventEmitter = core.loadExtScript("ext:denizen/node/events.js").default;

class StubSession extends EventEmitter {
  constructor() {
    super();
    throw methodNotImplemented("Session method");
  }
}
addMethods(StubSession.prototype, absentAll("Session.", { connect: 0, connectToMainThread: 0, disconnect: 0, post: 3 }));

const Network = absentAll("Network.", {
  requestWillBeSent: 1, dataReceived: 1, dataSent: 1, responseReceived: 1, loadingFinished: 1, loadingFailed: 1, webSocketCreated: 1,
  webSocketHandshakeResponseReceived: 1, webSocketClosed: 1,
});

const names = [
  "debug", "error", "info", "log", "warn", "dir", "dirxml", "table", "trace", "group", "groupCollapsed", "groupEnd", "clear", "count",
  "countReset", "assert", "profile", "profileEnd", "time", "timeLog", "timeStamp",
];
const noop = quiet("noop");
const console = {};
for (let i = 0; i < names.length; i++) console[names[i]] = noop;

return { Network, Session: StubSession, console };
})();
