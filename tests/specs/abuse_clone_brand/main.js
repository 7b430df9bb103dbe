// The public symbols by which deno_core's own classes say how they are cloned or printed mean nothing here.
import assert from "node:assert";

const BRAND = Symbol.for("Deno.core.hostObject");
const values = {
  unknown: () => ({ type: "x" }),
  none: () => ({}),
  constructor: () => ({ type: "constructor" }),
  proto: () => ({ type: "__proto__" }),
  port: () => ({ type: "MessagePort" }),
  text: () => "x",
  throws: () => { throw new Error("from the brand"); },
};
const cases = {};
for (const [name, brand] of Object.entries(values)) {
  cases[name] = { test() {
    let clone;
    try {
      clone = structuredClone({ [BRAND]: brand, a: 1 });
    } catch (error) {
      assert.ok(error instanceof Error || error instanceof DOMException);
      return;
    }
    assert.deepStrictEqual(clone, { a: 1 });
  } };
}
export const { unknown, none, constructor: inherited, proto, port, text, throws } = cases;

export const inRpc = { async test(_controller, env) {
  const entry = env.LOADER.get("echo", () => ({
    compatibilityDate: "2026-01-01", mainModule: "main.js",
    modules: { "main.js": `import { WorkerEntrypoint } from "cloudflare:workers"; export default class extends WorkerEntrypoint { echo(value) { return value; } }` },
  })).getEntrypoint();
  for (const brand of Object.values(values)) {
    assert.deepStrictEqual(await entry.echo({ [BRAND]: brand, a: 1 }), { a: 1 });
  }
} };
