// A supervisor that loads an app's code and runs it as a facet: Cloudflare's documented example of Durable Object facets,
// with a counter of its own beside the app's.

import { DurableObject } from "cloudflare:workers";

// What an AI or a user wrote. A real supervisor reads it from its own database or from storage.
const AGENT_CODE = `
  import { DurableObject } from "cloudflare:workers";

  export class App extends DurableObject {
    fetch(request) {
      // A database of its own: the supervisor's is out of reach.
      let counter = this.ctx.storage.kv.get("counter") || 0;
      ++counter;
      this.ctx.storage.kv.put("counter", counter);

      return new Response("You've made " + counter + " requests.\\n");
    }
  }
`;

export class AppRunner extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS requests (path TEXT PRIMARY KEY, count INTEGER NOT NULL)");
  }

  async fetch(request) {
    const url = new URL(request.url);
    const seen = this.ctx.storage.sql
      .exec(
        "INSERT INTO requests VALUES (?, 1) ON CONFLICT (path) DO UPDATE SET count = count + 1 RETURNING count",
        url.pathname,
      )
      .one().count;

    // The callback runs only if the facet is not running yet.
    const facet = this.ctx.facets.get("app", async () => {
      const worker = this.#loadDynamicWorker();
      return { class: worker.getDurableObjectClass("App") };
    });

    const response = await facet.fetch(request);
    return new Response(`${await response.text()}The supervisor saw ${url.pathname} ${seen} times.\n`);
  }

  #loadDynamicWorker() {
    return this.env.LOADER.get("app-v1", async () => ({
      compatibilityDate: "2026-08-01",
      mainModule: "worker.js",
      modules: { "worker.js": AGENT_CODE },
      // The app has no way to the network.
      globalOutbound: null,
    }));
  }
}

export default {
  async fetch(request, env) {
    const id = env.APP_RUNNER.idFromName("my-app");
    return await env.APP_RUNNER.get(id).fetch(request);
  },
};
