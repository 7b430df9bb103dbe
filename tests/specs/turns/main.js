// Concurrent events, in one loaded isolate and in the main one, interleaved over timers, microtasks, Blobs, bodies, object
// calls and loaded entrypoints. What an event captured is never another's, and nobody hangs when one of them is stopped.
import assert from "node:assert";
import { DurableObject } from "cloudflare:workers";

const EVENTS = 50;
const SETTLE_MS = 2000;

export class Peer extends DurableObject {
  async add(a, b) {
    await new Promise((resolve) => setTimeout(resolve, (a * 7) % 5));
    return a + b;
  }
  async fetch(request) {
    const text = await request.text();
    await new Promise((resolve) => setTimeout(resolve, text.length % 4));
    return new Response(`peer:${text}`);
  }
  async mix(mark, stub) {
    return await mixed(mark, this.ctx.id.name, stub);
  }
}

// The same steps, in an order that depends on the event.
const STEPS = `
async function mixed(mark, own, peer) {
  const seen = [];
  const steps = [
    async () => { const m = mark; await new Promise((r) => setTimeout(r, mark % 5)); seen.push(m); },
    async () => { const m = mark; await null; await Promise.resolve(); seen.push(m); },
    async () => { const m = mark; seen.push(Number(await new Blob([String(m)]).text())); },
    async () => { const m = mark; seen.push(Number(await new Response(String(m)).text())); },
    async () => { if (peer) { seen.push(await peer.add(mark, 1000) - 1000); } else { seen.push(mark); } },
    async () => {
      if (!peer) { seen.push(mark); return; }
      const response = await peer.fetch("http://peer/", { method: "POST", body: String(mark) });
      seen.push(Number((await response.text()).slice(5)));
    },
    async () => { const m = mark; await scheduler.wait(1); seen.push(m); },
    async () => {
      const m = mark;
      const stream = new ReadableStream({ async pull(c) { await scheduler.wait(1); c.enqueue(new TextEncoder().encode(String(m))); c.close(); } });
      seen.push(Number(await new Response(stream).text()));
    },
  ];
  for (let i = 0; i < steps.length; i++) {
    await steps[(i + mark) % steps.length]();
  }
  await Promise.all(steps.map((step) => step()));
  return [mark, own, seen.length, seen.every((value) => value === mark)];
}
`;

async function mixed(mark, own, peer) {
  const seen = [];
  const steps = [
    async () => { const m = mark; await new Promise((r) => setTimeout(r, mark % 5)); seen.push(m); },
    async () => { const m = mark; await null; await Promise.resolve(); seen.push(m); },
    async () => { const m = mark; seen.push(Number(await new Blob([String(m)]).text())); },
    async () => { const m = mark; seen.push(Number(await new Response(String(m)).text())); },
    async () => { seen.push(await peer.add(mark, 1000) - 1000); },
    async () => {
      const response = await peer.fetch("http://peer/", { method: "POST", body: String(mark) });
      seen.push(Number((await response.text()).slice(5)));
    },
    async () => { const m = mark; await scheduler.wait(1); seen.push(m); },
  ];
  for (let i = 0; i < steps.length; i++) {
    await steps[(i + mark) % steps.length]();
  }
  await Promise.all(steps.map((step) => step()));
  return [mark, own, seen.length, seen.every((value) => value === mark)];
}

const CODE = `${STEPS}
import { WorkerEntrypoint } from "cloudflare:workers";
let current = 0, most = 0;
export default class extends WorkerEntrypoint {
  async mix(mark) {
    most = Math.max(most, ++current);
    const result = await mixed(mark, this.ctx.props.own, this.env.PEER);
    current--;
    return result;
  }
  most() { return most; }
  async fetch(request) {
    const url = new URL(request.url);
    const mark = Number(url.searchParams.get("mark"));
    if (url.pathname === "/burn") { for (;;); }
    if (url.pathname === "/throw") { await scheduler.wait(1); throw new RangeError("of " + mark); }
    const [head, text] = await Promise.all([mixed(mark, "x", this.env.PEER), request.text()]);
    return Response.json([...head, text]);
  }
}`;

function load(env, name) {
  const peer = env.Peer.getByName("peer");
  return env.LOADER.get(name, () => ({
    compatibilityDate: "2026-01-01",
    mainModule: "main.js",
    modules: { "main.js": CODE },
    env: { PEER: peer },
    limits: { cpuMs: 1000 },
  }));
}

// Rejects a promise that has not settled in time: no event may hang.
async function timely(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not settle in ${SETTLE_MS} ms`)), SETTLE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const marks = (count) => Array.from({ length: count }, (_, i) => i + 1);

const cases = {};
for (const count of [2, EVENTS]) {
  const loaded = {
    async test(_controller, env) {
      const worker = load(env, `rpc-${count}`);
      const results = await Promise.all(marks(count).map((mark) =>
        timely(worker.getEntrypoint(undefined, { props: { own: `own-${mark}` } }).mix(mark), `event ${mark}`)));
      assert.deepStrictEqual(results, marks(count).map((mark) => [mark, `own-${mark}`, 16, true]));
      assert.ok(await worker.getEntrypoint().most() > 1, "the events did overlap");
    },
  };
  const fetched = {
    async test(_controller, env) {
      const stub = load(env, `fetch-${count}`).getEntrypoint();
      const results = await Promise.all(marks(count).map((mark) => timely(
        stub.fetch(`http://x/?mark=${mark}`, { method: "POST", body: `body-${mark}` }).then((r) => r.json()), `event ${mark}`)));
      assert.deepStrictEqual(results, marks(count).map((mark) => [mark, "x", 16, true, `body-${mark}`]));
    },
  };
  const objects = {
    async test(_controller, env) {
      const peer = env.Peer.getByName("peer");
      const results = await Promise.all(marks(count).map((mark) =>
        timely(env.Peer.getByName(`own-${mark}`).mix(mark, peer), `object ${mark}`)));
      assert.deepStrictEqual(results, marks(count).map((mark) => [mark, `own-${mark}`, 14, true]));
    },
  };
  const oneObject = {
    async test(_controller, env) {
      const peer = env.Peer.getByName("peer");
      const object = env.Peer.getByName("one");
      const results = await Promise.all(marks(count).map((mark) => timely(object.mix(mark, peer), `event ${mark}`)));
      assert.deepStrictEqual(results, marks(count).map((mark) => [mark, "one", 14, true]));
    },
  };
  cases[count] = { loaded, fetched, objects, oneObject };
}

const { 2: two, [EVENTS]: many } = cases;
export const twoLoaded = two.loaded, twoFetched = two.fetched, twoObjects = two.objects, twoInOneObject = two.oneObject;
export const manyLoaded = many.loaded, manyFetched = many.fetched, manyObjects = many.objects, manyInOneObject = many.oneObject;

// One event throws: the error is its own caller's.
export const errorsStayWithTheirEvent = {
  async test(_controller, env) {
    const stub = load(env, "errors").getEntrypoint();
    const results = await Promise.all(marks(20).map((mark) => timely(mark % 2 === 0
      ? stub.fetch(`http://x/throw?mark=${mark}`).then(() => "no error", (error) => `${error.name}: ${error.message}`)
      : stub.fetch(`http://x/?mark=${mark}`, { method: "POST", body: "b" }).then((r) => r.json()).then((r) => r[0]), `event ${mark}`)));
    assert.deepStrictEqual(results, marks(20).map((mark) => (mark % 2 === 0 ? `RangeError: of ${mark}` : mark)));
  },
};

// One event is stopped for its CPU time: the others settle, with a result or a retryable error, and may be tried again.
export const oneStoppedNoneHangs = {
  async test(_controller, env) {
    const stub = load(env, "stopped").getEntrypoint();
    await stub.most();
    const others = marks(20).map((mark) => timely(
      stub.fetch(`http://x/?mark=${mark}`, { method: "POST", body: "b" }).then((r) => r.json()).then((r) => r[0], (e) => e), `event ${mark}`));
    const guilty = await timely(stub.fetch("http://x/burn").then(() => undefined, (error) => error), "the guilty event");
    assert.strictEqual(guilty?.limit, "cpuMs");
    const results = await Promise.all(others);
    results.forEach((result, i) => {
      assert.ok(result === i + 1 || result?.retryable === true || /reset|abort|lost|longer/.test(result?.message), `event ${i + 1}: ${result}`);
    });
    assert.strictEqual((await (await timely(stub.fetch("http://x/?mark=7", { method: "POST", body: "b" }), "again")).json())[0], 7);
  },
};
