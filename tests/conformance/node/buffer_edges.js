// node:buffer at its edges: broken text, parts of characters, ranges, searches, numbers at their limits.
import { table } from "../table.js";
import { Buffer as B, Blob as NodeBlob, File as NodeFile, isUtf8, isAscii, transcode, resolveObjectURL } from "node:buffer";

const hex = (bytes) => B.from(bytes).toString("hex");
const code = (call) => { try { return call(); } catch (error) { return `${error.name} ${error.code}`; } };
const ENCODINGS = ["utf8", "utf16le", "latin1", "ascii", "hex", "base64", "base64url"];
const ALL = B.from(Array.from({ length: 256 }, (_, i) => i));
const rows = {};
for (const encoding of ENCODINGS) {
  rows[`${encoding}: bytes and back`] = () => { const text = ALL.toString(encoding); const back = B.from(text, encoding); return [text.length, back.length, back.equals(ALL)]; };
  rows[`${encoding}: text and back`] = () => ["", "a", "ab", "abc", "é", "€", "😀", "\ud800", "\udc00x", "\0", "a\ufeffb"].map((text) => hex(B.from(text, encoding))).join();
  rows[`${encoding}: written in part`] = () => [0, 1, 2, 3, 4, 5].map((size) => { const to = B.alloc(size); return `${code(() => to.write("é€😀", 0, encoding))} ${to.toString("hex")}`; }).join();
  rows[`${encoding}: byteLength`] = () => ["", "a", "ab=", "abcd", "ab==", "é€😀", "\ud800", "a b\nc"].map((text) => B.byteLength(text, encoding)).join();
  rows[`${encoding}: filled`] = () => [code(() => hex(B.alloc(5, "616263", encoding))), code(() => hex(B.alloc(3).fill("éa", encoding)))];
  rows[`${encoding}: found`] = () => { const within = B.from("abcabc616263€abc", "utf8"); return ["abc", "61", "YWJj", "€"].map((text) => [code(() => within.indexOf(text, 0, encoding)), code(() => within.lastIndexOf(text, undefined, encoding)), code(() => within.includes(text, 3, encoding))].join()).join("|"); };
}
const BROKEN = ["80", "c0af", "c1bf", "c2", "e0", "e080", "e08080", "e0a0", "eda080", "edbfbf", "ee8080", "f0", "f09f", "f09f98", "f09f9861", "f08080af", "f4908080", "f5808080", "ff", "e2e282ac", "e282e282ac", "f09ff09f9880", "61c362", "efbfbd", "efbbbf61", "c3a9c3"];
rows["utf8: broken"] = () => BROKEN.map((bytes) => `${bytes}=${[...B.from(bytes, "hex").toString()].map((char) => char.codePointAt(0).toString(16)).join(".")}`).join();
rows["utf8: is it"] = () => BROKEN.map((bytes) => Number(isUtf8(B.from(bytes, "hex")))).join("");
rows["ascii: is it"] = () => ["", "00", "7f", "80", "617f", "61ff"].map((bytes) => Number(isAscii(B.from(bytes, "hex")))).join("");
const HEX = ["", "0", "00", "0g", "g0", "abz1", "AbCd", "a b", "0x10", "ab ", "é0", "00zz11", "123"];
rows["hex: broken"] = () => HEX.map((text) => `${hex(B.from(text, "hex"))}/${B.byteLength(text, "hex")}`).join();
const BASE64 = ["", "=", "==", "Y", "YQ", "YQ=", "YQ==", "YQ===", "YW", "YWI", "YWI=", "YWJj", "Y W J j", "YW\nJj", "YQ==YQ==", "YQ=Y", "-_-_", "+/+/", "-/+_", "Y*W?J!j", "é", "YWJjZ", "====YWJj", "YQ\0=="];
rows["base64: broken"] = () => BASE64.map((text) => hex(B.from(text, "base64"))).join();
rows["base64url: broken"] = () => BASE64.map((text) => hex(B.from(text, "base64url"))).join();
rows["base64: lengths"] = () => BASE64.map((text) => B.byteLength(text, "base64")).join();
rows["base64: written"] = () => BASE64.map((text) => { const to = B.alloc(4); return `${to.base64Write(text)} ${hex(to)}`; }).join();
rows["names of encodings"] = () => ["utf8", "UTF8", "utf-8", "Utf-8", "ucs2", "UCS-2", "utf16le", "UTF-16LE", "latin1", "LATIN1", "binary", "BINARY", "ascii", "hex", "HEX", "base64", "Base64", "base64url", "BASE64URL", "utf16", "utf-16", "utf 8", "iso-8859-1", "buffer"].map((name) => `${name}:${B.isEncoding(name)}:${code(() => B.from("a", name).length)}`).join(" ");
rows["no name of an encoding"] = () => [undefined, null, "", 5, true, {}, []].map((name) => code(() => B.from("é", name).length)).join();
rows["odd bytes as utf16le"] = () => ["61", "6100", "610062", "3dd800de", "3dd8"].map((bytes) => JSON.stringify(B.from(bytes, "hex").toString("utf16le"))).join();
const RANGES = [[], [1], [1, 3], [-1], [3, 1], [0, 99], [NaN, 2], ["1", "3"], [1.9, 3.1], [-99, 2], [Infinity], [undefined, 2], [null, 2], [0, null], [-3, -1], [2 ** 32, 2 ** 33]];
for (const method of ["slice", "subarray"]) rows[`${method}: ranges`] = () => RANGES.map((range) => B.from("hello")[method](...range).toString()).join();
rows["toString: ranges"] = () => RANGES.map((range) => code(() => B.from("hello").toString("latin1", ...range))).join();
rows["fill: ranges"] = () => RANGES.slice(0, 6).map((range) => code(() => B.from("hello").fill("x", ...range).toString())).join();
rows["fill: values"] = () => ["", "ab", 0, 257, -1, 1.9, true, null, undefined, B.from("xy"), new Uint8Array([1, 2]), "é"].map((value) => code(() => hex(B.alloc(4, 9).fill(value)))).join();
rows["copy: ranges"] = () => [[], [1], [1, 1], [1, 1, 3], [0, 0, 99], [5], [6], [0, 5], [0, 3, 2], ["1", "1", "2"], [NaN, NaN, NaN], [0.9, 1.9]].map((args) => { const to = B.from("....."); return code(() => `${B.from("hello").copy(to, ...args)} ${to}`); }).join();
rows["copy: errors"] = () => [[-1], [0, -1], [0, 0, -1], [0, 99], [{}]].map((args) => code(() => B.from("hello").copy(B.alloc(5), ...args))).join();
rows["copy: over itself"] = () => { const one = B.from("abcdefgh"); one.copy(one, 2, 0, 6); const two = B.from("abcdefgh"); two.copy(two, 0, 2); return [String(one), String(two)]; };
rows["compare: ranges"] = () => [[0, 3, 0, 3], [1, 2], [0, 0, 0, 0], [0, 3, 3, 3], [2, 1, 2, 1]].map((args) => code(() => B.from("abc").compare(B.from("bcd"), ...args))).join();
rows["compare: errors"] = () => [[-1], [0, -1], [0, 99], [0, 1, 0, 99], ["1"], [{}]].map((args) => code(() => B.from("abc").compare(B.from("bcd"), ...args))).join();
rows["compare: bytes"] = () => [["", ""], ["", "00"], ["ff", "01"], ["00", "0000"], ["7f", "80"]].map(([one, two]) => B.compare(B.from(one, "hex"), B.from(two, "hex"))).join();
const WITHIN = B.from("abcabcabc");
const OFFSETS = [undefined, null, 0, 1, 3, -1, -3, -99, 9, 99, NaN, "3", {}, Infinity, -Infinity, 2.7];
rows["indexOf: offsets"] = () => OFFSETS.map((offset) => WITHIN.indexOf("abc", offset)).join();
rows["lastIndexOf: offsets"] = () => OFFSETS.map((offset) => WITHIN.lastIndexOf("abc", offset)).join();
rows["indexOf: nothing"] = () => OFFSETS.map((offset) => WITHIN.indexOf("", offset)).join();
rows["lastIndexOf: nothing"] = () => OFFSETS.map((offset) => WITHIN.lastIndexOf("", offset)).join();
rows["indexOf: values"] = () => [97, 97 + 256, -159, 97.9, "a", B.from("b"), new Uint8Array([99]), true, null, undefined, "abcabcabcabc"].map((value) => code(() => WITHIN.indexOf(value))).join();
rows["indexOf: parts of utf16le"] = () => { const text = B.from("\u6161\u6162", "utf16le"); return [text.indexOf("a"), text.indexOf("\u6161", 0, "utf16le"), text.indexOf("\u6161", 1, "utf16le"), text.indexOf("\u6162", 0, "utf16le"), text.lastIndexOf("\u6161", undefined, "utf16le"), text.indexOf("\u6261", 0, "utf16le")]; };
rows["indexOf: long"] = () => { const text = B.from(`${"ab".repeat(5000)}abc${"ab".repeat(5000)}`); return [text.indexOf("abc"), text.indexOf("bca"), text.lastIndexOf("aba", 10005), text.indexOf("ab".repeat(100) + "c")]; };
const OPERATIONS = ["UInt8", "Int8", "UInt16LE", "UInt16BE", "Int16LE", "Int16BE", "UInt32LE", "UInt32BE", "Int32LE", "Int32BE", "FloatLE", "FloatBE", "DoubleLE", "DoubleBE"];
for (const name of OPERATIONS) {
  rows[`write${name}: values`] = () => [0, 1, -1, 127, 128, 255, 256, -129, 65535, 65536, -32769, 2147483648, 4294967296, 1.5, NaN, "7", "x", null, true, ...(/Int/.test(name) ? [undefined] : [])].map((value) => { const to = B.alloc(8); return code(() => `${to[`write${name}`](value)} ${hex(to)}`); }).join();
  rows[`read${name}: offsets`] = () => [undefined, 0, 1, 7, 8, -1, 0.5, "0", null, NaN, Infinity].map((offset) => code(() => String(B.from("c3a9e282acf09f98", "hex")[`read${name}`](offset)))).join();
}
for (const name of ["UIntLE", "UIntBE", "IntLE", "IntBE"]) {
  rows[`${name}: sizes`] = () => [1, 2, 3, 4, 5, 6].map((size) => { const to = B.alloc(6); return `${code(() => to[`write${name}`](2 ** (8 * size - 1) - 1, 0, size))} ${hex(to)} ${code(() => B.from("fedcba987654", "hex")[`read${name}`](0, size))}`; }).join();
  rows[`${name}: wrong sizes`] = () => [0, 7, undefined, null, "1", 1.5, NaN].map((size) => [code(() => B.alloc(8)[`read${name}`](0, size)), code(() => B.alloc(8)[`write${name}`](0, 0, size))].join()).join("|");
  rows[`${name}: values too large`] = () => [1, 2, 3, 4, 5, 6].map((size) => [2 ** (8 * size), -(2 ** (8 * size - 1)) - 1].map((value) => code(() => B.alloc(6)[`write${name}`](value, 0, size))).join()).join("|");
}
for (const name of ["BigUInt64LE", "BigUInt64BE", "BigInt64LE", "BigInt64BE"]) rows[`${name}: values`] = () => [0n, 1n, -1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n, -(2n ** 63n), -(2n ** 63n) - 1n, 1, "1"].map((value) => { const to = B.alloc(8); return code(() => `${to[`write${name}`](value)} ${hex(to)} ${to[`read${name}`]()}`); }).join();
rows["names with Uint"] = () => ["readUint8", "readUint16LE", "readUint16BE", "readUint32LE", "readUint32BE", "readUintLE", "readUintBE", "readBigUint64LE", "readBigUint64BE", "writeUint8", "writeUint16LE", "writeUint16BE", "writeUint32LE", "writeUint32BE", "writeUintLE", "writeUintBE", "writeBigUint64LE", "writeBigUint64BE"].map((name) => Number(B.prototype[name] === B.prototype[name.replace("Uint", "UInt")])).join("");
rows["messages"] = () => [() => B.alloc(4).writeUInt8(300), () => B.alloc(4).writeInt16BE(-40000), () => B.alloc(4).writeUInt32LE(2 ** 33), () => B.alloc(8).writeIntBE(2 ** 47, 0, 6), () => B.alloc(8).writeBigInt64LE(2n ** 63n), () => B.alloc(8).readUIntLE(0, 0), () => B.alloc(2).readUInt32LE(0), () => B.alloc(8).readInt8("x")].map((call) => { try { return call(); } catch (error) { return error.message; } });
rows["swaps"] = () => [["swap16", 4], ["swap32", 8], ["swap64", 16], ["swap16", 3], ["swap32", 6], ["swap64", 4], ["swap16", 0], ["swap16", 200]].map(([name, size]) => code(() => hex(B.from(Array.from({ length: size }, (_, i) => i))[name]()).slice(0, 32))).join();
rows["swap back"] = () => hex(B.from("0102030405060708", "hex").swap64().swap32().swap16());
rows["concat: lengths"] = () => [[], [0], [1], [4], [6], [-1], [1.5], [NaN], ["3"]].map((length) => code(() => hex(B.concat([B.from("ab"), B.from("cd")], ...length)))).join();
rows["of: values"] = () => hex(B.of(1, 256, -1, 1.9, "7", NaN, null, undefined, "x"));
rows["from: arrays"] = () => [[[1, 2]], [[]], [new Array(3)], [{ length: 3, 1: 9 }], [{ length: -1 }], [{ length: "2", 0: 7 }], [new Set([1, 2])], [new Float32Array([1.5, 300])], [new BigInt64Array(1)], [{ type: "Buffer", data: [1, 2] }], [{ type: "Buffer", data: "x" }], [new String("ab")]].map((args) => code(() => hex(B.from(...args)))).join();
rows["from: memory"] = () => { const memory = new Uint8Array([1, 2, 3, 4, 5, 6]).buffer; return [[memory], [memory, 2], [memory, 2, 2], [memory, -1], [memory, 7], [memory, 2, 5], [memory, "2", "2"], [memory, NaN], [memory, 6], [memory, 1, -1]].map((args) => code(() => hex(B.from(...args)))).join(); };
rows["from: views do not share"] = () => { const view = new Uint8Array([1, 2]); const made = B.from(view); view[0] = 9; return hex(made); };
rows["copyBytesFrom: ranges"] = () => [[], [1], [1, 1], [3], [0, 9], [-1], [1.5], ["1"]].map((args) => code(() => hex(B.copyBytesFrom(new Uint16Array([1, 2, 3]), ...args)))).join();
rows["transcode"] = () => [["é€", "utf8", "latin1"], ["é", "utf8", "ucs2"], ["é", "latin1", "utf8"], ["a€", "utf8", "ascii"], ["a", "utf8", "hex"], ["a", "nope", "utf8"], ["é", "ucs2", "utf8"]].map(([text, from, to]) => code(() => hex(transcode(B.from(text, from === "nope" ? "utf8" : from), from, to)))).join();
rows["JSON"] = () => [JSON.stringify(B.from("hi")), JSON.stringify({ b: B.alloc(0) }), B.from(JSON.parse(JSON.stringify(B.from("é")))).toString()];
rows["iterators"] = () => [[...B.from("ab").keys()].join(), [...B.from("ab").values()].join(), [...B.from("ab").entries()].join("|"), [...B.from("ab")].join()];
rows["inspected"] = () => [B.from("abc"), B.alloc(0), B.alloc(51), Object.assign(B.from("a"), { k: 1 }), B.from("abc").subarray(1)].map((value) => value.inspect());
rows["methods of arrays"] = () => { const made = B.from("cab"); return [made.slice().sort().toString(), made.slice().reverse().toString(), made.map((x) => x + 1).constructor.name, made.filter((x) => x > 97).toString(), made.includes(97), made.join("-"), made.at(-1), made.with(0, 100).constructor.name, made.toSorted().constructor.name, made.findLast((x) => x < 99), made.some((x) => x === 99)]; };
rows["sharing of memory"] = () => { const made = B.from("hello"); const part = made.subarray(1, 3); part[0] = 69; part.slice(0, 1)[0]++; return [String(made), String(part), part.parent === made.buffer, B.from(part.buffer, part.byteOffset, 1).toString()]; };
rows["empty"] = () => [B.alloc(0).toString(), B.from("").length, B.concat([]).equals(B.alloc(0)), B.alloc(0).indexOf(""), B.alloc(0).lastIndexOf(""), B.alloc(0).fill("a").length, B.alloc(0).readUIntLE === B.prototype.readUIntLE, B.alloc(0).subarray(1).length];
rows["errors of methods"] = () => ["toString", "write", "fill", "equals", "compare", "indexOf", "readUInt8", "copy"].map((name) => code(() => typeof B.prototype[name].call({}, "x"))).join();
rows["Blob and File"] = async () => [NodeBlob === Blob, NodeFile === File, await new NodeBlob([B.from("ab"), "c"]).text(), code(() => resolveObjectURL("blob:x"))];

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
