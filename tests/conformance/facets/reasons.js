// Facets: what abort(name, reason) makes of its reason for calls in flight and later ones, aborts during the start,
// and starts that hang or outlive the event that began them.
import { DurableObject } from "cloudflare:workers";
import { table, describeError, marks, show } from "../table.js";

export class Child extends DurableObject {
  memory = 0;
  constructor(ctx, env) {
    super(ctx, env);
    if (ctx.props.slow) ctx.blockConcurrencyWhile(() => scheduler.wait(ctx.props.slow));
  }
  add() {
    return ++this.memory;
  }
  ping() {
    return "pong";
  }
  hang() {
    return new Promise(() => {});
  }
  async writeThenHang() {
    this.ctx.storage.kv.put("written", 1);
    await this.ctx.storage.sync();
    this.ctx.storage.kv.put("later", 1);
    return new Promise(() => {});
  }
  written() {
    return [this.ctx.storage.kv.get("written") ?? null, this.ctx.storage.kv.get("later") ?? null];
  }
  die(reason) {
    this.ctx.abort(reason);
  }
  dieWithError() {
    this.ctx.abort(new RangeError("typed"));
  }
  async fetch(request) {
    if (request.url.endsWith("body")) return new Response(new ReadableStream({ async pull(controller) { controller.enqueue(new TextEncoder().encode("x")); await new Promise(() => {}); } }));
    return new Promise(() => {});
  }
}

const reasons = {
  "Error": () => new Error("plain"),
  "TypeError": () => new TypeError("type"),
  "SyntaxError": () => new SyntaxError("syntax"),
  "EvalError": () => new EvalError("eval"),
  "DOMException": () => new DOMException("dom", "AbortError"),
  "AggregateError": () => new AggregateError([new Error("one")], "several"),
  "class of its own": () => new (class Mine extends Error { name = "Mine"; })("mine"),
  "name of its own": () => Object.assign(new Error("named"), { name: "Other" }),
  "members": () => Object.assign(new Error("members"), { code: 5, list: [1] }),
  "cause": () => new Error("caused", { cause: new TypeError("inner") }),
  "retryable": () => Object.assign(new Error("retry"), { retryable: true }),
  "overloaded": () => Object.assign(new Error("over"), { overloaded: true }),
  "both marks": () => Object.assign(new Error("both"), { retryable: true, overloaded: true }),
  "remote mark": () => Object.assign(new Error("remote"), { remote: true }),
  "reset mark": () => Object.assign(new Error("reset"), { durableObjectReset: true }),
  "empty message": () => new Error(""),
  "several lines": () => new Error("one\ntwo"),
  "not ASCII": () => new Error("é日😀"),
  "text": () => "text",
  "empty text": () => "",
  "number": () => 5,
  "null": () => null,
  "undefined": () => undefined,
  "false": () => false,
  "bigint": () => 5n,
  "object": () => ({ a: 1 }),
  "object with a message": () => ({ message: "not an error" }),
  "object with toString": () => ({ toString: () => "own text" }),
  "array": () => [1, 2],
  "function": () => function named() {},
};

let letOtherEventIn;

export class Parent extends DurableObject {
  childClass(props = {}) {
    const source = `import { DurableObject } from "cloudflare:workers"; export ${Child};`;
    return this.env.LOADER.get("child", () => ({ compatibilityDate: "2026-11-17", mainModule: "main.js", modules: { "main.js": source } })).getDurableObjectClass("Child", { props });
  }
  start(props) {
    return () => ({ class: this.childClass(props) });
  }
  async fetch() {
    const rows = table();
    // A call that is never answered is to cost its row alone.
    const row = (label, run) => rows.row(label, () => Promise.race([run(), scheduler.wait(3000).then(() => "no answer")]));
    const { response } = rows;
    const { facets } = this.ctx;
    const start = (props) => this.start(props);
    const outcome = async (promise) => { try { return await promise; } catch (error) { return error instanceof Error ? [error.constructor.name, describeError(error), ...marks(error)] : ["not an Error", show(error)]; } };

    for (const [kind, make] of Object.entries(reasons)) {
      await row(`reason ${kind}`, async () => {
        const stub = facets.get(kind, start());
        await stub.ping();
        const pending = outcome(stub.hang());
        await stub.ping();
        facets.abort(kind, make());
        const [first, later] = [await pending, await outcome(stub.ping())];
        return JSON.stringify(first) === JSON.stringify(later) ? first : { first, later };
      });
    }
    await row("reason's members", async () => { const stub = facets.get("x", start()); await stub.ping(); facets.abort("x", reasons.members()); try { await stub.ping(); } catch (error) { return [error.code ?? null, error.list ?? null]; } });
    await row("reason's cause", async () => { const stub = facets.get("x", start()); await stub.ping(); facets.abort("x", reasons.cause()); try { await stub.ping(); } catch (error) { return error.cause ?? null; } });
    await row("reason is not the same object", async () => { const stub = facets.get("x", start()); await stub.ping(); const reason = new Error("same?"); facets.abort("x", reason); try { await stub.ping(); } catch (error) { return error === reason; } });
    await row("reason symbol", () => { facets.abort("x", Symbol("q")); });
    await row("second abort changes nothing", async () => { const stub = facets.get("x", start()); await stub.ping(); facets.abort("x", new Error("first")); facets.abort("x", new Error("second")); return stub.ping(); });
    await row("abort, delete", async () => { const stub = facets.get("x", start()); await stub.ping(); facets.abort("x", new Error("first")); facets.delete("x"); return stub.ping(); });
    await row("stub not used before the abort", async () => { const stub = facets.get("x", start()); facets.abort("x", new Error("unseen")); return stub.ping(); });
    await row("stub used, another not used", async () => { const used = facets.get("x", start()); const unused = facets.get("x", start()); await used.ping(); facets.abort("x", new Error("only the used")); return [await outcome(used.ping()), await unused.ping()]; });
    await row("fetch in flight", async () => { const stub = facets.get("x", start()); const pending = outcome(stub.fetch("http://x.test/")); await stub.ping(); facets.abort("x", new RangeError("while fetching")); return pending; });
    await row("fetch later", async () => { const stub = facets.get("x", start()); await stub.ping(); facets.abort("x", new RangeError("before fetching")); return stub.fetch("http://x.test/"); });
    await row("several calls in flight", async () => { const stub = facets.get("x", start()); const pending = [1, 2, 3].map(() => outcome(stub.hang())); await stub.ping(); facets.abort("x", new Error("all")); return (await Promise.all(pending)).map((one) => one[1]); });
    await row("dies with text", () => outcome(facets.get("dies", start()).die("why")));
    await row("dies with nothing", () => outcome(facets.get("dies", start()).die()));
    await row("dies with an error", () => outcome(facets.get("dies", start()).dieWithError()));
    await row("dies, same stub", async () => { const stub = facets.get("dies", start()); await stub.die("why").catch(() => {}); return outcome(stub.ping()); });
    await row("dies, call in flight", async () => { const stub = facets.get("dies", start()); const pending = outcome(stub.hang()); await stub.ping(); await stub.die("why").catch(() => {}); return pending; });
    await row("what was written stays", async () => { const stub = facets.get("writes", start()); const pending = outcome(stub.writeThenHang()); for (let i = 0; i < 400 && (await stub.written())[1] !== 1; i++) await scheduler.wait(5); await stub.ping(); facets.abort("writes", new Error("stop")); await pending; return facets.get("writes", start()).written(); });

    await row("abort during the callback", async () => { const { promise, resolve } = Promise.withResolvers(); const pending = outcome(facets.get("starting", () => promise).ping()); await scheduler.wait(1); facets.abort("starting", new Error("aborted during startup")); resolve(start()()); return pending; });
    await row("started anew after that", () => facets.get("starting", start()).add());
    await row("get while the aborted one starts", async () => { const { promise, resolve } = Promise.withResolvers(); const pending = outcome(facets.get("starting 3", () => promise).add()); await scheduler.wait(1); facets.abort("starting 3", new Error("old")); const fresh = await facets.get("starting 3", start()).add(); resolve(start()()); return [fresh, await pending]; });
    await row("delete during the callback", async () => { const { promise, resolve } = Promise.withResolvers(); const pending = outcome(facets.get("starting 4", () => promise).ping()); await scheduler.wait(1); facets.delete("starting 4"); resolve(start()()); return pending; });
    await row("abort in its own callback", async () => outcome(facets.get("own callback", () => { facets.abort("own callback", new Error("by the callback")); return start()(); }).ping()));
    await row("abort during the constructor", async () => { const stub = facets.get("constructing", start({ slow: 50 })); const pending = outcome(stub.ping()); await scheduler.wait(10); facets.abort("constructing", new TypeError("no time")); return pending; });
    await row("callback that hangs holds nobody else", async () => { const pending = outcome(facets.get("hangs", () => new Promise(() => {})).ping()); const other = await facets.get("quick", start()).ping(); facets.abort("hangs", new Error("enough")); pending.catch(() => {}); return other; });
    return response();
  }
  // The start of a facet that nobody of this event waits for.
  leave(name, slow) {
    const { promise, resolve } = Promise.withResolvers();
    letOtherEventIn = () => resolve({ class: this.childClass() });
    this.left = this.ctx.facets.get(name, () => (slow ? promise : this.start()()));
    if (slow) this.pending = this.left.add().catch(describeError);
    return "left";
  }
  useLeft() {
    return this.left.add();
  }
  async finish(name) {
    const own = this.ctx.facets.get(name, () => { throw new Error("not called"); }).add();
    letOtherEventIn();
    return [await this.pending, await own];
  }
}

export default {
  async fetch(request, env) {
    const inside = await (await env.Parent.getByName("parent").fetch("http://parent.test/")).text();
    const { row, response } = table();
    const parent = env.Parent.getByName("events");
    await row("stub kept for a later event", async () => [await parent.leave("unused", false), await parent.useLeft(), await parent.useLeft()]);
    await row("start outlives its event", async () => [await parent.leave("slow", true), await parent.finish("slow")]);
    return new Response(inside + (await response().text()));
  },
};
