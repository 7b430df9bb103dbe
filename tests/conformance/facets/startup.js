// Facets: what the startup callback may return, how often and when it runs, how its failures stay, and what a facet
// sees of its class, its id and its props.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

const compatibilityDate = "2026-11-17";

export class Child extends DurableObject {
  #notes = [];
  add(by = 1) {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + by);
    return kv.get("n");
  }
  note(item) {
    this.#notes.push(item);
    return this.#notes;
  }
  async fetch(request) {
    this.#notes.push(new URL(request.url).pathname);
    return new Response(this.#notes.join());
  }
  props() {
    return this.ctx.props;
  }
  identity() {
    const { id } = this.ctx;
    return [typeof id, typeof id === "string" ? id : id.name];
  }
  keys() {
    return [Object.keys(this.env).sort(), Object.keys(this.ctx.exports).sort()];
  }
  tags() {
    return Object.fromEntries(["id", "storage", "facets", "exports", "props"].map((member) => [member, Object.prototype.toString.call(this.ctx[member])]));
  }
  propsKind() {
    return Object.prototype.toString.call(this.ctx.props.given);
  }
  grandchild() {
    return this.ctx.facets.get("grandchild", () => ({ class: this.ctx.props.given })).props();
  }
}

const dynamic = `
  import { DurableObject } from "cloudflare:workers";
  export class Outer extends DurableObject {
    kind() { return Object.prototype.toString.call(this.env.GIVEN); }
    use() { return this.ctx.facets.get("inner", () => ({ class: this.env.GIVEN })).props(); }
    own(props) { return this.ctx.facets.get("own", () => ({ class: this.ctx.exports.Sibling({ props }) })).hello(); }
    ownBare() { return this.ctx.facets.get("own bare", () => ({ class: this.ctx.exports.Sibling })).hello(); }
    exported() { return Object.fromEntries(Object.keys(this.ctx.exports).sort().map((name) => [name, Object.prototype.toString.call(this.ctx.exports[name])])); }
    envKeys() { return Object.keys(this.env); }
  }
  export class Sibling extends DurableObject {
    hello() { return ["sibling", this.ctx.props]; }
  }
  export default { fetch() {} };
`;

export class Parent extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { facets, exports } = this.ctx;
    let calls = 0;
    const source = `import { DurableObject } from "cloudflare:workers"; export ${Child};`;
    const child = (options) => this.env.LOADER.get("child", () => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source } })).getDurableObjectClass("Child", options);
    const start = (startup = { class: child() }) => () => {
      calls++;
      return startup;
    };
    const counted = async (run) => { const before = calls; let result; try { result = await run(); } catch (error) { result = `${error.name}: ${error.message}`; } return [result, calls - before]; };

    await row("namespace of ctx.exports", () => facets.get("exports", start({ class: exports.Child })).add());
    await row("not the object of the namespace", () => this.env.Child.getByName("exports").add(100));
    await row("facet after that", () => facets.get("exports", start()).add());
    await row("props of ctx.exports", () => facets.get("exports props", start({ class: exports.Child({ props: { a: [1] } }) })).props());
    await row("empty call of ctx.exports", () => facets.get("exports call", start({ class: exports.Child({}) })).props());
    await row("own class", () => facets.get("own class", start({ class: exports.Parent })).hello());
    await row("namespace of env", () => facets.get("env namespace", start({ class: this.env.Child })).add());
    await row("stub as class", () => facets.get("stub class", start({ class: this.env.Child.getByName("x") })).add());
    await row("entrypoint as class", () => facets.get("entrypoint class", start({ class: exports.default })).add());
    await row("null as class", () => facets.get("null class", start({ class: null })).add());
    for (const value of [5, "text", []]) {
      await row(`callback gives ${show(value)}`, () => facets.get(`gives ${show(value)}`, async () => value).add());
    }
    await row("more members than needed", () => facets.get("more", start({ class: child(), name: "x", props: { p: 1 }, extra() {} })).props());
    await row("thenable", () => facets.get("thenable", () => ({ then(resolve) { resolve({ class: child() }); } })).add());
    await row("getter", () => facets.get("getter", () => ({ get class() { return child(); } })).add());
    await row("getter that throws", () => facets.get("bad getter", () => ({ get class() { throw new RangeError("getter threw"); } })).add());
    await row("callback arguments", async () => { let seen; await facets.get("arguments", function () { seen = arguments.length; return { class: child() }; }).add(); return seen; });
    await row("function with a name", () => facets.get("bound", start().bind(null)).add());

    for (const [kind, id] of Object.entries({ "empty": "", "text": "a b", "NUL": "a\0b", "not ASCII": "é日😀", "undefined": undefined, "hex digits": "0".repeat(64) })) {
      await row(`id ${kind}`, () => facets.get(`id ${kind}`, start({ class: child(), id })).identity());
    }
    await row("id null", () => facets.get("id null", start({ class: child(), id: null })).identity());
    await row("id object", () => facets.get("id object", start({ class: child(), id: { toString: () => "of an object" } })).identity());
    await row("id unique", () => facets.get("id unique", start({ class: child(), id: this.env.Child.newUniqueId() })).identity());
    await row("id from string", () => facets.get("id string", start({ class: child(), id: this.env.Child.idFromString(this.env.Child.idFromName("n").toString()) })).identity());
    await row("id of the parent", () => facets.get("id parent", start({ class: child(), id: this.ctx.id })).identity());
    await row("same id, two facets", async () => [await facets.get("same id 1", start({ class: child(), id: "same" })).add(), await facets.get("same id 2", start({ class: child(), id: "same" })).add(10)]);
    await row("what a facet sees", () => facets.get("exports", start()).keys());
    await row("tags in a facet", () => facets.get("exports", start()).tags());

    const worker = () => this.env.LOADER.get("outer", () => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": dynamic }, env: { GIVEN: exports.Child({ props: { by: "env" } }) } }));
    const outer = () => facets.get("outer", start({ class: worker().getDurableObjectClass("Outer") }));
    await row("class in env", () => outer().kind());
    await row("class in env used", () => outer().use());
    await row("exports of a loaded class", () => outer().exported());
    await row("env of a loaded class", () => outer().envKeys());
    await row("sibling class", () => outer().ownBare());
    await row("sibling class with props", () => outer().own({ p: 1 }));
    await row("class in props", () => facets.get("class in props", start({ class: exports.Child({ props: { given: exports.Child({ props: { deep: true } }) } }) })).propsKind());
    await row("class in props used", () => facets.get("class in props", start()).grandchild());
    await row("loaded class in props", () => facets.get("loaded in props", start({ class: exports.Child({ props: { given: worker().getDurableObjectClass("Sibling") } }) })).propsKind());

    await row("calls before the start", async () => { const stub = facets.get("queue", async () => { await scheduler.wait(3); return { class: child() }; }); const notes = [stub.note(1), stub.note(2), stub.note(3)]; return (await Promise.all(notes)).at(-1); });
    await row("fetch before the start", async () => { const stub = facets.get("queued fetch", async () => { await scheduler.wait(3); return { class: child() }; }); return (await stub.fetch("http://x.test/queued")).text(); });
    await row("two stubs before the start", () => counted(async () => { const first = facets.get("two", start()); const second = facets.get("two", start()); return [await second.add(), await first.add()]; }));
    await row("second callback of two", async () => { const seen = []; const by = (name) => () => { seen.push(name); return { class: child() }; }; const first = facets.get("which", by("first")); const second = facets.get("which", by("second")); await Promise.all([second.add(), first.add()]); return seen; });
    await row("order of the start", async () => { const seen = []; const stub = facets.get("order", () => { seen.push("callback"); return { class: child() }; }); seen.push("got"); const call = stub.add(); seen.push("called"); await call; seen.push("answered"); return seen; });
    await row("callback starts another facet", () => facets.get("starts", async () => ({ class: child({ props: { other: await facets.get("started", start()).add() } }) })).props());
    await row("callback uses storage", () => facets.get("stores", () => { this.ctx.storage.kv.put("from callback", 1); return { class: child({ props: { kept: this.ctx.storage.kv.get("from callback") } }) }; }).props());
    await row("throws", () => counted(() => facets.get("throws", () => { calls++; throw new RangeError("threw"); }).add()));
    await row("throws, again", () => counted(() => facets.get("throws", start()).add()));
    await row("throws, same stub", async () => { const stub = facets.get("throws twice", () => { throw new RangeError("threw"); }); const seen = []; for (let i = 0; i < 2; i++) try { await stub.add(); } catch (error) { seen.push([error instanceof RangeError, error.message, error.remote ?? null]); } return seen; });
    await row("throws, deleted", () => counted(() => { facets.delete("throws"); return facets.get("throws", start()).add(); }));
    await row("throws, kept stub deleted", async () => { const stub = facets.get("throws kept", () => { throw new RangeError("threw"); }); await stub.add().catch(() => {}); facets.delete("throws kept"); return stub.add(); });
    for (const value of ["only text", 5, null, undefined]) await row(`throws ${show(value)}`, () => facets.get(`throws ${show(value)}`, () => { throw value; }).add());
    await row("throws with members", async () => { try { await facets.get("throws members", () => { throw Object.assign(new TypeError("m"), { code: 7 }); }).add(); } catch (error) { return [error.name, error.code]; } });
    await row("throws fetch", () => facets.get("throws fetch", () => { throw new RangeError("threw"); }).fetch("http://x.test/"));
    await row("wrong result stays", () => counted(async () => { await facets.get("wrong", start({})).add().catch(() => {}); return facets.get("wrong", start()).add(); }));
    return response();
  }
  hello() {
    return ["own class", this.ctx.props, typeof this.ctx.id, this.ctx.id.name];
  }
}

export default {
  fetch(request, env) {
    return env.Parent.getByName("parent").fetch("http://parent.test/");
  },
};
