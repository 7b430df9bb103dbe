// node:diagnostics_channel: who is told what and when, stores that are bound, and what a tracing channel tells.
import { table } from "../table.js";
import dc from "node:diagnostics_channel";
import { AsyncLocalStorage } from "node:async_hooks";

const EVENTS = ["start", "end", "asyncStart", "asyncEnd", "error"];
let made = 0;
// A tracing channel and the events that it tells.
function traced() {
  const channel = dc.tracingChannel(`traced ${++made}`);
  const log = [];
  channel.subscribe(Object.fromEntries(EVENTS.map((event) => [event, (message) => log.push(`${event}${"result" in message ? ` result ${message.result}` : ""}${"error" in message ? ` error ${message.error?.message}` : ""}`)])));
  return { channel, log };
}
const fresh = () => dc.channel(`fresh ${++made}`);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const rows = {
  "one channel by a name": () => [dc.channel("a") === dc.channel("a"), dc.channel("a") === dc.channel("b"), dc.channel("a").name],
  "by a symbol": () => { const name = Symbol("s"); return [dc.channel(name) === dc.channel(name), dc.hasSubscribers(name)]; },
  "nobody listens": () => [fresh().hasSubscribers, fresh().publish({}), dc.hasSubscribers("nobody at all")],
  "in order of subscription": () => { const channel = fresh(); const got = []; for (const name of ["x", "y", "z"]) channel.subscribe((message) => got.push(name, message)); channel.publish(1); return got; },
  "message and name": () => { const channel = fresh(); let got; channel.subscribe((...args) => (got = args)); const message = { a: 1 }; channel.publish(message); return [got[0] === message, got[1] === channel.name, got.length]; },
  "of the module": () => { const got = []; const listener = (message, name) => got.push(message, name); dc.subscribe("of the module", listener); dc.channel("of the module").publish(5); const during = dc.hasSubscribers("of the module"); dc.unsubscribe("of the module", listener); dc.channel("of the module").publish(6); return [got, during, dc.hasSubscribers("of the module")]; },
  "one listener twice": () => { const channel = fresh(); let count = 0; const listener = () => count++; channel.subscribe(listener); channel.subscribe(listener); channel.publish(1); channel.unsubscribe(listener); channel.publish(1); return count; },
  "unsubscribed while told": () => { const channel = fresh(); const got = []; const second = () => got.push("second"); channel.subscribe(() => { got.push("first"); channel.unsubscribe(second); }); channel.subscribe(second); channel.publish(1); channel.publish(1); return got; },
  "subscribed while told": () => { const channel = fresh(); const got = []; channel.subscribe(() => { got.push("first"); if (got.length === 1) channel.subscribe(() => got.push("second")); }); channel.publish(1); channel.publish(1); return got; },
  "publishes within": () => { const channel = fresh(); const got = []; channel.subscribe((depth) => { got.push(depth); if (depth < 3) channel.publish(depth + 1); }); channel.publish(1); return got; },
  "any message": () => { const channel = fresh(); const got = []; channel.subscribe((message) => got.push(message)); for (const message of [undefined, null, 0, "", 5n, true]) channel.publish(message); channel.publish(); return got.map(String); },
  "is a Channel": () => [fresh() instanceof dc.Channel, Object.keys(dc.channel("a")).includes("subscribe"), typeof fresh().bindStore],
  "runStores without stores": () => fresh().runStores({}, function (...args) { return [this.x, ...args]; }, { x: 1 }, 2, 3),
  "runStores": () => { const channel = fresh(); const storage = new AsyncLocalStorage(); channel.bindStore(storage); return [channel.runStores("data", () => storage.getStore()), String(storage.getStore())]; },
  "runStores tells": () => { const channel = fresh(); const got = []; channel.subscribe((message) => got.push(message)); got.push(channel.runStores("data", () => "result")); return got; },
  "runStores by a function": () => { const channel = fresh(); const storage = new AsyncLocalStorage(); channel.bindStore(storage, (data) => ({ of: data })); return channel.runStores("data", () => storage.getStore()); },
  "runStores of two": () => { const channel = fresh(); const [one, two] = [new AsyncLocalStorage(), new AsyncLocalStorage()]; channel.bindStore(one, (data) => data + 1); channel.bindStore(two, (data) => data + 2); return channel.runStores(5, () => [one.getStore(), two.getStore()]); },
  "runStores waits": async () => { const channel = fresh(); const storage = new AsyncLocalStorage(); channel.bindStore(storage); return channel.runStores("data", async () => { await turn(); return storage.getStore(); }); },
  "runStores throws": () => { const channel = fresh(); channel.bindStore(new AsyncLocalStorage()); return channel.runStores({}, () => { throw new RangeError("thrown"); }); },
  "a store bound twice": () => { const channel = fresh(); const storage = new AsyncLocalStorage(); channel.bindStore(storage, () => 1); channel.bindStore(storage, () => 2); return channel.runStores({}, () => storage.getStore()); },
  "a store unbound": () => { const channel = fresh(); const storage = new AsyncLocalStorage(); channel.bindStore(storage); channel.unbindStore(storage); return [String(channel.runStores("data", () => storage.getStore())), channel.hasSubscribers]; },
  "no channel": () => ["publish", "subscribe", "unsubscribe", "bindStore", "unbindStore", "runStores"].map((name) => { try { return typeof dc.Channel.prototype[name].call({}, () => {}, () => {}); } catch (error) { return `${error.name} ${error.message}`; } }),
  "wrong arguments of a channel": () => { const channel = fresh(); const storage = new AsyncLocalStorage(); return [() => channel.publish(), () => channel.subscribe(), () => channel.unsubscribe(5), () => fresh().bindStore({}), () => fresh().bindStore(storage, 5), () => channel.unbindStore(5), () => channel.runStores(), () => channel.runStores(1), () => channel.runStores(1, 5)].map((call) => { try { return typeof call(); } catch (error) { return `${error.name} ${error.message}`; } }); },
  "numbers of parameters": () => ["publish", "subscribe", "unsubscribe", "bindStore", "unbindStore", "runStores"].map((name) => dc.Channel.prototype[name].length).join(),
  "channels that are none": () => [undefined, null, 5, {}].map((given) => { try { return typeof dc.tracingChannel(given); } catch (error) { return `${error.name} ${error.code} ${error.message}`; } }),
  "a bound store is a subscriber": () => { const channel = fresh(); const storage = new AsyncLocalStorage(); const before = channel.hasSubscribers; channel.bindStore(storage); return [before, channel.hasSubscribers]; },
  "tracingChannel: names": () => { const channel = dc.tracingChannel("named"); return EVENTS.map((event) => channel[event].name); },
  "tracingChannel: its channels": () => { const channel = dc.tracingChannel("shared"); return EVENTS.map((event) => channel[event] === dc.channel(`tracing:shared:${event}`)); },
  "tracingChannel: of channels": () => { const channels = Object.fromEntries(EVENTS.map((event) => [event, dc.channel(`own ${event}`)])); const channel = dc.tracingChannel(channels); return EVENTS.map((event) => channel[event] === channels[event]); },
  "tracingChannel: hasSubscribers": () => { const channel = dc.tracingChannel("has"); const before = channel.hasSubscribers; const listeners = { end() {} }; channel.subscribe(listeners); const during = channel.hasSubscribers; const gone = channel.unsubscribe(listeners); return [before, during, gone === undefined, channel.hasSubscribers]; },
  "traceSync": () => { const { channel, log } = traced(); const got = channel.traceSync(function (...args) { return [this.x, ...args].join(); }, {}, { x: 1 }, 2, 3); return [got, log]; },
  "traceSync throws": () => { const { channel, log } = traced(); try { channel.traceSync(() => { throw new Error("thrown"); }); } catch (error) { log.push(`caught ${error.message}`); } return log; },
  "traceSync: one message": () => { const channel = dc.tracingChannel(`one ${++made}`); const messages = []; for (const event of ["start", "end"]) channel[event].subscribe((message) => messages.push(message)); const context = { a: 1 }; channel.traceSync(() => 5, context); return [messages.map((message) => message === context), context]; },
  "traceSync: unheard": () => dc.tracingChannel(`unheard ${++made}`).traceSync((a, b) => a + b, {}, null, 1, 2),
  "tracePromise": async () => { const { channel, log } = traced(); const got = await channel.tracePromise(async function (value) { log.push("runs"); await turn(); return `${this.x}${value}`; }, {}, { x: 1 }, 2); return [got, log]; },
  "tracePromise rejects": async () => { const { channel, log } = traced(); try { await channel.tracePromise(async () => { throw new Error("rejected"); }); } catch (error) { log.push(`caught ${error.message}`); } return log; },
  "tracePromise throws": () => { const { channel, log } = traced(); try { channel.tracePromise(() => { throw new Error("thrown"); }); } catch (error) { log.push(`caught ${error.message}`); } return log; },
  "tracePromise: unheard": async () => dc.tracingChannel(`unheard ${++made}`).tracePromise(async (value) => value, {}, null, 5),
  "tracePromise: in turn": async () => { const { channel, log } = traced(); const promise = channel.tracePromise(async () => log.push("runs")); log.push("called"); await promise; return log; },
  "traceSync of a promise": async () => { const { channel, log } = traced(); const got = await channel.traceSync(async () => 5); return [got, log.map((line) => line.split(" ")[0])]; },
  "a store over a trace": () => { const channel = dc.tracingChannel(`stored ${++made}`); const storage = new AsyncLocalStorage(); channel.start.bindStore(storage, (context) => context.a); return [channel.traceSync(() => storage.getStore(), { a: "seen" }), String(storage.getStore())]; },
  "a store over a promise": async () => { const channel = dc.tracingChannel(`stored ${++made}`); const storage = new AsyncLocalStorage(); channel.start.bindStore(storage, (context) => context.a); return channel.tracePromise(async () => { await turn(); return storage.getStore(); }, { a: "seen" }); },
  "a part of the events": () => { const channel = dc.tracingChannel(`part ${++made}`); const log = []; channel.subscribe({ end: ({ result }) => log.push(result) }); channel.traceSync(() => 7, {}); return log; },
  "traceCallback": async () => { const { channel, log } = traced(); await new Promise((resolve) => channel.traceCallback((value, callback) => setImmediate(callback, null, value), -1, {}, null, 5, (error, value) => { log.push(`called ${value}`); resolve(); })); await turn(); return log; },
  "traceCallback fails": async () => { const { channel, log } = traced(); await new Promise((resolve) => channel.traceCallback((callback) => setImmediate(callback, new Error("failed")), 0, {}, null, (error) => { log.push(`called ${error.message}`); resolve(); })); await turn(); return log; },
  "traceCallback without a callback": () => { const { channel } = traced(); return channel.traceCallback(() => {}, 0, {}, null, 5); },
};

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
