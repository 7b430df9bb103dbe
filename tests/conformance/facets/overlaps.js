// Facets: abort, delete and clone while starts, calls, bodies and other aborts of the same facets are under way.
import { DurableObject } from "cloudflare:workers";
import { table, describeError, marks, show } from "../table.js";

export class Child extends DurableObject {
  memory = 0;
  constructor(ctx, env) {
    super(ctx, env);
    if (ctx.props.blocks) ctx.blockConcurrencyWhile(() => new Promise(() => {}));
    if (ctx.props.dies) throw new RangeError("constructor died");
  }
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
  child(name) {
    return this.ctx.facets.get(name, () => ({ class: this.ctx.exports.Child({}) }));
  }
  at(path, method, ...args) {
    return path.length === 0 ? this[method](...args) : this.child(path[0]).at(path.slice(1), method, ...args);
  }
  async abortBelow(name) {
    this.ctx.facets.abort(name, new Error("by the middle"));
    return this.child(name).read();
  }
  die(reason) {
    this.ctx.abort(reason);
  }
  async writeAndDie() {
    this.ctx.storage.kv.put("n", 777);
    this.ctx.abort("after the write");
  }
  async writeAndThrow() {
    this.ctx.storage.kv.put("n", 555);
    throw new RangeError("after the write");
  }
  later() {
    setTimeout(() => this.ctx.storage.kv.put("n", "by the timer"), 20);
    return "soon";
  }
  dieLater(reason) {
    setTimeout(() => this.ctx.abort(reason), 5);
    return "soon";
  }
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/hang") return new Promise(() => {});
    if (pathname === "/body") return new Response(new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode("first")); } }));
    return new Response(pathname);
  }
}

export class Parent extends DurableObject {
  child(name, props) {
    return this.ctx.facets.get(name, this.start(props));
  }
  start(props = {}) {
    return () => ({ class: this.ctx.exports.Child({ props }) });
  }
  async fetch() {
    const rows = table();
    const row = (label, run) => rows.row(label, () => Promise.race([run(), scheduler.wait(4000).then(() => "no answer")]));
    const { facets } = this.ctx;
    const outcome = async (promise) => { try { return await promise; } catch (error) { return error instanceof Error ? [describeError(error), ...marks(error)] : ["not an Error", show(error)]; } };
    const child = (name, props) => this.child(name, props);
    const gate = () => Promise.withResolvers();
    /** A stub whose callback waits to be let go, a call to it, and what lets it go. */
    const pendingStart = async (name, method = "add", props) => {
      const { promise, resolve, reject } = gate();
      const called = gate();
      const stub = facets.get(name, () => { called.resolve(); return promise; });
      const call = outcome(stub[method]());
      await called.promise;
      return { stub, call, go: (more) => resolve({ ...this.start(props)(), ...more }), reject };
    };

    await row("delete twice", async () => { const stub = child("d1"); await stub.add(); const pending = outcome(stub.hang()); await stub.ping(); facets.delete("d1"); facets.delete("d1"); return [await pending, await child("d1").read()]; });
    await row("delete, then abort", async () => { const stub = child("d2"); await stub.add(); const pending = outcome(stub.hang()); await stub.ping(); facets.delete("d2"); facets.abort("d2", new Error("too late")); return [await pending, await outcome(stub.read()), await child("d2").read()]; });
    await row("abort, then delete", async () => { const stub = child("d3"); await stub.add(); const pending = outcome(stub.hang()); await stub.ping(); facets.abort("d3", new RangeError("first")); facets.delete("d3"); return [await pending, await outcome(stub.read()), await child("d3").read()]; });
    await row("delete, get, abort in one turn", async () => { await child("d4").add(); facets.delete("d4"); const fresh = child("d4"); const call = outcome(fresh.add()); facets.abort("d4", new Error("the new one")); return [await call, await child("d4").read()]; });
    await row("delete and a call in one turn", async () => { const stub = child("d5"); await stub.add(); const call = outcome(stub.add()); facets.delete("d5"); return [await call, await child("d5").read()]; });
    await row("call on a stub not used, delete", async () => { await child("d6").add(); const stub = child("d6"); facets.delete("d6"); return outcome(stub.add()); });
    await row("delete while another is written to", async () => { const other = child("d7 other"); const writes = Promise.all(Array.from({ length: 20 }, () => other.add())); await child("d7").add(); facets.delete("d7"); await writes; return [await other.read(), await child("d7").read()]; });
    await row("delete then clone onto it", async () => { await child("src").add(7); await child("d8").add(1); facets.delete("d8"); facets.clone("src", "d8"); return child("d8").read(); });
    await row("clone then delete the source", async () => { await child("s9").add(9); facets.clone("s9", "d9"); facets.delete("s9"); return [await child("d9").read(), await child("s9").read()]; });
    await row("delete the source, then clone", async () => { await child("s10").add(9); await child("d10").add(1); facets.delete("s10"); facets.clone("s10", "d10"); return [await child("d10").read(), await child("s10").read()]; });
    await row("clone there and back in one turn", async () => { await child("x").add(1); await child("y").add(2); facets.clone("x", "tmp"); facets.clone("y", "x"); facets.clone("tmp", "y"); return [(await child("x").read())[0], (await child("y").read())[0], (await child("tmp").read())[0]]; });
    await row("clone many times in one turn", async () => { await child("m").add(3); for (let i = 0; i < 20; i++) facets.clone("m", `m${i}`); const all = []; for (let i = 0; i < 20; i++) all.push((await child(`m${i}`).read())[0]); return all; });

    await row("clone onto a pending start", async () => { const start = await pendingStart("c1"); facets.clone("src", "c1"); start.go(); return [await start.call, await child("c1").read()]; });
    await row("clone from a pending start", async () => { await child("c2").add(4); facets.abort("c2", "x"); const start = await pendingStart("c2"); facets.clone("c2", "c2 copy"); start.go(); return [await start.call, await child("c2 copy").read()]; });
    await row("clone from a pending first start", async () => { const start = await pendingStart("c3"); facets.clone("c3", "c3 copy"); start.go(); return [await start.call, await child("c3 copy").read()]; });
    await row("clone onto itself, pending", async () => { await child("c4").add(4); facets.abort("c4", "x"); const start = await pendingStart("c4"); facets.clone("c4", "c4"); start.go(); return [await start.call, await child("c4").read()]; });
    await row("source with a call under way", async () => { const stub = child("c6"); await stub.add(6); const call = stub.add(); facets.clone("c6", "c6 copy"); const seen = await call; return [seen, (await child("c6 copy").read())[0] >= 6]; });
    await row("clone onto a running one with a pending start below", async () => { await child("c5").add(1); const { promise, resolve } = gate(); facets.clone("src", "c5"); resolve(); return child("c5").read(); });

    await row("abort a pending start twice", async () => { const start = await pendingStart("p1"); facets.abort("p1", new Error("first")); facets.abort("p1", new Error("second")); start.go(); return [await start.call, await outcome(start.stub.ping()), await child("p1").add()]; });
    await row("delete a pending start, call again on the stub", async () => { const start = await pendingStart("p2"); facets.delete("p2"); start.go(); return [await start.call, await outcome(start.stub.ping())]; });
    await row("a start that throws after a new one runs", async () => { const start = await pendingStart("p5"); facets.abort("p5", new Error("aborted")); const fresh = await child("p5").add(); start.reject(new RangeError("late")); await start.call; return [fresh, await child("p5").add()]; });
    await row("several calls on a pending start, aborted", async () => { const start = await pendingStart("p6"); const more = [outcome(start.stub.ping()), outcome(child("p6").ping()), outcome(start.stub.fetch("http://x.test/a"))]; facets.abort("p6", new TypeError("all of them")); start.go(); return [await start.call, ...await Promise.all(more)]; });
    await row("stub made before, used after the abort of a pending start", async () => { const start = await pendingStart("p7"); const unused = child("p7"); facets.abort("p7", new Error("aborted")); start.go(); return [await start.call, await outcome(unused.ping())]; });
    await row("abort from above reaches the lowest call", async () => { const stub = child("p8"); const low = outcome(stub.at(["low"], "hang")); await stub.ping(); facets.abort("p8", new Error("from above")); return low; });
    await row("abort in a call to the facet's own start", async () => outcome(facets.get("p9", async () => { await scheduler.wait(1); facets.abort("p9", new Error("in the callback")); return this.start()(); }).ping()));
    await row("delete in its own callback", async () => [await outcome(facets.get("p10", () => { facets.delete("p10"); return this.start()(); }).ping()), await child("p10").add()]);
    await row("clone onto itself in its own callback", async () => [await outcome(facets.get("p11", () => { facets.clone("p11", "p11"); return this.start()(); }).ping()), await child("p11").add()]);
    await row("clone in the callback of another", async () => { await child("p12 src").add(12); return facets.get("p12", () => { facets.clone("p12 src", "p12 dst"); return this.start()(); }).ping().then(() => child("p12 dst").read()); });
    await row("get of itself in its callback", async () => { let inner; const answer = await facets.get("p13", () => { inner = outcome(facets.get("p13", () => { throw new Error("not called"); }).add()); return this.start()(); }).add(); return [answer, await inner]; });

    await row("constructor that never ends, aborted", async () => { const call = outcome(child("k1", { blocks: true }).ping()); await scheduler.wait(5); facets.abort("k1", new Error("enough")); return [await call, await child("k1").add()]; });
    await row("constructor that never ends, deleted", async () => { await child("k2").add(2); facets.abort("k2", "x"); const call = outcome(child("k2", { blocks: true }).ping()); await scheduler.wait(5); facets.delete("k2"); return [await call, await child("k2").read()]; });
    await row("constructor that never ends, cloned over", async () => { const call = outcome(child("k3", { blocks: true }).ping()); await scheduler.wait(5); facets.clone("src", "k3"); return [await call, await child("k3").read()]; });
    await row("constructor that dies, then a good one", async () => [await outcome(child("k4", { dies: true }).ping()), await child("k4").add()]);
    await row("constructor that dies, same stub", async () => { const stub = child("k5", { dies: true }); return [await outcome(stub.ping()), await outcome(stub.ping())]; });
    await row("constructor that dies, three calls", async () => { const stub = child("k6", { dies: true }); return Promise.all([outcome(stub.ping()), outcome(stub.ping()), outcome(stub.fetch("http://x.test/"))]); });

    await row("fetch under way, deleted", async () => { const stub = child("f1"); await stub.ping(); const call = outcome(stub.fetch("http://x.test/hang")); await stub.ping(); facets.delete("f1"); return call; });
    await row("fetch under way, cloned over", async () => { const stub = child("f2"); await stub.ping(); const call = outcome(stub.fetch("http://x.test/hang")); await stub.ping(); facets.clone("src", "f2"); return call; });
    await row("body under way, aborted", async () => { const stub = child("f3"); const reader = (await stub.fetch("http://x.test/body")).body.getReader(); const first = new TextDecoder().decode((await reader.read()).value); const rest = outcome(reader.read()); facets.abort("f3", new RangeError("no more")); return [first, await rest]; });
    await row("body under way, deleted", async () => { const stub = child("f4"); const reader = (await stub.fetch("http://x.test/body")).body.getReader(); await reader.read(); const rest = outcome(reader.read()); facets.delete("f4"); return rest; });
    await row("body under way, the facet dies", async () => { const stub = child("f5"); const reader = (await stub.fetch("http://x.test/body")).body.getReader(); await reader.read(); const rest = outcome(reader.read()); await outcome(stub.die("own reason")); return rest; });
    await row("request body under way, aborted", async () => { const stub = child("f6"); await stub.ping(); const body = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode("x")); } }); const call = outcome(stub.fetch("http://x.test/hang", { method: "POST", body })); await stub.ping(); facets.abort("f6", new Error("gone")); return call; });

    await row("middle aborts the lowest", async () => { await this.at(["t1", "low"], "add"); return child("t1").abortBelow("low"); });
    await row("top aborts while the middle aborts", async () => { await this.at(["t2", "low"], "add"); const call = outcome(child("t2").abortBelow("low")); facets.abort("t2", new Error("by the top")); return [await call, await this.at(["t2", "low"], "read")]; });
    await row("the lowest dies later, the middle lives", async () => { await this.at(["t3", "low"], "add"); await this.at(["t3", "low"], "dieLater", "own"); for (let i = 0; i < 200 && (await this.at(["t3", "low"], "read"))[1] === 1; i++) await scheduler.wait(5); return [await this.at(["t3", "low"], "read"), await child("t3").read()]; });
    await row("a facet dies later, call under way", async () => { const stub = child("t4"); await stub.dieLater("own"); return [await outcome(stub.hang()), await child("t4").read()]; });
    await row("written and died in one turn", async () => [await outcome(child("w1").writeAndDie()), await child("w1").read()]);
    await row("written and thrown in one turn", async () => [await outcome(child("w2").writeAndThrow()), await child("w2").read()]);
    await row("a timer of an aborted facet", async () => { await child("w3").add(); await child("w3").later(); facets.abort("w3", "x"); await scheduler.wait(60); return child("w3").read(); });
    await row("a timer of a deleted facet", async () => { await child("w4").add(); await child("w4").later(); facets.delete("w4"); await scheduler.wait(60); return child("w4").read(); });
    await row("abort all in one turn", async () => { const stubs = ["a1", "a2", "a3"].map((name) => child(name)); const calls = stubs.map((stub) => outcome(stub.hang())); await Promise.all(stubs.map((stub) => stub.ping())); for (const name of ["a1", "a2", "a3"]) facets.abort(name, new Error(`reason of ${name}`)); return Promise.all(calls); });
    await row("abort with one's own error, thrown on", async () => { const stub = child("e1"); await stub.ping(); facets.abort("e1", new Error("rethrown")); try { await stub.ping(); } catch (error) { return child("e2").ping().then(() => [error.message, error instanceof Error]); } });
    await row("errors of two calls are two objects", async () => { const stub = child("e3"); await stub.ping(); facets.abort("e3", new Error("x")); const [a, b] = await Promise.all([stub.ping().catch((e) => e), stub.ping().catch((e) => e)]); return a === b; });
    await row("a hundred starts and aborts", async () => { let total = 0; for (let i = 0; i < 100; i++) { total = (await child("h").add())[0]; facets.abort("h", new Error(String(i))); } return total; });
    await row("a hundred deletes", async () => { const seen = new Set(); for (let i = 0; i < 100; i++) { seen.add((await child("hd").add())[0]); facets.delete("hd"); } return [...seen]; });
    return rows.response();
  }
  at(path, method, ...args) {
    return this.child(path[0]).at(path.slice(1), method, ...args);
  }
}

export default {
  fetch(request, env) {
    return env.Parent.getByName("parent").fetch("http://parent.test/");
  },
};
