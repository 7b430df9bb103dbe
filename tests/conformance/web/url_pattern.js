// URLPattern.
import { table } from "../table.js";

const parts = ({ protocol, username, password, hostname, port, pathname, search, hash, hasRegExpGroups }) => ({ protocol, username, password, hostname, port, pathname, search, hash, hasRegExpGroups });

export default {
  async fetch() {
    const { row, response } = table();
    const inputs = [[], [{}], [{ pathname: "/books/:id" }], [{ pathname: "/:a(\\d+)" }], ["https://example.com/*"], ["/foo/*", "https://example.com"], [{ hostname: "*.example.com", protocol: "http{s}?" }], ["https://*.example.com/:x?q=:y#:z"], [{ pathname: "/a/:b?" }], [{ pathname: "/a/:b+" }], [{ pathname: "/a/{b}?" }], [{ pathname: "/(foo|bar)" }], [{ pathname: "/X" }, { ignoreCase: true }], [{ pathname: "*", baseURL: "https://example.com/x" }], [{ port: "8080" }], [{ search: "a=*" }]];
    for (const input of inputs) {
      const label = JSON.stringify(input);
      await row(`parts ${label}`, () => parts(new URLPattern(...input)));
      for (const url of ["https://example.com/books/12", "https://www.example.com/a/b?q=1#z", "http://x.example.com:8080/foo", "https://example.com/12", "https://example.com/x"]) await row(`test ${label} ${url}`, () => new URLPattern(...input).test(url));
    }
    await row("exec", () => new URLPattern({ pathname: "/books/:id" }).exec("https://example.com/books/12"));
    await row("exec all", () => new URLPattern("https://*.example.com/:x?q=:y#:z").exec("https://www.example.com/a?q=1#end"));
    await row("exec none", () => new URLPattern({ pathname: "/books/:id" }).exec("https://example.com/"));
    await row("exec optional", () => new URLPattern({ pathname: "/a/:b?" }).exec({ pathname: "/a" })?.pathname);
    await row("exec unnamed", () => new URLPattern({ pathname: "/*/x/*" }).exec({ pathname: "/1/x/2" })?.pathname);
    await row("exec relative", () => new URLPattern({ pathname: "/a" }).exec("/a", "https://example.com")?.inputs);
    await row("test nothing", () => [new URLPattern().test(), new URLPattern({ pathname: "/a" }).test()]);
    await row("test no URL", () => new URLPattern({ pathname: "/a" }).test("nope"));
    await row("init with base", () => new URLPattern({ pathname: "/a" }).test({ pathname: "/a", baseURL: "https://example.com" }));
    await row("null prototype", () => Object.getPrototypeOf(new URLPattern({ pathname: "/:id" }).exec({ pathname: "/1" }).pathname.groups) === Object.prototype);
    await row("tag", () => String(new URLPattern()));
    return response();
  },
};
