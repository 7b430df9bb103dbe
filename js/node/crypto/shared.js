// What the files of `node:crypto` share: bytes from arguments, texts of bytes, errors of keys, callbacks that are called later.
//
// Owns no state. It must not know any algorithm.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { ArrayBufferIsView, ObjectDefineProperty, TypeError } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { nextTick } = core.loadExtScript("ext:denizen/node/stream/shared.js");
const { invalidArgType, nodeError } = core.loadExtScript("ext:denizen/node/internal/errors.js");

const ANY = ["string", "ArrayBuffer", "Buffer", "TypedArray", "DataView"];
const VIEW = ["string", "Buffer", "TypedArray", "DataView"];


/** Bytes of a text, buffer or view. */
function bytesOf(value, name, encoding = undefined) {
  if (typeof value === "string") return Buffer.from(value, encoding === "buffer" ? undefined : encoding ?? undefined);
  const bytes = internal.viewBytes(value);
  if (bytes === undefined) throw invalidArgType(name, ANY, value);
  return bytes;
}

/** Bytes of a text or view; a buffer alone will not do. */
function viewOf(value, name, encoding = undefined) {
  if (typeof value === "string") return Buffer.from(value, encoding ?? undefined);
  if (!ArrayBufferIsView(value)) throw invalidArgType(name, VIEW, value);
  return internal.viewBytes(value);
}

/** Bytes of an argument that workerd's own code takes from its JavaScript unchecked. */
function sourceOf(value, method, owner, position) {
  const bytes = internal.viewBytes(value);
  if (bytes === undefined) throw new TypeError(`Failed to execute '${method}' on '${owner}': parameter ${position} is not of type 'BufferSource'.`);
  return bytes;
}

/** A Buffer over what an operation gave, or its text. */
function encoded(bytes, encoding) {
  const buffer = internal.over(bytes);
  return encoding === undefined || encoding === null || encoding === "" || encoding === "buffer" ? buffer : buffer.toString(encoding);
}

/** Calls back later with what `work` gave or threw. */
function later(callback, work) {
  let result;
  try {
    result = work();
  } catch (error) {
    nextTick(callback, error);
    return;
  }
  nextTick(callback, null, result);
}

/** Sets methods on a prototype as assignments would. */
function methods(Class, members) {
  for (const name in members) {
    ObjectDefineProperty(Class.prototype, name, { __proto__: null, value: members[name], writable: true, enumerable: true, configurable: true });
  }
}

const invalidKeyType = (type, wanted) => nodeError("ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE", `Invalid key object type ${type}, expected ${wanted}.`);
const incompatibleKey = (kind, reason) => nodeError("ERR_CRYPTO_INCOMPATIBLE_KEY_OPTIONS", `The selected key encoding ${kind} ${reason}.`);

return { bytesOf, encoded, incompatibleKey, invalidKeyType, later, methods, sourceOf, viewOf };
})();
