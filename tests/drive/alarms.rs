//! Alarms of many objects at a time: those that cannot run yet hold up nobody else's.

use std::time::{Duration, Instant};

use crate::support::{Folder, PATIENCE, Server};

const WORKER: &str = r#"
import { DurableObject } from "cloudflare:workers";
const BUSY = 70;  // more than may start at a time
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export class Busy extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    if (ctx.id.name.startsWith("constructed") && ctx.storage.kv.get("armed")) ctx.blockConcurrencyWhile(() => wait(25000));
  }
  async arm(ms) {
    this.ctx.storage.kv.put("armed", true);
    await this.ctx.storage.setAlarm(Date.now() + ms);
  }
  end() { this.ctx.abort("ended"); }
  // Blocked from then on, but for moments.
  async block() {
    for (;;) await this.ctx.blockConcurrencyWhile(() => wait(2000));
  }
  part(name, start = () => ({ class: this.ctx.exports.Busy })) { return this.ctx.facets.get(name, start); }
  async starting() {
    for (let i = 0; i < BUSY; i++) await this.part("part" + i).arm(2500);
    for (let i = 0; i < BUSY; i++) {
      this.ctx.facets.abort("part" + i, new Error("ended"));
      this.part("part" + i, () => new Promise(() => {})).arm(0).catch(() => {});
    }
  }
  alarm() {}
}
export class Free extends DurableObject {
  async arm(ms) {
    this.due = Date.now() + ms;
    await this.ctx.storage.setAlarm(this.due);
    await new Promise((resolve) => { this.rang = resolve; });
    return Date.now() - this.due;
  }
  alarm() { this.rang(); }
}
export default {
  async fetch(request, env) {
    const kind = new URL(request.url).pathname.slice(1);
    const busy = Array.from({ length: BUSY }, (_, index) => () => env.Busy.getByName(kind + index));
    switch (kind) {
      case "blocked":
        for (const object of busy) await object().arm(1000);
        for (const object of busy) object().block().catch(() => {});
        break;
      case "constructed":
        for (const object of busy) {
          await object().arm(1500);
          await object().end().catch(() => {});
        }
        break;
      case "starting":
        await busy[0]().starting();
    }
    const late = await Promise.race([env.Free.getByName(kind).arm(3000), wait(8000).then(() => "never")]);
    return new Response(late < 2000 ? "in time" : `late: ${late}`);
  },
};
"#;

#[test]
fn alarms_that_have_to_wait_hold_up_no_others() {
    let folder = Folder::with(&[("worker.js", WORKER)]);
    let server = Server::script(&folder, "worker.js", &[]);
    for kind in ["blocked", "constructed", "starting"] {
        assert_eq!(server.get(&format!("/{kind}")), (200, "in time".into()), "{kind}: {}", server.log());
    }
}

/// The class may have been changed since: the log says so, and the alarm is over, as in workerd.
#[test]
fn an_alarm_without_a_handler_is_over() {
    let worker = |alarm: &str| {
        format!(
            r#"
            import {{ DurableObject }} from "cloudflare:workers";
            export class Item extends DurableObject {{
              part() {{ return this.ctx.facets.get("part", () => ({{ class: this.ctx.exports.Item }})); }}
              arm() {{ return this.ctx.storage.setAlarm(Date.now() + 1500); }}
              armed() {{ return this.ctx.storage.getAlarm(); }}
              async state() {{ return `${{await this.armed() !== null}} ${{await this.part().armed() !== null}} ${{(await this.ctx.facets.stats("part")).errors}}`; }}
              {alarm}
            }}
            export default {{
              async fetch(request, env) {{
                const item = env.Item.getByName("one");
                if (request.url.endsWith("/arm")) {{ await item.arm(); await item.armPart(); }}
                return new Response(await item.state());
              }},
            }};"#
        )
    };
    let folder = Folder::with(&[(
        "worker.js",
        &worker("alarm() { throw new Error(`own`); } armPart() { return this.part().arm(); }"),
    )]);
    let server = Server::script(&folder, "worker.js", &[]);
    assert_eq!(server.get("/arm"), (200, "true true 0".into()));
    // The object's and the facet's.
    for label in ["", "/part"] {
        let failed = |line: &str| {
            line.starts_with("worker/Item:") && line.contains(&format!("{label} error Uncaught in alarm(): Error: own"))
        };
        let end = Instant::now() + PATIENCE;
        while !server.log().lines().any(failed) {
            assert!(Instant::now() < end, "{}", server.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    server.stop();
    folder.write("worker.js", &worker(""));
    let server = Server::script(&folder, "worker.js", &[]);
    let end = Instant::now() + PATIENCE;
    while server.get("/").1 != "false false 0" {
        assert!(Instant::now() < end, "{} {}", server.get("/").1, server.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    let log = server.log();
    let told = log.lines().filter(|line| line.contains("without a handler")).count();
    assert_eq!(told, 2, "{log}");
    assert!(!log.contains("Uncaught"), "{log}");
}
