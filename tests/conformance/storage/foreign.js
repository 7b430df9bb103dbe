// Storage used where it does not belong: by another object, by the Worker, by a later instance, and in a later event.
import { DurableObject } from "cloudflare:workers";
import { table, marks } from "../table.js";

// Objects of one isolate share it.
const kept = {};
const uses = {
  "storage.get": () => kept.storage.get("a"),
  "storage.put": () => kept.storage.put("a", 2),
  "storage.delete": () => kept.storage.delete("a"),
  "storage.list": () => kept.storage.list(),
  "storage.deleteAll": () => kept.storage.deleteAll(),
  "storage.transaction": () => kept.storage.transaction(async (txn) => txn.get("a")),
  "storage.transactionSync": () => kept.storage.transactionSync(() => 1),
  "storage.sync": () => kept.storage.sync(),
  "storage.getAlarm": () => kept.storage.getAlarm(),
  "storage.setAlarm": () => kept.storage.setAlarm(4e12),
  "storage.deleteAlarm": () => kept.storage.deleteAlarm(),
  "storage.getCurrentBookmark": async () => typeof (await kept.storage.getCurrentBookmark()),
  "storage.sql": () => typeof kept.storage.sql,
  "storage.kv": () => typeof kept.storage.kv,
  "sql.exec": () => kept.sql.exec("SELECT 1 AS one").toArray(),
  "sql.databaseSize": () => typeof kept.sql.databaseSize,
  "kv.get": () => kept.kv.get("a"),
  "kv.put": () => kept.kv.put("a", 3),
  "kv.delete": () => kept.kv.delete("none"),
  "kv.list": () => [...kept.kv.list()],
  "cursor.next": () => kept.cursor.next(),
  "cursor.toArray": () => kept.cursor.toArray(),
  "cursor.columnNames": () => kept.cursor.columnNames,
  "cursor.rowsRead": () => kept.cursor.rowsRead,
  "raw.next": () => kept.raw.next(),
  "list.next": () => kept.list.next(),
  "txn.get": () => kept.txn.get("a"),
  "txn.rollback": () => kept.txn.rollback(),
};
const names = Object.keys(uses);

export class Owner extends DurableObject {
  alarm() {}
  async keep() {
    const { storage } = this.ctx;
    const { sql, kv } = storage;
    kv.put("a", 1);
    kv.put("b", 1);
    const numbers = () => sql.exec("SELECT value FROM json_each('[1,2,3]')");
    await storage.transaction(async (txn) => {
      kept.txn = txn;
    });
    const list = kv.list();
    list.next();
    Object.assign(kept, { storage, sql, kv, cursor: numbers(), raw: numbers().raw(), list });
  }
  use(name) {
    return uses[name]();
  }
  abort() {
    this.ctx.abort("aborted");
  }
}

export class Other extends DurableObject {
  use(name) {
    return uses[name]();
  }
  sees() {
    return kept.storage !== undefined;
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    // A runtime may give objects isolates of their own: these are in that of the Worker.
    const together = async (namespace, begin, sees) => {
      for (let i = 0; i < 200; i++) {
        const stub = namespace.getByName(`object ${i}`);
        await begin(stub);
        if (await sees(stub)) return `object ${i}`;
      }
      throw new Error("no object is in the isolate of the Worker");
    };
    const ownerName = await together(env.Owner, (stub) => stub.keep(), () => kept.storage !== undefined);
    const otherName = await together(env.Other, () => {}, (stub) => stub.sees());
    const owner = () => env.Owner.getByName(ownerName);
    const other = () => env.Other.getByName(otherName);
    // The sentence in the middle is the same in all; the rows with "whole text" have it.
    const short = (text) => text.replace(/ I\/O objects \(such as .*(?=\(I\/O type)/, " … ");
    const ask = (label, run) => row(label, async () => { try { return [await run()]; } catch (error) { return [`${error.name}: ${short(error.message)}`, ...marks(error)]; } });
    for (const name of names) {
      await ask(`later event, ${name}`, async () => { await owner().keep(); return owner().use(name); });
    }
    for (const name of names) {
      await ask(`another object, ${name}`, async () => { await owner().keep(); return other().use(name); });
    }
    await row("another object, whole text", async () => { await owner().keep(); return other().use("storage.get"); });
    await row("the Worker, whole text", async () => { await owner().keep(); return uses["storage.get"](); });
    for (const name of names) {
      if (["storage.delete", "storage.setAlarm", "kv.delete"].includes(name)) continue; // internal errors in workerd
      await ask(`the Worker, ${name}`, async () => { await owner().keep(); return uses[name](); });
    }
    for (const name of names) {
      await ask(`next instance, ${name}`, async () => { await owner().keep(); try { await owner().abort(); } catch { /* the next call constructs it again */ } return owner().use(name); });
    }
    return response();
  },
};
