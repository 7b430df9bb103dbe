// The module cloudflare:workers: withEnv, withExports and withEnvAndExports, in time and across calls.
import * as workers from "cloudflare:workers";
import { DurableObject, env as imported } from "cloudflare:workers";
import { table } from "../table.js";

const { exports: importedExports, withEnv, withEnvAndExports, withExports } = workers;

export class Thing extends DurableObject {
  readImported(name) {
    return imported[name] ?? null;
  }
  under() {
    return withEnv({ A: "of the object" }, () => this.ctx.blockConcurrencyWhile(async () => imported.A));
  }
  callsUnder(name) {
    return withEnv({ A: "of the caller" }, () => this.env.Thing.getByName(name).readImported("A"));
  }
  async waitsUnder() {
    const { promise, resolve } = Promise.withResolvers();
    this.resolve = resolve;
    return withEnv({ A: "of the first event" }, async () => [await promise, imported.A]);
  }
  settlesUnder() {
    return withEnv({ A: "of the second event" }, () => {
      this.resolve(imported.A);
      return imported.A;
    });
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    await row("withEnv result", () => withEnv({ A: 1 }, () => imported.A));
    await row("withEnv hides", () => withEnv({ A: 1 }, () => [Object.keys(imported), typeof imported.Thing]));
    await row("withEnv afterwards", () => { withEnv({ A: 1 }, () => {}); return imported.A ?? null; });
    await row("withEnv async", () => withEnv({ A: 1 }, async () => { await scheduler.wait(1); return imported.A; }));
    await row("withEnv at once", () => Promise.all([1, 2].map((A) => withEnv({ A }, async () => { await scheduler.wait(3 - A); return imported.A; }))));
    await row("withEnv nested", () => withEnv({ A: 1 }, () => [withEnv({ B: 2 }, () => [imported.A ?? null, imported.B]), imported.A]));
    await row("withEnv throws", () => withEnv({ A: 1 }, () => { throw new RangeError("inside"); }));
    await row("withEnv after a throw", () => { try { withEnv({ A: 1 }, () => { throw new Error("x"); }); } catch { /* only what follows matters */ } return imported.A ?? null; });
    await row("withEnv timer", () => withEnv({ A: 1 }, () => new Promise((resolve) => setTimeout(() => resolve(imported.A), 1))));
    await row("withEnv assigned", () => { const given = { A: 1 }; withEnv(given, () => { imported.B = 2; }); return given; });
    await row("withEnv function kept", () => withEnv({ A: 1 }, () => () => imported.A ?? "gone")());
    await row("withEnv of null", () => withEnv(null, () => 1));
    await row("withEnv of text", () => withEnv("text", () => 1));
    await row("withEnv without a function", () => withEnv({}));
    await row("withEnv in a block of an object", () => env.Thing.getByName("t").under());
    await row("withEnv does not cross calls", () => env.Thing.getByName("t").callsUnder("u"));
    await row("withExports", () => withExports({ Entry: "replaced" }, () => [importedExports.Entry, Object.keys(importedExports)]));
    await row("withExports leaves env", () => withExports({}, () => typeof imported.Thing));
    await row("withEnvAndExports", () => withEnvAndExports({ A: 1 }, { B: 2 }, () => [imported.A, importedExports.B]));
    await row("withEnv per event", async () => { const first = env.Thing.getByName("w").waitsUnder(); const second = await env.Thing.getByName("w").settlesUnder(); return [await first, second]; });
    await row("withEnv queueMicrotask", () => withEnv({ A: 1 }, () => new Promise((resolve) => queueMicrotask(() => resolve(imported.A)))));
    await row("withEnv then", () => { const later = Promise.resolve(); return withEnv({ A: 1 }, () => later.then(() => imported.A)); });
    await row("withEnv handler of an event", () => { const target = new EventTarget(); withEnv({ A: 1 }, () => target.addEventListener("e", () => { target.seen = imported.A ?? null; })); target.dispatchEvent(new Event("e")); return target.seen; });
    await row("withEnv generator", () => { const values = withEnv({ A: 1 }, () => (function* () { yield imported.A ?? null; })()); return values.next().value; });
    await row("withEnv arguments", () => withEnv({ A: 1 }, (...args) => args.length));
    await row("withEnv member of the real one", () => withEnv({ Thing: env.Thing }, () => imported.Thing === env.Thing));
    await row("withEnv leaves the event's env", () => withEnv({ A: 1 }, () => [env.A ?? null, typeof env.Thing]));
    return response();
  },
};
