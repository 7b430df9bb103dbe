// The exports of `node:_stream_readable`.

(function () {
const { core } = __bootstrap;
const { Readable } = core.loadExtScript("ext:denizen/node/stream.js");
return { Readable, ReadableState: Readable.ReadableState, from: Readable.from, fromWeb: Readable.fromWeb, toWeb: Readable.toWeb, wrap: Readable.wrap, default: Readable };
})();
