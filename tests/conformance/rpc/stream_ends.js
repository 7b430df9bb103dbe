// RPC: what ends a stream that crossed: its own end or error, its reader, its writer, the event and the object that hold it.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

const encoder = new TextEncoder();
const decode = (bytes) => new TextDecoder().decode(bytes);
const describe = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : `not an error: ${error}`);
const brief = async (promise) => { try { return await promise; } catch (error) { return describe(error); } };
/** A source that never ends. With `note` it says why it was cancelled. */
const endless = (note) => { let count = 0; return new ReadableStream({ pull(controller) { controller.enqueue(encoder.encode(`${++count},`)); }, cancel: (reason) => note(`cancelled ${reason === undefined ? "undefined" : describe(reason)}`) }); };
/** A source that never gives anything. */
const stuck = (note) => new ReadableStream({ pull: () => new Promise(() => {}), cancel: (reason) => note(`cancelled ${reason === undefined ? "undefined" : describe(reason)}`) });
const slow = () => { let count = 0; return new ReadableStream({ async pull(controller) { await scheduler.wait(20); if (++count > 3) controller.close(); else controller.enqueue(encoder.encode(`${count}`)); } }); };
const failing = (...parts) => new ReadableStream({ async pull(controller) { if (parts.length === 0) controller.error(Object.assign(new RangeError("broke"), { code: 5 })); else controller.enqueue(encoder.encode(parts.shift())); } });
const sink = (note, more = {}) => new WritableStream({ write: (chunk) => note(decode(chunk)), close: () => note("closed"), abort: (reason) => note(`aborted ${describe(reason)}`), ...more });

/** What happened in whatever isolate, in order. */
export class Notes extends DurableObject {
  notes = [];
  add(text) {
    this.notes.push(text);
  }
  take() {
    return this.notes.splice(0);
  }
}

const methods = {
  ignore: () => "ignored",
  slow: () => slow(),
  slowResponse: () => new Response(slow()),
  endless() { return endless((text) => this.note(text)); },
  stuck() { return stuck((text) => this.note(text)); },
  sink() { return sink((text) => this.note(text)); },
  failingSink: () => new WritableStream({ write() { throw new RangeError("sink broke"); } }),
  failingClose: () => new WritableStream({ close() { throw new RangeError("close broke"); } }),
  async write(stream, count, size = 1) { const writer = stream.getWriter(); const seen = []; for (let i = 0; i < count; i++) seen.push(await brief(writer.write(new Uint8Array(size).fill(97)))); seen.push(await brief(writer.close()), await brief(writer.closed)); return seen; },
  async writeOnce(stream) { const writer = stream.getWriter(); const seen = [await brief(writer.write(encoder.encode("part"))), await brief(writer.closed)]; return seen; },
  async leaveOpen(stream) { await stream.getWriter().write(encoder.encode("part")); return "left open"; },
  async abort(stream, reason) { const writer = stream.getWriter(); return [await brief(writer.abort(reason)), await brief(writer.closed)]; },
  async cancel(stream, reason) { await stream.cancel(reason); return "cancelled"; },
  async readOnce(stream) { const { value } = await stream.getReader().read(); return value.byteLength > 0; },
  async readErrors(stream) { const reader = stream.getReader(); for (;;) { try { await reader.read(); } catch (error) { return [describe(error), Object.keys(error), await brief(reader.read()), await brief(reader.closed)]; } } },
  through: (stream) => stream.pipeThrough(new TransformStream()),
  echo: (value) => value,
};
export class Callee extends DurableObject {
  note(text) {
    return this.env.Notes.getByName("all").add(text);
  }
  reset() {
    this.ctx.abort("reset by hand");
  }
  async keepWriter(stream) {
    this.writer = stream.getWriter();
    await this.writer.write(encoder.encode("one "));
  }
  async useWriter() {
    return [await brief(this.writer.write(encoder.encode("two"))), await brief(this.writer.close())];
  }
  keepReader(stream) {
    this.kept = new Response(stream).text().catch(describe);
  }
  useReader() {
    return this.kept;
  }
  unfinished() {
    return new ReadableStream({ start: (controller) => controller.enqueue(encoder.encode("first")) });
  }
  fetch(request) {
    const path = new URL(request.url).pathname;
    if (path === "/text") return new Response(new ReadableStream({ start: (controller) => controller.error("text") }));
    if (path === "/reset") setTimeout(() => this.ctx.abort("reset by hand"), 20);
    return new Response(path === "/reset" ? this.unfinished() : path === "/stuck" ? this.stuck() : failing("part"));
  }
}
export class Entry extends WorkerEntrypoint {
  note(text) {
    return this.env.Notes.getByName("all").add(text);
  }
  async passReader(name) {
    await this.env.Callee.getByName(name).keepReader(slow());
  }
  async passReaderAndWait(name) {
    await this.env.Callee.getByName(name).keepReader(slow());
    this.ctx.waitUntil(scheduler.wait(150));
  }
  async passWriter(name) {
    await this.env.Callee.getByName(name).keepWriter(sink((text) => this.note(text)));
  }
  passOn(name) {
    return this.env.Callee.getByName(name).through(slow());
  }
  async fetch() {
    return new Response(await this.env.Callee.getByName("of a response").through(slow()));
  }
}
for (const name of Object.keys(methods)) Callee.prototype[name] = Entry.prototype[name] = methods[name];

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const entry = ctx.exports.Entry;
    const notes = env.Notes.getByName("all");
    const noted = async () => { await scheduler.wait(60); return notes.take(); };
    const note = (text) => notes.add(text);
    let number = 0;
    const object = () => env.Callee.getByName(`object ${number++}`);
    for (const [kind, make] of [["object", object], ["entrypoint", () => entry]]) {
      await row(`${kind}: slow`, async () => new Response(await make().slow()).text());
      await row(`${kind}: slow, read late`, async () => { const stream = await make().slow(); await scheduler.wait(100); return new Response(stream).text(); });
      await row(`${kind}: slow response`, async () => (await make().slowResponse()).text());
      await row(`${kind}: result cancelled`, async () => { const reader = (await make().endless()).getReader(); await reader.read(); await reader.cancel(new RangeError("mine")); return noted(); });
      await row(`${kind}: sink`, async () => { const writer = (await make().sink()).getWriter(); await writer.write(encoder.encode("a")); await writer.write(encoder.encode("b")); await writer.close(); return notes.take(); });
      await row(`${kind}: sink, used late`, async () => { const stream = await make().sink(); await scheduler.wait(100); const writer = stream.getWriter(); await writer.write(encoder.encode("a")); await writer.close(); return notes.take(); });
      await row(`${kind}: failing sink`, async () => brief((await make().failingSink()).getWriter().write(encoder.encode("a"))));
      await row(`${kind}: failing close`, async () => { const writer = (await make().failingClose()).getWriter(); await writer.write(encoder.encode("a")); return brief(writer.close()); });
      await row(`${kind}: argument ignored`, async () => [await make().ignore(endless(note)), await noted()]);
      await row(`${kind}: stuck argument ignored`, async () => [await make().ignore(stuck(note)), await noted()]);
      await row(`${kind}: argument cancelled`, async () => [await make().cancel(endless(note), new RangeError("theirs")), await noted()]);
      await row(`${kind}: stuck argument cancelled`, async () => [await make().cancel(stuck(note), new RangeError("theirs")), await noted()]);
      await row(`${kind}: argument read once`, async () => [await make().readOnce(endless(note)), await noted()]);
      await row(`${kind}: writable ignored`, async () => [await make().ignore(sink(note)), await noted()]);
      await row(`${kind}: writable left open`, async () => [await make().leaveOpen(sink(note)), await noted()]);
      await row(`${kind}: writable aborted`, async () => [await make().abort(sink(note), new RangeError("theirs")), await noted()]);
      await row(`${kind}: write fails`, async () => [await make().writeOnce(sink(note, { write() { throw new RangeError("mine"); } })), await noted()]);
      await row(`${kind}: write fails late`, async () => make().writeOnce(sink(note, { async write() { await scheduler.wait(10); throw new RangeError("mine"); } })));
      await row(`${kind}: close fails`, () => make().write(sink(() => {}, { close() { throw new RangeError("mine"); } }), 1));
      await row(`${kind}: controller fails`, async () => { let controller; const call = make().writeOnce(sink(note, { start(given) { controller = given; } })); controller.error(new RangeError("mine")); return call; });
      await row(`${kind}: failed before`, async () => { let controller; const stream = sink(note, { start(given) { controller = given; } }); controller.error(new RangeError("mine")); return make().writeOnce(stream); });
      await row(`${kind}: slow start`, async () => { const seen = []; const answer = await make().write(sink((text) => { seen.push(text); }, { start: () => scheduler.wait(20) }), 2); return [answer, seen]; });
      await row(`${kind}: long chunks`, async () => { const lengths = []; const answer = await make().write(new WritableStream({ write: (chunk) => { lengths.push(chunk.byteLength); } }), 2, 150_000); return [answer, lengths]; });
      await row(`${kind}: failing argument`, () => make().readErrors(failing("part")));
      await row(`${kind}: failing response`, async () => (await make().echo(new Response(failing("part")))).text());
      await row(`${kind}: failing request`, async () => (await make().echo(new Request("http://x.test", { method: "POST", body: failing("part") }))).text());
    }
    await row("stuck result cancelled", async () => { await (await object().stuck()).cancel(new RangeError("mine")); return noted(); });
    await row("sink aborted", async () => [await brief((await object().sink()).abort(new RangeError("mine"))), await noted()]);
    await row("writer kept", async () => { const stub = object(); await stub.keepWriter(sink(note)); return [await stub.useWriter(), await noted()]; });
    await row("caller ends, reader kept", async () => { await entry.passReader("a"); await scheduler.wait(100); return env.Callee.getByName("a").useReader(); });
    await row("caller waits, reader kept", async () => { await entry.passReaderAndWait("b"); return env.Callee.getByName("b").useReader(); });
    await row("caller ends, writer kept", async () => { await entry.passWriter("c"); await scheduler.wait(20); const [written] = await env.Callee.getByName("c").useWriter(); return [written === undefined, await noted()]; });
    await row("result made of an argument", async () => new Response(await entry.passOn("d")).text());
    await row("response made of an argument", async () => (await entry.fetch("http://x.test")).text());
    await row("reset while it is read", async () => { const stub = object(); const reader = (await stub.unfinished()).getReader(); await reader.read(); const read = brief(reader.read()); await brief(stub.reset()); return read; });
    await row("reset while it writes", async () => { const stub = object(); await stub.keepWriter(sink(note)); await brief(stub.reset()); return noted(); });
    await row("reset while it waits", async () => { const stub = object(); await stub.keepReader(stuck(note)); await brief(stub.reset()); return noted(); });
    for (const path of ["", "text", "reset"]) await row(`body: ${path}`, async () => { try { return await (await object().fetch(`http://x.test/${path}`)).text(); } catch (error) { return [describe(error), Object.keys(error).filter((key) => key !== "durableObjectId").sort()]; } });
    await row("body: stuck, cancelled", async () => { await (await object().fetch("http://x.test/stuck")).body.cancel(new RangeError("mine")); return noted(); });
    return response();
  },
};
