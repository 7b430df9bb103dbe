// The functions of `node:fs` that answer at once.
//
// Owns the checks of arguments and the answers. Nothing can be written: outside of /tmp as in workerd, and in /tmp because there are
// no files yet, which the error says.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayBufferIsView, ArrayIsArray, ArrayPrototypeIncludes, ArrayPrototypePush, DataViewPrototypeGetByteLength, Date, NumberIsInteger,
  NumberParseInt, ObjectKeys, RegExpPrototypeTest, StringPrototypeEndsWith, StringPrototypeSlice, StringPrototypeStartsWith, TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetSymbolToStringTag,
} = primordials;
const { shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const {
  invalidArgType, invalidArgValue, methodNotImplemented, nodeError, outOfRange, unknownEncoding, validateBoolean, validateInteger, validateInt32,
  validateObject, validateOneOf,
} = core.loadExtScript("ext:denizen/node/internal/errors.js");
// Loaded when it is needed, since many packages import `node:fs` and use nothing of it.
const buffers = () => core.loadExtScript("ext:denizen/node/buffer.js").Buffer;
const {
  DEVICE, FOLDER, badDescriptor, close, fileError, find, folderOf, isFolder, isTemporary, missing, nameOf, open, opened, refused, toPath, unknown,
} = core.loadExtScript("ext:denizen/node/fs/tree.js");
const { Dir, direntOf, statsOf } = core.loadExtScript("ext:denizen/node/fs/classes.js");

const FLAGS = ["r", "r+", "rs", "rs+", "sr", "sr+", "w", "wx", "xw", "w+", "wx+", "xw+", "a", "ax", "xa", "as", "sa", "a+", "ax+", "xa+", "as+", "sa+"];
const O_CREAT = 64;
const O_ACCESS = 3;

const unsupported = () => nodeError("ERR_UNSUPPORTED_OPERATION", "The requested operation is unsupported");
const absentFile = (name) => methodNotImplemented(`fs.${name} method`);

// Options that may be the name of an encoding.
function optionsOf(options, preset = undefined) {
  const given = typeof options === "string" ? { __proto__: null, encoding: options } : options ?? { __proto__: null };
  validateObject(given, "options");
  const { encoding = preset } = given;
  if (encoding !== undefined && encoding !== null && encoding !== "buffer" && !buffers().isEncoding(encoding)) {
    throw invalidArgValue("options.encoding", encoding, "is invalid");
  }
  return { __proto__: null, given, encoding: encoding ?? undefined };
}
function checkBooleans(options, names) {
  if (options === undefined) return;
  validateObject(options, "options");
  for (let i = 0; i < names.length; i++) {
    if (options[names[i]] !== undefined) validateBoolean(options[names[i]], `options.${names[i]}`);
  }
}
function checkMode(mode, name) {
  let value = mode;
  if (typeof value === "string") {
    if (!RegExpPrototypeTest(/^[0-7]+$/, value)) throw invalidArgValue(name, value, "must be a 32-bit unsigned integer or an octal string");
    value = NumberParseInt(value, 8);
  }
  checkSize(value, name);
}
function checkSize(value, name) {
  if (typeof value !== "number") throw invalidArgType(name, "number", value);
  if (!NumberIsInteger(value)) throw outOfRange(name, "an integer", value);
  if (value < 0 || value >= 4294967296) throw outOfRange(name, ">= 0 && < 4294967296", value);
}
// What flags of `open` ask for.
function readFlags(flags) {
  if (flags === undefined || flags === null) return { __proto__: null, write: false, create: false };
  if (typeof flags === "number") {
    validateInt32(flags, "flags");
    return { __proto__: null, write: (flags & O_ACCESS) !== 0, create: (flags & O_CREAT) !== 0 };
  }
  if (!ArrayPrototypeIncludes(FLAGS, flags)) throw invalidArgValue("flags", flags);
  const create = !StringPrototypeStartsWith(flags, "r") && !StringPrototypeStartsWith(flags, "sr");
  return { __proto__: null, write: create || StringPrototypeEndsWith(flags, "+"), create };
}
function checkDescriptor(fd) {
  if (typeof fd !== "number") throw invalidArgType("fd", "number", fd);
  validateInteger(fd, "fd", 0, 2147483647);
}
function checkOwner(uid, gid) {
  if (typeof uid !== "number") throw invalidArgType("uid", "number", uid);
  if (!(uid >= -1 && uid <= 4294967295)) throw outOfRange("uid", ">= -1 && <= 4294967295", uid);
  if (typeof gid !== "number") throw invalidArgType("gid", "number", gid);
  if (!(gid >= -1 && gid <= 4294967295)) throw outOfRange("gid", ">= -1 && <= 4294967295", gid);
}
function checkTime(time) {
  if (typeof time !== "number" && typeof time !== "string" && typeof time !== "bigint" && !(time instanceof Date)) {
    throw invalidArgType("time", ["string", "number", "bigint", "Date"], time);
  }
}
function lengthOf(view) {
  return TypedArrayPrototypeGetSymbolToStringTag(view) === undefined ? DataViewPrototypeGetByteLength(view) : TypedArrayPrototypeGetByteLength(view);
}
function dataLength(data, name) {
  if (typeof data === "string") return buffers().byteLength(data);
  if (!ArrayBufferIsView(data)) throw invalidArgType(name, ["string", "Buffer", "TypedArray", "DataView"], data);
  return lengthOf(data);
}
function viewsLength(views) {
  if (!ArrayIsArray(views)) throw invalidArgType("buffer", "ArrayBufferView[]", views);
  let length = 0;
  for (let i = 0; i < views.length; i++) {
    if (!ArrayBufferIsView(views[i])) throw invalidArgType("buffer", "ArrayBufferView[]", views);
    length += lengthOf(views[i]);
  }
  return length;
}
function inEncoding(text, encoding) {
  if (encoding === undefined || encoding === "utf8") return text;
  return encoding === "buffer" ? buffers().from(text) : buffers().from(text).toString(encoding);
}
const canWrite = (node) => (node.mode & 0o222) !== 0;

// Refuses to write a file: as workerd does, but in /tmp, where it would.
function refuseWriting(path, name, syscall) {
  if (isTemporary(path)) throw absentFile(name);
  throw refused(syscall);
}

function readFolder(path, given, encoding, into, prefix) {
  const node = find(path);
  const inside = path === "/" ? "/" : `${path}/`;
  for (let i = 0; i < node.names.length; i++) {
    const name = node.names[i];
    const child = find(`${inside}${name}`);
    ArrayPrototypePush(into, given.withFileTypes ? direntOf(child, inEncoding(name, encoding), path) : inEncoding(`${prefix}${name}`, encoding));
    if (given.recursive && child.kind === FOLDER) readFolder(`${inside}${name}`, given, encoding, into, `${prefix}${name}/`);
  }
}

function writeAll(fileName, file, data, options) {
  const byDescriptor = typeof file === "number";
  const path = byDescriptor ? undefined : toPath(file);
  if (typeof data !== "string" && !ArrayBufferIsView(data)) throw invalidArgType("data", ["string", "Buffer", "TypedArray", "DataView"], data);
  const { given } = optionsOf(options);
  if (given.flag !== undefined && given.flag !== null) readFlags(given.flag);
  if (given.mode !== undefined) checkMode(given.mode, "options.mode");
  const length = dataLength(data, "data");
  const node = byDescriptor ? opened(file, "fwrite") : find(path);
  if (node === undefined) refuseWriting(path, fileName, "writeAll");
  if (node.kind === FOLDER) throw isFolder("writeAll");
  if (!canWrite(node)) throw refused("writeAll");
  print(byDescriptor ? file : -1, data);
  return length;
}
// What is written to descriptors 1 and 2 goes to the log.
function print(fd, data) {
  if (fd !== 1 && fd !== 2) return;
  const process = core.loadExtScript("ext:denizen/node/process.js").default;
  const stream = fd === 1 ? process.stdout : process.stderr;
  stream.write(typeof data === "string" ? data : buffers().from(data.buffer, data.byteOffset, data.byteLength).toString());
}
function changeNode(path, syscall, error = missing) {
  if (find(path) === undefined) throw error(syscall, path);
}
function statNode(syscall, file, options) {
  if (typeof file === "number") return functions.fstatSync(file, options);
  const path = toPath(file);
  checkBooleans(options, ["bigint", "throwIfNoEntry"]);
  const node = find(path);
  if (node === undefined) {
    if (options?.throwIfNoEntry === false) return undefined;
    throw unknown(syscall, path);
  }
  return statsOf(node, options?.bigint);
}
function linkNode(existing, target) {
  const from = toPath(existing);
  const to = toPath(target);
  return { __proto__: null, from, to, node: find(from) };
}

const functions = {
  accessSync(path, mode) {
    const where = toPath(path);
    if (mode !== undefined) {
      if (typeof mode !== "number") throw invalidArgType("mode", "number", mode);
      validateInteger(mode, "mode", 0, 7);
    }
    const node = find(where);
    const wanted = mode ?? 0;
    if (node === undefined || (wanted & 1) !== 0 || ((wanted & 2) !== 0 && !canWrite(node))) throw unknown("access", where);
  },
  existsSync(path) {
    try {
      return find(toPath(path)) !== undefined;
    } catch {
      return false;
    }
  },
  appendFileSync: (path, data, options) => writeAll("appendFileSync", path, data, options),
  chmodSync(path, mode) {
    checkMode(mode, "mode");
    changeNode(toPath(path), "chmod", unknown);
  },
  chownSync(path, uid, gid) {
    checkOwner(uid, gid);
    changeNode(toPath(path), "chown", unknown);
  },
  closeSync(fd) {
    checkDescriptor(fd);
    if (fd > 2) close(fd);
  },
  copyFileSync(src, dest, mode) {
    const { from, node, to } = linkNode(src, dest);
    if (mode !== undefined) validateOneOf(mode, "mode", [0, 1, 4, 2]);
    if (node === undefined) throw missing("copy", from);
    if (find(folderOf(to)) === undefined) throw missing("copy", nameOf(to));
    if (node.kind === FOLDER) throw isFolder("copy");
    refuseWriting(to, "copyFileSync", "copy");
  },
  cpSync(src, dest, options) {
    const { from, node, to } = linkNode(src, dest);
    if (options !== undefined) validateObject(options, "options");
    if (node === undefined) throw missing("cp", from);
    refuseWriting(to, "cpSync", "cp");
  },
  fchmodSync(fd, mode) {
    checkDescriptor(fd);
    checkMode(mode, "mode");
    opened(fd, "fstat");
  },
  fchownSync(fd, uid, gid) {
    checkDescriptor(fd);
    checkOwner(uid, gid);
    opened(fd, "fstat");
  },
  fdatasyncSync(fd) {
    checkDescriptor(fd);
    opened(fd, "fstat");
  },
  fstatSync(fd, options) {
    checkDescriptor(fd);
    checkBooleans(options, ["bigint"]);
    return statsOf(opened(fd, "fstat"), options?.bigint);
  },
  fsyncSync(fd) {
    checkDescriptor(fd);
    opened(fd, "fstat");
  },
  ftruncateSync(fd, len) {
    checkDescriptor(fd);
    if (len !== undefined) checkSize(len, "len");
    const node = opened(fd, "ftruncate");
    if (node.kind !== DEVICE) throw refused("ftruncate");
  },
  futimesSync(fd, atime, mtime) {
    checkDescriptor(fd);
    checkTime(atime);
    checkTime(mtime);
    const node = opened(fd, "futimes");
    if (node.kind !== DEVICE && node.kind !== FOLDER) throw refused("futimes");
  },
  globSync(pattern, options) {
    throw absentFile("globSync");
  },
  lchmodSync(path, mode) {
    checkMode(mode, "mode");
    changeNode(toPath(path), "lchmod", unknown);
  },
  lchownSync(path, uid, gid) {
    checkOwner(uid, gid);
    // workerd forgets the path.
    changeNode(toPath(path), "lchown", (syscall) => unknown(syscall, undefined));
  },
  lutimesSync(path, atime, mtime) {
    functions.utimesSync(path, atime, mtime);
  },
  linkSync(existingPath, newPath) {
    const { from, node, to } = linkNode(existingPath, newPath);
    if (node === undefined) throw fileError("File not found", "ENOENT", "link", from);
    if (node.kind === FOLDER) throw fileError("Cannot hardlink to a directory", "EPERM", "link", undefined);
    refuseWriting(to, "linkSync", "link");
  },
  lstatSync: (path, options) => statNode("lstat", path, options),
  mkdirSync(path, options) {
    const where = toPath(path);
    if (options !== undefined && typeof options !== "number") {
      checkBooleans(options, ["recursive"]);
      if (options.mode !== undefined) checkMode(options.mode, "mode");
    }
    const node = find(where);
    if (node === undefined) refuseWriting(where, "mkdirSync", "mkdir");
    if (node.kind !== FOLDER) throw fileError("file already exists", "EEXIST", "mkdir", undefined);
  },
  mkdtempSync(prefix, options) {
    const where = toPath(prefix);
    optionsOf(options);
    if (isTemporary(where)) throw absentFile("mkdtempSync");
    if (find(folderOf(where)) === undefined) throw missing("mkdir", nameOf(where));
    throw refused("mkdir");
  },
  opendirSync(path, options) {
    const where = toPath(path);
    const { given, encoding } = optionsOf(options);
    if (given.bufferSize !== undefined) checkSize(given.bufferSize, "options.bufferSize");
    checkBooleans(given, ["recursive"]);
    const entries = functions.readdirSync(where, { __proto__: null, withFileTypes: true, recursive: given.recursive, encoding });
    // workerd's entries of an open folder do not say where they are.
    for (let i = 0; i < entries.length; i++) entries[i].parentPath = undefined;
    return new Dir(entries, where, given);
  },
  openSync(path, flags, mode) {
    const where = toPath(path);
    const { create, write } = readFlags(flags);
    if (mode !== undefined) checkMode(mode, "mode");
    const node = find(where);
    if (node === undefined) {
      if (!create) throw missing("open", where);
      if (isTemporary(where)) throw absentFile("openSync");
      throw fileError(`operation not permitted, open '${where}'`, "EPERM", "open", where);
    }
    if (write && node.kind === FOLDER) throw fileError(`illegal operation on a directory, open '${where}'`, "EISDIR", "open", where);
    return open(node);
  },
  readdirSync(path, options) {
    const where = toPath(path);
    const { given, encoding } = optionsOf(options);
    checkBooleans(given, ["recursive", "withFileTypes"]);
    const node = find(where);
    if (node === undefined) throw missing("readdir", where);
    if (node.kind !== FOLDER) throw fileError(`not a directory, readdir '${where}'`, "ENOTDIR", "readdir", where);
    const entries = [];
    // In depth, workerd's names begin at the root.
    readFolder(where, given, encoding, entries, given.recursive && where !== "/" ? `${StringPrototypeSlice(where, 1)}/` : "");
    return entries;
  },
  readFileSync(path, options) {
    const byDescriptor = typeof path === "number";
    if (byDescriptor) checkDescriptor(path);
    const where = byDescriptor ? undefined : toPath(path);
    const { encoding, given } = optionsOf(options);
    if (given.flag !== undefined) readFlags(given.flag);
    const node = byDescriptor ? opened(path, "fread") : find(where);
    if (node === undefined) throw missing("readAll", where);
    if (node.kind === FOLDER) throw byDescriptor ? badDescriptor("fread") : isFolder("readAll");
    return encoding === undefined || encoding === "buffer" ? buffers().alloc(0) : "";
  },
  readlinkSync(path, options) {
    const where = toPath(path);
    optionsOf(options);
    if (find(where) === undefined) throw missing("readlink", where);
    throw fileError("invalid argument", "EINVAL", "readlink", undefined);
  },
  readSync(fd, buffer, offset, length, position) {
    checkDescriptor(fd);
    if (!ArrayBufferIsView(buffer)) throw invalidArgType("buffer", ["Buffer", "TypedArray", "DataView"], buffer);
    const options = typeof offset === "object" && offset !== null ? offset : { __proto__: null, offset, length };
    const from = options.offset ?? 0;
    const size = options.length ?? lengthOf(buffer) - from;
    checkSize(from, "offset");
    checkSize(size, "length");
    const node = opened(fd, "read");
    if (node.kind === FOLDER) throw isFolder("read");
    return 0;
  },
  readvSync(fd, buffers, position) {
    checkDescriptor(fd);
    viewsLength(buffers);
    const node = opened(fd, "read");
    if (node.kind === FOLDER) throw isFolder("read");
    return 0;
  },
  realpathSync(path, options) {
    const where = toPath(path);
    const { encoding } = optionsOf(options);
    if (encoding === "buffer") throw unknownEncoding(encoding);
    if (find(where) === undefined) throw missing("readlink", where);
    return inEncoding(where, encoding);
  },
  renameSync(oldPath, newPath) {
    const { from, node } = linkNode(oldPath, newPath);
    if (node === undefined && isTemporary(from)) throw missing("rename", from);
    throw refused("rename");
  },
  rmdirSync(path, options) {
    const where = toPath(path);
    checkBooleans(options, ["recursive"]);
    if (isTemporary(where)) throw missing("rm", nameOf(where));
    throw refused("rm");
  },
  rmSync(path, options) {
    const where = toPath(path);
    checkBooleans(options, ["force", "recursive"]);
    // In /tmp workerd does not mind that there is nothing.
    if (!isTemporary(where)) throw refused("rm");
  },
  statSync: (path, options) => statNode("stat", path, options),
  statfsSync(path, options) {
    toPath(path);
    checkBooleans(options, ["bigint"]);
    const zero = options?.bigint ? 0n : 0;
    return { type: zero, bsize: zero, blocks: zero, bfree: zero, bavail: zero, files: zero, ffree: zero };
  },
  symlinkSync(target, path, type) {
    const { from, to } = linkNode(target, path);
    if (isTemporary(to)) throw absentFile("symlinkSync");
    if (find(folderOf(to)) === undefined) throw fileError("Directory does not exist", "ENOENT", "link", from);
    throw refused("link");
  },
  truncateSync(path, len) {
    const where = toPath(path);
    if (len !== undefined) checkSize(len, "len");
    const node = find(where);
    if (node === undefined) throw missing("ftruncate", where);
    if (node.kind === FOLDER) throw isFolder("ftruncate");
  },
  unlinkSync(path) {
    const where = toPath(path);
    const node = find(where);
    if (node === undefined) throw fileError("File not found", "ENOENT", "unlink", nameOf(where));
    if (node.kind === FOLDER) throw fileError("Cannot unlink a directory", "EISDIR", "unlink", undefined);
    throw refused("unlink");
  },
  utimesSync(path, atime, mtime) {
    checkTime(atime);
    checkTime(mtime);
    changeNode(toPath(path), "utimes");
  },
  writeFileSync: (path, data, options) => writeAll("writeFileSync", path, data, options),
  writeSync(fd, buffer, offset, length, position) {
    checkDescriptor(fd);
    const size = dataLength(buffer, "buffer");
    const node = opened(fd, "write");
    if (node.kind === FOLDER) throw isFolder("write");
    print(fd, buffer);
    return size;
  },
  writevSync(fd, buffers, position) {
    checkDescriptor(fd);
    const size = viewsLength(buffers);
    const node = opened(fd, "write");
    if (node.kind === FOLDER) throw isFolder("write");
    for (let i = 0; i < buffers.length; i++) print(fd, buffers[i]);
    return size;
  },
};

const LENGTHS = {
  accessSync: 1, existsSync: 1, appendFileSync: 2, chmodSync: 2, chownSync: 3, closeSync: 1, copyFileSync: 2, cpSync: 2, fchmodSync: 2,
  fchownSync: 3, fdatasyncSync: 1, fstatSync: 1, fsyncSync: 1, ftruncateSync: 1, futimesSync: 3, globSync: 1, lchmodSync: 2, lchownSync: 3,
  lutimesSync: 3, linkSync: 2, lstatSync: 1, mkdirSync: 1, mkdtempSync: 1, opendirSync: 1, openSync: 1, readdirSync: 1, readFileSync: 1,
  readlinkSync: 1, readSync: 2, readvSync: 2, realpathSync: 1, renameSync: 2, rmdirSync: 1, rmSync: 1, statSync: 1, statfsSync: 1,
  symlinkSync: 2, truncateSync: 1, unlinkSync: 1, utimesSync: 3, writeFileSync: 2, writeSync: 2, writevSync: 2,
};
const names = ObjectKeys(LENGTHS);
const sync = {};
for (let i = 0; i < names.length; i++) sync[names[i]] = shaped(functions[names[i]], names[i], LENGTHS[names[i]]);
sync.realpathSync.native = sync.realpathSync;

return { optionsOf, checkMode, sync, unsupported };
})();
