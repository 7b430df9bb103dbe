// node:path, posix and win32.
import { table } from "../table.js";
import * as ns from "node:path";
import path, { posix, win32 } from "path";
import posixModule from "node:path/posix";
import win32Module from "node:path/win32";

const rows = {
  "exports": () => Object.keys(ns).join(),
  "identity": () => [path === posix, posixModule === posix, win32Module === win32, posix.win32 === win32, win32.posix === posix, path.posix === path],
  "names": () => Object.entries(path).map(([k, v]) => `${k}:${v.name ?? typeof v}:${v.length}`).join(),
  "separators": () => [posix.sep, posix.delimiter, win32.sep, win32.delimiter],
  "wrong type": () => path.join(1),
  "wrong type dirname": () => path.dirname(undefined),
  "wrong type resolve": () => path.resolve({}),
  "wrong ext": () => path.basename("a", 5),
  "wrong format": () => path.format(null),
  "resolve cwd": () => [path.resolve("a"), path.resolve()],
};
const inputs = ["", ".", "..", "/", "//", "a", "a/", "/a", "a/b", "a/../b", "./a", "../a/..", "/../a", "a//b", "/a/b/c.txt", "a.b.c", ".bashrc", "a.", "..a", "C:\\a\\b", "C:", "C:a", "C:\\", "\\\\srv\\share\\x", "\\\\srv", "a\\..\\b", "c:/x/../y", "//a/b/c", "/a/b/", "a/.b", "...", "\\\\?\\C:\\x", "file:stream", "é/ü.ñ"];
for (const [name, p] of [["posix", posix], ["win32", win32]]) {
  for (const f of ["normalize", "isAbsolute", "dirname", "basename", "extname", "parse", "toNamespacedPath"]) rows[`${name} ${f}`] = () => inputs.map((i) => JSON.stringify(p[f](i))).join(" ");
  rows[`${name} round trip`] = () => inputs.map((i) => p.format(p.parse(i))).join(" ");
  rows[`${name} basename ext`] = () => [["a.txt", ".txt"], ["a.txt", "txt"], ["a", "a"], ["/x/aab", "ab"], ["a/b.c/", ".c"], [".c", ".c"], ["file.js.old", ".js.old"], ["", ""]].map(([a, b]) => p.basename(a, b));
  rows[`${name} join`] = () => [[], ["a", "b"], ["/a", "../b"], ["a", "", "c"], ["..", "..", "a"], ["a/b", "../../.."], ["\\\\srv", "share"], ["C:", "a"], ["/", "/a"], [""], ["a", "./b", "..", "c/"]].map((a) => p.join(...a)).join(" ");
  rows[`${name} relative`] = () => [["/a/b/c", "/a/d"], ["/a", "/a"], ["/a/b", "/a/b/c"], ["/", "/a"], ["/a/bc", "/a/b"], ["C:\\a\\b", "C:\\a\\c"], ["C:\\a", "D:\\b"], ["C:\\A", "c:\\a\\x"], ["/foo/bar/baz", "/foo/bar"], ["/x", ""]].map((a) => p.relative(...a)).join(" ");
  rows[`${name} resolve`] = () => [["/a", "b"], ["/a", "/b"], ["/a/b", "..", "c"], ["C:\\a", "b"], ["C:\\a", "D:b"], ["C:\\a", "\\b"], ["\\\\srv\\share", "x"], ["/a", "", "."]].map((a) => p.resolve(...a)).join(" ");
  rows[`${name} format`] = () => [{ root: "/", base: "a.b" }, { dir: "/x", base: "a" }, { name: "a", ext: ".b" }, { name: "a", ext: "b" }, { root: "/", dir: "/", name: "q" }, {}].map((o) => p.format(o)).join(" ");
}
rows["matchesGlob"] = () => path.matchesGlob("a/b.js", "a/*.js");

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
