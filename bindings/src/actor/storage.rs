//! Operations of `ctx.storage`.
//!
//! Owns the way between JavaScript values and those of SQLite. It must not know SQL, nor when a write is durable.

use std::cell::RefCell;
use std::rc::Rc;

use denizen_core::limits::FACET_BYTES;
use denizen_storage::{Cursor, Database, KvList, KvRange, Row, SYNC_SAVEPOINT, StorageError, Value, ValueRef};
use deno_core::{GarbageCollected, cppgc, op2};

use super::{Actor, ActorHandle};
use crate::fetch::{body, string};
use crate::io::context::{IoContext, IoError};
use crate::isolate::{IsolateState, Output};
use crate::memory::{self, Full, Held, hold_few};
use crate::rpc::wire::{self, WireError};

/// Why a storage operation failed.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum ActorStorageError {
    /// No event of this incarnation runs.
    #[class(inherit)]
    #[error(transparent)]
    Io(#[from] IoError),
    /// The database refused.
    #[class(generic)]
    #[error("{}", .0.public_text())]
    Storage(#[from] StorageError),
    /// The value cannot be stored.
    #[class(inherit)]
    #[error(transparent)]
    Wire(#[from] WireError),
    /// SQL inside a `transactionSync` has undone everything.
    #[class(generic)]
    #[error("Cannot commit transaction due to an earlier SQL critical error")]
    Critical,
    /// The isolate holds as much as it may.
    #[class(inherit)]
    #[error(transparent)]
    Full(#[from] Full),
    /// A binding has no SQL value.
    #[class(type)]
    #[error("{0}")]
    Binding(&'static str),
}

// What workerd calls them where another event uses them.
pub(super) const STORAGE: &str = "ActorCacheInterface";
const ROWS: &str = "State";
const ENTRIES: &str = "ListCursor";

/// A result that is read row by row.
pub struct SqlCursor {
    actor: Rc<Actor>,
    cursor: Cursor,
    /// The values that are bound, which SQLite keeps while there are rows to come.
    _bound: Option<Held>,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for SqlCursor {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"SqlCursor"
    }
}

/// A listing that is read entry by entry.
pub struct KvCursor {
    actor: Rc<Actor>,
    list: RefCell<KvList>,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for KvCursor {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"KvCursor"
    }
}

/// Runs `operation` on the actor's database. What it wrote is committed at the end of the turn.
fn with_database<T>(
    scope: &mut v8::PinScope<'_, '_>,
    handle: &ActorHandle,
    operation: impl FnOnce(&Database) -> Result<T, StorageError>,
) -> Result<T, ActorStorageError> {
    IoContext::check(scope, &handle.actor.owner, STORAGE)?;
    marking(scope, &handle.actor, operation)
}

/// The same for what was made by an earlier operation of the actor, called `kind` in errors.
fn with_actor<T>(
    scope: &mut v8::PinScope<'_, '_>,
    actor: &Rc<Actor>,
    kind: &'static str,
    operation: impl FnOnce(&Database) -> Result<T, StorageError>,
) -> Result<T, ActorStorageError> {
    IoContext::check(scope, &actor.owner, kind)?;
    marking(scope, actor, operation)
}

fn marking<T>(
    scope: &mut v8::PinScope<'_, '_>,
    actor: &Rc<Actor>,
    operation: impl FnOnce(&Database) -> Result<T, StorageError>,
) -> Result<T, ActorStorageError> {
    let outcome = operation(&actor.database);
    mark_dirty(&IsolateState::of(scope), actor);
    Ok(outcome?)
}

/// Has the actor's writes committed at the end of the turn.
pub fn mark_dirty(state: &IsolateState, actor: &Rc<Actor>) {
    let has_written = actor.database.is_dirty() || actor.committed.borrow().is_some();
    if has_written && !actor.dirty.replace(true) {
        state.dirty.borrow_mut().push(actor.clone());
    }
}

/// Commits at once. What leaves in this turn waits for it, too.
fn commit_now(actor: &Actor, database: &Database) -> Result<(), StorageError> {
    if let Some(durable) = database.commit()? {
        actor.committed.replace(Some(durable));
    }
    Ok(())
}

/// Runs SQL: a cursor.
#[op2]
pub fn op_sql_exec<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    sql: v8::Local<'s, v8::Value>,
    bindings: v8::Local<'s, v8::Array>,
) -> Result<v8::Local<'s, v8::Value>, ActorStorageError> {
    let sql = text(scope, sql);
    let mut values = Vec::with_capacity(bindings.length() as usize);
    for index in 0..bindings.length() {
        let value = bindings.get_index(scope, index).ok_or(ActorStorageError::Binding("unreadable binding"))?;
        // What a conversion in JavaScript threw is on its way already.
        let Some(value) = to_sql(scope, value)? else { return Ok(v8::undefined(scope).into()) };
        values.push(value);
    }
    let cursor = with_database(scope, handle, |database| database.exec(&sql, &values))?;
    let bound = match cursor.is_open() {
        true => memory::hold(scope, values.iter().map(Value::bytes).sum())?,
        false => None,
    };
    Ok(cppgc::make_cppgc_object(scope, SqlCursor { actor: handle.actor.clone(), cursor, _bound: bound }).into())
}

/// The next row as an array; `undefined` after the last one.
#[op2]
pub fn op_sql_next<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] cursor: &SqlCursor,
) -> Result<v8::Local<'s, v8::Value>, ActorStorageError> {
    let mut values = Vec::new();
    let row = with_actor(scope, &cursor.actor, ROWS, |_| cursor.cursor.next(|row| take(&row, &mut values)))?;
    match row {
        Some(()) => Ok(row_to_js(scope, values.into_iter())),
        None => Ok(v8::undefined(scope).into()),
    }
}

/// At most `count` further rows, each an array.
#[op2]
pub fn op_sql_rest<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] cursor: &SqlCursor,
    count: u32,
) -> Result<v8::Local<'s, v8::Value>, ActorStorageError> {
    let (mut values, mut rows, mut columns) = (Vec::new(), 0, 0);
    with_actor(scope, &cursor.actor, ROWS, |_| {
        while rows < count {
            let read = cursor.cursor.next(|row| {
                columns = row.len();
                take(&row, &mut values);
            })?;
            if read.is_none() {
                break;
            }
            rows += 1;
        }
        Ok(())
    })?;
    let found = v8::Array::new(scope, rows as i32);
    let mut values = values.into_iter();
    for index in 0..rows {
        let row = row_to_js(scope, values.by_ref().take(columns));
        found.set_index(scope, index, row);
    }
    Ok(found.into())
}

/// Ends the result before its end. Whether there were rows left.
#[op2(nofast)]
pub fn op_sql_end(scope: &mut v8::PinScope<'_, '_>, #[cppgc] cursor: &SqlCursor) -> Result<bool, ActorStorageError> {
    IoContext::check(scope, &cursor.actor.owner, ROWS)?;
    Ok(cursor.cursor.finish())
}

/// The names of the columns.
#[op2]
pub fn op_sql_columns<'s>(scope: &mut v8::PinScope<'s, '_>, #[cppgc] cursor: &SqlCursor) -> v8::Local<'s, v8::Value> {
    let names: Vec<_> = cursor.cursor.columns().iter().map(|name| string(scope, name)).collect();
    v8::Array::new_with_elements(scope, &names).into()
}

/// Rows read so far.
#[op2(nofast)]
pub fn op_sql_rows_read(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] cursor: &SqlCursor,
) -> Result<f64, ActorStorageError> {
    IoContext::check(scope, &cursor.actor.owner, ROWS)?;
    cursor.cursor.check()?;
    Ok(cursor.cursor.rows_read() as f64)
}

/// Rows written so far.
#[op2(nofast)]
pub fn op_sql_rows_written(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] cursor: &SqlCursor,
) -> Result<f64, ActorStorageError> {
    IoContext::check(scope, &cursor.actor.owner, ROWS)?;
    cursor.cursor.check()?;
    Ok(cursor.cursor.rows_written() as f64)
}

/// A value that has left SQLite and is not in V8 yet.
enum Taken {
    Null,
    Number(f64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

fn take(row: &Row<'_>, into: &mut Vec<Taken>) {
    for index in 0..row.len() {
        into.push(match row.value(index) {
            ValueRef::Null => Taken::Null,
            // Beyond 2^53 a number is not exact, as in workerd.
            ValueRef::Integer(number) => Taken::Number(number as f64),
            ValueRef::Real(number) => Taken::Number(number),
            ValueRef::Text(text) => Taken::Text(text.to_vec()),
            ValueRef::Blob(bytes) => Taken::Blob(bytes.to_vec()),
        });
    }
}

fn row_to_js<'s>(scope: &mut v8::PinScope<'s, '_>, values: impl Iterator<Item = Taken>) -> v8::Local<'s, v8::Value> {
    let values: Vec<_> = values
        .map(|value| match value {
            Taken::Null => v8::null(scope).into(),
            Taken::Number(number) => v8::Number::new(scope, number).into(),
            Taken::Text(text) => match v8::String::new_from_utf8(scope, &text, v8::NewStringType::Normal) {
                Some(text) => text.into(),
                None => v8::null(scope).into(),
            },
            Taken::Blob(bytes) => memory::array_buffer(scope, bytes).into(),
        })
        .collect();
    v8::Array::new_with_elements(scope, &values).into()
}

/// The value as workerd binds it (`workers-api` 4.1): everything that is no number, blob or null is text.
/// `None` if JavaScript threw.
fn to_sql(
    scope: &mut v8::PinScope<'_, '_>,
    value: v8::Local<'_, v8::Value>,
) -> Result<Option<Value>, ActorStorageError> {
    if value.is_null_or_undefined() {
        return Ok(Some(Value::Null));
    }
    if value.is_big_int() {
        return Err(ActorStorageError::Binding("Cannot convert a BigInt value to a number"));
    }
    if value.is_symbol() {
        return Err(ActorStorageError::Binding("Cannot convert a Symbol value to a string"));
    }
    if let Some(number) = value.is_number().then(|| value.number_value(scope)).flatten() {
        return Ok(Some(Value::Number(number)));
    }
    if let Ok(view) = v8::Local::<v8::ArrayBufferView>::try_from(value) {
        return Ok(Some(Value::Blob(body::copy_view(view))));
    }
    if let Ok(buffer) = v8::Local::<v8::ArrayBuffer>::try_from(value) {
        let bytes = buffer.get_backing_store().iter().map(std::cell::Cell::get).collect();
        return Ok(Some(Value::Blob(bytes)));
    }
    Ok(value.to_string(scope).map(|value| Value::Text(utf8(scope, value))))
}

/// A text in UTF-8. A surrogate without its partner is encoded like any other character, as in workerd.
fn utf8(scope: &mut v8::PinScope<'_, '_>, text: v8::Local<'_, v8::String>) -> Vec<u8> {
    let mut bytes = vec![0; text.utf8_length(scope)];
    let written = text.write_utf8_v2(scope, &mut bytes, v8::WriteFlags::empty(), None);
    bytes.truncate(written);
    bytes
}

/// The same of what JavaScript has made a string.
fn text(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Vec<u8> {
    v8::Local::<v8::String>::try_from(value).map_or_else(|_| Vec::new(), |text| utf8(scope, text))
}

/// Bytes in use.
#[op2(nofast)]
pub fn op_sql_size(scope: &mut v8::PinScope<'_, '_>, #[cppgc] handle: &ActorHandle) -> Result<f64, ActorStorageError> {
    with_database(scope, handle, Database::size).map(|size| size as f64)
}

/// Refuses a use by code of another owner, before anything waits.
#[op2(nofast)]
pub fn op_storage_check(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
) -> Result<(), ActorStorageError> {
    IoContext::check(scope, &handle.actor.owner, STORAGE)?;
    Ok(())
}

/// Opens a savepoint: its depth. Those of `transactionSync` and of `transaction` have names of their own, as in workerd.
#[op2(nofast)]
pub fn op_storage_savepoint(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    is_sync: bool,
) -> Result<u32, ActorStorageError> {
    let name = if is_sync { SYNC_SAVEPOINT } else { "_cf_savepoint" };
    with_database(scope, handle, |database| database.savepoint(name)).map(|depth| depth as u32)
}

/// Closes the savepoint of `depth`. What a `transaction` inside no other one has written is committed at once.
#[op2(nofast)]
pub fn op_storage_release(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    depth: u32,
    is_sync: bool,
    keep: bool,
) -> Result<(), ActorStorageError> {
    let actor = handle.actor.clone();
    let is_lost = is_sync && keep && actor.database.error().is_some();
    let outcome = with_database(scope, handle, |database| {
        database.release(depth as usize, keep)?;
        if depth == 0 && !is_sync {
            commit_now(&actor, database)?;
        }
        Ok(())
    });
    match outcome {
        Err(ActorStorageError::Storage(_)) if is_lost => Err(ActorStorageError::Critical),
        outcome => outcome,
    }
}

/// Settles when everything that is written by the end of the turn is durable.
#[op2]
pub fn op_storage_sync<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
) -> Result<v8::Local<'s, v8::Promise>, ActorStorageError> {
    let io = IoContext::check(scope, &handle.actor.owner, STORAGE)?;
    let state = IsolateState::of(scope);
    let (promise, token) = state.start(scope, &io);
    state.emit(Some(&handle.actor), Output::Sync(state.completer(token)));
    Ok(promise)
}

/// Empties the database.
#[op2(nofast)]
pub fn op_storage_delete_all(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    keep_alarm: bool,
) -> Result<(), ActorStorageError> {
    let actor = handle.actor.clone();
    let held = hold_few(scope, FACET_BYTES).map_err(IoError::from)?;
    with_database(scope, handle, |database| {
        database.delete_all(keep_alarm)?;
        // The facets go even if the object ends itself in this turn, and so does this.
        commit_now(&actor, database)
    })?;
    IsolateState::of(scope).host.facets_delete(actor.incarnation, held);
    Ok(())
}

/// The next bookmark's number.
#[op2(nofast)]
pub fn op_storage_bookmark(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
) -> Result<f64, ActorStorageError> {
    let actor = handle.actor.clone();
    with_database(scope, handle, |database| {
        let number = database.next_bookmark()?;
        // It names a state that is kept.
        commit_now(&actor, database)?;
        Ok(number as f64)
    })
}

/// The alarm in milliseconds since the epoch; negative if there is none.
#[op2(nofast)]
pub fn op_storage_get_alarm(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
) -> Result<f64, ActorStorageError> {
    let alarm = with_database(scope, handle, Database::alarm)?;
    Ok(alarm.map_or(-1.0, |time| time as f64))
}

/// Sets the alarm, or takes it away if `time` is negative.
#[op2(nofast)]
pub fn op_storage_set_alarm(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    time: f64,
) -> Result<(), ActorStorageError> {
    let time = (time >= 0.0).then_some(time as i64);
    with_database(scope, handle, |database| database.set_alarm(time))
}

/// The alarm's handler has ended. If it is `done`, the alarm that it ran for goes.
#[op2(nofast)]
pub fn op_alarm_end(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    done: bool,
) -> Result<(), ActorStorageError> {
    with_database(scope, handle, |database| database.end_alarm(done))
}

/// The value of a key; `undefined` if there is none. `revive` is what makes objects of the runtime's own classes.
#[op2]
pub fn op_kv_get<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    key: v8::Local<'s, v8::Value>,
    revive: v8::Local<'s, v8::Function>,
) -> Result<v8::Local<'s, v8::Value>, ActorStorageError> {
    let key = text(scope, key);
    match with_database(scope, handle, |database| database.kv_get(&key, <[u8]>::to_vec))? {
        Some(bytes) => Ok(wire::read_stored(scope, bytes, revive)?),
        None => Ok(v8::undefined(scope).into()),
    }
}

/// What is there of some keys, in order: `[key, value, key, value, …]`.
#[op2]
pub fn op_kv_get_many<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    keys: v8::Local<'s, v8::Array>,
    revive: v8::Local<'s, v8::Function>,
) -> Result<v8::Local<'s, v8::Value>, ActorStorageError> {
    let mut sorted = Vec::with_capacity(keys.length() as usize);
    for index in 0..keys.length() {
        if let Some(key) = keys.get_index(scope, index) {
            sorted.push(text(scope, key));
        }
    }
    sorted.sort();
    sorted.dedup();
    let mut flat = Vec::new();
    for key in sorted {
        if let Some(bytes) = with_database(scope, handle, |database| database.kv_get(&key, <[u8]>::to_vec))? {
            flat.push(string(scope, &String::from_utf8_lossy(&key)));
            flat.push(wire::read_stored(scope, bytes, revive)?);
        }
    }
    Ok(v8::Array::new_with_elements(scope, &flat).into())
}

/// Sets a key. `describe` tells what an object of the runtime's own classes is made of.
#[op2(nofast)]
pub fn op_kv_put<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    key: v8::Local<'s, v8::Value>,
    value: v8::Local<'s, v8::Value>,
    describe: v8::Local<'s, v8::Function>,
) -> Result<(), ActorStorageError> {
    let key = text(scope, key);
    let Some(bytes) = wire::store(scope, value, describe)? else { return Ok(()) };
    with_database(scope, handle, |database| database.kv_put(&key, &bytes))
}

/// Sets the keys of `[key, value, key, value, …]`: all of them, or none if one value cannot be stored.
#[op2(nofast)]
pub fn op_kv_put_many<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    entries: v8::Local<'s, v8::Array>,
    describe: v8::Local<'s, v8::Function>,
) -> Result<(), ActorStorageError> {
    let mut ready = Vec::with_capacity(entries.length() as usize / 2);
    for index in (0..entries.length()).step_by(2) {
        let (Some(key), Some(value)) = (entries.get_index(scope, index), entries.get_index(scope, index + 1)) else {
            return Ok(());
        };
        let key = text(scope, key);
        let Some(bytes) = wire::store(scope, value, describe)? else { return Ok(()) };
        ready.push((key, bytes));
    }
    with_database(scope, handle, |database| {
        // One statement needs no savepoint to be undone as a whole.
        if let [(key, value)] = &ready[..] {
            return database.kv_put(key, value);
        }
        let depth = database.savepoint("_cf_put")?;
        let outcome = ready.iter().try_for_each(|(key, value)| database.kv_put(key, value));
        database.release(depth, outcome.is_ok()).and(outcome)
    })
}

/// Removes a key: whether it was there.
#[op2(nofast)]
pub fn op_kv_delete(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    key: v8::Local<'_, v8::Value>,
) -> Result<bool, ActorStorageError> {
    let key = text(scope, key);
    with_database(scope, handle, |database| database.kv_delete(&key))
}

/// The entries of a range, in order.
#[op2]
#[allow(clippy::too_many_arguments, reason = "one flat operation is cheaper than an option object")]
pub fn op_kv_list<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    start: v8::Local<'s, v8::Value>,
    start_after: v8::Local<'s, v8::Value>,
    end: v8::Local<'s, v8::Value>,
    prefix: v8::Local<'s, v8::Value>,
    reverse: bool,
    limit: f64,
) -> Result<v8::Local<'s, v8::Value>, ActorStorageError> {
    let limit = (limit >= 0.0).then_some(limit as u64);
    let bound = |scope: &mut v8::PinScope<'s, '_>, key: v8::Local<'s, v8::Value>| {
        (!key.is_undefined()).then(|| text(scope, key))
    };
    let range = KvRange {
        start: bound(scope, start),
        start_after: bound(scope, start_after),
        end: bound(scope, end),
        prefix: bound(scope, prefix),
        reverse,
        limit,
    };
    let list = with_database(scope, handle, |database| database.kv_list(&range))?;
    Ok(cppgc::make_cppgc_object(scope, KvCursor { actor: handle.actor.clone(), list: list.into() }).into())
}

/// The next entries, at most `count`: `[key, value, key, value, …]`, empty at the end.
#[op2]
pub fn op_kv_next<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] list: &KvCursor,
    count: u32,
    revive: v8::Local<'s, v8::Function>,
) -> Result<v8::Local<'s, v8::Value>, ActorStorageError> {
    let mut found = Vec::new();
    with_actor(scope, &list.actor, ENTRIES, |_| {
        let mut list = list.list.borrow_mut();
        for _ in 0..count {
            match list.next(|key, value| (key.to_owned(), value.to_vec()))? {
                Some(entry) => found.push(entry),
                None => break,
            }
        }
        Ok(())
    })?;
    let mut flat = Vec::with_capacity(found.len() * 2);
    for (key, bytes) in found {
        flat.push(string(scope, &key));
        flat.push(wire::read_stored(scope, bytes, revive)?);
    }
    Ok(v8::Array::new_with_elements(scope, &flat).into())
}
