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
        while (!(await env.Aborter.getByName("a").isLoading())) await scheduler.wait(1);
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
    const stub = this.env.LOADER.get("waited", () => new Promise(() => {}));
    this.loading = true;
    return await ask(stub);
  }
  isLoading() {
    return this.loading ?? false;
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

/// Nobody can reach an unnamed Worker once its stubs are collected: its isolate goes before there is need for room.
#[test]
fn unnamed_workers_end_with_their_last_stub() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        const code = { compatibilityDate: "2026-11-17", mainModule: "m.js",
          modules: { "m.js": "const held = Array.from({ length: 1e6 }, (_, i) => i + 0.5); export default { fetch() { return new Response(String(held.length)); } };" } };
        export default {
          async fetch(request, env) {
            if (new URL(request.url).pathname === "/load") {
              for (let i = 0; i < 20; i++) await (await env.LOADER.load(code).getEntrypoint().fetch("http://x/")).text();
              return new Response("loaded");
            }
            // Garbage makes V8 collect, and with it the stubs of the Workers.
            let kept = [];
            for (let i = 0; i < 3e6; i++) { kept.push({ i }); if (kept.length > 3e5) kept = []; }
            return new Response("collected");
          },
        };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--shards", "1", "--isolates-per-shard", "100"]);
    assert_eq!(server.get("/collect"), (200, "collected".to_owned()));
    let before = server.memory();
    assert_eq!(server.get("/load"), (200, "loaded".to_owned()));
    let loaded = server.memory();
    let mut left = loaded;
    for _ in 0..40 {
        assert_eq!(server.get("/collect"), (200, "collected".to_owned()));
        std::thread::sleep(std::time::Duration::from_millis(100));
        left = server.memory();
        if left < before + (loaded - before) / 2 {
            return;
        }
    }
    panic!("{before} before, {loaded} with 20 Workers, {left} after their stubs were collected");
}

/// What deno_core does for each module and each import cannot be interrupted: their number has an end.
#[test]
fn modules_and_their_imports_are_bounded() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        const imports = (count, name) => Array.from({ length: count }, (_, i) => `import "./${name(i)}.js";`).join("");
        const exported = "export default { fetch() { return new Response('started'); } };";
        function many(extra) {
          const modules = { "m.js": imports(99, (i) => "p" + i) + exported };
          for (let i = 0; i < 99; i++) {
            modules[`p${i}.js`] = imports(100, (j) => `c${i}_${j}`);
            for (let j = 0; j < 100; j++) modules[`c${i}_${j}.js`] = "";
          }
          for (let i = 0; i < extra; i++) modules[`extra${i}.js`] = "";
          return modules;
        }
        function long(count) {
          const modules = { "m.js": `/*${"x".repeat(2 ** 24)}*/${imports(count, (i) => "c" + i)}${exported}` };
          for (let i = 0; i < count; i++) modules[`c${i}.js`] = "";
          return modules;
        }
        const cases = { "/many": () => many(0), "/one_more": () => many(1), "/too_long": () => long(1000) };
        export default {
          async fetch(request, env) {
            const modules = cases[new URL(request.url).pathname]();
            try {
              const worker = env.LOADER.load({ compatibilityDate: "2026-11-17", mainModule: "m.js", modules });
              return await worker.getEntrypoint().fetch("http://x/");
            } catch (error) {
              return new Response(error.message);
            }
          },
        };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    assert_eq!(server.get("/many"), (200, "started".to_owned()));
    let too_many = "Dynamic Worker has 10001 modules, more than the maximum allowed number of 10000.";
    assert_eq!(server.get("/one_more"), (200, too_many.to_owned()));
    let too_long = server.get("/too_long").1;
    assert!(too_long.contains("too long for the number of their imports"), "{too_long}");
}
