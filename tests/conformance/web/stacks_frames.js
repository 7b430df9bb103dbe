// Which frames of user code a stack has, where the runtime's own code is among them.
import { table } from "../table.js";

const frames = (error) => String(error.stack).split("\n").filter((line) => !/node-internal|cloudflare-internal|table\.js/.test(line));
async function deep(work) {
  return await work();
}
async function thrownBy(work) {
  try {
    await work();
    return "nothing";
  } catch (error) {
    return frames(error);
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    await row("anonymous", () => thrownBy(async () => { await null; throw new Error("a"); }));
    await row("anonymous in anonymous", () => thrownBy(async () => { await (async () => { await null; throw new Error("b"); })(); }));
    await row("anonymous behind a name", () => thrownBy(() => deep(async () => { await null; throw new Error("c"); })));
    await row("all", () => thrownBy(async () => { await Promise.all([(async () => { await null; throw new Error("d"); })()]); }));
    await row("for await", () => thrownBy(async () => { for await (const _ of (async function* () { await null; throw new Error("e"); })()); }));
    await row("JSON.parse", () => thrownBy(() => JSON.parse("{")));
    await row("JSON.parse of nothing", () => thrownBy(() => { const { parse } = JSON; parse("{"); }));
    await row("reviver", () => thrownBy(() => JSON.parse("[1]", () => { throw new Error("f"); })));
    await row("replace", () => thrownBy(() => "a".replace("a", () => { throw new Error("g"); })));
    await row("json()", () => thrownBy(async () => { await new Response("{").json(); }));
    await row("importKey", () => thrownBy(async () => { await crypto.subtle.importKey("raw", new Uint8Array(3), "AES-GCM", false, ["encrypt"]); }));
    await row("importKey behind names", () => thrownBy(() => deep(() => deep(() => deep(() => deep(async () => { await crypto.subtle.importKey("raw", new Uint8Array(3), "AES-GCM", false, ["encrypt"]); }))))));
    await row("digest", () => thrownBy(() => deep(async () => { await crypto.subtle.digest("nope", new Uint8Array()); })));
    await row("decrypt", () => thrownBy(async () => {
      const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, false, ["decrypt"]);
      await deep(() => crypto.subtle.decrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, new Uint8Array(20)));
    }));
    await row("many frames", () => thrownBy(() => { const dig = (n) => { if (n > 0) dig(n - 1); else new DOMException("h"); throw new DOMException("h"); }; dig(12); }));
    await row("limit", async () => { Error.stackTraceLimit = 2; try { return await thrownBy(() => deep(() => crypto.subtle.digest("nope", new Uint8Array()))); } finally { Error.stackTraceLimit = 10; } });
    await row("limit kept", () => { new DOMException("i"); return Object.getOwnPropertyDescriptor(Error, "stackTraceLimit"); });
    await row("listener", () => { const target = new EventTarget(); let found; target.addEventListener("x", () => { found = frames(new Error("j")); }); target.dispatchEvent(new Event("x")); return found; });
    const sites = (error) => {
      const { prepareStackTrace } = Error;
      Error.prepareStackTrace = (_, list) => list.filter((site) => !/table|internal/.test(site.getFileName())).map((site) => [site.getFunctionName(), site.getFileName(), site.getScriptNameOrSourceURL(), `${site}`]);
      try { return error.stack; } finally { Error.prepareStackTrace = prepareStackTrace; }
    };
    await row("call sites", async () => { try { await deep(async () => { await null; throw new Error("l"); }); } catch (error) { return sites(error); } });
    await row("call sites of a DOMException", async () => { try { await deep(() => crypto.subtle.digest("nope", new Uint8Array())); } catch (error) { return sites(error); } });
    const old = "export default { async fetch() { try { await (async () => { await null; throw new Error('m'); })(); } catch (error) { return new Response(error.stack); } } };";
    for (const compatibilityDate of ["2025-06-01", "2026-11-17"]) {
      await row(`loaded at ${compatibilityDate}`, async () => (await env.LOADER.load({ compatibilityDate, mainModule: "m.js", modules: { "m.js": old } }).getEntrypoint().fetch("http://worker.test/")).text());
    }
    return response();
  },
};
