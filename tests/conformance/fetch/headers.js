// Headers: constructor kinds, guards against bad input, iteration order, Set-Cookie.
import { table } from "../table.js";

export default {
  async fetch() {
    const { row, response } = table();
    const entries = (headers) => [...headers];
    await row("empty", () => entries(new Headers()));
    await row("undefined", () => entries(new Headers(undefined)));
    await row("null", () => entries(new Headers(null)));
    await row("number", () => entries(new Headers(5)));
    await row("string", () => entries(new Headers("ab")));
    await row("object", () => entries(new Headers({ "X-B": "2", "x-a": "1" })));
    await row("object with non-strings", () => entries(new Headers({ n: 1, t: true, u: undefined, o: null })));
    await row("pairs", () => entries(new Headers([["b", "1"], ["A", "2"], ["b", "3"]])));
    await row("pair of one", () => entries(new Headers([["a"]])));
    await row("pair of three", () => entries(new Headers([["a", "b", "c"]])));
    await row("Map", () => entries(new Headers(new Map([["m", "1"]]))));
    await row("Headers", () => entries(new Headers(new Headers({ a: "1" }))));
    await row("generator", () => entries(new Headers((function* () { yield ["g", "1"]; })())));
    await row("bad name", () => new Headers({ "a b": "1" }));
    await row("empty name", () => new Headers({ "": "1" }));
    await row("bad value", () => new Headers({ a: "1\n2" }));
    await row("value trimmed", () => entries(new Headers({ a: "  x \t" })));
    await row("latin1 value", () => entries(new Headers({ a: "é" })));
    await row("wide value", () => entries(new Headers({ a: "日本" })));
    const headers = new Headers({ b: "1" });
    await row("append result", () => headers.append("B", "2"));
    await row("get", () => headers.get("b"));
    await row("get missing", () => headers.get("zz"));
    await row("get bad name", () => headers.get("a b"));
    await row("has", () => [headers.has("B"), headers.has("c")]);
    await row("set", () => [headers.set("C", "3"), headers.get("c")]);
    await row("delete", () => [headers.delete("c"), headers.delete("c"), headers.has("c")]);
    await row("append one argument", () => headers.append("x"));
    await row("get no argument", () => headers.get());
    const cookies = new Headers([["set-cookie", "a=1"], ["Set-Cookie", "b=2"], ["a", "x"]]);
    await row("cookies entries", () => entries(cookies));
    await row("cookies get", () => cookies.get("set-cookie"));
    await row("getSetCookie", () => cookies.getSetCookie());
    await row("getAll", () => cookies.getAll("set-cookie"));
    await row("getAll other", () => cookies.getAll("a"));
    await row("keys", () => [...cookies.keys()]);
    await row("values", () => [...cookies.values()]);
    await row("forEach", () => { const seen = []; new Headers({ q: "1" }).forEach((value, name, self) => seen.push([name, value, self instanceof Headers])); return seen; });
    await row("iterator tag", () => Object.prototype.toString.call(headers.entries()));
    await row("tag", () => Object.prototype.toString.call(headers));
    await row("Symbol.iterator", () => Headers.prototype[Symbol.iterator].name);
    await row("illegal receiver", () => Headers.prototype.get.call({}, "a"));
    await row("JSON", () => JSON.stringify(headers));
    return response();
  },
};
