// The streams of `node:fs`, over files that can be opened: devices.
//
// Many packages import `node:fs` and open nothing: `node:stream` is loaded when the first stream is made, and becomes what the classes
// inherit from then.

(function () {
const { core, primordials } = __bootstrap;
const { FunctionPrototypeCall, ObjectDefineProperty, ObjectSetPrototypeOf } = primordials;
const { shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { outOfRange, validateNumber, validateObject, validateString } = core.loadExtScript("ext:denizen/node/internal/errors.js");
const { checkMode, optionsOf, sync } = core.loadExtScript("ext:denizen/node/fs/sync.js");
const { toPath } = core.loadExtScript("ext:denizen/node/fs/tree.js");

let loaded;
function streams() {
  if (loaded === undefined) {
    loaded = core.loadExtScript("ext:denizen/node/stream.js");
    ObjectSetPrototypeOf(ReadStream.prototype, loaded.Readable.prototype);
    ObjectSetPrototypeOf(ReadStream, loaded.Readable);
    ObjectSetPrototypeOf(WriteStream.prototype, loaded.Writable.prototype);
    ObjectSetPrototypeOf(WriteStream, loaded.Writable);
  }
  return loaded;
}

// What both streams take of their options.
function prepare(stream, path, options, flags, preset) {
  const { encoding, given } = optionsOf(options);
  if (given.fs !== undefined) validateObject(given.fs, "options.fs");
  if (given.flags !== undefined) validateString(given.flags, "options.flags");
  if (given.mode !== undefined) checkMode(given.mode, "options.mode");
  if (given.highWaterMark !== undefined) validateNumber(given.highWaterMark, "options.highWaterMark");
  if (given.fd !== undefined && given.fd !== null) validateNumber(given.fd, "fd");
  const { end, start } = given;
  if (start !== undefined) validateNumber(start, "options.start");
  if (end !== undefined) validateNumber(end, "options.end");
  if (start !== undefined && end !== undefined && start > end) throw outOfRange("start", `<= "end" (here: ${end})`, start);
  if (given.fd === undefined || given.fd === null) toPath(path);
  stream.fd = given.fd ?? null;
  stream.path = path;
  stream.flags = given.flags ?? flags;
  stream.mode = given.mode ?? 0o666;
  stream.start = start ?? preset;
  return { __proto__: null, encoding, given };
}

function construct(stream, callback) {
  if (typeof stream.fd !== "number") {
    try {
      stream.fd = sync.openSync(stream.path, stream.flags, stream.mode);
    } catch (error) {
      callback(error);
      return;
    }
  }
  callback();
  stream.emit("open", stream.fd);
  stream.emit("ready");
}
function destroy(stream, error, callback) {
  if (typeof stream.fd === "number") sync.closeSync(stream.fd);
  stream.fd = null;
  callback(error);
}
function streamOptions(given) {
  const { autoClose = true, emitClose = true, highWaterMark, signal } = given;
  return { __proto__: null, autoDestroy: autoClose, emitClose, highWaterMark, signal };
}

function ReadStream(path, options) {
  if (!(this instanceof ReadStream)) return new ReadStream(path, options);
  const { Readable } = streams();
  const { encoding, given } = prepare(this, path, options, "r", 0);
  this.end = given.end ?? Infinity;
  this.pos = undefined;
  this.bytesRead = 0;
  FunctionPrototypeCall(Readable, this, {
    ...streamOptions({ highWaterMark: 65536, ...given }),
    encoding: encoding === "buffer" ? undefined : encoding,
    construct(callback) {
      construct(this, callback);
    },
    read() {
      this.push(null);
    },
    destroy(error, callback) {
      destroy(this, error, callback);
    },
  });
}

function WriteStream(path, options) {
  if (!(this instanceof WriteStream)) return new WriteStream(path, options);
  const { Writable } = streams();
  const { given } = prepare(this, path, options, "w", undefined);
  this.flush = given.flush === true;
  this.pos = undefined;
  this.bytesWritten = 0;
  FunctionPrototypeCall(Writable, this, {
    ...streamOptions(given),
    decodeStrings: true,
    construct(callback) {
      construct(this, callback);
    },
    write(chunk, encoding, callback) {
      try {
        this.bytesWritten += sync.writeSync(this.fd, chunk);
      } catch (error) {
        callback(error);
        return;
      }
      callback();
    },
    destroy(error, callback) {
      destroy(this, error, callback);
    },
  });
}

function addMembers(Class, state) {
  ObjectDefineProperty(Class.prototype, "autoClose", {
    __proto__: null,
    get() {
      return this[state].autoDestroy;
    },
    set(value) {
      this[state].autoDestroy = value;
    },
  });
  ObjectDefineProperty(Class.prototype, "pending", {
    __proto__: null,
    get() {
      return this.fd === null;
    },
    configurable: true,
  });
  Class.prototype.close = shaped(function (callback) {
    if (typeof callback === "function") this.once("close", callback);
    if (state === "_writableState") this.end();
    this.destroy();
  }, "", 0);
}
shaped(ReadStream, "ReadStream", 1);
shaped(WriteStream, "WriteStream", 1);
addMembers(ReadStream, "_readableState");
addMembers(WriteStream, "_writableState");
WriteStream.prototype.destroySoon = shaped(function (chunk, encoding, callback) {
  return this.end(chunk, encoding, callback);
}, "", 3);

return { ReadStream, WriteStream };
})();
