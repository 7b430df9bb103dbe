// Runs js/fetch/{headers,form_data,multipart}.js in plain Node, without a build
// of the runtime: `node tests/node/fetch_parts.test.mjs`. What Node's own
// classes do alike is compared with them; where workerd differs from the
// standard, the expectation is what workerd 2026-11-17 was seen to do.
//
// It stubs the parts of deno_core and deno_web the scripts ask for, and says
// nothing about those parts themselves.

import { readFileSync } from "node:fs";
import { isDeepStrictEqual, MIMEType } from "node:util";
import { fileURLToPath } from "node:url";
import { performance } from "node:perf_hooks";

// ---------------------------------------------------------------- harness

const NodeHeaders = globalThis.Headers;
const NodeFormData = globalThis.FormData;
const NodeFile = globalThis.File;
const NodeResponse = globalThis.Response;

function buildPrimordials() {
  const out = {};
  const { apply, bind, call } = Function.prototype;
  const uncurryThis = bind.bind(call);
  out.uncurryThis = uncurryThis;
  out.applyBind = bind.bind(apply);
  const rename = (key) =>
    typeof key === "symbol"
      ? `Symbol${key.description[7].toUpperCase()}${key.description.slice(8)}`
      : key[0].toUpperCase() + key.slice(1);
  const copy = (source, prefix, wrap) => {
    for (const key of Reflect.ownKeys(source)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(source, key);
      const name = prefix + rename(key);
      if (descriptor.get) {
        out[`${prefix}Get${rename(key)}`] = uncurryThis(descriptor.get);
      } else {
        const { value } = descriptor;
        out[name] = typeof value === "function" ? wrap(value) : value;
      }
    }
  };
  for (const name of ["JSON", "Math", "Reflect"]) {
    copy(globalThis[name], name, (f) => f);
  }
  for (
    const name of [
      "Array", "ArrayBuffer", "Error", "Function", "Map", "Number", "Object",
      "RegExp", "Set", "String", "Symbol", "TypeError", "Uint8Array",
      "Uint32Array", "WeakMap",
    ]
  ) {
    out[name] = globalThis[name];
    copy(globalThis[name], name, (f) => f);
    copy(globalThis[name].prototype, `${name}Prototype`, uncurryThis);
  }
  const TypedArray = Object.getPrototypeOf(Uint8Array);
  copy(TypedArray.prototype, "TypedArrayPrototype", uncurryThis);
  out.ArrayIteratorPrototype = Object.getPrototypeOf([][Symbol.iterator]());
  out.SafeMap = Map;
  out.SafeArrayIterator = class SafeArrayIterator {
    #array;
    #index = 0;
    constructor(array) {
      this.#array = array;
    }
    next() {
      return this.#index < this.#array.length
        ? { value: this.#array[this.#index++], done: false }
        : { value: undefined, done: true };
    }
    [Symbol.iterator]() {
      return this;
    }
  };
  // Reading a name deno_core does not have is an error in the script.
  return new Proxy(out, {
    get(target, key) {
      if (!(key in target)) throw new Error(`no primordial ${String(key)}`);
      return target[key];
    },
  });
}

// Has Node's Blobs keep their type where deno_web's do, once it is set there.
const kType = Symbol("Type");
const ownType = Object.getOwnPropertyDescriptor(Blob.prototype, "type").get;
Object.defineProperty(Blob.prototype, "type", {
  get() {
    return this[kType] ?? ownType.call(this);
  },
  enumerable: true,
  configurable: true,
});
function SampleBlob() {
  return { [kType]: "" };
}

function buildRuntime() {
  const root = new URL("../../js/fetch/", import.meta.url);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const { URLSearchParams, Blob, File } = globalThis;
  const loaded = {
    "ext:deno_web/09_file.js": {
      Blob: SampleBlob,
      File,
      BlobPrototype: Blob.prototype,
      FilePrototype: File.prototype,
    },
    "ext:deno_web/00_url.js": {
      parseUrlEncoded: (bytes) => [
        ...new URLSearchParams(decoder.decode(bytes)),
      ],
    },
    "ext:deno_web/01_mimesniff.js": {
      parseMimeType(text) {
        try {
          const mime = new MIMEType(text);
          const parameters = new Map(mime.params);
          return { type: mime.type, subtype: mime.subtype, parameters };
        } catch {
          return null;
        }
      },
    },
  };
  const core = {
    encode: (text) => encoder.encode(text),
    decode: (bytes) => decoder.decode(bytes),
    byteLength: (text) => Buffer.byteLength(text),
    loadExtScript(specifier) {
      if (!(specifier in loaded)) {
        const file = specifier.replace("ext:denizen/", "../");
        const source = readFileSync(fileURLToPath(new URL(file, root)), "utf8");
        loaded[specifier] = new Function(
          "__bootstrap",
          `"use strict"; return ${source.slice(source.indexOf("(function ()"))}`,
        )(bootstrap);
      }
      return loaded[specifier];
    },
  };
  const bootstrap = { core, primordials: buildPrimordials() };
  return {
    ...core.loadExtScript("ext:denizen/fetch/headers.js"),
    ...core.loadExtScript("ext:denizen/fetch/form_data.js"),
    ...core.loadExtScript("ext:denizen/fetch/multipart.js"),
  };
}

const R = buildRuntime();
const { Headers, FormData } = R;

let passed = 0;
let failed = 0;
const pending = [];

function show(value) {
  if (value instanceof NodeFile) {
    return { file: value.name, type: value.type, size: value.size };
  }
  if (Array.isArray(value)) return value.map(show);
  return value;
}

function attempt(run) {
  try {
    return { value: show(run()) };
  } catch (error) {
    return { error: `${error?.name}: ${error?.message}`, name: error?.name };
  }
}

function report(name, actual, expected) {
  if (isDeepStrictEqual(actual, expected)) {
    ++passed;
    return;
  }
  ++failed;
  console.log(`FAILED ${name}`);
  console.log("  expected", JSON.stringify(expected));
  console.log("  actual  ", JSON.stringify(actual));
}

const sourceOf = (run) => String(run).replace(/\s+/g, " ").slice(0, 120);

// The expectation is a value.
function is(run, expected) {
  const result = attempt(run);
  report(sourceOf(run), result.error ?? result.value, expected);
}

function throws(run, message, name = "TypeError") {
  report(sourceOf(run), attempt(run).error, `${name}: ${message}`);
}

// The expectation is what Node's class does; errors compare by class.
function same(run) {
  const a = attempt(() => run(Headers));
  const b = attempt(() => run(NodeHeaders));
  report(sourceOf(run), a.name ?? a.value, b.name ?? b.value);
}

function sameForm(run) {
  const a = attempt(() => run(FormData));
  const b = attempt(() => run(NodeFormData));
  report(sourceOf(run), a.name ?? a.value, b.name ?? b.value);
}

const ILLEGAL = "Illegal invocation: function called with incorrect `this` " +
  "reference. See https://developers.cloudflare.com/workers/observability/" +
  "errors/#illegal-invocation-errors for details.";
const all = (init) => [...new Headers(init)];

// --------------------------------------------------- headers, as the standard

same((H) => [...new H()]);
same((H) => [...new H(undefined)]);
same((H) => [...new H({ B: "1", a: "2", C: "3" })]);
same((H) => [...new H([["b", "1"], ["A", "2"], ["B", "3"]])]);
same((H) => [...new H(new Map([["x", "y"]]))]);
same((H) => [...new H(new H({ x: "1", "set-cookie": "q" }))]);
same((H) => [...new H(new URLSearchParams("a=1&b=2&a=3"))]);
same((H) => [...new H((function* () {
  yield ["a", "1"];
  yield ["a", "2"];
})())]);
same((H) => [...new H([new Set(["a", "b"])])]);
same((H) => [...new H({ a: 1, b: null, c: undefined, d: [1, 2], e: {} })]);
same((H) => [...new H({ 2: "b", 1: "a", x: "c" })]);
same((H) => new H(null));
same((H) => new H(1));
same((H) => new H("ab"));
same((H) => new H([["a"]]));
same((H) => new H([["a", "b", "c"]]));
same((H) => new H([1]));
same((H) => new H([null]));
same((H) => new H([{}]));
same((H) => new H({ "a b": 1 }));
same((H) => new H({ a: "b\n c" }));
same((H) => new H({ a: Symbol("x") }));
same((H) => new H([["a b", "1"]]));
same((H) => {
  const h = new H();
  h.append("a", " \t\r\n b c \r\n\t ");
  return h.get("A");
});
same((H) => {
  const h = new H();
  h.append("a", "\x0bb\x0c\x01\x7f");
  return h.get("a");
});
same((H) => {
  const h = new H();
  h.append("a", "");
  h.append("A", "");
  return h.get("a");
});
same((H) => {
  const h = new H({ a: "1", b: "2" });
  h.set("A", "3");
  h.set("c", "4");
  h.delete("B");
  return [[...h], h.has("a"), h.has("b"), h.get("b")];
});
same((H) => {
  const h = new H([["a", "1"], ["b", "2"], ["a", "3"], ["c", "4"], ["a", "5"]]);
  h.set("a", "6");
  return [...h];
});
same((H) => {
  const h = new H([["a", "1"], ["b", "2"], ["a", "3"], ["c", "4"]]);
  h.delete("a");
  return [...h];
});
same((H) => {
  const h = new H({ z: 1 });
  h.append("Set-Cookie", "a=1");
  h.append("set-cookie", "b=2");
  return [[...h], h.getSetCookie(), h.get("set-cookie")];
});
same((H) => new H().getSetCookie());
same((H) => {
  const h = new H([["set-cookie", "a"], ["set-cookie", "b"]]);
  h.set("Set-Cookie", "z");
  return h.getSetCookie();
});
same((H) => {
  const h = new H({ b: "1", a: "2" });
  return [[...h.keys()], [...h.values()], [...h.entries()]];
});
same((H) => {
  const seen = [];
  const h = new H({ b: "1", a: "2" });
  h.forEach(function (value, key, object) {
    seen.push(value, key, object === h, this);
  }, "T");
  return seen;
});
same((H) =>
  [
    ...new H([
      ["b_", "1"], ["b-", "2"], ["b", "3"], ["b0", "4"], ["ba", "5"],
      ["b~", "6"], ["B|", "7"], ["!x", "8"],
    ]).keys(),
  ]
);
same((H) => {
  let valid = "";
  for (let code = 0; code < 128; ++code) {
    try {
      new H().set(`a${String.fromCharCode(code)}`, "x");
      valid += String.fromCharCode(code);
    } catch { /* not a name */ }
  }
  return valid;
});
same((H) => {
  const bad = [];
  for (let code = 0; code < 256; ++code) {
    try {
      const h = new H();
      h.set("a", `b${String.fromCharCode(code)}c`);
      if (h.get("a") !== `b${String.fromCharCode(code)}c`) bad.push(-code);
    } catch {
      bad.push(code);
    }
  }
  return bad;
});
same((H) => new H().get());
same((H) => new H().append("a"));
same((H) => new H().set("a"));
same((H) => new H().forEach());
same((H) => new H().forEach(1));
same((H) => new H().get("a b"));
same((H) => new H().has("a b"));
same((H) => new H().delete("a b"));
same((H) => new H().append("a", "b\0c"));
same((H) => H());
same((H) => Object.prototype.toString.call(new H()));
same((H) => Object.keys(new H({ a: 1 })));
same((H) => {
  class Sub extends H {
    get() {
      return "sub";
    }
    append() {
      throw new Error("observed");
    }
  }
  const h = new Sub({ a: "1" });
  return [h instanceof H, h.get("a"), [...h], H.prototype.get.call(h, "a")];
});
same((H) => new H({ a: "1" }).entries().next());
same((H) => Object.getPrototypeOf(Object.getPrototypeOf(new H().keys())) ===
  Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())));
same((H) => {
  const log = [];
  new H(new Proxy({ a: "1" }, {
    get(target, key) {
      log.push(`get ${String(key)}`);
      return target[key];
    },
    ownKeys(target) {
      log.push("ownKeys");
      return Reflect.ownKeys(target);
    },
  }));
  return log.filter((line) => line !== "get Symbol(nodejs.util.inspect.custom)");
});

// -------------------------------------------------------- headers, as workerd

// Node takes non-enumerable properties and refuses a foreign new.target.
is(() => all(Object.create({ a: 1 }, {
  b: { value: "2", enumerable: true },
  c: { value: "3" },
})), [["b", "2"]]);
is(() => Headers.prototype.get.call(Reflect.construct(Headers, [{ a: 1 }], Array), "a"), "1");

throws(() => Headers.prototype.get.call({}, "a"), ILLEGAL);
throws(() => Headers.prototype.get.call(undefined, "a"), ILLEGAL);
throws(() => Headers.prototype.get("a"), ILLEGAL);
throws(() => Headers.prototype.get.call(new Proxy(new Headers(), {}), "a"), ILLEGAL);
throws(() => Headers.prototype.entries.call(Object.create(Headers.prototype)), ILLEGAL);
for (const method of ["get", "has", "delete", "getAll", "set", "append"]) {
  throws(
    () => new Headers()[method](),
    `Failed to execute '${method}' on 'Headers': parameter 1 is not of type 'string'.`,
  );
}
throws(() => new Headers().set("a"), "Failed to execute 'set' on 'Headers': parameter 2 is not of type 'string'.");
throws(() => new Headers().forEach({}), "Failed to execute 'forEach' on 'Headers': parameter 1 is not of type 'function'.");
throws(() => all(null), "Failed to construct 'Headers': constructor parameter 1 is not of type 'Headers or Sequence or object'.");
throws(() => all(["ab"]), "Incorrect type: the provided value is not of type 'Sequence'.");
throws(() => all([["a"]]), "To initialize a Headers object from a sequence, each inner sequence must have exactly two elements.");
throws(() => new Headers().append("a b", "c"), "Invalid header name.");
throws(() => new Headers().append("a b", "q\nr"), "Invalid header value.");
throws(() => new Headers().append("a", Symbol("x")), "Cannot convert a Symbol value to a string");
throws(() => new Headers().append("a b", { toString() { throw new RangeError("u"); } }), "u", "RangeError");
throws(() => all({ [Symbol.iterator]() { return { next: () => 5 }; } }), "Callback returned incorrect type; expected 'GeneratorNext'");
throws(() => new (Object.getPrototypeOf(new Headers().keys()).constructor)(), "Illegal constructor");
throws(() => Object.getPrototypeOf(new Headers().keys()).next.call(new Headers().values()), ILLEGAL);
throws(() => new Headers().getAll("x"), 'getAll() can only be used with the header name "Set-Cookie".');
throws(() => new Headers().getAll("b d"), 'getAll() can only be used with the header name "Set-Cookie".');
is(() => new Headers([["set-cookie", "a"], ["Set-Cookie", "b"]]).getAll("SET-cookie"), ["a", "b"]);
is(() => all({ [Symbol.iterator]: 5, a: "1" }), [["a", "1"]]);
is(() => all({ [Symbol.iterator]() { return 5; } }), []);
is(() => all({ [Symbol.iterator]() { return {}; } }), []);
is(() => all(() => {}), []);
is(() => all(Object.assign(() => {}, { a: "1" })), [["a", "1"]]);
is(() => all({ a: "\u65e5" }), [["a", "\u65e5"]]);
is(() => all({ "\u65e5": "1" }), [["\u65e5", "1"]]);
is(() => all({ "": "1" }), [["", "1"]]);
is(() => new Headers().get(""), null);
is(() => {
  const h = new Headers({ B: "1", C: "2" });
  const seen = [];
  for (const [key] of h) {
    seen.push(key);
    h.append(`d${seen.length}`, 1);
  }
  return seen;
}, ["b", "c"]);
is(() => String(new Headers().entries()), "[object EntryIterator]");
is(() => String(new Headers().keys()), "[object KeyIterator]");
is(() => String(new Headers().values()), "[object ValueIterator]");
is(() => Object.keys(Headers.prototype), [
  "get", "getAll", "getSetCookie", "has", "set", "append", "delete", "forEach",
  "entries", "keys", "values",
]);
is(() => Object.entries(Object.getOwnPropertyDescriptors(Headers.prototype))
  .filter(([, d]) => d.value.length !== 0 || !d.writable || !d.configurable), []);
is(() => [Headers.length, Headers.name, Headers.prototype[Symbol.iterator].name], [0, "Headers", ""]);
is(() => Headers.prototype[Symbol.iterator] === Headers.prototype.entries, false);
is(() => Object.getOwnPropertyDescriptor(Headers.prototype, Symbol.toStringTag), {
  value: "Headers", writable: true, enumerable: false, configurable: true,
});
is(() => Object.getOwnPropertySymbols(new Headers({ a: 1 })), []);
is(() => {
  const h = new Headers({ a: "1" });
  h[Symbol.iterator] = function* () {
    yield ["q", "1"];
  };
  return all(h);
}, [["a", "1"]]);
is(() => {
  const h = new Headers();
  h.append("K\u212a", "1");
  return [h.has("kk"), h.has("k\u212a")];
}, [false, true]);

// ------------------------------------------------- headers, for the runtime

is(() => {
  const flat = ["X-One", "1", "x-one", "2", "Set-Cookie", "a", "Set-Cookie", "b"];
  const h = R.headersFromFlat(flat, false);
  return [R.flatFromHeaders(h) === flat, [...h], R.headersGet(h, "x-one")];
}, [true, [["set-cookie", "a"], ["set-cookie", "b"], ["x-one", "1, 2"]], "1, 2"]);
// The spelling on the wire, as seen by a TCP server behind workerd.
is(() => {
  const h = new Headers({ "X-First": "1" });
  h.append("x-FIRST", "2");
  h.set("X-Set", "a");
  h.set("x-set", "b");
  h.append("content-TYPE", "t/p");
  h.append("a-low", "z");
  h.append("x-del", "1");
  h.delete("X-DEL");
  h.append("X-Del", "2");
  h.set("accept", "q");
  h.set("etag", "e");
  h.set("www-authenticate", "w");
  return R.flatFromHeaders(h);
}, [
  "X-First", "1", "X-First", "2", "X-Set", "b", "Content-Type", "t/p", "a-low",
  "z", "X-Del", "2", "Accept", "q", "ETag", "e", "WWW-Authenticate", "w",
]);
is(() => R.flatFromHeaders(new Headers({ "": "1", "\xe9": "2", a: "3" })), ["a", "3"]);
is(() => {
  const a = R.headersFromFlat(["x", "1"], true);
  const b = R.cloneHeaders(a, false);
  b.append("y", "2");
  const c = new Headers(b);
  b.set("x", "9");
  R.headersSet(a, "x", "5");
  return [[...a], [...b], [...c]];
}, [[["x", "5"]], [["x", "9"], ["y", "2"]], [["x", "1"], ["y", "2"]]]);
is(() => {
  const h = new Headers({ a: "1" });
  R.fillHeaders(h, new Headers({ A: "2", b: "3" }));
  R.fillHeaders(h, undefined);
  R.fillHeaders(h, h);
  return [...h];
}, [["a", "1, 2, 1, 2"], ["b", "3, 3"]]);
// A list long enough for the index of names.
is(() => {
  const h = new Headers();
  for (let i = 0; i < 100; ++i) h.append(`X-${i}`, `${i}`);
  h.append("x-7", "b");
  h.delete("x-5");
  h.set("x-8", "c");
  h.append("X-5", "d");
  const c = new Headers(h);
  c.delete("x-99");
  return [h.get("X-5"), h.get("x-7"), h.get("x-8"), h.get("x-99"), c.get("x-99"), h.has("x-100"), [...h].length];
}, ["d", "7, b", "c", "99", null, false, 100]);
throws(() => R.fillHeaders(new Headers(), null, "own words"), "own words");
for (const run of [
  (h) => h.set("a", "1"),
  (h) => h.append("a", "1"),
  (h) => h.delete("a"),
  (h) => h.set("a b", "\n1\n1"),
]) {
  throws(() => run(R.headersFromFlat(["a", "1"], true)), "Can't modify immutable headers.");
}
is(() => {
  const h = R.headersFromFlat(["a", "1"], true);
  R.headersAppend(h, "b", "2");
  R.headersDelete(h, "a");
  return [[...h], R.headersHas(h, "b"), R.headersHas(h, "a"), R.isHeaders(h), R.isHeaders({})];
}, [[["b", "2"]], true, false, true, false]);
is(() => {
  const h = new Headers({ a: "1" });
  R.setHeadersImmutable(h);
  return attempt(() => h.delete("a")).error;
}, "TypeError: Can't modify immutable headers.");

// -------------------------------------------------------------------- forms

sameForm((F) => {
  const f = new F();
  f.append("a", 1);
  f.append("b", 2);
  f.append("a", null);
  f.set("c", undefined);
  return [[...f], f.get("a"), f.getAll("a"), f.get("q"), f.getAll("q"), f.has("b"), f.has("q")];
});
sameForm((F) => {
  const f = new F();
  for (const [k, v] of [["a", 1], ["b", 2], ["a", 3], ["c", 4], ["a", 5]]) f.append(k, v);
  f.set("a", 4);
  f.set("d", 5);
  return [...f];
});
sameForm((F) => {
  const f = new F();
  for (const [k, v] of [["a", 1], ["b", 2], ["a", 3]]) f.append(k, v);
  f.delete("a");
  return [[...f.keys()], [...f.values()], [...f.entries()], [...f]];
});
sameForm((F) => {
  const f = new F();
  f.append("a", 1);
  f.append("b", 2);
  const seen = [];
  for (const [key] of f) {
    seen.push(key);
    if (seen.length < 5) f.append(`c${seen.length}`, 1);
  }
  return seen;
});
sameForm((F) => {
  const f = new F();
  for (const k of ["a", "b", "c"]) f.append(k, 1);
  const seen = [];
  for (const [key] of f) {
    seen.push(key);
    f.delete(key);
  }
  return seen;
});
sameForm((F) => {
  const f = new F();
  f.append("a\ud800", "b\ud800");
  return [...f];
});
sameForm((F) => {
  const f = new F();
  f.append("a", new Blob(["x"], { type: "t/p" }), "n.txt");
  return [...f];
});
sameForm((F) => {
  const f = new F();
  const file = new File(["x"], "orig", { type: "t/p", lastModified: 5 });
  f.append("a", file);
  f.append("b", file, "new");
  return [f.get("a") === file, f.get("b")];
});
sameForm((F) => new F().append());
sameForm((F) => new F().append("a"));
sameForm((F) => new F().forEach());
sameForm((F) => new F().append("a", Symbol("b")));
sameForm((F) => F());
sameForm((F) => Object.prototype.toString.call(new F()));
sameForm((F) => {
  const f = new F();
  f.append("a", 1);
  const seen = [];
  f.forEach(function (value, key, object) {
    seen.push(value, key, object === f, this);
  }, "T");
  return seen;
});
sameForm((F) => {
  const f = new F();
  f.append("a", 1);
  const iterator = f.entries();
  iterator.next();
  f.append("b", 2);
  return iterator.next();
});

is(() => {
  const f = new FormData();
  f.append("a", new Blob(["x"], { type: "t/p" }));
  return [...f];
}, [["a", { file: "a", type: "t/p", size: 1 }]]);
is(() => {
  const f = new FormData();
  f.append("a", new Blob(["x"]), null);
  return f.get("a");
}, { file: "null", type: "", size: 1 });
is(() => {
  const f = new FormData();
  f.append("a", "str", "n");
  f.set("b", {}, "n");
  return [...f];
}, [["a", "str"], ["b", "[object Object]"]]);
is(() => {
  const f = new FormData();
  f.append("a", Object.create(Blob.prototype, { toString: { value: () => "fake" } }));
  return f.get("a");
}, "fake");
is(() => [...new FormData({}), ...new FormData(null), ...new FormData(5, ["a", "b"])], []);
throws(() => new FormData().append("a"), "Failed to execute 'append' on 'FormData': parameter 2 is not of type 'File or Blob or string'.");
throws(() => new FormData().set(), "Failed to execute 'set' on 'FormData': parameter 1 is not of type 'string'.");
throws(() => new FormData().get(), "Failed to execute 'get' on 'FormData': parameter 1 is not of type 'string'.");
throws(() => new FormData().append("a", "x", Symbol("a")), "Cannot convert a Symbol value to a string");
throws(() => FormData.prototype.get.call({}, "a"), ILLEGAL);
throws(() => FormData.prototype.get.call(new Headers(), "a"), ILLEGAL);
is(() => Object.keys(FormData.prototype), [
  "append", "delete", "get", "getAll", "has", "set", "entries", "keys",
  "values", "forEach",
]);
is(() => {
  const items = ["a", "1", "b", "2"];
  const f = R.newFormData(items);
  const list = R.entryList(f);
  f.append("c", "3");
  return [[...f], list, R.isFormData(f), R.isFormData({})];
}, [[["a", "1"], ["b", "2"], ["c", "3"]], ["a", "1", "b", "2"], true, false]);

// ---------------------------------------------------------------- multipart

const bytesOf = (text) => new TextEncoder().encode(text);
const latin = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const pairs = (items) => {
  const list = [];
  for (let i = 0; i < items.length; i += 2) list.push([items[i], items[i + 1]]);
  return list;
};
const parse = (text) => pairs(R.parseMultipart(bytesOf(text.replaceAll("\n", "\r\n")), "BB"));
const raw = (text) => pairs(R.parseMultipart(bytesOf(text), "BB"));
const part = (disposition, extra = "") =>
  parse(`--BB\nContent-Disposition: ${disposition}\n${extra}\n1\n--BB--\n`);
const A = 'Content-Disposition: form-data; name="a"';
const one = [["a", "1"]];
const file = (name, type = "") => [["a", { file: name, type, size: 1 }]];

const INITIAL = "No initial boundary string (or you have a truncated message).";
const SUBSEQUENT = "No subsequent boundary string after multipart message.";
const HEADER_END = "No multipart message header termination found.";
const NO_NAME = "Content-Disposition header in FormData part is missing a name.";
const BAD_HEADERS = "FormData part had invalid headers.";
const AFTER = "Boundary string was not succeeded by CRLF, LF, or '--'.";
const NO_DISPOSITION = "No valid Content-Disposition header found in FormData part.";

is(() => parse(`--BB\n${A}\n\n1\n--BB--\n`), one);
is(() => parse(`--BB\n${A}\n\n1\n--BB--`), one);
is(() => parse(`preamble\n--BB\n${A}\n\n1\n--BB--\nepilogue`), one);
is(() => parse(`--BB\n${A}\n\n1\n--BB\nContent-Disposition: form-data; name="b"\n\n2\n--BB--`), [["a", "1"], ["b", "2"]]);
is(() => raw(`--BB\n${A}\n\n1\n--BB--\n`), one);
is(() => raw(`pre--BB\r\n${A}\r\n\r\n1\r\n--BB--`), one);
is(() => raw(`--BB\r\n${A}\n\r\n1\n--BB--`), one);
is(() => raw(`--BB\r\n${A}\r\n\n1\r\n--BB--`), one);
is(() => raw(`--BB\r\n${A}\rX: y\r\n\r\n1\r\n--BB--`), one);
is(() => raw(`--BB\r\n${A}\r\n\r\n1\r\n\r\n--BB--`), [["a", "1\r\n"]]);
is(() => raw(`--BB\r\n${A}\r\n\r\n--BB\r\n--BB--`), [["a", "--BB"]]);
is(() => raw(`--BB\r\n${A}\r\n\r\n1\n\r\n--BB--`), [["a", "1\n"]]);
is(() => parse(`--BB\n${A}\n\n\n--BB--`), [["a", ""]]);
is(() => parse("--BB--"), []);
is(() => parse(`--BB--\n--BB\n${A}\n\n1\n--BB--`), []);
throws(() => parse(""), INITIAL);
throws(() => parse("x"), INITIAL);
throws(() => parse("--B"), INITIAL);
throws(() => parse("--BB"), INITIAL);
throws(() => parse("--BB\n"), HEADER_END);
throws(() => parse("--BB\n\nx\n--BB--"), HEADER_END);
throws(() => parse(`--BB\n${A}\n\n1\n`), SUBSEQUENT);
throws(() => parse(`--BB\n${A}\n\n1\n--BB`), SUBSEQUENT);
throws(() => parse(`--BB\n${A}\n\n1--BB--`), SUBSEQUENT);
throws(() => parse(`--BB\n${A}\n\n--BB--`), SUBSEQUENT);
throws(() => parse(`--BB\n${A}\n\n1\n--BB\n`), HEADER_END);
throws(() => parse(`--BB\n${A}\n\n1\n--BBX\n2\n--BB--`), AFTER);
throws(() => parse(`--BB  \n${A}\n\n1\n--BB--`), AFTER);
throws(() => raw(`--BB\r${A}\r\r1\r--BB--`), AFTER);
throws(() => raw(`--BB\r\n${A}\r\n\r\n1\r\n--BB-`), AFTER);
throws(() => raw(`--BB\r\n${A}\r\n\r\n1\r\n--BB\r`), AFTER);
throws(() => part("form-data; name=a"), NO_NAME);
throws(() => part("form-data"), NO_NAME);
throws(() => part('form-data; NAME="a"'), NO_NAME);
throws(() => part('form-data; name=""'), NO_NAME);
throws(() => part('form-data; name="a'), NO_NAME);
throws(() => part('form-data; name="a\\"'), NO_NAME);
throws(() => part('form-data; name*="a"'), NO_NAME);
throws(() => part('form-data;; name="a"'), NO_NAME);
throws(() => part('form-data, name="a"'), NO_NAME);
throws(() => part('form-data; filename="q"'), NO_NAME);
throws(() => part('form-data;other=token;name="a"'), NO_NAME);
throws(() => part(""), NO_DISPOSITION);
throws(() => part("  "), NO_DISPOSITION);
throws(() => parse("--BB\nContent-Type: text/plain\n\n1\n--BB--"), NO_DISPOSITION);
throws(() => part('"form-data"; name="a"'), "Invalid Content-Disposition header found in FormData part.");
for (const kind of ["attachment", "FORM-DATA", "form-dataX"]) {
  throws(
    () => part(`${kind}; name="a"`),
    'Content-Disposition header for FormData part must have the value "form-data", ' +
      `possibly followed by parameters. Got: "${kind}"`,
  );
}
throws(() => part('form-data;\n name="a"'), BAD_HEADERS);
for (const line of ["broken", "X :b", ": b", "X: a\0b", "X y: b", "X: b\n c"]) {
  throws(() => part('form-data; name="a"', `${line}\n`), BAD_HEADERS);
}
throws(() => raw(`--BB\r\nContent-Disposition: form-data; name="a\rb"\r\n\r\n1\r\n--BB--`), BAD_HEADERS);
for (const line of ["X:", "\xe9: b", "X: \x01\x7f", "Content-Type: a/b", "Content-Disposition: x"]) {
  is(() => part('form-data; name="a"', `${line}\n`), one);
}
is(() => part('form-data;name="a"'), one);
is(() => part('form-data ;\tname = "a" ; foo="name=\\"z\\""'), one);
is(() => part('form-data; name="a" junk; filename="x"'), one);
is(() => part('form-data; name="a"; filename=f.txt'), one);
is(() => part('form-data; name="a"; filename=""', "Content-Type: t/p\n"), one);
is(() => part('form-data; name="a"; filename="q'), one);
is(() => part("form-data; name=\"a\"; filename*=UTF-8''%e2%82%ac.txt"), one);
is(() => part('form-data; name="b"; name="a"; xname="c"'), one);
is(() => part('form-data; name="a"; filename="x"; filename*="y"'), file("x"));
is(() => part('form-data; filename="f.txt"; name="a"', "Content-Type: t/p; charset=x\n"), file("f.txt", "t/p; charset=x"));
is(() => part('form-data; name="a"; filename="q"', "Content-Type: a/b\nContent-Type: c/d\n"), file("q", "a/b, c/d"));
is(() => part('form-data; name="a"; filename="c;d=\\"e"'), file('c;d="e'));
is(() => part('form-data; name="a\\eb\\\\"'), [["aeb\\", "1"]]);
is(() => part('form-data; name="a%22b%0D%0Ac"'), [["a%22b%0D%0Ac", "1"]]);
is(() => part('form-data; name="\xe9\u65e5"'), [["\xe9\u65e5", "1"]]);
is(() => pairs(R.parseMultipart(latin(`--BB\r\n${A}\r\n\r\n\xff\xfe\r\n--BB--`), "BB")), [["a", "\ufffd\ufffd"]]);
is(() => pairs(R.parseMultipart(latin(`--BB\r\n${A}\r\n\r\n\xef\xbb\xbfz\r\n--BB--`), "BB")), [["a", "\ufeffz"]]);
is(() => {
  const whole = bytesOf(`xx--BB\r\n${A}\r\n\r\n1\r\n--BB--yy`);
  return pairs(R.parseMultipart(whole.subarray(2, whole.length - 2), "BB"));
}, one);

// ----------------------------------------------------------------- encoding

const encode = (items) => R.encodeMultipart(items, () => "BB");
is(() => encode([]).chunks, ["--BB--"]);
is(() => encode(["a", ""]).chunks.join(""), `--BB\r\n${A}\r\n\r\n\r\n--BB--`);
is(() => encode(["b\r\nc\"d\\", "x\ny\rz"]).chunks.join(""),
  '--BB\r\nContent-Disposition: form-data; name="b%0D%0Ac%22d\\\\"\r\n\r\nx\ny\rz\r\n--BB--');
is(() => encode(["a", "1"]).contentType, "multipart/form-data; boundary=BB");
is(() => encode(["f", new File(["zz"], 'n"\n', { type: "t/p" }), "g", new File([""], "")]).chunks
  .map((chunk) => typeof chunk === "string" ? chunk : chunk.size), [
  '--BB\r\nContent-Disposition: form-data; name="f"; filename="n%22%0A"\r\nContent-Type: t/p\r\n\r\n',
  2,
  '\r\n--BB\r\nContent-Disposition: form-data; name="g"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n',
  0,
  "\r\n--BB--",
]);

pending.push((async () => {
  const items = [
    "plain", "1", "\u65e5\xe9\u{1f600}", "\u65e5\xe9\u{1f600}", "back\\slash",
    "", "file", new File(["\u65e5", "\r\n--B-not"], "\xe9 \\.bin", { type: "a/b" }),
  ];
  const { chunks, length, contentType } = encode(items);
  const body = new Uint8Array(await new Blob(chunks).arrayBuffer());
  report("encoded length", length, body.length);
  const back = R.parseForm(body, contentType);
  const expected = items.slice();
  report("round trip", show(back.slice(0, 7)), show(expected.slice(0, 7)));
  report("round trip file", show(back[7]), show(expected[7]));
  report("round trip content", await back[7].text(), await items[7].text());
  // Node's parser reads what the encoder writes.
  const plain = encode(["a", "1", "b", new File(["zz"], "n.txt", { type: "t/p" })]);
  const form = await new NodeResponse(new Blob(plain.chunks), {
    headers: { "content-type": plain.contentType },
  }).formData();
  report("Node reads ours", show([...form]), [["a", "1"], ["b", { file: "n.txt", type: "t/p", size: 2 }]]);
  // And the other way round.
  const theirs = new NodeFormData();
  theirs.append("a", "1");
  theirs.append("f", new File(["zz"], "n.txt", { type: "t/p" }));
  const response = new NodeResponse(theirs);
  const type = response.headers.get("content-type");
  const ours = R.parseForm(new Uint8Array(await response.arrayBuffer()), type);
  report("ours reads Node", show(ours), show(["a", "1", "f", new File(["zz"], "n.txt", { type: "t/p" })]));
})());

// --------------------------------------------------- by content type, urlencoded

const form = (body, type) => pairs(R.parseForm(bytesOf(body), type));
const MULTI = `--BB\r\n${A}\r\n\r\n1\r\n--BB--`;
is(() => form(MULTI, 'multipart/form-data; boundary="BB"'), one);
is(() => form(MULTI, "Multipart/Form-Data; charset=utf-8; Boundary=BB"), one);
is(() => form(MULTI, "multipart/form-data; boundary=BB; boundary=CC"), one);
throws(() => form(MULTI, "multipart/form-data"),
  "No boundary string in Content-Type header. The multipart/form-data MIME type requires a boundary " +
    "parameter, e.g. 'Content-Type: multipart/form-data; boundary=\"abcd\"'. See RFC 7578, section 4.");
throws(() => form("a=1", null), "Parsing a Body as FormData requires a Content-Type header.");
for (const type of ["text/plain", "garbage", "multipart/mixed; boundary=BB"]) {
  throws(() => form("a=1", type),
    "Unrecognized Content-Type header value. FormData can only parse the following MIME types: " +
      "multipart/form-data, application/x-www-form-urlencoded");
}
const URLENCODED = "application/x-www-form-urlencoded";
throws(() => form("a=1", `${URLENCODED};charset=iso-8859-1`), "Non-utf-8 application/x-www-form-urlencoded body.");
is(() => form("a=1&b=2", `${URLENCODED};charset=UTF-8`), [["a", "1"], ["b", "2"]]);
is(() => form("a+b=c%20d&a=b=c&&=d&e", URLENCODED), [["a b", "c d"], ["a", "b=c"], ["", "d"], ["e", ""]]);
is(() => form("", URLENCODED), []);
for (const list of [
  [["a b", "c&d=e+f"], ["\xe9\u65e5\u{1f600}", "%"], ["*-._", "~!'()"], ["", ""]],
  [],
]) {
  is(() => R.encodeUrlEncoded(list.flat()), String(new URLSearchParams(list)));
}

// ------------------------------------------------------------ hostile callers

is(() => {
  const patched = [
    [Array.prototype, Symbol.iterator], [Array.prototype, "push"],
    [Array.prototype, "slice"], [Array.prototype, "sort"],
    [String.prototype, "toLowerCase"], [Uint8Array.prototype, "constructor"],
    [Array.prototype, "constructor"], [Headers.prototype, "append"],
    [Headers.prototype, "get"], [FormData.prototype, "append"],
    [Map.prototype, "get"], [Function.prototype, "call"],
  ].map(([object, key]) => [object, key, Object.getOwnPropertyDescriptor(object, key)]);
  const append = Headers.prototype.append;
  const appendForm = FormData.prototype.append;
  let touched = 0;
  const trap = function () {
    ++touched;
    throw new Error("observed");
  };
  const body = bytesOf(MULTI.replace('"a"', '"a"; filename="q"'));
  let result;
  // By index: the loops themselves must not meet the traps.
  for (let i = 0; i < patched.length; ++i) {
    Object.defineProperty(patched[i][0], patched[i][1], {
      value: trap,
      configurable: true,
      writable: true,
    });
  }
  try {
    const h = new Headers({ B: "1", a: "2" });
    Reflect.apply(append, h, ["b", "3"]);
    h.delete("a");
    const c = new Headers(h);
    c.set("q", "w");
    const items = R.parseMultipart(body, "BB");
    const f = R.newFormData(items);
    Reflect.apply(appendForm, f, ["z", "1"]);
    result = [c.get === trap, R.headersGet(c, "b"), R.flatFromHeaders(c).length, R.entryList(f).length];
    R.encodeMultipart(R.entryList(f), () => "BB");
    h.entries().next();
    h.forEach(() => {});
  } catch (error) {
    result = String(error);
  } finally {
    for (let i = 0; i < patched.length; ++i) {
      Object.defineProperty(patched[i][0], patched[i][1], patched[i][2]);
    }
  }
  return [result, touched];
}, [[true, "1, 3", 6, 4], 0]);

// --------------------------------------------- nothing quadratic in the input

const TIME_LIMIT_MS = 2000;
function quick(name, run) {
  const start = performance.now();
  attempt(run);
  const elapsed_ms = Math.round(performance.now() - start);
  report(`${name} in ${elapsed_ms} ms`, elapsed_ms < TIME_LIMIT_MS, true);
}
const dashes = "-".repeat(20_000);
quick("boundary of dashes", () => R.parseMultipart(bytesOf("-".repeat(1_000_000)), `${dashes}X`));
quick("line feeds as content", () =>
  R.parseMultipart(bytesOf(`--BB\r\n${A}\r\n\r\n${"\n".repeat(2_000_000)}`), "BB"));
quick("near delimiters", () =>
  R.parseMultipart(bytesOf(`--${dashes}X\r\n${A}\r\n\r\n${`\n${dashes}`.repeat(50)}`), `${dashes}X`));
quick("header lines", () =>
  R.parseMultipart(bytesOf(`--BB\r\n${"X: y\r\n".repeat(200_000)}${A}\r\n\r\n1\r\n--BB--`), "BB"));
quick("escapes in a name", () => part(`form-data; name="${"\\a".repeat(500_000)}"`));
quick("many parts", () => parse(`--BB\n${A}\n\n1\n`.repeat(20_000) + "--BB--"));
quick("many distinct headers", () => {
  const h = new Headers();
  for (let i = 0; i < 100_000; ++i) h.append(`x-${i}`, "1");
});

await Promise.all(pending);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
