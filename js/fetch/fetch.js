// fetch(): through the Worker's global outbound, or through a stub.
//
// Owns redirects and abort signals. It must not know where a request goes: that is the host's decision.

(function () {
const { core, primordials } = __bootstrap;
const { op_body_cancel, op_bounds, op_cancel, op_cancel_new, op_fetch, op_io_check, op_stub_fetch } = core.ops;
const {
  ArrayPrototypeIncludes,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  JSONParse,
  JSONStringify,
  ObjectDefineProperty,
  ObjectHasOwn,
  PromisePrototypeThen,
  PromiseReject,
  RegExpPrototypeTest,
  SafeRegExp,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  TypeError,
  TypedArrayPrototypeGetByteLength,
} = primordials;
const { URL } = core.loadExtScript("ext:deno_web/00_url.js");
const { Headers, flatFromHeaders, headersDelete, headersGet, headersHas, headersSet, cloneHeaders, isObject, wrongParameter } = core.loadExtScript(
  "ext:denizen/fetch/headers.js",
);
const { Inner, copyOfGiven, isUsed, toHost } = core.loadExtScript("ext:denizen/fetch/body.js");
const { isAborted, reasonOf, untilAborted } = core.loadExtScript("ext:denizen/io/signals.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { Request, isRequest, requestState, signalSeen } = core.loadExtScript("ext:denizen/fetch/request.js");
const { REDIRECT_STATUS, newResponse, responseFromHost, responseState } = core.loadExtScript("ext:denizen/fetch/response.js");

const REDIRECTS_MAX = op_bounds()[0];
const NO_LOCATION = "Invalid Location header; unable to follow redirect.";
const NO_PATH = new SafeRegExp("^[A-Za-z]+://[^/?#]*$");

function withoutHash(url) {
  const hash = StringPrototypeIndexOf(url, "#");
  return hash < 0 ? url : StringPrototypeSlice(url, 0, hash);
}

function send(stub, method, cf, url, headers, body, cancel) {
  // A fragment is the client's own.
  url = withoutHash(url);
  return stub === null
    ? op_fetch(method, url, headers, body, cf, cancel)
    : PromisePrototypeThen(op_stub_fetch(stub, method, url, headers, body, cf, cancel), undefined, markRemote);
}

// The reset of an object reaches the caller of its fetch() as an error from the other side.
function markRemote(error) {
  if (core.isNativeError(error) && ObjectHasOwn(error, "durableObjectReset")) {
    ObjectDefineProperty(error, "remote", { __proto__: null, value: true, enumerable: true, configurable: true, writable: true });
  }
  throw error;
}

// The headers and `cf`, as JSON, that leave for what the request's `cache` asks of a cache on the way.
function cached(state) {
  const { cache, headers } = state;
  if (cache === undefined) {
    return { headers, cf: state.cfJson ?? (state.cf === undefined ? undefined : JSONStringify(state.cf)) };
  }
  const cf = { __proto__: null, ...(state.cfJson === undefined ? state.cf : JSONParse(state.cfJson)) };
  if (cache === "no-store") {
    if (cf.cacheTtl !== undefined && cf.cacheTtl !== -1) {
      throw new TypeError(`CacheTtl: ${cf.cacheTtl}, is not compatible with cache: no-store header.`);
    }
    cf.cacheTtl = -1;
    cf.cacheLevel = "bypass";
  } else {
    cf.cacheForceRevalidate = true;
  }
  if (changed.cache_option_preserves_cache_control) {
    cf.cacheControl = cache;
  }
  const sent = cloneHeaders(headers, false);
  for (let i = 0; i < 2; i++) {
    const name = i === 0 ? "cache-control" : "pragma";
    if (!headersHas(sent, name)) {
      headersSet(sent, name, "no-cache");
    }
  }
  return { headers: sent, cf: JSONStringify(cf) };
}

// The URL that leaves for one that was never parsed: without a path, where none was written.
function wireUrl(text) {
  let href;
  try {
    href = new URL(text).href;
  } catch {
    throw new TypeError(`Fetch API cannot load: ${text}`);
  }
  return RegExpPrototypeTest(NO_PATH, text) ? StringPrototypeSlice(href, 0, -1) : href;
}

async function run(stub, input, init) {
  if (init !== undefined && init !== null && !isObject(init)) {
    throw wrongParameter(stub === null ? "ServiceWorkerGlobalScope" : "Fetcher", "fetch", 2, "RequestInitializerDict or Request");
  }
  const asItIs = isRequest(input) && (init === undefined || init === null);
  const state = requestState(asItIs ? input : new Request(input, init));
  if (isUsed(state.inner)) {
    throw new TypeError("Cannot reconstruct a Request with a used body.");
  }
  let url = changed.fetch_standard_url ? wireUrl(state.url) : state.url;
  if (!StringPrototypeStartsWith(url, "http:") && !StringPrototypeStartsWith(url, "https:") && StringPrototypeStartsWith(url, "data:")) {
    return dataResponse(url, state);
  }
  if (stub === null && state.fetcher !== null) {
    const { fetcherOf, ready } = core.loadExtScript("ext:denizen/rpc/stub.js");
    stub = fetcherOf(state.fetcher);
    ready(stub);
  }
  // A Request whose signal was never asked for has none to listen to.
  const signal = signalSeen(state);
  if (signal !== null && isAborted(signal)) {
    throw reasonOf(signal);
  }
  if (stub === null) {
    requireWeb(url);
  }
  op_io_check();
  let { headers, cf } = cached(state);
  let method = state.method;
  // Only a Request that fetch() makes says how the answer's body is read: copies do not keep it.
  const manual = !asItIs && state.bodyEncoding === "manual";
  // What was given as a whole can be sent again after a redirect; a stream cannot.
  let given = copyOfGiven(state.inner);
  const control = signal === null ? null : { __proto__: null, stop: undefined };
  let body = toHost(state.inner, false, true, null, control);
  // The URL that answers tell.
  let told = changed.fetch_standard_url ? core.loadExtScript("ext:denizen/fetch/legacy_url.js").legacyUrl(state.url) ?? url : url;
  const cancel = signal === null ? null : op_cancel_new();
  const seen = [];
  for (;;) {
    const sent = send(stub, method, cf, url, flatFromHeaders(headers), body, cancel);
    const parts = await (signal === null ? sent : untilAborted(signal, sent, () => giveUp(sent, cancel, control)));
    const status = parts[0];
    const bodiless = method === "HEAD";
    if (bodiless && parts[3] !== null) {
      // Another Worker's body for HEAD does not cross.
      op_body_cancel(parts[3], null);
      parts[3] = null;
    }
    const response = responseFromHost(parts, withoutHash(told), seen.length > 0, bodiless, manual, signal);
    if (state.redirect !== "follow" || !ArrayPrototypeIncludes(REDIRECT_STATUS, status)) {
      return response;
    }
    const location = headersGet(responseState(response).headers, "location");
    if (location === null || location === "") {
      return response;
    }
    if (parts[3] !== null) {
      op_body_cancel(parts[3], null);
    }
    ArrayPrototypePush(seen, url);
    if (seen.length > REDIRECTS_MAX) {
      throw new TypeError(`Too many redirects.${ArrayPrototypeJoin(seen, ", ")}`);
    }
    let next;
    try {
      next = new URL(location, url);
    } catch {
      throw new TypeError(NO_LOCATION);
    }
    if (!StringPrototypeStartsWith(next.href, `${next.protocol}//`)) {
      throw new TypeError(NO_LOCATION);
    }
    if (stub === null) {
      requireWeb(next.href);
    }
    if (next.origin !== new URL(url).origin && !changed.strip_authorization_on_cross_origin_redirect) {
      // Credentials are for the origin that they were given to.
      headers = cloneHeaders(headers, false);
      headersDelete(headers, "authorization");
    }
    if (status === 303 && method !== "GET" && method !== "HEAD") {
      method = "GET";
      given = body = null;
    } else if (given === undefined) {
      throw new TypeError(
        "A request with a one-time-use body (it was initialized from a stream, not a buffer) encountered a redirect requiring the body to be retransmitted. To avoid this error in the future, construct this request from a buffer-like body initializer.",
      );
    } else if ((status === 301 || status === 302) && method === "POST") {
      method = "GET";
      given = body = null;
    } else {
      body = toHost(copyOfGiven(given), false, true, null, control);
    }
    url = next.href;
    told = url;
  }
}

// Nobody waits for the answer any more, nor for its body, and what is sent is not wanted to its end.
function giveUp(sent, cancel, control) {
  op_cancel(cancel);
  control.stop?.();
  PromisePrototypeThen(sent, (parts) => {
    if (parts[3] !== null) {
      op_body_cancel(parts[3], null);
    }
  }, () => {});
}

function requireWeb(url) {
  if (!StringPrototypeStartsWith(url, "http:") && !StringPrototypeStartsWith(url, "https:")) {
    throw new TypeError(`Fetch API cannot load: ${url}`);
  }
}

function dataResponse(url, state) {
  const data = core.loadExtScript("ext:denizen/fetch/data_url.js").readDataUrl(url);
  if (data === null) {
    throw new TypeError(`Fetch API cannot load: ${url}`);
  }
  if (state.inner !== null) {
    state.inner.used = true;
  }
  const headers = new Headers();
  headersSet(headers, "content-type", data.type);
  const inner = state.method === "GET" ? new Inner(data.bytes, TypedArrayPrototypeGetByteLength(data.bytes)) : null;
  return newResponse({ __proto__: null, status: 200, statusText: "OK", headers, inner });
}

function fetch(input, init = undefined) {
  if (arguments.length === 0) {
    return PromiseReject(
      new TypeError("Failed to execute 'fetch' on 'ServiceWorkerGlobalScope': parameter 1 is not of type 'Request or string'."),
    );
  }
  return run(null, input, init);
}

function fetchThrough(stub, input, init) {
  return run(stub, input, init);
}

return { fetch, fetchThrough };
})();
