// Timers: arguments, identifiers, order, clearing, errors, intervals, scheduler.wait, queueMicrotask.
import { table } from "../table.js";

const later = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));

export default {
  async fetch() {
    const { row, response } = table();
    for (const [kind, delay] of Object.entries({ "undefined": undefined, "null": null, "text": "1", "words": "x", "NaN": NaN, "negative": -5, "fraction": 0.5, "object": { valueOf: () => 1 }, "infinite": -Infinity, "boolean": true, "array": [1] })) {
      await row(`delay ${kind}`, () => new Promise((resolve) => setTimeout(() => resolve("fired"), delay)));
    }
    await row("delay of a bigint", () => setTimeout(() => {}, 5n));
    await row("delay of a symbol", () => setTimeout(() => {}, Symbol("x")));
    for (const [kind, callback] of Object.entries({ "text": "1", "undefined": undefined, "null": null, "object": {}, "number": 5 })) {
      await row(`setTimeout of ${kind}`, () => setTimeout(callback, 0));
      await row(`setInterval of ${kind}`, () => setInterval(callback, 0));
      await row(`queueMicrotask of ${kind}`, () => queueMicrotask(callback));
    }
    await row("setTimeout of nothing", () => setTimeout());
    await row("queueMicrotask of nothing", () => queueMicrotask());
    await row("arguments", () => new Promise((resolve) => setTimeout((...args) => resolve(args), 0, 1, undefined, "x")));
    await row("receiver", () => new Promise((resolve) => setTimeout(function () { resolve(String(this)); }, 0)));
    await row("in order", async () => {
      const seen = [];
      setTimeout(() => seen.push("b"), 20);
      setTimeout(() => seen.push("a"), 1);
      setTimeout(() => seen.push("a2"), 1);
      queueMicrotask(() => seen.push("microtask"));
      Promise.resolve().then(() => seen.push("reaction"));
      seen.push("now");
      await later(50);
      return seen;
    });
    await row("microtasks between timers", async () => {
      const seen = [];
      setTimeout(() => { seen.push("1"); Promise.resolve().then(() => seen.push("1m")); }, 1);
      setTimeout(() => { seen.push("2"); queueMicrotask(() => seen.push("2m")); }, 1);
      await later(30);
      return seen;
    });
    await row("nested", async () => {
      const seen = [];
      setTimeout(() => { seen.push(1); setTimeout(() => { seen.push(2); setTimeout(() => seen.push(3), 0); }, 0); }, 0);
      await later(50);
      return seen;
    });
    await row("cleared", async () => {
      const seen = [];
      const timer = setTimeout(() => seen.push("fired"), 5);
      clearTimeout(timer);
      clearTimeout(timer);
      const interval = setInterval(() => seen.push("interval"), 5);
      clearTimeout(interval);
      await later(30);
      return seen;
    });
    await row("cleared by the other's name", async () => {
      let fired = false;
      clearInterval(setTimeout(() => (fired = true), 5));
      await later(20);
      return fired;
    });
    await row("cleared by another timer", async () => {
      const seen = [];
      let second;
      setTimeout(() => { seen.push("first"); clearTimeout(second); }, 1);
      second = setTimeout(() => seen.push("second"), 10);
      await later(30);
      return seen;
    });
    for (const [kind, value] of Object.entries({ "undefined": undefined, "null": null, "zero": 0, "unknown": 123456, "text": "x", "object": {}, "NaN": NaN, "negative": -1 })) await row(`clear ${kind}`, () => clearTimeout(value));
    await row("clear nothing", () => [clearTimeout(), clearInterval()]);
    await row("interval", () => new Promise((resolve) => {
      let count = 0;
      const interval = setInterval((step) => {
        count += step;
        if (count === 6) {
          clearInterval(interval);
          resolve(count);
        }
      }, 1, 2);
    }));
    await row("interval cleared inside", async () => {
      let count = 0;
      const interval = setInterval(() => { count++; clearInterval(interval); }, 1);
      await later(20);
      return count;
    });
    await row("callback that throws", async () => {
      const seen = [];
      const listener = (event) => { seen.push(event.type, event.message, String(event.error)); event.preventDefault(); };
      addEventListener("error", listener);
      setTimeout(() => { throw new RangeError("from a timer"); }, 0);
      await later(10);
      removeEventListener("error", listener);
      return seen;
    });
    await row("interval that throws goes on", async () => {
      let count = 0;
      const listener = (event) => event.preventDefault();
      addEventListener("error", listener);
      const interval = setInterval(() => { if (++count === 3) clearInterval(interval); throw new Error("again"); }, 1);
      await later(60);
      clearInterval(interval);
      removeEventListener("error", listener);
      return count;
    });
    await row("microtask that throws", async () => {
      const seen = [];
      const listener = (event) => { seen.push(event.message); event.preventDefault(); };
      addEventListener("error", listener);
      queueMicrotask(() => { throw new RangeError("from a microtask"); });
      await later(5);
      removeEventListener("error", listener);
      return seen;
    });
    await row("a callback's promise", async () => {
      const seen = [];
      const listener = (event) => seen.push(event.type, String(event.reason));
      addEventListener("unhandledrejection", listener);
      setTimeout(async () => { throw new Error("rejected"); }, 0);
      await later(20);
      removeEventListener("unhandledrejection", listener);
      return seen;
    });
    await row("many", async () => {
      let count = 0;
      for (let index = 0; index < 500; index++) setTimeout(() => count++, index % 3);
      await later(100);
      return count;
    });
    for (const [kind, args] of Object.entries({ "nothing": [], "a number": [1], "text": ["1"], "words": ["x"], "negative": [-1], "null options": [1, null], "number options": [1, 5], "no signal": [1, {}], "undefined signal": [1, { signal: undefined }] })) await row(`wait ${kind}`, () => scheduler.wait(...args));
    await row("wait with a wrong signal", () => scheduler.wait(1, { signal: {} }));
    await row("wait, aborted before", () => scheduler.wait(1000, { signal: AbortSignal.abort(new RangeError("before")) }));
    await row("wait, aborted meanwhile", () => { const controller = new AbortController(); setTimeout(() => controller.abort(), 1); return scheduler.wait(1000, { signal: controller.signal }); });
    await row("wait, timed out", () => scheduler.wait(1000, { signal: AbortSignal.timeout(1) }));
    await row("wait, aborted afterwards", async () => { const controller = new AbortController(); await scheduler.wait(1, { signal: controller.signal }); controller.abort(); return "done"; });
    await row("setTimeout called on something else", () => setTimeout.call({}, () => {}, 0) !== undefined);
    await row("scheduler's wrong receiver", () => scheduler.wait.call({}, 1));
    return response();
  },
};
