// `ctx.storage` of a Durable Object.
//
// Owns the shape of the storage API over the host's database operations. It must not hold data: every read goes to the
// database, which is synchronous.

(function () {
const { core, primordials } = __bootstrap;
const {
  op_actor_has_sql,
  op_actor_lacks_sql,
  op_kv_delete,
  op_kv_get,
  op_kv_get_many,
  op_kv_list,
  op_kv_next,
  op_kv_put,
  op_kv_put_many,
  op_sql_columns,
  op_sql_end,
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
  PromiseResolve,
  ReflectGetPrototypeOf,
  ReflectSetPrototypeOf,
  SafeWeakMap,
  StringPrototypePadStart,
  StringPrototypeStartsWith,
  SymbolIterator,
  SymbolToStringTag,
  TypeError,
} = primordials;
const { illegalInvocation } = core.loadExtScript("ext:denizen/fetch/headers.js");
const { changed } = core.loadExtScript("ext:denizen/bootstrap/changed.js");
const { standIn } = core.loadExtScript("ext:denizen/bootstrap/shape.js");
const { endOfInner, exclusively } = core.loadExtScript("ext:denizen/actor/exclusive.js");
const { describe, own, pack, revive } = core.loadExtScript("ext:denizen/actor/values.js");

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

// Each class gives here what its methods need of their receiver; they refuse any other.
let cursorHandle;
let nextRow;
class Cursor {
  #handle;
  #columns;
  // What user code gets of the names, and may change.
  #shown;
  static {
    cursorHandle = (cursor) => {
      if (!isObject(cursor) || !(#handle in cursor)) {
        throw illegalInvocation();
      }
      return cursor.#handle;
    };
    nextRow = (cursor) => {
      const row = op_sql_next(cursor.#handle);
      return row === undefined ? ended() : { done: false, value: cursor.#object(row) };
    };
  }
  constructor(handle) {
    this.#handle = handle;
  }
  #object(row) {
    const names = this.#columns ??= op_sql_columns(this.#handle);
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
    cursorHandle(this);
    return nextRow(this);
  }
  toArray() {
    const handle = cursorHandle(this);
    const all = [];
    for (;;) {
      const rows = op_sql_rest(handle, CHUNK);
      for (let i = 0; i < rows.length; i++) {
        all[all.length] = this.#object(rows[i]);
      }
      if (rows.length < CHUNK) {
        return all;
      }
    }
  }
  one() {
    const handle = cursorHandle(this);
    const row = op_sql_next(handle);
    if (row === undefined) {
      throw new Error("Expected exactly one result from SQL query, but got no results.");
    }
    // A result that is not what was expected is of no further use.
    if (op_sql_end(handle)) {
      throw new Error("Expected exactly one result from SQL query, but got multiple results.");
    }
    return this.#object(row);
  }
  raw() {
    return new RawIterator(cursorHandle(this));
  }
  get columnNames() {
    const handle = cursorHandle(this);
    return this.#shown ??= op_sql_columns(handle);
  }
  set columnNames(_value) {
    throw readOnly("columnNames", "Cursor");
  }
  get rowsRead() {
    return op_sql_rows_read(cursorHandle(this));
  }
  set rowsRead(_value) {
    throw readOnly("rowsRead", "Cursor");
  }
  get rowsWritten() {
    return op_sql_rows_written(cursorHandle(this));
  }
  set rowsWritten(_value) {
    throw readOnly("rowsWritten", "Cursor");
  }
  [SymbolIterator]() {
    cursorHandle(this);
    return new RowIterator(this);
  }
}

class RowIterator {
  #cursor;
  constructor(cursor) {
    this.#cursor = cursor;
  }
  next() {
    if (!isObject(this) || !(#cursor in this)) {
      throw illegalInvocation();
    }
    return nextRow(this.#cursor);
  }
}

class RawIterator {
  #handle;
  constructor(handle) {
    this.#handle = handle;
  }
  next() {
    if (!isObject(this) || !(#handle in this)) {
      throw illegalInvocation();
    }
    const row = op_sql_next(this.#handle);
    return row === undefined ? ended() : { done: false, value: row };
  }
}

let sqlHandle;
class SqlStorage {
  #handle;
  static {
    sqlHandle = (sql) => {
      if (!isObject(sql) || !(#handle in sql)) {
        throw illegalInvocation();
      }
      return sql.#handle ?? op_actor_lacks_sql(false);
    };
  }
  constructor(handle) {
    this.#handle = handle;
  }
  exec(...bindings) {
    const handle = sqlHandle(this);
    if (bindings.length === 0) {
      throw wrongParameter("exec", "SqlStorage", 1, "String");
    }
    const query = `${ArrayPrototypeShift(bindings)}`;
    return new Cursor(op_sql_exec(handle, query, bindings));
  }
  get databaseSize() {
    return op_sql_size(sqlHandle(this));
  }
  set databaseSize(_value) {
    throw readOnly("databaseSize", "SqlStorage");
  }
}
class Statement {}

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

// Whether no key can be in a range. Such a listing asks nothing of the database, nor whether the transaction is open.
function isEmptyRange(start, end, prefix) {
  const afterPrefix = prefix !== undefined && start > prefix && !StringPrototypeStartsWith(start, prefix);
  return afterPrefix || (end !== undefined && (end <= start || (prefix !== undefined && end <= prefix)));
}

function list(handle, interfaceName, options, txn, others = GET_OPTIONS) {
  if (options === undefined || options === null) {
    checkOpen(txn, "list");
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
  for (let i = 0; i < others.length; i++) {
    options[others[i]];
  }
  if (start !== undefined && startAfter !== undefined) {
    throw new TypeError("list() cannot be called with both start and startAfter values.");
  }
  if (limit !== undefined && count <= 0) {
    throw new TypeError("List limit must be positive.");
  }
  if (txn !== undefined && !isEmptyRange(start ?? (startAfter === undefined ? "" : startAfter + "\0"), end, prefix)) {
    checkOpen(txn, "list");
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
      return kv.#handle ?? op_actor_lacks_sql(true);
    };
  }
  constructor(handle) {
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
    return new ListIterator(handle, list(handle, "SyncKvStorage", options, undefined, []));
  }
}

// The newest listing of each database: an older one is read no further.
const newestList = new SafeWeakMap();

class ListIterator {
  #handle;
  #list;
  #done = false;
  constructor(handle, list) {
    this.#handle = handle;
    this.#list = list;
    newestList.set(handle, list);
  }
  next() {
    if (!isObject(this) || !(#list in this)) {
      throw illegalInvocation();
    }
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

// What storage and transactions have in common: their methods, with the arguments of user code, on a database, in `txn` if it is a
// transaction's. Whether that is open is asked last, when nothing is wrong with the arguments.
function interfaceOf(txn) {
  return txn === undefined ? "DurableObjectStorage" : "DurableObjectTransaction";
}

// A proxy of an array is none to V8's native interface.
function isList(value) {
  return ArrayIsArray(value) && !core.isProxy(value);
}

async function getValues(handle, txn, args) {
  if (args.length === 0) {
    throw wrongParameter("get", interfaceOf(txn), 1, "string or Array");
  }
  const key = args[0];
  if (!isList(key)) {
    const text = `${key}`;
    readOptions("get", interfaceOf(txn), 2, "GetOptions", args[1], GET_OPTIONS);
    checkOpen(txn, "get");
    return op_kv_get(handle, text, revive);
  }
  const keys = texts(key);
  readOptions("get", interfaceOf(txn), 2, "GetOptions", args[1], GET_OPTIONS);
  checkOpen(txn, "get");
  return mapOf(op_kv_get_many(handle, keys, revive), new Map());
}

function texts(list) {
  const all = [];
  // What is converted may change the list.
  const { length } = list;
  for (let i = 0; i < length; i++) {
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

async function putValues(handle, txn, args) {
  if (args.length === 0) {
    throw wrongParameter("put", interfaceOf(txn), 1, "string or object");
  }
  const key = args[0];
  const value = args[1];
  if (!isObject(key) || isList(key)) {
    const text = `${key}`;
    readOptions("put", interfaceOf(txn), 3, "PutOptions", args[2], PUT_OPTIONS);
    if (value === undefined) {
      throw new TypeError("put() called with undefined value.");
    }
    checkOpen(txn, "put");
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
  readOptions("put", interfaceOf(txn), 3, "PutOptions", args[2], PUT_OPTIONS);
  if (value !== undefined && value !== null && !isObject(value)) {
    throw new TypeError(
      "put() may only be called with a single key-value pair and optional options as put(key, value, options) or with multiple key-value pairs and optional options as put(entries, options)",
    );
  }
  readOptions("put", interfaceOf(txn), 2, "PutOptions", value, PUT_OPTIONS);
  checkOpen(txn, "put");
  op_kv_put_many(handle, entries, describe);
}

// What is wrong with these is thrown at once, as by workerd.
function deleteValues(handle, txn, args) {
  if (args.length === 0) {
    throw wrongParameter("delete", interfaceOf(txn), 1, "string or Array");
  }
  const key = args[0];
  if (!isList(key)) {
    const text = `${key}`;
    readOptions("delete", interfaceOf(txn), 2, "PutOptions", args[1], PUT_OPTIONS);
    checkOpen(txn, "delete");
    return PromiseResolve(op_kv_delete(handle, text));
  }
  const keys = texts(key);
  readOptions("delete", interfaceOf(txn), 2, "PutOptions", args[1], PUT_OPTIONS);
  checkOpen(txn, "delete");
  let count = 0;
  for (let i = 0; i < keys.length; i++) {
    count += op_kv_delete(handle, keys[i]) ? 1 : 0;
  }
  return PromiseResolve(count);
}

async function listValues(handle, txn, args) {
  const entries = list(handle, interfaceOf(txn), args[0], txn);
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

async function getAlarm(handle, txn, args) {
  readOptions("getAlarm", interfaceOf(txn), 1, "GetAlarmOptions", args[0], ["allowConcurrency"]);
  checkOpen(txn, "getAlarm");
  const time = op_storage_get_alarm(handle);
  return time < 0 ? null : time;
}

async function deleteAlarm(handle, txn, args) {
  readOptions("deleteAlarm", interfaceOf(txn), 1, "SetAlarmOptions", args[0], SET_ALARM_OPTIONS);
  checkOpen(txn, "deleteAlarm");
  op_storage_set_alarm(handle, -1);
}

async function transaction(handle, args) {
  const closure = args[0];
  if (typeof closure !== "function") {
    throw wrongParameter("transaction", "DurableObjectStorage", 1, "function");
  }
  readTransactionOptions(args[1]);
  op_storage_check(handle);
  // Its savepoint spans turns.
  return await exclusively(async (section) => {
    const txn = new DurableObjectTransaction(handle, op_storage_savepoint(handle, false));
    let result;
    try {
      result = await closure(txn);
    } catch (error) {
      await endOfInner(section);
      endTransaction(txn, false);
      throw error;
    }
    await endOfInner(section);
    endTransaction(txn, true);
    return result;
  });
}

function readTransactionOptions(options) {
  readOptions("transaction", "DurableObjectStorage", 2, "TransactionOptions", options, []);
  const time = options?.asOfTime;
  if (time !== undefined) {
    readTime(time, "Incorrect type for the 'asOfTime' field on 'TransactionOptions': the provided value");
  }
  options?.lowPriority;
}

async function deleteAll(handle, args) {
  readOptions("deleteAll", "DurableObjectStorage", 1, "PutOptions", args[0], PUT_OPTIONS);
  op_storage_delete_all(handle, changed.delete_all_deletes_alarm === true);
}

async function sync(handle) {
  await op_storage_sync(handle);
}

async function getCurrentBookmark(handle) {
  const number = NumberPrototypeToString(op_storage_bookmark(handle), 16);
  return `00000000-${StringPrototypePadStart(number, 8, "0")}-00000000-${StringPrototypePadStart("", 32, "0")}`;
}

async function getBookmarkForTime(args) {
  readTime(args[0], "Failed to execute 'getBookmarkForTime' on 'DurableObjectStorage': parameter 1");
  throw new Error(NO_RECOVERY);
}

async function onNextSessionRestoreBookmark(args) {
  if (args.length === 0) {
    throw wrongParameter("onNextSessionRestoreBookmark", "DurableObjectStorage", 1, "string");
  }
  // Refuses a symbol.
  `${args[0]}`;
  throw new Error(NO_RECOVERY);
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
    this.#handle = handle;
    // Without a handle they refuse.
    const used = op_actor_has_sql(handle) ? handle : undefined;
    member(this, "kv", new SyncKvStorage(used));
    member(this, "sql", new SqlStorage(used));
  }
  get(...args) {
    return getValues(storageHandle(this), undefined, args);
  }
  put(...args) {
    return putValues(storageHandle(this), undefined, args);
  }
  delete(...args) {
    return deleteValues(storageHandle(this), undefined, args);
  }
  list(...args) {
    return listValues(storageHandle(this), undefined, args);
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
  transaction(...args) {
    return transaction(storageHandle(this), args);
  }
  deleteAll(...args) {
    return deleteAll(storageHandle(this), args);
  }
  getAlarm(...args) {
    return getAlarm(storageHandle(this), undefined, args);
  }
  setAlarm(...args) {
    return setAlarm(storageHandle(this), undefined, args);
  }
  deleteAlarm(...args) {
    return deleteAlarm(storageHandle(this), undefined, args);
  }
  sync() {
    return sync(storageHandle(this));
  }
  getCurrentBookmark() {
    return getCurrentBookmark(storageHandle(this));
  }
  getBookmarkForTime(...args) {
    storageHandle(this);
    return getBookmarkForTime(args);
  }
  onNextSessionRestoreBookmark(...args) {
    storageHandle(this);
    return onNextSessionRestoreBookmark(args);
  }
}

const NO_RECOVERY = "This Durable Object's storage back-end does not implement point-in-time recovery.";
// Beyond, the time in nanoseconds does not fit into what stores it.
const ALARM_MS_MAX = 9223372036854;

// A date as JavaScript gives it, in milliseconds. `what` begins the text that refuses other things.
function readTime(time, what) {
  const isDate = ObjectPrototypeToString(time) === "[object Date]" && time instanceof Date;
  if (typeof time !== "number" && !isDate) {
    throw new TypeError(`${what} is not of type 'date'.`);
  }
  const ms = MathTrunc(isDate ? DatePrototypeGetTime(time) : time);
  if (!NumberIsFinite(ms)) {
    throw new TypeError("The value cannot be converted because it is not a valid Date.");
  }
  return ms;
}

async function setAlarm(handle, txn, args) {
  const ms = readTime(args[0], `Failed to execute 'setAlarm' on '${interfaceOf(txn)}': parameter 1`);
  if (ms > ALARM_MS_MAX) {
    throw new TypeError("This API doesn't support dates after 2189.");
  }
  readOptions("setAlarm", interfaceOf(txn), 2, "SetAlarmOptions", args[1], SET_ALARM_OPTIONS);
  if (ms <= 0) {
    throw new TypeError("setAlarm() cannot be called with an alarm time <= 0");
  }
  // The object whose event runs is asked, which may not be the storage's: so does workerd.
  const running = op_actor_running();
  if (running !== 0 && !handlesAlarms(running)) {
    throw new TypeError("Your Durable Object class must have an alarm() handler in order to call setAlarm()");
  }
  checkOpen(txn, "setAlarm");
  // What is over already is due now.
  const now = DateNow();
  op_storage_set_alarm(handle, ms < now ? now : ms);
}

// Whether a transaction is open, committed or rolled back.
const OPEN = 0;
const COMMITTED = 1;
const ROLLED_BACK = 2;
let endTransaction;
let checkOpen;
let txnHandle;
// Depth of the innermost transaction of each database.
const innermost = new SafeWeakMap();

class DurableObjectTransaction {
  #handle;
  #depth;
  #state = OPEN;
  static {
    endTransaction = (txn, keep) => txn.#end(keep);
    checkOpen = (txn, name) => txn?.#check(name);
    txnHandle = (txn) => {
      if (!isObject(txn) || !(#handle in txn)) {
        throw illegalInvocation();
      }
      return txn.#handle;
    };
  }
  constructor(handle, depth) {
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
  }
  get(...args) {
    return getValues(txnHandle(this), this, args);
  }
  put(...args) {
    return putValues(txnHandle(this), this, args);
  }
  delete(...args) {
    return deleteValues(txnHandle(this), this, args);
  }
  list(...args) {
    return listValues(txnHandle(this), this, args);
  }
  getAlarm(...args) {
    return getAlarm(txnHandle(this), this, args);
  }
  setAlarm(...args) {
    return setAlarm(txnHandle(this), this, args);
  }
  deleteAlarm(...args) {
    return deleteAlarm(txnHandle(this), this, args);
  }
  deleteAll() {
    txnHandle(this);
    throw new Error("Cannot call deleteAll() within a transaction");
  }
  rollback() {
    txnHandle(this);
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

// Whether the instance of an incarnation has an alarm() handler, or its class while none is made.
let handlesAlarms = () => true;
function setAlarmCheck(check) {
  handlesAlarms = check;
}

function member(target, key, value) {
  ObjectDefineProperty(target, key, { __proto__: null, value, enumerable: true, configurable: true, writable: true });
}

// Gives a class the form that user code sees, and hands out what stands for it.
function native(Class) {
  ObjectDefineProperty(Class.prototype, SymbolToStringTag, { __proto__: null, value: Class.name, configurable: true });
  own(Class);
  return standIn(Class);
}
function iterator(Class) {
  ReflectSetPrototypeOf(Class.prototype, IteratorPrototype);
  native(Class);
}
iterator(RowIterator);
iterator(RawIterator);
iterator(ListIterator);
native(DurableObjectTransaction);
const PublicCursor = native(Cursor);
member(SqlStorage.prototype, "Cursor", PublicCursor);
member(SqlStorage.prototype, "Statement", native(Statement));

function newStorage(handle) {
  return new DurableObjectStorage(handle);
}

return {
  Cursor: PublicCursor,
  DurableObjectStorage: native(DurableObjectStorage),
  SqlStorage: native(SqlStorage),
  SyncKvStorage: native(SyncKvStorage),
  newStorage,
  setAlarmCheck,
};
})();
