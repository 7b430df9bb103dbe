// compares: logs
// Which methods print where, and what hostile values do to them. workerd prints nothing for the other methods of console.

import { DurableObject, RpcTarget, WorkerEntrypoint } from "cloudflare:workers";

const custom = Symbol.for("nodejs.util.inspect.custom");
class Target extends RpcTarget {
  a = 1;
}

export class Entry extends WorkerEntrypoint {}

export class Item extends DurableObject {
  fetch() {
    console.log("in an object");
    console.log(this.ctx.storage, this.ctx.storage.sql, this.ctx.storage.kv, this.ctx.facets, this.ctx.id);
    console.log(this.ctx.storage.sql.exec("SELECT 1 AS a"));
    console.warn("warned in an object");
    return new Response();
  }
}

export default {
  async fetch(request, env, ctx) {
    for (const level of ["debug", "error", "info", "log", "warn"]) console[level](level, "%s", 1, { a: 1 });
    for (const level of ["debug", "error", "info", "log", "warn"]) console[level]("%s of %s", 1, level);
    console.log();
    console.error();
    console.warn("two\nlines");
    console.log({ get a() { throw new Error("x"); } }, { toJSON() { return 1; } });
    console.log({ [custom]() { return "custom"; } }, { [custom]: (depth, options) => ({ depth, type: typeof options.stylize }) });
    console.log({ get constructor() { throw new Error("no"); } });
    console.log(new Proxy({}, { get() { throw new Error("no"); }, ownKeys() { throw new Error("no"); } }));
    console.log(ctx.exports.default, ctx.exports.Entry, ctx.exports.Item, env.LOADER, env.Item);
    console.log(new Target(), new (class Emitter extends EventTarget { x = 1; })(), new (class Mine extends Headers {})({ a: "1" }));
    const error = Object.assign(new Error("boom"), { stack: "Error: boom\n    at f (x.js:1:1)" });
    console.log(AbortSignal.abort("why"), AbortSignal.abort([1, [2]]));
    console.log({ error }, { a: { b: { c: new Headers() } } }, { a: { b: new Headers({ x: "y" }) } }, { a: [new Response(null)] });
    console.log(Object.assign(new URL("http://a/"), { own: 1 }), Object.assign(new Headers(), { own: 1 }));
    console.log(Blob, Headers, Request, AbortSignal.prototype.constructor === AbortSignal, class Mine extends Headers {});
    console.log(new IdentityTransformStream().readable, new ReadableStream().getReader(), new ByteLengthQueuingStrategy({ highWaterMark: 1 }));
    console.log(await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", true, ["encrypt"]).then((key) => key.algorithm));
    console.log(new DOMException("m", "AbortError").name, scheduler);
    await env.Item.getByName("x").fetch("http://item.test/");
    console.log("end of logs");
    console.error("end of logs");
    return new Response("ok");
  },
};
