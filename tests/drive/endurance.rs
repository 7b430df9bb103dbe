//! Many of everything: memory does not grow with the number of Workers and facets that came and went, and each of many facets
//! has its own storage after a restart.

use std::ops::Range;

use crate::support::{Folder, Server};

/// Workers that are loaded, called and evicted; `DENIZEN_LOAD_CYCLES` overrides. 10,000 take some minutes.
const CYCLES: usize = 1_000;

/// Workers before the first that counts, at most as many as those that count: they fill the room for isolates and code and
/// the 2,000 names that loaders remember, and V8 optimizes what runs often.
const WARM_UP: usize = 2_000;

/// Workers that one request loads.
const CYCLES_A_REQUEST: usize = 25;

/// Isolates that the shard has room for: every further Worker evicts one.
const ISOLATES: usize = 20;

/// Objects with [`FACETS`] facets each; `DENIZEN_FACET_OBJECTS` overrides. 1,000 make 10,000 facets.
const OBJECTS: usize = 100;

/// Facets of an object.
const FACETS: usize = 10;

/// Clients that ask at the same time.
const CLIENTS: usize = 8;

fn count(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

const LOADER: &str = r#"
export default {
  async fetch(request, env) {
    const { searchParams } = new URL(request.url);
    const from = Number(searchParams.get("from"));
    let sum = 0;
    for (let i = from; i < from + Number(searchParams.get("count")); i++) {
      const worker = env.LOADER.get("w" + i, () => ({
        compatibilityDate: "2026-11-17",
        mainModule: "m.js",
        // One source for all: the code cache keeps what it compiles of each, up to a bound of its own.
        modules: { "m.js": `export default {\n  fetch(_request, env) { return new Response(String(env.i)); }\n};` },
        env: { i },
      }));
      sum += Number(await (await worker.getEntrypoint().fetch("http://x/")).text());
    }
    return new Response(String(sum));
  },
};"#;

/// Workers that are loaded under ever new names leave again, and take their memory with them.
#[test]
fn memory_stays_where_it_is_while_loaded_workers_come_and_go() {
    let cycles = count("DENIZEN_LOAD_CYCLES", CYCLES);
    let warm_up = WARM_UP.min(cycles);
    let folder = Folder::with(&[("main.js", LOADER)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1", "--isolates-per-shard", &ISOLATES.to_string()]);
    let mut after = Vec::new();
    for from in (0..warm_up + cycles).step_by(CYCLES_A_REQUEST) {
        let sum: usize = (from..from + CYCLES_A_REQUEST).sum();
        assert_eq!(server.get(&format!("/?from={from}&count={CYCLES_A_REQUEST}")), (200, sum.to_string()));
        if from >= warm_up {
            after.push(server.memory());
        }
    }
    let quarter = after.len() / 4;
    let (early, late) = (median(&after[..quarter]), median(&after[3 * quarter..]));
    assert!(late < early + early / 20, "memory grew from {early} to {late}: {after:?}");
}

fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// A tenant that makes the host keep what nobody needs: names that are deleted and stand for nothing, facets that end again and
/// again, and stubs of ended ones.
const WASTEFUL: &str = r#"
import { DurableObject } from "cloudflare:workers";
const stubs = [];
export class Part extends DurableObject {
  ping() { return "pong"; }
  end(length) { this.ctx.abort("x".repeat(length)); }
}
export class Whole extends DurableObject {
  part() { return this.ctx.facets.get("part", () => ({ class: this.ctx.exports.Part })); }
  delete() { for (let i = 0; i < 10_000; i++) this.ctx.facets.delete("nothing"); }
  deleteMany() { for (let i = 0; i < 10_000; i++) this.ctx.facets.delete("nothing" + i); }
  abort() {
    for (let i = 0; i < 2_000; i++) {
      this.part().ping().catch(() => {});
      this.ctx.facets.abort("part", new Error("ended"));
    }
  }
  async end() {
    for (let i = 0; i < 100; i++) {
      const part = this.part();
      await part.end(1 << 20).catch(() => {});
      stubs.push(part);
    }
  }
}
export default {
  async fetch(request, env) {
    await env.Whole.getByName("one")[new URL(request.url).pathname.slice(1)]();
    return new Response("done");
  },
};"#;

#[test]
fn facets_that_are_gone_take_no_memory() {
    let folder = Folder::with(&[("main.js", WASTEFUL)]);
    let server = Server::script(&folder, "main.js", &["--shards", "1"]);
    for (method, factor) in [("delete", 10), ("deleteMany", 2), ("abort", 1), ("end", 1)] {
        let ask = |times| {
            (0..times * factor).for_each(|_| assert_eq!(server.get(&format!("/{method}")), (200, "done".into())))
        };
        ask(3);
        let before = server.memory();
        ask(6);
        let after = server.memory();
        assert!(after < before + (96 << 20), "{method}: memory grew from {before} to {after}");
    }
}

const SUPERVISOR: &str = r#"
import { DurableObject } from "cloudflare:workers";
const APP = `
import { DurableObject } from "cloudflare:workers";
export class App extends DurableObject {
  write(text) { this.ctx.storage.kv.put("text", text); }
  read() { return this.ctx.storage.kv.get("text") ?? "nothing"; }
}`;
export class Root extends DurableObject {
  app(name) {
    return this.ctx.facets.get(name, () => ({
      class: this.env.LOADER.get("app", () => ({
        compatibilityDate: "2026-11-17", mainModule: "app.js", modules: { "app.js": APP },
      })).getDurableObjectClass("App"),
    }));
  }
  async write(object, count) {
    const names = Array.from({ length: count }, (_, index) => "f" + index);
    this.ctx.storage.kv.put("text", object);
    await Promise.all(names.map((name) => this.app(name).write(object + "/" + name)));
    return "written";
  }
  async read() {
    const names = this.ctx.facets.list();
    const texts = await Promise.all(names.map((name) => this.app(name).read()));
    return [this.ctx.storage.kv.get("text"), ...texts.sort()];
  }
}
export default {
  async fetch(request, env) {
    const [, object, method, count] = new URL(request.url).pathname.split("/");
    return new Response(String(await env.Root.getByName(object)[method](object, Number(count))));
  },
};
"#;

/// Asks for every object of `objects`, by several clients at a time.
fn ask_all(server: &Server, objects: Range<usize>, ask: impl Fn(&Server, usize) + Sync) {
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (objects, ask) = (objects.clone(), &ask);
            scope.spawn(move || objects.skip(client).step_by(CLIENTS).for_each(|object| ask(server, object)));
        }
    });
}

#[test]
fn each_of_many_facets_has_its_own_storage_after_a_restart() {
    let objects = 0..count("DENIZEN_FACET_OBJECTS", OBJECTS);
    let folder = Folder::with(&[("worker.js", SUPERVISOR)]);
    let server = Server::script(&folder, "worker.js", &[]);
    ask_all(&server, objects.clone(), |server, object| {
        assert_eq!(server.get(&format!("/o{object}/write/{FACETS}")), (200, "written".into()));
    });
    assert_eq!(server.stop(), Some(0));
    let server = Server::script(&folder, "worker.js", &[]);
    ask_all(&server, objects, |server, object| {
        let facets = (0..FACETS).map(|facet| format!("o{object}/f{facet}"));
        let expected: Vec<_> = std::iter::once(format!("o{object}")).chain(facets).collect();
        assert_eq!(server.get(&format!("/o{object}/read")), (200, expected.join(",")));
    });
}
