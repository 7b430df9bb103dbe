//! Alarms of facets: delivered while the facet runs, after an eviction of its object and after a restart of the process,
//! with and without the object's help, at two depths; retries, `delete` and `clone`.

use std::time::{Duration, Instant};

use crate::support::{Folder, PATIENCE, Server};

const WORKER: &str = r#"
import { DurableObject } from "cloudflare:workers";
export class Part extends DurableObject {
  below() { return this.ctx.facets.get("below", () => ({ class: this.ctx.exports.Part })); }
  ping() { return "pong"; }
  async pingBelow() { return await this.below().ping(); }
  async armBelow(ms) { return await this.below().arm(ms); }
  async rangBelow() { return await this.below().rang(); }
  async arm(ms) { await this.ctx.storage.setAlarm(Date.now() + ms); return (await this.ctx.storage.getAlarm()) !== null; }
  async disarm() { await this.ctx.storage.deleteAlarm(); return await this.ctx.storage.getAlarm(); }
  async armed() { return (await this.ctx.storage.getAlarm()) !== null; }
  fail(times) { this.ctx.storage.kv.put("fail", times); }
  async alarm(info) {
    const { kv } = this.ctx.storage;
    kv.put("rang", `${kv.get("rang") ?? ""}${info.retryCount}`);
    if (info.retryCount < (kv.get("fail") ?? 0)) throw new Error("not yet");
  }
  rang() { return this.ctx.storage.kv.get("rang") ?? "not yet"; }
}
class Parent extends DurableObject {
  part(name = "part") { return this.ctx.facets.get(name, () => ({ class: this.ctx.exports.Part })); }
  async call(method, argument) { return await this.part()[method](argument === "" ? undefined : Number(argument)); }
  async other(method) { return await this.part("other")[method](); }
  clone() { this.ctx.facets.clone("part", "other"); return "cloned"; }
  delete() { this.ctx.facets.delete("part"); return "deleted"; }
  abort() { this.ctx.facets.abort("part", new Error("aborted")); return "aborted"; }
  asked() { return this.ctx.storage.kv.get("asked") ?? "not asked"; }
}
export class Quiet extends Parent {}
export class Helpful extends Parent {
  async facetAlarm(path, info) {
    const asked = this.ctx.storage.kv.get("asked") ?? "";
    this.ctx.storage.kv.put("asked", `${asked}[${path} ${info.retryCount} ${typeof info.scheduledTime}]`);
    if (this.env.FAILS && asked === "") throw new Error("cannot help yet");
    if (path.length === 1) return this.part(path[0]);
    await this.part(path[0]).pingBelow();
  }
}
export default {
  async fetch(request, env) {
    const [, name, object, method, ...args] = new URL(request.url).pathname.split("/");
    return new Response(String(await env[name].getByName(object)[method](...args)));
  },
};
"#;

/// Asks until the answer is not `before`.
fn changed(server: &Server, path: &str, before: &str) -> String {
    let end = Instant::now() + PATIENCE;
    loop {
        let (status, body) = server.get(path);
        assert_eq!(status, 200, "{path}: {body} {}", server.log());
        if body != before {
            return body;
        }
        assert!(Instant::now() < end, "{path} stays {before}: {}", server.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ok(server: &Server, path: &str) -> String {
    let (status, body) = server.get(path);
    assert_eq!(status, 200, "{path}: {body} {}", server.log());
    body
}

fn killed(server: Server, folder: &Folder) -> Server {
    server.signal(libc::SIGKILL);
    drop(server);
    Server::script(folder, "worker.js", &[])
}

#[test]
fn a_facet_that_runs_gets_its_alarm_and_retries() {
    let folder = Folder::with(&[("worker.js", WORKER)]);
    let server = Server::script(&folder, "worker.js", &[]);
    assert_eq!(ok(&server, "/Quiet/a/call/arm/60000"), "true");
    assert_eq!(ok(&server, "/Quiet/a/call/armed/"), "true");
    assert_eq!(ok(&server, "/Quiet/a/call/disarm/"), "null");
    assert_eq!(ok(&server, "/Quiet/a/call/fail/1"), "undefined");
    assert_eq!(ok(&server, "/Quiet/a/call/arm/1"), "true");
    assert_eq!(changed(&server, "/Quiet/a/call/rang/", "not yet"), "0");
    assert_eq!(changed(&server, "/Quiet/a/call/rang/", "0"), "01");
    assert_eq!(ok(&server, "/Quiet/a/call/armed/"), "false");
    assert_eq!(ok(&server, "/Quiet/b/call/armBelow/1"), "true");
    assert_eq!(changed(&server, "/Quiet/b/call/rangBelow/", "not yet"), "0");
    assert_eq!(ok(&server, "/Quiet/a/asked"), "not asked");
}

#[test]
fn the_object_starts_a_facet_whose_alarm_is_due_after_a_restart() {
    let folder = Folder::with(&[("worker.js", WORKER)]);
    let server = Server::script(&folder, "worker.js", &[]);
    assert_eq!(ok(&server, "/Helpful/a/call/arm/700"), "true");
    assert_eq!(ok(&server, "/Helpful/deep/call/armBelow/700"), "true");
    let server = killed(server, &folder);
    // Nothing here calls the facets themselves before their alarms have run.
    server.wait_for_log("is served on");
    assert_eq!(changed(&server, "/Helpful/a/asked", "not asked"), "[part 0 number]");
    assert_eq!(changed(&server, "/Helpful/deep/asked", "not asked"), "[part,below 0 number]");
    assert_eq!(changed(&server, "/Helpful/a/call/rang/", "not yet"), "0");
    assert_eq!(changed(&server, "/Helpful/deep/call/rangBelow/", "not yet"), "0");
    assert_eq!(ok(&server, "/Helpful/a/asked"), "[part 0 number]");
}

#[test]
fn without_the_objects_help_the_alarm_waits_for_the_facet_to_start() {
    let folder = Folder::with(&[("worker.js", WORKER)]);
    let server = Server::script(&folder, "worker.js", &[]);
    assert_eq!(ok(&server, "/Quiet/a/call/arm/1000"), "true");
    assert_eq!(ok(&server, "/Quiet/clock/call/arm/1000"), "true");
    assert_eq!(ok(&server, "/Quiet/a/abort"), "aborted");
    // Set later, so the other one is due as well once this one has run.
    assert_eq!(changed(&server, "/Quiet/clock/call/rang/", "not yet"), "0");
    assert_eq!(changed(&server, "/Quiet/a/call/rang/", "not yet"), "0");
    let server = killed(server, &folder);
    assert_eq!(ok(&server, "/Quiet/a/call/rang/"), "0", "it does not ring twice");
    assert_eq!(ok(&server, "/Quiet/a/call/arm/300"), "true");
    let server = killed(server, &folder);
    assert_eq!(changed(&server, "/Quiet/a/call/rang/", "0"), "00");
}

#[test]
fn an_object_that_fails_to_start_a_facet_is_asked_again() {
    let folder = Folder::with(&[("worker.js", WORKER), ("wrangler.json", CONFIG)]);
    let server = Server::script(&folder, "worker.js", &[]);
    assert_eq!(ok(&server, "/Helpful/a/call/arm/1"), "true");
    assert_eq!(changed(&server, "/Helpful/a/call/rang/", "not yet"), "0");
    assert_eq!(ok(&server, "/Helpful/a/call/arm/500"), "true");
    let server = killed(server, &folder);
    assert_eq!(changed(&server, "/Helpful/a/asked", "not asked"), "[part 0 number]");
    server.wait_for_log("Uncaught in facetAlarm(): Error: cannot help yet");
    assert_eq!(changed(&server, "/Helpful/a/asked", "[part 0 number]"), "[part 0 number][part 0 number]");
    assert_eq!(changed(&server, "/Helpful/a/call/rang/", "0"), "00");
}

const CONFIG: &str = r#"{
  "name": "worker", "main": "worker.js", "compatibility_date": "2026-11-17", "vars": { "FAILS": "yes" },
  "durable_objects": { "bindings": [
    { "name": "Quiet", "class_name": "Quiet" }, { "name": "Helpful", "class_name": "Helpful" } ] },
  "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Quiet", "Helpful"] }]
}"#;

#[test]
fn delete_takes_the_alarm_and_clone_leaves_it() {
    let folder = Folder::with(&[("worker.js", WORKER)]);
    let server = Server::script(&folder, "worker.js", &[]);
    assert_eq!(ok(&server, "/Helpful/a/call/arm/1500"), "true");
    assert_eq!(ok(&server, "/Helpful/a/clone"), "cloned");
    assert_eq!(ok(&server, "/Helpful/a/other/armed"), "false");
    assert_eq!(ok(&server, "/Helpful/a/call/armed/"), "true");
    assert_eq!(ok(&server, "/Helpful/a/delete"), "deleted");
    assert_eq!(ok(&server, "/Helpful/a/call/armed/"), "false");
    assert_eq!(ok(&server, "/Helpful/clock/call/arm/1500"), "true");
    assert_eq!(changed(&server, "/Helpful/clock/call/rang/", "not yet"), "0");
    assert_eq!(ok(&server, "/Helpful/a/call/rang/"), "not yet");
    assert_eq!(ok(&server, "/Helpful/a/asked"), "not asked");
}
