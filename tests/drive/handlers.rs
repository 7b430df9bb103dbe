//! Events that are no requests: cron triggers, tails.

use crate::support::{Folder, Server};

const SCHEDULED: &str = r#"
    import { WorkerEntrypoint } from "cloudflare:workers";
    let runs = [];
    export default class extends WorkerEntrypoint {
      fetch() { return Response.json(runs); }
      async scheduled(controller) {
        const { cron, scheduledTime } = controller;
        controller.noRetry();
        runs.push([cron, scheduledTime, Object.keys(controller), String(controller)]);
        this.ctx.waitUntil(scheduler.wait(1).then(() => console.log(`ran ${cron} at ${scheduledTime % 60000}`)));
        if (cron === "fails") throw new TypeError("not now");
      }
    }"#;

fn config(crons: &str) -> String {
    format!(
        r#"{{ "name": "timed", "main": "main.js", "compatibility_date": "2026-08-01", "triggers": {{ "crons": {crons} }} }}"#
    )
}

fn serve(folder: &Folder, args: &[&str]) -> Server {
    let (config, data) = (folder.path("wrangler.jsonc"), folder.path("data"));
    let mut all = vec!["-c", config.to_str().expect("UTF-8"), "--data", data.to_str().expect("UTF-8")];
    all.extend_from_slice(args);
    Server::start(&all)
}

#[test]
fn a_cron_trigger_fires_when_its_minute_comes() {
    let folder =
        Folder::with(&[("main.js", SCHEDULED), ("wrangler.jsonc", &config(r#"["*/1 * * * *", "0 0 30 2 *"]"#))]);
    let server = serve(&folder, &[]);
    // The next minute begins within 60 seconds.
    server.wait_for_log_within(std::time::Duration::from_secs(90), "ran */1 * * * * at 0");
}

#[test]
fn scheduled_events_are_run_by_hand_where_the_operator_allows_it() {
    let folder = Folder::with(&[("main.js", SCHEDULED), ("wrangler.jsonc", &config("[]"))]);
    let server = serve(&folder, &["--test-scheduled", "--shards", "1"]);
    let path = "/__scheduled?cron=*+5+*+*+*&time=1700000000000";
    assert_eq!(server.get(path), (200, "Ran scheduled event".into()));
    assert_eq!(server.get("/__scheduled?cron=fails").0, 500);
    server.wait_for_log("TypeError: not now");
    assert_eq!(server.get("/__scheduled?time=soon").0, 400);
    let (_, runs) = server.get("/");
    let first = r#"["* 5 * * *",1700000000000,["scheduledTime","cron"],"[object ScheduledController]"]"#;
    assert!(runs.starts_with(&format!("[{first},[\"fails\",")), "{runs}");
    // Without the flag it is a path like any other.
    drop(server);
    let server = serve(&folder, &["--shards", "1"]);
    assert_eq!(server.get(path), (200, "[]".into()));
}

#[test]
fn a_worker_without_the_handler_says_so() {
    let folder = Folder::with(&[
        ("main.js", "export default { fetch() { return new Response('x'); } };"),
        ("wrangler.jsonc", &config("[]")),
    ]);
    let server = serve(&folder, &["--test-scheduled"]);
    assert_eq!(server.get("/__scheduled").0, 500);
    server.wait_for_log("Handler does not export a scheduled() function");
}

/// What `tail_consumers` names is told of every event: also of those that a limit ends, or whose client leaves.
#[test]
fn a_configured_tail_is_told_of_each_event() {
    let folder = Folder::with(&[
        (
            "main.js",
            r#"export default {
              async fetch(request) {
                const { pathname } = new URL(request.url);
                console.log("at", pathname);
                if (pathname === "/spin") for (;;);
                if (pathname === "/throw") throw new TypeError("no");
                if (pathname === "/wait") await scheduler.wait(60000);
                return new Response("fine");
              },
            };"#,
        ),
        (
            "tail.js",
            r#"export default {
              async tail(events) {
                for (const { event, outcome, logs, exceptions } of events) {
                  console.log(`told of ${new URL(event.request.url).pathname}: ${outcome} ${event.response?.status} ${JSON.stringify(logs[0].message)} ${exceptions.map(({ message }) => message)};`);
                }
              },
            };"#,
        ),
        (
            "main.jsonc",
            r#"{ "name": "main", "main": "main.js", "compatibility_date": "2026-08-01",
                 "tail_consumers": [{ "service": "tail" }], "limits": { "cpu_ms": 50 } }"#,
        ),
        ("tail.jsonc", r#"{ "name": "tail", "main": "tail.js", "compatibility_date": "2026-08-01" }"#),
    ]);
    let (main, tail, data) = (folder.path("main.jsonc"), folder.path("tail.jsonc"), folder.path("data"));
    let paths = [&main, &tail, &data].map(|path| path.to_str().expect("UTF-8"));
    let server = Server::start(&["-c", paths[0], "-c", paths[1], "--data", paths[2]]);
    server.get("/fine");
    server.wait_for_log(r#"told of /fine: ok 200 ["at","/fine"] ;"#);
    server.get("/throw");
    server.wait_for_log(r#"told of /throw: exception undefined ["at","/throw"] no;"#);
    server.get("/spin");
    server.wait_for_log(r#"told of /spin: exceededCpu undefined ["at","/spin"] Worker exceeded CPU time limit.;"#);
    let mut leaves = server.connect();
    std::io::Write::write_all(&mut leaves, b"GET /wait HTTP/1.1\r\nhost: x\r\n\r\n").expect("written");
    server.wait_for_log("at /wait");
    socket2::SockRef::from(&leaves).set_linger(Some(std::time::Duration::ZERO)).expect("reset");
    drop(leaves);
    server.wait_for_log(r#"told of /wait: canceled undefined ["at","/wait"] ;"#);
}
