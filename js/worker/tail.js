// TraceItems: what a tail() handler gets.
//
// Owns their classes and what of a request is redacted in them, by workerd's rules. It must not know what is recorded.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeMap,
  ArrayPrototypePush,
  ArrayPrototypeSort,
  JSONParse,
  Date,
  ObjectDefineProperty,
  ObjectHasOwn,
  ObjectKeys,
  RegExpPrototypeSymbolReplace,
  RegExpPrototypeTest,
  SafeRegExp,
  SafeWeakMap,
  StringPrototypeToLowerCase,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");

// What may be an id or a secret: long runs of characters of ids.
const TOKEN = new SafeRegExp("[0-9A-Za-z+_-]+", "g");
const HEX_ID = new SafeRegExp("^[0-9A-Fa-f-]*$");
const NO_DIGIT = new SafeRegExp("[^0-9A-Fa-f]", "g");
const SECRET_NAME = new SafeRegExp("auth|key|secret|token");
const UPPER = new SafeRegExp("[^A-Z]", "g");
const LOWER = new SafeRegExp("[^a-z]", "g");
const DIGIT = new SafeRegExp("[^0-9]", "g");
const HEX_ID_LENGTH = 32;
const BASE64_ID_LENGTH = 21;

const without = (text, unwanted) => RegExpPrototypeSymbolReplace(unwanted, text, "").length;

function redactToken(token) {
  const isHexId = RegExpPrototypeTest(HEX_ID, token) && without(token, NO_DIGIT) >= HEX_ID_LENGTH;
  const isBase64Id = token.length >= BASE64_ID_LENGTH && without(token, UPPER) >= 2 && without(token, LOWER) >= 2 && without(token, DIGIT) >= 2;
  return isHexId || isBase64Id ? "REDACTED" : token;
}

function redactUrl(url) {
  return RegExpPrototypeSymbolReplace(TOKEN, url, redactToken);
}

function isSecret(name) {
  const lower = StringPrototypeToLowerCase(name);
  return lower === "cookie" || lower === "set-cookie" || RegExpPrototypeTest(SECRET_NAME, lower);
}

let allowed = false;
function traceClass(name) {
  const Class = {
    [name]: class {
      constructor() {
        if (!allowed) {
          throw new TypeError("Illegal constructor");
        }
      }
    },
  }[name];
  ObjectDefineProperty(Class.prototype, SymbolToStringTag, { __proto__: null, value: name, configurable: true });
  return Class;
}
function make(Class, members) {
  allowed = true;
  let made;
  try {
    made = new Class();
  } finally {
    allowed = false;
  }
  const names = ObjectKeys(members);
  for (let i = 0; i < names.length; i++) {
    ObjectDefineProperty(made, names[i], { __proto__: null, value: members[names[i]], enumerable: true, configurable: true, writable: false });
  }
  return made;
}

const TraceItem = traceClass("TraceItem");
const TraceLog = traceClass("TraceLog");
const TraceException = traceClass("TraceException");
const FetchEventInfo = traceClass("FetchEventInfo");
const JsRpcEventInfo = traceClass("JsRpcEventInfo");
const ScheduledEventInfo = traceClass("ScheduledEventInfo");
const AlarmEventInfo = traceClass("AlarmEventInfo");
const Response = traceClass("Response");
const Request = traceClass("Request");
// Request -> what it is made from.
const requests = new SafeWeakMap();
ObjectDefineProperty(Request.prototype, "getUnredacted", {
  __proto__: null, configurable: true, enumerable: true, writable: true,
  value: { getUnredacted() {
    const parts = requests.get(this);
    if (parts === undefined) {
      throw illegalInvocation();
    }
    return requestOf(parts, false);
  } }.getUnredacted,
});

function requestOf(parts, isRedacted) {
  const headers = {};
  // By name, and values of one name in the order in which they came.
  const order = [];
  for (let i = 0; i < parts.headers.length; i += 2) {
    ArrayPrototypePush(order, { __proto__: null, name: StringPrototypeToLowerCase(parts.headers[i]), index: i });
  }
  ArrayPrototypeSort(order, (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.index - b.index));
  for (let i = 0; i < order.length; i++) {
    const { index, name } = order[i];
    const value = isRedacted && isSecret(name) ? "REDACTED" : parts.headers[index + 1];
    const before = ObjectHasOwn(headers, name) ? `${headers[name]}, ` : "";
    ObjectDefineProperty(headers, name, { __proto__: null, value: before + value, enumerable: true, configurable: true, writable: true });
  }
  const url = isRedacted ? redactUrl(parts.url) : parts.url;
  const request = make(Request, { __proto__: null, url, method: parts.method, headers, cf: parts.cf ?? undefined });
  requests.set(request, parts);
  return request;
}

function eventOf({ event, status }) {
  if (event?.fetch !== undefined) {
    return make(FetchEventInfo, {
      __proto__: null,
      request: requestOf(event.fetch, true),
      response: status === null ? undefined : make(Response, { __proto__: null, status }),
    });
  }
  if (event?.rpcMethod !== undefined) {
    return make(JsRpcEventInfo, { __proto__: null, rpcMethod: event.rpcMethod });
  }
  if (event?.scheduled !== undefined) {
    return make(ScheduledEventInfo, { __proto__: null, scheduledTime: event.scheduled, cron: event.cron });
  }
  return event?.alarm === undefined ? null : make(AlarmEventInfo, { __proto__: null, scheduledTime: new Date(event.alarm) });
}

// The items of the JSON that the host gives.
function traceItems(json) {
  return ArrayPrototypeMap(JSONParse(json), (item) => make(TraceItem, {
    __proto__: null,
    event: eventOf(item),
    eventTimestamp: item.eventTimestamp,
    logs: ArrayPrototypeMap(item.logs, ({ timestamp, level, message }) =>
      make(TraceLog, { __proto__: null, errorInfo: undefined, message, level, timestamp })),
    exceptions: ArrayPrototypeMap(item.exceptions, ({ timestamp, name, message, stack }) =>
      make(TraceException, { __proto__: null, stack: stack ?? undefined, name, message, timestamp })),
    diagnosticsChannelEvents: [],
    scriptName: null,
    entrypoint: item.entrypoint ?? undefined,
    scriptVersion: undefined,
    dispatchNamespace: undefined,
    scriptTags: undefined,
    tailAttributes: undefined,
    preview: undefined,
    durableObjectId: item.durableObjectId ?? undefined,
    outcome: item.outcome,
    executionModel: item.durableObjectId === null ? "stateless" : "durableObject",
    truncated: item.truncated,
    cpuTime: item.cpuTime,
    wallTime: item.wallTime,
  }));
}

return { traceItems };
})();
