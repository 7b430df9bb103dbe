// Worker Loader: what globalOutbound, tails and limits may hold.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";

export class Gate extends WorkerEntrypoint {
  async fetch(request) {
    return new Response(`gate ${JSON.stringify(this.ctx.props)} ${request.method} ${request.url} ${await request.text()}`);
  }
  greet(name) {
    return `hello ${name} ${JSON.stringify(this.ctx.props)}`;
  }
}
export const handler = {
  fetch() {
    return new Response("handler object");
  },
};
export class Store extends DurableObject {
  fetch(request) {
    return new Response(`store ${this.ctx.id.name} ${request.url}`);
  }
}
const tailed = [];
export class Tail extends WorkerEntrypoint {
  tail(events) {
    for (const event of events) tailed.push({ events: events.length, to: this.ctx.props.to ?? null, outcome: event.outcome, url: event.event?.request?.url ?? null, method: event.event?.rpcMethod ?? null, logs: event.logs.map(({ level, message }) => [level, message]), exceptions: event.exceptions.map(({ name, message }) => [name, message]) });
  }
}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const { exports } = ctx;
    const load = (source, more) => env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, ...more });
    const run = async (body, more) => (await load(`export default { async fetch(request, env, ctx) { try { const value = await (async () => { ${body} })(); return new Response(typeof value === "string" ? value : JSON.stringify(value)); } catch (error) { return new Response("caught " + error.name + ": " + error.message); } } };`, more).getEntrypoint().fetch(url)).text();
    const fetches = "return (await fetch('http://out.test/p', { method: 'POST', body: 'b' })).text();";

    await row("outbound entrypoint", () => run(fetches, { globalOutbound: exports.Gate({ props: { o: 1 } }) }));
    await row("outbound entrypoint not called", () => run(fetches, { globalOutbound: exports.Gate }));
    await row("outbound handler object", () => run(fetches, { globalOutbound: exports.handler }));
    await row("outbound stub", () => run(fetches, { globalOutbound: env.Store.getByName("out") }));
    await row("outbound loaded entrypoint", () => run(fetches, { globalOutbound: load("export default {};").getEntrypoint() }));
    await row("outbound null, env still works", () => run("return env.G.greet('x');", { globalOutbound: null, env: { G: exports.Gate({}) } }));
    for (const [kind, given] of Object.entries({ "text": "http://x.test/", "object": {}, "namespace": env.Store, "function": () => {} })) await row(`outbound ${kind}`, () => run(fetches, { globalOutbound: given }));
    await row("outbound of a Request with a stream", () => run("return (await fetch(new Request('http://out.test/s', { method: 'PUT', body: new Blob(['st', 'ream']).stream() }))).text();", { globalOutbound: exports.Gate({ props: {} }) }));

    /** What the tail is told about the run, which it hears of some time after its end. */
    const tailedBy = async (run, count = 1) => { tailed.length = 0; await run().catch(() => {}); for (let i = 0; i < 200 && tailed.length < count; i++) await scheduler.wait(10); await scheduler.wait(30); return tailed.splice(0); };
    await row("tail of a fetch", () => tailedBy(() => run("return 'ran';", { tails: [exports.Tail({ props: { to: 1 } })] })));
    await row("tail not called with props", () => tailedBy(() => run("return 'ran';", { tails: [exports.Tail] })));
    await row("tail of logs", () => tailedBy(() => run("console.log('a', 1, { b: 2 }); console.warn('w'); console.error('e'); return 'ran';", { tails: [exports.Tail({})] })));
    await row("tail of a throw", () => tailedBy(() => load("export default { fetch() { throw new RangeError('thrown'); } };", { tails: [exports.Tail({})] }).getEntrypoint().fetch(url)));
    await row("tail of a call", () => tailedBy(() => load("import { WorkerEntrypoint } from 'cloudflare:workers'; export default class extends WorkerEntrypoint { hi() { return 'hi'; } }", { tails: [exports.Tail({})] }).getEntrypoint().hi()));
    await row("tail of two fetches", () => tailedBy(async () => { const worker = load("export default { fetch(request) { return new Response(request.url); } };", { tails: [exports.Tail({})] }); for (const part of [1, 2]) await (await worker.getEntrypoint().fetch(`${url}${part}`)).text(); }, 2));
    await row("two tails", async () => (await tailedBy(() => run("return 'ran';", { tails: [exports.Tail({ props: { to: 1 } }), exports.Tail({ props: { to: 2 } })] }), 2)).map(({ to }) => to).sort());
    await row("tails empty", () => run("return 'ran';", { tails: [] }));
    await row("tails of text", () => run("return 'ran';", { tails: ["x"] }));
    await row("tails loaded", () => run("return 'ran';", { tails: [load("export default {};").getEntrypoint()] }));
    await row("streamingTails", () => run("return 'ran';", { streamingTails: [exports.Tail({})] }));
    await row("limits", () => run("return 'ran';", { limits: { cpuMs: 50, subRequests: 5 } }));
    await row("limits empty", () => run("return 'ran';", { limits: {} }));
    await row("limits text", () => run("return 'ran';", { limits: "x" }));
    await row("limits of an entrypoint", async () => (await load("export default { fetch() { return new Response('ran'); } };").getEntrypoint(null, { limits: { cpuMs: 10 } }).fetch(url)).text());
    return response();
  },
};
