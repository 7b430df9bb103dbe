// node:path: patterns of matchesGlob, ways between paths of Windows, and names with an end taken away.
import { table } from "../table.js";
import path, { posix, win32 } from "node:path";

const FILES = [
  "c.js", "a.js", ".a", "a/.b/c", "a/b", "a", "1", "a*", "", "/", "/a/b", "a//b", "./a", "a/./b", "a/../b", "C:/a", "c:\\a", "a\\b", "a]b", "[", "ab", "abc", "a/", "..", ".", "...",
  "a.b.c", "03", "b-c", "!x", "(a)", "{a}", "//s/a",
];
const PATTERNS = [
  "[!ab].js", "[^ab].js", "[a-c]", "@(a|b).js", "*", "**/c", "**", "!(b)", "{1..3}", "a\\*", "", "/", "/**", "a/*", "**/b", "a/**", "a/**/b", "./a", "a/../b", "*.js", "?", "??", "[]]",
  "[!]", "[", "[a", "a[]]b", "+(a|b)", "*(a|b)c", "?(a)b", "!(a|b)*", "!(a).js", "{a,b}.js", "{a}", "{,a}", "a{,b}", "{a..c}", "{01..03}", "{3..1}", "{1..5..2}", "{a,{b,c}}.js", "**/**",
  "***", "a**", ".*", "..", ".", "*/", "a/", "//s/*", "C:/*", "c:/*", "[z-a]", "[a-]", "[-a]", "a.b.*", "b-?", "(a)", "!x", "@(a", "*.*", "**/.b/**", "[.]a", "?a", "@(.a)", "a|b", "a+", "^a$",
];
const PATHS = [
  "C:\\", "C:", "C:\\a", "C:\\a\\b", "C:\\a\\bc", "D:\\a", "\\\\s\\h\\a", "\\\\s\\h", "\\\\S\\H\\b", "a", "a\\b", "\\a", "", "\\\\?\\C:\\a", "\\\\.\\COM1", "C:\\A\\B", "C:\\İ\\a",
  "C:\\İ\\b", "İ", "İ\\c", "C:\\é", "//s/h/a/b", "\\\\?\\b ",
];
const NAMES = ["C:\\", "a\\b\\\\", "\\", "//", "/", "a/b//", "a/", "abc/", "b", "ab", "a.b", ".b", "a/.b", "a/b.b/", "aa/aa", "", "C:", "C:x", "C:.x"];
const ENDS = [".x", ".b", "b", "x", "xx", "bc", "ab", "aa", "a/b", ""];

const told = (call) => { try { return call(); } catch (error) { return `${error.name} ${error.code}: ${error.message}`; } };
const rows = {};
for (const pattern of PATTERNS) {
  for (const [name, rules] of [["posix", posix], ["win32", win32]]) rows[`${name} ${pattern} matches`] = () => FILES.filter((file) => rules.matchesGlob(file, pattern));
}
for (const from of PATHS) {
  rows[`from ${from}`] = () => PATHS.map((to) => win32.relative(from, to));
  rows[`parts of ${from}`] = () => [win32.normalize(from), win32.resolve(from), win32.dirname(from), win32.basename(from), JSON.stringify(win32.parse(from)), win32.join(from, "..", "x"), win32.toNamespacedPath(from), win32.isAbsolute(from)];
}
for (const name of NAMES) rows[`ends of ${name}`] = () => ENDS.map((end) => [posix.basename(name, end), win32.basename(name, end)].join(" | "));
rows["wrong arguments"] = () => [() => posix.basename("a", 5), () => win32.basename("a", 5), () => posix.basename(5, "x"), () => path.matchesGlob(5, "a"), () => win32.matchesGlob("a", 5)].map(told);

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
