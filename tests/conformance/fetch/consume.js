// Consuming bodies: every method, used and locked bodies, clone and tee.
import { table } from "../table.js";

const encoder = new TextEncoder();

export default {
  async fetch() {
    const { row, response } = table();
    await row("text", () => new Response("t").text());
    await row("text BOM", () => new Response(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])).text());
    await row("text invalid", () => new Response(new Uint8Array([0x61, 0xff, 0x62])).text());
    await row("json", () => new Response('{"a":[1,null]}').json());
    await row("json BOM", () => new Response(new Uint8Array([0xef, 0xbb, 0xbf, 0x31])).json());
    await row("json broken", () => new Response("{oops").json());
    await row("json empty", () => new Response("").json());
    await row("json null body", () => new Response(null).json());
    await row("arrayBuffer", () => new Response("ab").arrayBuffer());
    await row("bytes", () => new Response("ab").bytes());
    await row("blob", async () => { const blob = await new Response("ab", { headers: { "content-type": "X/Y; z=1" } }).blob(); return [blob.size, blob.type, await blob.text()]; });
    await row("blob without type", async () => (await new Response(encoder.encode("ab")).blob()).type);
    await row("formData urlencoded", async () => [...await new Response("a=1+2&b=%C3%A9&a=3", { headers: { "content-type": "application/x-www-form-urlencoded" } }).formData()]);
    await row("formData wrong type", () => new Response("x").formData());
    await row("formData no type", () => new Response(encoder.encode("x")).formData());
    await row("formData no boundary", () => new Response("x", { headers: { "content-type": "multipart/form-data" } }).formData());
    await row("formData bad body", () => new Response("x", { headers: { "content-type": "multipart/form-data; boundary=b" } }).formData());
    await row("null body text", () => new Response(null).text());
    await row("null body twice", async () => { const answer = new Response(null); return [await answer.text(), await answer.text(), answer.bodyUsed]; });
    await row("empty body used", async () => { const answer = new Response(""); await answer.text(); return answer.bodyUsed; });
    for (const method of ["text", "json", "arrayBuffer", "bytes", "blob", "formData"]) {
      await row(`${method} twice`, async () => { const answer = new Response("1"); await answer.text(); return answer[method](); });
    }
    await row("twice without waiting", async () => { const answer = new Response("1"); const first = answer.text(); const second = answer.text().catch((error) => error); return [await first, await second]; });
    await row("bodyUsed at once", () => { const answer = new Response("1"); answer.text(); return answer.bodyUsed; });
    await row("locked text", () => { const answer = new Response("1"); answer.body.getReader(); return answer.text(); });
    await row("locked clone", () => { const answer = new Response("1"); answer.body.getReader(); return answer.clone(); });
    await row("used clone", async () => { const answer = new Response("1"); await answer.text(); return answer.clone(); });
    await row("clone", async () => { const answer = new Response("1", { status: 201, headers: { a: "b" } }); const twin = answer.clone(); return [twin.status, twin.headers.get("a"), await answer.text(), await twin.text()]; });
    await row("clone null body", () => new Response(null).clone().body);
    await row("clone of clone", async () => { const answer = new Response("1"); const second = answer.clone(); const third = second.clone(); return [await third.text(), await second.text(), await answer.text()]; });
    await row("read by reader", async () => {
      const reader = new Response("abc").body.getReader();
      const first = await reader.read();
      return [first.value, first.done, (await reader.read()).done];
    });
    await row("read after release", async () => { const answer = new Response("abc"); const reader = answer.body.getReader(); await reader.read(); reader.releaseLock(); return [answer.bodyUsed, await answer.text()]; });
    await row("for await", async () => { const seen = []; for await (const chunk of new Response("abc").body) seen.push(chunk); return seen; });
    await row("byob", async () => { const reader = new Response("abcdef").body.getReader({ mode: "byob" }); const { value, done } = await reader.read(new Uint8Array(4)); return [value, done]; });
    await row("tee", async () => { const [left, right] = new Response("abc").body.tee(); return [await new Response(left).text(), await new Response(right).text()]; });
    await row("cancel", async () => { const answer = new Response("abc"); await answer.body.cancel("why"); return [answer.bodyUsed, await answer.text()]; });
    await row("pipeThrough", async () => new Response(new Response("abc").body.pipeThrough(new TransformStream({ transform(chunk, controller) { controller.enqueue(chunk.map((byte) => byte - 32)); } }))).text());
    await row("illegal receiver", () => Response.prototype.text.call({}));
    return response();
  },
};
