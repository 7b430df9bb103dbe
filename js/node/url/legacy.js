// The parser of URLs that Node had before the standard: `url.parse`, `format` and `resolve`.
//
// Owns the class Url. It must not know the standard's URL.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeJoin, ArrayPrototypePop, ArrayPrototypePush, ArrayPrototypeShift, ArrayPrototypeSplice, ArrayPrototypeUnshift,
  Boolean, NumberPrototypeToString, ObjectAssign, RegExpPrototypeExec, RegExpPrototypeSymbolReplace, RegExpPrototypeTest, SafeSet,
  StringPrototypeCharCodeAt, StringPrototypeIncludes, StringPrototypeIndexOf, StringPrototypePadStart, StringPrototypeReplaceAll,
  StringPrototypeSlice, StringPrototypeSplit, StringPrototypeStartsWith, StringPrototypeToLowerCase, StringPrototypeToUpperCase,
  decodeURIComponent,
} = primordials;
const querystring = core.loadExtScript("ext:denizen/node/querystring.js");
const { op_node_domain } = core.ops;
const { nodeError, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");

const SLASHED = new SafeSet(["http", "http:", "https", "https:", "ftp", "ftp:", "gopher", "gopher:", "file", "file:", "ws", "ws:", "wss", "wss:"]);
const HOSTLESS = new SafeSet(["javascript", "javascript:"]);
const SIMPLE = /^(\/\/?(?!\/)[^?\s]*)(\?[^\s]*)?$/;
const PROTOCOL = /^[a-z0-9.+-]+:/i;
// Spaces at the ends.
const BLANK = /^[\0- \u00a0\ufeff]+|[\0- \u00a0\ufeff]+$/g;
const HASH_OR_AUTH = /#|^[^?]*@/;
const HOST = /^\/\/[^@/]+@[^@/]+/;
const FORBIDDEN = /[\0\t\n\r #%/:<>?@[\\\]^|]/;
const FORBIDDEN_IPV6 = /[\0\t\n\r #%/<>?@\\^|]/;
const NOT_ASCII = /[^\0-\x7f]/;
const HOST_LENGTH_MAX = 255;

function Url() {
  this.protocol = null;
  this.slashes = null;
  this.auth = null;
  this.host = null;
  this.port = null;
  this.hostname = null;
  this.hash = null;
  this.search = null;
  this.query = null;
  this.pathname = null;
  this.path = null;
  this.href = null;
}

const isIpv6 = (host) => StringPrototypeStartsWith(host, "[") && host[host.length - 1] === "]";

// Backslashes are slashes up to the query or the fragment.
function withSlashes(text) {
  const end = RegExpPrototypeExec(/[?#]/, text)?.index;
  if (end === undefined) return StringPrototypeReplaceAll(text, "\\", "/");
  return `${StringPrototypeReplaceAll(StringPrototypeSlice(text, 0, end), "\\", "/")}${StringPrototypeSlice(text, end)}`;
}

const escaped = (text) => RegExpPrototypeSymbolReplace(
  /[\t\n\r "'<>\\^`{|}]/g,
  text,
  (char) => `%${StringPrototypePadStart(StringPrototypeToUpperCase(NumberPrototypeToString(StringPrototypeCharCodeAt(char, 0), 16)), 2, "0")}`,
);

Url.prototype.parse = function parse(url, parseQueryString, slashesDenoteHost) {
  validateString(url, "url");
  let rest = withSlashes(RegExpPrototypeSymbolReplace(BLANK, url, ""));
  if (!slashesDenoteHost && !RegExpPrototypeTest(HASH_OR_AUTH, rest)) {
    const simple = RegExpPrototypeExec(SIMPLE, rest);
    if (simple !== null) {
      this.path = rest;
      this.href = rest;
      this.pathname = simple[1];
      if (simple[2]) {
        this.search = simple[2];
        this.query = parseQueryString ? querystring.parse(StringPrototypeSlice(simple[2], 1)) : StringPrototypeSlice(simple[2], 1);
      } else if (parseQueryString) {
        this.search = null;
        this.query = { __proto__: null };
      }
      return this;
    }
  }
  const found = RegExpPrototypeExec(PROTOCOL, rest);
  const proto = found === null ? undefined : StringPrototypeToLowerCase(found[0]);
  if (proto !== undefined) {
    this.protocol = proto;
    rest = StringPrototypeSlice(rest, proto.length);
  }
  let slashes = false;
  if (slashesDenoteHost || proto !== undefined || RegExpPrototypeTest(HOST, rest)) {
    slashes = StringPrototypeStartsWith(rest, "//");
    if (slashes && !HOSTLESS.has(proto)) {
      rest = StringPrototypeSlice(rest, 2);
      this.slashes = true;
    } else {
      slashes = slashes && !HOSTLESS.has(proto);
    }
  }
  if (!HOSTLESS.has(proto) && (slashes || (proto !== undefined && !SLASHED.has(found[0])))) {
    let hostEnd = -1;
    let at = -1;
    let notHost = -1;
    for (let i = 0; i < rest.length; i++) {
      switch (rest[i]) {
        case "\t":
        case "\n":
        case "\r":
          rest = `${StringPrototypeSlice(rest, 0, i)}${StringPrototypeSlice(rest, i + 1)}`;
          i--;
          break;
        case " ":
        case '"':
        case "%":
        case "'":
        case ";":
        case "<":
        case ">":
        case "\\":
        case "^":
        case "`":
        case "{":
        case "|":
        case "}":
          if (notHost === -1) notHost = i;
          break;
        case "#":
        case "/":
        case "?":
          if (notHost === -1) notHost = i;
          hostEnd = i;
          break;
        case "@":
          at = i;
          notHost = -1;
          break;
        default:
      }
      if (hostEnd !== -1) break;
    }
    let start = 0;
    if (at !== -1) {
      this.auth = decodeURIComponent(StringPrototypeSlice(rest, 0, at));
      start = at + 1;
    }
    if (notHost === -1) {
      this.host = StringPrototypeSlice(rest, start);
      rest = "";
    } else {
      this.host = StringPrototypeSlice(rest, start, notHost);
      rest = StringPrototypeSlice(rest, notHost);
    }
    this.parseHost();
    if (typeof this.hostname !== "string") this.hostname = "";
    const ipv6 = isIpv6(this.hostname);
    if (!ipv6) {
      const end = RegExpPrototypeExec(/[/\\#?:]/, this.hostname)?.index;
      if (end !== undefined) {
        rest = `/${StringPrototypeSlice(this.hostname, end)}${rest}`;
        this.hostname = StringPrototypeSlice(this.hostname, 0, end);
      }
    }
    this.hostname = this.hostname.length > HOST_LENGTH_MAX ? "" : StringPrototypeToLowerCase(this.hostname);
    if (this.hostname !== "") {
      if (ipv6) {
        if (RegExpPrototypeTest(FORBIDDEN_IPV6, this.hostname)) throw invalidUrl(url);
      } else {
        if (RegExpPrototypeTest(NOT_ASCII, this.hostname)) this.hostname = op_node_domain(this.hostname);
        if (this.hostname === "" || RegExpPrototypeTest(FORBIDDEN, this.hostname)) throw invalidUrl(url);
      }
    }
    this.host = `${this.hostname}${this.port ? `:${this.port}` : ""}`;
    if (ipv6) {
      this.hostname = StringPrototypeSlice(this.hostname, 1, -1);
      if (rest[0] !== "/") rest = `/${rest}`;
    }
  }
  if (!HOSTLESS.has(proto)) rest = escaped(rest);
  const hash = StringPrototypeIndexOf(rest, "#");
  if (hash !== -1) {
    this.hash = StringPrototypeSlice(rest, hash);
    rest = StringPrototypeSlice(rest, 0, hash);
  }
  const query = StringPrototypeIndexOf(rest, "?");
  if (query !== -1) {
    this.search = StringPrototypeSlice(rest, query);
    this.query = StringPrototypeSlice(rest, query + 1);
    if (parseQueryString) this.query = querystring.parse(this.query);
    rest = StringPrototypeSlice(rest, 0, query);
  } else if (parseQueryString) {
    this.search = null;
    this.query = { __proto__: null };
  }
  if (rest.length > 0) this.pathname = rest;
  if (SLASHED.has(proto) && this.hostname && !this.pathname) this.pathname = "/";
  if (this.pathname || this.search) this.path = `${this.pathname || ""}${this.search || ""}`;
  this.href = this.format();
  return this;
};

function invalidUrl(input) {
  const error = nodeError("ERR_INVALID_URL", "Invalid URL");
  error.input = input;
  return error;
}

Url.prototype.format = function format() {
  let auth = this.auth || "";
  if (auth) auth = `${StringPrototypeReplaceAll(querystring.escape(auth), "%3A", ":")}@`;
  let protocol = this.protocol || "";
  let pathname = this.pathname || "";
  let hash = this.hash || "";
  let host = "";
  let query = "";
  if (this.host) {
    host = `${auth}${this.host}`;
  } else if (this.hostname) {
    host = `${auth}${StringPrototypeIncludes(this.hostname, ":") && !isIpv6(this.hostname) ? `[${this.hostname}]` : this.hostname}`;
    if (this.port) host += `:${this.port}`;
  }
  if (this.query !== null && typeof this.query === "object") query = querystring.stringify(this.query);
  let search = this.search || (query && `?${query}`) || "";
  if (protocol && protocol[protocol.length - 1] !== ":") protocol += ":";
  pathname = StringPrototypeReplaceAll(StringPrototypeReplaceAll(pathname, "#", "%23"), "?", "%3F");
  if (this.slashes || SLASHED.has(protocol)) {
    if (this.slashes || host) {
      if (pathname && pathname[0] !== "/") pathname = `/${pathname}`;
      host = `//${host}`;
    } else if (StringPrototypeStartsWith(protocol, "file")) {
      host = "//";
    }
  }
  search = StringPrototypeReplaceAll(search, "#", "%23");
  if (hash && hash[0] !== "#") hash = `#${hash}`;
  if (search && search[0] !== "?") search = `?${search}`;
  return `${protocol}${host}${pathname}${search}${hash}`;
};

Url.prototype.resolveObject = function resolveObject(relative) {
  if (typeof relative === "string") relative = new Url().parse(relative, false, true);
  const result = ObjectAssign(new Url(), this);
  result.hash = relative.hash;
  if (relative.href === "") {
    result.href = result.format();
    return result;
  }
  const finish = () => {
    result.href = result.format();
    return result;
  };
  if (relative.slashes && !relative.protocol) {
    const { protocol } = result;
    ObjectAssign(result, relative);
    result.protocol = protocol;
    if (SLASHED.has(protocol) && result.hostname && !result.pathname) {
      result.pathname = "/";
      result.path = "/";
    }
    return finish();
  }
  if (relative.protocol && relative.protocol !== result.protocol) {
    if (!SLASHED.has(relative.protocol)) {
      ObjectAssign(result, relative);
      return finish();
    }
    result.protocol = relative.protocol;
    if (!relative.host && !HOSTLESS.has(relative.protocol) && relative.protocol !== "file" && relative.protocol !== "file:") {
      const parts = StringPrototypeSplit(relative.pathname || "", "/");
      while (parts.length > 0 && !(relative.host = ArrayPrototypeShift(parts)));
      relative.host ||= "";
      relative.hostname ||= "";
      if (parts[0] !== "") ArrayPrototypeUnshift(parts, "");
      if (parts.length < 2) ArrayPrototypeUnshift(parts, "");
      result.pathname = ArrayPrototypeJoin(parts, "/");
    } else {
      result.pathname = relative.pathname;
    }
    result.search = relative.search;
    result.query = relative.query;
    result.host = relative.host || "";
    result.auth = relative.auth;
    result.hostname = relative.hostname || relative.host;
    result.port = relative.port;
    if (result.pathname || result.search) result.path = `${result.pathname || ""}${result.search || ""}`;
    result.slashes = result.slashes || relative.slashes;
    return finish();
  }
  const sourceAbsolute = Boolean(result.pathname && result.pathname[0] === "/");
  const relativeAbsolute = Boolean(relative.host || (relative.pathname && relative.pathname[0] === "/"));
  let mustEndAbsolute = relativeAbsolute || sourceAbsolute || Boolean(result.host && relative.pathname);
  const removeAll = mustEndAbsolute;
  let source = (result.pathname && StringPrototypeSplit(result.pathname, "/")) || [];
  const wanted = (relative.pathname && StringPrototypeSplit(relative.pathname, "/")) || [];
  const noLeading = Boolean(result.protocol && !SLASHED.has(result.protocol));
  if (noLeading) {
    result.hostname = "";
    result.port = null;
    if (result.host) {
      if (source[0] === "") source[0] = result.host;
      else ArrayPrototypeUnshift(source, result.host);
    }
    result.host = "";
    if (relative.protocol) {
      relative.hostname = null;
      relative.port = null;
      result.auth = null;
      if (relative.host) {
        if (wanted[0] === "") wanted[0] = relative.host;
        else ArrayPrototypeUnshift(wanted, relative.host);
      }
      relative.host = null;
    }
    mustEndAbsolute = mustEndAbsolute && (wanted[0] === "" || source[0] === "");
  }
  if (relativeAbsolute) {
    if (relative.host || relative.host === "") {
      if (result.host !== relative.host) result.auth = null;
      result.host = relative.host;
      result.port = relative.port;
    }
    if (relative.hostname || relative.hostname === "") {
      if (result.hostname !== relative.hostname) result.auth = null;
      result.hostname = relative.hostname;
    }
    result.search = relative.search;
    result.query = relative.query;
    source = wanted;
  } else if (wanted.length > 0) {
    ArrayPrototypePop(source);
    for (let i = 0; i < wanted.length; i++) ArrayPrototypePush(source, wanted[i]);
    result.search = relative.search;
    result.query = relative.query;
  } else if (relative.search !== null && relative.search !== undefined) {
    if (noLeading) takeHost(result, ArrayPrototypeShift(source));
    result.search = relative.search;
    result.query = relative.query;
    if (result.pathname !== null || result.search !== null) result.path = `${result.pathname || ""}${result.search || ""}`;
    return finish();
  }
  if (source.length === 0) {
    result.pathname = null;
    result.path = result.search ? `/${result.search}` : null;
    return finish();
  }
  let last = source[source.length - 1];
  const trailing = ((result.host || relative.host || source.length > 1) && (last === "." || last === "..")) || last === "";
  let up = 0;
  for (let i = source.length - 1; i >= 0; i--) {
    last = source[i];
    if (last === ".") {
      ArrayPrototypeSplice(source, i, 1);
    } else if (last === "..") {
      ArrayPrototypeSplice(source, i, 1);
      up++;
    } else if (up > 0) {
      ArrayPrototypeSplice(source, i, 1);
      up--;
    }
  }
  if (!mustEndAbsolute && !removeAll) while (up-- > 0) ArrayPrototypeUnshift(source, "..");
  if (mustEndAbsolute && source[0] !== "" && (!source[0] || source[0][0] !== "/")) ArrayPrototypeUnshift(source, "");
  if (trailing && StringPrototypeSlice(ArrayPrototypeJoin(source, "/"), -1) !== "/") ArrayPrototypePush(source, "");
  const absolute = source[0] === "" || (source[0] && source[0][0] === "/");
  if (noLeading) {
    result.hostname = absolute ? "" : source.length > 0 ? ArrayPrototypeShift(source) : "";
    result.host = result.hostname;
    if (StringPrototypeIncludes(result.host, "@")) takeHost(result, result.host);
  }
  mustEndAbsolute = mustEndAbsolute || Boolean(result.host && source.length > 0);
  if (mustEndAbsolute && !absolute) ArrayPrototypeUnshift(source, "");
  if (source.length === 0) {
    result.pathname = null;
    result.path = null;
  } else {
    result.pathname = ArrayPrototypeJoin(source, "/");
  }
  if (result.pathname !== null || result.search !== null) result.path = `${result.pathname || ""}${result.search || ""}`;
  result.auth = relative.auth || result.auth;
  result.slashes = result.slashes || relative.slashes;
  return finish();
};

function takeHost(result, text) {
  result.hostname = result.host = text;
  if (!text || StringPrototypeIndexOf(text, "@") <= 0) return;
  const parts = StringPrototypeSplit(text, "@");
  result.auth = parts[0];
  result.host = result.hostname = parts[1];
}

Url.prototype.resolve = function resolve(relative) {
  return this.resolveObject(parse(relative, false, true)).format();
};

Url.prototype.parseHost = function parseHost() {
  let { host } = this;
  const port = RegExpPrototypeExec(/:[0-9]*$/, host);
  if (port !== null) {
    if (port[0] !== ":") this.port = StringPrototypeSlice(port[0], 1);
    host = StringPrototypeSlice(host, 0, host.length - port[0].length);
  }
  if (host) this.hostname = host;
};

function parse(url, parseQueryString, slashesDenoteHost) {
  return url instanceof Url ? url : new Url().parse(url, parseQueryString, slashesDenoteHost);
}
function resolve(source, relative) {
  return parse(source, false, true).resolve(relative);
}
function resolveObject(source, relative) {
  return source ? parse(source, false, true).resolveObject(relative) : relative;
}

return { Url, parse, resolve, resolveObject };
})();
