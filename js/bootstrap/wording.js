// workerd's words where deno_web has its own.
//
// Owns texts of errors of URL, URLSearchParams, TextDecoder and TextEncoder, of missing arguments and of wrong receivers. It must
// not change what is refused.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayBufferIsView,
  ArrayIsArray,
  Error,
  ObjectDefineProperty,
  RangeError,
  ReflectApply,
  ReflectGetOwnPropertyDescriptor,
  SafeArrayIterator,
  SafeWeakMap,
  SafeWeakSet,
  StringPrototypeEndsWith,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  SymbolIterator,
  TypeError,
  TypedArrayPrototypeGetSymbolToStringTag,
  WeakSetPrototypeAdd,
  WeakSetPrototypeHas,
} = primordials;

// Before the classes are loaded, which take their operations then.
const invalid = (error) => textOf(error) === "The encoded data is not valid" ? new TypeError("Failed to decode input.") : error;
const { op_encoding_decode: decodePart, op_encoding_decode_single: decodeWhole, op_encoding_new_decoder: newDecoder } = core.ops;
core.ops.op_encoding_decode_single = (...args) => {
  try {
    return decodeWhole(...new SafeArrayIterator(args));
  } catch (error) {
    throw invalid(error);
  }
};
// A stream's decoder -> what it was made of, and the one that stands for it since an error: what came before is forgotten then.
const decoders = new SafeWeakMap();
core.ops.op_encoding_new_decoder = (label, fatal, ignoreBOM) => {
  const decoder = newDecoder(label, fatal, ignoreBOM);
  decoders.set(decoder, { __proto__: null, current: decoder, label, fatal, ignoreBOM });
  return decoder;
};
core.ops.op_encoding_decode = (input, decoder, stream) => {
  const made = decoders.get(decoder);
  try {
    return decodePart(input, made.current, stream);
  } catch (error) {
    made.current = newDecoder(made.label, made.fatal, made.ignoreBOM);
    throw invalid(error);
  }
};

const webidl = core.loadExtScript("ext:deno_webidl/00_webidl.js");
const { URL, URLSearchParamsPrototype } = core.loadExtScript("ext:deno_web/00_url.js");
core.loadExtScript("ext:deno_web/08_text_encoding.js");
core.loadExtScript("ext:deno_web/09_file.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");

function textOf(error) {
  const text = core.isNativeError(error) ? ReflectGetOwnPropertyDescriptor(error, "message")?.value : undefined;
  return typeof text === "string" ? text : "";
}

const assertBranded = webidl.assertBranded;
webidl.assertBranded = (self, prototype) => {
  try {
    assertBranded(self, prototype);
  } catch {
    throw illegalInvocation();
  }
};
const requiredArguments = webidl.requiredArguments;
webidl.requiredArguments = (length, required, prefix, names) => {
  if (length >= required) {
    return;
  }
  if (StringPrototypeStartsWith(prefix, "Failed to construct ")) {
    throw new TypeError(`${prefix}: constructor parameter ${length + 1} is not of type 'string'.`);
  }
  const type = StringPrototypeEndsWith(prefix, " on 'URLSearchParams'") ? "USVString" : undefined;
  if (type === undefined && !StringPrototypeStartsWith(prefix, "Failed to execute 'URL.")) {
    requiredArguments(length, required, prefix, names);
  }
  const place = type === undefined ? `Failed to execute '${StringPrototypeSlice(prefix, 23, -1)}' on 'URL'` : prefix;
  throw new TypeError(`${place}: parameter ${length + 1} is not of type 'USVString'.`);
};

// Has a conversion refuse what `test` does not pass, as an argument of the type that workerd names.
function name(converter, prefix, position, type, test) {
  const convert = webidl.converters[converter];
  webidl.converters[converter] = (value, place, context, options) => {
    if (place === prefix && !test(value)) {
      throw new TypeError(`${prefix}: ${position} is not of type '${type}'.`);
    }
    return convert(value, place, context, options);
  };
}
const isBytes = (value) => ArrayBufferIsView(value) || core.isAnyArrayBuffer(value);
const isDictionary = (value) => value === undefined || value === null || typeof value === "object" || typeof value === "function";
name("BufferSource", "Failed to execute 'decode' on 'TextDecoder'", "parameter 1", "Array", isBytes);
name("TextDecodeOptions", "Failed to execute 'decode' on 'TextDecoder'", "parameter 2", "DecodeOptions", isDictionary);
name("TextDecoderOptions", "Failed to construct 'TextDecoder'", "constructor parameter 2", "ConstructorOptions", isDictionary);
name("Uint8Array", "Failed to execute 'encodeInto' on 'TextEncoder'", "parameter 2", "Uint8Array", (value) => core.isTypedArray(value) && ArrayBufferIsView(value) && TypedArrayPrototypeGetSymbolToStringTag(value) === "Uint8Array");

for (const Class of ["Blob", "File"]) {
  const options = `Failed to construct '${Class}'`;
  name("BlobPropertyBag", options, "constructor parameter 2", "Options", isDictionary);
  name("FilePropertyBag", options, "constructor parameter 3", "Options", isDictionary);
}
// What is made of a File's options is given to Blob, whose constructor looks at it again.
const converted = new SafeWeakSet();
for (const bag of ["BlobPropertyBag", "FilePropertyBag"]) {
  const convert = webidl.converters[bag];
  webidl.converters[bag] = (value, ...rest) => {
    if (value !== undefined && value !== null && WeakSetPrototypeHas(converted, value)) {
      return convert(value, ...rest);
    }
    if (value?.endings !== undefined) {
      throw new Error("The 'endings' field on 'Options' is not implemented.");
    }
    const options = convert(value, ...rest);
    WeakSetPrototypeAdd(converted, options);
    return options;
  };
}

const href = ReflectGetOwnPropertyDescriptor(URL.prototype, "href");
const members = {
  set href(value) {
    const text = `${value}`;
    try {
      ReflectApply(href.set, this, [text]);
    } catch (error) {
      throw StringPrototypeStartsWith(textOf(error), "Invalid URL") ? new TypeError("Failed to set the 'href' property on 'URL': the provided value is not of type 'valid URL string'.") : error;
    }
  },
};
ObjectDefineProperty(URL.prototype, "href", { __proto__: null, get: href.get, set: ReflectGetOwnPropertyDescriptor(members, "href").set, enumerable: true, configurable: true });

const each = URLSearchParamsPrototype.forEach;
const { forEach } = {
  forEach(callback, receiver = undefined) {
    if (typeof callback !== "function") {
      throw new TypeError("Failed to execute 'forEach' on 'URLSearchParams': parameter 1 is not of type 'function'.");
    }
    ReflectApply(each, this, [callback, receiver]);
  },
};
ObjectDefineProperty(URLSearchParamsPrototype, "forEach", { __proto__: null, value: forEach, writable: true, enumerable: true, configurable: true });

const NO_LABEL = "The encoding label provided ('";

function explainLabel(error) {
  const text = textOf(error);
  return StringPrototypeStartsWith(text, NO_LABEL)
    ? new RangeError(`"${StringPrototypeSlice(text, NO_LABEL.length, -("') is invalid.".length))}" is not a valid encoding.`)
    : error;
}

// Whether each element of a list can be iterated. Of what is no array it cannot be asked again.
function holdsSequences(list) {
  if (!ArrayIsArray(list)) {
    return false;
  }
  for (let i = 0; i < list.length; i++) {
    const item = list[i];
    if (typeof item !== "object" && typeof item !== "function" || typeof item?.[SymbolIterator] !== "function") {
      return false;
    }
  }
  return true;
}

// By class: the error to throw in place of one that its constructor threw, from that and its arguments.
const EXPLAIN = {
  __proto__: null,
  TextDecoder: explainLabel,
  TextDecoderStream: explainLabel,
  URL: (error) => StringPrototypeStartsWith(textOf(error), "Invalid URL: '") ? new TypeError("Invalid URL string.") : error,
  URLSearchParams(error, args) {
    if (!core.isNativeError(error) || ReflectGetOwnPropertyDescriptor(error, "code")?.value !== "ERR_INVALID_TUPLE") {
      return error;
    }
    return new TypeError(holdsSequences(args[0]) ? "Invalid URL search params sequence." : "Incorrect type: the provided value is not of type 'Sequence'.");
  },
};

return { EXPLAIN };
})();
