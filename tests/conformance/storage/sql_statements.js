// ctx.storage.sql: one and several statements in a text, comments, and the words and offsets of errors.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { sql } = this.ctx.storage;
    const rows = (query, ...bindings) => sql.exec(query, ...bindings).toArray();
    const quoted = (text) => JSON.stringify(text.length > 70 ? `${text.slice(0, 67)}...` : text);

    for (const text of ["", " ", ";", ";;", "\n", "-- only", "/* only */", "/* open", "SELECT 1; -- after", "SELECT 1; ", "SELECT 1;\n\t ", "SELECT 1;;", "; SELECT 1", "SELECT 1 -- end", "-- before\nSELECT 1 AS a", "/* a; b */ SELECT 1 AS a", "SELECT 1 AS a; /* c */", "SELECT ';' AS a", "SELECT 1 AS a; SELECT 2 AS b", "SELECT 1 AS a; SELECT 2 AS b;", "SELECT 1; SELECT 2; SELECT 3 AS c", "SELECT 1 AS a\0", "SELECT 1 AS a; \0 SELECT 2", "select 1 as a", "\ufeffSELECT 1 AS a", "SELECT 1 AS a; SELEC"]) {
      await row(`text ${quoted(text)}`, () => rows(text));
    }

    await row("several with parameters in the last", () => rows("CREATE TABLE a (x); INSERT INTO a VALUES (1); INSERT INTO a VALUES (?)", 2));
    await row("their rows", () => rows("SELECT x FROM a ORDER BY x"));
    await row("parameters in the first", () => rows("INSERT INTO a VALUES (?); INSERT INTO a VALUES (4)", 3));
    await row("parameters in both", () => rows("INSERT INTO a VALUES (?); INSERT INTO a VALUES (?)", 5, 6));
    await row("parameters in the first, none given", () => rows("SELECT ?; SELECT 1"));
    await row("nothing was inserted", () => rows("SELECT count(*) AS n FROM a"));
    await row("error in the second keeps the first", () => rows("INSERT INTO a VALUES (7); INSERT INTO missing VALUES (1)"));
    await row("first kept", () => rows("SELECT x FROM a WHERE x = 7"));
    await row("syntax error in the second keeps the first", () => rows("INSERT INTO a VALUES (8); INSERT INTO"));
    await row("first kept again", () => rows("SELECT x FROM a WHERE x = 8"));
    await row("wrong count in the last keeps the first", () => rows("INSERT INTO a VALUES (9); INSERT INTO a VALUES (?)"));
    await row("first kept a third time", () => rows("SELECT x FROM a WHERE x = 9"));
    await row("trigger with semicolons", () => rows("CREATE TABLE log (m); CREATE TRIGGER on_a AFTER INSERT ON a BEGIN INSERT INTO log VALUES ('one'); INSERT INTO log VALUES ('two'); END; INSERT INTO a VALUES (10); SELECT m FROM log"));
    await row("create and use", () => rows("CREATE TABLE made (z); INSERT INTO made VALUES (1), (2); SELECT sum(z) AS s FROM made"));
    await row("rollback of several", () => { try { this.ctx.storage.transactionSync(() => rows("INSERT INTO made VALUES (3); INSERT INTO nosuch VALUES (1)")); } catch { /* undone */ } return rows("SELECT count(*) AS n FROM made"); });

    rows("CREATE TABLE u (id INTEGER PRIMARY KEY, k TEXT UNIQUE, n NOT NULL DEFAULT 0, c CHECK (c IN ('A', 'B')), g AS (id * 2), CONSTRAINT named CHECK (n < 100))");
    rows("INSERT INTO u (id, k, c) VALUES (1, 'one', 'A')");
    rows("CREATE TABLE child (id INTEGER PRIMARY KEY, parent REFERENCES u (id))");
    rows("CREATE TABLE pair (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID");
    rows("CREATE TABLE strict (i INTEGER) STRICT");
    rows("CREATE VIEW seen AS SELECT id FROM u");
    rows("INSERT INTO pair VALUES (1, 1); INSERT INTO child VALUES (1, 1)");
    const failures = [
      "SELECT ;", "SELECT -;", "SELEC 1", "SELECT * FROM", "SELECT bunk bunk bunk", "SELECT * FROM nowhere", "SELECT nosuch", "SELECT nosuch FROM u", "SELECT u.nosuch FROM u", "SELECT id FROM u, child", "SELECT 'open", "SELECT [nosuch] FROM u", "SELECT 1 +", "SELECT (1", "SELECT 1)", "SELECT @", "SELECT #", "SELECT 0x", "SELECT 1a", "SELECT nofunction(1)", "SELECT abs()", "SELECT abs(1, 2)", "SELECT count(DISTINCT)", "SELECT sum(count(*)) FROM u", "SELECT * FROM u WHERE count(*) > 1", "SELECT 1 UNION SELECT 1, 2", "SELECT * FROM u ORDER BY 99", "SELECT 1 GROUP BY 9", "SELECT 1 LIMIT 'x'", "SELECT * FROM u LIMIT nosuch", "VALUES (1), (1, 2)",
      "INSERT INTO u (id, k) VALUES (1, 'new')", "INSERT INTO u (k) VALUES ('one')", "INSERT INTO u (n) VALUES (NULL)", "INSERT INTO u (c) VALUES ('C')", "INSERT INTO u (n) VALUES (100)", "INSERT INTO u (g) VALUES (1)", "INSERT INTO u (nosuch) VALUES (1)", "INSERT INTO u VALUES (1)", "INSERT INTO u (id, k) VALUES (5)", "INSERT INTO u (id) VALUES ('text')", "INSERT INTO child (parent) VALUES (77)", "DELETE FROM u", "INSERT INTO pair VALUES (1, 1)", "INSERT INTO pair VALUES (NULL, 1)", "INSERT INTO strict VALUES ('x')", "INSERT INTO seen VALUES (1)", "UPDATE u SET nosuch = 1", "UPDATE nowhere SET a = 1", "DELETE FROM nowhere", "UPDATE u SET id = 'x' WHERE id = 1",
      "CREATE TABLE u (a)", "CREATE TABLE", "CREATE TABLE x ()", "CREATE TABLE x (a, a)", "CREATE TABLE x (a PRIMARY KEY, b PRIMARY KEY)", "CREATE TABLE x (a TYPO) STRICT", "CREATE TABLE x (a) WITHOUT ROWID", "CREATE INDEX i ON nowhere (a)", "CREATE INDEX i ON u (nosuch)", "CREATE UNIQUE INDEX i ON a (0)", "CREATE VIEW seen AS SELECT 1", "CREATE TRIGGER tr AFTER INSERT ON nowhere BEGIN SELECT 1; END", "CREATE TABLE sqlite_mine (a)", "DROP TABLE nowhere", "DROP VIEW u", "DROP TABLE seen", "DROP INDEX nowhere", "ALTER TABLE u RENAME COLUMN nosuch TO x", "ALTER TABLE u ADD COLUMN id", "ALTER TABLE u DROP COLUMN id", "ALTER TABLE nowhere RENAME TO x", "ALTER TABLE u ADD COLUMN z UNIQUE", "ALTER TABLE u ADD COLUMN z NOT NULL REFERENCES a (x)", "DROP TABLE u",
      "SELECT json('{')", "SELECT json_extract('{}', 'bad')", "SELECT json_extract('[1', '$')", "SELECT '{' -> '$'", "SELECT abs(-9223372036854775808)", "SELECT * FROM json_each('x')", "SELECT 'a' REGEXP 'b'", "SELECT 'a' MATCH 'b'", "SELECT x'0'", "SELECT RAISE(ABORT, 'x')", "SELECT (SELECT 1, 2)", "SELECT 1 IN (SELECT 1, 2)", "WITH RECURSIVE r AS (SELECT n FROM r) SELECT * FROM r", "SELECT row_number()", "SELECT sum(1) OVER nosuch", "EXPLAIN", "EXPLAIN SELECT nosuch", "REINDEX nowhere", "ANALYZE nowhere", "INDEXED BY", "SELECT * FROM u INDEXED BY nosuch", "SELECT 'é', nosuch", "SELECT '😀', nosuch",
    ];
    for (const text of ["SELECT \"nosuch\"", "SELECT 1 COLLATE nosuch", "SELECT CAST(1 AS)", "SELECT zeroblob(-1)", "SELECT 1 AS a WHERE NULL", "VALUES (1, 2), (3, 4)", "SELECT id AS a, k FROM u", "EXPLAIN QUERY PLAN SELECT 1", "PRAGMA table_info(nosuch)", "DROP TABLE IF EXISTS nosuch", "CREATE TABLE IF NOT EXISTS u (z)", "UPDATE u SET n = 0 WHERE 0", "DELETE FROM u WHERE 0 RETURNING id", "SELECT 1 AS a INTERSECT SELECT 1", "SELECT DISTINCT n FROM u, child"]) await row(`runs ${quoted(text)}`, () => rows(text));
    for (const text of failures) await row(`fails ${quoted(text)}`, () => rows(text));
    await row("offset counts from the statement", () => rows("SELECT 1;   SELECT nosuch"));
    await row("offset in a second line", () => rows("SELECT\n  1,\n  nosuch"));
    await row("RAISE in a trigger", () => rows("CREATE TRIGGER refuse BEFORE INSERT ON made WHEN NEW.z = 13 BEGIN SELECT RAISE(ABORT, 'no thirteen'); END; INSERT INTO made VALUES (13)"));
    await row("RAISE FAIL in a trigger", () => rows("CREATE TRIGGER refuse2 BEFORE INSERT ON made WHEN NEW.z = 14 BEGIN SELECT RAISE(FAIL, 'no fourteen'); END; INSERT INTO made VALUES (14)"));
    await row("RAISE IGNORE in a trigger", () => rows("CREATE TRIGGER refuse3 BEFORE INSERT ON made WHEN NEW.z = 15 BEGIN SELECT RAISE(IGNORE); END; INSERT INTO made VALUES (15) RETURNING z"));
    await row("made is unchanged", () => rows("SELECT group_concat(z) AS z FROM made"));
    for (const word of ["IGNORE", "REPLACE", "FAIL", "ABORT"]) {
      await row(`INSERT OR ${word}`, () => rows(`INSERT OR ${word} INTO u (id, k, n) VALUES (20, 'fresh ${word}', 0), (21, 'one', 2)`));
      await row(`after OR ${word}`, () => { const left = rows("SELECT id, k FROM u ORDER BY id"); rows("DELETE FROM u WHERE id > 1; INSERT OR REPLACE INTO u (id, k, c) VALUES (1, 'one', 'A')"); return left; });
    }
    await row("upsert", () => rows("INSERT INTO u (id, k) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET n = n + 1 RETURNING id, k, n, g"));
    await row("upsert with no such constraint", () => rows("INSERT INTO u (id) VALUES (1) ON CONFLICT (n) DO NOTHING"));
    await row("error class", () => { try { rows("SELEC"); } catch (error) { return [error.constructor === Error, error.name, Object.keys(error), "cause" in error]; } });
    await row("constraint inside a multi row insert is undone", () => { try { rows("INSERT INTO u (id, k) VALUES (30, 'a'), (31, 'a')"); } catch { /* asked for below */ } return rows("SELECT count(*) AS n FROM u WHERE id >= 30"); });
    await row("update with limit", () => rows("UPDATE u SET n = 5 RETURNING id, n ORDER BY id LIMIT 1"));
    await row("delete with limit", () => rows("DELETE FROM a RETURNING x ORDER BY x LIMIT 2"));
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
