// The exports of `node:stream/web`: the global classes of the same names, as they were when the module was first imported.

(function () {
const NAMES = [
  "ReadableStream", "ReadableStreamDefaultReader", "ReadableStreamBYOBReader", "ReadableStreamBYOBRequest", "ReadableByteStreamController",
  "ReadableStreamDefaultController", "TransformStream", "TransformStreamDefaultController", "WritableStream", "WritableStreamDefaultWriter",
  "WritableStreamDefaultController", "ByteLengthQueuingStrategy", "CountQueuingStrategy", "TextEncoderStream", "TextDecoderStream",
  "CompressionStream", "DecompressionStream",
];
const exported = {};
for (let i = 0; i < NAMES.length; i++) exported[NAMES[i]] = globalThis[NAMES[i]];
return { ...exported, default: exported };
})();
