// What the global scope offers: shapes of crypto, performance, navigator, and the names that exist.
import { table } from "../table.js";

export default {
  async fetch() {
    const { row, response } = table();
    await row("randomUUID", () => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()));
    await row("randomUUID differs", () => crypto.randomUUID() !== crypto.randomUUID());
    await row("getRandomValues", () => { const bytes = new Uint8Array(16); return [crypto.getRandomValues(bytes) === bytes, bytes.some((byte) => byte !== 0)]; });
    await row("getRandomValues too many", () => crypto.getRandomValues(new Uint8Array(65537)));
    await row("getRandomValues BigInt64Array", () => crypto.getRandomValues(new BigInt64Array(1)).length);
    await row("userAgent", () => navigator.userAgent);
    await row("self", () => [self === globalThis, globalThis.constructor.name, Object.prototype.toString.call(globalThis)]);
    await row("performance", () => [typeof performance.now(), typeof performance.timeOrigin, Object.prototype.toString.call(performance)]);
    await row("eval", () => eval("1"));
    await row("new Function", () => new Function("return 1")());
    await row("WebAssembly.compile", () => WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
    for (const name of ["Request", "Response", "Headers", "FormData", "File", "Blob", "URL", "AbortSignal", "DOMException", "CountQueuingStrategy", "TextDecoderStream", "MessageEvent", "PromiseRejectionEvent", "WebAssembly", "FinalizationRegistry", "WeakRef", "Atomics", "Intl"]) {
      await row(`typeof ${name}`, () => typeof globalThis[name]);
    }
    for (const name of ["window", "document", "XMLHttpRequest", "Worker", "localStorage", "indexedDB", "BroadcastChannel", "importScripts", "Deno", "Bun", "alert", "require", "module"]) {
      await row(`absent ${name}`, () => typeof globalThis[name]);
    }
    await row("reportError", () => reportError(new Error("reported")));
    await row("unhandled rejection event", async () => { const seen = []; const listener = (event) => { event.preventDefault(); seen.push(event.type, event.reason.message, event.promise instanceof Promise); }; globalThis.addEventListener("unhandledrejection", listener); Promise.reject(new Error("nobody caught it")); await scheduler.wait(5); globalThis.removeEventListener("unhandledrejection", listener); return seen; });
    await row("console", () => ["log", "info", "warn", "error", "debug", "table", "time", "group", "assert", "trace", "count", "dir"].map((name) => typeof console[name]));
    await row("strict mode", () => { undeclared = 1; });
    await row("globals can be added", () => { globalThis.mine = 1; return mine; });
    await row("Error.captureStackTrace", () => { const holder = {}; Error.captureStackTrace(holder); return typeof holder.stack; });
    await row("Promise.withResolvers", () => typeof Promise.withResolvers().resolve);
    await row("Array.fromAsync", () => Array.fromAsync((async function* () { yield 1; })()));
    await row("Iterator helpers", () => [1, 2, 3].values().map((item) => item * 2).toArray());
    await row("Intl", () => [new Intl.NumberFormat("de-DE").format(1234.5), new Date(0).toLocaleDateString("en-US", { timeZone: "UTC" })]);
    await row("time zone", () => [new Date(0).getTimezoneOffset(), Intl.DateTimeFormat().resolvedOptions().timeZone]);
    return response();
  },
};
