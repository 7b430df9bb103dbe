// Streams of JavaScript: readable, writable, transform, tee, pipes, byte streams.
import { table } from "../table.js";

const from = (...chunks) => new ReadableStream({ start(controller) { for (const chunk of chunks) controller.enqueue(chunk); controller.close(); } });
const collect = async (stream) => { const seen = []; for await (const chunk of stream) seen.push(chunk); return seen; };

export default {
  async fetch() {
    const { row, response } = table();
    await row("read", async () => { const reader = from("a").getReader(); return [await reader.read(), await reader.read(), await reader.closed]; });
    await row("async iteration", () => collect(from(1, 2, 3)));
    await row("break cancels", async () => { let reason = "not called"; const stream = new ReadableStream({ pull(controller) { controller.enqueue(1); }, cancel(why) { reason = why; } }); for await (const chunk of stream) break; return [reason, stream.locked]; });
    await row("preventCancel", async () => { let canceled = false; const stream = new ReadableStream({ pull(controller) { controller.enqueue(1); }, cancel() { canceled = true; } }); for await (const chunk of stream.values({ preventCancel: true })) break; return [canceled, stream.locked]; });
    await row("ReadableStream.from", () => collect(ReadableStream.from([1, "b"])));
    await row("from async generator", () => collect(ReadableStream.from((async function* () { yield 1; yield 2; })())));
    await row("pull counts", async () => { let pulls = 0; const stream = new ReadableStream({ pull(controller) { pulls++; controller.enqueue(pulls); if (pulls === 3) controller.close(); } }); await Promise.resolve(); const before = pulls; return [before, await collect(stream), pulls]; });
    await row("high water mark", async () => { let pulls = 0; new ReadableStream({ pull(controller) { pulls++; controller.enqueue(1); } }, { highWaterMark: 3 }); await scheduler.wait(1); return pulls; });
    await row("error", () => collect(new ReadableStream({ start(controller) { controller.error(new RangeError("errored")); } })));
    await row("pull throws", () => collect(new ReadableStream({ pull() { throw new RangeError("pull"); } })));
    await row("release", async () => { const stream = from("a", "b"); const reader = stream.getReader(); await reader.read(); reader.releaseLock(); return [stream.locked, await collect(stream)]; });
    await row("cancel", async () => { const seen = []; const stream = new ReadableStream({ cancel(reason) { seen.push(reason); } }); return [await stream.cancel("reason"), seen]; });
    await row("tee", async () => { const [left, right] = from(1, 2).tee(); return [await collect(left), await collect(right)]; });
    await row("tee one canceled", async () => { const [left, right] = from(1, 2).tee(); const canceled = left.cancel("l"); const seen = await collect(right); return seen; });
    await row("writable", async () => { const seen = []; const writer = new WritableStream({ write(chunk) { seen.push(chunk); }, close() { seen.push("closed"); } }).getWriter(); await writer.write("a"); await writer.close(); return [seen, await writer.closed]; });
    await row("writable abort", async () => { const seen = []; const stream = new WritableStream({ abort(reason) { seen.push(reason); } }); await stream.abort("why"); return seen; });
    await row("writable error", async () => { const writer = new WritableStream({ write() { throw new RangeError("sink"); } }).getWriter(); writer.closed.catch(() => {}); return writer.write("a"); });
    await row("pipeTo", async () => { const seen = []; await from(1, 2).pipeTo(new WritableStream({ write(chunk) { seen.push(chunk); }, close() { seen.push("closed"); } })); return seen; });
    await row("pipeTo preventClose", async () => { let closed = false; await from(1).pipeTo(new WritableStream({ close() { closed = true; } }), { preventClose: true }); return closed; });
    await row("pipeTo source error", async () => { let aborted; try { await new ReadableStream({ pull() { throw new RangeError("source"); } }).pipeTo(new WritableStream({ abort(reason) { aborted = reason; } })); } catch (error) { return [error, aborted]; } });
    await row("pipeTo sink error", async () => { let canceled; try { await new ReadableStream({ pull(controller) { controller.enqueue(1); }, cancel(reason) { canceled = reason; } }).pipeTo(new WritableStream({ write() { throw new RangeError("sink"); } })); } catch (error) { return [error, canceled]; } });
    await row("transform", () => collect(from(1, 2).pipeThrough(new TransformStream({ start(controller) { controller.enqueue("start"); }, transform(chunk, controller) { controller.enqueue(chunk * 2); }, flush(controller) { controller.enqueue("flush"); } }))));
    await row("transform identity", () => collect(from("x").pipeThrough(new TransformStream())));
    await row("transform throws", () => collect(from(1).pipeThrough(new TransformStream({ transform() { throw new RangeError("transform"); } }))));
    await row("transform terminate", () => collect(from(1, 2).pipeThrough(new TransformStream({ transform(chunk, controller) { controller.enqueue(chunk); controller.terminate(); } }))));
    await row("byte stream", async () => { const stream = new ReadableStream({ type: "bytes", pull(controller) { const { view } = controller.byobRequest ?? {}; if (view) { view[0] = 65; controller.byobRequest.respond(1); } else { controller.enqueue(new Uint8Array([66])); } } }); const reader = stream.getReader({ mode: "byob" }); return [await reader.read(new Uint8Array(3)), await reader.read(new Uint8Array(2))]; });
    await row("byte stream default reader", async () => { const stream = new ReadableStream({ type: "bytes", start(controller) { controller.enqueue(new Uint8Array([1, 2])); controller.close(); } }); return collect(stream); });
    await row("strategies", () => [new CountQueuingStrategy({ highWaterMark: 3 }).highWaterMark, new CountQueuingStrategy({ highWaterMark: 3 }).size("abc"), new ByteLengthQueuingStrategy({ highWaterMark: 4 }).size(new Uint8Array(7))]);
    await row("tags", () => [from(), from().getReader(), new WritableStream(), new WritableStream().getWriter(), new TransformStream()].map((item) => Object.prototype.toString.call(item)));
    return response();
  },
};
