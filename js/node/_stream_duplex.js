// The exports of `node:_stream_duplex`.

(function () {
const { core } = __bootstrap;
const { Duplex } = core.loadExtScript("ext:denizen/node/stream.js");
return { Duplex, from: Duplex.from, fromWeb: Duplex.fromWeb, toWeb: Duplex.toWeb, default: Duplex };
})();
