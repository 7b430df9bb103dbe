// CompressionStream and DecompressionStream.
import { table } from "../table.js";
const enc = new TextEncoder();
const collect = async (stream) => { const seen = []; for await (const chunk of stream) seen.push(chunk); return seen; };
const text = async (s) => new Response(s).text();
export default { async fetch(request) {
  const t = table(); const row = (l, f) => t.row(l, () => Promise.race([(async () => f())(), scheduler.wait(300).then(() => "HANG")])); const response = () => t.response();
  // compression
  const pipe = (data, s) => new Blob([data]).stream().pipeThrough(s);
  for (const f of ["gzip", "deflate", "deflate-raw", "brotli"]) {
    await row(`round ${f}`, () => text(pipe("hello hello hello", new CompressionStream(f)).pipeThrough(new DecompressionStream(f))));
    await row(`bytes ${f}`, async () => [...new Uint8Array(await new Response(pipe("hello", new CompressionStream(f))).arrayBuffer())].join(" "));
    await row(`empty ${f}`, async () => [...new Uint8Array(await new Response(pipe("", new CompressionStream(f))).arrayBuffer())].join(" "));
    await row(`garbage ${f}`, () => text(pipe("not compressed at all", new DecompressionStream(f))));
    await row(`trunc ${f}`, async () => { const b = await new Response(pipe("hello hello", new CompressionStream(f))).arrayBuffer(); return text(pipe(b.slice(0, b.byteLength - 3), new DecompressionStream(f))); });
    await row(`trailing ${f}`, async () => { const b = await new Response(pipe("hello hello", new CompressionStream(f))).arrayBuffer(); return text(pipe(new Blob([b, "x"]), new DecompressionStream(f))); });
    await row(`nothing ${f}`, async () => text(pipe("", new DecompressionStream(f))));
  }
  await row("bad format", () => new CompressionStream("lzma"));
  await row("bad format d", () => new DecompressionStream("lzma"));
  await row("no format", () => new CompressionStream());
  await row("GZIP", () => new CompressionStream("GZIP"));
  await row("write string", () => new CompressionStream("gzip").writable.getWriter().write("s"));
  await row("write number", () => new CompressionStream("gzip").writable.getWriter().write(1));
  await row("write null", () => new CompressionStream("gzip").writable.getWriter().write(null));
  await row("comp desired", () => [new CompressionStream("gzip").writable.getWriter().desiredSize]);
  await row("comp tag", () => [String(new CompressionStream("gzip")), new CompressionStream("gzip") instanceof TransformStream]);
  return response();
} };
async function collect2(readable, n) { const r = readable.getReader(); const seen = []; for (let i = 0; i < n; i++) seen.push((await r.read()).value); return seen; }
