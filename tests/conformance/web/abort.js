// AbortController, AbortSignal and DOMException.
import { table } from "../table.js";

export default {
  async fetch() {
    const { row, response } = table();
    const aborted = (signal) => [signal.aborted, signal.reason];
    await row("fresh", () => aborted(new AbortController().signal));
    await row("abort", () => { const controller = new AbortController(); controller.abort(); return aborted(controller.signal); });
    await row("abort with reason", () => { const controller = new AbortController(); controller.abort("why"); controller.abort("again"); return aborted(controller.signal); });
    await row("abort with undefined", () => { const controller = new AbortController(); controller.abort(undefined); return controller.signal.reason; });
    await row("abort with null", () => { const controller = new AbortController(); controller.abort(null); return controller.signal.reason; });
    await row("reason shape", () => { const { reason } = AbortSignal.abort(); return [reason.name, reason.code, reason.message, reason instanceof DOMException, reason instanceof Error]; });
    await row("static abort", () => aborted(AbortSignal.abort(5)));
    await row("throwIfAborted", () => AbortSignal.abort(new RangeError("r")).throwIfAborted());
    await row("throwIfAborted fresh", () => new AbortController().signal.throwIfAborted());
    await row("events", () => { const controller = new AbortController(); const seen = []; controller.signal.onabort = (event) => seen.push(["on", event.type, event.target === controller.signal]); controller.signal.addEventListener("abort", () => seen.push("listener")); controller.abort(); controller.abort(); return seen; });
    const after = (register) => { const controller = new AbortController(); const seen = []; register(controller.signal, (name) => (event) => seen.push(`${name} ${event.type}`)); controller.abort("why"); return { seen, controller, fire: (type = "abort") => controller.signal.dispatchEvent(new Event(type)) }; };
    await row("no listener is left after an abort", () => { const { seen, fire } = after((signal, note) => { signal.onabort = note("on"); signal.addEventListener("abort", note("plain")); signal.addEventListener("other", note("other")); }); fire(); fire("other"); return seen; });
    await row("listeners after an abort", () => { const { seen, controller, fire } = after((signal, note) => signal.addEventListener("abort", note("first"))); controller.signal.addEventListener("abort", () => seen.push("late")); fire(); fire(); return seen; });
    await row("a listener that is added by one", () => { const { seen, fire } = after((signal, note) => signal.addEventListener("abort", (event) => { note("in")(event); signal.addEventListener("abort", note("added")); })); fire(); return seen; });
    await row("an abort event within one", () => { const seen = []; const controller = new AbortController(); controller.signal.addEventListener("abort", () => seen.push("plain")); controller.signal.addEventListener("abort", () => controller.signal.dispatchEvent(new Event("abort")), { once: true }); controller.abort(); return seen; });
    await row("any after its abort", () => { const controller = new AbortController(); const any = AbortSignal.any([controller.signal]); const seen = []; any.addEventListener("abort", () => seen.push("any")); controller.abort(); any.dispatchEvent(new Event("abort")); return seen; });
    await row("timeout", () => new Promise((resolve) => { const signal = AbortSignal.timeout(1); signal.onabort = () => resolve([signal.aborted, signal.reason.name, signal.reason.code, signal.reason.message]); }));
    await row("any of none", () => AbortSignal.any([]).aborted);
    await row("any aborted", () => aborted(AbortSignal.any([new AbortController().signal, AbortSignal.abort("second")])));
    await row("any later", () => { const one = new AbortController(); const two = new AbortController(); const any = AbortSignal.any([one.signal, two.signal]); const seen = []; any.addEventListener("abort", () => seen.push("any")); two.abort("two"); one.abort("one"); return [...aborted(any), seen]; });
    await row("any nested", () => { const one = new AbortController(); const any = AbortSignal.any([AbortSignal.any([one.signal])]); one.abort("deep"); return aborted(any); });
    await row("constructor", () => new AbortSignal());
    await row("tags", () => [new AbortController(), new AbortController().signal].map((item) => Object.prototype.toString.call(item)));
    await row("DOMException", () => { const error = new DOMException("m", "DataCloneError"); return [error.name, error.message, error.code, String(error), Object.prototype.toString.call(error), error instanceof Error, typeof error.stack]; });
    await row("DOMException default", () => { const error = new DOMException(); return [error.name, error.message, error.code]; });
    await row("DOMException own name", () => new DOMException("m", "Mine").code);
    await row("DOMException constants", () => [DOMException.ABORT_ERR, DOMException.NOT_FOUND_ERR]);
    await row("pipeTo aborted", async () => { const controller = new AbortController(); const stream = new ReadableStream({ async pull(controller) { await scheduler.wait(2); controller.enqueue(1); } }); const piped = stream.pipeTo(new WritableStream(), { signal: controller.signal }); controller.abort(new RangeError("piping")); return piped; });
    return response();
  },
};
