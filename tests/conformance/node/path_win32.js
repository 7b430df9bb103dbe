// node:path: folders, drives, shares and names on both kinds of system, beyond the plain ones.
import { table } from "../table.js";
import { posix, win32 } from "node:path";

const told = (call) => { try { return call(); } catch (error) { return `${error.name} ${error.code}`; } };
const PATHS = ["C:\\", "C:", "c:a", "C:a\\..\\..", "C:\\..\\a", "C:/a/./b//c", "\\a", "\\\\server", "\\\\server\\", "\\\\server\\share", "\\\\server\\share\\", "\\\\server\\share\\..\\a", "//server/share/a/../..", "\\\\?\\C:\\a", "\\\\.\\COM1", "\\\\?\\UNC\\server\\share", "1:\\a", "CC:\\a", "a:b:c", "a/b\\c", "..\\..\\a", ".\\", "a\\.", "a\\..", "\\\\", "\\\\\\a", "C:\\\\a\\\\b", "file.tar.gz", ".hidden", "a.", "..", "a/.b.c", "a b/c d.e f", "/a/b/../../..", "a//b///c/", "./a", "é/ü.ñ", "a\0b", "C:\\a.b\\c", "\\a.b/c.", "aux", "CON:x"];
const PAIRS = [["C:\\a\\b", "C:\\a\\c"], ["C:\\a\\b", "D:\\a\\b"], ["C:\\a", "c:\\A\\b"], ["C:\\", "C:\\a"], ["C:\\a\\b\\c", "C:\\"], ["\\\\s\\d\\a", "\\\\s\\d\\b"], ["\\\\s\\d", "\\\\s\\e"], ["\\\\s\\d\\a", "C:\\a"], ["C:\\ab", "C:\\a"], ["C:\\a", "C:\\ab"], ["C:\\a\\", "C:\\a"], ["/a/b", "/a/b/"], ["/a/b/c", "/a/bc"], ["/a", "/"], ["/", "/"], ["a", "a"], ["C:\\İ", "C:\\i̇\\x"], ["C:\\baz-quux", "C:\\baz"], ["\\\\foo\\baz", "\\\\foo\\baz-quux"]];
const LISTS = [["C:", "a"], ["C:\\", "..", "a"], ["C:\\a", "D:b"], ["C:\\a", "C:b"], ["C:\\a", "\\b"], ["\\\\s\\d", "a"], ["\\\\s\\d", "..", "a"], ["\\\\s", "d"], ["//", "s", "d"], ["", "\\\\s", "d"], ["a", "/b", "..\\c"], ["", ""], ["", "a", ""], ["a", "", "", "b"], ["C:a", "..\\b"], ["/", "..", ".."], ["a", "..", "..", ".."], [".", "./", ".\\"], ["c:/ignore", "d:\\a/b\\c/d", "\\e.exe"], ["//server/share", "..", "relative\\"], ["C:", "\\\\a"], [" ", " "]];
const NAMES = [["a.txt", ".txt"], ["a.txt", "a.txt"], ["a.txt", "xt"], ["a.txt", "b.txt"], ["C:\\a.txt", ".txt"], ["C:a.txt", ".txt"], ["C:", ""], ["C:\\", ".x"], ["a/b/", "b"], ["a\\b\\\\", ".b"], ["aaa\\bbb", "bb"], ["file:stream", "stream"], ["..", "."], [".txt", ".txt"]];
const PARTS = [{ dir: "a", base: "b" }, { dir: "C:\\", base: "b", root: "C:\\" }, { root: "C:\\", base: "b" }, { root: "/", name: "a", ext: "b" }, { name: "a", ext: ".b" }, { base: "a", name: "x", ext: ".y" }, { dir: "", base: "a" }, { dir: "/", root: "/", base: "a" }, { ext: ".b" }, {}];
const GLOBS = [["a/b.js", "a/*.js"], ["a/b/c.js", "a/**/*.js"], ["a/b.js", "a/*.{js,ts}"], ["a/b.js", "b/*"], ["a", "?"], ["ab", "?"], ["a.js", "[ab].js"], ["c.js", "[!ab].js"]];
const rows = {};
for (const [name, path] of [["win32", win32], ["posix", posix]]) {
  for (const method of ["normalize", "dirname", "basename", "extname", "isAbsolute", "toNamespacedPath"]) rows[`${name} ${method}`] = () => PATHS.map((given) => JSON.stringify(path[method](given))).join(" ");
  rows[`${name} resolve`] = () => PATHS.map((given) => JSON.stringify(path.resolve("C:\\base", given))).join(" ");
  for (const given of PATHS) rows[`${name} parse ${JSON.stringify(given)}`] = () => { const parts = path.parse(given); return [Object.values(parts).map((part) => JSON.stringify(part)).join(" "), path.format(parts)]; };
  rows[`${name} relative of pairs`] = () => PAIRS.map((pair) => JSON.stringify(path.relative(...pair))).join(" ");
  rows[`${name} join of lists`] = () => LISTS.map((list) => JSON.stringify(path.join(...list))).join(" ");
  rows[`${name} resolve of lists`] = () => LISTS.map((list) => JSON.stringify(path.resolve("C:\\base", ...list))).join(" ");
  rows[`${name} basename without an end`] = () => NAMES.map((pair) => JSON.stringify(path.basename(...pair))).join(" ");
  rows[`${name} format of parts`] = () => PARTS.map((parts) => JSON.stringify(path.format(parts))).join(" ");
  rows[`${name} no text`] = () => ["normalize", "dirname", "basename", "extname", "isAbsolute", "parse", "resolve", "join"].map((method) => [5, null, undefined, {}, []].map((value) => told(() => JSON.stringify(path[method](value)))).join()).join(" ");
  rows[`${name} no namespace`] = () => [5, null, undefined, ""].map((value) => String(path.toNamespacedPath(value))).join();
  rows[`${name} relative of no text`] = () => [[5, "a"], ["a", 5], [undefined, undefined]].map((pair) => told(() => path.relative(...pair))).join();
  rows[`${name} format of no object`] = () => [5, "a", null, undefined].map((value) => told(() => path.format(value))).join();
  rows[`${name} matchesGlob`] = () => GLOBS.map((pair) => told(() => path.matchesGlob(...pair))).join();
}

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
