// The supervisor of one user: it keeps the sources of the user's apps, runs each app as a facet, routes every request to it,
// counts, logs, limits, upgrades, forks and deletes. What an app's code does stays inside its facet.

import { DurableObject } from "cloudflare:workers";

const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const LOG_ROWS_MAX = 1000;
const LOG_PAGE_ROWS = 50;

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// What an app threw, as a text. It can be any value that crosses between Workers: that it has a text is not sure.
function describe(failure) {
  try {
    return String(failure);
  } catch {
    return "The app threw a value that has no text.";
  }
}

const numberOrNothing = (value) => (typeof value === "number" ? value : undefined);

export class Platform extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS apps (
        name TEXT PRIMARY KEY, version INTEGER NOT NULL, source TEXT NOT NULL, updated_ms INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS log (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, app TEXT NOT NULL, version INTEGER NOT NULL, method TEXT NOT NULL,
        path TEXT NOT NULL, status INTEGER, error TEXT, ms REAL NOT NULL);
    `);
  }

  async fetch(request) {
    try {
      return await this.#route(request);
    } catch (error) {
      if (error instanceof Refusal) {
        return Response.json({ error: error.message }, { status: error.status });
      }
      throw error;
    }
  }

  async #route(request) {
    const url = new URL(request.url);
    const [, collection, name = "", ...rest] = url.pathname.split("/");
    if (collection !== "apps" && collection !== "log") {
      throw new Refusal(404, "There is /apps, /apps/NAME, /apps/NAME/fork and /log.");
    }
    if (collection === "log" || name === "") {
      if (request.method !== "GET" && request.method !== "HEAD") {
        throw new Refusal(405, `/${collection} is only for GET.`);
      }
      return Response.json(collection === "log" ? this.#log(url.searchParams.get("app")) : await this.#list());
    }
    if (!NAME.test(name)) {
      throw new Refusal(400, "An app's name has 1 to 63 small letters, digits and hyphens, and begins with a letter.");
    }
    const isApp = rest.length === 0;
    if (isApp && request.method === "PUT") {
      return this.#put(name, await request.text());
    }
    if (isApp && request.method === "DELETE") {
      return this.#delete(name);
    }
    if (rest.length === 1 && rest[0] === "fork" && request.method === "POST") {
      const body = await request.json().catch(() => null);
      return this.#fork(name, body?.to);
    }
    return this.#forward(name, request, url, `/${rest.join("/")}`);
  }

  async #list() {
    const apps = this.sql.exec("SELECT name, version, length(source) AS sourceLength, updated_ms AS updatedMs FROM apps ORDER BY name");
    return Promise.all(apps.toArray().map(async (app) => ({ ...app, stats: await this.ctx.facets.stats(app.name) })));
  }

  #put(name, source) {
    const { QUOTAS } = this.env;
    if (new TextEncoder().encode(source).length > QUOTAS.sourceBytes) {
      throw new Refusal(413, `An app's source has at most ${QUOTAS.sourceBytes} bytes.`);
    }
    const before = this.#find(name);
    if (before === undefined) {
      this.#checkCount();
    }
    const version = this.#store(name, source);
    if (before !== undefined) {
      // What runs is the old code. Its data stays; the next request starts the new code on it.
      this.ctx.facets.abort(name, new Error("The app has been upgraded."));
    }
    return Response.json({ name, version }, { status: before === undefined ? 201 : 200 });
  }

  #delete(name) {
    this.#require(name);
    this.sql.exec("DELETE FROM apps WHERE name = ?", name);
    this.sql.exec("DELETE FROM log WHERE app = ?", name);
    this.ctx.facets.delete(name);
    return new Response(null, { status: 204 });
  }

  #fork(from, to) {
    const app = this.#require(from);
    if (typeof to !== "string" || !NAME.test(to)) {
      throw new Refusal(400, 'The body names the new app: {"to": "NAME"}.');
    }
    if (this.#find(to) !== undefined) {
      throw new Refusal(409, `There is an app ${to} already.`);
    }
    this.#checkCount();
    const version = this.#store(to, app.source);
    this.ctx.facets.clone(from, to);
    return Response.json({ name: to, version }, { status: 201 });
  }

  async #forward(name, request, url, path) {
    const { version } = this.#require(name);
    // As a path alone: resolved as a URL, `//host` would be another host.
    const target = new URL(url);
    target.pathname = path;
    const done = this.#begin(name, version, request.method, path);
    try {
      const response = await this.#facet(name).fetch(new Request(target, request));
      done(response.status, null);
      return response;
    } catch (failure) {
      const error = describe(failure);
      const limit = await this.#brokenLimit(name, failure);
      if (limit === null) {
        done(502, error);
        return Response.json({ error }, { status: 502 });
      }
      done(429, error);
      const used = numberOrNothing(failure.used);
      const max = numberOrNothing(failure.max);
      return Response.json({ error, limit, used, max }, { status: 429 });
    }
  }

  // The limit that a failure is about; null if the app's own code failed. Apps can throw errors that look like a limit's, but what
  // `lastError.limit` says comes from the runtime.
  async #brokenLimit(name, failure) {
    const stats = await this.ctx.facets.stats(name);
    const limit = stats?.lastError?.limit ?? null;
    return failure?.limit === limit ? limit : null;
  }

  // Logs a request as it begins, without a status, and gives what logs its end. So one that does not end is in the log too, and
  // one that outlives its app leaves nothing there.
  #begin(app, version, method, path) {
    const began = performance.now();
    const { id } = this.sql.exec(
      "INSERT INTO log(at_ms, app, version, method, path, ms) VALUES(?, ?, ?, ?, ?, 0) RETURNING id",
      Date.now(), app, version, method, path,
    ).one();
    this.sql.exec("DELETE FROM log WHERE id <= ?", id - LOG_ROWS_MAX);
    return (status, error) => {
      const ms = Math.round((performance.now() - began) * 1000) / 1000;
      this.sql.exec("UPDATE log SET status = ?, error = ?, ms = ? WHERE id = ?", status, error, ms, id);
    };
  }

  // The callback runs only if the app does not run yet.
  #facet(name) {
    return this.ctx.facets.get(name, () => {
      const { version, source } = this.#require(name);
      const { storageBytes, cpuMs, wallMs, subRequests } = this.env.QUOTAS;
      // A name stands for the same code for ever: the version is part of it.
      const worker = this.env.LOADER.get(`${this.ctx.id}/${name}/${version}`, () => ({
        compatibilityDate: "2026-08-01",
        mainModule: "app.js",
        modules: { "app.js": source },
        // No way to the network, and nothing of the platform.
        globalOutbound: null,
        env: {},
      }));
      return { class: worker.getDurableObjectClass("App"), id: name, limits: { storageBytes, cpuMs, wallMs, subRequests, facets: 0 } };
    });
  }

  // An alarm of an app is due that does not run, as after a restart: only this object knows how to start it.
  facetAlarm([name]) {
    return this.#find(name) === undefined ? undefined : this.#facet(name);
  }

  #log(app) {
    const columns = "at_ms AS atMs, app, version, method, path, status, error, ms";
    const rows = app === null
      ? this.sql.exec(`SELECT ${columns} FROM log ORDER BY id DESC LIMIT ?`, LOG_PAGE_ROWS)
      : this.sql.exec(`SELECT ${columns} FROM log WHERE app = ? ORDER BY id DESC LIMIT ?`, app, LOG_PAGE_ROWS);
    return rows.toArray();
  }

  #find(name) {
    return this.sql.exec("SELECT version, source FROM apps WHERE name = ?", name).toArray()[0];
  }

  #require(name) {
    const app = this.#find(name);
    if (app === undefined) {
      throw new Refusal(404, `There is no app ${name}. PUT its source to /apps/${name}.`);
    }
    return app;
  }

  #checkCount() {
    const { count } = this.sql.exec("SELECT count(*) AS count FROM apps").one();
    if (count >= this.env.QUOTAS.apps) {
      throw new Refusal(429, `A user has at most ${this.env.QUOTAS.apps} apps.`);
    }
  }

  // The new version: one more than any that the name has had, since a loader keeps code by name and version.
  #store(name, source) {
    const key = `version of ${name}`;
    const version = (this.ctx.storage.kv.get(key) ?? 0) + 1;
    this.ctx.storage.kv.put(key, version);
    this.sql.exec("INSERT OR REPLACE INTO apps VALUES(?, ?, ?, ?)", name, version, source, Date.now());
    return version;
  }
}
