// Gives `/<package>` to that package's Worker, and runs a posted module by the Worker Loader.
export default {
  async fetch(request, env) {
    if (request.method !== "POST") return env[new URL(request.url).pathname.slice(1)].fetch("http://test/");
    const modules = { "main.js": await request.text() };
    const worker = env.LOADER.load({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules, globalOutbound: null });
    return worker.getEntrypoint().fetch("http://test/");
  },
};
