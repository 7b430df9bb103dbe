// `node:fs`: the functions of fs/sync.js, also with callbacks, and the classes.

(function () {
const { core, primordials } = __bootstrap;
const { ObjectKeys, ReflectApply, StringPrototypeStartsWith } = primordials;
const { shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { validateFunction } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { namespaceOf } = core.loadExtScript("ext:denizen/node/internal/namespace.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { constants } = core.loadExtScript("ext:denizen/node/fs/constants.js");
const { Dir, Dirent, Stats } = core.loadExtScript("ext:denizen/node/fs/classes.js");
const { ReadStream, WriteStream } = core.loadExtScript("ext:denizen/node/fs/streams.js");
const { sync, unsupported } = core.loadExtScript("ext:denizen/node/fs/sync.js");
const { default: promises } = core.loadExtScript("ext:denizen/node/fs_promises.js");

// Calls the last argument with what `inner` gives. Wrong arguments throw.
function withCallback(inner) {
  return (...args) => {
    let last = args.length - 1;
    while (last >= 0 && typeof args[last] !== "function") last--;
    const callback = args[last];
    validateFunction(callback, "callback");
    args.length = last;
    let value;
    try {
      value = ReflectApply(inner, undefined, args);
    } catch (error) {
      if (typeof error.code !== "string" || StringPrototypeStartsWith(error.code, "ERR_INVALID") || error.code === "ERR_OUT_OF_RANGE") throw error;
      nextTick(callback, error);
      return;
    }
    if (value === undefined) nextTick(callback, null);
    else nextTick(callback, null, value);
  };
}

const LENGTHS = {
  access: 1, appendFile: 4, chmod: 3, chown: 4, close: 1, copyFile: 2, cp: 4, fchmod: 3, fchown: 4, fdatasync: 2, fstat: 3, fsync: 1,
  ftruncate: 3, futimes: 4, glob: 3, lchmod: 3, lchown: 4, lutimes: 4, link: 3, lstat: 3, mkdir: 3, mkdtemp: 3, open: 1, opendir: 3, read: 6,
  readFile: 3, readdir: 3, readlink: 3, readv: 4, realpath: 3, rename: 3, rm: 3, rmdir: 3, stat: 3, statfs: 3, symlink: 4, truncate: 3,
  unlink: 2, utimes: 4, write: 6, writeFile: 4, writev: 4,
};
const called = {};
const names = ObjectKeys(LENGTHS);
for (let i = 0; i < names.length; i++) called[names[i]] = shaped(withCallback(sync[`${names[i]}Sync`]), names[i], LENGTHS[names[i]]);
// Who closes a file need not hear of it.
called.close = shaped((fd, callback) => {
  sync.closeSync(fd);
  if (callback !== undefined) {
    validateFunction(callback, "callback");
    nextTick(callback, null);
  }
}, "close", 1);
called.realpath.native = called.realpath;

function exists(path, callback) {
  const found = sync.existsSync(path);
  if (typeof callback === "function") nextTick(callback, found);
}
function createReadStream(path) {
  return new ReadStream(path, arguments[1]);
}
function createWriteStream(path) {
  return new WriteStream(path, arguments[1]);
}
const refuse = (name) => shaped(() => {
  throw unsupported();
}, name, 0);
const openAsBlob = shaped(async (path) => {
  const fd = sync.openSync(path);
  sync.closeSync(fd);
  return new (core.loadExtScript("ext:deno_web/09_file.js").Blob)([sync.readFileSync(path)]);
}, "openAsBlob", 1);

const order = [
  "access", "appendFile", "chmod", "chown", "close", "copyFile", "cp", "exists", "fchmod", "fchown", "fdatasync", "fstat", "fsync", "ftruncate",
  "futimes", "glob", "lchmod", "lchown", "link", "lstat", "lutimes", "mkdir", "mkdtemp", "open", "opendir", "read", "readFile", "readdir",
  "readlink", "readv", "realpath", "rename", "rm", "rmdir", "stat", "statfs", "symlink", "truncate", "unlink", "unwatchFile", "utimes",
  "watch", "watchFile", "write", "writeFile", "writev",
];
const all = { ...called, exists, unwatchFile: refuse("unwatchFile"), watch: refuse("watch"), watchFile: refuse("watchFile") };
const exported = {
  constants, F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, promises: namespaceOf(promises), Dirent, Dir, Stats,
};
for (let i = 0; i < order.length; i++) exported[order[i]] = all[order[i]];
const syncNames = ObjectKeys(sync);
for (let i = 0; i < syncNames.length; i++) exported[syncNames[i]] = sync[syncNames[i]];
exported.WriteStream = WriteStream;
exported.ReadStream = ReadStream;
exported.FileWriteStream = WriteStream;
exported.FileReadStream = ReadStream;
exported.createReadStream = createReadStream;
exported.createWriteStream = createWriteStream;
exported.openAsBlob = openAsBlob;

return { ...exported, default: exported };
})();
