// TextEncoder, TextDecoder, their streams, atob and btoa, structuredClone.
import { table } from "../table.js";

const decodeThrough = async (stream, chunks) => {
  const writer = stream.writable.getWriter();
  (async () => { for (const chunk of chunks) await writer.write(chunk); await writer.close(); })().catch(() => {});
  const seen = [];
  for await (const chunk of stream.readable) seen.push(chunk);
  return seen;
};

export default {
  async fetch() {
    const { row, response } = table();
    const encoder = new TextEncoder();
    await row("encode", () => encoder.encode("aé日😀"));
    await row("encode lone surrogate", () => encoder.encode("\ud800"));
    await row("encode undefined", () => [encoder.encode(), encoder.encode(undefined), encoder.encode(null), encoder.encode(5)]);
    await row("encodeInto", () => { const bytes = new Uint8Array(4); return [encoder.encodeInto("aé日", bytes), bytes]; });
    await row("encoder encoding", () => encoder.encoding);
    const decoder = new TextDecoder();
    await row("decode", () => decoder.decode(encoder.encode("aé日😀")));
    await row("decode BOM", () => decoder.decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])));
    await row("decode invalid", () => decoder.decode(new Uint8Array([0x61, 0xff, 0xe6, 0x97])));
    await row("decode nothing", () => decoder.decode());
    await row("decode buffer", () => decoder.decode(encoder.encode("buffer").buffer));
    await row("decode view", () => decoder.decode(new DataView(encoder.encode("view").buffer, 1)));
    await row("decode stream", () => { const part = new TextDecoder(); return [part.decode(new Uint8Array([0xe6, 0x97]), { stream: true }), part.decode(new Uint8Array([0xa5])), part.decode()]; });
    await row("ignoreBOM", () => new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf])).length);
    for (const label of ["utf8", "UTF-8", "latin1", "ascii", "utf-16le", "utf-16be", "windows-1252", "shift_jis"]) {
      await row(`label ${label}`, () => { const other = new TextDecoder(label); return [other.encoding, other.fatal, other.ignoreBOM, other.decode(new Uint8Array([0x61, 0, 0x80, 0]))]; });
    }
    await row("TextDecoderStream", () => decodeThrough(new TextDecoderStream(), [new Uint8Array([0x61, 0xe6]), new Uint8Array([0x97, 0xa5])]));
    await row("TextEncoderStream", () => decodeThrough(new TextEncoderStream(), ["a", "\ud83d", "\ude00"]));
    await row("btoa", () => [btoa("hello"), btoa(""), btoa("\xff"), btoa(5), btoa(null)]);
    await row("atob", () => [atob("aGVsbG8="), atob("aGVsbG8"), atob(" aGVs bG8= ")]);
    const clones = { "primitives": [1, "a", null, undefined, true, 5n, NaN], "Date": new Date(3), "RegExp": /x/g, "Map": new Map([[{ a: 1 }, 2]]), "Set": new Set(["a"]), "bytes": new Uint8Array([1, 2]), "sparse": [1, , 2], "boxed": Object("s"), "error": new RangeError("e"), "nested": { a: { b: [1] } }, "function": () => {}, "symbol": Symbol("s"), "function inside": { f() {} }, "instance": new (class Thing { a = 1; })() };
    for (const [kind, value] of Object.entries(clones)) await row(`clone ${kind}`, () => structuredClone(value));
    await row("clone cycle", () => { const cycle = {}; cycle.c = cycle; const copy = structuredClone(cycle); return [copy.c === copy, copy !== cycle]; });
    await row("clone transfer", () => { const { buffer } = new Uint8Array([1, 2]); const copy = structuredClone(buffer, { transfer: [buffer] }); return [copy, buffer.byteLength]; });
    await row("clone nothing", () => structuredClone());
    return response();
  },
};
