// Events: listeners of every kind and option, what throws in them and where that goes, signals in chains, ports that close and move.
import { table } from "../table.js";

const text = (error) => (error instanceof Error ? `${error.name}: ${error.message}` : error);
const caught = (work) => { try { return ["returned", work()]; } catch (error) { return ["threw", text(error)]; } };
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", text(error)]; } };
/** What the scope's error event is told while this runs. */
async function reported(work, prevent = true) {
  const seen = [];
  const listener = (event) => { seen.push([event.constructor.name, event.message, text(event.error), event.bubbles, event.target === globalThis]); if (prevent) event.preventDefault(); };
  addEventListener("error", listener);
  try { await work(seen); } finally { removeEventListener("error", listener); }
  return seen;
}

export default {
  async fetch() {
    const t = table();
    const row = (label, subject) => t.row(label, () => Promise.race([(async () => subject())(), scheduler.wait(10_000).then(() => "HANG")]));
    for (const thrown of [new RangeError("r"), "text", undefined, null, 5, { a: 1 }, Symbol("x")]) {
      await row(`listener throws ${String(thrown)}`, () => reported((seen) => { const target = new EventTarget(); target.addEventListener("x", () => { seen.push("first"); throw thrown; }); target.addEventListener("x", () => seen.push("second")); seen.push(caught(() => target.dispatchEvent(new Event("x")))); }));
      if (typeof thrown !== "symbol" && thrown?.a === undefined) await row(`reportError of ${String(thrown)}`, () => reported((seen) => seen.push(caught(() => reportError(thrown)))));
    }
    await row("function with handleEvent", () => { const target = new EventTarget(); const seen = []; const listener = () => seen.push("function"); listener.handleEvent = () => seen.push("handleEvent"); target.addEventListener("x", listener); target.dispatchEvent(new Event("x")); return seen; });
    await row("listener gives a promise that rejects", async () => { const seen = []; const listener = (event) => { seen.push(event.type, String(event.reason)); event.preventDefault(); }; addEventListener("unhandledrejection", listener); const target = new EventTarget(); target.addEventListener("x", async () => { throw new RangeError("async"); }); const result = target.dispatchEvent(new Event("x")); await scheduler.wait(2); removeEventListener("unhandledrejection", listener); return [result, seen]; });
    await row("listener gives false", () => { const target = new EventTarget(); target.addEventListener("x", () => false); return target.dispatchEvent(new Event("x", { cancelable: true })); });
    await row("listener's value that is a thenable", () => { const target = new EventTarget(); let asked = 0; target.addEventListener("x", () => ({ get then() { asked++; } })); target.dispatchEvent(new Event("x")); return asked; });
    for (const value of [undefined, null, 0, 1, "capture", {}, { capture: 1 }, { once: "x" }, { passive: 0 }, true, []]) await row(`options ${JSON.stringify(value)}`, () => caught(() => { const target = new EventTarget(); let count = 0; target.addEventListener("x", () => count++, value); target.dispatchEvent(new Event("x")); target.dispatchEvent(new Event("x")); return count; }));
    for (const once of [true, false]) for (const capture of [true, false]) await row(`once ${once} capture ${capture}, removed`, () => { const target = new EventTarget(); let count = 0; const listener = () => count++; target.addEventListener("x", listener, { once, capture }); target.removeEventListener("x", listener, { capture: !capture }); target.dispatchEvent(new Event("x")); target.removeEventListener("x", listener, capture); target.dispatchEvent(new Event("x")); return count; });
    await row("once that adds itself", () => { const target = new EventTarget(); let count = 0; const listener = () => { count++; target.addEventListener("x", listener, { once: true }); }; target.addEventListener("x", listener, { once: true }); target.dispatchEvent(new Event("x")); target.dispatchEvent(new Event("x")); return count; });
    await row("once that dispatches", () => { const target = new EventTarget(); let count = 0; target.addEventListener("x", () => { if (++count < 5) target.dispatchEvent(new Event("x")); }, { once: true }); target.dispatchEvent(new Event("x")); return count; });
    await row("signal aborted while dispatched", () => { const target = new EventTarget(); const controller = new AbortController(); const seen = []; target.addEventListener("x", () => { seen.push(1); controller.abort(); }); target.addEventListener("x", () => seen.push(2), { signal: controller.signal }); target.dispatchEvent(new Event("x")); return seen; });
    await row("signal with once", () => { const target = new EventTarget(); const controller = new AbortController(); let count = 0; target.addEventListener("x", () => count++, { signal: controller.signal, once: true }); target.dispatchEvent(new Event("x")); controller.abort(); target.dispatchEvent(new Event("x")); return count; });
    await row("signal of a removed listener", () => { const target = new EventTarget(); const controller = new AbortController(); let count = 0; const listener = () => count++; target.addEventListener("x", listener, { signal: controller.signal }); target.removeEventListener("x", listener); target.addEventListener("x", listener); controller.abort(); target.dispatchEvent(new Event("x")); return count; });
    for (const signal of [null, undefined, 5, {}, "x"]) await row(`signal of ${String(signal)}`, () => caught(() => new EventTarget().addEventListener("x", () => {}, { signal })));
    for (const type of [null, undefined, 5, "", {}, Symbol("x")]) await row(`type of ${String(type)}`, () => caught(() => { const target = new EventTarget(); let seen; target.addEventListener(type, (event) => { seen = event.type; }); target.dispatchEvent(new Event(type)); return seen; }));
    await row("types are case sensitive", () => { const target = new EventTarget(); let count = 0; target.addEventListener("X", () => count++); target.dispatchEvent(new Event("x")); return count; });
    await row("cancelBubble", () => { const event = new Event("x", { bubbles: true }); const before = event.cancelBubble; event.cancelBubble = true; const after = event.cancelBubble; event.cancelBubble = false; return [before, after, event.cancelBubble]; });
    await row("initEvent", () => typeof new Event("x").initEvent);
    await row("own members of an event", () => Object.keys(new Event("x")));
    await row("EventTarget called", () => caught(() => EventTarget()));
    await row("this of addEventListener", () => caught(() => EventTarget.prototype.addEventListener.call({}, "x", () => {})));
    await row("the scope's listeners without a receiver", () => { const seen = []; const { addEventListener: add, dispatchEvent: dispatch, removeEventListener: remove } = globalThis; const listener = () => seen.push("called"); const added = caught(() => add("scope-test", listener)); const dispatched = caught(() => dispatch(new Event("scope-test"))); caught(() => remove("scope-test", listener)); return [added, dispatched, seen]; });
    await row("timeStamp", () => { const event = new Event("x"); return [typeof event.timeStamp, event.timeStamp >= 0, event.timeStamp]; });
    await row("current target after", () => { const target = new EventTarget(); const event = new Event("x"); target.dispatchEvent(event); return [event.target === target, event.currentTarget, event.eventPhase, event.srcElement === target]; });
    await row("one event to two targets", () => { const a = new EventTarget(), b = new EventTarget(); const event = new Event("x"); a.dispatchEvent(event); b.dispatchEvent(event); return event.target === b; });
    for (const [name, init] of Object.entries({ CustomEvent: { detail: 5 }, ErrorEvent: { message: "m", filename: "f", lineno: 7, colno: -1, error: null }, MessageEvent: { data: 5, origin: 6, lastEventId: 7, source: null, ports: [] }, CloseEvent: { code: "1001", reason: 5, wasClean: 1 } })) { await row(`${name}'s odd members`, () => caught(() => { const event = new globalThis[name]("x", init); return Object.keys(init).map((key) => event[key]); })); for (const given of [undefined, {}]) await row(`${name} of ${JSON.stringify(given)}`, () => caught(() => new globalThis[name]("x", given).type)); }
    await row("MessageEvent with ports", () => caught(() => { const { port1 } = new MessageChannel(); const event = new MessageEvent("x", { data: 1, ports: [port1] }); return event.ports.length; }));
    await row("error event of a CloseEvent's text", () => caught(() => new CloseEvent("x", { code: 70000 }).code));

    const signals = () => { const a = new AbortController(), b = new AbortController(); const any = AbortSignal.any([a.signal, b.signal]); return { a, b, any }; };
    await row("any's order of events", () => { const { a, any } = signals(); const seen = []; const chain = AbortSignal.any([any]); chain.addEventListener("abort", () => seen.push("chain")); any.addEventListener("abort", () => seen.push("any")); a.signal.addEventListener("abort", () => seen.push(["source", any.aborted, chain.aborted])); a.abort("x"); return [seen, chain.reason]; });
    await row("any of the same twice", () => { const { a } = signals(); const any = AbortSignal.any([a.signal, a.signal]); let count = 0; any.onabort = () => count++; a.abort(); return count; });
    await row("any's first reason stays", () => { const { a, b, any } = signals(); a.abort("a"); b.abort("b"); return any.reason; });
    await row("any of timeouts", async () => { const any = AbortSignal.any([AbortSignal.timeout(1), AbortSignal.timeout(1000)]); await new Promise((resolve) => { any.onabort = resolve; }); return [any.aborted, text(any.reason)]; });
    await row("any aborted in a listener", () => { const { a, b, any } = signals(); const seen = []; a.signal.addEventListener("abort", () => { b.abort("b"); seen.push(any.reason); }); any.addEventListener("abort", () => seen.push(["any", any.reason])); a.abort("a"); return [seen, any.reason]; });
    await row("any of an aborted chain", () => { const { a, any } = signals(); a.abort("x"); const late = AbortSignal.any([any]); return [late.aborted, late.reason]; });
    for (const given of [undefined, null, 5, "ab", {}, [null], [{}]]) await row(`any of ${Object.prototype.toString.call(given)} ${String(given)}`, () => caught(() => { const made = AbortSignal.any(given); return [made.aborted, made.reason]; }));
    await row("any's instance", () => { const { any } = signals(); return [any instanceof AbortSignal, any.constructor.name, Object.prototype.toString.call(any)]; });
    await row("onabort replaced", () => { const controller = new AbortController(); const seen = []; controller.signal.onabort = () => seen.push(1); controller.signal.addEventListener("abort", () => seen.push(2)); controller.signal.onabort = () => seen.push(3); controller.abort(); return seen; });
    await row("onabort of an object", () => { const controller = new AbortController(); const seen = []; controller.signal.onabort = { handleEvent() { seen.push("handled"); } }; controller.abort(); return [seen, typeof controller.signal.onabort]; });
    await row("dispatchEvent of abort", () => { const { signal } = new AbortController(); const seen = []; signal.onabort = (event) => seen.push(event.isTrusted); signal.dispatchEvent(new Event("abort")); return [seen, signal.aborted]; });
    await row("abort in an abort listener", () => { const controller = new AbortController(); let count = 0; controller.signal.addEventListener("abort", () => { count++; controller.abort("again"); }); controller.abort("first"); return [count, controller.signal.reason]; });
    await row("reason's stack", () => { const { reason } = AbortSignal.abort(); return [typeof reason.stack, reason.stack.split("\n")[0]]; });
    await row("reasons are kept by identity", () => { const reason = {}; const { a, any } = signals(); a.abort(reason); return [a.signal.reason === reason, any.reason === reason, caught(() => any.throwIfAborted())[1] === reason]; });
    await row("default reasons are shared", () => { const { a, any } = signals(); a.abort(); return a.signal.reason === any.reason; });
    await row("timeouts in order", async () => { const seen = []; const made = [3, 1, 2].map((delay) => { const signal = AbortSignal.timeout(delay * 10); signal.onabort = () => seen.push(delay); return signal; }); await scheduler.wait(60); return [seen, made.map(({ aborted }) => aborted)]; });
    for (const delay of [undefined, null, "5", -1, NaN, Infinity, 2 ** 53, 1.5, {}]) await row(`timeout of ${String(delay)}`, () => caught(() => { const made = AbortSignal.timeout(delay); return made.aborted; }));
    await row("timeout and abort listeners' reasons", async () => { const signal = AbortSignal.timeout(1); const event = await new Promise((resolve) => signal.addEventListener("abort", resolve)); return [event.isTrusted, signal.reason.name, signal.reason.code, signal.reason instanceof DOMException]; });
    for (const options of [null, 5, "x", {}, { signal: null }, { signal: 5 }]) await row(`wait with ${JSON.stringify(options)}`, () => settled(Promise.resolve().then(() => scheduler.wait(1, options))));
    for (const delay of [undefined, null, "1", -1, NaN, {}]) await row(`wait of ${String(delay)}`, () => settled(Promise.resolve().then(() => scheduler.wait(delay))));

    const ports = () => { const { port1, port2 } = new MessageChannel(); const seen = []; port2.onmessage = ({ data }) => seen.push(data); return { port1, port2, seen }; };
    for (const [kind, value] of Object.entries({ "null": null, "a bigint": 5n, "a date": new Date(5), "an error": new RangeError("r"), "a set": new Set([1]), "a regexp": /x/g, "a view": new Uint8Array([1, 2]) })) await row(`message of ${kind}`, async () => { const { port1, seen } = ports(); port1.postMessage(value); await scheduler.wait(2); return seen; });
    for (const [kind, value] of Object.entries({ "a symbol": Symbol("x"), "a function": () => {}, "a promise": Promise.resolve(), "a WeakMap": new WeakMap(), "a port": new MessageChannel().port1, "a stream": new ReadableStream(), "a Response": new Response() })) await row(`message of ${kind}`, () => caught(() => new MessageChannel().port1.postMessage(value)));
    for (const [kind, transfer] of Object.entries({ "null": null, "an empty list": [], "a list of objects": [{}], "an object": {} })) await row(`transfer of ${kind}`, () => caught(() => new MessageChannel().port1.postMessage(1, transfer)));
    await row("transfer a buffer", async () => { const { port1, seen } = ports(); const buffer = new Uint8Array([1, 2]).buffer; const sent = caught(() => port1.postMessage(buffer, [buffer])); await scheduler.wait(2); return [sent, buffer.detached, seen]; });
    await row("transfer a port", () => caught(() => { const { port1 } = new MessageChannel(); new MessageChannel().port1.postMessage(port1, [port1]); }));
    await row("messages are copies", async () => { const { port1, seen } = ports(); const value = { a: 1 }; port1.postMessage(value); value.a = 2; await scheduler.wait(2); return [seen, seen[0] === value]; });
    await row("both ways", async () => { const { port1, port2 } = new MessageChannel(); const seen = []; port1.onmessage = ({ data }) => seen.push(["1", data]); port2.onmessage = ({ data }) => { seen.push(["2", data]); port2.postMessage(data + 1); }; port1.postMessage(1); await scheduler.wait(2); return seen; });
    await row("closed by the receiver", async () => { const { port1, port2, seen } = ports(); port1.postMessage(1); port2.close(); await scheduler.wait(2); return [seen, caught(() => port1.postMessage(2))]; });
    await row("closed twice", () => { const { port1 } = ports(); return [caught(() => port1.close()), caught(() => port1.close()), caught(() => port1.start())]; });
    await row("message and microtasks", async () => { const { port1, port2 } = new MessageChannel(); const seen = []; port2.onmessage = ({ data }) => { seen.push(data); Promise.resolve().then(() => seen.push(`after ${data}`)); }; port1.postMessage(1); port1.postMessage(2); setTimeout(() => seen.push("timeout")); queueMicrotask(() => seen.push("microtask")); await scheduler.wait(5); return seen; });
    await row("port's instance", () => { const { port1 } = new MessageChannel(); return [port1 instanceof MessagePort, port1 instanceof EventTarget, Object.keys(port1), typeof port1.ref, typeof port1.onmessageerror]; });
    await row("channel's ports are kept", () => { const made = new MessageChannel(); return [made.port1 === made.port1, made.port1 === made.port2, Object.keys(made)]; });
    return t.response();
  },
};
