// MessageChannel, MessagePort and the events of the scope.
import { table } from "../table.js";
const d = (o) => Reflect.ownKeys(o).filter((key) => typeof key === "string").map((k) => { const x = Object.getOwnPropertyDescriptor(o, k); return `${k}:${x.writable ? "w" : ""}${x.enumerable ? "e" : ""}${x.configurable ? "c" : ""}=${typeof x.value}`; });
export default { async fetch() {
  const { row, response } = table();
  await row("MessageEvent", () => d(new MessageEvent("x", { data: 1 })));
  await row("MessageEvent without data", () => d(new MessageEvent("x")));
  await row("CloseEvent", () => d(new CloseEvent("x", { code: 1 })));
  for (const name of ["PromiseRejectionEvent", "FetchEvent", "ExtendableEvent", "ScheduledEvent", "TailEvent", "Body", "Crypto", "Navigator", "MessagePort", "WorkerGlobalScope", "ServiceWorkerGlobalScope"]) await row(`new ${name}`, () => new globalThis[name]("x", { promise: Promise.resolve() }));
  await row("assign origin", () => { globalThis.origin = 1; });
  await row("assign userAgent", () => { navigator.userAgent = 1; });
  await row("navigator", () => ({ ...navigator }));
  await row("prototype of fetch", () => "prototype" in fetch);
  await row("channel", async () => { const { port1, port2 } = new MessageChannel(); const got = new Promise((r) => { port2.onmessage = (e) => r([e.constructor.name, e.data, e.origin, e.lastEventId, e.source, e.ports, e.type, e.target === port2, e.isTrusted]); }); port1.postMessage({ a: [1, new Date(0)] }); return got; });
  await row("clone", async () => { const { port1, port2 } = new MessageChannel(); const got = new Promise((r) => { port2.onmessage = (e) => r(e.data); }); port1.postMessage(new Map([[1, "x"]])); return got; });
  await row("function", () => { new MessageChannel().port1.postMessage(() => 1); });
  await row("nothing", () => new MessageChannel().port1.postMessage());
  await row("transfer", () => { const b = new ArrayBuffer(2); new MessageChannel().port1.postMessage(b, [b]); });
  await row("transfer in options", () => { const b = new ArrayBuffer(2); new MessageChannel().port1.postMessage(b, { transfer: [b] }); });
  await row("queue before", async () => { const { port1, port2 } = new MessageChannel(); port1.postMessage(1); port1.postMessage(2); const seen = []; port2.onmessage = (e) => seen.push(e.data); const now = seen.length; await scheduler.wait(2); return [now, seen]; });
  await row("order", async () => { const { port1, port2 } = new MessageChannel(); const seen = []; port2.onmessage = (e) => seen.push(e.data); port1.postMessage(1); seen.push("sync"); await Promise.resolve(); await Promise.resolve(); await Promise.resolve(); seen.push("later"); return seen; });
  await row("close", async () => { const { port1, port2 } = new MessageChannel(); const seen = []; port2.onmessage = (e) => seen.push(e.data); port2.addEventListener("close", (e) => seen.push("close2", e.constructor.name)); port1.addEventListener("close", () => seen.push("close1")); port1.close(); port1.postMessage(1); await scheduler.wait(2); return seen; });
  await row("close then deliver", async () => { const { port1, port2 } = new MessageChannel(); const seen = []; port2.onmessage = (e) => seen.push(e.data); port1.postMessage(1); port1.close(); await scheduler.wait(2); return seen; });
  await row("onmessage null", () => { const { port1 } = new MessageChannel(); const a = port1.onmessage; port1.onmessage = 1; const b = port1.onmessage; port1.onmessage = () => {}; return [a, b, typeof port1.onmessage]; });
  await row("listener throws", async () => { const { port1, port2 } = new MessageChannel(); const seen = []; port2.onmessage = (e) => { seen.push(e.data); throw new Error("x" + e.data); }; port1.postMessage(1); port1.postMessage(2); await scheduler.wait(2); return seen; });
  await row("tags", () => [String(new MessageChannel()), String(new MessageChannel().port1)]);
  return response();
} };
