// ctx.storage.sql: what a binding becomes in SQLite, what a column becomes in JavaScript, and how bindings are counted.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

export class Store extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { sql } = this.ctx.storage;
    const one = (query, ...bindings) => [...sql.exec(query, ...bindings).raw()][0];
    const bound = (value) => one("SELECT typeof(?1), ?1", value);

    const custom = { toString: () => "from toString" };
    const numeric = { valueOf: () => 7, toString: () => "text wins" };
    const primitive = { [Symbol.toPrimitive]: (hint) => `hint ${hint}` };
    const detached = new ArrayBuffer(4);
    structuredClone(detached, { transfer: [detached] });
    const values = {
      true: true, false: false, zero: 0, "minus zero": -0, one: 1, "minus one": -1, fraction: 1.25, "2**31": 2 ** 31, "2**53": 2 ** 53, "2**53+2": 2 ** 53 + 2, "2**63": 2 ** 63, "1e300": 1e300, "5e-324": 5e-324, "minus infinity": -Infinity,
      "Number object": new Number(3), "String object": new String("s"), "Boolean object": new Boolean(false), "empty array": [], "nested array": [1, [2, null], undefined], "plain object": { a: 1 }, "toString object": custom, "valueOf object": numeric, "toPrimitive object": primitive,
      "invalid Date": new Date(NaN), RegExp: /x/g, Map: new Map([[1, 2]]), Set: new Set([1]), Error: new RangeError("e"), function: function named() {}, URL: new URL("http://u.test/p"),
      "empty ArrayBuffer": new ArrayBuffer(0), "empty Uint8Array": new Uint8Array(0), Uint16Array: new Uint16Array([258]), Float64Array: new Float64Array([1]), "DataView part": new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2), Int8Array: new Int8Array([-1]), BigInt64Array: new BigInt64Array([1n]), "resizable buffer": new ArrayBuffer(2, { maxByteLength: 4 }), "detached buffer": detached,
      "lone surrogate": "\ud800", astral: "😀", "long text": "x".repeat(40), "zero inside": "a\0b", "BOM": "\ufeffb",
      "null prototype": Object.create(null), bigint: 1n, symbol: Symbol("s"), Promise: Promise.resolve(1), Proxy: new Proxy({}, {}),
      "throwing toString": { toString() { throw new RangeError("no text"); } },
    };
    for (const [label, value] of Object.entries(values)) await row(`bind ${label}`, () => bound(value));

    await row("each blob is a new buffer", () => { const [a, b] = one("SELECT x'01', x'01'"); return [a === b, a.byteLength, a.resizable]; });

    sql.exec("CREATE TABLE affinity (i INTEGER, r REAL, t TEXT, b BLOB, n NUMERIC, x)");
    const stored = (value) => { sql.exec("DELETE FROM affinity"); sql.exec("INSERT INTO affinity VALUES (?1, ?1, ?1, ?1, ?1, ?1)", value); return one("SELECT typeof(i), typeof(r), typeof(t), typeof(b), typeof(n), typeof(x) FROM affinity"); };
    for (const [label, value] of Object.entries({ 1: 1, 1.5: 1.5, "text 1": "1", "text 1.0": "1.0", "text x": "x", true: true, blob: new Uint8Array([49]), null: null, "2**53": 2 ** 53, "1e20": 1e20, NaN: NaN, Infinity: Infinity })) await row(`affinity ${label}`, () => stored(value));
    sql.exec("CREATE TABLE strict (i INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT");
    const strictly = (column, value) => { sql.exec(`INSERT INTO strict (${column}) VALUES (?)`, value); return one(`SELECT typeof(${column}) FROM strict WHERE rowid = last_insert_rowid()`); };
    for (const [column, value] of [["i", 1], ["i", 1.5], ["i", "2"], ["i", "x"], ["r", 1], ["r", "y"], ["t", 1], ["t", new Uint8Array(1)], ["b", "text"], ["b", new Uint8Array(1)], ["a", 1], ["a", "1"], ["a", 1.5]]) {
      await row(`strict ${column} ${typeof value} ${typeof value === "object" ? "bytes" : value}`, () => strictly(column, value));
    }

    await row("integer limits out", () => one("SELECT 9223372036854775807, -9223372036854775808, 9007199254740993, -9007199254740993"));
    await row("real out", () => one("SELECT 1.0, 0.1 + 0.2, 1e999, -1e999, -0.0, 1e16"));
    await row("text out", () => one("SELECT '', 'é', char(128512), 'it''s', char(0) || 'x'"));
    await row("invalid UTF-8 out", () => one("SELECT CAST(x'ff41' AS TEXT), CAST(x'c3' AS TEXT)"));
    await row("blob out", () => one("SELECT x'', x'0001ff', zeroblob(3)"));
    await row("boolean words out", () => one("SELECT TRUE, FALSE, 1 = 1, NOT 1"));
    await row("null out", () => one("SELECT NULL, nullif(1, 1)"));
    await row("arithmetic of bound numbers", () => one("SELECT ?1 / 2, typeof(?1 / 2), 5 / 2, ?2 || 'x'", 5, 1));
    await row("bound integer compared", () => one("SELECT ?1 = 1, ?1 = '1', ?1 IS 1, ?1 IN (1)", 1));
    await row("bound as LIMIT", () => sql.exec("SELECT value FROM json_each('[1,2,3]') LIMIT ?", 2).toArray());
    await row("bound fraction as LIMIT", () => sql.exec("SELECT 1 LIMIT ?", 1.5).toArray());
    await row("bound text as LIMIT", () => sql.exec("SELECT 1 LIMIT ?", "x").toArray());
    await row("rowid of a bound number", () => { sql.exec("CREATE TABLE ids (id INTEGER PRIMARY KEY)"); sql.exec("INSERT INTO ids VALUES (?)", 41); return one("SELECT id, typeof(id) FROM ids WHERE id = ?", 41); });
    await row("rowid of a bound fraction", () => sql.exec("INSERT INTO ids VALUES (?)", 1.5));

    await row("too few", () => sql.exec("SELECT ?, ?", 1));
    await row("too many", () => sql.exec("SELECT ?", 1, 2));
    await row("none for one", () => sql.exec("SELECT ?"));
    await row("one for none", () => sql.exec("SELECT 1", 1));
    await row("undefined for none", () => sql.exec("SELECT 1", undefined));
    await row("numbered twice", () => one("SELECT ?1, ?1", "a"));
    await row("numbered out of order", () => one("SELECT ?2, ?1", "a", "b"));
    await row("numbered with a gap", () => one("SELECT ?3, ?1", "a", "b", "c"));
    await row("numbered with a gap, too few", () => one("SELECT ?3", "a"));
    await row("mixed", () => one("SELECT ?2, ?, ?1", "a", "b", "c"));
    await row("named", () => one("SELECT :a, @b, $c, :a", 1, 2, 3));
    await row("named by object", () => one("SELECT :a", { a: 1 }));
    await row("in a string", () => one("SELECT '?', \"?\""));
    await row("array of bindings", () => one("SELECT ?, ?", [1, 2]));
    await row("?0", () => one("SELECT ?0", 1));
    await row("?101", () => one("SELECT ?101", 1));
    await row("100 bindings", () => one(`SELECT ${Array(100).fill("?").join(", ")}`, ...Array(100).fill(1)).length);
    await row("101 bindings", () => one(`SELECT ${Array(101).fill("?").join(", ")}`, ...Array(101).fill(1)).length);
    await row("bound table name", () => sql.exec("SELECT * FROM ?", "ids"));
    return response();
  }
}

export default {
  fetch(request, env) {
    return env.Store.getByName("store").fetch("http://store.test/");
  },
};
