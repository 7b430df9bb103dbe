// Subrequests to this Worker itself: redirects by status and method, what follows them, request headers on the way, bodies both ways, aborts, cf.
import { table } from "../table.js";

const text = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : error);
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", text(error)]; } };
const enc = (value) => new TextEncoder().encode(value);
const stream = (...chunks) => new ReadableStream({ start(c) { for (const chunk of chunks) c.enqueue(enc(chunk)); c.close(); } });
const aborts = [];

const SITES = {
  async "/echo"(request) { return Response.json({ method: request.method, url: request.url, headers: [...request.headers].filter(([name]) => !["content-length", "transfer-encoding"].includes(name)), body: await request.text(), redirect: request.redirect, cf: request.cf ?? null }); },
  "/to"(request, url) { return new Response("moved", { status: Number(url.searchParams.get("s")), headers: url.searchParams.has("l") ? { location: url.searchParams.get("l") } : {} }); },
  "/loop"(request, url) { const count = Number(url.searchParams.get("n")); return count === 0 ? new Response(`end ${request.method}`) : new Response(null, { status: 302, headers: { location: `/loop?n=${count - 1}` } }); },
  "/headers"() { return new Response("x", { headers: [["a", "1"], ["a", "2"], ["set-cookie", "x=1"], ["set-cookie", "y=2"], ["x-utf", "\u00e9"], ["content-type", "t/t"]] }); },
  "/status"(request, url) { const status = Number(url.searchParams.get("s")); return new Response([204, 205, 304].includes(status) ? null : "body", { status, statusText: url.searchParams.get("t") ?? undefined }); },
  "/json"() { return Response.json({ a: [1] }); },
  "/form": async (request) => Response.json([...(await request.formData())].map(([name, value]) => [name, typeof value === "string" ? value : [value.name, value.type, value.size]])),
  "/error"() { return Response.error(); },
  "/null"() { return new Response(null); },
  "/slow"(request) { request.signal.addEventListener("abort", () => aborts.push(String(request.signal.reason))); return scheduler.wait(900).then(() => new Response("late")); },
  "/endless"() { let count = 0; return new Response(new ReadableStream({ async pull(c) { await scheduler.wait(1); c.enqueue(enc(`${count++};`)); }, cancel(reason) { aborts.push(["canceled", text(reason)]); } })); },
  "/breaks"() { let count = 0; return new Response(new ReadableStream({ async pull(c) { await scheduler.wait(1); if (count++ < 2) c.enqueue(enc("part;")); else c.error(new RangeError("source")); } })); },
  "/throws"() { throw new RangeError("thrown"); },
  "/partial": async (request) => { const reader = request.body.getReader(); const { value } = await reader.read(); await reader.cancel("enough"); return new Response(`${value.length > 0}`); },
  "/unread"() { return new Response("not read"); },
  "/pass"(request) { return new Response(request.body, { headers: { "x-length": request.headers.get("content-length") ?? "none" } }); },
  "/length"(request) { return new Response("12345", { headers: { "content-length": "5" } }); },
  "/fixed"() { const made = new FixedLengthStream(3); const writer = made.writable.getWriter(); writer.write(enc("abc")); writer.close(); return new Response(made.readable); },
  "/head"(request) { return new Response(request.method === "HEAD" ? null : "x", { headers: { "content-length": "100" } }); },
};

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    if (SITES[url.pathname] !== undefined) return SITES[url.pathname](request, url);
    if (!url.hostname.startsWith("127.")) return new Response(`nothing at ${url}`, { status: 404 });
    const t = table();
    const row = (label, subject) => t.row(label, () => Promise.race([(async () => subject())(), scheduler.wait(10_000).then(() => "HANG")]));
    const self = ctx.exports.default;
    const origin = "http://self.test";
    const get = (path, init) => self.fetch(`${origin}${path}`, init);
    const shown = async (answer) => { const { method, url, headers, body } = await answer.json(); return [method, url.replace(origin, ""), body, headers, answer.redirected, answer.url.replace(origin, "")]; };
    for (const status of [301, 302, 303, 307, 308]) for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) await row(`${status} of ${method}`, async () => { const answer = await get(`/to?s=${status}&l=/echo`, { method, body: ["GET", "HEAD"].includes(method) ? undefined : "kept", headers: { "x-own": "1", authorization: "secret", "content-language": "en", cookie: "c=1" } }); return method === "HEAD" ? [answer.status, answer.redirected, answer.url] : shown(answer); });
    for (const status of [300, 304, 305, 306, 399]) await row(`${status} is not followed`, async () => { const answer = await get(`/to?s=${status}&l=/echo`).catch((error) => error); return answer instanceof Error ? text(answer) : [answer.status, answer.redirected]; });
    for (const location of ["/echo?x=1", "echo", "?s=200", "#f", "http://other.test/echo", "https://self.test/echo", "//self.test/echo", "", "http://", "ftp://self.test/", "data:text/plain,x", "/a b", "/\u00e9", " /echo "]) await row(`location ${JSON.stringify(location)}`, async () => { const answer = await get(`/to?s=302&l=${encodeURIComponent(location)}`); return [answer.status, answer.redirected, answer.url, (await answer.text()).slice(0, 60)]; });
    await row("no location", async () => { const answer = await get("/to?s=302"); return [answer.status, answer.redirected, await answer.text()]; });
    for (const count of [1, 5, 19, 20, 21, 25]) await row(`${count} redirects`, async () => { const answer = await get(`/loop?n=${count}`); return [answer.status, answer.redirected, answer.url, await answer.text()]; });
    for (const redirect of ["manual", "follow"]) await row(`redirect ${redirect}`, async () => { const answer = await get("/to?s=302&l=/echo", { redirect }); return [answer.status, answer.redirected, answer.type, answer.url, answer.headers.get("location")]; });
    for (const status of [301, 302, 303, 307, 308]) await row(`${status} of a stream`, async () => { const answer = await settled(get(`/to?s=${status}&l=/echo`, { method: "POST", body: stream("a", "b") })); return answer[0] === "rejected" ? answer : shown(answer[1]); });
    for (const status of [307, 303]) for (const [kind, make] of Object.entries({ "a blob": () => new Blob(["b"], { type: "x/y" }), "a form": () => { const form = new FormData(); form.append("a", "1"); return form; }, "bytes": () => enc("b"), "params": () => new URLSearchParams("a=1") })) await row(`${status} of ${kind}`, async () => { const [method, , body] = await shown(await get(`/to?s=${status}&l=/echo`, { method: "POST", body: make() })); return [method, body.length > 0]; });
    await row("redirect of a Request", async () => { const asked = new Request(`${origin}/to?s=307&l=/echo`, { method: "PUT", body: "x", headers: { a: "1" } }); const answer = await self.fetch(asked); return [await shown(answer), asked.bodyUsed]; });
    await row("redirect drops a fragment?", async () => (await get("/to?s=302&l=/echo%23new")).url);
    await row("redirect keeps a fragment?", async () => (await get("/to?s=302&l=/echo#old")).url);

    await row("headers of a GET", async () => (await (await get("/echo")).json()).headers);
    for (const [kind, body] of Object.entries({ "a text": () => "abc", "bytes": () => enc("abc"), "a stream": () => stream("abc"), "a blob": () => new Blob(["abc"], { type: "a/b" }), "params": () => new URLSearchParams("a=1"), "null": () => null, "an empty text": () => "", "a fixed stream": () => { const made = new FixedLengthStream(3); const writer = made.writable.getWriter(); writer.write(enc("abc")); writer.close(); return made.readable; } })) await row(`headers of ${kind}`, async () => { const { headers, body: got } = await (await get("/echo", { method: "POST", body: body() })).json(); return [headers, got]; });
    for (const [name, value] of [["host", "other.test"], ["connection", "close"], ["content-length", "99"], ["transfer-encoding", "chunked"], ["cookie", "a=b"], ["accept-encoding", "br"], ["user-agent", "mine"], ["cf-x", "1"], ["x-a", ""], ["te", "trailers"], ["upgrade", "x"], ["expect", "100-continue"], ["origin", "x"], ["referer", "y"]]) await row(`own ${name}`, async () => (await (await get("/echo", { headers: { [name]: value } })).json()).headers);
    for (const name of ["content-length", "transfer-encoding"]) await row(`own ${name} of a POST`, async () => { const { headers, body } = await (await get("/echo", { method: "POST", body: "abc", headers: { [name]: name === "content-length" ? "2" : "chunked" } })).json(); return [headers, body]; });
    for (const path of ["/echo?a=b c", "/echo?\u00e9", "/echo#x", "/echo?a=%zz", "/./x/../echo", "/echo?'\"<>", "/echo?"]) await row(`URL ${path}`, async () => (await (await get(path)).json()).url);
    await row("credentials in the URL", async () => (await (await self.fetch("http://u:p@self.test/echo")).json()).headers);
    await row("port in the URL", async () => { const { url, headers } = await (await self.fetch("http://self.test:8080/echo")).json(); return [url, headers]; });
    await row("method of an odd case", async () => (await (await get("/echo", { method: "delete" })).json()).method);
    await row("cf goes along", async () => (await (await get("/echo", { cf: { a: 1, nested: { b: [2] } } })).json()).cf);
    await row("redirect mode arrives", async () => (await (await get("/echo", { redirect: "manual" })).json()).redirect);
    await row("the form arrives", async () => { const form = new FormData(); form.append("a", "1"); form.append("f", new File(["xyz"], "n\"m", { type: "t/t" })); return (await get("/form", { method: "POST", body: form })).json(); });

    await row("headers come back", async () => { const answer = await get("/headers"); return [[...answer.headers], answer.headers.getSetCookie(), answer.headers.get("x-utf")]; });
    await row("headers are immutable", async () => { const answer = await get("/headers"); return ["set", "append", "delete"].map((name) => { try { answer.headers[name]("a", "1"); return "fine"; } catch (error) { return text(error); } }); });
    await row("a clone's headers are immutable", async () => { const answer = (await get("/headers")).clone(); try { answer.headers.set("a", "1"); return "fine"; } catch (error) { return text(error); } });
    await row("a copy's headers are not", async () => { const from = await get("/headers"); const answer = new Response(from.body, from); answer.headers.set("a", "9"); return [answer.headers.get("a"), answer.headers.getSetCookie(), answer.url, answer.redirected, answer.status]; });
    for (const [status, message] of [[201, "Mine"], [299, "Odd"], [404, undefined], [599, undefined], [204, undefined], [205, undefined], [304, undefined], [418, undefined]]) await row(`status ${status} ${message}`, async () => { const answer = await get(`/status?s=${status}${message === undefined ? "" : `&t=${message}`}`); return [answer.status, answer.statusText, answer.ok, answer.body === null, await answer.text()]; });
    await row("answer's members", async () => { const answer = await get("/json"); return [answer.type, answer.url, answer.redirected, answer.cf ?? null, answer.webSocket, answer.headers.get("content-length"), await answer.json()]; });
    await row("Response.error", async () => { const answer = await settled(get("/error")); return answer[0] === "rejected" ? answer : [answer[1].status, answer[1].type]; });
    await row("null body", async () => { const answer = await get("/null"); return [answer.body === null, answer.headers.get("content-length"), await answer.text()]; });
    await row("content-length of its own", async () => { const answer = await get("/length"); return [answer.headers.get("content-length"), await answer.text()]; });
    await row("a fixed stream's length", async () => { const answer = await get("/fixed"); return [answer.headers.get("content-length"), await answer.text()]; });
    await row("HEAD", async () => { const answer = await get("/head", { method: "HEAD" }); return [answer.headers.get("content-length"), answer.body === null, await answer.text()]; });
    await row("thrown", () => settled(get("/throws")));
    await row("body that breaks", async () => { const answer = await get("/breaks"); return settled(answer.text()); });
    await row("body that breaks, in parts", async () => { const reader = (await get("/breaks")).body.getReader(); const seen = []; for (;;) { const result = await settled(reader.read()); if (result[0] === "rejected" || result[1].done) return [seen.length > 0, result]; seen.push(result[1].value); } });
    await row("body canceled", async () => { aborts.length = 0; const reader = (await get("/endless")).body.getReader(); await reader.read(); await reader.cancel(new RangeError("enough")); await scheduler.wait(20); return aborts; });
    await row("body aborted by a signal", async () => { const controller = new AbortController(); const answer = await get("/endless", { signal: controller.signal }); const reader = answer.body.getReader(); await reader.read(); controller.abort(new RangeError("stop")); let result; do result = await settled(reader.read()); while (result[0] === "fulfilled" && !result[1].done); return result; });
    await row("aborted while it waits", async () => { const controller = new AbortController(); setTimeout(() => controller.abort(new RangeError("stop")), 5); return settled(get("/slow", { signal: controller.signal })); });
    await row("aborted by a timeout", () => settled(get("/slow", { signal: AbortSignal.timeout(5) })));
    await row("aborted before", () => settled(get("/echo", { signal: AbortSignal.abort() })));
    await row("aborted through a Request", async () => { const controller = new AbortController(); const asked = new Request(`${origin}/slow`, { signal: controller.signal }); setTimeout(() => controller.abort("text"), 5); return settled(self.fetch(asked)); });
    await row("aborted through a copy", async () => { const controller = new AbortController(); const asked = new Request(new Request(`${origin}/slow`, { signal: controller.signal }).clone()); setTimeout(() => controller.abort("text"), 5); return settled(self.fetch(asked)); });
    await row("signal overrides", async () => { const asked = new Request(`${origin}/echo`, { signal: AbortSignal.abort("x") }); return settled(self.fetch(asked, { signal: new AbortController().signal }).then(({ status }) => status)); });
    await row("aborted afterwards", async () => { const controller = new AbortController(); const answer = await get("/json", { signal: controller.signal }); const body = await answer.text(); controller.abort(); return body; });
    await row("request body read in part", async () => { const log = []; let count = 0; const body = new ReadableStream({ async pull(c) { await scheduler.wait(1); if (count++ > 50) c.close(); else c.enqueue(enc("x".repeat(1000))); }, cancel(reason) { log.push(text(reason)); } }); const answer = await settled(get("/partial", { method: "POST", body }).then((response) => response.text())); return answer; });
    await row("request body not read", async () => settled(get("/unread", { method: "POST", body: stream("a", "b") }).then((response) => response.text())));
    await row("large both ways", async () => { const answer = await get("/pass", { method: "POST", body: "x".repeat(1_000_000) }); return (await answer.text()).length; });
    await row("large stream both ways", async () => { let count = 0; const answer = await get("/pass", { method: "POST", body: new ReadableStream({ pull(c) { if (count++ === 100) c.close(); else c.enqueue(new Uint8Array(10000)); } }) }); return (await answer.arrayBuffer()).byteLength; });
    await row("used body", async () => { const asked = new Request(`${origin}/echo`, { method: "POST", body: "x" }); await self.fetch(asked); return [asked.bodyUsed, await settled(self.fetch(asked))]; });
    await row("locked body", () => { const body = stream("x"); body.getReader(); return settled(get("/echo", { method: "POST", body })); });
    await row("fetch of a Request with an init", async () => { const answer = await self.fetch(new Request(`${origin}/echo`, { method: "POST", body: "old", headers: { a: "1" } }), { method: "PUT", body: "new", headers: { b: "2" } }); const { method, body, headers } = await answer.json(); return [method, body, headers]; });
    await row("clone of an answer", async () => { const answer = await get("/json"); const twin = answer.clone(); return [twin.url, await twin.json(), await answer.json()]; });
    await row("two at once", async () => Promise.all([get("/json"), get("/headers")].map(async (answer) => (await (await answer).text()).length)));
    for (const data of ["data:,x", "data:text/html,%3Cb%3E", "data:;base64,eA==", "data:;base64,e A = =", "data:text/plain;charset=utf-16,x", "data:a/b;c=d;base64,eA", "data:,\u00e9", "data:,a#b", "data:;base64,***", "data:x", "data:", "DATA:,x", "data:text/plain;base64 ,eA==", "data:image/png,%00%ff", "data:;charset=x,y", "data:,a?b"]) await row(`data ${data}`, async () => { const answer = await fetch(data); return [answer.status, answer.statusText, answer.url, answer.type, [...answer.headers], await answer.bytes()]; });
    for (const method of ["POST", "HEAD", "PUT"]) await row(`data by ${method}`, async () => { const answer = await fetch("data:,x", { method, body: method === "HEAD" ? undefined : "y" }); return [answer.status, await answer.text()]; });
    for (const bad of ["blob:x", "file:///etc/passwd", "about:blank", "ws://a.test", "javascript:1", "mailto:x", "custom:x", "http:", "http://", "//x"]) await row(`scheme ${bad}`, () => settled(fetch(bad).then(({ status }) => status)));
    return t.response();
  },
};
