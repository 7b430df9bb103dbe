// Handles of an event that another event uses: the texts are workerd's.
import assert from "node:assert";

const OTHER = /^Cannot perform I\/O on behalf of a different request\./;

const CODE = `
let saved = {};
const attempt = async (run) => { try { return "ok:" + await run(); } catch (error) { return error.name + ": " + error.message; } };
export default {
  async fetch(request, env, ctx) {
    const path = new URL(request.url).pathname;
    if (path === "/save") {
      saved = { request, ctx, response: new Response(new Blob(["saved"])), fired: 0, reader: undefined };
      saved.id = setInterval(() => { saved.fired++; }, 5);
      saved.hold = new Promise((resolve) => { saved.release = resolve; });
      ctx.waitUntil(saved.hold.then(() => { clearInterval(saved.id); }));
      return new Response("saved");
    }
    if (path === "/release") { saved.release(); return new Response("released"); }
    if (path === "/fired") { return new Response(String(saved.fired)); }
    if (path === "/clear") { clearTimeout(saved.id); clearInterval(saved.id); return new Response("cleared"); }
    const run = {
      "/fields": () => [saved.request.url, saved.request.method, saved.request.headers.get("x-a"), saved.request.bodyUsed, saved.request.signal.aborted].join(),
      "/text": () => saved.request.text(),
      "/arrayBuffer": () => saved.request.arrayBuffer(),
      "/read": () => saved.request.body.getReader().read(),
      "/clone": () => saved.request.clone().url,
      "/new": () => new Request(saved.request).url,
      "/waitUntil": async () => {
        saved.ctx.waitUntil(scheduler.wait(20).then(() => { saved.waited = true; }));
        saved.ctx.passThroughOnException();
        return saved.ctx === ctx;
      },
      "/waited": () => saved.waited === true,
      "/detached": () => { const { waitUntil } = ctx; waitUntil(Promise.resolve()); },
      "/nothing": () => ctx.waitUntil(),
      "/number": () => ctx.waitUntil(5),
      "/timer": () => new Promise((resolve) => setTimeout(() => resolve("own"), 1)),
    }[path];
    return new Response(await attempt(run));
  },
};`;

async function stub(env, name) {
  const entry = env.LOADER.get(name, () => ({ compatibilityDate: "2026-01-01", mainModule: "main.js", modules: { "main.js": CODE } })).getEntrypoint();
  await (await entry.fetch("http://x/save", { method: "POST", body: "secret", headers: { "x-a": "1" } })).text();
  return (path) => entry.fetch(`http://x${path}`).then((response) => response.text());
}

const cases = {};
// While the first event still lives (waitUntil), and after it has ended.
for (const ended of [false, true]) {
  const each = (name, path, expected) => ({
    async test(_controller, env) {
      const ask = await stub(env, `${name}-${ended}`);
      if (ended) {
        await ask("/release");
        await scheduler.wait(10);
      }
      const got = await ask(path);
      if (expected instanceof RegExp) {
        assert.match(got.replace(/^\w*Error: /, ""), expected);
      } else {
        assert.strictEqual(got, expected);
      }
    },
  });
  cases[String(ended)] = {
    fields: each("fields", "/fields", "ok:http://x/save,POST,1,false,false"),
    text: each("text", "/text", OTHER),
    arrayBuffer: each("arrayBuffer", "/arrayBuffer", OTHER),
    read: each("read", "/read", OTHER),
    clone: each("clone", "/clone", OTHER),
    construct: each("construct", "/new", OTHER),
    waitUntil: each("waitUntil", "/waitUntil", "ok:false"),
  };
}
const { false: alive, true: over } = cases;
export const fieldsWhileAlive = alive.fields, fieldsAfterwards = over.fields;
export const textWhileAlive = alive.text, textAfterwards = over.text;
export const arrayBufferWhileAlive = alive.arrayBuffer, arrayBufferAfterwards = over.arrayBuffer;
export const readWhileAlive = alive.read, readAfterwards = over.read;
export const cloneWhileAlive = alive.clone, cloneAfterwards = over.clone;
export const constructWhileAlive = alive.construct, constructAfterwards = over.construct;
export const waitUntilWhileAlive = alive.waitUntil, waitUntilAfterwards = over.waitUntil;

export const savedWaitUntilActsOnTheRunningEvent = {
  async test(_controller, env) {
    const ask = await stub(env, "acts");
    await ask("/release");
    await scheduler.wait(10);
    assert.strictEqual(await ask("/waitUntil"), "ok:false");
    await scheduler.wait(60);
    assert.strictEqual(await ask("/waited"), "ok:true");
  },
};

export const timersOfAnotherEventAreLeftAlone = {
  async test(_controller, env) {
    const ask = await stub(env, "timers");
    assert.strictEqual(await ask("/clear"), "cleared");
    const before = Number(await ask("/fired"));
    await scheduler.wait(50);
    assert.ok(Number(await ask("/fired")) > before, "the interval of the other event still fires");
    await ask("/release");
    await scheduler.wait(20);
    const after = await ask("/fired");
    await scheduler.wait(50);
    assert.strictEqual(await ask("/fired"), after, "no timer of an ended event fires");
    assert.strictEqual(await ask("/timer"), "ok:own");
  },
};

export const waitUntilTexts = {
  async test(_controller, env) {
    const ask = await stub(env, "texts");
    assert.match(await ask("/detached"), /^TypeError: Illegal invocation: function called with incorrect `this` reference\./);
    assert.strictEqual(await ask("/nothing"), "TypeError: Failed to execute 'waitUntil' on 'ExecutionContext': parameter 1 is not of type 'Promise'.");
    assert.strictEqual(await ask("/number"), "ok:undefined");
  },
};
