// `node:_http_outgoing`: the message that is sent.
//
// Owns the class OutgoingMessage: headers by Node's rules, and a body that is kept until the message is complete. It must not know
// where the message goes: its subclasses do.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray, ArrayPrototypePush, ObjectPrototypeIsPrototypeOf, SafeArrayIterator, SafeMap, Set, SetPrototypeAdd,
  StringPrototypeToLowerCase, Symbol, SymbolFor, TypedArrayPrototypeGetSymbolToStringTag,
} = primordials;
const {
  invalidArgType, methodNotImplemented, nodeError, nodeTypeError, validateString,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { Buffer } = core.loadExtScript("ext:denizen/node/buffer.js");
const { Writable } = core.loadExtScript("ext:denizen/node/stream.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { _checkInvalidHeaderChar, _checkIsHttpToken } = core.loadExtScript("ext:denizen/node/_http_common.js");
const { Headers } = core.loadExtScript("ext:denizen/fetch/headers.js");

const kUniqueHeaders = Symbol("kUniqueHeaders");
const kHighWaterMark = Symbol("kHighWaterMark");
const HIGH_WATER_MARK = 65536;

const validateHeaderName = shaped((name, label) => {
  if (typeof name !== "string" || !name || !_checkIsHttpToken(name)) {
    throw nodeTypeError("ERR_INVALID_HTTP_TOKEN", `${label || "Header name"} must be a valid HTTP token ["${name}"]`);
  }
}, "validateHeaderName", 1);
function validateHeaderValue(name, value) {
  if (value === undefined) throw nodeTypeError("ERR_HTTP_INVALID_HEADER_VALUE", `Invalid value "${value}" for header "${name}"`);
  if (_checkInvalidHeaderChar(value)) throw nodeTypeError("ERR_INVALID_CHAR", `Invalid character in header content ["${name}"]`);
}
function parseUniqueHeadersOption(headers) {
  if (!ArrayIsArray(headers)) return null;
  const unique = new Set();
  for (let i = 0; i < headers.length; i++) SetPrototypeAdd(unique, StringPrototypeToLowerCase(headers[i]));
  return unique;
}

const sent = (what) => nodeError("ERR_HTTP_HEADERS_SENT", `Cannot ${what} headers after they are sent to the client`);

const destroyed = (name) => nodeError("ERR_STREAM_DESTROYED", `Cannot call ${name} after a stream was destroyed`);

class OutgoingMessage extends Writable {
  // By lower-case name: the name as it was given, and the value.
  #headers = new SafeMap();
  #corked = 0;
  #size = 0;
  #errored = null;
  outputData = [];
  outputSize = 0;
  writtenHeaderBytes = 0;
  strictContentLength = false;
  chunkedEncoding = false;
  sendDate = false;
  shouldKeepAlive = true;
  finished = false;
  useChunkedEncodingByDefault = true;
  maxRequestsOnConnectionReached = false;
  _closed = false;
  _headerSent = false;
  _header = null;
  _contentLength = null;
  _hasBody = true;
  constructor(request, options) {
    super({ highWaterMark: HIGH_WATER_MARK, ...options });
  }
  cork() {
    this.#corked++;
  }
  uncork() {
    if (this.#corked > 0) this.#corked--;
  }
  _storeHeader(firstLine, headers) {
    let text = `${firstLine}`;
    const entries = headersList(this.#headers);
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at];
      const values = ArrayIsArray(entry[1]) ? entry[1] : [entry[1]];
      for (let i = 0; i < values.length; i++) text += `${entry[0]}: ${values[i]}\r\n`;
    }
    this._header = `${text}\r\n`;
    this._headerSent = false;
  }
  _finish() {
    this.emit("prefinish");
  }
  _flushOutput(socket) {}
  _flush() {}
  get writableLength() {
    return this.finished ? 0 : this.#size;
  }
  get writableCorked() {
    return this.#corked;
  }
  get writableNeedDrain() {
    return false;
  }
  setHeader(name, value) {
    if (this._header) throw sent("set");
    validateHeaderName(name);
    if (ArrayIsArray(value)) for (let i = 0; i < value.length; i++) validateHeaderValue(name, value[i]);
    else validateHeaderValue(name, value);
    this.#headers.set(StringPrototypeToLowerCase(name), [name, value]);
    return this;
  }
  setHeaders(headers) {
    if (this._header) throw sent("set");
    if (!ObjectPrototypeIsPrototypeOf(Headers.prototype, headers) && !core.isMap(headers)) {
      throw invalidArgType("headers", ["Headers", "Map"], headers);
    }
    headers.forEach((value, name) => this.setHeader(name, value));
    return this;
  }
  appendHeader(name, value) {
    if (this._header) throw sent("append");
    validateHeaderName(name);
    const values = ArrayIsArray(value) ? value : [value];
    for (let i = 0; i < values.length; i++) validateHeaderValue(name, values[i]);
    const key = StringPrototypeToLowerCase(name);
    const entry = this.#headers.get(key);
    if (entry === undefined) {
      this.#headers.set(key, [name, value]);
      return this;
    }
    const all = ArrayIsArray(entry[1]) ? [...new SafeArrayIterator(entry[1])] : [entry[1]];
    for (let i = 0; i < values.length; i++) ArrayPrototypePush(all, values[i]);
    entry[1] = all;
    return this;
  }
  getHeader(name) {
    validateString(name, "name");
    return this.#headers.get(StringPrototypeToLowerCase(name))?.[1];
  }
  hasHeader(name) {
    validateString(name, "name");
    return this.#headers.has(StringPrototypeToLowerCase(name));
  }
  removeHeader(name) {
    validateString(name, "name");
    if (this._header) throw sent("remove");
    this.#headers.delete(StringPrototypeToLowerCase(name));
  }
  getHeaderNames() {
    return namesOf(this.#headers, true);
  }
  getRawHeaderNames() {
    return namesOf(this.#headers, false);
  }
  flushHeaders() {
    if (!this._header) this._implicitHeader();
    this._send("");
  }
  getHeaders() {
    const headers = { __proto__: null };
    this.#headers.forEach((entry, name) => {
      headers[name] = entry[1];
    });
    return headers;
  }
  get headersSent() {
    return !!this._header;
  }
  pipe(destination) {
    this.emit("error", nodeError("ERR_STREAM_CANNOT_PIPE", "Cannot pipe, not readable"));
  }
  _implicitHeader() {
    throw methodNotImplemented("_implicitHeader() method");
  }
  _renderHeaders() {
    if (this._header) throw sent("render");
    const headers = {};
    this.#headers.forEach((entry) => {
      headers[entry[0]] = entry[1];
    });
    return headers;
  }
  _send(data, encoding, callback, byteLength) {
    return this._writeRaw(data, encoding, callback, byteLength);
  }
  write(chunk, encoding, callback) {
    const done = typeof encoding === "function" ? encoding : callback;
    const bytes = checkChunk(chunk, typeof encoding === "function" ? undefined : encoding);
    if (this.finished || this.destroyed) {
      const error = this.finished ? nodeError("ERR_STREAM_WRITE_AFTER_END", "write after end") : destroyed("write");
      const tell = !this.destroyed;
      nextTick(() => {
        if (typeof done === "function") done(error);
        if (tell && !this.destroyed) this.emit("error", error);
      });
      return false;
    }
    if (!this._header) this._implicitHeader();
    return this._writeRaw(bytes, undefined, done, bytes.length);
  }
  end(chunk, encoding, callback) {
    let done = callback;
    if (typeof chunk === "function") {
      done = chunk;
      chunk = null;
    } else if (typeof encoding === "function") {
      done = encoding;
      encoding = null;
    }
    if (chunk !== null && chunk !== undefined) this.write(chunk, encoding);
    if (this.finished) {
      const finished = nodeError("ERR_STREAM_ALREADY_FINISHED", "Cannot call end after a stream was finished");
      if (typeof done === "function") nextTick(done, this.destroyed ? destroyed("end") : finished);
      return this;
    }
    if (typeof done === "function") this.once("finish", done);
    if (!this._header) this._implicitHeader();
    this.finished = true;
    this._finish();
    nextTick(() => {
      this._writableState.finished = true;
      this.emit("finish");
    });
    return this;
  }
  _writeRaw(data, encoding, callback, size) {
    if (data !== undefined && data !== null && data.length > 0) {
      const bytes = typeof data === "string" ? Buffer.from(data, encoding) : data;
      ArrayPrototypePush(this.outputData, bytes);
      this.#size += bytes.length;
      this.outputSize = this.#size;
    }
    if (typeof callback === "function") nextTick(callback, null);
    // Everything is kept until the end, so nothing is gained by a writer that waits.
    return true;
  }
  destroy(error, callback) {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.#errored = error ?? null;
    if (error) nextTick(() => this.emit("error", error));
    nextTick(() => {
      if (this._closed) return;
      this._closed = true;
      this.emit("close");
    });
    return this;
  }
  get errored() {
    return this.#errored;
  }
  get closed() {
    return this._closed;
  }
  get writableEnded() {
    return this.finished;
  }
  get writableHighWaterMark() {
    return HIGH_WATER_MARK;
  }
  get writableObjectMode() {
    return false;
  }
  [SymbolFor("nodejs.rejection")](error) {
    this.destroy(error);
  }
}

function namesOf(headers, lower) {
  const names = [];
  headers.forEach((entry, name) => ArrayPrototypePush(names, lower ? name : entry[0]));
  return names;
}
function headersList(headers) {
  const list = [];
  headers.forEach((entry) => ArrayPrototypePush(list, entry));
  return list;
}
function checkChunk(chunk, encoding) {
  if (chunk === null) throw nodeTypeError("ERR_STREAM_NULL_VALUES", "May not write null values to stream");
  if (typeof chunk === "string") return Buffer.from(chunk, encoding);
  if (TypedArrayPrototypeGetSymbolToStringTag(chunk) !== "Uint8Array") throw invalidArgType("chunk", ["string", "Buffer", "Uint8Array"], chunk);
  return chunk;
}

const exported = { validateHeaderName, validateHeaderValue, kUniqueHeaders, kHighWaterMark, parseUniqueHeadersOption, OutgoingMessage };
return { ...exported, default: exported };
})();
