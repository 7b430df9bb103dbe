//! The main job: a supervisor object with a loaded facet, each with a database of its own.

use crate::support::{Folder, Server, root};

fn serve(data: &Folder) -> Server {
    let config = root().join("examples/app-runner/wrangler.jsonc");
    let data = data.path("data");
    Server::start(&["-c", config.to_str().expect("UTF-8"), "--data", data.to_str().expect("UTF-8")])
}

fn expected(path: &str, requests: u32, seen: u32) -> String {
    format!("You've made {requests} requests.\nThe supervisor saw {path} {seen} times.\n")
}

#[test]
fn the_example_counts_in_both_databases_and_counts_on_after_a_restart() {
    let data = Folder::new();
    let server = serve(&data);
    assert_eq!(server.get("/a"), (200, expected("/a", 1, 1)));
    assert_eq!(server.get("/b"), (200, expected("/b", 2, 1)));
    assert_eq!(server.get("/a"), (200, expected("/a", 3, 2)));
    assert_eq!(server.stop(), Some(0));
    let server = serve(&data);
    assert_eq!(server.get("/a"), (200, expected("/a", 4, 3)));
    drop(server);
    // Killed, not stopped: what was answered is there all the same.
    let server = serve(&data);
    assert_eq!(server.get("/b"), (200, expected("/b", 5, 2)));
    let mut files: Vec<_> = std::fs::read_dir(data.path("data/app-runner-AppRunner"))
        .expect("folder of the namespace")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"))
        .map(|name| name.split_once('.').map(|(_, rest)| rest.to_owned()).unwrap_or_default())
        .collect();
    files.sort();
    assert_eq!(files, ["1.sqlite", "facets", "sqlite"]);
}

#[test]
fn a_second_process_is_kept_out_of_the_data() {
    let data = Folder::new();
    let _server = serve(&data);
    let mut command = crate::support::denizen();
    command.args(["serve", "--port", "0", "-c"]).arg(root().join("examples/app-runner/wrangler.jsonc"));
    command.arg("--data").arg(data.path("data"));
    let output = crate::support::finish(&mut command);
    assert_eq!(output.status.code(), Some(1));
    assert!(crate::support::text(&output).contains("another process uses the data folder"));
}

/// Of the facets of one object only so many run at a time: idle ones make room, busy ones do not.
#[test]
fn facets_at_a_time_are_bounded_and_idle_ones_make_room() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        import { DurableObject } from "cloudflare:workers";
        export class App extends DurableObject {
          count() {
            const count = (this.ctx.storage.kv.get("count") ?? 0) + 1;
            this.ctx.storage.kv.put("count", count);
            return count;
          }
          wait() { return scheduler.wait(60000); }
        }
        export class Supervisor extends DurableObject {
          app(name) { return this.ctx.facets.get(name, () => ({ class: this.ctx.exports.App })); }
          async fetch() {
            const counts = [];
            for (const round of [1, 2]) {
              for (let i = 0; i < 10; i++) counts.push(await this.app("app" + i).count());
            }
            const running = [];
            for (const name of this.ctx.facets.list()) running.push((await this.ctx.facets.stats(name)).running);
            for (const name of ["app0", "app1", "app2"]) this.app(name).wait().catch(() => {});
            const refused = await this.app("app3").count().catch((error) => error);
            return Response.json([counts, running.filter(Boolean).length, refused.limit, refused.max, refused.overloaded]);
          }
        }
        export default { fetch(request, env) { return env.Supervisor.getByName("one").fetch(request); } };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--facets-at-a-time", "3"]);
    let (status, text) = server.get("/");
    let ones_and_twos = [vec!["1"; 10], vec!["2"; 10]].concat().join(",");
    assert_eq!((status, text), (200, format!("[[{ones_and_twos}],3,\"facets\",3,true]")));
}

/// A facet that had no place is neither broken nor started: its next call finds one, whether it had run before or not, and its
/// callback runs no second time.
#[test]
fn a_facet_that_had_no_place_can_be_called_again() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        import { DurableObject } from "cloudflare:workers";
        export class App extends DurableObject {
          ping() { return "pong"; }
          hold() {
            return new Promise((resolve) => {
              const timer = setTimeout(resolve, 60000);
              this.free = () => { clearTimeout(timer); resolve(); };
            });
          }
          release() { this.free(); }
        }
        export class Supervisor extends DurableObject {
          starts = {};
          app(name) {
            return this.ctx.facets.get(name, () => {
              this.starts[name] = (this.starts[name] ?? 0) + 1;
              return { class: this.ctx.exports.App };
            });
          }
          async fetch() {
            // A facet is idle a moment after its answer has come.
            const placed = async (name) => {
              for (let tries = 0; ; tries++) {
                const answer = await this.app(name).ping().catch((error) => error);
                if (answer === "pong" || tries === 500) return answer;
                await scheduler.wait(2);
              }
            };
            const seen = [await placed("evicted")];
            const busy = [];
            for (const name of ["a", "b"]) {
              await placed(name);
              busy.push(this.app(name).hold());
            }
            for (const name of ["evicted", "new", "evicted", "new"]) {
              seen.push(await this.app(name).ping().catch((error) => [error.limit, error.retryable]));
            }
            for (const name of ["a", "b"]) await this.app(name).release();
            await Promise.all(busy);
            for (const name of ["evicted", "new"]) seen.push(await placed(name));
            return Response.json([seen, this.starts.evicted, this.starts.new]);
          }
        }
        export default { fetch(request, env) { return env.Supervisor.getByName("one").fetch(request); } };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--facets-at-a-time", "2"]);
    let refused = r#"["facets",true]"#;
    let expected = format!(r#"[["pong",{refused},{refused},{refused},{refused},"pong","pong"],1,1]"#);
    assert_eq!(server.get("/"), (200, expected));
}

/// `wallMs` counts from a call's delivery, also while the facet holds it back, or waits for its code.
#[test]
fn calls_that_wait_for_a_facet_end_with_its_wall_time() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        import { DurableObject } from "cloudflare:workers";
        const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        export class Method extends DurableObject {
          calls = 0;
          async block() { for (;;) await this.ctx.blockConcurrencyWhile(() => wait(2000)); }
          ping() { return ++this.calls; }
        }
        export class Constructor extends Method {
          constructor(ctx, env) {
            super(ctx, env);
            this.block();
          }
        }
        export class Supervisor extends DurableObject {
          app(name) {
            const limits = { wallMs: 300 };
            const missing = () => this.env.LOADER.get("missing", () => new Promise(() => {}));
            return this.ctx.facets.get(name, () => ({
              class: name === "code" ? missing().getDurableObjectClass("App") : this.ctx.exports[name], limits,
            }));
          }
          async fetch() {
            const seen = [await this.app("Method").ping()];
            this.app("Method").block().catch(() => {});
            for (const name of ["Method", "Constructor", "code"]) {
              const error = await this.app(name).ping().catch((error) => error);
              seen.push([error.limit, error.max, error.used >= 300, error.facet]);
            }
            const { lastError } = await this.ctx.facets.stats("Method");
            seen.push(lastError.limit);
            const limits = { wallMs: 300 };
            const entrypoint = this.env.LOADER.get("never", () => new Promise(() => {})).getEntrypoint(null, { limits });
            seen.push((await entrypoint.fetch("http://x/").catch((error) => error)).limit);
            return Response.json(seen);
          }
        }
        export default { fetch(request, env) { return env.Supervisor.getByName("one").fetch(request); } };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    let late = |name| format!(r#"["wallMs",300,true,"{name}"]"#);
    let expected = format!(r#"[1,{},{},{},"wallMs","wallMs"]"#, late("Method"), late("Constructor"), late("code"));
    assert_eq!(server.get("/"), (200, expected));
}
