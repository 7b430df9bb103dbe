// What compare.mjs runs on both servers: a path for each thing that it measures. The facet has the shape of
// examples/app-runner: object and facet each write in every request.

import { DurableObject } from "cloudflare:workers";

const compatibilityDate = "2026-11-17";
const IDLE = "let n = 0; export default { fetch() { return new Response(String(++n)); } };";
const APP = `
  import { DurableObject } from "cloudflare:workers";
  export class App extends DurableObject {
    fetch() {
      const counter = (this.ctx.storage.kv.get("counter") || 0) + 1;
      this.ctx.storage.kv.put("counter", counter);
      return new Response("app " + counter);
    }
  }
`;
const code = (source) => ({ compatibilityDate, mainModule: "worker.js", modules: { "worker.js": source }, globalOutbound: null });

export class AppRunner extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS requests (path TEXT PRIMARY KEY, count INTEGER NOT NULL)");
  }

  async fetch(request) {
    const write = "INSERT INTO requests VALUES (?, 1) ON CONFLICT (path) DO UPDATE SET count = count + 1 RETURNING count";
    const seen = this.ctx.storage.sql.exec(write, new URL(request.url).pathname).one().count;
    const facet = this.ctx.facets.get("app", () => {
      const worker = this.env.LOADER.get("app-v1", () => code(APP));
      return { class: worker.getDurableObjectClass("App") };
    });
    const response = await facet.fetch(request);
    return new Response((await response.text()) + " supervisor " + seen);
  }
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/hello") return new Response("Hello, World!");
    if (pathname === "/json") return Response.json({ message: "Hello, World!", list: [1, 2, 3], nested: { ok: true } });
    if (pathname === "/load") {
      const worker = env.LOADER.get(searchParams.get("name"), () => code(IDLE));
      return worker.getEntrypoint().fetch("http://worker.test/");
    }
    if (pathname === "/facet") return env.AppRunner.get(env.AppRunner.idFromName("my-app")).fetch(request);
    return new Response("no such path", { status: 404 });
  },
};
