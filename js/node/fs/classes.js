// The classes of `node:fs` that describe what lies in a file system.
//
// Owns Stats, Dirent and Dir. It must not know how they are found.

(function () {
const { core, primordials } = __bootstrap;
const {
  BigInt, Date, ObjectDefineProperty, PromiseReject, PromiseResolve, Symbol, SymbolAsyncDispose, SymbolAsyncIterator, SymbolDispose, TypeError,
} = primordials;
const { missingArgs, nodeError, validateFunction } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { DEVICE, FOLDER } = core.loadExtScript("ext:denizen/node/fs/tree.js");

const token = Symbol("denizen.made");
const kType = Symbol("type");
const TYPE_FILE = 1;
const TYPE_FOLDER = 2;
const TYPE_DEVICE = 6;
const MASK = 0o170000;

const NUMBERS = ["ino", "mode", "nlink", "uid", "gid", "rdev", "size", "blksize", "blocks"];
const TIMES = ["atime", "mtime", "ctime", "birthtime"];

class Stats {
  constructor(made, node, bigint) {
    if (made !== token) throw new TypeError("Illegal constructor");
    const number = bigint ? BigInt : (value) => value;
    this.dev = number(node.kind === DEVICE ? 1 : 0);
    for (let i = 0; i < NUMBERS.length; i++) this[NUMBERS[i]] = number(0);
    this.mode = number(node.mode);
    this.nlink = number(1);
    for (let i = 0; i < TIMES.length; i++) this[`${TIMES[i]}Ms`] = number(0);
    for (let i = 0; i < TIMES.length; i++) this[`${TIMES[i]}Ns`] = bigint ? 0n : undefined;
    for (let i = 0; i < TIMES.length; i++) this[TIMES[i]] = new Date(0);
    ObjectDefineProperty(this, kType, { __proto__: null, value: node.mode & MASK });
  }
  isBlockDevice() {
    return false;
  }
  isCharacterDevice() {
    return this[kType] === 0o020000;
  }
  isDirectory() {
    return this[kType] === 0o040000;
  }
  isFIFO() {
    return false;
  }
  isFile() {
    return this[kType] === 0o100000;
  }
  isSocket() {
    return false;
  }
  isSymbolicLink() {
    return false;
  }
}

class Dirent {
  constructor(name, type, path) {
    this.name = name;
    this.parentPath = path;
    ObjectDefineProperty(this, kType, { __proto__: null, value: type, configurable: true, enumerable: false, writable: true });
  }
  isDirectory() {
    return this[kType] === TYPE_FOLDER;
  }
  isFile() {
    return this[kType] === TYPE_FILE;
  }
  isBlockDevice() {
    return this[kType] === 7;
  }
  isCharacterDevice() {
    return this[kType] === TYPE_DEVICE;
  }
  isSymbolicLink() {
    return this[kType] === 3;
  }
  isFIFO() {
    return this[kType] === 4;
  }
  isSocket() {
    return this[kType] === 5;
  }
}

class Dir {
  #entries;
  #path;
  #at = 0;
  #closed = false;
  constructor(entries, path, options) {
    if (entries === undefined) throw missingArgs('The "handle" argument must be specified');
    this.#entries = entries;
    this.#path = path;
  }
  get path() {
    return this.#path;
  }
  #check() {
    if (this.#closed) throw nodeError("ERR_DIR_CLOSED", "Directory is closed");
  }
  readSync() {
    this.#check();
    return this.#at < this.#entries.length ? this.#entries[this.#at++] : null;
  }
  closeSync() {
    this.#check();
    this.#closed = true;
  }
  read(callback) {
    return answer(() => this.readSync(), callback);
  }
  close(callback) {
    return answer(() => this.closeSync(), callback);
  }
  async *entries() {
    try {
      for (let entry = this.readSync(); entry !== null; entry = this.readSync()) yield entry;
    } finally {
      this.#closed = true;
    }
  }
  [SymbolAsyncIterator]() {
    return this.entries();
  }
  async [SymbolAsyncDispose]() {
    this.#closed = true;
  }
  [SymbolDispose]() {
    this.#closed = true;
  }
}

// What `make` gives, to a callback or as a promise.
function answer(make, callback) {
  if (callback === undefined) {
    try {
      return PromiseResolve(make());
    } catch (error) {
      return PromiseReject(error);
    }
  }
  validateFunction(callback, "callback");
  let value;
  try {
    value = make();
  } catch (error) {
    nextTick(callback, error);
    return undefined;
  }
  nextTick(callback, null, value);
  return undefined;
}

const statsOf = (node, bigint) => new Stats(token, node, bigint === true);
const direntOf = (node, name, parent) => new Dirent(name, node.kind === FOLDER ? TYPE_FOLDER : TYPE_DEVICE, parent);

return { Dir, Dirent, Stats, direntOf, statsOf };
})();
