// CompressionStream and DecompressionStream written and read in other ways; DOMException, FormData, timers and signals at their edges.
import { table } from "../table.js";
const text = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : error);
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", text(error)]; } };
const soon = (promise, ms = 5000) => Promise.race([settled(promise), scheduler.wait(ms).then(() => "pending")]);
const caught = (work) => { try { return ["returned", work()]; } catch (error) { return ["threw", text(error)]; } };
const enc = (value) => new TextEncoder().encode(value);
export default { async fetch(request, env, ctx) {
  const { row, response } = table();
  const gz = async (t, f = "gzip") => new Uint8Array(await new Response(new Blob([t]).stream().pipeThrough(new CompressionStream(f))).arrayBuffer());
  for (const F of ["gzip", "deflate", "deflate-raw"]) {
    const data = await gz("hello world ".repeat(20), F);
    await row(`${F} byte by byte`, async () => { const d = new DecompressionStream(F); const w = d.writable.getWriter(); (async () => { for (const b of data) await w.write(new Uint8Array([b])); await w.close(); })().catch(() => {}); return (await new Response(d.readable).text()).length; });
    await row(`${F} into views`, async () => { const d = new DecompressionStream(F); const w = d.writable.getWriter(); w.write(data).catch(() => {}); w.close().catch(() => {}); const r = d.readable.getReader({ mode: "byob" }); const { value } = await r.read(new Uint8Array(5)); return new TextDecoder().decode(value); });
    await row(`${F} truncated`, async () => { const d = new DecompressionStream(F); const w = d.writable.getWriter(); w.closed.catch(() => {}); const a = soon(w.write(data.slice(0, -4))); const c = soon(w.close()); return [await soon(new Response(d.readable).text()), await a, await c]; });
    await row(`${F} garbage`, async () => { const d = new DecompressionStream(F); const w = d.writable.getWriter(); w.closed.catch(() => {}); const a = soon(w.write(enc("garbage that is none"))); return [await soon(new Response(d.readable).text()), await a, await soon(w.write(data)), await soon(w.close())]; });
    await row(`${F} trailing`, async () => { const d = new DecompressionStream(F); const w = d.writable.getWriter(); w.closed.catch(() => {}); const a = soon(w.write(new Uint8Array([...data, 1, 2, 3]))); return [await soon(new Response(d.readable).text()), await a]; });
    await row(`${F} two members`, async () => { const d = new DecompressionStream(F); const w = d.writable.getWriter(); w.closed.catch(() => {}); const a = soon(w.write(new Uint8Array([...data, ...data]))); w.close().catch(() => {}); return [await soon(new Response(d.readable).text().then((t) => t.length)), await a]; });
    await row(`${F} abort`, async () => { const d = new CompressionStream(F); const a = await soon(d.writable.abort(new RangeError("a"))); return [a, await soon(d.readable.getReader().read())]; });
    await row(`${F} cancel`, async () => { const d = new CompressionStream(F); const c = await soon(d.readable.cancel(new RangeError("c"))); return [c, await soon(d.writable.getWriter().write(enc("x")))]; });
    await row(`${F} write waits?`, async () => { const d = new CompressionStream(F); const w = d.writable.getWriter(); return [await soon(w.write(enc("x"))), await soon(w.write(enc("y"))), await soon(w.close()), w.desiredSize]; });
    await row(`${F} tee`, async () => { const [a, b] = new Blob(["x"]).stream().pipeThrough(new CompressionStream(F)).pipeThrough(new DecompressionStream(F)).tee(); return [await new Response(a).text(), await new Response(b).text()]; });
  }
  for (const chunk of ["text", 5, null, undefined, {}, new ArrayBuffer(2), new DataView(new ArrayBuffer(2)), new Uint16Array(1), [1], new Blob(["x"])]) await row(`chunk ${Object.prototype.toString.call(chunk)}`, async () => { const d = new CompressionStream("gzip"); const w = d.writable.getWriter(); w.closed.catch(() => {}); const a = await soon(w.write(chunk)); return a; });
  for (const f of [undefined, null, "", "GZIP", "br", "brotli", "zstd", 5]) await row(`format ${f}`, () => caught(() => String(new CompressionStream(f))));
  await row("big", async () => { const big = new Uint8Array(5_000_000); const out = await new Response(new Blob([big]).stream().pipeThrough(new CompressionStream("gzip")).pipeThrough(new DecompressionStream("gzip"))).arrayBuffer(); return out.byteLength; });
  await row("queueMicrotask order", async () => { const s = []; queueMicrotask(() => s.push(1)); Promise.resolve().then(() => s.push(2)); queueMicrotask(() => s.push(3)); await null; await null; return s; });
  await row("request signal", async () => [request.signal.aborted, request.signal === request.signal, new Request(request).signal === request.signal]);
  await row("response cf", () => [new Response("", { cf: { a: 1 } }).cf, new Response("", new Response("", { cf: { a: 1 } })).cf]);
  await row("response encodeBody init from response", () => caught(() => new Response("", new Response("", { encodeBody: "manual" })).status));
  await row("Response url", () => [new Response().url, Response.json(1).url]);
  await row("formData file methods", async () => { const f = new FormData(); f.append("a", new File(["abc"], "n", { type: "t/t", lastModified: 5 })); const g = await new Response(f).formData(); const file = g.get("a"); return [file instanceof File, file.size, await file.text(), (await file.arrayBuffer()).byteLength, file.lastModified > 1e12, file.name, file.type]; });
  await row("formData set file", () => { const f = new FormData(); f.set("a", new Blob(["x"], { type: "q/q" }), "n"); const v = f.get("a"); return [v instanceof File, v.name, v.type]; });
  await row("formData same file", () => { const f = new FormData(); const file = new File(["x"], "n"); f.append("a", file); return [f.get("a") === file, f.get("a") === f.get("a")]; });
  await row("large form", async () => { const f = new FormData(); for (let i = 0; i < 500; i++) f.append(`k${i}`, "v".repeat(100)); return [...await new Response(f).formData()].length; });
  await row("abort reason cloned across", () => { const c = new AbortController(); const e = new RangeError("x"); c.abort(e); return [c.signal.reason === e, AbortSignal.any([c.signal]).reason === e]; });
  await row("timeout zero", async () => { const s = AbortSignal.timeout(0); const now = s.aborted; await scheduler.wait(5); return [now, s.aborted]; });
  await row("perf observer", async () => { const s = []; const o = new PerformanceObserver((l) => s.push(l.getEntries().length)); o.observe({ type: "mark" }); performance.mark("x1"); await scheduler.wait(3); return s; });
  await row("fetch detached", () => { const { fetch: f } = globalThis; return f("data:,x").then((r) => r.text()); });
  await row("self members", () => ["self", "globalThis", "global", "window", "frames"].map((n) => [n, typeof globalThis[n]]));
  return response();
} };
