// FormData: its methods, files, and round trips through multipart bodies.
import { table } from "../table.js";

const multipart = (text, boundary = "b") => new Response(text.replaceAll("\n", "\r\n"), { headers: { "content-type": `multipart/form-data; boundary=${boundary}` } });
const entry = async (value) => (typeof value === "string" ? value : [value.name, value.type, await value.text(), value instanceof File]);
const entries = (form) => Promise.all([...form].map(async ([name, value]) => [name, await entry(value)]));

export default {
  async fetch() {
    const { row, response } = table();
    const form = new FormData();
    await row("append string", () => form.append("a", "1"));
    await row("append number", () => { form.append("n", 5); return form.get("n"); });
    await row("append object", () => { form.append("o", { x: 1 }); return form.get("o"); });
    await row("append null", () => { form.append("z", null); return form.get("z"); });
    await row("append blob", async () => { form.append("f", new Blob(["bb"], { type: "x/y" })); return entry(form.get("f")); });
    await row("append blob named", async () => { form.append("f", new Blob(["cc"]), "c.txt"); return entry(form.getAll("f")[1]); });
    await row("append file renamed", async () => { form.append("g", new File(["dd"], "d.txt", { lastModified: 7 }), "e.txt"); return [...await entry(form.get("g")), form.get("g").lastModified > 0]; });
    await row("append string named", () => form.append("s", "v", "name"));
    await row("append one argument", () => form.append("q"));
    await row("get missing", () => form.get("none"));
    await row("getAll missing", () => form.getAll("none"));
    await row("has", () => [form.has("a"), form.has("none")]);
    await row("set", () => { form.append("a", "2"); form.set("a", "3"); return form.getAll("a"); });
    await row("delete", () => { form.delete("o"); return form.has("o"); });
    await row("keys", () => [...form.keys()]);
    await row("entries", () => entries(form));
    await row("forEach", () => { const seen = []; form.forEach((value, name) => seen.push(name)); return seen; });
    await row("tag", () => Object.prototype.toString.call(form));
    await row("constructor argument", () => new FormData({}));

    await row("content type", () => new Response(form).headers.get("content-type").replace(/boundary=.*/, "boundary=…"));
    await row("round trip", async () => entries(await new Response(form).formData()));
    await row("wire", async () => {
      const small = new FormData();
      small.append('na"me\n', "line\nline");
      small.append("file", new File(["x"], 'q"uote.txt', { type: "text/plain" }));
      const answer = new Response(small);
      const boundary = answer.headers.get("content-type").split("boundary=")[1].replaceAll('"', "");
      return (await answer.text()).replaceAll(boundary, "B");
    });
    await row("empty form", async () => [...await new Response(new FormData()).formData()]);
    await row("unicode names", async () => { const odd = new FormData(); odd.append("é日", "ß"); return entries(await new Response(odd).formData()); });

    await row("parse two", async () => entries(await multipart('--b\nContent-Disposition: form-data; name="a"\n\n1\n--b\nContent-Disposition: form-data; name="f"; filename="x.bin"\nContent-Type: image/png\n\n\x01\n--b--\n').formData()));
    await row("parse file without type", async () => entries(await multipart('--b\nContent-Disposition: form-data; name="f"; filename="x"\n\nz\n--b--\n').formData()));
    await row("parse without name", async () => entries(await multipart("--b\nContent-Disposition: form-data\n\nz\n--b--\n").formData()));
    await row("parse without disposition", async () => entries(await multipart("--b\n\nz\n--b--\n").formData()));
    await row("parse unterminated", async () => entries(await multipart('--b\nContent-Disposition: form-data; name="a"\n\n1\n').formData()));
    await row("parse preamble", async () => entries(await multipart('intro\n--b\nContent-Disposition: form-data; name="a"\n\n1\n--b--\n').formData()));
    await row("parse epilogue", async () => entries(await multipart('--b\nContent-Disposition: form-data; name="a"\n\n1\n--b--\nmore').formData()));
    await row("parse empty value", async () => entries(await multipart('--b\nContent-Disposition: form-data; name="a"\n\n\n--b--\n').formData()));
    await row("parse quoted boundary", async () => entries(await multipart('--b c\nContent-Disposition: form-data; name="a"\n\n1\n--b c--\n', '"b c"').formData()));
    await row("parse empty body", async () => entries(await multipart("").formData()));
    await row("file constructor", async () => { const file = new File(["a", new Uint8Array([98])], "n", { type: "T/P", lastModified: 3 }); return [file.name, file.type, file.size, file.lastModified, await file.text()]; });
    await row("blob slice", async () => { const blob = new Blob(["abcdef"], { type: "a/b" }); const part = blob.slice(1, -1, "c/d"); return [part.size, part.type, await part.text()]; });
    await row("blob bad type", () => new Blob([], { type: "\u00e9" }).type);
    await row("blob stream", async () => new Response(new Blob(["abc"]).stream()).text());
    await row("blob bytes", () => new Blob(["abc"]).bytes());
    return response();
  },
};
