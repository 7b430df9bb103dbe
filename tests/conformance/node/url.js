// node:url: the old parser and what stands beside it.
import { table } from "../table.js";
import * as ns from "node:url";
import url from "url";

const inputs = ["http://user:pass@host.com:8080/p/a/t/h?query=string#hash", "/a/b?c=d", "//host/path", "mailto:a@b.c", "javascript:alert(1)", "http://HOST.com", "HTTP://a.b/C", "http://a.com/\\x", "http://x.y.com+a/b/c", "http://a b/c d", "?q", "#h", "", "a:b", "http:a", "http://[::1]:3/x", "file:///etc/passwd", "http://ex.com?a#b?c", "  http://sp.com  ", "http://a.com/'\"<>`{}|^", "http://ü.de/ß", "http://a@b@c/", "coap:u:p@::1:61616/.well", "http://a.com:/x", "ws://h/p", "http:/x", "http:///x", "x://h/p?q", "http://a.com/a%20b"];
const rows = {
  "exports": () => Object.keys(ns).join(),
  "same URL": () => [url.URL === URL, url.URLSearchParams === URLSearchParams],
};
for (const input of inputs) rows[`parse ${JSON.stringify(input)}`] = () => { const u = url.parse(input); return JSON.stringify(u); };
Object.assign(rows, {
  "parse query": () => { const u = url.parse("http://a/?x=1&x=2", true); return [JSON.stringify(u.query), u.search, JSON.stringify(url.parse("/a", true).query)]; },
  "parse slashes": () => JSON.stringify(url.parse("//host/path", false, true)),
  "parse wrong": () => url.parse(5),
  "parse bad port": () => url.parse("http://a:99999999/x").port,
  "parse bad host": () => url.parse("http://a\tb/").host,
  "parse invalid": () => url.parse("http://[127.0.0.1\x00c8763]:8000/"),
  "class": () => [url.parse("a") instanceof url.Url, Object.keys(new url.Url()).join(), Object.getOwnPropertyNames(url.Url.prototype).join()],
  "format": () => [url.format({ protocol: "http", host: "a.com", pathname: "/x", search: "?y", hash: "z" }), url.format({ protocol: "mailto", pathname: "a@b" }), url.format({ hostname: "::1", port: 3, slashes: true }), url.format({ auth: "u:p", hostname: "h", query: { a: [1, 2] }, pathname: "p#?" }), url.format("http://a/b c"), url.format({}), url.format({ protocol: "file", pathname: "/x" })],
  "format URL": () => [url.format(new URL("http://u:p@ü.com/x?y#z")), url.format(new URL("http://u:p@ü.com/x?y#z"), { auth: false, fragment: false, search: false, unicode: true })],
  "format wrong": () => url.format(5),
  "resolve": () => [["/one/two/three", "four"], ["http://example.com/", "/one"], ["http://example.com/one", "/two"], ["http://a/b/c/d", "../e"], ["http://a/b", "//c/d"], ["http://a/b", "?x"], ["http://a/b?y", "#z"], ["a", "b"], ["/a/b/", ".."], ["http://a", "mailto:x@y"], ["http://a/b/c", ""], ["/x", "http://q"], ["mailto:a@b", "c"], ["http://a/b/c/d;p?q", "./g/."], ["http://a/b/", "../../../x"]].map(([a, b]) => url.resolve(a, b)).join(" "),
  "resolveObject": () => JSON.stringify(url.resolveObject("http://a/b", "c")),
  "fileURLToPath": () => [url.fileURLToPath("file:///a/b%20c"), url.fileURLToPath(new URL("file:///x"))],
  "fileURLToPath scheme": () => url.fileURLToPath("http://a"),
  "fileURLToPath slash": () => url.fileURLToPath("file:///a%2fb"),
  "fileURLToPath host": () => url.fileURLToPath("file://h/x"),
  "fileURLToPath wrong": () => url.fileURLToPath(5),
  "fileURLToPath windows": () => url.fileURLToPath("file:///C:/a/b", { windows: true }),
  "pathToFileURL": () => [url.pathToFileURL("/a b/c#d?e%").href, url.pathToFileURL("/x/").href, url.pathToFileURL("rel").href, url.pathToFileURL("C:\\a b", { windows: true }).href],
  "pathToFileURL wrong": () => url.pathToFileURL(5),
  "domainTo": () => [url.domainToASCII("español.com"), url.domainToASCII("xn--iñvalid.com"), url.domainToUnicode("xn--espaol-zwa.com"), url.domainToASCII("A.b"), url.domainToUnicode("a.b")],
  "urlToHttpOptions": () => JSON.stringify(url.urlToHttpOptions(new URL("https://u:p@a.com:3/x?y#z"))),
  "toPathIfFileURL": () => [ns.toPathIfFileURL("x"), ns.toPathIfFileURL(new URL("file:///q"))],
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
