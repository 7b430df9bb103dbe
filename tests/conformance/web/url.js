// URL and URLSearchParams.
import { table } from "../table.js";

export default {
  async fetch() {
    const { row, response } = table();
    const parts = (url) => ["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"].map((name) => url[name]);
    for (const text of ["https://u:p@ex.test:8443/a/../b?q=1#h", "HTTP://EX.test:80", "http://ex.test/ü?é#日", "http://日本.test/", "file:///x/y", "data:text/plain,hi", "http://[::1]:3/", "http://0x7f.1/", "blob:http://x.test/1", "javascript:alert(1)", "http://x.test/%zz%41"]) {
      await row(`parse ${text}`, () => parts(new URL(text)));
    }
    await row("base", () => ["../c", "?q", "#h", "//other.test/p", "http:x"].map((text) => new URL(text, "http://b.test/a/b?z").href));
    await row("canParse", () => [URL.canParse("http://x"), URL.canParse("x"), URL.canParse("x", "http://b")]);
    await row("parse static", () => [URL.parse("http://x.test/")?.href, URL.parse("nope")]);
    await row("setters", () => { const url = new URL("http://x.test/"); url.pathname = "a b"; url.search = "q=é"; url.hash = "h h"; url.port = "81"; url.host = "y.test:82"; url.protocol = "https"; url.username = "u@"; return url.href; });
    await row("searchParams live", () => { const url = new URL("http://x.test/?a=1"); url.searchParams.append("b", "2 3"); url.searchParams.delete("a"); return url.href; });
    await row("toJSON", () => JSON.stringify(new URL("http://x.test")));
    await row("createObjectURL", () => typeof URL.createObjectURL);

    await row("params string", () => [...new URLSearchParams("?a=1&b=%20+&c&=d&a=2")]);
    await row("params record", () => new URLSearchParams({ a: 1, b: "é&=" }).toString());
    await row("params pairs", () => new URLSearchParams([["a", "1"], ["a", "2"]]).toString());
    await row("params of FormData", () => { const form = new FormData(); form.append("a", "b"); return new URLSearchParams(form).toString(); });
    await row("params methods", () => { const params = new URLSearchParams("a=1&b=2&a=3"); return [params.get("a"), params.getAll("a"), params.get("z"), params.has("b"), params.has("a", "3"), params.has("a", "9"), params.size]; });
    await row("params set", () => { const params = new URLSearchParams("a=1&b=2&a=3"); params.set("a", "9"); return params.toString(); });
    await row("params delete value", () => { const params = new URLSearchParams("a=1&a=2"); params.delete("a", "1"); return params.toString(); });
    await row("params sort", () => { const params = new URLSearchParams("b=1&a=2&b=0"); params.sort(); return params.toString(); });
    await row("params encoding", () => new URLSearchParams({ k: "*-._~!'() /\u0000😀" }).toString());
    return response();
  },
};
