//! Events that are no requests: cron triggers.

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
