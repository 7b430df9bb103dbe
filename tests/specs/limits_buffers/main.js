// Bytes that operations give are counted like those that code allocates: whoever keeps more than its isolate may is stopped,
// or refused, and the process stays small.
import assert from "node:assert";
import zlib from "node:zlib";
import { DurableObject } from "cloudflare:workers";

const WAYS = {
  "stored values": "const { kv } = this.ctx.storage; kv.put('x', new Uint8Array(8e6)); for (;;) kept.push(kv.get('x'));",
  "SQL blobs": "const { sql } = this.ctx.storage; sql.exec('CREATE TABLE t(b)'); sql.exec('INSERT INTO t VALUES(zeroblob(8000000))'); for (;;) kept.push(sql.exec('SELECT b FROM t').one().b);",
  "bodies": "const text = 'x'.repeat(8e6); for (;;) kept.push(await new Response(text).arrayBuffer());",
  "streamed bodies": "for (;;) kept.push(await new Response(new Blob([new Uint8Array(4e6)]).stream()).bytes());",
  "blobs": "const blob = new Blob([new Uint8Array(8e6)]); for (;;) kept.push(await blob.arrayBuffer());",
  "encoded text": "const text = 'x'.repeat(8e6); for (;;) kept.push(new TextEncoder().encode(text));",
  "Buffers of text": "const { Buffer } = await import('node:buffer'); const text = 'x'.repeat(8e6); for (;;) kept.push(Buffer.from(text));",
  "ciphertext": "const key = await crypto.subtle.generateKey({ name: 'AES-CTR', length: 128 }, false, ['encrypt']); const data = new Uint8Array(8e6); for (;;) kept.push(await crypto.subtle.encrypt({ name: 'AES-CTR', counter: new Uint8Array(16), length: 64 }, key, data));",
  "clones": "const bytes = new Uint8Array(8e6); for (;;) kept.push(structuredClone(bytes));",
  "a compression bomb": "const small = new Response(new Blob([new Uint8Array(3e7)]).stream().pipeThrough(new CompressionStream('gzip'))); const bomb = await small.bytes(); for (;;) kept.push(await new Response(new Blob([bomb]).stream().pipeThrough(new DecompressionStream('gzip'))).bytes());",
  "chunks of a bomb": "const small = new Response(new Blob([new Uint8Array(3e7)]).stream().pipeThrough(new CompressionStream('gzip'))); const bomb = await small.bytes(); for (;;) for await (const chunk of new Blob([bomb]).stream().pipeThrough(new DecompressionStream('gzip'))) kept.push(chunk);",
  "a gzip bomb": "const zlib = await import('node:zlib'); const bomb = zlib.gzipSync(new Uint8Array(3e7)); for (;;) kept.push(zlib.gunzipSync(bomb));",
  "one large bomb": "const zlib = await import('node:zlib'); const bomb = zlib.brotliCompressSync(new Uint8Array(6e7)); kept.push(new Uint8Array(5e7)); kept.push(zlib.brotliDecompressSync(bomb)); kept.push(zlib.brotliDecompressSync(bomb)); await scheduler.wait(1);",
  "chunks of a zstd bomb": "const zlib = await import('node:zlib'); const bomb = zlib.zstdCompressSync(new Uint8Array(3e7)); for (;;) { const stream = zlib.createZstdDecompress(); stream.end(bomb); for await (const chunk of stream) kept.push(chunk); }",
  "states of brotli": "const zlib = await import('node:zlib'); for (;;) { const stream = zlib.createBrotliCompress(); kept.push(stream); await new Promise((resolve, reject) => { stream.on('error', reject); stream.write(crypto.getRandomValues(new Uint8Array(60000))); stream.flush(resolve); }); }",
  "windows of zstd": "const zlib = await import('node:zlib'); for (;;) { const stream = zlib.createZstdCompress({ params: { 101: 25 } }); kept.push(stream); await new Promise((resolve, reject) => { stream.on('error', reject); stream.write('x', resolve); }); }",
  "one window of zstd": "const zlib = await import('node:zlib'); const stream = zlib.createZstdCompress({ params: { 101: 31 } }); await new Promise((resolve, reject) => { stream.on('error', reject); stream.write('x', resolve); });",
  "encoded bodies": "for (;;) kept.push(await (await this.env.ECHO.fetch('http://bomb/')).arrayBuffer());",
  "kept compressors": "for (;;) kept.push(new CompressionStream('gzip'));",
  // It ends, but what it prints must not take many times its memory before it is cut.
  "margins of the console": "for (let i = 0; i < 16; i++) console.group(); console.log('\\n'.repeat(2 ** 25)); throw new RangeError('printed');",
  "values of calls": "const bytes = new Uint8Array(8e6); for (;;) kept.push(await this.env.ECHO.echo(bytes));",
};
// What is dropped at once is collected, however much it is over time.
const DROPPED = {
  "dropped stored values": "const { kv } = this.ctx.storage; kv.put('x', new Uint8Array(8e6)); let sum = 0; for (let i = 0; i < 150; i++) sum += kv.get('x').length; return sum;",
  "dropped bombs": "const zlib = await import('node:zlib'); const bomb = zlib.gzipSync(new Uint8Array(8e6)); let sum = 0; for (let i = 0; i < 150; i++) sum += zlib.gunzipSync(bomb).length; return sum;",
  "dropped streams": "const zlib = await import('node:zlib'); for (let i = 0; i < 1500; i++) new zlib.Deflate(); for (let i = 0; i < 30; i++) { new zlib.BrotliCompress().on('error', (error) => { throw error; }).write(new Uint8Array(300000)); await scheduler.wait(0); } return 150 * 8e6;",
  "dropped bodies": "const text = 'x'.repeat(8e6); let sum = 0; for (let i = 0; i < 150; i++) sum += (await new Response(text).bytes()).length; return sum;",
};

const bomb = zlib.gzipSync(new Uint8Array(3e7));
export class Echo extends DurableObject {
  fetch() {
    return new Response(bomb, { headers: { "content-encoding": "gzip" }, encodeBody: "manual" });
  }
  echo(value) {
    return value;
  }
}
export class Host extends DurableObject {
  async run(name, body) {
    const worker = this.env.LOADER.get(name, () => ({
      compatibilityDate: "2026-11-17",
      mainModule: "m.js",
      modules: { "m.js": `import { DurableObject } from "cloudflare:workers"; export class App extends DurableObject { async go() { const kept = []; ${body} } }` },
      env: { ECHO: this.env.Echo.getByName("echo") },
    }));
    return await this.ctx.facets.get(name, () => ({ class: worker.getDurableObjectClass("App"), limits: { cpuMs: 20000 } })).go();
  }
}

const tests = {};
for (const [name, body] of Object.entries(WAYS)) {
  tests[name] = { async test(_controller, env) {
    const error = await env.Host.getByName(name).run(name, body).then(() => assert.fail("it ended"), (error) => error);
    assert.ok(error.limit === "heapBytes" || error instanceof RangeError || /memory|allocat|could not be cloned|deserializ|Compression failed|Initialization failed/i.test(error.message), `${error.stack}`);
    // A neighbour goes on.
    assert.equal(await env.Echo.getByName("neighbour").echo("ping"), "ping");
  } };
}
for (const [name, body] of Object.entries(DROPPED)) {
  tests[name] = { async test(_controller, env) {
    assert.strictEqual(await env.Host.getByName(name).run(name, body), 150 * 8e6);
  } };
}
export const { "stored values": storedValues, "SQL blobs": sqlBlobs, bodies, "streamed bodies": streamedBodies, blobs, "encoded text": encodedText, "Buffers of text": buffers, ciphertext, clones, "a compression bomb": compressionBomb, "chunks of a bomb": bombChunks, "a gzip bomb": gzipBomb, "one large bomb": largeBomb, "chunks of a zstd bomb": zstdChunks, "states of brotli": brotliStates, "windows of zstd": zstdWindows, "one window of zstd": zstdWindow, "encoded bodies": encodedBodies, "kept compressors": keptCompressors, "margins of the console": margins, "values of calls": values, "dropped bombs": droppedBombs, "dropped streams": droppedStreams, "dropped stored values": droppedValues, "dropped bodies": droppedBodies } = tests;

// For tests/drive, which looks at the memory of the process meanwhile.
export default {
  async fetch(request, env) {
    const ended = [];
    for (const [name, body] of Object.entries(WAYS)) {
      ended.push(await env.Host.getByName(name).run(name, body).then(() => "it ended", () => "refused"));
    }
    return Response.json(ended);
  },
};
