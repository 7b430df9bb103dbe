// The exports of `node:_stream_passthrough`.

(function () {
const { core } = __bootstrap;
const { PassThrough } = core.loadExtScript("ext:denizen/node/stream.js");
return { PassThrough, default: PassThrough };
})();
