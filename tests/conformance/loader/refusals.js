// Worker Loader: refused entrypoints, classes, main modules, module names, dates, flags and argument types, and the
// words for each.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

const compatibilityDate = "2026-11-17";
const fine = "export default { fetch() { return new Response('fine'); } }";

export class Host extends DurableObject {
  async start(name, code, className, options) {
    const worker = this.env.LOADER.load({ compatibilityDate, ...code });
    return this.ctx.facets.get(name, () => ({ class: worker.getDurableObjectClass(className, options) })).ping();
  }
  async tagOf(code, className, options) {
    return Object.prototype.toString.call(this.env.LOADER.load({ compatibilityDate, ...code }).getDurableObjectClass(className, options));
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const load = (code) => env.LOADER.load({ compatibilityDate, mainModule: "main.js", ...code });
    const use = async (code) => (await load(code).getEntrypoint().fetch(url)).text();
    const main = (source, more) => use({ modules: { "main.js": source }, ...more });
    // What follows the first two lines of a failed start is the stack.
    const start = (label, run) => row(label, async () => { try { return await run(); } catch (error) { return [error.name, ...error.message.split("\n").slice(0, 2)]; } });
    const entry = (source, name, options) => load({ modules: { "main.js": source } }).getEntrypoint(name, options);

    await row("entrypoint __proto__", () => entry(fine, "__proto__").fetch(url));
    await row("entrypoint constructor", () => entry(fine, "constructor").fetch(url));
    await row("entrypoint empty name", () => entry(fine, "").fetch(url));
    await row("entrypoint not ASCII", () => entry(fine, "é").fetch(url));
    await row("entrypoint number", () => entry(fine, 5).fetch(url));
    await start("entrypoint is a number", () => entry("export const n = 5;" + fine, "n").fetch(url));
    await row("entrypoint exported by another module", async () => (await load({ modules: { "main.js": "export * from './lib.js'; export { default } from './lib.js';", "lib.js": fine + "; export const other = { fetch() { return new Response('other'); } };" } }).getEntrypoint("other").fetch(url)).text());
    await row("entrypoint options number", () => { entry(fine, null, 5); });
    await row("entrypoint props number", () => { entry(fine, null, { props: 5 }); });
    await row("entrypoint props null", () => { entry(fine, null, { props: null }); });
    await row("entrypoint unknown option", async () => (await entry(fine, null, { other: 1 }).fetch(url)).text());
    await row("handler rpc without a method", () => entry(fine).ping("x"));

    const classes = { mainModule: "main.js", modules: { "main.js": "import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers'; export class D extends DurableObject { ping() { return 'pong'; } } export class E extends WorkerEntrypoint { ping() { return 'pong'; } } export const o = { ping() {} };" } };
    const host = env.Host.getByName("host");
    await row("class", () => host.start("class", classes, "D"));
    await row("class missing", () => host.start("missing", classes, "Nope"));
    await row("class of the default export, missing", () => host.start("no default", classes));
    await row("class of the default export", () => host.start("default", { mainModule: "main.js", modules: { "main.js": "import { DurableObject } from 'cloudflare:workers'; export default class extends DurableObject { ping() { return 'pong'; } }" } }));
    await row("class is an entrypoint", () => host.start("entrypoint", classes, "E"));
    await row("class is a handler object", () => host.start("object", classes, "o"));
    await row("class object made for any name", () => host.tagOf(classes, "Nope"));
    await row("class name number", () => host.tagOf(classes, 5));
    await row("class props number", () => host.tagOf(classes, "D", { props: 5 }));
    await row("class of a failing start", async () => { try { await host.start("failing", { mainModule: "main.js", modules: { "main.js": "throw new RangeError('top');" } }, "D"); } catch (error) { return error.message.split("\n").slice(0, 2); } });
    await row("class of refused code", () => host.start("refused", { mainModule: "main.js", modules: {} }, "D"));

    await start("main missing", () => use({ mainModule: "other.js", modules: { "main.js": fine } }));
    await row("main with ./", () => use({ mainModule: "./main.js", modules: { "main.js": fine } }));
    await start("main undefined", () => use({ mainModule: undefined, modules: { "main.js": fine } }));
    await row("main number", () => use({ mainModule: 5, modules: { "5": { js: fine } } }));
    await start("main in another case", () => use({ mainModule: "Main.js", modules: { "main.js": fine } }));
    await start("main is text", () => use({ mainModule: "main.txt", modules: { "main.txt": { text: fine } } }));
    await start("main is json", () => use({ mainModule: "main.json", modules: { "main.json": { json: {} } } }));
    await start("main is data", () => use({ mainModule: "main.bin", modules: { "main.bin": { data: new Uint8Array(1) } } }));
    await row("modules missing", () => use({}));
    await row("modules null", () => use({ modules: null }));
    await row("modules array", () => use({ modules: [fine] }));
    await row("modules Map", () => use({ modules: new Map([["main.js", fine]]) }));
    for (const name of ["main.mjs", "main.cjs", "main.json", "main.wasm", "main.txt", "main.JS", "js", ".js"]) await row(`module name ${name}`, () => use({ mainModule: name, modules: { [name]: fine } }));
    for (const name of ["main.tsx", "main.jsx", "main.mts"]) await row(`module name ${name}`, () => use({ mainModule: name, modules: { [name]: fine } }));
    await row("wrong name beside a good main", () => use({ modules: { "main.js": fine, "style.css": "x" } }));
    for (const value of [null, undefined, [], new Uint8Array(1)]) await row(`module ${show(value)}`, () => use({ modules: { "main.js": value } }));
    await row("module with an undefined kind", () => use({ modules: { "main.js": { js: undefined } } }));
    await row("module with one kind and undefined ones", () => use({ modules: { "main.js": { js: fine, text: undefined } } }));
    await row("module of three kinds", () => use({ modules: { "main.js": { js: fine, text: "x", data: new Uint8Array(1) } } }));
    await row("module with a kind and more", () => use({ modules: { "main.js": { js: fine, note: "x" } } }));
    return response();
  },
};
