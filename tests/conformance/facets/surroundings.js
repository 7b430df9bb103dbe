// Facets: used in constructors, transactions and blocks of their parent, by several events at once, in circles with their
// parent, and with classes whose code is not there yet or never comes.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table, describeError, marks, show } from "../table.js";

const compatibilityDate = "2026-11-17";
const outcome = async (promise) => { try { return await promise; } catch (error) { return error instanceof Error ? [describeError(error).split("\n").slice(0, 2).join(" | "), ...marks(error)] : ["not an Error", show(error)]; } };

export class Child extends DurableObject {
  memory = 0;
  add(by = 1) {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + by);
    return [kv.get("n"), ++this.memory];
  }
  read() {
    return [this.ctx.storage.kv.get("n") ?? null, this.memory];
  }
  ping() {
    return "pong";
  }
  hang() {
    return new Promise(() => {});
  }
  die(reason) {
    this.ctx.abort(reason);
  }
  /** Asks the object whose facet this is. */
  askRoot(name, method, ...args) {
    return this.env.Parent.getByName(name)[method](...args);
  }
  async asksRootTwice(name) {
    return [await this.askRoot(name, "number"), await this.askRoot(name, "viaFacet", "other", "ping")];
  }
  async slowly(ms) {
    await scheduler.wait(ms);
    return ++this.memory;
  }
  background() {
    this.ctx.waitUntil((async () => { await scheduler.wait(5); this.ctx.storage.kv.put("background", "done"); })());
    return "begun";
  }
  backgroundDone() {
    return this.ctx.storage.kv.get("background") ?? null;
  }
  failingBackground() {
    this.ctx.waitUntil(Promise.reject(new Error("nobody hears it")));
    return "begun";
  }
  async entry() {
    return this.ctx.exports.Entry({ props: { from: "a facet" } }).say();
  }
  async echoBody(request) {
    return request.text();
  }
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/upper") return new Response(request.body.pipeThrough(new TransformStream({ transform(chunk, controller) { controller.enqueue(new TextEncoder().encode(new TextDecoder().decode(chunk).toUpperCase())); } })));
    if (pathname === "/large") return new Response(new Uint8Array(3_000_000).fill(65));
    return new Response(String((await request.arrayBuffer()).byteLength));
  }
}
export class Entry extends WorkerEntrypoint {
  say() {
    return `said ${JSON.stringify(this.ctx.props)}`;
  }
}

export class Parent extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    if (ctx.id.name === "eager") {
      ctx.blockConcurrencyWhile(async () => { this.early = await this.child("early").add(10); });
    } else if (ctx.id.name === "bare") {
      this.early = this.child("early").add(20);
    } else if (ctx.id.name === "failing start") {
      ctx.blockConcurrencyWhile(async () => { try { await ctx.facets.get("x", () => { throw new RangeError("in the constructor"); }).ping(); } catch (error) { this.early = error.message; } });
    } else if (ctx.id.name === "cleans") {
      ctx.facets.delete("left");
      ctx.facets.clone("template", "copied");
    }
  }
  child(name, given = this.ctx.exports.Child) {
    return this.ctx.facets.get(name, () => ({ class: given }));
  }
  viaFacet(name, method, ...args) {
    return this.child(name)[method](...args);
  }
  number() {
    return 42;
  }
  getEarly() {
    return this.early;
  }
  async abortIt(name, reason) {
    this.ctx.facets.abort(name, new Error(reason));
  }
  deleteIt(name) {
    this.ctx.facets.delete(name);
  }
  die(reason) {
    this.ctx.abort(reason);
  }
  /** Answers before the facet that it has begun to write to. */
  notAwaited(name) {
    this.child(name).add();
    return "answered";
  }
  waitsInBackground(name) {
    this.ctx.waitUntil((async () => { await scheduler.wait(3); await this.child(name).add(); })());
    return "answered";
  }
  pendingStart(name) {
    return this.ctx.facets.get(name, () => new Promise(() => {})).ping();
  }
  async fetch() {
    const rows = table();
    const row = (label, run) => rows.row(label, () => Promise.race([run(), scheduler.wait(4000).then(() => "no answer")]));
    const { facets, storage } = this.ctx;
    const child = (name, given) => this.child(name, given);
    const name = this.ctx.id.name;

    await row("in transactionSync, kept", async () => { let call; storage.transactionSync(() => { storage.kv.put("a", 1); call = child("t1").add(); }); return [await call, storage.kv.get("a")]; });
    await row("get in transactionSync that is undone", async () => { let stub; try { storage.transactionSync(() => { stub = child("t2"); throw new Error("undo"); }); } catch { /* undone */ } return stub.add(); });
    await row("abort in transactionSync that is undone", async () => { const stub = child("t3"); await stub.add(); try { storage.transactionSync(() => { facets.abort("t3", new RangeError("in it")); throw new Error("undo"); }); } catch { /* undone */ } return [await outcome(stub.read()), await child("t3").read()]; });
    await row("delete in transactionSync that is undone", async () => { const stub = child("t4"); await stub.add(); try { storage.transactionSync(() => { facets.delete("t4"); throw new Error("undo"); }); } catch { /* undone */ } return [await outcome(stub.read()), await child("t4").read()]; });
    await row("clone in transactionSync that is undone", async () => { await child("t5").add(5); try { storage.transactionSync(() => { facets.clone("t5", "t5 copy"); throw new Error("undo"); }); } catch { /* undone */ } return child("t5 copy").read(); });
    await row("in transaction, undone", async () => { try { await storage.transaction(async (txn) => { await txn.put("b", 1); await child("t6").add(); facets.delete("t6"); throw new Error("undo"); }); } catch { /* undone */ } return [(await storage.get("b")) ?? null, await child("t6").read()]; });
    await row("delete after a write in one turn", async () => { storage.kv.put("c", 1); await child("t7").add(); storage.kv.put("c", 2); facets.delete("t7"); storage.kv.put("c", 3); return [storage.kv.get("c"), await child("t7").read()]; });
    await row("in blockConcurrencyWhile", () => this.ctx.blockConcurrencyWhile(() => child("b1").add()));
    await row("callback uses blockConcurrencyWhile", () => facets.get("b2", () => this.ctx.blockConcurrencyWhile(async () => { await scheduler.wait(1); return { class: this.ctx.exports.Child }; })).add());
    await row("abort in blockConcurrencyWhile", async () => { const stub = child("b3"); await stub.add(); await this.ctx.blockConcurrencyWhile(async () => facets.abort("b3", new RangeError("in the block"))); return [await outcome(stub.read()), await child("b3").read()]; });

    await row("facet asks its root while the root waits", () => child("c1").askRoot(name, "number"));
    await row("facet asks its root, which asks another facet", () => child("c2").asksRootTwice(name));
    await row("facet asks its root, which asks the facet", () => child("c3").askRoot(name, "viaFacet", "c3", "ping"));
    await row("facet asks another root", () => child("c6").askRoot("another root", "viaFacet", "its facet", "add"));
    await row("facet uses an entrypoint of its Worker", () => child("c7").entry());

    await row("waitUntil in a facet", async () => { const begun = await child("w1").background(); for (let i = 0; i < 200 && (await child("w1").backgroundDone()) === null; i++) await scheduler.wait(5); return [begun, await child("w1").backgroundDone()]; });
    await row("waitUntil that rejects", async () => [await child("w2").failingBackground(), await child("w2").ping()]);
    await row("waitUntil of a facet that is aborted", async () => { await child("w3").background(); facets.abort("w3", "x"); await scheduler.wait(40); return child("w3").backgroundDone(); });

    await row("body both ways", async () => (await child("s1").fetch("http://x.test/upper", { method: "POST", body: new Blob(["some ", "text"]).stream() })).text());
    await row("large body to a facet", async () => (await child("s2").fetch("http://x.test/count", { method: "POST", body: new Uint8Array(3_000_000) })).text());
    await row("large body from a facet", async () => (await (await child("s3").fetch("http://x.test/large")).arrayBuffer()).byteLength);
    await row("Request as an argument", () => child("s6").echoBody(new Request("http://x.test/", { method: "POST", body: "body" })));

    const code = (source, more) => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, ...more });
    const good = `import { DurableObject } from "cloudflare:workers"; export ${Child}`;
    let n = 0;
    const loaded = (getCode, className = "Child", loadName = `${name} ${n++}`) => this.env.LOADER.get(loadName, getCode).getDurableObjectClass(className);
    await row("code that comes later", () => child("l1", loaded(async () => { await scheduler.wait(5); return code(good); })).add());
    await row("calls in order while the code comes", async () => { const stub = child("l2", loaded(async () => { await scheduler.wait(5); return code(good); })); const calls = [stub.add(), stub.add(), stub.read()]; return Promise.all(calls); });
    await row("abort while the code comes", async () => { const { promise, resolve } = Promise.withResolvers(); const stub = child("l3", loaded(() => promise)); const call = outcome(stub.add()); await scheduler.wait(5); facets.abort("l3", new RangeError("before the code")); resolve(code(good)); return [await call, await outcome(stub.add()), await child("l3").add()]; });
    await row("delete while the code comes", async () => { const { promise, resolve } = Promise.withResolvers(); const stub = child("l4", loaded(() => promise)); const call = outcome(stub.add()); await scheduler.wait(5); facets.delete("l4"); resolve(code(good)); return [await call, await child("l4").read()]; });
    await row("clone onto it while the code comes", async () => { await child("l5 src").add(8); const { promise, resolve } = Promise.withResolvers(); const call = outcome(child("l5", loaded(() => promise)).add()); await scheduler.wait(5); facets.clone("l5 src", "l5"); resolve(code(good)); return [await call, await child("l5").read()]; });
    await row("code that throws", async () => { const given = loaded(() => { throw new RangeError("no code"); }); return [await outcome(child("l6", given).add()), await outcome(child("l6", given).add()), await outcome(child("l6").add())]; });
    await row("code that throws, facet aborted", async () => { const given = loaded(() => { throw new RangeError("no code"); }); await outcome(child("l7", given).add()); facets.abort("l7", "clear"); return child("l7").add(); });
    await row("start that fails", async () => { const given = loaded(() => code("throw new TypeError('top')")); return [await outcome(child("l8", given).add()), await outcome(child("l8").add())]; });
    await row("two facets of one code that fails", async () => { const given = loaded(() => { throw new RangeError("no code"); }); return Promise.all([outcome(child("l11").ping()), outcome(child("l12", given).ping()), outcome(child("l13", given).ping())]); });
    await row("two classes of one Worker", async () => { const load = `${name} two`; const source = `import { DurableObject } from "cloudflare:workers"; let n = 0; export class A extends DurableObject { up() { return ["A", ++n]; } } export class B extends DurableObject { up() { return ["B", ++n]; } }`; return [await child("l14", loaded(() => code(source), "A", load)).up(), await child("l15", loaded(() => code(source), "B", load)).up(), await child("l14").up()]; });
    await row("facet and entrypoint of one Worker", async () => { const load = `${name} three`; const source = `import { DurableObject } from "cloudflare:workers"; let n = 0; export class A extends DurableObject { up() { return ++n; } } export default { fetch() { return new Response(String(++n)); } }`; const worker = this.env.LOADER.get(load, () => code(source)); return [await child("l16", worker.getDurableObjectClass("A")).up(), await (await worker.getEntrypoint().fetch("http://x.test/")).text(), await child("l16").up()]; });
    await row("class that is missing", async () => { const given = loaded(() => code(good), "Nope"); return [await outcome(child("l9", given).add()), await outcome(child("l9").add())]; });
    await row("class that is missing, same stub", async () => { const stub = child("l10", loaded(() => code(good), "Nope")); return [await outcome(stub.add()), await outcome(stub.add())]; });
    await row("class that is missing, facet aborted", async () => { await outcome(child("l19", loaded(() => code(good), "Nope")).add()); facets.abort("l19", "clear"); return child("l19").add(); });
    await row("Worker that ends its isolate", async () => {
      let [loads, calls] = [0, 0];
      const source = `import { DurableObject, WorkerEntrypoint, abortIsolate } from "cloudflare:workers"; let n = 0; export class App extends DurableObject { up() { const { kv } = this.ctx.storage; kv.put("n", (kv.get("n") ?? 0) + 1); return [++n, kv.get("n")]; } kill() { abortIsolate("because"); } hang() { return new Promise(() => {}); } } export default class extends WorkerEntrypoint { up() { return ++n; } };`;
      const worker = () => this.env.LOADER.get(`${name} ended`, () => { loads++; return code(source); });
      const app = (which) => facets.get(`ended ${which}`, () => { calls++; return { class: worker().getDurableObjectClass("App") }; });
      const kept = app("a");
      const before = [await kept.up(), await app("b").up(), await worker().getEntrypoint().up()];
      const hung = outcome(app("b").hang());
      await app("b").up();
      const after = [await outcome(kept.kill()), await kept.up(), await app("a").up(), await app("b").up(), await worker().getEntrypoint().up()];
      facets.abort("ended b", new RangeError("at last"));
      return [before, after, [loads, calls], await hung];
    });
    await row("constructor of a loaded class throws", async () => { const given = loaded(() => code(`import { DurableObject } from "cloudflare:workers"; export class Child extends DurableObject { constructor(ctx, env) { super(ctx, env); throw new TypeError("made badly"); } ping() {} }`)); return [await outcome(child("l17", given).ping()), await child("l17").ping()]; });
    await row("loaded class aborts itself later", async () => { const given = loaded(() => code(`import { DurableObject } from "cloudflare:workers"; export class Child extends DurableObject { n = 0; soon() { setTimeout(() => this.ctx.abort("self-destruct"), 3); return "soon"; } up() { return ++this.n; } hang() { return new Promise(() => {}); } }`)); const stub = child("l18", given); await stub.soon(); return [await outcome(stub.hang()), await child("l18", given).up()]; });
    return rows.response();
  }
}

export default {
  async fetch(request, env) {
    const inside = await (await env.Parent.getByName("parent").fetch("http://parent.test/")).text();
    const { row, response } = table();
    const parent = (name) => env.Parent.getByName(name);
    await row("used in the constructor's block", async () => [await parent("eager").getEarly(), await parent("eager").viaFacet("early", "add")]);
    await row("used in the constructor", async () => [await parent("bare").getEarly(), await parent("bare").viaFacet("early", "add")]);
    await row("failing in the constructor", async () => [await parent("failing start").getEarly(), await outcome(parent("failing start").viaFacet("x", "ping"))]);
    await row("deleted and cloned in the constructor", async () => { await parent("cleans").viaFacet("left", "add"); await parent("cleans").viaFacet("template", "add", 3); await outcome(parent("cleans").die("again")); return [await parent("cleans").viaFacet("left", "read"), await parent("cleans").viaFacet("copied", "read")]; });
    await row("ten events, one facet", async () => (await Promise.all(Array.from({ length: 10 }, () => parent("many").viaFacet("one", "add")))).map(([n]) => n).sort((a, b) => a - b));
    await row("ten events, ten facets", async () => (await Promise.all(Array.from({ length: 10 }, (_, i) => parent("many").viaFacet(`f${i}`, "add")))).map(([n]) => n));
    await row("abort by another event", async () => { const hung = outcome(parent("two").viaFacet("x", "hang")); await parent("two").viaFacet("x", "ping"); await parent("two").abortIt("x", "by another event"); return [await hung, await parent("two").viaFacet("x", "ping")]; });
    await row("delete by another event", async () => { await parent("two").viaFacet("y", "add"); const hung = outcome(parent("two").viaFacet("y", "hang")); await parent("two").viaFacet("y", "ping"); await parent("two").deleteIt("y"); return [await hung, await parent("two").viaFacet("y", "read")]; });
    await row("root dies while a start is pending", async () => { const pending = outcome(parent("three").pendingStart("x")); await parent("three").number(); return [await outcome(parent("three").die("root went")), await pending, await parent("three").viaFacet("x", "ping")]; });
    await row("answered before the facet", async () => { const answer = await parent("four").notAwaited("x"); for (let i = 0; i < 200 && (await parent("four").viaFacet("x", "read"))[0] === null; i++) await scheduler.wait(5); return [answer, await parent("four").viaFacet("x", "read")]; });
    await row("facet in the parent's waitUntil", async () => { const answer = await parent("five").waitsInBackground("x"); for (let i = 0; i < 200 && (await parent("five").viaFacet("x", "read"))[0] === null; i++) await scheduler.wait(5); return [answer, await parent("five").viaFacet("x", "read")]; });
    await row("facet dies under an event of the root", async () => [await outcome(parent("six").viaFacet("x", "die", "own")), await parent("six").number(), await parent("six").viaFacet("x", "ping")]);
    return new Response(inside + (await response().text()));
  },
};
