// Durable Object namespaces, ids, stubs and ctx: options with getters and odd values, members assigned and deleted, the
// order in which arguments are read, and texts that are no valid Unicode.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Thing extends DurableObject {
  alarm() {}
  name() {
    return this.ctx.id.name ?? null;
  }
  put(value) {
    this.ctx.storage.kv.put("value", value);
  }
  get() {
    return this.ctx.storage.kv.get("value") ?? null;
  }
  length() {
    return this.ctx.id.name?.length ?? null;
  }
  codes() {
    return [...(this.ctx.id.name ?? "")].map((letter) => letter.codePointAt(0).toString(16));
  }
  own() {
    const { ctx } = this;
    return [Object.keys(ctx).sort(), Object.keys(ctx.id).sort(), Object.keys(this).sort()];
  }
  assigned() {
    const { ctx } = this;
    const seen = {};
    for (const name of ["id", "storage", "props", "exports", "facets", "waitUntil", "abort", "blockConcurrencyWhile"]) {
      const before = ctx[name];
      try { ctx[name] = 5; seen[name] = ctx[name] === 5; delete ctx[name]; seen[`${name} deleted`] = typeof ctx[name]; } catch (error) { seen[name] = error.message; }
      if (ctx[name] !== before) ctx[name] = before;
    }
    return seen;
  }
  order(method, args) {
    const read = [];
    const value = (name, result) => ({ toString() { read.push(`${name} text`); return result; }, valueOf() { read.push(`${name} number`); return result; } });
    const options = (...names) => Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { enumerable: true, get() { read.push(name); return undefined; } }])));
    const { storage } = this.ctx;
    const runs = {
      get: () => storage.get(value("key", "k"), options("noCache", "allowConcurrency", "other")),
      put: () => storage.put(value("key", "k"), 1, options("noCache", "allowUnconfirmed", "allowConcurrency", "other")),
      "put entries": () => storage.put(Object.defineProperty({}, "a", { enumerable: true, get() { read.push("entry a"); return 1; } }), options("noCache", "allowUnconfirmed", "allowConcurrency")),
      delete: () => storage.delete(value("key", "k"), options("noCache", "allowUnconfirmed", "allowConcurrency")),
      list: () => storage.list(options("limit", "reverse", "prefix", "end", "startAfter", "start", "noCache", "allowConcurrency")),
      "list values": () => { const given = {}; for (const [name, result] of [["limit", 1], ["reverse", false], ["prefix", "p"], ["end", "z"], ["start", "a"]]) Object.defineProperty(given, name, { get() { read.push(name); return value(name, result); } }); return storage.list(given); },
      "kv.list": () => [...storage.kv.list(options("limit", "reverse", "prefix", "end", "startAfter", "start", "noCache", "allowConcurrency"))].length,
      "kv.get": () => storage.kv.get(value("key", "k"), options("noCache")),
      "kv.put": () => storage.kv.put(value("key", "k"), Object.defineProperty({}, "a", { enumerable: true, get() { read.push("member a"); return 1; } }), options("noCache")),
      setAlarm: () => storage.setAlarm(4e12, options("allowUnconfirmed", "allowConcurrency", "other")).catch((error) => error.message),
      getAlarm: () => storage.getAlarm(options("allowConcurrency", "noCache")),
      deleteAlarm: () => storage.deleteAlarm(options("allowUnconfirmed", "allowConcurrency")),
      deleteAll: () => storage.deleteAll(options("noCache", "allowUnconfirmed", "allowConcurrency", "deleteAlarm")),
      exec: () => storage.sql.exec(value("query", "SELECT ?, ?"), value("one", "1"), value("two", "2")).raw().next().value,
      transaction: () => storage.transaction(() => "ran", options("lowPriority")),
      idFromName: () => typeof this.env.Thing.idFromName(value("name", "a"), options("other")),
      getOptions: () => typeof this.env.Thing.get(this.ctx.id, options("routingMode", "locationHint", "version", "allowEviction", "enableReplicaRouting", "mode")),
      getByName: () => typeof this.env.Thing.getByName(value("name", "a"), options("routingMode", "locationHint", "version")),
      newUniqueId: () => typeof this.env.Thing.newUniqueId(options("jurisdiction", "other")),
      getBookmarkForTime: () => storage.getBookmarkForTime(Object.assign(new Date(5), { valueOf() { read.push("valueOf"); return 5; } })).catch((error) => error.message),
    };
    if (runs[method] === undefined) return Object.keys(runs);
    let result;
    try { result = runs[method](); } catch (error) { result = `${error.name}: ${error.message}`; }
    return Promise.resolve(result).then((value) => [read, value instanceof Map ? value.size : value ?? null]);
  }
}
export class Other extends DurableObject {}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const { Thing, Other } = env;
    const id = Thing.idFromName("a");
    const boom = (name) => ({ get [name]() { throw new RangeError(`read ${name}`); } });
    const hide = (text) => String(text).replace(/[0-9a-f]{64}/g, "…");

    for (const [label, options] of Object.entries({ "true": true, number: 5, bigint: 5n, symbol: Symbol("s"), function: () => {}, array: [], "empty text": "", Date: new Date(0), class: class {}, "hint of null": { locationHint: null }, "hint of a number": { locationHint: 5 }, "hint of a symbol": { locationHint: Symbol("h") }, "hint that throws": boom("locationHint"), "mode of null": { routingMode: null }, "mode of a number": { routingMode: 5 }, "mode of a symbol": { routingMode: Symbol("m") }, "mode that throws": boom("routingMode"), "mode by toString": { routingMode: { toString: () => "primary-only" } }, "empty mode": { routingMode: "" }, "version that throws": boom("version") })) {
      await row(`get with ${label}`, () => Thing.get(id, options).name);
      await row(`getByName with ${label}`, () => Thing.getByName("a", options).name);
    }
    for (const [label, options] of Object.entries({ undefined: undefined, null: null, true: true, number: 5, text: "eu", function: () => {}, array: [], "jurisdiction undefined": { jurisdiction: undefined }, "jurisdiction null": { jurisdiction: null }, "jurisdiction empty": { jurisdiction: "" }, "jurisdiction number": { jurisdiction: 5 }, "jurisdiction symbol": { jurisdiction: Symbol("j") }, "jurisdiction that throws": boom("jurisdiction") })) await row(`newUniqueId with ${label}`, () => Thing.newUniqueId(options).toString().length);
    for (const [label, ...given] of [["nothing"], ["undefined", undefined], ["null", null], ["empty text", ""], ["number", 5], ["symbol", Symbol("j")], ["object", {}], ["throwing text", { toString() { throw new RangeError("text"); } }]]) await row(`jurisdiction of ${label}`, () => Object.prototype.toString.call(Thing.jurisdiction(...given)));
    for (const [label, ...given] of [["nothing"], ["undefined", undefined], ["null", null], ["number", 5], ["symbol", Symbol("s")], ["object", {}], ["array of a text", [id.toString()]], ["spaces around", ` ${id} `], ["String object", new String(id.toString())], ["throwing text", { toString() { throw new RangeError("text"); } }]]) await row(`idFromString of ${label}`, () => Thing.idFromString(...given).equals(id));
    for (const [label, ...given] of [["nothing"], ["undefined", undefined], ["text", "a"], ["text of the id", id.toString()], ["stub", Thing.get(id)], ["namespace", Thing], ["id-like object", { toString: () => id.toString(), equals: () => true }], ["prototype of an id", Object.getPrototypeOf(id)], ["object made of an id", Object.create(id)], ["proxy of an id", new Proxy(id, {})], ["id of another namespace", Other.idFromName("a")]]) {
      if (label !== "id of another namespace") await row(`get of ${label}`, () => Thing.get(...given).name);
      await row(`equals of ${label}`, () => id.equals(...given));
    }
    for (const [label, ...given] of [["true", true], ["bigint", 5n], ["symbol", Symbol("s")], ["function", () => 1], ["throwing text", { toString() { throw new RangeError("text"); } }], ["toPrimitive", { [Symbol.toPrimitive]: (hint) => hint }]]) {
      await row(`idFromName of ${label}`, () => Thing.idFromName(...given).name);
      await row(`getByName of ${label}`, () => Thing.getByName(...given).name);
    }

    await row("lone surrogates are two names", () => [Thing.idFromName("\ud800").equals(Thing.idFromName("\ud801")), Thing.idFromName("\ud800").equals(Thing.idFromName("\ufffd")), Thing.idFromName("\ud800").equals(Thing.idFromName("\ud800"))]);
    await row("lone surrogate as a name", () => [Thing.idFromName("a\ud800").name, Thing.getByName("a\ud800").name].map((name) => [...name].map((letter) => letter.codePointAt(0).toString(16))));
    await row("lone surrogate in the object", () => Thing.getByName("a\ud800").codes());
    await row("lone surrogates are two objects", async () => { await Thing.getByName("x\ud800").put("first"); return [await Thing.getByName("x\ud801").get(), await Thing.getByName("x\ufffd").get(), await Thing.getByName("x\ud800").get()]; });
    await row("pair of surrogates", async () => { await Thing.getByName("x\ud83d\ude00").put("pair"); return Thing.getByName("x😀").get(); });
    await row("name of 342 letters of three bytes", () => Thing.getByName("€".repeat(341)).length());
    await row("name of more", () => Thing.getByName("€".repeat(342)).length());
    await row("id of a name is derived", () => Thing.idFromName("name").toString());
    await row("id of an empty name", () => Thing.idFromName("").toString());
    await row("id of a long name", () => Thing.idFromName("n".repeat(100_000)).toString());
    await row("id of another class", () => Other.idFromName("name").toString());
    await row("second half is of the first", () => { const text = Thing.newUniqueId().toString(); return [Thing.idFromString(text).toString() === text, text === text.toLowerCase()]; });

    for (const [label, make] of [["stub", () => Thing.getByName("a")], ["id", () => Thing.idFromName("a")], ["namespace", () => Object.create(Thing)]]) {
      for (const name of ["id", "name", "jurisdiction", "fetch", "connect", "anything", "toString", "constructor", "then"]) {
        if (label !== "stub" || !["id", "name"].includes(name)) await row(`${label} ${name} assigned`, () => { const value = make(); value[name] = "mine"; return [value[name] === "mine", Object.keys(value)]; });
        if (label !== "namespace") await row(`${label} ${name} described`, () => { const value = make(); const found = Object.getOwnPropertyDescriptor(value, name); return found === undefined ? "not own" : [found.writable, found.enumerable, found.configurable, typeof found.value]; });
      }
      await row(`${label} deleted`, () => { const value = make(); const gone = []; for (const name of Object.keys(value)) gone.push(delete value[name]); return [gone, Object.keys(value)]; });
      if (label !== "stub") await row(`${label} frozen`, () => Object.isFrozen(Object.freeze(make())));
      await row(`${label} in JSON`, () => hide(JSON.stringify(make())));
      await row(`${label} as text`, () => hide(`${make()}`));
      await row(`${label} spread`, () => Object.keys({ ...make() }).sort());
      await row(`${label} for in`, () => { const names = []; for (const name in make()) names.push(name); return names.filter((name) => !/^getExisting|^allow/.test(name)).sort(); });
    }
    await row("id of an assigned name", async () => { const given = Thing.idFromName("a"); Object.defineProperty(given, "name", { value: "b", configurable: true }); return [given.name, await Thing.get(given).name, Thing.get(given).name]; });
    await row("stub keys in order", () => [Object.keys(Thing.getByName("a")), Object.getOwnPropertyNames(Thing.get(Thing.newUniqueId()))]);
    await row("id equals in one namespace twice", () => [Thing.idFromName("a").equals(ctx.exports.Thing.idFromName("a")), ctx.exports.Thing.idFromName("a").equals(Thing.idFromName("a")), Thing.idFromName("a").equals(Other.idFromName("a"))]);
    await row("own members in the object", () => Thing.getByName("a").own());
    await row("ctx assigned", () => Thing.getByName("a").assigned());
    for (const method of await Thing.getByName("order").order()) await row(`read by ${method}`, () => Thing.getByName("order").order(method));
    return response();
  },
};
