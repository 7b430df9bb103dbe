// Streams in calls: a source is not asked for more than may wait, whoever is slow; many streams at a time; forged streams and
// bodies are refused, whatever they look like.
import assert from "node:assert";
import { DurableObject } from "cloudflare:workers";

// As many chunks as may wait in a channel, and one each that the two ends hold.
const WINDOW = 8 + 2;
const counted = () => {
  const source = { pulls: 0, cancelled: false };
  source.stream = new ReadableStream({
    pull(controller) {
      source.pulls++;
      controller.enqueue(new Uint8Array(1000));
    },
    cancel() {
      source.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return source;
};

export class Peer extends DurableObject {
  hold(value) {
    this.held = value;
  }
  async read(count) {
    this.reader ??= this.held.getReader();
    for (let i = 0; i < count; i++) await this.reader.read();
  }
  release() {
    return this.reader.cancel();
  }
  make() {
    this.source = counted();
    return this.source.stream;
  }
  pulls() {
    return this.source.pulls;
  }
  cancelled() {
    return this.source.cancelled;
  }
  async text(stream) {
    return new Response(stream).text();
  }
  echo(value) {
    return value;
  }
  async write(stream, count) {
    const writer = stream.getWriter();
    for (let i = 0; i < count; i++) await writer.write(new Uint8Array(10));
    await writer.close();
  }
}

/** Streams numbers; at `last` the turn also makes a write that cannot be committed. */
export class Breaking extends DurableObject {
  // In an event of its own: the stream leaves before the first commit of its numbers.
  prepare() {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE parent (id INTEGER PRIMARY KEY)");
    sql.exec("CREATE TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
  }
  numbers(last) {
    const { sql } = this.ctx.storage;
    let number = 0;
    return new ReadableStream({
      async pull(controller) {
        // Each number in a turn of its own.
        await scheduler.wait(0);
        if (++number === last) sql.exec("INSERT INTO child VALUES (1)");
        controller.enqueue(new TextEncoder().encode(`${number},`));
      },
    }, { highWaterMark: 0 });
  }
  async numbersInto(stream, last) {
    const reader = this.numbers(last).getReader();
    const writer = stream.getWriter();
    for (;;) await writer.write((await reader.read()).value);
  }
}

const settled = () => scheduler.wait(20);

export const argumentIsNotPulledAhead = { async test(_controller, env) {
  const peer = env.Peer.getByName("argument");
  const source = counted();
  await peer.hold(source.stream);
  await settled();
  assert.ok(source.pulls > 0 && source.pulls <= WINDOW, `${source.pulls}`);
  await peer.read(20);
  await settled();
  assert.ok(source.pulls >= 20 && source.pulls <= 20 + WINDOW, `${source.pulls}`);
  await peer.release();
  await settled();
  assert.strictEqual(source.cancelled, true);
} };

export const resultIsNotPulledAhead = { async test(_controller, env) {
  const peer = env.Peer.getByName("result");
  const stream = await peer.make();
  await settled();
  const pulls = await peer.pulls();
  assert.ok(pulls > 0 && pulls <= WINDOW, `${pulls}`);
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel();
  await settled();
  assert.strictEqual(await peer.cancelled(), true);
} };

export const aSlowSinkHoldsItsWriter = { async test(_controller, env) {
  let running = 0;
  let most = 0;
  const sink = new WritableStream({
    async write() {
      most = Math.max(most, ++running);
      await scheduler.wait(1);
      running--;
    },
  });
  await env.Peer.getByName("sink").write(sink, 20);
  assert.strictEqual(most, 1);
} };

export const manyAtATime = { async test(_controller, env) {
  const texts = await Promise.all(Array.from({ length: 300 }, async (_, index) => {
    const peer = env.Peer.getByName(`many ${index % 7}`);
    const parts = [`a${index}`, `b${index}`];
    const stream = new ReadableStream({ pull(controller) { if (parts.length === 0) controller.close(); else controller.enqueue(new TextEncoder().encode(parts.shift())); } });
    return index % 2 === 0 ? peer.text(stream) : new Response(await peer.echo(stream)).text();
  }));
  texts.forEach((text, index) => assert.strictEqual(text, `a${index}b${index}`));
} };

export const forged = { async test(_controller, env) {
  const peer = env.Peer.getByName("forged");
  for (const Class of [ReadableStream, WritableStream, Request, Response, Headers, Blob]) {
    await assert.rejects(peer.echo(Object.create(Class.prototype)));
    await assert.rejects(peer.echo([Object.setPrototypeOf({ then: undefined }, Class.prototype)]));
    await assert.rejects(peer.echo(new Proxy(new Class(Class === Request ? "http://x.test" : undefined), {})), { name: "DataCloneError" });
  }
  const stream = new ReadableStream();
  const symbols = Object.getOwnPropertySymbols(stream);
  const copy = Object.create(ReadableStream.prototype);
  for (const symbol of symbols) Object.defineProperty(copy, symbol, Object.getOwnPropertyDescriptor(stream, symbol));
  // It is as good as the stream that it was copied from, or refused; it is never the end of the process.
  await Promise.race([peer.text(copy).catch(() => {}), settled()]);
  for (const symbol of symbols) {
    const broken = new ReadableStream();
    Object.defineProperty(broken, symbol, { value: 5, configurable: true });
    await Promise.race([peer.text(broken).catch(() => {}), settled()]);
    const writable = new WritableStream();
    for (const key of Object.getOwnPropertySymbols(writable)) Object.defineProperty(writable, key, { value: 5, configurable: true });
    await Promise.race([peer.write(writable, 1).catch(() => {}), settled()]);
  }
  assert.strictEqual(await peer.echo("alive"), "alive");
} };

export const aStreamArrivesOnce = { async test(_controller, env) {
  const peer = env.Peer.getByName("once");
  const stream = new Response("body").body;
  assert.strictEqual(await peer.text(stream), "body");
  await assert.rejects(peer.text(stream), { name: "TypeError" });
  const response = new Response("body");
  const [first, second] = await peer.echo([response, response]);
  assert.strictEqual(first, second);
  assert.strictEqual(await first.text(), "body");
} };

// The number whose turn failed does not leave, whether there is room for it (2) or the reader is behind (30).
export const aChunkOfATurnThatFailsDoesNotLeave = { async test(_controller, env) {
  for (const last of [2, 30]) {
    await env.Breaking.getByName(`read ${last}`).prepare();
    const stream = await env.Breaking.getByName(`read ${last}`).numbers(last);
    await settled();
    let text = "";
    await assert.rejects(async () => {
      for await (const chunk of stream) text += new TextDecoder().decode(chunk);
    }, { message: "ReadableStream received over RPC disconnected prematurely." });
    assert.ok(text.startsWith("1,") && !text.includes(`${last},`), text);
    let written = "";
    await env.Breaking.getByName(`write ${last}`).prepare();
    const ended = Promise.withResolvers();
    const sink = new WritableStream({ write(chunk) { written += new TextDecoder().decode(chunk); }, abort: ended.resolve });
    await assert.rejects(env.Breaking.getByName(`write ${last}`).numbersInto(sink, last));
    assert.match((await ended.promise).message, /^WritableStream received over RPC/);
    assert.ok(written.startsWith("1,") && !written.includes(`${last},`), written);
  }
} };
