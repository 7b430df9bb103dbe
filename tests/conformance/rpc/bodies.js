// RPC: Headers, Request, Response, Blob, and streams made by the callee.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const encoder = new TextEncoder();
const tag = (value) => Object.prototype.toString.call(value);
const describe = (error) => `${error.name}: ${error.message}`;
const bytesOf = (...parts) => new ReadableStream({ type: "bytes", async pull(controller) { const part = parts.shift(); if (part === undefined) { controller.close(); controller.byobRequest?.respond(0); } else controller.enqueue(encoder.encode(part)); } });
const valuesOf = (...parts) => new ReadableStream({ pull(controller) { if (parts.length === 0) controller.close(); else controller.enqueue(parts.shift()); } });
const failing = (...parts) => new ReadableStream({ async pull(controller) { if (parts.length === 0) controller.error(new RangeError("stream broke")); else controller.enqueue(encoder.encode(parts.shift())); } });

export class Callee extends DurableObject {
  echo(value) {
    return value;
  }
  tag(value) {
    return tag(value);
  }
  headers(value) {
    return [value instanceof Headers, [...value], value.getSetCookie()];
  }
  async request(value) {
    return [value instanceof Request, value.method, value.url, [...value.headers], value.redirect, value.body === null, await value.text()];
  }
  async response(value) {
    return [value instanceof Response, value.status, value.statusText, [...value.headers], value.body === null, await value.text()];
  }
  make(kind) {
    if (kind === "bytes") return bytesOf("a", "bc");
    if (kind === "blob stream") return new Blob(["of a blob"]).stream();
    if (kind === "text values") return valuesOf("text");
    if (kind === "byte values") return valuesOf(encoder.encode("x"), encoder.encode("yz"));
    if (kind === "mixed values") return valuesOf(encoder.encode("x"), 5);
    if (kind === "empty") return bytesOf();
    if (kind === "failing") return failing("before ");
    if (kind === "failing at once") return failing();
    if (kind === "identity") { const { readable, writable } = new IdentityTransformStream(); const writer = writable.getWriter(); writer.write(encoder.encode("through")).then(() => writer.close()); return readable; }
    if (kind === "large") return valuesOf(...Array.from({ length: 64 }, () => new Uint8Array(65_536)));
    if (kind === "two") return { first: bytesOf("1"), second: bytesOf("2"), text: "beside" };
    if (kind === "locked") { const stream = bytesOf("x"); stream.getReader(); return stream; }
    if (kind === "read") return (async () => { const stream = bytesOf("x"); await new Response(stream).text(); return stream; })();
    if (kind === "response") return new Response("answer", { status: 418, statusText: "Teapot", headers: { "x-a": "1", "set-cookie": "a=b" } });
    if (kind === "response of a stream") return new Response(bytesOf("st", "ream"));
    if (kind === "response of nothing") return new Response(null, { status: 204 });
    if (kind === "response of json") return Response.json({ a: 1 });
    if (kind === "redirect") return Response.redirect("http://x.test/to", 302);
    if (kind === "error response") return Response.error();
    if (kind === "used response") return (async () => { const answer = new Response("x"); await answer.text(); return answer; })();
    if (kind === "request") return new Request("http://x.test/made", { method: "PUT", body: "made", headers: { "x-b": "2" } });
    if (kind === "headers") return new Headers([["a", "1"], ["a", "2"], ["set-cookie", "c=d"], ["set-cookie", "e=f"]]);
    if (kind === "blob") return new Blob(["bl", "ob"], { type: "text/x" });
    if (kind === "file") return new File(["file"], "name.txt", { type: "text/y", lastModified: 5 });
    return null;
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const stub = env.Callee.getByName("c");
    const url = "http://x.test/p?q#h";
    const post = (body, more) => new Request(url, { method: "POST", body, ...more });
    await row("Headers seen", () => stub.headers(new Headers([["B", "2"], ["a", "1"], ["a", "3"]])));
    await row("Headers with cookies", () => stub.headers(new Headers([["set-cookie", "c=d"], ["set-cookie", "e=f"]])));
    await row("Headers empty", () => stub.headers(new Headers()));
    await row("Headers made", async () => { const made = await stub.make("headers"); return [[...made], made.get("a"), made.getSetCookie()]; });
    await row("Headers are a copy", async () => { const headers = new Headers({ a: "1" }); const back = await stub.echo(headers); back.set("a", "2"); return [headers.get("a"), back.get("a")]; });
    await row("Headers not ASCII", () => stub.headers(new Headers({ a: "é" })));
    await row("Headers of a Request may change", async () => { const back = await stub.echo(post("x")); back.headers.set("a", "b"); return back.headers.get("a"); });
    await row("Request without a body", () => stub.request(new Request(url)));
    await row("Request with text", () => stub.request(post("text", { headers: { "x-a": "1" } })));
    await row("Request with bytes", () => stub.request(post(new Uint8Array([97, 98]))));
    await row("Request with a stream", () => stub.request(post(bytesOf("st", "ream"))));
    await row("Request with a Blob", () => stub.request(post(new Blob(["blob"], { type: "text/x" }))));
    await row("Request with URLSearchParams", () => stub.request(post(new URLSearchParams({ a: "b c" }))));
    await row("Request redirect manual", () => stub.request(new Request(url, { redirect: "manual" })));
    await row("Request method of its own", () => stub.request(new Request(url, { method: "PROPFIND" })));
    await row("Request cf", async () => (await stub.echo(new Request(url, { cf: { a: 1 } }))).cf ?? null);
    await row("Request made", async () => { const made = await stub.make("request"); return [made.method, made.url, [...made.headers], await made.text()]; });
    await row("Request used afterwards", async () => { const sent = post("text"); await stub.request(sent); return [sent.bodyUsed, await sent.text().catch(describe)]; });
    await row("Request with a used body", async () => { const sent = post("text"); await sent.text(); return stub.request(sent); });
    await row("Request that came in", () => stub.tag(request));
    await row("Response with text", () => stub.response(new Response("text", { status: 201, statusText: "Made", headers: { "x-a": "1" } })));
    await row("Response without a body", () => stub.response(new Response(null, { status: 204 })));
    await row("Response with a stream", () => stub.response(new Response(bytesOf("st", "ream"))));
    await row("Response used afterwards", async () => { const sent = new Response("text"); await stub.response(sent); return [sent.bodyUsed, await sent.text().catch(describe)]; });
    for (const kind of ["response", "response of a stream", "response of nothing", "response of json", "redirect"]) await row(`made ${kind}`, async () => { const made = await stub.make(kind); return [made.status, made.statusText, [...made.headers], made.body === null, await made.text()]; });
    await row("made error response", async () => { const made = await stub.make("error response"); return [made.status, made.type]; });
    await row("made used response", async () => { const made = await stub.make("used response"); return [made.bodyUsed, await made.text()]; });
    await row("Response through", async () => { const back = await stub.echo(new Response("there and back", { headers: { "x-a": "1" } })); return [back.headers.get("x-a"), await back.text()]; });
    await row("Response in an object", async () => { const back = await stub.echo({ inner: [new Response("inner")] }); return back.inner[0].text(); });
    await row("Blob", async () => { const back = await stub.echo(new Blob(["bl", "ob"], { type: "Text/X" })); return [tag(back), back.size, back.type, await back.text()]; });
    await row("Blob empty", async () => { const back = await stub.echo(new Blob()); return [back.size, back.type]; });
    await row("Blob part", async () => (await stub.echo(new Blob(["0123456789"]).slice(2, 5))).text());
    await row("Blob made", async () => (await stub.make("blob")).text());
    await row("File", async () => { const back = await stub.echo(new File(["file"], "é.txt", { type: "text/y", lastModified: 5 })); return [tag(back), back.name, back.type, back.lastModified, await back.text()]; });
    await row("File made", async () => { const back = await stub.make("file"); return [tag(back), back.name, back.lastModified]; });

    for (const kind of ["bytes", "blob stream", "byte values", "empty"]) await row(`stream made of ${kind}`, async () => { const made = await stub.make(kind); return [tag(made), made.locked, await new Response(made).text()]; });
    for (const kind of ["failing", "failing at once", "text values", "mixed values", "locked", "read"]) await row(`stream made of ${kind}`, async () => new Response(await stub.make(kind)).text());
    await row("large stream made", async () => (await new Response(await stub.make("large")).arrayBuffer()).byteLength);
    await row("two streams made", async () => { const { first, second, text } = await stub.make("two"); return [await new Response(second).text(), await new Response(first).text(), text]; });
    await row("stream made, not read", async () => { await stub.make("bytes"); return "left"; });
    await row("stream made, cancelled", async () => (await stub.make("large")).cancel("no need"));
    await row("stream made is of bytes", async () => { const made = await stub.make("byte values"); const reader = made.getReader({ mode: "byob" }); const { value } = await reader.read(new Uint8Array(1)); return value; });
    await row("stream through", async () => new Response(await stub.echo(bytesOf("there", " and back"))).text());
    return response();
  },
};
