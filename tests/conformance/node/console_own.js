// node:console: what a Console writes to streams of its own.
import { table } from "../table.js";
import { Console } from "node:console";
import { Writable } from "node:stream";

// The lines of a Console, by the stream that they are written to.
function written(call, options = {}) {
  const parts = [];
  const to = (name) => new Writable({ write(chunk, encoding, done) { parts.push(`${name}:${chunk}`); done(); } });
  const given = { stdout: to("out"), stderr: to("err"), ...options };
  call(new Console(given));
  return parts.join("");
}
const told = (call) => { try { return call(); } catch (error) { return `${error.name} ${error.code}: ${error.message}`; } };
const rows = {
  "levels": () => written((made) => { for (const name of ["log", "info", "debug", "error", "warn", "dir"]) made[name](name); }),
  "formats": () => written((made) => { made.log("%s is %d and %i%%", "a", 1.5, 2.7, { b: 1 }); made.error("%o", [1]); made.log(); made.log("a", undefined, null); made.log({ a: { b: { c: { d: 1 } } } }); }),
  "lines": () => written((made) => { made.log("one\ntwo"); made.log("three\n"); }),
  "groups": () => written((made) => { made.group("first"); made.log("in\nside"); made.group(); made.error("deeper"); made.groupEnd(); made.groupEnd(); made.groupEnd(); made.log("out"); }),
  "groups that are collapsed": () => written((made) => { made.groupCollapsed("a", 1); made.log("b"); made.groupEnd(); made.log("c"); }),
  "groups with their indentation": () => written((made) => { made.group("a"); made.log("b"); made.groupEnd(); }, { groupIndentation: 4 }),
  "counts": () => written((made) => { made.count(); made.count("x"); made.count(); made.countReset(); made.count(); made.count(undefined); made.count(5); }),
  "asserts": () => written((made) => { made.assert(true, "not said"); made.assert(false); made.assert(false, "said %s", "x"); made.assert(0, { a: 1 }); made.assert(); }),
  "dir": () => written((made) => { made.dir({ a: { b: { c: {} } } }); made.dir({ a: { b: 1 } }, { depth: 0 }); made.dir("text"); made.dir(); made.dirxml({ a: 1 }, [2]); }),
  "table of a list": () => written((made) => made.table([[1, "a"], [2, "b"]])),
  "table of objects": () => written((made) => made.table([{ a: 1, b: "x" }, { a: 2, c: true }])),
  "table of some columns": () => written((made) => made.table([{ a: 1, b: 2 }, { a: 3, b: 4 }], ["b"])),
  "table of an object": () => written((made) => made.table({ x: { a: 1 }, y: 2 })),
  "table of a map and a set": () => written((made) => { made.table(new Map([["a", 1]])); made.table(new Set(["x"])); }),
  "table of no table": () => written((made) => { made.table(5); made.table("a"); made.table(null); made.table([]); }),
  "table within a group": () => written((made) => { made.group(); made.table([1]); }),
  "inspectOptions": () => written((made) => made.log({ a: { b: 1 } }), { inspectOptions: { depth: 0 } }),
  "colorMode": () => written((made) => made.log({ a: 1 }, "b"), { colorMode: true }),
  "one stream": () => { const parts = []; const stream = new Writable({ write(chunk, encoding, done) { parts.push(String(chunk)); done(); } }); const made = new Console(stream); made.log("a"); made.error("b"); return parts.join(""); },
  "two streams": () => { const parts = []; const to = (name) => new Writable({ write(chunk, encoding, done) { parts.push(`${name}:${chunk}`); done(); } }); const made = new Console(to("out"), to("err")); made.log("a"); made.error("b"); return parts.join(""); },
  "no new": () => { const parts = []; const stream = new Writable({ write(chunk, encoding, done) { parts.push(String(chunk)); done(); } }); const made = Console(stream); made.log("a"); return [parts.join(""), made instanceof Console]; },
  "methods stand alone": () => written(({ log, error }) => { log("a"); error("b"); }),
  "a stream that fails": () => { const made = new Console(new Writable({ write(chunk, encoding, done) { done(new Error("no")); } })); return made.log("a"); },
  "a stream that throws": () => { const made = new Console({ stdout: { write() { throw new Error("no"); }, on() {}, once() {}, removeListener() {}, listenerCount: () => 0 } }); return made.log("a"); },
  "wrong streams": () => [[], [{}], [{ stdout: {} }], [{ stdout: { write() {} }, stderr: {} }], [5]].map((args) => told(() => typeof new Console(...args))),
  "wrong options": () => [{ colorMode: "x" }, { inspectOptions: 5 }, { groupIndentation: -1 }, { groupIndentation: "x" }, { colorMode: true, inspectOptions: { colors: true } }].map((options) => told(() => typeof new Console({ stdout: new Writable(), ...options }))),
  "subclass": () => { const parts = []; class Mine extends Console { log(...args) { super.log("mine", ...args); } } new Mine(new Writable({ write(chunk, encoding, done) { parts.push(String(chunk)); done(); } })).log("a"); return parts.join(""); },
  "coloured otherwise": () => [written((made) => { made.dir({ a: 1 }); made.error({ a: "x" }); made.log("x", 1); made.log("plain"); }, { colorMode: true }), written((made) => made.log({ a: 1 }), { inspectOptions: new Map() })],
  "bound to the instance": () => { const parts = []; class Mine extends Console { log(...args) { super.log("mine", ...args); } } const made = new Mine(new Writable({ write(chunk, encoding, done) { parts.push(String(chunk)); done(); } })); made.count(); made.info("i"); made.table(5); made.timeLog("none"); return parts.join(""); },
  "what it is": () => { const made = new Console(new Writable()); return [Object.keys(Console.prototype).join(), Console.length, console instanceof Console, {} instanceof Console, Object.prototype.toString.call(made), made.log.name, made.dirxml.name, "_stdout" in made]; },
  "errors that are not ignored": () => told(() => new Console({ stdout: { write() { throw new Error("no"); } }, ignoreErrors: false }).log("x")),
  "a stream that only writes": () => { const got = []; const stream = { write: (text) => got.push(text) }; told(() => new Console(stream).log("x")); told(() => new Console({ stdout: stream, ignoreErrors: false }).log("y")); return got; },
  "members": () => Object.keys(new Console(new Writable())).filter((name) => typeof console[name] === "function" && !name.startsWith("_")).sort().join(),
};

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
