// What an export of each kind becomes: in ctx.exports, as an entrypoint, as a class of a facet, and which handlers it lacks.
import { DurableObject } from "cloudflare:workers";
import { table, marks } from "../table.js";

const prelude = `
  import { DurableObject, RpcTarget, WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";
  class Base extends DurableObject { fromBase() { return "from base"; } method() { return "base method"; } }
  class EntryBase extends WorkerEntrypoint { fromBase() { return "from entry base"; } }
  export default { fetch(request, env, ctx) { return new Response(JSON.stringify(Object.keys(ctx.exports).sort().filter((name) => name !== "default").map((name) => [name, typeof ctx.exports[name], Object.prototype.toString.call(ctx.exports[name])]))); } };
`;
const kinds = {
  Plain: `export class Plain { constructor(...args) { this.count = args.length; this.state = args[0]; } fetch() { return new Response("plain fetch " + this.count + " " + typeof this.state.storage); } method() { return "plain method"; } }`,
  PlainNoFetch: `export class PlainNoFetch { method() { return "plain method"; } }`,
  PlainStatic: `export class PlainStatic { static fetch() { return new Response("static"); } }`,
  Actor: `export class Actor extends DurableObject { fetch() { return new Response("actor fetch"); } method() { return "actor method"; } }`,
  Second: `export class Second extends Base { method() { return "second " + super.method(); } }`,
  Mixed: `export class Mixed extends ((Superclass) => class extends Superclass { mixed() { return "mixed in"; } })(Base) {}`,
  Entry: `export class Entry extends WorkerEntrypoint { fetch() { return new Response("entry fetch"); } method() { return "entry method"; } }`,
  SecondEntry: `export class SecondEntry extends EntryBase {}`,
  Target: `export class Target extends RpcTarget { fetch() { return new Response("target fetch"); } method() { return "target method"; } }`,
  Flow: `export class Flow extends WorkflowEntrypoint { run() {} }`,
  OfArray: `export class OfArray extends Array { method() { return "array method"; } }`,
  Both: `export class Both extends DurableObject {} Object.setPrototypeOf(Both.prototype, WorkerEntrypoint.prototype);`,
  Cut: `export class Cut extends DurableObject {} Object.setPrototypeOf(Cut.prototype, Object.prototype);`,
  Joined: `export class Joined { method() { return "joined method"; } } Object.setPrototypeOf(Joined.prototype, DurableObject.prototype);`,
  Old: `export function Old() { this.made = true; } Old.prototype.fetch = () => new Response("old fetch");`,
  OldActor: `export function OldActor(ctx, env) { return Reflect.construct(DurableObject, [ctx, env], new.target); } OldActor.prototype = Object.create(DurableObject.prototype, { method: { value: () => "old actor method" }, constructor: { value: OldActor } });`,
  proxied: `export const proxied = new Proxy(Base, {});`,
  object: `export const object = { fetch() { return new Response("object fetch"); }, method() { return "object method"; } };`,
  nullPrototype: `export const nullPrototype = Object.assign(Object.create(null), { fetch() { return new Response("null fetch"); } });`,
  frozen: `export const frozen = Object.freeze({ fetch() { return new Response("frozen fetch"); } });`,
  instance: `export const instance = new (class { fetch() { return new Response("instance fetch"); } })();`,
  withGetter: `export const withGetter = { get fetch() { return () => new Response("getter fetch"); } };`,
  array: `export const array = [];`,
  map: `export const map = new Map();`,
  date: `export const date = new Date(0);`,
  asyncFetch: `export const asyncFetch = { async fetch() { await null; return new Response("async fetch"); } };`,
  notFunction: `export const notFunction = { fetch: 5 };`,
  returnsNothing: `export const returnsNothing = { fetch() {} };`,
  returnsPromiseOfText: `export const returnsPromiseOfText = { async fetch() { return "text"; } };`,
  throwing: `export const throwing = { fetch() { throw new RangeError("handler threw"); } };`,
  noHandler: `export const noHandler = {};`,
  number: "export const it = 5;",
  text: "export const it = 'x';",
  true: "export const it = true;",
  bigint: "export const it = 5n;",
  symbol: "export const it = Symbol('s');",
  arrow: "export const it = () => {};",
  "async function": "export async function it() {}",
  generator: "export function* it() {}",
  bound: "export const it = (class {}).bind(null);",
  method: "export const it = { b() {} }.b;",
  promise: "export const it = Promise.resolve();",
  "async arrow": "export const it = async () => {};",
  "class of null": "export class it extends null {}",
  "class without a prototype chain": "export class it {} Object.setPrototypeOf(it.prototype, null);",
  "object of null": "export const it = Object.create(null);",
  "revoked Proxy": "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); export const it = proxy;",
  "throwing Proxy": "export const it = new Proxy({}, { get() { throw new RangeError('trap'); } });",
  "frozen class": "export const it = Object.freeze(class { fetch() { return new Response('frozen class'); } });",
  "class of null again": "export class it extends null { constructor() { return {}; } }",
};

export class Host extends DurableObject {
  load(kind) {
    return this.env.LOADER.get(kind, () => ({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": `${prelude} ${kinds[kind]}` } }));
  }
  async facet(kind, name, what) {
    const facet = this.ctx.facets.get(kind, () => ({ class: this.load(kind).getDurableObjectClass(name) }));
    return what === "fetch" ? (await facet.fetch("http://x.test/")).text() : facet[what]();
  }
  async entrypoint(kind, name, what) {
    const entrypoint = this.load(kind).getEntrypoint(name);
    return what === "fetch" ? (await entrypoint.fetch("http://x.test/")).text() : entrypoint[what]();
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const host = env.Host.getByName("host");
    const outcome = async (promise) => { try { return [await promise]; } catch (error) { return [`${error.name}: ${error.message.split("\n").slice(0, 2).join(" ")}`, ...marks(error)]; } };
    for (const kind in kinds) {
      const name = kinds[kind].includes(" it") ? "it" : kind;
      // workerd fails inside for a class of objects that is asked for as an entrypoint.
      const isService = kind === "Flow" || ["Entry", "SecondEntry"].includes(kind) || !/class|function|=>|\.b;|Proxy|Old/.test(kinds[kind]) || /^export const \w+ = \{/.test(kinds[kind]);
      await row(`kind of ${kind}`, () => outcome(host.entrypoint(kind, undefined, "fetch")));
      for (const what of ["fetch", "method"]) await row(`facet ${kind} ${what}`, () => outcome(host.facet(kind, name, what)));
      if (isService && kind !== "method") for (const what of ["fetch", "method", "nothing"]) await row(`entrypoint ${kind} ${what}`, () => outcome(host.entrypoint(kind, name, what)));
    }
    for (const what of ["fromBase", "mixed"]) for (const name of ["Second", "Mixed", "SecondEntry"]) await row(`${name} ${what}`, () => outcome(name === "SecondEntry" ? host.entrypoint(name, name, what) : host.facet(name, name, what)));
    return response();
  },
};
