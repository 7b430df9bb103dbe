// node:fs: what there is (folders and devices), what there is not, and what is refused. Nothing is written, and nothing of the bundle is read.
import { table } from "../table.js";
import fs from "node:fs";
import promises from "node:fs/promises";

const { row, response } = table();
// Members of an error, without its stack.
function members(error) {
  if (!(error instanceof Error)) return error;
  return [error.constructor.name, error.name, error.message, Object.keys(error).filter((key) => key !== "toString").map((key) => `${key}=${error[key]}`).join(" ")];
}
const attempt = (label, make) => row(label, async () => {
  try {
    return await make();
  } catch (error) {
    return members(error);
  }
});
const shown = (list) => list.map((item) => (item instanceof URL ? item.href : typeof item === "function" ? "callback" : JSON.stringify(item))).join(", ");
async function calls(name, ...lists) {
  for (const list of lists) await attempt(`${name}(${shown(list)})`, () => fs[name](...list));
}

const PATHS = ["/nope", "/nope/x", "/tmp/x", "/tmp/a/b", "/bundle/x", "/dev/x", "/", "/tmp", "/dev", "/dev/null", "/dev/null/x", "rel", "../tmp", "/tmp/../dev/./null", undefined, null, {}, "/a\0b", Buffer.from("/nope"), new URL("file:///tmp"), new URL("file:///tmp/a%20b"), new URL("http://x/")];
const GONE = ["/nope", "/bundle/x", "/dev/x", "/tmp/x"];

export default {
  async fetch() {
    for (const path of PATHS) for (const name of ["existsSync", "accessSync", "readFileSync", "readdirSync", "readlinkSync", "realpathSync", "opendirSync"]) await calls(name, [path]);
    for (const path of PATHS) for (const name of ["statSync", "lstatSync"]) await attempt(`${name}(${shown([path])})`, () => { const { mode, size, nlink, dev, ino, mtimeMs, mtime } = fs[name](path); return [mode, size, nlink, dev, ino, mtimeMs, mtime.getTime()]; });

    for (const path of GONE.slice(0, 3)) {
      for (const [name, ...args] of [["writeFileSync", "x"], ["appendFileSync", "x"], ["mkdirSync"], ["mkdirSync", { recursive: true }], ["rmSync"], ["rmSync", { force: true, recursive: true }], ["rmdirSync"], ["unlinkSync"], ["truncateSync"], ["chmodSync", 0o777], ["chownSync", 1, 1], ["lchmodSync", 1], ["lchownSync", 1, 1], ["utimesSync", 1, 1], ["lutimesSync", 1, 1], ["renameSync", "/q"], ["copyFileSync", "/q"], ["cpSync", "/q"], ["linkSync", "/q"], ["symlinkSync", "/q"], ["mkdtempSync"], ["openSync"], ["openSync", "w"], ["openSync", "r+"], ["statfsSync"]]) await calls(name, [path, ...args]);
    }
    for (const [name, ...args] of [["rmSync"], ["rmdirSync"], ["unlinkSync"], ["truncateSync"], ["chmodSync", 1], ["utimesSync", 1, 1], ["renameSync", "/tmp/q"], ["copyFileSync", "/tmp/q"], ["linkSync", "/tmp/q"], ["symlinkSync", "/nope/q"]]) await calls(name, ["/tmp/x", ...args]);
    for (const path of ["/tmp", "/dev/null"]) {
      for (const [name, ...args] of [["mkdirSync"], ["rmSync"], ["rmdirSync"], ["unlinkSync"], ["truncateSync"], ["chmodSync", 1], ["chownSync", 1, 1], ["utimesSync", 1, 1], ["renameSync", "/q"], ["copyFileSync", "/nope/q"], ["writeFileSync", "x"], ["appendFileSync", "abc"]]) {
        if (name !== "copyFileSync" || path === "/tmp") await calls(name, [path, ...args]);
      }
    }
    for (const path of ["/dev/zero", "/dev/full", "/dev/random"]) { await calls("readFileSync", [path], [path, "utf8"]); await calls("writeFileSync", [path, "x"]); }

    await calls("chmodSync", ["/", "x"], ["/", -1], ["/"], ["/", "777"]);
    await calls("chownSync", ["/", "x", 1], ["/", -2, 1]);
    await calls("utimesSync", ["/", {}, 1], ["/", "x", 1]);
    await calls("writeFileSync", ["/nope", 5], ["/nope"], ["/nope", "x", "bad"], ["/nope", "x", { flag: "zz" }], ["/nope", "x", { mode: "x" }], ["/nope", "x", 5]);
    await calls("readFileSync", ["/nope", 5], ["/nope", "bad"], ["/nope", { flag: "zz" }], ["/nope", { encoding: "utf8" }], ["/dev/null", "utf8"], ["/dev/null"], [99], [0]);
    await calls("readdirSync", ["/", 5], ["/", "bad"], ["/", "utf8"], ["/", { encoding: "hex" }], ["/", "buffer"], ["/", { recursive: 5 }], ["/", { withFileTypes: 5 }], ["/dev", { recursive: true }]);
    await calls("mkdirSync", ["/nope", "x"], ["/nope", { recursive: 5 }], ["/nope", { mode: "x" }]);
    await calls("openSync", ["/nope", "zz"], ["/nope", 5], ["/nope", "r", "x"]);
    await calls("rmSync", ["/nope", 5], ["/nope", { force: 5 }]);
    await calls("rmdirSync", ["/nope", { recursive: 5 }]);
    await calls("readlinkSync", ["/nope", 5], ["/nope", { encoding: "bad" }]);
    await calls("realpathSync", ["/", { encoding: "buffer" }], ["."], ["/tmp/../dev"]);
    await calls("truncateSync", ["/nope", "x"], ["/nope", -1]);
    for (const name of ["symlinkSync", "renameSync", "copyFileSync", "linkSync"]) await calls(name, ["/nope"]);
    await calls("copyFileSync", ["/nope", "/q", 99]);
    await calls("cpSync", ["/nope", "/q", 5]);
    await calls("mkdtempSync", ["/nope/x"], ["/tmp/x", 5]);
    await calls("opendirSync", ["/", 5], ["/", { bufferSize: -1 }]);
    await calls("accessSync", ["/nope", "x"], ["/", 4], ["/", 1], ["/tmp", 2], ["/dev/null", 2], ["/dev", 2], ["/", 99]);
    for (const name of ["statSync", "lstatSync"]) await calls(name, ["/", 5], ["/", { bigint: 5 }], ["/", { throwIfNoEntry: 5 }], ["/nope", { throwIfNoEntry: false }]);
    await calls("statfsSync", ["/", { bigint: true }]);
    for (const fd of [99, -1, "x", undefined, 1.5]) {
      for (const name of ["closeSync", "fstatSync", "fsyncSync", "fdatasyncSync", "ftruncateSync"]) await calls(name, [fd]);
      await calls("writeSync", [fd, "x"]);
      await calls("readSync", [fd, Buffer.alloc(2)]);
      await calls("readvSync", [fd, [Buffer.alloc(2)]]);
      await calls("writevSync", [fd, [Buffer.alloc(2)]]);
    }
    for (const name of ["ftruncateSync", "futimesSync", "fchmodSync", "fchownSync", "fsyncSync"]) await calls(name, [1, 1, 1]);
    await calls("readSync", [0], [0, 5], [0, Buffer.alloc(2), 5], [0, Buffer.alloc(2)]);
    await calls("writeSync", [1], [1, 5], [1, ""]);
    await calls("readvSync", [0, 5], [0, [5]]);
    await calls("writevSync", [1, 5], [1, []]);
    await row("standard streams", () => [0, 1, 2].map((fd) => fs.fstatSync(fd).mode));
    await row("descriptors", () => { const fd = fs.openSync("/dev/null"); const seen = [fd > 2, fs.fstatSync(fd).isCharacterDevice(), fs.readSync(fd, Buffer.alloc(4)), fs.writeSync(fd, "abc"), fs.readFileSync(fd).length, fs.closeSync(fd)]; try { fs.fstatSync(fd); } catch (error) { seen.push(error.code); } return seen; });
    await row("a folder cannot be read", () => { const fd = fs.openSync("/tmp"); return fs.readFileSync(fd); });

    await row("Stats", () => { const { birthtimeMs, blksize, isDirectory, isFile, mode, uid } = fs.statSync("/"); const stats = fs.statSync("/dev/null"); return [birthtimeMs, blksize, mode, uid, isDirectory.name, isFile.name, stats.isFile(), stats.isDirectory(), stats.isCharacterDevice(), stats.isSymbolicLink(), Object.keys(stats).join()]; });
    await row("Stats bigint", () => { const { mode, atimeNs, size } = fs.statSync("/", { bigint: true }); return [mode, atimeNs, size]; });
    await row("Dirent", () => fs.readdirSync("/dev", { withFileTypes: true }).map((entry) => [entry.name, entry.parentPath, entry.isFile(), entry.isCharacterDevice(), Object.keys(entry).join()]));
    await row("new Dirent", () => { const entry = new fs.Dirent("n", 2, "/p"); return [entry.name, entry.parentPath, entry.isDirectory(), entry.isFile()]; });
    await row("Dir", async () => { const folder = fs.opendirSync("/"); const seen = [folder.path, folder.readSync().name, (await folder.read()).name, folder.readSync().name, folder.readSync(), folder.closeSync()]; try { folder.readSync(); } catch (error) { seen.push(error.code, error.message); } return seen; });
    await row("Dir iterated", async () => { const names = []; for await (const entry of fs.opendirSync("/dev")) names.push(entry.name); return names; });
    for (const name of ["Stats", "Dir"]) await attempt(`new ${name}`, () => new fs[name]());
    await attempt("new FileHandle", () => new promises.FileHandle());
    for (const name of ["watch", "watchFile", "unwatchFile"]) await calls(name, ["/nope"]);
    await attempt("promises.watch", () => promises.watch("/nope"));
    await attempt("openAsBlob", () => fs.openAsBlob("/nope"));
    await calls("existsSync", [5], [{}]);

    for (const [name, ...args] of [["readFile", "/nope"], ["stat", "/nope"], ["lstat", "/nope"], ["access", "/nope"], ["access", "/"], ["readdir", "/"], ["readdir", "/nope"], ["writeFile", "/nope", "x"], ["appendFile", "/nope", "x"], ["mkdir", "/x"], ["open", "/nope"], ["rm", "/x"], ["realpath", "/"], ["mkdtemp", "/x"], ["statfs", "/"], ["cp", "/a", "/b"], ["readlink", "/"], ["unlink", "/nope"], ["chmod", "/", 1], ["readFile"], ["stat", 5.5]]) {
      await attempt(`promises.${name}(${shown(args)})`, () => promises[name](...args));
      if (args.length === 0 || typeof args[0] !== "string") continue;
      await row(`${name}(${shown(args)}, callback)`, () => new Promise((resolve) => {
        const result = fs[name](...args, (...answer) => resolve([result, ...answer.map(members)]));
      }));
    }
    for (const name of ["readFile", "stat", "access", "readdir", "writeFile", "open", "realpath"]) await attempt(`${name} without callback`, () => fs[name]("/nope", ...(name === "writeFile" ? ["x"] : [])));
    await row("exists", () => new Promise((resolve) => fs.exists("/", (...answer) => resolve(answer))));
    await row("close", () => new Promise((resolve) => fs.close(9, (...answer) => resolve(answer))));
    await row("native", () => [fs.realpathSync.native("/"), typeof fs.realpath.native]);
    await row("FileHandle", async () => { const handle = await promises.open("/dev/null"); return [handle.fd > 2, (await handle.readFile()).length, (await handle.stat()).isCharacterDevice(), (await handle.read(Buffer.alloc(4))).bytesRead, await handle.close(), handle.fd]; });

    await row("ReadStream", () => new Promise((resolve) => { const stream = fs.createReadStream("/nope"); stream.on("error", (error) => resolve(members(error))); stream.resume(); }));
    await row("ReadStream of nothing", async () => { const chunks = []; for await (const chunk of fs.createReadStream("/dev/null")) chunks.push(chunk); return chunks; });
    await row("ReadStream fields", () => { const { autoClose, bytesRead, end, fd, flags, mode, path, pending, start } = fs.createReadStream("/dev/null"); return [path, flags, mode, fd, start, end, pending, bytesRead, autoClose]; });
    await row("WriteStream", () => new Promise((resolve) => { const stream = fs.createWriteStream("/nope"); stream.on("error", (error) => resolve(members(error))); stream.end("x"); }));
    await row("WriteStream to nothing", () => new Promise((resolve) => { const stream = fs.createWriteStream("/dev/null"); stream.on("finish", () => resolve(stream.bytesWritten)); stream.end("abc"); }));
    for (const options of [5, { start: "x" }, { start: 5, end: 1 }, { encoding: "bad" }, { fd: "x" }, { fs: 5 }, { flags: 5 }, { mode: "x" }, { highWaterMark: "x" }]) await attempt(`createReadStream ${JSON.stringify(options)}`, () => typeof fs.createReadStream("/nope", options).on("error", () => {}));
    await attempt("createReadStream without path", () => fs.createReadStream());
    await row("promises", () => [Object.prototype.toString.call(fs.promises), fs.promises.readFile === promises.readFile, fs.constants === promises.constants]);
    return response();
  },
};
