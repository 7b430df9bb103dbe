// The modules of Node that do nothing in a Worker: what their functions throw, and what the others answer.
import { table } from "../table.js";
import * as childProcess from "node:child_process";
import cluster from "node:cluster";
import dgram from "node:dgram";
import domain from "node:domain";
import { EventEmitter } from "node:events";
import http2 from "node:http2";
import inspector from "node:inspector";
import inspectorPromises from "node:inspector/promises";
import net from "node:net";
import perfHooks from "node:perf_hooks";
import readline from "node:readline";
import readlinePromises from "node:readline/promises";
import repl from "node:repl";
import sqlite from "node:sqlite";
import StreamSocket from "node:_stream_wrap";
import traceEvents from "node:trace_events";
import tty from "node:tty";
import v8 from "node:v8";
import vm from "node:vm";
import wasi from "node:wasi";
import workerThreads from "node:worker_threads";

const { row, response } = table();

// A row for each list of arguments.
async function calls(object, label, name, ...lists) {
  for (const list of lists) {
    const shown = list.map((item) => (typeof item === "function" ? `function ${item.name}` : JSON.stringify(item))).join(", ");
    await row(`${label}.${name}(${shown})`, async () => {
      try {
        return await object[name](...list);
      } catch (error) {
        return [error.constructor.name, error.name, error.code, error.message, Object.keys(error).join()];
      }
    });
  }
}
// A row for each method of the prototype, called without arguments.
async function methods(Class, label) {
  for (const key of Reflect.ownKeys(Class.prototype).sort((a, b) => (String(a) < String(b) ? -1 : 1))) {
    if (key === "constructor" || typeof Object.getOwnPropertyDescriptor(Class.prototype, key).value !== "function") continue;
    await row(`${label}#${String(key)}`, () => Class.prototype[key].call(Object.create(Class.prototype)));
  }
}

export default {
  async fetch() {
    await row("child_process: new ChildProcess", () => new childProcess.ChildProcess());
    await methods(childProcess.ChildProcess, "ChildProcess");
    const commands = [[], [5], ["ls"], ["ls", 5], ["ls", []], ["ls", [], 5], ["ls", {}]];
    for (const name of ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync", "_forkChild"]) await calls(childProcess, "child_process", name, ...commands);

    for (const name of ["setupPrimary", "setupMaster", "disconnect", "fork"]) await calls(cluster, "cluster", name, []);
    await row("cluster: worker", () => { const worker = new cluster.Worker({ id: 5 }); return [worker.id, worker.isConnected(), worker.isDead(), worker.send(), worker.kill(), worker.disconnect() === worker, worker.exitedAfterDisconnect, worker.process === process]; });
    await row("cluster: an emitter", () => cluster instanceof EventEmitter);

    await calls(dgram, "dgram", "createSocket", [], [null], [5], ["udp4", 5]);
    await row("dgram: kinds", () => ["udp4", "nope", {}, { type: "x" }].map((type) => dgram.createSocket(type, () => {}).listenerCount("message")));
    await row("dgram: answers", () => { const socket = dgram.createSocket("udp4"); return [socket.bind(1) === socket, socket.close() === socket, socket.ref() === socket, socket.send("x", 1, "h"), socket.address(), socket.remoteAddress(), socket.getRecvBufferSize(), socket.getSendQueueCount(), socket.setTTL(1)]; });
    await row("dgram: disposal", () => dgram.createSocket("udp4")[Symbol.asyncDispose]());

    const made = domain.createDomain();
    await row("domain: run", () => made.run((a, b) => a + b, 1, 2));
    await row("domain: run throws", () => made.run(() => { throw new RangeError("x"); }));
    await row("domain: _errorHandler", () => made._errorHandler(new Error("q")));
    await row("domain: state", () => [made.members, made.enter(), made.exit(), made.add({}), made.remove({}), domain.active, process.domain, typeof domain.create]);
    await row("domain: bind", () => { const callback = () => 5; return [made.bind(callback) === callback, made.intercept(callback) === callback]; });

    for (const name of ["connect", "createSecureServer", "createServer", "performServerHandshake", "getDefaultSettings", "getPackedSettings", "getUnpackedSettings"]) await calls(http2, "http2", name, [], [{ a: 1 }]);
    for (const name of ["Http2ServerRequest", "Http2ServerResponse"]) { await row(`http2: new ${name}`, () => new http2[name]()); await calls(http2, "http2", name, []); }
    await row("http2: constants", () => Object.entries(http2.constants).map(([name, value]) => `${name}=${value}`).join(" "));
    await row("http2: read only", () => { http2.constants.NGHTTP2_NO_ERROR = 5; });

    for (const module of [inspector, inspectorPromises]) {
      const label = module === inspector ? "inspector" : "inspector/promises";
      for (const name of ["open", "close", "url", "waitForDebugger"]) await calls(module, label, name, [], [1, "h", true]);
      await row(`${label}: new Session`, () => new module.Session());
      await methods(module.Session, `${label} Session`);
      for (const name of Object.keys(module.Network)) await calls(module.Network, `${label} Network`, name, []);
      await row(`${label}: console`, () => [Object.keys(module.console).join(), module.console.log("x"), module.console.log === module.console.warn]);
    }

    for (const name of ["createHistogram", "monitorEventLoopDelay", "eventLoopUtilization"]) await calls(perfHooks, "perf_hooks", name, []);
    await row("perf_hooks: timerify", () => { const callback = () => 1; return [perfHooks.timerify(callback) === callback, perfHooks.timerify(5)]; });
    await row("perf_hooks: classes", () => [perfHooks.performance === performance, perfHooks.Performance === Performance, perfHooks.PerformanceObserver === PerformanceObserver]);
    await row("perf_hooks: constants", () => [Object.isFrozen(perfHooks.constants), JSON.stringify(perfHooks.constants)]);

    for (const [label, module] of [["readline", readline], ["readline/promises", readlinePromises]]) {
      const line = module.createInterface({ input: null, prompt: "> " });
      await row(`${label}: interface`, () => [line instanceof module.Interface, line.getPrompt(), line.setPrompt("x"), line.getPrompt(), line.prompt(), line.pause() === line, line.resume() === line, line.write("x"), line.close(), line.terminal, line.line, line.cursor, line.getCursorPos()]);
      await row(`${label}: lines`, async () => { const lines = []; for await (const text of line) lines.push(text); return lines; });
    }
    await row("readline: question", () => new Promise((resolve) => readline.createInterface().question("q", {}, (answer) => resolve([answer]))));
    await row("readline/promises: question", () => readlinePromises.createInterface().question("q"));
    for (const name of ["clearLine", "clearScreenDown", "cursorTo", "moveCursor", "emitKeypressEvents"]) await calls(readline, "readline", name, [], [1]);
    await row("readline/promises: Readline", async () => { const line = new readlinePromises.Readline(); return [line.clearLine(1) === line, line.clearScreenDown() === line, line.cursorTo(1) === line, line.moveCursor(1, 1) === line, line.rollback() === line, await line.commit()]; });

    await calls(repl, "repl", "start", []);
    await calls(repl, "repl", "writer", []);
    await row("repl: new REPLServer", () => new repl.REPLServer());
    await methods(repl.REPLServer, "REPLServer");
    await row("repl: Recoverable", () => { const error = new repl.Recoverable(new Error("x")); return [error instanceof SyntaxError, error.message, error.err.message]; });
    await row("repl: modules", () => [repl.builtinModules.join(), repl._builtinLibs === repl.builtinModules]);

    for (const name of ["DatabaseSync", "StatementSync"]) await row(`sqlite: new ${name}`, () => new sqlite[name](":memory:"));
    await calls(sqlite, "sqlite", "backup", []);
    await row("sqlite: constants", () => JSON.stringify(sqlite.constants));

    await calls(traceEvents, "trace_events", "createTracing", [], [null], [5], [{}], [{ categories: "a" }], [{ categories: [] }], [{ categories: [5] }]);
    await row("trace_events: tracing", () => { const tracing = traceEvents.createTracing({ categories: ["a", "b"] }); return [tracing.categories, tracing.enabled, tracing.enable(), tracing.enabled, traceEvents.getEnabledCategories(), tracing.disable(), tracing.enabled]; });

    await row("tty: isatty", () => [0, -1, "x", 1.5].map((fd) => tty.isatty(fd)));
    await row("tty: ReadStream", () => { const stream = new tty.ReadStream(0); return [stream instanceof net.Socket, stream.fd, stream.isRaw, stream.isTTY, stream.setRawMode(true) === stream, stream.isRaw]; });
    await row("tty: WriteStream", () => { const stream = new tty.WriteStream(1); let called = 0; const count = () => called++; return [stream.fd, stream.isTTY, stream.columns, stream.rows, stream.getColorDepth(), stream.hasColors(16), stream.getWindowSize(), stream.cursorTo(0, 0, count), stream.moveCursor(0, 0, count), stream.clearLine(0, count), stream.clearScreenDown(count), called]; });

    const statistics = ["getHeapStatistics", "getHeapSpaceStatistics", "getHeapCodeStatistics", "cachedDataVersionTag"];
    for (const name of statistics) await calls(v8, "v8", name, []);
    await calls(v8, "v8", "getCppHeapStatistics", [], ["brief"], ["x"]);
    await calls(v8, "v8", "getHeapSnapshot", [], [{}], [5], [{ exposeInternals: 5 }]);
    await calls(v8, "v8", "writeHeapSnapshot", [], ["x"], [5]);
    await calls(v8, "v8", "queryObjects", [], [Object], [Object, 5], [Object, { format: "x" }], [Object, { format: "count" }]);
    await calls(v8, "v8", "setFlagsFromString", [], ["--x"]);
    await calls(v8, "v8", "setHeapSnapshotNearHeapLimit", [], [5], [-5]);
    await calls(v8, "v8", "isStringOneByteRepresentation", [], ["abc"]);
    for (const name of ["serialize", "deserialize", "takeCoverage", "stopCoverage"]) await calls(v8, "v8", name, [], [new Uint8Array(4)]);
    for (const group of ["promiseHooks", "startupSnapshot"]) for (const name of Object.keys(v8[group])) await calls(v8[group], `v8.${group}`, name, []);
    for (const name of ["Serializer", "Deserializer", "DefaultSerializer", "DefaultDeserializer"]) { await row(`v8: new ${name}`, () => new v8[name]()); await methods(v8[name], `v8 ${name}`); }
    await methods(v8.GCProfiler, "v8 GCProfiler");

    const options = [["1"], [5], ["1", 5], ["1", "file"], ["1", { filename: 5 }], ["1", { lineOffset: "x" }], ["1", { columnOffset: "x" }], ["1", { produceCachedData: 5 }], ["1", { cachedData: 5 }], ["1", { importModuleDynamically: 5 }]];
    for (const name of ["runInThisContext", "runInNewContext"]) await calls(vm, "vm", name, ...options);
    for (const list of options) await row(`vm: new Script ${JSON.stringify(list)}`, () => Object.keys(new vm.Script(...list)).join());
    await row("vm: createScript", () => { const script = vm.createScript("1"); return [script instanceof vm.Script, script.createCachedData().length]; });
    await methods(vm.Script, "vm Script");
    const context = vm.createContext({});
    for (const name of ["runInContext"]) await calls(vm, "vm", name, ["1"], ["1", {}], ["1", 5], ["1", context]);
    await row("vm: isContext", () => [vm.isContext({}), vm.isContext(context), Object.getPrototypeOf(context)]);
    await calls(vm, "vm", "isContext", [], [5]);
    for (const wrong of [5, { name: 5 }, { origin: 5 }, { codeGeneration: 5 }, { codeGeneration: { strings: 5 } }, { microtaskMode: "x" }]) await calls(vm, "vm", "createContext", [{}, wrong]);
    await calls(vm, "vm", "createContext", [5]);
    await calls(vm, "vm", "compileFunction", [], ["1"], ["1", 5], ["1", ["a"]], ["1", [5]], ["1", [], 5], ["1", [], { parsingContext: 5 }], ["1", [], { contextExtensions: 5 }], ["1", [], { contextExtensions: [5] }]);
    await calls(vm, "vm", "measureMemory", [], [5], [{ mode: "x" }], [{ mode: "summary" }], [{ execution: "x" }]);
    await row("vm: constants", () => [Object.isFrozen(vm.constants), Object.values(vm.constants).map(String).join()]);

    for (const wrong of [undefined, 5, {}, { version: "x" }, { version: "preview1" }]) await row(`wasi: new WASI ${JSON.stringify(wrong)}`, () => new wasi.WASI(wrong));
    await methods(wasi.WASI, "WASI");

    for (const name of ["Worker", "BroadcastChannel"]) await row(`worker_threads: new ${name}`, () => new workerThreads[name]("x"));
    await methods(workerThreads.Worker, "worker_threads Worker");
    await row("worker_threads: environment", () => { workerThreads.setEnvironmentData("a", 1); const kept = workerThreads.getEnvironmentData("a"); workerThreads.setEnvironmentData("a", undefined); return [kept, workerThreads.getEnvironmentData("a")]; });
    await row("worker_threads: answers", () => [workerThreads.receiveMessageOnPort({}), workerThreads.markAsUntransferable({}), workerThreads.isMarkedAsUntransferable({}), workerThreads.markAsUncloneable({}), workerThreads.threadId, workerThreads.isMainThread, String(workerThreads.SHARE_ENV)]);
    await row("worker_threads: moveMessagePortToContext", () => workerThreads.moveMessagePortToContext(new MessageChannel().port1, {}));
    await calls(workerThreads, "worker_threads", "postMessageToThread", [], [1]);
    await row("worker_threads: channels", () => [workerThreads.MessageChannel === MessageChannel, workerThreads.MessagePort === MessagePort]);

    await row("_stream_wrap: no stream", () => new StreamSocket());
    return response();
  },
};
