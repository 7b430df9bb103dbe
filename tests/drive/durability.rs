//! What was acknowledged survives SIGKILL, through HTTP: a supervisor's write, its facet's write, and alarms.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Folder, PATIENCE, Server};

/// Rounds of load and SIGKILL; `DENIZEN_KILL_ROUNDS` overrides.
const ROUNDS: usize = 50;

const OBJECTS: usize = 8;

const WORKER: &str = r#"
import { DurableObject } from "cloudflare:workers";
const APP = `
import { DurableObject } from "cloudflare:workers";
export class App extends DurableObject {
  bump() {
    const n = (this.ctx.storage.kv.get("n") ?? 0) + 1;
    this.ctx.storage.kv.put("n", n);
    return n;
  }
  read() { return this.ctx.storage.kv.get("n") ?? 0; }
}`;
export class Root extends DurableObject {
  app() {
    return this.ctx.facets.get("app", () => ({
      class: this.env.LOADER.get("app", () => ({
        compatibilityDate: "2026-11-17", mainModule: "app.js", modules: { "app.js": APP },
      })).getDurableObjectClass("App"),
    }));
  }
  async bump() {
    const sql = this.ctx.storage.sql;
    sql.exec("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY)");
    const n = sql.exec("INSERT INTO t SELECT coalesce(max(n), 0) + 1 FROM t RETURNING n").one().n;
    return [n, await this.app().bump()];
  }
  async read() {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY)");
    const { n, rows } = this.ctx.storage.sql.exec("SELECT coalesce(max(n), 0) AS n, count(*) AS rows FROM t").one();
    return [n, rows, await this.app().read()];
  }
  async arm(ms) { await this.ctx.storage.setAlarm(Date.now() + ms); }
  alarm(info) { this.ctx.storage.kv.put("rang", info.retryCount); }
  rang() { return this.ctx.storage.kv.get("rang") ?? "not yet"; }
}
export default {
  async fetch(request, env) {
    const [, object, method, argument] = new URL(request.url).pathname.split("/");
    return new Response(String(await env.Root.getByName(object)[method](Number(argument))));
  },
};
"#;

fn numbers(text: &str) -> Vec<u64> {
    text.split(',').map(|number| number.parse().unwrap_or_else(|_| panic!("{text}"))).collect()
}

#[test]
fn what_was_answered_is_there_after_the_process_is_killed() {
    let rounds = std::env::var("DENIZEN_KILL_ROUNDS").map_or(ROUNDS, |text| text.parse().expect("a number"));
    let folder = Folder::with(&[("worker.js", WORKER)]);
    let acknowledged: Arc<Vec<_>> = Arc::new((0..OBJECTS).map(|_| (AtomicU64::new(0), AtomicU64::new(0))).collect());
    for round in 0..rounds {
        let server = Arc::new(Server::script(&folder, "worker.js", &["--shards", "2"]));
        for (object, (root, app)) in acknowledged.iter().enumerate() {
            let (status, body) = server.get(&format!("/o{object}/read"));
            assert_eq!(status, 200, "round {round}: {body}");
            let found = numbers(&body);
            let known = (root.load(Ordering::Relaxed), app.load(Ordering::Relaxed));
            // One request was on its way when the process was killed: its writes may be there.
            assert!((known.0..=known.0 + 1).contains(&found[0]), "round {round}: {found:?}, answered {known:?}");
            assert!((known.1..=known.1 + 1).contains(&found[2]), "round {round}: {found:?}, answered {known:?}");
            assert_eq!(found[0], found[1], "round {round}: no number is missing");
            root.store(found[0], Ordering::Relaxed);
            app.store(found[2], Ordering::Relaxed);
        }
        let over = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..OBJECTS)
            .map(|object| {
                let (server, over, acknowledged) = (server.clone(), over.clone(), acknowledged.clone());
                std::thread::spawn(move || {
                    let (root, app) = &acknowledged[object];
                    while !over.load(Ordering::Relaxed) {
                        let (status, body) = server.get(&format!("/o{object}/bump"));
                        if status != 200 {
                            return;
                        }
                        let done = numbers(&body);
                        root.store(done[0], Ordering::Relaxed);
                        app.store(done[1], Ordering::Relaxed);
                    }
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(40 + 37 * (round as u64 % 7)));
        server.signal(libc::SIGKILL);
        over.store(true, Ordering::Relaxed);
        for client in clients {
            client.join().expect("a client");
        }
    }
    let total: u64 = acknowledged.iter().map(|(root, _)| root.load(Ordering::Relaxed)).sum();
    assert!(total > 100 * rounds.min(5) as u64, "there was load: {total}");
}

#[test]
fn an_alarm_that_was_set_rings_after_the_process_is_killed() {
    let folder = Folder::with(&[("worker.js", WORKER)]);
    let server = Server::script(&folder, "worker.js", &[]);
    assert_eq!(server.get("/soon/arm/700"), (200, "undefined".into()));
    assert_eq!(server.get("/past/arm/1"), (200, "undefined".into()));
    server.signal(libc::SIGKILL);
    drop(server);
    let server = Server::script(&folder, "worker.js", &[]);
    for object in ["soon", "past"] {
        let end = Instant::now() + PATIENCE;
        while server.get(&format!("/{object}/rang")).1 == "not yet" {
            assert!(Instant::now() < end, "{object} did not ring: {}", server.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(server.get(&format!("/{object}/rang")), (200, "0".into()));
    }
}

const KEEPER: &str = r#"
import { DurableObject } from "cloudflare:workers";
export class Keeper extends DurableObject {
  put() { this.ctx.storage.kv.put("a", "x".repeat(20_000)); return "put"; }
  get() { return this.ctx.storage.kv.get("a").length; }
}
export default {
  async fetch(request, env) {
    const [, object, method] = new URL(request.url).pathname.split("/");
    try {
      return new Response(String(await env.Keeper.getByName(object)[method]()));
    } catch (error) {
      return new Response(`refused: ${error.message}`);
    }
  },
};
"#;

/// Its object is refused by name in the log, its callers do not learn where it lies, and nothing of it is overwritten.
#[test]
fn a_damaged_database_is_refused_and_its_neighbours_go_on() {
    let folder = Folder::with(&[("keeper.js", KEEPER)]);
    let server = Server::script(&folder, "keeper.js", &[]);
    assert_eq!(server.get("/damaged/put"), (200, "put".into()));
    assert_eq!(server.stop(), Some(0));
    let objects = std::fs::read_dir(folder.path("data/keeper-Keeper")).expect("folder of the namespace").flatten();
    let mut files = objects.map(|entry| entry.path()).filter(|path| !path.ends_with("metadata.sqlite"));
    let file = files.find(|path| path.extension().is_some_and(|kind| kind == "sqlite")).expect("the object's file");
    let mut bytes = std::fs::read(&file).expect("read");
    bytes[..64].fill(b'?');
    std::fs::write(&file, &bytes).expect("write");

    let server = Server::script(&folder, "keeper.js", &[]);
    assert_eq!(server.get("/neighbour/put"), (200, "put".into()));
    let (status, body) = server.get("/damaged/get");
    assert_eq!((status, body.starts_with("refused: ")), (200, true), "{body}");
    assert!(body.contains("SQLITE_NOTADB") && !body.contains('/'), "{body}");
    server.wait_for_log(file.to_str().expect("UTF-8"));
    assert_eq!(server.get("/neighbour/get"), (200, "20000".into()));
    drop(server);
    assert_eq!(std::fs::read(&file).expect("read again"), bytes);
}
