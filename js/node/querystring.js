// `node:querystring`: the old form of query strings.
//
// Owns the grammar. It must not know URLs.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray,
  ArrayPrototypePush,
  NumberIsFinite,
  ObjectDefineProperty,
  ObjectKeys,
  RegExpPrototypeTest,
  String,
  StringFromCodePoint,
  StringPrototypeCharCodeAt,
  StringPrototypeIndexOf,
  StringPrototypeIsWellFormed,
  StringPrototypeReplaceAll,
  StringPrototypeSlice,
  decodeURIComponent,
  encodeURIComponent,
} = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { nodeError } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { op_node_bytes_of, op_node_text_of } = core.ops;

function digit(code) {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 65 && code <= 70) return code - 55;
  if (code >= 97 && code <= 102) return code - 87;
  return -1;
}

function unescapeBuffer(text, decodeSpaces = false) {
  const bytes = op_node_bytes_of(`${text}`, 1);
  const out = Buffer.alloc(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i];
    if (byte === 43 && decodeSpaces) {
      byte = 32;
    } else if (byte === 37 && i + 2 < bytes.length) {
      const high = digit(bytes[i + 1]);
      const low = digit(bytes[i + 2]);
      if (high >= 0 && low >= 0) {
        byte = high * 16 + low;
        i += 2;
      }
    }
    out[length++] = byte;
  }
  return length === out.length ? out : internal.slice(out, 0, length);
}
ObjectDefineProperty(unescapeBuffer, "length", { __proto__: null, value: 2, configurable: true });

function unescape(text, decodeSpaces) {
  try {
    return decodeURIComponent(text);
  } catch {
    return op_node_text_of(unescapeBuffer(text, decodeSpaces), 0);
  }
}

// Letters, digits and !'()*-._~ stay.
function isPlain(code) {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 33 || (code >= 39 && code <= 42) ||
    code === 45 || code === 46 || code === 95 || code === 126;
}

function escape(value) {
  if (typeof value !== "string") value = typeof value === "object" ? String(value) : `${value}`;
  let plain = true;
  for (let i = 0; i < value.length && plain; i++) plain = isPlain(StringPrototypeCharCodeAt(value, i));
  if (plain) return value;
  return StringPrototypeIsWellFormed(value) ? encodeURIComponent(value) : escapeUnits(value);
}

function malformed() {
  const error = nodeError("ERR_INVALID_URI", "URI malformed");
  error.name = "URIError";
  return error;
}

// Half a pair is joined with the unit behind it, whatever that is, as in Node.
function escapeUnits(text) {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    let code = StringPrototypeCharCodeAt(text, i);
    if (code >= 0xd800 && code < 0xe000) {
      if (++i === text.length) throw malformed();
      code = 0x10000 + ((code & 0x3ff) << 10) + (StringPrototypeCharCodeAt(text, i) & 0x3ff);
    }
    out += encodeURIComponent(StringFromCodePoint(code));
  }
  return out;
}

const ESCAPED = /%[0-9a-f]{2}/i;

function textOf(value) {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return NumberIsFinite(value) ? `${value}` : "";
    case "bigint":
      return `${value}`;
    case "boolean":
      return value ? "true" : "false";
    default:
      return "";
  }
}

function stringify(object, separator, equals, options) {
  separator ||= "&";
  equals ||= "=";
  const encode = typeof options?.encodeURIComponent === "function" ? options.encodeURIComponent : escape;
  if (object === null || typeof object !== "object") return "";
  let out = "";
  const keys = ObjectKeys(object);
  for (let i = 0; i < keys.length; i++) {
    const value = object[keys[i]];
    const prefix = `${encode(keys[i])}${equals}`;
    if (ArrayIsArray(value)) {
      for (let j = 0; j < value.length; j++) out += `${out ? separator : ""}${prefix}${encode(textOf(value[j]))}`;
    } else {
      out += `${out ? separator : ""}${prefix}${encode(textOf(value))}`;
    }
  }
  return out;
}

function parse(text, separator, equals, options) {
  const out = { __proto__: null };
  if (typeof text !== "string" || text.length === 0) return out;
  separator = separator ? `${separator}` : "&";
  equals = equals ? `${equals}` : "=";
  let left = typeof options?.maxKeys === "number" ? (options.maxKeys > 0 ? options.maxKeys : -1) : 1000;
  const custom = typeof options?.decodeURIComponent === "function" ? options.decodeURIComponent : undefined;
  const decode = (part) => {
    if (part === "") return "";
    const spaced = StringPrototypeReplaceAll(part, "+", custom === undefined ? " " : "%20");
    // Without an escape there is nothing to decode, and a lone `%` is no fault.
    if (custom === undefined) return RegExpPrototypeTest(ESCAPED, part) ? unescape(spaced) : spaced;
    try {
      return custom(spaced);
    } catch {
      return unescape(spaced, true);
    }
  };
  for (let start = 0; start <= text.length;) {
    let end = StringPrototypeIndexOf(text, separator, start);
    if (end === -1) end = text.length;
    if (end > start) {
      const part = StringPrototypeSlice(text, start, end);
      const middle = StringPrototypeIndexOf(part, equals);
      const key = decode(middle === -1 ? part : StringPrototypeSlice(part, 0, middle));
      const value = middle === -1 ? "" : decode(StringPrototypeSlice(part, middle + equals.length));
      const known = out[key];
      if (known === undefined) out[key] = value;
      else if (ArrayIsArray(known)) ArrayPrototypePush(known, value);
      else out[key] = [known, value];
    }
    if (--left === 0) break;
    start = end + separator.length;
  }
  return out;
}

const exported = { decode: parse, encode: stringify, escape, parse, stringify, unescape, unescapeBuffer };

return { ...exported, default: exported };
})();
