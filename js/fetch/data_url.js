// data: URLs.
//
// Owns how such a URL is read. It must not know what asks for it.

(function () {
const { core, primordials } = __bootstrap;
const {
  RegExpPrototypeExec,
  SafeRegExp,
  StringPrototypeCharCodeAt,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  StringPrototypeTrim,
  TypedArrayPrototypeSubarray,
  Uint8Array,
} = primordials;
const { parseMimeType, serializeMimeType } = core.loadExtScript("ext:deno_web/01_mimesniff.js");

const BASE64 = new SafeRegExp("; *base64$", "i");
const PERCENT = 0x25;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function hexOf(code) {
  const upper = code & 0xdf;
  return code >= 0x30 && code <= 0x39 ? code - 0x30 : upper >= 0x41 && upper <= 0x46 ? upper - 55 : -1;
}

// The bytes of a parsed URL's text, which is ASCII.
function percentDecoded(text) {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let code = StringPrototypeCharCodeAt(text, i);
    if (code === PERCENT && i + 2 < text.length) {
      const high = hexOf(StringPrototypeCharCodeAt(text, i + 1));
      const low = hexOf(StringPrototypeCharCodeAt(text, i + 2));
      if (high >= 0 && low >= 0) {
        code = high * 16 + low;
        i += 2;
      }
    }
    bytes[length++] = code;
  }
  return TypedArrayPrototypeSubarray(bytes, 0, length);
}

// What no digit is, padding too, counts for nothing; neither does a last digit alone.
function base64Decoded(encoded) {
  const values = new Uint8Array(256);
  for (let i = 0; i < ALPHABET.length; i++) {
    values[StringPrototypeCharCodeAt(ALPHABET, i)] = i + 1;
  }
  const bytes = new Uint8Array(encoded.length);
  let length = 0;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < encoded.length; i++) {
    const value = values[encoded[i]];
    if (value === 0) {
      continue;
    }
    held = ((held << 6) | (value - 1)) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = held >> bits;
    }
  }
  return TypedArrayPrototypeSubarray(bytes, 0, length);
}

// The media type and the bytes of a parsed data: URL; null if it has no comma.
function readDataUrl(url) {
  const hash = StringPrototypeIndexOf(url, "#");
  const text = hash < 0 ? url : StringPrototypeSlice(url, 0, hash);
  const comma = StringPrototypeIndexOf(text, ",");
  if (comma < 0) {
    return null;
  }
  let label = StringPrototypeTrim(StringPrototypeSlice(text, "data:".length, comma));
  let bytes = percentDecoded(StringPrototypeSlice(text, comma + 1));
  const mark = RegExpPrototypeExec(BASE64, label);
  if (mark !== null) {
    label = StringPrototypeSlice(label, 0, mark.index);
    bytes = base64Decoded(bytes);
  }
  const mime = parseMimeType(StringPrototypeStartsWith(label, ";") ? `text/plain${label}` : label);
  return { __proto__: null, type: mime === null ? "text/plain;charset=US-ASCII" : serializeMimeType(mime), bytes };
}

return { readDataUrl };
})();
