// Blob's methods as Workers have them.
//
// Owns what differs from deno_web: positions are cut off and not rounded, a byte order mark is text, a stream takes one read at
// a time, and a `size` that user code puts on a Blob changes nothing. It must not know where a Blob's bytes are.

(function () {
const { core, primordials } = __bootstrap;
const { MathTrunc, Number, NumberIsFinite, ObjectDefineProperty, PromisePrototypeThen, PromiseReject, ReflectApply, TypeError, uncurryThis } = primordials;
const { Blob } = core.loadExtScript("ext:deno_web/09_file.js");
const { TextDecoder } = core.loadExtScript("ext:deno_web/08_text_encoding.js");
const { refuseAtTop } = core.loadExtScript("ext:denizen/io/context.js");
const { readOneAtATime } = core.loadExtScript("ext:denizen/streams/readers.js");
const { plainBlob } = core.loadExtScript("ext:denizen/web/plain_blob.js");

const { arrayBuffer, bytes, slice, stream } = Blob.prototype;
const decode = uncurryThis(TextDecoder.prototype.decode);
const INT32_MAX = 2 ** 31 - 1;

function position(value) {
  if (value === undefined) {
    return undefined;
  }
  const given = Number(value);
  // Neither infinity is beyond the end: both are zero.
  const number = NumberIsFinite(given) ? MathTrunc(given) : 0;
  if (number > INT32_MAX || number < -INT32_MAX - 1) {
    throw new TypeError(`Value out of range. Must be between ${-INT32_MAX - 1} and ${INT32_MAX} (inclusive).`);
  }
  return number;
}

const members = {
  slice(start = undefined, end = undefined, type = undefined) {
    return ReflectApply(slice, plainBlob(this), [position(start), position(end), type]);
  },
  stream() {
    refuseAtTop();
    return readOneAtATime(ReflectApply(stream, this, []));
  },
  text() {
    try {
      const decoder = new TextDecoder("utf-8", { __proto__: null, ignoreBOM: true });
      return PromisePrototypeThen(ReflectApply(bytes, plainBlob(this), []), (whole) => decode(decoder, whole));
    } catch (error) {
      return PromiseReject(error);
    }
  },
  arrayBuffer() {
    return ofPlain(arrayBuffer, this);
  },
  bytes() {
    return ofPlain(bytes, this);
  },
};
function ofPlain(method, blob) {
  try {
    return ReflectApply(method, plainBlob(blob), []);
  } catch (error) {
    return PromiseReject(error);
  }
}
const names = ["slice", "stream", "text", "arrayBuffer", "bytes"];
for (let i = 0; i < names.length; i++) {
  ObjectDefineProperty(Blob.prototype, names[i], { __proto__: null, value: members[names[i]], writable: true, enumerable: true, configurable: true });
}

return {};
})();
