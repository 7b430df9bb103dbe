// The stacks of errors that come over RPC: the frames that await the call.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

class NotFoundError extends Error { constructor(message) { super(message); this.name = "NotFoundError"; } }

const thrown = {
  type: () => new TypeError("no"),
  own: () => new NotFoundError("no user 5"),
  dom: () => new DOMException("gone", "AbortError"),
  cause: () => new Error("outer", { cause: new NotFoundError("inner") }),
  text: () => "text",
  aggregate: () => new AggregateError([1], "some"),
};

export class Callee extends WorkerEntrypoint {
  throws(key) { throw thrown[key](); }
  async later(key) { await 0; throw thrown[key](); }
  get property() { throw new Error("property"); }
}
export class Thing extends DurableObject {
  throws(key) { throw thrown[key](); }
  facet(key) { return inner(this.ctx.facets.get("f", () => ({ class: this.ctx.exports.Thing })), "throws", key); }
}

async function inner(stub, method, key) { try { return await call(stub, method, key); } catch (error) { return frames(error); } }
async function call(stub, method, key) { return await stub[method](key); }
async function outer(stub, method, key) { const value = await call(stub, method, key); return value; }
const shown = (error) => String(error?.stack).replaceAll("file:///bundle/", "").replaceAll(/[\w/.-]*error_stacks\.js/g, "main.js").replaceAll("worker.js", "main.js").split("\n").filter((line) => !/table\.js|\brow\b|Object\.fetch/.test(line));
const frames = (error) => error?.cause instanceof Error ? [shown(error), shown(error.cause)] : shown(error);
const caught = async (run) => { try { return await run(); } catch (error) { return frames(error); } };

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const { Callee } = ctx.exports;
    const thing = env.Thing.getByName("thing");
    for (const key of Object.keys(thrown)) {
      await row(`entrypoint ${key}`, () => caught(() => outer(Callee, "throws", key)));
      await row(`object ${key}`, () => caught(() => outer(thing, "throws", key)));
      await row(`facet ${key}`, () => thing.facet(key));
    }
    await row("later", () => caught(() => outer(Callee, "later", "type")));
    await row("no such method", () => caught(() => outer(thing, "nope", "type")));
    await row("all", () => caught(async () => await Promise.all([1, outer(thing, "throws", "type")])));
    await row("finally", () => caught(() => outer(thing, "throws", "type").finally(() => {})));
    await row("property", () => caught(async () => await Callee.property));
    const { stackTraceLimit } = Error;
    for (const limit of [1, 0]) {
      Error.stackTraceLimit = limit;
      await row(`limit ${limit}`, () => caught(() => outer(thing, "throws", "type")));
    }
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = (error, sites) => `${error.name} ${sites.slice(0, 2).map((site) => [site.getFunctionName(), site.isAsync()])}`;
    await row("prepared", () => caught(() => outer(thing, "throws", "type")));
    delete Error.prepareStackTrace;
    const keys = async (error) => Object.keys(error);
    await row("keys", () => thing.throws("dom").catch(keys));
    return response();
  },
};
