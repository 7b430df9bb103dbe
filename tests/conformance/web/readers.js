// Readers of bytes: views and minimums, what the end gives, atLeast, reads that wait beside each other.
import { table } from "../table.js";

const encoder = new TextEncoder();
const tick = () => scheduler.wait(5);
function bytes(...parts) {
  return new ReadableStream({
    type: "bytes",
    start(controller) {
      for (const part of parts) controller.enqueue(new Uint8Array(part));
      controller.close();
    },
  });
}

export default {
  async fetch() {
    const { row, response } = table();
    await row("atLeast", async () => { const out = []; const s = new ReadableStream({ type: "bytes", pull(c) { const r = c.byobRequest; out.push([r.atLeast, r.view.byteLength]); r.view[0] = 1; r.respond(1); } }); const rd = s.getReader({ mode: "byob" }); await rd.read(new Uint8Array(4)); await rd.read(new Uint8Array(4), { min: 3 }); await rd.readAtLeast(2, new Uint8Array(5)); await rd.read(new Uint16Array(2), { min: 2 }); return out; });
    await row("atLeast invalidated", async () => { let r; const s = new ReadableStream({ type: "bytes", pull(c) { r = c.byobRequest; r.view[0] = 1; r.respond(1); } }); await s.getReader({ mode: "byob" }).read(new Uint8Array(4)); return [r.view, r.atLeast]; });
    await row("atLeast of a chunk that is allocated", async () => { const out = []; const s = new ReadableStream({ type: "bytes", autoAllocateChunkSize: 8, pull(c) { const r = c.byobRequest; out.push([r.atLeast, r.view.byteLength]); r.respond(1); } }); await s.getReader().read(); return out; });
    await row("readAtLeast at the end", async () => { const r = bytes([1, 2]).getReader({ mode: "byob" }); const a = await r.readAtLeast(3, new Uint8Array(5)); const b = await r.readAtLeast(3, new Uint8Array(5)); return [a.done, a.value, b.done, b.value]; });
    await row("readAtLeast at the end, identity", async () => { const { readable, writable } = new IdentityTransformStream(); const w = writable.getWriter(); w.write(new Uint8Array([1, 2])).catch(()=>{}); w.close().catch(()=>{}); const r = readable.getReader({ mode: "byob" }); const a = await r.readAtLeast(3, new Uint8Array(5)); const b = await r.readAtLeast(3, new Uint8Array(5)); return [a.done, a.value, b.done, b.value]; });
    await row("readAtLeast at the end, body", async () => { const r = new Response("ab").body.getReader({ mode: "byob" }); const a = await r.readAtLeast(3, new Uint8Array(5)); const b = await r.readAtLeast(3, new Uint8Array(5)); return [a.done, a.value, b.done, b.value]; });
    await row("minimum at the end", async () => { const r = bytes([1, 2]).getReader({ mode: "byob" }); const a = await r.read(new Uint8Array(5), { min: 3 }); const b = await r.read(new Uint8Array(5), { min: 3 }); return [a.done, a.value, b.done, b.value]; });
    await row("minimum at the end, identity", async () => { const { readable, writable } = new IdentityTransformStream(); const w = writable.getWriter(); w.write(new Uint8Array([1, 2])).catch(()=>{}); w.close().catch(()=>{}); const r = readable.getReader({ mode: "byob" }); const a = await r.read(new Uint8Array(5), { min: 3 }); const b = await r.read(new Uint8Array(5), { min: 3 }); return [a.done, a.value, b.done, b.value]; });
    await row("at the end, identity", async () => { const { readable, writable } = new IdentityTransformStream(); writable.getWriter().close().catch(()=>{}); const r = readable.getReader({ mode: "byob" }); const b = await r.read(new Uint8Array(5)); return [b.done, b.value]; });
    await row("at the end", async () => { const r = bytes().getReader({ mode: "byob" }); const b = await r.read(new Uint8Array(5)); return [b.done, b.value]; });
    await row("at the end, body", async () => { const r = new Response("").body.getReader({ mode: "byob" }); const b = await r.read(new Uint8Array(5)); return [b.done, b.value]; });
    for (const [n, v, o] of [["none"], ["null", null], ["number", 5], ["empty", new Uint8Array(0)], ["empty buffer", new Uint8Array(new ArrayBuffer(0))], ["buffer", new ArrayBuffer(4)], ["empty dataview", new DataView(new ArrayBuffer(0))], ["min 0", new Uint8Array(4), { min: 0 }], ["min 9", new Uint8Array(4), { min: 9 }], ["min neg", new Uint8Array(4), { min: -1 }], ["min NaN", new Uint8Array(4), { min: NaN }], ["min 1.5", new Uint8Array(4), { min: 1.5 }], ["min str", new Uint8Array(4), { min: "x" }], ["opt 5", new Uint8Array(4), 5]]) {
      await row(`view: ${n}`, async () => { const rd = bytes([1, 2, 3]).getReader({ mode: "byob" }); const r = n === "none" ? await rd.read() : o === undefined ? await rd.read(v) : await rd.read(v, o); return [r.done, r.value]; });
      await row(`view for a body: ${n}`, async () => { const rd = new Response("abc").body.getReader({ mode: "byob" }); const r = n === "none" ? await rd.read() : o === undefined ? await rd.read(v) : await rd.read(v, o); return [r.done, r.value]; });
      if (o === undefined) await row(`view for readAtLeast: ${n}`, async () => { const rd = bytes([1, 2, 3]).getReader({ mode: "byob" }); const r = n === "none" ? await rd.readAtLeast() : await rd.readAtLeast(1, v); return [r.done, r.value]; });
    }
    await row("detached view", async () => { const v = new Uint8Array(4); structuredClone(v, { transfer: [v.buffer] }); const r = await bytes([1]).getReader({ mode: "byob" }).read(v); return r; });
    await row("readAtLeast of nothing", async () => { const rd = bytes([1, 2, 3]).getReader({ mode: "byob" }); return rd.readAtLeast(0, new Uint8Array(4)); });
    await row("readAtLeast of too much", async () => { const rd = bytes([1, 2, 3]).getReader({ mode: "byob" }); return rd.readAtLeast(5, new Uint8Array(4)); });
    await row("readAtLeast of too many elements", async () => { const rd = bytes([1, 2, 3]).getReader({ mode: "byob" }); return rd.readAtLeast(3, new Uint16Array(2)); });
    await row("two reads, identity", async () => { const { readable } = new IdentityTransformStream(); const r = readable.getReader(); r.read().catch(()=>{}); return r.read(); });
    await row("two reads into views, identity", async () => { const { readable } = new IdentityTransformStream(); const r = readable.getReader({ mode: "byob" }); r.read(new Uint8Array(1)).catch(()=>{}); return r.read(new Uint8Array(1)); });
    await row("release while a read waits", async () => { const { readable } = new IdentityTransformStream(); const r = readable.getReader(); const p = r.read().then(String, (e)=>String(e)); r.releaseLock(); return [await Promise.race([p, tick()])]; });
    await row("two reads, one of which succeeds", async () => { const { readable, writable } = new IdentityTransformStream(); const r = readable.getReader(); const a = r.read(); const b = r.read().catch((e) => e.message); const w = writable.getWriter(); await w.write(encoder.encode("x")); return [(await a).value, await b]; });
    await row("two reads, fixed length", async () => { const { readable } = new FixedLengthStream(5); const r = readable.getReader(); r.read().catch(()=>{}); return r.read(); });
    await row("two reads, body", async () => { const r = new Response("abc").body.getReader(); const a = r.read(), b = r.read(); return [(await a).value, (await b).done]; });
    await row("two reads, body of a stream", async () => { const { readable } = new IdentityTransformStream(); const r = new Response(readable).body.getReader(); r.read().catch(()=>{}); return r.read(); });
    await row("two writes, identity", async () => { const { readable, writable } = new IdentityTransformStream(); const w = writable.getWriter(); const a = w.write(encoder.encode("x")); const b = w.write(encoder.encode("y")); const r = readable.getReader(); return [(await r.read()).value, (await r.read()).value, await a, await b]; });
    return response();
  },
};
