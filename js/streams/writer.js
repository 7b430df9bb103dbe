// Writers that have been released.
//
// Owns what such a writer says: workerd's text, and promises that had settled for good stay what they were. It must not know
// sinks.

(function () {
const { core, primordials } = __bootstrap;
const {
  ObjectDefineProperty,
  PromisePrototypeThen,
  PromiseReject,
  ReflectApply,
  ReflectGetOwnPropertyDescriptor,
  SafeWeakMap,
  TypeError,
  uncurryThis,
} = primordials;
const { WritableStream, WritableStreamDefaultWriter } = core.loadExtScript("ext:deno_web/06_streams.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { symbolOf } = core.loadExtScript("ext:denizen/streams/readers.js");
const { isOwnWritable } = core.loadExtScript("ext:denizen/streams/transforms.js");

const prototype = WritableStreamDefaultWriter.prototype;
const own = {
  __proto__: null,
  closed: ReflectGetOwnPropertyDescriptor(prototype, "closed").get,
  desiredSize: ReflectGetOwnPropertyDescriptor(prototype, "desiredSize").get,
  ready: ReflectGetOwnPropertyDescriptor(prototype, "ready").get,
};
const closedOf = uncurryThis(own.closed);
const readyOf = uncurryThis(own.ready);
const desiredSizeOf = uncurryThis(own.desiredSize);
const { abort, close, releaseLock, write } = prototype;

const sample = new WritableStream().getWriter();
const kClosed = symbolOf(sample, "[[closedPromise]]");
const kReady = symbolOf(sample, "[[readyPromise]]");
const kStream = symbolOf(sample, "[[stream]]");

// Writer -> { closed, ready }, once it is released.
const released = new SafeWeakMap();

function refusal() {
  return new TypeError("This WritableStream writer has been released.");
}

function rejected() {
  const promise = PromiseReject(refusal());
  PromisePrototypeThen(promise, undefined, () => {});
  return promise;
}

// Rejects what will not settle by itself. Whether it was so.
function settle(deferred) {
  if (deferred.state !== "pending") {
    return false;
  }
  PromisePrototypeThen(deferred.promise, undefined, () => {});
  deferred.reject(refusal());
  return true;
}

const members = {
  get closed() {
    return released.get(this)?.closed ?? closedOf(this);
  },
  get desiredSize() {
    if (released.has(this)) {
      throw refusal();
    }
    return desiredSizeOf(this);
  },
  get ready() {
    return released.get(this)?.ready ?? readyOf(this);
  },
  releaseLock() {
    if (released.has(this)) {
      return;
    }
    const { [kStream]: stream } = this;
    if (stream === undefined) {
      ReflectApply(releaseLock, this, []);
      return;
    }
    const keepsReady = settle(this[kReady]) || changed.writable_stream_spec_compliant_writer || isOwnWritable(stream);
    settle(this[kClosed]);
    const kept = { __proto__: null, closed: closedOf(this), ready: keepsReady ? readyOf(this) : rejected() };
    ReflectApply(releaseLock, this, []);
    released.set(this, kept);
  },
};
const calls = { abort, close, write };
for (const name in calls) {
  const { [name]: call } = calls;
  members[name] = {
    [name](value = undefined) {
      return released.has(this) ? rejected() : ReflectApply(call, this, arguments);
    },
  }[name];
}
for (const name in own) {
  const { get } = ReflectGetOwnPropertyDescriptor(members, name);
  ObjectDefineProperty(prototype, name, { __proto__: null, get, enumerable: true, configurable: true });
}
const names = ["abort", "close", "releaseLock", "write"];
for (let i = 0; i < names.length; i++) {
  const name = names[i];
  ObjectDefineProperty(prototype, name, { __proto__: null, value: members[name], writable: true, enumerable: true, configurable: true });
}
return {};
})();
