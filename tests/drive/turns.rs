//! Events that share an isolate are never confused.

use std::thread;

use crate::support::{Folder, Server};

const INTERLEAVED: &str = r#"
let shared = null;
export class Echo extends (await import("cloudflare:workers")).DurableObject {
  async say(text) { await scheduler.wait(2); return text; }
}
async function inner(env, name) {
  await scheduler.wait(Math.random() * 5);
  const echoed = await env.Echo.get(env.Echo.idFromName(name)).say(name);
  await null;
  return echoed;
}
export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    const name = url.searchParams.get("name");
    if (url.pathname === "/keep") { shared = { request, ctx }; return new Response("kept"); }
    if (url.pathname === "/use") {
      const lines = [];
      for (const key of ["text", "arrayBuffer", "json"]) {
        try { await shared.request[key](); lines.push("no error"); } catch (error) { lines.push(error.message); }
      }
      return new Response(lines.join("\n"));
    }
    const seen = [];
    for (let i = 0; i < 5; i++) {
      seen.push(await inner(env, name));
      seen.push(await new Promise((resolve) => setTimeout(resolve, Math.random() * 4, name)));
      const body = await new Response(new ReadableStream({
        async pull(controller) { await scheduler.wait(1); controller.enqueue(new TextEncoder().encode(name)); controller.close(); },
      })).text();
      seen.push(body);
    }
    return new Response(seen.join(","));
  },
};
"#;

#[test]
fn events_with_timers_awaits_and_subrequests_keep_to_themselves() {
    let folder = Folder::with(&[("main.js", INTERLEAVED)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    thread::scope(|scope| {
        for client in 0..40 {
            let server = &server;
            scope.spawn(move || {
                let name = format!("client{client}");
                let expected = vec![name.clone(); 15].join(",");
                assert_eq!(server.get(&format!("/?name={name}")), (200, expected));
            });
        }
    });
}

#[test]
fn a_handle_of_an_ended_event_is_refused() {
    let folder = Folder::with(&[("main.js", INTERLEAVED)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    assert_eq!(server.request("POST", "/keep", &[], b"body").0, 200);
    let (status, text) = server.get("/use");
    assert_eq!(status, 200);
    assert!(text.starts_with("Cannot perform I/O on behalf of a different request. I/O objects"), "{text}");
}

#[test]
fn an_event_that_nothing_can_end_is_failed_at_once() {
    let folder = Folder::with(&[("main.js", "export default { fetch() { return new Promise(() => {}); } };")]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    assert_eq!(server.get("/").0, 500);
    server.wait_for_log("your Worker's code had hung and would never generate a response");
}

#[test]
fn wait_until_holds_an_event_and_other_timers_do_not() {
    let script = r#"
        const done = [];
        export default {
          async fetch(request, env, ctx) {
            if (request.url.endsWith("/done")) return new Response(done.join(","));
            ctx.waitUntil(scheduler.wait(50).then(() => done.push("held")));
            setTimeout(() => done.push("timer within"), 10);
            setTimeout(() => done.push("timer beyond"), 300);
            return new Response("ok");
          },
        };"#;
    let folder = Folder::with(&[("main.js", script)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    assert_eq!(server.get("/"), (200, "ok".into()));
    thread::sleep(std::time::Duration::from_millis(800));
    assert_eq!(server.get("/done"), (200, "timer within,held".into()));
}

#[test]
fn the_listener_of_an_event_that_was_given_up_waits_for_what_holds_its_object() {
    let script = r#"
        import { DurableObject } from "cloudflare:workers";
        export class Inner extends DurableObject {
          log = [];
          async fetch(request) {
            const { storage } = this.ctx;
            request.signal.addEventListener("abort", () => { this.log.push("given up"); storage.kv.put("given up", 1); });
            await storage.transaction(async () => {
              storage.kv.put("inside", 1);
              await scheduler.wait(1200);
              this.log.push("ends");
              throw new Error("undo");
            }).catch(() => {});
            this.ctx.waitUntil(scheduler.wait(100));
            return new Response("done");
          }
          state() { return `${this.log} / ${[...this.ctx.storage.kv.list()].map(([key]) => key)}`; }
        }
        export class Outer extends DurableObject {
          get facet() { return this.ctx.facets.get("f", () => ({ class: this.ctx.exports.Inner, limits: { wallMs: 300 } })); }
          async fetch() {
            const end = await this.facet.fetch("http://x/").catch((error) => error.limit);
            await scheduler.wait(1500);
            return new Response(`${end}: ${await this.facet.state()}`);
          }
        }
        export default { fetch: (request, env) => env.Outer.getByName("o").fetch(request) };"#;
    let folder = Folder::with(&[("main.js", script)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    assert_eq!(server.get("/"), (200, "wallMs: ends,given up / given up".into()));
}

#[test]
fn code_that_stops_inside_a_callback_does_not_hold_its_object() {
    let script = r#"
        import { DurableObject } from "cloudflare:workers";
        const CODE = `
          import { DurableObject, abortIsolate } from "cloudflare:workers";
          export class Inner extends DurableObject {
            async block() { await this.ctx.blockConcurrencyWhile(async () => { this.ctx.storage.kv.put("inside", 1); abortIsolate("x"); }); }
            async transact() { await this.ctx.storage.transaction(async () => { this.ctx.storage.kv.put("inside", 1); abortIsolate("x"); }); }
            async put(key) { this.ctx.storage.kv.put(key, 1); await this.ctx.storage.sync(); return [...this.ctx.storage.kv.list()].map(([key]) => key); }
          }`;
        export class Outer extends DurableObject {
          facet(name) {
            return this.ctx.facets.get(name, () => ({
              class: this.env.LOADER.get(name, () => ({ compatibilityDate: "2026-11-17", mainModule: "m.js", modules: { "m.js": CODE } })).getDurableObjectClass("Inner"),
            }));
          }
          async fetch(request) {
            const name = new URL(request.url).pathname.slice(1);
            const end = await this.facet(name)[name]().catch(() => "ended");
            const keys = [await this.facet(name).put("after")];
            this.ctx.facets.abort(name, new Error("again"));
            keys.push(await this.facet(name).put("again"));
            return new Response(`${end} ${keys.join(" / ")}`);
          }
        }
        export default { fetch: (request, env) => env.Outer.getByName("o").fetch(request) };"#;
    let folder = Folder::with(&[("main.js", script)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    assert_eq!(server.get("/block"), (200, "ended after,inside / after,again,inside".into()));
    assert_eq!(server.get("/transact"), (200, "ended after / after,again".into()));
}

#[test]
fn instances_that_are_slow_to_make_have_no_more_than_their_share_of_a_shard() {
    let script = r#"
        import { DurableObject } from "cloudflare:workers";
        const CODE = `
        import { DurableObject } from "cloudflare:workers";
        const burn = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };
        export class Slow extends DurableObject { constructor(...args) { super(...args); burn(30); } ping() {} }
        export class Quick extends DurableObject { work() { burn(5); } }
        `;
        export class Supervisor extends DurableObject {
          app(name, exported) {
            const worker = this.env.LOADER.get(exported, () => ({ compatibilityDate: "2026-08-01", mainModule: "m.js", modules: { "m.js": CODE } }));
            return this.ctx.facets.get(name, () => ({ class: worker.getDurableObjectClass(exported) }));
          }
          async fetch() {
            const names = Array.from({ length: 30 }, (_, i) => `slow${i}`);
            // They have their places on disk.
            await Promise.all(names.map((name) => this.app(name, "Slow").ping()));
            for (const name of names) this.ctx.facets.abort(name, new Error("again"));
            await this.app("quick", "Quick").work();
            let made = 0;
            for (const name of names) this.app(name, "Slow").ping().then(() => made++);
            await Promise.all(names.map(() => this.app("quick", "Quick").work()));
            return Response.json(made);
          }
        }
        export default { fetch(request, env) { return env.Supervisor.getByName("one").fetch(request); } };"#;
    let folder = Folder::with(&[("main.js", script)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    let (status, text) = server.get("/");
    // Of 30, in the time of as many short turns of another Worker.
    assert!(status == 200 && text.parse::<u32>().is_ok_and(|made| made < 15), "{text}");
}
