// UTF-16 before `text_decoder_replace_surrogates`: surrogates that are cut off from their other half, by chunks or for good.
import { table } from "../table.js";

const worker = `
const codes = (text) => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16)).join(" ");
const units = { H: 0xd83d, L: 0xde00, A: 0x61, B: 0xfeff };
const bytesOf = (text) => new Uint8Array(Uint16Array.from(text, (unit) => units[unit]).buffer);
// Chunks of a stream, and what comes at its end; up to an error.
const decode = (decoder, chunks, last) => {
  const found = [];
  const add = (...args) => { if (found.at(-1) !== "TypeError") try { found.push(codes(decoder.decode(...args))); } catch (error) { found.push(error.name); } };
  for (const chunk of chunks) add(chunk, { stream: true });
  last === undefined ? add() : add(last);
  return found;
};
export default {
  fetch() {
    const rows = [];
    const texts = ["", "A", "H", "L", "HL", "LH", "AHA", "ALA", "HH", "LL", "LA", "HAL", "HLL", "BA", "BH", "BL", "AB"];
    for (const fatal of [false, true]) {
      const label = fatal ? "fatal " : "";
      const made = (options) => new TextDecoder("utf-16le", { fatal, ...options });
      for (const text of texts) rows.push([label + "whole " + text, decode(made(), [], bytesOf(text))]);
      for (const text of texts) rows.push([label + "chunk " + text, decode(made(), [bytesOf(text)])]);
      for (const [first, ...rest] of [["H", "L"], ["H", "A"], ["H", "H"], ["AH", "LA"], ["A", "H"], ["A", "AHA"], ["A", "L"], ["H", ""], ["BA", "B"], ["B", "A"], ["BH", "L"], ["A", "AL"]]) {
        const [last] = rest;
        rows.push([label + "chunk " + first + ", then at the end " + last, decode(made(), [bytesOf(first)], bytesOf(last))]);
        rows.push([label + "chunks " + first + ", " + last, decode(made(), [bytesOf(first), bytesOf(last)])]);
      }
      rows.push([label + "pairs", decode(made(), ["HL", "AHLA", "H", "", "L"].map(bytesOf))]);
      rows.push([label + "bytes of a pair", decode(made(), Array.from(bytesOf("AHL"), (byte) => Uint8Array.of(byte)))]);
      rows.push([label + "odd bytes", decode(made(), [Uint8Array.of(0x61), Uint8Array.of(0, 0x3d), Uint8Array.of(0xd8, 0, 0xde)])]);
      rows.push([label + "odd at the end", decode(made(), [], Uint8Array.of(0x61, 0, 0x62))]);
      rows.push([label + "mark kept", decode(made({ ignoreBOM: true }), [bytesOf("BA")], bytesOf("B"))]);
      const again = made();
      rows.push([label + "again", [decode(again, [bytesOf("H")]), decode(again, [], bytesOf("BL")), decode(again, [bytesOf("BA")])]]);
    }
    return Response.json(rows);
  },
};`;

export default {
  async fetch(request, env) {
    const { row, response } = table();
    for (const compatibilityDate of ["2025-06-01", "2026-11-17"]) {
      const rows = await (await env.LOADER.load({ compatibilityDate, mainModule: "m.js", modules: { "m.js": worker } }).getEntrypoint().fetch("http://worker.test/")).json();
      for (const [label, found] of rows) await row(`${compatibilityDate} ${label}`, found);
    }
    return response();
  },
};
