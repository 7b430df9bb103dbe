// Facets: where their classes come from: handed through env and props over several depths, by loaded Workers to their
// own facets, with odd props and ids; and what each facet then sees as env, exports, props and id.
import { DurableObject, WorkerEntrypoint, exports as ownExports } from "cloudflare:workers";
import { table, show } from "../table.js";

const compatibilityDate = "2026-11-17";

export class Leaf extends DurableObject {
  sees() {
    return { props: this.ctx.props, env: Object.keys(this.env).sort(), exports: Object.keys(this.ctx.exports).sort(), id: typeof this.ctx.id === "string" ? this.ctx.id : [typeof this.ctx.id, this.ctx.id.name ?? null] };
  }
  shape() {
    return [Object.prototype.toString.call(this.ctx.props), Object.getPrototypeOf(this.ctx.props) === Object.prototype, Object.isFrozen(this.ctx.props)];
  }
  kinds() {
    return Object.fromEntries(Object.entries(this.ctx.props).map(([key, value]) => [key, Object.prototype.toString.call(value)]));
  }
  counts() {
    this.ctx.props.n = (this.ctx.props.n ?? 0) + 1;
    return this.ctx.props.n;
  }
  add() {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + 1);
    return kv.get("n");
  }
  idMembers() {
    const { id } = this.ctx;
    if (typeof id === "string") return [id, id.toString(), id.equals ?? null, id.name ?? null, id.length];
    return [id.toString().length, id.name ?? null, id.equals(id)];
  }
  useProp(name, ...args) {
    return this.ctx.props[name](...args);
  }
  call(name, method, ...args) {
    return this.ctx.props[name][method](...args);
  }
}
/** Starts the class in its props, which may itself be one that has a class in its props. */
export class Relay extends DurableObject {
  down(depth, method = "sees", ...args) {
    const stub = this.ctx.facets.get("below", () => ({ class: this.ctx.props.next }));
    return depth === 0 ? stub[method](...args) : stub.down(depth - 1, method, ...args);
  }
}
export class Gate extends WorkerEntrypoint {
  greet(name) {
    return `hello ${name} ${JSON.stringify(this.ctx.props)}`;
  }
  classTag(value) {
    return Object.prototype.toString.call(value);
  }
  give(props) {
    return this.ctx.exports.Leaf({ props });
  }
  giveMany() {
    return { list: [this.ctx.exports.Leaf({ props: { i: 0 } }), this.ctx.exports.Gate({ props: { g: 1 } })], map: new Map([["c", this.ctx.exports.Leaf({ props: { i: 1 } })]]) };
  }
  fetch() {
    return new Response("gate");
  }
}

const dynamic = `
  import { DurableObject, exports, env } from "cloudflare:workers";
  export class Outer extends DurableObject {
    start(name, startup, method = "sees", ...args) { return this.ctx.facets.get(name, () => startup(this))[method](...args); }
    envClass() { return this.start("env class", (self) => ({ class: self.env.GIVEN })); }
    envDeep() { return this.start("env deep", (self) => ({ class: self.env.deep.list[1].c })); }
    propsClass() { return this.start("props class", (self) => ({ class: self.ctx.props.given })); }
    ownClass(props) { return this.start("own " + JSON.stringify(props), () => ({ class: exports.Inner(props === undefined ? {} : { props }) })); }
    ownBare() { return this.start("own bare", () => ({ class: exports.Inner })); }
    ownSelf() { return this.start("own self", () => ({ class: exports.Outer }), "sees"); }
    handOn() { return this.start("hand on", (self) => ({ class: exports.Inner({ props: { given: self.env.GIVEN } }) }), "useGiven"); }
    ownClassInProps() { return this.start("own in props", (self) => ({ class: exports.Inner({ props: { given: exports.Inner } }) }), "useGiven"); }
    ownClassMadeInProps() { return this.start("own made in props", (self) => ({ class: exports.Inner({ props: { given: exports.Inner({ props: { deep: 1 } }) } }) }), "useGiven"); }
    sees() { return { props: Object.keys(this.ctx.props), env: Object.keys(this.env).sort(), exports: Object.keys(this.ctx.exports).sort(), id: typeof this.ctx.id === "string" ? this.ctx.id : [typeof this.ctx.id, this.ctx.id.name ?? null] }; }
    envIs() { return [env.GIVEN === this.env.GIVEN, Object.keys(env)]; }
  }
  export class Inner extends DurableObject {
    sees() { return { props: this.ctx.props, env: Object.keys(this.env).sort(), exports: Object.keys(this.ctx.exports).sort(), id: typeof this.ctx.id === "string" ? this.ctx.id : [typeof this.ctx.id, this.ctx.id.name ?? null] }; }
    useGiven() { return this.ctx.facets.get("given", () => ({ class: this.ctx.props.given })).sees(); }
  }
  export default { fetch() {} };
`;

export class Parent extends DurableObject {
  keep(given) {
    this.given = given;
    return Object.prototype.toString.call(given);
  }
  useKept(name) {
    return this.ctx.facets.get(name, () => ({ class: this.given })).add();
  }
  async fetch() {
    const { row, response } = table();
    const { facets, exports } = this.ctx;
    let n = 0;
    const facet = (given, more) => facets.get(`facet ${n++}`, () => ({ class: given, ...more }));
    const worker = (env = {}) => this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": dynamic }, env });
    const outer = (env, props) => facet(worker(env).getDurableObjectClass("Outer", { props }));
    const { Leaf, Relay, Gate } = exports;

    await row("by ctx.exports", () => facet(Leaf).sees());
    await row("by the module's exports", () => facet(ownExports.Leaf).sees());
    await row("by the module's exports with props", () => facet(ownExports.Leaf({ props: { a: 1 } })).sees());
    await row("by ctx.exports with props", () => facet(Leaf({ props: { a: 1 } })).sees());
    await row("one class value, two facets", async () => { const given = Leaf({ props: { a: [1] } }); const [a, b] = [facet(given), facet(given)]; return [await a.add(), await b.add(), await b.add(), (await a.sees()).props]; });
    await row("a class value kept over aborts", async () => { const given = Leaf({ props: { a: 2 } }); const get = () => facets.get("kept class", () => ({ class: given })); await get().add(); facets.abort("kept class", "x"); return [await get().add(), (await get().sees()).props]; });
    await row("props are a copy", async () => { const props = { list: [1] }; const given = Leaf({ props }); props.list.push(2); return (await facet(given).sees()).props; });
    await row("props changed in the facet", async () => { const given = Leaf({ props: { n: 5 } }); const stub = facet(given); return [await stub.counts(), await stub.counts(), await facet(given).counts()]; });
    await row("props of a facet that was restarted", async () => { const given = Leaf({ props: { n: 5 } }); const get = () => facets.get("props again", () => ({ class: given })); await get().counts(); facets.abort("props again", "x"); return get().counts(); });
    await row("shape of props", () => facet(Leaf({ props: { a: 1 } })).shape());
    await row("shape of no props", () => facet(Leaf).shape());
    for (const [kind, make] of Object.entries({ "array": () => [1, 2], "Map": () => new Map([["a", 1]]), "Date": () => new Date(0), "null prototype": () => Object.create(null), "function": () => () => 1, "class": () => class {}, "bytes": () => new Uint8Array(2), "proxy": () => new Proxy({ a: 1 }, {}), "Request": () => new Request("http://x.test/"), "Headers": () => new Headers({ a: "1" }), "String object": () => new String("ab"), "Promise": () => Promise.resolve({ a: 1 }), "empty": () => ({}), "symbol key": () => ({ [Symbol("s")]: 1, a: 1 }), "getter": () => ({ get a() { return "got"; } }), "not enumerable": () => Object.defineProperty({ b: 1 }, "a", { value: 1 }), "inherited": () => Object.create({ a: 1 }), "cycle": () => { const o = { a: 1 }; o.o = o; return o; }, "__proto__ key": () => JSON.parse('{"__proto__": {"x": 1}, "a": 1}') })) {
      await row(`props of kind ${kind}`, async () => { const stub = facet(Leaf({ props: make() })); return [await stub.kinds(), await stub.shape()]; });
    }
    for (const given of [null, 5, "x", true, Symbol("s"), 5n]) await row(`options ${typeof given === "symbol" ? "symbol" : show(given)}`, () => Leaf(given) && "made");
    for (const props of [null, 5, "x", true, Symbol("s"), 5n, undefined]) await row(`props ${typeof props === "symbol" ? "symbol" : show(props)}`, () => Leaf({ props }) && "made");
    await row("options missing", () => Leaf() && "made");
    await row("options with more", () => Leaf({ props: {}, limits: {}, other: 1 }) && "made");
    await row("options with a getter that throws", () => Leaf({ get props() { throw new RangeError("getter"); } }) && "made");
    await row("with new", () => Object.prototype.toString.call(new Leaf({})));
    await row("tags", () => [Leaf, Leaf({}), Leaf({ props: {} }), exports.Gate, exports.Gate({})].map((value) => [typeof value, Object.prototype.toString.call(value)]));
    await row("keys of a class", () => [Object.keys(Leaf({})), Object.keys(Leaf)]);
    await row("class called again", () => Leaf({})({}));
    await row("class in structuredClone", () => structuredClone(Leaf({})));
    await row("class as JSON", () => JSON.stringify({ c: Leaf({}) }));
    await row("class in storage", () => this.ctx.storage.put("class", Leaf({})));
    await row("class in kv", () => this.ctx.storage.kv.put("class", Leaf({})));
    await row("class as argument", () => exports.Gate({}).classTag(Leaf({})));
    await row("namespace as argument", () => exports.Gate({}).classTag(Leaf));

    await row("class in props, depth 1", () => facet(Relay({ props: { next: Leaf({ props: { end: 1 } }) } })).down(0));
    await row("class in props, depth 2", () => facet(Relay({ props: { next: Relay({ props: { next: Leaf({ props: { end: 2 } }) } }) } })).down(1));
    await row("class in props, too deep", () => facet(Relay({ props: { next: Relay({ props: { next: Relay({ props: { next: Leaf({}) } }) } }) } })).down(2));
    await row("namespace in props", () => facet(Relay({ props: { next: Leaf } })).down(0));
    await row("class in props, another method", () => facet(Relay({ props: { next: Relay({ props: { next: Leaf({ props: { by: "relay" } }) } }) } })).down(1, "kinds"));
    await row("stub in props, depth 2", () => facet(Relay({ props: { next: Relay({ props: { next: Leaf({ props: { store: this.env.Leaf.getByName("far") } }) } }) } })).down(1, "call", "store", "add"));
    await row("the same stub from here", () => this.env.Leaf.getByName("far").add());
    await row("entrypoint in props, depth 2", () => facet(Relay({ props: { next: Relay({ props: { next: Leaf({ props: { gate: Gate({ props: { p: 1 } }) } }) } }) } })).down(1, "call", "gate", "greet", "deep"));
    await row("kinds in props", () => facet(Leaf({ props: { c: Leaf({}), g: Gate({}), s: this.env.Leaf.getByName("x"), d: new Date(0), m: new Map(), e: new RangeError("r"), b: 5n, u: undefined } })).kinds());
    for (const [kind, make] of Object.entries({ "Namespace of env": () => this.env.Leaf, "loader": () => this.env.LOADER, "id": () => this.ctx.id, "ctx": () => this.ctx, "storage": () => this.ctx.storage, "facets": () => facets, "facet stub": () => facet(Leaf), "entrypoint not called": () => Gate, "exports": () => exports, "instance": () => this, "stream": () => new ReadableStream(), "worker": () => worker(), "loaded class": () => worker().getDurableObjectClass("Outer"), "loaded entrypoint": () => worker().getEntrypoint(), "WebAssembly.Module": () => WebAssembly.Module, "proxy": () => new Proxy({}, {}), "symbol": () => Symbol("s"), "function": () => function named() {} })) {
      await row(`${kind} in props`, () => Leaf({ props: { value: make() } }) && "made");
    }

    await row("class by a result", async () => (await facet(await Gate({}).give({ by: "gate" })).sees()).props);
    await row("classes in a result", async () => { const { list, map } = await Gate({}).giveMany(); return [(await facet(list[0]).sees()).props, (await facet(map.get("c")).sees()).props, await list[1].greet("by a result")]; });
    await row("class by a result in the callback", async () => (await facets.get("by a result", async () => ({ class: await Gate({}).give({ by: "the callback" }) })).sees()).props);
    await row("class in env", () => outer({ GIVEN: Leaf({ props: { by: "env" } }) }).envClass());
    await row("class deep in env", () => outer({ deep: { list: [0, { c: Leaf({ props: { deep: true } }) }] } }).envDeep());
    await row("class in props of a loaded class", () => outer({}, { given: Leaf({ props: { by: "props" } }) }).propsClass());
    await row("own class of a loaded class", () => outer({ A: 1 }).ownClass({ p: 1 }));
    await row("own class without props", () => outer({ A: 1 }).ownClass());
    await row("own class not called", () => outer({ A: 1 }).ownBare());
    await row("its own class", () => outer({ A: 1 }, { p: 1 }).ownSelf());
    await row("class of env handed on in props", () => outer({ GIVEN: Leaf({ props: { by: "handing on" } }) }).handOn());
    await row("own class with props in own props", () => outer({}).ownClassMadeInProps());
    await row("module's env in a facet", () => outer({ GIVEN: 1 }).envIs());

    for (const [kind, id] of Object.entries({ "text": "my id", "empty": "", "unique": this.env.Leaf.newUniqueId(), "by name": this.env.Leaf.idFromName("named"), "of another namespace": this.env.Relay.idFromName("other"), "the parent's": this.ctx.id, "String object": new String("boxed"), "array": ["a", 1], "true": true, "0": 0, "bigint": 7n, "lone surrogate": "\ud800", "long": "i".repeat(5000) })) {
      await row(`id ${kind}`, async () => { const stub = facet(Leaf, { id }); const seen = await stub.idMembers(); return kind === "long" ? seen.at(-1) : seen; });
    }
    await row("id proxy of an id", () => facet(Leaf, { id: new Proxy(this.ctx.id, {}) }).idMembers());
    await row("id symbol", () => facet(Leaf, { id: Symbol("s") }).idMembers());
    await row("function as options", () => facets.get(`facet ${n++}`, () => Object.assign(() => {}, { class: Leaf })).add());
    await row("id that throws", () => facet(Leaf, { id: { toString() { throw new RangeError("id text"); } } }).idMembers());
    await row("id getter that throws", () => facets.get(`facet ${n++}`, () => ({ class: Leaf, get id() { throw new RangeError("id getter"); } })).idMembers());
    await row("inherited members", () => facets.get(`facet ${n++}`, () => Object.create({ class: Leaf, id: "inherited" })).idMembers());
    await row("id changed by a restart", async () => { const get = (id) => facets.get("id change", () => ({ class: Leaf, id })); const before = [await get("first").idMembers(), await get("first").add()]; facets.abort("id change", "x"); return [before, await get("second").idMembers(), await get("second").add()]; });
    await row("id inherited over two", () => facets.get(`facet ${n++}`, () => ({ class: Relay({ props: { next: Leaf({}) } }), id: "given" })).down(0, "idMembers"));
    return response();
  }
}

export default {
  async fetch(request, env, ctx) {
    const inside = await (await env.Parent.getByName("parent").fetch("http://parent.test/")).text();
    const { row, response } = table();
    const keeper = env.Parent.getByName("keeper");
    await row("class kept for later events", async () => [await keeper.keep(ctx.exports.Leaf({ props: { kept: 1 } })), await keeper.useKept("one"), await keeper.useKept("two"), await keeper.useKept("one")]);
    return new Response(inside + (await response().text()));
  },
};
