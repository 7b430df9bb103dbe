//! Alarms of many objects at a time: those that cannot run yet hold up nobody else's.

use crate::support::{Folder, Server};

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
