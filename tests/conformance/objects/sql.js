// ctx.storage.sql: shapes of cursors, values in and out, and the words of errors.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async run() {
    const { row, response } = table();
    const { sql } = this.ctx.storage;
    const rows = (query, ...bindings) => sql.exec(query, ...bindings).toArray();
    await row("create", () => rows("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, value)"));
    await row("insert", () => { const cursor = sql.exec("INSERT INTO t (name, value) VALUES (?, ?), (?, ?)", "a", 1, "b", 2.5); return [cursor.toArray(), cursor.rowsWritten, cursor.columnNames]; });
    await row("returning", () => rows("INSERT INTO t (name) VALUES ('c') RETURNING id, name"));
    await row("select", () => rows("SELECT * FROM t ORDER BY id"));
    await row("columnNames", () => sql.exec("SELECT id, name AS n, 1+1 FROM t").columnNames);
    await row("duplicate names", () => rows("SELECT 1 AS a, 2 AS a"));
    await row("raw duplicate names", () => [...sql.exec("SELECT 1 AS a, 2 AS a").raw()]);
    await row("next", () => { const cursor = sql.exec("SELECT 1 AS a"); return [cursor.next(), cursor.next(), cursor.next()]; });
    await row("iterate", () => { const seen = []; for (const item of sql.exec("SELECT id FROM t ORDER BY id LIMIT 2")) seen.push(item); return seen; });
    await row("iterate then toArray", () => { const cursor = sql.exec("SELECT id FROM t ORDER BY id"); cursor.next(); return cursor.toArray(); });
    await row("toArray twice", () => { const cursor = sql.exec("SELECT 1 AS a"); return [cursor.toArray(), cursor.toArray()]; });
    await row("raw shares position", () => { const cursor = sql.exec("SELECT id FROM t ORDER BY id"); cursor.next(); return [...cursor.raw()]; });
    await row("raw toArray", () => sql.exec("SELECT id, name FROM t ORDER BY id").raw().toArray());
    await row("one", () => sql.exec("SELECT count(*) AS n FROM t").one());
    await row("one of none", () => sql.exec("SELECT 1 WHERE 0").one());
    await row("one of many", () => sql.exec("SELECT * FROM t").one());
    const bindings = { null: null, undefined: undefined, integer: 5, real: 0.5, "big number": 2 ** 53, text: "é", boolean: true, Date: new Date(0).toISOString(), object: {}, array: [1, 2], ArrayBuffer: new Uint8Array([1, 2]).buffer, Uint8Array: new Uint8Array([3, 4]).subarray(1), NaN: NaN, Infinity: Infinity, "empty text": "", "text with zero": "a\0b" };
    for (const [kind, value] of Object.entries(bindings)) await row(`bind ${kind}`, () => rows("SELECT ? AS v, typeof(?1) AS t", value));
    await row("bind bigint", () => rows("SELECT ? AS v", 5n));
    await row("bind symbol", () => rows("SELECT ? AS v", Symbol("s")));
    await row("integer affinity", () => rows("SELECT typeof(id) AS t, id FROM t WHERE id = ?", 1));
    await row("large integer", () => rows("SELECT 9007199254740993 AS v"));
    await row("blob result", () => rows("SELECT x'0102' AS v"));
    await row("numbered bindings", () => rows("SELECT ?2 AS a, ?1 AS b", "one", "two"));
    await row("named bindings", () => rows("SELECT :a AS a", 1));
    await row("too few bindings", () => rows("SELECT ?, ?", 1));
    await row("too many bindings", () => rows("SELECT ?", 1, 2));
    await row("several statements", () => rows("INSERT INTO t (name) VALUES ('m'); SELECT count(*) AS n FROM t"));
    await row("several with bindings", () => rows("DELETE FROM t WHERE name = 'm'; SELECT ? AS v", 1));
    await row("several with early bindings", () => rows("SELECT ?; SELECT 1", 1));
    await row("trailing semicolon", () => rows("SELECT 1 AS a;"));
    await row("leading comment", () => rows("-- first\nSELECT 1 AS a"));
    await row("empty", () => rows(""));
    await row("only semicolon", () => rows(";"));
    await row("syntax", () => rows("SELEC 1"));
    await row("syntax later", () => rows("SELECT bunk bunk bunk"));
    await row("incomplete", () => rows("SELECT ("));
    await row("no table", () => rows("SELECT * FROM nope"));
    await row("no column", () => rows("SELECT nope FROM t"));
    await row("unique", () => rows("INSERT INTO t (id) VALUES (1)"));
    await row("not null", () => { rows("CREATE TABLE n (a TEXT NOT NULL, b TEXT CHECK (b IN ('x')))"); return rows("INSERT INTO n VALUES (NULL, 'x')"); });
    await row("check", () => rows("INSERT INTO n VALUES ('a', 'y')"));
    await row("mismatch", () => rows("INSERT INTO t (id) VALUES ('text')"));
    await row("foreign key", () => { rows("CREATE TABLE child (t INTEGER REFERENCES t(id))"); return rows("INSERT INTO child VALUES (999)"); });
    for (const statement of ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "RELEASE s", "ATTACH ':memory:' AS m", "DETACH m", "VACUUM", "PRAGMA user_version", "PRAGMA journal_mode = DELETE", "PRAGMA page_size", "CREATE TEMP TABLE x (a)", "CREATE TABLE _cf_x (a)", "SELECT * FROM _CF_KV", "SELECT sqlite_version()", "SELECT randomblob(0)", "SELECT json_extract('{\"a\":1}', '$.a') AS j", "PRAGMA table_info(t)", "PRAGMA foreign_keys", "CREATE VIRTUAL TABLE f USING fts5(body)", "CREATE VIRTUAL TABLE f3 USING fts3(body)", "ANALYZE", "EXPLAIN SELECT 1"]) {
      await row(statement, () => { const { columnNames } = sql.exec(statement); return columnNames; });
    }
    await row("fts", () => { rows("INSERT INTO f VALUES ('hello world')"); return rows("SELECT body FROM f WHERE f MATCH 'world'"); });
    await row("recursive", () => rows("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n < 4) SELECT sum(n) AS s FROM c"));
    await row("databaseSize", () => [typeof sql.databaseSize, sql.databaseSize % 4096]);
    return response();
  }
  async fetch() {
    return this.run();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
