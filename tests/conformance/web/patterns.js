// URLPattern: parts, groups, modifiers, options, bases; URLSearchParams at its edges; members of URL that other cases leave out.
import { table } from "../table.js";

const COMPONENTS = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];
const parts = (pattern) => COMPONENTS.map((name) => pattern[name]);
const text = (error) => (error instanceof Error ? error.name : error);
const result = (found) => found && Object.fromEntries(COMPONENTS.filter((name) => found[name]?.input !== "" || Object.keys(found[name].groups).length > 1).map((name) => [name, [found[name].input, Object.entries(found[name].groups)]]));

export default {
  async fetch() {
    const { row, response } = table();
    const made = [
      ["/a"], ["http://a.test"], ["http://a.test/"], ["http://a.test/:x"], ["http://a.test:8080/*"], ["http://a.test:*/"], ["http{s}?://a.test/"], ["*://*/*"], [":protocol://:host/:path"], ["http://a.test/?q=:q"], ["http://a.test/*?*#*"], ["http://a.test/\\?x"], ["http://u:p@a.test/"], ["http://[::1]/"], ["http://[\\:\\:1]/"], ["data\\:foo*"], ["data:foo*"], ["http://a.test/a/../b"], ["?q=1", "http://a.test/p"], ["#h", "http://a.test/p?q"], ["b", "http://a.test/p/a"], ["../b", "http://a.test/p/a/"], ["//b.test/x", "http://a.test"], ["/*/", "http://a.test"], ["http://xn--a-7ga.test/"], ["http://\u00e9.test/\u00e9?\u00e9#\u00e9"], ["https://a.test:443/"], ["http://a.test:443/"], [{ pathname: "/:a/:b" }], [{ pathname: "/:a?/:b*" }], [{ pathname: "/a{b}?c" }], [{ pathname: "/{:a-}?b" }], [{ pathname: "/(\\d+)" }], [{ pathname: "/:a([a-z]+)" }], [{ pathname: "/(.*)" }], [{ pathname: "/:a(.*)" }], [{ pathname: "/*/*" }], [{ pathname: "/a*" }], [{ pathname: "/{a/}*b" }], [{ pathname: "/{a}{b}" }], [{ pathname: "/:\u00e9" }], [{ pathname: "a" }], [{ pathname: "/%61" }], [{ pathname: "/\u00e9" }], [{ pathname: "/\ud83d\ude00" }], [{ pathname: "" }], [{ pathname: "*" }], [{ pathname: "/a b" }], [{ pathname: "/./a/../b" }], [{ search: "?a" }], [{ search: "a" }], [{ hash: "#a" }], [{ hash: "a" }], [{ port: "80" }], [{ port: "080" }], [{ port: "80x" }], [{ port: "" }], [{ protocol: "http", port: "80" }], [{ protocol: "https:" }], [{ protocol: "HTTP" }], [{ hostname: "A.test" }], [{ hostname: "*.a.test" }], [{ hostname: "{:sub.}?a.test" }], [{ hostname: "a.test/x" }], [{ hostname: "[::1]" }], [{ username: "u", password: "p" }], [{ pathname: "/a", baseURL: "http://a.test/b?c#d" }], [{ search: "q", baseURL: "http://a.test/b?c#d" }], [{ baseURL: "http://a.test/b?c#d" }], [{ pathname: "b", baseURL: "http://a.test/p/q" }], [{ protocol: "javascript", pathname: "x:y" }], [{ protocol: "data", pathname: "text/*" }], [{ pathname: "/A" }, { ignoreCase: true }], ["http://a.test/A", { ignoreCase: true }], ["/A", "http://a.test", { ignoreCase: true }], [{ pathname: undefined }], [undefined], [null], [new URL("http://a.test/x")], [{ pathname: 5 }],
    ];
    for (const args of made) {
      const label = JSON.stringify(args);
      await row(`parts of ${label}`, () => parts(new URLPattern(...args)));
      await row(`groups of ${label}`, () => new URLPattern(...args).hasRegExpGroups);
    }
    for (const args of [["("], ["/:"], ["/(a"], ["/a)"], ["/{a"], ["/a}"], ["/(\\"], ["/:a:a", "http://a.test"], ["/(?<x>a)", "http://a.test"], ["/((a))", "http://a.test"], ["/(\u00e9)", "http://a.test"], ["/a"], ["nope"], ["", ""], ["/a", ""], ["/a", "nope"], ["/a", "mailto:x"], [{ protocol: "h tp" }], [{ port: "99999" }], [{ port: "x" }], [{ hostname: "a b" }], [{ hostname: "a#b" }], [{ pathname: "/a", baseURL: "nope" }], [{}, "http://a.test"], [5], ["/a", 5], ["/a", null], [{ pathname: "/**" }], [{ pathname: "/*+" }], [{ pathname: "/??" }], [{ pathname: "/:a??" }], [{ pathname: "/{}" }], [{ pathname: "/{}?" }], [{ pathname: "/()" }], [{ pathname: "/([)" }], [{ pathname: "/(a+*)" }], ["/a", "http://a.test", null], [{}, null]]) await row(`refused? ${args.map((arg) => (typeof arg === "symbol" ? "symbol" : JSON.stringify(arg)))}`, () => { try { return parts(new URLPattern(...args)); } catch (error) { return text(error); } });
    const matches = [
      [[{ pathname: "/:a/:b?" }], ["http://a.test/1/", "http://a.test/"]], [[{ pathname: "/:a+" }], ["http://a.test/1/2/3", "http://a.test/"]], [[{ pathname: "/:a*" }], ["http://a.test/1/2", "http://a.test"]], [[{ pathname: "/*" }], ["http://a.test/1/2?q#h", "foo:bar"]], [[{ pathname: "/(\\d+)-:x" }], ["http://a.test/12-ab", "http://a.test/a-b"]], [[{ pathname: "/{a}?b" }], ["http://a.test/ab", "http://a.test/b", "http://a.test/cb"]], [[{ hostname: ":sub.a.test" }], ["http://x.a.test/", "http://x.y.a.test/", "http://a.test/"]], [[{ search: "a=:v" }], ["http://a.test/?a=1", "http://a.test/?a=1&b=2", "http://a.test/"]], [[{ hash: "*" }], ["http://a.test/#x"]], [["http://a.test/:x?y=:y#:z"], ["http://a.test/1?y=2#3", "http://a.test/1?y=2"]], [[{ pathname: "/\u00e9" }], ["http://a.test/\u00e9", "http://a.test/%C3%A9"]], [[{ pathname: "/A" }, { ignoreCase: true }], ["http://a.test/a", "http://a.test/A"]], [[{ port: "*" }], ["http://a.test:81/", "http://a.test/"]], [[{ protocol: "http", port: "80" }], ["http://a.test/"]], [["/p/*", "http://a.test"], ["http://a.test/p/1", "http://a.test/p", "https://a.test/p/1"]], [[{ pathname: "/a", baseURL: "http://a.test" }], ["http://a.test/a", "http://b.test/a"]], [[], ["http://a.test/", undefined, null, {}, { pathname: "x" }, { baseURL: "http://a.test" }, { hostname: "a b" }, new URL("http://a.test/u")]], [[{ pathname: "/:constructor" }], ["http://a.test/1"]], [[{ username: ":u", password: ":p" }], ["http://x:y@a.test/"]],
    ];
    for (const [args, inputs] of matches) for (const input of inputs) {
      const label = `${JSON.stringify(args)} on ${JSON.stringify(input)}`;
      await row(`exec ${label}`, () => { try { return result(new URLPattern(...args).exec(input)); } catch (error) { return text(error); } });
      await row(`test ${label}`, () => { try { return new URLPattern(...args).test(input); } catch (error) { return text(error); } });
    }
    await row("exec with a base", () => result(new URLPattern({ pathname: "/d/:x" }).exec("e", "http://a.test/d/c")));
    await row("test with a base that is none", () => new URLPattern({ pathname: "/a" }).test("a", "nope"));
    await row("result's members", () => { const found = new URLPattern({ pathname: "/:a" }).exec("http://a.test/1"); return [Object.keys(found), Object.keys(found.pathname), Object.getPrototypeOf(found) === Object.prototype]; });
    await row("a group that did not match", () => { const { groups } = new URLPattern({ pathname: "/a{/:b}?" }).exec("http://a.test/a").pathname; return ["b" in groups, groups.b, Object.keys(groups)]; });
    await row("numbers of groups", () => Object.entries(new URLPattern({ pathname: "/(a)/:x/*/(b)" }).exec("http://a.test/a/1/2/b").pathname.groups));
    await row("members cannot be set", () => { "use strict"; const pattern = new URLPattern({ pathname: "/a" }); try { pattern.pathname = "/b"; } catch (error) { return text(error); } return pattern.pathname; });
    await row("own members", () => Object.keys(new URLPattern()));

    const params = (init) => new URLSearchParams(init);
    for (const init of ["a=1&&b", "a==b", "%", "%f", "%c3%a9", "+", "a%2Bb", "\u00e9=\ud83d\ude00", "\ud800", "a=\0", "??a=1", " a = 1 ", "a\n=\t1", "%EF%BB%BFa=1"]) await row(`params ${JSON.stringify(init)}`, () => [[...params(init)], params(init).toString()]);
    for (const [kind, init] of Object.entries({ "inherited": Object.create({ a: 1 }), "a generator": (function* () { yield ["a", 1]; yield new Set(["b", "c"]); })(), "an iterator that throws": { [Symbol.iterator]() { throw new RangeError("it"); } }, "texts of two": ["ab", "cd"], "a text in an array": ["abc"], "nested": { a: [1, [2]] }, "a function": function f() {}, "a date": new Date(0), "Headers": new Headers({ b: "1" }), "lone surrogates": { "\ud800": "\udfff" }, "true": true, "same after conversion": { "\ud800": "1", "\udbff": "2" } })) await row(`params of ${kind}`, () => { try { return params(init).toString(); } catch (error) { return `${error.name}: ${error.message}`; } });
    await row("iterator while it changes", () => { const made = params("a=1&b=2"); const seen = []; for (const [name] of made) { seen.push(name); if (seen.length < 5) made.append(`x${seen.length}`, "1"); } return seen; });
    await row("set keeps the place", () => { const made = params("a=1&b=2&a=3"); made.set("a", "9"); made.set("c", "4"); return made.toString(); });
    await row("delete with a value", () => { const made = params("a=1&a=2&a=1"); made.delete("a", "1"); const first = made.toString(); made.delete("a", undefined); return [first, made.toString()]; });
    await row("has with undefined", () => params("a=1").has("a", undefined));
    await row("sort is stable", () => { const made = params("z=1&a=2&z=0&a=1&\ufffd=x&\ud83d\ude00=y"); made.sort(); return made.toString(); });
    await row("forEach's receiver", () => { const self = {}; let same; params("a=1").forEach(function () { same = this === self; }, self); return same; });
    await row("size", () => { const made = params("a=1&a=2"); return [made.size, Object.getOwnPropertyDescriptor(URLSearchParams.prototype, "size").set]; });
    await row("a URL's params are live", () => { const url = new URL("http://a.test/?a=1"); const { searchParams } = url; url.search = "?b=2"; const first = searchParams.toString(); searchParams.set("c", " "); url.href = "http://b.test/?d=3"; return [first, searchParams.toString(), url.search]; });
    await row("emptied params", () => { const url = new URL("http://a.test/?a=1#h"); url.searchParams.delete("a"); return [url.href, url.search]; });
    await row("params normalise the search when they change", () => { const url = new URL("http://a.test/?a=~&b=%7e&c=a b"); const before = url.search; url.searchParams.sort(); return [before, url.search]; });
    await row("a URL's iterated params", () => { const url = new URL("http://a.test/?a=1&b=2"); return [...url.searchParams.entries()]; });
    await row("URL's keys", () => [Object.keys(new URL("http://a.test")), JSON.stringify({ ...new URL("http://a.test") })]);
    await row("origins", () => ["http://a.test:80", "ftp://a.test", "file:///x", "data:x", "blob:http://a.test/x", "blob:data:x", "ws://a.test", "foo://a.test", "about:blank"].map((url) => new URL(url).origin));
    return response();
  },
};
