// Worker Loader: globalOutbound, capabilities in env and what a loaded Worker sees of its own.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Gateway extends DurableObject {
  async fetch(request) {
    return new Response(`gateway ${request.method} ${request.url} ${request.headers.get("x-mark")} ${await request.text()}`, { headers: { "x-gateway": "1" } });
  }
  greet(name) {
    return `hello ${name}`;
  }
}

const compatibilityDate = "2026-11-17";

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const gateway = env.Gateway.getByName("gateway");
    const use = async (source, more) => (await env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, ...more }).getEntrypoint().fetch("http://worker.test/")).text();
    const handler = (body) => `import * as workers from "cloudflare:workers"; export default { async fetch(request, env, ctx) { ${body} } };`;
    const fetches = handler("try { const answer = await fetch('http://out.test/x', { method: 'POST', body: 'b', headers: { 'x-mark': 'm' } }); return new Response(await answer.text() + ' ' + answer.headers.get('x-gateway') + ' ' + answer.url); } catch (error) { return new Response(error.name + ': ' + error.message); }");

    await row("null outbound", () => use(fetches, { globalOutbound: null }));
    await row("stub outbound", () => use(fetches, { globalOutbound: gateway }));
    await row("stub outbound https", () => use(handler("return new Response(await (await fetch('https://secure.test/y')).text());"), { globalOutbound: gateway }));
    await row("outbound redirects", () => use(handler("return fetch(new Request('http://out.test/z', { headers: { 'x-mark': 'r' } }));"), { globalOutbound: gateway }));
    await row("stub in env rpc", () => use(handler("return new Response(await env.GATE.greet('env'));"), { env: { GATE: gateway } }));
    await row("stub in env fetch", () => use(handler("return env.GATE.fetch('http://in.test/');"), { env: { GATE: gateway } }));
    await row("stub in env nested", () => use(handler("return new Response(await env.deep.list[0].greet('deep'));"), { env: { deep: { list: [gateway] } } }));
    await row("namespace in env", () => use(fetches, { env: { NS: env.Gateway } }));
    await row("loader in env", () => use(fetches, { env: { LOADER: env.LOADER } }));
    await row("no env", () => use(handler("return Response.json([Object.keys(env), typeof env]);")));
    await row("imported env", () => use("import { env } from 'cloudflare:workers'; const early = env.A; export default { fetch() { return Response.json([early, env.A]); } };", { env: { A: 7 } }));
    await row("env is a copy", async () => { const given = { list: [1] }; const text = await use(handler("env.list.push(2); return Response.json(env.list);"), { env: given }); return [text, given.list]; });
    await row("env is mutable", () => use(handler("env.N = (env.N ?? 0) + 1; return Response.json(env.N);"), { env: {} }));
    await row("env types", () => use(handler("return new Response([env.d instanceof Date, env.m.get('k'), env.b instanceof Uint8Array, env.s.has(1), env.n, env.big, env.e.message].join());"), { env: { d: new Date(0), m: new Map([["k", "v"]]), b: new Uint8Array(2), s: new Set([1]), n: undefined, big: 5n, e: new RangeError("er") } }));
    await row("ctx members", () => use(handler("return new Response([typeof ctx.waitUntil, typeof ctx.passThroughOnException, JSON.stringify(ctx.props)].join());")));
    await row("waitUntil", async () => use(handler("const seen = []; ctx.waitUntil((async () => { await scheduler.wait(1); seen.push(1); })()); await scheduler.wait(5); return Response.json(seen);")));
    await row("globals of its own", async () => { globalThis.leak = 1; return use(handler("return new Response(typeof globalThis.leak);")); });
    await row("navigator", () => use(handler("return new Response(navigator.userAgent);")));
    await row("eval", () => use(handler("try { return new Response(String(eval('1+1'))); } catch (error) { return new Response(error.name + ': ' + error.message); }")));
    await row("new Function", () => use(handler("try { return new Response(String(new Function('return 2')())); } catch (error) { return new Response(error.name + ': ' + error.message); }")));
    for (const [name, source] of Object.entries({ "setTimeout": "setTimeout(() => {}, 1)", "fetch": "await fetch('http://x.test/')", "randomUUID": "crypto.randomUUID()", "getRandomValues": "crypto.getRandomValues(new Uint8Array(1))", "Math.random": "Math.random()" })) {
      await row(`${name} at the top`, async () => { try { return await use(`${source}; export default { fetch() { return new Response("started " + globalThis.now); } };`); } catch (error) { return [error.name, error.message.split("\n").slice(0, 2)]; } });
    }
    return response();
  },
};
