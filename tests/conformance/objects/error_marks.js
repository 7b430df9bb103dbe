// The marks on errors that cross from a Durable Object or a loaded Worker: remote, durableObjectReset.
import { DurableObject } from "cloudflare:workers";
import { table, marks } from "../table.js";

export class Fails extends DurableObject {
  throws() {
    throw new TypeError("thrown");
  }
  result() {
    return Symbol("q");
  }
  abort() {
    this.ctx.abort("aborted");
  }
  async block() {
    await this.ctx.blockConcurrencyWhile(async () => {
      throw new TypeError("in the block");
    });
  }
  throwsMarked() {
    throw Object.assign(new Error("marked"), { retryable: true, overloaded: true });
  }
  async fetch(request) {
    if (request.url.endsWith("body")) return new Response(new ReadableStream({ async pull() { await scheduler.wait(1); throw new Error("in the body"); } }));
    throw new RangeError("in fetch");
  }
}
export class Refuses extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    throw new RangeError("constructor");
  }
  ping() {}
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const caught = (label, run) => row(label, async () => { try { await run(); } catch (error) { return [error.message, ...marks(error)]; } });
    const stub = () => env.Fails.getByName("fails");
    await caught("rpc throws", () => stub().throws());
    await caught("rpc missing", () => stub().missing());
    await caught("rpc result", () => stub().result());
    await caught("rpc argument", () => stub().throws(Symbol("s")));
    await caught("rpc own marks", () => stub().throwsMarked());
    await caught("fetch throws", () => stub().fetch("http://x.test/"));
    await caught("abort", () => stub().abort());
    await caught("block", () => stub().block());
    const load = (source) => env.LOADER.load({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": source } });
    const fails = () => load("export default { fetch() { throw new TypeError('loaded'); }, rpc() { throw new RangeError('loaded rpc'); } };");
    await caught("loaded fetch", () => fails().getEntrypoint().fetch("http://x.test/"));
    await caught("loaded start", async () => { try { await load("throw new Error('start');").getEntrypoint().fetch("http://x.test/"); } catch (error) { throw Object.assign(error, { message: error.message.split("\n")[0] }); } });
    return response();
  },
};
