// ctx.storage.transaction: the members of txn, rollback(), nesting, misuse, and what shares its fate.
import { DurableObject } from "cloudflare:workers";
import { table, show, marks } from "../table.js";

export class Store extends DurableObject {
  alarm() {}
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const { sql, kv } = storage;
    sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    const ids = () => [...sql.exec("SELECT id FROM t ORDER BY id").raw()].flat();
    const insert = (id) => sql.exec("INSERT INTO t (id) VALUES (?)", id);
    const caught = async (run) => { try { return await run(); } catch (error) { return `${error.name}: ${error.message}`; } };
    const keys = async () => [...(await storage.list()).keys()];

    await row("name and length", () => [storage.transaction.name, storage.transaction.length]);
    await row("txn tag", () => storage.transaction(async (txn) => Object.prototype.toString.call(txn)));
    await row("txn members", () => storage.transaction(async (txn) => Object.getOwnPropertyNames(Object.getPrototypeOf(txn)).sort()));
    await row("txn is not storage", () => storage.transaction(async (txn) => [txn === storage, txn.sql, txn.kv, txn.transaction, txn.sync]));
    await row("DurableObjectTransaction", () => [typeof DurableObjectTransaction, typeof DurableObjectStorage]);
    await row("arguments of the callback", () => storage.transaction(async (...given) => given.length));
    await row("no callback", () => storage.transaction());
    await row("null callback", () => storage.transaction(null));
    await row("result", () => storage.transaction(async () => ({ a: 1 })));
    await row("synchronous callback", () => storage.transaction(() => 5));
    await row("synchronous throw", () => storage.transaction(() => { throw new RangeError("at once"); }));
    await row("thenable result", () => storage.transaction(() => ({ then(resolve) { resolve("resolved"); } })));
    await row("options ignored", () => storage.transaction(async () => 1, { lowPriority: true }));
    await row("starts in the same turn", async () => { const order = []; const done = storage.transaction(async () => { order.push("inside"); }); order.push("after the call"); await done; return order; });

    await row("kept", async () => { await storage.transaction(async (txn) => { await txn.put("a", 1); await txn.put({ b: 2, c: 3 }); }); return storage.list(); });
    await row("get inside", () => storage.transaction(async (txn) => [await txn.get("a"), await txn.get(["a", "b", "none"])]));
    await row("list inside", () => storage.transaction(async (txn) => txn.list({ start: "b" })));
    await row("delete inside", () => storage.transaction(async (txn) => [await txn.delete("a"), await txn.delete("a"), await txn.delete(["b", "c", "none"])]));
    await row("deleteAll inside", () => storage.transaction(async (txn) => txn.deleteAll()));
    await row("storage.deleteAll inside", () => storage.transaction(async () => caught(() => storage.deleteAll())));
    await row("put undefined inside", () => storage.transaction(async (txn) => txn.put("u", undefined)));
    await row("put function inside", () => storage.transaction(async (txn) => txn.put("f", () => {})));
    await row("list of limit 0 inside", () => storage.transaction(async (txn) => txn.list({ limit: 0 })));
    await row("alarm inside", () => storage.transaction(async (txn) => { await txn.setAlarm(Date.now() + 1e8); const set = typeof await txn.getAlarm(); await txn.deleteAlarm(); return [set, await txn.getAlarm()]; }));

    await row("throw undoes", async () => { const error = await caught(() => storage.transaction(async (txn) => { await txn.put("x", 1); throw new RangeError("undo"); })); return [error, await storage.get("x")]; });
    await row("throws the same error", async () => { const error = new Error("mine"); try { await storage.transaction(async () => { throw error; }); } catch (thrown) { return [thrown === error, ...marks(thrown)]; } });
    await row("throws what is no error", () => storage.transaction(async () => { throw "text"; }));
    await row("throw after a wait undoes", async () => { await caught(() => storage.transaction(async (txn) => { await txn.put("x", 1); await scheduler.wait(1); throw new Error("undo"); })); return storage.get("x"); });
    await row("not awaited put is undone", async () => { await caught(() => storage.transaction(async (txn) => { txn.put("x", 1); throw new Error("undo"); })); return storage.get("x"); });
    await row("not awaited put is kept", async () => { await storage.transaction(async (txn) => { txn.put("x", 1); }); return storage.get("x"); });
    await row("put of storage is undone", async () => { await caught(() => storage.transaction(async () => { await storage.put("x", 2); throw new Error("undo"); })); return storage.get("x"); });
    await row("put of kv is undone", async () => { await caught(() => storage.transaction(async () => { kv.put("x", 3); throw new Error("undo"); })); return storage.get("x"); });
    await row("SQL is undone", async () => { await caught(() => storage.transaction(async () => { insert(1); throw new Error("undo"); })); return ids(); });
    await row("SQL is kept", async () => { await storage.transaction(async () => { insert(1); await scheduler.wait(1); insert(2); }); return ids(); });
    await row("earlier write of the turn stays", async () => { insert(3); await caught(() => storage.transaction(async () => { insert(4); throw new Error("undo"); })); return ids(); });
    await row("alarm is undone", async () => { await caught(() => storage.transaction(async (txn) => { await txn.setAlarm(Date.now() + 1e8); throw new Error("undo"); })); return storage.getAlarm(); });
    await row("alarm of storage is undone", async () => { await caught(() => storage.transaction(async () => { await storage.setAlarm(Date.now() + 1e8); throw new Error("undo"); })); return storage.getAlarm(); });
    await row("deleted alarm is restored", async () => { await storage.setAlarm(Date.now() + 1e8); await caught(() => storage.transaction(async (txn) => { await txn.deleteAlarm(); throw new Error("undo"); })); const restored = typeof await storage.getAlarm(); await storage.deleteAlarm(); return restored; });
    await row("deleted key is restored", async () => { await caught(() => storage.transaction(async (txn) => { await txn.delete("x"); throw new Error("undo"); })); return storage.get("x"); });
    await row("table is undone", async () => { await caught(() => storage.transaction(async () => { sql.exec("CREATE TABLE gone (a)"); throw new Error("undo"); })); return sql.exec("SELECT * FROM gone").toArray(); });
    await row("caught error inside keeps the rest", async () => { await storage.transaction(async (txn) => { await txn.put("k", 1); try { await txn.put("k", undefined); } catch { /* caught */ } }); return storage.get("k"); });
    await row("error of SQL undoes", async () => { const error = await caught(() => storage.transaction(async (txn) => { await txn.put("k", 2); insert(1); })); return [error, await storage.get("k")]; });

    await row("rollback", async () => { const result = await storage.transaction(async (txn) => { await txn.put("r", 1); return [txn.rollback(), "returned"]; }); return [result, await storage.get("r")]; });
    await row("rollback undoes SQL and kv", async () => { await storage.transaction(async (txn) => { insert(10); kv.put("r", 1); txn.rollback(); }); return [ids(), kv.get("r")]; });
    await row("rollback undoes an alarm", async () => { await storage.transaction(async (txn) => { await txn.setAlarm(Date.now() + 1e8); txn.rollback(); }); return storage.getAlarm(); });
    await row("rollback twice", () => storage.transaction(async (txn) => { txn.rollback(); return txn.rollback(); }));
    await row("rollback and throw", () => storage.transaction(async (txn) => { txn.rollback(); throw new RangeError("after"); }));
    for (const [name, ...given] of [["get", "a"], ["put", "a", 1], ["put", { a: 1 }], ["delete", "a"], ["delete", ["a"]], ["list"], ["deleteAll"], ["getAlarm"], ["setAlarm", 4e12], ["deleteAlarm"]]) {
      await row(`${name}(${typeof given[0] === "object" ? "object" : given.length}) after rollback`, () => storage.transaction(async (txn) => { txn.rollback(); return txn[name](...given); }));
    }
    await row("SQL after rollback is outside", async () => { await storage.transaction(async (txn) => { txn.rollback(); insert(20); }); return ids(); });
    await row("kv after rollback is outside", async () => { await storage.transaction(async (txn) => { txn.rollback(); kv.put("after", 1); }); return kv.get("after"); });
    await row("storage.put after rollback is outside", async () => { await storage.transaction(async (txn) => { txn.rollback(); await storage.put("after2", 1); }); return storage.get("after2"); });
    let kept;
    await storage.transaction(async (txn) => { kept = txn; });
    for (const [name, ...given] of [["get", "a"], ["put", "a", 1], ["delete", "a"], ["list"], ["getAlarm"], ["setAlarm", 4e12], ["deleteAlarm"], ["rollback"], ["deleteAll"]]) {
      await row(`${name} after the end`, () => kept[name](...given));
    }
    let failed;
    await caught(() => storage.transaction(async (txn) => { failed = txn; throw new Error("undo"); }));
    await row("get after a failed one", () => failed.get("a"));
    await row("rollback after a failed one", () => failed.rollback());
    let rolled;
    await storage.transaction(async (txn) => { rolled = txn; txn.rollback(); });
    await row("get after a rolled back one", () => rolled.get("a"));
    await row("rollback after a rolled back one", () => rolled.rollback());

    await storage.deleteAll();
    sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    await row("nested kept", async () => { await storage.transaction(async (outer) => { await outer.put("o", 1); await storage.transaction(async (inner) => { await inner.put("i", 1); }); }); return keys(); });
    await row("inner undone", async () => { await storage.transaction(async (outer) => { await outer.put("o2", 1); await caught(() => storage.transaction(async (inner) => { await inner.put("i2", 1); throw new Error("undo"); })); await outer.put("o3", 1); }); return keys(); });
    await row("inner rolled back", async () => { await storage.transaction(async (outer) => { await outer.put("o4", 1); await storage.transaction(async (inner) => { await inner.put("i4", 1); inner.rollback(); }); }); return keys(); });
    await row("outer undone", async () => { await caught(() => storage.transaction(async (outer) => { await outer.put("o5", 1); await storage.transaction(async (inner) => { await inner.put("i5", 1); }); throw new Error("undo"); })); return keys(); });
    await row("outer rolled back after inner", async () => { await storage.transaction(async (outer) => { await storage.transaction(async (inner) => { await inner.put("i6", 1); }); outer.rollback(); }); return keys(); });
    await row("three deep", async () => storage.transaction(async () => storage.transaction(async () => storage.transaction(async (txn) => { await txn.put("deep", 1); return txn.get("deep"); }))));
    await row("outer used inside", () => storage.transaction(async (outer) => storage.transaction(async () => { await outer.put("from outer", 1); return outer.get("from outer"); })));
    await row("outer.rollback inside", () => storage.transaction(async (outer) => storage.transaction(async () => caught(async () => outer.rollback()))));
    await row("transactionSync inside is undone with it", async () => { await caught(() => storage.transaction(async () => { storage.transactionSync(() => insert(30)); throw new Error("undo"); })); return ids(); });
    await row("transactionSync inside fails alone", async () => { await storage.transaction(async () => { insert(31); try { storage.transactionSync(() => { insert(32); throw new Error("undo"); }); } catch { /* undone */ } }); return ids(); });
    await row("two at once run in turn", async () => { const order = []; const one = storage.transaction(async () => { order.push("one"); await scheduler.wait(2); order.push("one ends"); }); const two = storage.transaction(async () => { order.push("two"); }); await Promise.all([one, two]); return order; });
    await row("two at once, first undone", async () => { const one = caught(() => storage.transaction(async (txn) => { await txn.put("first", 1); await scheduler.wait(2); throw new Error("undo"); })); const two = storage.transaction(async (txn) => { await txn.put("second", 1); }); return [await one, show(await two), await storage.get("first"), await storage.get("second")]; });
    await row("inside blockConcurrencyWhile", () => this.ctx.blockConcurrencyWhile(() => storage.transaction(async (txn) => { await txn.put("b", 1); return txn.get("b"); })));
    await row("blockConcurrencyWhile inside", () => storage.transaction(async (txn) => { await this.ctx.blockConcurrencyWhile(async () => { await txn.put("b2", 1); }); return txn.get("b2"); }));
    await row("sync inside", () => storage.transaction(async (txn) => { await txn.put("s", 1); return storage.sync(); }));
    await row("getCurrentBookmark inside", () => storage.transaction(async () => typeof await storage.getCurrentBookmark()));
    await row("txn.put with options", () => storage.transaction(async (txn) => txn.put("opt", 1, { allowConcurrency: true, allowUnconfirmed: true, noCache: true })));
    await row("txn.put arity", () => storage.transaction(async (txn) => txn.put("only a key")));
    await row("txn.get arity", () => storage.transaction(async (txn) => txn.get()));
    await row("object is alive", () => keys());
    return response();
  }
}

// While a transaction waits, no other event comes in.
export class Gate extends DurableObject {
  order = [];
  async slow() {
    await this.ctx.storage.transaction(async (txn) => {
      this.order.push("begins");
      await txn.put("a", 1);
      await scheduler.wait(30);
      this.order.push("ends");
    });
  }
  async failing() {
    await this.ctx.storage.transaction(async (txn) => {
      this.order.push("begins");
      await txn.put("a", 2);
      await scheduler.wait(30);
      throw new RangeError("undo");
    });
  }
  note(item) {
    this.order.push([item, this.ctx.storage.kv.get("a")]);
  }
  take() {
    return this.order.splice(0);
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const first = await (await env.Store.getByName("store").fetch("http://store.test/")).text();
    const gate = env.Gate.getByName("gate");
    await row("other events wait", async () => { const slow = gate.slow(); await gate.note("other"); await slow; return gate.take(); });
    await row("other events wait for a failure", async () => { const failing = gate.failing().catch((error) => error.message); await gate.note("other"); return [await failing, ...(await gate.take())]; });
    await row("marks of a failure", async () => { try { await gate.failing(); } catch (error) { return [error.name, error.message, ...marks(error)]; } });
    return new Response(first + (await response().text()));
  },
};
