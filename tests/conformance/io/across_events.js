// What a stateless Worker may still use in a later event of something it kept from an earlier one.
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";
const source = `
  const kept = {};
  const encoder = new TextEncoder();
  const describe = (error) => error.name + ": " + error.message;
  const uses = {
    "request url": () => kept.request.url,
    "request method": () => kept.request.method,
    "request header": () => kept.request.headers.get("x-kept"),
    "request bodyUsed": () => kept.request.bodyUsed,
    "request body": () => typeof kept.request.body,
    "request signal": () => kept.request.signal.aborted,
    "own response status": () => kept.ownResponse.status,
    "empty response": () => kept.emptyResponse.text(),
    "stream response": () => kept.streamResponse.text(),
    "blob": () => kept.blob.text(),
    "headers": () => kept.headers.get("a"),
    "form": () => kept.form.get("a"),
    "stream": async () => new TextDecoder().decode((await kept.stream.getReader().read()).value),
    "transform": async () => { const writer = kept.transform.writable.getWriter(); const read = kept.transform.readable.getReader().read(); writer.write("t"); return (await read).value; },
    "abort": () => { kept.controller.abort("later"); return kept.controller.signal.reason; },
    "resolved": () => kept.resolved,
    "waitUntil": () => String(kept.ctx.waitUntil(Promise.resolve())),
    "props": () => JSON.stringify(kept.ctx.props),
    "same context": (ctx) => kept.ctx === ctx,
    "clearTimeout": () => String(clearTimeout(kept.timer)),
    "env": () => kept.env.A,
  };
  export default {
    async fetch(request, env, ctx) {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/keep") {
        Object.assign(kept, { request, env, ctx,
          ownRequest: new Request("http://own.test/", { method: "POST", body: "own" }),
          ownResponse: new Response("own"), bytesResponse: new Response(encoder.encode("bytes")), emptyResponse: new Response(null),
          streamResponse: new Response(new ReadableStream({ start(controller) { controller.enqueue(encoder.encode("s")); controller.close(); } })),
          blob: new Blob(["b"]), headers: new Headers({ a: "1" }), form: new FormData(), controller: new AbortController(), resolved: Promise.resolve("r"),
          stream: new ReadableStream({ start(controller) { controller.enqueue(encoder.encode("js")); controller.close(); } }),
          transform: new TransformStream(), timer: setTimeout(() => {}, 1) });
        kept.form.append("a", "f");
        return new Response("kept");
      }
      if (pathname === "/return") return kept[searchParams.get("what")];
      try { return new Response(String(await uses[searchParams.get("what")](ctx))); } catch (error) { return new Response(describe(error)); }
    },
    uses: () => Object.keys(uses),
  };
  export const names = { list: (_, env) => Object.keys(uses) };
`;

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const load = () => env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, env: { A: "a" } }).getEntrypoint();
    const keep = async (worker) => (await worker.fetch("http://kept.test/keep", { method: "POST", body: "incoming", headers: { "x-kept": "1" } })).text();
    const names = [...source.matchAll(/^    "([^"]+)": /gm)].map((match) => match[1]);
    for (const what of names) {
      await row(what, async () => {
        const worker = load();
        await keep(worker);
        return (await worker.fetch(`http://use.test/use?what=${encodeURIComponent(what)}`)).text();
      });
    }
    for (const what of ["emptyResponse", "streamResponse"]) {
      await row(`return ${what}`, async () => { const worker = load(); await keep(worker); return (await worker.fetch(`http://use.test/return?what=${what}`)).text(); });
    }
    return response();
  },
};
