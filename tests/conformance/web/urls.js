// URL and URLSearchParams: parsing, setters, relative references, queries, what is refused.
import { table } from "../table.js";

const URLS = [
  "http://User:Pa%20ss@Example.COM:80/a/./b/../c?q=1#f", "https://ex\u00e4mple.test/\u00e9?\u00e9#\u00e9", "http://127.1/", "http://0x7f.0.0.1/", "http://0300.1.2.3/", "http://256.1.1.1/",
  "http://1.2.3.4.5/", "http://[::1]:8080/", "http://[2001:DB8:0:0:1:0:0:1]/", "http://[::ffff:1.2.3.4]/", "http://[::1", "http://[1::2::3]/", "file:///C:/a/../b", "file://host/x", "file:a",
  "mailto:a@b.c", "javascript:alert(1)", "about:blank", "blob:https://a.test/id", "blob:x", "ws://a.test:80/", "wss://a.test:443/", "ftp://a.test:21/", "foo://Host:5/P?q",
  "foo:bar", "foo:/a//b", "foo:///a", "http:a", "http:/a", "http:\\\\a\\b", " http://a.test/ \n", "http://a.te\tst/x\ny", "http://a.test:65536/", "http://a.test:x/", "http://a.test:/", "http://:80/", "http://@/",
  "http://a b/", "http://a%20b/", "http://a%41/", "http://a<b/", "http://a..b/", "http://.a/", "http://a.test./", "http://\u3002/", "http://\ufdd0/", "http://a_b/", "http://-a-/",
  "http://a.test/%zz?%zz#%zz", "http://a.test/{}|\\`<>\"", "http://a.test?{}|\\^`<>\"'#{}|\\^`<>\"", "http://a.test/\ud800", "//a.test/x", "/x", "x", "", "http:", "http://", "nope", "1http://a", "h\u00e9://a",
];
const BASE = "http://base.test/d/e/f?g#h";
const REFERENCES = ["x", "./x", "../x", "../../../x", "/x", "//other/x", "?q", "#f", "", "http:x", "https:x", "x:y", "..", ".", "x/../y", "%2e%2e/x", "\\x", "//", "?a=\u00e9 b", "  x  "];
const QUERIES = ["", "?", "a", "a=1&b=2", "?a=1&a=2", "a=b=c", "&&a&", "=", "=x", "a+b=c%20d", "%zz=%", "\u00e9=\u65e5", "%00=%0a", "#a", "a;b", "a[]=1"];

const parts = (url) => [url.href, url.protocol, url.username, url.password, url.host, url.port, url.pathname, url.search, url.hash, url.origin];

export default {
  async fetch() {
    const { row, response } = table();
    for (const url of URLS) {
      await row(`URL ${JSON.stringify(url)}`, () => parts(new URL(url)));
    }
    for (const reference of REFERENCES) await row(`relative ${JSON.stringify(reference)}`, () => new URL(reference, BASE).href);
    for (const base of ["", "nope", "mailto:x", "data:x", "foo:/a/b", null, undefined, 5]) await row(`base ${JSON.stringify(base) ?? "undefined"}`, () => new URL("x", base).href);
    const changes = {
      href: ["http://b.test/", "nope"], protocol: ["https", "ftp:", "foo", "1", ""], username: ["u:@/", ""], password: ["p:@/", ""], host: ["b.test:81", "b.test:80", "x y", "", "b:c", "[::1]:5"],
      hostname: ["b.test", "b.test:81", "", "1.2", "a b"], port: ["81", "80", "", "x", "8x", "65536", "-1", " 9"], pathname: ["x y", "", "?#", "../a", "\u00e9"], search: ["q=1", "?", "", "#", "'\u00e9"],
      hash: ["f", "#", "", "\u00e9 `"], origin: ["http://x"], searchParams: [5],
    };
    for (const [member, values] of Object.entries(changes)) {
      for (const value of values) {
        await row(`${member} = ${JSON.stringify(value)}`, () => {
          const url = new URL("http://u:p@a.test:8080/p?q#h");
          try {
            url[member] = value;
          } catch (error) {
            return [error.name, url.href];
          }
          return url.href;
        });
      }
    }
    await row("setters of another scheme", () => ["host", "pathname", "port", "username", "protocol"].map((member) => {
      const url = new URL("mailto:x");
      url[member] = "y";
      return url.href;
    }));
    await row("href that is not valid", () => { new URL("http://a.test/").href = "nope"; });
    await row("canParse", () => [URL.canParse("nope"), URL.canParse("x", "http://a.test"), URL.canParse("http://a"), URL.canParse("x", "nope")]);
    await row("parse", () => [URL.parse("nope"), URL.parse("x", "http://a.test").href]);
    await row("without arguments", () => new URL());
    await row("canParse without arguments", () => URL.canParse());
    await row("of an object", () => new URL({ toString: () => "http://a.test/o" }).href);
    await row("of a symbol", () => new URL(Symbol("x")));
    await row("as text", () => [String(new URL("http://a.test")), JSON.stringify({ url: new URL("http://a.test") }), Object.prototype.toString.call(new URL("http://a.test"))]);
    await row("wrong receiver", () => Object.getOwnPropertyDescriptor(URL.prototype, "href").get.call({}));
    await row("createObjectURL", () => URL.createObjectURL(new Blob([])));

    for (const query of QUERIES) await row(`query ${JSON.stringify(query)}`, () => { const params = new URLSearchParams(query); return [[...params], String(params), params.size]; });
    const sources = { "pairs": [["a", "1"], ["b", 2]], "record": { a: 1, b: [2, 3] }, "params": new URLSearchParams("a=1"), "map": new Map([["a", "1"]]), "undefined": undefined, "null": null, "number": 5, "form": (() => { const form = new FormData(); form.set("a", "1"); return form; })() };
    for (const [kind, source] of Object.entries(sources)) await row(`params of ${kind}`, () => String(new URLSearchParams(source)));
    for (const [kind, source] of Object.entries({ "short pairs": [["a"]], "long pairs": [["a", "b", "c"]], "texts": ["ab", "cd"], "numbers": [1], "symbol": Symbol("x") })) await row(`params of ${kind}`, () => String(new URLSearchParams(source)));
    await row("params changed", () => {
      const params = new URLSearchParams("a=1&b=2&a=3&c=4");
      params.append("d", "\u00e9 &=+~*");
      params.delete("b");
      params.set("a", "5");
      params.delete("c", "none");
      return [String(params), params.get("a"), params.get("z"), params.getAll("a"), params.has("c"), params.has("c", "4"), params.has("c", "5")];
    });
    await row("params sorted", () => { const params = new URLSearchParams("b=1&a=2&\ud83d\ude00=3&\uffff=4&a=1"); params.sort(); return [...params.keys()]; });
    await row("params changed while iterated", () => {
      const params = new URLSearchParams("a=1&b=2&c=3");
      const seen = [];
      for (const [name] of params) {
        seen.push(name);
        params.delete("b");
      }
      params.forEach((value, name, self) => seen.push(value + name + (self === params)));
      return seen;
    });
    await row("params of a URL", () => {
      const url = new URL("http://a.test/?a=1&a=%20~");
      const params = url.searchParams;
      params.append("b", "2 3");
      const first = url.href;
      url.search = "?z=9";
      const second = String(params);
      params.delete("z");
      return [first, second, url.href, url.searchParams === params];
    });
    for (const [kind, call] of Object.entries({
      "get": (params) => params.get(), "append": (params) => params.append("a"), "set": (params) => params.set("a"), "has": (params) => params.has(),
      "getAll": (params) => params.getAll(), "forEach": (params) => params.forEach(), "forEach of a number": (params) => params.forEach(5),
    })) await row(`${kind} without arguments`, () => call(new URLSearchParams("a=1")));
    return response();
  },
};
