// `node:tty`: streams that are no terminals.

(function () {
const { core, primordials } = __bootstrap;
const { FunctionPrototypeCall, ObjectKeys, ObjectSetPrototypeOf } = primordials;
const { shaped } = core.loadExtScript("ext:denizen/node/internal/absent.js");
const { Socket } = core.loadExtScript("ext:denizen/node/net.js");

function isatty(fd) {
  return false;
}

function ReadStream(fd) {
  if (new.target === undefined) return new ReadStream(fd);
  this.fd = fd;
  this.isRaw = false;
  this.isTTY = false;
}
ObjectSetPrototypeOf(ReadStream.prototype, Socket.prototype);
ObjectSetPrototypeOf(ReadStream, Socket);
ReadStream.prototype.setRawMode = shaped(function (flag) {
  this.isRaw = flag;
  return this;
}, "", 1);

function WriteStream(fd) {
  if (new.target === undefined) return new WriteStream(fd);
  this.fd = fd;
  this.columns = 0;
  this.rows = 0;
}
ObjectSetPrototypeOf(WriteStream.prototype, Socket.prototype);
ObjectSetPrototypeOf(WriteStream, Socket);
WriteStream.prototype.isTTY = true;

// Calls the callback and says that nothing was written.
const refuse = (at) => function (...args) {
  const callback = args[at];
  if (typeof callback === "function") FunctionPrototypeCall(callback, undefined);
  return false;
};
const METHODS = {
  getColorDepth: [0, () => 8], hasColors: [0, () => false], _refreshSize: [0, () => {}], cursorTo: [3, refuse(2)], moveCursor: [3, refuse(2)],
  clearLine: [2, refuse(1)], clearScreenDown: [1, refuse(0)],
  getWindowSize: [0, function () {
    return [this.columns, this.rows];
  }],
};
const names = ObjectKeys(METHODS);
for (let i = 0; i < names.length; i++) WriteStream.prototype[names[i]] = shaped(METHODS[names[i]][1], "", METHODS[names[i]][0]);

const exported = { isatty, ReadStream, WriteStream };
return { ...exported, default: exported };
})();
