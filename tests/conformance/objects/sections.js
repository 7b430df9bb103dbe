// What callbacks of blockConcurrencyWhile and transaction leave behind when they end, and whose it is then.
import { DurableObject } from "cloudflare:workers";
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { table, marks, describeError } from "../table.js";

const sleep = (ms) => scheduler.wait(ms);
const outcome = async (run) => { try { return await run(); } catch (error) { return [describeError(error), ...marks(error)].join(" "); } };
const open = () => Promise.withResolvers();

// Each runs in an object of its own.
const cases = {
  "timer": ({ block }) => block(async () => { let p; await block(async () => { p = sleep(5); }); await p; return "fired"; }),
  "timer, two levels up": ({ block, txn }) => block(async () => { let p; await txn(async () => { await block(async () => { p = sleep(5); }); }); await p; return "fired"; }),
  "timer that was held": ({ block }) => block(async () => { let p; await block(async () => { p = sleep(2); await block(() => sleep(10)); }); await p; return "fired"; }),
  "call": ({ block, txn, other }) => block(async () => { let p; await txn(async () => { p = other.note("x"); }); return p; }),
  "fetch": ({ block, txn, other }) => block(async () => { let p; await txn(async () => { p = other.fetch("http://x.test/"); }); return (await p).text(); }),
  "body": ({ block, txn, other }) => block(async () => { let p; await txn(async () => { p = await other.fetch("http://x.test/"); }); return p.text(); }),
  "interval": ({ block }) => block(async () => { const { promise, resolve } = open(); let count = 0; await block(async () => { const id = setInterval(() => { if (++count === 3) { clearInterval(id); resolve(count); } }, 2); }); return promise; }),
  "section, then code outside": async ({ block, txn, log }) => { let c; await block(async () => { c = txn(async () => { log.push("C"); await sleep(10); log.push("/C"); }); }); log.push("over"); await sleep(1); log.push("goes on"); await c; return log; },
  "section that ends what is around it, then code outside": async ({ block, txn, log }) => {
    const { promise, resolve } = open();
    let c;
    await block(async () => { c = txn(async () => { log.push("C"); resolve(); await sleep(10); log.push("/C"); }); await promise; log.push("ends"); });
    log.push("over"); await sleep(1); log.push("goes on"); await c;
    return log;
  },
  "section, then one that awaits it": async ({ block, txn }) => { let c; await block(async () => { c = txn(async () => { await sleep(5); return "C"; }); }); return block(() => c); },
  "sections that wait": async ({ block, txn, log }) => {
    const all = [];
    const one = (name, ms) => all.push(txn(async () => { log.push(name); await sleep(ms); log.push(`/${name}`); }));
    const p = block(async () => { log.push("P"); one("C", 10); one("D", 1); one("E", 1); log.push("/P"); });
    one("Q", 1); one("R", 1);
    await p; log.push("over"); one("S", 1);
    await Promise.all(all);
    return log;
  },
  "transaction that fails, beside the next one": async ({ block, txn, kv }) => {
    const { promise, resolve } = open();
    let c;
    await block(async () => { c = outcome(() => txn(async () => { kv.put("c", 1); resolve(); await sleep(20); throw new Error("undo"); })); await promise; });
    return [await txn(async () => { kv.put("q", 1); return "Q"; }), await c];
  },
  "transaction that ends in the next event's time": async ({ block, txn, kv, self }) => {
    const { promise, resolve } = open();
    await block(async () => { txn(async () => { kv.put("c", 1); resolve(); await sleep(20); kv.put("d", 1); }); await promise; });
    return self.keys();
  },
  "snapshot from outside": ({ block, txn }) => { const snapshot = AsyncLocalStorage.snapshot(); return block(() => snapshot(() => txn(async () => "ok"))); },
  "snapshot from outside, and a timer": ({ block, txn }) => { const snapshot = AsyncLocalStorage.snapshot(); return block(() => snapshot(async () => { await sleep(2); return txn(async () => { await sleep(1); return "ok"; }); })); },
  "AsyncResource from outside": ({ txn }) => { const resource = new AsyncResource("x"); return txn(() => resource.runInAsyncScope(() => txn(async () => "ok"))); },
  "bound function from outside": ({ block, txn }) => block(AsyncLocalStorage.bind(() => txn(async () => "ok"))),
  "snapshot of an open one, outside": async ({ block, txn, log }) => {
    const { promise, resolve } = open();
    const p = block(async () => { resolve(AsyncLocalStorage.snapshot()); await sleep(10); log.push("block ends"); });
    const snapshot = await promise;
    await snapshot(() => txn(async () => { log.push("transaction"); }));
    await p;
    return log;
  },
  "code outside that one wakes": async ({ block, log }) => {
    const { promise, resolve } = open();
    const outside = (async () => { await promise; log.push("woken"); await sleep(1); log.push("goes on"); })();
    await block(async () => { await sleep(1); resolve(); await sleep(10); log.push("block ends"); });
    await outside;
    return log;
  },
  "code outside that wakes one": async ({ block, log }) => {
    const { promise, resolve } = open();
    const p = block(async () => { await promise; log.push("woken"); await sleep(2); log.push("block ends"); });
    resolve(); await null; log.push("outside");
    await p;
    return log;
  },
  "loop outside that serves one, timer": (given) => served(given, () => sleep(1)),
  "loop outside that serves one, call": (given) => served(given, ({ other }) => other.note("x")),
  "loop outside that serves one, transaction": (given) => served(given, ({ txn }) => txn(() => sleep(1))),
  "loop outside that serves one, block": (given) => served(given, ({ block }) => block(() => sleep(1))),
  "another event that one wakes": async ({ block, log, self }) => {
    const other = self.waitForWord();
    await sleep(5);
    await block(async () => { await sleep(1); word.resolve(); await sleep(10); log.push("block ends"); });
    await other;
    return log;
  },
  "import": ({ block }) => block(async () => { await import("cloudflare:workers"); await sleep(1); return "went on"; }),
  "import in a transaction, then one inside": ({ txn }) => txn(async () => { await import("cloudflare:workers"); return txn(async () => { await sleep(1); return "went on"; }); }),
  "snapshot of an ended one": async ({ block, txn }) => { let snapshot; await block(async () => { snapshot = AsyncLocalStorage.snapshot(); }); return snapshot(async () => { await sleep(1); return txn(async () => "ok"); }); },
  "store of AsyncLocalStorage": ({ block, txn }) => { const store = new AsyncLocalStorage(); return block(() => store.run(1, async () => { await sleep(1); return txn(async () => store.getStore()); })); },
};

// A loop outside does what a block asks of it.
async function served(given, work) {
  const jobs = [];
  let wake;
  const loop = (async () => {
    for (let count = 0; count < 2; count++) {
      while (jobs.length === 0) await new Promise((resolve) => { wake = resolve; });
      const done = jobs.shift();
      await work(given);
      done();
    }
    return "loop ends";
  })();
  const ask = () => new Promise((resolve) => { jobs.push(resolve); wake?.(); });
  await sleep(1);
  await given.block(async () => { await sleep(1); await ask(); await ask(); });
  return loop;
}
let word;

export class Thing extends DurableObject {
  log = [];
  note(item) { return `noted ${item}`; }
  fetch() { return new Response("fetched"); }
  keys() { return [...this.ctx.storage.kv.list()].map(([key]) => key); }
  end() { this.ctx.abort("ended"); }
  async waitForWord() {
    word = open();
    await word.promise;
    this.log.push("woken");
    await sleep(1);
    this.log.push("goes on");
  }
  run(label) {
    const { storage } = this.ctx;
    return cases[label]({
      block: (work) => this.ctx.blockConcurrencyWhile(work),
      txn: (work) => storage.transaction(work),
      kv: storage.kv,
      log: this.log,
      self: this.env.Thing.getByName(label),
      other: this.env.Thing.getByName("other"),
    });
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const thing = (name) => env.Thing.getByName(name);
    const soon = (promise) => Promise.race([promise, sleep(5000).then(() => "no answer")]);
    for (const label of Object.keys(cases)) {
      await row(label, async () => {
        const result = await soon(outcome(() => thing(label).run(label)));
        if (result === "no answer") return result;
        const keys = await thing(label).keys();
        await outcome(() => thing(label).end());
        return [result, keys, await thing(label).keys()];
      });
    }
    return response();
  },
};
