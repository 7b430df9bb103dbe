// RPC: ReadableStream and WritableStream as arguments, who may still use them, and how their ends and failures cross.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const encoder = new TextEncoder();
const describe = (error) => `${error.name}: ${error.message}`;
const bytesOf = (...parts) => new ReadableStream({ type: "bytes", async pull(controller) { const part = parts.shift(); if (part === undefined) { controller.close(); controller.byobRequest?.respond(0); } else controller.enqueue(encoder.encode(part)); } });
const valuesOf = (...parts) => new ReadableStream({ pull(controller) { if (parts.length === 0) controller.close(); else controller.enqueue(parts.shift()); } });
const failing = (...parts) => new ReadableStream({ async pull(controller) { if (parts.length === 0) controller.error(new RangeError("stream broke")); else controller.enqueue(encoder.encode(parts.shift())); } });

export class Callee extends DurableObject {
  async text(stream) {
    return new Response(stream).text();
  }
  async length(stream) {
    let length = 0;
    for await (const part of stream) length += part.byteLength;
    return length;
  }
  async firstThenCancel(stream) {
    const reader = stream.getReader();
    const { value } = await reader.read();
    await reader.cancel("enough");
    return new TextDecoder().decode(value);
  }
  async write(stream, ...parts) {
    const writer = stream.getWriter();
    for (const part of parts) await writer.write(typeof part === "string" ? encoder.encode(part) : part);
    await writer.close();
    return "closed";
  }
  async writeAndAbort(stream) {
    const writer = stream.getWriter();
    await writer.write(encoder.encode("part"));
    await writer.abort(new RangeError("writer gave up"));
    return "aborted";
  }
  async writeValue(stream, value) {
    const writer = stream.getWriter();
    try {
      await writer.write(value);
      return "written";
    } catch (error) {
      return describe(error);
    }
  }
  ignore() {
    return "ignored";
  }
  make() {
    return this.kept;
  }
  async keep(stream) {
    this.kept = new Response(stream).text();
  }
  state(stream) {
    return [stream.locked, Object.prototype.toString.call(stream)];
  }
  async throwAfterReading(stream) {
    const reader = stream.getReader();
    await reader.read();
    throw new RangeError("no more");
  }
  async relay(stream) {
    return this.env.Callee.getByName("next").text(stream);
  }
  async pipe(from, to) {
    await from.pipeTo(to);
    return "piped";
  }
  through(stream) {
    return stream.pipeThrough(new TransformStream({ transform: (chunk, controller) => controller.enqueue(encoder.encode(new TextDecoder().decode(chunk).toUpperCase())) }));
  }
  both() {
    const { readable, writable } = new IdentityTransformStream();
    return { readable, writable };
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const stub = env.Callee.getByName("c");
    const brief = async (promise) => { try { return await promise; } catch (error) { return describe(error); } };
    /** A WritableStream that notes what arrives and how it ends. */
    const sink = (more = {}) => { const seen = []; const writable = new WritableStream({ write(chunk) { seen.push(`${Object.prototype.toString.call(chunk).slice(8, -1)} ${new TextDecoder().decode(chunk)}`); }, close() { seen.push("closed"); }, abort(reason) { seen.push(`aborted ${describe(reason)}`); }, ...more }); return { writable, seen }; };

    await row("bytes", () => stub.text(bytesOf("a", "bc", "def")));
    await row("values", () => stub.text(valuesOf(encoder.encode("a"), encoder.encode("b"))));
    await row("text values", () => stub.text(valuesOf("text")));
    await row("number values", () => brief(stub.text(valuesOf(5))));
    await row("empty", () => stub.text(bytesOf()));
    await row("Blob's", () => stub.text(new Blob(["blob"]).stream()));
    await row("of a Response", () => stub.text(new Response("of a response").body));
    await row("one part of a tee", async () => { const [left, right] = bytesOf("tee").tee(); return [await stub.text(left), await new Response(right).text()]; });
    await row("transformed", () => stub.text(bytesOf("abc").pipeThrough(new TransformStream({ transform(chunk, controller) { controller.enqueue(chunk); controller.enqueue(chunk); } }))));
    await row("four megabytes", () => stub.length(valuesOf(...Array.from({ length: 64 }, () => new Uint8Array(65_536)))));
    await row("more than a message may hold", () => stub.length(valuesOf(...Array.from({ length: 40 }, () => new Uint8Array(1_048_576)))));
    await row("state", () => stub.state(bytesOf("x")));
    await row("locked here", async () => { const stream = bytesOf("x"); await stub.text(stream); return [stream.locked, await brief(new Response(stream).text())]; });
    await row("locked before", async () => { const stream = bytesOf("x"); stream.getReader(); return stub.text(stream); });
    await row("read before", async () => { const stream = bytesOf("x"); await new Response(stream).text(); return stub.text(stream); });
    await row("partly read before", async () => { const stream = bytesOf("first", "rest"); const reader = stream.getReader(); await reader.read(); reader.releaseLock(); return stub.text(stream); });
    await row("same stream as two arguments", () => { const stream = bytesOf("x"); return stub.text(stream, stream); });
    await row("failing", () => stub.text(failing("before ")));
    await row("failing at once", () => stub.text(failing()));
    await row("ignored by the callee", () => stub.ignore(bytesOf("x")));
    await row("cancelled by the callee", () => stub.firstThenCancel(bytesOf("first", "second", "third")));
    await row("callee throws while reading", () => stub.throwAfterReading(bytesOf("first", "second")));
    await row("read after the answer", async () => { await stub.keep(bytesOf("kept", " on")); return stub.make(); });
    await row("relayed", () => stub.relay(bytesOf("re", "layed")));
    await row("through the callee", async () => new Response(await stub.through(bytesOf("up", "per"))).text());
    await row("piped by the callee", async () => { const { writable, seen } = sink(); const answer = await stub.pipe(bytesOf("a", "b"), writable); return [answer, seen]; });
    await row("two at once", async () => Promise.all([stub.text(bytesOf("1")), stub.text(bytesOf("2"))]));
    await row("structuredClone", () => structuredClone(bytesOf("x")));

    await row("written", async () => { const { writable, seen } = sink(); const answer = await stub.write(writable, "a", "bc"); return [answer, seen]; });
    await row("written, nothing", async () => { const { writable, seen } = sink(); const answer = await stub.write(writable); return [answer, seen]; });
    await row("written, large", async () => { let length = 0; const answer = await stub.write(new WritableStream({ write(chunk) { length += chunk.byteLength; } }), new Uint8Array(3_000_000)); return [answer, length]; });
    await row("written, part of a buffer", async () => { const { writable, seen } = sink(); await stub.write(writable, encoder.encode("0123456789").subarray(2, 5)); return seen; });
    await row("written as an ArrayBuffer", async () => { const { writable, seen } = sink(); await stub.write(writable, encoder.encode("buffer").buffer); return seen; });
    await row("aborted", async () => { const { writable, seen } = sink(); const answer = await brief(stub.writeAndAbort(writable)); await scheduler.wait(50); return [answer, seen]; });
    for (const value of ["text", 5, { a: 1 }, null]) await row(`written value ${typeof value}${value === null ? " null" : ""}`, () => stub.writeValue(sink().writable, value));
    await row("transform's writable", async () => { const { readable, writable } = new TransformStream(); const text = new Response(readable).text(); return [await stub.write(writable, "trans", "form"), await text]; });
    await row("locked writable", () => { const { writable } = sink(); writable.getWriter(); return stub.write(writable, "x"); });
    await row("writable locked here", async () => { const { writable } = sink(); await stub.write(writable, "x"); return writable.locked; });
    await row("closed writable", async () => { const { writable } = sink(); await writable.close(); return stub.write(writable, "x"); });
    await row("writable ignored", async () => { const { writable, seen } = sink(); const answer = await stub.ignore(writable); return [answer, seen]; });
    return response();
  },
};
