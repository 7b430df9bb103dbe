// `node:stream`: the classes and functions of streams in one place.
//
// Owns which members the module has. Each kind of stream is a script of stream/.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { ArrayBufferIsView, ObjectAssign, ObjectDefineProperty, ObjectKeys, ReflectApply, TypedArrayPrototypeGetSymbolToStringTag } = primordials;
const { Stream } = core.loadExtScript("ext:denizen/node/stream/legacy.js");
const { Readable } = core.loadExtScript("ext:denizen/node/stream/readable.js");
const { Writable } = core.loadExtScript("ext:denizen/node/stream/writable.js");
const { Duplex, PassThrough, Transform, duplexPair } = core.loadExtScript("ext:denizen/node/stream/transform.js");
const { compose, eos, finishedPromise, pipeline, pipelinePromise } = core.loadExtScript("ext:denizen/node/stream/pipeline.js");
const operators = core.loadExtScript("ext:denizen/node/stream/operators.js");
const {
  addAbortSignal, destroyer, getDefaultHighWaterMark, isDestroyed, isDisturbed, isErrored, isReadable, isWritable, setDefaultHighWaterMark,
} = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");

function define(target, name, value) {
  ObjectDefineProperty(target, name, { __proto__: null, value, configurable: true, enumerable: false, writable: true });
}
const streamNames = ObjectKeys(operators.streams);
for (let i = 0; i < streamNames.length; i++) {
  const operator = operators.streams[streamNames[i]];
  const isStream = streamNames[i] === "compose";
  const method = {
    [streamNames[i]](...args) {
      const made = ReflectApply(operator, this, args);
      return isStream ? made : Readable.from(made);
    },
  }[streamNames[i]];
  define(Readable.prototype, streamNames[i], method);
}
const promiseNames = ObjectKeys(operators.promises);
for (let i = 0; i < promiseNames.length; i++) {
  const operator = operators.promises[promiseNames[i]];
  define(Readable.prototype, promiseNames[i], { [promiseNames[i]](...args) { return ReflectApply(operator, this, args); } }[promiseNames[i]]);
}
Writable.fromWeb = function (stream, options) {
  return core.loadExtScript("ext:denizen/node/stream/web_adapters.js").writableFromWeb(stream, options);
};
Writable.toWeb = function (stream) {
  return core.loadExtScript("ext:denizen/node/stream/web_adapters.js").writableToWeb(stream);
};

const isUint8Array = (value) => TypedArrayPrototypeGetSymbolToStringTag(value) === "Uint8Array";
const isArrayBufferView = (value) => ArrayBufferIsView(value);
function _uint8ArrayToBuffer(chunk) {
  return internal.over(chunk);
}
const promises = { pipeline: pipelinePromise, finished: finishedPromise };
ObjectDefineProperty(eos, core.loadExtScript("ext:denizen/node/util.js").promisify.custom, { __proto__: null, enumerable: true, get: () => finishedPromise });
ObjectDefineProperty(pipeline, core.loadExtScript("ext:denizen/node/util.js").promisify.custom, { __proto__: null, enumerable: true, get: () => pipelinePromise });

const exported = {
  Stream, _isUint8Array: isUint8Array, _isArrayBufferView: isArrayBufferView, _uint8ArrayToBuffer, addAbortSignal, compose, destroy: destroyer,
  finished: eos, isReadable, isWritable, isErrored, isDisturbed, pipeline, Writable, Readable, Duplex, Transform, PassThrough, promises,
  getDefaultHighWaterMark, setDefaultHighWaterMark, isDestroyed, duplexPair,
};
ObjectAssign(Stream, exported);

return { ...exported, default: Stream };
})();
