// URLPattern as it was before it followed the standard to the letter: what Workers of older dates have.
//
// Owns the class and its parser, which is the standard's of 2022 but for bases and the canonical form of what is to match. It is
// loaded for such Workers only, and must not know dates.
//
// Source: the URL Pattern standard (WHATWG), sections 1.2 to 3.

(function () {
const { core, primordials } = __bootstrap;
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { op_url_get_serialization, op_url_parse, op_url_parse_with_base, op_url_reparse } = core.ops;
const {
  ArrayPrototypePush,
  ObjectDefineProperty,
  RegExpPrototypeExec,
  SafeRegExp,
  SafeSet,
  String,
  StringPrototypeCharCodeAt,
  StringPrototypeCodePointAt,
  StringPrototypeIncludes,
  StringPrototypeLastIndexOf,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  SymbolToStringTag,
  TypeError,
  Uint32Array,
} = primordials;

const COMPONENTS = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];
const MEMBERS = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash", "baseURL"];
const PROTOCOL = 0, USERNAME = 1, PASSWORD = 2, HOSTNAME = 3, PORT = 4, PATHNAME = 5, SEARCH = 6, HASH = 7;

// URLs.

// What the operations on URLs say, and how they number parts.
const OTHER = 1;
const INVALID = 2;
const NO_PORT = 1 << 16;
const SETTERS = { __proto__: null, [HASH]: 0, [HOSTNAME]: 2, [PASSWORD]: 3, [PATHNAME]: 4, [PORT]: 5, [SEARCH]: 7, [USERNAME]: 8 };

const offsets = new Uint32Array(8);

// The eight parts of a serialised URL whose offsets are known.
function partsOf(href) {
  const { 0: schemeEnd, 1: userEnd, 2: hostStart, 3: hostEnd, 4: port, 5: pathStart, 6: searchStart, 7: hashStart } = offsets;
  const hashAt = hashStart === 0 ? href.length : hashStart;
  const searchAt = searchStart === 0 ? hashAt : searchStart;
  const cut = (from, to) => from < to ? StringPrototypeSlice(href, from, to) : "";
  return [
    cut(0, schemeEnd), cut(schemeEnd + 3, userEnd), href[userEnd] === ":" && hostStart > userEnd + 1 ? cut(userEnd + 1, hostStart - 1) : "",
    cut(hostStart, hostEnd), port === NO_PORT ? "" : String(port), cut(pathStart, searchAt), cut(searchAt + 1, hashAt), cut(hashAt + 1, href.length),
  ];
}

// The parts of a URL, or null.
function parse(text, base = undefined) {
  const given = encodeLone(text);
  const status = base === undefined ? op_url_parse(given, offsets) : op_url_parse_with_base(given, encodeLone(base), offsets);
  return status === INVALID ? null : partsOf(status === OTHER ? op_url_get_serialization() : given);
}

// What one part of a URL becomes that is set to a text, or null.
function setPart(href, part, text) {
  const status = op_url_reparse(href, SETTERS[part], encodeLone(text), offsets);
  return status === INVALID ? null : partsOf(status === OTHER ? op_url_get_serialization() : href)[part];
}

const HEX = "0123456789ABCDEF";
const LONE = new SafeRegExp("\\p{Surrogate}", "u");

// Halves of surrogate pairs are encoded as any other code point.
function encodeLone(text) {
  let rest = text;
  let done = "";
  let found;
  while ((found = RegExpPrototypeExec(LONE, rest)) !== null) {
    const unit = StringPrototypeCharCodeAt(found[0], 0);
    const byte = (bits) => "%" + HEX[bits >> 4] + HEX[bits & 15];
    done += StringPrototypeSlice(rest, 0, found.index) + "%ED" + byte(0x80 | (unit >> 6) & 63) + byte(0x80 | unit & 63);
    rest = StringPrototypeSlice(rest, found.index + 1);
  }
  return done + rest;
}

// The canonical form of what a pattern says literally.

const FORBIDDEN_IN_HOSTS = new SafeRegExp("[\\0\\t\\n\\r #%/:<>?@[\\\\\\]^|]");
const IPV6 = new SafeRegExp("^[0-9A-Fa-f[\\]:]*$");
const NOT_OPAQUE = "fake://dummy.test";

function canonicalHost(text) {
  return RegExpPrototypeExec(FORBIDDEN_IN_HOSTS, text) !== null ? null : setPart(NOT_OPAQUE, HOSTNAME, text);
}

function canonicalPath(text) {
  if (text[0] === "/") {
    return parse(`fake://fake-url${text}`)?.[PATHNAME] ?? null;
  }
  const path = parse(`fake://fake-url/-${text}`)?.[PATHNAME] ?? null;
  return path === null || path.length < 2 ? path : StringPrototypeSlice(path, 2);
}

const plain = (part) => (text) => setPart(NOT_OPAQUE, part, text);
const canonical = [
  (text) => parse(`${text}://dummy.test`)?.[PROTOCOL] ?? null, plain(USERNAME), plain(PASSWORD), canonicalHost, plain(PORT), canonicalPath, plain(SEARCH),
  plain(HASH),
];
const canonicalIpv6 = (text) => RegExpPrototypeExec(IPV6, text) === null ? null : text;
const canonicalOpaque = (text) => parse(`fake:${text}`)?.[PATHNAME] ?? null;

// Tokens.

function fail(what = undefined) {
  throw new TypeError(what === undefined ? "Syntax error in URL Pattern" : `Syntax error in URL Pattern: ${what}`);
}

const NAME_START = new SafeRegExp("[$_\\p{ID_Start}]", "u");
const NAME_PART = new SafeRegExp("[$_\\u200c\\u200d\\p{ID_Continue}]", "u");
const KINDS = { __proto__: null, "*": "asterisk", "+": "modifier", "?": "modifier", "{": "open", "}": "close" };

// The code point at `index`, as text.
function pointAt(text, index) {
  return StringPrototypeSlice(text, index, index + (StringPrototypeCodePointAt(text, index) > 0xffff ? 2 : 1));
}

// How many bytes the text up to `end` has, which is how errors count.
function bytesBefore(text, end) {
  let bytes = 0;
  for (let i = 0; i < end; i++) {
    const point = StringPrototypeCodePointAt(text, i);
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    i += point > 0xffff ? 1 : 0;
  }
  return bytes;
}

// Splits a pattern; where it is lenient, what cannot be is a token of its own.
function tokenize(text, lenient) {
  const tokens = [];
  const add = (type, index, next, value) => {
    ArrayPrototypePush(tokens, { __proto__: null, type, index, value });
    return next;
  };
  let index = 0;
  while (index < text.length) {
    const char = pointAt(text, index);
    const next = index + char.length;
    const wrong = (what, at, after = at + 1, value = at < text.length ? pointAt(text, at) : "") => {
      if (!lenient) {
        fail(`${what} at ${bytesBefore(text, at)}`);
      }
      return add("invalid", at, after, value);
    };
    if (KINDS[char] !== undefined) {
      index = add(KINDS[char], index, next, char);
    } else if (char === "\\") {
      if (next >= text.length) {
        index = wrong("invalid escape character", index);
      } else {
        const escaped = pointAt(text, next);
        index = add("escaped", index, next + escaped.length, escaped);
      }
    } else if (char === ":") {
      let end = next;
      while (end < text.length) {
        const point = pointAt(text, end);
        if (RegExpPrototypeExec(end === next ? NAME_START : NAME_PART, point) === null) {
          break;
        }
        end += point.length;
      }
      index = end === next ? wrong("invalid name start", index) : add("name", index, end, StringPrototypeSlice(text, next, end));
    } else if (char === "(") {
      index = readRegExp(text, index, add, wrong);
    } else {
      index = add("char", index, next, char);
    }
  }
  add("end", index, index, "");
  return tokens;
}

function readRegExp(text, index, add, wrong) {
  const start = index + 1;
  if (start >= text.length) {
    return wrong("invalid regex start", index);
  }
  let depth = 1;
  let at = start;
  while (at < text.length) {
    const code = StringPrototypeCharCodeAt(text, at);
    const char = text[at];
    if (code > 127 || (at === start && char === "?")) {
      return wrong("invalid regex character", at, at);
    }
    if (char === "\\") {
      if (at + 1 >= text.length) {
        return wrong("invalid escape character in regex", at, at);
      }
      if (StringPrototypeCharCodeAt(text, at + 1) > 127) {
        return wrong("invalid escaped character in regex", at + 1, at + 1);
      }
      at += 2;
      continue;
    }
    if (char === ")") {
      depth--;
      if (depth === 0) {
        return add("regexp", index, at + 1, StringPrototypeSlice(text, start, at));
      }
    } else if (char === "(") {
      depth++;
      if (at + 1 >= text.length) {
        return wrong("invalid group in regex", at, at);
      }
      if (text[at + 1] !== "?") {
        return wrong("invalid group in regex", at + 1, at + 1);
      }
    }
    at++;
  }
  return wrong("invalid regex segment", start, text.length, "");
}

// Patterns of components.

const ESCAPED_IN_REGEXPS = ".+*?^${}()[]|/\\";
const ESCAPED_IN_PATTERNS = "+*?:{}()\\";
const ANY = ".*";

function escape(text, chars) {
  let escaped = "";
  for (let i = 0; i < text.length; i++) {
    escaped += StringPrototypeIncludes(chars, text[i]) ? `\\${text[i]}` : text[i];
  }
  return escaped;
}

// What a name matches without a regular expression of its own.
const segmentOf = (delimiter) => `[^${escape(delimiter, ESCAPED_IN_REGEXPS)}]+`;

// Parts of a pattern: { type, value, modifier, name, isNamed, prefix, suffix }.
function parsePattern(text, { delimiter, prefix: optionPrefix }, encode) {
  const tokens = tokenize(text, false);
  const parts = [];
  const names = new SafeSet();
  let index = 0;
  let nextName = 0;
  let pending = "";
  const tryTake = (type) => tokens[index].type === type ? tokens[index++] : null;
  const canonicalText = (value) => (value === "" ? "" : encode(value) ?? fail());
  const addText = (value, modifier) => {
    if (value !== "") {
      ArrayPrototypePush(parts, { __proto__: null, type: "text", value: canonicalText(value), modifier, name: "", isNamed: false, prefix: "", suffix: "" });
    }
  };
  const flush = () => {
    addText(pending, "");
    pending = "";
  };
  const addPart = (prefix, name, regexp, suffix, modifier) => {
    if (name === null && regexp === null) {
      if (modifier === "") {
        pending += prefix;
      } else {
        flush();
        addText(prefix, modifier);
      }
      return;
    }
    flush();
    let type = "regexp";
    let value = "";
    if (regexp === null || regexp.value === segmentOf(delimiter)) {
      type = "segment";
    } else if (regexp.type === "asterisk" || regexp.value === ANY) {
      type = "full";
    } else {
      value = regexp.value;
    }
    const isNamed = name !== null;
    const own = isNamed ? name.value : String(nextName++);
    if (names.has(own)) {
      fail(`Duplicated part names [${own}]`);
    }
    names.add(own);
    ArrayPrototypePush(parts, { __proto__: null, type, value, modifier, name: own, isNamed, prefix: canonicalText(prefix), suffix: canonicalText(suffix) });
  };
  const takeModifier = () => (tryTake("modifier") ?? tryTake("asterisk"))?.value ?? "";
  const takeText = () => {
    let value = "";
    let token;
    while ((token = tryTake("char") ?? tryTake("escaped")) !== null) {
      value += token.value;
    }
    return value;
  };
  while (index < tokens.length) {
    const char = tryTake("char");
    const name = tryTake("name");
    const regexp = tryTake("regexp") ?? (name === null ? tryTake("asterisk") : null);
    if (name !== null || regexp !== null) {
      let prefix = char === null ? "" : char.value;
      if (prefix !== "" && prefix !== optionPrefix) {
        pending += prefix;
        prefix = "";
      }
      flush();
      addPart(prefix, name, regexp, "", takeModifier());
      continue;
    }
    const fixed = char ?? tryTake("escaped");
    if (fixed !== null) {
      pending += fixed.value;
      continue;
    }
    if (tryTake("open") !== null) {
      const prefix = takeText();
      const inner = tryTake("name");
      const innerRegexp = tryTake("regexp") ?? (inner === null ? tryTake("asterisk") : null);
      const suffix = takeText();
      if (tryTake("close") === null) {
        fail("Missing required close token");
      }
      addPart(prefix, inner, innerRegexp, suffix, takeModifier());
      continue;
    }
    flush();
    if (tryTake("end") === null) {
      fail("Missing required end token");
    }
  }
  return parts;
}

// The regular expression of a component, and the names of its groups.
function expressionOf(parts, { delimiter }) {
  let source = "^";
  const names = [];
  const one = segmentOf(delimiter);
  for (let i = 0; i < parts.length; i++) {
    const { type, value, modifier, name, prefix, suffix } = parts[i];
    if (type === "text") {
      const text = escape(value, ESCAPED_IN_REGEXPS);
      source += modifier === "" ? text : `(?:${text})${modifier}`;
      continue;
    }
    ArrayPrototypePush(names, name);
    const inner = type === "segment" ? one : type === "full" ? ANY : value;
    const before = escape(prefix, ESCAPED_IN_REGEXPS);
    const after = escape(suffix, ESCAPED_IN_REGEXPS);
    if (before === "" && after === "") {
      source += modifier === "" || modifier === "?" ? `(${inner})${modifier}` : `((?:${inner})${modifier})`;
    } else if (modifier === "" || modifier === "?") {
      source += `(?:${before}(${inner})${after})${modifier}`;
    } else {
      source += `(?:${before}((?:${inner})(?:${after}${before}(?:${inner}))*)${after})${modifier === "*" ? "?" : ""}`;
    }
  }
  return { __proto__: null, source: `${source}$`, names };
}

// The text that a pattern shows.
function textOf(parts, { delimiter, prefix: optionPrefix }) {
  let text = "";
  for (let i = 0; i < parts.length; i++) {
    const { type, value, modifier, name, isNamed, prefix, suffix } = parts[i];
    if (type === "text") {
      text += modifier === "" ? escape(value, ESCAPED_IN_PATTERNS) : `{${escape(value, ESCAPED_IN_PATTERNS)}}${modifier}`;
      continue;
    }
    const before = parts[i - 1];
    let grouped = suffix !== "" || (prefix !== "" && !StringPrototypeStartsWith(prefix, optionPrefix));
    if (!grouped && prefix === "" && before?.type === "text" && optionPrefix !== "") {
      grouped = before.value[before.value.length - 1] === optionPrefix;
    }
    text += grouped ? `{${escape(prefix, ESCAPED_IN_PATTERNS)}` : escape(prefix, ESCAPED_IN_PATTERNS);
    if (isNamed) {
      text += `:${name}`;
    }
    if (type === "regexp") {
      text += `(${value})`;
    } else if (type === "segment") {
      text += isNamed ? "" : `(${segmentOf(delimiter)})`;
    } else if (!isNamed && (before === undefined || before.type === "text" || before.modifier !== "" || grouped || prefix !== "")) {
      text += "*";
    } else {
      text += `(${ANY})`;
    }
    if (type === "segment" && isNamed && suffix !== "" && RegExpPrototypeExec(NAME_PART, pointAt(suffix, 0)) !== null) {
      text += "\\";
    }
    text += escape(suffix, ESCAPED_IN_PATTERNS);
    text += grouped ? `}${modifier}` : modifier;
  }
  return text;
}

const DEFAULT = { __proto__: null, delimiter: "", prefix: "" };
const HOST = { __proto__: null, delimiter: ".", prefix: "" };
const PATH = { __proto__: null, delimiter: "/", prefix: "/" };

function compile(text, encode, options) {
  const parts = parsePattern(text, options, encode);
  const { source, names } = expressionOf(parts, options);
  return { __proto__: null, pattern: textOf(parts, options), source, names };
}

const SPECIAL = ["http", "https", "ws", "wss", "ftp"];

function matchesSpecial({ source }) {
  let regexp;
  try {
    regexp = new SafeRegExp(source);
  } catch {
    return false;
  }
  for (let i = 0; i < SPECIAL.length; i++) {
    if (RegExpPrototypeExec(regexp, SPECIAL[i]) !== null) {
      return true;
    }
  }
  return false;
}

function isIpv6(text) {
  return text.length >= 2 && (text[0] === "[" || ((text[0] === "{" || text[0] === "\\") && text[1] === "["));
}

// The eight components of what `init` says of them.
function compileAll(init) {
  const compiled = [];
  for (let i = 0; i < COMPONENTS.length; i++) {
    const text = init[COMPONENTS[i]] ?? "*";
    if (i === HOSTNAME) {
      compiled[i] = compile(text, isIpv6(text) ? canonicalIpv6 : canonicalHost, HOST);
    } else if (i === PATHNAME) {
      compiled[i] = matchesSpecial(compiled[PROTOCOL]) ? compile(text, canonicalPath, PATH) : compile(text, canonicalOpaque, DEFAULT);
    } else {
      compiled[i] = compile(text, canonical[i], DEFAULT);
    }
  }
  return compiled;
}

// Patterns that are one text.

// Splits a text into an init, as a parser of URLs would.
function splitText(text) {
  const tokens = tokenize(text, true);
  const init = { __proto__: null };
  let state = "init";
  let start = 0;
  let index = 0;
  let step = 1;
  let depth = 0;
  let brackets = 0;
  const tokenAt = (at) => at < tokens.length ? tokens[at] : tokens[tokens.length - 1];
  const isPlain = (at, char) => {
    const { type, value } = tokenAt(at);
    return value === char && (type === "char" || type === "escaped" || type === "invalid");
  };
  const isSearch = (at) => {
    if (isPlain(at, "?")) {
      return true;
    }
    if (tokens[at].value !== "?" || tokens[at].type !== "modifier") {
      return false;
    }
    const before = at === 0 ? null : tokenAt(at - 1);
    return before === null || (before.type !== "name" && before.type !== "regexp" && before.type !== "close" && before.type !== "asterisk");
  };
  const component = () => StringPrototypeSlice(text, tokens[start].index, tokenAt(index).index);
  const change = (next, skip) => {
    if (state !== "init" && state !== "authority" && state !== "done") {
      init[state] = component();
    }
    state = next;
    start = index + skip;
    index += skip;
    step = 0;
  };
  const rewind = (next) => {
    index = start;
    step = 0;
    state = next;
  };
  while (index < tokens.length) {
    step = 1;
    const { type } = tokens[index];
    if (type === "end") {
      if (state === "init") {
        rewind("init");
        if (isPlain(index, "#")) {
          change("hash", 1);
        } else if (isSearch(index)) {
          change("search", 1);
          init.hash = "";
        } else {
          change("pathname", 0);
          init.search = "";
          init.hash = "";
        }
        index += step;
        continue;
      }
      if (state === "authority") {
        rewind("hostname");
        index += step;
        continue;
      }
      change("done", 0);
      break;
    }
    if (type === "open") {
      depth++;
      index += step;
      continue;
    }
    if (depth > 0) {
      if (type !== "close") {
        index += step;
        continue;
      }
      depth--;
    }
    switch (state) {
      case "init":
        if (isPlain(index, ":")) {
          for (let i = USERNAME; i < COMPONENTS.length; i++) {
            init[COMPONENTS[i]] = "";
          }
          rewind("protocol");
        }
        break;
      case "protocol":
        if (isPlain(index, ":")) {
          if (isPlain(index + 1, "/") && isPlain(index + 2, "/")) {
            change("authority", 3);
          } else {
            change("pathname", 1);
          }
        }
        break;
      case "authority":
        if (isPlain(index, "@")) {
          rewind("username");
        } else if (isPlain(index, "/") || isSearch(index) || isPlain(index, "#")) {
          rewind("hostname");
        }
        break;
      case "username":
        if (isPlain(index, ":")) {
          change("password", 1);
        } else if (isPlain(index, "@")) {
          change("hostname", 1);
        }
        break;
      case "password":
        if (isPlain(index, "@")) {
          change("hostname", 1);
        }
        break;
      case "hostname":
        if (isPlain(index, "[")) {
          brackets++;
        } else if (isPlain(index, "]")) {
          brackets--;
        } else if (isPlain(index, ":") && brackets === 0) {
          change("port", 1);
        } else if (isPlain(index, "/")) {
          change("pathname", 0);
        } else if (isSearch(index)) {
          change("search", 1);
        } else if (isPlain(index, "#")) {
          change("hash", 1);
        }
        break;
      case "port":
        if (isPlain(index, "/")) {
          change("pathname", 0);
        } else if (isSearch(index)) {
          change("search", 1);
        } else if (isPlain(index, "#")) {
          change("hash", 1);
        }
        break;
      case "pathname":
        if (isSearch(index)) {
          change("search", 1);
        } else if (isPlain(index, "#")) {
          change("hash", 1);
        }
        break;
      case "search":
        if (isPlain(index, "#")) {
          change("hash", 1);
        }
        break;
    }
    index += step;
  }
  return init;
}

// What is given.

function readInit(input) {
  if (input === undefined || input === null) {
    return { __proto__: null };
  }
  if (typeof input !== "object" && typeof input !== "function") {
    return `${input}`;
  }
  const init = { __proto__: null };
  for (let i = 0; i < MEMBERS.length; i++) {
    const value = input[MEMBERS[i]];
    if (value !== undefined) {
      init[MEMBERS[i]] = `${value}`;
    }
  }
  return init;
}

const without = (text, char, atEnd) => {
  if (atEnd) {
    return text[text.length - 1] === char ? StringPrototypeSlice(text, 0, -1) : text;
  }
  return text[0] === char ? StringPrototypeSlice(text, 1) : text;
};

// What a base says, escaped as a pattern would have to be.
function inherit(init) {
  const result = { __proto__: null };
  let base = null;
  if (init.baseURL !== undefined) {
    base = parse(init.baseURL);
    if (base === null) {
      throw new TypeError("Invalid base URL.");
    }
    for (let i = 0; i < COMPONENTS.length; i++) {
      result[COMPONENTS[i]] = i < PATHNAME ? base[i] : escape(base[i], ESCAPED_IN_PATTERNS);
    }
  }
  return { result, base };
}

function isAbsolute(text) {
  return text[0] === "/" || ((text[0] === "\\" || text[0] === "{") && text[1] === "/");
}

// The init of a pattern, with what its base says.
function patternInit(init) {
  const { result, base } = inherit(init);
  for (let i = 0; i < COMPONENTS.length; i++) {
    const name = COMPONENTS[i];
    let text = init[name];
    if (text === undefined) {
      continue;
    }
    if (i === PROTOCOL) {
      text = without(text, ":", true);
    } else if (i === SEARCH) {
      text = without(text, "?", false);
    } else if (i === HASH) {
      text = without(text, "#", false);
    } else if (i === PATHNAME && base !== null && !isAbsolute(text)) {
      const path = base[PATHNAME];
      const slash = StringPrototypeLastIndexOf(path, "/");
      text = slash === -1 ? path : StringPrototypeSlice(path, 0, slash + 1) + text;
    }
    result[name] = text;
  }
  return result;
}

const PORT_NUMBER = new SafeRegExp("^[0-9]{1,5}$");

// The eight values of an init that is to match.
function inputValues(init) {
  const { result, base } = inherit(init);
  let href = NOT_OPAQUE;
  const values = [];
  const wrong = (part) => {
    throw new TypeError(`Invalid URL ${COMPONENTS[part]} component`);
  };
  const isOwn = init.protocol !== undefined;
  if (isOwn) {
    href = `${init.protocol === "" ? "fake" : without(init.protocol, ":", true)}://u@dummy.test:1`;
    const parsed = parse(href) ?? wrong(PROTOCOL);
    if (init.protocol !== "") {
      result.protocol = parsed[PROTOCOL];
    }
  } else if (base !== null) {
    href = `${result.protocol}://dummy.test`;
  }
  for (let i = USERNAME; i < COMPONENTS.length; i++) {
    const name = COMPONENTS[i];
    const text = init[name];
    if (text === undefined) {
      continue;
    }
    let value;
    if (i === HOSTNAME) {
      value = text[0] === "[" || RegExpPrototypeExec(FORBIDDEN_IN_HOSTS, text) === null ? setPart(href, i, text) : null;
    } else if (i === PORT) {
      value = text === "" ? "" : RegExpPrototypeExec(PORT_NUMBER, text) === null ? null : setPart(href, i, text);
    } else if (i === PATHNAME && base !== null && !isOwn) {
      value = parse(text, init.baseURL)?.[PATHNAME] ?? null;
    } else {
      value = setPart(href, i, text);
    }
    result[name] = value ?? wrong(i);
  }
  for (let i = 0; i < COMPONENTS.length; i++) {
    values[i] = result[COMPONENTS[i]] ?? "";
  }
  return values;
}

function readOptions(given) {
  if (given === undefined) {
    return undefined;
  }
  if (given === null) {
    return { __proto__: null, ignoreCase: false };
  }
  if (typeof given !== "object" && typeof given !== "function") {
    throw new TypeError("Failed to construct 'URLPattern': constructor parameter 3 is not of type 'URLPatternOptions'.");
  }
  return { __proto__: null, ignoreCase: !!given.ignoreCase };
}

// What matches, or null.
function match(components, input, base) {
  let values;
  if (typeof input === "string") {
    values = parse(input, base);
    if (values === null) {
      return null;
    }
  } else if (base !== undefined) {
    throw new TypeError("A baseURL is not allowed when input is an object.");
  } else {
    values = inputValues(input);
  }
  const matches = [];
  for (let i = 0; i < COMPONENTS.length; i++) {
    matches[i] = RegExpPrototypeExec(components[i].regexp, values[i]);
    if (matches[i] === null) {
      return null;
    }
  }
  return { __proto__: null, values, matches };
}

class URLPattern {
  #components = [];

  static #of(pattern) {
    if (typeof pattern !== "object" || pattern === null || !(#components in pattern)) {
      throw illegalInvocation();
    }
    return pattern.#components;
  }

  constructor(input = undefined, baseOrOptions = undefined, maybeOptions = undefined) {
    const read = readInit(input);
    let base;
    let options;
    if (typeof baseOrOptions === "object" || typeof baseOrOptions === "function") {
      options = readOptions(baseOrOptions);
    } else if (baseOrOptions !== undefined) {
      base = `${baseOrOptions}`;
    }
    const third = readOptions(maybeOptions);
    // Options in the place of the base are the only ones.
    options ??= third;
    let init = read;
    if (typeof read === "string") {
      init = splitText(read);
      if (base !== undefined) {
        init.baseURL = base;
      } else if (init.protocol === undefined) {
        fail("a relative pattern must have a base URL.");
      }
    }
    const compiled = compileAll(patternInit(init));
    const flags = options?.ignoreCase ? "ui" : "u";
    for (let i = 0; i < COMPONENTS.length; i++) {
      const { pattern, source, names } = compiled[i];
      let regexp;
      try {
        regexp = new SafeRegExp(source, flags);
      } catch {
        throw new TypeError("Invalid regular expression syntax.");
      }
      this.#components[i] = { __proto__: null, pattern, regexp, names };
    }
  }

  get protocol() {
    return URLPattern.#of(this)[0].pattern;
  }
  get username() {
    return URLPattern.#of(this)[1].pattern;
  }
  get password() {
    return URLPattern.#of(this)[2].pattern;
  }
  get hostname() {
    return URLPattern.#of(this)[3].pattern;
  }
  get port() {
    return URLPattern.#of(this)[4].pattern;
  }
  get pathname() {
    return URLPattern.#of(this)[5].pattern;
  }
  get search() {
    return URLPattern.#of(this)[6].pattern;
  }
  get hash() {
    return URLPattern.#of(this)[7].pattern;
  }
  test(input = undefined, base = undefined) {
    const components = URLPattern.#of(this);
    return match(components, readInit(input), base === undefined ? undefined : `${base}`) !== null;
  }
  exec(input = undefined, base = undefined) {
    const components = URLPattern.#of(this);
    const read = readInit(input);
    const baseText = base === undefined ? undefined : `${base}`;
    const found = match(components, read, baseText);
    if (found === null) {
      return null;
    }
    const given = typeof read === "string" ? read : { ...read };
    const result = { inputs: baseText === undefined ? [given] : [given, baseText] };
    for (let i = 0; i < COMPONENTS.length; i++) {
      const groups = {};
      const { names } = components[i];
      for (let j = 0; j < names.length; j++) {
        groups[names[j]] = found.matches[i][j + 1] ?? "";
      }
      result[COMPONENTS[i]] = { input: found.values[i], groups };
    }
    return result;
  }
}
ObjectDefineProperty(URLPattern.prototype, SymbolToStringTag, { __proto__: null, value: "URLPattern", configurable: true });

return { URLPattern };
})();
