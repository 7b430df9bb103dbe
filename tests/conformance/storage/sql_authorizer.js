// ctx.storage.sql: what statements, names and PRAGMAs are allowed, and the words of a refusal.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { sql } = this.ctx.storage;
    const rows = (query, ...bindings) => [...sql.exec(query, ...bindings).raw()];
    const short = (error) => { throw Object.assign(new Error(error.message.replace(/^(To execute a transaction, please use).*$/, "$1 …")), { name: error.name }); };
    const times = new Map();
    const labelled = (text) => { const time = (times.get(text) ?? 0) + 1; times.set(text, time); return time === 1 ? text : `${text} (${time})`; };
    const attempt = (text) => row(labelled(text), () => { try { return rows(text); } catch (error) { return short(error); } });
    rows("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, p REFERENCES t (id)); CREATE INDEX t_v ON t (v); INSERT INTO t VALUES (1, 'a', NULL)");
    this.ctx.storage.kv.put("hidden", 1);

    const transactions = ["BEGIN", "BEGIN IMMEDIATE", "BEGIN TRANSACTION", "COMMIT", "END", "ROLLBACK", "SAVEPOINT s", "RELEASE s", "ROLLBACK TO s", "SELECT 1; BEGIN", "/* c */ BEGIN", "EXPLAIN BEGIN"];
    for (const text of transactions) await attempt(text);
    await row("whole text of the refusal", () => rows("BEGIN"));

    for (const text of [
      "ATTACH 'x' AS y", "ATTACH ':memory:' AS y", "DETACH main", "DETACH temp", "VACUUM INTO 'x'",
      "CREATE TEMP TABLE x (a)", "CREATE TEMPORARY TABLE x AS SELECT 1", "CREATE TEMP VIEW x AS SELECT 1", "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END", "CREATE TABLE temp.x (a)", "SELECT * FROM temp.sqlite_master", "SELECT * FROM sqlite_temp_master", "CREATE TABLE main.x (a)", "DROP TABLE main.x",
      "CREATE VIEW w AS SELECT id FROM t", "SELECT * FROM w", "DROP VIEW w", "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET v = 'g' WHERE id = NEW.id; END", "INSERT INTO t (id) VALUES (2) RETURNING v", "SELECT v FROM t WHERE id = 2", "DROP TRIGGER g",
      "REINDEX", "REINDEX t", "ANALYZE t", "SELECT tbl, idx, stat FROM sqlite_stat1", "DELETE FROM sqlite_stat1",
      "SELECT name FROM sqlite_master WHERE type = 'index'", "SELECT count(*) FROM sqlite_schema WHERE name = 't'", "INSERT INTO sqlite_master VALUES (1, 2, 3, 4, 5)", "DELETE FROM sqlite_master", "UPDATE sqlite_master SET name = 'x'", "DROP TABLE sqlite_master", "SELECT * FROM sqlite_sequence", "CREATE TABLE auto (id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO auto DEFAULT VALUES RETURNING id", "SELECT name, seq FROM sqlite_sequence", "UPDATE sqlite_sequence SET seq = 41", "INSERT INTO auto DEFAULT VALUES RETURNING id", "DELETE FROM sqlite_sequence",
      "CREATE VIRTUAL TABLE f USING fts5(body)", "CREATE VIRTUAL TABLE FU USING FTS5(body)", "CREATE VIRTUAL TABLE fv USING fts5vocab(f, row)", "CREATE VIRTUAL TABLE r USING rtree(id, a, b)", "CREATE VIRTUAL TABLE ri USING rtree_i32(id, a, b)", "CREATE VIRTUAL TABLE d USING dbstat", "CREATE VIRTUAL TABLE d USING fts4(body)", "CREATE VIRTUAL TABLE d USING geopoly(a)", "CREATE VIRTUAL TABLE d USING csv(filename=x)", "CREATE VIRTUAL TABLE _cf_v USING fts5(body)", "SELECT * FROM dbstat", "SELECT * FROM sqlite_dbpage", "SELECT value FROM generate_series(1, 3)", "SELECT name FROM pragma_table_info('t')", "SELECT name FROM pragma_function_list", "SELECT * FROM pragma_database_list", "SELECT value FROM json_each('[1]')", "SELECT * FROM bytecode('SELECT 1')", "SELECT * FROM sqlite_stmt",
      "INSERT INTO f VALUES ('hello there'), ('good bye')", "SELECT body FROM f WHERE f MATCH 'hello'", "SELECT highlight(f, 0, '<', '>') FROM f WHERE f = 'bye'", "SELECT snippet(f, 0, '[', ']', '…', 1) FROM f('good')", "SELECT typeof(bm25(f)) FROM f('good')", "SELECT rank < 0 FROM f('good')", "INSERT INTO f (f) VALUES ('optimize')", "INSERT INTO f (f) VALUES ('bogus')", "SELECT body FROM f WHERE f MATCH '\"'", "SELECT term, doc FROM fv ORDER BY term", "INSERT INTO f_config VALUES ('x', 1)", "SELECT count(*) FROM f_data", "DROP TABLE f_data", "DROP TABLE fv", "DROP TABLE f", "INSERT INTO r VALUES (1, 0, 5), (2, 3, 9)", "SELECT id FROM r WHERE a >= 2", "SELECT rtreecheck('r')", "INSERT INTO r VALUES (3, 9, 1)",
      "ALTER TABLE t ADD COLUMN w DEFAULT 5", "ALTER TABLE t RENAME COLUMN w TO ww", "ALTER TABLE t DROP COLUMN ww", "CREATE TABLE old (a)", "ALTER TABLE old RENAME TO new", "SELECT * FROM new", "DROP TABLE new", "CREATE TABLE copy AS SELECT id FROM t", "SELECT count(*) FROM copy", "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3) SELECT n FROM c", "WITH x AS MATERIALIZED (SELECT 1 AS a) SELECT a FROM x",
    ]) await attempt(text);

    for (const text of [
      "CREATE TABLE _cf_mine (a)", "CREATE TABLE _CF_mine (a)", "CREATE TABLE _cf_ (a)", "CREATE TABLE _cf (a)", "CREATE TABLE \"_cf_q\" (a)", "CREATE INDEX _cf_i ON t (v)", "CREATE VIEW _cf_v AS SELECT 1", "CREATE TRIGGER _cf_t AFTER INSERT ON t BEGIN SELECT 1; END", "ALTER TABLE t RENAME TO _cf_t", "CREATE TABLE c (_cf_column)", "SELECT _cf_column FROM c", "DROP TABLE c", "SELECT * FROM _cf_KV", "SELECT key FROM _cf_KV", "SELECT count(*) FROM _cf_KV", "SELECT value FROM _CF_kv", "INSERT INTO _cf_KV VALUES ('a', x'00')", "UPDATE _cf_KV SET value = x'00'", "DELETE FROM _cf_KV", "DROP TABLE _cf_KV", "ALTER TABLE _cf_KV RENAME TO mine", "ALTER TABLE _cf_KV ADD COLUMN x", "CREATE INDEX i ON _cf_KV (value)", "CREATE TRIGGER tr AFTER INSERT ON _cf_KV BEGIN SELECT 1; END", "CREATE VIEW v AS SELECT * FROM _cf_KV", "SELECT * FROM v", "DROP VIEW v", "PRAGMA table_info(_cf_KV)", "PRAGMA index_list(_cf_KV)", "SELECT * FROM pragma_table_info('_cf_KV')", "SELECT name FROM sqlite_master WHERE name = '_cf_KV'", "SELECT * FROM main._cf_KV", "ANALYZE _cf_KV", "REINDEX _cf_KV", "SELECT * FROM t JOIN _cf_KV", "SELECT (SELECT key FROM _cf_KV)", "WITH _cf_x AS (SELECT 1 AS a) SELECT a FROM _cf_x", "SELECT 1 AS _cf_a", "SELECT v._cf_a FROM (SELECT 1 AS _cf_a) v", "SELECT _cf_f(1)",
    ]) await attempt(text);

    for (const text of [
      "PRAGMA page_size", "PRAGMA page_size = 4096", "PRAGMA data_version = 1", "PRAGMA user_version = 5", "PRAGMA application_id", "PRAGMA schema_version", "PRAGMA page_count", "PRAGMA max_page_count", "PRAGMA freelist_count", "PRAGMA cache_size", "PRAGMA journal_mode", "PRAGMA synchronous", "PRAGMA encoding", "PRAGMA auto_vacuum", "PRAGMA temp_store", "PRAGMA integrity_check", "PRAGMA quick_check", "PRAGMA quick_check(1)", "PRAGMA quick_check(t)", "PRAGMA quick_check('-1')", "PRAGMA database_list", "PRAGMA compile_options", "PRAGMA function_list", "PRAGMA module_list", "PRAGMA collation_list", "PRAGMA pragma_list", "PRAGMA wal_checkpoint", "PRAGMA writable_schema = 1", "PRAGMA trusted_schema", "PRAGMA query_only = 1", "PRAGMA secure_delete", "PRAGMA busy_timeout", "PRAGMA hard_heap_limit", "PRAGMA nosuch", "PRAGMA",
      "PRAGMA table_info(t)", "PRAGMA table_info = t", "PRAGMA table_info('t')", "PRAGMA table_info", "PRAGMA table_info(nosuch)", "PRAGMA main.table_info(t)", "PRAGMA TABLE_INFO(t)", "PRAGMA table_xinfo(t)", "PRAGMA index_list(t)", "PRAGMA index_info(t_v)", "PRAGMA index_xinfo(t_v)", "PRAGMA foreign_key_list(t)", "PRAGMA foreign_key_check", "PRAGMA foreign_key_check(t)", "PRAGMA table_list(t)", "PRAGMA optimize(0)", "PRAGMA optimize(x)",
      "PRAGMA foreign_keys", "PRAGMA foreign_keys = off", "PRAGMA foreign_keys", "PRAGMA foreign_keys = 1", "PRAGMA foreign_keys(true)", "PRAGMA foreign_keys = 'yes'", "PRAGMA foreign_keys = 2", "PRAGMA foreign_keys = maybe", "PRAGMA foreign_keys = \"no\"", "PRAGMA defer_foreign_keys", "PRAGMA defer_foreign_keys = on", "PRAGMA defer_foreign_keys", "PRAGMA defer_foreign_keys = off", "PRAGMA ignore_check_constraints", "PRAGMA legacy_alter_table", "PRAGMA recursive_triggers", "PRAGMA recursive_triggers = on", "PRAGMA recursive_triggers", "PRAGMA case_sensitive_like", "SELECT 'a' LIKE 'A'", "PRAGMA case_sensitive_like = true", "SELECT 'a' LIKE 'A'", "PRAGMA case_sensitive_like = false", "SELECT 'a' LIKE 'A'", "PRAGMA reverse_unordered_selects", "PRAGMA reverse_unordered_selects = 1", "PRAGMA reverse_unordered_selects = 0",
    ]) await attempt(text);
    await row("reverse_unordered_selects works", () => { rows("PRAGMA reverse_unordered_selects = 1"); const reversed = rows("SELECT id FROM t"); rows("PRAGMA reverse_unordered_selects = 0"); return [reversed, rows("SELECT id FROM t")]; });
    await row("ignore_check_constraints works", () => { rows("CREATE TABLE checked (a CHECK (a > 0)); PRAGMA ignore_check_constraints = on; INSERT INTO checked VALUES (-1); PRAGMA ignore_check_constraints = off"); return rows("SELECT a FROM checked"); });
    await row("quick_check finds it", () => rows("PRAGMA quick_check(checked)"));
    const fresh = async (run) => { await this.ctx.storage.sync(); await scheduler.wait(1); return run(); };
    await row("foreign_keys off at the start of a turn", () => fresh(() => [rows("PRAGMA foreign_keys = off"), rows("PRAGMA foreign_keys")]));
    await row("foreign_keys in the next turn", () => fresh(() => rows("PRAGMA foreign_keys")));
    await row("a write without foreign_keys", () => rows("INSERT INTO t (p) VALUES (999)"));
    await row("defer_foreign_keys ends with the turn", () => fresh(async () => { rows("PRAGMA defer_foreign_keys = on; INSERT INTO t (id) VALUES (50)"); const before = rows("PRAGMA defer_foreign_keys"); await this.ctx.storage.sync(); await scheduler.wait(1); return [before, rows("PRAGMA defer_foreign_keys")]; }));
    await row("recursive_triggers in the next turn", () => fresh(() => rows("PRAGMA recursive_triggers")));
    await row("columns of table_list", () => sql.exec("PRAGMA table_list").columnNames);
    await row("columns of foreign_key_list", () => sql.exec("PRAGMA foreign_key_list(t)").columnNames);
    await row("columns of EXPLAIN QUERY PLAN", () => sql.exec("EXPLAIN QUERY PLAN SELECT * FROM t").columnNames);
    await row("plan of an index", () => rows("EXPLAIN QUERY PLAN SELECT id FROM t WHERE v = 'a'").map((item) => item[3]));
    await row("key-value survives", () => this.ctx.storage.kv.get("hidden"));
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
