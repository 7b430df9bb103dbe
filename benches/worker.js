// What compare.mjs runs on both servers: a path for each thing that it measures. Paths under /loop/ do their work `count`
// times in one event, so that one request costs next to nothing beside it. The facet has the shape of
// examples/app-runner: a class of a loaded Worker, in an object that supervises it.

import { DurableObject } from "cloudflare:workers";

const compatibilityDate = "2026-11-17";
const SPREAD = 200;
const IDLE = "let n = 0; export default { fetch() { return new Response(String(++n)); } };";
const APP = `
  import { DurableObject } from "cloudflare:workers";
  export class App extends DurableObject {
    fetch(request) {
      if (request.url.endsWith("/read")) return new Response("app");
      const counter = (this.ctx.storage.kv.get("counter") || 0) + 1;
      this.ctx.storage.kv.put("counter", counter);
      return new Response("app " + counter);
    }
    add(a, b) {
      return a + b;
    }
  }
`;
const code = (source) => ({ compatibilityDate, mainModule: "worker.js", modules: { "worker.js": source }, globalOutbound: null });
const idle = (env, name) => env.LOADER.get(name, () => code(IDLE)).getEntrypoint();

/** One value, which it reads or counts up. */
export class Item extends DurableObject {
  fetch(request) {
    const value = this.ctx.storage.kv.get("value") ?? 0;
    if (request.url.endsWith("/write")) this.ctx.storage.kv.put("value", value + 1);
    return new Response("value " + value);
  }
}

export class AppRunner extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS requests (path TEXT PRIMARY KEY, count INTEGER NOT NULL)");
  }

  facet(name) {
    return this.ctx.facets.get(name, () => {
      const worker = this.env.LOADER.get("app-v1", () => code(APP));
      return { class: worker.getDurableObjectClass("App") };
    });
  }

  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/facet/read") return this.facet("app").fetch(request);
    const write = "INSERT INTO requests VALUES (?, 1) ON CONFLICT (path) DO UPDATE SET count = count + 1 RETURNING count";
    const seen = this.ctx.storage.sql.exec(write, pathname).one().count;
    const response = await this.facet("app").fetch(request);
    return new Response((await response.text()) + " supervisor " + seen);
  }

  async methods(count) {
    const facet = this.facet("app");
    let sum = 0;
    for (let index = 0; index < count; index++) sum = await facet.add(sum, 1);
    return sum;
  }

  /** New facets, each of which writes once: one after the other, or all at once. */
  async facets(prefix, count, together) {
    const begin = async (index) => (await this.facet(prefix + index).fetch("http://app.test/write")).text();
    if (together) return (await Promise.all(Array.from({ length: count }, (_, index) => begin(index)))).length;
    for (let index = 0; index < count; index++) await begin(index);
    return count;
  }
}

let next = 0;

const LOOPS = {
  async items(env, count) {
    for (let index = 0; index < count; index++) await (await env.Item.getByName("item-" + index).fetch("http://item.test/write")).text();
    return count;
  },
  methods: (env, count) => env.AppRunner.getByName("my-app").methods(count),
  facets: (env, count, name) => env.AppRunner.getByName(name).facets(name, count, false),
  together: (env, count, name) => env.AppRunner.getByName(name).facets(name, count, true),
  async load(env, count, name) {
    for (let index = 0; index < count; index++) await (await idle(env, name + index).fetch("http://worker.test/")).text();
    return count;
  },
  async call(env, count, name) {
    for (let index = 0; index < count; index++) await (await idle(env, name).fetch("http://worker.test/")).text();
    return count;
  },
};

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/hello") return new Response("Hello, World!");
    if (pathname === "/json") return Response.json({ message: "Hello, World!", list: [1, 2, 3], nested: { ok: true } });
    if (pathname === "/load") return idle(env, searchParams.get("name")).fetch("http://worker.test/");
    const [, path, rest] = pathname.split("/");
    if (path === "one") return env.Item.getByName("item").fetch(request);
    if (path === "many") return env.Item.getByName("item-" + (next++ % SPREAD)).fetch(request);
    if (path === "facet") return env.AppRunner.getByName("my-app").fetch(request);
    if (path === "loop") {
      return new Response(String(await LOOPS[rest](env, Number(searchParams.get("count")), searchParams.get("name"))));
    }
    return new Response("no such path", { status: 404 });
  },
};
