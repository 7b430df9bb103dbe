// fetch(): through the Worker's global outbound, or through a stub.
//
// Owns redirects and abort signals. It must not know where a request goes: that is the host's decision.

(function () {
const { core, primordials } = __bootstrap;
const { op_body_cancel, op_bounds, op_fetch, op_io_check, op_stub_fetch } = core.ops;
const {
  ArrayPrototypeIncludes,
  ArrayPrototypeJoin,
  ArrayPrototypePush,
  JSONParse,
  JSONStringify,
  ObjectDefineProperty,
  ObjectHasOwn,
  Promise,
  PromisePrototypeThen,
  PromiseReject,
  RegExpPrototypeTest,
  SafeRegExp,
  StringPrototypeCharCodeAt,
  StringPrototypeEndsWith,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  TypeError,
  Uint8Array,
  decodeURIComponent,
} = primordials;
const { URL } = core.loadExtScript("ext:deno_web/00_url.js");
const { add, remove } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { flatFromHeaders, headersDelete, headersGet, headersHas, headersSet, cloneHeaders } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { isUsed, toHost } = core.loadExtScript("ext:denizen/fetch/body.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { Request, isRequest, requestState, signalSeen } = core.loadExtScript("ext:denizen/fetch/request.js");
const { REDIRECT_STATUS, Response, responseFromHost } = core.loadExtScript("ext:denizen/fetch/response.js");

const REDIRECTS_MAX = op_bounds()[0];
const NO_PATH = new SafeRegExp("^[A-Za-z]+://[^/?#]*$");

// Rejects when `signal` aborts, whatever becomes of the request.
function race(promise, signal) {
  if (signal === null) {
    return promise;
  }
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal[add](abort);
    const done = () => signal[remove](abort);
    PromisePrototypeThen(promise, (value) => {
      done();
      resolve(value);
    }, (error) => {
      done();
      reject(error);
    });
  });
}

function withoutHash(url) {
  const hash = StringPrototypeIndexOf(url, "#");
  return hash < 0 ? url : StringPrototypeSlice(url, 0, hash);
}

function send(stub, method, cf, url, headers, body) {
  // A fragment is the client's own.
  url = withoutHash(url);
  return stub === null
    ? op_fetch(method, url, headers, body, cf)
    : PromisePrototypeThen(op_stub_fetch(stub, method, url, headers, body, cf), undefined, markRemote);
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
  // A Request whose signal was never asked for has none to listen to.
  const request = isRequest(input) && init === undefined ? input : new Request(input, init);
  const state = requestState(request);
  if (isUsed(state.inner)) {
    throw new TypeError("Cannot reconstruct a Request with a used body.");
  }
  const signal = signalSeen(state);
  if (signal !== null && signal.aborted) {
    throw signal.reason;
  }
  let url = changed.fetch_standard_url ? wireUrl(state.url) : state.url;
  if (stub === null && !StringPrototypeStartsWith(url, "http:") && !StringPrototypeStartsWith(url, "https:")) {
    if (StringPrototypeStartsWith(url, "data:")) {
      return dataResponse(url);
    }
    throw new TypeError(`Fetch API cannot load: ${url}`);
  }
  op_io_check();
  let { headers, cf } = cached(state);
  let method = state.method;
  // A buffer can be sent again after a redirect; a stream cannot.
  const again = state.inner === null || state.inner.stream === null && (typeof state.inner.source === "string" || core.isTypedArray(state.inner.source))
    ? state.inner?.source ?? null
    : undefined;
  let body = toHost(state.inner);
  // The URL that answers tell.
  let told = changed.fetch_standard_url ? core.loadExtScript("ext:denizen/fetch/legacy_url.js").legacyUrl(state.url) ?? url : url;
  const seen = [];
  for (;;) {
    const parts = await race(send(stub, method, cf, url, flatFromHeaders(headers), body), signal);
    const status = parts[0];
    // Another Worker's body for HEAD does not cross.
    const bodiless = stub !== null && method === "HEAD";
    if (bodiless && parts[3] !== null) {
      op_body_cancel(parts[3], null);
      parts[3] = null;
    }
    if (state.redirect !== "follow" || !ArrayPrototypeIncludes(REDIRECT_STATUS, status)) {
      return responseFromHost(parts, withoutHash(told), seen.length > 0, bodiless);
    }
    const response = responseFromHost(parts, withoutHash(told), seen.length > 0, bodiless);
    const location = headersGet(response.headers, "location");
    if (location === null) {
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
      throw new TypeError("Invalid Location header; unable to follow redirect.");
    }
    if (next.protocol !== "http:" && next.protocol !== "https:") {
      throw new TypeError(`Fetch API cannot load: ${next.href}`);
    }
    if (next.origin !== new URL(url).origin && !changed.strip_authorization_on_cross_origin_redirect) {
      // Credentials are for the origin that they were given to.
      headers = cloneHeaders(headers, false);
      headersDelete(headers, "authorization");
    }
    if ((status === 303 && method !== "GET" && method !== "HEAD") || ((status === 301 || status === 302) && method === "POST")) {
      method = "GET";
      body = null;
    } else if (again === undefined) {
      throw new TypeError(
        "A request with a one-time-use body (it was initialized from a stream, not a buffer) encountered a redirect requiring the body to be retransmitted. To avoid this error in the future, construct this request from a buffer-like body initializer.",
      );
    } else {
      body = method === "GET" ? null : again;
    }
    url = next.href;
    told = url;
  }
}

async function dataResponse(url) {
  const comma = StringPrototypeIndexOf(url, ",");
  if (comma < 0) {
    throw new TypeError(`Fetch API cannot load: ${url}`);
  }
  let type = StringPrototypeSlice(url, 5, comma);
  const data = decodeURIComponent(StringPrototypeSlice(url, comma + 1));
  let body = data;
  if (StringPrototypeEndsWith(type, ";base64")) {
    type = StringPrototypeSlice(type, 0, -7);
    const binary = core.loadExtScript("ext:deno_web/05_base64.js").atob(data);
    body = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) {
      body[i] = StringPrototypeCharCodeAt(binary, i);
    }
  }
  return new Response(body, { __proto__: null, headers: [["content-type", type === "" ? "text/plain;charset=US-ASCII" : type]] });
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
