// Alarms that run: the alarm() handler, its info, one retry, and objects without a handler.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const FAR = 4_000_000_000_000; // in the year 2096

async function until(run, limit = 6000) {
  for (let waited = 0; waited < limit; waited += 10) {
    const value = await run();
    if (value) return value;
    await scheduler.wait(10);
  }
  throw new Error("the alarm did not run");
}

export class NoAlarm extends DurableObject {
  async fetch() {
    const { row, response } = table();
    const { storage } = this.ctx;
    await row("without alarm(): setAlarm", () => storage.setAlarm(FAR));
    await row("without alarm(): setAlarm of a bad time", () => storage.setAlarm(-1));
    await row("without alarm(): in a transaction", () => storage.transaction((txn) => txn.setAlarm(FAR)));
    return response();
  }
}

export class Runner extends DurableObject {
  memory = [];
  log(item) {
    const { kv } = this.ctx.storage;
    kv.put("log", [...(kv.get("log") ?? []), item]);
  }
  read() {
    return this.ctx.storage.kv.get("log") ?? [];
  }
  async plan(mode, delay = 0) {
    this.ctx.storage.kv.put("mode", mode);
    await this.ctx.storage.setAlarm(Date.now() + delay);
  }
  async planAt(mode, time) {
    this.ctx.storage.kv.put("mode", mode);
    await this.ctx.storage.setAlarm(time);
  }
  async planAndDelete(mode, delay) {
    await this.plan(mode, delay);
    await this.ctx.storage.deleteAlarm();
  }
  async planAndThrow(mode) {
    await this.plan(mode);
    throw new RangeError("after the alarm was set");
  }
  go() {
    this.ctx.storage.kv.put("go", true);
  }
  written() {
    return this.ctx.storage.kv.get("written");
  }
  planned() {
    return this.ctx.storage.getAlarm();
  }
  async alarm(...given) {
    const { storage } = this.ctx;
    const mode = storage.kv.get("mode");
    if (mode === "info") {
      const [info] = given;
      this.log([given.length, typeof info, Object.keys(info).sort(), info.retryCount, info.isRetry, typeof info.scheduledTime]);
    } else if (mode === "tag") this.log([Object.prototype.toString.call(given[0]), Object.getPrototypeOf(given[0]) === Object.prototype, this instanceof Runner, this.ctx.id.name]);
    else if (mode === "time") this.log([given[0].scheduledTime === undefined ? "none" : typeof given[0].scheduledTime]);
    else if (mode === "getAlarm") this.log([await storage.getAlarm()]);
    else if (mode === "deleteAlarm") this.log([await storage.deleteAlarm(), await storage.getAlarm()]);
    else if (mode === "setAlarm") {
      await storage.setAlarm(FAR);
      this.log([await storage.getAlarm()]);
    } else if (mode === "setAndDelete") {
      await storage.setAlarm(FAR);
      await storage.deleteAlarm();
      this.log([await storage.getAlarm()]);
    } else if (mode === "again") {
      const count = this.read().length + 1;
      this.log(count);
      if (count < 3) await storage.setAlarm(Date.now() + 100);
    } else if (mode === "throw once") {
      this.log([given[0].retryCount, given[0].isRetry, await storage.getAlarm(), this.memory.length]);
      this.memory.push("ran");
      if (!given[0].isRetry) {
        storage.kv.put("written", "before the throw");
        throw new RangeError("from the alarm");
      }
    } else if (mode === "throw after set") {
      this.log([given[0].retryCount, await storage.getAlarm()]);
      if (this.read().length === 1) {
        await storage.setAlarm(FAR);
        throw new RangeError("from the alarm");
      }
    } else if (mode === "slow") {
      this.log("begins");
      while (!storage.kv.get("go")) await scheduler.wait(5);
      this.log("ends");
    } else if (mode === "waitUntil") {
      this.ctx.waitUntil(scheduler.wait(5).then(() => this.log("waited")));
      this.log("returns");
    } else if (mode === "result") {
      this.log("ran");
      return Symbol("any");
    } else if (mode === "self") {
      this.log(["stub", await this.env.Runner.getByName("helper").read()]);
    } else this.log("ran");
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const texts = [];
    texts.push(await (await env.NoAlarm.getByName("none").fetch("http://x.test/")).text());
    const run = async (name, mode, count = 1, delay = 0) => {
      const stub = env.Runner.getByName(name);
      await stub.plan(mode, delay);
      return until(async () => { const log = await stub.read(); return log.length >= count && log; });
    };
    await row("runs", () => run("plain", "plain"));
    await row("none planned after the run", async () => { await until(async () => (await env.Runner.getByName("plain").planned()) === null); return env.Runner.getByName("plain").planned(); });
    await row("runs once", async () => { await scheduler.wait(50); return env.Runner.getByName("plain").read(); });
    await row("info", () => run("info", "info"));
    await row("info tag", () => run("tag", "tag"));
    await row("info time", () => run("time", "time"));
    await row("with a delay", () => run("delay", "plain", 1, 30));
    await row("of a past time", async () => { const stub = env.Runner.getByName("past"); await stub.planAt("plain", 1); return until(async () => { const log = await stub.read(); return log.length > 0 && log; }); });
    await row("of a past Date", async () => { const stub = env.Runner.getByName("past date"); await stub.planAt("plain", new Date(2001, 1)); return until(async () => { const log = await stub.read(); return log.length > 0 && log; }); });
    await row("getAlarm in the handler", () => run("get", "getAlarm"));
    await row("deleteAlarm in the handler", () => run("delete", "deleteAlarm"));
    await row("setAlarm in the handler", () => run("set", "setAlarm"));
    await row("planned after setAlarm in the handler", async () => { await scheduler.wait(30); return env.Runner.getByName("set").planned(); });
    await row("set and deleted in the handler", () => run("set and delete", "setAndDelete"));
    await row("planned after set and deleted", async () => { await scheduler.wait(30); return env.Runner.getByName("set and delete").planned(); });
    await row("plans itself", () => run("again", "again", 3));
    await row("other events during the handler", async () => { const stub = env.Runner.getByName("slow"); await stub.plan("slow"); const seen = await until(async () => { const log = await stub.read(); return log.length > 0 && log; }); await stub.go(); return [seen, await until(async () => { const log = await stub.read(); return log.length > 1 && log; })]; });
    await row("alarm set by another event during the handler", async () => { const stub = env.Runner.getByName("slow 2"); await stub.plan("slow"); await until(async () => (await stub.read()).length > 0); await stub.planAt("plain", FAR); await stub.go(); await until(async () => (await stub.read()).length > 1); await scheduler.wait(20); return stub.planned(); });
    await row("waitUntil in the handler", () => run("wait", "waitUntil", 2));
    await row("result of the handler is ignored", () => run("result", "result"));
    await row("stub used in the handler", () => run("self", "self"));
    await row("deleted before its time", async () => { const stub = env.Runner.getByName("deleted"); await stub.planAndDelete("plain", 20); await scheduler.wait(60); return stub.read(); });
    await row("set by a handler that threw", async () => { const stub = env.Runner.getByName("threw"); try { await stub.planAndThrow("plain"); } catch (error) { if (error.name !== "RangeError") throw error; } return until(async () => { const log = await stub.read(); return log.length > 0 && log; }); });
    await row("thrown once, then retried", () => run("retry", "throw once", 2));
    await row("write before the throw is kept", () => env.Runner.getByName("retry").written());
    await row("thrown after an own setAlarm", async () => { const stub = env.Runner.getByName("retry set"); await stub.plan("throw after set"); await until(async () => (await stub.read()).length > 0); await scheduler.wait(3000); return [await stub.read(), await stub.planned()]; });
    await row("alarm is callable over RPC", async () => { const stub = env.Runner.getByName("rpc"); return stub.alarm({}); });
    await row("and ran", () => env.Runner.getByName("rpc").read());
    return new Response(texts.join("") + (await response().text()));
  },
};
