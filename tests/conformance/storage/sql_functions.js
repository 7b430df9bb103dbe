// ctx.storage.sql: which SQL functions are allowed, and what they give.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, NULL)");
    const expressions = [
      "abs(-2)", "changes()", "char(97, 98)", "coalesce(NULL, 3)", "concat('a', NULL, 1)", "concat_ws('-', 'a', NULL, 1)", "format('%d-%s-%05.2f', 1, 'x', 2.5)", "printf('%x %q', 255, 'it''s')", "glob('a*', 'abc')", "hex('ab')", "ifnull(NULL, 2)", "iif(1, 'y', 'n')", "iif(0, 'y')", "if(1, 'y', 'n')", "instr('abc', 'c')", "length('é')", "octet_length('é')", "like('a%', 'abc')", "like('a#%', 'a%', '#')", "likelihood(1, 0.5)", "likely(1)", "unlikely(0)", "lower('ÀB')", "upper('àb')", "ltrim('  a')", "rtrim('a  ')", "trim('xax', 'x')", "max(1, 2)", "min(1, 2)", "max('a', 1)", "nullif(1, 2)", "quote('it''s')", "quote(x'01')", "quote(NULL)", "length(randomblob(3))", "typeof(random())", "replace('aba', 'a', 'c')", "round(2.5)", "round(2.345, 2)", "sign(-3)", "substr('abc', 2)", "substring('abc', -2, 1)", "soundex('Robert')", "typeof(1.0)", "unhex('6162')", "unhex('zz')", "unicode('a')", "unistr('\\0041')", "unistr_quote('a')", "zeroblob(2)", "last_insert_rowid()", "total_changes()", "subtype('x')",
      "load_extension('x')", "sqlite_version()", "sqlite_source_id()", "sqlite_compileoption_used('x')", "sqlite_compileoption_get(0)", "sqlite_log(1, 'x')", "sqlite_offset(1)", "fts3_tokenizer('x')", "fts5_source_id()", "sha3('a')", "readfile('x')", "writefile('x', 'y')", "edit('x')", "median(1)", "percentile(1, 50)", "regexp('a', 'b')", "uuid()", "decimal('1')", "nosuch()",
      "date('2024-02-29', '+1 year')", "time('12:30', '+45 minutes')", "datetime(0, 'unixepoch')", "datetime('2024-01-31', 'start of month', '+1 month', '-1 day')", "julianday('2000-01-01')", "unixepoch('2000-01-01')", "unixepoch('2000-01-01 00:00:00.5', 'subsec')", "strftime('%Y/%m/%d %H:%M:%S %j %W %w %s %f', '2024-03-05 01:02:03.456')", "strftime('%F %T %p %I %G-W%V %u %e', '2024-03-05 13:02:03')", "timediff('2024-03-05', '2023-01-01')", "date('bogus')", "date('2024-13-01')", "typeof(datetime('now'))", "typeof(current_timestamp)", "length(current_date)", "length(current_time)", "date('2024-01-01', 'weekday 0')", "datetime('2024-06-01 12:00+02:00')", "date(2460000.5)", "datetime(1e11, 'auto')",
      "acos(1)", "asin(0)", "atan(0)", "atan2(0, 1)", "acosh(1)", "asinh(0)", "atanh(0)", "ceil(1.2)", "ceiling(1.2)", "cos(0)", "cosh(0)", "degrees(0)", "exp(0)", "floor(1.8)", "ln(1)", "log(100)", "log(2, 8)", "log10(100)", "log2(8)", "mod(7, 4)", "mod(7, 2.5)", "pi()", "pow(2, 10)", "power(2, 10)", "radians(180)", "sin(0)", "sinh(0)", "sqrt(9)", "sqrt(-1)", "tan(0)", "tanh(0)", "trunc(-1.5)", "1 / 0", "1 % 0", "7 / 2", "7 / 2.0", "-7 / 2", "-7 % 3", "1 << 3", "~0", "9223372036854775807 + 1", "'3' + 4", "'x' + 1", "1 || 2", "NULL + 1", "NULL = NULL", "NULL IS NULL", "1 IS DISTINCT FROM NULL", "'a' < 'B'", "'a' < 'B' COLLATE NOCASE", "'a ' = 'a' COLLATE RTRIM", "2 BETWEEN 1 AND 3", "0x1F", "1e3", "1_000", "'a' LIKE 'A'", "'É' LIKE 'é'", "'a' GLOB 'A'", "'a%c' LIKE 'a\\%c' ESCAPE '\\'", "CAST('12abc' AS INTEGER)", "CAST(3.9 AS INTEGER)", "CAST(1e30 AS INTEGER)", "CAST(x'3132' AS INTEGER)", "CAST(5 AS TEXT)", "CAST('a' AS BLOB)", "CASE 1 WHEN 1 THEN 'one' ELSE 'other' END", "(1, 2) < (1, 3)", "EXISTS (SELECT 1)", "1 IN ()", "'a' -> '$'",
      "json('{\"a\": 1 }')", "json('{a: 1, /* 5 */ b: .5,}')", "jsonb('[1]')", "json_array(1, 'a', NULL, json('[2]'))", "json_object('a', 1, 'b', json_array())", "json_array_length('[1,2]')", "json_extract('{\"a\":{\"b\":[1,2]}}', '$.a.b[1]')", "json_extract('{\"a\":1}', '$.a', '$.b')", "'{\"a\":[1]}' -> 'a'", "'{\"a\":\"x\"}' ->> '$.a'", "json_insert('{\"a\":1}', '$.a', 2, '$.b', 3)", "json_replace('{\"a\":1}', '$.a', 2)", "json_set('{}', '$.a', 'x')", "json_remove('[0,1,2]', '$[1]')", "json_patch('{\"a\":1}', '{\"a\":null,\"b\":2}')", "json_type('[1]', '$[0]')", "json_valid('{')", "json_valid('{a:1}', 2)", "json_quote('a\"')", "json_pretty('[1]')", "json_error_position('[1')", "hex(jsonb_array(1))", "json(jsonb_object('a', 1))", "json(jsonb_set('{}', '$.a', 1))", "json(jsonb_insert('[]', '$[#]', 1))", "json(jsonb_patch('{}', '{}'))", "json(jsonb_remove('[1]', '$[0]'))", "json(jsonb_replace('[1]', '$[0]', 2))", "json_extract(jsonb_extract('[[1]]', '$[0]'), '$[0]')", "json_extract('[1.0, true, null, \"x\"]', '$')", "json_extract('9007199254740993', '$')", "json_array(x'00')",
    ];
    for (const expression of expressions) await row(expression, () => [...sql.exec(`SELECT ${expression}`).raw()][0][0]);
    const queries = [
      "avg(id) FROM t", "sum(id) FROM t", "total(id) FROM t", "sum(v) FROM t", "sum(id) FROM t WHERE 0", "total(id) FROM t WHERE 0", "count(*) FROM t", "count(v) FROM t", "count(DISTINCT id % 2) FROM t", "min(v) FROM t", "max(v) FROM t", "group_concat(v) FROM t", "group_concat(v, '; ') FROM t", "string_agg(v, '+') FROM t", "group_concat(v ORDER BY v DESC) FROM t", "json_group_array(v) FROM t", "json_group_object(id, v) FROM t", "json(jsonb_group_array(v)) FROM t", "json(jsonb_group_object(id, v)) FROM t", "count(*) FILTER (WHERE id > 2) FROM t", "median(id) FROM t", "percentile(id, 50) FROM t", "percentile_cont(id, 0.5) FROM t",
      "row_number() OVER (ORDER BY id DESC) FROM t", "rank() OVER (ORDER BY id > 2) FROM t", "dense_rank() OVER (ORDER BY id > 2) FROM t", "percent_rank() OVER (ORDER BY id) FROM t LIMIT 1", "cume_dist() OVER (ORDER BY id) FROM t", "ntile(2) OVER (ORDER BY id) FROM t", "lag(v) OVER (ORDER BY id) FROM t", "lead(v, 1, 'none') OVER (ORDER BY id) FROM t", "first_value(id) OVER (ORDER BY id) FROM t", "last_value(id) OVER (ORDER BY id) FROM t", "nth_value(id, 2) OVER (ORDER BY id) FROM t", "sum(id) OVER (ORDER BY id ROWS 1 PRECEDING) FROM t", "sum(id) OVER w FROM t WINDOW w AS (PARTITION BY id % 2)", "group_concat(v) OVER (ORDER BY id) FROM t",
      "key, value, type, atom, fullkey FROM json_each('{\"a\":1,\"b\":[2]}')", "key, fullkey FROM json_tree('{\"a\":[2]}')", "value FROM json_each('[1,2]') WHERE value > 1", "key FROM jsonb_each('[7]')", "t.id, e.value FROM t, json_each(quote(t.id)) e WHERE t.id < 3", "value FROM json_each(?1)",
    ];
    for (const query of queries) await row(query, () => [...sql.exec(`SELECT ${query}`, ...(query.includes("?1") ? ["[5]"] : [])).raw()]);
    await row("changes after an update", () => { sql.exec("UPDATE t SET v = v WHERE id < 3"); return sql.exec("SELECT changes() AS n").one(); });
    await row("last_insert_rowid after an insert", () => { sql.exec("INSERT INTO t (id) VALUES (77)"); return sql.exec("SELECT last_insert_rowid() AS id").one(); });
    await row("last_insert_rowid after kv", () => { this.ctx.storage.kv.put("a", 1); return sql.exec("SELECT last_insert_rowid() AS id").one(); });
    await row("function in a column default", () => sql.exec("CREATE TABLE d (a DEFAULT (upper('x')), b DEFAULT (sqlite_version())); INSERT INTO d (b) VALUES (1) RETURNING a").toArray());
    await row("refused function in a view", () => sql.exec("CREATE VIEW refused AS SELECT sqlite_version(); SELECT * FROM refused").toArray());
    await row("refused function in an index", () => sql.exec("CREATE INDEX refused_index ON t (json_pretty(v))").toArray());
    await row("function not pure in an index", () => sql.exec("CREATE INDEX random_index ON t (random())").toArray());
    await row("function in a check", () => sql.exec("CREATE TABLE c (a CHECK (json_valid(a))); INSERT INTO c VALUES ('{')").toArray());
    await row("generated column", () => sql.exec("CREATE TABLE g (j, a GENERATED ALWAYS AS (j ->> '$.a') STORED); INSERT INTO g VALUES ('{\"a\":5}') RETURNING a").toArray());
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
