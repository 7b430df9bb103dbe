// Event, EventTarget, CustomEvent and their kin.
import { table } from "../table.js";

export default {
  async fetch() {
    const { row, response } = table();
    await row("event defaults", () => { const event = new Event("x"); return [event.type, event.bubbles, event.cancelable, event.composed, event.defaultPrevented, event.isTrusted, event.eventPhase, event.returnValue, event.cancelBubble, typeof event.timeStamp]; });
    await row("event options", () => { const event = new Event("x", { bubbles: true, cancelable: true, composed: true }); return [event.bubbles, event.cancelable, event.composed]; });
    await row("event constants", () => [Event.NONE, Event.AT_TARGET, Event.BUBBLING_PHASE, new Event("x").CAPTURING_PHASE]);
    await row("dispatch", () => { const target = new EventTarget(); const seen = []; target.addEventListener("a", (event) => seen.push([event.type, event.target === target, event.currentTarget === target, event.eventPhase])); return [target.dispatchEvent(new Event("a")), target.dispatchEvent(new Event("b")), seen]; });
    await row("order and duplicates", () => { const target = new EventTarget(); const seen = []; const one = () => seen.push(1); target.addEventListener("a", one); target.addEventListener("a", () => seen.push(2)); target.addEventListener("a", one); target.dispatchEvent(new Event("a")); return seen; });
    await row("remove", () => { const target = new EventTarget(); const seen = []; const one = () => seen.push(1); target.addEventListener("a", one); target.removeEventListener("a", one); target.removeEventListener("a", () => {}); target.dispatchEvent(new Event("a")); return seen; });
    await row("once", () => { const target = new EventTarget(); const seen = []; target.addEventListener("a", () => seen.push(1), { once: true }); target.dispatchEvent(new Event("a")); target.dispatchEvent(new Event("a")); return seen; });
    await row("signal", () => { const target = new EventTarget(); const seen = []; const controller = new AbortController(); target.addEventListener("a", () => seen.push(1), { signal: controller.signal }); target.dispatchEvent(new Event("a")); controller.abort(); target.dispatchEvent(new Event("a")); return seen; });
    await row("handleEvent", () => { const target = new EventTarget(); const seen = []; const listener = { handleEvent(event) { seen.push([event.type, this === listener]); } }; target.addEventListener("a", listener); target.dispatchEvent(new Event("a")); return seen; });
    await row("this", () => { const target = new EventTarget(); let same; target.addEventListener("a", function () { same = this === target; }); target.dispatchEvent(new Event("a")); return same; });
    await row("stopImmediatePropagation", () => { const target = new EventTarget(); const seen = []; target.addEventListener("a", (event) => { seen.push(1); event.stopImmediatePropagation(); }); target.addEventListener("a", () => seen.push(2)); target.dispatchEvent(new Event("a")); return seen; });
    await row("add null", () => new EventTarget().addEventListener("a", null));
    await row("dispatch twice at once", () => { const target = new EventTarget(); let caught; target.addEventListener("a", (event) => { try { target.dispatchEvent(event); } catch (error) { caught = error.name; } }); target.dispatchEvent(new Event("a")); return caught; });
    await row("composedPath", () => { const target = new EventTarget(); let path; target.addEventListener("a", (event) => { path = event.composedPath().length; }); const event = new Event("a"); target.dispatchEvent(event); return [path, event.composedPath()]; });
    await row("subclass", () => { class Mine extends EventTarget {} const target = new Mine(); let called = 0; target.addEventListener("a", () => called++); target.dispatchEvent(new Event("a")); return called; });
    await row("CustomEvent", () => { const event = new CustomEvent("c", { detail: { a: 1 } }); return [event.detail, event.type, event instanceof Event, new CustomEvent("c").detail]; });
    await row("MessageEvent", () => { const event = new MessageEvent("message", { data: [1] }); return [event.data, event.type, event.ports ?? null]; });
    await row("CloseEvent", () => { const event = new CloseEvent("close", { code: 1000, reason: "r", wasClean: true }); return [event.code, event.reason, event.wasClean]; });
    await row("ErrorEvent", () => { const event = new ErrorEvent("error", { message: "m", error: new RangeError("e") }); return [event.message, event.error, event.filename, event.lineno]; });
    await row("global target", () => { const seen = []; globalThis.addEventListener("custom", (event) => seen.push(event.type), { once: true }); globalThis.dispatchEvent(new Event("custom")); return seen; });
    await row("tags", () => [new Event("a"), new EventTarget(), new CustomEvent("a")].map((item) => Object.prototype.toString.call(item)));
    await row("listener throws", () => { const seen = []; const target = new EventTarget(); target.addEventListener("x", () => { throw new Error("boom"); }); target.addEventListener("x", () => seen.push("second")); return [target.dispatchEvent(new Event("x")), seen]; });
    await row("listener throws into error event", () => { const seen = []; const listener = (event) => { seen.push(event.error?.message); event.preventDefault(); }; globalThis.addEventListener("error", listener); const target = new EventTarget(); target.addEventListener("x", () => { throw new Error("boom"); }); target.dispatchEvent(new Event("x")); globalThis.removeEventListener("error", listener); return seen; });
    return response();
  },
};
