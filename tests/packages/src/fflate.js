// fflate: every format in one piece and in parts, zip files, and what the runtime's own streams make of it.
import { Gunzip, Gzip, Unzip, UnzipInflate, Zip, ZipDeflate, ZipPassThrough, deflateSync, decompressSync, gunzipSync, gzipSync, inflateSync, strFromU8, strToU8, unzipSync, unzlibSync, zipSync, zlibSync } from "fflate";

import { table } from "../../conformance/table.js";

const text = "la ".repeat(5000) + "end";

async function through(bytes, transform) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(transform)).arrayBuffer());
}

export default {
  async fetch() {
    const { row, response } = table();
    const data = strToU8(text);
    const codecs = { gzip: [gzipSync, gunzipSync], deflate: [zlibSync, unzlibSync], "deflate-raw": [deflateSync, inflateSync] };
    for (const [format, [pack, unpack]] of Object.entries(codecs)) {
      await row(`${format} round trip`, () => [pack(data, { mtime: 0 }).length, strFromU8(unpack(pack(data))) === text]);
      await row(`${format} read by DecompressionStream`, async () => strFromU8(await through(pack(data), new DecompressionStream(format))) === text);
      await row(`${format} written by CompressionStream`, async () => strFromU8(unpack(await through(data, new CompressionStream(format)))) === text);
    }
    await row("guessed", () => strFromU8(decompressSync(gzipSync(strToU8("x")))));
    await row("dictionary", () => strFromU8(inflateSync(deflateSync(strToU8("hello"), { dictionary: strToU8("hello") }), { dictionary: strToU8("hello") })));
    await row("broken", () => inflateSync(new Uint8Array([255, 255, 255])));
    await row("zip", () => {
      const archive = zipSync({ "a.txt": strToU8("a"), dir: { "b.bin": [new Uint8Array([1, 2]), { level: 0 }] } }, { mtime: "2020-01-01T00:00:00" });
      return [archive.length, unzipSync(archive, { filter: ({ name }) => name !== "skip" })];
    });
    await row("zip in parts", () => {
      const parts = [];
      const zip = new Zip((error, part) => parts.push(part));
      const deflated = new ZipDeflate("deflated", { level: 9 });
      const stored = new ZipPassThrough("stored");
      zip.add(deflated);
      zip.add(stored);
      deflated.push(data, true);
      stored.push(strToU8("as it is"), true);
      zip.end();
      const seen = [];
      const unzip = new Unzip((file) => {
        file.ondata = (error, part, final) => seen.push(`${file.name} ${part.length} ${final}`);
        file.start();
      });
      unzip.register(UnzipInflate);
      for (const [index, part] of parts.entries()) unzip.push(part, index === parts.length - 1);
      return seen;
    });
    await row("gzip in parts", () => {
      const parts = [];
      const gunzip = new Gunzip((part) => parts.push(strFromU8(part)));
      const gzip = new Gzip((part, final) => gunzip.push(part, final));
      gzip.push(strToU8("one "));
      gzip.push(strToU8("two"), true);
      return parts.join("");
    });
    return response();
  },
};
