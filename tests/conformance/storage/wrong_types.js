// Every method of ctx.storage, of txn, of storage.kv and of ctx with a value of every type at each place: what is taken,
// and whether an error is thrown or given by the promise.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

const odd = { undefined: undefined, null: null, true: true, 5: 5, NaN: NaN, "5n": 5n, text: "text", symbol: Symbol("s"), object: {}, array: [], "array of a text": ["a"], function: () => "called", Date: new Date(4e12), bytes: new Uint8Array([1]), promise: Promise.resolve("p"), "throwing text": { toString() { throw new RangeError("text"); } }, "throwing getters": new Proxy({}, { get(_, name) { if (typeof name === "symbol") return undefined; throw new RangeError(`read ${name}`); } }) };
const FINE = Symbol("fine");

// How each is called: by places, each with a value that is fine. The value under test takes each place in turn.
const storageMethods = { get: ["k", {}], put: ["k", 1, {}], delete: ["k", {}], list: [{}], getAlarm: [{}], setAlarm: [4e12, {}], deleteAlarm: [{}] };
const methods = {
  storage: { ...storageMethods, deleteAll: [{}], transaction: [async () => "ran", {}], transactionSync: [() => "ran", {}], sync: [1], getCurrentBookmark: [1], getBookmarkForTime: [5], onNextSessionRestoreBookmark: ["b"] },
  txn: { ...storageMethods, deleteAll: [{}], rollback: [1] },
  kv: { get: ["k", {}], put: ["k", 1, {}], delete: ["k", {}], list: [{}] },
  sql: { exec: ["SELECT 1", FINE] },
  ctx: { blockConcurrencyWhile: [async () => "ran", {}], waitUntil: [Promise.resolve(), {}] },
};

export class Store extends DurableObject {
  alarm() {}
  async call(owner, name, args) {
    const { storage } = this.ctx;
    const given = args.filter((value) => value !== FINE);
    const on = async (target) => {
      let result;
      try { result = target[name](...given); } catch (error) { return `throws ${describe(error)}`; }
      if (!(result instanceof Promise)) return `gives ${text(result)}`;
      try { return `promises ${text(await result)}`; } catch (error) { return `rejects ${describe(error)}`; }
    };
    const text = (value) => (value?.toArray !== undefined ? show(value.toArray()) : typeof value === "string" && value.length > 40 ? "a long text" : show(value));
    const describe = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : show(error));
    if (owner !== "txn") return on(owner === "storage" ? storage : owner === "ctx" ? this.ctx : storage[owner]);
    return storage.transaction(on);
  }
  async run(owner, name) {
    const fine = methods[owner][name];
    const lines = [];
    for (let place = 0; place < fine.length; place++) {
      for (const [kind, value] of Object.entries(odd)) {
        const args = [...fine];
        args[place] = value;
        // A promise that fails while the object waits would end it.
        if (owner === "ctx" && name === "blockConcurrencyWhile" && place === 0 && kind === "function") continue;
        lines.push([`${place + 1} ${kind}`, await this.call(owner, name, args)]);
        this.ctx.storage.kv.put("k", 1);
      }
    }
    for (let count = 0; count <= fine.length + 1; count++) {
      if (owner === "txn" && name === "rollback" && count > 1) continue;
      lines.push([`${count} given`, await this.call(owner, name, [...fine, 1, 2].slice(0, count))]);
      this.ctx.storage.kv.put("k", 1);
    }
    return lines;
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    for (const owner in methods) {
      for (const name in methods[owner]) {
        const lines = await env.Store.getByName(`${owner} ${name}`).run(owner, name);
        // What is alike stands in one row.
        const alike = new Map();
        for (const [label, line] of lines) alike.set(line, [...(alike.get(line) ?? []), label]);
        for (const [line, labels] of alike) await row(`${owner}.${name} ${labels.join(", ")}`, () => line);
      }
    }
    return response();
  },
};
