// RPC: which results and promises of calls can be disposed of, how, and what is left of a result that was.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

const { dispose } = Symbol;
// How a value can be disposed of, and how the own member for it is.
const disposal = (value) => {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return typeof value;
  const own = Object.getOwnPropertyDescriptor(value, dispose);
  return [dispose in value, typeof value[dispose], own && [own.enumerable, own.writable, own.configurable, own.value.name, own.value.length]];
};
const loadedSource = `
  import { WorkerEntrypoint } from "cloudflare:workers";
  export default class extends WorkerEntrypoint { give() { return { a: 1 }; } }
`;

const results = {
  "object": () => ({ a: 1 }),
  "frozen object": () => Object.freeze({ a: 1 }),
  "object with its own": () => ({ a: 1, [dispose]() {} }),
  "array": () => [1],
  "Map": () => new Map(),
  "Date": () => new Date(1),
  "RegExp": () => /a/,
  "boxed": () => Object(1),
  "bytes": () => new Uint8Array(2),
  "buffer": () => new ArrayBuffer(2),
  "Error": () => new Error("e"),
  "DOMException": () => new DOMException("a", "AbortError"),
  "Headers": () => new Headers({ a: "b" }),
  "Request": () => new Request("http://x.test/"),
  "Response": () => new Response("body"),
  "Blob": () => new Blob(["a"]),
  "ReadableStream": () => new Response("abc").body,
  "WritableStream": () => new WritableStream(),
  "number": () => 1,
  "text": () => "a",
  "bigint": () => 1n,
  "null": () => null,
  "undefined": () => undefined,
};

export class Entry extends WorkerEntrypoint {
  give() {
    return { a: 1 };
  }
}

export class Callee extends DurableObject {
  give(kind) {
    return results[kind]();
  }
  get property() {
    return { a: 1 };
  }
  nested() {
    return { inner: { deeper: {} }, stub: this.stub() };
  }
  stub() {
    return this.env.Callee.getByName("other");
  }
  one() {
    return 1;
  }
  fails() {
    throw new Error("no");
  }
  throwsObject() {
    throw { a: 1 };
  }
  seen(value) {
    return disposal(value);
  }
}

export class Parent extends DurableObject {
  async throughFacet() {
    const facet = this.ctx.facets.get("child", () => ({ class: this.ctx.exports.Callee }));
    using given = await facet.give("object");
    return [given.a, disposal(given)];
  }
}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const s = env.Callee.getByName("callee");
    for (const kind of Object.keys(results)) await row(kind, async () => disposal(await s.give(kind)));
    await row("stub", async () => disposal(await s.stub()));
    await row("own keys", async () => Reflect.ownKeys(await s.give("array")).map(String));
    await row("property", () => disposal(s.property));
    await row("property awaited", async () => disposal(await s.property));
    await row("property then", () => s.property.then(disposal));
    await row("promise", () => disposal(s.give("object")));
    await row("promise's own keys", () => Reflect.ownKeys(s.give("object")));
    await row("promise then", () => s.give("object").then(disposal));
    await row("promise of a promise", () => disposal(s.give("object").then((value) => value)));
    await row("promise that fails", () => { const promise = s.fails(); promise.catch(() => {}); return disposal(promise); });
    await row("what is thrown", async () => { try { await s.fails(); } catch (error) { return disposal(error); } });
    await row("object that is thrown", async () => { try { await s.throwsObject(); } catch (error) { return disposal(error); } });
    await row("inside", async () => { const { inner, stub } = await s.nested(); return [disposal(inner), disposal(inner.deeper), disposal(stub)]; });
    await row("argument", () => s.seen({ a: 1 }));
    await row("result as an argument", async () => s.seen(await s.give("object")));
    await row("stub of a namespace", () => disposal(s));
    await row("member of ctx.exports", () => [disposal(ctx.exports.Entry), disposal(ctx.exports.Entry({ props: {} }))]);
    await row("by ctx.exports", async () => disposal(await ctx.exports.Entry.give()));
    await row("by a facet", () => env.Parent.getByName("parent").throughFacet());
    await row("by a loaded Worker", async () => {
      const worker = env.LOADER.get("loaded", () => ({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": loadedSource } }));
      using given = await worker.getEntrypoint().give();
      return [given.a, disposal(given)];
    });
    await row("copies", async () => { const given = await s.give("object"); return [disposal({ ...given }), disposal(structuredClone(given))]; });
    await row("using", async () => { using given = await s.give("object"); return given.a; });
    await row("await using", async () => { await using given = await s.give("object"); return given.a; });
    await row("using a promise", async () => { using given = s.give("object"); return (await given).a; });
    await row("using a Response", async () => { using given = await s.give("Response"); return given.text(); });
    await row("using a stub", async () => { using given = await s.stub(); return given.one(); });
    await row("using a stub of a namespace", async () => { using given = env.Callee.getByName("c"); return given.name; });
    await row("DisposableStack", async () => { using stack = new DisposableStack(); return stack.use(await s.give("object")).a; });
    await row("AsyncDisposableStack", async () => { await using stack = new AsyncDisposableStack(); return stack.use(await s.give("object")).a; });
    await row("asyncDispose", async () => [Symbol.asyncDispose in await s.give("object"), Symbol.asyncDispose in s.give("object")]);
    await row("twice", async () => { const given = await s.give("object"); return [given[dispose](), given[dispose](), given.a]; });
    await row("by itself", async () => { const by = (await s.give("object"))[dispose]; return [by(), by.call(1), Reflect.ownKeys(by).map(String)]; });
    await row("overwritten", async () => { const given = await s.give("object"); given[dispose] = 1; return [given[dispose], delete given[dispose], dispose in given]; });
    await row("stub afterwards", async () => { const stub = await s.stub(); stub[dispose](); stub[dispose](); return stub.one(); });
    await row("stub within, afterwards", async () => { const given = await s.nested(); given[dispose](); return given.stub.one(); });
    await row("stream afterwards", async () => { const stream = await s.give("ReadableStream"); stream[dispose](); return new Response(stream).text(); });
    await row("promise afterwards", async () => { const promise = s.give("object"); return [promise[dispose](), promise[dispose](), (await promise).a]; });
    await row("result of a promise afterwards", async () => { const promise = s.stub(); const stub = await promise; promise[dispose](); return stub.one(); });
    await row("promise's by another", () => s.give("object")[dispose].call({}));
    return response();
  },
};
