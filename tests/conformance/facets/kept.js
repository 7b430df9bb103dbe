// Facets: stubs kept over events, aborts, deletes and deaths, what a stub is, what it can be asked, and what its facet
// shares with its parent.
import { DurableObject } from "cloudflare:workers";
import { table, describeError, marks, show } from "../table.js";

const compatibilityDate = "2026-11-17";
let moduleCount = 0;

export class Child extends DurableObject {
  memory = 0;
  own = "own member";
  get given() {
    return "from a getter";
  }
  get failing() {
    throw new RangeError("getter failed");
  }
  add() {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + 1);
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
  later(ms) {
    return scheduler.wait(ms).then(() => "later");
  }
  count() {
    return ++moduleCount;
  }
  global(value) {
    const before = globalThis.facetGlobal ?? null;
    globalThis.facetGlobal = value;
    return before;
  }
  echo(...args) {
    return args;
  }
  void() {}
  async rejects(value) {
    throw value;
  }
  die(reason) {
    this.ctx.abort(reason);
  }
  name() { return "called name"; }
  id() { return "called id"; }
  get() { return "called get"; }
  abort() { return "called abort"; }
  delete() { return "called delete"; }
  clone() { return "called clone"; }
  toString() { return "called toString"; }
  valueOf() { return "called valueOf"; }
  toJSON() { return "called toJSON"; }
  catch() { return "called catch"; }
  call() { return "called call"; }
  constructorName() { return this.constructor.name; }
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/throws") throw new TypeError("fetch failed");
    if (pathname === "/nothing") return undefined;
    if (pathname === "/redirect") return Response.redirect("http://x.test/elsewhere", 302);
    if (pathname === "/404") return new Response("none", { status: 404, statusText: "Nothing here", headers: { "x-a": "1" } });
    return Response.json([request.method, request.url, [...request.headers], await request.text(), request.redirect]);
  }
}
export class NoFetch extends DurableObject {
  ping() { return "pong"; }
}

export class Parent extends DurableObject {
  kept = {};
  loaded() {
    const source = `import { DurableObject } from "cloudflare:workers"; let moduleCount = 0; export ${Child};`;
    return this.env.LOADER.get("child", () => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source } })).getDurableObjectClass("Child");
  }
  child(name, given = this.ctx.exports.Child) {
    return this.ctx.facets.get(name, () => ({ class: given }));
  }
  keep(name) {
    this.kept[name] = this.child(name);
    return "kept";
  }
  async use(name, method = "add", ...args) {
    try { return await this.kept[name][method](...args); } catch (error) { return [describeError(error), ...marks(error)]; }
  }
  do(method, ...args) {
    return this.ctx.facets[method](...args);
  }
  fresh(name) {
    return this.child(name).read();
  }
  die(reason) {
    this.ctx.abort(reason);
  }
  async fetch() {
    const { row, response } = table();
    const { facets } = this.ctx;
    const outcome = async (promise) => { try { return await promise; } catch (error) { return error instanceof Error ? [describeError(error), ...marks(error)] : ["not an Error", show(error)]; } };
    const stub = this.child("a");
    await stub.add();

    await row("tag", () => Object.prototype.toString.call(stub));
    await row("typeof", () => [typeof stub, stub instanceof Object, String(stub)]);
    await row("own members", () => Reflect.ownKeys(stub).map(String));
    await row("prototypes", () => { const names = []; for (let at = Object.getPrototypeOf(stub); at; at = Object.getPrototypeOf(at)) names.push(at.constructor?.name ?? null); return names[0]; });
    await row("in", () => ["fetch" in stub, "anything" in stub, "id" in stub, "then" in stub]);
    await row("same stub twice", () => this.child("a") === this.child("a"));
    await row("set a member", () => { stub.extra = 5; return [stub.extra, Object.keys(stub)]; });
    await row("JSON", () => JSON.stringify(this.child("a")));
    await row("in a template", () => `${this.child("a")}`);
    for (const name of ["name", "id", "get", "abort", "delete", "clone", "call", "catch", "toString", "valueOf", "constructorName"]) await row(`method ${name}`, () => this.child("a")[name]());
    await row("method by a computed name", () => stub["pi" + "ng"]());
    await row("method taken off the stub", () => { const { ping } = stub; return ping(); });
    await row("property", () => stub.given);
    await row("property that throws", () => outcome(stub.failing));
    await row("own member as a property", () => outcome(stub.own));
    await row("missing property", () => outcome(stub.nothing));
    for (const name of ["alarm", "webSocketMessage", "webSocketClose", "webSocketError", "dup", "constructor"]) await row(`reserved ${name}`, () => outcome((async () => stub[name]())()));
    await row("no value", () => stub.void());
    await row("values", () => stub.echo(undefined, null, -0, NaN, 5n, new Date(0), new Map([[1, new Set([2])]]), [, 1], "é\ud800"));
    await row("many arguments", async () => (await stub.echo(...Array.from({ length: 200 }, (_, i) => i))).length);
    await row("argument is a copy", async () => { const given = { list: [1] }; const call = stub.echo(given); given.list.push(2); return call; });
    await row("cyclic argument", async () => { const given = {}; given.self = given; const [answer] = await stub.echo(given); return [answer === given, answer.self === answer]; });
    for (const [kind, make] of Object.entries({ "Error": () => new RangeError("r"), "text": () => "t", "null": () => null, "error with members": () => Object.assign(new Error("m"), { code: 5 }) })) await row(`rejects with ${kind}`, () => outcome(stub.rejects(make())));
    await row("rejects with object", () => stub.rejects({ a: 1 }).catch(({ a, remote }) => ({ a, remote })));
    await row("class instance as argument", () => outcome(stub.echo(new (class Thing {})())));
    await row("class as argument", async () => Object.prototype.toString.call((await stub.echo(this.ctx.exports.Child({})))[0]));
    await row("object stub as argument", async () => Object.prototype.toString.call((await stub.echo(this.env.Child.getByName("x")))[0]));

    await row("fetch text", async () => (await stub.fetch("http://x.test/p?q=1#hash", { method: "PUT", body: "b", headers: { "X-A": "1" } })).json());
    await row("fetch Request", async () => (await stub.fetch(new Request("http://x.test/r", { method: "POST", body: "b", redirect: "manual" }))).json());
    await row("fetch URL", async () => (await stub.fetch(new URL("https://x.test:444/u"))).json());
    await row("fetch relative", () => outcome(stub.fetch("/relative")));
    await row("fetch empty", () => outcome(stub.fetch("")));
    await row("fetch without arguments", () => outcome((async () => stub.fetch())()));
    await row("fetch that throws", () => outcome(stub.fetch("http://x.test/throws")));
    await row("fetch that gives nothing", () => outcome(stub.fetch("http://x.test/nothing")));
    await row("fetch redirect", async () => { const answer = await stub.fetch("http://x.test/redirect", { redirect: "manual" }); return [answer.status, answer.headers.get("location")]; });
    await row("fetch redirect followed", async () => { const answer = await stub.fetch("http://x.test/redirect"); return [answer.status, answer.url, answer.redirected, (await answer.json())[1]]; });
    await row("fetch 404", async () => { const answer = await stub.fetch("http://x.test/404"); return [answer.status, answer.statusText, answer.headers.get("x-a"), await answer.text()]; });
    await row("fetch of a class without fetch", () => outcome(this.child("no fetch", this.ctx.exports.NoFetch).fetch("http://x.test/")));
    await row("fetch aborted", async () => { const controller = new AbortController(); const call = outcome(stub.fetch("http://x.test/", { signal: controller.signal })); controller.abort(new RangeError("by the signal")); return call; });
    await row("fetch with a signal already aborted", () => outcome(stub.fetch("http://x.test/", { signal: AbortSignal.abort(new RangeError("before")) })));

    await row("module of the same Worker is shared", async () => { const before = moduleCount; return [(await this.child("b").count()) - before, (await this.child("c").count()) - before, moduleCount - before]; });
    await row("global of the same Worker is shared", async () => { await this.child("b").global("by b"); return [await this.child("c").global("by c"), globalThis.facetGlobal]; });
    await row("module of a loaded class is its own", async () => { const before = moduleCount; return [await this.child("d", this.loaded()).count(), await this.child("e", this.loaded()).count(), moduleCount - before]; });
    await row("global of a loaded class is its own", async () => [await this.child("d").global("by d"), await this.child("e").global("by e"), globalThis.facetGlobal]);

    await row("two calls at once are in order", async () => Promise.all([stub.echo(1), stub.echo(2), stub.echo(3)]));
    await row("a slow call holds no other", async () => { const slow = stub.later(20); return [await stub.ping(), await slow]; });
    await row("facets run at once", async () => { const seen = []; await Promise.all([this.child("b").later(30).then(() => seen.push("b")), this.child("c").later(5).then(() => seen.push("c"))]); return seen; });
    await row("call not awaited", async () => { this.child("f").add(); return this.child("f").read(); });
    await row("used after a caught failure", async () => { await outcome(stub.rejects("x")); return stub.ping(); });
    await row("die, then the same stub, then a fresh one", async () => { const old = this.child("g"); await old.add(); const death = await outcome(old.die("g died")); return [death, await outcome(old.read()), await this.child("g").read(), await outcome(old.read())]; });
    await row("unused stub made before a death", async () => { await this.child("h").add(); const unused = this.child("h"); await outcome(this.child("h").die("h died")); return unused.read(); });
    await row("two stubs, one facet, death", async () => { const [a, b] = [this.child("i"), this.child("i")]; await a.add(); await b.add(); await outcome(a.die("i died")); return [await outcome(a.read()), await outcome(b.read())]; });
    await row("fetch on a stub of a dead facet", async () => { const old = this.child("j"); await old.add(); await outcome(old.die("j died")); return outcome(old.fetch("http://x.test/")); });
    await row("property of a dead facet", async () => { const old = this.child("k"); await old.add(); facets.abort("k", new RangeError("k aborted")); return outcome(old.given); });
    await row("method taken before the abort", async () => { const old = this.child("l"); await old.add(); const { ping } = old; facets.abort("l", new RangeError("l aborted")); return outcome(ping()); });
    return response();
  }
}

export default {
  async fetch(request, env) {
    const inside = await (await env.Parent.getByName("parent").fetch("http://parent.test/")).text();
    const { row, response } = table();
    const parent = (name = "events") => env.Parent.getByName(name);
    const outcome = async (promise) => { try { return await promise; } catch (error) { return [describeError(error), ...marks(error)]; } };
    await row("kept over events", async () => { await parent().keep("a"); return [await parent().use("a"), await parent().use("a")]; });
    await row("kept over an abort in another event", async () => { await parent().do("abort", "a", new RangeError("in another event")); return [await parent().use("a"), await parent().use("a"), await parent().fresh("a")]; });
    await row("kept over a delete in another event", async () => { await parent().keep("b"); await parent().use("b"); await parent().do("delete", "b"); return [await parent().use("b"), await parent().fresh("b")]; });
    await row("kept over a clone in another event", async () => { await parent().keep("c"); await parent().use("c"); await parent().do("clone", "a", "c"); return [await parent().use("c"), await parent().fresh("c")]; });
    await row("source kept over a clone", async () => { await parent().keep("d"); await parent().use("d"); await parent().do("clone", "d", "e"); return [await parent().use("d"), await parent().fresh("e")]; });
    await row("unused, kept over an abort", async () => { await parent().keep("f"); await parent().do("abort", "f", "x"); return parent().use("f"); });
    await row("kept over its own death", async () => { await parent().keep("g"); await parent().use("g"); return [await parent().use("g", "die", "own"), await parent().use("g"), await parent().fresh("g")]; });
    await row("call of one event, abort of another", async () => { await parent().keep("h"); await parent().use("h"); const hung = parent().use("h", "hang"); await parent().use("h", "ping"); await parent().do("abort", "h", new TypeError("by another event")); return hung; });
    await row("result of abort", () => parent().do("abort", "h", "x"));
    await row("kept over the parent's death", async () => { await parent().keep("i"); await parent().use("i"); const death = await outcome(parent().die("parent died")); return [death, await outcome(parent().use("i")), await outcome(parent().fresh("i"))]; });
    return new Response(inside + (await response().text()));
  },
};
