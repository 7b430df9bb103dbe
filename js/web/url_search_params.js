// URLSearchParams as Workers have it.
//
// Owns the classes of its iterators, three as with Headers, and that what is no UTF-8 in a query stays as it is: only who reads it
// gets U+FFFD. What comes next is deno_web's, which reads the list as it is at the moment. It must not know who has a query. It takes
// the place of deno_web's operations before the class takes those.

(function () {
"use strict";
const { core, primordials } = __bootstrap;
const { op_url_parse_search_params, op_url_stringify_search_params } = core.ops;
const {
  ArrayIteratorPrototype,
  ArrayPrototypePush,
  NumberParseInt,
  NumberPrototypeToString,
  ObjectDefineProperty,
  ObjectGetPrototypeOf,
  ObjectSetPrototypeOf,
  ReflectApply,
  RegExpPrototypeExec,
  SafeRegExp,
  StringFromCodePoint,
  StringPrototypeCodePointAt,
  StringPrototypeIncludes,
  StringPrototypeIndexOf,
  StringPrototypeIsWellFormed,
  StringPrototypeSlice,
  StringPrototypeToUpperCase,
  SymbolIterator,
  SymbolToStringTag,
  TypeError,
  Uint8Array,
  uncurryThis,
} = primordials;

// A byte that is no UTF-8 lies in the class's texts as the lone surrogate at this code and the byte. No other way brings one there.
const BYTE = 0xdc00;
const REPLACEMENT = "\ufffd";
const ESCAPE = new SafeRegExp(/^%[0-9A-Fa-f]{2}$/);
// The lowest code that takes so many bytes.
const LOWEST = [0, 0, 0x80, 0x800, 0x10000];

// The code that begins at `at` and its length, or the byte there, which is no code.
function codeAt(bytes, at) {
  const first = bytes[at];
  const length = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
  let code = length === 1 ? first : first & (0x7f >> length);
  let isCode = length > 0;
  for (let i = 1; i < length; i++) {
    isCode &&= (bytes[at + i] & 0xc0) === 0x80;
    code = code << 6 | bytes[at + i] & 0x3f;
  }
  return isCode && code >= LOWEST[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
    ? { __proto__: null, code, length }
    : { __proto__: null, code: BYTE + first, length: 1 };
}

// A name or value of a query, with its bytes.
function decode(text) {
  const bytes = [];
  let decoded = "";
  const flush = () => {
    for (let i = 0; i < bytes.length; ) {
      const { code, length } = codeAt(bytes, i);
      decoded += StringFromCodePoint(code);
      i += length;
    }
    bytes.length = 0;
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text[i];
    if (unit === "%" && RegExpPrototypeExec(ESCAPE, StringPrototypeSlice(text, i, i + 3)) !== null) {
      ArrayPrototypePush(bytes, NumberParseInt(StringPrototypeSlice(text, i + 1, i + 3), 16));
      i += 2;
    } else {
      flush();
      decoded += unit === "+" ? " " : unit;
    }
  }
  flush();
  return decoded;
}

// Puts the bytes of those parts into `pairs` that may have lost some.
function keepBytes(query, pairs) {
  let index = 0;
  for (let begin = 0; begin < query.length; ) {
    const next = StringPrototypeIndexOf(query, "&", begin);
    const end = next === -1 ? query.length : next;
    if (end > begin) {
      const parameter = StringPrototypeSlice(query, begin, end);
      const equals = StringPrototypeIndexOf(parameter, "=");
      const pair = pairs[index++];
      if (StringPrototypeIncludes(pair[0], REPLACEMENT)) {
        pair[0] = decode(equals === -1 ? parameter : StringPrototypeSlice(parameter, 0, equals));
      }
      if (StringPrototypeIncludes(pair[1], REPLACEMENT)) {
        pair[1] = decode(StringPrototypeSlice(parameter, equals + 1));
      }
    }
    begin = end + 1;
  }
}

// Calls `onText` with what is text in `kept`, and `onBytes` with each run of what is none.
function take(kept, onText, onBytes) {
  let from = 0;
  let bytes = [];
  for (let i = 0; i <= kept.length; ) {
    const code = i < kept.length ? StringPrototypeCodePointAt(kept, i) : 0;
    const isByte = code >= BYTE && code <= BYTE + 0xff;
    if (isByte) {
      if (i > from) {
        onText(StringPrototypeSlice(kept, from, i));
      }
      ArrayPrototypePush(bytes, code - BYTE);
      from = i + 1;
    } else if (bytes.length > 0) {
      onBytes(bytes);
      bytes = [];
    }
    i += code > 0xffff ? 2 : 1;
  }
  if (from < kept.length) {
    onText(StringPrototypeSlice(kept, from));
  }
}

// What who reads a text gets.
function plain(kept) {
  if (StringPrototypeIsWellFormed(kept)) {
    return kept;
  }
  let text = "";
  take(kept, (part) => {
    text += part;
  }, (bytes) => {
    // Made of the array, it would be by the array's iterator, which user code can replace.
    const copy = new Uint8Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) {
      copy[i] = bytes[i];
    }
    text += core.decode(copy);
  });
  return text;
}

function written(kept) {
  let text = "";
  take(kept, (part) => {
    text += StringPrototypeSlice(op_url_stringify_search_params([[part, ""]]), 0, -1);
  }, (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      text += `%${StringPrototypeToUpperCase(NumberPrototypeToString(bytes[i], 16))}`;
    }
  });
  return text;
}

function isKept(pairs) {
  for (let i = 0; i < pairs.length; i++) {
    if (!StringPrototypeIsWellFormed(pairs[i][0]) || !StringPrototypeIsWellFormed(pairs[i][1])) {
      return true;
    }
  }
  return false;
}

core.ops.op_url_parse_search_params = (query, form) => {
  const pairs = op_url_parse_search_params(query, form);
  // The body of a form is decoded for good.
  if (typeof query === "string" && StringPrototypeIncludes(query, "%")) {
    for (let i = 0; i < pairs.length; i++) {
      if (StringPrototypeIncludes(pairs[i][0], REPLACEMENT) || StringPrototypeIncludes(pairs[i][1], REPLACEMENT)) {
        keepBytes(query, pairs);
        break;
      }
    }
  }
  return pairs;
};
core.ops.op_url_stringify_search_params = (pairs) => {
  if (!isKept(pairs)) {
    return op_url_stringify_search_params(pairs);
  }
  let text = "";
  for (let i = 0; i < pairs.length; i++) {
    text += `${i === 0 ? "" : "&"}${written(pairs[i][0])}=${written(pairs[i][1])}`;
  }
  return text;
};
const { URLSearchParams } = core.loadExtScript("ext:deno_web/00_url.js");
core.ops.op_url_parse_search_params = op_url_parse_search_params;
core.ops.op_url_stringify_search_params = op_url_stringify_search_params;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");

const nextOf = uncurryThis(ObjectGetPrototypeOf(new URLSearchParams().keys()).next);
const INTERNAL = { __proto__: null };

function define(target, name, value, enumerable) {
  ObjectDefineProperty(target, name, { __proto__: null, value, writable: true, enumerable, configurable: true });
}

function iteratorClass(name) {
  class PairIterator {
    #source;
    constructor(token = undefined, source = undefined) {
      if (token !== INTERNAL) {
        throw new TypeError("Illegal constructor");
      }
      this.#source = source;
    }
    next() {
      if (typeof this !== "object" || this === null || !(#source in this)) {
        throw illegalInvocation();
      }
      const { done, value } = nextOf(this.#source);
      if (done) {
        return changed.enable_fast_jsg_struct ? { done } : { done, value };
      }
      return { done, value: typeof value === "string" ? plain(value) : [plain(value[0]), plain(value[1])] };
    }
    [SymbolIterator]() {
      return this;
    }
  }
  const { prototype } = PairIterator;
  ObjectDefineProperty(PairIterator, "name", { __proto__: null, value: name, configurable: true });
  ObjectDefineProperty(prototype[SymbolIterator], "name", { __proto__: null, value: "", configurable: true });
  define(prototype, "next", prototype.next, true);
  ObjectDefineProperty(prototype, SymbolToStringTag, { __proto__: null, value: name, configurable: true });
  ObjectSetPrototypeOf(prototype, ObjectGetPrototypeOf(ArrayIteratorPrototype));
  return (source) => new PairIterator(INTERNAL, source);
}

const { prototype } = URLSearchParams;
const { entries, forEach, get, getAll, keys, values } = prototype;
const makers = { __proto__: null, entries: iteratorClass("EntryIterator"), keys: iteratorClass("KeyIterator"), values: iteratorClass("ValueIterator") };
const members = {
  entries() {
    return makers.entries(ReflectApply(entries, this, []));
  },
  keys() {
    return makers.keys(ReflectApply(keys, this, []));
  },
  values() {
    return makers.values(ReflectApply(values, this, []));
  },
  [SymbolIterator]() {
    return makers.entries(ReflectApply(entries, this, []));
  },
  forEach(callback, receiver = undefined) {
    ReflectApply(forEach, this, [(value, name, params) => ReflectApply(callback, receiver, [plain(value), plain(name), params])]);
  },
  get(name) {
    const value = ReflectApply(get, this, arguments);
    return value === null ? null : plain(value);
  },
  getAll(name) {
    const found = ReflectApply(getAll, this, arguments);
    for (let i = 0; i < found.length; i++) {
      found[i] = plain(found[i]);
    }
    return found;
  },
};
ObjectDefineProperty(members[SymbolIterator], "name", { __proto__: null, value: "", configurable: true });
define(prototype, "entries", members.entries, true);
define(prototype, "keys", members.keys, true);
define(prototype, "values", members.values, true);
define(prototype, "forEach", members.forEach, true);
define(prototype, "get", members.get, true);
define(prototype, "getAll", members.getAll, true);
define(prototype, SymbolIterator, members[SymbolIterator], false);

return {};
})();
