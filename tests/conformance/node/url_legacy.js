// node:url: the old parser's resolving and formatting, files' URLs, hosts' names.
import { table } from "../table.js";
import url from "node:url";

const told = (call) => { try { return call(); } catch (error) { return `${error.name} ${error.code}: ${error.message}`; } };
const BASES = ["http://a/b/c/d;p?q", "http://user:pass@host:80/x/y/../z?w#f", "/one/two/three", "mailto:a@b.c", "file:///C:/x/y", "", "a/b?c", "javascript:x"];
const REFERENCES = ["g:h", "g", "./g", "g/", "/g", "//g", "?y", "g?y", "#s", "g#s", "g?y#s", ";x", "g;x", "", ".", "./", "..", "../", "../g", "../..", "../../g", "../../../g", "/./g", "/../g", "g.", ".g", "./../g", "./g/.", "g/./h", "g/../h", "g?y/../x", "g#s/../x", "http:g", "http://u:p@h/", "//u@h:1/x?y", "mailto:x@y", "a@b", "\\x", "x y", "é"];
const rows = {};
for (const base of BASES) for (const [index, chunk] of [REFERENCES.slice(0, 20), REFERENCES.slice(20)].entries()) rows[`resolve on ${JSON.stringify(base)} ${index}`] = () => chunk.map((reference) => told(() => url.resolve(base, reference))).join(" ");
const INPUTS = ["http://a.com:/x", "http://a.com:80", "http://:80/x", "http://a@b@c/", "http://a?b@c/", "http://a#b@c", "http://a.com?x#y?z", "HTTP://USER:Pass@HOST.COM/P?Q#H", "http://[::1]:3000/x", "http://[fe80::1%25en0]/", "http://a_b.com/", "http://-a.com/", "http://a..b/", "http://xn--espaol-zwa.com", "http://español.com/é?é#é", "http://a.com/a b?c d#e f", "http://a.com/\"<>`{}|^'", "http://a.com/%20%zz", "http://a.com\\b\\c?d\\e", "  http://a.com  ", "\thttp://a.com\n", "http://a.com/\u00a0x", "//a/b", "///a/b", "/a:b", "a:b@c", "x:", "x:1", "1:x", ":x", "?", "#", "?a?b#c#d", "javascript:alert('x //y')", "data:text/plain,x#y", "file:///etc/passwd", "file://host/x", "coap:u:p@::1:1/r?q", "ws://a/b", "svn+ssh://a/b", "dash-test:foo/bar", "http://a.b/\ufeff", "http://ex.com/?a=1&a=2&b", "http://a.com/#;x", "http://user%40:pa%3Ass@h/"];
for (const input of INPUTS) rows[`parse ${JSON.stringify(input)}`] = () => { const made = url.parse(input); return [["protocol", "slashes", "auth", "host", "port", "hostname", "hash", "search", "query", "pathname", "path", "href"].map((key) => JSON.stringify(made[key])).join(" "), url.format(made)]; };
const OBJECTS = [{}, { protocol: "http", hostname: "a" }, { protocol: "http:", host: "a:1", hostname: "b", port: 2 }, { slashes: true, hostname: "a" }, { protocol: "mailto", pathname: "a@b" }, { protocol: "x", hostname: "a", pathname: "b" }, { protocol: "file", pathname: "/a" }, { hostname: "::1" }, { hostname: "a", port: 0 }, { auth: "u:p@q", hostname: "h" }, { auth: "é ", hostname: "h" }, { pathname: "a?b#c" }, { search: "a" }, { search: "?a#b" }, { search: "", query: { a: 1 } }, { query: { a: [1, 2], b: "c d" } }, { query: "a=1" }, { hash: "a" }, { hash: "#" }, { host: "a", pathname: "b" }, { protocol: "http", pathname: "//a" }, { pathname: "//a" }];
for (const object of OBJECTS) rows[`format ${JSON.stringify(object)}`] = () => told(() => url.format(object));
Object.assign(rows, {
  "format: of a URL": () => ["http://u:p@xn--lck1c3crb1723bpq4a.com/a?a=b#c", "file:///a b", "data:x", "http://a:80/"].map((href) => [url.format(new URL(href)), url.format(new URL(href), { auth: false, fragment: false, search: false, unicode: true })].join(" ")).join(" | "),
  "format: of text": () => ["http://a.com/b", "a b", "//x", ""].map((text) => url.format(text)).join(" | "),
  "format: of nothing": () => [undefined, null, 5, true, Symbol("x")].map((value) => told(() => url.format(value))),
  "format: wrong options": () => [5, "a", true].map((options) => told(() => url.format(new URL("http://a/"), options))),
  "parse: queries": () => ["http://a/?a=1&b=2&a=3", "/x", "?", "?a", "/?a=%20+%zz"].map((text) => JSON.stringify(url.parse(text, true).query)).join(),
  "parse: slashes stand for a host": () => ["//a/b", "///a", "//a?b", "http://a"].map((text) => { const made = url.parse(text, false, true); return `${made.host} ${made.pathname}`; }).join(),
  "parse: of a Url": () => { const made = url.parse("http://a/b"); return url.parse(made) === made; },
  "parse: no text": () => [undefined, null, 5, {}, [], true].map((value) => told(() => url.parse(value))),
  "resolveObject": () => [url.resolveObject("http://a/b/c", "../d?e#f").href, url.resolveObject(url.parse("http://a/b"), url.parse("c")).href],
  "members": () => Object.keys(url.parse("http://a/")).join(),
  "fileURLToPath": () => ["file:///", "file:///a/b", "file:///a%20b", "file:///%C3%A9", "file:///a%25b", "file:///a#b?c", "file:///a?b", "file:///C:/a", "file://localhost/a", "file:/a", "file:///a/../b", "file:///a%5Cb"].map((href) => told(() => url.fileURLToPath(href))).join(" "),
  "fileURLToPath: Windows": () => ["file:///C:/a", "file:///c:/a%20b", "file://host/share/a", "file:///C:/%C3%A9", "file:///C:\\a"].map((href) => told(() => url.fileURLToPath(href, { windows: true }))).join(" "),
  "fileURLToPath: not of the system": () => ["file:///a", "file:///C:/a%2Fb", "file:///C:/a%5Cb"].map((href) => { try { return url.fileURLToPath(href, { windows: true }); } catch (error) { return error.code; } }).join(),
  "fileURLToPath: codes": () => ["http://a/", "file://host/a", "file:///a%2Fb", "file:///a%2fb"].map((href) => { try { return url.fileURLToPath(href); } catch (error) { return error.code; } }).join(),
  "pathToFileURL": () => ["/", "/a", "/a b", "/a%b", "/a#b", "/a?b", "/a\\b", "/a\nb\tc\rd", "/é", "/😀", "/a/", "/a/../b", "/[x]", "/a;b=c,d", "/a\"<>^`{|}", "//a/b", "/C:/a"].map((path) => url.pathToFileURL(path).href).join(" "),
  "pathToFileURL: Windows": () => ["C:\\", "C:\\a b", "c:\\a%#?", "\\\\server\\share\\a", "\\\\?\\C:\\a", "C:\\é"].map((path) => told(() => url.pathToFileURL(path, { windows: true }).href)).join(" "),
  "there and back": () => ["/a b/c%d#e?f", "/é/😀", "/a\\b"].map((path) => url.fileURLToPath(url.pathToFileURL(path)) === path).join(),
  "domainToASCII": () => ["español.com", "中文.com", "xn--fiq228c.com", "A.B", "a b", "", "xn--iñvalid.com", "faß.de", "a.b.", "１.com"].map((name) => url.domainToASCII(name)).join(),
  "domainToUnicode": () => ["xn--espaol-zwa.com", "xn--fiq228c.com", "xn--iñvalid.com", "A.B", "", "xn--a", "español.com"].map((name) => url.domainToUnicode(name)).join(),
  "urlToHttpOptions": () => ["http://a.com/", "https://u:p@a.com:8080/x?y#z", "http://[::1]/", "http://u%40:p%3A@a/"].map((href) => JSON.stringify(url.urlToHttpOptions(new URL(href)))).join(" "),
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
