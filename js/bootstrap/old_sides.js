// What compatibility flags change in the global scope, for Workers of older dates.
//
// Owns one function a flag, called in an isolate whose Worker does not have it as the newest date does, before any user code. It is
// loaded in such isolates only. What changes inside of other sources is not here: they ask js/bootstrap/changed.js. It must
// not know dates.

(function () {
"use strict";
const { core, primordials } = __bootstrap;
const {
  DataView,
  DataViewPrototypeGetUint16,
  Error,
  FunctionPrototypeCall,
  JSONParse,
  ObjectDefineProperty,
  ObjectGetOwnPropertyNames,
  ObjectGetPrototypeOf,
  ObjectPrototypeIsPrototypeOf,
  PromisePrototypeThen,
  ReflectApply,
  ReflectConstruct,
  ReflectDeleteProperty,
  ReflectGetOwnPropertyDescriptor,
  RegExpPrototypeExec,
  SafeRegExp,
  SafeWeakMap,
  String,
  StringFromCharCode,
  SymbolToStringTag,
  TypeError,
  TypeErrorPrototype,
  TypedArrayPrototypeGetByteLength,
  Uint8Array,
  uncurryThis,
} = primordials;
const { URLSearchParamsPrototype } = core.loadExtScript("ext:deno_web/00_url.js");
const { EventTarget } = core.loadExtScript("ext:deno_web/02_event.js");
const { TextDecoder, TextDecoderStream, TextEncoderStream } = core.loadExtScript("ext:deno_web/08_text_encoding.js");
const streams = core.loadExtScript("ext:deno_web/06_streams.js");
const { ReadableStream, ReadableStreamBYOBReader, TransformStream, WritableStream } = streams;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { Headers, headersSet, setHeadersImmutable } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { chunkBytes } = core.loadExtScript("ext:denizen/fetch/body.js");
const { fetchThrough } = core.loadExtScript("ext:denizen/fetch/fetch.js");
const { legacyUrl } = core.loadExtScript("ext:denizen/fetch/legacy_url.js");
const { Request } = core.loadExtScript("ext:denizen/fetch/request.js");
const { Response, newResponse } = core.loadExtScript("ext:denizen/fetch/response.js");
const { scheduler } = core.loadExtScript("ext:denizen/io/timers.js");
const { Fetcher, fetcherOf, ready } = core.loadExtScript("ext:denizen/rpc/stub.js");
const { IdentityTransformStream, isOwnWritable, setSides } = core.loadExtScript("ext:denizen/streams/transforms.js");

const deleteParameter = uncurryThis(URLSearchParamsPrototype.delete);
const hasParameter = uncurryThis(URLSearchParamsPrototype.has);

function define(object, name, value) {
  ObjectDefineProperty(object, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}

function removeFromScope(names) {
  const scope = ObjectGetPrototypeOf(globalThis);
  for (let i = 0; i < names.length; i++) {
    ReflectDeleteProperty(scope, names[i]);
  }
}

// Puts `construct` in the place of a global class, with the class's own prototype and statics. It gets the class, too.
function replaceClass(name, construct) {
  const scope = ObjectGetPrototypeOf(globalThis);
  const { [name]: Original } = scope;
  const { prototype } = Original;
  const Class = function (...args) {
    return new.target === undefined ? ReflectApply(Original, undefined, args) : construct(new.target, args, Original);
  };
  const statics = ["name", "length", "from"];
  for (let i = 0; i < statics.length; i++) {
    const descriptor = ReflectGetOwnPropertyDescriptor(Original, statics[i]);
    if (descriptor !== undefined) {
      ObjectDefineProperty(Class, statics[i], { __proto__: null, ...descriptor });
    }
  }
  ObjectDefineProperty(Class, "prototype", { __proto__: null, value: prototype, writable: false });
  ObjectDefineProperty(prototype, "constructor", { __proto__: null, value: Class, writable: true, configurable: true });
  ObjectDefineProperty(scope, name, { __proto__: null, value: Class, writable: true, enumerable: true, configurable: true });
  return Class;
}

function closeConstructor(name) {
  const refuse = () => {
    throw new Error(`To use the new ${name}() constructor, enable the streams_enable_constructors compatibility flag. Refer to the docs for more information: https://developers.cloudflare.com/workers/platform/compatibility-dates/#compatibility-flags`);
  };
  const Class = replaceClass(name, refuse);
  if (name === "ReadableStream") {
    define(Class, "from", { from() { refuse(); } }.from);
  }
}

// The state of a rejected promise, as V8 counts.
const REJECTED = 2;
// What is said of arguments of wrong types.
const WRONG_TYPE = new SafeRegExp("^(Failed to execute '\\w+' on '\\w+': parameter \\d|Incorrect type for the '|Cannot convert a Symbol value)");

// Has methods of `object` throw, instead of rejecting, what they find wrong with the types of their arguments.
function throwWrongTypes(object, names) {
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    const call = object[name];
    const throwing = {
      [name](...args) {
        const promise = ReflectApply(call, this, args);
        const { 0: state, 1: reason } = core.getPromiseDetails(promise);
        if (state === REJECTED && ObjectPrototypeIsPrototypeOf(TypeErrorPrototype, reason) && RegExpPrototypeExec(WRONG_TYPE, reason.message) !== null) {
          PromisePrototypeThen(promise, undefined, () => {});
          throw reason;
        }
        return promise;
      },
    }[name];
    ObjectDefineProperty(throwing, "length", { __proto__: null, value: call.length, configurable: true });
    define(object, name, throwing);
  }
}

// A listener as it was given, and what is called in its place.
const listeners = new SafeWeakMap();
let listening = false;
// What a listener of the dispatch that runs has thrown; undefined outside of one, null as long as nothing has.
let failure;

function wrapListeners() {
  if (listening) {
    return;
  }
  listening = true;
  const prototype = EventTarget.prototype;
  const { addEventListener, dispatchEvent, removeEventListener } = prototype;
  const wrap = (listener) => {
    if ((typeof listener !== "function" && typeof listener !== "object") || listener === null) {
      return listener;
    }
    let wrapper = listeners.get(listener);
    if (wrapper === undefined) {
      wrapper = function (event) {
        try {
          if (typeof listener === "function") {
            return FunctionPrototypeCall(listener, changed.set_event_target_this ? globalThis : this, event);
          }
          return typeof listener.handleEvent === "function" ? listener.handleEvent(event) : undefined;
        } catch (error) {
          if (failure === undefined || !changed.spec_compliant_dispatch_exceptions) {
            throw error;
          }
          failure ??= { __proto__: null, error };
          event.stopImmediatePropagation();
        }
      };
      listeners.set(listener, wrapper);
    }
    return wrapper;
  };
  define(prototype, "addEventListener", {
    addEventListener(type, listener, options = undefined) {
      return arguments.length < 2 ? ReflectApply(addEventListener, this, arguments) : FunctionPrototypeCall(addEventListener, this, type, wrap(listener), options);
    },
  }.addEventListener);
  define(prototype, "removeEventListener", {
    removeEventListener(type, listener, options = undefined) {
      return arguments.length < 2 ? ReflectApply(removeEventListener, this, arguments) : FunctionPrototypeCall(removeEventListener, this, type, wrap(listener), options);
    },
  }.removeEventListener);
  define(prototype, "dispatchEvent", {
    dispatchEvent(_event) {
      const outer = failure;
      failure = null;
      try {
        const result = ReflectApply(dispatchEvent, this, arguments);
        if (failure !== null) {
          throw failure.error;
        }
        return result;
      } finally {
        failure = outer;
      }
    },
  }.dispatchEvent);
}

// The answer of a stub's `get`, in the form that `type` names.
async function readAs(response, type) {
  switch (type) {
    case "text":
      return await response.text();
    case "arrayBuffer":
      return await response.arrayBuffer();
    case "json":
      return JSONParse(await response.text());
    case "stream":
      return response.body;
    default:
      throw new TypeError('Unknown response type. Possible types are "text", "arrayBuffer", "json", and "stream".');
  }
}

// A call of a stub's `get`, `put` or `delete`: one request.
function request(stub, method, url, body) {
  const fetcher = fetcherOf(stub);
  if (fetcher === undefined) {
    throw new TypeError("Illegal invocation");
  }
  ready(fetcher);
  return fetchThrough(fetcher, new Request(url, { __proto__: null, method, body }), undefined);
}

// Decoders of UTF-16 in the midst of a stream: whether it has begun, is at the second byte of a unit, and has something that waits
// for its other half.
const midst = new SafeWeakMap();
// The second byte of a surrogate, without the bits that differ.
const HIGH = 0xd8;
const LOW = 0xdc;

// What a decoder was given.
function givenBytes(input) {
  const given = input === undefined ? new Uint8Array(0) : chunkBytes(input);
  if (given === null) {
    throw new TypeError("Failed to execute 'decode' on 'TextDecoder': parameter 1 is not of type 'Array'.");
  }
  return given;
}

// UTF-16, little end first, unit by unit: a surrogate without its other half stays.
function decodeUnits(decoder, bytes, begun) {
  const length = TypedArrayPrototypeGetByteLength(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let text = "";
  for (let at = 0; at + 1 < length; at += 2) {
    const unit = DataViewPrototypeGetUint16(view, at, true);
    if (at > 0 || begun || unit !== 0xfeff || decoder.ignoreBOM) {
      text += StringFromCharCode(unit);
    }
  }
  if (length % 2 === 0) {
    return text;
  }
  if (decoder.fatal) {
    throw new TypeError("Failed to decode input.");
  }
  return `${text}\ufffd`;
}

// A stream that takes one chunk before anybody reads.
function bufferOne(name, Class) {
  const readableOf = uncurryThis(ReflectGetOwnPropertyDescriptor(TransformStream.prototype, "readable").get);
  const writableOf = uncurryThis(ReflectGetOwnPropertyDescriptor(TransformStream.prototype, "writable").get);
  const pipeThrough = uncurryThis(ReadableStream.prototype.pipeThrough);
  const { [name]: Original } = ObjectGetPrototypeOf(globalThis);
  const Replaced = function (...args) {
    if (new.target === undefined) {
      return ReflectApply(Original, undefined, args);
    }
    const stream = ReflectConstruct(Class, args, new.target);
    const buffer = new TransformStream({ __proto__: null }, { __proto__: null, highWaterMark: 1 }, { __proto__: null, highWaterMark: 1 });
    const ends = { __proto__: null, readable: readableOf(buffer), writable: writableOf(buffer) };
    setSides(stream, pipeThrough(readableOf(stream), ends), writableOf(stream));
    return stream;
  };
  ObjectDefineProperty(Replaced, "name", { __proto__: null, value: name, configurable: true });
  ObjectDefineProperty(Replaced, "length", { __proto__: null, value: Class.length, configurable: true });
  ObjectDefineProperty(Replaced, "prototype", { __proto__: null, value: Class.prototype, writable: false });
  ObjectDefineProperty(Class.prototype, "constructor", { __proto__: null, value: Replaced, writable: true, configurable: true });
  ObjectDefineProperty(ObjectGetPrototypeOf(globalThis), name, { __proto__: null, value: Replaced, writable: true, enumerable: true, configurable: true });
}

// The end of a stream without the view that came back empty.
function withoutEmpty(result) {
  return result.done && result.value?.byteLength === 0 ? { value: undefined, done: true } : result;
}

const sides = {
  __proto__: null,
  cache_option_enabled() {
    ReflectDeleteProperty(Request.prototype, "cache");
  },
  capture_async_api_throws() {
    const scope = ObjectGetPrototypeOf(globalThis);
    throwWrongTypes(scope, ["fetch"]);
    throwWrongTypes(Fetcher.prototype, ["fetch"]);
    throwWrongTypes(ObjectGetPrototypeOf(scheduler), ["wait"]);
    throwWrongTypes(ReadableStream.prototype, ["pipeTo"]);
    throwWrongTypes(ReadableStreamBYOBReader.prototype, ["read", "readAtLeast"]);
    throwWrongTypes(scope.SubtleCrypto.prototype, [
      "decrypt", "deriveBits", "deriveKey", "digest", "encrypt", "exportKey", "generateKey", "importKey", "sign", "unwrapKey", "verify", "wrapKey",
    ]);
  },
  enable_global_performance_classes() {
    removeFromScope([
      "Performance", "PerformanceEntry", "PerformanceMark", "PerformanceMeasure", "PerformanceObserver", "PerformanceObserverEntryList",
      "PerformanceResourceTiming",
    ]);
  },
  enable_nodejs_global_timers() {
    const names = ["clearInterval", "clearTimeout", "setInterval", "setTimeout"];
    for (let i = 0; i < names.length; i++) {
      ReflectDeleteProperty(globalThis, names[i]);
    }
  },
  enable_navigator_language() {
    ReflectDeleteProperty(globalThis.navigator, "language");
    ReflectDeleteProperty(globalThis.navigator, "languages");
  },
  enable_weak_ref() {
    ReflectDeleteProperty(globalThis, "FinalizationRegistry");
    ReflectDeleteProperty(globalThis, "WeakRef");
  },
  expose_global_message_channel() {
    removeFromScope(["MessageChannel", "MessagePort"]);
  },
  http_headers_getsetcookie() {
    ReflectDeleteProperty(Headers.prototype, "getSetCookie");
  },
  no_global_importscripts() {
    define(ObjectGetPrototypeOf(globalThis), "importScripts", {
      importScripts() {
        throw new Error("importScripts() is not available in Workers.");
      },
    }.importScripts);
  },
  set_tostring_tag() {
    const scope = ObjectGetPrototypeOf(globalThis);
    const names = ObjectGetOwnPropertyNames(scope);
    for (let i = 0; i < names.length; i++) {
      const { prototype } = scope[names[i]];
      if (prototype !== undefined) {
        ReflectDeleteProperty(prototype, SymbolToStringTag);
      }
    }
  },
  unwrap_custom_thenables() {
    const { withoutThenables } = core.loadExtScript("ext:denizen/streams/original.js");
    const names = ["ReadableStream", "WritableStream", "TransformStream"];
    for (let i = 0; i < names.length; i++) {
      replaceClass(names[i], (target, args, Original) => {
        args[0] = withoutThenables(args[0]);
        return ReflectConstruct(Original, args, target);
      });
    }
  },
  url_standard() {
    const { URL, URLSearchParams } = core.loadExtScript("ext:denizen/web/url_original.js");
    define(ObjectGetPrototypeOf(globalThis), "URL", URL);
    define(ObjectGetPrototypeOf(globalThis), "URLSearchParams", URLSearchParams);
  },
  urlsearchparams_delete_has_value_arg() {
    define(URLSearchParamsPrototype, "delete", { delete(name) { deleteParameter(this, name); } }.delete);
    define(URLSearchParamsPrototype, "has", { has(name) { return hasParameter(this, name); } }.has);
  },
  encoder_stream_spec_compliant_backpressure() {
    bufferOne("TextDecoderStream", TextDecoderStream);
    bufferOne("TextEncoderStream", TextEncoderStream);
  },
  fetcher_no_get_put_delete() {
    const members = {
      async get(url, type = "text") {
        if (arguments.length === 0) {
          throw new TypeError("Failed to execute 'get' on 'Fetcher': parameter 1 is not of type 'string'.");
        }
        return readAs(await request(this, "GET", url), String(type));
      },
      async put(url, body = undefined) {
        await request(this, "PUT", url, body);
      },
      async delete(url) {
        await request(this, "DELETE", url);
      },
    };
    const names = ["get", "put", "delete"];
    for (let i = 0; i < names.length; i++) {
      ObjectDefineProperty(members[names[i]], "length", { __proto__: null, value: 0, configurable: true });
      define(Fetcher.prototype, names[i], members[names[i]]);
    }
  },
  internal_stream_byob_return_view() {
    const { symbols: { kStream } } = core.loadExtScript("ext:denizen/streams/readers.js");
    // A stream that user code has made, or a branch of one; any other is the runtime's own.
    const made = new SafeWeakMap();
    replaceClass("ReadableStream", (target, args, Original) => {
      const stream = ReflectConstruct(Original, args, target);
      made.set(stream, true);
      return stream;
    });
    const { readableStreamTee } = streams;
    streams.readableStreamTee = (stream, cloned) => {
      const branches = readableStreamTee(stream, cloned);
      if (made.has(stream)) {
        made.set(branches[0], true);
        made.set(branches[1], true);
      }
      return branches;
    };
    const names = ["read", "readAtLeast"];
    for (let i = 0; i < names.length; i++) {
      const read = ReadableStreamBYOBReader.prototype[names[i]];
      define(ReadableStreamBYOBReader.prototype, names[i], {
        [names[i]]() {
          const isOwn = ObjectPrototypeIsPrototypeOf(ReadableStreamBYOBReader.prototype, this) && !made.has(this[kStream]);
          const result = ReflectApply(read, this, arguments);
          return isOwn ? PromisePrototypeThen(result, withoutEmpty) : result;
        },
      }[names[i]]);
    }
  },
  response_redirect_url_standard() {
    const { redirect } = Response;
    define(ObjectGetPrototypeOf(globalThis).Response, "redirect", {
      redirect(url, status = 302) {
        const checked = ReflectApply(redirect, Response, arguments.length === 0 ? [] : [url, status]);
        const location = legacyUrl(String(url));
        if (location === undefined) {
          throw new TypeError(`Unable to parse URL: ${url}`);
        }
        const headers = new Headers();
        headersSet(headers, "location", location);
        setHeadersImmutable(headers);
        return newResponse({ __proto__: null, status: checked.status, statusText: "", headers });
      },
    }.redirect);
  },
  set_event_target_this() {
    wrapListeners();
  },
  spec_compliant_dispatch_exceptions() {
    wrapListeners();
  },
  streams_enable_constructors() {
    removeFromScope([
      "ReadableByteStreamController", "ReadableStreamBYOBRequest", "ReadableStreamDefaultController", "TransformStreamDefaultController",
      "WritableStreamDefaultController",
    ]);
    closeConstructor("ReadableStream");
    closeConstructor("WritableStream");
  },
  text_decoder_cjk_decoder() {
    const { oldCjkDecoder } = core.loadExtScript("ext:denizen/web/old_cjk.js");
    const { decode } = TextDecoder.prototype;
    const memberOf = (name) => uncurryThis(ReflectGetOwnPropertyDescriptor(TextDecoder.prototype, name).get);
    const encodingOf = memberOf("encoding");
    const fatalOf = memberOf("fatal");
    // A decoder and the old one behind it; null for those of other encodings.
    const old = new SafeWeakMap();
    const oldOf = (decoder) => {
      let found = old.get(decoder);
      if (found === undefined) {
        const encoding = encodingOf(decoder);
        const standard = new TextDecoder(encoding);
        found = oldCjkDecoder(encoding, (bytes) => ReflectApply(decode, standard, [bytes])) ?? null;
        old.set(decoder, found);
      }
      return found;
    };
    define(TextDecoder.prototype, "decode", {
      decode(input = undefined, options = undefined) {
        const decoder = oldOf(this);
        return decoder === null ? ReflectApply(decode, this, arguments) : decoder.decode(givenBytes(input), !!options?.stream, fatalOf(this));
      },
    }.decode);
  },
  text_decoder_replace_surrogates() {
    const decode = TextDecoder.prototype.decode;
    const encodingOf = uncurryThis(ReflectGetOwnPropertyDescriptor(TextDecoder.prototype, "encoding").get);
    define(TextDecoder.prototype, "decode", {
      decode(input = undefined, options = undefined) {
        if (encodingOf(this) !== "utf-16le") {
          return ReflectApply(decode, this, arguments);
        }
        const bytes = givenBytes(input);
        const stream = !!options?.stream;
        const state = midst.get(this) ?? { __proto__: null, begun: false, odd: false, waits: false };
        const { begun, waits } = state;
        if (stream) {
          midst.set(this, state);
        } else {
          midst.delete(this);
        }
        const length = TypedArrayPrototypeGetByteLength(bytes);
        const last = length > 0 ? bytes[length - 1] & 0xfc : 0;
        state.odd = state.odd !== (length % 2 === 1);
        if (length > 0) {
          state.begun = true;
          state.waits = state.odd || last === HIGH;
        }
        // Units stay as they are where nothing is cut off: at the end, and before a chunk that ends with the second half of a pair.
        if (!waits && (!stream || (!state.odd && last === LOW))) {
          if (begun && !stream) {
            ReflectApply(decode, this, []);
          }
          return decodeUnits(this, bytes, begun);
        }
        try {
          return ReflectApply(decode, this, [bytes, { __proto__: null, stream }]);
        } catch (error) {
          midst.delete(this);
          throw error;
        }
      },
    }.decode);
  },
  "fixup-transform-stream-backpressure"() {
    if (changed.transformstream_enable_standard_constructor) {
      return;
    }
    const { openWithFirstRead } = core.loadExtScript("ext:denizen/streams/original.js");
    replaceClass("TransformStream", (target, args, Original) => openWithFirstRead(ReflectConstruct(Original, args, target)));
  },
  pipe_to_backward_propagation() {
    const { pipeOn } = core.loadExtScript("ext:denizen/streams/original.js");
    const { pipeTo } = ReadableStream.prototype;
    define(ReadableStream.prototype, "pipeTo", {
      pipeTo(destination, options = undefined) {
        const isPlain = ObjectPrototypeIsPrototypeOf(ReadableStream.prototype, this) && ObjectPrototypeIsPrototypeOf(WritableStream.prototype, destination) &&
          !this.locked && !destination.locked && !isOwnWritable(destination);
        return isPlain ? pipeOn(this, destination, options) : ReflectApply(pipeTo, this, arguments);
      },
    }.pipeTo);
  },
  transformstream_enable_standard_constructor() {
    replaceClass("TransformStream", (target) => ReflectConstruct(IdentityTransformStream, [], target));
  },
};

return { sides };
})();
