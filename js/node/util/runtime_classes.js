// What `inspect` shows of an instance of the runtime's classes: what its accessors give, in workerd's order.
//
// Owns the names. workerd shows members of its streams that no accessor gives; they are left out.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectGetOwnPropertyDescriptor, ObjectGetPrototypeOf } = primordials;

const { isInstance } = core.loadExtScript("ext:denizen/node/inspect/heads.js");

const EVENT = [
  "type", "eventPhase", "composed", "bubbles", "cancelable", "defaultPrevented", "returnValue", "currentTarget", "target", "srcElement",
  "timeStamp", "isTrusted", "cancelBubble",
];
const PHASES = ["NONE", "CAPTURING_PHASE", "AT_TARGET", "BUBBLING_PHASE"];
const PAIR = ["readable", "writable"];

const MEMBERS = {
  __proto__: null,
  AbortController: ["signal"],
  AbortSignal: ["aborted", "reason", "onabort"],
  Blob: ["size", "type"],
  Cloudflare: ["compatibilityFlags"],
  CompressionStream: PAIR,
  Crypto: ["subtle"],
  CryptoKey: ["usages", "algorithm", "extractable", "type"],
  CustomEvent: ["detail", ...EVENT, ...PHASES],
  DecompressionStream: PAIR,
  Event: EVENT,
  File: ["name", "lastModified", "size", "type"],
  MessageChannel: ["port2", "port1"],
  MessageEvent: ["ports", "source", "lastEventId", "origin", "data", ...EVENT, ...PHASES],
  MessagePort: ["onmessage"],
  Navigator: ["languages", "language", "platform", "hardwareConcurrency", "userAgent"],
  PerformanceMark: ["detail", "name", "entryType", "startTime", "duration"],
  PerformanceMeasure: ["detail", "name", "entryType", "startTime", "duration"],
  ReadableStream: ["locked"],
  ReadableStreamBYOBReader: ["closed"],
  ReadableStreamDefaultReader: ["closed"],
  Request: [
    "method", "url", "headers", "redirect", "fetcher", "signal", "cf", "integrity", "keepalive", "cache", "body", "bodyUsed",
  ],
  Response: ["status", "statusText", "headers", "ok", "redirected", "url", "webSocket", "cf", "type", "body", "bodyUsed"],
  TextDecoder: ["encoding", "fatal", "ignoreBOM"],
  TextDecoderStream: PAIR,
  TextEncoder: ["encoding"],
  TextEncoderStream: PAIR,
  TransformStream: PAIR,
  URL: ["origin", "href", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash", "searchParams"],
  URLPattern: ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash", "hasRegExpGroups"],
  WritableStream: ["locked"],
  WritableStreamDefaultWriter: ["closed", "ready", "desiredSize"],
};

/** Names of the members to show of `value`, or undefined where it is none of the runtime's: a class of a Worker would need the name
 * and all of the members. */
function runtimeMembers(value) {
  for (let object = ObjectGetPrototypeOf(value); object !== null; object = ObjectGetPrototypeOf(object)) {
    const made = ObjectGetOwnPropertyDescriptor(object, "constructor")?.value;
    if (typeof made !== "function") continue;
    const names = MEMBERS[`${ObjectGetOwnPropertyDescriptor(made, "name")?.value ?? ""}`];
    if (names !== undefined && isInstance(value, made) && hasAll(value, names)) return names;
  }
  return undefined;
}

// Whether the members are there and can be read, which they cannot of what only inherits from the class.
function hasAll(value, names) {
  try {
    for (let i = 0; i < names.length; i++) {
      if (!(names[i] in value)) return false;
    }
    void value[names[0]];
    return true;
  } catch {
    return false;
  }
}

return { runtimeMembers };
})();
