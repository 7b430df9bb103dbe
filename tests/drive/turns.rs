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
