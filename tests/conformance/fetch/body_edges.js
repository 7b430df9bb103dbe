// Bodies at their edges: types by source, clones at every moment, locks, multipart texts that are hard to read, forms on the wire, blobs in requests.
import { table } from "../table.js";

const url = "http://example.test/p";
const text = (error) => `${error?.name}: ${error?.message}`;
const settled = async (promise) => { try { return ["fulfilled", await promise]; } catch (error) { return ["rejected", error instanceof Error ? text(error) : error]; } };
const caught = (work) => { try { return ["returned", work()]; } catch (error) { return ["threw", text(error)]; } };
const enc = (text) => new TextEncoder().encode(text);
const stream = (...chunks) => new ReadableStream({ start(c) { for (const chunk of chunks) c.enqueue(typeof chunk === "string" ? enc(chunk) : chunk); c.close(); } });
const shown = async (form) => Promise.all([...form].map(async ([name, value]) => (typeof value === "string" ? [name, value] : [name, value.name, value.type, value.size, await value.text()])));

export default {
  async fetch() {
    const t = table();
    const row = (label, subject) => t.row(label, () => Promise.race([(async () => subject())(), scheduler.wait(10_000).then(() => "HANG")]));
    const bodies = {
      "a text": () => "x", "an empty text": () => "", "a buffer": () => new ArrayBuffer(1), "a DataView": () => new DataView(new ArrayBuffer(2)), "a blob": () => new Blob(["x"], { type: "A/b;c=D" }), "a blob of no type": () => new Blob(["x"]), "a blob of an odd type": () => new Blob(["x"], { type: "nonsense" }), "a file": () => new File(["x"], "n", { type: "a/b" }), "params": () => new URLSearchParams("a=1"), "empty params": () => new URLSearchParams(), "a stream": () => stream("x"), "a body": () => new Response("x").body, "a blob's stream": () => new Blob(["x"], { type: "a/b" }).stream(),
      "a boxed text": () => new String("x"), "null": () => null, "undefined": () => undefined, "a fixed stream": () => { const made = new FixedLengthStream(1); const writer = made.writable.getWriter(); writer.write(enc("x")); writer.close(); return made.readable; }, "a generator": () => (function* () { yield enc("x"); })(), "an array of bytes": () => [enc("x")], "an iterable object": () => ({ *[Symbol.iterator]() { yield enc("it"); } }), "an async iterable of texts": () => (async function* () { yield "text"; })(), "a Set": () => new Set(["a"]), "a response": () => new Response("x"), "a regexp": () => /x/, "an error": () => new RangeError("x"),
      "a detached buffer": () => { const made = new ArrayBuffer(2); made.transfer(); return made; }, "a resizable buffer": () => new ArrayBuffer(2, { maxByteLength: 4 }), "a Float32Array": () => new Float32Array([1]), "an iterator helper": () => [enc("h")].values().map((x) => x), "an iterable with toString": () => ({ *[Symbol.iterator]() { yield enc("it"); }, toString: () => "ts" }),
    };
    for (const [kind, make] of Object.entries(bodies)) {
      await row(`response of ${kind}`, async () => { const made = new Response(make()); return [made.headers.get("content-type"), made.body === null, await made.text()]; });
      await row(`request of ${kind}`, async () => { const made = new Request(url, { method: "POST", body: make() }); return [made.headers.get("content-type"), made.body === null, await made.text()]; });
      await row(`own type, ${kind}`, () => new Response(make(), { headers: [["Content-Type", "o/t"]] }).headers.get("content-type"));
    }
    for (const chunk of ["text", 5, null, undefined, {}, [1], new Blob(["x"]), new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), new Uint16Array([1]), true, new Uint8Array(0)]) await row(`stream of ${typeof chunk} ${Object.prototype.toString.call(chunk)}`, () => settled(new Response(new ReadableStream({ start(c) { c.enqueue(chunk); c.close(); } })).arrayBuffer()));
    await row("stream that fails later", async () => { let count = 0; return settled(new Response(new ReadableStream({ pull(c) { if (count++ === 0) c.enqueue(enc("a")); else c.error(new RangeError("later")); } })).text()); });
    await row("stream that fails with a text", () => settled(new Response(new ReadableStream({ pull(c) { c.error("why"); } })).text()));
    await row("stream that fails with nothing", () => settled(new Response(new ReadableStream({ pull() { throw undefined; } })).text()));

    for (const method of ["text", "json", "arrayBuffer", "bytes", "blob", "formData"]) {
      await row(`${method} of a locked body`, async () => { const made = new Response("1"); const reader = made.body.getReader(); const first = await settled(made[method]()); reader.releaseLock(); return [first, made.bodyUsed]; });
      await row(`${method} after a partial read`, async () => { const made = new Response(stream("ab", "cd")); const reader = made.body.getReader(); await reader.read(); reader.releaseLock(); return [made.bodyUsed, await settled(made[method]())]; });
      await row(`${method} after a cancel`, async () => { const made = new Response(stream("1")); await made.body.cancel(); return [made.bodyUsed, await settled(made[method]())]; });
      await row(`${method} gives a promise at once`, () => { const made = new Response("1"); return made[method]() instanceof Promise; });
      await row(`${method} of a wrong receiver`, () => settled((async () => Response.prototype[method].call({}))()));
    }
    await row("clone of a stream", async () => { const made = new Response(stream("ab", "cd")); const twin = made.clone(); return [await twin.text(), await made.text()]; });
    await row("clone while a read waits", async () => { const made = new Response(stream("ab")); const read = made.text(); return [caught(() => made.clone())[1], await read]; });
    await row("clone after a partial read", async () => { const made = new Response(stream("ab", "cd")); const reader = made.body.getReader(); await reader.read(); reader.releaseLock(); return caught(() => made.clone()); });
    await row("clone of a canceled", async () => { const made = new Response(stream("1")); await made.body.cancel(); return caught(() => made.clone()); });
    await row("clone and body's identity", () => { const made = new Response("x"); const before = made.body; const twin = made.clone(); return [before === made.body, before.locked, made.body.locked, twin.body !== made.body, made.bodyUsed]; });
    await row("clone of a failing stream", async () => { const made = new Response(new ReadableStream({ pull(c) { c.error(new RangeError("f")); } })); const twin = made.clone(); return [await settled(made.text()), await settled(twin.text())]; });
    await row("clone, one canceled", async () => { const log = []; const made = new Response(new ReadableStream({ pull(c) { c.enqueue(enc("a")); }, cancel(reason) { log.push(reason); } })); const twin = made.clone(); const one = made.body.cancel("one"); const before = log.length; await twin.body.cancel("two"); await one; return [before, log]; });
    await row("clone of a form", async () => { const form = new FormData(); form.append("a", "1"); const made = new Response(form); return shown(await made.clone().formData()); });
    await row("clone of a request", async () => { const made = new Request(url, { method: "PUT", body: "x", headers: { a: "1" } }); const twin = made.clone(); twin.headers.set("a", "2"); return [twin.method, made.headers.get("a"), await made.text(), await twin.text()]; });
    await row("request of a cloned request", async () => { const made = new Request(url, { method: "PUT", body: "x" }); const twin = new Request(made.clone()); return [made.bodyUsed, await made.text(), await twin.text()]; });
    await row("null body is never used", async () => { const made = new Response(); await made.text(); await made.arrayBuffer(); return [made.bodyUsed, (await made.blob()).size, await settled(made.json()), await settled(made.formData())]; });
    await row("empty body", async () => { const made = new Response(""); return [made.body.locked, (await made.blob()).size, made.bodyUsed]; });
    await row("body of a used one", async () => { const made = new Response("a"); await made.text(); return [made.body.locked, await settled(made.body.getReader().read())]; });
    await row("body read by two readers", async () => { const made = new Response("abc"); const first = made.body.getReader({ mode: "byob" }); const a = await first.read(new Uint8Array(1)); first.releaseLock(); const second = made.body.getReader({ mode: "byob" }); return [a.value, (await second.read(new Uint8Array(9))).value, made.bodyUsed]; });
    for (const json of ["", " ", "nul", "{", "[1,]", "\u00e9", '{"a":1}x', "'a'", '"\\x"', "NaN", "1 2", '{"__proto__":1}']) await row(`json ${JSON.stringify(json)}`, () => new Response(json).json());
    for (const type of ["text/html; charset=iso-8859-1", "text/plain;charset=utf-16", null]) await row(`text of ${type}`, () => new Response(new Uint8Array([0xe9, 0x41]), type === null ? {} : { headers: { "content-type": type } }).text());
    for (const type of ["a/b", "A/B; C=D", "a/b;charset=UTF-8", "", "nonsense", "a/b, c/d", "\u00e9/x"]) await row(`blob of ${type}`, async () => (await new Response("x", { headers: { "content-type": type } }).blob()).type);

    const parse = async (body, type = "multipart/form-data; boundary=B") => shown(await new Response(body, { headers: { "content-type": type } }).formData());
    const part = (disposition, value = "v", more = "") => `--B\r\nContent-Disposition: ${disposition}${more}\r\n\r\n${value}\r\n`;
    const whole = (...args) => `${part(...args)}--B--\r\n`;
    for (const [kind, disposition] of Object.entries({
      "plain": 'form-data; name="a"', "no space": 'form-data;name="a"', "many spaces": 'form-data  ;   name = "a"', "single quotes": "form-data; name='a'", "token": "form-data; name=a", "token with a dot": "form-data; name=a.b", "escaped quote": 'form-data; name="a\\"b"', "escaped backslash": 'form-data; name="a\\\\b"', "percent quote": 'form-data; name="a%22b"', "percent line": 'form-data; name="a%0D%0Ab"', "other percent": 'form-data; name="a%41"', "empty name": 'form-data; name=""', "name after file": 'form-data; filename="f"; name="a"', "two names": 'form-data; name="a"; name="b"', "file star": "form-data; name=\"a\"; filename*=UTF-8''%e2%82%ac.txt", "file and file star": "form-data; name=\"a\"; filename=\"f\"; filename*=UTF-8''g", "file of a token": "form-data; name=a; filename=f.txt", "file of a path": 'form-data; name="a"; filename="C:\\dir\\f.txt"', "file of unicode": 'form-data; name="a"; filename="\u65e5\u00e9.txt"', "semicolon in a name": 'form-data; name="a;b"', "semicolon in a file": 'form-data; name="a"; filename="x;y=z"', "unclosed quote": 'form-data; name="a', "upper": 'FORM-DATA; NAME="a"; FILENAME="f"', "trailing semicolon": 'form-data; name="a";', "other parameter": 'form-data; size=5; name="a"', "no parameters": "form-data", "equals in a name": 'form-data; name="a=b"', "tabs": 'form-data;\tname="a"', "attachment": 'attachment; name="a"', "folded": 'form-data;\r\n name="a"',
    })) await row(`disposition: ${kind}`, () => parse(whole(disposition)));
    for (const [kind, more] of Object.entries({ "type": "\r\nContent-Type: text/html", "type with a parameter": "\r\nContent-Type: text/plain; charset=x", "upper": "\r\nCONTENT-TYPE: A/B", "no space": "\r\nContent-Type:a/b", "empty": "\r\nContent-Type:", "unknown header": "\r\nX-A: b", "transfer encoding": "\r\nContent-Transfer-Encoding: base64" })) {
      await row(`part's ${kind}`, () => parse(whole('form-data; name="a"; filename="f"', "v", more)));
      await row(`field's ${kind}`, () => parse(whole('form-data; name="a"', "v", more)));
    }
    for (const [kind, value] of Object.entries({ "empty": "", "a line end": "\r\n", "lines": "a\r\nb\rc\nd", "a boundary's start": "\r\n--", "a boundary within a line": "x--B", "a longer boundary": "\r\n--Bx\r\n", "dashes": "--B", "spaces": "  x  ", "unicode": "\u65e5\ud83d\ude00", "a null": "a\0b" })) { await row(`value: ${kind}`, () => parse(whole('form-data; name="a"', value))); await row(`file's value: ${kind}`, () => parse(whole('form-data; name="a"; filename="f"', value))); }
    for (const [kind, body] of Object.entries({
      "spaces after a boundary": '--B  \r\nContent-Disposition: form-data; name="a"\r\n\r\nv\r\n--B--', "line feeds": '--B\nContent-Disposition: form-data; name="a"\n\nv\n--B--\n', "no line end at the end": `${part('form-data; name="a"')}--B--`, "half an end": `${part('form-data; name="a"')}--B-`, "boundary again": `${part('form-data; name="a"')}--B\r\n--B--`, "nothing but a boundary": "--B", "an end first": `--B--\r\n${whole('form-data; name="a"')}`, "no blank line": '--B\r\nContent-Disposition: form-data; name="a"\r\nv\r\n--B--', "headers alone": '--B\r\nContent-Disposition: form-data; name="a"\r\n', "a header without a colon": '--B\r\nContent-Disposition form-data; name="a"\r\n\r\nv\r\n--B--', "two dispositions": '--B\r\nContent-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"\r\n\r\nv\r\n--B--', "many": `${part('form-data; name="a"', "1")}${part('form-data; name="a"', "2")}${part('form-data; name="b"; filename="f"', "3")}${part('form-data; name="a"; filename="g"', "4")}--B--`, "leading line end": `\r\n${whole('form-data; name="a"')}`,
      "bytes": new Uint8Array([...enc('--B\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n'), 0, 255, 13, 10, 254, ...enc("\r\n--B--")]), "bytes that are no UTF-8": new Uint8Array([...enc('--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n'), 0xff, 0xe9, ...enc("\r\n--B--")]),
    })) await row(`body: ${kind}`, () => parse(body));
    for (const boundary of ["B", '"B"', "'B'", '"B', "B ", " B", "B;x=y", "B, C", '"B"; charset=utf-8', "C"]) await row(`boundary ${boundary}`, () => parse(whole('form-data; name="a"'), `multipart/form-data; boundary=${boundary}`));
    for (const type of ["multipart/form-data;boundary=B", "multipart/form-data ; boundary = B", "multipart/form-data; BOUNDARY=B", "multipart/form-data; x=y; boundary=B", "multipart/form-data, boundary=B", " multipart/form-data; boundary=B", "multipart/form-datax; boundary=B", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded;charset=x", "APPLICATION/X-WWW-FORM-URLENCODED", "application/x-www-form-urlencodedx", "application/json", ""]) await row(`form by ${JSON.stringify(type)}`, () => parse(whole('form-data; name="a"'), type));
    for (const body of ["", "a", "a=", "=b", "&&", "a=1&a=2", "a+b=c+d", "%e9=%E9", "%00", "\u00e9=\u65e5", "a=b;c=d", "\ufeffa=1", "a=1\r\n"]) await row(`urlencoded ${JSON.stringify(body)}`, () => parse(body, "application/x-www-form-urlencoded"));

    const wire = async (fill) => { const form = new FormData(); fill(form); const made = new Response(form); const type = made.headers.get("content-type"); const boundary = type.split("boundary=")[1].replaceAll('"', ""); return [type.replaceAll(boundary, "B"), (await made.text()).replaceAll(boundary, "B")]; };
    await row("wire of nothing", () => wire(() => {}));
    await row("wire of texts", () => wire((form) => { form.append("a", "1"); form.append("a", "2"); form.append("", ""); }));
    await row("wire of files", () => wire((form) => { form.append("a", new Blob(["x"])); form.append("b", new Blob(["y"], { type: "t/t" }), "n"); form.append("c", new File(["z"], "")); }));
    for (const odd of ["a\"b", "a\nb", "a\\b", "a%22b", "a;b", "\u65e5", "a\0b"]) await row(`wire of ${JSON.stringify(odd)}`, () => wire((form) => { form.append(odd, odd); form.append("f", new File(["x"], odd)); }));
    await row("boundaries differ", () => { const make = () => new Response(new FormData()).headers.get("content-type"); return make() !== make(); });
    await row("boundary's form", () => new Response(new FormData()).headers.get("content-type").replace(/[0-9a-f]/gi, "h").replace(/h{3,}/, "…"));
    await row("form changed after", async () => { const form = new FormData(); form.append("a", "1"); const made = new Response(form); form.append("b", "2"); return (await made.text()).includes('"b"'); });
    await row("params changed after", async () => { const params = new URLSearchParams("a=1"); const made = new Response(params); params.append("b", "2"); return made.text(); });
    return t.response();
  },
};
