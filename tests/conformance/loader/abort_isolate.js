// abortIsolate() in loaded Workers: what the caller sees, who goes on, and when a name is loaded anew.
import { describeError, table } from "../table.js";

const compatibilityDate = "2026-11-17";
export default { async fetch(request, env, ctx) {
  const { row, response } = table();
  const code = (src) => ({ compatibilityDate, mainModule: "main.js", modules: { "main.js": src } });
  const src = "import { abortIsolate, WorkerEntrypoint } from 'cloudflare:workers'; globalThis.n = 0; export class E extends WorkerEntrypoint { ping() { return ++globalThis.n; } kill(r) { abortIsolate(r); return 'after'; } killLater() { setTimeout(() => abortIsolate('later'), 1); return 'fine'; } async wait() { await scheduler.wait(50); return 'waited'; } }; export default { fetch() { return new Response('x') } }";
  const err = async (f) => { try { return await f(); } catch (e) { return [describeError(e), e.remote ?? null, e.durableObjectReset ?? null, e.retryable ?? null, Object.keys(e)]; } };
  let loads = 0;
  const get = () => env.LOADER.get("a", () => { loads++; return code(src); }).getEntrypoint("E");
  const held = get();
  await row("pings", async () => [await held.ping(), await get().ping(), loads]);
  const waiting = held.wait();
  waiting.catch(() => {});
  await row("kill", () => err(() => held.kill("because")));
  await row("waiting", () => err(() => waiting));
  await row("held after", () => err(() => held.ping()));
  await row("held after 2", () => err(() => held.ping()));
  await row("got after", async () => [await err(() => get().ping()), await err(() => get().ping()), loads]);
  await row("kill without reason", () => err(() => get().kill()));
  await row("killLater", () => err(() => get().killLater()));
  await scheduler.wait(30);
  await row("after killLater", async () => [await err(() => get().ping()), loads]);
  const un = env.LOADER.load(code(src)).getEntrypoint("E");
  await row("unnamed", () => err(() => un.ping()));
  await row("unnamed kill", () => err(() => un.kill("because")));
  await row("unnamed after", () => err(() => un.ping()));
  return response();
} };
