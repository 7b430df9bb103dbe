//! Past a limit the guilty event fails, everyone else goes on.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Folder, PATIENCE, Server};

/// A supervisor that loads hostile code beside a good neighbour, all on one shard.
const HOSTILE: &str = r#"
const CODE = `
  export default {
    async fetch(request) {
      const kind = new URL(request.url).pathname.slice(1);
      if (kind === "loop") for (;;) {}
      if (kind === "optimized") { for (;;) new Array(1000).keys(); }
      if (kind === "microtasks") { const spin = () => { queueMicrotask(spin); }; spin(); await scheduler.wait(60000); }
      if (kind === "timers") { let n = 0; const storm = () => { for (let i = 0; i < 1e6; i++) n += i; setTimeout(storm, 0); }; storm(); await scheduler.wait(60000); }
      if (kind === "regexp") /^(a+)+$/.test("a".repeat(40) + "b");
      if (kind === "array") { const all = []; for (;;) all.push(new Array(1000).fill(all.length)); }
      if (kind === "map") { const all = new Map(); for (let i = 0;; i++) all.set("key" + i, { i }); }
      if (kind === "string") { const all = []; for (let i = 0;; i++) all.push(("x" + i).repeat(1000).split("").join("-")); }
      if (kind === "buffers") { const all = []; for (;;) all.push(new ArrayBuffer(1 << 20)); }
      if (kind === "slow") { await scheduler.wait(3000); return new Response("slow"); }
      return new Response("fine");
    },
  };
`;
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === "/neighbour") {
      const other = env.LOADER.get("neighbour", () => ({ compatibilityDate: "2026-08-01", mainModule: "m.js", modules: { "m.js": CODE } }));
      return other.getEntrypoint().fetch("http://x/");
    }
    const worker = env.LOADER.get("hostile", () => ({
      compatibilityDate: "2026-08-01", mainModule: "m.js", modules: { "m.js": CODE }, limits: { cpuMs: 300 },
    }));
    try {
      const response = await worker.getEntrypoint().fetch(request.url);
      return new Response(await response.text());
    } catch (error) {
      return new Response(`${error.name}: ${error.message} limit=${error.limit} retryable=${error.retryable}`);
    }
  },
};
"#;

fn hostile() -> (Folder, Server) {
    let folder = Folder::with(&[("main.js", HOSTILE)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    assert_eq!(server.get("/fine"), (200, "fine".into()));
    (folder, server)
}

#[test]
fn code_that_burns_cpu_is_stopped_and_its_worker_starts_again() {
    let (_folder, server) = hostile();
    for kind in ["loop", "optimized", "microtasks", "timers", "regexp"] {
        let (status, text) = server.get(&format!("/{kind}"));
        assert_eq!(status, 200);
        assert!(text.contains("limit=cpuMs"), "{kind}: {text}");
        assert_eq!(server.get("/fine"), (200, "fine".into()), "after {kind}");
    }
}

#[test]
fn code_that_floods_the_heap_is_stopped_and_its_worker_starts_again() {
    let (_folder, server) = hostile();
    // The CPU limit is out of the way for these: 128 MB are not filled in 300 ms everywhere.
    for kind in ["array", "map", "string"] {
        let (status, text) = server.get(&format!("/{kind}"));
        assert_eq!(status, 200);
        assert!(text.contains("limit=heapBytes") || text.contains("limit=cpuMs"), "{kind}: {text}");
        assert_eq!(server.get("/fine"), (200, "fine".into()), "after {kind}");
    }
    let (_, text) = server.get("/buffers");
    // The allocation is refused, or V8 gives the heap up before that.
    assert!(text.contains("RangeError: Array buffer allocation failed") || text.contains("limit=heapBytes"), "{text}");
    assert_eq!(server.get("/fine"), (200, "fine".into()));
}

#[test]
fn the_heap_limit_is_named() {
    let script = HOSTILE.replace("cpuMs: 300", "cpuMs: 60000");
    let folder = Folder::with(&[("main.js", &script)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    for kind in ["array", "map"] {
        let (_, text) = server.get(&format!("/{kind}"));
        assert!(text.contains("limit=heapBytes"), "{kind}: {text}");
        assert_eq!(server.get("/fine"), (200, "fine".into()), "after {kind}");
    }
}

#[test]
fn events_beside_the_guilty_one_may_be_tried_again_and_neighbours_go_on() {
    let (_folder, server) = hostile();
    assert_eq!(server.get("/neighbour"), (200, "fine".into()));
    thread::scope(|scope| {
        let slow = scope.spawn(|| server.get("/slow"));
        thread::sleep(Duration::from_millis(300));
        let guilty = scope.spawn(|| server.get("/loop"));
        for _ in 0..10 {
            assert_eq!(server.get("/neighbour"), (200, "fine".into()));
        }
        assert!(guilty.join().expect("guilty").1.contains("limit=cpuMs"));
        let (status, text) = slow.join().expect("slow");
        assert_eq!(status, 200);
        assert!(text.contains("retryable=true"), "{text}");
    });
}

#[test]
fn an_endless_top_level_is_stopped() {
    let script = r#"
        export default {
          async fetch(request, env) {
            const worker = env.LOADER.get("endless", () => ({
              compatibilityDate: "2026-08-01", mainModule: "m.js", modules: { "m.js": "console.log('started'); for (;;) {}" },
            }));
            try { return await worker.getEntrypoint().fetch(request); }
            catch (error) { return new Response(`${error.message} limit=${error.limit}`); }
          },
        };"#;
    let folder = Folder::with(&[("main.js", script)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    for _ in 0..5 {
        let (_, text) = server.get("/");
        assert!(text.contains("limit=startupMs"), "{text}");
    }
    // It is not started for each call.
    assert_eq!(server.log().matches("started").count(), 1, "{}", server.log());
}

#[test]
fn subrequests_are_counted() {
    let script = r#"
        export default {
          async fetch(request, env) {
            const worker = env.LOADER.get("many", () => ({
              compatibilityDate: "2026-08-01", mainModule: "m.js", limits: { subRequests: 2 }, env: { up: 1 },
              modules: { "m.js": "export default { async fetch() { let n = 0; try { for (;;) { n++; await fetch('http://127.0.0.1:1/').catch((e) => { if (e.limit) throw e; }); } } catch (error) { return new Response(n + ' ' + error.message + ' ' + error.limit); } } };" },
            }));
            return worker.getEntrypoint().fetch(request);
          },
        };"#;
    let folder = Folder::with(&[("main.js", script)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    assert_eq!(server.get("/"), (200, "3 Too many subrequests. subRequests".into()));
}

const SLOW_TO_MAKE: &str = r#"
import { DurableObject } from "cloudflare:workers";
export class Loops extends DurableObject {
  constructor(ctx, env) { super(ctx, env); for (;;); }
  hi() { return "hi"; }
}
export class Blocks extends DurableObject {
  constructor(ctx, env) { super(ctx, env); ctx.blockConcurrencyWhile(async () => { await scheduler.wait(1); for (;;); }); }
  hi() { return "hi"; }
}
export default {
  async fetch(request, env) {
    const stub = env[new URL(request.url).pathname.slice(1)].getByName("one");
    const all = await Promise.allSettled([stub.hi(), stub.hi()]);
    return new Response(all.map(({ value, reason }) => value ?? `${reason.limit}`).join(" "));
  },
};
"#;

/// The calls that waited for it are failed: in a new isolate it would do so again, for ever.
#[test]
fn a_constructor_that_burns_cpu_fails_the_calls_that_wait_for_it() {
    let config = r#"{
      "name": "slow", "main": "slow.js", "compatibility_date": "2026-11-17", "limits": { "cpu_ms": 200 },
      "durable_objects": { "bindings": [{ "name": "Loops", "class_name": "Loops" }, { "name": "Blocks", "class_name": "Blocks" }] },
      "migrations": [{ "tag": "v1", "new_sqlite_classes": ["Loops", "Blocks"] }]
    }"#;
    let folder = Folder::with(&[("slow.js", SLOW_TO_MAKE), ("wrangler.json", config)]);
    let server = Server::script(&folder, "slow.js", &[]);
    for class in ["Loops", "Blocks"] {
        assert_eq!(server.get(&format!("/{class}")), (200, "cpuMs cpuMs".into()), "{}", server.log());
    }
}

/// Bytes that operations give count like those that code allocates: without that, each way fills gigabytes within its CPU time.
#[test]
fn code_that_keeps_what_operations_give_does_not_fill_the_machine() {
    let main = crate::support::root().join("tests/specs/limits_buffers/main.js");
    let folder = Folder::new();
    let (main, data) = (main.to_str().expect("UTF-8"), folder.path("data"));
    let server = Server::start(&[main, "--data", data.to_str().expect("UTF-8"), "--shards", "2"]);
    let (status, ended) = server.get("/");
    assert!(status == 200 && ended.contains("refused") && !ended.contains("it ended"), "{status} {ended}");
    assert!(server.peak_memory() < 1 << 20, "{} KB", server.peak_memory());
}

const WRITER: &str = r#"
import { DurableObject } from "cloudflare:workers";
const CODE = `
  import { DurableObject } from "cloudflare:workers";
  export class Writer extends DurableObject {
    prepare() { this.ctx.storage.sql.exec("CREATE TABLE t (b BLOB)"); return "ready"; }
    // More than what the cache of a database keeps until the turn's end.
    write() {
      for (let i = 0; i < 80; i++) this.ctx.storage.sql.exec("INSERT INTO t VALUES (randomblob(1000000))");
      return "written";
    }
  }
`;
export class Root extends DurableObject {
  async call(method) {
    const facet = this.ctx.facets.get("writer", () => ({
      class: this.env.LOADER.get("writer", () => ({
        compatibilityDate: "2026-08-01", mainModule: "m.js", modules: { "m.js": CODE }, limits: { cpuMs: 2000 },
      })).getDurableObjectClass("Writer"),
    }));
    return facet[method]().catch((error) => `${error.limit} ${error.used >= error.max}`);
  }
}
export default {
  async fetch(request, env) {
    return new Response(await env.Root.getByName("root").call(new URL(request.url).pathname.slice(1)));
  },
};
"#;

/// Who waits for the disk in the middle of a turn holds the shard as one does that computes.
#[test]
fn a_turn_that_waits_for_the_disk_is_stopped_like_one_that_computes() {
    let folder = Folder::with(&[("main.js", WRITER)]);
    let control = folder.path("disk");
    let variables = [("DENIZEN_TEST_DISK_CONTROL", control.to_str().expect("UTF-8"))];
    let server = Server::script_with(&folder, "main.js", &["--shards", "1"], &variables);
    assert_eq!(server.get("/prepare"), (200, "ready".into()));
    let obeyed = |word: &str| {
        folder.write("disk.new", word);
        std::fs::rename(folder.path("disk.new"), &control).expect("control");
    };
    obeyed("hold writes");
    thread::scope(|scope| {
        let written = scope.spawn(|| server.get("/write"));
        let end = Instant::now() + PATIENCE;
        while !folder.path("disk.held").exists() {
            assert!(Instant::now() < end, "no write began: {}", server.log());
            thread::sleep(Duration::from_millis(5));
        }
        // Longer than the turn may use.
        thread::sleep(Duration::from_millis(3000));
        obeyed("");
        assert_eq!(written.join().expect("answer"), (200, "cpuMs true".into()), "{}", server.log());
    });
    // Without waits the same work fits.
    assert_eq!(server.get("/write"), (200, "written".into()));
}

/// A callback that holds its object for too long ends it: whoever waits learns so, what it had not finished writing is undone, and
/// a new instance goes on. The time of one begins when it does, and ends with it.
#[test]
fn a_callback_may_not_hold_its_object_for_long() {
    let script = r#"
        import { DurableObject } from "cloudflare:workers";
        export class Held extends DurableObject {
          memory = "old";
          block() { return this.ctx.blockConcurrencyWhile(() => scheduler.wait(60000)); }
          async transact() {
            this.ctx.storage.kv.put("before", 1);
            await this.ctx.storage.transaction(async (txn) => { await txn.put("inside", 1); await scheduler.wait(60000); });
          }
          async inTime() {
            this.memory = "kept";
            const once = () => this.ctx.blockConcurrencyWhile(() => scheduler.wait(200));
            await Promise.all([once(), once(), this.ctx.storage.transaction(() => scheduler.wait(200))]);
            await scheduler.wait(400);
            return this.memory;
          }
          read() { return `${this.memory} ${[...this.ctx.storage.kv.list()].map(([key]) => key)}`; }
        }
        export default {
          async fetch(request, env) {
            const method = new URL(request.url).pathname.slice(1);
            const held = env.Held.getByName(method);
            const said = (error) => `${error.message.slice(0, 35)} ${error.overloaded} ${error.durableObjectReset}`;
            const ends = await Promise.all([held[method]().catch(said), held.read().catch(said)]);
            return new Response([...ends, await env.Held.getByName(method).read()].join("\n"));
          },
        };"#;
    let folder = Folder::with(&[("main.js", script)]);
    let server = Server::script_with(&folder, "main.js", &[], &[("DENIZEN_TEST_SECTION_MS", "300")]);
    let reset = "A call to blockConcurrencyWhile() i true true";
    let start = Instant::now();
    assert_eq!(server.get("/block"), (200, format!("{reset}\n{reset}\nold ")));
    assert_eq!(server.get("/transact"), (200, format!("{reset}\n{reset}\nold before")));
    assert!(start.elapsed() >= Duration::from_millis(600), "they had no time");
    assert_eq!(server.get("/inTime"), (200, "kept\nkept \nkept ".into()));
}

/// Nothing that the code of an object does keeps it from being reset then, or from going on where its callbacks do.
#[test]
fn no_code_of_an_object_holds_it_for_ever() {
    let script = r#"
        import { DurableObject } from "cloudflare:workers";
        export class Held extends DurableObject {
          memory = "old";
          // All timers that there may be.
          clears() {
            return this.ctx.blockConcurrencyWhile(() => {
              const last = Number(setTimeout(() => {}, 1));
              for (let i = last - 50; i < last + 50; i++) clearTimeout(i);
              return new Promise(() => {});
            });
          }
          // A transaction that the next one waits for, and that waits for the next one.
          async overlaps() {
            const { storage } = this.ctx;
            const [gate, opened] = [Promise.withResolvers(), Promise.withResolvers()];
            storage.kv.put("before", 1);
            await this.ctx.blockConcurrencyWhile(async () => {
              storage.transaction(async () => { storage.kv.put("inside", 1); opened.resolve(); await gate.promise; });
              await opened.promise;
            });
            storage.kv.put("between", 1);
            return storage.transaction(async () => { gate.resolve(); for (let i = 0; i < 50; i++) await null; });
          }
          // What promises inherit is another while a transaction begins.
          async changes() {
            const { prototype } = Promise;
            const { then, constructor } = prototype;
            await null;
            let calls = 0;
            Object.defineProperty(prototype, "constructor", { configurable: true, get() { calls++; return function () {}; } });
            prototype.then = () => calls++;
            this.ctx.storage.transaction(() => { this.ctx.storage.kv.put("inside", 1); });
            for (let i = 0; i < 20; i++) await null;
            prototype.then = then;
            Object.defineProperty(prototype, "constructor", { configurable: true, writable: true, value: constructor });
            return calls;
          }
          read() { return `${this.memory} ${[...this.ctx.storage.kv.list()].map(([key]) => key)}`; }
        }
        export default {
          async fetch(request, env) {
            const method = new URL(request.url).pathname.slice(1);
            const held = env.Held.getByName(method);
            const said = (error) => `${error.message.slice(0, 35)} ${error.overloaded} ${error.durableObjectReset}`;
            const ends = await Promise.all([held[method]().catch(said), held.read().catch(said)]);
            return new Response([...ends, await env.Held.getByName(method).read()].join("\n"));
          },
        };"#;
    let folder = Folder::with(&[("main.js", script)]);
    let server = Server::script_with(&folder, "main.js", &[], &[("DENIZEN_TEST_SECTION_MS", "300")]);
    let reset = "A call to blockConcurrencyWhile() i true true";
    assert_eq!(server.get("/clears"), (200, format!("{reset}\n{reset}\nold ")));
    assert_eq!(server.get("/overlaps"), (200, format!("{reset}\n{reset}\nold before")));
    assert_eq!(server.get("/changes"), (200, "0\nold inside\nold inside".into()));
}

/// V8 is not interrupted in some of its own loops.
const LOSES_A_SHARD: &str = r#"
    import { DurableObject } from "cloudflare:workers";
    const app = (version) => `
    import { DurableObject } from "cloudflare:workers";
    const lost = () => Array.prototype.forEach.call({ length: 2 ** 53 - 1 }, () => {});
    export class App extends DurableObject {
      lost() { lost(); }
      spin() { for (;;); }
      count() { const count = (this.ctx.storage.kv.get("count") ?? 0) + 1; this.ctx.storage.kv.put("count", count); return count + "${version}"; }
      async arm() { await this.ctx.storage.setAlarm(Date.now()); }
      alarm() { "${version}" === "" ? lost() : this.ctx.storage.kv.put("count", 70); }
    }
    export default { fetch(request) { if (request.url.endsWith("lost")) lost(); return new Response("stateless${version}"); } };`;
    const load = (env, version) => env.LOADER.get(`app${version}`, () =>
      ({ compatibilityDate: "2026-11-17", mainModule: "app.js", modules: { "app.js": app(version) } }));
    const limits = { cpuMs: 2_000 };
    export class Supervisor extends DurableObject {
      app() {
        const version = this.ctx.storage.kv.get("version") ?? "";
        return this.ctx.facets.get("app", () => ({ class: load(this.env, version).getDurableObjectClass("App", { limits }) }));
      }
      facetAlarm() { return this.app(); }
      async call(method) { return await this.app()[method](); }
      upgrade() { this.ctx.storage.kv.put("version", "!"); this.ctx.facets.abort("app", new Error("upgraded")); return "upgraded"; }
    }
    const said = (error) => `${error.message.slice(0, 28)}`;
    export default {
      async fetch(request, env) {
        const [, name, method] = new URL(request.url).pathname.split("/");
        const object = env.Supervisor.getByName(name);
        if (name === "stateless") return load(env, "").getEntrypoint(null, { limits }).fetch(`http://app.test/${method}`).catch((e) => new Response(said(e)));
        if (method === "upgrade") return new Response(await object.upgrade());
        return new Response(await object.call(method).catch(said));
      },
    };"#;

fn losing(folder: &Folder, restart: &'static str) -> Server {
    let variables = [("DENIZEN_TEST_LOST_TURN_MS", "300"), ("DENIZEN_NO_RESTART", restart)];
    Server::script_with(folder, "main.js", &["--shards", "1"], &variables)
}

/// Asks for something that is not answered.
fn ask(server: &Server, path: &str) {
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    server.connect().write_all(head.as_bytes()).expect("written");
}

#[test]
fn a_process_that_lost_a_shard_ends_where_it_may_not_begin_again() {
    let folder = Folder::with(&[("main.js", LOSES_A_SHARD)]);
    let mut server = losing(&folder, "true");
    assert_eq!(server.get("/one/count"), (200, "1".into()));
    let stream = server.connect();
    (&stream).write_all(b"GET /one/lost HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("written");
    server.wait_for_log("did not stop within 0.3 s of CPU time after it was told to; the process ends");
    let end = Instant::now() + Duration::from_secs(5);
    while server.is_running() {
        assert!(Instant::now() < end, "it goes on");
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(server.status(), Some(70));
}

/// A shard that is lost takes the process with it, which begins again with the same id and port. The code that did it stays out,
/// for the one who ran it, until it is another; all others go on with what was answered to them.
#[test]
fn a_process_that_cannot_go_on_begins_again_without_the_code_that_did_it() {
    let folder = Folder::with(&[("main.js", LOSES_A_SHARD)]);
    let server = losing(&folder, "false");
    let served = |count| server.log().matches("is served on").count() == count;
    let refused = (200, "This code has broken denizen".into());
    assert_eq!(server.get("/one/count"), (200, "1".into()));
    assert_eq!(server.get("/two/count"), (200, "1".into()));

    // An alarm, which runs again as long as it has not run to its end.
    assert_eq!(server.get("/one/arm").0, 200);
    server.wait_for_log(
        "/app error did not stop within 0.3 s of CPU time after it was told to; the process begins again",
    );
    assert_eq!(server.get("/one/count"), refused);
    assert_eq!(server.get("/two/count"), (200, "2".into()));
    assert_eq!(server.get("/stateless/"), (200, "stateless".into()));
    assert!(served(2), "{}", server.log());

    // Another process remembers both.
    ask(&server, "/stateless/lost");
    server.wait_for_log("\napp error did not stop within");
    assert_eq!(server.get("/stateless/"), refused);
    assert_eq!(server.get("/one/count"), refused);
    assert_eq!(server.get("/two/count"), (200, "3".into()));
    assert!(served(3), "{}", server.log());

    assert_eq!(server.get("/one/upgrade"), (200, "upgraded".into()));
    let end = Instant::now() + PATIENCE;
    while server.get("/one/count").1 != "71!" && Instant::now() < end {
        thread::sleep(Duration::from_millis(100));
    }
    let (_, count) = server.get("/one/count");
    assert!(count.ends_with('!') && count.trim_end_matches('!').parse::<u32>().is_ok_and(|count| count > 1), "{count}");

    // A signal is blamed on the code that runs on its thread, if any does.
    let after = |count| {
        let end = Instant::now() + PATIENCE;
        while !served(count) {
            assert!(Instant::now() < end, "{}", server.log());
            thread::sleep(Duration::from_millis(20));
        }
    };
    server.signal(libc::SIGABRT);
    after(4);
    assert_eq!(server.get("/two/count"), (200, "4".into()));
    ask(&server, "/two/spin");
    let shard = server.thread("shard-0");
    let end = Instant::now() + PATIENCE;
    while !server.get_within(Duration::from_millis(200), "/two/count").is_empty() {
        assert!(Instant::now() < end, "nothing spins");
    }
    // SAFETY: both are of this test's child, which has not been waited for.
    unsafe { libc::syscall(libc::SYS_tgkill, server.id(), shard, libc::SIGSEGV) };
    after(5);
    assert_eq!(server.get("/two/count"), refused);
    assert!(server.get("/one/count").1.ends_with('!'));
    assert_eq!(server.stop(), Some(0));
}

/// Calls of a Worker to its own exports that an event of a facet has begun end with the facet, however far they have come, and
/// are its CPU time; what multiplies is held to a width, what goes on and on to a depth.
#[test]
fn calls_to_own_exports_end_with_their_facet_and_are_bounded() {
    let script = r#"
        import { DurableObject } from "cloudflare:workers";
        const CODE = `
        import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
        const burn = (ms) => { const end = Date.now() + ms; while (Date.now() < end); };
        export class Work extends WorkerEntrypoint {
          async chain(left, ms) {
            burn(ms);
            await this.env.BACK.tick();
            if (left > 0) this.ctx.exports.Work.chain(left - 1, ms).catch(() => {});
            await scheduler.wait(1);
          }
          async nested(left) { return left > 0 ? 1 + await this.ctx.exports.Work.nested(left - 1) : 1; }
          async fork(width) { for (let i = 0; i < width; i++) this.ctx.exports.Work.fork(width).catch(() => {}); await this.env.BACK.tick(); await scheduler.wait(20); }
          async wait(ms) { await scheduler.wait(ms); await this.env.BACK.tick(); return "waited"; }
        }
        export class App extends DurableObject {
          chain(left, ms) { this.ctx.exports.Work.chain(left, ms).catch(() => {}); }
          async chainAndAbort(left, ms) { this.chain(left, ms); await scheduler.wait(300); this.ctx.abort(new Error("its own")); }
          nested(left) { return this.ctx.exports.Work.nested(left); }
          fork(width) { this.ctx.exports.Work.fork(width).catch(() => {}); }
          wide(count) { return Promise.allSettled(Array.from({ length: count }, () => this.ctx.exports.Work.wait(100))).then((all) => {
            const failed = all.filter((one) => one.status === "rejected").map((one) => one.reason);
            return [all.length - failed.length, failed[0]?.message, failed[0]?.overloaded, failed[0]?.retryable]; }); }
          later(ms) { this.ctx.waitUntil(this.ctx.exports.Work.wait(ms)); return "answered"; }
        }
        `;
        export class Back extends DurableObject { ticks = 0; tick() { return this.ticks++; } count() { return this.ticks; } }
        export class Supervisor extends DurableObject {
          back = this.env.Back.getByName(`${this.ctx.id}`);
          app(name, limits) {
            const worker = this.env.LOADER.get(name, () => ({ compatibilityDate: "2026-08-01", mainModule: "m.js", modules: { "m.js": CODE }, env: { BACK: this.back } }));
            return this.ctx.facets.get(name, () => ({ class: worker.getDurableObjectClass("App", { limits: { cpuMs: 10_000, subRequests: 2_000 } }) }));
          }
          // Whether anything ticks, a moment later.
          async goesOn() { await scheduler.wait(300); const before = await this.back.count(); await scheduler.wait(500); return await this.back.count() > before; }
          async fetch(request) {
            const { facets } = this.ctx;
            const kind = new URL(request.url).pathname.slice(1);
            const caught = (promise) => promise.catch((error) => error.message);
            if (kind === "abort" || kind === "delete") {
              await this.app(kind).chain(100_000, 20);
              const before = await this.goesOn();
              kind === "abort" ? facets.abort(kind, new Error("enough")) : facets.delete(kind);
              const after = await this.goesOn();
              const stats = await facets.stats(kind);
              return Response.json([before, after, stats && stats.totals.cpuMs > 100]);
            }
            if (kind === "own") {
              const got = await caught(this.app(kind).chainAndAbort(100_000, 20));
              const after = await this.goesOn();
              return Response.json([got, after, (await facets.stats(kind)).totals.cpuMs > 50]);
            }
            if (kind === "fork") {
              await this.app(kind).fork(20);
              await this.goesOn();
              facets.delete(kind);
              return Response.json(await this.goesOn());
            }
            if (kind === "chain") {
              await this.app(kind).chain(100_000, 0);
              for (let i = 0; i < 50 && await this.goesOn(); i++);
              return Response.json([await this.back.count(), await this.goesOn()]);
            }
            if (kind === "nested") return Response.json([await caught(this.app(kind).nested(100)), await caught(this.app(kind).nested(200)), await caught(this.app(kind).nested(1))]);
            if (kind === "wide") return Response.json([await this.app(kind).wide(1_000), await this.app(kind).wide(1_200), await this.app(kind).wide(10)]);
            if (kind === "later") {
              const answer = await this.app(kind).later(2_000);
              await scheduler.wait(2_500);
              return Response.json([answer, await this.back.count()]);
            }
          }
        }
        export default { fetch(request, env) { return env.Supervisor.getByName(new URL(request.url).pathname).fetch(request); } };"#;
    let folder = Folder::with(&[("main.js", script)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    assert_eq!(server.get("/abort"), (200, "[true,false,true]".into()));
    assert_eq!(server.get("/delete"), (200, "[true,false,null]".into()));
    assert_eq!(server.get("/own"), (200, r#"["Error: its own",false,true]"#.into()));
    assert_eq!(server.get("/fork"), (200, "false".into()));
    assert_eq!(server.get("/chain"), (200, "[128,false]".into()));
    let too_deep = "Subrequest depth limit exceeded. This request recursed through Workers too many times. This can happen e.g. if you have a Worker or Durable Object that calls other Workers or objects recursively.";
    assert_eq!(server.get("/nested"), (200, format!(r#"[101,"{too_deep}",2]"#)));
    let too_wide = r#""Too many calls between loaded Workers go on at a time (at most 1000).",true,true"#;
    let none = "null,null,null";
    assert_eq!(server.get("/wide"), (200, format!("[[1000,{none}],[1000,{too_wide}],[10,{none}]]")));
    // What is left to finish after an answer goes on.
    assert_eq!(server.get("/later"), (200, r#"["answered",1]"#.into()));
}

/// SQL, and what is left of an event after its answer, count towards the CPU limit as everything else does, and are billed.
#[test]
fn sql_and_late_imports_are_held_to_the_cpu_limit_and_billed() {
    let script = r#"
        import { DurableObject } from "cloudflare:workers";
        const app = `import { DurableObject } from "cloudflare:workers";
        const ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";
        export class App extends DurableObject {
          sql() { return this.ctx.storage.sql.exec(ENDLESS).toArray(); }
          again() { for (;;) try { this.ctx.storage.sql.exec(ENDLESS).toArray(); } catch {} }
          later() { import("spin.js").catch(() => {}); return "answered"; }
        }`;
        const modules = { "app.js": app, "spin.js": "for (let left = 3e7; left > 0; left--);" };
        export class Supervisor extends DurableObject {
          async call(method) {
            const worker = this.env.LOADER.get(method, () => ({ compatibilityDate: "2026-11-17", mainModule: "app.js", modules }));
            const app = this.ctx.facets.get("app", () => ({ class: worker.getDurableObjectClass("App", { limits: { cpuMs: 500 } }) }));
            const outcome = await app[method]().catch((e) => `${e.limit} ${e.max} ${e.facet}`);
            await scheduler.wait(100);
            const { totals, lastError } = await this.ctx.facets.stats("app");
            return `${outcome} ${totals.cpuMs} ${lastError?.limit}`;
          }
        }
        export default { async fetch(request, env) {
          const method = new URL(request.url).pathname.slice(1);
          return new Response(await env.Supervisor.getByName(method).call(method));
        } };"#;
    let folder = Folder::with(&[("main.js", script)]);
    let server = Server::script(&folder, "main.js", &[]);
    let asked = |path: &str| {
        let (status, body) = server.get(path);
        assert_eq!(status, 200, "{body} {}", server.log());
        let words: Vec<_> = body.rsplitn(3, ' ').map(str::to_owned).collect();
        (words[2].clone(), words[1].parse::<f64>().expect("a number"), words[0].clone())
    };
    for method in ["/sql", "/again"] {
        let (outcome, cpu_ms, last) = asked(method);
        assert_eq!((outcome.as_str(), last.as_str()), ("cpuMs 500 app", "cpuMs"));
        // Without the limit on SQL as a whole it is thousands.
        assert!(cpu_ms < 1_500.0, "{cpu_ms}");
    }
    let (outcome, cpu_ms, _) = asked("/later");
    assert_eq!(outcome, "answered");
    assert!(cpu_ms > 5.0, "{cpu_ms}");
}

/// What a facet gives back may take more memory than its supervisor has: that call fails, and nothing else.
#[test]
fn a_value_that_its_receiver_has_no_room_for_fails_its_call_alone() {
    let script = r#"
        import { DurableObject } from "cloudflare:workers";
        const app = `import { DurableObject } from "cloudflare:workers";
        export class App extends DurableObject { large() { return new Array(8e6).fill("ab"); } small() { return "small"; } }`;
        export class Supervisor extends DurableObject {
          made = crypto.randomUUID();
          async call(method) {
            const worker = this.env.LOADER.get("app", () => ({ compatibilityDate: "2026-11-17", mainModule: "app.js", modules: { "app.js": app } }));
            const app_ = this.ctx.facets.get("app", () => ({ class: worker.getDurableObjectClass("App", { limits: { cpuMs: 60_000 } }) }));
            return `${this.made} ${await app_[method]().catch((error) => error.message)}`;
          }
          flood() { const kept = []; for (;;) kept.push(new Array(1_000).fill(0)); }
        }
        export default { async fetch(request, env) {
          const object = env.Supervisor.getByName("one");
          const method = new URL(request.url).pathname.slice(1);
          return new Response(await (method === "flood" ? object.flood() : object.call(method)).catch((error) => error.limit));
        } };"#;
    let folder = Folder::with(&[("main.js", script)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    let ask = |path: &str| server.get(path).1.split_once(' ').map(|(made, rest)| (made.to_owned(), rest.to_owned()));
    let (made, small) = ask("/small").expect("an answer");
    assert_eq!(small, "small");
    let no_room = "The value that was received needs more memory than its receiver has left.";
    for _ in 0..2 {
        assert_eq!(ask("/large"), Some((made.clone(), no_room.into())));
        assert_eq!(ask("/small"), Some((made.clone(), "small".into())));
    }
    // The limit holds afterwards as before.
    assert_eq!(
        server.get("/flood").1.matches("memory limit").count() + server.log().matches("memory limit").count(),
        1
    );
}
