// Which methods of ctx.storage throw at once and which reject, members that cannot be set, and cursors that are over.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";
export class Store extends DurableObject {
  alarm() {}
  async fetch() {
    const { row, response } = table();
    const { ctx } = this; const { storage } = ctx; const { sql, kv } = storage;
    const how = async (run) => { let p; try { p = run(); } catch (e) { return `throws ${e.message}`; } if (!(p instanceof Promise)) return ["gives", p]; try { return ["promises", await p]; } catch (e) { return `rejects ${e.message}`; } };
    let txn; await storage.transaction(async (t) => { txn = t; });
    for (const [n, o] of [["storage", storage], ["txn", txn], ["ctx", ctx]]) for (const k of Object.getOwnPropertyNames(Object.getPrototypeOf(o)).sort()) { if (k === "constructor" || /WebSocket|getTags|Hibernatable|container|snapshot|Snapshot/.test(k) || typeof Object.getOwnPropertyDescriptor(Object.getPrototypeOf(o), k).value !== "function") continue; await row(`${n}.${k} brand`, () => how(() => o[k].call({}, "k", "k"))); }
    for (const k of ["get", "put", "delete", "list", "getAlarm", "setAlarm", "deleteAlarm", "deleteAll", "rollback"]) await row(`late txn ${k}`, () => how(() => txn[k]("k", "k")));
    await row("long key delete", () => how(() => storage.delete("k".repeat(5000))));
    await row("long key put", () => how(() => storage.put("k".repeat(5000), 1)));
    const many = Array.from({ length: 200 }, (_, i) => `${i}`);
    await row("many delete", () => how(() => storage.delete(many)));
    const c = sql.exec("SELECT 1 AS a");
    for (const k of ["columnNames", "rowsRead", "rowsWritten"]) await row(`set ${k}`, () => { c[k] = 5; });
    await row(`set size`, () => { sql.databaseSize = 5; });
    await row(`set Cursor`, () => { sql.Cursor = 5; });
    await row("over deleteAll", async () => { kv.put("a", 1); const cur = sql.exec("SELECT value FROM json_each('[1,2,3]')"); cur.next(); await storage.deleteAll(); const r = []; for (const k of ["rowsRead", "rowsWritten", "columnNames"]) try { r.push(cur[k]); } catch (e) { r.push(e.message); } return r; });
    await row("over deleteAll, ended", async () => { kv.put("a", 1); const cur = sql.exec("SELECT value FROM json_each('[1,2,3]')"); cur.toArray(); await storage.deleteAll(); const r = []; for (const k of ["rowsRead", "rowsWritten", "columnNames"]) try { r.push(cur[k]); } catch (e) { r.push(e.message); } return r; });
    await row("bCW nested deep", async () => { let depth = 0; const deep = async () => { depth++; const h = () => ctx.blockConcurrencyWhile(deep); let p; try { p = h(); } catch (e) { return `throws ${e.message} ${depth}`; } try { return await p; } catch (e) { return `rejects ${e.message} ${depth}`; } }; return deep(); });
    await row("one of two", () => { const cur = sql.exec("SELECT value FROM json_each('[1,2,3]')"); let m; try { cur.one(); } catch (e) { m = e.message; } return [m, cur.rowsRead, cur.next(), cur.columnNames, cur.rowsRead, [...cur]]; });
    return response();
  }
}
export default { fetch(request, env) { return env.Store.getByName("store").fetch("http://store.test/"); } };
