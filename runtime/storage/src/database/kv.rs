//! The key-value table `_cf_KV`, which both of JavaScript's key-value APIs share.
//!
//! Owns its SQL and its ranges. Keys are texts in UTF-8 (where a lone surrogate is encoded like any other character),
//! ordered by their bytes; values are bytes, whose meaning it must not know.

use super::{Cursor, Database, Inner};
use crate::StorageError;
use crate::sqlite::ValueRef;

/// The text is workerd's to the blank: it is what the file holds.
const CREATE_KV: &str = "CREATE TABLE IF NOT EXISTS _cf_KV (
        key TEXT PRIMARY KEY,
        value BLOB
      ) WITHOUT ROWID";

/// Which keys a listing gives.
#[derive(Clone, Debug, Default)]
pub struct KvRange {
    /// First key.
    pub start: Option<Vec<u8>>,
    /// The key before the first one.
    pub start_after: Option<Vec<u8>>,
    /// The key after the last one.
    pub end: Option<Vec<u8>>,
    /// What each key begins with.
    pub prefix: Option<Vec<u8>>,
    /// From the last to the first.
    pub reverse: bool,
    /// At most this many.
    pub limit: Option<u64>,
}

impl KvRange {
    /// The first key and the one after the last, as bytes.
    fn bounds(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        // The key that follows another one is that with a NUL behind it.
        let after = self.start_after.as_ref().map(|key| [key, &[0][..]].concat());
        let past = self.prefix.as_deref().and_then(successor);
        let low = [self.start.clone(), after, self.prefix.clone()].into_iter().flatten().max();
        let high = [self.end.clone(), past].into_iter().flatten().min();
        (low, high)
    }
}

/// The first text that is greater than every one that begins with `prefix`. UTF-8 has no byte that cannot be counted up.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut next = prefix.to_vec();
    *next.last_mut()? += 1;
    Some(next)
}

/// A listing that is read entry by entry.
#[derive(Debug)]
pub struct KvList(Option<Cursor>);

impl KvList {
    /// Gives the next key and value to `read`. `None` after the last one. What was written ahead of the entry that was
    /// read last is seen.
    pub fn next<T>(&mut self, read: impl FnOnce(&str, &[u8]) -> T) -> Result<Option<T>, StorageError> {
        let Some(cursor) = &self.0 else { return Ok(None) };
        cursor.next_of_now(|row| {
            let key = match row.value(0) {
                ValueRef::Text(key) => String::from_utf8_lossy(key),
                _ => Default::default(),
            };
            read(&key, blob(row.value(1)))
        })
    }
}

fn blob(value: ValueRef<'_>) -> &[u8] {
    match value {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => bytes,
        _ => &[],
    }
}

impl Database {
    /// What `read` makes of the value of `key`; `None` if there is none.
    pub fn kv_get<T>(&self, key: impl AsRef<[u8]>, read: impl FnOnce(&[u8]) -> T) -> Result<Option<T>, StorageError> {
        self.with(|inner| {
            if !inner.has_kv()? {
                return Ok(None);
            }
            inner.host_query("SELECT value FROM _cf_KV WHERE key = ?", &[ValueRef::Text(key.as_ref())], |row| {
                read(blob(row.value(0)))
            })
        })
    }

    /// Sets `key` to `value`.
    pub fn kv_put(&self, key: impl AsRef<[u8]>, value: &[u8]) -> Result<(), StorageError> {
        self.with(|inner| {
            inner.begin()?;
            if !inner.has_kv()? {
                inner.host_batch(CREATE_KV)?;
                inner.has_kv = Some(true);
            }
            inner.host_step(
                "INSERT INTO _cf_KV VALUES(?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                &[ValueRef::Text(key.as_ref()), ValueRef::Blob(value)],
            )
        })
    }

    /// Removes `key`: whether it was there.
    pub fn kv_delete(&self, key: impl AsRef<[u8]>) -> Result<bool, StorageError> {
        self.with(|inner| {
            if !inner.has_kv()? {
                return Ok(false);
            }
            inner.begin()?;
            let found = inner.host_query(
                "DELETE FROM _cf_KV WHERE key = ? RETURNING 1",
                &[ValueRef::Text(key.as_ref())],
                |_| (),
            )?;
            Ok(found.is_some())
        })
    }

    /// The entries of a range, in the order of their keys.
    pub fn kv_list(&self, range: &KvRange) -> Result<KvList, StorageError> {
        self.with(|inner| {
            if !inner.has_kv()? || range.limit == Some(0) {
                return Ok(KvList(None));
            }
            let (low, high) = range.bounds();
            let mut sql = String::from("SELECT key, value FROM _cf_KV");
            let mut bindings = Vec::new();
            if let Some(low) = &low {
                sql.push_str(" WHERE key >= ?");
                bindings.push(ValueRef::Text(low));
            }
            if let Some(high) = &high {
                sql.push_str(if low.is_some() { " AND key < ?" } else { " WHERE key < ?" });
                bindings.push(ValueRef::Text(high));
            }
            sql.push_str(if range.reverse { " ORDER BY key DESC" } else { " ORDER BY key" });
            if let Some(limit) = range.limit {
                sql.push_str(" LIMIT ?");
                bindings.push(ValueRef::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
            }
            let mut lease = inner.host_lease(&sql)?;
            let connection = lease.connection.clone();
            for (index, value) in bindings.iter().enumerate() {
                lease.get_mut().bind(&connection, index, *value)?;
            }
            let cursor = Cursor::start(lease, inner.health.clone(), true)?;
            inner.watch(&cursor);
            Ok(KvList(Some(cursor)))
        })
    }
}

impl Inner {
    fn has_kv(&mut self) -> Result<bool, StorageError> {
        if let Some(known) = self.has_kv {
            return Ok(known);
        }
        let found =
            self.host_query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_cf_KV'", &[], |_| ())?;
        self.has_kv = Some(found.is_some());
        Ok(found.is_some())
    }
}
