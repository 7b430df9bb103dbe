// ctx.storage.sql: the cursor, its members and iterators, and what happens to it when the database changes.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    const all = () => sql.exec("SELECT id FROM t ORDER BY id");
    const tag = (value) => Object.prototype.toString.call(value);

    await row("sql tag", () => tag(sql));
    await row("sql members", () => Object.getOwnPropertyNames(Object.getPrototypeOf(sql)).sort());
    await row("sql own keys", () => Object.keys(sql));
    await row("sql.Cursor", () => [typeof sql.Cursor, all() instanceof sql.Cursor, sql.Cursor.name]);
    await row("new sql.Cursor", () => new sql.Cursor());
    await row("sql.Statement", () => typeof sql.Statement);
    await row("prepare", () => typeof sql.prepare);
    await row("ingest", () => typeof sql.ingest);
    await row("cursor tag", () => tag(all()));
    await row("cursor members", () => Object.getOwnPropertyNames(Object.getPrototypeOf(all())).sort());
    await row("cursor own keys", () => Object.keys(all()));
    await row("cursor is its iterator", () => { const cursor = all(); return cursor[Symbol.iterator]() === cursor; });
    await row("raw tag", () => tag(all().raw()));
    await row("raw is its iterator", () => { const raw = all().raw(); return raw[Symbol.iterator]() === raw; });
    await row("raw twice is the same", () => { const cursor = all(); return cursor.raw() === cursor.raw(); });
    await row("exec length", () => [sql.exec.length, sql.exec.name]);
    await row("exec detached", () => { const { exec } = sql; return exec("SELECT 1"); });
    await row("exec without arguments", () => sql.exec());
    await row("exec of a number", () => sql.exec(5));
    await row("exec of null", () => sql.exec(null));
    await row("exec of an object with toString", () => sql.exec({ toString: () => "SELECT 1 AS a" }).toArray());
    await row("exec of a template", () => sql.exec`SELECT 1 AS a`.toArray());

    await row("next", () => { const cursor = all(); return [cursor.next(), cursor.next(), cursor.next(), cursor.next(), cursor.next()]; });
    await row("next keys at the end", () => { const cursor = sql.exec("SELECT 1 WHERE 0"); const end = cursor.next(); return [Object.keys(end), "value" in end, end.value]; });
    await row("raw next", () => { const raw = all().raw(); return [raw.next(), raw.next()]; });
    await row("for of with break", () => { const cursor = all(); for (const item of cursor) { if (item.id === 1) break; } return cursor.toArray(); });
    await row("for of with throw", () => { const cursor = all(); try { for (const item of cursor) throw new Error(`at ${item.id}`); } catch { /* the cursor stays open */ } return cursor.toArray(); });
    await row("return method", () => [typeof all().return, typeof all().throw]);
    await row("spread twice", () => { const cursor = all(); return [[...cursor].length, [...cursor].length]; });
    await row("destructuring", () => { const cursor = all(); const [first] = cursor; return [first, cursor.toArray()]; });
    await row("iterator helpers", () => [typeof all().map, all().map?.((item) => item.id).toArray()]);
    await row("raw helpers", () => [...all().raw().map(([id]) => id * 2)]);
    await row("Array.from", () => Array.from(all(), ({ id }) => id));
    await row("raw and rows share", () => { const cursor = all(); const raw = cursor.raw(); return [raw.next().value, cursor.next().value, raw.next().value, cursor.next().done, raw.next().done]; });
    await row("raw toArray takes the rest", () => { const cursor = all(); cursor.next(); return [cursor.raw().toArray(), cursor.toArray()]; });
    await row("one", () => sql.exec("SELECT 5 AS five").one());
    await row("one after next", () => { const cursor = sql.exec("SELECT id FROM t WHERE id < 3 ORDER BY id"); cursor.next(); return cursor.one(); });
    await row("one twice", () => { const cursor = sql.exec("SELECT 5 AS five"); cursor.one(); return cursor.one(); });
    await row("one of none", () => sql.exec("SELECT 1 WHERE 0").one());
    await row("one of many", () => all().one());
    await row("after one of many", () => { const cursor = all(); try { cursor.one(); } catch { /* asked for below */ } return cursor.toArray(); });
    await row("toArray of none", () => sql.exec("SELECT 1 WHERE 0").toArray());
    await row("next of an update", () => sql.exec("UPDATE t SET v = v").next());
    await row("one of an update", () => sql.exec("UPDATE t SET v = v").one());
    await row("raw of an update", () => [...sql.exec("UPDATE t SET v = v").raw()]);

    await row("columnNames before", () => all().columnNames);
    await row("columnNames after the end", () => { const cursor = all(); cursor.toArray(); return cursor.columnNames; });
    await row("columnNames identity", () => { const cursor = all(); return cursor.columnNames === cursor.columnNames; });
    await row("columnNames assigned", () => { const cursor = all(); cursor.columnNames = []; return cursor.columnNames; });
    await row("columnNames of an expression", () => sql.exec("SELECT 1 + 1, 'a' || v, count(*), (SELECT 1), NULL AS \"\", 1 AS \"a b\" FROM t").columnNames);
    await row("columnNames of *", () => sql.exec("SELECT *, t.*, rowid FROM t").columnNames);
    await row("columnNames of a join", () => sql.exec("SELECT a.id, b.id, a.v AS v, b.v AS v FROM t a JOIN t b ON a.id = b.id").columnNames);
    await row("columnNames of a create", () => sql.exec("CREATE TABLE IF NOT EXISTS t (x)").columnNames);
    await row("columnNames of returning", () => { const cursor = sql.exec("UPDATE t SET v = v WHERE id = 1 RETURNING id, v AS changed"); cursor.toArray(); return cursor.columnNames; });
    await row("columnNames of the last statement", () => sql.exec("SELECT 1 AS a; SELECT 2 AS b").columnNames);
    await row("duplicate names keep the last", () => sql.exec("SELECT 1 AS a, 2 AS b, 3 AS a").toArray());
    await row("key order", () => Object.keys(sql.exec("SELECT 1 AS z, 2 AS a, 3 AS \"1\", 4 AS \"0\"").one()));
    await row("column called __proto__", () => { const item = sql.exec("SELECT 1 AS __proto__, 2 AS b").one(); return [Object.keys(item), Object.getPrototypeOf(item) === Object.prototype]; });
    await row("column called constructor", () => Object.keys(sql.exec("SELECT 1 AS constructor, 2 AS toString").one()));
    await row("row prototype", () => Object.getPrototypeOf(sql.exec("SELECT 1 AS a").one()) === Object.prototype);
    await row("rows are separate", () => { const cursor = sql.exec("SELECT 1 AS a UNION ALL SELECT 1"); const [x, y] = cursor.toArray(); x.a = 9; return [x, y]; });
    await row("rows are writable", () => { const item = sql.exec("SELECT 1 AS a").one(); item.b = 2; delete item.a; return [item, Object.isFrozen(item)]; });

    await row("insert while reading", () => { const cursor = all(); const seen = [cursor.next().value.id]; sql.exec("INSERT INTO t VALUES (4, 'd')"); return [...seen, ...[...cursor].map(({ id }) => id)]; });
    await row("delete while reading", () => { const cursor = all(); const seen = [cursor.next().value.id]; sql.exec("DELETE FROM t WHERE id = 4"); return [...seen, ...[...cursor].map(({ id }) => id)]; });
    await row("update while reading", () => { const cursor = sql.exec("SELECT id, v FROM t ORDER BY id"); cursor.next(); sql.exec("UPDATE t SET v = upper(v)"); return cursor.toArray(); });
    await row("drop while reading", () => { sql.exec("CREATE TABLE d (a); INSERT INTO d VALUES (1), (2), (3)"); const cursor = sql.exec("SELECT a FROM d"); cursor.next(); sql.exec("DROP TABLE d"); return cursor.toArray(); });
    await row("d after the refused drop", () => sql.exec("SELECT count(*) AS n FROM d").one());
    await row("alter while reading", () => { sql.exec("CREATE TABLE e (a); INSERT INTO e VALUES (1), (2), (3)"); const cursor = sql.exec("SELECT * FROM e"); cursor.next(); sql.exec("ALTER TABLE e ADD COLUMN b DEFAULT 5"); return cursor.toArray(); });
    await row("same text again after alter", () => sql.exec("SELECT * FROM e LIMIT 1").toArray());
    await row("cached text sees the new column", () => sql.exec("SELECT * FROM e").columnNames);
    await row("two cursors of one text", () => { const a = all(); const b = all(); return [a.next().value, b.next().value, a.next().value, b.toArray(), a.toArray()]; });
    await row("cursor kept over await", async () => { const cursor = all(); cursor.next(); await scheduler.wait(1); return cursor.toArray(); });
    // A cursor of RETURNING has to be read to its end: it keeps its statement open, and no commit can pass that.
    await row("returning reads all before", () => { const cursor = sql.exec("UPDATE t SET v = lower(v) RETURNING id, v"); return [sql.exec("SELECT group_concat(v) AS v FROM t").one(), cursor.toArray()]; });
    await row("insert happens without reading", () => { const cursor = sql.exec("INSERT INTO t VALUES (7, 'g') RETURNING id"); return [sql.exec("SELECT count(*) AS n FROM t").one(), cursor.toArray()]; });
    await row("error in the first row", () => sql.exec("SELECT abs(-9223372036854775808)"));
    await row("error in a later row", () => { const cursor = sql.exec("SELECT CASE id WHEN 1 THEN 1 ELSE abs(-9223372036854775808 + (id - id)) END AS x FROM t ORDER BY id"); return cursor.toArray(); });
    await row("error in the third row", () => { const cursor = sql.exec("SELECT CASE id WHEN 3 THEN abs(-9223372036854775808 + (id - id)) ELSE id END AS x FROM t ORDER BY id"); const seen = [cursor.next()]; try { seen.push(cursor.next()); seen.push(cursor.next()); } catch (error) { seen.push(error.message); } return seen; });
    await row("in the middle of transactionSync", () => { const cursor = all(); cursor.next(); this.ctx.storage.transactionSync(() => sql.exec("INSERT INTO t VALUES (8, 'h')")); return [...cursor].map(({ id }) => id); });
    await row("over a rollback", () => { const cursor = all(); cursor.next(); try { this.ctx.storage.transactionSync(() => { sql.exec("INSERT INTO t VALUES (9, 'i')"); throw new Error("undo"); }); } catch { /* undone */ } return [...cursor].map(({ id }) => id); });
    await row("opened in what is rolled back", () => { let cursor; try { this.ctx.storage.transactionSync(() => { cursor = all(); cursor.next(); throw new Error("undo"); }); } catch { /* undone */ } return [...cursor].map(({ id }) => id); });
    await row("opened before deleteAll", async () => { const cursor = all(); cursor.next(); await this.ctx.storage.deleteAll(); return cursor.next(); });
    await row("finished before deleteAll", async () => { const cursor = sql.exec("SELECT 1 AS a"); cursor.toArray(); await this.ctx.storage.deleteAll(); return [cursor.columnNames, cursor.toArray()]; });
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
