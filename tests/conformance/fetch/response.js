// Response: constructor, init, statics, status rules and properties.
import { table } from "../table.js";

export default {
  async fetch() {
    const { row, response } = table();
    const plain = new Response();
    for (const name of ["status", "statusText", "ok", "redirected", "url", "type", "body", "bodyUsed", "webSocket", "cf"]) {
      await row(`plain ${name}`, () => plain[name]);
    }
    const state = (subject) => [subject.status, subject.statusText, subject.ok, [...subject.headers]];
    await row("string", () => state(new Response("x")));
    await row("null init", () => state(new Response("x", null)));
    await row("init", () => state(new Response("x", { status: 201, statusText: "Made", headers: { a: "1" } })));
    await row("init is a Response", () => state(new Response("x", new Response(null, { status: 202, headers: { a: "1" } }))));
    for (const status of [100, 101, 199, 200, 204, 205, 299, 304, 404, 418, 599, 600, 0, -1, 99, "201", "x", null, undefined, NaN, 200.7]) {
      await row(`status ${String(status)}`, () => state(new Response(null, { status })));
    }
    for (const status of [101, 204, 205, 304]) await row(`status ${status} with body`, () => state(new Response("x", { status })));
    for (const status of [204, 304]) await row(`status ${status} with empty body`, () => state(new Response("", { status })));
    await row("statusText bad", () => state(new Response(null, { statusText: "a\nb" })));
    await row("statusText wide", () => state(new Response(null, { statusText: "日" })));
    await row("headers bad", () => new Response(null, { headers: 5 }));
    await row("encodeBody bad", () => new Response(null, { encodeBody: "x" }));
    await row("encodeBody manual", () => state(new Response(null, { encodeBody: "manual" })));
    await row("cf", () => new Response(null, { cf: { a: 1 } }).cf);
    await row("json", async () => { const answer = Response.json({ a: [1] }); return [...state(answer), await answer.text()]; });
    await row("json init", () => state(Response.json(1, { status: 400, headers: { "content-type": "text/x" } })));
    await row("json undefined", () => Response.json(undefined));
    await row("json function", () => Response.json(() => {}));
    await row("json bigint", () => Response.json(1n));
    await row("json cycle", () => { const cycle = {}; cycle.self = cycle; try { Response.json(cycle); } catch (error) { return error.name; } });
    await row("json 204", () => Response.json({}, { status: 204 }));
    await row("redirect", () => state(Response.redirect("http://example.test/a b")));
    for (const status of [301, 302, 303, 307, 308]) await row(`redirect ${status}`, () => state(Response.redirect("http://example.test/", status)));
    for (const status of [200, 300, 304, 400]) await row(`redirect ${status}`, () => Response.redirect("http://example.test/", status));
    await row("redirect relative", () => Response.redirect("/x"));
    await row("redirect no argument", () => Response.redirect());
    await row("error", () => { const answer = Response.error(); return [answer.type, ...state(answer), answer.body]; });
    await row("tag", () => Object.prototype.toString.call(plain));
    await row("headers kept", () => plain.headers === plain.headers);
    return response();
  },
};
