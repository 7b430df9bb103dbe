// Errors that leave a Worker, by its date: thrown, given back and stored, before and from `enhanced_error_serialization` on.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const MAKE = `
const named = (error, name) => { error.name = name; return error; };
class NotFoundError extends Error { constructor(message) { super(message); this.name = "NotFoundError"; this.status = 404; } }
class Silent extends Error {}
class Prototype extends Error {}
Prototype.prototype.name = "PrototypeError";
class Getter extends Error { get name() { return "AbortError"; } }
const make = {
  own: () => new NotFoundError("no user 5"),
  empty: () => new NotFoundError(""),
  silent: () => new Silent("s"),
  prototype: () => new Prototype("p"),
  getter: () => new Getter("g"),
  type: () => new TypeError("t"),
  typeEmpty: () => new TypeError(""),
  errorEmpty: () => new Error(""),
  renamed: () => named(new TypeError("t"), "Custom"),
  asType: () => named(new Error("q"), "TypeError"),
  colon: () => new Error("TypeError: inner"),
  lines: () => new NotFoundError("a\\nb"),
  noName: () => named(new Error("q"), ""),
  eval: () => new EvalError("e"),
  uri: () => new URIError("u"),
  timeout: () => Object.assign(named(new Error("m"), "TimeoutError"), { code: "ETIMEDOUT", details: { a: 1 } }),
  abort: () => named(new Error("a"), "AbortError"),
  network: () => named(new Error("n"), "NetworkError"),
  quota: () => Object.assign(named(new Error("q"), "QuotaExceededError"), { code: 7 }),
  operation: () => named(new TypeError("o"), "OperationError"),
  clone: () => named(new Error("c"), "DataCloneError"),
  constraint: () => named(new Error("c"), "ConstraintError"),
  cause: () => new Error("outer", { cause: new NotFoundError("inner") }),
  dom: () => new DOMException("d", "AbortError"),
};`;
const KEYS = [...MAKE.matchAll(/^ {2}(\w+): \(\) =>/gm)].map((match) => match[1]);

const show = (error) => {
  if (!(error instanceof Error)) return typeof error;
  const o = [error.constructor.name, error.name, error.message, error.code ?? null, error.details?.a ?? null, error.status ?? null, Object.keys(error).join(), String(error.stack).split("\n")[0]];
  if (error.cause !== undefined) o.push(show(error.cause));
  return o;
};
const changeable = (error) => ["message", "name", "code"].map((key) => { try { error[key] = "x" + error[key]; return error[key]; } catch (problem) { return problem.message; } });

const APP = `import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
${MAKE}
const show = ${show};
const changeable = ${changeable};
export class Callee extends WorkerEntrypoint {
  throws(key) { throw make[key](); }
  gives(key) { return make[key](); }
  list(key) { return [{ error: make[key]() }]; }
  async fetch(request) { throw make[new URL(request.url).pathname.slice(1)](); }
}
const outcome = async (call) => { try { return show(await call()); } catch (error) { return ["thrown", show(error), changeable(error)]; } };
export class App extends DurableObject {
  throws(key) { throw make[key](); }
  gives(key) { return make[key](); }
  fails(key) { return this.ctx.blockConcurrencyWhile(async () => { throw make[key](); }); }
  within(key, how) { const { Callee } = this.ctx.exports; return outcome(() => how === "fetch" ? Callee.fetch("http://x/" + key) : how === "list" ? Callee.list(key).then((list) => list[0].error, (error) => { throw error; }) : Callee[how](key)); }
  async stored(key) {
    const { storage } = this.ctx;
    const o = [];
    for (const value of [make[key](), [make[key]()]]) {
      await storage.put("k", value);
      const got = await storage.get("k");
      o.push(show(got.length === 1 ? got[0] : got));
      storage.kv.put("k", value);
      const kept = storage.kv.get("k");
      o.push(show(kept.length === 1 ? kept[0] : kept));
    }
    return o.every((one) => JSON.stringify(one) === JSON.stringify(o[0])) ? o[0] : o;
  }
}
export default {};`;

// Has the errors of a loaded Worker's object pass through an object of today.
export class Host extends DurableObject {
  async run(compatibilityDate, how, key) {
    const worker = this.env.LOADER.get(compatibilityDate, () => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": APP } }));
    const app = this.ctx.facets.get(`${compatibilityDate} ${how} ${key}`, () => ({ class: worker.getDurableObjectClass("App") }));
    if (how === "stored") return app.stored(key);
    if (how.startsWith("within ")) return app.within(key, how.slice(7));
    try {
      return show(await app[how](key));
    } catch (error) {
      return ["thrown", show(error)];
    }
  }
}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const host = ctx.exports.Host.getByName("host");
    for (const compatibilityDate of ["2026-04-20", "2026-04-21"]) {
      for (const how of ["within throws", "within gives", "within list", "within fetch", "stored", "throws", "gives", "fails"]) {
        for (const key of KEYS) await row(`${compatibilityDate} ${how} ${key}`, () => host.run(compatibilityDate, how, key));
      }
    }
    return response();
  },
};
