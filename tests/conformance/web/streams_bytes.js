// Byte streams: views of every kind with offsets, chunks that do not fit them, answers, tees.
import { table } from "../table.js";

const text = (error) => `${error?.name}: ${error?.message}`;
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", error instanceof Error ? text(error) : error]; } };
const caught = (work) => { try { return ["returned", work()]; } catch (error) { return ["threw", text(error)]; } };
const view = (v) => [v.constructor.name, v.byteOffset, v.byteLength, v.buffer.byteLength, [...new Uint8Array(v.buffer, v.byteOffset, v.byteLength)]];
const controlled = (more) => { let kept; const stream = new ReadableStream({ type: "bytes", start(c) { kept = c; }, ...more }); return [stream, kept]; };
const bytes = (...list) => new Uint8Array(list);

export default {
  async fetch() {
    const t = table();
    const row = (label, subject) => t.row(label, () => Promise.race([(async () => subject())(), scheduler.wait(10_000).then(() => "HANG")]));
    for (const [kind, chunk] of Object.entries({ "a DataView": new DataView(bytes(1, 2, 3).buffer, 1, 1), "a Uint16Array": new Uint16Array([0x4142]), "a subarray": bytes(1, 2, 3).subarray(1, 2), "a resizable view": new Uint8Array(new ArrayBuffer(2, { maxByteLength: 4 })) })) {
      await row(`enqueue ${kind}`, async () => { const [stream, controller] = controlled(); const called = caught(() => controller.enqueue(chunk)); if (called[0] === "threw") return called; const size = controller.desiredSize; controller.close(); const { value, done } = await stream.getReader().read(); return [size, done, value]; });
    }
    await row("enqueue leaves the chunk", async () => { const [stream, controller] = controlled(); const chunk = bytes(1, 2); controller.enqueue(chunk); const { value } = await stream.getReader().read(); return [chunk.byteLength, value === chunk, value.buffer === chunk.buffer]; });
    await row("desired sizes", () => { const sizes = []; let kept; new ReadableStream({ type: "bytes", start(c) { kept = c; } }, { highWaterMark: 10 }); sizes.push(kept.desiredSize); kept.enqueue(bytes(1, 2, 3)); sizes.push(kept.desiredSize); kept.enqueue(new Uint8Array(20)); sizes.push(kept.desiredSize); kept.error(1); sizes.push(kept.desiredSize); return sizes; });
    await row("default mark", () => controlled()[1].desiredSize);
    await row("no request without a read", () => controlled()[1].byobRequest);
    for (const [kind, given] of Object.entries({ "Uint8Array": new Uint8Array(8), "with an offset": new Uint8Array(new ArrayBuffer(10), 2, 4), "Uint16Array": new Uint16Array(3), "Uint32Array with an offset": new Uint32Array(new ArrayBuffer(16), 4, 2), "Float64Array": new Float64Array(1), "DataView": new DataView(new ArrayBuffer(9), 1, 5), "Int8Array": new Int8Array(2), "BigInt64Array": new BigInt64Array(1), "Uint8ClampedArray": new Uint8ClampedArray(3) })) {
      await row(`view: ${kind}`, async () => { const seen = []; const stream = new ReadableStream({ type: "bytes", pull(c) { const request = c.byobRequest; seen.push([request.view.constructor.name, request.view.byteOffset, request.view.byteLength, request.view.buffer.byteLength]); for (let i = 0; i < request.view.byteLength; i++) request.view[i] = i + 1; request.respond(request.view.byteLength); } }); const { value, done } = await stream.getReader({ mode: "byob" }).read(given); return [seen, done, view(value), given.byteLength, value.buffer === given.buffer]; });
      await row(`chunks into: ${kind}`, async () => { const copy = new given.constructor(new ArrayBuffer(given.buffer.byteLength || 16), given.byteOffset); const stream = new ReadableStream({ type: "bytes", start(c) { c.enqueue(bytes(1, 2, 3, 4, 5)); c.enqueue(bytes(6, 7, 8, 9)); } }); const { value, done } = await stream.getReader({ mode: "byob" }).read(copy); return [done, view(value), copy.byteLength]; });
    }
    await row("partial answer under a Uint32Array", async () => { let pulls = 0; const stream = new ReadableStream({ type: "bytes", pull(c) { pulls++; const request = c.byobRequest; request.view[0] = pulls; request.respond(1); } }); const { value } = await stream.getReader({ mode: "byob" }).read(new Uint32Array(2)); return [pulls, view(value)]; });

    const request = async (act, given = new Uint8Array(4)) => { let called = "not pulled"; const stream = new ReadableStream({ type: "bytes", pull(c) { called = caught(() => act(c.byobRequest, c)); } }); const reader = stream.getReader({ mode: "byob" }); const read = settled(reader.read(given).then(({ value, done }) => [done, value && view(value)])); await scheduler.wait(1); return [called, await Promise.race([read, scheduler.wait(1000).then(() => "pending")])]; };
    for (const [kind, count] of Object.entries({ "1": 1, "4": 4, "a text": "2", "a fraction": 2.7 })) await row(`respond ${kind}`, () => request((r) => { r.view[0] = 9; return r.respond(count); }));
    await row("respond 0 after close", () => request((r, c) => { c.close(); r.respond(0); }));
    await row("enqueue instead of an answer", () => request((r, c) => { c.enqueue(bytes(7, 8)); return [c.byobRequest, r.view]; }));
    await row("enqueue more than asked", () => request((r, c) => c.enqueue(bytes(1, 2, 3, 4, 5, 6))));
    for (const [kind, make] of Object.entries({
      "the same": (r) => r.view, "a part": (r) => r.view.subarray(0, 2), "of a moved buffer": (r) => new Uint8Array(r.view.buffer.transfer()),
    })) await row(`respondWithNewView: ${kind}`, () => request((r) => { r.view[0] = 9; return r.respondWithNewView(make(r)); }));
    await row("the same request in one pull", async () => { let same; const stream = new ReadableStream({ type: "bytes", pull(c) { same = [c.byobRequest === c.byobRequest, c.byobRequest.view === c.byobRequest.view]; c.byobRequest.respond(1); } }); await stream.getReader({ mode: "byob" }).read(new Uint8Array(1)); return same; });
    await row("answer in a later turn", async () => { const stream = new ReadableStream({ type: "bytes", async pull(c) { const r = c.byobRequest; await scheduler.wait(1); r.view[0] = 5; r.respond(1); } }); return stream.getReader({ mode: "byob" }).read(new Uint8Array(3)); });
    await row("pull rejects", async () => settled(new ReadableStream({ type: "bytes", async pull() { throw new RangeError("pull"); } }).getReader({ mode: "byob" }).read(new Uint8Array(3))));
    await row("two reads", async () => { const [stream, controller] = controlled(); const reader = stream.getReader({ mode: "byob" }); const reads = [reader.read(new Uint8Array(2)), reader.read(new Uint8Array(2))]; controller.enqueue(bytes(1, 2, 3)); return (await Promise.all(reads)).map(({ value }) => view(value)); });
    await row("two reads, then close", async () => { const [stream, controller] = controlled(); const reader = stream.getReader({ mode: "byob" }); const reads = [reader.read(new Uint8Array(2)), reader.read(new Uint8Array(2))].map((read) => settled(read.then(({ value, done }) => [done, value && view(value)]))); await null; controller.enqueue(bytes(1)); controller.close(); controller.byobRequest?.respond(0); return Promise.all(reads); });
    await row("a view at the end", async () => { const [stream, controller] = controlled(); controller.close(); const { value, done } = await stream.getReader({ mode: "byob" }).read(new Uint8Array(new ArrayBuffer(8), 2, 4)); return [done, view(value)]; });
    await row("a view at an error", async () => { const [stream, controller] = controlled(); controller.error(new RangeError("e")); const given = new Uint8Array(2); return [await settled(stream.getReader({ mode: "byob" }).read(given)), given.byteLength]; });

    await row("tee", async () => { const stream = new ReadableStream({ type: "bytes", start(c) { c.enqueue(bytes(1, 2)); c.close(); } }); const [a, b] = stream.tee(); const left = await a.getReader().read(), right = await b.getReader({ mode: "byob" }).read(new Uint8Array(4)); return [left.value, right.value, left.value.buffer === right.value.buffer]; });
    await row("tee of chunks that are changed", async () => { const stream = new ReadableStream({ type: "bytes", start(c) { c.enqueue(bytes(1, 2)); c.close(); } }); const [a, b] = stream.tee(); const left = await a.getReader().read(); left.value[0] = 9; return (await b.getReader().read()).value; });
    await row("tee of objects that are changed", async () => { const chunk = { a: 1 }; const [a, b] = new ReadableStream({ start(c) { c.enqueue(chunk); } }).tee(); const left = (await a.getReader().read()).value; left.a = 2; const right = (await b.getReader().read()).value; return [left === right, right.a]; });
    await row("tee errors both", async () => { let kept; const [a, b] = new ReadableStream({ start(c) { kept = c; } }).tee(); const reads = [settled(a.getReader().read()), settled(b.getReader().read())]; kept.error(new RangeError("e")); return Promise.all(reads); });
    await row("tee pulls as the faster reads", async () => { let pulls = 0; const [a, b] = new ReadableStream({ pull(c) { pulls++; c.enqueue(pulls); } }, { highWaterMark: 0 }).tee(); const reader = a.getReader(); await scheduler.wait(1); const before = pulls; await reader.read(); await reader.read(); await reader.read(); const late = await b.getReader().read(); return [before > 1, pulls >= 3, late]; });
    await row("tee of a tee", async () => { const [a, b] = new ReadableStream({ start(c) { c.enqueue("x"); c.close(); } }).tee(); const [c, d] = a.tee(); const all = []; for (const branch of [b, c, d]) for await (const chunk of branch) all.push(chunk); return all; });
    return t.response();
  },
};
