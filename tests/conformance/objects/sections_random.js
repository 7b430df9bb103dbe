// Random programs of transactions, blocks, writes and waits, some of which outlive what they are in: what each leaves in the storage of its
// object, before and after a reset.
import { DurableObject } from "cloudflare:workers";
import { table } from "../table.js";

const PROGRAMS = 90;
const AT_A_TIME = 15;

function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Steps; those of a transaction are awaited inside it.
function program(next, depth, inTransaction) {
  return Array.from({ length: 1 + Math.floor(next() * 4) }, () => {
    const kind = next();
    if (kind < 0.15) return { kind: "wait" };
    if (kind < 0.2) return { kind: "wait for what is around" };
    if (kind < 0.3) return { kind: "call" };
    if (kind < 0.35) return { kind: "microtasks" };
    if (kind < 0.5 || depth === 4) return { kind: "put" };
    const isTransaction = kind < 0.75;
    const steps = program(next, depth + 1, inTransaction || isTransaction);
    const awaited = next();
    return {
      kind: isTransaction ? "transaction" : "block",
      steps,
      fails: isTransaction && next() < 0.25,
      awaited: awaited < 0.55 ? "at once" : awaited < 0.8 || inTransaction ? "at the end" : "outside",
    };
  });
}

export class Store extends DurableObject {
  ping() {}
  async run(seed) {
    const { storage } = this.ctx;
    const outside = [];
    const run = async (steps, path, around) => {
      const atTheEnd = [];
      for (const [index, { kind, steps: inner, fails, awaited }] of steps.entries()) {
        const key = `${path}.${index}`;
        if (kind === "wait") await scheduler.wait(1);
        else if (kind === "wait for what is around") around.push(scheduler.wait(1));
        else if (kind === "call") await this.env.Store.getByName("peer").ping();
        else if (kind === "microtasks") for (let i = 0; i < 5; i++) await null;
        else if (kind === "put") storage.kv.put(key, 1);
        else {
          const work = async () => { await run(inner, key, atTheEnd); if (fails) throw new Error("undo"); };
          const section = (kind === "block" ? this.ctx.blockConcurrencyWhile(work) : storage.transaction(work)).catch(() => {});
          if (awaited === "at once") await section;
          else (awaited === "at the end" ? atTheEnd : outside).push(section);
        }
      }
      for (const promise of atTheEnd) await promise;
    };
    await run(program(random(seed), 0, false), seed, outside);
    await Promise.all(outside);
    return "done";
  }
  keys() {
    return [...this.ctx.storage.kv.list()].map(([key]) => key).join(" ");
  }
  end() {
    this.ctx.abort("ended");
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const soon = (promise) => Promise.race([promise, scheduler.wait(5000).then(() => "no answer")]);
    const seen = [];
    for (let first = 0; first < PROGRAMS; first += AT_A_TIME) {
      await Promise.all(Array.from({ length: AT_A_TIME }, async (_, index) => {
        const seed = first + index;
        const store = () => env.Store.getByName(`store ${seed}`);
        const end = await soon(store().run(seed));
        if (end === "no answer") return (seen[seed] = end);
        const keys = await store().keys();
        await store().end().catch(() => {});
        seen[seed] = (await store().keys()) === keys ? keys : "lost";
      }));
    }
    for (const [seed, keys] of seen.entries()) await row(`program ${seed}`, keys);
    return response();
  },
};
