// Names that are given a value when they are first asked for.
//
// Owns which global classes lie outside the snapshot, and in which script. It must not know what they do.

(function () {
const { core } = __bootstrap;
const { op_define_lazy } = core.ops;
const { callable } = core.loadExtScript("ext:denizen/bootstrap/callable.js");
const { own } = core.loadExtScript("ext:denizen/actor/values.js");
const { shapeClass } = core.loadExtScript("ext:denizen/bootstrap/shape.js");

const GLOBALS = {
  __proto__: null,
  CryptoKey: "ext:denizen/crypto/key.js",
  CompressionStream: "ext:denizen/streams/compression.js",
  DecompressionStream: "ext:denizen/streams/compression.js",
  EventSource: "ext:denizen/web/event_source.js",
  MessageChannel: "ext:denizen/web/message_channel.js",
  MessagePort: "ext:denizen/web/message_channel.js",
  SubtleCrypto: "ext:denizen/crypto/subtle.js",
  URLPattern: "ext:denizen/web/url_pattern.js",
  WebSocketRequestResponsePair: "ext:denizen/web/request_response_pair.js",
};

// The function that stands for `Class`, which has just been loaded.
function construct(Class) {
  const named = core.loadExtScript("ext:denizen/bootstrap/named.js");
  const constructor = callable(Class, undefined, named[Class.name]);
  own(constructor);
  shapeClass(constructor);
  return constructor;
}

// Once in each isolate: the names of `scope`.
function defineLazyGlobals(scope) {
  for (const name in GLOBALS) {
    op_define_lazy(scope, name, loadGlobal, false);
  }
}

function defineDigestStream(prototype) {
  op_define_lazy(prototype, "DigestStream", () => construct(core.loadExtScript("ext:denizen/crypto/digest_stream.js").DigestStream), false);
}

const loaded = { __proto__: null };

/** One of the classes above, for who is not the global scope: the same as there. */
function loadGlobal(name) {
  loaded[name] ??= construct(core.loadExtScript(GLOBALS[name])[name]);
  return loaded[name];
}

return { defineDigestStream, defineLazyGlobals, loadGlobal };
})();
