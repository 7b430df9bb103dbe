// Alarms: setAlarm, getAlarm and deleteAlarm with all arguments.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const FAR = 4_000_000_000_000; // in the year 2096

export class Setter extends DurableObject {
  alarm() {}
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    const set = async (...given) => { await storage.deleteAlarm(); const result = await storage.setAlarm(...given); const time = await storage.getAlarm(); return [result, time]; };
    await row("getAlarm at first", () => storage.getAlarm());
    await row("deleteAlarm at first", () => storage.deleteAlarm());
    for (const name of ["getAlarm", "setAlarm", "deleteAlarm"]) await row(`${name} length`, () => [storage[name].length, storage[name].name]);
    for (const [label, ...given] of [["far", FAR], ["Date", new Date(FAR)], ["fraction", FAR + 0.75], ["Date of another fraction", new Date(FAR + 1.5)], ["text", String(FAR)], ["object", { valueOf: () => FAR }], ["nothing"], ["undefined", undefined], ["null", null], ["NaN", NaN], ["invalid Date", new Date(NaN)], ["word", "tomorrow"], ["ISO text", "2096-01-01"], ["object without a value", {}], ["bigint", 4000000000000n], ["true", true], ["array", [FAR]], ["zero", 0], ["minus zero", -0], ["minus one", -1], ["Date at zero", new Date(0)], ["Date below zero", new Date(-1)], ["small fraction", 0.5], ["minus Infinity", -Infinity], ["Infinity", Infinity], ["in 2189", Date.UTC(2189, 11, 31)], ["in 2191", 7e12], ["at 8e12", 8e12], ["at 9e12", 9e12], ["at 9.3e12", 9.3e12], ["at 1e13", 1e13], ["at 1e14", 1e14], ["greatest of Date", 8.64e15], ["MAX_SAFE_INTEGER", Number.MAX_SAFE_INTEGER], ["symbol", Symbol("s")], ["options", FAR, { allowConcurrency: true, allowUnconfirmed: true }], ["null options", FAR, null], ["odd options", FAR, "x"], ["number options", FAR, 5]]) {
      await row(`setAlarm ${label}`, () => set(...given));
    }
    await row("setAlarm replaces", async () => { await storage.setAlarm(FAR); await storage.setAlarm(FAR + 5000); return storage.getAlarm(); });
    await row("setAlarm earlier replaces", async () => { await storage.setAlarm(FAR - 5000); return storage.getAlarm(); });
    await row("setAlarm refused keeps the old", async () => { try { await storage.setAlarm(-1); } catch { /* refused */ } return storage.getAlarm(); });
    await row("setAlarm not awaited", async () => { storage.setAlarm(FAR + 1); return storage.getAlarm(); });
    await row("getAlarm with options", () => storage.getAlarm({ allowConcurrency: true }));
    await row("getAlarm with odd options", () => storage.getAlarm(5));
    await row("getAlarm sees what came before it", async () => { const before = storage.getAlarm(); storage.setAlarm(FAR + 2); return [await before, await storage.getAlarm()]; });
    await row("deleteAlarm result", () => storage.deleteAlarm());
    await row("deleteAlarm twice", () => storage.deleteAlarm());
    await row("deleteAlarm with options", () => storage.deleteAlarm({ allowConcurrency: true, allowUnconfirmed: true }));
    await row("deleteAlarm with odd options", () => storage.deleteAlarm("x"));
    await row("deleteAlarm not awaited", async () => { await storage.setAlarm(FAR); storage.deleteAlarm(); return storage.getAlarm(); });
    await row("wrong value rejects", async () => { let promise; try { promise = storage.setAlarm(-5); } catch { return "thrown"; } try { await promise; } catch { return "rejected"; } });
    await row("not a key", async () => { await storage.setAlarm(FAR); return [(await storage.list()).size, [...storage.kv.list()]]; });
    await row("not a table that SQL may read", () => storage.sql.exec("SELECT * FROM _cf_METADATA"));
    return response();
  }
}

export class NoAlarm extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    await row("without alarm(): getAlarm", () => storage.getAlarm());
    await row("without alarm(): deleteAlarm", () => storage.deleteAlarm());
    return response();
  }
}

export class OwnProperty extends DurableObject {
  alarm = () => {};
  set() {
    return this.ctx.storage.setAlarm(FAR);
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const texts = [];
    texts.push(await (await env.Setter.getByName("setter").fetch("http://x.test/")).text());
    texts.push(await (await env.NoAlarm.getByName("none").fetch("http://x.test/")).text());
    await row("alarm as own property", () => env.OwnProperty.getByName("own").set());
    return new Response(texts.join("") + (await response().text()));
  },
};
