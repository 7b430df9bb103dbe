// Intrinsics that a Worker has in another form than V8 gives them.
//
// Owns what is taken away or bounded because V8 itself does not bound it, and what the runtime's functions say of their source. It runs in each isolate before any user code. It
// must not know Workers' own APIs.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayBuffer: NativeArrayBuffer,
  FunctionPrototypeToString,
  JSONParse,
  ObjectDefineProperty,
  RangeError,
  ReflectApply,
  ReflectConstruct,
  ReflectGetOwnPropertyDescriptor,
  ReflectOwnKeys,
  SafeRegExp,
  SafeWeakSet,
  RegExpPrototypeExec,
  RegExpPrototypeSymbolMatch,
  RegExpPrototypeSymbolReplace,
  StringPrototypeMatch,
  StringPrototypeReplace,
  StringPrototypeReplaceAll,
  StringPrototypeSplit,
  SymbolMatch,
  SymbolReplace,
  SymbolSplit,
  TypeError,
  WeakSetPrototypeAdd,
  WeakSetPrototypeHas,
  uncurryThis,
} = primordials;

const { op_count_icu, op_hold_resizable, op_native_name } = core.ops;
const bounds = core.ops.op_bounds();
const SPLIT_LENGTH_MAX = bounds[2];
const WASM_PAGES_MAX = bounds[3];
const STRING_WORK_LENGTH_MAX = bounds[5];
const JSON_LENGTH_MAX = bounds[6];
// These see whether they were given an argument.
const { normalize, toLocaleLowerCase, toLocaleUpperCase } = String.prototype;

function requireShort(text, length, message) {
  if (text.length > length) {
    throw new RangeError(message);
  }
}

// What a method of strings works on: `subject` itself where what follows is the affair of `pattern`.
function shortText(subject, pattern, symbol, length, message) {
  let text = subject;
  if (typeof text !== "string") {
    if (text === null || text === undefined || (typeof pattern === "object" && pattern !== null && typeof pattern[symbol] === "function")) {
      return subject;
    }
    text = `${subject}`;
  }
  requireShort(text, length, message);
  return text;
}

// Methods in which V8 is not interrupted, or ends the process when there are more matches or parts than an array can have.
function boundStrings() {
  const methods = {
    __proto__: null,
    split(separator, limit) {
      const text = shortText(this, separator, SymbolSplit, SPLIT_LENGTH_MAX, "Invalid array length");
      return StringPrototypeSplit(text, separator, limit);
    },
    match(pattern) {
      const text = shortText(this, pattern, SymbolMatch, STRING_WORK_LENGTH_MAX, "Invalid array length");
      return StringPrototypeMatch(text, pattern);
    },
    replace(pattern, replacement) {
      const text = shortText(this, pattern, SymbolReplace, STRING_WORK_LENGTH_MAX, "Invalid string length");
      return StringPrototypeReplace(text, pattern, replacement);
    },
    replaceAll(pattern, replacement) {
      const text = shortText(this, pattern, SymbolReplace, STRING_WORK_LENGTH_MAX, "Invalid string length");
      return StringPrototypeReplaceAll(text, pattern, replacement);
    },
    normalize() {
      const text = shortText(this, undefined, undefined, STRING_WORK_LENGTH_MAX, "Invalid string length");
      return ReflectApply(normalize, text, arguments);
    },
    toLocaleLowerCase() {
      const text = shortText(this, undefined, undefined, STRING_WORK_LENGTH_MAX, "Invalid string length");
      return ReflectApply(toLocaleLowerCase, text, arguments);
    },
    toLocaleUpperCase() {
      const text = shortText(this, undefined, undefined, STRING_WORK_LENGTH_MAX, "Invalid string length");
      return ReflectApply(toLocaleUpperCase, text, arguments);
    },
  };
  for (const name in methods) {
    ObjectDefineProperty(String.prototype, name, {
      __proto__: null, value: methods[name], configurable: true, enumerable: false, writable: true,
    });
  }
  const ofPatterns = {
    [SymbolMatch](subject) {
      const text = `${subject}`;
      requireShort(text, STRING_WORK_LENGTH_MAX, "Invalid array length");
      return RegExpPrototypeSymbolMatch(this, text);
    },
    [SymbolReplace](subject, replacement) {
      const text = `${subject}`;
      requireShort(text, STRING_WORK_LENGTH_MAX, "Invalid string length");
      return RegExpPrototypeSymbolReplace(this, text, replacement);
    },
  };
  // Assigned, not defined: V8 keeps its fast ways for regular expressions whose prototype has the form that it began with.
  RegExp.prototype[SymbolMatch] = ofPatterns[SymbolMatch];
  RegExp.prototype[SymbolReplace] = ofPatterns[SymbolReplace];
}

function boundJson() {
  const { parse } = {
    parse(text, reviver) {
      const source = `${text}`;
      requireShort(source, JSON_LENGTH_MAX, "Invalid array length");
      // Stacks name what it is called at.
      return ReflectApply(JSONParse, this, [source, reviver]);
    },
  };
  ObjectDefineProperty(JSON, "parse", {
    __proto__: null, value: parse, configurable: true, enumerable: false, writable: true,
  });
}

// Bounds what lies in memory maps of its own: V8 neither takes it from the isolate's allocator nor bounds it.
function boundResizableBuffers() {
  const { prototype } = NativeArrayBuffer;
  const getter = (name) => uncurryThis(ReflectGetOwnPropertyDescriptor(prototype, name).get);
  const byteLengthOf = getter("byteLength");
  const maxByteLengthOf = getter("maxByteLength");
  const isResizable = getter("resizable");
  const { resize: nativeResize, transfer: nativeTransfer } = prototype;
  const { isArrayBuffer } = core;
  function ArrayBuffer(length) {
    if (new.target === undefined) {
      throw new TypeError("Constructor ArrayBuffer requires 'new'");
    }
    const buffer = ReflectConstruct(NativeArrayBuffer, arguments, new.target);
    if (arguments.length > 1) {
      op_hold_resizable(buffer, 0);
    }
    return buffer;
  }
  const keys = ReflectOwnKeys(NativeArrayBuffer);
  ArrayBuffer.prototype = prototype;
  for (let i = 0; i < keys.length; i++) {
    ObjectDefineProperty(ArrayBuffer, keys[i], { __proto__: null, ...ReflectGetOwnPropertyDescriptor(NativeArrayBuffer, keys[i]) });
  }
  const methods = {
    resize(newLength) {
      if (!isArrayBuffer(this) || !isResizable(this)) {
        return ReflectApply(nativeResize, this, [newLength]);
      }
      // Read once: it must not be one length for the count and another one for V8.
      const length = +newLength;
      const more = length - byteLengthOf(this);
      if (!(more > 0) || !(length <= maxByteLengthOf(this))) {
        return ReflectApply(nativeResize, this, [length]);
      }
      if (WeakSetPrototypeHas(wasmBuffers, this)) {
        return takeWasmPages(more / WASM_PAGE_BYTES, () => ReflectApply(nativeResize, this, [length]));
      }
      op_hold_resizable(this, length);
      return ReflectApply(nativeResize, this, [length]);
    },
    transfer() {
      const moved = ReflectApply(nativeTransfer, this, arguments);
      op_hold_resizable(moved, 0);
      return moved;
    },
  };
  // Assigned: they keep their places and attributes.
  prototype.resize = methods.resize;
  prototype.transfer = methods.transfer;
  prototype.constructor = ArrayBuffer;
  globalThis.ArrayBuffer = ArrayBuffer;
}

const WASM_PAGE_BYTES = 65_536;
// Resizable buffers over memories of WebAssembly.
const wasmBuffers = new SafeWeakSet();
let wasmPages = 0;

// Counts pages for what `work` makes.
function takeWasmPages(count, work) {
  if (!(count >= 0) || wasmPages + count > WASM_PAGES_MAX) {
    throw new RangeError("WebAssembly.Memory(): could not allocate memory");
  }
  wasmPages += count;
  try {
    return work();
  } catch (error) {
    wasmPages -= count;
    throw error;
  }
}

function boundWasmMemory() {
  const { WebAssembly } = globalThis;
  if (WebAssembly === undefined) {
    return;
  }
  const Native = WebAssembly.Memory;
  const { grow: nativeGrow, toResizableBuffer: nativeToResizableBuffer } = Native.prototype;
  function Memory(descriptor) {
    if (new.target === undefined) {
      throw new TypeError("WebAssembly.Memory must be invoked with 'new'");
    }
    if (descriptor?.shared) {
      throw new TypeError("WebAssembly.Memory(): shared memories are not available");
    }
    // Read once: a getter must not give one size to the count and another to V8.
    const initial = descriptor?.initial;
    const maximum = descriptor?.maximum;
    const plain = { __proto__: null, initial };
    if (maximum !== undefined) {
      plain.maximum = maximum;
    }
    return takeWasmPages(typeof initial === "number" ? initial : 0, () => ReflectConstruct(Native, [plain], new.target));
  }
  Memory.prototype = Native.prototype;
  ObjectDefineProperty(Memory, "prototype", { __proto__: null, writable: false });
  ObjectDefineProperty(Native.prototype, "constructor", {
    __proto__: null, value: Memory, configurable: true, enumerable: false, writable: true,
  });
  const methods = {
    grow(delta) {
      return takeWasmPages(typeof delta === "number" ? delta : 0, () => ReflectApply(nativeGrow, this, [delta]));
    },
    toResizableBuffer() {
      const buffer = ReflectApply(nativeToResizableBuffer, this, []);
      WeakSetPrototypeAdd(wasmBuffers, buffer);
      return buffer;
    },
  };
  // Assigned: they keep their places and attributes.
  Native.prototype.grow = methods.grow;
  Native.prototype.toResizableBuffer = methods.toResizableBuffer;
  ObjectDefineProperty(WebAssembly, "Memory", {
    __proto__: null, value: Memory, configurable: true, enumerable: false, writable: true,
  });
}

// An accessor, or a method whose name is a symbol: workerd's have no name.
const NAMELESS = new SafeRegExp(/^(?:get |set |(?:async )?\*?\[Symbol)/);

// The runtime's functions are JavaScript, where workerd's are native.
function hideSources() {
  const { toString } = {
    toString() {
      const source = FunctionPrototypeToString(this);
      const name = op_native_name(this);
      if (name === undefined) {
        return source;
      }
      // A name that was computed is an own property alone.
      const own = name === "" ? ReflectGetOwnPropertyDescriptor(this, "name")?.value : name;
      return `function ${typeof own === "string" && RegExpPrototypeExec(NAMELESS, source) === null ? own : ""}() { [native code] }`;
    },
  };
  ObjectDefineProperty(Function.prototype, "toString", {
    __proto__: null, value: toString, configurable: true, enumerable: false, writable: true,
  });
}

function hardenIntrinsics() {
  // Memory that several threads see, and waiting on it, have no use where each Worker has one thread. A module of WebAssembly
  // may have such a memory all the same.
  globalThis.SharedArrayBuffer.prototype.constructor = function SharedArrayBuffer() {
    throw new TypeError("Illegal constructor");
  };
  delete globalThis.SharedArrayBuffer;
  delete globalThis.Atomics?.waitAsync;
  hideSources();
  boundStrings();
  boundJson();
  boundResizableBuffers();
  boundWasmMemory();
  op_count_icu();
}

return { hardenIntrinsics };
})();
