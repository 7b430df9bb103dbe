// Streams as bodies through a Durable Object: both directions, errors, cancel, and what fetch() sends.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const encoder = new TextEncoder();
const origin = "http://object.test";

export class Echo extends DurableObject {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/echo") return new Response(request.body, { headers: { "x-type": String(request.headers.get("content-type")) } });
    if (pathname === "/info") return Response.json({ method: request.method, url: request.url, headers: [...request.headers].filter(([name]) => name !== "content-length"), body: await request.text() });
    if (pathname === "/stream") {
      let count = 0;
      return new Response(new ReadableStream({ pull(controller) { if (count === 3) controller.close(); else controller.enqueue(encoder.encode(`c${count++};`)); } }));
    }
    if (pathname === "/broken") {
      return new Response(new ReadableStream({ async pull(controller) { await scheduler.wait(1); controller.error(new Error("source broke")); } }));
    }
    if (pathname === "/identity") {
      const { readable, writable } = new IdentityTransformStream();
      this.ctx.waitUntil((async () => { const writer = writable.getWriter(); await writer.write(encoder.encode("one ")); await writer.write(encoder.encode("two")); await writer.close(); })());
      return new Response(readable);
    }
    if (pathname === "/redirect") return Response.redirect(`${origin}/info`, Number(new URL(request.url).searchParams.get("status")));
    if (pathname === "/throw") throw new TypeError("thrown by the object");
    if (pathname === "/nothing") return undefined;
    if (pathname === "/status") return new Response(null, { status: 204, headers: { a: "b" } });
    return new Response("not found", { status: 404 });
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const stub = env.Echo.getByName("echo");
    const streamBody = () => new ReadableStream({ start(controller) { controller.enqueue(encoder.encode("x")); controller.enqueue(encoder.encode("yz")); controller.close(); } });
    await row("string body", async () => { const answer = await stub.fetch(`${origin}/echo`, { method: "POST", body: "plain" }); return [answer.headers.get("x-type"), await answer.text()]; });
    await row("stream body", async () => (await stub.fetch(`${origin}/echo`, { method: "POST", body: streamBody() })).text());
    await row("form body", async () => (await stub.fetch(`${origin}/echo`, { method: "POST", body: new URLSearchParams("a=1") })).text());
    await row("request object", async () => (await stub.fetch(new Request(`${origin}/echo`, { method: "PUT", body: "obj" }))).text());
    await row("info GET", async () => (await stub.fetch(`${origin}/info?x=1#f`)).json());
    await row("info POST", async () => (await stub.fetch(`${origin}/info`, { method: "POST", body: "b", headers: { "X-Y": "z" } })).json());
    await row("relative url", () => stub.fetch("/info"));
    await row("streamed response", async () => (await stub.fetch(`${origin}/stream`)).text());
    await row("broken response", async () => (await stub.fetch(`${origin}/broken`)).text());
    await row("response properties", async () => { const answer = await stub.fetch(`${origin}/status`); return [answer.status, answer.statusText, answer.url, answer.redirected, answer.type, [...answer.headers], answer.body]; });
    await row("response headers immutable", async () => (await stub.fetch(`${origin}/status`)).headers.set("a", "1"));
    await row("copied response mutable", async () => { const answer = new Response(null, await stub.fetch(`${origin}/status`)); answer.headers.set("a", "2"); return [answer.status, answer.headers.get("a")]; });
    for (const status of [301, 302, 303, 307, 308]) {
      await row(`redirect ${status} POST`, async () => { const answer = await stub.fetch(`${origin}/redirect?status=${status}`, { method: "POST", body: "kept" }); const info = await answer.json(); return [info.method, info.body, answer.redirected, answer.url]; });
    }
    await row("redirect manual", async () => { const answer = await stub.fetch(`${origin}/redirect?status=302`, { redirect: "manual" }); return [answer.status, answer.headers.get("location"), answer.redirected]; });
    await row("redirect of a stream", async () => (await stub.fetch(`${origin}/redirect?status=307`, { method: "POST", body: streamBody() })).json());
    await row("thrown", () => stub.fetch(`${origin}/throw`));
    await row("no response", () => stub.fetch(`${origin}/nothing`));
    await row("aborted before", () => stub.fetch(`${origin}/info`, { signal: AbortSignal.abort() }));
    await row("aborted with reason", () => stub.fetch(`${origin}/info`, { signal: AbortSignal.abort(new RangeError("mine")) }));
    await row("used request", async () => { const used = new Request(`${origin}/echo`, { method: "POST", body: "u" }); await used.text(); return stub.fetch(used); });
    await row("clone both", async () => { const answer = await stub.fetch(`${origin}/stream`); const twin = answer.clone(); return [await answer.text(), await twin.text()]; });
    await row("unused body", async () => { const answer = await stub.fetch(`${origin}/stream`); await answer.body.cancel(); return answer.bodyUsed; });
    await row("global fetch relative", () => fetch("/x"));
    await row("global fetch scheme", () => fetch("ftp://example.test/"));
    await row("global fetch data", async () => (await fetch("data:text/plain,hi%20there")).text());
    await row("global fetch no argument", () => fetch());
    await row("global fetch aborted", () => fetch("http://example.test/", { signal: AbortSignal.abort("why") }));
    return response();
  },
};
