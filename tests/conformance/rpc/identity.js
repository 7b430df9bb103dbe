// RPC: shared and cyclic values, what is a copy, buffers that are parts of others, and members that are lost.
import { DurableObject } from "cloudflare:workers";
import { table, show } from "../table.js";

let kept;

export class Callee extends DurableObject {
  echo(...values) {
    return values.length === 1 ? values[0] : values;
  }
  same(a, b) {
    return [a === b, a?.inner === b];
  }
  change(value) {
    value.changed = true;
    return value;
  }
  keep(value) {
    kept = value;
  }
  kept() {
    return kept;
  }
  changeKept() {
    kept.list.push("changed");
  }
  shared() {
    const one = { n: 1 };
    return { a: one, b: one, list: [one] };
  }
  bytes(value) {
    return [value.byteLength, value.buffer?.byteLength ?? null, value.byteOffset ?? null];
  }
  two(a, b) {
    return [a.buffer === b.buffer, a.buffer.byteLength];
  }
  prototypes(value) {
    return [Object.getPrototypeOf(value) === Object.prototype, value instanceof Object, value.constructor === Object];
  }
  length(value) {
    return value.length;
  }
  deep(depth) {
    let value = null;
    for (let i = 0; i < depth; i++) value = { inner: value };
    return value;
  }
  depthOf(value) {
    let depth = 0;
    for (; value; value = value.inner) depth++;
    return depth;
  }
  keys(value) {
    return Object.keys(value);
  }
  instance(value) {
    return [value instanceof Error, value instanceof RangeError, value instanceof Map, value instanceof Uint8Array, Array.isArray(value)];
  }
}

export default {
  async fetch(request, env) {
    const { row, response } = table();
    const stub = env.Callee.getByName("c");
    const one = { inner: null };
    await row("one value as two arguments", () => stub.same(one, one));
    await row("value in another argument", () => { const inner = {}; return stub.same({ inner }, inner); });
    await row("shared in a result", async () => { const { a, b, list } = await stub.shared(); return [a === b, a === list[0]]; });
    await row("cycle", async () => { const cycle = { list: [] }; cycle.list.push(cycle); const back = await stub.echo(cycle); return back.list[0] === back; });
    await row("cycle through a Map", async () => { const map = new Map(); map.set("self", map); const back = await stub.echo(map); return back.get("self") === back; });
    await row("cycle through an array", async () => { const list = []; list.push(list); const back = await stub.echo(list); return back[0] === back; });
    await row("argument is a copy", async () => { const value = { a: 1 }; const back = await stub.change(value); return [value, back, back === value]; });
    await row("copied when called", async () => { const value = { a: 1 }; const call = stub.echo(value); value.a = 2; return call; });
    await row("result is a copy", async () => { await stub.keep({ list: [1] }); const first = await stub.kept(); first.list.push(2); return stub.kept(); });
    await row("copied when answered", async () => { const first = stub.kept(); const second = stub.changeKept(); await second; return [await first, await stub.kept()]; });
    await row("array buffer is a copy", async () => { const bytes = new Uint8Array([1, 2]); const back = await stub.echo(bytes); bytes[0] = 9; return [back, bytes.byteLength]; });
    await row("part of a buffer", () => stub.bytes(new Uint8Array(100).subarray(10, 20)));
    await row("part of a buffer, back", async () => { const back = await stub.echo(new Uint8Array(100).subarray(10, 20)); return [back.byteLength, back.buffer.byteLength, back.byteOffset]; });
    await row("two views of one buffer", () => { const { buffer } = new Uint8Array(8); return stub.two(new Uint8Array(buffer, 0, 4), new Uint8Array(buffer, 4, 4)); });
    await row("DataView", () => stub.bytes(new DataView(new ArrayBuffer(16), 4, 8)));
    await row("resizable buffer", async () => { const back = await stub.echo(new ArrayBuffer(2, { maxByteLength: 8 })); return [back.byteLength, back.resizable, back.maxByteLength]; });
    await row("detached buffer", async () => { const buffer = new ArrayBuffer(4); structuredClone(buffer, { transfer: [buffer] }); return stub.echo(buffer); });
    await row("prototype of an object", () => stub.prototypes({}));
    await row("frozen", async () => { const back = await stub.echo(Object.freeze({ a: 1 })); back.a = 2; return back; });
    await row("error arrives as one", () => stub.instance(new RangeError("x")));
    await row("Map arrives as one", () => stub.instance(new Map()));
    await row("bytes arrive as such", () => stub.instance(new Uint8Array(1)));
    await row("array arrives as one", () => stub.instance([]));
    await row("order of keys", () => stub.keys({ b: 1, a: 2, 1: 3, 0: 4 }));
    await row("undefined members stay", async () => Object.keys(await stub.echo({ a: undefined })));
    await row("hole stays", async () => 1 in (await stub.echo([1, , 3])));
    await row("length stays", () => stub.length(Object.assign([], { length: 100_000 })));
    await row("a thousand deep", async () => stub.depthOf(await stub.deep(1000)));
    await row("many members", async () => Object.keys(await stub.echo(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, i])))).length);
    await row("many strings", async () => (await stub.echo(Array.from({ length: 50_000 }, (_, i) => `s${i}`))).at(-1));
    await row("two million characters", async () => (await stub.echo("é".repeat(2_000_000))).length);
    await row("sixteen megabytes", async () => (await stub.echo(new Uint8Array(16 * 1024 * 1024).fill(7))).at(-1));
    await row("argument of the limit", () => stub.length(new Uint8Array(32 * 1024 * 1024 - 1024)));
    await row("argument above the limit", () => stub.length(new Uint8Array(32 * 1024 * 1024)));
    await row("argument of text above the limit", () => stub.length("x".repeat(33_554_432)));
    await row("two arguments above the limit", () => stub.echo(new Uint8Array(17_000_000), new Uint8Array(17_000_000)));
    await row("object works after that", () => stub.echo("still here"));
    await row("several errors", async () => { const back = await stub.echo([new TypeError("a"), new DOMException("b", "AbortError")]); return back.map(show); });
    await row("error's members", async () => { const back = await stub.echo(Object.assign(new Error("m"), { code: 5 })); return [back.code ?? null, Object.keys(back)]; });
    await row("error's cause", async () => { const back = await stub.echo(new Error("m", { cause: new RangeError("inner") })); return back.cause ?? null; });
    await row("error's errors", async () => { const back = await stub.echo(new AggregateError([new RangeError("one")], "m")); return [back.constructor.name, back.errors ?? null]; });
    await row("error's stack is text", async () => typeof (await stub.echo(new Error("m"))).stack);
    await row("error without a message", async () => { const back = await stub.echo(new Error()); return [back.message, Object.hasOwn(back, "message")]; });
    await row("DOMException's code", async () => { const back = await stub.echo(new DOMException("d", "QuotaExceededError")); return [back instanceof DOMException, back.name, back.code]; });
    return response();
  },
};
