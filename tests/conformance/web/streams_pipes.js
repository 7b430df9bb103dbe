// Pipes and writable streams: options and signals, errors at either end, locks, aborts, the writer's promises and sizes.
import { table } from "../table.js";

const text = (error) => `${error?.name}: ${error?.message}`;
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", error instanceof Error ? text(error) : error]; } };
const soon = (promise) => Promise.race([settled(promise), scheduler.wait(200).then(() => "pending")]);
const caught = (work) => { try { return ["returned", work()]; } catch (error) { return ["threw", text(error)]; } };
const from = (...chunks) => new ReadableStream({ start(c) { for (const chunk of chunks) c.enqueue(chunk); c.close(); } });
function source(chunks, { fails, log = [] } = {}) {
  return new ReadableStream({ pull(c) { if (chunks.length > 0) c.enqueue(chunks.shift()); else if (fails) c.error(fails); else c.close(); }, cancel(reason) { log.push(["canceled", reason]); } }, { highWaterMark: 0 });
}
function sink({ log, write, close, abort } = {}) {
  return new WritableStream({ write(chunk, c) { log.push(["write", chunk]); return write?.(chunk, c); }, close() { log.push(["close"]); return close?.(); }, abort(reason) { log.push(["abort", reason]); return abort?.(reason); } });
}

export default {
  async fetch() {
    const t = table();
    const row = (label, subject) => t.row(label, () => Promise.race([(async () => subject())(), scheduler.wait(10_000).then(() => "HANG")]));
    for (const options of [{}, { preventClose: true }, { preventAbort: true }, { preventCancel: true }, { preventClose: 1, preventAbort: "x", preventCancel: {} }]) {
      const label = JSON.stringify(options);
      await row(`${label} to the end`, async () => { const log = []; const readable = source([1, 2], { log }), writable = sink({ log }); return [await settled(readable.pipeTo(writable, options)), log, readable.locked, writable.locked]; });
      await row(`${label} source fails`, async () => { const log = []; const readable = source([1], { log, fails: new RangeError("source") }), writable = sink({ log }); return [await settled(readable.pipeTo(writable, options)), log, readable.locked, writable.locked, await soon(writable.getWriter().write(5))]; });
      await row(`${label} sink fails`, async () => { const log = []; const readable = source([1, 2, 3], { log }), writable = sink({ log, write() { throw new RangeError("sink"); } }); return [await settled(readable.pipeTo(writable, options)), log, readable.locked, writable.locked]; });
      await row(`${label} close fails`, async () => { const log = []; const readable = source([1], { log }), writable = sink({ log, close() { throw new RangeError("close"); } }); return [await settled(readable.pipeTo(writable, options)), log]; });
      if (options.preventCancel) await row(`${label} sink errored before`, async () => { const log = []; const readable = source([1], { log }); let kept; const writable = new WritableStream({ start(c) { kept = c; } }); kept.error(new RangeError("before")); return [await settled(readable.pipeTo(writable, options)), log]; });
      await row(`${label} sink closed before`, async () => { const log = []; const readable = source([1], { log }); const writable = sink({ log }); const writer = writable.getWriter(); await writer.close(); writer.releaseLock(); return [await settled(readable.pipeTo(writable, options)), log.map(([kind, reason]) => [kind, String(reason)])]; });
      if (options.preventAbort || options.preventCancel) await row(`${label} signal before`, async () => { const log = []; const readable = source([1], { log }), writable = sink({ log }); return [await settled(readable.pipeTo(writable, { ...options, signal: AbortSignal.abort(new RangeError("signal")) })), log, readable.locked, writable.locked]; });
    }
    for (const [kind, signal] of Object.entries({ "null": null, "undefined": undefined, "an object": {}, "a number": 5, "fresh": new AbortController().signal })) await row(`signal: ${kind}`, () => settled(from(1).pipeTo(new WritableStream(), { signal })));
    for (const [kind, options] of Object.entries({ "null": null, "undefined": undefined, "a number": 5, "a text": "x", "a function": () => {} })) await row(`options: ${kind}`, () => settled(from(1).pipeTo(new WritableStream(), options)));
    for (const [kind, to] of Object.entries({ "nothing": undefined, "null": null, "an object": {}, "a readable": new ReadableStream() })) { await row(`to ${kind}`, () => settled(from(1).pipeTo(to))); await row(`through ${kind}`, () => caught(() => from(1).pipeThrough(to))); }
    await row("through without members", () => caught(() => from(1).pipeThrough({})));
    await row("through half", () => caught(() => from(1).pipeThrough({ readable: new ReadableStream() })));
    await row("through a pair", () => { const readable = new ReadableStream(); return from(1).pipeThrough({ readable, writable: new WritableStream() }) === readable; });
    await row("through with a signal", async () => { const reader = new ReadableStream().pipeThrough(new TransformStream(), { signal: AbortSignal.abort(new RangeError("s")) }).getReader(); return settled(reader.read()); });
    await row("through a transform that fails is handled", async () => { const seen = []; const listener = (event) => seen.push(String(event.reason)); addEventListener("unhandledrejection", listener); from(1).pipeThrough(new TransformStream({ transform() { throw new RangeError("t"); } })); await scheduler.wait(3); removeEventListener("unhandledrejection", listener); return seen; });
    await row("pipeTo from a locked stream", async () => { const readable = from(1); readable.getReader(); return settled(readable.pipeTo(new WritableStream())); });
    await row("pipeTo to a locked stream", async () => { const writable = new WritableStream(); writable.getWriter(); return settled(from(1).pipeTo(writable)); });
    await row("pipeThrough of a locked stream", () => { const readable = from(1); readable.getReader(); return caught(() => readable.pipeThrough(new TransformStream())); });
    await row("locks while it runs", async () => { const readable = new ReadableStream(), writable = new WritableStream(); readable.pipeTo(writable).catch(() => {}); return [readable.locked, writable.locked, caught(() => readable.getReader()), caught(() => writable.getWriter()), await settled(readable.cancel()), await settled(writable.abort()), await settled(writable.close())]; });
    await row("pipeTo gives undefined", () => from(1).pipeTo(new WritableStream()));
    await row("sink's chunks come in order", async () => { const log = []; await from(1, 2, 3).pipeTo(new WritableStream({ async write(chunk) { log.push(`in ${chunk}`); await scheduler.wait(1); log.push(`out ${chunk}`); }, close() { log.push("close"); } })); return log; });
    await row("abort waits for the write", async () => { const log = []; const controller = new AbortController(); let go; const writable = new WritableStream({ write: () => new Promise((resolve) => { log.push("write"); go = () => { log.push("written"); resolve(); }; }), abort() { log.push("abort"); } }); const piped = settled(new ReadableStream({ start(c) { c.enqueue(1); } }).pipeTo(writable, { signal: controller.signal })).then((result) => { log.push("piped"); return result; }); await scheduler.wait(1); controller.abort("x"); await scheduler.wait(1); log.push("go"); go(); return [await piped, log]; });

    for (const [kind, under] of Object.entries({ "undefined": undefined, "null": null, "a number": 5, "a function": () => {}, "write of a number": { write: 5 }, "type": { type: "bytes" }, "empty type": { type: "" } })) await row(`sink: ${kind}`, () => caught(() => String(new WritableStream(under))));
    await row("start throws", () => caught(() => String(new WritableStream({ start() { throw new RangeError("start"); } }))));
    await row("start rejects", async () => { const writer = new WritableStream({ async start() { throw new RangeError("start"); } }).getWriter(); return [await settled(writer.ready), await settled(writer.closed), await settled(writer.write(1))]; });
    await row("start waits", async () => { const log = []; let go; const writer = new WritableStream({ start: () => new Promise((resolve) => { go = resolve; }), write() { log.push("write"); } }).getWriter(); const write = writer.write(1); await scheduler.wait(1); log.push("go"); go(); await write; return log; });
    await row("arguments", async () => { const log = []; const under = { start(...a) { log.push(["start", this === under, a.length]); }, write(...a) { log.push(["write", this === under, a.length, a[1].constructor.name]); }, close(...a) { log.push(["close", this === under, a.length]); } }; const writer = new WritableStream(under).getWriter(); await writer.write(1); await writer.close(); return log; });
    await row("desired sizes", async () => { const writer = new WritableStream({ write: () => scheduler.wait(1) }, { highWaterMark: 3, size: (chunk) => chunk }).getWriter(); const sizes = [writer.desiredSize]; const a = writer.write(1); sizes.push(writer.desiredSize); const b = writer.write(4); sizes.push(writer.desiredSize); await a; await b; sizes.push(writer.desiredSize); await writer.close(); sizes.push(writer.desiredSize); return sizes; });
    await row("desired size, errored", async () => { const writer = new WritableStream({ write() { throw new RangeError("w"); } }).getWriter(); writer.closed.catch(() => {}); writer.ready.catch(() => {}); await settled(writer.write(1)); return writer.desiredSize; });
    await row("ready", async () => { const writer = new WritableStream({ write: () => scheduler.wait(2) }).getWriter(); const first = writer.ready; const write = writer.write(1); const second = writer.ready; const waits = await Promise.race([second.then(() => "ready"), Promise.resolve("waits")]); await write; return [first === second, await settled(first), waits, await settled(second), writer.ready === second]; });
    await row("writes queued behind a failure", async () => { const writer = new WritableStream({ write(chunk) { if (chunk === 1) throw new RangeError("w"); } }).getWriter(); writer.closed.catch(() => {}); const writes = [1, 2, 3].map((chunk) => settled(writer.write(chunk))); const closed = settled(writer.close()); return [await Promise.all(writes), await closed, await settled(writer.closed), await settled(writer.ready)]; });
    await row("size throws", async () => { const writer = new WritableStream({}, { size() { throw new RangeError("size"); } }).getWriter(); writer.closed.catch(() => {}); writer.ready.catch(() => {}); return [await settled(writer.write(1)), await settled(writer.closed), await settled(writer.write(1))]; });
    for (const size of [-1, NaN, Infinity, "x"]) await row(`size gives ${size}`, async () => { const writer = new WritableStream({}, { size: () => size, highWaterMark: 2 }).getWriter(); writer.closed.catch(() => {}); writer.ready.catch(() => {}); return settled(writer.write(1)); });
    await row("close twice", async () => { const writer = new WritableStream().getWriter(); return [await settled(writer.close()), await settled(writer.close()), await settled(writer.write(1)), await settled(writer.closed)]; });
    await row("close twice without waiting", async () => { const writer = new WritableStream().getWriter(); return Promise.all([settled(writer.close()), settled(writer.close())]); });
    await row("write after close", async () => { const writer = new WritableStream().getWriter(); const close = settled(writer.close()); return [await settled(writer.write(1)), await close]; });
    await row("close of the stream", async () => { const log = []; const writable = sink({ log }); return [await settled(writable.close()), log, await settled(writable.close())]; });
    await row("close of a locked stream", async () => { const writable = new WritableStream(); writable.getWriter(); return [await settled(writable.close()), await settled(writable.abort())]; });
    await row("close fails", async () => { const writer = sink({ log: [], close() { throw new RangeError("c"); } }).getWriter(); return [await settled(writer.close()), await settled(writer.closed)]; });
    await row("abort", async () => { const log = []; const writer = sink({ log }).getWriter(); return [await settled(writer.abort("why")), log, await settled(writer.closed), await settled(writer.ready), await settled(writer.write(1)), await settled(writer.close()), await settled(writer.abort("again"))]; });
    await row("abort without a reason", async () => { const log = []; const writer = sink({ log }).getWriter(); return [await settled(writer.abort()), log, await settled(writer.closed)]; });
    await row("abort fails", async () => { const writer = sink({ log: [], abort() { throw new RangeError("a"); } }).getWriter(); return [await settled(writer.abort("why")), await settled(writer.closed)]; });
    await row("abort rejects what waits", async () => { const writer = new WritableStream({ write: () => scheduler.wait(2) }).getWriter(); writer.closed.catch(() => {}); writer.ready.catch(() => {}); const writes = [settled(writer.write(1)), settled(writer.write(2)), settled(writer.close())]; await scheduler.wait(1); const aborted = settled(writer.abort("why")); return [await Promise.all(writes), await aborted]; });
    await row("abort of a closed stream", async () => { const log = []; const writable = sink({ log }); await writable.close(); return [await settled(writable.abort("x")), log]; });
    await row("abort before the start ends", async () => { const log = []; let go; const writable = new WritableStream({ start: () => new Promise((resolve) => { go = resolve; }), abort(reason) { log.push(["abort", reason]); } }); const aborted = soon(writable.abort("x")); await null; const before = log.length; go(); return [before, await aborted, log]; });
    await row("the controller's signal", async () => { let kept; const log = []; const writable = new WritableStream({ start(c) { kept = c; }, write: () => scheduler.wait(2) }); const writer = writable.getWriter(); writer.closed.catch(() => {}); writer.ready.catch(() => {}); writer.write(1).catch(() => {}); kept.signal.addEventListener("abort", () => log.push("signal")); const before = [kept.signal.aborted, kept.signal instanceof AbortSignal]; const aborted = writer.abort("why"); log.push(kept.signal.aborted); await aborted; return [before, log, kept.signal.reason]; });
    await row("the controller's error", async () => { let kept; const writer = new WritableStream({ start(c) { kept = c; } }).getWriter(); kept.error(new RangeError("e")); return [await settled(writer.closed), await settled(writer.ready), await settled(writer.write(1)), writer.desiredSize]; });
    await row("the controller's error, without a reason", async () => { let kept; const writer = new WritableStream({ start(c) { kept = c; } }).getWriter(); kept.error(); return settled(writer.closed); });
    await row("releaseLock with writes that wait", async () => { const writable = new WritableStream({ write: () => scheduler.wait(2) }); const writer = writable.getWriter(); const write = settled(writer.write(1)); writer.releaseLock(); return [writable.locked, await write, await settled(writer.write(2)), await settled(writer.close()), await settled(writer.abort()), await settled(writer.closed), await settled(writer.ready), caught(() => writer.desiredSize)]; });
    await row("getWriter twice", () => { const writable = new WritableStream(); writable.getWriter(); writable.getWriter(); });
    await row("new writer of nothing", () => new WritableStreamDefaultWriter());
    await row("new writer of an object", () => new WritableStreamDefaultWriter({}));
    await row("new writer of a locked stream", () => { const writable = new WritableStream(); writable.getWriter(); new WritableStreamDefaultWriter(writable); });
    await row("write gives undefined", () => new WritableStream({ write: () => 5 }).getWriter().write(1));
    await row("write without a chunk", async () => { const log = []; const writer = new WritableStream({ write(...a) { log.push(a[0]); } }).getWriter(); await writer.write(); return log; });
    await row("sink thenables", async () => { const log = []; const writer = new WritableStream({ write: () => ({ then(resolve) { log.push("then"); resolve(); } }) }).getWriter(); await writer.write(1); return log; });
    return t.response();
  },
};
