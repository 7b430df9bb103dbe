// TextDecoder: every label, bytes of each encoding, options, what is refused.
import { table } from "../table.js";

const LABELS = `unicode-1-1-utf-8 utf-8 utf8 x-unicode20utf8 866 cp866 csibm866 ibm866 csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 l2 latin2
iso-8859-3 latin3 l3 iso-8859-4 latin4 iso-8859-5 cyrillic csisolatincyrillic iso-8859-6 arabic asmo-708 ecma-114 iso-8859-6-e iso-8859-7 greek greek8 ecma-118 sun_eu_greek
iso-8859-8 hebrew visual iso-8859-8-e csiso88598e iso-8859-8-i logical csiso88598i iso-8859-10 latin6 l6 iso-8859-13 iso-8859-14 iso-8859-15 l9 csisolatin9 iso-8859-16
koi8-r koi koi8 koi8_r cskoi8r koi8-u koi8-ru macintosh mac x-mac-roman csmacintosh windows-874 tis-620 dos-874 iso-8859-11 windows-1250 cp1250 x-cp1250 windows-1251 cp1251
windows-1252 ansi_x3.4-1968 ascii cp1252 cp819 ibm819 iso-8859-1 iso8859-1 l1 latin1 us-ascii x-cp1252 csisolatin1 windows-1253 windows-1254 iso-8859-9 latin5 l5 windows-1255
windows-1256 windows-1257 windows-1258 cp1258 x-mac-cyrillic x-mac-ukrainian gbk chinese gb2312 gb_2312-80 iso-ir-58 x-gbk csgb2312 gb18030 big5 big5-hkscs cn-big5 csbig5 x-x-big5
euc-jp x-euc-jp cseucpkdfmtjapanese iso-2022-jp csiso2022jp shift_jis sjis ms932 ms_kanji windows-31j x-sjis csshiftjis shift-jis euc-kr cseuckr korean ks_c_5601-1987 windows-949 ksc5601
utf-16be unicodefffe utf-16le utf-16 ucs-2 unicode csunicode iso-10646-ucs-2 unicodefeff x-user-defined replacement hz-gb-2312 iso-2022-kr iso-2022-cn csiso2022kr`.split(/\s+/);

const BYTES = {
  "utf-8": [0x61, 0xc3, 0xa9, 0xe6, 0x97, 0xa5, 0xf0, 0x9f, 0x98, 0x80],
  "utf-16le": [0x61, 0, 0xe5, 0x65, 0x3d, 0xd8, 0x00, 0xde],
  "utf-16be": [0, 0x61, 0x65, 0xe5, 0xd8, 0x3d, 0xde, 0x00],
  "shift_jis": [0x93, 0xfa, 0x96, 0x7b, 0xb1, 0x5c, 0x7e],
  "euc-jp": [0xc6, 0xfc, 0xcb, 0xdc, 0x8e, 0xb1],
  "iso-2022-jp": [0x1b, 0x24, 0x42, 0x46, 0x7c, 0x4b, 0x5c, 0x1b, 0x28, 0x42, 0x61],
  "gbk": [0xc4, 0xe3, 0xba, 0xc3, 0x80],
  "gb18030": [0xc4, 0xe3, 0x81, 0x30, 0x81, 0x30, 0x94, 0x39, 0xda, 0x33],
  "big5": [0xa7, 0x41, 0xa6, 0x6e, 0x88, 0x62],
  "euc-kr": [0xc7, 0xd1, 0xb1, 0xdb],
};
const HIGH = Uint8Array.from({ length: 16 }, (_, index) => 0x80 + index * 8);
const BROKEN = {
  "lone continuation": [0x61, 0x80, 0x62], "overlong": [0xc0, 0xaf], "surrogate": [0xed, 0xa0, 0x80], "beyond Unicode": [0xf4, 0x90, 0x80, 0x80],
  "truncated": [0xf0, 0x9f, 0x98], "truncated, then more": [0xe6, 0x97, 0x61], "0xff": [0xff, 0xfe],
};

export default {
  async fetch() {
    const { row, response } = table();
    for (const label of LABELS) {
      await row(`label ${label}`, () => {
        const decoder = new TextDecoder(label);
        return [decoder.encoding, decoder.decode(HIGH)];
      });
    }
    for (const label of [" UTF-8\n", "Utf-8", "\u00a0utf-8", "utf-8\0", "", "utf-7", "utf_8", "x", null, 8]) {
      await row(`label ${JSON.stringify(label)}`, () => new TextDecoder(label).encoding);
    }
    for (const [label, bytes] of Object.entries(BYTES)) {
      await row(`${label}`, () => new TextDecoder(label).decode(new Uint8Array(bytes)));
      await row(`${label} fatal`, () => new TextDecoder(label, { fatal: true }).decode(new Uint8Array([...bytes, 0xff])));
      await row(`${label} byte by byte`, () => {
        const decoder = new TextDecoder(label);
        return bytes.map((byte) => decoder.decode(new Uint8Array([byte]), { stream: true })).join("") + decoder.decode();
      });
      await row(`${label} cut off`, () => new TextDecoder(label).decode(new Uint8Array(bytes.slice(0, -1))));
    }
    for (const [kind, bytes] of Object.entries(BROKEN)) {
      await row(`${kind}`, () => new TextDecoder().decode(new Uint8Array(bytes)));
      await row(`${kind}, fatal`, () => new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes)));
    }
    await row("UTF-16 lone surrogate", () => new TextDecoder("utf-16le").decode(new Uint8Array([0x3d, 0xd8, 0x61, 0])));
    await row("UTF-16 lone surrogate, fatal", () => new TextDecoder("utf-16le", { fatal: true }).decode(new Uint8Array([0x3d, 0xd8, 0x61, 0])));
    await row("UTF-16 odd, fatal", () => new TextDecoder("utf-16le", { fatal: true }).decode(new Uint8Array([0x61])));
    await row("usable after a failure", () => {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      try {
        decoder.decode(new Uint8Array([0xff]));
      } catch {}
      return decoder.decode(new Uint8Array([0x61]));
    });
    await row("failure in a stream", () => {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      const first = decoder.decode(new Uint8Array([0xe6]), { stream: true });
      return [first, decoder.decode()];
    });
    await row("byte order marks", () => ["utf-8", "utf-16le", "utf-16be"].map((label, index) => {
      const mark = [[0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff]][index];
      const text = (options) => new TextDecoder(label, options).decode(new Uint8Array([...mark, ...mark])).length;
      return [text({}), text({ ignoreBOM: true })];
    }));
    await row("byte order mark in pieces", () => {
      const decoder = new TextDecoder();
      return [0xef, 0xbb, 0xbf, 0x61].map((byte) => decoder.decode(new Uint8Array([byte]), { stream: true }));
    });
    await row("byte order mark again after the end", () => {
      const decoder = new TextDecoder();
      const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x61]);
      return [decoder.decode(bytes), decoder.decode(bytes), decoder.decode(bytes, { stream: true }), decoder.decode(bytes)];
    });
    for (const [kind, value] of [["null", null], ["a number", 5], ["a string", "x"], ["an object", {}], ["an array", [97]], ["undefined", undefined]]) {
      await row(`decode ${kind}`, () => new TextDecoder().decode(value));
    }
    await row("decode views", () => [new Uint16Array([0x6161]), new DataView(new ArrayBuffer(2)), new Float32Array(1)].map((view) => new TextDecoder().decode(view)));
    await row("decode a resizable buffer", () => new TextDecoder().decode(new ArrayBuffer(2, { maxByteLength: 8 })));
    await row("decode a detached buffer", () => {
      const buffer = new ArrayBuffer(4);
      structuredClone(buffer, { transfer: [buffer] });
      return new TextDecoder().decode(buffer);
    });
    for (const [kind, options] of [["a number", 5], ["a string", "x"], ["odd members", { fatal: 1, ignoreBOM: "" }]]) {
      await row(`options: ${kind}`, () => {
        const decoder = new TextDecoder("utf-8", options);
        return [decoder.fatal, decoder.ignoreBOM];
      });
      await row(`options of decode: ${kind}`, () => new TextDecoder().decode(new Uint8Array([0xe6]), options));
    }
    await row("wrong receiver", () => TextDecoder.prototype.decode.call({}));
    await row("wrong receiver of an accessor", () => TextDecoder.prototype.encoding);
    await row("encode", () => ["", "a\0b", "\ud800a", "\udc00", "\ud83d\ude00"].map((text) => new TextEncoder().encode(text)));
    await row("encode a symbol", () => new TextEncoder().encode(Symbol("x")));
    await row("encodeInto", () => ["", "abc", "é€", "\ud83d\ude00x", "\ud800"].map((text) => {
      const target = new Uint8Array(3);
      return [new TextEncoder().encodeInto(text, target), target];
    }));
    await row("encodeInto no bytes", () => new TextEncoder().encodeInto("a", new Uint8Array(0)));
    await row("encodeInto a wrong view", () => new TextEncoder().encodeInto("a", new Uint16Array(2)));
    await row("encodeInto nothing", () => new TextEncoder().encodeInto("a"));
    await row("encodeInto a resizable view", () => new TextEncoder().encodeInto("a", new Uint8Array(new ArrayBuffer(1, { maxByteLength: 2 }))));
    return response();
  },
};
