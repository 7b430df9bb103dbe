// The Request class.
//
// Owns a request as Workers see it: the Fetch standard's, with `cf` and without what only browsers have. It must not know
// how a request is sent.

(function () {
const { core, primordials } = __bootstrap;
const {
  Error,
  JSONParse,
  JSONStringify,
  ObjectAssign,
  ObjectDefineProperty,
  ObjectPrototypeIsPrototypeOf,
  SafeSet,
  SafeWeakSet,
  SetPrototypeHas,
  StringPrototypeToLowerCase,
  StringPrototypeToUpperCase,
  Symbol,
  SymbolToStringTag,
  TypeError,
  WeakSetPrototypeAdd,
  WeakSetPrototypeHas,
} = primordials;
const { URL } = core.loadExtScript("ext:deno_web/00_url.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { AbortSignalPrototype, newSignal } = core.loadExtScript(
  "ext:deno_web/03_abort_signal.js",
);
const headersModule = core.loadExtScript("ext:denizen/fetch/headers.js");
const { Headers, areImmutable, cloneHeaders, headersFrom, headersFromFlat, headersGet, headersHas, headersSet, illegalInvocation, isObject } =
  headersModule;
const { cloneInner, extract, fromHost, isUsed, mixinBody, readBodyEncoding, requireOwn, warnOfType } = core.loadExtScript("ext:denizen/fetch/body.js");

const METHODS = new SafeSet([
  "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE",
  "COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH", "UNLOCK", "SEARCH",
  "ACL", "REPORT", "MKACTIVITY", "CHECKOUT", "MERGE", "MSEARCH", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE",
  "PURGE", "QUERY",
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
  const upper = StringPrototypeToUpperCase(method);
  if (!SetPrototypeHas(METHODS, upper) || (changed.upper_case_all_http_methods && method !== upper && !SetPrototypeHas(NORMALISED, upper))) {
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

// Signals of the requests of events, which say that a client has left.
const clientSignals = new SafeWeakSet();

// The signal of a request. A request that was made from another one has the other's.
function signalOf(state) {
  if (state.signal === null) {
    const { source } = state;
    if (source !== null && !(changed.enable_request_signal && !state.signalGiven)) {
      state.signal = signalOf(source);
    } else if (state.makeSignal === undefined) {
      state.signal = newSignal();
    } else {
      state.signal = state.makeSignal();
      WeakSetPrototypeAdd(clientSignals, state.signal);
    }
  }
  return state.signal;
}

// What aborts a fetch() of the request: the same, or null where nobody has asked for it, since then nothing can have aborted it
// that this request is to follow, and where it is the signal of a client, which the Worker may outlive.
function signalSeen(state) {
  for (let at = state; at !== null; at = at.source) {
    if (at.signal !== null) {
      const signal = signalOf(state);
      return WeakSetPrototypeHas(clientSignals, signal) && !changed.request_signal_passthrough ? null : signal;
    }
  }
  return null;
}

// The state that a request made from this one has its signal from; null if there is nothing to follow.
function followed(state) {
  return state.signalGiven || state.source !== null || state.makeSignal !== undefined ? state : null;
}

// What a Request is made of. A class and no literal without a prototype, which V8 makes and reads slowly.
class State {
  method;
  url;
  headers = null;
  inner = null;
  redirect = "follow";
  // The stub that fetch() asks instead of the global outbound.
  fetcher = null;
  // Whether an answer's body is to stay encoded: "manual".
  bodyEncoding = "automatic";
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

// A copy of a `cf` that was given, which has to be data.
function copyOfCf(cf, dictionary) {
  if (cf === null || !isObject(cf)) {
    throw new TypeError(`Incorrect type for the 'cf' field on '${dictionary}': the provided value is not of type 'Object'.`);
  }
  return JSONParse(JSONStringify(cf));
}

function readFetcher(fetcher) {
  if (fetcher !== null && core.loadExtScript("ext:denizen/rpc/stub.js").fetcherOf(fetcher) === undefined) {
    throw new TypeError("Incorrect type for the 'fetcher' field on 'RequestInitializerDict': the provided value is not of type 'Fetcher'.");
  }
  return fetcher;
}

// What every request has from the one that it is made from.
function inherit(state, from) {
  state.method = from.method;
  state.redirect = from.redirect;
  state.fetcher = from.fetcher;
  state.cache = from.cache;
  if (from.cfJson !== undefined) {
    state.cfJson = from.cfJson;
  } else if (from.cf !== undefined) {
    state.cf = JSONParse(JSONStringify(from.cf));
  }
  state.source = followed(from);
  state.signalGiven = from.signalGiven;
}

// Takes everything but the URL from a request that stands for a dictionary. Both have the one body.
function initializeFrom(state, from) {
  inherit(state, from);
  state.bodyEncoding = from.bodyEncoding;
  state.headers = cloneHeaders(from.headers, false);
  if (from.inner !== null) {
    if (isUsed(from.inner)) {
      throw new TypeError("This ReadableStream is disturbed (has already been read from), and cannot be used as a body.");
    }
    state.inner = from.inner;
  }
}

const NOTHING = { __proto__: null };

// Fills in what the dictionary says, and what it leaves to the request that is copied, which is `from`.
function initialize(state, from, init) {
  if (from !== null) {
    inherit(state, from);
  }
  // In workerd's order.
  const { method, headers, body, redirect, fetcher, cf, cache, integrity, signal, encodeResponseBody } = init;
  if (headers !== undefined) {
    state.headers = headersFrom(headers, "RequestInitializerDict");
  } else {
    state.headers = from === null ? new Headers() : cloneHeaders(from.headers, false);
  }
  if (fetcher !== undefined) {
    state.fetcher = readFetcher(fetcher);
  }
  if (cf !== undefined) {
    state.cf = copyOfCf(cf, "RequestInitializerDict");
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
  if (cache !== undefined) {
    state.cache = readCache(`${cache}`);
  }
  if (encodeResponseBody !== undefined) {
    state.bodyEncoding = readBodyEncoding("encodeResponseBody", encodeResponseBody);
  }
  if (integrity !== undefined && `${integrity}` !== "") {
    throw new TypeError(
      "Subrequest integrity checking is not implemented. The integrity option must be either undefined or an empty string.",
    );
  }
  if (method !== undefined) {
    state.method = readMethod(`${method}`);
  }
  if (redirect !== undefined) {
    const mode = StringPrototypeToLowerCase(`${redirect}`);
    if (mode !== "follow" && mode !== "manual") {
      throw new TypeError(REDIRECT);
    }
    state.redirect = mode;
  }
  if (body !== undefined && body !== null) {
    const { inner, type } = extract(body);
    state.inner = inner;
    if (type !== null && headersHas(state.headers, "content-type")) {
      warnOfType(body);
    } else if (type !== null) {
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
}

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
    const from = isRequest(input) ? input.#state : null;
    // A template refuses symbols, which String() does not.
    const url = from === null ? `${input}` : from.url;
    if (init !== undefined && init !== null && !isObject(init)) {
      throw new TypeError("Failed to construct 'Request': constructor parameter 2 is not of type 'RequestInitializerDict or Request'.");
    }
    const state = new State("GET", url);
    if (isRequest(init)) {
      initializeFrom(state, init.#state);
    } else {
      initialize(state, from, init ?? NOTHING);
    }
    if (from === null) {
      state.url = parseUrl(url);
    }
    this.#state = state;
  }

  get method() {
    return stateOf(this).method;
  }
  get url() {
    return stateOf(this).url;
  }
  get headers() {
    return stateOf(this).headers;
  }
  get redirect() {
    return stateOf(this).redirect;
  }
  get fetcher() {
    return stateOf(this).fetcher;
  }
  get signal() {
    return signalOf(stateOf(this));
  }
  get cf() {
    const state = stateOf(this);
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
    stateOf(this);
    return "";
  }
  get keepalive() {
    return stateOf(this).keepalive;
  }
  get cache() {
    return stateOf(this).cache;
  }
  clone() {
    const state = stateOf(this);
    const copy = new State(state.method, state.url);
    copy.inner = cloneInner(state.inner);
    inherit(copy, state);
    copy.headers = cloneHeaders(state.headers, areImmutable(state.headers));
    copy.keepalive = state.keepalive;
    return new Request(kInternal, copy);
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

return { Request, RequestPrototype, copyOfCf, isRequest, newRequest, requestFromHost, requestState: stateOf, signalSeen };
})();
