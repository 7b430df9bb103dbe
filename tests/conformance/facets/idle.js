// Facets left alone while their object is in use: they lose their memory and start again without their callback.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

// Workerd evicts after ten seconds; the runner waits thirty seconds for a case.
const IDLE_MS = 14_000;

export class Child extends DurableObject {
  memory = 0;
  add() {
    const { kv } = this.ctx.storage;
    kv.put("n", (kv.get("n") ?? 0) + 1);
    return [kv.get("n"), ++this.memory, this.ctx.props.by ?? null, typeof this.ctx.id === "string" ? this.ctx.id : this.ctx.id.name];
  }
  below() {
    this.calls ??= 0;
    return this.ctx.facets.get("low", () => { this.calls++; return { class: this.ctx.exports.Child({ props: { by: "below" } }) }; }).add();
  }
}
export class Parent extends DurableObject {
  memory = 0;
  calls = {};
  stubs = {};
  child(name, options = {}) {
    const { by = name, id } = options;
    return this.ctx.facets.get(name, () => { this.calls[name] = (this.calls[name] ?? 0) + 1; return { class: this.ctx.exports.Child({ props: { by } }), id }; });
  }
  start() {
    for (const name of ["kept", "unused"]) this.stubs[name] = this.child(name);
    return Promise.all([this.child("idle").add(), this.child("used").add(), this.child("with id", { id: "own id" }).add(), this.stubs.kept.add(), this.child("mid").below(), this.child("aborted").add(), this.child("deleted").add()]);
  }
  touch() {
    this.memory++;
    return this.child("used").add();
  }
  async end() {
    const { row, response } = table();
    const { facets } = this.ctx;
    await row("in use meanwhile", async () => (await this.child("used").add())[1] > 3);
    await row("left alone", () => this.child("idle", { by: "another" }).add());
    await row("its callback", () => this.calls.idle);
    await row("with an id of its own", () => this.child("with id", { id: "another id" }).add());
    await row("stub kept", () => this.stubs.kept.add());
    await row("stub kept, not used before", () => this.stubs.unused.add());
    await row("facet of a facet", () => this.child("mid").below());
    await row("aborted now", async () => { facets.abort("aborted", new Error("x")); return [await this.child("aborted", { by: "another" }).add(), this.calls.aborted]; });
    await row("deleted now", async () => { facets.delete("deleted"); return [await this.child("deleted").add(), this.calls.deleted]; });
    await row("cloned now", async () => { facets.clone("idle", "copy"); return this.child("copy").add(); });
    await row("its own object", () => this.memory > 3);
    return (await response()).text();
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const parent = env.Parent.getByName("parent");
    await row("first", () => parent.start());
    const touching = setInterval(() => parent.touch(), 2000);
    await scheduler.wait(IDLE_MS);
    clearInterval(touching);
    return new Response((await response().text()) + (await parent.end()));
  },
};
