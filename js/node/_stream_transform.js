// The exports of `node:_stream_transform`.

(function () {
const { core } = __bootstrap;
const { Transform } = core.loadExtScript("ext:denizen/node/stream.js");
return { Transform, default: Transform };
})();
