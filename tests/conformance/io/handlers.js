// Entrypoints of a Worker: what fetch() may return, classes and objects as handlers, this, arguments.
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const load = (source) => env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": `import { WorkerEntrypoint, DurableObject, RpcTarget } from "cloudflare:workers";\n${source}` } });
    const get = async (source, name) => { const answer = await load(source).getEntrypoint(name).fetch("http://worker.test/"); return [answer.status, await answer.text()]; };
    const body = (text) => get(`export default { ${text} };`);
    await row("sync response", () => body("fetch() { return new Response('sync'); }"));
    await row("async response", () => body("async fetch() { return new Response('async'); }"));
    await row("thenable", () => body("fetch() { return { then(resolve) { resolve(new Response('thenable')); } }; }"));
    await row("sync undefined", () => body("fetch() {}"));
    await row("sync string", () => body("fetch() { return 'text'; }"));
    await row("async undefined", () => body("async fetch() {}"));
    await row("async object", () => body("async fetch() { return {}; }"));
    await row("used response", () => body("async fetch() { const answer = new Response('x'); await answer.text(); return answer; }"));
    await row("same response twice", async () => { const worker = load("const answer = () => new Response('x'); export default { fetch: answer };").getEntrypoint(); return [await (await worker.fetch("http://x.test/")).text(), await (await worker.fetch("http://x.test/")).text()]; });
    await row("throw sync", () => body("fetch() { throw new TypeError('thrown'); }"));
    await row("throw async", () => body("async fetch() { throw new RangeError('rejected'); }"));
    await row("throw string", () => body("fetch() { throw 'text'; }"));
    await row("throw null", () => body("fetch() { throw null; }"));
    await row("throw own class", () => body("fetch() { class Mine extends Error { name = 'Mine'; } throw new Mine('own'); }"));
    await row("throw with props", async () => { try { await body("fetch() { throw Object.assign(new Error('m'), { code: 5 }); }"); } catch (error) { return [error.code, error.remote]; } });
    await row("fetch is no function", () => body("fetch: 5"));
    await row("no fetch", () => body("other() {}"));
    await row("instance of a class", () => get("class Handler { fetch() { return new Response(String(this instanceof Handler)); } } export default new Handler();"));
    await row("this of an object", () => get("const handler = { fetch() { return new Response(String(this === handler)); } }; export default handler;"));
    await row("arguments", () => body("fetch() { return new Response(String(arguments.length)); }"));
    await row("extracted handler", () => get("async function fetch(request, env, ctx) { return new Response([request instanceof Request, typeof env, typeof ctx.waitUntil].join()); } export default { fetch };"));
    await row("entrypoint class", () => get("export default class extends WorkerEntrypoint { fetch(request) { return new Response([typeof this.env, typeof this.ctx.waitUntil, arguments.length, Object.keys(this).join('+')].join()); } }"));
    await row("entrypoint per event", async () => { const worker = load("let made = 0; export default class extends WorkerEntrypoint { constructor(...args) { super(...args); made++; } fetch() { return new Response(String(made)); } }").getEntrypoint(); return [await (await worker.fetch("http://x.test/")).text(), await (await worker.fetch("http://x.test/")).text()]; });
    await row("entrypoint constructor throws", () => get("export default class extends WorkerEntrypoint { constructor(...args) { super(...args); throw new RangeError('constructor'); } fetch() {} }"));
    await row("entrypoint field fetch", () => get("export default class extends WorkerEntrypoint { fetch = () => new Response('field'); }"));
    await row("entrypoint without fetch", () => get("export default class extends WorkerEntrypoint {}"));
    await row("entrypoint inherits", () => get("class Base extends WorkerEntrypoint { fetch() { return new Response('base'); } } export default class extends Base {}"));
    await row("rpc inherits", () => load("class Base extends WorkerEntrypoint { hi() { return 'hi from base'; } } export default class extends Base {}").getEntrypoint().hi());
    await row("rpc static", () => load("export default class extends WorkerEntrypoint { static hi() {} }").getEntrypoint().hi());
    await row("rpc own field", () => load("export default class extends WorkerEntrypoint { hi = () => 1; }").getEntrypoint().hi());
    await row("rpc env and ctx", () => load("export default class extends WorkerEntrypoint { }").getEntrypoint().ctx());
    await row("rpc on an object", () => load("export default { one(value, env, ctx) { return [value, typeof env, typeof ctx.waitUntil]; } };").getEntrypoint().one("v"));
    await row("rpc on an object, wrong count", () => load("export default { one(value, env, ctx) { return value; } };").getEntrypoint().one("v", "w"));
    await row("rpc on an object, missing", () => load("export default {};").getEntrypoint().one("v"));
    await row("function as export", () => get("export function helper() {} export default { fetch() { return new Response('beside a function'); } };"));
    await row("waitUntil outlives the response", async () => { const worker = load("let done = false; export default { async fetch(request, env, ctx) { if (request.url.endsWith('ask')) return new Response(String(done)); ctx.waitUntil(scheduler.wait(2).then(() => { done = true; })); return new Response('started'); } };").getEntrypoint(); await worker.fetch("http://x.test/"); await scheduler.wait(25); return (await worker.fetch("http://x.test/ask")).text(); });
    await row("hangs", () => body("fetch() { return new Promise(() => {}); }"));
    await row("body of a stream", () => body("fetch() { return new Response(new ReadableStream({ async start(controller) { for (const part of 'abc') { await scheduler.wait(1); controller.enqueue(new TextEncoder().encode(part)); } controller.close(); } })); }"));
    return response();
  },
};
