// A guest book: POST a name and a text, GET all entries. Plain JavaScript, as a user or an AI would write it.

import { DurableObject } from "cloudflare:workers";

export class App extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL)");
  }

  async fetch(request) {
    const { sql } = this.ctx.storage;
    if (request.method === "POST") {
      const { name, text } = await request.json();
      if (typeof name !== "string" || typeof text !== "string" || text === "") {
        return new Response("name and text are needed\n", { status: 400 });
      }
      sql.exec("INSERT INTO entries(name, text) VALUES(?, ?)", name, text);
    }
    return Response.json(sql.exec("SELECT name, text FROM entries ORDER BY id").toArray());
  }
}
