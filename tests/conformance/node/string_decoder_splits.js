// node:string_decoder: characters in parts, in every encoding and at every place.
import { table } from "../table.js";
import { StringDecoder } from "node:string_decoder";

// What a decoder gives for text that is cut into parts of a size.
function cut(bytes, size, encoding) {
  const decoder = new StringDecoder(encoding);
  const parts = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(decoder.write(bytes.subarray(at, at + size)));
  parts.push(decoder.end());
  return parts;
}
const shown = (parts) => parts.map((part) => [...part].map((char) => char.codePointAt(0).toString(16)).join("+")).join("|");
const code = (call) => { try { return call(); } catch (error) { return `${error.name} ${error.code}: ${error.message}`; } };
const TEXT = "aé€😀z\ufeff";
const rows = {};
for (const encoding of ["utf8", "utf16le", "base64", "base64url", "hex", "latin1", "ascii"]) {
  for (const size of [1, 2, 3, 5]) rows[`${encoding} by ${size}`] = () => shown(cut(Buffer.from(TEXT, encoding === "utf16le" ? "utf16le" : "utf8"), size, encoding));
}
for (const bytes of ["80", "c3", "c328", "e2", "e282", "e28261", "e2c3a9", "f0", "f09f", "f09f98", "f09f9861", "f0e282ac", "eda080", "eda0bd", "c080", "ff61", "fe", "f8888080", "f4908080", "61c3", "c3c3a9", "e28282", "f09f98f09f9880", "efbbbf61", "f5", "e0809f"]) {
  rows[`utf8 of ${bytes} by one and at once`] = () => [shown(cut(Buffer.from(bytes, "hex"), 1, "utf8")), shown(cut(Buffer.from(bytes, "hex"), 99, "utf8"))];
}
for (const bytes of ["61", "6100", "3dd8", "3dd800", "3dd800de", "3dd83dd8", "00de", "3dd86100", "61003d"]) {
  rows[`utf16le of ${bytes} by one and at once`] = () => [shown(cut(Buffer.from(bytes, "hex"), 1, "utf16le")), shown(cut(Buffer.from(bytes, "hex"), 99, "utf16le"))];
}
Object.assign(rows, {
  "state": () => { const decoder = new StringDecoder("utf8"); const states = []; for (const byte of [0xf0, 0x9f, 0x98, 0x80, 0xe2, 0x82]) { decoder.write(Buffer.from([byte])); states.push([decoder.lastNeed, decoder.lastTotal].join()); } return states; },
  "state of utf16le": () => { const decoder = new StringDecoder("utf16le"); const states = []; for (const byte of [0x3d, 0xd8, 0x00, 0xde, 0x61]) { decoder.write(Buffer.from([byte])); states.push([decoder.lastNeed, decoder.lastTotal].join()); } return states; },
  "state of base64": () => { const decoder = new StringDecoder("base64"); const states = []; for (const byte of [1, 2, 3, 4]) { decoder.write(Buffer.from([byte])); states.push([decoder.lastNeed, decoder.lastTotal].join()); } return states; },
  "end and again": () => { const decoder = new StringDecoder("utf8"); return [decoder.end(Buffer.from([0xe2])), decoder.write(Buffer.from([0x82, 0xac])), decoder.end(), decoder.write(Buffer.from("é")), decoder.end()].map((text) => shown([text])); },
  "end with a rest": () => { const decoder = new StringDecoder("utf8"); decoder.write(Buffer.from([0xe2, 0x82])); return [decoder.end(Buffer.from([0xac])), decoder.end()]; },
  "end of base64": () => { const decoder = new StringDecoder("base64"); return [decoder.write(Buffer.from("ab")), decoder.end(Buffer.from("c")), decoder.end(Buffer.from("d")), decoder.end()]; },
  "empty parts": () => { const decoder = new StringDecoder("utf8"); return [decoder.write(Buffer.alloc(0)), decoder.write(Buffer.from([0xc3])), decoder.write(Buffer.alloc(0)), decoder.write(Buffer.from([0xa9]))]; },
  "text passes": () => { const decoder = new StringDecoder("hex"); return [decoder.write("é"), decoder.end("x")]; },
  "views": () => [new StringDecoder().write(new Uint8Array([0xc3, 0xa9])), new StringDecoder("utf16le").write(new Uint16Array([0x61, 0x62])), new StringDecoder().write(new DataView(new Uint8Array([1, 0x61, 0x62]).buffer, 1))],
  "names": () => ["UTF8", "utf-8", "UCS2", "ucs-2", "utf-16le", "BINARY", "Latin1", "HEX", "Base64", "BASE64URL", "ASCII", undefined, null, ""].map((name) => code(() => new StringDecoder(name).encoding)).join(),
  "wrong names": () => ["utf16", "nope", 5, {}, true].map((name) => code(() => new StringDecoder(name).encoding)),
  "wrong parts": () => [undefined, null, {}, [], true].map((part) => code(() => new StringDecoder().write(part))[0]),
  "no decoder": () => ["write", "end", "text", "lastChar", "lastNeed", "lastTotal"].map((name) => { try { const member = StringDecoder.prototype[name]; return typeof member.call({}, Buffer.from("a")); } catch (error) { return `${error.name} ${error.code} ${error.message}`; } }),
  "members": () => [Object.keys(new StringDecoder()).join(), Object.keys(StringDecoder.prototype).join(), StringDecoder.length, StringDecoder.prototype.end.length],
  "bytes that are kept": () => ["utf8", "utf16le", "base64", "hex"].map((encoding) => { const decoder = new StringDecoder(encoding); const states = []; for (const part of ["e2", "82ac3d", "d8", "f09f", "98", "3dd8", "00", "de", "f0", "9f41", "c2"]) { decoder.write(Buffer.from(part, "hex")); states.push([decoder.lastChar.toString("hex"), decoder.lastNeed, decoder.lastTotal].join()); } decoder.end(); return [...states, decoder.lastTotal].join(" "); }),
  "text": () => { const decoder = new StringDecoder(); decoder.write(Buffer.from([0xe2])); return [decoder.text(Buffer.from("xabc"), 1), decoder.text("abc", 1), decoder.lastNeed, code(() => decoder.text())]; },
  "without new": () => code(() => typeof StringDecoder.call(Object.create(StringDecoder.prototype))),
  "long": () => { const text = "€".repeat(3000); const parts = cut(Buffer.from(text), 1000, "utf8"); return [parts.join("") === text, parts.map((part) => part.length).join()]; },
  "prototype": () => ["write", "end", "text", "lastChar", "lastNeed", "lastTotal"].map((name) => name in StringDecoder.prototype || name in new StringDecoder()).join(),
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
