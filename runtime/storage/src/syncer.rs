//! Makes commits durable, many at a time.
//!
//! Owns the queue of what waits for a sync. A commit adds its database and gets a [`Durable`], which is done when a sync
//! that began after it has ended. It must not know SQL or what a gate is.
//!
//! One round takes all that waits. From a few requests on, what was written to logs goes to the journal, which
//! is synced in their place (`disk/journal.rs`). Of the rest a few files are synced one by one, and from [`SYNC_ALL_FROM`] on
//! one `syncfs` does for all of them, unless the file system has been slow with it lately (another program's dirty pages are
//! written too). One thread does all rounds, so that a file is never in two of them: the first may have taken what the
//! second relies on.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::StorageError;
use crate::disk::journal::{BATCH_BYTES, Batch, Journal, RECORD_BYTES};
use crate::disk::vfs::{Files, unsynced};
use crate::disk::{Disk, lock};
use crate::order::{Rule, broken};
use crate::upkeep::Upkeep;

/// From how many files on a round syncs the whole file system. Seen: 16 files 1.5 ms one by one, 0.3 ms in one.
const SYNC_ALL_FROM: usize = 8;

/// The same where one sync takes a millisecond or more: there the number of syncs is all that counts.
const SYNC_ALL_FROM_SLOW: usize = 2;

/// What a slow sync of one file is, in microseconds.
const SLOW_SYNC_US: u64 = 1_000;

/// A sync of the file system that takes longer has met another program's writes.
const SYNC_ALL_SLOW: Duration = Duration::from_millis(100);

/// For how long the whole file system is not synced after a slow one.
const SYNC_ALL_PAUSE: Duration = Duration::from_secs(60);

/// For how long nothing is asked for before the journal is given up, so that databases that go to sleep need not settle.
const JOURNAL_IDLE: Duration = Duration::from_secs(5);

/// Why what is committed to a database after a failed sync does not become durable.
const EARLIER_FAILURE: &str = "an earlier sync failed";

/// What part of a round's time the next one may wait for more commits, where rounds are slow.
const GATHER_SHARE: u64 = 4;

/// For how many times a round's time the next one may wait for more commits, where rounds are fast.
const GATHER_ROUNDS: u64 = 4;

/// Until how many microseconds of waiting rounds are fast.
const GATHER_US: u64 = 3_000;

/// What part of a round's time may pass without a commit before nobody is waited for any longer.
const GATHER_PAUSE_SHARE: u64 = 2;

/// The least of that in microseconds.
const GATHER_PAUSE_US: u64 = 100;

type Outcome = Result<(), StorageError>;

/// When what it belongs to is durable.
#[derive(Debug)]
#[must_use = "nothing is durable before it is done"]
pub struct Durable {
    /// What is still waited for, each taken out when it is done.
    parts: [Option<oneshot::Receiver<Outcome>>; 2],
}

impl Durable {
    pub(crate) fn new(part: oneshot::Receiver<Outcome>) -> Self {
        Self { parts: [Some(part), None] }
    }

    /// Done when both are. Neither has been waited for.
    pub(crate) fn and(self, other: Self) -> Self {
        let ([first, _], [second, _]) = (self.parts, other.parts);
        Self { parts: [first, second] }
    }

    /// Waits on this thread.
    pub fn wait(self) -> Outcome {
        for part in self.parts.into_iter().flatten() {
            part.blocking_recv().unwrap_or(Err(StorageError::Closed))?;
        }
        Ok(())
    }

    /// What has become of it, if it is over.
    pub fn try_wait(&mut self) -> Option<Outcome> {
        for part in &mut self.parts {
            let Some(receiver) = part else { continue };
            let outcome = match receiver.try_recv() {
                Ok(outcome) => outcome,
                Err(oneshot::error::TryRecvError::Empty) => return None,
                Err(oneshot::error::TryRecvError::Closed) => Err(StorageError::Closed),
            };
            *part = None;
            if outcome.is_err() {
                return Some(outcome);
            }
        }
        Some(Ok(()))
    }
}

impl Future for Durable {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        for part in &mut self.parts {
            let Some(receiver) = part else { continue };
            let Poll::Ready(outcome) = Pin::new(receiver).poll(context) else { return Poll::Pending };
            *part = None;
            if let Err(error) = outcome.unwrap_or(Err(StorageError::Closed)) {
                return Poll::Ready(Err(error));
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// What is to be synced.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// The log of a database, with its first page and its name where they are new.
    Database(Arc<Files>),
    /// The bytes of a file.
    File(PathBuf),
    /// The names in a folder.
    Folder(PathBuf),
}

impl Target {
    fn path(&self) -> &Path {
        match self {
            Self::Database(files) => &files.path,
            Self::File(path) | Self::Folder(path) => path,
        }
    }
}

/// A target of a round.
struct Due {
    target: Target,
    /// What waited of it, bits of [`unsynced`].
    flags: u8,
}

thread_local! {
    /// Number of this thread among those that ask.
    static THREAD: u64 = {
        static THREADS: AtomicU64 = AtomicU64::new(0);
        THREADS.fetch_add(1, Ordering::Relaxed)
    };
}

/// Whether something was synced, or why not.
type Synced = Result<(), String>;

/// Called with the outcome of a sync, on the syncer's thread: what comes after durability in order.
pub(crate) type After = Box<dyn FnOnce(&Result<(), StorageError>) + Send>;

struct Request {
    target: Target,
    after: Option<After>,
    done: oneshot::Sender<Result<(), StorageError>>,
    /// Of the thread that asked. All of a thread are told one after the other, so that it is woken once for them.
    thread: u64,
}

/// What is known of the last round.
struct Last {
    ended: Instant,
    /// How many commits were in it, or waited when it ended.
    expected: usize,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Request>,
    closed: bool,
    /// How many have to wait before the syncer is to be woken; `None` while it does not sleep. A wake-up for each request
    /// would cost both sides more than the rest of it.
    wakes_at: Option<usize>,
}

/// What the syncer has done.
#[derive(Debug, Default)]
pub struct SyncCounters {
    /// Requests, each one commit or one change of names.
    pub requests: AtomicU64,
    /// Rounds, each for all that waited.
    pub batches: AtomicU64,
}

/// The queue, shared with its threads.
pub(crate) struct Syncer {
    disk: Arc<Disk>,
    upkeep: Arc<Upkeep>,
    journal_from: usize,
    queue: Mutex<Queue>,
    arrived: Condvar,
    pub(crate) counters: SyncCounters,
    /// Until when the whole file system is not synced.
    paused: Mutex<Option<Instant>>,
    /// What syncs of one file take, as a moving average.
    single_us: AtomicU64,
    /// What rounds take, as a moving average.
    round_us: AtomicU64,
}

impl std::fmt::Debug for Syncer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Syncer").field("counters", &self.counters).finish_non_exhaustive()
    }
}

impl Syncer {
    /// A syncer; the caller gives it threads.
    pub(crate) fn new(disk: Arc<Disk>, upkeep: Arc<Upkeep>, journal_from: usize) -> Self {
        Self {
            disk,
            upkeep,
            journal_from,
            queue: Mutex::default(),
            arrived: Condvar::new(),
            counters: SyncCounters::default(),
            paused: Mutex::new(None),
            single_us: AtomicU64::new(0),
            round_us: AtomicU64::new(0),
        }
    }

    /// Asks for a sync of `target`. `after` runs when it is over.
    pub(crate) fn request(&self, target: Target, after: Option<After>) -> Durable {
        let (done, durable) = oneshot::channel();
        let mut queue = lock(&self.queue);
        if !queue.closed {
            queue.waiting.push(Request { target, after, done, thread: THREAD.with(|thread| *thread) });
            self.counters.requests.fetch_add(1, Ordering::Relaxed);
            let wakes = queue.wakes_at.is_some_and(|count| queue.waiting.len() >= count);
            if wakes {
                queue.wakes_at = None;
            }
            drop(queue);
            if wakes {
                self.arrived.notify_one();
            }
        }
        Durable::new(durable)
    }

    /// Works until [`Syncer::close`], then until nothing waits.
    pub(crate) fn run(&self) {
        let mut last = Last { ended: Instant::now(), expected: 0 };
        loop {
            let mut queue = lock(&self.queue);
            while queue.waiting.is_empty() {
                if queue.closed {
                    return;
                }
                let is_unused = self.disk.journal().is_none_or(Journal::is_unused);
                queue = self.sleep(queue, 1, if is_unused { Duration::MAX } else { JOURNAL_IDLE });
                if !is_unused && queue.waiting.is_empty() && !queue.closed {
                    drop(queue);
                    self.give_up_journal();
                    queue = lock(&self.queue);
                }
            }
            queue = self.gather(queue, &last);
            let round = std::mem::take(&mut queue.waiting);
            drop(queue);
            let commits = round.len();
            let waiting = self.round(round);
            last = Last { ended: Instant::now(), expected: commits + waiting };
        }
    }

    /// Waits a moment for those whose commits the last round has made durable: their next ones are on the way, and would
    /// otherwise wait for a round of a few others to end, each of which costs as much as one of many. It goes on while they
    /// come. Whoever commits alone waits for nobody.
    fn gather<'q>(&self, mut queue: MutexGuard<'q, Queue>, last: &Last) -> MutexGuard<'q, Queue> {
        let round_us = self.round_us.load(Ordering::Relaxed);
        let wait_us = (round_us / GATHER_SHARE).max((round_us * GATHER_ROUNDS).min(GATHER_US));
        let until = last.ended + Duration::from_micros(wait_us);
        let pause = Duration::from_micros((round_us / GATHER_PAUSE_SHARE).max(GATHER_PAUSE_US));
        while queue.waiting.len() < last.expected && !queue.closed {
            let left = until.saturating_duration_since(Instant::now());
            let before = queue.waiting.len();
            if !left.is_zero() {
                queue = self.sleep(queue, last.expected, left.min(pause));
            }
            if queue.waiting.len() == before {
                break;
            }
        }
        queue
    }

    /// Sleeps until `count` requests wait, or `at_most` is over.
    fn sleep<'q>(&self, mut queue: MutexGuard<'q, Queue>, count: usize, at_most: Duration) -> MutexGuard<'q, Queue> {
        queue.wakes_at = Some(count);
        let waited = self.arrived.wait_timeout(queue, at_most);
        (queue, _) = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
        queue.wakes_at = None;
        queue
    }

    /// Does one round on this thread: whether there was something to do.
    pub(crate) fn run_once(&self) -> bool {
        let round = std::mem::take(&mut lock(&self.queue).waiting);
        let any = !round.is_empty();
        self.round(round);
        any
    }

    /// Takes no more requests; the threads end when nothing waits.
    pub(crate) fn close(&self) {
        lock(&self.queue).closed = true;
        self.arrived.notify_one();
    }

    /// Has all logs durable, so that nothing is in the journal that counts. If that fails, its records stay.
    pub(crate) fn give_up_journal(&self) {
        if let Some(journal) = self.disk.journal().filter(|journal| !journal.is_unused()) {
            drop(journal.give_up(&self.disk));
        }
    }

    /// Does a round for `requests`: how many others waited when it was over, before anybody was told.
    fn round(&self, mut requests: Vec<Request>) -> usize {
        if requests.is_empty() {
            return 0;
        }
        requests.sort_by_key(|request| request.thread);
        self.counters.batches.fetch_add(1, Ordering::Relaxed);
        let mut due: Vec<Due> = Vec::new();
        let mut places = HashMap::new();
        let numbers: Vec<usize> = requests
            .iter()
            .map(|request| {
                let number = *places.entry(request.target.path().as_os_str()).or_insert(due.len());
                if number == due.len() {
                    due.push(Due { target: request.target.clone(), flags: 0 });
                }
                if let Target::Database(files) = &request.target {
                    // Taken before the sync begins: what is written from now on marks itself again.
                    due[number].flags |= files.take_unsynced();
                }
                number
            })
            .collect();
        let began = Instant::now();
        let outcomes = self.sync(&due, requests.len());
        let (average, took) = (self.round_us.load(Ordering::Relaxed), began.elapsed().as_micros() as u64);
        self.round_us.store((average * 7 + took) / 8, Ordering::Relaxed);
        let waiting = lock(&self.queue).waiting.len();
        for (request, number) in requests.into_iter().zip(numbers) {
            let outcome = &outcomes[number];
            if let Some(after) = request.after {
                after(outcome);
            }
            // Whoever waited may have left.
            drop(request.done.send(outcome.clone()));
        }
        waiting
    }

    /// What became of each, in their order.
    fn sync(&self, due: &[Due], requests: usize) -> Vec<Outcome> {
        let mut outcomes = vec![Ok(()); due.len()];
        match self.disk.journal() {
            None => self.sync_directly(due, &Vec::from_iter(0..due.len()), &mut outcomes),
            Some(journal) => self.sync_with(journal, due, requests, &mut outcomes),
        }
        let mut there = Folders::default();
        let settled = due.iter().zip(&outcomes);
        settled.map(|(due, outcome)| settle(&self.disk, &due.target, due.flags, outcome, &mut there)).collect()
    }

    /// Syncs through the journal what it can take, and tells it of what is synced by itself.
    fn sync_with(&self, journal: &Journal, due: &[Due], requests: usize, outcomes: &mut [Synced]) {
        let until = journal.begin().position();
        let (journaled, direct) = self.divide(journal, due, requests);
        self.sync_directly(due, &direct, outcomes);
        let mut session = journal.begin();
        let mut taken = Vec::new();
        let mut grown = Vec::new();
        for number in journaled {
            let Target::Database(files) = &due[number].target else { continue };
            match files.take_whole_log_writes() {
                Some(writes) => taken.push((number, writes)),
                None => grown.push(number),
            }
        }
        self.sync_directly(due, &grown, outcomes);
        let mut batch = Batch::default();
        batch.written.extend(
            taken
                .iter()
                .filter(|(_, writes)| !writes.is_empty())
                .map(|(number, writes)| (due[*number].target.path(), writes)),
        );
        let settled = direct.into_iter().chain(grown).filter(|number| {
            // A sync says nothing about bytes that an earlier one lost.
            let failed =
                matches!(&due[*number].target, Target::Database(files) if files.failed.load(Ordering::Acquire));
            // Nor does that of a new file say anything about a log that was not synced with it.
            outcomes[*number].is_ok() && !failed && due[*number].flags & unsynced::WAL != 0
        });
        let settled: Vec<_> = settled.filter(|number| journal.is_live(due[*number].target.path())).collect();
        batch.settled.extend(settled.iter().map(|number| (due[*number].target.path(), until)));
        if batch.written.is_empty() && batch.settled.is_empty() {
            return;
        }
        if let Err(error) = session.write(&self.disk, &batch) {
            let concerned = taken.iter().map(|(number, _)| *number).chain(settled);
            concerned.for_each(|number| outcomes[number] = Err(error.to_string()));
        }
        drop(session);
        if journal.has_full() {
            let disk = self.disk.clone();
            self.upkeep.push(move || {
                if let Some(journal) = disk.journal() {
                    journal.retire_full(&disk);
                }
            });
        }
    }

    /// What the journal is to make durable, and what is synced by itself, by their places in `due`.
    fn divide(&self, journal: &Journal, due: &[Due], requests: usize) -> (Vec<usize>, Vec<usize>) {
        let is_worth_it = journal.is_usable(&self.disk)
            && (requests >= self.journal_from || due.iter().any(|due| journal.is_live(due.target.path())));
        let mut room = BATCH_BYTES;
        (0..due.len()).partition(|number| {
            let Due { target: Target::Database(files), flags } = &due[*number] else { return false };
            // A name and a first page are not in a log, and the journal relies on the header of one.
            let is_log = flags & (unsynced::MAIN | unsynced::FOLDER | unsynced::HEADER) == 0;
            let bytes = files.log_writes_bytes().filter(|_| is_worth_it && is_log).map(|bytes| bytes + RECORD_BYTES);
            let Some(left) = bytes.and_then(|bytes| room.checked_sub(bytes)) else { return false };
            room = left;
            true
        })
    }

    /// Syncs those of `due` at the places `which` by themselves.
    fn sync_directly(&self, due: &[Due], which: &[usize], outcomes: &mut [Synced]) {
        for number in which {
            if let Target::Database(files) = &due[*number].target {
                files.drop_log_writes();
            }
        }
        if self.may_sync_all(which.len()) {
            let began = Instant::now();
            let outcome = self.disk.sync_all().map_err(|error| error.to_string());
            if began.elapsed() > SYNC_ALL_SLOW {
                *lock(&self.paused) = Some(Instant::now() + SYNC_ALL_PAUSE);
            }
            which.iter().for_each(|number| outcomes[*number] = outcome.clone());
        } else {
            self.sync_one_by_one(due, which, outcomes);
        }
        // The journal may be all that has what these were to make durable: it has to know before it is given up.
        for number in which {
            if let (Target::Database(files), Err(_)) = (&due[*number].target, &outcomes[*number]) {
                self.disk.fail(files);
            }
        }
    }

    fn sync_one_by_one(&self, due: &[Due], which: &[usize], outcomes: &mut [Synced]) {
        let mut folders: HashMap<PathBuf, Synced> = HashMap::new();
        let mut sync_folder = |folder: &Path| -> io::Result<()> {
            let known = folders
                .entry(folder.to_owned())
                .or_insert_with(|| self.disk.sync_folder(folder).map_err(|error| error.to_string()));
            known.clone().map_err(io::Error::other)
        };
        for number in which {
            let Due { target, flags } = &due[*number];
            let began = Instant::now();
            let outcome = match target {
                Target::Database(files) => self.sync_database(files, *flags, &mut sync_folder),
                Target::File(path) => self.disk.sync(path),
                Target::Folder(folder) => sync_folder(folder),
            };
            let (average, took) = (self.single_us.load(Ordering::Relaxed), began.elapsed().as_micros() as u64);
            self.single_us.store((average * 7 + took) / 8, Ordering::Relaxed);
            outcomes[*number] = outcome.map_err(|error| error.to_string());
        }
    }

    fn sync_database(
        &self,
        files: &Files,
        flags: u8,
        sync_folder: &mut dyn FnMut(&Path) -> io::Result<()>,
    ) -> io::Result<()> {
        if files.failed.load(Ordering::Acquire) {
            return Err(io::Error::other(EARLIER_FAILURE));
        }
        if flags & unsynced::MAIN != 0 && !broken(Rule::FirstPageBeforeGate) {
            files.sync_main(&self.disk)?;
        }
        if flags & unsynced::WAL != 0 && !broken(Rule::LogBeforeGate) {
            match self.disk.sync(&files.wal) {
                // The last connection has closed: all of it is in the database, which SQLite has synced.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other?,
            }
        }
        if flags & unsynced::FOLDER != 0 && !broken(Rule::NamesBeforeGate) {
            sync_folder(&files.folder)?;
        }
        Ok(())
    }

    fn may_sync_all(&self, files: usize) -> bool {
        let slow = self.single_us.load(Ordering::Relaxed) >= SLOW_SYNC_US;
        let from = if slow { SYNC_ALL_FROM_SLOW } else { SYNC_ALL_FROM };
        self.disk.can_sync_all() && files >= from && lock(&self.paused).is_none_or(|until| Instant::now() >= until)
    }
}

/// Which folders are still there after a sync, each looked at once.
#[derive(Default)]
struct Folders<'a>(HashMap<&'a OsStr, bool>);

impl<'a> Folders<'a> {
    fn has(&mut self, folder: &'a Path) -> bool {
        *self.0.entry(folder.as_os_str()).or_insert_with(|| folder.is_dir())
    }
}

/// What became of `target`. After a failed sync a database is not used again before its bytes are rewritten.
fn settle<'a>(disk: &Disk, target: &'a Target, flags: u8, outcome: &Synced, there: &mut Folders<'a>) -> Outcome {
    let reason = match (outcome, target) {
        (Err(error), _) => error.clone(),
        // A sync of everything says nothing about bytes that an earlier one lost.
        (Ok(()), Target::Database(files)) if files.failed.load(Ordering::Acquire) => EARLIER_FAILURE.into(),
        // What was written into files without a name is lost with the last descriptor.
        (Ok(()), Target::Database(files)) if !there.has(&files.folder) => "its folder is gone".into(),
        (Ok(()), _) => return Ok(()),
    };
    if let Target::Database(files) = target {
        files.mark(flags);
        disk.fail(files);
    }
    Err(StorageError::Sync { path: target.path().to_owned(), reason })
}
