// Request: constructor inputs, properties, what is copied from another Request, refused values.
import { table } from "../table.js";

const url = "http://example.test/path?q=1";

export default {
  async fetch(incoming) {
    const { row, response } = table();
    const plain = new Request(url);
    for (const name of ["method", "url", "redirect", "cache", "integrity", "keepalive", "signal", "body", "bodyUsed", "cf", "fetcher", "duplex", "mode", "credentials", "referrer", "destination", "isReloadNavigation"]) {
      await row(`plain ${name}`, () => plain[name]);
    }
    await row("no argument", () => new Request());
    await row("relative", () => new Request("/x"));
    await row("not a url", () => new Request("nonsense"));
    await row("credentials", () => new Request("http://u:p@example.test/").url);
    await row("fragment", () => new Request("http://example.test/a#frag").url);
    await row("spaces", () => new Request("http://example.test/a b?c d").url);
    await row("default port", () => new Request("http://example.test:80").url);
    await row("URL object", () => new Request(new URL(url)).url);
    await row("object with toString", () => new Request({ toString: () => url }).url);
    await row("null init", () => new Request(url, null).method);
    await row("method lower", () => new Request(url, { method: "post" }).method);
    await row("method patch", () => new Request(url, { method: "patch" }).method);
    await row("method unknown", () => new Request(url, { method: "FOO" }).method);
    await row("method empty", () => new Request(url, { method: "" }).method);
    await row("method undefined", () => new Request(url, { method: undefined }).method);
    await row("method null", () => new Request(url, { method: null }).method);
    await row("GET with body", () => new Request(url, { body: "x" }));
    await row("HEAD with body", () => new Request(url, { method: "HEAD", body: "x" }));
    await row("GET with null body", () => new Request(url, { body: null }).body);
    await row("body type", () => [...new Request(url, { method: "POST", body: "x" }).headers]);
    await row("headers", () => [...new Request(url, { headers: { b: "1", A: "2" } }).headers]);
    await row("redirect manual", () => new Request(url, { redirect: "manual" }).redirect);
    await row("redirect error", () => new Request(url, { redirect: "error" }).redirect);
    await row("redirect bad", () => new Request(url, { redirect: "x" }).redirect);
    await row("cache no-store", () => new Request(url, { cache: "no-store" }).cache);
    await row("cache bad", () => new Request(url, { cache: "reload" }).cache);
    await row("mode", () => new Request(url, { mode: "cors" }).mode);
    await row("signal null", () => new Request(url, { signal: null }).signal);
    await row("signal bad", () => new Request(url, { signal: {} }).signal);
    await row("signal given", () => { const { signal } = new AbortController(); const request = new Request(url, { signal }); return [request.signal === signal, request.signal.aborted]; });
    await row("cf", () => new Request(url, { cf: { a: 1 } }).cf);
    await row("integrity", () => new Request(url, { integrity: "sha256-x" }).integrity);

    const source = new Request(url, { method: "PUT", body: "abc", headers: { a: "1" }, redirect: "manual" });
    const copy = new Request(source, { headers: { b: "2" } });
    await row("copy", () => [copy.method, copy.redirect, [...copy.headers], copy.url]);
    await row("copy takes the body", async () => [source.bodyUsed, await copy.text()]);
    await row("copy of used", () => new Request(source));
    await row("copy of used with body", async () => new Request(source, { body: "new" }).text());
    await row("copy to GET", () => new Request(new Request(url, { method: "POST", body: "x" }), { method: "GET" }).body);
    await row("clone", async () => { const request = new Request(url, { method: "POST", body: "abc" }); const twin = request.clone(); return [await twin.text(), await request.text(), twin.method]; });
    await row("clone of used", async () => { const request = new Request(url, { method: "POST", body: "abc" }); await request.text(); return request.clone(); });
    await row("copied headers are own", () => { const request = new Request(url, { headers: { a: "1" } }); const twin = new Request(request); twin.headers.set("a", "2"); return request.headers.get("a"); });
    await row("incoming headers immutable", () => incoming.headers.set("a", "1"));
    await row("incoming headers delete", () => incoming.headers.delete("host"));
    await row("incoming method", () => [incoming.method, incoming.body, incoming.bodyUsed, incoming.redirect]);
    await row("tag", () => Object.prototype.toString.call(plain));
    return response();
  },
};
