// Worker Loader: what becomes of fetch() in a Worker whose globalOutbound is null, an entrypoint, a handler or an object,
// and which tails may be named.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table, describeError, marks } from "../table.js";

const compatibilityDate = "2026-11-17";

export class Gate extends WorkerEntrypoint {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/throws") throw new RangeError("refused by the gate");
    if (pathname === "/nothing") return undefined;
    if (pathname === "/redirect") return Response.redirect("http://out.test/after", 302);
    if (pathname === "/loop") return Response.redirect("http://out.test/loop", 302);
    if (pathname === "/stream") return new Response(new Blob(["str", "eam"]).stream());
    if (pathname === "/slow") await scheduler.wait(10_000);
    if (pathname === "/404") return new Response("none", { status: 404, headers: { "x-a": "1" } });
    if (pathname === "/cf") return Response.json(request.cf ?? null);
    return Response.json([this.ctx.props, request.method, request.url, [...request.headers].filter(([name]) => name !== "content-length"), await request.text(), request.redirect]);
  }
}
export class Bare extends WorkerEntrypoint {
  ping() {
    return "pong";
  }
}
export const handler = {
  fetch(request, env, ctx) {
    return Response.json(["handler", request.url, Object.keys(env).sort(), ctx.props]);
  },
};
const told = [];
export const tailer = {
  tail(events, env, ctx) {
    told.push(["handler", events.length, events[0].outcome, ctx.props.to ?? null]);
  },
};
export class Tail extends WorkerEntrypoint {
  tail(events) {
    told.push([this.ctx.props.to ?? null, events.length, Array.isArray(events), events[0].outcome, events[0].logs.map(({ message }) => message)]);
  }
}
export class Store extends DurableObject {
  async fetch(request) {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + 1);
    return Response.json(["store", this.ctx.id.name, kv.get("n"), request.url]);
  }
}
export class Host extends DurableObject {
  outFrom(name, code, more) {
    const worker = this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": code }, ...more });
    return this.ctx.facets.get(name, () => ({ class: worker.getDurableObjectClass("App") })).out();
  }
  blocked(code) {
    return this.outFrom("blocked", code, { globalOutbound: null });
  }
  gated(code) {
    return this.outFrom("gated", code, { globalOutbound: this.ctx.exports.Gate({ props: { by: "host" } }) });
  }
  async facetAs(what) {
    const facet = this.ctx.facets.get("as", () => ({ class: this.ctx.exports.Store }));
    const worker = this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": "export default { fetch() { return new Response('ran'); } }" }, ...(what === "tails" ? { tails: [facet] } : { globalOutbound: facet }) });
    return (await worker.getEntrypoint().fetch("http://x.test/")).text();
  }
}

export default {
  async fetch(request, env, ctx) {
    const rows = table();
    const row = (label, run) => rows.row(label, () => Promise.race([run(), scheduler.wait(3000).then(() => "no answer")]));
    const url = "http://worker.test/";
    const { exports } = ctx;
    const outcome = async (promise) => { try { return await promise; } catch (error) { return [describeError(error), ...marks(error)]; } };
    const load = (source, more) => env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, ...more });
    const run = async (body, more) => (await load(`export default { async fetch(request, env, ctx) { const outcome = async (run) => { try { const answer = await run(); return answer instanceof Response ? [answer.status, await answer.text()] : answer; } catch (error) { return error.name + ": " + error.message; } }; const value = await (async () => { ${body} })(); return Response.json(value ?? null); } };`, more).getEntrypoint().fetch(url)).json();
    const blocked = { globalOutbound: null };
    const gated = { globalOutbound: exports.Gate({ props: { g: 1 } }) };

    for (const [kind, call] of Object.entries({ "text": "fetch('http://out.test/')", "https": "fetch('https://out.test/')", "Request": "fetch(new Request('http://out.test/'))", "URL": "fetch(new URL('http://out.test/'))", "POST": "fetch('http://out.test/', { method: 'POST', body: 'b' })", "stream": "fetch('http://out.test/', { method: 'POST', body: new Blob(['b']).stream() })", "localhost": "fetch('http://localhost/')", "address": "fetch('http://127.0.0.1:1/')", "its own URL": "fetch(request.url)", "its own Request": "fetch(request)", "data": "fetch('data:text/plain,x')", "blob": "fetch('blob:x')", "file": "fetch('file:///etc/passwd')", "ftp": "fetch('ftp://x.test/')", "relative": "fetch('/x')", "empty": "fetch('')", "no URL": "fetch('nonsense')", "nothing": "fetch()", "bad method": "fetch('http://out.test/', { method: 'CONNECT' })", "GET with a body": "fetch('http://out.test/', { body: 'x' })", "aborted": "fetch('http://out.test/', { signal: AbortSignal.abort() })" })) {
      await row(`blocked: ${kind}`, () => run(`return outcome(() => ${call});`, blocked));
      await row(`gated: ${kind}`, () => run(`return outcome(() => ${call});`, gated));
    }
    await row("blocked: sync throw or rejection", () => run("let promise; try { promise = fetch('http://out.test/'); } catch (error) { return 'threw'; } return promise.then(() => 'gave', () => 'rejected');", blocked));
    await row("blocked: marks", () => run("try { await fetch('http://out.test/'); } catch (error) { return [error.name, error.constructor.name, Object.keys(error), error.remote ?? null, error.retryable ?? null]; }", blocked));
    await row("blocked: in waitUntil", () => run("let seen = null; ctx.waitUntil(fetch('http://out.test/').catch((error) => { seen = error.message.slice(0, 30); })); await scheduler.wait(2); return seen;", blocked));
    await row("blocked: env stub goes", () => run("return outcome(() => env.G.fetch('http://out.test/'));", { ...blocked, env: { G: exports.Gate({ props: {} }) } }));
    await row("blocked: uncaught", () => outcome(load("export default { fetch() { return fetch('http://out.test/'); } }", blocked).getEntrypoint().fetch(url)));
    await row("blocked: at the top", () => outcome(load("await fetch('http://out.test/'); export default {}", blocked).getEntrypoint().fetch(url)).then(([text]) => text.split("\n").slice(0, 2)));
    for (const path of ["throws", "nothing", "redirect", "stream", "404", "cf"]) await row(`gate: ${path}`, () => run(`return outcome(() => fetch('http://out.test/${path}'));`, gated));
    await row("gate: endless redirects", () => run("return outcome(() => fetch('http://out.test/loop'));", gated));
    await row("gate: redirect not followed", () => run("const answer = await fetch('http://out.test/redirect', { redirect: 'manual' }); return [answer.status, answer.headers.get('location')];", gated));
    await row("gate: redirect refused", () => run("return outcome(() => fetch('http://out.test/redirect', { redirect: 'error' }));", gated));
    await row("gate: answer's URL", () => run("const answer = await fetch('http://out.test/redirect'); return [answer.url, answer.redirected];", gated));
    await row("gate: headers", () => run("return outcome(() => fetch('http://out.test/', { headers: { 'X-Own': '1', Host: 'other.test', Authorization: 'secret', Cookie: 'c=1' } }));", gated));
    await row("gate: cf of the caller", () => run("return outcome(() => fetch('http://out.test/cf', { cf: { own: 1 } }));", gated));
    await row("gate: abort", () => run("const controller = new AbortController(); const call = outcome(() => fetch('http://out.test/slow', { signal: controller.signal })); await scheduler.wait(2); controller.abort(new RangeError('by the caller')); return call;", gated));
    await row("gate: many at once", () => run("const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => fetch('http://out.test/' + i).then((r) => r.json()))); return answers.map(([, , url]) => url.slice(16)).join();", gated));
    await row("gate without fetch", () => run("return outcome(() => fetch('http://out.test/'));", { globalOutbound: exports.Bare }));
    await row("handler, called with props", () => run("return outcome(() => fetch('http://out.test/'));", { globalOutbound: exports.handler({ props: { h: 1 } }) }));
    await row("handler, not called", () => run("return outcome(() => fetch('http://out.test/'));", { globalOutbound: exports.handler }));
    await row("object", () => run("return [await outcome(() => fetch('http://out.test/1')), await outcome(() => fetch('http://out.test/2'))];", { globalOutbound: env.Store.getByName("outbound") }));
    await row("object of ctx.exports", () => run("return outcome(() => fetch('http://out.test/3'));", { globalOutbound: exports.Store.getByName("outbound") }));
    await row("class as outbound", () => run("return 1;", { globalOutbound: exports.Store({}) }));
    await row("namespace of ctx.exports as outbound", () => run("return 1;", { globalOutbound: exports.Store }));
    await row("id as outbound", () => run("return 1;", { globalOutbound: env.Store.idFromName("x") }));
    await row("object with fetch as outbound", () => run("return 1;", { globalOutbound: { fetch() { return new Response("x"); } } }));
    await row("proxy of a stub as outbound", () => run("return 1;", { globalOutbound: new Proxy(env.Store.getByName("x"), {}) }));
    await row("facet as outbound", () => outcome(env.Host.getByName("h").facetAs("outbound")));
    await row("facet as tails", () => outcome(env.Host.getByName("h").facetAs("tails")));
    const app = `import { DurableObject } from "cloudflare:workers"; export class App extends DurableObject { async out() { try { return await (await fetch("http://out.test/facet")).json(); } catch (error) { return error.name + ": " + error.message; } } }`;
    await row("from a facet, blocked", () => env.Host.getByName("h").blocked(app));
    await row("from a facet, gated", () => env.Host.getByName("h").gated(app));
    const own = `import { WorkerEntrypoint } from "cloudflare:workers"; export class Own extends WorkerEntrypoint { async out() { return outcome(); } } const outcome = async () => { try { return await (await fetch("http://out.test/own")).json(); } catch (error) { return error.name; } }; export default class extends WorkerEntrypoint { async out() { return [await outcome(), await this.ctx.exports.Own.out()]; } }`;
    await row("own entrypoints go the same way", () => load(own, gated).getEntrypoint().out());
    await row("own entrypoints are blocked the same way", () => load(own, blocked).getEntrypoint().out());

    /** What tails are told of a run, which they hear of some time after its end. */
    const toldBy = async (run, count = 1) => { told.length = 0; await outcome(run().then((answer) => answer?.text())); for (let i = 0; i < 200 && told.length < count; i++) await scheduler.wait(10); await scheduler.wait(30); return told.splice(0).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)); };
    const logs = "export default { fetch() { console.log('said'); return new Response('ran'); } }";
    await row("tail handler", () => toldBy(() => load(logs, { tails: [exports.tailer({ props: { to: 1 } })] }).getEntrypoint().fetch(url)));
    await row("tail handler, not called", () => toldBy(() => load(logs, { tails: [exports.tailer] }).getEntrypoint().fetch(url)));
    await row("one tail twice", () => toldBy(() => { const tail = exports.Tail({ props: { to: "twice" } }); return load(logs, { tails: [tail, tail] }).getEntrypoint().fetch(url); }, 2));
    await row("three tails of two kinds", () => toldBy(() => load(logs, { tails: [exports.Tail({ props: { to: "a" } }), exports.tailer({}), exports.Tail({ props: { to: "b" } })] }).getEntrypoint().fetch(url), 3));
    await row("tails of a named Worker", () => toldBy(async () => { const get = async () => (await env.LOADER.get("with tails", () => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": logs }, tails: [exports.Tail({ props: { to: "named" } })] })).getEntrypoint().fetch(url)).text(); await get(); await get(); }, 2));
    for (const [kind, make] of Object.entries({ "class": () => exports.Store({}), "namespace": () => env.Store, "function": () => () => {}, "object with tail": () => ({ tail() {} }), "null": () => null, "hole": () => undefined, "loaded": () => load("export default {}").getEntrypoint() })) await row(`tail of kind ${kind}`, () => outcome((async () => (await load(logs, { tails: [make()] }).getEntrypoint().fetch(url)).text())()));
    await row("tails of a Set", () => outcome((async () => (await load(logs, { tails: new Set() }).getEntrypoint().fetch(url)).text())()));
    await row("tails after a good one", () => outcome((async () => (await load(logs, { tails: [exports.Tail, 5] }).getEntrypoint().fetch(url)).text())()));
    return rows.response();
  },
};
