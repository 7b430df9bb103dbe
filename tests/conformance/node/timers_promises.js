// node:timers and node:timers/promises: order, arguments, ends, aborts.
import { table } from "../table.js";
import timers, { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } from "node:timers";
import promises, { scheduler as nodeScheduler } from "node:timers/promises";

const told = (error) => [error.name, error.code, error.message, error.cause];
const failing = async (make) => { try { return await make(); } catch (error) { return told(error); } };
const turn = () => new Promise((resolve) => setImmediate(resolve));
const rows = {
  "timeouts of one time in order": () => new Promise((resolve) => { const got = []; for (const name of ["x", "y", "z"]) setTimeout(() => got.push(name), 2); setTimeout(() => resolve(got), 2); }),
  "immediates in order": () => new Promise((resolve) => { const got = []; setImmediate(() => { got.push(1); setImmediate(() => { got.push(3); resolve(got); }); }); setImmediate(() => got.push(2)); }),
  "arguments": async () => [await new Promise((resolve) => setTimeout((...args) => resolve(args), 1, 1, "2", [3])), await new Promise((resolve) => setImmediate((...args) => resolve(args), 1, "2")), await new Promise((resolve) => { const timer = setInterval((...args) => { clearInterval(timer); resolve(args); }, 1, 1, 2); })],
  "an interval goes on": () => new Promise((resolve) => { let count = 0; const timer = setInterval(() => { if (++count === 3) { clearInterval(timer); resolve(count); } }, 1); }),
  "an interval ends itself": async () => { let count = 0; await new Promise((resolve) => { const timer = setInterval(() => { count++; clearInterval(timer); resolve(); }, 1); }); await promises.setTimeout(10); return count; },
  "cleared": async () => { const got = []; clearTimeout(setTimeout(() => got.push("timeout"), 1)); clearInterval(setInterval(() => got.push("interval"), 1)); clearImmediate(setImmediate(() => got.push("immediate"))); await promises.setTimeout(10); return got; },
  "cleared by the other name": async () => { const got = []; clearInterval(setTimeout(() => got.push("timeout"), 1)); clearTimeout(setInterval(() => got.push("interval"), 1)); await promises.setTimeout(10); return got; },
  "an immediate clears the next": async () => { const got = []; const next = {}; setImmediate(() => { got.push("first"); clearImmediate(next.made); }); next.made = setImmediate(() => got.push("second")); await turn(); await turn(); return got; },
  "nothing to clear": () => [undefined, null, {}, "x", NaN].map((value) => [clearTimeout(value), clearInterval(value)].map(String).join()).join(),
  "cleared twice": () => { const timer = setTimeout(() => {}, 1); return [clearTimeout(timer), clearTimeout(timer)]; },
  "delays": () => Promise.all([undefined, null, 0, -1, NaN, "1", 1.9, {}].map((delay) => new Promise((resolve) => setTimeout(() => resolve(true), delay)))),
  "no function": () => [5, "code", null, undefined, {}].map((value) => [setTimeout, setInterval, setImmediate].map((make) => { try { return typeof make(value); } catch (error) { return `${error.name} ${error.code} ${error.message}`; } }).join(" / ")),
  "a Timeout": () => { const timer = setTimeout(() => {}, 1); const got = [timer.hasRef(), timer.unref() === timer, timer.hasRef(), timer.ref() === timer, timer.hasRef(), timer.refresh() === timer, typeof timer[Symbol.toPrimitive](), typeof timer[Symbol.dispose]]; clearTimeout(timer); return got; },
  "a Timeout is closed": async () => { const got = []; const timer = setTimeout(() => got.push("fired"), 1); got.push(timer.close() === timer); await promises.setTimeout(10); return got; },
  "a Timeout is disposed of": async () => { const got = []; const timer = setTimeout(() => got.push("fired"), 1); timer[Symbol.dispose](); await promises.setTimeout(10); return got; },
  "a Timeout starts anew": async () => { let count = 0; let fired; const timer = setTimeout(() => { count++; fired(); }, 1); await new Promise((resolve) => (fired = resolve)); await new Promise((resolve) => { fired = resolve; timer.refresh(); }); return count; },
  "an Immediate": () => { const immediate = setImmediate(() => {}); const got = [immediate.hasRef(), immediate.unref() === immediate, immediate.hasRef(), immediate.ref() === immediate, typeof immediate[Symbol.dispose]]; clearImmediate(immediate); return got; },
  "an Immediate is disposed of": async () => { const got = []; setImmediate(() => got.push("fired"))[Symbol.dispose](); await turn(); await turn(); return got; },
  "by a number": async () => { const got = []; clearTimeout(+setTimeout(() => got.push("number"), 1)); clearTimeout(String(+setTimeout(() => got.push("text"), 1))); await promises.setTimeout(10); return got; },
  "order within a turn": async () => { const got = []; await new Promise((resolve) => { setImmediate(() => { got.push("immediate"); resolve(); }); queueMicrotask(() => got.push("microtask")); got.push("sync"); }); return got; },
  "microtasks between immediates": async () => { const got = []; setImmediate(() => { got.push("first"); queueMicrotask(() => got.push("microtask")); Promise.resolve().then(() => got.push("promise")); }); setImmediate(() => got.push("second")); await turn(); await turn(); return got; },
  "ticks of an immediate": async () => { const got = []; await new Promise((resolve) => setImmediate(() => { process.nextTick(() => got.push("tick")); setImmediate(() => { got.push("immediate"); resolve(); }); got.push("sync"); })); return got; },
  "setTimeout of promises": async () => [await promises.setTimeout(1), await promises.setTimeout(1, "value"), await promises.setTimeout(undefined, "no delay"), await promises.setTimeout(1, Promise.resolve("promise"))],
  "setImmediate of promises": async () => [await promises.setImmediate(), await promises.setImmediate("value")],
  "setTimeout aborted": async () => { const controller = new AbortController(); const promise = failing(() => promises.setTimeout(10_000, "value", { signal: controller.signal })); controller.abort(); return (await promise).slice(0, 3); },
  "setTimeout aborted for a reason": async () => { const controller = new AbortController(); const promise = failing(() => promises.setTimeout(10_000, "value", { signal: controller.signal })); controller.abort("why"); return promise; },
  "setTimeout aborted before": async () => failing(() => promises.setTimeout(1, "value", { signal: AbortSignal.abort("why") })),
  "setTimeout aborted after": async () => { const controller = new AbortController(); const value = await promises.setTimeout(1, "value", { signal: controller.signal }); controller.abort(); return value; },
  "setImmediate aborted": async () => { const controller = new AbortController(); const promise = failing(() => promises.setImmediate("value", { signal: controller.signal })); controller.abort("why"); return promise; },
  "setImmediate aborted before": async () => failing(() => promises.setImmediate("value", { signal: AbortSignal.abort("why") })),
  "setInterval of promises": async () => { const got = []; for await (const value of promises.setInterval(1, "value")) { got.push(value); if (got.length === 3) break; } return got; },
  "setInterval aborted": async () => { const controller = new AbortController(); const got = []; const ended = await failing(async () => { for await (const value of promises.setInterval(1, "value", { signal: controller.signal })) { got.push(value); if (got.length === 2) controller.abort("why"); } }); return [got, ended]; },
  "setInterval aborted before": async () => failing(async () => { for await (const _ of promises.setInterval(1, "value", { signal: AbortSignal.abort("why") })); }),
  "setInterval by hand": async () => { const ticks = promises.setInterval(1, "value"); const got = [await ticks.next(), await ticks.return("end"), await ticks.next()]; return got; },
  "wrong options": async () => { const got = []; for (const name of ["setTimeout", "setImmediate"]) for (const options of [5, null, { signal: 5 }, { signal: {} }, { ref: 5 }]) got.push((await failing(() => (name === "setTimeout" ? promises.setTimeout(1, "v", options) : promises.setImmediate("v", options)))).toString()); return got; },
  "wrong options of setInterval": async () => { const got = []; for (const options of [5, null, { signal: 5 }, { ref: 5 }]) got.push((await failing(() => promises.setInterval(1, "v", options).next().then(String))).toString()); return got; },
  "wrong delays": async () => { const got = []; for (const delay of ["1", {}, true, null]) got.push((await failing(() => promises.setTimeout(delay, "v"))).toString()); return got; },
  "scheduler": async () => [await nodeScheduler.wait(1), await nodeScheduler.yield(), (await failing(() => nodeScheduler.wait(10_000, { signal: AbortSignal.abort() }))).slice(0, 2)],
  "scheduler: wrong arguments": async () => [(await failing(() => nodeScheduler.wait(1, 5))).join(), (await failing(() => nodeScheduler.wait(1, { signal: 5 }))).join(), nodeScheduler.wait.length, (() => { try { nodeScheduler.wait.call({}, 1); } catch (error) { return `${error.name} ${error.code} ${error.message}`; } })()],
  "functions of timers": () => ["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate", "active", "enroll", "unenroll"].map((name) => [timers[name].name, timers[name].length, timers[name] === globalThis[name]].join()),
  "clearImmediate of none": () => [undefined, null, 5, {}].map((value) => [timers.clearImmediate, globalThis.clearImmediate].map((clear) => { try { return clear(value); } catch (error) { return `${error.name} ${error.message}`; } }).join(" / ")),
  "unenroll": async () => { const got = []; timers.unenroll(setTimeout(() => got.push("a"), 1)); timers.unenroll(+setTimeout(() => got.push("b"), 1)); timers.unenroll({}); timers.active(5); await promises.setTimeout(10); return got; },
  "shape of timers.promises": () => [Object.keys(timers.promises).join(), Object.getPrototypeOf(timers.promises), timers.promises[Symbol.toStringTag], Object.isExtensible(timers.promises)],
  "promises of timers": () => [timers.promises === promises, timers.promises.setTimeout === promises.setTimeout],
};

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
