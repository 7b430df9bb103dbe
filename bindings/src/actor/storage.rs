//! Operations of `ctx.storage`.
//!
//! Owns the way between JavaScript values and those of SQLite. It must not know SQL.

use std::rc::Rc;

use denizen_storage::{KvRange, StorageError, Value};
use deno_core::op2;

use super::{Actor, ActorHandle, authorize};
use crate::fetch::{body, string};
use crate::io::context::IoError;
use crate::isolate::IsolateState;
use crate::rpc::wire::{self, WireError, WireValue};

/// Why a storage operation failed.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum ActorStorageError {
    /// No event of this incarnation runs.
    #[class(inherit)]
    #[error(transparent)]
    Io(#[from] IoError),
    /// The database refused.
    #[class(generic)]
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The value cannot be stored.
    #[class(inherit)]
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A binding has no SQL value.
    #[class(type)]
    #[error("{0}")]
    Binding(&'static str),
}

/// Runs `operation` on the actor's database. What it wrote is committed at the end of the turn.
fn with_database<T>(
    scope: &mut v8::PinScope<'_, '_>,
    handle: &ActorHandle,
    operation: impl FnOnce(&mut denizen_storage::Database) -> Result<T, StorageError>,
) -> Result<T, ActorStorageError> {
    authorize(scope, handle)?;
    let outcome = operation(&mut handle.actor.database.borrow_mut())?;
    mark_dirty(&IsolateState::of(scope), &handle.actor);
    Ok(outcome)
}

fn mark_dirty(state: &IsolateState, actor: &Rc<Actor>) {
    if actor.database.borrow().is_dirty() && !actor.dirty.replace(true) {
        state.dirty.borrow_mut().push(actor.clone());
    }
}

/// Runs SQL: `[columns, rows, rowsWritten]`, each row an array.
#[op2]
pub fn op_sql_exec<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    #[string] sql: &str,
    bindings: v8::Local<'s, v8::Array>,
) -> Result<v8::Local<'s, v8::Value>, ActorStorageError> {
    let mut values = Vec::with_capacity(bindings.length() as usize);
    for index in 0..bindings.length() {
        let value = bindings.get_index(scope, index).ok_or(ActorStorageError::Binding("unreadable binding"))?;
        values.push(to_sql(scope, value)?);
    }
    let rows = with_database(scope, handle, |database| database.exec(sql, &values))?;
    let columns: Vec<_> = rows.columns.iter().map(|name| string(scope, name)).collect();
    let columns = v8::Array::new_with_elements(scope, &columns).into();
    let count = rows.rows.len();
    let found = v8::Array::new(scope, count as i32);
    for (index, row) in rows.rows.into_iter().enumerate() {
        let row: Vec<_> = row.into_iter().map(|value| from_sql(scope, value)).collect();
        let row = v8::Array::new_with_elements(scope, &row);
        found.set_index(scope, index as u32, row.into());
    }
    let written = v8::Number::new(scope, rows.rows_written as f64).into();
    Ok(v8::Array::new_with_elements(scope, &[columns, found.into(), written]).into())
}

/// The value as workerd binds it (`workers-api` 4.1): everything that is no number, blob or null is text.
fn to_sql(scope: &mut v8::PinScope<'_, '_>, value: v8::Local<'_, v8::Value>) -> Result<Value, ActorStorageError> {
    if value.is_null_or_undefined() {
        return Ok(Value::Null);
    }
    if value.is_big_int() {
        return Err(ActorStorageError::Binding("Cannot convert a BigInt value to a number"));
    }
    if value.is_symbol() {
        return Err(ActorStorageError::Binding("Cannot convert a Symbol value to a string"));
    }
    if let Some(number) = value.is_number().then(|| value.number_value(scope)).flatten() {
        return Ok(Value::Number(number));
    }
    if let Ok(view) = v8::Local::<v8::ArrayBufferView>::try_from(value) {
        return Ok(Value::Blob(body::copy_view(view).into()));
    }
    if let Ok(buffer) = v8::Local::<v8::ArrayBuffer>::try_from(value) {
        let bytes = buffer.get_backing_store().iter().map(std::cell::Cell::get).collect();
        return Ok(Value::Blob(bytes));
    }
    Ok(Value::Text(value.to_rust_string_lossy(scope)))
}

fn from_sql<'s>(scope: &mut v8::PinScope<'s, '_>, value: Value) -> v8::Local<'s, v8::Value> {
    match value {
        Value::Null => v8::null(scope).into(),
        Value::Number(number) => v8::Number::new(scope, number).into(),
        Value::Text(text) => string(scope, &text),
        Value::Blob(bytes) => {
            let store = v8::ArrayBuffer::new_backing_store_from_vec(bytes).make_shared();
            v8::ArrayBuffer::with_backing_store(scope, &store).into()
        }
    }
}

/// Bytes in use.
#[op2(nofast)]
pub fn op_sql_size(scope: &mut v8::PinScope<'_, '_>, #[cppgc] handle: &ActorHandle) -> Result<f64, ActorStorageError> {
    with_database(scope, handle, |database| database.size()).map(|size| size as f64)
}

/// Opens a savepoint for `transactionSync`.
#[op2(nofast)]
pub fn op_sql_savepoint(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    depth: u32,
) -> Result<(), ActorStorageError> {
    with_database(scope, handle, |database| database.savepoint(depth))
}

/// Closes a savepoint.
#[op2(nofast)]
pub fn op_sql_release(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    depth: u32,
    keep: bool,
) -> Result<(), ActorStorageError> {
    with_database(scope, handle, |database| database.release(depth, keep))
}

/// The value of a key; `undefined` if there is none.
#[op2]
pub fn op_kv_get<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    #[string] key: &str,
) -> Result<v8::Local<'s, v8::Value>, ActorStorageError> {
    match with_database(scope, handle, |database| database.kv_get(key))? {
        Some(bytes) => Ok(read(scope, bytes)?),
        None => Ok(v8::undefined(scope).into()),
    }
}

/// Sets a key.
#[op2(nofast)]
pub fn op_kv_put<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    #[string] key: &str,
    value: v8::Local<'s, v8::Value>,
) -> Result<(), ActorStorageError> {
    let value = wire::serialize(scope, value)?;
    if !value.capabilities.is_empty() {
        return Err(WireError::DataClone(
            "Could not serialize object of type \"Fetcher\". This type does not support serialization.".into(),
        )
        .into());
    }
    with_database(scope, handle, |database| database.kv_put(key, &value.bytes))
}

/// Removes a key: whether it was there.
#[op2(nofast)]
pub fn op_kv_delete(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &ActorHandle,
    #[string] key: &str,
) -> Result<bool, ActorStorageError> {
    with_database(scope, handle, |database| database.kv_delete(key))
}

/// Keys and values in order: `[key, value, key, value, …]`.
#[op2]
#[allow(clippy::too_many_arguments, reason = "one flat operation is cheaper than an option object")]
pub fn op_kv_list<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &ActorHandle,
    #[string] start: Option<String>,
    #[string] start_after: Option<String>,
    #[string] end: Option<String>,
    #[string] prefix: Option<String>,
    reverse: bool,
    limit: f64,
) -> Result<v8::Local<'s, v8::Value>, ActorStorageError> {
    let limit = (limit >= 0.0).then_some(limit as u64);
    let range = KvRange { start, start_after, end, prefix, reverse, limit };
    let found = with_database(scope, handle, |database| database.kv_list(&range))?;
    let mut flat = Vec::with_capacity(found.len() * 2);
    for (key, bytes) in found {
        flat.push(string(scope, &key));
        flat.push(read(scope, bytes)?);
    }
    Ok(v8::Array::new_with_elements(scope, &flat).into())
}

fn read<'s>(scope: &mut v8::PinScope<'s, '_>, bytes: Vec<u8>) -> Result<v8::Local<'s, v8::Value>, WireError> {
    wire::deserialize(scope, &WireValue { bytes, capabilities: Vec::new() })
}
