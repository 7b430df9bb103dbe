// Bodies of every kind: content type, text, and what is refused.
import { table } from "../table.js";

const encoder = new TextEncoder();
const streamOf = (...chunks) => new ReadableStream({ start(controller) { for (const chunk of chunks) controller.enqueue(chunk); controller.close(); } });

export default {
  async fetch() {
    const { row, response } = table();
    const kinds = {
      undefined: () => undefined,
      null: () => null,
      "empty string": () => "",
      string: () => "héllo",
      number: () => 42,
      boolean: () => false,
      bigint: () => 5n,
      "plain object": () => ({ a: 1 }),
      "object with toString": () => ({ toString: () => "ts" }),
      ArrayBuffer: () => encoder.encode("ab").buffer,
      Uint8Array: () => encoder.encode("abc").subarray(1),
      DataView: () => new DataView(encoder.encode("abc").buffer, 1, 1),
      Uint16Array: () => new Uint16Array([0x4142, 0x4344]),
      Blob: () => new Blob(["bl", "ob"], { type: "text/X" }),
      "Blob without type": () => new Blob(["bl"]),
      File: () => new File(["file"], "n.txt", { type: "text/plain" }),
      URLSearchParams: () => new URLSearchParams({ a: "1 2", b: "é" }),
      "stream of bytes": () => streamOf(encoder.encode("s1"), encoder.encode("s2")),
      "stream of strings": () => streamOf("str"),
      "stream of numbers": () => streamOf(1),
      "async iterable of bytes": () => (async function* () { yield encoder.encode("it"); yield encoder.encode("er"); })(),
      Date: () => new Date(0),
      array: () => [1, "b"],
      Map: () => new Map([["a", 1]]),
    };
    for (const [kind, make] of Object.entries(kinds)) {
      await row(`${kind} type`, () => new Response(make()).headers.get("content-type"));
      await row(`${kind} text`, () => new Response(make()).text());
    }
    await row("symbol", () => new Response(Symbol("s")));
    await row("own type wins", () => new Response("x", { headers: { "content-type": "a/b" } }).headers.get("content-type"));
    await row("body tag", () => Object.prototype.toString.call(new Response("x").body));
    await row("body identity", () => { const answer = new Response("x"); return answer.body === answer.body; });
    await row("empty string has a body", () => new Response("").body !== null);
    await row("locked stream", () => { const stream = streamOf(); stream.getReader(); return new Response(stream); });
    await row("disturbed stream", async () => { const stream = streamOf(encoder.encode("a")); const reader = stream.getReader(); await reader.read(); reader.releaseLock(); return new Response(stream).text(); });
    await row("buffer is copied", async () => { const bytes = encoder.encode("abc"); const answer = new Response(bytes); bytes[0] = 0x58; return answer.text(); });
    await row("failing stream", () => new Response(new ReadableStream({ pull(controller) { controller.error(new RangeError("broken")); } })).text());
    await row("stream of a used response", async () => { const answer = new Response("once"); const { body } = answer; return [await new Response(body).text(), answer.bodyUsed]; });
    return response();
  },
};
