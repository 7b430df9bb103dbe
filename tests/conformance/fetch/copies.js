// What a Request has from the Request that it is made from, or that stands for its options; stubs as `fetcher`; what may be sent again after a redirect.
import { WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

const text = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : error);
const url = "http://host.test/";

export class Other extends WorkerEntrypoint {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const gzip = () => new Blob(["hello"]).stream().pipeThrough(new CompressionStream("gzip"));
    if (pathname === "/gzip") return new Response(gzip(), { encodeBody: "manual", headers: { "content-encoding": "gzip" } });
    if (pathname === "/gzip-copied") { const made = new Response(await new Response(gzip()).bytes(), { encodeBody: "manual", headers: { "content-encoding": "gzip" } }); return new Response(made.body, made); }
    if (pathname === "/signals") return Response.json([new Request(url, request), new Request(request), request.clone()].map((made) => made.signal === request.signal));
    if (pathname === "/to") return new Response("moved", { status: Number(searchParams.get("s")), headers: { location: searchParams.get("l") ?? "/echo" } });
    if (pathname === "/echo") return new Response(`${request.method} ${request.headers.get("content-type")?.slice(0, 20)} ${(await request.text()).length}`);
    return new Response(`other ${request.method} ${await request.text()}`);
  }
}

export default {
  async fetch(request, env, ctx) {
    const address = new URL(request.url);
    if (address.pathname === "/redirect") return new Response("moved", { status: 302, headers: { location: "/target" } });
    if (address.pathname === "/target") return new Response("target");
    if (address.pathname === "/proxy") { const answer = await fetch(address.origin + "/redirect", request); return Response.json([answer.status, answer.redirected, answer.headers.get("location")]); }
    if (address.pathname !== "/" || address.hostname === "host.test") return new Response("default");
    const t = table();
    const row = (label, subject) => t.row(label, () => Promise.race([(async () => subject())(), scheduler.wait(10_000).then(() => "HANG")]));
    const other = ctx.exports.Other;
    const own = ctx.exports.default;
    const post = (more) => new Request(url, { method: "POST", body: "abc", headers: { a: "1", "content-type": "text/y" }, ...more });

    await row("a proxy's redirect", async () => (await fetch(address.origin + "/proxy")).json());
    await row("an incoming one's redirect", () => [request.redirect, new Request(url, request).redirect, new Request(request).redirect, new Request(request, {}).redirect, request.clone().redirect]);
    await row("an incoming one's signal", async () => (await other.fetch(`${url}signals`)).json());

    await row("fetcher is kept", () => { const made = new Request(url, { fetcher: other }); return [made, new Request(made), made.clone(), new Request(url, made), new Request(made, {}), new Request(made, { fetcher: null })].map((one) => one.fetcher === other); });
    await row("fetcher of fetch", async () => (await fetch(url, { fetcher: other, method: "POST", body: "q" })).text());
    await row("fetcher of a Request", async () => (await fetch(new Request(url, { fetcher: other }))).text());
    await row("fetcher of a Request as options", async () => (await fetch(url, new Request(url, { fetcher: other }))).text());
    await row("a stub's fetch does not look at it", async () => [await (await own.fetch(url, { fetcher: other })).text(), await (await other.fetch(new Request(url, { fetcher: own }))).text()]);

    await row("no body over a body", () => { const from = post(); const made = new Request(from, new Request(url, { method: "PUT" })); return [made.method, made.body, from.bodyUsed, [...made.headers]]; });
    await row("a body that was read", async () => { const from = post(); await from.text(); return new Request(url, from).bodyUsed; });
    await row("a body is shared", async () => { const from = post(); const made = new Request(url, from); return [from.bodyUsed, await made.text(), from.bodyUsed, made.headers === from.headers]; });
    await row("a body each", async () => { const from = post(); const options = post(); const made = new Request(from, options); return [await made.text(), from.bodyUsed, options.bodyUsed]; });
    await row("a locked body", () => { const from = post(); from.body.getReader(); return new Request(url, from).body.locked; });
    const whole = { text: () => "abc", stream: () => new Blob(["abc"]).stream() };
    for (const [kind, body] of Object.entries(whole)) for (const [label, act] of Object.entries({
      used: (asked) => asked.bodyUsed, text: (asked) => asked.text(), body: (asked) => new Response(asked.body).text(), copy: (asked) => new Request(asked), "copy with options": (asked) => new Request(asked, { method: "PUT" }),
      options: (asked) => new Request(url, asked), fetch: (asked) => other.fetch(asked), clone: (asked) => asked.clone(), "other body": async (asked) => { const made = new Request(asked, { body: "s" }); return [asked.bodyUsed, made.bodyUsed, await made.text(), made.bodyUsed]; },
    })) await row(`${label} of a teed ${kind}`, () => { const asked = new Request(url, { method: "POST", body: body() }); asked.body.tee(); return act(asked); });
    await row("own members do not count", () => { const from = post(); Object.defineProperty(from, "method", { value: "PUT" }); return new Request(url, from).method; });
    await row("a subclass", () => { class Sub extends Request {} const made = new Request("http://other.test/", new Sub(url, { method: "PUT", redirect: "manual" })); return [made.method, made.redirect]; });
    await row("a proxy of one", () => new Request(url, new Proxy(post(), {})).method);
    await row("signals", () => { const { signal } = new AbortController(); const from = new Request(url, { signal }); const plain = new Request(url); return [new Request(url, from).signal === signal, new Request(from, plain).signal === signal, new Request(url, plain).signal === plain.signal, new Request(plain).signal === plain.signal]; });
    await row("cache, redirect and cf", () => { const from = new Request(url, { cache: "no-store", redirect: "manual", cf: { a: 1 } }); return [new Request(url, from), new Request(from, new Request(url)), new Request(from), from.clone()].map((made) => [made.cache ?? null, made.redirect, made.cf ?? null]); });

    await row("encodeResponseBody", async () => { const manual = { encodeResponseBody: "manual" }; const made = new Request(`${url}gzip`, manual); const asked = [[`${url}gzip`], [`${url}gzip`, manual], [made], [`${url}gzip`, made], [new Request(made)], [made.clone()]]; const lengths = []; for (const [target, options] of asked) lengths.push((await (await other.fetch(target, options)).bytes()).length > 5); return lengths; });
    await row("encodeBody of a copy", async () => (await (await other.fetch(`${url}gzip-copied`)).text()));

    const bodies = { blob: () => new Blob(["abc"], { type: "text/b" }), form: () => { const form = new FormData(); form.append("a", new File(["x"], "n")); return form; }, stream: () => new Blob(["abc"]).stream(), buffer: () => new ArrayBuffer(3), params: () => new URLSearchParams("a=1"), text: () => "abc" };
    for (const status of [301, 303, 307]) for (const [kind, body] of Object.entries(bodies)) for (const method of ["POST", "PUT"]) await row(`${status} of ${method} with ${kind}`, async () => (await (await other.fetch(`${url}to?s=${status}`, { method, body: body() })).text()).replace(/ \d{3}$/, " many"));
    await row("307 of a body that was looked at", async () => { const asked = new Request(`${url}to?s=307`, { method: "POST", body: "abc" }); asked.body; return (await other.fetch(asked)).text(); });
    await row("307 of copies", async () => { const asked = new Request(`${url}to?s=307`, { method: "POST", body: "abc" }); const answers = []; for (const one of [asked.clone(), new Request(asked)]) answers.push(await (await other.fetch(one)).text()); return answers; });
    for (const location of ["", "data:,x", "blob:x", "about:blank", "mailto:a", "ws://a/", "file:///x"]) await row(`location ${location}`, async () => { const answer = await other.fetch(`${url}to?s=302&l=${encodeURIComponent(location)}`); return [answer.status, answer.url, await answer.text()]; });

    await row("fetch with a number", async () => { for (const one of [() => fetch(url, 5), () => other.fetch(url, 5), () => fetch(Symbol())]) { try { await one(); return "fine"; } catch (error) { await t.row("  says", text(error)); } } return "all"; });
    for (const args of [[1, 5], [Symbol()], [1n], [1, { signal: 5 }], [1, { signal: null }], [1, { get signal() { throw new RangeError("getter"); } }], []]) await row(`wait of ${args.length} arguments, ${typeof args[0]}`, () => { let promise; try { promise = scheduler.wait(...args); } catch (error) { return `threw ${text(error)}`; } return promise.then(() => "fine", (error) => `rejected ${text(error)}`); });
    for (const status of ["301", 301.9, null, undefined, "x", 1n, {}, [302], true, -302, 4294967597, "0x12d", Symbol("s"), NaN, Infinity]) await row(`redirect ${String(status)}`, () => Response.redirect("http://a.test/", status).status);
    for (const status of ["201", 201.9, null, undefined, "x", 1n, {}, [202], true, -302, 4294967497, Symbol("s"), NaN, Infinity]) await row(`status ${String(status)}`, () => new Response("", { status }).status);
    for (const init of [{ redirect: "x", signal: 5 }, { redirect: "x", cf: 5, method: "BAD" }, { headers: 5, method: "BAD" }, { integrity: "x", cache: "x" }, { body: "x", cache: "x" }, { redirect: Symbol() }, { cache: Symbol() }, { method: Symbol() }, { integrity: Symbol() }, { redirect: { toString: () => "MaNual" } }]) await row(`options ${Object.keys(init)}`, () => [new Request(url, init).redirect]);
    for (const type of [null, "", "a/b", "multipart/form-data", "multipart/form-data;boundary=x"]) await row(`form of ${type}`, async () => { const made = new Response(new Uint8Array([65]), type === null ? {} : { headers: { "content-type": type } }); try { await made.formData(); return "fine"; } catch (error) { return [text(error), made.bodyUsed]; } });
    for (const type of ["A/B; C=D", "a/b, c/d", "a/b,c/d;x=y", "text/html;charset=X, text/html", ",", "a/b,", "x, a/b", "*/*", 'a/b;c=",d/e"']) await row(`blob of ${type}`, async () => (await new Response("x", { headers: { "content-type": type } }).blob()).type);
    return t.response();
  },
};
