// Timers, microtasks and scheduler.wait: order, arguments, ids, clearing, errors.
import { table } from "../table.js";

const order = (run) => new Promise((resolve) => { const seen = []; run(seen); setTimeout(() => resolve(seen), 30); });

export default {
  async fetch() {
    const { row, response } = table();
    await row("microtasks before timers", () => order((seen) => { setTimeout(() => seen.push("timer"), 0); Promise.resolve().then(() => seen.push("promise")); queueMicrotask(() => seen.push("microtask")); seen.push("sync"); }));
    await row("nested microtasks", () => order((seen) => { setTimeout(() => seen.push("timer"), 0); queueMicrotask(() => { seen.push("outer"); queueMicrotask(() => seen.push("inner")); }); }));
    await row("timers by delay", () => order((seen) => { setTimeout(() => seen.push(15), 15); setTimeout(() => seen.push(1), 1); setTimeout(() => seen.push(8), 8); }));
    await row("timers in order", () => order((seen) => { for (let i = 0; i < 5; i++) setTimeout(() => seen.push(i), 2); }));
    await row("microtasks between timers", () => order((seen) => { setTimeout(() => { seen.push("first"); queueMicrotask(() => seen.push("after first")); }, 1); setTimeout(() => seen.push("second"), 1); }));
    await row("negative and strange delays", () => order((seen) => { setTimeout(() => seen.push("negative"), -5); setTimeout(() => seen.push("NaN"), NaN); setTimeout(() => seen.push("text"), "2"); setTimeout(() => seen.push("undefined")); }));
    await row("arguments", () => new Promise((resolve) => setTimeout((...args) => resolve(args), 1, "a", 2)));
    await row("this", () => new Promise((resolve) => setTimeout(function () { resolve(this === globalThis || this === undefined || typeof this); }, 1)));
    await row("clear", () => order((seen) => { const id = setTimeout(() => seen.push("cleared"), 1); clearTimeout(id); }));
    await row("clear by the other", () => order((seen) => { const id = setTimeout(() => seen.push("cleared"), 1); clearInterval(id); }));
    await row("clear within", () => order((seen) => { let second; setTimeout(() => { seen.push("first"); clearTimeout(second); }, 1); second = setTimeout(() => seen.push("second"), 1); }));
    await row("clear nonsense", () => [clearTimeout(undefined), clearTimeout(null), clearTimeout(123456), clearInterval()]);
    await row("interval", () => new Promise((resolve) => { let count = 0; const id = setInterval(() => { if (++count === 3) { clearInterval(id); resolve(count); } }, 1); }));
    await row("interval is cleared", () => order((seen) => { const id = setInterval(() => { seen.push("tick"); clearInterval(id); }, 1); }));
    await row("id converts", () => { const id = setTimeout(() => {}, 1); clearTimeout(id); return Number.isInteger(Number(id)); });
    await row("error in a timer", () => order((seen) => { setTimeout(() => { throw new Error("in timer"); }, 1); setTimeout(() => seen.push("still runs"), 3); }));
    await row("error in a microtask", () => order((seen) => { queueMicrotask(() => { throw new Error("in microtask"); }); queueMicrotask(() => seen.push("still runs")); }));
    await row("queueMicrotask nothing", () => queueMicrotask());
    await row("wait", () => scheduler.wait(1));
    await row("wait aborted later", () => { const controller = new AbortController(); setTimeout(() => controller.abort(new RangeError("enough")), 1); return scheduler.wait(5000, { signal: controller.signal }); });
    await row("scheduler tag", () => Object.prototype.toString.call(scheduler));
    await row("async order", async () => { const seen = []; const one = (async () => { seen.push(1); await null; seen.push(3); })(); seen.push(2); await one; seen.push(4); return seen; });
    await row("thenable order", async () => { const seen = []; await Promise.all([{ then(resolve) { seen.push("then called"); resolve(); } }, (async () => { await null; seen.push("await null"); })()]); return seen; });
    await row("time does not go back", () => { const before = Date.now(); return Date.now() >= before; });
    await row("performance.now", () => [typeof performance.now(), performance.now() >= 0, typeof performance.timeOrigin]);
    return response();
  },
};
