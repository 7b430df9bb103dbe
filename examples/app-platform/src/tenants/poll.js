// A poll that closes by itself: POST / {question, options, seconds} opens it, POST /vote {option} votes, GET / gives the
// result. An alarm closes it.

import { DurableObject } from "cloudflare:workers";

const SECONDS_MAX = 30 * 24 * 60 * 60;

export class App extends DurableObject {
  async fetch(request) {
    const { storage } = this.ctx;
    const { kv } = storage;
    const { pathname } = new URL(request.url);
    // A fork has the data of an open poll, but not its alarm.
    if (kv.get("poll")?.open && (await storage.getAlarm()) === null) {
      await storage.setAlarm(kv.get("closesMs"));
    }
    if (request.method === "POST" && pathname === "/") {
      const { question, options, seconds = 60 } = await request.json();
      if (typeof question !== "string" || !Array.isArray(options) || options.length < 2) {
        return new Response("a question and at least two options are needed\n", { status: 400 });
      }
      if (!(seconds > 0 && seconds <= SECONDS_MAX)) {
        return new Response(`seconds has to be more than 0 and at most ${SECONDS_MAX}\n`, { status: 400 });
      }
      const closesMs = Date.now() + seconds * 1000;
      kv.put("poll", { question, votes: Object.fromEntries(options.map((option) => [option, 0])), open: true });
      kv.put("closesMs", closesMs);
      await storage.setAlarm(closesMs);
    } else if (request.method === "POST" && pathname === "/vote") {
      const { option } = await request.json();
      const poll = kv.get("poll");
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
