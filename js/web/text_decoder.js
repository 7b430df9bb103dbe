// What TextDecoder says of bytes that are not text.
//
// Owns the error's text: deno_web's class decodes. It must not know encodings.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectDefineProperty, ReflectApply, TypeError } = primordials;
const { TextDecoder } = core.loadExtScript("ext:deno_web/08_text_encoding.js");

const { decode } = TextDecoder.prototype;
const { decode: value } = {
  decode(input = undefined, options = undefined) {
    try {
      return ReflectApply(decode, this, arguments);
    } catch (error) {
      throw core.isNativeError(error) && error.message === "The encoded data is not valid" ? new TypeError("Failed to decode input.") : error;
    }
  },
};
ObjectDefineProperty(value, "length", { __proto__: null, value: 0, configurable: true });
ObjectDefineProperty(TextDecoder.prototype, "decode", { __proto__: null, value, writable: true, enumerable: true, configurable: true });
return {};
})();
