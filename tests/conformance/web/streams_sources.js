// Readable streams: what start, pull and cancel get and give, sizes and high water marks, errors in each, the reader's promises.
import { table } from "../table.js";

const text = (error) => `${error?.name}: ${error?.message}`;
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", error instanceof Error ? text(error) : error]; } };
/** The state of a promise once microtasks have run. */
const state = async (promise) => { for (let turn = 0; turn < 20; turn++) await null; return Promise.race([settled(promise), Promise.resolve("pending").then(() => null).then(() => null).then(() => null).then(() => null).then(() => "pending")]); };

export default {
  async fetch() {
    const t = table();
    const row = (label, subject) => t.row(label, () => Promise.race([(async () => subject())(), scheduler.wait(10_000).then(() => "HANG")]));
    for (const [kind, source] of Object.entries({ "null": null, "a number": 5, "a text": "x", "a function": () => {}, "undefined": undefined })) await row(`source: ${kind}`, () => String(new ReadableStream(source)));
    for (const [kind, strategy] of Object.entries({ "null": null, "a number": 5, "size of a number": { size: 5 }, "negative": { highWaterMark: -1 }, "NaN": { highWaterMark: NaN }, "a text": { highWaterMark: "x" }, "a numeric text": { highWaterMark: "3" }, "infinite": { highWaterMark: Infinity }, "fraction": { highWaterMark: 1.5 }, "a bigint": { highWaterMark: 3n }, "null mark": { highWaterMark: null } })) {
      await row(`strategy: ${kind}`, () => { let size; new ReadableStream({ start(controller) { size = controller.desiredSize; } }, strategy); return size; });
      await row(`writable strategy: ${kind}`, () => new WritableStream({}, strategy).getWriter().desiredSize);
      await row(`transform strategy: ${kind}`, () => new TransformStream({}, strategy).writable.getWriter().desiredSize);
    }
    for (const type of ["bytes", "BYTES", "owning", "", null, 5]) await row(`type ${JSON.stringify(type)}`, () => String(new ReadableStream({ type })));
    for (const [kind, size] of Object.entries({ "a number": 3, "a text": "7", "zero": 0, "negative": -1, "fraction": 1.5, "text": "x", "NaN": NaN, "null": null, "infinite": Infinity })) await row(`autoAllocateChunkSize: ${kind}`, async () => { let seen = "no request"; const stream = new ReadableStream({ type: "bytes", autoAllocateChunkSize: size, pull(controller) { seen = controller.byobRequest?.view.byteLength ?? null; controller.enqueue(new Uint8Array(1)); } }); await stream.getReader().read(); return seen; });
    await row("size of a byte stream's strategy", () => new ReadableStream({ type: "bytes" }, { size: () => 1 }));
    for (const member of ["start", "pull", "cancel"]) await row(`${member} that is no function`, () => String(new ReadableStream({ [member]: 5 })));
    for (const type of [undefined, "bytes"]) for (const way of ["stream", "reader", "tee"]) await row(`cancel after close, ${type ?? "default"}, ${way}`, async () => {
      const seen = [];
      let controller;
      const stream = new ReadableStream({ type, start(given) { controller = given; }, cancel(reason) { seen.push(`cancel ${reason}`); } }, { highWaterMark: 9 });
      controller.enqueue(new Uint8Array(3));
      controller.close();
      if (way === "tee") await Promise.all(stream.tee().map((branch, index) => branch.cancel(index)));
      else await (way === "stream" ? stream : stream.getReader()).cancel("why");
      return seen;
    });
    await row("cancel after terminate", async () => { const seen = []; let controller; const { readable } = new TransformStream({ start(given) { controller = given; }, cancel(reason) { seen.push(`cancel ${reason}`); } }, {}, { highWaterMark: 5 }); controller.enqueue("x"); controller.terminate(); await readable.cancel("why"); return seen; });
    await row("cancel after the writer's close", async () => { const seen = []; const { readable, writable } = new TransformStream({ flush() { seen.push("flush"); }, cancel(reason) { seen.push(`cancel ${reason}`); } }, {}, { highWaterMark: 5 }); const writer = writable.getWriter(); writer.write("a"); await writer.close(); await readable.cancel("why"); return seen; });
    await row("receivers and arguments", async () => {
      const seen = [];
      const source = { start(...args) { seen.push(["start", this === source, args.length]); }, pull(...args) { seen.push(["pull", this === source, args.length, args[0].constructor.name]); }, cancel(...args) { seen.push(["cancel", this === source, args]); } };
      const stream = new ReadableStream(source);
      await null; await null; await null;
      await stream.cancel("why");
      return seen;
    });
    await row("source of a class", async () => { class Source { #count = 0; pull(controller) { this.#count++; controller.enqueue(this.#count); if (this.#count === 2) controller.close(); } } const seen = []; for await (const chunk of new ReadableStream(new Source())) seen.push(chunk); return seen; });
    await row("start throws", () => new ReadableStream({ start() { throw new RangeError("start"); } }));
    await row("start rejects", () => settled(new ReadableStream({ async start() { throw new RangeError("start"); } }).getReader().closed));
    await row("pull rejects", () => settled(new ReadableStream({ async pull() { throw new RangeError("pull"); } }).getReader().read()));
    await row("pull throws nothing", () => settled(new ReadableStream({ pull() { throw undefined; } }).getReader().read()));
    await row("pull is not called while it runs", async () => { let running = 0, most = 0; const stream = new ReadableStream({ async pull(controller) { running++; most = Math.max(most, running); await null; controller.enqueue(1); running--; } }, { highWaterMark: 5 }); const reader = stream.getReader(); await Promise.all([reader.read(), reader.read(), reader.read()]); return most; });
    await row("cancel throws", () => settled(new ReadableStream({ cancel() { throw new RangeError("cancel"); } }).cancel()));
    await row("cancel rejects", () => settled(new ReadableStream({ async cancel() { throw new RangeError("cancel"); } }).cancel()));
    await row("cancel gives a value", () => settled(new ReadableStream({ cancel: () => 5 }).cancel()));
    await row("cancel of a locked stream", () => { const stream = new ReadableStream(); stream.getReader(); return settled(stream.cancel()); });
    await row("cancel of a closed stream", async () => { let calls = 0; const stream = new ReadableStream({ start(controller) { controller.close(); }, cancel() { calls++; } }); return [await settled(stream.cancel("x")), calls]; });
    await row("cancel of an errored stream", async () => { let calls = 0; const stream = new ReadableStream({ start(controller) { controller.error(new RangeError("e")); }, cancel() { calls++; } }); return [await settled(stream.cancel("x")), calls]; });
    await row("cancel twice", async () => { let calls = 0; const stream = new ReadableStream({ cancel() { calls++; } }); return [await settled(stream.cancel(1)), await settled(stream.cancel(2)), calls]; });
    await row("cancel drops chunks", async () => { const stream = new ReadableStream({ start(controller) { controller.enqueue(1); } }); const reader = stream.getReader(); await reader.cancel(); return reader.read(); });
    await row("cancel settles reads", async () => { const reader = new ReadableStream().getReader(); const read = reader.read(); await reader.cancel("x"); return [await read, await state(reader.closed)]; });
    await row("errored by cancel's controller", async () => { let kept; const stream = new ReadableStream({ start(controller) { kept = controller; }, cancel() { kept.error(new RangeError("late")); } }); const reader = stream.getReader(); return [await settled(reader.cancel()), await settled(reader.closed)]; });
    for (const [kind, act] of Object.entries({
      "close twice": (c) => { c.close(); c.close(); }, "enqueue after close": (c) => { c.close(); c.enqueue(1); }, "enqueue after error": (c) => { c.error(1); c.enqueue(1); }, "close after error": (c) => { c.error(1); c.close(); }, "error twice": (c) => { c.error(1); c.error(2); }, "error after close": (c) => { c.close(); c.error(1); }, "enqueue nothing": (c) => c.enqueue(), "close": (c) => c.close(),
    })) {
      for (const type of [undefined, "bytes"]) await row(`${kind}${type ? ", bytes" : ""}`, () => { let kept; new ReadableStream({ type, start(c) { kept = c; } }); act(kept); return "fine"; });
    }
    await row("close with chunks left", async () => { let kept; const stream = new ReadableStream({ start(c) { kept = c; c.enqueue(1); c.close(); } }); let refused; try { kept.enqueue(2); } catch (error) { refused = text(error); } const reader = stream.getReader(); const size = kept.desiredSize; return [refused, size, await reader.read(), await reader.read(), kept.desiredSize]; });
    await row("error with chunks left", async () => { const stream = new ReadableStream({ start(c) { c.enqueue(1); c.error(new RangeError("e")); } }); const reader = stream.getReader(); return [await settled(reader.read()), await settled(reader.closed)]; });
    await row("error with nothing", async () => settled(new ReadableStream({ start(c) { c.error(); } }).getReader().read()));
    await row("desired sizes", () => { const sizes = []; new ReadableStream({ start(c) { sizes.push(c.desiredSize); c.enqueue("ab"); sizes.push(c.desiredSize); c.enqueue("cdef"); sizes.push(c.desiredSize); c.error(1); sizes.push(c.desiredSize); } }, { highWaterMark: 5, size: (chunk) => chunk.length }); return sizes; });
    await row("desired size, closed", () => { const sizes = []; new ReadableStream({ start(c) { c.close(); sizes.push(c.desiredSize); } }); return sizes; });
    await row("size's receiver and arguments", () => { let seen; new ReadableStream({ start(c) { c.enqueue("x"); } }, { size(...args) { seen = [this === undefined, args]; return 1; } }); return seen; });
    for (const [kind, size] of Object.entries({ "a text": "2", "zero": 0, "a boolean": true })) {
      await row(`size that is ${kind}`, async () => { let refused = "no"; let kept; const stream = new ReadableStream({ start(c) { kept = c; try { c.enqueue(1); } catch (error) { refused = text(error); } } }, { highWaterMark: 10, size: () => size }); return [refused, kept.desiredSize, await state(stream.getReader().closed)]; });
    }
    await row("mark of zero", async () => { let pulls = 0; const stream = new ReadableStream({ pull(c) { pulls++; c.enqueue(pulls); } }, { highWaterMark: 0 }); await scheduler.wait(1); const before = pulls; const reader = stream.getReader(); const first = await reader.read(); await scheduler.wait(1); return [before, first, pulls]; });

    for (const [kind, options] of Object.entries({ "null": null, "empty": {}, "a text": "byob", "byob": { mode: "byob" }, "other mode": { mode: "x" }, "null mode": { mode: null }, "undefined mode": { mode: undefined } })) {
      await row(`getReader: ${kind}`, () => new ReadableStream().getReader(options).constructor.name);
      await row(`getReader of bytes: ${kind}`, () => new ReadableStream({ type: "bytes" }).getReader(options).constructor.name);
    }
    await row("getReader twice", () => { const stream = new ReadableStream(); stream.getReader(); stream.getReader(); });
    for (const Reader of [ReadableStreamDefaultReader, ReadableStreamBYOBReader]) {
      await row(`new ${Reader.name} of nothing`, () => new Reader());
      await row(`new ${Reader.name} of an object`, () => new Reader({}));
      await row(`new ${Reader.name} of a locked stream`, () => { const stream = new ReadableStream({ type: "bytes" }); stream.getReader(); new Reader(stream); });
      await row(`new ${Reader.name} of objects`, () => new Reader(new ReadableStream()).constructor.name);
      await row(`new ${Reader.name} of bytes`, async () => { const stream = new ReadableStream({ type: "bytes", start(c) { c.enqueue(new Uint8Array([5])); c.close(); } }); const reader = new Reader(stream); return [stream.locked, await reader.read(new Uint8Array(2))]; });
    }
    await row("releaseLock with a read that waits", async () => { const stream = new ReadableStream(); const reader = stream.getReader(); const read = settled(reader.read()); const closed = reader.closed; reader.releaseLock(); return [await read, await settled(closed), stream.locked, closed === reader.closed, await settled(reader.closed)]; });
    await row("releaseLock, then each method", async () => { const reader = new ReadableStream().getReader(); reader.closed.catch(() => {}); reader.releaseLock(); reader.releaseLock(); return [await settled(reader.read()), await settled(reader.cancel()), await settled(reader.closed)]; });
    await row("releaseLock of a closed stream", async () => { const stream = new ReadableStream({ start(c) { c.close(); } }); const reader = stream.getReader(); await reader.closed; reader.releaseLock(); return settled(reader.closed); });
    await row("releaseLock of an errored stream", async () => { const stream = new ReadableStream({ start(c) { c.error(new RangeError("e")); } }); const reader = stream.getReader(); await settled(reader.closed); reader.releaseLock(); return settled(reader.closed); });
    await row("releaseLock of bytes with a read that waits", async () => { const stream = new ReadableStream({ type: "bytes" }); const reader = stream.getReader({ mode: "byob" }); const view = new Uint8Array(4); const read = settled(reader.read(view)); reader.closed.catch(() => {}); reader.releaseLock(); return [await read, view.length, stream.locked, await settled(reader.read(new Uint8Array(1)))]; });
    await row("a chunk after releaseLock goes to the next reader", async () => { let kept; const stream = new ReadableStream({ start(c) { kept = c; } }); const first = stream.getReader(); first.read().catch(() => {}); first.closed.catch(() => {}); first.releaseLock(); const second = stream.getReader(); const read = second.read(); kept.enqueue("x"); return read; });
    await row("closed settles after the last chunk", async () => { const seen = []; let kept; const stream = new ReadableStream({ start(c) { kept = c; c.enqueue(1); c.close(); } }); const reader = stream.getReader(); reader.closed.then(() => seen.push("closed")); await scheduler.wait(1); seen.push("waited"); await reader.read(); await scheduler.wait(1); return seen; });
    await row("order of reads and close", async () => { const seen = []; let kept; const stream = new ReadableStream({ start(c) { kept = c; } }); const reader = stream.getReader(); reader.read().then(() => seen.push("first")); reader.read().then(() => seen.push("second")); reader.closed.then(() => seen.push("closed")); kept.enqueue(1); kept.close(); await scheduler.wait(1); return seen; });
    await row("read's result", async () => { const result = await new ReadableStream({ start(c) { c.enqueue(1); } }).getReader().read(); return [Object.getPrototypeOf(result) === Object.prototype, Object.keys(result), Object.isFrozen(result)]; });
    await row("locked of a wrong receiver", () => Object.getOwnPropertyDescriptor(ReadableStream.prototype, "locked").get.call({}));
    await row("controllers cannot be made", () => new ReadableStreamDefaultController());
    await row("byte controllers cannot be made", () => new ReadableByteStreamController());
    await row("requests cannot be made", () => new ReadableStreamBYOBRequest());
    await row("writable controllers cannot be made", () => new WritableStreamDefaultController());
    await row("transform controllers cannot be made", () => new TransformStreamDefaultController());
    await row("thenable chunks", async () => { const chunk = { then(resolve) { resolve("resolved"); } }; const result = await new ReadableStream({ start(c) { c.enqueue(chunk); } }).getReader().read(); return result.value === chunk; });
    for (const Strategy of [CountQueuingStrategy, ByteLengthQueuingStrategy]) {
      await row(`${Strategy.name} without arguments`, () => new Strategy());
      for (const init of [{}, { highWaterMark: "x" }, { highWaterMark: -1 }, { highWaterMark: NaN }, { highWaterMark: "4" }, { highWaterMark: null }, 5, null]) await row(`${Strategy.name} of ${JSON.stringify(init)}`, () => new Strategy(init).highWaterMark);
      await row(`${Strategy.name}'s size`, () => { const { size } = new Strategy({ highWaterMark: 1 }); return size({ byteLength: 7 }); });
      await row(`${Strategy.name}'s size of a text`, () => new Strategy({ highWaterMark: 1 }).size("abc"));
    }
    return t.response();
  },
};
