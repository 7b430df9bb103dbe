// Forms on the wire: multipart/form-data in both directions, urlencoded in
// both directions, and the choice between them by Content-Type. The error
// texts are workerd's.
//
// It must not know about bodies or streams: bytes come in whole, and chunks of
// text and Blobs go out for someone else to read.
//
// Input is hostile. Every scan moves forward only, so the work is linear in
// the size of the input whatever boundary and content the sender picks.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypePush,
  MapPrototypeGet,
  StringFromCharCode,
  StringPrototypeCharCodeAt,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  StringPrototypeToLowerCase,
  TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeIndexOf,
  TypeError,
  Uint8Array,
  Uint32Array,
} = primordials;

const { parseUrlEncoded } = core.loadExtScript("ext:deno_web/00_url.js");
const { parseMimeType } = core.loadExtScript("ext:deno_web/01_mimesniff.js");
const { blobSize, blobType, fileName, newFile } = core.loadExtScript(
  "ext:denizen/fetch/form_data.js",
);
const { isTokenCode } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { plainBlob } = core.loadExtScript("ext:denizen/web/plain_blob.js");

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const DASH = 0x2d;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;

// -------------------------------------------------------------- encoding

// Keeps a name inside its quotes. The backslash is doubled because workerd's
// parser, and the one below, takes it as an escape.
function escapeParameter(text) {
  let escaped = "";
  let start = 0;
  for (let i = 0; i < text.length; ++i) {
    const code = StringPrototypeCharCodeAt(text, i);
    let replacement;
    if (code === QUOTE) replacement = "%22";
    else if (code === LF) replacement = "%0A";
    else if (code === CR) replacement = "%0D";
    else if (code === BACKSLASH) replacement = "\\\\";
    else continue;
    escaped += StringPrototypeSlice(text, start, i) + replacement;
    start = i + 1;
  }
  return start === 0 ? text : escaped + StringPrototypeSlice(text, start);
}

// `items` is the flat list of form_data.js, `randomBoundary` returns a boundary
// nobody can guess. Gives the chunks, strings and Blobs by turns, and their
// length in bytes.
function encodeMultipart(items, randomBoundary) {
  const boundary = randomBoundary();
  const chunks = [];
  let length = 0;
  let text = "";
  for (let i = 0; i < items.length; i += 2) {
    const value = items[i + 1];
    text += `--${boundary}\r\nContent-Disposition: form-data; name="${
      escapeParameter(items[i])
    }"`;
    if (typeof value === "string") {
      text += `\r\n\r\n${value}\r\n`;
      continue;
    }
    const type = blobType(value);
    text += `; filename="${escapeParameter(fileName(value))}"\r\n` +
      `Content-Type: ${
        type === "" ? "application/octet-stream" : type
      }\r\n\r\n`;
    ArrayPrototypePush(chunks, text, plainBlob(value));
    length += core.byteLength(text) + blobSize(value);
    text = "\r\n";
  }
  text += `--${boundary}--`;
  ArrayPrototypePush(chunks, text);
  length += core.byteLength(text);
  return {
    boundary,
    contentType: `multipart/form-data; boundary=${boundary}`,
    chunks,
    length,
  };
}

function isUrlEncodedSafe(code) {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) || code === 0x2a || code === DASH ||
    code === 0x2e || code === 0x5f;
}

const HEX = "0123456789ABCDEF";

function urlEncode(text) {
  const bytes = core.encode(text);
  const length = TypedArrayPrototypeGetByteLength(bytes);
  let encoded = "";
  for (let i = 0; i < length; ++i) {
    const byte = bytes[i];
    if (byte === SPACE) encoded += "+";
    else if (isUrlEncodedSafe(byte)) encoded += StringFromCharCode(byte);
    else encoded += `%${HEX[byte >> 4]}${HEX[byte & 15]}`;
  }
  return encoded;
}

// `items` is a flat list of strings.
function encodeUrlEncoded(items) {
  let text = "";
  for (let i = 0; i < items.length; i += 2) {
    text += `${i === 0 ? "" : "&"}${urlEncode(items[i])}=${
      urlEncode(items[i + 1])
    }`;
  }
  return text;
}

// --------------------------------------------------------------- parsing

// A view made by the constructor: TypedArray.prototype.subarray would ask the
// user-visible species.
function view(bytes, start, end) {
  return new Uint8Array(
    TypedArrayPrototypeGetBuffer(bytes),
    TypedArrayPrototypeGetByteOffset(bytes) + start,
    end - start,
  );
}

function decodeText(bytes, start, end) {
  const text = core.decode(view(bytes, start, end));
  // core.decode strips a byte order mark, which is part of a field's value.
  const marked = end - start >= 3 && bytes[start] === 0xef &&
    bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
  return marked ? `\ufeff${text}` : text;
}

function startsWith(bytes, offset, needle) {
  const length = TypedArrayPrototypeGetByteLength(needle);
  if (TypedArrayPrototypeGetByteLength(bytes) - offset < length) return false;
  for (let i = 0; i < length; ++i) {
    if (bytes[offset + i] !== needle[i]) return false;
  }
  return true;
}

// Knuth-Morris-Pratt, since the sender picks both sides: a boundary of dashes
// makes the naive search quadratic. Most messages match at offset 0.
function findFirst(bytes, needle) {
  if (startsWith(bytes, 0, needle)) return 0;
  const length = TypedArrayPrototypeGetByteLength(needle);
  const border = new Uint32Array(length);
  for (let i = 1, k = 0; i < length; ++i) {
    while (k > 0 && needle[i] !== needle[k]) k = border[k - 1];
    if (needle[i] === needle[k]) ++k;
    border[i] = k;
  }
  const end = TypedArrayPrototypeGetByteLength(bytes);
  for (let i = 0, k = 0; i < end; ++i) {
    while (k > 0 && bytes[i] !== needle[k]) k = border[k - 1];
    if (bytes[i] === needle[k]) ++k;
    if (k === length) return i - length + 1;
  }
  return -1;
}

// Offset of the line feed in front of the next delimiter. Delimiters start
// after a line feed and contain none, so no byte is compared twice.
function findDelimiter(bytes, from, delimiter) {
  let at = TypedArrayPrototypeIndexOf(bytes, LF, from);
  while (at !== -1) {
    if (startsWith(bytes, at + 1, delimiter)) return at;
    at = TypedArrayPrototypeIndexOf(bytes, LF, at + 1);
  }
  return -1;
}

// The end of the header block at `from`: past the line feed of the first empty
// line that follows a line.
function findHeaderEnd(bytes, from) {
  let at = TypedArrayPrototypeIndexOf(bytes, LF, from);
  const end = TypedArrayPrototypeGetByteLength(bytes);
  while (at !== -1) {
    if (at + 1 < end && bytes[at + 1] === LF) return at + 2;
    if (at + 2 < end && bytes[at + 1] === CR && bytes[at + 2] === LF) {
      return at + 3;
    }
    at = TypedArrayPrototypeIndexOf(bytes, LF, at + 1);
  }
  return -1;
}

function isBlank(code) {
  return code === SPACE || code === TAB;
}

function invalidHeaders() {
  return new TypeError("FormData part had invalid headers.");
}

// One header line into `headers`; what is no name, colon and value is an
// error, and so is a folded line, which starts with a blank.
function parseHeaderLine(text, start, end, headers) {
  let colon = start;
  while (colon < end) {
    const code = StringPrototypeCharCodeAt(text, colon);
    if (code === COLON) break;
    if (code < 0x80 && !isTokenCode(code)) throw invalidHeaders();
    ++colon;
  }
  if (colon === end || colon === start) throw invalidHeaders();
  const lower = StringPrototypeToLowerCase(
    StringPrototypeSlice(text, start, colon),
  );
  const isDisposition = lower === "content-disposition";
  if (!isDisposition && lower !== "content-type") return;
  let from = colon + 1;
  while (from < end && isBlank(StringPrototypeCharCodeAt(text, from))) ++from;
  const value = StringPrototypeSlice(text, from, end);
  if (isDisposition) headers.disposition ??= value;
  else if (headers.type === null) headers.type = value;
  else headers.type += `, ${value}`;
}

// Lines end with CRLF, LF or a lone CR.
function parseHeaders(text) {
  const headers = { __proto__: null, disposition: null, type: null };
  if (StringPrototypeIndexOf(text, "\0") !== -1) throw invalidHeaders();
  let start = 0;
  for (let i = 0; i < text.length; ++i) {
    const code = StringPrototypeCharCodeAt(text, i);
    if (code !== LF && code !== CR) continue;
    // Only the empty line that ends the block, or a CRLF's second half.
    if (i > start) parseHeaderLine(text, start, i, headers);
    start = i + 1;
  }
  return headers;
}

function skipBlanks(text, at) {
  while (at < text.length && isBlank(StringPrototypeCharCodeAt(text, at))) ++at;
  return at;
}

function skipToken(text, at) {
  while (at < text.length && isTokenCode(StringPrototypeCharCodeAt(text, at))) {
    ++at;
  }
  return at;
}

// Reads `; name="value"` at `at` into `parameter`; false if it is not there.
// Only quoted values count, as in workerd: browsers send nothing else.
function readParameter(text, at, parameter) {
  at = skipBlanks(text, at);
  if (StringPrototypeCharCodeAt(text, at) !== SEMICOLON) return false;
  at = skipBlanks(text, at + 1);
  const nameEnd = skipToken(text, at);
  if (nameEnd === at) return false;
  const name = StringPrototypeSlice(text, at, nameEnd);
  at = skipBlanks(text, nameEnd);
  if (StringPrototypeCharCodeAt(text, at) !== EQUALS) return false;
  at = skipBlanks(text, at + 1);
  if (StringPrototypeCharCodeAt(text, at) !== QUOTE) return false;
  let value = "";
  let start = ++at;
  for (; at < text.length; ++at) {
    const code = StringPrototypeCharCodeAt(text, at);
    if (code === QUOTE) {
      parameter.name = name;
      parameter.value = value + StringPrototypeSlice(text, start, at);
      parameter.end = at + 1;
      return true;
    }
    if (code === BACKSLASH) {
      value += StringPrototypeSlice(text, start, at);
      start = ++at;
    }
  }
  return false;
}

// The name and the filename, null if absent or empty. Parsing stops at the
// first thing that is no parameter, and the last of a repeated name counts.
function parseDisposition(text) {
  if (text === null || skipBlanks(text, 0) === text.length) {
    throw new TypeError(
      "No valid Content-Disposition header found in FormData part.",
    );
  }
  let at = skipToken(text, 0);
  if (at === 0) {
    throw new TypeError(
      "Invalid Content-Disposition header found in FormData part.",
    );
  }
  const kind = StringPrototypeSlice(text, 0, at);
  if (kind !== "form-data") {
    throw new TypeError(
      "Content-Disposition header for FormData part must have the value " +
        `"form-data", possibly followed by parameters. Got: "${kind}"`,
    );
  }
  let name = "";
  let filename = "";
  const parameter = { __proto__: null, name: "", value: "", end: 0 };
  while (readParameter(text, at, parameter)) {
    if (parameter.name === "name") name = parameter.value;
    else if (parameter.name === "filename") filename = parameter.value;
    at = parameter.end;
  }
  if (name === "") {
    throw new TypeError(
      "Content-Disposition header in FormData part is missing a name.",
    );
  }
  return { name, filename: filename === "" ? null : filename };
}

// What follows a delimiter at `at`: the offset of the next part, or -1 after
// the last one.
function afterDelimiter(bytes, at) {
  // Reads past the end give undefined, which equals none of these.
  if (bytes[at] === LF) return at + 1;
  if (bytes[at] === CR && bytes[at + 1] === LF) return at + 2;
  if (bytes[at] === DASH && bytes[at + 1] === DASH) return -1;
  throw new TypeError(
    "Boundary string was not succeeded by CRLF, LF, or '--'.",
  );
}

// The entries of a message as a flat list for newFormData.
function parseMultipart(bytes, boundary) {
  const delimiter = core.encode(`--${boundary}`);
  const delimiterLength = TypedArrayPrototypeGetByteLength(delimiter);
  const end = TypedArrayPrototypeGetByteLength(bytes);
  const items = [];

  const first = findFirst(bytes, delimiter);
  if (first === -1 || first + delimiterLength === end) {
    throw new TypeError(
      "No initial boundary string (or you have a truncated message).",
    );
  }
  let at = afterDelimiter(bytes, first + delimiterLength);
  while (at !== -1) {
    const start = findHeaderEnd(bytes, at);
    if (start === -1) {
      throw new TypeError("No multipart message header termination found.");
    }
    const headers = parseHeaders(decodeText(bytes, at, start));
    const { name, filename } = parseDisposition(headers.disposition);

    const lineFeed = findDelimiter(bytes, start, delimiter);
    at = lineFeed + 1 + delimiterLength;
    if (lineFeed === -1 || at === end) {
      throw new TypeError(
        "No subsequent boundary string after multipart message.",
      );
    }
    const stop = lineFeed > start && bytes[lineFeed - 1] === CR
      ? lineFeed - 1
      : lineFeed;
    const value = filename === null
      ? decodeText(bytes, start, stop)
      : newFile(view(bytes, start, stop), filename, headers.type ?? "");
    ArrayPrototypePush(items, name, value);
    at = afterDelimiter(bytes, at);
  }
  return items;
}

// The entries of an urlencoded body as a flat list.
function parseUrlEncodedItems(bytes) {
  // A byte order mark is no part of the first name.
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const pairs = parseUrlEncoded(
    marked ? view(bytes, 3, TypedArrayPrototypeGetByteLength(bytes)) : bytes,
  );
  const items = [];
  for (let i = 0; i < pairs.length; ++i) {
    ArrayPrototypePush(items, pairs[i][0], pairs[i][1]);
  }
  return items;
}

// Picks the parser by the Content-Type header, a string or null.
function parseForm(bytes, contentType) {
  if (contentType === null) {
    throw new TypeError(
      "Parsing a Body as FormData requires a Content-Type header.",
    );
  }
  const mime = parseMimeType(contentType);
  const essence = mime === null ? "" : `${mime.type}/${mime.subtype}`;
  if (essence === "multipart/form-data") {
    const boundary = MapPrototypeGet(mime.parameters, "boundary");
    if (boundary === undefined || boundary === "") {
      throw new TypeError(
        "No boundary string in Content-Type header. The multipart/form-data " +
          "MIME type requires a boundary parameter, e.g. 'Content-Type: " +
          "multipart/form-data; boundary=\"abcd\"'. See RFC 7578, section 4.",
      );
    }
    return parseMultipart(bytes, boundary);
  }
  if (essence === "application/x-www-form-urlencoded") {
    const charset = MapPrototypeGet(mime.parameters, "charset");
    if (charset !== undefined && !isUtf8Label(charset)) {
      throw new TypeError(
        "Non-utf-8 application/x-www-form-urlencoded body.",
      );
    }
    return parseUrlEncodedItems(bytes);
  }
  throw new TypeError(
    "Unrecognized Content-Type header value. FormData can only parse the " +
      "following MIME types: multipart/form-data, " +
      "application/x-www-form-urlencoded",
  );
}

function isUtf8Label(charset) {
  const label = StringPrototypeToLowerCase(charset);
  return label === "utf-8" || label === "utf8";
}

return {
  encodeMultipart,
  encodeUrlEncoded,
  parseForm,
  parseMultipart,
  parseUrlEncodedItems,
};
})();
