// What callers of an object, and of a facet, are told that ends itself: calls under way, stubs that reached it, bodies that it wrote.
import { DurableObject } from "cloudflare:workers";
import { table, describeError, marks } from "../table.js";

const url = "http://x.test/";
const body = () => new ReadableStream({ start(controller) { controller.enqueue(new TextEncoder().encode("first")); } });
const outcome = (call) => call.then((value) => value, (error) => [describeError(error), ...marks(error)]);

async function answer(ctx, request) {
  const path = new URL(request.url).pathname;
  if (path === "/dies") ctx.abort("in fetch");
  if (path === "/stream") return new Response(body());
  if (path === "/hang") await scheduler.wait(5000);
  return new Response("text");
}
export class Part extends DurableObject {
  fetch(request) { return answer(this.ctx, request); }
  die(reason) { this.ctx.abort(reason); }
  dieLater(reason) { setTimeout(() => this.ctx.abort(reason), 1); }
  ping() { return "pong"; }
}
export class Store extends DurableObject {
  async fetch(request) {
    if (!request.url.endsWith("/facets")) return answer(this.ctx, request);
    const { row, response } = table();
    await rows(row, "facet", (name) => this.ctx.facets.get(name, () => ({ class: this.ctx.exports.Part })));
    return response();
  }
  die(reason) { this.ctx.abort(reason); }
  dieLater(reason) { setTimeout(() => this.ctx.abort(reason), 1); }
  ping() { return "pong"; }
}

async function rows(row, kind, get) {
  const ended = async (name) => {
    const stub = get(name);
    await stub.ping();
    await outcome(stub.die(`${name} ended`));
    return stub;
  };
  await row(`${kind} that ends in fetch`, () => outcome(get("a").fetch(`${url}dies`)));
  await row(`${kind}, fetch under way`, async () => {
    const stub = get("b");
    const call = outcome(stub.fetch(`${url}hang`));
    await stub.ping();
    await outcome(stub.die("b ended"));
    return call;
  });
  await row(`${kind}, fetch by a stub that reached it`, async () => outcome((await ended("c")).fetch(url)));
  await row(`${kind}, the same with a body`, async () => outcome((await ended("d")).fetch(url, { method: "POST", body: "text" })));
  await row(`${kind}, the same with a stream`, async () => outcome((await ended("e")).fetch(url, { method: "POST", body: body() })));
  await row(`${kind}, the same with a Request`, async () => outcome((await ended("f")).fetch(new Request(url))));
  await row(`${kind}, call by a stub that reached it`, async () => outcome((await ended("g")).ping()));
  await row(`${kind}, twice`, async () => {
    const stub = await ended("h");
    return [await outcome(stub.fetch(url)), await outcome(stub.fetch(url))];
  });
  await row(`${kind}, by another stub`, async () => {
    await ended("i");
    return [await get("i").ping(), await (await get("i").fetch(url)).text()];
  });
  await row(`${kind}, reached by fetch alone`, async () => {
    const stub = get("j");
    await (await stub.fetch(url)).text();
    await outcome(get("j").die("j ended"));
    return [await outcome(stub.fetch(url)), await outcome(stub.ping())];
  });
  await row(`${kind}, a stub that had not reached it`, async () => {
    const stub = get("k");
    await ended("k");
    return (await stub.fetch(url)).text();
  });
  await row(`${kind}, its body is being read`, async () => {
    const stub = get("l");
    const reader = (await stub.fetch(`${url}stream`)).body.getReader();
    await reader.read();
    const rest = outcome(reader.read());
    await outcome(stub.die("l ended"));
    return rest;
  });
  await row(`${kind}, its body is read on afterwards`, async () => {
    const stub = get("m");
    const reader = (await stub.fetch(`${url}stream`)).body.getReader();
    await reader.read();
    await outcome(stub.die("m ended"));
    return outcome(reader.read());
  });
  await row(`${kind}, its body is text()`, async () => {
    const stub = get("n");
    const text = outcome((await stub.fetch(`${url}stream`)).text());
    await outcome(stub.die("n ended"));
    return text;
  });
  await row(`${kind} that ends by itself while a call waits`, async () => {
    const stub = get("o");
    await stub.dieLater("o ended");
    return [await outcome(stub.fetch(`${url}hang`)), await get("o").ping()];
  });
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    await rows(row, "object", (name) => env.Store.getByName(name));
    const facets = await (await env.Store.getByName("root").fetch(`${url}facets`)).text();
    return new Response((await response().text()) + facets);
  },
};
