// `node:string_decoder`: text from bytes that arrive in pieces.
//
// Owns which bytes wait for the rest of a character. It must not know streams.

(function () {
"use strict";

const { core, primordials } = __bootstrap;
const { op_node_text_of } = core.ops;
const { MathMin, ObjectDefineProperties, Symbol } = primordials;
const { Buffer, internal } = core.loadExtScript("ext:denizen/node/buffer/buffer.js");
const { BASE64, BASE64URL, NAMES, UTF16, UTF8, encodingOf, slice, viewBytes } = internal;
const { invalidArgType, nodeTypeError } = core.loadExtScript("ext:denizen/node/internal/errors.js");

// The state is bytes, as in Node: up to four that wait, how many of their character are missing, how many wait, the encoding.
const kNativeDecoder = Symbol("kNativeDecoder");
const MISSING = 4;
const KEPT = 5;
const ENCODING = 6;
// Numbers of encodings in the state, by those of Buffer; the same list leads back.
const NUMBERS = [2, 1, 0, 3, 4, 5, 6];

function StringDecoder(encoding = undefined) {
  const known = encodingOf(encoding);
  const state = Buffer.alloc(7);
  state[ENCODING] = NUMBERS[known];
  this[kNativeDecoder] = state;
  this.encoding = NAMES[known];
  return this;
}

function stateOf(self) {
  const state = self[kNativeDecoder];
  if (state === undefined) throw nodeTypeError("ERR_INVALID_THIS", 'Value of "this" must be of type StringDecoder');
  return state;
}

const textOf = (bytes, encoding) => bytes.length === 0 ? "" : op_node_text_of(bytes, encoding);

// Puts bytes to those that wait.
function keep(state, bytes, from, count) {
  for (let i = 0; i < count; i++) state[state[KEPT] + i] = bytes[from + i];
  state[KEPT] += count;
}

// The text of all that waits.
function flush(state, encoding) {
  const text = textOf(slice(state, 0, state[KEPT]), encoding);
  state[MISSING] = 0;
  state[KEPT] = 0;
  return text;
}

// Sets how many bytes at the end begin a UTF-8 character, and how many it misses.
function beginUtf8(state, bytes) {
  const { length } = bytes;
  for (let count = 1; count <= MathMin(3, length); count++) {
    const byte = bytes[length - count];
    if ((byte & 0xc0) === 0x80) continue;
    // Bytes that begin no valid character wait all the same, if they look like a beginning.
    const total = (byte & 0xe0) === 0xc0 ? 2 : (byte & 0xf0) === 0xe0 ? 3 : (byte & 0xf8) === 0xf0 ? 4 : 0;
    if (total > count) wait(state, bytes, count, total);
    return;
  }
}

function wait(state, bytes, count, total) {
  keep(state, bytes, bytes.length - count, count);
  state[MISSING] = total - count;
}

function decode(state, bytes) {
  const encoding = NUMBERS[state[ENCODING]];
  if (encoding !== UTF8 && encoding !== UTF16 && encoding !== BASE64 && encoding !== BASE64URL) return textOf(bytes, encoding);
  let text = "";
  if (state[MISSING] > 0) {
    let taken = MathMin(bytes.length, state[MISSING]);
    state[MISSING] -= taken;
    if (encoding === UTF8) {
      // A byte that does not continue the character ends it.
      for (let i = 0; i < taken; i++) {
        if ((bytes[i] & 0xc0) === 0x80) continue;
        taken = i;
        state[MISSING] = 0;
      }
    }
    keep(state, bytes, 0, taken);
    if (state[MISSING] > 0) return "";
    text = flush(state, encoding);
    bytes = slice(bytes, taken);
  }
  const { length } = bytes;
  if (length === 0) return text;
  if (encoding === UTF8) {
    beginUtf8(state, bytes);
  } else if (encoding === UTF16) {
    if (length % 2 === 1) wait(state, bytes, 1, 2);
    else if ((bytes[length - 1] & 0xfc) === 0xd8) wait(state, bytes, 2, 4);
  } else if (length % 3 > 0) {
    wait(state, bytes, length % 3, 3);
  }
  return text + textOf(slice(bytes, 0, length - state[KEPT]), encoding);
}

StringDecoder.prototype.write = function write(buf) {
  const state = stateOf(this);
  if (typeof buf === "string") return buf;
  const bytes = core.isAnyArrayBuffer(buf) ? undefined : viewBytes(buf);
  if (bytes === undefined) throw invalidArgType("buf", ["Buffer", "TypedArray", "DataView", "string"], buf);
  return decode(state, bytes);
};
StringDecoder.prototype.end = function end(buf) {
  const state = stateOf(this);
  const text = buf === undefined ? "" : this.write(buf);
  return state[KEPT] > 0 ? text + flush(state, NUMBERS[state[ENCODING]]) : text;
};
StringDecoder.prototype.text = function text(buf, offset) {
  const state = stateOf(this);
  state[MISSING] = 0;
  state[KEPT] = 0;
  return this.write(buf.slice(offset));
};

const getter = (read) => ({ __proto__: null, enumerable: true, get() { return read(stateOf(this)); } });
ObjectDefineProperties(StringDecoder.prototype, {
  __proto__: null,
  lastChar: getter((state) => slice(state, 0, 4)),
  lastNeed: getter((state) => state[MISSING]),
  lastTotal: getter((state) => state[KEPT] + state[MISSING]),
});

return { StringDecoder, default: { StringDecoder } };
})();
