// EventSource: what a stream's lines become, when it connects again, what it refuses, EventSource.from.
import { table } from "../table.js";

/** What the source dispatches until it fails for good, or until `count` events have come. */
function events(source, count, types = []) {
  const seen = [];
  return new Promise((resolve) => {
    const note = (event) => {
      const isMessage = event instanceof MessageEvent;
      seen.push(isMessage ? [event.type, event.data, event.lastEventId, event.origin] : [event.type, event.constructor.name, event.message ?? null, event.error === undefined ? null : String(event.error), source.readyState]);
      if (seen.length === count || source.readyState === EventSource.CLOSED) {
        source.close();
        resolve(seen);
      }
    };
    for (const type of ["open", "message", "error", ...types]) source.addEventListener(type, note);
  });
}

const bytes = (...parts) => new Blob(parts).stream();
const from = (text, count, types) => events(EventSource.from(bytes(text)), count, types);

/** A stream that gives these chunks one by one, then stays open. */
function chunks(...parts) {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  (async () => {
    for (const part of parts) await writer.write(typeof part === "string" ? new TextEncoder().encode(part) : new Uint8Array(part));
  })().catch(() => {});
  return readable;
}

const requests = [];
const ANSWERS = {
  "/throws": () => {
    throw new Error("thrown by the server");
  },
  "/plain": () => new Response("data: x\n\n", { headers: { "content-type": "text/event-stream" } }),
  "/charset": () => new Response("data: x\n\n", { headers: { "content-type": "text/event-stream; charset=utf-8" } }),
  "/upper": () => new Response("data: x\n\n", { headers: { "content-type": "Text/Event-Stream" } }),
  "/json": () => Response.json({}),
  "/untyped": () => new Response(bytes("data: x\n\n")),
  "/empty": () => new Response(null, { status: 204 }),
  "/failed": () => new Response("no", { status: 500 }),
  "/created": () => new Response("data: x\n\n", { status: 201, headers: { "content-type": "text/event-stream" } }),
  "/moved": () => new Response(null, { status: 302, headers: { location: "http://other.test/plain" } }),
  "/again": (n) => new Response(n < 1 ? `retry: 1\nid: ${n}\ndata: part ${n}\n\nid: \u00e9\n\n` : null, { status: n < 1 ? 200 : 204, headers: { "content-type": "text/event-stream" } }),
};

export default {
  async fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (ANSWERS[pathname] !== undefined) {
      const count = requests.filter((seen) => seen[1] === request.url).length;
      requests.push([request.method, request.url, [...request.headers].map((pair) => pair.join(": "))]);
      return ANSWERS[pathname](count);
    }
    const { row, response } = table();
    const fetcher = ctx.exports.default;
    const open = (path, count, init) => events(new EventSource(`http://a.test${path}`, { fetcher, ...init }), count);

    await row("constants", () => [EventSource.CONNECTING, EventSource.OPEN, EventSource.CLOSED]);
    await row("without arguments", () => new EventSource());
    await row("not a URL", () => new EventSource("nope"));
    await row("credentials", () => new EventSource("http://a.test/plain", { withCredentials: true, fetcher }));
    await row("not a fetcher", () => new EventSource("http://a.test/plain", { fetcher: {} }));
    await row("at first", () => {
      const source = new EventSource("http://a.test/plain?q#f", { fetcher });
      const first = [source.url, source.withCredentials, source.readyState, source.onopen, source.onmessage, source.onerror];
      source.close();
      return [first, source.readyState, Object.keys(source), Object.prototype.toString.call(source)];
    });
    await row("handlers", () => {
      const source = EventSource.from(bytes(""));
      const handler = () => {};
      source.onmessage = handler;
      const set = source.onmessage === handler;
      source.onmessage = null;
      const cleared = source.onmessage;
      source.onmessage = 5;
      return [set, cleared, source.onmessage];
    });

    await row("from", () => from("data: one\n\ndata:two\n\n", 3));
    await row("from at its end", () => from("data: one\n\n", 9));
    await row("from: properties", () => {
      const source = EventSource.from(bytes("data: one\n\n"));
      return [source.url, source.readyState, source.withCredentials];
    });
    await row("from what is not a stream", () => EventSource.from("x"));
    await row("from a locked stream", () => {
      const stream = bytes("x");
      stream.getReader();
      return EventSource.from(stream);
    });
    await row("from a stream of text", () => events(EventSource.from(new ReadableStream({ start(c) { c.enqueue("data: x\n\n"); c.close(); } })), 2));
    await row("from a failing stream", () => events(EventSource.from(new ReadableStream({ start(c) { c.enqueue("data: x\n\n"); scheduler.wait(5).then(() => c.error(new Error("broken"))); } })), 4));

    await row("many lines", () => from("data: a\ndata: b\ndata\ndata:  c\n\n", 2));
    await row("types", () => from("event: tick\ndata: 1\n\nevent\ndata: 2\n\nevent: tick\n\ndata: 3\n\n", 4, ["tick"]));
    await row("ids", () => from("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: x\0y\ndata: d\n\n", 5));
    await row("line ends", () => from("data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\r", 3));
    await row("comments and unknown fields", () => from(": comment\nother: x\ndata: a\n:\nDATA: b\n\n", 2));
    await row("byte order mark", () => from("\ufeffdata: a\n\n\ufeffdata: b\n\ndata: c\n\n", 3));
    await row("empty data", () => from("data:\n\ndata\n\n", 3));
    await row("no blank line at the end", () => from("data: a\n\ndata: lost\n", 3));
    await row("not UTF-8", () => events(EventSource.from(chunks([100, 97, 116, 97, 58, 0xff, 10, 10])), 1));
    await row("a line end at the end of a chunk", () => events(EventSource.from(chunks("data: a\r", "\r\ndata: b\n\n")), 2));
    await row("a byte order mark in pieces", () => events(EventSource.from(chunks([0xef], [0xbb], [0xbf, 100], "ata: a\n\ndata: b\n\n")), 1));
    await row("types without a name", () => from("event\ndata: 1\n\nevent: \ndata: 2\n\nevent:  a b \ndata: 3\n\n", 4, ["", " a b "]));
    await row("types of the runtime's own", () => from("event: open\ndata: 1\n\nevent: error\ndata: 2\n\n", 3));
    await row("empty lines of data", () => from("data\ndata\n\ndata:\ndata: x\ndata\n\n", 3));
    await row("chunk that is no bytes", () => events(EventSource.from(new ReadableStream({ start(c) { c.enqueue(5); c.close(); } })), 2));
    await row("in pieces", () => events(EventSource.from(chunks("da", "ta: a\r", "\ndata: \u00e9".slice(0, 7), [0xc3], [0xa9, 10], "\n")), 2));
    await row("closed by a listener", async () => {
      const source = EventSource.from(bytes("data: 1\n\ndata: 2\n\n"));
      const seen = [];
      source.onmessage = (event) => {
        seen.push(event.data);
        source.close();
      };
      await scheduler.wait(10);
      return [seen, source.readyState];
    });
    await row("chunks after the end", async () => {
      let controller;
      const source = EventSource.from(new ReadableStream({ start(c) { controller = c; } }));
      const seen = [];
      source.onmessage = (event) => seen.push(event.data);
      source.onerror = (event) => seen.push(String(event.error));
      for (const text of ["1", "2", "3"]) {
        controller.enqueue(`data: ${text}\n\n`);
        await scheduler.wait(5);
        source.close();
      }
      return [seen, controller.desiredSize];
    });
    await row("order of listeners", async () => {
      const source = EventSource.from(bytes("data: 1\n\n"));
      const seen = [];
      source.addEventListener("message", () => seen.push("first"));
      source.onmessage = () => seen.push("never");
      source.addEventListener("message", () => seen.push("last"));
      source.onmessage = function () { seen.push(String(this)); };
      await scheduler.wait(5);
      return seen;
    });
    await row("listener that throws", async () => {
      const source = EventSource.from(bytes("data: 1\n\ndata: 2\n\n"));
      const seen = [];
      source.onmessage = (event) => {
        seen.push(event.data);
        throw new Error("from a listener");
      };
      await scheduler.wait(10);
      return [seen, source.readyState];
    });
    await row("a message", async () => {
      const source = EventSource.from(bytes("data: 1\n\n"));
      const event = await new Promise((resolve) => (source.onmessage = resolve));
      return [event.constructor.name, event.isTrusted, event.bubbles, event.cancelable, event.source, event.ports, event.target === source];
    });

    await row("an opening", async () => {
      const source = new EventSource("http://a.test/plain", { fetcher });
      const event = await new Promise((resolve) => (source.onopen = resolve));
      const end = await new Promise((resolve) => (source.onerror = resolve));
      source.close();
      return [Object.prototype.toString.call(event), event instanceof Event, event.isTrusted, Object.keys(event), end.isTrusted, end.cancelable, end.message, end.lineno];
    });
    await row("closed while it connects", async () => {
      const source = new EventSource("http://a.test/plain", { fetcher });
      const seen = [];
      source.onopen = source.onerror = source.onmessage = (event) => seen.push(event.type);
      await null;
      source.close();
      await scheduler.wait(20);
      return [seen, source.readyState];
    });
    await row("server that throws", () => open("/throws", 9));
    await row("scheme that is not known", () => events(new EventSource("foo:bar"), 9));
    await row("options", () => [null, {}, { withCredentials: false }].map((init) => {
      const source = new EventSource(new URL("HTTP://a.test/x/../b c"), init);
      source.close();
      return source.url;
    }));
    await row("options that are none", () => new EventSource("http://a.test/", 5));
    await row("disposed", () => {
      const source = EventSource.from(bytes(""));
      return [source[Symbol.dispose](), source.readyState, source[Symbol.dispose]()];
    });
    await row("cloned", () => structuredClone(EventSource.from(bytes(""))));
    await row("wrong receiver", () => EventSource.prototype.close.call({}));
    await row("wrong receiver of an accessor", () => EventSource.prototype.url);

    for (const path of ["/charset", "/upper"]) await row(path, () => open(path, 2));
    for (const path of ["/json", "/untyped", "/empty", "/failed"]) await row(path, () => open(path, 9));
    await row("/created", () => open("/created", 3));
    await row("/moved", () => open("/moved", 2));
    await row("connects again", () => open("/again", 9));
    await row("requests", () => requests.filter((seen) => /again|other/.test(seen[1])));
    return response();
  },
};
