// Tails: what a Worker that is named in `tails` is told of the events of a loaded Worker.
import { DurableObject, WorkerEntrypoint, exports } from "cloudflare:workers";
import { table } from "../table.js";

const url = "http://worker.test/path?query=1";
const members = (value, depth = 0) => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => members(item, depth + 1));
  const found = {};
  for (let at = value; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (name === "constructor" || name in found) continue;
      const member = value[name];
      found[name] = typeof member === "function" ? "function" : /time|scriptVersion|stack/i.test(name) ? typeof member : members(member, depth + 1);
    }
  }
  return `${Object.prototype.toString.call(value)} ${Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => `${name}=${typeof member === "string" ? member : JSON.stringify(member)}`).join(" ")}`;
};

// What tails are told comes together here, wherever they run.
export class Collector extends DurableObject {
  found = [];
  add(item) {
    this.found.push(item);
  }
  take() {
    return this.found.splice(0);
  }
  count() {
    return this.found.length;
  }
}
const collect = (item) => exports.Collector.getByName("one").add(item);
const infos = ({ event }) => (event?.request === undefined ? [] : [event.request.headers, event.request.url, event.request.getUnredacted().headers, event.request.getUnredacted().url]);
const names = (value) => [Object.keys(value).sort(), Object.getOwnPropertyNames(Object.getPrototypeOf(value)).sort(), value.constructor.name];

export class Tail extends WorkerEntrypoint {
  async tail(events) {
    for (const event of events) {
      const few = [events.length, this.ctx.props.to ?? null, event.outcome, event.event?.request?.url ?? event.event?.rpcMethod ?? null, event.event?.response?.status ?? null, event.logs.slice(0, 9).map(({ level, message }) => [level, message]), event.exceptions.map(({ name, message }) => [name, message])];
      const logs = [event.logs.length > 100 ? "many" : event.logs.length, event.truncated, event.logs.at(-1)?.level, event.logs.at(-1)?.message];
      const shape = [Object.getOwnPropertyDescriptor(event, "outcome"), names(event), ...event.logs.map(names), names(event.event), ...(event.event.request === undefined ? [] : [names(event.event.request), names(event.event.response ?? {})])];
      await collect({ few, logs, shape, infos: infos(event), all: members(event) });
    }
  }
}
export class Failing extends WorkerEntrypoint {
  async tail() {
    await collect({ few: "failing" });
    throw new Error("a tail that fails");
  }
}
export class Without extends WorkerEntrypoint {}

const load = (env, code, options) => env.LOADER.load({ compatibilityDate: "2026-11-17", mainModule: "m.js", modules: { "m.js": code }, ...options });
const handler = (body) => `export default { async fetch(request, env, ctx) { ${body} } };`;

export class Host extends DurableObject {
  async facet(code, method) {
    const worker = load(this.env, code, { tails: [exports.Tail({})] });
    const facet = this.ctx.facets.get("x", () => ({ class: worker.getDurableObjectClass("App") }));
    return await facet[method]("argument");
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const tails = [exports.Tail({})];
    const collector = exports.Collector.getByName("one");
    const told = async (run, count = 1) => {
      await collector.take();
      const outcome = await Promise.resolve().then(run).then((value) => value instanceof Response ? value.text() : value).catch((error) => `${error}`);
      for (let i = 0; i < 300 && (await collector.count()) < count; i++) await scheduler.wait(10);
      await scheduler.wait(30);
      return [outcome ?? null, await collector.take()];
    };
    const only = async (what, ...args) => { const [outcome, found] = await told(...args); return [outcome, found.map((item) => item[what])]; };
    const all = (...args) => only("all", ...args);
    const few = (...args) => only("few", ...args);
    const fetches = (body, options = { tails }, init) => () => load(env, handler(body), options).getEntrypoint().fetch(url, init);

    await row("everything of a fetch", () => all(fetches("console.log('a'); return new Response('ran', { status: 201 });", { tails }, { method: "POST", body: "x", headers: { "x-a": "1", authorization: "secret", cookie: "c=1" } })));
    await row("everything of a throw", () => all(fetches("throw new RangeError('thrown');")));
    await row("everything of a call", () => all(() => load(env, "import { WorkerEntrypoint } from 'cloudflare:workers'; export default class extends WorkerEntrypoint { hi() { return 'hi'; } }", { tails }).getEntrypoint().hi()));
    await row("everything of a facet", () => all(() => env.Host.getByName("a").facet("import { DurableObject } from 'cloudflare:workers'; export class App extends DurableObject { hi(x) { console.log(x); return 'hi'; } }", "hi")));
    await row("members", () => only("shape", fetches("console.log('a'); return new Response('ran');")));
    await row("a call that throws", () => few(() => load(env, "import { WorkerEntrypoint } from 'cloudflare:workers'; export default class extends WorkerEntrypoint { hi() { throw new TypeError('no'); } }", { tails }).getEntrypoint().hi()));
    await row("a facet that throws", () => few(() => env.Host.getByName("b").facet("import { DurableObject } from 'cloudflare:workers'; export class App extends DurableObject { hi(x) { throw new TypeError('no'); } }", "hi")));
    await row("redacted", () => only("infos", fetches("return new Response('ran');", { tails }, { headers: { authorization: "secret", cookie: "c=1", "x-token": "t", "x-a": "1" } })));
    await row("redacted url", () => only("infos", () => load(env, handler("return new Response('ran');"), { tails }).getEntrypoint().fetch("http://worker.test/0123456789abcdef0123456789abcdef/x?token=A1b2C3d4E5f6G7h8I9j0K1l2")));
    await row("values in logs", () => few(fetches("console.log('a', 1, null, undefined, true, 5n, Symbol('s'), { b: [2, { c: 3 }] }, [1, , 2], new Date(0), new Map([[1, 2]]), new Error('e'), Object.create(null), new (class Mine { x = 1; })(), new (class { toJSON() { return 'own'; } })(), /x/, new Boolean(true), () => 1, NaN, -0, new Uint8Array(2)); return new Response('');")));
    await row("levels", () => few(fetches("console.debug('d'); console.info('i'); console.warn('w'); console.error('e'); console.trace('t'); console.table([1]); console.assert(false, 'no'); console.dir({ x: 1 }); console.group('g'); console.count(); return new Response('');")));
    await row("circular", () => few(fetches("const a = {}; a.a = a; console.log(a); return new Response('');")));
    await row("toJSON that throws", () => few(fetches("console.log({ toJSON() { throw new Error('no json'); } }, 'rest'); return new Response('');")));
    await row("format", () => few(fetches("console.log('%s is %d', 'a', 1); console.log(); return new Response('');")));
    await row("in waitUntil", () => few(fetches("ctx.waitUntil(scheduler.wait(20).then(() => console.log('later'))); return new Response('');")));
    await row("rejected waitUntil", () => few(fetches("ctx.waitUntil(Promise.reject(new Error('in the background'))); return new Response('');")));
    await row("unhandled rejection", () => few(fetches("Promise.reject(new Error('nobody')); await scheduler.wait(1); return new Response('');")));
    await row("in a timer", () => few(fetches("setTimeout(() => { throw new RangeError('in a timer'); }, 1); await scheduler.wait(5); return new Response('');")));
    await row("in an interval", () => few(fetches("const id = setInterval(() => { clearInterval(id); throw 'a text'; }, 1); await scheduler.wait(5); return new Response('');")));
    await row("in an immediate", () => few(fetches("setImmediate(() => { throw { a: 1 }; }); await scheduler.wait(5); return new Response('');")));
    await row("in a timer of waitUntil", () => few(fetches("ctx.waitUntil(scheduler.wait(5)); setTimeout(() => { throw new Error('later'); }, 1); return new Response('');")));
    await row("in a microtask", () => few(fetches("queueMicrotask(() => { throw new Error('nobody'); }); await scheduler.wait(1); return new Response('');")));
    await row("reported", () => few(fetches("reportError(new Error('nobody')); return new Response('');")));
    await row("in the stream", () => few(fetches("return new Response(new ReadableStream({ pull(c) { console.log('pulled'); c.enqueue(new TextEncoder().encode('x')); c.close(); } }, { highWaterMark: 0 }));")));
    await row("thrown value", () => few(fetches("throw 'a text';")));
    await row("thrown object", () => few(fetches("throw { a: 1 };")));
    await row("custom error", () => few(fetches("class Mine extends Error { name = 'Mine'; } throw new Mine('own');")));
    await row("no such method", () => few(() => load(env, "import { WorkerEntrypoint } from 'cloudflare:workers'; export default class extends WorkerEntrypoint { hi() {} }", { tails }).getEntrypoint().nope(), 1));
    await row("no such entrypoint", () => few(() => load(env, handler(""), { tails }).getEntrypoint("Nope").fetch(url), 1));
    await row("does not start", () => few(() => load(env, "throw new Error('at start');", { tails }).getEntrypoint().fetch(url), 1));
    await row("logs at start", () => few(() => load(env, `console.log("at start"); ${handler("console.log('then'); return new Response('');")}`, { tails }).getEntrypoint().fetch(url)));
    await row("a tail that fails", () => few(fetches("return new Response('ran');", { tails: [exports.Failing({}), exports.Tail({})] }), 2));
    await row("a tail without a handler", () => few(fetches("return new Response('ran');", { tails: [exports.Without({}), exports.Tail({})] }), 1));
    await row("many logs", () => only("logs", fetches("for (let i = 0; i < 2000; i++) console.log('line ' + i + ' ' + 'x'.repeat(100)); return new Response('');")));
    await row("one large log", () => only("logs", fetches("console.log('x'.repeat(300000)); console.log('after'); return new Response('');")));
    await row("a facet's rejected waitUntil", () => few(() => env.Host.getByName("c").facet("import { DurableObject } from 'cloudflare:workers'; export class App extends DurableObject { async fetch(request) { return new Response('app'); } hi() { this.ctx.waitUntil(Promise.reject(new Error('left behind'))); } }", "hi")));
    await row("nested Worker without tails", () => few(fetches("return new Response('ran');", {}), 0));
    return response();
  },
};
