// The Headers class: a list of header pairs with the behaviour and the error
// texts of workerd, plus the accessors through which the other fetch scripts
// and the host read and write it. The wording and the pair iterators that
// FormData shares with it live here too.
//
// It must not know about bodies, requests, responses or ops. Which headers the
// host strips or adds on the wire (hop-by-hop, content-length) is the host's
// business.
//
// A header list is one flat array [name, value, name, value, ...] in the
// spelling that goes on the wire. The lowercase names stand in a second array
// that is built on first use, so headers that only pass through cost nothing.

(function () {
const { core, primordials } = __bootstrap;
const {
  ArrayIteratorPrototype,
  ArrayPrototypePush,
  ArrayPrototypeSort,
  MapPrototypeGet,
  MapPrototypeHas,
  MapPrototypeSet,
  ObjectDefineProperty,
  ObjectGetPrototypeOf,
  ObjectKeys,
  ObjectSetPrototypeOf,
  ReflectApply,
  SafeMap,
  StringPrototypeCharCodeAt,
  StringPrototypeIndexOf,
  StringPrototypeSlice,
  StringPrototypeToLowerCase,
  StringPrototypeToWellFormed,
  SymbolIterator,
  SymbolToStringTag,
  TypeError,
  Uint8Array,
} = primordials;
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");

// Constructors take this in place of user arguments when the runtime builds an
// instance. No user code ever holds it, so the path cannot be taken from
// outside.
const INTERNAL = { __proto__: null };

// ---------------------------------------------------------------- wording

function illegalInvocation() {
  return new TypeError(
    "Illegal invocation: function called with incorrect `this` reference. " +
      "See https://developers.cloudflare.com/workers/observability/errors/" +
      "#illegal-invocation-errors for details.",
  );
}

function wrongParameter(interfaceName, method, position, type) {
  return new TypeError(
    `Failed to execute '${method}' on '${interfaceName}': ` +
      `parameter ${position} is not of type '${type}'.`,
  );
}

// An absent argument is an error, a present `undefined` becomes "undefined".
function requireStrings(length, required, interfaceName, method) {
  if (length < required) {
    throw wrongParameter(interfaceName, method, length + 1, "string");
  }
}

function requireCallback(callback, interfaceName) {
  if (typeof callback !== "function") {
    throw wrongParameter(interfaceName, "forEach", 1, "function");
  }
}

// A template literal throws on symbols by itself, with the engine's text.
function toUSVString(value) {
  return StringPrototypeToWellFormed(
    typeof value === "string" ? value : `${value}`,
  );
}

function isObject(value) {
  return (typeof value === "object" && value !== null) ||
    typeof value === "function";
}

// -------------------------------------------------------- pair iterators

const IteratorPrototype = ObjectGetPrototypeOf(ArrayIteratorPrototype);

function defineHidden(target, key, value) {
  ObjectDefineProperty(target, key, {
    __proto__: null,
    value,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

function nameFunction(target, name) {
  ObjectDefineProperty(target, "name", {
    __proto__: null,
    value: name,
    writable: false,
    enumerable: false,
    configurable: true,
  });
}

// Methods of an interface are enumerable, those of a class are not.
function exposeMethods(prototype, names) {
  for (let i = 0; i < names.length; ++i) {
    ObjectDefineProperty(prototype, names[i], {
      __proto__: null,
      enumerable: true,
    });
  }
}

function createIteratorClass(name, select) {
  class PairIterator {
    #items;
    #index = 0;

    constructor(token = undefined, items = undefined) {
      if (token !== INTERNAL) throw new TypeError("Illegal constructor");
      this.#items = items;
    }

    next() {
      if (!isObject(this) || !(#items in this)) throw illegalInvocation();
      const items = this.#items;
      const index = this.#index;
      if (index >= items.length) return changed.enable_fast_jsg_struct ? { done: true } : { done: true, value: undefined };
      this.#index = index + 2;
      return { done: false, value: select(items[index], items[index + 1]) };
    }

    [SymbolIterator]() {
      return this;
    }
  }
  const prototype = PairIterator.prototype;
  nameFunction(PairIterator, name);
  nameFunction(prototype[SymbolIterator], "");
  exposeMethods(prototype, ["next"]);
  defineHidden(prototype, SymbolToStringTag, name);
  ObjectSetPrototypeOf(prototype, IteratorPrototype);
  return (items) => new PairIterator(INTERNAL, items);
}

// Each interface gets its own three iterator prototypes. The iterators read
// `items`, a flat array, live: pass a copy where later changes must not show.
function createPairIterators() {
  return {
    __proto__: null,
    keys: createIteratorClass("KeyIterator", (key, _value) => key),
    values: createIteratorClass("ValueIterator", (_key, value) => value),
    entries: createIteratorClass("EntryIterator", (key, value) => [key, value]),
  };
}

function configurePairInterface(interface_, methods) {
  const prototype = interface_.prototype;
  exposeMethods(prototype, methods);
  nameFunction(prototype[SymbolIterator], "");
  defineHidden(prototype, SymbolToStringTag, interface_.name);
}

// ------------------------------------------------------ names and values

const TOKEN = 1;
const UPPER = 2;
const nameClass = new Uint8Array(128);
{
  const symbols = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz";
  for (let i = 0; i < symbols.length; ++i) {
    nameClass[StringPrototypeCharCodeAt(symbols, i)] = TOKEN;
  }
  for (let code = 0x41; code <= 0x5a; ++code) nameClass[code] = UPPER;
}

// Lowercases A to Z only: full case mapping would turn the Kelvin sign into
// "k" and let a non-ASCII name pass for an ASCII one.
function lowerNonAscii(name) {
  let lower = "";
  for (let i = 0; i < name.length; ++i) {
    const char = StringPrototypeSlice(name, i, i + 1);
    const code = StringPrototypeCharCodeAt(name, i);
    lower += code < 0x80 ? StringPrototypeToLowerCase(char) : char;
  }
  return lower;
}

// True for the characters of RFC 9110 tokens.
function isTokenCode(code) {
  return code < 0x80 && nameClass[code] !== 0;
}

// For names the host vouches for.
function lowerTrusted(name) {
  let upper = false;
  for (let i = 0; i < name.length; ++i) {
    const code = StringPrototypeCharCodeAt(name, i);
    if (code >= 0x80) return lowerNonAscii(name);
    if (nameClass[code] === UPPER) upper = true;
  }
  return upper ? StringPrototypeToLowerCase(name) : name;
}

// workerd takes the empty name and non-ASCII names and leaves them out when it
// sends (see isSendable); everything else follows the token grammar.
function lowerChecked(name) {
  let upper = false;
  let ascii = true;
  for (let i = 0; i < name.length; ++i) {
    const code = StringPrototypeCharCodeAt(name, i);
    if (code >= 0x80) {
      ascii = false;
    } else {
      const kind = nameClass[code];
      if (kind === 0) throw new TypeError("Invalid header name.");
      if (kind === UPPER) upper = true;
    }
  }
  if (!ascii) return lowerNonAscii(name);
  return upper ? StringPrototypeToLowerCase(name) : name;
}

function isSendable(lower) {
  for (let i = 0; i < lower.length; ++i) {
    if (StringPrototypeCharCodeAt(lower, i) >= 0x80) return false;
  }
  return lower.length > 0;
}

function isWhitespace(code) {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function normalizeValue(value) {
  let start = 0;
  let end = value.length;
  while (
    start < end && isWhitespace(StringPrototypeCharCodeAt(value, start))
  ) ++start;
  while (
    end > start && isWhitespace(StringPrototypeCharCodeAt(value, end - 1))
  ) --end;
  if (start !== 0 || end !== value.length) {
    value = StringPrototypeSlice(value, start, end);
  }
  // Three native searches are faster than one loop in script.
  if (
    StringPrototypeIndexOf(value, "\n") !== -1 ||
    StringPrototypeIndexOf(value, "\r") !== -1 ||
    StringPrototypeIndexOf(value, "\0") !== -1
  ) {
    throw new TypeError("Invalid header value.");
  }
  return value;
}

// workerd sends the names its HTTP layer knows in this spelling however they
// were written, and every other name as first written.
const canonicalNames = { __proto__: null };
{
  const names = [
    "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language",
    "Accept-Ranges", "Access-Control-Allow-Origin", "Age", "Allow",
    "Authorization", "CF-Cache-Status", "CF-Ray", "Cache-Control",
    "Content-Disposition", "Content-Encoding", "Content-Language",
    "Content-Location", "Content-Range", "Content-Type", "Cookie", "Date",
    "ETag", "Expect", "Expires", "From", "If-Match", "If-Modified-Since",
    "If-None-Match", "If-Range", "If-Unmodified-Since", "Last-Modified",
    "Link", "Location", "Max-Forwards", "Origin", "Pragma",
    "Proxy-Authenticate", "Proxy-Authorization", "Range", "Referer",
    "Refresh", "Retry-After", "Sec-WebSocket-Protocol", "Server",
    "Set-Cookie", "Strict-Transport-Security", "User-Agent", "Vary", "Via",
    "WWW-Authenticate",
  ];
  for (let i = 0; i < names.length; ++i) {
    canonicalNames[StringPrototypeToLowerCase(names[i])] = names[i];
  }
}

// ------------------------------------------------------------ conversion

const NOT_A_SEQUENCE =
  "Incorrect type: the provided value is not of type 'Sequence'.";
const NOT_A_PAIR = "To initialize a Headers object from a sequence, each " +
  "inner sequence must have exactly two elements.";
const WRONG_INIT = "Failed to construct 'Headers': constructor parameter 1 " +
  "is not of type 'Headers or Sequence or object'.";

// Runs the iteration protocol by hand: for-of would do the same, except that
// workerd takes an iterator without a callable `next` as empty.
function iterate(iterable, method, visit) {
  const iterator = ReflectApply(method, iterable, []);
  if (!isObject(iterator)) return;
  const next = iterator.next;
  if (typeof next !== "function") return;
  while (true) {
    const step = ReflectApply(next, iterator, []);
    if (!isObject(step)) {
      throw new TypeError(
        "Callback returned incorrect type; expected 'GeneratorNext'",
      );
    }
    if (step.done) return;
    visit(step.value);
  }
}

// The whole init is converted before the first header is stored, so user code
// that runs during the conversion never sees a half-filled list.
function flatFromSequence(sequence, method) {
  const flat = [];
  let paired = true;
  iterate(sequence, method, (pair) => {
    const inner = isObject(pair) ? pair[SymbolIterator] : undefined;
    if (typeof inner !== "function") throw new TypeError(NOT_A_SEQUENCE);
    let count = 0;
    iterate(pair, inner, (item) => {
      const text = toUSVString(item);
      if (++count <= 2) ArrayPrototypePush(flat, text);
    });
    if (count !== 2) paired = false;
  });
  if (!paired) throw new TypeError(NOT_A_PAIR);
  return flat;
}

function flatFromRecord(record) {
  const flat = [];
  const keys = ObjectKeys(record);
  for (let i = 0; i < keys.length; ++i) {
    ArrayPrototypePush(flat, toUSVString(keys[i]), toUSVString(record[keys[i]]));
  }
  return flat;
}

// Array.prototype.slice would ask the user-visible species for the copy.
function copyArray(array) {
  const copy = [];
  for (let i = 0; i < array.length; ++i) ArrayPrototypePush(copy, array[i]);
  return copy;
}

function indexOfFirst(names) {
  const index = new SafeMap();
  for (let i = 0; i < names.length; ++i) {
    if (!MapPrototypeHas(index, names[i])) MapPrototypeSet(index, names[i], i);
  }
  return index;
}

// ------------------------------------------------------------ the class

const iterators = createPairIterators();

// Lists longer than this get an index of names: user code may build one from
// input of any size, and a linear search for each append would be quadratic.
const INDEX_LENGTH_MIN = 64;

let isHeaders;
let headersFromFlat;
let flatFromHeaders;
let fillHeaders;
let cloneHeaders;
let setHeadersImmutable;
let areImmutable;
let headersGet;
let headersHas;
let headersSet;
let headersAppend;
let headersDelete;

class Headers {
  // Names as sent and values, in the order of insertion.
  #flat;
  // Lowercase names, one for each pair of #flat; null until someone looks.
  #lower = null;
  // Lowercase name to its first position in #lower, for long lists only; null
  // until a search needs it and again after a removal.
  #index = null;
  // #flat also belongs to someone else and is copied before the first change.
  #shared = false;
  // Set once a name that must not go on the wire has been stored.
  #unsendable = false;
  // Guards the methods users can call, not the accessors of the runtime.
  #immutable = false;

  constructor(init = undefined, flat = undefined) {
    if (init === INTERNAL) {
      this.#flat = flat;
      return;
    }
    this.#flat = [];
    if (init !== undefined) Headers.#fill(this, init, WRONG_INIT);
  }

  get(name = undefined) {
    const self = Headers.#unwrap(this);
    requireStrings(arguments.length, 1, "Headers", "get");
    return self.#get(lowerChecked(toUSVString(name)));
  }

  getAll(name = undefined) {
    const self = Headers.#unwrap(this);
    requireStrings(arguments.length, 1, "Headers", "getAll");
    if (lowerTrusted(toUSVString(name)) !== "set-cookie") {
      throw new TypeError(
        'getAll() can only be used with the header name "Set-Cookie".',
      );
    }
    return self.#all("set-cookie");
  }

  getSetCookie() {
    return Headers.#unwrap(this).#all("set-cookie");
  }

  has(name = undefined) {
    const self = Headers.#unwrap(this);
    requireStrings(arguments.length, 1, "Headers", "has");
    return self.#find(lowerChecked(toUSVString(name)), 0) !== -1;
  }

  set(name = undefined, value = undefined) {
    const self = Headers.#unwrap(this);
    requireStrings(arguments.length, 2, "Headers", "set");
    name = toUSVString(name);
    value = toUSVString(value);
    self.#assertMutable();
    value = normalizeValue(value);
    self.#set(lowerChecked(name), value, name);
  }

  append(name = undefined, value = undefined) {
    const self = Headers.#unwrap(this);
    requireStrings(arguments.length, 2, "Headers", "append");
    name = toUSVString(name);
    value = toUSVString(value);
    self.#assertMutable();
    self.#appendChecked(name, value);
  }

  delete(name = undefined) {
    const self = Headers.#unwrap(this);
    requireStrings(arguments.length, 1, "Headers", "delete");
    name = toUSVString(name);
    self.#assertMutable();
    self.#remove(lowerChecked(name), 0);
  }

  forEach(callback = undefined, thisArg = undefined) {
    const self = Headers.#unwrap(this);
    requireCallback(callback, "Headers");
    const items = self.#sorted();
    for (let i = 0; i < items.length; i += 2) {
      ReflectApply(callback, thisArg, [items[i + 1], items[i], this]);
    }
  }

  entries() {
    return iterators.entries(Headers.#unwrap(this).#sorted());
  }

  keys() {
    return iterators.keys(Headers.#unwrap(this).#sorted());
  }

  values() {
    return iterators.values(Headers.#unwrap(this).#sorted());
  }

  [SymbolIterator]() {
    return iterators.entries(Headers.#unwrap(this).#sorted());
  }

  static #unwrap(self) {
    if (!isObject(self) || !(#flat in self)) throw illegalInvocation();
    return self;
  }

  static #fill(headers, init, message) {
    if (!isObject(init)) throw new TypeError(message);
    if (#flat in init) {
      headers.#addAll(init);
      return;
    }
    const method = init[SymbolIterator];
    const flat = typeof method === "function"
      ? flatFromSequence(init, method)
      : flatFromRecord(init);
    for (let i = 0; i < flat.length; i += 2) {
      headers.#appendChecked(flat[i], flat[i + 1]);
    }
  }

  #assertMutable() {
    if (this.#immutable) {
      throw new TypeError("Can't modify immutable headers.");
    }
  }

  #lowerNames() {
    if (this.#lower !== null) return this.#lower;
    const flat = this.#flat;
    const lower = [];
    for (let i = 0; i < flat.length; i += 2) {
      ArrayPrototypePush(lower, lowerTrusted(flat[i]));
    }
    this.#lower = lower;
    return lower;
  }

  // Index into the lowercase names, or -1.
  #find(name, from) {
    const lower = this.#lowerNames();
    if (from === 0 && lower.length > INDEX_LENGTH_MIN) {
      this.#index ??= indexOfFirst(lower);
      return MapPrototypeGet(this.#index, name) ?? -1;
    }
    for (let i = from; i < lower.length; ++i) {
      if (lower[i] === name) return i;
    }
    return -1;
  }

  #get(name) {
    let i = this.#find(name, 0);
    if (i === -1) return null;
    const flat = this.#flat;
    let value = flat[i * 2 + 1];
    while ((i = this.#find(name, i + 1)) !== -1) {
      value += `, ${flat[i * 2 + 1]}`;
    }
    return value;
  }

  #all(name) {
    const values = [];
    let i = -1;
    while ((i = this.#find(name, i + 1)) !== -1) {
      ArrayPrototypePush(values, this.#flat[i * 2 + 1]);
    }
    return values;
  }

  // Call before every change: unshares the arrays and completes #lower.
  #own() {
    if (this.#shared) {
      this.#flat = copyArray(this.#flat);
      if (this.#lower !== null) this.#lower = copyArray(this.#lower);
      this.#shared = false;
    }
    this.#lowerNames();
  }

  #appendChecked(name, value) {
    value = normalizeValue(value);
    this.#append(lowerChecked(name), value, name);
  }

  #append(lower, value, name) {
    this.#own();
    let wire = canonicalNames[lower];
    if (wire === undefined) {
      const first = this.#find(lower, 0);
      wire = first === -1 ? name : this.#flat[first * 2];
      if (first === -1 && !isSendable(lower)) this.#unsendable = true;
    }
    ArrayPrototypePush(this.#flat, wire, value);
    const position = this.#lower.length;
    ArrayPrototypePush(this.#lower, lower);
    if (this.#index !== null && !MapPrototypeHas(this.#index, lower)) {
      MapPrototypeSet(this.#index, lower, position);
    }
  }

  // The first pair keeps its place and spelling, the others go.
  #set(lower, value, name) {
    const first = this.#find(lower, 0);
    if (first === -1) {
      this.#append(lower, value, name);
      return;
    }
    this.#own();
    this.#flat[first * 2 + 1] = value;
    this.#remove(lower, first + 1);
  }

  // One pass of compaction: splice would move the tail once for each pair.
  #remove(name, from) {
    let to = this.#find(name, from);
    if (to === -1) return;
    this.#own();
    const flat = this.#flat;
    const lower = this.#lower;
    for (let i = to + 1; i < lower.length; ++i) {
      if (lower[i] === name) continue;
      lower[to] = lower[i];
      flat[to * 2] = flat[i * 2];
      flat[to * 2 + 1] = flat[i * 2 + 1];
      ++to;
    }
    lower.length = to;
    flat.length = to * 2;
    this.#index = null;
  }

  #addAll(other) {
    if (this.#flat.length === 0) {
      this.#share(other);
      return;
    }
    // A snapshot of the length bounds the loop if both are the same object.
    const names = other.#lowerNames();
    const count = names.length;
    for (let i = 0; i < count; ++i) {
      this.#append(names[i], other.#flat[i * 2 + 1], other.#flat[i * 2]);
    }
  }

  #share(other) {
    this.#flat = other.#flat;
    this.#lower = other.#lower;
    this.#index = null;
    this.#unsendable = other.#unsendable;
    this.#shared = true;
    other.#shared = true;
  }

  // A fresh flat array sorted by lowercase name, values of one name joined,
  // set-cookie alone kept apart.
  #sorted() {
    const flat = this.#flat;
    const lower = this.#lowerNames();
    const order = [];
    for (let i = 0; i < lower.length; ++i) ArrayPrototypePush(order, i);
    ArrayPrototypeSort(
      order,
      (a, b) => lower[a] < lower[b] ? -1 : lower[a] > lower[b] ? 1 : a - b,
    );
    const items = [];
    for (let i = 0; i < order.length; ++i) {
      const name = lower[order[i]];
      const value = flat[order[i] * 2 + 1];
      const last = items.length - 2;
      if (last >= 0 && items[last] === name && name !== "set-cookie") {
        items[last + 1] += `, ${value}`;
      } else {
        ArrayPrototypePush(items, name, value);
      }
    }
    return items;
  }

  #sendable() {
    if (!this.#unsendable) return this.#flat;
    const flat = this.#flat;
    const lower = this.#lowerNames();
    const sendable = [];
    for (let i = 0; i < lower.length; ++i) {
      if (isSendable(lower[i])) {
        ArrayPrototypePush(sendable, flat[i * 2], flat[i * 2 + 1]);
      }
    }
    return sendable;
  }

  static {
    isHeaders = (value) => isObject(value) && #flat in value;

    // Takes ownership of `flat`, whose names and values the host vouches for.
    headersFromFlat = (flat, immutable) => {
      const headers = new Headers(INTERNAL, flat);
      headers.#immutable = immutable === true;
      return headers;
    };

    // The caller reads the result and never changes it: it is the live list.
    flatFromHeaders = (headers) => headers.#sendable();

    // `message` is the text of the TypeError for an init that is no object.
    fillHeaders = (headers, init, message = WRONG_INIT) => {
      if (init !== undefined) Headers.#fill(headers, init, message);
    };

    // Shares the list with the original until either of them changes.
    cloneHeaders = (headers, immutable) => {
      const clone = new Headers(INTERNAL, null);
      clone.#share(headers);
      clone.#immutable = immutable === true;
      return clone;
    };

    setHeadersImmutable = (headers) => {
      headers.#immutable = true;
    };
    areImmutable = (headers) => headers.#immutable;

    // The accessors below take lowercase names and clean values, check
    // nothing and work on immutable headers as well.
    headersGet = (headers, lower) => headers.#get(lower);
    headersHas = (headers, lower) => headers.#find(lower, 0) !== -1;
    headersSet = (headers, lower, value) => headers.#set(lower, value, lower);
    headersAppend = (headers, lower, value) =>
      headers.#append(lower, value, lower);
    headersDelete = (headers, lower) => headers.#remove(lower, 0);
  }
}

const HeadersPrototype = Headers.prototype;
configurePairInterface(Headers, [
  "get", "getAll", "getSetCookie", "has", "set", "append", "delete", "forEach",
  "entries", "keys", "values",
]);

// The headers of a Request or Response init; `dictionary` names it in the error.
function headersFrom(init, dictionary) {
  const headers = new Headers();
  fillHeaders(
    headers,
    init,
    `Incorrect type for the 'headers' field on '${dictionary}': the provided value is not of type 'Headers or Sequence or object'.`,
  );
  return headers;
}

return {
  Headers,
  HeadersPrototype,
  isHeaders,
  headersFromFlat,
  flatFromHeaders,
  fillHeaders,
  headersFrom,
  cloneHeaders,
  setHeadersImmutable,
  areImmutable,
  headersGet,
  headersHas,
  headersSet,
  headersAppend,
  headersDelete,
  // Shared with form_data.js and multipart.js.
  createPairIterators,
  configurePairInterface,
  copyArray,
  illegalInvocation,
  isObject,
  isTokenCode,
  requireCallback,
  requireStrings,
  toUSVString,
  wrongParameter,
};
})();
