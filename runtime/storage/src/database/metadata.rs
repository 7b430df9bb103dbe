//! What the runtime keeps in an actor's database for itself, and emptying the database.
//!
//! Owns the table `_cf_METADATA`, byte-compatible with workerd's: key 1 is the alarm in nanoseconds since the epoch, or
//! NULL. It must not know who runs alarms; the index of all alarms follows it in the order that must hold.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use denizen_core::alarms::TimeMs;
use libsqlite3_sys as ffi;

use super::{Database, Inner};
use crate::StorageError;
use crate::alarms::{Indexed, NS_PER_MS};
use crate::disk::lock;
use crate::sqlite::ValueRef;

/// The text is workerd's to the blank: it is what the file holds.
const CREATE_METADATA: &str = "CREATE TABLE _cf_METADATA (
        key INTEGER PRIMARY KEY,
        value BLOB
      )";

/// What user SQL can switch, as it is in a database that was opened just now.
const DEFAULT_PRAGMAS: &str = "PRAGMA case_sensitive_like=OFF; PRAGMA foreign_keys=ON; PRAGMA ignore_check_constraints=OFF; \
    PRAGMA legacy_alter_table=OFF; PRAGMA recursive_triggers=OFF; PRAGMA reverse_unordered_selects=OFF";

/// What is known of a database's alarm.
#[derive(Debug, Default)]
pub(super) struct AlarmState {
    /// Whether the transaction that is open may have changed it.
    touched: bool,
    /// The last change that a commit made to the index before its gate could open.
    pub(super) indexing: u64,
    /// While the handler runs, the time that it runs for, which does not show.
    running: Option<TimeMs>,
    /// Whether the handler has set an alarm of its own.
    set_again: bool,
    /// What is known of the index; absent for a database that has no alarm.
    indexed: Option<Arc<Indexed>>,
}

/// What is known of the alarm when a savepoint is opened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AlarmMark {
    touched: bool,
    /// Whether the handler had set one; absent where a rollback does not undo that.
    set_again: Option<bool>,
}

impl AlarmState {
    /// What a rollback goes back to.
    pub(super) fn mark(&self, keeps_set_again: bool) -> AlarmMark {
        AlarmMark { touched: self.touched, set_again: (!keeps_set_again).then_some(self.set_again) }
    }

    /// A rollback may have undone what was changed since `mark`.
    pub(super) fn go_back(&mut self, mark: AlarmMark) {
        self.touched = mark.touched;
        self.set_again = mark.set_again.unwrap_or(self.set_again);
    }
}

/// How a commit moves the alarm in the index.
pub(crate) struct AlarmMove {
    /// The new time.
    pub(crate) time: Option<TimeMs>,
    /// Whether the index has to know before the commit is acknowledged.
    pub(crate) earlier: bool,
    pub(crate) key: crate::alarms::AlarmKey,
    pub(crate) name: Option<String>,
    pub(crate) indexed: Arc<Indexed>,
    /// Its number among the moves.
    pub(crate) number: u64,
}

impl Database {
    /// The alarm, in milliseconds since the epoch.
    pub fn alarm(&self) -> Result<Option<TimeMs>, StorageError> {
        self.with(|inner| match inner.alarm.running.is_some() && !inner.alarm.set_again {
            true => Ok(None),
            false => inner.stored_alarm(),
        })
    }

    /// Sets or takes away the alarm, as part of the turn's writes.
    pub fn set_alarm(&self, time: Option<TimeMs>) -> Result<(), StorageError> {
        self.with(|inner| inner.store_alarm(time))
    }

    /// Takes the alarm for `scheduled`, or one before it, away; a later one stays.
    pub fn forget_alarm(&self, scheduled: TimeMs) -> Result<(), StorageError> {
        self.with(|inner| match inner.stored_alarm()?.is_some_and(|time| time <= scheduled) {
            true => inner.store_alarm(None),
            false => Ok(()),
        })
    }

    /// The handler of the alarm for `scheduled` begins. Whether it is to run: not if the alarm was moved or taken away,
    /// of which the index is told.
    pub fn begin_alarm(&self, scheduled: TimeMs) -> Result<bool, StorageError> {
        self.with(|inner| {
            let stored = inner.stored_alarm()?;
            let due = stored.is_some_and(|time| time <= scheduled);
            inner.alarm.running = due.then_some(scheduled);
            inner.alarm.set_again = false;
            if let (false, Some(owner)) = (due, &inner.options.alarm) {
                // The index was early, as it may be after a crash.
                drop(inner.engine.alarms().set(owner.key.clone(), owner.name.clone(), stored));
            }
            Ok(due)
        })
    }

    /// The handler has ended. The alarm that it ran for is taken away if it is `done`, unless it set another one.
    pub fn end_alarm(&self, done: bool) -> Result<(), StorageError> {
        self.with(|inner| {
            let ran = inner.alarm.running.take().is_some();
            if ran && done && !std::mem::take(&mut inner.alarm.set_again) {
                inner.store_alarm(None)?;
            }
            Ok(())
        })
    }

    /// A number that is one greater each time, from 0 on, and outlives the database's connection: workerd's bookmarks.
    pub fn next_bookmark(&self) -> Result<u64, StorageError> {
        self.with(|inner| {
            let known = match inner.has_metadata()? {
                false => None,
                true => {
                    inner.host_query("SELECT value FROM _cf_METADATA WHERE key = 2", &[], |row| match row.value(0) {
                        ValueRef::Integer(number) => number,
                        _ => -1,
                    })?
                }
            };
            let next = known.unwrap_or(-1) + 1;
            inner.store_metadata(2, ValueRef::Integer(next))?;
            Ok(next.unsigned_abs())
        })
    }

    /// Empties the database, as part of the turn's writes: what the turn wrote before is gone with the rest. The alarm
    /// stays if `keep_alarm`.
    pub fn delete_all(&self, keep_alarm: bool) -> Result<(), StorageError> {
        self.with(|inner| {
            if !inner.savepoints.is_empty() {
                return Err(StorageError::InTransaction);
            }
            inner.end_cursors(&StorageError::CursorDeleted);
            let alarm = inner.stored_alarm()?;
            let set_again = inner.alarm.set_again;
            inner.rollback()?;
            // Inside a transaction some of them would do nothing.
            inner.host_batch(DEFAULT_PRAGMAS)?;
            inner.begin()?;
            inner.drop_everything()?;
            inner.has_kv = Some(false);
            inner.alarm.touched = true;
            if let Some(alarm) = alarm.filter(|_| keep_alarm) {
                inner.store_alarm(Some(alarm))?;
                // One that was kept was not set: that whose handler runs goes with the handler's end.
                inner.alarm.set_again = set_again;
            }
            Ok(())
        })
    }
}

impl Inner {
    /// Finds out what the alarm is, and sees to it that the index has it.
    pub(super) fn load_alarm(&mut self) -> Result<(), StorageError> {
        let Some(owner) = self.options.alarm.clone() else { return Ok(()) };
        let stored = self.stored_alarm()?;
        self.alarm.indexed = Some(self.engine.alarms().indexed(&owner.key, stored));
        if let Some(time) = stored
            && self.engine.alarms().note(&owner.key, owner.name.as_deref(), time)
        {
            self.alarm.indexing = self.engine.alarms().changed();
        }
        Ok(())
    }

    fn has_metadata(&mut self) -> Result<bool, StorageError> {
        let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_cf_METADATA'";
        Ok(self.host_query(sql, &[], |_| ())?.is_some())
    }

    fn stored_alarm(&mut self) -> Result<Option<TimeMs>, StorageError> {
        if !self.has_metadata()? {
            return Ok(None);
        }
        let found = self.host_query("SELECT value FROM _cf_METADATA WHERE key = 1", &[], |row| match row.value(0) {
            ValueRef::Integer(ns) => Some(ns.div_euclid(NS_PER_MS)),
            _ => None,
        })?;
        Ok(found.flatten())
    }

    fn store_alarm(&mut self, time: Option<TimeMs>) -> Result<(), StorageError> {
        if time.is_none() && !self.has_metadata()? {
            return Ok(());
        }
        let value = time.map_or(ValueRef::Null, |ms| ValueRef::Integer(ms.saturating_mul(NS_PER_MS)));
        self.store_metadata(1, value)?;
        self.alarm.touched = true;
        self.alarm.set_again = true;
        Ok(())
    }

    fn store_metadata(&mut self, key: i64, value: ValueRef<'_>) -> Result<(), StorageError> {
        self.begin()?;
        if !self.has_metadata()? {
            self.host_batch(CREATE_METADATA)?;
        }
        self.host_step("INSERT OR REPLACE INTO _cf_METADATA VALUES(?, ?)", &[ValueRef::Integer(key), value])
    }

    /// What the commit that follows does to the alarm.
    pub(super) fn prepare_alarm(&mut self) -> Result<Option<AlarmMove>, StorageError> {
        if !std::mem::take(&mut self.alarm.touched) {
            return Ok(None);
        }
        let Some(owner) = self.options.alarm.clone() else { return Ok(None) };
        let time = self.stored_alarm()?;
        let Some(indexed) = self.alarm.indexed.clone() else { return Ok(None) };
        let known = lock(&indexed.time);
        let number = indexed.moves.fetch_add(1, Ordering::AcqRel) + 1;
        if *known == time {
            // The count alone calls off what is still to come for an earlier commit.
            return Ok(None);
        }
        let earlier = match (time, *known) {
            (Some(new), Some(known)) => new < known,
            (Some(_), None) => true,
            (None, _) => false,
        };
        drop(known);
        Ok(Some(AlarmMove { time, earlier, key: owner.key, name: owner.name, indexed, number }))
    }

    /// Drops every table and view. Checks of foreign keys would only be in the way.
    fn drop_everything(&mut self) -> Result<(), StorageError> {
        let connection = self.connection()?;
        let check_keys = |on: std::ffi::c_int| {
            // SAFETY: the handle is open, and the option takes a number and a pointer that may be null.
            unsafe {
                ffi::sqlite3_db_config(
                    connection.raw(),
                    ffi::SQLITE_DBCONFIG_ENABLE_FKEY,
                    on,
                    std::ptr::null_mut::<std::ffi::c_int>(),
                );
            }
        };
        check_keys(0);
        let outcome = self.drop_tables(true).and_then(|()| self.drop_tables(false));
        check_keys(1);
        outcome
    }

    /// Virtual tables go first: they take their shadow tables with them, which cannot be dropped by name.
    fn drop_tables(&mut self, is_virtual: bool) -> Result<(), StorageError> {
        let connection = self.connection()?;
        let pattern = if is_virtual {
            "sql LIKE 'CREATE VIRTUAL%'"
        } else {
            "(name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR name GLOB 'sqlite_stat*')"
        };
        let sql = format!("SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view') AND {pattern}");
        let mut found = Vec::new();
        connection.as_host(|| -> Result<(), StorageError> {
            let (statement, _) = connection.prepare_first(&sql)?;
            if let Some(mut statement) = statement {
                while statement.step()? {
                    found.push((statement.text(0), statement.text(1)));
                }
            }
            Ok(())
        })?;
        for (kind, name) in found {
            let quoted = name.replace('"', "\"\"");
            connection.batch(&format!("DROP {kind} IF EXISTS \"{quoted}\""))?;
        }
        Ok(())
    }
}
