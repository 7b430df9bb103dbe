// `node:_http_incoming`: the message that is received.
//
// Owns the class IncomingMessage: headers by Node's rules, and a body that is read from a web stream. It must not know who asked.

(function () {
const { core, primordials } = __bootstrap;
const { ArrayPrototypePush, PromisePrototypeThen, SafeSet, StringPrototypeToLowerCase } = primordials;
const { validateNumber } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { Buffer } = core.loadExtScript("ext:denizen/node/buffer.js");
const { Readable } = core.loadExtScript("ext:denizen/node/stream.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");

// Headers of which the first one counts.
const SINGLE = new SafeSet([
  "age", "authorization", "content-length", "content-type", "etag", "expires", "from", "host", "if-modified-since", "if-unmodified-since",
  "last-modified", "location", "max-forwards", "proxy-authorization", "referer", "retry-after", "server", "user-agent",
]);

class IncomingMessage extends Readable {
  #reader;
  // How long nothing may happen, which whoever made the message keeps.
  #idle;
  #headers;
  #distinct;
  #trailers = {};
  #trailersDistinct = {};
  aborted = false;
  url = "";
  method = null;
  statusCode = null;
  statusMessage = null;
  httpVersionMajor = 1;
  httpVersionMinor = 1;
  httpVersion = "1.1";
  complete = false;
  rawHeaders = [];
  joinDuplicateHeaders = false;
  _dumped = false;
  _consuming = false;
  _paused = false;
  constructor() {
    super();
    const { 0: response, 1: idle } = arguments;
    if (response === undefined || response === null || response.headers === undefined) return;
    this.#idle = idle;
    this.url = response.url;
    this.statusCode = response.status;
    this.statusMessage = response.statusText;
    this.#headers = {};
    this.#distinct = {};
    // One line a name, as workerd reads them.
    response.headers.forEach((value, name) => {
      const joined = response.headers.get(name);
      if (this.#headers[name] !== undefined) return;
      this.#headers[name] = joined;
      this.#distinct[name] = [joined];
    });
    this.#reader = response.body?.getReader();
  }
  _read(size) {
    this._consuming = true;
    const reader = this.#reader;
    if (reader === undefined) {
      this.complete = true;
      this.push(null);
      return;
    }
    PromisePrototypeThen(
      reader.read(),
      (result) => {
        if (this.destroyed) return;
        if (result.done) {
          this.complete = true;
          this.push(null);
        } else {
          this.#idle?.touch();
          this.push(Buffer.from(result.value));
        }
      },
      (error) => this.destroy(error),
    );
  }
  _destroy(error, callback) {
    if (!this.readableEnded || !this.complete) {
      this.aborted = true;
      this.emit("aborted");
    }
    if (!this.complete && this.#reader !== undefined) PromisePrototypeThen(this.#reader.cancel(error ?? undefined), undefined, () => {});
    // An error that nobody listens for is none.
    nextTick(() => (this.listenerCount("error") === 0 ? callback() : callback(error)));
  }
  _addHeaderLine(field, value, dest) {
    const name = StringPrototypeToLowerCase(field);
    if (name === "set-cookie") {
      if (dest[name] === undefined) dest[name] = [value];
      else ArrayPrototypePush(dest[name], value);
    } else if (dest[name] === undefined) {
      dest[name] = value;
    } else if (name === "cookie") {
      dest[name] += `; ${value}`;
    } else if (this.joinDuplicateHeaders || !SINGLE.has(name)) {
      dest[name] += `, ${value}`;
    }
  }
  _addHeaderLines(lines, count) {
    if (!lines || lines.length === 0) return;
    this.rawHeaders = lines;
    for (let i = 0; i + 1 < count; i += 2) {
      this.#headers ??= {};
      this._addHeaderLine(lines[i], lines[i + 1], this.#headers);
    }
  }
  get headers() {
    this.#headers ??= {};
    return this.#headers;
  }
  set headers(value) {
    this.#headers = value;
  }
  get headersDistinct() {
    this.#distinct ??= {};
    return this.#distinct;
  }
  set headersDistinct(value) {
    this.#distinct = value;
  }
  get trailers() {
    return this.#trailers;
  }
  set trailers(value) {
    this.#trailers = value;
  }
  get trailersDistinct() {
    return this.#trailersDistinct;
  }
  set trailersDistinct(value) {
    this.#trailersDistinct = value;
  }
  _addHeaderLineDistinct(field, value, dest) {
    const name = StringPrototypeToLowerCase(field);
    if (dest[name] === undefined) dest[name] = [value];
    else ArrayPrototypePush(dest[name], value);
  }
  _dump() {
    if (this._dumped) return;
    this._dumped = true;
    this.removeAllListeners("data");
    this.resume();
  }
  setTimeout(msecs, callback) {
    validateNumber(msecs, "msecs");
    if (callback) this.on("timeout", callback);
    this.#idle?.setTimeout(msecs);
    return this;
  }
  get connection() {
    return undefined;
  }
  set connection(value) {}
  get socket() {
    return undefined;
  }
}

const exported = { IncomingMessage };
return { ...exported, default: exported };
})();
