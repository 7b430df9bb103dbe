// The file system that a Worker sees: the folders and devices of workerd's, and no files.
//
// Owns paths, what lies where, and the errors of files. It must not know the functions of `node:fs`.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayPrototypePop, ArrayPrototypePush, Error, ErrorCaptureStackTrace, SafeMap, StringPrototypeIncludes, StringPrototypeLastIndexOf,
  StringPrototypeSlice, StringPrototypeSplit, StringPrototypeStartsWith, TypeError, TypedArrayPrototypeGetSymbolToStringTag,
} = primordials;
const { invalidArgType, invalidArgValue, nodeError } = core.loadExtScript("ext:denizen/node/internal/errors.js");
// Loaded when it is needed, since many packages import `node:fs` and use nothing of it.
const buffers = () => core.loadExtScript("ext:denizen/node/buffer.js").Buffer;

const isUrl = (value) => typeof value === "object" && value !== null && typeof value.href === "string" && typeof value.protocol === "string";

const FOLDER = "folder";
const DEVICE = "device";
const STREAM = "stream";
const EVERYONE_READS = 0o444;
const EVERYONE_WRITES = 0o666;

const nodes = new SafeMap();
function add(path, kind, mode, names = undefined) {
  nodes.set(path, { __proto__: null, path, kind, mode, names });
}
add("/", FOLDER, 0o040000 | EVERYONE_READS, ["bundle", "tmp", "dev"]);
add("/bundle", FOLDER, 0o040000 | EVERYONE_READS, []);
add("/tmp", FOLDER, 0o040000 | EVERYONE_WRITES, []);
add("/dev", FOLDER, 0o040000 | EVERYONE_READS, ["null", "zero", "full", "random"]);
add("/dev/null", DEVICE, 0o020000 | EVERYONE_WRITES);
add("/dev/zero", DEVICE, 0o020000 | EVERYONE_WRITES);
add("/dev/full", DEVICE, 0o020000 | EVERYONE_READS);
add("/dev/random", DEVICE, 0o020000 | EVERYONE_READS);
/** What file descriptors 0, 1 and 2 are. */
const standard = { __proto__: null, path: "", kind: STREAM, mode: 0o100000 | EVERYONE_WRITES, names: undefined };

function cwd() {
  return core.loadExtScript("ext:denizen/node/process.js").default.cwd();
}

/** The path of an argument, absolute and without dots: `TypeError` for what is no path. */
function toPath(value) {
  let text;
  if (typeof value === "string") {
    text = value;
  } else if (TypedArrayPrototypeGetSymbolToStringTag(value) === "Uint8Array") {
    text = buffers().from(value.buffer, value.byteOffset, value.byteLength).toString();
  } else if (isUrl(value)) {
    if (value.protocol !== "file:") throw new TypeError("File path must be a file: URL");
    if (value.host !== "") throw new Error("File path must not have a host");
    text = value.pathname;
  } else {
    throw invalidArgType("path", ["string", "Buffer", "URL"], value);
  }
  if (StringPrototypeIncludes(text, "\0")) throw invalidArgValue("path", text, "must not contain null bytes");
  const parts = StringPrototypeSplit(StringPrototypeStartsWith(text, "/") ? text : `${cwd()}/${text}`, "/");
  const kept = [];
  for (let i = 0; i < parts.length; i++) {
    if (parts[i] === "..") ArrayPrototypePop(kept);
    else if (parts[i] !== "" && parts[i] !== ".") ArrayPrototypePush(kept, parts[i]);
  }
  let path = "";
  for (let i = 0; i < kept.length; i++) path += `/${kept[i]}`;
  return path === "" ? "/" : path;
}
const find = (path) => nodes.get(path);
const nameOf = (path) => StringPrototypeSlice(path, StringPrototypeLastIndexOf(path, "/") + 1);
const folderOf = (path) => StringPrototypeSlice(path, 0, StringPrototypeLastIndexOf(path, "/")) || "/";
/** Whether the path lies in the folder that workerd lets a Worker write to. */
const isTemporary = (path) => StringPrototypeStartsWith(path, "/tmp/");

// An error of the file system, of which workerd has two kinds: one of its own and one of its JavaScript.
function fileError(message, code, syscall, path) {
  const error = new Error(message);
  ErrorCaptureStackTrace(error, fileError);
  error.syscall = syscall;
  error.code = code;
  if (path !== undefined) error.path = path;
  return error;
}
const missing = (syscall, path) => fileError(`no such file or directory, ${syscall} '${path}'`, "ENOENT", syscall, path);
const refused = (syscall) => fileError("operation not permitted", "EPERM", syscall, undefined);
const isFolder = (syscall) => fileError("illegal operation on a directory", "EISDIR", syscall, undefined);
const badDescriptor = (syscall) => fileError("bad file descriptor", "EBADF", syscall, undefined);
function unknown(syscall, path) {
  const error = nodeError("ENOENT", `no such file or directory, ${syscall} '${path}'`);
  error.syscall = syscall;
  error.errno = -2;
  error.path = path;
  return error;
}

const descriptors = new SafeMap([[0, standard], [1, standard], [2, standard]]);
let next = 3;
function open(node) {
  descriptors.set(next, node);
  return next++;
}
function close(fd) {
  descriptors.delete(fd);
}
/** What a file descriptor stands for. */
function opened(fd, syscall) {
  const node = descriptors.get(fd);
  if (node === undefined) throw badDescriptor(syscall);
  return node;
}

return {
  DEVICE, FOLDER, badDescriptor, close, fileError, find, folderOf, isFolder, isTemporary, missing, nameOf, open, opened, refused, toPath, unknown,
};
})();
