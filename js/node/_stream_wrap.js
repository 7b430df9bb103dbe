// `node:_stream_wrap`: a socket over a stream, which cannot be made without sockets.

(function () {
const { core } = __bootstrap;
const { invalidArgType, methodNotImplemented } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { Socket } = core.loadExtScript("ext:denizen/node/net.js");
const { Duplex } = core.loadExtScript("ext:denizen/node/stream.js");
const { absentAll, addMethods } = core.loadExtScript("ext:denizen/node/internal/absent.js");

class JSStreamSocket extends Socket {
  constructor(stream) {
    if (!(stream instanceof Duplex)) throw invalidArgType("duplex", "stream.Duplex", stream);
    super();
    throw methodNotImplemented("JSStreamSocket method");
  }
}
addMethods(JSStreamSocket.prototype, absentAll("JSStreamSocket.", { isClosing: 0, readStart: 0, readStop: 0, doShutdown: 1, doClose: 1 }));

return { default: JSStreamSocket };
})();
