//! The engine: one data folder, and the threads that serve all databases in it.
//!
//! Owns the lock of the folder, the disk, the syncer, upkeep and the alarms, and their order at start and end. It must not
//! know shards: each of their threads has a [`crate::Pool`] of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use denizen_core::limits::storage::JOURNAL_FROM;

use crate::StorageError;
use crate::alarms::{Alarms, Clock};
use crate::database::metadata::AlarmMove;
use crate::disk::vfs::Files;
use crate::disk::{Counters, Disk, lock};
use crate::error::At;
use crate::layout::{self, Registry};
use crate::order::{Rule, broken};
use crate::syncer::{Durable, SyncCounters, Syncer, Target};
use crate::upkeep::Upkeep;
use crate::usage::UsageBook;

/// How an engine runs.
pub struct EngineOptions {
    /// Whether it has threads of its own. Without, nothing becomes durable before [`Engine::run_background`] is called.
    pub threads: bool,
    /// Gives the milliseconds since the epoch, for alarms.
    pub clock: Clock,
    /// From how many requests in a round of the syncer on the journal is used.
    pub journal_from: usize,
    /// Whether what the calling thread does is to stop: asked while SQL of an actor runs, which fails with `SQLITE_INTERRUPT` then.
    pub stops: fn() -> bool,
    /// Added to each sync, to see how the engine does on a slower disk.
    pub sync_delay: Duration,
    /// A file that says whether syncs and writes wait or fail (`disk/held.rs`), to see how the binary does on such a disk.
    pub disk_control: Option<PathBuf>,
}

impl std::fmt::Debug for EngineOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngineOptions").field("threads", &self.threads).finish_non_exhaustive()
    }
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            threads: true,
            clock: Arc::new(system_clock),
            journal_from: JOURNAL_FROM,
            #[cfg(not(test))]
            stops: || false,
            #[cfg(test)]
            stops: crate::testing::is_late,
            sync_delay: Duration::ZERO,
            disk_control: None,
        }
    }
}

/// The system's clock, in milliseconds since the epoch.
pub fn system_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// What the engine has done since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Commits that were to become durable, and other requests for a sync.
    pub requests: u64,
    /// Rounds of the syncer, each for all that waited.
    pub batches: u64,
    /// Syncs of one file or folder.
    pub syncs: u64,
    /// Syncs of the whole file system.
    pub syncs_all: u64,
    /// Bytes that SQLite wrote.
    pub bytes_written: u64,
    /// Databases created.
    pub created: u64,
}

/// One data folder, open.
pub struct Engine {
    folder: PathBuf,
    registry: Mutex<Registry>,
    pub(crate) disk: Arc<Disk>,
    pub(crate) syncer: Arc<Syncer>,
    pub(crate) upkeep: Arc<Upkeep>,
    alarms: Arc<Alarms>,
    usage: Arc<UsageBook>,
    pub(crate) stops: fn() -> bool,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Holds other processes back until it is closed.
    _lock: File,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens the data folder, making it if there is none, and reads all alarms.
    pub fn open(folder: &Path, options: EngineOptions) -> Result<Arc<Self>, StorageError> {
        let disk = Disk::real(options.sync_delay, options.disk_control.as_deref()).at(folder)?;
        Self::open_on(disk, folder, options)
    }

    pub(crate) fn open_on(disk: Arc<Disk>, folder: &Path, options: EngineOptions) -> Result<Arc<Self>, StorageError> {
        disk.create_folders(folder).at(folder)?;
        let folder = folder.canonicalize().at(folder)?;
        let lock_file = layout::lock(&folder)?;
        disk.open_root(&folder).at(&folder)?;
        // First, since it may be that of a version which has the journal otherwise.
        let registry = Registry::open(&disk, &folder)?;
        disk.open_journal(&folder)?;
        let upkeep = Arc::new(Upkeep::default());
        let syncer = Arc::new(Syncer::new(disk.clone(), upkeep.clone(), options.journal_from));
        let alarms = Arc::new(Alarms::new(disk.clone(), upkeep.clone(), &folder, options.clock));
        alarms.load()?;
        let usage = Arc::new(UsageBook::new(disk.clone(), upkeep.clone(), layout::usage(&folder)));
        let engine = Self {
            folder,
            registry: Mutex::new(registry),
            disk,
            syncer,
            upkeep,
            alarms,
            usage,
            stops: options.stops,
            threads: Mutex::default(),
            _lock: lock_file,
        };
        if options.threads {
            let (syncer, upkeep, alarms) = (engine.syncer.clone(), engine.upkeep.clone(), engine.alarms.clone());
            engine.spawn("syncer", move || syncer.run())?;
            engine.spawn("upkeep", move || upkeep.run())?;
            engine.spawn("alarms", move || alarms.run())?;
        }
        Ok(Arc::new(engine))
    }

    fn spawn(&self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), StorageError> {
        let thread = std::thread::Builder::new().name(name.into()).spawn(work).at(&self.folder)?;
        lock(&self.threads).push(thread);
        Ok(())
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The alarms of all objects.
    pub fn alarms(&self) -> &Arc<Alarms> {
        &self.alarms
    }

    /// What facets have used over their lives.
    pub fn usage(&self) -> &Arc<UsageBook> {
        &self.usage
    }

    /// The key of the namespace for `class` of `worker`, under which its objects are stored: `<worker>-<class>`, or what
    /// it was before the class got this name.
    pub fn unique_key(&self, worker: &str, class: &str) -> String {
        lock(&self.registry).unique_key(worker, class)
    }

    /// Notes that `class` of `worker` was called `before`: its objects stay where they are.
    pub fn rename_class(&self, worker: &str, before: &str, class: &str) -> Result<(), StorageError> {
        lock(&self.registry).rename(&self.disk, worker, before, class)
    }

    /// What has been done so far.
    pub fn figures(&self) -> Figures {
        let Counters { syncs, syncs_all, bytes_written, created } = &*self.disk.counters;
        let SyncCounters { requests, batches } = &self.syncer.counters;
        let read = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        Figures {
            requests: read(requests),
            batches: read(batches),
            syncs: read(syncs),
            syncs_all: read(syncs_all),
            bytes_written: read(bytes_written),
            created: read(created),
        }
    }

    /// Asks for the sync of a commit, and moves its alarm in the index in the order that must hold.
    pub(crate) fn request_commit(&self, files: &Arc<Files>, moved: Option<AlarmMove>) -> Durable {
        let target = Target::Database(files.clone());
        let Some(moved) = moved else { return self.syncer.request(target, None) };
        let swapped = match moved.earlier {
            true => broken(Rule::EarlierAlarmBeforeGate),
            false => broken(Rule::LaterAlarmAfterCommit),
        };
        if moved.earlier != swapped {
            let indexed = self.alarms.set(moved.key, moved.name, moved.time);
            *lock(&moved.indexed.time) = moved.time;
            if swapped {
                drop(indexed);
                return self.syncer.request(target, None);
            }
            return self.syncer.request(target, None).and(indexed);
        }
        let alarms = self.alarms.clone();
        let after = move |outcome: &Result<(), StorageError>| {
            // Locked over all of it: a commit that comes in between would be overtaken.
            let mut known = lock(&moved.indexed.time);
            // A commit that came after this one has its own say.
            if outcome.is_ok() && moved.indexed.moves.load(Ordering::Acquire) == moved.number {
                *known = moved.time;
                drop(alarms.set(moved.key, moved.name, moved.time));
            }
        };
        self.syncer.request(target, Some(Box::new(after)))
    }

    /// Does what the threads would do, on this thread, until nothing is left.
    pub fn run_background(&self) {
        while self.syncer.run_once() | self.upkeep.run_once() | self.alarms.run_once() {}
    }

    /// Has all logs durable by one sync, so that the many databases that close before a shut-down need not see to it one by one.
    pub fn settle(&self) {
        self.syncer.give_up_journal();
    }

    /// Ends the threads once all that waits is done. What is asked for afterwards fails.
    pub fn shut_down(&self) {
        // Commits may move alarms, so the alarms end after the syncer; closing databases is upkeep's last work.
        self.syncer.close();
        let threads = std::mem::take(&mut *lock(&self.threads));
        let mut threads = threads.into_iter();
        drop(threads.next().map(JoinHandle::join));
        self.syncer.give_up_journal();
        self.alarms.close();
        self.usage.flush();
        self.upkeep.shut_down();
        for thread in threads {
            drop(thread.join());
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shut_down();
        while self.upkeep.run_once() {}
    }
}
