// Worker Loader: where fetch() of a loaded Worker goes whose parent has a globalOutbound: there, to nobody, or to a stub.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { table, describeError } from "../table.js";

export class Outside extends WorkerEntrypoint {
  async fetch(request) {
    return new Response(`outside ${request.method} ${request.url} ${await request.text()}`);
  }
}
export class Gate extends WorkerEntrypoint {
  async fetch(request) {
    const mark = this.ctx.props.mark ?? "gate";
    if (new URL(request.url).pathname === "/on") return new Response(`${mark}, then ${await (await fetch(request.url.replace("/on", "/from-gate"))).text()}`);
    return new Response(`${mark} ${request.url}`);
  }
}

const compatibilityDate = "2026-11-17";
const source = `
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
const read = async (path) => { try { return await (await fetch("http://out.test/" + path, { method: "POST", body: "b" })).text(); } catch (error) { return error.name + ": " + error.message; } };
export default {
  async fetch(request, env, ctx) {
    const path = new URL(request.url).pathname.slice(1);
    if (path === "exports") return new Response(await ctx.exports.Other.read("exports"));
    if (path === "stub-in-env") return env.GATE.fetch("http://out.test/" + path);
    if (path === "loaded-by-parent") return new Response(await env.PARENT.load());
    return new Response(await read(path));
  },
};
export class Other extends WorkerEntrypoint { read(path) { return read(path); } }
export class Part extends DurableObject { read(path) { return read(path); } }
`;

export class Parent extends WorkerEntrypoint {
  async load() {
    const worker = this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source } });
    return (await worker.getEntrypoint().fetch("http://worker.test/by-parent")).text();
  }
}
export class Root extends DurableObject {
  own(path) {
    return fetch(`http://out.test/${path}`).then((answer) => answer.text(), describeError);
  }
  facet(name, more) {
    return this.ctx.facets.get(name, () => ({ class: this.env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, ...more }).getDurableObjectClass("Part") })).read(name);
  }
}

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    const gate = ctx.exports.Gate({ props: { mark: "stub" } });
    const use = async (path, more) => (await env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source }, ...more }).getEntrypoint().fetch(`http://worker.test/${path}`)).text();
    await row("own", async () => (await fetch("http://out.test/own")).text());
    await row("own, in an object", () => env.Root.getByName("root").own("object"));
    await row("own, of a Request", async () => (await fetch(new Request("http://out.test/request"))).text());
    await row("absent", () => use("absent"));
    await row("undefined", () => use("undefined", { globalOutbound: undefined }));
    await row("null", () => use("null", { globalOutbound: null }));
    await row("a stub", () => use("stub", { globalOutbound: gate }));
    await row("a class that is not called", () => use("not-called", { globalOutbound: ctx.exports.Gate }));
    await row("a stub that goes on", () => use("on", { globalOutbound: gate }));
    await row("the own outbound as a stub", () => use("as-stub", { globalOutbound: ctx.exports.Outside }));
    await row("a stub in env, null", () => use("stub-in-env", { globalOutbound: null, env: { GATE: gate } }));
    await row("loaded by an entrypoint of the parent, null", () => use("loaded-by-parent", { globalOutbound: null, env: { PARENT: ctx.exports.Parent({ props: {} }) } }));
    await row("an own entrypoint", () => use("exports"));
    await row("an own entrypoint, null", () => use("exports", { globalOutbound: null }));
    await row("a named Worker", async () => (await env.LOADER.get("named", () => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": source } })).getEntrypoint().fetch("http://worker.test/named")).text());
    for (const [kind, more] of Object.entries({ absent: {}, null: { globalOutbound: null }, stub: { globalOutbound: gate } })) {
      await row(`a facet, ${kind}`, () => env.Root.getByName("root").facet(kind, more));
    }
    return response();
  },
};
