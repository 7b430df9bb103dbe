// URLPattern of Workers before urlpattern_standard: what patterns become, what they match, how they refuse. It runs in a loaded Worker of the day before.
import { table } from "../table.js";

// What runs in the loaded Worker: labels and texts.
const work = () => {
  const COMPONENTS = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];
  const rows = [];
  const said = (f) => { try { return f(); } catch (error) { return `${error.name}: ${error.message}`; } };
  const label = (args) => args.map((arg) => said(() => JSON.stringify(arg) ?? typeof arg)).join(", ");
  const parts = (...args) => rows.push([`parts ${label(args)}`, said(() => { const pattern = new URLPattern(...args); return COMPONENTS.map((name) => pattern[name]); })]);
  const result = (found) => found && COMPONENTS.filter((name) => found[name].input !== "" || Object.keys(found[name].groups).join() !== "0").map((name) => [name, found[name].input, found[name].groups]);
  const exec = (args, ...inputs) => inputs.forEach((input) => { const given = Array.isArray(input) ? input : [input]; rows.push([`exec ${label(args)} on ${label(given)}`, said(() => { const pattern = new URLPattern(...args); return [pattern.test(...given), result(pattern.exec(...given))]; })]); });

  for (const text of ["http://a.test", "http://a.test/", "http{s}?://a.test:8080/*", "*:*", ":protocol://:host/:path", "http://a.test/:x?y", "http://a.test/x?y#z", "http://a.test/:x??y", "http://a.test/\\?x", "http://u\\:p@a.test/", "http://:u::p@a.test/", "http://[::1]/", "http://[\\:\\:AB\\:1]:8080/", "data\\:foo*", "foo:bar", "about:blank", "http:x", "http:///x", "https:{//}a.test/", "{https://}a.test", "https://a.test:443/", "http://a.test:80x/", "http://a.test:99999/", "http://a.test/a/../%2e/b", "http://\u00e9.test/\u00e9?\u00e9#\u00e9", "HTTP://A.TEST/A", "http://a b/", "http://a%41.test/", "http://(sub.)?a(.test/)foo", "http://{sub.}?a{.test/}foo", "http://a.test{:81}?/", "http://a.test/x{#q}?", "nope", "", "?a", "(?a)://h", "((://h", "((#h", "a(://b", "http://((@h", "\\"]) parts(text);
  for (const [text, base] of [["", "http://u:p@a.test:81/a?b#c"], ["x", "http://u:p@a.test:81/a/b?c#d"], ["/x", "http://u:p@a.test:81/a?b#c"], ["?x", "http://a.test/(b)*+:c{}?d"], ["#x", "http://a.test/a?b#c"], ["//b/x", "http://a.test"], ["../x", "http://a.test/p/a/"], ["*", "http://a.test/x/y"], ["x", "data:foo"], ["x", "foo://h/a/b"], ["http://b.test", "http://u:p@a.test:81/a?b#c"], ["x", "nope"], ["x", ""], ["x", 5], ["x", null], ["(?a)", "http://b.test/c"]]) parts(text, base);
  for (const pathname of ["", "a", "/:a/:b", "/:a?/:b*", "/:a([a-z]+)", "/:a(.*)", "/(.*)", "/(.*)(.*)", "/:a([^\\/]+)", "/([^\\/]+)", "/:a([^/]+?)", "/{:a-}?b", "/{a}{b}", "/{x:a}", "/x{/:a}?", "{/}?:a", "{/x:a}?", "/:a{b}", "/:\u00e9", "/:\ud83d\ude00", "/:a\u200cb", "/\ud800", "/\u00e9 b\"<>`{", "/%61%zz", "/a\tb", "/#a", "/./a/../b", "a/../b", "a/..", "/:a/../b", "//a", "/\\:a\\*\\+", "/a)", "/()", "/**", "/*+", "/??", "/{}?", "/{a", "/a}", "/{a{b}}", "(", "/:", "/:0", "/(a", "/(\\", "/\\", "/(?<x>a)", "/((a))", "/((?:a))", "/(\u00e9)", "/(\\\u00e9)", "/\u00e9(\\\u00e9)", "/\ud83d\ude00:", "/:a/:a", "/*/(b)/:0", "/([)", "/(a+*)", "/([a--b])", "/(\\-)"]) parts({ pathname });
  for (const [name, texts] of Object.entries({ protocol: ["HTTP:", "h tp", "", ":", "http::", "a\\+b", "\u00e9", "a\\:b", "{http:}"], username: ["a@b:c", "\\:", "\u00e9\t"], password: [":p", "a/b"], hostname: ["A.test", "*.a.test", "{:sub.}?a.test", "a.test/x", "[::1]", "[\\:\\:AB]", "[\\:\\:xy]", "{[\\:\\:a]}", "a%41", "\u00df.test", "1.2", "a..b", "a\\:80", "a b", "a|b"], port: ["080", "80x", "x", " 80", "8\t0", "65536", "{80}?", "443"], search: ["?a", "??a", "\\?a", "#a b'\"", "a+b", ":a?"], hash: ["#a", "##", "`<>", "{#a}?"] })) for (const text of texts) parts({ [name]: text });
  for (const protocol of ["data", "(https?|data)", "(file|x)", "*", "", "{http}?", "(\\p{L}+)"]) parts({ protocol, pathname: "a b/../:c?" });
  for (const init of [{ baseURL: "http://u*:p(@a.test:81/(b)*?{c}#:d" }, { baseURL: "http://u:p@a.test:81/b?c#d" }, { baseURL: "http://[::1]/" }, { baseURL: "nope" }, { pathname: "x", baseURL: "http://a.test/(p)/q" }, { pathname: "{/x}", baseURL: "http://a.test/p/q" }, { pathname: "", baseURL: "http://a.test/p/q" }, { pathname: "x", baseURL: "data:y" }, { port: "82", baseURL: "http://a.test:81/b?c#d" }, { protocol: "ws", hostname: "x", baseURL: "http://a.test/b?c#d" }, Object.create({ pathname: "/p" }), { pathname: null, search: 5, hash: undefined }, { pathname: Symbol() }]) parts(init);
  for (const args of [[], [undefined], [null], [{}], [5], [[]], [() => 1], [new String("x")], [new URL("http://a.test/x")], [Symbol()], [{}, "nope"], [{}, Symbol()], ["http://a.test", {}], ["/a", new URL("http://a.test")], [{}, "x", 5], [{}, "x", "y"], [{}, undefined, null]]) parts(...args);

  exec([], undefined, {}, "http://u:p@a.test:81/b?c#d", "nope", 5, new URL("http://a.test/x"), ["b", "http://a.test/c/d?e"], ["b", "nope"], ["http://a.test", null], [{}, "http://a.test"], [{}, null], Symbol());
  exec([{ pathname: "/:a?/:b*" }], "http://a.test", "http://a.test/1", "http://a.test/1/2/3", { pathname: "" });
  exec([{ pathname: "/:a{b}?" }], "http://a.test/ab", "http://a.test/b");
  exec([{ pathname: "/(a)?/*/:c([a-z]+)" }], "http://a.test//x/y", "http://a.test/a/x/9");
  exec([{ pathname: "/:__proto__/:constructor" }], "http://a.test/1/2");
  exec([{ hostname: "{:sub.}+a.test", port: "8*" }], "http://x.y.a.test:81/", "http://a.test/", { hostname: "x.a.test", port: "080" });
  exec([{ pathname: "/A", search: "\u00c9" }, { ignoreCase: true }], "http://a.test/a?\u00c9", "http://a.test/B");
  exec([{ pathname: "/A" }, { ignoreCase: true }, { ignoreCase: false }], "http://a.test/a");
  for (const second of ["x", undefined, null]) exec([{ pathname: "/A" }, second, { ignoreCase: true }], "http://a.test/a");
  exec(["data\\::x,*"], "data:text,a?b", "data:text");
  exec([{}], ...[{ pathname: "a?b#c" }, { pathname: "a?b", baseURL: "http://a.test/p/q?r#s" }, { pathname: "x:y", baseURL: "http://a.test/p/q" }, { pathname: "x", baseURL: "foo:bar" }, { pathname: "", baseURL: "http://a.test/p/q" }, { baseURL: "http://u:p@a.test:81/(b)*?{c}#:d" }, { protocol: "", pathname: "x", baseURL: "http://a.test/p/q" }, { protocol: "http", port: "080" }, { port: "080" }, { port: "80x" }, { port: "99999" }, { port: "1", baseURL: "file:///x" }, { protocol: "file" }, { protocol: "a:b", pathname: "/x" }, { protocol: "h tp" }, { protocol: "foo", hostname: "" }, { hostname: "" }, { hostname: "[::AB]" }, { hostname: "::1" }, { hostname: "a%41" }, { hostname: "A\u00e9" }, { protocol: "http", hostname: "A\u00e9" }, { username: "x", baseURL: "file:///x" }, { search: "??a#", hash: "##" }, { baseURL: "nope" }, { get hash() { throw new RangeError("own"); } }].map((init) => [init]));

  const found = new URLPattern({ pathname: "/:b/:a/*" }).exec({ search: "?x", pathname: "/1/2/3", more: 1 });
  rows.push(["result", [found.inputs, Object.keys(found), found.pathname, Object.getPrototypeOf(found.pathname.groups) === Object.prototype]]);
  rows.push(["inputs", [["http://A.test/b c"], ["b", "http://a.test"], [{ port: 80, protocol: "foo:" }]].map((input) => new URLPattern().exec(...input)?.inputs)]);
  const log = [];
  const told = (name) => new Proxy({}, { get: (_, key) => { log.push(`${name}.${String(key)}`); } });
  new URLPattern(told("init"), told("second"), told("third"));
  new URLPattern().test(told("input"));
  rows.push(["what is asked for", log]);
  rows.push(["members", ["hasRegExpGroups" in URLPattern.prototype, Object.keys(URLPattern.prototype), URLPattern.length, String(new URLPattern()), Object.keys(new URLPattern()), said(() => URLPattern()), said(() => URLPattern.prototype.test.call({})), new (class extends URLPattern { more = 1; })({ hash: "a" }).hash]]);
  return rows;
};

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const main = `const work = ${work}; export default { fetch() { return Response.json(work()); } };`;
    const worker = env.LOADER.load({ compatibilityDate: "2025-04-30", mainModule: "main.js", modules: { "main.js": main } });
    for (const [label, value] of await (await worker.getEntrypoint().fetch("http://x/")).json()) await row(label, () => value);
    return response();
  },
};
