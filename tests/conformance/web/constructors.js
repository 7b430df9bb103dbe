// Every class of the global scope: called without new, made without arguments, extended, and what it inherits from.
import { table } from "../table.js";

// What other cases have, once denizen has it.
const LEFT_OUT = ["Cache", "CacheStorage", "HTMLRewriter", "WebSocket", "WebSocketPair"];

export default {
  async fetch() {
    const { row, response } = table();
    const names = [...Object.getOwnPropertyNames(Object.getPrototypeOf(globalThis)), "ServiceWorkerGlobalScope", "EventTarget"];
    for (const name of names.sort()) {
      const Class = globalThis[name];
      if (typeof Class !== "function" || !/^[A-Z]/.test(name) || LEFT_OUT.includes(name)) continue;
      await row(`${name} called`, () => Class("x", "x"));
      await row(`${name} without arguments`, () => Object.prototype.toString.call(new Class()));
      await row(`${name} inherits`, () => Object.getPrototypeOf(Class) === Function.prototype);
      await row(`${name} prototype`, () => {
        const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(Class, "prototype");
        return [writable, enumerable, configurable, Class.prototype.constructor === Class, Object.getOwnPropertyNames(Class).slice(0, 3)];
      });
      if (name === "URLPattern") continue;
      await row(`${name} extended`, () => {
        class Extended extends Class {}
        const object = new Extended("a", { promise: 1, reason: 1 }, "c");
        return [object instanceof Class, object.constructor.name, Object.prototype.toString.call(object)];
      });
    }
    await row("crypto.DigestStream", () => crypto.DigestStream("SHA-1"));
    await row("identity in Node's modules", async () => {
      const [url, buffer, util] = await Promise.all(["node:url", "node:buffer", "node:util"].map((name) => import(name)));
      return [url.URL === URL, url.URLSearchParams === URLSearchParams, buffer.Blob === Blob, buffer.File === File, util.TextDecoder === TextDecoder, util.TextEncoder === TextEncoder];
    });
    await row("constructors of what the runtime makes", async () => {
      const made = [await new Response("x").blob(), new Response().headers, new Request("http://a.test").signal, new URL("http://a").searchParams, new Response("x").body, AbortSignal.abort(), AbortSignal.any([]), Response.json({}), URL.parse("http://a"), new TransformStream().readable];
      return made.map((object) => object.constructor === globalThis[object.constructor.name] && object instanceof globalThis[object.constructor.name]);
    });
    await row("constructors of what the runtime throws", () => { try { atob("*"); } catch (error) { return [error.constructor === DOMException, error instanceof DOMException, Object.prototype.toString.call(error)]; } });
    return response();
  },
};
