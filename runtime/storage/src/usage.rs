//! What each facet has used since it was created: sums that survive evictions and restarts, for billing.
//!
//! Owns `denizen-usage.sqlite`. Sums are added up in memory first and written in one transaction for all facets; what has not
//! been written is lost with the process. It must not know who counts.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use denizen_core::usage::Usage;
use tokio::sync::oneshot;

use crate::StorageError;
use crate::alarms::AlarmKey;
use crate::disk::{Disk, lock};
use crate::own::OwnDatabase;
use crate::sqlite::ValueRef;
use crate::upkeep::Upkeep;

/// Whose sums: the same identity as an alarm's.
pub type UsageKey = AlarmKey;

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS facet_usage (namespace TEXT, object TEXT, facet INTEGER, \
    since_ms INTEGER, requests INTEGER, errors INTEGER, cpu_ns INTEGER, wall_ns INTEGER, rows_read INTEGER, \
    rows_written INTEGER, PRIMARY KEY (namespace, object, facet)) WITHOUT ROWID";

const ADD: &str = "INSERT INTO facet_usage VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET \
    requests = requests + excluded.requests, errors = errors + excluded.errors, cpu_ns = cpu_ns + excluded.cpu_ns, \
    wall_ns = wall_ns + excluded.wall_ns, rows_read = rows_read + excluded.rows_read, \
    rows_written = rows_written + excluded.rows_written";

const READ: &str = "SELECT since_ms, requests, errors, cpu_ns, wall_ns, rows_read, rows_written FROM facet_usage \
    WHERE namespace = ? AND object = ? AND facet = ?";

const FORGET: &str = "DELETE FROM facet_usage WHERE namespace = ? AND object = ? AND facet = ?";

/// All that a facet has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// The sums.
    pub usage: Usage,
    /// Since when, in milliseconds since the epoch: when it first used something.
    pub since_ms: i64,
}

/// The sums of all facets. Shared by all shards; the engine's upkeep thread reads and writes the database.
pub struct UsageBook {
    disk: Arc<Disk>,
    upkeep: Arc<Upkeep>,
    path: PathBuf,
    unwritten: Mutex<HashMap<UsageKey, Totals>>,
    /// Only whoever does a job has it locked.
    database: Mutex<Option<OwnDatabase>>,
}

impl std::fmt::Debug for UsageBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UsageBook").field("path", &self.path).finish_non_exhaustive()
    }
}

impl UsageBook {
    pub(crate) fn new(disk: Arc<Disk>, upkeep: Arc<Upkeep>, path: PathBuf) -> Self {
        Self { disk, upkeep, path, unwritten: Mutex::default(), database: Mutex::default() }
    }

    /// Adds to the sums of a facet what it has used from `since_ms` on, in milliseconds since the epoch. In memory only.
    pub fn note(&self, key: UsageKey, usage: Usage, since_ms: i64) {
        let mut unwritten = lock(&self.unwritten);
        let sums = unwritten.entry(key).or_insert(Totals { usage: Usage::default(), since_ms });
        *sums = Totals { usage: sums.usage.plus(usage), since_ms: sums.since_ms.min(since_ms) };
    }

    /// Has everything written that has been noted. What cannot be written is kept for the next time.
    pub fn flush(self: &Arc<Self>) {
        if !lock(&self.unwritten).is_empty() {
            let this = self.clone();
            // Whoever reads the sums next learns of a failure.
            self.upkeep.push(move || drop(this.write()));
        }
    }

    /// The sums of a facet, everything included that was noted before. `None` if it has used nothing.
    pub fn read(self: &Arc<Self>, key: UsageKey) -> impl Future<Output = Result<Option<Totals>, StorageError>> + use<> {
        let (done, found) = oneshot::channel();
        let this = self.clone();
        self.upkeep.push(move || {
            let totals = this.write().and_then(|()| this.look_up(&key));
            // Whoever asked may have left.
            drop(done.send(totals));
        });
        async move { found.await.unwrap_or(Err(StorageError::Closed)) }
    }

    /// The facets are deleted: their names begin at nothing again, once upkeep has come to it.
    pub(crate) fn forget(self: &Arc<Self>, keys: Vec<UsageKey>) {
        lock(&self.unwritten).retain(|key, _| !keys.contains(key));
        let this = self.clone();
        self.upkeep.push(move || {
            if !matches!(this.disk.length(&this.path), Ok(Some(_))) {
                return;
            }
            // Where this fails the next facet of the name begins with the old one's sums: too high a sum is better seen
            // than a deletion that fails.
            drop(this.with(|database| {
                database.transaction(|| keys.iter().try_for_each(|key| database.run(FORGET, &key_values(key))))
            }));
        });
    }

    fn write(&self) -> Result<(), StorageError> {
        let batch = std::mem::take(&mut *lock(&self.unwritten));
        if batch.is_empty() {
            return Ok(());
        }
        let outcome = self.with(|database| {
            database.transaction(|| batch.iter().try_for_each(|(key, totals)| add_one(database, key, totals)))
        });
        if outcome.is_err() {
            batch.into_iter().for_each(|(key, totals)| self.note(key, totals.usage, totals.since_ms));
        }
        outcome
    }

    fn look_up(&self, key: &UsageKey) -> Result<Option<Totals>, StorageError> {
        let mut found = None;
        self.with(|database| {
            let (statement, _) = database.connection.prepare_first(READ)?;
            let Some(mut statement) = statement else { return Ok(()) };
            for (index, value) in key_values(key).into_iter().enumerate() {
                statement.bind(index, value)?;
            }
            if statement.step()? {
                let number = |index| statement.integer(index).unsigned_abs();
                let usage = Usage {
                    requests: number(1),
                    errors: number(2),
                    cpu: Duration::from_nanos(number(3)),
                    wall: Duration::from_nanos(number(4)),
                    rows_read: number(5),
                    rows_written: number(6),
                };
                found = Some(Totals { usage, since_ms: statement.integer(0) });
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn with(&self, work: impl FnOnce(&OwnDatabase) -> Result<(), StorageError>) -> Result<(), StorageError> {
        let mut slot = lock(&self.database);
        let database = match slot.take() {
            Some(database) => database,
            None => OwnDatabase::open(&self.disk, &self.path, SCHEMA)?,
        };
        match work(&database) {
            Ok(()) => {
                self.upkeep.checkpoint_if_due(&self.disk, &database.files);
                *slot = Some(database);
                Ok(())
            }
            Err(error) => {
                database.suspect(&self.disk);
                Err(error.at(&self.path))
            }
        }
    }
}

fn key_values(key: &UsageKey) -> [ValueRef<'_>; 3] {
    [
        ValueRef::Text(key.namespace.as_bytes()),
        ValueRef::Text(key.object.as_bytes()),
        ValueRef::Integer(i64::from(key.facet)),
    ]
}

fn add_one(database: &OwnDatabase, key: &UsageKey, totals: &Totals) -> Result<(), StorageError> {
    let whole = |number: u128| ValueRef::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let usage = &totals.usage;
    let [namespace, object, facet] = key_values(key);
    let sums = [
        u128::from(usage.requests),
        u128::from(usage.errors),
        usage.cpu.as_nanos(),
        usage.wall.as_nanos(),
        u128::from(usage.rows_read),
        u128::from(usage.rows_written),
    ];
    let [requests, errors, cpu, wall, rows_read, rows_written] = sums.map(whole);
    let since = ValueRef::Integer(totals.since_ms);
    database.run(ADD, &[namespace, object, facet, since, requests, errors, cpu, wall, rows_read, rows_written])
}
