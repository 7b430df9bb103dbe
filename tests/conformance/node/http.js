// node:http and node:https: messages, agents and requests to a server of this case.
import { table } from "../table.js";
import http from "node:http";
import https from "node:https";
import * as common from "node:_http_common";
import * as outgoing from "node:_http_outgoing";

const text = (error) => `${error.name} ${error.code} ${error.message}`;

// How long a request that never ends is waited for.
const SILENCE_MS = 500;

// What a request brings: its events in order, and the response.
function sent(make, { body, read = true } = {}) {
  return new Promise((resolve) => {
    const events = [];
    let request;
    const done = (more) => resolve([events.join(" "), ...more]);
    setTimeout(() => done(["silence"]), SILENCE_MS);
    try {
      request = make((response) => {
        events.push("response");
        if (!read) return done([response.statusCode]);
        let received = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => (received += chunk));
        response.on("end", () => {
          events.push("end");
          const { "x-one": one, "x-two": two, "set-cookie": cookies } = response.headers;
          done([response.statusCode, response.statusMessage, received, one, two, cookies, response.complete, response.httpVersion, response.url.replace(/^http:..[^/]*/, ""), response.method]);
        });
      });
    } catch (error) {
      resolve(["threw", text(error)]);
      return;
    }
    request.on("error", (error) => done(["error", text(error)]));
    for (const name of ["finish", "abort", "timeout"]) request.on(name, () => events.push(name));
    if (body !== undefined) for (const part of body) request.write(part);
    request.end();
  });
}

async function serve(request) {
  const { pathname, search } = new URL(request.url);
  switch (pathname) {
    case "/echo": {
      const seen = ["accept", "x-a", "content-type", "transfer-encoding", "authorization", "cookie"].map((name) => `${name}=${request.headers.get(name)}`);
      return new Response(`${request.method} ${search} ${seen.join(" ")} ${await request.text()}`, { headers: { "x-one": "1" } });
    }
    case "/headers": {
      const headers = new Headers({ "x-one": "1" });
      headers.append("x-two", "a");
      headers.append("x-two", "b");
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      return new Response("h", { status: 201, headers });
    }
    case "/moved":
      return new Response(null, { status: 302, headers: { location: "/echo" } });
    case "/empty":
      return new Response(null, { status: 204 });
    default:
      return new Response("none", { status: 404 });
  }
}

export default {
  async fetch(request) {
    const { origin, pathname, hostname, port } = new URL(request.url);
    if (pathname !== "/") return serve(request);
    const { row, response } = table();
    const failing = (label, make) => row(label, () => {
      try {
        return make();
      } catch (error) {
        return [text(error)];
      }
    });

    await row("tokens", () => ["", "a", "a b", "é", "A-1", "a:"].map((value) => common._checkIsHttpToken(value)));
    await row("header values", () => ["", "a", "a\n", "é", "\u0100", "\t"].map((value) => common._checkInvalidHeaderChar(value)));
    await row("expressions", () => [String(common.chunkExpression), String(common.continueExpression)]);
    for (const name of ["a", "", "a b", undefined, 5]) {
      await failing(`validateHeaderName ${name}`, () => http.validateHeaderName(name));
      await failing(`validateHeaderName ${name} label`, () => http.validateHeaderName(name, "Label"));
    }
    for (const value of ["a", "", "a\n", undefined, 5, null]) await failing(`validateHeaderValue ${value}`, () => http.validateHeaderValue("x", value));
    for (const value of [5, 0, -1, "x"]) await failing(`setMaxIdleHTTPParsers ${value}`, () => http.setMaxIdleHTTPParsers(value));
    for (const value of [undefined, ["A", "b"], "x", []]) await failing(`unique headers ${value}`, () => [...(outgoing.parseUniqueHeadersOption(value) ?? ["none"])]);
    await row("constants", () => [http.METHODS.length, http.STATUS_CODES[418], http.maxHeaderSize, http.METHODS === common.methods, http.Agent === https.Agent, http.globalAgent === https.globalAgent]);

    for (const options of [undefined, {}, { host: "h", port: 80, localAddress: "l" }, { family: 6 }, { socketPath: "/s" }]) {
      await failing(`agent name ${JSON.stringify(options)}`, () => new http.Agent().getName(options));
      await failing(`https agent name ${JSON.stringify(options)}`, () => new https.Agent().getName(options));
    }
    for (const options of [{ keepAlive: true }, { maxSockets: 5 }, { scheduling: "fifo" }, { scheduling: "x" }, { maxTotalSockets: 0 }, { maxTotalSockets: "x" }, { timeout: 5 }]) {
      await failing(`new Agent ${JSON.stringify(options)}`, () => {
        const { keepAlive, maxSockets, maxTotalSockets, scheduling, keepAliveMsecs, maxFreeSockets, defaultPort, protocol } = new http.Agent(options);
        return [keepAlive, maxSockets, maxTotalSockets, scheduling, keepAliveMsecs, maxFreeSockets, defaultPort, protocol];
      });
    }

    const message = () => {
      const made = new http.OutgoingMessage();
      made.setHeader("X-One", "1");
      made.setHeader("x-Two", ["a", "b"]);
      made.setHeader("X-Three", 3);
      return made;
    };
    await row("out: names", () => [message().getHeaderNames(), message().getRawHeaderNames()]);
    await row("out: headers", () => ({ ...message().getHeaders() }));
    await row("out: get", () => [message().getHeader("X-ONE"), message().getHeader("x-two"), message().getHeader("x-three"), message().getHeader("none")]);
    await row("out: has", () => [message().hasHeader("X-one"), message().hasHeader("none")]);
    await row("out: remove", () => { const made = message(); made.removeHeader("x-ONE"); return made.getHeaderNames(); });
    await row("out: append", () => { const made = message(); made.appendHeader("x-one", "2").appendHeader("x-two", ["c"]).appendHeader("new", "n"); return { ...made.getHeaders() }; });
    await row("out: setHeaders", () => { const made = message(); made.setHeaders(new Headers({ "x-one": "9" })); made.setHeaders(new Map([["m", "1"]])); return { ...made.getHeaders() }; });
    await row("out: chain", () => { const made = message(); return made.setHeader("a", "b") === made; });
    await row("out: state", () => { const { headersSent, finished, writableEnded, writableLength, writableObjectMode, writableCorked, shouldKeepAlive, sendDate, chunkedEncoding } = message(); return [headersSent, finished, writableEnded, writableLength, writableObjectMode, writableCorked, shouldKeepAlive, sendDate, chunkedEncoding]; });
    for (const [name, ...args] of [["setHeader", "a b", "x"], ["setHeader", "a"], ["setHeader", "a", "\n"], ["setHeader", 5, "x"], ["getHeader", 5], ["hasHeader", 5], ["removeHeader", 5], ["appendHeader", "a"], ["setHeaders", {}], ["setHeaders", 5], ["write", 5], ["write", null], ["pipe"], ["_implicitHeader"]]) {
      await failing(`out: ${name} ${JSON.stringify(args)}`, () => String(message()[name](...args)));
    }

    const incoming = () => new http.IncomingMessage();
    await row("in: fields", () => { const { aborted, complete, httpVersion, httpVersionMajor, method, rawHeaders, statusCode, url, joinDuplicateHeaders } = incoming(); return [aborted, complete, httpVersion, httpVersionMajor, method, rawHeaders, statusCode, url, joinDuplicateHeaders]; });
    await row("in: duplicates", () => { const made = incoming(); const to = {}; for (const [name, value] of [["Host", "a"], ["host", "b"], ["Cookie", "a"], ["cookie", "b"], ["Set-Cookie", "c"], ["set-cookie", "d"], ["X", "1"], ["x", "2"], ["Age", "1"], ["age", "2"]]) made._addHeaderLine(name, value, to); return to; });
    await row("in: distinct", () => { const made = incoming(); const to = {}; for (const [name, value] of [["Host", "a"], ["host", "b"], ["X", "1"]]) made._addHeaderLineDistinct(name, value, to); return to; });
    await failing("in: setTimeout", () => incoming().setTimeout("x"));

    for (const [label, ...args] of [
      ["method", { method: "a b" }], ["method type", { method: 5 }], ["path", { path: "/a b" }], ["protocol", { protocol: "ftp:" }], ["url type", 5], ["header name", { headers: { "a b": "x" } }],
      ["host type", { host: 5 }], ["insecureHTTPParser", { insecureHTTPParser: 5 }], ["agent", { agent: 5 }], ["timeout", { timeout: "x" }], ["joinDuplicateHeaders", { joinDuplicateHeaders: 5 }], ["maxHeaderSize", { maxHeaderSize: "x" }],
    ]) {
      await failing(`request: bad ${label}`, () => {
        const made = http.request(...args);
        made.on("error", () => {});
        made.destroy();
        return "made";
      });
    }
    await row("request: fields", () => {
      const made = http.request({ hostname: "localhost", port: 1, path: "/p?q", headers: { "X-A": "1" }, auth: "u:p" });
      made.on("error", () => {});
      made.destroy();
      return [made.method, made.path, made.host, made.protocol, made.getHeader("x-a"), made.getHeader("host"), made.getHeader("authorization"), made.destroyed, made.aborted, made.reusedSocket, made.maxHeadersCount];
    });
    await row("request: https fields", () => {
      const made = https.request("https://localhost:2/x");
      made.on("error", () => {});
      made.destroy();
      return [made.method, made.path, made.host, made.protocol, made.getHeader("host"), made.agent === https.globalAgent];
    });
    await failing("request: https of http", () => https.request("http://localhost/"));
    await row("get", () => sent((done) => http.get(`${origin}/echo?a=1`, done)));
    await row("get by options", () => sent((done) => http.get({ hostname: hostname, port, path: "/echo?b=2", headers: { "x-a": "A" } }, done)));
    await row("get by URL and options", () => sent((done) => http.get(new URL(`${origin}/echo`), { headers: { accept: "x/y" } }, done)));
    await row("post", () => sent((done) => http.request(`${origin}/echo`, { method: "POST", headers: { "content-type": "text/x" } }, done), { body: ["one", Buffer.from("two")] }));
    await row("put with length", () => sent((done) => http.request(`${origin}/echo`, { method: "PUT", headers: { "content-length": "3" } }, done), { body: ["abc"] }));
    await row("auth", () => sent((done) => http.request(`${origin}/echo`, { auth: "user:pass" }, done)));
    await row("headers", () => sent((done) => http.get(`${origin}/headers`, done)));
    await row("no redirect", () => sent((done) => http.get(`${origin}/moved`, done)));
    await row("no content", () => sent((done) => http.get(`${origin}/empty`, done)));
    await row("missing", () => sent((done) => http.get(`${origin}/nope`, done)));
    await row("head", () => sent((done) => http.request(`${origin}/headers`, { method: "HEAD" }, done)));
    await row("await in", async () => { const got = await new Promise((resolve) => http.get(`${origin}/headers`, resolve)); const parts = []; for await (const chunk of got) parts.push(String(chunk)); return [parts.join(""), got.rawHeaders.filter((item) => /^x-|^[ab1,]/i.test(item)), got.headersDistinct["x-one"]]; });
    await row("aborted", () => sent((done) => { const made = http.get(`${origin}/echo`, done); made.abort(); return made; }));
    await row("destroyed with", () => new Promise((resolve) => { const made = http.get(`${origin}/echo`); made.on("error", (error) => resolve(text(error))); made.on("close", () => resolve("closed")); made.destroy(new Error("mine")); setTimeout(() => resolve("silence"), SILENCE_MS); }));
    await row("signal", () => sent((done) => http.get(`${origin}/echo`, { signal: AbortSignal.abort() }, done)));
    return response();
  },
};
