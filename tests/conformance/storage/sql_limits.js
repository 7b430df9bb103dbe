// ctx.storage.sql: limits, the counters rowsRead and rowsWritten, and databaseSize.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { sql } = this.ctx.storage;
    const rows = (query, ...bindings) => [...sql.exec(query, ...bindings).raw()];
    const value = (query, ...bindings) => rows(query, ...bindings)[0][0];
    const repeat = (text, count, separator = ", ") => Array(count).fill(text).join(separator);

    await row("100 columns", () => rows(`CREATE TABLE wide (${Array.from({ length: 100 }, (_, i) => `c${i}`)})`));
    await row("101 columns", () => rows(`CREATE TABLE wider (${Array.from({ length: 101 }, (_, i) => `c${i}`)})`));
    await row("add the 101st column", () => rows("ALTER TABLE wide ADD COLUMN c100"));
    await row("100 results", () => rows(`SELECT ${repeat("1", 100)}`)[0].length);
    await row("101 results", () => rows(`SELECT ${repeat("1", 101)}`)[0].length);
    await row("100 ORDER BY terms", () => rows(`SELECT 1 ORDER BY ${repeat("1", 100)}`).length);
    await row("101 ORDER BY terms", () => rows(`SELECT 1 ORDER BY ${repeat("1", 101)}`).length);
    await row("101 GROUP BY terms", () => rows(`SELECT 1 GROUP BY ${repeat("1", 101)}`).length);
    await row("index of 100 columns", () => rows(`CREATE INDEX wide_index ON wide (${Array.from({ length: 100 }, (_, i) => `c${i}`)})`));
    await row("100 SET terms", () => rows(`UPDATE wide SET ${Array.from({ length: 100 }, (_, i) => `c${i} = 1`)}`));
    await row("5 compound terms", () => rows(repeat("SELECT 1", 5, " UNION ALL ")).length);
    await row("6 compound terms", () => rows(repeat("SELECT 1", 6, " UNION ALL ")).length);
    await row("6 compound terms by UNION", () => rows(repeat("SELECT 1", 6, " UNION ")).length);
    await row("VALUES of 1000 rows", () => rows(`VALUES ${repeat("(1)", 1000)}`).length);
    await row("64 joins", () => rows(`SELECT count(*) FROM ${Array.from({ length: 64 }, (_, i) => `(SELECT 1) a${i}`)}`).length);
    await row("65 joins", () => rows(`SELECT count(*) FROM ${Array.from({ length: 65 }, (_, i) => `wide a${i}`)}`).length);
    await row("depth 99", () => value(`SELECT ${repeat("1", 99, " + ")}`));
    await row("depth 100", () => value(`SELECT ${repeat("1", 100, " + ")}`));
    await row("depth 101", () => value(`SELECT ${repeat("1", 101, " + ")}`));
    await row("90 parentheses", () => value(`SELECT ${"(".repeat(90)}1${")".repeat(90)}`));
    await row("150 parentheses", () => value(`SELECT ${"(".repeat(150)}1${")".repeat(150)}`));
    await row("IN of 5000 values", () => value(`SELECT 1 IN (${repeat("1", 5000)})`));
    await row("127 arguments", () => value(`SELECT max(${repeat("1", 127)})`));
    await row("128 arguments", () => value(`SELECT max(${repeat("1", 128)})`));
    await row("LIKE pattern of 50", () => value("SELECT 'a' LIKE ?", "%".repeat(50)));
    await row("LIKE pattern of 51", () => value("SELECT 'a' LIKE ?", "%".repeat(51)));
    await row("LIKE pattern of 26 two byte letters", () => value("SELECT 'a' LIKE ?", "é".repeat(26)));
    await row("GLOB pattern of 51", () => value("SELECT 'a' GLOB ?", "*".repeat(51)));
    await row("text of 100000", () => value(`SELECT 1${" ".repeat(100_000 - 8)}`));
    await row("text of 100001", () => value(`SELECT 1${" ".repeat(100_001 - 8)}`));
    await row("text of 100000 with a long literal", () => value(`SELECT length('${"x".repeat(100_000 - 17)}')`));
    await row("text of 100001 with a long literal", () => value(`SELECT length('${"x".repeat(100_001 - 17)}')`));
    await row("two statements of 60000 each", () => value(`SELECT 1${" ".repeat(60_000)}; SELECT 2${" ".repeat(60_000)}`));
    const limit = 2 ** 23 + 34; // what the longest value, and a row as it is stored, may have in bytes
    const half = "x".repeat(limit / 2);
    await row("bound text of the limit", () => value("SELECT length(?)", half + half));
    await row("bound text of more", () => value("SELECT length(?)", `${half}${half}x`));
    await row("bound text counted in bytes", () => value("SELECT length(?)", `é${half}${half.slice(2)}`));
    await row("bound text counted in bytes, of more", () => value("SELECT length(?)", `é${half}${half.slice(1)}`));
    await row("bound blob of the limit", () => value("SELECT length(?)", new Uint8Array(limit)));
    await row("bound blob of more", () => value("SELECT length(?)", new Uint8Array(limit + 1)));
    await row("zeroblob of the limit", () => value("SELECT length(zeroblob(?))", limit));
    await row("zeroblob of more", () => value("SELECT length(zeroblob(?))", limit + 1));
    await row("randomblob of more", () => value("SELECT length(randomblob(?))", limit + 1));
    await row("joined text of the limit", () => value("SELECT length(?1 || ?1)", half));
    await row("joined text of more", () => value("SELECT length(?1 || ?1)", `${half}x`));
    await row("group_concat of more", () => value("SELECT length(group_concat(?1, '')) FROM json_each('[1,2,3]')", half));
    await row("replace to more", () => value("SELECT length(replace(?, 'x', 'yyy'))", half));
    await row("printf of a great width", () => value("SELECT length(printf('%5000000d', 1))"));
    await row("quote to more", () => value("SELECT length(quote(?))", "'".repeat(limit / 2)));
    await row("hex to more", () => value("SELECT length(hex(?))", `${half}x`));
    await row("row of more", () => { rows("CREATE TABLE big (a, b)"); return rows("INSERT INTO big VALUES (?1, ?1)", half); });
    await row("row of less", () => { rows("INSERT INTO big VALUES (?1, ?1)", half.slice(5)); return rows("DELETE FROM big RETURNING length(a)"); });
    await row("row of the limit", () => { rows("INSERT INTO big VALUES (?1, ?2)", half.slice(5), half.slice(4)); return rows("DELETE FROM big RETURNING length(b)"); });
    await row("row of one more", () => rows("INSERT INTO big VALUES (?1, ?1)", half.slice(4)));
    await row("text of the limit out", () => value("SELECT ?1 || ?1", half).length);
    await row("trigger depth 10", () => { rows("CREATE TABLE deep (n); CREATE TRIGGER deeper AFTER INSERT ON deep WHEN NEW.n > 1 BEGIN INSERT INTO deep VALUES (NEW.n - 1); END; PRAGMA recursive_triggers = on"); rows("INSERT INTO deep VALUES (10)"); return value("SELECT count(*) FROM deep"); });
    await row("trigger depth 11", () => rows("INSERT INTO deep VALUES (11)"));
    await row("statement with many instructions", () => value(`SELECT ${repeat(`(SELECT count(*) FROM (${repeat("SELECT 1", 5, " UNION ")}))`, 90, " + ")}`));
    await row("statement with too many instructions", () => value(`SELECT ${repeat(repeat(`(SELECT count(*) FROM (${repeat("SELECT 1", 5, " UNION ")}))`, 60, " + "), 16)}`));
    await row("JSON depth 1000", () => value("SELECT json_valid(?)", "[".repeat(1000) + "]".repeat(1000)));
    await row("JSON depth 1001", () => value("SELECT json_valid(?)", "[".repeat(1001) + "]".repeat(1001)));
    await row("identifier of 1000", () => value(`SELECT 1 AS ${"a".repeat(1000)}`));

    rows("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w)");
    const counted = (query, ...bindings) => { const cursor = sql.exec(query, ...bindings); cursor.toArray(); return [cursor.rowsRead, cursor.rowsWritten]; };
    const counts = [
      "CREATE TABLE one (a)", "CREATE TABLE two (a UNIQUE, b PRIMARY KEY)", "INSERT INTO t VALUES (1, 'a', 1)", "INSERT INTO t VALUES (2, 'b', 2), (3, 'c', 3), (4, 'd', 4)", "INSERT INTO t (v) VALUES ('e') RETURNING id", "SELECT * FROM t", "SELECT * FROM t LIMIT 2", "SELECT * FROM t LIMIT 1 OFFSET 3", "SELECT * FROM t WHERE id = 3", "SELECT * FROM t WHERE id = 99", "SELECT * FROM t WHERE v = 'c'", "SELECT * FROM t WHERE 0", "SELECT count(*) FROM t", "SELECT max(id) FROM t", "SELECT max(v) FROM t", "SELECT * FROM t ORDER BY v", "SELECT * FROM t ORDER BY id DESC LIMIT 1", "SELECT a.id FROM t a, t b", "SELECT a.id FROM t a JOIN t b ON a.id = b.id", "SELECT (SELECT count(*) FROM t)", "SELECT 1", "SELECT value FROM json_each('[1,2,3]')", "SELECT DISTINCT w > 2 FROM t", "SELECT w > 2, count(*) FROM t GROUP BY 1", "SELECT id FROM t UNION SELECT id FROM t", "SELECT * FROM (SELECT id FROM t LIMIT 3)", "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT n FROM c",
      "CREATE INDEX t_v ON t (v)", "SELECT id FROM t WHERE v = 'c'", "SELECT w FROM t WHERE v = 'c'", "SELECT v FROM t", "SELECT count(*) AS n FROM t", "INSERT INTO t (v) VALUES ('f')", "UPDATE t SET w = 9", "UPDATE t SET v = 'x' WHERE id = 1", "UPDATE t SET v = v", "UPDATE t SET w = 1 WHERE id = 99", "UPDATE t SET id = 100 WHERE id = 1", "INSERT OR REPLACE INTO t VALUES (2, 'z', 0)", "INSERT OR IGNORE INTO t VALUES (2, 'z', 0)", "INSERT INTO t VALUES (2, 'q', 0) ON CONFLICT DO UPDATE SET w = 5", "INSERT INTO t VALUES (2, 'q', 0) ON CONFLICT DO NOTHING", "DELETE FROM t WHERE id = 3", "DELETE FROM t WHERE v = 'e'", "INSERT INTO two VALUES (1, 2)", "INSERT INTO two SELECT id, v FROM t", "DELETE FROM two", "CREATE TABLE copied AS SELECT * FROM t", "CREATE TABLE pairs (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID", "INSERT INTO pairs VALUES (1, 1), (1, 2)", "SELECT * FROM pairs WHERE a = 1", "DELETE FROM pairs WHERE b = 2", "CREATE TRIGGER copies AFTER INSERT ON one BEGIN INSERT INTO copied (v) VALUES (NEW.a); END", "INSERT INTO one VALUES (1)", "INSERT INTO one VALUES (1); INSERT INTO one VALUES (2)", "INSERT INTO one VALUES (1); SELECT 1", "DROP TRIGGER copies", "ALTER TABLE t ADD COLUMN extra DEFAULT 1", "ALTER TABLE t DROP COLUMN extra", "PRAGMA table_info(t)", "SELECT name FROM sqlite_master WHERE name = 't'", "DELETE FROM t", "DROP INDEX t_v", "DROP TABLE copied", "EXPLAIN QUERY PLAN SELECT * FROM t",
    ];
    for (const query of counts) await row(`counts ${query}`, () => counted(query));
    await row("counters grow as rows are read", () => { rows("INSERT INTO t (v) VALUES ('1'), ('2'), ('3'), ('4')"); const cursor = sql.exec("SELECT id FROM t"); const seen = [cursor.rowsRead]; for (const item of cursor) seen.push(cursor.rowsRead); return [...seen, cursor.rowsRead]; });
    await row("counters of raw", () => { const cursor = sql.exec("SELECT id FROM t"); cursor.raw().next(); const seen = [cursor.rowsRead, cursor.rowsWritten]; cursor.toArray(); return [...seen, cursor.rowsRead, cursor.rowsWritten]; });
    await row("counters of a text used twice", () => [counted("SELECT id FROM t WHERE 1"), counted("SELECT id FROM t WHERE 1")]);
    await row("counters assigned", () => { const cursor = sql.exec("SELECT 1 WHERE 0"); cursor.rowsRead = 5; });

    await row("databaseSize is of whole pages", () => [sql.databaseSize % 4096, sql.databaseSize > 0]);
    await row("databaseSize assigned", () => { sql.databaseSize = 5; });
    await row("databaseSize grows", () => { const before = sql.databaseSize; rows("CREATE TABLE grown (a); INSERT INTO grown VALUES (zeroblob(1000000))"); const after = sql.databaseSize; return after - before; });
    await row("databaseSize shrinks by a delete", () => { const before = sql.databaseSize; rows("DELETE FROM grown"); return sql.databaseSize - before; });
    await row("databaseSize shrinks by a drop", () => { const before = sql.databaseSize; rows("DROP TABLE grown"); return sql.databaseSize - before; });
    await row("databaseSize over a rollback", () => { const before = sql.databaseSize; try { this.ctx.storage.transactionSync(() => { rows("CREATE TABLE undone (a); INSERT INTO undone VALUES (zeroblob(1000000))"); throw new Error("undo"); }); } catch { /* undone */ } return sql.databaseSize - before; });
    await row("databaseSize after deleteAll", async () => { await this.ctx.storage.deleteAll(); return sql.databaseSize; });
    await row("databaseSize of one table", () => { rows("CREATE TABLE first (a)"); return sql.databaseSize; });
    await row("databaseSize with a key", () => { this.ctx.storage.kv.put("a", 1); return sql.databaseSize; });
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
