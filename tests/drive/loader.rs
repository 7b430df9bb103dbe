//! Loaders over all shards: who runs the callback of a name, and what becomes of a load whose event ends.

use crate::support::{Folder, Server};

const WORKER: &str = r#"
import { DurableObject } from "cloudflare:workers";
const code = { compatibilityDate: "2026-11-17", mainModule: "m.js", modules: { "m.js": "export default { fetch() { return new Response('loaded'); } };" } };
const ask = async (stub) => (await stub.getEntrypoint().fetch("http://x/")).text();
export class Asker extends DurableObject {
  async ask(name) {
    let ran = 0;
    const stub = this.env.LOADER.get(name, async () => { ran++; await scheduler.wait(20); return code; });
    return [await ask(stub), ran];
  }
}
export default {
  async fetch(request, env) {
    switch (new URL(request.url).pathname) {
      case "/many": {
        const asked = Array.from({ length: 16 }, (_, i) => env.Asker.getByName("asker" + i).ask("many"));
        const answers = await Promise.all(asked);
        return Response.json([answers.every(([text]) => text === "loaded"), answers.reduce((sum, [, ran]) => sum + ran, 0)]);
      }
      case "/leave":
        env.LOADER.get("left", () => new Promise(() => {}));
        return new Response("left");
      case "/use":
        return new Response(await ask(env.LOADER.get("left", () => code)));
      case "/waiters": {
        const aborted = env.Aborter.getByName("a").load().catch((error) => error.message);
        await scheduler.wait(20);
        const waiting = ask(env.LOADER.get("waited", () => code)).catch((error) => [error.message, error.retryable]);
        await env.Aborter.getByName("a").kill().catch(() => {});
        const first = await waiting;
        return Response.json([await aborted, first, await ask(env.LOADER.get("waited", () => code))]);
      }
    }
  },
};
export class Aborter extends DurableObject {
  async load() {
    return await ask(this.env.LOADER.get("waited", () => new Promise(() => {})));
  }
  kill() {
    this.ctx.abort("gone");
  }
}
"#;

fn serve(folder: &Folder) -> Server {
    Server::script(folder, "main.js", &["--shards", "4"])
}

#[test]
fn a_name_is_loaded_once_over_all_shards() {
    let folder = Folder::with(&[("main.js", WORKER)]);
    assert_eq!(serve(&folder).get("/many"), (200, "[true,1]".to_owned()));
}

#[test]
fn a_load_whose_event_ends_is_done_again_by_the_next_one() {
    let folder = Folder::with(&[("main.js", WORKER)]);
    let server = serve(&folder);
    assert_eq!(server.get("/leave"), (200, "left".to_owned()));
    assert_eq!(server.get("/use"), (200, "loaded".to_owned()));
}

#[test]
fn those_who_wait_for_a_load_that_is_lost_may_try_again() {
    let folder = Folder::with(&[("main.js", WORKER)]);
    let lost = "The event that was to load the Worker ended before its code was there.";
    let expected = format!("[\"gone\",[\"{lost}\",true],\"loaded\"]");
    assert_eq!(serve(&folder).get("/waiters"), (200, expected));
}
