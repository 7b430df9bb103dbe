// node:os, punycode, module, test, console and process: answers that depend on no machine.
import { table } from "../table.js";
import consoleModule, { Console } from "node:console";
import module, { builtinModules, createRequire, isBuiltin } from "node:module";
import os from "node:os";
import process from "node:process";
import punycode from "node:punycode";
import { mock } from "node:test";
import path from "node:path";
import { Writable } from "node:stream";

const told = (call) => { try { return call(); } catch (error) { return `${error.name} ${error.code}: ${error.message}`; } };
const turn = () => new Promise((resolve) => setImmediate(resolve));
const NAMES = ["", "a", "a-", "-a", "mañana", "bücher", "日本語", "ليهمابتكلموشعربي؟", "他们为什么不说中文", "Pročprostěnemluvíčesky", "3年B組金八先生", "-> $1.00 <-", "😀", "a😀b", "é", "ÀÉ", "-", "--", "ab--cd", "\ud800"];
const CODES = ["", "a-", "maana-pta", "bcher-kva", "wgv71a119e", "-", "--", "a", "egbpdaj6bu4bxfgehfvwxn", "MAANA-pta", "99999999", "a-é", "e28h", "😀"];
const HOSTS = ["", "a.com", "mañana.com", "日本語。jp", "a．b｡c", "xn--maana-pta.com", "ü@ñ.de", "MAÑANA.COM", "a..b", "😀.la", "xn--ls8h.la", "xn--", "例え.テスト", "☃-⌘.com"];
const BUILTIN = ["fs", "node:fs", "fs/promises", "node:fs/promises", "test", "node:test", "nope", "node:nope", "node:", "", "path/posix", "sys", "punycode", "_http_agent", "FS", "url"];
const REQUIRED = ["path", "node:path", "buffer", "events", "util", "assert", "stream", "url", "querystring", "string_decoder", "zlib", "crypto", "timers", "os", "process", "console", "punycode", "async_hooks", "diagnostics_channel", "stream/promises", "timers/promises", "path/posix", "assert/strict", "util/types"];
const rows = {};
for (const name of REQUIRED) rows[`require ${name}`] = async () => createRequire("file:///a.js")(name) === (await import(name.startsWith("node:") ? name : `node:${name}`)).default;
// A Console's lines.
function written(call) {
  const lines = [];
  const to = (name) => new Writable({ write(chunk, encoding, done) { lines.push(`${name}${chunk}`); done(); } });
  call(new Console({ stdout: to("out:"), stderr: to("err:") }));
  return lines;
}
Object.assign(rows, {
  "punycode encode": () => NAMES.map((name) => told(() => punycode.encode(name))).join(" | "),
  "punycode decode": () => CODES.map((code) => told(() => punycode.decode(code))).join(" | "),
  "punycode there and back": () => NAMES.slice(0, -1).map((name) => Number(punycode.decode(punycode.encode(name)) === name)).join(""),
  "punycode toASCII": () => HOSTS.map((host) => told(() => punycode.toASCII(host))).join(" | "),
  "punycode toUnicode": () => HOSTS.map((host) => told(() => punycode.toUnicode(host))).join(" | "),
  "punycode ucs2": () => [punycode.ucs2.decode("a😀\ud800b\udc00"), punycode.ucs2.encode([0x61, 0x1f600, 0xd800]), told(() => punycode.ucs2.encode([0x110000])), punycode.ucs2.decode("")],
  "punycode errors": () => [() => punycode.decode("\x80"), () => punycode.decode("a-\x80"), () => punycode.decode("999999999999999"), () => punycode.encode(5), () => punycode.toASCII(null)].map((call) => { try { return call(); } catch (error) { return error.name; } }),
  "punycode version": () => punycode.version,
  "os": () => [os.EOL, os.devNull, os.arch(), os.platform(), os.type(), os.endianness(), os.machine()],
  "os signals": () => Object.entries(os.constants.signals).map(([name, number]) => `${name}=${number}`).join(),
  "os errors": () => Object.entries(os.constants.errno).map(([name, number]) => `${name}=${number}`).join(),
  "os priorities": () => [JSON.stringify(os.constants.priority), JSON.stringify(os.constants.dlopen)],
  "os constants do not change": () => ["signals", "errno", "priority"].map((name) => Object.isFrozen(os.constants[name])).join(),
  "isBuiltin": () => BUILTIN.map((name) => Number(isBuiltin(name))).join(""),
  "isBuiltin of no text": () => [undefined, null, 5, {}].map((name) => told(() => isBuiltin(name))).join(),
  "builtinModules": () => ["fs", "path", "stream/web", "util/types", "node:fs", "nope"].map((name) => builtinModules.includes(name)).join(),
  "createRequire": () => ["file:///a/b.js", new URL("file:///a/b.js"), "/a/b.js"].map((place) => told(() => createRequire(place)("node:path") === path)).join(),
  "createRequire: no place": () => ["a.js", "./a.js", "http://a/b.js", undefined, 5].map((place) => { try { return typeof createRequire(place); } catch (error) { return `${error.name} ${error.code}`; } }).join(),
  "require: nothing there": () => { try { return createRequire("/a.js")("nope-nope"); } catch (error) { return [error.name, error.message.split("\n")[0]]; } },
  "require: no text": () => [undefined, 5, ""].map((name) => { try { return createRequire("/a.js")(name); } catch (error) { return error.name; } }),
  "module": () => [module.builtinModules === builtinModules, module.createRequire === createRequire, typeof module],
  "mock: calls": () => { const made = mock.fn((a, b) => a + b); made(1, 2); made.call({ x: 1 }, 3, 4); return made.mock.calls.map(({ arguments: args, result, error, this: self, target }) => [args, result, String(error), JSON.stringify(self), String(target)].join(";")); },
  "mock: errors": () => { const made = mock.fn(() => { throw new RangeError("r"); }); const got = told(made); return [got, made.mock.calls[0].error.message, made.mock.calls[0].result, made.mock.callCount()]; },
  "mock: of nothing": () => { const made = mock.fn(); return [made(5), made.mock.callCount(), made.mock.calls[0].arguments]; },
  "mock: implementations in turn": () => { const made = mock.fn(() => "first"); made.mock.mockImplementationOnce(() => "third", 2); made.mock.mockImplementationOnce(() => "now"); const got = [made(), made(), made(), made()]; made.mock.mockImplementation(() => "all"); got.push(made()); made.mock.restore(); got.push(made()); return got; },
  "mock: times": () => { const made = mock.fn(() => "own", () => "mocked", { times: 2 }); return [made(), made(), made()]; },
  "mock: a method": () => { const object = { value: 5, read() { return this.value; } }; const made = mock.method(object, "read", function () { return this.value * 2; }); const got = [object.read(), made.mock.callCount(), object.read.mock === made.mock]; made.mock.restore(); return [...got, object.read(), "mock" in object.read]; },
  "mock: a method that is watched": () => { const object = { read: () => 1 }; mock.method(object, "read"); const got = [object.read(), object.read.mock.callCount()]; mock.restoreAll(); return [...got, object.read()]; },
  "mock: of a class": () => { class Made { run() { return "own"; } static fixed() { return "own"; } } mock.method(Made.prototype, "run", () => "mocked"); mock.method(Made, "fixed", () => "mocked"); const got = [new Made().run(), Made.fixed()]; mock.restoreAll(); return [...got, new Made().run(), Made.fixed()]; },
  "mock: getters and setters": () => { const object = { kept: 1, get value() { return this.kept; }, set value(given) { this.kept = given; } }; const getter = mock.getter(object, "value", function () { return this.kept * 10; }); const got = [object.value, getter.mock.callCount()]; getter.mock.restore(); const setter = mock.setter(object, "value", function (given) { this.kept = given * 2; }); object.value = 5; got.push(object.kept, setter.mock.calls[0].arguments); setter.mock.restore(); return got; },
  "mock: calls are forgotten": () => { const made = mock.fn(() => 1); made(); made(); const before = made.mock.callCount(); made.mock.resetCalls(); return [before, made.mock.callCount(), made.mock.calls.length]; },
  "mock: a class is made": () => { const Made = mock.fn(class { constructor(a) { this.a = a; } }); const one = new Made(5); return [one.a, Made.mock.calls[0].result === one, Made.mock.calls[0].target === Made || typeof Made.mock.calls[0].target, one instanceof Made]; },
  "mock: keeps name and length": () => { const made = mock.fn(function original(a, b) {}); return [made.name, made.length]; },
  "mock: wrong": () => [() => mock.fn(5), () => mock.fn(() => {}, 5), () => mock.method({}, "none"), () => mock.method(5, "none"), () => mock.method({ a: 5 }, "a"), () => mock.fn(() => {}, { times: 0 })].map((call) => { try { return typeof call(); } catch (error) { return `${error.name} ${error.code}`; } }),
  "console: is the global one": () => [consoleModule === console, typeof Console, ["log", "error", "warn", "info", "debug", "dir", "table", "group", "time", "count", "assert", "trace"].every((name) => typeof console[name] === "function")],
  "console: own streams": () => told(() => written((made) => { made.log("a %s", "b", { c: 1 }); made.error("bad"); })),
  "nextTick": async () => { const got = []; await new Promise((resolve) => setImmediate(() => { process.nextTick((...args) => got.push(args.join()), 1, 2); process.nextTick(() => { got.push("second"); process.nextTick(() => got.push("inner")); }); got.push("sync"); setImmediate(resolve); })); return got; },
  "hrtime": () => { const one = process.hrtime(); const two = process.hrtime(one); return [one.length, two[0] >= 0, two[1] >= 0 && two[1] < 1e9, typeof process.hrtime.bigint()]; },
  "env": () => { process.env.MADE = 5; process.env.EMPTY = ""; const got = [process.env.MADE, typeof process.env.MADE, process.env.EMPTY, "MADE" in process.env, process.env.NONE, Object.keys(process.env).includes("MADE")]; delete process.env.MADE; return [...got, process.env.MADE, delete process.env.NONE]; },
  "emits": async () => { const got = []; const listener = (...args) => got.push(args); process.on("mine", listener); process.emit("mine", 1, 2); process.off("mine", listener); return [got, process.emit("mine"), process.listenerCount("mine")]; },
  "getBuiltinModule": () => [process.getBuiltinModule("path") === path, process.getBuiltinModule("node:path") === path, process.getBuiltinModule("nope"), process.getBuiltinModule("node:nope")],
  "emitWarning": async () => { const got = []; const listener = (warning) => got.push([warning.name, warning.message, warning.code, warning.detail]); process.on("warning", listener); process.emitWarning("one"); process.emitWarning("two", "Kind", "CODE"); process.emitWarning("three", { type: "Other", code: "C", detail: "more" }); process.emitWarning(new RangeError("four")); got.push("sync"); await turn(); await turn(); process.off("warning", listener); return got; },
  "process": () => [process.arch, process.platform, process.release.name, process.title === process.title, Object.prototype.toString.call(process), process.exitCode, process.version.startsWith("v22."), typeof process.uptime(), process === globalThis.process],
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
