// Between Node's streams and the web's.
//
// Owns the conversions in both directions, with backpressure. It must not know what flows.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { Promise, PromisePrototypeThen, PromiseResolve, SafeWeakMap, Uint8Array } = primordials;
const { AbortError, invalidArgType } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { CountQueuingStrategy, ReadableStream, WritableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
const { destroyer, isReadableNode, isReadableWeb, isTransformWeb, isWritableNode, isWritableWeb, nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { Readable } = core.loadExtScript("ext:denizen/node/stream/readable.js");
const { Writable } = core.loadExtScript("ext:denizen/node/stream/writable.js");
const { Duplex } = core.loadExtScript("ext:denizen/node/stream/transform.js");
const { eos } = core.loadExtScript("ext:denizen/node/stream/pipeline.js");

function readableFromWeb(stream, options = {}) {
  if (!isReadableWeb(stream)) throw invalidArgType("readableStream", "ReadableStream", stream);
  const reader = stream.getReader();
  let closed = false;
  const { highWaterMark, encoding, objectMode = false, signal } = options;
  const readable = new Readable({
    objectMode, highWaterMark, encoding, signal,
    read() {
      PromisePrototypeThen(reader.read(), (chunk) => readable.push(chunk.done ? null : chunk.value), (error) => destroyer(readable, error));
    },
    destroy(error, callback) {
      const done = () => nextTick(callback, error);
      if (closed) done();
      else PromisePrototypeThen(reader.cancel(error), done, done);
    },
  });
  PromisePrototypeThen(reader.closed, () => {
    closed = true;
  }, (error) => {
    closed = true;
    destroyer(readable, error);
  });
  return readable;
}

function readableToWeb(stream, options = {}) {
  if (!isReadableNode(stream)) throw invalidArgType("streamReadable", "stream.Readable", stream);
  if (stream.destroyed || stream.readable === false) {
    const empty = new ReadableStream();
    empty.cancel();
    return empty;
  }
  const { objectMode } = stream._readableState;
  const strategy = options.strategy ?? (objectMode ? new CountQueuingStrategy({ highWaterMark: stream.readableHighWaterMark }) : { highWaterMark: stream.readableHighWaterMark });
  let controller;
  let cancelled = false;
  stream.pause();
  const cleanup = eos(stream, (error) => {
    cleanup();
    stream.on("error", () => {});
    if (cancelled) return;
    if (error) controller.error(error.code === "ERR_STREAM_PREMATURE_CLOSE" ? new AbortError(undefined, { cause: error }) : error);
    else controller.close();
  });
  stream.on("data", (chunk) => {
    if (!objectMode && typeof chunk !== "string") chunk = new Uint8Array(chunk);
    controller.enqueue(chunk);
    if (controller.desiredSize <= 0) stream.pause();
  });
  return new ReadableStream({
    start(given) {
      controller = given;
    },
    pull() {
      stream.resume();
    },
    cancel(reason) {
      cancelled = true;
      destroyer(stream, reason);
    },
  }, strategy);
}

function writableFromWeb(stream, options = {}) {
  if (!isWritableWeb(stream)) throw invalidArgType("writableStream", "WritableStream", stream);
  const writer = stream.getWriter();
  let closed = false;
  const { highWaterMark, decodeStrings = true, objectMode = false, signal } = options;
  const writable = new Writable({
    highWaterMark, objectMode, decodeStrings, signal,
    write(chunk, encoding, callback) {
      PromisePrototypeThen(writer.ready, () => PromisePrototypeThen(writer.write(chunk), () => nextTick(callback), (error) => nextTick(callback, error)), callback);
    },
    destroy(error, callback) {
      const done = () => nextTick(callback, error);
      if (closed) done();
      else if (error) PromisePrototypeThen(writer.abort(error), done, done);
      else PromisePrototypeThen(writer.close(), done, done);
    },
    final(callback) {
      if (closed) callback();
      else PromisePrototypeThen(writer.close(), () => nextTick(callback), (error) => nextTick(callback, error));
    },
  });
  PromisePrototypeThen(writer.closed, () => {
    closed = true;
  }, (error) => {
    closed = true;
    destroyer(writable, error);
  });
  return writable;
}

function writableToWeb(stream) {
  if (!isWritableNode(stream)) throw invalidArgType("streamWritable", "stream.Writable", stream);
  let controller;
  let wake;
  let finish;
  const cleanup = eos(stream, (error) => {
    cleanup();
    stream.on("error", () => {});
    if (error) {
      finish?.reject(error);
      controller?.error(error.code === "ERR_STREAM_PREMATURE_CLOSE" ? new AbortError(undefined, { cause: error }) : error);
    } else {
      finish?.resolve();
    }
    finish = undefined;
    wake?.();
  });
  stream.on("drain", () => {
    const call = wake;
    wake = undefined;
    call?.();
  });
  const objectMode = stream.writableObjectMode;
  return new WritableStream({
    start(given) {
      controller = given;
    },
    write(chunk) {
      if (stream.writableNeedDrain || !stream.write(chunk)) return new Promise((resolve) => (wake = resolve));
      return undefined;
    },
    abort(reason) {
      destroyer(stream, reason);
    },
    close() {
      if (finish === undefined && !stream.writableEnded) stream.end();
      return stream.writableFinished ? PromiseResolve() : new Promise((resolve, reject) => (finish = { resolve, reject }));
    },
  }, objectMode ? new CountQueuingStrategy({ highWaterMark: stream.writableHighWaterMark }) : { highWaterMark: stream.writableHighWaterMark });
}

function duplexFromWeb(pair, options = {}) {
  if (!isTransformWeb(pair)) throw invalidArgType("pair", "ReadableWritablePair", pair);
  return Duplex.from({ readable: readableFromWeb(pair.readable, { objectMode: options.objectMode }), writable: writableFromWeb(pair.writable, { objectMode: options.objectMode }) });
}

function duplexToWeb(duplex) {
  return { readable: readableToWeb(duplex), writable: writableToWeb(duplex) };
}

// Settles when a web stream is closed; a stream that someone holds is not watched.
const watched = new SafeWeakMap();
function closedOf(stream) {
  let promise = watched.get(stream);
  if (promise === undefined) {
    promise = stream.locked ? new Promise(() => {}) : isWritableWeb(stream) ? stream.getWriter().closed : stream.getReader().closed;
    watched.set(stream, promise);
  }
  return promise;
}

return { closedOf, duplexFromWeb, duplexToWeb, readableFromWeb, readableToWeb, writableFromWeb, writableToWeb };
})();
