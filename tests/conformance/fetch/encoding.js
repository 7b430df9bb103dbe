// Content-Encoding of responses: what is encoded on its way out, what is decoded when it is read, and what goes through as it is.
import { table } from "../table.js";
import * as zlib from "node:zlib";
import { DurableObject } from "cloudflare:workers";

const text = "worker text ".repeat(20);
const big = "0123456789abcdef".repeat(20000);
const encoded = (encoding, more = {}) => ({ headers: { "content-encoding": encoding }, ...more });
const origin = {
  gzip: () => new Response(zlib.gzipSync(text), encoded("gzip", { encodeBody: "manual" })),
  br: () => new Response(zlib.brotliCompressSync(text), encoded("br", { encodeBody: "manual" })),
  deflate: () => new Response(zlib.deflateSync(text), encoded("deflate", { encodeBody: "manual" })),
  upper: () => new Response(zlib.gzipSync(text), encoded("GZIP", { encodeBody: "manual" })),
  xgzip: () => new Response(zlib.gzipSync(text), encoded("x-gzip", { encodeBody: "manual" })),
  list: () => new Response(zlib.gzipSync(text), encoded("gzip, br", { encodeBody: "manual" })),
  identity: () => new Response(text, encoded("identity", { encodeBody: "manual" })),
  zstd: () => new Response(zlib.zstdCompressSync(text), encoded("zstd", { encodeBody: "manual" })),
  plain: () => new Response(text, encoded("gzip", { encodeBody: "manual" })),
  part: () => new Response(zlib.gzipSync(text).subarray(0, 20), encoded("gzip", { encodeBody: "manual" })),
  members: () => new Response(Buffer.concat([zlib.gzipSync("one "), zlib.gzipSync("two")]), encoded("gzip", { encodeBody: "manual" })),
  trailing: () => new Response(Buffer.concat([zlib.gzipSync("one "), Buffer.from("garbage")]), encoded("gzip", { encodeBody: "manual" })),
  checksum: () => { const bytes = zlib.gzipSync(text); bytes[bytes.length - 8] ^= 1; return new Response(bytes, encoded("gzip", { encodeBody: "manual" })); },
  empty: () => new Response("", encoded("gzip", { encodeBody: "manual" })),
  brPart: () => new Response(zlib.brotliCompressSync(text).subarray(0, 10), encoded("br", { encodeBody: "manual" })),
  brTrailing: () => new Response(Buffer.concat([zlib.brotliCompressSync("one "), Buffer.from("garbage")]), encoded("br", { encodeBody: "manual" })),
  brBad: () => new Response(new Uint8Array([255, 255, 255, 255, 1, 2]), encoded("br", { encodeBody: "manual" })),
  big: () => new Response(zlib.gzipSync(big), encoded("gzip", { encodeBody: "manual" })),
  gzipAuto: () => new Response(text, encoded("gzip")),
  brAuto: () => new Response(text, encoded("br")),
  bytesAuto: () => new Response(new Uint8Array([1, 2, 3]), encoded("gzip")),
  blobAuto: () => new Response(new Blob([text]), encoded("br")),
  bigAuto: () => new Response(big, encoded("gzip")),
  bigBrAuto: () => new Response(big, encoded("br")),
  upperAuto: () => new Response(text, encoded("GZIP")),
  nullAuto: () => new Response(null, encoded("gzip")),
  emptyAuto: () => new Response("", encoded("br")),
  noContent: () => new Response(null, encoded("gzip", { status: 204 })),
  lengthAuto: () => new Response(text, { headers: { "content-encoding": "gzip", "content-length": "5" } }),
  streamAuto: () => {
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    (async () => {
      for (const part of ["part one ", "", "part two"]) await writer.write(new TextEncoder().encode(part));
      await writer.close();
    })();
    return new Response(readable, encoded("gzip"));
  },
  failing: () => new Response(new ReadableStream({ pull(controller) { controller.error(new Error("mine")); } }), encoded("gzip")),
};
const get = (env, name, method = "GET") => env.Origin.getByName("o").fetch(`http://o/${name}`, { method });
const middle = {
  pass: (env, name) => get(env, name),
  clone: async (env, name) => (await get(env, name)).clone(),
  rewrap: async (env, name) => { const r = await get(env, name); return new Response(r.body, r); },
  bodyAlone: async (env, name) => new Response((await get(env, name)).body),
  toBr: async (env, name) => new Response((await get(env, name)).body, encoded("br")),
  manual: async (env, name) => { const r = await get(env, name); return new Response(r.body, { headers: r.headers, encodeBody: "manual" }); },
  through: async (env, name) => { const r = await get(env, name); return new Response(r.body.pipeThrough(new TransformStream()), r); },
  throughIdentity: async (env, name) => { const r = await get(env, name); return new Response(r.body.pipeThrough(new IdentityTransformStream()), r); },
  without: async (env, name) => { const r = new Response((await get(env, name)).body, await get(env, name)); r.headers.delete("content-encoding"); return r; },
  other: async (env, name) => { const r0 = await get(env, name); const r = new Response(r0.body, r0); r.headers.set("content-encoding", "br"); return r; },
  text: async (env, name) => new Response(await (await get(env, name)).text()),
  upload: async (env, name) => env.Origin.getByName("o").fetch("http://o/echo", { method: "POST", body: (await get(env, name)).body, headers: { "content-encoding": "gzip" } }),
};
export class Origin extends DurableObject {
  async fetch(request) {
    const name = new URL(request.url).pathname.slice(1);
    if (name === "echo") { const bytes = await request.bytes(); return new Response(`${request.headers.get("content-encoding")} ${bytes.length} ${bytes[0]}`); }
    return origin[name]();
  }
  give(name) {
    return origin[name]();
  }
  take(response) {
    return show(response);
  }
}
export class Middle extends DurableObject {
  fetch(request) {
    const [, how, name] = new URL(request.url).pathname.split("/");
    return middle[how](this.env, name);
  }
}
async function show(response) {
  const head = `${response.status} ${response.headers.get("content-encoding")} ${response.body === null ? "no body" : "body"}`;
  try {
    const bytes = await response.bytes();
    const shown = /^[\x20-\x7e]*$/.test(Buffer.from(bytes).toString("latin1")) ? Buffer.from(bytes.subarray(0, 24)).toString() : `first ${bytes[0]}`;
    return `${head} ${bytes.length < 100 && /^first (31|120|40)/.test(shown) ? "small" : bytes.length} ${shown}`;
  } catch (error) {
    return `${head} ${error.name}: ${error.message}`;
  }
}
const old = (env, source, date) => env.LOADER.get(`${date} ${source}`, () => ({ compatibilityDate: date, compatibilityFlags: ["nodejs_compat"], mainModule: "m.js", modules: { "m.js": `export default { async fetch(request, env) { ${source} } };` }, env: { ORIGIN: null } })).getEntrypoint();

export default {
  async fetch(_request, env) {
    const { row, response } = table();
    for (const name of Object.keys(origin)) await row(`read ${name}`, async () => show(await get(env, name)));
    for (const how of Object.keys(middle)) for (const name of ["gzip", "br", "gzipAuto", "big"]) await row(`${how} ${name}`, async () => show(await env.Middle.getByName("m").fetch(`http://m/${how}/${name}`)));
    for (const how of ["pass", "clone", "rewrap"]) await row(`${how} part`, async () => show(await env.Middle.getByName("m").fetch(`http://m/${how}/part`)));
    await row("HEAD of plain text", async () => show(await get(env, "identity", "HEAD")));
    await row("HEAD", async () => show(await get(env, "gzip", "HEAD")));
    await row("read twice", async () => { const r = await get(env, "gzip"); const copy = r.clone(); return [await show(r), await show(copy)]; });
    await row("stream", async () => { const r = await get(env, "big"); let sum = 0; for await (const chunk of r.body) sum += chunk.length; return sum; });
    await row("stream that fails", async () => { const r = await get(env, "plain"); for await (const _ of r.body); });
    await row("BYOB", async () => { const r = await get(env, "gzip"); const reader = r.body.getReader({ mode: "byob" }); const { value } = await reader.read(new Uint8Array(6)); await reader.cancel(); return Buffer.from(value).toString(); });
    await row("cancel", async () => { const r = await get(env, "big"); await r.body.cancel("enough"); return r.bodyUsed; });
    await row("tee", async () => { const [a, b] = (await get(env, "br")).body.tee(); return [(await new Response(a).text()).length, (await new Response(b).text()).length]; });
    await row("json", async () => (await get(env, "plain")).json());
    await row("formData", async () => (await get(env, "gzip")).formData());
    await row("blob", async () => (await (await get(env, "br")).blob()).size);
    await row("arrayBuffer", async () => (await (await get(env, "big")).arrayBuffer()).byteLength);
    await row("made here", () => show(new Response(zlib.gzipSync("x"), encoded("gzip"))));
    await row("made here and wrapped", async () => show(new Response((await get(env, "gzip")).body, encoded("br"))));
    for (const name of ["gzip", "gzipAuto", "brAuto", "streamAuto", "plain"]) await row(`by call ${name}`, async () => show(await env.Origin.getByName("o").give(name)));
    for (const name of ["gzip", "brAuto"]) await row(`to a call ${name}`, async () => env.Origin.getByName("o").take(await get(env, name)));
    for (const date of ["2024-04-01", "2026-11-17"]) for (const encoding of ["br", "gzip"]) await row(`${encoding} of ${date}`, async () => show(await old(env, `return new Response("x".repeat(100), { headers: { "content-encoding": "${encoding}" } });`, date).fetch("http://x/")));
    return response();
  },
};
