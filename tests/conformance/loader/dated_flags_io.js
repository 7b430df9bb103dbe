// Compatibility flags: what a dated flag changes of requests, stubs and errors of calls, on both sides of its date.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

const notes = [];
let begun;

// Where the loaded Workers' requests go, and their only stub.
export class Echo extends WorkerEntrypoint {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/redirect") return Response.redirect(searchParams.get("to"), 302);
    if (pathname === "/slow") { begun?.(); return scheduler.wait(200).then(() => new Response("slow")); }
    if (pathname === "/br") return new Response("plain text", { headers: { "content-encoding": "br" } });
    return new Response([request.method, request.url, JSON.stringify([...request.headers]), await request.text(), JSON.stringify(request.cf ?? null)].join(" | "));
  }
  foo(x) { return `foo ${x}`; }
  get(x) { return `get ${x}`; }
  put(x, y) { return `put ${x} ${y}`; }
  delete(x) { return `delete ${x}`; }
  note(text) { notes.push(text); }
  fail() { throw Object.assign(new RangeError("bad", { cause: new TypeError("c") }), { code: 7 }); }
}

// Has an object of a loaded Worker store an error and read it again.
export class Host extends DurableObject {
  stored(compatibilityDate) {
    const main = `import { DurableObject } from "cloudflare:workers"; export class App extends DurableObject { async run() { const made = Object.assign(new RangeError("bad", { cause: 1 }), { code: 5 }); await this.ctx.storage.put({ alone: made, inside: [made] }); const alone = await this.ctx.storage.get("alone"), [inside] = await this.ctx.storage.get("inside"); return [alone, inside].map((error) => [error.name, error.message, error.cause, error.code ?? null, Object.keys(error)]); } } export default {};`;
    const worker = this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": main } });
    return this.ctx.facets.get(compatibilityDate, () => ({ class: worker.getDurableObjectClass("App") })).run();
  }
}

const PRELUDE = "const t = (f) => { try { return f(); } catch (error) { return String(error); } }; const a = async (f) => { try { return await f(); } catch (error) { return String(error); } };";

// [flag, date, body of a function of the loaded Worker that gives JSON, `cf` of its request].
const ROWS = [
  ["capture_async_api_throws", "2022-10-31", "const how = async (f) => { try { const promise = f(); return await promise.then(() => 'ok', (error) => 'rejects ' + error); } catch (error) { return 'throws ' + error; } }; return [await how(() => fetch()), await how(() => env.S.fetch()), await how(() => scheduler.wait()), await how(() => fetch('ftp://x'))]"],
  ["no_cf_botmanagement_default", "2023-08-01", "return [request.cf, request.clone().cf, new Request(request).cf, new Request('http://x').cf ?? null]", { a: 1 }],
  ["no_cf_botmanagement_default", "2023-08-01", "return request.cf ?? null"],
  ["fetcher_no_get_put_delete", "2024-03-26", "const how = (f) => a(async () => { const value = await f(); return value instanceof ReadableStream ? 'stream' : value instanceof ArrayBuffer ? value.byteLength : value ?? 'nothing'; }); return [await how(() => env.S.get('http://x/')), await how(() => env.S.get('http://x/', 'json')), await how(() => env.S.get('http://x/', 'stream')), await how(() => env.S.get('http://x/', 'arrayBuffer')), await how(() => env.S.put('http://x/', 'body')), await how(() => env.S.delete('http://x/'))]"],
  ["rpc", "2024-04-03", "return [typeof env.S.foo, await a(() => env.S.foo(1)), 'foo' in env.S, typeof env.S.fetch]"],
  ["brotli_content_encoding", "2024-04-29", "const answer = await fetch('http://x/br'); return [answer.headers.get('content-encoding'), (await answer.text()) === 'plain text']"],
  ["fetch_standard_url", "2024-06-03", "const text = (url) => a(async () => { const answer = await fetch(url); return [answer.url, await answer.text()]; }); return [new Request('http://X/a b#f').url, t(() => new Request('foo').url), new Request('http://x').clone().url, await text('http://x/a b?q#h'), await text('HTTP://X'), await text('foo'), request.url]"],
  ["cache_option_enabled", "2024-11-11", "return ['cache' in Request.prototype, t(() => new Request('http://x', { cache: 'no-store' }).cache), t(() => new Request('http://x', { cache: 'bad' })), t(() => new Request('http://x', { cache: null })), t(() => new Request('http://x', { cache: undefined }).cache ?? 'none'), await a(() => fetch('http://x/', { cache: 'no-store' }).then((answer) => answer.text()))]"],
  ["cache_no_cache_enabled", "2025-08-07", "return [t(() => new Request('http://x', { cache: 'no-cache' }).cache), await a(() => fetch('http://x/', { cache: 'no-cache' }).then((answer) => answer.text()))]"],
  ["bind_asynclocalstorage_snapshot_to_request", "2025-06-16", "return kept(t)"],
  ["strip_authorization_on_cross_origin_redirect", "2025-09-01", "return (await fetch('http://x/redirect?to=http://y/', { headers: { authorization: 'A', cookie: 'c' } })).text()"],
  ["enhanced_error_serialization", "2026-04-21", "try { await env.S.fail(); } catch (error) { return [error.name, error.message, Object.keys(error), error instanceof RangeError]; }"],
  ["enable_request_signal", "2026-11-17", "const copy = new Request(request); const own = new AbortController(); const given = new Request('http://x', { signal: own.signal }); return [request.signal === request.signal, copy.signal === request.signal, request.clone().signal === request.signal, new Request(copy).signal === copy.signal, given.signal === own.signal, new Request(given).signal === own.signal, given.clone().signal === own.signal]"],
  ["cache_option_preserves_cache_control", "2026-11-17", "const text = (init) => a(async () => (await fetch('http://x/', init)).text()); return [await text({ cache: 'no-store', cf: { a: 1 } }), await text({ cache: 'no-cache', headers: { 'cache-control': 'max-age=1', pragma: 'p' } }), await text({ cache: 'no-store', cf: { cacheTtl: 5 } })]"],
];

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const echo = ctx.exports.Echo({});
    const run = async (body, compatibilityDate, cf) => {
      const als = body.includes("kept(") ? `import { AsyncLocalStorage, AsyncResource } from "node:async_hooks"; let made; const kept = (t) => { made ??= { snapshot: AsyncLocalStorage.snapshot(), bound: AsyncLocalStorage.bind(() => 2), resource: new AsyncResource("x") }; return [t(() => made.snapshot(() => 1)), t(made.bound), t(() => made.resource.runInAsyncScope(() => 3)), atTop(() => 4)]; }; const atTop = AsyncLocalStorage.snapshot();` : "";
      const main = `${als} export default { async fetch(request, env, ctx) { ${PRELUDE} let text; try { text = JSON.stringify(await (async () => { ${body} })()) ?? "undefined"; } catch (error) { text = String(error); } return new Response(text); } };`;
      const worker = env.LOADER.load({ compatibilityDate, compatibilityFlags: als === "" ? [] : ["nodejs_als"], mainModule: "main.js", modules: { "main.js": main }, env: { S: echo }, globalOutbound: echo });
      const ask = async () => (await worker.getEntrypoint().fetch("http://x/", cf === undefined ? {} : { cf })).text();
      return als === "" ? ask() : [await ask(), await ask()];
    };
    for (const [flag, date, body, cf] of ROWS) {
      await row(`before ${flag}`, () => run(body, new Date(Date.parse(date) - 864e5).toISOString().slice(0, 10), cf));
      await row(`from ${flag}`, () => run(body, date, cf));
    }
    await row("stored errors", async () => [await env.Host.getByName("host").stored("2026-04-20"), await env.Host.getByName("host").stored("2026-04-21")]);
    for (const compatibilityFlags of [[], ["request_signal_passthrough"]]) await row(`a caller that leaves, ${compatibilityFlags}`, async () => {
      const main = `export default { async fetch(request, env, ctx) { const given = [{ signal: request.signal }, { signal: AbortSignal.any([request.signal]) }]; ctx.waitUntil(Promise.all([fetch("http://x/slow", given[0]), fetch("http://x/slow", given[1]), fetch(new Request("http://x/slow", request))].map((answer) => answer.then((answer) => answer.text(), String))).then((texts) => env.S.note(texts))); await scheduler.wait(1000); } };`;
      const worker = env.LOADER.load({ compatibilityDate: "2026-11-17", compatibilityFlags, mainModule: "main.js", modules: { "main.js": main }, env: { S: echo }, globalOutbound: echo });
      const controller = new AbortController();
      const first = new Promise((resolve) => { begun = resolve; });
      const outcome = worker.getEntrypoint().fetch("http://x/", { signal: controller.signal }).then(() => "answered", String);
      await first;
      await scheduler.wait(50);
      controller.abort();
      for (let times = 0; notes.length === 0 && times < 100; times++) await scheduler.wait(20);
      return [await outcome, ...notes.splice(0)];
    });
    await row("a thenable for a response", async () => {
      const load = (compatibilityDate) => env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": "export default { fetch() { return { then(done) { done(new Response('thenable')); } }; } };" } }).getEntrypoint().fetch("http://x/").then((answer) => answer.text(), String);
      return [await load("2024-03-31"), await load("2024-04-01")];
    });
    return response();
  },
};
