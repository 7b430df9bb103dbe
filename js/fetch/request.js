// The Request class.
//
// Owns a request as Workers see it: the Fetch standard's, with `cf` and without what only browsers have. It must not know
// how a request is sent.

(function () {
const { core, primordials } = __bootstrap;
const {
  Error,
  JSONParse,
  ObjectAssign,
  ObjectDefineProperty,
  ObjectPrototypeIsPrototypeOf,
  SafeSet,
  SetPrototypeHas,
  String,
  StringPrototypeToUpperCase,
  Symbol,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { URL } = core.loadExtScript("ext:deno_web/00_url.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { AbortSignalPrototype, newSignal } = core.loadExtScript(
  "ext:deno_web/03_abort_signal.js",
);
const headersModule = core.loadExtScript("ext:denizen/fetch/headers.js");
const { Headers, cloneHeaders, headersFrom, headersFromFlat, headersGet, headersHas, headersSet, illegalInvocation } = headersModule;
const { cloneInner, extract, fromHost, isUsed, mixinBody, requireOwn } = core.loadExtScript("ext:denizen/fetch/body.js");

const METHODS = new SafeSet([
  "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE",
  "COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH", "UNLOCK", "SEARCH",
  "ACL", "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE", "M-SEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE",
  "PURGE", "MKCALENDAR", "LINK", "UNLINK",
]);
// Those whose case never counted.
const NORMALISED = new SafeSet(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]);
const REDIRECT =
  'Invalid redirect value, must be one of "follow" or "manual" ("error" won\'t be implemented since it does not make sense at the edge; use "manual" and check the response status code).';

const kInternal = Symbol("internal");
let stateOf;
let isRequest;

function parseUrl(url) {
  if (changed.fetch_standard_url) {
    return url;
  }
  try {
    return new URL(url).href;
  } catch {
    throw new TypeError(`Invalid URL: ${url}`);
  }
}

function readMethod(method) {
  const text = String(method);
  const upper = StringPrototypeToUpperCase(text);
  if (!SetPrototypeHas(METHODS, upper) || (changed.upper_case_all_http_methods && text !== upper && !SetPrototypeHas(NORMALISED, upper))) {
    throw new TypeError(`Invalid HTTP method string: ${method}`);
  }
  return upper;
}

function readCache(cache) {
  if (changed.cache_option_enabled) {
    throw new Error("The 'cache' field on 'RequestInitializerDict' is not implemented.");
  }
  if (cache !== "no-store" && (cache !== "no-cache" || changed.cache_no_cache_enabled)) {
    throw new TypeError(`Unsupported cache mode: ${cache}`);
  }
  return cache;
}

// The signal of a request. A request that was made from another one has the other's.
function signalOf(state) {
  if (state.signal === null) {
    const { source } = state;
    if (source !== null && !(changed.enable_request_signal && !state.signalGiven)) {
      state.signal = signalOf(source);
    } else {
      state.signal = state.makeSignal === undefined ? newSignal() : state.makeSignal();
    }
  }
  return state.signal;
}

// The same, or null where nobody has asked for it: then nothing can have aborted it that this request is to follow.
function signalSeen(state) {
  for (let at = state; at !== null; at = at.source) {
    if (at.signal !== null) {
      return signalOf(state);
    }
  }
  return null;
}

// What a Request is made of. A class and no literal without a prototype, which V8 makes and reads slowly.
class State {
  method;
  url;
  headers = null;
  inner = null;
  redirect = "follow";
  cf = undefined;
  cfJson = undefined;
  signal = null;
  // The state of the request that this one was made from, for its signal.
  source = null;
  signalGiven = false;
  cache = undefined;
  keepalive = false;
  // Makes the signal of an event's request when it is asked for.
  makeSignal = undefined;
  constructor(method, url) {
    this.method = method;
    this.url = url;
  }
}

const BOT = () => ({
  corporateProxy: false, verifiedBot: false, jsDetection: { passed: false }, staticResource: false, detectionIds: {}, score: 99,
});

class Request {
  #state;

  static {
    stateOf = (request) => {
      if (!isRequest(request)) {
        throw illegalInvocation();
      }
      return request.#state;
    };
    isRequest = (value) => typeof value === "object" && value !== null && #state in value;
  }

  constructor(input, init = undefined) {
    if (input === kInternal) {
      this.#state = init;
      return;
    }
    if (arguments.length === 0) {
      throw new TypeError("Failed to construct 'Request': constructor parameter 1 is not of type 'Request or string'.");
    }
    if (init !== undefined && init !== null && typeof init !== "object") {
      throw new TypeError("Failed to construct 'Request': constructor parameter 2 is not of type 'RequestInitializerDict or Request'.");
    }
    const from = isRequest(input) ? input.#state : null;
    const state = from === null ? new State("GET", parseUrl(String(input))) : new State(from.method, from.url);
    if (from !== null) {
      state.redirect = from.redirect;
      state.cf = from.cf;
      state.cfJson = from.cfJson;
      state.source = from;
      state.signalGiven = from.signalGiven;
      state.cache = from.cache;
    }
    const given = isRequest(init) ? { __proto__: null, method: init.method, headers: init.headers, body: init.body } : init ?? { __proto__: null };
    const { method, headers, body, redirect, signal, cf, cache, integrity } = given;
    if (method !== undefined) {
      state.method = readMethod(method);
    }
    if (redirect !== undefined && redirect !== null) {
      if (redirect !== "follow" && redirect !== "manual") {
        throw new TypeError(REDIRECT);
      }
      state.redirect = redirect;
    }
    if (cache !== undefined) {
      state.cache = readCache(cache);
    }
    if (integrity !== undefined && integrity !== null && integrity !== "") {
      throw new TypeError(
        "Subrequest integrity checking is not implemented. The integrity option must be either undefined or an empty string.",
      );
    }
    if (cf !== undefined) {
      state.cf = cf;
      state.cfJson = undefined;
    }
    if (signal === null) {
      state.source = null;
      state.signalGiven = false;
    } else if (signal !== undefined) {
      if (!ObjectPrototypeIsPrototypeOf(AbortSignalPrototype, signal)) {
        throw new TypeError("Incorrect type for the 'signal' field on 'RequestInitializerDict': the provided value is not of type 'AbortSignal'.");
      }
      // The very signal that was given, not one that follows it.
      state.signal = signal;
      state.signalGiven = true;
    }
    if (headers !== undefined) {
      state.headers = headersFrom(headers, "RequestInitializerDict");
    } else if (from !== null) {
      state.headers = cloneHeaders(from.headers, false);
    } else {
      state.headers = new Headers();
    }
    if (body !== undefined && body !== null) {
      const { inner, type } = extract(body);
      state.inner = inner;
      if (type !== null && !headersHas(state.headers, "content-type")) {
        headersSet(state.headers, "content-type", type);
      }
    } else if (body === undefined && from !== null && from.inner !== null) {
      if (isUsed(from.inner)) {
        throw new TypeError("Cannot reconstruct a Request with a used body.");
      }
      requireOwn(from.inner);
      // The new request takes the body over.
      state.inner = { ...from.inner, __proto__: null };
      from.inner.used = true;
    }
    if (state.inner !== null && (state.method === "GET" || state.method === "HEAD")) {
      throw new TypeError("Request with a GET or HEAD method cannot have a body.");
    }
    this.#state = state;
  }

  get method() {
    return this.#state.method;
  }
  get url() {
    return this.#state.url;
  }
  get headers() {
    return this.#state.headers;
  }
  get redirect() {
    return this.#state.redirect;
  }
  get fetcher() {
    return null;
  }
  get signal() {
    return signalOf(this.#state);
  }
  get cf() {
    const state = this.#state;
    if (state.cfJson !== undefined) {
      state.cf = JSONParse(state.cfJson);
      state.cfJson = undefined;
      if (changed.no_cf_botmanagement_default && state.cf !== null && typeof state.cf === "object") {
        state.cf.botManagement ??= BOT();
      }
    }
    return state.cf;
  }
  get integrity() {
    return "";
  }
  get keepalive() {
    return this.#state.keepalive;
  }
  get cache() {
    return this.#state.cache;
  }
  clone() {
    const state = this.#state;
    const inner = cloneInner(state.inner);
    return new Request(kInternal, {
      ...state, __proto__: null, headers: cloneHeaders(state.headers, false), inner, signal: null, source: state, makeSignal: undefined,
    });
  }
}
const RequestPrototype = Request.prototype;
mixinBody(RequestPrototype, (request) => stateOf(request).inner, (request) => headersGet(stateOf(request).headers, "content-type"));
const NAMES = ["method", "url", "headers", "redirect", "fetcher", "signal", "cf", "integrity", "keepalive", "cache", "clone"];
for (let i = 0; i < NAMES.length; i++) {
  ObjectDefineProperty(RequestPrototype, NAMES[i], { __proto__: null, enumerable: true });
}
ObjectDefineProperty(RequestPrototype, SymbolToStringTag, { __proto__: null, value: "Request", configurable: true });

// The request of an event.
function requestFromHost(method, url, flat, body, cfJson, makeSignal) {
  const state = new State(method, url);
  state.headers = headersFromFlat(flat, true);
  state.inner = fromHost(body);
  state.redirect = "manual";
  state.cfJson = cfJson;
  state.makeSignal = makeSignal;
  return new Request(kInternal, state);
}

// A request of these members of its state.
function newRequest(members) {
  return new Request(kInternal, ObjectAssign(new State(members.method, members.url), members));
}

return { Request, RequestPrototype, isRequest, newRequest, requestFromHost, requestState: stateOf, signalSeen };
})();
