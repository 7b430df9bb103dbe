// Compression of much data with slow settings: code is stopped between pieces of its input.
import assert from "node:assert";

import { guilty } from "./guilty.js";

const compressing = (call) => guilty(
  `const zlib = await import("node:zlib");
  const data = new Uint8Array(2e7);
  for (let at = 0; at < data.length; at += 65536) crypto.getRandomValues(data.subarray(at, at + 65536));
  ${call}`,
  (error) => assert.equal(error?.limit, "cpuMs", `${error}`),
  ["nodejs_compat"],
);

export const brotli = compressing("zlib.brotliCompressSync(data);");
export const zstd = compressing("zlib.zstdCompressSync(data, { params: { 100: 19, 101: 20 } });");
export const deflate = compressing("for (;;) zlib.deflateSync(data, { level: 9 });");
