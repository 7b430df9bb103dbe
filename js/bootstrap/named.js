// Constructors of the classes that few use.
//
// Owns functions with the literal names that V8 has in its messages. It is loaded with the first of these classes, so that an
// isolate that uses none has none of them. It must not know what `make` does.

(function () {
"use strict";
return {
  __proto__: null,
  CompressionStream: (make) => function CompressionStream() { return make(new.target, arguments); },
  CryptoKey: (make) => function CryptoKey() { return make(new.target, arguments); },
  DecompressionStream: (make) => function DecompressionStream() { return make(new.target, arguments); },
  DigestStream: (make) => function DigestStream() { return make(new.target, arguments); },
  EventSource: (make) => function EventSource() { return make(new.target, arguments); },
  MessageChannel: (make) => function MessageChannel() { return make(new.target, arguments); },
  MessagePort: (make) => function MessagePort() { return make(new.target, arguments); },
  SubtleCrypto: (make) => function SubtleCrypto() { return make(new.target, arguments); },
  URLPattern: (make) => function URLPattern() { return make(new.target, arguments); },
  WebSocketRequestResponsePair: (make) => function WebSocketRequestResponsePair() { return make(new.target, arguments); },
};
})();
