// node:async_hooks: where an AsyncLocalStorage's store is seen, across everything of Node and the Web that calls back.
import { table } from "../table.js";
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import EventEmitter, { once } from "node:events";
import { Readable, Transform, Writable, finished, pipeline } from "node:stream";
import timers from "node:timers/promises";
import util from "node:util";
import zlib from "node:zlib";
import crypto from "node:crypto";

const storage = new AsyncLocalStorage();
const seen = () => storage.getStore();
// What a callback sees that is given within one store and called while another is there.
const given = (start) => storage.run("outer", () => new Promise((resolve) => start(() => resolve(seen()))));
const rows = {
  "a timer": () => given((done) => setTimeout(done, 1)),
  "an interval": () => given((done) => { const timer = setInterval(() => { clearInterval(timer); done(); }, 1); }),
  "an immediate": () => given(setImmediate),
  "a tick": () => given((done) => process.nextTick(done)),
  "a microtask": () => given(queueMicrotask),
  "a promise": () => given((done) => Promise.resolve().then(done)),
  "a rejection": () => given((done) => Promise.reject(new Error()).catch(done)),
  "finally": () => given((done) => Promise.resolve().finally(done)),
  "timers/promises": () => given((done) => timers.setTimeout(1).then(done)),
  "an interval of timers/promises": () => given(async (done) => { for await (const _ of timers.setInterval(1)) break; done(); }),
  "crypto's callback": () => given((done) => crypto.randomBytes(4, done)),
  "zlib's callback": () => given((done) => zlib.deflate("x", done)),
  "promisified": () => given((done) => util.promisify(crypto.randomBytes)(4).then(done)),
  "callbackified": () => given((done) => util.callbackify(async () => 1)(done)),
  "an emitter calls where it emits": () => { const emitter = new EventEmitter(); let got; storage.run("listen", () => emitter.on("a", () => (got = seen()))); storage.run("emit", () => emitter.emit("a")); return got; },
  "once resumes where it waited": async () => { const emitter = new EventEmitter(); const got = storage.run("wait", async () => { await once(emitter, "a"); return seen(); }); storage.run("emit", () => emitter.emit("a")); return got; },
  "then resumes where it was called": async () => { let resolve; const promise = storage.run("made", () => new Promise((done) => (resolve = done))); const got = storage.run("then", () => promise.then(seen)); storage.run("resolved", resolve); return got; },
  "await resumes where it was": async () => { let resolve; const promise = new Promise((done) => (resolve = done)); const got = storage.run("await", async () => { await promise; return seen(); }); storage.run("resolved", resolve); return got; },
  "Promise.all": () => storage.run("all", async () => { await Promise.all([timers.setTimeout(1), Promise.resolve()]); return seen(); }),
  "Promise.race": () => storage.run("race", async () => { await Promise.race([timers.setTimeout(1), new Promise(() => {})]); return seen(); }),
  "an async generator sees who asks": async () => { async function* made() { yield seen(); await null; yield seen(); } const generator = storage.run("made", () => made()); return [(await storage.run("first", () => generator.next())).value, (await storage.run("second", () => generator.next())).value]; },
  "a generator sees who asks": () => { function* made() { yield seen(); yield seen(); } const generator = storage.run("made", () => made()); return [storage.run("first", () => generator.next().value), storage.run("second", () => generator.next().value)]; },
  "two at a time": async () => { const one = async (name) => storage.run(name, async () => { await timers.setTimeout(1); const before = seen(); await null; return [before, seen()].join(); }); return Promise.all(["x", "y", "z"].map(one)); },
  "inner ends": async () => storage.run("outer", async () => { const inner = await storage.run("inner", async () => { await null; return seen(); }); return [inner, seen()]; }),
  "an error keeps the outer": async () => storage.run("outer", async () => { try { await storage.run("inner", async () => { await null; throw new Error("e"); }); } catch { return seen(); } }),
  "run gives back and throws": () => [storage.run(1, (...args) => args, 2, 3), (() => { try { storage.run(1, () => { throw new Error("thrown"); }); } catch (error) { return error.message; } })()],
  "values of all kinds": () => [0, "", false, null, NaN, undefined].map((value) => storage.run(value, () => String(seen()))).join(),
  "many storages": () => { const all = Array.from({ length: 20 }, () => new AsyncLocalStorage()); const nest = (index) => (index === all.length ? all.map((one) => one.getStore()).join() : all[index].run(index, () => nest(index + 1))); return nest(0); },
  "a deep nest": () => { const nest = (depth) => (depth === 0 ? seen() : storage.run(depth, () => nest(depth - 1))); return [nest(200), seen()]; },
  "exit and what it starts": () => storage.run("outer", async () => { const inner = await storage.exit(async () => { await null; return String(seen()); }); return [inner, seen()]; }),
  "bind": () => { const bound = storage.run("bound", () => AsyncLocalStorage.bind((...args) => [seen(), ...args])); return [bound(1), storage.run("called", () => bound(2)), bound.length]; },
  "bind and what it starts": async () => { const bound = storage.run("bound", () => AsyncLocalStorage.bind(async () => { await null; return seen(); })); return storage.run("called", bound); },
  "snapshot": () => { const snapshot = storage.run("kept", () => AsyncLocalStorage.snapshot()); return storage.run("called", () => [snapshot(seen), snapshot((...args) => args.join(), 1, 2), seen()]); },
  "snapshot of nothing": () => { const snapshot = AsyncLocalStorage.snapshot(); return storage.run("called", () => String(snapshot(seen))); },
  "snapshot throws": () => AsyncLocalStorage.snapshot()(() => { throw new RangeError("thrown"); }),
  "AsyncResource": () => { const resource = storage.run("made", () => new AsyncResource("mine")); return storage.run("called", () => [resource.runInAsyncScope(seen), resource.runInAsyncScope(function (...args) { return [this.x, ...args]; }, { x: 1 }, 2), seen()]); },
  "AsyncResource: bind": () => { const resource = storage.run("made", () => new AsyncResource("mine")); const bound = resource.bind((...args) => [seen(), ...args]); return storage.run("called", () => bound(1)); },
  "AsyncResource: bind of the class": () => { const bound = storage.run("made", () => AsyncResource.bind(() => seen())); return storage.run("called", () => bound()); },
  "AsyncResource: subclass": () => { class Mine extends AsyncResource { constructor() { super("Mine"); } run(call) { return this.runInAsyncScope(call, this); } } const mine = storage.run("made", () => new Mine()); return mine.run(function () { return [seen(), this === mine]; }); },
  "AsyncResource: throws": () => new AsyncResource("mine").runInAsyncScope(() => { throw new RangeError("thrown"); }),
  "AsyncResource: emitDestroy": () => { const resource = new AsyncResource("mine"); return resource.emitDestroy() === resource; },
  "readable: read": async () => { const got = []; const stream = storage.run("made", () => new Readable({ read() { got.push(seen()); this.push(null); } })); await storage.run("read", async () => { stream.resume(); await once(stream, "end"); }); return got; },
  "writable: finish": () => storage.run("wrote", () => new Promise((resolve) => { const stream = new Writable({ write(chunk, encoding, done) { setImmediate(done); } }); stream.on("finish", () => resolve(seen())); stream.end("x"); })),
  "transform: within one store": () => storage.run("all", async () => { const got = []; const stream = new Transform({ transform(chunk, encoding, done) { got.push(seen()); done(null, chunk); }, flush(done) { got.push(seen()); done(); } }); stream.end("x"); for await (const _ of stream) got.push(seen()); return got; }),
  "pipeline's callback": () => storage.run("called", () => new Promise((resolve) => pipeline(Readable.from(["x"]), new Writable({ write(chunk, encoding, done) { done(); } }), () => resolve(seen())))),
  "finished's callback": () => { const stream = Readable.from(["x"]); const got = storage.run("waits", () => new Promise((resolve) => finished(stream, () => resolve(seen())))); storage.run("reads", () => stream.resume()); return got; },
  "async iteration": () => storage.run("loop", async () => { const got = []; for await (const _ of Readable.from(["x", "y"])) got.push(seen()); return got; }),
  "an EventTarget": () => { const target = new EventTarget(); let got; storage.run("listen", () => target.addEventListener("a", () => (got = seen()))); storage.run("dispatch", () => target.dispatchEvent(new Event("a"))); return got; },
  "an abort": () => { const controller = new AbortController(); let got; storage.run("listen", () => controller.signal.addEventListener("abort", () => (got = seen()))); storage.run("abort", () => controller.abort()); return got; },
  "a timeout's abort": () => storage.run("made", () => new Promise((resolve) => { AbortSignal.timeout(1).addEventListener("abort", () => resolve(String(seen()))); })),
  "subtle": () => storage.run("digest", async () => { await globalThis.crypto.subtle.digest("SHA-1", new Uint8Array(1)); return seen(); }),
  "a MessagePort": () => storage.run("listen", () => new Promise((resolve) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => { resolve(String(seen())); port1.close(); }; storage.run("post", () => port2.postMessage(1)); })),
};

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
