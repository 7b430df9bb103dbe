// What console.log and util.inspect show of the runtime's own objects: the members that workerd's native classes show, in its
// order.
//
// Owns that table. It must not know how a value is laid out.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeFind, ArrayPrototypePush, BigInt, ObjectGetOwnPropertySymbols, ObjectGetPrototypeOf, ReflectGetOwnPropertyDescriptor, SafeMap,
  SafeSet, StringPrototypeSplit, SymbolPrototypeGetDescription, uncurryThis,
} = primordials;
const load = core.loadExtScript;

const streams = load("ext:deno_web/06_streams.js");
const event = load("ext:deno_web/02_event.js");
const abort = load("ext:deno_web/03_abort_signal.js");
const file = load("ext:deno_web/09_file.js");
const encoding = load("ext:deno_web/08_text_encoding.js");
const { changed } = load("ext:denizen/bootstrap/changed.js");
const { URL, URLSearchParams } = load(changed.url_standard ? "ext:denizen/web/url_original.js" : "ext:deno_web/00_url.js");
const { DOMException } = load("ext:deno_web/01_dom_exception.js");
const { Crypto } = load("ext:denizen/io/crypto.js");
const { ExecutionContext } = load("ext:denizen/io/context.js");
const { Headers, areImmutable, isHeaders } = load("ext:denizen/fetch/headers.js");
const { FormData } = load("ext:denizen/fetch/form_data.js");
const { Request } = load("ext:denizen/fetch/request.js");
const { Response } = load("ext:denizen/fetch/response.js");
const { lengthOf } = load("ext:denizen/fetch/body.js");
const { FixedLengthStream, IdentityTransformStream, isOwnWritable } = load("ext:denizen/streams/transforms.js");
const { Fetcher, ClassHandle } = load("ext:denizen/rpc/stub.js");
const { RpcTarget } = load("ext:denizen/worker/workers.js");
const { DurableObjectId, DurableObjectNamespace } = load("ext:denizen/actor/namespace.js");
const { DurableObjectFacets, DurableObjectState } = load("ext:denizen/actor/state.js");
const { Cursor, DurableObjectStorage, SqlStorage, SyncKvStorage } = load("ext:denizen/actor/storage.js");
const { MessageEvent } = load("ext:denizen/web/events.js");
const performance = load("ext:denizen/web/performance.js");

const EVENT = "type eventPhase composed bubbles cancelable defaultPrevented returnValue currentTarget target srcElement timeStamp isTrusted cancelBubble";
const EVENT_CLASS = `${EVENT} NONE CAPTURING_PHASE AT_TARGET BUBBLING_PHASE`;

// Prototype -> { keys, hidden, pairs }: members that are read from the value, members that are shown in brackets, and whether it
// is a list of pairs.
const known = new SafeMap();
const classes = new SafeSet();
function define(Class, names, hidden = undefined, pairs = undefined) {
  classes.add(Class);
  known.set(Class.prototype, { __proto__: null, keys: names === "" ? [] : StringPrototypeSplit(names, " "), hidden, pairs });
}

// Members that the classes here do not have, by an internal name of deno_web's.
const stateOf = (stream) => stream[streams._state];
// deno_web keeps the controller of a stream under a symbol that it does not hand out.
const controller = ArrayPrototypeFind(ObjectGetOwnPropertySymbols(new streams.ReadableStream()), (symbol) => SymbolPrototypeGetDescription(symbol) === "[[controller]]");
function readableParts(stream) {
  const length = lengthOf(stream);
  return [["state", stateOf(stream)], ["supportsBYOB", streams.isReadableByteStreamController(stream[controller])], ["length", length >= 0 ? BigInt(length) : undefined]];
}
const writableParts = (stream) => [["state", stateOf(stream)], ["expectsBytes", isOwnWritable(stream)]];

const forEach = {
  __proto__: null, headers: uncurryThis(Headers.prototype.forEach), form: uncurryThis(FormData.prototype.forEach), params: uncurryThis(URLSearchParams.prototype.forEach),
};
// The pairs of a list. An object that only inherits from its class has none.
const pairsBy = (each) => (value) => {
  const pairs = [];
  try {
    each(value, (text, name) => ArrayPrototypePush(pairs, [name, text]));
  } catch {
    // It is no list.
  }
  return pairs;
};

define(Headers, "", (value) => [["immutable", isHeaders(value) && areImmutable(value)]], pairsBy(forEach.headers));
define(FormData, "", undefined, pairsBy(forEach.form));
define(URLSearchParams, "", undefined, pairsBy(forEach.params));
define(
  URL,
  changed.url_standard
    ? "href origin protocol username password host hostname port pathname search searchParams hash"
    : "origin href protocol username password host hostname port pathname search hash searchParams",
);
define(Request, "method url headers redirect fetcher signal cf integrity keepalive cache body bodyUsed");
define(Response, "status statusText headers ok redirected url webSocket cf type body bodyUsed");
define(file.Blob, "size type");
define(file.File, "name lastModified size type");
define(streams.ReadableStream, "locked", readableParts);
define(streams.WritableStream, "locked", writableParts);
define(streams.TransformStream, "readable writable");
define(IdentityTransformStream, "readable writable");
define(FixedLengthStream, "readable writable");
define(streams.ReadableStreamDefaultReader, "closed");
define(streams.ReadableStreamBYOBReader, "closed");
define(streams.WritableStreamDefaultWriter, "closed ready desiredSize");
define(streams.ReadableStreamDefaultController, "desiredSize");
define(streams.ReadableByteStreamController, "byobRequest desiredSize");
define(streams.ReadableStreamBYOBRequest, "view atLeast");
define(streams.TransformStreamDefaultController, "desiredSize");
define(streams.WritableStreamDefaultController, "signal");
define(streams.ByteLengthQueuingStrategy, "highWaterMark");
define(streams.CountQueuingStrategy, "highWaterMark");
define(encoding.TextEncoder, "encoding");
define(encoding.TextDecoder, "encoding fatal ignoreBOM");
define(encoding.TextEncoderStream, "encoding readable writable");
define(encoding.TextDecoderStream, "encoding fatal ignoreBOM readable writable");
define(event.EventTarget, "");
define(event.Event, EVENT);
define(MessageEvent, `ports source lastEventId origin data ${EVENT_CLASS}`);
define(event.CustomEvent, `detail ${EVENT_CLASS}`);
define(event.ErrorEvent, `filename message lineno colno error ${EVENT_CLASS}`);
define(abort.AbortSignal, "aborted reason onabort");
define(abort.AbortController, "signal");
define(DOMException, "code name message stack");
define(Crypto, "subtle");
define(ExecutionContext, "tracing access cache props exports");
define(DurableObjectState, "facets container storage id props exports");
define(DurableObjectStorage, "kv sql");
define(SqlStorage, "databaseSize");
define(SyncKvStorage, "");
define(DurableObjectFacets, "");
define(Cursor, "columnNames rowsRead rowsWritten");
define(DurableObjectId, "jurisdiction name");
define(RpcTarget, "");
define(Fetcher, "");
define(ClassHandle, "");
define(DurableObjectNamespace, "");
define(performance.Performance, "timeOrigin eventCounts nodeTiming");
define(performance.PerformanceEntry, "name entryType startTime duration");
define(performance.PerformanceMark, "detail name entryType startTime duration");
define(performance.PerformanceMeasure, "detail name entryType startTime duration");

// Classes that are loaded when they are first asked for: by their tag, so that printing does not load them.
const LAZY = {
  __proto__: null,
  CompressionStream: ["ext:denizen/streams/compression.js", "readable writable"],
  DecompressionStream: ["ext:denizen/streams/compression.js", "readable writable"],
  CryptoKey: ["ext:denizen/crypto/key.js", "usages algorithm extractable type"],
  DigestStream: ["ext:denizen/crypto/digest_stream.js", "digest bytesWritten locked"],
  EventSource: ["ext:denizen/web/event_source.js", "url withCredentials readyState onopen onmessage onerror"],
  SubtleCrypto: ["ext:denizen/crypto/subtle.js", ""],
  MessageChannel: ["ext:denizen/web/message_channel.js", "port2 port1"],
  MessagePort: ["ext:denizen/web/message_channel.js", "onmessage"],
  WebSocketRequestResponsePair: ["ext:denizen/web/request_response_pair.js", "request response"],
  URLPattern: ["ext:denizen/web/url_pattern.js", "protocol username password hostname port pathname search hash hasRegExpGroups"],
};

// How far up a chain of prototypes a class of the runtime is looked for.
const DEPTH = 100;
// Events of other classes show the constants of their base, too.
const DERIVED_EVENT = { __proto__: null, keys: StringPrototypeSplit(EVENT_CLASS, " "), hidden: undefined, pairs: undefined };

function find(prototype) {
  const found = known.get(prototype);
  if (found !== undefined) return found;
  const name = ReflectGetOwnPropertyDescriptor(prototype, "constructor")?.value?.name;
  const lazy = typeof name === "string" ? LAZY[name] : undefined;
  if (lazy === undefined) return undefined;
  const Class = load(lazy[0])[name];
  if (Class?.prototype !== prototype) return undefined;
  define(Class, lazy[1]);
  return known.get(prototype);
}

function isPrototype(value) {
  const constructor = ReflectGetOwnPropertyDescriptor(value, "constructor")?.value;
  return typeof constructor === "function" && ReflectGetOwnPropertyDescriptor(constructor, "prototype")?.value === value;
}

// The entry of the class of the runtime that `value` is an instance of.
function classOf(value) {
  let prototype = ObjectGetPrototypeOf(value);
  for (let i = 0; prototype !== null && i < DEPTH && !core.isProxy(prototype); i++) {
    const found = find(prototype);
    if (found !== undefined) {
      // A prototype is no instance.
      if (known.has(value) || isPrototype(value)) return undefined;
      return i > 0 && prototype === event.Event.prototype ? DERIVED_EVENT : found;
    }
    prototype = ObjectGetPrototypeOf(prototype);
  }
  return undefined;
}
// Whether a function is a class of the runtime's, which workerd makes as a function.
const isRuntimeClass = (value) => classes.has(value);

return { classOf, isRuntimeClass };
})();
