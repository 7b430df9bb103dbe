/** @jsxImportSource hono/jsx */
// hono: routing, middleware, cookies, JSX, streams of text and of server-sent events, its own tokens.
import { Hono } from "hono";
import { basicAuth } from "hono/basic-auth";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, getSignedCookie, setCookie, setSignedCookie } from "hono/cookie";
import { contextStorage, getContext } from "hono/context-storage";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { Suspense, renderToReadableStream } from "hono/jsx/streaming";
import { jwt, sign } from "hono/jwt";
import { secureHeaders } from "hono/secure-headers";
import { stream, streamSSE, streamText } from "hono/streaming";
import { compress } from "hono/compress";
import { validator } from "hono/validator";

import { table } from "../../conformance/table.js";

const SECRET = "it is very secret";

const Page = ({ title, children }) => (
  <html>
    <head>
      <title>{title}</title>
    </head>
    <body class="page">{children}</body>
  </html>
);

const Slow = async () => {
  await scheduler.wait(1);
  return <p>late &amp; {"<escaped>"}</p>;
};

const app = new Hono();
app.use("/storage/*", contextStorage());
app.use("/cors/*", cors({ origin: ["http://a.test"], allowMethods: ["PUT"], maxAge: 60, credentials: true }));
app.use("/private/*", basicAuth({ username: "ada", password: "lovelace" }));
app.use("/token/*", jwt({ secret: SECRET, alg: "HS256" }));
app.use("/etag", etag());
app.use("/secure", secureHeaders());
app.use("/compressed", compress());
app.use("/order/*", async (c, next) => {
  c.set("order", ["before"]);
  await next();
  c.header("x-order", [...c.get("order"), "after"].join(","));
});

app.get("/", (c) => c.text("Hello Hono!"));
app.get("/users/:id{[0-9]+}/posts/:slug?", (c) => c.json({ ...c.req.param(), query: c.req.queries("tag") ?? [] }));
app.get("/files/*", (c) => c.text(`file ${c.req.path}`));
app.post("/form", async (c) => c.json(await c.req.parseBody({ all: true }).then((form) => ({ ...form, file: form.file?.name }))));
app.post("/json", validator("json", (value, c) => value.name ?? c.text("no name", 422)), (c) => c.json({ name: c.req.valid("json") }));
app.post("/limited", bodyLimit({ maxSize: 4, onError: (c) => c.text("too large", 413) }), async (c) => c.text(await c.req.text()));
app.get("/order/x", (c) => {
  c.get("order").push("handler");
  return c.body(null, 204);
});
app.get("/cookies", async (c) => {
  setCookie(c, "plain", "a b;c", { path: "/", httpOnly: true, sameSite: "Lax", maxAge: 10 });
  await setSignedCookie(c, "signed", "value", SECRET, { secure: true });
  deleteCookie(c, "old");
  return c.json({ plain: getCookie(c, "seen"), signed: await getSignedCookie(c, SECRET, "signed") });
});
app.get("/jsx", (c) => c.html(<Page title={`<${c.req.query("t")}>`}><b data-x={1}>bold</b>{[1, 2].map((n) => <i>{n}</i>)}{false}</Page>));
app.get("/suspense", (c) => {
  c.header("Content-Type", "text/html; charset=UTF-8");
  return c.body(renderToReadableStream(<Suspense fallback={<p>wait</p>}><Slow /></Suspense>));
});
app.get("/stream", (c) => stream(c, async (out) => {
  out.onAbort(() => {});
  await out.write(new Uint8Array([104, 105]));
  await out.pipe(new Blob([" there"]).stream());
}));
app.get("/text", (c) => streamText(c, async (out) => {
  for (const word of ["one", "two"]) {
    await out.writeln(word);
    await out.sleep(1);
  }
}));
app.get("/sse", (c) => streamSSE(c, async (out) => {
  for (let id = 0; id < 3; id++) await out.writeSSE({ data: `line ${id}\nmore`, event: "tick", id: String(id), retry: 5 });
}));
app.get("/sse-error", (c) => streamSSE(c, async () => { throw new Error("broken"); }, async (error, out) => out.writeSSE({ event: "error", data: error.message })));
app.get("/storage/x", async (c) => {
  await scheduler.wait(1);
  return c.text(getContext().req.path);
});
app.get("/private/x", (c) => c.text("in"));
app.get("/token/x", (c) => c.json(c.get("jwtPayload")));
app.get("/etag", (c) => c.text("same"));
app.get("/secure", (c) => c.text("secure"));
app.get("/compressed", (c) => c.text("long ".repeat(1000)));
app.get("/fail", () => { throw new HTTPException(418, { message: "teapot" }); });
app.get("/crash", () => { throw new TypeError("crashed"); });
app.get("/redirect", (c) => c.redirect("/there?x=1", 308));
app.all("/proxy", (c) => fetch("data:text/plain,proxied").then((response) => new Response(response.body, { headers: { "x-method": c.req.method } })));
app.route("/sub", new Hono().basePath("/v1").get("/a", (c) => c.text(`sub ${c.req.routePath}`)).all("*", (c) => c.notFound()));
app.notFound((c) => c.text(`nothing at ${c.req.path}`, 404));
app.onError((error, c) => error instanceof HTTPException ? error.getResponse() : c.json({ name: error.name, message: error.message }, 500));

async function ask(path, options) {
  const response = await app.request(path, options);
  const headers = [...response.headers].filter(([name]) => name !== "date").map((pair) => pair.join(": "));
  return [response.status, headers, await response.text()];
}

export default {
  async fetch() {
    const { row, response } = table();
    const form = new FormData();
    form.append("many", "1");
    form.append("many", "2");
    form.append("file", new File(["x"], "a.txt", { type: "text/plain" }));
    const json = (value) => ({ method: "POST", body: JSON.stringify(value), headers: { "content-type": "application/json" } });
    for (const path of [
      "/", "/users/12/posts/hello?tag=a&tag=b", "/users/x", "/users/7/posts", "/files/a/b%20c", "/order/x", "/jsx?t=%26", "/suspense",
      "/stream", "/text", "/sse", "/sse-error", "/storage/x", "/etag", "/secure", "/fail", "/crash", "/redirect", "/proxy",
      "/sub/v1/a", "/sub/v1/b", "/nowhere",
    ]) {
      await row(path, () => ask(path));
    }
    await row("form", () => ask("/form", { method: "POST", body: form }));
    await row("json", () => ask("/json", json({ name: "Ada" })));
    await row("json refused", () => ask("/json", json({})));
    await row("json malformed", () => ask("/json", { ...json({}), body: "{" }));
    await row("limited", () => ask("/limited", { method: "POST", body: "1234" }));
    await row("limited too large", () => ask("/limited", { method: "POST", body: "12345" }));
    await row("cookies", () => ask("/cookies", { headers: { cookie: "seen=yes%20sir; signed=forged.x" } }));
    await row("signed cookie back", async () => {
      const first = await app.request("/cookies");
      const cookie = first.headers.getSetCookie().find((text) => text.startsWith("signed")).split(";")[0];
      return (await app.request("/cookies", { headers: { cookie } })).json();
    });
    await row("cors preflight", () => ask("/cors/x", { method: "OPTIONS", headers: { origin: "http://a.test" } }));
    await row("no password", () => ask("/private/x"));
    await row("password", () => ask("/private/x", { headers: { authorization: `Basic ${btoa("ada:lovelace")}` } }));
    await row("no token", () => ask("/token/x"));
    await row("token", async () => ask("/token/x", { headers: { authorization: `Bearer ${await sign({ sub: "ada" }, SECRET)}` } }));
    await row("not modified", async () => {
      const first = await app.request("/etag");
      return ask("/etag", { headers: { "if-none-match": first.headers.get("etag") } });
    });
    await row("compressed", async () => {
      const compressed = await app.request("/compressed", { headers: { "accept-encoding": "gzip" } });
      return [compressed.headers.get("content-encoding")];
    });
    await row("mounted fetch", async () => (await app.fetch(new Request("http://test/"), {})).text());
    return response();
  },
};
