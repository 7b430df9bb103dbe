// What is no UTF-8 in a query: it stays as it is, and who reads it gets U+FFFD.
import { table } from "../table.js";

const codes = (text) => Array.from(text, (unit) => unit.codePointAt(0).toString(16)).join(" ");
const queries = ["a=%E9", "a=%e9", "%FF=1", "a=%E9&b=%F0%9F", "a=%41%E9b", "a=\u00ff%E9", "a=%E9\u{1f600}%E9", "a=%ED%A0%80", "a=%C0%80", "a=%E2%82", "a=%E2%82%AC%E2", "a=+%2B%E9", "a=%80%20%26%3D%23", "a=%F4%90%80%80", "a=%EF%BF%BD%E9", "a=%EF%BF%BD", "a=%", "a=%4", "a=%zz%E9", "a%E9", "=%E9", "a=b=%E9", "&&a=1&&b=%E9&", "a=%E9&&%E9=%E9=%E9", "%25%E9=%25"];

export default {
  async fetch() {
    const { row, response } = table();
    for (const query of queries) {
      const params = () => new URLSearchParams(query);
      const url = (change) => { const found = new URL(`http://host.test/?${query}`); change(found); return found.search; };
      await row(`${query} written`, () => `${params()}`);
      await row(`${query} read`, () => Array.from(params(), ([name, value]) => [codes(name), codes(value)]));
      await row(`${query} each`, () => { const found = []; params().forEach((value, name) => found.push(codes(name), codes(value))); return found; });
      await row(`${query} in a URL`, () => [url(() => {}), url(({ searchParams }) => searchParams.append("z", "1")), url(({ searchParams }) => searchParams.delete("none"))]);
    }
    const params = () => new URLSearchParams("a=%E9&a=%EF%BF%BD&b=%E9x&%E9=c");
    await row("get", () => [params().get("a"), params().get("b"), params().get("\ufffd"), params().get("none")].map((found) => found && codes(found)));
    await row("getAll", () => params().getAll("a").map(codes));
    await row("keys and values", () => [[...params().keys()].map(codes), [...params().values()].map(codes)]);
    await row("has", () => [params().has("a", "\ufffd"), params().has("b", "\ufffdx"), params().has("\ufffd")]);
    await row("delete", () => { const found = params(); found.delete("a", "\ufffd"); found.delete("\ufffd"); return `${found}`; });
    await row("set", () => { const found = params(); found.set("a", found.get("a")); return `${found}`; });
    await row("append", () => { const found = params(); found.append("c", found.get("b")); return `${found}`; });
    await row("size", () => params().size);
    await row("sorted", () => { const found = params(); found.sort(); return `${found}`; });
    await row("copied", () => [`${new URLSearchParams(params())}`, `${new URLSearchParams([...params()])}`, `${new URLSearchParams(Object.fromEntries(params()))}`]);
    await row("as a body", () => new Response(params()).text());
    await row("form", async () => codes((await new Response("a=%E9%E2%82", { headers: { "content-type": "application/x-www-form-urlencoded" } }).formData()).get("a")));
    await row("search set", () => { const url = new URL("http://host.test/?x"); const { searchParams } = url; url.search = "?b=%E9"; searchParams.append("c", "1"); return [`${searchParams}`, url.search, url.href]; });
    await row("href set", () => { const url = new URL("http://host.test/?x"); const { searchParams } = url; url.href = "http://host.test/?%E9"; searchParams.append("c", "1"); return [`${searchParams}`, url.href]; });
    await row("surrogates", () => [`${new URLSearchParams("a=\ud800&b=\udce9")}`, `${new URLSearchParams([["\udce9", "\ud83d\udce9"]])}`, `${new URLSearchParams({ a: "\udc80" })}`, new URLSearchParams("a=\udce9").has("a", "\ufffd")]);
    await row("proxy that drops a parameter", () => { const url = new URL("http://host.test/?q=caf%E9&utm_source=x"); url.searchParams.delete("utm_source"); return url.href; });
    return response();
  },
};
