// The base of all streams: an emitter that can be piped.
//
// Owns `Stream.prototype.pipe`. It must not know states.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { FunctionPrototypeCall, ObjectSetPrototypeOf } = primordials;
const { EventEmitter } = core.loadExtScript("ext:denizen/node/events.js");

function Stream(options) {
  FunctionPrototypeCall(EventEmitter, this, options);
}
ObjectSetPrototypeOf(Stream.prototype, EventEmitter.prototype);
ObjectSetPrototypeOf(Stream, EventEmitter);

Stream.prototype.pipe = function pipe(destination, options) {
  const source = this;
  function onData(chunk) {
    if (destination.writable && destination.write(chunk) === false && source.pause) source.pause();
  }
  function onDrain() {
    if (source.readable && source.resume) source.resume();
  }
  let ended = false;
  function onEnd() {
    if (ended) return;
    ended = true;
    destination.end();
  }
  function onClose() {
    if (ended) return;
    ended = true;
    if (typeof destination.destroy === "function") destination.destroy();
  }
  function onError(error) {
    cleanup();
    if (this.listenerCount("error") === 0) this.emit("error", error);
  }
  function cleanup() {
    source.removeListener("data", onData);
    destination.removeListener("drain", onDrain);
    source.removeListener("end", onEnd);
    source.removeListener("close", onClose);
    source.removeListener("error", onError);
    destination.removeListener("error", onError);
    source.removeListener("end", cleanup);
    source.removeListener("close", cleanup);
    destination.removeListener("close", cleanup);
  }
  source.on("data", onData);
  destination.on("drain", onDrain);
  if (!destination._isStdio && (!options || options.end !== false)) {
    source.on("end", onEnd);
    source.on("close", onClose);
  }
  source.prependListener("error", onError);
  destination.prependListener("error", onError);
  source.on("end", cleanup);
  source.on("close", cleanup);
  destination.on("close", cleanup);
  destination.emit("pipe", source);
  return destination;
};

return { Stream };
})();
