// node:url: what the old parser, files and shares, and names of domains make of odd input.
import { table } from "../table.js";
import url from "node:url";

const told = (call) => { try { return call(); } catch (error) { return `${error.constructor.name} ${error.name} ${error.code} ${error.message}`; } };
const parts = (made) => [made.protocol, made.slashes, made.auth, made.host, made.port, made.hostname, made.hash, made.search, made.query, made.pathname, made.path, made.href].join("|");
const shown = (value) => typeof value === "string" ? JSON.stringify(value) : typeof value === "function" ? "a function" : Array.isArray(value) ? "a list" : typeof value === "object" && value !== null ? `{${Object.entries(value).join(" ")}}` : String(value);
const INPUTS = [
  "HTTP:foo", "http:foo", "HTTP://A/b", "x:=", "a?b@c'", "/a?b@c'", "/a@b", "/a#b\\c", "http:\\\\a\\b?c\\d#e\\f", "#\\", "\x01http://a/\x02", "\u3000http://a/\u2028", "\u00a0a b\ufeff", " \t", "http://a:b:80/",
  "http://a:80:b/", "http://[::1]:80/x", "http://[::1]x/", "http://[::1/", "http://[::g]/", "http://a;b/c", "http://a=b&c/d", "http://a,b$c/d", "http://faß.de/", "http://ｅｘ.com/", "http://É.com/", "http://a。b/",
  "http://xn--a/", "http://a b/", "//a=b", "mailto:\ta[::1]mailto:éx:", "javascript:a'b", "JAVASCRIPT:a'b", "http://u:p%@h/", "http://u:p%41@h/", "http://\ud83d@h/", "http://@h/", "http://:@h/", "http://a@b?@c",
  "http://*/", "http://a(b)/", "http://!a~b/", "http://a\tb/", `http://${"a".repeat(256)}/`, "http://\u00ad/", "http://é=é/", "x://y:z", "file://a:b/c", "ws:", "http://", "http:///a", "?a", "", "\\", "\\\\a\\b",
];
const RESOLVED = [
  ["mailto:a@b@c", "?x"], ["mailto:a@b", "d@e@f"], ["x:", "?y"], ["x:y", "?z"], ["http://a/b", "HTTP:c"], ["http://a/b", "http:c"], ["", "//\t&"], ["//=&", "=https:"], [".http:=é", "a"], ["a", ".http:=é"],
  ["/a/b", "../../../c"], ["http://a", url.parse("c")],
];
const OPTIONS = [[], {}, () => {}, { auth: null, unicode: null }, { auth: 0, fragment: "", search: false, unicode: 1 }, null, 0, "", false, "x"];
const FILES = ["/a b\"c", "/a;c", "/a\\b", "/é", "a", "", "/a//", "/a?b#c%d", "/a`{}<>'", "/a\x7f\x01", "/a&=+$,:@", "/a~[b]^c|d"];
const WINDOWS = [
  "\\\\server\\share\\a b", "\\\\?\\C:\\a", "\\\\server", "\\\\?\\UNC\\s\\d", "\\\\\\a", "\\\\a\\", "\\\\a b\\c", "\\\\É\\c", "\\\\?\\UNC\\s", "C:\\a\\", "C:\\a/b", "\\a", "c:a", "\\\\.\\COM1", "//a/b",
  "C:\\a~b[c]^d|e", "\\\\s\\a?b#c%20",
];
const HREFS = [
  "http://a/", "file://h/a", "file:///a%2Fb", "file:///a%5cb", "file:///a%00", "file:///%", "x", { href: "file:///a", protocol: "file:", hostname: "", pathname: "/a" }, {}, null, 5, "file:///C:/a", "file://xn--a/b", "file:///C|/a",
];
const DOMAINS = ["xn--a", "xn--a.COM", "xn--a b", "é.xn--ls8h", "xn--a/b", "[::1]", "XN--A", "a_b", "a..b", "xn--ls8h", "", "%", "xn--é", "a@b", "faß.de", "xn--fa-hia.de", "٣", "\u00ad", "xn--zca", undefined, null, 5];
const rows = {};
for (const input of INPUTS) for (const denotes of [false, true]) rows[`parse ${JSON.stringify(input)}${denotes ? ", slashes denote a host" : ""}`] = () => told(() => parts(url.parse(input, false, denotes)));
for (const [from, to] of RESOLVED) rows[`resolve ${shown(from)} ${typeof to === "string" ? shown(to) : "a Url"}`] = () => [told(() => url.resolve(from, to)), told(() => parts(url.resolveObject(from, to)))];
rows["format"] = () => [5, null, "HTTP://A", { href: "http://a/", protocol: "x:", hostname: "y" }, { auth: "\ud83dab:c", host: "d" }, { auth: "\ud83d", host: "d" }, { protocol: "http", hostname: "::1", port: 5 }].map((given) => told(() => url.format(given)));
for (const options of OPTIONS) rows[`format a URL with ${shown(options)}`] = () => told(() => url.format(new URL("http://u:p@xn--espaol-zwa.com:81/a?b#c"), options));
for (const file of FILES) rows[`file ${JSON.stringify(file)}`] = () => [told(() => url.pathToFileURL(file).href), told(() => url.pathToFileURL(file, { windows: true }).href)];
for (const file of WINDOWS) rows[`file of Windows ${JSON.stringify(file)}`] = () => told(() => url.pathToFileURL(file, { windows: true }).href);
for (const href of HREFS) rows[`path of ${shown(href)}`] = () => [told(() => url.fileURLToPath(href)), told(() => url.fileURLToPath(href, { windows: true }))];
for (const domain of DOMAINS) rows[`domain ${shown(domain)}`] = () => [told(() => url.domainToASCII(domain)), told(() => url.domainToUnicode(domain))];
rows["no domain"] = () => [told(() => url.domainToASCII()), told(() => url.domainToUnicode())];

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
