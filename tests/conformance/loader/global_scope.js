// What modules may do while they run first: bodies, streams and ids, and WebAssembly from bytes by date.
import { DurableObject, env as atTop } from "cloudflare:workers";
import { table } from "../table.js";

export class Named extends DurableObject {}

// A first start of a script without a configuration has no bindings.
const made = String(atTop.Named?.newUniqueId());

const TRY = `const rows = [];
const attempt = (label, f) => { try { rows.push([label, f()]); } catch (error) { rows.push([label, error.name + ": " + error.message]); } };
const attemptLater = async (label, f) => { try { rows.push([label, await f()]); } catch (error) { rows.push([label, error.name + ": " + error.message]); } };`;
const END = "export default { fetch() { return Response.json(rows); } };";

const MAKE = {
  text: "new Response('x')", empty: "new Response('')", nothing: "new Response(null)", stream: "new Response(new ReadableStream())",
  blob: "new Response(new Blob(['a']))", bytes: "new Response(new Uint8Array(2))", query: "new Response(new URLSearchParams())",
  form: "new Response(new FormData())", json: "Response.json({})", error: "Response.error()",
  request: "new Request('http://x', { method: 'POST', body: 'x' })", bodiless: "new Request('http://x')",
  compression: "new CompressionStream('gzip')", decompression: "new DecompressionStream('gzip')", format: "new CompressionStream('zip')",
  identity: "new IdentityTransformStream()", fixed: "new FixedLengthStream(3)", transform: "new TransformStream()",
  encoder: "new TextEncoderStream()", blobStream: "new Blob(['a']).stream()", digest: "new crypto.DigestStream('SHA-1')",
  eventSource: "new EventSource('http://x/')", eventSourceFrom: "EventSource.from(new ReadableStream())",
};
const top = `${TRY}\n${Object.entries(MAKE).map(([label, made]) => `attempt(${JSON.stringify(label)}, () => String(${made}));`).join("\n")}\n${END}`;

const wasm = `${TRY}
const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
attempt("module", () => String(new WebAssembly.Module(bytes)));
attempt("validate", () => WebAssembly.validate(bytes));
attempt("eval", () => eval("1"));
${END}`;
const wasmLater = wasm.replace(END, `await attemptLater("instantiate", () => WebAssembly.instantiate(bytes)); await attemptLater("compile", () => WebAssembly.compile(bytes));\n${END}`);

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const rows = async (label, compatibilityDate, main) => {
      const worker = env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": main } });
      try {
        for (const [name, value] of await (await worker.getEntrypoint().fetch("http://x/")).json()) await row(`${label} ${name}`, value);
      } catch (error) {
        await row(label, error.message);
      }
    };
    await row("unique id", () => [made.length, env.Named.idFromString(made).equals(env.Named.idFromString(made))]);
    await rows("top", "2026-11-17", top);
    await rows("2025-05-31 wasm", "2025-05-31", wasmLater);
    await rows("2025-06-01 wasm", "2025-06-01", wasm);
    return response();
  },
};
