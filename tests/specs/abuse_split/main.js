// A string split into more elements than V8's largest array: an error, not the end of the process.
import assert from "node:assert";

export const emptySeparator = { async test(_controller, env) {
  const entry = env.LOADER.get("split", () => ({
    compatibilityDate: "2026-01-01", mainModule: "main.js",
    modules: { "main.js": `export default { fetch() { return new Response("" + "ab".repeat(2.4e8).split("").length); } };` },
  })).getEntrypoint();
  await assert.rejects(entry.fetch("http://x/"));
} };
