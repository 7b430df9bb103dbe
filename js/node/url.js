// `node:url`: the standard's URL beside the parser that Node had before it.
//
// Owns the functions between URLs and paths. The old parser is url/legacy.js.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypeJoin, Boolean, FunctionPrototypeCall, Number, ObjectDefineProperty, ObjectPrototypeIsPrototypeOf, RegExpPrototypeTest,
  StringPrototypeIndexOf, StringPrototypeReplaceAll, StringPrototypeSlice, StringPrototypeSplit, StringPrototypeStartsWith,
  decodeURIComponent,
} = primordials;
const { op_node_domain } = core.ops;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { URL, URLSearchParams } = core.loadExtScript(changed.url_standard ? "ext:denizen/web/url_original.js" : "ext:deno_web/00_url.js");
const { invalidArgType, invalidArgValue, missingArgs, nodeError, validateObject, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { Url, parse, resolve, resolveObject } = core.loadExtScript("ext:denizen/node/url/legacy.js");
const punycode = core.loadExtScript("ext:denizen/node/punycode.js");
const { posix, win32 } = core.loadExtScript("ext:denizen/node/path.js");

// What looks like a URL of the standard, and not like one of the old parser.
const isUrl = (value) => Boolean(value?.href && value.protocol && value.auth === undefined && value.path === undefined);

function checkGiven(args) {
  if (args.length === 0) throw missingArgs('The "domain" argument must be specified');
}

function domainToASCII(domain) {
  checkGiven(arguments);
  return op_node_domain(`${domain}`);
}
function domainToUnicode(domain) {
  checkGiven(arguments);
  const labels = StringPrototypeSplit(op_node_domain(`${domain}`), ".");
  for (let i = 0; i < labels.length; i++) {
    if (!StringPrototypeStartsWith(labels[i], "xn--")) continue;
    try {
      // A label that says nothing, or what would be written otherwise, stays as it is.
      const decoded = punycode.toUnicode(labels[i]);
      if (op_node_domain(decoded) === labels[i]) labels[i] = decoded;
    } catch {}
  }
  return ArrayPrototypeJoin(labels, ".");
}

const invalidPath = (reason) => nodeError("ERR_INVALID_FILE_URL_PATH", `File URL path ${reason}`);

function fileURLToPath(path, options = undefined) {
  const windows = options?.windows;
  let url = path;
  if (typeof path === "string") url = new URL(path);
  else if (!isUrl(path)) throw invalidArgType("path", ["string", "URL"], path);
  if (url.protocol !== "file:") throw nodeError("ERR_INVALID_URL_SCHEME", "The URL must be of scheme file");
  const { pathname, hostname } = url;
  if (windows) {
    if (RegExpPrototypeTest(/%2f|%5c/i, pathname)) throw invalidPath("must not include encoded \\ or / characters");
    const text = decodeURIComponent(StringPrototypeReplaceAll(pathname, "/", "\\"));
    if (hostname !== "") return `\\\\${domainToUnicode(hostname)}${text}`;
    if (!RegExpPrototypeTest(/^\\[a-zA-Z]:/, text)) throw invalidPath("must be absolute");
    return StringPrototypeSlice(text, 1);
  }
  if (hostname !== "") throw nodeError("ERR_INVALID_FILE_URL_HOST", 'File URL host must be "localhost" or empty on linux');
  if (RegExpPrototypeTest(/%2f/i, pathname)) throw invalidPath("must not include encoded / characters");
  return decodeURIComponent(pathname);
}

const PATH_ESCAPES = [
  "%", "%25", "\t", "%09", "\n", "%0A", "\r", "%0D", " ", "%20", '"', "%22", "#", "%23", "?", "%3F", "[", "%5B", "]", "%5D", "^", "%5E", "|", "%7C",
  "~", "%7E",
];

function escapePath(text, windows) {
  for (let i = 0; i < PATH_ESCAPES.length; i += 2) text = StringPrototypeReplaceAll(text, PATH_ESCAPES[i], PATH_ESCAPES[i + 1]);
  return StringPrototypeReplaceAll(text, "\\", windows ? "/" : "%5C");
}

// The URL of `\\server\share\file`.
function shareToFileURL(filepath) {
  const extended = StringPrototypeStartsWith(filepath, "\\\\?\\UNC\\");
  const begin = extended ? 8 : 2;
  const end = StringPrototypeIndexOf(filepath, "\\", begin);
  if (end === -1) throw invalidArgValue("path", filepath, "Missing UNC resource path");
  if (end === 2) throw invalidArgValue("path", filepath, "Empty UNC servername");
  const url = new URL("file://");
  url.hostname = op_node_domain(StringPrototypeSlice(filepath, begin, end));
  url.pathname = escapePath(StringPrototypeSlice(filepath, end), true);
  return url;
}

function pathToFileURL(filepath, options = undefined) {
  validateString(filepath, "filepath");
  const windows = Boolean(options?.windows);
  if (windows && StringPrototypeStartsWith(filepath, "\\\\")) return shareToFileURL(filepath);
  let resolved = windows ? win32.default.resolve(filepath) : posix.default.resolve(filepath);
  const last = filepath[filepath.length - 1];
  if ((last === "/" || (windows && last === "\\")) && resolved[resolved.length - 1] !== (windows ? "\\" : "/")) resolved += "/";
  const text = escapePath(resolved, windows);
  return new URL(`file://${StringPrototypeStartsWith(text, "/") ? "" : "/"}${text}`);
}
ObjectDefineProperty(fileURLToPath, "length", { __proto__: null, value: 2, configurable: true });
ObjectDefineProperty(pathToFileURL, "length", { __proto__: null, value: 2, configurable: true });

function toPathIfFileURL(value) {
  return isUrl(value) ? fileURLToPath(value) : value;
}

function urlToHttpOptions(url) {
  const { hostname, pathname, port, username, password, search } = url;
  const options = {
    __proto__: null,
    ...url,
    protocol: url.protocol,
    hostname: hostname?.[0] === "[" ? StringPrototypeSlice(hostname, 1, -1) : hostname,
    hash: url.hash,
    search,
    pathname,
    path: `${pathname || ""}${search || ""}`,
    href: url.href,
  };
  if (port !== "") options.port = Number(port);
  if (username || password) options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
}

function format(urlObject, options = undefined) {
  if (typeof urlObject === "string") return parse(urlObject).format();
  if (typeof urlObject !== "object" || urlObject === null) throw invalidArgType("urlObject", ["Object", "string"], urlObject);
  if (!ObjectPrototypeIsPrototypeOf(URL.prototype, urlObject)) return FunctionPrototypeCall(Url.prototype.format, urlObject);
  if (options) validateObject(options, "options");
  const wanted = (name, usual) => Boolean(options?.[name] ?? usual);
  const fragment = wanted("fragment", true);
  const unicode = wanted("unicode", false);
  const search = wanted("search", true);
  const auth = wanted("auth", true);
  const { protocol, username, password, hash } = urlObject;
  const host = unicode ? `${domainToUnicode(urlObject.hostname)}${urlObject.port ? `:${urlObject.port}` : ""}` : urlObject.host;
  const credentials = auth && (username || password) ? `${username}${password ? `:${password}` : ""}@` : "";
  const slashes = StringPrototypeStartsWith(urlObject.href, `${protocol}//`) ? "//" : "";
  return `${protocol}${slashes}${credentials}${host}${urlObject.pathname}${search ? urlObject.search : ""}${fragment ? hash : ""}`;
}
ObjectDefineProperty(format, "length", { __proto__: null, value: 2, configurable: true });

const exported = {
  domainToASCII, domainToUnicode, URL, URLSearchParams, fileURLToPath, pathToFileURL, toPathIfFileURL, urlToHttpOptions, format, parse, resolve,
  resolveObject, Url,
};

return { ...exported, default: exported };
})();
