// What code can do to the streams of node:zlib and to what they read: nothing of it ends the process, and other streams work on.
import assert from "node:assert";
import zlib from "node:zlib";

const NAMES = ["Gzip", "Gunzip", "Deflate", "Inflate", "DeflateRaw", "InflateRaw", "Unzip", "BrotliCompress", "BrotliDecompress", "ZstdCompress", "ZstdDecompress"];
const PAIRS = { gzip: "gunzip", deflate: "inflate", deflateRaw: "inflateRaw", brotliCompress: "brotliDecompress", zstdCompress: "zstdDecompress" };
const text = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i % 50} ${i * i % 97}`).join("\n"));

// The same numbers in every run.
let seed = 1;
const random = (below) => {
  seed = Math.imul(seed, 1664525) + 1013904223 >>> 0;
  return (seed >>> 8) % below;
};
const works = () => {
  for (const [there, back] of Object.entries(PAIRS)) assert.ok(zlib[`${back}Sync`](zlib[`${there}Sync`](text)).equals(text), there);
};

export const damaged = { test() {
  for (let round = 0; round < 400; round++) {
    const [there, back] = Object.entries(PAIRS)[random(5)];
    const bytes = zlib[`${there}Sync`](text.subarray(0, 1 + random(text.length - 1)), there[0] === "b" ? { params: { 1: 5 } } : {});
    for (let i = random(6); i > 0; i--) bytes[random(bytes.length)] = random(256);
    try {
      zlib[`${back}Sync`](random(3) > 0 ? bytes : bytes.subarray(0, random(bytes.length)), { chunkSize: 64 + random(5000), maxOutputLength: 1 << 22 });
    } catch (error) {
      assert.ok(error instanceof Error && error.message !== "", String(error));
    }
  }
  works();
} };

// Buffers that shrink, go away, or are none.
function anything() {
  const buffer = new ArrayBuffer(random(5000), { maxByteLength: 6000 });
  const values = [new Uint8Array(buffer), new Uint8Array(random(3000)), Buffer.alloc(random(100)), new DataView(buffer), buffer, null, 5, "x", {}, new Uint16Array(50)];
  if (random(5) === 0) buffer.resize(random(6000));
  if (random(8) === 0) buffer.transfer();
  return values[random(values.length)];
}

export const handles = { async test() {
  for (let round = 0; round < 3000; round++) {
    const stream = new zlib[NAMES[random(NAMES.length)]]({ chunkSize: 64 + random(300) });
    stream.on("error", () => {});
    stream.resume();
    const handle = stream._handle;
    const shared = new Uint8Array(2000);
    const acts = [
      () => handle.writeSync(random(7), anything(), random(100), random(3000), anything(), random(50), random(3000)),
      () => handle.writeSync(random(7), shared, random(100), random(1500), shared, random(500), random(1000)),
      () => handle.writeSync(random(7), shared.map(() => random(256)), 0, random(2000), shared, 0, 2000),
      () => handle.write(random(3), shared, 0, random(2000), shared, 0, 2000),
      () => handle.reset(),
      () => handle.params(random(12) - 1, random(6)),
      () => handle.close(),
      () => stream.write(shared.slice(0, random(2000))),
      () => stream.flush(random(3)),
    ];
    for (let i = random(12); i > 0; i--) {
      try {
        acts[random(acts.length)]();
      } catch (error) {
        assert.ok(error instanceof Error, String(error));
      }
    }
    stream.destroy();
    if (random(50) === 0) await scheduler.wait(0);
  }
  works();
} };
export default {};
