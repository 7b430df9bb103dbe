// util.inspect of the runtime's classes, and util.getCallSites.
import { table } from "../table.js";
import util, { inspect } from "node:util";

function inner(count) {
  return util.getCallSites(count);
}
class Maker {
  constructor() {
    this.sites = util.getCallSites();
  }
  method() {
    return util.getCallSites();
  }
  static fixed() {
    return util.getCallSites();
  }
}
// The names and places of callers within this file.
const places = (sites) => sites.map(({ column, columnNumber, functionName, lineNumber, scriptName }) => `${functionName} ${scriptName.split("/").pop()} ${lineNumber} ${column === columnNumber}`);

export default {
  async fetch() {
    const { row, response } = table();
    const form = new FormData();
    form.append("a", "b");
    const controller = new AbortController();
    const objects = {
      url: new URL("http://a/b?c=1"), search: new URLSearchParams("a=1&b=2"), request: new Request("http://x/", { headers: { a: "b" } }),
      empty: new Response(null, { status: 204 }), headers: new Headers({ a: "b", c: "d" }), noHeaders: new Headers(), form, noForm: new FormData(),
      blob: new Blob(["x"], { type: "a/b" }), file: new File(["x"], "n", { lastModified: 5 }), controller, signal: controller.signal,
      aborted: AbortSignal.abort(1), encoder: new TextEncoder(), decoder: new TextDecoder(), crypto, subtle: crypto.subtle, target: new EventTarget(),
      channel: new MessageChannel(), port: new MessageChannel().port1, pattern: new URLPattern({ pathname: "/a" }),
      reader: new ReadableStream().getReader(), scheduler, deep: { a: { b: { c: new Request("http://x/") } } },
      subclass: new (class Mine extends Request { x = 5; })("http://y/"), namesake: new (class Request { get method() { return 1; } })(),
    };
    for (const [name, object] of Object.entries(objects)) await row(name, () => inspect(object));
    await row("hidden depth", () => inspect(new Request("http://x/"), { depth: 0 }));
    await row("one line", () => inspect(new Headers({ a: "b" }), { compact: true, breakLength: Infinity }));

    await row("call sites", () => places(inner()));
    await row("call sites, one", () => places(inner(1)));
    await row("call sites of a method", () => places(new Maker().method()));
    await row("call sites of a static method", () => places(Maker.fixed()));
    await row("call sites of a constructor", () => places(new Maker().sites));
    await row("call sites without a name", () => places((() => util.getCallSites(1))()));
    for (const count of [0, -1, "x", 201, null, {}]) await row(`call sites, ${JSON.stringify(count)}`, () => util.getCallSites(count));
    return response();
  },
};
