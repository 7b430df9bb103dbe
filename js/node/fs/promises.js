// The functions of `node:fs/promises`, and file handles.

(function () {
const { core, primordials } = __bootstrap;
const { Error, ObjectKeys, PromiseReject, PromiseResolve, ReflectApply, Symbol, SymbolAsyncDispose, TypeError } = primordials;
const { absent, addMethods, shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { sync } = core.loadExtScript("ext:denizen/node/fs/sync.js");
const EventEmitter = core.loadExtScript("ext:denizen/node/events.js").default;

const token = Symbol("denizen.made");

// A function whose promise is what `inner` does.
function later(inner, name, length) {
  return shaped((...args) => {
    try {
      return PromiseResolve(ReflectApply(inner, undefined, args));
    } catch (error) {
      return PromiseReject(error);
    }
  }, name, length);
}

class FileHandle extends EventEmitter {
  #fd;
  constructor(made, fd) {
    if (made !== token) throw new TypeError("Illegal constructor");
    super();
    this.#fd = fd;
  }
  get fd() {
    return this.#fd;
  }
  close() {
    if (this.#fd !== undefined) sync.closeSync(this.#fd);
    this.#fd = undefined;
    return PromiseResolve();
  }
  async [SymbolAsyncDispose]() {
    await this.close();
  }
}
// Methods that are a function of `node:fs` with a file descriptor, and the number of their parameters.
const HANDLE = {
  appendFile: ["appendFileSync", 1], chmod: ["fchmodSync", 1], chown: ["fchownSync", 2], datasync: ["fdatasyncSync", 0], sync: ["fsyncSync", 0],
  readFile: ["readFileSync", 0], stat: ["fstatSync", 0], truncate: ["ftruncateSync", 0], utimes: ["futimesSync", 2],
  writeFile: ["writeFileSync", 1],
};
const handleNames = ObjectKeys(HANDLE);
for (let i = 0; i < handleNames.length; i++) {
  const inner = sync[HANDLE[handleNames[i]][0]];
  const method = shaped(function (...args) {
    return later(inner, "", 0)(this.fd, args[0], args[1]);
  }, handleNames[i], HANDLE[handleNames[i]][1]);
  addMethods(FileHandle.prototype, { [handleNames[i]]: method });
}
// Those whose answer has the number of bytes and the buffers.
function counted(name, length, inner, count, holder) {
  addMethods(FileHandle.prototype, {
    [name]: shaped(function (...args) {
      return later(() => ({ [count]: inner(this.fd, args[0], args[1], args[2], args[3]), [holder]: args[0] }), "", 0)();
    }, name, length),
  });
}
counted("read", 0, sync.readSync, "bytesRead", "buffer");
counted("readv", 1, sync.readvSync, "bytesRead", "buffers");
counted("write", 1, sync.writeSync, "bytesWritten", "buffer");
counted("writev", 1, sync.writevSync, "bytesWritten", "buffers");
addMethods(FileHandle.prototype, {
  readLines: absent("readLines", 0, "fs.FileHandle.readLines"),
  readableWebStream: absent("readableWebStream", 0, "fs.FileHandle.readableWebStream"),
  createReadStream(options = undefined) {
    return core.loadExtScript("ext:denizen/node/fs/streams.js").ReadStream("", { ...options, fd: this.fd });
  },
  createWriteStream(options = undefined) {
    return core.loadExtScript("ext:denizen/node/fs/streams.js").WriteStream("", { ...options, fd: this.fd });
  },
});

const LENGTHS = {
  access: 1, appendFile: 2, chmod: 2, chown: 3, copyFile: 3, cp: 3, lchmod: 2, lchown: 3, link: 2, lstat: 1, lutimes: 3, mkdir: 1, mkdtemp: 1,
  opendir: 1, readFile: 1, readdir: 1, readlink: 1, realpath: 1, rename: 2, rm: 1, rmdir: 2, stat: 1, statfs: 1, symlink: 2, truncate: 1,
  unlink: 1, utimes: 3, writeFile: 2,
};
const made = {
  FileHandle,
  async *glob(pattern) {
    sync.globSync(pattern);
  },
  open: later((path, flags, mode) => new FileHandle(token, sync.openSync(path, flags, mode)), "open", 3),
  watch() {
    throw new Error("Not implemented");
  },
};
const names = ObjectKeys(LENGTHS);
for (let i = 0; i < names.length; i++) made[names[i]] = later(sync[`${names[i]}Sync`], names[i], LENGTHS[names[i]]);

return { promises: made };
})();
