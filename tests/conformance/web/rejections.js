// Rejections that are handled too late or never, and WebSocketRequestResponsePair.
import { table } from "../table.js";

const P = WebSocketRequestResponsePair;
const tick = () => scheduler.wait(5);

async function seenWhile(work) {
  const seen = [];
  const listener = (event) => {
    seen.push([event.type, String(event.reason), event.cancelable, event.bubbles, event.isTrusted, event.promise instanceof Promise, event.constructor.name]);
    event.preventDefault();
  };
  for (const type of ["unhandledrejection", "rejectionhandled"]) addEventListener(type, listener);
  await work();
  await tick();
  for (const type of ["unhandledrejection", "rejectionhandled"]) removeEventListener(type, listener);
  return seen;
}

export default {
  async fetch() {
    const { row, response } = table();
    await row("never handled", () => seenWhile(() => { Promise.reject(new Error("x")); }));
    await row("handled in a later turn", () => seenWhile(async () => {
      const promise = Promise.reject(new Error("x"));
      await tick();
      promise.catch(() => {});
    }));
    await row("handled twice", () => seenWhile(async () => {
      const promise = Promise.reject("text");
      await tick();
      await promise.catch(() => {});
      await promise.catch(() => {});
    }));
    await row("handled at once", () => seenWhile(() => { Promise.reject(new Error("x")).catch(() => {}); }));
    await row("handled in the same turn", () => seenWhile(async () => {
      const promise = Promise.reject(new Error("x"));
      await null;
      promise.catch(() => {});
    }));
    await row("of a derived promise", () => seenWhile(async () => {
      const promise = Promise.reject(new Error("x")).finally(() => {});
      await tick();
      promise.catch(() => {});
    }));
    await row("undefined", () => seenWhile(() => { Promise.reject(); }));
    await row("event", () => new PromiseRejectionEvent("x", { promise: Promise.resolve(), reason: 1 }));

    await row("pair", () => { const pair = new P("a", "b"); return [pair.request, pair.response, Object.keys(pair), JSON.stringify(pair), Object.prototype.toString.call(pair)]; });
    await row("pair without arguments", () => new P());
    await row("pair of one", () => new P("a"));
    await row("pair of other values", () => { const pair = new P(5, null); return [pair.request, pair.response]; });
    await row("pair beyond the limit", () => [new P("x".repeat(2049), "").request.length, new P("", "x".repeat(2049)).response.length]);
    await row("pair of a lone surrogate", () => new P("\ud800", "").request.charCodeAt(0));
    await row("pair cloned", () => structuredClone(new P("a", "b")));
    await row("pair's wrong receiver", () => Object.getOwnPropertyDescriptor(P.prototype, "request").get.call({}));
    return response();
  },
};
