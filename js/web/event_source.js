// EventSource.
//
// Owns how the lines of a stream become events, and when it is asked for again. As workerd does it: an event needs data, a
// carriage return at the end of a chunk ends its line, and a listener that throws ends the source. It must not know how a
// request is made.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypePush,
  Error,
  FunctionPrototypeCall,
  Number,
  ObjectDefineProperty,
  ObjectPrototypeIsPrototypeOf,
  PromisePrototypeThen,
  PromiseReject,
  PromiseResolve,
  RegExpPrototypeExec,
  SafeRegExp,
  String,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  SymbolDispose,
  SymbolToStringTag,
  TypeError,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeSet,
  TypedArrayPrototypeSubarray,
  Uint8Array,
  uncurryThis,
} = primordials;
const { URL } = core.loadExtScript("ext:deno_web/00_url.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { ErrorEvent, Event, EventTarget, setIsTrusted } = core.loadExtScript("ext:deno_web/02_event.js");
const { newSignal, signalAbort } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { ReadableStreamDefaultReader, ReadableStreamPrototype, acquireReadableStreamDefaultReader, isReadableStreamLocked } =
  core.loadExtScript("ext:deno_web/06_streams.js");
const { own } = core.loadExtScript("ext:denizen/actor/values.js");
const { streamOf } = core.loadExtScript("ext:denizen/fetch/body.js");
const { fetchThrough } = core.loadExtScript("ext:denizen/fetch/fetch.js");
const { headersGet, illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { responseState } = core.loadExtScript("ext:denizen/fetch/response.js");
const { isAtTop } = core.loadExtScript("ext:denizen/io/context.js");
const { clearTimeout, setTimeout } = core.loadExtScript("ext:denizen/io/timers.js");
const { fetcherOf, ready } = core.loadExtScript("ext:denizen/rpc/stub.js");
const { bytesOf } = core.loadExtScript("ext:denizen/streams/transforms.js");
const { declaresHandlers } = core.loadExtScript("ext:denizen/web/event_target.js");
const { messageEvent } = core.loadExtScript("ext:denizen/web/events.js");
const { whatListenersThrow } = core.loadExtScript("ext:denizen/worker/report.js");

const dispatch = uncurryThis(EventTarget.prototype.dispatchEvent);
const addListener = uncurryThis(EventTarget.prototype.addEventListener);
const read = uncurryThis(ReadableStreamDefaultReader.prototype.read);

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;
const RECONNECT_MS = 2000;
const RECONNECT_MS_MIN = 1000;
const RECONNECT_MS_MAX = 10_000;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const DIGITS = new SafeRegExp(/^\s*\d{1,10}$/);
const EVENT_STREAM = new SafeRegExp(/^\s*text\/event-stream\s*(;|$)/i);
const UINT32_MAX = 2 ** 32 - 1;

const kInternal = { __proto__: null };

class OpenEvent extends Event {}
ObjectDefineProperty(OpenEvent.prototype, SymbolToStringTag, { __proto__: null, value: "OpenEvent", configurable: true });

// The events in a stream of bytes.
class Parser {
  #started = false;
  #line = [];
  #lineLength = 0;
  #type = undefined;
  #data = undefined;
  #source;

  // `source` is told of ids, times and messages.
  constructor(source) {
    this.#source = source;
  }
  write(bytes) {
    const length = TypedArrayPrototypeGetByteLength(bytes);
    let start = 0;
    if (!this.#started && length > 0) {
      this.#started = true;
      if (length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
        start = 3;
      }
    }
    for (let i = start; i < length; i++) {
      if (bytes[i] !== LINE_FEED && bytes[i] !== CARRIAGE_RETURN) {
        continue;
      }
      this.#keep(TypedArrayPrototypeSubarray(bytes, start, i));
      this.#endLine();
      if (bytes[i] === CARRIAGE_RETURN && i + 1 < length && bytes[i + 1] === LINE_FEED) {
        i++;
      }
      start = i + 1;
    }
    this.#keep(TypedArrayPrototypeSubarray(bytes, start));
  }

  #keep(bytes) {
    const length = TypedArrayPrototypeGetByteLength(bytes);
    if (length > 0) {
      ArrayPrototypePush(this.#line, bytes);
      this.#lineLength += length;
    }
  }
  #endLine() {
    const line = new Uint8Array(this.#lineLength);
    let at = 0;
    for (let i = 0; i < this.#line.length; i++) {
      TypedArrayPrototypeSet(line, this.#line[i], at);
      at += TypedArrayPrototypeGetByteLength(this.#line[i]);
    }
    this.#line = [];
    this.#lineLength = 0;
    if (at === 0) {
      this.#endEvent();
    } else if (line[0] !== 0xef) {
      // No known field begins with this byte, but a byte order mark does, which decoding would take away.
      this.#field(core.decode(line));
    }
  }
  #field(line) {
    const colon = StringPrototypeIndexOf(line, ":");
    const name = colon < 0 ? line : StringPrototypeSlice(line, 0, colon);
    const value = colon < 0 ? "" : StringPrototypeSlice(line, line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "data") {
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    } else if (name === "event") {
      this.#type = value;
    } else if (name === "id") {
      this.#source.setId(value);
    } else if (name === "retry" && RegExpPrototypeExec(DIGITS, value) !== null && Number(value) <= UINT32_MAX) {
      this.#source.setTime(Number(value));
    }
  }
  #endEvent() {
    const type = this.#type ?? "message";
    const data = this.#data ?? "";
    this.#type = undefined;
    this.#data = undefined;
    if (data !== "") {
      this.#source.message(type, data);
    }
  }
}

let begin;
let close;
let stateOf;

class EventSource extends EventTarget {
  #url = null;
  #state = CONNECTING;
  #fetcher = null;
  #signal = null;
  #timer = 0;
  #time = RECONNECT_MS;
  #lastId = "";
  #nothingCame = false;
  #handlers = { __proto__: null, open: undefined, message: undefined, error: undefined };

  constructor(url, init = undefined) {
    if (url !== kInternal && arguments.length === 0) {
      throw new TypeError("Failed to construct 'EventSource': constructor parameter 1 is not of type 'string'.");
    }
    super();
    if (isAtTop()) {
      throw new DOMException("An EventSource can only be created within the context of a worker request.", "NotSupportedError");
    }
    if (url === kInternal) {
      this.#state = OPEN;
      return;
    }
    const address = String(url);
    if (init !== undefined && init !== null && typeof init !== "object" && typeof init !== "function") {
      throw new TypeError("Failed to construct 'EventSource': constructor parameter 2 is not of type 'EventSourceInit'.");
    }
    const { withCredentials, fetcher } = init ?? {};
    if (fetcher !== undefined) {
      this.#fetcher = fetcherOf(fetcher) ?? null;
      if (this.#fetcher === null) {
        throw new TypeError("Incorrect type for the 'fetcher' field on 'EventSourceInit': the provided value is not of type 'Fetcher'.");
      }
    }
    if (withCredentials) {
      throw new DOMException("The init.withCredentials option is not supported. It must be false or undefined.", "NotSupportedError");
    }
    try {
      this.#url = new URL(address).href;
    } catch {
      throw new DOMException(`Cannot open an EventSource to '${address}'. The URL is invalid.`, "SyntaxError");
    }
    // Whoever closes it at once has asked for nothing.
    PromisePrototypeThen(PromiseResolve(undefined), () => this.#connect());
  }

  static from(stream) {
    return begin(stream);
  }
  get url() {
    stateOf(this);
    return this.#url ?? "";
  }
  get withCredentials() {
    stateOf(this);
    return false;
  }
  get readyState() {
    return stateOf(this);
  }
  get onopen() {
    stateOf(this);
    return this.#handlers.open ?? null;
  }
  set onopen(handler) {
    stateOf(this);
    this.#handle("open", handler);
  }
  get onmessage() {
    stateOf(this);
    return this.#handlers.message ?? null;
  }
  set onmessage(handler) {
    stateOf(this);
    this.#handle("message", handler);
  }
  get onerror() {
    stateOf(this);
    return this.#handlers.error ?? null;
  }
  set onerror(handler) {
    stateOf(this);
    this.#handle("error", handler);
  }
  close() {
    close(this);
  }
  [SymbolDispose]() {
    close(this);
  }


  static {
    stateOf = (source) => {
      if (typeof source !== "object" || source === null || !(#state in source)) {
        throw illegalInvocation();
      }
      return source.#state;
    };
    close = (source) => {
      if (stateOf(source) !== CLOSED) {
        source.#state = CLOSED;
        clearTimeout(source.#timer);
        source.#signal?.[signalAbort](new DOMException("The operation was aborted", "AbortError"));
      }
    };
    begin = (stream) => {
      if (typeof stream !== "object" || stream === null || !ObjectPrototypeIsPrototypeOf(ReadableStreamPrototype, stream)) {
        throw new TypeError("Failed to execute 'from' on 'EventSource': parameter 1 is not of type 'JsReadableStream'.");
      }
      if (isReadableStreamLocked(stream)) {
        throw new TypeError("This ReadableStream is locked.");
      }
      const source = new EventSource(kInternal);
      source.#pump(stream);
      return source;
    };
  }

  // A handler keeps the place that its first one had among the listeners.
  #handle(type, handler) {
    const first = this.#handlers[type] === undefined;
    const valid = typeof handler === "function" || typeof handler === "object" && handler !== null;
    this.#handlers[type] = valid ? handler : first ? undefined : null;
    if (valid && first) {
      addListener(this, type, (event) => {
        const current = this.#handlers[type];
        if (typeof current === "function") {
          FunctionPrototypeCall(current, globalThis, event);
        }
      });
    }
  }
  // Throws what a listener threw.
  #dispatch(event) {
    setIsTrusted?.(event, true);
    const thrown = whatListenersThrow(() => dispatch(this, event));
    if (thrown !== null) {
      throw thrown.error;
    }
  }
  #connect() {
    if (this.#state === CLOSED) {
      return;
    }
    this.#signal = newSignal();
    const headers = { __proto__: null, accept: "text/event-stream", "cache-control": "no-cache" };
    if (this.#lastId !== "") {
      headers["last-event-id"] = this.#lastId;
    }
    let answer;
    try {
      if (this.#fetcher !== null) {
        ready(this.#fetcher);
      }
      answer = fetchThrough(this.#fetcher, this.#url, { __proto__: null, headers, signal: this.#signal });
    } catch (error) {
      answer = PromiseReject(error);
    }
    PromisePrototypeThen(PromisePrototypeThen(answer, (response) => this.#answered(response)), undefined, (error) => this.#fail(error));
  }
  #answered(response) {
    if (this.#state === CLOSED) {
      return undefined;
    }
    const state = responseState(response);
    if (state.status < 200 || state.status > 299) {
      throw new DOMException(`The response status code was ${state.status}.`, "AbortError");
    }
    if (state.redirected) {
      this.#url = state.url;
    }
    const type = headersGet(state.headers, "content-type");
    if (type === null) {
      throw new DOMException("No content type header was present in the response.", "AbortError");
    }
    if (RegExpPrototypeExec(EVENT_STREAM, type) === null) {
      throw new DOMException(`The content type '${type}' is invalid.`, "AbortError");
    }
    const stream = streamOf(state.inner);
    if (stream === null) {
      if (this.#nothingCame) {
        throw new Error("The server provided no content.");
      }
      this.#nothingCame = true;
      this.#lost(new Error("The server provided no content. Will try reconnecting."));
      return undefined;
    }
    this.#nothingCame = false;
    this.#state = OPEN;
    this.#dispatch(new OpenEvent("open"));
    return this.#pump(stream);
  }
  async #pump(stream) {
    try {
      const reader = acquireReadableStreamDefaultReader(stream);
      const parser = new Parser({
        __proto__: null,
        setId: (id) => {
          this.#lastId = id;
        },
        setTime: (time) => {
          this.#time = time < RECONNECT_MS_MIN ? RECONNECT_MS_MIN : time > RECONNECT_MS_MAX ? RECONNECT_MS_MAX : time;
        },
        message: (type, data) => {
          const origin = this.#url === null ? null : new URL(this.#url).origin;
          this.#dispatch(messageEvent(type, data, origin, null, this.#lastId));
        },
      });
      for (;;) {
        const step = await read(reader);
        if (step.done) {
          break;
        }
        if (this.#state !== CLOSED) {
          parser.write(chunkBytes(step.value));
        }
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#state !== CLOSED) {
      this.#lost(new Error("The server disconnected."));
    }
  }
  // An error that another connection may mend, if there is somewhere to connect to.
  #lost(error) {
    if (this.#url === null) {
      this.#fail(error);
      return;
    }
    this.#state = CONNECTING;
    this.#tell(error);
    if (this.#state === CONNECTING) {
      this.#timer = setTimeout(() => this.#connect(), this.#time);
    }
  }
  #fail(error) {
    if (this.#state !== CLOSED) {
      this.#state = CLOSED;
      this.#tell(error);
    }
  }
  #tell(error) {
    const event = new ErrorEvent("error", { __proto__: null, error });
    setIsTrusted?.(event, true);
    dispatch(this, event);
  }
}

function chunkBytes(chunk) {
  try {
    return bytesOf(chunk);
  } catch {
    throw new TypeError("Draining read encountered a value that cannot be converted to bytes");
  }
}

const STATES = ["CONNECTING", "OPEN", "CLOSED"];
for (let i = 0; i < STATES.length; i++) {
  ObjectDefineProperty(EventSource, STATES[i], { __proto__: null, value: i, enumerable: true, configurable: true });
  ObjectDefineProperty(EventSource.prototype, STATES[i], { __proto__: null, value: i, enumerable: true, configurable: true });
}
ObjectDefineProperty(EventSource.prototype, SymbolToStringTag, { __proto__: null, value: "EventSource", configurable: true });

own(EventSource);
declaresHandlers(EventSource.prototype);

return { EventSource };
})();
