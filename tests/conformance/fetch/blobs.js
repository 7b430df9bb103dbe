// Blob, File and FormData: parts, types, slices, entries, bodies made of them, what is refused.
import { table } from "../table.js";

const text = (blob) => blob.text();

export default {
  async fetch() {
    const { row, response } = table();
    const sources = {
      "nothing": [], "texts": [["a", "\u00e9\ud83d\ude00", ""]], "numbers": [[1, null, undefined, true]], "objects": [[{}, [1, 2]]], "buffers": [[new Uint8Array([97, 98]).buffer, new Uint8Array([99])]],
      "views": [[new DataView(new Uint8Array([97, 98, 99]).buffer, 1, 1), new Uint16Array([0x6161])]], "blobs": [[new Blob(["x"]), new File(["y"], "f")]], "resizable": [[new ArrayBuffer(2, { maxByteLength: 4 })]],
    };
    for (const [kind, args] of Object.entries(sources)) await row(`Blob of ${kind}`, async () => { const blob = new Blob(...args); return [blob.size, blob.type, await blob.text()]; });
    for (const [kind, value] of Object.entries({ "a text": "abc", "a number": 5, "an object": {}, "a buffer": new ArrayBuffer(1), "a view": new Uint8Array(1), "a blob": new Blob([]), "a set": new Set(["a"]), "null": null })) await row(`Blob made of ${kind}`, () => new Blob(value).size);
    for (const type of ["text/plain", "TEXT/Plain", "a\u00e9", "a/b; c=D", "\x1f", " x ", "", null, undefined, 5]) await row(`type ${JSON.stringify(type) ?? "undefined"}`, () => new Blob([], { type }).type);
    for (const [kind, options] of Object.entries({ "a number": 5, "a text": "x", "empty": {}, "undefined endings": { endings: undefined }, "native": { endings: "native" }, "transparent": { endings: "transparent" } })) await row(`options: ${kind}`, () => text(new Blob(["a\r\nb\n"], options)));
    const blob = new Blob(["0123456789"], { type: "a/b" });
    for (const args of [[], [2], [2, 5], [-3], [-3, -1], [5, 2], [0, 100], [100], [undefined, 3], [null, 3], [1.9, 3.9], [NaN], ["2", "4"], [0, 2, "C/D"], [0, 2, "\u00e9"], [2 ** 40], [-(2 ** 40)]]) {
      await row(`slice ${JSON.stringify(args)}`, async () => { const slice = blob.slice(...args); return [slice.size, slice.type, await slice.text()]; });
    }
    await row("slice of a slice", () => text(blob.slice(2, 8).slice(1, 3)));
    await row("slice of a File", () => { const slice = new File(["abc"], "n").slice(1); return [slice instanceof File, slice instanceof Blob, slice.name]; });
    await row("readers", async () => [await blob.arrayBuffer(), await blob.bytes(), await blob.text(), await new Response(blob.stream()).text()]);
    await row("read again", async () => [await blob.text(), await blob.text(), blob.stream() === blob.stream()]);
    await row("text that is no UTF-8", () => text(new Blob([new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff])])));
    await row("stream, in a view", async () => { const reader = blob.stream().getReader({ mode: "byob" }); const { value, done } = await reader.read(new Uint8Array(4)); return [value, done]; });
    await row("stream of nothing", async () => (await new Blob([]).stream().getReader().read()).done);
    await row("source changed afterwards", () => { const bytes = new Uint8Array([97]); const made = new Blob([bytes]); bytes[0] = 98; return made.text(); });
    await row("as text", () => [String(blob), JSON.stringify(blob), Object.keys(blob)]);
    await row("wrong receiver", () => Object.getOwnPropertyDescriptor(Blob.prototype, "size").get.call({}));

    const sized = (blob, size) => Object.defineProperty(blob, "size", { value: size });
    class Sized extends Blob { get size() { return 1; } }
    for (const [kind, made] of Object.entries({ "larger": () => sized(new Blob(["abc"]), 10), "smaller": () => sized(new Blob(["abc"]), 1), "an object": () => sized(new Blob(["abc"]), {}), "null": () => sized(new Blob(["abc"]), null), "of a class": () => new Sized(["abc"]), "of a File": () => sized(new File(["abc"], "n"), 10) })) {
      await row(`own size, ${kind}`, async () => [await new Response(made()).text(), await new Response(made()).arrayBuffer(), await made().text(), await made().bytes(), await made().arrayBuffer(), await made().slice(1).text(), await new Response(made().stream()).text()]);
      await row(`own size, ${kind}, in a form`, async () => { const form = new FormData(); form.append("f", made(), "n"); const back = await new Response(form).formData(); return [back.get("f").size, await back.get("f").text()]; });
    }
    await row("own type", async () => { const blob = Object.defineProperty(new Blob(["a"], { type: "a/b" }), "type", { value: "c/d" }); return new Response(blob).headers.get("content-type"); });

    await row("File", () => { const file = new File(["a"], "n\u00e9.txt", { type: "a/b", lastModified: 5 }); return [file.name, file.type, file.size, file.lastModified, file instanceof Blob, Object.prototype.toString.call(file)]; });
    for (const [kind, name] of Object.entries({ "a number": 5, "a slash": "a/b", "nothing": "", "null": null })) await row(`name: ${kind}`, () => new File([], name).name);
    for (const [kind, lastModified] of Object.entries({ "a date": new Date(7), "a text": "8", "NaN": NaN, "negative": -1, "null": null })) await row(`lastModified: ${kind}`, () => new File([], "n", { lastModified }).lastModified);
    await row("File without a name", () => new File([]));

    const form = () => { const made = new FormData(); made.append("a", "1"); made.append("b", new Blob(["x"], { type: "c/d" })); made.append("a", "2"); return made; };
    const show = (made) => [...made].map(([name, value]) => [name, typeof value === "string" ? value : [value.constructor.name, value.name, value.type, value.size]]);
    await row("form", () => show(form()));
    await row("form changed", () => { const made = form(); made.set("a", "3"); made.delete("b"); made.append("n", 5); made.append("o", null); made.set("new", "x"); return show(made); });
    await row("form asked", () => { const made = form(); return [made.get("a"), made.getAll("a"), made.get("z"), made.getAll("z"), made.has("a"), made.has("z"), [...made.keys()]]; });
    await row("form of files", () => { const made = new FormData(); made.append("f", new File(["x"], "own")); made.append("f", new File(["x"], "own"), "other"); made.append("f", new Blob(["x"]), "named"); made.append("f", new Blob(["x"])); return show(made); });
    await row("form, text with a file name", () => new FormData().append("a", "text", "name"));
    await row("form, stream as a value", () => { const made = new FormData(); made.append("a", new ReadableStream()); return show(made); });
    await row("form of texts that need care", () => { const made = new FormData(); made.append("n\r\n\"", "v\r\n"); return show(made); });
    await row("form changed while iterated", () => { const made = form(); const seen = []; for (const [name] of made) { seen.push(name); made.delete("b"); } made.forEach((value, name, self) => seen.push(name + (self === made))); return seen; });
    for (const [kind, call] of Object.entries({ "append": (made) => made.append("a"), "set": (made) => made.set(), "get": (made) => made.get(), "has": (made) => made.has(), "delete": (made) => made.delete(), "forEach": (made) => made.forEach() })) await row(`${kind} without arguments`, () => call(form()));
    await row("form with an argument", () => show(new FormData({})));
    await row("multipart and back", async () => {
      const made = form();
      made.append("file", new File(["\u00e9"], "n.txt", { type: "text/plain" }));
      return show(await new Response(made).formData());
    });
    await row("content type", () => new Response(form()).headers.get("content-type").replace(/boundary=.*/, "boundary=…"));
    await row("urlencoded", async () => show(await new Response("a=1&b=%20+%ff&=x&c", { headers: { "content-type": "application/x-www-form-urlencoded" } }).formData()));
    await row("urlencoded from parameters", async () => show(await new Response(new URLSearchParams([["a", "\u00e9 &"], ["a", ""]])).formData()));
    const parse = (body, type = "multipart/form-data; boundary=B") => new Response(body, { headers: { "content-type": type } }).formData().then(show);
    const part = (head, body) => `--B\r\n${head}\r\n\r\n${body}\r\n`;
    const bodies = {
      "one field": `${part('Content-Disposition: form-data; name="a"', "1")}--B--`, "a file": `${part('Content-Disposition: form-data; name="f"; filename="n.txt"\r\nContent-Type: text/html', "x")}--B--\r\n`,
      "a file without a type": `${part('Content-Disposition: form-data; name="f"; filename="n"', "x")}--B--`, "an empty file name": `${part('Content-Disposition: form-data; name="f"; filename=""', "")}--B--`,
      "other header names": `${part('CONTENT-disposition: FORM-DATA; NAME="a"', "1")}--B--`, "no quotes": `${part("Content-Disposition: form-data; name=a", "1")}--B--`, "line ends inside": `${part('Content-Disposition: form-data; name="a"', "1\r\n2\n\r\n")}--B--`,
      "a preamble": `before\r\n${part('Content-Disposition: form-data; name="a"', "1")}--B--\r\nafter`, "nothing": "", "only the end": "--B--\r\n", "no end": part('Content-Disposition: form-data; name="a"', "1"), "no name": `${part("Content-Disposition: form-data", "1")}--B--`,
      "no disposition": `${part("X: y", "1")}--B--`, "another disposition": `${part('Content-Disposition: attachment; name="a"', "1")}--B--`, "line feeds alone": '--B\nContent-Disposition: form-data; name="a"\n\n1\n--B--', "percent escapes": `${part('Content-Disposition: form-data; name="a%22%0D"', "1")}--B--`,
    };
    for (const [kind, body] of Object.entries(bodies)) await row(`multipart: ${kind}`, () => parse(body));
    for (const type of ["multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="B"', "multipart/mixed; boundary=B", "text/plain", "MULTIPART/Form-Data; Boundary=B", "multipart/form-data; charset=utf-8; boundary=B"]) await row(`multipart by ${type}`, () => parse(bodies["one field"], type));
    return response();
  },
};
