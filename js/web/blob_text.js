// Blob.text().
//
// Owns that a byte order mark stays in it, as in workerd: deno_web's drops it. It must not know where the bytes lie.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectDefineProperty, Uint8Array, uncurryThis } = primordials;
const { Blob } = core.loadExtScript("ext:deno_web/09_file.js");

const arrayBuffer = uncurryThis(Blob.prototype.arrayBuffer);

// Text of bytes, with the mark that deno_core's decoding drops.
function decodeWhole(bytes) {
  const text = core.decode(bytes);
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? `\ufeff${text}` : text;
}

const { text: value } = {
  async text() {
    return decodeWhole(new Uint8Array(await arrayBuffer(this)));
  },
};
ObjectDefineProperty(Blob.prototype, "text", { __proto__: null, value, writable: true, enumerable: true, configurable: true });

return { decodeWhole };
})();
