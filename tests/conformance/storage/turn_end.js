// Writes that nobody waits for: what is kept when a turn ends, when the handler throws, and when a commit fails.
import { DurableObject } from "cloudflare:workers";
import { table, marks } from "../table.js";

export class Store extends DurableObject {
  memory = 0;
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY); CREATE TABLE IF NOT EXISTS child (id INTEGER PRIMARY KEY, parent REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)");
  }
  alarm() {}
  state() {
    const { kv, sql } = this.ctx.storage;
    return [[...kv.list()].map(([key, value]) => `${key}=${value}`).join(" "), [...sql.exec("SELECT id FROM t ORDER BY id").raw()].flat(), this.memory];
  }
  run(source, ...given) {
    this.memory++;
    return this[source](...given);
  }
  putNotAwaited() {
    this.ctx.storage.put("a", 1);
  }
  putThenThrow() {
    this.ctx.storage.put("b", 1);
    this.ctx.storage.sql.exec("INSERT INTO t VALUES (1)");
    throw new RangeError("after the write");
  }
  async putWaitThrow() {
    await this.ctx.storage.put("c", 1);
    await scheduler.wait(1);
    this.ctx.storage.put("d", 1);
    throw new RangeError("after both writes");
  }
  async putInWaitUntil() {
    this.ctx.waitUntil((async () => {
      await scheduler.wait(1);
      this.ctx.storage.kv.put("e", 1);
    })());
  }
  async putBeforeAndAfter() {
    this.ctx.storage.kv.put("f", 1);
    await scheduler.wait(1);
    return this.ctx.storage.kv.get("f");
  }
  putInvalidNotAwaited() {
    this.ctx.storage.put("g", () => {}).catch(() => {});
    this.ctx.storage.put("h", 1);
  }
  putInvalidNotCaught() {
    this.ctx.storage.put("i", () => {});
    this.ctx.storage.put("j", 1);
    return "returned";
  }
  putUnconfirmed() {
    this.ctx.storage.put("k", 1, { allowUnconfirmed: true });
  }
  badSqlAfterWrite() {
    this.ctx.storage.kv.put("l", 1);
    this.ctx.storage.sql.exec("SELEC");
  }
  throwSymbolResult() {
    this.ctx.storage.kv.put("m", 1);
    return Symbol("not sent");
  }
  setAlarmThrow() {
    this.ctx.storage.setAlarm(Date.now() + 1e8);
    throw new RangeError("after the alarm");
  }
  async alarmType() {
    return typeof (await this.ctx.storage.getAlarm());
  }
  async violate() {
    this.ctx.storage.kv.put("v", 1);
    this.ctx.storage.sql.exec("INSERT INTO child VALUES (1, 99)");
  }
  async violateAndWait() {
    this.ctx.storage.sql.exec("INSERT INTO child VALUES (1, 99)");
    await scheduler.wait(20);
    return "not reached";
  }
  async violateAndSync() {
    this.ctx.storage.sql.exec("INSERT INTO child VALUES (1, 99)");
    await this.ctx.storage.sync();
    return "not reached";
  }
  async violateAfterGood() {
    this.ctx.storage.kv.put("good", 1);
    await scheduler.wait(1);
    this.ctx.storage.kv.put("bad", 1);
    this.ctx.storage.sql.exec("INSERT INTO child VALUES (1, 99)");
  }
  async violateInTransactionSync() {
    this.ctx.storage.transactionSync(() => this.ctx.storage.sql.exec("INSERT INTO child VALUES (1, 99)"));
  }
  async violateAndRepair() {
    this.ctx.storage.sql.exec("INSERT INTO child VALUES (1, 77)");
    await null;
    await Promise.resolve();
    this.ctx.storage.sql.exec("INSERT INTO t VALUES (77)");
    await scheduler.wait(1);
    return this.ctx.storage.sql.exec("SELECT parent FROM child").one();
  }
  violateAndReturnBody() {
    return this.fetch();
  }
  async fetch() {
    this.ctx.storage.sql.exec("INSERT INTO child VALUES (5, 98)");
    return new Response("not sent");
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const caught = async (label, run) => row(label, async () => { try { return [await run()]; } catch (error) { return [`${error.name}: ${error.message}`, ...marks(error)]; } });
    const one = env.Store.getByName("writes");
    for (const name of ["putNotAwaited", "putThenThrow", "putWaitThrow", "putInWaitUntil", "putBeforeAndAfter", "putInvalidNotAwaited", "putInvalidNotCaught", "putUnconfirmed", "badSqlAfterWrite", "throwSymbolResult", "setAlarmThrow"]) {
      await caught(name, () => one.run(name));
      if (name === "putInWaitUntil") await scheduler.wait(10);
      await caught(`state after ${name}`, () => one.state());
    }
    await caught("alarm set before the throw", () => one.alarmType());
    for (const name of ["violate", "violateAndWait", "violateAndSync", "violateAfterGood", "violateInTransactionSync", "violateAndRepair", "violateAndReturnBody"]) {
      const stub = env.Store.getByName(name);
      await caught(`state before ${name}`, async () => { await stub.run("putNotAwaited"); return stub.state(); });
      await caught(name, () => stub.run(name));
      await caught(`first call after ${name}`, async () => { const again = env.Store.getByName(name); return again.state(); });
      await caught(`second call after ${name}`, async () => { const again = env.Store.getByName(name); return again.state(); });
    }
    try { await env.Store.getByName("violating fetch").fetch("http://x.test/"); } catch { /* the commit failed */ }
    await caught("fetch after it", async () => (await env.Store.getByName("violating fetch").state()));
    await caught("other calls under way fail too", async () => {
      const stub = env.Store.getByName("under way");
      const wait = stub.violateAndWait();
      const other = stub.putBeforeAndAfter();
      return (await Promise.allSettled([wait, other])).map(({ status, reason, value }) => (status === "fulfilled" ? value : reason.message.slice(0, 26)));
    });
    return response();
  },
};
