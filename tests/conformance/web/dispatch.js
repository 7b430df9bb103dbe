// Events, EventTarget, AbortController and AbortSignal: options of listeners, phases, dispatch, what is refused.
import { table } from "../table.js";

const shown = (event) => [event.type, event.bubbles, event.cancelable, event.composed, event.defaultPrevented, event.eventPhase, event.isTrusted, event.returnValue, event.cancelBubble];

export default {
  async fetch() {
    const { row, response } = table();
    for (const [kind, args] of Object.entries({ "a type": ["x"], "everything": ["x", { bubbles: true, cancelable: true, composed: true }], "truthy": ["x", { bubbles: 1, cancelable: "y" }], "null": ["x", null], "undefined": ["x", undefined], "a number": [5], "a null type": [null], "no type": [""] })) await row(`Event of ${kind}`, () => shown(new Event(...args)));
    await row("Event with wrong options", () => new Event("x", 5));
    await row("CustomEvent", () => [new CustomEvent("x").detail, new CustomEvent("x", { detail: { a: 1 } }).detail, new CustomEvent("x", { detail: undefined }).detail]);
    await row("ErrorEvent", () => { const event = new ErrorEvent("x", { message: "m", filename: "f", lineno: 1, colno: 2, error: 5 }); return [event.message, event.filename, event.lineno, event.colno, event.error]; });
    await row("ErrorEvent by default", () => { const event = new ErrorEvent("x"); return [event.message, event.filename, event.lineno, event.colno, event.error]; });
    await row("MessageEvent", () => { const event = new MessageEvent("x", { data: { a: 1 }, origin: "o", lastEventId: "1" }); return [event.data, event.origin, event.lastEventId, event.source, event.ports]; });
    await row("CloseEvent", () => { const event = new CloseEvent("x", { code: 1000, reason: "r", wasClean: true }); return [event.code, event.reason, event.wasClean]; });
    await row("members before dispatch", () => { const event = new Event("x"); return [event.target, event.currentTarget, event.srcElement, event.composedPath(), typeof event.timeStamp]; });
    const dispatch = (options, ...listeners) => {
      const target = new EventTarget();
      const event = new Event("x", options);
      const seen = [];
      for (const [listener, settings] of listeners) target.addEventListener("x", (given) => seen.push(listener(given, target) ?? "called"), settings);
      return [target.dispatchEvent(event), seen, event.defaultPrevented, event.eventPhase, event.currentTarget];
    };
    await row("members while dispatched", () => dispatch({}, [(event, target) => [event.target === target, event.currentTarget === target, event.eventPhase, event.composedPath().length]]));
    await row("preventDefault", () => dispatch({ cancelable: true }, [(event) => event.preventDefault()]));
    await row("preventDefault of a passive listener", () => dispatch({ cancelable: true }, [(event) => event.preventDefault(), { passive: true }]));
    for (const cancelable of [false, true]) {
      for (const [kind, listener] of Object.entries({ "prevents": (event) => event.preventDefault(), "gives true": () => true, "gives false": () => false, "gives 1": () => 1, "gives a promise": async () => true, "prevents and gives false": (event) => { event.preventDefault(); return false; }, "prevents and throws": (event) => { event.preventDefault(); throw new Error("thrown"); } })) {
        const told = (add) => { const target = new EventTarget(); const event = new Event("x", { cancelable }); const seen = []; add(target, listener); target.addEventListener("x", () => { seen.push(event.defaultPrevented, event.returnValue); }); return [target.dispatchEvent(event), event.defaultPrevented, event.returnValue, seen]; };
        const label = `${cancelable ? "cancelable" : "not cancelable"}: a listener that ${kind}`;
        await row(label, () => told((target) => target.addEventListener("x", listener)));
        await row(`${label}, passive`, () => told((target) => target.addEventListener("x", listener, { passive: true })));
        await row(`${label}, an object`, () => told((target) => target.addEventListener("x", { handleEvent: listener })));
        await row(`${label}, a handler`, () => kind === "prevents and throws" ? "not asked" : told((target) => { target.onx = listener; }));
      }
    }
    await row("preventDefault outside of dispatch", () => { const events = [new Event("x"), new Event("x", { cancelable: true })]; return events.map((event) => { event.preventDefault(); return [event.defaultPrevented, event.returnValue, new EventTarget().dispatchEvent(event), event.defaultPrevented]; }); });
    await row("preventDefault of no event", () => Event.prototype.preventDefault.call({}));
    await row("defaultPrevented of no event", () => Event.prototype.defaultPrevented);
    await row("reported and prevented", () => { const seen = []; const listener = (event) => { event.preventDefault(); seen.push(event.cancelable, event.defaultPrevented); }; addEventListener("error", listener); reportError(new Error("reported")); removeEventListener("error", listener); return seen; });
    await row("returnValue", () => dispatch({ cancelable: true }, [(event) => { event.returnValue = false; }]));
    await row("stopImmediatePropagation", () => dispatch({}, [(event) => event.stopImmediatePropagation()], [() => "not called"]));
    await row("stopPropagation", () => dispatch({}, [(event) => event.stopPropagation()], [() => "also called"]));
    await row("capturing first", () => dispatch({}, [() => "bubble"], [() => "capture", { capture: true }], [() => "capture too", true]));
    await row("once", () => { const target = new EventTarget(); let count = 0; target.addEventListener("x", () => count++, { once: true }); target.dispatchEvent(new Event("x")); target.dispatchEvent(new Event("x")); return count; });
    await row("same listener twice", () => { const target = new EventTarget(); let count = 0; const listener = () => count++; target.addEventListener("x", listener); target.addEventListener("x", listener); target.addEventListener("x", listener, true); target.dispatchEvent(new Event("x")); return count; });
    await row("removed", () => { const target = new EventTarget(); let count = 0; const listener = () => count++; target.addEventListener("x", listener); target.removeEventListener("x", listener, true); target.dispatchEvent(new Event("x")); target.removeEventListener("x", listener); target.dispatchEvent(new Event("x")); return count; });
    await row("removed while dispatched", () => { const target = new EventTarget(); const seen = []; const second = () => seen.push("second"); target.addEventListener("x", () => { seen.push("first"); target.removeEventListener("x", second); }); target.addEventListener("x", second); target.dispatchEvent(new Event("x")); return seen; });
    await row("added while dispatched", () => { const target = new EventTarget(); const seen = []; target.addEventListener("x", () => { seen.push("first"); target.addEventListener("x", () => seen.push("added")); }); target.dispatchEvent(new Event("x")); return seen; });
    await row("signal", () => { const target = new EventTarget(); const controller = new AbortController(); let count = 0; target.addEventListener("x", () => count++, { signal: controller.signal }); target.dispatchEvent(new Event("x")); controller.abort(); target.dispatchEvent(new Event("x")); return count; });
    await row("signal that was aborted", () => { const target = new EventTarget(); let count = 0; target.addEventListener("x", () => count++, { signal: AbortSignal.abort() }); target.dispatchEvent(new Event("x")); return count; });
    await row("object as a listener", () => { const target = new EventTarget(); const seen = []; const listener = { handleEvent(event) { seen.push(event.type, this === listener); } }; target.addEventListener("x", listener); target.dispatchEvent(new Event("x")); return seen; });
    await row("receiver of a listener", () => { const target = new EventTarget(); let receiver; target.addEventListener("x", function () { receiver = this; }); target.dispatchEvent(new Event("x")); return receiver === target; });
    for (const [kind, args] of Object.entries({ "nothing": [], "a type alone": ["x"], "null": ["x", null], "undefined": ["x", undefined], "a number": ["x", 5], "wrong options": ["x", () => {}, 5], "null options": ["x", () => {}, null], "wrong signal": ["x", () => {}, { signal: 5 }] })) {
      await row(`addEventListener of ${kind}`, () => new EventTarget().addEventListener(...args));
      await row(`removeEventListener of ${kind}`, () => new EventTarget().removeEventListener(...args));
    }
    for (const [kind, value] of Object.entries({ "nothing": undefined, "a text": "x", "an object": { type: "x" } })) await row(`dispatchEvent of ${kind}`, () => value === undefined ? new EventTarget().dispatchEvent() : new EventTarget().dispatchEvent(value));
    await row("dispatched twice", () => { const target = new EventTarget(); const event = new Event("x"); return [target.dispatchEvent(event), target.dispatchEvent(event)]; });
    await row("dispatched while dispatched", () => { const target = new EventTarget(); let error; target.addEventListener("x", (event) => { try { target.dispatchEvent(event); } catch (thrown) { error = thrown; } }); target.dispatchEvent(new Event("x")); return error; });
    await row("extended", () => { class Mine extends EventTarget { constructor() { super(); this.own = 1; } } const target = new Mine(); let seen; target.addEventListener("x", (event) => (seen = event.target.own)); target.dispatchEvent(new (class extends Event {})("x")); return seen; });

    const controller = () => new AbortController();
    await row("signal at first", () => { const { signal } = controller(); return [signal.aborted, signal.reason, signal.onabort, signal instanceof EventTarget]; });
    await row("throwIfAborted", () => { const made = controller(); made.signal.throwIfAborted(); made.abort(new RangeError("r")); made.signal.throwIfAborted(); });
    for (const [kind, reason] of Object.entries({ "undefined": undefined, "null": null, "a text": "x", "zero": 0, "an error": new RangeError("r") })) await row(`reason ${kind}`, () => { const made = controller(); made.abort(reason); return [made.signal.aborted, made.signal.reason]; });
    await row("abort twice", () => { const made = controller(); let count = 0; made.signal.onabort = () => count++; made.abort("a"); made.abort("b"); return [count, made.signal.reason]; });
    await row("abort's event", () => { const made = controller(); const seen = []; made.signal.addEventListener("abort", (event) => seen.push(event.type, event.isTrusted, event.target === made.signal, event.constructor.name)); made.abort(); return seen; });
    await row("onabort and listeners", () => { const made = controller(); const seen = []; made.signal.addEventListener("abort", () => seen.push("listener")); made.signal.onabort = () => seen.push("handler"); made.signal.addEventListener("abort", () => seen.push("last")); made.abort(); return seen; });
    await row("onabort of other values", () => { const { signal } = controller(); signal.onabort = 5; const first = signal.onabort; signal.onabort = null; return [first, signal.onabort]; });
    await row("AbortSignal.abort", () => [AbortSignal.abort().reason, AbortSignal.abort("x").reason, AbortSignal.abort(null).reason]);
    await row("AbortSignal.any", () => { const made = controller(); const any = AbortSignal.any([made.signal, controller().signal]); const before = any.aborted; made.abort("why"); return [before, any.aborted, any.reason]; });
    await row("AbortSignal.any, one aborted", () => AbortSignal.any([controller().signal, AbortSignal.abort("first"), AbortSignal.abort("second")]).reason);
    await row("AbortSignal.any of any", () => { const made = controller(); const any = AbortSignal.any([AbortSignal.any([made.signal])]); made.abort(1); return any.reason; });
    for (const [kind, delay] of Object.entries({ "text": "1", "negative": -1, "NaN": NaN, "words": "x" })) await row(`timeout of ${kind}`, async () => { const signal = AbortSignal.timeout(delay); await scheduler.wait(20); return [signal.aborted, signal.reason?.name]; });
    await row("timeout of nothing", () => AbortSignal.timeout());
    await row("timeout", async () => { const signal = AbortSignal.timeout(1); const event = await new Promise((resolve) => (signal.onabort = resolve)); return [event.type, signal.reason]; });
    await row("wrong receiver", () => AbortController.prototype.abort.call({}));
    return response();
  },
};
