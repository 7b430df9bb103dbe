// RPC: stubs of objects and entrypoints, and classes, as arguments and results, and what they can do on arrival.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";

const tag = (value) => Object.prototype.toString.call(value);
const brief = async (promise) => { try { return await promise; } catch (error) { return `${error.name}: ${error.message}`; } };
const loadedSource = `
  import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
  export class Given extends WorkerEntrypoint { call(stub, value) { return stub.echo(value); } tag(value) { return Object.prototype.toString.call(value); } give() { return this.env.STUB; } async giveOwn() { return this.ctx.exports.Own({ props: { own: true } }); } }
  export class Own extends WorkerEntrypoint { echo(value) { return [this.ctx.props, value]; } }
  export class D extends DurableObject { echo(value) { return ["loaded class", value]; } }
  export default {};
`;

export class Thing extends DurableObject {
  kept = null;
  echo(value) {
    return [this.ctx.id.name ?? null, value];
  }
  back(value) {
    return value;
  }
  tag(value) {
    return tag(value);
  }
  describe(stub) {
    return [tag(stub), typeof stub, Object.keys(stub), typeof stub.id, typeof stub.fetch];
  }
  call(stub, value) {
    return stub.echo(value);
  }
  callTwice(stub) {
    return Promise.all([stub.echo(1), stub.echo(2)]);
  }
  callDeep({ list: [stub] }, value) {
    return stub.echo(value);
  }
  callMapped(map) {
    return map.get("stub").echo("mapped");
  }
  async fetchWith(stub, path) {
    return (await stub.fetch(`http://x.test/${path}`)).text();
  }
  keep(stub) {
    this.kept = stub;
  }
  useKept(value) {
    return this.kept.echo(value);
  }
  pass(through, stub, value) {
    return through.call(stub, value);
  }
  giveOther(name) {
    return this.env.Thing.getByName(name);
  }
  giveSelf() {
    return this.env.Thing.get(this.ctx.id);
  }
  giveEntry() {
    return this.ctx.exports.Entry({ props: { from: "thing" } });
  }
  giveNested(name) {
    return { list: [this.env.Thing.getByName(name)], text: "beside" };
  }
  giveClass() {
    return this.ctx.exports.Thing({ props: { given: true } });
  }
  giveFacet() {
    return this.ctx.facets.get("facet", () => ({ class: this.ctx.exports.Thing }));
  }
  startFacet(name, given, value) {
    return this.ctx.facets.get(name, () => ({ class: given })).props(value);
  }
  props() {
    return this.ctx.props;
  }
  async put(stub) {
    await this.ctx.storage.put("stub", stub);
    return "put";
  }
  putKv(stub) {
    this.ctx.storage.kv.put("stub", stub);
    return "put";
  }
  same(a, b) {
    return a === b;
  }
  fetch(request) {
    return new Response(`thing ${this.ctx.id.name} ${new URL(request.url).pathname}`);
  }
}
export class Entry extends WorkerEntrypoint {
  echo(value) {
    return [this.ctx.props, value];
  }
  call(stub, value) {
    return stub.echo(value);
  }
  fetch(request) {
    return new Response(`entry ${JSON.stringify(this.ctx.props)} ${new URL(request.url).pathname}`);
  }
}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const thing = (name) => env.Thing.getByName(name);
    const { exports } = ctx;
    await row("stub seen", () => thing("a").describe(thing("b")));
    await row("stub called", () => thing("a").call(thing("b"), "v"));
    await row("stub of itself", () => thing("a").call(thing("a"), "v"));
    await row("stub called twice", () => thing("a").callTwice(thing("b")));
    await row("stub in an object", () => thing("a").callDeep({ list: [thing("b")] }, "v"));
    await row("stub in a Map", () => thing("a").callMapped(new Map([["stub", thing("b")]])));
    await row("stub fetched", () => thing("a").fetchWith(thing("b"), "p"));
    await row("stub passed on", () => thing("a").pass(thing("c"), thing("b"), "v"));
    await row("stub of an unnamed id", async () => thing("a").call(env.Thing.get(env.Thing.newUniqueId()), "v"));
    await row("stub of ctx.exports", () => thing("a").call(exports.Thing.getByName("b"), "v"));
    await row("one stub as two arguments", () => { const stub = thing("b"); return thing("a").same(stub, stub); });
    await row("two stubs of one object", () => thing("a").same(thing("b"), thing("b")));
    await row("stub back", async () => { const back = await thing("a").back(thing("b")); return [tag(back), Object.keys(back), await back.echo("v")]; });
    await row("stub kept in a later event", async () => { await thing("keeper").keep(thing("b")); return thing("keeper").useKept("later"); });
    await row("stub of the caller after its use", async () => { const stub = thing("b"); await thing("a").call(stub, 1); return stub.echo(2); });
    await row("stub given", async () => (await thing("a").giveOther("b")).echo("v"));
    await row("stub given has no id", async () => { const given = await thing("a").giveOther("b"); return [typeof given.id, Object.keys(given)]; });
    await row("own stub given", async () => (await thing("a").giveSelf()).echo("v"));
    await row("stub given, fetched", async () => (await (await thing("a").giveOther("b")).fetch("http://x.test/q")).text());
    await row("stub given, nested", async () => { const { list, text } = await thing("a").giveNested("b"); return [text, await list[0].echo("v")]; });
    await row("stub given, then given away", async () => { const given = await thing("a").giveOther("b"); return thing("c").call(given, "v"); });
    await row("stub in storage", () => brief(thing("a").put(thing("b"))));
    await row("stub in kv", () => brief(thing("a").putKv(thing("b"))));
    await row("stub in structuredClone", () => structuredClone(thing("b")));
    await row("stub in JSON", () => JSON.parse(JSON.stringify({ stub: thing("b") })).stub.name);
    await row("stub as a key of a Map", async () => thing("a").tag(new Map([[thing("b"), 1]])));
    await row("namespace", () => thing("a").tag(env.Thing));
    await row("id", () => thing("a").tag(env.Thing.idFromName("b")));
    await row("loader", () => thing("a").tag(env.LOADER));
    await row("ctx", () => thing("a").tag(ctx));

    await row("entrypoint called", () => thing("a").call(exports.Entry({ props: { p: 1 } }), "v"));
    await row("entrypoint fetched", () => thing("a").fetchWith(exports.Entry({ props: { p: 1 } }), "p"));
    await row("entrypoint seen", () => thing("a").describe(exports.Entry({})));
    await row("entrypoint given", async () => (await thing("a").giveEntry()).echo("v"));
    await row("entrypoint back", async () => { const back = await thing("a").back(exports.Entry({ props: { p: 2 } })); return [tag(back), await back.echo("v")]; });
    await row("entrypoint to an entrypoint", () => exports.Entry.call(exports.Entry({ props: { p: 3 } }), "v"));
    await row("stub to an entrypoint", () => exports.Entry.call(thing("b"), "v"));
    await row("entrypoint not called", () => thing("a").tag(exports.Entry));
    await row("entrypoint kept in a later event", async () => { await thing("keeper 2").keep(exports.Entry({ props: { p: 4 } })); return thing("keeper 2").useKept("later"); });
    await row("default export", () => thing("a").tag(exports.default({})));

    await row("class started", () => thing("a").startFacet("by class", exports.Thing({ props: { p: 5 } })));
    await row("class given", async () => tag(await thing("a").giveClass()));
    await row("class given, then started", async () => thing("c").startFacet("by given class", await thing("a").giveClass()));
    await row("namespace as a class", () => brief(thing("a").startFacet("by namespace", exports.Thing)));
    await row("class in structuredClone", () => structuredClone(exports.Thing({ props: {} })));
    await row("facet given", () => thing("a").giveFacet());

    const loaded = env.LOADER.load({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": loadedSource }, env: { STUB: thing("of env") } });
    const given = loaded.getEntrypoint("Given");
    await row("stub to a loaded Worker", () => given.call(thing("b"), "v"));
    await row("entrypoint to a loaded Worker", () => given.call(exports.Entry({ props: { p: 6 } }), "v"));
    await row("class to a loaded Worker", () => given.tag(exports.Thing({ props: {} })));
    await row("stub from a loaded Worker", async () => (await given.give()).echo("v"));
    await row("loaded entrypoint as argument", () => brief(thing("a").call(loaded.getEntrypoint("Own"), "v")));
    await row("loaded entrypoint to its own Worker", () => brief(given.call(loaded.getEntrypoint("Own"), "v")));
    await row("loaded entrypoint as result", async () => brief((async () => (await given.giveOwn()).echo("v"))()));
    await row("loaded class as argument", () => brief(thing("a").startFacet("loaded", loaded.getDurableObjectClass("D"))));
    await row("loaded Worker as argument", () => brief(thing("a").tag(loaded)));
    return response();
  },
};
