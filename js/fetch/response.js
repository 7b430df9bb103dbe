// The Response class.
//
// Owns a response as Workers see it. It must not know how a response is sent or received.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeIncludes,
  JSONParse,
  JSONStringify,
  MathTrunc,
  NumberIsFinite,
  ObjectAssign,
  ObjectDefineProperty,
  RangeError,
  RegExpPrototypeTest,
  SafeRegExp,
  String,
  Symbol,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { URL } = core.loadExtScript("ext:deno_web/00_url.js");
const {
  Headers,
  areImmutable,
  cloneHeaders,
  headersFrom,
  headersFromFlat,
  headersGet,
  headersHas,
  headersSet,
  illegalInvocation,
  isObject,
  setHeadersImmutable,
} = core.loadExtScript("ext:denizen/fetch/headers.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { cloneInner, emptyInner, extract, fromHost, isEmpty, mixinBody, readBodyEncoding, warnOfType } = core.loadExtScript("ext:denizen/fetch/body.js");
const { copyOfCf } = core.loadExtScript("ext:denizen/fetch/request.js");

const NULL_BODY_STATUS = [101, 204, 205, 304];
const REDIRECT_STATUS = [301, 302, 303, 307, 308];
const NULL_BODY = "Response with null body status (101, 204, 205, or 304) cannot have a body.";
const STATUS_TEXT = new SafeRegExp("^[\\x20-\\uffff]*$");
const INT32_MAX = 2 ** 31 - 1;

const kInternal = Symbol("internal");
let stateOf;
let isResponse;

// What a Response is made of. A class and no literal without a prototype, which V8 makes and reads slowly.
class State {
  status;
  statusText;
  headers;
  inner = null;
  type = "default";
  url = "";
  redirected = false;
  cf = undefined;
  webSocket = null;
  encodeBody = "automatic";
  constructor(status, statusText, headers) {
    this.status = status;
    this.statusText = statusText;
    this.headers = headers;
  }
}

class Response {
  #state;

  static {
    stateOf = (response) => {
      if (!isResponse(response)) {
        throw illegalInvocation();
      }
      return response.#state;
    };
    isResponse = (value) => typeof value === "object" && value !== null && #state in value;
  }

  constructor(body = null, init = undefined) {
    if (body === kInternal) {
      this.#state = init;
      return;
    }
    let state;
    if (init === undefined || init === null) {
      state = new State(200, "", new Headers());
    } else if (!isObject(init)) {
      throw new TypeError("Failed to construct 'Response': constructor parameter 2 is not of type 'InitializerDict or Response'.");
    } else {
      state = isResponse(init) ? copyOfInit(init.#state) : readInit(init);
    }
    if (body !== null && body !== undefined) {
      const { inner, type } = extract(body);
      if (ArrayPrototypeIncludes(NULL_BODY_STATUS, state.status)) {
        if (!isEmpty(inner)) {
          throw new TypeError(NULL_BODY);
        }
        this.#state = state;
        return;
      }
      state.inner = inner;
      if (type !== null && headersHas(state.headers, "content-type")) {
        warnOfType(body);
      } else if (type !== null) {
        headersSet(state.headers, "content-type", type);
      }
    }
    this.#state = state;
  }

  get status() {
    return stateOf(this).status;
  }
  get statusText() {
    return stateOf(this).statusText;
  }
  get headers() {
    return stateOf(this).headers;
  }
  get ok() {
    const { status } = stateOf(this);
    return status >= 200 && status <= 299;
  }
  get redirected() {
    return stateOf(this).redirected;
  }
  get url() {
    return stateOf(this).url;
  }
  get webSocket() {
    return stateOf(this).webSocket;
  }
  get cf() {
    return stateOf(this).cf;
  }
  get type() {
    return stateOf(this).type;
  }
  clone() {
    const state = stateOf(this);
    const inner = cloneInner(state.inner);
    const headers = cloneHeaders(state.headers, areImmutable(state.headers));
    const cf = state.cf === undefined ? undefined : JSONParse(JSONStringify(state.cf));
    return new Response(kInternal, { ...state, __proto__: null, headers, inner, cf });
  }

  static error() {
    const state = new State(0, "", new Headers());
    state.type = "error";
    return new Response(kInternal, state);
  }
  static redirect(url, status = 302) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'redirect' on 'Response': parameter 1 is not of type 'string'.");
    }
    const text = `${url}`;
    const code = toInt(status);
    if (!ArrayPrototypeIncludes(REDIRECT_STATUS, code)) {
      throw new RangeError(`${code} is not a redirect status code. It must be one of: 301, 302, 303, 307, or 308.`);
    }
    let parsed;
    try {
      parsed = new URL(text).href;
    } catch {
      throw new TypeError(`Unable to parse URL: ${text}`);
    }
    const headers = new Headers();
    headersSet(headers, "location", parsed);
    setHeadersImmutable(headers);
    return new Response(kInternal, new State(code, "", headers));
  }
  static json(data, init = undefined) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'json' on 'Response': parameter 1 is not of type 'Value'.");
    }
    if (init !== undefined && init !== null && !isObject(init)) {
      throw new TypeError("Failed to execute 'json' on 'Response': parameter 2 is not of type 'InitializerDict or Response'.");
    }
    const text = String(JSONStringify(data));
    const response = new Response(text, init);
    const state = response.#state;
    const given = init === undefined || init === null ? undefined : init.headers;
    if (given === undefined || given === null || !headersHas(new Headers(given), "content-type")) {
      headersSet(state.headers, "content-type", "application/json");
    }
    return response;
  }
}

// A number as an `int` of workerd's.
function toInt(value) {
  const number = MathTrunc(+value);
  if (!NumberIsFinite(number)) {
    return 0;
  }
  if (number > INT32_MAX || number < -INT32_MAX - 1) {
    throw new TypeError(`Value out of range. Must be between ${-INT32_MAX - 1} and ${INT32_MAX} (inclusive).`);
  }
  return number;
}

function requireStatus(code) {
  if (code < 200 || code > 599) {
    throw new RangeError("Responses may only be constructed with status codes in the range 200 to 599, inclusive.");
  }
}

function readInit(init) {
  const { status, statusText, headers, cf, webSocket, encodeBody } = init;
  const code = status === undefined ? 200 : toInt(status);
  const text = statusText === undefined ? "" : `${statusText}`;
  const state = new State(code, text, headersFrom(headers, "InitializerDict"));
  if (cf !== undefined) {
    state.cf = copyOfCf(cf, "InitializerDict");
  }
  if (webSocket !== undefined && webSocket !== null) {
    throw new TypeError("Incorrect type for the 'webSocket' field on 'InitializerDict': the provided value is not of type 'WebSocket'.");
  }
  if (encodeBody !== undefined) {
    state.encodeBody = readBodyEncoding("encodeBody", encodeBody);
  }
  requireStatus(code);
  if (!RegExpPrototypeTest(STATUS_TEXT, text)) {
    throw new TypeError("Invalid statusText");
  }
  return state;
}

// What a Response gives that stands for a dictionary.
function copyOfInit(from) {
  requireStatus(from.status);
  const state = new State(from.status, from.statusText, cloneHeaders(from.headers, false));
  if (from.cf !== undefined) {
    state.cf = JSONParse(JSONStringify(from.cf));
  }
  state.encodeBody = from.encodeBody;
  return state;
}

const ResponsePrototype = Response.prototype;
mixinBody(ResponsePrototype, (response) => stateOf(response).inner, (response) => headersGet(stateOf(response).headers, "content-type"));
const NAMES = ["status", "statusText", "headers", "ok", "redirected", "url", "webSocket", "cf", "type", "clone"];
for (let i = 0; i < NAMES.length; i++) {
  ObjectDefineProperty(ResponsePrototype, NAMES[i], { __proto__: null, enumerable: true });
}
ObjectDefineProperty(ResponsePrototype, SymbolToStringTag, { __proto__: null, value: "Response", configurable: true });

// The encoding that these headers say, where it is one that bodies are read and written in; else null.
function encodingOf(headers) {
  const name = headersGet(headers, "content-encoding");
  return name === "gzip" || (name === "br" && !changed.brotli_content_encoding) ? name : null;
}

// The encoding that a response's body leaves in.
function encodingToSend(state) {
  return state.encodeBody === "automatic" ? encodingOf(state.headers) : null;
}

// The response that a host operation gives as `[status, statusText, headers, body]`; `bodiless` if no body was to come, `manual` if
// its body stays encoded, `signal` what can abort it, or null.
function responseFromHost(parts, url, redirected, bodiless, manual, signal) {
  const state = new State(parts[0], parts[1], headersFromFlat(parts[2], true));
  const without = bodiless || ArrayPrototypeIncludes(NULL_BODY_STATUS, state.status);
  const encoding = without || manual ? null : encodingOf(state.headers);
  if (parts[3] !== null) {
    state.inner = fromHost(parts[3], encoding);
    state.inner.signal = signal;
  } else if (!without) {
    state.inner = emptyInner(encoding);
  }
  if (manual) {
    state.encodeBody = "manual";
  }
  state.url = url;
  state.redirected = redirected;
  return new Response(kInternal, state);
}

// A response of these members of its state.
function newResponse(members) {
  return new Response(kInternal, ObjectAssign(new State(members.status, members.statusText, members.headers), members));
}

return { REDIRECT_STATUS, Response, ResponsePrototype, encodingToSend, isResponse, newResponse, responseFromHost, responseState: stateOf };
})();
