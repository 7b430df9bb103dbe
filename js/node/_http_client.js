// `node:_http_client`: the request that is sent, over `fetch`.
//
// Owns the class ClientRequest: the checks of its options, and the one subrequest that it becomes when it is complete. There is no
// socket: what Node does with one has no effect.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray, ObjectKeys, PromisePrototypeThen, RegExpPrototypeTest, StringPrototypeIncludes, StringPrototypeToUpperCase, SymbolIterator,
  TypedArrayPrototypeGetSymbolToStringTag,
} = primordials;
const {
  AbortError, ConnResetException, invalidArgType, methodNotImplemented, nodeError, nodeTypeError, validateBoolean, validateFunction,
  validateInteger, validateNumber,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { Buffer } = core.loadExtScript("ext:denizen/node/buffer.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { clearTimeout, setTimeout } = core.loadExtScript("ext:denizen/node/timers.js");
const { urlToHttpOptions } = core.loadExtScript("ext:denizen/node/url.js");
const { _checkIsHttpToken } = core.loadExtScript("ext:denizen/node/_http_common.js");
const { globalAgent } = core.loadExtScript("ext:denizen/node/_http_agent.js");
const { IncomingMessage } = core.loadExtScript("ext:denizen/node/_http_incoming.js");
const { OutgoingMessage } = core.loadExtScript("ext:denizen/node/_http_outgoing.js");
const { AbortController } = core.loadExtScript("ext:denizen/io/signals.js");
const { fetch } = core.loadExtScript("ext:denizen/fetch/fetch.js");
const { URL } = core.loadExtScript("ext:deno_web/00_url.js");

const isUint8Array = (value) => TypedArrayPrototypeGetSymbolToStringTag(value) === "Uint8Array";

const NOT_IN_PATH = /[^\u0021-\u00ff]/;
// Headers that are made anew from the address and the body.
const OWN_HEADERS = { __proto__: null, host: true, connection: true, "content-length": true, "transfer-encoding": true };

// Whether it is a URL and not what the older parser makes.
const isUrl = (value) =>
  typeof value === "object" && value !== null && typeof value.href === "string" && typeof value.protocol === "string" &&
  value.auth === undefined && value.path === undefined;

function checkHost(host, name) {
  if (host !== null && host !== undefined && typeof host !== "string") {
    throw invalidArgType(`options.${name}`, ["string", "undefined", "null"], host);
  }
  return host;
}

class ClientRequest extends OutgoingMessage {
  #abort = new AbortController();
  #port;
  #timer;
  #sent = false;
  #response;
  aborted = false;
  reusedSocket = false;
  maxHeadersCount = Infinity;
  constructor(input, options, callback) {
    super();
    let given = input;
    if (typeof input === "string") given = urlToHttpOptions(new URL(input));
    else if (isUrl(input)) given = urlToHttpOptions(input);
    else {
      callback = options;
      options = input;
      given = undefined;
    }
    if (typeof options === "function") {
      callback = options;
      options = given;
    } else {
      options = { ...given, ...options };
    }
    options ??= { __proto__: null };

    this.agent = options.agent === undefined || options.agent === null ? options._defaultAgent ?? globalAgent : options.agent;
    const expected = this.agent?.protocol ?? options._defaultAgent?.protocol ?? "http:";
    const protocol = options.protocol || expected;
    if (options.path) {
      const path = `${options.path}`;
      if (RegExpPrototypeTest(NOT_IN_PATH, path)) throw nodeTypeError("ERR_UNESCAPED_CHARACTERS", "Request path contains unescaped characters");
    }
    if (protocol !== expected) throw nodeTypeError("ERR_INVALID_PROTOCOL", `Protocol "${protocol}" not supported. Expected "${expected}"`);
    const defaultPort = options.defaultPort || this.agent?.defaultPort || 80;
    const host = checkHost(options.hostname, "hostname") || checkHost(options.host, "host") || "localhost";
    this.#port = options.port || defaultPort;
    const { method } = options;
    if (method !== undefined && method !== null && typeof method !== "string") throw invalidArgType("options.method", "string", method);
    if (method && !_checkIsHttpToken(method)) throw nodeTypeError("ERR_INVALID_HTTP_TOKEN", `Method must be a valid HTTP token ["${method}"]`);
    this.method = method ? StringPrototypeToUpperCase(method) : "GET";
    if (options.maxHeaderSize !== undefined) validateInteger(options.maxHeaderSize, "maxHeaderSize", 0);
    if (options.insecureHTTPParser !== undefined) validateBoolean(options.insecureHTTPParser, "options.insecureHTTPParser");
    if (options.joinDuplicateHeaders !== undefined) validateBoolean(options.joinDuplicateHeaders, "options.joinDuplicateHeaders");
    this.path = options.path || "/";
    this.host = host;
    this.protocol = protocol;
    if (callback) this.once("response", callback);

    const { headers } = options;
    if (ArrayIsArray(headers)) {
      for (let i = 0; i + 1 < headers.length; i += 2) {
        if (ArrayIsArray(headers[i])) this.setHeader(headers[i][0], headers[i][1]);
        else this.appendHeader(headers[i], headers[i + 1]);
      }
    } else if (headers) {
      if (typeof headers[SymbolIterator] === "function") this.setHeaders(headers);
      else {
        const names = ObjectKeys(headers);
        for (let i = 0; i < names.length; i++) this.setHeader(names[i], headers[names[i]]);
      }
    }
    if (!this.hasHeader("host") && options.setHost !== false) {
      const named = StringPrototypeIncludes(host, ":") && !StringPrototypeIncludes(host, "[") ? `[${host}]` : host;
      this.setHeader("Host", +this.#port === +defaultPort ? named : `${named}:${this.#port}`);
    }
    if (options.auth && !this.hasHeader("authorization")) {
      this.setHeader("Authorization", `Basic ${Buffer.from(options.auth).toString("base64")}`);
    }
    if (options.timeout !== undefined) {
      validateNumber(options.timeout, "timeout");
      this.setTimeout(options.timeout);
    }
    const { signal } = options;
    if (signal) {
      const abort = () => this.destroy(new AbortError(undefined, { cause: signal.reason }));
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    }
  }
  // The request tells of `error`; a message that is not complete learns only that it ends.
  destroy(error, callback) {
    if (this.destroyed) return this;
    this.#stopTimer();
    const message = this.#response;
    if (message === undefined && !this.aborted && (error === undefined || error === null)) {
      nextTick(() => this.emit("error", new ConnResetException("socket hang up")));
    }
    super.destroy(error);
    if (message === undefined) this.#abort.abort();
    else if (!message.complete) message.destroy(new ConnResetException("aborted"));
    return this;
  }
  // Once the exchange is over, however it ended.
  #close() {
    if (this._closed) return;
    this._closed = true;
    this.destroyed = true;
    this.#stopTimer();
    this.emit("close");
  }
  onSocket(socket) {}
  addTrailers(headers) {
    throw methodNotImplemented("addTrailers method");
  }
  abort() {
    if (this.aborted) return;
    this.aborted = true;
    nextTick(() => this.emit("abort"));
    this.destroy();
  }
  _write(chunk, encoding, callback) {
    callback();
  }
  setNoDelay(noDelay) {
    validateBoolean(noDelay, "noDelay");
  }
  setSocketKeepAlive(enable, delay) {
    validateBoolean(enable, "enable");
  }
  clearTimeout(callback) {
    this.setTimeout(0, callback);
  }
  // How long nothing may happen, from when the request is sent on.
  setTimeout(msecs, callback) {
    validateNumber(msecs, "msecs");
    if (callback !== undefined) {
      validateFunction(callback, "callback");
      this.once("timeout", callback);
    }
    this.timeout = msecs;
    this.#startTimer();
    return this;
  }
  #startTimer() {
    this.#stopTimer();
    if (!(this.timeout > 0) || !this.#sent || this.destroyed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.emit("timeout");
      this.#response?.emit("timeout");
      this.destroy(new AbortError());
    }, this.timeout);
  }
  #stopTimer() {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
  }
  write(chunk, encoding, callback) {
    // What the caller does to its bytes afterwards does not change what is sent.
    return super.write(isUint8Array(chunk) ? Buffer.from(chunk) : chunk, encoding, callback);
  }
  end(chunk, encoding, callback) {
    let done = callback;
    if (typeof chunk === "function") {
      done = chunk;
      chunk = undefined;
    } else if (typeof encoding === "function") {
      done = encoding;
      encoding = undefined;
    }
    if (this.finished) {
      if (chunk) this.write(chunk, encoding, done);
      else if (typeof done === "function") {
        if (this.writableFinished) done(nodeError("ERR_STREAM_ALREADY_FINISHED", "Cannot call end after a stream was finished"));
        else this.once("finish", () => done());
      }
      return this;
    }
    if (this.destroyed) return this;
    super.end(chunk, encoding);
    if (typeof done === "function") this.prependOnceListener("finish", () => done(null));
    this.#begin();
    return this;
  }
  _implicitHeader() {
    this._storeHeader(`${this.method} ${this.path} HTTP/1.1\r\n`);
  }
  // Sends the request, now that it is complete.
  #begin() {
    const names = this.getHeaderNames();
    const headers = [];
    for (let i = 0; i < names.length; i++) {
      if (OWN_HEADERS[names[i]]) continue;
      const value = this.getHeader(names[i]);
      const values = ArrayIsArray(value) ? value : [value];
      for (let at = 0; at < values.length; at++) headers[headers.length] = [names[i], `${values[at]}`];
    }
    const body = this.outputData.length > 0 && this.method !== "GET" && this.method !== "HEAD" ? Buffer.concat(this.outputData) : undefined;
    const host = StringPrototypeIncludes(`${this.host}`, ":") ? `[${this.host}]` : this.host;
    const url = `${this.protocol}//${host}:${this.#port}${this.path}`;
    // Bodies stay as they were encoded: who asked for an encoding undoes it.
    const init = {
      __proto__: null, method: this.method, headers, body, redirect: "manual", signal: this.#abort.signal, encodeResponseBody: "manual",
    };
    nextTick(() => {
      if (this.destroyed) return;
      this.#sent = true;
      this.#startTimer();
      const received = PromisePrototypeThen(fetch(url, init), (response) => this.#receive(response));
      PromisePrototypeThen(received, undefined, (error) => this.destroy(error));
    });
  }
  #receive(response) {
    if (this.destroyed) {
      if (response.body !== null) PromisePrototypeThen(response.body.cancel(), undefined, () => {});
      return;
    }
    const message = new IncomingMessage(response, {
      __proto__: null,
      setTimeout: (msecs) => this.setTimeout(msecs),
      touch: () => this.#startTimer(),
    });
    this.#startTimer();
    this.#response = message;
    message.req = this;
    this.res = message;
    message.on("error", (error) => {
      if (!this.destroyed) this.emit("error", error);
    });
    message.once("close", () => this.#close());
    if (!this.emit("response", message)) message._dump();
  }
}

const exported = { ClientRequest };
return { ...exported, default: exported };
})();
