// What compare.mjs runs on both servers for the rows of the web platform: a path for each thing that it measures, and under
// /loop/ the same work `count` times in one event.

const PAGE = "Hello, World!";
const RECORD = { message: PAGE, list: [1, 2, 3], nested: { ok: true, when: 1795298050712, tags: ["a", "b", "c"] } };
const KILOBYTE = new TextEncoder().encode("x".repeat(1_024));
const TEXT = new TextEncoder().encode(Array.from({ length: 400 }, (_, i) => `line ${i} of a text\n`).join(""));
const NAMES = Array.from({ length: 50 }, (_, i) => `x-header-${i}`);
const ADDRESS = "https://user:pass@example.com:8080/a/b/../c?first=1&second=two%20words&third=3#part";

function url() {
  const parsed = new URL(ADDRESS);
  parsed.searchParams.set("second", "new");
  return parsed.href.length + parsed.searchParams.get("first").length;
}
function headers() {
  const made = new Headers();
  for (const name of NAMES) made.append(name, "a value of a header");
  let length = 0;
  for (const [, value] of made) length += value.length;
  return length;
}
const sha256 = async () => new Uint8Array(await crypto.subtle.digest("SHA-256", KILOBYTE))[0];
const gzip = async () => (await new Response(new Response(TEXT).body.pipeThrough(new CompressionStream("gzip"))).arrayBuffer()).byteLength;
const clone = () => structuredClone(RECORD).list.length;
const body = async () => (await new Response(JSON.stringify(RECORD)).json()).list.length;
const text = () => new TextDecoder().decode(new TextEncoder().encode(ADDRESS)).length;
function chunks(count) {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent++ < count) controller.enqueue(KILOBYTE);
      else controller.close();
    },
  });
}
async function stream() {
  let length = 0;
  for await (const chunk of chunks(1_000)) length += chunk.byteLength;
  return length;
}
async function pipe() {
  let length = 0;
  const piped = chunks(1_000).pipeThrough(new TransformStream({ transform: (chunk, controller) => controller.enqueue(chunk) }));
  for await (const chunk of piped) length += chunk.byteLength;
  return length;
}
async function form() {
  const made = new FormData();
  made.append("name", "a name");
  made.append("file", new File([KILOBYTE], "a.bin"));
  return (await (await new Response(made).formData()).get("file").arrayBuffer()).byteLength;
}
let key;
async function hmac() {
  key ??= await crypto.subtle.importKey("raw", KILOBYTE, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return (await crypto.subtle.sign("HMAC", key, KILOBYTE)).byteLength;
}
const stack = () => new Error("an error").stack.length;
const uuid = () => crypto.randomUUID().length;
function request() {
  const made = new Request("https://example.com/", { method: "POST", body: PAGE, headers: { "x-a": "b" } });
  return made.clone().headers.get("x-a").length;
}
function timers() {
  const controller = new AbortController();
  controller.signal.addEventListener("abort", () => {});
  controller.abort();
  return btoa(ADDRESS).length + atob("aGVsbG8=").length;
}
// What the rows through HTTP ask for, over a stub of the Worker itself.
const hello = async (self) => (await (await self.fetch("http://self.test/hello")).text()).length;
const echo = async (self) => (await (await self.fetch("http://self.test/echo", { method: "POST", body: KILOBYTE })).arrayBuffer()).byteLength;
async function fifty(self) {
  const response = await self.fetch("http://self.test/headers", { headers: NAMES.map((name) => [name, "a value of a header"]) });
  return (await response.text()).length + response.headers.get(NAMES[49]).length;
}
const WORK = { hello, echo, fifty, url, headers, sha256, gzip, clone, body, text, stream, pipe, form, hmac, stack, uuid, request, timers };

export default {
  async fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    const [, path, name] = pathname.split("/");
    switch (path) {
      case "hello":
        return new Response(PAGE);
      case "json":
        return Response.json(RECORD);
      case "echo":
        return new Response(request.body);
      case "parse":
        return Response.json(await request.json());
      case "chunks":
        return new Response(chunks(1_000));
      case "headers": {
        let length = 0;
        for (const [, value] of request.headers) length += value.length;
        const made = new Response(String(length));
        for (const header of NAMES) made.headers.set(header, "a value of a header");
        return made;
      }
      case "once":
        return new Response(String(await WORK[name](ctx.exports.default)));
      case "loop": {
        const count = Number(searchParams.get("count"));
        const work = WORK[name];
        const self = ctx.exports.default;
        for (let index = 0; index < count; index++) await work(self);
        return new Response(String(count));
      }
    }
    return new Response("no such path", { status: 404 });
  },
};
