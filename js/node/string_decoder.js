// `node:string_decoder`: text from bytes that arrive in pieces.
//
// Owns which bytes wait for the rest of a character. It must not know streams.

(function () {
const { core, primordials } = __bootstrap;
const { op_node_text_of } = core.ops;
const { MathMin, ObjectDefineProperty } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { BASE64, BASE64URL, NAMES, UTF16, UTF8, findEncoding, slice, viewBytes } = internal;
const { invalidArgType, unknownEncoding } = core.loadExtScript("ext:denizen/node/internal/errors.js");

// How many bytes at the end of `bytes` begin a UTF-8 character that is not complete, and how many it needs in all.
function incompleteUtf8(bytes) {
  const length = bytes.length;
  for (let back = 1; back <= MathMin(3, length); back++) {
    const byte = bytes[length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const total = byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
    return total > back ? { kept: back, total } : { kept: 0, total: 0 };
  }
  return { kept: 0, total: 0 };
}

class StringDecoder {
  #encoding;
  #kept = Buffer.alloc(0);
  #total = 0;
  constructor(encoding = undefined) {
    const known = encoding === undefined || encoding === null || encoding === "" ? UTF8 : findEncoding(encoding);
    if (known === undefined) throw unknownEncoding(encoding);
    this.#encoding = known;
    ObjectDefineProperty(this, "encoding", { __proto__: null, value: NAMES[known], configurable: true, enumerable: true, writable: true });
  }
  write(chunk) {
    if (typeof chunk === "string") return chunk;
    let bytes = viewBytes(chunk);
    if (bytes === undefined || core.isAnyArrayBuffer(chunk)) throw invalidArgType("buf", ["string", "Buffer", "TypedArray", "DataView"], chunk);
    const encoding = this.#encoding;
    if (encoding !== UTF8 && encoding !== UTF16 && encoding !== BASE64 && encoding !== BASE64URL) return op_node_text_of(bytes, encoding);
    if (this.#kept.length > 0) bytes = Buffer.concat([this.#kept, bytes]);
    let kept = 0;
    this.#total = 0;
    if (encoding === UTF8) {
      const found = incompleteUtf8(bytes);
      kept = found.kept;
      this.#total = found.total;
    } else if (encoding === UTF16) {
      kept = bytes.length % 2;
      this.#total = 2;
      const last = bytes.length - kept - 1;
      if (last > 0 && (bytes[last] & 0xfc) === 0xd8) {
        kept += 2;
        this.#total = 4;
      }
    } else {
      kept = bytes.length % 3;
      this.#total = 3;
    }
    const whole = bytes.length - kept;
    this.#kept = Buffer.from(slice(bytes, whole));
    return whole === 0 ? "" : op_node_text_of(slice(bytes, 0, whole), encoding);
  }
  end(chunk = undefined) {
    let out = chunk === undefined ? "" : this.write(chunk);
    if (this.#kept.length > 0) {
      out += op_node_text_of(this.#kept, this.#encoding);
      this.#kept = Buffer.alloc(0);
    }
    this.#total = 0;
    return out;
  }
  text(chunk, offset = 0) {
    this.#kept = Buffer.alloc(0);
    return this.write(slice(viewBytes(chunk), offset));
  }
  get lastChar() {
    return this.#kept;
  }
  get lastNeed() {
    return this.#kept.length === 0 ? 0 : this.#total - this.#kept.length;
  }
  get lastTotal() {
    return this.#kept.length === 0 ? 0 : this.#total;
  }
}

return { StringDecoder, default: { StringDecoder } };
})();
