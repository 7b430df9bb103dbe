//! The alarms of all objects: an index over what each object's database holds.
//!
//! Owns every `metadata.sqlite` (`layout.rs`) and the thread that reads and writes them and finds what
//! is due. An object's own `_cf_METADATA` holds its true alarm; the index may be early and never late. It must not know
//! how an alarm is run: it says what is due and is told how that ended.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::time::Duration;

use denizen_core::alarms::{After, Outcome, Schedule, TimeMs};
use tokio::sync::oneshot;

use crate::StorageError;
use crate::disk::{Disk, lock};
use crate::error::At;
use crate::own::OwnDatabase;
use crate::sqlite::ValueRef;
use crate::syncer::Durable;
use crate::upkeep::Upkeep;

/// Nanoseconds in a millisecond: workerd keeps times in nanoseconds.
pub(crate) const NS_PER_MS: i64 = 1_000_000;

/// How long the thread sleeps at most: a clock that is set is noticed within it.
const SLEEP_MAX: Duration = Duration::from_secs(10);

/// Gives the milliseconds since the epoch.
pub type Clock = Arc<dyn Fn() -> TimeMs + Send + Sync>;

/// Whose alarm it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AlarmKey {
    /// The namespace's key, which is its folder's name.
    pub namespace: Arc<str>,
    /// The object's id: 64 hexadecimal digits.
    pub object: Arc<str>,
    /// The facet's number; 0 is the object itself.
    pub facet: u16,
}

/// An alarm that is to run now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmDue {
    /// Whose.
    pub key: AlarmKey,
    /// The object's name, if it was made from one.
    pub name: Option<String>,
    /// When it was to run, in milliseconds since the epoch.
    pub scheduled_ms: TimeMs,
    /// How often it has been retried.
    pub retry_count: u32,
}

/// What the index holds for one database, over all its incarnations: a change that an earlier one has begun may still be on
/// its way when the next one makes its own.
#[derive(Debug)]
pub(crate) struct Indexed {
    /// What the index holds, or will hold before anything later happens.
    pub(crate) time: Mutex<Option<TimeMs>>,
    /// Counts commits that move the alarm, so that one that comes later in the index knows whether it is the last.
    pub(crate) moves: AtomicU64,
}

/// Who runs alarms.
pub type Deliver = Box<dyn Fn(AlarmDue) + Send + Sync>;

struct Change {
    key: AlarmKey,
    name: Option<String>,
    time: Option<TimeMs>,
    done: Option<oneshot::Sender<Result<(), StorageError>>>,
}

/// Someone who waits for the changes of a namespace up to a number.
struct Flush {
    namespace: Arc<str>,
    upto: u64,
    done: oneshot::Sender<Result<(), StorageError>>,
}

#[derive(Default)]
struct State {
    schedule: Schedule<AlarmKey>,
    names: HashMap<AlarmKey, String>,
    changes: Vec<Change>,
    /// How many changes there have been.
    changed: u64,
    /// Who waits for changes so far, of which namespace and how many.
    flushes: Vec<Flush>,
    /// By namespace, up to which change some have not been written, and why.
    failed: HashMap<Arc<str>, (u64, StorageError)>,
    closed: bool,
}

/// The alarms, shared between the thread and everyone who sets one.
pub struct Alarms {
    disk: Arc<Disk>,
    upkeep: Arc<Upkeep>,
    folder: PathBuf,
    clock: Clock,
    state: Mutex<State>,
    woken: Condvar,
    /// How many changes have been written.
    written: AtomicU64,
    deliver: Mutex<Option<Deliver>>,
    /// What databases that are open, or have changes on their way, know of the index.
    indexed: Mutex<HashMap<AlarmKey, Weak<Indexed>>>,
    /// The databases; only whoever does a round has it locked.
    databases: Mutex<HashMap<Arc<str>, Metadata>>,
}

impl std::fmt::Debug for Alarms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Alarms").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Alarms {
    pub(crate) fn new(disk: Arc<Disk>, upkeep: Arc<Upkeep>, folder: &Path, clock: Clock) -> Self {
        Self {
            disk,
            upkeep,
            folder: folder.to_owned(),
            clock,
            state: Mutex::default(),
            woken: Condvar::new(),
            written: AtomicU64::new(0),
            deliver: Mutex::default(),
            indexed: Mutex::default(),
            databases: Mutex::default(),
        }
    }

    /// Reads the alarms of every namespace.
    pub(crate) fn load(&self) -> Result<(), StorageError> {
        for entry in std::fs::read_dir(&self.folder).at(&self.folder)? {
            let path = entry.at(&self.folder)?.path();
            let Some(namespace) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let file = path.join("metadata.sqlite");
            if !path.is_dir() || self.disk.length(&file).at(&file)?.is_none() {
                continue;
            }
            let namespace: Arc<str> = namespace.into();
            let metadata = Metadata::open(&self.disk, &path)?;
            let mut state = lock(&self.state);
            let read = metadata.read(&namespace, |key, name, time| {
                state.schedule.set(&key, Some(time));
                if let Some(name) = name {
                    state.names.insert(key, name);
                }
            });
            read.map_err(|error| error.at(&metadata.0.files.path))?;
            lock(&self.databases).insert(namespace, metadata);
        }
        Ok(())
    }

    /// Alarms are given to `deliver` from now on, on the alarm thread.
    pub fn deliver_to(&self, deliver: Deliver) {
        *lock(&self.deliver) = Some(deliver);
        self.woken.notify_all();
    }

    /// Sets or takes away an alarm in the index. It is durable there when the result is done.
    pub fn set(&self, key: AlarmKey, name: Option<String>, time: Option<TimeMs>) -> Durable {
        let (done, durable) = oneshot::channel();
        self.change(Change { key, name, time, done: Some(done) });
        Durable::new(durable)
    }

    /// What is known of the index for a database that holds the alarm `stored`.
    pub(crate) fn indexed(&self, key: &AlarmKey, stored: Option<TimeMs>) -> Arc<Indexed> {
        let mut all = lock(&self.indexed);
        if let Some(indexed) = all.get(key).and_then(Weak::upgrade) {
            return indexed;
        }
        if all.len() >= 64 && all.len().is_power_of_two() {
            all.retain(|_, indexed| indexed.strong_count() > 0);
        }
        let indexed = Arc::new(Indexed { time: Mutex::new(stored), moves: AtomicU64::new(0) });
        all.insert(key.clone(), Arc::downgrade(&indexed));
        indexed
    }

    /// How many changes there have been, for [`Alarms::after`].
    pub(crate) fn changed(&self) -> u64 {
        lock(&self.state).changed
    }

    /// When the changes of a namespace among the first `changed` are durable; `None` if they are known to be.
    pub(crate) fn after(&self, namespace: &Arc<str>, changed: u64) -> Option<Durable> {
        let mut state = lock(&self.state);
        let failed = state.failed.get(namespace).is_some_and(|(upto, _)| *upto >= changed);
        if changed == 0 || (!failed && self.written.load(Ordering::Acquire) >= changed) {
            return None;
        }
        let (done, durable) = oneshot::channel();
        if !state.closed {
            state.flushes.push(Flush { namespace: namespace.clone(), upto: changed, done });
        }
        drop(state);
        self.woken.notify_all();
        Some(Durable::new(durable))
    }

    /// Sets an alarm in the index unless it is there: what a database that has just been opened holds.
    /// Whether it had to be.
    pub(crate) fn note(&self, key: &AlarmKey, name: Option<&str>, time: TimeMs) -> bool {
        let known = lock(&self.state).schedule.expected(key).is_some_and(|known| known <= time);
        if !known {
            self.change(Change { key: key.clone(), name: name.map(str::to_owned), time: Some(time), done: None });
        }
        !known
    }

    fn change(&self, change: Change) {
        let mut state = lock(&self.state);
        if !state.closed {
            state.changes.push(change);
            state.changed += 1;
            drop(state);
            self.woken.notify_all();
        }
    }

    /// Milliseconds since the epoch.
    pub fn now_ms(&self) -> TimeMs {
        (self.clock)()
    }

    /// When the alarm of `key` is to run, as the index has it.
    pub fn scheduled(&self, key: &AlarmKey) -> Option<TimeMs> {
        lock(&self.state).schedule.scheduled(key)
    }

    /// Takes the alarm of a database away that is deleted, also while it runs.
    pub(crate) fn forget(&self, key: AlarmKey) -> Option<Durable> {
        let known = lock(&self.state).schedule.is_known(&key);
        known.then(|| self.set(key, None, None))
    }

    /// The handler of a due alarm has begun.
    pub fn started(&self, key: &AlarmKey) {
        lock(&self.state).schedule.started(key);
        self.woken.notify_all();
    }

    /// A due alarm has run. `chance` is a number from 0 to 1. With [`After::Forget`] it will not run again, and the
    /// object's own record of it has to go.
    pub fn finished(&self, key: &AlarmKey, outcome: Outcome, chance: f64) -> After {
        let now = self.now_ms();
        let mut state = lock(&self.state);
        // What follows is in the object's own commits, which may be on their way to the index still.
        let after = state.schedule.finished(key, outcome, now, chance);
        drop(state);
        self.woken.notify_all();
        after
    }

    /// The object has forgotten an alarm for which [`Alarms::finished`] asked for that, or cannot.
    pub fn forgotten(&self, key: &AlarmKey) {
        lock(&self.state).schedule.forgotten(key);
        self.woken.notify_all();
    }

    /// Works until [`Alarms::close`].
    pub(crate) fn run(&self) {
        loop {
            self.run_once();
            let state = lock(&self.state);
            let idle = state.changes.is_empty() && state.flushes.is_empty();
            if state.closed && idle {
                return;
            }
            if !idle {
                continue;
            }
            let has_taker = lock(&self.deliver).is_some();
            let until = state.schedule.next_ms().filter(|_| has_taker).map(|at| (at - self.now_ms()).max(0));
            let sleep = until.map_or(SLEEP_MAX, |ms| Duration::from_millis(ms.unsigned_abs()).min(SLEEP_MAX));
            if !sleep.is_zero() {
                drop(self.woken.wait_timeout(state, sleep));
            }
        }
    }

    /// Writes what was changed and delivers what is due, on this thread: whether there was something.
    pub(crate) fn run_once(&self) -> bool {
        let (changes, flushes, changed) = {
            let mut state = lock(&self.state);
            (std::mem::take(&mut state.changes), std::mem::take(&mut state.flushes), state.changed)
        };
        let mut any = !changes.is_empty() || !flushes.is_empty();
        let mut by_namespace: BTreeMap<Arc<str>, Vec<Change>> = BTreeMap::new();
        for change in changes {
            by_namespace.entry(change.key.namespace.clone()).or_default().push(change);
        }
        for (namespace, changes) in by_namespace {
            let outcome = self.write(&namespace, &changes);
            let mut state = lock(&self.state);
            if let Err(error) = &outcome {
                // Whoever opens a database whose alarm is not in the index brings it there.
                state.failed.insert(namespace, (changed, error.clone()));
            }
            for change in changes {
                if outcome.is_ok() {
                    state.schedule.set(&change.key, change.time);
                    match (change.time, change.name) {
                        (Some(_), Some(name)) => {
                            state.names.insert(change.key, name);
                        }
                        (None, _) if state.schedule.scheduled(&change.key).is_none() => {
                            state.names.remove(&change.key);
                        }
                        _ => {}
                    }
                }
                if let Some(done) = change.done {
                    drop(done.send(outcome.clone()));
                }
            }
        }
        self.written.fetch_max(changed, Ordering::AcqRel);
        for Flush { namespace, upto, done } in flushes {
            let failed = lock(&self.state).failed.get(&namespace).filter(|(at, _)| *at >= upto).cloned();
            drop(done.send(failed.map_or(Ok(()), |(_, error)| Err(error))));
        }
        let deliver = lock(&self.deliver);
        let Some(deliver) = &*deliver else { return any };
        let now = self.now_ms();
        let due: Vec<_> = {
            let mut state = lock(&self.state);
            let due = state.schedule.take_due(now);
            due.into_iter()
                .map(|due| AlarmDue {
                    name: state.names.get(&due.key).cloned(),
                    key: due.key,
                    scheduled_ms: due.scheduled_ms,
                    retry_count: due.retry_count,
                })
                .collect()
        };
        any |= !due.is_empty();
        due.into_iter().for_each(deliver);
        any
    }

    fn write(&self, namespace: &Arc<str>, changes: &[Change]) -> Result<(), StorageError> {
        let mut databases = lock(&self.databases);
        let folder = self.folder.join(&**namespace);
        if !databases.contains_key(namespace) {
            self.disk.create_folders(&folder).at(&folder)?;
            databases.insert(namespace.clone(), Metadata::open(&self.disk, &folder)?);
        }
        let Some(metadata) = databases.get(namespace) else { return Err(StorageError::Closed) };
        let outcome = metadata.write(changes).map_err(|error| error.at(&metadata.0.files.path));
        match &outcome {
            Ok(()) => self.upkeep.checkpoint_if_due(&self.disk, &metadata.0.files),
            // What is on the disk is unknown: it is made good when it is opened again.
            Err(_) => {
                if let Some(metadata) = databases.remove(namespace) {
                    metadata.0.suspect(&self.disk);
                }
            }
        }
        outcome
    }

    /// Takes no more changes; the thread ends when the last one is written.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.woken.notify_all();
    }
}

/// One namespace's `metadata.sqlite`.
struct Metadata(OwnDatabase);

impl Metadata {
    fn open(disk: &Arc<Disk>, folder: &Path) -> Result<Self, StorageError> {
        let schema = "CREATE TABLE IF NOT EXISTS _cf_ALARM (\n      actor_id TEXT PRIMARY KEY,\n      \
             scheduled_time INTEGER,\n      actor_name TEXT\n    ) WITHOUT ROWID; \
             CREATE TABLE IF NOT EXISTS _denizen_FACET_ALARM (actor_id TEXT, facet_id INTEGER, \
             scheduled_time INTEGER, actor_name TEXT, PRIMARY KEY (actor_id, facet_id)) WITHOUT ROWID";
        Ok(Self(OwnDatabase::open(disk, &folder.join("metadata.sqlite"), schema)?))
    }

    fn read(
        &self,
        namespace: &Arc<str>,
        mut found: impl FnMut(AlarmKey, Option<String>, TimeMs),
    ) -> Result<(), StorageError> {
        let sql = "SELECT actor_id, 0, scheduled_time, actor_name FROM _cf_ALARM UNION ALL \
                   SELECT actor_id, facet_id, scheduled_time, actor_name FROM _denizen_FACET_ALARM";
        let (statement, _) = self.0.connection.prepare_first(sql)?;
        let Some(mut statement) = statement else { return Ok(()) };
        while statement.step()? {
            let facet = u16::try_from(statement.integer(1)).unwrap_or_default();
            let key = AlarmKey { namespace: namespace.clone(), object: statement.text(0).into(), facet };
            let name = Some(statement.text(3)).filter(|name| !name.is_empty());
            found(key, name, statement.integer(2).div_euclid(NS_PER_MS));
        }
        Ok(())
    }

    fn write(&self, changes: &[Change]) -> Result<(), StorageError> {
        self.0.transaction(|| changes.iter().try_for_each(|change| self.write_one(change)))
    }

    fn write_one(&self, change: &Change) -> Result<(), StorageError> {
        let (object, facet) = (ValueRef::Text(change.key.object.as_bytes()), change.key.facet);
        let name = change.name.as_ref().map_or(ValueRef::Null, |name| ValueRef::Text(name.as_bytes()));
        let time = change.time.map(|time| ValueRef::Integer(time.saturating_mul(NS_PER_MS)));
        let facet_number = ValueRef::Integer(i64::from(facet));
        let (sql, bindings) = match (facet, time) {
            (0, Some(time)) => ("INSERT OR REPLACE INTO _cf_ALARM VALUES(?, ?, ?)", vec![object, time, name]),
            (0, None) => ("DELETE FROM _cf_ALARM WHERE actor_id = ?", vec![object]),
            (_, Some(time)) => (
                "INSERT OR REPLACE INTO _denizen_FACET_ALARM VALUES(?, ?, ?, ?)",
                vec![object, facet_number, time, name],
            ),
            (_, None) => {
                ("DELETE FROM _denizen_FACET_ALARM WHERE actor_id = ? AND facet_id = ?", vec![object, facet_number])
            }
        };
        self.0.run(sql, &bindings)
    }
}
