// itty-router: routes, parameters, middleware, errors, CORS.
import { AutoRouter, IttyRouter, StatusError, cors, createResponse, error, html, json, status, text, withContent, withCookies, withParams } from "itty-router";

import { table } from "../../conformance/table.js";

const { preflight, corsify } = cors({ origin: "http://a.test", allowMethods: "GET,PUT", maxAge: 5 });
const router = IttyRouter({ base: "/api" });
router
  .all("*", preflight, withParams, withCookies)
  .get("/todos/:id", ({ id, query }) => json({ id, query }))
  .get("/files/:name.:extension?", ({ params }) => json(params))
  .get("/greedy/:rest+", ({ rest }) => text(rest))
  .get("/cookies", ({ cookies }) => json(cookies))
  .post("/content", withContent, ({ content }) => json({ content: content instanceof FormData ? [...content] : content }))
  .get("/html", () => html("<b>x</b>"))
  .get("/status", () => status(204))
  .get("/refused", () => error(403, { reason: "no" }))
  .get("/thrown", () => { throw new StatusError(451, "legal"); })
  .get("/crash", () => null.x)
  .get("/custom", () => createResponse("image/x")(new Uint8Array([1]), { headers: { "x-a": "b" } }))
  .all("*", () => error(404));

const auto = AutoRouter({
  before: [(request) => { request.started = "yes"; }],
  finally: [(response) => { response.headers.set("x-finally", "1"); }],
});
auto.get("/plain", ({ started }) => ({ started })).get("/stream", () => new Response(new Blob(["bytes"]).stream()));

async function describe(response) {
  return [response.status, [...response.headers].map((pair) => pair.join(": ")), await response.text()];
}
const ask = (path, options) => router.fetch(new Request(`http://a.test/api${path}`, options)).catch(error).then(corsify).then(describe);

export default {
  async fetch() {
    const { row, response } = table();
    for (const path of ["/todos/3?a=1&a=2&b", "/files/a.tar.gz", "/greedy/a/b/c", "/html", "/status", "/refused", "/thrown", "/custom", "/none"]) {
      await row(path, () => ask(path));
    }
    await row("crash", async () => (await ask("/crash"))[0]);
    await row("cookies", () => ask("/cookies", { headers: { cookie: "a=1; b=x=y" } }));
    await row("preflight", () => ask("/x", { method: "OPTIONS", headers: { origin: "http://a.test" } }));
    await row("json content", () => ask("/content", { method: "POST", body: '{"a":1}', headers: { "content-type": "application/json" } }));
    await row("text content", () => ask("/content", { method: "POST", body: "plain" }));
    await row("form content", () => ask("/content", { method: "POST", body: new URLSearchParams({ a: "1" }) }));
    for (const path of ["/plain", "/stream", "/none"]) await row(`auto ${path}`, () => auto.fetch(new Request(`http://a.test${path}`)).then(describe));
    return response();
  },
};
