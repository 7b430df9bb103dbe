// Facets of facets: depth, names, storage of their own, and how abort, delete and failures spread in the tree.
import { DurableObject } from "cloudflare:workers";
import { table, marks } from "../table.js";

export class Node extends DurableObject {
  memory = 0;
  // The root starts a class of a loaded Worker; below it, a facet uses its own class.
  nodeClass(options) {
    if (!this.env.LOADER) return options ? this.ctx.exports.Node(options) : this.ctx.exports.Node;
    const source = `import { DurableObject } from "cloudflare:workers"; export ${Node};`;
    return this.env.LOADER.get("node", () => ({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": source } })).getDurableObjectClass("Node", options);
  }
  child(name) {
    return this.ctx.facets.get(name, () => ({ class: this.nodeClass({ props: { name } }) }));
  }
  /** Calls the method on the facet that the path of names leads to, or here. */
  at(path, method, ...args) {
    return path.length === 0 ? this[method](...args) : this.child(path[0]).at(path.slice(1), method, ...args);
  }
  add(by = 1) {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + by);
    return [kv.get("n"), ++this.memory];
  }
  read() {
    return [this.ctx.storage.kv.get("n") ?? null, this.memory];
  }
  identity() {
    return [typeof this.ctx.id === "string" ? this.ctx.id : this.ctx.id.name, this.ctx.props];
  }
  childOf(name, id, inner) {
    return this.ctx.facets.get(name, () => ({ class: this.nodeClass(), id })).at([inner], "identity");
  }
  deleteChild(name) {
    return this.ctx.facets.delete(name);
  }
  cloneChild(from, to) {
    return this.ctx.facets.clone(from, to);
  }
  deleteAll() {
    return this.ctx.storage.deleteAll();
  }
  abortChild(name, reason) {
    return this.ctx.facets.abort(name, new Error(reason));
  }
  hang() {
    return new Promise(() => {});
  }
  die(reason) {
    this.ctx.abort(reason);
  }
  async failBlock() {
    await this.ctx.blockConcurrencyWhile(async () => { throw new RangeError("gate broken"); });
  }
  getOnly(name) {
    this.ctx.facets.get(name, () => ({ class: this.nodeClass() }));
    return "no throw";
  }
  async fetch(request) {
    const [, first, ...rest] = new URL(request.url).pathname.split("/");
    if (first) return this.child(first).fetch(`http://x.test/${rest.join("/")}`);
    return new Response(`${this.ctx.props.name ?? "root"} ${request.method}`);
  }
  async run() {
    const { row, response } = table();
    const { facets } = this.ctx;
    const at = (path, ...call) => this.at(path ? path.split("/") : [], ...call);
    const caught = async (promise) => { try { return await promise; } catch (error) { return [`${error.name}: ${error.message}`, ...marks(error)]; } };

    await row("depth 1", () => at("a", "add"));
    await row("depth 2", () => at("a/b", "add", 2));
    await row("depth 3", () => at("a/b/c", "add", 3));
    await row("depth 4", () => at("a/b/c/d", "add", 4));
    await row("depth 4, get alone", () => at("a/b/c", "getOnly", "d"));
    await row("depth 3, get alone", () => at("a/b", "getOnly", "c"));
    await row("same names at every depth", async () => [await at("s", "add", 1), await at("s/s", "add", 10), await at("s/s/s", "add", 100), await at("s", "read")]);
    await row("same name in two parents", async () => [await at("p/x", "add", 1), await at("q/x", "add", 10), await at("x", "add", 100), await at("p/x", "read")]);
    await row("name with a slash is no path", async () => [await at("p", "add"), (await facets.get("p/x", () => ({ class: this.nodeClass() })).read())]);
    await row("fetch through three", async () => (await this.child("a").fetch("http://x.test/b/c")).text());
    await row("id through three", () => at("a/b/c", "identity"));
    await row("id of a string parent", () => this.childOf("string id", "given", "inner"));
    await row("props are not inherited", async () => (await facets.get("no props", () => ({ class: this.nodeClass() })).identity())[1]);

    for (const name of ["a\0b", "a", "é", "e\u0301", "日本", "😀", "__proto__", "constructor", "0", "A", "."]) {
      await row(`name ${encodeURIComponent(name)}`, async () => { const before = await this.child(`n${name}`).read(); await this.child(`n${name}`).add(); return [before, await this.child(`n${name}`).read()]; });
    }
    await row("NUL does not end a name", async () => { await this.child("z\0one").add(5); return [await this.child("z\0two").read(), await this.child("z").read()]; });
    await row("undefined as name", async () => { await facets.get(undefined, () => ({ class: this.nodeClass() })).add(7); return this.child("undefined").read(); });

    await row("abort keeps the storage below", async () => { await at("k/l/m", "add", 5); facets.abort("k", new Error("gone")); return at("k/l/m", "read"); });
    await row("abort reaches the facets below", async () => { await at("w/x", "add"); const pending = caught(at("w/x", "hang")); await at("w/x", "read"); facets.abort("w", new RangeError("from the top")); return pending; });
    await row("abort of one below", async () => { await at("t/u", "add"); await at("t", "abortChild", "u", "by its parent"); return [await at("t", "read"), await at("t/u", "read")]; });
    await row("abort loses memory above and below", async () => { await at("m", "add"); await at("m/n", "add"); facets.abort("m", "x"); return [await at("m", "read"), await at("m/n", "read")]; });
    await row("delete empties all below", async () => { await at("d/e/f", "add"); await at("d/e", "add"); await at("d", "add"); facets.delete("d"); return [await at("d", "read"), await at("d/e", "read"), await at("d/e/f", "read")]; });
    await row("delete of a sibling", async () => { await at("g1/h", "add", 3); await at("g2/h", "add", 4); facets.delete("g1"); return [await at("g1/h", "read"), await at("g2/h", "read")]; });
    await row("delete without a start", async () => { await at("f1/f2", "add"); facets.abort("f1", "x"); facets.delete("f1"); return at("f1/f2", "read"); });
    await row("delete reaches calls below", async () => { await at("v/x", "add"); const pending = caught(at("v/x", "hang")); await at("v/x", "read"); facets.delete("v"); return pending; });
    await row("delete, then the same name grows again", async () => { await at("r/s", "add", 9); facets.delete("r"); await at("r/s", "add", 1); return [await at("r/s", "read"), await at("r", "read")]; });

    await row("delete of one below", async () => { await at("u1", "add"); await at("u1/u2", "add", 2); await at("u1/u3", "add", 3); await at("u1", "deleteChild", "u2"); return [await at("u1", "read"), await at("u1/u2", "read"), await at("u1/u3", "read")]; });
    await row("delete of two levels below", async () => { await at("u4/u5/u6", "add"); await at("u4", "deleteChild", "u5"); return at("u4/u5/u6", "read"); });
    await row("clone of one below", async () => { await at("v1/v2", "add", 4); await at("v1/v2/v3", "add", 5); await at("v1", "cloneChild", "v2", "v4"); await at("v1/v2", "add"); return [await at("v1/v2", "read"), await at("v1/v4", "read"), await at("v1/v4/v3", "read")]; });
    await row("deleteAll in a facet", async () => { await at("w1", "add"); await at("w2", "add", 2); await at("w1", "deleteAll"); return [(await at("w1", "read"))[0], (await at("w2", "read"))[0]]; });
    await row("deleteAll in a facet reaches those below", async () => { await at("w3/w4", "add"); await at("w3", "abortChild", "w4", "stopped"); await at("w3", "deleteAll"); return at("w3/w4", "read"); });

    await row("facet dies", () => caught(at("i", "die", "own reason")));
    await row("parent lives on", async () => { await at("i", "add"); return [this.memory, await at("i", "read")]; });
    await row("facet of a facet dies", async () => { await at("j", "add"); await at("j/k", "add", 2); return [await caught(at("j/k", "die", "deep")), await at("j", "read"), await at("j/k", "read")]; });
    await row("facet dies with facets", async () => { await at("o/p", "add", 3); const below = caught(this.child("o").at(["p"], "hang")); const reason = await caught(at("o", "die", "with children")); return [reason, await below, await at("o/p", "read")]; });
    await row("blockConcurrencyWhile fails in a facet", () => caught(at("bcw", "failBlock")));
    await row("after that", async () => [await at("bcw", "add"), this.memory]);
    await row("blockConcurrencyWhile fails below", async () => [await caught(at("bcw/low", "failBlock")), await at("bcw", "read"), await at("bcw/low", "add")]);
    return (await response()).text();
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const inside = await env.Node.getByName("root").run();
    const root = (name) => env.Node.getByName(name);
    const caught = async (promise) => { try { return await promise; } catch (error) { return [`${error.name}: ${error.message}`, ...marks(error)]; } };
    await row("root dies under a call", async () => {
      await root("dies").at(["a", "b"], "add", 4);
      const pending = caught(root("dies").at(["a", "b"], "hang"));
      await root("dies").read();
      return [await caught(root("dies").die("root went")), await pending];
    });
    await row("storage after the root died", () => root("dies").at(["a", "b"], "read"));
    await row("facet dies, seen from outside", () => caught(root("outside").at(["a"], "die", "inside reason")));
    await row("facet throws, seen from outside", () => caught(root("outside").at(["a"], "nothing")));
    await row("facet gate broken, seen from outside", () => caught(root("outside").at(["a"], "failBlock")));
    await row("root still the same", async () => { await root("outside").add(); return root("outside").read(); });
    await row("other roots have facets of their own", async () => [await root("one").at(["same"], "add"), await root("two").at(["same"], "add", 2)]);
    await row("root is no facet", () => root("one").read());
    return new Response(inside + (await response().text()));
  },
};
