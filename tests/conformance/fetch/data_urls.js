// data: URLs: media types, base64, percent-encoding, methods.
import { table } from "../table.js";

const URLS = [
  "data:,x", "data:", "data:x", "data:text/html,%3Cb%3E", "data:;base64,eA==", "data:;base64,e A = =", "data:;base64,eA%3D%3D", "data:;base64,***", "data:;base64,eA=", "data:;base64,e",
  "data:;base64,eH", "data:;base64,eHg=====", "data:;base64,eA==eA==", "data:;base64,_-_-", "data:;base64,/+/+", "data:text/plain;base64 ,eA==", "data:text/plain;base64;charset=x,eA==",
  "data:text/plain; base64,eA==", "data:text/plain;BASE64,eA==", "data:text/plain ;  base64,eA==", "data:base64,eA==", "data:text/plainbase64,eA==", "data:;charset=x,y", "data:;charset=utf-8,y",
  "data:charset=x,y", "data:nonsense,y", "data:a/b;c,y", 'data:a/b;c="x;y",y', "data:A/B;C=D,y", "data:a/b; c=d ,y", "data: a/b ,y", "data:a b/c,y", "data:text/plain;charset=UTF-8,\u00e9", "data:,%E9",
  "data:,%zz%4", "data:,a%2Cb,c", "data:,a?b", "data:,a#b", "data:,a%23b", "data:image/png,%00%ff", "data://host/a/b,x", "data:,a b ", "data:,\t\na", "data:text/plain;charset=\u00e9,x", "data:;;,x",
  "data:;,x", "data:/,x", "data:a/,x", "data:a/b;base64;,eA==", "data:a/b;;base64,eA==", "data:;base64;base64,eA==", "data:a/b;c=d;c=e,x", 'data:text/html;charset="utf-8",x', "data:a/b;c=,x", "data:a/b;=c,x",
];

export default {
  async fetch(request, env, ctx) {
    const { row, response } = table();
    for (const url of URLS) {
      await row(JSON.stringify(url), async () => { const answer = await fetch(url); return [answer.status, answer.url, answer.redirected, [...answer.headers], await answer.bytes()]; });
    }
    for (const method of ["GET", "HEAD", "POST", "OPTIONS", "DELETE"]) {
      await row(`by ${method}`, async () => { const answer = await fetch("data:,x", { method }); return [answer.status, answer.statusText, [...answer.headers], answer.body === null, await answer.text()]; });
    }
    await row("through a stub", async () => (await ctx.exports.default.fetch("data:,x")).text());
    await row("of a Request with a body", async () => { const asked = new Request("data:,x", { method: "POST", body: "abc" }); const answer = await fetch(asked); return [await answer.text(), asked.bodyUsed]; });
    await row("headers are mutable", async () => { const answer = await fetch("data:,x"); answer.headers.set("a", "1"); return answer.headers.get("a"); });
    await row("aborted", async () => (await fetch("data:,x", { signal: AbortSignal.abort("why") })).text());
    return response();
  },
};
