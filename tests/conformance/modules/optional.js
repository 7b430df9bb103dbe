// Literal imports of what is not there: they fail when they run, and what does not run does not matter.
import { table } from "../table.js";

async function optional() {
  try {
    return await import("pg-native");
  } catch {
    return null;
  }
}

export default {
  async fetch() {
    const { row, response } = table();
    await row("package", () => import("pg-native"));
    await row("scoped package", () => import("@scope/name/file.js"));
    await row("file", () => import("./optional_missing.js"));
    await row("file above", () => import("../../../missing.js"));
    await row("address", () => import("https://esm.sh/x"));
    await row("data", () => import("data:text/javascript,1"));
    await row("Node's", () => import("node:nope"));
    await row("the runtime's", () => import("cloudflare:nope"));
    await row("caught", optional);
    await row("present", async () => typeof (await import("../table.js")).table);
    if (globalThis.never) {
      await import("never/loaded");
    }
    return response();
  },
};
