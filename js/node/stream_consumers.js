// `node:stream/consumers`: all of a stream in one value.
//
// Owns the forms. It must not know what kind of stream it is: anything that can be iterated will do.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayBufferPrototypeSlice, ArrayPrototypePush, JSONParse,
} = primordials;
const { Blob } = core.loadExtScript("ext:deno_web/09_file.js");
const { TextDecoder } = core.loadExtScript("ext:deno_web/08_text_encoding.js");
const { Buffer } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");

async function blob(stream) {
  const chunks = [];
  for await (const chunk of stream) ArrayPrototypePush(chunks, chunk);
  return new Blob(chunks);
}
async function arrayBuffer(stream) {
  const bytes = await buffer(stream);
  return ArrayBufferPrototypeSlice(bytes.buffer, bytes.byteOffset, bytes.byteOffset + bytes.length);
}
async function buffer(stream) {
  const chunks = [];
  for await (const chunk of stream) ArrayPrototypePush(chunks, Buffer.from(chunk));
  return Buffer.concat(chunks);
}
async function text(stream) {
  const decoder = new TextDecoder();
  let out = "";
  for await (const chunk of stream) out += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  return out + decoder.decode();
}
async function json(stream) {
  return JSONParse(await text(stream));
}

const exported = { arrayBuffer, blob, buffer, text, json };

return { ...exported, default: exported };
})();
