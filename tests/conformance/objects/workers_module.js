// The module cloudflare:workers: what it exports, env and exports at the top and in events, waitUntil, and its classes
// by hand.
import * as workers from "cloudflare:workers";
import { DurableObject, WorkerEntrypoint, RpcTarget, env as imported } from "cloudflare:workers";
import { table } from "../table.js";

// Not imported by name: one that is missing is to fail its rows alone.
const { RpcStub, exports: importedExports, waitUntil, withEnv } = workers;
const atTop = { env: Object.keys(imported).sort(), exports: attempt(() => Object.keys(importedExports).sort()), namespace: typeof imported.Thing?.idFromName, id: attempt(() => imported.Thing.idFromName("x").name), call: attempt(() => typeof imported.Thing.getByName("x")), waitUntil: attempt(() => waitUntil(Promise.resolve())), withEnv: attempt(() => withEnv({ A: "top" }, () => imported.A)) };

function attempt(run) {
  try {
    return run();
  } catch (error) {
    return `${error.name}: ${error.message.split(".")[0]}`;
  }
}

export class Thing extends DurableObject {
  readImported(name) {
    return imported[name] ?? null;
  }
  sameEnv() {
    return [imported.Thing === this.env.Thing, Object.keys(imported).sort(), imported === this.env];
  }
  exportsKeys() {
    return Object.keys(importedExports).sort();
  }
  background() {
    waitUntil((async () => { await scheduler.wait(2); this.ctx.storage.kv.put("background", 1); })());
    return "answered";
  }
  wasInBackground() {
    return this.ctx.storage.kv.get("background") ?? null;
  }
}
export class Entry extends WorkerEntrypoint {
  greet() {
    return `hello ${JSON.stringify(this.ctx.props)}`;
  }
  background() {
    waitUntil(this.env.Thing.getByName("entry").background());
    return "answered";
  }
}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const tag = (value) => Object.prototype.toString.call(value);
    // A default export beside the names is denizen's own.
    const names = Object.keys(workers).filter((name) => name !== "default").sort();
    await row("exports", () => names);
    for (const name of names) await row(`kind of ${name}`, () => [typeof workers[name], tag(workers[name]), /^[A-Z]/.test(name) ? workers[name].name : null]);
    await row("at the top", () => atTop);
    await row("dynamic import", async () => (await import("cloudflare:workers")) === workers);
    await row("env in an event", () => [imported === env, imported.Thing === env.Thing, Object.keys(imported).sort()]);
    await row("env in", () => ["Thing" in imported, "nothing" in imported, imported.nothing ?? null]);
    await row("env own members", () => Object.getOwnPropertyNames(imported).sort());
    await row("env descriptor", () => { const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(imported, "Thing"); return [writable, enumerable, configurable]; });
    await row("env spread", () => Object.keys({ ...imported }).sort());
    await row("env assigned", () => { imported.added = 1; const seen = [imported.added, env.added ?? null]; delete imported.added; return [...seen, imported.added ?? null, env.added ?? null]; });
    await row("env of the event assigned", () => { env.added = 2; const seen = imported.added ?? null; delete env.added; return seen; });
    await row("env prototype", () => [tag(imported), Object.getPrototypeOf(imported) === Object.prototype]);
    await row("exports in an event", () => [importedExports === ctx.exports, importedExports.Entry === ctx.exports.Entry, Object.keys(importedExports).sort()]);
    await row("exports assigned", () => { importedExports.mine = 1; return importedExports.mine ?? null; });
    await row("exports deleted", () => { delete importedExports.Entry; return typeof importedExports.Entry; });
    await row("exports called", () => importedExports.Entry({ props: { a: 1 } }).greet());
    await row("exports in an object", () => env.Thing.getByName("t").exportsKeys());
    await row("env in an object", () => env.Thing.getByName("t").sameEnv());
    await row("env used", () => imported.Thing.getByName("t").readImported("nothing"));

    await row("waitUntil result", () => waitUntil(Promise.resolve()));
    await row("waitUntil number", () => waitUntil(5));
    await row("waitUntil nothing", () => waitUntil());
    await row("waitUntil in an object", async () => { const answer = await env.Thing.getByName("b").background(); await scheduler.wait(40); return [answer, await env.Thing.getByName("b").wasInBackground()]; });
    await row("waitUntil in an entrypoint", async () => { const answer = await ctx.exports.Entry.background(); await scheduler.wait(60); return [answer, await env.Thing.getByName("entry").wasInBackground()]; });
    await row("new WorkerEntrypoint", () => new WorkerEntrypoint());
    await row("new Entry with ctx", () => new Entry(ctx, env).greet());
    await row("new RpcTarget", () => tag(new RpcTarget()));
    await row("RpcTarget called", () => RpcTarget());
    await row("new RpcStub of nothing", () => new RpcStub());
    await row("new RpcStub of a number", () => new RpcStub(5));
    await row("new RpcPromise", () => new workers.RpcPromise());
    await row("new RpcProperty", () => new workers.RpcProperty());
    await row("new ServiceStub", () => new workers.ServiceStub());
    await row("stub instance of", () => [env.Thing.getByName("x") instanceof workers.ServiceStub, ctx.exports.Entry instanceof workers.ServiceStub, env.Thing.getByName("x").anything instanceof workers.RpcProperty]);
    await row("prototypes", () => [Object.getPrototypeOf(Thing) === DurableObject, Object.getPrototypeOf(DurableObject.prototype) === Object.prototype, DurableObject.name, DurableObject.length]);
    return response();
  },
};
