// `node:http2`: constants alone.

(function () {
const { core } = __bootstrap;
const { absentAll } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { methodNotImplemented } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { constants } = core.loadExtScript("ext:denizen/node/internal/http2_constants.js");
const { Buffer } = core.loadExtScript("ext:denizen/node/buffer.js");
const { ObjectCreate, Symbol } = __bootstrap.primordials;

// workerd's classes have no name.
function nameless(text) {
  return class {
    constructor() {
      throw methodNotImplemented(text);
    }
  };
}
const Http2ServerRequest = nameless("http2.Http2ServerRequest method");
const Http2ServerResponse = nameless("http2.Http2ServerResponse method");

function getDefaultSettings() {
  return ObjectCreate({});
}
function getPackedSettings() {
  return Buffer.alloc(0);
}
function getUnpackedSettings() {
  return {};
}
const { connect, createSecureServer, createServer, performServerHandshake } = absentAll("http2.", {
  connect: 0, createSecureServer: 0, createServer: 0, performServerHandshake: 0,
});

const exported = {
  constants, createSecureServer, createServer, Http2ServerRequest, Http2ServerResponse, connect, getDefaultSettings, getPackedSettings,
  getUnpackedSettings, performServerHandshake, sensitiveHeaders: Symbol("nodejs.http2.sensitiveHeaders"),
};
return { ...exported, default: exported };
})();
