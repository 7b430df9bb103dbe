// node:process, node:module, node:timers, node:test and node:console.
import { table } from "../table.js";
import * as processModule from "node:process";
import * as module from "node:module";
import { mock, MockTracker } from "node:test";
import * as con from "node:console";
import * as timers from "node:timers";
import * as promises from "node:timers/promises";

const CALLED = ["getegid", "getgid", "getgroups", "geteuid", "getuid", "setegid", "setgid", "initgroups", "setSourceMapsEnabled", "getSourceMapsSupport", "nextTick", "emitWarning", "getBuiltinModule", "kill", "ref", "unref", "chdir", "umask", "loadEnvFile", "binding", "dlopen", "getActiveResourcesInfo", "hasUncaughtExceptionCaptureCallback", "memoryUsage", "resourceUsage", "send", "threadCpuUsage", "cpuUsage", "constrainedMemory", "availableMemory", "execve", "_rawDebug", "_linkedBinding", "_getActiveRequests", "_kill", "_fatalException", "_tickCallback"];
const READ = ["version", "versions", "title", "argv", "argv0", "execArgv", "arch", "platform", "pid", "ppid", "features", "release", "report", "exitCode", "channel", "connected", "debugPort", "noDeprecation", "traceDeprecation", "throwDeprecation", "execPath", "moduleLoadList", "domain", "_exiting", "_maxListeners"];
const rows = {
  "process exports": () => Object.keys(processModule).join(),
  "process same": () => processModule.default === process,
  "cwd": () => process.cwd(),
  "chdir": () => { process.chdir("/tmp"); const there = process.cwd(); process.chdir("/bundle"); return [there, process.cwd()]; },
  "chdir nowhere": () => process.chdir("/nope"),
  "getBuiltinModule": async () => [typeof process.getBuiltinModule("node:path"), process.getBuiltinModule("nope"), process.getBuiltinModule("buffer").Buffer === Buffer, process.getBuiltinModule("path") === (await import("node:path")).default],
  "hrtime": () => { const h = process.hrtime(); return [h.length, typeof h[0], typeof process.hrtime.bigint(), process.hrtime(h).length]; },
  "hrtime wrong": () => process.hrtime("x"),
  "env": () => { process.env.A = 5; process.env.B = undefined; return [process.env.A, process.env.B, "A" in process.env, delete process.env.A, process.env.A]; },
  "env symbol": () => { process.env[Symbol("x")] = 1; },
  "events": () => { let n = 0; process.on("q", () => n++); return [process.emit("q"), process.emit("x"), n]; },
  "tag": () => Object.prototype.toString.call(process),
  "nextTick order": async () => { const order = []; await new Promise((r) => { process.nextTick((a) => order.push(`tick${a}`), 1); queueMicrotask(() => order.push("micro")); Promise.resolve().then(() => order.push("promise")); setTimeout(r, 2); }); return order; },
  "emitWarning": () => new Promise((r) => { process.on("warning", (w) => r([w.name, w.message, w.code])); process.emitWarning("m", "T", "C"); }),
  "process.assert": () => process.assert(false, "msg"),
  "streams": () => [typeof process.stdout.write, process.stdout.fd, process.stderr.fd, process.stdin.fd, process.stdout.isTTY],
};
for (const name of CALLED) rows[`process.${name}()`] = () => { const value = process[name](); return typeof value === "object" ? JSON.stringify(value) : value; };
for (const name of READ) rows[`process.${name}`] = () => JSON.stringify(process[name]);
Object.assign(rows, {
  "module exports": () => Object.keys(module).join(),
  "builtinModules": () => module.builtinModules.join(),
  "isBuiltin": () => ["fs", "node:fs", "nope", "node:test", "test", "cloudflare:workers", "node:nope"].map((n) => module.isBuiltin(n)),
  "createRequire": () => { const require = module.createRequire("file:///bundle/x.js"); return [typeof require, require("node:path").sep, require("buffer").Buffer === Buffer]; },
  "createRequire wrong": () => module.createRequire("x"),
  "createRequire number": () => module.createRequire(5),
  "require missing": () => module.createRequire("/x")("nope"),
  "new Module": () => new module.Module(),
  "module constants": () => JSON.stringify(module.constants),
  "mock fn": () => { const f = mock.fn((a) => a + 1); f(1); f.call({ q: 1 }, 2); const { calls } = f.mock; return [f.mock.callCount(), Object.keys(calls[0]).join(), calls[0].arguments, calls[0].result, JSON.stringify(calls[1].this)]; },
  "mock method": () => { const o = { m() { return 1; } }; mock.method(o, "m", () => 2); const a = o.m(); mock.restoreAll(); return [a, o.m()]; },
  "mock implementation": () => { const f = mock.fn(() => 1); f.mock.mockImplementation(() => 2); const a = f(); f.mock.mockImplementationOnce(() => 3); const b = f(); const c = f(); f.mock.resetCalls(); return [a, b, c, f.mock.callCount()]; },
  "mock getter": () => { const o = { get g() { return 1; } }; mock.getter(o, "g", () => 5); const a = o.g; mock.reset(); return [a, o.g]; },
  "mock setter": () => { let got; const o = { set g(v) { got = v; } }; mock.setter(o, "g", (v) => { got = `m${v}`; }); o.g = 1; mock.restoreAll(); return got; },
  "mock times": () => { const f = mock.fn(() => 1, () => 9, { times: 1 }); return [f(), f()]; },
  "mock throws": () => { const f = mock.fn(() => { throw new Error("x"); }); try { f(); } catch { /* recorded */ } return f.mock.calls[0].error.message; },
  "mock construct": () => { const F = mock.fn(class { constructor() { this.a = 1; } }); return [new F().a, typeof F.mock.calls[0].target]; },
  "mock not a method": () => mock.method({}, "nope"),
  "mock not a function": () => mock.fn(5),
  "mock tracker": () => mock instanceof MockTracker,
  "console exports": () => Object.keys(con).join(),
  "console default": () => [con.default === console, con.log === console.log, typeof con.Console],
  "Console without a stream": () => new con.Console(),
  "console.context": () => con.context(),
  "console.createTask": () => con.createTask("x"),
  "timers exports": () => Object.keys(timers).join(),
  "Timeout": () => { const t = timers.setTimeout(() => {}, 5); return [t.constructor.name, typeof t[Symbol.toPrimitive](), t.hasRef(), t.ref() === t, t.unref() === t, t.refresh() === t, t.close() === t]; },
  "timers same": () => [timers.setTimeout === setTimeout, timers.clearInterval === clearInterval],
  "setTimeout wrong": () => setTimeout(5),
  "setInterval wrong": () => setInterval("x"),
  "clear by id": () => new Promise((r) => { const t = setTimeout(() => r("fired"), 1); clearTimeout(t[Symbol.toPrimitive]()); setTimeout(() => r("cleared"), 5); }),
  "clear object": () => new Promise((r) => { clearTimeout(setTimeout(() => r("fired"), 1)); setTimeout(() => r("cleared"), 5); }),
  "clearImmediate": () => new Promise((r) => { clearImmediate(setImmediate(() => r("fired"))); setTimeout(() => r("cleared"), 2); }),
  "clearImmediate wrong": () => clearImmediate(5),
  "Immediate": () => { const i = setImmediate(() => {}); return [i.hasRef(), i.constructor.name]; },
  "setImmediate args": () => new Promise((r) => setImmediate((...a) => r(a), 1, 2)),
  "setTimeout args": () => new Promise((r) => setTimeout((...a) => r(a), 1, 1, 2)),
  "enroll": () => timers.enroll({}, 1),
  "active": () => timers.active({}),
  "promises exports": () => Object.keys(promises).join(),
  "promises": async () => { let n = 0; const ticks = []; for await (const x of promises.setInterval(1, "z")) { ticks.push(x); if (++n === 2) break; } return [await promises.setTimeout(1, "v"), await promises.setImmediate("i"), ticks, await promises.scheduler.wait(1), await promises.scheduler.yield()]; },
  "promises aborted": () => promises.setTimeout(1, 0, { signal: AbortSignal.abort() }),
  "promises aborts": () => { const c = new AbortController(); setTimeout(() => c.abort("why"), 1); return promises.setTimeout(1000, 0, { signal: c.signal }); },
  "promises wrong options": () => promises.setTimeout(1, 0, 5),
  "promises wrong delay": () => promises.setTimeout("x"),
  "promises wrong signal": () => promises.setTimeout(1, 0, { signal: 5 }),
  "promises wrong ref": () => promises.setTimeout(1, 0, { ref: 5 }),
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
