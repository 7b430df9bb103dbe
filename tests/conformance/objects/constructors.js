// Durable Objects: when the constructor runs, what it may do, how it fails and recovers, and blockConcurrencyWhile.
import { DurableObject } from "cloudflare:workers";
import { table, marks, show } from "../table.js";

let built = 0;
const attempts = {};
const attempt = (name) => (attempts[name] = (attempts[name] ?? 0) + 1);

export class Counted extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.built = ++built;
    this.argumentsSeen = arguments.length;
  }
  which() {
    return this.built;
  }
  shape() {
    return [this.argumentsSeen, Object.keys(this).sort(), this instanceof DurableObject, this.constructor === Counted];
  }
}
export class Recovers extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.kv.put("tries", (ctx.storage.kv.get("tries") ?? 0) + 1);
    if (attempt(ctx.id.name) <= 2) throw new RangeError(`attempt ${attempts[ctx.id.name]}`);
    this.tries = ctx.storage.kv.get("tries");
  }
  read() {
    return [attempts[this.ctx.id.name], this.tries];
  }
  fetch() {
    return new Response("fetched");
  }
}
export class BlocksAndFails extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.blockConcurrencyWhile(async () => {
      await scheduler.wait(1);
      if (attempt(ctx.id.name) === 1) throw new TypeError("block of the constructor");
    });
  }
  read() {
    return attempts[this.ctx.id.name];
  }
}
export class Throws extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const kind = ctx.id.name;
    if (kind === "text") throw "only text";
    if (kind === "undefined") throw undefined;
    if (kind === "members") throw Object.assign(new Error("with members"), { code: 5 });
    if (kind === "dom") throw new DOMException("dom", "DataError");
    if (kind === "abort") ctx.abort("aborted while constructing");
    if (kind === "other object") return { read: () => "an object of its own" };
    if (kind === "promise") return Promise.resolve({ read: () => "a promised object" });
    if (kind === "replaces ctx") this.ctx = "replaced";
  }
  read() {
    return show(this.ctx);
  }
}
export class NoSuper extends DurableObject {
  constructor(ctx) {
    return Object.create(NoSuper.prototype, { state: { value: ctx } });
  }
  read() {
    return [typeof this.state, this.ctx ?? null];
  }
}
export class OwnArguments extends DurableObject {
  constructor() {
    super();
  }
  read() {
    return [typeof this.ctx, typeof this.env];
  }
}
export class Implicit extends DurableObject {
  field = this.env.Implicit !== undefined;
  read() {
    return this.field;
  }
}

export class Blocks extends DurableObject {
  events = [];
  note(item) {
    this.events.push(item);
    return [...this.events];
  }
  block(ms, value) {
    return this.ctx.blockConcurrencyWhile(async () => {
      this.events.push("begin");
      await scheduler.wait(ms);
      this.events.push("end");
      return value;
    });
  }
  returns(kind) {
    return this.ctx.blockConcurrencyWhile(kind === "sync" ? () => "sync value" : kind === "nothing" ? () => {} : kind === "thenable" ? () => ({ then: (resolve) => resolve("of a thenable") }) : async () => ({ object: 1 }));
  }
  isPromise() {
    const result = this.ctx.blockConcurrencyWhile(async () => 1);
    return [result instanceof Promise, Object.prototype.toString.call(result)];
  }
  wrong(value) {
    return this.ctx.blockConcurrencyWhile(value);
  }
  argumentsOf() {
    return this.ctx.blockConcurrencyWhile(async (...args) => args.length);
  }
  when() {
    const seen = [];
    const done = this.ctx.blockConcurrencyWhile(async () => { seen.push("inside"); await scheduler.wait(1); seen.push("inside later"); });
    seen.push("after the call");
    return done.then(() => [...seen, "done"]);
  }
  two() {
    const seen = [];
    const one = this.ctx.blockConcurrencyWhile(async () => { seen.push("1 begins"); await scheduler.wait(3); seen.push("1 ends"); });
    const two = this.ctx.blockConcurrencyWhile(async () => { seen.push("2 begins"); await scheduler.wait(1); seen.push("2 ends"); });
    return Promise.all([one, two]).then(() => seen);
  }
  nested(depth) {
    return depth === 0 ? "bottom" : this.ctx.blockConcurrencyWhile(() => this.nested(depth - 1));
  }
  storageInside() {
    return this.ctx.blockConcurrencyWhile(async () => { await this.ctx.storage.put("k", 1); return this.ctx.storage.get("k"); });
  }
  callInside() {
    return this.ctx.blockConcurrencyWhile(() => this.env.Counted.getByName("inside").which());
  }
  fetchInside() {
    return this.ctx.blockConcurrencyWhile(async () => (await this.env.Recovers.getByName("fetched").fetch("http://x.test/").catch(() => "failed")) && "fetched");
  }
  async caught() {
    try {
      await this.ctx.blockConcurrencyWhile(async () => { throw new RangeError("caught inside"); });
    } catch (error) {
      return `caught ${error.message}`;
    }
  }
  async syncThrow() {
    await this.ctx.blockConcurrencyWhile(() => { throw new RangeError("thrown at once"); });
  }
  async nestedThrow() {
    await this.ctx.blockConcurrencyWhile(async () => {
      try {
        await this.ctx.blockConcurrencyWhile(async () => { throw new RangeError("inner"); });
      } catch {
        return "outer went on";
      }
    });
  }
  async throwsValue(kind) {
    await this.ctx.blockConcurrencyWhile(async () => { throw kind === "text" ? "only text" : kind === "members" ? Object.assign(new TypeError("members"), { code: 5 }) : undefined; });
  }
  timerInside() {
    this.events = [];
    setTimeout(() => this.events.push("timer"), 1);
    return this.ctx.blockConcurrencyWhile(async () => { await scheduler.wait(8); this.events.push("end of block"); }).then(() => scheduler.wait(3)).then(() => this.events);
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const caught = async (promise) => { try { return await promise; } catch (error) { return [`${error.name}: ${error.message}`, ...marks(error)]; } };
    await row("stub alone builds nothing", async () => { const before = built; env.Counted.getByName("idle"); env.Counted.get(env.Counted.newUniqueId()); await scheduler.wait(2); return built - before; });
    await row("shape", () => env.Counted.getByName("shape").shape());
    await row("fails twice, then recovers", async () => { const seen = []; for (let i = 0; i < 4; i++) seen.push(await caught(env.Recovers.getByName("recovers").read())); return seen; });
    await row("one stub while it fails", async () => { const stub = env.Recovers.getByName("one stub"); const seen = []; for (let i = 0; i < 4; i++) seen.push(await caught(stub.read())); return seen; });
    await row("calls at once while it fails", async () => { const stub = env.Recovers.getByName("at once"); return (await Promise.all([1, 2, 3].map(() => caught(stub.read())))).map((one) => one[0]); });
    await row("fetch while it fails", () => caught(env.Recovers.getByName("by fetch").fetch("http://x.test/")));
    await row("block of the constructor fails", () => caught(env.BlocksAndFails.getByName("block").read()));
    await row("then works", () => env.BlocksAndFails.getByName("block").read());
    for (const kind of ["text", "undefined", "members", "dom", "abort"]) await row(`constructor throws ${kind}`, () => caught(env.Throws.getByName(kind).read()));
    await row("constructor's members", async () => { try { await env.Throws.getByName("members").read(); } catch (error) { return [error.code, error.remote ?? null]; } });
    await row("returns another object", () => caught(env.Throws.getByName("other object").read()));
    await row("replaces ctx", () => env.Throws.getByName("replaces ctx").read());
    await row("without super", () => caught(env.NoSuper.getByName("x").read()));
    await row("super without arguments", () => caught(env.OwnArguments.getByName("x").read()));
    await row("implicit constructor", () => env.Implicit.getByName("x").read());
    await row("new by hand", () => new Counted());
    await row("base by hand", () => new DurableObject());
    await row("base by hand with arguments", () => new DurableObject({}, {}));

    const blocks = (name = "blocks") => env.Blocks.getByName(name);
    await row("events wait", async () => { const stub = blocks("wait"); const [value, noted] = await Promise.all([stub.block(3, "value"), stub.note("event")]); return [value, noted]; });
    await row("events keep their order", async () => { const stub = blocks("order"); const all = await Promise.all([stub.block(3), stub.note("1"), stub.note("2"), stub.note("3")]); return all.at(-1); });
    await row("other objects do not wait", async () => { const slow = blocks("slow").block(5, "slow"); const quick = await blocks("quick").note("quick"); return [quick, await slow]; });
    for (const kind of ["sync", "nothing", "thenable", "object"]) await row(`returns ${kind}`, () => caught(blocks(`returns ${kind}`).returns(kind)));
    await row("gives a promise", () => blocks().isPromise());
    for (const value of [undefined, null, 5, "text"]) await row(`wrong argument ${show(value)}`, () => caught(blocks("wrong").wrong(value)));
    await row("arguments", () => blocks().argumentsOf());
    await row("begins at once", () => blocks().when());
    await row("two in one event", () => blocks("two").two());
    await row("nested", () => blocks("nested").nested(3));
    await row("nested 64", () => caught(blocks("nested 64").nested(64)));
    await row("nested 65", () => caught(blocks("nested 65").nested(65)));
    await row("nested 66", () => caught(blocks("nested 66").nested(66)));
    await row("storage inside", () => blocks().storageInside());
    await row("call inside", async () => typeof (await blocks().callInside()));
    await row("fetch inside", () => blocks().fetchInside());
    await row("failure caught inside the object", () => caught(blocks("caught").caught()));
    await row("after that", () => blocks("caught").note("fresh"));
    await row("failure of a plain function", () => caught(blocks("sync throw").syncThrow()));
    await row("failure nested and caught", () => caught(blocks("nested throw").nestedThrow()));
    for (const kind of ["text", "members", "undefined"]) await row(`failure ${kind}`, () => caught(blocks(`failure ${kind}`).throwsValue(kind)));
    await row("failure for waiting events", async () => { const stub = blocks("waiting"); return Promise.all([caught(stub.throwsValue("members")), caught(stub.note("waits"))]); });
    return response();
  },
};
