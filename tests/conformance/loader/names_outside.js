// Worker Loader: names of modules that lead out of the bundle, name nothing, or are of schemes that a bundle may not use; and values
// that are no objects as modules.
import { table } from "../table.js";

const compatibilityDate = "2026-11-17";
const ANSWER = "import { WorkerEntrypoint } from 'cloudflare:workers'; export default class extends WorkerEntrypoint { go() { return 1; } }";

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const load = (modules) => env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules }).getEntrypoint().go();
    const finder = (specifiers) => `import { WorkerEntrypoint } from "cloudflare:workers"; export default class extends WorkerEntrypoint {
      async go() { const found = []; for (const specifier of ${JSON.stringify(specifiers)}) await import(specifier).then((module) => found.push(specifier + " is " + module.url), () => {}); return found.join(", "); } }`;
    const specifiers = ["./a.js", "/a.js", "../a.js", "./b.js", "./a/b.js", "./bundle", "./bundle/a.js", "./bundlex/a.js", "./x/a.js", "./%61.js", "./\u00e4.js", "file:///a.js", "file:///", "./", "http://x.test/a", "a:b.js"];
    const names = [
      "../a.js", "/a.js", "//a.js", "//x/a.js", "///a.js", "../../../a/b.js", "x/../../a.js", "x/../../bundle/a.js", "../bundle/a.js", "../bundle/../a.js", "../bundlex/a.js", "../bundle", "/bundle/a.js", "/bundle/", "/bundle", "bundle/a.js", "..//a.js", "a\\..\\..\\b.js", "..\\a.js", "%2e%2e/a.js", " ../a.js", "../ a.js", "../\u00e4.js", "../%41.js", "/%2561.js", "../%2f", "../a.js?q", "../a.js#h",
      "..", ".", "./", "../", "/", "//", "", "%2e%2e", "x/..", "x/../..", "../.", "/..", "?q", "#h", "../?q", "../bundle/%2e",
      "file:a.js", "file:/a.js", "file:///a.js", "FILE:///a.js", "file://h/a.js", "file://h/bundle/a.js", "file://h/bundle/", "file:///", "file:///bundle/", "file:///bundle", "/file:///a.js",
      "http://x.test/a", "../http://x.test/a", "a:b.js", "/a:b.js", "../node:fs", "data:a", "DATA:a", "/data:a", "cloudflare:x", "cloudflare:workers", "/cloudflare:x",
    ];
    for (const name of names) {
      await row(`name ${JSON.stringify(name)}`, () => load({ "main.js": finder([...specifiers, name]), [name]: { js: "export const { url } = import.meta;" } }));
    }
    for (const [one, other] of [["../a.js", "a.js"], ["../a.js", "/a.js"], ["../../a.js", "../a.js"], ["..", "a.js"]]) {
      await row(`both ${one} and ${other}`, () => load({ "main.js": ANSWER, [one]: { js: "1" }, [other]: { js: "1" } }));
    }

    const values = { number: 5, NaN, boolean: true, bigint: 0n, negative: -1, empty: "", symbol: Symbol("s"), undefined, null: null, String: new String("1"), RegExp: /a/, Date: new Date(0), function: () => {}, array: ["1"] };
    for (const [label, value] of Object.entries(values)) {
      for (const name of ["a.js", "a.ts", "a.tsx", "a.py", "a"]) await row(`${label} as ${name}`, () => load({ "main.js": ANSWER, [name]: value }));
    }
    return response();
  },
};
