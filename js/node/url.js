// `node:url`: the standard's URL beside the parser that Node had before it.
//
// Owns the functions between URLs and paths. The old parser is url/legacy.js.

(function () {
const { core, primordials } = __bootstrap;
const {
  Error, FunctionPrototypeCall, Number, ObjectDefineProperty, RegExpPrototypeTest, StringPrototypeReplaceAll,
  StringPrototypeSlice, StringPrototypeStartsWith, decodeURIComponent,
} = primordials;
const { op_node_domain } = core.ops;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { URL, URLSearchParams } = core.loadExtScript(changed.url_standard ? "ext:denizen/web/url_original.js" : "ext:deno_web/00_url.js");
const { invalidArgType, nodeTypeError, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { Url, parse, resolve, resolveObject } = core.loadExtScript("ext:denizen/node/url/legacy.js");
const punycode = core.loadExtScript("ext:denizen/node/punycode.js");
const { posix, win32 } = core.loadExtScript("ext:denizen/node/path.js");

const isUrl = (value) => typeof value === "object" && value !== null && typeof value.href === "string" && typeof value.protocol === "string" &&
  value.auth === undefined && value.path === undefined;

function domainToASCII(domain) {
  return op_node_domain(`${domain}`);
}
function domainToUnicode(domain) {
  const ascii = op_node_domain(`${domain}`);
  try {
    return punycode.toUnicode(ascii);
  } catch {
    return ascii;
  }
}

function fileError(text) {
  return new Error(text);
}

function fileURLToPath(path, options = undefined) {
  const windows = options?.windows;
  let url = path;
  if (typeof path === "string") url = new URL(path);
  else if (!isUrl(path)) throw invalidArgType("path", ["string", "URL"], path);
  if (url.protocol !== "file:") throw fileError("The URL must be of scheme file");
  const { pathname, hostname } = url;
  if (windows) {
    if (RegExpPrototypeTest(/%2f|%5c/i, pathname)) throw fileError("File URL path must not include encoded \\ or / characters");
    const text = decodeURIComponent(StringPrototypeReplaceAll(pathname, "/", "\\"));
    if (hostname !== "") return `\\\\${domainToUnicode(hostname)}${text}`;
    if (!RegExpPrototypeTest(/^\\[a-zA-Z]:/, text)) throw fileError("File URL path must be absolute");
    return StringPrototypeSlice(text, 1);
  }
  if (hostname !== "") throw fileError('File URL host must be "localhost" or empty on linux');
  if (RegExpPrototypeTest(/%2f/i, pathname)) throw fileError("File URL path must not include encoded / characters");
  return decodeURIComponent(pathname);
}

function pathToFileURL(filepath, options = undefined) {
  validateString(filepath, "filepath");
  const windows = options?.windows;
  let resolved = windows ? win32.default.resolve(filepath) : posix.default.resolve(filepath);
  const last = filepath[filepath.length - 1];
  if ((last === "/" || (windows && last === "\\")) && resolved[resolved.length - 1] !== (windows ? "\\" : "/")) resolved += "/";
  let text = resolved;
  const encode = (char, code) => (text = StringPrototypeReplaceAll(text, char, code));
  encode("%", "%25");
  if (!windows) encode("\\", "%5C");
  encode("\n", "%0A");
  encode("\r", "%0D");
  encode("\t", "%09");
  encode("#", "%23");
  encode("?", "%3F");
  if (windows) text = StringPrototypeReplaceAll(text, "\\", "/");
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
    hostname: StringPrototypeStartsWith(hostname, "[") ? StringPrototypeSlice(hostname, 1, -1) : hostname,
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
  if (typeof urlObject !== "object" || urlObject === null) throw invalidArgType("urlObject", ["object", "string"], urlObject);
  if (!isUrl(urlObject)) return FunctionPrototypeCall(Url.prototype.format, urlObject);
  const { auth = true, fragment = true, search = true, unicode = false } = options ?? {};
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
