// The front of the platform: who asks, and what needs no supervisor. Everything else goes to the user's own supervisor.

import guestBook from "./tenants/guest-book.js";
import poll from "./tenants/poll.js";
import page from "./page.html";

export { Platform } from "./platform.js";

const SAMPLES = { "guest-book.js": guestBook, "poll.js": poll };

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === "/") {
      return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    }
    const sample = url.pathname.match(/^\/samples\/([\w.-]+)$/);
    if (sample !== null && Object.hasOwn(SAMPLES, sample[1])) {
      return new Response(SAMPLES[sample[1]], { headers: { "content-type": "text/javascript; charset=utf-8" } });
    }
    // A real platform finds the user in a session. Each has a supervisor, and so data, quotas and a log of their own.
    const user = request.headers.get("x-user") ?? "demo";
    return env.PLATFORM.getByName(user).fetch(request);
  },
};
