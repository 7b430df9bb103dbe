// A poll that closes by itself: POST / {question, options, seconds} opens it, POST /vote {option} votes, GET / gives the
// result. An alarm closes it.

import { DurableObject } from "cloudflare:workers";

export class App extends DurableObject {
  async fetch(request) {
    const { kv } = this.ctx.storage;
    const { pathname } = new URL(request.url);
    const poll = kv.get("poll");
    if (request.method === "POST" && pathname === "/") {
      const { question, options, seconds = 60 } = await request.json();
      if (typeof question !== "string" || !Array.isArray(options) || options.length < 2) {
        return new Response("a question and at least two options are needed\n", { status: 400 });
      }
      kv.put("poll", { question, votes: Object.fromEntries(options.map((option) => [option, 0])), open: true });
      await this.ctx.storage.setAlarm(Date.now() + seconds * 1000);
    } else if (request.method === "POST" && pathname === "/vote") {
      const { option } = await request.json();
      if (poll === undefined || !poll.open) {
        return new Response("the poll is closed\n", { status: 409 });
      }
      if (!Object.hasOwn(poll.votes, option)) {
        return new Response("there is no such option\n", { status: 400 });
      }
      poll.votes[option] += 1;
      kv.put("poll", poll);
    }
    return Response.json(kv.get("poll") ?? null);
  }

  alarm() {
    const { kv } = this.ctx.storage;
    kv.put("poll", { ...kv.get("poll"), open: false, closedMs: Date.now() });
  }
}
