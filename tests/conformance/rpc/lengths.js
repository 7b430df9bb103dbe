// What headers tell of the body of a request to another Worker, and what is taken from its URL.
import { WorkerEntrypoint } from "cloudflare:workers";
import { table } from "../table.js";
export class Gate extends WorkerEntrypoint {
  async fetch(r) { const h = [...r.headers].map(x=>x.join("=")).join("&"); const b = r.body === null ? "null" : "body"; if (!r.url.endsWith("noread")) await r.arrayBuffer(); return new Response(r.method + " " + b + " " + h + " " + r.url); }
}
export class Answer extends WorkerEntrypoint {
  async fetch(r) { const k = new URL(r.url).pathname.slice(1);
   const s = () => new ReadableStream({ start(c) { c.enqueue(new Uint8Array(3)); c.close(); } });
   const f = () => { const x = new FixedLengthStream(3); const w = x.writable.getWriter(); w.write(new Uint8Array(3)); w.close(); return x.readable; };
   switch (k) {
     case "text": return new Response("abc");
     case "empty": return new Response("");
     case "null": return new Response(null);
     case "204": return new Response(null, {status:204});
     case "stream": return new Response(s());
     case "fixed": return new Response(f());
     case "own": return new Response("abc", { headers: { "content-length": "9" } });
     case "ownnull": return new Response(null, { headers: { "content-length": "9" } });
     case "ownte": return new Response("abc", { headers: { "transfer-encoding": "gzip" } });
     case "form": { const f = new FormData(); f.append("a","b"); return new Response(f); }
     case "304": return new Response(null, {status:304, headers: {"content-length":"7"}});
   } }
}
export default { async fetch(request, env, ctx) {
  const { row, response } = table();
  const G = ctx.exports.Gate, A = ctx.exports.Answer;
  const s = () => new ReadableStream({ start(c) { c.enqueue(new Uint8Array(3)); c.close(); } });
  const b = () => new ReadableStream({ type: "bytes", start(c) { c.enqueue(new Uint8Array(3)); c.close(); } });
  const f = () => { const x = new FixedLengthStream(3); const w = x.writable.getWriter(); w.write(new Uint8Array(3)); w.close(); return x.readable; };
  const t = async (i) => (await G.fetch("http://x/", i)).text();
  for (const m of ["GET","HEAD","POST","PUT","DELETE","OPTIONS","PATCH"]) await row(m + " none", () => m === "HEAD" ? "skip" : t({ method: m }));
  await row("POST null", () => t({ method: "POST", body: null }));
  await row("text", () => t({ method: "POST", body: "abc" }));
  await row("empty", () => t({ method: "POST", body: "" }));
  await row("DELETE text", () => t({ method: "DELETE", body: "abc" }));
  await row("bytes", () => t({ method: "PUT", body: new Uint8Array(5) }));
  await row("blob", () => t({ method: "PUT", body: new Blob(["abcd"], { type: "a/b" }) }));
  await row("params", () => t({ method: "PUT", body: new URLSearchParams("a=b") }));
  await row("stream", () => t({ method: "PUT", body: s() }));
  await row("byte stream", () => t({ method: "PUT", body: b() }));
  await row("fixed", () => t({ method: "PUT", body: f() }));
  await row("own cl", () => t({ method: "PUT", body: "abc", headers: { "content-length": "9" } }));
  await row("own cl stream", () => t({ method: "PUT", body: s(), headers: { "content-length": "9" } }));
  await row("own te", () => t({ method: "PUT", body: "abc", headers: { "transfer-encoding": "gzip" } }));
  await row("own order", () => t({ method: "PUT", body: "abc", headers: { "x-a": "1", "accept": "b", "z": "2" } }));
  const t2 = async (r) => (await G.fetch(r)).text();
  await row("Request", () => t2(new Request("http://x/", { method: "POST", body: "abc" })));
  await row("Request clone", () => { const r = new Request("http://x/", { method: "POST", body: "abc" }); r.clone(); return t2(r); });
  await row("Request of response body", () => t2(new Request("http://x/", { method: "POST", body: new Response("abcd").body })));
  await row("identity", () => { const i = new IdentityTransformStream(); const w = i.writable.getWriter(); w.write(new Uint8Array(2)); w.close(); return t({ method: "POST", body: i.readable }); });
  await row("creds", () => t2("http://user:pass@x.test:8080/a@b"));
  await row("creds", () => G.fetch("http://user:pass@x.test:8080/a@b").then(r=>r.text()));
  await row("hash", () => G.fetch("http://x.test/#a@b").then(r=>r.text()));
  for (const k of ["text","empty","null","204","stream","fixed","own","ownnull","ownte","304","form"]) await row("answer " + k, async () => { const r = await A.fetch("http://x/" + k); return JSON.stringify([...r.headers].filter(x=>x[0]!="content-type")) + (r.body === null) + " " + (await r.arrayBuffer()).byteLength; });
  for (const k of ["text","stream","null","own","ownnull"]) await row("answer HEAD " + k, async () => { const r = await A.fetch("http://x/" + k, { method: "HEAD" }); return JSON.stringify([...r.headers].filter(x=>x[0]!="content-type")) + (r.body === null) + " " + (await r.arrayBuffer()).byteLength; });
  return response();
} }
