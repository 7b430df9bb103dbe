// Facets: what the tree of an object's facets is when the object is reset right after a change of it, and the next instance
// changes it too.
import { DurableObject } from "cloudflare:workers";
import { table, describeError } from "../table.js";

export class Facet extends DurableObject {
  put(key) {
    this.ctx.storage.kv.put(key, 1);
  }
  keys() {
    return [...this.ctx.storage.kv.list()].map(([key]) => key).join();
  }
  child(name) {
    return this.ctx.facets.get(name, () => ({ class: this.ctx.exports.Facet }));
  }
  putBelow(name, key) {
    return this.child(name).put(key);
  }
  keysBelow(name) {
    return this.child(name).keys();
  }
}

export class Parent extends DurableObject {
  child(name) {
    return this.ctx.facets.get(name, () => ({ class: this.ctx.exports.Facet }));
  }
  putBelow(name, key) {
    return this.child(name).put(key);
  }
  async prepare() {
    await this.child("a").put("of a");
    await this.child("a").putBelow("c", "of a/c");
    await this.child("b").put("of b");
    await this.ctx.storage.sync();
  }
  async all(names) {
    const found = {};
    for (const name of names) {
      found[name] = await this.child(name).keys();
      found[name + "/c"] = await this.child(name).keysBelow("c");
    }
    return found;
  }
  reset() {
    this.ctx.abort("reset");
  }
  cloneAndReset() {
    this.ctx.facets.clone("a", "b");
    this.ctx.abort("reset");
  }
  deleteAndReset() {
    this.ctx.facets.delete("a");
    this.ctx.abort("reset");
  }
  cloneTwiceAndReset() {
    this.ctx.facets.clone("a", "b");
    this.ctx.facets.clone("b", "copy");
    this.ctx.facets.delete("a");
    this.ctx.abort("reset");
  }
  async cloneAndThrow() {
    this.ctx.facets.clone("a", "b");
    await this.ctx.blockConcurrencyWhile(() => {
      throw new Error("thrown");
    });
  }
  // The places of the two are still being given when it is reset.
  async beginAndReset() {
    const begun = [this.child("a long name").keys(), this.child("d").keys()].map((call) => call.catch(() => {}));
    await Promise.resolve();
    setTimeout(() => this.ctx.abort("reset"), 0);
    await Promise.all(begun);
    await new Promise(() => {});
  }
}

const CHANGES = ["cloneAndReset", "deleteAndReset", "cloneTwiceAndReset", "cloneAndThrow", "beginAndReset"];

async function history(env, change, made) {
  const object = () => env.Parent.getByName(`${change} ${made}`);
  await object().prepare();
  const ended = await object()[change]().then(() => "no error", describeError);
  for (const name of made) {
    await object().putBelow(name, `new in ${name}`);
  }
  const before = await object().all(["a", "b", ...made]);
  await object().reset().catch(() => {});
  return { ended, before, after: await object().all(["a", "b", "a long name", "d", "copy", ...made]) };
}

export default {
  async fetch(_request, env) {
    const rows = table();
    for (const change of CHANGES) {
      for (const made of [["n"], ["n1", "n2", "n3"], ["a", "b"]]) {
        await rows.row(`${change}, then ${made}`, () => history(env, change, made));
      }
    }
    return rows.response();
  },
};
