// node:events: EventEmitter, its statics, EventTargets, errors.
import { table } from "../table.js";
import * as ns from "node:events";
import EE, { once, on, getEventListeners, addAbortListener, EventEmitterAsyncResource, errorMonitor, captureRejectionSymbol } from "events";

const rows = {
  "exports": () => Object.keys(ns).join(),
  "default": () => [ns.default === ns.EventEmitter, EE.EventEmitter === EE, Object.getOwnPropertyNames(EE).sort().join()],
  "prototype": () => Object.getOwnPropertyNames(EE.prototype).sort().join(),
  "own": () => Object.keys(new EE()).join(),
  "call": () => { const o = {}; EE.call(o); return Object.keys(o).join(); },
  "emit": () => { const e = new EE(); const got = []; e.on("a", (...x) => got.push(x)); return [e.emit("a", 1, 2, 3, 4), e.emit("b"), got]; },
  "this": () => { const e = new EE(); let t; e.on("a", function () { t = this; }); e.emit("a"); return t === e; },
  "order": () => { const e = new EE(); const got = []; e.on("a", () => got.push(1)); e.prependListener("a", () => got.push(0)); e.once("a", () => got.push(2)); e.prependOnceListener("a", () => got.push(-1)); e.emit("a"); e.emit("a"); return got; },
  "off": () => { const e = new EE(); const f = () => {}; e.on("a", f).on("a", f); e.off("a", f); return [e.listenerCount("a"), e.off("a", f).listenerCount("a"), e.off("a", f) === e]; },
  "removed while emitting": () => { const e = new EE(); const got = []; const f = () => got.push("f"); e.on("a", () => e.off("a", f)); e.on("a", f); e.emit("a"); e.emit("a"); return got; },
  "removeAllListeners": () => { const e = new EE(); e.on("a", () => {}).on("b", () => {}); e.removeAllListeners("a"); const names = e.eventNames(); e.removeAllListeners(); return [names, e.eventNames()]; },
  "newListener": () => { const e = new EE(); const got = []; e.on("newListener", (n, f) => got.push(n, typeof f)); e.on("a", () => {}); return got; },
  "removeListener event": () => { const e = new EE(); const got = []; e.on("removeListener", (n) => got.push(n)); const f = () => {}; e.once("a", f); e.off("a", f); e.on("b", f); e.removeAllListeners("b"); return got; },
  "listeners": () => { const e = new EE(); const f = () => {}; e.once("a", f); return [e.listeners("a")[0] === f, e.rawListeners("a")[0] === f, e.rawListeners("a")[0].listener === f]; },
  "listenerCount": () => { const e = new EE(); const f = () => {}; e.on("a", f).on("a", () => {}); return [e.listenerCount("a"), e.listenerCount("a", f), EE.listenerCount(e, "a"), ns.listenerCount(e, "z")]; },
  "eventNames": () => { const e = new EE(); e.on("a", () => {}).on(Symbol("s"), () => {}); return e.eventNames().map(String); },
  "error": () => new EE().emit("error", new RangeError("boom")),
  "error no error": () => new EE().emit("error", "text"),
  "error object": () => new EE().emit("error", { a: 1 }),
  "error nothing": () => new EE().emit("error"),
  "error code": () => { try { new EE().emit("error", 5); } catch (e) { return [e.code, e.name, e.context]; } },
  "errorMonitor": () => { const e = new EE(); const got = []; e.on(errorMonitor, (x) => got.push(x.message)); e.on("error", () => got.push("handled")); e.emit("error", new Error("m")); return got; },
  "listener type": () => new EE().on("a", 5),
  "listener null": () => new EE().once("a", null),
  "max": () => { const e = new EE(); return [e.getMaxListeners(), e.setMaxListeners(3) === e, e.getMaxListeners(), EE.defaultMaxListeners]; },
  "max wrong": () => new EE().setMaxListeners(-1),
  "default max wrong": () => { EE.defaultMaxListeners = -1; },
  "default max": () => { EE.defaultMaxListeners = 7; const m = new EE().getMaxListeners(); EE.defaultMaxListeners = 10; return m; },
  "once static": async () => { const e = new EE(); setTimeout(() => e.emit("a", 1, 2), 1); return once(e, "a"); },
  "once rejects": async () => { const e = new EE(); setTimeout(() => e.emit("error", new Error("no")), 1); return once(e, "a"); },
  "once error event": async () => { const e = new EE(); setTimeout(() => e.emit("error", new Error("ok")), 1); return (await once(e, "error"))[0].message; },
  "once aborted": () => once(new EE(), "a", { signal: AbortSignal.abort() }),
  "once aborts": async () => { const c = new AbortController(); setTimeout(() => c.abort(), 1); try { await once(new EE(), "a", { signal: c.signal }); } catch (e) { return [e.name, e.code, e.message]; } },
  "once bad signal": () => once(new EE(), "a", { signal: 5 }),
  "once EventTarget": async () => { const t = new EventTarget(); setTimeout(() => t.dispatchEvent(new Event("x")), 1); return (await once(t, "x"))[0].type; },
  "once wrong": () => once({}, "a"),
  "on static": async () => { const e = new EE(); const it = on(e, "a"); e.emit("a", 1); e.emit("a", 2); return [(await it.next()).value, (await it.next()).value, await it.return()]; },
  "on waits": async () => { const e = new EE(); setTimeout(() => { e.emit("a", 5); e.emit("a", 6); }, 1); const got = []; for await (const x of on(e, "a")) { got.push(x); if (got.length === 2) break; } return [got, e.listenerCount("a")]; },
  "on error": async () => { const e = new EE(); const it = on(e, "a"); setTimeout(() => e.emit("error", new Error("bad")), 1); return it.next(); },
  "on throw": async () => { const e = new EE(); const it = on(e, "a"); return it.throw("x"); },
  "getEventListeners": () => { const e = new EE(); const f = () => {}; e.on("a", f); return [getEventListeners(e, "a").length, getEventListeners(e, "b").length]; },
  "getEventListeners wrong": () => getEventListeners({}, "a"),
  "addAbortListener": () => { const c = new AbortController(); let n = 0; const d = addAbortListener(c.signal, () => n++); c.abort(); return [n, typeof d[Symbol.dispose]]; },
  "addAbortListener wrong": () => addAbortListener(5, () => {}),
  "captureRejections": async () => { const e = new EE({ captureRejections: true }); const p = once(e, "error"); e.on("a", async () => { throw new Error("captured"); }); e.emit("a"); return (await p)[0].message; },
  "captureRejections symbol": async () => { const e = new EE({ captureRejections: true }); let got; e[captureRejectionSymbol] = (err, name, ...args) => { got = [err.message, name, args]; }; e.on("a", async () => { throw new Error("c"); }); e.emit("a", 1); await new Promise((r) => setTimeout(r, 5)); return got; },
  "captureRejections wrong": () => new EE({ captureRejections: 5 }),
  "symbols": () => [String(errorMonitor), String(captureRejectionSymbol), captureRejectionSymbol === Symbol.for("nodejs.rejection")],
  "EventEmitterAsyncResource": () => { const e = new EventEmitterAsyncResource({ name: "R" }); return [e instanceof EE, typeof e.asyncId, e.asyncResource?.constructor?.name]; },
  "subclass": () => { class A extends EE { constructor() { super(); this.x = 1; } } const a = new A(); let n = 0; a.on("q", (v) => { n = v; }); a.emit("q", 4); return n; },
  "setMaxListeners static": () => { const e = new EE(); ns.setMaxListeners(4, e); return [e.getMaxListeners(), ns.getMaxListeners(e)]; },
  "symbol event": () => { const s = Symbol(); const e = new EE(); let n = 0; e.on(s, () => n++); e.emit(s); return n; },
  "proto event": () => { const e = new EE(); let n = 0; e.on("__proto__", () => n++); e.emit("__proto__"); return [n, e.emit("toString")]; },
};

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
