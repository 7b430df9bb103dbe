// node:buffer: what fill, alloc, slice, copy, indexOf, compare and transcode make of their arguments, and encodings that are no text.
import { table } from "../table.js";
import { Buffer as B, transcode } from "node:buffer";
import { inspect } from "node:util";

const told = (call) => { try { return call(); } catch (error) { return `${error.constructor.name} ${error.name} ${error.code} ${error.message}`; } };
const shown = (value) => typeof value === "symbol" ? "a symbol" : typeof value === "function" ? "a function" : ArrayBuffer.isView(value) ? `${value.constructor.name} of ${value.byteLength}` : Array.isArray(value) ? `[${value.map(shown).join(", ")}]` : typeof value === "object" && value !== null ? "an object" : typeof value === "string" ? JSON.stringify(value) : typeof value === "bigint" ? `${value}n` : Object.is(value, -0) ? "-0" : String(value);
const rows = {};
const each = (name, lists, call) => { for (const list of lists) rows[`${name} ${list.map(shown).join(", ")}`] = () => told(() => call(...list)); };

each("fill", [
  [1, -1], [1, 9], [1, 0, 9], [1, 0, -1], [1, "x"], [1, {}], [1, 2, {}], [1, 2, 1], ["a", -1], ["a", 9], ["ab", 1, 3], ["abc", 1.5, 3.5], ["a", NaN], [1, NaN], [1, 0, NaN],
  [new Uint16Array([0x4142]), 0], [new Uint8Array(0)], [new DataView(new ArrayBuffer(1))], [new ArrayBuffer(1)], [null], [undefined], [{}], [[]], [[5]], ["5"], [true], [1n], ["", "hex"],
  ["ab", "hex"], ["a", "nope"], ["é", "latin1"], ["é", "ascii"], ["aé", "utf8"], ["ab", "utf16le"], ["a", 5], ["a", 0, 2, 5], ["a", null], ["a", undefined, undefined, null], [257], [-1],
  [1.7], [NaN], [Infinity], ["YQ==", "base64"], ["", "base64"], ["=", "base64"], ["é", "base64url"],
], (...list) => B.alloc(5, 9).fill(...list).toString("hex"));
each("alloc", [
  [5, "é", "base64"], [5, ""], [5, new Uint8Array(0)], [0, new Uint8Array(0)], [5, "a", 5], [5, "", "nope"], [5, 1, "nope"], [5, 0, "nope"], [5, 0], [5, null], [5, {}], [0, "a", "nope"],
], (...list) => B.alloc(...list).toString("hex"));
each("encoding", [[5], [true], [{}], [[]], [["hex"]], [null], [""], ["nope"], [Symbol.iterator], [NaN], [0]], (name) => [
  () => B.from("é", name).length, () => B("é", name).length, () => B.from(new String("é"), name).length, () => B.from("é").toString(name), () => B.alloc(4).write("é", name),
  () => B.alloc(4).write("é", 0, name), () => B.alloc(4).write("é", 0, 2, name), () => B.from("é").indexOf("é", 0, name), () => B.byteLength("é", name), () => B.isEncoding(name),
].map(told));
each("slice", [
  [2.7], [-2.7], ["2"], [null], [undefined, null], [NaN], [Infinity], [-Infinity], [0, Infinity], [2 ** 31], [-(2 ** 31)], [2 ** 32 + 1], [0, 2 ** 32 + 1], [0, -(2 ** 32) - 1], [{}], [3, 1], [1n], [0, 1n],
  [Symbol.iterator],
], (...list) => [told(() => B.from("hello").slice(...list).toString()), told(() => B.from("hello").subarray(...list).toString())]);
each("copy", [
  [0, 99], [0, 6], [0, 5], [0, 6, 9], [0, 2 ** 32], [0, 0, 2 ** 32], [0, -1], [0, 0, -1], [-1], [9], [0, 3, 1], [0, 3, 0], [0, "2"], [0, 1.9, 3.9], [0, -0.5], [0, NaN], [0, Infinity], [0, 0, NaN], [0, 0, null],
  [0, undefined, undefined], [{}, {}], [0, 7, 6], [0, 0, 0], [3, 0, 9],
], (...list) => { const target = B.alloc(5, "-"); return [B.from("hello").copy(target, ...list), target.toString()]; });
each("copy to", [[new Uint16Array(1)], [[]], [new DataView(new ArrayBuffer(2))], [undefined], [new Uint8Array(1)]], (target) => B.from("ab").copy(target));
for (const [name, value] of [["a unit", "\u6161"], ["another unit", "\u6162"], ["nothing", ""], ["bytes", B.from("6161", "hex")]]) {
  const text = B.from("\u6161\u6162\u6161", "utf16le");
  for (let offset = -7; offset <= 7; offset++) rows[`${name} of utf16le from ${offset}`] = () => [text.indexOf(value, offset, "utf16le"), text.lastIndexOf(value, offset, "utf16le"), text.includes(value, offset, "ucs2")];
}
each("compare", [[0, 9], [0, 2, 3], [0, 2, 0, 9], [-1], ["x"], [0, 2, "x"], [0, 2, 0, "x"], [2 ** 31], [0, 2, 2 ** 31], [0, 2, 0, 1.5]], (...list) => B.from("ab").compare(B.from("ab"), ...list));
each("transcode", [
  ["hex", "utf8"], ["utf8", "hex"], ["nope", "utf8"], ["utf8", "nope"], ["base64", "nope"], ["nope", "neither"], ["UTF8", "latin1"], [undefined, "latin1"], ["utf8", undefined], [null, null], ["utf8", 5],
  [5, "utf8"], ["ascii", "utf16le"], ["binary", "ucs-2"], ["utf8", "ascii"],
], (from, to) => transcode(B.from("é"), from, to).toString("hex"));
each("transcode of", [["a"], [new Uint16Array([0x4142])], [null], [new DataView(new ArrayBuffer(2))]], (source) => transcode(source, "utf8", "latin1").toString("hex"));
for (const name of ["writeBigInt64LE", "writeBigInt64BE", "writeBigUInt64LE", "writeBigUint64BE"]) each(name, [[2n ** 63n], [-(2n ** 63n) - 1n], [2n ** 64n], [-1n], [5], ["x"]], (value) => B.alloc(8)[name](value));
const OFFSETS = [[], [null], [1.5], [NaN], [-0.5], ["2"], ["x"], [{}], [[1]], [true], [Infinity], [8], [9], [9.9], ["9"], [16], [17], [-1], [-9], [2 ** 32 + 1], [2 ** 32 + 9], [1n]];
for (const name of ["readBigInt64LE", "readBigInt64BE", "readBigUInt64LE", "readBigUint64BE"]) each(name, OFFSETS, (...list) => B.from("0102030405060708f10a0b0c0d0e0fff", "hex")[name](...list));
each("readBigInt64LE of too few bytes", [[0, 0], [0, 1], [0, -1], [4, 0], [4, 1], [4, 9], [4, NaN], [4, "x"], [7, 7.5], [8, 0.5], [8, 1]], (length, offset) => B.alloc(length).readBigInt64LE(offset));
each("writeBigInt64LE at", OFFSETS, (...list) => B.alloc(16).writeBigInt64LE(1n, ...list));
each("writeBigUInt64BE to too few bytes", [[0, 0], [0, 1], [0, -1], [4, 0], [4, 1], [4, 9], [4, NaN], [4, "x"], [8, 1]], (length, offset) => B.alloc(length).writeBigUInt64BE(1n, offset));
each("writeBigInt64BE of", [[5, 99], [5, 0], [5, "x"], [2n ** 70n, 99], [2n ** 70n, "x"], [undefined, "x"], [2 ** 70, 0], ["99999999999999999999999", 0], ["5", 0], [true, 0], [null, 0], [{}, 0], [1.5, 0], [NaN, 0]], (...list) => B.alloc(8).writeBigInt64BE(...list));
const ITEMS = [1, 0, "", "a", null, undefined, true, 1n, {}, [], [1], { length: 0 }, { length: 2 }, new ArrayBuffer(2), new DataView(new ArrayBuffer(2)), new Uint16Array(1), () => 1];
each("concat of", ITEMS.map((item) => [item]), (item) => [told(() => B.concat([item]).length), told(() => B.concat([B.from("ab"), item]).length), told(() => B.concat([item], 4).length), told(() => B.concat([item], 0).length)]);
each("of no Buffer", [["toString"], ["readUInt8"], ["slice"], ["swap16"], ["writeUInt8"], ["readUInt16LE"], ["toJSON"]], (name) => [told(() => String(B.prototype[name].call({}, "x"))), told(() => String(B.prototype[name].call({})))]);
for (const [name, made] of [["members", () => Object.assign(B.from("ab"), { x: 1, y: "z" })], ["members and no bytes", () => Object.assign(B.alloc(0), { x: 1 })], ["deep members", () => ({ a: Object.assign(B.from("ab"), { x: { y: { z: 1 } } }) })], ["a symbol", () => Object.assign(B.from("ab"), { [Symbol("s")]: 1 })], ["a hidden member", () => Object.defineProperty(B.from("ab"), "h", { value: 1 })], ["60 bytes", () => B.alloc(60)], ["51 bytes", () => B.alloc(51)], ["an own class", () => Object.setPrototypeOf(B.from("ab"), (class Own extends B {}).prototype)], ["an own toString", () => Object.assign(B.from("ab"), { toString: () => "xyzw" })]]) {
  rows[`inspect ${name}`] = () => [inspect(made()), inspect(made(), { showHidden: true })];
}
each("of no Buffer", [["toString", "utf8"]], (name, argument) => B.prototype[name].call({}, argument));

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
