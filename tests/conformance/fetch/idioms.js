// What Workers commonly do with requests, bodies and streams: proxies, copies, appended bodies, events out of streams; and what patched globals do to it.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const text = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : error);
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", text(error)]; } };
const caught = (work) => { try { return ["returned", work()]; } catch (error) { return ["threw", text(error)]; } };
const enc = (value) => new TextEncoder().encode(value);
const stream = (...chunks) => new ReadableStream({ start(c) { for (const chunk of chunks) c.enqueue(typeof chunk === "string" ? enc(chunk) : chunk); c.close(); } });

export class Echo extends DurableObject {
  async fetch(request) {
    return Response.json({ method: request.method, url: request.url, redirect: request.redirect, cf: request.cf ?? null, body: await request.text() });
  }
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === "/redirect") return new Response(null, { status: 302, headers: { location: "/target" } });
    if (url.pathname === "/target") return new Response("target");
    if (url.pathname === "/echo") return Response.json({ method: request.method, headers: [...request.headers].filter(([name]) => name !== "host"), body: await request.text() });
    const t = table();
    const row = (label, subject) => t.row(label, () => Promise.race([(async () => subject())(), scheduler.wait(10_000).then(() => "HANG")]));
    const stub = env.Echo.getByName("echo");
    await row("redirect of what came", () => [request.redirect, new Request(request).redirect, new Request(request, {}).redirect, request.clone().redirect]);
    await row("redirect is passed on", async () => { const answer = await fetch(new Request(`${url.origin}/redirect`, { redirect: request.redirect })); return [answer.status, answer.redirected, answer.headers.get("location")]; });
    await row("redirect is followed", async () => { const answer = await fetch(`${url.origin}/redirect`); return [answer.status, answer.redirected, await answer.text()]; });
    await row("what came is sent on", async () => { const answer = await stub.fetch(request); const { method, redirect } = await answer.json(); return [method, redirect]; });
    await row("what came, elsewhere", async () => (await (await stub.fetch("http://other.test/x", request)).json()).url);
    await row("cf is sent on", async () => (await (await stub.fetch("http://a.test/", { cf: { a: 1 } })).json()).cf);
    await row("a spread request is nothing", () => { const made = new Request("http://a.test", { ...request, method: "PUT" }); return [made.method, [...made.headers].length, Object.keys(request)]; });
    await row("text over the network", async () => (await fetch(`${url.origin}/echo`, { method: "POST", body: "abc" })).json());
    await row("stream over the network", async () => (await fetch(`${url.origin}/echo`, { method: "POST", body: stream("ab", "c") })).json());
    await row("mutable copy of an answer", async () => { const from = await fetch(`${url.origin}/target`); const answer = new Response(from.body, from); answer.headers.append("x", "1"); return [answer.headers.get("x"), await answer.text()]; });
    await row("body through a transform", async () => { const { readable, writable } = new TransformStream(); const piped = new Response("abc").body.pipeTo(writable); return [await new Response(readable).text(), await settled(piped)]; });
    await row("body through an identity", async () => { const { readable, writable } = new IdentityTransformStream(); const piped = new Response(stream("ab", "c")).body.pipeTo(writable); return [await new Response(readable).text(), await settled(piped)]; });
    await row("one body after another", async () => { const { readable, writable } = new IdentityTransformStream(); (async () => { await new Response("one ").body.pipeTo(writable, { preventClose: true }); await new Response("two").body.pipeTo(writable); })(); return new Response(readable).text(); });
    await row("text after a body", async () => { const { readable, writable } = new TransformStream(); (async () => { await new Response("one ").body.pipeTo(writable, { preventClose: true }); const writer = writable.getWriter(); await writer.write(enc("two")); await writer.close(); })(); return new Response(readable).text(); });
    await row("body to two", async () => { const made = new Request("http://a.test", { method: "POST", body: stream("a", "b") }); const [left, right] = made.body.tee(); return [await new Response(left).text(), await new Response(right).text(), made.bodyUsed]; });
    await row("clone, then both are read", async () => { const made = new Request("http://a.test", { method: "POST", body: '{"a":1}' }); const copy = made.clone(); return [await made.json(), await copy.text()]; });
    await row("clone of a text, canceled", async () => { const made = new Response("text"); const copy = made.clone(); return [await settled(copy.body.cancel()), await made.text()]; });
    await row("events out of a stream", async () => { const found = []; let rest = ""; for await (const part of stream("data: a\n\nda", "ta: b\n", "\ndata: c").pipeThrough(new TextDecoderStream())) { rest += part; for (let at; (at = rest.indexOf("\n\n")) >= 0; rest = rest.slice(at + 2)) found.push(rest.slice(0, at)); } return [found, rest]; });
    await row("letters in pieces", async () => { const bytes = enc("\u65e5\ud83d\ude00"); return Array.fromAsync(stream(bytes.subarray(0, 1), bytes.subarray(1, 4), bytes.subarray(4)).pipeThrough(new TextDecoderStream())); });
    await row("compressed on the way", async () => (await new Response(stream("a".repeat(1000)).pipeThrough(new CompressionStream("gzip")).pipeThrough(new DecompressionStream("gzip"))).text()).length);
    await row("a chunk that is changed later", async () => { const { readable, writable } = new TransformStream(); const writer = writable.getWriter(); const buffer = new Uint8Array(1); for (const byte of [65, 66, 67]) { buffer[0] = byte; writer.write(buffer); } writer.close(); return new Response(readable).text(); });
    await row("nobody listens there", async () => { const error = await fetch("http://127.0.0.1:1/").catch((thrown) => thrown); return [error.name, error.message, error.constructor.name, Object.keys(error), error.cause ?? null]; });
    await row("incoming headers copied", () => { const headers = new Headers(request.headers); headers.set("x", "1"); return headers.get("x"); });
    await row("bodies of nothing", () => [new Response().body, new Response(undefined).body, new Response("").body === null]);
    await row("spread", () => [Object.fromEntries(new Headers({ a: "1" })), [...new FormData()], Object.fromEntries(new URLSearchParams("a=1"))]);
    await row("own members", () => [new Request("http://a.test"), new Response(), new URL("http://a.test"), new Event("x"), new AbortController().signal, new File([], "x"), new ErrorEvent("e"), new MessageEvent("m")].map((object) => Object.getOwnPropertyNames(object).join()));
    await row("listed members", () => [new Request("http://a.test"), new Response(), new Headers(), new URL("http://a.test"), new Blob([])].map((object) => { const names = []; for (const name in object) names.push(name); return names.sort().join(); }));
    await row("as JSON", () => JSON.stringify([new Request("http://a.test"), new Response(), new Headers({ a: "1" }), new FormData(), new Blob([]), new AbortController(), new Event("x"), new URLSearchParams("a=1"), crypto, navigator]));
    await row("names and lengths", () => [fetch, setTimeout, structuredClone, queueMicrotask, atob, btoa, reportError, addEventListener, Headers, Request, Response, URL, Blob, File, ReadableStream].map((value) => [value.name, value.length]));
    for (const [kind, iterator] of Object.entries({ headers: new Headers({ a: "1" }).entries(), form: new FormData().values() })) {
      await row(`iterator of ${kind}`, () => [iterator instanceof Iterator, typeof iterator.map, Object.prototype.toString.call(iterator), Object.keys(Object.getPrototypeOf(iterator)), typeof iterator.return]);
      await row(`iterator of ${kind}, detached`, () => caught(() => { const { next } = iterator; return next(); }));
    }
    await row("iterator helpers", () => [new Headers({ a: "1" }).keys().map((name) => name.toUpperCase()).toArray(), new URLSearchParams("a=1&b=2").entries().take(1).toArray()]);
    await row("extended prototypes", () => { Headers.prototype.extra = 1; const seen = new Headers().extra; delete Headers.prototype.extra; const { get } = Headers.prototype; Headers.prototype.get = () => "patched"; const patched = new Headers().get("x"); Headers.prototype.get = get; return [seen, patched]; });
    await row("patched fetch", () => { const own = globalThis.fetch; globalThis.fetch = () => "patched"; const seen = fetch(); globalThis.fetch = own; return seen; });
    await row("patched iterator", () => { const own = Array.prototype[Symbol.iterator]; Array.prototype[Symbol.iterator] = function* () { yield ["hacked", "1"]; }; try { const made = new Headers([["a", "1"]]); Array.prototype[Symbol.iterator] = own; return [...made]; } finally { Array.prototype[Symbol.iterator] = own; } });
    await row("fetch without a receiver", async () => { const { fetch: own } = globalThis; return (await own(`${url.origin}/target`)).text(); });
    await row("first frames", () => [() => new URL("nope"), () => new Response("", { status: 5 }), () => structuredClone(() => {}), () => atob("*"), () => new TextDecoder("x"), () => new Blob(5), () => new Request("nope"), () => new AbortSignal(), () => btoa("\u0100"), () => new CompressionStream("x")].map((work) => { try { work(); } catch (error) { return /idioms\.js/.test(error.stack.split("\n")[1]); } }));

    const messages = async (work) => { const seen = []; const { port1, port2 } = new MessageChannel(); await work(port1, port2, seen); await scheduler.wait(5); return seen; };
    await row("message with undefined inside", () => messages((a, b, seen) => { b.onmessage = ({ data }) => seen.push(data); a.postMessage({ a: undefined, b: [undefined] }); }));
    await row("message before onmessage", () => messages(async (a, b, seen) => { a.postMessage(1); await scheduler.wait(2); b.onmessage = ({ data }) => seen.push(data); }));
    await row("message of an error", () => messages((a, b, seen) => { b.onmessage = ({ data }) => seen.push(text(data), data.cause); a.postMessage(new RangeError("x", { cause: 5 })); }));
    await row("message of a cycle", () => messages((a, b, seen) => { const value = {}; value.self = value; b.onmessage = ({ data }) => seen.push(data.self === data); a.postMessage(value); }));
    await row("message's event", () => messages((a, b, seen) => { b.onmessage = (event) => seen.push(event.isTrusted, event.cancelable, event.currentTarget === b, event.origin, event.ports); a.postMessage(1); }));
    await row("members of ports", () => messages((a, b, seen) => seen.push("onmessageerror" in b, "ref" in b, "onmessage" in b)));
    await row("messages, microtasks and timers", () => messages((a, b, seen) => { b.onmessage = ({ data }) => seen.push(data); setTimeout(() => seen.push("timer")); a.postMessage("message"); queueMicrotask(() => seen.push("microtask")); seen.push("now"); }));
    return t.response();
  },
};
