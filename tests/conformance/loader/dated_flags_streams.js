// What dated flags change in streams, promises and node:process, on both sides of their dates. Each row runs in a loaded Worker of the day before, and of the day.
import { table } from "../table.js";

// A promise, with what has become of it so far.
const seen = (promise) => {
  const told = { state: "pending" };
  told.over = promise.then((value) => (told.state = `ok ${value}`), (error) => (told.state = `fails ${error}`));
  return told;
};
const t = (f) => { try { return f(); } catch (error) { return String(error); } };

// What a pipe does, and who holds its ends, after each of some events; with `alone`, after those that only the old pipes answer as here.
const stepByStep = async (alone) => {
  const rows = [];
  const each = async (options, ...acts) => {
    const log = [];
    let dst, src;
    const stop = new AbortController();
    let written;
    const slow = new Promise((done) => { written = done; });
    const { sign, mark = 1, ...given } = options;
    if (sign) given.signal = stop.signal;
    const source = new ReadableStream({ start(c) { src = c; }, cancel(r) { log.push("cancel " + r); } });
    const destination = new WritableStream({ start(c) { dst = c; }, write(c) { log.push("w " + c); if (c === "slow") return slow; }, abort(r) { log.push("abort " + r); }, close() { log.push("close"); } }, { highWaterMark: mark });
    const pipe = seen(source.pipeTo(destination, given));
    await scheduler.wait(2);
    for (const act of [...acts, () => written()]) {
      try { await act({ dst, src, stop }); } catch (error) { log.push(String(error)); }
      await scheduler.wait(2);
      log.push(pipe.state, source.locked, destination.locked);
    }
    if (!source.locked) {
      const read = seen(source.getReader().read().then((r) => JSON.stringify(r)));
      await scheduler.wait(2);
      log.push(read.state);
    }
    rows.push(log);
  };
  const fail = ({ dst }) => dst.error(new Error("ctl"));
  const give = (...chunks) => ({ src }) => chunks.forEach((chunk) => src.enqueue(chunk));
  const end = ({ src }) => src.close();
  const failSource = ({ src }) => src.error(new Error("src"));
  const stopIt = ({ stop }) => stop.abort(new Error("stop"));
  for (const options of [{}, { preventCancel: true }]) {
    if (!alone) {
      await each(options, fail);
      await each(options, fail, end);
      await each(options, fail, failSource);
      await each(options, give("slow"), fail);
      await each(options, give("slow", "b"), fail);
      await each(options, give("a"), failSource);
      await each(options, give("a"), end);
      continue;
    }
    await each(options, fail, give("z"));
    await each({ ...options, sign: true }, stopIt, give("z"));
    await each({ ...options, sign: true }, stopIt, fail);
    await each({ ...options, sign: true }, give("slow"), stopIt);
    await each({ ...options, sign: true, preventAbort: true }, give("slow", "b"), stopIt);
    await each({ ...options, mark: 0 }, give("a"), give("b", "c"), end);
    await each({ ...options, mark: 0 }, give("a"), fail);
  }
  return rows;
};

// [flag, date, what the row shows, what runs in the loaded Worker, whether on the day before alone].
const ROWS = [
  ["internal_stream_byob_return_view", "2024-05-13", "branches and clones", async () => {
    const end = async (stream, least = 0) => {
      const r = stream.getReader({ mode: "byob" });
      let x;
      do { x = await (least ? r.readAtLeast(least, new Uint8Array(4)) : r.read(new Uint8Array(4))); } while (!x.done);
      return x.value?.byteLength ?? "nothing";
    };
    const both = async ([a, b]) => [await end(a), await end(b, 2)];
    const own = (left = 1) => new ReadableStream({ type: "bytes", pull(c) { if (left-- > 0) { c.enqueue(new Uint8Array([1])); } else { c.close(); c.byobRequest?.respond(0); } } });
    const clones = (response) => [response.clone().body, response.body];
    const from = new IdentityTransformStream();
    const w = from.writable.getWriter();
    w.write(new Uint8Array([1]));
    w.close();
    const last = async (r) => { let x; do { x = await r.read(new Uint8Array(4)); } while (!x.done); return x.value?.byteLength ?? "nothing"; };
    return [
      await both(own().tee()), await both(own(0).tee()), await both(own().tee()[0].tee()), await both(new Response("x").body.tee()), await both(new Response(own()).body.tee()), await both(clones(new Response(own()))),
      await both(clones(new Response("x"))), await both(from.readable.tee()), await both(new (class extends ReadableStream {})({ type: "bytes", pull(c) { c.close(); c.byobRequest?.respond(0); } }).tee()),
      await end(own().pipeThrough(new IdentityTransformStream())), await last(new ReadableStreamBYOBReader(new Response("x").body)), await last(new ReadableStreamBYOBReader(own())),
    ];
  }],
  ["internal_writable_stream_abort_clears_queue", "2024-09-02", "abort with writes", async () => {
    const { readable, writable } = new IdentityTransformStream();
    const w = writable.getWriter();
    const all = [w.write(new Uint8Array([1])), w.write(new Uint8Array([2])), w.closed, w.abort(new Error("why"))].map(seen);
    await scheduler.wait(2);
    const early = all.map((p) => p.state);
    const read = await seen(readable.getReader().read().then((r) => r.value?.[0])).over;
    await scheduler.wait(2);
    return [early, read, all.map((p) => p.state)];
  }],
  ["internal_writable_stream_abort_clears_queue", "2024-09-02", "abort after close", async () => {
    const w = new FixedLengthStream(10).writable.getWriter();
    const all = [w.write(new Uint8Array([1])), w.close(), w.abort("why")].map(seen);
    await scheduler.wait(2);
    return all.map((p) => p.state);
  }],
  ["fixup-transform-stream-backpressure", "2024-12-16", "writes before and after a read", async () => {
    const log = [];
    const { readable, writable } = new TransformStream({ transform(c, k) { log.push("t" + c); k.enqueue(c + "1"); k.enqueue(c + "2"); } }, { highWaterMark: 3 });
    const w = writable.getWriter();
    const all = [..."abcdef"].map((c) => seen(w.write(c)));
    const states = () => all.map((p) => p.state[0]).join("");
    await scheduler.wait(1);
    log.push(states(), w.desiredSize);
    const r = readable.getReader();
    for (let i = 0; i < 3; i++) { log.push((await r.read()).value); await scheduler.wait(1); log.push(states(), w.desiredSize); }
    return log;
  }],
  ["fixup-transform-stream-backpressure", "2024-12-16", "a pipe", async () => {
    const log = [];
    let n = 0;
    const source = new ReadableStream({ pull(c) { log.push("p" + n); c.enqueue(n++); if (n > 4) c.close(); } }, { highWaterMark: 0 });
    const r = source.pipeThrough(new TransformStream({ transform(c, k) { log.push("t" + c); k.enqueue(c); } })).getReader();
    for (let i = 0; i < 6; i++) { const { value } = await r.read(); log.push("r" + value); await scheduler.wait(1); }
    return log;
  }],
  ["fixup-transform-stream-backpressure", "2024-12-16", "the class", async () => [TransformStream.length, TransformStream.name, new TransformStream().constructor === TransformStream, t(() => TransformStream()), new (class extends TransformStream { more = 1; })().more]],
  ["pipe_to_backward_propagation", "2026-11-17", "a destination that fails", async () => {
    const rows = [];
    const each = async (name, options, act) => {
      const log = [name];
      let dst, src;
      const source = new ReadableStream({ start(c) { src = c; }, cancel(r) { log.push("cancel " + r); } });
      const destination = new WritableStream({ start(c) { dst = c; }, write(c) { log.push("w " + c); if (c === "bad") throw new Error("write"); }, abort(r) { log.push("abort " + r); }, close() { log.push("close"); } });
      const pipe = seen(source.pipeTo(destination, options));
      await scheduler.wait(1);
      await act({ dst, src });
      await scheduler.wait(2);
      rows.push([...log, pipe.state, destination.locked]);
    };
    await each("idle", {}, ({ dst }) => dst.error(new Error("ctl")));
    await each("after chunks", {}, async ({ dst, src }) => { src.enqueue("a"); src.enqueue("b"); await scheduler.wait(1); dst.error(new Error("ctl")); });
    await each("in a write", {}, ({ src }) => src.enqueue("bad"));
    await each("then a chunk", { preventCancel: true }, async ({ dst, src }) => { dst.error(new Error("ctl")); await scheduler.wait(1); src.enqueue("z"); });
    await each("then the end", { preventCancel: true }, async ({ dst, src }) => { dst.error(new Error("ctl")); await scheduler.wait(1); src.close(); });
    await each("then an error", { preventCancel: true }, async ({ dst, src }) => { dst.error(new Error("ctl")); await scheduler.wait(1); src.error(new Error("src")); });
    await each("the source's error", {}, ({ src }) => src.error(new Error("src")));
    await each("the end", {}, ({ src }) => { src.enqueue("q"); src.close(); });
    return rows;
  }],
  ["pipe_to_backward_propagation", "2026-11-17", "before the pipe, and arguments", async () => {
    const closed = new WritableStream();
    await closed.close();
    let dst;
    const failed = new WritableStream({ start(c) { dst = c; } });
    dst.error(new Error("early"));
    const locked = new ReadableStream();
    locked.getReader();
    const all = [new ReadableStream().pipeTo(closed), new ReadableStream().pipeTo(failed), locked.pipeTo(new WritableStream()), new ReadableStream().pipeTo(5)].map(seen);
    await scheduler.wait(2);
    return all.map((p) => p.state);
  }],
  ...[["that fails", false], ["that fails, signals and marks", true]].map(([name, alone]) => ["pipe_to_backward_propagation", "2026-11-17", `a destination ${name}, step by step`, `async () => (${stepByStep})(${alone})`, alone]),
  ["unwrap_custom_thenables", "2024-04-01", "streams", async () => {
    const log = [];
    const later = (name) => ({ then(done) { log.push(name + " then"); setTimeout(done, 2); } });
    const w = new WritableStream({ start() { return later("start"); }, write(c) { log.push("write " + c); return later("write"); }, close() { return later("close"); } }).getWriter();
    await w.write(1);
    log.push("wrote");
    await w.close();
    log.push("closed");
    await new ReadableStream({ cancel() { return later("cancel"); } }).cancel();
    log.push("cancelled");
    const { readable, writable } = new TransformStream({ transform(c, k) { k.enqueue(c); return later("transform"); }, flush() { return later("flush"); } }, undefined, { highWaterMark: 5 });
    const tw = writable.getWriter();
    await tw.write(1);
    await tw.close();
    log.push((await readable.getReader().read()).value);
    return log;
  }],
  ["capture_async_api_throws", "2022-10-31", "arguments of wrong types", async () => {
    const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const bytes = () => new Response("x").body.getReader({ mode: "byob" });
    const calls = [
      () => fetch(), () => fetch("::bad"), () => fetch("http://x/", 5), () => fetch(Symbol()), () => scheduler.wait(), () => scheduler.wait(Symbol()), () => scheduler.wait(1, 5), () => scheduler.wait(1, { signal: 5 }),
      () => new Response("x").body.pipeTo(), () => new Response("x").body.pipeTo(5), () => bytes().read(), () => bytes().read(5), () => bytes().read(new Uint8Array(0)), () => bytes().readAtLeast(),
      () => crypto.subtle.digest(), () => crypto.subtle.digest("nope", new Uint8Array(1)), () => crypto.subtle.digest("SHA-1", 5), () => crypto.subtle.sign("HMAC", 5, new Uint8Array(1)), () => crypto.subtle.verify("HMAC", key, new Uint8Array(1), new Uint8Array(1)),
      () => crypto.subtle.importKey("zzz", new Uint8Array(1), "HMAC", false, []), () => crypto.subtle.exportKey("raw", key), () => new Response("{").json(),
    ];
    const found = [];
    for (const call of calls) {
      let promise;
      try { promise = call(); } catch (error) { found.push(`throws ${error}`); continue; }
      found.push(await promise.then(() => "ok", (error) => `rejects ${error}`));
    }
    return found;
  }],
  ["enable_fast_jsg_struct", "2025-12-03", "the end of iterators", async () => [new Headers(), new FormData(), new URLSearchParams()].map((list) => Object.keys(list.entries().next()).join())],
  ["writable_stream_spec_compliant_writer", "2026-03-24", "what was taken before the release", async () => {
    const rows = [];
    for (const stream of [new WritableStream({ write() { return new Promise(() => {}); } }), new WritableStream(), new IdentityTransformStream().writable]) {
      const w = stream.getWriter();
      const before = [w.closed, w.ready];
      if (rows.length === 0) w.write(new Uint8Array(1)).catch(() => {});
      before.push(w.ready);
      w.releaseLock();
      const all = [...before, w.closed, w.ready].map(seen);
      await scheduler.wait(1);
      rows.push([...all.map((p) => p.state), before[0] === w.closed]);
    }
    return rows;
  }],
  ["enable_nodejs_process_v2", "2026-08-04", "node:process", async () => {
    const module = await import("node:process");
    return [Object.keys(module), Object.keys(module.default).slice(0, 6), typeof process, Object.isFrozen(module.features), module.getBuiltinModule("node:process") === module.default];
  }],
];

export default {
  async fetch(request, env) {
    const { row, response } = table();
    for (const [flag, date, what, work, isOld] of ROWS) {
      for (const [side, compatibilityDate] of [["before", new Date(Date.parse(date) - 864e5).toISOString().slice(0, 10)], ["from", date]].slice(0, isOld ? 1 : 2)) {
        await row(`${side} ${flag}: ${what}`, async () => {
          const main = `const t = ${t}; const seen = ${seen}; export default { async fetch() { return new Response(JSON.stringify(await (${work})())); } };`;
          const worker = env.LOADER.load({ compatibilityDate, mainModule: "main.js", modules: { "main.js": main } });
          return (await worker.getEntrypoint().fetch("http://x/")).text();
        });
      }
    }
    return response();
  },
};
