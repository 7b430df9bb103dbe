// ctx.storage.sql: cursors that are kept while everything else happens, mixed ways of reading one, and statements kept.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

// Each runs in an object of its own with the rows 1 to 5.
const cases = {
  "next, one": ({ all }) => { const c = all("WHERE id > 4"); return [c.one(), c.next()]; },
  "next, one of what is left": ({ all }) => { const c = all("WHERE id > 3"); c.next(); return [c.one(), c.toArray()]; },
  "one, toArray": ({ all, brief }) => { const c = all(); return [brief(() => c.one()), brief(() => c.one()), c.toArray(), c.rowsRead]; },
  "one, raw": ({ all, brief }) => { const c = all(); const r = c.raw(); r.next(); return [brief(() => c.one()), r.next()]; },
  "one by one of raw": ({ all }) => { const c = all("WHERE id = 1"); return [c.raw().next(), c.next(), c.raw().next(), c.columnNames]; },
  "raw, raw": ({ all }) => { const c = all(); const a = c.raw(); const b = c.raw(); return [a.next().value, b.next().value, [...a], [...b]]; },
  "iterator, iterator": ({ all }) => { const c = all(); const a = c[Symbol.iterator](); const b = c[Symbol.iterator](); return [a.next().value, b.next().value, [...a].length, [...b].length]; },
  "iterator, toArray": ({ all }) => { const c = all(); const a = c[Symbol.iterator](); a.next(); return [c.toArray().length, a.next()]; },
  "for of in for of": ({ all }) => { const c = all(); const seen = []; for (const a of c) { seen.push(`outer ${a.id}`); for (const b of c) { seen.push(`inner ${b.id}`); if (b.id > 2) break; } } return seen; },
  "helpers": ({ all }) => [[...all().drop(1).take(2)].length, all().some(({ id }) => id > 2), all().find(({ id }) => id > 2), all().reduce((sum, { id }) => sum + id, 0), all().flatMap(({ id }) => [id, id]).toArray().length, all().every(({ id }) => id > 0), [...all().filter(({ id }) => id % 2)].length].map((value) => value ?? null),
  "helpers leave the rest": ({ all }) => { const c = all(); c.find?.(({ id }) => id === 2); return c.toArray().length; },
  "helpers of raw": ({ all }) => { const c = all(); const first = c.raw().take(2).toArray(); return [first, c.toArray().length]; },
  "Map.groupBy": ({ all }) => [...Map.groupBy(all(), ({ id }) => id % 2)].map(([key, list]) => [key, list.length]),
  "Promise.all": async ({ all }) => (await Promise.all(all())).length,
  "new Set of raw": ({ all }) => new Set(all().raw()).size,
  "for await": async ({ all }) => { const seen = []; for await (const { id } of all()) seen.push(id); return seen; },
  "spread as arguments": ({ all }) => Math.max(...[...all().raw()].flat().filter(Number)),
  "structuredClone": ({ all }) => structuredClone(all()),
  "JSON": ({ all }) => JSON.stringify([all(), all().raw(), all().one === undefined]),
  "console text": ({ all }) => [String(all()), String(all().raw()), typeof all().toJSON],
  "put of a cursor": ({ all, kv, brief }) => brief(() => kv.put("cursor", all())),
  "columnNames before a read": ({ all }) => { const c = all("WHERE 0"); return [c.columnNames, c.rowsRead, c.rowsWritten, c.toArray(), c.columnNames]; },
  "rows over an insert behind": ({ all, sql }) => { const c = all(); c.next(); c.next(); sql.exec("INSERT INTO t VALUES (0, 'z')"); return c.toArray().map(({ id }) => id); },
  "rows over an update of the key": ({ all, sql }) => { const c = all(); c.next(); sql.exec("UPDATE t SET id = id + 100 WHERE id = 3"); return c.toArray().map(({ id }) => id); },
  "rows over a delete of all": ({ all, sql }) => { const c = all(); c.next(); sql.exec("DELETE FROM t"); return c.toArray(); },
  "rows over a delete of the next": ({ all, sql }) => { const c = all(); c.next(); sql.exec("DELETE FROM t WHERE id = 2"); return c.toArray().map(({ id }) => id); },
  "rows over a delete of the one after": ({ all, sql }) => { const c = all(); c.next(); sql.exec("DELETE FROM t WHERE id = 3"); return c.toArray().map(({ id }) => id); },
  "sorted rows over a delete": ({ sql }) => { const c = sql.exec("SELECT id FROM t ORDER BY v DESC"); c.next(); sql.exec("DELETE FROM t"); return c.toArray().map(({ id }) => id); },
  "delete each row as it is read": ({ all, sql }) => { const seen = []; for (const { id } of all()) { seen.push(id); sql.exec("DELETE FROM t WHERE id = ?", id); } return [seen, all().toArray().length]; },
  "update each row as it is read": ({ all, sql }) => { const seen = []; for (const { id, v } of all()) { seen.push(v); sql.exec("UPDATE t SET v = v || '!' WHERE id >= ?", id); } return seen; },
  "insert for each row as it is read": ({ all, sql }) => { const seen = []; for (const { id } of all()) { seen.push(id); if (seen.length < 20) sql.exec("INSERT INTO t VALUES (?, 'more')", id + 5); } return seen; },
  "a cursor in each row of another": ({ all, sql }) => [...all()].map(({ id }) => sql.exec("SELECT count(*) AS n FROM t WHERE id < ?", id).one().n),
  "drop of another table": ({ all, sql, brief }) => { sql.exec("CREATE TABLE o (a)"); const c = all(); c.next(); return [brief(() => sql.exec("DROP TABLE o").toArray()), c.toArray().length]; },
  "index made while reading": ({ all, sql, brief }) => { const c = all(); c.next(); return [brief(() => sql.exec("CREATE INDEX i ON t (v)").toArray()), c.toArray().length]; },
  "index dropped while reading": ({ all, sql, brief }) => { sql.exec("CREATE INDEX i ON t (v)"); const c = sql.exec("SELECT v FROM t WHERE v > 'a' ORDER BY v"); c.next(); return [brief(() => sql.exec("DROP INDEX i").toArray()), c.toArray().length]; },
  "column added while reading": ({ sql, brief }) => { const c = sql.exec("SELECT * FROM t"); c.next(); return [brief(() => sql.exec("ALTER TABLE t ADD COLUMN w DEFAULT 5").toArray()), c.toArray().length, Object.keys(sql.exec("SELECT * FROM t").toArray()[0])]; },
  "column renamed while reading": ({ sql, brief }) => { const c = sql.exec("SELECT * FROM t"); c.next(); return [brief(() => sql.exec("ALTER TABLE t RENAME COLUMN v TO w").toArray()), c.toArray().length, c.columnNames]; },
  "column dropped while reading": ({ sql, brief }) => { const c = sql.exec("SELECT * FROM t"); c.next(); return [brief(() => sql.exec("ALTER TABLE t DROP COLUMN v").toArray()), c.toArray().length, c.columnNames]; },
  "table renamed while reading": ({ all, sql, brief }) => { const c = all(); c.next(); return [brief(() => sql.exec("ALTER TABLE t RENAME TO u").toArray()), c.toArray().length]; },
  "PRAGMA foreign_keys while reading": ({ all, sql }) => { const c = all(); c.next(); sql.exec("PRAGMA foreign_keys = off"); return [sql.exec("PRAGMA foreign_keys").one(), c.toArray().length]; },
  "ANALYZE and REINDEX while reading": ({ all, sql, brief }) => { const c = all(); c.next(); return [brief(() => sql.exec("ANALYZE").toArray()), brief(() => sql.exec("REINDEX").toArray()), c.toArray().length]; },
  "transactionSync while reading": ({ all, sql, storage }) => { const c = all(); c.next(); storage.transactionSync(() => sql.exec("DELETE FROM t WHERE id = 4")); return c.toArray().map(({ id }) => id); },
  "transactionSync that throws while reading": ({ all, sql, storage, brief }) => { const c = all(); c.next(); brief(() => storage.transactionSync(() => { sql.exec("DELETE FROM t WHERE id = 4"); throw new Error("undo"); })); return c.toArray().map(({ id }) => id); },
  "transactionSync with a schema change that throws while reading": ({ all, sql, storage, brief }) => { const c = all(); c.next(); brief(() => storage.transactionSync(() => { sql.exec("CREATE TABLE n (a)"); throw new Error("undo"); })); return brief(() => c.toArray().map(({ id }) => id)); },
  "opened inside transactionSync with a schema change that throws": ({ all, sql, storage, brief }) => { let c; brief(() => storage.transactionSync(() => { sql.exec("CREATE TABLE n (a); INSERT INTO n VALUES (1), (2), (3)"); c = sql.exec("SELECT a FROM n"); c.next(); throw new Error("undo"); })); return brief(() => c.toArray()); },
  "over awaits and commits": async ({ all, sql, storage }) => { const c = all(); const seen = [c.next().value.id]; for (let i = 0; i < 4; i++) { sql.exec("UPDATE t SET v = v || ?", i); await storage.sync(); seen.push(c.next().value?.id ?? null); } return seen; },
  "over a put": ({ all, kv }) => { const c = all(); c.next(); for (let i = 0; i < 50; i++) kv.put(`k${i}`, "x".repeat(1000)); return c.toArray().length; },
  "over deleteAll": async ({ all, storage, brief }) => { const c = all(); const raw = c.raw(); c.next(); await storage.deleteAll(); return [brief(() => c.next()), brief(() => c.toArray()), brief(() => c.one()), brief(() => raw.next()), brief(() => c.columnNames), brief(() => typeof c.rowsRead), brief(() => [...c])]; },
  "over deleteAll not awaited": ({ all, storage, brief }) => { const c = all(); c.next(); storage.deleteAll(); return brief(() => c.next()); },
  "unread over deleteAll": async ({ all, storage, brief }) => { const c = all(); await storage.deleteAll(); return [brief(() => c.toArray()), brief(() => c.columnNames)]; },
  "of one row over deleteAll": async ({ sql, storage, brief }) => { const c = sql.exec("SELECT 1 AS a"); await storage.deleteAll(); return brief(() => c.toArray()); },
  "of a written table over deleteAll": async ({ sql, storage, brief }) => { const c = sql.exec("INSERT INTO t VALUES (9, 'x') RETURNING id"); await storage.deleteAll(); return brief(() => c.toArray()); },
  "all read over deleteAll": async ({ all, storage, brief }) => { const c = all(); c.toArray(); await storage.deleteAll(); return [brief(() => c.next()), brief(() => c.toArray()), brief(() => c.columnNames), brief(() => typeof c.rowsRead)]; },
  "the same text while its cursor is open": ({ sql }) => { const cursors = Array.from({ length: 5 }, () => sql.exec("SELECT id FROM t")); cursors.forEach((c, i) => { for (let j = 0; j < i; j++) c.next(); }); return cursors.map((c) => c.toArray().length); },
  "the same text with other bindings": ({ sql }) => { const a = sql.exec("SELECT id FROM t WHERE id > ?", 1); const b = sql.exec("SELECT id FROM t WHERE id > ?", 3); return [a.toArray().length, b.toArray().length, sql.exec("SELECT id FROM t WHERE id > ?", 4).toArray().length]; },
  "the same text after an error": ({ sql, brief }) => [brief(() => sql.exec("INSERT INTO t VALUES (?, 'x')", 1)), brief(() => sql.exec("INSERT INTO t VALUES (?, 'x')", 7).rowsWritten), brief(() => sql.exec("INSERT INTO t VALUES (?, 'x')", 7))],
  "the same text after too few bindings": ({ sql, brief }) => [brief(() => sql.exec("SELECT ?")), brief(() => sql.exec("SELECT ?", 1).toArray())],
  "the same text by another table": ({ sql, brief }) => { const read = () => brief(() => sql.exec("SELECT * FROM o").toArray()); const seen = [read()]; sql.exec("CREATE TABLE o (a); INSERT INTO o VALUES (1)"); seen.push(read()); sql.exec("DROP TABLE o; CREATE TABLE o (b, c); INSERT INTO o VALUES (2, 3)"); seen.push(read()); sql.exec("DROP TABLE o; CREATE VIEW o AS SELECT 4 AS d"); seen.push(read()); return seen; },
  "thousand texts": ({ sql }) => { let sum = 0; for (let i = 0; i < 1000; i++) sum += sql.exec(`SELECT ${i} AS n`).one().n; return sum; },
  "thousand open cursors": ({ all }) => { const cursors = Array.from({ length: 1000 }, () => all()); return cursors.reduce((sum, c) => sum + c.next().value.id, 0); },
  "long texts": ({ sql }) => { for (let i = 0; i < 15; i++) sql.exec(`SELECT '${"x".repeat(90_000)}${i}'`).toArray(); return sql.exec(`SELECT length('${"x".repeat(90_000)}3') AS n`).one(); },
  "a cursor nobody keeps": ({ all, sql }) => { for (let i = 0; i < 200; i++) all().next(); return sql.exec("DROP TABLE IF EXISTS nosuch").toArray(); },
  "rowsWritten while RETURNING is read": ({ sql }) => { const c = sql.exec("UPDATE t SET v = 'x' RETURNING id"); const seen = [c.rowsRead, c.rowsWritten]; c.next(); seen.push(c.rowsRead, c.rowsWritten); c.toArray(); return [...seen, c.rowsRead, c.rowsWritten]; },
  "rows of an index": ({ sql }) => { sql.exec("CREATE INDEX i ON t (v)"); const c = sql.exec("INSERT INTO t VALUES (6, 'f')"); return [c.rowsRead, c.rowsWritten]; },
  "error in for of": ({ sql }) => { const seen = []; try { for (const { x } of sql.exec("SELECT json(CASE id WHEN 3 THEN '{' ELSE id END) AS x FROM t ORDER BY id")) seen.push(x); } catch (error) { seen.push(error.message); } return seen; },
  "great values": ({ sql }) => { const c = sql.exec("SELECT zeroblob(1000000) AS z FROM t"); let sum = 0; for (const { z } of c) sum += z.byteLength; return sum; },
  "no columns": ({ sql, brief }) => { const c = sql.exec("DELETE FROM t WHERE 0"); return [c.columnNames, brief(() => c.one()), c.toArray(), [...c.raw()], c.next()]; },
  "numbered names": ({ sql }) => sql.exec("SELECT 1 AS \"2\", 2 AS \"1\", 3 AS \"-1\", 4 AS \"length\", 5 AS \"01\"").toArray(),
  "hundred columns": ({ sql }) => { const names = Array.from({ length: 100 }, (_, i) => `c${i}`); const item = sql.exec(`SELECT ${names.map((name, i) => `${i} AS ${name}`)}`).one(); return [Object.keys(item).length, item.c99]; },
  "PRAGMA rows": ({ sql }) => { const c = sql.exec("PRAGMA table_info(t)"); return [c.columnNames, c.next().value.name, c.raw().next().value[1]]; },
  "EXPLAIN rows": ({ sql }) => { const c = sql.exec("EXPLAIN SELECT 1"); return [c.columnNames, typeof c.next().value.opcode]; },
};

export class Store extends DurableObject {
  async run(label) {
    const { storage } = this.ctx;
    const { sql, kv } = storage;
    sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')");
    const brief = (run) => { try { return run() ?? null; } catch (error) { return `${error.name}: ${error.message}`; } };
    return show(await cases[label]({ storage, sql, kv, brief, all: (where = "") => sql.exec(`SELECT id, v FROM t ${where} ORDER BY id`) }));
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    for (const label in cases) await row(label, async () => JSON.parse(JSON.stringify(await env.Store.getByName(label).run(label))));
    return response();
  },
};
