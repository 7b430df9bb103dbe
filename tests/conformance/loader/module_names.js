// Worker Loader: modules under odd names, and how mainModule may name one.
import { table, describeError } from "../table.js";

const compatibilityDate = "2026-11-17";

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const url = "http://worker.test/";
    const load = (mainModule, modules, more) => env.LOADER.load({ compatibilityDate, mainModule, modules, ...more });
    const use = async (...args) => { try { return await (await load(...args).getEntrypoint().fetch(url)).text(); } catch (error) { return `ERR ${describeError(error).split("\n").slice(0, 3).join(" | ")}`; } };
    const answer = (imports, expression) => `${imports}; export default { async fetch() { try { const value = ${expression}; return new Response(typeof value === "string" ? value : JSON.stringify(value) ?? "undefined"); } catch (error) { return new Response("caught " + error?.name + ": " + error?.message); } } };`;

    const names = ["./a.js", "././a.js", "a/../b.js", "a b.js", "a\tb.js", "a\nb.js", "é.js", "日本.js", "😀.js", "\ud800.js", "%20.js", "%zz.js", "a?b.js", "a#b.js", "a\\b.js", "a:b.js", "C:\\a.js", "file:///bundle/a.js", "http://x.test/a.js", "node:path.js", "node:fs", "__proto__", "constructor", "toString", "0", "1.js", "main", "x".repeat(300) + ".js", "x".repeat(5000) + ".js"];
    const onlyBeside = ["a/", "a//b.js", "/a.js", "../a.js", "a\0b.js", "file:///a.js"];
    for (const name of [...names, ...onlyBeside]) {
      const label = name.length > 50 ? `${name.length} long` : JSON.stringify(name);
      const modules = Object.create(null);
      Object.defineProperty(modules, name, { value: { js: answer("", "'main ran'") }, enumerable: true });
      if (names.includes(name)) await row(`main under ${label}`, () => use(name, modules));
      const beside = Object.create(null);
      beside["main.js"] = answer("", "'beside'");
      Object.defineProperty(beside, name, { value: { js: "export default 'beside';" }, enumerable: true });
      await row(`beside ${label}`, () => use("main.js", beside));
    }
    for (const main of ["main", "./main.js", "././main.js", "file:///bundle/main.js", "MAIN.js", " main.js", "main.js ", "main.js?x", "main.js#x", "m%61in.js", "x/../main.js"]) await row(`mainModule ${JSON.stringify(main)}`, () => use(main, { "main.js": answer("", "'fine'") }));

    return response();
  },
};
