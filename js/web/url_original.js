// URL and URLSearchParams of Workers that are older than the standard's.
//
// Owns both classes and their parser, which takes a URL apart into decoded parts and writes each of them anew: a host is never
// looked at beyond its characters, and only URLs with "//" are URLs. Texts are kept as their bytes in UTF-8, one character each,
// because an escape may stand for any byte. It must not know the standard's classes, nor who takes a URL.

(function () {
"use strict";
const { core, primordials } = __bootstrap;
const {
  ArrayIsArray,
  ArrayIteratorPrototype,
  ArrayPrototypeJoin,
  ArrayPrototypePop,
  ArrayPrototypePush,
  ArrayPrototypeSort,
  NumberPrototypeToString,
  ObjectDefineProperty,
  ObjectGetOwnPropertyNames,
  ObjectGetPrototypeOf,
  ObjectHasOwn,
  ObjectKeys,
  ObjectSetPrototypeOf,
  ReflectApply,
  ReflectConstruct,
  ReflectDeleteProperty,
  ReflectGetOwnPropertyDescriptor,
  RegExpPrototypeTest,
  SafeRegExp,
  StringFromCharCode,
  StringPrototypeCharCodeAt,
  StringPrototypeCodePointAt,
  StringPrototypeIndexOf,
  StringPrototypePadStart,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  StringPrototypeToLowerCase,
  StringPrototypeToUpperCase,
  SymbolIterator,
  SymbolToStringTag,
  TypeError,
  Uint8Array,
} = primordials;
const { own } = core.loadExtScript("ext:denizen/actor/values.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { shapeFunction } = core.loadExtScript("ext:denizen/bootstrap/shape.js");
const { copyArray, illegalInvocation, isObject, requireCallback, requireStrings } = core.loadExtScript("ext:denizen/fetch/headers.js");

// ---- texts and bytes -----------------------------------------------------

const NOT_ASCII = new SafeRegExp("[^\\0-\\x7f]");

// The UTF-8 of a text. A surrogate without its other half has three bytes of its own.
function toBytes(text) {
  if (!RegExpPrototypeTest(NOT_ASCII, text)) {
    return text;
  }
  const pieces = [];
  for (let i = 0; i < text.length; i++) {
    const code = StringPrototypeCodePointAt(text, i);
    i += code < 0x10000 ? 0 : 1;
    ArrayPrototypePush(
      pieces,
      code < 0x80 ? StringFromCharCode(code)
      : code < 0x800 ? StringFromCharCode(0xc0 | code >> 6, 0x80 | code & 0x3f)
      : code < 0x10000 ? StringFromCharCode(0xe0 | code >> 12, 0x80 | code >> 6 & 0x3f, 0x80 | code & 0x3f)
      : StringFromCharCode(0xf0 | code >> 18, 0x80 | code >> 12 & 0x3f, 0x80 | code >> 6 & 0x3f, 0x80 | code & 0x3f),
    );
  }
  return ArrayPrototypeJoin(pieces, "");
}

// What UTF-8 says; undefined if it is none and `strict` asks. Otherwise U+FFFD stands for what is none.
function toText(bytes, strict = false) {
  if (!RegExpPrototypeTest(NOT_ASCII, bytes)) {
    return bytes;
  }
  const pieces = [];
  for (let i = 0; i < bytes.length;) {
    const lead = StringPrototypeCharCodeAt(bytes, i++);
    if (lead < 0x80) {
      ArrayPrototypePush(pieces, StringFromCharCode(lead));
      continue;
    }
    const count = lead >= 0xf0 && lead < 0xf5 ? 3 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xc2 && lead < 0xe0 ? 1 : 0;
    // Bounds of the second byte: no form that is too long, no surrogate, nothing beyond the last plane.
    let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    let code = lead & 0x3f >> count;
    let left = count;
    while (left > 0 && i < bytes.length) {
      const next = StringPrototypeCharCodeAt(bytes, i);
      if (next < low || next > high) {
        break;
      }
      low = 0x80;
      high = 0xbf;
      code = code << 6 | next & 0x3f;
      left--;
      i++;
    }
    if (count === 0 || left > 0) {
      if (strict) {
        return undefined;
      }
      ArrayPrototypePush(pieces, "\ufffd");
    } else {
      ArrayPrototypePush(pieces, code < 0x10000 ? StringFromCharCode(code) : StringFromCharCode(0xd7c0 + (code >> 10), 0xdc00 | code & 0x3ff));
    }
  }
  return ArrayPrototypeJoin(pieces, "");
}

function lower(bytes) {
  return RegExpPrototypeTest(NOT_ASCII, bytes) ? bytes : StringPrototypeToLowerCase(bytes);
}

// ---- escapes -------------------------------------------------------------

// What stands for each byte; undefined for one that stands for itself.
function escapesFor(kept, space = "%20") {
  const escapes = [];
  for (let code = 0; code < 256; code++) {
    const isKept = code >= 0x30 && code <= 0x39 || code >= 0x41 && code <= 0x5a || code >= 0x61 && code <= 0x7a ||
      code < 0x80 && StringPrototypeIndexOf(kept, StringFromCharCode(code)) !== -1;
    escapes[code] = isKept ? undefined : `%${StringPrototypePadStart(StringPrototypeToUpperCase(NumberPrototypeToString(code, 16)), 2, "0")}`;
  }
  escapes[0x20] = space;
  return escapes;
}
const IN_USER = escapesFor("!$&'()*+,-._~");
const IN_PATH = escapesFor("!$&'()*+,-.:;=@[]^_|~");
const IN_QUERY = escapesFor("*-._", "+");
const IN_FRAGMENT = escapesFor("!#$&'()*+,-./:;=?@[\\]^_{|}~");

function escape(bytes, escapes) {
  const pieces = [];
  let from = 0;
  for (let i = 0; i < bytes.length; i++) {
    const instead = escapes[StringPrototypeCharCodeAt(bytes, i)];
    if (instead !== undefined) {
      ArrayPrototypePush(pieces, StringPrototypeSlice(bytes, from, i), instead);
      from = i + 1;
    }
  }
  return from === 0 ? bytes : ArrayPrototypeJoin(pieces, "") + StringPrototypeSlice(bytes, from);
}

const NOT_HEX = 255;
const digits = new Uint8Array(256);
for (let code = 0; code < 256; code++) {
  digits[code] = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x41 && code <= 0x46 ? code - 0x37 : code >= 0x61 && code <= 0x66 ? code - 0x57 : NOT_HEX;
}
function digitAt(bytes, i) {
  return i < bytes.length ? digits[StringPrototypeCharCodeAt(bytes, i)] : NOT_HEX;
}

// The bytes that escapes stand for. Of one that is not whole its digit is left, and `bad.found` is set.
function unescape(bytes, bad, isQuery = false) {
  const pieces = [];
  let from = 0;
  for (let i = 0; i < bytes.length; i++) {
    const code = StringPrototypeCharCodeAt(bytes, i);
    if (code === 0x2b && isQuery) {
      ArrayPrototypePush(pieces, StringPrototypeSlice(bytes, from, i), " ");
      from = i + 1;
    } else if (code === 0x25) {
      ArrayPrototypePush(pieces, StringPrototypeSlice(bytes, from, i));
      const first = digitAt(bytes, i + 1);
      if (first === NOT_HEX) {
        bad.found = true;
      } else {
        const second = digitAt(bytes, i + 2);
        bad.found ||= second === NOT_HEX;
        ArrayPrototypePush(pieces, StringFromCharCode(second === NOT_HEX ? first : first << 4 | second));
        i += second === NOT_HEX ? 1 : 2;
      }
      from = i + 1;
    }
  }
  return from === 0 ? bytes : ArrayPrototypeJoin(pieces, "") + StringPrototypeSlice(bytes, from);
}

// ---- parsing -------------------------------------------------------------

const SCHEME = new SafeRegExp("^[A-Za-z][A-Za-z0-9+.-]*$");
const SCHEME_BEGIN = new SafeRegExp("^[A-Za-z0-9+.-]*$");
const HOST = new SafeRegExp("^[A-Za-z0-9.:_\\[\\]-]*$");
const PORTS = { __proto__: null, ftp: "21", http: "80", https: "443", ws: "80", wss: "443" };
const hasOrigin = (scheme) => PORTS[scheme] !== undefined;

// A URL, decoded. `user` is null or { name, password }, with null for a password that is not there; `query` is one flat array
// of names and values that keeps its identity, with null for a value that is not there; `fragment` may be null.
class Parts {
  scheme = "";
  user = null;
  host = "";
  path = [];
  endsWithSlash = false;
  query;
  fragment = null;
  constructor(query) {
    this.query = query;
  }
}

// Where one of `marks` comes first in the bytes, or their end.
function endOf(bytes, marks) {
  for (let i = 0; i < bytes.length; i++) {
    if (StringPrototypeIndexOf(marks, bytes[i]) !== -1) {
      return i;
    }
  }
  return bytes.length;
}

function readAuthority(parts, bytes, bad) {
  let host = bytes;
  const at = StringPrototypeIndexOf(bytes, "@");
  if (at !== -1) {
    const user = StringPrototypeSlice(bytes, 0, at);
    const colon = StringPrototypeIndexOf(user, ":");
    parts.user = {
      __proto__: null,
      name: unescape(colon === -1 ? user : StringPrototypeSlice(user, 0, colon), bad),
      password: colon === -1 ? null : unescape(StringPrototypeSlice(user, colon + 1), bad),
    };
    host = StringPrototypeSlice(bytes, at + 1);
  }
  parts.host = lower(unescape(host, bad));
  bad.found ||= !RegExpPrototypeTest(HOST, parts.host);
}

// Follows the bytes, which have no slash at their begin, from where the path is.
function readPath(parts, bytes, bad) {
  for (let from = 0; from <= bytes.length;) {
    let to = StringPrototypeIndexOf(bytes, "/", from);
    to = to === -1 ? bytes.length : to;
    const part = StringPrototypeSlice(bytes, from, to);
    from = to + 1;
    parts.endsWithSlash = part === "" || part === "." || part === "..";
    if (part === "..") {
      ArrayPrototypePop(parts.path);
    } else if (!parts.endsWithSlash) {
      ArrayPrototypePush(parts.path, unescape(part, bad));
    }
  }
}

function readQuery(query, bytes, bad) {
  for (let from = 0; from <= bytes.length;) {
    let to = StringPrototypeIndexOf(bytes, "&", from);
    to = to === -1 ? bytes.length : to;
    const part = StringPrototypeSlice(bytes, from, to);
    from = to + 1;
    if (part !== "") {
      const equals = StringPrototypeIndexOf(part, "=");
      ArrayPrototypePush(
        query,
        unescape(equals === -1 ? part : StringPrototypeSlice(part, 0, equals), bad, true),
        equals === -1 ? null : unescape(StringPrototypeSlice(part, equals + 1), bad, true),
      );
    }
  }
}

// What comes after the path.
function readRest(parts, rest, bad) {
  const hash = StringPrototypeIndexOf(rest, "#");
  if (StringPrototypeStartsWith(rest, "?")) {
    readQuery(parts.query, StringPrototypeSlice(rest, 1, hash === -1 ? rest.length : hash), bad);
  }
  if (hash !== -1) {
    parts.fragment = unescape(StringPrototypeSlice(rest, hash + 1), bad);
  }
}

// The parts of a whole URL; null if it is none.
function parse(bytes) {
  const colon = StringPrototypeIndexOf(bytes, ":");
  const scheme = StringPrototypeSlice(bytes, 0, colon === -1 ? 0 : colon);
  let rest = StringPrototypeSlice(bytes, colon + 1);
  if (!RegExpPrototypeTest(SCHEME, scheme) || !StringPrototypeStartsWith(rest, "//")) {
    return null;
  }
  const parts = new Parts([]);
  const bad = { __proto__: null, found: false };
  parts.scheme = StringPrototypeToLowerCase(scheme);
  rest = StringPrototypeSlice(rest, 2);
  let end = endOf(rest, "/?#");
  readAuthority(parts, StringPrototypeSlice(rest, 0, end), bad);
  rest = StringPrototypeSlice(rest, end);
  if (StringPrototypeStartsWith(rest, "/")) {
    end = endOf(rest, "?#");
    readPath(parts, StringPrototypeSlice(rest, 1, end), bad);
    rest = StringPrototypeSlice(rest, end);
  }
  readRest(parts, rest, bad);
  return bad.found ? null : parts;
}

// The same of a URL that is relative to another, of which it takes what it does not say.
function parseRelative(bytes, base) {
  if (bytes === "") {
    return base;
  }
  const bad = { __proto__: null, found: false };
  const parts = new Parts([]);
  const colon = StringPrototypeIndexOf(bytes, ":");
  const hasScheme = colon !== -1 && RegExpPrototypeTest(SCHEME_BEGIN, StringPrototypeSlice(bytes, 0, colon));
  parts.scheme = hasScheme ? StringPrototypeSlice(bytes, 0, colon) : base.scheme;
  let rest = hasScheme ? StringPrototypeSlice(bytes, colon + 1) : bytes;
  const hasAuthority = StringPrototypeStartsWith(rest, "//");
  if (hasAuthority) {
    rest = StringPrototypeSlice(rest, 2);
    const end = endOf(rest, "/?#");
    readAuthority(parts, StringPrototypeSlice(rest, 0, end), bad);
    rest = StringPrototypeSlice(rest, end);
  } else {
    parts.host = base.host;
    parts.user = base.user;
  }
  const end = endOf(rest, "?#");
  const path = StringPrototypeSlice(rest, 0, end);
  rest = StringPrototypeSlice(rest, end);
  if (path !== "") {
    const isAbsolute = StringPrototypeStartsWith(path, "/");
    if (!isAbsolute) {
      parts.path = copyArray(base.path);
      if (!base.endsWithSlash) {
        ArrayPrototypePop(parts.path);
      }
    }
    readPath(parts, isAbsolute ? StringPrototypeSlice(path, 1) : path, bad);
  } else if (!hasAuthority) {
    parts.path = base.path;
    parts.endsWithSlash = base.endsWithSlash;
    if (!StringPrototypeStartsWith(rest, "?")) {
      parts.query = base.query;
    }
  }
  readRest(parts, rest, bad);
  return bad.found ? null : parts;
}

// ---- parts ---------------------------------------------------------------

function splitHost(host) {
  const colon = StringPrototypeIndexOf(host, ":");
  return {
    __proto__: null,
    name: colon === -1 ? host : StringPrototypeSlice(host, 0, colon),
    port: colon === -1 ? "" : StringPrototypeSlice(host, colon + 1),
  };
}

// Sets the host, without a port that goes without saying.
function setHost(parts, name, port) {
  parts.host = port === "" || port === PORTS[parts.scheme] ? name : `${name}:${port}`;
}

function pathOf(parts) {
  let text = "";
  for (let i = 0; i < parts.path.length; i++) {
    text += `/${escape(parts.path[i], IN_PATH)}`;
  }
  return parts.endsWithSlash ? `${text}/` : text;
}

// The query as it is in a URL, or as it is alone, where every name has a value.
function queryOf(query, isAlone) {
  const pairs = [];
  for (let i = 0; i < query.length; i += 2) {
    const name = escape(query[i], IN_QUERY);
    const value = query[i + 1] ?? (isAlone ? "" : null);
    ArrayPrototypePush(pairs, value === null ? name : `${name}=${escape(value, IN_QUERY)}`);
  }
  return ArrayPrototypeJoin(pairs, "&");
}

function serialize(parts) {
  if (!RegExpPrototypeTest(HOST, parts.host)) {
    throw new TypeError("Invalid hostname when stringifying URL.");
  }
  for (let i = 0; i < parts.path.length; i++) {
    if (parts.path[i] === "." || parts.path[i] === ".." || parts.path[i] === "") {
      throw new TypeError("Invalid pathname when stringifying URL.");
    }
  }
  const { user, fragment } = parts;
  let text = `${parts.scheme}://`;
  if (user !== null) {
    text += `${escape(user.name, IN_USER)}${user.password === null ? "" : `:${escape(user.password, IN_USER)}`}@`;
  }
  text += parts.host + pathOf(parts);
  if (parts.query.length > 0) {
    text += `?${queryOf(parts.query, false)}`;
  }
  return fragment === null ? text : `${text}#${escape(fragment, IN_FRAGMENT)}`;
}

// ---- the classes ---------------------------------------------------------

function replaceItems(list, items) {
  list.length = 0;
  for (let i = 0; i < items.length; i++) {
    ArrayPrototypePush(list, items[i]);
  }
}

function replaceParts(parts, other) {
  parts.scheme = other.scheme;
  parts.user = other.user;
  parts.host = other.host;
  parts.path = other.path;
  parts.endsWithSlash = other.endsWithSlash;
  parts.fragment = other.fragment;
  replaceItems(parts.query, other.query);
}

const bytesOf = (value) => toBytes(`${value}`);

let newParams;
let queryText;

class Params {
  // The names and values, which belong to a URL as well if it is the one's.
  #query;

  constructor(query) {
    this.#query = query;
  }

  static {
    const queryFrom = (init) => {
      if (init === undefined) {
        return [];
      }
      if (isObject(init)) {
        // What only inherits from one is taken for it.
        for (let holder = init; holder !== null && !core.isProxy(holder); holder = ObjectGetPrototypeOf(holder)) {
          if (#query in holder) {
            return copyArray(holder.#query);
          }
        }
        return ArrayIsArray(init) && !core.isProxy(init) ? queryFromPairs(init) : queryFromRecord(init);
      }
      const bytes = bytesOf(init);
      const query = [];
      readQuery(query, StringPrototypeStartsWith(bytes, "?") ? StringPrototypeSlice(bytes, 1) : bytes, { __proto__: null, found: false });
      return query;
    };
    newParams = (init, target) => ReflectConstruct(Params, [queryFrom(init)], target);
    queryText = (value) => isObject(value) && #query in value ? queryOf(value.#query, true) : undefined;
  }

  static #of(self) {
    if (!isObject(self) || !(#query in self)) {
      throw illegalInvocation();
    }
    return self.#query;
  }

  // Takes out the pairs of this name from `from` on.
  static #remove(query, name, from) {
    let to = from;
    for (let i = from; i < query.length; i += 2) {
      if (query[i] !== name) {
        query[to] = query[i];
        query[to + 1] = query[i + 1];
        to += 2;
      }
    }
    query.length = to;
  }

  static #find(query, name) {
    for (let i = 0; i < query.length; i += 2) {
      if (query[i] === name) {
        return i;
      }
    }
    return -1;
  }

  get size() {
    return Params.#of(this).length / 2;
  }
  append(name = undefined, value = undefined) {
    const query = Params.#of(this);
    const key = stringOf(arguments, 0, "append");
    ArrayPrototypePush(query, key, stringOf(arguments, 1, "append"));
  }
  delete(_name = undefined) {
    const query = Params.#of(this);
    Params.#remove(query, stringOf(arguments, 0, "delete"), 0);
  }
  get(_name = undefined) {
    const query = Params.#of(this);
    const found = Params.#find(query, stringOf(arguments, 0, "get"));
    return found === -1 ? null : toText(query[found + 1] ?? "");
  }
  getAll(_name = undefined) {
    const query = Params.#of(this);
    const key = stringOf(arguments, 0, "getAll");
    const values = [];
    for (let i = 0; i < query.length; i += 2) {
      if (query[i] === key) {
        ArrayPrototypePush(values, toText(query[i + 1] ?? ""));
      }
    }
    return values;
  }
  has(_name = undefined) {
    const query = Params.#of(this);
    return Params.#find(query, stringOf(arguments, 0, "has")) !== -1;
  }
  set(_name = undefined, _value = undefined) {
    const query = Params.#of(this);
    const key = stringOf(arguments, 0, "set");
    const text = stringOf(arguments, 1, "set");
    const found = Params.#find(query, key);
    if (found === -1) {
      ArrayPrototypePush(query, key, text);
    } else {
      query[found + 1] = text;
      Params.#remove(query, key, found + 2);
    }
  }
  // By code units. Of a name that is no UTF-8 there are none.
  sort() {
    const query = Params.#of(this);
    const pairs = [];
    for (let i = 0; i < query.length; i += 2) {
      ArrayPrototypePush(pairs, { __proto__: null, key: toText(query[i], true) ?? "", name: query[i], value: query[i + 1] });
    }
    ArrayPrototypeSort(pairs, (a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
    for (let i = 0; i < pairs.length; i++) {
      query[2 * i] = pairs[i].name;
      query[2 * i + 1] = pairs[i].value;
    }
  }
  entries() {
    return iterators.entries(Params.#of(this));
  }
  keys() {
    return iterators.keys(Params.#of(this));
  }
  values() {
    return iterators.values(Params.#of(this));
  }
  forEach(callback = undefined, receiver = undefined) {
    const query = Params.#of(this);
    requireCallback(callback, "URLSearchParams");
    for (let i = 0; i < query.length; i += 2) {
      ReflectApply(callback, receiver ?? undefined, [toText(query[i + 1] ?? ""), toText(query[i]), this]);
    }
  }
  toString() {
    return queryOf(Params.#of(this), true);
  }
  [SymbolIterator]() {
    return iterators.entries(Params.#of(this));
  }
}

// An argument that must be there, as bytes. What comes before it is converted by then.
function stringOf(args, position, method) {
  if (args.length <= position) {
    requireStrings(position, position + 1, "URLSearchParams", method);
  }
  return bytesOf(args[position]);
}

function queryFromPairs(pairs) {
  const query = [];
  let isPaired = true;
  const count = pairs.length;
  for (let i = 0; i < count; i++) {
    const pair = pairs[i];
    if (!ArrayIsArray(pair) || core.isProxy(pair)) {
      throw new TypeError(`Incorrect type for array element ${i}: the provided value is not of type 'Array'.`);
    }
    const { length } = pair;
    for (let j = 0; j < length; j++) {
      const text = bytesOf(pair[j]);
      if (j < 2) {
        ArrayPrototypePush(query, text);
      }
    }
    isPaired &&= length === 2;
  }
  if (!isPaired) {
    throw new TypeError("To initialize a URLSearchParams object from an array-of-arrays, each inner array must have exactly two elements.");
  }
  return query;
}

function queryFromRecord(record) {
  const query = [];
  const keys = ObjectKeys(record);
  for (let i = 0; i < keys.length; i++) {
    ArrayPrototypePush(query, toBytes(keys[i]), bytesOf(record[keys[i]]));
  }
  return query;
}

class Url {
  #parts;
  #params = null;

  constructor(parts) {
    this.#parts = parts;
  }

  static #of(self) {
    if (!isObject(self) || !(#parts in self)) {
      throw illegalInvocation();
    }
    return self.#parts;
  }

  get href() {
    return serialize(Url.#of(this));
  }
  set href(value) {
    const parts = Url.#of(this);
    const other = parse(bytesOf(value));
    if (other === null) {
      throw new TypeError("Failed to set the 'href' property on 'URL': the provided value is not of type 'valid URL string'.");
    }
    replaceParts(parts, other);
  }
  get origin() {
    const parts = Url.#of(this);
    return hasOrigin(parts.scheme) ? toText(`${parts.scheme}://${parts.host}`) : "null";
  }
  get protocol() {
    return `${Url.#of(this).scheme}:`;
  }
  set protocol(value) {
    const parts = Url.#of(this);
    const bytes = bytesOf(value);
    const text = serialize(parts);
    const colon = StringPrototypeIndexOf(bytes, ":");
    const scheme = colon === -1 ? bytes : StringPrototypeSlice(bytes, 0, colon);
    const other = parse(scheme + StringPrototypeSlice(text, parts.scheme.length));
    if (other !== null) {
      replaceParts(parts, other);
    }
    const { name, port } = splitHost(parts.host);
    setHost(parts, name, port);
  }
  get username() {
    const { user } = Url.#of(this);
    return user === null ? "" : escape(user.name, IN_USER);
  }
  set username(value) {
    const parts = Url.#of(this);
    const name = bytesOf(value);
    const other = parse(serialize(parts));
    if (other !== null) {
      other.user = { __proto__: null, name, password: parts.user?.password ?? null };
      replaceParts(parts, other);
    }
  }
  get password() {
    const { user } = Url.#of(this);
    return escape(user?.password ?? "", IN_USER);
  }
  set password(value) {
    const parts = Url.#of(this);
    const password = bytesOf(value);
    const other = parse(serialize(parts));
    if (other !== null) {
      if (password !== "" || parts.user !== null) {
        other.user = { __proto__: null, name: parts.user?.name ?? "", password: password === "" ? null : password };
      }
      replaceParts(parts, other);
    }
  }
  get host() {
    return toText(Url.#of(this).host);
  }
  set host(value) {
    const parts = Url.#of(this);
    const { name, port } = splitHost(bytesOf(value));
    setHost(parts, name, port === "" ? splitHost(parts.host).port : port);
  }
  get hostname() {
    return toText(splitHost(Url.#of(this).host).name);
  }
  set hostname(value) {
    const parts = Url.#of(this);
    parts.host = splitHost(bytesOf(value)).name + StringPrototypeSlice(parts.host, splitHost(parts.host).name.length);
  }
  get port() {
    return toText(splitHost(Url.#of(this).host).port);
  }
  set port(value) {
    const parts = Url.#of(this);
    setHost(parts, splitHost(parts.host).name, bytesOf(value));
  }
  get pathname() {
    const parts = Url.#of(this);
    const path = pathOf(parts);
    return path === "" && (hasOrigin(parts.scheme) || parts.scheme === "file") ? "/" : path;
  }
  set pathname(value) {
    const parts = Url.#of(this);
    const bytes = bytesOf(value);
    const bad = { __proto__: null, found: false };
    const read = new Parts([]);
    readPath(read, StringPrototypeStartsWith(bytes, "/") ? StringPrototypeSlice(bytes, 1) : bytes, bad);
    if (!bad.found) {
      parts.path = read.path;
      parts.endsWithSlash = read.endsWithSlash;
    }
  }
  get search() {
    const { query } = Url.#of(this);
    return query.length === 0 ? "" : `?${queryOf(query, false)}`;
  }
  set search(value) {
    const parts = Url.#of(this);
    const bytes = bytesOf(value);
    const bad = { __proto__: null, found: false };
    const query = [];
    readQuery(query, StringPrototypeStartsWith(bytes, "?") ? StringPrototypeSlice(bytes, 1) : bytes, bad);
    if (!bad.found) {
      replaceItems(parts.query, query);
    }
  }
  get searchParams() {
    const { query } = Url.#of(this);
    this.#params ??= new Params(query);
    return this.#params;
  }
  get hash() {
    const { fragment } = Url.#of(this);
    return fragment === null || fragment === "" ? "" : `#${escape(fragment, IN_FRAGMENT)}`;
  }
  set hash(value) {
    const parts = Url.#of(this);
    const bytes = bytesOf(value);
    parts.fragment = unescape(StringPrototypeStartsWith(bytes, "#") ? StringPrototypeSlice(bytes, 1) : bytes, { __proto__: null, found: false });
  }
  toString() {
    return serialize(Url.#of(this));
  }
  toJSON() {
    return serialize(Url.#of(this));
  }
}

// ---- form ----------------------------------------------------------------

function iteratorClass(name, select) {
  class PairIterator {
    #query;
    #index = 0;

    constructor(query) {
      this.#query = query;
    }
    // Reads what is there at the moment, and goes on once there is more.
    next() {
      if (!isObject(this) || !(#query in this)) {
        throw illegalInvocation();
      }
      const query = this.#query;
      const index = this.#index;
      if (index >= query.length) {
        return changed.enable_fast_jsg_struct ? { done: true } : { done: true, value: undefined };
      }
      this.#index = index + 2;
      return { done: false, value: select(query[index], query[index + 1] ?? "") };
    }
    [SymbolIterator]() {
      if (!isObject(this) || !(#query in this)) {
        throw illegalInvocation();
      }
      return this;
    }
  }
  const { [name]: construct } = {
    [name]: function () {
      throw new TypeError("Illegal constructor");
    },
  };
  ObjectSetPrototypeOf(PairIterator.prototype, ObjectGetPrototypeOf(ArrayIteratorPrototype));
  construct.prototype = PairIterator.prototype;
  finish(PairIterator.prototype, construct);
  return (query) => new PairIterator(query);
}

function rename(method, name) {
  ObjectDefineProperty(method, "name", { __proto__: null, value: name, configurable: true });
  shapeFunction(method);
}

// Gives a prototype the form that workerd's have: the members as they are written, and after them what every class has.
function finish(prototype, construct) {
  ReflectDeleteProperty(prototype, "constructor");
  const names = ObjectGetOwnPropertyNames(prototype);
  for (let i = 0; i < names.length; i++) {
    const { get, set, value } = ReflectGetOwnPropertyDescriptor(prototype, names[i]);
    if (value !== undefined) {
      shapeFunction(value);
    } else {
      rename(get, "");
      if (set !== undefined) {
        rename(set, "");
      }
    }
    ObjectDefineProperty(prototype, names[i], { __proto__: null, enumerable: true });
  }
  const hidden = (key, value) => ObjectDefineProperty(prototype, key, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  hidden("constructor", construct);
  const iterate = prototype[SymbolIterator];
  const isIterable = ObjectHasOwn(prototype, SymbolIterator);
  ReflectDeleteProperty(prototype, SymbolIterator);
  if (!changed.set_tostring_tag) {
    hidden(SymbolToStringTag, construct.name);
  }
  if (isIterable) {
    rename(iterate, "");
    hidden(SymbolIterator, iterate);
  }
  shapeFunction(construct);
  own(construct);
}

const iterators = {
  __proto__: null,
  entries: iteratorClass("EntryIterator", (name, value) => [toText(name), toText(value)]),
  keys: iteratorClass("KeyIterator", (name, _value) => toText(name)),
  values: iteratorClass("ValueIterator", (_name, value) => toText(value)),
};

// These can be called, so that they refuse it in their own words.
function URL(url = undefined, base = undefined) {
  if (new.target === undefined) {
    throw calledAsFunction("URL");
  }
  if (arguments.length === 0) {
    throw new TypeError("Failed to construct 'URL': constructor parameter 1 is not of type 'string'.");
  }
  const bytes = bytesOf(url);
  const baseBytes = base === undefined ? null : bytesOf(base);
  let parts;
  if (baseBytes === null) {
    parts = parse(bytes);
    if (parts === null) {
      throw new TypeError("Invalid URL string.");
    }
  } else {
    const baseParts = parse(baseBytes);
    if (baseParts === null) {
      throw new TypeError("Invalid base URL string.");
    }
    parts = parseRelative(bytes, baseParts);
    if (parts === null) {
      throw new TypeError("Invalid relative URL string.");
    }
  }
  const { name, port } = splitHost(parts.host);
  setHost(parts, name, port);
  return ReflectConstruct(Url, [parts], new.target);
}
function URLSearchParams(init = undefined) {
  if (new.target === undefined) {
    throw calledAsFunction("URLSearchParams");
  }
  return newParams(init, new.target);
}
function calledAsFunction(name) {
  return new TypeError(`Failed to construct '${name}': Please use the 'new' operator, this object constructor cannot be called as a function.`);
}
URL.prototype = Url.prototype;
finish(Url.prototype, URL);
URLSearchParams.prototype = Params.prototype;
finish(Params.prototype, URLSearchParams);

// `queryText` gives the text of a URLSearchParams, undefined for anything else.
return { URL, URLSearchParams, queryText };
})();
