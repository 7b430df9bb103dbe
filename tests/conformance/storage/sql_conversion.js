// ctx.storage.sql: bindings and query texts whose conversion runs code or fails, parts of buffers, counts of parameters.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { sql, kv } = this.ctx.storage;
    const { storage } = this.ctx;
    const one = (query, ...bindings) => [...sql.exec(query, ...bindings).raw()][0];
    const bound = (value) => one("SELECT typeof(?1), ?1, length(?1), hex(?1)", value);
    const text = (run) => ({ toString: run });
    sql.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a')");
    const count = () => sql.exec("SELECT count(*) AS n FROM t").one().n;

    await row("binding that inserts", () => [sql.exec("INSERT INTO t (v) VALUES (?) RETURNING id, v", text(() => { sql.exec("INSERT INTO t (v) VALUES ('inner')"); return "outer"; })).toArray(), count()]);
    await row("binding that runs the same text", () => { let depth = 0; const again = () => text(() => (depth++ < 3 ? JSON.stringify(one("SELECT ? AS same", again())) : "bottom")); return one("SELECT ? AS same", again()); });
    await row("binding that drops the table", () => { sql.exec("CREATE TABLE gone (a)"); return sql.exec("INSERT INTO gone VALUES (?)", text(() => { sql.exec("DROP TABLE gone"); return "x"; })).toArray(); });
    await row("binding that throws inserts nothing", () => { try { sql.exec("INSERT INTO t (v) VALUES (?), (?)", "first", text(() => { throw new RangeError("second"); })); } catch (error) { return [error.name, error.message, sql.exec("SELECT count(*) AS n FROM t WHERE v = 'first'").one().n]; } });
    await row("binding that throws what is no error", () => sql.exec("SELECT ?", text(() => { throw "text"; })));
    await row("binding converts before the text is compiled", () => sql.exec("SELEC ?", text(() => { throw new RangeError("first"); })));
    await row("wrong count, conversions run", () => { let ran = 0; try { sql.exec("SELECT 1", text(() => { ran++; return "x"; })); } catch (error) { return [error.message, ran]; } });
    await row("earlier statements run after the conversions", () => { let seen; try { sql.exec("INSERT INTO t (v) VALUES ('early'); SELECT ?", text(() => { seen = sql.exec("SELECT count(*) AS n FROM t WHERE v = 'early'").one().n; return "x"; })); } catch (error) { return error.message; } return seen; });
    await row("binding to an object", () => bound(text(() => ({}))));
    await row("binding in transactionSync that throws", () => { try { storage.transactionSync(() => { kv.put("undone", 1); sql.exec("SELECT ?", text(() => { throw new Error("undo"); })); }); } catch { /* undone */ } return kv.get("undone"); });
    await row("binding by Symbol.toPrimitive", () => bound({ [Symbol.toPrimitive]: (hint) => hint }));
    await row("binding by Symbol.toPrimitive to a number", () => bound({ [Symbol.toPrimitive]: () => 5 }));
    await row("binding by valueOf alone", () => bound(Object.assign(Object.create(null), { valueOf: () => 5 })));
    await row("query text by an object", () => { let ran = 0; const query = text(() => { ran++; return "SELECT 1 AS a"; }); return [sql.exec(query).toArray(), sql.exec(query).toArray(), ran]; });
    await row("query text that throws", () => sql.exec(text(() => { throw new RangeError("query"); })));
    await row("query text that runs SQL", () => sql.exec(text(() => { sql.exec("INSERT INTO t (v) VALUES ('by the query')"); return "SELECT count(*) AS n FROM t WHERE v = 'by the query'"; })).toArray());
    for (const [label, query] of [["undefined", undefined], ["bigint", 5n], ["symbol", Symbol("q")], ["array", ["SELECT 1 AS a"]], ["array of two", ["SELECT 1 AS a", "2 AS b"]], ["String object", new String("SELECT 1 AS a")], ["object", {}], ["function", () => "SELECT 1"], ["true", true]]) await row(`query of ${label}`, () => sql.exec(query).toArray());

    const buffer = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]).buffer;
    for (const [label, view] of [["Uint8Array part", new Uint8Array(buffer, 3, 2)], ["Uint8Array end", new Uint8Array(buffer, 24)], ["Int16Array part", new Int16Array(buffer, 2, 2)], ["Float64Array part", new Float64Array(buffer, 8, 1)], ["BigUint64Array part", new BigUint64Array(buffer, 16, 1)], ["DataView part", new DataView(buffer, 5, 3)], ["DataView of nothing", new DataView(buffer, 24)], ["subarray", new Uint8Array(buffer).subarray(4, 6)], ["clamped", new Uint8ClampedArray(buffer, 1, 1)], ["Buffer-like class", new (class extends Uint8Array {})(buffer, 1, 2)], ["view with toString", Object.assign(new Uint8Array(buffer, 0, 1), { toString: () => "text" })], ["resizable", new ArrayBuffer(3, { maxByteLength: 9 })], ["view that tracks the length", new Uint8Array(new ArrayBuffer(3, { maxByteLength: 9 }))], ["object made of a view", Object.create(new Uint8Array(2))], ["Blob", new Blob(["b"])], ["array of bytes", [1, 2]]]) {
      await row(`bind ${label}`, () => bound(view));
    }
    await row("resizable, grown and shrunk", () => { const grown = new ArrayBuffer(2, { maxByteLength: 8 }); const view = new Uint8Array(grown); const seen = [bound(view)[3]]; grown.resize(4); seen.push(bound(view)[3]); grown.resize(1); seen.push(bound(view)[3]); grown.resize(0); seen.push(bound(view)[3]); return seen; });
    await row("resizable, out of bounds", () => { const shrunk = new ArrayBuffer(8, { maxByteLength: 8 }); const view = new Uint8Array(shrunk, 4, 4); shrunk.resize(2); return bound(view); });
    await row("resizable is copied", () => { const grown = new ArrayBuffer(2, { maxByteLength: 8 }); sql.exec("CREATE TABLE blobs (b)"); sql.exec("INSERT INTO blobs VALUES (?)", grown); grown.resize(8); new Uint8Array(grown).fill(9); const { b } = sql.exec("SELECT b FROM blobs").one(); return [b, b.resizable]; });
    await row("view detached by a later binding", () => { const view = new Uint8Array([1, 2]); return one("SELECT ?, ?", view, text(() => { structuredClone(view.buffer, { transfer: [view.buffer] }); return "x"; })); });
    await row("array changed by a later binding", () => { const list = [1, 2]; return one("SELECT ?, ?", list, text(() => { list.length = 0; return "x"; })); });
    await row("blob out is its own", () => { const [a] = one("SELECT x'0102'"); new Uint8Array(a).fill(9); return one("SELECT x'0102'"); });
    await row("blob of 0 in a column", () => { sql.exec("CREATE TABLE empty_blobs (b BLOB NOT NULL)"); return sql.exec("INSERT INTO empty_blobs VALUES (?) RETURNING typeof(b) AS t, b", new Uint8Array(0)).toArray(); });

    for (const [label, value] of [["-0", -0], ["NaN", NaN], ["Infinity", Infinity], ["-Infinity", -Infinity], ["2**53 + 2", 2 ** 53 + 2], ["2**63", 2 ** 63], ["-(2**63)", -(2 ** 63)], ["2**64", 2 ** 64], ["smallest", Number.MIN_VALUE], ["greatest", Number.MAX_VALUE], ["0.1", 0.1], ["true", true], ["BigInt object", Object(5n)], ["Date", new Date(Date.UTC(2000, 0))], ["Symbol object", Object(Symbol("s"))]]) {
      await row(`number ${label}`, () => (label === "Date" ? one("SELECT typeof(?)", value) : bound(value)));
      if (label !== "Date") await row(`number ${label} in an INTEGER column`, () => sql.exec("INSERT INTO t (v, id) VALUES ('n', ?) RETURNING typeof(id) AS type, id", value).toArray());
    }
    await row("-0 out", () => one("SELECT ?1, ?1 = 0, -0.0, 0.0 * -1", -0).map((value) => (Object.is(value, -0) ? "-0" : value)));
    await row("100 parameters", () => one(`SELECT 1 IN (${Array(100).fill("?")})`, ...Array(100).fill(1)));
    await row("101 parameters", () => one(`SELECT 1 IN (${Array(101).fill("?")})`, ...Array(101).fill(1)));
    await row("?100", () => one("SELECT ?100", ...Array(100).fill("x")));
    await row("?100 with one", () => one("SELECT ?100", "x"));
    await row("?101", () => one("SELECT ?101", ...Array(101).fill("x")));
    await row("?0", () => one("SELECT ?0", "x"));
    await row("?99999999999", () => one("SELECT ?99999999999", "x"));
    await row("100 named", () => one(`SELECT 1 IN (${Array.from({ length: 100 }, (_, i) => `:n${i}`)})`, ...Array(100).fill(1)));
    await row("101 named", () => one(`SELECT 1 IN (${Array.from({ length: 101 }, (_, i) => `:n${i}`)})`, ...Array(101).fill(1)));
    await row("one named twice", () => one("SELECT :a, @a, $a, :a", 1, 2, 3));
    await row("mixed", () => one("SELECT ?, ?5, ?, :x", 1, 2, 3, 4, 5, 6, 7));
    await row("names with ::", () => one("SELECT $a::b(c)", 1));
    await row("1000 bindings", () => one("SELECT 1", ...Array(1000).fill(1)));
    await row("parameter in LIMIT, OFFSET and IN", () => sql.exec("SELECT value FROM json_each('[1,2,3,4,5]') WHERE value IN (?, ?, ?) LIMIT ? OFFSET ?", 2, 3, 4, 2, 1).toArray());
    await row("parameter in a view", () => sql.exec("CREATE VIEW v AS SELECT ?", 1));
    await row("parameter in a trigger", () => sql.exec("CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT ?; END", 1));
    await row("parameter in a default", () => sql.exec("CREATE TABLE d (a DEFAULT (?))", 1));
    await row("parameter in a check", () => sql.exec("CREATE TABLE d (a CHECK (a > ?))", 1));
    await row("parameter in an index", () => sql.exec("CREATE INDEX i ON t (v || ?)", 1));
    await row("parameter in CREATE TABLE AS", () => sql.exec("CREATE TABLE d AS SELECT ? AS a", "x").toArray());
    await row("its value", () => sql.exec("SELECT a, typeof(a) AS type FROM d").toArray());
    await row("parameter in a PRAGMA", () => sql.exec("PRAGMA table_info(?)", "t").toArray());
    await row("parameter in pragma_table_info", () => sql.exec("SELECT name FROM pragma_table_info(?)", "t").toArray());
    await row("parameter in ATTACH", () => sql.exec("ATTACH ? AS x", ":memory:"));
    await row("parameter as a table", () => sql.exec("SELECT * FROM ?", "t"));

    await row("lone surrogate in the text", () => one("SELECT '\ud800', hex('\ud800'), length('\ud800')"));
    await row("lone surrogates apart in the text", () => one("SELECT '\ud800' = '\ud801', '\ud800' = '\ufffd', '\ud800' = ?", "\ud800"));
    await row("lone surrogate as a column name", () => sql.exec("SELECT 1 AS \"\ud800\"").columnNames.map((name) => [...name].map((letter) => letter.codePointAt(0).toString(16)).join(" ")));
    await row("lone surrogate bound", () => one("SELECT hex(?), length(?)", "\ud800", "a\udc00b"));
    await row("NUL in the text", () => one("SELECT 'a\0b'"));
    await row("NUL in a comment", () => one("SELECT 1 /* \0 */"));
    await row("wide letters before an error", () => one("SELECT '€€€', nosuch"));
    await row("column names that are not ASCII", () => sql.exec("SELECT 1 AS é, 2 AS \"😀\", 3 AS [a\"b]").toArray());
    await row("value with a BOM", () => one("SELECT ?, length(?)", "\ufeffx", "\ufeffx").map((value) => (typeof value === "string" ? value.length : value)));
    await row("text of one letter of each width", () => [bound("a"), bound("é"), bound("€"), bound("😀")].map((item) => item.slice(2)));
    await row("latin text out", () => one("SELECT CAST(x'c3a9' AS TEXT), char(233)"));
    await row("blob as text out", () => one("SELECT CAST(x'00' AS TEXT), length(CAST(x'610062' AS TEXT)), CAST(x'610062' AS TEXT)"));
    await row("invalid text compares", () => one("SELECT CAST(x'ff' AS TEXT) = CAST(x'fe' AS TEXT)"));
    await row("object is alive", () => show(count() > 0));
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
