// Every member of RequestInit and ResponseInit with odd values; Requests made of Requests, Responses of Responses; header objects that are what they should not be.
import { table } from "../table.js";

const url = "http://example.test/p";
const text = (error) => `${error?.name}: ${error?.message}`;
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", error instanceof Error ? text(error) : error]; } };
const stream = (...chunks) => new ReadableStream({ start(c) { for (const chunk of chunks) c.enqueue(new TextEncoder().encode(chunk)); c.close(); } });
const kinds = { "undefined": undefined, "null": null, "number": 5, "zero": 0, "text": "x", "empty text": "", "object": {}, "array": [], "function": () => {}, "true": true, "bigint": 1n };

export default {
  async fetch(incoming) {
    const t = table();
    const row = (label, subject) => t.row(label, () => Promise.race([(async () => subject())(), scheduler.wait(10_000).then(() => "HANG")]));
    for (const [kind, value] of Object.entries(kinds)) {
      await row(`Request of ${kind}`, () => new Request(value).url);
      await row(`Request's init: ${kind}`, () => new Request(url, value).method);
      await row(`Response of ${kind}`, () => new Response(value).text());
      await row(`Response's init: ${kind}`, () => new Response("", value).status);
      await row(`fetch of ${kind}`, () => settled(fetch(value)).then(([how, what]) => [how, String(what)]));
      for (const member of ["method", "redirect", "cache", "signal", "fetcher", "cf", "integrity", "headers", "mode", "credentials", "referrer", "referrerPolicy", "keepalive", "window", "duplex", "priority", "observe", "encodeResponseBody"]) {
        await row(`${member}: ${kind}`, () => { const made = new Request(url, { [member]: value }); const got = member === "headers" ? [...made.headers] : member === "signal" ? made.signal instanceof AbortSignal : made[member]; return got; });
      }
      for (const member of ["status", "statusText", "headers", "cf", "webSocket", "encodeBody"]) await row(`response ${member}: ${kind}`, () => { const made = new Response(null, { [member]: value }); return member === "headers" ? [...made.headers] : made[member]; });
    }
    for (const method of ["get", "Head", "pOsT", "patch", "PURGE", "a b", "x\n", "\u00e9", "TRACE", "CONNECT", "track", "QUERY", "query", "options", "M-SEARCH", "delete"]) await row(`method ${JSON.stringify(method)}`, () => new Request(url, { method }).method);
    for (const cache of ["default", "no-store", "no-cache", "reload", "only-if-cached", "force-cache", "NO-STORE"]) await row(`cache ${cache}`, () => [...new Request(url, { cache }).headers, new Request(url, { cache }).cache]);
    for (const redirect of ["follow", "manual", "error", "FOLLOW"]) await row(`redirect ${redirect}`, () => new Request(url, { redirect }).redirect);
    await row("order of reading", () => { const seen = []; new Request(url, new Proxy({}, { get(target, name) { seen.push(String(name)); } })); return seen; });
    await row("order of reading a response", () => { const seen = []; new Response("", new Proxy({}, { get(target, name) { seen.push(String(name)); } })); return seen; });
    await row("getter that throws", () => new Request(url, { get method() { throw new RangeError("getter"); } }));

    const post = (more) => new Request(url, { method: "POST", body: "abc", headers: { a: "1", "content-type": "x/y" }, redirect: "manual", cf: { k: { v: 1 } }, ...more });
    await row("copy keeps", () => { const made = new Request(post()); return [made.method, made.url, made.redirect, [...made.headers], made.cf]; });
    await row("copy's cf is another", () => { const from = post(); const made = new Request(from); made.cf.k.v = 2; return [from.cf === made.cf, from.cf.k.v]; });
    await row("clone's cf is another", () => { const from = post(); const made = from.clone(); made.cf.k.v = 2; made.cf.other = 1; return [from.cf === made.cf, from.cf]; });
    await row("given cf is copied", () => { const cf = { a: { b: 1 } }; const made = new Request(url, { cf }); cf.a.b = 2; return [made.cf === cf, made.cf]; });
    await row("cf with a function", () => new Request(url, { cf: { f() {} } }).cf);
    await row("cf overrides", () => new Request(post(), { cf: { z: 1 } }).cf);
    await row("cf is writable", () => { const made = post(); made.cf.k = 5; return made.cf; });
    await row("headers override", () => [...new Request(post(), { headers: { b: "2" } }).headers]);
    await row("body overrides", async () => { const from = post(); const made = new Request(from, { body: "new" }); return [await made.text(), made.headers.get("content-type"), from.bodyUsed, await settled(from.text())]; });
    await row("form overrides", async () => new Request(post(), { body: new URLSearchParams("a=1") }).headers.get("content-type"));
    await row("null body overrides", () => { const from = post(); const made = new Request(from, { body: null }); return [made.body, from.bodyUsed]; });
    await row("method alone overrides", async () => { const made = new Request(post(), { method: "PUT" }); return [made.method, await made.text()]; });
    await row("GET of a POST", () => { const made = new Request(post(), { method: "GET" }); return [made.method, made.body, [...made.headers]]; });
    await row("GET of a POST, body null", () => new Request(post(), { method: "GET", body: null }).body);
    await row("HEAD of a GET", () => new Request(new Request(url), { method: "HEAD" }).method);
    await row("url of an init's", () => new Request(url, { url: "http://other.test/" }).url);
    await row("Request as an init", async () => { const from = post(); const made = new Request("http://other.test/", from); return [made.url, made.method, [...made.headers], await made.text(), made.redirect, made.cf, from.bodyUsed]; });
    await row("Request as an init of a Request", async () => { const made = new Request(new Request("http://other.test/"), post()); return [made.url, made.method, await made.text()]; });
    await row("signal of a copy", () => { const controller = new AbortController(); const from = new Request(url, { signal: controller.signal }); const copy = new Request(from), clone = from.clone(), other = new Request(from, { signal: null }), mine = new Request(from, { signal: AbortSignal.abort("x") }); controller.abort("why"); return [from, copy, clone, other, mine].map((request) => [request.signal.aborted, request.signal.reason]); });
    await row("signal is kept", () => { const made = new Request(url); return made.signal === made.signal; });
    await row("incoming copied", () => { const made = new Request(incoming); made.headers.set("x", "1"); return [made.method, made.headers.get("x"), made.url === incoming.url]; });
    await row("incoming cloned", () => { const made = incoming.clone(); made.headers.set("x", "1"); return made.headers.get("x"); });
    await row("incoming to another URL", () => { const made = new Request("http://other.test/q", incoming); return [made.url, made.headers.has("host"), made.method]; });
    await row("incoming's cf", () => typeof incoming.cf);

    const source = (more) => new Response("abc", { status: 202, statusText: "S", headers: { a: "1", "set-cookie": "c=1" }, cf: { k: { v: 1 } }, ...more });
    await row("response of a response", async () => { const from = source(); const made = new Response(from.body, from); return [made.status, made.statusText, [...made.headers], made.cf, await made.text(), from.bodyUsed]; });
    await row("response's headers are a copy", () => { const from = source(); const made = new Response("", from); made.headers.set("a", "2"); return from.headers.get("a"); });
    await row("response clone", async () => { const from = source(); const made = from.clone(); made.headers.append("a", "2"); made.cf.k.v = 2; return [made.status, made.statusText, [...made.headers], from.headers.get("a"), from.cf, await made.text(), await from.text()]; });
    await row("response of headers twice", () => { const headers = new Headers([["a", "1"], ["a", "2"], ["Set-Cookie", "x=1"], ["set-cookie", "y=2"]]); const made = new Response(null, { headers }); headers.set("a", "9"); return [...made.headers]; });
    for (const statusText of ["OK", "\u00e9", "\u0100", "a\tb", "a\0b", "a\rb", " x ", "x".repeat(3)]) await row(`statusText ${JSON.stringify(statusText)}`, () => new Response("", { statusText }).statusText);
    await row("statusText by default", () => [200, 201, 204, 299, 301, 404, 418, 500, 511, 599].map((status) => new Response(null, { status }).statusText));
    for (const status of [101, 204, 205, 304, 301, 404]) for (const [kind, body] of Object.entries({ "null": null, "undefined": undefined, "empty text": "", "empty bytes": new Uint8Array(0), "empty blob": new Blob([]), "text": "x" })) await row(`${status} with ${kind}`, async () => { const made = new Response(body, { status }); return [made.status, made.body === null, await made.text()]; });
    await row("empty stream with 204", () => new Response(stream(), { status: 204 }).status);
    for (const [kind, args] of Object.entries({ "nothing": [], "null": [null], "a text": ["\u00e9\ud800"], "nested undefined": [{ a: undefined, b: [undefined] }], "toJSON": [{ toJSON: () => "j" }], "a date": [new Date(0)], "NaN": [NaN], "a symbol": [Symbol("x")], "a map": [new Map([[1, 2]])], "a response": [new Response()], "null init": [1, null], "number init": [1, 5], "status text": [1, { status: "201", statusText: "x" }], "bad status": [1, { status: 99 }], "null status": [1, { status: 304 }], "headers": [1, { headers: [["x", "1"]] }], "type of upper case": [1, { headers: { "CONTENT-TYPE": "a/b" } }], "type that is empty": [1, { headers: { "content-type": "" } }], "a Response as an init": [1, new Response(null, { status: 203, headers: { q: "1" } })], "a getter that throws": [{ get a() { throw new RangeError("g"); } }] })) {
      await row(`json of ${kind}`, async () => { const made = Response.json(...args); return [made.status, made.statusText, [...made.headers], await made.text()]; });
    }
    for (const [kind, args] of Object.entries({ "a URL": [new URL("http://a.test/\u00e9")], "a fragment": ["http://a.test/#f"], "spaces": [" http://a.test/a b "], "unicode": ["http://a.test/\u65e5?\u65e5"], "credentials": ["http://u:p@a.test/"], "empty": [""], "null": [null], "another scheme": ["mailto:a@b"], "status text": ["http://a.test", "303"], "status null": ["http://a.test", null], "status undefined": ["http://a.test", undefined], "status 0": ["http://a.test", 0], "status 305": ["http://a.test", 305], "status fraction": ["http://a.test", 301.9], "status words": ["http://a.test", "x"], "line end": ["http://a.test/\r\nx: y"] })) {
      await row(`redirect to ${kind}`, () => { const made = Response.redirect(...args); return [made.status, made.headers.get("location"), made.body, made.redirected, made.type]; });
    }
    await row("redirect's headers are immutable", () => Response.redirect("http://a.test").headers.set("a", "1"));
    await row("json's headers are mutable", () => { const made = Response.json(1); made.headers.set("a", "1"); return made.headers.get("a"); });
    await row("error's headers are immutable", () => Response.error().headers.set("a", "1"));
    await row("error", async () => { const made = Response.error(); return [made.status, made.statusText, made.type, made.url, made.ok, [...made.headers], made.body, await made.text()]; });
    await row("error cloned", () => { const made = Response.error().clone(); return [made.status, made.type]; });
    await row("default's type", () => [new Response().type, Response.json(1).type, new Response("").clone().type]);

    for (const name of ["", " ", "a ", "a:", "a\0", "a\n", "(a)", "a@b", "a/b", "A!#$%&'*+-.^_`|~9", "__proto__", "a\"", "=", "{", null, undefined, 5, "\x7f"]) {
      await row(`header name ${JSON.stringify(name)}`, () => [...new Headers([[name, "v"]]).keys()]);
      await row(`asked for ${JSON.stringify(name)}`, () => new Headers().has(name));
      await row(`deleted ${JSON.stringify(name)}`, () => new Headers().delete(name));
    }
    for (const value of ["", " ", "\t x \t", "a\0b", "a\rb", "a\nb", "\na", "a\n", "a\r\n b", "\u00e9", "\u0100", "\ud83d\ude00", "a,b", "\x01", "\x7f", "\u00a0x\u00a0", "\x0bx\x0c", null, undefined, {}, [1, 2], true]) await row(`header value ${JSON.stringify(value)}`, () => { const headers = new Headers(); headers.append("x", value); headers.append("x", "2"); return headers.get("x"); });
    for (const [kind, init] of Object.entries({ "symbol key": { [Symbol("x")]: "1", a: "2" }, "inherited": Object.create({ a: "1" }), "getter": { get a() { return "g"; } }, "not enumerable": Object.defineProperty({}, "a", { value: "1" }), "symbol value": { a: Symbol("s") }, "pairs of sets": [new Set(["a", "1"])], "pairs of texts": ["ab"], "nested arrays": [["a", ["1", "2"]]], "FormData": (() => { const form = new FormData(); form.append("a", "1"); return form; })(), "params": new URLSearchParams("a=1&a=2"), "function": () => {}, "date": new Date(0), "proxy": new Proxy({ a: "1" }, {}), "array of nothing": [], "array of an empty pair": [[]], "typed array": new Uint8Array(2), "boxed text": new String("ab"), "iterator that throws": { [Symbol.iterator]() { throw new RangeError("it"); } }, "null iterator": { [Symbol.iterator]: null, a: "1" }, "iterator of a number": { [Symbol.iterator]: 5, a: "1" }, "Headers with an own iterator": Object.assign(new Headers({ a: "1" }), { [Symbol.iterator]: function* () { yield ["own", "2"]; } }) })) await row(`Headers of ${kind}`, () => [...new Headers(init)]);
    await row("headers changed while iterated", () => { const headers = new Headers({ a: "1", c: "3" }); const seen = []; for (const [name] of headers) { seen.push(name); if (name === "a") { headers.set("b", "2"); headers.delete("c"); } if (seen.length > 9) break; } return seen; });
    await row("headers forEach", () => { const seen = []; const self = {}; new Headers({ b: "1", a: "2" }).forEach(function (...args) { seen.push(args.length, this === self, args[0], args[1]); }, self); return seen; });
    for (const [kind, args] of Object.entries({ "nothing": [], "a number": [5], "null": [null] })) await row(`headers forEach of ${kind}`, () => new Headers().forEach(...args));
    await row("headers forEach that throws", () => new Headers({ a: "1" }).forEach(() => { throw new RangeError("f"); }));
    await row("set among many", () => { const headers = new Headers([["a", "1"], ["b", "2"], ["a", "3"]]); headers.set("A", "4"); return [...headers]; });
    await row("case of names", () => { const headers = new Headers({ "X-CamelCase": "1" }); return [...headers.keys(), headers.has("x-CAMELcase")]; });
    await row("same name in two cases", () => [...new Headers({ a: "1", A: "2" })]);
    await row("cookies set and deleted", () => { const headers = new Headers(); headers.append("Set-Cookie", "a"); headers.append("set-cookie", "b, c"); headers.set("SET-COOKIE", "d"); headers.append("set-cookie", "e"); const before = headers.getSetCookie(); headers.delete("set-Cookie"); return [before, headers.getSetCookie()]; });
    await row("getAll of each case", () => { const headers = new Headers([["set-cookie", "a"]]); return [headers.getAll("Set-Cookie"), headers.getAll("SET-COOKIE")]; });
    await row("getAll of another", () => new Headers({ a: "1" }).getAll("a"));
    return t.response();
  },
};
