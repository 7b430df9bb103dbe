// The Response class.
//
// Owns a response as Workers see it. It must not know how a response is sent or received.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeIncludes,
  JSONStringify,
  NumberIsNaN,
  Number,
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
const { Headers, cloneHeaders, headersFrom, headersFromFlat, headersGet, headersHas, headersSet, illegalInvocation, setHeadersImmutable } = core.loadExtScript(
  "ext:denizen/fetch/headers.js",
);
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { cloneInner, extract, fromHost, mixinBody } = core.loadExtScript("ext:denizen/fetch/body.js");

const NULL_BODY_STATUS = [101, 204, 205, 304];
const REDIRECT_STATUS = [301, 302, 303, 307, 308];
const NULL_BODY = "Response with null body status (101, 204, 205, or 304) cannot have a body.";
const STATUS_TEXT = new SafeRegExp("^[\\t \\x21-\\x7e\\u0080-\\uffff]*$");

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
    } else if (typeof init !== "object") {
      throw new TypeError("Failed to construct 'Response': constructor parameter 2 is not of type 'InitializerDict or Response'.");
    } else {
      state = readInit(init);
    }
    if (body !== null && body !== undefined) {
      const { inner, type } = extract(body);
      if (ArrayPrototypeIncludes(NULL_BODY_STATUS, state.status)) {
        if (body !== "") {
          throw new TypeError(NULL_BODY);
        }
        this.#state = state;
        return;
      }
      state.inner = inner;
      if (type !== null && !headersHas(state.headers, "content-type")) {
        headersSet(state.headers, "content-type", type);
      }
    }
    this.#state = state;
  }

  get status() {
    return this.#state.status;
  }
  get statusText() {
    return this.#state.statusText;
  }
  get headers() {
    return this.#state.headers;
  }
  get ok() {
    return this.#state.status >= 200 && this.#state.status <= 299;
  }
  get redirected() {
    return this.#state.redirected;
  }
  get url() {
    return this.#state.url;
  }
  get webSocket() {
    return this.#state.webSocket;
  }
  get cf() {
    return this.#state.cf;
  }
  get type() {
    return this.#state.type;
  }
  clone() {
    const state = this.#state;
    const inner = cloneInner(state.inner);
    return new Response(kInternal, { ...state, __proto__: null, headers: cloneHeaders(state.headers, false), inner });
  }

  static error() {
    const headers = new Headers();
    setHeadersImmutable(headers);
    const state = new State(0, "", headers);
    state.type = "error";
    return new Response(kInternal, state);
  }
  static redirect(url, status = 302) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'redirect' on 'Response': parameter 1 is not of type 'string'.");
    }
    let parsed;
    try {
      parsed = new URL(String(url)).href;
    } catch {
      throw new TypeError(`Unable to parse URL: ${url}`);
    }
    if (!ArrayPrototypeIncludes(REDIRECT_STATUS, status)) {
      throw new RangeError(`${status} is not a redirect status code. It must be one of: 301, 302, 303, 307, or 308.`);
    }
    const headers = new Headers();
    headersSet(headers, "location", parsed);
    setHeadersImmutable(headers);
    return new Response(kInternal, new State(status, "", headers));
  }
  static json(data, init = undefined) {
    if (arguments.length === 0) {
      throw new TypeError("Failed to execute 'json' on 'Response': parameter 1 is not of type 'Value'.");
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

function readInit(init) {
  const { status, statusText, headers, cf, webSocket, encodeBody } = init;
  let code = 200;
  if (status !== undefined) {
    const number = status === null ? 0 : Number(status);
    code = NumberIsNaN(number) ? 0 : number | 0;
    if ((code < 200 || code > 599) && !(code === 101 && webSocket !== null && webSocket !== undefined)) {
      throw new RangeError("Responses may only be constructed with status codes in the range 200 to 599, inclusive.");
    }
  }
  if (webSocket !== undefined && webSocket !== null) {
    throw new TypeError("WebSockets in responses are not supported by this version of denizen.");
  }
  const text = statusText === undefined || statusText === null ? "" : String(statusText);
  if (!RegExpPrototypeTest(STATUS_TEXT, text)) {
    throw new TypeError("Invalid statusText");
  }
  if (encodeBody !== undefined && encodeBody !== "automatic" && encodeBody !== "manual") {
    throw new TypeError(`encodeBody: unexpected value: ${encodeBody}`);
  }
  const state = new State(code, text, headersFrom(headers, "InitializerDict"));
  state.cf = cf;
  state.encodeBody = encodeBody ?? "automatic";
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

// The response that a host operation gives as `[status, statusText, headers, body]`; `bodiless` if no body was to come.
function responseFromHost(parts, url, redirected, bodiless) {
  const state = new State(parts[0], parts[1], headersFromFlat(parts[2], true));
  state.inner = fromHost(parts[3], bodiless || ArrayPrototypeIncludes(NULL_BODY_STATUS, state.status) ? null : encodingOf(state.headers));
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
