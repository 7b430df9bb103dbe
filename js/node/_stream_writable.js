// The exports of `node:_stream_writable`.

(function () {
const { core } = __bootstrap;
const { Writable } = core.loadExtScript("ext:denizen/node/stream.js");
return { Writable, WritableState: Writable.WritableState, fromWeb: Writable.fromWeb, toWeb: Writable.toWeb, default: Writable };
})();
