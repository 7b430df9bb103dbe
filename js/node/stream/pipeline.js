// When a stream is over, and streams one behind the other.
//
// Owns `finished`, `pipeline` and `compose`. It must not know data.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const {
  ArrayIsArray, ArrayPrototypePop, ArrayPrototypePush, ArrayPrototypeShift, FunctionPrototypeCall, ObjectDefineProperty,
  Promise, PromisePrototypeThen, ReflectApply, SafeArrayIterator, SymbolAsyncIterator, SymbolIterator,
} = primordials;
const { AbortError, invalidArgType, missingArgs, nodeError, nodeTypeError, validateAbortSignal, validateBoolean, validateFunction, validateObject } = core.loadExtScript(
  "ext:denizen/node/internal/errors.js",
);
const {
  destroyer, isNodeStream, isReadable, isReadableNode, isReadableWeb, isTransformWeb, isWritable, isWritableNode, isWritableWeb, nextTick,
} = core.loadExtScript("ext:denizen/node/stream/shared.js");

const premature = () => nodeTypeError("ERR_STREAM_PREMATURE_CLOSE", "Premature close");

function eos(stream, options, callback) {
  if (arguments.length === 2) {
    callback = options;
    options = { __proto__: null };
  } else if (options === undefined || options === null) {
    options = { __proto__: null };
  } else {
    validateObject(options, "options");
  }
  validateFunction(callback, "callback");
  validateAbortSignal(options.signal, "options.signal");
  let called = false;
  const { signal } = options;
  const done = (error) => {
    if (called) return;
    called = true;
    signal?.removeEventListener("abort", abort);
    if (error === undefined) ReflectApply(callback, stream, []);
    else ReflectApply(callback, stream, [error]);
  };
  let unlisten = () => {};
  function abort() {
    if (called) return;
    unlisten();
    done(new AbortError(undefined, { cause: signal.reason }));
  }
  const listenToSignal = () => {
    if (signal.aborted) nextTick(abort);
    else signal.addEventListener("abort", abort, { __proto__: null, once: true });
  };
  if (isReadableWeb(stream) || isWritableWeb(stream)) {
    const { closedOf } = core.loadExtScript("ext:denizen/node/stream/web_adapters.js");
    PromisePrototypeThen(closedOf(stream), () => nextTick(done), (error) => nextTick(done, error));
    if (signal) listenToSignal();
    return () => {};
  }
  if (!isNodeStream(stream)) throw invalidArgType("stream", ["ReadableStream", "WritableStream", "Stream"], stream);
  const readable = options.readable ?? isReadableNode(stream);
  const writable = options.writable ?? isWritableNode(stream);
  const readState = stream._readableState;
  const writeState = stream._writableState;
  let readFinished = readState ? readState.endEmitted || (readState.ended && readState.length === 0 && readState.endEmitted) : !readable;
  let writeFinished = writeState ? writeState.finished : false;
  const willClose = Boolean((writeState || readState)?.autoDestroy && (writeState || readState)?.emitClose && (writeState || readState)?.closed === false);
  const waitsForClose = willClose && isReadableNode(stream) === readable && isWritableNode(stream) === writable;
  const onFinish = () => {
    writeFinished = true;
    if (waitsForClose && (!stream.writable || readable)) return;
    if (!readable || readFinished) done();
  };
  const onEnd = () => {
    readFinished = true;
    if (waitsForClose && (!stream.readable || writable)) return;
    if (!writable || writeFinished) done();
  };
  const onError = (error) => done(error);
  const onClose = () => {
    const errored = (writeState?.errored ?? readState?.errored) || null;
    if (errored && typeof errored !== "boolean") return done(errored);
    if (readable && !readFinished && isReadableNode(stream) && !readState?.endEmitted) return done(premature());
    if (writable && !writeFinished && !writeState?.finished) return done(premature());
    return done();
  };
  if (writable) stream.on("finish", onFinish);
  if (readable) stream.on("end", onEnd);
  if (options.error !== false) stream.on("error", onError);
  stream.on("close", onClose);
  unlisten = () => {
    stream.removeListener("finish", onFinish);
    stream.removeListener("end", onEnd);
    stream.removeListener("error", onError);
    stream.removeListener("close", onClose);
  };
  const cleanup = () => {
    called = true;
    signal?.removeEventListener("abort", abort);
    unlisten();
  };
  const closed = writeState?.closed || readState?.closed;
  if (closed) nextTick(onClose);
  else if (writeState?.errorEmitted || readState?.errorEmitted) {
    if (!waitsForClose) nextTick(onClose);
  } else if (!readable && (!waitsForClose || isReadable(stream)) && (writeFinished || isWritable(stream) === false)) nextTick(onClose);
  else if (!writable && (!waitsForClose || isWritable(stream)) && (readFinished || isReadable(stream) === false)) nextTick(onClose);
  if (signal && !closed) listenToSignal();
  return cleanup;
}

function finishedPromise(stream, options = { __proto__: null }) {
  if (options.cleanup) validateBoolean(options.cleanup, "cleanup");
  return new Promise((resolve, reject) => {
    const cleanup = eos(stream, options, (error) => {
      if (options.cleanup) cleanup();
      if (error) reject(error);
      else resolve();
    });
  });
}
ObjectDefineProperty(finishedPromise, "name", { __proto__: null, value: "finished", configurable: true });
ObjectDefineProperty(finishedPromise, "length", { __proto__: null, value: 1, configurable: true });

const isIterable = (value) => Boolean(value) && (typeof value[SymbolAsyncIterator] === "function" || typeof value[SymbolIterator] === "function");

async function* fromReadable(value) {
  const { Readable } = core.loadExtScript("ext:denizen/node/stream/readable.js");
  yield* FunctionPrototypeCall(Readable.prototype[SymbolAsyncIterator], value);
}

// Writes all of an iterable, at the pace of the stream.
async function pump(iterable, writable, finish, end) {
  let error;
  let wake = null;
  const resume = (thrown) => {
    if (thrown) error = thrown;
    if (wake) {
      const call = wake;
      wake = null;
      call();
    }
  };
  const wait = () => new Promise((resolve, reject) => {
    if (error) reject(error);
    else wake = () => (error ? reject(error) : resolve());
  });
  writable.on("drain", resume);
  const cleanup = eos(writable, { readable: false }, resume);
  try {
    if (writable.writableNeedDrain) await wait();
    for await (const chunk of iterable) {
      if (!writable.write(chunk)) await wait();
    }
    if (end) {
      writable.end();
      await wait();
    }
    finish();
  } catch (thrown) {
    finish(error !== thrown && error ? error : thrown);
  } finally {
    cleanup();
    writable.off("drain", resume);
  }
}

function pipeline(...streams) {
  const callback = ArrayPrototypePop(streams);
  validateFunction(callback, "streams[stream.length - 1]");
  let done = false;
  return run(streams, (error, value) => {
    if (done) return;
    done = true;
    callback(error, value);
  });
}

function run(streams, callback, options) {
  if (streams.length === 1 && ArrayIsArray(streams[0])) streams = streams[0];
  if (streams.length < 2) throw missingArgs('The "streams" argument must be specified');
  const { PassThrough } = core.loadExtScript("ext:denizen/node/stream/transform.js");
  const controller = new (core.loadExtScript("ext:denizen/io/signals.js").AbortController)();
  const { signal } = controller;
  const outer = options?.signal;
  const lastDestroys = [];
  validateAbortSignal(outer, "options.signal");
  let error;
  let value;
  const destroys = [];
  let pending = 0;
  const abort = () => finishAll(new AbortError(undefined, outer?.reason === undefined ? undefined : { cause: outer.reason }));
  outer?.addEventListener("abort", abort, { __proto__: null, once: true });
  const finish = (thrown) => finishAll(thrown, --pending === 0);
  function finishAll(thrown, final) {
    if (thrown && (!error || error.code === "ERR_STREAM_PREMATURE_CLOSE")) error = thrown;
    if (!error && !final) return;
    while (destroys.length > 0) ArrayPrototypeShift(destroys)(error);
    outer?.removeEventListener("abort", abort);
    controller.abort();
    if (final) {
      if (!error) for (let i = 0; i < lastDestroys.length; i++) lastDestroys[i]();
      nextTick(() => callback(error, value));
    }
  }
  let current;
  for (let i = 0; i < streams.length; i++) {
    const stream = streams[i];
    const reading = i < streams.length - 1;
    const writing = i > 0;
    const end = reading || options?.end !== false;
    const isLast = i === streams.length - 1;
    if (isNodeStream(stream)) {
      if (end) {
        let finished = false;
        stream.on("close", () => {
          finished = true;
        });
        const cleanup = eos(stream, { readable: reading, writable: writing }, (thrown) => {
          finished = !thrown;
        });
        ArrayPrototypePush(destroys, (thrown) => {
          if (finished) return;
          finished = true;
          destroyer(stream, thrown || nodeError("ERR_STREAM_DESTROYED", "Cannot call pipe after a stream was destroyed"));
        });
        if (isReadable(stream) && isLast) ArrayPrototypePush(lastDestroys, cleanup);
      }
      stream.on("error", (thrown) => {
        if (thrown && thrown.name !== "AbortError" && thrown.code !== "ERR_STREAM_PREMATURE_CLOSE") finishSoon(thrown);
      });
    }
    if (i === 0) {
      if (typeof stream === "function") {
        current = stream({ signal });
        if (!isIterable(current)) throw nodeError("ERR_INVALID_RETURN_VALUE", 'Expected Iterable, AsyncIterable or Stream to be returned from the "source" function.');
      } else if (isIterable(stream) || isReadableNode(stream) || isTransformWeb(stream)) {
        current = stream;
      } else {
        current = core.loadExtScript("ext:denizen/node/stream/transform.js").duplexify(stream, "source");
      }
    } else if (typeof stream === "function") {
      current = stream(isReadableNode(current) ? fromReadable(current) : isTransformWeb(current) ? current.readable : current, { signal });
      if (reading) {
        if (!isIterable(current)) throw nodeError("ERR_INVALID_RETURN_VALUE", `Expected AsyncIterable to be returned from the "transform[${i - 1}]" function.`);
      } else {
        const through = new PassThrough({ objectMode: true });
        const then = current?.then;
        if (typeof then === "function") {
          pending++;
          FunctionPrototypeCall(then, current, (result) => {
            value = result;
            if (result !== null && result !== undefined) through.write(result);
            if (end) through.end();
            nextTick(finish);
          }, (thrown) => {
            through.destroy(thrown);
            nextTick(finish, thrown);
          });
        } else if (isIterable(current)) {
          pending++;
          pump(current, through, finish, end);
        } else {
          throw nodeError("ERR_INVALID_RETURN_VALUE", 'Expected AsyncIterable or Promise to be returned from the "destination" function.');
        }
        current = through;
        const cleanup = eos(current, { readable: true, writable: true }, () => {});
        ArrayPrototypePush(destroys, (thrown) => thrown && destroyer(through, thrown));
        if (isLast) ArrayPrototypePush(lastDestroys, cleanup);
      }
    } else if (isNodeStream(stream)) {
      if (isReadableNode(current)) {
        pending += 2;
        const cleanup = pipe(current, stream, finish, end);
        if (isReadable(stream) && isLast) ArrayPrototypePush(lastDestroys, cleanup);
      } else if (isTransformWeb(current) || isReadableWeb(current)) {
        pending++;
        pump(current.readable ?? current, stream, finish, end);
      } else {
        pending++;
        pump(current, stream, finish, end);
      }
      current = stream;
    } else if (isWritableWeb(stream) || isTransformWeb(stream)) {
      const { Writable } = core.loadExtScript("ext:denizen/node/stream/writable.js");
      pending++;
      pump(isReadableNode(current) ? fromReadable(current) : current.readable ?? current, Writable.fromWeb(stream.writable ?? stream), finish, end);
      current = stream;
    } else {
      current = core.loadExtScript("ext:denizen/node/stream/transform.js").duplexify(stream, "stream");
    }
  }
  function finishSoon(thrown) {
    nextTick(() => finishAll(thrown, false));
  }
  if (outer?.aborted) nextTick(abort);
  return current;
}

function pipe(source, destination, finish, end) {
  let ended = false;
  destination.on("close", () => {
    if (!ended) finish(premature());
  });
  source.pipe(destination, { end: false });
  if (end) {
    const endIt = () => {
      ended = true;
      destination.end();
    };
    if (source._readableState?.endEmitted) nextTick(endIt);
    else source.once("end", endIt);
  } else {
    finish();
  }
  eos(source, { readable: true, writable: false }, (error) => {
    const state = source._readableState;
    if (error && error.code === "ERR_STREAM_PREMATURE_CLOSE" && state?.ended && !state.errored && !state.errorEmitted) {
      source.once("end", finish).once("error", finish);
    } else {
      finish(error);
    }
  });
  return eos(destination, { readable: false, writable: true }, finish);
}

function pipelinePromise(...streams) {
  return new Promise((resolve, reject) => {
    let signal;
    let end;
    const last = streams[streams.length - 1];
    if (last && typeof last === "object" && !isNodeStream(last) && !isIterable(last) && !isReadableWeb(last) && !isWritableWeb(last) && !isTransformWeb(last)) {
      const options = ArrayPrototypePop(streams);
      signal = options.signal;
      end = options.end;
    }
    run(streams, (error, value) => {
      if (error) reject(error);
      else resolve(value);
    }, { signal, end });
  });
}
ObjectDefineProperty(pipelinePromise, "name", { __proto__: null, value: "pipeline", configurable: true });

// One duplex that writes to the first of several streams and reads from the last.
function compose(...streams) {
  const { Duplex, duplexify } = core.loadExtScript("ext:denizen/node/stream/transform.js");
  if (streams.length === 0) throw missingArgs('The "streams" argument must be specified');
  if (streams.length === 1) return Duplex.from(streams[0]);
  const nodes = [];
  for (let i = 0; i < streams.length; i++) ArrayPrototypePush(nodes, isNodeStream(streams[i]) ? streams[i] : duplexify(streams[i], `streams[${i}]`));
  const head = nodes[0];
  const tail = nodes[nodes.length - 1];
  let composed;
  ReflectApply(pipeline, undefined, [...new SafeArrayIterator(nodes), (error) => {
    if (error) composed.destroy(error);
  }]);
  composed = duplexify({ readable: isReadable(tail) ? tail : undefined, writable: isWritable(head) ? head : undefined }, "streams");
  return composed;
}
ObjectDefineProperty(compose, "length", { __proto__: null, value: 0, configurable: true });

return { compose, eos, finishedPromise, pipeline, pipelinePromise };
})();
