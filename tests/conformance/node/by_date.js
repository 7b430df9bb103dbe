// What globals and modules of Node answer in Workers of older dates: shapes of keys, timers without a delay, rejections, errors that are cloned.
import { table } from "../table.js";

const DATES = ["2025-06-01", "2025-09-20", "2025-12-02", "2025-12-03", "2026-02-09", "2026-02-10", "2026-04-20", "2026-04-21", "2026-11-17"];

const SOURCE = `
import crypto from "node:crypto";
import process from "node:process";
import { Buffer } from "node:buffer";
import timers from "node:timers";
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const shape = (value) => Object.keys(value).map((key) => value[key] === undefined ? key + "?" : key).join();
const LOOKS = {
  async jwk() {
    const hmac = await globalThis.crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
    const pair = await globalThis.crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const edwards = await globalThis.crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
    return [hmac, pair.publicKey, pair.privateKey, edwards.privateKey].map((key) => globalThis.crypto.subtle.exportKey("jwk", key));
  },
  async keys() {
    const pairs = [crypto.generateKeyPairSync("rsa", { modulusLength: 1024 }), crypto.generateKeyPairSync("ec", { namedCurve: "P-384" }), crypto.generateKeyPairSync("ed25519")];
    return [crypto.createSecretKey(Buffer.alloc(8)).export({ format: "jwk" }), ...pairs.flatMap(({ publicKey, privateKey }) => [privateKey.asymmetricKeyDetails, publicKey.export({ format: "jwk" }), privateKey.export({ format: "jwk" })])];
  },
  async timers() {
    // What comes after the later timer without a delay, in any of some rounds: the clock may go on while they are set.
    const later = async (set) => {
      const found = new Set();
      for (let round = 0; round < 8; round++) {
        let zero = false;
        const note = (name) => () => { if (name === "0") zero = true; else if (zero) found.add(name); };
        set(note("none"));
        set(note("undefined"), undefined);
        set(note("NaN"), NaN);
        set(note("null"), null);
        set(note("0"), 0);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return { ["later: " + [...found].sort()]: 1 };
    };
    return [await later(setTimeout), await later(timers.setTimeout)];
  },
  async rejections() {
    const seen = [];
    const rejected = async (value) => { const promise = Promise.reject(value); await wait(2); promise.catch(() => {}); await wait(2); };
    const before = process.listenerCount?.("newListener");
    process.on?.("unhandledRejection", (reason, promise, ...more) => { seen.push("process " + reason + (promise instanceof Promise) + more.length); });
    addEventListener("unhandledrejection", (event) => { seen.push("event " + event.reason); });
    process.on?.("rejectionHandled", (promise, ...more) => { seen.push("handled " + (promise instanceof Promise) + more.length); });
    process.on?.("unhandledRejection", () => { seen.push("second"); });
    await rejected("one");
    process.removeAllListeners?.("unhandledRejection");
    await rejected("two");
    return [{ [before]: 1 }, { [seen.join(" | ")]: 1 }];
  },
  async clones() {
    const error = new DOMException("text", "DataCloneError");
    class Own extends DOMException { constructor() { super("own", "Mine"); } }
    const told = (value) => ({ [value.constructor.name + " " + value.name + " " + value.message + " " + value.code + " " + (value instanceof DOMException) + " " + Object.getOwnPropertyNames(value)]: 1 });
    const extra = new DOMException("q", "AbortError");
    extra.extra = 5;
    return [structuredClone(error), structuredClone([error])[0], structuredClone({ error, plain: new RangeError("r") }).error, structuredClone({ error, plain: new RangeError("r") }).plain,
      structuredClone(new Own()), structuredClone(extra), structuredClone(new Map([[1, error]])).get(1), structuredClone(new TypeError("t"))].map(told)
      .concat({ ["stack " + (structuredClone(error).stack === error.stack)]: 1 });
  },
};
export default {
  async fetch(request) {
    const values = await Promise.all(await LOOKS[new URL(request.url).pathname.slice(1)]());
    return new Response(values.map(shape).join(" / "));
  },
};`;

export default {
  async fetch(request, env) {
    const { row, response } = table();
    for (const compatibilityDate of DATES) {
      const worker = env.LOADER.load({ compatibilityDate, compatibilityFlags: compatibilityDate < "2026-08-04" ? ["nodejs_compat"] : [], mainModule: "main.js", modules: { "main.js": SOURCE } });
      for (const look of ["jwk", "keys", "timers", "rejections", "clones"]) {
        await row(`${compatibilityDate} ${look}`, async () => (await worker.getEntrypoint().fetch(`http://x/${look}`)).text());
      }
    }
    return response();
  },
};
