// `ctx.storage` of a Durable Object.
//
// Owns the shape of the storage API over the host's database operations. It must not hold data: every read goes to the
// database, which is synchronous.

(function () {
const { core, primordials } = __bootstrap;
const {
  op_kv_delete,
  op_kv_get,
  op_kv_get_many,
  op_kv_list,
  op_kv_next,
  op_kv_put,
  op_kv_put_many,
  op_sql_columns,
  op_sql_exec,
  op_sql_next,
  op_sql_rest,
  op_sql_rows_read,
  op_sql_rows_written,
  op_sql_size,
  op_storage_bookmark,
  op_storage_check,
  op_storage_delete_all,
  op_storage_get_alarm,
  op_storage_release,
  op_storage_savepoint,
  op_storage_set_alarm,
  op_actor_running,
  op_storage_sync,
} = core.ops;
const {
  ArrayIsArray,
  ArrayPrototypeShift,
  ArrayPrototypeSymbolIterator,
  Date,
  DateNow,
  DatePrototypeGetTime,
  Error,
  Map,
  MapPrototypeSet,
  MathTrunc,
  NumberIsFinite,
  NumberPrototypeToString,
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
  StringPrototypePadStart,
  SymbolIterator,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { exclusively } = core.loadExtScript("ext:denizen/actor/exclusive.js");
const { describe, own, pack, revive } = core.loadExtScript("ext:denizen/actor/values.js");

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

function wrongParameter(method, interfaceName, position, type) {
  return new TypeError(`Failed to execute '${method}' on '${interfaceName}': parameter ${position} is not of type '${type}'.`);
}
function readOnly(name, interfaceName) {
  return new TypeError(`Cannot assign to read only property '${name}' of object '#<${interfaceName}>'`);
}
function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

class Cursor {
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
      // It would be the row's prototype.
      if (name !== "__proto__") {
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
  set columnNames(_value) {
    throw readOnly("columnNames", "Cursor");
  }
  get rowsRead() {
    return op_sql_rows_read(this.#handle);
  }
  set rowsRead(_value) {
    throw readOnly("rowsRead", "Cursor");
  }
  get rowsWritten() {
    return op_sql_rows_written(this.#handle);
  }
  set rowsWritten(_value) {
    throw readOnly("rowsWritten", "Cursor");
  }
  [SymbolIterator]() {
    return make(RowIterator, this);
  }
}
tag(Cursor, "Cursor");
const cursorNext = Cursor.prototype.next;

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

let isSql;
class SqlStorage {
  #handle;
  constructor(handle) {
    guard();
    this.#handle = handle;
  }
  static {
    isSql = (value) => isObject(value) && #handle in value;
  }
  exec(...bindings) {
    if (!isSql(this)) {
      throw illegalInvocation();
    }
    if (bindings.length === 0) {
      throw wrongParameter("exec", "SqlStorage", 1, "String");
    }
    const query = `${ArrayPrototypeShift(bindings)}`;
    return make(Cursor, op_sql_exec(this.#handle, query, bindings));
  }
  get databaseSize() {
    return op_sql_size(this.#handle);
  }
  set databaseSize(_value) {
    throw readOnly("databaseSize", "SqlStorage");
  }
}
class Statement {
  constructor() {
    guard();
  }
}
ObjectDefineProperty(SqlStorage.prototype, "Cursor", { __proto__: null, value: Cursor, configurable: true, writable: true });
ObjectDefineProperty(SqlStorage.prototype, "Statement", { __proto__: null, value: Statement, configurable: true, writable: true });
tag(SqlStorage, "SqlStorage");

// Options have no effect, but are read and checked as in workerd.
function readOptions(method, interfaceName, position, type, options, names) {
  if (options === undefined || options === null) {
    return;
  }
  if (!isObject(options)) {
    throw wrongParameter(method, interfaceName, position, type);
  }
  for (let i = 0; i < names.length; i++) {
    options[names[i]];
  }
}
const GET_OPTIONS = ["allowConcurrency", "noCache"];
const SET_ALARM_OPTIONS = ["allowConcurrency", "allowUnconfirmed"];
const PUT_OPTIONS = ["allowConcurrency", "allowUnconfirmed", "noCache"];

// A key or bound of a listing. Other than String() it refuses a symbol.
function optionalText(value) {
  return value === undefined ? undefined : `${value}`;
}

function readLimit(value) {
  if (value === undefined) {
    return -1;
  }
  const number = MathTrunc(+value);
  if (NumberIsFinite(number) && (number > 2147483647 || number < -2147483648)) {
    throw new TypeError("Value out of range. Must be between -2147483648 and 2147483647 (inclusive).");
  }
  return NumberIsFinite(number) ? number : 0;
}

function list(handle, interfaceName, options) {
  if (options === undefined || options === null) {
    return op_kv_list(handle, undefined, undefined, undefined, undefined, false, -1);
  }
  if (!isObject(options)) {
    throw wrongParameter("list", interfaceName, 1, "ListOptions");
  }
  const start = optionalText(options.start);
  const startAfter = optionalText(options.startAfter);
  const end = optionalText(options.end);
  const prefix = optionalText(options.prefix);
  const reverse = options.reverse;
  const limit = options.limit;
  const count = readLimit(limit);
  readOptions("list", interfaceName, 1, "ListOptions", options, GET_OPTIONS);
  if (start !== undefined && startAfter !== undefined) {
    throw new TypeError("list() cannot be called with both start and startAfter values.");
  }
  if (limit !== undefined && count <= 0) {
    throw new TypeError("List limit must be positive.");
  }
  return op_kv_list(handle, start, startAfter, end, prefix, !!reverse, count);
}

let kvHandle;
class SyncKvStorage {
  #handle;
  static {
    kvHandle = (kv) => {
      if (!isObject(kv) || !(#handle in kv)) {
        throw illegalInvocation();
      }
      return kv.#handle;
    };
  }
  constructor(handle) {
    guard();
    this.#handle = handle;
  }
  get(...args) {
    const handle = kvHandle(this);
    if (args.length === 0) {
      throw wrongParameter("get", "SyncKvStorage", 1, "string");
    }
    return op_kv_get(handle, `${args[0]}`, revive);
  }
  put(...args) {
    const handle = kvHandle(this);
    if (args.length === 0) {
      throw wrongParameter("put", "SyncKvStorage", 1, "string");
    }
    const key = `${args[0]}`;
    if (args.length === 1) {
      throw wrongParameter("put", "SyncKvStorage", 2, "Value");
    }
    op_kv_put(handle, key, pack(args[1]), describe);
  }
  delete(...args) {
    const handle = kvHandle(this);
    if (args.length === 0) {
      throw wrongParameter("delete", "SyncKvStorage", 1, "string");
    }
    return op_kv_delete(handle, `${args[0]}`);
  }
  list(options = undefined) {
    const handle = kvHandle(this);
    return make(ListIterator, handle, list(handle, "SyncKvStorage", options));
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
    const entry = op_kv_next(this.#list, 1, revive);
    if (entry.length === 0) {
      this.#done = true;
      return ended();
    }
    return { done: false, value: [entry[0], entry[1]] };
  }
}
iterator(ListIterator, "ListIterator");

// What storage and transactions have in common: `method` of `interfaceName` with the arguments of user code.
function getValues(handle, interfaceName, args) {
  if (args.length === 0) {
    throw wrongParameter("get", interfaceName, 1, "string or Array");
  }
  const key = args[0];
  if (!ArrayIsArray(key)) {
    const text = `${key}`;
    readOptions("get", interfaceName, 2, "GetOptions", args[1], GET_OPTIONS);
    return op_kv_get(handle, text, revive);
  }
  const keys = texts(key);
  readOptions("get", interfaceName, 2, "GetOptions", args[1], GET_OPTIONS);
  return mapOf(op_kv_get_many(handle, keys, revive), new Map());
}

function texts(list) {
  const all = [];
  for (let i = 0; i < list.length; i++) {
    all[i] = `${list[i]}`;
  }
  return all;
}

function mapOf(flat, found) {
  for (let i = 0; i < flat.length; i += 2) {
    MapPrototypeSet(found, flat[i], flat[i + 1]);
  }
  return found;
}

function putValues(handle, interfaceName, args) {
  if (args.length === 0) {
    throw wrongParameter("put", interfaceName, 1, "string or object");
  }
  const key = args[0];
  const value = args[1];
  if (!isObject(key) || ArrayIsArray(key)) {
    const text = `${key}`;
    readOptions("put", interfaceName, 3, "PutOptions", args[2], PUT_OPTIONS);
    if (value === undefined) {
      throw new TypeError("put() called with undefined value.");
    }
    op_kv_put(handle, text, pack(value), describe);
    return;
  }
  const names = ObjectKeys(key);
  const entries = [];
  for (let i = 0; i < names.length; i++) {
    const member = key[names[i]];
    if (member !== undefined) {
      entries[entries.length] = names[i];
      entries[entries.length] = pack(member);
    }
  }
  readOptions("put", interfaceName, 3, "PutOptions", args[2], PUT_OPTIONS);
  if (value !== undefined && value !== null && !isObject(value)) {
    throw new TypeError(
      "put() may only be called with a single key-value pair and optional options as put(key, value, options) or with multiple key-value pairs and optional options as put(entries, options)",
    );
  }
  readOptions("put", interfaceName, 2, "PutOptions", value, PUT_OPTIONS);
  op_kv_put_many(handle, entries, describe);
}

function deleteValues(handle, interfaceName, args) {
  if (args.length === 0) {
    throw wrongParameter("delete", interfaceName, 1, "string or Array");
  }
  const key = args[0];
  if (!ArrayIsArray(key)) {
    const text = `${key}`;
    readOptions("delete", interfaceName, 2, "PutOptions", args[1], PUT_OPTIONS);
    return op_kv_delete(handle, text);
  }
  const keys = texts(key);
  readOptions("delete", interfaceName, 2, "PutOptions", args[1], PUT_OPTIONS);
  let count = 0;
  for (let i = 0; i < keys.length; i++) {
    count += op_kv_delete(handle, keys[i]) ? 1 : 0;
  }
  return count;
}

function listValues(handle, interfaceName, args) {
  const entries = list(handle, interfaceName, args[0]);
  newestList.set(handle, entries);
  const found = new Map();
  for (;;) {
    const flat = op_kv_next(entries, CHUNK, revive);
    mapOf(flat, found);
    if (flat.length < 2 * CHUNK) {
      return found;
    }
  }
}

function getAlarm(handle, interfaceName, args) {
  readOptions("getAlarm", interfaceName, 1, "GetAlarmOptions", args[0], ["allowConcurrency"]);
  const time = op_storage_get_alarm(handle);
  return time < 0 ? null : time;
}

function deleteAlarm(handle, interfaceName, args) {
  readOptions("deleteAlarm", interfaceName, 1, "SetAlarmOptions", args[0], SET_ALARM_OPTIONS);
  op_storage_set_alarm(handle, -1);
}

let storageHandle;
class DurableObjectStorage {
  #handle;
  static {
    storageHandle = (storage) => {
      if (!isObject(storage) || !(#handle in storage)) {
        throw illegalInvocation();
      }
      return storage.#handle;
    };
  }
  constructor(handle) {
    guard();
    this.#handle = handle;
    member(this, "kv", make(SyncKvStorage, handle));
    member(this, "sql", make(SqlStorage, handle));
  }
  async get(...args) {
    return getValues(storageHandle(this), "DurableObjectStorage", args);
  }
  async put(...args) {
    putValues(storageHandle(this), "DurableObjectStorage", args);
  }
  async delete(...args) {
    return deleteValues(storageHandle(this), "DurableObjectStorage", args);
  }
  async list(...args) {
    return listValues(storageHandle(this), "DurableObjectStorage", args);
  }
  transactionSync(...args) {
    const handle = storageHandle(this);
    const callback = args[0];
    if (typeof callback !== "function") {
      throw wrongParameter("transactionSync", "DurableObjectStorage", 1, "function");
    }
    const depth = op_storage_savepoint(handle, true);
    let keep = false;
    try {
      const result = callback();
      keep = true;
      return result;
    } finally {
      op_storage_release(handle, depth, true, keep);
    }
  }
  async transaction(...args) {
    const handle = storageHandle(this);
    const closure = args[0];
    if (typeof closure !== "function") {
      throw wrongParameter("transaction", "DurableObjectStorage", 1, "function");
    }
    op_storage_check(handle);
    // Its savepoint spans turns.
    return await exclusively(handle, async (inner) => {
      const txn = make(DurableObjectTransaction, handle, op_storage_savepoint(handle, false));
      let result;
      try {
        result = await closure(txn);
      } catch (error) {
        await inner();
        endTransaction(txn, false);
        throw error;
      }
      await inner();
      endTransaction(txn, true);
      return result;
    });
  }
  async deleteAll(...args) {
    const handle = storageHandle(this);
    readOptions("deleteAll", "DurableObjectStorage", 1, "PutOptions", args[0], PUT_OPTIONS);
    op_storage_delete_all(handle, changed.delete_all_deletes_alarm === true);
  }
  async getAlarm(...args) {
    return getAlarm(storageHandle(this), "DurableObjectStorage", args);
  }
  async setAlarm(...args) {
    setAlarm(storageHandle(this), "DurableObjectStorage", args);
  }
  async deleteAlarm(...args) {
    deleteAlarm(storageHandle(this), "DurableObjectStorage", args);
  }
  async sync() {
    await op_storage_sync(storageHandle(this));
  }
  async getCurrentBookmark() {
    const number = NumberPrototypeToString(op_storage_bookmark(storageHandle(this)), 16);
    return `00000000-${StringPrototypePadStart(number, 8, "0")}-00000000-${StringPrototypePadStart("", 32, "0")}`;
  }
  async getBookmarkForTime(...args) {
    storageHandle(this);
    readTime("getBookmarkForTime", "DurableObjectStorage", args[0]);
    throw new Error(NO_RECOVERY);
  }
  async onNextSessionRestoreBookmark(...args) {
    storageHandle(this);
    if (args.length === 0) {
      throw wrongParameter("onNextSessionRestoreBookmark", "DurableObjectStorage", 1, "string");
    }
    // Refuses a symbol.
    `${args[0]}`;
    throw new Error(NO_RECOVERY);
  }
}
tag(DurableObjectStorage, "DurableObjectStorage");

const NO_RECOVERY = "This Durable Object's storage back-end does not implement point-in-time recovery.";
// Beyond, the time in nanoseconds does not fit into what stores it.
const ALARM_MS_MAX = 9223372036854;

// A date as JavaScript gives it, in milliseconds.
function readTime(method, interfaceName, time) {
  const isDate = ObjectPrototypeToString(time) === "[object Date]" && time instanceof Date;
  if (typeof time !== "number" && !isDate) {
    throw wrongParameter(method, interfaceName, 1, "date");
  }
  const ms = MathTrunc(isDate ? DatePrototypeGetTime(time) : time);
  if (!NumberIsFinite(ms)) {
    throw new TypeError("The value cannot be converted because it is not a valid Date.");
  }
  return ms;
}

function setAlarm(handle, interfaceName, args) {
  const ms = readTime("setAlarm", interfaceName, args[0]);
  if (ms > ALARM_MS_MAX) {
    throw new TypeError("This API doesn't support dates after 2189.");
  }
  readOptions("setAlarm", interfaceName, 2, "SetAlarmOptions", args[1], SET_ALARM_OPTIONS);
  if (ms <= 0) {
    throw new TypeError("setAlarm() cannot be called with an alarm time <= 0");
  }
  // The object whose event runs is asked, which may not be the storage's: so does workerd.
  const running = op_actor_running();
  if (running !== 0 && !handlesAlarms(running)) {
    throw new TypeError("Your Durable Object class must have an alarm() handler in order to call setAlarm()");
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
// Depth of the innermost transaction of each database.
const innermost = new SafeWeakMap();

class DurableObjectTransaction {
  #handle;
  #depth;
  #state = OPEN;
  static {
    endTransaction = (txn, keep) => txn.#end(keep);
  }
  constructor(handle, depth) {
    guard();
    this.#handle = handle;
    this.#depth = depth;
    innermost.set(handle, depth);
  }
  #end(keep) {
    if (this.#state === OPEN) {
      op_storage_release(this.#handle, this.#depth, false, keep);
      this.#state = keep ? COMMITTED : ROLLED_BACK;
      innermost.set(this.#handle, this.#depth - 1);
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
    return this.#handle;
  }
  async get(...args) {
    return getValues(this.#check("get"), "DurableObjectTransaction", args);
  }
  async put(...args) {
    return putValues(this.#check("put"), "DurableObjectTransaction", args);
  }
  async delete(...args) {
    return deleteValues(this.#check("delete"), "DurableObjectTransaction", args);
  }
  async list(...args) {
    return listValues(this.#check("list"), "DurableObjectTransaction", args);
  }
  async getAlarm(...args) {
    return getAlarm(this.#check("getAlarm"), "DurableObjectTransaction", args);
  }
  async setAlarm(...args) {
    return setAlarm(this.#check("setAlarm"), "DurableObjectTransaction", args);
  }
  async deleteAlarm(...args) {
    return deleteAlarm(this.#check("deleteAlarm"), "DurableObjectTransaction", args);
  }
  async deleteAll() {
    throw new Error("Cannot call deleteAll() within a transaction");
  }
  rollback() {
    if (this.#state === ROLLED_BACK) {
      return;
    }
    this.#check("rollback");
    if (innermost.get(this.#handle) !== this.#depth) {
      throw new Error("Cannot roll back an outer transaction while a nested transaction is still running.");
    }
    this.#end(false);
  }
}
tag(DurableObjectTransaction, "DurableObjectTransaction");

// Whether the instance of an incarnation has an alarm() handler, or its class while none is made.
let handlesAlarms = () => true;
function setAlarmCheck(check) {
  handlesAlarms = check;
}

function member(target, key, value) {
  ObjectDefineProperty(target, key, { __proto__: null, value, enumerable: true, configurable: true, writable: true });
}

function iterator(Class, name) {
  ReflectSetPrototypeOf(Class.prototype, IteratorPrototype);
  tag(Class, name);
}

function tag(Class, name) {
  ObjectDefineProperty(Class.prototype, SymbolToStringTag, { __proto__: null, value: name, configurable: true });
  own(Class);
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

return { Cursor, DurableObjectStorage, SqlStorage, SyncKvStorage, newStorage, setAlarmCheck };
})();
