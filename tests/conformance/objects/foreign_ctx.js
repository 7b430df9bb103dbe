// Code of one object, of a later instance of it, or of a Worker, that uses the ctx of another object of its isolate.
import { DurableObject } from "cloudflare:workers";
import { table, marks, describeError } from "../table.js";

// Objects of one isolate share it.
let foreign;
const outcome = async (run) => { try { return await run(); } catch (error) { return [describeError(error), ...marks(error)].join(" "); } };
const uses = {
  "block": () => foreign.blockConcurrencyWhile(async () => { await scheduler.wait(1); return "ran"; }),
  "block that fails": () => foreign.blockConcurrencyWhile(async () => { await scheduler.wait(1); throw new RangeError("of the block"); }),
  "block without a function": () => foreign.blockConcurrencyWhile(),
  "block in a transaction": ({ storage }) => storage.transaction(() => foreign.blockConcurrencyWhile(async () => { await scheduler.wait(1); return "ran"; })),
  "abort": () => foreign.abort("x"),
  "abort in transactionSync": ({ storage }) => storage.transactionSync(() => { storage.kv.put("in", 1); foreign.abort("x"); }),
  "abort in a transaction": ({ storage }) => storage.transaction(async () => { storage.kv.put("in", 1); foreign.abort("x"); }),
};

export class Thing extends DurableObject {
  memory = 0;
  give() {
    foreign = this.ctx;
    this.memory = 1;
  }
  sees() {
    return foreign !== undefined;
  }
  use(label) {
    this.memory = 2;
    return outcome(() => uses[label]({ storage: this.ctx.storage }));
  }
  async put(key) {
    await this.ctx.storage.put(key, 1);
    await this.ctx.storage.sync();
    return "stored";
  }
  state() {
    return [this.memory, [...this.ctx.storage.kv.list()].map(([key]) => key)];
  }
  end() {
    this.ctx.abort("ended");
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const soon = (promise) => Promise.race([promise, scheduler.wait(5000).then(() => "no answer")]);
    // A runtime may give objects isolates of their own: these are in that of the Worker.
    const thing = (name) => env.Thing.getByName(name);
    const names = [];
    for (let i = 0; foreign === undefined; i++) await thing(`thing ${i}`).give();
    for (let i = 0; names.length < 3 * Object.keys(uses).length + 1; i++) {
      if (await thing(`thing ${i}`).sees()) names.push(`thing ${i}`);
    }
    for (const label of Object.keys(uses)) {
      await row(label, async () => {
        const [owner, user] = [names.pop(), names.pop()];
        await thing(owner).give();
        const result = await soon(outcome(() => thing(user).use(label)));
        if (result === "no answer") return result;
        const seen = [result, await thing(owner).state(), await thing(user).state(), await thing(user).put("k")];
        await outcome(() => thing(user).end());
        return [...seen, await thing(user).state()];
      });
    }
    for (const label of Object.keys(uses)) {
      await row(`${label}, next instance`, async () => {
        const owner = names.pop();
        await thing(owner).give();
        await outcome(() => thing(owner).end());
        const result = await soon(outcome(() => thing(owner).use(label)));
        if (result === "no answer") return result;
        return [result, await thing(owner).put("k"), await thing(owner).state()];
      });
    }
    const owner = names.pop();
    await thing(owner).give();
    await row("abort by a Worker", async () => [await outcome(() => foreign.abort("x")), await thing(owner).state()]);
    await row("block by a Worker", async () => { try { return await foreign.blockConcurrencyWhile(() => 1); } catch { return ["refused", await thing(owner).state()]; } });
    return response();
  },
};
