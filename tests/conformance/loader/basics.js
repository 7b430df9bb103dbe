// Worker Loader: load and get, env, props, entrypoints by name, RPC with a loaded Worker.
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";
const code = (main, more) => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": main }, ...more });
const greeter = `
  import { WorkerEntrypoint } from "cloudflare:workers";
  export default { async fetch(request, env, ctx) { return new Response("default " + new URL(request.url).pathname + " " + JSON.stringify(env) + " " + JSON.stringify(ctx.props)); } };
  export const other = { async fetch(request, env, ctx) { return new Response("other " + JSON.stringify(ctx.props)); } };
  export class Named extends WorkerEntrypoint {
    async fetch() { return new Response("Named " + JSON.stringify(this.ctx.props)); }
    add(a, b) { return a + b; }
    props() { return this.ctx.props; }
    environment() { return this.env; }
    fail() { throw new RangeError("out of it"); }
  }
  export class NoFetch extends WorkerEntrypoint { ping() { return "pong"; } }
`;

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const url = "http://worker.test/p";
    await row("loader tag", () => Object.prototype.toString.call(env.LOADER));
    const worker = env.LOADER.load(code(greeter, { env: { A: 1, B: [true, null], C: "é" } }));
    await row("worker tag", () => Object.prototype.toString.call(worker));
    await row("default fetch", async () => (await worker.getEntrypoint().fetch(url)).text());
    await row("default by name", async () => (await worker.getEntrypoint("default").fetch(url)).status);
    await row("default by null", async () => (await worker.getEntrypoint(null).fetch(url)).status);
    await row("props", async () => (await worker.getEntrypoint(undefined, { props: { x: [1] } }).fetch(url)).text());
    await row("handler by name", async () => (await worker.getEntrypoint("other", { props: { y: 2 } }).fetch(url)).text());
    await row("class by name", async () => (await worker.getEntrypoint("Named", { props: { z: 3 } }).fetch(url)).text());
    await row("rpc", () => worker.getEntrypoint("Named").add(2, 3));
    await row("rpc props", () => worker.getEntrypoint("Named", { props: { deep: { d: new Date(5), m: new Map([["k", 1]]) } } }).props());
    await row("rpc props default", () => worker.getEntrypoint("Named").props());
    await row("rpc env", () => worker.getEntrypoint("Named").environment());
    await row("rpc throws", () => worker.getEntrypoint("Named").fail());
    await row("rpc missing", () => worker.getEntrypoint("Named").nothing());
    await row("rpc without fetch", () => worker.getEntrypoint("NoFetch").ping());
    await row("fetch without fetch", () => worker.getEntrypoint("NoFetch").fetch(url));
    await row("missing entrypoint made", () => { worker.getEntrypoint("Nope"); return "no throw"; });
    await row("missing entrypoint fetch", () => worker.getEntrypoint("Nope").fetch(url));
    await row("missing entrypoint rpc", () => worker.getEntrypoint("Nope").ping());
    await row("two loads are two workers", async () => {
      const counter = code("let n = 0; export default { fetch() { return new Response(String(++n)); } }");
      const read = async (stub) => (await stub.getEntrypoint().fetch(url)).text();
      const first = env.LOADER.load(counter);
      return [await read(first), await read(first), await read(env.LOADER.load(counter))];
    });
    await row("get by name shares", async () => {
      let loads = 0;
      const make = () => { loads++; return code("let n = 0; export default { fetch() { return new Response(String(++n)); } }"); };
      const read = async (stub) => (await stub.getEntrypoint().fetch(url)).text();
      const first = await read(env.LOADER.get("shared", make));
      const second = await read(env.LOADER.get("shared", make));
      return [first, second, loads];
    });
    await row("get null does not share", async () => {
      let loads = 0;
      const make = () => { loads++; return code("export default { fetch() { return new Response('x'); } }"); };
      await env.LOADER.get(null, make).getEntrypoint().fetch(url);
      await env.LOADER.get(null, make).getEntrypoint().fetch(url);
      return loads;
    });
    await row("callback order", async () => {
      const seen = [];
      const stub = env.LOADER.get("ordered", async () => { seen.push("callback"); await scheduler.wait(1); seen.push("loaded"); return code("export default { fetch() { return new Response('x'); } }"); });
      seen.push("got");
      const answer = stub.getEntrypoint().fetch(url);
      seen.push("fetched");
      await answer;
      seen.push("answered");
      return seen;
    });
    await row("callback without use", async () => { let called = false; env.LOADER.get("unused", () => { called = true; return code("export default {}"); }); const before = called; await scheduler.wait(5); return [before, called]; });
    await row("request body", async () => {
      const echo = env.LOADER.load(code("export default { async fetch(request) { return new Response(request.method + await request.text(), { status: 201, headers: { a: request.headers.get('b') } }); } }"));
      const answer = await echo.getEntrypoint().fetch(url, { method: "POST", body: "body", headers: { b: "c" } });
      return [answer.status, answer.headers.get("a"), await answer.text()];
    });
    await row("request url", async () => (await (await env.LOADER.load(code("export default { fetch(request) { return new Response(request.url); } }")).getEntrypoint().fetch("https://other.test:8443/x?y=z")).text()));
    await row("thrown in fetch", () => env.LOADER.load(code("export default { fetch() { throw new TypeError('inside'); } }")).getEntrypoint().fetch(url));
    await row("no response", () => env.LOADER.load(code("export default { async fetch() { return 5; } }")).getEntrypoint().fetch(url));
    await row("stub as env", async () => {
      const outer = code("export default { async fetch(request, env) { return new Response(await env.INNER.add(1, 2)); } }", { env: { INNER: worker.getEntrypoint("Named") } });
      return (await env.LOADER.load(outer).getEntrypoint().fetch(url)).text();
    });
    return response();
  },
};
