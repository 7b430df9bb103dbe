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
  op_kv_next,
  op_kv_put,
  op_sql_columns,
  op_sql_exec,
  op_sql_next,
  op_sql_rest,
  op_sql_rows_read,
  op_sql_rows_written,
  op_sql_size,
  op_storage_bookmark,
  op_storage_delete_all,
  op_storage_get_alarm,
  op_storage_release,
  op_storage_savepoint,
  op_storage_set_alarm,
  op_storage_sync,
} = core.ops;
const { op_actor_block, op_actor_unblock } = core.ops;
const {
  ArrayIsArray,
  ArrayPrototypeSymbolIterator,
  ArrayPrototypeMap,
  ArrayPrototypeSort,
  Date,
  DateNow,
  DatePrototypeGetTime,
  Error,
  Map,
  MapPrototypeSet,
  MathTrunc,
  NumberIsNaN,
  NumberPrototypeToString,
  ObjectAssign,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectKeys,
  ObjectPrototype,
  ObjectPrototypeToString,
  ReflectApply,
  ReflectGetPrototypeOf,
  ReflectSetPrototypeOf,
  SafeArrayIterator,
  SafeWeakMap,
  String,
  StringPrototypePadStart,
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

// Rows and entries that one call of the host gives.
const CHUNK = 128;
// %IteratorPrototype%, which has the iterator helpers.
const IteratorPrototype = ReflectGetPrototypeOf(ReflectGetPrototypeOf(ArrayPrototypeSymbolIterator([])));

function ended() {
  return { done: true, value: undefined };
}

class SqlStorageCursor {
  #handle;
  #columns;
  constructor(handle) {
    guard();
    this.#handle = handle;
  }
  #names() {
    return this.#columns ??= op_sql_columns(this.#handle);
  }
  #object(row) {
    const names = this.#names();
    const object = ObjectCreate(ObjectPrototype);
    for (let i = 0; i < row.length; i++) {
      const name = names[i];
      if (name === "__proto__") {
        ObjectDefineProperty(object, name, { __proto__: null, value: row[i], enumerable: true, configurable: true, writable: true });
      } else {
        object[name] = row[i];
      }
    }
    return object;
  }
  next() {
    const row = op_sql_next(this.#handle);
    return row === undefined ? ended() : { done: false, value: this.#object(row) };
  }
  toArray() {
    const all = [];
    for (;;) {
      const rows = op_sql_rest(this.#handle, CHUNK);
      for (let i = 0; i < rows.length; i++) {
        all[all.length] = this.#object(rows[i]);
      }
      if (rows.length < CHUNK) {
        return all;
      }
    }
  }
  one() {
    const row = op_sql_next(this.#handle);
    if (row === undefined) {
      throw new Error("Expected exactly one result from SQL query, but got no results.");
    }
    if (op_sql_next(this.#handle) !== undefined) {
      // A result that is not what was expected is of no further use.
      while (op_sql_rest(this.#handle, CHUNK).length === CHUNK);
      throw new Error("Expected exactly one result from SQL query, but got multiple results.");
    }
    return this.#object(row);
  }
  raw() {
    return make(RawIterator, this.#handle);
  }
  get columnNames() {
    return this.#names();
  }
  get rowsRead() {
    return op_sql_rows_read(this.#handle);
  }
  get rowsWritten() {
    return op_sql_rows_written(this.#handle);
  }
  [SymbolIterator]() {
    return make(RowIterator, this);
  }
}
tag(SqlStorageCursor, "Cursor");
const cursorNext = SqlStorageCursor.prototype.next;

class RowIterator {
  #cursor;
  constructor(cursor) {
    guard();
    this.#cursor = cursor;
  }
  next() {
    return ReflectApply(cursorNext, this.#cursor, []);
  }
}
iterator(RowIterator, "RowIterator");

class RawIterator {
  #handle;
  constructor(handle) {
    guard();
    this.#handle = handle;
  }
  next() {
    const row = op_sql_next(this.#handle);
    return row === undefined ? ended() : { done: false, value: row };
  }
}
iterator(RawIterator, "RawIterator");

class SqlStorage {
  #handle;
  constructor(handle) {
    guard();
    this.#handle = handle;
  }
  exec(query, ...bindings) {
    return make(SqlStorageCursor, op_sql_exec(this.#handle, String(query), bindings));
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
  list(options = undefined) {
    return make(ListIterator, this.#handle, list(this.#handle, options));
  }
}
tag(SyncKvStorage, "SyncKvStorage");

// The newest listing of each database: an older one is read no further.
const newestList = new SafeWeakMap();

class ListIterator {
  #handle;
  #list;
  #done = false;
  constructor(handle, list) {
    guard();
    this.#handle = handle;
    this.#list = list;
    newestList.set(handle, list);
  }
  next() {
    if (this.#done) {
      return ended();
    }
    if (newestList.get(this.#handle) !== this.#list) {
      throw new Error(
        "kv.list() iterator was invalidated because a new call to kv.list() was started. Only one kv.list() iterator can exist at a time.",
      );
    }
    const entry = op_kv_next(this.#list, 1);
    if (entry.length === 0) {
      this.#done = true;
      return ended();
    }
    return { done: false, value: [entry[0], entry[1]] };
  }
}
iterator(ListIterator, "ListIterator");

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
    const entries = list(this.#handle, options);
    newestList.set(this.#handle, entries);
    const found = new Map();
    for (;;) {
      const flat = op_kv_next(entries, CHUNK);
      for (let i = 0; i < flat.length; i += 2) {
        MapPrototypeSet(found, flat[i], flat[i + 1]);
      }
      if (flat.length < 2 * CHUNK) {
        return found;
      }
    }
  }
  transactionSync(callback) {
    op_storage_savepoint(this.#handle, true);
    let keep = false;
    try {
      const result = callback();
      keep = true;
      return result;
    } finally {
      op_storage_release(this.#handle, keep);
    }
  }
  async transaction(closure) {
    if (typeof closure !== "function") {
      throw new TypeError("Failed to execute 'transaction' on 'DurableObjectStorage': parameter 1 is not of type 'function'.");
    }
    const handle = this.#handle;
    // Other events wait until it is over: its savepoint spans turns.
    op_actor_block(handle);
    let txn;
    try {
      await undefined;
      op_storage_savepoint(handle, false);
      txn = make(DurableObjectTransaction, this, handle);
      const result = await closure(txn);
      endTransaction(txn, true);
      return result;
    } catch (error) {
      if (txn !== undefined) {
        endTransaction(txn, false);
      }
      throw error;
    } finally {
      op_actor_unblock(handle);
    }
  }
  async deleteAll(_options = undefined) {
    op_storage_delete_all(this.#handle, false);
  }
  async getAlarm(_options = undefined) {
    const time = op_storage_get_alarm(this.#handle);
    return time < 0 ? null : time;
  }
  async setAlarm(scheduledTime, _options = undefined) {
    setAlarm(this.#handle, scheduledTime);
  }
  async deleteAlarm(_options = undefined) {
    op_storage_set_alarm(this.#handle, -1);
  }
  async sync() {
    await op_storage_sync(this.#handle);
  }
  async getCurrentBookmark() {
    const number = NumberPrototypeToString(op_storage_bookmark(this.#handle), 16);
    return `00000000-${StringPrototypePadStart(number, 8, "0")}-00000000-${StringPrototypePadStart("", 32, "0")}`;
  }
  async getBookmarkForTime(_time) {
    throw new Error(NO_RECOVERY);
  }
  async onNextSessionRestoreBookmark(_bookmark) {
    throw new Error(NO_RECOVERY);
  }
}
tag(DurableObjectStorage, "DurableObjectStorage");

const NO_RECOVERY = "This Durable Object's storage back-end does not implement point-in-time recovery.";
// Beyond, the time in nanoseconds does not fit into what stores it.
const ALARM_MS_MAX = 9223372036854;

function setAlarm(handle, time) {
  const isDate = ObjectPrototypeToString(time) === "[object Date]" && time instanceof Date;
  if (typeof time !== "number" && !isDate) {
    throw new TypeError("Failed to execute 'setAlarm' on 'DurableObjectStorage': parameter 1 is not of type 'date'.");
  }
  const ms = MathTrunc(isDate ? DatePrototypeGetTime(time) : time);
  if (NumberIsNaN(ms)) {
    throw new TypeError("The value cannot be converted because it is not a valid Date.");
  }
  if (ms > ALARM_MS_MAX) {
    throw new TypeError("This API doesn't support dates after 2189.");
  }
  if (!handlesAlarms(handle)) {
    throw new Error("Your Durable Object class must have an alarm() handler in order to call setAlarm()");
  }
  if (ms <= 0) {
    throw new TypeError("setAlarm() cannot be called with an alarm time <= 0");
  }
  // What is over already is due now.
  const now = DateNow();
  op_storage_set_alarm(handle, ms < now ? now : ms);
}

// Whether a transaction is open, committed or rolled back.
const OPEN = 0;
const COMMITTED = 1;
const ROLLED_BACK = 2;
let endTransaction;

class DurableObjectTransaction {
  #storage;
  #handle;
  #depth;
  #state = OPEN;
  static #depths = new SafeWeakMap();
  static {
    endTransaction = (txn, keep) => txn.#end(keep);
  }
  constructor(storage, handle) {
    guard();
    this.#storage = storage;
    this.#handle = handle;
    this.#depth = (DurableObjectTransaction.#depths.get(handle) ?? 0) + 1;
    DurableObjectTransaction.#depths.set(handle, this.#depth);
  }
  #end(keep) {
    if (this.#state === OPEN) {
      this.#state = keep ? COMMITTED : ROLLED_BACK;
      DurableObjectTransaction.#depths.set(this.#handle, this.#depth - 1);
      op_storage_release(this.#handle, keep);
    }
  }
  #check(name) {
    if (this.#state === ROLLED_BACK) {
      throw new Error(`Cannot ${name}() on rolled back transaction`);
    }
    if (this.#state === COMMITTED) {
      throw new Error(
        `Cannot call ${name}() on transaction that has already committed: did you move \`txn\` outside of the closure?`,
      );
    }
    return this.#storage;
  }
  async get(...args) {
    return ReflectApply(plain.get, this.#check("get"), args);
  }
  async put(...args) {
    return ReflectApply(plain.put, this.#check("put"), args);
  }
  async delete(...args) {
    return ReflectApply(plain.delete, this.#check("delete"), args);
  }
  async list(...args) {
    return ReflectApply(plain.list, this.#check("list"), args);
  }
  async getAlarm(...args) {
    return ReflectApply(plain.getAlarm, this.#check("getAlarm"), args);
  }
  async setAlarm(...args) {
    return ReflectApply(plain.setAlarm, this.#check("setAlarm"), args);
  }
  async deleteAlarm(...args) {
    return ReflectApply(plain.deleteAlarm, this.#check("deleteAlarm"), args);
  }
  async deleteAll() {
    throw new Error("Cannot call deleteAll() within a transaction");
  }
  rollback() {
    if (this.#state === ROLLED_BACK) {
      return;
    }
    this.#check("rollback");
    if (DurableObjectTransaction.#depths.get(this.#handle) !== this.#depth) {
      throw new Error("Cannot roll back an outer transaction while a nested transaction is still running.");
    }
    this.#end(false);
  }
}
tag(DurableObjectTransaction, "DurableObjectTransaction");

// What a transaction calls, whatever user code makes of the prototype.
const plain = ObjectAssign({ __proto__: null }, {
  get: DurableObjectStorage.prototype.get,
  put: DurableObjectStorage.prototype.put,
  delete: DurableObjectStorage.prototype.delete,
  list: DurableObjectStorage.prototype.list,
  getAlarm: DurableObjectStorage.prototype.getAlarm,
  setAlarm: DurableObjectStorage.prototype.setAlarm,
  deleteAlarm: DurableObjectStorage.prototype.deleteAlarm,
});

// Handles of objects whose instance has an alarm() handler, or none is known yet.
let handlesAlarms = () => true;
function setAlarmCheck(check) {
  handlesAlarms = check;
}

function iterator(Class, name) {
  ReflectSetPrototypeOf(Class.prototype, IteratorPrototype);
  tag(Class, name);
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

return { newStorage, setAlarmCheck };
})();
