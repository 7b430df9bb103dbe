// RPC: how errors cross from methods, getters, fetch and results, through several objects, entrypoints and loaded
// Workers, and what each hop adds.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table, marks, show, describeError } from "../table.js";

const withMembers = () => Object.assign(new RangeError("thrown"), { code: "E", list: [1] });
const seen = (error) => ({ error: error instanceof Error ? describeError(error) : show(error), type: error?.constructor?.name, marks: marks(error ?? {}), code: error?.code ?? null, list: error?.list ?? null });

export class Thrower extends DurableObject {
  throws() {
    throw withMembers();
  }
  async rejects() {
    await scheduler.wait(1);
    throw withMembers();
  }
  get getter() {
    throw withMembers();
  }
  fetch(request) {
    if (request.url.endsWith("body")) return new Response(new ReadableStream({ start(controller) { controller.error(withMembers()); } }));
    throw withMembers();
  }
  next() {
    return this.env.Thrower.getByName("next");
  }
  relays() {
    return this.next().throws();
  }
  relaysFetch() {
    return this.next().fetch("http://x.test/");
  }
  async seesRelayed() {
    try {
      await this.next().throws();
    } catch (error) {
      return seen(error);
    }
  }
  async wraps() {
    try {
      await this.next().throws();
    } catch (cause) {
      throw new Error("wrapped", { cause });
    }
  }
  async returnsCaught() {
    try {
      await this.next().throws();
    } catch (error) {
      return error;
    }
  }
  async rethrowsChanged() {
    try {
      await this.next().throws();
    } catch (error) {
      error.message = "changed";
      error.code = "CHANGED";
      throw error;
    }
  }
  resultThatThrows() {
    return { get a() { throw withMembers(); } };
  }
  resultThatCannotCross() {
    return { url: new URL("http://x.test/") };
  }
  aborts() {
    this.ctx.abort("reset");
  }
  relaysAbort() {
    return this.next().aborts();
  }
  notCaught() {
    Promise.reject(withMembers());
    return "answered";
  }
  async overflow() {
    const recurse = () => recurse() + 1;
    return recurse();
  }
  typeError() {
    return undefined.member;
  }
  referenceError() {
    return notDefinedAnywhere;
  }
  syntaxError() {
    return JSON.parse("{");
  }
  sqlError() {
    return this.ctx.storage.sql.exec("SELECT nothing").toArray();
  }
  alive() {
    return "alive";
  }
}
export class Entry extends WorkerEntrypoint {
  throws() {
    throw withMembers();
  }
  viaObject() {
    return this.env.Thrower.getByName("t").throws();
  }
  fetch() {
    throw withMembers();
  }
  abortsObject() {
    return this.env.Thrower.getByName("aborts").aborts();
  }
}
const loadedSource = `
  import { WorkerEntrypoint } from "cloudflare:workers";
  export default class extends WorkerEntrypoint {
    throws() { throw Object.assign(new RangeError("thrown"), { code: "E", list: [1] }); }
    viaObject() { return this.env.STUB.throws(); }
    fetch() { return this.throws(); }
    abortsObject() { return this.env.STUB.aborts(); }
  }
`;

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const url = "http://x.test/";
    const id = env.Thrower.idFromName("t");
    const stub = () => env.Thrower.get(id);
    const caught = (label, run) => row(label, async () => { try { return ["no error", await run()]; } catch (error) { return seen(error); } });
    await caught("method", () => stub().throws());
    await caught("async method", () => stub().rejects());
    await caught("getter", async () => stub().getter);
    await caught("getter called", () => stub().getter());
    await caught("fetch", () => stub().fetch(url));
    await caught("body", async () => (await stub().fetch(`${url}body`)).text());
    await caught("missing method", () => stub().nothing());
    await caught("reserved method", () => stub().alarm());
    await caught("result that throws", () => stub().resultThatThrows());
    await caught("result that cannot cross", () => stub().resultThatCannotCross());
    await caught("argument that throws", () => stub().throws({ get a() { throw withMembers(); } }));
    await caught("argument that cannot cross", () => stub().throws(new URL(url)));
    await caught("argument too large", () => stub().throws(new Uint8Array(33_600_000)));
    await caught("relayed", () => stub().relays());
    await caught("relayed fetch", () => stub().relaysFetch());
    await row("seen on the way", () => stub().seesRelayed());
    await caught("wrapped", () => stub().wraps());
    await row("wrapped cause", async () => { try { await stub().wraps(); } catch ({ cause }) { return seen(cause); } });
    await row("returned", async () => seen(await stub().returnsCaught()));
    await caught("thrown again, changed", () => stub().rethrowsChanged());
    await caught("abort", () => env.Thrower.getByName("aborts").aborts());
    await caught("relayed abort", () => stub().relaysAbort());
    await row("not caught in the object", () => stub().notCaught());
    await caught("stack overflow", () => stub().overflow());
    await caught("TypeError of the engine", () => stub().typeError());
    await caught("ReferenceError of the engine", () => stub().referenceError());
    await caught("SyntaxError of the engine", () => stub().syntaxError());
    await caught("error of SQL", () => stub().sqlError());
    await row("object after all that", () => stub().alive());
    await caught("entrypoint", () => ctx.exports.Entry.throws());
    await caught("entrypoint, fetch", () => ctx.exports.Entry.fetch(url));
    await caught("object through an entrypoint", () => ctx.exports.Entry.viaObject());
    await caught("abort through an entrypoint", () => ctx.exports.Entry.abortsObject());
    const loaded = env.LOADER.load({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": loadedSource }, env: { STUB: env.Thrower.getByName("t") } }).getEntrypoint();
    await caught("loaded Worker", () => loaded.throws());
    await caught("loaded Worker, fetch", () => loaded.fetch(url));
    await caught("object through a loaded Worker", () => loaded.viaObject());
    await caught("abort through a loaded Worker", () => loaded.abortsObject());
    await row("catch of the call", () => stub().throws().catch((error) => seen(error)));
    await row("then of the call", () => stub().throws().then(() => "no", (error) => seen(error)));
    await row("finally of the call", async () => { let ran = false; const error = await stub().throws().finally(() => { ran = true; }).catch(describeError); return [ran, error]; });
    await row("allSettled", async () => (await Promise.allSettled([stub().throws(), stub().alive()])).map(({ status }) => status));
    await row("race", () => Promise.race([stub().throws(), new Promise(() => {})]));
    await row("own stack", async () => { try { await stub().throws(); } catch (error) { return [typeof error.stack, error.stack.split("\n")[0]]; } });
    await row("marks are own members", async () => { try { await stub().throws(); } catch (error) { return [Object.hasOwn(error, "remote"), Object.keys(error).filter((key) => key !== "durableObjectId").sort()]; } });
    for (const [label, run] of Object.entries({ "a method": () => stub().throws(), "an async method": () => stub().rejects(), "a relayed call": () => stub().relays(), "an entrypoint": () => ctx.exports.Entry.throws() })) await row(`durableObjectId of ${label}`, async () => { try { await run(); } catch (error) { return error.durableObjectId === undefined ? null : error.durableObjectId === id.toString(); } });
    return response();
  },
};
