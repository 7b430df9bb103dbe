// `ctx.storage` of a Durable Object.
//
// Owns the shape of the storage API over the host's database operations. It must not hold data: every read goes to the
// database, which is synchronous.

(function () {
const { core, primordials } = __bootstrap;
const {
  op_kv_delete,
  op_kv_get,
  op_kv_list,
  op_kv_put,
  op_sql_exec,
  op_sql_release,
  op_sql_savepoint,
  op_sql_size,
} = core.ops;
const {
  ArrayIsArray,
  ArrayPrototypeMap,
  ArrayPrototypeSort,
  Error,
  MapPrototypeSet,
  Map,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectKeys,
  ObjectPrototype,
  SafeArrayIterator,
  String,
  SymbolIterator,
  SymbolToStringTag,
  TypeError,
} = primordials;

let allowed = false;
function guard() {
  if (!allowed) {
    throw new TypeError("Illegal constructor");
  }
}

class SqlStorageCursor {
  #columns;
  #rows;
  #next = 0;
  #written;
  constructor(columns, rows, written) {
    guard();
    this.#columns = columns;
    this.#rows = rows;
    this.#written = written;
  }
  #object(row) {
    const object = ObjectCreate(ObjectPrototype);
    for (let i = 0; i < row.length; i++) {
      const name = this.#columns[i];
      if (name === "__proto__") {
        ObjectDefineProperty(object, name, { __proto__: null, value: row[i], enumerable: true, configurable: true, writable: true });
      } else {
        object[name] = row[i];
      }
    }
    return object;
  }
  next() {
    if (this.#next >= this.#rows.length) {
      return { done: true, value: undefined };
    }
    return { done: false, value: this.#object(this.#rows[this.#next++]) };
  }
  toArray() {
    const all = [];
    for (let i = 0; this.#next < this.#rows.length; i++) {
      all[i] = this.#object(this.#rows[this.#next++]);
    }
    return all;
  }
  one() {
    const left = this.#rows.length - this.#next;
    if (left !== 1) {
      throw new Error(
        `Expected exactly one result from SQL query, but got ${left === 0 ? "no results" : "multiple results"}.`,
      );
    }
    return this.#object(this.#rows[this.#next++]);
  }
  raw() {
    const cursor = this;
    const iterator = ObjectCreate(ObjectPrototype);
    iterator.next = () =>
      cursor.#next < cursor.#rows.length
        ? { done: false, value: cursor.#rows[cursor.#next++] }
        : { done: true, value: undefined };
    iterator.toArray = () => {
      const all = [];
      for (let i = 0; cursor.#next < cursor.#rows.length; i++) {
        all[i] = cursor.#rows[cursor.#next++];
      }
      return all;
    };
    iterator[SymbolIterator] = () => iterator;
    return iterator;
  }
  get columnNames() {
    return this.#columns;
  }
  get rowsRead() {
    return this.#rows.length;
  }
  get rowsWritten() {
    return this.#written;
  }
  [SymbolIterator]() {
    return this;
  }
}
tag(SqlStorageCursor, "SqlStorageCursor");

class SqlStorage {
  #handle;
  constructor(handle) {
    guard();
    this.#handle = handle;
  }
  exec(query, ...bindings) {
    const found = op_sql_exec(this.#handle, String(query), bindings);
    return make(SqlStorageCursor, found[0], found[1], found[2]);
  }
  get databaseSize() {
    return op_sql_size(this.#handle);
  }
}
tag(SqlStorage, "SqlStorage");

function requireValue(value) {
  if (value === undefined) {
    throw new TypeError("put() called with undefined value.");
  }
}

function list(handle, options) {
  const { start, startAfter, end, prefix, reverse, limit } = options ?? { __proto__: null };
  if (limit !== undefined && !(limit > 0)) {
    throw new TypeError("List limit must be positive.");
  }
  if (start !== undefined && startAfter !== undefined) {
    throw new TypeError("list() cannot be called with both start and startAfter values.");
  }
  return op_kv_list(handle, start, startAfter, end, prefix, reverse === true, limit ?? -1);
}

class SyncKvStorage {
  #handle;
  constructor(handle) {
    guard();
    this.#handle = handle;
  }
  get(key) {
    return op_kv_get(this.#handle, String(key));
  }
  put(key, value) {
    requireValue(value);
    op_kv_put(this.#handle, String(key), value);
  }
  delete(key) {
    return op_kv_delete(this.#handle, String(key));
  }
  *list(options = undefined) {
    const flat = list(this.#handle, options);
    for (let i = 0; i < flat.length; i += 2) {
      yield [flat[i], flat[i + 1]];
    }
  }
}
tag(SyncKvStorage, "SyncKvStorage");

class DurableObjectStorage {
  #handle;
  #sql;
  #kv;
  #depth = 0;
  constructor(handle) {
    guard();
    this.#handle = handle;
  }
  get sql() {
    return this.#sql ??= make(SqlStorage, this.#handle);
  }
  get kv() {
    return this.#kv ??= make(SyncKvStorage, this.#handle);
  }
  async get(key, _options = undefined) {
    if (!ArrayIsArray(key)) {
      return op_kv_get(this.#handle, String(key));
    }
    const found = new Map();
    const keys = ArrayPrototypeSort(ArrayPrototypeMap(key, (name) => String(name)));
    for (let i = 0; i < keys.length; i++) {
      const value = op_kv_get(this.#handle, keys[i]);
      if (value !== undefined) {
        MapPrototypeSet(found, keys[i], value);
      }
    }
    return found;
  }
  async put(key, value, _options = undefined) {
    if (typeof key === "object" && key !== null) {
      const keys = ObjectKeys(key);
      for (let i = 0; i < keys.length; i++) {
        if (key[keys[i]] !== undefined) {
          op_kv_put(this.#handle, keys[i], key[keys[i]]);
        }
      }
      return;
    }
    requireValue(value);
    op_kv_put(this.#handle, String(key), value);
  }
  async delete(key, _options = undefined) {
    if (!ArrayIsArray(key)) {
      return op_kv_delete(this.#handle, String(key));
    }
    let count = 0;
    for (let i = 0; i < key.length; i++) {
      count += op_kv_delete(this.#handle, String(key[i])) ? 1 : 0;
    }
    return count;
  }
  async list(options = undefined) {
    const flat = list(this.#handle, options);
    const found = new Map();
    for (let i = 0; i < flat.length; i += 2) {
      MapPrototypeSet(found, flat[i], flat[i + 1]);
    }
    return found;
  }
  transactionSync(callback) {
    const depth = this.#depth++;
    let keep = false;
    try {
      op_sql_savepoint(this.#handle, depth);
      const result = callback();
      keep = true;
      return result;
    } finally {
      this.#depth--;
      op_sql_release(this.#handle, depth, keep);
    }
  }
  async sync() {}
}
tag(DurableObjectStorage, "DurableObjectStorage");
for (const name of ["transaction", "deleteAll", "getAlarm", "setAlarm", "deleteAlarm", "getCurrentBookmark", "getBookmarkForTime", "onNextSessionRestoreBookmark"]) {
  ObjectDefineProperty(DurableObjectStorage.prototype, name, {
    __proto__: null,
    configurable: true,
    writable: true,
    value: { [name]() { throw new Error(`ctx.storage.${name}() is not supported by this version of denizen.`); } }[name],
  });
}

function tag(Class, name) {
  ObjectDefineProperty(Class.prototype, SymbolToStringTag, { __proto__: null, value: name, configurable: true });
}

function make(Class, ...args) {
  allowed = true;
  try {
    return new Class(...new SafeArrayIterator(args));
  } finally {
    allowed = false;
  }
}

function newStorage(handle) {
  return make(DurableObjectStorage, handle);
}

return { newStorage };
})();
