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

/// Clones count among the facets that a facet may have, from the call on, as facets do that begin at once; and changes of
/// storage are subrequests.
#[test]
fn clones_and_deletions_are_held_to_limits() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        import { DurableObject } from "cloudflare:workers";
        const CODE = `
        import { DurableObject } from "cloudflare:workers";
        export class Leaf extends DurableObject { put(bytes) { this.ctx.storage.kv.put("k", new Uint8Array(bytes)); return "there"; } }
        export class App extends DurableObject {
          leaf(name) { return this.ctx.facets.get(name, () => ({ class: this.ctx.exports.Leaf })); }
          put(name) { return this.leaf(name).put(10).catch(({ limit, used, max, message }) => [limit, used, max, message]); }
          clone(from, to) {
            try { return this.ctx.facets.clone(from, to) ?? "cloned"; } catch ({ limit, used, max, message }) { return [limit, used, max, message]; }
          }
          cloneAll(names) { return names.map((name) => this.clone("a", name)); }
          putAll(names) { return Promise.all(names.map((name) => this.put(name))); }
          change(times) { for (let i = 0; i < times; i++) { this.ctx.facets.clone("x", "y"); this.ctx.facets.delete("y"); } }
          list() { return this.ctx.facets.list(); }
        }
        `;
        export class Supervisor extends DurableObject {
          app(name, limits) {
            const worker = this.env.LOADER.get("app", () => ({ compatibilityDate: "2026-08-01", mainModule: "m.js", modules: { "m.js": CODE } }));
            return this.ctx.facets.get(name, () => ({ class: worker.getDurableObjectClass("App"), limits }));
          }
          async fetch() {
            const cloner = this.app("cloner", { facets: 3 });
            const results = [await cloner.put("a"), await cloner.cloneAll(["b", "a", "b", "c", "d"]), await cloner.clone("b", "c"), await cloner.list()];
            // All that start at once count, too.
            const starter = this.app("starter", { facets: 2 });
            results.push((await starter.putAll(["a", "b", "c", "d"])).map((result) => result[0]), (await starter.list()).length);
            const changer = this.app("changer", { subRequests: 10 });
            results.push(await changer.change(6).catch((error) => [error.limit, error.max, error.facet]), await changer.change(5) ?? "done");
            return Response.json(results);
          }
        }
        export default { fetch(request, env) { return env.Supervisor.getByName("one").fetch(request); } };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    let (status, text) = server.get("/");
    let refused = r#"["facets",3,3,"A facet may have at most 3 facets of its own."]"#;
    let cloned = format!(r#"["cloned","cloned","cloned","cloned",{refused}],"cloned",["a","b","c"]"#);
    let expected = format!(r#"["there",{cloned},["t","t","facets","facets"],2,["subRequests",10,"changer"],"done"]"#);
    assert_eq!((status, text), (200, expected));
}

/// What a turn has ordered is in the list at once, and so counts for the limit of facets.
#[test]
fn the_list_of_facets_has_what_its_turn_has_ordered() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        import { DurableObject } from "cloudflare:workers";
        export class Inner extends DurableObject {
          leaf(name) { return this.ctx.facets.get(name, () => ({ class: this.ctx.exports.Leaf })); }
          async run() {
            const lists = [], list = () => lists.push(this.ctx.facets.list().join());
            await this.leaf("a").put();
            await this.leaf("b").put();
            list();
            this.ctx.facets.clone("a", "c");
            list();
            this.ctx.facets.delete("b");
            list();
            this.ctx.facets.clone("never", "a");
            list();
            // There is room for what comes in the place of what goes.
            for (let i = 0; i < 5; i++) {
              this.ctx.facets.clone("c", "d" + i);
              this.ctx.facets.delete("d" + i);
            }
            this.ctx.facets.clone("c", "e");
            list();
            await scheduler.wait(0);
            list();
            await this.leaf("e").put();
            list();
            this.ctx.storage.deleteAll();
            list();
            return lists;
          }
        }
        export class Leaf extends DurableObject { put() { this.ctx.storage.kv.put("k", 1); } }
        export class Outer extends DurableObject {
          async fetch() {
            const inner = this.ctx.facets.get("inner", () => ({ class: this.ctx.exports.Inner, limits: { facets: 3 } }));
            return Response.json(await inner.run());
          }
        }
        export default { fetch(request, env) { return env.Outer.getByName("one").fetch(request); } };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    let lists = r#"["a,b","a,b,c","a,c","c","c,e","c,e","c,e",""]"#;
    assert_eq!(server.get("/"), (200, lists.to_owned()));
}

/// A facet that makes and deletes others over and over takes no place on disk from its supervisor and its neighbours, even
/// where every one had been taken.
#[test]
fn a_facet_cannot_use_up_the_places_of_its_object() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        import { DurableObject } from "cloudflare:workers";
        export class Busy extends DurableObject {
          async put(name) { await this.ctx.facets.get(name, () => ({ class: this.ctx.exports.Leaf })).put(name); return this.ctx.facets.list(); }
          pairs(from, times) {
            for (let i = 0; i < times; i++) { this.ctx.facets.clone("s", `x${from + i}`); this.ctx.facets.delete(`x${from + i}`); }
          }
        }
        export class Leaf extends DurableObject {
          put(value) { const before = this.ctx.storage.kv.get("k"); this.ctx.storage.kv.put("k", value); return before ?? "new"; }
        }
        export class Outer extends DurableObject {
          async fetch(request) {
            const { searchParams } = new URL(request.url);
            const busy = this.ctx.facets.get("busy", () => ({ class: this.ctx.exports.Busy, limits: { facets: 2 } }));
            const results = [(await busy.put("s")).join()];
            for (let from = 0; from < Number(searchParams.get("pairs")); from += 100) await busy.pairs(from, 100);
            for (const name of searchParams.get("names").split(",")) {
              results.push(await this.ctx.facets.get(name, () => ({ class: this.ctx.exports.Leaf })).put(name));
            }
            return Response.json([...results, this.ctx.facets.list().sort().join()]);
          }
        }
        export default { fetch(request, env) { return env.Outer.getByName("one").fetch(request); } };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    let answer = |text: &str| (200, text.to_owned());
    assert_eq!(server.get("/?pairs=1500&names=one"), answer(r#"["s","new","busy,one"]"#));
    server.stop();
    let data = std::fs::read_dir(folder.path("data/main-Outer")).expect("the namespace");
    let is_index = |path: &std::path::PathBuf| path.extension().is_some_and(|extension| extension == "facets");
    let index = data.map(|entry| entry.expect("entry").path()).find(is_index).expect("the index");
    let entries = |bytes: &[u8]| {
        let (mut at, mut count) = (8, 0);
        while at < bytes.len() {
            at += 4 + usize::from(u16::from_le_bytes([bytes[at + 2], bytes[at + 3]]));
            count += 1;
        }
        count
    };
    let mut bytes = std::fs::read(&index).expect("index");
    let count = entries(&bytes);
    assert!((1_000..1_300).contains(&count), "{count} entries");
    for number in count..65_535 {
        let name = format!("filled{number}");
        bytes.extend([&0u16.to_le_bytes()[..], &(name.len() as u16).to_le_bytes(), name.as_bytes()].concat());
    }
    std::fs::write(&index, &bytes).expect("index");
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    let all = answer(r#"["s","one","new","busy,one,two"]"#);
    assert_eq!(server.get("/?pairs=100&names=one,two"), all, "what is there stays, and what is new is new");
    server.stop();
    assert_eq!(entries(&std::fs::read(&index).expect("index")), 65_535);
}

/// An event that fails counts once, in whatever way it ends, and its time too; what went wrong last is known when the facet
/// runs no longer.
#[test]
fn what_a_limit_a_reset_or_an_abort_ends_is_counted_and_remembered() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        import { DurableObject } from "cloudflare:workers";
        const CODE = `
        import { DurableObject } from "cloudflare:workers";
        export class App extends DurableObject {
          ok() { return 1; }
          fail() { throw new Error("thrown"); }
          hang() { return new Promise(() => {}); }
          async abort() { await scheduler.wait(100); this.ctx.abort(new Error("its own")); }
          spin() { for (;;); }
          spinLate() { (async () => { for (let i = 0; i < 20; i++) await null; for (;;); })(); return 1; }
          spinLater() { this.ctx.waitUntil(scheduler.wait(10).then(() => this.spin())); return 1; }
          fill() { this.ctx.storage.kv.put("k", new Uint8Array(1e6)); return 1; }
          async fillCaught() { try { this.fill(); } catch {} return 1; }
          fillLater() { this.ctx.waitUntil(scheduler.wait(10).then(() => this.fill())); return 1; }
          flood() { const all = []; for (;;) all.push(new Array(1000).fill(all.length)); }
        }
        export class Broken extends DurableObject { constructor(...args) { super(...args); throw new Error("constructor"); } }
        `;
        export class Supervisor extends DurableObject {
          app(name, limits = { cpuMs: 50 }, exported = "App", code = CODE) {
            const worker = this.env.LOADER.get(name, () => ({ compatibilityDate: "2026-08-01", mainModule: "m.js", modules: { "m.js": code } }));
            return this.ctx.facets.get(name, () => ({ class: worker.getDurableObjectClass(exported), limits }));
          }
          async fetch() {
            const { facets } = this.ctx;
            const rows = [];
            // What the caller got, then errors of all requests, the last error, and whether the wall time is plausible.
            const row = async (name, call, wall = 0, fails = true) => {
              const got = await call.then((value) => value, (error) => error.limit ? `${error.limit} of ${error.facet}` : error.message);
              let { totals, lastError } = await facets.stats(name);
              for (let i = 0; fails && !lastError && i < 100; i++) {
                await scheduler.wait(50);
                ({ totals, lastError } = await facets.stats(name));
              }
              rows.push([name, got, `${totals.errors} of ${totals.requests}`, lastError && (lastError.limit ?? lastError.message), totals.wallMs >= wall]);
            };
            await row("own", this.app("own").fail());
            await row("own", this.app("own").abort(), 100);
            await this.app("hang").ok();
            const hanging = [this.app("hang").hang(), this.app("hang").hang()];
            await scheduler.wait(300);
            facets.abort("hang", new Error("parent's"));
            await hanging[0].catch(() => {});
            await row("hang", hanging[1], 400);
            await row("spin", this.app("spin").spin());
            // The others of the same facet fail with it, and are not what was wrong.
            const others = Array.from({ length: 10 }, () => this.app("many").hang().catch((error) => error.retryable));
            await row("many", this.app("many").spin());
            rows.push(await Promise.all(others).then((all) => all.every(Boolean)));
            await row("late", this.app("late").spinLate());
            await row("later", this.app("later").spinLater());
            const few = { storageBytes: 100_000 };
            await row("full", this.app("full", few).fill());
            await row("caught", this.app("caught", few).fillCaught());
            await row("fullLater", this.app("fullLater", few).fillLater());
            await row("flood", this.app("flood", { cpuMs: 60_000 }).flood());
            await row("broken", this.app("broken", {}, "Broken").ok());
            await row("broken", this.app("broken", {}, "Broken").ok());
            // Code that does not start has an incarnation the first time only.
            for (let i = 0; i < 3; i++) await row("unstarted", this.app("unstarted", {}, "App", 'throw new Error("start");').ok());
            for (let i = 0; i < 2; i++) await row("endless", this.app("endless", {}, "App", "for (;;);").ok());
            await row("classless", this.app("classless", {}, "Nobody").ok());
            await row("classless", this.app("classless", {}, "Nobody").ok());
            // What a name has had before is nothing to what has it now.
            facets.delete("own");
            rows.push(await facets.stats("own"));
            await row("own", this.app("own").ok(), 0, false);
            return new Response(rows.map((row) => JSON.stringify(row)).join("\n"));
          }
        }
        export default { fetch(request, env) { return env.Supervisor.getByName("one").fetch(request); } };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    let (status, text) = server.get("/");
    let failed = r"Failed to start Worker:\nUncaught Error: start\n  at m.js:1:7";
    let unstarted = |count: u32| format!(r#"["unstarted","{failed}","{count} of {count}","Error: {failed}",true]"#);
    let expected = [
        r#"["own","thrown","1 of 1","Error: thrown",true]"#,
        r#"["own","Error: its own","2 of 2","Error: Error: its own",true]"#,
        r#"["hang","parent's","2 of 3","Error: parent's",true]"#,
        r#"["spin","cpuMs of spin","1 of 1","cpuMs",true]"#,
        r#"["many","cpuMs of many","11 of 11","cpuMs",true]"#,
        "true",
        r#"["late","cpuMs of late","1 of 1","cpuMs",true]"#,
        r#"["later",1,"0 of 1","cpuMs",true]"#,
        r#"["full","storageBytes of full","1 of 1","storageBytes",true]"#,
        r#"["caught","storageBytes of caught","1 of 1","storageBytes",true]"#,
        r#"["fullLater",1,"0 of 1","storageBytes",true]"#,
        r#"["flood","heapBytes of flood","1 of 1","heapBytes",true]"#,
        r#"["broken","constructor","1 of 1","Error: constructor",true]"#,
        r#"["broken","constructor","2 of 2","Error: constructor",true]"#,
        &unstarted(1),
        &unstarted(2),
        &unstarted(3),
        r#"["endless","startupMs of endless","1 of 1","startupMs",true]"#,
        r#"["endless","startupMs of endless","2 of 2","startupMs",true]"#,
        r#"["classless","Worker has no such actor class: Nobody","1 of 1","Error: Worker has no such actor class: Nobody",true]"#,
        r#"["classless","Worker has no such actor class: Nobody","2 of 2","Error: Worker has no such actor class: Nobody",true]"#,
        "null",
        r#"["own",1,"0 of 1",null,true]"#,
    ];
    assert_eq!((status, text), (200, expected.join("\n")));
}

/// A turn of deno_core's loop, such as that of an import, belongs to all events that could be behind it, and is billed once.
#[test]
fn a_turn_is_billed_once_however_many_events_of_a_facet_wait() {
    let folder = Folder::with(&[(
        "main.js",
        r#"
        import { DurableObject } from "cloudflare:workers";
        const CODE = `
        import { DurableObject } from "cloudflare:workers";
        export class App extends DurableObject {
          hang() { return new Promise(() => {}); }
          async load() { const { used } = await import("./heavy.js"); return used; }
        }
        `;
        const HEAVY = `let n = 0; for (let i = 0; i < 1e8; i++) n += Math.sqrt(i); export const used = n;`;
        export class Supervisor extends DurableObject {
          async fetch() {
            const worker = this.env.LOADER.get("app", () => ({ compatibilityDate: "2026-08-01", mainModule: "m.js", modules: { "m.js": CODE, "heavy.js": HEAVY } }));
            const app = (name) => this.ctx.facets.get(name, () => ({ class: worker.getDurableObjectClass("App", { limits: { cpuMs: 20_000 } }) }));
            for (let i = 0; i < 20; i++) app("app").hang().catch(() => {});
            await scheduler.wait(50);
            const before = performance.now();
            await app("app").load();
            const took = performance.now() - before;
            const { cpuMs } = await this.ctx.facets.stats("app");
            return Response.json({ isOnce: cpuMs > took / 10 && cpuMs < took * 2, cpuMs, took });
          }
        }
        export default { fetch(request, env) { return env.Supervisor.getByName("one").fetch(request); } };"#,
    )]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    let (status, text) = server.get("/");
    assert!(status == 200 && text.contains(r#""isOnce":true"#), "{text}");
}
